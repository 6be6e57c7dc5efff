/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include <check.h>

#include "base/error.h"
#include "engine/retry.h"

static DdRandom *random_;

static void
setup (void)
{
  random_ = dd_random_new (1);
}

static void
teardown (void)
{
  dd_random_free (random_);
}

static gboolean
decide (DdError code, guint tries, const char *retry_after, DdUsec *out_delay)
{
  g_autoptr (GError) error = g_error_new_literal (DD_ERROR, (int) code, "no");
  g_autoptr (DdReply) reply = dd_reply_new (503, NULL, NULL);

  if (retry_after != NULL)
    dd_headers_add (reply->headers, "retry-after", retry_after);
  return dd_retry_decide (error, reply, tries, 10, random_, out_delay);
}

static const struct
{
  DdError code;
  gboolean again;
} rows[] = {
  { DD_ERROR_INVALID, FALSE },  { DD_ERROR_NOT_FOUND, FALSE }, { DD_ERROR_CONFLICT, FALSE },
  { DD_ERROR_THROTTLED, TRUE }, { DD_ERROR_REFUSED, FALSE },   { DD_ERROR_UNAVAILABLE, TRUE },
  { DD_ERROR_TIMED_OUT, TRUE }, { DD_ERROR_CANCELLED, FALSE },
};

START_TEST (only_what_may_pass_is_tried_again)
{
  DdUsec delay;

  ck_assert_int_eq (decide (rows[_i].code, 1, NULL, &delay), rows[_i].again);
}
END_TEST

START_TEST (the_last_try_is_the_last)
{
  DdUsec delay;

  ck_assert (decide (DD_ERROR_UNAVAILABLE, 9, NULL, &delay));
  ck_assert (!decide (DD_ERROR_UNAVAILABLE, 10, NULL, &delay));
}
END_TEST

START_TEST (an_error_of_another_domain_is_final)
{
  g_autoptr (GError) error = g_error_new_literal (g_quark_from_static_string ("x"), 3, "no");
  g_autoptr (DdReply) reply = dd_reply_new (503, NULL, NULL);
  DdUsec delay;

  ck_assert (!dd_retry_decide (error, reply, 1, 10, random_, &delay));
}
END_TEST

/* The longest of many draws comes close to the bound and never passes it. */
START_TEST (back_off_doubles_and_is_bounded)
{
  for (guint tries = 1; tries < 10; tries++)
    {
      DdUsec bound = MIN (DD_SECOND << (tries - 1), 30 * DD_SECOND);
      DdUsec longest = 0;
      DdUsec shortest = G_MAXINT64;

      for (guint i = 0; i < 500; i++)
        {
          DdUsec delay;

          ck_assert (decide (DD_ERROR_UNAVAILABLE, tries, NULL, &delay));
          longest = MAX (longest, delay);
          shortest = MIN (shortest, delay);
        }
      ck_assert_int_le (longest, bound);
      ck_assert_int_gt (longest, bound / 10 * 9);
      ck_assert_int_lt (shortest, bound / 10);
    }
}
END_TEST

START_TEST (retry_after_is_the_least_wait)
{
  DdUsec delay;

  ck_assert (decide (DD_ERROR_THROTTLED, 1, "90", &delay));
  ck_assert_int_eq (delay, 90 * DD_SECOND);
}
END_TEST

START_TEST (nobody_waits_for_ever_because_of_a_header)
{
  DdUsec delay;

  ck_assert (decide (DD_ERROR_THROTTLED, 1, "2000000000", &delay));
  ck_assert_int_eq (delay, 5 * DD_MINUTE);
}
END_TEST

START_TEST (a_malformed_retry_after_counts_as_none)
{
  DdUsec delay;

  ck_assert (decide (DD_ERROR_UNAVAILABLE, 1, "-5", &delay));
  ck_assert_int_le (delay, DD_SECOND);
  ck_assert (decide (DD_ERROR_UNAVAILABLE, 1, "soon", &delay));
  ck_assert_int_le (delay, DD_SECOND);
}
END_TEST

START_TEST (equal_seeds_wait_equally)
{
  g_autoptr (DdRandom) first G_GNUC_UNUSED = random_;
  DdUsec one, two;

  ck_assert (decide (DD_ERROR_TIMED_OUT, 5, NULL, &one));
  random_ = dd_random_new (1);
  ck_assert (decide (DD_ERROR_TIMED_OUT, 5, NULL, &two));
  ck_assert_int_eq (one, two);
}
END_TEST

int
main (void)
{
  Suite *suite = suite_create ("retry");
  TCase *tests = tcase_create ("all");
  SRunner *runner = srunner_create (suite);
  int failed;

  tcase_add_checked_fixture (tests, setup, teardown);
  tcase_add_loop_test (tests, only_what_may_pass_is_tried_again, 0, G_N_ELEMENTS (rows));
  tcase_add_test (tests, the_last_try_is_the_last);
  tcase_add_test (tests, an_error_of_another_domain_is_final);
  tcase_add_test (tests, back_off_doubles_and_is_bounded);
  tcase_add_test (tests, retry_after_is_the_least_wait);
  tcase_add_test (tests, nobody_waits_for_ever_because_of_a_header);
  tcase_add_test (tests, a_malformed_retry_after_counts_as_none);
  tcase_add_test (tests, equal_seeds_wait_equally);
  suite_add_tcase (suite, tests);
  srunner_run_all (runner, CK_ENV);
  failed = srunner_ntests_failed (runner);
  srunner_free (runner);
  return failed == 0 ? 0 : 1;
}
