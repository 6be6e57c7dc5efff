/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include <check.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "net/program.h"
#include "wire.h"

typedef struct
{
  guint count;
  char *output;
  GError *error;
} Outcome;

static void
outcome_clear (Outcome *outcome)
{
  g_free (outcome->output);
  g_clear_error (&outcome->error);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Outcome, outcome_clear)

static void
note (GBytes *output, const GError *error, gpointer data)
{
  Outcome *outcome = data;

  outcome->count++;
  if (output != NULL)
    outcome->output = g_strndup (g_bytes_get_data (output, NULL), g_bytes_get_size (output));
  if (error != NULL)
    outcome->error = g_error_copy (error);
}

static DdProgram *
run_script (const char *script, DdUsec patience, Outcome *outcome)
{
  const char *argv[] = { "sh", "-c", script, NULL };
  DdProgramOptions options = { .argv = argv, .patience = patience, .max_bytes = 1000 };
  DdProgram *program = dd_program_run (&options, note, outcome, NULL);

  ck_assert_ptr_nonnull (program);
  ck_assert_uint_eq (outcome->count, 0);
  return program;
}

static void
wait_for (const Outcome *outcome)
{
  gint64 deadline = g_get_monotonic_time () + WIRE_PATIENCE;

  while (outcome->count == 0)
    {
      wire_turn ();
      ck_assert_msg (g_get_monotonic_time () < deadline, "nothing is heard of it");
    }
}

START_TEST (what_it_prints_comes_back)
{
  g_auto (Outcome) outcome = { 0 };
  g_autoptr (DdProgram) program = run_script ("printf 'a b'; cat", DD_MINUTE, &outcome);

  wait_for (&outcome);
  ck_assert_str_eq (outcome.output, "a b");
  ck_assert_ptr_nonnull (program);
}
END_TEST

static const struct
{
  const char *script;
  DdUsec patience;
  int code;
} failures[] = {
  { "exit 7", DD_MINUTE, DD_ERROR_REFUSED },
  { "kill -TERM $$", DD_MINUTE, DD_ERROR_REFUSED },
  { "yes", DD_MINUTE, DD_ERROR_INVALID },
  { "sleep 100", 200 * DD_MILLISECOND, DD_ERROR_TIMED_OUT },
  /* Its child keeps the pipe open when the shell itself is dead. */
  { "sleep 100 & wait", 200 * DD_MILLISECOND, DD_ERROR_TIMED_OUT },
};

START_TEST (what_goes_wrong_is_told_once)
{
  g_auto (Outcome) outcome = { 0 };
  g_autoptr (DdProgram) program = run_script (failures[_i].script, failures[_i].patience, &outcome);

  wait_for (&outcome);
  for (guint i = 0; i < 20; i++)
    wire_turn ();
  ck_assert_uint_eq (outcome.count, 1);
  ck_assert_int_eq (outcome.error->code, failures[_i].code);
  ck_assert (g_str_has_prefix (outcome.error->message, "sh: "));
  ck_assert_ptr_nonnull (program);
}
END_TEST

/* The script tells the id of a child of its own, which must not outlive it. */
START_TEST (its_children_end_with_it)
{
  g_auto (Outcome) outcome = { 0 };
  g_autofree char *path = g_build_filename (g_get_tmp_dir (), "drydock-child-XXXXXX", NULL);
  int fd = g_mkstemp (path);
  g_autofree char *script = g_strdup_printf ("sleep 100 & echo $! > %s; wait", path);
  DdProgram *program = run_script (script, DD_MINUTE, &outcome);
  gint64 deadline = g_get_monotonic_time () + WIRE_PATIENCE;
  g_autofree char *text = g_strdup ("");
  pid_t child;

  close (fd);
  while (strchr (text, '\n') == NULL)
    {
      wire_turn ();
      g_free (text);
      ck_assert (g_file_get_contents (path, &text, NULL, NULL));
      ck_assert_msg (g_get_monotonic_time () < deadline, "the script does not begin");
    }
  child = (pid_t) atoi (text);
  ck_assert_int_eq (kill (child, 0), 0);
  dd_program_free (program);
  for (;;)
    {
      g_autofree char *stat = g_strdup_printf ("/proc/%d/stat", (int) child);
      g_autofree char *state = NULL;

      /* Nobody may be there to bury it; a zombie is dead enough. */
      if (!g_file_get_contents (stat, &state, NULL, NULL) || strstr (state, ") Z ") != NULL)
        break;
      wire_turn ();
      ck_assert_msg (g_get_monotonic_time () < deadline, "its child lives on");
    }
  ck_assert_uint_eq (outcome.count, 0);
  unlink (path);
}
END_TEST

START_TEST (a_program_that_is_not_there_cannot_be_run)
{
  const char *argv[] = { "/nonexistent/program", NULL };
  DdProgramOptions options = { .argv = argv, .patience = DD_SECOND, .max_bytes = 10 };
  g_autoptr (GError) error = NULL;
  DdProgram *program = dd_program_run (&options, note, NULL, &error);

  ck_assert_ptr_null (program);
  ck_assert_int_eq (error->code, DD_ERROR_INVALID);
}
END_TEST

int
main (void)
{
  Suite *suite = suite_create ("program");
  TCase *tests = tcase_create ("all");
  SRunner *runner = srunner_create (suite);
  int failed;

  tcase_set_timeout (tests, 60);
  tcase_add_test (tests, what_it_prints_comes_back);
  tcase_add_loop_test (tests, what_goes_wrong_is_told_once, 0, G_N_ELEMENTS (failures));
  tcase_add_test (tests, its_children_end_with_it);
  tcase_add_test (tests, a_program_that_is_not_there_cannot_be_run);
  suite_add_tcase (suite, tests);
  srunner_run_all (runner, CK_ENV);
  failed = srunner_ntests_failed (runner);
  srunner_free (runner);
  return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
