/* SPDX-License-Identifier: Apache-2.0 */
/* What config maps and secrets may hold.
 *
 * Imitates: pkg/apis/core/validation, ValidateConfigMap and ValidateSecret with their updates;
 * apimachinery's util/validation, IsConfigMapKey. */
#include "config.h"

#include <string.h>

#include "sim/kube/kinds/entries.h"

#define MAX_KEY 253
#define KEY_CHARACTERS "-._abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"

static void
add_problem (KubeCauses *causes, const char *field, const char *key, const char *problem)
{
  g_autofree char *path = g_strdup_printf ("%s[%s]", field, key);

  kube_causes_add (causes, "FieldValueInvalid", path, "Invalid value: \"%s\": %s", key, problem);
}

static void
validate_key (const char *field, const char *key, KubeCauses *causes)
{
  if (strlen (key) > MAX_KEY)
    add_problem (causes, field, key, "must be no more than 253 characters");
  if (key[0] == '\0' || key[strspn (key, KEY_CHARACTERS)] != '\0')
    add_problem (causes, field, key,
                 "a valid config key must consist of alphanumeric characters, '-', '_' or '.' "
                 "(e.g. 'key.name',  or 'KEY_NAME',  or 'key-name', regex used for validation is "
                 "'[-._a-zA-Z0-9]+')");
  if (strcmp (key, ".") == 0)
    add_problem (causes, field, key, "must not be '.'");
  else if (strcmp (key, "..") == 0)
    add_problem (causes, field, key, "must not be '..'");
  else if (g_str_has_prefix (key, ".."))
    add_problem (causes, field, key, "must not start with '..'");
}

static gsize
bytes_of_base64 (const char *text)
{
  gsize length = strlen (text);
  gsize padding = length > 0 ? (text[length - 1] == '=') + (text[length - 2] == '=') : 0;

  return length / 4 * 3 - padding;
}

gsize
kube_entries_validate (const DdValue *map, const char *field, gboolean base64, KubeCauses *causes)
{
  gsize size = 0;

  for (gsize i = 0; i < dd_value_length (map); i++)
    {
      const char *text = dd_value_string (dd_value_nth (map, i));

      validate_key (field, dd_value_key (map, i), causes);
      if (text != NULL)
        size += base64 ? bytes_of_base64 (text) : strlen (text);
    }
  return size;
}

void
kube_entries_validate_immutable (const DdValue *old, const DdValue *object,
                                 const char *const *members, KubeCauses *causes)
{
  if (!dd_value_path_bool (old, "immutable", FALSE))
    return;
  if (!dd_value_path_bool (object, "immutable", FALSE))
    kube_causes_add (causes, "FieldValueForbidden", "immutable",
                     "Forbidden: field is immutable when `immutable` is set");
  for (; *members != NULL; members++)
    if (!dd_value_equal (dd_value_member (old, *members), dd_value_member (object, *members)))
      kube_causes_add (causes, "FieldValueForbidden", *members,
                       "Forbidden: field is immutable when `immutable` is set");
}
