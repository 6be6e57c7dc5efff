/* SPDX-License-Identifier: Apache-2.0 */
/* sim/aws/autoscaling/members.c: one instance's way through its group
 *
 * Pending while EC2 starts it, held by launch hooks, in service; then terminating, held by
 * termination hooks, and gone when EC2 says so. Imitates: Amazon EC2 Auto Scaling User Guide,
 * Instance lifecycle: what is terminating no longer counts towards the desired capacity. */
#include "config.h"

#include "sim/aws/autoscaling/private.h"

#include "sim/aws/autoscaling/scaling.h"
#include "sim/aws/ec2/machines.h"

#define TO(state) (1u << (state))
#define TO_TERMINATING TO (AWS_TERMINATING)

static const char *const names[AWS_N_LIFECYCLE_STATES] = {
#define X(id, name) [id] = name,
  AWS_LIFECYCLE_STATES (X)
#undef X
};

static const guint successors[AWS_N_LIFECYCLE_STATES] = {
  [AWS_PENDING] = TO (AWS_PENDING_WAIT) | TO (AWS_IN_SERVICE) | TO_TERMINATING,
  [AWS_PENDING_WAIT] = TO (AWS_PENDING_PROCEED) | TO_TERMINATING,
  [AWS_PENDING_PROCEED] = TO (AWS_IN_SERVICE) | TO_TERMINATING,
  [AWS_IN_SERVICE] = TO_TERMINATING,
  [AWS_TERMINATING] = TO (AWS_TERMINATING_WAIT) | TO (AWS_TERMINATING_PROCEED),
  [AWS_TERMINATING_WAIT] = TO (AWS_TERMINATING_PROCEED),
  [AWS_TERMINATING_PROCEED] = TO (AWS_TERMINATED_MEMBER),
  [AWS_TERMINATED_MEMBER] = 0,
};

const char *
aws_lifecycle_state_name (AwsLifecycleState state)
{
  return names[state];
}

static void
member_enter (AwsMember *member, AwsLifecycleState next)
{
  g_assert (successors[member->state] & TO (next));
  member->state = next;
}

static void
member_trace (const AwsMember *member, DdEvent what, DdValue *details)
{
  sim_stage_trace (member->group->cloud->stage, "autoscaling", what, member->instance->resource.id,
                   details);
}

/* ---- counting ---- */

void
aws_member_set_sickness (AwsMember *member, const char *sickness)
{
  if (!member->counted)
    return;
  member->group->n_sick += sickness != NULL;
  member->group->n_sick -= member->sickness != NULL;
  member->sickness = sickness;
}

static void
member_count (AwsMember *member)
{
  AwsGroupZone *zone = member->group->zones->pdata[member->zone_index];

  member->counted = TRUE;
  member->group->n_counted++;
  zone->counted++;
}

static void
member_uncount (AwsMember *member)
{
  AwsGroupZone *zone = member->group->zones->pdata[member->zone_index];

  g_assert (member->counted);
  member->group->n_sick -= member->sickness != NULL;
  member->counted = FALSE;
  member->group->n_counted--;
  zone->counted--;
}

static void
member_stop_balancing (AwsMember *member)
{
  if (member->balancing)
    member->group->n_balancing--;
  member->balancing = FALSE;
}

AwsMember *
aws_member_new (AwsGroup *group, AwsInstance *instance, guint zone_index, AwsActivity *activity)
{
  AwsMember *member = g_new0 (AwsMember, 1);

  member->group = group;
  member->instance = instance;
  member->state = AWS_PENDING;
  member->zone_index = zone_index;
  member->activity = activity;
  member->link.data = member;
  instance->member = member;
  g_queue_push_tail_link (&group->members, &member->link);
  member_count (member);
  return member;
}

void
aws_member_free (AwsMember *member)
{
  aws_member_release (member);
  g_queue_unlink (&member->group->members, &member->link);
  member->instance->member = NULL;
  g_free (member);
}

/* ---- coming ---- */

static void
member_in_service (AwsMember *member)
{
  AwsGroup *group = member->group;

  member_enter (member, AWS_IN_SERVICE);
  member->in_service_since = sim_stage_now (group->cloud->stage);
  member->protected = group->protect_new;
  member_stop_balancing (member);
  aws_activity_end (group, member->activity, "Successful", NULL);
  member->activity = NULL;
  member_trace (member, DD_EVENT_INSTANCE_IN_SERVICE,
                dd_object ("group", dd_string (group->name), NULL));
  aws_group_wake (group);
}

