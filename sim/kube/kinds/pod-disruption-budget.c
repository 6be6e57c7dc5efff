/* SPDX-License-Identifier: Apache-2.0 */
/* sim/kube/kinds/pod-disruption-budget.c: the PodDisruptionBudget table */
#include "config.h"

#include "sim/kube/kinds/kinds.h"
#include "sim/kube/kinds/structs.h"

static const KubeField spec_fields[] = {
  { "minAvailable", KUBE_INT_OR_STRING,
    KUBE_DOC (
        "An eviction is allowed if at least \"minAvailable\" pods selected by \"selector\" will "
        "still be available after the eviction, i.e. even in the absence of the evicted pod. So "
        "for example you can prevent all voluntary evictions by specifying \"100%\".") },
  KUBE_OBJECT_OF ("selector", kube_label_selector,
                  KUBE_DOC ("Label query over pods whose evictions are managed by the disruption "
                            "budget. A null selector will match no pods, while an empty ({}) "
                            "selector will select all pods within the namespace.")),
  { "maxUnavailable", KUBE_INT_OR_STRING,
    KUBE_DOC ("An eviction is allowed if at most \"maxUnavailable\" pods selected by \"selector\" "
              "are unavailable after the eviction, i.e. even in absence of the evicted pod. For "
              "example, one can prevent all voluntary evictions by specifying 0. This is a "
              "mutually exclusive setting with \"minAvailable\".") },
  { "unhealthyPodEvictionPolicy", KUBE_STRING,
    .values = KUBE_VALUES ("AlwaysAllow", "IfHealthyBudget"),
    KUBE_DOC ("UnhealthyPodEvictionPolicy defines the criteria for when unhealthy pods should be "
              "considered for eviction. Valid policies are IfHealthyBudget and AlwaysAllow. If no "
              "policy is specified, the default behavior will be used, which corresponds to the "
              "IfHealthyBudget policy.") },
  { NULL },
};

static const KubeStruct spec = {
  "io.k8s.api.policy.v1.PodDisruptionBudgetSpec",
  "PodDisruptionBudgetSpec is a description of a PodDisruptionBudget.",
  spec_fields,
};

static const KubeField status_fields[] = {
  { "observedGeneration", KUBE_INT,
    KUBE_DOC ("Most recent generation observed when updating this PDB status. DisruptionsAllowed "
              "and other status information is valid only if observedGeneration equals to PDB's "
              "object generation.") },
  { "disruptedPods", KUBE_MAP, .element = KUBE_TIME,
    KUBE_DOC ("DisruptedPods contains information about pods whose eviction was processed by the "
              "API server eviction subresource handler but has not yet been observed by the "
              "PodDisruptionBudget controller.") },
  { "disruptionsAllowed", KUBE_INT, .fallback = "0",
    KUBE_DOC ("Number of pod disruptions that are currently allowed.") },
  { "currentHealthy", KUBE_INT, .fallback = "0", KUBE_DOC ("current number of healthy pods") },
  { "desiredHealthy", KUBE_INT, .fallback = "0",
    KUBE_DOC ("minimum desired number of healthy pods") },
  { "expectedPods", KUBE_INT, .fallback = "0",
    KUBE_DOC ("total number of pods counted by this disruption budget") },
  KUBE_LIST_OF ("conditions", kube_condition, .merge_key = "type",
                KUBE_DOC ("Conditions contain conditions for PDB. The disruption controller sets "
                          "the DisruptionAllowed condition.")),
  { NULL },
};

static const KubeStruct status = {
  "io.k8s.api.policy.v1.PodDisruptionBudgetStatus",
  "PodDisruptionBudgetStatus represents information about the status of a PodDisruptionBudget. "
  "Status may trail the actual state of a system.",
  status_fields,
};

static const KubeField fields[] = {
  KUBE_TYPE_FIELDS,
  KUBE_OBJECT_OF ("spec", spec, .fallback = "{}",
                  KUBE_DOC ("Specification of the desired behavior of the PodDisruptionBudget.")),
  KUBE_OBJECT_OF ("status", status, .fallback = "{}",
                  KUBE_DOC ("Most recently observed status of the PodDisruptionBudget.")),
  { NULL },
};

static const KubeStruct type = {
  "io.k8s.api.policy.v1.PodDisruptionBudget",
  "PodDisruptionBudget is an object to define the max disruption that can be caused to a "
  "collection of pods",
  fields,
};

static const KubeColumn columns[] = {
  KUBE_NAME_COLUMN,
  { "Min Available", "string", .path = "spec.minAvailable", .absent = "N/A",
    KUBE_DOC ("The minimum number of pods that must be available.") },
  { "Max Unavailable", "string", .path = "spec.maxUnavailable", .absent = "N/A",
    KUBE_DOC ("The maximum number of pods that may be unavailable.") },
  { "Allowed Disruptions", "integer", .path = "status.disruptionsAllowed",
    KUBE_DOC ("Calculated number of pods that may be disrupted at this time.") },
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
