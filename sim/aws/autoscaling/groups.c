/* SPDX-License-Identifier: Apache-2.0 */
/* sim/aws/autoscaling/groups.c: making, changing, resizing and deleting groups
 *
 * Nothing happens to instances here: the group is told to look at itself, and why.
 * Imitates: Amazon EC2 Auto Scaling API Reference. */
#include "config.h"

#include "sim/aws/autoscaling/operations.h"

#include "base/time.h"
#include "sim/aws/autoscaling/scaling.h"

AwsGroup *
aws_as_group (AwsCloud *cloud, const DdValue *input, GError **error)
{
  const char *name = dd_value_path_string (input, "AutoScalingGroupName");
  AwsGroup *group = aws_cloud_group (cloud, name);

  if (group == NULL)
    {
      g_set_error (error, AWS_ERROR, AWS_VALIDATION,
                   "AutoScalingGroup name not found - AutoScalingGroup: %s not found", name);
      return NULL;
    }
  if (group->deleting)
    {
      g_set_error (error, AWS_ERROR, AWS_SCALING_ACTIVITY_IN_PROGRESS,
                   "The AutoScalingGroup %s is pending delete.", name);
      return NULL;
    }
  return group;
}

static void
trace_update (const AwsGroup *group)
{
  sim_stage_trace (group->cloud->stage, "autoscaling", DD_EVENT_GROUP_UPDATED, group->name,
                   dd_object ("min", dd_int (group->min), "max", dd_int (group->max), "desired",
                              dd_int (group->desired), NULL));
}

/* Takes SENTENCE, which goes between "At <now> " and the change in the causes of what follows. */
static void
set_desired (AwsGroup *group, gint64 desired, char *sentence)
{
  g_autofree char *taken = sentence;
  g_autofree char *now = dd_time_to_iso8601 (sim_stage_now (group->cloud->stage));

  if (desired != group->desired)
    {
      g_free (group->wish);
      group->wish = g_strdup_printf (
          "At %s a user request %s changing the desired capacity from %" G_GINT64_FORMAT
          " to %" G_GINT64_FORMAT ".",
          now, taken, group->desired, desired);
    }
  group->desired = desired;
  trace_update (group);
  aws_group_wake (group);
}

/* ---- CreateAutoScalingGroup ---- */

static gboolean
put_hooks (AwsGroup *group, const DdValue *specifications, GError **error)
{
  for (gsize i = 0; i < dd_value_length (specifications); i++)
    {
      AwsHook *hook = aws_as_hook_from_input (dd_value_element (specifications, i), NULL, error);

      if (hook == NULL)
        return FALSE;
      aws_group_put_hook (group, hook);
    }
  return TRUE;
}

static void
discard (AwsGroup *group)
{
  g_hash_table_remove (group->cloud->group_names, group->name);
  g_ptr_array_remove (group->cloud->groups, group);
}

static DdValue *
create_group (AwsCloud *cloud, const DdValue *input, GError **error)
{
  const char *name = dd_value_path_string (input, "AutoScalingGroupName");
  const DdValue *tags = dd_value_member (input, "Tags");
  AwsGroup *group = aws_cloud_group (cloud, name);

  if (group != NULL)
    {
      g_set_error (
          error, AWS_ERROR, AWS_ALREADY_EXISTS,
          "AutoScalingGroup by this name already exists - A group with the name %s already "
          "exists",
          name);
      return NULL;
    }
  if (!aws_as_settings_valid (cloud, NULL, input, error))
    return NULL;
  group = aws_group_new (cloud, name);
  if (!put_hooks (group, dd_value_member (input, "LifecycleHookSpecificationList"), error))
    {
      discard (group);
      return NULL;
    }
  aws_as_settings_apply (group, input);
  for (gsize i = 0; i < dd_value_length (tags); i++)
    aws_as_set_tag (group, dd_value_element (tags, i));
  group->min = dd_value_path_int (input, "MinSize", 0);
  group->max = dd_value_path_int (input, "MaxSize", 0);
  set_desired (group, dd_value_path_int (input, "DesiredCapacity", group->min),
               g_strdup ("created an AutoScalingGroup"));
  return dd_null ();
}

/* ---- UpdateAutoScalingGroup ---- */

