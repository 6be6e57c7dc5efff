/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "fake-transport.h"

#include <string.h>

#include "base/error.h"

/* ---- clock ---- */

typedef struct
{
  DdUsec due;
  guint64 id;
  DdTimerFunc func;
  gpointer data;
} Timer;

struct _FakeClock
{
  DdClock interface;
  DdUsec now;
  guint64 last_id;
  GArray *timers; /* by due time, then id */
};

static DdUsec
clock_now (DdClock *clock)
{
  return ((FakeClock *) clock)->now;
}

static guint64
clock_arm (DdClock *clock, DdUsec due, DdTimerFunc func, gpointer data)
{
  FakeClock *self = (FakeClock *) clock;
  Timer timer = { due, ++self->last_id, func, data };
  guint at = self->timers->len;

  g_assert (due >= self->now);
  while (at > 0 && g_array_index (self->timers, Timer, at - 1).due > due)
    at--;
  g_array_insert_val (self->timers, at, timer);
  return timer.id;
}

static gboolean
clock_cancel (DdClock *clock, guint64 id)
{
  FakeClock *self = (FakeClock *) clock;

  for (guint i = 0; i < self->timers->len; i++)
    if (g_array_index (self->timers, Timer, i).id == id)
      {
        g_array_remove_index (self->timers, i);
        return TRUE;
      }
  return FALSE;
}

static const DdClockClass clock_class = { clock_now, clock_arm, clock_cancel };

FakeClock *
fake_clock_new (void)
{
  FakeClock *self = g_new0 (FakeClock, 1);

  self->interface.klass = &clock_class;
  self->now = G_GINT64_CONSTANT (1790000000) * DD_SECOND;
  self->timers = g_array_new (FALSE, FALSE, sizeof (Timer));
  return self;
}

void
fake_clock_free (FakeClock *self)
{
  g_array_unref (self->timers);
  g_free (self);
}

DdClock *
fake_clock_interface (FakeClock *self)
{
  return &self->interface;
}

gboolean
fake_clock_step (FakeClock *self)
{
  Timer timer;

  if (self->timers->len == 0)
    return FALSE;
  timer = g_array_index (self->timers, Timer, 0);
  g_array_remove_index (self->timers, 0);
  self->now = timer.due;
  timer.func (timer.data);
  return TRUE;
}

guint
fake_clock_pending (const FakeClock *self)
{
  return self->timers->len;
}

/* ---- transport ---- */

typedef struct
{
  FakeTransport *transport;
  guint64 timer;
  DdReply *reply;
  DdReplyFunc func;
  gpointer data;
} Flight;

struct _FakeTransport
{
  DdTransport interface;
  FakeClock *clock;
  FakeHandler handler;
  gpointer data;
  GHashTable *flights; /* timer id to Flight */
  guint sent, most;
};

static void
flight_free (gpointer data)
{
  Flight *flight = data;

  dd_clock_cancel (fake_clock_interface (flight->transport->clock), flight->timer);
  dd_reply_free (flight->reply);
  g_free (flight);
}

static void
land (gpointer data)
{
  Flight *flight = data;
  g_autoptr (DdReply) reply = g_steal_pointer (&flight->reply);
  DdReplyFunc func = flight->func;
  gpointer func_data = flight->data;

  g_hash_table_remove (flight->transport->flights, &flight->timer);
  func (reply, func_data);
}

static guint64
transport_send (DdTransport *transport, DdRequest *request, DdReplyFunc func, gpointer data)
{
  FakeTransport *self = (FakeTransport *) transport;
  Flight *flight = g_new0 (Flight, 1);
  DdUsec delay = 10 * DD_MILLISECOND;

  g_assert (request->timeout > 0);
  flight->transport = self;
  flight->reply = self->handler (request, self->data);
  if (flight->reply == NULL)
    {
      flight->reply = dd_reply_new_error (
          g_error_new_literal (DD_ERROR, DD_ERROR_TIMED_OUT, "no answer in time"));
      delay = request->timeout;
    }
  flight->func = func;
  flight->data = data;
  flight->timer = dd_clock_after (fake_clock_interface (self->clock), delay, land, flight);
  g_hash_table_insert (self->flights, &flight->timer, flight);
  self->sent++;
  self->most = MAX (self->most, g_hash_table_size (self->flights));
  dd_request_free (request);
  return flight->timer;
}

