/* SPDX-License-Identifier: Apache-2.0 */
/* sim/stage/clock.h: the discrete-event clock, the only source of time inside a rehearsal */
#pragma once

#include "base/clock.h"

G_BEGIN_DECLS

typedef struct _SimClock SimClock;

SimClock *sim_clock_new (DdUsec start);
void sim_clock_free (SimClock *clock);
DdUsec sim_clock_now (const SimClock *clock);

/* The same clock through the interface that the engine sees. */
DdClock *sim_clock_interface (SimClock *clock);

/* Events due at the same time run in the order they were scheduled, so a run depends on nothing
 * but its scenario and its seed. A due time in the past is a programmer error. Returns an id,
 * never 0. */
guint64 sim_clock_schedule (SimClock *clock, DdUsec due, DdTimerFunc func, gpointer data);
guint64 sim_clock_after (SimClock *clock, DdUsec delay, DdTimerFunc func, gpointer data);
/* One of a chain without an end, such as a schedule's next time: it runs like any other, and keeps
 * no rehearsal from coming to its end. */
guint64 sim_clock_schedule_standing (SimClock *clock, DdUsec due, DdTimerFunc func, gpointer data);
/* FALSE when the event has run or was cancelled before; id 0 does nothing. */
gboolean sim_clock_cancel (SimClock *clock, guint64 event);

/* Jumps to the earliest event and runs it; FALSE when nothing is left to happen. */
gboolean sim_clock_step (SimClock *clock);
/* The due time of the earliest event; FALSE when there is none. */
gboolean sim_clock_next_due (SimClock *clock, DdUsec *out_due);
/* Nothing is left to happen but standing events. */
gboolean sim_clock_is_at_rest (const SimClock *clock);
/* Moves time forward to INSTANT without running anything; no event may be due before it. */
void sim_clock_advance_to (SimClock *clock, DdUsec instant);
/* How many events have run so far. */
guint64 sim_clock_events (const SimClock *clock);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (SimClock, sim_clock_free)

G_END_DECLS
