/* SPDX-License-Identifier: Apache-2.0 */
/* sim/kube/parts.c: objects against what their tables say is not modelled */
#include "config.h"

#include "sim/kube/parts.h"

#include <string.h>

typedef struct
{
  KubeUnmodelledFunc func;
  gpointer data;
} Walk;

/* null, false, 0, "", [] and {} are what an absent field comes to. */
static gboolean
is_empty (const DdValue *value)
{
  switch (dd_value_type (value))
    {
    case DD_NULL:
      return TRUE;
    case DD_BOOL:
      return !dd_value_bool (value, FALSE);
    case DD_INT:
      return dd_value_int (value, 0) == 0;
    case DD_STRING:
      return *dd_value_string (value) == '\0';
    case DD_ARRAY:
    case DD_OBJECT:
      return dd_value_length (value) == 0;
    case DD_DOUBLE:
      break;
    }
  return FALSE;
}

static gboolean
is_default (const KubeField *field, const DdValue *value)
{
  g_autoptr (DdValue) fallback = NULL;

  if (field->fallback == NULL)
    return is_empty (value);
  fallback = dd_value_parse (field->fallback, strlen (field->fallback), NULL, NULL);
  return dd_value_equal (fallback, value);
}

static void look_at_struct (const Walk *walk, const KubeStruct *type, const DdValue *value,
                            const char *path);

static void
look_at_map (const Walk *walk, const KubeField *field, const DdValue *value, const char *path)
{
  for (gsize i = 0; i < dd_value_length (value); i++)
    {
      g_autofree char *below = g_strdup_printf ("%s[%s]", path, dd_value_key (value, i));

      look_at_struct (walk, field->of, dd_value_nth (value, i), below);
    }
}

static void
look_beneath (const Walk *walk, const KubeField *field, const DdValue *value, const char *path)
{
  if (field->type == KUBE_OBJECT)
    look_at_struct (walk, field->of, value, path);
  if (field->of == NULL || field->type == KUBE_OBJECT)
    return;
  if (field->type == KUBE_MAP)
    {
      look_at_map (walk, field, value, path);
      return;
    }
  for (gsize i = 0; i < dd_value_length (value); i++)
    {
      g_autofree char *below = g_strdup_printf ("%s[%" G_GSIZE_FORMAT "]", path, i);

      look_at_struct (walk, field->of, dd_value_element (value, i), below);
    }
}

static void
look_at_struct (const Walk *walk, const KubeStruct *type, const DdValue *value, const char *path)
{
  for (const KubeField *field = type->fields; field->name != NULL; field++)
    {
      const DdValue *member = dd_value_member (value, field->name);
      g_autofree char *below = NULL;

      if (member == NULL || field->part == KUBE_FIELD_INERT)
        continue;
      below = *path != '\0' ? g_strdup_printf ("%s.%s", path, field->name) : g_strdup (field->name);
      if (field->part != KUBE_FIELD_NOT_MODELLED)
        look_beneath (walk, field, member, below);
      else if (!is_default (field, member))
        walk->func (field, below, walk->data);
    }
}

void
kube_unmodelled_each (const KubeKind *kind, const DdValue *object, KubeUnmodelledFunc func,
                      gpointer data)
{
  const Walk walk = { func, data };

  look_at_struct (&walk, kind->type, object, "");
}
