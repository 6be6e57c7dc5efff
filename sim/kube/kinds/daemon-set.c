/* SPDX-License-Identifier: Apache-2.0 */
/* sim/kube/kinds/daemon-set.c: the DaemonSet table */
#include "config.h"

#include <string.h>

#include "sim/kube/kinds/kinds.h"
#include "sim/kube/kinds/structs.h"

static const KubeField rolling_update_fields[] = {
  { "maxUnavailable", KUBE_INT_OR_STRING, .fallback = "1",
    KUBE_DOC ("The maximum number of DaemonSet pods that can be unavailable during the update.") },
  { "maxSurge", KUBE_INT_OR_STRING, .fallback = "0",
    KUBE_DOC ("The maximum number of nodes with an existing available DaemonSet pod that can have "
              "an updated DaemonSet pod during during an update.") },
  { NULL },
};

static const KubeStruct rolling_update = {
  "io.k8s.api.apps.v1.RollingUpdateDaemonSet",
  "Spec to control the desired behavior of daemon set rolling update.",
  rolling_update_fields,
};

static const KubeField strategy_fields[] = {
  { "type", KUBE_STRING, .fallback = "\"RollingUpdate\"",
    .values = KUBE_VALUES ("OnDelete", "RollingUpdate"),
    KUBE_DOC ("Type of daemon set update. Can be \"RollingUpdate\" or \"OnDelete\". Default is "
              "RollingUpdate.") },
  KUBE_OBJECT_OF (
      "rollingUpdate", rolling_update,
      KUBE_DOC ("Rolling update config params. Present only if type = \"RollingUpdate\".")),
  { NULL },
};

static const KubeStruct strategy = {
  "io.k8s.api.apps.v1.DaemonSetUpdateStrategy",
  "DaemonSetUpdateStrategy is a struct used to control the update strategy for a DaemonSet.",
  strategy_fields,
};

static const KubeField spec_fields[] = {
  KUBE_OBJECT_OF (
      "selector", kube_label_selector, .required = TRUE,
      KUBE_DOC (
          "A label query over pods that are managed by the daemon set. Must match in order to "
          "be controlled. If empty, defaulted to labels on Pod template. More info: "
          "https://kubernetes.io/docs/concepts/overview/working-with-objects/labels/"
          "#label-selectors")),
  KUBE_OBJECT_OF (
      "template", kube_pod_template_spec, .required = TRUE,
      KUBE_DOC ("An object that describes the pod that will be created. The DaemonSet will create "
                "exactly one copy of this pod on every node that matches the template's node "
                "selector (or on every node if no node selector is specified).")),
  KUBE_OBJECT_OF (
      "updateStrategy", strategy, .fallback = "{}",
      KUBE_DOC ("An update strategy to replace existing DaemonSet pods with new pods.")),
  { "minReadySeconds", KUBE_INT,
    KUBE_DOC ("The minimum number of seconds for which a newly created DaemonSet pod should be "
              "ready without any of its container crashing, for it to be considered available.") },
  { "revisionHistoryLimit", KUBE_INT, .fallback = "10",
    KUBE_DOC ("The number of old history to retain to allow rollback. Defaults to 10.") },
  { NULL },
};

static const KubeStruct spec = {
  "io.k8s.api.apps.v1.DaemonSetSpec",
  "DaemonSetSpec is the specification of a daemon set.",
  spec_fields,
};

