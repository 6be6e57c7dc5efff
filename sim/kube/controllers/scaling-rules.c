/* SPDX-License-Identifier: Apache-2.0 */
/* sim/kube/controllers/scaling-rules.c: stabilization windows, policies, and the smallest and
 * largest number of pods
 *
 * Imitates: Kubernetes, Horizontal Pod Autoscaling, Configurable scaling behavior;
 * kubernetes/kubernetes, pkg/controller/podautoscaler/horizontal.go, normalizeDesiredReplicas and
 * normalizeDesiredReplicasWithBehaviors. Whoever says nothing of behavior gets an older rule for
 * more pods: at most twice as many, or four. */
#include "config.h"

#include "sim/kube/controllers/scaling-rules.h"

/* --horizontal-pod-autoscaler-downscale-stabilization */
#define SCALE_DOWN_WINDOW_SECONDS 300
/* No window or period may be longer (spec.behavior's limits). */
#define LONGEST (3600 * DD_SECOND)

typedef struct
{
  DdUsec at;
  gint64 replicas; /* recommended, or how many more or fewer */
} Moment;

struct _SimScalingPast
{
  GArray *recommended, *added, *removed; /* of Moment, oldest first */
};

SimScalingPast *
sim_scaling_past_new (void)
{
  SimScalingPast *past = g_new0 (SimScalingPast, 1);

  past->recommended = g_array_new (FALSE, FALSE, sizeof (Moment));
  past->added = g_array_new (FALSE, FALSE, sizeof (Moment));
  past->removed = g_array_new (FALSE, FALSE, sizeof (Moment));
  return past;
}

void
sim_scaling_past_free (SimScalingPast *past)
{
  if (past == NULL)
    return;
  g_array_unref (past->recommended);
  g_array_unref (past->added);
  g_array_unref (past->removed);
  g_free (past);
}

static void
remember (GArray *moments, gint64 replicas, DdUsec now)
{
  Moment moment = { now, replicas };
  guint old = 0;

  while (old < moments->len && g_array_index (moments, Moment, old).at < now - LONGEST)
    old++;
  g_array_remove_range (moments, 0, old);
  g_array_append_val (moments, moment);
}

void
sim_scaling_begin (SimScalingPast *past, gint64 current, DdUsec now)
{
  if (past->recommended->len == 0)
    remember (past->recommended, current, now);
}

void
sim_scaling_bridge (SimScalingPast *past, DdUsec before)
{
  guint n = past->recommended->len;

  if (n > 0 && g_array_index (past->recommended, Moment, n - 1).at < before)
    remember (past->recommended, g_array_index (past->recommended, Moment, n - 1).replicas, before);
}

/* ---- stabilization ---- */

static DdUsec
window_of (const DdValue *behavior, const char *direction, gint64 fallback)
{
  return dd_value_path_int (dd_value_member (behavior, direction), "stabilizationWindowSeconds",
                            fallback)
         * DD_SECOND;
}

static DdUsec
longest_period (const DdValue *rules)
{
  const DdValue *policies = dd_value_member (rules, "policies");
  gint64 longest = 0;

  for (gsize i = 0; i < dd_value_length (policies); i++)
    longest = MAX (longest, dd_value_path_int (dd_value_element (policies, i), "periodSeconds", 0));
  return longest * DD_SECOND;
}

DdUsec
sim_scaling_memory (const DdValue *behavior)
{
  DdUsec up = MAX (window_of (behavior, "scaleUp", 0),
                   longest_period (dd_value_member (behavior, "scaleUp")));
  DdUsec down = MAX (window_of (behavior, "scaleDown", SCALE_DOWN_WINDOW_SECONDS),
                     longest_period (dd_value_member (behavior, "scaleDown")));

  return MAX (up, down);
}

static gint64
stabilize_plainly (const SimScalingPast *past, const SimScalingCase *scaling, SimScalingWhy *why)
{
  DdUsec since = scaling->now - SCALE_DOWN_WINDOW_SECONDS * DD_SECOND;
  gint64 most = scaling->desired;

  for (guint i = 0; i < past->recommended->len; i++)
    {
      const Moment *moment = &g_array_index (past->recommended, Moment, i);

      if (moment->at >= since)
        most = MAX (most, moment->replicas);
    }
  *why = (SimScalingWhy) { "ScaleDownStabilized",
                           "recent recommendations were higher than current one, applying the "
                           "highest recent recommendation" };
  return most;
}

static gint64
stabilize_by_rules (const SimScalingPast *past, const SimScalingCase *scaling, SimScalingWhy *why)
{
  DdUsec up = scaling->now - window_of (scaling->behavior, "scaleUp", 0);
  DdUsec down
      = scaling->now - window_of (scaling->behavior, "scaleDown", SCALE_DOWN_WINDOW_SECONDS);
  gint64 least = scaling->desired, most = scaling->desired;

  for (guint i = 0; i < past->recommended->len; i++)
    {
      const Moment *moment = &g_array_index (past->recommended, Moment, i);

      if (moment->at > up)
        least = MIN (least, moment->replicas);
      if (moment->at > down)
        most = MAX (most, moment->replicas);
    }
  if (scaling->desired >= scaling->current)
    *why = (SimScalingWhy) { "ScaleUpStabilized",
                             "recent recommendations were lower than current one, applying the "
                             "lowest recent recommendation" };
  else
    *why = (SimScalingWhy) { "ScaleDownStabilized",
                             "recent recommendations were higher than current one, applying the "
                             "highest recent recommendation" };
  return MIN (MAX (scaling->current, least), most);
}