void
aws_member_new_in_service (AwsGroup *group, AwsInstance *instance, guint zone_index)
{
  AwsMember *member = aws_member_new (group, instance, zone_index, NULL);

  member_enter (member, AWS_IN_SERVICE);
  member->in_service_since = instance->launched;
}

static void
member_launched (AwsMember *member)
{
  if (aws_member_hold (member))
    {
      member_enter (member, AWS_PENDING_WAIT);
      member->activity->status = "MidLifecycleAction";
    }
  else
    member_in_service (member);
}

/* ---- going ---- */

static void
member_gone (AwsMember *member)
{
  AwsGroup *group = member->group;

  member_enter (member, AWS_TERMINATED_MEMBER);
  aws_activity_end (group, member->activity, "Successful", NULL);
  member_trace (member, DD_EVENT_INSTANCE_TERMINATED,
                dd_object ("group", dd_string (group->name), NULL));
  aws_member_free (member);
  aws_group_end_if_empty (group);
}

static void
member_proceed (AwsMember *member)
{
  member_enter (member, AWS_TERMINATING_PROCEED);
  member->activity->status = "InProgress";
  if (member->instance->state == AWS_INSTANCE_TERMINATED)
    member_gone (member);
  else
    aws_ec2_terminate (member->group->cloud, member->instance, "User initiated");
}

/* A launch that never came into service. */
static void
cancel_launch (AwsMember *member)
{
  g_autofree char *message = NULL;

  if (member->activity == NULL)
    return;
  message = g_strdup_printf ("Instance %s was terminated before it came into service.",
                             member->instance->resource.id);
  aws_activity_end (member->group, member->activity, "Cancelled", message);
}

AwsActivity *
aws_member_retire (AwsMember *member, const char *cause, gboolean hooks)
{
  AwsGroup *group = member->group;
  AwsGroupZone *zone = group->zones->pdata[member->zone_index];
  g_autofree char *description
      = g_strdup_printf ("Terminating EC2 instance: %s", member->instance->resource.id);
  AwsActivity *activity;

  if (member->state >= AWS_TERMINATING)
    return member->activity;
  aws_member_release (member);
  cancel_launch (member);
  member_stop_balancing (member);
  member_uncount (member);
  member_enter (member, AWS_TERMINATING);
  activity = aws_activity_begin (group, description, cause, zone->zone, member->instance->subnet);
  member->activity = activity;
  member_trace (member, DD_EVENT_INSTANCE_TERMINATING,
                dd_object ("group", dd_string (group->name), "cause", dd_string (cause), NULL));
  if (hooks && aws_member_hold (member))
    {
      member_enter (member, AWS_TERMINATING_WAIT);
      activity->status = "MidLifecycleAction";
    }
  else
    member_proceed (member);
  return activity;
}

void
aws_member_hurry (AwsMember *member)
{
  aws_member_release (member);
  if (member->state == AWS_TERMINATING_WAIT)
    member_proceed (member);
}

/* ---- what hooks and EC2 say ---- */

void
aws_member_held (AwsMember *member, const char *abandoned_token)
{
  g_autofree char *cause = NULL;
  g_autofree char *message = NULL;
  g_autofree char *now = NULL;

  if (member->state == AWS_TERMINATING_WAIT)
    {
      member_proceed (member);
      return;
    }
  if (abandoned_token == NULL)
    {
      member_enter (member, AWS_PENDING_PROCEED);
      member_in_service (member);
      return;
    }
  now = aws_group_now_text (member->group);
  message = g_strdup_printf ("Lifecycle Action with token %s was abandoned: Lifecycle Action "
                             "Completed with ABANDON Result",
                             abandoned_token);
  aws_activity_end (member->group, member->activity, "Cancelled", message);
  member->activity = NULL;
  cause = g_strdup_printf ("At %s an instance was taken out of service in response to a lifecycle "
                           "action that was abandoned.",
                           now);
  aws_group_wake (member->group);
  aws_member_retire (member, cause, FALSE);
}

void
aws_group_hear_of_instance (AwsInstance *instance)
{
  AwsMember *member = instance->member;
  AwsInstanceState state = instance->state;

  if (member->state == AWS_PENDING && state == AWS_INSTANCE_RUNNING)
    member_launched (member);
  else if (member->state == AWS_TERMINATING_PROCEED && state == AWS_INSTANCE_TERMINATED)
    member_gone (member);
  else if (member->state < AWS_TERMINATING && state >= AWS_INSTANCE_SHUTTING_DOWN)
    {
      aws_member_set_sickness (member, "an EC2 health check indicating it has been terminated or "
                                       "stopped.");
      aws_group_wake (member->group);
    }
}
