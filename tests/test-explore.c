/* SPDX-License-Identifier: Apache-2.0 */
/* tests/test-explore.c: many rehearsals in many processes, and what is made of their records */
#include <check.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/error.h"
#include "sim/explore/pool.h"
#include "sim/explore/record.h"
#include "sim/explore/results.h"
#include "sim/explore/shrink.h"
#include "sim/explore/summary.h"

/* ---- the pool ---- */

typedef struct
{
  GString *seen; /* what was taken, in order */
  guint64 dies_of, stop_at;
} Work;

static DdValue *
square (guint64 index, gpointer data)
{
  const Work *work = data;

  if (index == work->dies_of)
    raise (SIGKILL);
  return dd_int ((gint64) (index * index));
}

static gboolean
take (guint64 index, const DdValue *value, gpointer data)
{
  Work *work = data;
  g_autofree char *text = dd_value_to_text (value);

  g_string_append_printf (work->seen, "%" G_GUINT64_FORMAT "=%s ", index, text);
  return index != work->stop_at;
}

static DdValue *
mourn (guint64 index, const char *how, gpointer data)
{
  return dd_string (strstr (how, "signal 9") != NULL ? "killed" : how);
}

static void
check_pool (guint64 count, guint jobs, guint64 dies_of, guint64 stop_at, const char *expected)
{
  Work work = { g_string_new (NULL), dies_of, stop_at };
  SimPool pool = { .count = count,
                   .jobs = jobs,
                   .patience_seconds = 60,
                   .work = square,
                   .take = take,
                   .mourn = mourn,
                   .data = &work };
  g_autoptr (GError) error = NULL;

  ck_assert (sim_pool_run (&pool, &error));
  ck_assert_ptr_null (error);
  ck_assert_str_eq (work.seen->str, expected);
  g_string_free (work.seen, TRUE);
}

START_TEST (answers_come_in_order_however_many_processes_make_them)
{
  for (guint jobs = 1; jobs <= 7; jobs++)
    check_pool (6, jobs, 99, 99, "0=0 1=1 2=4 3=9 4=16 5=25 ");
  check_pool (0, 3, 99, 99, "");
}
END_TEST

START_TEST (a_death_costs_one_answer_and_no_more)
{
  check_pool (7, 2, 2, 99, "0=0 1=1 2=\"killed\" 3=9 4=16 5=25 6=36 ");
  check_pool (3, 1, 2, 99, "0=0 1=1 2=\"killed\" ");
  check_pool (3, 3, 0, 99, "0=\"killed\" 1=1 2=4 ");
}
END_TEST

START_TEST (whoever_takes_may_stop) { check_pool (1000000000, 3, 99, 3, "0=0 1=1 2=4 3=9 "); }
END_TEST

START_TEST (nothing_is_begun_after_the_deadline)
{
  DdClock *wall = dd_real_clock_new ();
  Work work = { g_string_new (NULL), 99, 99 };
  SimPool pool = { .count = 5,
                   .jobs = 2,
                   .wall = wall,
                   .deadline = dd_clock_now (wall) - 1,
                   .work = square,
                   .take = take,
                   .mourn = mourn,
                   .data = &work };

  ck_assert (sim_pool_run (&pool, NULL));
  ck_assert_str_eq (work.seen->str, "");
  g_string_free (work.seen, TRUE);
  dd_real_clock_free (wall);
}
END_TEST

/* ---- records ---- */

#define HELD(scenario, seed) \
  "{\"scenario\":\"" scenario "\",\"seed\":" seed \
  ",\"faults\":\"none\",\"result\":\"held\",\"digest\":\"d" seed "\",\"failures\":[]}\n"
#define FAILED(scenario, seed, what) \
  "{\"scenario\":\"" scenario "\",\"seed\":" seed \
  ",\"faults\":\"none\",\"result\":\"failed\",\"digest\":\"d" seed \
  "\",\"failures\":[{\"what\":\"" what "\",\"why\":\"because\"}]}\n"

static char *
write_file (const char *text)
{
  char *path = g_build_filename (g_get_tmp_dir (), "drydock-results-XXXXXX", NULL);
  int file = g_mkstemp (path);

  ck_assert_int_ge (file, 0);
  ck_assert_int_eq (write (file, text, strlen (text)), (ssize_t) strlen (text));
  close (file);
  return path;
}

static GPtrArray *
read_text (const char *text, GError **error)
{
  g_autofree char *path = write_file (text);
  GPtrArray *records = g_ptr_array_new_with_free_func ((GDestroyNotify) dd_value_unref);

  if (!sim_results_read (path, records, error))
    g_clear_pointer (&records, g_ptr_array_unref);
  unlink (path);
  return records;
}

static void
check_refused (const char *text, const char *expected)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) records = read_text (text, &error);

  ck_assert_ptr_null (records);
  ck_assert_msg (g_error_matches (error, DD_ERROR, DD_ERROR_INVALID)
                     && strstr (error->message, expected) != NULL,
                 "%s", error->message);
}

