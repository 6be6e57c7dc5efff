/* SPDX-License-Identifier: Apache-2.0 */
/* engine/explain.h: why an update failed, in words that name the pod, the budget and what to do */
#pragma once

#include "aws/autoscaling.h"
#include "engine/node.h"
#include "kube/budget.h"

G_BEGIN_DECLS

/* What is left on nodes that could not be drained; MACHINES are DdNodeMachine *. */
char *dd_explain_drains (GPtrArray *machines, DdUsec now);
/* The same, knowing the cluster's BUDGETS (of DdKubeBudget *), so that the advice fits them. */
char *dd_explain_drains_under (GPtrArray *machines, GPtrArray *budgets, DdUsec now);

typedef struct
{
  const DdScalingGroup *before, *now;
  GPtrArray *outdated; /* of DdKubeNode *: their zones need a new node */
  GPtrArray *fresh;    /* of DdKubeNode *: the new nodes */
  GPtrArray *absent;   /* of char *: new instances that are no node yet */
  GPtrArray *messages; /* of char *: what Auto Scaling says about failed launches */
  DdUsec raised, at;
} DdAbsence;

/* Why a group that gave up nodes has not filled up again: READY of its instances are Ready nodes,
 * fewer than it needs since SINCE. */
char *dd_explain_shortfall (const DdAbsence *absence, gint64 ready, gint64 needed);

/* Why GROUP has more instances than it wants, and keeps them. */
/* A line for each of the instances IDS (of char *) of which no node has come. */
char *dd_explain_instances (const DdScalingGroup *group, const GPtrArray *ids);
char *dd_explain_staying (const DdScalingGroup *group);

/* Why the new nodes are not there, or not ready. */
char *dd_explain_absence (const DdAbsence *absence);

G_END_DECLS
