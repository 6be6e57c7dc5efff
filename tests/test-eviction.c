/* SPDX-License-Identifier: Apache-2.0 */
/* The eviction subresource: every branch of the decision, compared with recorded answers. */
#include "config.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "golden-exchange.h"
#include "kube-world.h"
#include "sim/kube/kinds/views.h"
#include "sim/kube/kinds/pod.h"

#define POD "web-5f7598cfb4-fzwfp"

static const KubeKind *budgets;

/* A pod as the kubelet reports it. */
static void
create_running (const char *name, const char *app, gboolean ready)
{
  g_autoptr (SimObject) pod = create_pod (name, app, "node-a");
  g_autoptr (SimObject) running G_GNUC_UNUSED = kube_set_status (
      api, pod,
      json ("{\"phase\":\"Running\",\"conditions\":[{\"type\":\"Ready\",\"status\":\"%s\","
            "\"lastProbeTime\":null,\"lastTransitionTime\":\"2026-01-01T00:00:00Z\"}]}",
            ready ? "True" : "False"));
}

/* A budget over app=APP that the disruption controller has worked on. SPEC adds to its spec. */
static void
create_budget (const char *name, const char *app, const char *spec, gint64 allowed, gint64 desired,
               gint64 healthy)
{
  g_autoptr (SimObject) budget
      = create (budgets, "app",
                json ("{\"metadata\":{\"name\":\"%s\"},\"spec\":{\"minAvailable\":3,"
                      "\"selector\":{\"matchLabels\":{\"app\":\"%s\"}}%s}}",
                      name, app, spec));
  g_autoptr (SimObject) observed G_GNUC_UNUSED = kube_set_status (
      api, budget,
      json ("{\"observedGeneration\":1,\"disruptionsAllowed\":%d,\"currentHealthy\":%d,"
            "\"desiredHealthy\":%d,\"expectedPods\":3,\"conditions\":[{\"type\":"
            "\"DisruptionAllowed\",\"status\":\"%s\",\"observedGeneration\":1,"
            "\"lastTransitionTime\":\"2026-01-01T00:00:00Z\",\"reason\":\"x\",\"message\":\"\"}]}",
            (int) allowed, (int) healthy, (int) desired, allowed > 0 ? "True" : "False"));
}

static void
setup (void)
{
  start_world ();
  budgets = kind ("policy/v1", "PodDisruptionBudget");
  create_running (POD, "web", TRUE);
}

static gboolean
evict (const char *name, GError **error)
{
  return kube_evict (api, "app", name, &KUBE_DELETE_DEFAULT, error);
}

static const SimObject *
pod (const char *name)
{
  return stored (kind ("v1", "Pod"), "app", name);
}

static void
assert_recorded (const GError *error, const char *file, guint position)
{
  g_autoptr (GPtrArray) exchanges = golden_read (file);

  assert_status (error, golden_body (exchanges->pdata[position], NULL, NULL));
}

START_TEST (an_unknown_pod_is_not_found)
{
  g_autoptr (GError) error = NULL;

  ck_assert (!evict ("zz", &error));
  assert_recorded (error, "eviction-errors.txt", 0);
}
END_TEST

START_TEST (a_spent_budget_refuses_without_retry_after)
{
  g_autoptr (GError) error = NULL;

  create_budget ("web", "web", "", 0, 3, 3);
  ck_assert (!evict (POD, &error));
  assert_recorded (error, "eviction-429-pdb-zero.txt", 0);
  ck_assert (!kube_pod_view (pod (POD))->terminating);
  ck_assert_str_eq (traced->str,
                    "eviction.refused app/" POD
                    " {\"node\":\"node-a\",\"http_status\":429,\"budget\":\"web\",\"needs\":3,"
                    "\"has\":3};");
}
END_TEST

START_TEST (a_dry_run_is_refused_alike_and_leaves_no_trace)
{
  KubeDelete drily = { .grace_seconds = -1, .dry_run = TRUE };
  g_autoptr (GError) error = NULL;

  create_budget ("web", "web", "", 0, 3, 3);
  ck_assert (!kube_evict (api, "app", POD, &drily, &error));
  assert_recorded (error, "eviction-429-pdb-zero.txt", 1);
  ck_assert_str_eq (traced->str, "");
}
END_TEST

START_TEST (an_allowed_dry_run_changes_nothing)
{
  KubeDelete drily = { .grace_seconds = -1, .dry_run = TRUE };
  guint64 before;

  create_budget ("web", "web", "", 1, 2, 3);
  before = sim_store_revision (api->store);
  ck_assert (kube_evict (api, "app", POD, &drily, NULL));
  ck_assert_uint_eq (sim_store_revision (api->store), before);
}
END_TEST

START_TEST (a_budget_that_was_not_observed_says_when_to_come_back)
{
  g_autoptr (GError) error = NULL;

  sim_object_unref (create (budgets, "app",
                            json ("{\"metadata\":{\"name\":\"p\"},\"spec\":{\"minAvailable\":1,"
                                  "\"selector\":{}}}")));
  ck_assert (!evict (POD, &error));
  assert_recorded (error, "eviction-429-pdb-not-observed.txt", 0);
}
END_TEST

