/* SPDX-License-Identifier: Apache-2.0 */
/* sim/forecast/runner.c: seeds through the pool of sim/explore, records into a tally */
#include "config.h"

#include "sim/forecast/runner.h"

#include "base/error.h"
#include "sim/explore/pool.h"
#include "sim/forecast/measure.h"

#define PATIENCE_SECONDS 600

typedef struct
{
  const SimForecastRunner *runner;
  const SimScenario *scenario;
  const char *what;
  guint seeds;
  SimForecastTally *tally;
  GError *error; /* what ended it early */
} Series;

static DdValue *
rehearse_one (guint64 index, gpointer data)
{
  const Series *series = data;

  return sim_forecast_measure (series->scenario, index + 1);
}

static DdValue *
mourn_one (guint64 index, const char *how, gpointer data)
{
  (void) data;
  return sim_forecast_measure_of_error (index + 1, how, FALSE);
}

static gboolean
take_one (guint64 index, const DdValue *record, gpointer data)
{
  Series *series = data;
  const SimForecastRunner *runner = series->runner;

  (void) index;
  if (dd_value_path_bool (record, "bad_input", FALSE))
    {
      g_set_error (&series->error, DD_ERROR, DD_ERROR_INVALID, "%s",
                   dd_value_path_string (record, "why"));
      return FALSE;
    }
  sim_forecast_tally_add (series->tally, record);
  if (runner->progress == NULL
      || runner->progress (series->what, series->tally, series->seeds, runner->data))
    return TRUE;
  g_set_error (&series->error, DD_ERROR, DD_ERROR_CANCELLED, "interrupted");
  return FALSE;
}

/* A worker that an interrupt took down answers nothing more, and the pool ends without an error. */
static gboolean
is_whole (Series *series)
{
  if (series->error == NULL && sim_forecast_tally_count (series->tally) < series->seeds)
    g_set_error (&series->error, DD_ERROR, DD_ERROR_CANCELLED, "interrupted");
  return series->error == NULL;
}

SimForecastTally *
sim_forecast_run (const SimForecastRunner *runner, const SimForecastWish *wish, guint seeds,
                  const char *what, GError **error)
{
  g_autoptr (SimScenario) scenario = sim_forecast_plan (&runner->world, wish, error);
  g_autoptr (SimForecastTally) tally = sim_forecast_tally_new ();
  Series series = { runner, scenario, what, seeds, tally, NULL };
  SimPool pool = { .count = seeds,
                   .jobs = runner->jobs,
                   .patience_seconds = PATIENCE_SECONDS,
                   .work = rehearse_one,
                   .take = take_one,
                   .mourn = mourn_one,
                   .data = &series };

  if (scenario == NULL || !sim_pool_run (&pool, error))
    {
      g_clear_error (&series.error);
      return NULL;
    }
  if (is_whole (&series))
    return g_steal_pointer (&tally);
  g_propagate_error (error, series.error);
  return NULL;
}
