/* SPDX-License-Identifier: Apache-2.0 */
/* tests/test-mutants.c: the engine is broken in every way it could be, and somebody notices
 *
 * Every scenario is rehearsed with each mutant of src/engine/mutant.h until one of them fails, and
 * then one scenario under drawn faults, seed by seed; a mutant that lives through all of them is a
 * hole in the scenarios and invariants. Prints TAP and the kill rate. */
#include <gio/gio.h>
#include <stdlib.h>
#include <string.h>

#include "engine/mutant.h"
#include "sim/explore/record.h"
#include "sim/scenario/scenario.h"

/* Who is likely to notice; only the order of trying depends on it. */
static const struct
{
  DdMutant mutant;
  const char *scenario;
  guint64 seed;          /* of a swarm of faults; 0: without */
  const char *invariant; /* that must be what notices; NULL: whatever does */
} hints[] = {
  { DD_MUTANT_EMPTY_BACK, "roll-back-does-not-fill-up", 0, "capacity-is-kept" },
  { DD_MUTANT_ALL_OR_NONE, "hunted-few-to-spare" },
  { DD_MUTANT_CROWD_ZONES, "hunted-pod-comes-back", 18, "nobody-is-balanced-away" },
  { DD_MUTANT_MISCOUNT, "ami-upgrade", 0, "figures-are-true" },
  { DD_MUTANT_EMPTY_ON, "replacements-not-launched", 0, "capacity-is-kept" },
  { DD_MUTANT_HURRY_MINIMAL, "minimal-new-image-never-joins", 0, "capacity-is-kept" },
  { DD_MUTANT_SHRINK_UNREADY, "replacements-stop-joining-small", 0, "groups-end-full" },
  { DD_MUTANT_TRUST_THE_CLUSTER, "wrong-cluster" },
  { DD_MUTANT_TRUST_THE_PROCESSES, "launch-suspended" },
  { DD_MUTANT_FORGET_THE_REFERENCE, "latest-template-rolled-back" },
  { DD_MUTANT_TRUST_THE_IMAGE, "template-version-keeps-release" },
  { DD_MUTANT_IGNORE_NEW_SIZE, "resized-midway" },
  { DD_MUTANT_WAIT_FOR_NOBODY, "desired-lowered-in-scale-up" },
  { DD_MUTANT_SPEND_THE_LAST, "minimal-force-keeps-the-last" },
  { DD_MUTANT_ABANDON_THE_CLUSTER, "clean-up-may-not-terminate" },
  { DD_MUTANT_SHRINK_CLOSED, "every-node-cordoned-midway" },
  { DD_MUTANT_IGNORE_NEW_LIMITS, "minimum-raised-midway" },
  { DD_MUTANT_TERMINATE_UNDRAINED, "ami-upgrade" },
  { DD_MUTANT_COUNT_REFUSAL_AS_SUCCESS, "pdb-blocks-drain" },
  { DD_MUTANT_IGNORE_BUDGETS, "pdb-blocks-drain" },
  { DD_MUTANT_KEEP_ENDED_PODS, "ended-pods-leave" },
  { DD_MUTANT_IGNORE_FINALIZERS, "pod-kept-by-finalizer" },
  { DD_MUTANT_NEVER_GIVE_UP, "pdb-blocks-drain" },
  { DD_MUTANT_GIVE_UP_AT_ONCE, "pdb-blocks-drain" },
  { DD_MUTANT_FORCE_ALWAYS, "pdb-blocks-drain" },
  { DD_MUTANT_FORCE_NEVER, "pdb-forced" },
  { DD_MUTANT_DELETE_FOR_EVER, "force-deletes-once" },
  { DD_MUTANT_DROP_ZONE_RULE, "zone-without-capacity" },
  { DD_MUTANT_MARK_UPDATED, "retry-after-failed-update" },
  { DD_MUTANT_REPLACE_UPDATED, "retry-after-failed-update" },
  { DD_MUTANT_IGNORE_PARALLELISM, "parallel-nodes" },
  { DD_MUTANT_FIGHT_OVER_SIZES, "autoscaler-interferes" },
  { DD_MUTANT_NO_ROLL_BACK, "zone-without-capacity" },
  { DD_MUTANT_NEVER_RETRY, "refused-requests" },
  { DD_MUTANT_LIE_ABOUT_FAILURE, "pdb-blocks-drain" },
  { DD_MUTANT_LOWER_DESIRED_UNDRAINED, "no-hook-scale-down", 0, "nobody-dies-undrained" },
  { DD_MUTANT_EMPTY_THE_UNFILLED, "no-hook-unfilled-places", 0, "capacity-is-kept" },
  { DD_MUTANT_LEAVE_STRANDED, "minimal-failed-node-takes-pods", 0, "nobody-is-stranded" },
  { DD_MUTANT_LEAVE_CLAIMS_BEHIND, "no-hook-last-of-a-zone", 0, "claims-keep-their-zone" },
  { DD_MUTANT_FORGET_OWN_CORDONS, "terminate-denied-in-a-wave", 0, "marks-are-gone" },
  { DD_MUTANT_WRITE_SIZES_BLINDLY, "desired-lowered-between-tries", 0, "wishes-are-kept" },
  { DD_MUTANT_REFILL_ANYWHERE, "roll-back-fills-the-emptied-zone", 0, "nobody-is-balanced-away" },
  { DD_MUTANT_CALL_IT_DONE, "nothing-to-replace-but-short", 0, "groups-end-full" },
  { DD_MUTANT_CUT_PLACES_OFF, "hunted-places-left", 0, "budgets-outlast-updates" },
  { DD_MUTANT_SKIP_LAST_LOOK, "tolerate-everything", 1 },
  { DD_MUTANT_FORGET_LOST_MARKS, "pdb-blocks-drain", 96 },
  { DD_MUTANT_FORGET_UNANSWERED_MARKS, "hunted-unanswered-mark" },
  { DD_MUTANT_DROP_LATE_PROTECTION, "hunted-late-protection" },
  { DD_MUTANT_COUNT_NEW_ALONE, "failed-update-lets-few-leave-at-once" },
  { DD_MUTANT_CROWD_THE_STUCK, "failed-update-fills-other-zones" },
  { DD_MUTANT_KEEP_CORDONS, "failed-update-keeps-a-new-node" },
  { DD_MUTANT_RETIRE_AT_ONCE, "failed-update-lets-few-leave-at-once" },
  { DD_MUTANT_KEEP_NEW_TEMPLATE, "pdb-blocks-drain" },
  { DD_MUTANT_CALL_IT_ROLL_BACK, "pdb-blocks-drain" },
  { DD_MUTANT_CLEAN_IMPATIENTLY, "ami-upgrade", 13 },
  { DD_MUTANT_ADVISE_ONE_MORE, "budget-allows-nothing" },
  { DD_MUTANT_BE_IMPATIENT, "api-server-away-in-each-phase" },
  { DD_MUTANT_OBEY_ANY_REFUSAL, "forbidden-for-a-moment" },
  { DD_MUTANT_FAIL_ON_CONFLICT, "ami-upgrade", 18 },
};

