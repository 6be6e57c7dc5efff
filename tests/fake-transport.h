/* SPDX-License-Identifier: Apache-2.0 */
/* tests/fake-transport.h: a clock that a test moves, and a transport whose answers a test writes */
#pragma once

#include "base/trace.h"
#include "base/transport.h"

G_BEGIN_DECLS

typedef struct _FakeClock FakeClock;

FakeClock *fake_clock_new (void);
void fake_clock_free (FakeClock *clock);
DdClock *fake_clock_interface (FakeClock *clock);
/* Runs the earliest timer; FALSE when there is none. */
gboolean fake_clock_step (FakeClock *clock);
/* Timers that wait. */
guint fake_clock_pending (const FakeClock *clock);

/* The answer to REQUEST, or NULL: it gets lost, and the request times out. */
typedef DdReply *(*FakeHandler) (const DdRequest *request, gpointer data);

typedef struct _FakeTransport FakeTransport;

/* Requests are handled at the instant they are sent and answered ten milliseconds later. */
FakeTransport *fake_transport_new (FakeClock *clock, FakeHandler handler, gpointer data);
void fake_transport_free (FakeTransport *transport);
DdTransport *fake_transport_interface (FakeTransport *transport);
guint fake_transport_sent (const FakeTransport *transport);
guint fake_transport_most_in_flight (const FakeTransport *transport);

DdReply *fake_reply_json (guint status, const char *text);
DdReply *fake_reply_xml (guint status, const char *text);

/* Keeps what is traced as lines: "SECONDS WHAT SUBJECT DETAILS". */
typedef struct _FakeTrace FakeTrace;

FakeTrace *fake_trace_new (FakeClock *clock);
void fake_trace_free (FakeTrace *trace);
DdTrace *fake_trace_interface (FakeTrace *trace);
/* How many lines have this WHAT. */
guint fake_trace_count (const FakeTrace *trace, const char *what);
/* The SECONDS of the N-th line (from 0) with this WHAT; -1 without one. */
double fake_trace_time (const FakeTrace *trace, const char *what, guint n);
/* All of it. */
const char *fake_trace_text (const FakeTrace *trace);

G_END_DECLS
