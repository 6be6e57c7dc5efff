/* SPDX-License-Identifier: Apache-2.0 */
/* sim/sinks/report.c: the same outcome in three languages */

#include "config.h"

#include "sim/sinks/report.h"

#include "base/time.h"
#include "sim/scenario/expect-private.h"
#include "sim/sinks/ink.h"

static void
print_indented (const char *text, const char *indent, FILE *out)
{
  g_auto (GStrv) lines = g_strsplit (text, "\n", -1);

  for (guint i = 0; lines[i] != NULL; i++)
    fprintf (out, "%s%s\n", indent, lines[i]);
}

/* How each update failed, and why: what came of it makes no sense without. */
static void
print_endings (const SimReport *report, const char *indent, FILE *out)
{
  g_autofree char *deeper = g_strconcat (indent, "  ", NULL);

  for (guint i = 0; i < sim_endings_length (report->endings); i++)
    {
      const SimEnding *ending = sim_endings_nth (report->endings, i);
      g_autofree char *text = sim_ending_text (ending);

      fprintf (out, "%s%s\n", indent, text);
      if (*ending->explanation != '\0')
        print_indented (ending->explanation, deeper, out);
    }
}

/* Where a rehearsal is strict, verdicts say the same. */
static const GPtrArray *
unmodelled_of (const SimOutcome *outcome)
{
  return outcome->strict ? NULL : outcome->unmodelled;
}

/* ---- people ---- */

void
sim_report_unmodelled (const GPtrArray *unmodelled, gboolean colour, FILE *out)
{
  for (guint i = 0; unmodelled != NULL && i < unmodelled->len; i++)
    {
      const SimUnmodelled *one = g_ptr_array_index (unmodelled, i);
      g_autofree char *title = sim_unmodelled_title (one);
      g_autofree char *point = sim_unmodelled_point (one);
      g_autofree char *effect = sim_unmodelled_effect (one);

      fprintf (out, "  %sasked%s   %s\n          %s: %s\n", sim_ink_on (colour, SIM_INK_CAUTION),
               sim_ink_off (colour), title, point, effect);
    }
}

static void
print_verdict (const SimVerdict *verdict, gboolean colour, FILE *out)
{
  g_autofree char *when = sim_moment_text (verdict->time);

  fprintf (out, "  %s%s%s  %s\n", sim_ink_on (colour, verdict->held ? SIM_INK_GOOD : SIM_INK_BAD),
           verdict->held ? "held  " : "FAILED", sim_ink_off (colour), verdict->text);
  if (verdict->remark != NULL)
    fprintf (out, "          %s: %s\n", verdict->place, verdict->remark);
  if (verdict->held)
    return;
  fprintf (out, "          %s, decided at %s\n",
           *verdict->place != '\0' ? verdict->place : "always", when);
  print_indented (verdict->why, "          ", out);
}

static guint
count_broken_promises (const SimOutcome *outcome)
{
  guint count = 0;

  for (guint i = 0; i < outcome->verdicts->len; i++)
    {
      const SimVerdict *verdict = g_ptr_array_index (outcome->verdicts, i);

      count += g_str_has_prefix (verdict->text, "invariant ");
    }
  return count;
}

static void
print_promises (const SimOutcome *outcome, gboolean colour, FILE *out)
{
  guint broken = count_broken_promises (outcome);

  if (broken == 0)
    fprintf (out, "  %sheld%s    %u invariants, after every event\n",
             sim_ink_on (colour, SIM_INK_GOOD), sim_ink_off (colour), outcome->promises);
}

static void
print_times (const SimReport *report, FILE *out)
{
  const SimOutcome *outcome = report->outcome;
  double virtual_seconds = (double) outcome->virtual_time / DD_SECOND;
  g_autofree char *virtual_text
      = dd_duration_to_text (outcome->virtual_time / DD_SECOND * DD_SECOND);

  fprintf (out,
           "%s of virtual time in %.0f ms (%.0f times as fast), %" G_GUINT64_FORMAT " events\n",
           virtual_text, report->real_seconds * 1000,
           report->real_seconds > 0 ? virtual_seconds / report->real_seconds : 0, outcome->events);
  fprintf (out, "seed %" G_GUINT64_FORMAT ", transport %s, trace sha256 %s\n", outcome->seed,
           outcome->transport, outcome->digest);
}

