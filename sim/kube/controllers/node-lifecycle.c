/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "base/time.h"
#include "sim/kube/controllers/conditions.h"
#include "sim/kube/controllers/kubelet.h"
#include "sim/kube/controllers/node-watch.h"
#include "sim/kube/controllers/writes.h"
#include "sim/kube/controllers/zones.h"
#include "sim/kube/kinds/recorder.h"

/* Watches over nodes: notices a kubelet's silence, turns conditions and spec.unschedulable into
 * taints, and hands out the NoExecute taints that empty a node no faster than a zone can bear.
 * Imitates: Kubernetes, Nodes, Node controller; Taint Nodes by Condition. The real one polls every
 * five seconds; here silence is a deadline, counted from the last heartbeat. */

#define COMPONENT "node-controller"
#define STARTUP_GRACE (60 * DD_SECOND) /* for a node that never said how it is */

typedef struct
{
  SimActors *actors;
  SimController *queue;
  SimZones *zones;
  GHashTable *known; /* name -> SimObject as last seen, for those announced as registered */
  GHashTable *fell;  /* names of nodes that just stopped being Ready */
} NodeLifecycle;

/* Conditions that become taints. */
static const struct
{
  const char *type, *status, *taint;
} condition_taints[] = {
  { "Ready", "False", "node.kubernetes.io/not-ready" },
  { "Ready", "Unknown", "node.kubernetes.io/unreachable" },
  { "MemoryPressure", "True", "node.kubernetes.io/memory-pressure" },
  { "DiskPressure", "True", "node.kubernetes.io/disk-pressure" },
  { "PIDPressure", "True", "node.kubernetes.io/pid-pressure" },
  { "NetworkUnavailable", "True", "node.kubernetes.io/network-unavailable" },
};
#define UNSCHEDULABLE "node.kubernetes.io/unschedulable"

/* ---- silence ---- */

/* --node-monitor-grace-period: 40 s up to 1.30, 50 s since. */
static DdUsec
grace_period (NodeLifecycle *self, const SimObject *node)
{
  const DdValue *status = dd_value_member (node->value, "status");

  if (sim_condition_find (status, "Ready") == NULL)
    return STARTUP_GRACE;
  return (self->actors->api->minor <= 30 ? 40 : 50) * DD_SECOND;
}

static DdUsec
later_of (DdUsec instant, const DdValue *object, const char *path)
{
  const char *text = dd_value_path_string (object, path);
  DdUsec other;

  return text != NULL && dd_time_from_iso8601 (text, &other) ? MAX (instant, other) : instant;
}

/* A node that no kubelet of this world runs lives on what clients write into its lease. */
static DdUsec
last_sign_of_life (NodeLifecycle *self, const SimObject *node)
{
  DdUsec last = sim_kubelet_last_heartbeat (self->actors, node->name);
  const SimObject *lease;

  if (last >= 0)
    return last;
  lease = sim_store_get (self->actors->store, &kube_lease, "kube-node-lease", node->name);
  last = later_of (0, node->value, "metadata.creationTimestamp");
  return lease != NULL ? later_of (last, lease->value, "spec.renewTime") : last;
}

static DdValue *
unknown_condition (NodeLifecycle *self, const DdValue *status, const char *type)
{
  gboolean reported = sim_condition_find (status, type) != NULL;
  const DdValue *heartbeat
      = dd_value_member (sim_condition_find (status, type), "lastHeartbeatTime");

  return dd_object (
      "type", dd_string (type), "status", dd_string ("Unknown"), "lastHeartbeatTime",
      heartbeat != NULL ? dd_value_ref (heartbeat) : sim_now_value (self->actors->stage),
      "lastTransitionTime", sim_now_value (self->actors->stage), "reason",
      dd_string (reported ? "NodeStatusUnknown" : "NodeStatusNeverUpdated"), "message",
      dd_string (reported ? "Kubelet stopped posting node status."
                          : "Kubelet never posted node status."),
      NULL);
}

static void
declare_unknown (NodeLifecycle *self, SimObject *node)
{
  static const char *const types[] = { "Ready", "MemoryPressure", "DiskPressure", "PIDPressure" };
  const DdValue *before = dd_value_member (node->value, "status");
  DdValue *status = before != NULL ? dd_value_ref (before) : dd_object_empty ();

  for (guint i = 0; i < G_N_ELEMENTS (types); i++)
    {
      g_autoptr (DdValue) plain = status;

      status = sim_status_with_condition (plain, unknown_condition (self, before, types[i]));
    }
  sim_actors_post_status (self->actors, &sim_actor_node_lifecycle, node, status);
  kube_record_event (self->actors->api, node, COMPONENT, NULL, "Normal", "NodeNotReady",
                     "Node %s status is now: NodeNotReady", node->name);
  sim_stage_trace (self->actors->stage, "node-lifecycle", DD_EVENT_NODE_NOT_READY, node->name,
                   NULL);
}

