/* SPDX-License-Identifier: Apache-2.0 */
/* Sets of fields: reading, the algebra, and how they are told.
 *
 * Imitates: structured-merge-diff's fieldpath package: the order of its serialised sets, what its
 * reader takes, and the text of its paths. */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "sim/kube/apply/field-set.h"

#define WHOLE "."

/* ---- steps ---- */

char *
kube_step_name (const char *name)
{
  return g_strconcat ("f:", name, NULL);
}

static char *
step_of_value (const char *sort, const DdValue *value)
{
  GString *step = g_string_new (sort);

  dd_value_write (value, step);
  return g_string_free (step, FALSE);
}

char *
kube_step_keys (const DdValue *keys)
{
  return step_of_value ("k:", keys);
}

char *
kube_step_value (const DdValue *value)
{
  return step_of_value ("v:", value);
}

const char *
kube_step_to_name (const char *step)
{
  return g_str_has_prefix (step, "f:") ? step + 2 : NULL;
}

/* What a step of ours holds behind its colon. */
static DdValue *
operand (const char *step)
{
  DdValue *value = dd_value_parse (step + 2, strlen (step + 2), NULL, NULL);

  g_assert (value != NULL);
  return value;
}

/* ---- their order ---- */

/* Numbers come before texts, those before booleans, lists, objects and null. */
static guint
rank_of_type (const DdValue *value)
{
  static const guint ranks[] = {
    [DD_DOUBLE] = 0, [DD_INT] = 0,    [DD_STRING] = 1, [DD_BOOL] = 2,
    [DD_ARRAY] = 3,  [DD_OBJECT] = 4, [DD_NULL] = 5,
  };

  return ranks[dd_value_type (value)];
}

static int
compare_numbers (const DdValue *a, const DdValue *b)
{
  gint64 left, right;
  double x, y;

  if (dd_value_type (a) == DD_INT && dd_value_type (b) == DD_INT)
    {
      left = dd_value_int (a, 0);
      right = dd_value_int (b, 0);
      return (left > right) - (left < right);
    }
  x = dd_value_double (a, 0);
  y = dd_value_double (b, 0);
  return (x > y) - (x < y);
}

static int
compare_as_texts (const DdValue *a, const DdValue *b)
{
  g_autofree char *left = dd_value_to_text (a);
  g_autofree char *right = dd_value_to_text (b);

  return strcmp (left, right);
}

static int
compare_values (const DdValue *a, const DdValue *b)
{
  guint left = rank_of_type (a), right = rank_of_type (b);

  if (left != right)
    return left < right ? -1 : 1;
  switch (dd_value_type (a))
    {
    case DD_INT:
    case DD_DOUBLE:
      return compare_numbers (a, b);
    case DD_STRING:
      return strcmp (dd_value_string (a), dd_value_string (b));
    case DD_BOOL:
      return dd_value_bool (a, FALSE) - dd_value_bool (b, FALSE);
    case DD_NULL:
      return 0;
    case DD_ARRAY:
    case DD_OBJECT:
      return compare_as_texts (a, b);
    }
  g_assert_not_reached ();
}

/* Key by key; where one ends first, it is the lesser. */
static int
compare_keys (const DdValue *a, const DdValue *b)
{
  gsize shared = MIN (dd_value_length (a), dd_value_length (b));

  for (gsize i = 0; i < shared; i++)
    {
      int order = strcmp (dd_value_key (a, i), dd_value_key (b, i));

      if (order == 0)
        order = compare_values (dd_value_nth (a, i), dd_value_nth (b, i));
      if (order != 0)
        return order;
    }
  return (dd_value_length (a) > shared) - (dd_value_length (b) > shared);
}

/* A step, and what it holds behind its colon: parsed once, however often it is compared. */
typedef struct
{
  const char *text;
  DdValue *operand; /* NULL for `f:NAME` and "." */
} Step;

static guint
rank_of_step (const char *step)
{
  switch (step[0])
    {
    case '.':
      return 0;
    case 'f':
      return 1;
    case 'k':
      return 2;
    case 'v':
      return 3;
    default:
      return 4;
    }
}