gint64
sim_scaling_stabilize (SimScalingPast *past, const SimScalingCase *scaling, SimScalingWhy *why)
{
  gint64 replicas = scaling->behavior != NULL ? stabilize_by_rules (past, scaling, why)
                                              : stabilize_plainly (past, scaling, why);

  remember (past->recommended, scaling->desired, scaling->now);
  if (replicas == scaling->desired)
    *why = (SimScalingWhy) { "ReadyForNewScale", "recommended size matches current size" };
  return replicas;
}

/* ---- limits ---- */

static const SimScalingWhy too_many
    = { "TooManyReplicas", "the desired replica count is more than the maximum replica count" };
static const SimScalingWhy too_few
    = { "TooFewReplicas", "the desired replica count is less than the minimum replica count" };
static const SimScalingWhy too_fast
    = { "ScaleUpLimit",
        "the desired replica count is increasing faster than the maximum scale rate" };
static const SimScalingWhy too_fast_down
    = { "ScaleDownLimit",
        "the desired replica count is decreasing faster than the maximum scale rate" };
static const SimScalingWhy within
    = { "DesiredWithinRange", "the desired count is within the acceptable range" };

static gint64
limit_plainly (const SimScalingCase *scaling, SimScalingWhy *why)
{
  gint64 fastest = MAX (2 * scaling->current, 4);
  gint64 most = MIN (scaling->max, fastest);

  *why = within;
  if (scaling->desired < scaling->min)
    *why = too_few;
  else if (scaling->desired > most)
    *why = scaling->max > fastest ? too_fast : too_many;
  return scaling->desired < scaling->min ? scaling->min : MIN (scaling->desired, most);
}

static gint64
sum_since (const GArray *moments, DdUsec since)
{
  gint64 sum = 0;

  for (guint i = 0; i < moments->len; i++)
    if (g_array_index (moments, Moment, i).at > since)
      sum += g_array_index (moments, Moment, i).replicas;
  return sum;
}

/* Up it is rounded up, or a percentage of few would never change anything; down towards zero. */
static gint64
allowed_by (const SimScalingPast *past, const SimScalingCase *scaling, const DdValue *policy,
            gboolean up)
{
  DdUsec since = scaling->now - dd_value_path_int (policy, "periodSeconds", 0) * DD_SECOND;
  gint64 before
      = scaling->current - sum_since (past->added, since) + sum_since (past->removed, since);
  gint64 value = dd_value_path_int (policy, "value", 0);

  if (g_strcmp0 (dd_value_path_string (policy, "type"), "Pods") == 0)
    return up ? before + value : before - value;
  return up ? (before * (100 + value) + 99) / 100 : before * (100 - value) / 100;
}

/* How far the policies of one direction let it go. */
static gint64
furthest (const SimScalingPast *past, const SimScalingCase *scaling, gboolean up)
{
  const DdValue *rules = dd_value_member (scaling->behavior, up ? "scaleUp" : "scaleDown");
  const char *select = dd_value_path_string (rules, "selectPolicy");
  const DdValue *policies = dd_value_member (rules, "policies");
  gboolean highest = (g_strcmp0 (select, "Min") != 0) == up;
  gint64 result = highest ? G_MININT32 : G_MAXINT32;

  if (g_strcmp0 (select, "Disabled") == 0)
    return scaling->current;
  for (gsize i = 0; i < dd_value_length (policies); i++)
    {
      gint64 proposed = allowed_by (past, scaling, dd_value_element (policies, i), up);

      result = highest ? MAX (result, proposed) : MIN (result, proposed);
    }
  return result;
}

static gint64
limit_up (const SimScalingPast *past, const SimScalingCase *scaling, SimScalingWhy *why)
{
  gint64 fastest = MAX (furthest (past, scaling, TRUE), scaling->current);
  gint64 most = MIN (scaling->max, fastest);

  if (scaling->desired <= most)
    return scaling->desired;
  *why = scaling->max > fastest ? too_fast : too_many;
  return most;
}

static gint64
limit_down (const SimScalingPast *past, const SimScalingCase *scaling, SimScalingWhy *why)
{
  gint64 fastest = MIN (furthest (past, scaling, FALSE), scaling->current);
  gint64 least = MAX (scaling->min, fastest);

  if (scaling->desired >= least)
    return scaling->desired;
  *why = scaling->min < fastest ? too_fast_down : too_few;
  return least;
}

gint64
sim_scaling_limit (const SimScalingPast *past, const SimScalingCase *scaling, SimScalingWhy *why)
{
  if (scaling->behavior == NULL)
    return limit_plainly (scaling, why);
  *why = within;
  if (scaling->desired > scaling->current)
    return limit_up (past, scaling, why);
  return scaling->desired < scaling->current ? limit_down (past, scaling, why) : scaling->desired;
}

void
sim_scaling_note (SimScalingPast *past, const SimScalingCase *scaling, gint64 replicas)
{
  if (scaling->behavior == NULL)
    return;
  if (replicas > scaling->current)
    remember (past->added, replicas - scaling->current, scaling->now);
  else
    remember (past->removed, scaling->current - replicas, scaling->now);
}