/* Asks to be called when the grace period ends. */
static void
watch_silence (NodeLifecycle *self, SimObject *node)
{
  SimStage *stage = self->actors->stage;
  DdUsec now = sim_stage_now (stage);
  DdUsec due;

  if (kube_node_view (node)->ready_unknown || sim_kubelet_is_alive (self->actors, node->name))
    return;
  due = last_sign_of_life (self, node) + grace_period (self, node);
  if (now >= due)
    declare_unknown (self, node);
  else
    sim_controller_add_after (self->queue, "", node->name,
                              due - now
                                  + sim_latency_draw (stage->latency, SIM_DELAY_NODE_MONITOR));
}

static void
mark_pod_unready (NodeLifecycle *self, SimObject *pod)
{
  DdValue *condition
      = dd_object ("type", dd_string ("Ready"), "status", dd_string ("False"), "lastProbeTime",
                   dd_null (), "lastTransitionTime", sim_now_value (self->actors->stage), NULL);
  sim_actors_post_status (
      self->actors, &sim_actor_node_lifecycle, pod,
      sim_status_with_condition (dd_value_member (pod->value, "status"), condition));

  kube_record_event (self->actors->api, pod, COMPONENT, NULL, "Warning", "NodeNotReady",
                     "Node is not ready");
}

/* Pods of a node that stopped being Ready serve nobody, whatever their last status says. */
static void
mark_pods (NodeLifecycle *self, const char *node)
{
  g_autoptr (GPtrArray) pods = NULL;

  if (!g_hash_table_remove (self->fell, node))
    return;
  pods = sim_store_list_by (self->actors->store, &kube_pod, "spec.nodeName", node);
  for (guint i = 0; i < pods->len; i++)
    if (kube_pod_view (g_ptr_array_index (pods, i))->ready)
      mark_pod_unready (self, g_ptr_array_index (pods, i));
}

/* ---- taints ---- */

static gboolean
is_taint (const DdValue *taint, const char *key, const char *effect)
{
  return g_strcmp0 (dd_value_path_string (taint, "key"), key) == 0
         && g_strcmp0 (dd_value_path_string (taint, "effect"), effect) == 0;
}

static const DdValue *
find_taint (const DdValue *taints, const char *key, const char *effect)
{
  for (gsize i = 0; i < dd_value_length (taints); i++)
    if (is_taint (dd_value_element (taints, i), key, effect))
      return dd_value_element (taints, i);
  return NULL;
}

static gboolean
is_ours (const DdValue *taint)
{
  if (is_taint (taint, UNSCHEDULABLE, "NoSchedule"))
    return TRUE;
  for (guint i = 0; i < G_N_ELEMENTS (condition_taints); i++)
    if (is_taint (taint, condition_taints[i].taint, "NoSchedule")
        || (i < 2 && is_taint (taint, condition_taints[i].taint, "NoExecute")))
      return TRUE;
  return FALSE;
}

/* The one that stands there, with its time, or a new one. */
static void
add_taint (NodeLifecycle *self, DdBuilder *list, const DdValue *present, const char *key,
           const char *effect)
{
  const DdValue *old = find_taint (present, key, effect);

  dd_builder_add (list, old != NULL
                            ? dd_value_ref (old)
                            : dd_object ("key", dd_string (key), "effect", dd_string (effect),
                                         "timeAdded", sim_now_value (self->actors->stage), NULL));
}

/* The NoExecute taint that the node's readiness calls for; NULL: none, or not yet. */
static const char *
eviction_taint (NodeLifecycle *self, const SimObject *node, const DdValue *present)
{
  const char *ready = sim_condition_status (dd_value_member (node->value, "status"), "Ready");
  gboolean tainted = find_taint (present, condition_taints[0].taint, "NoExecute") != NULL
                     || find_taint (present, condition_taints[1].taint, "NoExecute") != NULL;
  DdUsec wait;

  if (ready == NULL || g_str_equal (ready, "True"))
    return NULL;
  if (!tainted && !sim_zones_take_turn (self->zones, node, &wait))
    {
      if (wait > 0)
        sim_controller_add_after (self->queue, "", node->name, wait);
      return NULL;
    }
  return condition_taints[g_str_equal (ready, "False") ? 0 : 1].taint;
}

static DdValue *
taints_for (NodeLifecycle *self, const SimObject *node)
{
  const DdValue *status = dd_value_member (node->value, "status");
  const DdValue *present = kube_node_view (node)->taints;
  const char *evict = eviction_taint (self, node, present);
  DdBuilder list = dd_builder_array ();

  for (gsize i = 0; i < dd_value_length (present); i++)
    if (!is_ours (dd_value_element (present, i)))
      dd_builder_add (&list, dd_value_ref (dd_value_element (present, i)));
  for (guint i = 0; i < G_N_ELEMENTS (condition_taints); i++)
    if (g_strcmp0 (sim_condition_status (status, condition_taints[i].type),
                   condition_taints[i].status)
        == 0)
      add_taint (self, &list, present, condition_taints[i].taint, "NoSchedule");
  if (kube_node_view (node)->unschedulable)
    add_taint (self, &list, present, UNSCHEDULABLE, "NoSchedule");
  if (evict != NULL)
    add_taint (self, &list, present, evict, "NoExecute");
  return dd_builder_end (&list);
}

