/* SPDX-License-Identifier: Apache-2.0 */
/* Whether an object fits its table, in the words in which server-side apply refuses one that does
 * not.
 *
 * Imitates: structured-merge-diff's typed package, validation. */
#include "config.h"

#include <string.h>

#include "base/error.h"
#include "sim/kube/apply/shape.h"
#include "sim/kube/apply/typed.h"

typedef struct
{
  GString *path;
  GPtrArray *problems; /* of char * */
} Checker;

static void add_problem (Checker *self, const char *format, ...) G_GNUC_PRINTF (2, 3);

static void
add_problem (Checker *self, const char *format, ...)
{
  g_autofree char *text = NULL;
  va_list args;

  va_start (args, format);
  text = g_strdup_vprintf (format, args);
  va_end (args);
  g_ptr_array_add (self->problems, g_strdup_printf ("%s: %s", self->path->str, text));
}

/* How Go's %v shows a value's text without quotes. */
static char *
plain_text (const DdValue *value)
{
  const char *text = dd_value_string (value);

  return text != NULL ? g_strdup (text) : dd_value_to_text (value);
}

static const char *
go_type_of (const DdValue *value)
{
  switch (dd_value_type (value))
    {
    case DD_STRING:
      return "string";
    case DD_BOOL:
      return "bool";
    case DD_ARRAY:
      return "[]interface {}";
    case DD_OBJECT:
      return "map[string]interface {}";
    case DD_INT:
      return "int64";
    case DD_DOUBLE:
      return "float64";
    case DD_NULL:
      return "nil";
    }
  g_assert_not_reached ();
}

static gboolean
is_number (const DdValue *value)
{
  return dd_value_type (value) == DD_INT || dd_value_type (value) == DD_DOUBLE;
}

static gboolean
is_scalar (const DdValue *value)
{
  return is_number (value) || dd_value_type (value) == DD_STRING
         || dd_value_type (value) == DD_BOOL;
}

static void
check_leaf (Checker *self, KubeType type, const DdValue *value)
{
  DdType json = dd_value_type (value);
  g_autofree char *plain = plain_text (value);

  switch (type)
    {
    case KUBE_STRING:
    case KUBE_TIME:
    case KUBE_MICRO_TIME:
    case KUBE_BYTES:
      if (json != DD_STRING)
        {
          g_autofree char *text = dd_value_to_text (value);

          add_problem (self, "expected string, got &value.valueUnstructured{Value:%s}", text);
        }
      return;
    case KUBE_INT:
    case KUBE_NUMBER:
      if (!is_number (value))
        add_problem (self, "expected numeric (int or float), got %s", go_type_of (value));
      return;
    case KUBE_BOOL:
      if (json != DD_BOOL)
        add_problem (self, "expected boolean, got &{%s}", plain);
      return;
    case KUBE_INT_OR_STRING:
    case KUBE_QUANTITY:
      if (!is_scalar (value))
        add_problem (self, "expected any scalar, got &{%s}", plain);
      return;
    case KUBE_LIST:
      if (json != DD_ARRAY)
        add_problem (self, "expected list, got &{%s}", plain);
      return;
    case KUBE_MAP:
    case KUBE_OBJECT:
      if (json != DD_OBJECT)
        add_problem (self, "expected map, got &{%s}", plain);
      return;
    case KUBE_RAW:
      return;
    }
  g_assert_not_reached ();
}

static void check_value (Checker *self, KubeValueShape shape, const DdValue *value);

static void
check_at (Checker *self, KubeValueShape shape, const char *step, const DdValue *value)
{
  gsize mark = self->path->len;

  kube_step_append (self->path, step);
  check_value (self, shape, value);
  g_string_truncate (self->path, mark);
}

/* Whether an object may have members that its schema does not name. */
static gboolean
is_open (KubeValueShape shape)
{
  return shape.sort == KUBE_SHAPE_MAP
         || dd_value_member (shape.schema, "additionalProperties") != NULL
         || dd_value_path_bool (shape.schema, "x-kubernetes-preserve-unknown-fields", FALSE);
}

static void
check_fields (Checker *self, KubeValueShape shape, const DdValue *value)
{
  for (gsize i = 0; i < dd_value_length (value); i++)
    {
      const char *name = dd_value_key (value, i);
      g_autofree char *step = kube_step_name (name);
      gsize mark = self->path->len;

      if (is_open (shape) || kube_shape_declares (shape, name))
        {
          check_at (self, kube_shape_at (shape, step), step, dd_value_nth (value, i));
          continue;
        }
      kube_step_append (self->path, step);
      add_problem (self, "field not declared in schema");
      g_string_truncate (self->path, mark);
    }
}

