/* SPDX-License-Identifier: Apache-2.0 */
/* sim/sinks/html.c: the page around the charts
 *
 * One file: style inside, no script, nothing loaded from anywhere, so that it can be mailed, kept
 * as the artefact of a CI run, and printed. It is well-formed XML too, so that a test can read it.
 */

#include "config.h"

#include "sim/sinks/html.h"

#include <stdlib.h>
#include <string.h>

#include <gio/gio.h>

#include "sim/sinks/axis.h"
#include "sim/sinks/charts.h"
#include "sim/sinks/headline.h"
#include "sim/sinks/markup.h"

#define MOST_NODES 400
#define MOST_WORKLOADS 100
#define MOST_PODS 400
#define MOST_BLOCKS 200

/* Made of page.css by glib-compile-resources. */
GResource *sim_page_get_resource (void);

/* ---- the frame ---- */

/* Only this very style may apply, and nothing be loaded, sent or run: a browser then holds any
 * markup that came in with a name to be dead text, whatever we escape. */
static void
add_policy (GBytes *style, GString *out)
{
  g_autoptr (GChecksum) sum = g_checksum_new (G_CHECKSUM_SHA256);
  guint8 digest[32];
  gsize length = sizeof digest;
  g_autofree char *text = NULL;

  g_checksum_update (sum, g_bytes_get_data (style, NULL), (gssize) g_bytes_get_size (style));
  g_checksum_get_digest (sum, digest, &length);
  text = g_base64_encode (digest, length);
  g_string_append_printf (
      out,
      "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src "
      "'none'; style-src 'sha256-%s'; base-uri 'none'; form-action 'none'\"/>\n",
      text);
}

static void
begin_page (const char *scenario, const char *title, const char *about, GString *out)
{
  g_autoptr (GBytes) style = g_resource_lookup_data (
      sim_page_get_resource (), "/dev/drydock/page/page.css", G_RESOURCE_LOOKUP_FLAGS_NONE, NULL);

  g_string_append (out, "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\"/>\n");
  add_policy (style, out);
  g_string_append (out, "<meta name=\"viewport\" content=\"width=device-width\"/>\n"
                        "<meta name=\"color-scheme\" content=\"light dark\"/>\n<title>");
  sim_markup_text (scenario, out);
  g_string_append_printf (out, ": %s</title>\n<style>%.*s</style>\n</head>\n<body>\n<h1>", title,
                          (int) g_bytes_get_size (style),
                          (const char *) g_bytes_get_data (style, NULL));
  sim_markup_text (scenario, out);
  g_string_append (out, "</h1>\n<p class=\"soft\">");
  sim_markup_text (about, out);
  g_string_append (out, "</p>\n");
}

static void
begin_section (const char *title, gboolean open, GString *out)
{
  g_string_append_printf (out, "<details%s>\n<summary><h2>%s</h2></summary>\n",
                          open ? " open=\"open\"" : "", title);
}

static void
end_section (GString *out)
{
  g_string_append (out, "</details>\n");
}

static void
add_moment_cell (DdUsec time, GString *out)
{
  g_string_append (out, "<td class=\"num\">");
  sim_markup_moment (time, out);
  g_string_append (out, "</td>");
}

static void
add_text_cell (const char *text, GString *out)
{
  g_string_append (out, "<td>");
  sim_markup_text (text, out);
  g_string_append (out, "</td>");
}

/* ---- what was promised ---- */

static void
add_verdict (const SimVerdict *verdict, GString *out)
{
  g_string_append_printf (out, "<tr><td class=\"%s\">%s</td>", verdict->held ? "good" : "bad",
                          verdict->held ? "held" : "failed");
  add_moment_cell (verdict->time, out);
  g_string_append (out, "<td><pre>");
  sim_markup_text (verdict->text, out);
  if (verdict->remark != NULL)
    {
      g_string_append (out, "\n");
      sim_markup_text (verdict->remark, out);
    }
  if (verdict->why != NULL)
    {
      g_string_append (out, "\n");
      sim_markup_text (verdict->why, out);
    }
  g_string_append (out, "</pre><span class=\"soft\">");
  sim_markup_text (verdict->place, out);
  g_string_append (out, "</span></td></tr>\n");
}

static void
add_verdicts (const SimOutcome *outcome, gboolean held, GString *out)
{
  g_string_append (out, "<table>\n");
  for (guint i = 0; i < outcome->verdicts->len; i++)
    {
      const SimVerdict *verdict = g_ptr_array_index (outcome->verdicts, i);

      if (verdict->held == held)
        add_verdict (verdict, out);
    }
  g_string_append (out, "</table>\n");
}

/* Bad news is not folded. */
static void
add_broken (const SimOutcome *outcome, GString *out)
{
  if (outcome->held)
    return;
  g_string_append (out, "<h2>What did not hold</h2>\n");
  add_verdicts (outcome, FALSE, out);
}

/* What a reader must know before he believes the rest. */
static void
add_unmodelled (const SimOutcome *outcome, GString *out)
{
  if (outcome->unmodelled->len == 0)
    return;
  g_string_append (out, "<h2>What is asked for and not modelled</h2>\n<table>\n");
  for (guint i = 0; i < outcome->unmodelled->len; i++)
    {
      const SimUnmodelled *one = g_ptr_array_index (outcome->unmodelled, i);
      g_autofree char *title = sim_unmodelled_title (one);
      g_autofree char *effect = sim_unmodelled_effect (one);
      g_autofree char *point = sim_unmodelled_point (one);

      g_string_append (out, "<tr><td><pre>");
      sim_markup_text (title, out);
      g_string_append (out, "\n");
      sim_markup_text (effect, out);
      g_string_append (out, "</pre><span class=\"soft\">");
      sim_markup_text (point, out);
      g_string_append (out, "</span></td></tr>\n");
    }
  g_string_append (out, "</table>\n");
}

