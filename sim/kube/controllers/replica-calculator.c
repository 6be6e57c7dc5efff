/* SPDX-License-Identifier: Apache-2.0 */
/* sim/kube/controllers/replica-calculator.c: how many pods what they use asks for
 *
 * Imitates: Kubernetes, Horizontal Pod Autoscaling, Algorithm details; kubernetes/kubernetes,
 * pkg/controller/podautoscaler/replica_calculator.go. That works with floating point; here a ratio
 * is two integers, so that every machine comes to the same, and one of exactly 1.1 is within the
 * tolerance, as the documentation has it. */
#include "config.h"

#include "sim/kube/controllers/replica-calculator.h"

#include "sim/kube/error.h"

typedef __int128 Wide;

typedef struct
{
  Wide used, wanted; /* what is used, of what should be */
} Ratio;

static int
side_of (Ratio ratio)
{
  return ratio.used < ratio.wanted ? -1 : ratio.used > ratio.wanted;
}

/* --horizontal-pod-autoscaler-tolerance, 0.1. */
static gboolean
is_close_enough (Ratio ratio)
{
  Wide off = ratio.used - ratio.wanted;

  return (off < 0 ? -off : off) * 10 <= ratio.wanted;
}

static gint64
times (Ratio ratio, gint64 count)
{
  Wide pods = (ratio.used * count + ratio.wanted - 1) / ratio.wanted;

  return (gint64) MIN (pods, G_MAXINT32);
}

/* What is assumed of pods of which nothing is known, in thousandths; they count with it. */
typedef struct
{
  gboolean counts;
  gint64 percent, average;
} Assumption;

typedef struct
{
  Wide usage, requests;
  gint64 pods;
} Sum;

static void
add_pods (Sum *sum, const GArray *pods, SimPodStanding standing, const Assumption *assumed)
{
  for (guint i = 0; i < pods->len; i++)
    {
      const SimPodMetric *pod = &g_array_index (pods, SimPodMetric, i);

      if (pod->standing != standing)
        continue;
      sum->usage += assumed == NULL
                        ? (Wide) pod->usage
                        : (Wide) pod->request * assumed->percent / 100 + assumed->average;
      sum->requests += pod->request;
      sum->pods++;
    }
}

static guint
count (const GArray *pods, SimPodStanding standing)
{
  guint n = 0;

  for (guint i = 0; i < pods->len; i++)
    n += g_array_index (pods, SimPodMetric, i).standing == standing;
  return n;
}

/* FALSE when the pods request nothing at all. */
static gboolean
ratio_of (const Sum *sum, const SimMetricTarget *target, Ratio *out)
{
  if (target->percent == 0)
    *out = (Ratio) { sum->usage / sum->pods, MAX (target->average, 1) };
  else if (sum->requests > 0)
    *out = (Ratio) { sum->usage * 100 / sum->requests, target->percent };
  else
    return FALSE;
  return TRUE;
}

/* Whoever is missing is taken to use all he may when there should be fewer pods, and nothing when
 * there should be more: what is not known makes no big step. */
static Assumption
assume_missing (const SimMetricTarget *target, int side)
{
  if (target->percent == 0)
    return (Assumption) { .counts = TRUE, .average = side < 0 ? target->average : 0 };
  return (Assumption) { .counts = side != 0, .percent = side < 0 ? MAX (100, target->percent) : 0 };
}

static gint64
replicas_with_all (const GArray *pods, const SimMetricTarget *target, Sum sum, int side,
                   gint64 current)
{
  Assumption missing = assume_missing (target, side);
  const Assumption nothing = { 0 };
  Ratio ratio;
  gint64 replicas;

  if (missing.counts)
    add_pods (&sum, pods, SIM_POD_MISSING, &missing);
  if (side > 0)
    add_pods (&sum, pods, SIM_POD_UNREADY, &nothing);
  if (!ratio_of (&sum, target, &ratio) || is_close_enough (ratio) || side_of (ratio) == -side)
    return current;
  replicas = times (ratio, sum.pods);
  if ((side_of (ratio) < 0 && replicas > current) || (side_of (ratio) > 0 && replicas < current))
    return current;
  return replicas;
}

gboolean
sim_replicas_for (const GArray *pods, const SimMetricTarget *target, gint64 current,
                  SimProposal *out, GError **error)
{
  Sum sum = { 0 };
  Ratio ratio;
  int side;

  add_pods (&sum, pods, SIM_POD_MEASURED, NULL);
  if (sum.pods == 0 || !ratio_of (&sum, target, &ratio))
    {
      g_set_error_literal (error, KUBE_ERROR, KUBE_INTERNAL_ERROR,
                           sum.pods == 0 ? "did not receive metrics for targeted pods (pods might "
                                           "be unready)"
                                         : "no metrics returned matched known pods");
      return FALSE;
    }
  side = side_of (ratio);
  out->percent = target->percent != 0 ? (gint64) ratio.used : 0;
  out->average = (gint64) (sum.usage / sum.pods);
  if (count (pods, SIM_POD_MISSING) > 0 || (side > 0 && count (pods, SIM_POD_UNREADY) > 0))
    out->replicas = replicas_with_all (pods, target, sum, side, current);
  else
    out->replicas = is_close_enough (ratio) ? current : times (ratio, sum.pods);
  return TRUE;
}
