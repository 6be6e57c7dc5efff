/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include <check.h>
#include <string.h>

#include "engine-fixture.h"

#define ck_assert_has(text, part) \
  ck_assert_msg ((text) != NULL && strstr ((text), (part)) != NULL, "no \"%s\" in:\n%s", (part), \
                 (text) == NULL ? "(nothing)" : (text))

static void
fail_requests (const char *failing, int status, const char *body, guint times)
{
  fix.group->failing = failing;
  fix.group->failures = times;
  fix.group->failure_status = status;
  fix.group->failure_body = body;
}

static const char unavailable[] = "{\"kind\":\"Status\",\"message\":\"etcd is away\",\"code\":503}";
static const char throttled[]
    = "<Response><Errors><Error><Code>RequestLimitExceeded</Code><Message>"
      "Request limit exceeded.</Message></Error></Errors></Response>";

/* ---- pods that cannot be evicted ---- */

START_TEST (a_budget_that_never_allows_fails_the_update_as_on_aws)
{
  engine_fixture_make_group (3, 3);
  fix.group->stuck_pod = "web-1";
  engine_fixture_run ();

  ck_assert (!fix.succeeded);
  ck_assert_str_eq (fix.code, "PodEvictionFailure");
  ck_assert_str_eq (
      fix.message,
      "Reached max retries while trying to evict pods from nodes in node group default");
  ck_assert_str_eq (fix.ids, "ip-10-0-0-2");
}
END_TEST

START_TEST (the_explanation_names_pod_budget_needs_has_and_since_when)
{
  engine_fixture_make_group (1, 1);
  fix.group->stuck_pod = "web-0";
  engine_fixture_run ();

  ck_assert_has (fix.explanation, "pod shop/web-0 on node ip-10-0-0-1 (of ReplicaSet/web)");
  ck_assert_has (fix.explanation, "budget web needs 3 healthy pods and has 3");
  ck_assert_has (fix.explanation, "refused 20 times since ");
  ck_assert_has (fix.explanation, "(15m)");
}
END_TEST

START_TEST (the_advice_fits_the_budget_as_it_is)
{
  engine_fixture_make_group (1, 1);
  fix.group->stuck_pod = "web-0";
  fix.group->budgets
      = "{\"items\":[{\"metadata\":{\"namespace\":\"shop\",\"name\":\"web\"},\"spec\":{"
        "\"maxUnavailable\":0},\"status\":{\"expectedPods\":3}}]}";
  engine_fixture_run ();

  ck_assert_has (fix.explanation, "let it allow one (maxUnavailable: 1)");
}
END_TEST

START_TEST (a_drain_is_explained_without_the_right_to_list_budgets)
{
  engine_fixture_make_group (1, 1);
  fix.group->stuck_pod = "web-0";
  fail_requests ("/poddisruptionbudgets", 403, "{\"message\":\"forbidden\"}", 10);
  engine_fixture_run ();

  ck_assert_str_eq (fix.code, "PodEvictionFailure");
  ck_assert_has (fix.explanation, "; run one more replica, or relax the budget");
}
END_TEST

START_TEST (an_eviction_is_tried_twenty_times_in_fifteen_minutes)
{
  engine_fixture_make_group (1, 1);
  fix.group->stuck_pod = "web-0";
  engine_fixture_run ();

  ck_assert_uint_eq (fix.group->evictions, 20);
  ck_assert_double_eq_tol (fake_trace_time (fix.trace, "drain.overdue", 0)
                               - fake_trace_time (fix.trace, "drain.started", 0),
                           900.0, 1.0);
  ck_assert_double_eq_tol (fake_trace_time (fix.trace, "drain.refused-by-budget", 1)
                               - fake_trace_time (fix.trace, "drain.refused-by-budget", 0),
                           45.0, 1.0);
}
END_TEST

