/* SPDX-License-Identifier: Apache-2.0 */
/* sim/kube/kinds/horizontal-pod-autoscaler-v1.c: autoscaling/v1 over the objects of autoscaling/v2
 *
 * It has a field for the CPU of the pods alone. What else autoscaling/v2 says goes into annotations
 * on the way out, as JSON, and comes back from them on the way in.
 *
 * Imitates: Kubernetes API Reference, HorizontalPodAutoscaler v1 autoscaling; kubernetes/kubernetes
 * 1.32, pkg/apis/autoscaling/v1/conversion.go. */
#include "config.h"

#include <string.h>

#include "sim/kube/kinds/kinds.h"
#include "sim/kube/kinds/structs.h"

#define ANNOTATION(name) "autoscaling.alpha.kubernetes.io/" name
#define METRICS ANNOTATION ("metrics")
#define CURRENT_METRICS ANNOTATION ("current-metrics")
#define CONDITIONS ANNOTATION ("conditions")
#define BEHAVIOR ANNOTATION ("behavior")

/* ---- the table ---- */

static const KubeField reference_fields[] = {
  { "kind", KUBE_STRING, 1, .required = TRUE, KUBE_DOC ("Type of what is scaled."), KUBE_ACTS },
  { "name", KUBE_STRING, 2, .required = TRUE, KUBE_DOC ("What it is called."), KUBE_ACTS },
  { "apiVersion", KUBE_STRING, 3, KUBE_DOC ("Its group and version."), KUBE_ACTS },
  { NULL },
};

static const KubeStruct reference = {
  "io.k8s.api.autoscaling.v1.CrossVersionObjectReference",
  "What is scaled, in the same namespace.",
  reference_fields,
  .atomic = TRUE,
};

static const KubeField spec_fields[] = {
  KUBE_OBJECT_OF ("scaleTargetRef", reference, 1, .required = TRUE,
                  KUBE_DOC ("What is scaled: anything with a scale subresource."), KUBE_ACTS),
  { "minReplicas", KUBE_INT, 2, .pointer = TRUE, .fallback = "1",
    KUBE_DOC ("The fewest pods it may come to; 1 if absent."), KUBE_ACTS },
  { "maxReplicas", KUBE_INT, 3, .required = TRUE, KUBE_DOC ("The most pods it may come to."),
    KUBE_ACTS },
  { "targetCPUUtilizationPercentage", KUBE_INT, 4, .pointer = TRUE,
    KUBE_DOC ("What the pods should use of the CPU that they request, on average."), KUBE_ACTS },
  { NULL },
};

static const KubeStruct spec = {
  "io.k8s.api.autoscaling.v1.HorizontalPodAutoscalerSpec",
  "What to scale, and within which limits.",
  spec_fields,
};

static const KubeField status_fields[] = {
  { "observedGeneration", KUBE_INT, 1, .pointer = TRUE,
    KUBE_DOC ("Generation that the controller has looked at.") },
  { "lastScaleTime", KUBE_TIME, 2, .pointer = TRUE,
    KUBE_DOC ("When the number of pods was last changed.") },
  { "currentReplicas", KUBE_INT, 3, .fallback = "0",
    KUBE_DOC ("Pods that the target was to have when last seen.") },
  { "desiredReplicas", KUBE_INT, 4, .fallback = "0",
    KUBE_DOC ("Pods that it should have, as last worked out.") },
  { "currentCPUUtilizationPercentage", KUBE_INT, 5, .pointer = TRUE,
    KUBE_DOC ("What the pods use of the CPU that they request, on average.") },
  { NULL },
};

static const KubeStruct status = {
  "io.k8s.api.autoscaling.v1.HorizontalPodAutoscalerStatus",
  "What the controller last saw and did.",
  status_fields,
};

static const KubeField fields[] = {
  KUBE_TYPE_FIELDS,
  KUBE_OBJECT_OF ("spec", spec, 2, .fallback = "{}",
                  KUBE_DOC ("What to scale, and within which limits."), KUBE_ACTS),
  KUBE_OBJECT_OF ("status", status, 3, .fallback = "{}",
                  KUBE_DOC ("What the controller last saw and did."),
                  KUBE_INERT ("The cluster writes it.")),
  { NULL },
};

static const KubeStruct type = {
  "io.k8s.api.autoscaling.v1.HorizontalPodAutoscaler",
  "Gives a workload as many pods as the CPU that they use asks for.",
  fields,
};

/* ---- metrics in annotations ---- */

