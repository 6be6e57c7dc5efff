/* SPDX-License-Identifier: Apache-2.0 */
/* sim/aws/autoscaling/scaling.h: what an Auto Scaling group does by itself: launch, balance,
 * replace, shrink */
#pragma once

#include "sim/aws/autoscaling/group.h"
#include "sim/aws/ec2/machines.h"

G_BEGIN_DECLS

/* Auto Scaling begins in CLOUD, without groups; and ends, before the cloud does. */
void aws_autoscaling_start (AwsCloud *cloud);
void aws_autoscaling_stop (AwsCloud *cloud);

/* ---- for the operations (sim/aws/autoscaling*.c) ---- */

/* Something about the group changed; it looks at itself after the usual delay. */
void aws_group_wake (AwsGroup *group);
/* An instance of the group's own that was there before the world began, in service since then. */
typedef struct
{
  const char *zone;          /* one of the group's */
  const char *instance_type; /* any that EC2 has */
  gint64 template_version;   /* of the group's launch template */
  AwsFound found;
} AwsFoundMember;

/* NULL where the group could not have launched it. */
AwsInstance *aws_group_find_member (AwsGroup *group, const AwsFoundMember *member, GError **error);
/* A group that was there before the world began looks at itself when something changes, and at once
 * only if it has not the instances that it wants. */
void aws_group_rest (AwsGroup *group);
/* Takes MEMBER out of service, through its termination hooks when HOOKS; CAUSE is the activity's,
 * copied. Returns the activity. */
AwsActivity *aws_member_retire (AwsMember *member, const char *cause, gboolean hooks);
/* SICKNESS is static text that ends the sentence "taken out of service in response to"; NULL:
 * MEMBER is healthy. */
void aws_member_set_sickness (AwsMember *member, const char *sickness);
/* Lets a terminating MEMBER go on without its hooks. */
void aws_member_hurry (AwsMember *member);
/* Deletes the group with all that is in it, without hooks; it may be gone at once. */
void aws_group_retire_all (AwsGroup *group);
/* The names of the termination policies, as an array. */
DdValue *aws_termination_policies (void);

/* ---- for the group's books (sim/aws/autoscaling/group.c) ---- */

void aws_member_free (AwsMember *member);
/* Frees a group that is being deleted once nothing is left in it. */
void aws_group_end_if_empty (AwsGroup *group);

/* ---- lifecycle hooks (sim/aws/autoscaling/hooks.c) ---- */

typedef struct
{
  const char *group, *hook, *token, *instance_id;
  gboolean at_launch; /* else at termination */
} AwsHookEvent;

typedef void (*AwsHookFunc) (AwsCloud *cloud, const AwsHookEvent *event, gpointer data);

/* FUNC runs in an event of its own whenever an instance begins to wait for a hook, as EventBridge
 * would tell EKS. It may complete the action at once. Listeners run in the order they were added.
 */
void aws_cloud_listen_to_hooks (AwsCloud *cloud, AwsHookFunc func, gpointer data);

/* CompleteLifecycleAction: by TOKEN or INSTANCE_ID, whichever is not NULL; RESULT is "CONTINUE" or
 * "ABANDON". AWS_VALIDATION when nothing waits. */
gboolean aws_group_complete_hook (AwsGroup *group, const char *hook, const char *token,
                                  const char *instance_id, const char *result, GError **error);
gboolean aws_group_heartbeat (AwsGroup *group, const char *hook, const char *token,
                              const char *instance_id, GError **error);

/* For the group actor: holds MEMBER for the hooks of its transition; FALSE when there are none. */
gboolean aws_member_hold (AwsMember *member);
/* Lets go without waiting. */
void aws_member_release (AwsMember *member);
/* The group actor's answer when the last hook let go: all said CONTINUE, or one ABANDON, whose
 * token is then given. */
void aws_member_held (AwsMember *member, const char *abandoned_token);
/* The hook is being deleted: whoever it holds goes on (a launch is abandoned). */
void aws_group_drop_hook (AwsGroup *group, const char *hook);

G_END_DECLS
