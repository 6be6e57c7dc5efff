/* SPDX-License-Identifier: Apache-2.0 */
/* sim/kube/kinds/horizontal-pod-autoscaler.c: the HorizontalPodAutoscaler table
 *
 * Imitates: Kubernetes API Reference, HorizontalPodAutoscaler v2 autoscaling. What is asked for as
 * autoscaling/v1 are the same objects in another shape (horizontal-pod-autoscaler-v1.c). */
#include "config.h"

#include <string.h>

#include "sim/kube/kinds/kinds.h"
#include "sim/kube/kinds/structs.h"
#include "sim/kube/schema/quantity.h"

/* ---- what is measured ---- */

static const KubeField reference_fields[] = {
  { "kind", KUBE_STRING, 1, .required = TRUE, KUBE_DOC ("Kind of the object, such as Deployment."),
    KUBE_ACTS },
  { "name", KUBE_STRING, 2, .required = TRUE, KUBE_DOC ("Its name, in the same namespace."),
    KUBE_ACTS },
  { "apiVersion", KUBE_STRING, 3, KUBE_DOC ("Group and version of the kind, such as apps/v1."),
    KUBE_ACTS },
  { NULL },
};

static const KubeStruct reference = {
  "io.k8s.api.autoscaling.v2.CrossVersionObjectReference",
  "Another object of the namespace, by kind and name.",
  reference_fields,
};

static const KubeField target_fields[] = {
  { "type", KUBE_STRING, 1, .required = TRUE,
    .values = KUBE_VALUES ("AverageValue", "Utilization", "Value"),
    KUBE_DOC ("Which of the other three fields counts."),
    KUBE_INERT ("Whichever of the three is set says as much.") },
  { "value", KUBE_QUANTITY, 2, .pointer = TRUE,
    KUBE_DOC ("What the metric should be in all; not for resources."),
    KUBE_INERT ("Resources have no target of that type.") },
  { "averageValue", KUBE_QUANTITY, 3, .pointer = TRUE,
    KUBE_DOC ("What the pods should use on average."), KUBE_ACTS },
  { "averageUtilization", KUBE_INT, 4, .pointer = TRUE,
    KUBE_DOC ("What the pods should use on average, in percent of what they request."), KUBE_ACTS },
  { NULL },
};

static const KubeStruct target = {
  "io.k8s.api.autoscaling.v2.MetricTarget",
  "The figure at which the number of pods is right.",
  target_fields,
};

static const KubeField identifier_fields[] = {
  { "name", KUBE_STRING, 1, .required = TRUE, KUBE_DOC ("What the metric is called.") },
  KUBE_OBJECT_OF ("selector", kube_label_selector, 2, .pointer = TRUE,
                  KUBE_DOC ("Which series of that name are meant.")),
  { NULL },
};

static const KubeStruct identifier = {
  "io.k8s.api.autoscaling.v2.MetricIdentifier",
  "A metric by name, and its series by label.",
  identifier_fields,
};

static const KubeField resource_source_fields[] = {
  { "name", KUBE_STRING, 1, .required = TRUE, KUBE_DOC ("cpu or memory."), KUBE_ACTS },
  KUBE_OBJECT_OF ("target", target, 2, .required = TRUE, KUBE_DOC ("What to aim at."), KUBE_ACTS),
  { NULL },
};

static const KubeStruct resource_source = {
  "io.k8s.api.autoscaling.v2.ResourceMetricSource",
  "A resource that the pods request and use.",
  resource_source_fields,
};

static const KubeField container_source_fields[] = {
  { "name", KUBE_STRING, 1, .required = TRUE, KUBE_DOC ("cpu or memory.") },
  KUBE_OBJECT_OF ("target", target, 2, .required = TRUE, KUBE_DOC ("What to aim at.")),
  { "container", KUBE_STRING, 3, .required = TRUE, KUBE_DOC ("The container of each pod.") },
  { NULL },
};

