/* SPDX-License-Identifier: Apache-2.0 */
/* engine/drain.h: emptying one node through the Eviction API, within a budget of time and tries */
#pragma once

#include "engine/caller.h"
#include "kube/error.h"
#include "kube/pod.h"

G_BEGIN_DECLS

/* What the machines below the phases share. All borrowed. */
typedef struct
{
  DdCaller *caller;
  DdClock *clock;
  DdTrace *trace;
  const DdKnobs *knobs;
} DdMachineContext;

/* A pod that the drain wants gone, and what became of the attempts. */
typedef struct
{
  DdKubePod *pod;
  guint tries; /* evictions that were answered with a refusal */
  DdUsec next_try;
  DdUsec refused_since; /* the first refusal; 0: none */
  DdEviction *refusal;  /* the latest; NULL: none */
  gboolean leaving;
  gboolean arrived_late; /* it was not there when the drain began */
  gboolean is_spared;    /* it came when others had been deleted by force: it goes with the node */
  gboolean listed;       /* in the latest list */
} DdDrainPod;

typedef struct _DdDrain DdDrain;

typedef enum
{
  DD_DRAIN_EMPTY,   /* nothing that matters is left */
  DD_DRAIN_OVERDUE, /* the budget is spent and pods are left */
  DD_DRAIN_FAILED,  /* the API could not be used */
} DdDrainEnd;

/* ERROR only with DD_DRAIN_FAILED. Never runs from within dd_drain_start (). */
typedef void (*DdDrainDone) (DdDrain *drain, DdDrainEnd end, const GError *error, gpointer data);

/* FORCE: delete what is left when the budget is spent. */
DdDrain *dd_drain_new (const DdMachineContext *context, const char *node, const char *zone,
                       gboolean force, DdDrainDone done, gpointer data);
/* Nothing is said of a drain that finds nothing to do: it is only to make sure. */
void dd_drain_be_quiet_when_empty (DdDrain *drain);
/* What was left had to be deleted; a drain of the same node again deletes at once what is there. */
gboolean dd_drain_was_forced (const DdDrain *drain);
void dd_drain_be_brief (DdDrain *drain);
void dd_drain_start (DdDrain *drain);
void dd_drain_free (DdDrain *drain);

/* Whether the drain waits for POD. */
gboolean dd_drain_pod_holds (const DdDrainPod *pod);
/* The pods that are left, of DdDrainPod *, by namespace and name; for the explanation. */
GPtrArray *dd_drain_pods (const DdDrain *drain);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (DdDrain, dd_drain_free)

G_END_DECLS