START_TEST (a_failed_drain_leaves_what_was_replaced_and_restores_the_sizes)
{
  engine_fixture_make_group (3, 3);
  fix.options.knobs.node_choice = DD_CHOOSE_BY_NAME;
  fix.group->stuck_pod = "web-1";
  engine_fixture_run ();

  ck_assert_uint_eq (fake_group_count (fix.group, NULL), 3);
  ck_assert_uint_eq (fake_group_count (fix.group, NEW_IMAGE), 1);
  ck_assert_int_eq (fix.group->desired, 3);
  ck_assert_int_eq (fix.group->max, 4);
  ck_assert_int_eq (fix.group->version, 2);
  ck_assert (fake_group_node (fix.group, 1)->tainted);  /* it could not be drained */
  ck_assert (!fake_group_node (fix.group, 2)->tainted); /* its turn never came */
}
END_TEST

START_TEST (the_next_update_goes_on_where_a_failed_one_stopped)
{
  engine_fixture_make_group (3, 3);
  fix.options.knobs.node_choice = DD_CHOOSE_BY_NAME;
  fix.group->stuck_pod = "web-1";
  engine_fixture_run ();
  ck_assert (!fix.succeeded);

  fix.group->stuck_pod = NULL;
  engine_fixture_run ();
  ck_assert (fix.succeeded);
  ck_assert_uint_eq (fix.replaced, 2);
  ck_assert_uint_eq (fake_group_count (fix.group, NEW_IMAGE), 3);
  ck_assert_uint_eq (fix.group->repoints, 1);
}
END_TEST

START_TEST (force_deletes_what_the_drain_left_after_fifteen_minutes)
{
  engine_fixture_make_group (1, 1);
  fix.group->stuck_pod = "web-0";
  fix.options.force = TRUE;
  engine_fixture_run ();

  ck_assert (fix.succeeded);
  ck_assert_uint_eq (fix.group->deletions, 1);
  ck_assert_double_ge (fake_trace_time (fix.trace, "drain.forced", 0)
                           - fake_trace_time (fix.trace, "drain.started", 0),
                       900.0);
}
END_TEST

START_TEST (two_budgets_are_told_apart_from_one)
{
  engine_fixture_make_group (1, 1);
  fix.group->stuck_pod = "web-0";
  fix.group->two_budgets = TRUE;
  engine_fixture_run ();

  ck_assert_str_eq (fix.code, "PodEvictionFailure");
  ck_assert_uint_eq (fake_trace_count (fix.trace, "drain.refused-by-two-budgets"), 20);
  ck_assert_uint_eq (fake_trace_count (fix.trace, "request.retried"), 0);
  ck_assert_has (fix.explanation, "more than one disruption budget selects it");
}
END_TEST

START_TEST (a_failed_drain_can_be_rolled_back)
{
  engine_fixture_make_group (3, 3);
  fix.options.knobs.node_choice = DD_CHOOSE_BY_NAME;
  fix.options.knobs.on_pod_eviction_failure = DD_ON_FAILURE_ROLLBACK;
  fix.group->stuck_pod = "web-1";
  engine_fixture_run ();

  ck_assert_str_eq (fix.code, "PodEvictionFailure");
  ck_assert_int_eq (fix.group->version, 1);
  ck_assert_int_eq (fix.group->desired, 3);
  ck_assert_uint_eq (fake_group_count (fix.group, NEW_IMAGE), 0);
  ck_assert_uint_eq (fake_group_tainted (fix.group), 0);
}
END_TEST

/* ---- nodes that do not come ---- */

START_TEST (a_zone_without_capacity_is_a_node_creation_failure)
{
  engine_fixture_make_group (3, 3);
  fix.group->dead_zone = 2;
  engine_fixture_run ();

  ck_assert_str_eq (fix.code, "NodeCreationFailure");
  ck_assert_str_eq (
      fix.message,
      "Couldn't proceed with upgrade process as new nodes are not joining node group default");
  ck_assert (g_str_has_prefix (fix.ids, "DUMMY_"));
  ck_assert_has (fix.explanation, "zone us-west-2c holds outdated nodes and has no Ready new one");
  ck_assert_has (fix.explanation, "Auto Scaling: no capacity in zone");
}
END_TEST

START_TEST (a_node_creation_failure_rolls_everything_back)
{
  engine_fixture_make_group (3, 3);
  fix.group->dead_zone = 2;
  engine_fixture_run ();

  ck_assert_int_eq (fix.group->version, 1);
  ck_assert_int_eq (fix.group->desired, 3);
  ck_assert_int_eq (fix.group->max, 4);
  ck_assert_uint_eq (fake_group_count (fix.group, OLD_IMAGE), 3);
  ck_assert_uint_eq (fake_group_count (fix.group, NEW_IMAGE), 0);
  ck_assert_uint_eq (fake_group_tainted (fix.group), 0);
  ck_assert_uint_eq (fake_trace_count (fix.trace, "node.marked"), 0);
}
END_TEST

