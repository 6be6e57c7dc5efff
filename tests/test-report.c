/* SPDX-License-Identifier: Apache-2.0 */
/* What a run comes to as a document and as numbers, and what an API's "no" means. */
#include "config.h"

#include <check.h>
#include <glib/gstdio.h>
#include <stdlib.h>
#include <string.h>

#include "net/api-error.h"
#include "commands/recorder.h"
#include "engine/report.h"
#include "sim/stage/clock.h"
#include "whole-event.h"

static DdReport *report;

static void
setup (void)
{
  report = dd_report_new ();
}

static void
teardown (void)
{
  g_clear_pointer (&report, dd_report_free);
}

static void
note (DdUsec at, const char *what, const char *subject, const char *details)
{
  g_autoptr (DdValue) value
      = details == NULL ? NULL : dd_value_parse (details, strlen (details), NULL, NULL);

  dd_report_note (report, at, "engine", event_called (what), subject, value);
}

static void
tell_a_run (void)
{
  DdUsec t = 1000 * DD_SECOND;

  note (t, "phase.entered", "blue", "{\"phase\":\"setup\"}");
  note (t + DD_SECOND, "update.started", "blue",
        "{\"release\":\"r\\\"1\",\"image\":\"ami-1\",\"parallelism\":1,\"force\":false}");
  note (t + 2 * DD_SECOND, "node.joined", "n2", "{\"zone\":\"a\",\"instance\":\"i-2\"}");
  note (t + 3 * DD_SECOND, "node.marked", "n1", "{\"mark\":\"taint\",\"zone\":\"a\"}");
  note (t + 4 * DD_SECOND, "drain.started", "n1", "{\"zone\":\"a\",\"pod_count\":2}");
  note (t + 4 * DD_SECOND, "drain.refused-by-budget", "d/p",
        "{\"node\":\"n1\",\"budget\":\"b\",\"needs\":1,\"has\":1,\"try\":1}");
  note (t + 49 * DD_SECOND, "drain.refused-by-budget", "d/p",
        "{\"node\":\"n1\",\"budget\":\"b\",\"needs\":1,\"has\":1,\"try\":2}");
  note (t + 94 * DD_SECOND, "drain.evicted", "d/p", "{\"node\":\"n1\",\"try\":3}");
  note (t + 95 * DD_SECOND, "drain.finished", "n1", "{\"seconds\":91}");
  note (t + 96 * DD_SECOND, "request.retried", "blue",
        "{\"service\":\"ec2\",\"operation\":\"DescribeInstances\",\"http_status\":503,\"try\":1}");
  note (t + 97 * DD_SECOND, "node.terminated", "n1", "{\"instance\":\"i-1\"}");
}

START_TEST (a_document_tells_what_happened_to_whom_and_when)
{
  g_autoptr (DdValue) document = NULL;

  tell_a_run ();
  note (1100 * DD_SECOND + 1, "update.succeeded", "blue", "{\"replaced\":1}");
  dd_report_note (report, 0, "scheduler", DD_EVENT_POD_BOUND, "d/p", NULL);
  document = dd_report_document (report);
  ck_assert_str_eq (dd_value_path_string (document, "updates.0.status"), "Successful");
  ck_assert_int_eq (dd_value_path_int (document, "updates.0.finished", -1), 100);
  ck_assert_int_eq (dd_value_path_int (document, "updates.0.replaced", -1), 1);
  ck_assert_str_eq (dd_value_path_string (document, "nodes.0.name"), "n2");
  ck_assert_str_eq (dd_value_path_string (document, "nodes.1.state"), "terminated");
  ck_assert_int_eq (dd_value_path_int (document, "nodes.1.drain.finished", -1), 95);
  ck_assert_str_eq (dd_value_path_string (document, "blocked.0.budget"), "b");
  ck_assert_int_eq (dd_value_path_int (document, "blocked.0.refusals", -1), 2);
  ck_assert_int_eq (dd_value_path_int (document, "blocked.0.until", -1), 94);
  ck_assert_int_eq (dd_value_path_int (document, "retried.0.times", -1), 1);
  ck_assert_int_eq (
      dd_value_int (dd_value_at (document, "events", "drain.refused-by-budget", NULL), -1), 2);
  ck_assert_ptr_null (dd_value_at (document, "events", "pod.bound", NULL));
}
END_TEST

