/* SPDX-License-Identifier: Apache-2.0 */
/* sim/commands/shrink.c: `drydock shrink`: the smallest scenario that still fails the same way
 *
 * A seed that fails is an upgrade of many nodes, pods and faults of which few matter. The scenario
 * is written into one document, with the drawn faults as rows, and whatever can go without changing
 * what is broken goes. */

#include "config.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/error.h"
#include "base/output.h"
#include "sim/commands/commands.h"
#include "sim/commands/complain.h"
#include "sim/explore/record.h"
#include "sim/explore/shrink.h"
#include "sim/explore/summary.h"
#include "sim/kube/serve/reply.h"
#include "sim/scenario/faults-table.h"
#include "sim/scenario/scenario.h"

#define DEFAULT_TESTS 2000

typedef struct
{
  char *seed_text, *faults, *output;
  gint most_tests;
  char **places;

  const char *place;
  guint64 seed;
  gboolean swarm;
  char *wanted;   /* what must still be broken */
  char *why;      /* how it was, first */
  DdValue *first; /* the record of the whole document */
  DdValue *drawn; /* the rows of faults of the first rehearsal */
  guint tests;
  gboolean tells;
} Shrinker;

static void
shrinker_clear (Shrinker *self)
{
  g_free (self->seed_text);
  g_free (self->faults);
  g_free (self->output);
  g_strfreev (self->places);
  g_free (self->wanted);
  g_free (self->why);
  dd_value_unref (self->first);
  dd_value_unref (self->drawn);
}

/* ---- options ---- */

static GOptionContext *
make_options (Shrinker *self)
{
  const GOptionEntry entries[] = {
    { "seed", 0, 0, G_OPTION_ARG_STRING, &self->seed_text, "The seed that fails (the scenario's)",
      "N" },
    { "faults", 0, 0, G_OPTION_ARG_STRING, &self->faults,
      "none (the default) or swarm, as drydock explore was told", "KIND" },
    { "output", 'o', 0, G_OPTION_ARG_FILENAME, &self->output,
      "Write it here (NAME.shrunk.yaml in this directory)", "FILE" },
    { "tests", 0, 0, G_OPTION_ARG_INT, &self->most_tests,
      "Rehearse at most so often (2000); then it is as small as it is", "N" },
    { G_OPTION_REMAINING, 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &self->places, NULL, NULL },
    { NULL },
  };
  GOptionContext *context = g_option_context_new ("SCENARIO");

  g_option_context_set_summary (
      context,
      "Takes a scenario that fails and leaves out whatever does not matter: faults, steps,\n"
      "workloads, nodes, zones; lowers numbers and shortens times.");
  g_option_context_set_description (
      context, "Examples:\n"
               "  drydock shrink mine.yaml\n"
               "  drydock shrink --seed 7 -o small.yaml mine.yaml\n"
               "\n"
               "Exit status: 0 a smaller one was written, 1 it does not fail, 2 bad input, 3 a "
               "fault of\ndrydock's own.\n");
  g_option_context_add_main_entries (context, entries, NULL);
  return context;
}

static gboolean
read_options (Shrinker *self, int argc, char **argv)
{
  g_autoptr (GOptionContext) context = make_options (self);
  g_autoptr (GError) error = NULL;

  self->most_tests = DEFAULT_TESTS;
  if (!g_option_context_parse (context, &argc, &argv, &error))
    return sim_complain ("shrink", "%s", error->message);
  if (self->places == NULL || self->places[1] != NULL)
    return sim_complain ("shrink", "name one scenario; see drydock shrink --help");
  if (self->seed_text != NULL
      && !g_ascii_string_to_unsigned (self->seed_text, 10, 0, G_MAXINT64, &self->seed, NULL))
    return sim_complain ("shrink", "--seed takes a whole number, not '%s'", self->seed_text);
  if (self->faults != NULL && strcmp (self->faults, "none") != 0
      && strcmp (self->faults, "swarm") != 0)
    return sim_complain ("shrink", "--faults cannot be '%s'; it is none or swarm", self->faults);
  if (self->most_tests < 1)
    return sim_complain ("shrink", "--tests takes a number from 1");
  self->place = self->places[0];
  self->swarm = g_strcmp0 (self->faults, "swarm") == 0;
  return TRUE;
}

/* ---- the first rehearsal ---- */

static void
keep_faults (SimWorld *world, gpointer data)
{
  Shrinker *self = data;

  self->drawn = sim_faults_value (world->stage->faults);
}

static const DdValue *
first_failure (const DdValue *record)
{
  return dd_value_element (dd_value_member (record, "failures"), 0);
}

