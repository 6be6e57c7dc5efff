/* SPDX-License-Identifier: Apache-2.0 */
/* engine/node.h: the way of one node out of the group: drained, cordoned, settled, terminated */
#pragma once

#include "engine/drain.h"
#include "kube/node.h"

G_BEGIN_DECLS

typedef struct _DdNodeMachine DdNodeMachine;

typedef enum
{
  DD_NODE_GONE,    /* its instance has left the group */
  DD_NODE_OVERDUE, /* it could not be emptied in time; dd_node_machine_drain () says why */
  DD_NODE_FAILED,  /* an API could not be used */
} DdNodeEnd;

/* NODE, which was none of those that are unschedulable, is about to be cordoned. */
typedef void (*DdNodeCordons) (const DdKubeNode *node, gpointer data);

typedef struct
{
  DdNodeCordons cordons; /* may be NULL */
  gpointer cordons_data;
  gboolean drain;          /* FALSE: nothing runs there, terminate at once */
  gboolean force;          /* delete what a drain leaves */
  gboolean decrement;      /* the group shrinks by the node */
  gboolean leaves_already; /* it was told to terminate: only wait for it */
} DdNodeWay;

/* ERROR only with DD_NODE_FAILED. Never runs from within dd_node_machine_start (). */
typedef void (*DdNodeDone) (DdNodeMachine *machine, DdNodeEnd end, const GError *error,
                            gpointer data);

DdNodeMachine *dd_node_machine_new (const DdMachineContext *context, DdKubeNode *node,
                                    const DdNodeWay *way, DdNodeDone done, gpointer data);
void dd_node_machine_start (DdNodeMachine *machine);
void dd_node_machine_free (DdNodeMachine *machine);

DdKubeNode *dd_node_machine_node (const DdNodeMachine *machine);     /* borrowed */
const DdDrain *dd_node_machine_drain (const DdNodeMachine *machine); /* NULL: there was none */
/* Waits to be told that its instance has left; one question to EC2 serves a whole wave. */
gboolean dd_node_machine_is_leaving (const DdNodeMachine *machine);
void dd_node_machine_note_left (DdNodeMachine *machine);
/* The group had let go of its instance before it was told to: its place may not have gone along. */
gboolean dd_node_machine_kept_place (const DdNodeMachine *machine);
/* The desired size before it took its place along; -1: it has not. */
gint64 dd_node_machine_shrunk_from (const DdNodeMachine *machine);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (DdNodeMachine, dd_node_machine_free)

G_END_DECLS
