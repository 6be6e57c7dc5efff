/* SPDX-License-Identifier: Apache-2.0 */
/* sim/aws/autoscaling/group.c: the books of an Auto Scaling group; what it does is
 * sim/aws/autoscaling/scaling.c */
#include "config.h"

#include "sim/aws/autoscaling/group.h"

#include "sim/aws/autoscaling/private.h"
#include "sim/aws/autoscaling/scaling.h"

#include <string.h>

static void
zone_free (gpointer data)
{
  AwsGroupZone *zone = data;

  g_clear_pointer (&zone->subnets, g_ptr_array_unref);
  g_free (zone);
}

static void
hook_free (gpointer data)
{
  AwsHook *hook = data;

  g_free (hook->name);
  g_free (hook->role_arn);
  g_free (hook->target_arn);
  g_free (hook->metadata);
  g_free (hook);
}

static void
activity_free (gpointer data)
{
  AwsActivity *activity = data;

  g_free (activity->id);
  g_free (activity->description);
  g_free (activity->cause);
  g_free (activity->status_message);
  g_free (activity->subnet_id);
  g_free (activity);
}

static char *
group_arn (AwsCloud *cloud, const char *name)
{
  g_autofree char *uuid = dd_random_uuid (cloud->ids);
  g_autofree char *rest
      = g_strdup_printf ("autoScalingGroup:%s:autoScalingGroupName/%s", uuid, name);

  return aws_cloud_arn (cloud, "autoscaling", rest);
}

/* Imitates: Amazon EC2 Auto Scaling API Reference, CreateAutoScalingGroup, the defaults. */
AwsGroup *
aws_group_new (AwsCloud *cloud, const char *name)
{
  AwsGroup *group = g_new0 (AwsGroup, 1);

  group->cloud = cloud;
  group->name = g_strdup (name);
  group->arn = group_arn (cloud, name);
  group->created = sim_stage_now (cloud->stage);
  group->cooldown = 300;
  group->instance_warmup = -1;
  group->health_check_type = g_strdup ("EC2");
  group->distribution_strategy = g_strdup ("balanced-best-effort");
  group->service_role_arn
      = g_strdup_printf ("arn:aws:iam::%s:role/aws-service-role/autoscaling.amazonaws.com/"
                         "AWSServiceRoleForAutoScaling",
                         cloud->account);
  group->termination_policies = dd_array (dd_string ("Default"), NULL);
  group->tags = dd_array_empty ();
  group->hooks = g_ptr_array_new_with_free_func (hook_free);
  group->zones = g_ptr_array_new_with_free_func (zone_free);
  group->activities = g_ptr_array_new_with_free_func (activity_free);
  g_queue_init (&group->members);
  g_ptr_array_add (cloud->groups, group);
  g_hash_table_insert (cloud->group_names, group->name, group);
  return group;
}

void
aws_group_free (AwsGroup *group)
{
  while (group->members.head != NULL)
    aws_member_free (group->members.head->data);
  sim_clock_cancel (group->cloud->stage->clock, group->timer);
  g_clear_pointer (&group->hooks, g_ptr_array_unref);
  g_clear_pointer (&group->zones, g_ptr_array_unref);
  g_clear_pointer (&group->activities, g_ptr_array_unref);
  g_clear_pointer (&group->mixed_policy, dd_value_unref);
  g_clear_pointer (&group->termination_policies, dd_value_unref);
  g_clear_pointer (&group->tags, dd_value_unref);
  g_free (group->name);
  g_free (group->arn);
  g_free (group->health_check_type);
  g_free (group->service_role_arn);
  g_free (group->context);
  g_free (group->distribution_strategy);
  g_free (group->template_id);
  g_free (group->template_name);
  g_free (group->template_version);
  g_free (group->wish);
  g_free (group);
}

AwsGroup *
aws_cloud_group (const AwsCloud *cloud, const char *name)
{
  return name != NULL ? g_hash_table_lookup (cloud->group_names, name) : NULL;
}

static void
forget_template (AwsCloud *cloud, const AwsTemplate *template)
{
  for (guint i = 0; i < cloud->groups->len; i++)
    {
      AwsGroup *group = cloud->groups->pdata[i];

      if (group->template == template)
        group->template = NULL;
    }
}

