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

static const char *
detail (const DdValue *details, const char *key)
{
  const char *text = dd_value_string (dd_value_member (details, key));

  return text == NULL ? "?" : text;
}

static gint64
number (const DdValue *details, const char *key)
{
  return dd_value_int (dd_value_member (details, key), -1);
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
row_of_pod (const DdProgress *self, const DdValue *details)
{
  return find_row (self, detail (details, "node"));
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

typedef char *(*Teller) (DdProgress *self, const char *subject, const DdValue *details);

static char *
tell_started (G_GNUC_UNUSED DdProgress *self, const char *subject, const DdValue *details)
{
  return g_strdup_printf ("update of %s to %s (%s), %" G_GINT64_FORMAT " at once, profile %s%s",
                          subject, detail (details, "release"), detail (details, "image"),
                          number (details, "parallelism"), detail (details, "profile"),
                          dd_value_path_bool (details, "force", FALSE) ? ", forced" : "");
}

static char *
tell_watched (G_GNUC_UNUSED DdProgress *self, const char *subject, const DdValue *details)
{
  return g_strdup_printf ("watching update %s of %s to %s", detail (details, "id"), subject,
                          detail (details, "release"));
}

static char *
tell_waits (G_GNUC_UNUSED DdProgress *self, G_GNUC_UNUSED const char *subject,
            const DdValue *details)
{
  return g_strdup (detail (details, "reason"));
}

static char *
tell_warned (G_GNUC_UNUSED DdProgress *self, G_GNUC_UNUSED const char *subject,
             const DdValue *details)
{
  return g_strdup_printf ("warning: %s", detail (details, "reason"));
}

static char *
tell_phase (DdProgress *self, G_GNUC_UNUSED const char *subject, const DdValue *details)
{
  g_free (self->phase);
  self->phase = g_strdup (detail (details, "phase"));
  return g_strdup_printf ("phase: %s", self->phase);
}

static char *
tell_template (G_GNUC_UNUSED DdProgress *self, G_GNUC_UNUSED const char *subject,
               const DdValue *details)
{
  return g_strdup_printf ("launch template %s has a version %" G_GINT64_FORMAT " with %s",
                          detail (details, "id"), number (details, "version"),
                          detail (details, "image"));
}

static char *
tell_deleted_version (G_GNUC_UNUSED DdProgress *self, G_GNUC_UNUSED const char *subject,
                      const DdValue *details)
{
  return g_strdup_printf ("version %" G_GINT64_FORMAT " of launch template %s is deleted",
                          number (details, "version"), detail (details, "id"));
}

static char *
tell_adopted (G_GNUC_UNUSED DdProgress *self, G_GNUC_UNUSED const char *subject,
              const DdValue *details)
{
  return g_strdup_printf ("somebody asked for %" G_GINT64_FORMAT " instead of %" G_GINT64_FORMAT
                          " instances meanwhile: the update leaves %" G_GINT64_FORMAT,
                          number (details, "asked"), number (details, "instead_of"),
                          number (details, "desired"));
}

static char *
tell_raised (DdProgress *self, G_GNUC_UNUSED const char *subject, const DdValue *details)
{
  self->desired_before = number (details, "from_desired");
  self->desired_now = number (details, "desired");
  return g_strdup_printf ("desired size %" G_GINT64_FORMAT " -> %" G_GINT64_FORMAT
                          ", maximum %" G_GINT64_FORMAT " -> %" G_GINT64_FORMAT,
                          self->desired_before, self->desired_now, number (details, "from_max"),
                          number (details, "max"));
}

static char *
tell_joined (G_GNUC_UNUSED DdProgress *self, const char *subject, const DdValue *details)
{
  return g_strdup_printf ("node %s has joined in %s", subject, detail (details, "zone"));
}

static char *
tell_vanished (G_GNUC_UNUSED DdProgress *self, const char *subject, const DdValue *details)
{
  return g_strdup_printf ("node %s has left, and not by this update: see the activities of Auto "
                          "Scaling group %s",
                          subject, detail (details, "group"));
}

static char *
tell_satisfied (G_GNUC_UNUSED DdProgress *self, G_GNUC_UNUSED const char *subject,
                G_GNUC_UNUSED const DdValue *details)
{
  return g_strdup ("every zone has new nodes, and all of them are Ready");
}

static char *
tell_marked (DdProgress *self, const char *subject, const DdValue *details)
{
  self->marked++;
  return g_strdup_printf ("node %s is marked outdated (%s)", subject, detail (details, "mark"));
}

static char *
tell_unmarked (DdProgress *self, const char *subject, G_GNUC_UNUSED const DdValue *details)
{
  self->marked--;
  return g_strdup_printf ("node %s is no longer marked", subject);
}

static char *
tell_wave (G_GNUC_UNUSED DdProgress *self, const char *subject, const DdValue *details)
{
  gsize nodes = dd_value_length (dd_value_member (details, "nodes"));

  return g_strdup_printf ("%s: %" G_GSIZE_FORMAT " node%s", subject, nodes, nodes == 1 ? "" : "s");
}

static char *
tell_drain (DdProgress *self, const char *subject, const DdValue *details)
{
  Row *row = g_new0 (Row, 1);

  row->name = g_strdup (subject);
  row->zone = g_strdup (detail (details, "zone"));
  row->state = "draining";
  row->pods = number (details, "pods");
  g_ptr_array_add (self->rows, row);
  return g_strdup_printf ("draining %s in %s: %" G_GINT64_FORMAT " pods", subject, row->zone,
                          row->pods);
}

static char *
tell_evicted (DdProgress *self, const char *subject, const DdValue *details)
{
  Row *row = row_of_pod (self, details);

  if (row != NULL && row->pods > 0)
    row->pods--;
  set_reason (row, g_strdup ("waiting for pods to end"));
  return self->options.live
             ? NULL
             : g_strdup_printf ("pod %s evicted from %s", subject, detail (details, "node"));
}

static char *
tell_refused (DdProgress *self, const char *subject, const DdValue *details)
{
  char *reason
      = number (details, "needs") < 0
            ? g_strdup_printf ("%s refused by budget %s", subject, detail (details, "budget"))
            : g_strdup_printf ("%s refused by budget %s (needs %" G_GINT64_FORMAT
                               " healthy pods, has %" G_GINT64_FORMAT ")",
                               subject, detail (details, "budget"), number (details, "needs"),
                               number (details, "has"));
  char *line = g_strdup_printf ("pod %s, try %" G_GINT64_FORMAT, reason, number (details, "try"));

  set_reason (row_of_pod (self, details), reason);
  return line;
}

static char *
tell_two_budgets (DdProgress *self, const char *subject, const DdValue *details)
{
  set_reason (row_of_pod (self, details),
              g_strdup_printf ("%s is selected by two budgets", subject));
  return g_strdup_printf (
      "pod %s is selected by more than one budget: no eviction can succeed, try "
      "%" G_GINT64_FORMAT,
      subject, number (details, "try"));
}

static char *
tell_eviction_failed (DdProgress *self, const char *subject, const DdValue *details)
{
  set_reason (row_of_pod (self, details), g_strdup (detail (details, "message")));
  return g_strdup_printf ("pod %s: %s", subject, detail (details, "message"));
}

static char *
tell_forced (G_GNUC_UNUSED DdProgress *self, const char *subject,
             G_GNUC_UNUSED const DdValue *details)
{
  return g_strdup_printf ("pod %s deleted by force", subject);
}

static char *
tell_overdue (DdProgress *self, const char *subject, const DdValue *details)
{
  Row *row = find_row (self, subject);

  if (row != NULL)
    row->state = "overdue";
  return g_strdup_printf ("node %s is not empty in time: %" G_GSIZE_FORMAT " pods are left",
                          subject, dd_value_length (dd_value_member (details, "pods")));
}

static char *
tell_drained (DdProgress *self, const char *subject, const DdValue *details)
{
  Row *row = find_row (self, subject);

  set_reason (row, NULL);
  if (row != NULL)
    row->pods = 0;
  return g_strdup_printf ("node %s is empty after %" G_GINT64_FORMAT " s", subject,
                          number (details, "seconds"));
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
tell_cordoned (DdProgress *self, const char *subject, G_GNUC_UNUSED const DdValue *details)
{
  return set_state (self, subject, "cordoned, settling");
}

static char *
tell_terminating (DdProgress *self, const char *subject, const DdValue *details)
{
  set_state (self, subject, "terminating");
  return g_strdup_printf ("terminating %s (%s)", subject, detail (details, "instance"));
}

static char *
tell_terminated (DdProgress *self, const char *subject, G_GNUC_UNUSED const DdValue *details)
{
  Row *row = find_row (self, subject);

  if (row != NULL)
    g_ptr_array_remove (self->rows, row);
  self->replaced++;
  return g_strdup_printf ("node %s has left", subject);
}

static char *
tell_surplus (G_GNUC_UNUSED DdProgress *self, G_GNUC_UNUSED const char *subject,
              const DdValue *details)
{
  return g_strdup_printf ("no hook drains this group: node %s is to leave",
                          detail (details, "node"));
}

static char *
tell_step (DdProgress *self, G_GNUC_UNUSED const char *subject, const DdValue *details)
{
  self->desired_now = number (details, "desired");
  return g_strdup_printf ("desired size -> %" G_GINT64_FORMAT, self->desired_now);
}

static char *
tell_stopped (G_GNUC_UNUSED DdProgress *self, G_GNUC_UNUSED const char *subject,
              const DdValue *details)
{
  return g_strdup_printf ("scale-down stops: %s", detail (details, "reason"));
}

static char *
tell_away (G_GNUC_UNUSED DdProgress *self, G_GNUC_UNUSED const char *subject,
           const DdValue *details)
{
  return g_strdup_printf ("%s has given no good answer since %s; it is asked again (%s): %s",
                          detail (details, "service"), detail (details, "since"),
                          detail (details, "endpoint"), detail (details, "error"));
}

static char *
tell_back (G_GNUC_UNUSED DdProgress *self, G_GNUC_UNUSED const char *subject,
           const DdValue *details)
{
  return g_strdup_printf ("%s answers again, after %" G_GINT64_FORMAT " s",
                          detail (details, "service"), number (details, "seconds"));
}

/* Once it takes long, that it is away is told instead. */
static char *
tell_retried (G_GNUC_UNUSED DdProgress *self, G_GNUC_UNUSED const char *subject,
              const DdValue *details)
{
  if (number (details, "try") > MOST_RETRIES_TOLD)
    return NULL;
  return g_strdup_printf ("%s %s failed (try %" G_GINT64_FORMAT "), trying again",
                          detail (details, "service"), detail (details, "operation"),
                          number (details, "try"));
}

static const struct
{
  const char *what;
  Tone tone;
  Teller tell;
} tellers[] = {
  { "update.started", BOLD, tell_started },
  { "update.watched", BOLD, tell_watched },
  { "update.waits", BAD, tell_waits },
  { "update.warned", BAD, tell_warned },
  { "phase.entered", BOLD, tell_phase },
  { "launch-template.version-created", PLAIN, tell_template },
  { "launch-template.version-deleted", PLAIN, tell_deleted_version },
  { "scale-up.requested", PLAIN, tell_raised },
  { "node.joined", GOOD, tell_joined },
  { "node.vanished", BAD, tell_vanished },
  { "scale-up.satisfied", GOOD, tell_satisfied },
  { "node.marked", PLAIN, tell_marked },
  { "node.unmarked", PLAIN, tell_unmarked },
  { "wave.started", BOLD, tell_wave },
  { "drain.started", PLAIN, tell_drain },
  { "drain.evicted", PLAIN, tell_evicted },
  { "drain.refused-by-budget", BAD, tell_refused },
  { "drain.refused-by-two-budgets", BAD, tell_two_budgets },
  { "drain.eviction-failed", BAD, tell_eviction_failed },
  { "drain.forced", BAD, tell_forced },
  { "drain.overdue", BAD, tell_overdue },
  { "drain.finished", PLAIN, tell_drained },
  { "node.cordoned", PLAIN, tell_cordoned },
  { "node.terminating", PLAIN, tell_terminating },
  { "node.terminated", GOOD, tell_terminated },
  { "scale-down.chosen", PLAIN, tell_surplus },
  { "scale-down.step", PLAIN, tell_step },
  { "size.adopted", BAD, tell_adopted },
  { "scale-down.stopped", BAD, tell_stopped },
  { "request.retried", FAINT, tell_retried },
  { "api.away", BAD, tell_away },
  { "api.back", GOOD, tell_back },
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
record (DdProgress *self, const char *actor, const char *what, const char *subject,
        DdValue *details)
{
  g_autoptr (DdValue) event
      = dd_object ("t", dd_int (dd_clock_now (self->options.clock) - self->began), "n",
                   dd_int ((gint64) self->count), "actor", dd_string (actor), "event",
                   dd_string (what), "subject", dd_string (subject == NULL ? "" : subject),
                   "details", details == NULL ? NULL : dd_value_ref (details), NULL);
  g_autofree char *line = dd_value_to_text (event);

  fprintf (self->options.record, "%s\n", line);
  fflush (self->options.record);
}

static void
emit (DdTrace *trace, const char *actor, const char *what, const char *subject, DdValue *details)
{
  DdProgress *self = (DdProgress *) trace;

  self->count++;
  if (self->options.record != NULL)
    record (self, actor, what, subject, details);
  for (guint i = 0; i < G_N_ELEMENTS (tellers); i++)
    if (g_str_equal (tellers[i].what, what) && !self->options.quiet)
      {
        g_autofree char *line = tellers[i].tell (self, subject, details);

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
                            ", before the update it was %" G_GINT64_FORMAT
                            " (set it back yourself: the next update takes the present size for "
                            "the group's own)",
                            self->desired_now, self->desired_before);
  if (self->marked > self->replaced)
    g_string_append_printf (text, "; outdated nodes that stay marked: %" G_GINT64_FORMAT,
                            self->marked - self->replaced);
  return g_string_free (text, FALSE);
}
