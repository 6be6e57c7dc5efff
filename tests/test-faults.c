/* SPDX-License-Identifier: Apache-2.0 */
/* Faults: which request a row strikes, what its sender then sees, and that a sweep which lets the
 * first, second, third ... request of an upgrade go wrong breaks no promise. */
#include "config.h"

#include <check.h>
#include <string.h>

#include "base/error.h"
#include "sim/stage/faults.h"
#include "sim/scenario/scenario.h"
#include "sim/world/transport.h"
#include "sim/world/world.h"

static SimWorld *world;
static char *seen; /* what the last answer was */

static void
setup (void)
{
  const SimWorldOptions options = { .seed = 3,
                                    .start = 1795465984 * DD_SECOND,
                                    .kube_minor = 30,
                                    .region = "us-west-2",
                                    .account = "123456789012",
                                    .endpoint = "http://127.0.0.1:4566" };

  world = sim_world_new (&options);
  sim_world_run_for (world, DD_SECOND);
  sim_trace_begin (world->stage->trace);
}

static void
teardown (void)
{
  g_clear_pointer (&world, sim_world_free);
  g_clear_pointer (&seen, g_free);
}

static void
see (const DdReply *reply, gpointer data)
{
  (void) data;
  g_free (seen);
  if (reply->error == NULL)
    seen = g_strdup_printf ("%u", reply->status);
  else
    seen = g_strdup (reply->error->code == DD_ERROR_TIMED_OUT     ? "timed out"
                     : reply->error->code == DD_ERROR_UNAVAILABLE ? "unavailable"
                                                                  : "?");
}

static gboolean
namespace_exists (const char *name)
{
  g_autofree char *target = g_strconcat ("/api/v1/namespaces/", name, NULL);
  DdRequest *request = dd_request_new ("kubernetes", "GET", target);

  request->timeout = 10 * DD_SECOND;
  dd_transport_send (sim_transport_interface (world->transport), request, see, NULL);
  sim_world_run_for (world, DD_MINUTE);
  return strcmp (seen, "200") == 0;
}

static const char *
create_namespace (const char *name)
{
  DdRequest *request = dd_request_new ("kubernetes", "POST", "/api/v1/namespaces");
  char *body = g_strdup_printf ("{\"metadata\":{\"name\":\"%s\"}}", name);

  request->timeout = 10 * DD_SECOND;
  request->body = g_bytes_new_take (body, strlen (body));
  dd_headers_add (request->headers, "Content-Type", "application/json");
  g_clear_pointer (&seen, g_free);
  dd_transport_send (sim_transport_interface (world->transport), request, see, NULL);
  sim_world_run_for (world, DD_MINUTE);
  return seen;
}

static const struct
{
  SimFault row;
  const char *answer;
  gboolean carried_out;
} fates[] = {
  { { .error = (char *) "InternalError" }, "500", FALSE },
  { { .lose_reply = TRUE }, "timed out", TRUE },
  { { .delay = DD_MINUTE }, "timed out", TRUE },
  { { .delay = 5 * DD_SECOND }, "201", TRUE },
  { { .half_closed = TRUE }, "unavailable", TRUE },
  { { .unreachable = TRUE }, "unavailable", FALSE },
};

START_TEST (a_row_decides_what_the_sender_sees_and_what_was_done)
{
  SimFault row = fates[_i].row;

  row.service = (char *) "kubernetes";
  row.operation = (char *) "create namespaces";
  row.times = 1;
  sim_faults_add (world->stage->faults, &row);
  ck_assert_str_eq (create_namespace ("one"), fates[_i].answer);
  ck_assert_int_eq (namespace_exists ("one"), fates[_i].carried_out);
  ck_assert_str_eq (create_namespace ("two"), "201");
}
END_TEST

