/* SPDX-License-Identifier: Apache-2.0 */
/* sim/forecast/blockers.h: which budgets refused evictions in one rehearsal, for how long, and
 * which of them had the last word
 *
 * A budget that refuses an eviction and grants it later has only held the update up: most budgets
 * pass through zero while one pod is replaced by another. */
#pragma once

#include "sim/sinks/history.h"

G_BEGIN_DECLS

typedef struct _SimBlockers SimBlockers;

SimBlockers *sim_blockers_new (void);
void sim_blockers_free (SimBlockers *self);
/* A SimEventReader; DATA is a SimBlockers. */
void sim_blockers_take (const SimEvent *event, gpointer data);

/* The pods that a budget still refused when an update failed, in that order. WORLD must still be
 * there; LIVES: "namespace/pod" -> SimLife. A new array. */
DdValue *sim_blockers_value (const SimBlockers *self, const SimWorld *world, GHashTable *lives);
/* The budgets that refused, and then granted, each with the longest wait. A new array. */
DdValue *sim_blockers_held_up (const SimBlockers *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (SimBlockers, sim_blockers_free)

G_END_DECLS
