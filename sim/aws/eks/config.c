/* SPDX-License-Identifier: Apache-2.0 */
/* sim/aws/eks/config.c: UpdateNodegroupConfig: its parameters as text, and what it changes
 *
 * Labels and taints go on every node that is there, and into a new version of the launch template,
 * so that those to come bring them along; sizes go to the Auto Scaling group. Imitates: Amazon EKS
 * User Guide, Update a managed node group, "Edit a node group configuration". */
#include "config.h"

#include <string.h>

#include "sim/aws/eks/private.h"
#include "sim/aws/protocol/service.h"
#include "sim/kube/verbs/api.h"
#include "sim/kube/kinds/kinds.h"
#include "sim/kube/kinds/views.h"

/* ---- the params of the Update record ---- */

static void
add_param (DdBuilder *params, const char *type, char *value)
{
  dd_builder_add (params,
                  dd_object ("type", dd_string (type), "value", dd_string_take (value), NULL));
}

/* An array or object as JSON text; nothing when it is absent or empty. */
static void
add_text (DdBuilder *params, const char *type, const DdValue *value)
{
  if (dd_value_length (value) > 0)
    add_param (params, type, dd_value_to_text (value));
}

static void
add_scalar (DdBuilder *params, const char *type, const DdValue *value)
{
  const char *text = dd_value_string (value);

  if (value != NULL)
    add_param (params, type, text != NULL ? g_strdup (text) : dd_value_to_text (value));
}

/* Taints in the order {effect, value, key}, as EKS writes them. */
static DdValue *
taints_for_param (const DdValue *taints)
{
  g_auto (DdBuilder) list = dd_builder_array ();

  for (gsize i = 0; i < dd_value_length (taints); i++)
    {
      const DdValue *taint = dd_value_element (taints, i);

      dd_builder_add (&list,
                      dd_object ("effect", dd_string (dd_value_path_string (taint, "effect")),
                                 "value", dd_string (dd_value_path_string (taint, "value")), "key",
                                 dd_string (dd_value_path_string (taint, "key")), NULL));
    }
  return dd_builder_end (&list);
}

DdValue *
aws_config_params (const DdValue *input)
{
  static const struct
  {
    const char *type, *path;
  } scalars[] = {
    { "MinSize", "scalingConfig.minSize" },
    { "MaxSize", "scalingConfig.maxSize" },
    { "DesiredSize", "scalingConfig.desiredSize" },
    { "MaxUnavailable", "updateConfig.maxUnavailable" },
    { "MaxUnavailablePercentage", "updateConfig.maxUnavailablePercentage" },
    { "UpdateStrategy", "updateConfig.updateStrategy" },
  };
  g_auto (DdBuilder) params = dd_builder_array ();
  g_autoptr (DdValue) added = taints_for_param (dd_value_path (input, "taints.addOrUpdateTaints"));
  g_autoptr (DdValue) removed = taints_for_param (dd_value_path (input, "taints.removeTaints"));

  add_text (&params, "LabelsToAdd", dd_value_path (input, "labels.addOrUpdateLabels"));
  add_text (&params, "LabelsToRemove", dd_value_path (input, "labels.removeLabels"));
  add_text (&params, "TaintsToAdd", added);
  add_text (&params, "TaintsToRemove", removed);
  for (guint i = 0; i < G_N_ELEMENTS (scalars); i++)
    add_scalar (&params, scalars[i].type, dd_value_path (input, scalars[i].path));
  return dd_builder_end (&params);
}

/* ---- labels and taints after a change ---- */

DdValue *
aws_labels_after (const DdValue *labels, const DdValue *change)
{
  const DdValue *removed = dd_value_member (change, "removeLabels");
  const DdValue *added = dd_value_member (change, "addOrUpdateLabels");
  g_autoptr (DdValue) result = dd_value_ref (labels);

  for (gsize i = 0; i < dd_value_length (removed); i++)
    {
      DdValue *next
          = dd_value_with_member (result, dd_value_string (dd_value_element (removed, i)), NULL);

      dd_value_unref (result);
      result = next;
    }
  for (gsize i = 0; i < dd_value_length (added); i++)
    {
      DdValue *next = dd_value_with_member (result, dd_value_key (added, i),
                                            dd_value_ref (dd_value_nth (added, i)));

      dd_value_unref (result);
      result = next;
    }
  return g_steal_pointer (&result);
}

/* A taint is named by key and effect. */
static gboolean
holds_taint (const DdValue *taints, const DdValue *wanted)
{
  for (gsize i = 0; i < dd_value_length (taints); i++)
    {
      const DdValue *taint = dd_value_element (taints, i);

      if (dd_value_equal (dd_value_member (taint, "key"), dd_value_member (wanted, "key"))
          && dd_value_equal (dd_value_member (taint, "effect"), dd_value_member (wanted, "effect")))
        return TRUE;
    }
  return FALSE;
}