static int
compare_steps (gconstpointer a, gconstpointer b)
{
  const Step *left = a, *right = b;
  guint x = rank_of_step (left->text), y = rank_of_step (right->text);
  int order = 0;

  if (x != y)
    return x < y ? -1 : 1;
  if (left->operand != NULL)
    order = left->text[0] == 'k' ? compare_keys (left->operand, right->operand)
                                 : compare_values (left->operand, right->operand);
  return order != 0 ? order : strcmp (left->text, right->text);
}

static int
compare_text_pointers (gconstpointer a, gconstpointer b)
{
  return strcmp (*(const char *const *) a, *(const char *const *) b);
}

static gboolean
are_in_order (const Step *steps, gsize n)
{
  for (gsize i = 1; i < n; i++)
    if (compare_steps (&steps[i - 1], &steps[i]) > 0)
      return FALSE;
  return TRUE;
}

/* TAKEN with its members in the order of STEPS, which is sorted for it. */
static DdValue *
in_order_of (const DdValue *taken, Step *steps, gsize n)
{
  g_auto (DdBuilder) ordered = dd_builder_object ();

  qsort (steps, n, sizeof (Step), compare_steps);
  for (gsize i = 0; i < n; i++)
    dd_builder_set (&ordered, steps[i].text, dd_value_ref (dd_value_member (taken, steps[i].text)));
  return dd_builder_end (&ordered);
}

/* Takes OBJECT. */
static DdValue *
put_in_order (DdValue *object)
{
  g_autoptr (DdValue) taken = object;
  gsize n = dd_value_length (taken);
  g_autofree Step *steps = g_new (Step, n);
  DdValue *ordered;

  for (gsize i = 0; i < n; i++)
    {
      const char *text = dd_value_key (taken, i);

      steps[i] = (Step) { text, rank_of_step (text) > 1 ? operand (text) : NULL };
    }
  ordered = are_in_order (steps, n) ? dd_value_ref (taken) : in_order_of (taken, steps, n);
  for (gsize i = 0; i < n; i++)
    dd_value_unref (steps[i].operand);
  return ordered;
}

/* ---- making ---- */

DdValue *
kube_field_set_node (gboolean member, DdBuilder *children)
{
  g_autoptr (DdValue) beneath = dd_builder_end (children);
  DdValue *whole;

  if (dd_value_length (beneath) == 0)
    return member ? dd_object_empty () : NULL;
  if (!member)
    return put_in_order (g_steal_pointer (&beneath));
  whole = dd_value_with_member (beneath, WHOLE, dd_object_empty ());
  return put_in_order (whole);
}

DdValue *
kube_field_set_path (const char *first_name, ...)
{
  g_autoptr (GPtrArray) names = g_ptr_array_new ();
  DdValue *set = dd_object_empty ();
  va_list args;

  va_start (args, first_name);
  for (const char *name = first_name; name != NULL; name = va_arg (args, const char *))
    g_ptr_array_add (names, (gpointer) name);
  va_end (args);
  for (guint i = names->len; i > 0; i--)
    {
      g_autofree char *step = kube_step_name (names->pdata[i - 1]);

      set = dd_value_with_member (NULL, step, set);
    }
  return set;
}

/* ---- reading ---- */

static DdValue *
sorted_elements (const DdValue *array)
{
  g_auto (DdBuilder) elements = dd_builder_array ();

  for (gsize i = 0; i < dd_value_length (array); i++)
    dd_builder_add (&elements, kube_sorted (dd_value_element (array, i)));
  return dd_builder_end (&elements);
}

DdValue *
kube_sorted (const DdValue *value)
{
  g_autoptr (GPtrArray) names = NULL;
  g_auto (DdBuilder) members = { 0 };

  if (dd_value_type (value) == DD_ARRAY)
    return sorted_elements (value);
  if (dd_value_type (value) != DD_OBJECT)
    return dd_value_ref (value);
  names = g_ptr_array_new ();
  members = dd_builder_object ();
  for (gsize i = 0; i < dd_value_length (value); i++)
    g_ptr_array_add (names, (gpointer) dd_value_key (value, i));
  g_ptr_array_sort (names, compare_text_pointers);
  for (guint i = 0; i < names->len; i++)
    dd_builder_set (&members, names->pdata[i],
                    kube_sorted (dd_value_member (value, names->pdata[i])));
  return dd_builder_end (&members);
}

