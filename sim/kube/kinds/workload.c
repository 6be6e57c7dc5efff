/* SPDX-License-Identifier: Apache-2.0 */
/* sim/kube/kinds/workload.c: what Deployment, ReplicaSet, StatefulSet and DaemonSet have in common
 */
#include "config.h"

#include <string.h>

#include "sim/kube/schema/go-text.h"
#include "sim/kube/kinds/structs.h"
#include "sim/kube/names.h"

/* ---- status ---- */

/* As metav1.Condition, which came later and counts generations. */
static const KubeField condition_fields[] = {
  { "type", KUBE_STRING, 1, .required = TRUE,
    KUBE_DOC ("What is judged, as one CamelCase word; unique in its list.") },
  { "status", KUBE_STRING, 2, .required = TRUE, .values = KUBE_VALUES ("True", "False", "Unknown"),
    KUBE_DOC ("The verdict: True, False or Unknown.") },
  { "lastTransitionTime", KUBE_TIME, 3, KUBE_DOC ("When the verdict last changed.") },
  { "reason", KUBE_STRING, 4, KUBE_DOC ("Why, as one CamelCase word that programs can compare.") },
  { "message", KUBE_STRING, 5, KUBE_DOC ("Why, in a sentence for people; may be empty.") },
  { NULL },
};

const KubeStruct kube_workload_condition = {
  "io.k8s.api.apps.v1.ReplicaSetCondition",
  "The controller's verdict on one question about its pods.",
  condition_fields,
};

/* ---- columns ---- */

DdValue *
kube_join_of_containers (const DdValue *spec, const char *member)
{
  const DdValue *containers = dd_value_member (spec, "containers");
  GString *out = g_string_new (NULL);

  for (gsize i = 0; i < dd_value_length (containers); i++)
    {
      const char *text = dd_value_path_string (dd_value_element (containers, i), member);

      g_string_append_printf (out, "%s%s", i > 0 ? "," : "", text != NULL ? text : "");
    }
  return dd_string_take (g_string_free (out, FALSE));
}

DdValue *
kube_containers_cell (KubeApi *api G_GNUC_UNUSED, const SimObject *object)
{
  return kube_join_of_containers (dd_value_path (object->value, "spec.template.spec"), "name");
}

DdValue *
kube_images_cell (KubeApi *api G_GNUC_UNUSED, const SimObject *object)
{
  return kube_join_of_containers (dd_value_path (object->value, "spec.template.spec"), "image");
}

DdValue *
kube_selector_cell (KubeApi *api G_GNUC_UNUSED, const SimObject *object)
{
  return dd_string_take (
      kube_label_selector_to_text (dd_value_path (object->value, "spec.selector")));
}

DdValue *
kube_ready_replicas_cell (KubeApi *api G_GNUC_UNUSED, const SimObject *object)
{
  return dd_string_printf ("%" G_GINT64_FORMAT "/%" G_GINT64_FORMAT,
                           dd_value_path_int (object->value, "status.readyReplicas", 0),
                           dd_value_path_int (object->value, "spec.replicas", 0));
}

/* ---- validation ---- */

static void
validate_label_key (const char *key, const char *field, KubeCauses *causes)
{
  const char *problem = key != NULL ? kube_name_check_qualified (key) : NULL;

  if (problem != NULL)
    kube_causes_add (causes, "FieldValueInvalid", field, "Invalid value: \"%s\": %s", key, problem);
}

static void
validate_requirement (const DdValue *requirement, const char *place, KubeCauses *causes)
{
  const char *operator_ = dd_value_path_string (requirement, "operator");
  gboolean wants = g_strcmp0 (operator_, "In") == 0 || g_strcmp0 (operator_, "NotIn") == 0;
  gboolean has = dd_value_length (dd_value_member (requirement, "values")) > 0;
  g_autofree char *key = g_strconcat (place, ".key", NULL);
  g_autofree char *values = g_strconcat (place, ".values", NULL);

  if (wants && !has)
    kube_causes_add (causes, "FieldValueRequired", values,
                     "Required value: must be specified when `operator` is 'In' or 'NotIn'");
  if (!wants && has)
    kube_causes_add (causes, "FieldValueForbidden", values,
                     "Forbidden: may not be specified when `operator` is 'Exists' or "
                     "'DoesNotExist'");
  validate_label_key (dd_value_path_string (requirement, "key"), key, causes);
}

/* Imitates: apimachinery's pkg/apis/meta/v1/validation, ValidateLabelSelector. */
void
kube_label_selector_validate (const DdValue *selector, const char *field, KubeCauses *causes)
{
  const DdValue *labels = dd_value_member (selector, "matchLabels");
  const DdValue *requirements = dd_value_member (selector, "matchExpressions");
  g_autofree char *place = g_strconcat (field, ".matchLabels", NULL);

  for (gsize i = 0; i < dd_value_length (labels); i++)
    {
      const char *value = dd_value_string (dd_value_nth (labels, i));
      const char *problem = value != NULL ? kube_name_check_label_value (value) : NULL;

      validate_label_key (dd_value_key (labels, i), place, causes);
      if (problem != NULL)
        kube_causes_add (causes, "FieldValueInvalid", place, "Invalid value: \"%s\": %s", value,
                         problem);
    }
  for (gsize i = 0; i < dd_value_length (requirements); i++)
    {
      g_autofree char *its = g_strdup_printf ("%s.matchExpressions[%" G_GSIZE_FORMAT "]", field, i);

      validate_requirement (dd_value_element (requirements, i), its, causes);
    }
}

