/* SPDX-License-Identifier: Apache-2.0 */
/* sim/aws/eks/eks.c: the EKS service: its state, its look-ups and its table of operations
 *
 * Imitates: Amazon EKS API Reference. Making clusters and deleting anything has no row: a world is
 * furnished with aws_eks_add_cluster () and aws_eks_add_nodegroup (). */
#include "config.h"

#include "sim/aws/eks/eks.h"

#include <string.h>

#include "sim/aws/eks/workflow.h"
#include "sim/aws/eks/private.h"
#include "sim/aws/protocol/service.h"

AwsEks *
aws_eks_new (AwsCloud *cloud, KubeApi *kube, DdTransport *transport, const char *endpoint)
{
  AwsEks *eks = g_new0 (AwsEks, 1);

  eks->cloud = cloud;
  eks->kube = kube;
  eks->transport = transport;
  eks->endpoint = g_strdup (endpoint);
  cloud->eks = eks;
  cloud->image_missing = aws_eks_assume_image;
  eks->catalog = aws_ami_catalog_new (cloud);
  eks->ids = dd_random_fork (cloud->stage->random, "eks");
  eks->clusters = g_ptr_array_new_with_free_func ((GDestroyNotify) aws_cluster_free);
  eks->workflow = sim_eks_workflow_new (cloud);
  eks->node_labels = sim_eks_node_labels_new (cloud);
  return eks;
}

void
aws_eks_free (AwsEks *eks)
{
  if (eks == NULL)
    return;
  g_clear_pointer (&eks->node_labels, sim_eks_node_labels_free);
  g_clear_pointer (&eks->workflow, sim_eks_workflow_free);
  g_clear_pointer (&eks->clusters, g_ptr_array_unref);
  g_clear_pointer (&eks->ids, dd_random_free);
  g_clear_pointer (&eks->catalog, aws_ami_catalog_free);
  eks->cloud->image_missing = NULL;
  eks->cloud->eks = NULL;
  g_free (eks->endpoint);
  g_free (eks);
}

AwsAmiCatalog *
aws_eks_catalog (AwsCloud *cloud)
{
  return cloud->eks->catalog;
}

SimEksWorkflow *
aws_eks_workflow (AwsCloud *cloud)
{
  return cloud->eks->workflow;
}

/* ---- looking up ---- */

AwsCluster *
aws_eks_cluster (AwsCloud *cloud, const char *name)
{
  GPtrArray *clusters = cloud->eks->clusters;

  for (guint i = 0; i < clusters->len; i++)
    {
      AwsCluster *cluster = clusters->pdata[i];

      if (g_strcmp0 (cluster->name, name) == 0)
        return cluster;
    }
  return NULL;
}

static AwsNodegroup *
find_nodegroup (const AwsCluster *cluster, const char *name)
{
  for (guint i = 0; i < cluster->nodegroups->len; i++)
    {
      AwsNodegroup *nodegroup = cluster->nodegroups->pdata[i];

      if (g_strcmp0 (nodegroup->name, name) == 0)
        return nodegroup;
    }
  return NULL;
}

AwsNodegroup *
aws_eks_nodegroup (AwsCloud *cloud, const char *cluster_name, const char *nodegroup)
{
  AwsCluster *cluster = aws_eks_cluster (cloud, cluster_name);

  return cluster != NULL ? find_nodegroup (cluster, nodegroup) : NULL;
}

AwsNodegroup *
aws_eks_nodegroup_of_group (AwsCloud *cloud, const char *group)
{
  for (guint i = 0; i < cloud->eks->clusters->len; i++)
    {
      const AwsCluster *cluster = cloud->eks->clusters->pdata[i];

      for (guint j = 0; j < cluster->nodegroups->len; j++)
        {
          AwsNodegroup *nodegroup = cluster->nodegroups->pdata[j];

          if (g_strcmp0 (nodegroup->group_name, group) == 0)
            return nodegroup;
        }
    }
  return NULL;
}

/* The paths call the cluster "name" in some operations and "clusterName" in others. */
AwsCluster *
aws_eks_require_cluster (AwsCloud *cloud, const DdValue *input, GError **error)
{
  const char *by_name = dd_value_path_string (input, "name");
  const char *name = by_name != NULL ? by_name : dd_value_path_string (input, "clusterName");
  AwsCluster *cluster = aws_eks_cluster (cloud, name);

  if (cluster == NULL)
    aws_set_error (error, AWS_RESOURCE_NOT_FOUND, dd_object ("clusterName", dd_string (name), NULL),
                   "No cluster found for name: %s.", name);
  return cluster;
}

