/* SPDX-License-Identifier: Apache-2.0 */
/* sim/kube/kinds/deployment.c: the Deployment table */
#include "config.h"

#include <string.h>

#include "sim/kube/kinds/kinds.h"
#include "sim/kube/kinds/structs.h"

static const KubeField rolling_update_fields[] = {
  { "maxUnavailable", KUBE_INT_OR_STRING, .fallback = "\"25%\"",
    KUBE_DOC (
        "The maximum number of pods that can be unavailable during the update. Value can be an "
        "absolute number (ex: 5) or a percentage of desired pods (ex: 10%). Defaults to 25%.") },
  { "maxSurge", KUBE_INT_OR_STRING, .fallback = "\"25%\"",
    KUBE_DOC ("The maximum number of pods that can be scheduled above the desired number of pods. "
              "Value can be an absolute number (ex: 5) or a percentage of desired pods (ex: 10%). "
              "Defaults to 25%.") },
  { NULL },
};

static const KubeStruct rolling_update = {
  "io.k8s.api.apps.v1.RollingUpdateDeployment",
  "Spec to control the desired behavior of rolling update.",
  rolling_update_fields,
};

static const KubeField strategy_fields[] = {
  { "type", KUBE_STRING, .fallback = "\"RollingUpdate\"",
    .values = KUBE_VALUES ("Recreate", "RollingUpdate"),
    KUBE_DOC ("Type of deployment. Can be \"Recreate\" or \"RollingUpdate\". Default is "
              "RollingUpdate.") },
  KUBE_OBJECT_OF (
      "rollingUpdate", rolling_update,
      KUBE_DOC (
          "Rolling update config params. Present only if DeploymentStrategyType = RollingUpdate.")),
  { NULL },
};

static const KubeStruct strategy = {
  "io.k8s.api.apps.v1.DeploymentStrategy",
  "DeploymentStrategy describes how to replace existing pods with new ones.",
  strategy_fields,
};

static const KubeField spec_fields[] = {
  { "replicas", KUBE_INT, .fallback = "1",
    KUBE_DOC ("Number of desired pods. This is a pointer to distinguish between explicit zero and "
              "not specified. Defaults to 1.") },
  KUBE_OBJECT_OF (
      "selector", kube_label_selector, .required = TRUE,
      KUBE_DOC (
          "Label selector for pods. Existing ReplicaSets whose pods are selected by this will "
          "be the ones affected by this deployment.")),
  KUBE_OBJECT_OF ("template", kube_pod_template_spec, .required = TRUE,
                  KUBE_DOC ("Template describes the pods that will be created. The only allowed "
                            "template.spec.restartPolicy value is \"Always\".")),
  KUBE_OBJECT_OF (
      "strategy", strategy, .fallback = "{}", .retain_keys = TRUE,
      KUBE_DOC ("The deployment strategy to use to replace existing pods with new ones.")),
  { "minReadySeconds", KUBE_INT,
    KUBE_DOC ("Minimum number of seconds for which a newly created pod should be ready without any "
              "of its container crashing, for it to be considered available. Defaults to 0 (pod "
              "will be considered available as soon as it is ready)") },
  { "revisionHistoryLimit", KUBE_INT, .fallback = "10",
    KUBE_DOC ("The number of old ReplicaSets to retain to allow rollback. Defaults to 10.") },
  { "paused", KUBE_BOOL, KUBE_DOC ("Indicates that the deployment is paused.") },
  { "progressDeadlineSeconds", KUBE_INT, .fallback = "600",
    KUBE_DOC ("The maximum time in seconds for a deployment to make progress before it is "
              "considered to be failed. Defaults to 600s.") },
  { NULL },
};

static const KubeStruct spec = {
  "io.k8s.api.apps.v1.DeploymentSpec",
  "DeploymentSpec is the specification of the desired behavior of the Deployment.",
  spec_fields,
};

static const KubeField condition_fields[] = {
  { "type", KUBE_STRING, .required = TRUE, KUBE_DOC ("Type of deployment condition.") },
  { "status", KUBE_STRING, .required = TRUE,
    KUBE_DOC ("Status of the condition, one of True, False, Unknown.") },
  { "lastUpdateTime", KUBE_TIME, .fallback = "null",
    KUBE_DOC ("The last time this condition was updated.") },
  { "lastTransitionTime", KUBE_TIME, .fallback = "null",
    KUBE_DOC ("Last time the condition transitioned from one status to another.") },
  { "reason", KUBE_STRING, KUBE_DOC ("The reason for the condition's last transition.") },
  { "message", KUBE_STRING,
    KUBE_DOC ("A human readable message indicating details about the transition.") },
  { NULL },
};

