/* SPDX-License-Identifier: Apache-2.0 */
/* sim/aws/autoscaling/instances.c: what can be asked for single instances of a group
 *
 * Imitates: Amazon EC2 Auto Scaling API Reference, TerminateInstanceInAutoScalingGroup,
 * SetInstanceHealth and SetInstanceProtection. */
#include "config.h"

#include "sim/aws/autoscaling/operations.h"

#include "base/time.h"
#include "sim/aws/autoscaling/scaling.h"

static AwsMember *
find_member (const AwsCloud *cloud, const char *id, GError **error)
{
  const AwsInstance *instance = aws_cloud_instance (cloud, id);

  if (instance != NULL && instance->member != NULL)
    return instance->member;
  g_set_error (error, AWS_ERROR, AWS_VALIDATION,
               "Instance Id not found - No managed instance found for instance ID: %s", id);
  return NULL;
}

/* ---- TerminateInstanceInAutoScalingGroup ---- */

/* The cause of the activity; with a decrement also the group's desired capacity. */
static char *
take_out (AwsMember *member, gboolean decrement)
{
  AwsGroup *group = member->group;
  g_autofree char *now = dd_time_to_iso8601 (sim_stage_now (group->cloud->stage));

  if (!decrement)
    return g_strdup_printf (
        "At %s instance %s was taken out of service in response to a user request.", now,
        member->instance->resource.id);
  group->desired--;
  return g_strdup_printf ("At %s instance %s was taken out of service in response to a user "
                          "request, shrinking the capacity from %" G_GINT64_FORMAT
                          " to %" G_GINT64_FORMAT ".",
                          now, member->instance->resource.id, group->desired + 1, group->desired);
}

static gboolean
may_decrement (const AwsGroup *group, GError **error)
{
  if (group->desired > group->min)
    return TRUE;
  g_set_error (error, AWS_ERROR, AWS_VALIDATION,
               "Currently, desiredSize equals minSize (%" G_GINT64_FORMAT
               "). Terminating instance without replacement will violate group's min size "
               "constraint. Either set shouldDecrementDesiredCapacity flag to false or lower "
               "group's min size.",
               group->min);
  return FALSE;
}

/* The answer shows the activity as it begins, whatever a hook makes of it a moment later. */
static DdValue *
terminate_instance (AwsCloud *cloud, const DdValue *input, GError **error)
{
  AwsMember *member = find_member (cloud, dd_value_path_string (input, "InstanceId"), error);
  gboolean decrement = dd_value_path_bool (input, "ShouldDecrementDesiredCapacity", FALSE);
  const AwsActivity *activity;
  g_autoptr (DdValue) described = NULL;
  g_autofree char *cause = NULL;
  AwsGroup *group;

  if (member == NULL || (decrement && member->counted && !may_decrement (member->group, error)))
    return NULL;
  group = member->group;
  cause = member->counted ? take_out (member, decrement) : NULL;
  activity = aws_member_retire (member, cause, TRUE);
  described = aws_as_describe_activity (group, activity);
  dd_value_set (&described, "StatusCode", dd_string ("InProgress"));
  aws_group_wake (group);
  return dd_object ("Activity", dd_value_ref (described), NULL);
}

/* ---- SetInstanceHealth, SetInstanceProtection ---- */

static DdValue *
set_health (AwsCloud *cloud, const DdValue *input, GError **error)
{
  AwsMember *member = find_member (cloud, dd_value_path_string (input, "InstanceId"), error);
  gboolean healthy = g_strcmp0 (dd_value_path_string (input, "HealthStatus"), "Healthy") == 0;
  DdUsec grace_ends;

  if (member == NULL)
    return NULL;
  grace_ends = member->in_service_since + member->group->grace_period * DD_SECOND;
  if (!healthy && dd_value_path_bool (input, "ShouldRespectGracePeriod", TRUE)
      && sim_stage_now (cloud->stage) < grace_ends)
    return dd_null ();
  aws_member_set_sickness (member, healthy ? NULL : "a user health-check.");
  aws_group_wake (member->group);
  return dd_null ();
}

static DdValue *
set_protection (AwsCloud *cloud, const DdValue *input, GError **error)
{
  AwsGroup *group = aws_as_group (cloud, input, error);
  const DdValue *ids = dd_value_member (input, "InstanceIds");
  gboolean protect = dd_value_path_bool (input, "ProtectedFromScaleIn", FALSE);
  g_autoptr (GPtrArray) members = g_ptr_array_new ();

  for (gsize i = 0; group != NULL && i < dd_value_length (ids); i++)
    {
      const char *id = dd_value_string (dd_value_element (ids, i));
      AwsMember *member = find_member (cloud, id, error);

      if (member == NULL)
        return NULL;
      if (member->group != group)
        {
          g_set_error (error, AWS_ERROR, AWS_VALIDATION,
                       "The instance %s is not part of Auto Scaling group %s.", id, group->name);
          return NULL;
        }
      g_ptr_array_add (members, member);
    }
  if (group == NULL)
    return NULL;
  for (guint i = 0; i < members->len; i++)
    ((AwsMember *) members->pdata[i])->protected = protect;
  aws_group_wake (group);
  return dd_object_empty ();
}

/* ---- rows ---- */

static const AwsField terminate_input[] = {
  { "InstanceId", .type = AWS_STRING, .required = TRUE, .min = 1, .max = 19 },
  { "ShouldDecrementDesiredCapacity", .type = AWS_BOOLEAN, .required = TRUE },
  { NULL },
};

static const char *const health_values[] = { "Healthy", "Unhealthy", NULL };

static const AwsField health_input[] = {
  { "InstanceId", .type = AWS_STRING, .required = TRUE, .min = 1, .max = 19 },
  { "HealthStatus", .type = AWS_STRING, .required = TRUE, .values = health_values },
  { "ShouldRespectGracePeriod", .type = AWS_BOOLEAN },
  { NULL },
};

static const AwsField protection_input[] = {
  { "InstanceIds", .type = AWS_LIST, .required = TRUE, .element = AWS_STRING, .min = 1, .max = 50 },
  AWS_AS_GROUP_NAME,
  { "ProtectedFromScaleIn", .type = AWS_BOOLEAN, .required = TRUE },
  { NULL },
};

const AwsOperation aws_as_instance_operations[] = {
  { "TerminateInstanceInAutoScalingGroup", .input = terminate_input,
    .handler = terminate_instance },
  { "SetInstanceHealth", .input = health_input, .handler = set_health },
  { "SetInstanceProtection", .input = protection_input, .handler = set_protection },
  { NULL },
};