#define MOST_SEEDS 150
static const char *const hunting_grounds[]
    = { "ami-upgrade", "parallel-nodes", "tolerate-everything" };

static GPtrArray *scenarios; /* of SimScenario */

static gint
compare_text (gconstpointer a, gconstpointer b)
{
  return strcmp (*(const char *const *) a, *(const char *const *) b);
}

static void
load_scenarios (void)
{
  const char *srcdir = g_getenv ("srcdir");
  g_autofree char *folder = g_build_filename (srcdir != NULL ? srcdir : ".", "scenarios", NULL);
  g_autoptr (GDir) directory = g_dir_open (folder, 0, NULL);
  g_autoptr (GPtrArray) places = g_ptr_array_new_with_free_func (g_free);
  const char *name;

  if (directory == NULL)
    g_error ("%s cannot be read", folder);
  while ((name = g_dir_read_name (directory)) != NULL)
    {
      if (g_str_has_suffix (name, ".yaml"))
        g_ptr_array_add (places, g_build_filename (folder, name, NULL));
    }
  g_ptr_array_sort (places, compare_text);
  scenarios = g_ptr_array_new_with_free_func ((GDestroyNotify) sim_scenario_free);
  for (guint i = 0; i < places->len; i++)
    {
      SimScenario *scenario = sim_scenario_load (g_ptr_array_index (places, i), NULL);

      if (scenario == NULL)
        g_error ("%s cannot be loaded", (const char *) g_ptr_array_index (places, i));
      g_ptr_array_add (scenarios, scenario);
    }
}

