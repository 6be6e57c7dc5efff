/* SPDX-License-Identifier: Apache-2.0 */
/* sim/forecast/tell.c: one forecast, in the order of the questions that people have
 *
 * Does it pass? Who blocks it, and what clears that? How long does it take, how large does the
 * group get, and what do people's pods notice? Both looks say the same sentences. */
#include "config.h"

#include "sim/forecast/tell.h"

#include <math.h>
#include <stdarg.h>
#include <string.h>

#include "base/time.h"
#include "sim/sinks/ink.h"

#define MOST_ROWS 30 /* of one table; the rest is counted */

typedef struct
{
  SimForecastLook look;
  gboolean colour;
  FILE *out;
} Teller;

/* ---- words ---- */

static const char *
text_of (const DdValue *value, const char *path)
{
  const char *text = dd_value_path_string (value, path);

  return text != NULL ? text : "";
}

static double
number_of (const DdValue *value, const char *path)
{
  return dd_value_double (dd_value_path (value, path), 0);
}

static char *
duration_text (double seconds)
{
  return dd_duration_to_text ((DdUsec) floor (seconds + 0.5) * DD_SECOND);
}

static char *
duration_at (const DdValue *value, const char *path)
{
  return duration_text (number_of (value, path));
}

/* "1.5 %", without a point where there is no need of one. */
static char *
percent_text (double percent)
{
  return fabs (percent - floor (percent + 0.5)) < 0.005 ? g_strdup_printf ("%.0f %%", percent)
                                                        : g_strdup_printf ("%.1f %%", percent);
}

static const char *
plural (double n)
{
  return n == 1 ? "" : "s";
}

/* ---- looks ---- */

static void
heading (const Teller *self, const char *text)
{
  if (self->look == SIM_FORECAST_MARKDOWN)
    fprintf (self->out, "\n### %s\n\n", text);
  else
    fprintf (self->out, "\n%s%s%s\n", sim_ink_on (self->colour, SIM_INK_HEADING), text,
             sim_ink_off (self->colour));
}

/* What others have named must not be read as Markdown. */
static void
put_escaped (const char *text, FILE *out)
{
  for (; *text != '\0'; text++)
    {
      if (strchr ("\\`*_[]<>|#", *text) != NULL)
        fputc ('\\', out);
      fputc (*text == '\n' ? ' ' : *text, out);
    }
}

static void put_line (const Teller *self, guint depth, const char *format, va_list arguments)
    G_GNUC_PRINTF (3, 0);

/* One line, or an element of a list where there are lists; DEPTH 0: a sentence of its own. */
static void
put_line (const Teller *self, guint depth, const char *format, va_list arguments)
{
  g_autofree char *text = g_strdup_vprintf (format, arguments);

  if (self->look == SIM_FORECAST_HUMAN)
    {
      fprintf (self->out, "%*s%s\n", (int) depth * 2, "", text);
      return;
    }
  if (depth > 0)
    fprintf (self->out, "%*s- ", (int) (depth - 1) * 2, "");
  put_escaped (text, self->out);
  fputs (depth > 0 ? "\n" : "\n\n", self->out);
}

static void line (const Teller *self, guint depth, const char *format, ...) G_GNUC_PRINTF (3, 4);

static void
line (const Teller *self, guint depth, const char *format, ...)
{
  va_list arguments;

  va_start (arguments, format);
  put_line (self, depth, format, arguments);
  va_end (arguments);
}

/* A command to be pasted, as it is. */
static void
command (const Teller *self, guint depth, const char *text)
{
  if (self->look == SIM_FORECAST_HUMAN)
    fprintf (self->out, "%*s%s\n", (int) depth * 2, "", text);
  else
    fprintf (self->out, "\n%*s    %s\n\n", (int) (depth - 1) * 2, "", text);
}

/* ---- tables ---- */

#define MOST_COLUMNS 9

typedef struct
{
  guint columns;
  GPtrArray *cells; /* of char *, row after row; the first row are the titles */
} Table;

