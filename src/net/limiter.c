/* SPDX-License-Identifier: Apache-2.0 */
/* A bucket that fills at the rate and holds what one second brings. A request takes one token;
 * those that find none wait in the order they came, and one timer is armed for the first of them.
 * A request that waits has not been sent, so its own timeout has not begun. */
#include "config.h"

#include "net/limiter.h"

#include <math.h>

struct _DdLimiter
{
  DdTransport interface;
  DdTransport *inner;
  DdClock *clock;
  double rate, tokens;
  DdUsec filled; /* when TOKENS was true */
  guint64 timer;
  GQueue waiting;      /* of Item, not owned */
  GHashTable *pending; /* id to Item, owns; for look-up only */
  guint64 last_id;
};

typedef struct
{
  DdLimiter *limiter;
  guint64 id, wire;
  DdRequest *request; /* NULL: it is on its way */
  DdReplyFunc func;
  gpointer data;
} Item;

static void
item_free (gpointer data)
{
  Item *item = data;

  if (item->request != NULL)
    g_queue_remove (&item->limiter->waiting, item);
  dd_transport_cancel (item->limiter->inner, item->wire);
  dd_request_free (item->request);
  g_free (item);
}

static void
take_reply (const DdReply *reply, gpointer data)
{
  Item *item = data;
  DdReplyFunc func = item->func;
  gpointer func_data = item->data;

  item->wire = 0;
  g_hash_table_remove (item->limiter->pending, &item->id);
  func (reply, func_data);
}

static void
fill (DdLimiter *self)
{
  DdUsec now = dd_clock_now (self->clock);
  double more = self->rate * (double) (now - self->filled) / DD_SECOND;

  self->tokens = MIN (self->tokens + MAX (more, 0), MAX (self->rate, 1));
  self->filled = now;
}

static void send_waiting (gpointer data);

static void
wait_for_token (DdLimiter *self)
{
  double seconds = (1 - self->tokens) / self->rate;

  self->timer
      = dd_clock_after (self->clock, (DdUsec) ceil (seconds * DD_SECOND), send_waiting, self);
}

static void
send_waiting (gpointer data)
{
  DdLimiter *self = data;

  self->timer = 0;
  fill (self);
  while (!g_queue_is_empty (&self->waiting) && self->tokens >= 1)
    {
      Item *item = g_queue_pop_head (&self->waiting);

      self->tokens -= 1;
      item->wire
          = dd_transport_send (self->inner, g_steal_pointer (&item->request), take_reply, item);
    }
  if (!g_queue_is_empty (&self->waiting))
    wait_for_token (self);
}

static guint64
limiter_send (DdTransport *interface, DdRequest *request, DdReplyFunc func, gpointer data)
{
  DdLimiter *self = (DdLimiter *) interface;
  Item *item = g_new0 (Item, 1);

  item->limiter = self;
  item->id = ++self->last_id;
  item->request = request;
  item->func = func;
  item->data = data;
  g_hash_table_insert (self->pending, &item->id, item);
  g_queue_push_tail (&self->waiting, item);
  if (self->timer == 0)
    send_waiting (self);
  return item->id;
}

static void
limiter_cancel (DdTransport *interface, guint64 id)
{
  g_hash_table_remove (((DdLimiter *) interface)->pending, &id);
}

DdLimiter *
dd_limiter_new (DdTransport *inner, DdClock *clock, double rate)
{
  static const DdTransportClass klass = { limiter_send, limiter_cancel };
  DdLimiter *self = g_new0 (DdLimiter, 1);

  g_assert (rate > 0);
  self->interface.klass = &klass;
  self->inner = inner;
  self->clock = clock;
  self->rate = rate;
  self->tokens = MAX (rate, 1);
  self->filled = dd_clock_now (clock);
  g_queue_init (&self->waiting);
  self->pending = g_hash_table_new_full (g_int64_hash, g_int64_equal, NULL, item_free);
  return self;
}

void
dd_limiter_free (DdLimiter *self)
{
  if (self == NULL)
    return;
  dd_clock_cancel (self->clock, self->timer);
  g_hash_table_unref (self->pending);
  g_queue_clear (&self->waiting);
  g_free (self);
}

DdTransport *
dd_limiter_interface (DdLimiter *self)
{
  return &self->interface;
}
