/* SPDX-License-Identifier: Apache-2.0 */
/* sim/sinks/endings.h: how the updates of a rehearsal that failed ended, in the engine's own words
 *
 * The story tells it as it happens; every other report has it from here. */
#pragma once

#include "sim/stage/trace.h"

G_BEGIN_DECLS

typedef struct
{
  DdUsec time; /* since the world's beginning */
  char *nodegroup;
  char *code, *message; /* as EKS says them */
  char *explanation;    /* the engine's: which pod, which budget, what to do; lines, "" for none */
  DdValue *resources;   /* what EKS names; an array */
  DdValue *blocked;     /* {"pod":..,"budget":..,...} of each pod that a budget still held back */
} SimEnding;

typedef struct _SimEndings SimEndings;

SimEndings *sim_endings_new (void);
void sim_endings_free (SimEndings *endings);
/* A SimEventReader; DATA is a SimEndings. */
void sim_endings_take (const SimEvent *event, gpointer data);

/* ENDINGS may be NULL, which has none. */
guint sim_endings_length (const SimEndings *endings);
const SimEnding *sim_endings_nth (const SimEndings *endings, guint index);
/* "the update of node group blue failed at 32m20s: CODE: message"; caller frees. */
char *sim_ending_text (const SimEnding *ending);
DdValue *sim_endings_value (const SimEndings *endings);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (SimEndings, sim_endings_free)

G_END_DECLS
