/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include <check.h>

#include "sim/stage/clock.h"
#include "sim/stage/trace.h"

static SimClock *subject;
static GString *seen;

static void
setup (void)
{
  subject = sim_clock_new (0);
  seen = g_string_new (NULL);
}

static void
teardown (void)
{
  g_string_free (g_steal_pointer (&seen), TRUE);
  g_clear_pointer (&subject, sim_clock_free);
}

static void
see (gpointer mark)
{
  g_string_append (seen, mark);
}

START_TEST (same_due_time_runs_in_schedule_order)
{
  sim_clock_schedule (subject, 5 * DD_SECOND, see, "b");
  sim_clock_schedule (subject, 5 * DD_SECOND, see, "c");
  sim_clock_schedule (subject, 1 * DD_SECOND, see, "a");

  while (sim_clock_step (subject))
    ;

  ck_assert_str_eq (seen->str, "abc");
  ck_assert_int_eq (sim_clock_now (subject), 5 * DD_SECOND);
  ck_assert_uint_eq (sim_clock_events (subject), 3);
}
END_TEST

START_TEST (a_cancelled_event_never_runs)
{
  guint64 gone = sim_clock_after (subject, DD_SECOND, see, "x");
  DdUsec due;

  sim_clock_after (subject, 2 * DD_SECOND, see, "y");
  ck_assert (sim_clock_cancel (subject, gone));
  ck_assert (!sim_clock_cancel (subject, gone));
  ck_assert (!sim_clock_cancel (subject, 0));
  ck_assert (sim_clock_next_due (subject, &due));
  ck_assert_int_eq (due, 2 * DD_SECOND);
  while (sim_clock_step (subject))
    ;
  ck_assert_str_eq (seen->str, "y");
}
END_TEST

START_TEST (what_stands_for_ever_keeps_nothing_awake)
{
  guint64 standing = sim_clock_schedule_standing (subject, 3 * DD_SECOND, see, "s");
  guint64 other;

  ck_assert (sim_clock_is_at_rest (subject));
  other = sim_clock_after (subject, DD_SECOND, see, "x");
  ck_assert (!sim_clock_is_at_rest (subject));
  ck_assert (sim_clock_cancel (subject, other));
  ck_assert (sim_clock_is_at_rest (subject));
  sim_clock_after (subject, 2 * DD_SECOND, see, "y");
  ck_assert (sim_clock_step (subject));
  ck_assert (sim_clock_is_at_rest (subject));
  ck_assert (sim_clock_step (subject));
  ck_assert_str_eq (seen->str, "ys");
  ck_assert (!sim_clock_cancel (subject, standing));
  ck_assert (sim_clock_is_at_rest (subject));
}
END_TEST

static DdUsec last_due;

static void
assert_in_order (gpointer data)
{
  DdUsec due = (DdUsec) GPOINTER_TO_SIZE (data);

  ck_assert_int_eq (due, sim_clock_now (subject));
  ck_assert (due >= last_due);
  last_due = due;
}

START_TEST (ten_thousand_events_with_cancellations_run_in_order)
{
  guint64 ids[10000];
  guint32 state = 1;
  guint cancelled = 0;

  last_due = 0;
  for (guint i = 0; i < 10000; i++)
    {
      state = state * 1664525u + 1013904223u;
      ids[i] = sim_clock_schedule (subject, state >> 8, assert_in_order,
                                   GSIZE_TO_POINTER (state >> 8));
    }
  for (guint i = 0; i < 10000; i += 1 + i % 2)
    cancelled += sim_clock_cancel (subject, ids[i]);
  while (sim_clock_step (subject))
    ;
  ck_assert_uint_eq (sim_clock_events (subject), 10000 - cancelled);
}
END_TEST

START_TEST (time_can_pass_without_events)
{
  sim_clock_after (subject, DD_MINUTE, see, "a");
  sim_clock_advance_to (subject, DD_SECOND);
  ck_assert_int_eq (dd_clock_now (sim_clock_interface (subject)), DD_SECOND);
  ck_assert_str_eq (seen->str, "");
}
END_TEST

static void
count_event (const SimEvent *event, gpointer data)
{
  g_string_append_printf (data, "%" G_GUINT64_FORMAT ":%s ", event->sequence, event->what);
}

START_TEST (the_trace_numbers_dates_and_digests_events)
{
  g_autoptr (SimTrace) trace = sim_trace_new (subject);
  g_autofree char *empty = sim_trace_digest (trace);
  g_autofree char *digest = NULL;
  SimEvent event = { .sequence = 1,
                     .time = DD_SECOND,
                     .actor = "engine",
                     .id = DD_EVENT_NODE_SETTLED,
                     .what = "node.settled",
                     .subject = "n\"1" };
  g_autoptr (GString) line = g_string_new (NULL);

  sim_trace_add_reader (trace, count_event, seen);
  dd_trace (sim_trace_interface (trace), "kubelet", DD_EVENT_NODE_READY, "n1", NULL);
  sim_clock_advance_to (subject, DD_MINUTE);
  sim_trace_begin (trace);
  sim_clock_advance_to (subject, DD_MINUTE + DD_SECOND);
  dd_trace (sim_trace_interface (trace), "engine", DD_EVENT_NODE_SETTLED, "n\"1", NULL);
  dd_trace (sim_trace_interface (trace), "engine", DD_EVENT_DRAIN_FINISHED, NULL,
            dd_object ("seconds", dd_int (3), NULL));
  sim_trace_remove_reader (trace, count_event, seen);
  dd_trace (sim_trace_interface (trace), "engine", DD_EVENT_NODE_CORDONED, "n1", NULL);

  ck_assert_str_eq (seen->str, "1:node.settled 2:drain.finished ");
  ck_assert_uint_eq (sim_trace_count (trace), 3);
  digest = sim_trace_digest (trace);
  ck_assert_str_ne (digest, empty);
  sim_event_write (&event, line);
  ck_assert_str_eq (line->str, "{\"t\":1000000,\"n\":1,\"actor\":\"engine\","
                               "\"event\":\"node.settled\",\"subject\":\"n\\\"1\"}\n");
}
END_TEST

int
main (void)
{
  Suite *suite = suite_create ("sim-clock");
  TCase *tests = tcase_create ("sim-clock");
  SRunner *runner = srunner_create (suite);
  int failed;

  suite_add_tcase (suite, tests);
  tcase_add_checked_fixture (tests, setup, teardown);
  tcase_add_test (tests, same_due_time_runs_in_schedule_order);
  tcase_add_test (tests, a_cancelled_event_never_runs);
  tcase_add_test (tests, what_stands_for_ever_keeps_nothing_awake);
  tcase_add_test (tests, ten_thousand_events_with_cancellations_run_in_order);
  tcase_add_test (tests, time_can_pass_without_events);
  tcase_add_test (tests, the_trace_numbers_dates_and_digests_events);
  srunner_run_all (runner, CK_NORMAL);
  failed = srunner_ntests_failed (runner);
  srunner_free (runner);
  return failed > 0;
}
