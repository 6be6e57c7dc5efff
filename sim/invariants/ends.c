/* SPDX-License-Identifier: Apache-2.0 */
/* sim/invariants/ends.c: what must be so when nothing is left to happen
 *
 * These say that things go well in the end (liveness), where the others say that nothing bad
 * happens on the way (safety): B. Alpern and F. B. Schneider, "Defining Liveness". */

#include "config.h"

#include "sim/invariants/private.h"

#include <string.h>

#include "sim/aws/ec2/cloud.h"
#include "sim/kube/verbs/api.h"
#include "sim/kube/kinds/kinds.h"
#include "sim/kube/kinds/views.h"

#define PROTECTION "cluster-autoscaler.kubernetes.io/scale-down-disabled"

gboolean
sim_promise_updates_end (const SimLedger *ledger, GString *why)
{
  for (guint i = 0; i < ledger->updates->len; i++)
    {
      const SimLedgerUpdate *update = g_ptr_array_index (ledger->updates, i);

      if (!update->running)
        continue;
      g_string_printf (why, "the update of node group %s never ended; it is in phase %s",
                       update->nodegroup, update->phase != NULL ? update->phase : "none");
      return FALSE;
    }
  return TRUE;
}

static gint
compare_text (gconstpointer a, gconstpointer b)
{
  return strcmp (a, b);
}

gboolean
sim_promise_records_end (const SimLedger *ledger, GString *why)
{
  g_autoptr (GList) ids = g_list_sort (g_hash_table_get_keys (ledger->records), compare_text);

  for (GList *id = ids; id != NULL; id = id->next)
    {
      const SimLedgerRecord *record = g_hash_table_lookup (ledger->records, id->data);

      if (record->finished)
        continue;
      g_string_printf (why, "update %s was accepted and never finished", (const char *) id->data);
      return FALSE;
    }
  return TRUE;
}

static gboolean
is_marked (const SimObject *node)
{
  const DdValue *taints = kube_node_view (node)->taints;

  for (gsize i = 0; i < dd_value_length (taints); i++)
    {
      if (g_strcmp0 (dd_value_path_string (dd_value_element (taints, i), "key"),
                     SIM_NODEGROUP_TAINT)
          == 0)
        return TRUE;
    }
  return FALSE;
}

static gboolean
was_updated (const SimLedger *ledger, const SimObject *node)
{
  const char *nodegroup = sim_ledger_nodegroup_of_node (node);

  return nodegroup != NULL
         && (g_hash_table_contains (ledger->capacities, nodegroup)
             || sim_ledger_update (ledger, nodegroup) != NULL);
}

typedef gboolean (*NodeIsLeft) (const SimLedger *ledger, const SimObject *node);

/* Only nodes of groups that were updated in this run are asked about. */
static gboolean
find_left (const SimLedger *ledger, NodeIsLeft is_left, const char *what, GString *why)
{
  g_autoptr (GPtrArray) nodes = sim_store_list (ledger->world->kube->store, &kube_node, NULL);

  for (guint i = 0; i < nodes->len; i++)
    {
      const SimObject *node = g_ptr_array_index (nodes, i);

      if (!was_updated (ledger, node) || !is_left (ledger, node))
        continue;
      g_string_printf (why, "%s is left %s", node->name, what);
      return FALSE;
    }
  return TRUE;
}

/* Since an update began, and not by the scenario. */
static gboolean
was_cordoned_in_update (const SimLedger *ledger, const SimObject *node, const SimLedgerNode *known)
{
  const SimLedgerCapacity *update
      = g_hash_table_lookup (ledger->capacities, sim_ledger_nodegroup_of_node (node));

  return kube_node_view (node)->unschedulable && known != NULL && update != NULL
         && !known->cordoned_by_step
         && sim_trace_origin (ledger->world->stage->trace) + known->cordoned_since >= update->begun;
}

/* A node that could not be drained keeps its mark, for somebody to look at. */
static gboolean
is_left_marked (const SimLedger *ledger, const SimObject *node)
{
  const SimLedgerNode *known = sim_ledger_node (ledger, node->name);

  return (is_marked (node) || was_cordoned_in_update (ledger, node, known))
         && (known == NULL || !known->was_too_long);
}

