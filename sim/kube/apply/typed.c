/* SPDX-License-Identifier: Apache-2.0 */
/* Objects by their tables, for server-side apply.
 *
 * A struct, a map, a keyed list and a set are all taken for the same: steps, and what each leads
 * to. What they differ in is the shape (shape.h).
 *
 * Imitates: structured-merge-diff's typed package: ToFieldSet, Compare, Merge, RemoveItems and
 * EnsureNamedFieldsAreMembers. */
#include "config.h"

#include <string.h>

#include "sim/kube/apply/shape.h"
#include "sim/kube/apply/typed.h"

/* VALUE's parts by their steps. Of items with the same step the last one counts. */
static DdValue *
parts_of (KubeValueShape shape, const DdValue *value)
{
  g_auto (DdBuilder) parts = dd_builder_object ();

  for (gsize i = 0; !kube_is_null (value) && i < dd_value_length (value); i++)
    {
      const DdValue *part
          = kube_shape_is_list (shape) ? dd_value_element (value, i) : dd_value_nth (value, i);
      g_autofree char *step = kube_shape_is_list (shape) ? kube_item_step (shape, part)
                                                         : kube_step_name (dd_value_key (value, i));

      if (step != NULL)
        dd_builder_set (&parts, step, dd_value_ref (part));
    }
  return dd_builder_end (&parts);
}

/* ---- the fields that are set ---- */

/* What a table or a schema declares is set by what is in it; all else is set by being there. */
static gboolean
leads_to_field (KubeValueShape shape, const char *step)
{
  const char *name = kube_step_to_name (step);

  return name != NULL && kube_shape_declares (shape, name);
}

static DdValue *
fields_of (KubeValueShape shape, gboolean member, const DdValue *value)
{
  g_auto (DdBuilder) children = { 0 };
  g_autoptr (DdValue) parts = NULL;

  shape = kube_shape_for (shape, value, value);
  if (shape.sort == KUBE_SHAPE_LEAF)
    return dd_object_empty ();
  children = dd_builder_object ();
  parts = parts_of (shape, value);
  for (gsize i = 0; i < dd_value_length (parts); i++)
    {
      const char *step = dd_value_key (parts, i);
      const DdValue *part = dd_value_nth (parts, i);
      gboolean empty = kube_is_null (part)
                       || (dd_value_type (part) == DD_OBJECT && dd_value_length (part) == 0);

      dd_builder_set (
          &children, step,
          fields_of (kube_shape_at (shape, step), empty || !leads_to_field (shape, step), part));
    }
  return kube_field_set_node (member, &children);
}

DdValue *
kube_typed_fields (const KubeKind *kind, const DdValue *value)
{
  return fields_of (kube_shape_of_kind (kind), FALSE, value);
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
  return kube_is_null (value) || dd_value_length (value) == 0;
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

  compare (kube_shape_at (shape, step), before, after, &of_part);
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
  shape = kube_shape_for (shape, before, after);
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
kube_typed_compare (const KubeKind *kind, const DdValue *before, const DdValue *after,
                    KubeComparison *out_comparison)
{
  *out_comparison = (KubeComparison) { 0 };
  compare (kube_shape_of_kind (kind), before, after, out_comparison);
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

      dd_builder_set (&merged, name,
                      merge (kube_shape_at (shape, step), dd_value_member (live, name),
                             dd_value_nth (applied, i)));
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
  KubeValueShape element = kube_shape_of_element (shape);
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
      g_autofree char *step = kube_item_step (shape, item);

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
  shape = kube_shape_for (shape, live, applied);
  if (live == NULL || shape.sort == KUBE_SHAPE_LEAF || (is_empty (live) && is_empty (applied)))
    return dd_value_ref (applied);
  if (kube_shape_is_list (shape))
    return merge_items (shape, kube_is_null (live) ? NULL : live,
                        kube_is_null (applied) ? NULL : applied);
  return merge_members (shape, kube_is_null (live) ? NULL : live,
                        kube_is_null (applied) ? NULL : applied);
}

DdValue *
kube_typed_merge (const KubeKind *kind, const DdValue *live, const DdValue *applied)
{
  return merge (kube_shape_of_kind (kind), live, applied);
}

/* ---- parts taken away ---- */

static DdValue *
remove_from (KubeValueShape shape, const DdValue *value, const DdValue *set)
{
  g_auto (DdBuilder) kept = { 0 };
  gsize n = 0;

  shape = kube_shape_for (shape, value, value);
  if (shape.sort == KUBE_SHAPE_LEAF || is_empty (value) || set == NULL)
    return dd_value_ref (value);
  kept = kube_shape_is_list (shape) ? dd_builder_array () : dd_builder_object ();
  for (gsize i = 0; i < dd_value_length (value); i++)
    {
      const DdValue *part
          = kube_shape_is_list (shape) ? dd_value_element (value, i) : dd_value_nth (value, i);
      g_autofree char *step = kube_shape_is_list (shape) ? kube_item_step (shape, part)
                                                         : kube_step_name (dd_value_key (value, i));
      const DdValue *node = step != NULL ? dd_value_member (set, step) : NULL;
      DdValue *left;

      if (kube_field_set_is_member (node))
        continue;
      left = step != NULL ? remove_from (kube_shape_at (shape, step), part, node)
                          : dd_value_ref (part);
      n += left != NULL;
      if (kube_shape_is_list (shape))
        dd_builder_add (&kept, left);
      else
        dd_builder_set (&kept, dd_value_key (value, i), left);
    }
  return n > 0 ? dd_builder_end_like (&kept, value) : NULL;
}

DdValue *
kube_typed_remove (const KubeKind *kind, const DdValue *value, const DdValue *set)
{
  DdValue *left = remove_from (kube_shape_of_kind (kind), value, set);

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
      gboolean named = leads_to_field (shape, step);

      if (strcmp (step, ".") != 0)
        dd_builder_set (&children, step,
                        with_parents (kube_shape_at (shape, step),
                                      named || kube_field_set_is_member (child), child));
    }
  return kube_field_set_node (member, &children);
}

DdValue *
kube_typed_with_parents (const KubeKind *kind, const DdValue *set)
{
  return with_parents (kube_shape_of_kind (kind), FALSE, set);
}

/* ---- nothing yet ---- */

static DdValue *empty_struct (const KubeStruct *type);

/* NULL: left out while it is empty. */
static DdValue *
zero_of (const KubeField *field)
{
  if (field->type == KUBE_OBJECT && !field->pointer)
    return empty_struct (field->of);
  if ((field->type == KUBE_TIME || field->type == KUBE_MICRO_TIME) && !field->pointer)
    return dd_null (); /* a structure to Go, which it never leaves out */
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
kube_typed_empty (const KubeKind *kind)
{
  const KubeStruct *type = kind->type;
  static GHashTable *made = NULL;
  DdValue *empty;

  if (made == NULL)
    made = g_hash_table_new (NULL, NULL);
  empty = g_hash_table_lookup (made, type->fields);
  if (empty == NULL)
    {
      empty = empty_struct (type);
      g_hash_table_insert (made, (gpointer) type->fields, empty);
    }
  return empty;
}