static const KubeField status_fields[] = {
  { "currentNumberScheduled", KUBE_INT, .fallback = "0",
    KUBE_DOC ("The number of nodes that are running at least 1 daemon pod and are supposed to run "
              "the daemon pod. More info: "
              "https://kubernetes.io/docs/concepts/workloads/controllers/daemonset/") },
  { "numberMisscheduled", KUBE_INT, .fallback = "0",
    KUBE_DOC ("The number of nodes that are running the daemon pod, but are not supposed to run "
              "the daemon pod.") },
  { "desiredNumberScheduled", KUBE_INT, .fallback = "0",
    KUBE_DOC ("The total number of nodes that should be running the daemon pod (including nodes "
              "correctly running the daemon pod). More info: "
              "https://kubernetes.io/docs/concepts/workloads/controllers/daemonset/") },
  { "numberReady", KUBE_INT, .fallback = "0",
    KUBE_DOC ("numberReady is the number of nodes that should be running the daemon pod and have "
              "one or more of the daemon pod running with a Ready Condition.") },
  { "observedGeneration", KUBE_INT,
    KUBE_DOC ("The most recent generation observed by the daemon set controller.") },
  { "updatedNumberScheduled", KUBE_INT,
    KUBE_DOC ("The total number of nodes that are running updated daemon pod") },
  { "numberAvailable", KUBE_INT,
    KUBE_DOC ("The number of nodes that should be running the daemon pod and have one or more of "
              "the daemon pod running and available (ready for at least spec.minReadySeconds)") },
  { "numberUnavailable", KUBE_INT,
    KUBE_DOC ("The number of nodes that should be running the daemon pod and have none of the "
              "daemon pod running and available (ready for at least spec.minReadySeconds)") },
  { "collisionCount", KUBE_INT, KUBE_DOC ("Count of hash collisions for the DaemonSet.") },
  KUBE_LIST_OF (
      "conditions", kube_condition, .merge_key = "type",
      KUBE_DOC ("Represents the latest available observations of a DaemonSet's current state.")),
  { NULL },
};

static const KubeStruct status = {
  "io.k8s.api.apps.v1.DaemonSetStatus",
  "DaemonSetStatus represents the current status of a daemon set.",
  status_fields,
};

static const KubeField fields[] = {
  KUBE_TYPE_FIELDS,
  KUBE_OBJECT_OF ("spec", spec, .fallback = "{}",
                  KUBE_DOC ("The desired behavior of this daemon set.")),
  KUBE_OBJECT_OF (
      "status", status, .fallback = "{}",
      KUBE_DOC ("The current status of this daemon set. Populated by the system. Read-only.")),
  { NULL },
};

static const KubeStruct type = {
  "io.k8s.api.apps.v1.DaemonSet",
  "DaemonSet represents the configuration of a daemon set.",
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
  { "Ready", "integer", .path = "status.numberReady",
    KUBE_DOC ("The number of nodes that should be running the daemon pod and have one or more of "
              "the daemon pod running and ready.") },
  { "Up-to-date", "integer", .path = "status.updatedNumberScheduled" },
  { "Available", "integer", .path = "status.numberAvailable" },
  { "Node Selector", "string", .path = "spec.template.spec.nodeSelector",
    .cell = node_selector_cell },
  KUBE_AGE_COLUMN,
  KUBE_WORKLOAD_COLUMNS,
  { NULL },
};

static void
set_defaults (DdValue **object)
{
  const char *how = dd_value_path_string (*object, "spec.updateStrategy.type");

  if (how != NULL && strcmp (how, "RollingUpdate") == 0
      && dd_value_path (*object, "spec.updateStrategy.rollingUpdate") == NULL)
    dd_value_set (object, "spec.updateStrategy.rollingUpdate",
                  dd_object ("maxUnavailable", dd_int (1), "maxSurge", dd_int (0), NULL));
  kube_template_set_defaults (object);
}

/* The template's generation lives on in an annotation, which the pods' labels repeat. */
static void
set_template_generation (DdValue **object, gint64 generation)
{
  g_autofree char *text = g_strdup_printf ("%" G_GINT64_FORMAT, generation);
  DdValue *changed = dd_value_with (*object, dd_string (text), "metadata", "annotations",
                                    "deprecated.daemonset.template.generation", NULL);

  dd_value_unref (*object);
  *object = changed;
}

static gboolean
prepare_create (KubeApi *api G_GNUC_UNUSED, DdValue **object, GError **error G_GNUC_UNUSED)
{
  set_defaults (object);
  set_template_generation (object, 1);
  return TRUE;
}

static gboolean
prepare_update (KubeApi *api G_GNUC_UNUSED, const SimObject *old, DdValue **object,
                GError **error G_GNUC_UNUSED)
{
  const char *text = dd_value_string (dd_value_at (
      old->value, "metadata", "annotations", "deprecated.daemonset.template.generation", NULL));
  gint64 generation = text != NULL ? g_ascii_strtoll (text, NULL, 10) : 1;

  set_defaults (object);
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
  .prepare_create = prepare_create,
  .prepare_update = prepare_update,
  .validate = validate,
};
