/* SPDX-License-Identifier: Apache-2.0 */
/* Strategic merge: JSON merge that knows which lists are maps in disguise.
 *
 * The kind's table says which lists of objects are merged by a key, and which lists of scalars are
 * sets; every other list is replaced. Directives in the patch change what merging means:
 *
 *   $patch: replace | delete | merge      in an object, or in an element of a merged list
 *   $retainKeys: [..]                     the members that may stay, of what the server has
 *   $setElementOrder/LIST: [..]           the order in which the elements shall stand, in place of
 *                                         the patch's own
 *   $deleteFromPrimitiveList/LIST: [..]   scalars to take out of a set
 *
 * Imitates: Kubernetes, Update API Objects in Place Using kubectl patch, and apimachinery's
 * util/strategicpatch. */
#include "config.h"

#include <string.h>

#include "sim/kube/error.h"
#include "sim/kube/schema/go-text.h"
#include "sim/kube/patch/patch.h"

#define ORDER_PREFIX "$setElementOrder/"
#define DELETE_PREFIX "$deleteFromPrimitiveList/"

static DdValue *merge_object (const KubeStruct *type, const DdValue *original, const DdValue *patch,
                              GError **error);

static const char *
directive_of (const DdValue *value)
{
  return dd_value_string (dd_value_member (value, "$patch"));
}

static const DdValue *
list_directive (const DdValue *patch, const char *prefix, const char *name)
{
  g_autofree char *key = g_strconcat (prefix, name, NULL);

  return dd_value_member (patch, key);
}

static gboolean
contains (const DdValue *list, const DdValue *wanted)
{
  for (gsize i = 0; i < dd_value_length (list); i++)
    if (dd_value_equal (dd_value_element (list, i), wanted))
      return TRUE;
  return FALSE;
}

/* ---- order ---- */

/* What identifies an element: the value of its merge key, or a scalar itself. */
static const DdValue *
identity (const DdValue *element, const char *merge_key)
{
  return merge_key != NULL ? dd_value_member (element, merge_key) : element;
}

/* The place of ELEMENT in LIST, or -1. */
static gssize
place_of (const DdValue *list, const DdValue *element, const char *merge_key)
{
  const DdValue *wanted = identity (element, merge_key);

  for (gsize i = 0; wanted != NULL && i < dd_value_length (list); i++)
    if (dd_value_equal (identity (dd_value_element (list, i), merge_key), wanted))
      return (gssize) i;
  return -1;
}

typedef struct
{
  const DdValue *order;
  const char *merge_key;
} Ordering;

static int
compare_places (gconstpointer a, gconstpointer b, gpointer data)
{
  const Ordering *ordering = data;

  return (int) (place_of (ordering->order, *(DdValue *const *) a, ordering->merge_key)
                - place_of (ordering->order, *(DdValue *const *) b, ordering->merge_key));
}

/* The elements of MERGED in ORDER; those that it does not name keep their place before the first
 * named one that they stood before in ORIGINAL. */
static DdValue *
put_in_order (const DdValue *merged, const DdValue *original, const DdValue *order,
              const char *merge_key)
{
  g_autoptr (GPtrArray) named = g_ptr_array_new ();
  g_autoptr (GPtrArray) others = g_ptr_array_new ();
  g_auto (DdBuilder) all = dd_builder_array ();
  Ordering ordering = { order, merge_key };
  guint left = 0, right = 0;

  for (gsize i = 0; i < dd_value_length (merged); i++)
    {
      const DdValue *element = dd_value_element (merged, i);

      g_ptr_array_add (place_of (order, element, merge_key) >= 0 ? named : others,
                       (gpointer) element);
    }
  g_ptr_array_sort_with_data (named, compare_places, &ordering);
  while (left < others->len || right < named->len)
    {
      const DdValue *other = left < others->len ? others->pdata[left] : NULL;
      const DdValue *next = right < named->len ? named->pdata[right] : NULL;
      gssize place = other != NULL ? place_of (original, other, merge_key) : -1;
      gssize next_place = next != NULL ? place_of (original, next, merge_key) : -1;
      gboolean take_other
          = next == NULL || (other != NULL && place >= 0 && next_place >= 0 && place < next_place);

      dd_builder_add (&all, dd_value_ref (take_other ? other : next));
      left += take_other;
      right += !take_other;
    }
  return dd_builder_end (&all);
}

/* ---- lists ---- */

