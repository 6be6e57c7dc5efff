/* SPDX-License-Identifier: Apache-2.0 */
/* sim/invariants/world.c: what must be so whoever acts: records, statuses, placement
 *
 * Imitates: Amazon EKS API Reference, Update and Nodegroup; Kubernetes, Scheduling, Preemption and
 * Eviction. */

#include "config.h"

#include "sim/invariants/private.h"

#include <string.h>

#include "sim/kube/verbs/api.h"
#include "sim/kube/kinds/kinds.h"
#include "sim/kube/kinds/views.h"

gboolean
sim_promise_time_forward (const SimLedger *ledger, const SimEvent *event, GString *why)
{
  if (event->time >= ledger->last_time && event->sequence > ledger->last_sequence)
    return TRUE;
  g_string_printf (why, "%s %s comes before what came before it", event->what, event->subject);
  return FALSE;
}

gboolean
sim_promise_sizes_lawful (const SimLedger *ledger, const SimEvent *event, GString *why)
{
  gint64 min = sim_event_int (event, DD_DETAIL_MIN, 0);
  gint64 desired = sim_event_int (event, DD_DETAIL_DESIRED, min);
  gint64 max = sim_event_int (event, DD_DETAIL_MAX, desired);

  (void) ledger;
  if (min <= desired && desired <= max)
    return TRUE;
  g_string_printf (
      why, "%s wants %" G_GINT64_FORMAT ", outside of %" G_GINT64_FORMAT " to %" G_GINT64_FORMAT,
      event->subject, desired, min, max);
  return FALSE;
}

gboolean
sim_promise_record_once (const SimLedger *ledger, const SimEvent *event, GString *why)
{
  const char *id = sim_event_text (event, DD_DETAIL_ID);
  const SimLedgerRecord *record = id != NULL ? g_hash_table_lookup (ledger->records, id) : NULL;

  if (record != NULL && !record->finished)
    return TRUE;
  g_string_printf (why, "update %s is finished %s", id != NULL ? id : "without an id",
                   record != NULL ? "twice" : "and was never accepted");
  return FALSE;
}

gboolean
sim_promise_status_lawful (const SimLedger *ledger, const SimEvent *event, GString *why)
{
  const char *before = g_hash_table_lookup (ledger->statuses, event->subject);
  const char *now = sim_event_text (event, DD_DETAIL_STATUS);

  if (before == NULL || g_strcmp0 (before, now) != 0)
    return TRUE;
  g_string_printf (why, "node group %s becomes %s, which it was", event->subject, now);
  return FALSE;
}

gboolean
sim_promise_one_node_each (const SimLedger *ledger, const SimEvent *event, GString *why)
{
  const char *instance = sim_event_text (event, DD_DETAIL_INSTANCE);
  const char *node = instance != NULL ? g_hash_table_lookup (ledger->instances, instance) : NULL;

  if (node == NULL || strcmp (node, event->subject) == 0)
    return TRUE;
  g_string_printf (why, "%s registers for instance %s, which is %s", event->subject, instance,
                   node);
  return FALSE;
}

/* ---- placement ---- */

static const SimObject *
pod_of_event (const SimLedger *ledger, const SimEvent *event)
{
  const char *slash = strchr (event->subject, '/');
  g_autofree char *namespace_
      = slash != NULL ? g_strndup (event->subject, slash - event->subject) : NULL;

  return slash != NULL
             ? sim_store_get (ledger->world->kube->store, &kube_pod, namespace_, slash + 1)
             : NULL;
}

/* "Taints and tolerations": an empty key with Exists tolerates everything. */
static gboolean
tolerates_unschedulable (const KubePodView *pod)
{
  for (gsize i = 0; i < dd_value_length (pod->tolerations); i++)
    {
      const DdValue *toleration = dd_value_element (pod->tolerations, i);
      const char *key = dd_value_path_string (toleration, "key");

      if (key == NULL || *key == '\0' || strcmp (key, "node.kubernetes.io/unschedulable") == 0)
        return TRUE;
    }
  return FALSE;
}

gboolean
sim_promise_bound_to_open (const SimLedger *ledger, const SimEvent *event, GString *why)
{
  const char *name = sim_event_text (event, DD_DETAIL_NODE);
  const SimObject *node = name != NULL ? sim_ledger_node_object (ledger, name) : NULL;
  const SimObject *pod = pod_of_event (ledger, event);

  if (pod == NULL || (node != NULL && !kube_node_view (node)->unschedulable)
      || tolerates_unschedulable (kube_pod_view (pod)))
    return TRUE;
  g_string_printf (why, "%s is bound to %s, which is %s", event->subject,
                   name != NULL ? name : "nothing", node != NULL ? "unschedulable" : "no node");
  return FALSE;
}

/* Devices, ephemeral storage and the like: summed for what POD, just bound, asks for. */
static gboolean
others_have_room (const SimObject *node, const GPtrArray *pods, const SimObject *pod, GString *why)
{
  g_autoptr (DdValue) others
      = pod != NULL ? kube_pod_other_requests (dd_value_member (pod->value, "spec")) : NULL;

  for (gsize i = 0; i < dd_value_length (others); i++)
    {
      const char *resource = dd_value_key (others, i);
      gint64 room = kube_node_allocatable (node, resource), sum = 0;

      for (guint j = 0; j < pods->len; j++)
        if (!kube_pod_view (g_ptr_array_index (pods, j))->finished)
          sum += kube_pod_request (
              dd_value_member (((SimObject *) g_ptr_array_index (pods, j))->value, "spec"),
              resource);
      if (sum <= room)
        continue;
      g_string_printf (
          why, "the pods of %s ask for %" G_GINT64_FORMAT " of %s: it has %" G_GINT64_FORMAT,
          node->name, sum, resource, room);
      return FALSE;
    }
  return TRUE;
}

gboolean
sim_promise_room_for_pod (const SimLedger *ledger, const SimEvent *event, GString *why)
{
  const char *name = sim_event_text (event, DD_DETAIL_NODE);
  const SimObject *node = name != NULL ? sim_ledger_node_object (ledger, name) : NULL;
  g_autoptr (GPtrArray) pods = NULL;
  gint64 cpu = 0, memory = 0, count = 0;

  if (node == NULL)
    return TRUE;
  pods = sim_store_list_by (ledger->world->kube->store, &kube_pod, "spec.nodeName", name);
  for (guint i = 0; i < pods->len; i++)
    {
      const KubePodView *pod = kube_pod_view ((SimObject *) g_ptr_array_index (pods, i));

      if (pod->finished)
        continue;
      cpu += pod->cpu_millis;
      memory += pod->memory_bytes;
      count++;
    }
  if (cpu <= kube_node_view (node)->cpu_millis && memory <= kube_node_view (node)->memory_bytes
      && count <= kube_node_view (node)->pods)
    return others_have_room (node, pods, pod_of_event (ledger, event), why);
  g_string_printf (why,
                   "%s now holds %" G_GINT64_FORMAT " pods, %" G_GINT64_FORMAT
                   " millicores and %" G_GINT64_FORMAT " bytes: more than it has",
                   name, count, cpu, memory);
  return FALSE;
}