static const KubeStruct container_source = {
  "io.k8s.api.autoscaling.v2.ContainerResourceMetricSource",
  "A resource that one container of each pod requests and uses.",
  container_source_fields,
};

static const KubeField pods_source_fields[] = {
  KUBE_OBJECT_OF ("metric", identifier, 1, .required = TRUE, KUBE_DOC ("What is measured.")),
  KUBE_OBJECT_OF ("target", target, 2, .required = TRUE, KUBE_DOC ("What to aim at.")),
  { NULL },
};

static const KubeStruct pods_source = {
  "io.k8s.api.autoscaling.v2.PodsMetricSource",
  "A metric that each pod has of its own.",
  pods_source_fields,
};

static const KubeField object_source_fields[] = {
  KUBE_OBJECT_OF ("describedObject", reference, 1, .required = TRUE,
                  KUBE_DOC ("The object that the metric is of.")),
  KUBE_OBJECT_OF ("target", target, 2, .required = TRUE, KUBE_DOC ("What to aim at.")),
  KUBE_OBJECT_OF ("metric", identifier, 3, .required = TRUE, KUBE_DOC ("What is measured.")),
  { NULL },
};

static const KubeStruct object_source = {
  "io.k8s.api.autoscaling.v2.ObjectMetricSource",
  "A metric of one other object, such as the requests of an Ingress.",
  object_source_fields,
};

static const KubeField external_source_fields[] = {
  KUBE_OBJECT_OF ("metric", identifier, 1, .required = TRUE, KUBE_DOC ("What is measured.")),
  KUBE_OBJECT_OF ("target", target, 2, .required = TRUE, KUBE_DOC ("What to aim at.")),
  { NULL },
};

static const KubeStruct external_source = {
  "io.k8s.api.autoscaling.v2.ExternalMetricSource",
  "A metric from outside of the cluster, such as the length of a queue.",
  external_source_fields,
};

static const KubeField metric_fields[] = {
  { "type", KUBE_STRING, 1, .required = TRUE,
    .values = KUBE_VALUES ("ContainerResource", "External", "Object", "Pods", "Resource"),
    KUBE_DOC ("Which of the other fields says what is measured."), KUBE_ACTS },
  KUBE_OBJECT_OF ("object", object_source, 2, .pointer = TRUE,
                  KUBE_DOC ("A metric of one other object."),
                  KUBE_NOT_MODELLED ("an adapter would be asked for the metric of that object, "
                                     "which is never known here")),
  KUBE_OBJECT_OF (
      "pods", pods_source, 3, .pointer = TRUE, KUBE_DOC ("A metric that each pod has."),
      KUBE_NOT_MODELLED (
          "an adapter would be asked for the metric of the pods, which is never known here")),
  KUBE_OBJECT_OF ("resource", resource_source, 4, .pointer = TRUE,
                  KUBE_DOC ("The CPU or memory that the pods use."), KUBE_ACTS),
  KUBE_OBJECT_OF (
      "external", external_source, 5, .pointer = TRUE,
      KUBE_DOC ("A metric from outside of the cluster."),
      KUBE_NOT_MODELLED ("an adapter would be asked for the metric, which is never known here")),
  KUBE_OBJECT_OF (
      "containerResource", container_source, 7, .pointer = TRUE,
      KUBE_DOC ("The CPU or memory that one container of each pod uses."),
      KUBE_NOT_MODELLED ("the usage of that container alone would count, which is never known "
                         "here")),
  { NULL },
};

static const KubeStruct metric = {
  "io.k8s.api.autoscaling.v2.MetricSpec",
  "One thing that is measured, and what to aim at.",
  metric_fields,
};

/* ---- how fast it goes ---- */

static const KubeField policy_fields[] = {
  { "type", KUBE_STRING, 1, .required = TRUE, .values = KUBE_VALUES ("Percent", "Pods"),
    KUBE_DOC ("Whether value is a number of pods or a percentage of them."), KUBE_ACTS },
  { "value", KUBE_INT, 2, .required = TRUE, KUBE_DOC ("How much may change within the period."),
    KUBE_ACTS },
  { "periodSeconds", KUBE_INT, 3, .required = TRUE,
    KUBE_DOC ("Seconds that the period lasts, at most 1800."), KUBE_ACTS },
  { NULL },
};

