/* SPDX-License-Identifier: Apache-2.0 */
/* sim/invariants/outcome.c: what an update has done in the end, directly or through Auto Scaling
 *
 * Like those of capacity.c these judge the cloud and the cluster themselves, until the world is at
 * rest, long after the update's end. What the engine says is only ever compared with what is so: an
 * engine that says nothing holds none of them. */
#include "config.h"

#include "sim/invariants/private.h"

#include <string.h>

#include "sim/aws/autoscaling/group.h"
#include "sim/kube/kinds/kinds.h"
#include "sim/kube/kinds/views.h"
#include "sim/kube/verbs/api.h"

static SimLedgerCapacity *
capacity_of_instance (const SimLedger *ledger, const AwsInstance *instance)
{
  const AwsGroup *group
      = instance != NULL && instance->member != NULL ? instance->member->group : NULL;
  const char *nodegroup = group != NULL ? sim_ledger_nodegroup_of (group) : NULL;

  return nodegroup != NULL ? g_hash_table_lookup (ledger->capacities, nodegroup) : NULL;
}

/* ---- nobody is balanced away ---- */

static gboolean
is_ready (const SimLedger *ledger, const AwsInstance *instance)
{
  const SimObject *node = sim_ledger_node_object (ledger, instance->private_dns);

  return node != NULL && kube_node_view (node)->ready;
}

/* What makes zones uneven and is not the update's doing: a zone in which nothing could be launched,
 * an instance that went by itself, somebody who wanted fewer. */
static gboolean
had_bad_luck (const AwsGroup *group, DdUsec since)
{
  for (guint i = 0; i < group->activities->len; i++)
    {
      const AwsActivity *activity = g_ptr_array_index (group->activities, i);

      if (activity->start >= since
          && (strcmp (activity->status, "Failed") == 0
              || strstr (activity->cause, "health check") != NULL
              || strstr (activity->cause, "explicitly set group desired capacity") != NULL))
        return TRUE;
    }
  return FALSE;
}

gboolean
sim_ledger_balances_bad_luck (const SimLedger *ledger, const AwsInstance *instance,
                              const char *cause)
{
  const SimLedgerCapacity *capacity = capacity_of_instance (ledger, instance);

  return strstr (cause, "to balance instances") != NULL && capacity != NULL
         && (capacity->was_uneven || capacity->wish != NULL
             || had_bad_luck (instance->member->group, capacity->begun));
}

/* Imitates: Amazon EC2 Auto Scaling User Guide, Availability Zone rebalancing, which heeds neither
 * the drains of an update nor what it left undone. */
gboolean
sim_promise_nobody_balanced_away (const SimLedger *ledger, const SimEvent *event, GString *why)
{
  const AwsInstance *instance = aws_cloud_instance (ledger->world->cloud, event->subject);
  const SimLedgerCapacity *capacity = capacity_of_instance (ledger, instance);
  const char *cause = sim_event_text (event, DD_DETAIL_CAUSE);

  if (capacity == NULL || cause == NULL || strstr (cause, "to balance instances") == NULL
      || !is_ready (ledger, instance) || sim_ledger_balances_bad_luck (ledger, instance, cause))
    return TRUE;
  g_string_printf (why, "%s is Ready and taken away to even out zones that an update left uneven",
                   instance->private_dns);
  return FALSE;
}

/* ---- the figures ---- */

void
sim_ledger_note_told_replaced (SimLedger *ledger, const SimEvent *event)
{
  SimLedgerCapacity *capacity = g_hash_table_lookup (ledger->capacities, event->subject);

  if (capacity != NULL)
    capacity->told_replaced = sim_event_int (event, DD_DETAIL_REPLACED, -1);
}

/* Whoever comes with the former image while an update goes on may be replaced as well. */
void
sim_ledger_note_newcomer (SimLedger *ledger, const SimEvent *event)
{
  const char *id = sim_event_text (event, DD_DETAIL_INSTANCE);
  const AwsInstance *instance = id != NULL ? aws_cloud_instance (ledger->world->cloud, id) : NULL;
  const char *nodegroup = instance != NULL && instance->member != NULL
                              ? sim_ledger_nodegroup_of (instance->member->group)
                              : NULL;
  SimLedgerCapacity *capacity
      = nodegroup != NULL ? g_hash_table_lookup (ledger->capacities, nodegroup) : NULL;

  if (capacity != NULL
      && g_strcmp0 (g_hash_table_lookup (ledger->statuses, nodegroup), "UPDATING") == 0)
    g_hash_table_insert (
        capacity->newcomers, g_strdup (id),
        g_strdup (sim_ledger_make_of_instance (ledger, instance->member->group, instance)));
}

/* Those of IDS that had another image than the group launches now, and are gone, whoever took them.
 * All that were there when the update began are its doing, but for those that Auto Scaling took
 * because a step wanted fewer (OUT_CALLED_OFF): of these any number is, as is of those that came
 * since, and may have come in the place of one that was lost. */
static gint64
count_gone (const SimLedger *ledger, GHashTable *ids, const char *image, gint64 *out_called_off)
{
  gint64 count = 0;
  GHashTableIter iter;
  gpointer id, had;

  g_hash_table_iter_init (&iter, ids);
  while (g_hash_table_iter_next (&iter, &id, &had))
    {
      const AwsInstance *instance = aws_cloud_instance (ledger->world->cloud, id);

      if ((instance != NULL && instance->state < AWS_INSTANCE_SHUTTING_DOWN)
          || strcmp (had, image) == 0)
        continue;
      count++;
      *out_called_off += sim_ledger_was_called_off (ledger, id);
    }
  return count;
}

gboolean
sim_promise_figures_true (const SimLedger *ledger, const SimEvent *event, GString *why)
{
  const SimLedgerCapacity *capacity = g_hash_table_lookup (ledger->capacities, event->subject);
  const char *image = sim_ledger_image_of_nodegroup (ledger, event->subject);
  gint64 replaced, more, called_off = 0, unused = 0;

  if (capacity == NULL || image == NULL
      || g_strcmp0 (sim_event_text (event, DD_DETAIL_ID), capacity->id) != 0
      || g_strcmp0 (sim_event_text (event, DD_DETAIL_STATUS), "Successful") != 0)
    return TRUE;
  replaced = count_gone (ledger, capacity->instances, image, &called_off);
  more = count_gone (ledger, capacity->newcomers, image, &unused);
  if (capacity->told_replaced >= replaced - called_off
      && capacity->told_replaced <= replaced + more)
    return TRUE;
  g_string_printf (why,
                   "the update of node group %s says that it replaced %" G_GINT64_FORMAT
                   " nodes (-1: nothing), and %" G_GINT64_FORMAT " are gone",
                   event->subject, capacity->told_replaced, replaced);
  return FALSE;
}
