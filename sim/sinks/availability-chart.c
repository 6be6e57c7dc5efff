/* SPDX-License-Identifier: Apache-2.0 */
/* sim/sinks/availability-chart.c: Ready pods of those wanted, over the axis of the nodes, and the
 * floors of the budgets that cover them */

#include "config.h"

#include <string.h>

#include "sim/sinks/axis.h"
#include "sim/sinks/charts.h"
#include "sim/sinks/markup.h"

#define HEIGHT 44
#define CEILING 6 /* above the highest value, so that a line on it is seen */

/* ---- figures ---- */

static gint64
top_of (const SimCurve *curve)
{
  gint64 top = 0;

  for (guint i = 0; i < curve->points->len; i++)
    {
      const SimPoint *point = &g_array_index (curve->points, SimPoint, i);

      top = MAX (top, MAX (point->value, point->wanted));
    }
  return top;
}

/* The most that BUDGET ever needs. */
static gint64
floor_of (const SimCurve *budget)
{
  gint64 most = 0;

  for (guint i = 0; i < budget->points->len; i++)
    most = MAX (most, g_array_index (budget->points, SimPoint, i).floor);
  return most;
}

static const SimPoint *
least_of (const SimCurve *curve)
{
  const SimPoint *least = NULL;

  for (guint i = 0; i < curve->points->len; i++)
    {
      const SimPoint *point = &g_array_index (curve->points, SimPoint, i);

      if (least == NULL || point->value < least->value)
        least = point;
    }
  return least;
}

static DdUsec
end_of_point (const SimHistory *history, const SimCurve *curve, guint index)
{
  return index + 1 < curve->points->len ? g_array_index (curve->points, SimPoint, index + 1).time
                                        : history->end;
}

static int
y_of (gint64 value, gint64 top)
{
  return HEIGHT - (int) (value * (HEIGHT - CEILING) / top);
}

/* ---- what is drawn ---- */

static void
add_area (const SimHistory *history, const SimCurve *curve, gint64 top, SimLegend *legend,
          GString *out)
{
  sim_legend_note (legend, "available");
  for (guint i = 0; i < curve->points->len; i++)
    {
      const SimPoint *point = &g_array_index (curve->points, SimPoint, i);
      DdUsec to = end_of_point (history, curve, i);
      int y = y_of (point->value, top);

      if (point->value == 0 || to == point->time)
        continue;
      g_string_append_printf (out, "<rect class=\"s-available\" y=\"%d\" height=\"%d\" x=\"", y,
                              HEIGHT - y);
      sim_markup_percent (point->time, history->end, out);
      g_string_append (out, "\" width=\"");
      sim_markup_percent (to - point->time, history->end, out);
      g_string_append (out, "\"><title>");
      sim_markup_moment (point->time, out);
      g_string_append_printf (out, ": %" G_GINT64_FORMAT " Ready", point->value);
      if (point->wanted >= 0)
        g_string_append_printf (out, " of %" G_GINT64_FORMAT, point->wanted);
      g_string_append (out, "</title></rect>\n");
    }
}

static gint64
level_of (const SimPoint *point, gboolean of_floor)
{
  return of_floor ? point->floor : point->wanted;
}

static void
add_levels (const SimHistory *history, const SimCurve *curve, gint64 top, gboolean of_floor,
            SimLegend *legend, GString *out)
{
  const char *sign = of_floor ? "floor" : "wanted";

  for (guint i = 0; i < curve->points->len; i++)
    {
      const SimPoint *point = &g_array_index (curve->points, SimPoint, i);
      gint64 level = level_of (point, of_floor);

      if (level <= 0)
        continue;
      sim_legend_note (legend, sign);
      g_string_append_printf (out, "<line class=\"s-%s\" y1=\"%d\" y2=\"%d\" x1=\"", sign,
                              y_of (level, top), y_of (level, top));
      sim_markup_percent (point->time, history->end, out);
      g_string_append (out, "\" x2=\"");
      sim_markup_percent (end_of_point (history, curve, i), history->end, out);
      g_string_append (out, "\"/>\n");
    }
}

/* ---- what is told ---- */

