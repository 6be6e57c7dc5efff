/* SPDX-License-Identifier: Apache-2.0 */
/* sim/import/nodes.c: Node objects as rows of a world file
 *
 * Which group a node is of, where it is and what it runs is told by labels that EKS, the cloud's
 * controllers and eksctl put on it (Amazon EKS User Guide, Managed node groups; Kubernetes,
 * Well-Known Labels). Karpenter's and self-managed nodes are of no group. */
#include "config.h"

#include <string.h>

#include "base/time.h"
#include "sim/import/private.h"

#define ARM "arm64"

const DdValue *
sim_import_node_labels (const SimImportNode *node)
{
  return dd_value_path (node->object, "metadata.labels");
}

const char *
sim_import_node_label (const SimImportNode *node, const char *key)
{
  return dd_value_string (dd_value_member (sim_import_node_labels (node), key));
}

/* ---- what it is ---- */

/* "aws:///us-west-2a/i-0123" -> "i-0123" */
static char *
instance_of (const SimImportNode *node)
{
  const char *provider = dd_value_path_string (node->object, "spec.providerID");
  const char *slash = provider != NULL ? strrchr (provider, '/') : NULL;

  return slash != NULL && g_str_has_prefix (slash + 1, "i-") ? g_strdup (slash + 1) : NULL;
}

static const DdValue *
answer_of_ec2 (const SimImport *self, const SimImportNode *node)
{
  for (guint i = 0; i < self->instances->len; i++)
    {
      const DdValue *instance = g_ptr_array_index (self->instances, i);

      if (g_strcmp0 (dd_value_path_string (instance, "PrivateDnsName"), node->name) == 0
          || (node->instance != NULL
              && g_strcmp0 (dd_value_path_string (instance, "InstanceId"), node->instance) == 0))
        return instance;
    }
  return NULL;
}

static char *
label_or (const SimImportNode *node, const char *key, const DdValue *answer, const char *path)
{
  const char *label = sim_import_node_label (node, key);

  return g_strdup (label != NULL ? label : dd_value_path_string (answer, path));
}

/* What the kubelet calls its system, and the families of images that it may be; more telling words
 * first. */
static const struct
{
  const char *in_name;
  const char *intel, *arm;
} systems[] = {
  { "Bottlerocket", "BOTTLEROCKET_x86_64", "BOTTLEROCKET_ARM_64" },
  { "Windows Server 2019", "WINDOWS_CORE_2019_x86_64", NULL },
  { "Windows Server 2022", "WINDOWS_CORE_2022_x86_64", NULL },
  { "Windows Server 2025", "WINDOWS_CORE_2025_x86_64", NULL },
  { "Amazon Linux 2023", "AL2023_x86_64_STANDARD", "AL2023_ARM_64_STANDARD" },
  { "Amazon Linux 2", "AL2_x86_64", "AL2_ARM_64" },
};

static const char *
family_of (const DdValue *object)
{
  const char *name = dd_value_path_string (object, "status.nodeInfo.osImage");
  const char *architecture = dd_value_path_string (object, "status.nodeInfo.architecture");
  gboolean arm = g_strcmp0 (architecture, ARM) == 0;

  for (guint i = 0; name != NULL && i < G_N_ELEMENTS (systems); i++)
    if (strstr (name, systems[i].in_name) != NULL && (!arm || systems[i].arm != NULL))
      return arm ? systems[i].arm : systems[i].intel;
  return arm ? "AL2023_ARM_64_STANDARD" : "AL2023_x86_64_STANDARD";
}

static gboolean
is_fargate (const DdValue *object)
{
  return g_strcmp0 (dd_value_string (dd_value_at (object, "metadata", "labels",
                                                  "eks.amazonaws.com/compute-type", NULL)),
                    "fargate")
         == 0;
}

SimImportNode *
sim_import_node_new (SimImport *self, const DdValue *object)
{
  SimImportNode *node;

  if (is_fargate (object))
    {
      sim_import_tell (self, SIM_IMPORT_LEFT_OUT,
                       "node %s and its pod: Fargate is not modelled, and no update touches it",
                       dd_value_path_string (object, "metadata.name"));
      return NULL;
    }
  node = g_new0 (SimImportNode, 1);
  node->object = dd_value_ref (object);
  node->name = dd_value_path_string (object, "metadata.name");
  node->group = g_strdup (sim_import_node_label (node, "eks.amazonaws.com/nodegroup"));
  node->instance = instance_of (node);
  node->image = sim_import_node_label (node, "eks.amazonaws.com/nodegroup-image");
  node->kubelet = dd_value_path_string (object, "status.nodeInfo.kubeletVersion");
  node->ami_type = family_of (object);
  node->created = sim_import_instant (object, "metadata.creationTimestamp", 0);
  return node;
}

void
sim_import_node_free (SimImportNode *node)
{
  dd_value_unref ((DdValue *) node->object);
  g_free (node->group);
  g_free (node->instance);
  g_free (node->zone);
  g_free (node->type);
  g_free (node->release);
  g_free (node);
}

/* ---- as rows ---- */

