/* SPDX-License-Identifier: Apache-2.0 */
/* sim/commands/run.c: `drydock run`: rehearse scenarios and say whether they held */

#include "config.h"

#include <errno.h>
#include <string.h>

#include "base/clock.h"
#include "base/error.h"
#include "base/output.h"
#include "sim/commands/commands.h"
#include "sim/commands/run-report.h"
#include "sim/scenario/scenario.h"
#include "sim/scenario/schema.h"
#include "sim/sinks/ink.h"
#include "sim/sinks/json-lines.h"
#include "sim/sinks/junit.h"
#include "sim/sinks/pictures.h"
#include "sim/sinks/report.h"
#include "sim/sinks/timeline.h"
#include "sim/stage/dictionary.h"

typedef enum
{
  FORMAT_HUMAN,
  FORMAT_TAP,
  FORMAT_JSON,
  FORMAT_JUNIT,
  FORMAT_GITHUB,
} Format;

typedef struct
{
  char *seed_text, *transport, *profile, *trace_path, *report_path, *format_text, *faults;
  gint repeat;
  gboolean quiet, strict, language, events;
  char **places;

  guint64 seed;
  Format format;
  FILE *trace;
  SimPictures pictures;
  gboolean colour;
  DdClock *wall; /* only to say how long it really took */
  guint reported;
} Run;

static void
run_clear (Run *run)
{
  g_free (run->seed_text);
  g_free (run->transport);
  g_free (run->profile);
  g_free (run->trace_path);
  g_free (run->report_path);
  g_free (run->format_text);
  g_free (run->faults);
  sim_pictures_clear (&run->pictures);
  g_strfreev (run->places);
  if (run->trace != NULL)
    fclose (run->trace);
  g_clear_pointer (&run->wall, dd_real_clock_free);
}

static int
complain (const char *message)
{
  g_printerr ("drydock run: %s\n", message);
  return DD_EXIT_BAD_INPUT;
}

/* ---- options ---- */

static const char *const transports[] = { "loopback", "direct", NULL };
static const char *const formats[] = { "human", "tap", "json", "junit", "github", NULL };

static const char *const fault_kinds[] = { "none", "swarm", NULL };

static gboolean
is_among (const char *option, const char *word, const char *const *words)
{
  g_autofree char *hint = NULL;

  if (word == NULL || g_strv_contains (words, word))
    return TRUE;
  hint = sim_did_you_mean (word, words);
  g_printerr ("drydock run: %s cannot be '%s'%s\n", option, word, hint);
  return FALSE;
}

static gboolean
read_seed (Run *run)
{
  if (run->seed_text == NULL
      || g_ascii_string_to_unsigned (run->seed_text, 10, 0, G_MAXUINT64, &run->seed, NULL))
    return TRUE;
  g_printerr ("drydock run: --seed takes a whole number, not '%s'\n", run->seed_text);
  return FALSE;
}

static gboolean
open_trace (Run *run)
{
  g_autoptr (GError) error = NULL;

  if (run->trace_path == NULL)
    return TRUE;
  run->trace = dd_output_open (run->trace_path, &error);
  if (run->trace == NULL)
    complain (error->message);
  return run->trace != NULL;
}

/* The name that the scenario at PLACE will have. */
static char *
name_of (const char *place)
{
  char *name = g_path_get_basename (place);
  char *dot = strrchr (name, '.');

  if (dot != NULL && dot != name)
    *dot = '\0';
  return name;
}

/* Nobody waits for a rehearsal that cannot be kept. */
static gboolean
check_outputs (Run *run)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) claimed = g_ptr_array_new_with_free_func (g_free);
  gboolean good;

  for (guint i = 0; run->places[i] != NULL; i++)
    dd_output_protect (claimed, run->places[i]);
  good = dd_output_claim (claimed, run->trace_path, &error);
  run->pictures.one_of_many = run->places[1] != NULL;
  for (guint i = 0; good && run->places[i] != NULL; i++)
    {
      g_autofree char *name = name_of (run->places[i]);

      good = sim_pictures_check (&run->pictures, name, claimed, &error)
             && sim_run_report_check (run->report_path, run->places[1] != NULL ? name : NULL,
                                      claimed, &error);
    }
  if (!good)
    complain (error->message);
  return good;
}

