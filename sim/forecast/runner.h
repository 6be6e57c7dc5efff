/* SPDX-License-Identifier: Apache-2.0 */
/* sim/forecast/runner.h: one wish rehearsed under many seeds, on many processes */
#pragma once

#include "sim/forecast/plan.h"
#include "sim/forecast/tally.h"

G_BEGIN_DECLS

typedef struct
{
  SimForecastWorld world;
  guint seeds; /* from 1 to this one */
  guint jobs;
  /* In the order of the seeds, after each; FALSE ends it all. WHAT is as sim_forecast_run () was
   * told. */
  gboolean (*progress) (const char *what, const SimForecastTally *tally, guint seeds,
                        gpointer data);
  gpointer data;
} SimForecastRunner;

/* SEEDS may be fewer than the runner's. NULL with DD_ERROR_NOT_FOUND or DD_ERROR_INVALID for a wish
 * or a world that makes no sense, DD_ERROR_CANCELLED when progress () said so, and any other when
 * processes cannot be made. */
SimForecastTally *sim_forecast_run (const SimForecastRunner *runner, const SimForecastWish *wish,
                                    guint seeds, const char *what, GError **error);

G_END_DECLS