static Table
table_new (const char *const *titles)
{
  Table table = { g_strv_length ((char **) titles), g_ptr_array_new_with_free_func (g_free) };

  for (guint i = 0; i < table.columns; i++)
    g_ptr_array_add (table.cells, g_strdup (titles[i]));
  return table;
}

/* Takes TEXT. */
static void
add_cell (Table *table, char *text)
{
  g_ptr_array_add (table->cells, text);
}

static const char *
cell (const Table *table, guint row, guint column)
{
  return g_ptr_array_index (table->cells, row * table->columns + column);
}

static void
put_row (const Teller *self, const Table *table, guint row, const glong *widths)
{
  if (self->look == SIM_FORECAST_HUMAN)
    fputs ("  ", self->out);
  for (guint i = 0; i < table->columns; i++)
    {
      const char *text = cell (table, row, i);
      int blank = (int) (widths[i] - g_utf8_strlen (text, -1));

      if (self->look == SIM_FORECAST_MARKDOWN)
        {
          fputs (i == 0 ? "| " : " | ", self->out);
          put_escaped (text, self->out);
        }
      else if (i == 0)
        fprintf (self->out, "%s%*s", text, blank, "");
      else
        fprintf (self->out, "  %*s%s", blank, "", text);
    }
  fputs (self->look == SIM_FORECAST_MARKDOWN ? " |\n" : "\n", self->out);
}

/* Frees what TABLE holds. The first column stands at the left, numbers at the right. */
static void
put_table (const Teller *self, Table *table)
{
  guint rows = table->cells->len / table->columns;
  glong widths[MOST_COLUMNS] = { 0 };

  g_assert (table->columns <= MOST_COLUMNS);
  for (guint i = 0; i < table->cells->len; i++)
    widths[i % table->columns]
        = MAX (widths[i % table->columns], g_utf8_strlen (g_ptr_array_index (table->cells, i), -1));
  for (guint row = 0; row < rows; row++)
    {
      put_row (self, table, row, widths);
      for (guint i = 0; row == 0 && self->look == SIM_FORECAST_MARKDOWN && i <= table->columns; i++)
        fputs (i == table->columns ? "|\n" : i == 0 ? "|---" : "|--:", self->out);
    }
  g_ptr_array_unref (table->cells);
}

static void
put_rest (const Teller *self, gsize length)
{
  if (length > MOST_ROWS)
    line (self, 1, "... and %" G_GSIZE_FORMAT " more", length - MOST_ROWS);
}

/* ---- headline ---- */

static void
put_verdict (const Teller *self, const DdValue *forecast)
{
  gboolean passes = strcmp (text_of (forecast, "verdict"), "passes") == 0;
  gint64 count = dd_value_path_int (forecast, "rehearsals", 0);
  gint64 failed = dd_value_path_int (forecast, "failed", 0);
  const char *word = passes ? "PASSES" : "FAILS";

  if (self->look == SIM_FORECAST_MARKDOWN)
    fprintf (self->out, "## %s: ", word);
  else
    fprintf (self->out, "%s%s%s: ", sim_ink_on (self->colour, passes ? SIM_INK_GOOD : SIM_INK_BAD),
             word, sim_ink_off (self->colour));
  fprintf (self->out,
           "the update of %s %s in %" G_GINT64_FORMAT " of %" G_GINT64_FORMAT " rehearsals\n",
           text_of (forecast, "what"), failed > 0 ? "fails" : "succeeds",
           failed > 0 ? failed : count, count);
}

static void
put_codes (const Teller *self, const DdValue *codes, gboolean blocked)
{
  for (gsize i = 0; i < dd_value_length (codes); i++)
    {
      const DdValue *code = dd_value_element (codes, i);
      g_auto (GStrv) why = g_strsplit (text_of (code, "why"), "\n", -1);

      line (self, 1, "%s in %" G_GINT64_FORMAT " of them", text_of (code, "code"),
            dd_value_path_int (code, "rehearsals", 0));
      /* What blocks an eviction is told below, with the numbers of all rehearsals. */
      if (blocked && strcmp (text_of (code, "code"), "PodEvictionFailure") == 0)
        continue;
      for (guint n = 0; why[n] != NULL; n++)
        if (*why[n] != '\0')
          line (self, 2, "%s", why[n]);
    }
}

