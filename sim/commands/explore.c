/* SPDX-License-Identifier: Apache-2.0 */
/* sim/commands/explore.c: `drydock explore`: the same scenarios under thousands of seeds
 *
 * A seed decides all chance in a world, so a list of seeds is a list of different upgrades of the
 * same group. With --faults swarm each seed also draws what goes wrong. What fails is grouped by
 * the promises it broke, and each group names the command that plays it again. */

#include "config.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/error.h"
#include "base/output.h"
#include "base/time.h"
#include "sim/commands/commands.h"
#include "sim/commands/complain.h"
#include "sim/commands/interrupt.h"
#include "sim/explore/pool.h"
#include "sim/explore/record.h"
#include "sim/explore/results.h"
#include "sim/explore/summary.h"
#include "sim/scenario/scenario.h"
#include "sim/scenario/schema.h"
#include "sim/sinks/ink.h"
#include "sim/sinks/report.h"

#define DEFAULT_SEEDS 100
#define ONE_PER_PROCESSOR G_MININT /* what nobody would type */
#define PATIENCE_SECONDS 600
#define PROGRESS_INTERVAL (200 * DD_MILLISECOND)

typedef struct
{
  char *seeds, *shard, *time, *faults, *results_path, *transport, *format;
  gint jobs;
  gboolean strict;
  char **places;

  guint64 first_seed, last_seed;
  guint64 shard_index, shard_count; /* seeds with (seed - first) % COUNT == INDEX */
  DdUsec limit;
  SimFaultsWanted wanted;

  GPtrArray *scenarios; /* of SimScenario, by name */
  GHashTable *place_of; /* scenario's name -> place; for look-up only */
  FILE *results;
  DdClock *wall;
  DdUsec begun, told;
  gboolean tells; /* progress on the terminal */
  SimSummary *summary;
} Explore;

static void
explore_clear (Explore *self)
{
  g_free (self->seeds);
  g_free (self->shard);
  g_free (self->time);
  g_free (self->faults);
  g_free (self->results_path);
  g_free (self->transport);
  g_free (self->format);
  g_strfreev (self->places);
  g_clear_pointer (&self->scenarios, g_ptr_array_unref);
  g_clear_pointer (&self->place_of, g_hash_table_unref);
  g_clear_pointer (&self->results, fclose);
  g_clear_pointer (&self->wall, dd_real_clock_free);
  g_clear_pointer (&self->summary, sim_summary_free);
}

/* ---- options ---- */

static GOptionContext *
make_options (Explore *self)
{
  const GOptionEntry entries[] = {
    { "seeds", 0, 0, G_OPTION_ARG_STRING, &self->seeds, "From A to B, both included (1..100)",
      "A..B" },
    { "jobs", 'j', 0, G_OPTION_ARG_INT, &self->jobs, "Processes (one per processor)", "N" },
    { "shard", 0, 0, G_OPTION_ARG_STRING, &self->shard,
      "Only the Ith of N equal parts of the seeds, for many machines", "I/N" },
    { "time", 0, 0, G_OPTION_ARG_STRING, &self->time, "Begin nothing after this long", "60s" },
    { "faults", 0, 0, G_OPTION_ARG_STRING, &self->faults,
      "none (the scenario's own, the default) or swarm (each seed draws further ones)", "KIND" },
    { "transport", 0, 0, G_OPTION_ARG_STRING, &self->transport,
      "direct (function calls, the default) or loopback (over a real socket)", "KIND" },
    { "results", 0, 0, G_OPTION_ARG_FILENAME, &self->results_path,
      "Write a record of each rehearsal; drydock merge joins such files", "FILE" },
    { "strict", 0, 0, G_OPTION_ARG_NONE, &self->strict,
      "Fail where objects ask for something that is not modelled", NULL },
    { "format", 0, 0, G_OPTION_ARG_STRING, &self->format,
      "human (the default) or json (one object)", "KIND" },
    { G_OPTION_REMAINING, 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &self->places, NULL, NULL },
    { NULL },
  };
  GOptionContext *context = g_option_context_new ("SCENARIO...");

  g_option_context_set_summary (context, "Rehearses scenarios under many seeds, on all processors, "
                                         "and says what broke, how often,\nand how to see it.");
  g_option_context_set_description (
      context,
      "Examples:\n"
      "  drydock explore --seeds 1..9 scenarios/ami-upgrade.yaml scenarios/minor-upgrade.yaml\n"
      "  drydock explore --seeds 1..50 --faults swarm scenarios/ami-upgrade.yaml\n"
      "  drydock explore --seeds 1..1000000 --time 10m --jobs 8 scenarios/minor-upgrade.yaml\n"
      "  drydock explore --seeds 1..9 --shard 2/3 --results part-2.jsonl scenarios/throttled.yaml\n"
      "\n"
      "With --faults swarm things go wrong that the scenario does not know of: its expectations "
      "are\n"
      "not judged then, only the invariants, which hold whatever happens.\n"
      "\n"
      "A fault that a scenario names need not strike under every seed; one that struck under none\n"
      "is told at the end and fails nothing (with --faults swarm none is). So is what an object "
      "asks\n"
      "for and is not modelled, but with --strict that fails under every seed.\n"
      "\n"
      "Exit status: 0 all held, 1 something failed, 2 bad input, 3 a fault of drydock's own.\n");
  g_option_context_add_main_entries (context, entries, NULL);
  return context;
}

