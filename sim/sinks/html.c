/* SPDX-License-Identifier: Apache-2.0 */
/* sim/sinks/html.c: the page around the figures
 *
 * One file: style inside, no script, nothing loaded from anywhere, so that it can be mailed, kept
 * as the artefact of a CI run, and printed. It is well-formed XML too, so that a test can read it.
 */

#include "config.h"

#include "sim/sinks/html.h"

#include <stdio.h>
#include <string.h>

#include "sim/sinks/figure.h"

#define MOST_POD_ROWS 400
#define MOST_REFUSALS 200

static const char style[]
    = ":root{--ink:#1b1f24;--soft:#59636e;--paper:#fff;--line:#d1d9e0;--good:#1a7f37;--bad:#cf222e}"
      "\n"
      "@media screen and (prefers-color-scheme:dark){:root{--ink:#e6edf3;--soft:#9198a1;"
      "--paper:#0d1117;--line:#3d444d;--good:#3fb950;--bad:#f85149}}\n"
      "body{font:15px/1.45 system-ui,sans-serif;color:var(--ink);background:var(--paper);"
      "max-width:1080px;margin:2rem auto;padding:0 1rem}\n"
      "h1{font-size:1.5rem;margin:0}h2{font-size:1.1rem;margin:2rem 0 .5rem}\n"
      "small,.soft{color:var(--soft)}.good{color:var(--good)}.bad{color:var(--bad)}\n"
      ".verdict{font-weight:600}code{font-size:.85em;overflow-wrap:anywhere}\n"
      "svg.figure{width:100%;height:auto}svg text{fill:var(--ink);font-size:11px}\n"
      "svg .zone{font-weight:600}svg .tick text{fill:var(--soft);text-anchor:middle}\n"
      "svg .tick line{stroke:var(--line)}\n"
      ".curves{display:grid;grid-template-columns:repeat(auto-fill,minmax(300px,1fr));gap:1rem}\n"
      "figure{margin:0}figcaption{font-size:.85rem;overflow-wrap:anywhere}\n"
      "svg.small{width:100%;height:auto;border:1px solid var(--line)}\n"
      ".curve{fill:none;stroke:#0969da;stroke-width:2}\n"
      ".floor{fill:none;stroke:var(--bad);stroke-width:1.5;stroke-dasharray:4 3}\n"
      "table{border-collapse:collapse;width:100%}th,td{text-align:left;vertical-align:top;"
      "padding:.3rem .6rem .3rem 0;border-bottom:1px solid var(--line)}\n"
      "td.num{white-space:nowrap;font-variant-numeric:tabular-nums}pre{white-space:pre-wrap;margin:"
      "0}\n"
      ".s-ready{fill:#4ac26b}.s-marked{fill:#d4a72c}.s-draining{fill:#e16f24}.s-cordoned{fill:#"
      "8250df}\n"
      ".s-terminating{fill:#8c959f}.s-not-ready{fill:#a5c9f7}.s-pending{fill:#f2b8bb}\n"
      ".s-starting{fill:#a5c9f7}.s-finished{fill:#c8ccd1}\n"
      ".p-setup{fill:#54aeff}.p-scale-up{fill:#218bff}.p-upgrade{fill:#0550ae}"
      ".p-scale-down{fill:#218bff}.p-roll-back{fill:#cf222e}.p-clean-up{fill:#bc4c00}.refused{fill:"
      "#cf222e}\n"
      ".legend{display:flex;flex-wrap:wrap;gap:.2rem 1rem;font-size:.85rem}"
      ".legend svg{width:12px;height:12px;margin-right:.3rem}\n"
      "@media print{body{max-width:none;margin:0}h2{break-after:avoid}tr,figure{break-inside:avoid}"
      "details>*{display:block}}\n";

static void
add_paragraph (const char *class, const char *text, GString *out)
{
  g_string_append_printf (out, "<p class=\"%s\">", class);
  sim_html_text (text, out);
  g_string_append (out, "</p>\n");
}

static void
add_moment_cell (DdUsec time, GString *out)
{
  gint64 seconds = time / DD_SECOND;

  g_string_append_printf (out, "<td class=\"num\">%d:%02d:%02d</td>", (int) (seconds / 3600),
                          (int) (seconds / 60 % 60), (int) (seconds % 60));
}

