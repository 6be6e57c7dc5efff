/* SPDX-License-Identifier: Apache-2.0 */
/* The eviction subresource: may this pod leave, as far as its budget is concerned?
 *
 * The order of the questions is part of the interface: which answer a client gets when several
 * would apply decides whether it tries again. Pods that are pending, finished or already leaving
 * go without a question. Two budgets on one pod are an error for good. A pod that is not ready may
 * go past a budget that allows it. Everybody else takes one from the budget's disruptionsAllowed,
 * and is written into its disruptedPods until the disruption controller has seen the pod leave.
 *
 * Imitates: Kubernetes, API-initiated Eviction, and Specifying a Disruption Budget; the pods'
 * registry, EvictionREST.
 */
#include "config.h"

#include <string.h>

#include "base/time.h"
#include "sim/kube/kinds/kinds.h"
#include "sim/kube/kinds/pod.h"
#include "sim/kube/verbs/rules.h"
#include "sim/kube/kinds/views.h"

#define MAX_DISRUPTED_PODS 2000
#define RETRY_AFTER_SECONDS 10

#define TOO_MANY_BUDGETS \
  "This pod has more than one PodDisruptionBudget, which the eviction subresource does not " \
  "support."

/* One request on its way to a decision. */
typedef struct
{
  KubeApi *api;
  SimObject *pod;
  SimObject *budget; /* NULL: none asked */
  const KubeDelete *options;
  gint64 allowed; /* of the budget, before this eviction; -1: no budget was touched */
} Eviction;

GPtrArray *
kube_budgets_of_pod (KubeApi *api, const SimObject *pod)
{
  GPtrArray *budgets = sim_store_list (api->store, &kube_pod_disruption_budget, pod->namespace_);
  const DdValue *labels = dd_value_at (pod->value, "metadata", "labels", NULL);

  for (guint i = budgets->len; i-- > 0;)
    {
      const SimObject *budget = budgets->pdata[i];

      if (!kube_label_selector_matches (dd_value_path (budget->value, "spec.selector"), labels))
        g_ptr_array_remove_index (budgets, i);
    }
  return budgets;
}

/* ---- the trace ---- */

static void
trace_refusal (const Eviction *eviction, const GError *error, const char *budgets)
{
  g_autofree char *subject
      = g_strdup_printf ("%s/%s", eviction->pod->namespace_, eviction->pod->name);
  const DdValue *status
      = eviction->budget != NULL ? dd_value_member (eviction->budget->value, "status") : NULL;

  if (eviction->options->dry_run)
    return;
  sim_stage_trace (eviction->api->stage, "kube-apiserver", DD_EVENT_EVICTION_REFUSED, subject,
                   dd_object ("node", dd_string (kube_pod_view (eviction->pod)->node_name),
                              "http_status", dd_int (kube_error_http_status (error)), "budget",
                              dd_string (budgets), "needs",
                              dd_value_ref (dd_value_member (status, "desiredHealthy")), "has",
                              dd_value_ref (dd_value_member (status, "currentHealthy")), NULL));
}

static void
trace_acceptance (const Eviction *eviction, const char *node)
{
  g_autofree char *subject
      = g_strdup_printf ("%s/%s", eviction->pod->namespace_, eviction->pod->name);

  if (eviction->options->dry_run)
    return;
  sim_stage_trace (eviction->api->stage, "kube-apiserver", DD_EVENT_EVICTION_ACCEPTED, subject,
                   dd_object ("node", dd_string (node), "budget",
                              eviction->budget != NULL ? dd_string (eviction->budget->name) : NULL,
                              "allowed", eviction->allowed >= 0 ? dd_int (eviction->allowed) : NULL,
                              NULL));
}

/* ---- refusals ---- */

/* 429; RETRY_AFTER 0 leaves the header out, as an ordinary refusal does. */
static gboolean refuse_by_budget (GError **error, gint64 retry_after, const char *cause_format, ...)
    G_GNUC_PRINTF (3, 4);