/* Where a metric of MEMBER has in autoscaling/v2 what is called NAME in an annotation. TARGET is of
 * what is wanted, and CURRENT of what was found; either may be NULL. */
static const struct
{
  const char *member, *name, *target, *current;
} places[] = {
  { "resource", "name", "name", "name" },
  { "resource", "targetAverageUtilization", "target.averageUtilization", NULL },
  { "resource", "targetAverageValue", "target.averageValue", NULL },
  { "resource", "currentAverageUtilization", NULL, "current.averageUtilization" },
  { "resource", "currentAverageValue", NULL, "current.averageValue" },
  { "containerResource", "name", "name", "name" },
  { "containerResource", "targetAverageUtilization", "target.averageUtilization", NULL },
  { "containerResource", "targetAverageValue", "target.averageValue", NULL },
  { "containerResource", "currentAverageUtilization", NULL, "current.averageUtilization" },
  { "containerResource", "currentAverageValue", NULL, "current.averageValue" },
  { "containerResource", "container", "container", "container" },
  { "pods", "metricName", "metric.name", "metric.name" },
  { "pods", "targetAverageValue", "target.averageValue", NULL },
  { "pods", "currentAverageValue", NULL, "current.averageValue" },
  { "pods", "selector", "metric.selector", "metric.selector" },
  { "object", "target", "describedObject", "describedObject" },
  { "object", "metricName", "metric.name", "metric.name" },
  { "object", "targetValue", "target.value", NULL },
  { "object", "currentValue", NULL, "current.value" },
  { "object", "selector", "metric.selector", "metric.selector" },
  { "object", "averageValue", "target.averageValue", "current.averageValue" },
  { "external", "metricName", "metric.name", "metric.name" },
  { "external", "metricSelector", "metric.selector", "metric.selector" },
  { "external", "targetValue", "target.value", NULL },
  { "external", "targetAverageValue", "target.averageValue", NULL },
  { "external", "currentValue", NULL, "current.value" },
  { "external", "currentAverageValue", NULL, "current.averageValue" },
};

/* What the target is of, which annotations do not say. */
static void
name_target (DdValue **metric, const char *member)
{
  static const struct
  {
    const char *field, *type;
  } rows[] = { { "averageUtilization", "Utilization" },
               { "averageValue", "AverageValue" },
               { "value", "Value" } };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autofree char *type_path = g_strconcat (member, ".target.type", NULL);

      if (dd_value_at (*metric, member, "target", rows[i].field, NULL) == NULL)
        continue;
      dd_value_set (metric, type_path, dd_word (rows[i].type));
      return;
    }
}

/* One metric between the versions. */
static DdValue *
metric_with (const DdValue *metric, gboolean found, gboolean to_v2)
{
  const DdValue *kind = dd_value_member (metric, "type");
  DdValue *made = dd_object ("type", kind != NULL ? dd_value_ref (kind) : NULL, NULL);

  for (guint i = 0; i < G_N_ELEMENTS (places); i++)
    {
      const char *place = found ? places[i].current : places[i].target;
      g_autofree char *old_path = g_strconcat (places[i].member, ".", places[i].name, NULL);
      g_autofree char *new_path = g_strconcat (places[i].member, ".", place, NULL);
      const DdValue *value
          = place != NULL ? dd_value_path (metric, to_v2 ? old_path : new_path) : NULL;

      if (value != NULL)
        dd_value_set (&made, to_v2 ? new_path : old_path, dd_value_ref (value));
      if (value != NULL && to_v2 && !found)
        name_target (&made, places[i].member);
    }
  return made;
}

static DdValue *
metrics_with (const DdValue *metrics, gboolean found, gboolean to_v2)
{
  DdBuilder list = dd_builder_array ();

  for (gsize i = 0; i < dd_value_length (metrics); i++)
    dd_builder_add (&list, metric_with (dd_value_element (metrics, i), found, to_v2));
  return dd_builder_end (&list);
}

/* ---- behavior in an annotation ---- */

static DdValue *
value_or_null (const DdValue *value)
{
  return value != NULL ? dd_value_ref (value) : dd_null ();
}

