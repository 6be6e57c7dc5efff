/* SPDX-License-Identifier: Apache-2.0 */
/* The world's trace. Every event gets its number and its time here, is written once as a JSON line
 * into the digest, and is then shown to the readers in order. */
#include "config.h"

#include <string.h>

#include "sim/stage/trace.h"

typedef struct
{
  SimEventReader func; /* NULL: removed while the readers ran */
  gpointer data;
} Reader;

struct _SimTrace
{
  DdTrace interface;
  SimClock *clock;
  gboolean begun;
  DdUsec origin;
  guint64 count;
  GChecksum *digest;
  GString *line;
  GArray *readers; /* Reader */
};

void
sim_event_write (const SimEvent *event, GString *out)
{
  g_string_append (out, "{\"t\":");
  dd_append_int (out, event->time);
  g_string_append (out, ",\"n\":");
  dd_append_int (out, (gint64) event->sequence);
  g_string_append (out, ",\"actor\":");
  dd_append_string (out, event->actor);
  g_string_append (out, ",\"event\":");
  dd_append_string (out, event->what);
  g_string_append (out, ",\"subject\":");
  dd_append_string (out, event->subject);
  if (event->details != NULL)
    {
      g_string_append (out, ",\"details\":");
      dd_value_write (event->details, out);
    }
  g_string_append (out, "}\n");
}

const char *
sim_event_text (const SimEvent *event, DdDetail detail)
{
  return dd_event_text (event->id, event->details, detail);
}

gint64
sim_event_int (const SimEvent *event, DdDetail detail, gint64 fallback)
{
  return dd_event_int (event->id, event->details, detail, fallback);
}

gboolean
sim_event_bool (const SimEvent *event, DdDetail detail)
{
  return dd_event_bool (event->id, event->details, detail);
}

const DdValue *
sim_event_list (const SimEvent *event, DdDetail detail)
{
  return dd_event_list (event->id, event->details, detail);
}

static void
digest_event (SimTrace *trace, const SimEvent *event)
{
  g_string_truncate (trace->line, 0);
  sim_event_write (event, trace->line);
  g_checksum_update (trace->digest, (const guchar *) trace->line->str, (gssize) trace->line->len);
}

static void
trace_emit (DdTrace *self, const char *actor, DdEvent what, const char *subject, DdValue *details)
{
  SimTrace *trace = (SimTrace *) self;
  SimEvent event = { .actor = actor,
                     .id = what,
                     .what = dd_events[what].name,
                     .subject = subject != NULL ? subject : "",
                     .details = details };

  if (!trace->begun)
    return;
  event.sequence = ++trace->count;
  event.time = sim_clock_now (trace->clock) - trace->origin;
  digest_event (trace, &event);
  for (guint i = 0; i < trace->readers->len; i++)
    {
      Reader reader = g_array_index (trace->readers, Reader, i);

      if (reader.func != NULL)
        reader.func (&event, reader.data);
    }
}

SimTrace *
sim_trace_new (SimClock *clock)
{
  static const DdTraceClass klass = { trace_emit, .is_strict = TRUE };
  SimTrace *trace = g_new0 (SimTrace, 1);

  trace->interface.klass = &klass;
  trace->clock = clock;
  trace->origin = sim_clock_now (clock);
  trace->digest = g_checksum_new (G_CHECKSUM_SHA256);
  trace->line = g_string_new (NULL);
  trace->readers = g_array_new (FALSE, FALSE, sizeof (Reader));
  return trace;
}

void
sim_trace_free (SimTrace *trace)
{
  if (trace == NULL)
    return;
  g_checksum_free (trace->digest);
  g_string_free (trace->line, TRUE);
  g_array_unref (trace->readers);
  g_free (trace);
}

DdTrace *
sim_trace_interface (SimTrace *trace)
{
  return &trace->interface;
}

void
sim_trace_begin (SimTrace *trace)
{
  trace->begun = TRUE;
  trace->origin = sim_clock_now (trace->clock);
}

gboolean
sim_trace_has_begun (const SimTrace *trace)
{
  return trace->begun;
}

DdUsec
sim_trace_origin (const SimTrace *trace)
{
  return trace->origin;
}

void
sim_trace_add_reader (SimTrace *trace, SimEventReader func, gpointer data)
{
  Reader reader = { func, data };

  g_array_append_val (trace->readers, reader);
}

void
sim_trace_remove_reader (SimTrace *trace, SimEventReader func, gpointer data)
{
  for (guint i = 0; i < trace->readers->len; i++)
    {
      Reader *reader = &g_array_index (trace->readers, Reader, i);

      if (reader->func == func && reader->data == data)
        reader->func = NULL;
    }
}

guint64
sim_trace_count (const SimTrace *trace)
{
  return trace->count;
}

char *
sim_trace_digest (const SimTrace *trace)
{
  g_autoptr (GChecksum) copy = g_checksum_copy (trace->digest);

  return g_strdup (g_checksum_get_string (copy));
}