/* ---- beginning and end ---- */

static const AwsCloudListener listener = { aws_group_hear_of_instance, forget_template };

void
aws_autoscaling_start (AwsCloud *cloud)
{
  cloud->groups = g_ptr_array_new_with_free_func ((GDestroyNotify) aws_group_free);
  cloud->group_names = g_hash_table_new (g_str_hash, g_str_equal);
  cloud->hook_actions = g_hash_table_new (g_str_hash, g_str_equal);
  cloud->listener = &listener;
}

void
aws_autoscaling_stop (AwsCloud *cloud)
{
  cloud->listener = NULL;
  g_clear_pointer (&cloud->groups, g_ptr_array_unref);
  g_clear_pointer (&cloud->group_names, g_hash_table_unref);
  g_clear_pointer (&cloud->hook_actions, g_hash_table_unref);
  g_clear_pointer (&cloud->hook_listeners, g_array_unref);
}

/* ---- zones ---- */

static guint
zone_index (const GPtrArray *zones, const AwsZone *zone)
{
  for (guint i = 0; i < zones->len; i++)
    if (((const AwsGroupZone *) zones->pdata[i])->zone == zone)
      return i;
  return G_MAXUINT;
}

/* Takes ZONE's entry out of OLD, or makes one. */
static AwsGroupZone *
take_zone (GPtrArray *old, AwsZone *zone)
{
  guint index = zone_index (old, zone);
  AwsGroupZone *entry;

  if (index != G_MAXUINT)
    return g_ptr_array_steal_index (old, index);
  entry = g_new0 (AwsGroupZone, 1);
  entry->zone = zone;
  entry->subnets = g_ptr_array_new ();
  return entry;
}

static int
compare_zones (gconstpointer a, gconstpointer b)
{
  const AwsGroupZone *first = *(AwsGroupZone *const *) a;
  const AwsGroupZone *second = *(AwsGroupZone *const *) b;

  return strcmp (first->zone->name, second->zone->name);
}

void
aws_group_use_subnets (AwsGroup *group, GPtrArray *subnets)
{
  g_autoptr (GPtrArray) old = g_steal_pointer (&group->zones);

  group->zones = g_ptr_array_new_with_free_func (zone_free);
  for (guint i = 0; i < old->len; i++)
    g_ptr_array_set_size (((AwsGroupZone *) old->pdata[i])->subnets, 0);
  for (guint i = 0; i < subnets->len; i++)
    {
      AwsSubnet *subnet = subnets->pdata[i];
      guint index = zone_index (group->zones, subnet->zone);

      if (index == G_MAXUINT)
        {
          index = group->zones->len;
          g_ptr_array_add (group->zones, take_zone (old, subnet->zone));
        }
      g_ptr_array_add (((AwsGroupZone *) group->zones->pdata[index])->subnets, subnet);
    }
  g_ptr_array_sort (group->zones, compare_zones);
  group->n_enabled_zones = group->zones->len;
  while (old->len > 0)
    g_ptr_array_add (group->zones, g_ptr_array_steal_index (old, 0));
  for (GList *l = group->members.head; l != NULL; l = l->next)
    {
      AwsMember *member = l->data;

      member->zone_index = zone_index (group->zones, member->instance->subnet->zone);
    }
}

/* ---- hooks ---- */

AwsHook *
aws_group_hook (const AwsGroup *group, const char *name)
{
  for (guint i = 0; i < group->hooks->len; i++)
    {
      AwsHook *hook = group->hooks->pdata[i];

      if (g_strcmp0 (hook->name, name) == 0)
        return hook;
    }
  return NULL;
}

static int
compare_hooks (gconstpointer a, gconstpointer b)
{
  return strcmp ((*(AwsHook *const *) a)->name, (*(AwsHook *const *) b)->name);
}

void
aws_group_put_hook (AwsGroup *group, AwsHook *hook)
{
  AwsHook *old = aws_group_hook (group, hook->name);

  if (old != NULL)
    g_ptr_array_remove (group->hooks, old);
  g_ptr_array_add (group->hooks, hook);
  g_ptr_array_sort (group->hooks, compare_hooks);
}