static void
put_headline (const Teller *self, const DdValue *forecast)
{
  const DdValue *bound = dd_value_member (forecast, "fails_below_percent");

  put_verdict (self, forecast);
  if (self->look == SIM_FORECAST_MARKDOWN)
    fputc ('\n', self->out);
  put_codes (self, dd_value_member (forecast, "codes"),
             dd_value_length (dd_value_member (forecast, "blockers")) > 0);
  if (bound != NULL)
    {
      g_autofree char *percent = percent_text (dd_value_double (bound, 0));

      line (
          self, 1,
          "None failed. That many successes in a row mean, with 95 %% confidence, that fewer than "
          "%s of such updates fail, of what this world can show.",
          percent);
    }
}

/* ---- blockers ---- */

static void
put_arithmetic (const Teller *self, const DdValue *blocker)
{
  const char *budget = text_of (blocker, "budget"), *rule = text_of (blocker, "rule");
  gint64 needs = dd_value_path_int (blocker, "needs", -1);
  gint64 has = dd_value_path_int (blocker, "has", -1);
  gint64 expected = dd_value_path_int (blocker, "expected", 0);

  if (*budget == '\0')
    line (self, 2,
          "more than one budget selects the pod, so no eviction can ever succeed: let only one do");
  else if (needs < 0)
    line (self, 2, "budget %s (%s) allows no eviction", budget, rule);
  else
    line (self, 2,
          "budget %s (%s of %" G_GINT64_FORMAT " pod%s) needs %" G_GINT64_FORMAT
          " healthy and has %" G_GINT64_FORMAT ": %" G_GINT64_FORMAT " may leave",
          budget, *rule != '\0' ? rule : "all", expected, plural ((double) expected), needs, has,
          MAX (has - needs, 0));
}

static void
put_fix (const Teller *self, const DdValue *fix, gboolean is_first)
{
  gint64 failed = dd_value_path_int (fix, "failed", 0);
  gint64 count = dd_value_path_int (fix, "rehearsals", 0);
  const char *tried = text_of (fix, "tried");

  if (fix == NULL)
    return;
  if (dd_value_member (fix, "command") == NULL)
    {
      line (self, 2, "no small change clears it%s%s", *tried != '\0' ? "; tried: " : "", tried);
      return;
    }
  line (self, 2,
        "smallest change that clears it: %s. Rehearsed again%s, the update succeeds in "
        "%" G_GINT64_FORMAT " of %" G_GINT64_FORMAT ":",
        text_of (fix, "change"), is_first ? "" : " with those above", count - failed, count);
  command (self, 3, text_of (fix, "command"));
}

static void
put_blocker (const Teller *self, const DdValue *blocker, gint64 count, gboolean is_first)
{
  const char *owner = text_of (blocker, "owner");
  gboolean behind = dd_value_path_bool (blocker, "behind", FALSE);
  g_autofree char *since = duration_at (blocker, "since_seconds.p50");

  if (behind)
    line (self, 1, "%s: only once those above are cleared", *owner != '\0' ? owner : "a bare pod");
  else
    line (self, 1, "%s: in %" G_GINT64_FORMAT " of %" G_GINT64_FORMAT " rehearsals",
          *owner != '\0' ? owner : "a bare pod", dd_value_path_int (blocker, "rehearsals", 0),
          count);
  line (self, 2, "pod %s on node %s, refused since %s into the update", text_of (blocker, "pod"),
        text_of (blocker, "node"), since);
  put_arithmetic (self, blocker);
  put_fix (self, dd_value_member (blocker, "fix"), is_first);
}