/* "least 1 of 2 Ready, at 0:03:46; 2 of 2 at the end" */
static void
tell_figures (const SimCurve *curve, GString *out)
{
  const SimPoint *least = least_of (curve);
  SimPoint last = sim_curve_last (curve);

  g_string_append_printf (out, "least %" G_GINT64_FORMAT, least->value);
  if (least->wanted >= 0)
    g_string_append_printf (out, " of %" G_GINT64_FORMAT, least->wanted);
  g_string_append (out, " Ready");
  if (least->value < last.value || least->value < least->wanted)
    {
      g_string_append (out, ", at ");
      sim_markup_moment (least->time, out);
    }
  g_string_append_printf (out, "; at the end %" G_GINT64_FORMAT, last.value);
}

static void
tell_budget (const SimCurve *budget, GString *out)
{
  const char *slash = strrchr (budget->name, '/');

  g_string_append_printf (out, "; budget %s needs %" G_GINT64_FORMAT, slash + 1,
                          sim_curve_last (budget).floor);
}

/* ---- rows ---- */

static GPtrArray *
budgets_of (const SimHistory *history, const SimCurve *workload)
{
  GPtrArray *budgets = g_ptr_array_new ();

  for (guint i = 0; i < history->budgets->len; i++)
    {
      const SimCurve *budget = g_ptr_array_index (history->budgets, i);

      if (strcmp (budget->workload, workload->name) == 0)
        g_ptr_array_add (budgets, (gpointer) budget);
    }
  return budgets;
}

static void
add_curve (const SimHistory *history, const SimCurve *curve, const GPtrArray *budgets,
           SimLegend *legend, GString *out)
{
  g_autoptr (GString) told = g_string_new (NULL);
  g_autoptr (GString) name = g_string_new (NULL);
  g_autoptr (GString) plot = g_string_new (NULL);
  gint64 top = top_of (curve);
  SimRow row = { .height = HEIGHT };

  for (guint i = 0; i < budgets->len; i++)
    top = MAX (top, floor_of (g_ptr_array_index (budgets, i)));
  if (top == 0)
    return;
  tell_figures (curve, told);
  add_area (history, curve, top, legend, plot);
  add_levels (history, curve, top, FALSE, legend, plot);
  for (guint i = 0; i < budgets->len; i++)
    {
      tell_budget (g_ptr_array_index (budgets, i), told);
      add_levels (history, g_ptr_array_index (budgets, i), top, TRUE, legend, plot);
    }
  sim_markup_text (curve->name, name);
  g_string_append (name, "<br/><span class=\"soft\">");
  sim_markup_text (told->str, name);
  g_string_append (name, "</span>");
  row.name = name->str;
  row.told = told->str;
  row.plot = plot->str;
  row.top = top;
  sim_axis_row (&row, out);
}

static gboolean
is_of_the_system (const SimCurve *curve)
{
  const char *space = strchr (curve->name, ' ');

  return space != NULL && g_str_has_prefix (space + 1, "kube-");
}

/* What can be lost first, then what a cluster brings along. */
static gint
compare_curves (gconstpointer a, gconstpointer b)
{
  const SimCurve *first = *(SimCurve *const *) a, *second = *(SimCurve *const *) b;
  int order = is_of_the_system (first) - is_of_the_system (second);

  return order != 0 ? order : strcmp (strchr (first->name, ' '), strchr (second->name, ' '));
}

/* Budgets that cover several workloads, or none, are rows of their own. */
static GPtrArray *
curves_in_order (const SimHistory *history)
{
  GPtrArray *curves = g_ptr_array_new ();

  for (guint i = 0; i < history->workloads->len; i++)
    g_ptr_array_add (curves, g_ptr_array_index (history->workloads, i));
  for (guint i = 0; i < history->budgets->len; i++)
    {
      if (*((const SimCurve *) g_ptr_array_index (history->budgets, i))->workload == '\0')
        g_ptr_array_add (curves, g_ptr_array_index (history->budgets, i));
    }
  g_ptr_array_sort (curves, compare_curves);
  return curves;
}

void
sim_chart_availability (const SimHistory *history, guint most, SimLegend *legend, GString *out)
{
  g_autoptr (GPtrArray) curves = curves_in_order (history);
  guint shown = MIN (curves->len, most);

  for (guint i = 0; i < shown; i++)
    {
      const SimCurve *curve = g_ptr_array_index (curves, i);
      g_autoptr (GPtrArray) budgets = budgets_of (history, curve);

      if (curve->points->len > 0 && sim_curve_last (curve).floor >= 0)
        g_ptr_array_add (budgets, (gpointer) curve);
      add_curve (history, curve, budgets, legend, out);
    }
  sim_chart_left_out (curves->len - shown, "workloads", out);
}