/* What SCENARIO noticed, or whether INVARIANT (NULL: anything) did; NULL: nothing. Caller frees. */
static char *
notice (const SimScenario *scenario, const char *invariant)
{
  SimRehearsal rehearsal = { 0 };
  g_autoptr (SimOutcome) outcome = sim_scenario_rehearse (scenario, &rehearsal, NULL);

  for (guint i = 0; outcome != NULL && i < outcome->verdicts->len; i++)
    {
      const SimVerdict *verdict = g_ptr_array_index (outcome->verdicts, i);

      if (!verdict->held && !verdict->idle_fault
          && (invariant == NULL || strstr (verdict->text, invariant) != NULL))
        return g_strdup_printf ("%s: %s", sim_scenario_name (scenario), verdict->text);
    }
  return NULL;
}

/* Under faults that nobody thought of only invariants bind, as in `drydock explore`. */
static char *
notice_under_faults (const SimScenario *scenario, guint64 seed)
{
  SimRehearsal rehearsal = { .seed = &seed, .faults = SIM_FAULTS_SWARM };
  g_autoptr (SimOutcome) outcome = sim_scenario_rehearse (scenario, &rehearsal, NULL);
  g_autoptr (DdValue) record = outcome != NULL ? sim_record_of_outcome (outcome, "swarm") : NULL;
  g_autofree char *signature = record != NULL ? sim_record_signature (record) : NULL;

  if (signature == NULL || *signature == '\0')
    return NULL;
  return g_strdup_printf ("%s, seed %" G_GUINT64_FORMAT ", swarm: %s", sim_scenario_name (scenario),
                          seed, signature);
}

static char *
hunt (const SimScenario *scenario)
{
  char *killer = NULL;

  for (guint64 seed = 1; seed <= MOST_SEEDS && killer == NULL; seed++)
    killer = notice_under_faults (scenario, seed);
  return killer;
}

static const SimScenario *
scenario_named (const char *name)
{
  for (guint i = 0; i < scenarios->len; i++)
    {
      if (strcmp (sim_scenario_name (g_ptr_array_index (scenarios, i)), name) == 0)
        return g_ptr_array_index (scenarios, i);
    }
  g_error ("there is no scenario %s", name);
}

static char *
ask_the_hinted (DdMutant mutant)
{
  char *killer = NULL;

  for (guint i = 0; i < G_N_ELEMENTS (hints) && killer == NULL; i++)
    {
      if (hints[i].mutant == mutant)
        killer = hints[i].seed == 0
                     ? notice (scenario_named (hints[i].scenario), hints[i].invariant)
                     : notice_under_faults (scenario_named (hints[i].scenario), hints[i].seed);
    }
  return killer;
}

/* Harms that an invariant must see in the world, whatever a scenario expects. */
static gboolean
must_break_an_invariant (DdMutant mutant)
{
  for (guint i = 0; i < G_N_ELEMENTS (hints); i++)
    if (hints[i].mutant == mutant && hints[i].invariant != NULL)
      return TRUE;
  return FALSE;
}

/* ---- what the world alone shows ---- */