static gboolean
read_number (const char *text, guint64 *out)
{
  return g_ascii_string_to_unsigned (text, 10, 0, G_MAXUINT64 - 1, out, NULL);
}

/* "A..B", "A" or nothing. */
static gboolean
read_seeds (Explore *self)
{
  g_auto (GStrv) ends = NULL;

  self->first_seed = 1;
  self->last_seed = DEFAULT_SEEDS;
  if (self->seeds == NULL)
    return TRUE;
  ends = g_strsplit (self->seeds, "..", 2);
  if (ends[0] != NULL && read_number (ends[0], &self->first_seed)
      && read_number (ends[1] != NULL ? ends[1] : ends[0], &self->last_seed)
      && self->first_seed <= self->last_seed)
    return TRUE;
  return sim_complain ("explore",
                       "--seeds takes A..B, two whole numbers, the lower one first, not '%s'",
                       self->seeds);
}

static gboolean
read_shard (Explore *self)
{
  g_auto (GStrv) parts = NULL;

  self->shard_count = 1;
  if (self->shard == NULL)
    return TRUE;
  parts = g_strsplit (self->shard, "/", 2);
  if (g_strv_length (parts) == 2 && read_number (parts[0], &self->shard_index)
      && read_number (parts[1], &self->shard_count) && self->shard_index >= 1
      && self->shard_index <= self->shard_count)
    {
      self->shard_index--;
      return TRUE;
    }
  return sim_complain ("explore", "--shard takes I/N with I from 1 to N, such as 2/3, not '%s'",
                       self->shard);
}

static gboolean
read_time (Explore *self)
{
  if (self->time == NULL || (dd_duration_from_text (self->time, &self->limit) && self->limit > 0))
    return TRUE;
  return sim_complain ("explore", "--time takes a duration such as 90s or 1h30m, not '%s'",
                       self->time);
}

static gboolean
is_among (const char *option, const char *word, const char *const *words)
{
  g_autofree char *hint = NULL;

  if (word == NULL || g_strv_contains (words, word))
    return TRUE;
  hint = sim_did_you_mean (word, words);
  return sim_complain ("explore", "%s cannot be '%s'%s", option, word, hint);
}

static gboolean
read_words (const Explore *self)
{
  static const char *const faults[] = { "none", "swarm", NULL };
  static const char *const transports[] = { "direct", "loopback", NULL };
  static const char *const formats[] = { "human", "json", NULL };

  return is_among ("--faults", self->faults, faults) && is_among ("--format", self->format, formats)
         && is_among ("--transport", self->transport, transports);
}

static gboolean
read_jobs (Explore *self)
{
  if (self->jobs == ONE_PER_PROCESSOR)
    self->jobs = (gint) g_get_num_processors ();
  if (self->jobs >= 1 && self->jobs <= 1024)
    return TRUE;
  return sim_complain ("explore", "--jobs takes a number from 1 to 1024");
}

static gboolean
read_options (Explore *self, int argc, char **argv)
{
  g_autoptr (GOptionContext) context = make_options (self);
  g_autoptr (GError) error = NULL;

  if (!g_option_context_parse (context, &argc, &argv, &error))
    return sim_complain ("explore", "%s", error->message);
  if (self->places == NULL)
    return sim_complain ("explore", "name at least one scenario; see drydock explore --help");
  return read_seeds (self) && read_shard (self) && read_time (self) && read_words (self)
         && read_jobs (self);
}

/* ---- what is explored ---- */

static gint
compare_scenarios (gconstpointer a, gconstpointer b)
{
  return strcmp (sim_scenario_name (*(SimScenario *const *) a),
                 sim_scenario_name (*(SimScenario *const *) b));
}

