/* SPDX-License-Identifier: Apache-2.0 */
/* sim/stage/stage.h: what everything in a world stands on: its time, chance, trace and faults */
#pragma once

#include "base/random.h"
#include "sim/stage/clock.h"
#include "sim/stage/latency.h"
#include "sim/stage/trace.h"

G_BEGIN_DECLS

typedef struct _SimFaults SimFaults;     /* sim/stage/faults.h */
typedef struct _SimMachines SimMachines; /* sim/stage/machine.h */

/* Plain parts, in the order they are made; each is owned by the stage. */
typedef struct
{
  guint64 seed;
  SimClock *clock;
  DdRandom *random; /* only ever forked */
  SimTrace *trace;
  SimLatency *latency;
  SimFaults *faults;
  SimMachines *machines;
} SimStage;

/* START is the instant of the world's beginning. */
SimStage *sim_stage_new (guint64 seed, DdUsec start);
/* After all that stands on it: everybody cancels events here. */
void sim_stage_free (SimStage *stage);

DdUsec sim_stage_now (const SimStage *stage);
/* dd_trace () on the stage's trace. */
void sim_stage_trace (SimStage *stage, const char *actor, DdEvent what, const char *subject,
                      DdValue *details);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (SimStage, sim_stage_free)

G_END_DECLS