static const KubeStruct policy = {
  "io.k8s.api.autoscaling.v2.HPAScalingPolicy",
  "How much the number of pods may change within a time.",
  policy_fields,
};

static const KubeField rules_fields[] = {
  { "selectPolicy", KUBE_STRING, 1, .pointer = TRUE,
    .values = KUBE_VALUES ("Disabled", "Max", "Min"),
    KUBE_DOC ("Which of several policies counts: that of the largest change (Max, the default), "
              "of the smallest, or none so that nothing changes in this direction."),
    KUBE_ACTS },
  KUBE_LIST_OF ("policies", policy, 2, KUBE_DOC ("How fast the number of pods may change."),
                KUBE_ACTS),
  { "stabilizationWindowSeconds", KUBE_INT, 3, .pointer = TRUE,
    KUBE_DOC ("Seconds over which the most cautious recommendation counts, at most 3600; 0 for "
              "more pods and 300 for fewer if absent."),
    KUBE_ACTS },
  { NULL },
};

static const KubeStruct rules = {
  "io.k8s.api.autoscaling.v2.HPAScalingRules",
  "How fast the number of pods may change in one direction.",
  rules_fields,
};

static const KubeField behavior_fields[] = {
  KUBE_OBJECT_OF ("scaleUp", rules, 1, .pointer = TRUE,
                  KUBE_DOC ("Towards more pods; by default 4 pods or 100% in 15 seconds."),
                  KUBE_ACTS),
  KUBE_OBJECT_OF ("scaleDown", rules, 2, .pointer = TRUE,
                  KUBE_DOC ("Towards fewer pods; by default 100% in 15 seconds."), KUBE_ACTS),
  { NULL },
};

static const KubeStruct behavior = {
  "io.k8s.api.autoscaling.v2.HorizontalPodAutoscalerBehavior",
  "How fast the number of pods may change in each direction.",
  behavior_fields,
};

static const KubeField spec_fields[] = {
  KUBE_OBJECT_OF ("scaleTargetRef", reference, 1, .required = TRUE,
                  KUBE_DOC ("What is scaled: anything with a scale subresource."), KUBE_ACTS),
  { "minReplicas", KUBE_INT, 2, .pointer = TRUE, .fallback = "1",
    KUBE_DOC ("The fewest pods it may come to; 1 if absent."), KUBE_ACTS },
  { "maxReplicas", KUBE_INT, 3, .required = TRUE, KUBE_DOC ("The most pods it may come to."),
    KUBE_ACTS },
  KUBE_LIST_OF ("metrics", metric, 4,
                KUBE_DOC ("What is measured; the metric that asks for most pods counts. 80% of the "
                          "requested CPU if absent."),
                KUBE_ACTS),
  KUBE_OBJECT_OF ("behavior", behavior, 5, .pointer = TRUE,
                  KUBE_DOC ("How fast the number of pods may change."), KUBE_ACTS),
  { NULL },
};

static const KubeStruct spec = {
  "io.k8s.api.autoscaling.v2.HorizontalPodAutoscalerSpec",
  "What to scale, within which limits, and by what.",
  spec_fields,
};

/* ---- what was found ---- */

static const KubeField value_status_fields[] = {
  { "value", KUBE_QUANTITY, 1, .pointer = TRUE, KUBE_DOC ("What the metric is in all.") },
  { "averageValue", KUBE_QUANTITY, 2, .pointer = TRUE, KUBE_DOC ("What it is for each pod.") },
  { "averageUtilization", KUBE_INT, 3, .pointer = TRUE,
    KUBE_DOC ("The same in percent of what the pods request.") },
  { NULL },
};