static gboolean
load_scenario (Explore *self, const char *place)
{
  g_autoptr (GError) error = NULL;
  SimScenario *scenario = sim_scenario_load (place, &error);
  const char *name;

  if (scenario == NULL)
    {
      g_printerr ("%s\n", error->message);
      return FALSE;
    }
  g_ptr_array_add (self->scenarios, scenario);
  name = sim_scenario_name (scenario);
  if (!g_hash_table_contains (self->place_of, name))
    {
      g_hash_table_insert (self->place_of, (gpointer) name, (gpointer) place);
      return TRUE;
    }
  return sim_complain ("explore",
                       "%s and %s have the same name, which is what records know them by",
                       (const char *) g_hash_table_lookup (self->place_of, name), place);
}

static gboolean
load_all (Explore *self)
{
  self->scenarios = g_ptr_array_new_with_free_func ((GDestroyNotify) sim_scenario_free);
  self->place_of = g_hash_table_new (g_str_hash, g_str_equal);
  for (guint i = 0; self->places[i] != NULL; i++)
    {
      if (!load_scenario (self, self->places[i]))
        return FALSE;
    }
  g_ptr_array_sort (self->scenarios, compare_scenarios);
  return TRUE;
}

static gboolean
open_results (Explore *self)
{
  g_autoptr (GPtrArray) claimed = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (GError) error = NULL;

  if (self->results_path == NULL)
    return TRUE;
  for (guint i = 0; self->places[i] != NULL; i++)
    dd_output_protect (claimed, self->places[i]);
  if (dd_output_claim (claimed, self->results_path, &error))
    self->results = dd_output_open (self->results_path, &error);
  return self->results != NULL || sim_complain ("explore", "%s", error->message);
}

/* Numbers go through all scenarios with one seed before the next seed, so that a run that is cut
 * short has seen every scenario, and files are in the order of records. */
static guint64
seed_of (const Explore *self, guint64 index)
{
  guint64 nth = index / self->scenarios->len;

  return self->first_seed + self->shard_index + nth * self->shard_count;
}

static const SimScenario *
scenario_of (const Explore *self, guint64 index)
{
  return g_ptr_array_index (self->scenarios, index % self->scenarios->len);
}

static guint64
count_rehearsals (const Explore *self)
{
  guint64 seeds = self->last_seed - self->first_seed + 1;
  guint64 mine
      = seeds > self->shard_index ? (seeds - self->shard_index - 1) / self->shard_count + 1 : 0;

  return mine * self->scenarios->len;
}

/* ---- exploring ---- */

static const char *
faults_word (const Explore *self)
{
  return self->faults != NULL ? self->faults : "none";
}

static DdValue *
explore_one (guint64 index, gpointer data)
{
  const Explore *self = data;
  const SimScenario *scenario = scenario_of (self, index);
  guint64 seed = seed_of (self, index);
  SimRehearsal rehearsal = {
    .seed = &seed,
    .loopback = g_strcmp0 (self->transport, "loopback") == 0,
    .faults = self->wanted,
    .strict = self->strict,
  };
  g_autoptr (GError) error = NULL;
  g_autoptr (SimOutcome) outcome = sim_scenario_rehearse (scenario, &rehearsal, &error);

  if (outcome == NULL)
    return sim_record_of_error (sim_scenario_name (scenario), seed, faults_word (self),
                                error->message);
  return sim_record_of_outcome (outcome, faults_word (self));
}

static DdValue *
mourn_one (guint64 index, const char *how, gpointer data)
{
  const Explore *self = data;

  return sim_record_of_error (sim_scenario_name (scenario_of (self, index)), seed_of (self, index),
                              faults_word (self), how);
}

static void
tell_progress (Explore *self, guint64 done)
{
  DdUsec now = dd_clock_now (self->wall);

  if (!self->tells || now - self->told < PROGRESS_INTERVAL)
    return;
  self->told = now;
  fprintf (stderr,
           "\r%" G_GUINT64_FORMAT " of %" G_GUINT64_FORMAT " rehearsals, %.0f/s, %" G_GUINT64_FORMAT
           " failed in %u ways\033[K",
           done, count_rehearsals (self),
           (double) done * DD_SECOND / (double) MAX (now - self->begun, 1),
           sim_summary_failed (self->summary), sim_summary_ways (self->summary));
}

static gboolean
take_one (guint64 index, const DdValue *record, gpointer data)
{
  Explore *self = data;

  sim_summary_add (self->summary, record);
  if (self->results != NULL)
    sim_results_write (record, self->results);
  tell_progress (self, index + 1);
  return !sim_was_interrupted ();
}

