/* SPDX-License-Identifier: Apache-2.0 */
/* sim/scenario/scenario.h: one situation as data: a world, steps, faults and what must come of them
 */
#pragma once

#include "sim/scenario/expect.h"
#include "sim/scenario/unmodelled.h"
#include "sim/scenario/world.h"

G_BEGIN_DECLS

typedef struct _SimScenario SimScenario;

/* PLACE is a path or a resource URI. Everything that can be wrong with the text is found here. */
SimScenario *sim_scenario_load (const char *place, GError **error);
/* The same from TEXT, as if it stood in the file PLACE. */
SimScenario *sim_scenario_parse (const char *place, const char *text, gsize length, GError **error);
/* The whole of it as one document that needs no other file: its world and workloads are written
 * into it. A new reference. */
DdValue *sim_scenario_document (const SimScenario *scenario);
void sim_scenario_free (SimScenario *scenario);

const char *sim_scenario_name (const SimScenario *scenario); /* "ami-upgrade" */
const char *sim_scenario_about (const SimScenario *scenario);
/* What YAML reads otherwise than meant; of char *, borrowed. */
const GPtrArray *sim_scenario_warnings (const SimScenario *scenario);

/* What its objects ask for and is not modelled; of SimUnmodelled, borrowed. */
const GPtrArray *sim_scenario_unmodelled (const SimScenario *scenario);

typedef enum
{
  SIM_FAULTS_OWN,   /* those that the scenario names */
  SIM_FAULTS_SWARM, /* and further ones, drawn from the seed */
} SimFaultsWanted;

typedef struct
{
  const guint64 *seed; /* NULL: the scenario's */
  const char *profile; /* NULL: the scenario's */
  gboolean loopback;   /* requests go over a real socket; else they are function calls */
  SimFaultsWanted faults;
  gboolean strict;         /* what objects ask for and is not modelled is a failure */
  gboolean deaf_to_engine; /* the invariants hear nothing of what the engine tells */
  /* Called once when the world is furnished and its trace begins; to add readers. May be NULL. */
  void (*attend) (SimWorld *world, gpointer data);
  /* Called once when nothing more happens, while the world is still there. May be NULL. */
  void (*dismiss) (SimWorld *world, gpointer data);
  gpointer attend_data;
} SimRehearsal;

typedef struct
{
  char *scenario; /* its name */
  guint64 seed;
  const char *transport; /* "loopback", "direct" */
  gboolean held;
  gboolean strict;
  GPtrArray *unmodelled; /* of SimUnmodelled: what objects ask for, and is not done; where STRICT,
                            there is a verdict of each as well */
  GPtrArray *verdicts;   /* of SimVerdict: steps, expectations, broken promises, limits */
  guint promises;        /* how many invariants were watched */
  char *digest;
  DdUsec virtual_time; /* from the beginning to the last event */
  guint64 events;      /* of the trace */
  guint64 struck;      /* how often a fault did: those drawn from the seed where any are, else the
                          scenario's */
} SimOutcome;

/* Rehearses SCENARIO once, in a world of its own. NULL with ERROR only when the world cannot be
 * furnished (DD_ERROR_INVALID, pointed at) or the socket cannot be opened (any other). */
SimOutcome *sim_scenario_rehearse (const SimScenario *scenario, const SimRehearsal *rehearsal,
                                   GError **error);
void sim_outcome_free (SimOutcome *outcome);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (SimScenario, sim_scenario_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (SimOutcome, sim_outcome_free)

G_END_DECLS