static void
add_text_cell (const char *text, GString *out)
{
  g_string_append (out, "<td><pre>");
  sim_html_text (text, out);
  g_string_append (out, "</pre></td>");
}

/* ---- the parts ---- */

static void
add_head (const SimOutcome *outcome, const char *about, GString *out)
{
  g_string_append (out, "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\"/>\n"
                        "<meta name=\"viewport\" content=\"width=device-width\"/>\n<title>");
  sim_html_text (outcome->scenario, out);
  g_string_append_printf (out, "</title>\n<style>\n%s</style>\n</head>\n<body>\n<h1>", style);
  sim_html_text (outcome->scenario, out);
  g_string_append (out, "</h1>\n");
  add_paragraph ("soft", about, out);
  g_string_append_printf (out,
                          "<p><span class=\"verdict %s\">%s</span>, %.0f virtual seconds, "
                          "%" G_GUINT64_FORMAT " events, seed %" G_GUINT64_FORMAT
                          ", transport %s<br/><small>trace sha256 <code>%s</code></small></p>\n",
                          outcome->held ? "good" : "bad", outcome->held ? "held" : "failed",
                          (double) outcome->virtual_time / DD_SECOND, outcome->events,
                          outcome->seed, outcome->transport, outcome->digest);
}

static void
add_legend (const char *const *classes, GString *out)
{
  g_string_append (out, "<p class=\"legend\">");
  for (guint i = 0; classes[i] != NULL; i++)
    g_string_append_printf (out,
                            "<span><svg viewBox=\"0 0 12 12\"><rect class=\"%s\" width=\"12\" "
                            "height=\"12\"/></svg>%s</span>",
                            classes[i], strchr (classes[i], '-') + 1);
  g_string_append (out, "</p>\n");
}

static void
add_nodes (const SimHistory *history, GString *out)
{
  static const char *const phases[]
      = { "p-setup", "p-scale-up", "p-upgrade", "p-scale-down", "p-roll-back", "p-clean-up", NULL };
  static const char *const states[]
      = { "s-not-ready", "s-ready", "s-marked", "s-draining", "s-cordoned", "s-terminating", NULL };

  g_string_append (out, "<h2>Nodes</h2>\n");
  add_legend (phases, out);
  add_legend (states, out);
  sim_figure_nodes (history, out);
  g_string_append (out, "<p class=\"soft\">A red dot is an eviction that was refused.</p>\n");
}

static void
add_curves (const SimHistory *history, const char *title, const GPtrArray *curves, GString *out)
{
  if (curves->len == 0)
    return;
  g_string_append_printf (out, "<h2>%s</h2>\n<div class=\"curves\">\n", title);
  for (guint i = 0; i < curves->len; i++)
    sim_figure_curve (history, g_ptr_array_index (curves, i), out);
  g_string_append (out, "</div>\n");
}

/* One pod that was held back for one reason. */
typedef struct
{
  const SimMark *first;
  DdUsec last;
  guint count;
} Block;

static void
note_block (GArray *blocks, const SimMark *mark)
{
  Block fresh = { mark, mark->time, 1 };

  for (guint i = 0; i < blocks->len; i++)
    {
      Block *block = &g_array_index (blocks, Block, i);

      if (strcmp (block->first->subject, mark->subject) == 0
          && strcmp (block->first->text, mark->text) == 0)
        {
          block->last = mark->time;
          block->count++;
          return;
        }
    }
  if (blocks->len < MOST_REFUSALS)
    g_array_append_val (blocks, fresh);
}

static void
add_block (const Block *block, GString *out)
{
  g_string_append (out, "<tr>");
  add_moment_cell (block->first->time, out);
  add_moment_cell (block->last, out);
  g_string_append_printf (out, "<td class=\"num\">%u</td>", block->count);
  add_text_cell (block->first->subject, out);
  add_text_cell (block->first->where, out);
  add_text_cell (block->first->text, out);
  g_string_append (out, "</tr>\n");
}