/* There is no scale-up that would say from when on launches matter. */
START_TEST (strategy_minimal_is_explained_by_failures_of_its_own_time)
{
  engine_fixture_make_group (3, 3);
  fix.group->update_config = "{\"maxUnavailable\":1,\"updateStrategy\":\"MINIMAL\"}";
  fix.group->never_ready = TRUE;
  engine_fixture_run ();

  ck_assert_str_eq (fix.code, "NodeCreationFailure");
  ck_assert_has (fix.explanation, "Auto Scaling: no capacity in zone");
  ck_assert_ptr_null (strstr (fix.explanation, "a failure of yesterday"));
}
END_TEST

START_TEST (nodes_that_never_get_ready_are_named)
{
  engine_fixture_make_group (1, 1);
  fix.group->never_ready = TRUE;
  engine_fixture_run ();

  ck_assert_str_eq (fix.code, "NodeCreationFailure");
  ck_assert_has (fix.ids, "i-00000000000000002");
  ck_assert_has (fix.explanation, "is not Ready: container runtime network not ready");
  ck_assert_double_ge (fake_trace_time (fix.trace, "phase.entered", 2), 900.0);
  ck_assert_uint_eq (fake_group_count (fix.group, OLD_IMAGE), 1);
  ck_assert_uint_eq (fake_group_count (fix.group, NULL), 1);
}
END_TEST

/* ---- APIs that do not answer as they should ---- */

START_TEST (a_throttled_request_is_tried_again_within_bounds)
{
  engine_fixture_make_group (1, 1);
  fail_requests ("DescribeInstances", 503, throttled, 3);
  engine_fixture_run ();

  ck_assert (fix.succeeded);
  ck_assert_uint_eq (fake_trace_count (fix.trace, "request.retried"), 3);
}
END_TEST

START_TEST (a_request_whose_answer_is_lost_is_sent_again_after_its_timeout)
{
  engine_fixture_make_group (1, 1);
  fail_requests ("CreateLaunchTemplateVersion", FAKE_NOT_DONE, NULL, 1);
  engine_fixture_run ();

  ck_assert (fix.succeeded);
  ck_assert_double_ge (fake_trace_time (fix.trace, "request.retried", 0), 30.0);
}
END_TEST

START_TEST (retry_after_is_honoured)
{
  engine_fixture_make_group (1, 1);
  fail_requests ("/clusters/lab", 429, "{\"__type\":\"ThrottlingException\"}", 1);
  fix.group->retry_after = "120";
  engine_fixture_run ();

  ck_assert (fix.succeeded);
  ck_assert_double_ge (fake_trace_time (fix.trace, "update.started", 0), 120.0);
}
END_TEST

START_TEST (a_denied_request_is_not_tried_again)
{
  engine_fixture_make_group (1, 1);
  fail_requests ("CreateLaunchTemplateVersion", 403,
                 "<Response><Errors><Error><Code>UnauthorizedOperation</Code><Message>You are not "
                 "authorized to perform this operation.</Message></Error></Errors></Response>",
                 1000);
  engine_fixture_run ();

  ck_assert_str_eq (fix.code, "AccessDenied");
  ck_assert_has (fix.message, "You are not authorized");
  ck_assert_uint_eq (fake_trace_count (fix.trace, "request.retried"), 0);
  ck_assert_uint_eq (fix.group->resizes, 0);
}
END_TEST

START_TEST (an_api_server_that_stays_away_is_cluster_unreachable)
{
  engine_fixture_make_group (1, 1);
  fail_requests ("/api/v1/nodes", 503, unavailable, 100000);
  engine_fixture_run ();

  ck_assert_str_eq (fix.code, "ClusterUnreachable");
  ck_assert_double_ge (fake_trace_time (fix.trace, "update.failed", 0), 15 * 60.0);
  ck_assert_double_le (fake_trace_time (fix.trace, "update.failed", 0), 16 * 60.0);
  ck_assert_uint_eq (fake_trace_count (fix.trace, "api.away"), 1);
  ck_assert_uint_eq (fake_trace_count (fix.trace, "api.back"), 0);
  ck_assert_has (fix.explanation, "kubernetes (GET /api/v1/nodes) was asked ");
  ck_assert_has (fix.explanation, " times since ");
  ck_assert_has (fix.explanation, "(15m); first: list nodes: etcd is away; last: list nodes: etcd");
}
END_TEST