START_TEST (two_budgets_are_an_error_for_good)
{
  g_autoptr (GError) error = NULL;

  create_budget ("web", "web", "", 1, 2, 3);
  create_budget ("all", "web", "", 1, 2, 3);
  ck_assert (!evict (POD, &error));
  assert_recorded (error, "eviction-500-two-pdbs.txt", 0);
  ck_assert_str_eq (traced->str,
                    "eviction.refused app/" POD
                    " {\"node\":\"node-a\",\"http_status\":500,\"budget\":\"all, web\"};");
}
END_TEST

START_TEST (an_allowed_eviction_spends_the_budget_and_marks_the_pod)
{
  const DdValue *value, *budget;

  create_budget ("web", "web", "", 1, 2, 3);
  ck_assert (evict (POD, NULL));
  value = pod (POD)->value;
  budget = stored (budgets, "app", "web")->value;

  ck_assert_str_eq (dd_value_path_string (value, "metadata.deletionTimestamp"),
                    "2026-11-23T20:33:34Z");
  ck_assert_str_eq (dd_value_path_string (value, "status.conditions.1.type"), "DisruptionTarget");
  ck_assert_str_eq (dd_value_path_string (value, "status.conditions.1.reason"),
                    "EvictionByEvictionAPI");
  ck_assert_str_eq (dd_value_path_string (value, "status.conditions.1.message"),
                    "Eviction API: evicting");
  ck_assert_int_eq (dd_value_path_int (budget, "status.disruptionsAllowed", -1), 0);
  ck_assert_str_eq (dd_value_string (dd_value_at (budget, "status", "disruptedPods", POD, NULL)),
                    "2026-11-23T20:33:04Z");
  ck_assert_str_eq (dd_value_path_string (budget, "status.conditions.0.status"), "False");
  ck_assert_str_eq (dd_value_path_string (budget, "status.conditions.0.reason"),
                    "InsufficientPods");
  ck_assert_str_eq (traced->str, "eviction.accepted app/" POD
                                 " {\"node\":\"node-a\",\"budget\":\"web\",\"allowed\":1};");
}
END_TEST

START_TEST (a_watcher_sees_the_condition_before_the_deletion)
{
  guint64 cursor, oldest, before = sim_store_revision (api->store);
  gboolean expired;
  const SimChange *change;

  ck_assert (evict (POD, NULL));
  ck_assert (sim_store_log_seek (api->store, kind ("v1", "Pod"), before, &cursor, &oldest));
  change = sim_store_log_next (api->store, kind ("v1", "Pod"), &cursor, &expired);
  ck_assert_str_eq (dd_value_path_string (change->object->value, "status.conditions.1.type"),
                    "DisruptionTarget");
  ck_assert (!kube_pod_view (change->object)->terminating);
  change = sim_store_log_next (api->store, kind ("v1", "Pod"), &cursor, &expired);
  ck_assert (kube_pod_view (change->object)->terminating);
  ck_assert_ptr_null (sim_store_log_next (api->store, kind ("v1", "Pod"), &cursor, &expired));
}
END_TEST

START_TEST (a_leaving_pod_may_be_evicted_again_and_spends_nothing)
{
  create_budget ("web", "web", "", 1, 2, 3);
  ck_assert (evict (POD, NULL));
  ck_assert (evict (POD, NULL));
  ck_assert_int_eq (
      dd_value_path_int (stored (budgets, "app", "web")->value, "status.disruptionsAllowed", -1),
      0);
}
END_TEST

START_TEST (pending_and_finished_pods_ignore_budgets)
{
  g_autoptr (SimObject) pending G_GNUC_UNUSED = create_pod ("pend", "web", NULL);
  g_autoptr (SimObject) done = create_pod ("done", "web", "node-a");

  sim_object_unref (kube_set_status (api, done, json ("{\"phase\":\"Succeeded\"}")));
  create_budget ("web", "web", "", 0, 3, 3);
  ck_assert (evict ("pend", NULL));
  ck_assert (evict ("done", NULL));
  ck_assert_ptr_null (pod ("pend"));
  ck_assert_ptr_null (pod ("done"));
}
END_TEST

START_TEST (an_unready_pod_passes_only_where_its_budget_says_so)
{
  static const struct
  {
    const char *policy;
    int desired, healthy;
    gboolean passes;
  } rows[] = {
    { "", 3, 3, TRUE },
    { "", 3, 2, FALSE },
    { "", 0, 0, FALSE },
    { ",\"unhealthyPodEvictionPolicy\":\"IfHealthyBudget\"", 3, 2, FALSE },
    { ",\"unhealthyPodEvictionPolicy\":\"AlwaysAllow\"", 3, 0, TRUE },
  };

  create_running ("sick", "sick", FALSE);
  create_budget ("sick", "sick", rows[_i].policy, 0, rows[_i].desired, rows[_i].healthy);
  ck_assert_int_eq (evict ("sick", NULL), rows[_i].passes);
  ck_assert_int_eq (kube_pod_view (pod ("sick"))->terminating, rows[_i].passes);
  ck_assert_ptr_null (
      dd_value_path (stored (budgets, "app", "sick")->value, "status.disruptedPods"));
}
END_TEST

