/* SPDX-License-Identifier: Apache-2.0 */
/* sim/scenario/expect-events.c: "event", "trace" and "gap": what the trace must hold */

#include "config.h"

#include <string.h>

#include "base/time.h"
#include "sim/scenario/expect-private.h"
#include "sim/scenario/match.h"
#include "sim/scenario/schema.h"

/* ---- patterns of events ---- */

static const DdValue *
part (const DdYaml *node, const char *key)
{
  const DdYaml *member = dd_yaml_member (node, key);

  return member != NULL ? member->value : NULL;
}

static gboolean
text_matches (const DdYaml *node, const char *key, const char *actual)
{
  const DdValue *pattern = part (node, key);
  g_autoptr (DdValue) value = NULL;

  if (pattern == NULL)
    return TRUE;
  value = dd_string (actual);
  return sim_match (pattern, value);
}

static const char *
name_of (const DdYaml *node)
{
  return node->keys == NULL ? node->text : sim_schema_text (dd_yaml_member (node, "event"));
}

/* "*" is any event. */
static gboolean
name_matches (const DdYaml *node, const SimEvent *event)
{
  const char *name = name_of (node);

  return strcmp (name, "*") == 0 || strcmp (name, event->what) == 0;
}

gboolean
sim_event_matches (const DdYaml *node, const SimEvent *event)
{
  const DdValue *details = part (node, "details");

  return name_matches (node, event) && text_matches (node, "actor", event->actor)
         && text_matches (node, "subject", event->subject)
         && (details == NULL || sim_match (details, event->details));
}

char *
sim_event_pattern_text (const DdYaml *node)
{
  const char *subject
      = node->keys != NULL ? sim_schema_text (dd_yaml_member (node, "subject")) : NULL;
  const DdValue *details = node->keys != NULL ? part (node, "details") : NULL;
  g_autofree char *details_text = details != NULL ? dd_value_to_text (details) : NULL;

  return g_strconcat (name_of (node), subject != NULL ? " of " : "", subject != NULL ? subject : "",
                      details_text != NULL ? " " : "", details_text, NULL);
}

/* ---- what there was of a pattern ---- */

/* A subject that nobody ever tells of, or a detail that no such event has, is a mistake. */
typedef struct
{
  gboolean name;    /* such an event was told, whatever of */
  gboolean subject; /* something was told of such a subject */
  gboolean details; /* and with such details, whatever their values */
} Met;

static gboolean
has_details (const DdValue *wanted, const DdValue *actual)
{
  for (gsize i = 0; i < dd_value_length (wanted); i++)
    if (dd_value_member (actual, dd_value_key (wanted, i)) == NULL)
      return FALSE;
  return TRUE;
}

static void
note_met (Met *met, const DdYaml *pattern, const SimEvent *event)
{
  if (!met->subject)
    met->subject = text_matches (pattern, "subject", event->subject);
  if (met->details || !name_matches (pattern, event))
    return;
  met->name = TRUE;
  met->details = has_details (part (pattern, "details"), event->details);
}

static void
doubt_met (const Met *met, const DdYaml *pattern, GString *out)
{
  const char *subject = sim_schema_text (dd_yaml_member (pattern, "subject"));
  g_autofree char *details
      = part (pattern, "details") != NULL ? dd_value_to_text (part (pattern, "details")) : NULL;

  if (!met->subject)
    g_string_append_printf (out, "nothing was ever told of %s, so nothing could break this",
                            subject != NULL ? subject : "such a subject");
  else if (met->name && !met->details)
    g_string_append_printf (out, "no %s ever had details such as %s, so nothing could break this",
                            name_of (pattern), details);
}

/* ---- event: so many of these ---- */

typedef struct
{
  gint64 seen;
  gint64 same_name; /* events of this name that did not match in full */
  DdUsec last;
  char *nearest; /* where the nearest of them differs */
  guint nearest_distance;
  Met met;
} Events;

static gboolean
prepare_event (SimExpectation *self, GError **error)
{
  Events *events = g_new0 (Events, 1);

  (void) error;
  events->nearest_distance = G_MAXUINT;
  self->state = events;
  return TRUE;
}

