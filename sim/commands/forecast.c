/* SPDX-License-Identifier: Apache-2.0 */
/* sim/commands/forecast.c: `drydock forecast`: the update of a world's node groups, rehearsed many
 * times, and what is to be expected of the real one */
#include "config.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/error.h"
#include "sim/commands/commands.h"
#include "sim/explore/pool.h"
#include "sim/forecast/measure.h"
#include "sim/forecast/plan.h"
#include "sim/forecast/tally.h"
#include "sim/forecast/tell.h"
#include "sim/scenario/schema.h"
#include "sim/sinks/ink.h"

#define DEFAULT_SEEDS 200
#define MOST_SEEDS 1000000
#define DEFAULT_FAIL_ABOVE 1.0
#define UNSET G_MININT /* what nobody would type */
#define PATIENCE_SECONDS 600
#define PROGRESS_INTERVAL (200 * DD_MILLISECOND)

typedef struct
{
  char *nodegroup, *release, *fail_above, *format;
  gint seeds, jobs;
  char **places;

  double most_percent;
  SimWorldFile *world;
  DdClock *wall;
  DdUsec told;
  gboolean tells; /* progress on the terminal */
} Forecast;

/* The rehearsals of one scenario. */
typedef struct
{
  Forecast *forecast;
  const char *what; /* for the progress */
  const SimScenario *scenario;
  SimForecastTally *tally;
  char *bad_input; /* why the world cannot be made */
} Series;

static volatile sig_atomic_t interrupted;

static void
forecast_clear (Forecast *self)
{
  g_free (self->nodegroup);
  g_free (self->release);
  g_free (self->fail_above);
  g_free (self->format);
  g_strfreev (self->places);
  g_clear_pointer (&self->world, sim_world_file_free);
  g_clear_pointer (&self->wall, dd_real_clock_free);
}

static gboolean complain (const char *format, ...) G_GNUC_PRINTF (1, 2);

