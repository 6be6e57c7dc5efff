/* SPDX-License-Identifier: Apache-2.0 */
/* sim/scenario/faults-swarm.h: faults that nobody thought of, drawn from a seed */
#pragma once

#include "sim/stage/faults.h"
#include "sim/world/world.h"

G_BEGIN_DECLS

/* Nothing of a swarm goes wrong later than this: an update must end once faults have stopped. */
#define SIM_SWARM_END (45 * DD_MINUTE)

/* Draws a few rows from RANDOM, of the kinds in its table, and adds them to FAULTS. Which kinds a
 * swarm has at all is drawn first, so that rare ones meet (A. Groce et al., "Swarm Testing"). */
void sim_faults_add_swarm (SimFaults *faults, DdRandom *random);

G_END_DECLS
