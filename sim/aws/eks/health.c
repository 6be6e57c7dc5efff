/* SPDX-License-Identifier: Apache-2.0 */
/* sim/aws/eks/health.c: what is wrong with a node group, found by looking at what exists now
 *
 * Imitates: Amazon EKS User Guide, Troubleshoot problems with Amazon EKS clusters and nodes,
 * "Managed node group error codes". Nothing is remembered: once the cause is gone, so is the issue.
 */
#include "config.h"

#include <string.h>

#include "sim/aws/eks/private.h"

static DdValue *
issue (const char *code, const char *resource, const char *message)
{
  return dd_object ("code", dd_string (code), "message", dd_string (message), "resourceIds",
                    dd_array (dd_string (resource), NULL), NULL);
}

static DdValue *
template_issue (const AwsNodegroup *nodegroup, const AwsGroup *group)
{
  const AwsCloud *cloud = nodegroup->cluster->eks->cloud;
  g_autofree char *message = NULL;

  if (aws_cloud_template (cloud, nodegroup->template_id, NULL) == NULL)
    return issue ("Ec2LaunchTemplateNotFound", nodegroup->template_id,
                  "We couldn't find the Amazon EC2 launch template for your managed node group.");
  if (nodegroup->running != NULL || group == NULL
      || (g_strcmp0 (group->template_version, nodegroup->template_version) == 0
          && group->template != NULL
          && strcmp (group->template->resource.id, nodegroup->template_id) == 0))
    return NULL;
  message
      = g_strdup_printf ("The Auto Scaling group %s uses version %s of its launch template where "
                         "Amazon EKS made it use version %s of %s.",
                         nodegroup->group_name, group->template_version,
                         nodegroup->template_version, nodegroup->template_id);
  return issue ("Ec2LaunchTemplateVersionMismatch", nodegroup->template_id, message);
}

/* The words of the failed launch decide the code. */
static const char *
launch_failure_code (const char *message)
{
  if (strstr (message, "not enough free addresses") != NULL)
    return "InsufficientFreeAddresses";
  if (strstr (message, "instance(s) are already running") != NULL
      || strstr (message, "vCPU") != NULL)
    return "InstanceLimitExceeded";
  return "AsgInstanceLaunchFailures";
}

/* The group is short of instances and its latest activity says that it cannot launch any. */
static DdValue *
launch_issue (const AwsGroup *group)
{
  const AwsActivity *last;
  const char *message;

  if (group->activities->len == 0 || (gint64) group->n_counted >= group->desired)
    return NULL;
  last = group->activities->pdata[group->activities->len - 1];
  if (g_strcmp0 (last->status, "Failed") != 0)
    return NULL;
  message = last->status_message != NULL ? last->status_message : last->description;
  return issue (launch_failure_code (message), group->name, message);
}

/* The owner deleted the template, or the version, that the group is a copy of. */
static DdValue *
source_issue (const AwsNodegroup *nodegroup)
{
  const AwsSource *source = &nodegroup->source;
  g_autofree char *message = NULL;

  if (source->id == NULL || aws_source_version (nodegroup->cluster->eks->cloud, source) != NULL)
    return NULL;
  message
      = g_strdup_printf ("We couldn't find version %s of the Amazon EC2 launch template %s that "
                         "your managed node group was created with.",
                         source->version, source->id);
  return issue ("SourceEc2LaunchTemplateNotFound", source->id, message);
}

DdValue *
aws_nodegroup_issues (const AwsNodegroup *nodegroup)
{
  const AwsGroup *group = aws_nodegroup_group (nodegroup);
  g_auto (DdBuilder) issues = dd_builder_array ();

  if (group == NULL)
    dd_builder_add (&issues,
                    issue ("AutoScalingGroupNotFound", nodegroup->group_name,
                           "We couldn't find the Auto Scaling group associated with the managed "
                           "node group."));
  dd_builder_add (&issues, aws_creation_issue (nodegroup));
  dd_builder_add (&issues, template_issue (nodegroup, group));
  dd_builder_add (&issues, source_issue (nodegroup));
  if (group != NULL)
    dd_builder_add (&issues, launch_issue (group));
  return dd_builder_end (&issues);
}

/* The four codes that AWS names in its refusal. */
gboolean
aws_issues_allow_updates (const DdValue *issues)
{
  static const char *const allowed[] = { "AsgInstanceLaunchFailures", "InstanceLimitExceeded",
                                         "InsufficientFreeAddresses", "ClusterUnreachable", NULL };

  for (gsize i = 0; i < dd_value_length (issues); i++)
    if (!g_strv_contains (allowed, dd_value_path_string (dd_value_element (issues, i), "code")))
      return FALSE;
  return TRUE;
}