DdValue *
aws_taints_after (const DdValue *taints, const DdValue *change)
{
  const DdValue *removed = dd_value_member (change, "removeTaints");
  const DdValue *added = dd_value_member (change, "addOrUpdateTaints");
  g_auto (DdBuilder) result = dd_builder_array ();

  for (gsize i = 0; i < dd_value_length (taints); i++)
    {
      const DdValue *taint = dd_value_element (taints, i);

      if (!holds_taint (removed, taint) && !holds_taint (added, taint))
        dd_builder_add (&result, dd_value_ref (taint));
    }
  for (gsize i = 0; i < dd_value_length (added); i++)
    dd_builder_add (&result, dd_value_ref (dd_value_element (added, i)));
  return dd_builder_end (&result);
}

/* ---- on the nodes ---- */

static const char *
kubernetes_effect (const char *effect)
{
  if (strcmp (effect, "NO_SCHEDULE") == 0)
    return "NoSchedule";
  return strcmp (effect, "NO_EXECUTE") == 0 ? "NoExecute" : "PreferNoSchedule";
}

static DdValue *
taints_to_kubernetes (const DdValue *taints)
{
  g_auto (DdBuilder) list = dd_builder_array ();

  for (gsize i = 0; i < dd_value_length (taints); i++)
    {
      const DdValue *taint = dd_value_element (taints, i);

      dd_builder_add (
          &list, dd_object ("effect",
                            dd_string (kubernetes_effect (dd_value_path_string (taint, "effect"))),
                            "key", dd_string (dd_value_path_string (taint, "key")), "value",
                            dd_string (dd_value_path_string (taint, "value")), NULL));
    }
  return dd_builder_end (&list);
}

/* The merge patch for a node's labels: what is added, and null for what goes. */
static DdValue *
labels_patch (const DdValue *change)
{
  const DdValue *removed = dd_value_member (change, "removeLabels");
  const DdValue *added = dd_value_member (change, "addOrUpdateLabels");
  g_auto (DdBuilder) patch = dd_builder_object ();

  for (gsize i = 0; i < dd_value_length (removed); i++)
    dd_builder_set (&patch, dd_value_string (dd_value_element (removed, i)), dd_null ());
  for (gsize i = 0; i < dd_value_length (added); i++)
    dd_builder_set (&patch, dd_value_key (added, i), dd_value_ref (dd_value_nth (added, i)));
  return dd_builder_end (&patch);
}

DdValue *
aws_config_node_patch (const SimObject *node, const DdValue *input)
{
  const DdValue *labels = dd_value_member (input, "labels");
  const DdValue *taints = dd_value_member (input, "taints");
  g_auto (DdBuilder) patch = dd_builder_object ();

  if (labels != NULL)
    dd_builder_set (&patch, "metadata", dd_object ("labels", labels_patch (labels), NULL));
  if (taints != NULL)
    {
      g_autoptr (DdValue) added
          = taints_to_kubernetes (dd_value_member (taints, "addOrUpdateTaints"));
      g_autoptr (DdValue) removed = taints_to_kubernetes (dd_value_member (taints, "removeTaints"));
      g_autoptr (DdValue) change = dd_object ("addOrUpdateTaints", dd_value_ref (added),
                                              "removeTaints", dd_value_ref (removed), NULL);

      dd_builder_set (
          &patch, "spec",
          dd_object ("taints", aws_taints_after (kube_node_view (node)->taints, change), NULL));
    }
  return dd_builder_end (&patch);
}

static void
change_nodes (const AwsUpdate *update)
{
  KubeApi *kube = update->nodegroup->cluster->eks->kube;
  g_autoptr (GPtrArray) nodes = sim_store_list (kube->store, &kube_node, NULL);

  for (guint i = 0; i < nodes->len; i++)
    {
      SimObject *node = nodes->pdata[i];
      const char *group = dd_value_string (
          dd_value_member (kube_node_view (node)->labels, "eks.amazonaws.com/nodegroup"));
      g_autoptr (DdValue) patch = NULL;
      g_autoptr (SimObject) changed = NULL;

      if (g_strcmp0 (group, update->nodegroup->name) != 0)
        continue;
      patch = aws_config_node_patch (node, update->input);
      changed = kube_merge (kube, &kube_node, "", node->name, patch, NULL);
    }
}

/* ---- on template and group ---- */

/* A new version of the template with the same image and the user data that belongs to the group
 * now; the group is made to use it. */
