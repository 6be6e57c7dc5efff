/* SPDX-License-Identifier: Apache-2.0 */
/* sim/sinks/updates.h: every update of a rehearsal: when it was asked for, and how it ended */
#pragma once

#include "sim/sinks/endings.h"

G_BEGIN_DECLS

typedef struct
{
  char *nodegroup;
  char *type;      /* "VersionUpdate" */
  char *status;    /* EKS's last word, "Successful", "Failed"; "" while it goes on */
  DdUsec asked;    /* since the world's beginning */
  DdUsec ended;    /* of STATUS */
  gint64 replaced; /* nodes, as the engine says of a success; -1: it does not */
  gint ending;     /* which of the endings tells why it failed; -1: none */
  guint deaths;    /* how often its engine died */
} SimUpdate;

typedef struct
{
  GPtrArray *list; /* of SimUpdate, in the order they were asked for */
  SimEndings *endings;
} SimUpdates;

SimUpdates *sim_updates_new (void);
void sim_updates_free (SimUpdates *updates);
/* A SimEventReader; DATA is a SimUpdates. */
void sim_updates_take (const SimEvent *event, gpointer data);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (SimUpdates, sim_updates_free)

G_END_DECLS
