/* SPDX-License-Identifier: Apache-2.0 */
/* sim/kube/kinds/stateful-set.c: the StatefulSet table */
#include "config.h"

#include <string.h>

#include "sim/kube/kinds/kinds.h"
#include "sim/kube/kinds/storage.h"
#include "sim/kube/kinds/structs.h"

/* Imitates: Kubernetes API Reference, StatefulSet v1 apps. */
static const KubeField rolling_update_fields[] = {
  { "partition", KUBE_INT, 1, .pointer = TRUE,
    KUBE_DOC ("Pods with a lower ordinal keep the former template; default 0."), KUBE_ACTS },
  { "maxUnavailable", KUBE_INT_OR_STRING, 2, .pointer = TRUE,
    KUBE_DOC ("Pods that an update may take at once, behind a feature gate."),
    KUBE_INERT ("Servers ignore it unless an alpha feature is on.") },
  { NULL },
};

static const KubeStruct rolling_update = {
  "io.k8s.api.apps.v1.RollingUpdateStatefulSetStrategy",
  "How far a rolling update of a stateful set goes.",
  rolling_update_fields,
};

static const KubeField strategy_fields[] = {
  { "type", KUBE_STRING, 1, .fallback = "\"RollingUpdate\"",
    .values = KUBE_VALUES ("OnDelete", "RollingUpdate"),
    KUBE_DOC ("RollingUpdate (default) goes from the highest ordinal down; OnDelete waits for "
              "somebody to delete each pod."),
    KUBE_ACTS },
  KUBE_OBJECT_OF ("rollingUpdate", rolling_update, 2, .pointer = TRUE,
                  KUBE_DOC ("Where a rolling update stops; with type RollingUpdate only."),
                  KUBE_ACTS),
  { NULL },
};

static const KubeStruct strategy = {
  "io.k8s.api.apps.v1.StatefulSetUpdateStrategy",
  "The way a changed template reaches the pods.",
  strategy_fields,
};

static const KubeField retention_fields[] = {
  { "whenDeleted", KUBE_STRING, 1, .fallback = "\"Retain\"",
    .values = KUBE_VALUES ("Delete", "Retain"),
    KUBE_DOC ("What becomes of the claims when the set is deleted."),
    KUBE_INERT ("A set that is gone asks for nothing.") },
  { "whenScaled", KUBE_STRING, 2, .fallback = "\"Retain\"",
    .values = KUBE_VALUES ("Delete", "Retain"),
    KUBE_DOC ("What becomes of the claims of pods that are one too many."),
    KUBE_NOT_MODELLED ("the claims of removed pods would be deleted") },
  { NULL },
};

static const KubeStruct retention = {
  "io.k8s.api.apps.v1.StatefulSetPersistentVolumeClaimRetentionPolicy",
  "Whether claims outlive what they were made for.",
  retention_fields,
};

static const KubeField ordinals_fields[] = {
  { "start", KUBE_INT, 1, KUBE_DOC ("Number of the first pod; default 0."), KUBE_ACTS },
  { NULL },
};

static const KubeStruct ordinals = {
  "io.k8s.api.apps.v1.StatefulSetOrdinals",
  "How the pods are numbered.",
  ordinals_fields,
};

static const KubeField spec_fields[] = {
  { "replicas", KUBE_INT, 1, .pointer = TRUE, .fallback = "1",
    KUBE_DOC ("How many pods to keep; 1 if absent, and 0 is allowed."), KUBE_ACTS },
  KUBE_OBJECT_OF (
      "selector", kube_label_selector, 2, .pointer = TRUE, .required = TRUE,
      KUBE_DOC ("Pods of this set, by label; fixed at creation, must match the template."),
      KUBE_ACTS),
  KUBE_OBJECT_OF ("template", kube_pod_template_spec, 3, .required = TRUE,
                  KUBE_DOC ("Blueprint for the pods, beside their name and their claims."),
                  KUBE_ACTS),
  KUBE_LIST_OF ("volumeClaimTemplates", kube_claim_template, 4,
                KUBE_DOC ("Claims that each pod has for itself, TEMPLATE-SET-ORDINAL, and keeps."),
                KUBE_ACTS),
  { "serviceName", KUBE_STRING, 5, .fallback = "\"\"",
    KUBE_DOC ("Headless Service that gives the pods their names in DNS."), KUBE_ACTS },
  { "podManagementPolicy", KUBE_STRING, 6, .fallback = "\"OrderedReady\"",
    .values = KUBE_VALUES ("OrderedReady", "Parallel"),
    KUBE_DOC ("OrderedReady (default) makes and removes one pod at a time; Parallel all at once."),
    KUBE_ACTS },
  KUBE_OBJECT_OF ("updateStrategy", strategy, 7, .fallback = "{}",
                  KUBE_DOC ("How pods of an older template give way to the current one."),
                  KUBE_ACTS),
  { "revisionHistoryLimit", KUBE_INT, 8, .pointer = TRUE, .fallback = "10",
    KUBE_DOC ("Earlier ControllerRevisions kept to roll back to; default 10."), KUBE_ACTS },
  { "minReadySeconds", KUBE_INT, 9,
    KUBE_DOC ("Seconds a pod must stay ready before it counts as available; default 0."),
    KUBE_ACTS },
  KUBE_OBJECT_OF ("persistentVolumeClaimRetentionPolicy", retention, 10, .pointer = TRUE,
                  .fallback = "{}", KUBE_DOC ("When claims of the templates are deleted."),
                  KUBE_ACTS),
  KUBE_OBJECT_OF ("ordinals", ordinals, 11, .pointer = TRUE,
                  KUBE_DOC ("How the pods are numbered."), KUBE_ACTS),
  { NULL },
};

