/* SPDX-License-Identifier: Apache-2.0 */
/* What many records of rehearsals come to, and what may be asked for. The rehearsals themselves are
 * judged from outside, in tests/forecast.sh. */
#include "config.h"

#include <check.h>
#include <string.h>

#include "base/error.h"
#include "sim/forecast/measure.h"
#include "sim/forecast/tally.h"
#include "sim/forecast/what-if.h"

/* A rehearsal of SECONDS that BLOCKERS (JSON) held up, or that passed. */
static DdValue *
record (gint64 seed, double seconds, const char *blockers)
{
  g_autofree char *text = g_strdup_printf (
      "{\"seed\":%" G_GINT64_FORMAT ",\"result\":\"%s\",\"seconds\":%g,\"longest_seconds\":%g,"
      "\"code\":\"PodEvictionFailure\",\"blockers\":%s}",
      seed, *blockers != '\0' ? "failed" : "passed", seconds, seconds,
      *blockers != '\0' ? blockers : "[]");
  g_autoptr (GError) error = NULL;
  DdValue *value = dd_value_parse (text, strlen (text), NULL, &error);

  ck_assert_msg (value != NULL, "%s", error != NULL ? error->message : "");
  return value;
}

static void
add (SimForecastTally *tally, DdValue *one)
{
  sim_forecast_tally_add (tally, one);
  dd_value_unref (one);
}

static double
number (const DdValue *value, const char *path)
{
  return dd_value_double (dd_value_path (value, path), -1);
}

START_TEST (numbers_are_those_that_were_met)
{
  g_autoptr (SimForecastTally) tally = sim_forecast_tally_new ();
  g_autoptr (DdValue) value = NULL;

  for (gint64 seed = 1; seed <= 20; seed++)
    add (tally, record (seed, (double) (21 - seed) * 10, ""));
  value = sim_forecast_tally_value (tally);
  ck_assert_double_eq (number (value, "time.all.p50"), 100);
  ck_assert_double_eq (number (value, "time.all.p95"), 190);
  ck_assert_double_eq (number (value, "time.all.worst"), 200);
}
END_TEST

START_TEST (a_rank_between_two_is_the_higher_one)
{
  g_autoptr (SimForecastTally) tally = sim_forecast_tally_new ();
  g_autoptr (DdValue) value = NULL;

  for (gint64 seed = 1; seed <= 7; seed++)
    add (tally, record (seed, (double) seed * 10, ""));
  value = sim_forecast_tally_value (tally);
  ck_assert_double_eq (number (value, "time.all.p50"), 40);
  ck_assert_double_eq (number (value, "time.all.p95"), 70);
}
END_TEST

START_TEST (one_rehearsal_is_its_own_spread)
{
  g_autoptr (SimForecastTally) tally = sim_forecast_tally_new ();
  g_autoptr (DdValue) value = NULL;

  add (tally, record (1, 7, ""));
  value = sim_forecast_tally_value (tally);
  ck_assert_double_eq (number (value, "time.all.p50"), 7);
  ck_assert_double_eq (number (value, "time.all.worst"), 7);
  ck_assert_double_eq (number (value, "fails_below_percent"), 100);
}
END_TEST

START_TEST (the_bound_is_told_where_none_failed)
{
  g_autoptr (SimForecastTally) tally = sim_forecast_tally_new ();
  g_autoptr (DdValue) passed = NULL, failed = NULL;

  for (gint64 seed = 1; seed <= 200; seed++)
    add (tally, record (seed, 1, ""));
  passed = sim_forecast_tally_value (tally);
  ck_assert_double_eq (number (passed, "fails_below_percent"), 1.5);
  add (tally, record (201, 1, "[]"));
  failed = sim_forecast_tally_value (tally);
  ck_assert_ptr_null (dd_value_member (failed, "fails_below_percent"));
  ck_assert_int_eq (dd_value_path_int (failed, "failed", -1), 1);
}
END_TEST

START_TEST (clients_give_up_on_what_takes_longer)
{
  g_autoptr (SimForecastTally) tally = sim_forecast_tally_new ();
  g_autoptr (DdValue) value = NULL;

  add (tally, record (1, 2400, ""));
  add (tally, record (2, 2401, ""));
  add (tally, record (3, 3601, ""));
  value = sim_forecast_tally_value (tally);
  ck_assert_double_eq (number (value, "time.clients.0.rehearsals_longer"), 2);
  ck_assert_double_eq (number (value, "time.clients.1.rehearsals_longer"), 1);
}
END_TEST

#define BLOCKER(owner, pod) \
  "{\"owner\":\"" owner "\",\"pod\":\"" pod "\",\"budget\":\"a/b\",\"since_seconds\":5}"

