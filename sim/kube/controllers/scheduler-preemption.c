/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "base/time.h"
#include "sim/kube/controllers/conditions.h"
#include "sim/kube/controllers/scheduler-private.h"
#include "sim/kube/controllers/workload.h"
#include "sim/kube/controllers/writes.h"
#include "sim/kube/kinds/pod.h"
#include "sim/kube/kinds/recorder.h"

/* Makes room for a pod that fits nowhere, by deleting pods that matter less. On every node where
 * that may help, all such pods are thought away; if the pod fits then, as many as possible are
 * thought back, those first whose budget would be broken, and in each half the more important ones
 * first. What cannot come back are the victims; of all nodes the one whose victims are the smallest
 * loss is chosen. The pod is not bound to it: it is nominated, and tried again when they are gone.
 * Imitates: Kubernetes, Pod Priority and Preemption; kubernetes/kubernetes,
 * pkg/scheduler/framework/preemption and plugins/defaultpreemption.
 *
 * Not imitated: victims that only spread constraints or anti-affinity ask for; where there might be
 * some, that is traced as not modelled. */

#define COMPONENT "default-scheduler"

typedef struct
{
  SimAttempt *attempt;
  SimNodeInfo *node;
  SimNodeInfo without; /* NODE without the pods that are thought away */
  GPtrArray *victims;  /* the more important ones first; as references */
  guint violations;    /* victims whose budget has nothing left */
} Candidate;

static void
candidate_free (gpointer data)
{
  Candidate *candidate = data;

  g_ptr_array_unref (candidate->victims);
  g_free (candidate);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Candidate, candidate_free)

/* ---- whom a node could do without ---- */

static DdUsec
start_of (const SimObject *pod)
{
  const char *text = dd_value_path_string (pod->value, "status.startTime");
  DdUsec start = G_MAXINT64;

  if (text != NULL)
    dd_time_from_iso8601 (text, &start);
  return start;
}

/* Imitates: pkg/scheduler/util, MoreImportantPod. */
static int
compare_importance (gconstpointer left, gconstpointer right)
{
  const SimObject *a = *(SimObject *const *) left, *b = *(SimObject *const *) right;
  gint64 above = kube_pod_view (b)->priority - kube_pod_view (a)->priority;

  if (above != 0)
    return above < 0 ? -1 : 1;
  if (start_of (a) != start_of (b))
    return start_of (a) < start_of (b) ? -1 : 1;
  return g_strcmp0 (a->uid, b->uid);
}

/* The pods on NODE that matter less, the more important ones first; references. */
static GPtrArray *
lesser_pods (const SimAttempt *attempt, const SimNodeInfo *node)
{
  g_autoptr (GPtrArray) all
      = sim_store_list_by (attempt->cache->store, &kube_pod, "spec.nodeName", node->node->name);
  GPtrArray *lesser = g_ptr_array_new_with_free_func ((GDestroyNotify) sim_object_unref);

  for (guint i = 0; i < all->len; i++)
    {
      SimObject *pod = g_ptr_array_index (all, i);

      if (!kube_pod_view (pod)->finished && kube_pod_view (pod)->priority < attempt->view->priority)
        g_ptr_array_add (lesser, sim_object_ref (pod));
    }
  g_ptr_array_sort (lesser, compare_importance);
  return lesser;
}

/* ---- budgets ---- */

/* Takes POD from each of its budgets (LEFT: uid -> disruptions, as an int in a pointer); TRUE when
 * one of them had nothing left. Imitates: filterPodsWithPDBViolation. */
static gboolean
breaks_a_budget (const SimAttempt *attempt, const SimObject *pod, GHashTable *left)
{
  g_autoptr (GPtrArray) budgets = NULL;
  gboolean broken = FALSE;

  if (kube_pod_view (pod)->labels == NULL)
    return FALSE;
  budgets = kube_budgets_of_pod (attempt->actors->api, pod);
  for (guint i = 0; i < budgets->len; i++)
    {
      const SimObject *budget = g_ptr_array_index (budgets, i);
      const DdValue *status = dd_value_member (budget->value, "status");
      gpointer known;
      int allowed;

      if (dd_value_member (dd_value_member (status, "disruptedPods"), pod->name) != NULL)
        continue;
      allowed = g_hash_table_lookup_extended (left, budget->uid, NULL, &known)
                    ? GPOINTER_TO_INT (known)
                    : (int) dd_value_path_int (status, "disruptionsAllowed", 0);
      g_hash_table_insert (left, g_strdup (budget->uid), GINT_TO_POINTER (allowed - 1));
      broken |= allowed <= 0;
    }
  return broken;
}

/* ---- thinking pods away and back ---- */

static void
think_away (Candidate *candidate, const SimObject *pod)
{
  sim_node_info_count (&candidate->without, pod, -1);
  g_hash_table_add (candidate->attempt->absent, (gpointer) pod->uid);
}

static void
think_back (Candidate *candidate, const SimObject *pod)
{
  sim_node_info_count (&candidate->without, pod, 1);
  g_hash_table_remove (candidate->attempt->absent, pod->uid);
}

