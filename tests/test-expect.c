/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include <check.h>
#include <string.h>

#include "sim/kube/verbs/api.h"
#include "sim/kube/kinds/kinds.h"
#include "sim/scenario/expect.h"
#include "sim/scenario/match.h"
#include "sim/scenario/schema.h"
#include "sim/world/world.h"
#include "whole-event.h"

/* ---- partial objects ---- */

static const struct
{
  const char *pattern, *actual;
  gboolean matches;
} partials[] = {
  { "{}", "{\"a\":1}", TRUE },
  { "{\"a\":1}", "{\"a\":1,\"b\":2}", TRUE },
  { "{\"a\":1}", "{\"a\":2}", FALSE },
  { "{\"a\":1}", "{\"a\":1.0}", TRUE },
  { "{\"a\":1}", "{\"a\":\"1\"}", FALSE },
  { "{\"a\":{\"b\":true}}", "{\"a\":{\"b\":true,\"c\":0}}", TRUE },
  { "{\"a\":null}", "{}", TRUE },
  { "{\"a\":null}", "{\"a\":null}", TRUE },
  { "{\"a\":null}", "{\"a\":false}", FALSE },
  { "{\"a\":{}}", "{}", FALSE },
  { "[{\"t\":\"Ready\",\"s\":\"True\"}]", "[{\"t\":\"Disk\"},{\"t\":\"Ready\",\"s\":\"True\"}]",
    TRUE },
  { "[{\"t\":\"Ready\",\"s\":\"True\"}]", "[{\"t\":\"Ready\"},{\"s\":\"True\"}]", FALSE },
  { "[\"b\",\"a\"]", "[\"a\",\"b\",\"c\"]", TRUE },
  { "[]", "[1]", TRUE },
  { "[]", "{}", FALSE },
  { "\"ip-*.internal\"", "\"ip-10-1.internal\"", TRUE },
  { "\"ip-*.internal\"", "\"ip-10-1.internals\"", FALSE },
  { "\"*a*b*\"", "\"xaxxbx\"", TRUE },
  { "\"*a*b\"", "\"xaxxbx\"", FALSE },
  { "\"a?\"", "\"ab\"", FALSE },
  { "{\"n\":{\"at least\":3}}", "{\"n\":3}", TRUE },
  { "{\"n\":{\"at least\":3}}", "{\"n\":2}", FALSE },
  { "{\"n\":{\"at least\":3}}", "{}", FALSE },
  { "{\"n\":{\"at most\":3}}", "{\"n\":4}", FALSE },
  { "{\"n\":{\"is not\":\"x\"}}", "{\"n\":\"y\"}", TRUE },
  { "{\"n\":{\"is not\":\"x\"}}", "{\"n\":\"x\"}", FALSE },
  { "{\"n\":{\"has length\":2}}", "{\"n\":[1,2]}", TRUE },
  { "{\"n\":{\"has length\":2}}", "{\"n\":[1]}", FALSE },
};

static DdValue *
value (const char *text)
{
  DdValue *parsed = dd_value_parse (text, strlen (text), NULL, NULL);

  ck_assert_ptr_nonnull (parsed);
  return parsed;
}

START_TEST (a_partial_object_matches_what_it_says)
{
  g_autoptr (DdValue) pattern = value (partials[_i].pattern);
  g_autoptr (DdValue) actual = value (partials[_i].actual);

  ck_assert_int_eq (sim_match (pattern, actual), partials[_i].matches);
  ck_assert_int_eq (sim_match_distance (pattern, actual, "", NULL) == 0, partials[_i].matches);
}
END_TEST

START_TEST (differences_name_the_path_and_the_nearest_element)
{
  g_autoptr (DdValue) pattern
      = value ("{\"spec\":{\"n\":3},\"list\":[{\"type\":\"Ready\",\"status\":\"True\"}],\"x\":1}");
  g_autoptr (DdValue) actual
      = value ("{\"spec\":{\"n\":2},\"list\":[{\"type\":\"Disk\"},{\"type\":\"Ready\",\"status\":"
               "\"False\"}],\"x\":1}");
  g_autoptr (GPtrArray) out = g_ptr_array_new_with_free_func (g_free);

  ck_assert_int_eq (sim_match_distance (pattern, actual, "", out), 2);
  ck_assert_str_eq (g_ptr_array_index (out, 0), "spec.n: wanted 3, found 2");
  ck_assert_str_eq (g_ptr_array_index (out, 1), "list[].status: wanted \"True\", found \"False\"");
}
END_TEST

