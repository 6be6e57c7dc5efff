/* SPDX-License-Identifier: Apache-2.0 */
/* engine/patcher.h: marks written on, or taken from, a set of nodes */
#pragma once

#include "engine/caller.h"
#include "engine/marks.h"

G_BEGIN_DECLS

typedef struct _DdPatcher DdPatcher;

/* Runs for each node that was really changed, with what was written. */
typedef void (*DdPatcherWrote) (DdKubeNode *node, DdWrites writes, gpointer data);
/* Runs before a change of a node is sent, with what it writes. Whatever becomes of the answer, the
 * change may have been made from here on, so whoever asked for it must take it back. */
typedef void (*DdPatcherAsking) (DdKubeNode *node, DdWrites writes, gpointer data);
/* Runs once, when every node was dealt with; ERROR is the first that mattered, or NULL. The patcher
 * may be freed from within. */
typedef void (*DdPatcherDone) (const GError *error, gpointer data);

/* With REMOVE the writes are taken away instead. WROTE may be NULL. */
DdPatcher *dd_patcher_new (DdCaller *caller, DdClock *clock, gboolean remove, DdPatcherWrote wrote,
                           DdPatcherDone done, gpointer data);
/* ASKING may be called several times for a node, whose writes then add up. */
void dd_patcher_tell_asking (DdPatcher *patcher, DdPatcherAsking asking);
/* Nothing is sent for a node that, as NODE says, needs nothing; one that is gone needs nothing. */
void dd_patcher_add (DdPatcher *patcher, DdKubeNode *node, DdWrites writes);
/* DONE never runs from within. */
void dd_patcher_start (DdPatcher *patcher);
void dd_patcher_free (DdPatcher *patcher);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (DdPatcher, dd_patcher_free)

G_END_DECLS
