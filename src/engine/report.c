/* SPDX-License-Identifier: Apache-2.0 */
/* Each event changes one or two small objects; the table at the end says which. An event that has
 * no row there is still counted. */
#include "config.h"

#include "engine/report-private.h"

#include <math.h>

/* ---- lists of objects ---- */

static void
list_init (DdReportList *list)
{
  list->values = g_ptr_array_new_with_free_func ((GDestroyNotify) dd_value_unref);
  list->index = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
}

static void
list_clear (DdReportList *list)
{
  g_ptr_array_unref (list->values);
  g_hash_table_unref (list->index);
}

/* The object of KEY, made with its NAME as the first member when it is new. */
static DdValue **
list_at (DdReportList *list, const char *key, const char *name_member, const char *name)
{
  guint position = GPOINTER_TO_UINT (g_hash_table_lookup (list->index, key));

  if (position == 0)
    {
      g_ptr_array_add (list->values, dd_object (name_member, dd_string (name), NULL));
      position = list->values->len;
      g_hash_table_insert (list->index, g_strdup (key), GUINT_TO_POINTER (position));
    }
  return (DdValue **) &list->values->pdata[position - 1];
}

DdReport *
dd_report_new (void)
{
  DdReport *self = g_new0 (DdReport, 1);

  list_init (&self->updates);
  list_init (&self->nodes);
  list_init (&self->blocked);
  list_init (&self->retried);
  list_init (&self->events);
  return self;
}

void
dd_report_free (DdReport *self)
{
  if (self == NULL)
    return;
  list_clear (&self->updates);
  list_clear (&self->nodes);
  list_clear (&self->blocked);
  list_clear (&self->retried);
  list_clear (&self->events);
  g_free (self);
}

/* ---- what an event changes ---- */

typedef struct
{
  double at; /* seconds */
  DdEvent what;
  const char *subject;
  const DdValue *details;
} Event;

static DdValue *
copy_of (const Event *event, DdDetail detail)
{
  const DdValue *value = dd_value_member (event->details, dd_details[detail].name);

  return value == NULL ? NULL : dd_value_ref (value);
}

static void
take_over (DdValue **object, const Event *event, const DdDetail *details)
{
  for (guint i = 0; details[i] != DD_DETAIL_NONE; i++)
    {
      DdValue *value = copy_of (event, details[i]);

      if (value != NULL)
        dd_value_set (object, dd_details[details[i]].name, value);
    }
}

static DdValue **
update_of (DdReport *self, const Event *event)
{
  return list_at (&self->updates, event->subject, "nodegroup", event->subject);
}

static DdValue **
node_named (DdReport *self, const char *name)
{
  return list_at (&self->nodes, name, "name", name);
}

static DdValue **
node_in_state (DdReport *self, const Event *event, const char *state)
{
  static const DdDetail taken[] = { DD_DETAIL_ZONE, DD_DETAIL_INSTANCE, DD_DETAIL_NONE };
  DdValue **node = node_named (self, event->subject);

  take_over (node, event, taken);
  dd_value_set (node, "state", dd_string (state));
  return node;
}

static void
note_phase (DdReport *self, const Event *event)
{
  DdValue **update = update_of (self, event);
  const DdValue *phases = dd_value_member (*update, "phases");
  DdValue *phase
      = dd_object ("phase", copy_of (event, DD_DETAIL_PHASE), "from", dd_double (event->at), NULL);

  if (dd_value_member (*update, "status") == NULL)
    {
      dd_value_set (update, "status", dd_string ("InProgress"));
      dd_value_set (update, "started", dd_double (event->at));
    }
  dd_value_set (update, "phases", dd_value_with_element (phases, phase));
}

static void
note_started (DdReport *self, const Event *event)
{
  static const DdDetail taken[]
      = { DD_DETAIL_PROFILE,     DD_DETAIL_FORCE, DD_DETAIL_RELEASE, DD_DETAIL_IMAGE,
          DD_DETAIL_PARALLELISM, DD_DETAIL_ZONES, DD_DETAIL_NONE };

  take_over (update_of (self, event), event, taken);
}