/* ---- expectations in an empty world ---- */

static SimWorld *world;
static DdYamlFile *file;
static SimExpectations *expectations;
static GPtrArray *verdicts;

static void
setup (void)
{
  SimWorldOptions options = { .seed = 1,
                              .start = 1000 * DD_SECOND,
                              .kube_minor = 30,
                              .region = "us-west-2",
                              .account = "123456789012",
                              .endpoint = "http://127.0.0.1:1" };

  world = sim_world_new (&options);
  sim_trace_begin (world->stage->trace);
}

static void
teardown (void)
{
  g_clear_pointer (&verdicts, g_ptr_array_unref);
  g_clear_pointer (&expectations, sim_expectations_free);
  g_clear_pointer (&file, dd_yaml_file_free);
  g_clear_pointer (&world, sim_world_free);
}

static void
expect (const char *yaml)
{
  g_autofree char *text = g_strdup_printf ("- %s\n", yaml);
  g_autoptr (GError) error = NULL;

  file = dd_yaml_parse ("e.yaml", text, strlen (text), &error);
  ck_assert_msg (file != NULL, "%s", error != NULL ? error->message : "");
  expectations = sim_expectations_new (g_ptr_array_index (file->documents, 0), NULL, &error);
  ck_assert_msg (expectations != NULL, "%s", error != NULL ? error->message : "");
  sim_expectations_watch (expectations, world, "c");
}

static const SimVerdict *
verdict (void)
{
  verdicts = sim_expectations_conclude (expectations);
  ck_assert_int_eq (verdicts->len, 1);
  return g_ptr_array_index (verdicts, 0);
}

/* Writes the config map NAME with data.v = V, or removes it. */
static void
put (const char *name, const char *v)
{
  sim_store_put (
      world->kube->store, &kube_config_map,
      dd_object ("metadata",
                 dd_object ("name", dd_string (name), "namespace", dd_string ("d"), NULL), "data",
                 dd_object ("v", dd_string (v), NULL), NULL));
}

static void
drop (const char *name)
{
  sim_store_remove (world->kube->store,
                    sim_store_get (world->kube->store, &kube_config_map, "d", name));
}

static void
nothing (gpointer data)
{
  (void) data;
}

/* Lets an event happen DELAY from now, so that the observers look. */
static void
pass (DdUsec delay)
{
  sim_clock_after (world->stage->clock, delay, nothing, NULL);
  sim_world_run_for (world, delay);
}

static void
emit (const char *what, const char *subject, DdValue *details)
{
  tell_whole (sim_trace_interface (world->stage->trace), what, subject, details);
}

#define MATCH_ONE "match: {kind: ConfigMap, data: {v: \"1\"}}"

START_TEST (within_holds_when_it_comes_true_in_time)
{
  const SimVerdict *result;

  expect ("{within: 10s, " MATCH_ONE "}");
  pass (5 * DD_SECOND);
  put ("a", "1");
  pass (DD_SECOND);
  drop ("a");
  pass (DD_SECOND);
  result = verdict ();
  ck_assert (result->held);
  ck_assert_int_eq (result->time, 6 * DD_SECOND);
}
END_TEST

START_TEST (within_fails_when_it_comes_true_too_late_and_names_the_nearest_miss)
{
  const SimVerdict *result;

  expect ("{within: 10s, match: {kind: ConfigMap, metadata: {namespace: d}, data: {v: \"1\"}}}");
  pass (5 * DD_SECOND);
  put ("a", "2");
  pass (10 * DD_SECOND);
  result = verdict ();
  ck_assert (!result->held);
  ck_assert_str_eq (result->place, "e.yaml:1");
  ck_assert (g_str_has_prefix (result->why, "0 of "));
  ck_assert_ptr_nonnull (strstr (result->why, " configmaps match\n"
                                              "  closest: d/a\n"
                                              "    data.v: wanted \"1\", found \"2\"\n"
                                              "  so since the beginning"));
}
END_TEST

START_TEST (within_does_not_hold_after_its_time)
{
  expect ("{within: 10s, " MATCH_ONE "}");
  pass (15 * DD_SECOND);
  put ("a", "1");
  pass (DD_SECOND);
  ck_assert (!verdict ()->held);
}
END_TEST

