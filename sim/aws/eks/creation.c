/* SPDX-License-Identifier: Apache-2.0 */
/* sim/aws/eks/creation.c: CreateNodegroup, and how a new group becomes ACTIVE or fails
 *
 * What is checked is what EKS checks before it makes anything; its Auto Scaling group and template
 * are made at once. The group is CREATING until every instance it wants is a Ready node, and when
 * that takes longer than 15 minutes it has failed for good. Imitates: Amazon EKS API Reference,
 * CreateNodegroup; Amazon EKS User Guide, Troubleshoot problems with Amazon EKS clusters and nodes;
 * the texts are those that users report (terraform-aws-modules/terraform-aws-eks#1386,
 * eksctl-io/eksctl#7754, eksctl-io/eksctl#4007). */
#include "config.h"

#include <string.h>

#include "sim/aws/eks/private.h"
#include "sim/kube/kinds/kinds.h"
#include "sim/kube/kinds/views.h"
#include "sim/kube/verbs/api.h"

#define CREATION_LIMIT (15 * DD_MINUTE)

/* ---- what is asked for ---- */

static gboolean
refuse (const AwsCluster *cluster, const char *name, GError **error, const char *message)
{
  aws_set_error (
      error, AWS_INVALID_PARAMETER,
      dd_object ("clusterName", dd_string (cluster->name), "nodegroupName", dd_string (name), NULL),
      "%s", message);
  return FALSE;
}

static gboolean
is_reserved (const char *label)
{
  static const char *const prefixes[] = { "kubernetes.io/", "k8s.io/", "eks.amazonaws.com/" };

  for (guint i = 0; i < G_N_ELEMENTS (prefixes); i++)
    if (g_str_has_prefix (label, prefixes[i]))
      return TRUE;
  return FALSE;
}

static gboolean
labels_are_free (const DdValue *labels)
{
  for (gsize i = 0; i < dd_value_length (labels); i++)
    if (is_reserved (dd_value_key (labels, i)))
      return FALSE;
  return TRUE;
}

/* A setting that a template has must not stand beside it. */
static const char *
clash_with_template (const DdValue *input)
{
  if (dd_value_member (input, "launchTemplate") == NULL)
    return NULL;
  if (dd_value_member (input, "diskSize") != NULL)
    return "Disk size must be specified within the launch template.";
  if (dd_value_member (input, "remoteAccess") != NULL)
    return "Remote access configuration cannot be specified with a launch template.";
  return NULL;
}

static gboolean
check_input (const AwsCluster *cluster, const DdValue *input, GError **error)
{
  const char *name = dd_value_path_string (input, "nodegroupName");
  const char *version = dd_value_path_string (input, "version");
  const char *clash = clash_with_template (input);
  g_autofree char *message = NULL;

  if (clash != NULL)
    return refuse (cluster, name, error, clash);
  if (!labels_are_free (dd_value_member (input, "labels")))
    return refuse (cluster, name, error,
                   "Label cannot contain reserved prefixes [kubernetes.io/, k8s.io/, "
                   "eks.amazonaws.com/]");
  if (version == NULL || strcmp (version, cluster->version) == 0)
    return TRUE;
  message = g_strdup_printf ("Nodegroup Kubernetes version should be equal to Cluster kubernetes "
                             "version %s",
                             cluster->version);
  return refuse (cluster, name, error, message);
}

/* The texts of a list, borrowed; NULL for none. */
static const char **
texts_of (const DdValue *list)
{
  const char **texts
      = dd_value_length (list) > 0 ? g_new0 (const char *, dd_value_length (list) + 1) : NULL;

  for (gsize i = 0; i < dd_value_length (list); i++)
    texts[i] = dd_value_string (dd_value_element (list, i));
  return texts;
}

/* Amazon Linux 2023 since Kubernetes 1.30, where nobody says otherwise. */
static const char *
usual_ami_type (const AwsCluster *cluster, const DdValue *input)
{
  const char *asked = dd_value_path_string (input, "amiType");

  if (asked != NULL || dd_value_member (input, "launchTemplate") != NULL)
    return asked;
  return aws_kubernetes_minor (cluster->version) >= 30 ? "AL2023_x86_64_STANDARD" : "AL2_x86_64";
}

