/* SPDX-License-Identifier: Apache-2.0 */
/* sim/invariants/undrained.c: no pod ends with its node unasked
 *
 * Judged by the world alone: which hooks the Auto Scaling group has, which pods are on an
 * instance's node at the moment the group lets go of it, and at the moment the machine goes down.
 * Such a pod has been asked to leave, by an eviction or, where the update is forced, by a deletion,
 * or it dies with the machine. What ends for other reasons than the update's sizes and
 * terminations, such as an instance that is ill, is no fault of the update's. Imitates: Amazon EC2
 * Auto Scaling User Guide, Lifecycle hooks. */

#include "config.h"

#include "sim/invariants/private.h"

#include <string.h>

#include "base/time.h"
#include "sim/aws/autoscaling/group.h"
#include "sim/aws/ec2/cloud.h"
#include "sim/kube/kinds/kinds.h"
#include "sim/kube/kinds/pod.h"
#include "sim/kube/kinds/views.h"
#include "sim/kube/verbs/api.h"

static gboolean
has_no_hook (const SimLedger *ledger, const char *group_name)
{
  const AwsGroup *group
      = group_name != NULL ? aws_cloud_group (ledger->world->cloud, group_name) : NULL;

  return group != NULL && aws_group_hook (group, SIM_EKS_HOOK) == NULL;
}

gboolean
sim_ledger_drains_surplus (const SimLedger *ledger, const SimLedgerUpdate *update)
{
  const AwsGroup *group = sim_ledger_group_of (ledger, update->nodegroup);

  return g_strcmp0 (update->phase, "scale-down") == 0 && group != NULL
         && aws_group_hook (group, SIM_EKS_HOOK) == NULL;
}

/* The update asked for less, or for this one. */
static gboolean
is_the_updates_doing (const SimEvent *event)
{
  const char *cause = sim_event_text (event, DD_DETAIL_CAUSE);

  return cause != NULL && strstr (cause, "health") == NULL
         && strstr (cause, "to balance instances") == NULL;
}

static gboolean
was_not_asked (const SimObject *pod)
{
  const KubePodView *view = kube_pod_view (pod);

  return !view->mirror && !view->finished && !view->terminating
         && g_strcmp0 (view->owner_kind, "DaemonSet") != 0;
}

/* A forced update deletes what is on a node, once: who tolerates its cordon and comes after that
 * goes with it. */
static gboolean
came_by_itself (const SimLedger *ledger, const SimLedgerUpdate *update, const char *node,
                const SimObject *pod)
{
  const SimLedgerNode *known = sim_ledger_node (ledger, node);
  DdUsec created;

  return update->force && known != NULL && known->cordoned
         && dd_time_from_iso8601 (dd_value_path_string (pod->value, "metadata.creationTimestamp"),
                                  &created)
         && created + DD_SECOND
                >= sim_trace_origin (ledger->world->stage->trace) + known->cordoned_since;
}

gboolean
sim_promise_nobody_dies_undrained (const SimLedger *ledger, const SimEvent *event, GString *why)
{
  const char *group = sim_event_text (event, DD_DETAIL_GROUP);
  AwsInstance *instance = aws_cloud_instance (ledger->world->cloud, event->subject);
  const char *node = instance != NULL ? instance->private_dns : NULL;
  const SimLedgerUpdate *update = node != NULL ? sim_ledger_update_of_node (ledger, node) : NULL;
  g_autoptr (GPtrArray) pods = NULL;

  if (update == NULL || !update->running || !has_no_hook (ledger, group)
      || !is_the_updates_doing (event) || sim_ledger_was_called_off (ledger, event->subject))
    return TRUE;
  pods = sim_store_list_by (ledger->world->kube->store, &kube_pod, "spec.nodeName", node);
  for (guint i = 0; i < pods->len; i++)
    {
      const SimObject *pod = g_ptr_array_index (pods, i);

      if (!was_not_asked (pod) || came_by_itself (ledger, update, node, pod))
        continue;
      g_string_printf (why, "%s is terminated with pod %s/%s on it, which nobody asked to leave",
                       node, pod->namespace_, pod->name);
      return FALSE;
    }
  return TRUE;
}

/* ---- until the world is at rest: pods under a budget ---- */

/* Why Auto Scaling lets go of INSTANCE; NULL when it does not, when it is ill or went by itself,
 * when the scenario made the group smaller, and when the zones had become uneven without the
 * update. */
static const char *
cause_of_end (const SimLedger *ledger, const AwsInstance *instance)
{
  const AwsMember *member = instance->member;

  if (member == NULL || member->state < AWS_TERMINATING || member->activity == NULL
      || sim_ledger_was_called_off (ledger, instance->resource.id)
      || strstr (member->activity->cause, "health") != NULL
      || sim_ledger_balances_bad_luck (ledger, instance, member->activity->cause))
    return NULL;
  return member->activity->cause;
}

/* A pod under a budget that is Ready and was not asked; NULL: there is none. */
static const SimObject *
find_budget_broken (const SimLedger *ledger, GPtrArray *pods, char **budget)
{
  for (guint i = 0; i < pods->len; i++)
    {
      SimObject *pod = g_ptr_array_index (pods, i);
      g_autoptr (GPtrArray) budgets = NULL;

      if (!was_not_asked (pod) || !kube_pod_view (pod)->ready)
        continue;
      budgets = kube_budgets_of_pod (ledger->world->kube, pod);
      if (budgets->len == 0)
        continue;
      *budget = g_strdup (((SimObject *) g_ptr_array_index (budgets, 0))->name);
      return pod;
    }
  return NULL;
}

gboolean
sim_promise_budgets_outlast_updates (const SimLedger *ledger, const SimEvent *event, GString *why)
{
  const AwsInstance *instance = aws_cloud_instance (ledger->world->cloud, event->subject);
  const char *cause = instance != NULL ? cause_of_end (ledger, instance) : NULL;
  const char *nodegroup = cause != NULL ? sim_ledger_nodegroup_of (instance->member->group) : NULL;
  const SimLedgerCapacity *update
      = nodegroup != NULL ? g_hash_table_lookup (ledger->capacities, nodegroup) : NULL;
  g_autoptr (GPtrArray) pods = NULL;
  g_autofree char *budget = NULL;
  const SimObject *pod;

  if (update == NULL || update->force)
    return TRUE;
  pods = sim_store_list_by (ledger->world->kube->store, &kube_pod, "spec.nodeName",
                            instance->private_dns);
  pod = find_budget_broken (ledger, pods, &budget);
  if (pod == NULL)
    return TRUE;
  g_string_printf (why,
                   "%s goes down with pod %s/%s on it, whose budget %s did not let it go; the "
                   "group's reason: %s",
                   instance->private_dns, pod->namespace_, pod->name, budget, cause);
  return FALSE;
}