/* Harms that are seen without a word of the engine's, and by which promise. */
static const struct
{
  DdMutant mutant;
  const char *scenario, *invariant;
} seen_in_the_world[] = {
  { DD_MUTANT_SKIP_POST_DRAIN_WAIT, "ami-upgrade", "nodes-had-settled" },
  { DD_MUTANT_SKIP_CORDON, "ami-upgrade", "nodes-had-settled" },
  { DD_MUTANT_TERMINATE_UNDRAINED, "ami-upgrade", "nodes-were-emptied" },
  { DD_MUTANT_TERMINATE_BEFORE_EMPTY, "prestop-exec-sleep", "nodes-were-emptied" },
  { DD_MUTANT_IGNORE_BUDGETS, "ami-upgrade", "pods-were-asked" },
  { DD_MUTANT_EVICT_DAEMON_PODS, "ami-upgrade", "daemons-stay" },
  { DD_MUTANT_NEVER_GIVE_UP, "no-hook-another-node", "records-end" },
  { DD_MUTANT_FORCE_ALWAYS, "crash-looping-pods", "pods-were-asked" },
  { DD_MUTANT_DROP_ZONE_RULE, "boot-never-joins", "zones-were-covered" },
  { DD_MUTANT_IGNORE_READINESS, "hunted-late-look", "groups-end-full" },
  { DD_MUTANT_MARK_UPDATED, "no-free-addresses", "marks-are-gone" },
  { DD_MUTANT_EMPTY_ON, "replacements-not-launched", "capacity-is-kept" },
  { DD_MUTANT_EMPTY_BACK, "roll-back-does-not-fill-up", "capacity-is-kept" },
  { DD_MUTANT_HURRY_MINIMAL, "minimal-new-image-never-joins", "capacity-is-kept" },
  { DD_MUTANT_SHRINK_UNREADY, "hunted-late-look", "groups-end-full" },
  { DD_MUTANT_DECREMENT_ON_TERMINATE, "parallel-nodes", "nobody-is-balanced-away" },
  { DD_MUTANT_FORGET_SIZES, "sizes-set-after-update", "steps-of-one" },
  { DD_MUTANT_SCALE_DOWN_AT_ONCE, "ami-upgrade", "steps-of-one" },
  { DD_MUTANT_LOWER_DESIRED_UNDRAINED, "no-hook-another-node", "budgets-outlast-updates" },
  { DD_MUTANT_EMPTY_THE_UNFILLED, "no-hook-unfilled-places", "capacity-is-kept" },
  { DD_MUTANT_LEAVE_STRANDED, "minimal-failed-node-takes-pods", "nobody-is-stranded" },
  { DD_MUTANT_LEAVE_CLAIMS_BEHIND, "no-hook-last-of-a-zone", "claims-keep-their-zone" },
  { DD_MUTANT_FORGET_OWN_CORDONS, "terminate-denied-in-a-wave", "marks-are-gone" },
  { DD_MUTANT_WRITE_SIZES_BLINDLY, "desired-lowered-between-tries", "wishes-are-kept" },
  { DD_MUTANT_REFILL_ANYWHERE, "roll-back-fills-the-emptied-zone", "nobody-is-balanced-away" },
  { DD_MUTANT_CALL_IT_DONE, "nothing-to-replace-but-short", "groups-end-full" },
  { DD_MUTANT_CUT_PLACES_OFF, "hunted-places-left", "budgets-outlast-updates" },
  { DD_MUTANT_IGNORE_NEW_SIZE, "resized-midway", "wishes-are-kept" },
  { DD_MUTANT_IGNORE_NEW_LIMITS, "maximum-set-midway", "wishes-are-kept" },
  { DD_MUTANT_FIGHT_OVER_SIZES, "autoscaler-interferes", "wishes-are-kept" },
  { DD_MUTANT_KEEP_PROTECTION, "ami-upgrade", "protection-is-gone" },
  { DD_MUTANT_NO_ROLL_BACK, "api-server-away-too-long", "marks-are-gone" },
  { DD_MUTANT_NEVER_RETRY, "api-server-away-too-long", "protection-is-gone" },
  { DD_MUTANT_RETIRE_UNDRAINED, "api-server-away-too-long", "nodes-were-emptied" },
  { DD_MUTANT_FORGET_LOST_MARKS, "hunted-unanswered-mark", "marks-are-gone" },
  { DD_MUTANT_FORGET_UNANSWERED_MARKS, "hunted-unanswered-mark", "marks-are-gone" },
  { DD_MUTANT_DROP_LATE_PROTECTION, "hunted-late-protection", "protection-is-gone" },
  { DD_MUTANT_COUNT_NEW_ALONE, "crash-looping-pods", "nobody-is-balanced-away" },
  { DD_MUTANT_CROWD_ZONES, "hunted-few-to-spare", "nobody-is-balanced-away" },
  { DD_MUTANT_CLEAN_IMPATIENTLY, "api-server-away-in-each-phase", "protection-is-gone" },
  { DD_MUTANT_FAIL_ON_CONFLICT, "hunted-conflicts", "protection-is-gone" },
  { DD_MUTANT_TRUST_THE_CLUSTER, "wrong-cluster", "groups-end-full" },
  { DD_MUTANT_LIE_ABOUT_FAILURE, "crash-looping-pods", "groups-end-full" },
};

/* The one promise that is about what the engine tells: an engine that tells nothing breaks it. */
#define ABOUT_TELLING "figures-are-true"

/* Whether SCENARIO breaks INVARIANT (NULL: any but ABOUT_TELLING) when nobody hears what the engine
 * tells. */