/* The step to ITEM, which is POSITION in its list; NULL when it has none, and that is said. */
static char *
checked_step (Checker *self, KubeValueShape shape, const DdValue *item, gsize position)
{
  const char *missing = NULL;
  gsize mark = self->path->len;
  char *step = NULL;

  g_string_append_printf (self->path, "[%" G_GSIZE_FORMAT "]", position);
  if (kube_is_null (item))
    add_problem (self, shape.sort == KUBE_SHAPE_KEYED
                           ? "associative list with keys may not have a null element"
                           : "associative list without keys has an element that's an explicit "
                             "null");
  else if (shape.sort == KUBE_SHAPE_KEYED && dd_value_type (item) != DD_OBJECT)
    add_problem (self, "associative list with keys may not have non-map elements");
  else if (shape.sort == KUBE_SHAPE_SET && !is_scalar (item))
    add_problem (self, "associative list without keys has an element that's a map or list");
  else if (shape.sort == KUBE_SHAPE_SET)
    step = kube_step_value (item);
  else
    step = kube_keyed_step (shape, item, &missing);
  if (missing != NULL)
    add_problem (self,
                 "associative list with keys has an element that omits key field \"%s\" (and "
                 "doesn't have default value)",
                 missing);
  g_string_truncate (self->path, mark);
  return step;
}

static void
check_items (Checker *self, KubeValueShape shape, const DdValue *value)
{
  g_autoptr (GHashTable) seen = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);

  for (gsize i = 0; i < dd_value_length (value); i++)
    {
      const DdValue *item = dd_value_element (value, i);
      char *step = checked_step (self, shape, item, i);

      if (step == NULL)
        continue;
      if (g_hash_table_contains (seen, step))
        {
          GString *key = g_string_new (NULL);

          kube_step_append (key, step);
          add_problem (self, "duplicate entries for key %s", key->str);
          g_string_free (key, TRUE);
        }
      else
        check_at (self, kube_shape_of_element (shape), step, item);
      g_hash_table_add (seen, step);
    }
}

/* What has one owner is checked inside as well: it is described all the same. */
static KubeValueShape
shape_inside (KubeValueShape shape)
{
  gboolean has_parts = shape.of != NULL || dd_value_member (shape.schema, "properties") != NULL;

  if (shape.sort != KUBE_SHAPE_LEAF)
    return shape;
  if (shape.type == KUBE_OBJECT)
    shape.sort = has_parts ? KUBE_SHAPE_PARTS : KUBE_SHAPE_MAP;
  else if (shape.type == KUBE_MAP)
    shape.sort = KUBE_SHAPE_MAP;
  return shape;
}

static void
check_atomic_list (Checker *self, KubeValueShape shape, const DdValue *value)
{
  gsize mark = self->path->len;

  for (gsize i = 0; i < dd_value_length (value); i++)
    {
      g_string_append_printf (self->path, "[%" G_GSIZE_FORMAT "]", i);
      check_value (self, kube_shape_of_element (shape), dd_value_element (value, i));
      g_string_truncate (self->path, mark);
    }
}

static void
check_value (Checker *self, KubeValueShape shape, const DdValue *value)
{
  KubeValueShape inside = shape_inside (shape);
  guint before = self->problems->len;

  if (kube_is_null (value))
    return;
  check_leaf (self, shape.type, value);
  if (self->problems->len > before)
    return;
  if (inside.sort == KUBE_SHAPE_PARTS || inside.sort == KUBE_SHAPE_MAP)
    check_fields (self, inside, value);
  else if (kube_shape_is_list (inside))
    check_items (self, inside, value);
  else if (inside.type == KUBE_LIST)
    check_atomic_list (self, inside, value);
}

gboolean
kube_typed_check (const KubeKind *kind, const DdValue *value, GError **error)
{
  g_autoptr (GPtrArray) problems = g_ptr_array_new_with_free_func (g_free);
  Checker checker = { g_string_new (NULL), problems };
  g_autofree char *list = NULL;

  check_value (&checker, kube_shape_of_kind (kind), value);
  g_string_free (checker.path, TRUE);
  if (problems->len == 0)
    return TRUE;
  if (problems->len == 1)
    {
      g_set_error_literal (error, DD_ERROR, DD_ERROR_INVALID, problems->pdata[0]);
      return FALSE;
    }
  g_ptr_array_add (problems, NULL);
  list = g_strjoinv ("\n  ", (char **) problems->pdata);
  g_set_error (error, DD_ERROR, DD_ERROR_INVALID, "errors:\n  %s", list);
  return FALSE;
}
