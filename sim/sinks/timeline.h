/* SPDX-License-Identifier: Apache-2.0 */
/* sim/sinks/timeline.h: the trace as a story for people */
#pragma once

#include <stdio.h>

#include "sim/stage/trace.h"

G_BEGIN_DECLS

typedef struct _SimTimeline SimTimeline;

SimTimeline *sim_timeline_new (FILE *out, gboolean colour);
void sim_timeline_free (SimTimeline *timeline);
/* A SimEventReader; DATA is the timeline. */
void sim_timeline_take (const SimEvent *event, gpointer data);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (SimTimeline, sim_timeline_free)

G_END_DECLS