static gboolean refuse (GError **error, const char *format, ...) G_GNUC_PRINTF (2, 3);

static gboolean
refuse (GError **error, const char *format, ...)
{
  va_list args;

  va_start (args, format);
  if (error != NULL)
    *error = g_error_new_valist (DD_ERROR, DD_ERROR_INVALID, format, args);
  va_end (args);
  return FALSE;
}

static gboolean
read_operand (const char *key, char **out_step, GError **error)
{
  g_autoptr (DdValue) value = dd_value_parse (key + 2, strlen (key + 2), NULL, error);
  g_autoptr (DdValue) keys = NULL;

  if (value == NULL)
    return FALSE;
  if (key[0] == 'v')
    {
      *out_step = kube_step_value (value);
      return TRUE;
    }
  if (key[0] == 'i')
    {
      *out_step = step_of_value ("i:", value);
      return dd_value_type (value) == DD_INT || refuse (error, "%s is no index", key);
    }
  if (dd_value_type (value) != DD_OBJECT)
    return refuse (error, "expected object in %s", key);
  keys = kube_sorted (value);
  *out_step = kube_step_keys (keys);
  return TRUE;
}

/* The canonical step that KEY means; NULL in *OUT_STEP for one of an unknown sort. */
static gboolean
read_step (const char *key, char **out_step, GError **error)
{
  if (strlen (key) < 2)
    return refuse (error, "key must be 2 characters long: %s", key);
  if (key[1] != ':')
    return refuse (error, "missing colon: %s", key);
  if (key[0] == 'f')
    *out_step = g_strdup (key);
  else if (strchr ("kvi", key[0]) != NULL)
    return read_operand (key, out_step, error);
  return TRUE;
}

static gboolean read_node (const DdValue *fields, DdValue **out_node, GError **error);

/* Reads the step at KEY into CHILDREN; of two that mean the same the later one counts. */
static gboolean
read_child (const char *key, const DdValue *fields, DdBuilder *children, GError **error)
{
  g_autofree char *step = NULL;
  g_autoptr (DdValue) child = NULL;

  if (!read_step (key, &step, error))
    return FALSE;
  if (step == NULL)
    return TRUE;
  if (!read_node (fields, &child, error))
    return FALSE;
  dd_builder_set (children, step, g_steal_pointer (&child));
  return TRUE;
}

/* A node with nothing beneath is a member, whatever it says. */
static gboolean
read_node (const DdValue *fields, DdValue **out_node, GError **error)
{
  g_auto (DdBuilder) children = dd_builder_object ();
  gboolean member = FALSE;

  if (dd_value_type (fields) != DD_OBJECT)
    return refuse (error, "expected an object, found %s", dd_type_name (dd_value_type (fields)));
  for (gsize i = 0; i < dd_value_length (fields); i++)
    {
      const char *key = dd_value_key (fields, i);

      if (strcmp (key, WHOLE) == 0)
        member = TRUE;
      else if (!read_child (key, dd_value_nth (fields, i), &children, error))
        return FALSE;
    }
  *out_node = kube_field_set_node (member, &children);
  if (*out_node == NULL)
    *out_node = dd_object_empty ();
  return TRUE;
}

/* Nobody owns an object as a whole. */
static DdValue *
without_whole (DdValue *node)
{
  DdValue *set = node;

  if (dd_value_member (node, WHOLE) != NULL)
    {
      set = dd_value_with_member (node, WHOLE, NULL);
      dd_value_unref (node);
    }
  if (dd_value_length (set) > 0)
    return set;
  dd_value_unref (set);
  return NULL;
}

gboolean
kube_field_set_read (const DdValue *fields, DdValue **out_set, GError **error)
{
  DdValue *node = NULL;

  if (!read_node (fields, &node, error))
    return FALSE;
  *out_set = without_whole (node);
  return TRUE;
}

DdValue *
kube_field_set_write (const DdValue *set)
{
  return set != NULL ? dd_value_ref (set) : dd_object_empty ();
}

/* ---- the algebra ---- */

typedef enum
{
  UNION,
  INTERSECTION,
  DIFFERENCE,
  WITHOUT,
} Operation;

