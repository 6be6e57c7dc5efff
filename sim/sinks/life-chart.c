/* SPDX-License-Identifier: Apache-2.0 */
/* sim/sinks/life-chart.c: what became of each node and pod, a row each */

#include "config.h"

#include <string.h>

#include "sim/sinks/axis.h"
#include "sim/sinks/charts.h"
#include "sim/sinks/markup.h"

static void
add_span_text (const SimSpan *span, GString *out)
{
  g_string_append_printf (out, "%s ", span->state);
  sim_markup_moment (span->from, out);
  g_string_append (out, " to ");
  sim_markup_moment (span->to, out);
}

static void
add_spans (const SimHistory *history, const SimLife *life, SimLegend *legend, GString *out)
{
  for (guint i = 0; i < life->spans->len; i++)
    {
      const SimSpan *span = &g_array_index (life->spans, SimSpan, i);
      const SimStretch stretch = { span->from, span->to, history->end };
      g_autoptr (GString) title = g_string_new (life->name);

      g_string_append (title, ": ");
      add_span_text (span, title);
      sim_legend_bar (legend, span->state, &stretch, title->str, out);
    }
}

static void
add_refusals (const SimHistory *history, const char *node, SimLegend *legend, GString *out)
{
  for (guint i = 0; i < history->marks->len; i++)
    {
      const SimMark *mark = g_ptr_array_index (history->marks, i);
      g_autoptr (GString) title = NULL;

      if (mark->kind != SIM_MARK_REFUSED || strcmp (mark->where, node) != 0)
        continue;
      title = g_string_new (NULL);
      sim_markup_moment (mark->time, title);
      g_string_append_printf (title, " %s: %s", mark->subject, mark->text);
      sim_legend_mark (legend, "refused", mark->time, history->end, title->str, out);
    }
}

void
sim_chart_life (const SimHistory *history, const SimLife *life, const char *name, const char *look,
                SimLegend *legend, GString *out)
{
  g_autoptr (GString) plot = g_string_new (NULL);
  g_autoptr (GString) told = g_string_new (life->name);
  SimRow row = { .name = name, .height = SIM_BAR_ROW };

  for (guint i = 0; i < life->spans->len; i++)
    {
      g_string_append (told, i == 0 ? ": " : ", ");
      add_span_text (&g_array_index (life->spans, SimSpan, i), told);
    }
  g_string_append_printf (plot, "<g class=\"%s\">\n", look);
  add_spans (history, life, legend, plot);
  g_string_append (plot, "</g>\n");
  add_refusals (history, life->name, legend, plot);
  row.told = told->str;
  row.plot = plot->str;
  sim_axis_row (&row, out);
}

char *
sim_chart_brief (const char *name)
{
  return g_strndup (name, strcspn (name, "."));
}

static gint
compare_by_zone (gconstpointer a, gconstpointer b)
{
  const SimLife *first = *(SimLife *const *) a, *second = *(SimLife *const *) b;

  return strcmp (first->zone, second->zone);
}

GPtrArray *
sim_chart_order (const SimHistory *history)
{
  GPtrArray *nodes = g_ptr_array_new ();

  for (guint i = 0; i < history->nodes->len; i++)
    g_ptr_array_add (nodes, g_ptr_array_index (history->nodes, i));
  g_ptr_array_sort (nodes, compare_by_zone); /* stable */
  return nodes;
}

void
sim_chart_left_out (guint count, const char *what, GString *out)
{
  if (count > 0)
    g_string_append_printf (
        out, "<p class=\"soft\">%u more %s are left out; a Perfetto trace holds them all.</p>\n",
        count, what);
}

/* ---- nodes ---- */

/* Whether a node with IMAGE was there when the world began. */
static gboolean
is_of_the_beginning (const SimHistory *history, const char *image)
{
  for (guint i = 0; i < history->nodes->len; i++)
    {
      const SimLife *node = g_ptr_array_index (history->nodes, i);

      if (node->spans->len > 0 && g_array_index (node->spans, SimSpan, 0).from == 0
          && strcmp (node->image, image) == 0)
        return TRUE;
    }
  return FALSE;
}

/* "old", "new", or "": where all nodes are of one kind, or the image is not known. */
static const char *
age_of (const SimHistory *history, const SimLife *node, gboolean mixed)
{
  if (!mixed || *node->image == '\0')
    return "";
  return is_of_the_beginning (history, node->image) ? "old" : "new";
}

static gboolean
are_mixed (const SimHistory *history)
{
  for (guint i = 0; i < history->nodes->len; i++)
    {
      const SimLife *node = g_ptr_array_index (history->nodes, i);

      if (*node->image != '\0' && !is_of_the_beginning (history, node->image))
        return TRUE;
    }
  return FALSE;
}

static void
add_node (const SimHistory *history, const SimLife *node, gboolean mixed, SimLegend *legend,
          GString *out)
{
  g_autofree char *brief = sim_chart_brief (node->name);
  g_autoptr (GString) name = g_string_new (NULL);
  const char *age = age_of (history, node, mixed);

  if (*age != '\0')
    {
      sim_legend_note (legend, age);
      g_string_append_printf (name, "<b class=\"badge %s\">%s</b> ", age, age);
    }
  sim_markup_text (brief, name);
  sim_chart_life (history, node, name->str, *age != '\0' ? age : "any", legend, out);
}

void
sim_chart_nodes (const SimHistory *history, guint most, SimLegend *legend, GString *out)
{
  g_autoptr (GPtrArray) nodes = sim_chart_order (history);
  gboolean mixed = are_mixed (history);
  guint shown = MIN (nodes->len, most);

  for (guint i = 0; i < shown; i++)
    {
      const SimLife *node = g_ptr_array_index (nodes, i);

      if (i == 0 || compare_by_zone (&nodes->pdata[i - 1], &nodes->pdata[i]) != 0)
        sim_axis_heading (*node->zone != '\0' ? node->zone : "no zone", out);
      add_node (history, node, mixed, legend, out);
    }
  sim_chart_left_out (nodes->len - shown, "nodes", out);
}

/* ---- pods ---- */

static guint
add_pods_of (const SimHistory *history, const char *node, const char *heading, guint room,
             SimLegend *legend, GString *out)
{
  guint shown = 0;

  for (guint i = 0; i < history->pods->len && shown < room; i++)
    {
      const SimLife *pod = g_ptr_array_index (history->pods, i);
      g_autoptr (GString) name = NULL;

      if (strcmp (pod->node, node) != 0)
        continue;
      if (shown++ == 0)
        sim_axis_heading (heading, out);
      name = g_string_new (NULL);
      sim_markup_text (pod->name, name);
      sim_chart_life (history, pod, name->str, "any", legend, out);
    }
  return shown;
}

void
sim_chart_pods (const SimHistory *history, guint most, SimLegend *legend, GString *out)
{
  g_autoptr (GPtrArray) nodes = sim_chart_order (history);
  guint shown = 0;

  for (guint i = 0; i < nodes->len; i++)
    {
      const SimLife *node = g_ptr_array_index (nodes, i);
      g_autofree char *brief = sim_chart_brief (node->name);
      g_autofree char *heading = g_strdup_printf ("%s, %s", brief, node->zone);

      shown += add_pods_of (history, node->name, heading, most - shown, legend, out);
    }
  shown += add_pods_of (history, "", "on no node", most - shown, legend, out);
  sim_chart_left_out (history->pods->len - shown, "pods", out);
}