/* What fails is told by the first broken promise, or expectation. */
static gboolean
see_it_fail (Shrinker *self, const SimScenario *scenario)
{
  SimRehearsal rehearsal = { .seed = self->seed_text != NULL ? &self->seed : NULL,
                             .faults = self->swarm ? SIM_FAULTS_SWARM : SIM_FAULTS_OWN,
                             .attend = keep_faults,
                             .attend_data = self };
  g_autoptr (GError) error = NULL;
  g_autoptr (SimOutcome) outcome = sim_scenario_rehearse (scenario, &rehearsal, &error);
  g_autoptr (DdValue) record = NULL;

  if (outcome == NULL)
    return sim_complain ("shrink", "%s", error->message);
  self->seed = outcome->seed;
  record = sim_record_of_outcome (outcome, self->swarm ? "swarm" : "none");
  if (sim_record_held (record))
    return TRUE;
  self->wanted = g_strdup (dd_value_path_string (first_failure (record), "what"));
  self->why = g_strdup (dd_value_path_string (first_failure (record), "why"));
  return TRUE;
}

/* ---- the others ---- */

static gboolean
is_invariant (const char *failure)
{
  return g_str_has_prefix (failure, "invariant ");
}

static gboolean
is_among_failures (const DdValue *record, const char *wanted)
{
  const DdValue *failures = dd_value_member (record, "failures");

  for (gsize i = 0; i < dd_value_length (failures); i++)
    {
      const char *what = dd_value_path_string (dd_value_element (failures, i), "what");

      if (g_strcmp0 (what, wanted) == 0)
        return TRUE;
    }
  return FALSE;
}

/* The same thing is broken, and nothing that was not: a world without its node group fails too, but
 * for a reason of its own. */
static gboolean
is_broken_alike (const Shrinker *self, const DdValue *record)
{
  const DdValue *failures = dd_value_member (record, "failures");

  for (gsize i = 0; i < dd_value_length (failures); i++)
    {
      if (!is_among_failures (self->first,
                              dd_value_path_string (dd_value_element (failures, i), "what")))
        return FALSE;
    }
  return is_among_failures (record, self->wanted);
}

static void
tell_progress (const Shrinker *self, gsize size)
{
  if (self->tells)
    fprintf (stderr, "\r%u rehearsals, %" G_GSIZE_FORMAT " bytes\033[K", self->tests, size);
}

/* The record of DOCUMENT; NULL when it makes no sense. */
static DdValue *
rehearse (Shrinker *self, const DdValue *document)
{
  g_autofree char *text = kube_yaml_text (document);
  g_autoptr (SimScenario) scenario = sim_scenario_parse (self->place, text, strlen (text), NULL);
  SimRehearsal rehearsal = { 0 };
  g_autoptr (SimOutcome) outcome = NULL;

  self->tests++;
  tell_progress (self, strlen (text));
  if (scenario != NULL)
    outcome = sim_scenario_rehearse (scenario, &rehearsal, NULL);
  return outcome != NULL ? sim_record_of_outcome (outcome, self->swarm ? "swarm" : "none") : NULL;
}

static gboolean
still_fails (const DdValue *document, gpointer data)
{
  Shrinker *self = data;
  g_autoptr (DdValue) record = rehearse (self, document);

  return record != NULL && is_broken_alike (self, record);
}

/* An expectation is known by its text, which is another one in another file. */
static gboolean
fails_when_written_out (Shrinker *self, const DdValue *whole)
{
  g_autoptr (DdValue) record = rehearse (self, whole);
  const char *what = dd_value_path_string (first_failure (record), "what");

  if (what == NULL || is_invariant (what) != is_invariant (self->wanted))
    return FALSE;
  g_free (self->wanted);
  self->wanted = g_strdup (what);
  self->first = g_steal_pointer (&record);
  return TRUE;
}

/* Everything in one document, with the drawn faults as its own. An invariant needs no expectation
 * to be broken. */
static DdValue *
whole_document (const Shrinker *self, const SimScenario *scenario)
{
  DdValue *document = sim_scenario_document (scenario);

  dd_value_set (&document, "seed", dd_int ((gint64) self->seed));
  if (dd_value_length (self->drawn) > 0)
    dd_value_set (&document, "faults", dd_value_ref (self->drawn));
  if (is_invariant (self->wanted))
    dd_value_set (&document, "expect", dd_array_empty ());
  return document;
}

static char *
output_path (const Shrinker *self, const char *name)
{
  return self->output != NULL ? g_strdup (self->output) : g_strconcat (name, ".shrunk.yaml", NULL);
}

