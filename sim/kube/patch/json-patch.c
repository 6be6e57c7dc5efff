/* SPDX-License-Identifier: Apache-2.0 */
/* JSON Patch (RFC 6902) over immutable values; paths are JSON Pointers (RFC 6901). */
#include "config.h"

#include <string.h>

#include "sim/kube/error.h"
#include "sim/kube/patch/patch.h"

#define MAX_OPERATIONS 10000
#define MAX_COPIED_BYTES (3 * 1024 * 1024)

/* What a real server answers to any operation that cannot be carried out. */
static gboolean
fail (GError **error)
{
  kube_set_error (error, KUBE_INVALID, dd_object_empty (),
                  "the server rejected our request due to an error in our request");
  return FALSE;
}

/* ---- pointers ---- */

/* "~1" is '/', "~0" is '~'. */
static char *
unescape (const char *text)
{
  GString *out = g_string_new (text);

  g_string_replace (out, "~1", "/", 0);
  g_string_replace (out, "~0", "~", 0);
  return g_string_free (out, FALSE);
}

/* The reference tokens of a pointer; NULL when it is none. "" is the whole document. */
static GPtrArray *
parse_pointer (const char *pointer)
{
  GPtrArray *tokens;
  g_auto (GStrv) parts = NULL;

  if (pointer == NULL || (pointer[0] != '\0' && pointer[0] != '/'))
    return NULL;
  tokens = g_ptr_array_new_with_free_func (g_free);
  parts = g_strsplit (pointer, "/", -1);
  for (guint i = 1; pointer[0] != '\0' && parts[i] != NULL; i++)
    g_ptr_array_add (tokens, unescape (parts[i]));
  return tokens;
}

/* An index into ARRAY; "-" and the length itself only where something is inserted. */
static gboolean
parse_index (const DdValue *array, const char *token, gboolean inserting, gsize *out_index)
{
  gsize length = dd_value_length (array);
  guint64 index;

  if (strcmp (token, "-") == 0)
    {
      *out_index = length;
      return inserting;
    }
  if (!g_ascii_string_to_unsigned (token, 10, 0, G_MAXUINT32, &index, NULL)
      || (token[0] == '0' && token[1] != '\0'))
    return FALSE;
  *out_index = (gsize) index;
  return index < length || (inserting && index == length);
}

static const DdValue *
lookup (const DdValue *value, const GPtrArray *tokens)
{
  for (guint i = 0; value != NULL && i < tokens->len; i++)
    {
      const char *token = tokens->pdata[i];
      gsize index;

      if (dd_value_type (value) == DD_OBJECT)
        value = dd_value_member (value, token);
      else if (dd_value_type (value) == DD_ARRAY && parse_index (value, token, FALSE, &index))
        value = dd_value_element (value, index);
      else
        return NULL;
    }
  return value;
}

/* ---- changes ---- */

typedef enum
{
  ADD,
  REMOVE,
  REPLACE,
} Change;

static DdValue *change_at (const DdValue *value, const GPtrArray *tokens, guint depth,
                           Change change, DdValue *leaf);

/* ARRAY with the element at INDEX removed (LEAF NULL), inserted or replaced. Takes LEAF. */
static DdValue *
array_with (const DdValue *array, gsize index, gboolean inserting, DdValue *leaf)
{
  g_auto (DdBuilder) builder = dd_builder_array ();

  for (gsize i = 0; i < dd_value_length (array); i++)
    {
      if (i == index && leaf != NULL)
        dd_builder_add (&builder, dd_value_ref (leaf));
      if (i != index || inserting)
        dd_builder_add (&builder, dd_value_ref (dd_value_element (array, i)));
    }
  if (index == dd_value_length (array) && leaf != NULL)
    dd_builder_add (&builder, dd_value_ref (leaf));
  dd_value_unref (leaf);
  return dd_builder_end (&builder);
}

static DdValue *
change_leaf (const DdValue *value, const char *token, Change change, DdValue *leaf)
{
  gboolean is_array = dd_value_type (value) == DD_ARRAY;
  gsize index = 0;
  gboolean held = is_array ? parse_index (value, token, change == ADD, &index)
                           : dd_value_type (value) == DD_OBJECT
                                 && (change == ADD || dd_value_member (value, token) != NULL);

  if (!held)
    {
      dd_value_unref (leaf);
      return NULL;
    }
  return is_array ? array_with (value, index, change == ADD, leaf)
                  : dd_value_with_member (value, token, leaf);
}

static DdValue *
change_below (const DdValue *value, const GPtrArray *tokens, guint depth, Change change,
              DdValue *leaf)
{
  const char *token = tokens->pdata[depth];
  const DdValue *child = NULL;
  gsize index = 0;
  DdValue *changed;

  if (dd_value_type (value) == DD_OBJECT)
    child = dd_value_member (value, token);
  else if (dd_value_type (value) == DD_ARRAY && parse_index (value, token, FALSE, &index))
    child = dd_value_element (value, index);
  if (child == NULL)
    {
      dd_value_unref (leaf);
      return NULL;
    }
  changed = change_at (child, tokens, depth + 1, change, leaf);
  if (changed == NULL)
    return NULL;
  return dd_value_type (value) == DD_ARRAY ? array_with (value, index, FALSE, changed)
                                           : dd_value_with_member (value, token, changed);
}

