/* SPDX-License-Identifier: Apache-2.0 */
/* base/time.h: instants and durations as text, independent of locale and time zone */
#pragma once

#include "base/clock.h"

G_BEGIN_DECLS

/* "2026-01-31T09:30:00Z", as Kubernetes writes metav1.Time; fractions of a second are dropped. */
char *dd_time_to_iso8601 (DdUsec instant);
/* "2026-01-31T09:30:00.000Z", as AWS's XML services write timestamps. */
char *dd_time_to_iso8601_millis (DdUsec instant);
/* "2026-01-31T09:30:00.000000Z", metav1.MicroTime (leases, events.k8s.io). */
char *dd_time_to_iso8601_micros (DdUsec instant);
/* Accepts the three forms above, 'T' or 't', 'Z' or a numeric offset. FALSE, *out_instant
 * untouched, when TEXT is none of them. */
gboolean dd_time_from_iso8601 (const char *text, DdUsec *out_instant);
/* "Mon, 23 Nov 2026 20:33:00 GMT", RFC 9110 HTTP-date. */
char *dd_time_to_http_date (DdUsec instant);

/* Scenario spelling: "90s", "15m", "1h30m", "250ms", "0s"; a bare number is refused. */
gboolean dd_duration_from_text (const char *text, DdUsec *out_delay);
/* The shortest such spelling: "1h30m", "15m", "90ms", "0s". */
char *dd_duration_to_text (DdUsec delay);

G_END_DECLS