/* The very file, as `drydock run` will read it. What is no file cannot be read again. */
static gboolean
fails_from_file (Shrinker *self, const char *path)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (SimScenario) scenario = NULL;
  g_autoptr (SimOutcome) outcome = NULL;
  g_autoptr (DdValue) record = NULL;
  SimRehearsal rehearsal = { 0 };

  if (!dd_output_is_regular (path))
    return TRUE;
  scenario = sim_scenario_load (path, &error);
  if (scenario != NULL)
    outcome = sim_scenario_rehearse (scenario, &rehearsal, &error);
  if (outcome == NULL)
    return sim_complain ("shrink", "%s was written, and cannot be rehearsed: %s", path,
                         error->message);
  self->tests++;
  record = sim_record_of_outcome (outcome, self->swarm ? "swarm" : "none");
  if (!is_broken_alike (self, record))
    return sim_complain ("shrink", "%s was written, and does not fail in the same way", path);
  printf ("%s was run again: it fails in the same way\n", path);
  return TRUE;
}

static gboolean
write_result (Shrinker *self, const DdValue *document, const char *path)
{
  g_autofree char *body = kube_yaml_text (document);
  g_autofree char *word = sim_shell_word (path);
  g_auto (GStrv) lines = g_strsplit (self->why != NULL ? self->why : "", "\n", -1);
  g_autofree char *why = g_strjoinv ("\n#   ", lines);
  g_autofree char *text = g_strdup_printf (
      "# Shrunk from %s, seed %" G_GUINT64_FORMAT
      ", faults %s. What fails:\n# %s\n#   %s\n# Replay: drydock "
      "run --transport direct %s\n%s",
      self->place, self->seed, self->swarm ? "swarm" : "none", self->wanted, why, word, body);
  g_autoptr (GError) error = NULL;

  if (!dd_output_write (path, text, strlen (text), &error))
    return sim_complain ("shrink", "%s", error->message);
  printf ("%s\n", text);
  if (!fails_from_file (self, path))
    return FALSE;
  printf ("%u rehearsals; written to %s\n", self->tests, path);
  return TRUE;
}

static int
shrink (Shrinker *self, const SimScenario *scenario, const char *path)
{
  static const char *const kept[] = { "about", "source", "seed", "expect", "steps", NULL };
  static const char *const ends[] = { "for", "times", NULL }; /* of faults */
  const SimShrink how = { .kept = kept,
                          .ends = ends,
                          .most_tests = (guint) self->most_tests,
                          .test = still_fails,
                          .data = self };
  g_autoptr (DdValue) whole = whole_document (self, scenario);
  g_autoptr (DdValue) smallest = NULL;

  self->tells = isatty (STDERR_FILENO);
  if (!fails_when_written_out (self, whole))
    {
      sim_complain (
          "shrink",
          "%s fails, but not when it is written as one document; this is a fault of drydock's "
          "own",
          self->place);
      return DD_EXIT_INTERNAL;
    }
  smallest = sim_shrink (&how, whole, NULL);
  if (self->tells)
    fputs ("\r\033[K", stderr);
  return write_result (self, smallest, path) ? DD_EXIT_OK : DD_EXIT_INTERNAL;
}

static int
shrink_place (Shrinker *self)
{
  g_autoptr (GPtrArray) claimed = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (GError) error = NULL;
  g_autoptr (SimScenario) scenario = sim_scenario_load (self->place, &error);
  g_autofree char *path = NULL;

  if (scenario == NULL)
    {
      g_printerr ("%s\n", error->message);
      return DD_EXIT_BAD_INPUT;
    }
  path = output_path (self, sim_scenario_name (scenario));
  dd_output_protect (claimed, self->place);
  if (!dd_output_claim (claimed, path, &error))
    {
      sim_complain ("shrink", "%s", error->message);
      return DD_EXIT_BAD_INPUT;
    }
  if (!see_it_fail (self, scenario))
    return DD_EXIT_BAD_INPUT;
  if (self->wanted == NULL)
    {
      sim_complain ("shrink",
                    "%s holds with seed %" G_GUINT64_FORMAT "; there is nothing to shrink",
                    self->place, self->seed);
      return DD_EXIT_FAILED;
    }
  return shrink (self, scenario, path);
}

static int
shrink_command (int argc, char **argv)
{
  Shrinker self = { 0 };
  int status = DD_EXIT_BAD_INPUT;

  if (read_options (&self, argc, argv))
    status = shrink_place (&self);
  shrinker_clear (&self);
  return status;
}

const DdCommand dd_command_shrink = {
  .name = "shrink",
  .summary = "make the smallest scenario that fails the same way",
  .run = shrink_command,
};
