/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include <check.h>
#include <string.h>

#include "base/random.h"
#include "base/time.h"
#include "base/transport.h"

START_TEST (equal_seeds_give_equal_streams)
{
  g_autoptr (DdRandom) a = dd_random_new (7);
  g_autoptr (DdRandom) b = dd_random_new (7);
  g_autoptr (DdRandom) c = dd_random_new (8);
  guint same = 0;

  for (guint i = 0; i < 100; i++)
    {
      guint64 word = dd_random_next (a);

      ck_assert_uint_eq (word, dd_random_next (b));
      same += word == dd_random_next (c);
    }
  ck_assert_uint_eq (same, 0);
}
END_TEST

/* The traces of every user depend on these numbers. */
START_TEST (the_streams_are_what_they_always_were)
{
  g_autoptr (DdRandom) random = dd_random_new (1);
  g_autoptr (DdRandom) fork = dd_random_fork (random, "engine");
  g_autofree char *uuid = dd_random_uuid (fork);

  ck_assert_uint_eq (dd_random_below (random, 1000), 158);
  ck_assert_str_eq (uuid, "e36c0154-998a-4273-8875-105fae6a03a5");
}
END_TEST

START_TEST (a_fork_depends_on_the_seed_and_the_name_alone)
{
  g_autoptr (DdRandom) fresh = dd_random_new (7);
  g_autoptr (DdRandom) used = dd_random_new (7);
  g_autoptr (DdRandom) first = NULL;
  g_autoptr (DdRandom) second = NULL;
  g_autoptr (DdRandom) other = NULL;

  dd_random_next (used);
  first = dd_random_fork (fresh, "faults");
  second = dd_random_fork (used, "faults");
  other = dd_random_fork (used, "latency");
  ck_assert_uint_eq (dd_random_next (first), dd_random_next (second));
  ck_assert_uint_ne (dd_random_next (first), dd_random_next (other));
}
END_TEST

START_TEST (draws_stay_within_their_bounds)
{
  g_autoptr (DdRandom) random = dd_random_new (3);
  guint seen[6] = { 0 };

  for (guint i = 0; i < 6000; i++)
    {
      gint64 roll = dd_random_between (random, 1, 6);
      double unit = dd_random_unit (random);

      ck_assert (roll >= 1 && roll <= 6);
      ck_assert (unit >= 0 && unit < 1);
      seen[roll - 1]++;
    }
  for (guint i = 0; i < 6; i++)
    ck_assert_msg (seen[i] > 800 && seen[i] < 1200, "%u came up %u times", i + 1, seen[i]);
}
END_TEST

START_TEST (a_shuffle_keeps_every_item)
{
  g_autoptr (DdRandom) random = dd_random_new (3);
  g_autoptr (GPtrArray) items = g_ptr_array_new ();
  guint sum = 0, moved = 0;

  for (guint i = 0; i < 100; i++)
    g_ptr_array_add (items, GUINT_TO_POINTER (i));
  dd_random_shuffle (random, items);
  for (guint i = 0; i < 100; i++)
    {
      sum += GPOINTER_TO_UINT (items->pdata[i]);
      moved += GPOINTER_TO_UINT (items->pdata[i]) != i;
    }
  ck_assert_uint_eq (sum, 4950);
  ck_assert_uint_gt (moved, 50);
}
END_TEST

START_TEST (instants_are_written_and_read_in_the_forms_of_the_wire)
{
  DdUsec instant = G_GINT64_CONSTANT (1769851800123456), back = 0;
  g_autofree char *seconds = dd_time_to_iso8601 (instant);
  g_autofree char *millis = dd_time_to_iso8601_millis (instant);
  g_autofree char *micros = dd_time_to_iso8601_micros (instant);
  g_autofree char *date = dd_time_to_http_date (instant);

  ck_assert_str_eq (seconds, "2026-01-31T09:30:00Z");
  ck_assert_str_eq (millis, "2026-01-31T09:30:00.123Z");
  ck_assert_str_eq (micros, "2026-01-31T09:30:00.123456Z");
  ck_assert_str_eq (date, "Sat, 31 Jan 2026 09:30:00 GMT");
  ck_assert (dd_time_from_iso8601 (micros, &back));
  ck_assert_int_eq (back, instant);
  ck_assert (dd_time_from_iso8601 ("2026-01-31T10:30:00+01:00", &back));
  ck_assert_int_eq (back, instant - 123456);
  ck_assert (!dd_time_from_iso8601 ("2026-01-31T09:30:00", &back));
  ck_assert (!dd_time_from_iso8601 ("2026-01-31", &back));
  ck_assert (!dd_time_from_iso8601 ("soon", &back));
}
END_TEST

