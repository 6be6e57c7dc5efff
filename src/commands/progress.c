/* SPDX-License-Identifier: Apache-2.0 */
/* Two ways to show the same thing. What happens is a line, told once and left standing; on a
 * terminal the lines are followed by a live part, drawn anew after every event: one row for each
 * node that is under way, with its state, the pods it still has and what it waits for. */
#include "config.h"

#include "commands/progress.h"

#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#define DEFAULT_WIDTH 100
#define MAX_ROWS 15
#define MOST_RETRIES_TOLD 6

typedef struct
{
  char *name, *zone;
  const char *state; /* static */
  gint64 pods;       /* left to evict; -1: not known yet */
  char *reason;      /* what it waits for; NULL: nothing in particular */
} Row;

struct _DdProgress
{
  DdTrace trace;
  DdProgressOptions options;
  DdUsec began;
  guint64 count;
  char *phase;
  GPtrArray *rows; /* of Row, in the order in which their drains began */
  guint drawn;     /* lines of the live part on the screen */
  gint64 replaced, marked;
  gint64 desired_before, desired_now; /* -1: never changed */
};

static void
row_free (gpointer data)
{
  Row *row = data;

  g_free (row->name);
  g_free (row->zone);
  g_free (row->reason);
  g_free (row);
}

/* ---- lines ---- */

typedef enum
{
  PLAIN,
  GOOD,
  BAD,
  BOLD,
  FAINT,
} Tone;

static const char *const tones[] = {
  [PLAIN] = "", [GOOD] = "\033[32m", [BAD] = "\033[31m", [BOLD] = "\033[1m", [FAINT] = "\033[2m",
};

static char *
elapsed (const DdProgress *self)
{
  gint64 seconds = (dd_clock_now (self->options.clock) - self->began) / DD_SECOND;

  return g_strdup_printf ("%02" G_GINT64_FORMAT ":%02" G_GINT64_FORMAT ":%02" G_GINT64_FORMAT,
                          seconds / 3600, seconds / 60 % 60, seconds % 60);
}

static void
print_line (const DdProgress *self, Tone tone, const char *text)
{
  g_autofree char *time = elapsed (self);

  if (self->options.colour)
    g_print ("%s%s%s  %s%s%s\n", tones[FAINT], time, "\033[0m", tones[tone], text, "\033[0m");
  else
    g_print ("%s  %s\n", time, text);
}

typedef struct
{
  DdEvent what;
  const char *subject;
  const DdValue *details;
} Event;

static const char *
detail (const Event *event, DdDetail key)
{
  const char *text = dd_event_text (event->what, event->details, key);

  return text == NULL ? "?" : text;
}

static gint64
number (const Event *event, DdDetail key)
{
  return dd_event_int (event->what, event->details, key, -1);
}

static gsize
length (const Event *event, DdDetail key)
{
  return dd_value_length (dd_event_list (event->what, event->details, key));
}

/* ---- rows ---- */

static Row *
find_row (const DdProgress *self, const char *node)
{
  for (guint i = 0; i < self->rows->len; i++)
    {
      Row *row = g_ptr_array_index (self->rows, i);

      if (g_str_equal (row->name, node))
        return row;
    }
  return NULL;
}

static Row *
row_of_pod (const DdProgress *self, const Event *event)
{
  return find_row (self, detail (event, DD_DETAIL_NODE));
}

static void
set_reason (Row *row, char *reason)
{
  if (row != NULL)
    {
      g_free (row->reason);
      row->reason = reason;
    }
  else
    g_free (reason);
}

/* ---- events: each says its line, or NULL, and keeps the rows up to date ---- */

typedef char *(*Teller) (DdProgress *self, const Event *event);

static char *
tell_started (G_GNUC_UNUSED DdProgress *self, const Event *event)
{
  return g_strdup_printf (
      "update of %s to %s (%s), %" G_GINT64_FORMAT " at once, profile %s%s", event->subject,
      detail (event, DD_DETAIL_RELEASE), detail (event, DD_DETAIL_IMAGE),
      number (event, DD_DETAIL_PARALLELISM), detail (event, DD_DETAIL_PROFILE),
      dd_event_bool (event->what, event->details, DD_DETAIL_FORCE) ? ", forced" : "");
}

static char *
tell_watched (G_GNUC_UNUSED DdProgress *self, const Event *event)
{
  return g_strdup_printf ("watching update %s of %s to %s", detail (event, DD_DETAIL_ID),
                          event->subject, detail (event, DD_DETAIL_RELEASE));
}

static char *
tell_waits (G_GNUC_UNUSED DdProgress *self, const Event *event)
{
  return g_strdup (detail (event, DD_DETAIL_REASON));
}