START_TEST (a_failure_keeps_what_was_said_of_it)
{
  g_autoptr (DdValue) document = NULL;

  note (0, "phase.entered", "blue", "{\"phase\":\"setup\"}");
  note (0, "update.failed", "blue", "{\"code\":\"AccessDenied\",\"message\":\"m\"}");
  document = dd_report_document (report);
  ck_assert_str_eq (dd_value_path_string (document, "updates.0.status"), "Failed");
  ck_assert_str_eq (dd_value_path_string (document, "updates.0.error.code"), "AccessDenied");
}
END_TEST

static void
expect_line (const char *metrics, const char *line)
{
  g_autofree char *whole = g_strconcat ("\n", line, "\n", NULL);
  g_autofree char *text = g_strconcat ("\n", metrics, NULL);

  ck_assert_msg (strstr (text, whole) != NULL, "%s is missing in:\n%s", line, metrics);
}

START_TEST (metrics_are_open_metrics)
{
  g_autofree char *metrics = NULL;

  tell_a_run ();
  note (1098 * DD_SECOND, "phase.entered", "bl\"ue\n", "{\"phase\":\"setup\"}");
  metrics = dd_report_metrics (report);
  expect_line (metrics, "# TYPE drydock_update_status stateset");
  expect_line (metrics,
               "drydock_update_status{nodegroup=\"blue\",drydock_update_status=\"InProgress\"} 1");
  expect_line (metrics, "drydock_update_phase{nodegroup=\"bl\\\"ue\\n\",drydock_update_phase="
                        "\"setup\"} 1");
  expect_line (metrics, "drydock_nodes{state=\"terminated\"} 1");
  expect_line (metrics, "drydock_evictions_total{result=\"refused\"} 2");
  expect_line (metrics, "drydock_drain_seconds_sum 91.000");
  expect_line (metrics, "drydock_blocked_pods 0");
  expect_line (metrics, "drydock_requests_retried_total{service=\"ec2\",operation="
                        "\"DescribeInstances\",status=\"503\"} 1");
  ck_assert (g_str_has_suffix (metrics, "\n# EOF\n"));
}
END_TEST

/* ---- files ---- */

static guint passed_on;

static void
count_event (DdTrace *self, const char *actor, DdEvent what, const char *subject, DdValue *details)
{
  (void) self;
  (void) actor;
  (void) what;
  (void) subject;
  (void) details;
  passed_on++;
}

START_TEST (a_recorder_passes_events_on_and_leaves_whole_files)
{
  static const DdTraceClass klass = { count_event };
  DdTrace next = { &klass };
  g_autofree char *directory = g_dir_make_tmp ("drydock-XXXXXX", NULL);
  g_autofree char *report_path = g_build_filename (directory, "report.json", NULL);
  g_autofree char *metrics_path = g_build_filename (directory, "metrics.txt", NULL);
  g_autofree char *text = NULL;
  g_autofree char *metrics = NULL;
  g_autoptr (DdValue) document = NULL;
  g_autoptr (SimClock) clock = sim_clock_new (0);
  DdRecorder *recorder
      = dd_recorder_new (&next, sim_clock_interface (clock), report_path, metrics_path, NULL);

  passed_on = 0;
  ck_assert_ptr_nonnull (recorder);
  tell_whole (dd_recorder_trace (recorder), "node.joined", "n1", NULL);
  dd_recorder_free (recorder);
  ck_assert_uint_eq (passed_on, 1);
  ck_assert (g_file_get_contents (report_path, &text, NULL, NULL));
  document = dd_value_parse (text, strlen (text), NULL, NULL);
  ck_assert_str_eq (dd_value_path_string (document, "nodes.0.name"), "n1");
  ck_assert (g_file_get_contents (metrics_path, &metrics, NULL, NULL));
  expect_line (metrics, "drydock_nodes{state=\"joined\"} 1");
  g_unlink (report_path);
  g_unlink (metrics_path);
  g_rmdir (directory);
}
END_TEST

