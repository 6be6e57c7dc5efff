/* SPDX-License-Identifier: Apache-2.0 */
/* sim/sinks/axis.c: round times, and rows over them */

#include "config.h"

#include "sim/sinks/axis.h"

#include "sim/sinks/markup.h"

#define MOST_TICKS 8
#define MOST_TURNS 14 /* phases of which lines still help */

static DdUsec
tick_of (DdUsec end)
{
  static const DdUsec ticks[]
      = { DD_SECOND,     5 * DD_SECOND, 15 * DD_SECOND, 30 * DD_SECOND, DD_MINUTE,
          2 * DD_MINUTE, 5 * DD_MINUTE, 10 * DD_MINUTE, 15 * DD_MINUTE, 30 * DD_MINUTE,
          DD_HOUR,       2 * DD_HOUR,   3 * DD_HOUR,    6 * DD_HOUR,    12 * DD_HOUR };
  DdUsec day = 24 * DD_HOUR;

  for (guint i = 0; i < G_N_ELEMENTS (ticks); i++)
    {
      if (end / ticks[i] <= MOST_TICKS)
        return ticks[i];
    }
  return (end / MOST_TICKS / day + 1) * day;
}

static void
add_line (const char *class, DdUsec time, DdUsec end, GString *out)
{
  g_string_append_printf (out, "<line class=\"%s\" y2=\"100%%\" x1=\"", class);
  sim_markup_percent (time, end, out);
  g_string_append (out, "\" x2=\"");
  sim_markup_percent (time, end, out);
  g_string_append (out, "\"/>");
}

static guint
count_turns (const SimHistory *history)
{
  guint count = 0;

  for (guint i = 0; i < history->marks->len; i++)
    count += ((const SimMark *) g_ptr_array_index (history->marks, i))->kind == SIM_MARK_PHASE;
  return count;
}

void
sim_axis_define (const SimHistory *history, GString *out)
{
  DdUsec tick = tick_of (history->end);

  g_string_append (out, "<svg class=\"defs\" width=\"0\" height=\"0\" aria-hidden=\"true\"><defs>"
                        "<pattern id=\"hatch\" width=\"6\" height=\"6\" "
                        "patternUnits=\"userSpaceOnUse\" patternTransform=\"rotate(45)\">"
                        "<rect class=\"hatch\" width=\"6\" height=\"6\"/>"
                        "<line class=\"hatch\" x1=\"1.5\" x2=\"1.5\" y2=\"6\"/></pattern>"
                        "<g id=\"grid\">");
  for (DdUsec time = 0; time <= history->end; time += tick)
    add_line ("grid", time, history->end, out);
  for (guint i = 0; count_turns (history) <= MOST_TURNS && i < history->marks->len; i++)
    {
      const SimMark *mark = g_ptr_array_index (history->marks, i);

      if (mark->kind == SIM_MARK_PHASE)
        add_line ("turn", mark->time, history->end, out);
    }
  g_string_append (out, "</g></defs></svg>\n");
}

/* At the edges a number stands beside its line rather than across it. */
static const char *
anchor_of (DdUsec time, DdUsec end)
{
  if (time == 0)
    return "start";
  return time > end - end / 12 ? "end" : "middle";
}

/* Every second number is left out where there is little room. */
void
sim_axis_ticks (DdUsec end, GString *out)
{
  DdUsec tick = tick_of (end);
  guint count = 0;

  g_string_append (out, "<div class=\"row axis\"><div class=\"name\">time since the beginning</div>"
                        "<svg class=\"plot\" height=\"20\" aria-hidden=\"true\">");
  for (DdUsec time = 0; time <= end; time += tick, count++)
    {
      g_string_append_printf (out, "<text class=\"%s\" text-anchor=\"%s\" y=\"14\" x=\"",
                              count % 2 == 0 ? "tick" : "tick spare", anchor_of (time, end));
      sim_markup_percent (time, end, out);
      g_string_append (out, "\">");
      sim_markup_moment (time, out);
      g_string_append (out, "</text>");
    }
  g_string_append (out, "</svg></div>\n");
}

void
sim_axis_heading (const char *text, GString *out)
{
  g_string_append (out, "<h3>");
  sim_markup_text (text, out);
  g_string_append (out, "</h3>\n");
}

void
sim_axis_row (const SimRow *row, GString *out)
{
  g_string_append_printf (out, "<div class=\"row\"><div class=\"name\">%s</div>", row->name);
  if (row->top > 0)
    g_string_append_printf (out,
                            "<div class=\"scale\" aria-hidden=\"true\"><span>%" G_GINT64_FORMAT
                            "</span><span>0</span></div>",
                            row->top);
  g_string_append_printf (out, "<svg class=\"plot\" height=\"%d\" role=\"img\" aria-label=\"",
                          row->height);
  sim_markup_text (row->told, out);
  g_string_append_printf (out, "\"><use href=\"#grid\"/>\n%s</svg></div>\n", row->plot);
}
