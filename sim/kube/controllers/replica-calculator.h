/* SPDX-License-Identifier: Apache-2.0 */
/* sim/kube/controllers/replica-calculator.h: how many pods what they use asks for */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef enum
{
  SIM_POD_MEASURED,
  SIM_POD_UNREADY, /* pending, or so new that what it uses means little */
  SIM_POD_MISSING, /* runs, and nobody knows what it uses */
  SIM_POD_IGNORED, /* failed, or on its way out */
} SimPodStanding;

typedef struct
{
  SimPodStanding standing;
  gint64 usage, request; /* thousandths */
} SimPodMetric;

/* What to aim at: PERCENT of what the pods request, or, when that is 0, AVERAGE thousandths each.
 */
typedef struct
{
  gint64 percent, average;
} SimMetricTarget;

typedef struct
{
  gint64 replicas;
  gint64 percent; /* used of what is requested; 0 for a target in thousandths */
  gint64 average; /* used by each of those that were measured, in thousandths */
} SimProposal;

/* PODS: SimPodMetric; CURRENT: how many there should be now. FALSE with ERROR in the words of the
 * real controller when nothing is known. */
gboolean sim_replicas_for (const GArray *pods, const SimMetricTarget *target, gint64 current,
                           SimProposal *out, GError **error);

G_END_DECLS
