/* SPDX-License-Identifier: Apache-2.0 */
/* sim/kube/kinds/pod-disruption-budget.c: the PodDisruptionBudget table */
#include "config.h"

#include "sim/kube/kinds/kinds.h"
#include "sim/kube/kinds/structs.h"

static const KubeField spec_fields[] = {
  { "minAvailable", KUBE_INT_OR_STRING, 1, .pointer = TRUE,
    KUBE_DOC ("Count or percentage (rounded up) of the pods that evictions must leave healthy; "
              "excludes maxUnavailable."),
    KUBE_ACTS },
  KUBE_OBJECT_OF (
      "selector", kube_label_selector, 2, .pointer = TRUE,
      KUBE_DOC ("Pods to protect; {} takes all of the namespace, none at all takes no pod."),
      KUBE_ACTS),
  { "maxUnavailable", KUBE_INT_OR_STRING, 3, .pointer = TRUE,
    KUBE_DOC ("Count or percentage (rounded up) of the pods that may be down at once; excludes "
              "minAvailable."),
    KUBE_ACTS },
  { "unhealthyPodEvictionPolicy", KUBE_STRING, 4, .pointer = TRUE,
    .values = KUBE_VALUES ("AlwaysAllow", "IfHealthyBudget"),
    KUBE_DOC ("When running but unready pods may go: AlwaysAllow, or IfHealthyBudget (default) "
              "while enough others are healthy."),
    KUBE_ACTS },
  { NULL },
};

static const KubeStruct spec = {
  "io.k8s.api.policy.v1.PodDisruptionBudgetSpec",
  "Which pods to protect, and how many must keep running.",
  spec_fields,
};

static const KubeField status_fields[] = {
  { "observedGeneration", KUBE_INT, 1,
    KUBE_DOC ("Generation these numbers stand for; evictions wait while it lags behind "
              "metadata.generation.") },
  { "disruptedPods", KUBE_MAP, 2, .element = KUBE_TIME,
    KUBE_DOC ("Evicted pods, with the time, whose deletion the controller has not seen yet.") },
  { "disruptionsAllowed", KUBE_INT, 3, .fallback = "0",
    KUBE_DOC ("Evictions that would be granted now.") },
  { "currentHealthy", KUBE_INT, 4, .fallback = "0",
    KUBE_DOC ("Protected pods that are ready now.") },
  { "desiredHealthy", KUBE_INT, 5, .fallback = "0",
    KUBE_DOC ("Ready pods that must remain, worked out from the spec.") },
  { "expectedPods", KUBE_INT, 6, .fallback = "0",
    KUBE_DOC ("Pods there should be, from the scale of their controllers or by counting.") },
  KUBE_LIST_OF (
      "conditions", kube_condition, 7, .merge_key = "type",
      KUBE_DOC ("DisruptionAllowed says whether an eviction is possible now, or why not.")),
  { NULL },
};

static const KubeStruct status = {
  "io.k8s.api.policy.v1.PodDisruptionBudgetStatus",
  "The budget in numbers, as the disruption controller last worked it out.",
  status_fields,
};

static const KubeField fields[] = {
  KUBE_TYPE_FIELDS,
  KUBE_OBJECT_OF ("spec", spec, 2, .fallback = "{}",
                  KUBE_DOC ("The protection that the user wants."), KUBE_ACTS),
  KUBE_OBJECT_OF ("status", status, 3, .fallback = "{}",
                  KUBE_DOC ("What the budget allows at present; set by the disruption controller."),
                  KUBE_INERT ("The cluster writes it.")),
  { NULL },
};

static const KubeStruct type = {
  "io.k8s.api.policy.v1.PodDisruptionBudget",
  "Limits how many of a set of pods evictions may take down at once.",
  fields,
};

static const KubeColumn columns[] = {
  KUBE_NAME_COLUMN,
  { "Min Available", "string", .path = "spec.minAvailable", .absent = "N/A" },
  { "Max Unavailable", "string", .path = "spec.maxUnavailable", .absent = "N/A" },
  { "Allowed Disruptions", "integer", .path = "status.disruptionsAllowed" },
  KUBE_AGE_COLUMN,
  { NULL },
};

/* Imitates: pkg/apis/policy/validation, ValidatePodDisruptionBudgetSpec. The value that the server
 * quotes holds addresses; the spec stands in for it. */
static void
validate (const DdValue *old G_GNUC_UNUSED, const DdValue *budget, KubeCauses *causes)
{
  const DdValue *least = dd_value_path (budget, "spec.minAvailable");
  const DdValue *most = dd_value_path (budget, "spec.maxUnavailable");
  g_autofree char *text = NULL;

  if (least != NULL && most != NULL)
    {
      text = dd_value_to_text (dd_value_member (budget, "spec"));
      kube_causes_add (causes, "FieldValueInvalid", "spec",
                       "Invalid value: %s: minAvailable and maxUnavailable cannot be both set",
                       text);
    }
  kube_int_or_percent_validate (least, "spec.minAvailable", causes);
  kube_int_or_percent_validate (most, "spec.maxUnavailable", causes);
  kube_label_selector_validate (dd_value_path (budget, "spec.selector"), "spec.selector", causes);
}

const KubeKind kube_pod_disruption_budget = {
  .group = "policy",
  .version = "v1",
  .kind = "PodDisruptionBudget",
  .plural = "poddisruptionbudgets",
  .singular = "poddisruptionbudget",
  .short_names = KUBE_VALUES ("pdb"),
  .namespaced = TRUE,
  .subresources = KUBE_SUB_STATUS,
  .flags = KUBE_HAS_GENERATION,
  .type = &type,
  .columns = columns,
  .validate = validate,
};