START_TEST (a_plan_does_not_wait_for_an_api_server)
{
  engine_fixture_make_group (1, 1);
  fail_requests ("/api/v1/nodes", 503, unavailable, 100000);
  engine_fixture_plan ();

  ck_assert_uint_eq (fake_trace_count (fix.trace, "request.retried"), 9);
}
END_TEST

START_TEST (an_api_that_is_away_for_less_than_the_patience_is_waited_for)
{
  engine_fixture_make_group (1, 1);
  fail_requests ("DescribeInstances", 503, throttled, 20);
  engine_fixture_run ();

  ck_assert (fix.succeeded);
  ck_assert_uint_eq (fake_trace_count (fix.trace, "api.away"), 1);
  ck_assert_uint_eq (fake_trace_count (fix.trace, "api.back"), 1);
}
END_TEST

START_TEST (patience_is_a_knob)
{
  engine_fixture_make_group (1, 1);
  ck_assert (dd_knobs_set (&fix.options.knobs, "api_patience", "2m", NULL));
  fail_requests ("/api/v1/nodes", 503, unavailable, 100000);
  engine_fixture_run ();

  ck_assert_str_eq (fix.code, "ClusterUnreachable");
  ck_assert_has (fix.explanation, "(2m)");
}
END_TEST

START_TEST (a_drain_ends_in_time_while_the_api_is_away)
{
  double length;

  engine_fixture_make_group (1, 1);
  ck_assert (dd_knobs_set (&fix.options.knobs, "drain_budget", "5m", NULL));
  fail_requests ("/api/v1/pods", 503, unavailable, 100000);
  engine_fixture_run ();

  ck_assert_str_eq (fix.code, "ClusterUnreachable");
  length = fake_trace_time (fix.trace, "phase.entered", 3)
           - fake_trace_time (fix.trace, "phase.entered", 2);
  ck_assert_double_ge (length, 5 * 60.0);
  ck_assert_double_le (length, 6 * 60.0);
}
END_TEST

START_TEST (a_service_account_that_may_not_evict_is_access_denied)
{
  engine_fixture_make_group (1, 1);
  fail_requests ("/eviction", 403,
                 "{\"message\":\"pods \\\"web-0\\\" is forbidden: User \\\"eks:node-manager\\\" "
                 "cannot create resource \\\"pods/eviction\\\" in API group \\\"\\\"\"}",
                 100000);
  engine_fixture_run ();

  ck_assert_str_eq (fix.code, "AccessDenied");
  ck_assert_int_eq (fix.group->desired, 1);
}
END_TEST

START_TEST (an_answer_that_is_not_json_fails_with_a_reason)
{
  engine_fixture_make_group (1, 1);
  fail_requests ("/clusters/lab", 200, "{\"cluster\":", 1);
  engine_fixture_run ();

  ck_assert_str_eq (fix.code, "Unknown");
  ck_assert_has (fix.message, "cluster: ");
}
END_TEST

START_TEST (a_strategy_that_is_not_supported_is_refused_by_name)
{
  engine_fixture_make_group (1, 1);
  fix.group->update_config = "{\"maxUnavailable\":1,\"updateStrategy\":\"MAXIMAL\"}";
  engine_fixture_run ();

  ck_assert (!fix.succeeded);
  ck_assert_has (fix.message, "MAXIMAL");
  ck_assert_uint_eq (fix.group->repoints + fix.group->resizes, 0);
}
END_TEST

START_TEST (a_release_of_another_minor_is_refused_in_the_services_words)
{
  engine_fixture_make_group (1, 1);
  fix.options.release_version = "1.29.3-20240703";
  engine_fixture_run ();

  ck_assert_str_eq (
      fix.message,
      "Requested release version 1.29.3-20240703 is not valid for kubernetes version 1.30.");
}
END_TEST

