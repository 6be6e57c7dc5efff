/* SPDX-License-Identifier: Apache-2.0 */
/* Which parts of a value have owners of their own, from the columns of its table, and the steps to
 * them.
 *
 * Imitates: the x-kubernetes-list-type, list-map-keys and map-type of the API's OpenAPI documents,
 * as structured-merge-diff reads them: a list is atomic unless they say otherwise, a map is not. */
#include "config.h"

#include <string.h>

#include "sim/kube/apply/field-set.h"
#include "sim/kube/apply/shape.h"

static KubeValueShape
shape (KubeShapeSort sort, KubeType type, const KubeField *field)
{
  return (KubeValueShape) { .sort = sort, .of = field->of, .field = field, .type = type };
}

KubeValueShape
kube_shape_of_struct (const KubeStruct *type)
{
  return (KubeValueShape) { .sort = KUBE_SHAPE_PARTS, .of = type, .type = KUBE_OBJECT };
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

KubeValueShape
kube_shape_of_element (const KubeField *field)
{
  gboolean has_parts = field->element == KUBE_OBJECT && !field->of->atomic;

  return shape (has_parts ? KUBE_SHAPE_PARTS : KUBE_SHAPE_LEAF, field->element, field);
}

guint
kube_list_keys (const KubeField *field, const char *out_keys[KUBE_MAX_KEYS])
{
  const char *given[KUBE_MAX_KEYS] = { field->merge_key, field->list_key };
  guint n = 0;

  for (guint i = 0; i < KUBE_MAX_KEYS; i++)
    if (given[i] != NULL)
      out_keys[n++] = given[i];
  if (n == KUBE_MAX_KEYS && strcmp (out_keys[0], out_keys[1]) > 0)
    {
      const char *first = out_keys[0];

      out_keys[0] = out_keys[1];
      out_keys[1] = first;
    }
  return n;
}

/* ---- steps ---- */

gboolean
kube_is_null (const DdValue *value)
{
  return value == NULL || dd_value_type (value) == DD_NULL;
}

/* The value of the field KEY of a list's ITEM, or its default; NULL: neither. */
static DdValue *
key_value (const KubeField *list, const char *key, const DdValue *item)
{
  const DdValue *value = dd_value_member (item, key);
  const KubeField *field = kube_field_find (list->of, key);

  if (!kube_is_null (value))
    return dd_value_ref (value);
  if (field == NULL || field->fallback == NULL)
    return NULL;
  return dd_value_parse (field->fallback, strlen (field->fallback), NULL, NULL);
}

char *
kube_keyed_step (const KubeField *list, const DdValue *item, const char **out_missing)
{
  const char *keys[KUBE_MAX_KEYS];
  guint n = kube_list_keys (list, keys);
  g_auto (DdBuilder) members = dd_builder_object ();
  g_autoptr (DdValue) object = NULL;

  for (guint i = 0; i < n; i++)
    {
      DdValue *value = key_value (list, keys[i], item);

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
kube_item_step (KubeValueShape shape, const DdValue *item)
{
  return shape.sort == KUBE_SHAPE_KEYED ? kube_keyed_step (shape.field, item, NULL)
                                        : kube_step_value (item);
}

gboolean
kube_shape_is_list (KubeValueShape shape)
{
  return shape.sort == KUBE_SHAPE_KEYED || shape.sort == KUBE_SHAPE_SET;
}

KubeValueShape
kube_shape_at (KubeValueShape shape, const char *step)
{
  const char *name = kube_step_to_name (step);
  const KubeField *field;

  if (shape.sort != KUBE_SHAPE_PARTS)
    return kube_shape_of_element (shape.field);
  field = name != NULL ? kube_field_find (shape.of, name) : NULL;
  return field != NULL ? kube_shape_of_field (field)
                       : (KubeValueShape) { .sort = KUBE_SHAPE_LEAF, .type = KUBE_RAW };
}
