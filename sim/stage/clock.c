/* SPDX-License-Identifier: Apache-2.0 */
/* The discrete-event clock: a 4-ary heap of events ordered by (due time, sequence).
 *
 * The heap holds values, and cancelling is lazy: a cancelled event is struck off the table of live
 * ones and passed over when it comes up. When most of the heap is struck off, it is rebuilt.
 */
#include "config.h"

#include "sim/stage/clock.h"

#define ARITY 4

typedef struct
{
  DdUsec due;
  guint64 id; /* the sequence: events due at once run in the order they were scheduled */
  DdTimerFunc func;
  gpointer data;
} Event;

struct _SimClock
{
  DdClock interface;
  DdUsec now;
  guint64 last_id;
  guint64 events_run;
  GArray *heap;         /* Event */
  GHashTable *live;     /* ids not yet run or cancelled; never iterated */
  GHashTable *standing; /* those of them that are, never iterated either */
};

static gboolean
runs_before (const Event *a, const Event *b)
{
  return a->due < b->due || (a->due == b->due && a->id < b->id);
}

static Event *
event_at (SimClock *clock, guint index)
{
  return &g_array_index (clock->heap, Event, index);
}

static void
sift_up (SimClock *clock, guint index)
{
  Event event = *event_at (clock, index);

  while (index > 0 && runs_before (&event, event_at (clock, (index - 1) / ARITY)))
    {
      *event_at (clock, index) = *event_at (clock, (index - 1) / ARITY);
      index = (index - 1) / ARITY;
    }
  *event_at (clock, index) = event;
}

static guint
earliest_child (SimClock *clock, guint index)
{
  guint first = index * ARITY + 1;
  guint best = first;

  for (guint child = first + 1; child < MIN (first + ARITY, clock->heap->len); child++)
    if (runs_before (event_at (clock, child), event_at (clock, best)))
      best = child;
  return best;
}

static void
sift_down (SimClock *clock, guint index)
{
  Event event = *event_at (clock, index);

  while (index * ARITY + 1 < clock->heap->len)
    {
      guint child = earliest_child (clock, index);

      if (!runs_before (event_at (clock, child), &event))
        break;
      *event_at (clock, index) = *event_at (clock, child);
      index = child;
    }
  *event_at (clock, index) = event;
}

static void
remove_first (SimClock *clock)
{
  *event_at (clock, 0) = *event_at (clock, clock->heap->len - 1);
  g_array_set_size (clock->heap, clock->heap->len - 1);
  if (clock->heap->len > 0)
    sift_down (clock, 0);
}

static gboolean
is_live (SimClock *clock, const Event *event)
{
  return g_hash_table_contains (clock->live, &event->id);
}

/* Leaves a live event on top, or an empty heap. */
static void
drop_cancelled (SimClock *clock)
{
  while (clock->heap->len > 0 && !is_live (clock, event_at (clock, 0)))
    remove_first (clock);
}

/* Cancelled events far in the future would pile up in a long run. */
static void
compact (SimClock *clock)
{
  guint kept = 0;

  for (guint i = 0; i < clock->heap->len; i++)
    if (is_live (clock, event_at (clock, i)))
      *event_at (clock, kept++) = *event_at (clock, i);
  g_array_set_size (clock->heap, kept);
  for (guint i = kept; i-- > 0;)
    sift_down (clock, i);
}

/* ---- the interface the engine sees ---- */

static DdUsec
interface_now (DdClock *self)
{
  return ((SimClock *) self)->now;
}

static guint64
interface_arm (DdClock *self, DdUsec due, DdTimerFunc func, gpointer data)
{
  return sim_clock_schedule ((SimClock *) self, due, func, data);
}

static gboolean
interface_cancel (DdClock *self, guint64 timer)
{
  return sim_clock_cancel ((SimClock *) self, timer);
}

DdClock *
sim_clock_interface (SimClock *clock)
{
  return &clock->interface;
}

/* ---- life ---- */

SimClock *
sim_clock_new (DdUsec start)
{
  static const DdClockClass klass = { interface_now, interface_arm, interface_cancel };
  SimClock *clock = g_new0 (SimClock, 1);

  clock->interface.klass = &klass;
  clock->now = start;
  clock->heap = g_array_new (FALSE, FALSE, sizeof (Event));
  clock->live = g_hash_table_new_full (g_int64_hash, g_int64_equal, g_free, NULL);
  clock->standing = g_hash_table_new_full (g_int64_hash, g_int64_equal, g_free, NULL);
  return clock;
}

void
sim_clock_free (SimClock *clock)
{
  if (clock == NULL)
    return;
  g_array_unref (clock->heap);
  g_hash_table_unref (clock->live);
  g_hash_table_unref (clock->standing);
  g_free (clock);
}

DdUsec
sim_clock_now (const SimClock *clock)
{
  return clock->now;
}

guint64
sim_clock_events (const SimClock *clock)
{
  return clock->events_run;
}

/* ---- events ---- */

guint64
sim_clock_schedule (SimClock *clock, DdUsec due, DdTimerFunc func, gpointer data)
{
  Event event = { due, ++clock->last_id, func, data };

  g_assert (due >= clock->now);
  g_assert (func != NULL);
  g_array_append_val (clock->heap, event);
  sift_up (clock, clock->heap->len - 1);
  g_hash_table_add (clock->live, g_memdup2 (&event.id, sizeof event.id));
  return event.id;
}

guint64
sim_clock_after (SimClock *clock, DdUsec delay, DdTimerFunc func, gpointer data)
{
  return sim_clock_schedule (clock, clock->now + delay, func, data);
}

guint64
sim_clock_schedule_standing (SimClock *clock, DdUsec due, DdTimerFunc func, gpointer data)
{
  guint64 event = sim_clock_schedule (clock, due, func, data);

  g_hash_table_add (clock->standing, g_memdup2 (&event, sizeof event));
  return event;
}

static gboolean
strike_off (SimClock *clock, guint64 event)
{
  g_hash_table_remove (clock->standing, &event);
  return g_hash_table_remove (clock->live, &event);
}

gboolean
sim_clock_is_at_rest (const SimClock *clock)
{
  return g_hash_table_size (clock->live) == g_hash_table_size (clock->standing);
}

gboolean
sim_clock_cancel (SimClock *clock, guint64 event)
{
  if (!strike_off (clock, event))
    return FALSE;
  if (clock->heap->len > 64 && clock->heap->len > 4 * g_hash_table_size (clock->live))
    compact (clock);
  return TRUE;
}

gboolean
sim_clock_next_due (SimClock *clock, DdUsec *out_due)
{
  drop_cancelled (clock);
  if (clock->heap->len == 0)
    return FALSE;
  *out_due = event_at (clock, 0)->due;
  return TRUE;
}

gboolean
sim_clock_step (SimClock *clock)
{
  Event event;

  drop_cancelled (clock);
  if (clock->heap->len == 0)
    return FALSE;
  event = *event_at (clock, 0);
  remove_first (clock);
  strike_off (clock, event.id);
  g_assert (event.due >= clock->now);
  clock->now = event.due;
  clock->events_run++;
  event.func (event.data);
  return TRUE;
}

void
sim_clock_advance_to (SimClock *clock, DdUsec instant)
{
  DdUsec due;

  g_assert (instant >= clock->now);
  g_assert (!sim_clock_next_due (clock, &due) || due >= instant);
  clock->now = instant;
}