AwsNodegroup *
aws_eks_require_nodegroup (AwsCloud *cloud, const DdValue *input, GError **error)
{
  AwsCluster *cluster = aws_eks_require_cluster (cloud, input, error);
  const char *name = dd_value_path_string (input, "nodegroupName");
  AwsNodegroup *nodegroup = cluster != NULL ? find_nodegroup (cluster, name) : NULL;

  if (cluster != NULL && nodegroup == NULL)
    aws_set_error (error, AWS_RESOURCE_NOT_FOUND,
                   dd_object ("clusterName", dd_string (cluster->name), "nodegroupName",
                              dd_string (name), NULL),
                   "No node group found for name: %s.", name);
  return nodegroup;
}

DdValue *
aws_nodegroup_error_details (const AwsNodegroup *nodegroup)
{
  return dd_object ("clusterName", dd_string (nodegroup->cluster->name), "nodegroupName",
                    dd_string (nodegroup->name), NULL);
}

DdValue *
aws_epoch (DdUsec instant)
{
  return dd_double ((double) (instant / DD_MILLISECOND) / 1000.0);
}

/* ---- polls ---- */

guint64
aws_eks_nodegroup_status_serial (AwsCloud *cloud, const char *cluster, const char *nodegroup)
{
  AwsNodegroup *found = aws_eks_nodegroup (cloud, cluster, nodegroup);

  return found != NULL ? found->serial : 0;
}

/* The value of NAME in a query string; NULL when absent. */
static char *
query_value (const char *query, const char *name)
{
  g_autoptr (GHashTable) pairs = g_uri_parse_params (query, -1, "&", G_URI_PARAMS_NONE, NULL);

  return pairs != NULL ? g_strdup (g_hash_table_lookup (pairs, name)) : NULL;
}

/* "/clusters/C", "/clusters/C/node-groups/G", "/clusters/C/updates/U?nodegroupName=G". */
guint64
aws_eks_polled_serial (AwsCloud *cloud, const SimRequest *request)
{
  g_auto (GStrv) halves = g_strsplit (request->target, "?", 2);
  g_auto (GStrv) parts = halves[0] != NULL ? g_strsplit (halves[0], "/", -1) : NULL;
  guint n = parts != NULL ? g_strv_length (parts) : 0;
  g_autofree char *name = NULL, *group = NULL;
  const AwsCluster *cluster;
  const AwsNodegroup *nodegroup;

  if (strcmp (request->method, "GET") != 0 || (n != 3 && n != 5)
      || strcmp (parts[1], "clusters") != 0)
    return 0;
  name = g_uri_unescape_string (parts[2], NULL);
  cluster = aws_eks_cluster (cloud, name);
  if (cluster == NULL)
    return 0;
  if (n == 5 && strcmp (parts[3], "node-groups") == 0)
    group = g_uri_unescape_string (parts[4], NULL);
  else if (n == 5 && strcmp (parts[3], "updates") == 0 && halves[1] != NULL)
    group = query_value (halves[1], "nodegroupName");
  else if (n == 5 && strcmp (parts[3], "updates") != 0)
    return 0;
  if (group == NULL)
    return cluster->running != NULL ? cluster->serial : 0;
  nodegroup = find_nodegroup (cluster, group);
  return nodegroup != NULL && (nodegroup->running != NULL || nodegroup->creation_timer != 0)
             ? nodegroup->serial
             : 0;
}

/* ---- the table ---- */

static const AwsField describe_cluster_input[] = {
  { "name", AWS_IN_PATH, AWS_STRING, .required = TRUE },
  { NULL },
};

static const AwsField list_clusters_input[] = {
  { "maxResults", AWS_IN_QUERY, AWS_INTEGER, .min = 1, .max = 100 },
  { "nextToken", AWS_IN_QUERY, AWS_STRING },
  { "include", AWS_IN_QUERY, AWS_LIST, .element = AWS_STRING },
  { NULL },
};

static const AwsField describe_nodegroup_input[] = {
  { "clusterName", AWS_IN_PATH, AWS_STRING, .required = TRUE },
  { "nodegroupName", AWS_IN_PATH, AWS_STRING, .required = TRUE },
  { NULL },
};

static const AwsField list_nodegroups_input[] = {
  { "clusterName", AWS_IN_PATH, AWS_STRING, .required = TRUE },
  { "maxResults", AWS_IN_QUERY, AWS_INTEGER, .min = 1, .max = 100 },
  { "nextToken", AWS_IN_QUERY, AWS_STRING },
  { NULL },
};

static const AwsField launch_template_members[] = {
  { "name", AWS_IN_BODY, AWS_STRING },
  { "version", AWS_IN_BODY, AWS_STRING },
  { "id", AWS_IN_BODY, AWS_STRING },
  { NULL },
};