static const char *const usual_labels[] = {
  "eks.amazonaws.com/capacityType",
  "eks.amazonaws.com/nodegroup",
  "eks.amazonaws.com/nodegroup-image",
  "eks.amazonaws.com/sourceLaunchTemplateId",
  "eks.amazonaws.com/sourceLaunchTemplateVersion",
  "k8s.io/cloud-provider-aws",
  "kubernetes.io/arch",
  "kubernetes.io/hostname",
  "kubernetes.io/os",
  "node.kubernetes.io/instance-type",
  "node.kubernetes.io/windows-build",
  "topology.ebs.csi.aws.com/zone",
  "topology.k8s.aws/zone-id",
  "topology.kubernetes.io/region",
  "topology.kubernetes.io/zone",
};

gboolean
sim_import_label_is_usual (const char *key)
{
  for (guint i = 0; i < G_N_ELEMENTS (usual_labels); i++)
    if (strcmp (key, usual_labels[i]) == 0)
      return TRUE;
  return g_str_has_prefix (key, "beta.kubernetes.io/")
         || g_str_has_prefix (key, "failure-domain.beta.kubernetes.io/");
}

static DdValue *
own_labels (const SimImportNode *node, const DdValue *of_group)
{
  const DdValue *labels = sim_import_node_labels (node);
  DdBuilder own = dd_builder_object ();
  g_autoptr (DdValue) all = NULL;

  for (gsize i = 0; i < dd_value_length (labels); i++)
    {
      const char *key = dd_value_key (labels, i);
      const DdValue *value = dd_value_nth (labels, i);

      if (!sim_import_label_is_usual (key)
          && !dd_value_equal (dd_value_member (of_group, key), value))
        dd_builder_set (&own, key, dd_value_ref (value));
    }
  all = dd_builder_end (&own);
  return dd_value_length (all) > 0 ? g_steal_pointer (&all) : NULL;
}

DdValue *
sim_import_node_taints (const SimImportNode *node)
{
  const DdValue *taints = dd_value_path (node->object, "spec.taints");
  g_auto (DdBuilder) list = dd_builder_array ();

  for (gsize i = 0; i < dd_value_length (taints); i++)
    {
      const DdValue *taint = dd_value_element (taints, i);
      const char *key = dd_value_path_string (taint, "key");

      if (key == NULL || g_str_has_prefix (key, "node.kubernetes.io/"))
        continue;
      dd_builder_add (&list, dd_object ("key", dd_string (key), "value",
                                        dd_value_ref (dd_value_member (taint, "value")), "effect",
                                        dd_value_ref (dd_value_member (taint, "effect")), NULL));
    }
  return dd_builder_end (&list);
}

/* NULL where it is Ready. */
static DdValue *
health_of (const SimImportNode *node)
{
  const DdValue *conditions = dd_value_path (node->object, "status.conditions");

  for (gsize i = 0; i < dd_value_length (conditions); i++)
    {
      const DdValue *condition = dd_value_element (conditions, i);
      const char *status = dd_value_path_string (condition, "status");

      if (g_strcmp0 (dd_value_path_string (condition, "type"), "Ready") != 0)
        continue;
      if (g_strcmp0 (status, "True") == 0)
        return NULL;
      return g_strcmp0 (status, "False") == 0 ? dd_bool (FALSE) : dd_string ("unknown");
    }
  return dd_string ("unknown");
}

DdValue *
sim_import_node_row (const SimImportNode *node, const DdValue *group)
{
  g_autoptr (DdValue) taints = sim_import_node_taints (node);
  const DdValue *usual = dd_value_member (group, "taints");
  gboolean same = dd_value_equal (taints, usual)
                  || (dd_value_length (taints) == 0 && dd_value_length (usual) == 0);

  return dd_object (
      "name", dd_string (node->name), "instance_id", dd_string (node->instance), "zone",
      dd_string (node->zone), "instance_type", dd_string (node->type), "release",
      dd_string (node->release), "ami_type", group == NULL ? dd_string (node->ami_type) : NULL,
      "launch_template_version",
      dd_value_member (group, "launch_template") != NULL ? dd_string (
          sim_import_node_label (node, "eks.amazonaws.com/sourceLaunchTemplateVersion"))
                                                         : NULL,
      "created", node->created > 0 ? dd_string_take (dd_time_to_iso8601 (node->created)) : NULL,
      "ready", health_of (node), "unschedulable",
      dd_value_path_bool (node->object, "spec.unschedulable", FALSE) ? dd_bool (TRUE) : NULL,
      "labels", own_labels (node, dd_value_member (group, "labels")), "taints",
      same ? NULL : g_steal_pointer (&taints), NULL);
}

/* ---- all of them ---- */

void
sim_import_look_at_nodes (SimImport *self)
{
  for (guint i = 0; i < self->nodes->len; i++)
    {
      SimImportNode *node = g_ptr_array_index (self->nodes, i);
      const DdValue *answer = answer_of_ec2 (self, node);
      g_autoptr (DdValue) health = health_of (node);

      node->zone
          = label_or (node, "topology.kubernetes.io/zone", answer, "Placement.AvailabilityZone");
      node->type = label_or (node, "node.kubernetes.io/instance-type", answer, "InstanceType");
      if (node->instance == NULL)
        node->instance = g_strdup (dd_value_path_string (answer, "InstanceId"));
      if (health != NULL)
        sim_import_tell (self, SIM_IMPORT_ODD, "node %s is not Ready", node->name);
      if (dd_value_path_bool (node->object, "spec.unschedulable", FALSE))
        sim_import_tell (self, SIM_IMPORT_ODD, "node %s is cordoned", node->name);
    }
}