/* An element or a whole list that says "$patch: replace". */
static gboolean
replaces_list (const DdValue *patch)
{
  for (gsize i = 0; i < dd_value_length (patch); i++)
    if (g_strcmp0 (directive_of (dd_value_element (patch, i)), "replace") == 0)
      return TRUE;
  return FALSE;
}

static DdValue *
without_directives (const DdValue *patch)
{
  g_auto (DdBuilder) plain = dd_builder_array ();

  for (gsize i = 0; i < dd_value_length (patch); i++)
    if (directive_of (dd_value_element (patch, i)) == NULL)
      dd_builder_add (&plain, dd_value_ref (dd_value_element (patch, i)));
  return dd_builder_end (&plain);
}

static gboolean
refuse_keyless (const DdValue *element, const char *merge_key, GError **error)
{
  g_autofree char *text = kube_go_value (element);

  kube_set_error (error, KUBE_UNSPECIFIED, NULL, "map: %s does not contain declared merge key: %s",
                  text, merge_key);
  return FALSE;
}

/* One element of a patch goes into ELEMENTS (of DdValue *, owned). */
static gboolean
merge_element (const KubeField *field, GPtrArray *elements, const DdValue *patch, GError **error)
{
  const DdValue *key = dd_value_member (patch, field->merge_key);
  const char *directive = directive_of (patch);
  gboolean deletes = g_strcmp0 (directive, "delete") == 0;
  DdValue *merged;
  guint at = 0;

  if (key == NULL)
    return refuse_keyless (patch, field->merge_key, error);
  while (at < elements->len
         && !dd_value_equal (dd_value_member (elements->pdata[at], field->merge_key), key))
    at++;
  if (deletes)
    {
      if (at < elements->len)
        g_ptr_array_remove_index (elements, at);
      return TRUE;
    }
  merged = merge_object (field->of, at < elements->len ? elements->pdata[at] : NULL, patch, error);
  if (merged == NULL)
    return FALSE;
  if (at == elements->len)
    g_ptr_array_add (elements, merged);
  else
    {
      dd_value_unref (elements->pdata[at]);
      elements->pdata[at] = merged;
    }
  return TRUE;
}

static DdValue *
merge_keyed_list (const KubeField *field, const DdValue *original, const DdValue *patch,
                  GError **error)
{
  g_autoptr (GPtrArray) elements = g_ptr_array_new_with_free_func ((GDestroyNotify) dd_value_unref);
  g_auto (DdBuilder) merged = dd_builder_array ();

  if (replaces_list (patch))
    return without_directives (patch);
  for (gsize i = 0; i < dd_value_length (original); i++)
    g_ptr_array_add (elements, dd_value_ref (dd_value_element (original, i)));
  for (gsize i = 0; i < dd_value_length (patch); i++)
    if (!merge_element (field, elements, dd_value_element (patch, i), error))
      return NULL;
  for (guint i = 0; i < elements->len; i++)
    dd_builder_add (&merged, dd_value_ref (elements->pdata[i]));
  return dd_builder_end (&merged);
}

/* A list of scalars is a set: what is new goes to the end, what DELETED names goes. */
static DdValue *
merge_set (const DdValue *original, const DdValue *patch, const DdValue *deleted)
{
  g_auto (DdBuilder) merged = dd_builder_array ();

  for (gsize i = 0; i < dd_value_length (original); i++)
    if (!contains (deleted, dd_value_element (original, i)))
      dd_builder_add (&merged, dd_value_ref (dd_value_element (original, i)));
  for (gsize i = 0; i < dd_value_length (patch); i++)
    if (!contains (original, dd_value_element (patch, i)))
      dd_builder_add (&merged, dd_value_ref (dd_value_element (patch, i)));
  return dd_builder_end (&merged);
}

static gboolean
is_merged_list (const KubeField *field)
{
  return field != NULL && field->type == KUBE_LIST && (field->merge_key != NULL || field->merge);
}

static DdValue *
merge_list (const KubeField *field, const DdValue *original, const DdValue *patch,
            const DdValue *directives, GError **error)
{
  const DdValue *wanted = list_directive (directives, ORDER_PREFIX, field->name);
  const DdValue *deleted = list_directive (directives, DELETE_PREFIX, field->name);
  g_autoptr (DdValue) merged = field->merge_key != NULL
                                   ? merge_keyed_list (field, original, patch, error)
                                   : merge_set (original, patch, deleted);

  g_autoptr (DdValue) order = wanted != NULL ? dd_value_ref (wanted) : without_directives (patch);

  if (merged == NULL)
    return NULL;
  return put_in_order (merged, original, order, field->merge_key);
}

