/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "sim/stage/stage.h"

#include "sim/stage/faults.h"
#include "sim/stage/machine.h"

SimStage *
sim_stage_new (guint64 seed, DdUsec start)
{
  SimStage *stage = g_new0 (SimStage, 1);

  stage->seed = seed;
  stage->clock = sim_clock_new (start);
  stage->random = dd_random_new (seed);
  stage->trace = sim_trace_new (stage->clock);
  stage->latency = sim_latency_new (stage->random);
  stage->faults = sim_faults_new (stage);
  stage->machines = sim_machines_new ();
  return stage;
}

void
sim_stage_free (SimStage *stage)
{
  if (stage == NULL)
    return;
  g_clear_pointer (&stage->machines, sim_machines_free);
  g_clear_pointer (&stage->faults, sim_faults_free);
  g_clear_pointer (&stage->latency, sim_latency_free);
  g_clear_pointer (&stage->trace, sim_trace_free);
  g_clear_pointer (&stage->random, dd_random_free);
  g_clear_pointer (&stage->clock, sim_clock_free);
  g_free (stage);
}

DdUsec
sim_stage_now (const SimStage *stage)
{
  return sim_clock_now (stage->clock);
}

void
sim_stage_trace (SimStage *stage, const char *actor, DdEvent what, const char *subject,
                 DdValue *details)
{
  dd_trace (sim_trace_interface (stage->trace), actor, what, subject, details);
}