static const AwsField update_version_input[] = {
  { "clusterName", AWS_IN_PATH, AWS_STRING, .required = TRUE },
  { "nodegroupName", AWS_IN_PATH, AWS_STRING, .required = TRUE },
  { "version", AWS_IN_BODY, AWS_STRING },
  { "releaseVersion", AWS_IN_BODY, AWS_STRING },
  { "launchTemplate", AWS_IN_BODY, AWS_STRUCTURE, .members = launch_template_members },
  { "force", AWS_IN_BODY, AWS_BOOLEAN },
  { "clientRequestToken", AWS_IN_BODY, AWS_STRING },
  { NULL },
};

static const AwsField labels_members[] = {
  { "addOrUpdateLabels", AWS_IN_BODY, AWS_MAP },
  { "removeLabels", AWS_IN_BODY, AWS_LIST, .element = AWS_STRING },
  { NULL },
};

static const char *const taint_effects[]
    = { "NO_SCHEDULE", "NO_EXECUTE", "PREFER_NO_SCHEDULE", NULL };

static const AwsField taint_members[] = {
  { "key", AWS_IN_BODY, AWS_STRING, .required = TRUE, .min = 1, .max = 63 },
  { "value", AWS_IN_BODY, AWS_STRING, .min = 0, .max = 63 },
  { "effect", AWS_IN_BODY, AWS_STRING, .required = TRUE, .values = taint_effects },
  { NULL },
};

static const AwsField taints_members[] = {
  { "addOrUpdateTaints", AWS_IN_BODY, AWS_LIST, .members = taint_members },
  { "removeTaints", AWS_IN_BODY, AWS_LIST, .members = taint_members },
  { NULL },
};

static const AwsField scaling_members[] = {
  { "minSize", AWS_IN_BODY, AWS_INTEGER, .min = 0, .max = G_MAXINT32 },
  { "maxSize", AWS_IN_BODY, AWS_INTEGER, .min = 1, .max = G_MAXINT32 },
  { "desiredSize", AWS_IN_BODY, AWS_INTEGER, .min = 0, .max = G_MAXINT32 },
  { NULL },
};

static const char *const update_strategies[] = { "DEFAULT", "MINIMAL", NULL };

static const AwsField update_config_members[] = {
  { "maxUnavailable", AWS_IN_BODY, AWS_INTEGER, .min = 1, .max = G_MAXINT32 },
  { "maxUnavailablePercentage", AWS_IN_BODY, AWS_INTEGER, .min = 1, .max = 100 },
  { "updateStrategy", AWS_IN_BODY, AWS_STRING, .values = update_strategies },
  { NULL },
};

static const char *const ami_types[] = {
  "AL2_x86_64",
  "AL2_x86_64_GPU",
  "AL2_ARM_64",
  "CUSTOM",
  "BOTTLEROCKET_ARM_64",
  "BOTTLEROCKET_x86_64",
  "BOTTLEROCKET_ARM_64_FIPS",
  "BOTTLEROCKET_x86_64_FIPS",
  "BOTTLEROCKET_ARM_64_NVIDIA",
  "BOTTLEROCKET_x86_64_NVIDIA",
  "BOTTLEROCKET_ARM_64_NVIDIA_FIPS",
  "BOTTLEROCKET_x86_64_NVIDIA_FIPS",
  "WINDOWS_CORE_2019_x86_64",
  "WINDOWS_FULL_2019_x86_64",
  "WINDOWS_CORE_2022_x86_64",
  "WINDOWS_FULL_2022_x86_64",
  "WINDOWS_CORE_2025_x86_64",
  "WINDOWS_FULL_2025_x86_64",
  "AL2023_x86_64_STANDARD",
  "AL2023_ARM_64_STANDARD",
  "AL2023_x86_64_NEURON",
  "AL2023_x86_64_NVIDIA",
  "AL2023_ARM_64_NVIDIA",
  NULL,
};

/* Capacity blocks are not modelled. */
static const char *const capacity_types[] = { "ON_DEMAND", "SPOT", NULL };

static const AwsField remote_access_members[] = {
  { "ec2SshKey", AWS_IN_BODY, AWS_STRING },
  { "sourceSecurityGroups", AWS_IN_BODY, AWS_LIST, .element = AWS_STRING },
  { NULL },
};

