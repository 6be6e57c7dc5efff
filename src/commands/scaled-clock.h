/* SPDX-License-Identifier: Apache-2.0 */
/* commands/scaled-clock.h: a clock that runs some times faster than another one */
#pragma once

#include "base/clock.h"

G_BEGIN_DECLS

/* For rehearsals whose world does: what waits an hour there waits a minute here. INNER is borrowed;
 * when this is made it shows START (0: the same time as INNER). FACTOR > 0. */
DdClock *dd_scaled_clock_new (DdClock *inner, double factor, DdUsec start);
void dd_scaled_clock_free (DdClock *clock);

G_END_DECLS