START_TEST (only_the_nth_that_it_concerns_is_struck)
{
  const SimFault row = { .service = (char *) "kubernetes",
                         .operation = (char *) "create namespaces",
                         .unreachable = TRUE,
                         .nth = 2 };

  sim_faults_add (world->stage->faults, &row);
  ck_assert_str_eq (create_namespace ("one"), "201");
  ck_assert (namespace_exists ("one")); /* of another operation: not counted */
  ck_assert_str_eq (create_namespace ("two"), "unavailable");
  ck_assert_str_eq (create_namespace ("three"), "201");
}
END_TEST

START_TEST (what_happens_without_a_request_is_known_by_any_of_its_names)
{
  const char *const concerned[] = { "us-west-2a", "m5.large", NULL };
  const SimFault row = { .service = (char *) "instance",
                         .operation = (char *) "launch",
                         .subject = (char *) "m5.large",
                         .error = (char *) "VcpuLimitExceeded",
                         .delay = DD_MINUTE };

  sim_faults_add (world->stage->faults, &row);
  ck_assert_ptr_null (sim_faults_strike (world->stage->faults, "instance", "join", concerned));
  ck_assert_ptr_null (
      sim_faults_strike (world->stage->faults, "instance", "launch", concerned + 2));
  ck_assert_ptr_nonnull (sim_faults_strike (world->stage->faults, "instance", "launch", concerned));
  ck_assert_str_eq (create_namespace ("one"), "201"); /* no answer suffers for it */
}
END_TEST

START_TEST (a_subject_may_be_a_pattern)
{
  const char *const concerned[]
      = { "shop/web-7d4b9-x2x4z", "web", "shop/web", "Deployment/web", NULL };
  const SimFault rows[]
      = { { .service = (char *) "pod", .subject = (char *) "shop/api-*" },
          { .service = (char *) "pod", .subject = (char *) "we?" },
          { .service = (char *) "kubernetes", .subject = (char *) "t?o*", .unreachable = TRUE } };

  ck_assert (!sim_faults_ask_for_names (world->stage->faults));
  sim_faults_add (world->stage->faults, &rows[0]);
  ck_assert (sim_faults_ask_for_names (world->stage->faults));
  ck_assert_ptr_null (sim_faults_strike (world->stage->faults, "pod", "ready", concerned));
  sim_faults_add (world->stage->faults, &rows[1]);
  ck_assert_ptr_nonnull (sim_faults_strike (world->stage->faults, "pod", "ready", concerned));
  ck_assert_uint_eq (sim_faults_used (world->stage->faults, 0), 0);
  ck_assert_uint_eq (sim_faults_used (world->stage->faults, 1), 1);
  sim_faults_add (world->stage->faults, &rows[2]);
  ck_assert (!namespace_exists ("two"));
  ck_assert_str_eq (seen, "unavailable");
  ck_assert (!namespace_exists ("too"));
  ck_assert_str_eq (seen, "unavailable");
  ck_assert (!namespace_exists ("ten"));
  ck_assert_str_eq (seen, "404");
}
END_TEST

static const struct
{
  SimNthKind kind;
  gboolean for_good;
  const char *first, *second, *third;
} nths[] = {
  { SIM_NTH_FAILS_BEFORE, FALSE, "201", "unavailable", "201" },
  { SIM_NTH_FAILS_BEFORE, TRUE, "201", "unavailable", "unavailable" },
  { SIM_NTH_FAILS_AFTER, FALSE, "201", "unavailable", "201" },
  { SIM_NTH_SLOW, TRUE, "201", "timed out", "timed out" },
};

START_TEST (the_nth_request_of_all_goes_wrong_once_or_for_good)
{
  sim_faults_inject_nth (world->stage->faults, 2, nths[_i].kind, nths[_i].for_good);
  ck_assert_str_eq (create_namespace ("one"), nths[_i].first);
  ck_assert_str_eq (create_namespace ("two"), nths[_i].second);
  ck_assert_str_eq (create_namespace ("three"), nths[_i].third);
  ck_assert_int_eq (sim_faults_requests (world->stage->faults), 3);
}
END_TEST

