/* SPDX-License-Identifier: Apache-2.0 */
/* commands/recorder.h: keeps the report and the metrics of a run in files while it goes on */
#pragma once

#include "base/clock.h"
#include "base/trace.h"

G_BEGIN_DECLS

typedef struct _DdRecorder DdRecorder;

/* Events are passed on to NEXT. CLOCK tells the times; both are borrowed. Either path may be NULL;
 * files appear whole or not at all. NULL with ERROR when one cannot be written. */
DdRecorder *dd_recorder_new (DdTrace *next, DdClock *clock, const char *report_path,
                             const char *metrics_path, GError **error);
/* Writes both for the last time. */
void dd_recorder_free (DdRecorder *recorder);
DdTrace *dd_recorder_trace (DdRecorder *recorder);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (DdRecorder, dd_recorder_free)

G_END_DECLS