START_TEST (always_is_broken_by_one_moment)
{
  const SimVerdict *result;

  put ("a", "1");
  expect ("{always: , " MATCH_ONE "}");
  pass (DD_SECOND);
  put ("a", "2");
  pass (DD_SECOND);
  put ("a", "1");
  pass (DD_SECOND);
  result = verdict ();
  ck_assert (!result->held);
  ck_assert_int_eq (result->time, 2 * DD_SECOND);
}
END_TEST

START_TEST (always_holds_when_nothing_breaks_it)
{
  put ("a", "1");
  expect ("{always: , " MATCH_ONE "}");
  pass (DD_SECOND);
  put ("a", "1");
  pass (DD_SECOND);
  ck_assert (verdict ()->held);
}
END_TEST

START_TEST (always_looks_only_into_its_window)
{
  expect ("{always: , from: 5s, until: 8s, " MATCH_ONE "}");
  pass (4 * DD_SECOND);
  put ("a", "1");
  pass (4 * DD_SECOND + 1);
  drop ("a");
  pass (DD_SECOND);
  ck_assert (verdict ()->held);
}
END_TEST

START_TEST (a_window_is_looked_into_when_it_opens)
{
  const SimVerdict *result;

  expect ("{always: , from: 5s, " MATCH_ONE "}");
  pass (20 * DD_SECOND);
  result = verdict ();
  ck_assert (!result->held);
  ck_assert_int_eq (result->time, 5 * DD_SECOND);
}
END_TEST

START_TEST (never_is_broken_when_it_comes_true)
{
  const SimVerdict *result;

  expect ("{never: , " MATCH_ONE "}");
  pass (DD_SECOND);
  put ("a", "1");
  pass (DD_SECOND);
  drop ("a");
  result = verdict ();
  ck_assert (!result->held);
  ck_assert_ptr_nonnull (strstr (result->why, "configmaps match: d/a"));
}
END_TEST

START_TEST (at_looks_at_that_moment)
{
  put ("a", "2");
  expect ("{at: 5s, " MATCH_ONE "}");
  pass (4 * DD_SECOND);
  put ("a", "1");
  pass (2 * DD_SECOND);
  put ("a", "2");
  pass (DD_SECOND);
  ck_assert (verdict ()->held);
}
END_TEST

START_TEST (counts_follow_every_change)
{
  expect ("{at end: , count: 2, " MATCH_ONE "}");
  put ("a", "1");
  put ("b", "1");
  put ("c", "1");
  put ("b", "2");
  put ("b", "1");
  drop ("c");
  ck_assert (verdict ()->held);
}
END_TEST

START_TEST (too_many_are_a_failure_too)
{
  const SimVerdict *result;

  expect ("{at end: , count: {max: 1}, " MATCH_ONE "}");
  put ("a", "1");
  put ("b", "1");
  result = verdict ();
  ck_assert (!result->held);
  ck_assert_ptr_nonnull (strstr (result->why, "configmaps match: d/a, d/b"));
}
END_TEST

START_TEST (events_are_counted_and_the_closest_is_named)
{
  const SimVerdict *result;

  expect ("{event: {event: drain.refused-by-budget, subject: shop/web-*, details: {needs: 3}}, "
          "count: 2}");
  emit ("drain.refused-by-budget", "shop/web-1", dd_object ("needs", dd_int (3), NULL));
  emit ("drain.refused-by-budget", "shop/web-1", dd_object ("needs", dd_int (2), NULL));
  emit ("drain.refused-by-budget", "shop/api-1", dd_object ("needs", dd_int (2), NULL));
  result = verdict ();
  ck_assert (!result->held);
  ck_assert_ptr_nonnull (strstr (result->why, "happened 1 times"));
  ck_assert_ptr_nonnull (strstr (result->why, "closest of 2 others of this name: 0:00:00.0 "
                                              "shop/web-1: details.needs: wanted 3, found 2"));
}
END_TEST

