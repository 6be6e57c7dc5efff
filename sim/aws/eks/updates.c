/* SPDX-License-Identifier: Apache-2.0 */
/* sim/aws/eks/updates.c: updates of node groups: accepted, in progress, finished, described
 *
 * An accepted call makes the record and shows the group UPDATING at once; the workflow does the
 * work and finishes the record. What the group is (version, release) changes only when that
 * succeeded. Imitates: Amazon EKS API Reference, UpdateNodegroupVersion, UpdateNodegroupConfig,
 * DescribeUpdate, ListUpdates. */
#include "config.h"

#include "sim/aws/eks/workflow.h"
#include "sim/aws/eks/private.h"

static const char *const type_names[] = {
  [AWS_VERSION_UPDATE] = "VersionUpdate",
  [AWS_CONFIG_UPDATE] = "ConfigUpdate",
  [AWS_CLUSTER_VERSION_UPDATE] = "VersionUpdate",
};

void
aws_update_free (AwsUpdate *update)
{
  if (update == NULL)
    return;
  dd_value_unref (update->input);
  dd_value_unref (update->params);
  dd_value_unref (update->errors);
  dd_value_unref (update->journal);
  g_free (update->id);
  g_free (update->explanation);
  g_free (update->version);
  g_free (update->release_version);
  g_free (update->source_version);
  g_free (update);
}

DdValue *
aws_update_describe (const AwsUpdate *update)
{
  return dd_object ("id", dd_string (update->id), "status", dd_string (update->status), "type",
                    dd_string (type_names[update->type]), "params", dd_value_ref (update->params),
                    "createdAt", aws_epoch (update->created), "errors",
                    dd_value_ref (update->errors), NULL);
}

const char *
aws_update_status (const AwsUpdate *update)
{
  return update->status;
}

const char *
aws_update_explanation (const AwsUpdate *update)
{
  return update->explanation;
}

/* ---- beginning and end ---- */

void
aws_nodegroup_trace_status (const AwsNodegroup *nodegroup)
{
  sim_stage_trace (nodegroup->cluster->eks->cloud->stage, "eks", DD_EVENT_NODEGROUP_STATUS,
                   nodegroup->name,
                   dd_object ("status", dd_string (aws_nodegroup_status (nodegroup)), NULL));
}

/* What is asked for; force and another strategy than usual are said where they are. */
static DdValue *
describe_accepted (const AwsUpdate *update)
{
  const char *strategy = dd_value_path_string (update->nodegroup->update_config, "updateStrategy");
  DdValue *details = dd_object ("id", dd_string (update->id), "type",
                                dd_string (type_names[update->type]), NULL);

  if (dd_value_path_bool (update->input, "force", FALSE))
    dd_value_set (&details, "force", dd_bool (TRUE));
  if (g_strcmp0 (strategy, "MINIMAL") == 0)
    dd_value_set (&details, "strategy", dd_string (strategy));
  return details;
}

AwsUpdate *
aws_update_new (AwsCluster *cluster, AwsNodegroup *nodegroup, AwsUpdateType type,
                const DdValue *input, DdValue *params)
{
  AwsUpdate *update = g_new0 (AwsUpdate, 1);

  update->cluster = cluster;
  update->nodegroup = nodegroup;
  update->type = type;
  update->id = dd_random_uuid (cluster->eks->ids);
  update->status = "InProgress";
  update->created = sim_stage_now (cluster->eks->cloud->stage);
  update->input = dd_value_ref (input);
  update->params = params;
  update->errors = dd_array_empty ();
  return update;
}

/* A record in progress, not yet started. Takes PARAMS. */
static AwsUpdate *
accept_update (AwsNodegroup *nodegroup, AwsUpdateType type, const DdValue *input, DdValue *params)
{
  AwsUpdate *update = aws_update_new (nodegroup->cluster, nodegroup, type, input, params);

  g_ptr_array_add (nodegroup->updates, update);
  nodegroup->running = update;
  nodegroup->modified = update->created;
  nodegroup->serial++;
  sim_stage_trace (nodegroup->cluster->eks->cloud->stage, "eks", DD_EVENT_UPDATE_ACCEPTED,
                   nodegroup->name, describe_accepted (update));
  aws_nodegroup_trace_status (nodegroup);
  return update;
}

/* Whatever version the group uses now is the one it should use from here on. */
static void
adopt_template_version (AwsNodegroup *nodegroup)
{
  const AwsGroup *group = aws_nodegroup_group (nodegroup);

  if (group == NULL)
    return;
  g_free (nodegroup->template_version);
  nodegroup->template_version = g_strdup (group->template_version);
}