static gboolean
fits (Candidate *candidate)
{
  return sim_filters_pass (candidate->attempt, &candidate->without);
}

/* TRUE: the node takes POD as well. */
static gboolean
reprieve (Candidate *candidate, SimObject *pod)
{
  think_back (candidate, pod);
  if (fits (candidate))
    return TRUE;
  think_away (candidate, pod);
  g_ptr_array_add (candidate->victims, sim_object_ref (pod));
  return FALSE;
}

/* LESSER are all thought away, and the pod fits. */
static void
choose_victims (Candidate *candidate, GPtrArray *lesser)
{
  g_autoptr (GHashTable) left = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  g_autoptr (GPtrArray) protected = g_ptr_array_new ();
  g_autoptr (GPtrArray) others = g_ptr_array_new ();

  for (guint i = 0; i < lesser->len; i++)
    g_ptr_array_add (breaks_a_budget (candidate->attempt, g_ptr_array_index (lesser, i), left)
                         ? protected
                         : others,
                     g_ptr_array_index (lesser, i));
  for (guint i = 0; i < protected->len; i++)
    candidate->violations += !reprieve (candidate, g_ptr_array_index (protected, i));
  for (guint i = 0; i < others->len; i++)
    reprieve (candidate, g_ptr_array_index (others, i));
  g_ptr_array_sort (candidate->victims, compare_importance);
}

/* NULL, with why in REASONS, when no victims make room on NODE. */
static Candidate *
candidate_on (SimAttempt *attempt, SimNodeInfo *node, GPtrArray *reasons, gboolean *out_unknown)
{
  g_autoptr (GPtrArray) lesser = lesser_pods (attempt, node);
  g_autoptr (Candidate) candidate = g_new0 (Candidate, 1);

  candidate->attempt = attempt;
  candidate->node = node;
  candidate->without = *node;
  candidate->victims = g_ptr_array_new_with_free_func ((GDestroyNotify) sim_object_unref);
  if (lesser->len == 0)
    {
      g_ptr_array_add (reasons, g_strdup ("No preemption victims found for incoming pod"));
      return NULL;
    }
  for (guint i = 0; i < lesser->len; i++)
    think_away (candidate, g_ptr_array_index (lesser, i));
  if (!fits (candidate))
    {
      SimHope hope = sim_filters_reasons (attempt, &candidate->without, reasons);

      *out_unknown |= hope == SIM_HOPE_OF_COMPANY;
      return NULL;
    }
  choose_victims (candidate, lesser);
  return g_steal_pointer (&candidate);
}

/* ---- the smallest loss ---- */

static gint64
highest_priority (const Candidate *candidate)
{
  return candidate->victims->len > 0
             ? kube_pod_view (g_ptr_array_index (candidate->victims, 0))->priority
             : G_MININT64;
}

/* Priorities are shifted to be positive, so that fewer victims are less. */
static gint64
sum_of_priorities (const Candidate *candidate)
{
  gint64 sum = 0;

  for (guint i = 0; i < candidate->victims->len; i++)
    sum += kube_pod_view (g_ptr_array_index (candidate->victims, i))->priority + G_MAXINT32 + 1;
  return sum;
}

/* The first start among the most important victims. */
static DdUsec
earliest_start (const Candidate *candidate)
{
  return candidate->victims->len > 0 ? start_of (g_ptr_array_index (candidate->victims, 0)) : 0;
}

/* Imitates: pickOneNodeForPreemption. */
static gboolean
is_smaller_loss (const Candidate *a, const Candidate *b)
{
  if (a->violations != b->violations)
    return a->violations < b->violations;
  if (highest_priority (a) != highest_priority (b))
    return highest_priority (a) < highest_priority (b);
  if (sum_of_priorities (a) != sum_of_priorities (b))
    return sum_of_priorities (a) < sum_of_priorities (b);
  if (a->victims->len != b->victims->len)
    return a->victims->len < b->victims->len;
  return earliest_start (a) > earliest_start (b);
}

/* NULL, with the words of kube-scheduler in *OUT_WHY, when there is none. */
static Candidate *
find_best (SimAttempt *attempt, char **out_why, gboolean *out_unknown)
{
  const GPtrArray *nodes = attempt->cache->nodes;
  g_autoptr (GPtrArray) reasons = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (GPtrArray) ignored = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (Candidate) best = NULL;
  g_autofree char *why = NULL;

  for (guint i = 0; i < nodes->len; i++)
    {
      SimNodeInfo *node = g_ptr_array_index (nodes, i);
      g_autoptr (Candidate) candidate = NULL;

      if (sim_filters_reasons (attempt, node, ignored) == SIM_HOPELESS)
        {
          g_ptr_array_add (reasons, g_strdup ("Preemption is not helpful for scheduling"));
          continue;
        }
      attempt->absent = g_hash_table_new (g_str_hash, g_str_equal);
      candidate = candidate_on (attempt, node, reasons, out_unknown);
      g_clear_pointer (&attempt->absent, g_hash_table_unref);
      if (candidate == NULL || (best != NULL && !is_smaller_loss (candidate, best)))
        continue;
      g_clear_pointer (&best, candidate_free);
      best = g_steal_pointer (&candidate);
    }
  if (best != NULL)
    return g_steal_pointer (&best);
  why = sim_reasons_to_text (reasons);
  *out_why = g_strdup_printf ("0/%u nodes are available: %s.", nodes->len, why);
  return NULL;
}

