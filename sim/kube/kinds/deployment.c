/* SPDX-License-Identifier: Apache-2.0 */
/* sim/kube/kinds/deployment.c: the Deployment table */
#include "config.h"

#include <string.h>

#include "sim/kube/kinds/kinds.h"
#include "sim/kube/kinds/structs.h"

static const KubeField rolling_update_fields[] = {
  { "maxUnavailable", KUBE_INT_OR_STRING, 1, .pointer = TRUE, .fallback = "\"25%\"",
    KUBE_DOC ("Count or percentage (rounded down) of replicas that may be missing during an "
              "update; default 25%."),
    KUBE_ACTS },
  { "maxSurge", KUBE_INT_OR_STRING, 2, .pointer = TRUE, .fallback = "\"25%\"",
    KUBE_DOC ("Count or percentage (rounded up) of pods beyond replicas during an update; default "
              "25%."),
    KUBE_ACTS },
  { NULL },
};

static const KubeStruct rolling_update = {
  "io.k8s.api.apps.v1.RollingUpdateDeployment",
  "How many pods a rolling update may go without or run extra.",
  rolling_update_fields,
};

static const KubeField strategy_fields[] = {
  { "type", KUBE_STRING, 1, .fallback = "\"RollingUpdate\"",
    .values = KUBE_VALUES ("Recreate", "RollingUpdate"),
    KUBE_DOC ("RollingUpdate (default) swaps pods gradually; Recreate removes all old ones first."),
    KUBE_ACTS },
  KUBE_OBJECT_OF ("rollingUpdate", rolling_update, 2, .pointer = TRUE,
                  KUBE_DOC ("Limits of a rolling update; not allowed with type Recreate."),
                  KUBE_ACTS),
  { NULL },
};

static const KubeStruct strategy = {
  "io.k8s.api.apps.v1.DeploymentStrategy",
  "The way from the old pods to those of a changed template.",
  strategy_fields,
};

static const KubeField spec_fields[] = {
  { "replicas", KUBE_INT, 1, .pointer = TRUE, .fallback = "1",
    KUBE_DOC ("How many pods to run; 1 if absent, and 0 is allowed."), KUBE_ACTS },
  KUBE_OBJECT_OF (
      "selector", kube_label_selector, 2, .pointer = TRUE, .required = TRUE,
      KUBE_DOC (
          "Pods of this deployment, by label; fixed at creation, and must match the template."),
      KUBE_ACTS),
  KUBE_OBJECT_OF ("template", kube_pod_template_spec, 3, .required = TRUE,
                  KUBE_DOC ("Blueprint of the pods; a change of it starts a rollout. Its "
                            "restartPolicy must be Always."),
                  KUBE_ACTS),
  KUBE_OBJECT_OF ("strategy", strategy, 4, .fallback = "{}", .retain_keys = TRUE,
                  KUBE_DOC ("How a rollout proceeds."), KUBE_ACTS),
  { "minReadySeconds", KUBE_INT, 5,
    KUBE_DOC ("Seconds a new pod must stay ready before it counts as available; default 0."),
    KUBE_ACTS },
  { "revisionHistoryLimit", KUBE_INT, 6, .pointer = TRUE, .fallback = "10",
    KUBE_DOC ("Superseded ReplicaSets kept so that a rollback can use them; default 10."),
    KUBE_ACTS },
  { "paused", KUBE_BOOL, 7,
    KUBE_DOC ("True holds back rollouts of template changes; scaling still works."), KUBE_ACTS },
  { "progressDeadlineSeconds", KUBE_INT, 9, .pointer = TRUE, .fallback = "600",
    KUBE_DOC ("Seconds a rollout may stand still before condition Progressing turns False; default "
              "600."),
    KUBE_ACTS },
  { NULL },
};

static const KubeStruct spec = {
  "io.k8s.api.apps.v1.DeploymentSpec",
  "Pods that the user wants, how many, and how to update them.",
  spec_fields,
};

static const KubeField condition_fields[] = {
  { "type", KUBE_STRING, 1, .required = TRUE,
    KUBE_DOC ("Available, Progressing or ReplicaFailure.") },
  { "status", KUBE_STRING, 2, .required = TRUE, .words = KUBE_VALUES ("True", "False", "Unknown"),
    KUBE_DOC ("True, False or Unknown.") },
  { "lastUpdateTime", KUBE_TIME, 6, .fallback = "null",
    KUBE_DOC ("When the controller last wrote this condition, even with its status unchanged.") },
  { "lastTransitionTime", KUBE_TIME, 7, .fallback = "null",
    KUBE_DOC ("When status last took another value.") },
  { "reason", KUBE_STRING, 4,
    KUBE_DOC ("One CamelCase word for programs, such as NewReplicaSetAvailable.") },
  { "message", KUBE_STRING, 5, KUBE_DOC ("Explanation for people.") },
  { NULL },
};

static const KubeStruct condition = {
  "io.k8s.api.apps.v1.DeploymentCondition",
  "One finding of the controller on how the deployment is doing.",
  condition_fields,
};

