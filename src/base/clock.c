/* SPDX-License-Identifier: Apache-2.0 */
/* The clock interface, and the real clock: GLib timeouts on the default main context. */
#include "config.h"

#include "base/clock.h"

DdUsec
dd_clock_now (DdClock *clock)
{
  return clock->klass->now (clock);
}

guint64
dd_clock_after (DdClock *clock, DdUsec delay, DdTimerFunc func, gpointer data)
{
  g_assert (delay >= 0);
  return clock->klass->arm (clock, dd_clock_now (clock) + delay, func, data);
}

gboolean
dd_clock_cancel (DdClock *clock, guint64 timer)
{
  return timer != 0 && clock->klass->cancel (clock, timer);
}

/* ---- the real clock ---- */

typedef struct
{
  DdClock interface;
  guint64 last_id;
  GHashTable *timers; /* id -> Timer; never iterated but to free */
} RealClock;

typedef struct
{
  RealClock *clock;
  guint64 id;
  guint source;
  DdTimerFunc func;
  gpointer data;
} Timer;

static void
timer_free (gpointer data)
{
  Timer *timer = data;

  if (timer->source != 0)
    g_source_remove (timer->source);
  g_free (timer);
}

static gboolean
timer_fired (gpointer data)
{
  Timer *timer = data;
  DdTimerFunc func = timer->func;
  gpointer func_data = timer->data;

  timer->source = 0;
  g_hash_table_remove (timer->clock->timers, &timer->id);
  func (func_data);
  return G_SOURCE_REMOVE;
}

static DdUsec
real_now (DdClock *self)
{
  (void) self;
  return g_get_real_time ();
}

static guint64
real_arm (DdClock *self, DdUsec due, DdTimerFunc func, gpointer data)
{
  RealClock *clock = (RealClock *) self;
  DdUsec delay = MAX (due - g_get_real_time (), 0);
  Timer *timer = g_new0 (Timer, 1);

  timer->clock = clock;
  timer->id = ++clock->last_id;
  timer->func = func;
  timer->data = data;
  timer->source = g_timeout_add ((guint) MIN ((delay + 999) / 1000, G_MAXINT), timer_fired, timer);
  g_hash_table_insert (clock->timers, &timer->id, timer);
  return timer->id;
}

static gboolean
real_cancel (DdClock *self, guint64 id)
{
  return g_hash_table_remove (((RealClock *) self)->timers, &id);
}

DdClock *
dd_real_clock_new (void)
{
  static const DdClockClass klass = { real_now, real_arm, real_cancel };
  RealClock *clock = g_new0 (RealClock, 1);

  clock->interface.klass = &klass;
  clock->timers = g_hash_table_new_full (g_int64_hash, g_int64_equal, NULL, timer_free);
  return &clock->interface;
}

void
dd_real_clock_free (DdClock *self)
{
  RealClock *clock = (RealClock *) self;

  if (clock == NULL)
    return;
  g_hash_table_unref (clock->timers);
  g_free (clock);
}