gboolean
kube_field_set_is_member (const DdValue *set)
{
  return set != NULL && (dd_value_length (set) == 0 || dd_value_member (set, WHOLE) != NULL);
}

static gboolean
holds (Operation operation, gboolean in_a, gboolean in_b)
{
  switch (operation)
    {
    case UNION:
      return in_a || in_b;
    case INTERSECTION:
      return in_a && in_b;
    case DIFFERENCE:
    case WITHOUT:
      return in_a && !in_b;
    }
  g_assert_not_reached ();
}

/* What OPERATION makes of a set and nothing. */
static DdValue *
combine_with_nothing (Operation operation, const DdValue *a, const DdValue *b)
{
  if (operation == INTERSECTION || (a == NULL && operation != UNION))
    return NULL;
  return dd_value_ref (a != NULL ? a : b);
}

static DdValue *
combine (Operation operation, const DdValue *a, const DdValue *b)
{
  g_auto (DdBuilder) children = { 0 };
  gboolean member;

  if (a == NULL || b == NULL)
    return combine_with_nothing (operation, a, b);
  if (operation == WITHOUT && kube_field_set_is_member (b))
    return NULL;
  children = dd_builder_object ();
  for (gsize i = 0; i < dd_value_length (a); i++)
    {
      const char *step = dd_value_key (a, i);

      if (strcmp (step, WHOLE) != 0)
        dd_builder_set (&children, step,
                        combine (operation, dd_value_nth (a, i), dd_value_member (b, step)));
    }
  for (gsize i = 0; operation == UNION && i < dd_value_length (b); i++)
    {
      const char *step = dd_value_key (b, i);

      if (strcmp (step, WHOLE) != 0 && dd_value_member (a, step) == NULL)
        dd_builder_set (&children, step, dd_value_ref (dd_value_nth (b, i)));
    }
  member = holds (operation, kube_field_set_is_member (a), kube_field_set_is_member (b));
  return kube_field_set_node (member, &children);
}

DdValue *
kube_field_set_union (const DdValue *a, const DdValue *b)
{
  return combine (UNION, a, b);
}

DdValue *
kube_field_set_intersection (const DdValue *a, const DdValue *b)
{
  return combine (INTERSECTION, a, b);
}

DdValue *
kube_field_set_difference (const DdValue *a, const DdValue *b)
{
  return combine (DIFFERENCE, a, b);
}

DdValue *
kube_field_set_without (const DdValue *a, const DdValue *b)
{
  return combine (WITHOUT, a, b);
}

/* ---- telling ---- */

void
kube_step_append (GString *path, const char *step)
{
  g_autoptr (DdValue) value = step[0] != 'f' ? operand (step) : NULL;

  if (step[0] == 'f')
    g_string_append_printf (path, ".%s", step + 2);
  else if (step[0] == 'k')
    for (gsize i = 0; i < dd_value_length (value); i++)
      {
        g_string_append_printf (path, "%s%s=", i == 0 ? "[" : ",", dd_value_key (value, i));
        dd_value_write (dd_value_nth (value, i), path);
      }
  else
    {
      g_string_append (path, step[0] == 'v' ? "[=" : "[");
      dd_value_write (value, path);
    }
  if (step[0] != 'f')
    g_string_append_c (path, ']');
}

static void
add_paths (const DdValue *set, GString *path, GPtrArray *paths)
{
  gsize mark = path->len;

  for (guint pass = 0; pass < 2; pass++)
    for (gsize i = 0; i < dd_value_length (set); i++)
      {
        const char *step = dd_value_key (set, i);
        const DdValue *child = dd_value_nth (set, i);

        if (strcmp (step, WHOLE) == 0)
          continue;
        kube_step_append (path, step);
        if (pass == 0 && kube_field_set_is_member (child))
          g_ptr_array_add (paths, g_strdup (path->str));
        else if (pass == 1)
          add_paths (child, path, paths);
        g_string_truncate (path, mark);
      }
}

GPtrArray *
kube_field_set_paths (const DdValue *set)
{
  GPtrArray *paths = g_ptr_array_new_with_free_func (g_free);
  GString *path = g_string_new (NULL);

  add_paths (set, path, paths);
  g_string_free (path, TRUE);
  return paths;
}