/* ---- carrying it out ---- */

static gboolean
is_preempted (const SimObject *pod)
{
  const DdValue *condition
      = sim_condition_find (dd_value_member (pod->value, "status"), "DisruptionTarget");

  return kube_pod_view (pod)->terminating
         && g_strcmp0 (dd_value_path_string (condition, "status"), "True") == 0
         && g_strcmp0 (dd_value_path_string (condition, "reason"), "PreemptionByScheduler") == 0;
}

/* Victims of an earlier attempt are on their way out. Imitates: PodEligibleToPreemptOthers. */
static gboolean
waits_for_victims (SimAttempt *attempt)
{
  const char *name = dd_value_path_string (attempt->pod->value, "status.nominatedNodeName");
  SimNodeInfo *node = name != NULL ? sim_scheduler_cache_find (attempt->cache, name) : NULL;
  g_autoptr (GPtrArray) reasons = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (GPtrArray) lesser = NULL;

  if (node == NULL || sim_filters_reasons (attempt, node, reasons) == SIM_HOPELESS)
    return FALSE;
  lesser = lesser_pods (attempt, node);
  for (guint i = 0; i < lesser->len; i++)
    if (is_preempted (g_ptr_array_index (lesser, i)))
      return TRUE;
  return FALSE;
}

/* FALSE: the API server would not have it deleted. */
static gboolean
remove_victim (const SimAttempt *attempt, SimObject *victim, const char *node, GError **error)
{
  SimActors *actors = attempt->actors;
  KubeDelete options = KUBE_DELETE_DEFAULT;
  DdValue *condition
      = dd_object ("type", dd_string ("DisruptionTarget"), "status", dd_string ("True"),
                   "lastProbeTime", dd_null (), "lastTransitionTime", sim_now_value (actors->stage),
                   "reason", dd_string ("PreemptionByScheduler"), "message",
                   dd_string (COMPONENT ": preempting to accommodate a higher priority pod"), NULL);
  g_autofree char *subject = sim_object_subject (victim);
  g_autofree char *winner = sim_object_subject (attempt->pod);
  g_autoptr (SimObject) deleted = NULL;

  sim_actors_post_status (
      actors, &sim_actor_scheduler, victim,
      sim_status_with_condition (dd_value_member (victim->value, "status"), condition));
  options.uid = victim->uid;
  deleted = sim_write_delete (actors, &sim_actor_scheduler, victim, &options, error);
  if (deleted == NULL)
    return FALSE;
  kube_record_event (actors->api, victim, COMPONENT, NULL, "Normal", "Preempted",
                     "Preempted by pod %s on node %s", attempt->pod->uid, node);
  sim_stage_trace (actors->stage, "scheduler", DD_EVENT_POD_PREEMPTED, subject,
                   dd_object ("node", dd_string (node), "preemptor", dd_string (winner), NULL));
  return TRUE;
}

static char *
carry_out (const SimAttempt *attempt, const Candidate *candidate, char **out_node)
{
  g_autofree char *node = g_strdup (candidate->node->node->name);
  g_autoptr (GError) problem = NULL;

  for (guint i = 0; i < candidate->victims->len; i++)
    {
      SimObject *victim = g_ptr_array_index (candidate->victims, i);

      if (!kube_pod_view (victim)->terminating && !remove_victim (attempt, victim, node, &problem))
        return g_strdup (problem->message);
    }
  *out_node = g_steal_pointer (&node);
  return NULL;
}

static void
trace_unknown (const SimAttempt *attempt)
{
  g_autofree char *subject = sim_object_subject (attempt->pod);

  sim_stage_trace (attempt->actors->stage, "scheduler", DD_EVENT_NOT_MODELLED, subject,
                   dd_object ("service", dd_string ("kubernetes"), "operation",
                              dd_string ("preemption"), "why",
                              dd_string ("it needs victims of a spread constraint or of an "
                                         "anti-affinity"),
                              NULL));
}

char *
sim_preempt (SimAttempt *attempt, gboolean news, char **out_node)
{
  g_autoptr (Candidate) best = NULL;
  gboolean unknown = FALSE;
  char *why = NULL;

  *out_node = NULL;
  if (g_strcmp0 (dd_value_path_string (attempt->spec, "preemptionPolicy"), "Never") == 0)
    return g_strdup ("not eligible due to preemptionPolicy=Never.");
  if (waits_for_victims (attempt))
    {
      *out_node = g_strdup (dd_value_path_string (attempt->pod->value, "status.nominatedNodeName"));
      return g_strdup ("not eligible due to a terminating pod on the nominated node.");
    }
  best = find_best (attempt, &why, &unknown);
  if (best != NULL)
    return carry_out (attempt, best, out_node);
  if (unknown && news)
    trace_unknown (attempt);
  return why;
}
