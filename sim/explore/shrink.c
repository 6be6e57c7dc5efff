/* SPDX-License-Identifier: Apache-2.0 */
/* sim/explore/shrink.c: delta debugging over a tree of values
 *
 * The tree is walked from the root. At each container whole parts are left out first, since that is
 * where most is won; what stays is walked into. A try is the whole document with one place changed:
 * the frames on the stack know the way from that place up to the root. */

#include "config.h"

#include "sim/explore/shrink.h"

#include "base/time.h"

/* One container on the way from the root to the place that is being changed. */
typedef struct _Frame Frame;
struct _Frame
{
  const Frame *up; /* NULL: this is the root */
  DdValue *container;
  gsize index; /* of the part that is below; of an object's members or an array's elements */
};

typedef struct
{
  const SimShrink *how;
  guint tests;
  gboolean any; /* something became smaller in this round */
} Shrink;

static DdValue *shrink_value (Shrink *self, const DdValue *value, const Frame *up);

/* ---- documents with one place changed ---- */

/* CONTAINER with PART (taken; NULL: nothing) in place of COUNT parts from INDEX. */
static DdValue *
with_part (const DdValue *container, gsize index, gsize count, DdValue *part)
{
  gboolean is_object = dd_value_type (container) == DD_OBJECT;
  DdBuilder builder = is_object ? dd_builder_object () : dd_builder_array ();

  for (gsize i = 0; i < dd_value_length (container); i++)
    {
      DdValue *next = i < index || i >= index + count
                          ? dd_value_ref (is_object ? dd_value_nth (container, i)
                                                    : dd_value_element (container, i))
                          : g_steal_pointer (&part); /* NULL from the second on: left out */

      if (is_object)
        dd_builder_set (&builder, dd_value_key (container, i), next);
      else
        dd_builder_add (&builder, next);
    }
  return dd_builder_end (&builder);
}

/* Takes VALUE; the whole document in which it stands below UP. */
static DdValue *
document_with (DdValue *value, const Frame *up)
{
  for (; up != NULL; up = up->up)
    value = with_part (up->container, up->index, 1, value);
  return value;
}

/* TRUE when the document that holds it still shows it. */
static gboolean
still_shows (Shrink *self, const DdValue *smaller, const Frame *up)
{
  g_autoptr (DdValue) document = NULL;

  if (self->tests >= self->how->most_tests)
    return FALSE;
  self->tests++;
  document = document_with (dd_value_ref (smaller), up);
  if (!self->how->test (document, self->how->data))
    return FALSE;
  self->any = TRUE;
  return TRUE;
}

/* *HOLDER becomes SMALLER (taken) when that still shows it. */
static gboolean
try_smaller (Shrink *self, DdValue **holder, DdValue *smaller, const Frame *up)
{
  if (!still_shows (self, smaller, up))
    {
      dd_value_unref (smaller);
      return FALSE;
    }
  dd_value_unref (*holder);
  *holder = smaller;
  return TRUE;
}

/* ---- containers ---- */

static gboolean
is_kept (const Shrink *self, const char *key, const Frame *up)
{
  return up == NULL && key != NULL && self->how->kept != NULL
         && g_strv_contains (self->how->kept, key);
}

static gboolean
is_end (const Shrink *self, const char *key)
{
  return key != NULL && self->how->ends != NULL && g_strv_contains (self->how->ends, key);
}

static const DdValue *
part_of (const DdValue *container, gsize index)
{
  return dd_value_type (container) == DD_OBJECT ? dd_value_nth (container, index)
                                                : dd_value_element (container, index);
}

static const char *
key_of (const DdValue *container, gsize index)
{
  return dd_value_type (container) == DD_OBJECT ? dd_value_key (container, index) : NULL;
}

/* Runs of half the elements, then of a quarter, ... then single ones. */
static void
leave_out_elements (Shrink *self, DdValue **holder, const Frame *up)
{
  for (gsize run = (dd_value_length (*holder) + 1) / 2; run > 0; run = run > 1 ? (run + 1) / 2 : 0)
    {
      for (gsize i = 0; i < dd_value_length (*holder);)
        {
          if (!try_smaller (self, holder, with_part (*holder, i, run, NULL), up))
            i += run;
        }
    }
}

static void
leave_out_members (Shrink *self, DdValue **holder, const Frame *up)
{
  for (gsize i = 0; i < dd_value_length (*holder);)
    {
      const char *key = dd_value_key (*holder, i);

      if (is_kept (self, key, up) || is_end (self, key)
          || !try_smaller (self, holder, with_part (*holder, i, 1, NULL), up))
        i++;
    }
}

static void
shrink_parts (Shrink *self, DdValue **holder, const Frame *up)
{
  for (gsize i = 0; i < dd_value_length (*holder); i++)
    {
      Frame frame = { .up = up, .container = *holder, .index = i };

      if (!is_kept (self, key_of (*holder, i), up))
        {
          DdValue *part = shrink_value (self, part_of (*holder, i), &frame);
          DdValue *whole = with_part (*holder, i, 1, part);

          dd_value_unref (*holder);
          *holder = whole;
        }
    }
}

/* ---- scalars ---- */

/* Whether what stands right below UP is the value of an end. */
static gboolean
stands_at_end (const Shrink *self, const Frame *up)
{
  return up != NULL && is_end (self, key_of (up->container, up->index));
}

static void
lower_number (Shrink *self, DdValue **holder, const Frame *up)
{
  gint64 number = dd_value_int (*holder, 0);
  gint64 least = stands_at_end (self, up) ? 1 : 0;
  const gint64 lower[] = { 0, 1, number / 2, number - 1 };

  for (guint i = 0; i < G_N_ELEMENTS (lower); i++)
    {
      if (lower[i] < number && lower[i] >= least
          && try_smaller (self, holder, dd_int (lower[i]), up))
        return;
    }
}

static void
shorten_duration (Shrink *self, DdValue **holder, const Frame *up)
{
  DdUsec delay;
  g_autofree char *half = NULL;

  if (!dd_duration_from_text (dd_value_string (*holder), &delay) || delay <= 0
      || (!stands_at_end (self, up) && try_smaller (self, holder, dd_string ("0s"), up)))
    return;
  half = dd_duration_to_text (delay / 2 / DD_SECOND * DD_SECOND);
  if (delay >= 2 * DD_SECOND)
    try_smaller (self, holder, dd_string (half), up);
}

static DdValue *
shrink_value (Shrink *self, const DdValue *value, const Frame *up)
{
  DdValue *smaller = dd_value_ref (value);

  switch (dd_value_type (value))
    {
    case DD_OBJECT:
      leave_out_members (self, &smaller, up);
      shrink_parts (self, &smaller, up);
      break;
    case DD_ARRAY:
      leave_out_elements (self, &smaller, up);
      shrink_parts (self, &smaller, up);
      break;
    case DD_INT:
      lower_number (self, &smaller, up);
      break;
    case DD_STRING:
      shorten_duration (self, &smaller, up);
      break;
    case DD_NULL:
    case DD_BOOL:
    case DD_DOUBLE:
      break;
    }
  return smaller;
}

DdValue *
sim_shrink (const SimShrink *shrink, const DdValue *document, guint *out_tests)
{
  Shrink self = { .how = shrink };
  DdValue *smallest = dd_value_ref (document);

  do
    {
      DdValue *smaller;

      self.any = FALSE;
      smaller = shrink_value (&self, smallest, NULL);
      dd_value_unref (smallest);
      smallest = smaller;
    }
  while (self.any && self.tests < shrink->most_tests);
  if (out_tests != NULL)
    *out_tests = self.tests;
  return smallest;
}
