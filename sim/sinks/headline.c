/* SPDX-License-Identifier: Apache-2.0 */
/* sim/sinks/headline.c: the first screen of a page
 *
 * Why an update failed is said in the engine's own words, those that every other report has
 * (endings.h), but for the time of day, which is the page's. */

#include "config.h"

#include "sim/sinks/headline.h"

#include <string.h>

#include "sim/sinks/markup.h"

#define MOST_UPDATES 50

/* ---- one update ---- */

static const SimEnding *
ending_of (const SimPage *page, const SimUpdate *update)
{
  return update->ending >= 0 ? sim_endings_nth (page->updates->endings, (guint) update->ending)
                             : NULL;
}

static const char *
status_of (const SimUpdate *update)
{
  return *update->status != '\0' ? update->status : "not over";
}

static const char *
mood_of (const SimUpdate *update)
{
  if (*update->status == '\0')
    return "open";
  return strcmp (update->status, "Successful") == 0 ? "good" : "bad";
}

/* "default is Failed: PodEvictionFailure" */
static void
add_outcome (const SimPage *page, const SimUpdate *update, GString *out)
{
  const SimEnding *ending = ending_of (page, update);

  sim_markup_text (update->nodegroup, out);
  g_string_append (out, " is ");
  sim_markup_text (status_of (update), out);
  if (ending != NULL)
    {
      g_string_append (out, ": ");
      sim_markup_text (ending->code, out);
    }
  else if (update->replaced >= 0)
    g_string_append_printf (out, ": %" G_GINT64_FORMAT " node%s replaced", update->replaced,
                            update->replaced == 1 ? "" : "s");
}

static void
add_times (const SimPage *page, const SimUpdate *update, GString *out)
{
  gboolean over = *update->status != '\0';
  DdUsec until = over ? update->ended : page->history->end;

  g_string_append (out, "<p class=\"soft\">");
  sim_markup_text (update->type, out);
  g_string_append (out, ", asked for at ");
  sim_markup_moment (update->asked, out);
  g_string_append (out, over ? ", over at " : ", still going on at ");
  sim_markup_moment (until, out);
  g_string_append (out, ", after ");
  sim_markup_duration (until / DD_SECOND * DD_SECOND - update->asked / DD_SECOND * DD_SECOND, out);
  if (update->deaths > 0)
    g_string_append_printf (out, "; its engine died, %u time%s, and another took over",
                            update->deaths, update->deaths == 1 ? "" : "s");
  g_string_append (out, "</p>\n");
}

/* What can be done: it follows the first semicolon where LINE tells of a budget or of a suspended
 * process. Elsewhere a semicolon may stand in words of others. NULL when there is nothing. */
static const char *
remedy_of (const char *line)
{
  gboolean of_pod = g_str_has_prefix (line, "pod ") && strstr (line, ": budget ") != NULL;

  return of_pod || g_str_has_prefix (line, "process ") ? strstr (line, "; ") : NULL;
}

static void
add_reason (const char *line, GString *out)
{
  const char *remedy = remedy_of (line);
  g_autofree char *why = remedy != NULL ? g_strndup (line, remedy - line) : g_strdup (line);

  g_string_append (out, "<li>");
  sim_markup_text (why, out);
  if (remedy != NULL)
    {
      g_string_append (out, "<strong>What helps: ");
      sim_markup_text (remedy + 2, out);
      g_string_append (out, "</strong>");
    }
  g_string_append (out, "</li>\n");
}

static void
add_reasons (const SimPage *page, const SimEnding *ending, GString *out)
{
  g_autofree char *text
      = sim_markup_one_clock (ending->explanation, page->history->origin, ending->time);
  g_auto (GStrv) lines = g_strsplit (text, "\n", -1);

  g_string_append (out, "<p>");
  sim_markup_text (ending->message, out);
  g_string_append (out, "</p>\n");
  if (*text == '\0')
    return;
  g_string_append (out, "<ul class=\"why\">\n");
  for (guint i = 0; lines[i] != NULL; i++)
    {
      if (*lines[i] != '\0')
        add_reason (lines[i], out);
    }
  g_string_append (out, "</ul>\n");
}

