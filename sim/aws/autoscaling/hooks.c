/* SPDX-License-Identifier: Apache-2.0 */
/* sim/aws/autoscaling/hooks.c: lifecycle hooks: an instance waits until somebody lets it go on
 *
 * Each hook of the transition holds the instance with a token of its own. It lets go when it is
 * completed or its heartbeat times out; heartbeats put that off, but not for ever.
 * Imitates: Amazon EC2 Auto Scaling User Guide, Lifecycle hooks. */
#include "config.h"

#include "sim/aws/autoscaling/scaling.h"
#include "sim/aws/protocol/error.h"

/* The longest wait: 48 hours or 100 times the heartbeat timeout, whichever is smaller. */
#define LONGEST_WAIT (48 * DD_HOUR)
#define LONGEST_HEARTBEATS 100

typedef struct
{
  AwsHookFunc func;
  gpointer data;
} Listener;

void
aws_cloud_listen_to_hooks (AwsCloud *cloud, AwsHookFunc func, gpointer data)
{
  Listener listener = { func, data };

  if (cloud->hook_listeners == NULL)
    cloud->hook_listeners = g_array_new (FALSE, FALSE, sizeof (Listener));
  g_array_append_val (cloud->hook_listeners, listener);
}

static AwsCloud *
action_cloud (const AwsHookAction *action)
{
  return action->member->group->cloud;
}

static void
action_free (gpointer data)
{
  AwsHookAction *action = data;
  AwsCloud *cloud = action_cloud (action);

  sim_clock_cancel (cloud->stage->clock, action->timer);
  sim_clock_cancel (cloud->stage->clock, action->notice);
  g_hash_table_remove (cloud->hook_actions, action->token);
  g_free (action->hook);
  g_free (action->token);
  g_free (action);
}

/* ---- letting go ---- */

/* One ABANDON ends the wait for all the others. */
static void
action_complete (AwsHookAction *action, gboolean abandon)
{
  AwsMember *member = action->member;
  g_autofree char *token = g_strdup (action->token);

  g_ptr_array_remove (member->actions, action);
  if (abandon)
    aws_member_release (member);
  if (member->actions == NULL || member->actions->len == 0)
    {
      aws_member_release (member);
      aws_member_held (member, abandon ? token : NULL);
    }
}

static void
action_timed_out (gpointer data)
{
  AwsHookAction *action = data;

  action->timer = 0;
  action_complete (action, action->abandon);
}

static void
action_await_heartbeat (AwsHookAction *action)
{
  SimClock *clock = action_cloud (action)->stage->clock;
  DdUsec due = sim_clock_now (clock) + action->heartbeat_timeout_seconds * DD_SECOND;

  sim_clock_cancel (clock, action->timer);
  action->timer = sim_clock_schedule (clock, MIN (due, action->give_up), action_timed_out, action);
}

void
aws_member_release (AwsMember *member)
{
  g_clear_pointer (&member->actions, g_ptr_array_unref);
}

/* ---- holding ---- */

/* A listener may complete the action, so that nothing of it is touched afterwards. */
static void
tell_listeners (gpointer data)
{
  AwsHookAction *action = data;
  AwsCloud *cloud = action_cloud (action);
  g_autofree char *group = g_strdup (action->member->group->name);
  g_autofree char *hook = g_strdup (action->hook);
  g_autofree char *token = g_strdup (action->token);
  g_autofree char *instance = g_strdup (action->member->instance->resource.id);
  AwsHookEvent event
      = { group, hook, token, instance, .at_launch = action->member->state < AWS_IN_SERVICE };

  action->notice = 0;
  for (guint i = 0; i < cloud->hook_listeners->len; i++)
    {
      const Listener *listener = &g_array_index (cloud->hook_listeners, Listener, i);

      listener->func (cloud, &event, listener->data);
    }
}

