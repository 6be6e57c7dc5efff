/* SPDX-License-Identifier: Apache-2.0 */
/* sim/sinks/axis.h: the one axis of time that all rows of all charts of a page share
 *
 * A chart is a list of rows, each with its name, its scale and its plot. Times are percentages of
 * a plot's width, so it fills whatever width a screen or a paper has while its letters keep their
 * size. */
#pragma once

#include "sim/sinks/history.h"

G_BEGIN_DECLS

typedef struct
{
  const char *name; /* markup: what stands at the left, or above on a narrow screen */
  int height;       /* of the plot, in pixels */
  gint64 top;       /* what the upper edge stands for; 0: there is no scale */
  const char *told; /* text: what the plot shows, for who does not see it */
  const char *plot; /* markup: what is drawn */
} SimRow;

/* What every row's grid is made of; once a page. Lines stand at round times, and dashed ones where
 * a phase begins. */
void sim_axis_define (const SimHistory *history, GString *out);
/* The row of the numbers. */
void sim_axis_ticks (DdUsec end, GString *out);
void sim_axis_heading (const char *text, GString *out);
void sim_axis_row (const SimRow *row, GString *out);

G_END_DECLS
