/* SPDX-License-Identifier: Apache-2.0 */
/* sim/scenario/expect.h: what must be so, watched while the world goes on */
#pragma once

#include "base/yaml.h"
#include "sim/scenario/manifest.h"
#include "sim/world/world.h"

G_BEGIN_DECLS

typedef struct _SimExpectations SimExpectations;

/* What became of one expectation. */
typedef struct
{
  char *text;  /* the expectation in its own words, or as it is written */
  char *place; /* "scenarios/x.yaml:12" */
  guint line;  /* of PLACE; 0: unknown */
  gboolean held;
  gboolean idle_fault;   /* it is about a fault of the scenario that never struck */
  gboolean always_binds; /* whatever goes wrong that the author of the scenario did not foresee */
  DdUsec time;           /* when that was decided, since the beginning */
  char *why;             /* failed: what was looked for, what came closest, since when; else NULL */
  char *remark;          /* held, but nothing was ever there that could have broken it; else NULL */
} SimVerdict;

void sim_verdict_free (SimVerdict *verdict);

/* LIST was checked against the schema and must outlive the result; what only a reader of the whole
 * row can see is found here. */
/* WORKLOADS (may be NULL) may define kinds; they and LIST must outlive the result. */
SimExpectations *sim_expectations_new (const DdYaml *list, const SimManifests *workloads,
                                       GError **error);
void sim_expectations_free (SimExpectations *expectations);

/* Begins to watch WORLD, whose trace has just begun. CLUSTER is where node groups are looked for.
 */
void sim_expectations_watch (SimExpectations *expectations, SimWorld *world, const char *cluster);
/* Decides what is still open, and returns a new array of SimVerdict, in order. */
GPtrArray *sim_expectations_conclude (SimExpectations *expectations);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (SimExpectations, sim_expectations_free)

G_END_DECLS
