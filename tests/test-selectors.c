/* SPDX-License-Identifier: Apache-2.0 */
/* Label and field selectors: what they match and how mistakes in them are answered. */
#include "config.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "golden-exchange.h"
#include "sim/kube/error.h"
#include "sim/kube/selectors.h"

static DdValue *
json (const char *text)
{
  DdValue *value = dd_value_parse (text, strlen (text), NULL, NULL);

  ck_assert_msg (value != NULL, "not JSON: %s", text);
  return value;
}

START_TEST (label_queries_match_as_documented)
{
  static const struct
  {
    const char *query, *labels;
    gboolean matches;
  } rows[] = {
    { "", "{}", TRUE },
    { "app=web", "{\"app\":\"web\"}", TRUE },
    { "app==web", "{\"app\":\"web\"}", TRUE },
    { "app=web", "{\"app\":\"db\"}", FALSE },
    { "app=web", "{}", FALSE },
    { "app!=web", "{\"app\":\"db\"}", TRUE },
    { "app!=web", "{}", TRUE },
    { "app in (web, db),tier", "{\"app\":\"db\",\"tier\":\"\"}", TRUE },
    { "app in (web,db),tier", "{\"app\":\"db\"}", FALSE },
    { "app notin (web)", "{}", TRUE },
    { "app notin (web)", "{\"app\":\"web\"}", FALSE },
    { "!app", "{}", TRUE },
    { "!app", "{\"app\":\"x\"}", FALSE },
    { "app=", "{\"app\":\"\"}", TRUE },
    { "size>5", "{\"size\":\"6\"}", TRUE },
    { "size<5", "{\"size\":\"6\"}", FALSE },
    { "size>5", "{\"size\":\"big\"}", FALSE },
    { "in in (in)", "{\"in\":\"in\"}", TRUE },
    { "example.com/a=b , c", "{\"example.com/a\":\"b\",\"c\":\"\"}", TRUE },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (KubeSelector) selector = kube_label_query_parse (rows[i].query, &error);
      g_autoptr (DdValue) labels = json (rows[i].labels);

      ck_assert_msg (error == NULL, "%s: %s", rows[i].query, error != NULL ? error->message : "");
      ck_assert_msg (kube_label_query_matches (selector, labels) == rows[i].matches, "%s on %s",
                     rows[i].query, rows[i].labels);
    }
}
END_TEST

START_TEST (a_bad_label_query_is_answered_in_the_servers_words)
{
  static const char *const queries[]
      = { "a===", "a in", "a in (b",   "(a)", "a b", "a,,b", "a b=c", "-a=b",
          "a=-",  "a>b",  "a in (b,,", "!",   "a!",  "a,",   ",a" };
  g_autoptr (GPtrArray) exchanges = golden_read ("status-400.txt");
  g_autoptr (DdValue) recorded = golden_body (exchanges->pdata[5], NULL, NULL);
  g_autoptr (GError) golden = NULL;
  g_autoptr (DdValue) status = NULL;

  for (guint i = 0; i < G_N_ELEMENTS (queries); i++)
    {
      g_autoptr (GError) error = NULL;

      ck_assert_msg (kube_label_query_parse (queries[i], &error) == NULL, "%s", queries[i]);
      ck_assert_msg (g_error_matches (error, KUBE_ERROR, KUBE_BAD_REQUEST), "%s", queries[i]);
    }
  ck_assert_ptr_null (kube_label_query_parse ("a===", &golden));
  status = kube_error_to_status (golden);
  ck_assert (dd_value_equal (status, recorded));
}
END_TEST

static const KubeKind place = {
  .group = "",
  .version = "v1",
  .kind = "Place",
  .plural = "places",
  .namespaced = TRUE,
  .selectable_fields = (const char *const[]) { "spec.node", "spec.open", NULL },
};

START_TEST (field_queries_match_paths)
{
  static const struct
  {
    const char *query;
    gboolean matches;
  } rows[] = {
    { NULL, TRUE },
    { "metadata.name=a", TRUE },
    { "metadata.name==a,metadata.namespace=app", TRUE },
    { "metadata.name!=a", FALSE },
    { "spec.node=", TRUE },
    { "spec.node!=n1", TRUE },
    { "spec.open=true", TRUE },
    { "metadata.name=a\\,b", FALSE },
  };
  g_autoptr (SimObject) object = sim_object_new (
      &place,
      json ("{\"metadata\":{\"name\":\"a\",\"namespace\":\"app\"},\"spec\":{\"open\":true}}"), 1);

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (KubeSelector) selector = kube_field_query_parse (&place, rows[i].query, &error);

      ck_assert_ptr_null (error);
      ck_assert_msg (kube_field_query_matches (selector, object) == rows[i].matches, "%s",
                     rows[i].query);
    }
}
END_TEST