static AwsNodegroup *
make_nodegroup (AwsCluster *cluster, const DdValue *input, GError **error)
{
  static const char *const usual_types[] = { "t3.medium", NULL };
  g_autofree const char **types = texts_of (dd_value_member (input, "instanceTypes"));
  AwsNodegroupSpec spec = {
    .cluster = cluster->name,
    .name = dd_value_path_string (input, "nodegroupName"),
    .version = dd_value_path_string (input, "version"),
    .release_version = dd_value_path_string (input, "releaseVersion"),
    .ami_type = usual_ami_type (cluster, input),
    .usual_ami_type = usual_ami_type (cluster, NULL),
    .capacity_type = dd_value_path_string (input, "capacityType"),
    .instance_types = types,
    .usual_instance_types = usual_types,
    .launch_template = dd_value_member (input, "launchTemplate"),
    .subnets = dd_value_member (input, "subnets"),
    .node_role = dd_value_path_string (input, "nodeRole"),
    .remote_access = dd_value_member (input, "remoteAccess"),
    .disk_gib = dd_value_path_int (input, "diskSize", 0),
    .tags = dd_value_member (input, "tags"),
    .min = dd_value_path_int (input, "scalingConfig.minSize", 1),
    .max = dd_value_path_int (input, "scalingConfig.maxSize", 2),
    .desired = dd_value_path_int (input, "scalingConfig.desiredSize", 2),
    .max_unavailable = dd_value_path_int (input, "updateConfig.maxUnavailable", 0),
    .max_unavailable_percentage
    = dd_value_path_int (input, "updateConfig.maxUnavailablePercentage", 0),
    .update_strategy = dd_value_path_string (input, "updateConfig.updateStrategy"),
    .labels = dd_value_member (input, "labels"),
    .taints = dd_value_member (input, "taints"),
  };

  return aws_eks_add_nodegroup (cluster->eks->cloud, &spec, error);
}

/* ---- until it is there ---- */

static gboolean
is_ready (const AwsCloud *cloud, const AwsInstance *instance)
{
  const SimObject *node
      = sim_store_get (cloud->eks->kube->store, &kube_node, "", instance->private_dns);

  return node != NULL && kube_node_view (node)->ready;
}

static gint64
count_ready (const AwsCloud *cloud, const AwsGroup *group)
{
  gint64 n = 0;

  for (const GList *link = group->members.head; link != NULL; link = link->next)
    n += is_ready (cloud, ((const AwsMember *) link->data)->instance);
  return n;
}

static void
enter (AwsNodegroup *nodegroup, const char *status)
{
  nodegroup->creation = status;
  nodegroup->modified = sim_stage_now (nodegroup->cluster->eks->cloud->stage);
  nodegroup->serial++;
  aws_nodegroup_trace_status (nodegroup);
}

static void look (gpointer data);

static void
look_later (AwsNodegroup *nodegroup)
{
  SimStage *stage = nodegroup->cluster->eks->cloud->stage;

  nodegroup->creation_timer = sim_clock_after (
      stage->clock, sim_latency_draw (stage->latency, SIM_DELAY_CREATION_LOOK), look, nodegroup);
}

static void
look (gpointer data)
{
  AwsNodegroup *nodegroup = data;
  AwsCloud *cloud = nodegroup->cluster->eks->cloud;
  const AwsGroup *group = aws_nodegroup_group (nodegroup);

  nodegroup->creation_timer = 0;
  if (group != NULL && count_ready (cloud, group) >= group->desired)
    enter (nodegroup, NULL);
  else if (sim_stage_now (cloud->stage) >= nodegroup->created + CREATION_LIMIT)
    enter (nodegroup, AWS_CREATE_FAILED);
  else
    look_later (nodegroup);
}

DdValue *
aws_creation_issue (const AwsNodegroup *nodegroup)
{
  const AwsGroup *group = aws_nodegroup_group (nodegroup);
  g_auto (DdBuilder) ids = dd_builder_array ();

  if (g_strcmp0 (nodegroup->creation, AWS_CREATE_FAILED) != 0)
    return NULL;
  for (const GList *link = group != NULL ? group->members.head : NULL; link != NULL;
       link = link->next)
    dd_builder_add (&ids, dd_string (((const AwsMember *) link->data)->instance->resource.id));
  return dd_object ("code", dd_string ("NodeCreationFailure"), "message",
                    dd_string ("Instances failed to join the kubernetes cluster"), "resourceIds",
                    dd_builder_end (&ids), NULL);
}

/* ---- the operation ---- */

/* The group that an earlier call with the same token made; NULL: none did. */
static AwsNodegroup *
find_by_token (const AwsCluster *cluster, const DdValue *input)
{
  const DdValue *token = dd_value_member (input, "clientRequestToken");

  for (guint i = 0; token != NULL && i < cluster->nodegroups->len; i++)
    {
      AwsNodegroup *nodegroup = cluster->nodegroups->pdata[i];

      if (nodegroup->created_by != NULL && dd_value_equal (nodegroup->created_by, input))
        return nodegroup;
    }
  return NULL;
}

DdValue *
aws_eks_create_nodegroup (AwsCloud *cloud, const DdValue *input, GError **error)
{
  AwsCluster *cluster = aws_eks_require_cluster (cloud, input, error);
  AwsNodegroup *nodegroup;

  if (cluster == NULL)
    return NULL;
  nodegroup = find_by_token (cluster, input);
  if (nodegroup == NULL)
    {
      if (!check_input (cluster, input, error))
        return NULL;
      nodegroup = make_nodegroup (cluster, input, error);
      if (nodegroup == NULL)
        return NULL;
      nodegroup->created_by = dd_value_ref (input);
      enter (nodegroup, AWS_CREATING);
      look_later (nodegroup);
    }
  return dd_object ("nodegroup", aws_nodegroup_to_value (nodegroup), NULL);
}