static void
put_blockers (const Teller *self, const DdValue *forecast)
{
  const DdValue *blockers = dd_value_member (forecast, "blockers");
  const DdValue *held_up = dd_value_member (forecast, "held_up");

  if (dd_value_length (blockers) > 0)
    heading (self, "Blockers, worst first");
  for (gsize i = 0; i < dd_value_length (blockers) && i < MOST_ROWS; i++)
    put_blocker (self, dd_value_element (blockers, i),
                 dd_value_path_int (forecast, "rehearsals", 0), i == 0);
  put_rest (self, dd_value_length (blockers));
  if (dd_value_length (held_up) > 0)
    heading (self, "No blockers: budgets that pass through zero and let go");
  for (gsize i = 0; i < dd_value_length (held_up) && i < MOST_ROWS; i++)
    {
      const DdValue *one = dd_value_element (held_up, i);
      g_autofree char *longest = duration_at (one, "seconds.worst");

      line (self, 1, "budget %s: an eviction waited for up to %s", text_of (one, "budget"),
            longest);
    }
  put_rest (self, dd_value_length (held_up));
}

/* ---- time and size ---- */

static void
add_spread (Table *table, const char *name, const DdValue *spread)
{
  static const char *const members[] = { "p50", "p95", "worst" };

  add_cell (table, g_strdup (name));
  for (guint i = 0; i < G_N_ELEMENTS (members); i++)
    add_cell (table, duration_at (spread, members[i]));
}

static void
put_time (const Teller *self, const DdValue *time, gint64 count)
{
  static const char *const titles[] = { "phase", "p50", "p95", "worst", NULL };
  const DdValue *phases = dd_value_member (time, "phases");
  const DdValue *clients = dd_value_member (time, "clients");
  Table table = table_new (titles);

  heading (self, "Time");
  for (gsize i = 0; i < dd_value_length (phases); i++)
    add_spread (&table, text_of (dd_value_element (phases, i), "phase"),
                dd_value_member (dd_value_element (phases, i), "seconds"));
  add_spread (&table, "in all", dd_value_member (time, "all"));
  put_table (self, &table);
  if (self->look == SIM_FORECAST_MARKDOWN)
    fputc ('\n', self->out);
  for (gsize i = 0; i < dd_value_length (clients); i++)
    {
      const DdValue *client = dd_value_element (clients, i);
      g_autofree char *limit = duration_at (client, "gives_up_after_seconds");

      line (self, 1, "%s gives up after %s: too early in %" G_GINT64_FORMAT " of %" G_GINT64_FORMAT,
            text_of (client, "client"), limit, dd_value_path_int (client, "rehearsals_longer", 0),
            count);
    }
}

static void
put_size (const Teller *self, const DdValue *size)
{
  heading (self, "Size");
  line (self, 1, "nodes: %.0f now, up to %.0f meanwhile", number_of (size, "nodes.worst"),
        number_of (size, "peak_nodes.worst"));
  line (self, 1, "vCPUs: %.0f now, up to %.0f meanwhile", number_of (size, "vcpus.worst"),
        number_of (size, "peak_vcpus.worst"));
}

/* ---- people's pods ---- */

static void
add_workload (Table *table, const DdValue *workload)
{
  const char *ending = dd_value_path_int (workload, "ends_down", 0) > 0  ? ", to the end"
                       : dd_value_path_int (workload, "was_down", 0) > 0 ? "; down before"
                                                                         : "";
  g_autofree char *down = duration_at (workload, "down_seconds.p50");
  g_autofree char *worst = duration_at (workload, "down_seconds.worst");

  add_cell (table, g_strdup (text_of (workload, "name")));
  add_cell (table, g_strdup_printf ("%.0f", number_of (workload, "evictions.p50")));
  add_cell (table, g_strdup_printf ("%.0f", number_of (workload, "evictions.worst")));
  add_cell (table, g_strdup_printf ("%.0f", number_of (workload, "again.worst")));
  add_cell (table, g_strdup_printf ("%.0f", number_of (workload, "deleted.worst")));
  add_cell (table, g_strdup_printf ("%" G_GINT64_FORMAT " of %" G_GINT64_FORMAT,
                                    dd_value_path_int (workload, "least_ready", 0),
                                    dd_value_path_int (workload, "wanted", 0)));
  add_cell (table, g_steal_pointer (&down));
  add_cell (table, g_strconcat (worst, ending, NULL));
}

