/* SPDX-License-Identifier: Apache-2.0 */
/* sim/stage/trace.h: the world's trace: numbers and dates every event, digests it, feeds the
 * readers */
#pragma once

#include "base/trace.h"
#include "sim/stage/clock.h"

G_BEGIN_DECLS

typedef struct _SimTrace SimTrace;

typedef struct
{
  guint64 sequence; /* from 1 */
  DdUsec time;      /* since the world's beginning (its t = 0), not since 1970 */
  const char *actor;
  DdEvent id;
  const char *what;       /* its name */
  const char *subject;    /* "" when there is none */
  const DdValue *details; /* an object, or NULL */
} SimEvent;

typedef void (*SimEventReader) (const SimEvent *event, gpointer data);

SimTrace *sim_trace_new (SimClock *clock);
void sim_trace_free (SimTrace *trace);
DdTrace *sim_trace_interface (SimTrace *trace);

/* Until this is called events are dropped: the world is still being furnished. Sets t = 0. */
void sim_trace_begin (SimTrace *trace);
gboolean sim_trace_has_begun (const SimTrace *trace);
DdUsec sim_trace_origin (const SimTrace *trace);

/* What is told of a detail: dd_event_text () and its siblings on EVENT. */
const char *sim_event_text (const SimEvent *event, DdDetail detail);
gint64 sim_event_int (const SimEvent *event, DdDetail detail, gint64 fallback);
gboolean sim_event_bool (const SimEvent *event, DdDetail detail);
const DdValue *sim_event_list (const SimEvent *event, DdDetail detail);

/* Readers run in the order they were added, for each event at once; EVENT is borrowed. */
void sim_trace_add_reader (SimTrace *trace, SimEventReader reader, gpointer data);
void sim_trace_remove_reader (SimTrace *trace, SimEventReader reader, gpointer data);

/* One JSON object and a newline, the form that is digested and that --trace writes:
 * {"t":SECONDS.MICROS as integer microseconds,"n":SEQUENCE,"actor":..,"event":..,"subject":..,
 *  "details":{..}} */
void sim_event_write (const SimEvent *event, GString *out);

guint64 sim_trace_count (const SimTrace *trace);
/* SHA-256 in hex over the JSON lines so far; caller frees. */
char *sim_trace_digest (const SimTrace *trace);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (SimTrace, sim_trace_free)

G_END_DECLS
