/* SPDX-License-Identifier: Apache-2.0 */
/* sim/kube/controllers/scaling-rules.h: how much of what metrics ask for is done at once */
#pragma once

#include "base/clock.h"
#include "base/value.h"

G_BEGIN_DECLS

/* What was recommended and done of late for one autoscaler. */
typedef struct _SimScalingPast SimScalingPast;

typedef struct
{
  gint64 current, desired, min, max;
  const DdValue *behavior; /* spec.behavior with its defaults; NULL: there is none */
  DdUsec now;
} SimScalingCase;

/* As conditions say it; static texts. */
typedef struct
{
  const char *reason, *message;
} SimScalingWhy;

SimScalingPast *sim_scaling_past_new (void);
void sim_scaling_past_free (SimScalingPast *past);

/* The first recommendation of all is that everything is right as it is. */
void sim_scaling_begin (SimScalingPast *past, gint64 current, DdUsec now);
/* Looks until BEFORE, which nobody needed, would have recommended what the last one did. */
void sim_scaling_bridge (SimScalingPast *past, DdUsec before);
/* For how long what was recommended and done can still hold something back. */
DdUsec sim_scaling_memory (const DdValue *behavior);
/* The most cautious of the recommendations of late; remembers that of CASE. */
gint64 sim_scaling_stabilize (SimScalingPast *past, const SimScalingCase *scaling,
                              SimScalingWhy *why);
/* What of it the limits and policies let through. */
gint64 sim_scaling_limit (const SimScalingPast *past, const SimScalingCase *scaling,
                          SimScalingWhy *why);
/* The number of pods was changed from SCALING's current to REPLICAS. */
void sim_scaling_note (SimScalingPast *past, const SimScalingCase *scaling, gint64 replicas);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (SimScalingPast, sim_scaling_past_free)

G_END_DECLS