static const KubeStruct value_status = {
  "io.k8s.api.autoscaling.v2.MetricValueStatus",
  "What a metric was found to be.",
  value_status_fields,
};

static const KubeField resource_status_fields[] = {
  { "name", KUBE_STRING, 1, .required = TRUE, KUBE_DOC ("cpu or memory.") },
  KUBE_OBJECT_OF ("current", value_status, 2, .required = TRUE,
                  KUBE_DOC ("What the pods use at present.")),
  { NULL },
};

static const KubeStruct resource_status = {
  "io.k8s.api.autoscaling.v2.ResourceMetricStatus",
  "What the pods use of a resource.",
  resource_status_fields,
};

static const KubeField container_status_fields[] = {
  { "name", KUBE_STRING, 1, .required = TRUE, KUBE_DOC ("cpu or memory.") },
  KUBE_OBJECT_OF ("current", value_status, 2, .required = TRUE,
                  KUBE_DOC ("What the container uses at present.")),
  { "container", KUBE_STRING, 3, .required = TRUE, KUBE_DOC ("The container of each pod.") },
  { NULL },
};

static const KubeStruct container_status = {
  "io.k8s.api.autoscaling.v2.ContainerResourceMetricStatus",
  "What one container of each pod uses of a resource.",
  container_status_fields,
};

static const KubeField metric_value_fields[] = {
  KUBE_OBJECT_OF ("metric", identifier, 1, .required = TRUE, KUBE_DOC ("What is measured.")),
  KUBE_OBJECT_OF ("current", value_status, 2, .required = TRUE, KUBE_DOC ("What it is.")),
  { NULL },
};

static const KubeStruct pods_status = {
  "io.k8s.api.autoscaling.v2.PodsMetricStatus",
  "What a metric of the pods was found to be.",
  metric_value_fields,
};

static const KubeStruct external_status = {
  "io.k8s.api.autoscaling.v2.ExternalMetricStatus",
  "What a metric from outside was found to be.",
  metric_value_fields,
};

static const KubeField object_status_fields[] = {
  KUBE_OBJECT_OF ("metric", identifier, 1, .required = TRUE, KUBE_DOC ("What is measured.")),
  KUBE_OBJECT_OF ("current", value_status, 2, .required = TRUE, KUBE_DOC ("What it is.")),
  KUBE_OBJECT_OF ("describedObject", reference, 3, .required = TRUE,
                  KUBE_DOC ("The object that the metric is of.")),
  { NULL },
};

static const KubeStruct object_status = {
  "io.k8s.api.autoscaling.v2.ObjectMetricStatus",
  "What a metric of another object was found to be.",
  object_status_fields,
};

static const KubeField metric_status_fields[] = {
  { "type", KUBE_STRING, 1, .required = TRUE,
    KUBE_DOC ("That of the metric in the spec; empty while it is not known.") },
  KUBE_OBJECT_OF ("object", object_status, 2, .pointer = TRUE,
                  KUBE_DOC ("A metric of one other object.")),
  KUBE_OBJECT_OF ("pods", pods_status, 3, .pointer = TRUE,
                  KUBE_DOC ("A metric that each pod has.")),
  KUBE_OBJECT_OF ("resource", resource_status, 4, .pointer = TRUE,
                  KUBE_DOC ("The CPU or memory that the pods use.")),
  KUBE_OBJECT_OF ("external", external_status, 5, .pointer = TRUE,
                  KUBE_DOC ("A metric from outside of the cluster.")),
  KUBE_OBJECT_OF ("containerResource", container_status, 7, .pointer = TRUE,
                  KUBE_DOC ("The CPU or memory that one container of each pod uses.")),
  { NULL },
};

static const KubeStruct metric_status = {
  "io.k8s.api.autoscaling.v2.MetricStatus",
  "What one metric of the spec was last found to be.",
  metric_status_fields,
};