static gboolean
renew_template (AwsNodegroup *nodegroup, GError **error)
{
  AwsCloud *cloud = nodegroup->cluster->eks->cloud;
  AwsTemplate *template = aws_cloud_template (cloud, nodegroup->template_id, NULL);
  AwsTemplateVersion *current
      = template != NULL ? aws_template_version (template, nodegroup->template_version) : NULL;
  const char *image = current != NULL ? dd_value_path_string (current->data, "ImageId") : NULL;
  g_autofree char *user_data = image != NULL ? aws_nodegroup_user_data (nodegroup, image) : NULL;
  g_autoptr (DdValue) input = NULL;
  g_autoptr (DdValue) output = NULL;
  g_autofree char *number = NULL;

  if (user_data == NULL)
    {
      aws_set_error (error, AWS_RESOURCE_NOT_FOUND, NULL, "launch template %s does not exist",
                     nodegroup->template_id);
      return FALSE;
    }
  input = dd_object ("LaunchTemplateId", dd_string (nodegroup->template_id), "SourceVersion",
                     dd_string (nodegroup->template_version), "LaunchTemplateData",
                     dd_object ("UserData", dd_string (user_data), NULL), NULL);
  output = aws_service_call (&aws_ec2, aws_cloud_door (cloud), "CreateLaunchTemplateVersion", input,
                             error);
  if (output == NULL)
    return FALSE;
  number = g_strdup_printf ("%" G_GINT64_FORMAT, template->latest_version);
  aws_nodegroup_note_copy (nodegroup, number, nodegroup->source.version);
  return aws_nodegroup_use_template (nodegroup, number, error);
}

static gboolean
resize_group (AwsNodegroup *nodegroup, const DdValue *scaling, GError **error)
{
  static const struct
  {
    const char *ours, *theirs;
  } names[] = {
    { "minSize", "MinSize" },
    { "maxSize", "MaxSize" },
    { "desiredSize", "DesiredCapacity" },
  };
  g_auto (DdBuilder) input = dd_builder_object ();
  g_autoptr (DdValue) request = NULL;
  g_autoptr (DdValue) output = NULL;

  dd_builder_set (&input, "AutoScalingGroupName", dd_string (nodegroup->group_name));
  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    {
      const DdValue *size = dd_value_member (scaling, names[i].ours);

      if (size != NULL)
        dd_builder_set (&input, names[i].theirs, dd_value_ref (size));
    }
  request = dd_builder_end (&input);
  output = aws_service_call (&aws_autoscaling, aws_cloud_door (nodegroup->cluster->eks->cloud),
                             "UpdateAutoScalingGroup", request, error);
  return output != NULL;
}

/* maxUnavailable and its percentage exclude each other; the strategy stays when it is not named. */
static void
change_update_config (AwsNodegroup *nodegroup, const DdValue *change)
{
  g_autoptr (DdValue) config = dd_value_ref (nodegroup->update_config);
  DdValue *merged;

  if (dd_value_member (change, "maxUnavailable") != NULL
      || dd_value_member (change, "maxUnavailablePercentage") != NULL)
    {
      dd_value_set (&config, "maxUnavailable", NULL);
      dd_value_set (&config, "maxUnavailablePercentage", NULL);
    }
  merged = dd_value_merge (config, change);
  dd_value_unref (nodegroup->update_config);
  nodegroup->update_config = merged;
}

static void
change_labels_and_taints (AwsNodegroup *nodegroup, const DdValue *input)
{
  DdValue *labels = aws_labels_after (nodegroup->labels, dd_value_member (input, "labels"));
  DdValue *taints = aws_taints_after (nodegroup->taints, dd_value_member (input, "taints"));

  dd_value_unref (nodegroup->labels);
  dd_value_unref (nodegroup->taints);
  nodegroup->labels = labels;
  nodegroup->taints = taints;
}

gboolean
aws_config_apply (AwsUpdate *update, GError **error)
{
  AwsNodegroup *nodegroup = update->nodegroup;
  const DdValue *scaling = dd_value_member (update->input, "scalingConfig");
  const DdValue *config = dd_value_member (update->input, "updateConfig");

  if (scaling != NULL && !resize_group (nodegroup, scaling, error))
    return FALSE;
  if (config != NULL)
    change_update_config (nodegroup, config);
  if (dd_value_member (update->input, "labels") == NULL
      && dd_value_member (update->input, "taints") == NULL)
    return TRUE;
  change_labels_and_taints (nodegroup, update->input);
  change_nodes (update);
  return aws_ami_type_is_custom (nodegroup->ami_type) || renew_template (nodegroup, error);
}
