/* SPDX-License-Identifier: Apache-2.0 */
/* sim/sinks/legend.c: one row a sign */

#include "config.h"

#include "sim/sinks/legend.h"

#include <string.h>

#include "sim/sinks/markup.h"

#define MIDDLE (SIM_BAR_ROW / 2)
#define SAMPLE 24 /* the width of a sign in the legend */

typedef enum
{
  BAR,
  MARK,
  LEVEL, /* a line across */
  BADGE, /* a word */
} Shape;

/* Signs are called as the state they stand for. Nothing of the phases needs to be explained: each
 * has a row with its name. */
static const struct
{
  const char *name;
  Shape shape;
  int height;       /* of a bar */
  const char *path; /* of a mark, around 0,0 */
  const char *meaning;
} signs[] = {
  { "old", BADGE, .meaning = "a node with an image of the beginning; square ends" },
  { "new", BADGE, .meaning = "a node with another image; round ends" },
  { "launching", BAR, 10, .meaning = "launching: an instance without a Node" },
  { "not ready", BAR, 10, .meaning = "not Ready" },
  { "pending", BAR, 6, .meaning = "pending: no node yet" },
  { "starting", BAR, 10, .meaning = "starting" },
  { "ready", BAR, 14, .meaning = "Ready" },
  { "marked", BAR, 14, .meaning = "marked as outdated: takes no new pods" },
  { "cordoned", BAR, 8, .meaning = "cordoned" },
  { "draining", BAR, 14, .meaning = "draining" },
  { "settling", BAR, 8, .meaning = "drained and cordoned; a wait before the end" },
  { "terminating", BAR, 4, .meaning = "terminating" },
  { "finished", BAR, 4, .meaning = "finished" },
  { "refused", MARK, .path = "M-4-4 4 4M4-4-4 4", .meaning = "an eviction that was refused" },
  { "step", MARK, .path = "M0-6 6 0 0 6-6 0z", .meaning = "a step of the scenario" },
  { "fault", MARK, .path = "M0-6 6 5-6 5z", .meaning = "a fault that struck" },
  { "available", BAR, 10, .meaning = "Ready pods" },
  { "wanted", LEVEL, .meaning = "pods that there should be" },
  { "floor", LEVEL, .meaning = "healthy pods that a budget needs" },
};

static gint
index_of (const char *name)
{
  for (guint i = 0; i < G_N_ELEMENTS (signs); i++)
    {
      if (strcmp (signs[i].name, name) == 0)
        return (gint) i;
    }
  return -1;
}

/* "not ready" is the class "s-not-ready". */
static void
add_class (const char *name, GString *out)
{
  g_autofree char *class = g_strdup (name);

  g_strdelimit (class, " ", '-');
  g_string_append_printf (out, "s-%s", class);
}

void
sim_legend_note (SimLegend *legend, const char *sign)
{
  gint index = index_of (sign);

  g_assert (index >= 0);
  legend->drawn |= G_GUINT64_CONSTANT (1) << index;
}

static void
add_title (const char *title, GString *out)
{
  g_string_append (out, "<title>");
  sim_markup_text (title, out);
  g_string_append (out, "</title>");
}

/* Short stretches are still seen. */
static void
add_place (const SimStretch *stretch, GString *out)
{
  DdUsec least = stretch->end / 400;
  DdUsec from = MIN (stretch->from, stretch->end - least);

  g_string_append (out, "x=\"");
  sim_markup_percent (from, stretch->end, out);
  g_string_append (out, "\" width=\"");
  sim_markup_percent (MAX (stretch->to - from, least), stretch->end, out);
  g_string_append_c (out, '"');
}

void
sim_legend_bar (SimLegend *legend, const char *state, const SimStretch *stretch, const char *title,
                GString *out)
{
  gint index = index_of (state);
  int height = index >= 0 ? signs[index].height : 14;

  if (index >= 0)
    sim_legend_note (legend, state);
  g_string_append (out, "<rect class=\"");
  add_class (state, out);
  g_string_append_printf (out, "\" y=\"%d\" height=\"%d\" ", MIDDLE - height / 2, height);
  add_place (stretch, out);
  g_string_append_c (out, '>');
  add_title (title, out);
  g_string_append (out, "</rect>\n");
}

void
sim_legend_mark (SimLegend *legend, const char *sign, DdUsec time, DdUsec end, const char *title,
                 GString *out)
{
  sim_legend_note (legend, sign);
  g_string_append (out, "<svg class=\"at\" y=\"9\" x=\"");
  sim_markup_percent (time, end, out);
  g_string_append_printf (out, "\"><path class=\"s-%s\" d=\"%s\">", sign,
                          signs[index_of (sign)].path);
  add_title (title, out);
  g_string_append (out, "</path></svg>\n");
}

static void
add_sample (guint index, GString *out)
{
  if (signs[index].shape == BADGE)
    {
      g_string_append_printf (out, "<b class=\"badge %s\">%s</b>", signs[index].name,
                              signs[index].name);
      return;
    }
  g_string_append_printf (out, "<svg width=\"%d\" height=\"%d\" aria-hidden=\"true\">", SAMPLE,
                          SIM_BAR_ROW);
  if (signs[index].shape == BAR)
    {
      g_string_append (out, "<rect class=\"");
      add_class (signs[index].name, out);
      g_string_append_printf (out, "\" x=\"1\" width=\"%d\" y=\"%d\" height=\"%d\"/>", SAMPLE - 2,
                              MIDDLE - signs[index].height / 2, signs[index].height);
    }
  else if (signs[index].shape == MARK)
    g_string_append_printf (out, "<path class=\"s-%s\" transform=\"translate(%d,%d)\" d=\"%s\"/>",
                            signs[index].name, SAMPLE / 2, MIDDLE, signs[index].path);
  else
    g_string_append_printf (out, "<line class=\"s-%s\" x2=\"%d\" y1=\"%d\" y2=\"%d\"/>",
                            signs[index].name, SAMPLE, MIDDLE, MIDDLE);
  g_string_append (out, "</svg>");
}

void
sim_legend_write (const SimLegend *legend, GString *out)
{
  g_string_append (out, "<ul class=\"legend\">\n");
  for (guint i = 0; i < G_N_ELEMENTS (signs); i++)
    {
      if ((legend->drawn & G_GUINT64_CONSTANT (1) << i) == 0)
        continue;
      g_string_append (out, "<li>");
      add_sample (i, out);
      g_string_append_printf (out, " %s</li>\n", signs[i].meaning);
    }
  g_string_append (out, "</ul>\n");
}
