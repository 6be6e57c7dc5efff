/* SPDX-License-Identifier: Apache-2.0 */
/* sim/sinks/charts.h: the charts of a page: rows over the page's one axis (axis.h)
 *
 * They append rows to OUT and note in LEGEND which signs they used. */
#pragma once

#include "sim/sinks/history.h"
#include "sim/sinks/legend.h"

G_BEGIN_DECLS

/* What the scenario did, and each phase of each node group's update. */
void sim_chart_phases (const SimHistory *history, SimLegend *legend, GString *out);
/* The nodes, by zone; at most MOST, and a line that says how many are left out. */
void sim_chart_nodes (const SimHistory *history, guint most, SimLegend *legend, GString *out);
/* The pods, by node; at most MOST. */
void sim_chart_pods (const SimHistory *history, guint most, SimLegend *legend, GString *out);
/* How many pods of each workload are Ready of how many, and what its budgets need: the users' own
 * first, those of the system last. At most MOST. */
void sim_chart_availability (const SimHistory *history, guint most, SimLegend *legend,
                             GString *out);

/* The row of one node or pod; NAME is markup, and class LOOK is put around its bars. */
void sim_chart_life (const SimHistory *history, const SimLife *life, const char *name,
                     const char *look, SimLegend *legend, GString *out);
/* The nodes as the charts have them: by zone, and within one in the order in which they came;
 * borrowed. */
GPtrArray *sim_chart_order (const SimHistory *history);
/* "ip-10-42-96-17": the first label of a node's name is enough to know it by. Caller frees. */
char *sim_chart_brief (const char *name);
void sim_chart_left_out (guint count, const char *what, GString *out);

G_END_DECLS