/* ---- a sweep ---- */

typedef struct
{
  guint64 n, requests, struck;
  SimNthKind kind;
} Shot;

static void
aim (SimWorld *target, gpointer data)
{
  const Shot *shot = data;

  sim_faults_inject_nth (target->stage->faults, shot->n, shot->kind, FALSE);
}

static void
count (SimWorld *target, gpointer data)
{
  Shot *shot = data;

  shot->requests = sim_faults_requests (target->stage->faults);
  shot->struck = sim_faults_nth_struck (target->stage->faults);
}

/* Expectations are of the run without the fault; promises are of every run. */
static void
check_promises (const SimOutcome *outcome, const Shot *shot)
{
  for (guint i = 0; i < outcome->verdicts->len; i++)
    {
      const SimVerdict *verdict = g_ptr_array_index (outcome->verdicts, i);

      ck_assert_msg (verdict->held || *verdict->place != '\0',
                     "request %" G_GUINT64_FORMAT ", kind %d: %s: %s", shot->n, shot->kind,
                     verdict->text, verdict->why);
    }
}

/* The first request is the step's own: without it there is no upgrade. */
START_TEST (no_promise_is_broken_by_any_one_request_that_goes_wrong)
{
  const char *srcdir = g_getenv ("srcdir");
  g_autofree char *path
      = g_build_filename (srcdir != NULL ? srcdir : ".", "scenarios", "lost-answers.yaml", NULL);
  g_autoptr (SimScenario) scenario = sim_scenario_load (path, NULL);
  Shot shot = { .n = 2, .kind = (SimNthKind) _i };
  SimRehearsal rehearsal = { .attend = aim, .dismiss = count, .attend_data = &shot };

  ck_assert_ptr_nonnull (scenario);
  do
    {
      g_autoptr (SimOutcome) outcome = sim_scenario_rehearse (scenario, &rehearsal, NULL);

      ck_assert_ptr_nonnull (outcome);
      check_promises (outcome, &shot);
      ck_assert_uint_gt (shot.requests, 20);
      ck_assert_msg (shot.struck == (shot.n <= shot.requests),
                     "request %" G_GUINT64_FORMAT " of %" G_GUINT64_FORMAT
                     " was struck %" G_GUINT64_FORMAT " times",
                     shot.n, shot.requests, shot.struck);
      shot.n++;
    }
  while (shot.n <= shot.requests);
  g_print ("# kind %d: struck %" G_GUINT64_FORMAT " of %" G_GUINT64_FORMAT " requests\n", _i,
           shot.n - 2, shot.requests);
}
END_TEST

int
main (void)
{
  Suite *suite = suite_create ("faults");
  TCase *rows = tcase_create ("rows");
  TCase *sweeps = tcase_create ("sweeps");
  SRunner *runner = srunner_create (suite);
  int failed;

  tcase_add_checked_fixture (rows, setup, teardown);
  tcase_add_loop_test (rows, a_row_decides_what_the_sender_sees_and_what_was_done, 0,
                       G_N_ELEMENTS (fates));
  tcase_add_test (rows, only_the_nth_that_it_concerns_is_struck);
  tcase_add_test (rows, a_subject_may_be_a_pattern);
  tcase_add_test (rows, what_happens_without_a_request_is_known_by_any_of_its_names);
  tcase_add_loop_test (rows, the_nth_request_of_all_goes_wrong_once_or_for_good, 0,
                       G_N_ELEMENTS (nths));
  suite_add_tcase (suite, rows);
  tcase_set_timeout (sweeps, 600);
  tcase_add_loop_test (sweeps, no_promise_is_broken_by_any_one_request_that_goes_wrong, 0,
                       SIM_N_NTH_KINDS);
  suite_add_tcase (suite, sweeps);
  srunner_run_all (runner, CK_NORMAL);
  failed = srunner_ntests_failed (runner);
  srunner_free (runner);
  return failed == 0 ? 0 : 1;
}
