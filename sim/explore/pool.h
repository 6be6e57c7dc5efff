/* SPDX-License-Identifier: Apache-2.0 */
/* sim/explore/pool.h: the same work for many numbers, spread over forked processes
 *
 * Worker W of N takes the numbers W, W + N, W + 2N ... and answers each with one JSON value on a
 * pipe; the parent reads the pipes in the order of the numbers. So results come in one order
 * however many processes made them, and a process that is ahead waits in its full pipe. */
#pragma once

#include "base/clock.h"
#include "base/value.h"

G_BEGIN_DECLS

/* In a worker; returns a new reference. What INDEX means is the caller's. */
typedef DdValue *(*SimPoolWork) (guint64 index, gpointer data);
/* In the parent, in the order of INDEX. FALSE ends the pool. */
typedef gboolean (*SimPoolTake) (guint64 index, const DdValue *value, gpointer data);
/* In the parent, when a worker died of INDEX: the value that stands for it (a new reference). A new
 * worker goes on behind it. */
typedef DdValue *(*SimPoolMourn) (guint64 index, const char *how, gpointer data);

typedef struct
{
  guint64 count;          /* numbers 0 .. COUNT - 1 */
  guint jobs;             /* processes, from 1 */
  DdClock *wall;          /* for DEADLINE only */
  DdUsec deadline;        /* no number is begun after it; 0: none */
  guint patience_seconds; /* a number that takes longer takes its worker down; 0: for ever */
  SimPoolWork work;
  SimPoolTake take;
  SimPoolMourn mourn;
  gpointer data;
} SimPool;

/* FALSE with an error when processes or pipes cannot be made. Workers inherit everything that was
 * made before; they end without running exit handlers. */
gboolean sim_pool_run (const SimPool *pool, GError **error);

G_END_DECLS