static gboolean
complain (const char *format, ...)
{
  g_autofree char *text = NULL;
  va_list arguments;

  va_start (arguments, format);
  text = g_strdup_vprintf (format, arguments);
  va_end (arguments);
  g_printerr ("drydock forecast: %s\n", text);
  return FALSE;
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
      "\n"
      "WORLD is a world file, such as drydock import makes of a cluster. Each rehearsal draws "
      "its own\ndelays and choices; the same world gives the same forecast, to the byte, on any "
      "machine.\n"
      "\n"
      "A budget is a blocker where it still refuses a pod when the update fails. One that only "
      "passes\nthrough zero, while one pod takes the place of another, is none.\n"
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
  return complain ("--fail-above takes a share from 0%% to 100%%, such as 1%%, not '%s'",
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
  return complain ("--format cannot be '%s'%s", self->format, hint);
}

static gboolean
read_numbers (Forecast *self)
{
  if (self->seeds == UNSET)
    self->seeds = DEFAULT_SEEDS;
  if (self->jobs == UNSET)
    self->jobs = (gint) g_get_num_processors ();
  if (self->seeds < 1 || self->seeds > MOST_SEEDS)
    return complain ("--seeds takes a number from 1 to %d", MOST_SEEDS);
  if (self->jobs < 1 || self->jobs > 1024)
    return complain ("--jobs takes a number from 1 to 1024");
  return TRUE;
}

static gboolean
read_options (Forecast *self, int argc, char **argv)
{
  g_autoptr (GOptionContext) context = make_options (self);
  g_autoptr (GError) error = NULL;

  if (!g_option_context_parse (context, &argc, &argv, &error))
    return complain ("%s", error->message);
  if (self->places == NULL || self->places[1] != NULL)
    return complain ("name one world file; see drydock forecast --help");
  return read_numbers (self) && read_fail_above (self) && read_format (self);
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

static DdValue *
rehearse_one (guint64 index, gpointer data)
{
  const Series *series = data;

  return sim_forecast_measure (series->scenario, index + 1);
}

static DdValue *
mourn_one (guint64 index, const char *how, gpointer data)
{
  (void) data;
  return sim_forecast_measure_of_error (index + 1, how, FALSE);
}

static void
tell_progress (const Series *series)
{
  Forecast *self = series->forecast;
  DdUsec now = dd_clock_now (self->wall);

  if (!self->tells || now - self->told < PROGRESS_INTERVAL)
    return;
  self->told = now;
  fprintf (stderr, "\r%s: %u of %d rehearsals, %u failed\033[K", series->what,
           sim_forecast_tally_count (series->tally), self->seeds,
           sim_forecast_tally_failed (series->tally));
}

static gboolean
take_one (guint64 index, const DdValue *record, gpointer data)
{
  Series *series = data;

  (void) index;
  if (dd_value_path_bool (record, "bad_input", FALSE))
    {
      series->bad_input = g_strdup (dd_value_path_string (record, "why"));
      return FALSE;
    }
  sim_forecast_tally_add (series->tally, record);
  tell_progress (series);
  return !interrupted;
}

static void
note_interrupt (int signal_number)
{
  (void) signal_number;
  interrupted = 1;
}

/* A forecast of fewer rehearsals than were asked for would be another one: an interrupted one says
 * nothing. */
static void
catch_interrupts (void)
{
  struct sigaction action = { .sa_handler = note_interrupt };

  sigemptyset (&action.sa_mask);
  sigaction (SIGINT, &action, NULL);
}

/* DD_EXIT_OK, and what came of it is in SERIES->tally. */
static int
rehearse_all (Series *series)
{
  Forecast *self = series->forecast;
  SimPool pool = { .count = (guint64) self->seeds,
                   .jobs = (guint) self->jobs,
                   .wall = self->wall,
                   .patience_seconds = PATIENCE_SECONDS,
                   .work = rehearse_one,
                   .take = take_one,
                   .mourn = mourn_one,
                   .data = series };
  g_autoptr (GError) error = NULL;
  gboolean done = sim_pool_run (&pool, &error);

  if (self->tells)
    fputs ("\r\033[K", stderr);
  if (!done || interrupted)
    {
      complain ("%s", done ? "interrupted" : error->message);
      return DD_EXIT_INTERNAL;
    }
  if (series->bad_input == NULL)
    return DD_EXIT_OK;
  g_printerr ("%s\n", series->bad_input);
  return DD_EXIT_BAD_INPUT;
}

/* Rehearses WORLD as it is WISHED; WHAT is for the progress. The status; *OUT_TALLY is set where
 * that is DD_EXIT_OK. */
static int
forecast_one (Forecast *self, const SimForecastWorld *world, const SimForecastWish *wish,
              const char *what, SimForecastTally **out_tally)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (SimScenario) scenario = sim_forecast_plan (world, wish, &error);
  g_autoptr (SimForecastTally) tally = sim_forecast_tally_new ();
  Series series = { self, what, scenario, tally, NULL };
  int status;

  if (scenario == NULL)
    {
      complain ("%s", error->message);
      return DD_EXIT_BAD_INPUT;
    }
  status = rehearse_all (&series);
  g_free (series.bad_input);
  if (status == DD_EXIT_OK)
    *out_tally = g_steal_pointer (&tally);
  return status;
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

static int
run_forecast (Forecast *self)
{
  SimForecastWorld world = { self->world, self->places[0], NULL };
  SimForecastWish wish = { .nodegroup = self->nodegroup, .release = self->release };
  g_autoptr (SimForecastTally) tally = NULL;
  g_autoptr (DdValue) forecast = NULL;
  gboolean passes;
  int status;

  self->wall = dd_real_clock_new ();
  self->tells = isatty (STDERR_FILENO);
  catch_interrupts ();
  status = forecast_one (self, &world, &wish, "as it is", &tally);
  if (status != DD_EXIT_OK)
    return status;
  passes = sim_forecast_tally_failed_percent (tally) <= self->most_percent;
  forecast = sim_forecast_tally_value (tally);
  dd_value_set (&forecast, "what", what_value (self));
  dd_value_set (&forecast, "verdict", dd_string (passes ? "passes" : "fails"));
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
