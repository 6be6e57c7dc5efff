/* SPDX-License-Identifier: Apache-2.0 */
/* engine/caller.h: requests on their way: a bounded number at once, each tried again within bounds
 */
#pragma once

#include "base/clock.h"
#include "base/random.h"
#include "base/trace.h"
#include "base/transport.h"
#include "engine/knobs.h"

G_BEGIN_DECLS

typedef struct _DdCaller DdCaller;

/* Everything is borrowed and outlives the caller. */
DdCaller *dd_caller_new (DdTransport *transport, DdClock *clock, DdTrace *trace, DdRandom *random,
                         const DdKnobs *knobs, const char *subject);
/* Cancels whatever is under way. */
void dd_caller_free (DdCaller *caller);

/* The last answer, and what it says went wrong (NULL: nothing). Never runs from within
 * dd_caller_send (). */
typedef void (*DdCallFunc) (const DdReply *reply, const GError *error, gpointer data);

/* Takes REQUEST; OPERATION is a static name for the trace ("DescribeNodegroup", "list pods").
 * Returns an id, never 0. */
guint64 dd_caller_send (DdCaller *caller, const char *operation, DdRequest *request,
                        DdCallFunc func, gpointer data);
/* The same, but its patience ends at DEADLINE, even when that of the caller lasts longer. */
guint64 dd_caller_send_until (DdCaller *caller, const char *operation, DdRequest *request,
                              DdUsec deadline, DdCallFunc func, gpointer data);
/* The same, tried once: for what has its own idea of when to try again. */
guint64 dd_caller_send_once (DdCaller *caller, const char *operation, DdRequest *request,
                             DdCallFunc func, gpointer data);
/* The same, for what must not be sent again as it is: before each further try BEFORE_AGAIN runs
 * instead, until dd_caller_go_on () or dd_caller_cancel (). */
guint64 dd_caller_send_watched (DdCaller *caller, const char *operation, DdRequest *request,
                                void (*before_again) (gpointer data), DdCallFunc func,
                                gpointer data);
void dd_caller_go_on (DdCaller *caller, guint64 id);
/* From now on a request that fails for a reason that may pass is sent again, however often, until
 * this long after it was first sent; 0: as often as the knobs say. OUTLASTS: also one that has a
 * deadline of its own. */
void dd_caller_set_patience (DdCaller *caller, DdUsec patience, gboolean outlasts);
/* Whether REPLY, a 401 or 403 that OPERATION of SERVICE has met since SINCE, may pass: it was
 * allowed earlier in the run, or for a 401 anything of the service was, and the knobs have patience
 * left. A restarting API server refuses for a moment what its roles allow. */
gboolean dd_caller_may_be_let_in_again (DdCaller *caller, const char *service,
                                        const char *operation, const DdReply *reply, DdUsec since);
/* Whether a write that met a conflict may be read and written anew, which only its maker can do:
 * tried TRIES times so far, for the first time at BEGAN. Then *OUT_DELAY is how long to wait. */
gboolean dd_caller_may_repeat (DdCaller *caller, guint tries, DdUsec began, DdUsec *out_delay);
/* FUNC will not run. Id 0 does nothing. */
void dd_caller_cancel (DdCaller *caller, guint64 id);

/* What is remembered of the latest call that failed for good: for whoever speaks of its error
 * later, when others have failed since. A copy, and putting it back, which takes it. */
typedef struct _DdCallerFailure DdCallerFailure;
DdCallerFailure *dd_caller_failure (const DdCaller *caller);
void dd_caller_recall (DdCaller *caller, DdCallerFailure *failure);
void dd_caller_failure_free (DdCallerFailure *failure);

/* The service of the latest call that failed for good; NULL: none did. */
const char *dd_caller_failed_service (const DdCaller *caller);
/* What a person can do about that; static, NULL: no idea. */
const char *dd_caller_failed_hint (const DdCaller *caller);
/* What that call was, where it went, since when and how often it failed, its first and its last
 * error; NULL: it was tried once. */
const char *dd_caller_failed_story (const DdCaller *caller);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (DdCaller, dd_caller_free)

G_END_DECLS