static const KubeField condition_fields[] = {
  { "type", KUBE_STRING, 1, .required = TRUE,
    KUBE_DOC ("AbleToScale, ScalingActive or ScalingLimited.") },
  { "status", KUBE_STRING, 2, .required = TRUE, .words = KUBE_VALUES ("True", "False", "Unknown"),
    KUBE_DOC ("True, False or Unknown.") },
  { "lastTransitionTime", KUBE_TIME, 3, .fallback = "null",
    KUBE_DOC ("When status last took another value.") },
  { "reason", KUBE_STRING, 4,
    KUBE_DOC ("One CamelCase word for programs, such as ReadyForNewScale.") },
  { "message", KUBE_STRING, 5, KUBE_DOC ("Explanation for people.") },
  { NULL },
};

static const KubeStruct condition = {
  "io.k8s.api.autoscaling.v2.HorizontalPodAutoscalerCondition",
  "Whether it can scale, does scale, and is held back by a limit.",
  condition_fields,
};

static const KubeField status_fields[] = {
  { "observedGeneration", KUBE_INT, 1, .pointer = TRUE,
    KUBE_DOC ("Generation that the controller has looked at.") },
  { "lastScaleTime", KUBE_TIME, 2, .pointer = TRUE,
    KUBE_DOC ("When the number of pods was last changed.") },
  { "currentReplicas", KUBE_INT, 3, KUBE_DOC ("Pods that the target was to have when last seen.") },
  { "desiredReplicas", KUBE_INT, 4, .fallback = "0",
    KUBE_DOC ("Pods that it should have, as last worked out.") },
  KUBE_LIST_OF ("currentMetrics", metric_status, 5, .fallback = "null",
                KUBE_DOC ("What was found of each metric, in the order of the spec.")),
  KUBE_LIST_OF (
      "conditions", condition, 6, .merge_key = "type",
      KUBE_DOC ("Verdicts of the controller: AbleToScale, ScalingActive, ScalingLimited.")),
  { NULL },
};

static const KubeStruct status = {
  "io.k8s.api.autoscaling.v2.HorizontalPodAutoscalerStatus",
  "What the autoscaler last saw and did.",
  status_fields,
};

static const KubeField fields[] = {
  KUBE_TYPE_FIELDS,
  KUBE_OBJECT_OF ("spec", spec, 2, .fallback = "{}",
                  KUBE_DOC ("What to scale, within which limits, and by what."), KUBE_ACTS),
  KUBE_OBJECT_OF ("status", status, 3, .fallback = "{}",
                  KUBE_DOC ("What the controller last saw and did."),
                  KUBE_INERT ("The cluster writes it.")),
  { NULL },
};

static const KubeStruct type = {
  "io.k8s.api.autoscaling.v2.HorizontalPodAutoscaler",
  "Gives a workload as many pods as what they use asks for.",
  fields,
};

/* ---- columns ---- */

static DdValue *
reference_cell (KubeApi *api G_GNUC_UNUSED, const SimObject *object)
{
  const DdValue *what = dd_value_path (object->value, "spec.scaleTargetRef");

  return dd_string_printf ("%s/%s", dd_value_path_string (what, "kind"),
                           dd_value_path_string (what, "name"));
}

static DdValue *
count_cell (const DdValue *count)
{
  return count != NULL ? dd_string_take (dd_value_to_text (count)) : dd_string ("<unset>");
}

static DdValue *
min_cell (KubeApi *api G_GNUC_UNUSED, const SimObject *object)
{
  return count_cell (dd_value_path (object->value, "spec.minReplicas"));
}

static DdValue *
max_cell (KubeApi *api G_GNUC_UNUSED, const SimObject *object)
{
  return count_cell (dd_value_path (object->value, "spec.maxReplicas"));
}

static DdValue *
replicas_cell (KubeApi *api G_GNUC_UNUSED, const SimObject *object)
{
  return dd_string_printf ("%" G_GINT64_FORMAT,
                           dd_value_path_int (object->value, "status.currentReplicas", 0));
}

