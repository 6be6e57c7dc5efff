/* SPDX-License-Identifier: Apache-2.0 */
/* sim/forecast/fixes.h: the smallest changes that clear what blocks an update, found by trying */
#pragma once

#include "sim/forecast/runner.h"

G_BEGIN_DECLS

/* The blockers of FORECAST (a tally's value, or NULL with ERROR, as sim_forecast_run () has it),
 * worst first, each with its "fix":
 * {"change":"replicas 2","command":"kubectl patch ..","rehearsals":200,"failed":0}, or
 * {"tried":"replicas 2, maxUnavailable 1"} where none of the changes clears it.
 * A fix is rehearsed together with those before it. Blockers that show only then follow, with
 * "behind": true. A new array. */
DdValue *sim_forecast_fixes (const SimForecastRunner *runner, const SimForecastWish *wish,
                             const DdValue *forecast, GError **error);

G_END_DECLS
