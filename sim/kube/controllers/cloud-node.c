/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include <string.h>

#include "sim/kube/controllers/conditions.h"
#include "sim/kube/controllers/node-watch.h"
#include "sim/kube/controllers/writes.h"
#include "sim/stage/machine.h"
#include "sim/kube/kinds/recorder.h"

/* Deletes the Node of an instance that is gone, once the node is no longer Ready, and taints that
 * of one that is stopped. Imitates: Kubernetes, Cloud Controller Manager, Node controller. */

#define COMPONENT "cloud-node-lifecycle-controller"
#define SHUTDOWN "node.cloudprovider.kubernetes.io/shutdown"

typedef struct
{
  SimActors *actors;
  SimController *queue;
  GHashTable *due; /* name of a node to be deleted -> when, as a DdUsec */
} CloudNode;

/* "i-0123" out of "aws:///us-west-2a/i-0123"; NULL when the node is not an instance of ours. */
static const char *
instance_of (const SimObject *node)
{
  const char *provider_id = kube_node_view (node)->provider_id;
  const char *slash;

  if (provider_id == NULL || !g_str_has_prefix (provider_id, "aws://"))
    return NULL;
  slash = strrchr (provider_id, '/');
  return slash[1] != '\0' ? slash + 1 : NULL;
}

static gboolean
delete_node (CloudNode *self, const SimObject *node, GError **error)
{
  KubeDelete options = KUBE_DELETE_DEFAULT;
  SimStage *stage = self->actors->stage;
  DdUsec *due = g_hash_table_lookup (self->due, node->name);
  g_autoptr (SimObject) deleted = NULL;

  if (due == NULL)
    {
      due = g_new (DdUsec, 1);
      *due = sim_stage_now (stage) + sim_latency_draw (stage->latency, SIM_DELAY_NODE_DELETED);
      g_hash_table_insert (self->due, g_strdup (node->name), due);
    }
  if (sim_stage_now (stage) < *due)
    {
      sim_controller_add_after (self->queue, "", node->name, *due - sim_stage_now (stage));
      return TRUE;
    }
  kube_record_event (self->actors->api, node, COMPONENT, NULL, "Normal", "DeletingNode",
                     "Deleting node %s because it does not exist in the cloud provider",
                     node->name);
  options.uid = node->uid;
  deleted = sim_write_delete (self->actors, &sim_actor_cloud_node, node, &options, error);
  return deleted != NULL;
}

static gboolean
taint_as_stopped (CloudNode *self, const SimObject *node, GError **error)
{
  const DdValue *taints = kube_node_view (node)->taints;
  g_autoptr (DdValue) patch = NULL;
  g_autoptr (SimObject) written = NULL;

  for (gsize i = 0; i < dd_value_length (taints); i++)
    if (g_strcmp0 (dd_value_path_string (dd_value_element (taints, i), "key"), SHUTDOWN) == 0)
      return TRUE;
  patch = dd_object (
      "spec",
      dd_object ("taints",
                 dd_value_with_element (taints, dd_object ("key", dd_string (SHUTDOWN), "effect",
                                                           dd_string ("NoSchedule"), NULL)),
                 NULL),
      NULL);
  written = sim_write_merge (self->actors, &sim_actor_cloud_node, "patch", node, patch, error);
  return written != NULL;
}

static gboolean
reconcile (gpointer data, const char *namespace_ G_GNUC_UNUSED, const char *name, GError **error)
{
  CloudNode *self = data;
  SimObject *found = sim_store_get (self->actors->store, &kube_node, "", name);
  g_autoptr (SimObject) node = found != NULL ? sim_object_ref (found) : NULL;
  const char *instance = node != NULL ? instance_of (node) : NULL;

  if (instance == NULL || kube_node_view (node)->ready)
    {
      g_hash_table_remove (self->due, name);
      return TRUE;
    }
  switch (sim_machine_state (self->actors->stage, instance))
    {
    case SIM_MACHINE_GONE:
      return delete_node (self, node, error);
    case SIM_MACHINE_STOPPED:
      return taint_as_stopped (self, node, error);
    case SIM_MACHINE_RUNNING:
      break;
    }
  return TRUE;
}

static void
node_changed (SimStore *store G_GNUC_UNUSED, const SimChange *change, gpointer data)
{
  CloudNode *self = data;

  if (change->type == SIM_MODIFIED
      && kube_node_view (change->previous)->ready == kube_node_view (change->object)->ready
      && kube_node_view (change->previous)->ready_unknown
             == kube_node_view (change->object)->ready_unknown)
    return;
  sim_controller_add (self->queue, "", change->object->name);
}

void
sim_cloud_node_look (SimActors *actors, const char *node)
{
  CloudNode *self = sim_actors_part (actors, &sim_actor_cloud_node);

  sim_controller_add (self->queue, "", node);
}

static gpointer
start (SimActors *actors)
{
  CloudNode *self = g_new0 (CloudNode, 1);

  self->actors = actors;
  self->queue = sim_controller_new (actors->stage, reconcile, self);
  self->due = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  sim_store_subscribe (actors->store, &kube_node, node_changed, self);
  return self;
}

static void
stop (gpointer data)
{
  CloudNode *self = data;

  sim_store_unsubscribe (self->actors->store, node_changed, self);
  sim_controller_free (self->queue);
  g_hash_table_unref (self->due);
  g_free (self);
}

static const char *const writes[] = { "patch nodes", "delete nodes", NULL };

const SimActorClass sim_actor_cloud_node
    = { "cloud-node", start, stop, writes, .manager = "aws-cloud-controller-manager" };