static guint
event_distance (const SimExpectation *self, const SimEvent *event, GPtrArray *out)
{
  const DdValue *details = part (self->pattern, "details");
  g_autoptr (DdValue) subject = dd_string (event->subject);
  g_autoptr (DdValue) actor = dd_string (event->actor);
  guint sum = 0;

  if (part (self->pattern, "subject") != NULL)
    sum += sim_match_distance (part (self->pattern, "subject"), subject, "subject", out);
  if (part (self->pattern, "actor") != NULL)
    sum += sim_match_distance (part (self->pattern, "actor"), actor, "actor", out);
  if (details != NULL)
    sum += sim_match_distance (details, event->details, "details", out);
  return sum;
}

static void
note_near_miss (SimExpectation *self, const SimEvent *event)
{
  Events *events = self->state;
  guint distance = event_distance (self, event, NULL);
  g_autoptr (GPtrArray) differences = NULL;
  g_autofree char *when = NULL;

  events->same_name++;
  if (distance >= events->nearest_distance)
    return;
  differences = g_ptr_array_new_with_free_func (g_free);
  event_distance (self, event, differences);
  when = sim_moment_text (event->time);
  g_free (events->nearest);
  events->nearest = g_strdup_printf ("%s %s: %s", when, event->subject,
                                     (char *) g_ptr_array_index (differences, 0));
  events->nearest_distance = distance;
}

static void
take_event (SimExpectation *self, const SimEvent *event)
{
  Events *events = self->state;

  note_met (&events->met, self->pattern, event);
  if (!self->counts || !name_matches (self->pattern, event))
    return;
  if (!sim_event_matches (self->pattern, event))
    {
      note_near_miss (self, event);
      return;
    }
  events->seen++;
  events->last = event->time;
  self->dirty = TRUE;
}

static gboolean
event_truth (SimExpectation *self)
{
  const Events *events = self->state;

  return events->seen >= self->min && events->seen <= self->max;
}

static void
explain_event (SimExpectation *self, GString *out)
{
  const Events *events = self->state;
  g_autofree char *pattern = sim_event_pattern_text (self->pattern);
  g_autofree char *last = sim_moment_text (events->last);

  g_string_append_printf (out, "%s happened %" G_GINT64_FORMAT " times", pattern, events->seen);
  if (events->seen > 0)
    g_string_append_printf (out, ", last at %s", last);
  if (events->nearest != NULL)
    g_string_append_printf (out, "\n  closest of %" G_GINT64_FORMAT " others of this name: %s",
                            events->same_name, events->nearest);
}

static void
doubt_event (SimExpectation *self, GString *out)
{
  const Events *events = self->state;

  doubt_met (&events->met, self->pattern, out);
}

static void
clear_event (SimExpectation *self)
{
  Events *events = self->state;

  if (events != NULL)
    g_free (events->nearest);
  g_free (events);
}

const SimSubject sim_subject_event = {
  .key = "event",
  .prepare = prepare_event,
  .take = take_event,
  .truth = event_truth,
  .explain = explain_event,
  .doubt = doubt_event,
  .clear = clear_event,
};

/* ---- trace: these in this order ---- */

typedef struct
{
  guint position; /* how many of the list have been seen */
  DdUsec last;
} Order;

static gboolean
prepare_trace (SimExpectation *self, GError **error)
{
  if (self->counted)
    {
      dd_yaml_set_error (error, dd_yaml_key (self->node, "count"), "count does not go with trace");
      return FALSE;
    }
  self->state = g_new0 (Order, 1);
  return TRUE;
}

static void
take_in_order (SimExpectation *self, const SimEvent *event)
{
  Order *order = self->state;
  const DdYaml *next = dd_yaml_element (self->pattern, order->position);

  if (!self->counts || next == NULL || !sim_event_matches (next, event))
    return;
  order->position++;
  order->last = event->time;
  self->dirty = TRUE;
}

static gboolean
trace_truth (SimExpectation *self)
{
  return ((const Order *) self->state)->position == dd_yaml_length (self->pattern);
}

