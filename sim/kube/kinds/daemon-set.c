/* SPDX-License-Identifier: Apache-2.0 */
/* sim/kube/kinds/daemon-set.c: the DaemonSet table */
#include "config.h"

#include <string.h>

#include "sim/kube/kinds/kinds.h"
#include "sim/kube/kinds/structs.h"

static const KubeField rolling_update_fields[] = {
  { "maxUnavailable", KUBE_INT_OR_STRING, 1, .pointer = TRUE, .fallback = "1",
    KUBE_DOC ("Count or percentage (rounded up) of nodes an update may leave without an available "
              "pod; default 1."),
    KUBE_ACTS },
  { "maxSurge", KUBE_INT_OR_STRING, 2, .pointer = TRUE, .fallback = "0",
    KUBE_DOC ("Count or percentage (rounded up) of nodes that may run the old and the new pod "
              "together; default 0."),
    KUBE_ACTS },
  { NULL },
};

static const KubeStruct rolling_update = {
  "io.k8s.api.apps.v1.RollingUpdateDaemonSet",
  "How far a rolling update of a daemon set may go at a time.",
  rolling_update_fields,
};

static const KubeField strategy_fields[] = {
  { "type", KUBE_STRING, 1, .fallback = "\"RollingUpdate\"",
    .values = KUBE_VALUES ("OnDelete", "RollingUpdate"),
    KUBE_DOC ("RollingUpdate (default) moves on by itself; OnDelete waits for somebody to delete "
              "each pod."),
    KUBE_ACTS },
  KUBE_OBJECT_OF ("rollingUpdate", rolling_update, 2, .pointer = TRUE,
                  KUBE_DOC ("Limits of a rolling update; goes with type RollingUpdate only."),
                  KUBE_ACTS),
  { NULL },
};

static const KubeStruct strategy = {
  "io.k8s.api.apps.v1.DaemonSetUpdateStrategy",
  "The way a changed template reaches the nodes.",
  strategy_fields,
};

static const KubeField spec_fields[] = {
  KUBE_OBJECT_OF (
      "selector", kube_label_selector, 1, .pointer = TRUE, .required = TRUE,
      KUBE_DOC ("Pods of this set, by label; fixed at creation, and must match the template."),
      KUBE_ACTS),
  KUBE_OBJECT_OF (
      "template", kube_pod_template_spec, 2, .required = TRUE,
      KUBE_DOC (
          "Pod to run once on each node that its node selector, affinity and tolerations allow."),
      KUBE_ACTS),
  KUBE_OBJECT_OF ("updateStrategy", strategy, 3, .fallback = "{}",
                  KUBE_DOC ("How pods of an older template give way to the current one."),
                  KUBE_ACTS),
  { "minReadySeconds", KUBE_INT, 4,
    KUBE_DOC ("Seconds a pod must stay ready before it counts as available; default 0."),
    KUBE_ACTS },
  { "revisionHistoryLimit", KUBE_INT, 6, .pointer = TRUE, .fallback = "10",
    KUBE_DOC ("Earlier ControllerRevisions kept to roll back to; default 10."),
    KUBE_INERT ("No ControllerRevisions are kept.") },
  { NULL },
};

static const KubeStruct spec = {
  "io.k8s.api.apps.v1.DaemonSetSpec",
  "Which pod each node shall run, and how to update it.",
  spec_fields,
};

static const KubeField status_fields[] = {
  { "currentNumberScheduled", KUBE_INT, 1, .fallback = "0",
    KUBE_DOC ("Nodes that qualify and have at least one daemon pod.") },
  { "numberMisscheduled", KUBE_INT, 2, .fallback = "0",
    KUBE_DOC ("Nodes with a daemon pod that no longer qualify for one.") },
  { "desiredNumberScheduled", KUBE_INT, 3, .fallback = "0",
    KUBE_DOC ("Nodes that qualify for a daemon pod, whether or not they have one.") },
  { "numberReady", KUBE_INT, 4, .fallback = "0",
    KUBE_DOC ("Nodes that qualify and whose daemon pod is ready.") },
  { "observedGeneration", KUBE_INT, 5,
    KUBE_DOC ("Value of metadata.generation on which the controller based this status.") },
  { "updatedNumberScheduled", KUBE_INT, 6,
    KUBE_DOC ("Nodes that qualify and whose daemon pod comes from the current template.") },
  { "numberAvailable", KUBE_INT, 7,
    KUBE_DOC ("Nodes that qualify and whose daemon pod has been ready for minReadySeconds.") },
  { "numberUnavailable", KUBE_INT, 8,
    KUBE_DOC ("Nodes that qualify but have no available daemon pod.") },
  { "collisionCount", KUBE_INT, 9, .pointer = TRUE,
    KUBE_DOC (
        "Salt for ControllerRevision names, raised by the controller when a name is taken.") },
  KUBE_LIST_OF ("conditions", kube_workload_condition, 10, .merge_key = "type",
                KUBE_DOC ("The set's conditions by type; the controller writes none so far.")),
  { NULL },
};

