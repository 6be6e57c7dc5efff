/* SPDX-License-Identifier: Apache-2.0 */
/* Sources: Amazon EKS User Guide, "Understand each phase of node updates" (setup and scale-up), and
 * the EKS API Reference, NodegroupUpdateConfig. How a percentage is rounded is not documented. */
#include "config.h"

#include "engine/plan.h"

#define MAX_PARALLELISM 100

guint
dd_plan_parallelism (const DdNodegroup *group, gint64 desired, DdRounding rounding)
{
  gint64 percentage = CLAMP (group->max_unavailable_percentage, 0, 100);
  gint64 hundredths = percentage * MIN (desired, G_MAXINT32);
  gint64 count = group->max_unavailable;

  if (percentage > 0)
    count = (hundredths + (rounding == DD_ROUND_CEIL ? 99 : 0)) / 100;
  return (guint) CLAMP (count, 1, MAX_PARALLELISM);
}

gint64
dd_plan_growth_limit (guint zones, guint parallelism)
{
  return MAX (2 * zones, parallelism);
}

static guint
count_in_zone (GPtrArray *nodes, const char *zone)
{
  guint count = 0;

  for (guint i = 0; i < nodes->len; i++)
    if (g_str_equal (((const DdKubeNode *) g_ptr_array_index (nodes, i))->zone, zone))
      count++;
  return count;
}

static guint
most_in_a_zone (GPtrArray *nodes)
{
  g_autoptr (GPtrArray) zones = dd_plan_zones (nodes);
  guint most = 0;

  for (guint i = 0; i < zones->len; i++)
    most = MAX (most, count_in_zone (nodes, g_ptr_array_index (zones, i)));
  return most;
}

/* Incremental: the smallest balanced growth that leaves a new node in each zone, which is what
 * users of small groups have seen ("desired 1 to 6" with three zones). */
gint64
dd_plan_first_growth (DdScaleUp scale_up, guint zones, guint parallelism, GPtrArray *outdated,
                      gint64 desired)
{
  gint64 limit = dd_plan_growth_limit (zones, parallelism);
  gint64 balanced;

  if (scale_up == DD_SCALE_UP_DOCUMENTED)
    return limit;
  balanced = ((gint64) most_in_a_zone (outdated) + 1) * zones - desired;
  return CLAMP (balanced, 1, limit);
}

static int
compare_created (gconstpointer a, gconstpointer b)
{
  const DdKubeNode *left = *(DdKubeNode *const *) a;
  const DdKubeNode *right = *(DdKubeNode *const *) b;

  if (left->created != right->created)
    return left->created < right->created ? -1 : 1;
  return g_strcmp0 (left->name, right->name);
}

void
dd_plan_order (GPtrArray *outdated, DdNodeChoice choice, DdRandom *random)
{
  switch (choice)
    {
    case DD_CHOOSE_RANDOM:
      dd_random_shuffle (random, outdated);
      break;
    case DD_CHOOSE_BY_NAME:
      break;
    case DD_CHOOSE_OLDEST:
      g_ptr_array_sort (outdated, compare_created);
      break;
    }
}

static int
compare_strings (gconstpointer a, gconstpointer b)
{
  return g_strcmp0 (*(char *const *) a, *(char *const *) b);
}

GPtrArray *
dd_plan_zones (GPtrArray *nodes)
{
  GPtrArray *zones = g_ptr_array_new ();

  for (guint i = 0; i < nodes->len; i++)
    {
      char *zone = ((DdKubeNode *) g_ptr_array_index (nodes, i))->zone;

      if (!g_ptr_array_find_with_equal_func (zones, zone, g_str_equal, NULL))
        g_ptr_array_add (zones, zone);
    }
  g_ptr_array_sort (zones, compare_strings);
  return zones;
}

static DdValue *
names_in_zone (GPtrArray *nodes, const char *zone)
{
  g_auto (DdBuilder) names = dd_builder_array ();

  for (guint i = 0; i < nodes->len; i++)
    {
      const DdKubeNode *node = g_ptr_array_index (nodes, i);

      if (zone == NULL || g_str_equal (node->zone, zone))
        dd_builder_add (&names, dd_string (node->name));
    }
  return dd_builder_end (&names);
}

static DdValue *
zones_to_value (GPtrArray *outdated)
{
  g_autoptr (GPtrArray) zones = dd_plan_zones (outdated);
  g_auto (DdBuilder) list = dd_builder_array ();

  for (guint i = 0; i < zones->len; i++)
    {
      const char *zone = g_ptr_array_index (zones, i);

      dd_builder_add (&list, dd_object ("zone", dd_string (zone), "nodes",
                                        names_in_zone (outdated, zone), NULL));
    }
  return dd_builder_end (&list);
}

DdValue *
dd_plan_to_value (const DdPlan *plan)
{
  gint64 growth = plan->outdated->len == 0 ? 0 : plan->growth;
  const DdScalingGroup *group = plan->group;

  return dd_object (
      "release", dd_string (plan->release), "image", dd_string (plan->image), "parallelism",
      dd_int (plan->parallelism), "zones", zones_to_value (plan->outdated), "order",
      names_in_zone (plan->outdated, NULL), "mark", names_in_zone (plan->to_mark, NULL), "size",
      dd_object ("desired", dd_int (group->desired), "max", dd_int (group->max), "peak_desired",
                 dd_int (group->desired + growth), "peak_max", dd_int (group->max + growth), NULL),
      NULL);
}
