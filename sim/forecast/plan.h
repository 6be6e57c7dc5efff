/* SPDX-License-Identifier: Apache-2.0 */
/* sim/forecast/plan.h: a world and what is wished of its node groups, made into a scenario */
#pragma once

#include "sim/scenario/scenario.h"

G_BEGIN_DECLS

typedef struct
{
  const char *nodegroup;       /* NULL: all of them, one after another */
  const char *release;         /* NULL: what EKS takes when nobody says one */
  const char *max_unavailable; /* "3" or "10%"; NULL: as the group has it */
  const char *strategy;        /* "DEFAULT", "MINIMAL"; NULL: as the group has it */
  gboolean force;
  const DdValue *patches; /* merge patches as steps have them, made some time before; NULL: none */
} SimForecastWish;

typedef struct
{
  const SimWorldFile *file;
  const char *place;      /* of FILE */
  const DdValue *changed; /* the whole document of FILE with changes; NULL: there are none */
} SimForecastWorld;

/* The scenario that updates node groups of WORLD. Each group after the first begins when the one
 * before it is over, however that ended. DD_ERROR_NOT_FOUND when there is no such group;
 * DD_ERROR_INVALID for what no world may say. */
SimScenario *sim_forecast_plan (const SimForecastWorld *world, const SimForecastWish *wish,
                                GError **error);

/* "3" from 1 on, or "10%" from 1% to 100%: what EKS takes for maxUnavailable. */
gboolean sim_forecast_is_max_unavailable (const char *text);

G_END_DECLS
