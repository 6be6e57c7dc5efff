/* SPDX-License-Identifier: Apache-2.0 */
/* Tables against those that a real server made of the same objects. */
#include "config.h"

#include <string.h>

#include "base/time.h"
#include "kube-ask.h"
#include "sim/kube/serve/table.h"
#include "sim/kube/verbs/age.h"

START_TEST (an_age_is_written_as_kubectl_users_know_it)
{
  static const struct
  {
    DdUsec delay;
    const char *text;
  } rows[] = {
    { -3 * DD_SECOND, "<invalid>" },
    { -DD_SECOND, "0s" },
    { 0, "0s" },
    { 119 * DD_SECOND, "119s" },
    { 120 * DD_SECOND, "2m" },
    { 200 * DD_SECOND, "3m20s" },
    { 10 * DD_MINUTE + 30 * DD_SECOND, "10m" },
    { 179 * DD_MINUTE, "179m" },
    { 3 * DD_HOUR, "3h" },
    { 7 * DD_HOUR + 5 * DD_MINUTE, "7h5m" },
    { 47 * DD_HOUR, "47h" },
    { 48 * DD_HOUR, "2d" },
    { 50 * DD_HOUR, "2d2h" },
    { 8 * 24 * DD_HOUR + DD_HOUR, "8d" },
    { 729 * 24 * DD_HOUR, "729d" },
    { 730 * 24 * DD_HOUR, "2y" },
    { 800 * 24 * DD_HOUR, "2y70d" },
    { 3000 * 24 * DD_HOUR, "8y" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autofree char *text = kube_human_duration (rows[i].delay);
      ck_assert_str_eq (text, rows[i].text);
    }
}
END_TEST

/* A recorded Table, the recorded objects it was made of, and where they are asked for. */
static const struct
{
  const char *table;
  const char *objects;
  const char *api_version, *kind;
} recorded[] = {
  { "table-nodes.txt", "object-node.txt", "v1", "Node" },
  { "table-pods.txt", "object-pods-of-deployment.txt", "v1", "Pod" },
  { "table-pods.txt", "object-pods-of-daemonset.txt", "v1", "Pod" },
  { "table-deployments.txt", "object-deployment.txt", "apps/v1", "Deployment" },
  { "table-replicasets.txt", "object-replicasets.txt", "apps/v1", "ReplicaSet" },
  { "table-daemonsets.txt", "object-daemonset.txt", "apps/v1", "DaemonSet" },
  { "table-statefulsets.txt", "object-statefulset.txt", "apps/v1", "StatefulSet" },
  { "table-jobs.txt", "object-job.txt", "batch/v1", "Job" },
  { "table-cronjobs.txt", "object-cronjob.txt", "batch/v1", "CronJob" },
  { "table-poddisruptionbudgets.txt", "object-pdb.txt", "policy/v1", "PodDisruptionBudget" },
  { "table-services.txt", "object-service.txt", "v1", "Service" },
  { "table-events.txt", "object-events.txt", "v1", "Event" },
  { "table-namespaces.txt", "object-namespace.txt", "v1", "Namespace" },
  { "table-endpoints.txt", "object-endpoints.txt", "v1", "Endpoints" },
  { "table-endpointslices.txt", "object-endpointslice.txt", "discovery.k8s.io/v1",
    "EndpointSlice" },
};

/* Compares ROW with a real server's in all but the object, whose metadata is this world's own. */
static void
assert_same_row (const DdValue *row, const DdValue *golden, const char *name)
{
  g_autoptr (DdValue) left = dd_value_ref (row);
  g_autoptr (DdValue) right = dd_value_ref (golden);

  ck_assert_pstr_eq (dd_value_path_string (left, "object.kind"),
                     dd_value_path_string (right, "object.kind"));
  ck_assert_pstr_eq (dd_value_path_string (left, "object.apiVersion"),
                     dd_value_path_string (right, "object.apiVersion"));
  dd_value_set (&left, "object", NULL);
  dd_value_set (&right, "object", NULL);
  assert_same (left, right, name);
}

/* The row of TABLE about the object called NAME, or NULL. */
static const DdValue *
row_of (const DdValue *table, const char *name)
{
  const DdValue *rows = dd_value_member (table, "rows");

  for (gsize i = 0; i < dd_value_length (rows); i++)
    if (g_strcmp0 (dd_value_path_string (dd_value_element (rows, i), "object.metadata.name"), name)
        == 0)
      return dd_value_element (rows, i);
  return NULL;
}

/* Ages are relative; the recorded Tables were made when their pages say. */
static void
set_clock_to (const char *iso)
{
  DdUsec instant;

  ck_assert (dd_time_from_iso8601 (iso, &instant));
  sim_clock_free (stage->clock);
  stage->clock = sim_clock_new (instant);
}

/* The columns are a real server's in all but what describes them, which is in our own words. */
static void
assert_same_columns (const DdValue *got, const DdValue *wanted, const char *what)
{
  const DdValue *ours = dd_value_member (got, "columnDefinitions");
  const DdValue *theirs = dd_value_member (wanted, "columnDefinitions");

  ck_assert_pstr_eq (dd_value_path_string (got, "kind"), dd_value_path_string (wanted, "kind"));
  ck_assert_pstr_eq (dd_value_path_string (got, "apiVersion"),
                     dd_value_path_string (wanted, "apiVersion"));
  ck_assert_uint_gt (dd_value_length (theirs), 0);
  ck_assert_uint_eq (dd_value_length (ours), dd_value_length (theirs));
  for (gsize i = 0; i < dd_value_length (ours); i++)
    {
      g_autoptr (DdValue) left = dd_value_ref (dd_value_element (ours, i));
      g_autoptr (DdValue) right = dd_value_ref (dd_value_element (theirs, i));
      const char *text = dd_value_path_string (left, "description");

      ck_assert_msg (text != NULL && text[0] != '\0', "%s: column %u is not described", what,
                     (guint) i);
      dd_value_set (&left, "description", NULL);
      dd_value_set (&right, "description", NULL);
      assert_same (left, right, what);
    }
}

START_TEST (columns_and_cells_are_those_of_a_real_server)
{
  g_autoptr (GPtrArray) exchanges = golden_read (recorded[_i].table);
  const GoldenExchange *exchange = exchanges->pdata[0];
  g_autoptr (DdValue) wanted = golden_body (exchange, NULL, NULL);
  g_autoptr (SimResponse) response = NULL;
  g_autoptr (DdValue) got = NULL;
  const DdValue *rows;
  guint compared = 0, put;

  put = put_recorded (recorded[_i].objects, 0, recorded[_i].api_version, recorded[_i].kind);
  set_clock_to ("2026-11-23T20:33:00.500Z");
  response = ask_as_recorded (exchange);
  got = value_of (response);
  assert_same_columns (got, wanted, recorded[_i].table);
  rows = dd_value_member (got, "rows");
  for (gsize i = 0; i < dd_value_length (rows); i++)
    {
      const DdValue *row = dd_value_element (rows, i);
      const char *name = dd_value_path_string (row, "object.metadata.name");
      const DdValue *golden = row_of (wanted, name);

      if (golden == NULL || g_strcmp0 (name, "default") == 0 || g_strcmp0 (name, "kube-system") == 0
          || g_strcmp0 (name, "kube-public") == 0 || g_strcmp0 (name, "kube-node-lease") == 0)
        continue; /* a row of this world's own */
      assert_same_row (row, golden, name);
      compared++;
    }
  ck_assert_uint_eq (compared, put);
}
END_TEST

/* Tables whose objects are simple enough to make. */
START_TEST (tables_of_small_kinds_are_those_of_a_real_server)
{
  static const struct
  {
    const char *table, *api_version, *kind, *object, *cells;
  } rows[] = {
    { "table-configmaps.txt", "v1", "ConfigMap",
      "{\"metadata\":{\"name\":\"cm\"},\"data\":{\"a\":\"1\",\"b\":\"2\"}}", "[\"cm\",2,\"0s\"]" },
    { "table-controllerrevisions.txt", "apps/v1", "ControllerRevision",
      "{\"metadata\":{\"name\":\"ds-1\"},\"revision\":1}", "[\"ds-1\",\"<none>\",1,\"0s\"]" },
    { "table-leases.txt", "coordination.k8s.io/v1", "Lease",
      "{\"metadata\":{\"name\":\"l\"},\"spec\":{\"holderIdentity\":\"me\"}}",
      "[\"l\",\"me\",\"0s\"]" },
    { "table-clusterroles.txt", "rbac.authorization.k8s.io/v1", "ClusterRole",
      "{\"metadata\":{\"name\":\"reader\"}}", "[\"reader\",\"2026-11-23T20:33:04Z\"]" },
    { "table-secrets.txt", "v1", "Secret",
      "{\"metadata\":{\"name\":\"s\"},\"data\":{\"k\":\"dg==\"}}", "[\"s\",\"Opaque\",1,\"0s\"]" },
    { "table-serviceaccounts.txt", "v1", "ServiceAccount", "{\"metadata\":{\"name\":\"robot\"}}",
      "[\"robot\",0,\"0s\"]" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (GPtrArray) exchanges = golden_read (rows[i].table);
      g_autoptr (DdValue) wanted = golden_body (exchanges->pdata[0], NULL, NULL);
      g_autoptr (DdValue) cells = json ("%s", rows[i].cells);
      g_autoptr (SimObject) object
          = create (kind (rows[i].api_version, rows[i].kind), "app", json ("%s", rows[i].object));
      g_autoptr (SimResponse) response = ask_as_recorded (exchanges->pdata[0]);
      g_autoptr (DdValue) got = value_of (response);

      assert_same_columns (got, wanted, rows[i].table);
      assert_same (dd_value_member (row_of (got, object->name), "cells"), cells, object->name);
    }
}
END_TEST

/* The classes that a server has from the beginning. */
START_TEST (initial_objects_are_those_of_a_real_server)
{
  g_autoptr (GPtrArray) exchanges = golden_read ("table-priorityclasses.txt");
  g_autoptr (DdValue) wanted = golden_body (exchanges->pdata[0], "\"14s\"", "\"0s\"");
  g_autoptr (SimResponse) response = ask_as_recorded (exchanges->pdata[0]);
  g_autoptr (DdValue) got = value_of (response);
  const DdValue *rows = dd_value_member (wanted, "rows");

  assert_same_columns (got, wanted, "priority classes");
  ck_assert_uint_eq (dd_value_length (dd_value_member (got, "rows")), dd_value_length (rows));
  for (gsize i = 0; i < dd_value_length (rows); i++)
    assert_same (dd_value_path (dd_value_element (dd_value_member (got, "rows"), i), "cells"),
                 dd_value_path (dd_value_element (rows, i), "cells"), "priority class");
}
END_TEST

/* ---- the STATUS column of pods ---- */

static DdValue *
pod_cells (const char *spec, const char *status, const char *metadata)
{
  g_autoptr (SimResponse) response = NULL;
  g_autoptr (DdValue) table = NULL;

  sim_store_put (api->store, kind ("v1", "Pod"),
                 json ("{\"metadata\":{\"name\":\"p\",\"namespace\":\"app\"%s},\"spec\":%s,"
                       "\"status\":%s}",
                       metadata, spec, status));
  response = ask_in ((Manner) { .accept = AS_TABLE }, "GET", "/api/v1/namespaces/app/pods/p", NULL);
  table = value_of (response);
  return dd_value_ref (dd_value_path (table, "rows.0.cells"));
}

#define ONE "{\"containers\":[{\"name\":\"c\"}]}"
#define TWO "{\"containers\":[{\"name\":\"c\"},{\"name\":\"d\"}]}"
#define INIT \
  "{\"initContainers\":[{\"name\":\"i\"},{\"name\":\"j\"}],\"containers\":[{\"name\":\"c\"}]}"
#define SIDECAR \
  "{\"initContainers\":[{\"name\":\"i\",\"restartPolicy\":\"Always\"}]," \
  "\"containers\":[{\"name\":\"c\"}]}"
#define STATE(name, state, ready) \
  "{\"name\":\"" name "\",\"ready\":" ready ",\"restartCount\":0,\"state\":" state "}"
#define RUNS "{\"running\":{}}"
#define ENDED(code) "{\"terminated\":{\"exitCode\":" code ",\"reason\":\"\"}}"
#define WAITS(reason) "{\"waiting\":{\"reason\":\"" reason "\"}}"

START_TEST (the_status_of_a_pod_is_summed_up_as_kubectl_shows_it)
{
  static const struct
  {
    const char *spec, *status, *metadata, *ready, *text;
  } rows[] = {
    { ONE, "{\"phase\":\"Pending\"}", "", "0/1", "Pending" },
    { ONE, "{\"phase\":\"Running\",\"containerStatuses\":[" STATE ("c", RUNS, "true") "]}", "",
      "1/1", "Running" },
    { ONE,
      "{\"phase\":\"Running\",\"containerStatuses\":[" STATE ("c", WAITS ("CrashLoopBackOff"),
                                                              "false") "]}",
      "", "0/1", "CrashLoopBackOff" },
    { TWO,
      "{\"phase\":\"Running\",\"containerStatuses\":[" STATE (
          "c", WAITS ("ImagePullBackOff"), "false") "," STATE ("d", ENDED ("3"), "false") "]}",
      "", "0/2", "ImagePullBackOff" },
    { ONE, "{\"phase\":\"Failed\",\"containerStatuses\":[" STATE ("c", ENDED ("3"), "false") "]}",
      "", "0/1", "ExitCode:3" },
    { ONE, "{\"phase\":\"Failed\",\"reason\":\"Evicted\"}", "", "0/1", "Evicted" },
    { INIT,
      "{\"phase\":\"Pending\",\"initContainerStatuses\":[" STATE (
          "i", ENDED ("0"), "true") "," STATE ("j", RUNS, "false") "]}",
      "", "0/1", "Init:1/2" },
    { INIT,
      "{\"phase\":\"Pending\",\"initContainerStatuses\":[" STATE ("i", ENDED ("2"), "false") "]}",
      "", "0/1", "Init:ExitCode:2" },
    { SIDECAR,
      "{\"phase\":\"Running\",\"initContainerStatuses\":[{\"name\":\"i\",\"ready\":true,"
      "\"started\":true,\"restartCount\":0,\"state\":" RUNS
      "}],\"containerStatuses\":[" STATE ("c", RUNS, "true") "]}",
      "", "2/2", "Running" },
    { ONE,
      "{\"phase\":\"Pending\",\"conditions\":[{\"type\":\"PodScheduled\",\"status\":\"False\","
      "\"reason\":\"SchedulingGated\"}]}",
      "", "0/1", "SchedulingGated" },
    { ONE, "{\"phase\":\"Running\",\"containerStatuses\":[" STATE ("c", RUNS, "true") "]}",
      ",\"deletionTimestamp\":\"2026-11-23T20:33:04Z\"", "1/1", "Terminating" },
    { ONE, "{\"phase\":\"Running\",\"reason\":\"NodeLost\"}",
      ",\"deletionTimestamp\":\"2026-11-23T20:33:04Z\"", "0/1", "Unknown" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (DdValue) cells = pod_cells (rows[i].spec, rows[i].status, rows[i].metadata);

      ck_assert_str_eq (dd_value_path_string (cells, "1"), rows[i].ready);
      ck_assert_str_eq (dd_value_path_string (cells, "2"), rows[i].text);
    }
}
END_TEST

START_TEST (a_restart_is_counted_and_dated)
{
  g_autoptr (DdValue) cells
      = pod_cells (ONE,
                   "{\"phase\":\"Running\",\"containerStatuses\":[{\"name\":\"c\",\"ready\":true,"
                   "\"restartCount\":2,\"state\":{\"running\":{}},\"lastState\":{\"terminated\":"
                   "{\"exitCode\":1,\"finishedAt\":\"2026-11-23T20:29:44Z\"}}}]}",
                   "");

  ck_assert_str_eq (dd_value_path_string (cells, "3"), "2 (3m20s ago)");
}
END_TEST

START_TEST (a_finished_pod_has_a_row_condition)
{
  g_autoptr (DdValue) cells = pod_cells (ONE, "{\"phase\":\"Succeeded\"}", "");
  g_autoptr (SimResponse) response
      = ask_in ((Manner) { .accept = AS_TABLE }, "GET", "/api/v1/pods", NULL);
  g_autoptr (DdValue) table = value_of (response);

  ck_assert_str_eq (dd_value_path_string (cells, "2"), "Succeeded");
  ck_assert_str_eq (dd_value_path_string (table, "rows.0.conditions.0.type"), "Completed");
  ck_assert_str_eq (dd_value_path_string (table, "rows.0.conditions.0.reason"), "Succeeded");
}
END_TEST

START_TEST (include_object_chooses_what_a_row_carries)
{
  static const struct
  {
    const char *include, *kind;
  } rows[]
      = { { "Metadata", "PartialObjectMetadata" }, { "Object", "Namespace" }, { "None", NULL } };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autofree char *target
          = g_strconcat ("/api/v1/namespaces/app?includeObject=", rows[i].include, NULL);
      g_autoptr (SimResponse) response
          = ask_in ((Manner) { .accept = AS_TABLE }, "GET", target, NULL);
      g_autoptr (DdValue) table = value_of (response);

      ck_assert_pstr_eq (dd_value_path_string (table, "rows.0.object.kind"), rows[i].kind);
    }
}
END_TEST

int
main (void)
{
  Suite *suite = suite_create ("table");
  TCase *tcase = tcase_create ("table");
  SRunner *runner = srunner_create (suite);
  int failed;

  tcase_add_checked_fixture (tcase, start_world, stop_world);
  tcase_add_test (tcase, an_age_is_written_as_kubectl_users_know_it);
  tcase_add_loop_test (tcase, columns_and_cells_are_those_of_a_real_server, 0,
                       G_N_ELEMENTS (recorded));
  tcase_add_test (tcase, initial_objects_are_those_of_a_real_server);
  tcase_add_test (tcase, tables_of_small_kinds_are_those_of_a_real_server);
  tcase_add_test (tcase, the_status_of_a_pod_is_summed_up_as_kubectl_shows_it);
  tcase_add_test (tcase, a_restart_is_counted_and_dated);
  tcase_add_test (tcase, a_finished_pod_has_a_row_condition);
  tcase_add_test (tcase, include_object_chooses_what_a_row_carries);
  suite_add_tcase (suite, tcase);
  srunner_run_all (runner, CK_ENV);
  failed = srunner_ntests_failed (runner);
  srunner_free (runner);
  return failed == 0 ? 0 : 1;
}
