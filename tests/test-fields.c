/* SPDX-License-Identifier: Apache-2.0 */
/* What part every field of every kind has in an upgrade, and what is told of those that a cluster
 * would act on. */
#include "config.h"

#include <string.h>

#include "kube-ask.h"
#include "sim/kube/kinds/kinds.h"
#include "sim/kube/parts.h"

/* ---- every table ---- */

static gboolean
ends_a_sentence (const char *text)
{
  return g_str_has_suffix (text, ".");
}

static void
check_part (const char *path, const KubeField *field)
{
  switch (field->part)
    {
    case KUBE_FIELD_UNSAID:
      ck_abort_msg ("%s: nobody says whether it acts; see KUBE_ACTS in structs.h", path);
      break;
    case KUBE_FIELD_ACTS:
      ck_assert_msg (field->because == NULL, "%s: what acts needs no excuse", path);
      break;
    case KUBE_FIELD_INERT:
      ck_assert_msg (ends_a_sentence (field->because), "%s: the reason is a sentence", path);
      break;
    case KUBE_FIELD_NOT_MODELLED:
      ck_assert_msg (!ends_a_sentence (field->because) && g_ascii_islower (field->because[0]),
                     "%s: what a cluster would do goes on after \"in a cluster, \"", path);
      break;
    }
}

/* SEEN: types that are checked, or being checked; a schema contains schemas. */
static void
check_struct (const char *path, const KubeStruct *type, GHashTable *seen)
{
  if (!g_hash_table_add (seen, (gpointer) type))
    return;
  for (const KubeField *field = type->fields; field->name != NULL; field++)
    {
      g_autofree char *below = g_strdup_printf ("%s.%s", path, field->name);

      check_part (below, field);
      if (field->part != KUBE_FIELD_ACTS || field->of == NULL)
        continue;
      check_struct (below, field->of, seen);
    }
}

START_TEST (every_field_is_accounted_for)
{
  g_autoptr (GHashTable) seen = g_hash_table_new (NULL, NULL);

  check_struct (kube_kinds[_i]->kind, kube_kinds[_i]->type, seen);
}
END_TEST

/* ---- objects ---- */

static void
add_path (const KubeField *field, const char *path, gpointer data)
{
  ck_assert_int_eq (field->part, KUBE_FIELD_NOT_MODELLED);
  g_string_append_printf (data, "%s ", path);
}

static void
expect_paths (const KubeKind *kind, const char *text, const char *paths)
{
  g_autoptr (DdValue) object = json ("%s", text);
  g_autoptr (GString) found = g_string_new (NULL);

  kube_unmodelled_each (kind, object, add_path, found);
  ck_assert_str_eq (found->str, paths);
}

START_TEST (what_is_not_modelled_is_found_where_it_stands)
{
  expect_paths (&kube_deployment,
                "{\"spec\":{\"template\":{\"spec\":{\"runtimeClassName\":\"gvisor\",\"volumes\":["
                "{\"name\":\"a\",\"emptyDir\":{}},"
                "{\"name\":\"b\",\"ephemeral\":{\"volumeClaimTemplate\":{\"a\":1}}}]}}}}",
                "spec.template.spec.volumes[1].ephemeral "
                "spec.template.spec.runtimeClassName ");
}
END_TEST

START_TEST (defaults_and_empty_values_are_not_told)
{
  expect_paths (&kube_pod,
                "{\"spec\":{\"schedulerName\":\"default-scheduler\",\"runtimeClassName\":\"\","
                "\"resourceClaims\":[],\"containers\":[{\"resources\":{\"claims\":null}}]}}",
                "");
  expect_paths (&kube_pod, "{\"spec\":{\"schedulerName\":\"mine\"}}", "spec.schedulerName ");
}
END_TEST

START_TEST (what_is_inert_accounts_for_all_beneath_it)
{
  expect_paths (&kube_pod,
                "{\"status\":{\"anything\":1},\"spec\":{\"ephemeralContainers\":[{"
                "\"resources\":{\"claims\":[{\"name\":\"gpu\"}]}}]}}",
                "");
}
END_TEST

START_TEST (an_object_of_another_shape_is_no_matter)
{
  expect_paths (&kube_pod, "{\"spec\":[1,{\"volumes\":3}]}", "");
  expect_paths (&kube_pod, "{\"spec\":{\"volumes\":{\"name\":1},\"containers\":[null,1,[]]}}", "");
  expect_paths (&kube_pod, "null", "");
}
END_TEST

int
main (void)
{
  Suite *suite = suite_create ("fields");
  TCase *tests = tcase_create ("fields");
  SRunner *runner;
  int failed;

  tcase_add_loop_test (tests, every_field_is_accounted_for, 0, (int) kube_n_kinds);
  tcase_add_test (tests, what_is_not_modelled_is_found_where_it_stands);
  tcase_add_test (tests, defaults_and_empty_values_are_not_told);
  tcase_add_test (tests, what_is_inert_accounts_for_all_beneath_it);
  tcase_add_test (tests, an_object_of_another_shape_is_no_matter);
  suite_add_tcase (suite, tests);
  runner = srunner_create (suite);
  srunner_run_all (runner, CK_ENV);
  failed = srunner_ntests_failed (runner);
  srunner_free (runner);
  return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
