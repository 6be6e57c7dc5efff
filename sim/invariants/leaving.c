/* SPDX-License-Identifier: Apache-2.0 */
/* sim/invariants/leaving.c: how nodes and pods leave while a node group is being updated
 *
 * Judged where it happens: by what Auto Scaling does to an instance, what its Node was just then,
 * and how pods came to stop. What the engine tells of itself makes none of these hold; what the
 * scenario itself did a moment ago is not blamed on an update.
 *
 * Imitates: Amazon EKS User Guide, "Understand each phase of node updates"; Kubernetes, "Safely
 * Drain a Node". */

#include "config.h"

#include "sim/invariants/private.h"

#include <string.h>

#include "base/time.h"
#include "sim/kube/kinds/kinds.h"
#include "sim/kube/kinds/pod.h"
#include "sim/kube/kinds/views.h"
#include "sim/kube/verbs/api.h"

static const char *
nodegroup_of (const SimLedger *ledger, const char *node)
{
  const SimObject *object = sim_ledger_node_object (ledger, node);

  return object != NULL ? sim_ledger_nodegroup_of_node (object) : NULL;
}

static gboolean
is_updating (const SimLedger *ledger, const char *nodegroup)
{
  return nodegroup != NULL
         && g_strcmp0 (g_hash_table_lookup (ledger->statuses, nodegroup), "UPDATING") == 0;
}

static const SimLedgerCapacity *
update_of_node (const SimLedger *ledger, const char *node)
{
  const char *nodegroup = nodegroup_of (ledger, node);

  return nodegroup != NULL ? g_hash_table_lookup (ledger->capacities, nodegroup) : NULL;
}

/* The node that Auto Scaling takes out at this instance.terminating because the update of its node
 * group asked for it by name; NULL: it is none, or somebody else did. */
static const char *
find_leaver (const SimLedger *ledger, const SimEvent *event)
{
  const char *cause = sim_event_text (event, DD_DETAIL_CAUSE);
  const char *node = g_hash_table_lookup (ledger->instances, event->subject);

  if (node == NULL || cause == NULL
      || strstr (cause, "was taken out of service in response to a user request") == NULL
      || !is_updating (ledger, nodegroup_of (ledger, node))
      || sim_ledger_may_come_of (ledger, ledger->last_cloud_step))
    return NULL;
  return node;
}

/* ---- emptied, and left alone for long enough ---- */

static gboolean
is_evictable (const KubePodView *pod)
{
  return !pod->mirror && !pod->finished && g_strcmp0 (pod->owner_kind, "DaemonSet") != 0;
}

/* Forced updates aside: there the pods are deleted, and whoever ignores that goes down with the
 * node. */
gboolean
sim_promise_empty_before_terminated (const SimLedger *ledger, const SimEvent *event, GString *why)
{
  const char *node = find_leaver (ledger, event);
  const SimLedgerCapacity *update = node != NULL ? update_of_node (ledger, node) : NULL;
  g_autoptr (GPtrArray) pods = NULL;

  if (node == NULL || (update != NULL && update->force))
    return TRUE;
  pods = sim_store_list_by (ledger->world->kube->store, &kube_pod, "spec.nodeName", node);
  for (guint i = 0; i < pods->len; i++)
    {
      const SimObject *pod = g_ptr_array_index (pods, i);

      if (!is_evictable (kube_pod_view (pod)))
        continue;
      g_string_printf (why, "%s is terminated while pod %s/%s is on it", node, pod->namespace_,
                       pod->name);
      return FALSE;
    }
  return TRUE;
}

/* A node that never became Ready has no place in any load balancer to be taken out of. */
gboolean
sim_promise_settled_before_terminated (const SimLedger *ledger, const SimEvent *event, GString *why)
{
  const char *name = find_leaver (ledger, event);
  const SimLedgerNode *node = name != NULL ? sim_ledger_node (ledger, name) : NULL;
  g_autofree char *wanted = dd_duration_to_text (ledger->post_drain_wait);
  g_autofree char *waited = NULL;

  if (node == NULL || !node->was_ready)
    return TRUE;
  if (!node->cordoned && !node->uncordoned_by_step)
    {
      g_string_printf (why, "%s is terminated without having been cordoned", name);
      return FALSE;
    }
  if (!node->cordoned || ledger->now - node->cordoned_since >= ledger->post_drain_wait)
    return TRUE;
  waited = dd_duration_to_text (ledger->now - node->cordoned_since);
  g_string_printf (why, "%s is terminated %s after it was cordoned, not %s", name, waited, wanted);
  return FALSE;
}

/* ---- zones ---- */

/* It is ill for Auto Scaling, whose group is not to blame, or gone, as a Spot Instance goes. */
static gboolean
went_by_itself (const AwsInstance *instance)
{
  const AwsMember *member = instance->member;

  return member == NULL || member->sickness != NULL
         || (member->state < AWS_TERMINATING && instance->state != AWS_INSTANCE_RUNNING);
}