static char *
tell_warned (G_GNUC_UNUSED DdProgress *self, const Event *event)
{
  return g_strdup_printf ("warning: %s", detail (event, DD_DETAIL_REASON));
}

static char *
tell_phase (DdProgress *self, const Event *event)
{
  g_free (self->phase);
  self->phase = g_strdup (detail (event, DD_DETAIL_PHASE));
  return g_strdup_printf ("phase: %s", self->phase);
}

static char *
tell_template (G_GNUC_UNUSED DdProgress *self, const Event *event)
{
  return g_strdup_printf ("launch template %s has a version %s with %s",
                          detail (event, DD_DETAIL_TEMPLATE), detail (event, DD_DETAIL_VERSION),
                          detail (event, DD_DETAIL_IMAGE));
}

static char *
tell_deleted_version (G_GNUC_UNUSED DdProgress *self, const Event *event)
{
  return g_strdup_printf ("version %s of launch template %s is deleted",
                          detail (event, DD_DETAIL_VERSION), detail (event, DD_DETAIL_TEMPLATE));
}

static char *
tell_adopted (G_GNUC_UNUSED DdProgress *self, const Event *event)
{
  return g_strdup_printf ("somebody asked for %" G_GINT64_FORMAT " instead of %" G_GINT64_FORMAT
                          " instances meanwhile: the update leaves %" G_GINT64_FORMAT,
                          number (event, DD_DETAIL_ASKED), number (event, DD_DETAIL_INSTEAD_OF),
                          number (event, DD_DETAIL_DESIRED));
}

static char *
tell_max_adopted (G_GNUC_UNUSED DdProgress *self, const Event *event)
{
  return g_strdup_printf ("somebody set the maximum size to %" G_GINT64_FORMAT
                          " instead of %" G_GINT64_FORMAT
                          " meanwhile: the update leaves %" G_GINT64_FORMAT,
                          number (event, DD_DETAIL_ASKED), number (event, DD_DETAIL_INSTEAD_OF),
                          number (event, DD_DETAIL_MAX));
}

static char *
tell_min_adopted (G_GNUC_UNUSED DdProgress *self, const Event *event)
{
  return g_strdup_printf ("somebody raised the minimum size to %" G_GINT64_FORMAT
                          " meanwhile: the update leaves %" G_GINT64_FORMAT
                          " instances instead of %" G_GINT64_FORMAT,
                          number (event, DD_DETAIL_MIN), number (event, DD_DETAIL_DESIRED),
                          number (event, DD_DETAIL_INSTEAD_OF));
}

static char *
tell_raised (DdProgress *self, const Event *event)
{
  self->desired_before = number (event, DD_DETAIL_FROM_DESIRED);
  self->desired_now = number (event, DD_DETAIL_DESIRED);
  return g_strdup_printf ("desired size %" G_GINT64_FORMAT " -> %" G_GINT64_FORMAT
                          ", maximum %" G_GINT64_FORMAT " -> %" G_GINT64_FORMAT,
                          self->desired_before, self->desired_now,
                          number (event, DD_DETAIL_FROM_MAX), number (event, DD_DETAIL_MAX));
}

static char *
tell_joined (G_GNUC_UNUSED DdProgress *self, const Event *event)
{
  return g_strdup_printf ("node %s has joined in %s", event->subject,
                          detail (event, DD_DETAIL_ZONE));
}

static char *
tell_vanished (G_GNUC_UNUSED DdProgress *self, const Event *event)
{
  return g_strdup_printf ("node %s has left, and not by this update: see the activities of Auto "
                          "Scaling group %s",
                          event->subject, detail (event, DD_DETAIL_GROUP));
}

static char *
tell_satisfied (G_GNUC_UNUSED DdProgress *self, G_GNUC_UNUSED const Event *event)
{
  return g_strdup ("every zone has new nodes, and all of them are Ready");
}

static char *
tell_marked (DdProgress *self, const Event *event)
{
  self->marked++;
  return g_strdup_printf ("node %s is marked outdated (%s)", event->subject,
                          detail (event, DD_DETAIL_MARK));
}

static char *
tell_unmarked (DdProgress *self, const Event *event)
{
  self->marked--;
  return g_strdup_printf ("node %s is no longer marked", event->subject);
}

static char *
tell_wave (G_GNUC_UNUSED DdProgress *self, const Event *event)
{
  gsize nodes = length (event, DD_DETAIL_NODES);

  return g_strdup_printf ("%s: %" G_GSIZE_FORMAT " node%s", event->subject, nodes,
                          nodes == 1 ? "" : "s");
}

