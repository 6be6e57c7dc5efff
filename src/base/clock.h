/* SPDX-License-Identifier: Apache-2.0 */
/* base/clock.h: the one way to learn the time and to be called later, virtual or real */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Microseconds. An instant counts from 1970-01-01T00:00:00Z, a delay from nothing. */
typedef gint64 DdUsec;

#define DD_MILLISECOND ((DdUsec) 1000)
#define DD_SECOND (1000 * DD_MILLISECOND)
#define DD_MINUTE (60 * DD_SECOND)
#define DD_HOUR (60 * DD_MINUTE)

typedef struct _DdClock DdClock;
typedef void (*DdTimerFunc) (gpointer data);

/* What an implementation fills in; embed DdClock as the first member. */
typedef struct
{
  DdUsec (*now) (DdClock *self);
  guint64 (*arm) (DdClock *self, DdUsec due, DdTimerFunc func, gpointer data);
  gboolean (*cancel) (DdClock *self, guint64 timer);
} DdClockClass;

struct _DdClock
{
  const DdClockClass *klass;
};

DdUsec dd_clock_now (DdClock *clock);

/* Calls FUNC once, DELAY (>= 0) from now; returns a timer id, never 0. Timers due at the same
 * instant run in the order they were armed. */
guint64 dd_clock_after (DdClock *clock, DdUsec delay, DdTimerFunc func, gpointer data);

/* FALSE when the timer has run or was cancelled before. Id 0 is accepted and does nothing. */
gboolean dd_clock_cancel (DdClock *clock, guint64 timer);

/* The real clock: wall time, timers on the default GMainContext. Free with dd_real_clock_free. */
DdClock *dd_real_clock_new (void);
void dd_real_clock_free (DdClock *clock);

G_END_DECLS
