/* SPDX-License-Identifier: Apache-2.0 */
/* sim/sinks/figure.c: bars and curves over one axis of virtual time */

#include "config.h"

#include "sim/sinks/figure.h"

#include <string.h>

#define WIDTH 1000
#define LABELS 230 /* what the names at the left take */
#define MOST_LETTERS 36
#define PLOT (WIDTH - LABELS - 10)
#define ROW 18
#define BAR 12
#define AXIS 26
#define CURVE_WIDTH 320
#define CURVE_HEIGHT 90

void
sim_html_text (const char *text, GString *out)
{
  g_autofree char *escaped = g_markup_escape_text (text, -1);

  g_string_append (out, escaped);
}

/* "0:02:05" */
static void
add_moment (DdUsec time, GString *out)
{
  gint64 seconds = time / DD_SECOND;

  g_string_append_printf (out, "%d:%02d:%02d", (int) (seconds / 3600), (int) (seconds / 60 % 60),
                          (int) (seconds % 60));
}

/* Tenths of a unit are enough for the eye, and whole numbers keep the text the same everywhere. */
static void
add_tenths (gint64 tenths, GString *out)
{
  g_string_append_printf (out, "%d.%d", (int) (tenths / 10), (int) (tenths % 10));
}

static gint64
x_tenths (const SimHistory *history, DdUsec time, gint64 width)
{
  DdUsec end = MAX (history->end, 1);

  return (gint64) ((double) time / (double) end * (double) width * 10);
}

/* ---- the frame ---- */

static DdUsec
tick_of (DdUsec end)
{
  static const DdUsec ticks[]
      = { DD_SECOND,      5 * DD_SECOND,  15 * DD_SECOND, DD_MINUTE,   2 * DD_MINUTE, 5 * DD_MINUTE,
          10 * DD_MINUTE, 30 * DD_MINUTE, DD_HOUR,        2 * DD_HOUR, 6 * DD_HOUR };

  for (guint i = 0; i < G_N_ELEMENTS (ticks); i++)
    {
      if (end / ticks[i] <= 10)
        return ticks[i];
    }
  return 24 * DD_HOUR;
}

static void
begin_figure (const SimHistory *history, guint rows, const char *label, GString *out)
{
  guint height = AXIS + rows * ROW + 4;
  DdUsec tick = tick_of (history->end);

  g_string_append_printf (out,
                          "<svg class=\"figure\" viewBox=\"0 0 %d %u\" role=\"img\" "
                          "aria-label=\"%s\">\n",
                          WIDTH, height, label);
  for (DdUsec time = 0; time <= history->end; time += tick)
    {
      g_string_append (out, "<g class=\"tick\" transform=\"translate(");
      add_tenths (LABELS * 10 + x_tenths (history, time, PLOT), out);
      g_string_append_printf (out, ",0)\"><line y1=\"%d\" y2=\"%u\"/><text y=\"14\">", AXIS - 6,
                              height);
      add_moment (time, out);
      g_string_append (out, "</text></g>\n");
    }
}

static int
y_of_row (guint row)
{
  return AXIS + (int) row * ROW;
}

static void
add_label (guint row, const char *text, gboolean heading, GString *out)
{
  g_string_append_printf (out, "<text class=\"%s\" x=\"%d\" y=\"%d\">", heading ? "zone" : "label",
                          heading ? 0 : 12, y_of_row (row) + 12);
  sim_html_text (text, out);
  g_string_append (out, "</text>\n");
}

/* A bar from FROM to TO; CLASS has no spaces. */
static void
add_bar (const SimHistory *history, guint row, DdUsec from, DdUsec to, const char *class,
         const char *title, GString *out)
{
  gint64 x = x_tenths (history, from, PLOT);

  g_string_append_printf (out, "<rect class=\"%s\" y=\"%d\" height=\"%d\" x=\"", class,
                          y_of_row (row) + 3, BAR);
  add_tenths (LABELS * 10 + x, out);
  g_string_append (out, "\" width=\"");
  add_tenths (MAX (x_tenths (history, to, PLOT) - x, 5), out);
  g_string_append (out, "\"><title>");
  sim_html_text (title, out);
  g_string_append (out, ", ");
  add_moment (from, out);
  g_string_append (out, " to ");
  add_moment (to, out);
  g_string_append (out, "</title></rect>\n");
}

/* "not ready" is the class "not-ready". */
static char *
class_of (const char *state)
{
  char *name = g_strconcat ("s-", state, NULL);

  g_strdelimit (name, " ", '-');
  return name;
}

