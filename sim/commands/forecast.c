/* SPDX-License-Identifier: Apache-2.0 */
/* sim/commands/forecast.c: `drydock forecast`: the update of a world's node groups, rehearsed many
 * times, and what is to be expected of the real one */
#include "config.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/error.h"
#include "sim/commands/commands.h"
#include "sim/commands/complain.h"
#include "sim/commands/interrupt.h"
#include "sim/forecast/fixes.h"
#include "sim/forecast/tell.h"
#include "sim/forecast/what-if.h"
#include "sim/scenario/schema.h"
#include "sim/sinks/ink.h"

#define DEFAULT_SEEDS 200
#define MOST_SEEDS 1000000
#define DEFAULT_FAIL_ABOVE 1.0
#define UNSET G_MININT /* what nobody would type */
#define PROGRESS_INTERVAL (200 * DD_MILLISECOND)

typedef struct
{
  char *nodegroup, *release, *fail_above, *format;
  gint seeds, jobs;
  char **places, **what_if_words;

  double most_percent;
  SimWhatIf *what_if;
  SimWorldFile *world;
  DdClock *wall;
  DdUsec told;
  gboolean tells; /* progress on the terminal */
} Forecast;

static void
forecast_clear (Forecast *self)
{
  g_free (self->nodegroup);
  g_free (self->release);
  g_free (self->fail_above);
  g_free (self->format);
  g_strfreev (self->places);
  g_strfreev (self->what_if_words);
  g_clear_pointer (&self->what_if, sim_what_if_free);
  g_clear_pointer (&self->world, sim_world_file_free);
  g_clear_pointer (&self->wall, dd_real_clock_free);
}

/* ---- options ---- */

static GOptionContext *
make_options (Forecast *self)
{
  const GOptionEntry entries[] = {
    { "nodegroup", 0, 0, G_OPTION_ARG_STRING, &self->nodegroup,
      "Update this one alone (all, one after another)", "NAME" },
    { "release-version", 0, 0, G_OPTION_ARG_STRING, &self->release,
      "To this release (what EKS takes when nobody says one)", "VERSION" },
    { "seeds", 0, 0, G_OPTION_ARG_INT, &self->seeds, "How many rehearsals (200)", "N" },
    { "jobs", 'j', 0, G_OPTION_ARG_INT, &self->jobs, "Processes (one per processor)", "N" },
    { "fail-above", 0, 0, G_OPTION_ARG_STRING, &self->fail_above,
      "Exit with 1 when a larger share of the rehearsals fails (1%)", "PERCENT" },
    { "what-if", 0, 0, G_OPTION_ARG_STRING_ARRAY, &self->what_if_words,
      "And with other settings: maxUnavailable=1,3,10%, strategy=DEFAULT,MINIMAL or force",
      "WHAT" },
    { "format", 0, 0, G_OPTION_ARG_STRING, &self->format,
      "human (the default), json (one object) or markdown", "KIND" },
    { G_OPTION_REMAINING, 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &self->places, NULL, NULL },
    { NULL },
  };
  GOptionContext *context = g_option_context_new ("WORLD");

  g_option_context_set_summary (
      context, "Rehearses the update of a world's node groups many times, on all processors, and "
               "says\nwhether it passes, who blocks it, how long it takes, how large the groups "
               "get and\nwhat the pods notice.");
  g_option_context_set_description (
      context,
      "Examples:\n"
      "  drydock forecast scenarios/worlds/three-zones.yaml\n"
      "  drydock forecast --seeds 50 --fail-above 5% scenarios/worlds/nine-nodes.yaml\n"
      "  drydock forecast --nodegroup default --format markdown "
      "scenarios/worlds/three-zones.yaml\n"
      "  drydock forecast --seeds 20 --what-if maxUnavailable=1,3,50% --what-if "
      "strategy=DEFAULT,MINIMAL scenarios/worlds/nine-nodes.yaml\n"
      "\n"
      "WORLD is a world file, such as drydock import makes of a cluster. Each rehearsal draws "
      "its own\ndelays and choices; the same world gives the same forecast, to the byte, on any "
      "machine.\n"
      "\n"
      "A budget is a blocker where it still refuses a pod when the update fails. One that only "
      "passes\nthrough zero, while one pod takes the place of another, is none. For each blocker "
      "small changes\nare tried and rehearsed, and the first that clears it is told as a command "
      "for kubectl.\n"
      "\n"
      "--what-if may be given several times: every combination is rehearsed, and stands in a "
      "table.\n"
      "\n"
      "Exit status: 0 the update passes, 1 it fails in too many rehearsals, 2 bad input, 3 a "
      "fault of\ndrydock's own.\n");
  g_option_context_add_main_entries (context, entries, NULL);
  return context;
}