static Format
format_from_text (const char *text)
{
  for (guint i = 0; text != NULL && formats[i] != NULL; i++)
    {
      if (strcmp (formats[i], text) == 0)
        return (Format) i;
    }
  return FORMAT_HUMAN;
}

static GOptionContext *
make_options (Run *run)
{
  const GOptionEntry entries[] = {
    { "seed", 0, 0, G_OPTION_ARG_STRING, &run->seed_text, "What chance depends on (the scenario's)",
      "N" },
    { "transport", 0, 0, G_OPTION_ARG_STRING, &run->transport,
      "loopback (over a real socket, the default) or direct (function calls, faster)", "KIND" },
    { "profile", 0, 0, G_OPTION_ARG_STRING, &run->profile,
      "The upgrade's knobs: workshop, documented or observed (the scenario's)", "NAME" },
    { "faults", 0, 0, G_OPTION_ARG_STRING, &run->faults,
      "none (only the scenario's own, the default) or swarm (the seed draws further ones)",
      "KIND" },
    { "trace", 0, 0, G_OPTION_ARG_FILENAME, &run->trace_path, "Write every event as a JSON line",
      "FILE" },
    { "report", 0, 0, G_OPTION_ARG_FILENAME, &run->report_path,
      "Write what the engine did, as `drydock upgrade --report` (of several: FILE.NAME)", "FILE" },
    { "perfetto", 0, 0, G_OPTION_ARG_FILENAME, &run->pictures.perfetto_path,
      "Write a trace for ui.perfetto.dev (of several scenarios: FILE.NAME)", "FILE" },
    { "html", 0, 0, G_OPTION_ARG_FILENAME, &run->pictures.html_path,
      "Write a page with figures, for a browser or paper", "FILE" },
    { "format", 0, 0, G_OPTION_ARG_STRING, &run->format_text,
      "human (the default), tap, json, junit or github (annotations)", "KIND" },
    { "repeat", 0, 0, G_OPTION_ARG_INT, &run->repeat,
      "Rehearse each scenario N times; all must give one trace", "N" },
    { "quiet", 'q', 0, G_OPTION_ARG_NONE, &run->quiet, "Only the verdicts, not the story", NULL },
    { "strict", 0, 0, G_OPTION_ARG_NONE, &run->strict,
      "Fail where objects ask for something that is not modelled", NULL },
    { "language", 0, 0, G_OPTION_ARG_NONE, &run->language,
      "Print every word a scenario may use, and stop", NULL },
    { "events", 0, 0, G_OPTION_ARG_NONE, &run->events,
      "Print every event of the trace, or a JSON Schema of it (--format json), and stop", NULL },
    { G_OPTION_REMAINING, 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &run->places, NULL, NULL },
    { NULL },
  };
  GOptionContext *context = g_option_context_new ("SCENARIO...");

  g_option_context_set_summary (context,
                                "Rehearses scenarios in a pretend world and says whether what they "
                                "expect came true.");
  g_option_context_set_description (
      context, "Examples:\n"
               "  drydock run scenarios/ami-upgrade.yaml\n"
               "  drydock run --seed 42 --transport direct --trace out.jsonl scenarios/pdb-*.yaml\n"
               "  drydock run --format tap scenarios/pdb-*.yaml\n"
               "  drydock run --format json --repeat 10 scenarios/ami-upgrade.yaml | jq .digest\n"
               "  drydock run --events --format json\n"
               "\n"
               "A fault of the scenario that never strikes fails the run, unless it says\n"
               "`may not strike: true` or --faults swarm adds others. What an object asks for and\n"
               "is not modelled is told, and fails the run with --strict; see drydock explain.\n"
               "\n"
               "Exit status: 0 all held, 1 an expectation or invariant failed, 2 bad input, 3 a "
               "fault of\ndrydock's own.\n");
  g_option_context_add_main_entries (context, entries, NULL);
  return context;
}

