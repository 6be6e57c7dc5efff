/* SPDX-License-Identifier: Apache-2.0 */
/* Watches: what they begin with, what they see, how they end. */
#include "config.h"

#include <string.h>

#include "kube-ask.h"

static guint wakes;

static void
note_wake (gpointer data G_GNUC_UNUSED)
{
  wakes++;
}

static SimResponse *
open_watch (const char *target)
{
  SimResponse *response = ask ("GET", target, NULL);

  ck_assert_uint_eq (response->status, 200);
  ck_assert_ptr_nonnull (response->stream);
  wakes = 0;
  response->stream->wake = note_wake;
  return response;
}

/* Everything the watch has to say now; *OUT_ENDED when it is over. */
static char *
read_all (SimResponse *response, gsize step, gboolean *out_ended)
{
  GString *text = g_string_new (NULL);
  g_autofree char *buffer = g_malloc (step);
  gssize count;

  while ((count = response->stream->klass->read (response->stream, buffer, step)) > 0)
    g_string_append_len (text, buffer, count);
  if (out_ended != NULL)
    *out_ended = count < 0;
  return g_string_free (text, FALSE);
}

/* "ADDED a;MODIFIED a;" of what the watch has to say now. */
static char *
events_of (SimResponse *response, gboolean *out_ended)
{
  g_autofree char *text = read_all (response, 512, out_ended);
  g_auto (GStrv) lines = g_strsplit (text, "\n", -1);
  GString *events = g_string_new (NULL);

  for (guint i = 0; i + 1 < g_strv_length (lines); i++)
    {
      g_autoptr (DdValue) event = json ("%s", lines[i]);
      const DdValue *object = dd_value_member (event, "object");
      const char *name = dd_value_path_string (object, "metadata.name");

      if (name == NULL)
        name = dd_value_path_string (object, "rows.0.object.metadata.name");
      g_string_append_printf (events, "%s %s;", dd_value_path_string (event, "type"),
                              name != NULL ? name : "-");
    }
  return g_string_free (events, FALSE);
}

static void
assert_events (SimResponse *response, const char *wanted)
{
  g_autofree char *events = events_of (response, NULL);

  ck_assert_str_eq (events, wanted);
}

static void
make_map (const char *name, const char *labels)
{
  sim_object_unref (create (kind ("v1", "ConfigMap"), "app",
                            json ("{\"metadata\":{\"name\":\"%s\",\"labels\":%s}}", name, labels)));
}

static void
label (const char *name, const char *labels)
{
  g_autofree char *target = g_strdup_printf ("/api/v1/namespaces/app/configmaps/%s", name);
  g_autofree char *patch = g_strdup_printf ("{\"metadata\":{\"labels\":%s}}", labels);
  g_autoptr (SimResponse) response
      = ask_in ((Manner) { .type = "application/merge-patch+json" }, "PATCH", target, patch);

  ck_assert_uint_eq (response->status, 200);
}

static void
delete_map (const char *name)
{
  g_autofree char *target = g_strdup_printf ("/api/v1/namespaces/app/configmaps/%s", name);

  dd_value_unref (asked (200, "DELETE", target, NULL));
}

START_TEST (without_a_version_a_watch_begins_with_what_exists)
{
  g_autoptr (SimResponse) response = NULL;

  make_map ("b", "{}");
  make_map ("a", "{}");
  response = open_watch ("/api/v1/configmaps?watch=1");
  assert_events (response, "ADDED a;ADDED b;");
  make_map ("c", "{}");
  delete_map ("a");
  assert_events (response, "ADDED c;DELETED a;");
}
END_TEST

START_TEST (from_a_version_a_watch_sees_only_what_came_after)
{
  g_autofree char *target = NULL;
  g_autoptr (SimResponse) response = NULL;

  make_map ("a", "{}");
  target = g_strdup_printf ("/api/v1/configmaps?watch=true&resourceVersion=%" G_GUINT64_FORMAT,
                            sim_store_revision (api->store));
  make_map ("b", "{}");
  response = open_watch (target);
  assert_events (response, "ADDED b;");
}
END_TEST

START_TEST (what_begins_or_stops_to_match_is_added_or_deleted)
{
  g_autoptr (SimResponse) response
      = open_watch ("/api/v1/configmaps?watch=1&labelSelector=zone%3Dx");

  make_map ("a", "{\"zone\":\"y\"}");
  label ("a", "{\"zone\":\"x\"}");
  label ("a", "{\"other\":\"1\"}");
  label ("a", "{\"zone\":null}");
  delete_map ("a");
  assert_events (response, "ADDED a;MODIFIED a;DELETED a;");
}
END_TEST

