/* SPDX-License-Identifier: Apache-2.0 */
/* engine/report.h: what a run came to, gathered from the trace: one document, rehearsed or real */
#pragma once

#include "base/clock.h"
#include "base/events.h"

G_BEGIN_DECLS

typedef struct _DdReport DdReport;

DdReport *dd_report_new (void);
void dd_report_free (DdReport *report);

/* As dd_trace (); AT may count from any beginning. Events of others than the engine are passed
 * over. */
void dd_report_note (DdReport *report, DdUsec at, const char *actor, DdEvent what,
                     const char *subject, const DdValue *details);

/* What is known so far; times are seconds since the first event of the engine:
 * {"updates": [{"nodegroup", "status", "started", "finished", "release", "image", "parallelism",
 *               "force", "phases": [{"phase", "from"}], "replaced" or "error"}],
 *  "nodes": [{"name", "zone", "instance", "state", "joined", "marked", "drain": {..}, ..}],
 *  "evictions": {"accepted", "refused", "forced"},
 *  "blocked": [{"pod", "node", "budget", "needs", "has", "refusals", "since", "until"}],
 *  "retried": [{"service", "operation", "status", "times"}], "events": {"drain.started": 3, ..}} */
DdValue *dd_report_document (const DdReport *report);

/* The same as numbers to be watched: OpenMetrics 1.0 text. Caller frees. */
char *dd_report_metrics (const DdReport *report);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (DdReport, dd_report_free)

G_END_DECLS