/* VALUE with the place below it changed, or NULL when there is no such place. Takes LEAF. */
static DdValue *
change_at (const DdValue *value, const GPtrArray *tokens, guint depth, Change change, DdValue *leaf)
{
  if (depth < tokens->len)
    return depth + 1 == tokens->len ? change_leaf (value, tokens->pdata[depth], change, leaf)
                                    : change_below (value, tokens, depth, change, leaf);
  if (leaf == NULL)
    return NULL; /* the whole document cannot go */
  return leaf;
}

/* ---- operations ---- */

static gboolean
apply (DdValue **document, const GPtrArray *path, Change change, DdValue *leaf, GError **error)
{
  DdValue *changed = change_at (*document, path, 0, change, leaf);

  if (changed == NULL)
    return fail (error);
  dd_value_unref (*document);
  *document = changed;
  return TRUE;
}

static gboolean
add_value (DdValue **document, const GPtrArray *path, const DdValue *operation, GError **error)
{
  const DdValue *value = dd_value_member (operation, "value");

  return value != NULL ? apply (document, path, ADD, dd_value_ref (value), error) : fail (error);
}

static gboolean
remove_value (DdValue **document, const GPtrArray *path, const DdValue *operation G_GNUC_UNUSED,
              GError **error)
{
  return apply (document, path, REMOVE, NULL, error);
}

static gboolean
replace_value (DdValue **document, const GPtrArray *path, const DdValue *operation, GError **error)
{
  const DdValue *value = dd_value_member (operation, "value");

  return value != NULL ? apply (document, path, REPLACE, dd_value_ref (value), error)
                       : fail (error);
}

/* A reference to what "from" points at, or NULL. */
static DdValue *
take_source (const DdValue *document, const DdValue *operation, GPtrArray **out_from)
{
  *out_from = parse_pointer (dd_value_path_string (operation, "from"));
  return *out_from != NULL ? dd_value_ref (lookup (document, *out_from)) : NULL;
}

/* What an operation copies, as text. Copies of copies grow without measure: a real server counts
 * them too (the AccumulatedCopySizeLimit of its JSON patch library). */
static gsize
copied_bytes (const DdValue *document, const DdValue *operation)
{
  g_autoptr (GPtrArray) from = NULL;
  g_autoptr (DdValue) value = NULL;
  g_autofree char *text = NULL;

  if (g_strcmp0 (dd_value_path_string (operation, "op"), "copy") != 0)
    return 0;
  value = take_source (document, operation, &from);
  text = value != NULL ? dd_value_to_text (value) : NULL;
  return text != NULL ? strlen (text) : 0;
}

static gboolean
copy_value (DdValue **document, const GPtrArray *path, const DdValue *operation, GError **error)
{
  g_autoptr (GPtrArray) from = NULL;
  DdValue *value = take_source (*document, operation, &from);

  return value != NULL ? apply (document, path, ADD, value, error) : fail (error);
}

static gboolean
move_value (DdValue **document, const GPtrArray *path, const DdValue *operation, GError **error)
{
  g_autoptr (GPtrArray) from = NULL;
  g_autoptr (DdValue) value = take_source (*document, operation, &from);

  if (value == NULL)
    return fail (error);
  return apply (document, from, REMOVE, NULL, error)
         && apply (document, path, ADD, dd_value_ref (value), error);
}

static gboolean
test_value (DdValue **document, const GPtrArray *path, const DdValue *operation, GError **error)
{
  return dd_value_equal (lookup (*document, path), dd_value_member (operation, "value"))
         || fail (error);
}

static const struct
{
  const char *name;
  gboolean (*run) (DdValue **document, const GPtrArray *path, const DdValue *operation,
                   GError **error);
} operations[] = {
  { "add", add_value },   { "remove", remove_value }, { "replace", replace_value },
  { "move", move_value }, { "copy", copy_value },     { "test", test_value },
};

static gboolean
run_operation (DdValue **document, const DdValue *operation, GError **error)
{
  const char *name = dd_value_path_string (operation, "op");
  g_autoptr (GPtrArray) path = parse_pointer (dd_value_path_string (operation, "path"));

  for (guint i = 0; path != NULL && i < G_N_ELEMENTS (operations); i++)
    if (g_strcmp0 (name, operations[i].name) == 0)
      return operations[i].run (document, path, operation, error);
  return fail (error);
}

DdValue *
kube_json_patch (const DdValue *document, const DdValue *patch, GError **error)
{
  g_autoptr (DdValue) changed = dd_value_ref (document);
  gsize copied = 0;

  if (dd_value_type (patch) != DD_ARRAY)
    {
      g_set_error (error, KUBE_ERROR, KUBE_BAD_REQUEST,
                   "error decoding patch: json: cannot unmarshal %s into Go value of type "
                   "jsonpatch.Patch",
                   dd_type_name (dd_value_type (patch)));
      return NULL;
    }
  if (dd_value_length (patch) > MAX_OPERATIONS)
    {
      g_set_error (error, KUBE_ERROR, KUBE_TOO_LARGE,
                   "The allowed maximum operations in a JSON patch is %d, got %" G_GSIZE_FORMAT,
                   MAX_OPERATIONS, dd_value_length (patch));
      return NULL;
    }
  for (gsize i = 0; i < dd_value_length (patch); i++)
    {
      copied += copied_bytes (changed, dd_value_element (patch, i));
      if (copied > MAX_COPIED_BYTES)
        {
          fail (error);
          return NULL;
        }
      if (!run_operation (&changed, dd_value_element (patch, i), error))
        return NULL;
    }
  return g_steal_pointer (&changed);
}
