/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include <check.h>
#include <string.h>

#include "engine-fixture.h"

START_TEST (every_node_is_replaced_and_the_sizes_come_back)
{
  engine_fixture_make_group (3, 3);
  engine_fixture_run ();

  ck_assert_msg (fix.succeeded, "%s", fake_trace_text (fix.trace));
  ck_assert_uint_eq (fix.replaced, 3);
  ck_assert_str_eq (fix.release, "1.30.0-20240703");
  ck_assert_uint_eq (fake_group_count (fix.group, OLD_IMAGE), 0);
  ck_assert_uint_eq (fake_group_count (fix.group, NULL), 3);
  ck_assert_int_eq (fix.group->desired, 3);
  ck_assert_int_eq (fix.group->max, 4);
  ck_assert (fix.group->made_version);
}
END_TEST

START_TEST (the_group_grows_by_two_per_zone)
{
  engine_fixture_make_group (3, 3);
  engine_fixture_run ();

  ck_assert_int_eq (fix.group->peak_desired, 9);
  ck_assert_int_eq (fix.group->peak_max, 10);
}
END_TEST

START_TEST (the_group_grows_by_max_unavailable_when_that_is_more)
{
  engine_fixture_make_group (20, 2);
  fix.group->update_config = "{\"maxUnavailable\":10}";
  engine_fixture_run ();

  ck_assert (fix.succeeded);
  ck_assert_int_eq (fix.group->peak_desired, 30);
  ck_assert_uint_eq (fake_trace_count (fix.trace, "wave.started"), 2);
}
END_TEST

START_TEST (a_percentage_is_rounded_up)
{
  engine_fixture_make_group (10, 1);
  fix.group->update_config = "{\"maxUnavailablePercentage\":25}";
  engine_fixture_run ();

  ck_assert (fix.succeeded);
  ck_assert_uint_eq (fake_trace_count (fix.trace, "wave.started"), 4); /* 3 + 3 + 3 + 1 */
}
END_TEST

START_TEST (incremental_growth_is_the_smallest_balanced_one)
{
  engine_fixture_make_group (1, 3);
  fix.options.knobs.scale_up = DD_SCALE_UP_INCREMENTAL;
  engine_fixture_run ();

  ck_assert (fix.succeeded);
  ck_assert_int_eq (fix.group->peak_desired, 6); /* 1 + 5, as users have seen */
}
END_TEST

START_TEST (outdated_nodes_are_tainted_and_new_ones_are_not)
{
  engine_fixture_make_group (3, 3);
  engine_fixture_run ();

  ck_assert_uint_eq (fake_trace_count (fix.trace, "node.marked"), 3);
  for (guint i = 0; i < fix.group->nodes->len; i++)
    {
      const FakeNode *node = fake_group_node (fix.group, i);

      ck_assert_int_eq (node->tainted, g_str_equal (node->image, OLD_IMAGE));
      ck_assert (!node->excluded);
    }
}
END_TEST

START_TEST (the_documented_profile_cordons_and_labels)
{
  engine_fixture_make_group (2, 2);
  dd_knobs_from_profile ("documented", &fix.options.knobs, NULL);
  engine_fixture_run ();

  ck_assert (fix.succeeded);
  for (guint i = 0; i < 2; i++)
    {
      ck_assert (!fake_group_node (fix.group, i)->tainted);
      ck_assert (fake_group_node (fix.group, i)->cordoned);
      ck_assert (fake_group_node (fix.group, i)->excluded);
    }
}
END_TEST

START_TEST (a_node_rests_sixty_seconds_between_its_cordon_and_its_end)
{
  engine_fixture_make_group (1, 1);
  engine_fixture_run ();

  ck_assert_double_ge (fake_trace_time (fix.trace, "node.terminating", 0)
                           - fake_trace_time (fix.trace, "node.cordoned", 0),
                       60.0);
  ck_assert_double_gt (fake_trace_time (fix.trace, "node.cordoned", 0),
                       fake_trace_time (fix.trace, "drain.finished", 0));
}
END_TEST

START_TEST (nodes_that_are_up_to_date_are_neither_marked_nor_replaced)
{
  FakeNode *kept;

  engine_fixture_make_group (3, 3);
  kept = fake_group_node (fix.group, 1);
  g_free (kept->image);
  kept->image = g_strdup (NEW_IMAGE);
  fix.group->version = 2;
  engine_fixture_run ();

  ck_assert (fix.succeeded);
  ck_assert_uint_eq (fix.replaced, 2);
  ck_assert (!kept->tainted);
  ck_assert_uint_eq (fix.group->repoints, 0);
  ck_assert_ptr_null (strstr (fix.group->log->str, "CreateLaunchTemplateVersion"));
}
END_TEST

