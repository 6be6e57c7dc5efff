/* SPDX-License-Identifier: Apache-2.0 */
/* sim/aws/autoscaling/victims.c: which instance goes when a group shrinks
 *
 * First the zone with the most instances, then the group's termination policies in their order,
 * each leaving only those it likes least; what is then still undecided is drawn. Imitates: Amazon
 * EC2 Auto Scaling User Guide, How termination policies work. */
#include "config.h"

#include "sim/aws/autoscaling/private.h"

#include "sim/aws/autoscaling/scaling.h"

#include <string.h>

/* A member's rank: those with the lowest go. */
typedef gint64 (*Rank) (const AwsGroup *group, const AwsMember *member);

static void
keep_lowest (const AwsGroup *group, GPtrArray *candidates, Rank rank)
{
  gint64 lowest = G_MAXINT64;
  guint kept = 0;

  for (guint i = 0; i < candidates->len; i++)
    lowest = MIN (lowest, rank (group, candidates->pdata[i]));
  for (guint i = 0; i < candidates->len; i++)
    if (rank (group, candidates->pdata[i]) == lowest)
      candidates->pdata[kept++] = candidates->pdata[i];
  g_ptr_array_set_size (candidates, (int) kept);
}

/* A zone that the group left goes first; then the fullest. */
static gint64
rank_by_zone (const AwsGroup *group, const AwsMember *member)
{
  const AwsGroupZone *zone = group->zones->pdata[member->zone_index];

  return member->zone_index >= group->n_enabled_zones ? G_MININT64 : -(gint64) zone->counted;
}

/* Instances of other templates first, then the oldest version. */
static gint64
rank_by_template (const AwsGroup *group, const AwsMember *member)
{
  const AwsInstance *instance = member->instance;

  return g_strcmp0 (instance->template_id, group->template_id) != 0 ? 0
                                                                    : instance->template_version;
}

static gint64
rank_by_age (const AwsGroup *group, const AwsMember *member)
{
  (void) group;
  return member->instance->launched;
}

static gint64
rank_by_youth (const AwsGroup *group, const AwsMember *member)
{
  (void) group;
  return -member->instance->launched;
}

static gint64
rank_by_billing_hour (const AwsGroup *group, const AwsMember *member)
{
  DdUsec age = sim_stage_now (group->cloud->stage) - member->instance->launched;

  return DD_HOUR - age % DD_HOUR;
}

/* "prioritized": the first override is the one to be kept. */
static gint64
rank_by_allocation (const AwsGroup *group, const AwsMember *member)
{
  const DdValue *overrides = dd_value_path (group->mixed_policy, "LaunchTemplate.Overrides");

  for (gsize i = 0; i < dd_value_length (overrides); i++)
    if (g_strcmp0 (dd_value_path_string (dd_value_element (overrides, i), "InstanceType"),
                   member->instance->type->name)
        == 0)
      return -(gint64) i;
  return -(gint64) dd_value_length (overrides);
}

/* There are no launch configurations in this world, so that OldestLaunchConfiguration decides
 * nothing, as on AWS. */
static const struct
{
  const char *name;
  Rank ranks[2];
} policies[] = {
  { "Default", { rank_by_template, rank_by_billing_hour } },
  { "AllocationStrategy", { rank_by_allocation } },
  { "OldestLaunchTemplate", { rank_by_template } },
  { "OldestLaunchConfiguration", { NULL } },
  { "ClosestToNextInstanceHour", { rank_by_billing_hour } },
  { "OldestInstance", { rank_by_age } },
  { "NewestInstance", { rank_by_youth } },
};

DdValue *
aws_termination_policies (void)
{
  g_auto (DdBuilder) names = dd_builder_array ();

  for (guint i = 0; i < G_N_ELEMENTS (policies); i++)
    dd_builder_add (&names, dd_string (policies[i].name));
  return dd_builder_end (&names);
}

static void
apply_policy (const AwsGroup *group, GPtrArray *candidates, const char *name)
{
  for (guint i = 0; i < G_N_ELEMENTS (policies); i++)
    for (guint j = 0; strcmp (policies[i].name, name) == 0 && j < 2; j++)
      if (policies[i].ranks[j] != NULL)
        keep_lowest (group, candidates, policies[i].ranks[j]);
}

AwsMember *
aws_group_choose_victim (AwsGroup *group)
{
  g_autoptr (GPtrArray) candidates = g_ptr_array_new ();

  for (GList *l = group->members.head; l != NULL; l = l->next)
    {
      AwsMember *member = l->data;

      if (member->counted && !member->protected && !member->balancing)
        g_ptr_array_add (candidates, member);
    }
  if (candidates->len == 0)
    return NULL;
  keep_lowest (group, candidates, rank_by_zone);
  for (gsize i = 0; i < dd_value_length (group->termination_policies); i++)
    apply_policy (group, candidates,
                  dd_value_string (dd_value_element (group->termination_policies, i)));
  if (candidates->len == 1)
    return candidates->pdata[0];
  return candidates->pdata[dd_random_below (group->cloud->choices, candidates->len)];
}