static gboolean
refuse_by_budget (GError **error, gint64 retry_after, const char *cause_format, ...)
{
  g_autofree char *cause = NULL;
  va_list args;
  DdValue *causes;

  va_start (args, cause_format);
  cause = g_strdup_vprintf (cause_format, args);
  va_end (args);
  causes = dd_array (
      dd_object ("reason", dd_string ("DisruptionBudget"), "message", dd_string (cause), NULL),
      NULL);
  kube_set_error (error, KUBE_TOO_MANY_REQUESTS,
                  dd_object ("causes", causes, "retryAfterSeconds",
                             retry_after > 0 ? dd_int (retry_after) : NULL, NULL),
                  "Cannot evict pod as it would violate the pod's disruption budget.");
  return FALSE;
}

static gboolean
refuse_still_processing (const char *budget, GError **error)
{
  return refuse_by_budget (error, RETRY_AFTER_SECONDS,
                           "The disruption budget %s is still being processed by the server.",
                           budget);
}

/* ---- the budget ---- */

/* checkAndDecrement: why the budget does not let one more pod go. */
static gboolean
budget_allows (const SimObject *budget, GError **error)
{
  const DdValue *status = dd_value_member (budget->value, "status");
  gint64 allowed = dd_value_path_int (status, "disruptionsAllowed", 0);

  if (dd_value_path_int (status, "observedGeneration", 0)
      < dd_value_path_int (budget->value, "metadata.generation", 0))
    return refuse_still_processing (budget->name, error);
  if (allowed < 0)
    return kube_set_forbidden (error, budget->kind, budget->name,
                               "pdb disruptions allowed is negative");
  if (dd_value_length (dd_value_member (status, "disruptedPods")) > MAX_DISRUPTED_PODS)
    return kube_set_forbidden (error, budget->kind, budget->name,
                               "DisruptedPods map too big - too many evictions not confirmed by "
                               "PDB controller");
  if (allowed == 0)
    return refuse_by_budget (error, 0,
                             "The disruption budget %s needs %" G_GINT64_FORMAT
                             " healthy pods and has %" G_GINT64_FORMAT " currently",
                             budget->name, dd_value_path_int (status, "desiredHealthy", 0),
                             dd_value_path_int (status, "currentHealthy", 0));
  return TRUE;
}

/* Takes one disruption from the budget and notes for whom. */
static void
spend (Eviction *eviction)
{
  const SimObject *budget = eviction->budget;
  DdUsec now = sim_stage_now (eviction->api->stage);
  DdValue *left, *noted;

  eviction->allowed = dd_value_path_int (budget->value, "status.disruptionsAllowed", 0);
  if (eviction->options->dry_run)
    return;
  left = dd_value_with (budget->value, dd_int (eviction->allowed - 1), "status",
                        "disruptionsAllowed", NULL);
  if (eviction->allowed == 1)
    left = kube_with_condition (left, "DisruptionAllowed", "False", "InsufficientPods", "", FALSE,
                                now);
  noted = dd_value_with (left, dd_string_take (dd_time_to_iso8601 (now)), "status", "disruptedPods",
                         eviction->pod->name, NULL);
  dd_value_unref (left);
  sim_store_put (eviction->api->store, budget->kind, noted);
}

/* A pod that is not ready serves nobody; may it go without asking the budget? */
static gboolean
passes_as_unhealthy (const SimObject *pod, const SimObject *budget)
{
  const DdValue *status = dd_value_member (budget->value, "status");
  const char *policy = dd_value_path_string (budget->value, "spec.unhealthyPodEvictionPolicy");
  gint64 desired = dd_value_path_int (status, "desiredHealthy", 0);

  if (kube_pod_view (pod)->ready)
    return FALSE;
  if (g_strcmp0 (policy, "AlwaysAllow") == 0)
    return TRUE;
  return desired > 0 && dd_value_path_int (status, "currentHealthy", 0) >= desired;
}

static gboolean
ignores_budgets (const SimObject *pod)
{
  const KubePodView *view = kube_pod_view (pod);

  return view->finished || view->terminating || strcmp (view->phase, "Pending") == 0;
}

/* ---- carrying it out ---- */

/* Tells everyone who looks why the pod goes, then deletes it. The condition is a write of its own.
 */