/* The member of a MetricSpec, and of a MetricStatus, that goes with its type; NULL: none. */
static const char *
member_of_type (const char *type_name)
{
  static const char *const members[][2] = { { "Resource", "resource" },
                                            { "ContainerResource", "containerResource" },
                                            { "Pods", "pods" },
                                            { "Object", "object" },
                                            { "External", "external" } };

  for (guint i = 0; i < G_N_ELEMENTS (members); i++)
    if (g_strcmp0 (type_name, members[i][0]) == 0)
      return members[i][1];
  return NULL;
}

static void
append_amount (GString *out, const DdValue *amount, const char *absent)
{
  g_autofree char *number = NULL;

  if (amount != NULL && dd_value_string (amount) == NULL)
    number = dd_value_to_text (amount);
  g_string_append (out, amount == NULL   ? absent
                        : number != NULL ? number
                                         : dd_value_string (amount));
}

/* "cpu: 50%/80%"; the name is said since 1.30. */
static void
append_resource (GString *out, const DdValue *source, const DdValue *found, gboolean named)
{
  const DdValue *average = dd_value_path (source, "target.averageValue");
  const DdValue *share = dd_value_path (source, "target.averageUtilization");
  const DdValue *used = dd_value_path (found, "current.averageUtilization");

  if (named)
    g_string_append_printf (out, "%s: ", dd_value_path_string (source, "name"));
  if (average != NULL)
    {
      append_amount (out, dd_value_path (found, "current.averageValue"), "<unknown>");
      g_string_append_c (out, '/');
      append_amount (out, average, "");
      return;
    }
  append_amount (out, used, "<unknown>");
  g_string_append (out, used != NULL ? "%/" : "/");
  append_amount (out, share, "<auto>");
  if (share != NULL)
    g_string_append_c (out, '%');
}

static void
append_metric (GString *out, const DdValue *wanted, const DdValue *found, gboolean named)
{
  const char *type_name = dd_value_path_string (wanted, "type");
  const char *member = member_of_type (type_name);
  const DdValue *source = member != NULL ? dd_value_member (wanted, member) : NULL;
  const DdValue *average = dd_value_path (source, "target.averageValue");

  if (source == NULL)
    g_string_append (out, "<unknown type>");
  else if (g_str_has_suffix (type_name, "Resource"))
    append_resource (out, source, dd_value_member (found, member), named);
  else
    {
      g_string_append (out, "<unknown>/");
      append_amount (out, average != NULL ? average : dd_value_path (source, "target.value"), "");
      if (average != NULL && strcmp (type_name, "Pods") != 0)
        g_string_append (out, " (avg)");
    }
}

/* Imitates: kubernetes/kubernetes, pkg/printers/internalversion, formatHPAMetrics. */
static DdValue *
targets_cell (KubeApi *api, const SimObject *object)
{
  const DdValue *wanted = dd_value_path (object->value, "spec.metrics");
  const DdValue *found = dd_value_path (object->value, "status.currentMetrics");
  gsize n = dd_value_length (wanted);
  GString *out = g_string_new (n == 0 ? "<none>" : NULL);

  for (gsize i = 0; i < MIN (n, 2); i++)
    {
      if (i > 0)
        g_string_append (out, ", ");
      append_metric (out, dd_value_element (wanted, i), dd_value_element (found, i),
                     api->minor >= 30);
    }
  if (n > 2)
    g_string_append_printf (out, " + %" G_GSIZE_FORMAT " more...", n - 2);
  return dd_string_take (g_string_free (out, FALSE));
}

static const KubeColumn columns[] = {
  KUBE_NAME_COLUMN,
  { "Reference", "string", .path = "spec.scaleTargetRef", .cell = reference_cell },
  { "Targets", "string", .path = "spec.metrics", .cell = targets_cell },
  { "MinPods", "string", .path = "spec.minReplicas", .cell = min_cell },
  { "MaxPods", "string", .path = "spec.maxReplicas", .cell = max_cell },
  { "Replicas", "string", .path = "status.currentReplicas", .cell = replicas_cell },
  KUBE_AGE_COLUMN,
  { NULL },
};