/* The annotation has the server's own structures, whose members are spelled as Go's are. */
static DdValue *
rules_to_annotation (const DdValue *rules)
{
  const DdValue *policies = dd_value_member (rules, "policies");
  DdBuilder list = dd_builder_array ();

  for (gsize i = 0; i < dd_value_length (policies); i++)
    {
      const DdValue *one = dd_value_element (policies, i);

      dd_builder_add (&list,
                      dd_object ("Type", value_or_null (dd_value_member (one, "type")), "Value",
                                 value_or_null (dd_value_member (one, "value")), "PeriodSeconds",
                                 value_or_null (dd_value_member (one, "periodSeconds")), NULL));
    }
  return dd_object ("StabilizationWindowSeconds",
                    value_or_null (dd_value_member (rules, "stabilizationWindowSeconds")),
                    "SelectPolicy", value_or_null (dd_value_member (rules, "selectPolicy")),
                    "Policies", dd_builder_end (&list), NULL);
}

/* Members as JSON spells them; what is null is left out. */
static DdValue *
from_go (const DdValue *value)
{
  DdBuilder made;

  if (dd_value_type (value) == DD_ARRAY)
    {
      made = dd_builder_array ();
      for (gsize i = 0; i < dd_value_length (value); i++)
        dd_builder_add (&made, from_go (dd_value_element (value, i)));
      return dd_builder_end (&made);
    }
  if (dd_value_type (value) != DD_OBJECT)
    return dd_value_ref (value);
  made = dd_builder_object ();
  for (gsize i = 0; i < dd_value_length (value); i++)
    {
      g_autofree char *key = g_strdup (dd_value_key (value, i));

      key[0] = g_ascii_tolower (key[0]);
      if (dd_value_type (dd_value_nth (value, i)) != DD_NULL)
        dd_builder_set (&made, key, from_go (dd_value_nth (value, i)));
    }
  return dd_builder_end (&made);
}

/* ---- to autoscaling/v2 ---- */

/* What stands in the annotation, which goes; NULL: nothing that can be read as TYPE. */
static DdValue *
take_annotation (DdValue **object, const char *key, DdType wanted)
{
  const char *text = dd_value_string (dd_value_at (*object, "metadata", "annotations", key, NULL));
  DdValue *value = text != NULL ? dd_value_parse (text, strlen (text), NULL, NULL) : NULL;
  DdValue *rest;

  if (text != NULL)
    {
      rest = dd_value_with (*object, NULL, "metadata", "annotations", key, NULL);
      dd_value_unref (*object);
      *object = rest;
    }
  if (value != NULL && dd_value_type (value) == wanted)
    return value;
  dd_value_unref (value);
  return NULL;
}

static DdValue *
cpu_metric (const DdValue *share)
{
  return dd_object ("type", dd_word ("Resource"), "resource",
                    dd_object ("name", dd_word ("cpu"), "target",
                               dd_object ("type", dd_word ("Utilization"), "averageUtilization",
                                          dd_value_ref (share), NULL),
                               NULL),
                    NULL);
}

static void
take_metrics (DdValue **object)
{
  const DdValue *share = dd_value_path (*object, "spec.targetCPUUtilizationPercentage");
  g_autoptr (DdValue) kept = share != NULL ? dd_value_ref (share) : NULL;
  g_autoptr (DdValue) others = take_annotation (object, METRICS, DD_ARRAY);
  DdValue *metrics = metrics_with (others, FALSE, TRUE);

  if (kept != NULL)
    {
      DdValue *longer = dd_value_with_element (metrics, cpu_metric (kept));

      dd_value_unref (metrics);
      metrics = longer;
    }
  dd_value_set (object, "spec.targetCPUUtilizationPercentage", NULL);
  if (dd_value_length (metrics) > 0)
    dd_value_set (object, "spec.metrics", metrics);
  else
    dd_value_unref (metrics);
}

static DdValue *
to_stored (const DdValue *shown)
{
  DdValue *object = dd_value_ref (shown);
  g_autoptr (DdValue) behavior = NULL, current = NULL, conditions = NULL;

  take_metrics (&object);
  behavior = take_annotation (&object, BEHAVIOR, DD_OBJECT);
  current = take_annotation (&object, CURRENT_METRICS, DD_ARRAY);
  conditions = take_annotation (&object, CONDITIONS, DD_ARRAY);
  if (dd_value_length (dd_value_path (object, "metadata.annotations")) == 0)
    dd_value_set (&object, "metadata.annotations", NULL);
  if (behavior != NULL)
    dd_value_set (&object, "spec.behavior", from_go (behavior));
  if (dd_value_member (object, "status") == NULL)
    return object;
  dd_value_set (&object, "status.currentCPUUtilizationPercentage", NULL);
  if (current != NULL)
    dd_value_set (&object, "status.currentMetrics", metrics_with (current, TRUE, TRUE));
  if (conditions != NULL)
    dd_value_set (&object, "status.conditions", dd_value_ref (conditions));
  return object;
}

