/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include <string.h>

#include "sim/stage/latency.h"

/* The defaults are microseconds of what the table in the header gives in seconds. */
static const struct
{
  const char *name;
  DdUsec low, high;
} rows[SIM_N_DELAYS] = {
#define X(id, name, low, high) \
  [id] = { name, (DdUsec) ((low) *1000000.0 + 0.5), (DdUsec) ((high) *1000000.0 + 0.5) },
  SIM_DELAYS (X)
#undef X
};

struct _SimLatency
{
  struct
  {
    DdUsec low, high;
    DdRandom *random;
  } rows[SIM_N_DELAYS];
};

SimLatency *
sim_latency_new (const DdRandom *random)
{
  SimLatency *latency = g_new0 (SimLatency, 1);

  for (guint i = 0; i < SIM_N_DELAYS; i++)
    {
      g_autofree char *stream = g_strconcat ("latency/", rows[i].name, NULL);

      latency->rows[i].low = rows[i].low;
      latency->rows[i].high = rows[i].high;
      latency->rows[i].random = dd_random_fork (random, stream);
    }
  return latency;
}

void
sim_latency_free (SimLatency *latency)
{
  if (latency == NULL)
    return;
  for (guint i = 0; i < SIM_N_DELAYS; i++)
    dd_random_free (latency->rows[i].random);
  g_free (latency);
}

DdUsec
sim_latency_draw (SimLatency *latency, SimDelay delay)
{
  return dd_random_between (latency->rows[delay].random, latency->rows[delay].low,
                            latency->rows[delay].high);
}

void
sim_latency_set (SimLatency *latency, SimDelay delay, DdUsec low, DdUsec high)
{
  g_assert (low >= 0);
  g_assert (low <= high);
  latency->rows[delay].low = low;
  latency->rows[delay].high = high;
}

gboolean
sim_delay_from_name (const char *name, SimDelay *out_delay)
{
  for (guint i = 0; i < SIM_N_DELAYS; i++)
    if (strcmp (rows[i].name, name) == 0)
      {
        *out_delay = (SimDelay) i;
        return TRUE;
      }
  return FALSE;
}

const char *
sim_delay_name (SimDelay delay)
{
  return rows[delay].name;
}
