/* SPDX-License-Identifier: Apache-2.0 */
/* engine/reasons.h: why something waits: each reason told once it has lasted, and again seldom */
#pragma once

#include "base/clock.h"
#include "base/events.h"

G_BEGIN_DECLS

/* A reason is noted as often as it is seen. What is not noted between two calls of
 * dd_reasons_settle () has passed. */
typedef struct _DdReasons DdReasons;

/* COUNT is how often it was seen. DETAILS is borrowed. */
typedef void (*DdReasonTell) (DdEvent what, const char *subject, const DdValue *details,
                              guint count, gpointer data);

DdReasons *dd_reasons_new (void);
void dd_reasons_free (DdReasons *reasons);

/* KEY tells it from others; WHAT, SUBJECT and DETAILS (taken) are how it is told when it has lasted
 * PATIENCE, and TEXT (taken) is a sentence of it. */
void dd_reasons_note (DdReasons *reasons, DdUsec now, const char *key, DdUsec patience,
                      DdEvent what, const char *subject, DdValue *details, char *text);
void dd_reasons_settle (DdReasons *reasons, DdUsec now, DdReasonTell tell, gpointer data);
/* The sentences of those that stand, a line each, with how long; NULL: none. Caller frees. */
char *dd_reasons_explain (const DdReasons *reasons, DdUsec now);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (DdReasons, dd_reasons_free)

G_END_DECLS
