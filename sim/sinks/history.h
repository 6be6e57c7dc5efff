/* SPDX-License-Identifier: Apache-2.0 */
/* sim/sinks/history.h: what became of each node, pod, workload and budget in one rehearsal
 *
 * The pictures of a rehearsal (a trace for Perfetto, a page of HTML) are drawn from this: states
 * with a beginning and an end, curves, and marks. It only reads: the store, and the trace. */
#pragma once

#include "sim/sinks/curves.h"
#include "sim/world/world.h"

G_BEGIN_DECLS

typedef struct
{
  DdUsec from, to;   /* since the world's beginning */
  const char *state; /* static: "ready", "draining" ... */
} SimSpan;

typedef struct
{
  char *name;        /* of a node, or "namespace/pod"; an instance while it has no Node */
  char *zone;        /* of a node; "" when unknown */
  char *node;        /* of a pod; "" while it has none */
  char *workload;    /* of a pod: "Deployment shop/web"; "" for a bare one */
  char *image;       /* of a node: the AMI that its labels name; "" when unknown */
  GArray *spans;     /* of SimSpan, in order, without gaps */
  const char *state; /* now; NULL: gone */
  DdUsec since;
} SimLife;

typedef enum
{
  SIM_MARK_PHASE,    /* TEXT: the phase; SUBJECT: the node group */
  SIM_MARK_EVICTED,  /* SUBJECT: the pod; WHERE: its node */
  SIM_MARK_REFUSED,  /* TEXT: why */
  SIM_MARK_REPLACED, /* SUBJECT: the pod made for the one that TEXT names */
  SIM_MARK_FAULT,    /* TEXT: what was injected */
  SIM_MARK_FAILURE,  /* TEXT: the update's code and explanation */
  SIM_MARK_STEP,     /* TEXT: what the scenario did */
  SIM_MARK_UPDATED,  /* TEXT: the last status of an update; SUBJECT: the node group */
} SimMarkKind;

typedef struct
{
  SimMarkKind kind;
  DdUsec time;
  char *subject, *where, *text; /* "" where there is none */
} SimMark;

typedef struct
{
  GPtrArray *nodes, *pods; /* of SimLife, in the order they came */
  GPtrArray *workloads;    /* of SimCurve: ready pods, and how many there should be */
  GPtrArray *budgets;      /* of SimCurve: healthy pods, how many there should be, and the floor */
  GPtrArray *marks;        /* of SimMark, in order */
  DdUsec end;              /* since the world's beginning */
  DdUsec origin;           /* that beginning, since 1970 */
} SimHistory;

typedef struct _SimHistorian SimHistorian;

/* Begins to write down what happens in WORLD, whose trace has just begun. */
SimHistorian *sim_historian_new (SimWorld *world);
/* Ends every state that still lasts. WORLD must still be there; the historian is not. Free with
 * sim_history_free (). */
SimHistory *sim_historian_conclude (SimHistorian *historian);
void sim_history_free (SimHistory *history);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (SimHistory, sim_history_free)

G_END_DECLS