static void
add_kept (const SimOutcome *outcome, GString *out)
{
  begin_section ("What held", FALSE, out);
  add_verdicts (outcome, TRUE, out);
  g_string_append_printf (out,
                          "<p class=\"soft\">%u invariants were checked after every event.</p>\n",
                          outcome->promises);
  end_section (out);
}

/* ---- charts ---- */

static void
add_charts (const SimHistory *history, GString *out)
{
  g_autoptr (GString) chart = g_string_new (NULL);
  SimLegend legend = { 0 };

  sim_chart_phases (history, &legend, chart);
  sim_chart_nodes (history, MOST_NODES, &legend, chart);
  g_string_append (chart, "</div>\n<h2>Availability of workloads</h2>\n<div class=\"chart\">\n");
  sim_axis_ticks (history->end, chart);
  sim_chart_availability (history, MOST_WORKLOADS, &legend, chart);
  g_string_append (out, "<h2>Phases and nodes</h2>\n");
  sim_legend_write (&legend, out);
  g_string_append (out, "<div class=\"chart\">\n");
  sim_axis_ticks (history->end, out);
  g_string_append_printf (out, "%s</div>\n", chart->str);
}

static void
add_pods (const SimHistory *history, GString *out)
{
  g_autoptr (GString) chart = g_string_new (NULL);
  SimLegend legend = { 0 };

  sim_chart_pods (history, MOST_PODS, &legend, chart);
  begin_section ("Pods", FALSE, out);
  sim_legend_write (&legend, out);
  g_string_append (out, "<div class=\"chart\">\n");
  sim_axis_ticks (history->end, out);
  g_string_append_printf (out, "%s</div>\n", chart->str);
  end_section (out);
}

/* ---- what blocked ---- */

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
  if (blocks->len < MOST_BLOCKS)
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
  if (blocks->len == 0)
    return;
  g_string_append (out, "<h2>What blocked when</h2>\n<table class=\"blocks\">\n<tr><th>first</th>"
                        "<th>last</th><th>times</th><th>pod</th><th>node</th><th>why</th></tr>\n");
  for (guint i = 0; i < blocks->len; i++)
    add_block (&g_array_index (blocks, Block, i), out);
  g_string_append (out, "</table>\n");
}

/* ---- the story ---- */

/* When a line of the story happened, which its first word says; a moment later at most. */
static DdUsec
moment_of (const char *line)
{
  char *rest;
  gint64 hours = g_ascii_strtoll (line, &rest, 10);
  gint64 minutes = *rest == ':' ? g_ascii_strtoll (rest + 1, &rest, 10) : 0;
  gint64 seconds = *rest == ':' ? g_ascii_strtoll (rest + 1, &rest, 10) : 0;

  return ((hours * 60 + minutes) * 60 + seconds + 1) * DD_SECOND;
}

static void
add_story (const SimPage *page, GString *out)
{
  g_auto (GStrv) lines = g_strsplit (page->story, "\n", -1);

  begin_section ("The story", FALSE, out);
  g_string_append (out, "<pre class=\"story\">");
  for (guint i = 0; lines[i] != NULL; i++)
    {
      g_autofree char *line
          = sim_markup_one_clock (lines[i], page->history->origin, moment_of (lines[i]));

      sim_markup_text (line, out);
      g_string_append_c (out, '\n');
    }
  g_string_append (out, "</pre>\n");
  end_section (out);
}

static void
add_foot (const SimOutcome *outcome, GString *out)
{
  g_string_append_printf (out,
                          "<footer class=\"soft\">transport %s, trace sha256 <code>%s</code>"
                          "</footer>\n",
                          outcome->transport, outcome->digest);
}

static void
end_page (GString *text, FILE *out)
{
  g_string_append (text, "</body>\n</html>\n");
  fwrite (text->str, 1, text->len, out);
}

void
sim_html_write (const SimPage *page, FILE *out)
{
  g_autoptr (GString) text = g_string_new (NULL);
  g_autoptr (GString) title = g_string_new (NULL);

  sim_headline_title (page, title);
  begin_page (page->outcome->scenario, title->str, page->about, text);
  sim_headline_write (page, text);
  add_broken (page->outcome, text);
  add_unmodelled (page->outcome, text);
  sim_axis_define (page->history, text);
  add_charts (page->history, text);
  add_blocks (page->history, text);
  add_story (page, text);
  add_pods (page->history, text);
  add_kept (page->outcome, text);
  add_foot (page->outcome, text);
  end_page (text, out);
}

void
sim_html_write_error (const char *scenario, const char *message, FILE *out)
{
  g_autoptr (GString) text = g_string_new (NULL);

  begin_page (scenario, "not rehearsed", "", text);
  g_string_append (text, "<div class=\"ending bad\">\n<h2>This could not be rehearsed</h2>\n<pre>");
  sim_markup_text (message, text);
  g_string_append (text, "</pre>\n</div>\n");
  end_page (text, out);
}
