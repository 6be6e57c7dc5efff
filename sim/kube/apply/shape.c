/* SPDX-License-Identifier: Apache-2.0 */
/* Which parts of a value have owners of their own, from the columns of its table or from the schema
 * of a custom resource, and the steps to them.
 *
 * Imitates: the x-kubernetes-list-type, list-map-keys and map-type of the API's OpenAPI documents
 * and of definitions, as structured-merge-diff reads them: a list is atomic unless they say
 * otherwise, a map is not. */
#include "config.h"

#include <string.h>

#include "sim/kube/apply/field-set.h"
#include "sim/kube/apply/shape.h"

/* ---- by tables ---- */

static KubeValueShape
shape (KubeShapeSort sort, KubeType type, const KubeField *field)
{
  return (KubeValueShape) { .sort = sort, .of = field->of, .field = field, .type = type };
}

static KubeShapeSort
sort_of_list (const KubeField *field)
{
  if (field->atomic)
    return KUBE_SHAPE_LEAF;
  if (field->merge_key != NULL || field->list_key != NULL)
    return KUBE_SHAPE_KEYED;
  return field->merge || field->set ? KUBE_SHAPE_SET : KUBE_SHAPE_LEAF;
}

KubeValueShape
kube_shape_of_field (const KubeField *field)
{
  switch (field->type)
    {
    case KUBE_OBJECT:
      return shape (field->of->atomic ? KUBE_SHAPE_LEAF : KUBE_SHAPE_PARTS, KUBE_OBJECT, field);
    case KUBE_MAP:
      return shape (field->atomic ? KUBE_SHAPE_LEAF : KUBE_SHAPE_MAP, KUBE_MAP, field);
    case KUBE_LIST:
      return shape (sort_of_list (field), KUBE_LIST, field);
    case KUBE_STRING:
    case KUBE_INT:
    case KUBE_BOOL:
    case KUBE_NUMBER:
    case KUBE_INT_OR_STRING:
    case KUBE_QUANTITY:
    case KUBE_TIME:
    case KUBE_MICRO_TIME:
    case KUBE_BYTES:
    case KUBE_RAW:
      return shape (KUBE_SHAPE_LEAF, field->type, field);
    }
  g_assert_not_reached ();
}

static KubeValueShape
shape_of_table_element (const KubeField *field)
{
  gboolean has_parts = field->element == KUBE_OBJECT && !field->of->atomic;

  return shape (has_parts ? KUBE_SHAPE_PARTS : KUBE_SHAPE_LEAF, field->element, field);
}

/* ---- by schemas ---- */

static const KubeValueShape open_shape = { .sort = KUBE_SHAPE_OPEN, .type = KUBE_RAW };

static const DdValue *
property_of (const DdValue *schema, const char *name)
{
  return dd_value_member (dd_value_member (schema, "properties"), name);
}

static gboolean
says (const DdValue *schema, const char *name, const char *text)
{
  return g_strcmp0 (dd_value_string (dd_value_member (schema, name)), text) == 0;
}

static KubeShapeSort
sort_of_schema_list (const DdValue *schema)
{
  gsize n = dd_value_length (dd_value_member (schema, "x-kubernetes-list-map-keys"));

  if (says (schema, "x-kubernetes-list-type", "map") && n > 0 && n <= KUBE_MAX_KEYS)
    return KUBE_SHAPE_KEYED;
  return says (schema, "x-kubernetes-list-type", "set") ? KUBE_SHAPE_SET : KUBE_SHAPE_LEAF;
}

static KubeShapeSort
sort_of_schema_object (const DdValue *schema)
{
  if (says (schema, "x-kubernetes-map-type", "atomic"))
    return KUBE_SHAPE_LEAF;
  if (dd_value_member (schema, "properties") != NULL)
    return KUBE_SHAPE_PARTS;
  return dd_value_member (schema, "additionalProperties") != NULL ? KUBE_SHAPE_MAP
                                                                  : KUBE_SHAPE_OPEN;
}

static KubeValueShape
shape_of_schema (const DdValue *schema)
{
  static const struct
  {
    const char *name;
    KubeType type;
  } scalars[] = {
    { "string", KUBE_STRING },
    { "integer", KUBE_NUMBER },
    { "number", KUBE_NUMBER },
    { "boolean", KUBE_BOOL },
  };
  KubeValueShape its = { .schema = schema };

  if (dd_value_bool (dd_value_member (schema, "x-kubernetes-int-or-string"), FALSE))
    its.type = KUBE_INT_OR_STRING;
  else if (says (schema, "type", "object"))
    {
      its.sort = sort_of_schema_object (schema);
      its.type = its.sort == KUBE_SHAPE_OPEN ? KUBE_RAW : KUBE_OBJECT;
    }
  else if (says (schema, "type", "array"))
    {
      its.sort = sort_of_schema_list (schema);
      its.type = KUBE_LIST;
    }
  else
    {
      for (guint i = 0; i < G_N_ELEMENTS (scalars); i++)
        if (says (schema, "type", scalars[i].name))
          {
            its.type = scalars[i].type;
            return its;
          }
      return open_shape;
    }
  return its;
}

