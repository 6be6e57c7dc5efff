/* SPDX-License-Identifier: Apache-2.0 */
/* engine/sight.h: what can be seen of an update that somebody else carries out, told as a trace */
#pragma once

#include "aws/autoscaling.h"
#include "base/trace.h"
#include "kube/node.h"

G_BEGIN_DECLS

typedef struct _DdSight DdSight;

/* CLOCK and TRACE are borrowed. */
DdSight *dd_sight_new (DdClock *clock, DdTrace *trace, const char *nodegroup);
void dd_sight_free (DdSight *sight);

/* One look: each of these at most once, in this order, then dd_sight_settle (). Everything is
 * borrowed. */
void dd_sight_take_group (DdSight *sight, const DdScalingGroup *group);
void dd_sight_take_failures (DdSight *sight, GPtrArray *messages); /* of char * */
void dd_sight_take_nodes (DdSight *sight, GPtrArray *nodes);       /* of DdKubeNode * */
void dd_sight_take_budgets (DdSight *sight, GPtrArray *budgets);   /* of DdKubeBudget * */
void dd_sight_take_pods (DdSight *sight, const char *node, GPtrArray *pods);
/* What kept the look from being complete. */
void dd_sight_note_trouble (DdSight *sight, const char *message);
void dd_sight_settle (DdSight *sight);

/* The nodes that are to be emptied: those whose pods are worth a look. Of char *, caller frees. */
GPtrArray *dd_sight_marked_nodes (const DdSight *sight);
/* How many marked nodes have left. */
guint dd_sight_count_gone (const DdSight *sight);
/* Why the update waits; NULL: nothing is known. Caller frees. */
char *dd_sight_explain (const DdSight *sight);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (DdSight, dd_sight_free)

G_END_DECLS
