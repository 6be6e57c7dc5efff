/* SPDX-License-Identifier: Apache-2.0 */
/* Managed node groups as EKS shows them. Imitates: Amazon EKS API Reference, DescribeNodegroup,
 * ListNodegroups. The sizes are those of the Auto Scaling group, also while an update has grown it.
 */
#include "config.h"

#include "sim/aws/eks/private.h"

void
aws_nodegroup_free (AwsNodegroup *nodegroup)
{
  if (nodegroup == NULL)
    return;
  sim_clock_cancel (nodegroup->cluster->eks->cloud->stage->clock, nodegroup->creation_timer);
  g_clear_pointer (&nodegroup->updates, g_ptr_array_unref);
  g_clear_pointer (&nodegroup->tags, dd_value_unref);
  g_clear_pointer (&nodegroup->remote_access, dd_value_unref);
  g_clear_pointer (&nodegroup->created_by, dd_value_unref);
  g_free (nodegroup->node_role);
  dd_value_unref (nodegroup->instance_types);
  dd_value_unref (nodegroup->subnets);
  dd_value_unref (nodegroup->labels);
  dd_value_unref (nodegroup->taints);
  dd_value_unref (nodegroup->update_config);
  g_free (nodegroup->name);
  g_free (nodegroup->uuid);
  g_free (nodegroup->arn);
  g_free (nodegroup->version);
  g_free (nodegroup->release_version);
  g_free (nodegroup->ami_type);
  g_free (nodegroup->capacity_type);
  g_free (nodegroup->group_name);
  g_free (nodegroup->template_id);
  g_free (nodegroup->template_version);
  aws_source_clear (&nodegroup->source);
  g_clear_pointer (&nodegroup->copies, g_hash_table_unref);
  g_free (nodegroup);
}

const char *
aws_nodegroup_name (const AwsNodegroup *nodegroup)
{
  return nodegroup->name;
}

const char *
aws_nodegroup_group_name (const AwsNodegroup *nodegroup)
{
  return nodegroup->group_name;
}

AwsUpdate *
aws_nodegroup_last_update (const AwsNodegroup *nodegroup)
{
  guint n = nodegroup->updates->len;

  return n > 0 ? nodegroup->updates->pdata[n - 1] : NULL;
}

AwsGroup *
aws_nodegroup_group (const AwsNodegroup *nodegroup)
{
  return aws_cloud_group (nodegroup->cluster->eks->cloud, nodegroup->group_name);
}

const char *
aws_nodegroup_status (const AwsNodegroup *nodegroup)
{
  g_autoptr (DdValue) issues = NULL;

  if (nodegroup->creation != NULL)
    return nodegroup->creation;
  if (nodegroup->running != NULL)
    return "UPDATING";
  issues = aws_nodegroup_issues (nodegroup);
  return dd_value_length (issues) > 0 ? "DEGRADED" : "ACTIVE";
}

static DdValue *
scaling_config (const AwsNodegroup *nodegroup)
{
  const AwsGroup *group = aws_nodegroup_group (nodegroup);

  if (group == NULL)
    return NULL;
  return dd_object ("minSize", dd_int (group->min), "maxSize", dd_int (group->max), "desiredSize",
                    dd_int (group->desired), NULL);
}

static DdValue *
resources (const AwsNodegroup *nodegroup)
{
  return dd_object ("autoScalingGroups",
                    dd_array (dd_object ("name", dd_string (nodegroup->group_name), NULL), NULL),
                    NULL);
}

static DdValue *
node_role (const AwsNodegroup *nodegroup)
{
  const AwsCluster *cluster = nodegroup->cluster;

  if (nodegroup->node_role != NULL)
    return dd_string (nodegroup->node_role);
  return dd_string_printf ("arn:aws:iam::%s:role/%s-node", cluster->eks->cloud->account,
                           cluster->name);
}

DdValue *
aws_nodegroup_to_value (const AwsNodegroup *nodegroup)
{
  const AwsCluster *cluster = nodegroup->cluster;
  g_auto (DdBuilder) value = dd_builder_object ();

  dd_builder_set (&value, "nodegroupName", dd_string (nodegroup->name));
  dd_builder_set (&value, "nodegroupArn", dd_string (nodegroup->arn));
  dd_builder_set (&value, "clusterName", dd_string (cluster->name));
  dd_builder_set (&value, "version", dd_string (nodegroup->version));
  dd_builder_set (&value, "releaseVersion", dd_string (nodegroup->release_version));
  dd_builder_set (&value, "createdAt", aws_epoch (nodegroup->created));
  dd_builder_set (&value, "modifiedAt", aws_epoch (nodegroup->modified));
  dd_builder_set (&value, "status", dd_string (aws_nodegroup_status (nodegroup)));
  dd_builder_set (&value, "capacityType", dd_string (nodegroup->capacity_type));
  dd_builder_set (&value, "scalingConfig", scaling_config (nodegroup));
  if (dd_value_length (nodegroup->instance_types) > 0)
    dd_builder_set (&value, "instanceTypes", dd_value_ref (nodegroup->instance_types));
  dd_builder_set (&value, "subnets", dd_value_ref (nodegroup->subnets));
  dd_builder_set (&value, "amiType", dd_string (nodegroup->ami_type));
  dd_builder_set (&value, "nodeRole", node_role (nodegroup));
  dd_builder_set (&value, "labels", dd_value_ref (nodegroup->labels));
  if (dd_value_length (nodegroup->taints) > 0)
    dd_builder_set (&value, "taints", dd_value_ref (nodegroup->taints));
  dd_builder_set (&value, "resources", resources (nodegroup));
  if (nodegroup->source.id == NULL)
    dd_builder_set (&value, "diskSize", dd_int (nodegroup->disk_gib));
  if (nodegroup->remote_access != NULL)
    dd_builder_set (&value, "remoteAccess", dd_value_ref (nodegroup->remote_access));
  dd_builder_set (&value, "health", dd_object ("issues", aws_nodegroup_issues (nodegroup), NULL));
  dd_builder_set (&value, "updateConfig", dd_value_ref (nodegroup->update_config));
  dd_builder_set (&value, "launchTemplate", aws_source_describe (&nodegroup->source));
  dd_builder_set (&value, "tags", dd_value_ref (nodegroup->tags));
  return dd_builder_end (&value);
}

DdValue *
aws_eks_describe_nodegroup (AwsCloud *cloud, const DdValue *input, GError **error)
{
  AwsNodegroup *nodegroup = aws_eks_require_nodegroup (cloud, input, error);

  return nodegroup != NULL ? dd_object ("nodegroup", aws_nodegroup_to_value (nodegroup), NULL)
                           : NULL;
}

static const char *
name_of (gconstpointer item)
{
  return ((const AwsNodegroup *) item)->name;
}

DdValue *
aws_eks_list_nodegroups (AwsCloud *cloud, const DdValue *input, GError **error)
{
  AwsCluster *cluster = aws_eks_require_cluster (cloud, input, error);

  if (cluster == NULL)
    return NULL;
  return aws_eks_list_page ("nodegroups", input, cluster->nodegroups, name_of, error);
}
