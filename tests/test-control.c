/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "wire.h"

#include "base/time.h"
#include "sim/aws/eks/eks.h"
#include "sim/lab/control.h"

/* A paused lab: nothing moves but what a test moves. */
static SimLab *subject;

static void
setup (void)
{
  g_autoptr (GError) error = NULL;
  const char *srcdir = g_getenv ("srcdir") != NULL ? g_getenv ("srcdir") : ".";
  g_autofree char *path = g_build_filename (srcdir, "scenarios/worlds/eks-workshop.yaml", NULL);
  SimLabOptions options
      = { .world_place = path, .address = "127.0.0.1:0", .seed = 3, .profile = "workshop" };

  ck_assert (sim_speed_parse ("paused", &options.speed, NULL));
  subject = sim_lab_new (&options, &error);
  ck_assert_msg (subject != NULL, "%s", error != NULL ? error->message : "");
}

static void
teardown (void)
{
  g_clear_pointer (&subject, sim_lab_free);
}

static DdValue *
ask (const char *method, const char *target, const char *body, int *out_status)
{
  g_autofree char *request
      = g_strdup_printf ("%s %s HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
                         "X-Drydock-Control: 1\r\n"
                         "Content-Length: %u\r\n\r\n%s",
                         method, target, (guint) strlen (body), body);
  g_autofree char *answer = wire_ask (sim_server_url (subject->server), request);
  g_autoptr (GError) error = NULL;
  DdValue *value = dd_value_parse (wire_body (answer), strlen (wire_body (answer)), NULL, &error);

  *out_status = wire_status (answer);
  ck_assert_msg (value != NULL, "%s %s: %s", method, target, answer);
  return value;
}

static DdValue *
control (const char *operation, const char *body)
{
  g_autofree char *target = g_strconcat ("/_drydock/", operation, NULL);
  int status;
  DdValue *value = ask ("POST", target, body, &status);
  g_autofree char *text = dd_value_to_text (value);

  ck_assert_msg (status == 200, "%s %s: %d %s", operation, body, status, text);
  return value;
}

static DdUsec
now (void)
{
  return sim_stage_now (subject->world->stage);
}

static void
order_update (void)
{
  g_autoptr (DdValue) update = NULL;
  int status;

  update = ask ("POST", "/clusters/eks-workshop/node-groups/default/update-version", "{}", &status);
  ck_assert_int_eq (status, 200);
}

static const char *
group_status (void)
{
  return aws_nodegroup_status (
      aws_eks_nodegroup (subject->world->cloud, "eks-workshop", "default"));
}

START_TEST (the_status_shows_what_there_is)
{
  int code;
  g_autoptr (DdValue) status = ask ("GET", "/_drydock/status", "", &code);

  ck_assert_int_eq (code, 200);
  ck_assert_str_eq (dd_value_path_string (status, "speed"), "paused");
  ck_assert_str_eq (dd_value_path_string (status, "elapsed"), "0s");
  ck_assert_str_eq (dd_value_path_string (status, "cluster"), "eks-workshop");
  ck_assert_str_eq (dd_value_path_string (status, "nodegroup.status"), "ACTIVE");
  ck_assert_int_eq (dd_value_path_int (status, "nodes.ready", -1), 3);
  ck_assert_int_eq (dd_value_path_int (status, "seed", -1), 3);
}
END_TEST

START_TEST (a_paused_clock_stands_still_until_it_is_moved)
{
  DdUsec before = now ();

  for (guint i = 0; i < 50; i++)
    wire_turn ();
  ck_assert_int_eq (now (), before);
  dd_value_unref (control ("skip", "{\"for\":\"1h30m\"}"));
  ck_assert_int_eq (now (), before + 90 * DD_MINUTE);
}
END_TEST

START_TEST (time_runs_at_its_speed_and_stops_when_paused)
{
  DdUsec before = now ();

  dd_value_unref (control ("speed", "{\"speed\":\"3600x\"}"));
  g_usleep (100000);
  dd_value_unref (control ("pause", ""));
  ck_assert_int_ge (now () - before, 360 * DD_SECOND);
  before = now ();
  g_usleep (20000);
  dd_value_unref (control ("resume", ""));
  ck_assert_int_lt (now () - before, 36 * DD_SECOND);
  ck_assert_str_eq (sim_pacing_speed (subject->pacing)->paused ? "paused" : "runs", "runs");
}
END_TEST

START_TEST (virtual_time_bends_at_the_wall_clock)
{
  g_autofree char *nearly
      = dd_duration_to_text ((g_get_real_time () - now ()) / DD_SECOND * DD_SECOND - 2 * DD_SECOND);
  g_autofree char *body = g_strdup_printf ("{\"for\":\"%s\"}", nearly);

  dd_value_unref (control ("skip", body));
  dd_value_unref (control ("speed", "{\"speed\":\"3600x\"}"));
  g_usleep (50000);
  dd_value_unref (control ("pause", ""));
  ck_assert_int_le (now (), g_get_real_time ());
  ck_assert_int_ge (now (), g_get_real_time () - 2 * DD_SECOND);
}
END_TEST