static const KubeField status_fields[] = {
  { "observedGeneration", KUBE_INT, 1,
    KUBE_DOC ("Value of metadata.generation that the controller has acted upon.") },
  { "replicas", KUBE_INT, 2, KUBE_DOC ("Pods of all revisions together, without finished ones.") },
  { "updatedReplicas", KUBE_INT, 3,
    KUBE_DOC ("Pods made from the current template, without finished ones.") },
  { "readyReplicas", KUBE_INT, 7, KUBE_DOC ("Pods, of whichever revision, that are ready.") },
  { "availableReplicas", KUBE_INT, 4,
    KUBE_DOC ("Pods, of whichever revision, that have been ready for minReadySeconds.") },
  { "unavailableReplicas", KUBE_INT, 5,
    KUBE_DOC ("Pods that are wanted but not available, or not created yet.") },
  KUBE_LIST_OF ("conditions", condition, 6, .merge_key = "type",
                KUBE_DOC ("Verdicts of the controller: Available, Progressing, ReplicaFailure.")),
  { "collisionCount", KUBE_INT, 8, .pointer = TRUE,
    KUBE_DOC ("Salt for the template hash, raised when a ReplicaSet name is already taken.") },
  { NULL },
};

static const KubeStruct status = {
  "io.k8s.api.apps.v1.DeploymentStatus",
  "How far the deployment controller has come.",
  status_fields,
};

static const KubeField fields[] = {
  KUBE_TYPE_FIELDS,
  KUBE_OBJECT_OF ("spec", spec, 2, .fallback = "{}",
                  KUBE_DOC ("Pods and rollout rules that the user wants."), KUBE_ACTS),
  KUBE_OBJECT_OF ("status", status, 3, .fallback = "{}",
                  KUBE_DOC ("Pod counts and conditions, written by the deployment controller."),
                  KUBE_INERT ("The cluster writes it.")),
  { NULL },
};

static const KubeStruct type = {
  "io.k8s.api.apps.v1.Deployment",
  "Runs interchangeable pods through ReplicaSets and rolls out changes to them.",
  fields,
};

static const KubeColumn columns[] = {
  KUBE_NAME_COLUMN,
  { "Ready", "string", .cell = kube_ready_replicas_cell,
    KUBE_DOC ("Pods that are ready, out of those that are wanted.") },
  { "Up-to-date", "string", .path = "status.updatedReplicas" },
  { "Available", "string", .path = "status.availableReplicas" },
  KUBE_AGE_COLUMN,
  KUBE_WORKLOAD_COLUMNS,
  { NULL },
};

static void
set_defaults (DdValue **object)
{
  const char *how = dd_value_path_string (*object, "spec.strategy.type");

  if (how != NULL && strcmp (how, "RollingUpdate") == 0
      && dd_value_path (*object, "spec.strategy.rollingUpdate") == NULL)
    dd_value_set (
        object, "spec.strategy.rollingUpdate",
        dd_object ("maxUnavailable", dd_string ("25%"), "maxSurge", dd_string ("25%"), NULL));
  kube_template_set_defaults (object);
}

/* 0, "0%": an update could never begin. */
static gboolean
is_zero (const DdValue *amount)
{
  const char *text = dd_value_string (amount);

  return text != NULL ? strtoll (text, NULL, 10) == 0 : dd_value_int (amount, 0) == 0;
}

static void
validate (const DdValue *old, const DdValue *object, KubeCauses *causes)
{
  const DdValue *rolling = dd_value_path (object, "spec.strategy.rollingUpdate");
  const char *how = dd_value_path_string (object, "spec.strategy.type");
  const DdValue *unavailable = dd_value_member (rolling, "maxUnavailable");
  const DdValue *surge = dd_value_member (rolling, "maxSurge");

  kube_workload_validate ("deployment", old, object, causes);
  if (rolling == NULL)
    return;
  if (g_strcmp0 (how, "Recreate") == 0)
    {
      kube_causes_add (causes, "FieldValueForbidden", "spec.strategy.rollingUpdate",
                       "Forbidden: may not be specified when strategy `type` is 'Recreate'");
      return;
    }
  kube_any_percent_validate (surge, "spec.strategy.rollingUpdate.maxSurge", causes);
  kube_int_or_percent_validate (unavailable, "spec.strategy.rollingUpdate.maxUnavailable", causes);
  if (is_zero (unavailable) && is_zero (surge))
    kube_causes_add (causes, "FieldValueInvalid", "spec.strategy.rollingUpdate.maxUnavailable",
                     "Invalid value: 0: may not be 0 when `maxSurge` is 0");
}

const KubeKind kube_deployment = {
  .group = "apps",
  .version = "v1",
  .kind = "Deployment",
  .plural = "deployments",
  .singular = "deployment",
  .short_names = KUBE_VALUES ("deploy"),
  .categories = KUBE_VALUES ("all"),
  .namespaced = TRUE,
  .subresources = KUBE_SUB_STATUS | KUBE_SUB_SCALE,
  .flags = KUBE_UNCONDITIONAL_UPDATE | KUBE_HAS_GENERATION,
  .type = &type,
  .columns = columns,
  .set_defaults = set_defaults,
  .validate = validate,
};
