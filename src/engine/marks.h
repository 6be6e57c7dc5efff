/* SPDX-License-Identifier: Apache-2.0 */
/* engine/marks.h: what the engine writes on nodes, as JSON merge patches */
#pragma once

#include "engine/knobs.h"
#include "kube/node.h"

G_BEGIN_DECLS

#define DD_TAINT_KEY "eks.amazonaws.com/nodegroup"
#define DD_TAINT_VALUE "unschedulable"
#define DD_TAINT_EFFECT "NoSchedule"

/* A set of these. */
typedef enum
{
  DD_WRITE_TAINT = 1 << 0,
  DD_WRITE_CORDON = 1 << 1,
  DD_WRITE_NO_LOAD_BALANCER = 1 << 2,
  DD_WRITE_PROTECTION = 1 << 3,
} DdWrites;

/* How an outdated node is marked at the end of the scale-up. */
DdWrites dd_marks_from_knobs (const DdKnobs *knobs);
/* What of WRITES NODE already carries. */
DdWrites dd_marks_on_node (const DdKubeNode *node);
/* "taint", "cordon", "taint+cordon" ...; caller frees. */
char *dd_marks_to_text (DdWrites writes);

/* A patch that adds, or with REMOVE takes away, what of WRITES differs; NULL when nothing does. */
DdValue *dd_marks_patch (const DdKubeNode *node, DdWrites writes, gboolean remove);

/* What nodes are given on their way out (node.c), and lose again when they stay. */
DdWrites dd_marks_of_leaving (const DdKnobs *knobs);

G_END_DECLS