/* The status to end with. */
static int
print_events (const Run *run)
{
  static const char *const words[] = { "human", "json", NULL };
  g_autoptr (DdValue) schema = NULL;
  g_autofree char *text = NULL;

  if (!is_among ("--format of --events", run->format_text, words))
    return DD_EXIT_BAD_INPUT;
  if (format_from_text (run->format_text) == FORMAT_JSON)
    {
      schema = sim_dictionary_schema ();
      text = dd_value_to_pretty_text (schema);
      puts (text);
      return DD_EXIT_OK;
    }
  text = sim_dictionary_text ();
  fputs (text, stdout);
  return DD_EXIT_OK;
}

/* FALSE with the exit status when there is nothing to rehearse. */
static gboolean
read_options (Run *run, int argc, char **argv, int *out_status)
{
  g_autoptr (GOptionContext) context = NULL;
  g_autoptr (GError) error = NULL;

  run->repeat = 1;
  context = make_options (run);
  *out_status = DD_EXIT_BAD_INPUT;
  if (!g_option_context_parse (context, &argc, &argv, &error))
    {
      complain (error->message);
      return FALSE;
    }
  if (run->language)
    {
      g_autofree char *reference = sim_language_reference ();

      fputs (reference, stdout);
      *out_status = DD_EXIT_OK;
      return FALSE;
    }
  if (run->events)
    {
      *out_status = print_events (run);
      return FALSE;
    }
  if (run->places == NULL)
    {
      complain ("name at least one scenario; see drydock run --help");
      return FALSE;
    }
  if (run->repeat < 1)
    {
      complain ("--repeat takes a number from 1");
      return FALSE;
    }
  run->format = format_from_text (run->format_text);
  return is_among ("--transport", run->transport, transports)
         && is_among ("--faults", run->faults, fault_kinds)
         && is_among ("--format", run->format_text, formats) && read_seed (run)
         && check_outputs (run) && open_trace (run);
}

/* ---- one rehearsal ---- */

typedef struct
{
  FILE *trace;           /* NULL: nobody keeps it */
  SimTimeline *timeline; /* NULL: nobody listens */
  SimEndings *endings;   /* NULL: the timeline tells them */
  SimPictures *pictures; /* NULL: nobody looks */
  SimRunReport *report;  /* NULL: nobody asked */
} Audience;

static void
attend (SimWorld *world, gpointer data)
{
  Audience *audience = data;

  if (audience->trace != NULL)
    sim_trace_add_reader (world->stage->trace, sim_json_lines_take, audience->trace);
  if (audience->timeline != NULL)
    sim_trace_add_reader (world->stage->trace, sim_timeline_take, audience->timeline);
  if (audience->endings != NULL)
    sim_trace_add_reader (world->stage->trace, sim_endings_take, audience->endings);
  if (audience->pictures != NULL)
    sim_pictures_attend (audience->pictures, world);
  if (audience->report != NULL)
    sim_run_report_attend (audience->report, world);
}

static void
dismiss (SimWorld *world, gpointer data)
{
  Audience *audience = data;

  if (audience->pictures != NULL)
    sim_pictures_dismiss (audience->pictures, world);
}

static int
status_of_error (const GError *error)
{
  return error->domain == DD_ERROR ? DD_EXIT_BAD_INPUT : DD_EXIT_INTERNAL;
}

/* What could not be rehearsed is still a test that did not pass. */
static void
report_error (Run *run, const char *place, const GError *error)
{
  g_autofree char *name = name_of (place);
  g_autoptr (GError) unwritten = NULL;

  g_printerr ("%s\n", error->message);
  run->reported++;
  if (run->format == FORMAT_TAP)
    sim_report_tap_error (run->reported, place, error->message, stdout);
  else if (run->format == FORMAT_JSON)
    sim_report_json_error (place, error->message, stdout);
  else if (run->format == FORMAT_JUNIT)
    sim_junit_error (place, error->message, stdout);
  else if (run->format == FORMAT_GITHUB)
    sim_github_error (place, error->message, stdout);
  if (!sim_pictures_write_error (&run->pictures, name, error->message, &unwritten))
    complain (unwritten->message);
}