/* Bounds that pass the present desired capacity take it with them. */
static DdValue *
update_group (AwsCloud *cloud, const DdValue *input, GError **error)
{
  AwsGroup *group = aws_as_group (cloud, input, error);
  gint64 desired;

  if (group == NULL || !aws_as_settings_valid (cloud, group, input, error))
    return NULL;
  aws_as_settings_apply (group, input);
  group->min = dd_value_path_int (input, "MinSize", group->min);
  group->max = dd_value_path_int (input, "MaxSize", group->max);
  desired = dd_value_path_int (input, "DesiredCapacity",
                               CLAMP (group->desired, group->min, group->max));
  set_desired (group, desired,
               g_strdup_printf ("update of AutoScalingGroup constraints to min: %" G_GINT64_FORMAT
                                ", max: %" G_GINT64_FORMAT ", desired: %" G_GINT64_FORMAT,
                                group->min, group->max, desired));
  return dd_null ();
}

/* ---- SetDesiredCapacity ---- */

/* The activity whose cooldown forbids a change now, or NULL. */
static const AwsActivity *
blocking_activity (const AwsGroup *group)
{
  const AwsActivity *last;
  DdUsec now = sim_stage_now (group->cloud->stage);

  if (group->activities->len == 0)
    return NULL;
  last = group->activities->pdata[group->activities->len - 1];
  return last->end == 0 || now - last->end < group->cooldown * DD_SECOND ? last : NULL;
}

static gboolean
desired_valid (const AwsGroup *group, gint64 desired, GError **error)
{
  if (desired > group->max)
    g_set_error (error, AWS_ERROR, AWS_VALIDATION,
                 "New SetDesiredCapacity value %" G_GINT64_FORMAT
                 " is above max value %" G_GINT64_FORMAT " for the AutoScalingGroup.",
                 desired, group->max);
  else if (desired < group->min)
    g_set_error (error, AWS_ERROR, AWS_VALIDATION,
                 "New SetDesiredCapacity value %" G_GINT64_FORMAT
                 " is below min value %" G_GINT64_FORMAT " for the AutoScalingGroup.",
                 desired, group->min);
  else
    return aws_as_capacity_valid (desired, error);
  return FALSE;
}

static DdValue *
set_desired_capacity (AwsCloud *cloud, const DdValue *input, GError **error)
{
  AwsGroup *group = aws_as_group (cloud, input, error);
  gint64 desired = dd_value_path_int (input, "DesiredCapacity", 0);

  if (group == NULL || !desired_valid (group, desired, error))
    return NULL;
  if (dd_value_path_bool (input, "HonorCooldown", FALSE) && blocking_activity (group) != NULL)
    {
      g_set_error (error, AWS_ERROR, AWS_SCALING_ACTIVITY_IN_PROGRESS,
                   "Scaling activity %s is in progress and blocks this action",
                   blocking_activity (group)->id);
      return NULL;
    }
  set_desired (group, desired, g_strdup ("explicitly set group desired capacity"));
  return dd_null ();
}

/* ---- DeleteAutoScalingGroup ---- */

static DdValue *
delete_group (AwsCloud *cloud, const DdValue *input, GError **error)
{
  AwsGroup *group = aws_as_group (cloud, input, error);

  if (group == NULL)
    return NULL;
  if (group->members.length > 0 && !dd_value_path_bool (input, "ForceDelete", FALSE))
    {
      g_set_error (
          error, AWS_ERROR, AWS_RESOURCE_IN_USE_FAULT,
          "You cannot delete an AutoScalingGroup while there are instances or pending Spot "
          "instance request(s) still in the group.");
      return NULL;
    }
  aws_group_retire_all (group);
  return dd_null ();
}

static const AwsField set_desired_input[] = {
  AWS_AS_GROUP_NAME,
  { "DesiredCapacity", .type = AWS_INTEGER, .required = TRUE, .min = 0, .max = G_MAXINT32 },
  { "HonorCooldown", .type = AWS_BOOLEAN },
  { NULL },
};

static const AwsField delete_input[]
    = { AWS_AS_GROUP_NAME, { "ForceDelete", .type = AWS_BOOLEAN }, { NULL } };

const AwsOperation aws_as_group_operations[] = {
  { "CreateAutoScalingGroup", .input = aws_as_create_fields, .handler = create_group },
  { "UpdateAutoScalingGroup", .input = aws_as_update_fields, .handler = update_group },
  { "SetDesiredCapacity", .input = set_desired_input, .handler = set_desired_capacity },
  { "DeleteAutoScalingGroup", .input = delete_input, .handler = delete_group },
  { NULL },
};
