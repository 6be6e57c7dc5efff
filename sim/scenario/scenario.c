/* SPDX-License-Identifier: Apache-2.0 */
/* sim/scenario/scenario.c: from a file to an outcome
 *
 * Loading finds every mistake a text can hold. A rehearsal then furnishes a world, lets steps,
 * faults, expectations and invariants in, and goes on until nothing is left to happen, the
 * scenario's time is over, or a limit is reached, which is a result like any other. */

#include "config.h"

#include "sim/scenario/scenario.h"

#include <string.h>

#include "base/error.h"
#include "base/time.h"
#include "sim/aws/eks/workflow.h"
#include "sim/aws/eks/eks.h"
#include "sim/scenario/faults-swarm.h"
#include "sim/http/loopback.h"
#include "sim/invariants/invariants.h"
#include "sim/scenario/faults-table.h"
#include "sim/scenario/names.h"
#include "sim/scenario/schema.h"
#include "sim/scenario/source.h"
#include "sim/scenario/steps.h"
#include "sim/world/transport.h"

#define MOST_EVENTS 20000000
#define DEFAULT_SEED 1
#define DEFAULT_POST_DRAIN_WAIT (60 * DD_SECOND)

struct _SimScenario
{
  char *name;
  DdYamlFile *file;
  const DdYaml *root;
  SimWorldFile *world;
  SimManifests *workloads;
  GPtrArray *warnings;
  GPtrArray *unmodelled;
};

/* ---- loading ---- */

static char *
name_of_place (const char *place)
{
  g_autofree char *base = g_path_get_basename (place);
  char *dot = strrchr (base, '.');

  return dot != NULL && dot != base ? g_strndup (base, dot - base) : g_strdup (base);
}

static gboolean
load_world (SimScenario *scenario, GError **error)
{
  const DdYaml *node = dd_yaml_member (scenario->root, "world");
  g_autofree char *place = NULL;
  g_autoptr (GError) reason = NULL;

  if (node->keys != NULL)
    {
      scenario->world = sim_world_file_new (node, scenario->file->name, error);
      return scenario->world != NULL;
    }
  place = sim_source_resolve (node->text, scenario->file->name);
  scenario->world = sim_world_file_load (place, &reason);
  if (scenario->world != NULL)
    return TRUE;
  if (g_error_matches (reason, DD_ERROR, DD_ERROR_NOT_FOUND))
    dd_yaml_set_error (error, node, "%s", reason->message);
  else
    g_propagate_error (error, g_steal_pointer (&reason));
  return FALSE;
}

static gboolean
load_workloads (SimScenario *scenario, GError **error)
{
  const DdYaml *list = dd_yaml_member (scenario->root, "workloads");

  scenario->workloads = sim_manifests_new (sim_world_file_workloads (scenario->world));
  for (guint i = 0; i < dd_yaml_length (list); i++)
    {
      if (!sim_manifests_add (scenario->workloads, dd_yaml_element (list, i), scenario->file->name,
                              error))
        return FALSE;
    }
  return TRUE;
}

/* Steps and expectations belong to one run; reading them here finds their mistakes early, and what
 * is asked for beyond what is modelled. */
static gboolean
check_parts (SimScenario *scenario, GError **error)
{
  g_autoptr (SimSteps) steps = NULL;
  g_autoptr (SimExpectations) expectations = NULL;

  if (!sim_latencies_check (dd_yaml_member (scenario->root, "latencies"), error)
      || !sim_faults_check (dd_yaml_member (scenario->root, "faults"), error))
    return FALSE;
  steps = sim_steps_new (dd_yaml_member (scenario->root, "steps"), scenario->workloads, error);
  if (steps == NULL)
    return FALSE;
  scenario->unmodelled = sim_unmodelled_new ();
  sim_world_file_add_unmodelled (scenario->world, scenario->unmodelled);
  sim_unmodelled_add_manifests (scenario->unmodelled, scenario->workloads);
  sim_steps_add_unmodelled (steps, scenario->unmodelled);
  expectations = sim_expectations_new (dd_yaml_member (scenario->root, "expect"),
                                       scenario->workloads, error);
  return expectations != NULL && sim_names_check (scenario->root, scenario->world, error);
}

/* A scenario that expects nothing is green whatever its author meant by it. */
static void
warn_of_nothing (SimScenario *scenario)
{
  const DdYaml *expect = dd_yaml_member (scenario->root, "expect");

  if (dd_yaml_length (expect) == 0)
    g_ptr_array_add (scenario->warnings,
                     dd_yaml_point (expect->file, expect->line, expect->column,
                                    "nothing is expected: only the invariants are checked"));
}