START_TEST (an_update_is_run_until_its_end)
{
  g_autoptr (DdValue) drain = NULL;
  g_autoptr (DdValue) active = NULL;

  order_update ();
  ck_assert_str_eq (group_status (), "UPDATING");
  drain = control ("until", "{\"condition\":\"event drain.started\"}");
  ck_assert (dd_value_path_bool (drain, "held", FALSE));
  ck_assert_str_eq (group_status (), "UPDATING");
  active = control ("until", "{\"condition\":\"nodegroup-active\"}");
  ck_assert (dd_value_path_bool (active, "held", FALSE));
  ck_assert_str_eq (group_status (), "ACTIVE");
}
END_TEST

START_TEST (a_poll_at_full_speed_is_answered_with_the_end_of_the_update)
{
  g_autoptr (DdValue) described = NULL;
  int status;

  dd_value_unref (control ("speed", "{\"speed\":\"max\"}"));
  order_update ();
  described = ask ("GET", "/clusters/eks-workshop/node-groups/default", "", &status);
  ck_assert_str_eq (dd_value_path_string (described, "nodegroup.status"), "ACTIVE");
}
END_TEST

START_TEST (what_never_happens_is_reported)
{
  g_autoptr (DdValue) answer = control ("until", "{\"condition\":\"node-ready no-such-node\"}");

  ck_assert (!dd_value_path_bool (answer, "held", TRUE));
  ck_assert_ptr_nonnull (dd_value_path_string (answer, "reason"));
}
END_TEST

START_TEST (a_reset_world_is_the_first_one_again)
{
  g_autofree char *first = NULL;
  g_autofree char *second = NULL;
  DdUsec start = now ();

  order_update ();
  dd_value_unref (control ("until", "{\"condition\":\"nodegroup-active\"}"));
  first = sim_trace_digest (subject->world->stage->trace);
  dd_value_unref (control ("reset", ""));
  ck_assert_int_eq (now (), start);
  order_update ();
  dd_value_unref (control ("until", "{\"condition\":\"nodegroup-active\"}"));
  second = sim_trace_digest (subject->world->stage->trace);
  ck_assert_str_eq (first, second);
}
END_TEST

START_TEST (a_reset_ends_watches)
{
  static const char request[] = "GET /api/v1/nodes?watch=true HTTP/1.1\r\nHost: localhost\r\n\r\n";
  g_autoptr (GString) seen = g_string_new (NULL);
  int fd = wire_connect (sim_server_url (subject->server));

  wire_send (fd, request, strlen (request));
  ck_assert (wire_wait_for (fd, seen, "ADDED"));
  dd_value_unref (control ("reset", ""));
  ck_assert (wire_wait_for (fd, seen, "\r\n0\r\n\r\n"));
  close (fd);
}
END_TEST

static const struct
{
  const char *method, *target, *body;
  int status;
} refused[] = {
  { "GET", "/_drydock/", "", 404 },
  { "GET", "/_drydock/nonsense", "", 404 },
  { "GET", "/_drydock/reset", "", 405 },
  { "POST", "/_drydock/status", "", 405 },
  { "POST", "/_drydock/skip", "", 400 },
  { "POST", "/_drydock/skip", "{\"for\":5}", 400 },
  { "POST", "/_drydock/skip", "{\"for\":\"5\"}", 400 },
  { "POST", "/_drydock/skip", "{\"for\":\"-5s\"}", 400 },
  { "POST", "/_drydock/skip", "{\"for\":\"9000h\"}", 400 },
  { "POST", "/_drydock/skip", "{\"for\":\"5s\",\"more\":1}", 400 },
  { "POST", "/_drydock/skip", "[\"5s\"]", 400 },
  { "POST", "/_drydock/skip", "{", 400 },
  { "POST", "/_drydock/pause", "{\"for\":\"5s\"}", 400 },
  { "POST", "/_drydock/until", "{\"condition\":\"\"}", 400 },
  { "POST", "/_drydock/until", "{\"condition\":\"node-ready\"}", 400 },
  { "POST", "/_drydock/until", "{\"condition\":\"idle now\"}", 400 },
  { "POST", "/_drydock/until", "{\"condition\":\"nodegroup-active defualt\"}", 400 },
  { "POST", "/_drydock/until", "{\"condition\":\"nodegroup-updating defualt\"}", 400 },
  { "POST", "/_drydock/until", "{\"condition\":\"event drain.strated\"}", 400 },
  { "POST", "/_drydock/speed", "{\"speed\":\"fast\"}", 400 },
  { "POST", "/_drydock/speed", "{\"speed\":\"0x\"}", 400 },
  { "POST", "/_drydock/speed", "{\"speed\":\"-1x\"}", 400 },
  { "POST", "/_drydock/speed", "{\"speed\":\"infx\"}", 400 },
};

