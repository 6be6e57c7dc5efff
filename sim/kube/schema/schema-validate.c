/* SPDX-License-Identifier: Apache-2.0 */
/* What a table demands of an object: its required fields, and values out of its enumerations. */
#include "config.h"

#include <string.h>

#include "sim/kube/schema/field-path.h"
#include "sim/kube/schema/schema.h"

static void validate_struct (const KubeStruct *type, const DdValue *value, GString *path,
                             KubeCauses *causes);

static gboolean
is_empty (const DdValue *value)
{
  const char *text = dd_value_string (value);

  if (value == NULL || dd_value_type (value) == DD_NULL)
    return TRUE;
  if (dd_value_type (value) == DD_ARRAY)
    return dd_value_length (value) == 0;
  return text != NULL && text[0] == '\0';
}

static char *
quoted_list (const char *const *values)
{
  GString *text = g_string_new (NULL);

  for (; *values != NULL; values++)
    g_string_append_printf (text, "%s\"%s\"", text->len > 0 ? ", " : "", *values);
  return g_string_free (text, FALSE);
}

static void
validate_enumeration (const KubeField *field, const char *text, const char *path,
                      KubeCauses *causes)
{
  g_autofree char *known = NULL;

  if (text == NULL || g_strv_contains (field->values, text))
    return;
  known = quoted_list (field->values);
  kube_causes_add (causes, "FieldValueNotSupported", path,
                   "Unsupported value: \"%s\": supported values: %s", text, known);
}

static void
validate_elements (const KubeField *field, const DdValue *value, GString *path, KubeCauses *causes)
{
  gboolean is_list = field->type == KUBE_LIST;

  for (gsize i = 0; i < dd_value_length (value); i++)
    {
      gsize mark = is_list ? kube_path_push_index (path, i)
                           : kube_path_push_key (path, dd_value_key (value, i));
      const DdValue *element = is_list ? dd_value_element (value, i) : dd_value_nth (value, i);

      if (field->element == KUBE_OBJECT)
        validate_struct (field->of, element, path, causes);
      else if (field->values != NULL)
        validate_enumeration (field, dd_value_string (element), path->str, causes);
      g_string_truncate (path, mark);
    }
}

static void
validate_field (const KubeField *field, const DdValue *value, GString *path, KubeCauses *causes)
{
  if (field->required && is_empty (value))
    kube_causes_add (causes, "FieldValueRequired", path->str, "Required value");
  else if (value == NULL)
    return;
  else if (field->type == KUBE_OBJECT)
    validate_struct (field->of, value, path, causes);
  else if (field->type == KUBE_LIST || field->type == KUBE_MAP)
    validate_elements (field, value, path, causes);
  else if (field->values != NULL)
    validate_enumeration (field, dd_value_string (value), path->str, causes);
}

static void
validate_struct (const KubeStruct *type, const DdValue *value, GString *path, KubeCauses *causes)
{
  for (const KubeField *field = type->fields; field->name != NULL; field++)
    {
      const DdValue *member = dd_value_member (value, field->name);
      gsize mark;

      if (member == NULL && !field->required)
        continue;
      mark = kube_path_push_name (path, field->name);
      validate_field (field, member, path, causes);
      g_string_truncate (path, mark);
    }
}

void
kube_schema_validate (const KubeKind *kind, const DdValue *old, const DdValue *value,
                      KubeCauses *causes)
{
  GString *path = g_string_new (NULL);

  for (const KubeField *field = kind->type->fields; field->name != NULL; field++)
    {
      const DdValue *member = dd_value_member (value, field->name);

      if (kube_schema_is_type_meta (field->name) || strcmp (field->name, "status") == 0
          || (old != NULL && member == dd_value_member (old, field->name)))
        continue;
      g_string_assign (path, field->name);
      validate_field (field, member, path, causes);
    }
  g_string_free (path, TRUE);
}