static gboolean
explore_all (Explore *self, GError **error)
{
  SimPool pool = { .count = count_rehearsals (self),
                   .jobs = (guint) self->jobs,
                   .wall = self->wall,
                   .deadline = self->limit > 0 ? self->begun + self->limit : 0,
                   .patience_seconds = PATIENCE_SECONDS,
                   .work = explore_one,
                   .take = take_one,
                   .mourn = mourn_one,
                   .data = self };
  gboolean done;

  sim_catch_interrupts (); /* what was found is still told */
  done = sim_pool_run (&pool, error);
  if (self->tells)
    fputs ("\r\033[K", stderr);
  return done;
}

static const char *
place_of (const char *scenario, gpointer data)
{
  const Explore *self = data;

  return g_hash_table_lookup (self->place_of, scenario);
}

/* What the scenarios' objects ask for and is not modelled, each with its scenario. */
static DdValue *
unmodelled_value (const Explore *self)
{
  DdBuilder list = dd_builder_array ();

  for (guint i = 0; i < self->scenarios->len; i++)
    {
      const SimScenario *scenario = g_ptr_array_index (self->scenarios, i);
      g_autoptr (DdValue) its = sim_unmodelled_value (sim_scenario_unmodelled (scenario));

      for (gsize j = 0; j < dd_value_length (its); j++)
        dd_builder_add (&list, dd_value_with_member (dd_value_element (its, j), "scenario",
                                                     dd_string (sim_scenario_name (scenario))));
    }
  return dd_builder_end (&list);
}

static void
print_unmodelled (const Explore *self)
{
  for (guint i = 0; i < self->scenarios->len; i++)
    sim_report_unmodelled (sim_scenario_unmodelled (g_ptr_array_index (self->scenarios, i)),
                           sim_ink_is_wanted (stdout), stdout);
}

/* Nothing of the machine or its speed, but whether it came to the end. */
static void
print_object (const Explore *self)
{
  g_autoptr (DdValue) value = sim_summary_value (self->summary, place_of, (gpointer) self);
  g_autofree char *text = NULL;
  guint64 count = sim_summary_count (self->summary);

  dd_value_set (&value, "not_begun", dd_int ((gint64) (count_rehearsals (self) - count)));
  dd_value_set (&value, "not_modelled", unmodelled_value (self));
  text = dd_value_to_text (value);
  printf ("%s\n", text);
}

static void
print_end (const Explore *self)
{
  double seconds = (double) (dd_clock_now (self->wall) - self->begun) / DD_SECOND;
  guint64 count = sim_summary_count (self->summary);

  sim_summary_print (self->summary, place_of, (gpointer) self, sim_ink_is_wanted (stdout), stdout);
  if (!self->strict) /* else each is a way to fail */
    print_unmodelled (self);
  printf ("%.1f s with %d job%s, %.0f rehearsals a second\n", seconds, self->jobs,
          self->jobs == 1 ? "" : "s", seconds > 0 ? (double) count / seconds : 0);
  if (count < count_rehearsals (self))
    printf ("%s before the end: %" G_GUINT64_FORMAT " were not begun\n",
            sim_was_interrupted () ? "interrupted" : "time was over",
            count_rehearsals (self) - count);
}

static gboolean
close_results (const Explore *self)
{
  if (self->results != NULL && count_rehearsals (self) == 0)
    sim_results_write_nothing (self->results);
  if (self->results == NULL || (fflush (self->results) == 0 && !ferror (self->results)))
    return TRUE;
  return sim_complain ("explore", "%s: %s", self->results_path, g_strerror (errno));
}

static int
run_explore (Explore *self)
{
  g_autoptr (GError) error = NULL;

  self->wall = dd_real_clock_new ();
  self->begun = dd_clock_now (self->wall);
  self->tells = isatty (STDERR_FILENO);
  self->summary = sim_summary_new ();
  self->wanted = g_strcmp0 (self->faults, "swarm") == 0 ? SIM_FAULTS_SWARM : SIM_FAULTS_OWN;
  if (!explore_all (self, &error))
    {
      sim_complain ("explore", "%s", error->message);
      return DD_EXIT_INTERNAL;
    }
  if (g_strcmp0 (self->format, "json") == 0)
    print_object (self);
  else
    print_end (self);
  if (!close_results (self))
    return DD_EXIT_INTERNAL;
  return sim_summary_failed (self->summary) == 0 ? DD_EXIT_OK : DD_EXIT_FAILED;
}

static int
explore_command (int argc, char **argv)
{
  Explore self = { .jobs = ONE_PER_PROCESSOR };
  int status = DD_EXIT_BAD_INPUT;

  if (read_options (&self, argc, argv) && load_all (&self) && open_results (&self))
    status = run_explore (&self);
  explore_clear (&self);
  return status;
}

const DdCommand dd_command_explore = {
  .name = "explore",
  .summary = "rehearse scenarios under thousands of seeds",
  .run = explore_command,
  .switches = (const char *const[]) { "strict", NULL },
};