START_TEST (what_makes_no_sense_is_refused_in_words)
{
  int status;
  g_autoptr (DdValue) answer
      = ask (refused[_i].method, refused[_i].target, refused[_i].body, &status);

  ck_assert_msg (status == refused[_i].status, "%s %s %s: %d", refused[_i].method,
                 refused[_i].target, refused[_i].body, status);
  ck_assert_ptr_nonnull (dd_value_path_string (answer, "error"));
}
END_TEST

/* Who asks, and what that one is told. */
static const struct
{
  const char *head;
  int status;
} visitors[] = {
  { "GET /version HTTP/1.1\r\nHost: 127.0.0.1:4566\r\n", 200 },
  { "GET /version HTTP/1.1\r\nHost: [::1]:4566\r\n", 200 },
  { "GET /version HTTP/1.1\r\nHost: LocalHost\r\n", 200 },
  { "GET /version HTTP/1.0\r\n", 200 },
  { "GET /version HTTP/1.1\r\nHost: localhost:4566\r\nOrigin: http://localhost:4566\r\n", 200 },
  { "GET /version HTTP/1.1\r\nHost: evil.example:4566\r\n", 403 },
  { "GET /version HTTP/1.1\r\nHost: localhost.evil.example\r\n", 403 },
  { "GET /version HTTP/1.1\r\nHost: 127.0.0.1.evil.example\r\n", 403 },
  { "GET /version HTTP/1.1\r\nHost: 192.0.2.1\r\n", 403 },
  { "GET /version HTTP/1.1\r\nHost:\r\n", 403 },
  { "GET /version HTTP/1.1\r\nHost: localhost\r\nOrigin: http://evil.example\r\n", 403 },
  { "GET /version HTTP/1.1\r\nHost: localhost\r\nOrigin: http://localhost:3000\r\n", 403 },
  { "GET /version HTTP/1.1\r\nHost: localhost\r\nOrigin: null\r\n", 403 },
  { "POST /_drydock/reset HTTP/1.1\r\nHost: localhost\r\nOrigin: http://evil.example\r\n"
    "X-Drydock-Control: 1\r\n",
    403 },
  { "POST /_drydock/reset HTTP/1.1\r\nHost: localhost\r\n", 403 },
  { "POST /_drydock/pause HTTP/1.1\r\nHost: localhost\r\nX-Drydock-Control: 1\r\n", 200 },
  { "GET /_drydock/status HTTP/1.1\r\nHost: localhost\r\n", 200 },
};

START_TEST (a_web_page_cannot_drive_a_lab)
{
  g_autofree char *request = g_strconcat (visitors[_i].head, "Content-Length: 0\r\n\r\n", NULL);
  g_autofree char *answer = wire_ask (sim_server_url (subject->server), request);

  ck_assert_msg (wire_status (answer) == visitors[_i].status, "%s gave %s", request, answer);
}
END_TEST

START_TEST (a_lab_for_other_machines_answers_to_any_name)
{
  g_autofree char *answer = NULL;

  subject->local_only = FALSE; /* as with --listen 0.0.0.0:4566 */
  answer = wire_ask (sim_server_url (subject->server),
                     "GET /version HTTP/1.1\r\nHost: lab.example\r\n\r\n");
  ck_assert_int_eq (wire_status (answer), 200);
}
END_TEST

static Suite *
make_suite (void)
{
  Suite *suite = suite_create ("control");
  TCase *tcase = tcase_create ("all");

  tcase_set_timeout (tcase, 60);
  tcase_add_checked_fixture (tcase, setup, teardown);
  tcase_add_test (tcase, the_status_shows_what_there_is);
  tcase_add_test (tcase, a_paused_clock_stands_still_until_it_is_moved);
  tcase_add_test (tcase, time_runs_at_its_speed_and_stops_when_paused);
  tcase_add_test (tcase, virtual_time_bends_at_the_wall_clock);
  tcase_add_test (tcase, an_update_is_run_until_its_end);
  tcase_add_test (tcase, a_poll_at_full_speed_is_answered_with_the_end_of_the_update);
  tcase_add_test (tcase, what_never_happens_is_reported);
  tcase_add_test (tcase, a_reset_world_is_the_first_one_again);
  tcase_add_test (tcase, a_reset_ends_watches);
  tcase_add_loop_test (tcase, a_web_page_cannot_drive_a_lab, 0, G_N_ELEMENTS (visitors));
  tcase_add_test (tcase, a_lab_for_other_machines_answers_to_any_name);
  tcase_add_loop_test (tcase, what_makes_no_sense_is_refused_in_words, 0, G_N_ELEMENTS (refused));
  suite_add_tcase (suite, tcase);
  return suite;
}

int
main (void)
{
  SRunner *runner = srunner_create (make_suite ());
  int failed;

  srunner_run_all (runner, CK_ENV);
  failed = srunner_ntests_failed (runner);
  srunner_free (runner);
  return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