START_TEST (preconditions_are_checked_after_the_budget)
{
  KubeDelete options = { .grace_seconds = -1, .uid = "00000000-0000-0000-0000-000000000000" };
  g_autoptr (GError) error = NULL;
  g_autoptr (GError) wrong = NULL;

  ck_assert (!kube_evict (api, "app", POD, &options, &wrong));
  ck_assert (g_error_matches (wrong, KUBE_ERROR, KUBE_CONFLICT));
  ck_assert (!kube_pod_view (pod (POD))->terminating);
  create_budget ("web", "web", "", 0, 2, 2);
  ck_assert (!kube_evict (api, "app", POD, &options, &error));
  assert_recorded (error, "eviction-errors.txt", 3);
}
END_TEST

START_TEST (a_revision_precondition_means_the_pod_as_the_client_saw_it)
{
  KubeDelete options = { .grace_seconds = -1 };
  g_autofree char *revision
      = g_strdup (dd_value_path_string (pod (POD)->value, "metadata.resourceVersion"));

  options.resource_version = revision;
  ck_assert (kube_evict (api, "app", POD, &options, NULL));
  ck_assert (kube_pod_view (pod (POD))->terminating);
}
END_TEST

START_TEST (damaged_budgets_are_forbidden)
{
  g_autoptr (GError) error = NULL;

  create_budget ("web", "web", "", -1, 3, 3);
  ck_assert (!evict (POD, &error));
  ck_assert_uint_eq (kube_error_http_status (error), 403);
  ck_assert_ptr_nonnull (strstr (error->message, "pdb disruptions allowed is negative"));
}
END_TEST

START_TEST (a_budget_without_selector_selects_nothing_and_an_empty_one_everything)
{
  g_autoptr (GPtrArray) none = NULL;
  g_autoptr (GPtrArray) one = NULL;

  sim_object_unref (create (
      budgets, "app", json ("{\"metadata\":{\"name\":\"n\"},\"spec\":{\"minAvailable\":1}}")));
  none = kube_budgets_of_pod (api, pod (POD));
  sim_object_unref (create (
      budgets, "app",
      json ("{\"metadata\":{\"name\":\"e\"},\"spec\":{\"minAvailable\":1,\"selector\":{}}}")));
  one = kube_budgets_of_pod (api, pod (POD));

  ck_assert_uint_eq (none->len, 0);
  ck_assert_uint_eq (one->len, 1);
}
END_TEST

START_TEST (a_grace_period_is_the_callers)
{
  KubeDelete options = { .grace_seconds = 5 };

  ck_assert (kube_evict (api, "app", POD, &options, NULL));
  ck_assert_str_eq (dd_value_path_string (pod (POD)->value, "metadata.deletionTimestamp"),
                    "2026-11-23T20:33:09Z");
}
END_TEST

int
main (void)
{
  Suite *suite = suite_create ("eviction");
  TCase *tests = tcase_create ("decision");
  SRunner *runner = srunner_create (suite);
  int failed;

  tcase_add_checked_fixture (tests, setup, stop_world);
  tcase_add_test (tests, an_unknown_pod_is_not_found);
  tcase_add_test (tests, a_spent_budget_refuses_without_retry_after);
  tcase_add_test (tests, a_dry_run_is_refused_alike_and_leaves_no_trace);
  tcase_add_test (tests, an_allowed_dry_run_changes_nothing);
  tcase_add_test (tests, a_budget_that_was_not_observed_says_when_to_come_back);
  tcase_add_test (tests, two_budgets_are_an_error_for_good);
  tcase_add_test (tests, an_allowed_eviction_spends_the_budget_and_marks_the_pod);
  tcase_add_test (tests, a_watcher_sees_the_condition_before_the_deletion);
  tcase_add_test (tests, a_leaving_pod_may_be_evicted_again_and_spends_nothing);
  tcase_add_test (tests, pending_and_finished_pods_ignore_budgets);
  tcase_add_loop_test (tests, an_unready_pod_passes_only_where_its_budget_says_so, 0, 5);
  tcase_add_test (tests, preconditions_are_checked_after_the_budget);
  tcase_add_test (tests, a_revision_precondition_means_the_pod_as_the_client_saw_it);
  tcase_add_test (tests, damaged_budgets_are_forbidden);
  tcase_add_test (tests, a_budget_without_selector_selects_nothing_and_an_empty_one_everything);
  tcase_add_test (tests, a_grace_period_is_the_callers);
  suite_add_tcase (suite, tests);
  srunner_run_all (runner, CK_NORMAL);
  failed = srunner_ntests_failed (runner);
  srunner_free (runner);
  return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
