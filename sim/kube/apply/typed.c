/* SPDX-License-Identifier: Apache-2.0 */
/* Objects by their tables, for server-side apply.
 *
 * A struct, a map, a keyed list and a set are all taken for the same: steps, and what each leads
 * to. What they differ in is the shape (shape.h).
 *
 * Imitates: structured-merge-diff's typed package: validation and its texts, ToFieldSet, Compare,
 * Merge, RemoveItems and EnsureNamedFieldsAreMembers. */
#include "config.h"

#include <string.h>

#include "base/error.h"
#include "sim/kube/apply/shape.h"
#include "sim/kube/apply/typed.h"

static gboolean
is_null (const DdValue *value)
{
  return value == NULL || dd_value_type (value) == DD_NULL;
}

/* ---- steps from a value to its parts ---- */

/* The value of the field KEY of a list's ITEM, or its default; NULL: neither. */
static DdValue *
key_value (const KubeField *list, const char *key, const DdValue *item)
{
  const DdValue *value = dd_value_member (item, key);
  const KubeField *field = kube_field_find (list->of, key);

  if (!is_null (value))
    return dd_value_ref (value);
  if (field == NULL || field->fallback == NULL)
    return NULL;
  return dd_value_parse (field->fallback, strlen (field->fallback), NULL, NULL);
}

/* NULL when ITEM lacks a key, whose name is then in *OUT_MISSING (may be NULL). */
static char *
keyed_step (const KubeField *list, const DdValue *item, const char **out_missing)
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

static char *
item_step (KubeValueShape shape, const DdValue *item)
{
  return shape.sort == KUBE_SHAPE_KEYED ? keyed_step (shape.field, item, NULL)
                                        : kube_step_value (item);
}

static gboolean
is_list (KubeValueShape shape)
{
  return shape.sort == KUBE_SHAPE_KEYED || shape.sort == KUBE_SHAPE_SET;
}

/* VALUE's parts by their steps. Of items with the same step the last one counts. */
static DdValue *
parts_of (KubeValueShape shape, const DdValue *value)
{
  g_auto (DdBuilder) parts = dd_builder_object ();

  for (gsize i = 0; !is_null (value) && i < dd_value_length (value); i++)
    {
      const DdValue *part = is_list (shape) ? dd_value_element (value, i) : dd_value_nth (value, i);
      g_autofree char *step
          = is_list (shape) ? item_step (shape, part) : kube_step_name (dd_value_key (value, i));

      if (step != NULL)
        dd_builder_set (&parts, step, dd_value_ref (part));
    }
  return dd_builder_end (&parts);
}

/* What STEP leads to. A field that the table lacks has one owner. */
static KubeValueShape
shape_at (KubeValueShape shape, const char *step)
{
  const char *name = kube_step_to_name (step);
  const KubeField *field;

  if (shape.sort != KUBE_SHAPE_PARTS)
    return kube_shape_of_element (shape.field);
  field = name != NULL ? kube_field_find (shape.of, name) : NULL;
  return field != NULL ? kube_shape_of_field (field)
                       : (KubeValueShape) { .sort = KUBE_SHAPE_LEAF, .type = KUBE_RAW };
}

/* ---- checking ---- */

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

static void
check_fields (Checker *self, KubeValueShape shape, const DdValue *value)
{
  for (gsize i = 0; i < dd_value_length (value); i++)
    {
      const char *name = dd_value_key (value, i);
      const KubeField *field
          = shape.sort == KUBE_SHAPE_PARTS ? kube_field_find (shape.of, name) : NULL;
      g_autofree char *step = kube_step_name (name);
      gsize mark = self->path->len;

      if (shape.sort == KUBE_SHAPE_MAP)
        check_at (self, kube_shape_of_element (shape.field), step, dd_value_nth (value, i));
      else if (field != NULL)
        check_at (self, kube_shape_of_field (field), step, dd_value_nth (value, i));
      else
        {
          kube_step_append (self->path, step);
          add_problem (self, "field not declared in schema");
          g_string_truncate (self->path, mark);
        }
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
  if (is_null (item))
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
    step = keyed_step (shape.field, item, &missing);
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
        check_at (self, kube_shape_of_element (shape.field), step, item);
      g_hash_table_add (seen, step);
    }
}