static void
collect_warnings (SimScenario *scenario)
{
  scenario->warnings = g_ptr_array_new_with_free_func (g_free);
  for (guint i = 0; i < scenario->file->warnings->len; i++)
    g_ptr_array_add (scenario->warnings,
                     g_strdup (g_ptr_array_index (scenario->file->warnings, i)));
  sim_world_file_add_warnings (scenario->world, scenario->workloads, scenario->warnings);
  warn_of_nothing (scenario);
}

/* Takes FILE, which may be NULL with ERROR set. */
static SimScenario *
scenario_of_file (const char *place, DdYamlFile *file, GError **error)
{
  g_autoptr (SimScenario) scenario = g_new0 (SimScenario, 1);

  scenario->name = name_of_place (place);
  scenario->file = file;
  if (scenario->file == NULL)
    return NULL;
  if (scenario->file->documents->len != 1)
    {
      g_set_error (error, DD_ERROR, DD_ERROR_INVALID,
                   "%s: a scenario is one YAML document; this file holds %u", place,
                   scenario->file->documents->len);
      return NULL;
    }
  scenario->root = g_ptr_array_index (scenario->file->documents, 0);
  if (!sim_schema_check (scenario->root, sim_scenario_rows, "a scenario", error)
      || !load_world (scenario, error) || !load_workloads (scenario, error)
      || !check_parts (scenario, error))
    return NULL;
  collect_warnings (scenario);
  return g_steal_pointer (&scenario);
}

SimScenario *
sim_scenario_load (const char *place, GError **error)
{
  return scenario_of_file (place, sim_source_read (place, error), error);
}

SimScenario *
sim_scenario_parse (const char *place, const char *text, gsize length, GError **error)
{
  return scenario_of_file (place, dd_yaml_parse (place, text, length, error), error);
}

DdValue *
sim_scenario_document (const SimScenario *scenario)
{
  DdValue *document = dd_yaml_document (scenario->root);

  dd_value_set (&document, "world", sim_world_file_document (scenario->world));
  if (dd_yaml_member (scenario->root, "workloads") != NULL)
    dd_value_set (&document, "workloads", sim_manifests_value (scenario->workloads));
  return document;
}

void
sim_scenario_free (SimScenario *scenario)
{
  if (scenario == NULL)
    return;
  g_clear_pointer (&scenario->warnings, g_ptr_array_unref);
  g_clear_pointer (&scenario->unmodelled, g_ptr_array_unref);
  g_clear_pointer (&scenario->workloads, sim_manifests_free);
  g_clear_pointer (&scenario->world, sim_world_file_free);
  g_clear_pointer (&scenario->file, dd_yaml_file_free);
  g_free (scenario->name);
  g_free (scenario);
}

const char *
sim_scenario_name (const SimScenario *scenario)
{
  return scenario->name;
}

const char *
sim_scenario_about (const SimScenario *scenario)
{
  return sim_schema_text (dd_yaml_member (scenario->root, "about"));
}

const GPtrArray *
sim_scenario_warnings (const SimScenario *scenario)
{
  return scenario->warnings;
}

const GPtrArray *
sim_scenario_unmodelled (const SimScenario *scenario)
{
  return scenario->unmodelled;
}

/* ---- rehearsing ---- */

void
sim_outcome_free (SimOutcome *outcome)
{
  if (outcome == NULL)
    return;
  g_free (outcome->scenario);
  g_free (outcome->digest);
  g_clear_pointer (&outcome->verdicts, g_ptr_array_unref);
  g_clear_pointer (&outcome->unmodelled, g_ptr_array_unref);
  g_free (outcome);
}

static gboolean
point_at (const DdYaml *node, const GError *reason, GError **error)
{
  dd_yaml_set_error (error, node, "%s", reason->message);
  return FALSE;
}

static gboolean
set_knobs (const SimScenario *scenario, const SimRehearsal *rehearsal, SimWorld *world,
           GError **error)
{
  SimEksWorkflow *workflow = aws_eks_workflow (world->cloud);
  const DdYaml *profile = dd_yaml_member (scenario->root, "profile");
  const DdYaml *knobs = dd_yaml_member (scenario->root, "knobs");
  g_autoptr (GError) reason = NULL;

  if (rehearsal->profile != NULL)
    {
      if (!sim_eks_workflow_set_profile (workflow, rehearsal->profile, error))
        return FALSE;
    }
  else if (profile != NULL && !sim_eks_workflow_set_profile (workflow, profile->text, &reason))
    return point_at (profile, reason, error);
  for (guint i = 0; i < dd_yaml_length (knobs); i++)
    {
      const DdYaml *key = g_ptr_array_index (knobs->keys, i);

      if (!sim_eks_workflow_set_knob (workflow, key->text, dd_yaml_element (knobs, i)->text,
                                      &reason))
        return point_at (key, reason, error);
    }
  return TRUE;
}

