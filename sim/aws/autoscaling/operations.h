/* SPDX-License-Identifier: Apache-2.0 */
/* sim/aws/autoscaling/operations.h: what the files of the Auto Scaling operations share */
#pragma once

#include "sim/aws/protocol/error.h"
#include "sim/aws/autoscaling/group.h"
#include "sim/aws/protocol/page.h"
#include "sim/aws/protocol/service.h"

G_BEGIN_DECLS

#define AWS_AS_GROUP_NAME \
  { \
    "AutoScalingGroupName", .type = AWS_STRING, .required = TRUE, .min = 1, .max = 255 \
  }
#define AWS_AS_STRINGS(field) \
  { \
    field, .type = AWS_LIST, .element = AWS_STRING \
  }
#define AWS_AS_PAGE(most) \
  { "NextToken", .type = AWS_STRING }, { "MaxRecords", .type = AWS_INTEGER, .min = 1, .max = most }

extern const AwsField aws_as_tag_fields[];
extern const AwsField aws_as_hook_fields[]; /* of LifecycleHookSpecificationList */

/* The group that INPUT names, else NULL with the service's error; one that is being deleted cannot
 * be changed. */
AwsGroup *aws_as_group (AwsCloud *cloud, const DdValue *input, GError **error);
/* The page that INPUT asks for of TOTAL items; FALSE with InvalidNextToken. */
gboolean aws_as_page (const DdValue *input, const char *list, guint usual, guint total,
                      AwsPage *page, GError **error);
DdValue *aws_as_describe_activity (const AwsGroup *group, const AwsActivity *activity);
DdValue *aws_as_describe_tag (const AwsGroup *group, const DdValue *tag);
DdValue *aws_as_suspended_processes (const AwsGroup *group);

/* Tags as they were sent, into the group's own. */
void aws_as_set_tag (AwsGroup *group, const DdValue *tag);
/* A hook from its specification; NULL with an error. OLD (may be NULL) gives what is not said. */
AwsHook *aws_as_hook_from_input (const DdValue *input, const AwsHook *old, GError **error);

/* ---- how a group is to be (autoscaling-settings.c) ---- */

/* Checks everything that INPUT says about GROUP (NULL: a new one) without changing anything. */
gboolean aws_as_settings_valid (const AwsCloud *cloud, const AwsGroup *group, const DdValue *input,
                                GError **error);
/* Whether a group may be as large as DESIRED: every group that a scenario can begin with and what
 * an update adds to it fits. */
#define AWS_MAX_GROUP_CAPACITY 6000
gboolean aws_as_capacity_valid (gint64 desired, GError **error);
/* Carries it out, sizes aside. */
void aws_as_settings_apply (AwsGroup *group, const DdValue *input);

extern const AwsField aws_as_create_fields[];
extern const AwsField aws_as_update_fields[];

extern const AwsOperation aws_as_group_operations[];
extern const AwsOperation aws_as_describe_operations[];
extern const AwsOperation aws_as_instance_operations[];
extern const AwsOperation aws_as_hook_operations[];
extern const AwsOperation aws_as_tag_operations[];
extern const AwsOperation aws_as_process_operations[];

G_END_DECLS