static void
transport_cancel (DdTransport *transport, guint64 id)
{
  g_hash_table_remove (((FakeTransport *) transport)->flights, &id);
}

static const DdTransportClass transport_class = { transport_send, transport_cancel };

FakeTransport *
fake_transport_new (FakeClock *clock, FakeHandler handler, gpointer data)
{
  FakeTransport *self = g_new0 (FakeTransport, 1);

  self->interface.klass = &transport_class;
  self->clock = clock;
  self->handler = handler;
  self->data = data;
  self->flights = g_hash_table_new_full (g_int64_hash, g_int64_equal, NULL, flight_free);
  return self;
}

void
fake_transport_free (FakeTransport *self)
{
  g_hash_table_unref (self->flights);
  g_free (self);
}

DdTransport *
fake_transport_interface (FakeTransport *self)
{
  return &self->interface;
}

guint
fake_transport_sent (const FakeTransport *self)
{
  return self->sent;
}

guint
fake_transport_most_in_flight (const FakeTransport *self)
{
  return self->most;
}

DdReply *
fake_reply_json (guint status, const char *text)
{
  return dd_reply_new (status, "application/json", g_bytes_new (text, strlen (text)));
}

DdReply *
fake_reply_xml (guint status, const char *text)
{
  return dd_reply_new (status, "text/xml", g_bytes_new (text, strlen (text)));
}

/* ---- trace ---- */

typedef struct
{
  char *what;
  double seconds;
} Line;

struct _FakeTrace
{
  DdTrace interface;
  FakeClock *clock;
  DdUsec origin;
  GString *text;
  GArray *lines; /* of Line */
};

static void
trace_emit (DdTrace *trace, G_GNUC_UNUSED const char *actor, DdEvent what, const char *subject,
            DdValue *details)
{
  FakeTrace *self = (FakeTrace *) trace;
  g_autofree char *text = details == NULL ? g_strdup ("") : dd_value_to_text (details);
  Line line
      = { g_strdup (dd_events[what].name), (double) (self->clock->now - self->origin) / DD_SECOND };

  g_array_append_val (self->lines, line);
  g_string_append_printf (self->text, "%.2f %s %s %s\n", line.seconds, dd_events[what].name,
                          subject == NULL ? "" : subject, text);
}

static const DdTraceClass trace_class = { trace_emit, .is_strict = TRUE };

static void
line_clear (gpointer data)
{
  g_free (((Line *) data)->what);
}

FakeTrace *
fake_trace_new (FakeClock *clock)
{
  FakeTrace *self = g_new0 (FakeTrace, 1);

  self->interface.klass = &trace_class;
  self->clock = clock;
  self->origin = clock->now;
  self->text = g_string_new (NULL);
  self->lines = g_array_new (FALSE, FALSE, sizeof (Line));
  g_array_set_clear_func (self->lines, line_clear);
  return self;
}

void
fake_trace_free (FakeTrace *self)
{
  g_string_free (self->text, TRUE);
  g_array_unref (self->lines);
  g_free (self);
}

DdTrace *
fake_trace_interface (FakeTrace *self)
{
  return &self->interface;
}

guint
fake_trace_count (const FakeTrace *self, const char *what)
{
  guint count = 0;

  for (guint i = 0; i < self->lines->len; i++)
    if (g_str_equal (g_array_index (self->lines, Line, i).what, what))
      count++;
  return count;
}

double
fake_trace_time (const FakeTrace *self, const char *what, guint n)
{
  for (guint i = 0; i < self->lines->len; i++)
    {
      const Line *line = &g_array_index (self->lines, Line, i);

      if (g_str_equal (line->what, what) && n-- == 0)
        return line->seconds;
    }
  return -1;
}

const char *
fake_trace_text (const FakeTrace *self)
{
  return self->text->str;
}
