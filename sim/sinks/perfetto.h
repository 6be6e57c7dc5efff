/* SPDX-License-Identifier: Apache-2.0 */
/* sim/sinks/perfetto.h: a rehearsal for ui.perfetto.dev and chrome://tracing */
#pragma once

#include <stdio.h>

#include "sim/sinks/history.h"

G_BEGIN_DECLS

/* Writes HISTORY in the Trace Event Format (JSON): a process per node, named by its zone, with a
 * track for the node and one for each of its pods; counters of ready pods and of budgets; an arrow
 * from each eviction to the pod that took the place. Virtual microseconds. Whether everything was
 * written, ferror () knows. */
void sim_perfetto_write (const SimHistory *history, const char *title, FILE *out);

G_END_DECLS
