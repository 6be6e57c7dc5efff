/* SPDX-License-Identifier: Apache-2.0 */
/* engine/watcher.h: follows an update that EKS itself carries out, and says why it waits */
#pragma once

#include "engine/engine.h"

G_BEGIN_DECLS

typedef struct _DdWatcher DdWatcher;

typedef struct
{
  const char *cluster, *nodegroup;
  gboolean start;                        /* begin one, unless one is under way already */
  const char *version, *release_version; /* of one that is begun; NULL: EKS chooses */
  gboolean force;                        /* the same */
  DdKnobs knobs;                         /* how often it looks, and how often it asks again */
} DdWatchOptions;

/* RESULT is that of EKS, with our explanation; what went wrong with the watching itself is a result
 * with the code "Unwatched". */
typedef void (*DdWatcherDone) (DdWatcher *watcher, const DdUpgradeResult *result, gpointer data);

/* Copies OPTIONS. Nothing is sent before dd_watcher_start (); DONE runs once, never from within
 * it. */
DdWatcher *dd_watcher_new (const DdEngineContext *context, const DdWatchOptions *options,
                           DdWatcherDone done, gpointer data);
void dd_watcher_start (DdWatcher *watcher);
/* Safe at any time. The update goes on. */
void dd_watcher_free (DdWatcher *watcher);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (DdWatcher, dd_watcher_free)

G_END_DECLS