/* Each request in turn gets no answer, once. */
START_TEST (any_single_request_without_an_answer_is_survived)
{
  static const int ways[] = { FAKE_NOT_DONE, FAKE_LOST };
  guint total;

  engine_fixture_make_group (2, 2);
  engine_fixture_run ();
  total = fake_transport_sent (fix.transport);
  engine_fixture_teardown ();

  for (guint n = 0; n < total; n++)
    {
      engine_fixture_setup ();
      engine_fixture_make_group (2, 2);
      engine_fixture_start ();
      while (!fix.done && fake_clock_step (fix.clock))
        {
          gboolean now = fake_transport_sent (fix.transport) == n;

          fail_requests ("", ways[_i], NULL, now ? 1 : 0);
        }
      ck_assert_msg (fix.succeeded, "request %u: %s", n, fix.message);
      ck_assert_uint_eq (fake_group_count (fix.group, OLD_IMAGE), 0);
      ck_assert_int_eq (fix.group->desired, 2);
      if (n + 1 < total)
        engine_fixture_teardown ();
    }
}
END_TEST

static void
expect_refusal_before_writing (void)
{
  ck_assert (!fix.succeeded);
  ck_assert (fix.refused);
  ck_assert_uint_eq (fix.group->repoints + fix.group->resizes + fix.group->evictions, 0);
  ck_assert_ptr_null (strstr (fix.group->log->str, "PATCH"));
  ck_assert_ptr_null (strstr (fix.group->log->str, "CreateLaunchTemplateVersion"));
}

START_TEST (a_group_whose_instances_are_nodes_elsewhere_is_refused)
{
  fix.options.api_server = "https://other.example";
  engine_fixture_make_group (5, 3);
  fix.group->elsewhere = TRUE;
  engine_fixture_run ();

  expect_refusal_before_writing ();
  ck_assert_has (fix.message, "Auto Scaling group eks-default (i-00000000000000001, "
                              "i-00000000000000002, i-00000000000000003 and 2 more)");
  ck_assert_has (fix.message, "https://other.example");
  ck_assert_has (fix.explanation, "--context");
}
END_TEST

START_TEST (a_plan_for_the_wrong_cluster_is_refused_too)
{
  engine_fixture_make_group (2, 2);
  fix.group->elsewhere = TRUE;
  engine_fixture_plan ();

  ck_assert_has (fix.plan, "none of the instances in service");
  ck_assert_has (fix.plan, "--kubeconfig");
}
END_TEST

START_TEST (a_group_without_instances_is_in_no_wrong_cluster)
{
  engine_fixture_make_group (0, 2);
  fix.group->elsewhere = TRUE;
  engine_fixture_run ();

  ck_assert (fix.succeeded);
}
END_TEST

START_TEST (some_instances_that_are_no_nodes_are_told_and_no_reason_to_stop)
{
  engine_fixture_make_group (3, 3);
  fake_group_node (fix.group, 1)->born = G_MAXINT64 / 2; /* it never joins */
  engine_fixture_plan ();
  ck_assert_has (fix.plan, "no node of the cluster: i-00000000000000002;");
  engine_fixture_start ();
  while (!fix.done && fake_trace_count (fix.trace, "group.repointed") == 0)
    fake_clock_step (fix.clock);

  ck_assert_uint_eq (fake_trace_count (fix.trace, "update.warned"), 1);
  ck_assert_uint_eq (fake_trace_count (fix.trace, "group.repointed"), 1);
}
END_TEST

static void
take_own_group (void)
{
  fix.options.scaling_group = "eks-default";
  fix.options.image = NEW_IMAGE;
  fix.options.max_unavailable = 1;
}

/* One node whose kubelet is not Ready and an instance that is no node yet, or two such nodes. */
START_TEST (a_group_of_ones_own_without_a_ready_node_has_not_been_updated)
{
  take_own_group ();
  engine_fixture_make_group (_i, 2);
  fix.group->desired = 2;
  fix.group->version = 2;
  fix.group->never_ready = TRUE;
  for (int i = 0; i < _i; i++)
    fake_group_node (fix.group, (guint) i)->image[strlen (OLD_IMAGE) - 1] = '2';
  engine_fixture_run ();

  expect_refusal_before_writing ();
  ck_assert_str_eq (fix.code, "NodeCreationFailure");
  ck_assert_has (fix.message, "eks-default wants 2 nodes and has none that is Ready");
  ck_assert_has (fix.explanation, "describe-scaling-activities");
}
END_TEST

