/* SPDX-License-Identifier: Apache-2.0 */
/* sim/invariants/claims.c: whoever has a volume of a zone is not left without a node there
 *
 * Where nobody drains for a group the engine itself chooses who leaves as the group shrinks again,
 * and a pod whose claim is bound to a volume follows that volume's zone (Kubernetes, Storage
 * Classes, "Volume Binding Mode"). Judged when nothing is left to happen, by the group, the nodes,
 * the claims and the volumes alone. With EKS's hook Auto Scaling chooses, and knows of no volumes:
 * that such a pod may be left without a node is so on AWS as well. */
#include "config.h"

#include "sim/invariants/private.h"

#include <string.h>

#include "base/time.h"
#include "sim/kube/kinds/kinds.h"
#include "sim/kube/kinds/views.h"
#include "sim/kube/verbs/api.h"

/* Pods of the last nodes that leave come this much later. */
#define AFTERMATH (5 * DD_MINUTE)

/* The one zone that EXPRESSIONS (of a node selector's term) allow; NULL: any, or several. */
static const char *
zone_of_expressions (const DdValue *expressions)
{
  for (gsize i = 0; i < dd_value_length (expressions); i++)
    {
      const DdValue *each = dd_value_element (expressions, i);
      const char *key = dd_value_path_string (each, "key");
      const DdValue *values = dd_value_member (each, "values");

      if (key != NULL && g_str_has_suffix (key, "/zone") && dd_value_length (values) == 1)
        return dd_value_string (dd_value_element (values, 0));
    }
  return NULL;
}

static const char *
zone_of_claim (SimStore *store, const char *namespace_, const char *name)
{
  const SimObject *claim = sim_store_get (store, &kube_persistent_volume_claim, namespace_, name);
  const char *bound = claim != NULL ? dd_value_path_string (claim->value, "spec.volumeName") : NULL;
  const SimObject *volume
      = bound != NULL ? sim_store_get (store, &kube_persistent_volume, "", bound) : NULL;
  const DdValue *terms
      = volume != NULL
            ? dd_value_path (volume->value, "spec.nodeAffinity.required.nodeSelectorTerms")
            : NULL;

  return dd_value_length (terms) == 1 ? zone_of_expressions (
             dd_value_member (dd_value_element (terms, 0), "matchExpressions"))
                                      : NULL;
}

/* The zone that POD is tied to; NULL: none, or the volume is not there yet. */
static const char *
zone_of_pod (SimStore *store, const SimObject *pod)
{
  const DdValue *volumes = dd_value_path (pod->value, "spec.volumes");

  for (gsize i = 0; i < dd_value_length (volumes); i++)
    {
      const char *claim
          = dd_value_path_string (dd_value_element (volumes, i), "persistentVolumeClaim.claimName");
      const char *zone = claim != NULL ? zone_of_claim (store, pod->namespace_, claim) : NULL;

      if (zone != NULL)
        return zone;
    }
  return NULL;
}

static gboolean
has_node (SimStore *store, const char *zone)
{
  g_autoptr (GPtrArray) nodes = sim_store_list (store, &kube_node, NULL);

  for (guint i = 0; i < nodes->len; i++)
    {
      const KubeNodeView *node = kube_node_view (g_ptr_array_index (nodes, i));

      if (node->ready && g_strcmp0 (node->zone, zone) == 0)
        return TRUE;
    }
  return FALSE;
}

/* The update of a group that was in ZONE, has got back to the size it had and left the zone, with
 * nobody else to blame; NULL: there was none. */
static const char *
find_leaver_of (const SimLedger *ledger, const char *zone, DdUsec pod_created)
{
  const GPtrArray *groups = ledger->world->cloud->groups;

  for (guint i = 0; i < groups->len; i++)
    {
      const AwsGroup *group = g_ptr_array_index (groups, i);
      const char *nodegroup = sim_ledger_nodegroup_of (group);
      const SimLedgerCapacity *update
          = nodegroup != NULL ? g_hash_table_lookup (ledger->capacities, nodegroup) : NULL;

      if (update != NULL && update->ended != 0 && g_hash_table_contains (update->zones, zone)
          && aws_group_hook (group, SIM_EKS_HOOK) == NULL && group->desired == update->desired
          && update->wish == NULL && update->losses->len == 0
          && pod_created > update->begun - DD_SECOND && pod_created <= update->ended + AFTERMATH)
        return nodegroup;
    }
  return NULL;
}

gboolean
sim_promise_zones_of_claims_kept (const SimLedger *ledger, GString *why)
{
  SimStore *store = ledger->world->kube->store;
  g_autoptr (GPtrArray) pods = sim_store_list (store, &kube_pod, NULL);

  for (guint i = 0; i < pods->len; i++)
    {
      const SimObject *pod = g_ptr_array_index (pods, i);
      const KubePodView *view = kube_pod_view (pod);
      const char *zone, *leaver;
      DdUsec created;

      if (view->node_name != NULL || view->terminating || view->finished)
        continue;
      zone = zone_of_pod (store, pod);
      if (zone == NULL || has_node (store, zone)
          || !dd_time_from_iso8601 (dd_value_path_string (pod->value, "metadata.creationTimestamp"),
                                    &created))
        continue;
      leaver = find_leaver_of (ledger, zone, created);
      if (leaver == NULL)
        continue;
      g_string_printf (why, "%s/%s has its volume in %s, where the update of %s left no node",
                       pod->namespace_, pod->name, zone, leaver);
      return FALSE;
    }
  return TRUE;
}