static gboolean
mark_and_delete (Eviction *eviction, GError **error)
{
  KubeApi *api = eviction->api;
  g_autoptr (SimObject) deleted = NULL;
  KubeDelete options = *eviction->options;
  g_autofree char *node = g_strdup (kube_pod_view (eviction->pod)->node_name);

  if (!options.dry_run)
    {
      DdValue *marked = kube_with_condition (
          dd_value_ref (eviction->pod->value), "DisruptionTarget", "True", "EvictionByEvictionAPI",
          "Eviction API: evicting", TRUE, sim_stage_now (api->stage));

      if (dd_value_equal (marked, eviction->pod->value))
        dd_value_unref (marked);
      else
        sim_store_put (api->store, eviction->pod->kind, marked);
    }
  deleted = kube_delete (api, eviction->pod->kind, eviction->pod->namespace_, eviction->pod->name,
                         &options, error);
  if (deleted == NULL)
    return FALSE;
  trace_acceptance (eviction, node);
  return TRUE;
}

/* The preconditions are looked at after the budget, and the pod's own revision before the condition
 * raises it. */
static gboolean
meets_preconditions (const Eviction *eviction, GError **error)
{
  KubeDelete probe = *eviction->options;
  g_autoptr (SimObject) object = NULL;

  if (probe.uid == NULL && probe.resource_version == NULL)
    return TRUE;
  probe.dry_run = TRUE;
  object = kube_delete (eviction->api, eviction->pod->kind, eviction->pod->namespace_,
                        eviction->pod->name, &probe, error);
  return object != NULL;
}

static gboolean
carry_out (Eviction *eviction, GError **error)
{
  KubeDelete unconditional = *eviction->options;

  if (!meets_preconditions (eviction, error))
    return FALSE;
  unconditional.uid = NULL;
  unconditional.resource_version = NULL;
  eviction->options = &unconditional;
  return mark_and_delete (eviction, error);
}

static gboolean
refuse_two_budgets (const Eviction *eviction, const GPtrArray *budgets, GError **error)
{
  g_autoptr (GString) names = g_string_new (NULL);
  g_autoptr (GError) why = g_error_new_literal (KUBE_ERROR, KUBE_UNSPECIFIED, TOO_MANY_BUDGETS);

  for (guint i = 0; i < budgets->len; i++)
    g_string_append_printf (names, "%s%s", i > 0 ? ", " : "",
                            ((const SimObject *) budgets->pdata[i])->name);
  trace_refusal (eviction, why, names->str);
  g_propagate_error (error, g_steal_pointer (&why));
  return FALSE;
}

/* An unready pod that passes by must not have become ready meanwhile, so the real server deletes
 * it only at the revision it read; here nothing can come between. */
static gboolean
ask_budget (Eviction *eviction, GError **error)
{
  g_autoptr (GError) why = NULL;

  if (passes_as_unhealthy (eviction->pod, eviction->budget))
    return TRUE;
  if (!budget_allows (eviction->budget, &why))
    {
      trace_refusal (eviction, why, eviction->budget->name);
      g_propagate_error (error, g_steal_pointer (&why));
      return FALSE;
    }
  spend (eviction);
  return TRUE;
}

static gboolean
evict (Eviction *eviction, GError **error)
{
  g_autoptr (GPtrArray) budgets = NULL;

  if (ignores_budgets (eviction->pod))
    return carry_out (eviction, error);
  budgets = kube_budgets_of_pod (eviction->api, eviction->pod);
  if (budgets->len > 1)
    return refuse_two_budgets (eviction, budgets, error);
  if (budgets->len == 1)
    {
      eviction->budget = budgets->pdata[0];
      if (!ask_budget (eviction, error))
        return FALSE;
    }
  return carry_out (eviction, error);
}

gboolean
kube_evict (KubeApi *api, const char *namespace_, const char *name, const KubeDelete *options,
            GError **error)
{
  g_autoptr (SimObject) pod = sim_store_get (api->store, &kube_pod, namespace_, name);
  Eviction eviction = { .api = api, .pod = pod, .options = options, .allowed = -1 };

  if (pod == NULL)
    return kube_set_not_found (error, &kube_pod, name);
  sim_object_ref (pod);
  return evict (&eviction, error);
}
