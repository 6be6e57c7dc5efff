/* SPDX-License-Identifier: Apache-2.0 */
/* sim/kube/kinds/resource-quota.c: the ResourceQuota table
 *
 * Imitates: Kubernetes API Reference, ResourceQuota v1 core; pkg/apis/core/validation,
 * ValidateResourceQuotaUpdate. */
#include "config.h"

#include <string.h>

#include "sim/kube/kinds/kinds.h"
#include "sim/kube/kinds/structs.h"
#include "sim/kube/schema/quantity.h"

static const KubeField requirement_fields[] = {
  { "scopeName", KUBE_STRING, 1, .required = TRUE,
    KUBE_DOC ("What is looked at, such as PriorityClass.") },
  { "operator", KUBE_STRING, 2, .required = TRUE,
    .values = KUBE_VALUES ("In", "NotIn", "Exists", "DoesNotExist"),
    KUBE_DOC ("In and NotIn compare values, Exists and DoesNotExist only look for the scope.") },
  KUBE_LIST_OF_STRINGS ("values", 3, KUBE_DOC ("Candidates for In and NotIn.")),
  { NULL },
};

static const KubeStruct requirement = {
  "io.k8s.api.core.v1.ScopedResourceSelectorRequirement",
  "One test on one scope.",
  requirement_fields,
};

static const KubeField selector_fields[] = {
  KUBE_LIST_OF ("matchExpressions", requirement, 1, KUBE_DOC ("Tests, all of which must pass.")),
  { NULL },
};

static const KubeStruct selector = {
  "io.k8s.api.core.v1.ScopeSelector",
  "Picks what a quota counts.",
  selector_fields,
  .atomic = TRUE,
};

static const KubeField spec_fields[] = {
  { "hard", KUBE_MAP, 1, .element = KUBE_QUANTITY,
    KUBE_DOC ("Most that the namespace may have, by resource: pods, requests.cpu and so on."),
    KUBE_NOT_MODELLED ("what the namespace has would be summed up, and pods beyond the sums "
                       "refused, those that make up for evicted ones among them") },
  KUBE_LIST_OF_STRINGS ("scopes", 2, KUBE_DOC ("Which pods count, such as BestEffort."),
                        KUBE_NOT_MODELLED ("only such pods would count")),
  KUBE_OBJECT_OF ("scopeSelector", selector, 3, .pointer = TRUE,
                  KUBE_DOC ("Which pods count, by their priority class for example."),
                  KUBE_NOT_MODELLED ("only such pods would count")),
  { NULL },
};

static const KubeStruct spec = {
  "io.k8s.api.core.v1.ResourceQuotaSpec",
  "What a namespace may have in all.",
  spec_fields,
};

static const KubeField status_fields[] = {
  { "hard", KUBE_MAP, 1, .element = KUBE_QUANTITY, KUBE_DOC ("What is enforced.") },
  { "used", KUBE_MAP, 2, .element = KUBE_QUANTITY, KUBE_DOC ("What the namespace has of it.") },
  { NULL },
};

static const KubeStruct status = {
  "io.k8s.api.core.v1.ResourceQuotaStatus",
  "What a namespace has in all.",
  status_fields,
};

static const KubeField fields[] = {
  KUBE_TYPE_FIELDS,
  KUBE_OBJECT_OF ("spec", spec, 2, .fallback = "{}",
                  KUBE_DOC ("What the namespace may have in all."), KUBE_ACTS),
  KUBE_OBJECT_OF ("status", status, 3, .fallback = "{}",
                  KUBE_DOC ("What it has, counted by the quota controller."),
                  KUBE_INERT ("The cluster writes it.")),
  { NULL },
};

static const KubeStruct type = {
  "io.k8s.api.core.v1.ResourceQuota",
  "What a namespace may have in all.",
  fields,
};

/* ---- columns; imitates: printResourceQuota of pkg/printers/internalversion ---- */

static gboolean
is_limit (const char *resource)
{
  return g_str_has_prefix (resource, "limits.");
}