/* Equal as sets: an order that others chose is left alone. */
static gboolean
same_taints (const DdValue *present, const DdValue *next)
{
  if (dd_value_length (present) != dd_value_length (next))
    return FALSE;
  for (gsize i = 0; i < dd_value_length (next); i++)
    {
      const DdValue *taint = dd_value_element (next, i);

      if (find_taint (present, dd_value_path_string (taint, "key"),
                      dd_value_path_string (taint, "effect"))
          == NULL)
        return FALSE;
    }
  return TRUE;
}

static gboolean
write_taints (NodeLifecycle *self, const SimObject *node, GError **error)
{
  const DdValue *present = kube_node_view (node)->taints;
  DdValue *taints = taints_for (self, node);
  gboolean saw_cordon = find_taint (taints, UNSCHEDULABLE, "NoSchedule") != NULL
                        && find_taint (present, UNSCHEDULABLE, "NoSchedule") == NULL;
  gboolean same = same_taints (present, taints);
  g_autoptr (DdValue) patch = NULL;
  g_autoptr (SimObject) written = NULL;

  if (same)
    {
      dd_value_unref (taints);
      return TRUE;
    }
  patch = dd_object ("spec", dd_object ("taints", taints, NULL), NULL);
  written = sim_write_merge (self->actors, &sim_actor_node_lifecycle, "patch", node, patch, error);
  if (written == NULL)
    return FALSE;
  if (saw_cordon)
    sim_stage_trace (self->actors->stage, "node-lifecycle", DD_EVENT_NODE_CORDON_SEEN, node->name,
                     NULL);
  return TRUE;
}

/* ---- coming and going ---- */

static void
announce (NodeLifecycle *self, const char *name, SimObject *node)
{
  SimObject *known = g_hash_table_lookup (self->known, name);

  if (node != NULL && known == NULL)
    {
      kube_record_event (self->actors->api, node, COMPONENT, NULL, "Normal", "RegisteredNode",
                         "Node %s event: Registered Node %s in Controller", name, name);
      g_hash_table_insert (self->known, g_strdup (name), sim_object_ref (node));
    }
  if (node == NULL && known != NULL)
    {
      kube_record_event (self->actors->api, known, COMPONENT, NULL, "Normal", "RemovingNode",
                         "Node %s event: Removing Node %s from Controller", name, name);
      g_hash_table_remove (self->known, name);
    }
}

static gboolean
reconcile (gpointer data, const char *namespace_ G_GNUC_UNUSED, const char *name, GError **error)
{
  NodeLifecycle *self = data;
  SimObject *found = sim_store_get (self->actors->store, &kube_node, "", name);
  g_autoptr (SimObject) node = found != NULL ? sim_object_ref (found) : NULL;

  announce (self, name, node);
  if (node == NULL)
    return TRUE;
  watch_silence (self, node);
  mark_pods (self, name);
  return write_taints (self, node, error);
}

static void
wake_node (const char *node, gpointer data)
{
  sim_controller_add (((NodeLifecycle *) data)->queue, "", node);
}

static void
node_changed (SimStore *store G_GNUC_UNUSED, const SimChange *change, gpointer data)
{
  NodeLifecycle *self = data;
  const SimObject *node = change->object;

  if (change->type == SIM_DELETED)
    {
      sim_stage_trace (self->actors->stage, "node-lifecycle", DD_EVENT_NODE_DELETED, node->name,
                       NULL);
      g_hash_table_remove (self->fell, node->name);
    }
  else if (change->type == SIM_MODIFIED && kube_node_view (change->previous)->ready
           && !kube_node_view (node)->ready)
    g_hash_table_add (self->fell, g_strdup (node->name));
  sim_zones_follow (self->zones, change, wake_node, self);
  sim_controller_add (self->queue, "", node->name);
}

void
sim_node_lifecycle_look (SimActors *actors, const char *node)
{
  wake_node (node, sim_actors_part (actors, &sim_actor_node_lifecycle));
}

static gpointer
start (SimActors *actors)
{
  NodeLifecycle *self = g_new0 (NodeLifecycle, 1);

  self->actors = actors;
  self->queue = sim_controller_new (actors->stage, reconcile, self);
  self->zones = sim_zones_new (actors->stage);
  self->known
      = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, (GDestroyNotify) sim_object_unref);
  self->fell = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  sim_store_subscribe (actors->store, &kube_node, node_changed, self);
  return self;
}

static void
stop (gpointer data)
{
  NodeLifecycle *self = data;

  sim_store_unsubscribe (self->actors->store, node_changed, self);
  sim_controller_free (self->queue);
  sim_zones_free (self->zones);
  g_hash_table_unref (self->known);
  g_hash_table_unref (self->fell);
  g_free (self);
}

static const char *const writes[] = { "patch nodes", NULL };

const SimActorClass sim_actor_node_lifecycle = { "node-lifecycle", start, stop, writes };
