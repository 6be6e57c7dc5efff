/* SPDX-License-Identifier: Apache-2.0 */
/* sim/sinks/curves.h: numbers that stay until the next: how many pods are there, wanted, needed */
#pragma once

#include "base/clock.h"

G_BEGIN_DECLS

typedef struct
{
  DdUsec time;
  gint64 value;
  gint64 wanted; /* -1: nobody says how many there should be */
  gint64 floor;  /* what a budget needs; -1 where there is none */
} SimPoint;

typedef struct
{
  char *name;     /* "Deployment shop/web", "PodDisruptionBudget shop/web" */
  char *workload; /* of a budget: the one workload that it covers; "" for none or several */
  GArray *points; /* of SimPoint; a value stays until the next */
} SimCurve;

/* Curves in the order in which they were first asked for. */
GPtrArray *sim_curves_new (void);
/* The one called NAME, made when there is none. */
SimCurve *sim_curves_get (GPtrArray *curves, const char *name);
/* Says nothing twice: POINT counts only if it differs from the last one, which it replaces when it
 * is of the same moment. */
void sim_curve_add (SimCurve *curve, const SimPoint *point);
/* What holds now; nothing, and nothing wanted, before the first point. */
SimPoint sim_curve_last (const SimCurve *curve);

G_END_DECLS
