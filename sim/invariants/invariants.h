/* SPDX-License-Identifier: Apache-2.0 */
/* sim/invariants/invariants.h: promises that are checked after every event of every rehearsal */
#pragma once

#include "sim/world/world.h"

G_BEGIN_DECLS

typedef struct _SimInvariants SimInvariants;

typedef struct
{
  const char *name; /* static */
  DdUsec time;      /* since the world's beginning */
  char *why;
} SimBreach;

/* Begins to watch WORLD, whose trace has just begun. POST_DRAIN_WAIT is how long a node must have
 * been cordoned before it is terminated. */
SimInvariants *sim_invariants_new (SimWorld *world, DdUsec post_drain_wait);
void sim_invariants_free (SimInvariants *invariants);

/* The scenario does something by itself: ACTION is the key of its step, "autoscaling" or "delete",
 * and WHAT stands under it (may be NULL). What comes of it at once is not blamed on an update. */
void sim_invariants_note_step (SimInvariants *invariants, const char *action, const DdValue *what);

/* From now on nothing is heard that ACTOR tells (static), as if it told nothing: what is broken
 * then is seen in the world itself. Promises about what it tells are not asked. */
void sim_invariants_be_deaf_to (SimInvariants *invariants, const char *actor);

/* Asks about the end, after the last event. AT_REST: the world was not cut short, so whatever was
 * going to happen has happened. */
void sim_invariants_conclude (SimInvariants *invariants, gboolean at_rest);

/* What was broken so far, at most the first breach of each promise, in order; of SimBreach. Ask
 * after the last event. */
const GPtrArray *sim_invariants_breaches (const SimInvariants *invariants);

guint sim_invariants_count (void);
const char *sim_invariants_name (guint index);
const char *sim_invariants_promise (guint index);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (SimInvariants, sim_invariants_free)

G_END_DECLS