static void
note_scale_up (DdReport *self, const Event *event)
{
  dd_value_set (update_of (self, event), "sizes", dd_value_ref (event->details));
}

static void
finish (DdValue **update, const Event *event, const char *status)
{
  dd_value_set (update, "status", dd_string (status));
  dd_value_set (update, "finished", dd_double (event->at));
}

static void
note_succeeded (DdReport *self, const Event *event)
{
  DdValue **update = update_of (self, event);

  finish (update, event, "Successful");
  dd_value_set (update, "replaced", copy_of (event, DD_DETAIL_REPLACED));
}

static void
note_failed (DdReport *self, const Event *event)
{
  DdValue **update = update_of (self, event);

  finish (update, event, "Failed");
  if (event->details != NULL)
    dd_value_set (update, "error", dd_value_ref (event->details));
}

static void
note_joined (DdReport *self, const Event *event)
{
  dd_value_set (node_in_state (self, event, "joined"), "joined", dd_double (event->at));
}

static void
note_marked (DdReport *self, const Event *event)
{
  dd_value_set (node_in_state (self, event, "marked"), "marked", dd_double (event->at));
}

static void
note_unmarked (DdReport *self, const Event *event)
{
  node_in_state (self, event, "kept");
}

static void
note_drain (DdReport *self, const Event *event)
{
  DdValue **node = node_in_state (self, event, "draining");

  dd_value_set (node, "drain",
                dd_object ("started", dd_double (event->at), "pods",
                           copy_of (event, DD_DETAIL_POD_COUNT), NULL));
}

static void
note_drained (DdReport *self, const Event *event)
{
  DdValue **node = node_in_state (self, event, "drained");

  dd_value_set (node, "drain.finished", dd_double (event->at));
  self->drains++;
  self->drain_seconds += (double) dd_event_int (event->what, event->details, DD_DETAIL_SECONDS, 0);
}

static void
note_overdue (DdReport *self, const Event *event)
{
  DdValue **node = node_in_state (self, event, "overdue");

  dd_value_set (node, "drain.left", copy_of (event, DD_DETAIL_PODS));
}

static void
note_terminating (DdReport *self, const Event *event)
{
  node_in_state (self, event, "terminating");
}

static void
note_terminated (DdReport *self, const Event *event)
{
  dd_value_set (node_in_state (self, event, "terminated"), "terminated", dd_double (event->at));
}

static void
end_blockade (DdReport *self, const Event *event)
{
  if (g_hash_table_contains (self->blocked.index, event->subject))
    dd_value_set (list_at (&self->blocked, event->subject, "pod", event->subject), "until",
                  dd_double (event->at));
}

static void
note_evicted (DdReport *self, const Event *event)
{
  self->accepted++;
  end_blockade (self, event);
}

static void
note_forced (DdReport *self, const Event *event)
{
  self->forced++;
  end_blockade (self, event);
}

static void
note_refused (DdReport *self, const Event *event)
{
  static const DdDetail taken[]
      = { DD_DETAIL_NODE, DD_DETAIL_BUDGET, DD_DETAIL_NEEDS, DD_DETAIL_HAS, DD_DETAIL_NONE };
  DdValue **blocked = list_at (&self->blocked, event->subject, "pod", event->subject);

  self->refused++;
  take_over (blocked, event, taken);
  if (dd_value_member (*blocked, "since") == NULL)
    dd_value_set (blocked, "since", dd_double (event->at));
  dd_value_set (blocked, "refusals", dd_int (dd_value_path_int (*blocked, "refusals", 0) + 1));
}