static guint64
seed_of (const SimScenario *scenario, const SimRehearsal *rehearsal)
{
  return rehearsal->seed != NULL
             ? *rehearsal->seed
             : (guint64) dd_value_path_int (scenario->root->value, "seed", DEFAULT_SEED);
}

static void
add_swarm (SimWorld *world)
{
  g_autoptr (DdRandom) random = dd_random_fork (world->stage->random, "swarm");

  sim_faults_add_swarm (world->stage->faults, random);
}

/* A world that is ready to begin, spoken to over the transport that was asked for. */
static SimWorld *
make_world (const SimScenario *scenario, const SimRehearsal *rehearsal, GError **error)
{
  SimFurnish furnish = {
    .seed = seed_of (scenario, rehearsal),
    .latencies = dd_yaml_member (scenario->root, "latencies"),
    .workloads = scenario->workloads,
  };
  g_autoptr (SimWorld) world = sim_world_furnish (scenario->world, &furnish, error);
  SimCarrier *carrier = NULL;

  if (world == NULL || !set_knobs (scenario, rehearsal, world, error))
    return NULL;
  sim_faults_add_all (world, dd_yaml_member (scenario->root, "faults"));
  if (rehearsal->faults == SIM_FAULTS_SWARM)
    add_swarm (world);
  world->max_events
      = sim_clock_events (world->stage->clock)
        + (guint64) dd_value_path_int (scenario->root->value, "max_events", MOST_EVENTS);
  if (rehearsal->loopback)
    {
      carrier = sim_carrier_new_loopback (world, error);
      if (carrier == NULL)
        return NULL;
      sim_transport_set_carrier (world->transport, carrier);
    }
  return g_steal_pointer (&world);
}

typedef enum
{
  RUN_AT_REST,   /* nothing is left to happen, or schedules alone go on for ever */
  RUN_TIME_OVER, /* the scenario's own time */
  RUN_TOO_LONG,
  RUN_TOO_MANY_EVENTS,
} RunEnd;

static RunEnd
run (SimWorld *world, DdUsec limit, gboolean limit_was_asked_for)
{
  DdUsec end = sim_trace_origin (world->stage->trace) + limit;
  DdUsec due;

  for (;;)
    {
      sim_transport_flush (world->transport);
      if (!sim_clock_next_due (world->stage->clock, &due)
          || (!limit_was_asked_for && sim_clock_is_at_rest (world->stage->clock)))
        return RUN_AT_REST;
      if (due > end)
        return limit_was_asked_for ? RUN_TIME_OVER : RUN_TOO_LONG;
      if (!sim_world_step (world))
        return RUN_TOO_MANY_EVENTS;
    }
}

static SimVerdict *
failure_new (const SimWorld *world, const char *text, const char *why)
{
  SimVerdict *verdict = g_new0 (SimVerdict, 1);

  verdict->text = g_strdup (text);
  verdict->place = g_strdup ("");
  verdict->time = sim_stage_now (world->stage) - sim_trace_origin (world->stage->trace);
  verdict->why = g_strdup (why);
  return verdict;
}

static void
add_breaches (const SimWorld *world, const SimInvariants *invariants, GPtrArray *verdicts)
{
  const GPtrArray *breaches = sim_invariants_breaches (invariants);

  for (guint i = 0; i < breaches->len; i++)
    {
      const SimBreach *breach = g_ptr_array_index (breaches, i);
      g_autofree char *text = g_strdup_printf ("invariant %s", breach->name);
      SimVerdict *verdict = failure_new (world, text, breach->why);

      verdict->time = breach->time;
      g_ptr_array_add (verdicts, verdict);
    }
}

static void
add_limit (const SimWorld *world, RunEnd end, GPtrArray *verdicts)
{
  switch (end)
    {
    case RUN_AT_REST:
    case RUN_TIME_OVER:
      break;
    case RUN_TOO_LONG:
      g_ptr_array_add (verdicts,
                       failure_new (world, "the world comes to rest",
                                    "it was still busy after 24 virtual hours; say `for:` to end "
                                    "a scenario earlier"));
      break;
    case RUN_TOO_MANY_EVENTS:
      g_ptr_array_add (verdicts, failure_new (world, "the world comes to rest",
                                              "it reached its limit of events (max_events)"));
      break;
    }
}