static const KubeStruct status = {
  "io.k8s.api.apps.v1.DaemonSetStatus",
  "Node counts by the state of their daemon pod.",
  status_fields,
};

static const KubeField fields[] = {
  KUBE_TYPE_FIELDS,
  KUBE_OBJECT_OF ("spec", spec, 2, .fallback = "{}",
                  KUBE_DOC ("Pod, node choice and update rules that the user wants."), KUBE_ACTS),
  KUBE_OBJECT_OF (
      "status", status, 3, .fallback = "{}",
      KUBE_DOC ("Progress as the daemon set controller reports it; not for users to write."),
      KUBE_INERT ("The cluster writes it.")),
  { NULL },
};

static const KubeStruct type = {
  "io.k8s.api.apps.v1.DaemonSet",
  "Keeps one copy of a pod on every suitable node.",
  fields,
};

static DdValue *
node_selector_cell (KubeApi *api G_GNUC_UNUSED, const SimObject *object)
{
  return dd_string_take (
      kube_labels_to_text (dd_value_path (object->value, "spec.template.spec.nodeSelector")));
}

static const KubeColumn columns[] = {
  KUBE_NAME_COLUMN,
  { "Desired", "integer", .path = "status.desiredNumberScheduled" },
  { "Current", "integer", .path = "status.currentNumberScheduled" },
  { "Ready", "integer", .path = "status.numberReady" },
  { "Up-to-date", "integer", .path = "status.updatedNumberScheduled" },
  { "Available", "integer", .path = "status.numberAvailable" },
  { "Node Selector", "string", .path = "spec.template.spec.nodeSelector",
    .cell = node_selector_cell },
  KUBE_AGE_COLUMN,
  KUBE_WORKLOAD_COLUMNS,
  { NULL },
};

#define TEMPLATE_GENERATION "deprecated.daemonset.template.generation"

/* The template's generation lives on in an annotation, which the pods' labels repeat. */
static void
set_template_generation (DdValue **object, gint64 generation)
{
  g_autofree char *text = g_strdup_printf ("%" G_GINT64_FORMAT, generation);
  DdValue *changed = dd_value_with (*object, dd_string (text), "metadata", "annotations",
                                    TEMPLATE_GENERATION, NULL);

  dd_value_unref (*object);
  *object = changed;
}

static void
set_defaults (DdValue **object)
{
  const char *how = dd_value_path_string (*object, "spec.updateStrategy.type");

  if (how != NULL && strcmp (how, "RollingUpdate") == 0
      && dd_value_path (*object, "spec.updateStrategy.rollingUpdate") == NULL)
    dd_value_set (object, "spec.updateStrategy.rollingUpdate",
                  dd_object ("maxUnavailable", dd_int (1), "maxSurge", dd_int (0), NULL));
  kube_template_set_defaults (object);
  if (dd_value_at (*object, "metadata", "annotations", TEMPLATE_GENERATION, NULL) == NULL)
    set_template_generation (object, 1);
}

static gboolean
prepare_create (KubeApi *api G_GNUC_UNUSED, DdValue **object, GError **error G_GNUC_UNUSED)
{
  set_template_generation (object, 1);
  return TRUE;
}

static gboolean
prepare_update (KubeApi *api G_GNUC_UNUSED, const SimObject *old, DdValue **object,
                GError **error G_GNUC_UNUSED)
{
  const char *text = dd_value_string (
      dd_value_at (old->value, "metadata", "annotations", TEMPLATE_GENERATION, NULL));
  gint64 generation = text != NULL ? g_ascii_strtoll (text, NULL, 10) : 1;

  if (!dd_value_equal (dd_value_path (old->value, "spec.template"),
                       dd_value_path (*object, "spec.template")))
    generation++;
  set_template_generation (object, generation);
  return TRUE;
}

static void
validate (const DdValue *old, const DdValue *object, KubeCauses *causes)
{
  kube_workload_validate ("daemonset", old, object, causes);
  kube_int_or_percent_validate (
      dd_value_path (object, "spec.updateStrategy.rollingUpdate.maxUnavailable"),
      "spec.updateStrategy.rollingUpdate.maxUnavailable", causes);
  kube_int_or_percent_validate (
      dd_value_path (object, "spec.updateStrategy.rollingUpdate.maxSurge"),
      "spec.updateStrategy.rollingUpdate.maxSurge", causes);
}

const KubeKind kube_daemon_set = {
  .group = "apps",
  .version = "v1",
  .kind = "DaemonSet",
  .plural = "daemonsets",
  .singular = "daemonset",
  .short_names = KUBE_VALUES ("ds"),
  .categories = KUBE_VALUES ("all"),
  .namespaced = TRUE,
  .subresources = KUBE_SUB_STATUS,
  .flags = KUBE_UNCONDITIONAL_UPDATE | KUBE_HAS_GENERATION,
  .type = &type,
  .columns = columns,
  .set_defaults = set_defaults,
  .prepare_create = prepare_create,
  .prepare_update = prepare_update,
  .validate = validate,
};