static void
put_workloads (const Teller *self, const DdValue *workloads)
{
  static const char *const titles[]
      = { "workload",    "evicted p50", "worst",      "moved again", "deleted by force",
          "least ready", "down p50",    "down worst", NULL };
  Table table;

  heading (self, "People's pods");
  if (dd_value_length (workloads) == 0)
    {
      line (self, 1, "no workload notices anything");
      return;
    }
  table = table_new (titles);
  for (gsize i = 0; i < dd_value_length (workloads) && i < MOST_ROWS; i++)
    add_workload (&table, dd_value_element (workloads, i));
  put_table (self, &table);
  put_rest (self, dd_value_length (workloads));
}

static void
put_list (const Teller *self, const DdValue *list, const char *title, gint64 count,
          const char *const *names)
{
  if (dd_value_length (list) > 0)
    heading (self, title);
  for (gsize i = 0; i < dd_value_length (list) && i < MOST_ROWS; i++)
    {
      const DdValue *one = dd_value_element (list, i);
      const char *name = text_of (one, names[0]);

      line (self, 1, "%s, in %" G_GINT64_FORMAT " of %" G_GINT64_FORMAT ": %s",
            *name != '\0' ? name : text_of (one, names[1]),
            dd_value_path_int (one, "rehearsals", 0), count, text_of (one, "why"));
    }
  put_rest (self, dd_value_length (list));
}

/* ---- what if ---- */

static void
add_what_if (Table *table, const DdValue *one)
{
  add_cell (table, g_strdup (text_of (one, "if")));
  add_cell (table, g_strdup_printf ("%" G_GINT64_FORMAT " of %" G_GINT64_FORMAT,
                                    dd_value_path_int (one, "failed", 0),
                                    dd_value_path_int (one, "rehearsals", 0)));
  add_cell (table, duration_at (one, "time.all.p50"));
  add_cell (table, duration_at (one, "time.all.worst"));
  add_cell (table, g_strdup_printf ("%.0f", number_of (one, "size.peak_nodes.worst")));
  add_cell (table, g_strdup_printf ("%.0f", number_of (one, "pods.evictions.p50")));
  add_cell (table, g_strdup_printf ("%.0f", number_of (one, "pods.deleted.worst")));
  add_cell (table, duration_at (one, "pods.down_seconds.worst"));
}

static void
put_what_if (const Teller *self, const DdValue *what_if)
{
  static const char *const titles[]
      = { "what if",       "failed",           "time p50",   "time worst", "peak nodes",
          "evictions p50", "deleted by force", "down worst", NULL };
  Table table;

  if (dd_value_length (what_if) == 0)
    return;
  heading (self, "What if");
  table = table_new (titles);
  for (gsize i = 0; i < dd_value_length (what_if); i++)
    add_what_if (&table, dd_value_element (what_if, i));
  put_table (self, &table);
}

void
sim_forecast_tell (const DdValue *forecast, SimForecastLook look, gboolean colour, FILE *out)
{
  static const char *const owners[] = { "owner", "pod" }, *const promises[] = { "what", "what" };
  Teller self = { look, colour, out };
  gint64 count = dd_value_path_int (forecast, "rehearsals", 0);

  put_headline (&self, forecast);
  put_blockers (&self, forecast);
  put_time (&self, dd_value_member (forecast, "time"), count);
  put_size (&self, dd_value_member (forecast, "size"));
  put_workloads (&self, dd_value_member (forecast, "workloads"));
  put_list (&self, dd_value_member (forecast, "pending"), "Pods that end Pending", count, owners);
  put_list (&self, dd_value_member (forecast, "broken"), "Promises that did not hold", count,
            promises);
  put_what_if (&self, dd_value_member (forecast, "what_if"));
}
