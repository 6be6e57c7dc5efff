/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "sim/kube/controllers/conditions.h"
#include "sim/kube/controllers/placement.h"
#include "sim/kube/controllers/workload.h"
#include "sim/kube/controllers/writes.h"
#include "sim/kube/kinds/recorder.h"

/* Deletes pods from nodes with NoExecute taints that they do not tolerate, or tolerate for a while
 * only. No budget is asked. Imitates: Kubernetes, Taints and Tolerations, Taint based Evictions. */

#define COMPONENT "taint-eviction-controller"
#define NEVER G_MAXINT64

typedef struct
{
  SimActors *actors;
  SimController *queue; /* pods */
  GHashTable *marked;   /* uid of a pod with a deadline -> when it began, as a DdUsec */
} TaintEviction;

static gboolean
is_no_execute (const DdValue *taint)
{
  return g_strcmp0 (dd_value_path_string (taint, "effect"), "NoExecute") == 0;
}

static gboolean
has_no_execute (const DdValue *taints)
{
  for (gsize i = 0; i < dd_value_length (taints); i++)
    if (is_no_execute (dd_value_element (taints, i)))
      return TRUE;
  return FALSE;
}

/* How long the shortest matching toleration bears TAINT; NEVER: for ever, 0: not at all. */
static DdUsec
patience_with (const DdValue *tolerations, const DdValue *taint)
{
  DdUsec patience = NEVER;
  gboolean tolerated = FALSE;

  for (gsize i = 0; i < dd_value_length (tolerations); i++)
    {
      const DdValue *toleration = dd_value_element (tolerations, i);
      g_autoptr (DdValue) alone = dd_array (dd_value_ref (toleration), NULL);
      const DdValue *seconds = dd_value_member (toleration, "tolerationSeconds");

      if (!sim_tolerates (alone, taint))
        continue;
      tolerated = TRUE;
      if (seconds != NULL)
        patience = MIN (patience, MAX (dd_value_int (seconds, 0), 0) * DD_SECOND);
    }
  return tolerated ? patience : 0;
}

static DdUsec
patience_of (const SimObject *pod, const DdValue *taints)
{
  DdUsec patience = NEVER;

  for (gsize i = 0; i < dd_value_length (taints); i++)
    if (is_no_execute (dd_value_element (taints, i)))
      patience = MIN (
          patience, patience_with (kube_pod_view (pod)->tolerations, dd_value_element (taints, i)));
  return patience;
}

static gboolean
evict (TaintEviction *self, SimObject *pod, GError **error)
{
  KubeDelete options = KUBE_DELETE_DEFAULT;
  DdValue *condition = dd_object (
      "type", dd_string ("DisruptionTarget"), "status", dd_string ("True"), "lastProbeTime",
      dd_null (), "lastTransitionTime", sim_now_value (self->actors->stage), "reason",
      dd_string ("DeletionByTaintManager"), "message",
      dd_string ("Taint manager: deleting due to NoExecute taint"), NULL);
  g_autofree char *subject = sim_object_subject (pod);
  g_autoptr (SimObject) deleted = NULL;

  kube_record_event (self->actors->api, pod, COMPONENT, NULL, "Normal", "TaintManagerEviction",
                     "Marking for deletion Pod %s/%s", pod->namespace_, pod->name);
  sim_actors_post_status (
      self->actors, &sim_actor_taint_eviction, pod,
      sim_status_with_condition (dd_value_member (pod->value, "status"), condition));
  options.uid = pod->uid;
  deleted = sim_write_delete (self->actors, &sim_actor_taint_eviction, pod, &options, error);
  if (deleted == NULL)
    return FALSE;
  sim_stage_trace (self->actors->stage, "taint-eviction", DD_EVENT_POD_EVICTED, subject,
                   dd_object ("node", dd_string (kube_pod_view (pod)->node_name), NULL));
  return TRUE;
}

static void
unmark (TaintEviction *self, const SimObject *pod)
{
  if (g_hash_table_remove (self->marked, pod->uid))
    kube_record_event (self->actors->api, pod, COMPONENT, NULL, "Normal", "TaintManagerEviction",
                       "Cancelling deletion of Pod %s/%s", pod->namespace_, pod->name);
}