static const struct
{
  const char *expectation, *remark; /* NULL: something was there that could have broken it */
} vacuous[] = {
  { "{match: {kind: ConfigMap, metadata: {name: b}}, count: 0}",
    "there never was a ConfigMap with metadata {\"name\":\"b\"}, so nothing could break this" },
  { "{never: , match: {kind: ConfigMap, metadata: {labels: {v: '9'}}}}",
    "there never was a ConfigMap with metadata" },
  { "{match: {kind: ConfigMap, metadata: {name: a}, data: {v: '9'}}, count: 0}", NULL },
  { "{match: {kind: Pod}, count: 0}", NULL },
  { "{match: {kind: ConfigMap}}", NULL },
  { "{match: {kind: ConfigMap, metadata: {labels: {nmae: {is not: z}}}}}",
    "there never was a ConfigMap with \"nmae\", which is to be another" },
  { "{match: {kind: ConfigMap, metadata: {annotations: {nmae: {is not: null}}}}, count: 0}",
    "there never was a ConfigMap with metadata" },
  { "{match: {kind: ConfigMap, data: {w: {is not: z}}}}", NULL },
  { "{event: {event: pod.bound}, count: 0}", NULL },
  { "{event: {event: drain.started, subject: 'shop/wbe-*'}, count: 0}",
    "nothing was ever told of shop/wbe-*, so nothing could break this" },
  { "{event: {event: drain.started, subject: shop/web-1, details: {pdos: 2}}, count: 0}",
    "no drain.started ever had details such as {\"pdos\":2}, so nothing could break this" },
  { "{event: {event: drain.started, details: {pod_count: 3}}, count: 0}", NULL },
  { "{gap: {from: {event: drain.started, subject: 'shop/wbe-*'}, to: {event: drain.finished}}, "
    "count: 0}",
    "nothing was ever told of shop/wbe-*, so nothing could break this" },
  { "{never: , gap: {from: {event: drain.started}, to: {event: drain.finished, subject: x}}}",
    "nothing was ever told of x, so nothing could break this" },
  { "{never: , gap: {from: {event: drain.started}, to: {event: drain.finished}}}", NULL },
};

START_TEST (what_nothing_could_break_is_told)
{
  const SimVerdict *result;

  expect (vacuous[_i].expectation);
  put ("a", "1");
  emit ("drain.started", "shop/web-1", dd_object ("pod_count", dd_int (2), NULL));
  result = verdict ();
  ck_assert (result->held);
  if (vacuous[_i].remark == NULL)
    ck_assert_ptr_null (result->remark);
  else
    ck_assert_msg (g_str_has_prefix (result->remark, vacuous[_i].remark), "%s", result->remark);
}
END_TEST

/* drain.started at 0 s and 2 s, node.settled at 4 s, node.terminated at 6 s. */
static const struct
{
  const char *expectation;
  gboolean held;
  const char *remark; /* NULL: none */
} windows[] = {
  { "{never: , event: {event: drain.started}}", FALSE, NULL },
  { "{never: , from: 1s, event: {event: drain.started}}", FALSE, NULL },
  { "{never: , from: 3s, event: {event: drain.started}}", TRUE, NULL },
  { "{never: , from: 1s, until: 3s, event: {event: node.settled}}", TRUE, NULL },
  { "{never: , from: 1s, count: {min: 2}, event: {event: drain.started}}", TRUE, NULL },
  { "{always: , from: 1s, event: {event: drain.started}}", TRUE, NULL },
  { "{never: , after: {event: node.settled}, event: {event: drain.started}}", TRUE, NULL },
  { "{never: , after: {event: drain.started}, event: {event: drain.started}}", FALSE, NULL },
  { "{never: , after: {event: node.settled}, event: {event: node.settled}}", TRUE, NULL },
  { "{never: , after: {event: node.settled}, event: {event: node.terminated}}", FALSE, NULL },
  { "{never: , after: {event: node.settled, subject: b}, event: {event: node.terminated}}", TRUE,
    "node.settled of b never happened, so nothing could break this" },
  { "{never: , from: 3s, trace: [drain.started, node.terminated]}", TRUE, NULL },
  { "{never: , from: 3s, trace: [node.settled, node.terminated]}", FALSE, NULL },
  { "{never: , from: 5s, gap: {from: {event: drain.started}, to: {event: node.settled}}}", TRUE,
    NULL },
  { "{never: , from: 3s, gap: {from: {event: drain.started}, to: {event: node.settled}}}", FALSE,
    NULL },
  { "{always: , after: {event: node.settled}, " MATCH_ONE "}", TRUE, NULL },
  { "{always: , after: {event: drain.started}, " MATCH_ONE "}", FALSE, NULL },
  { "{never: , after: {event: drain.started}, " MATCH_ONE "}", FALSE, NULL },
};

START_TEST (a_window_begins_with_a_moment_or_an_event)
{
  const SimVerdict *result;

  expect (windows[_i].expectation);
  emit ("drain.started", "a", NULL);
  pass (2 * DD_SECOND);
  emit ("drain.started", "a", NULL);
  pass (2 * DD_SECOND);
  put ("a", "1");
  emit ("node.settled", "a", NULL);
  pass (2 * DD_SECOND);
  emit ("node.terminated", "a", NULL);
  result = verdict ();
  ck_assert_int_eq (result->held, windows[_i].held);
  ck_assert_pstr_eq (result->remark, windows[_i].remark);
}
END_TEST

