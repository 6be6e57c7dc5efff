/* SPDX-License-Identifier: Apache-2.0 */
/* sim/sinks/phase-chart.c: what was done when: the scenario's steps and faults, and each phase */

#include "config.h"

#include <string.h>

#include "sim/sinks/axis.h"
#include "sim/sinks/charts.h"
#include "sim/sinks/markup.h"

/* ---- steps and faults ---- */

static void
add_marks (const SimHistory *history, SimMarkKind kind, const char *sign, const char *name,
           SimLegend *legend, GString *out)
{
  g_autoptr (GString) plot = g_string_new (NULL);
  g_autoptr (GString) told = g_string_new (name);
  SimRow row = { .name = name, .height = SIM_BAR_ROW };

  for (guint i = 0; i < history->marks->len; i++)
    {
      const SimMark *mark = g_ptr_array_index (history->marks, i);
      g_autoptr (GString) title = NULL;

      if (mark->kind != kind)
        continue;
      title = g_string_new (NULL);
      sim_markup_moment (mark->time, title);
      g_string_append_printf (title, " %s%s%s", mark->subject, *mark->subject != '\0' ? " " : "",
                              mark->text);
      sim_legend_mark (legend, sign, mark->time, history->end, title->str, plot);
      g_string_append_printf (told, "; %s", title->str);
    }
  if (plot->len == 0)
    return;
  row.told = told->str;
  row.plot = plot->str;
  sim_axis_row (&row, out);
}

/* ---- phases ---- */

/* Of this phase: when the next one of the same group begins, or the update is over. */
static DdUsec
end_of_phase (const SimHistory *history, guint index)
{
  const SimMark *phase = g_ptr_array_index (history->marks, index);

  for (guint i = index + 1; i < history->marks->len; i++)
    {
      const SimMark *mark = g_ptr_array_index (history->marks, i);

      if ((mark->kind == SIM_MARK_PHASE || mark->kind == SIM_MARK_UPDATED)
          && strcmp (mark->subject, phase->subject) == 0)
        return mark->time;
    }
  return history->end;
}

/* The node groups that were updated, in order of their first phase; borrowed names. */
static GPtrArray *
updated_groups (const SimHistory *history)
{
  GPtrArray *groups = g_ptr_array_new ();

  for (guint i = 0; i < history->marks->len; i++)
    {
      const SimMark *mark = g_ptr_array_index (history->marks, i);

      if (mark->kind == SIM_MARK_PHASE
          && !g_ptr_array_find_with_equal_func (groups, mark->subject, g_str_equal, NULL))
        g_ptr_array_add (groups, mark->subject);
    }
  return groups;
}

/* "scale-up" is "scale up" to a reader. */
static void
add_phase (const SimHistory *history, guint index, SimLegend *legend, GString *out)
{
  const SimMark *mark = g_ptr_array_index (history->marks, index);
  const SimStretch stretch = { mark->time, end_of_phase (history, index), history->end };
  g_autofree char *words = g_strdelimit (g_strdup (mark->text), "-", ' ');
  g_autofree char *class = g_strconcat ("phase ", mark->text, NULL);
  g_autoptr (GString) plot = g_string_new (NULL);
  g_autoptr (GString) told = g_string_new (words);
  g_autoptr (GString) name = g_string_new ("<span class=\"phase\">");
  SimRow row = { .height = SIM_BAR_ROW };

  g_string_append (told, ": ");
  sim_markup_moment (stretch.from, told);
  g_string_append (told, " to ");
  sim_markup_moment (stretch.to, told);
  sim_legend_bar (legend, class, &stretch, told->str, plot);
  sim_markup_text (words, name);
  g_string_append (name, "</span> <span class=\"soft\">");
  sim_markup_duration (stretch.to - stretch.from, name);
  g_string_append (name, "</span>");
  row.name = name->str;
  row.told = told->str;
  row.plot = plot->str;
  sim_axis_row (&row, out);
}

static void
add_phases (const SimHistory *history, const char *group, SimLegend *legend, GString *out)
{
  g_autofree char *heading = g_strconcat ("update of node group ", group, NULL);

  sim_axis_heading (heading, out);
  for (guint i = 0; i < history->marks->len; i++)
    {
      const SimMark *mark = g_ptr_array_index (history->marks, i);

      if (mark->kind == SIM_MARK_PHASE && strcmp (mark->subject, group) == 0)
        add_phase (history, i, legend, out);
    }
}

void
sim_chart_phases (const SimHistory *history, SimLegend *legend, GString *out)
{
  g_autoptr (GPtrArray) groups = updated_groups (history);

  add_marks (history, SIM_MARK_STEP, "step", "steps", legend, out);
  add_marks (history, SIM_MARK_FAULT, "fault", "faults", legend, out);
  for (guint i = 0; i < groups->len; i++)
    add_phases (history, g_ptr_array_index (groups, i), legend, out);
}
