/* SPDX-License-Identifier: Apache-2.0 */
/* sim/sinks/figure.h: the figures of a rehearsal as SVG: bars of states over time, and curves */
#pragma once

#include "sim/sinks/history.h"

G_BEGIN_DECLS

/* All take their colours from the classes of the page they stand in (see sim/sinks/html.c), and say
 * in a <title> what a person points at. They append to OUT. */

/* The phases of each node group's update, and the nodes below, by zone. */
void sim_figure_nodes (const SimHistory *history, GString *out);
/* The pods, by node; at most MOST rows, and a line that says how many are left out. */
void sim_figure_pods (const SimHistory *history, guint most, GString *out);
/* The ready pods of a workload; BUDGET, its floor, may be NULL. */
void sim_figure_curve (const SimHistory *history, const SimCurve *curve, GString *out);

/* TEXT with everything escaped that means something to HTML. */
void sim_html_text (const char *text, GString *out);

G_END_DECLS