START_TEST (order_matters_to_a_trace)
{
  const SimVerdict *result;

  expect ("{trace: [node.cordoned, {event: node.settled, subject: x}, node.terminating]}");
  emit ("node.cordoned", NULL, NULL);
  emit ("node.settled", "y", NULL);
  emit ("node.terminating", NULL, NULL);
  emit ("node.settled", "x", NULL);
  result = verdict ();
  ck_assert (!result->held);
  ck_assert_ptr_nonnull (strstr (result->why, "node.terminating (line 1) did not happen after"));
}
END_TEST

START_TEST (others_may_stand_between)
{
  expect ("{trace: [node.cordoned, node.settled]}");
  emit ("node.cordoned", NULL, NULL);
  emit ("node.terminated", NULL, NULL);
  emit ("node.settled", NULL, NULL);
  ck_assert (verdict ()->held);
}
END_TEST

START_TEST (a_gap_is_measured_per_subject)
{
  expect ("{gap: {from: {event: node.cordoned}, to: {event: node.settled}, at least: 5s, at most: "
          "6s}, count: 2}");
  emit ("node.cordoned", "x", NULL);
  pass (3 * DD_SECOND);
  emit ("node.cordoned", "y", NULL);
  pass (2 * DD_SECOND);
  emit ("node.settled", "x", NULL);
  pass (3 * DD_SECOND);
  emit ("node.settled", "y", NULL);
  ck_assert (verdict ()->held);
}
END_TEST

START_TEST (a_gap_that_is_too_short_is_a_failure)
{
  const SimVerdict *result;

  expect ("{gap: {from: {event: node.cordoned}, to: {event: node.settled}, at least: 5s}}");
  emit ("node.cordoned", "x", NULL);
  pass (3 * DD_SECOND);
  emit ("node.settled", "x", NULL);
  result = verdict ();
  ck_assert (!result->held);
  ck_assert_ptr_nonnull (strstr (result->why, "3s passed before node.settled of x at 0:00:03.0"));
}
END_TEST

START_TEST (a_gap_that_never_was_is_a_failure)
{
  expect ("{gap: {from: {event: node.cordoned}, to: {event: node.settled}}}");
  emit ("node.cordoned", "x", NULL);
  emit ("node.settled", "y", NULL);
  ck_assert (!verdict ()->held);
}
END_TEST

int
main (void)
{
  const TTest *const tests[] = {
    within_holds_when_it_comes_true_in_time,
    within_fails_when_it_comes_true_too_late_and_names_the_nearest_miss,
    within_does_not_hold_after_its_time,
    always_is_broken_by_one_moment,
    always_holds_when_nothing_breaks_it,
    always_looks_only_into_its_window,
    a_window_is_looked_into_when_it_opens,
    never_is_broken_when_it_comes_true,
    at_looks_at_that_moment,
    counts_follow_every_change,
    too_many_are_a_failure_too,
    events_are_counted_and_the_closest_is_named,
    order_matters_to_a_trace,
    others_may_stand_between,
    a_gap_is_measured_per_subject,
    a_gap_that_is_too_short_is_a_failure,
    a_gap_that_never_was_is_a_failure,
  };
  Suite *suite = suite_create ("expect");
  TCase *matching = tcase_create ("match");
  TCase *watching = tcase_create ("watch");
  SRunner *runner = srunner_create (suite);
  int failed;

  tcase_add_loop_test (matching, a_partial_object_matches_what_it_says, 0, G_N_ELEMENTS (partials));
  tcase_add_test (matching, differences_name_the_path_and_the_nearest_element);
  suite_add_tcase (suite, matching);
  tcase_add_checked_fixture (watching, setup, teardown);
  tcase_add_loop_test (watching, what_nothing_could_break_is_told, 0, G_N_ELEMENTS (vacuous));
  tcase_add_loop_test (watching, a_window_begins_with_a_moment_or_an_event, 0,
                       G_N_ELEMENTS (windows));
  for (guint i = 0; i < G_N_ELEMENTS (tests); i++)
    tcase_add_test (watching, tests[i]);
  suite_add_tcase (suite, watching);
  srunner_run_all (runner, CK_NORMAL);
  failed = srunner_ntests_failed (runner);
  srunner_free (runner);
  return failed == 0 ? 0 : 1;
}