static char *
tell_drain (DdProgress *self, const Event *event)
{
  Row *row = g_new0 (Row, 1);

  row->name = g_strdup (event->subject);
  row->zone = g_strdup (detail (event, DD_DETAIL_ZONE));
  row->state = "draining";
  row->pods = number (event, DD_DETAIL_POD_COUNT);
  g_ptr_array_add (self->rows, row);
  return g_strdup_printf ("draining %s in %s: %" G_GINT64_FORMAT " pods", event->subject, row->zone,
                          row->pods);
}

static char *
tell_evicted (DdProgress *self, const Event *event)
{
  Row *row = row_of_pod (self, event);

  if (row != NULL && row->pods > 0)
    row->pods--;
  set_reason (row, g_strdup ("waiting for pods to end"));
  return self->options.live ? NULL
                            : g_strdup_printf ("pod %s evicted from %s", event->subject,
                                               detail (event, DD_DETAIL_NODE));
}

static char *
tell_refused (DdProgress *self, const Event *event)
{
  char *reason
      = number (event, DD_DETAIL_NEEDS) < 0
            ? g_strdup_printf ("%s refused by budget %s", event->subject,
                               detail (event, DD_DETAIL_BUDGET))
            : g_strdup_printf ("%s refused by budget %s (needs %" G_GINT64_FORMAT
                               " healthy pods, has %" G_GINT64_FORMAT ")",
                               event->subject, detail (event, DD_DETAIL_BUDGET),
                               number (event, DD_DETAIL_NEEDS), number (event, DD_DETAIL_HAS));
  char *line
      = g_strdup_printf ("pod %s, try %" G_GINT64_FORMAT, reason, number (event, DD_DETAIL_TRY));

  set_reason (row_of_pod (self, event), reason);
  return line;
}

static char *
tell_two_budgets (DdProgress *self, const Event *event)
{
  set_reason (row_of_pod (self, event),
              g_strdup_printf ("%s is selected by two budgets", event->subject));
  return g_strdup_printf (
      "pod %s is selected by more than one budget: no eviction can succeed, try "
      "%" G_GINT64_FORMAT,
      event->subject, number (event, DD_DETAIL_TRY));
}

static char *
tell_eviction_failed (DdProgress *self, const Event *event)
{
  set_reason (row_of_pod (self, event), g_strdup (detail (event, DD_DETAIL_MESSAGE)));
  return g_strdup_printf ("pod %s: %s", event->subject, detail (event, DD_DETAIL_MESSAGE));
}

static char *
tell_forced (G_GNUC_UNUSED DdProgress *self, const Event *event)
{
  return g_strdup_printf ("pod %s deleted by force", event->subject);
}

static char *
tell_overdue (DdProgress *self, const Event *event)
{
  Row *row = find_row (self, event->subject);

  if (row != NULL)
    row->state = "overdue";
  return g_strdup_printf ("node %s is not empty in time: %" G_GSIZE_FORMAT " pods are left",
                          event->subject, length (event, DD_DETAIL_PODS));
}

static char *
tell_drained (DdProgress *self, const Event *event)
{
  Row *row = find_row (self, event->subject);

  set_reason (row, NULL);
  if (row != NULL)
    row->pods = 0;
  return g_strdup_printf ("node %s is empty after %" G_GINT64_FORMAT " s", event->subject,
                          number (event, DD_DETAIL_SECONDS));
}

static char *
set_state (DdProgress *self, const char *subject, const char *state)
{
  Row *row = find_row (self, subject);

  if (row != NULL)
    row->state = state;
  return NULL;
}

static char *
tell_cordoned (DdProgress *self, const Event *event)
{
  return set_state (self, event->subject, "cordoned, settling");
}

static char *
tell_terminating (DdProgress *self, const Event *event)
{
  set_state (self, event->subject, "terminating");
  return g_strdup_printf ("terminating %s (%s)", event->subject,
                          detail (event, DD_DETAIL_INSTANCE));
}

static char *
tell_terminated (DdProgress *self, const Event *event)
{
  Row *row = find_row (self, event->subject);

  if (row != NULL)
    g_ptr_array_remove (self->rows, row);
  self->replaced++;
  return g_strdup_printf ("node %s has left", event->subject);
}

static char *
tell_surplus (G_GNUC_UNUSED DdProgress *self, const Event *event)
{
  return g_strdup_printf ("no hook drains this group: node %s is to leave",
                          detail (event, DD_DETAIL_NODE));
}

