/* SPDX-License-Identifier: Apache-2.0 */
/* Pruning and defaulting by a structural schema.
 *
 * Both go down the schema and the object together. A schema says `properties`, or
 * `additionalProperties`, or `items`, or that it keeps what it does not know; what it says within
 * allOf, anyOf, oneOf and not is for checking alone.
 *
 * Imitates: Kubernetes, Extend the Kubernetes API with CustomResourceDefinitions: Field pruning,
 * Defaulting, Defaulting and Nullable. */
#include "config.h"

#include "sim/kube/schema/structural.h"

#include <string.h>

#include "sim/kube/schema/field-path.h"
#include "sim/kube/schema/schema.h"

/* The path is NULL when nobody asks what is unknown. */
typedef struct
{
  GString *path;
  GPtrArray *unknown; /* of char *: paths */
} Walk;

static DdValue *walk_value (const Walk *walk, const DdValue *schema, const DdValue *value,
                            gboolean is_object);

static gboolean
says (const DdValue *schema, const char *key)
{
  return dd_value_bool (dd_value_member (schema, key), FALSE);
}

/* What every object has without its schema saying so. */
static gboolean
is_implicit (const char *name)
{
  return kube_schema_is_type_meta (name) || strcmp (name, "metadata") == 0;
}

/* ---- one member ---- */

typedef enum
{
  UNKNOWN, /* it is pruned */
  OPEN,    /* it stays, whatever it holds */
  KNOWN,
} Knowledge;

/* What SCHEMA says of the member NAME. Where additionalProperties is but true, the member stays and
 * nothing is known of what it holds: *OUT_SCHEMA is NULL then. */
static Knowledge
look_up (const DdValue *schema, const char *name, const DdValue **out_schema)
{
  const DdValue *others = dd_value_member (schema, "additionalProperties");

  *out_schema = dd_value_member (dd_value_member (schema, "properties"), name);
  if (*out_schema != NULL)
    return KNOWN;
  if (others != NULL)
    {
      *out_schema = dd_value_type (others) == DD_OBJECT ? others : NULL;
      return KNOWN;
    }
  return says (schema, "x-kubernetes-preserve-unknown-fields") ? OPEN : UNKNOWN;
}

static void
note_unknown (const Walk *walk, const char *name)
{
  gsize mark;

  if (walk->path == NULL)
    return;
  mark = kube_path_push_name (walk->path, name);
  g_ptr_array_add (walk->unknown, g_strdup (walk->path->str));
  g_string_truncate (walk->path, mark);
}

/* The member as it is kept; NULL: it is not. */
static DdValue *
walk_member (const Walk *walk, const DdValue *schema, const char *name, const DdValue *value,
             gboolean is_object)
{
  const DdValue *its;
  Knowledge knowledge = look_up (schema, name, &its);
  gsize mark = 0;
  DdValue *kept;

  if ((is_object && is_implicit (name)) || knowledge == OPEN)
    return dd_value_ref (value);
  if (knowledge == UNKNOWN)
    {
      note_unknown (walk, name);
      return NULL;
    }
  if (its != NULL && dd_value_type (value) == DD_NULL && !says (its, "nullable"))
    return dd_value_ref (dd_value_member (its, "default"));
  if (walk->path != NULL)
    mark = kube_path_push_name (walk->path, name);
  kept = walk_value (walk, its, value, says (its, "x-kubernetes-embedded-resource"));
  if (walk->path != NULL)
    g_string_truncate (walk->path, mark);
  return kept;
}

/* ---- defaults ---- */

/* Those of members that are absent. A default may leave some to the schema within it. */
static void
add_defaults (const Walk *walk, const DdValue *schema, const DdValue *value, DdBuilder *members)
{
  const DdValue *properties = dd_value_member (schema, "properties");

  for (gsize i = 0; i < dd_value_length (properties); i++)
    {
      const char *name = dd_value_key (properties, i);
      const DdValue *its = dd_value_nth (properties, i);
      const DdValue *fallback = dd_value_member (its, "default");
      const Walk silent = { NULL, walk->unknown };

      if (fallback != NULL && dd_value_member (value, name) == NULL)
        dd_builder_set (
            members, name,
            walk_value (&silent, its, fallback, says (its, "x-kubernetes-embedded-resource")));
    }
}

/* ---- values ---- */

static DdValue *
walk_object (const Walk *walk, const DdValue *schema, const DdValue *value, gboolean is_object)
{
  g_auto (DdBuilder) members = dd_builder_object ();

  for (gsize i = 0; i < dd_value_length (value); i++)
    dd_builder_set (
        &members, dd_value_key (value, i),
        walk_member (walk, schema, dd_value_key (value, i), dd_value_nth (value, i), is_object));
  add_defaults (walk, schema, value, &members);
  return dd_builder_end_like (&members, value);
}

static DdValue *
walk_array (const Walk *walk, const DdValue *schema, const DdValue *value)
{
  const DdValue *items = dd_value_member (schema, "items");
  g_auto (DdBuilder) elements = dd_builder_array ();

  if (says (schema, "x-kubernetes-preserve-unknown-fields") && items == NULL)
    return dd_value_ref (value);
  for (gsize i = 0; i < dd_value_length (value); i++)
    {
      gsize mark = walk->path != NULL ? kube_path_push_index (walk->path, i) : 0;

      dd_builder_add (&elements, walk_value (walk, items, dd_value_element (value, i),
                                             says (items, "x-kubernetes-embedded-resource")));
      if (walk->path != NULL)
        g_string_truncate (walk->path, mark);
    }
  return dd_builder_end_like (&elements, value);
}

static DdValue *
walk_value (const Walk *walk, const DdValue *schema, const DdValue *value, gboolean is_object)
{
  if (dd_value_type (value) == DD_OBJECT)
    return walk_object (walk, schema, value, is_object);
  if (dd_value_type (value) == DD_ARRAY)
    return walk_array (walk, schema, value);
  return dd_value_ref (value);
}

DdValue *
kube_structural_decode (const DdValue *schema, const DdValue *value)
{
  const Walk walk = { NULL, NULL };

  return walk_value (&walk, schema, value, TRUE);
}

static int
compare_texts (gconstpointer a, gconstpointer b)
{
  return strcmp (*(const char *const *) a, *(const char *const *) b);
}

void
kube_structural_find_unknown (const DdValue *schema, const DdValue *value, GPtrArray *problems)
{
  g_autoptr (GString) path = g_string_new (NULL);
  g_autoptr (GPtrArray) unknown = g_ptr_array_new_with_free_func (g_free);
  const Walk walk = { path, unknown };

  dd_value_unref (walk_value (&walk, schema, value, TRUE));
  g_ptr_array_sort (unknown, compare_texts);
  for (guint i = 0; i < unknown->len; i++)
    g_ptr_array_add (problems,
                     g_strdup_printf ("unknown field \"%s\"", (const char *) unknown->pdata[i]));
}