static void
member_hold_for (AwsMember *member, const AwsHook *hook)
{
  AwsCloud *cloud = member->group->cloud;
  AwsHookAction *action = g_new0 (AwsHookAction, 1);
  DdUsec longest = hook->heartbeat_timeout_seconds * DD_SECOND * LONGEST_HEARTBEATS;

  action->member = member;
  action->hook = g_strdup (hook->name);
  action->token = dd_random_uuid (cloud->ids);
  action->abandon = hook->abandon;
  action->heartbeat_timeout_seconds = hook->heartbeat_timeout_seconds;
  action->give_up = sim_stage_now (cloud->stage) + MIN (longest, LONGEST_WAIT);
  g_hash_table_insert (cloud->hook_actions, action->token, action);
  g_ptr_array_add (member->actions, action);
  action_await_heartbeat (action);
  if (cloud->hook_listeners != NULL)
    action->notice = sim_clock_after (cloud->stage->clock, 0, tell_listeners, action);
}

gboolean
aws_member_hold (AwsMember *member)
{
  const AwsGroup *group = member->group;
  gboolean at_launch = member->state < AWS_IN_SERVICE;

  g_assert (member->actions == NULL);
  member->actions = g_ptr_array_new_with_free_func (action_free);
  for (guint i = 0; i < group->hooks->len; i++)
    {
      const AwsHook *hook = group->hooks->pdata[i];

      if (hook->at_launch == at_launch)
        member_hold_for (member, hook);
    }
  if (member->actions->len > 0)
    return TRUE;
  aws_member_release (member);
  return FALSE;
}

/* ---- the operations ---- */

static AwsHookAction *
action_of_instance (const AwsGroup *group, const char *hook, const char *instance_id)
{
  const AwsInstance *instance = aws_cloud_instance (group->cloud, instance_id);
  const AwsMember *member = instance != NULL ? instance->member : NULL;

  if (member == NULL || member->group != group || member->actions == NULL)
    return NULL;
  for (guint i = 0; i < member->actions->len; i++)
    {
      AwsHookAction *action = member->actions->pdata[i];

      if (g_str_equal (action->hook, hook))
        return action;
    }
  return NULL;
}

static AwsHookAction *
find_action (const AwsGroup *group, const char *hook, const char *token, const char *instance_id,
             GError **error)
{
  AwsHookAction *action = NULL;

  if (token != NULL)
    action = g_hash_table_lookup (group->cloud->hook_actions, token);
  else if (instance_id != NULL)
    action = action_of_instance (group, hook, instance_id);
  if (action != NULL && action->member->group == group && g_str_equal (action->hook, hook))
    return action;
  if (token == NULL && instance_id == NULL)
    g_set_error (error, AWS_ERROR, AWS_VALIDATION,
                 "You must provide either a lifecycle action token or an instance ID.");
  else
    g_set_error (error, AWS_ERROR, AWS_VALIDATION, "No active Lifecycle Action found with %s %s",
                 token != NULL ? "token" : "instance ID", token != NULL ? token : instance_id);
  return NULL;
}

gboolean
aws_group_complete_hook (AwsGroup *group, const char *hook, const char *token,
                         const char *instance_id, const char *result, GError **error)
{
  AwsHookAction *action = find_action (group, hook, token, instance_id, error);

  if (action == NULL)
    return FALSE;
  action_complete (action, g_str_equal (result, "ABANDON"));
  return TRUE;
}

gboolean
aws_group_heartbeat (AwsGroup *group, const char *hook, const char *token, const char *instance_id,
                     GError **error)
{
  AwsHookAction *action = find_action (group, hook, token, instance_id, error);

  if (action == NULL)
    return FALSE;
  action_await_heartbeat (action);
  return TRUE;
}

void
aws_group_drop_hook (AwsGroup *group, const char *hook)
{
  GList *next;

  for (GList *l = group->members.head; l != NULL; l = next)
    {
      AwsMember *member = l->data;
      AwsHookAction *action = action_of_instance (group, hook, member->instance->resource.id);

      next = l->next;
      if (action != NULL)
        action_complete (action, member->state < AWS_IN_SERVICE);
    }
}