void
sim_report_human (const SimReport *report, gboolean colour, FILE *out)
{
  const SimOutcome *outcome = report->outcome;

  fputc ('\n', out);
  print_endings (report, "  ", out);
  sim_report_unmodelled (unmodelled_of (outcome), colour, out);
  for (guint i = 0; i < outcome->verdicts->len; i++)
    print_verdict (g_ptr_array_index (outcome->verdicts, i), colour, out);
  print_promises (outcome, colour, out);
  fprintf (out, "\n%s%s: %s%s\n", sim_ink_on (colour, outcome->held ? SIM_INK_GOOD : SIM_INK_BAD),
           outcome->scenario, outcome->held ? "held" : "FAILED", sim_ink_off (colour));
  print_times (report, out);
}

/* ---- TAP, version 14 ---- */

static void
print_unmodelled (const SimOutcome *outcome, FILE *out)
{
  const GPtrArray *unmodelled = unmodelled_of (outcome);

  for (guint i = 0; unmodelled != NULL && i < unmodelled->len; i++)
    {
      g_autofree char *text = sim_unmodelled_text (g_ptr_array_index (unmodelled, i));

      fprintf (out, "# %s\n", text);
    }
}

void
sim_report_tap (const SimReport *report, FILE *out)
{
  const SimOutcome *outcome = report->outcome;

  fprintf (out, "%sok %u - %s seed %" G_GUINT64_FORMAT " %s\n", outcome->held ? "" : "not ",
           report->number, report->place, outcome->seed, outcome->transport);
  print_endings (report, "# ", out);
  print_unmodelled (outcome, out);
  for (guint i = 0; i < outcome->verdicts->len; i++)
    {
      const SimVerdict *verdict = g_ptr_array_index (outcome->verdicts, i);

      if (verdict->remark != NULL)
        fprintf (out, "# %s: %s: %s\n", verdict->place, verdict->text, verdict->remark);
      if (verdict->held)
        continue;
      fprintf (out, "# %s%s%s\n", verdict->place, *verdict->place != '\0' ? ": " : "",
               verdict->text);
      print_indented (verdict->why, "#   ", out);
    }
  fprintf (out, "# digest %s\n", outcome->digest);
}

void
sim_report_tap_error (guint number, const char *place, const char *message, FILE *out)
{
  fprintf (out, "not ok %u - %s\n", number, place);
  print_indented (message, "# ", out);
}

/* ---- JSON ---- */

static DdValue *
verdicts_value (const SimOutcome *outcome)
{
  DdBuilder list = dd_builder_array ();

  for (guint i = 0; i < outcome->verdicts->len; i++)
    {
      const SimVerdict *verdict = g_ptr_array_index (outcome->verdicts, i);

      dd_builder_add (
          &list, dd_object ("text", dd_string (verdict->text), "place", dd_string (verdict->place),
                            "held", dd_bool (verdict->held), "at_seconds",
                            dd_double ((double) verdict->time / DD_SECOND), "why",
                            dd_string (verdict->why), "remark", dd_string (verdict->remark), NULL));
    }
  return dd_builder_end (&list);
}

void
sim_report_json (const SimReport *report, FILE *out)
{
  const SimOutcome *outcome = report->outcome;
  g_autoptr (DdValue) value = dd_object (
      "scenario", dd_string (outcome->scenario), "file", dd_string (report->place), "seed",
      outcome->seed <= G_MAXINT64 ? dd_int ((gint64) outcome->seed)
                                  : dd_string_printf ("%" G_GUINT64_FORMAT, outcome->seed),
      "transport", dd_string (outcome->transport), "result",
      dd_string (outcome->held ? "held" : "failed"), "digest", dd_string (outcome->digest),
      "virtual_seconds", dd_double ((double) outcome->virtual_time / DD_SECOND), "real_seconds",
      dd_double (report->real_seconds), "events", dd_int ((gint64) outcome->events), "invariants",
      dd_int (outcome->promises), "updates_failed", sim_endings_value (report->endings),
      "not_modelled", sim_unmodelled_value (outcome->unmodelled), "verdicts",
      verdicts_value (outcome), NULL);
  g_autofree char *text = dd_value_to_text (value);

  fprintf (out, "%s\n", text);
}

void
sim_report_json_error (const char *place, const char *message, FILE *out)
{
  g_autoptr (DdValue) value = dd_object ("file", dd_string (place), "result", dd_string ("error"),
                                         "why", dd_string (message), NULL);
  g_autofree char *text = dd_value_to_text (value);

  fprintf (out, "%s\n", text);
}