START_TEST (a_group_of_ones_own_that_wants_no_node_needs_none)
{
  take_own_group ();
  engine_fixture_make_group (0, 2);
  fix.group->version = 2;
  engine_fixture_run ();

  ck_assert (fix.succeeded);
}
END_TEST

START_TEST (a_group_that_eks_looks_after_is_spared_where_that_was_asked_for)
{
  take_own_group ();
  fix.options.spares_managed = TRUE;
  engine_fixture_make_group (2, 2);
  fix.group->managed = TRUE;
  engine_fixture_run ();

  expect_refusal_before_writing ();
  ck_assert_has (fix.message, "managed node group default");
  ck_assert_has (fix.explanation, "drydock watch --cluster lab --nodegroup default --start");
}
END_TEST

START_TEST (a_group_that_eks_is_busy_with_is_left_alone)
{
  fix.options.alone = TRUE;
  engine_fixture_make_group (2, 2);
  fix.group->status = "UPDATING";
  engine_fixture_run ();

  expect_refusal_before_writing ();
  ck_assert_str_eq (fix.code, "ConfigurationConflict");
  ck_assert_has (fix.explanation, "drydock watch");
}
END_TEST

static const struct
{
  const char *process, *code;
} needed[] = { { "Launch", "NodeCreationFailure" }, { "Terminate", "ConfigurationConflict" } };

START_TEST (an_update_does_not_begin_without_a_process_that_it_needs)
{
  engine_fixture_make_group (2, 2);
  fix.group->suspended = needed[_i].process;
  engine_fixture_run ();

  expect_refusal_before_writing ();
  ck_assert_str_eq (fix.code, needed[_i].code);
  ck_assert_has (fix.explanation, "resume-processes --auto-scaling-group-name eks-default");
  ck_assert_has (fix.explanation, needed[_i].process);
}
END_TEST

START_TEST (what_hinders_is_in_the_plan)
{
  engine_fixture_make_group (3, 3);
  fake_group_node (fix.group, 1)->standby = TRUE;
  fix.group->suspended = "AZRebalance";
  engine_fixture_plan ();

  ck_assert_has (fix.plan, "\"warnings\":[\"process AZRebalance of Auto Scaling group eks-default");
  ck_assert_has (fix.plan, "on standby in Auto Scaling group eks-default: i-00000000000000002;");
}
END_TEST

static const struct
{
  int free_addresses;
  const char *warning; /* NULL: none */
} subnets[] = {
  { 15, "subnet subnet-1 in us-west-2a has 15 free addresses, and the update may launch 3 inst" },
  { 250, NULL },
  { -1, "whether its subnets have free addresses is not known" },
};

START_TEST (a_subnet_with_few_addresses_is_told_by_an_engine_that_works_alone)
{
  engine_fixture_make_group (3, 3);
  fix.group->free_addresses = subnets[_i].free_addresses;
  engine_fixture_plan ();
  ck_assert_ptr_null (strstr (fix.group->log->str, "DescribeSubnets"));
  fix.options.alone = TRUE;
  engine_fixture_plan ();

  if (subnets[_i].warning != NULL)
    ck_assert_has (fix.plan, subnets[_i].warning);
  else
    ck_assert_ptr_null (strstr (fix.plan, "warnings"));
  engine_fixture_run ();
  ck_assert (fix.succeeded);
}
END_TEST

/* Whenever it is freed, nothing is left under way; the fixture looks. */
START_TEST (an_engine_can_be_freed_at_any_moment)
{
  for (guint steps = 0;; steps += 3)
    {
      engine_fixture_make_group (2, 2);
      fix.group->stuck_pod = "web-1";
      engine_fixture_start ();
      for (guint i = 0; i < steps && !fix.done; i++)
        fake_clock_step (fix.clock);
      if (fix.done)
        break;
      engine_fixture_teardown ();
      engine_fixture_setup ();
    }
}
END_TEST

