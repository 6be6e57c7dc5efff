/* SPDX-License-Identifier: Apache-2.0 */
/* sim/aws/eks/validate.c: what EKS refuses, in its words
 *
 * Imitates: Amazon EKS API Reference, UpdateNodegroupVersion and UpdateNodegroupConfig; the texts
 * are those that users report. */
#include "config.h"

#include <string.h>

#include "sim/aws/eks/private.h"

/* Imitates: Amazon EKS User Guide, Place Kubernetes Pods with taints. */
#define MAX_TAINTS 50

gboolean
aws_nodegroup_may_update (const AwsNodegroup *nodegroup, GError **error)
{
  g_autoptr (DdValue) issues = NULL;

  if (nodegroup->running != NULL)
    {
      aws_set_error (error, AWS_RESOURCE_IN_USE, aws_nodegroup_error_details (nodegroup),
                     "Nodegroup cannot be updated as it is currently not in Active State");
      return FALSE;
    }
  issues = aws_nodegroup_issues (nodegroup);
  if (aws_issues_allow_updates (issues))
    return TRUE;
  aws_set_error (error, AWS_INVALID_REQUEST, aws_nodegroup_error_details (nodegroup),
                 "Nodegroup has health issue other than [ AsgInstanceLaunchFailures, "
                 "InstanceLimitExceeded, InsufficientFreeAddresses, ClusterUnreachable ]");
  return FALSE;
}

/* The minor that INPUT asks for; 0 with ERROR set. Without a version, a release must be one of the
 * group's own minor, and nothing at all means the cluster's. */
static int
target_minor (const AwsNodegroup *nodegroup, const DdValue *input, GError **error)
{
  const AwsCluster *cluster = nodegroup->cluster;
  const char *asked = dd_value_path_string (input, "version");
  int minor;

  if (asked == NULL)
    return aws_kubernetes_minor (
        dd_value_member (input, "releaseVersion") != NULL ? nodegroup->version : cluster->version);
  minor = aws_kubernetes_minor (asked);
  if (minor == 0)
    {
      aws_set_error (error, AWS_INVALID_PARAMETER, aws_nodegroup_error_details (nodegroup),
                     "unsupported Kubernetes version");
      return 0;
    }
  if (strcmp (asked, cluster->version) == 0 || strcmp (asked, nodegroup->version) == 0)
    return minor;
  aws_set_error (error, AWS_INVALID_PARAMETER, aws_nodegroup_error_details (nodegroup),
                 "Nodegroup Kubernetes version should be equal to Cluster kubernetes version %s or "
                 "NodeGroup kubernetes version %s",
                 cluster->version, nodegroup->version);
  return 0;
}

const AwsAmiRelease *
aws_nodegroup_target (const AwsNodegroup *nodegroup, const DdValue *input, GError **error)
{
  const char *asked = dd_value_path_string (input, "releaseVersion");
  const AwsAmiRelease *release;
  int minor;

  if (dd_value_member (input, "launchTemplate") != NULL)
    {
      aws_set_error (error, AWS_INVALID_PARAMETER, aws_nodegroup_error_details (nodegroup),
                     "You cannot specify a launch template for a node group that was created "
                     "without one");
      return NULL;
    }
  minor = target_minor (nodegroup, input, error);
  if (minor == 0)
    return NULL;
  release
      = aws_ami_catalog_find (nodegroup->cluster->eks->catalog, nodegroup->ami_type, minor, asked);
  if (release != NULL)
    return release;
  if (asked != NULL)
    aws_set_error (error, AWS_INVALID_PARAMETER, aws_nodegroup_error_details (nodegroup),
                   "Requested release version %s is not valid for kubernetes version 1.%d.", asked,
                   minor);
  else
    aws_set_error (error, AWS_INVALID_PARAMETER, aws_nodegroup_error_details (nodegroup),
                   "The AMI type %s is not published for kubernetes version 1.%d.",
                   nodegroup->ami_type, minor);
  return NULL;
}

gboolean
aws_sizes_are_valid (gint64 min, gint64 max, gint64 desired, DdValue *details, GError **error)
{
  g_autoptr (DdValue) taken = details;

  if (min > desired)
    aws_set_error (error, AWS_INVALID_PARAMETER, g_steal_pointer (&taken),
                   "Minimum capacity %" G_GINT64_FORMAT
                   " can't be greater than desired size %" G_GINT64_FORMAT,
                   min, desired);
  else if (desired > max)
    aws_set_error (error, AWS_INVALID_PARAMETER, g_steal_pointer (&taken),
                   "Desired size %" G_GINT64_FORMAT
                   " can't be greater than max size %" G_GINT64_FORMAT,
                   desired, max);
  else if (desired > AWS_MAX_NODEGROUP_SIZE)
    aws_set_error (error, AWS_INVALID_PARAMETER, g_steal_pointer (&taken),
                   "Desired size %" G_GINT64_FORMAT
                   " exceeds the limit of %d nodes per managed node group that is modelled",
                   desired, AWS_MAX_NODEGROUP_SIZE);
  else
    return TRUE;
  return FALSE;
}

gboolean
aws_update_config_is_valid (const DdValue *config, DdValue *details, GError **error)
{
  g_autoptr (DdValue) taken = details;

  if (dd_value_member (config, "maxUnavailable") == NULL
      || dd_value_member (config, "maxUnavailablePercentage") == NULL)
    return TRUE;
  aws_set_error (error, AWS_INVALID_PARAMETER, g_steal_pointer (&taken),
                 "Only one of maxUnavailable and maxUnavailablePercentage can be specified.");
  return FALSE;
}

gboolean
aws_taints_fit (const AwsNodegroup *nodegroup, const DdValue *change, GError **error)
{
  g_autoptr (DdValue) after = aws_taints_after (nodegroup->taints, change);

  if (dd_value_length (after) <= MAX_TAINTS)
    return TRUE;
  aws_set_error (error, AWS_INVALID_PARAMETER, aws_nodegroup_error_details (nodegroup),
                 "A node group can have at most %d taints.", MAX_TAINTS);
  return FALSE;
}