START_TEST (a_file_that_is_no_result_file_is_refused_with_its_line)
{
  check_refused (HELD ("a", "1") "{\"scenario\":\"a\"", ":2: the last line was cut off");
  check_refused (HELD ("a", "1") "nonsense\n", ":2: ");
  check_refused ("", ": it is empty");
  check_refused ("[]\n", ":1: not a record of drydock explore: `scenario`");
  check_refused ("{\"scenario\":\"a\",\"seed\":-1}\n", "`seed`");
  check_refused ("{\"scenario\":\"a\",\"seed\":\"x\"}\n", "`seed`");
  check_refused ("{\"scenario\":\"a\",\"seed\":1,\"faults\":\"none\",\"result\":\"ok\"}\n",
                 "`result`");
  check_refused ("{\"scenario\":\"a\",\"seed\":1,\"faults\":\"none\",\"result\":\"held\"}\n",
                 "`digest`");
  check_refused (
      "{\"scenario\":\"a\",\"seed\":1,\"faults\":\"none\",\"result\":\"held\",\"digest\":\"d\","
      "\"failures\":[{\"what\":\"x\"}]}\n",
      "`failures`");
}
END_TEST

START_TEST (a_part_that_had_nothing_to_do_says_so)
{
  g_autoptr (GPtrArray) none = read_text ("{\"rehearsals\":0}\n", NULL);
  g_autoptr (GPtrArray) among = read_text ("{\"rehearsals\":0}\n" HELD ("a", "1"), NULL);

  ck_assert_ptr_nonnull (none);
  ck_assert_uint_eq (none->len, 0);
  ck_assert_ptr_nonnull (among);
  ck_assert_uint_eq (among->len, 1);
  check_refused ("{\"rehearsals\":1}\n", ":1: not a record of drydock explore");
  check_refused ("{\"rehearsals\":0}", ":1: the last line was cut off");
}
END_TEST

START_TEST (parts_join_into_what_one_run_writes)
{
  g_autoptr (GPtrArray) parts = read_text (
      HELD ("b", "2") HELD ("a", "10") HELD ("b", "1") HELD ("a", "2") HELD ("b", "2"), NULL);
  g_autoptr (GString) text = g_string_new (NULL);
  guint repeated;

  ck_assert_ptr_nonnull (parts);
  ck_assert (sim_results_join (parts, &repeated, NULL));
  ck_assert_uint_eq (repeated, 1);
  for (guint i = 0; i < parts->len; i++)
    {
      dd_value_write (g_ptr_array_index (parts, i), text);
      g_string_append_c (text, '\n');
    }
  ck_assert_str_eq (text->str, HELD ("b", "1") HELD ("a", "2") HELD ("b", "2") HELD ("a", "10"));
}
END_TEST

START_TEST (two_traces_of_one_rehearsal_are_a_conflict)
{
  g_autoptr (GPtrArray) records = read_text (HELD ("a", "1") FAILED ("a", "1", "x"), NULL);
  g_autoptr (GError) error = NULL;

  ck_assert (!sim_results_join (records, NULL, &error));
  ck_assert (g_error_matches (error, DD_ERROR, DD_ERROR_CONFLICT));
}
END_TEST

START_TEST (failures_are_grouped_by_what_they_have_in_common)
{
  g_autoptr (GPtrArray) records
      = read_text (FAILED ("a", "9", "budgets") HELD ("a", "1") FAILED ("a", "3", "budgets")
                       FAILED ("b", "4", "sizes"),
                   NULL);
  g_autoptr (SimSummary) summary = sim_summary_new ();
  g_autofree char *text = NULL;
  size_t size;
  FILE *out = open_memstream (&text, &size);

  for (guint i = 0; i < records->len; i++)
    sim_summary_add (summary, g_ptr_array_index (records, i));
  sim_summary_print (summary, NULL, NULL, FALSE, out);
  fclose (out);
  ck_assert_uint_eq (sim_summary_failed (summary), 3);
  ck_assert_uint_eq (sim_summary_ways (summary), 2);
  ck_assert_ptr_nonnull (strstr (text, "2 times  budgets\n"));
  ck_assert_ptr_nonnull (strstr (text, "--seed 3 a\n"));
  ck_assert_ptr_null (strstr (text, "--seed 9"));
  ck_assert_ptr_nonnull (strstr (text, "4 rehearsals: 1 held, 3 failed in 2 ways\n"));
}
END_TEST

/* ---- shrinking ---- */

