/* SPDX-License-Identifier: Apache-2.0 */
/* sim/forecast/tell.h: a forecast for people: on a terminal, or in Markdown */
#pragma once

#include <stdio.h>

#include "base/value.h"

G_BEGIN_DECLS

typedef enum
{
  SIM_FORECAST_HUMAN,
  SIM_FORECAST_MARKDOWN,
} SimForecastLook;

/* FORECAST is that of a tally, with "verdict" ("passes", "fails") and "what" ("node group blue"),
 * and with a "fix" in its blockers and a "what_if" where those were tried. */
void sim_forecast_tell (const DdValue *forecast, SimForecastLook look, gboolean colour, FILE *out);

G_END_DECLS