START_TEST (nothing_is_scaled_when_nothing_is_outdated)
{
  engine_fixture_make_group (2, 2);
  for (guint i = 0; i < 2; i++)
    fake_group_node (fix.group, i)->image[strlen (OLD_IMAGE) - 1] = '2';
  fix.group->version = 2;
  engine_fixture_run ();

  ck_assert (fix.succeeded);
  ck_assert_uint_eq (fix.replaced, 0);
  ck_assert_uint_eq (fix.group->resizes, 0);
}
END_TEST

START_TEST (new_nodes_are_kept_from_the_autoscaler_only_during_the_update)
{
  engine_fixture_make_group (3, 3);
  engine_fixture_run ();

  ck_assert_ptr_nonnull (strstr (fix.group->log->str, "scale-down-disabled\":\"true\""));
  for (guint i = 0; i < fix.group->nodes->len; i++)
    if (fake_group_node (fix.group, i)->leaving == 0)
      ck_assert (!fake_group_node (fix.group, i)->protected_);
}
END_TEST

START_TEST (the_scale_down_goes_one_by_one)
{
  engine_fixture_make_group (3, 3);
  engine_fixture_run ();

  ck_assert_uint_eq (fake_trace_count (fix.trace, "scale-down.step"), 6);
  for (guint i = 1; i < 6; i++)
    ck_assert_double_ge (fake_trace_time (fix.trace, "scale-down.step", i)
                             - fake_trace_time (fix.trace, "scale-down.step", i - 1),
                         60.0);
}
END_TEST

/* ---- nobody drains whom Auto Scaling chooses ---- */

static void
assert_surplus_left_by_name (void)
{
  ck_assert (fix.succeeded);
  ck_assert_uint_eq (fake_trace_count (fix.trace, "scale-down.chosen"), 6);
  ck_assert_uint_eq (fake_trace_count (fix.trace, "node.terminated"), 9);
  ck_assert_uint_eq (fake_trace_count (fix.trace, "drain.finished"), 9);
  ck_assert_uint_eq (fix.group->resizes, 2); /* up, and the maximum back */
  ck_assert_int_eq (fix.group->desired, 3);
  ck_assert_int_eq (fix.group->max, 4);
  ck_assert_uint_eq (fake_group_count (fix.group, NEW_IMAGE), 3);
}

START_TEST (without_a_hook_the_surplus_is_drained_and_leaves_by_name)
{
  engine_fixture_make_group (3, 3);
  fix.group->no_hook = TRUE;
  engine_fixture_run ();

  assert_surplus_left_by_name ();
}
END_TEST

START_TEST (a_group_of_ones_own_is_not_asked_for_hooks)
{
  fix.options.scaling_group = "eks-default";
  fix.options.image = NEW_IMAGE;
  fix.options.max_unavailable = 1;
  engine_fixture_make_group (3, 3);
  engine_fixture_run ();

  assert_surplus_left_by_name ();
  ck_assert_ptr_null (strstr (fix.group->log->str, "DescribeLifecycleHooks"));
}
END_TEST

START_TEST (hooks_that_may_not_be_read_are_not_relied_on)
{
  engine_fixture_make_group (3, 3);
  fix.group->failing = "=DescribeLifecycleHooks&";
  fix.group->failures = 1;
  fix.group->failure_status = 403;
  fix.group->failure_body = "<ErrorResponse><Error><Code>AccessDenied</Code><Message>no"
                            "</Message></Error></ErrorResponse>";
  engine_fixture_run ();

  assert_surplus_left_by_name ();
}
END_TEST

START_TEST (an_emptied_node_whose_termination_was_not_answered_counts_once)
{
  engine_fixture_make_group (3, 3);
  fix.group->no_hook = TRUE;
  fix.group->failing = "ShouldDecrementDesiredCapacity=true";
  fix.group->failures = 1;
  fix.group->failure_status = FAKE_LOST;
  engine_fixture_run ();

  ck_assert_uint_eq (fake_trace_count (fix.trace, "scale-down.stopped"), 0);
  assert_surplus_left_by_name ();
}
END_TEST

START_TEST (the_scale_down_stops_when_somebody_else_scales_up)
{
  engine_fixture_make_group (3, 3);
  fix.group->outside_raise = dd_clock_now (fake_clock_interface (fix.clock)) + 12 * DD_MINUTE;
  engine_fixture_run ();

  ck_assert (fix.succeeded);
  ck_assert_uint_eq (fake_trace_count (fix.trace, "scale-down.stopped"), 1);
  ck_assert_int_gt (fix.group->desired, 3);
}
END_TEST

START_TEST (a_sliding_wave_refills_slot_by_slot)
{
  engine_fixture_make_group (4, 2);
  fix.group->update_config = "{\"maxUnavailable\":2}";
  fix.options.knobs.wave = DD_WAVE_SLIDING;
  engine_fixture_run ();

  ck_assert (fix.succeeded);
  ck_assert_uint_eq (fix.replaced, 4);
  ck_assert_uint_eq (fake_trace_count (fix.trace, "wave.started"), 1);
}
END_TEST