/* Shows it as long as "culprit" is among the workloads and the group has three nodes or more. */
static gboolean
has_culprit (const DdValue *document, gpointer data)
{
  const DdValue *workloads = dd_value_member (document, "workloads");
  guint *tests = data;

  ++*tests;
  for (gsize i = 0; i < dd_value_length (workloads); i++)
    {
      if (g_strcmp0 (dd_value_path_string (dd_value_element (workloads, i), "name"), "culprit")
          == 0)
        return dd_value_path_int (document, "group.desired", 0) >= 3;
    }
  return FALSE;
}

static char *
shrink_text (const char *text, guint most_tests, guint *out_tests)
{
  static const char *const kept[] = { "about", NULL };
  g_autoptr (DdValue) document = dd_value_parse (text, strlen (text), NULL, NULL);
  guint counted = 0;
  static const char *const ends[] = { "for", NULL };
  SimShrink shrink = { kept, ends, most_tests, has_culprit, &counted };
  g_autoptr (DdValue) smallest = NULL;

  ck_assert_ptr_nonnull (document);
  smallest = sim_shrink (&shrink, document, out_tests);
  ck_assert_uint_eq (counted, *out_tests);
  return dd_value_to_text (smallest);
}

#define LARGE \
  "{\"about\":\"x\",\"seed\":9,\"group\":{\"desired\":40,\"max\":80}," \
  "\"workloads\":[{\"name\":\"a\"},{\"name\":\"b\"},{\"name\":\"culprit\",\"after\":\"15m\"}," \
  "{\"name\":\"c\"},{\"name\":\"d\"}],\"faults\":[1,2,3]}"

START_TEST (what_does_not_matter_goes)
{
  guint tests;
  g_autofree char *text = shrink_text (LARGE, 1000, &tests);

  ck_assert_str_eq (text, "{\"about\":\"x\",\"group\":{\"desired\":3},"
                          "\"workloads\":[{\"name\":\"culprit\"}]}");
  ck_assert_uint_lt (tests, 100);
}
END_TEST

/* Without its end it would be more, not less. */
START_TEST (an_end_is_lowered_and_never_left_out)
{
  guint tests;
  g_autofree char *text
      = shrink_text ("{\"about\":\"x\",\"group\":{\"desired\":3},"
                     "\"workloads\":[{\"name\":\"culprit\",\"from\":\"1m\",\"for\":\"16s\"}]}",
                     1000, &tests);

  ck_assert_str_eq (text, "{\"about\":\"x\",\"group\":{\"desired\":3},"
                          "\"workloads\":[{\"name\":\"culprit\",\"for\":\"1s\"}]}");
}
END_TEST

START_TEST (a_word_of_a_shell_is_quoted_where_it_must_be)
{
  g_autofree char *plain = sim_shell_word ("scenarios/ami-upgrade.yaml");
  g_autofree char *quoted = sim_shell_word ("it's mine.yaml");
  g_autofree char *back = g_shell_unquote (quoted, NULL);

  ck_assert_str_eq (plain, "scenarios/ami-upgrade.yaml");
  ck_assert_str_ne (quoted, back);
  ck_assert_str_eq (back, "it's mine.yaml");
}
END_TEST

START_TEST (shrinking_stops_at_its_budget_with_something_that_shows_it)
{
  guint tests, counted = 0;
  g_autofree char *text = shrink_text (LARGE, 3, &tests);
  g_autoptr (DdValue) document = dd_value_parse (text, strlen (text), NULL, NULL);

  ck_assert_uint_eq (tests, 3);
  ck_assert (has_culprit (document, &counted));
}
END_TEST

static Suite *
explore_suite (void)
{
  Suite *suite = suite_create ("explore");
  TCase *tests = tcase_create ("explore");

  tcase_add_test (tests, answers_come_in_order_however_many_processes_make_them);
  tcase_add_test (tests, a_death_costs_one_answer_and_no_more);
  tcase_add_test (tests, whoever_takes_may_stop);
  tcase_add_test (tests, nothing_is_begun_after_the_deadline);
  tcase_add_test (tests, a_file_that_is_no_result_file_is_refused_with_its_line);
  tcase_add_test (tests, a_part_that_had_nothing_to_do_says_so);
  tcase_add_test (tests, parts_join_into_what_one_run_writes);
  tcase_add_test (tests, two_traces_of_one_rehearsal_are_a_conflict);
  tcase_add_test (tests, failures_are_grouped_by_what_they_have_in_common);
  tcase_add_test (tests, what_does_not_matter_goes);
  tcase_add_test (tests, an_end_is_lowered_and_never_left_out);
  tcase_add_test (tests, a_word_of_a_shell_is_quoted_where_it_must_be);
  tcase_add_test (tests, shrinking_stops_at_its_budget_with_something_that_shows_it);
  tcase_set_timeout (tests, 60);
  suite_add_tcase (suite, tests);
  return suite;
}

int
main (void)
{
  SRunner *runner = srunner_create (explore_suite ());
  int failed;

  srunner_run_all (runner, CK_ENV);
  failed = srunner_ntests_failed (runner);
  srunner_free (runner);
  return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