static void
add_life (const SimHistory *history, guint row, const SimLife *life, GString *out)
{
  for (guint i = 0; i < life->spans->len; i++)
    {
      const SimSpan *span = &g_array_index (life->spans, SimSpan, i);
      g_autofree char *class = class_of (span->state);
      g_autofree char *title = g_strdup_printf ("%s: %s", life->name, span->state);

      add_bar (history, row, span->from, span->to, class, title, out);
    }
}

/* "ip-10-42-96-17" */
static char *
brief (const char *name)
{
  return g_strndup (name, strcspn (name, "."));
}

/* ---- nodes ---- */

static DdUsec
end_of_phase (const SimHistory *history, guint index)
{
  const SimMark *phase = g_ptr_array_index (history->marks, index);

  for (guint i = index + 1; i < history->marks->len; i++)
    {
      const SimMark *mark = g_ptr_array_index (history->marks, i);

      if (mark->kind == SIM_MARK_PHASE && strcmp (mark->subject, phase->subject) == 0)
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

static void
add_phases (const SimHistory *history, guint row, const char *group, GString *out)
{
  g_autofree char *label = g_strconcat ("update of ", group, NULL);

  add_label (row, label, TRUE, out);
  for (guint i = 0; i < history->marks->len; i++)
    {
      const SimMark *mark = g_ptr_array_index (history->marks, i);
      g_autofree char *class = NULL;

      if (mark->kind != SIM_MARK_PHASE || strcmp (mark->subject, group) != 0)
        continue;
      class = g_strconcat ("p-", mark->text, NULL);
      add_bar (history, row, mark->time, end_of_phase (history, i), class, mark->text, out);
    }
}

static gint
compare_by_zone (gconstpointer a, gconstpointer b)
{
  const SimLife *first = *(SimLife *const *) a, *second = *(SimLife *const *) b;

  return strcmp (first->zone, second->zone);
}

static void
add_refusals (const SimHistory *history, guint row, const char *node, GString *out)
{
  for (guint i = 0; i < history->marks->len; i++)
    {
      const SimMark *mark = g_ptr_array_index (history->marks, i);

      if (mark->kind != SIM_MARK_REFUSED || strcmp (mark->where, node) != 0)
        continue;
      g_string_append (out, "<circle class=\"refused\" r=\"2.5\" cx=\"");
      add_tenths (LABELS * 10 + x_tenths (history, mark->time, PLOT), out);
      g_string_append_printf (out, "\" cy=\"%d\"><title>", y_of_row (row) + 9);
      sim_html_text (mark->subject, out);
      g_string_append (out, ": ");
      sim_html_text (mark->text, out);
      g_string_append (out, "</title></circle>\n");
    }
}

static guint
count_zones (const GPtrArray *nodes)
{
  guint zones = 0;

  for (guint i = 0; i < nodes->len; i++)
    zones += i == 0
             || compare_by_zone (&g_ptr_array_index (nodes, i - 1), &g_ptr_array_index (nodes, i))
                    != 0;
  return zones;
}

/* Stable, so that within a zone the nodes stay in the order in which they came. */
static GPtrArray *
nodes_by_zone (const SimHistory *history)
{
  GPtrArray *nodes = g_ptr_array_new ();

  for (guint i = 0; i < history->nodes->len; i++)
    g_ptr_array_add (nodes, g_ptr_array_index (history->nodes, i));
  g_ptr_array_sort (nodes, compare_by_zone);
  return nodes;
}

void
sim_figure_nodes (const SimHistory *history, GString *out)
{
  g_autoptr (GPtrArray) groups = updated_groups (history);
  g_autoptr (GPtrArray) nodes = nodes_by_zone (history);
  guint row = 0;

  begin_figure (history, groups->len + nodes->len + count_zones (nodes),
                "The state of each node over time", out);
  for (guint i = 0; i < groups->len; i++)
    add_phases (history, row++, g_ptr_array_index (groups, i), out);
  for (guint i = 0; i < nodes->len; i++, row++)
    {
      const SimLife *node = g_ptr_array_index (nodes, i);
      g_autofree char *name = brief (node->name);

      if (i == 0
          || strcmp (((const SimLife *) g_ptr_array_index (nodes, i - 1))->zone, node->zone) != 0)
        add_label (row++, *node->zone != '\0' ? node->zone : "no zone", TRUE, out);
      add_label (row, name, FALSE, out);
      add_life (history, row, node, out);
      add_refusals (history, row, node->name, out);
    }
  g_string_append (out, "</svg>\n");
}

/* ---- pods ---- */

static guint
count_pods_of (const SimHistory *history, const char *node)
{
  guint count = 0;

  for (guint i = 0; i < history->pods->len; i++)
    count += strcmp (((const SimLife *) g_ptr_array_index (history->pods, i))->node, node) == 0;
  return count;
}

static guint
add_pods_of (const SimHistory *history, guint row, const char *node, guint last_row, GString *out)
{
  for (guint i = 0; i < history->pods->len && row < last_row; i++)
    {
      const SimLife *pod = g_ptr_array_index (history->pods, i);

      if (strcmp (pod->node, node) != 0)
        continue;
      add_label (row, pod->name, FALSE, out);
      add_life (history, row++, pod, out);
    }
  return row;
}

void
sim_figure_pods (const SimHistory *history, guint most, GString *out)
{
  g_autoptr (GPtrArray) nodes = nodes_by_zone (history);
  guint unbound = count_pods_of (history, "");
  guint wanted = history->pods->len + nodes->len + (unbound > 0);
  guint rows = MIN (wanted, most), row = 0;

  begin_figure (history, rows, "The state of each pod over time", out);
  for (guint i = 0; i < nodes->len && row < rows; i++)
    {
      const SimLife *node = g_ptr_array_index (nodes, i);
      g_autofree char *name = brief (node->name);
      g_autofree char *label = g_strdup_printf ("%s, %s", node->zone, name);

      add_label (row++, label, TRUE, out);
      row = add_pods_of (history, row, node->name, rows, out);
    }
  if (unbound > 0 && row < rows)
    {
      add_label (row++, "on no node", TRUE, out);
      add_pods_of (history, row, "", rows, out);
    }
  g_string_append (out, "</svg>\n");
  if (wanted > rows)
    g_string_append_printf (
        out, "<p>%u more rows are left out; a Perfetto trace holds them all.</p>\n", wanted - rows);
}

/* ---- curves ---- */

static gint64
top_of (const SimCurve *curve)
{
  gint64 top = 1;

  for (guint i = 0; i < curve->points->len; i++)
    {
      const SimPoint *point = &g_array_index (curve->points, SimPoint, i);

      top = MAX (top, MAX (point->value, point->floor));
    }
  return top;
}

static gint64
value_of (const SimPoint *point, gboolean of_floor)
{
  return of_floor ? point->floor : point->value;
}

/* A staircase: a value stays until the next one. */
static void
add_staircase (const SimHistory *history, const SimCurve *curve, gint64 top, gboolean of_floor,
               GString *out)
{
  g_string_append_printf (out, "<path class=\"%s\" d=\"", of_floor ? "floor" : "curve");
  for (guint i = 0; i < curve->points->len; i++)
    {
      const SimPoint *point = &g_array_index (curve->points, SimPoint, i);
      int y = CURVE_HEIGHT - (int) (value_of (point, of_floor) * (CURVE_HEIGHT - 10) / top) - 2;

      g_string_append (out, i == 0 ? "M" : "H");
      add_tenths (x_tenths (history, point->time, CURVE_WIDTH), out);
      g_string_append_printf (out, i == 0 ? ",%d" : "V%d", y);
    }
  g_string_append_printf (out, "H%d\"/>\n", CURVE_WIDTH);
}

static gint64
least_of (const SimCurve *curve)
{
  gint64 least = G_MAXINT64;

  for (guint i = 0; i < curve->points->len; i++)
    least = MIN (least, g_array_index (curve->points, SimPoint, i).value);
  return least == G_MAXINT64 ? 0 : least;
}

void
sim_figure_curve (const SimHistory *history, const SimCurve *curve, GString *out)
{
  gint64 top = top_of (curve);
  gboolean has_floor
      = curve->points->len > 0 && g_array_index (curve->points, SimPoint, 0).floor >= 0;

  g_string_append (out, "<figure><figcaption>");
  sim_html_text (curve->name, out);
  g_string_append_printf (out,
                          " <small>least %" G_GINT64_FORMAT " of %" G_GINT64_FORMAT
                          "</small></figcaption>\n<svg class=\"small\" viewBox=\"0 0 %d %d\" "
                          "role=\"img\" aria-label=\"over time\">\n",
                          least_of (curve), top, CURVE_WIDTH, CURVE_HEIGHT);
  add_staircase (history, curve, top, FALSE, out);
  if (has_floor)
    add_staircase (history, curve, top, TRUE, out);
  g_string_append (out, "</svg></figure>\n");
}