START_TEST (a_field_query_tells_what_an_index_can_answer)
{
  g_autoptr (KubeSelector) selector
      = kube_field_query_parse (&place, "metadata.name!=x,spec.node=n1", NULL);

  ck_assert_str_eq (kube_field_query_wants (selector, "spec.node"), "n1");
  ck_assert_ptr_null (kube_field_query_wants (selector, "metadata.name"));
  ck_assert_ptr_null (kube_field_query_wants (NULL, "spec.node"));
}
END_TEST

START_TEST (an_unknown_field_is_refused_by_name)
{
  g_autoptr (GPtrArray) exchanges = golden_read ("status-400.txt");
  g_autoptr (DdValue) recorded = golden_body (exchanges->pdata[6], NULL, NULL);
  g_autoptr (GError) error = NULL;
  g_autoptr (DdValue) status = NULL;

  ck_assert_ptr_null (kube_field_query_parse (&place, "spec.nope=1", &error));
  status = kube_error_to_status (error);
  ck_assert (dd_value_equal (status, recorded));
  g_clear_error (&error);
  ck_assert_ptr_null (kube_field_query_parse (&place, "metadata.name", &error));
  ck_assert (g_error_matches (error, KUBE_ERROR, KUBE_BAD_REQUEST));
  g_clear_error (&error);
  ck_assert_ptr_null (kube_field_query_parse (&place, "metadata.name=a\\b", &error));
  ck_assert (g_error_matches (error, KUBE_ERROR, KUBE_BAD_REQUEST));
}
END_TEST

START_TEST (a_label_selector_object_matches_all_of_its_parts)
{
  static const struct
  {
    const char *selector, *labels;
    gboolean matches;
  } rows[] = {
    { "{}", "{\"a\":\"b\"}", TRUE },
    { "{\"matchLabels\":{\"a\":\"b\"}}", "{\"a\":\"b\",\"c\":\"d\"}", TRUE },
    { "{\"matchLabels\":{\"a\":\"b\"}}", "{}", FALSE },
    { "{\"matchExpressions\":[{\"key\":\"a\",\"operator\":\"In\",\"values\":[\"b\",\"c\"]}]}",
      "{\"a\":\"c\"}", TRUE },
    { "{\"matchExpressions\":[{\"key\":\"a\",\"operator\":\"NotIn\",\"values\":[\"b\"]}]}", "{}",
      TRUE },
    { "{\"matchExpressions\":[{\"key\":\"a\",\"operator\":\"Exists\"}]}", "{}", FALSE },
    { "{\"matchExpressions\":[{\"key\":\"a\",\"operator\":\"DoesNotExist\"}]}", "{}", TRUE },
    { "{\"matchExpressions\":[{\"key\":\"a\",\"operator\":\"Resembles\"}]}", "{\"a\":\"b\"}",
      FALSE },
  };

  ck_assert (!kube_label_selector_matches (NULL, NULL));
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (DdValue) selector = json (rows[i].selector);
      g_autoptr (DdValue) labels = json (rows[i].labels);

      ck_assert_msg (kube_label_selector_matches (selector, labels) == rows[i].matches, "%s on %s",
                     rows[i].selector, rows[i].labels);
    }
}
END_TEST

int
main (void)
{
  Suite *suite = suite_create ("selectors");
  TCase *tests = tcase_create ("selectors");
  SRunner *runner = srunner_create (suite);
  int failed;

  tcase_add_test (tests, label_queries_match_as_documented);
  tcase_add_test (tests, a_bad_label_query_is_answered_in_the_servers_words);
  tcase_add_test (tests, field_queries_match_paths);
  tcase_add_test (tests, a_field_query_tells_what_an_index_can_answer);
  tcase_add_test (tests, an_unknown_field_is_refused_by_name);
  tcase_add_test (tests, a_label_selector_object_matches_all_of_its_parts);
  suite_add_tcase (suite, tests);
  srunner_run_all (runner, CK_NORMAL);
  failed = srunner_ntests_failed (runner);
  srunner_free (runner);
  return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