/* What the group is from here on. */
static void
adopt_target (AwsNodegroup *nodegroup, const AwsUpdate *update)
{
  g_free (nodegroup->version);
  g_free (nodegroup->release_version);
  nodegroup->version = g_strdup (update->version);
  nodegroup->release_version = g_strdup (update->release_version);
  if (update->source_version == NULL)
    return;
  g_free (nodegroup->source.version);
  nodegroup->source.version = g_strdup (update->source_version);
}

void
aws_update_finish (AwsUpdate *update, DdValue *errors, const char *explanation)
{
  AwsNodegroup *nodegroup = update->nodegroup;
  AwsCloud *cloud = nodegroup->cluster->eks->cloud;

  update->status = errors == NULL ? "Successful" : "Failed";
  update->explanation = g_strdup (explanation);
  if (errors != NULL)
    {
      dd_value_unref (update->errors);
      update->errors = errors;
    }
  else if (update->type == AWS_VERSION_UPDATE)
    adopt_target (nodegroup, update);
  adopt_template_version (nodegroup);
  aws_nodegroup_note_copy (nodegroup, nodegroup->template_version, update->source_version);
  nodegroup->running = NULL;
  nodegroup->modified = sim_stage_now (cloud->stage);
  nodegroup->serial++;
  sim_stage_trace (
      cloud->stage, "eks", DD_EVENT_UPDATE_FINISHED, nodegroup->name,
      dd_object ("id", dd_string (update->id), "status", dd_string (update->status), NULL));
  aws_nodegroup_trace_status (nodegroup);
}

/* ---- idempotency ---- */

/* Imitates: Amazon EKS API Reference, clientRequestToken. */
AwsUpdate *
aws_update_find_by_token (const GPtrArray *updates, const DdValue *input, DdValue *details,
                          GError **error)
{
  const DdValue *token = dd_value_member (input, "clientRequestToken");
  g_autoptr (DdValue) taken = details;

  for (guint i = 0; token != NULL && i < updates->len; i++)
    {
      AwsUpdate *update = updates->pdata[i];

      if (!dd_value_equal (dd_value_member (update->input, "clientRequestToken"), token))
        continue;
      if (dd_value_equal (update->input, input))
        return update;
      aws_set_error (error, AWS_INVALID_PARAMETER, g_steal_pointer (&taken),
                     "The client request token %s was used with other parameters before",
                     dd_value_string (token));
      return NULL;
    }
  return NULL;
}

static AwsUpdate *
find_by_token (const AwsNodegroup *nodegroup, const DdValue *input, GError **error)
{
  return aws_update_find_by_token (nodegroup->updates, input,
                                   aws_nodegroup_error_details (nodegroup), error);
}

DdValue *
aws_update_answer (const AwsUpdate *update)
{
  return dd_object ("update", aws_update_describe (update), NULL);
}

/* ---- operations ---- */

DdValue *
aws_update_param (const char *type, const char *value)
{
  return dd_object ("type", dd_string (type), "value", dd_string (value), NULL);
}

/* Imitates: Amazon EKS API Reference, UpdateParam; of an image of the owner's EKS knows no version.
 */
static DdValue *
version_params (const AwsNodegroup *nodegroup, const AwsTarget *target)
{
  g_auto (DdBuilder) params = dd_builder_array ();

  if (!aws_ami_type_is_custom (nodegroup->ami_type))
    {
      dd_builder_add (&params, aws_update_param ("Version", target->version));
      dd_builder_add (&params, aws_update_param ("ReleaseVersion", target->release_version));
    }
  if (target->source.id != NULL)
    {
      dd_builder_add (&params, aws_update_param ("LaunchTemplateName", target->source.name));
      dd_builder_add (&params, aws_update_param ("LaunchTemplateVersion", target->source.version));
    }
  return dd_builder_end (&params);
}

static AwsUpdate *
begin_version_update (AwsNodegroup *nodegroup, const DdValue *input, const AwsTarget *target)
{
  AwsUpdate *update
      = accept_update (nodegroup, AWS_VERSION_UPDATE, input, version_params (nodegroup, target));

  update->version = g_strdup (target->version);
  update->release_version = g_strdup (target->release_version);
  update->source_version = g_strdup (target->source.version);
  return update;
}

DdValue *
aws_eks_update_nodegroup_version (AwsCloud *cloud, const DdValue *input, GError **error)
{
  AwsNodegroup *nodegroup = aws_eks_require_nodegroup (cloud, input, error);
  g_autoptr (GError) conflict = NULL;
  g_auto (AwsTarget) target = { NULL };
  AwsUpdate *update;

  if (nodegroup == NULL)
    return NULL;
  update = find_by_token (nodegroup, input, &conflict);
  if (update != NULL)
    return aws_update_answer (update);
  if (conflict != NULL)
    {
      g_propagate_error (error, g_steal_pointer (&conflict));
      return NULL;
    }
  if (!aws_nodegroup_may_update (nodegroup, error)
      || !aws_nodegroup_target (nodegroup, input, &target, error))
    return NULL;
  update = begin_version_update (nodegroup, input, &target);
  sim_eks_workflow_start (aws_eks_workflow (cloud), update);
  return aws_update_answer (update);
}