static void
add_update (const SimPage *page, const SimUpdate *update, GString *out)
{
  const SimEnding *ending = ending_of (page, update);

  g_string_append_printf (out, "<div class=\"ending %s\">\n<h2>The update of node group ",
                          mood_of (update));
  add_outcome (page, update, out);
  g_string_append (out, "</h2>\n");
  if (ending != NULL)
    add_reasons (page, ending, out);
  add_times (page, update, out);
  g_string_append (out, "</div>\n");
}

/* ---- all of it ---- */

/* Nodes of the beginning, and how many of them are still there. */
static void
add_nodes (const SimHistory *history, GString *out)
{
  guint first = 0, stayed = 0, last = 0;

  for (guint i = 0; i < history->nodes->len; i++)
    {
      const GArray *spans = ((const SimLife *) g_ptr_array_index (history->nodes, i))->spans;
      gboolean early = spans->len > 0 && g_array_index (spans, SimSpan, 0).from == 0;
      gboolean late
          = spans->len > 0 && g_array_index (spans, SimSpan, spans->len - 1).to == history->end;

      first += early;
      last += late;
      stayed += early && late;
    }
  g_string_append_printf (out,
                          "<dt>nodes</dt><dd>%u at the beginning, %u at the end, of which %u were "
                          "there all the time</dd>\n",
                          first, last, stayed);
}

static guint
count_failed (const SimOutcome *outcome)
{
  guint count = 0;

  for (guint i = 0; i < outcome->verdicts->len; i++)
    count += !((const SimVerdict *) g_ptr_array_index (outcome->verdicts, i))->held;
  return count;
}

static void
add_facts (const SimPage *page, GString *out)
{
  const SimOutcome *outcome = page->outcome;

  g_string_append (out, "<dl>\n<dt>rehearsal</dt><dd>");
  if (outcome->held)
    g_string_append (out, "<b class=\"good\">held</b>: all that it promises came true");
  else
    g_string_append_printf (out, "<b class=\"bad\">failed</b>: %u of what it promises did not hold",
                            count_failed (outcome));
  g_string_append (out, "</dd>\n");
  add_nodes (page->history, out);
  g_string_append (out, "<dt>took</dt><dd>");
  sim_markup_duration (page->history->end, out);
  g_string_append_printf (out,
                          " of virtual time, %" G_GUINT64_FORMAT " events</dd>\n<dt>seed</dt>"
                          "<dd>%" G_GUINT64_FORMAT "</dd>\n",
                          outcome->events, outcome->seed);
  if (page->replay != NULL)
    {
      g_string_append (out, "<dt>again</dt><dd><code>");
      sim_markup_text (page->replay, out);
      g_string_append (out, "</code></dd>\n");
    }
  g_string_append (out, "</dl>\n");
}

static guint
count_successful (const GPtrArray *updates)
{
  guint count = 0;

  for (guint i = 0; i < updates->len; i++)
    count += strcmp (mood_of (g_ptr_array_index (updates, i)), "good") == 0;
  return count;
}

void
sim_headline_title (const SimPage *page, GString *out)
{
  const GPtrArray *updates = page->updates->list;

  if (updates->len == 0)
    g_string_append (out, "no update");
  else if (updates->len == 1)
    add_outcome (page, g_ptr_array_index (updates, 0), out);
  else
    g_string_append_printf (out, "%u updates, %u Successful", updates->len,
                            count_successful (updates));
}

void
sim_headline_write (const SimPage *page, GString *out)
{
  const GPtrArray *updates = page->updates->list;

  if (updates->len == 0)
    g_string_append (out, "<div class=\"ending open\"><h2>No update took place</h2></div>\n");
  for (guint i = 0; i < updates->len && i < MOST_UPDATES; i++)
    add_update (page, g_ptr_array_index (updates, i), out);
  if (updates->len > MOST_UPDATES)
    g_string_append_printf (out,
                            "<p class=\"soft\">%u more updates are told of in the story.</p>\n",
                            updates->len - MOST_UPDATES);
  add_facts (page, out);
}