static char *
tell_step (DdProgress *self, const Event *event)
{
  self->desired_now = number (event, DD_DETAIL_DESIRED);
  return g_strdup_printf ("desired size -> %" G_GINT64_FORMAT, self->desired_now);
}

static char *
tell_stopped (G_GNUC_UNUSED DdProgress *self, const Event *event)
{
  return g_strdup_printf ("scale-down stops: %s", detail (event, DD_DETAIL_REASON));
}

static char *
tell_away (G_GNUC_UNUSED DdProgress *self, const Event *event)
{
  return g_strdup_printf ("%s has given no good answer since %s; it is asked again (%s): %s",
                          detail (event, DD_DETAIL_SERVICE), detail (event, DD_DETAIL_SINCE),
                          detail (event, DD_DETAIL_ENDPOINT), detail (event, DD_DETAIL_MESSAGE));
}

static char *
tell_back (G_GNUC_UNUSED DdProgress *self, const Event *event)
{
  return g_strdup_printf ("%s answers again, after %" G_GINT64_FORMAT " s",
                          detail (event, DD_DETAIL_SERVICE), number (event, DD_DETAIL_SECONDS));
}

/* Once it takes long, that it is away is told instead. */
static char *
tell_retried (G_GNUC_UNUSED DdProgress *self, const Event *event)
{
  if (number (event, DD_DETAIL_TRY) > MOST_RETRIES_TOLD)
    return NULL;
  return g_strdup_printf ("%s %s failed (try %" G_GINT64_FORMAT "), trying again",
                          detail (event, DD_DETAIL_SERVICE), detail (event, DD_DETAIL_OPERATION),
                          number (event, DD_DETAIL_TRY));
}

static const struct
{
  DdEvent what;
  Tone tone;
  Teller tell;
} tellers[] = {
  { DD_EVENT_UPDATE_STARTED, BOLD, tell_started },
  { DD_EVENT_UPDATE_WATCHED, BOLD, tell_watched },
  { DD_EVENT_UPDATE_WAITS, BAD, tell_waits },
  { DD_EVENT_UPDATE_WARNED, BAD, tell_warned },
  { DD_EVENT_PHASE_ENTERED, BOLD, tell_phase },
  { DD_EVENT_LAUNCH_TEMPLATE_VERSION_CREATED, PLAIN, tell_template },
  { DD_EVENT_LAUNCH_TEMPLATE_VERSION_DELETED, PLAIN, tell_deleted_version },
  { DD_EVENT_SCALE_UP_REQUESTED, PLAIN, tell_raised },
  { DD_EVENT_NODE_JOINED, GOOD, tell_joined },
  { DD_EVENT_NODE_VANISHED, BAD, tell_vanished },
  { DD_EVENT_SCALE_UP_SATISFIED, GOOD, tell_satisfied },
  { DD_EVENT_NODE_MARKED, PLAIN, tell_marked },
  { DD_EVENT_NODE_UNMARKED, PLAIN, tell_unmarked },
  { DD_EVENT_WAVE_STARTED, BOLD, tell_wave },
  { DD_EVENT_DRAIN_STARTED, PLAIN, tell_drain },
  { DD_EVENT_DRAIN_EVICTED, PLAIN, tell_evicted },
  { DD_EVENT_DRAIN_REFUSED_BY_BUDGET, BAD, tell_refused },
  { DD_EVENT_DRAIN_REFUSED_BY_TWO_BUDGETS, BAD, tell_two_budgets },
  { DD_EVENT_DRAIN_EVICTION_FAILED, BAD, tell_eviction_failed },
  { DD_EVENT_DRAIN_FORCED, BAD, tell_forced },
  { DD_EVENT_DRAIN_OVERDUE, BAD, tell_overdue },
  { DD_EVENT_DRAIN_FINISHED, PLAIN, tell_drained },
  { DD_EVENT_NODE_CORDONED, PLAIN, tell_cordoned },
  { DD_EVENT_NODE_TERMINATING, PLAIN, tell_terminating },
  { DD_EVENT_NODE_TERMINATED, GOOD, tell_terminated },
  { DD_EVENT_SCALE_DOWN_CHOSEN, PLAIN, tell_surplus },
  { DD_EVENT_SCALE_DOWN_STEP, PLAIN, tell_step },
  { DD_EVENT_SIZE_ADOPTED, BAD, tell_adopted },
  { DD_EVENT_MAXIMUM_ADOPTED, BAD, tell_max_adopted },
  { DD_EVENT_MINIMUM_ADOPTED, BAD, tell_min_adopted },
  { DD_EVENT_SCALE_DOWN_STOPPED, BAD, tell_stopped },
  { DD_EVENT_REQUEST_RETRIED, FAINT, tell_retried },
  { DD_EVENT_API_AWAY, BAD, tell_away },
  { DD_EVENT_API_BACK, GOOD, tell_back },
};

