/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "sim/kube/controllers/conditions.h"
#include "sim/kube/controllers/workload.h"
#include "sim/kube/controllers/writes.h"

/* Removes the pods of nodes that no longer exist, after a quarantine in which the node may come
 * back, and fails pods that were deleted before they had a node and that a finalizer holds.
 * Imitates: Kubernetes, Pod Lifecycle, Garbage collection of Pods; kubernetes/kubernetes,
 * pkg/controller/podgc. Keys are names of nodes, or of pods with their namespace. Not imitated: the
 * limit on terminated pods, and the out-of-service taint. */

#define PERIOD (20 * DD_SECOND) /* gcCheckPeriod */

typedef struct
{
  SimActors *actors;
  SimController *queue;
} PodGc;

static gboolean
collect (PodGc *self, SimObject *pod, GError **error)
{
  KubeDelete options = KUBE_DELETE_DEFAULT;
  g_autofree char *subject = sim_object_subject (pod);
  DdValue *condition = dd_object (
      "type", dd_string ("DisruptionTarget"), "status", dd_string ("True"), "lastProbeTime",
      dd_null (), "lastTransitionTime", sim_now_value (self->actors->stage), "reason",
      dd_string ("DeletionByPodGC"), "message", dd_string ("PodGC: node no longer exists"), NULL);
  g_autoptr (SimObject) deleted = NULL;

  if (!kube_pod_view (pod)->finished)
    {
      g_autoptr (DdValue) status = dd_value_with_member (dd_value_member (pod->value, "status"),
                                                         "phase", dd_string ("Failed"));

      sim_actors_post_status (self->actors, &sim_actor_pod_gc, pod,
                              sim_status_with_condition (status, dd_value_ref (condition)));
    }
  dd_value_unref (condition);
  options.grace_seconds = 0;
  options.uid = pod->uid;
  deleted = sim_write_delete (self->actors, &sim_actor_pod_gc, pod, &options, error);
  if (deleted == NULL)
    return FALSE;
  sim_stage_trace (self->actors->stage, "pod-gc", DD_EVENT_POD_COLLECTED, subject,
                   dd_object ("node", dd_string (kube_pod_view (pod)->node_name), NULL));
  return TRUE;
}

/* No kubelet will ever say that it has ended. Imitates: gcUnscheduledTerminating. */
static gboolean
fail_unbound (PodGc *self, const char *namespace_, const char *name, GError **error)
{
  SimObject *found = sim_store_get (self->actors->store, &kube_pod, namespace_, name);
  g_autoptr (SimObject) pod = found != NULL ? sim_object_ref (found) : NULL;
  const KubePodView *view = pod != NULL ? kube_pod_view (pod) : NULL;
  KubeDelete options = KUBE_DELETE_DEFAULT;
  g_autoptr (SimObject) deleted = NULL;

  if (view == NULL || view->node_name != NULL || !view->terminating || view->finished)
    return TRUE;
  sim_actors_post_status (
      self->actors, &sim_actor_pod_gc, pod,
      dd_value_with_member (dd_value_member (pod->value, "status"), "phase", dd_string ("Failed")));
  options.grace_seconds = 0;
  options.uid = pod->uid;
  deleted = sim_write_delete (self->actors, &sim_actor_pod_gc, pod, &options, error);
  return deleted != NULL;
}

static gboolean
reconcile (gpointer data, const char *namespace_, const char *name, GError **error)
{
  PodGc *self = data;
  g_autoptr (GPtrArray) pods = NULL;

  if (namespace_[0] != '\0')
    return fail_unbound (self, namespace_, name, error);
  if (sim_store_get (self->actors->store, &kube_node, "", name) != NULL)
    return TRUE;
  pods = sim_store_list_by (self->actors->store, &kube_pod, "spec.nodeName", name);
  for (guint i = 0; i < pods->len; i++)
    if (!collect (self, g_ptr_array_index (pods, i), error))
      return FALSE;
  return TRUE;
}

static void
quarantine (PodGc *self, const char *node)
{
  SimStage *stage = self->actors->stage;

  sim_controller_add_after (self->queue, "", node,
                            sim_latency_draw (stage->latency, SIM_DELAY_POD_GC));
}

static void
node_changed (SimStore *store G_GNUC_UNUSED, const SimChange *change, gpointer data)
{
  if (change->type == SIM_DELETED)
    quarantine (data, change->object->name);
}

/* A pod may also be bound to a node that never was. */
static void
pod_changed (SimStore *store, const SimChange *change, gpointer data)
{
  PodGc *self = data;
  const SimObject *pod = change->object;
  const char *node = kube_pod_view (pod)->node_name;

  if (node == NULL && kube_pod_view (pod)->terminating && change->type != SIM_DELETED
      && dd_value_path (pod->value, "metadata.finalizers.0") != NULL)
    sim_controller_add_after (self->queue, pod->namespace_, pod->name, PERIOD);
  if (change->type == SIM_DELETED || node == NULL
      || (change->type == SIM_MODIFIED && kube_pod_view (change->previous)->node_name != NULL))
    return;
  if (sim_store_get (store, &kube_node, "", node) == NULL)
    quarantine (data, node);
}

static gpointer
start (SimActors *actors)
{
  PodGc *self = g_new0 (PodGc, 1);

  self->actors = actors;
  self->queue = sim_controller_new (actors->stage, reconcile, self);
  sim_store_subscribe (actors->store, &kube_node, node_changed, self);
  sim_store_subscribe (actors->store, &kube_pod, pod_changed, self);
  return self;
}

static void
stop (gpointer data)
{
  PodGc *self = data;

  sim_store_unsubscribe (self->actors->store, node_changed, self);
  sim_store_unsubscribe (self->actors->store, pod_changed, self);
  sim_controller_free (self->queue);
  g_free (self);
}

static const char *const writes[] = { "delete pods", NULL };

const SimActorClass sim_actor_pod_gc = { "pod-gc", start, stop, writes };
