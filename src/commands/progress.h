/* SPDX-License-Identifier: Apache-2.0 */
/* commands/progress.h: an update as a person likes to watch it, told from the engine's trace */
#pragma once

#include <stdio.h>

#include "base/clock.h"
#include "base/trace.h"

G_BEGIN_DECLS

typedef struct _DdProgress DdProgress;

typedef struct
{
  DdClock *clock; /* borrowed; what times are told by */
  gboolean live;  /* a terminal: the state of every node under way is kept in view below */
  gboolean quiet; /* tell nothing, only record */
  gboolean colour;
  FILE *record; /* borrowed; every event as a line of JSON; NULL: not kept */
} DdProgressOptions;

DdProgress *dd_progress_new (const DdProgressOptions *options);
void dd_progress_free (DdProgress *progress);
DdTrace *dd_progress_trace (DdProgress *progress);

/* Takes the live part off the screen, for what is printed next. */
void dd_progress_hide (DdProgress *progress);
/* What state things are in, for somebody who interrupts the update; caller frees. */
char *dd_progress_summary (const DdProgress *progress);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (DdProgress, dd_progress_free)

G_END_DECLS