START_TEST (requests_in_flight_are_bounded)
{
  engine_fixture_make_group (60, 3);
  fix.group->update_config = "{\"maxUnavailable\":60}";
  fix.options.knobs.requests_in_flight = 4;
  engine_fixture_run ();

  ck_assert (fix.succeeded);
  ck_assert_uint_le (fake_transport_most_in_flight (fix.transport), 4);
}
END_TEST

START_TEST (the_cost_of_a_node_does_not_grow_with_the_group)
{
  guint small, large;

  engine_fixture_make_group (10, 2);
  fix.group->update_config = "{\"maxUnavailablePercentage\":10}";
  engine_fixture_run ();
  small = fake_transport_sent (fix.transport);
  engine_fixture_teardown ();

  engine_fixture_setup ();
  engine_fixture_make_group (200, 2);
  fix.group->update_config = "{\"maxUnavailablePercentage\":10}";
  engine_fixture_run ();
  large = fake_transport_sent (fix.transport);

  ck_assert_uint_lt (large, small * 20);
}
END_TEST

START_TEST (one_seed_makes_one_order_and_another_seed_another)
{
  g_autofree char *first = NULL;

  engine_fixture_make_group (12, 3);
  engine_fixture_plan ();
  first = g_strdup (fix.plan);
  engine_fixture_plan ();
  ck_assert_str_eq (first, fix.plan);

  dd_random_free (fix.random);
  fix.random = dd_random_new (8);
  engine_fixture_plan ();
  ck_assert_str_ne (first, fix.plan);
}
END_TEST

START_TEST (a_plan_changes_nothing)
{
  engine_fixture_make_group (3, 3);
  engine_fixture_plan ();

  ck_assert_ptr_nonnull (strstr (fix.plan, "\"peak_desired\":9"));
  ck_assert_ptr_nonnull (strstr (fix.plan, "\"parallelism\":1"));
  ck_assert_ptr_nonnull (strstr (fix.plan, "\"zone\":\"us-west-2b\",\"nodes\":[\"ip-10-0-0-2\"]"));
  ck_assert_uint_eq (fix.group->repoints + fix.group->resizes + fix.group->evictions, 0);
  ck_assert_ptr_null (strstr (fix.group->log->str, "PATCH"));
  ck_assert_ptr_null (strstr (fix.group->log->str, "CreateLaunchTemplateVersion"));
}
END_TEST

int
main (void)
{
  Suite *suite = suite_create ("engine-update");
  TCase *tests = tcase_create ("all");
  SRunner *runner = srunner_create (suite);
  int failed;

  tcase_add_checked_fixture (tests, engine_fixture_setup, engine_fixture_teardown);
  tcase_add_test (tests, every_node_is_replaced_and_the_sizes_come_back);
  tcase_add_test (tests, the_group_grows_by_two_per_zone);
  tcase_add_test (tests, the_group_grows_by_max_unavailable_when_that_is_more);
  tcase_add_test (tests, a_percentage_is_rounded_up);
  tcase_add_test (tests, incremental_growth_is_the_smallest_balanced_one);
  tcase_add_test (tests, outdated_nodes_are_tainted_and_new_ones_are_not);
  tcase_add_test (tests, the_documented_profile_cordons_and_labels);
  tcase_add_test (tests, a_node_rests_sixty_seconds_between_its_cordon_and_its_end);
  tcase_add_test (tests, nodes_that_are_up_to_date_are_neither_marked_nor_replaced);
  tcase_add_test (tests, nothing_is_scaled_when_nothing_is_outdated);
  tcase_add_test (tests, new_nodes_are_kept_from_the_autoscaler_only_during_the_update);
  tcase_add_test (tests, the_scale_down_goes_one_by_one);
  tcase_add_test (tests, without_a_hook_the_surplus_is_drained_and_leaves_by_name);
  tcase_add_test (tests, a_group_of_ones_own_is_not_asked_for_hooks);
  tcase_add_test (tests, hooks_that_may_not_be_read_are_not_relied_on);
  tcase_add_test (tests, an_emptied_node_whose_termination_was_not_answered_counts_once);
  tcase_add_test (tests, the_scale_down_stops_when_somebody_else_scales_up);
  tcase_add_test (tests, a_sliding_wave_refills_slot_by_slot);
  tcase_add_test (tests, requests_in_flight_are_bounded);
  tcase_add_test (tests, the_cost_of_a_node_does_not_grow_with_the_group);
  tcase_add_test (tests, one_seed_makes_one_order_and_another_seed_another);
  tcase_add_test (tests, a_plan_changes_nothing);
  suite_add_tcase (suite, tests);
  srunner_run_all (runner, CK_ENV);
  failed = srunner_ntests_failed (runner);
  srunner_free (runner);
  return failed == 0 ? 0 : 1;
}
