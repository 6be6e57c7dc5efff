/* SPDX-License-Identifier: Apache-2.0 */
/* sim/aws/autoscaling/launch.c: one instance for a group, in one zone
 *
 * The group's template says what to launch, a MixedInstancesPolicy which types to try in which
 * order. A zone where EC2 refuses is left alone for a minute, then two, up to ten. */
#include "config.h"

#include "sim/aws/autoscaling/private.h"
#include "sim/aws/autoscaling/scaling.h"

#include <string.h>

#include "sim/aws/ec2/machines.h"
#include "sim/aws/ec2/operations.h"

#define FIRST_BACKOFF DD_MINUTE
#define LONGEST_BACKOFF (10 * DD_MINUTE)

/* What the group wants to launch now: its template resolved, its tags. */
typedef struct
{
  AwsTemplate *template;
  AwsTemplateVersion *version;
  DdValue *tags;
} Recipe;

static void
recipe_clear (Recipe *recipe)
{
  g_clear_pointer (&recipe->tags, dd_value_unref);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Recipe, recipe_clear)

static DdValue *
propagated_tags (const AwsGroup *group)
{
  g_auto (DdBuilder) tags = dd_builder_object ();

  for (gsize i = 0; i < dd_value_length (group->tags); i++)
    {
      const DdValue *tag = dd_value_element (group->tags, i);

      if (dd_value_path_bool (tag, "PropagateAtLaunch", FALSE))
        dd_builder_set (&tags, dd_value_path_string (tag, "Key"),
                        dd_value_ref (dd_value_member (tag, "Value")));
    }
  dd_builder_set (&tags, "aws:autoscaling:groupName", dd_string (group->name));
  return dd_builder_end (&tags);
}

static gboolean
read_recipe (const AwsGroup *group, Recipe *recipe, GError **error)
{
  recipe->template
      = aws_ec2_find_template (group->cloud, group->template_id, group->template_name, error);
  recipe->version = recipe->template != NULL
                        ? aws_ec2_find_version (recipe->template, group->template_version, error)
                        : NULL;
  if (recipe->version != NULL)
    recipe->tags = propagated_tags (group);
  return recipe->version != NULL;
}

/* Imitates: Amazon EKS User Guide, Managed node group capacity types: a Spot group has nothing
 * On-Demand above its base. */
static gboolean
is_spot (const AwsGroup *group)
{
  return group->mixed_policy != NULL
         && dd_value_path_int (group->mixed_policy,
                               "InstancesDistribution.OnDemandPercentageAboveBaseCapacity", 100)
                == 0
         && dd_value_path_int (group->mixed_policy, "InstancesDistribution.OnDemandBaseCapacity", 0)
                == 0;
}

static AwsSubnet *
choose_subnet (const AwsGroup *group, const AwsGroupZone *zone)
{
  guint n = zone->subnets->len;

  return zone->subnets->pdata[n == 1 ? 0 : dd_random_below (group->cloud->choices, n)];
}

/* A type in the list of a mixed instances policy. */
typedef struct
{
  const char *name;
  gint64 room; /* how many of it can be had in the zone */
  guint place; /* in the list */
} Candidate;

static int
compare_candidates (gconstpointer a, gconstpointer b)
{
  const Candidate *left = a, *right = b;

  if (left->room != right->room)
    return left->room > right->room ? -1 : 1;
  return left->place < right->place ? -1 : left->place > right->place;
}

/* Spot strategies that look at capacity; of prices the world knows nothing, so that
 * price-capacity-optimized is one of them. The others go by the order in which types are listed. */
static gboolean
goes_by_capacity (const AwsGroup *group)
{
  const char *strategy
      = dd_value_path_string (group->mixed_policy, "InstancesDistribution.SpotAllocationStrategy");

  return is_spot (group) && strategy != NULL && strstr (strategy, "capacity-optimized") != NULL;
}

/* The types to try in ZONE, in that order; of Candidate. */
static GArray *
types_to_try (const AwsGroup *group, const DdValue *data, const AwsZone *zone)
{
  const DdValue *overrides = dd_value_path (group->mixed_policy, "LaunchTemplate.Overrides");
  guint n = MAX ((guint) dd_value_length (overrides), 1);
  GArray *candidates = g_array_new (FALSE, FALSE, sizeof (Candidate));

  for (guint i = 0; i < n; i++)
    {
      const char *type = dd_value_path_string (dd_value_element (overrides, i), "InstanceType");
      Candidate candidate = { .place = i };

      candidate.name = type != NULL ? type : dd_value_path_string (data, "InstanceType");
      candidate.room = aws_ec2_room (group->cloud, zone->name, candidate.name);
      g_array_append_val (candidates, candidate);
    }
  if (goes_by_capacity (group))
    g_array_sort (candidates, compare_candidates);
  return candidates;
}

/* Goes through the types until one can be had; the first one's error counts. */
static AwsInstance *
launch_types (const AwsGroup *group, const Recipe *recipe, AwsSubnet *subnet, GError **error)
{
  g_autoptr (GArray) candidates = types_to_try (group, recipe->version->data, subnet->zone);
  AwsInstance *instance = NULL;
  AwsLaunch launch = {
    .subnet = subnet,
    .template = recipe->template,
    .template_version = recipe->version->number,
    .data = recipe->version->data,
    .tags = recipe->tags,
    .spot = is_spot (group),
  };

  for (guint i = 0; i < candidates->len && instance == NULL; i++)
    {
      launch.instance_type = g_array_index (candidates, Candidate, i).name;
      instance = aws_ec2_launch (group->cloud, &launch, i == 0 ? error : NULL);
    }
  if (instance != NULL)
    g_clear_error (error);
  return instance;
}

