/* SPDX-License-Identifier: Apache-2.0 */
/* sim/sinks/curves.c: staircases, as they are gathered */

#include "config.h"

#include "sim/sinks/curves.h"

#include <string.h>

static void
curve_free (SimCurve *curve)
{
  g_free (curve->name);
  g_free (curve->workload);
  g_array_unref (curve->points);
  g_free (curve);
}

GPtrArray *
sim_curves_new (void)
{
  return g_ptr_array_new_with_free_func ((GDestroyNotify) curve_free);
}

SimCurve *
sim_curves_get (GPtrArray *curves, const char *name)
{
  SimCurve *curve;

  for (guint i = 0; i < curves->len; i++)
    {
      curve = g_ptr_array_index (curves, i);
      if (strcmp (curve->name, name) == 0)
        return curve;
    }
  curve = g_new0 (SimCurve, 1);
  curve->name = g_strdup (name);
  curve->workload = g_strdup ("");
  curve->points = g_array_new (FALSE, FALSE, sizeof (SimPoint));
  g_ptr_array_add (curves, curve);
  return curve;
}

SimPoint
sim_curve_last (const SimCurve *curve)
{
  const SimPoint nothing = { .wanted = -1, .floor = -1 };

  return curve->points->len > 0 ? g_array_index (curve->points, SimPoint, curve->points->len - 1)
                                : nothing;
}

void
sim_curve_add (SimCurve *curve, const SimPoint *point)
{
  SimPoint last = sim_curve_last (curve);

  if (curve->points->len > 0 && last.value == point->value && last.wanted == point->wanted
      && last.floor == point->floor)
    return;
  if (curve->points->len > 0 && last.time == point->time)
    g_array_set_size (curve->points, curve->points->len - 1);
  g_array_append_vals (curve->points, point, 1);
}