static void
report (Run *run, const char *place, const SimOutcome *outcome, const SimEndings *endings,
        DdUsec real)
{
  SimReport made = { .outcome = outcome,
                     .endings = endings,
                     .place = place,
                     .real_seconds = (double) real / DD_SECOND,
                     .number = ++run->reported };

  switch (run->format)
    {
    case FORMAT_HUMAN:
      sim_report_human (&made, run->colour, stdout);
      break;
    case FORMAT_TAP:
      sim_report_tap (&made, stdout);
      break;
    case FORMAT_JSON:
      sim_report_json (&made, stdout);
      break;
    case FORMAT_JUNIT:
      sim_junit_suite (&made, stdout);
      break;
    case FORMAT_GITHUB:
      sim_github_report (&made, stdout);
      break;
    }
  fflush (stdout);
}

static gboolean
write_engine_report (const Run *run, const SimRunReport *engine_report, const SimOutcome *outcome,
                     GError **error)
{
  return engine_report == NULL
         || sim_run_report_write (engine_report, run->report_path,
                                  run->places[1] == NULL ? NULL : outcome->scenario, error);
}

/* A word as a shell takes it; most need nothing. Caller frees. */
static char *
shell_word (const char *text)
{
  return text[strspn (text, G_CSET_A_2_Z G_CSET_a_2_z G_CSET_DIGITS "_./-")] == '\0'
             ? g_strdup (text)
             : g_shell_quote (text);
}

/* Which transport is no matter: both give the same trace. Caller frees. */
static char *
replay_of (const Run *run, const SimOutcome *outcome, const char *place)
{
  g_autofree char *word = shell_word (place);
  GString *command = g_string_new ("drydock run");

  g_string_append_printf (command, " --seed %" G_GUINT64_FORMAT, outcome->seed);
  if (run->profile != NULL)
    g_string_append_printf (command, " --profile %s", run->profile);
  if (run->faults != NULL)
    g_string_append_printf (command, " --faults %s", run->faults);
  if (run->strict)
    g_string_append (command, " --strict");
  g_string_append_printf (command, " %s", word);
  return g_string_free (command, FALSE);
}

/* FALSE with ERROR when one of them could not be written. */
static gboolean
write_files (Run *run, const SimScenario *scenario, const SimRunReport *engine_report,
             const SimOutcome *outcome, const char *place, GError **error)
{
  g_free (run->pictures.replay);
  run->pictures.replay = replay_of (run, outcome, place);
  return sim_pictures_write (&run->pictures, outcome, sim_scenario_about (scenario), error)
         && write_engine_report (run, engine_report, outcome, error);
}

static SimOutcome *
rehearse (Run *run, const SimScenario *scenario, const char *place, gboolean first, int *out_status)
{
  gboolean told = first && run->format == FORMAT_HUMAN && !run->quiet;
  g_autoptr (SimTimeline) timeline = told ? sim_timeline_new (stdout, run->colour) : NULL;
  g_autoptr (SimEndings) endings = told ? NULL : sim_endings_new ();
  g_autoptr (SimRunReport) engine_report
      = first && run->report_path != NULL ? sim_run_report_new () : NULL;
  Audience audience = { first ? run->trace : NULL, timeline, endings, first ? &run->pictures : NULL,
                        engine_report };
  SimRehearsal rehearsal = {
    .seed = run->seed_text != NULL ? &run->seed : NULL,
    .profile = run->profile,
    .faults = g_strcmp0 (run->faults, "swarm") == 0 ? SIM_FAULTS_SWARM : SIM_FAULTS_OWN,
    .strict = run->strict,
    .loopback = g_strcmp0 (run->transport, "direct") != 0,
    .attend = attend,
    .dismiss = dismiss,
    .attend_data = &audience,
  };
  g_autoptr (GError) error = NULL;
  DdUsec begun = dd_clock_now (run->wall);
  SimOutcome *outcome = sim_scenario_rehearse (scenario, &rehearsal, &error);

  g_clear_pointer (&timeline, sim_timeline_free); /* it may have a last word */
  if (outcome == NULL)
    {
      report_error (run, place, error);
      *out_status = status_of_error (error);
      return NULL;
    }
  report (run, place, outcome, endings, dd_clock_now (run->wall) - begun);
  *out_status = outcome->held ? DD_EXIT_OK : DD_EXIT_FAILED;
  if (first && !write_files (run, scenario, engine_report, outcome, place, &error))
    {
      complain (error->message);
      *out_status = DD_EXIT_INTERNAL;
    }
  return outcome;
}

