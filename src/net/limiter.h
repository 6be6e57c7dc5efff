/* SPDX-License-Identifier: Apache-2.0 */
/* net/limiter.h: a DdTransport that sends no more than so many requests a second */
#pragma once

#include "base/transport.h"

G_BEGIN_DECLS

typedef struct _DdLimiter DdLimiter;

/* Both are borrowed. RATE is in requests a second of CLOCK; as many as one second allows, at least
 * one, may go out at once. */
DdLimiter *dd_limiter_new (DdTransport *inner, DdClock *clock, double rate);
void dd_limiter_free (DdLimiter *limiter);
DdTransport *dd_limiter_interface (DdLimiter *limiter);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (DdLimiter, dd_limiter_free)

G_END_DECLS
