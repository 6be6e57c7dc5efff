/* SPDX-License-Identifier: Apache-2.0 */
/* sim/invariants/budgets.c: no eviction beyond a budget
 *
 * The API server decides by the counters that the disruption controller keeps. This promise counts
 * for itself, from the pods and the budget's spec, at the moment an eviction was accepted, so that
 * a mistake in either is seen. Imitates: Kubernetes, Specifying a Disruption Budget for your
 * Application. */

#include "config.h"

#include "sim/invariants/private.h"

#include <string.h>

#include "base/time.h"
#include "sim/kube/verbs/api.h"
#include "sim/kube/kinds/kinds.h"
#include "sim/kube/kinds/views.h"
#include "sim/kube/kinds/pod.h"
#include "sim/kube/scale.h"

static SimObject *
pod_of_event (const SimLedger *ledger, const char *subject)
{
  const char *slash = strchr (subject, '/');
  g_autofree char *namespace_ = slash != NULL ? g_strndup (subject, slash - subject) : NULL;

  return slash != NULL
             ? sim_store_get (ledger->world->kube->store, &kube_pod, namespace_, slash + 1)
             : NULL;
}

/* "50%" of TOTAL or a plain number; both kinds of percentage round up. */
static gint64
scaled (const DdValue *value, gint64 total)
{
  const char *text = dd_value_string (value);
  gint64 percent;

  if (text == NULL)
    return dd_value_int (value, 0);
  percent = g_ascii_strtoll (text, NULL, 10);
  return strchr (text, '%') != NULL ? (percent * total + 99) / 100 : percent;
}

/* Controllers of Kubernetes itself that may be gone for a moment before their pods. */
static gboolean
has_no_scale (SimStore *store, const SimObject *pod)
{
  const KubePodView *view = kube_pod_view (pod);
  static const char *const scaled[] = { "ReplicaSet", "StatefulSet", "ReplicationController" };
  const SimObject *owner
      = view->owner_uid != NULL ? sim_store_get_by_uid (store, view->owner_uid) : NULL;

  if (view->owner_uid == NULL)
    return FALSE;
  if (owner != NULL)
    return (owner->kind->subresources & KUBE_SUB_SCALE) == 0 || !kube_scale_check (owner, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (scaled); i++)
    if (g_strcmp0 (view->owner_kind, scaled[i]) == 0)
      return FALSE;
  return TRUE;
}

/* The replicas that the controllers of PODS want: of the Deployment behind a ReplicaSet, else of
 * the controller itself. */
static gint64
wanted_by_controller (SimStore *store, const char *namespace_, const KubePodView *pod,
                      GHashTable *counted)
{
  const SimObject *owner
      = pod->owner_uid != NULL ? sim_store_get_by_uid (store, pod->owner_uid) : NULL;
  const DdValue *parent
      = owner != NULL ? dd_value_path (owner->value, "metadata.ownerReferences.0") : NULL;
  const SimObject *deployment = parent != NULL
                                    ? sim_store_get (store, &kube_deployment, namespace_,
                                                     dd_value_path_string (parent, "name"))
                                    : NULL;

  if (deployment != NULL)
    owner = deployment;
  if (owner == NULL || !g_hash_table_add (counted, (gpointer) owner))
    return 0;
  return kube_scale_wanted (owner, 1);
}

typedef struct
{
  gint64 selected, healthy, expected;
  gboolean unknown; /* some pod, not of this moment, has a controller without a scale */
} Count;

/* The API server decides by the budget's status, which the disruption controller writes a moment
 * after a node was found NotReady with all its pods (Kubernetes, Disruptions: involuntary ones
 * "cannot be prevented by PDBs"). */
#define STATUS_LAG (5 * DD_SECOND)

static gboolean
passes_for_healthy (const SimLedger *ledger, const KubePodView *pod)
{
  const SimLedgerNode *node
      = pod->node_name != NULL ? sim_ledger_node (ledger, pod->node_name) : NULL;

  return pod->ready
         || (node != NULL && node->was_lost && ledger->now - node->lost_since < STATUS_LAG);
}

/* Old enough for the status of its budget to know it. */
static gboolean
is_settled (const SimLedger *ledger, const SimObject *pod)
{
  const char *text = dd_value_path_string (pod->value, "metadata.creationTimestamp");
  DdUsec created = ledger->now;

  return text != NULL && dd_time_from_iso8601 (text, &created)
         && ledger->now - created > STATUS_LAG;
}