START_TEST (a_departing_object_is_its_last_matching_state_at_the_new_version)
{
  g_autoptr (SimResponse) response = NULL;
  g_autofree char *text = NULL;
  g_autofree char *revision = NULL;
  g_autoptr (DdValue) event = NULL;

  make_map ("a", "{\"zone\":\"x\"}");
  response = open_watch ("/api/v1/configmaps?watch=1&labelSelector=zone%3Dx");
  assert_events (response, "ADDED a;");
  label ("a", "{\"zone\":null}");
  text = read_all (response, 4096, NULL);
  event = json ("%s", text);
  revision = g_strdup_printf ("%" G_GUINT64_FORMAT, sim_store_revision (api->store));
  ck_assert_str_eq (dd_value_path_string (event, "type"), "DELETED");
  ck_assert_str_eq (dd_value_path_string (event, "object.metadata.labels.zone"), "x");
  ck_assert_str_eq (dd_value_path_string (event, "object.metadata.resourceVersion"), revision);
}
END_TEST

START_TEST (a_watch_of_one_name_or_namespace_sees_no_other)
{
  g_autoptr (SimResponse) item = open_watch ("/api/v1/namespaces/app/configmaps/a?watch=1");
  g_autoptr (SimResponse) field
      = open_watch ("/api/v1/configmaps?watch=1&fieldSelector=metadata.name%3Da");
  g_autoptr (SimResponse) elsewhere = open_watch ("/api/v1/namespaces/default/configmaps?watch=1");

  make_map ("a", "{}");
  make_map ("b", "{}");
  assert_events (item, "ADDED a;");
  assert_events (field, "ADDED a;");
  assert_events (elsewhere, "");
}
END_TEST

START_TEST (a_sleeping_watch_is_woken_once_by_its_own_kind)
{
  g_autoptr (SimResponse) response = open_watch ("/api/v1/configmaps?watch=1");

  assert_events (response, "");
  sim_object_unref (
      create (kind ("v1", "ServiceAccount"), "app", json ("{\"metadata\":{\"name\":\"robot\"}}")));
  ck_assert_uint_eq (wakes, 0);
  make_map ("a", "{}");
  make_map ("b", "{}");
  ck_assert_uint_eq (wakes, 1);
  assert_events (response, "ADDED a;ADDED b;");
}
END_TEST

START_TEST (a_line_survives_being_read_in_small_pieces)
{
  g_autoptr (SimResponse) response = NULL;
  g_autoptr (DdValue) event = NULL;
  g_autofree char *text = NULL;

  make_map ("a", "{}");
  response = open_watch ("/api/v1/configmaps?watch=1");
  text = read_all (response, 3, NULL);
  event = json ("%s", text);
  ck_assert_str_eq (dd_value_path_string (event, "object.kind"), "ConfigMap");
  ck_assert (g_str_has_suffix (text, "}\n"));
}
END_TEST

START_TEST (timeout_seconds_ends_it_on_the_virtual_clock_after_a_bookmark)
{
  g_autoptr (SimResponse) response
      = open_watch ("/api/v1/configmaps?watch=1&timeoutSeconds=8&allowWatchBookmarks=true");
  gboolean ended;
  g_autofree char *before = events_of (response, &ended);
  g_autofree char *after = NULL;

  ck_assert_str_eq (before, "");
  ck_assert (!ended);
  ck_assert (sim_clock_step (stage->clock));
  ck_assert_int_eq (sim_clock_now (stage->clock) % DD_MINUTE, 12 * DD_SECOND);
  ck_assert_uint_eq (wakes, 1);
  after = events_of (response, &ended);
  ck_assert_str_eq (after, "BOOKMARK -;");
  ck_assert (ended);
}
END_TEST

START_TEST (an_idle_watch_leaves_the_clock_alone)
{
  g_autoptr (SimResponse) response
      = open_watch ("/api/v1/configmaps?watch=1&allowWatchBookmarks=true");
  DdUsec due;

  assert_events (response, "");
  ck_assert (!sim_clock_next_due (stage->clock, &due));
}
END_TEST

START_TEST (a_bookmark_follows_when_others_wrote_for_a_minute)
{
  g_autoptr (SimResponse) response
      = open_watch ("/api/v1/configmaps?watch=1&allowWatchBookmarks=true");

  assert_events (response, "");
  pass (59 * DD_SECOND);
  sim_object_unref (
      create (kind ("v1", "ServiceAccount"), "app", json ("{\"metadata\":{\"name\":\"one\"}}")));
  assert_events (response, "");
  pass (DD_SECOND);
  sim_object_unref (
      create (kind ("v1", "ServiceAccount"), "app", json ("{\"metadata\":{\"name\":\"two\"}}")));
  ck_assert_uint_eq (wakes, 1);
  assert_events (response, "BOOKMARK -;");
  assert_events (response, "");
}
END_TEST

