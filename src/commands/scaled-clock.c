/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "commands/scaled-clock.h"

typedef struct
{
  DdClock interface;
  DdClock *inner;
  DdUsec origin, start; /* the same instant on both clocks */
  double factor;
} ScaledClock;

static DdUsec
scaled_now (DdClock *clock)
{
  ScaledClock *self = (ScaledClock *) clock;
  DdUsec passed = dd_clock_now (self->inner) - self->origin;

  return self->start + (DdUsec) ((double) passed * self->factor);
}

static guint64
scaled_arm (DdClock *clock, DdUsec due, DdTimerFunc func, gpointer data)
{
  ScaledClock *self = (ScaledClock *) clock;
  DdUsec delay = MAX (due - scaled_now (clock), 0);

  return dd_clock_after (self->inner, (DdUsec) ((double) delay / self->factor), func, data);
}

static gboolean
scaled_cancel (DdClock *clock, guint64 timer)
{
  return dd_clock_cancel (((ScaledClock *) clock)->inner, timer);
}

static const DdClockClass scaled_clock_class = { scaled_now, scaled_arm, scaled_cancel };

DdClock *
dd_scaled_clock_new (DdClock *inner, double factor, DdUsec start)
{
  ScaledClock *self = g_new0 (ScaledClock, 1);

  g_assert (factor > 0);
  self->interface.klass = &scaled_clock_class;
  self->inner = inner;
  self->origin = dd_clock_now (inner);
  self->start = start != 0 ? start : self->origin;
  self->factor = factor;
  return &self->interface;
}

void
dd_scaled_clock_free (DdClock *clock)
{
  g_free (clock);
}
