/* SPDX-License-Identifier: Apache-2.0 */
/* sim/kube/kinds/replica-set.c: the ReplicaSet table */
#include "config.h"

#include <string.h>

#include "sim/kube/kinds/kinds.h"
#include "sim/kube/kinds/structs.h"

static const KubeField spec_fields[] = {
  { "replicas", KUBE_INT, 1, .pointer = TRUE, .fallback = "1",
    KUBE_DOC ("How many pods to keep; 1 if absent, and 0 is allowed."), KUBE_ACTS },
  { "minReadySeconds", KUBE_INT, 4,
    KUBE_DOC ("Seconds a pod must stay ready before it counts as available; default 0."),
    KUBE_ACTS },
  KUBE_OBJECT_OF (
      "selector", kube_label_selector, 2, .pointer = TRUE, .required = TRUE,
      KUBE_DOC ("Pods to count and keep, by label; fixed at creation, must match the template."),
      KUBE_ACTS),
  KUBE_OBJECT_OF (
      "template", kube_pod_template_spec, 3, .required = TRUE,
      KUBE_DOC ("Blueprint for missing pods; existing ones keep their shape when it changes."),
      KUBE_ACTS),
  { NULL },
};

static const KubeStruct spec = {
  "io.k8s.api.apps.v1.ReplicaSetSpec",
  "How many pods of which kind to keep.",
  spec_fields,
};

static const KubeField status_fields[] = {
  { "replicas", KUBE_INT, 1, .fallback = "0",
    KUBE_DOC ("Pods that the controller last counted, ready or not.") },
  { "fullyLabeledReplicas", KUBE_INT, 2,
    KUBE_DOC ("Pods carrying all labels of the template, not merely the selector's.") },
  { "readyReplicas", KUBE_INT, 4, KUBE_DOC ("Pods whose condition Ready is True.") },
  { "availableReplicas", KUBE_INT, 5, KUBE_DOC ("Pods that have been ready for minReadySeconds.") },
  { "observedGeneration", KUBE_INT, 3,
    KUBE_DOC ("Generation of the spec that the controller last worked on.") },
  KUBE_LIST_OF ("conditions", kube_workload_condition, 6, .merge_key = "type",
                KUBE_DOC ("ReplicaFailure here says that pods could not be created or deleted.")),
  { NULL },
};

static const KubeStruct status = {
  "io.k8s.api.apps.v1.ReplicaSetStatus",
  "Pod counts as the controller last saw them.",
  status_fields,
};

static const KubeField fields[] = {
  KUBE_TYPE_FIELDS,
  KUBE_OBJECT_OF ("spec", spec, 2, .fallback = "{}",
                  KUBE_DOC ("Number and shape of the pods wanted."), KUBE_ACTS),
  KUBE_OBJECT_OF ("status", status, 3, .fallback = "{}",
                  KUBE_DOC ("Pods found, counted by the replica set controller."),
                  KUBE_INERT ("The cluster writes it.")),
  { NULL },
};

static const KubeStruct type = {
  "io.k8s.api.apps.v1.ReplicaSet",
  "Keeps a number of like pods running; usually made by a Deployment.",
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

/* The server's texts call a replica set's selector a deployment's. */
static void
validate (const DdValue *old, const DdValue *object, KubeCauses *causes)
{
  kube_workload_validate ("deployment", old, object, causes);
}

/* A count that is absent is 0. */
static char *
field_value (const SimObject *object, const char *field)
{
  return strcmp (field, "status.replicas") != 0
             ? NULL
             : g_strdup_printf ("%" G_GINT64_FORMAT, dd_value_path_int (object->value, field, 0));
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
  .set_defaults = kube_template_set_defaults,
  .validate = validate,
  .field_value = field_value,
};
