/* SPDX-License-Identifier: Apache-2.0 */
/* sim/aws/autoscaling/group.h: an Auto Scaling group as plain structs: its wishes, members, hooks,
 * activities
 */
#pragma once

#include "sim/aws/ec2/cloud.h"

G_BEGIN_DECLS

/* X (enum, wire name). Imitates: Amazon EC2 Auto Scaling User Guide, Instance lifecycle. */
#define AWS_LIFECYCLE_STATES(X) \
  X (AWS_PENDING, "Pending") \
  X (AWS_PENDING_WAIT, "Pending:Wait") \
  X (AWS_PENDING_PROCEED, "Pending:Proceed") \
  X (AWS_IN_SERVICE, "InService") \
  X (AWS_TERMINATING, "Terminating") \
  X (AWS_TERMINATING_WAIT, "Terminating:Wait") \
  X (AWS_TERMINATING_PROCEED, "Terminating:Proceed") \
  X (AWS_TERMINATED_MEMBER, "Terminated")

typedef enum
{
#define X(id, name) id,
  AWS_LIFECYCLE_STATES (X)
#undef X
      AWS_N_LIFECYCLE_STATES
} AwsLifecycleState;

/* What may be suspended; a set of bits. */
typedef enum
{
  AWS_PROCESS_LAUNCH = 1 << 0,
  AWS_PROCESS_TERMINATE = 1 << 1,
  AWS_PROCESS_ADD_TO_LOAD_BALANCER = 1 << 2,
  AWS_PROCESS_ALARM_NOTIFICATION = 1 << 3,
  AWS_PROCESS_AZ_REBALANCE = 1 << 4,
  AWS_PROCESS_HEALTH_CHECK = 1 << 5,
  AWS_PROCESS_INSTANCE_REFRESH = 1 << 6,
  AWS_PROCESS_REPLACE_UNHEALTHY = 1 << 7,
  AWS_PROCESS_SCHEDULED_ACTIONS = 1 << 8,
} AwsProcess;
#define AWS_N_PROCESSES 9

typedef struct
{
  char *id;
  char *description, *cause;
  DdUsec start, end;    /* end 0: it goes on */
  const char *status;   /* "InProgress", "Successful", "Failed", "Cancelled" ... */
  char *status_message; /* may be NULL */
  int progress;
  AwsZone *zone;
  char *subnet_id; /* may be NULL */
} AwsActivity;

typedef struct
{
  char *name;
  gboolean at_launch; /* else at termination */
  gint64 heartbeat_timeout_seconds;
  gboolean abandon;                       /* DefaultResult */
  char *role_arn, *target_arn, *metadata; /* may be NULL */
} AwsHook;

/* One hook that holds one instance. */
typedef struct
{
  AwsMember *member;
  char *hook;  /* its name */
  char *token; /* a UUID */
  gboolean abandon;
  gint64 heartbeat_timeout_seconds;
  DdUsec give_up; /* heartbeats do not carry it further */
  guint64 timer;  /* its heartbeat times out */
  guint64 notice; /* the listeners are told */
} AwsHookAction;

struct _AwsMember
{
  AwsGroup *group;
  AwsInstance *instance;
  AwsLifecycleState state;
  const char *sickness; /* why it is unhealthy, as an activity's cause says it; NULL: it is not */
  gboolean protected, balancing;
  guint zone_index;      /* in AwsGroup.zones */
  gboolean counted;      /* counts towards the desired capacity */
  AwsActivity *activity; /* the one that goes on; owned by the group */
  GPtrArray *actions;    /* of AwsHookAction: hooks that still hold it; may be NULL */
  DdUsec in_service_since;
  GList link; /* in AwsGroup.members */
};

/* An enabled zone of a group. */
typedef struct
{
  AwsZone *zone;
  GPtrArray *subnets;            /* of AwsSubnet; borrowed */
  guint counted;                 /* members that count, here */
  DdUsec blocked_until, backoff; /* after launches failed here */
} AwsGroupZone;

struct _AwsGroup
{
  AwsCloud *cloud;
  char *name, *arn;
  DdUsec created;
  gint64 min, max, desired;
  gint64 cooldown, grace_period, instance_warmup;       /* seconds; the last: -1: not set */
  char *health_check_type, *service_role_arn, *context; /* the last may be NULL */
  char *distribution_strategy; /* "balanced-best-effort" or "balanced-only" */
  gboolean protect_new, capacity_rebalance;
  DdValue *mixed_policy; /* MixedInstancesPolicy as it was given; NULL for a plain template */
  AwsTemplate *template; /* NULL once it was deleted */
  char *template_id, *template_name;
  char *template_version;        /* "3", "$Latest", "$Default" */
  DdValue *termination_policies; /* an array of names */
  DdValue *tags;                 /* an array of {"Key","Value","PropagateAtLaunch"} */
  guint suspended;               /* of AwsProcess */
  DdUsec suspended_at[AWS_N_PROCESSES];
  GPtrArray *hooks; /* of AwsHook, by name */
  GPtrArray *zones; /* of AwsGroupZone, by name; zones that were taken away stay at the end */
  guint n_enabled_zones;
  GQueue members;        /* of AwsMember, oldest first */
  guint n_counted;       /* towards the desired capacity */
  guint n_sick;          /* of these, unhealthy */
  guint n_balancing;     /* of these, launched to balance and not yet in service */
  GPtrArray *activities; /* of AwsActivity, oldest first */
  char *wish;            /* the sentence that says why the group is to change; NULL: nobody asked */
  gboolean deleting;
  DdUsec balance_due; /* when to balance the zones, if they still need it; 0: they do not */
  guint64 timer;      /* the next look at the group */
  DdUsec timer_due;
};

AwsGroup *aws_cloud_group (const AwsCloud *cloud, const char *name);
/* An empty group with AWS's defaults. Its zones come with aws_group_use_subnets (). */
AwsGroup *aws_group_new (AwsCloud *cloud, const char *name);
void aws_group_free (AwsGroup *group);
/* Enables the zones of SUBNETS (AwsSubnet, at least one) and no others. */
void aws_group_use_subnets (AwsGroup *group, GPtrArray *subnets);
const char *aws_lifecycle_state_name (AwsLifecycleState state);
/* Takes HOOK; replaces the one of the same name. */
void aws_group_put_hook (AwsGroup *group, AwsHook *hook);
AwsHook *aws_group_hook (const AwsGroup *group, const char *name);

G_END_DECLS
