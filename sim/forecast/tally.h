/* SPDX-License-Identifier: Apache-2.0 */
/* sim/forecast/tally.h: what many rehearsals of the same update have in common */
#pragma once

#include "base/value.h"

G_BEGIN_DECLS

typedef struct _SimForecastTally SimForecastTally;

SimForecastTally *sim_forecast_tally_new (void);
void sim_forecast_tally_free (SimForecastTally *tally);
/* RECORD is one of sim/forecast/measure.h. */
void sim_forecast_tally_add (SimForecastTally *tally, const DdValue *record);

guint sim_forecast_tally_count (const SimForecastTally *tally);
guint sim_forecast_tally_failed (const SimForecastTally *tally);
/* In percent; 0 of nothing. */
double sim_forecast_tally_failed_percent (const SimForecastTally *tally);

/* All of it as one object, which depends on nothing but the records and their order; a new
 * reference. "p50" and "p95" are values that were met (nearest rank); "fails_below_percent", where
 * none failed, is what the share of failures is below with 95 % confidence (the rule of three:
 * J. A. Hanley and A. Lippman-Hand, "If nothing goes wrong, is everything all right?", 1983). */
DdValue *sim_forecast_tally_value (const SimForecastTally *tally);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (SimForecastTally, sim_forecast_tally_free)

G_END_DECLS
