/* SPDX-License-Identifier: Apache-2.0 */
/* sim/aws/eks/cluster-updates.c: the control plane moves to the next minor
 *
 * It takes its time, and then the one API server of the world is of the new version: its endpoint
 * is never away, as EKS replaces its servers one after the other. Kubelets stay what they are until
 * their node groups are updated. Imitates: Amazon EKS API Reference, UpdateClusterVersion; Amazon
 * EKS User Guide, "Update existing cluster to new Kubernetes version"; the texts are those that
 * users report (hashicorp/terraform-provider-aws#19478, aws-controllers-k8s/community#1192). */
#include "config.h"

#include <string.h>

#include "sim/aws/eks/private.h"
#include "sim/aws/eks/workflow.h"
#include "sim/kube/verbs/api.h"

static DdValue *
error_details (const AwsCluster *cluster)
{
  return dd_object ("clusterName", dd_string (cluster->name), NULL);
}

static gboolean
is_free (const AwsCluster *cluster, GError **error)
{
  if (cluster->running == NULL)
    return TRUE;
  aws_set_error (error, AWS_RESOURCE_IN_USE, error_details (cluster),
                 "Cannot VersionUpdate because cluster %s currently has update %s in progress",
                 cluster->name, cluster->running->id);
  return FALSE;
}

/* One minor at a time, and never back. */
static gboolean
is_next_minor (const AwsCluster *cluster, const char *version, GError **error)
{
  int now = aws_kubernetes_minor (cluster->version), next = aws_kubernetes_minor (version);

  if (next == 0)
    aws_set_error (error, AWS_INVALID_PARAMETER, error_details (cluster),
                   "unsupported Kubernetes version");
  else if (next != now + 1)
    aws_set_error (error, AWS_INVALID_PARAMETER, error_details (cluster),
                   "Unsupported Kubernetes minor version update from %s to %s", cluster->version,
                   version);
  else
    return TRUE;
  return FALSE;
}

static gboolean
nodegroups_match (const AwsCluster *cluster, GError **error)
{
  g_autoptr (GString) behind = g_string_new (NULL);

  for (guint i = 0; i < cluster->nodegroups->len; i++)
    {
      const AwsNodegroup *nodegroup = cluster->nodegroups->pdata[i];

      if (strcmp (nodegroup->version, cluster->version) != 0)
        g_string_append_printf (behind, "%s%s", behind->len > 0 ? ", " : "", nodegroup->name);
    }
  if (behind->len == 0)
    return TRUE;
  aws_set_error (error, AWS_INVALID_REQUEST, error_details (cluster),
                 "Nodegroups %s must be updated to match cluster version %s before updating "
                 "cluster version",
                 behind->str, cluster->version);
  return FALSE;
}

static void
trace (const AwsCluster *cluster, DdEvent what, const AwsUpdate *update)
{
  DdValue *details = dd_object ("id", dd_string (update->id), "kubernetes_version",
                                dd_string (update->version), NULL);

  sim_stage_trace (cluster->eks->cloud->stage, "eks", what, cluster->name, details);
}

static AwsUpdate *
begin (AwsCluster *cluster, const DdValue *input, const char *version)
{
  AwsUpdate *update
      = aws_update_new (cluster, NULL, AWS_CLUSTER_VERSION_UPDATE, input,
                        dd_array (aws_update_param ("Version", version),
                                  aws_update_param ("PlatformVersion", "eks.1"), NULL));

  update->version = g_strdup (version);
  g_ptr_array_add (cluster->updates, update);
  cluster->running = update;
  cluster->serial++;
  trace (cluster, DD_EVENT_CLUSTER_UPDATE_ACCEPTED, update);
  return update;
}

DdValue *
aws_eks_update_cluster_version (AwsCloud *cloud, const DdValue *input, GError **error)
{
  AwsCluster *cluster = aws_eks_require_cluster (cloud, input, error);
  const char *version = dd_value_path_string (input, "version");
  g_autoptr (GError) conflict = NULL;
  AwsUpdate *update;

  if (cluster == NULL)
    return NULL;
  update = aws_update_find_by_token (cluster->updates, input, error_details (cluster), &conflict);
  if (update != NULL)
    return aws_update_answer (update);
  if (conflict != NULL)
    {
      g_propagate_error (error, g_steal_pointer (&conflict));
      return NULL;
    }
  if (!is_free (cluster, error) || !is_next_minor (cluster, version, error)
      || !nodegroups_match (cluster, error))
    return NULL;
  update = begin (cluster, input, version);
  sim_eks_workflow_start (aws_eks_workflow (cloud), update);
  return aws_update_answer (update);
}

void
aws_cluster_update_finish (AwsUpdate *update)
{
  AwsCluster *cluster = update->cluster;

  update->status = "Successful";
  g_free (cluster->version);
  cluster->version = g_strdup (update->version);
  cluster->eks->kube->minor = aws_kubernetes_minor (update->version);
  cluster->running = NULL;
  cluster->serial++;
  trace (cluster, DD_EVENT_CLUSTER_UPDATE_FINISHED, update);
}