/* ---- defaults ---- */

/* What a rule that is not said is: nothing here is for the one who leaves behavior out.
 * Imitates: kubernetes/kubernetes, pkg/apis/autoscaling/v2, GenerateHPAScaleUpRules and
 * GenerateHPAScaleDownRules. */
static void
set_rules (DdValue **object, const char *direction, const char *defaults)
{
  g_autofree char *path = g_strconcat ("spec.behavior.", direction, NULL);
  const DdValue *said = dd_value_path (*object, path);
  DdValue *all = dd_value_parse (defaults, strlen (defaults), NULL, NULL);

  if (said != NULL)
    {
      DdValue *merged = dd_value_merge (all, said);

      dd_value_unref (all);
      all = merged;
    }
  dd_value_set (object, path, all);
}

static void
set_defaults (DdValue **object)
{
  static const char cpu[] = "[{\"type\":\"Resource\",\"resource\":{\"name\":\"cpu\",\"target\":{"
                            "\"type\":\"Utilization\",\"averageUtilization\":80}}}]";

  if (dd_value_length (dd_value_path (*object, "spec.metrics")) == 0)
    dd_value_set (object, "spec.metrics", dd_value_parse (cpu, strlen (cpu), NULL, NULL));
  if (dd_value_path (*object, "spec.behavior") == NULL)
    return;
  set_rules (object, "scaleUp",
             "{\"stabilizationWindowSeconds\":0,\"selectPolicy\":\"Max\",\"policies\":[{\"type\":"
             "\"Pods\",\"value\":4,\"periodSeconds\":15},{\"type\":\"Percent\",\"value\":100,"
             "\"periodSeconds\":15}]}");
  set_rules (object, "scaleDown",
             "{\"selectPolicy\":\"Max\",\"policies\":[{\"type\":\"Percent\",\"value\":100,"
             "\"periodSeconds\":15}]}");
}

/* ---- validation ---- */

static void
refuse_number (KubeCauses *causes, const char *field, gint64 number, const char *why)
{
  kube_causes_add (causes, "FieldValueInvalid", field, "Invalid value: %" G_GINT64_FORMAT ": %s",
                   number, why);
}

static void
validate_policy (const DdValue *one, const char *field, KubeCauses *causes)
{
  gint64 value = dd_value_path_int (one, "value", 0);
  gint64 period = dd_value_path_int (one, "periodSeconds", 0);
  g_autofree char *value_field = g_strconcat (field, ".value", NULL);
  g_autofree char *period_field = g_strconcat (field, ".periodSeconds", NULL);

  if (value <= 0)
    refuse_number (causes, value_field, value, "must be greater than zero");
  if (period <= 0)
    refuse_number (causes, period_field, period, "must be greater than zero");
  if (period > 1800)
    refuse_number (causes, period_field, period, "must be less than or equal to 1800");
}

static void
validate_rules (const DdValue *object, const char *direction, KubeCauses *causes)
{
  g_autofree char *field = g_strconcat ("spec.behavior.", direction, NULL);
  const DdValue *rule = dd_value_path (object, field);
  const DdValue *policies = dd_value_member (rule, "policies");
  gint64 window = dd_value_path_int (rule, "stabilizationWindowSeconds", 0);
  g_autofree char *window_field = g_strconcat (field, ".stabilizationWindowSeconds", NULL);
  g_autofree char *policies_field = g_strconcat (field, ".policies", NULL);

  if (rule == NULL)
    return;
  if (window < 0)
    refuse_number (causes, window_field, window, "must be greater than or equal to zero");
  if (window > 3600)
    refuse_number (causes, window_field, window, "must be less than or equal to 3600");
  if (dd_value_length (policies) == 0)
    kube_causes_add (causes, "FieldValueRequired", policies_field,
                     "Required value: must specify at least one Policy");
  for (gsize i = 0; i < dd_value_length (policies); i++)
    {
      g_autofree char *at = g_strdup_printf ("%s[%" G_GSIZE_FORMAT "]", policies_field, i);

      validate_policy (dd_value_element (policies, i), at, causes);
    }
}