START_TEST (a_file_that_cannot_be_written_is_told_at_once)
{
  static const DdTraceClass klass = { count_event };
  DdTrace next = { &klass };
  g_autoptr (GError) error = NULL;
  g_autoptr (SimClock) clock = sim_clock_new (0);
  DdRecorder *recorder = dd_recorder_new (&next, sim_clock_interface (clock),
                                          "/nonexistent/report.json", NULL, &error);

  ck_assert_ptr_null (recorder);
  ck_assert_ptr_nonnull (error);
}
END_TEST

/* ---- what a "no" means ---- */

static const struct
{
  const char *api, *code;
  guint status;
  const char *message;
  DdError error;
  gboolean hint;
} answers[] = {
  { "aws", "ExpiredToken", 403, NULL, DD_ERROR_REFUSED, TRUE },
  { "aws", "Throttling", 400, NULL, DD_ERROR_THROTTLED, TRUE },
  { "aws", "RequestTimeTooSkewed", 403, NULL, DD_ERROR_REFUSED, TRUE },
  { "aws", "ValidationError", 400, "AutoScalingGroup name not found", DD_ERROR_NOT_FOUND, TRUE },
  { "aws", "ValidationError", 400, "else", DD_ERROR_INVALID, FALSE },
  { "aws", "Whatever", 503, NULL, DD_ERROR_UNAVAILABLE, FALSE },
  { "aws", NULL, 418, NULL, DD_ERROR_INVALID, FALSE },
  { "aws", NULL, 403, NULL, DD_ERROR_REFUSED, TRUE },
  { "kubernetes", NULL, 401, NULL, DD_ERROR_REFUSED, TRUE },
  { "kubernetes", NULL, 410, NULL, DD_ERROR_CONFLICT, FALSE },
  { "kubernetes", NULL, 500, "x more than one PodDisruptionBudget y", DD_ERROR_REFUSED, TRUE },
  { "kubernetes", NULL, 500, "etcd", DD_ERROR_UNAVAILABLE, FALSE },
  { "kubernetes", "Throttling", 400, NULL, DD_ERROR_INVALID, FALSE },
};

START_TEST (one_table_says_what_an_answer_means)
{
  const DdApiError *row = dd_api_error_find (answers[_i].api, answers[_i].code, answers[_i].status,
                                             answers[_i].message);

  ck_assert_int_eq (row->error, answers[_i].error);
  ck_assert_int_eq (row->hint != NULL, answers[_i].hint);
}
END_TEST

int
main (void)
{
  Suite *suite = suite_create ("report");
  TCase *tests = tcase_create ("all");
  SRunner *runner = srunner_create (suite);
  int failed;

  tcase_add_checked_fixture (tests, setup, teardown);
  tcase_add_test (tests, a_document_tells_what_happened_to_whom_and_when);
  tcase_add_test (tests, a_failure_keeps_what_was_said_of_it);
  tcase_add_test (tests, metrics_are_open_metrics);
  tcase_add_test (tests, a_recorder_passes_events_on_and_leaves_whole_files);
  tcase_add_test (tests, a_file_that_cannot_be_written_is_told_at_once);
  tcase_add_loop_test (tests, one_table_says_what_an_answer_means, 0, G_N_ELEMENTS (answers));
  suite_add_tcase (suite, tests);
  srunner_run_all (runner, CK_ENV);
  failed = srunner_ntests_failed (runner);
  srunner_free (runner);
  return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