START_TEST (initial_events_end_with_a_bookmark_that_says_so)
{
  g_autoptr (SimResponse) response = NULL;
  g_autofree char *text = NULL;

  make_map ("a", "{}");
  response = open_watch ("/api/v1/configmaps?watch=1&sendInitialEvents=true"
                         "&resourceVersionMatch=NotOlderThan&allowWatchBookmarks=true");
  text = read_all (response, 4096, NULL);
  ck_assert_ptr_nonnull (strstr (text, "{\"type\":\"ADDED\""));
  ck_assert_ptr_nonnull (strstr (text, "\"k8s.io/initial-events-end\":\"true\""));
}
END_TEST

START_TEST (servers_before_streaming_lists_refuse_them)
{
  const char *target = "/api/v1/configmaps?watch=1&sendInitialEvents=true"
                       "&resourceVersionMatch=NotOlderThan";
  g_autoptr (DdValue) status = NULL;

  api->minor = 31;
  status = asked (422, "GET", target, NULL);
  ck_assert_str_eq (dd_value_path_string (status, "details.causes.0.field"), "sendInitialEvents");
}
END_TEST

START_TEST (a_table_watch_names_its_columns_once)
{
  g_autoptr (SimResponse) response = NULL;
  g_autofree char *text = NULL;
  g_auto (GStrv) lines = NULL;
  g_autoptr (DdValue) first = NULL;
  g_autoptr (DdValue) second = NULL;

  make_map ("a", "{}");
  make_map ("b", "{}");
  response = ask_in ((Manner) { .accept = AS_TABLE }, "GET", "/api/v1/configmaps?watch=1", NULL);
  text = read_all (response, 4096, NULL);
  lines = g_strsplit (text, "\n", -1);
  ck_assert_uint_eq (g_strv_length (lines), 3);
  first = json ("%s", lines[0]);
  second = json ("%s", lines[1]);
  ck_assert_uint_eq (dd_value_length (dd_value_path (first, "object.columnDefinitions")), 3);
  ck_assert_int_eq (dd_value_type (dd_value_path (second, "object.columnDefinitions")), DD_NULL);
  ck_assert_str_eq (dd_value_path_string (second, "object.rows.0.cells.0"), "b");
}
END_TEST

/* The store forgets old changes; how many it keeps is its own affair. */
static void
write_until_forgotten (guint64 revision)
{
  guint64 cursor, oldest;
  guint count = 0;

  while (sim_store_log_seek (api->store, kind ("v1", "ConfigMap"), revision, &cursor, &oldest))
    {
      g_autofree char *labels = g_strdup_printf ("{\"n\":\"%u\"}", count);

      ck_assert_uint_lt (count++, 100000);
      label ("a", labels);
    }
}

START_TEST (a_version_that_is_too_old_is_one_error_event_and_the_end)
{
  guint64 revision;
  g_autofree char *target = NULL;
  g_autoptr (SimResponse) response = NULL;
  g_autoptr (GPtrArray) exchanges = golden_read ("watch-410-error-event.txt");
  g_autoptr (DdValue) wanted = golden_body (exchanges->pdata[1], NULL, NULL);
  g_autoptr (DdValue) got = NULL;
  g_autofree char *text = NULL;
  gboolean ended;

  make_map ("a", "{}");
  revision = sim_store_revision (api->store);
  write_until_forgotten (revision);
  target
      = g_strdup_printf ("/api/v1/configmaps?watch=1&resourceVersion=%" G_GUINT64_FORMAT, revision);
  response = open_watch (target);
  text = read_all (response, 4096, &ended);
  ck_assert (ended);
  got = json ("%s", text);
  ck_assert (g_str_has_prefix (dd_value_path_string (got, "object.message"),
                               "too old resource version: "));
  dd_value_set (&got, "object.message", NULL);
  dd_value_set (&wanted, "object.message", NULL);
  assert_same (got, wanted, "the event, its numbers aside");
}
END_TEST

