/* SPDX-License-Identifier: Apache-2.0 */
/* engine/plan.h: the arithmetic of an update: how many at once, how far to grow, in which order */
#pragma once

#include "aws/autoscaling.h"
#include "aws/eks.h"
#include "base/random.h"
#include "engine/knobs.h"
#include "kube/node.h"

G_BEGIN_DECLS

/* Nodes replaced at the same time: maxUnavailable, or its percentage of the desired size; at least
 * 1, never more than 100. */
guint dd_plan_parallelism (const DdNodegroup *group, gint64 desired, DdRounding rounding);

/* By how much desired and maximum may grow: the larger of two per zone and the parallelism. */
gint64 dd_plan_growth_limit (guint zones, guint parallelism);
/* By how much they grow at first; OUTDATED are DdKubeNode *. */
gint64 dd_plan_first_growth (DdScaleUp scale_up, guint zones, guint parallelism,
                             GPtrArray *outdated, gint64 desired);

/* Puts OUTDATED (of DdKubeNode *, sorted by name) into the order in which they are replaced. */
void dd_plan_order (GPtrArray *outdated, DdNodeChoice choice, DdRandom *random);

/* The zones of NODES, sorted, each once; of char *, borrowed from the nodes. */
GPtrArray *dd_plan_zones (GPtrArray *nodes);

typedef struct
{
  const char *release, *image;
  guint parallelism;
  gint64 growth;
  const DdScalingGroup *group;
  GPtrArray *outdated; /* in order */
  GPtrArray *to_mark;  /* of DdKubeNode * */
} DdPlan;

/* The plan as an object, as dd_engine_plan () passes it. */
DdValue *dd_plan_to_value (const DdPlan *plan);

G_END_DECLS
