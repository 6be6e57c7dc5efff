/* SPDX-License-Identifier: Apache-2.0 */
/* engine/retry.h: whether a request that failed is asked again, and when; for the whole program */
#pragma once

#include "base/clock.h"
#include "base/random.h"
#include "base/transport.h"

G_BEGIN_DECLS

/* TRUE when a request that has failed TRIES times in all with ERROR may be tried once more within
 * MAX_TRIES; then *OUT_DELAY is how long to wait: exponential back-off with full jitter drawn from
 * RANDOM, and never less than what the server asked for in Retry-After. */
gboolean dd_retry_decide (const GError *error, const DdReply *reply, guint tries, guint max_tries,
                          DdRandom *random, DdUsec *out_delay);

/* FIRST, doubled with each of the TRIES (from 1) after the first one, up to LONGEST. */
DdUsec dd_retry_back_off (DdUsec first, DdUsec longest, guint tries);

/* The Retry-After of REPLY, bounded; 0 without one. */
DdUsec dd_retry_after (const DdReply *reply);

G_END_DECLS