/* One of UPDATE's was there, Ready, and went by itself. */
static gboolean
zone_had_new_node (const SimLedger *ledger, const SimLedgerCapacity *update, const char *zone,
                   const char *image)
{
  GHashTableIter iter;
  gpointer id, its_image;
  gboolean had = FALSE;

  g_hash_table_iter_init (&iter, update->newcomers);
  while (g_hash_table_iter_next (&iter, &id, &its_image))
    {
      const AwsInstance *instance = aws_cloud_instance (ledger->world->cloud, id);
      const SimLedgerNode *node
          = instance != NULL ? sim_ledger_node (ledger, instance->private_dns) : NULL;

      had = had
            || (node != NULL && node->was_ready && g_strcmp0 (its_image, image) == 0
                && g_strcmp0 (instance->subnet->zone->name, zone) == 0
                && (node->was_lost || went_by_itself (instance)));
    }
  return had;
}

static gboolean
zone_has_new_node (const SimLedger *ledger, const char *nodegroup, const char *zone,
                   const char *image)
{
  g_autoptr (GPtrArray) nodes = sim_store_list (ledger->world->kube->store, &kube_node, NULL);

  for (guint i = 0; i < nodes->len; i++)
    {
      const SimObject *node = g_ptr_array_index (nodes, i);
      const KubeNodeView *view = kube_node_view (node);

      if (view->ready && g_strcmp0 (view->zone, zone) == 0
          && g_strcmp0 (nodegroup_of (ledger, node->name), nodegroup) == 0
          && g_strcmp0 (sim_ledger_image_of (node), image) == 0)
        return TRUE;
    }
  return FALSE;
}

gboolean
sim_promise_zones_covered (const SimLedger *ledger, const SimEvent *event, GString *why)
{
  const char *name = find_leaver (ledger, event);
  const SimObject *node = name != NULL ? sim_ledger_node_object (ledger, name) : NULL;
  const SimLedgerCapacity *update = node != NULL ? update_of_node (ledger, name) : NULL;
  const char *nodegroup = node != NULL ? nodegroup_of (ledger, name) : NULL;
  const char *image = nodegroup != NULL ? sim_ledger_image_of_nodegroup (ledger, nodegroup) : NULL;

  if (update == NULL || update->minimal || image == NULL
      || !g_hash_table_contains (update->instances, event->subject)
      || g_strcmp0 (sim_ledger_image_of (node), image) == 0
      || zone_has_new_node (ledger, nodegroup, kube_node_view (node)->zone, image)
      || zone_had_new_node (ledger, update, kube_node_view (node)->zone, image))
    return TRUE;
  g_string_printf (why, "%s leaves zone %s, which has no Ready node with %s to take its place",
                   name, kube_node_view (node)->zone, image);
  return FALSE;
}

/* ---- sizes ---- */

/* Whom Auto Scaling takes when its desired size has come down BY so much: nobody who was not
 * launched yet, and nobody who is protected. Those it has launched to balance go anyway. */
static gint64
count_taken (const AwsGroup *group, gint64 by)
{
  gint64 count = 0;

  for (const GList *link = group->members.head; link != NULL; link = link->next)
    {
      const AwsMember *member = link->data;

      count += member->counted && !member->protected;
    }
  return MIN (MIN (count, by), (gint64) group->n_counted - group->desired);
}

/* EVENT is not in the ledger yet, which holds the size before. */
gboolean
sim_promise_steps_of_one (const SimLedger *ledger, const SimEvent *event, GString *why)
{
  const SimLedgerGroup *before = sim_ledger_group (ledger, event->subject);
  const AwsGroup *group = aws_cloud_group (ledger->world->cloud, event->subject);
  const char *nodegroup = group != NULL ? sim_ledger_nodegroup_of (group) : NULL;

  if (before == NULL || !is_updating (ledger, nodegroup)
      || sim_ledger_may_come_of (ledger, ledger->last_cloud_step)
      || count_taken (group, before->desired - group->desired) <= 1)
    return TRUE;
  g_string_printf (why, "%s goes from %" G_GINT64_FORMAT " to %" G_GINT64_FORMAT " at once",
                   event->subject, before->desired, group->desired);
  return FALSE;
}

/* ---- pods under a budget ---- */

gboolean
sim_promise_asked_before_stopped (const SimLedger *ledger, const SimEvent *event, GString *why)
{
  const char *node = sim_event_text (event, DD_DETAIL_NODE);
  const SimLedgerCapacity *update = node != NULL ? update_of_node (ledger, node) : NULL;
  const char *slash = strchr (event->subject, '/');
  g_autofree char *namespace_
      = slash != NULL ? g_strndup (event->subject, slash - event->subject) : NULL;
  SimObject *pod
      = slash != NULL ? sim_store_get (ledger->world->kube->store, &kube_pod, namespace_, slash + 1)
                      : NULL;
  g_autoptr (GPtrArray) budgets = NULL;

  if (pod == NULL || update == NULL || update->force
      || !is_updating (ledger, nodegroup_of (ledger, node))
      || sim_ledger_may_come_of (ledger, ledger->last_deletion)
      || g_hash_table_contains (ledger->asked, event->subject))
    return TRUE;
  budgets = kube_budgets_of_pod (ledger->world->kube, pod);
  if (budgets->len == 0)
    return TRUE;
  g_string_printf (why, "%s was stopped on %s without an eviction that its budget %s allowed",
                   event->subject, node, ((SimObject *) g_ptr_array_index (budgets, 0))->name);
  return FALSE;
}
