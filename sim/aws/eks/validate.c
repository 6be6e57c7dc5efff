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

  if (nodegroup->running != NULL || nodegroup->creation != NULL)
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

void
aws_target_clear (AwsTarget *target)
{
  g_clear_pointer (&target->version, g_free);
  g_clear_pointer (&target->release_version, g_free);
  aws_source_clear (&target->source);
}

static gboolean
refuse (const AwsNodegroup *nodegroup, GError **error, const char *message)
{
  aws_set_error (error, AWS_INVALID_PARAMETER, aws_nodegroup_error_details (nodegroup), "%s",
                 message);
  return FALSE;
}

/* ---- the launch template that it was made with ---- */

/* The version of the source that is asked for, or the one that the group has. */
static const AwsTemplateVersion *
target_source (const AwsNodegroup *nodegroup, const DdValue *spec, AwsSource *out_source,
               GError **error)
{
  AwsCloud *cloud = nodegroup->cluster->eks->cloud;
  g_autoptr (DdValue) current = NULL;
  const AwsTemplateVersion *version;

  if (spec == NULL)
    {
      current = dd_object ("id", dd_string (nodegroup->source.id), "version",
                           dd_string (nodegroup->source.version), NULL);
      spec = current;
    }
  version
      = aws_source_find (cloud, spec, aws_nodegroup_error_details (nodegroup), out_source, error);
  if (version == NULL)
    return NULL;
  if (strcmp (out_source->id, nodegroup->source.id) != 0)
    {
      refuse (nodegroup, error,
              "The launch template must be the one that the node group was created with");
      return NULL;
    }
  return aws_source_is_usable (version, aws_nodegroup_error_details (nodegroup), error) ? version
                                                                                        : NULL;
}

/* A group cannot change between an image of its owner's and one of EKS's. */
static gboolean
image_fits (const AwsNodegroup *nodegroup, const char *image, GError **error)
{
  if ((image != NULL) == aws_ami_type_is_custom (nodegroup->ami_type))
    return TRUE;
  return refuse (nodegroup, error,
                 image != NULL
                     ? "You cannot specify an image id in the launch template of a node group that "
                       "was created without one"
                     : "You must specify an image id in the launch template of a node group with a "
                       "custom AMI");
}

/* ---- images of the owner's ---- */

/* Imitates: AWS re:Post, "How do I resolve Amazon EKS managed node group update failures?";
 * eksctl-io/eksctl#5999, pulumi/pulumi-aws-native#1747. */
static gboolean
custom_input_is_valid (const AwsNodegroup *nodegroup, const DdValue *input, GError **error)
{
  if (dd_value_member (input, "version") != NULL)
    return refuse (nodegroup, error,
                   "You cannot specify the field kubernetesVersion when using custom AMIs.");
  if (dd_value_member (input, "releaseVersion") != NULL)
    return refuse (nodegroup, error,
                   "You cannot specify the field releaseVersion when using custom AMIs.");
  if (dd_value_member (input, "launchTemplate") == NULL)
    return refuse (nodegroup, error,
                   "Launch template details can't be null for Custom ami type node group");
  return TRUE;
}

/* EKS cannot look into an image: the group has the cluster's version from there on. */
static void
aim_at_image (const AwsNodegroup *nodegroup, const AwsTemplateVersion *version, AwsTarget *target)
{
  target->version = g_strdup (nodegroup->cluster->version);
  target->release_version = g_strdup (dd_value_path_string (version->data, "ImageId"));
}

/* ---- releases of EKS ---- */

static gboolean
aim_at_release (const AwsNodegroup *nodegroup, const DdValue *input, AwsTarget *target,
                GError **error)
{
  const char *asked = dd_value_path_string (input, "releaseVersion");
  int minor = target_minor (nodegroup, input, error);
  const AwsAmiRelease *release;

  if (minor == 0)
    return FALSE;
  release
      = aws_ami_catalog_find (nodegroup->cluster->eks->catalog, nodegroup->ami_type, minor, asked);
  if (release == NULL && asked != NULL)
    aws_set_error (error, AWS_INVALID_PARAMETER, aws_nodegroup_error_details (nodegroup),
                   "Requested release version %s is not valid for kubernetes version 1.%d.", asked,
                   minor);
  else if (release == NULL)
    aws_set_error (error, AWS_INVALID_PARAMETER, aws_nodegroup_error_details (nodegroup),
                   "The AMI type %s is not published for kubernetes version 1.%d.",
                   nodegroup->ami_type, minor);
  else
    {
      target->version = g_strdup_printf ("1.%d", release->minor);
      target->release_version = g_strdup (release->release_version);
    }
  return release != NULL;
}

gboolean
aws_nodegroup_target (const AwsNodegroup *nodegroup, const DdValue *input, AwsTarget *out_target,
                      GError **error)
{
  const DdValue *spec = dd_value_member (input, "launchTemplate");
  gboolean custom = aws_ami_type_is_custom (nodegroup->ami_type);
  g_auto (AwsTarget) target = { NULL };
  const AwsTemplateVersion *version = NULL;

  if (spec != NULL && nodegroup->source.id == NULL)
    return refuse (nodegroup, error,
                   "You cannot specify a launch template for a node group that was created "
                   "without one");
  if (custom && !custom_input_is_valid (nodegroup, input, error))
    return FALSE;
  if (nodegroup->source.id != NULL)
    {
      version = target_source (nodegroup, spec, &target.source, error);
      if (version == NULL
          || !image_fits (nodegroup, dd_value_path_string (version->data, "ImageId"), error))
        return FALSE;
    }
  if (custom)
    aim_at_image (nodegroup, version, &target);
  else if (!aim_at_release (nodegroup, input, &target, error))
    return FALSE;
  *out_target = target;
  target = (AwsTarget) { NULL };
  return TRUE;
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
