/* SPDX-License-Identifier: Apache-2.0 */
/* sim/invariants/stranded.c: nobody waits for a node that an update left closed
 *
 * A failed update may leave nodes marked that it could not empty, and only as long as nobody needs
 * them. Judged when nothing is left to happen, by what is in the store alone. What a pod wants of
 * its node beyond room is not weighed here: such a pod is passed over, and so is a node with other
 * reasons to be refused, so that whatever is found is one. */
#include "config.h"

#include "sim/invariants/private.h"

#include <string.h>

#include "base/time.h"
#include "sim/kube/kinds/kinds.h"
#include "sim/kube/kinds/views.h"
#include "sim/kube/verbs/api.h"

/* Pods of the last nodes that leave come this much later; those that come after that are of
 * nobody's update. */
#define AFTERMATH (5 * DD_MINUTE)

static gboolean
has_claims (const DdValue *spec)
{
  const DdValue *volumes = dd_value_member (spec, "volumes");

  for (gsize i = 0; i < dd_value_length (volumes); i++)
    if (dd_value_member (dd_value_element (volumes, i), "persistentVolumeClaim") != NULL
        || dd_value_member (dd_value_element (volumes, i), "ephemeral") != NULL)
      return TRUE;
  return FALSE;
}

static gboolean
is_particular (const DdValue *spec)
{
  static const char *const wishes[]
      = { "affinity", "nodeSelector", "topologySpreadConstraints", "schedulingGates" };

  for (guint i = 0; i < G_N_ELEMENTS (wishes); i++)
    if (dd_value_member (spec, wishes[i]) != NULL)
      return TRUE;
  return has_claims (spec)
         || g_strcmp0 (dd_value_path_string (spec, "schedulerName"), "default-scheduler") != 0;
}

static gboolean
waits (const SimObject *pod, const SimLedgerCapacity *update)
{
  const KubePodView *view = kube_pod_view (pod);
  const DdValue *spec = dd_value_member (pod->value, "spec");
  g_autoptr (DdValue) others = kube_pod_other_requests (spec);
  DdUsec created;

  return view->node_name == NULL && !view->terminating && !view->finished && others == NULL
         && !is_particular (spec)
         && dd_time_from_iso8601 (dd_value_path_string (pod->value, "metadata.creationTimestamp"),
                                  &created)
         && created > update->begun - DD_SECOND
         && (update->ended == 0 || created <= update->ended + AFTERMATH);
}

/* Whether nothing but the marks of an update keeps pods from NODE, and these do. */
static gboolean
is_left_closed (const SimLedger *ledger, const SimObject *object)
{
  const KubeNodeView *view = kube_node_view (object);
  const SimLedgerNode *node = sim_ledger_node (ledger, object->name);
  gboolean tainted = FALSE;

  if (!view->ready || node == NULL || node->cordoned_by_step)
    return FALSE;
  for (gsize i = 0; i < dd_value_length (view->taints); i++)
    {
      const char *key = dd_value_path_string (dd_value_element (view->taints, i), "key");

      if (g_strcmp0 (key, SIM_NODEGROUP_TAINT) == 0)
        tainted = TRUE;
      else if (g_strcmp0 (key, "node.kubernetes.io/unschedulable") != 0)
        return FALSE;
    }
  return tainted || view->unschedulable;
}

static gboolean
has_room (const SimLedger *ledger, const SimObject *object, const SimObject *pod)
{
  const KubeNodeView *node = kube_node_view (object);
  const KubePodView *wanted = kube_pod_view (pod);
  g_autoptr (GPtrArray) pods
      = sim_store_list_by (ledger->world->kube->store, &kube_pod, "spec.nodeName", object->name);
  gint64 cpu = wanted->cpu_millis, memory = wanted->memory_bytes, count = 1;

  for (guint i = 0; i < pods->len; i++)
    {
      const SimObject *each = g_ptr_array_index (pods, i);
      const KubePodView *view = kube_pod_view (each);

      if (dd_value_path (each->value, "spec.affinity.podAntiAffinity") != NULL)
        return FALSE; /* it may not want company */
      if (view->finished)
        continue;
      cpu += view->cpu_millis;
      memory += view->memory_bytes;
      count++;
    }
  return cpu <= node->cpu_millis && memory <= node->memory_bytes && count <= node->pods;
}

static gboolean
find_waiting (const SimLedger *ledger, const SimObject *node, const GPtrArray *pods, GString *why)
{
  const char *nodegroup = sim_ledger_nodegroup_of_node (node);
  const SimLedgerCapacity *update
      = nodegroup != NULL ? g_hash_table_lookup (ledger->capacities, nodegroup) : NULL;

  for (guint i = 0; update != NULL && i < pods->len; i++)
    {
      const SimObject *pod = g_ptr_array_index (pods, i);

      if (!waits (pod, update) || !has_room (ledger, node, pod))
        continue;
      g_string_printf (why, "%s/%s has no place, and %s is left closed", pod->namespace_, pod->name,
                       node->name);
      return TRUE;
    }
  return FALSE;
}

gboolean
sim_promise_nobody_stranded (const SimLedger *ledger, GString *why)
{
  SimStore *store = ledger->world->kube->store;
  g_autoptr (GPtrArray) nodes = sim_store_list (store, &kube_node, NULL);
  g_autoptr (GPtrArray) pods = sim_store_list (store, &kube_pod, NULL);

  for (guint i = 0; i < nodes->len; i++)
    {
      const SimObject *node = g_ptr_array_index (nodes, i);

      if (is_left_closed (ledger, node) && find_waiting (ledger, node, pods, why))
        return FALSE;
    }
  return TRUE;
}
