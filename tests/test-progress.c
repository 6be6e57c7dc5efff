/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "commands/progress.h"
#include "commands/scaled-clock.h"
#include "fake-transport.h"
#include "whole-event.h"

static FakeClock *clock_;
static DdProgress *progress;
static GString *printed;
static FILE *record;
static char *recorded;
static size_t recorded_bytes;

static void
take_print (const char *text)
{
  g_string_append (printed, text);
}

static void
make_progress (gboolean live, gboolean colour)
{
  DdProgressOptions options = {
    .clock = fake_clock_interface (clock_), .live = live, .colour = colour, .record = record
  };

  g_clear_pointer (&progress, dd_progress_free);
  progress = dd_progress_new (&options);
}

static void
setup (void)
{
  clock_ = fake_clock_new ();
  printed = g_string_new (NULL);
  record = open_memstream (&recorded, &recorded_bytes);
  g_set_print_handler (take_print);
  make_progress (FALSE, FALSE);
}

static void
teardown (void)
{
  g_set_print_handler (NULL);
  g_clear_pointer (&progress, dd_progress_free);
  g_clear_pointer (&record, fclose);
  free (g_steal_pointer (&recorded));
  g_string_free (g_steal_pointer (&printed), TRUE);
  g_clear_pointer (&clock_, fake_clock_free);
}

static void
happen (const char *what, const char *subject, const char *details)
{
  tell_whole (dd_progress_trace (progress), what, subject,
              details == NULL ? NULL : dd_value_parse (details, strlen (details), NULL, NULL));
}

static void
refuse_web (void)
{
  happen ("drain.started", "n1", "{\"zone\":\"us-west-2a\",\"pod_count\":4}");
  happen ("drain.refused-by-budget", "shop/web-1",
          "{\"node\":\"n1\",\"budget\":\"web\",\"needs\":3,\"has\":3,\"try\":2}");
}

START_TEST (each_event_is_one_plain_line_where_there_is_no_terminal)
{
  refuse_web ();
  happen ("machine.entered", "n1", "{\"machine\":\"node\",\"from\":\"new\",\"to\":\"draining\"}");

  ck_assert_str_eq (printed->str,
                    "00:00:00  draining n1 in us-west-2a: 4 pods\n"
                    "00:00:00  pod shop/web-1 refused by budget web (needs 3 healthy pods, has 3), "
                    "try 2\n");
}
END_TEST

START_TEST (the_live_part_shows_what_a_node_waits_for_and_is_drawn_over)
{
  make_progress (TRUE, FALSE);
  refuse_web ();

  ck_assert_ptr_nonnull (strstr (printed->str, "shop/web-1 refused by budget web"));
  ck_assert_ptr_nonnull (strstr (printed->str, "-- setup: 1 under way, 0 gone --"));
  ck_assert_ptr_nonnull (strstr (printed->str, "\033[2A\033[J"));
}
END_TEST

START_TEST (colours_come_only_when_asked_for)
{
  happen ("phase.entered", "default", "{\"phase\":\"upgrade\"}");
  ck_assert_ptr_null (strchr (printed->str, '\033'));

  make_progress (FALSE, TRUE);
  happen ("phase.entered", "default", "{\"phase\":\"upgrade\"}");
  ck_assert_ptr_nonnull (strstr (printed->str, "\033[1mphase: upgrade\033[0m"));
}
END_TEST

START_TEST (every_event_is_recorded_also_those_that_are_not_told)
{
  happen ("machine.entered", "n1", "{\"machine\":\"node\",\"from\":\"a\",\"to\":\"b\"}");
  happen ("node.settled", "n1", NULL);
  ck_assert_ptr_nonnull (
      strstr (recorded,
              "{\"t\":0,\"n\":1,\"actor\":\"engine\",\"event\":\"machine.entered\","
              "\"subject\":\"n1\",\"details\":{\"machine\":\"node\",\"from\":\"a\",\"to\":\"b\"}}\n"
              "{\"t\":0,\"n\":2,\"actor\":\"engine\",\"event\":\"node.settled\","
              "\"subject\":\"n1\"}\n"));
}
END_TEST

START_TEST (an_interrupted_update_says_what_state_things_are_in)
{
  g_autofree char *summary = NULL;

  happen ("scale-up.requested", "default",
          "{\"desired\":9,\"max\":10,\"from_desired\":3,\"from_max\":4}");
  happen ("node.marked", "n1", "{\"mark\":\"taint\"}");
  happen ("node.marked", "n2", "{\"mark\":\"taint\"}");
  happen ("phase.entered", "default", "{\"phase\":\"upgrade\"}");
  happen ("drain.started", "n1", "{\"zone\":\"a\",\"pod_count\":1}");
  happen ("node.terminated", "n1", "{\"instance\":\"i-1\"}");
  happen ("drain.started", "n2", "{\"zone\":\"a\",\"pod_count\":1}");
  summary = dd_progress_summary (progress);

  ck_assert_str_eq (summary,
                    "stopped in phase upgrade; nodes that have left: 1, under way: 1; the Auto "
                    "Scaling group is at desired size 9, before the update it was 3; "
                    "outdated nodes that stay marked: 1");
}
END_TEST

static void
note_time (gpointer data)
{
  *(DdUsec *) data = dd_clock_now (fake_clock_interface (clock_));
}

START_TEST (a_scaled_clock_waits_shorter_and_shows_more)
{
  DdClock *inner = fake_clock_interface (clock_);
  DdClock *scaled = dd_scaled_clock_new (inner, 60, 0);
  DdUsec start = dd_clock_now (inner);
  DdUsec rang = 0;
  guint64 other;

  ck_assert_int_eq (dd_clock_now (scaled), start);
  dd_clock_after (scaled, 10 * DD_MINUTE, note_time, &rang);
  other = dd_clock_after (scaled, DD_HOUR, note_time, &rang);
  ck_assert (fake_clock_step (clock_));
  ck_assert_int_eq (rang, start + 10 * DD_SECOND);
  ck_assert_int_eq (dd_clock_now (scaled), start + 10 * DD_MINUTE);
  ck_assert (dd_clock_cancel (scaled, other));
  ck_assert (!fake_clock_step (clock_));
  dd_scaled_clock_free (scaled);
}
END_TEST

int
main (void)
{
  Suite *suite = suite_create ("progress");
  TCase *tests = tcase_create ("all");
  SRunner *runner = srunner_create (suite);
  int failed;

  tcase_add_checked_fixture (tests, setup, teardown);
  tcase_add_test (tests, each_event_is_one_plain_line_where_there_is_no_terminal);
  tcase_add_test (tests, the_live_part_shows_what_a_node_waits_for_and_is_drawn_over);
  tcase_add_test (tests, colours_come_only_when_asked_for);
  tcase_add_test (tests, every_event_is_recorded_also_those_that_are_not_told);
  tcase_add_test (tests, an_interrupted_update_says_what_state_things_are_in);
  tcase_add_test (tests, a_scaled_clock_waits_shorter_and_shows_more);
  suite_add_tcase (suite, tests);
  srunner_run_all (runner, CK_ENV);
  failed = srunner_ntests_failed (runner);
  srunner_free (runner);
  return failed == 0 ? 0 : 1;
}