static void
add_unmodelled (const GPtrArray *unmodelled, GPtrArray *verdicts)
{
  for (guint i = 0; i < unmodelled->len; i++)
    {
      const SimUnmodelled *one = g_ptr_array_index (unmodelled, i);
      SimVerdict *verdict = g_new0 (SimVerdict, 1);

      verdict->text = sim_unmodelled_title (one);
      verdict->place = sim_unmodelled_place (one);
      verdict->line = one->line;
      verdict->always_binds = TRUE;
      verdict->why = sim_unmodelled_effect (one);
      g_ptr_array_add (verdicts, verdict);
    }
}

static gboolean
all_held (const GPtrArray *verdicts)
{
  for (guint i = 0; i < verdicts->len; i++)
    {
      const SimVerdict *verdict = g_ptr_array_index (verdicts, i);

      if (!verdict->held)
        return FALSE;
    }
  return TRUE;
}

static DdUsec
post_drain_wait_of (const SimScenario *scenario)
{
  return sim_schema_duration (
      dd_yaml_member (dd_yaml_member (scenario->root, "knobs"), "post_drain_wait"),
      DEFAULT_POST_DRAIN_WAIT);
}

static void
note_step (const char *action, const DdValue *what, gpointer data)
{
  sim_invariants_note_step (data, action, what);
}

static SimOutcome *
rehearse_in (const SimScenario *scenario, const SimRehearsal *rehearsal, SimWorld *world)
{
  const DdYaml *limit = dd_yaml_member (scenario->root, "for");
  const char *cluster = sim_world_file_cluster (scenario->world);
  g_autoptr (SimSteps) steps
      = sim_steps_new (dd_yaml_member (scenario->root, "steps"), scenario->workloads, NULL);
  g_autoptr (SimExpectations) expectations
      = sim_expectations_new (dd_yaml_member (scenario->root, "expect"), scenario->workloads, NULL);
  g_autoptr (SimInvariants) invariants = sim_invariants_new (world, post_drain_wait_of (scenario));
  SimOutcome *outcome = g_new0 (SimOutcome, 1);
  RunEnd end;

  if (rehearsal->deaf_to_engine)
    sim_invariants_be_deaf_to (invariants, "engine");
  if (rehearsal->attend != NULL)
    rehearsal->attend (world, rehearsal->attend_data);
  sim_expectations_watch (expectations, world, cluster);
  sim_steps_set_listener (steps, note_step, invariants);
  sim_steps_begin (steps, world, cluster);
  end = run (world, sim_schema_duration (limit, SIM_LONGEST_RUN), limit != NULL);

  outcome->scenario = g_strdup (scenario->name);
  outcome->seed = world->stage->seed;
  outcome->transport = rehearsal->loopback ? "loopback" : "direct";
  outcome->strict = rehearsal->strict;
  outcome->unmodelled = g_ptr_array_ref (scenario->unmodelled);
  outcome->verdicts = g_ptr_array_new_with_free_func ((GDestroyNotify) sim_verdict_free);
  if (rehearsal->strict)
    add_unmodelled (scenario->unmodelled, outcome->verdicts);
  sim_steps_conclude (steps, outcome->verdicts); /* a cause before its consequences */
  g_ptr_array_extend_and_steal (outcome->verdicts, sim_expectations_conclude (expectations));
  if (rehearsal->faults == SIM_FAULTS_OWN)
    sim_faults_conclude (world, dd_yaml_member (scenario->root, "faults"), outcome->verdicts);
  sim_invariants_conclude (invariants, end == RUN_AT_REST || end == RUN_TOO_LONG);
  add_breaches (world, invariants, outcome->verdicts);
  add_limit (world, end, outcome->verdicts);
  outcome->held = all_held (outcome->verdicts);
  outcome->promises = sim_invariants_count ();
  outcome->digest = sim_trace_digest (world->stage->trace);
  outcome->virtual_time = sim_stage_now (world->stage) - sim_trace_origin (world->stage->trace);
  outcome->events = sim_trace_count (world->stage->trace);
  outcome->struck = sim_faults_struck (world->stage->faults, rehearsal->faults == SIM_FAULTS_SWARM);
  if (rehearsal->dismiss != NULL)
    rehearsal->dismiss (world, rehearsal->attend_data);
  return outcome;
}

SimOutcome *
sim_scenario_rehearse (const SimScenario *scenario, const SimRehearsal *rehearsal, GError **error)
{
  g_autoptr (SimWorld) world = make_world (scenario, rehearsal, error);

  return world != NULL ? rehearse_in (scenario, rehearsal, world) : NULL;
}
