/* SPDX-License-Identifier: Apache-2.0 */
/* sim/invariants/updates.c: how an update conducts itself
 *
 * Imitates: Amazon EKS User Guide, "Understand each phase of node updates"; Kubernetes, "Safely
 * Drain a Node". */

#include "config.h"

#include "sim/invariants/private.h"

#include <string.h>

#include "sim/kube/verbs/api.h"
#include "sim/kube/kinds/kinds.h"
#include "sim/kube/kinds/views.h"

/* The engine asks 10 times by default, and for an hour where it puts things back: with pauses of
 * half a minute at the longest, drawn evenly, that is some 250. */
#define MOST_TRIES 1000

static const char *const phases[]
    = { "setup", "scale-up", "upgrade", "scale-down", "roll-back", "clean-up" };

guint
sim_ledger_phase_bit (const char *phase)
{
  for (guint i = 0; phase != NULL && i < G_N_ELEMENTS (phases); i++)
    {
      if (strcmp (phases[i], phase) == 0)
        return 1u << i;
    }
  return 0;
}

gboolean
sim_ledger_puts_back (const SimLedgerUpdate *update)
{
  return g_strcmp0 (update->phase, "roll-back") == 0 || g_strcmp0 (update->phase, "clean-up") == 0;
}

gboolean
sim_promise_one_update (const SimLedger *ledger, const SimEvent *event, GString *why)
{
  const SimLedgerUpdate *update = sim_ledger_update (ledger, event->subject);

  if (update == NULL || !update->running)
    return TRUE;
  g_string_printf (why, "an update of node group %s starts while one is running", event->subject);
  return FALSE;
}

/* The first phase is entered before the update has read enough to be called started. */
gboolean
sim_promise_phases_forward (const SimLedger *ledger, const SimEvent *event, GString *why)
{
  const SimLedgerUpdate *update = sim_ledger_update (ledger, event->subject);
  guint bit = sim_ledger_phase_bit (sim_event_text (event, DD_DETAIL_PHASE));

  if (update == NULL || !update->running || update->phases_passed < bit)
    return TRUE;
  g_string_printf (why, "the update of node group %s enters %s again, or too late", event->subject,
                   update->phase);
  return FALSE;
}

gboolean
sim_promise_one_template (const SimLedger *ledger, const SimEvent *event, GString *why)
{
  const SimLedgerUpdate *update = sim_ledger_update (ledger, event->subject);

  if (update == NULL || update->template_versions <= 1)
    return TRUE;
  g_string_printf (why, "the update of node group %s made %u launch template versions",
                   event->subject, update->template_versions);
  return FALSE;
}

gboolean
sim_promise_growth_bounded (const SimLedger *ledger, const SimEvent *event, GString *why)
{
  const SimLedgerUpdate *update = sim_ledger_update (ledger, event->subject);
  gint64 wanted = sim_event_int (event, DD_DETAIL_DESIRED, 0);
  gint64 before, most;

  if (update == NULL)
    return TRUE;
  before = sim_event_int (event, DD_DETAIL_FROM_DESIRED, 0);
  most = MAX (2 * (gint64) update->zones, update->parallelism);
  if (wanted <= before + most)
    return TRUE;
  g_string_printf (why,
                   "node group %s grows from %" G_GINT64_FORMAT " to %" G_GINT64_FORMAT
                   ", by more than %" G_GINT64_FORMAT,
                   event->subject, before, wanted, most);
  return FALSE;
}

gboolean
sim_promise_marks_outdated (const SimLedger *ledger, const SimEvent *event, GString *why)
{
  const SimLedgerUpdate *update = sim_ledger_update_of_node (ledger, event->subject);
  const SimObject *node = sim_ledger_node_object (ledger, event->subject);

  if (update == NULL || g_strcmp0 (sim_ledger_image_of (node), update->image) != 0)
    return TRUE;
  g_string_printf (why, "%s is marked, though it runs %s, the image of the update", event->subject,
                   update->image);
  return FALSE;
}

