/* SPDX-License-Identifier: Apache-2.0 */
/* sim/aws/autoscaling/lifecycle.c: lifecycle hooks, as they are set up and completed
 *
 * Imitates: Amazon EC2 Auto Scaling API Reference, the LifecycleHook operations. */
#include "config.h"

#include "sim/aws/autoscaling/operations.h"

#include "sim/aws/autoscaling/scaling.h"

#define USUAL_HEARTBEAT_SECONDS 3600
#define LONGEST_WAIT_SECONDS (48 * 3600)
#define MAX_HOOKS 50

static const char launching[] = "autoscaling:EC2_INSTANCE_LAUNCHING";
static const char terminating[] = "autoscaling:EC2_INSTANCE_TERMINATING";

static void
take_text (char **field, const DdValue *value, const char *old)
{
  const char *text = dd_value_string (value);

  *field = g_strdup (text != NULL ? text : old);
}

AwsHook *
aws_as_hook_from_input (const DdValue *input, const AwsHook *old, GError **error)
{
  const char *transition = dd_value_path_string (input, "LifecycleTransition");
  const char *result = dd_value_path_string (input, "DefaultResult");
  AwsHook *hook;

  if (transition == NULL && old == NULL)
    {
      g_set_error (error, AWS_ERROR, AWS_VALIDATION,
                   "Lifecycle transition must be specified for a new lifecycle hook.");
      return NULL;
    }
  hook = g_new0 (AwsHook, 1);
  hook->name = g_strdup (dd_value_path_string (input, "LifecycleHookName"));
  hook->at_launch = transition != NULL ? g_str_equal (transition, launching) : old->at_launch;
  hook->heartbeat_timeout_seconds
      = dd_value_path_int (input, "HeartbeatTimeout",
                           old != NULL ? old->heartbeat_timeout_seconds : USUAL_HEARTBEAT_SECONDS);
  hook->abandon = result != NULL ? g_str_equal (result, "ABANDON") : old == NULL || old->abandon;
  take_text (&hook->role_arn, dd_value_member (input, "RoleARN"),
             old != NULL ? old->role_arn : NULL);
  take_text (&hook->target_arn, dd_value_member (input, "NotificationTargetARN"),
             old != NULL ? old->target_arn : NULL);
  take_text (&hook->metadata, dd_value_member (input, "NotificationMetadata"),
             old != NULL ? old->metadata : NULL);
  return hook;
}

static DdValue *
put_hook (AwsCloud *cloud, const DdValue *input, GError **error)
{
  AwsGroup *group = aws_as_group (cloud, input, error);
  const AwsHook *old;
  AwsHook *hook;

  if (group == NULL)
    return NULL;
  old = aws_group_hook (group, dd_value_path_string (input, "LifecycleHookName"));
  if (old == NULL && group->hooks->len >= MAX_HOOKS)
    {
      g_set_error (error, AWS_ERROR, AWS_LIMIT_EXCEEDED,
                   "The limit of %d lifecycle hooks for this Auto Scaling group is reached.",
                   MAX_HOOKS);
      return NULL;
    }
  hook = aws_as_hook_from_input (input, old, error);
  if (hook == NULL)
    return NULL;
  aws_group_put_hook (group, hook);
  return dd_object_empty ();
}

static DdValue *
describe_hook (const AwsGroup *group, const AwsHook *hook)
{
  return dd_object ("LifecycleHookName", dd_string (hook->name), "AutoScalingGroupName",
                    dd_string (group->name), "LifecycleTransition",
                    dd_string (hook->at_launch ? launching : terminating), "NotificationTargetARN",
                    dd_string (hook->target_arn), "RoleARN", dd_string (hook->role_arn),
                    "NotificationMetadata", dd_string (hook->metadata), "HeartbeatTimeout",
                    dd_int (hook->heartbeat_timeout_seconds), "GlobalTimeout",
                    dd_int (MIN (100 * hook->heartbeat_timeout_seconds, LONGEST_WAIT_SECONDS)),
                    "DefaultResult", dd_string (hook->abandon ? "ABANDON" : "CONTINUE"), NULL);
}

static DdValue *
describe_hooks (AwsCloud *cloud, const DdValue *input, GError **error)
{
  const AwsGroup *group = aws_as_group (cloud, input, error);
  const DdValue *names = dd_value_member (input, "LifecycleHookNames");
  g_auto (DdBuilder) answer = dd_builder_array ();

  if (group == NULL)
    return NULL;
  for (gsize i = 0; i < dd_value_length (names); i++)
    {
      const AwsHook *hook = aws_group_hook (group, dd_value_string (dd_value_element (names, i)));

      if (hook != NULL)
        dd_builder_add (&answer, describe_hook (group, hook));
    }
  for (guint i = 0; dd_value_length (names) == 0 && i < group->hooks->len; i++)
    dd_builder_add (&answer, describe_hook (group, group->hooks->pdata[i]));
  return dd_object ("LifecycleHooks", dd_builder_end (&answer), NULL);
}