/* Its controller, made smaller, has just deleted it, and the status of its budget does not know. */
static gboolean
was_just_taken_back (const SimLedger *ledger, const SimObject *pod)
{
  g_autofree char *name = g_strdup_printf ("%s/%s", pod->namespace_, pod->name);
  const DdUsec *since = g_hash_table_lookup (ledger->taken_back, name);

  return since != NULL && ledger->now - *since < STATUS_LAG;
}

/* Counts the pods of BUDGET without LEAVING. */
static Count
count_pods (const SimLedger *ledger, const SimObject *budget, const SimObject *leaving)
{
  SimStore *store = ledger->world->kube->store;
  const DdValue *selector = dd_value_path (budget->value, "spec.selector");
  g_autoptr (GPtrArray) pods = sim_store_list (store, &kube_pod, budget->namespace_);
  g_autoptr (GHashTable) counted = g_hash_table_new (NULL, NULL);
  Count count = { 0 };

  for (guint i = 0; i < pods->len; i++)
    {
      const SimObject *pod = g_ptr_array_index (pods, i);
      const KubePodView *view = kube_pod_view (pod);

      if (!kube_label_selector_matches (selector, view->labels))
        continue;
      count.selected++;
      count.unknown |= has_no_scale (store, pod) && is_settled (ledger, pod);
      count.expected += wanted_by_controller (store, budget->namespace_, view, counted);
      if (strcmp (pod->name, leaving->name) != 0
          && (!view->terminating || was_just_taken_back (ledger, pod))
          && passes_for_healthy (ledger, view))
        count.healthy++;
    }
  return count;
}

/* A budget that needs the scale of controllers which have none (the disruption controller's
 * getExpectedScale). */
static gboolean
cannot_be_worked_out (const SimObject *budget, const Count *count)
{
  const DdValue *least = dd_value_path (budget->value, "spec.minAvailable");

  return count->unknown && (least == NULL || dd_value_string (least) != NULL);
}

static gint64
desired_healthy (const SimObject *budget, const Count *count)
{
  const DdValue *least = dd_value_path (budget->value, "spec.minAvailable");
  const DdValue *most = dd_value_path (budget->value, "spec.maxUnavailable");

  if (most != NULL)
    return MAX (count->expected - scaled (most, count->expected), 0);
  return scaled (least, dd_value_string (least) != NULL ? count->expected : count->selected);
}

/* A pod that is not Ready may leave when its budget says so, or when enough others are healthy. */
static gboolean
may_leave (const SimObject *budget, const KubePodView *pod, gint64 healthy, gint64 desired)
{
  const char *policy = dd_value_path_string (budget->value, "spec.unhealthyPodEvictionPolicy");

  return healthy >= desired || (!pod->ready && g_strcmp0 (policy, "AlwaysAllow") == 0);
}

gboolean
sim_promise_budgets_honoured (const SimLedger *ledger, const SimEvent *event, GString *why)
{
  SimObject *pod = pod_of_event (ledger, event->subject);
  g_autoptr (GPtrArray) budgets = NULL;

  /* What is gone at once never ran, and a pod that never ran or has finished is under no budget. */
  if (pod == NULL || g_strcmp0 (kube_pod_view (pod)->phase, "Running") != 0)
    return TRUE;
  budgets = kube_budgets_of_pod (ledger->world->kube, pod);
  for (guint i = 0; i < budgets->len; i++)
    {
      const SimObject *budget = g_ptr_array_index (budgets, i);
      Count count = count_pods (ledger, budget, pod);
      gint64 desired = desired_healthy (budget, &count);

      if (kube_pod_view (pod)->ready && cannot_be_worked_out (budget, &count))
        {
          g_string_printf (why,
                           "the eviction of %s was accepted, though budget %s cannot be worked "
                           "out: a controller of its pods has no scale",
                           event->subject, budget->name);
          return FALSE;
        }
      if (may_leave (budget, kube_pod_view (pod), count.healthy, desired))
        continue;
      g_string_printf (why,
                       "the eviction of %s was accepted, though budget %s wants %" G_GINT64_FORMAT
                       " healthy pods and %" G_GINT64_FORMAT " are left",
                       event->subject, budget->name, desired, count.healthy);
      return FALSE;
    }
  return TRUE;
}
