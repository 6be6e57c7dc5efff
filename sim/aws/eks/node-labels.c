/* SPDX-License-Identifier: Apache-2.0 */
/* sim/aws/eks/node-labels.c: what EKS writes on nodes that its user data cannot tell
 *
 * Where an owner's launch template names the image, its user data is the owner's alone, and nodes
 * register without the labels and taints of their group. EKS puts both on the Node a moment later,
 * so that a pod may come to such a node before a taint does. Imitates: Amazon EKS User Guide,
 * Customize managed nodes with launch templates ("taints ... are applied asynchronously if you
 * specify an AMI ID"); how long it takes is assumed. */
#include "config.h"

#include "sim/aws/eks/node-labels.h"

#include "sim/aws/eks/private.h"
#include "sim/kube/kinds/kinds.h"
#include "sim/kube/kinds/views.h"
#include "sim/kube/verbs/api.h"

typedef struct
{
  SimEksNodeLabels *owner;
  char *node;
  guint64 timer;
} Pending;

struct _SimEksNodeLabels
{
  AwsCloud *cloud;
  GPtrArray *pending; /* of Pending, oldest first */
};

static void
pending_free (gpointer data)
{
  Pending *pending = data;

  sim_clock_cancel (pending->owner->cloud->stage->clock, pending->timer);
  g_free (pending->node);
  g_free (pending);
}

/* The group of AMI type CUSTOM that INSTANCE belongs to; NULL: there is none. */
static AwsNodegroup *
custom_group_of (AwsCloud *cloud, const AwsInstance *instance)
{
  AwsNodegroup *nodegroup = instance != NULL && instance->member != NULL
                                ? aws_eks_nodegroup_of_group (cloud, instance->member->group->name)
                                : NULL;

  return nodegroup != NULL && aws_ami_type_is_custom (nodegroup->ami_type) ? nodegroup : NULL;
}

DdValue *
aws_eks_node_labels (const AwsNodegroup *nodegroup, const char *image, const char *source_version)
{
  const char *const own[][2] = {
    { "eks.amazonaws.com/nodegroup", nodegroup->name },
    { "eks.amazonaws.com/nodegroup-image", image },
    { "eks.amazonaws.com/capacityType", nodegroup->capacity_type },
    { "eks.amazonaws.com/sourceLaunchTemplateId", nodegroup->source.id },
    { "eks.amazonaws.com/sourceLaunchTemplateVersion", source_version },
  };
  g_auto (DdBuilder) labels = dd_builder_object ();

  for (gsize i = 0; i < dd_value_length (nodegroup->labels); i++)
    dd_builder_set (&labels, dd_value_key (nodegroup->labels, i),
                    dd_value_ref (dd_value_nth (nodegroup->labels, i)));
  for (guint i = 0; i < G_N_ELEMENTS (own); i++)
    dd_builder_set (&labels, own[i][0], dd_string (own[i][1]));
  return dd_builder_end (&labels);
}

static DdValue *
labels_of (const AwsNodegroup *nodegroup, const AwsInstance *instance)
{
  g_autofree char *copy = g_strdup_printf ("%" G_GINT64_FORMAT, instance->template_version);

  return aws_eks_node_labels (nodegroup, instance->image->resource.id,
                              aws_nodegroup_source_of (nodegroup, copy));
}

static void
label (gpointer data)
{
  Pending *pending = data;
  AwsCloud *cloud = pending->owner->cloud;
  const AwsInstance *instance = aws_cloud_instance_of_node (cloud, pending->node);
  const AwsNodegroup *nodegroup = custom_group_of (cloud, instance);
  SimObject *node = sim_store_get (cloud->eks->kube->store, &kube_node, "", pending->node);
  g_autoptr (DdValue) change = NULL;
  g_autoptr (DdValue) patch = NULL;
  g_autoptr (SimObject) changed = NULL;

  pending->timer = 0;
  if (nodegroup != NULL && node != NULL)
    {
      change = dd_object (
          "labels", dd_object ("addOrUpdateLabels", labels_of (nodegroup, instance), NULL),
          "taints",
          dd_value_length (nodegroup->taints) == 0
              ? NULL
              : dd_object ("addOrUpdateTaints", dd_value_ref (nodegroup->taints), NULL),
          NULL);
      patch = aws_config_node_patch (node, change);
      changed = kube_merge (cloud->eks->kube, &kube_node, "", pending->node, patch, NULL);
    }
  if (changed != NULL)
    sim_stage_trace (cloud->stage, "eks", DD_EVENT_NODE_LABELLED, changed->name,
                     dd_object ("group", dd_string (nodegroup->group_name), NULL));
  g_ptr_array_remove (pending->owner->pending, pending);
}

static void
hear (SimStore *store, const SimChange *change, gpointer data)
{
  SimEksNodeLabels *self = data;
  AwsCloud *cloud = self->cloud;
  const char *name = change->object->name;
  Pending *pending;

  (void) store;
  if (change->type != SIM_ADDED
      || custom_group_of (cloud, aws_cloud_instance_of_node (cloud, name)) == NULL)
    return;
  pending = g_new0 (Pending, 1);
  pending->owner = self;
  pending->node = g_strdup (name);
  pending->timer = sim_clock_after (cloud->stage->clock,
                                    sim_latency_draw (cloud->stage->latency, SIM_DELAY_NODE_LABELS),
                                    label, pending);
  g_ptr_array_add (self->pending, pending);
}

SimEksNodeLabels *
sim_eks_node_labels_new (AwsCloud *cloud)
{
  SimEksNodeLabels *self = g_new0 (SimEksNodeLabels, 1);

  self->cloud = cloud;
  self->pending = g_ptr_array_new_with_free_func (pending_free);
  sim_store_subscribe (cloud->eks->kube->store, &kube_node, hear, self);
  return self;
}

void
sim_eks_node_labels_free (SimEksNodeLabels *self)
{
  if (self == NULL)
    return;
  sim_store_unsubscribe (self->cloud->eks->kube->store, hear, self);
  g_clear_pointer (&self->pending, g_ptr_array_unref);
  g_free (self);
}