/* ---- from autoscaling/v2 ---- */

static void
annotate (DdValue **object, const char *key, DdValue *value)
{
  DdValue *more = dd_value_with (*object, dd_string_take (dd_value_to_text (value)), "metadata",
                                 "annotations", key, NULL);

  dd_value_unref (value);
  dd_value_unref (*object);
  *object = more;
}

/* The share of the CPU in METRIC's WHERE, "target" or "current"; NULL: it is of something else. */
static const DdValue *
cpu_share (const DdValue *metric, const char *where)
{
  return g_strcmp0 (dd_value_path_string (metric, "resource.name"), "cpu") == 0
             ? dd_value_at (metric, "resource", where, "averageUtilization", NULL)
             : NULL;
}

static void
move_cpu_share (DdValue **object, const DdValue *metrics, const char *where, const char *path)
{
  for (gsize i = 0; i < dd_value_length (metrics); i++)
    {
      const DdValue *share = cpu_share (dd_value_element (metrics, i), where);

      if (share == NULL)
        continue;
      dd_value_set (object, path, dd_value_ref (share));
      return;
    }
}

static DdValue *
other_metrics (const DdValue *metrics)
{
  DdBuilder others = dd_builder_array ();

  for (gsize i = 0; i < dd_value_length (metrics); i++)
    if (cpu_share (dd_value_element (metrics, i), "target") == NULL)
      dd_builder_add (&others, dd_value_ref (dd_value_element (metrics, i)));
  return dd_builder_end (&others);
}

static void
move_spec (DdValue **object, const DdValue *stored)
{
  const DdValue *metrics = dd_value_path (stored, "spec.metrics");
  const DdValue *behavior = dd_value_path (stored, "spec.behavior");
  const DdValue *up = dd_value_member (behavior, "scaleUp");
  const DdValue *down = dd_value_member (behavior, "scaleDown");
  g_autoptr (DdValue) others = other_metrics (metrics);

  dd_value_set (object, "spec.metrics", NULL);
  dd_value_set (object, "spec.behavior", NULL);
  move_cpu_share (object, metrics, "target", "spec.targetCPUUtilizationPercentage");
  if (dd_value_length (others) > 0)
    annotate (object, METRICS, metrics_with (others, FALSE, FALSE));
  if (behavior != NULL)
    annotate (object, BEHAVIOR,
              dd_object ("ScaleUp", up != NULL ? rules_to_annotation (up) : dd_null (), "ScaleDown",
                         down != NULL ? rules_to_annotation (down) : dd_null (), NULL));
}

static void
move_status (DdValue **object, const DdValue *stored)
{
  const DdValue *metrics = dd_value_path (stored, "status.currentMetrics");
  const DdValue *conditions = dd_value_path (stored, "status.conditions");

  if (dd_value_member (stored, "status") == NULL)
    return;
  dd_value_set (object, "status.currentMetrics", NULL);
  dd_value_set (object, "status.conditions", NULL);
  if (dd_value_path (stored, "status.currentReplicas") == NULL)
    dd_value_set (object, "status.currentReplicas", dd_int (0));
  move_cpu_share (object, metrics, "current", "status.currentCPUUtilizationPercentage");
  if (dd_value_length (metrics) > 0)
    annotate (object, CURRENT_METRICS, metrics_with (metrics, TRUE, FALSE));
  if (dd_value_length (conditions) > 0)
    annotate (object, CONDITIONS, dd_value_ref (conditions));
}

static DdValue *
from_stored (const DdValue *stored)
{
  DdValue *object = dd_value_ref (stored);

  move_spec (&object, stored);
  move_status (&object, stored);
  return object;
}

const KubeKind kube_horizontal_pod_autoscaler_v1 = {
  .group = "autoscaling",
  .version = "v1",
  .kind = "HorizontalPodAutoscaler",
  .plural = "horizontalpodautoscalers",
  .singular = "horizontalpodautoscaler",
  .short_names = KUBE_VALUES ("hpa"),
  .categories = KUBE_VALUES ("all"),
  .namespaced = TRUE,
  .subresources = KUBE_SUB_STATUS,
  .flags = KUBE_UNCONDITIONAL_UPDATE,
  .type = &type,
  .stored_as = &kube_horizontal_pod_autoscaler,
  .to_stored = to_stored,
  .from_stored = from_stored,
};
