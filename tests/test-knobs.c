/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include <check.h>
#include <string.h>

#include "engine/knobs.h"

static DdKnobs knobs;

static void
setup (void)
{
  ck_assert (dd_knobs_from_profile ("workshop", &knobs, NULL));
}

START_TEST (the_workshop_only_taints)
{
  ck_assert_int_eq (knobs.mark_outdated, DD_MARK_TAINT);
  ck_assert_int_eq (knobs.lb_label_timing, DD_LB_LABEL_NONE);
  ck_assert_str_eq (knobs.profile, "workshop");
}
END_TEST

START_TEST (the_documented_profile_cordons_and_leaves_load_balancers)
{
  ck_assert (dd_knobs_from_profile ("documented", &knobs, NULL));
  ck_assert_int_eq (knobs.mark_outdated, DD_MARK_CORDON);
  ck_assert_int_eq (knobs.lb_label_timing, DD_LB_LABEL_SCALE_UP);
  ck_assert_str_eq (knobs.profile, "documented");
}
END_TEST

START_TEST (the_observed_profile_waits_before_it_drains)
{
  ck_assert (dd_knobs_from_profile ("observed", &knobs, NULL));
  ck_assert_int_eq (knobs.mark_outdated, DD_MARK_CORDON);
  ck_assert_int_eq (knobs.lb_label_timing, DD_LB_LABEL_AFTER_DRAIN);
  ck_assert_int_eq (knobs.scale_up, DD_SCALE_UP_INCREMENTAL);
  ck_assert_int_eq (knobs.pre_drain_delay, 20 * DD_MINUTE);
}
END_TEST

START_TEST (an_unknown_profile_is_refused_with_the_known_ones)
{
  g_autoptr (GError) error = NULL;

  ck_assert (!dd_knobs_from_profile ("imagined", &knobs, &error));
  ck_assert_str_eq (
      error->message,
      "there is no profile \"imagined\"; known profiles: workshop, documented, observed");
}
END_TEST

START_TEST (each_type_of_knob_can_be_set)
{
  ck_assert (dd_knobs_set (&knobs, "mark_outdated", "both", NULL));
  ck_assert (dd_knobs_set (&knobs, "drain_budget", "1h30m", NULL));
  ck_assert (dd_knobs_set (&knobs, "evict_max_tries", "7", NULL));
  ck_assert (dd_knobs_set (&knobs, "decrement_on_terminate", "true", NULL));
  ck_assert_int_eq (knobs.mark_outdated, DD_MARK_BOTH);
  ck_assert_int_eq (knobs.drain_budget, 90 * DD_MINUTE);
  ck_assert_uint_eq (knobs.evict_max_tries, 7);
  ck_assert (knobs.decrement_on_terminate);
}
END_TEST

static const struct
{
  const char *name, *value, *hint;
} refused[] = {
  { "mark_outdated", "paint", "taint, cordon, both" },
  { "drain_budget", "900", "such as 45s" },
  { "drain_budget", "0s", "from 1s" },
  { "drain_budget", "25h", "24h" },
  { "evict_max_tries", "0", "from 1" },
  { "evict_max_tries", "many", "no number" },
  { "decrement_on_terminate", "yes", "neither true nor false" },
  { "colour", "red", "known knobs: mark_outdated" },
};

START_TEST (what_makes_no_sense_is_refused_and_changes_nothing)
{
  g_autofree char *before = dd_knobs_describe (&knobs);
  g_autofree char *after = NULL;
  g_autoptr (GError) error = NULL;

  ck_assert (!dd_knobs_set (&knobs, refused[_i].name, refused[_i].value, &error));
  ck_assert_msg (strstr (error->message, refused[_i].hint) != NULL, "%s", error->message);
  after = dd_knobs_describe (&knobs);
  ck_assert_str_eq (before, after);
}
END_TEST

START_TEST (the_description_tells_values_and_choices)
{
  g_autofree char *text = dd_knobs_describe (&knobs);

  ck_assert_ptr_nonnull (strstr (text, "taint (taint | cordon | both)"));
  ck_assert_ptr_nonnull (strstr (text, "15m"));
}
END_TEST

int
main (void)
{
  Suite *suite = suite_create ("knobs");
  TCase *tests = tcase_create ("all");
  SRunner *runner = srunner_create (suite);
  int failed;

  tcase_add_checked_fixture (tests, setup, NULL);
  tcase_add_test (tests, the_workshop_only_taints);
  tcase_add_test (tests, the_documented_profile_cordons_and_leaves_load_balancers);
  tcase_add_test (tests, the_observed_profile_waits_before_it_drains);
  tcase_add_test (tests, an_unknown_profile_is_refused_with_the_known_ones);
  tcase_add_test (tests, each_type_of_knob_can_be_set);
  tcase_add_loop_test (tests, what_makes_no_sense_is_refused_and_changes_nothing, 0,
                       G_N_ELEMENTS (refused));
  tcase_add_test (tests, the_description_tells_values_and_choices);
  suite_add_tcase (suite, tests);
  srunner_run_all (runner, CK_ENV);
  failed = srunner_ntests_failed (runner);
  srunner_free (runner);
  return failed == 0 ? 0 : 1;
}