gboolean
sim_promise_marks_gone (const SimLedger *ledger, GString *why)
{
  return find_left (ledger, is_left_marked, "marked", why);
}

static gboolean
is_left_protected (const SimLedger *ledger, const SimObject *node)
{
  (void) ledger;
  return dd_value_at (node->value, "metadata", "annotations", PROTECTION, NULL) != NULL;
}

gboolean
sim_promise_protection_gone (const SimLedger *ledger, GString *why)
{
  return find_left (ledger, is_left_protected, "protected from the Cluster Autoscaler", why);
}

static guint
count_pods_of (SimStore *store, const SimObject *owner)
{
  g_autoptr (GPtrArray) dependents = sim_store_dependents (store, owner->uid);
  guint count = 0;

  for (guint i = 0; i < dependents->len; i++)
    {
      const SimObject *object = g_ptr_array_index (dependents, i);

      count += object->kind == &kube_pod && !kube_pod_view (object)->terminating
               && !kube_pod_view (object)->finished;
    }
  return count;
}

/* A StatefulSet makes its pods one after the other, and none while one before is not Ready. */
static gboolean
waits_for_its_own (SimStore *store, const SimObject *set)
{
  const char *policy = dd_value_path_string (set->value, "spec.podManagementPolicy");
  g_autoptr (GPtrArray) dependents = sim_store_dependents (store, set->uid);

  if (set->kind != &kube_stateful_set || g_strcmp0 (policy, "Parallel") == 0)
    return FALSE;
  for (guint i = 0; i < dependents->len; i++)
    {
      const SimObject *object = g_ptr_array_index (dependents, i);

      if (object->kind == &kube_pod && !kube_pod_view (object)->ready)
        return TRUE;
    }
  return FALSE;
}

/* FALSE: a workload of KIND has another number of pods than it wants. */
static gboolean
find_incomplete (SimStore *store, const KubeKind *kind, GString *why)
{
  g_autoptr (GPtrArray) sets = sim_store_list (store, kind, NULL);

  for (guint i = 0; i < sets->len; i++)
    {
      const SimObject *set = g_ptr_array_index (sets, i);
      gint64 wanted = dd_value_path_int (set->value, "spec.replicas", 1);
      guint have = count_pods_of (store, set);

      if ((gint64) have == wanted || waits_for_its_own (store, set)
          || dd_value_path_string (set->value, "metadata.deletionTimestamp") != NULL)
        continue;
      g_string_printf (why, "%s %s/%s wants %" G_GINT64_FORMAT " pods and has %u", kind->kind,
                       set->namespace_, set->name, wanted, have);
      return FALSE;
    }
  return TRUE;
}

gboolean
sim_promise_pods_replaced (const SimLedger *ledger, GString *why)
{
  static const KubeKind *const kinds[] = { &kube_replica_set, &kube_stateful_set };

  for (guint i = 0; i < G_N_ELEMENTS (kinds); i++)
    if (!find_incomplete (ledger->world->kube->store, kinds[i], why))
      return FALSE;
  return TRUE;
}

/* "aws:///us-west-2a/i-0a1b" */
const char *
sim_ledger_instance_of (const SimObject *node)
{
  const char *provider = kube_node_view (node)->provider_id;
  const char *slash = provider != NULL ? strrchr (provider, '/') : NULL;

  return slash != NULL ? slash + 1 : NULL;
}

gboolean
sim_ledger_node_has_machine (const SimLedger *ledger, const SimObject *node)
{
  const char *id = sim_ledger_instance_of (node);
  const AwsInstance *instance = id != NULL ? aws_cloud_instance (ledger->world->cloud, id) : NULL;

  return id == NULL || (instance != NULL && instance->state != AWS_INSTANCE_TERMINATED);
}

gboolean
sim_promise_nodes_backed (const SimLedger *ledger, GString *why)
{
  g_autoptr (GPtrArray) nodes = sim_store_list (ledger->world->kube->store, &kube_node, NULL);

  for (guint i = 0; i < nodes->len; i++)
    {
      const SimObject *node = g_ptr_array_index (nodes, i);

      if (sim_ledger_node_has_machine (ledger, node))
        continue;
      g_string_printf (why, "%s is still there, and its instance %s is terminated", node->name,
                       sim_ledger_instance_of (node));
      return FALSE;
    }
  return TRUE;
}