static void
note_retried (DdReport *self, const Event *event)
{
  const char *service = dd_event_text (event->what, event->details, DD_DETAIL_SERVICE);
  const char *operation = dd_event_text (event->what, event->details, DD_DETAIL_OPERATION);
  gint64 status = dd_event_int (event->what, event->details, DD_DETAIL_HTTP_STATUS, 0);
  g_autofree char *key = g_strdup_printf ("%s\n%s\n%" G_GINT64_FORMAT, service, operation, status);
  DdValue **row = list_at (&self->retried, key, "service", service);

  dd_value_set (row, "operation", dd_string (operation));
  dd_value_set (row, "status", dd_int (status));
  dd_value_set (row, "times", dd_int (dd_value_path_int (*row, "times", 0) + 1));
}

static const struct
{
  DdEvent what;
  void (*note) (DdReport *self, const Event *event);
} rows[] = {
  { DD_EVENT_PHASE_ENTERED, note_phase },
  { DD_EVENT_UPDATE_STARTED, note_started },
  { DD_EVENT_SCALE_UP_REQUESTED, note_scale_up },
  { DD_EVENT_UPDATE_SUCCEEDED, note_succeeded },
  { DD_EVENT_UPDATE_FAILED, note_failed },
  { DD_EVENT_NODE_JOINED, note_joined },
  { DD_EVENT_NODE_MARKED, note_marked },
  { DD_EVENT_NODE_UNMARKED, note_unmarked },
  { DD_EVENT_DRAIN_STARTED, note_drain },
  { DD_EVENT_DRAIN_FINISHED, note_drained },
  { DD_EVENT_DRAIN_OVERDUE, note_overdue },
  { DD_EVENT_NODE_TERMINATING, note_terminating },
  { DD_EVENT_NODE_TERMINATED, note_terminated },
  { DD_EVENT_DRAIN_EVICTED, note_evicted },
  { DD_EVENT_DRAIN_FORCED, note_forced },
  { DD_EVENT_DRAIN_REFUSED_BY_BUDGET, note_refused },
  { DD_EVENT_DRAIN_REFUSED_BY_TWO_BUDGETS, note_refused },
  { DD_EVENT_REQUEST_RETRIED, note_retried },
};

static void
count (DdReport *self, const char *what)
{
  DdValue **event = list_at (&self->events, what, "event", what);

  dd_value_set (event, "times", dd_int (dd_value_path_int (*event, "times", 0) + 1));
}

/* Milliseconds are as fine as anybody wants to read. */
static double
seconds_since (const DdReport *self, DdUsec at)
{
  return round ((double) (at - self->origin) / DD_MILLISECOND) / 1000;
}

void
dd_report_note (DdReport *self, DdUsec at, const char *actor, DdEvent what, const char *subject,
                const DdValue *details)
{
  Event event = { 0, what, subject != NULL ? subject : "", details };

  if (!g_str_equal (actor, "engine"))
    return;
  if (!self->begun)
    self->origin = at;
  self->begun = TRUE;
  event.at = seconds_since (self, at);
  count (self, dd_events[what].name);
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    if (rows[i].what == what)
      rows[i].note (self, &event);
}

/* ---- the document ---- */

static DdValue *
list_to_value (const DdReportList *list)
{
  DdBuilder builder = dd_builder_array ();

  for (guint i = 0; i < list->values->len; i++)
    dd_builder_add (&builder, dd_value_ref (list->values->pdata[i]));
  return dd_builder_end (&builder);
}

static DdValue *
counts_to_value (const DdReportList *list)
{
  DdBuilder builder = dd_builder_object ();

  for (guint i = 0; i < list->values->len; i++)
    {
      const DdValue *row = list->values->pdata[i];

      dd_builder_set (&builder, dd_value_path_string (row, "event"),
                      dd_value_ref (dd_value_member (row, "times")));
    }
  return dd_builder_end (&builder);
}

DdValue *
dd_report_document (const DdReport *self)
{
  return dd_object (
      "updates", list_to_value (&self->updates), "nodes", list_to_value (&self->nodes), "evictions",
      dd_object ("accepted", dd_int (self->accepted), "refused", dd_int (self->refused), "forced",
                 dd_int (self->forced), NULL),
      "blocked", list_to_value (&self->blocked), "retried", list_to_value (&self->retried),
      "events", counts_to_value (&self->events), NULL);
}