static void
introduce (const Run *run, const SimScenario *scenario)
{
  const GPtrArray *warnings = sim_scenario_warnings (scenario);

  for (guint i = 0; i < warnings->len; i++)
    g_printerr ("warning: %s\n", (const char *) g_ptr_array_index (warnings, i));
  if (run->format == FORMAT_HUMAN)
    printf ("%s%s%s: %s\n\n", sim_ink_on (run->colour, SIM_INK_HEADING),
            sim_scenario_name (scenario), sim_ink_off (run->colour), sim_scenario_about (scenario));
  if (run->format == FORMAT_HUMAN && !run->quiet && sim_scenario_unmodelled (scenario)->len > 0)
    {
      sim_report_unmodelled (sim_scenario_unmodelled (scenario), run->colour, stdout);
      putchar ('\n');
    }
}

/* The same scenario, seed and version give the same trace; anything else is our fault. */
static gboolean
is_the_same_again (const SimOutcome *first, const SimOutcome *again, const char *place)
{
  if (strcmp (first->digest, again->digest) == 0)
    return TRUE;
  g_printerr ("drydock run: %s: seed %" G_GUINT64_FORMAT " gave two traces, %s and %s\n", place,
              first->seed, first->digest, again->digest);
  return FALSE;
}

static int
run_scenario (Run *run, const char *place)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (SimScenario) scenario = sim_scenario_load (place, &error);
  g_autoptr (SimOutcome) first = NULL;
  int status = DD_EXIT_OK;

  if (scenario == NULL)
    {
      report_error (run, place, error);
      return DD_EXIT_BAD_INPUT;
    }
  introduce (run, scenario);
  for (gint i = 0; i < run->repeat; i++)
    {
      g_autoptr (SimOutcome) outcome = rehearse (run, scenario, place, i == 0, &status);

      if (outcome == NULL)
        return status;
      if (first == NULL)
        first = g_steal_pointer (&outcome);
      else if (!is_the_same_again (first, outcome, place))
        return DD_EXIT_INTERNAL;
    }
  return status;
}

/* Every scenario is rehearsed; the worst of them speaks for all. */
static int
run_all (Run *run)
{
  int worst = DD_EXIT_OK;

  for (guint i = 0; run->places[i] != NULL; i++)
    {
      int status;

      if (i > 0 && run->format == FORMAT_HUMAN)
        putchar ('\n');
      status = run_scenario (run, run->places[i]);
      worst = MAX (worst, status);
    }
  if (run->format == FORMAT_TAP)
    printf ("1..%u\n", run->reported);
  if (run->format == FORMAT_JUNIT)
    sim_junit_end (stdout);
  if (run->trace != NULL && (fflush (run->trace) != 0 || ferror (run->trace)))
    {
      g_printerr ("drydock run: %s: %s\n", run->trace_path, g_strerror (errno));
      worst = DD_EXIT_INTERNAL;
    }
  return worst;
}

static int
run_command (int argc, char **argv)
{
  Run run = { 0 };
  int status;

  if (read_options (&run, argc, argv, &status))
    {
      run.wall = dd_real_clock_new ();
      run.colour = sim_ink_is_wanted (stdout);
      if (run.format == FORMAT_TAP)
        puts ("TAP version 14");
      if (run.format == FORMAT_JUNIT)
        sim_junit_begin (stdout);
      status = run_all (&run);
    }
  run_clear (&run);
  return status;
}

const DdCommand dd_command_run = {
  .name = "run",
  .summary = "rehearse scenarios and say whether they held",
  .run = run_command,
  .switches = (const char *const[]) { "events", "language", "quiet", "strict", NULL },
};