static gboolean
read_fail_above (Forecast *self)
{
  char *end = NULL;

  self->most_percent = DEFAULT_FAIL_ABOVE;
  if (self->fail_above == NULL)
    return TRUE;
  self->most_percent = g_ascii_strtod (self->fail_above, &end);
  if (g_ascii_isdigit (*self->fail_above) && strcmp (end, "%") == 0 && self->most_percent <= 100)
    return TRUE;
  return sim_complain ("forecast",
                       "--fail-above takes a share from 0%% to 100%%, such as 1%%, not '%s'",
                       self->fail_above);
}

static gboolean
read_format (const Forecast *self)
{
  static const char *const formats[] = { "human", "json", "markdown", NULL };
  g_autofree char *hint = NULL;

  if (self->format == NULL || g_strv_contains (formats, self->format))
    return TRUE;
  hint = sim_did_you_mean (self->format, formats);
  return sim_complain ("forecast", "--format cannot be '%s'%s", self->format, hint);
}

static gboolean
read_numbers (Forecast *self)
{
  if (self->seeds == UNSET)
    self->seeds = DEFAULT_SEEDS;
  if (self->jobs == UNSET)
    self->jobs = (gint) g_get_num_processors ();
  if (self->seeds < 1 || self->seeds > MOST_SEEDS)
    return sim_complain ("forecast", "--seeds takes a number from 1 to %d", MOST_SEEDS);
  if (self->jobs < 1 || self->jobs > 1024)
    return sim_complain ("forecast", "--jobs takes a number from 1 to 1024");
  return TRUE;
}

static gboolean
read_what_if (Forecast *self)
{
  g_autoptr (GError) error = NULL;

  self->what_if = sim_what_if_new (self->what_if_words, &error);
  return self->what_if != NULL || sim_complain ("forecast", "%s", error->message);
}

static gboolean
read_options (Forecast *self, int argc, char **argv)
{
  g_autoptr (GOptionContext) context = make_options (self);
  g_autoptr (GError) error = NULL;

  if (!g_option_context_parse (context, &argc, &argv, &error))
    return sim_complain ("forecast", "%s", error->message);
  if (self->places == NULL || self->places[1] != NULL)
    return sim_complain ("forecast", "name one world file; see drydock forecast --help");
  return read_numbers (self) && read_fail_above (self) && read_format (self) && read_what_if (self);
}

static gboolean
load_world (Forecast *self)
{
  g_autoptr (GError) error = NULL;

  self->world = sim_world_file_load (self->places[0], &error);
  if (self->world == NULL)
    g_printerr ("%s\n", error->message);
  return self->world != NULL;
}

/* ---- rehearsing ---- */

/* A forecast of fewer rehearsals than were asked for would be another one: an interrupted one says
 * nothing. */
static gboolean
tell_progress (const char *what, const SimForecastTally *tally, guint seeds, gpointer data)
{
  Forecast *self = data;
  DdUsec now = dd_clock_now (self->wall);

  if (!self->tells || now - self->told < PROGRESS_INTERVAL)
    return !sim_was_interrupted ();
  self->told = now;
  fprintf (stderr, "\r%s: %u of %u rehearsals, %u failed\033[K", what,
           sim_forecast_tally_count (tally), seeds, sim_forecast_tally_failed (tally));
  return !sim_was_interrupted ();
}

/* ---- telling ---- */