/* Pods have other names under each seed, and several of one owner count once. */
START_TEST (blockers_are_known_by_their_owner_and_the_worst_is_first)
{
  g_autoptr (SimForecastTally) tally = sim_forecast_tally_new ();
  g_autoptr (DdValue) value = NULL;
  const DdValue *blockers;

  add (tally, record (1, 1, "[" BLOCKER ("Deployment a/rare", "a/rare-1") "]"));
  add (tally, record (2, 1,
                      "[" BLOCKER ("Deployment a/often", "a/often-1") "," BLOCKER (
                          "Deployment a/often", "a/often-2") "]"));
  add (tally, record (3, 1, "[" BLOCKER ("Deployment a/often", "a/often-3") "]"));
  value = sim_forecast_tally_value (tally);
  blockers = dd_value_member (value, "blockers");
  ck_assert_uint_eq (dd_value_length (blockers), 2);
  ck_assert_str_eq (dd_value_path_string (blockers, "0.owner"), "Deployment a/often");
  ck_assert_str_eq (dd_value_path_string (blockers, "0.pod"), "a/often-1");
  ck_assert_int_eq (dd_value_path_int (blockers, "0.rehearsals", 0), 2);
  ck_assert_int_eq (dd_value_path_int (blockers, "0.first_seed", 0), 2);
  ck_assert_int_eq (dd_value_path_int (blockers, "1.rehearsals", 0), 1);
}
END_TEST

START_TEST (bare_pods_are_told_apart)
{
  g_autoptr (SimForecastTally) tally = sim_forecast_tally_new ();
  g_autoptr (DdValue) value = NULL;

  add (tally, record (1, 1, "[" BLOCKER ("", "a/one") "," BLOCKER ("", "a/two") "]"));
  value = sim_forecast_tally_value (tally);
  ck_assert_uint_eq (dd_value_length (dd_value_member (value, "blockers")), 2);
}
END_TEST

START_TEST (what_took_its_process_down_has_failed)
{
  g_autoptr (SimForecastTally) tally = sim_forecast_tally_new ();
  g_autoptr (DdValue) value = NULL;

  add (tally, sim_forecast_measure_of_error (1, "no end after 600 s", FALSE));
  value = sim_forecast_tally_value (tally);
  ck_assert_double_eq (sim_forecast_tally_failed_percent (tally), 100);
  ck_assert_str_eq (dd_value_path_string (value, "codes.0.why"), "no end after 600 s");
}
END_TEST

START_TEST (nothing_comes_to_nothing)
{
  g_autoptr (SimForecastTally) tally = sim_forecast_tally_new ();
  g_autoptr (DdValue) value = sim_forecast_tally_value (tally);

  ck_assert_int_eq (dd_value_path_int (value, "rehearsals", -1), 0);
  ck_assert_double_eq (sim_forecast_tally_failed_percent (tally), 0);
}
END_TEST

static const struct
{
  const char *words[4];
  const char *refusal; /* NULL: it is taken */
} wishes[] = {
  { { "maxUnavailable=1,100,1%,100%" }, NULL },
  { { "strategy=MINIMAL", "force" }, NULL },
  { { NULL }, NULL },
  { { "maxUnavailable=0" }, "not '0'" },
  { { "maxUnavailable=101" }, "not '101'" },
  { { "maxUnavailable=-1" }, "not '-1'" },
  { { "maxUnavailable=" }, "takes numbers" },
  { { "maxUnavailable=1,,2" }, "not ''" },
  { { "maxUnavailable=%" }, "not '%'" },
  { { "maxUnavailable" }, "takes maxUnavailable=.." },
  { { "strategy=minimal" }, "not 'minimal'" },
  { { "force=true" }, "not 'force=true'" },
  { { "strategy=MINIMAL", "strategy=DEFAULT" }, "in one list" },
  { { "maxUnavailable=1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23,24,25,26,27,28,"
      "29,30,31,32,33",
      "force" },
    "more than 64" },
};

START_TEST (a_wish_makes_sense_or_is_refused)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (SimWhatIf) what_if = sim_what_if_new ((char **) wishes[_i].words, &error);

  ck_assert_int_eq (what_if != NULL, wishes[_i].refusal == NULL);
  if (what_if != NULL)
    return;
  ck_assert (g_error_matches (error, DD_ERROR, DD_ERROR_INVALID));
  ck_assert_msg (strstr (error->message, wishes[_i].refusal) != NULL, "%s", error->message);
}
END_TEST

int
main (void)
{
  Suite *suite = suite_create ("forecast");
  TCase *tests = tcase_create ("forecast");
  SRunner *runner;
  int failed;

  tcase_add_test (tests, numbers_are_those_that_were_met);
  tcase_add_test (tests, a_rank_between_two_is_the_higher_one);
  tcase_add_test (tests, one_rehearsal_is_its_own_spread);
  tcase_add_test (tests, the_bound_is_told_where_none_failed);
  tcase_add_test (tests, clients_give_up_on_what_takes_longer);
  tcase_add_test (tests, blockers_are_known_by_their_owner_and_the_worst_is_first);
  tcase_add_test (tests, bare_pods_are_told_apart);
  tcase_add_test (tests, what_took_its_process_down_has_failed);
  tcase_add_test (tests, nothing_comes_to_nothing);
  tcase_add_loop_test (tests, a_wish_makes_sense_or_is_refused, 0, G_N_ELEMENTS (wishes));
  suite_add_tcase (suite, tests);
  runner = srunner_create (suite);
  srunner_run_all (runner, CK_ENV);
  failed = srunner_ntests_failed (runner);
  srunner_free (runner);
  return failed == 0 ? 0 : 1;
}