/* The wait begins when the taint is first seen. */
static DdUsec
begin_of (TaintEviction *self, const SimObject *pod)
{
  DdUsec *begin = g_hash_table_lookup (self->marked, pod->uid);

  if (begin == NULL)
    {
      begin = g_new (DdUsec, 1);
      *begin = sim_stage_now (self->actors->stage);
      g_hash_table_insert (self->marked, g_strdup (pod->uid), begin);
    }
  return *begin;
}

static gboolean
reconcile (gpointer data, const char *namespace_, const char *name, GError **error)
{
  TaintEviction *self = data;
  SimObject *found = sim_store_get (self->actors->store, &kube_pod, namespace_, name);
  g_autoptr (SimObject) pod = found != NULL ? sim_object_ref (found) : NULL;
  const SimObject *node = NULL;
  DdUsec patience, due;

  if (pod == NULL || kube_pod_view (pod)->terminating)
    return TRUE;
  if (kube_pod_view (pod)->node_name != NULL)
    node = sim_store_get (self->actors->store, &kube_node, "", kube_pod_view (pod)->node_name);
  patience = node != NULL ? patience_of (pod, kube_node_view (node)->taints) : NEVER;
  if (patience == NEVER)
    {
      unmark (self, pod);
      return TRUE;
    }
  due = patience > 0 ? begin_of (self, pod) + patience : 0;
  if (due <= sim_stage_now (self->actors->stage))
    return evict (self, pod, error);
  sim_controller_add_after (self->queue, namespace_, name,
                            due - sim_stage_now (self->actors->stage));
  return TRUE;
}

static void
node_changed (SimStore *store, const SimChange *change, gpointer data)
{
  TaintEviction *self = data;
  const KubeNodeView *after = kube_node_view (change->object);
  const KubeNodeView *before
      = change->type == SIM_MODIFIED ? kube_node_view (change->previous) : NULL;
  g_autoptr (GPtrArray) pods = NULL;

  if (change->type == SIM_DELETED
      || (before != NULL && dd_value_equal (before->taints, after->taints))
      || (!has_no_execute (after->taints) && (before == NULL || !has_no_execute (before->taints))))
    return;
  pods = sim_store_list_by (store, &kube_pod, "spec.nodeName", change->object->name);
  for (guint i = 0; i < pods->len; i++)
    sim_controller_add_object (self->queue, g_ptr_array_index (pods, i));
}

static void
pod_changed (SimStore *store, const SimChange *change, gpointer data)
{
  TaintEviction *self = data;
  const KubePodView *view = kube_pod_view (change->object);
  const SimObject *node;

  if (change->type == SIM_DELETED)
    g_hash_table_remove (self->marked, change->object->uid);
  if (change->type == SIM_DELETED || view->node_name == NULL
      || (change->type == SIM_MODIFIED && kube_pod_view (change->previous)->node_name != NULL))
    return;
  node = sim_store_get (store, &kube_node, "", view->node_name);
  if (node != NULL && has_no_execute (kube_node_view (node)->taints))
    sim_controller_add_object (self->queue, change->object);
}

static gpointer
start (SimActors *actors)
{
  TaintEviction *self = g_new0 (TaintEviction, 1);

  self->actors = actors;
  self->queue = sim_controller_new (actors->stage, reconcile, self);
  self->marked = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  sim_store_subscribe (actors->store, &kube_node, node_changed, self);
  sim_store_subscribe (actors->store, &kube_pod, pod_changed, self);
  return self;
}

static void
stop (gpointer data)
{
  TaintEviction *self = data;

  sim_store_unsubscribe (self->actors->store, node_changed, self);
  sim_store_unsubscribe (self->actors->store, pod_changed, self);
  sim_controller_free (self->queue);
  g_hash_table_unref (self->marked);
  g_free (self);
}

static const char *const writes[] = { "delete pods", NULL };

const SimActorClass sim_actor_taint_eviction = { "taint-eviction", start, stop, writes };