static const KubeStruct spec = {
  "io.k8s.api.apps.v1.StatefulSetSpec",
  "Which pods to keep, each with a name and storage of its own.",
  spec_fields,
};

static const KubeField status_fields[] = {
  { "observedGeneration", KUBE_INT, 1,
    KUBE_DOC ("Generation of the spec that the controller last worked on.") },
  { "replicas", KUBE_INT, 2, .fallback = "0", KUBE_DOC ("Pods that there are.") },
  { "readyReplicas", KUBE_INT, 3, KUBE_DOC ("Pods whose condition Ready is True.") },
  { "currentReplicas", KUBE_INT, 4, KUBE_DOC ("Pods of currentRevision.") },
  { "updatedReplicas", KUBE_INT, 5, KUBE_DOC ("Pods of updateRevision.") },
  { "currentRevision", KUBE_STRING, 6, KUBE_DOC ("Revision that an update starts from.") },
  { "updateRevision", KUBE_STRING, 7, KUBE_DOC ("Revision that it leads to.") },
  { "collisionCount", KUBE_INT, 9, .pointer = TRUE,
    KUBE_DOC ("Salt for names of revisions, raised when one is taken.") },
  KUBE_LIST_OF ("conditions", kube_workload_condition, 10, .merge_key = "type",
                KUBE_DOC ("The set's conditions by type; the controller writes none so far.")),
  { "availableReplicas", KUBE_INT, 11, .fallback = "0",
    KUBE_DOC ("Pods that have been ready for minReadySeconds.") },
  { NULL },
};

static const KubeStruct status = {
  "io.k8s.api.apps.v1.StatefulSetStatus",
  "Pod counts as the controller last saw them.",
  status_fields,
};

static const KubeField fields[] = {
  KUBE_TYPE_FIELDS,
  KUBE_OBJECT_OF ("spec", spec, 2, .fallback = "{}",
                  KUBE_DOC ("Pods, their names, order and storage."), KUBE_ACTS),
  KUBE_OBJECT_OF ("status", status, 3, .fallback = "{}",
                  KUBE_DOC ("Pods found, counted by the stateful set controller."),
                  KUBE_INERT ("The cluster writes it.")),
  { NULL },
};

static const KubeStruct type = {
  "io.k8s.api.apps.v1.StatefulSet",
  "Keeps pods that each have a name, an order and storage of their own.",
  fields,
};

static const KubeColumn columns[] = {
  KUBE_NAME_COLUMN,
  { "Ready", "string", .cell = kube_ready_replicas_cell,
    KUBE_DOC ("Pods that are ready, of those wanted.") },
  KUBE_AGE_COLUMN,
  KUBE_TEMPLATE_COLUMNS,
  { NULL },
};

static void
set_defaults (DdValue **object)
{
  const char *how = dd_value_path_string (*object, "spec.updateStrategy.type");

  if (g_strcmp0 (how, "RollingUpdate") == 0
      && dd_value_path (*object, "spec.updateStrategy.rollingUpdate.partition") == NULL)
    dd_value_set (object, "spec.updateStrategy.rollingUpdate.partition", dd_int (0));
  kube_template_set_defaults (object);
}

/* Imitates: pkg/apis/apps/validation, ValidateStatefulSetUpdate. */
static void
validate_fixed (const DdValue *old, const DdValue *object, KubeCauses *causes)
{
  static const char *const changeable[] = { "replicas",
                                            "ordinals",
                                            "template",
                                            "updateStrategy",
                                            "revisionHistoryLimit",
                                            "persistentVolumeClaimRetentionPolicy",
                                            "minReadySeconds" };
  g_autoptr (DdValue) before = dd_value_ref (dd_value_member (old, "spec"));
  g_autoptr (DdValue) after = dd_value_ref (dd_value_member (object, "spec"));

  for (guint i = 0; i < G_N_ELEMENTS (changeable); i++)
    {
      dd_value_set (&before, changeable[i], NULL);
      dd_value_set (&after, changeable[i], NULL);
    }
  if (!dd_value_equal (before, after))
    kube_causes_add (causes, "FieldValueForbidden", "spec",
                     "Forbidden: updates to statefulset spec for fields other than 'replicas', "
                     "'ordinals', 'template', 'updateStrategy', 'revisionHistoryLimit', "
                     "'persistentVolumeClaimRetentionPolicy' and 'minReadySeconds' are forbidden");
}

/* A mount may name a claim of a template, which no volume of the pod's own spec does. */
static void
validate (const DdValue *old, const DdValue *object, KubeCauses *causes)
{
  kube_workload_validate_template ("statefulset", object, causes);
  if (dd_value_path_int (object, "spec.updateStrategy.rollingUpdate.partition", 0) < 0)
    kube_causes_add (causes, "FieldValueInvalid", "spec.updateStrategy.rollingUpdate.partition",
                     "Invalid value: %" G_GINT64_FORMAT ": must be greater than or equal to 0",
                     dd_value_path_int (object, "spec.updateStrategy.rollingUpdate.partition", 0));
  if (old != NULL)
    validate_fixed (old, object, causes);
}

const KubeKind kube_stateful_set = {
  .group = "apps",
  .version = "v1",
  .kind = "StatefulSet",
  .plural = "statefulsets",
  .singular = "statefulset",
  .short_names = KUBE_VALUES ("sts"),
  .categories = KUBE_VALUES ("all"),
  .namespaced = TRUE,
  .subresources = KUBE_SUB_STATUS | KUBE_SUB_SCALE,
  .flags = KUBE_UNCONDITIONAL_UPDATE | KUBE_HAS_GENERATION,
  .type = &type,
  .columns = columns,
  .set_defaults = set_defaults,
  .validate = validate,
};
