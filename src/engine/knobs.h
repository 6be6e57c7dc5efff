/* SPDX-License-Identifier: Apache-2.0 */
/* engine/knobs.h: what the documentation leaves open, as named switches, and profiles of them */
#pragma once

#include "base/clock.h"
#include "base/value.h"

G_BEGIN_DECLS

typedef enum
{
  DD_MARK_TAINT,
  DD_MARK_CORDON,
  DD_MARK_BOTH
} DdMark;
typedef enum
{
  DD_LB_LABEL_NONE,
  DD_LB_LABEL_SCALE_UP,
  DD_LB_LABEL_AFTER_DRAIN
} DdLbLabel;
typedef enum
{
  DD_SCALE_UP_DOCUMENTED,
  DD_SCALE_UP_INCREMENTAL
} DdScaleUp;
typedef enum
{
  DD_WAVE_BATCH,
  DD_WAVE_SLIDING
} DdWave;
typedef enum
{
  DD_ON_FAILURE_ROLLBACK,
  DD_ON_FAILURE_LEAVE_PARTIAL
} DdOnFailure;
typedef enum
{
  DD_ROUND_CEIL,
  DD_ROUND_FLOOR
} DdRounding;
typedef enum
{
  DD_CHOOSE_RANDOM,
  DD_CHOOSE_BY_NAME,
  DD_CHOOSE_OLDEST
} DdNodeChoice;

typedef struct
{
  const char *profile; /* the name of the set the rest started from; static */
  DdMark mark_outdated;
  DdLbLabel lb_label_timing;
  DdScaleUp scale_up;
  DdUsec pre_drain_delay;
  DdUsec join_timeout;
  DdUsec evict_interval;
  guint evict_max_tries;
  DdUsec drain_budget;
  DdUsec drain_poll_interval; /* how often leaving pods are looked for */
  DdUsec post_drain_wait;
  DdWave wave;
  gboolean await_replacement; /* MINIMAL: a replacement is Ready before the next node leaves */
  DdRounding percent_rounding;
  gboolean decrement_on_terminate;
  DdOnFailure on_node_creation_failure;
  DdOnFailure on_pod_eviction_failure;
  DdUsec scale_down_step;
  DdNodeChoice node_choice;
  DdUsec request_timeout;
  guint request_max_tries;  /* of a request that nobody has patience with */
  DdUsec api_patience;      /* how long an API may be away, where no phase or drain has an end */
  DdUsec refusal_patience;  /* how long what was allowed before may be refused */
  guint requests_in_flight; /* at most */
  DdUsec poll_interval;     /* how often nodes, instances and the group are looked at */
} DdKnobs;

/* Fills KNOBS from the profile "workshop", "documented" or "observed"; FALSE, with the list of
 * names in ERROR, for any other. */
gboolean dd_knobs_from_profile (const char *profile, DdKnobs *knobs, GError **error);
/* Sets one knob by its name ("mark_outdated", "both"), as scenarios and flags spell them; durations
 * as "45s". */
gboolean dd_knobs_set (DdKnobs *knobs, const char *name, const char *value, GError **error);
/* One line per knob: its name, what it accepts, and its value in KNOBS. Caller frees. */
char *dd_knobs_describe (const DdKnobs *knobs);
/* {"mark_outdated":"both","drain_budget":"15m",...}: each value as dd_knobs_set () takes it. */
DdValue *dd_knobs_to_value (const DdKnobs *knobs);

G_END_DECLS
