/* SPDX-License-Identifier: Apache-2.0 */
/* sim/sinks/legend.h: what each sign of a chart looks like and means; what was drawn is explained
 *
 * A sign differs from its neighbours in shape as well as in colour: a page may be printed in grey,
 * and eyes differ. The colours are those of the page's style (page.css). */
#pragma once

#include <glib.h>

#include "base/clock.h"

G_BEGIN_DECLS

#define SIM_BAR_ROW 18 /* the height of a row of bars, in pixels */

typedef struct
{
  guint64 drawn; /* a bit for each sign */
} SimLegend;

typedef struct
{
  DdUsec from, to, end; /* END: of the axis */
} SimStretch;

/* A bar for a state or a phase; STATE is the name of one. TITLE is shown to who points at it. */
void sim_legend_bar (SimLegend *legend, const char *state, const SimStretch *stretch,
                     const char *title, GString *out);
/* A small mark at one moment: "refused", "step", "fault". */
void sim_legend_mark (SimLegend *legend, const char *sign, DdUsec time, DdUsec end,
                      const char *title, GString *out);
/* What a chart draws by itself: "available", "wanted", "floor", "old", "new". */
void sim_legend_note (SimLegend *legend, const char *sign);
/* What was drawn, in the order of the table, as a list. */
void sim_legend_write (const SimLegend *legend, GString *out);

G_END_DECLS