/* "node group blue", "node groups blue, green". */
static DdValue *
what_value (const Forecast *self)
{
  g_autoptr (GPtrArray) names = g_ptr_array_new ();
  g_autofree char *list = NULL;

  if (self->nodegroup != NULL)
    return dd_string_printf ("node group %s", self->nodegroup);
  sim_world_file_add_nodegroups (self->world, names);
  g_ptr_array_add (names, NULL);
  list = g_strjoinv (", ", (char **) names->pdata);
  return dd_string_printf ("node group%s %s", names->len > 2 ? "s" : "", list);
}

static void
print_forecast (const Forecast *self, const DdValue *forecast)
{
  g_autofree char *text = NULL;

  if (g_strcmp0 (self->format, "json") != 0)
    {
      SimForecastLook look
          = g_strcmp0 (self->format, "markdown") == 0 ? SIM_FORECAST_MARKDOWN : SIM_FORECAST_HUMAN;

      sim_forecast_tell (forecast, look, sim_ink_is_wanted (stdout), stdout);
      return;
    }
  text = dd_value_to_text (forecast);
  printf ("%s\n", text);
}

/* All that is told, as one object; NULL with ERROR. *OUT_PASSES is the verdict. */
static DdValue *
forecast_value (const Forecast *self, const SimForecastRunner *runner, gboolean *out_passes,
                GError **error)
{
  SimForecastWish wish = { .nodegroup = self->nodegroup, .release = self->release };
  g_autoptr (SimForecastTally) tally
      = sim_forecast_run (runner, &wish, runner->seeds, "as it is", error);
  g_autoptr (DdValue) forecast = tally != NULL ? sim_forecast_tally_value (tally) : NULL;
  DdValue *blockers = forecast != NULL ? sim_forecast_fixes (runner, &wish, forecast, error) : NULL;
  DdValue *what_if
      = blockers != NULL ? sim_what_if_value (self->what_if, runner, &wish, error) : NULL;

  if (what_if == NULL)
    {
      dd_value_unref (blockers);
      return NULL;
    }
  *out_passes = sim_forecast_tally_failed_percent (tally) <= self->most_percent;
  dd_value_set (&forecast, "blockers", blockers);
  dd_value_set (&forecast, "what_if", what_if);
  dd_value_set (&forecast, "what", what_value (self));
  dd_value_set (&forecast, "verdict", dd_string (*out_passes ? "passes" : "fails"));
  return g_steal_pointer (&forecast);
}

/* What cannot be rehearsed is the fault of what was given; else ours, or the wish of whoever
 * interrupts. */
static int
status_of (const GError *error)
{
  sim_complain ("forecast", "%s", error->message);
  return g_error_matches (error, DD_ERROR, DD_ERROR_INVALID)
                 || g_error_matches (error, DD_ERROR, DD_ERROR_NOT_FOUND)
             ? DD_EXIT_BAD_INPUT
             : DD_EXIT_INTERNAL;
}

static int
run_forecast (Forecast *self)
{
  SimForecastRunner runner = { .world = { self->world, self->places[0], NULL },
                               .seeds = (guint) self->seeds,
                               .jobs = (guint) self->jobs,
                               .progress = tell_progress,
                               .data = self };
  g_autoptr (GError) error = NULL;
  g_autoptr (DdValue) forecast = NULL;
  gboolean passes;

  self->wall = dd_real_clock_new ();
  self->tells = isatty (STDERR_FILENO);
  sim_catch_interrupts ();
  forecast = forecast_value (self, &runner, &passes, &error);
  if (self->tells)
    fputs ("\r\033[K", stderr);
  if (forecast == NULL)
    return status_of (error);
  print_forecast (self, forecast);
  return passes ? DD_EXIT_OK : DD_EXIT_FAILED;
}

static int
forecast_command (int argc, char **argv)
{
  Forecast self = { .seeds = UNSET, .jobs = UNSET };
  int status = DD_EXIT_BAD_INPUT;

  if (read_options (&self, argc, argv) && load_world (&self))
    status = run_forecast (&self);
  forecast_clear (&self);
  return status;
}

const DdCommand dd_command_forecast = {
  .name = "forecast",
  .summary = "say what to expect of a world's update",
  .run = forecast_command,
};