/* What has one owner is checked inside as well: it has a schema all the same. */
static KubeValueShape
shape_inside (KubeValueShape shape)
{
  if (shape.sort != KUBE_SHAPE_LEAF)
    return shape;
  if (shape.type == KUBE_OBJECT)
    shape.sort = KUBE_SHAPE_PARTS;
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
      check_value (self, kube_shape_of_element (shape.field), dd_value_element (value, i));
      g_string_truncate (self->path, mark);
    }
}

static void
check_value (Checker *self, KubeValueShape shape, const DdValue *value)
{
  KubeValueShape inside = shape_inside (shape);
  guint before = self->problems->len;

  if (is_null (value))
    return;
  check_leaf (self, shape.type, value);
  if (self->problems->len > before)
    return;
  if (inside.sort == KUBE_SHAPE_PARTS || inside.sort == KUBE_SHAPE_MAP)
    check_fields (self, inside, value);
  else if (is_list (inside))
    check_items (self, inside, value);
  else if (inside.type == KUBE_LIST)
    check_atomic_list (self, inside, value);
}

gboolean
kube_typed_check (const KubeStruct *type, const DdValue *value, GError **error)
{
  g_autoptr (GPtrArray) problems = g_ptr_array_new_with_free_func (g_free);
  Checker checker = { g_string_new (NULL), problems };
  g_autofree char *list = NULL;

  check_value (&checker, kube_shape_of_struct (type), value);
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

/* ---- the fields that are set ---- */

static DdValue *
fields_of (KubeValueShape shape, gboolean member, const DdValue *value)
{
  g_auto (DdBuilder) children = { 0 };
  g_autoptr (DdValue) parts = NULL;

  if (shape.sort == KUBE_SHAPE_LEAF)
    return dd_object_empty ();
  children = dd_builder_object ();
  parts = parts_of (shape, value);
  for (gsize i = 0; i < dd_value_length (parts); i++)
    {
      const char *step = dd_value_key (parts, i);
      const DdValue *part = dd_value_nth (parts, i);
      gboolean empty
          = is_null (part) || (dd_value_type (part) == DD_OBJECT && dd_value_length (part) == 0);

      dd_builder_set (
          &children, step,
          fields_of (shape_at (shape, step), empty || shape.sort != KUBE_SHAPE_PARTS, part));
    }
  return kube_field_set_node (member, &children);
}

DdValue *
kube_typed_fields (const KubeStruct *type, const DdValue *value)
{
  return fields_of (kube_shape_of_struct (type), FALSE, value);
}

/* ---- how two differ ---- */

void
kube_comparison_clear (KubeComparison *comparison)
{
  g_clear_pointer (&comparison->added, dd_value_unref);
  g_clear_pointer (&comparison->modified, dd_value_unref);
  g_clear_pointer (&comparison->removed, dd_value_unref);
}

static void
compare_leaves (const DdValue *before, const DdValue *after, KubeComparison *out)
{
  if (before == NULL)
    out->added = dd_object_empty ();
  else if (after == NULL)
    out->removed = dd_object_empty ();
  else if (!dd_value_equal (before, after))
    out->modified = dd_object_empty ();
}

/* Nothing and emptiness differ as a leaf does. */
static gboolean
is_empty (const DdValue *value)
{
  return is_null (value) || dd_value_length (value) == 0;
}

static void compare (KubeValueShape shape, const DdValue *before, const DdValue *after,
                     KubeComparison *out);

typedef struct
{
  DdBuilder added, modified, removed;
} Differences;

static void
compare_part (KubeValueShape shape, const char *step, const DdValue *before, const DdValue *after,
              Differences *differences)
{
  KubeComparison of_part = { 0 };

  compare (shape_at (shape, step), before, after, &of_part);
  dd_builder_set (&differences->added, step, of_part.added);
  dd_builder_set (&differences->modified, step, of_part.modified);
  dd_builder_set (&differences->removed, step, of_part.removed);
}

static void
compare (KubeValueShape shape, const DdValue *before, const DdValue *after, KubeComparison *out)
{
  Differences differences;
  g_autoptr (DdValue) old = NULL;
  g_autoptr (DdValue) new = NULL;

  if (before == after)
    return;
  if (shape.sort == KUBE_SHAPE_LEAF || (is_empty (before) && is_empty (after)))
    {
      compare_leaves (before, after, out);
      return;
    }
  differences = (Differences) { dd_builder_object (), dd_builder_object (), dd_builder_object () };
  old = parts_of (shape, before);
  new = parts_of (shape, after);
  for (gsize i = 0; i < dd_value_length (old); i++)
    compare_part (shape, dd_value_key (old, i), dd_value_nth (old, i),
                  dd_value_member (new, dd_value_key (old, i)), &differences);
  for (gsize i = 0; i < dd_value_length (new); i++)
    if (dd_value_member (old, dd_value_key (new, i)) == NULL)
      compare_part (shape, dd_value_key (new, i), NULL, dd_value_nth (new, i), &differences);
  out->added = kube_field_set_node (before == NULL, &differences.added);
  out->modified = kube_field_set_node (FALSE, &differences.modified);
  out->removed = kube_field_set_node (after == NULL, &differences.removed);
}

void
kube_typed_compare (const KubeStruct *type, const DdValue *before, const DdValue *after,
                    KubeComparison *out_comparison)
{
  *out_comparison = (KubeComparison) { 0 };
  compare (kube_shape_of_struct (type), before, after, out_comparison);
}

/* ---- one laid over another ---- */

static DdValue *merge (KubeValueShape shape, const DdValue *live, const DdValue *applied);

static DdValue *
merge_members (KubeValueShape shape, const DdValue *live, const DdValue *applied)
{
  g_auto (DdBuilder) merged = dd_builder_object ();

  for (gsize i = 0; i < dd_value_length (live); i++)
    dd_builder_set (&merged, dd_value_key (live, i), dd_value_ref (dd_value_nth (live, i)));
  for (gsize i = 0; i < dd_value_length (applied); i++)
    {
      const char *name = dd_value_key (applied, i);
      g_autofree char *step = kube_step_name (name);

      dd_builder_set (
          &merged, name,
          merge (shape_at (shape, step), dd_value_member (live, name), dd_value_nth (applied, i)));
    }
  return dd_builder_end_like (&merged, live);
}

/* Moves *AT on to the next of APPLIED's items that LIVE has too; its step, NULL after the last. */
static const char *
next_shared (const DdValue *live, const DdValue *applied, gsize *at)
{
  while (*at < dd_value_length (applied)
         && dd_value_member (live, dd_value_key (applied, *at)) == NULL)
    ++*at;
  return *at < dd_value_length (applied) ? dd_value_key (applied, *at) : NULL;
}

/* Items that only LIVE has stay where they are among those that both have and that come in
 * APPLIED's order; what is new stands in front of the next one that both have. */
static DdValue *
merge_items (KubeValueShape shape, const DdValue *live, const DdValue *applied)
{
  KubeValueShape element = kube_shape_of_element (shape.field);
  g_autoptr (DdValue) old = parts_of (shape, live);
  g_autoptr (DdValue) new = parts_of (shape, applied);
  g_auto (DdBuilder) merged = dd_builder_array ();
  gsize next = 0, taken = 0;
  const char *shared = next_shared (old, new, &next);

#define TAKE_APPLIED_UP_TO(end_) \
  for (; taken < (end_); taken++) \
  dd_builder_add (&merged, merge (element, dd_value_member (old, dd_value_key (new, taken)), \
                                  dd_value_nth (new, taken)))

  for (gsize i = 0; i < dd_value_length (live); i++)
    {
      const DdValue *item = dd_value_element (live, i);
      g_autofree char *step = item_step (shape, item);

      if (step == NULL || dd_value_member (new, step) == NULL)
        dd_builder_add (&merged, dd_value_ref (item));
      else if (g_strcmp0 (step, shared) == 0)
        {
          TAKE_APPLIED_UP_TO (next + 1);
          next++;
          shared = next_shared (old, new, &next);
        }
    }
  TAKE_APPLIED_UP_TO (dd_value_length (new));
#undef TAKE_APPLIED_UP_TO
  return dd_builder_end_like (&merged, live);
}

static DdValue *
merge (KubeValueShape shape, const DdValue *live, const DdValue *applied)
{
  if (applied == NULL)
    return dd_value_ref (live);
  if (live == NULL || shape.sort == KUBE_SHAPE_LEAF || (is_empty (live) && is_empty (applied)))
    return dd_value_ref (applied);
  if (is_list (shape))
    return merge_items (shape, is_null (live) ? NULL : live, is_null (applied) ? NULL : applied);
  return merge_members (shape, is_null (live) ? NULL : live, is_null (applied) ? NULL : applied);
}

DdValue *
kube_typed_merge (const KubeStruct *type, const DdValue *live, const DdValue *applied)
{
  return merge (kube_shape_of_struct (type), live, applied);
}

/* ---- parts taken away ---- */

static DdValue *
remove_from (KubeValueShape shape, const DdValue *value, const DdValue *set)
{
  g_auto (DdBuilder) kept = { 0 };
  gsize n = 0;

  if (shape.sort == KUBE_SHAPE_LEAF || is_empty (value) || set == NULL)
    return dd_value_ref (value);
  kept = is_list (shape) ? dd_builder_array () : dd_builder_object ();
  for (gsize i = 0; i < dd_value_length (value); i++)
    {
      const DdValue *part = is_list (shape) ? dd_value_element (value, i) : dd_value_nth (value, i);
      g_autofree char *step
          = is_list (shape) ? item_step (shape, part) : kube_step_name (dd_value_key (value, i));
      const DdValue *node = step != NULL ? dd_value_member (set, step) : NULL;
      DdValue *left;

      if (kube_field_set_is_member (node))
        continue;
      left = step != NULL ? remove_from (shape_at (shape, step), part, node) : dd_value_ref (part);
      n += left != NULL;
      if (is_list (shape))
        dd_builder_add (&kept, left);
      else
        dd_builder_set (&kept, dd_value_key (value, i), left);
    }
  return n > 0 ? dd_builder_end_like (&kept, value) : NULL;
}

DdValue *
kube_typed_remove (const KubeStruct *type, const DdValue *value, const DdValue *set)
{
  DdValue *left = remove_from (kube_shape_of_struct (type), value, set);

  return left != NULL ? left : dd_object_empty ();
}

static DdValue *
with_parents (KubeValueShape shape, gboolean member, const DdValue *set)
{
  g_auto (DdBuilder) children = dd_builder_object ();

  for (gsize i = 0; i < dd_value_length (set); i++)
    {
      const char *step = dd_value_key (set, i);
      const DdValue *child = dd_value_nth (set, i);
      const char *name = kube_step_to_name (step);
      gboolean named = shape.sort == KUBE_SHAPE_PARTS && name != NULL
                       && kube_field_find (shape.of, name) != NULL;

      if (strcmp (step, ".") != 0)
        dd_builder_set (&children, step,
                        with_parents (shape_at (shape, step),
                                      named || kube_field_set_is_member (child), child));
    }
  return kube_field_set_node (member, &children);
}

DdValue *
kube_typed_with_parents (const KubeStruct *type, const DdValue *set)
{
  return with_parents (kube_shape_of_struct (type), FALSE, set);
}

/* ---- nothing yet ---- */

static DdValue *empty_struct (const KubeStruct *type);

/* NULL: left out while it is empty. */
static DdValue *
zero_of (const KubeField *field)
{
  if (field->type == KUBE_OBJECT && !field->pointer)
    return empty_struct (field->of);
  if (!field->required)
    return NULL;
  switch (field->type)
    {
    case KUBE_INT:
    case KUBE_NUMBER:
      return field->pointer ? dd_null () : dd_int (0);
    case KUBE_BOOL:
      return field->pointer ? dd_null () : dd_bool (FALSE);
    case KUBE_STRING:
      return field->pointer ? dd_null () : dd_string ("");
    case KUBE_OBJECT:
    case KUBE_MAP:
    case KUBE_LIST:
    case KUBE_TIME:
    case KUBE_MICRO_TIME:
    case KUBE_BYTES:
    case KUBE_RAW:
    case KUBE_INT_OR_STRING:
    case KUBE_QUANTITY:
      return dd_null ();
    }
  g_assert_not_reached ();
}

static DdValue *
empty_struct (const KubeStruct *type)
{
  g_auto (DdBuilder) members = dd_builder_object ();

  for (const KubeField *field = type->fields; field->name != NULL; field++)
    dd_builder_set (&members, field->name, zero_of (field));
  return dd_builder_end (&members);
}

const DdValue *
kube_typed_empty (const KubeStruct *type)
{
  static GHashTable *made = NULL;
  DdValue *empty;

  if (made == NULL)
    made = g_hash_table_new (NULL, NULL);
  empty = g_hash_table_lookup (made, type);
  if (empty == NULL)
    {
      empty = empty_struct (type);
      g_hash_table_insert (made, (gpointer) type, empty);
    }
  return empty;
}