static void
explain_trace (SimExpectation *self, GString *out)
{
  const Order *order = self->state;
  const DdYaml *next = dd_yaml_element (self->pattern, order->position);
  g_autofree char *when = sim_moment_text (order->last);
  g_autofree char *missing = next != NULL ? sim_event_pattern_text (next) : NULL;

  if (missing == NULL)
    g_string_append_printf (out, "all %u happened, the last at %s", order->position, when);
  else if (order->position == 0)
    g_string_append_printf (out, "%s (line %u) never happened", missing, next->line);
  else
    g_string_append_printf (out, "%s (line %u) did not happen after %s (the %u before it did)",
                            missing, next->line, when, order->position);
}

static void
clear_state (SimExpectation *self)
{
  g_free (self->state);
}

const SimSubject sim_subject_trace = {
  .key = "trace",
  .prepare = prepare_trace,
  .take = take_in_order,
  .truth = trace_truth,
  .explain = explain_trace,
  .clear = clear_state,
};

/* ---- gap: the time between two events about the same subject ---- */

typedef struct
{
  const DdYaml *from, *to;
  DdUsec at_least, at_most;
  GHashTable *begun; /* subject -> DdUsec; for look-up only */
  gint64 pairs;
  char *breach; /* the first one */
  Met from_met, to_met;
} Gap;

static gboolean
prepare_gap (SimExpectation *self, GError **error)
{
  Gap *gap = g_new0 (Gap, 1);

  (void) error;
  gap->from = dd_yaml_member (self->pattern, "from");
  gap->to = dd_yaml_member (self->pattern, "to");
  gap->at_least = sim_schema_duration (dd_yaml_member (self->pattern, "at least"), 0);
  gap->at_most = sim_schema_duration (dd_yaml_member (self->pattern, "at most"), G_MAXINT64);
  gap->begun = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  self->state = gap;
  return TRUE;
}

static void
close_gap (SimExpectation *self, const SimEvent *event, DdUsec length)
{
  Gap *gap = self->state;
  g_autofree char *when = sim_moment_text (event->time);
  g_autofree char *text = dd_duration_to_text (length);

  gap->pairs++;
  self->dirty = TRUE;
  if (gap->breach == NULL && (length < gap->at_least || length > gap->at_most))
    gap->breach = g_strdup_printf ("%s passed before %s of %s at %s", text, event->what,
                                   event->subject, when);
}

static void
take_for_gap (SimExpectation *self, const SimEvent *event)
{
  Gap *gap = self->state;
  DdUsec *begun = g_hash_table_lookup (gap->begun, event->subject);

  note_met (&gap->from_met, gap->from, event);
  note_met (&gap->to_met, gap->to, event);
  if (begun != NULL && sim_event_matches (gap->to, event))
    {
      if (self->counts)
        close_gap (self, event, event->time - *begun);
      g_hash_table_remove (gap->begun, event->subject);
    }
  if (sim_event_matches (gap->from, event))
    {
      begun = g_new (DdUsec, 1);
      *begun = event->time;
      g_hash_table_replace (gap->begun, g_strdup (event->subject), begun);
    }
}

static gboolean
gap_truth (SimExpectation *self)
{
  const Gap *gap = self->state;

  return gap->breach == NULL && gap->pairs >= self->min && gap->pairs <= self->max;
}

static void
explain_gap (SimExpectation *self, GString *out)
{
  const Gap *gap = self->state;

  if (gap->breach != NULL)
    g_string_append (out, gap->breach);
  else
    g_string_append_printf (out, "%" G_GINT64_FORMAT " pairs of %s and %s were seen", gap->pairs,
                            name_of (gap->from), name_of (gap->to));
}

static void
doubt_gap (SimExpectation *self, GString *out)
{
  const Gap *gap = self->state;

  doubt_met (&gap->from_met, gap->from, out);
  if (out->len == 0)
    doubt_met (&gap->to_met, gap->to, out);
}

static void
clear_gap (SimExpectation *self)
{
  Gap *gap = self->state;

  if (gap == NULL)
    return;
  g_hash_table_unref (gap->begun);
  g_free (gap->breach);
  g_free (gap);
}

const SimSubject sim_subject_gap = {
  .key = "gap",
  .prepare = prepare_gap,
  .take = take_for_gap,
  .truth = gap_truth,
  .explain = explain_gap,
  .doubt = doubt_gap,
  .clear = clear_gap,
};