gboolean
sim_promise_drain_in_update (const SimLedger *ledger, const SimEvent *event, GString *why)
{
  const SimLedgerUpdate *update = sim_ledger_update_of_node (ledger, event->subject);

  if (sim_ledger_node_object (ledger, event->subject) == NULL
      || (update != NULL && update->running))
    return TRUE;
  g_string_printf (why, "%s is drained, and no update of its node group is running",
                   event->subject);
  return FALSE;
}

gboolean
sim_promise_evicts_draining (const SimLedger *ledger, const SimEvent *event, GString *why)
{
  const char *name = sim_event_text (event, DD_DETAIL_NODE);
  const SimLedgerNode *node = name != NULL ? sim_ledger_node (ledger, name) : NULL;

  if (node != NULL && node->was_drained)
    return TRUE;
  g_string_printf (why, "%s is evicted from %s, which is not being drained", event->subject,
                   name != NULL ? name : "a node without a name");
  return FALSE;
}

gboolean
sim_promise_daemons_stay (const SimLedger *ledger, const SimEvent *event, GString *why)
{
  const char *slash = strchr (event->subject, '/');
  g_autofree char *namespace_
      = slash != NULL ? g_strndup (event->subject, slash - event->subject) : NULL;
  const SimObject *pod
      = slash != NULL ? sim_store_get (ledger->world->kube->store, &kube_pod, namespace_, slash + 1)
                      : NULL;

  if (pod == NULL
      || (!kube_pod_view (pod)->mirror
          && g_strcmp0 (kube_pod_view (pod)->owner_kind, "DaemonSet") != 0))
    return TRUE;
  g_string_printf (why, "%s belongs to its node and is evicted all the same", event->subject);
  return FALSE;
}

gboolean
sim_promise_drained_before (const SimLedger *ledger, const SimEvent *event, GString *why)
{
  const SimLedgerNode *node = sim_ledger_node (ledger, event->subject);

  if (node == NULL || !node->was_ready || node->was_drained
      || sim_ledger_node_object (ledger, event->subject) == NULL)
    return TRUE;
  g_string_printf (why, "%s is terminated and was never drained", event->subject);
  return FALSE;
}

gboolean
sim_promise_retries_bounded (const SimLedger *ledger, const SimEvent *event, GString *why)
{
  gint64 tries = sim_event_int (event, DD_DETAIL_TRY, 0);

  (void) ledger;
  if (tries <= MOST_TRIES)
    return TRUE;
  g_string_printf (why, "a request was sent %" G_GINT64_FORMAT " times", tries);
  return FALSE;
}

static gboolean
is_empty (const char *text)
{
  return text == NULL || *text == '\0';
}

gboolean
sim_promise_failure_told (const SimLedger *ledger, const SimEvent *event, GString *why)
{
  static const DdDetail wanted[] = { DD_DETAIL_CODE, DD_DETAIL_MESSAGE, DD_DETAIL_EXPLANATION };

  (void) ledger;
  for (guint i = 0; i < G_N_ELEMENTS (wanted); i++)
    {
      if (!is_empty (sim_event_text (event, wanted[i])))
        continue;
      g_string_printf (why, "the update of node group %s failed and gives no %s", event->subject,
                       dd_details[wanted[i]].name);
      return FALSE;
    }
  return TRUE;
}

/* A Node object outlives its instance by a few seconds. */
gboolean
sim_promise_success_true (const SimLedger *ledger, const SimEvent *event, GString *why)
{
  const SimLedgerUpdate *update = sim_ledger_update (ledger, event->subject);
  g_autoptr (GPtrArray) nodes = sim_store_list (ledger->world->kube->store, &kube_node, NULL);

  for (guint i = 0; update != NULL && i < nodes->len; i++)
    {
      const SimObject *node = g_ptr_array_index (nodes, i);

      if (sim_ledger_update_of_node (ledger, node->name) != update || !kube_node_view (node)->ready
          || g_strcmp0 (sim_ledger_image_of (node), update->image) == 0
          || !sim_ledger_node_has_machine (ledger, node))
        continue;
      g_string_printf (why, "the update of node group %s succeeded, and %s still runs %s",
                       event->subject, node->name, sim_ledger_image_of (node));
      return FALSE;
    }
  return TRUE;
}
