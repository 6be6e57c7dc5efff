/* SPDX-License-Identifier: Apache-2.0 */
/* sim/lab/pacing.h: ties the world's clock to the wall clock at a chosen speed */
#pragma once

#include "sim/world/world.h"

G_BEGIN_DECLS

typedef struct
{
  double factor;   /* virtual seconds to a wall second, > 0 */
  gboolean hasten; /* a client that polls for a change is not kept waiting */
  gboolean paused; /* FACTOR is for later */
} SimSpeed;

/* "60x", "1x", "0.5x", "max" (60x, hastened), "paused". DD_ERROR_INVALID for anything else. */
gboolean sim_speed_parse (const char *text, SimSpeed *out_speed, GError **error);
char *sim_speed_to_text (const SimSpeed *speed);

/* A start for a world that is going to be paced: 30 days before now, so that its time has far to go
 * before it meets the wall clock's. */
DdUsec sim_pacing_start (void);

typedef struct _SimPacing SimPacing;

SimPacing *sim_pacing_new (GMainContext *context, const SimSpeed *speed);
void sim_pacing_free (SimPacing *pacing);

/* From its present instant on WORLD is moved by the wall clock. NULL: none is. */
void sim_pacing_set_world (SimPacing *pacing, SimWorld *world);
void sim_pacing_set_speed (SimPacing *pacing, const SimSpeed *speed);
const SimSpeed *sim_pacing_speed (const SimPacing *pacing);

/* Lets everything happen that is due by now, and waits for what comes next. A world that takes
 * longer than the wall clock allows falls behind; it does not keep its clients waiting. */
void sim_pacing_catch_up (SimPacing *pacing);
/* To be called when the world was asked something from outside: what that has set going goes on. */
void sim_pacing_settle (SimPacing *pacing);
/* To be called when the world was moved from outside: its line begins anew where it is now. */
void sim_pacing_resynchronise (SimPacing *pacing);
/* The latest instant the world may be moved to: the wall clock's. */
DdUsec sim_pacing_limit (const SimPacing *pacing);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (SimPacing, sim_pacing_free)

G_END_DECLS
