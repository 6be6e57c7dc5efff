/* SPDX-License-Identifier: Apache-2.0 */
/* sim/kube/schema/cron.h: when a CronJob's schedule is due */
#pragma once

#include "base/clock.h"

G_BEGIN_DECLS

/* Sets of numbers, one bit each. */
typedef struct
{
  guint64 minutes, hours, days, months, weekdays;
  gboolean any_day, any_weekday; /* written as *: the other one alone decides */
  DdUsec every;                  /* of @every; then nothing else counts. 0: it is none */
} KubeCron;

/* Five fields, or @hourly and its like, or @every and a duration. FALSE, *OUT_CRON untouched, with
 * *OUT_PROBLEM (caller frees) as the real parser words it. Imitates: robfig/cron v3,
 * ParseStandard. */
gboolean kube_cron_parse (const char *text, KubeCron *out_cron, char **out_problem);

/* The first instant after AFTER at which CRON is due, in UTC. FALSE: there is none for five years,
 * nor then. Imitates: robfig/cron v3, SpecSchedule.Next and ConstantDelaySchedule.Next. */
gboolean kube_cron_next (const KubeCron *cron, DdUsec after, DdUsec *out_next);

G_END_DECLS