int
main (void)
{
  Suite *suite = suite_create ("engine-failure");
  TCase *tests = tcase_create ("all");
  SRunner *runner = srunner_create (suite);
  int failed;

  tcase_set_timeout (tests, 60);
  tcase_add_checked_fixture (tests, engine_fixture_setup, engine_fixture_teardown);
  tcase_add_test (tests, a_budget_that_never_allows_fails_the_update_as_on_aws);
  tcase_add_test (tests, the_explanation_names_pod_budget_needs_has_and_since_when);
  tcase_add_test (tests, the_advice_fits_the_budget_as_it_is);
  tcase_add_test (tests, a_drain_is_explained_without_the_right_to_list_budgets);
  tcase_add_test (tests, an_eviction_is_tried_twenty_times_in_fifteen_minutes);
  tcase_add_test (tests, a_failed_drain_leaves_what_was_replaced_and_restores_the_sizes);
  tcase_add_test (tests, the_next_update_goes_on_where_a_failed_one_stopped);
  tcase_add_test (tests, force_deletes_what_the_drain_left_after_fifteen_minutes);
  tcase_add_test (tests, two_budgets_are_told_apart_from_one);
  tcase_add_test (tests, a_failed_drain_can_be_rolled_back);
  tcase_add_test (tests, a_zone_without_capacity_is_a_node_creation_failure);
  tcase_add_test (tests, a_node_creation_failure_rolls_everything_back);
  tcase_add_test (tests, strategy_minimal_is_explained_by_failures_of_its_own_time);
  tcase_add_test (tests, nodes_that_never_get_ready_are_named);
  tcase_add_test (tests, a_throttled_request_is_tried_again_within_bounds);
  tcase_add_test (tests, a_request_whose_answer_is_lost_is_sent_again_after_its_timeout);
  tcase_add_test (tests, retry_after_is_honoured);
  tcase_add_test (tests, a_denied_request_is_not_tried_again);
  tcase_add_test (tests, an_api_server_that_stays_away_is_cluster_unreachable);
  tcase_add_test (tests, a_plan_does_not_wait_for_an_api_server);
  tcase_add_test (tests, an_api_that_is_away_for_less_than_the_patience_is_waited_for);
  tcase_add_test (tests, patience_is_a_knob);
  tcase_add_test (tests, a_drain_ends_in_time_while_the_api_is_away);
  tcase_add_test (tests, a_service_account_that_may_not_evict_is_access_denied);
  tcase_add_test (tests, an_answer_that_is_not_json_fails_with_a_reason);
  tcase_add_test (tests, a_strategy_that_is_not_supported_is_refused_by_name);
  tcase_add_test (tests, a_release_of_another_minor_is_refused_in_the_services_words);
  tcase_add_test (tests, a_group_whose_instances_are_nodes_elsewhere_is_refused);
  tcase_add_test (tests, a_plan_for_the_wrong_cluster_is_refused_too);
  tcase_add_test (tests, a_group_without_instances_is_in_no_wrong_cluster);
  tcase_add_test (tests, some_instances_that_are_no_nodes_are_told_and_no_reason_to_stop);
  tcase_add_loop_test (tests, a_group_of_ones_own_without_a_ready_node_has_not_been_updated, 1, 3);
  tcase_add_test (tests, a_group_of_ones_own_that_wants_no_node_needs_none);
  tcase_add_test (tests, a_group_that_eks_looks_after_is_spared_where_that_was_asked_for);
  tcase_add_test (tests, a_group_that_eks_is_busy_with_is_left_alone);
  tcase_add_loop_test (tests, an_update_does_not_begin_without_a_process_that_it_needs, 0,
                       G_N_ELEMENTS (needed));
  tcase_add_test (tests, what_hinders_is_in_the_plan);
  tcase_add_loop_test (tests, a_subnet_with_few_addresses_is_told_by_an_engine_that_works_alone, 0,
                       G_N_ELEMENTS (subnets));
  tcase_add_loop_test (tests, any_single_request_without_an_answer_is_survived, 0, 2);
  tcase_add_test (tests, an_engine_can_be_freed_at_any_moment);
  suite_add_tcase (suite, tests);
  srunner_run_all (runner, CK_ENV);
  failed = srunner_ntests_failed (runner);
  srunner_free (runner);
  return failed == 0 ? 0 : 1;
}