static const AwsField create_nodegroup_input[] = {
  { "clusterName", AWS_IN_PATH, AWS_STRING, .required = TRUE },
  { "nodegroupName", AWS_IN_BODY, AWS_STRING, .required = TRUE },
  { "scalingConfig", AWS_IN_BODY, AWS_STRUCTURE, .members = scaling_members },
  { "diskSize", AWS_IN_BODY, AWS_INTEGER, .min = 1, .max = 65536 },
  { "subnets", AWS_IN_BODY, AWS_LIST, .required = TRUE, .element = AWS_STRING, .min = 1,
    .max = 100 },
  { "instanceTypes", AWS_IN_BODY, AWS_LIST, .element = AWS_STRING, .max = 20 },
  { "amiType", AWS_IN_BODY, AWS_STRING, .values = ami_types },
  { "remoteAccess", AWS_IN_BODY, AWS_STRUCTURE, .members = remote_access_members },
  { "nodeRole", AWS_IN_BODY, AWS_STRING, .required = TRUE },
  { "labels", AWS_IN_BODY, AWS_MAP },
  { "taints", AWS_IN_BODY, AWS_LIST, .members = taint_members, .max = 50 },
  { "tags", AWS_IN_BODY, AWS_MAP },
  { "clientRequestToken", AWS_IN_BODY, AWS_STRING },
  { "launchTemplate", AWS_IN_BODY, AWS_STRUCTURE, .members = launch_template_members },
  { "updateConfig", AWS_IN_BODY, AWS_STRUCTURE, .members = update_config_members },
  { "capacityType", AWS_IN_BODY, AWS_STRING, .values = capacity_types },
  { "version", AWS_IN_BODY, AWS_STRING },
  { "releaseVersion", AWS_IN_BODY, AWS_STRING },
  { NULL },
};

static const AwsField update_nodegroup_config_input[] = {
  { "clusterName", AWS_IN_PATH, AWS_STRING, .required = TRUE },
  { "nodegroupName", AWS_IN_PATH, AWS_STRING, .required = TRUE },
  { "labels", AWS_IN_BODY, AWS_STRUCTURE, .members = labels_members },
  { "taints", AWS_IN_BODY, AWS_STRUCTURE, .members = taints_members },
  { "scalingConfig", AWS_IN_BODY, AWS_STRUCTURE, .members = scaling_members },
  { "updateConfig", AWS_IN_BODY, AWS_STRUCTURE, .members = update_config_members },
  { "clientRequestToken", AWS_IN_BODY, AWS_STRING },
  { NULL },
};

static const AwsField describe_update_input[] = {
  { "name", AWS_IN_PATH, AWS_STRING, .required = TRUE },
  { "updateId", AWS_IN_PATH, AWS_STRING, .required = TRUE },
  { "nodegroupName", AWS_IN_QUERY, AWS_STRING },
  { NULL },
};

static const AwsField update_cluster_version_input[] = {
  { "name", AWS_IN_PATH, AWS_STRING, .required = TRUE },
  { "version", AWS_IN_BODY, AWS_STRING, .required = TRUE },
  { "force", AWS_IN_BODY, AWS_BOOLEAN },
  { "clientRequestToken", AWS_IN_BODY, AWS_STRING },
  { NULL },
};

static const AwsField list_updates_input[] = {
  { "name", AWS_IN_PATH, AWS_STRING, .required = TRUE },
  { "nodegroupName", AWS_IN_QUERY, AWS_STRING },
  { "maxResults", AWS_IN_QUERY, AWS_INTEGER, .min = 1, .max = 100 },
  { "nextToken", AWS_IN_QUERY, AWS_STRING },
  { NULL },
};

/* Imitates: Amazon EKS API Reference, Actions. */
static const AwsOperation operations[] = {
  { "UpdateClusterVersion", "POST", "/clusters/{name}/updates", update_cluster_version_input,
    aws_eks_update_cluster_version },
  { "DescribeCluster", "GET", "/clusters/{name}", describe_cluster_input,
    aws_eks_describe_cluster },
  { "ListClusters", "GET", "/clusters", list_clusters_input, aws_eks_list_clusters },
  { "CreateNodegroup", "POST", "/clusters/{clusterName}/node-groups", create_nodegroup_input,
    aws_eks_create_nodegroup },
  { "DescribeNodegroup", "GET", "/clusters/{clusterName}/node-groups/{nodegroupName}",
    describe_nodegroup_input, aws_eks_describe_nodegroup },
  { "ListNodegroups", "GET", "/clusters/{clusterName}/node-groups", list_nodegroups_input,
    aws_eks_list_nodegroups },
  { "UpdateNodegroupVersion", "POST",
    "/clusters/{clusterName}/node-groups/{nodegroupName}/update-version", update_version_input,
    aws_eks_update_nodegroup_version },
  { "UpdateNodegroupConfig", "POST",
    "/clusters/{clusterName}/node-groups/{nodegroupName}/update-config",
    update_nodegroup_config_input, aws_eks_update_nodegroup_config },
  { "DescribeUpdate", "GET", "/clusters/{name}/updates/{updateId}", describe_update_input,
    aws_eks_describe_update },
  { "ListUpdates", "GET", "/clusters/{name}/updates", list_updates_input, aws_eks_list_updates },
};

const AwsService aws_eks
    = { "eks", NULL, "2017-11-01", AWS_REST_JSON, operations, G_N_ELEMENTS (operations) };