/* ---- the live part ---- */

static guint
terminal_width (void)
{
  struct winsize size;

  if (ioctl (STDOUT_FILENO, TIOCGWINSZ, &size) != 0 || size.ws_col == 0)
    return DEFAULT_WIDTH;
  return size.ws_col;
}

void
dd_progress_hide (DdProgress *self)
{
  if (self->drawn > 0)
    g_print ("\033[%uA\033[J", self->drawn);
  self->drawn = 0;
}

static void
draw_row (DdProgress *self, const char *text)
{
  glong width = (glong) terminal_width () - 1;
  g_autofree char *line
      = g_utf8_strlen (text, -1) <= width ? g_strdup (text) : g_utf8_substring (text, 0, width);

  g_print ("%s\n", line);
  self->drawn++;
}

static void
draw_live_part (DdProgress *self)
{
  guint rows = MIN (self->rows->len, MAX_ROWS);

  for (guint i = 0; i < rows; i++)
    {
      const Row *row = g_ptr_array_index (self->rows, i);
      g_autofree char *text = g_strdup_printf ("  %-44s %-12s %-18s %3" G_GINT64_FORMAT " pods  %s",
                                               row->name, row->zone, row->state, row->pods,
                                               row->reason == NULL ? "" : row->reason);

      draw_row (self, text);
    }
  if (rows > 0)
    {
      g_autofree char *text
          = g_strdup_printf ("  -- %s: %u under way, %" G_GINT64_FORMAT " gone --", self->phase,
                             self->rows->len, self->replaced);

      draw_row (self, text);
    }
}

/* ---- the trace ---- */

static void
record (DdProgress *self, const char *actor, DdEvent what, const char *subject, DdValue *details)
{
  g_autoptr (DdValue) event = dd_object (
      "t", dd_int (dd_clock_now (self->options.clock) - self->began), "n",
      dd_int ((gint64) self->count), "actor", dd_string (actor), "event",
      dd_string (dd_events[what].name), "subject", dd_string (subject == NULL ? "" : subject),
      "details", details == NULL ? NULL : dd_value_ref (details), NULL);
  g_autofree char *line = dd_value_to_text (event);

  fprintf (self->options.record, "%s\n", line);
  fflush (self->options.record);
}

static void
emit (DdTrace *trace, const char *actor, DdEvent what, const char *subject, DdValue *details)
{
  DdProgress *self = (DdProgress *) trace;
  const Event event = { what, subject, details };

  self->count++;
  if (self->options.record != NULL)
    record (self, actor, what, subject, details);
  for (guint i = 0; i < G_N_ELEMENTS (tellers); i++)
    if (tellers[i].what == what && !self->options.quiet)
      {
        g_autofree char *line = tellers[i].tell (self, &event);

        dd_progress_hide (self);
        if (line != NULL)
          print_line (self, tellers[i].tone, line);
        if (self->options.live)
          draw_live_part (self);
      }
}

static const DdTraceClass progress_class = { emit };

DdProgress *
dd_progress_new (const DdProgressOptions *options)
{
  DdProgress *self = g_new0 (DdProgress, 1);

  self->trace.klass = &progress_class;
  self->options = *options;
  self->began = dd_clock_now (options->clock);
  self->phase = g_strdup ("setup");
  self->rows = g_ptr_array_new_with_free_func (row_free);
  self->desired_before = self->desired_now = -1;
  return self;
}

void
dd_progress_free (DdProgress *self)
{
  if (self == NULL)
    return;
  g_ptr_array_unref (self->rows);
  g_free (self->phase);
  g_free (self);
}

DdTrace *
dd_progress_trace (DdProgress *self)
{
  return &self->trace;
}

char *
dd_progress_summary (const DdProgress *self)
{
  GString *text = g_string_new (NULL);

  g_string_append_printf (
      text, "stopped in phase %s; nodes that have left: %" G_GINT64_FORMAT ", under way: %u",
      self->phase, self->replaced, self->rows->len);
  if (self->desired_now != self->desired_before)
    g_string_append_printf (text,
                            "; the Auto Scaling group is at desired size %" G_GINT64_FORMAT
                            ", before the update it was %" G_GINT64_FORMAT,
                            self->desired_now, self->desired_before);
  if (self->marked > self->replaced)
    g_string_append_printf (text, "; outdated nodes that stay marked: %" G_GINT64_FORMAT,
                            self->marked - self->replaced);
  return g_string_free (text, FALSE);
}