/* The C library's calendar, through GDateTime, is the yardstick. */
START_TEST (every_day_of_a_thousand_years_has_its_date)
{
  for (gint64 day = -36525; day < 328718; day += 97)
    {
      g_autoptr (GDateTime) time = g_date_time_new_from_unix_utc (day * 86400 + 86399);
      g_autofree char *expected = g_date_time_format (time, "%Y-%m-%dT%H:%M:%SZ");
      g_autofree char *text = dd_time_to_iso8601 ((day * 86400 + 86399) * DD_SECOND);
      g_autofree char *date = dd_time_to_http_date ((day * 86400 + 86399) * DD_SECOND);
      static const char *const names[] = { "Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun" };

      ck_assert_str_eq (text, expected);
      ck_assert (g_str_has_prefix (date, names[g_date_time_get_day_of_week (time) - 1]));
    }
}
END_TEST

START_TEST (durations_are_written_and_read_as_scenarios_spell_them)
{
  static const struct
  {
    const char *text;
    DdUsec delay;
    const char *shortest;
  } cases[] = {
    { "90s", 90 * DD_SECOND, "1m30s" },
    { "15m", 15 * DD_MINUTE, "15m" },
    { "1h30m", 90 * DD_MINUTE, "1h30m" },
    { "250ms", 250 * DD_MILLISECOND, "250ms" },
    { "0s", 0, "0s" },
    { "2d", 48 * DD_HOUR, "2d" },
    { "1s500ms", 1500 * DD_MILLISECOND, "1s500ms" },
  };
  static const char *const refused[]
      = { "", "5", "s", "1.5h", "-1s", "1m1h", "1 m", "5x", "99999999999999999999s", "1s1s" };
  DdUsec delay;

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *text = dd_duration_to_text (cases[i].delay);

      ck_assert_msg (dd_duration_from_text (cases[i].text, &delay), "%s", cases[i].text);
      ck_assert_int_eq (delay, cases[i].delay);
      ck_assert_str_eq (text, cases[i].shortest);
    }
  for (guint i = 0; i < G_N_ELEMENTS (refused); i++)
    ck_assert_msg (!dd_duration_from_text (refused[i], &delay), "\"%s\" was accepted", refused[i]);
}
END_TEST

START_TEST (header_names_are_compared_without_case)
{
  g_autoptr (DdHeaders) headers = dd_headers_new ();

  dd_headers_add (headers, "Content-Type", "application/json");
  dd_headers_add (headers, "Retry-After", "10");
  ck_assert_str_eq (dd_headers_get (headers, "retry-after"), "10");
  ck_assert (dd_headers_get (headers, "Date") == NULL);
}
END_TEST

static void
add_text (gpointer data)
{
  GMainLoop **loop = data;

  g_main_loop_quit (*loop);
}

START_TEST (the_real_clock_runs_and_cancels_timers)
{
  DdClock *clock = dd_real_clock_new ();
  GMainLoop *loop = g_main_loop_new (NULL, FALSE);
  guint64 cancelled = dd_clock_after (clock, 0, add_text, NULL);
  guint64 timer = dd_clock_after (clock, DD_MILLISECOND, add_text, &loop);

  ck_assert (dd_clock_cancel (clock, cancelled));
  ck_assert (!dd_clock_cancel (clock, cancelled));
  g_main_loop_run (loop);
  ck_assert (!dd_clock_cancel (clock, timer));
  g_main_loop_unref (loop);
  dd_real_clock_free (clock);
}
END_TEST

int
main (void)
{
  Suite *suite = suite_create ("base");
  TCase *tests = tcase_create ("base");
  SRunner *runner = srunner_create (suite);
  int failed;

  suite_add_tcase (suite, tests);
  tcase_add_test (tests, equal_seeds_give_equal_streams);
  tcase_add_test (tests, the_streams_are_what_they_always_were);
  tcase_add_test (tests, a_fork_depends_on_the_seed_and_the_name_alone);
  tcase_add_test (tests, draws_stay_within_their_bounds);
  tcase_add_test (tests, a_shuffle_keeps_every_item);
  tcase_add_test (tests, instants_are_written_and_read_in_the_forms_of_the_wire);
  tcase_add_test (tests, every_day_of_a_thousand_years_has_its_date);
  tcase_add_test (tests, durations_are_written_and_read_as_scenarios_spell_them);
  tcase_add_test (tests, header_names_are_compared_without_case);
  tcase_add_test (tests, the_real_clock_runs_and_cancels_timers);
  srunner_run_all (runner, CK_NORMAL);
  failed = srunner_ntests_failed (runner);
  srunner_free (runner);
  return failed > 0;
}