/* Imitates: apiextensions-apiserver, which tears the storage of a definition down with it. */
START_TEST (a_watch_of_what_is_served_no_more_ends)
{
  static const char definition[]
      = "{\"metadata\":{\"name\":\"rings.example.com\"},\"spec\":{\"group\":\"example.com\","
        "\"scope\":\"Namespaced\",\"names\":{\"plural\":\"rings\",\"kind\":\"Ring\"},"
        "\"versions\":[{\"name\":\"v1\",\"served\":true,\"storage\":true,\"schema\":{"
        "\"openAPIV3Schema\":{\"type\":\"object\"}}}]}}";
  static const char definitions[] = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions";
  g_autoptr (DdValue) made = asked (201, "POST", definitions, definition);
  g_autoptr (SimResponse) watch = open_watch ("/apis/example.com/v1/rings?watch=1");
  g_autoptr (DdValue) ring = asked (
      201, "POST", "/apis/example.com/v1/namespaces/app/rings",
      "{\"apiVersion\":\"example.com/v1\",\"kind\":\"Ring\",\"metadata\":{\"name\":\"r\"}}");
  g_autofree char *path = g_strconcat (definitions, "/rings.example.com", NULL);
  g_autoptr (DdValue) deleted = NULL;
  g_autofree char *events = NULL;
  gboolean ended;

  ck_assert_ptr_nonnull (made);
  ck_assert_ptr_nonnull (ring);
  assert_events (watch, "ADDED r;");
  wakes = 0;
  deleted = asked (200, "DELETE", path, NULL);
  ck_assert_uint_gt (wakes, 0);
  events = events_of (watch, &ended);
  ck_assert_str_eq (events, "DELETED r;");
  ck_assert (ended);
}
END_TEST

START_TEST (a_watcher_that_reads_too_slowly_is_cut_off)
{
  g_autoptr (SimResponse) response = NULL;
  g_autofree char *events = NULL;
  gboolean ended;

  make_map ("a", "{}");
  response = open_watch ("/api/v1/configmaps?watch=1");
  write_until_forgotten (sim_store_revision (api->store));
  events = events_of (response, &ended);
  ck_assert_str_eq (events, "ADDED a;ERROR -;");
  ck_assert (ended);
}
END_TEST

START_TEST (a_watch_that_is_closed_early_leaves_nothing_behind)
{
  SimResponse *response = open_watch ("/api/v1/configmaps?watch=1&timeoutSeconds=9");
  DdUsec due;

  make_map ("a", "{}");
  sim_response_free (response);
  ck_assert (!sim_clock_next_due (stage->clock, &due));
  make_map ("b", "{}"); /* would reach the freed watch if it were still subscribed */
}
END_TEST

int
main (void)
{
  Suite *suite = suite_create ("watch");
  TCase *tcase = tcase_create ("watch");
  SRunner *runner = srunner_create (suite);
  int failed;

  tcase_add_checked_fixture (tcase, start_world, stop_world);
  tcase_set_timeout (tcase, 60);
  tcase_add_test (tcase, without_a_version_a_watch_begins_with_what_exists);
  tcase_add_test (tcase, from_a_version_a_watch_sees_only_what_came_after);
  tcase_add_test (tcase, what_begins_or_stops_to_match_is_added_or_deleted);
  tcase_add_test (tcase, a_departing_object_is_its_last_matching_state_at_the_new_version);
  tcase_add_test (tcase, a_watch_of_one_name_or_namespace_sees_no_other);
  tcase_add_test (tcase, a_sleeping_watch_is_woken_once_by_its_own_kind);
  tcase_add_test (tcase, a_line_survives_being_read_in_small_pieces);
  tcase_add_test (tcase, timeout_seconds_ends_it_on_the_virtual_clock_after_a_bookmark);
  tcase_add_test (tcase, an_idle_watch_leaves_the_clock_alone);
  tcase_add_test (tcase, a_bookmark_follows_when_others_wrote_for_a_minute);
  tcase_add_test (tcase, initial_events_end_with_a_bookmark_that_says_so);
  tcase_add_test (tcase, servers_before_streaming_lists_refuse_them);
  tcase_add_test (tcase, a_table_watch_names_its_columns_once);
  tcase_add_test (tcase, a_version_that_is_too_old_is_one_error_event_and_the_end);
  tcase_add_test (tcase, a_watch_of_what_is_served_no_more_ends);
  tcase_add_test (tcase, a_watcher_that_reads_too_slowly_is_cut_off);
  tcase_add_test (tcase, a_watch_that_is_closed_early_leaves_nothing_behind);
  suite_add_tcase (suite, tcase);
  srunner_run_all (runner, CK_ENV);
  failed = srunner_ntests_failed (runner);
  srunner_free (runner);
  return failed == 0 ? 0 : 1;
}
