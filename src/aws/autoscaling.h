/* SPDX-License-Identifier: Apache-2.0 */
/* aws/autoscaling.h: the Auto Scaling group behind a node group */
#pragma once

#include "base/transport.h"
#include "base/value.h"

G_BEGIN_DECLS

typedef struct
{
  char *id, *zone;
  char *lifecycle;        /* "InService", "Pending", "Terminating:Wait" ... */
  char *template_version; /* of the launch template it was made from; NULL: of none */
  gboolean protected_;    /* from scale-in */
} DdGroupInstance;

typedef struct
{
  char *name;
  gint64 min, max, desired;
  GPtrArray *zones;     /* of char *, sorted */
  GPtrArray *subnets;   /* of char *: where it launches */
  GPtrArray *instances; /* of DdGroupInstance *, in the order of the answer */
  char *template_id, *template_version;
  GPtrArray *suspended;  /* of char *: "Launch", "Terminate" ...: what it does not do by itself */
  DdValue *mixed_policy; /* NULL: the group has a launch template and no policy */
  char *nodegroup;       /* the managed node group it belongs to, by its tag; NULL: none */
  gboolean protects_new; /* new instances are protected from scale-in */
} DdScalingGroup;

/* Without its instances the answer stays small, however large the group. */
DdRequest *dd_autoscaling_describe_group (const char *name, gboolean with_instances);
/* DD_ERROR_NOT_FOUND when the answer does not hold the group. */
DdScalingGroup *dd_scaling_group_from_reply (const DdReply *reply, const char *name,
                                             GError **error);
void dd_scaling_group_free (DdScalingGroup *group);
/* PROCESS ("Launch") is suspended. */
gboolean dd_scaling_group_suspends (const DdScalingGroup *group, const char *process);
/* The instance still counts towards the desired size. */
gboolean dd_group_instance_counts (const DdGroupInstance *instance);
/* How many of them do. */
gint64 dd_scaling_group_size (const DdScalingGroup *group);

DdRequest *dd_autoscaling_resize (const char *name, gint64 desired, gint64 max);
/* Points the group to another version of its launch template and leaves the rest of its mixed
 * instances policy as it is. */
DdRequest *dd_autoscaling_repoint (const DdScalingGroup *group, const char *version);
DdRequest *dd_autoscaling_terminate (const char *instance, gboolean decrement);
/* The desired size that an instance has made smaller by one, as its activity's cause says ("in
 * response to a user request, shrinking the capacity from 4 to 3"); -1: it has not, as where Auto
 * Scaling had let go of it already. */
gint64 dd_autoscaling_shrunk_from (const DdReply *reply);

/* The newest COUNT activities, those under way first. */
DdRequest *dd_autoscaling_describe_activities (const char *name, guint count);
/* Whether the first of them is still under way: an instance comes or leaves. */
gboolean dd_activity_under_way_from_reply (const DdReply *reply, gboolean *out_under_way,
                                           GError **error);
/* The messages of the failed activities at the head of the list that began at or after SINCE,
 * each once, newest first. */
GPtrArray *dd_activity_failures_from_reply (const DdReply *reply, DdUsec since, GError **error);

DdRequest *dd_autoscaling_describe_hooks (const char *name);
/* Whether a hook called NAME holds instances that are about to terminate. */
gboolean dd_termination_hook_from_reply (const DdReply *reply, const char *name,
                                         gboolean *out_is_there, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (DdScalingGroup, dd_scaling_group_free)

G_END_DECLS