static const KubeStruct condition = {
  "io.k8s.api.apps.v1.DeploymentCondition",
  "DeploymentCondition describes the state of a deployment at a certain point.",
  condition_fields,
};

static const KubeField status_fields[] = {
  { "observedGeneration", KUBE_INT,
    KUBE_DOC ("The generation observed by the deployment controller.") },
  { "replicas", KUBE_INT,
    KUBE_DOC ("Total number of non-terminated pods targeted by this deployment (their labels match "
              "the selector).") },
  { "updatedReplicas", KUBE_INT,
    KUBE_DOC ("Total number of non-terminated pods targeted by this deployment that have the "
              "desired template spec.") },
  { "readyReplicas", KUBE_INT,
    KUBE_DOC ("readyReplicas is the number of pods targeted by this Deployment with a Ready "
              "Condition.") },
  { "availableReplicas", KUBE_INT,
    KUBE_DOC ("Total number of available pods (ready for at least minReadySeconds) targeted by "
              "this deployment.") },
  { "unavailableReplicas", KUBE_INT,
    KUBE_DOC ("Total number of unavailable pods targeted by this deployment.") },
  KUBE_LIST_OF (
      "conditions", condition, .merge_key = "type",
      KUBE_DOC ("Represents the latest available observations of a deployment's current state.")),
  { "collisionCount", KUBE_INT, KUBE_DOC ("Count of hash collisions for the Deployment.") },
  { NULL },
};

static const KubeStruct status = {
  "io.k8s.api.apps.v1.DeploymentStatus",
  "DeploymentStatus is the most recently observed status of the Deployment.",
  status_fields,
};

static const KubeField fields[] = {
  KUBE_TYPE_FIELDS,
  KUBE_OBJECT_OF ("spec", spec, .fallback = "{}",
                  KUBE_DOC ("Specification of the desired behavior of the Deployment.")),
  KUBE_OBJECT_OF ("status", status, .fallback = "{}",
                  KUBE_DOC ("Most recently observed status of the Deployment.")),
  { NULL },
};

static const KubeStruct type = {
  "io.k8s.api.apps.v1.Deployment",
  "Deployment enables declarative updates for Pods and ReplicaSets.",
  fields,
};

static DdValue *
ready_cell (KubeApi *api G_GNUC_UNUSED, const SimObject *object)
{
  return dd_string_printf ("%" G_GINT64_FORMAT "/%" G_GINT64_FORMAT,
                           dd_value_path_int (object->value, "status.readyReplicas", 0),
                           dd_value_path_int (object->value, "spec.replicas", 0));
}

static const KubeColumn columns[] = {
  KUBE_NAME_COLUMN,
  { "Ready", "string", .cell = ready_cell, KUBE_DOC ("Number of the pod with ready state") },
  { "Up-to-date", "string", .path = "status.updatedReplicas" },
  { "Available", "string", .path = "status.availableReplicas" },
  KUBE_AGE_COLUMN,
  KUBE_WORKLOAD_COLUMNS,
  { NULL },
};

static gboolean
set_defaults (DdValue **object)
{
  const char *how = dd_value_path_string (*object, "spec.strategy.type");

  if (how != NULL && strcmp (how, "RollingUpdate") == 0
      && dd_value_path (*object, "spec.strategy.rollingUpdate") == NULL)
    dd_value_set (
        object, "spec.strategy.rollingUpdate",
        dd_object ("maxUnavailable", dd_string ("25%"), "maxSurge", dd_string ("25%"), NULL));
  kube_template_set_defaults (object);
  return TRUE;
}

static gboolean
prepare_create (KubeApi *api G_GNUC_UNUSED, DdValue **object, GError **error G_GNUC_UNUSED)
{
  return set_defaults (object);
}

static gboolean
prepare_update (KubeApi *api G_GNUC_UNUSED, const SimObject *old G_GNUC_UNUSED, DdValue **object,
                GError **error G_GNUC_UNUSED)
{
  return set_defaults (object);
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
  .prepare_create = prepare_create,
  .prepare_update = prepare_update,
  .validate = validate,
};