static DdValue *
delete_hook (AwsCloud *cloud, const DdValue *input, GError **error)
{
  AwsGroup *group = aws_as_group (cloud, input, error);
  const char *name = dd_value_path_string (input, "LifecycleHookName");
  AwsHook *hook = group != NULL ? aws_group_hook (group, name) : NULL;

  if (group == NULL)
    return NULL;
  if (hook == NULL)
    {
      g_set_error (error, AWS_ERROR, AWS_VALIDATION, "No Lifecycle Hook found with name %s", name);
      return NULL;
    }
  aws_group_drop_hook (group, name);
  g_ptr_array_remove (group->hooks, hook);
  return dd_object_empty ();
}

/* ---- completing ---- */

static DdValue *
complete_action (AwsCloud *cloud, const DdValue *input, GError **error)
{
  AwsGroup *group = aws_as_group (cloud, input, error);

  if (group == NULL
      || !aws_group_complete_hook (group, dd_value_path_string (input, "LifecycleHookName"),
                                   dd_value_path_string (input, "LifecycleActionToken"),
                                   dd_value_path_string (input, "InstanceId"),
                                   dd_value_path_string (input, "LifecycleActionResult"), error))
    return NULL;
  return dd_object_empty ();
}

static DdValue *
record_heartbeat (AwsCloud *cloud, const DdValue *input, GError **error)
{
  AwsGroup *group = aws_as_group (cloud, input, error);

  if (group == NULL
      || !aws_group_heartbeat (group, dd_value_path_string (input, "LifecycleHookName"),
                               dd_value_path_string (input, "LifecycleActionToken"),
                               dd_value_path_string (input, "InstanceId"), error))
    return NULL;
  return dd_object_empty ();
}

/* ---- rows ---- */

static const char *const transitions[] = { launching, terminating, NULL };
static const char *const results[] = { "CONTINUE", "ABANDON", NULL };

#define HOOK_NAME \
  { \
    "LifecycleHookName", .type = AWS_STRING, .required = TRUE, .min = 1, .max = 255 \
  }

#define HOOK_FIELDS \
  HOOK_NAME, { "LifecycleTransition", .type = AWS_STRING, .values = transitions }, \
      { "RoleARN", .type = AWS_STRING, .min = 1, .max = 255 }, \
      { "NotificationTargetARN", .type = AWS_STRING, .min = 0, .max = 255 }, \
      { "NotificationMetadata", .type = AWS_STRING, .min = 1, .max = 4000 }, \
      { "HeartbeatTimeout", .type = AWS_INTEGER, .min = 30, .max = 7200 }, \
  { \
    "DefaultResult", .type = AWS_STRING, .values = results \
  }

const AwsField aws_as_hook_fields[] = { HOOK_FIELDS, { NULL } };

static const AwsField put_input[] = { AWS_AS_GROUP_NAME, HOOK_FIELDS, { NULL } };

static const AwsField describe_input[] = {
  AWS_AS_GROUP_NAME,
  { "LifecycleHookNames", .type = AWS_LIST, .element = AWS_STRING, .min = 0, .max = 50 },
  { NULL },
};

static const AwsField delete_input[] = { AWS_AS_GROUP_NAME, HOOK_NAME, { NULL } };

#define ACTION_FIELDS \
  AWS_AS_GROUP_NAME, HOOK_NAME, \
      { "LifecycleActionToken", .type = AWS_STRING, .min = 36, .max = 36 }, \
  { \
    "InstanceId", .type = AWS_STRING, .min = 1, .max = 19 \
  }

static const AwsField complete_input[] = {
  ACTION_FIELDS,
  { "LifecycleActionResult", .type = AWS_STRING, .required = TRUE, .values = results },
  { NULL },
};

static const AwsField heartbeat_input[] = { ACTION_FIELDS, { NULL } };

const AwsOperation aws_as_hook_operations[] = {
  { "PutLifecycleHook", .input = put_input, .handler = put_hook },
  { "DescribeLifecycleHooks", .input = describe_input, .handler = describe_hooks },
  { "DeleteLifecycleHook", .input = delete_input, .handler = delete_hook },
  { "CompleteLifecycleAction", .input = complete_input, .handler = complete_action },
  { "RecordLifecycleActionHeartbeat", .input = heartbeat_input, .handler = record_heartbeat },
  { NULL },
};