/* ---- objects ---- */

static DdValue *
merge_member (const KubeField *field, const DdValue *original, const DdValue *patch,
              const DdValue *directives, GError **error)
{
  if (is_merged_list (field) && dd_value_type (patch) == DD_ARRAY)
    return merge_list (field, original, patch, directives, error);
  if (dd_value_type (patch) == DD_OBJECT)
    return merge_object (field != NULL ? field->of : NULL, original, patch, error);
  return dd_value_ref (patch);
}

static gboolean
is_directive (const char *name)
{
  return strcmp (name, "$patch") == 0 || strcmp (name, "$retainKeys") == 0
         || g_str_has_prefix (name, ORDER_PREFIX) || g_str_has_prefix (name, DELETE_PREFIX);
}

/* ORIGINAL as the directives leave it, before anything is merged into it. */
static DdValue *
keep_what_stays (const DdValue *original, const DdValue *patch)
{
  const DdValue *retained = dd_value_member (patch, "$retainKeys");
  g_auto (DdBuilder) kept = dd_builder_object ();

  for (gsize i = 0; i < dd_value_length (original); i++)
    {
      g_autoptr (DdValue) name = dd_string (dd_value_key (original, i));

      if (retained == NULL || contains (retained, name))
        dd_builder_set (&kept, dd_value_key (original, i),
                        dd_value_ref (dd_value_nth (original, i)));
    }
  return dd_builder_end (&kept);
}

/* Directives for a list that the patch itself does not touch. */
static gboolean
apply_list_directives (const KubeStruct *type, DdValue **object, const DdValue *patch,
                       GError **error)
{
  for (gsize i = 0; i < dd_value_length (patch); i++)
    {
      const char *key = dd_value_key (patch, i);
      const char *name = strchr (key, '/') != NULL ? strchr (key, '/') + 1 : "";
      const KubeField *field = is_directive (key) ? kube_field_find (type, name) : NULL;
      g_autoptr (DdValue) nothing = NULL;
      DdValue *merged;

      if (!is_merged_list (field) || dd_value_member (patch, name) != NULL
          || dd_value_member (*object, name) == NULL)
        continue;
      nothing = dd_array_empty ();
      merged = merge_list (field, dd_value_member (*object, name), nothing, patch, error);
      if (merged == NULL)
        return FALSE;
      dd_value_set (object, name, merged);
    }
  return TRUE;
}

static DdValue *
replacement (const DdValue *patch)
{
  return dd_value_with_member (patch, "$patch", NULL);
}

static DdValue *
merge_object (const KubeStruct *type, const DdValue *original, const DdValue *patch, GError **error)
{
  const char *directive = directive_of (patch);
  g_autoptr (DdValue) merged = NULL;

  if (g_strcmp0 (directive, "replace") == 0)
    return replacement (patch);
  if (g_strcmp0 (directive, "delete") == 0)
    return dd_object_empty ();
  if (directive != NULL && strcmp (directive, "merge") != 0)
    {
      kube_set_error (error, KUBE_UNSPECIFIED, NULL, "Unknown patch type found: %s", directive);
      return NULL;
    }
  merged = keep_what_stays (dd_value_type (patch) == DD_OBJECT ? original : NULL, patch);
  for (gsize i = 0; i < dd_value_length (patch); i++)
    {
      const char *name = dd_value_key (patch, i);
      const DdValue *value = dd_value_nth (patch, i);
      DdValue *member = NULL, *changed;

      if (is_directive (name))
        continue;
      if (dd_value_type (value) != DD_NULL)
        {
          member = merge_member (kube_field_find (type, name), dd_value_member (merged, name),
                                 value, patch, error);
          if (member == NULL)
            return NULL;
        }
      changed = dd_value_with_member (merged, name, member);
      dd_value_unref (merged);
      merged = changed;
    }
  if (!apply_list_directives (type, &merged, patch, error))
    return NULL;
  return g_steal_pointer (&merged);
}

DdValue *
kube_strategic_merge (const KubeStruct *type, const DdValue *document, const DdValue *patch,
                      GError **error)
{
  if (dd_value_type (patch) != DD_OBJECT)
    {
      g_set_error (error, KUBE_ERROR, KUBE_BAD_REQUEST,
                   "error decoding patch: json: cannot unmarshal %s into Go value of type "
                   "map[string]interface {}",
                   dd_type_name (dd_value_type (patch)));
      return NULL;
    }
  return merge_object (type, document, patch, error);
}
