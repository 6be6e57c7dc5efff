/* SPDX-License-Identifier: Apache-2.0 */
/* sim/aws/autoscaling/private.h: what the files of the Auto Scaling actor share */
#pragma once

#include "sim/aws/autoscaling/group.h"

G_BEGIN_DECLS

/* ---- activities (activities.c) ---- */

/* "2026-01-31T09:30:00Z", the present. */
char *aws_group_now_text (const AwsGroup *group);
/* The group's wish and two spaces, if there is one, before SENTENCE. */
char *aws_group_cause (const AwsGroup *group, const char *sentence);
/* A new activity that goes on. Owned by the group; strings are copied. */
AwsActivity *aws_activity_begin (AwsGroup *group, const char *description, const char *cause,
                                 AwsZone *zone, const AwsSubnet *subnet);
void aws_activity_end (AwsGroup *group, AwsActivity *activity, const char *status,
                       const char *message);

/* ---- members (members.c) ---- */

/* The state of a member's instance changed; for EC2. */
void aws_group_hear_of_instance (AwsInstance *instance);
/* Makes INSTANCE a pending member, in the zone with this index. */
AwsMember *aws_member_new (AwsGroup *group, AwsInstance *instance, guint zone_index,
                           AwsActivity *activity);

/* INSTANCE has been in service since it was launched, which is long ago. */
void aws_member_new_in_service (AwsGroup *group, AwsInstance *instance, guint zone_index);

/* ---- launching (launch.c) ---- */

/* Launches one instance in the zone; FALSE when EC2 refused: the zone is then left alone for a
 * while, and a Failed activity says why. */
gboolean aws_group_launch_in (AwsGroup *group, guint zone_index, const char *cause,
                              gboolean balancing);

/* ---- shrinking (victims.c) ---- */

/* NULL when every member is protected. */
AwsMember *aws_group_choose_victim (AwsGroup *group);

G_END_DECLS
