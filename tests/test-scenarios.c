/* SPDX-License-Identifier: Apache-2.0 */
/* Every scenario that we ship: it holds, it replays exactly, and the transport makes no difference.
 */
#include "config.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "json-schema.h"
#include "sim/scenario/scenario.h"
#include "sim/stage/dictionary.h"
#include "sim/stage/trace.h"

static GPtrArray *scenarios; /* of paths, sorted */

static int
compare_paths (gconstpointer a, gconstpointer b)
{
  return strcmp (*(char *const *) a, *(char *const *) b);
}

static void
find_scenarios (void)
{
  const char *top = g_getenv ("srcdir");
  g_autofree char *directory = g_build_filename (top != NULL ? top : ".", "scenarios", NULL);
  g_autoptr (GError) error = NULL;
  g_autoptr (GDir) dir = g_dir_open (directory, 0, &error);
  const char *name;

  if (dir == NULL)
    g_error ("%s", error->message);
  scenarios = g_ptr_array_new_with_free_func (g_free);
  while ((name = g_dir_read_name (dir)) != NULL)
    {
      if (g_str_has_suffix (name, ".yaml"))
        g_ptr_array_add (scenarios, g_build_filename (directory, name, NULL));
    }
  g_ptr_array_sort (scenarios, compare_paths);
}

static char *
failures_of (const SimOutcome *outcome)
{
  GString *text = g_string_new (NULL);

  for (guint i = 0; i < outcome->verdicts->len; i++)
    {
      const SimVerdict *verdict = g_ptr_array_index (outcome->verdicts, i);

      if (!verdict->held)
        g_string_append_printf (text, "\n%s: %s\n%s", verdict->place, verdict->text, verdict->why);
    }
  return g_string_free (text, FALSE);
}

static SimOutcome *
rehearse (const SimScenario *scenario, gboolean loopback)
{
  SimRehearsal rehearsal = { .loopback = loopback };
  g_autoptr (GError) error = NULL;
  SimOutcome *outcome = sim_scenario_rehearse (scenario, &rehearsal, &error);

  ck_assert_msg (outcome != NULL, "%s", error != NULL ? error->message : "no error set");
  return outcome;
}

static SimScenario *
load (const char *path)
{
  g_autoptr (GError) error = NULL;
  SimScenario *scenario = sim_scenario_load (path, &error);

  ck_assert_msg (scenario != NULL, "%s", error != NULL ? error->message : "no error set");
  return scenario;
}

START_TEST (a_scenario_meets_its_expectations_on_every_transport)
{
  const char *path = g_ptr_array_index (scenarios, _i);
  g_autoptr (SimScenario) scenario = load (path);
  g_autoptr (SimOutcome) direct = rehearse (scenario, FALSE);
  g_autoptr (SimOutcome) loopback = rehearse (scenario, TRUE);
  g_autofree char *failures = failures_of (direct);

  ck_assert_msg (direct->held, "%s, seed %" G_GUINT64_FORMAT ":%s", path, direct->seed, failures);
  ck_assert_msg (strcmp (direct->digest, loopback->digest) == 0,
                 "%s, seed %" G_GUINT64_FORMAT ": direct gave %s, loopback %s", path, direct->seed,
                 direct->digest, loopback->digest);
}
END_TEST

static void
check_line (const SimEvent *event, gpointer data)
{
  g_autoptr (GString) text = g_string_new (NULL);
  g_autoptr (DdValue) line = NULL;
  g_autofree char *wrong = NULL;

  sim_event_write (event, text);
  line = dd_value_parse (text->str, text->len, NULL, NULL);
  ck_assert_ptr_nonnull (line);
  wrong = json_schema_check (data, line);
  ck_assert_msg (wrong == NULL, "%s: %s", text->str, wrong);
}

static void
read_along (SimWorld *world, gpointer data)
{
  sim_trace_add_reader (world->stage->trace, check_line, data);
}

START_TEST (every_line_of_the_trace_is_as_its_schema_says)
{
  g_autoptr (SimScenario) scenario = load (g_ptr_array_index (scenarios, _i));
  g_autoptr (DdValue) schema = sim_dictionary_schema ();
  SimRehearsal rehearsal = { .attend = read_along, .attend_data = schema };
  g_autoptr (SimOutcome) outcome = sim_scenario_rehearse (scenario, &rehearsal, NULL);

  ck_assert_ptr_nonnull (outcome);
}
END_TEST

START_TEST (a_scenario_replays_exactly)
{
  const char *path = g_ptr_array_index (scenarios, _i);
  g_autoptr (SimScenario) scenario = load (path);
  g_autoptr (SimScenario) again = load (path);
  g_autoptr (SimOutcome) first = rehearse (scenario, FALSE);
  g_autoptr (SimOutcome) second = rehearse (scenario, FALSE);
  g_autoptr (SimOutcome) third = rehearse (again, FALSE);

  ck_assert_str_eq (first->digest, second->digest);
  ck_assert_str_eq (first->digest, third->digest);
}
END_TEST

START_TEST (another_seed_is_another_story)
{
  const char *path = g_ptr_array_index (scenarios, 0);
  g_autoptr (SimScenario) scenario = load (path);
  guint64 seed = 1234;
  SimRehearsal rehearsal = { .seed = &seed };
  g_autoptr (SimOutcome) own = rehearse (scenario, FALSE);
  g_autoptr (SimOutcome) other = sim_scenario_rehearse (scenario, &rehearsal, NULL);

  ck_assert_int_eq (other->seed, 1234);
  ck_assert_str_ne (own->digest, other->digest);
}
END_TEST

START_TEST (a_scenario_says_what_it_is_about_without_ambiguity)
{
  const char *path = g_ptr_array_index (scenarios, _i);
  g_autoptr (SimScenario) scenario = load (path);
  const GPtrArray *warnings = sim_scenario_warnings (scenario);

  /* An owner that nobody wrote down may be what it is about. */
  for (guint i = 0; i < warnings->len; i++)
    ck_assert_msg (strstr (warnings->pdata[i], "is taken to be there") != NULL, "%s",
                   (char *) warnings->pdata[i]);
  ck_assert_ptr_nonnull (sim_scenario_about (scenario));
}
END_TEST

int
main (void)
{
  Suite *suite = suite_create ("scenarios");
  TCase *tcase = tcase_create ("shipped");
  SRunner *runner = srunner_create (suite);
  int failed;

  find_scenarios ();
  tcase_set_timeout (tcase, 120);
  tcase_add_loop_test (tcase, a_scenario_meets_its_expectations_on_every_transport, 0,
                       (int) scenarios->len);
  tcase_add_loop_test (tcase, every_line_of_the_trace_is_as_its_schema_says, 0,
                       (int) scenarios->len);
  tcase_add_loop_test (tcase, a_scenario_replays_exactly, 0, (int) scenarios->len);
  tcase_add_loop_test (tcase, a_scenario_says_what_it_is_about_without_ambiguity, 0,
                       (int) scenarios->len);
  tcase_add_test (tcase, another_seed_is_another_story);
  suite_add_tcase (suite, tcase);
  srunner_run_all (runner, CK_NORMAL);
  failed = srunner_ntests_failed (runner);
  srunner_free (runner);
  g_ptr_array_unref (scenarios);
  return failed == 0 ? 0 : 1;
}
