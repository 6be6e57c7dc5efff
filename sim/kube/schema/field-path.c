/* SPDX-License-Identifier: Apache-2.0 */
/* Field paths: "spec.containers[0].image". */
#include "config.h"

#include <string.h>

#include "sim/kube/schema/field-path.h"

gsize
kube_path_push_name (GString *path, const char *name)
{
  gsize length = path->len;

  if (length > 0)
    g_string_append_c (path, '.');
  g_string_append (path, name);
  return length;
}

gsize
kube_path_push_index (GString *path, gsize index)
{
  gsize length = path->len;

  g_string_append_c (path, '[');
  dd_append_int (path, (gint64) index);
  g_string_append_c (path, ']');
  return length;
}

gsize
kube_path_push_key (GString *path, const char *key)
{
  gsize length = path->len;

  g_string_append_c (path, '[');
  g_string_append (path, key);
  g_string_append_c (path, ']');
  return length;
}

/* The length of "containers" in "containers[0].image". */
static gsize
step_length (const char *path)
{
  return strcspn (path, ".[");
}

static const char *
after_bracket (const char *path)
{
  const char *end = strchr (path, ']');

  return end != NULL ? end + 1 : path + strlen (path);
}

static guint
field_rank (const KubeStruct *type, const char *name, gsize length, const KubeField **out_field)
{
  guint rank = 0;

  *out_field = NULL;
  for (; type != NULL && type->fields[rank].name != NULL; rank++)
    if (strlen (type->fields[rank].name) == length
        && strncmp (type->fields[rank].name, name, length) == 0)
      {
        *out_field = &type->fields[rank];
        break;
      }
  return rank;
}

int
kube_path_compare (const KubeStruct *type, const char *a, const char *b)
{
  while (*a != '\0' && *b != '\0')
    {
      const KubeField *left, *right;
      guint first = field_rank (type, a, step_length (a), &left);
      guint second = field_rank (type, b, step_length (b), &right);
      guint64 i, j;

      if (left != right || left == NULL)
        return (int) first - (int) second;
      a += step_length (a), b += step_length (b);
      if (*a == '[' && *b == '[')
        {
          i = g_ascii_strtoull (a + 1, NULL, 10), j = g_ascii_strtoull (b + 1, NULL, 10);
          if (i != j)
            return i < j ? -1 : 1;
          a = after_bracket (a), b = after_bracket (b);
        }
      a += *a == '.', b += *b == '.';
      type = left->of;
    }
  return (*a != '\0') - (*b != '\0');
}
