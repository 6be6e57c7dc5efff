/* SPDX-License-Identifier: Apache-2.0 */
/* sim/kube/kinds/limit-range.c: the LimitRange table
 *
 * Imitates: Kubernetes API Reference, LimitRange v1 core; pkg/apis/core/v1,
 * SetDefaults_LimitRangeItem. */
#include "config.h"

#include "sim/kube/kinds/kinds.h"
#include "sim/kube/kinds/structs.h"
#include "sim/kube/schema/quantity.h"

#define AMOUNTS(name_, number_, text_) \
  { \
    name_, KUBE_MAP, number_, .element = KUBE_QUANTITY, KUBE_DOC (text_) \
  }

static const KubeField item_fields[] = {
  { "type", KUBE_STRING, 1, .required = TRUE,
    KUBE_DOC ("What is limited: Container, Pod or PersistentVolumeClaim.") },
  AMOUNTS ("max", 2, "Most that it may have, by resource."),
  AMOUNTS ("min", 3, "Least that it may have."),
  AMOUNTS ("default", 4, "Limits of containers that have none."),
  AMOUNTS ("defaultRequest", 5, "Requests of containers that have none."),
  AMOUNTS ("maxLimitRequestRatio", 6, "How many times its request a limit may be."),
  { NULL },
};

static const KubeStruct item = {
  "io.k8s.api.core.v1.LimitRangeItem",
  "Limits for one sort of objects.",
  item_fields,
};

static const KubeField spec_fields[] = {
  KUBE_LIST_OF ("limits", item, 1, .required = TRUE, KUBE_DOC ("Limits, by sort of object."),
                KUBE_NOT_MODELLED ("containers would be given the default requests and limits, and "
                                   "pods and claims beyond the limits would be refused")),
  { NULL },
};

static const KubeStruct spec = {
  "io.k8s.api.core.v1.LimitRangeSpec",
  "What containers, pods and claims may ask for.",
  spec_fields,
};

static const KubeField fields[] = {
  KUBE_TYPE_FIELDS,
  KUBE_OBJECT_OF ("spec", spec, 2, .fallback = "{}",
                  KUBE_DOC ("What containers, pods and claims may ask for."), KUBE_ACTS),
  { NULL },
};

static const KubeStruct type = {
  "io.k8s.api.core.v1.LimitRange",
  "What single containers, pods and claims of a namespace may ask for.",
  fields,
};

/* Imitates: kubectl get limitranges. */
static const KubeColumn columns[] = {
  KUBE_NAME_COLUMN,
  KUBE_CREATED_COLUMN,
  { NULL },
};

/* ---- defaults ---- */

/* ITEM with what SOURCE has and TARGET has not. Takes ITEM. */
static DdValue *
with_defaults_from (DdValue *its, const char *source, const char *target)
{
  g_autoptr (DdValue) from = dd_value_ref (dd_value_member (its, source));

  for (gsize i = 0; i < dd_value_length (from); i++)
    if (dd_value_at (its, target, dd_value_key (from, i), NULL) == NULL)
      {
        DdValue *with = dd_value_with (its, dd_value_ref (dd_value_nth (from, i)), target,
                                       dd_value_key (from, i), NULL);

        dd_value_unref (its);
        its = with;
      }
  return its;
}

static void
set_defaults (DdValue **object)
{
  const DdValue *limits = dd_value_path (*object, "spec.limits");
  g_auto (DdBuilder) all = dd_builder_array ();

  if (dd_value_length (limits) == 0)
    return;
  for (gsize i = 0; i < dd_value_length (limits); i++)
    {
      DdValue *its = dd_value_ref (dd_value_element (limits, i));

      if (g_strcmp0 (dd_value_path_string (its, "type"), "Container") == 0)
        {
          its = with_defaults_from (its, "max", "default");
          its = with_defaults_from (its, "default", "defaultRequest");
          its = with_defaults_from (its, "min", "defaultRequest");
        }
      dd_builder_add (&all, its);
    }
  dd_value_set (object, "spec.limits", dd_builder_end_like (&all, limits));
}

/* ---- its rules ---- */

static void
validate_item (const DdValue *its, gsize at, KubeCauses *causes)
{
  const DdValue *least = dd_value_member (its, "min");

  for (gsize i = 0; i < dd_value_length (least); i++)
    {
      const char *resource = dd_value_key (least, i);
      const DdValue *most = dd_value_at (its, "max", resource, NULL);
      const char *text = dd_value_string (dd_value_nth (least, i));
      g_autofree char *field
          = g_strdup_printf ("spec.limits[%" G_GSIZE_FORMAT "].min[%s]", at, resource);
      gint64 low, high;

      if (most != NULL && kube_quantity_to_milli (dd_value_nth (least, i), &low)
          && kube_quantity_to_milli (most, &high) && low > high)
        kube_causes_add (causes, "FieldValueInvalid", field,
                         "Invalid value: \"%s\": min value %s is greater than max value %s", text,
                         text, dd_value_string (most));
    }
}

static void
validate (const DdValue *old G_GNUC_UNUSED, const DdValue *object, KubeCauses *causes)
{
  const DdValue *limits = dd_value_path (object, "spec.limits");

  for (gsize i = 0; i < dd_value_length (limits); i++)
    validate_item (dd_value_element (limits, i), i, causes);
}

const KubeKind kube_limit_range = {
  .group = "",
  .version = "v1",
  .kind = "LimitRange",
  .plural = "limitranges",
  .singular = "limitrange",
  .short_names = KUBE_VALUES ("limits"),
  .namespaced = TRUE,
  .flags = KUBE_UNCONDITIONAL_UPDATE,
  .type = &type,
  .columns = columns,
  .set_defaults = set_defaults,
  .validate = validate,
};