/* ---- refusals ---- */

/* Imitates: Amazon EC2 Auto Scaling User Guide, Troubleshoot: instance launch failure, and the
 * longer form that groups with a mixed instances policy show. */
static char *
failure_message (const AwsGroup *group, const GError *error)
{
  const char *full_stop = g_str_has_suffix (error->message, ".") ? "" : ".";

  if (group->mixed_policy == NULL)
    return g_strdup_printf ("%s%s Launching EC2 instance failed.", error->message, full_stop);
  return g_strdup_printf ("Could not launch %s Instances. %s - %s%s Launching EC2 instance failed.",
                          is_spot (group) ? "Spot" : "On-Demand", aws_error_code_name (error->code),
                          error->message, full_stop);
}

static void
note_failure (AwsGroup *group, AwsGroupZone *zone, const AwsSubnet *subnet, const char *cause,
              const GError *error)
{
  SimStage *stage = group->cloud->stage;
  g_autofree char *message = failure_message (group, error);
  g_autofree char *description
      = g_strdup_printf ("Launching a new EC2 instance.  Status Reason: %s", message);
  AwsActivity *activity = aws_activity_begin (group, description, cause, zone->zone, subnet);

  aws_activity_end (group, activity, "Failed", message);
  zone->backoff = zone->backoff == 0 ? FIRST_BACKOFF : MIN (2 * zone->backoff, LONGEST_BACKOFF);
  zone->blocked_until = sim_stage_now (stage) + zone->backoff;
  sim_stage_trace (
      stage, "autoscaling", DD_EVENT_LAUNCH_FAILED, group->name,
      dd_object ("zone", dd_string (zone->zone->name), "message", dd_string (message), NULL));
}

/* ---- launching ---- */

static void
welcome (AwsGroup *group, AwsInstance *instance, guint zone_index, const char *cause,
         gboolean balancing)
{
  AwsGroupZone *zone = group->zones->pdata[zone_index];
  g_autofree char *description
      = g_strdup_printf ("Launching a new EC2 instance: %s", instance->resource.id);
  AwsActivity *activity
      = aws_activity_begin (group, description, cause, zone->zone, instance->subnet);
  AwsMember *member = aws_member_new (group, instance, zone_index, activity);

  activity->progress = 30;
  activity->status = "PreInService";
  zone->backoff = 0;
  zone->blocked_until = 0;
  member->balancing = balancing;
  group->n_balancing += balancing ? 1 : 0;
  sim_stage_trace (group->cloud->stage, "autoscaling", DD_EVENT_INSTANCE_LAUNCHING,
                   instance->resource.id,
                   dd_object ("zone", dd_string (zone->zone->name), "group",
                              dd_string (group->name), "cause", dd_string (cause), NULL));
}

gboolean
aws_group_launch_in (AwsGroup *group, guint zone_index, const char *cause, gboolean balancing)
{
  AwsGroupZone *zone = group->zones->pdata[zone_index];
  AwsSubnet *subnet = choose_subnet (group, zone);
  g_auto (Recipe) recipe = { NULL };
  g_autoptr (GError) error = NULL;
  AwsInstance *instance = NULL;

  if (read_recipe (group, &recipe, &error))
    instance = launch_types (group, &recipe, subnet, &error);
  if (instance == NULL)
    note_failure (group, zone, subnet, cause, error);
  else
    welcome (group, instance, zone_index, cause, balancing);
  return instance != NULL;
}

/* ---- what was there before the world began ---- */

/* The index of the enabled zone of this name; the number of enabled zones where there is none. */
static guint
find_zone (const AwsGroup *group, const char *name)
{
  guint i = 0;

  while (i < group->n_enabled_zones
         && !g_str_equal (((AwsGroupZone *) group->zones->pdata[i])->zone->name, name))
    i++;
  return i;
}

AwsInstance *
aws_group_find_member (AwsGroup *group, const AwsFoundMember *member, GError **error)
{
  guint index = find_zone (group, member->zone);
  g_autofree char *number = g_strdup_printf ("%" G_GINT64_FORMAT, member->template_version);
  AwsTemplate *template
      = aws_ec2_find_template (group->cloud, group->template_id, group->template_name, error);
  AwsTemplateVersion *version
      = template != NULL ? aws_ec2_find_version (template, number, error) : NULL;
  g_autoptr (DdValue) tags = propagated_tags (group);
  AwsLaunch launch = { .instance_type = member->instance_type, .tags = tags };
  AwsInstance *instance;

  if (version == NULL)
    return NULL;
  if (index == group->n_enabled_zones)
    {
      g_set_error (error, AWS_ERROR, AWS_VALIDATION, "the group has no subnet in zone %s",
                   member->zone);
      return NULL;
    }
  launch.subnet = ((AwsGroupZone *) group->zones->pdata[index])->subnets->pdata[0];
  launch.template = template;
  launch.template_version = version->number;
  launch.data = version->data;
  launch.spot = is_spot (group);
  instance = aws_ec2_find (group->cloud, &launch, &member->found, error);
  if (instance != NULL)
    aws_member_new_in_service (group, instance, index);
  return instance;
}
