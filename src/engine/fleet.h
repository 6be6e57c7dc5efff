/* SPDX-License-Identifier: Apache-2.0 */
/* engine/fleet.h: nodes on their way out of the group, so many at once, wave after wave */
#pragma once

#include "engine/node.h"

G_BEGIN_DECLS

typedef struct _DdFleet DdFleet;

typedef struct
{
  guint gone;          /* nodes whose instance has left */
  GPtrArray *overdue;  /* of DdNodeMachine *, in the order they were started; borrowed */
  const GError *error; /* the first failure of an API; NULL: none */
} DdFleetResult;

/* Runs each time a node has gone; GONE counts them. */
typedef void (*DdFleetProgress) (guint gone, gpointer data);
/* Runs once: when all nodes are gone, or when the first wave with an overdue or failed node has
 * come to its end. Never runs from within dd_fleet_start (). */
typedef void (*DdFleetDone) (const DdFleetResult *result, gpointer data);

typedef struct
{
  DdMachineContext machine;
  guint parallelism;
  gboolean sliding;         /* refill slot by slot instead of waiting for the whole wave */
  gboolean press_on;        /* an overdue node does not end it */
  DdFleetProgress progress; /* may be NULL */
  DdFleetDone done;
  gpointer data;
} DdFleetOptions;

DdFleet *dd_fleet_new (const DdFleetOptions *options);
/* Nodes leave in the order they were added. */
void dd_fleet_add (DdFleet *fleet, DdKubeNode *node, const DdNodeWay *way);
void dd_fleet_start (DdFleet *fleet);
void dd_fleet_free (DdFleet *fleet);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (DdFleet, dd_fleet_free)

G_END_DECLS