/* The group as it would be is checked, not the request alone. */
static gboolean
check_config (const AwsNodegroup *nodegroup, const DdValue *input, GError **error)
{
  const AwsGroup *group = aws_nodegroup_group (nodegroup);
  const DdValue *scaling = dd_value_member (input, "scalingConfig");

  if (scaling == NULL && dd_value_member (input, "labels") == NULL
      && dd_value_member (input, "taints") == NULL
      && dd_value_member (input, "updateConfig") == NULL)
    {
      aws_set_error (error, AWS_INVALID_PARAMETER, aws_nodegroup_error_details (nodegroup),
                     "At least one of labels, taints, scalingConfig and updateConfig must be "
                     "specified.");
      return FALSE;
    }
  if (scaling != NULL && group != NULL
      && !aws_sizes_are_valid (dd_value_path_int (scaling, "minSize", group->min),
                               dd_value_path_int (scaling, "maxSize", group->max),
                               dd_value_path_int (scaling, "desiredSize", group->desired),
                               aws_nodegroup_error_details (nodegroup), error))
    return FALSE;
  return aws_update_config_is_valid (dd_value_member (input, "updateConfig"),
                                     aws_nodegroup_error_details (nodegroup), error)
         && aws_taints_fit (nodegroup, dd_value_member (input, "taints"), error);
}

DdValue *
aws_eks_update_nodegroup_config (AwsCloud *cloud, const DdValue *input, GError **error)
{
  AwsNodegroup *nodegroup = aws_eks_require_nodegroup (cloud, input, error);
  g_autoptr (GError) conflict = NULL;
  AwsUpdate *update;

  if (nodegroup == NULL)
    return NULL;
  update = find_by_token (nodegroup, input, &conflict);
  if (update != NULL)
    return aws_update_answer (update);
  if (conflict != NULL)
    {
      g_propagate_error (error, g_steal_pointer (&conflict));
      return NULL;
    }
  if (!aws_nodegroup_may_update (nodegroup, error) || !check_config (nodegroup, input, error))
    return NULL;
  update = accept_update (nodegroup, AWS_CONFIG_UPDATE, input, aws_config_params (input));
  sim_eks_workflow_start (aws_eks_workflow (cloud), update);
  return aws_update_answer (update);
}

/* The updates that a request means: those of a node group, or the cluster's own. Owned by the
 * caller; NULL with ERROR set. */
static GPtrArray *
updates_of (AwsCloud *cloud, const DdValue *input, GError **error)
{
  AwsNodegroup *nodegroup;
  AwsCluster *cluster;

  if (dd_value_member (input, "nodegroupName") == NULL)
    {
      cluster = aws_eks_require_cluster (cloud, input, error);
      return cluster != NULL ? g_ptr_array_ref (cluster->updates) : NULL;
    }
  nodegroup = aws_eks_require_nodegroup (cloud, input, error);
  return nodegroup != NULL ? g_ptr_array_ref (nodegroup->updates) : NULL;
}

DdValue *
aws_eks_describe_update (AwsCloud *cloud, const DdValue *input, GError **error)
{
  const char *id = dd_value_path_string (input, "updateId");
  g_autoptr (GPtrArray) updates = updates_of (cloud, input, error);

  if (updates == NULL)
    return NULL;
  for (guint i = 0; i < updates->len; i++)
    {
      const AwsUpdate *update = updates->pdata[i];

      if (g_strcmp0 (update->id, id) == 0)
        return aws_update_answer (update);
    }
  aws_set_error (error, AWS_RESOURCE_NOT_FOUND,
                 dd_object ("clusterName", dd_string (dd_value_path_string (input, "name")),
                            "nodegroupName",
                            dd_string (dd_value_path_string (input, "nodegroupName")), NULL),
                 "No update found for ID: %s", id);
  return NULL;
}

static const char *
id_of (gconstpointer item)
{
  return ((const AwsUpdate *) item)->id;
}

DdValue *
aws_eks_list_updates (AwsCloud *cloud, const DdValue *input, GError **error)
{
  g_autoptr (GPtrArray) updates = updates_of (cloud, input, error);

  return updates != NULL ? aws_eks_list_page ("updateIds", input, updates, id_of, error) : NULL;
}