static int
compare_texts (gconstpointer a, gconstpointer b)
{
  return strcmp (*(const char *const *) a, *(const char *const *) b);
}

/* "pods: 2/4, requests.cpu: 1/2", in the order of their names. */
static DdValue *
sums (const SimObject *object, gboolean of_limits)
{
  const DdValue *hard = dd_value_path (object->value, "status.hard");
  g_autoptr (GPtrArray) texts = g_ptr_array_new_with_free_func (g_free);

  for (gsize i = 0; i < dd_value_length (hard); i++)
    {
      const char *resource = dd_value_key (hard, i);
      const char *used
          = dd_value_string (dd_value_at (object->value, "status", "used", resource, NULL));

      if (is_limit (resource) == of_limits)
        g_ptr_array_add (texts, g_strdup_printf ("%s: %s/%s", resource, used != NULL ? used : "0",
                                                 dd_value_string (dd_value_nth (hard, i))));
    }
  g_ptr_array_sort (texts, compare_texts);
  g_ptr_array_add (texts, NULL);
  return dd_string_take (g_strjoinv (", ", (char **) texts->pdata));
}

static DdValue *
request_cell (KubeApi *api G_GNUC_UNUSED, const SimObject *object)
{
  return sums (object, FALSE);
}

static DdValue *
limit_cell (KubeApi *api G_GNUC_UNUSED, const SimObject *object)
{
  return sums (object, TRUE);
}

/* The age came to its end in 1.33. */
static const KubeColumn columns[] = {
  KUBE_NAME_COLUMN,
  { "Age", "string", .path = "metadata.creationTimestamp", .absent = "<unknown>", .until = 32 },
  { "Request", "string", .cell = request_cell,
    KUBE_DOC ("What is counted, and of how much, but for limits.") },
  { "Limit", "string", .cell = limit_cell, KUBE_DOC ("The same for limits of containers.") },
  { "Age", "string", .path = "metadata.creationTimestamp", .absent = "<unknown>", .since = 33 },
  { NULL },
};

static gboolean
prepare_create (KubeApi *api G_GNUC_UNUSED, DdValue **object, GError **error G_GNUC_UNUSED)
{
  dd_value_set (object, "status", dd_object_empty ());
  return TRUE;
}

/* ---- its rules ---- */

static void
validate (const DdValue *old, const DdValue *object, KubeCauses *causes)
{
  static const char *const fixed[] = { "scopes", "scopeSelector" };
  const DdValue *hard = dd_value_path (object, "spec.hard");
  gint64 amount;

  for (gsize i = 0; i < dd_value_length (hard); i++)
    {
      g_autofree char *field = g_strdup_printf ("spec.hard[%s]", dd_value_key (hard, i));

      if (kube_quantity_to_milli (dd_value_nth (hard, i), &amount) && amount < 0)
        kube_causes_add (causes, "FieldValueInvalid", field,
                         "Invalid value: \"%s\": must be greater than or equal to 0",
                         dd_value_string (dd_value_nth (hard, i)));
    }
  for (guint i = 0; i < G_N_ELEMENTS (fixed) && old != NULL; i++)
    if (!dd_value_equal (dd_value_at (old, "spec", fixed[i], NULL),
                         dd_value_at (object, "spec", fixed[i], NULL)))
      {
        g_autofree char *field = g_strconcat ("spec.", fixed[i], NULL);

        kube_causes_add (causes, "FieldValueInvalid", field, "Invalid value: field is immutable");
      }
}

const KubeKind kube_resource_quota = {
  .group = "",
  .version = "v1",
  .kind = "ResourceQuota",
  .plural = "resourcequotas",
  .singular = "resourcequota",
  .short_names = KUBE_VALUES ("quota"),
  .namespaced = TRUE,
  .subresources = KUBE_SUB_STATUS,
  .flags = KUBE_UNCONDITIONAL_UPDATE | KUBE_RETURNS_DELETED,
  .type = &type,
  .columns = columns,
  .prepare_create = prepare_create,
  .validate = validate,
};
