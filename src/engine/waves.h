/* SPDX-License-Identifier: Apache-2.0 */
/* engine/waves.h: nodes on their way out of the group, so many at once, wave after wave */
#pragma once

#include "engine/node.h"

G_BEGIN_DECLS

typedef struct _DdWaves DdWaves;

typedef struct
{
  guint gone;          /* nodes whose instance has left */
  guint kept_places;   /* of these, those that had left before, so that their places may be there */
  gint64 shrunk_from;  /* the desired size before the last of them took its place along; -1: none
                        * did */
  GPtrArray *overdue;  /* of DdNodeMachine *, in the order they were started; borrowed */
  const GError *error; /* the first failure of an API; NULL: none */
} DdWavesResult;

/* Runs each time a node has gone; GONE counts them. */
typedef void (*DdWavesProgress) (guint gone, gpointer data);
/* Runs once: when all nodes are gone, or when the first wave with an overdue or failed node has
 * come to its end. Never runs from within dd_waves_start (). */
typedef void (*DdWavesDone) (const DdWavesResult *result, gpointer data);

/* How many of the next COUNT nodes (from dd_waves_next ()) may start. 0: none yet, and whoever said
 * so calls dd_waves_resume () or dd_waves_stop () later. */
typedef guint (*DdWavesGate) (DdWaves *waves, guint count, gpointer data);

typedef struct
{
  DdMachineContext machine;
  DdWavesGate gate; /* NULL: always */
  guint parallelism;
  guint waves_before;       /* they are counted on from here */
  gboolean sliding;         /* refill slot by slot instead of waiting for the whole wave */
  gboolean press_on;        /* an overdue node does not end it */
  DdWavesProgress progress; /* may be NULL */
  DdWavesDone done;
  gpointer data;
} DdWavesOptions;

DdWaves *dd_waves_new (const DdWavesOptions *options);
/* Nodes leave in the order they were added. */
void dd_waves_add (DdWaves *waves, DdKubeNode *node, const DdNodeWay *way);
void dd_waves_start (DdWaves *waves);
void dd_waves_free (DdWaves *waves);

/* For a gate: how many could start now; the Ith of the nodes that have not started yet, borrowed;
 * whether the node called NAME has started; to ask again; to start none any more, so that it ends
 * with those under way. */
guint dd_waves_count_startable (const DdWaves *waves);
const DdKubeNode *dd_waves_next (const DdWaves *waves, guint i);
gboolean dd_waves_has_started (const DdWaves *waves, const char *name);
/* Whether NODE itself has. A node is called after its address, which a later one may be given: then
 * it has the same name, and is another instance. */
gboolean dd_waves_has_started_with (const DdWaves *waves, const DdKubeNode *node);
void dd_waves_resume (DdWaves *waves);
void dd_waves_stop (DdWaves *waves);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (DdWaves, dd_waves_free)

G_END_DECLS