/* Exactly one way of measuring, and a target that the controller can use. */
static void
validate_metric (const DdValue *one, const char *field, KubeCauses *causes)
{
  const char *member = member_of_type (dd_value_path_string (one, "type"));
  const DdValue *share = dd_value_path (one, "resource.target.averageUtilization");
  const DdValue *average = dd_value_path (one, "resource.target.averageValue");
  gint64 milli = 0;
  g_autofree char *at = g_strconcat (field, ".", member, NULL);
  g_autofree char *share_field = g_strconcat (field, ".resource.target.averageUtilization", NULL);

  if (member != NULL && dd_value_member (one, member) == NULL)
    kube_causes_add (causes, "FieldValueRequired", at,
                     "Required value: must populate information for the given metric source");
  if (dd_value_member (one, "resource") == NULL)
    return;
  if (share != NULL && average != NULL)
    {
      g_autofree char *both = g_strconcat (field, ".resource.target.averageValue", NULL);

      kube_causes_add (causes, "FieldValueForbidden", both,
                       "Forbidden: may not set both a target raw value and a target utilization");
    }
  if (share == NULL && average == NULL)
    kube_causes_add (causes, "FieldValueRequired", share_field,
                     "Required value: must set either a target raw value or a target utilization");
  if (average != NULL && kube_quantity_to_milli (average, &milli) && milli <= 0)
    {
      g_autofree char *average_field = g_strconcat (field, ".resource.target.averageValue", NULL);

      kube_causes_add (causes, "FieldValueInvalid", average_field,
                       "Invalid value: \"%s\": must be positive", dd_value_string (average));
    }
  if (share != NULL && dd_value_int (share, 0) < 1)
    refuse_number (causes, share_field, dd_value_int (share, 0), "must be greater than 0");
}

/* Imitates: kubernetes/kubernetes, pkg/apis/autoscaling/validation,
 * ValidateHorizontalPodAutoscaler. */
static void
validate (const DdValue *old G_GNUC_UNUSED, const DdValue *object, KubeCauses *causes)
{
  gint64 least = dd_value_path_int (object, "spec.minReplicas", 1);
  gint64 most = dd_value_path_int (object, "spec.maxReplicas", 0);
  const DdValue *metrics = dd_value_path (object, "spec.metrics");

  if (least < 1)
    refuse_number (causes, "spec.minReplicas", least, "must be greater than or equal to 1");
  if (dd_value_path (object, "spec.maxReplicas") != NULL && most < 1)
    refuse_number (causes, "spec.maxReplicas", most, "must be greater than 0");
  if (dd_value_path (object, "spec.maxReplicas") != NULL && most < least)
    refuse_number (causes, "spec.maxReplicas", most,
                   "must be greater than or equal to `minReplicas`");
  for (gsize i = 0; i < dd_value_length (metrics); i++)
    {
      g_autofree char *field = g_strdup_printf ("spec.metrics[%" G_GSIZE_FORMAT "]", i);

      validate_metric (dd_value_element (metrics, i), field, causes);
    }
  validate_rules (object, "scaleUp", causes);
  validate_rules (object, "scaleDown", causes);
}

const KubeKind kube_horizontal_pod_autoscaler = {
  .group = "autoscaling",
  .version = "v2",
  .kind = "HorizontalPodAutoscaler",
  .plural = "horizontalpodautoscalers",
  .singular = "horizontalpodautoscaler",
  .short_names = KUBE_VALUES ("hpa"),
  .categories = KUBE_VALUES ("all"),
  .namespaced = TRUE,
  .subresources = KUBE_SUB_STATUS,
  .flags = KUBE_UNCONDITIONAL_UPDATE,
  .type = &type,
  .columns = columns,
  .set_defaults = set_defaults,
  .validate = validate,
};