/* additionalProperties may be but true. */
static KubeValueShape
shape_of_schema_element (KubeValueShape list)
{
  const DdValue *its
      = dd_value_member (list.schema, list.type == KUBE_LIST ? "items" : "additionalProperties");

  return its != NULL && dd_value_type (its) == DD_OBJECT ? shape_of_schema (its) : open_shape;
}

/* ---- either way ---- */

KubeValueShape
kube_shape_of_kind (const KubeKind *kind)
{
  return (KubeValueShape) {
    .sort = KUBE_SHAPE_PARTS, .type = KUBE_OBJECT, .of = kind->type, .schema = kind->schema
  };
}

KubeValueShape
kube_shape_of_element (KubeValueShape its)
{
  if (its.field != NULL)
    return shape_of_table_element (its.field);
  return its.schema != NULL ? shape_of_schema_element (its) : open_shape;
}

gboolean
kube_shape_declares (KubeValueShape its, const char *name)
{
  return its.sort == KUBE_SHAPE_PARTS
         && (kube_field_find (its.of, name) != NULL || property_of (its.schema, name) != NULL);
}

KubeValueShape
kube_shape_at (KubeValueShape its, const char *step)
{
  const char *name = kube_step_to_name (step);
  const KubeField *field;

  if (its.sort != KUBE_SHAPE_PARTS || name == NULL)
    return kube_shape_of_element (its);
  field = kube_field_find (its.of, name);
  if (field != NULL)
    return kube_shape_of_field (field);
  if (property_of (its.schema, name) != NULL)
    return shape_of_schema (property_of (its.schema, name));
  return its.schema != NULL ? open_shape
                            : (KubeValueShape) { .sort = KUBE_SHAPE_LEAF, .type = KUBE_RAW };
}

static gboolean
may_be_map (const DdValue *value)
{
  return kube_is_null (value) || dd_value_type (value) == DD_OBJECT;
}

KubeValueShape
kube_shape_for (KubeValueShape its, const DdValue *a, const DdValue *b)
{
  if (its.sort == KUBE_SHAPE_OPEN)
    its.sort = may_be_map (a) && may_be_map (b) ? KUBE_SHAPE_MAP : KUBE_SHAPE_LEAF;
  return its;
}

gboolean
kube_shape_is_list (KubeValueShape its)
{
  return its.sort == KUBE_SHAPE_KEYED || its.sort == KUBE_SHAPE_SET;
}

gboolean
kube_is_null (const DdValue *value)
{
  return value == NULL || dd_value_type (value) == DD_NULL;
}

/* ---- the keys of lists ---- */

static int
compare_names (gconstpointer a, gconstpointer b)
{
  return strcmp (*(const char *const *) a, *(const char *const *) b);
}

guint
kube_shape_keys (KubeValueShape its, const char *out_keys[KUBE_MAX_KEYS])
{
  const DdValue *names = dd_value_member (its.schema, "x-kubernetes-list-map-keys");
  guint n = 0;

  if (its.field != NULL && its.field->merge_key != NULL)
    out_keys[n++] = its.field->merge_key;
  if (its.field != NULL && its.field->list_key != NULL)
    out_keys[n++] = its.field->list_key;
  for (gsize i = 0; its.field == NULL && i < dd_value_length (names); i++)
    {
      const char *name = dd_value_string (dd_value_element (names, i));

      out_keys[n++] = name != NULL ? name : "";
    }
  qsort (out_keys, n, sizeof *out_keys, compare_names);
  return n;
}

static DdValue *
default_of_key (KubeValueShape list, const char *key)
{
  const KubeField *field = list.field != NULL ? kube_field_find (list.of, key) : NULL;
  const DdValue *items = dd_value_member (list.schema, "items");

  if (list.field == NULL)
    return dd_value_ref (dd_value_member (property_of (items, key), "default"));
  if (field == NULL || field->fallback == NULL)
    return NULL;
  return dd_value_parse (field->fallback, strlen (field->fallback), NULL, NULL);
}

char *
kube_keyed_step (KubeValueShape its, const DdValue *item, const char **out_missing)
{
  const char *keys[KUBE_MAX_KEYS];
  guint n = kube_shape_keys (its, keys);
  g_auto (DdBuilder) members = dd_builder_object ();
  g_autoptr (DdValue) object = NULL;

  for (guint i = 0; i < n; i++)
    {
      const DdValue *given = dd_value_member (item, keys[i]);
      DdValue *value = kube_is_null (given) ? default_of_key (its, keys[i]) : dd_value_ref (given);

      if (value == NULL && out_missing != NULL)
        *out_missing = keys[i];
      if (value == NULL)
        return NULL;
      dd_builder_set (&members, keys[i], value);
    }
  object = dd_builder_end (&members);
  return kube_step_keys (object);
}

char *
kube_item_step (KubeValueShape its, const DdValue *item)
{
  return its.sort == KUBE_SHAPE_KEYED ? kube_keyed_step (its, item, NULL) : kube_step_value (item);
}