static void
add_blocks (const SimHistory *history, GString *out)
{
  g_autoptr (GArray) blocks = g_array_new (FALSE, FALSE, sizeof (Block));

  for (guint i = 0; i < history->marks->len; i++)
    {
      const SimMark *mark = g_ptr_array_index (history->marks, i);

      if (mark->kind == SIM_MARK_REFUSED)
        note_block (blocks, mark);
    }
  g_string_append (out, "<h2>What blocked when</h2>\n");
  if (blocks->len == 0)
    {
      add_paragraph ("soft", "No eviction was refused.", out);
      return;
    }
  g_string_append (out, "<table><tr><th>first</th><th>last</th><th>times</th><th>pod</th><th>node</"
                        "th><th>why</th></tr>\n");
  for (guint i = 0; i < blocks->len; i++)
    add_block (&g_array_index (blocks, Block, i), out);
  g_string_append (out, "</table>\n");
}

static gboolean
is_told (const SimMark *mark)
{
  return mark->kind == SIM_MARK_STEP || mark->kind == SIM_MARK_FAULT
         || mark->kind == SIM_MARK_FAILURE;
}

static void
add_story (const SimHistory *history, GString *out)
{
  g_string_append (out, "<h2>Steps, faults and failures</h2>\n<table>\n");
  for (guint i = 0; i < history->marks->len; i++)
    {
      const SimMark *mark = g_ptr_array_index (history->marks, i);

      if (!is_told (mark))
        continue;
      g_string_append (out, "<tr>");
      add_moment_cell (mark->time, out);
      add_text_cell (mark->kind == SIM_MARK_STEP    ? "step"
                     : mark->kind == SIM_MARK_FAULT ? "fault"
                                                    : "failure",
                     out);
      add_text_cell (mark->subject, out);
      add_text_cell (mark->text, out);
      g_string_append (out, "</tr>\n");
    }
  g_string_append (out, "</table>\n");
}

static void
add_verdict (const SimVerdict *verdict, GString *out)
{
  g_string_append_printf (out, "<tr><td class=\"%s\">%s</td>", verdict->held ? "good" : "bad",
                          verdict->held ? "held" : "failed");
  add_moment_cell (verdict->time, out);
  g_string_append (out, "<td><pre>");
  sim_html_text (verdict->text, out);
  if (verdict->remark != NULL)
    {
      g_string_append (out, "\n");
      sim_html_text (verdict->remark, out);
    }
  if (verdict->why != NULL)
    {
      g_string_append (out, "\n");
      sim_html_text (verdict->why, out);
    }
  g_string_append (out, "</pre><small>");
  sim_html_text (verdict->place, out);
  g_string_append (out, "</small></td></tr>\n");
}

static void
add_verdicts (const SimOutcome *outcome, GString *out)
{
  g_string_append (out, "<h2>Expectations</h2>\n<table>\n");
  for (guint i = 0; i < outcome->verdicts->len; i++)
    add_verdict (g_ptr_array_index (outcome->verdicts, i), out);
  g_string_append_printf (out,
                          "</table>\n<p class=\"soft\">%u invariants were checked after every "
                          "event.</p>\n",
                          outcome->promises);
}

static void
add_pods (const SimHistory *history, GString *out)
{
  static const char *const states[]
      = { "s-pending", "s-starting", "s-ready", "s-terminating", "s-finished", NULL };

  g_string_append (
      out, "<details open=\"open\"><summary><h2 style=\"display:inline\">Pods</h2></summary>\n");
  add_legend (states, out);
  sim_figure_pods (history, MOST_POD_ROWS, out);
  g_string_append (out, "</details>\n");
}

void
sim_html_write (const SimHistory *history, const SimOutcome *outcome, const char *about, FILE *out)
{
  g_autoptr (GString) page = g_string_new (NULL);

  add_head (outcome, about, page);
  add_nodes (history, page);
  add_blocks (history, page);
  add_curves (history, "Ready pods", history->workloads, page);
  add_curves (history, "Budgets: healthy pods and what is needed", history->budgets, page);
  add_story (history, page);
  add_verdicts (outcome, page);
  add_pods (history, page);
  g_string_append (page, "</body>\n</html>\n");
  fwrite (page->str, 1, page->len, out);
}