static gboolean
is_seen (const SimScenario *scenario, const char *invariant)
{
  SimRehearsal rehearsal = { .deaf_to_engine = TRUE };
  g_autoptr (SimOutcome) outcome = sim_scenario_rehearse (scenario, &rehearsal, NULL);

  for (guint i = 0; outcome != NULL && i < outcome->verdicts->len; i++)
    {
      const SimVerdict *verdict = g_ptr_array_index (outcome->verdicts, i);

      if (!verdict->held && g_str_has_prefix (verdict->text, "invariant ")
          && (invariant != NULL ? g_str_has_suffix (verdict->text, invariant)
                                : !g_str_has_suffix (verdict->text, ABOUT_TELLING)))
        return TRUE;
    }
  return FALSE;
}

/* Without the mutant there must be nothing to see. */
static gboolean
is_seen_by_the_mutant_alone (guint row)
{
  const SimScenario *scenario = scenario_named (seen_in_the_world[row].scenario);
  gboolean before = is_seen (scenario, NULL), after;

  dd_mutant = seen_in_the_world[row].mutant;
  after = is_seen (scenario, seen_in_the_world[row].invariant);
  dd_mutant = DD_MUTANT_NONE;
  return after && !before;
}

/* TAP rows after the Nth; returns how many failed. */
static guint
test_what_the_world_shows (guint n)
{
  guint seen = 0, rows = G_N_ELEMENTS (seen_in_the_world);
  gboolean mute, half;

  for (guint i = 0; i < rows; i++)
    {
      gboolean is = is_seen_by_the_mutant_alone (i);

      g_print ("%sok %u - %s is seen in the world by %s\n", is ? "" : "not ", n + i + 1,
               dd_mutant_name (seen_in_the_world[i].mutant), seen_in_the_world[i].invariant);
      seen += is;
    }
  mute = is_seen (scenario_named ("ami-upgrade"), ABOUT_TELLING);
  half = 2 * seen >= DD_N_MUTANTS - 1;
  g_print ("%sok %u - an engine that tells nothing breaks " ABOUT_TELLING "\n", mute ? "" : "not ",
           n + rows + 1);
  g_print ("%sok %u - at least half of the mutants are seen in the world alone\n",
           half ? "" : "not ", n + rows + 2);
  return rows - seen + !mute + !half;
}

/* Whoever is likely to notice, then everybody, then the hunt. */
static char *
find_killer (DdMutant mutant)
{
  char *killer;

  dd_mutant = mutant;
  killer = ask_the_hinted (mutant);
  if (killer == NULL && must_break_an_invariant (mutant))
    {
      dd_mutant = DD_MUTANT_NONE;
      return NULL;
    }
  for (guint i = 0; i < scenarios->len && killer == NULL; i++)
    killer = notice (g_ptr_array_index (scenarios, i), NULL);
  for (guint i = 0; i < G_N_ELEMENTS (hunting_grounds) && killer == NULL; i++)
    killer = hunt (scenario_named (hunting_grounds[i]));
  dd_mutant = DD_MUTANT_NONE;
  return killer;
}

int
main (void)
{
  guint killed = 0, unseen;

  if (g_getenv ("WITHOUT_MUTANTS") != NULL)
    {
      g_print ("1..0 # SKIP the scenarios themselves have shown how they treat memory\n");
      return 0;
    }
  load_scenarios ();
  for (DdMutant mutant = DD_MUTANT_NONE + 1; mutant < DD_N_MUTANTS; mutant++)
    {
      g_autofree char *killer = find_killer (mutant);

      g_print ("%sok %d - %s (%s) is noticed\n", killer != NULL ? "" : "not ", mutant,
               dd_mutant_name (mutant), dd_mutant_mistake (mutant));
      if (killer != NULL)
        g_print ("# by %.200s\n", killer);
      killed += killer != NULL;
    }
  unseen = test_what_the_world_shows (DD_N_MUTANTS - 1);
  g_print ("1..%d\n# %u of %d mutants killed (%u %%), %u of them seen in the world alone\n",
           DD_N_MUTANTS - 1 + (int) G_N_ELEMENTS (seen_in_the_world) + 2, killed, DD_N_MUTANTS - 1,
           killed * 100 / (DD_N_MUTANTS - 1), (guint) G_N_ELEMENTS (seen_in_the_world));
  g_ptr_array_unref (scenarios);
  return killed == DD_N_MUTANTS - 1 && unseen == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
