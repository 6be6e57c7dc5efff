/* SPDX-License-Identifier: Apache-2.0 */
/* sim/kube/kinds/replica-set.c: the ReplicaSet table */
#include "config.h"

#include "sim/kube/kinds/kinds.h"
#include "sim/kube/kinds/structs.h"

static const KubeField spec_fields[] = {
  { "replicas", KUBE_INT, .fallback = "1",
    KUBE_DOC ("Replicas is the number of desired replicas. This is a pointer to distinguish "
              "between explicit zero and unspecified. Defaults to 1. More info: "
              "https://kubernetes.io/docs/concepts/workloads/controllers/replicationcontroller/"
              "#what-is-a-replicationcontroller") },
  { "minReadySeconds", KUBE_INT,
    KUBE_DOC ("Minimum number of seconds for which a newly created pod should be ready without any "
              "of its container crashing, for it to be considered available.") },
  KUBE_OBJECT_OF (
      "selector", kube_label_selector, .required = TRUE,
      KUBE_DOC (
          "Selector is a label query over pods that should match the replica count. If the "
          "selector is empty, it is defaulted to the labels present on the pod template. Label "
          "keys and values that must match in order to be controlled by this replica set. More "
          "info: "
          "https://kubernetes.io/docs/concepts/overview/working-with-objects/labels/"
          "#label-selectors")),
  KUBE_OBJECT_OF ("template", kube_pod_template_spec, .required = TRUE,
                  KUBE_DOC ("Template is the object that describes the pod that will be created if "
                            "insufficient replicas are detected.")),
  { NULL },
};

static const KubeStruct spec = {
  "io.k8s.api.apps.v1.ReplicaSetSpec",
  "ReplicaSetSpec is the specification of a ReplicaSet.",
  spec_fields,
};

static const KubeField status_fields[] = {
  { "replicas", KUBE_INT, .fallback = "0",
    KUBE_DOC ("Replicas is the most recently observed number of replicas. More info: "
              "https://kubernetes.io/docs/concepts/workloads/controllers/replicationcontroller/"
              "#what-is-a-replicationcontroller") },
  { "fullyLabeledReplicas", KUBE_INT,
    KUBE_DOC ("The number of pods that have labels matching the labels of the pod template of the "
              "replicaset.") },
  { "readyReplicas", KUBE_INT, KUBE_DOC ("The number of ready replicas for this replica set.") },
  { "availableReplicas", KUBE_INT,
    KUBE_DOC ("The number of available replicas (ready for at least minReadySeconds) for this "
              "replica set.") },
  { "observedGeneration", KUBE_INT,
    KUBE_DOC (
        "ObservedGeneration reflects the generation of the most recently observed ReplicaSet.") },
  KUBE_LIST_OF (
      "conditions", kube_condition, .merge_key = "type",
      KUBE_DOC ("Represents the latest available observations of a replica set's current state.")),
  { NULL },
};

static const KubeStruct status = {
  "io.k8s.api.apps.v1.ReplicaSetStatus",
  "ReplicaSetStatus represents the current status of a ReplicaSet.",
  status_fields,
};

static const KubeField fields[] = {
  KUBE_TYPE_FIELDS,
  KUBE_OBJECT_OF (
      "spec", spec, .fallback = "{}",
      KUBE_DOC ("Spec defines the specification of the desired behavior of the ReplicaSet.")),
  KUBE_OBJECT_OF (
      "status", status, .fallback = "{}",
      KUBE_DOC ("Status is the most recently observed status of the ReplicaSet. Read-only.")),
  { NULL },
};

static const KubeStruct type = {
  "io.k8s.api.apps.v1.ReplicaSet",
  "ReplicaSet ensures that a specified number of pod replicas are running at any given time.",
  fields,
};

static const KubeColumn columns[] = {
  KUBE_NAME_COLUMN,
  { "Desired", "integer", .path = "spec.replicas" },
  { "Current", "integer", .path = "status.replicas" },
  { "Ready", "integer", .path = "status.readyReplicas" },
  KUBE_AGE_COLUMN,
  KUBE_WORKLOAD_COLUMNS,
  { NULL },
};

static gboolean
prepare_create (KubeApi *api G_GNUC_UNUSED, DdValue **object, GError **error G_GNUC_UNUSED)
{
  kube_template_set_defaults (object);
  return TRUE;
}

static gboolean
prepare_update (KubeApi *api G_GNUC_UNUSED, const SimObject *old G_GNUC_UNUSED, DdValue **object,
                GError **error G_GNUC_UNUSED)
{
  kube_template_set_defaults (object);
  return TRUE;
}

/* The server's texts call a replica set's selector a deployment's. */
static void
validate (const DdValue *old, const DdValue *object, KubeCauses *causes)
{
  kube_workload_validate ("deployment", old, object, causes);
}

/* status.replicas. */
static char *
field_value (const SimObject *object, const char *field)
{
  return g_strdup_printf ("%" G_GINT64_FORMAT, dd_value_path_int (object->value, field, 0));
}

const KubeKind kube_replica_set = {
  .group = "apps",
  .version = "v1",
  .kind = "ReplicaSet",
  .plural = "replicasets",
  .singular = "replicaset",
  .short_names = KUBE_VALUES ("rs"),
  .categories = KUBE_VALUES ("all"),
  .namespaced = TRUE,
  .subresources = KUBE_SUB_STATUS | KUBE_SUB_SCALE,
  .flags = KUBE_UNCONDITIONAL_UPDATE | KUBE_HAS_GENERATION,
  .type = &type,
  .columns = columns,
  .selectable_fields = KUBE_VALUES ("status.replicas"),
  .prepare_create = prepare_create,
  .prepare_update = prepare_update,
  .validate = validate,
  .field_value = field_value,
};