static void
validate_selector (const char *noun, const DdValue *object, KubeCauses *causes)
{
  const DdValue *selector = dd_value_path (object, "spec.selector");
  const DdValue *labels = dd_value_path (object, "spec.template.metadata.labels");
  g_autofree char *text = NULL;

  if (selector == NULL)
    return; /* a required field: the table has said so */
  kube_label_selector_validate (selector, "spec.selector", causes);
  if (dd_value_length (dd_value_member (selector, "matchLabels")) == 0
      && dd_value_length (dd_value_member (selector, "matchExpressions")) == 0)
    {
      text = kube_go_label_selector (selector);
      kube_causes_add (causes, "FieldValueInvalid", "spec.selector",
                       "Invalid value: %s: empty selector is invalid for %s", text, noun);
      return;
    }
  if (kube_label_selector_matches (selector, labels))
    return;
  text = kube_go_string_map (labels);
  kube_causes_add (causes, "FieldValueInvalid", "spec.template.metadata.labels",
                   "Invalid value: %s: `selector` does not match template `labels`", text);
}

static void
validate_selector_is_kept (const DdValue *old, const DdValue *object, KubeCauses *causes)
{
  const DdValue *selector = dd_value_path (object, "spec.selector");
  g_autofree char *text = NULL;

  if (old == NULL || dd_value_equal (dd_value_path (old, "spec.selector"), selector))
    return;
  text = kube_go_label_selector (selector);
  kube_causes_add (causes, "FieldValueInvalid", "spec.selector",
                   "Invalid value: %s: field is immutable", text);
}

static void
validate_not_negative (const DdValue *object, const char *field, KubeCauses *causes)
{
  gint64 value = dd_value_path_int (object, field, 0);

  if (value < 0)
    kube_causes_add (causes, "FieldValueInvalid", field,
                     "Invalid value: %" G_GINT64_FORMAT ": must be greater than or equal to 0",
                     value);
}

/* More than the pretend cluster can hold would only be a long way to the same refusal. */
static void
validate_pods_fit (const DdValue *object, KubeCauses *causes)
{
  gint64 replicas = dd_value_path_int (object, "spec.replicas", 0);

  if (replicas > KUBE_MAX_PODS)
    kube_causes_add (causes, "FieldValueInvalid", "spec.replicas",
                     "Invalid value: %" G_GINT64_FORMAT
                     ": must be less than or equal to %d, the most pods that this cluster models",
                     replicas, KUBE_MAX_PODS);
}

static void
validate_numbers (const char *noun, const DdValue *object, KubeCauses *causes)
{
  validate_not_negative (object, "spec.replicas", causes);
  validate_pods_fit (object, causes);
  validate_not_negative (object, "spec.minReadySeconds", causes);
  validate_not_negative (object, "spec.revisionHistoryLimit", causes);
  validate_selector (noun, object, causes);
}

static void
validate_restart_policy (const DdValue *object, KubeCauses *causes)
{
  const char *restart = dd_value_path_string (object, "spec.template.spec.restartPolicy");

  if (restart != NULL && strcmp (restart, "Always") != 0)
    kube_causes_add (causes, "FieldValueNotSupported", "spec.template.spec.restartPolicy",
                     "Unsupported value: \"%s\": supported values: \"Always\"", restart);
}

void
kube_workload_validate_template (const char *noun, const DdValue *object, KubeCauses *causes)
{
  validate_numbers (noun, object, causes);
  validate_restart_policy (object, causes);
}

void
kube_workload_validate (const char *noun, const DdValue *old, const DdValue *object,
                        KubeCauses *causes)
{
  validate_numbers (noun, object, causes);
  kube_pod_spec_validate (dd_value_path (object, "spec.template.spec"), "spec.template.spec",
                          causes);
  validate_restart_policy (object, causes);
  validate_selector_is_kept (old, object, causes);
}

/* The number before the sign of a well-formed percentage; -1 of any other TEXT. */
static gint64
percentage_of (const char *text)
{
  char *end = NULL;
  gint64 percent
      = text != NULL && g_ascii_isdigit (text[0]) ? g_ascii_strtoll (text, &end, 10) : -1;

  return end != NULL && strcmp (end, "%") == 0 ? percent : -1;
}

/* Imitates: pkg/apis/apps/validation, ValidatePositiveIntOrPercent. */
void
kube_any_percent_validate (const DdValue *value, const char *field, KubeCauses *causes)
{
  const char *text = dd_value_string (value);

  if (value == NULL)
    return;
  if (text == NULL)
    {
      if (dd_value_int (value, 0) < 0)
        kube_causes_add (causes, "FieldValueInvalid", field,
                         "Invalid value: %" G_GINT64_FORMAT ": must be greater than or equal to 0",
                         dd_value_int (value, 0));
      return;
    }
  if (percentage_of (text) < 0)
    kube_causes_add (causes, "FieldValueInvalid", field,
                     "Invalid value: \"%s\": a valid percent string must consist of a numeric "
                     "string followed by an ending '%%' (e.g. '1%%',  or '93%%', regex used for "
                     "validation is '[0-9]+%%')",
                     text);
}

/* Imitates: the same with IsNotMoreThan100Percent. */
void
kube_int_or_percent_validate (const DdValue *value, const char *field, KubeCauses *causes)
{
  const char *text = dd_value_string (value);

  kube_any_percent_validate (value, field, causes);
  if (percentage_of (text) > 100)
    kube_causes_add (causes, "FieldValueInvalid", field,
                     "Invalid value: \"%s\": must not be greater than 100%%", text);
}
