/* SPDX-License-Identifier: Apache-2.0 */
/* Two fieldsV1, a line each: what is read is canonical, and the algebra of sets holds of them. Then
 * the first as a manifest: what does not fit is refused, what fits is the same after being laid
 * over itself. */
#include "config.h"

#include <string.h>

#include "fuzz.h"
#include "sim/kube/apply/typed.h"
#include "sim/kube/kinds/kinds.h"

static void
read_set (const DdValue *fields, DdValue **out_set)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (DdValue) written = NULL;
  g_autoptr (DdValue) again = NULL;
  g_autofree char *first = NULL;
  g_autofree char *second = NULL;

  if (fields == NULL || !kube_field_set_read (fields, out_set, &error))
    return;
  written = kube_field_set_write (*out_set);
  g_assert_true (kube_field_set_read (written, &again, NULL));
  first = dd_value_to_text (written);
  g_clear_pointer (&written, dd_value_unref);
  written = kube_field_set_write (again);
  second = dd_value_to_text (written);
  g_assert_cmpstr (first, ==, second);
}

/* A without B, and what both have, are A again; both lie within the union. */
static void
check_algebra (const DdValue *a, const DdValue *b)
{
  g_autoptr (DdValue) both = kube_field_set_intersection (a, b);
  g_autoptr (DdValue) rest = kube_field_set_difference (a, b);
  g_autoptr (DdValue) whole = kube_field_set_union (rest, both);
  g_autoptr (DdValue) all = kube_field_set_union (a, b);
  g_autoptr (DdValue) outside = kube_field_set_difference (a, all);
  g_autoptr (DdValue) far = kube_field_set_without (a, all);
  g_autoptr (GPtrArray) paths = kube_field_set_paths (all);

  g_assert_true (dd_value_equal (whole, a));
  g_assert_true (outside == NULL);
  g_assert_true (far == NULL);
  g_assert_true ((all == NULL) == (paths->len == 0));
}

static void
check_manifest (const DdValue *manifest)
{
  g_auto (KubeComparison) comparison = { 0 };
  g_autoptr (DdValue) fields = NULL;
  g_autoptr (DdValue) merged = NULL;
  g_autoptr (DdValue) left = NULL;

  if (manifest == NULL || dd_value_type (manifest) != DD_OBJECT
      || !kube_typed_check (&kube_pod, manifest, NULL))
    return;
  fields = kube_typed_fields (&kube_pod, manifest);
  merged = kube_typed_merge (&kube_pod, manifest, manifest);
  kube_typed_compare (&kube_pod, manifest, merged, &comparison);
  g_assert_true (comparison.added == NULL);
  g_assert_true (comparison.modified == NULL);
  g_assert_true (comparison.removed == NULL);
  left = kube_typed_remove (&kube_pod, manifest, fields);
  g_assert_cmpint (dd_value_type (left), ==, DD_OBJECT);
}

int
fuzz_field_set (const guint8 *data, gsize size)
{
  FuzzInput input = { data, size };
  g_autofree char *first = fuzz_line (&input);
  g_autofree char *second = fuzz_line (&input);
  g_autoptr (DdValue) one = dd_value_parse (first, strlen (first), NULL, NULL);
  g_autoptr (DdValue) other = dd_value_parse (second, strlen (second), NULL, NULL);
  g_autoptr (DdValue) a = NULL;
  g_autoptr (DdValue) b = NULL;

  read_set (one, &a);
  read_set (other, &b);
  check_algebra (a, b);
  check_manifest (one);
  return 0;
}
