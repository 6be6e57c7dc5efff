/* SPDX-License-Identifier: Apache-2.0 */
/* sim/invariants/nodes.c: what an update may do to nodes and sizes
 *
 * Imitates: Amazon EKS User Guide, "Understand each phase of node updates"; Kubernetes, Version
 * Skew Policy. */

#include "config.h"

#include "sim/invariants/private.h"

#include <string.h>

#include "base/time.h"
#include "sim/kube/verbs/api.h"
#include "sim/kube/kinds/kinds.h"
#include "sim/kube/kinds/views.h"

#define EXCLUSION_LABEL "node.kubernetes.io/exclude-from-external-load-balancers"

gboolean
sim_promise_parallelism (const SimLedger *ledger, const SimEvent *event, GString *why)
{
  const SimLedgerUpdate *update = sim_ledger_update_of_node (ledger, event->subject);

  if (update == NULL || update->busy <= update->parallelism)
    return TRUE;
  g_string_printf (
      why, "%u nodes of node group %s are being replaced at once; %" G_GINT64_FORMAT " may be",
      update->busy, update->nodegroup, update->parallelism);
  return FALSE;
}

static gboolean
has_mark (const SimObject *node)
{
  const KubeNodeView *view = kube_node_view (node);

  for (gsize i = 0; i < dd_value_length (view->taints); i++)
    {
      const DdValue *taint = dd_value_element (view->taints, i);

      if (g_strcmp0 (dd_value_path_string (taint, "key"), SIM_NODEGROUP_TAINT) == 0
          && g_strcmp0 (dd_value_path_string (taint, "value"), "unschedulable") == 0)
        return TRUE;
    }
  return dd_value_member (view->labels, EXCLUSION_LABEL) != NULL;
}

gboolean
sim_promise_new_nodes_unmarked (const SimLedger *ledger, const SimObject *node, GString *why)
{
  const SimLedgerUpdate *update = sim_ledger_update_of_node (ledger, node->name);

  /* New nodes that leave again leave the load balancers first. */
  if (update == NULL || !update->running || sim_ledger_puts_back (update)
      || sim_ledger_drains_surplus (ledger, update)
      || g_strcmp0 (sim_ledger_image_of (node), update->image) != 0 || !has_mark (node))
    return TRUE;
  g_string_printf (why, "%s runs %s, the image of the update, and is marked as outdated",
                   node->name, update->image);
  return FALSE;
}

gboolean
sim_promise_new_nodes_kept (const SimLedger *ledger, const SimEvent *event, GString *why)
{
  const SimLedgerUpdate *update = sim_ledger_update_of_node (ledger, event->subject);

  if (update == NULL || sim_ledger_puts_back (update) || sim_ledger_drains_surplus (ledger, update)
      || g_strcmp0 (sim_ledger_image_of (sim_ledger_node_object (ledger, event->subject)),
                    update->image)
             != 0)
    return TRUE;
  g_string_printf (why, "%s runs %s, the image of the update, and is drained all the same",
                   event->subject, update->image);
  return FALSE;
}

/* ---- versions ---- */

static int
kubelet_minor (const SimObject *node)
{
  const char *version = dd_value_path_string (node->value, "status.nodeInfo.kubeletVersion");

  return version != NULL && g_str_has_prefix (version, "v1.") ? atoi (version + 3) : 0;
}

gboolean
sim_promise_kubelet_not_ahead (const SimLedger *ledger, const SimObject *node, GString *why)
{
  int server = ledger->world->kube->minor;

  if (kubelet_minor (node) <= server)
    return TRUE;
  g_string_printf (why, "%s runs 1.%d under a 1.%d control plane", node->name, kubelet_minor (node),
                   server);
  return FALSE;
}

/* ---- sizes ---- */

/* An update of the configuration leaves the sizes as somebody wants them. */
static gboolean
is_of_configuration (const SimLedger *ledger, const SimEvent *event)
{
  const char *id = sim_event_text (event, DD_DETAIL_ID);
  const SimLedgerRecord *record = id != NULL ? g_hash_table_lookup (ledger->records, id) : NULL;

  return record != NULL && record->of_configuration;
}

/* Pods of a node that left would have nowhere to go. */
static gboolean
is_closed (const SimLedger *ledger, const char *nodegroup)
{
  g_autoptr (GPtrArray) nodes = sim_store_list (ledger->world->kube->store, &kube_node, NULL);
  guint count = 0;

  for (guint i = 0; i < nodes->len; i++)
    {
      const SimObject *node = g_ptr_array_index (nodes, i);

      if (g_strcmp0 (sim_ledger_nodegroup_of_node (node), nodegroup) != 0)
        continue;
      if (!kube_node_view (node)->unschedulable)
        return FALSE;
      count++;
    }
  return count > 0;
}

/* EKS says "update.finished" of the node group once its engine is done. */
gboolean
sim_promise_sizes_restored (const SimLedger *ledger, const SimEvent *event, GString *why)
{
  const SimLedgerUpdate *update = sim_ledger_update (ledger, event->subject);
  const SimLedgerGroup *group = update != NULL ? sim_ledger_group (ledger, update->group) : NULL;

  if (group == NULL || !update->resized || update->may_stay_grown
      || is_of_configuration (ledger, event))
    return TRUE;
  if (group->desired == update->from_desired && group->max == update->from_max)
    return TRUE;
  if (g_strcmp0 (sim_event_text (event, DD_DETAIL_STATUS), "Failed") == 0
      && (sim_ledger_keeps_zones_even (ledger, update->nodegroup, update->from_desired)
          || is_closed (ledger, update->nodegroup)))
    return TRUE;
  g_string_printf (
      why,
      "node group %s ends with desired %" G_GINT64_FORMAT " and maximum %" G_GINT64_FORMAT
      "; it began with %" G_GINT64_FORMAT " and %" G_GINT64_FORMAT,
      update->nodegroup, group->desired, group->max, update->from_desired, update->from_max);
  return FALSE;
}

gboolean
sim_promise_everything_modelled (const SimLedger *ledger, const SimEvent *event, GString *why)
{
  const char *service = sim_event_text (event, DD_DETAIL_SERVICE);
  const char *operation = sim_event_text (event, DD_DETAIL_OPERATION);

  (void) ledger;
  g_string_printf (why, "%s %s was asked for", service != NULL ? service : event->actor,
                   operation != NULL ? operation : event->subject);
  return FALSE;
}
