/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "engine/knobs.h"

#include "base/error.h"
#include "base/time.h"

typedef enum
{
  KNOB_CHOICE,
  KNOB_DURATION,
  KNOB_COUNT,
  KNOB_BOOLEAN,
} KnobType;

typedef struct
{
  const char *name;
  KnobType type;
  gsize offset;
  const char *const *choices; /* of a choice, in the order of its enum */
  gint64 min, max;            /* of a count, or of a duration in microseconds */
} Knob;

#define CHOICES(...) ((const char *const[]) { __VA_ARGS__, NULL })
#define CHOICE(field, ...) \
  { \
#field, KNOB_CHOICE, G_STRUCT_OFFSET(DdKnobs, field), CHOICES(__VA_ARGS__) \
  }
#define DURATION(field, low) \
  { \
#field, KNOB_DURATION, G_STRUCT_OFFSET(DdKnobs, field), NULL, low, 24 * DD_HOUR \
  }
#define COUNT(field, high) \
  { \
#field, KNOB_COUNT, G_STRUCT_OFFSET(DdKnobs, field), NULL, 1, high \
  }
#define BOOLEAN(field) \
  { \
#field, KNOB_BOOLEAN, G_STRUCT_OFFSET(DdKnobs, field) \
  }

static const Knob table[] = {
  CHOICE (mark_outdated, "taint", "cordon", "both"),
  CHOICE (lb_label_timing, "none", "scale_up", "after_drain"),
  CHOICE (scale_up, "documented", "incremental"),
  DURATION (pre_drain_delay, 0),
  DURATION (join_timeout, DD_SECOND),
  DURATION (evict_interval, DD_SECOND),
  COUNT (evict_max_tries, 10000),
  DURATION (drain_budget, DD_SECOND),
  DURATION (drain_poll_interval, DD_SECOND),
  DURATION (post_drain_wait, 0),
  CHOICE (wave, "batch", "sliding"),
  CHOICE (percent_rounding, "ceil", "floor"),
  BOOLEAN (await_replacement),
  BOOLEAN (decrement_on_terminate),
  CHOICE (on_node_creation_failure, "rollback", "leave_partial"),
  CHOICE (on_pod_eviction_failure, "rollback", "leave_partial"),
  DURATION (scale_down_step, 0),
  CHOICE (node_choice, "random", "by_name", "oldest"),
  DURATION (request_timeout, DD_SECOND),
  COUNT (request_max_tries, 100),
  DURATION (api_patience, 0),
  DURATION (refusal_patience, 0),
  COUNT (requests_in_flight, 1000),
  DURATION (poll_interval, DD_SECOND),
};

/* The EKS workshop, "Upgrading AMIs": outdated nodes are tainted; each is cordoned after its drain.
 * The drain is that of the guide and of the service's troubleshooting text (20 evictions in 15
 * minutes), looks at instances are as far apart as those of EC2's own waiters. */
static const DdKnobs workshop = {
  .profile = "workshop",
  .mark_outdated = DD_MARK_TAINT,
  .lb_label_timing = DD_LB_LABEL_NONE,
  .scale_up = DD_SCALE_UP_DOCUMENTED,
  .pre_drain_delay = 0,
  .join_timeout = 15 * DD_MINUTE,
  .evict_interval = 45 * DD_SECOND,
  .evict_max_tries = 20,
  .drain_budget = 15 * DD_MINUTE,
  .drain_poll_interval = 5 * DD_SECOND,
  .post_drain_wait = 60 * DD_SECOND,
  .wave = DD_WAVE_BATCH,
  .await_replacement = TRUE,
  .percent_rounding = DD_ROUND_CEIL,
  .decrement_on_terminate = FALSE,
  .on_node_creation_failure = DD_ON_FAILURE_ROLLBACK,
  .on_pod_eviction_failure = DD_ON_FAILURE_LEAVE_PARTIAL,
  .scale_down_step = 60 * DD_SECOND,
  .node_choice = DD_CHOOSE_RANDOM,
  .request_timeout = 30 * DD_SECOND,
  .request_max_tries = 10,
  .api_patience = 15 * DD_MINUTE,
  .refusal_patience = 5 * DD_MINUTE,
  .requests_in_flight = 16,
  .poll_interval = 15 * DD_SECOND,
};

static void
make_workshop (DdKnobs *knobs)
{
  *knobs = workshop;
}

/* Amazon EKS User Guide, "Understand each phase of node updates": outdated nodes are made
 * unschedulable and leave the external load balancers when the scale-up is done. */
static void
make_documented (DdKnobs *knobs)
{
  *knobs = workshop;
  knobs->profile = "documented";
  knobs->mark_outdated = DD_MARK_CORDON;
  knobs->lb_label_timing = DD_LB_LABEL_SCALE_UP;
}

/* What users saw the service do, where it differs from its guide: outdated nodes are cordoned as
 * soon as the new ones are Ready, the first drain begins 25 to 30 minutes after the request
 * (aws/containers-roadmap#1560), the group grows step by step (terraform-aws-eks#1903, #2047), a
 * node leaves the load balancers only after its drain (aws/containers-roadmap#2748), and an update
 * that fails on pods drains the new nodes and goes back to the old template
 * (ministryofjustice/cloud-platform#8393, #4533). */
static void
make_observed (DdKnobs *knobs)
{
  *knobs = workshop;
  knobs->profile = "observed";
  knobs->mark_outdated = DD_MARK_CORDON;
  knobs->lb_label_timing = DD_LB_LABEL_AFTER_DRAIN;
  knobs->scale_up = DD_SCALE_UP_INCREMENTAL;
  knobs->pre_drain_delay = 20 * DD_MINUTE;
  knobs->on_pod_eviction_failure = DD_ON_FAILURE_ROLLBACK;
}

static const struct
{
  const char *name;
  void (*make) (DdKnobs *knobs);
} profiles[] = {
  { "workshop", make_workshop },
  { "documented", make_documented },
  { "observed", make_observed },
};

gboolean
dd_knobs_from_profile (const char *profile, DdKnobs *knobs, GError **error)
{
  g_autoptr (GString) known = g_string_new (NULL);

  for (guint i = 0; i < G_N_ELEMENTS (profiles); i++)
    {
      if (g_strcmp0 (profiles[i].name, profile) == 0)
        {
          profiles[i].make (knobs);
          return TRUE;
        }
      g_string_append_printf (known, "%s%s", i == 0 ? "" : ", ", profiles[i].name);
    }
  g_set_error (error, DD_ERROR, DD_ERROR_INVALID, "there is no profile \"%s\"; known profiles: %s",
               profile == NULL ? "" : profile, known->str);
  return FALSE;
}

static gboolean
set_choice (const Knob *knob, gpointer field, const char *value, GError **error)
{
  g_autofree char *known = NULL;

  for (int i = 0; knob->choices[i] != NULL; i++)
    if (g_str_equal (knob->choices[i], value))
      {
        *(int *) field = i;
        return TRUE;
      }
  known = g_strjoinv (", ", (char **) knob->choices);
  g_set_error (error, DD_ERROR, DD_ERROR_INVALID, "%s: \"%s\" is none of %s", knob->name, value,
               known);
  return FALSE;
}

static gboolean
set_duration (const Knob *knob, gpointer field, const char *value, GError **error)
{
  g_autofree char *low = dd_duration_to_text (knob->min);
  DdUsec delay;

  if (dd_duration_from_text (value, &delay) && delay >= knob->min && delay <= knob->max)
    {
      *(DdUsec *) field = delay;
      return TRUE;
    }
  g_set_error (error, DD_ERROR, DD_ERROR_INVALID,
               "%s: \"%s\" is no duration from %s to 24h, such as 45s or 15m", knob->name, value,
               low);
  return FALSE;
}

static gboolean
set_count (const Knob *knob, gpointer field, const char *value, GError **error)
{
  guint64 count;

  if (!g_ascii_string_to_unsigned (value, 10, (guint64) knob->min, (guint64) knob->max, &count,
                                   NULL))
    {
      g_set_error (error, DD_ERROR, DD_ERROR_INVALID,
                   "%s: \"%s\" is no number from %" G_GINT64_FORMAT " to %" G_GINT64_FORMAT,
                   knob->name, value, knob->min, knob->max);
      return FALSE;
    }
  *(guint *) field = (guint) count;
  return TRUE;
}

static gboolean
set_boolean (const Knob *knob, gpointer field, const char *value, GError **error)
{
  if (!g_str_equal (value, "true") && !g_str_equal (value, "false"))
    {
      g_set_error (error, DD_ERROR, DD_ERROR_INVALID, "%s: \"%s\" is neither true nor false",
                   knob->name, value);
      return FALSE;
    }
  *(gboolean *) field = g_str_equal (value, "true");
  return TRUE;
}

static const struct
{
  gboolean (*set) (const Knob *knob, gpointer field, const char *value, GError **error);
} types[] = {
  [KNOB_CHOICE] = { set_choice },
  [KNOB_DURATION] = { set_duration },
  [KNOB_COUNT] = { set_count },
  [KNOB_BOOLEAN] = { set_boolean },
};

gboolean
dd_knobs_set (DdKnobs *knobs, const char *name, const char *value, GError **error)
{
  g_autoptr (GString) known = g_string_new (NULL);

  for (guint i = 0; i < G_N_ELEMENTS (table); i++)
    {
      const Knob *knob = &table[i];

      if (g_str_equal (knob->name, name))
        return types[knob->type].set (knob, G_STRUCT_MEMBER_P (knobs, knob->offset), value, error);
      g_string_append_printf (known, "%s%s", i == 0 ? "" : ", ", knob->name);
    }
  g_set_error (error, DD_ERROR, DD_ERROR_INVALID, "there is no knob \"%s\"; known knobs: %s", name,
               known->str);
  return FALSE;
}

/* Its value, as dd_knobs_set () takes it. */
static char *
knob_to_text (const Knob *knob, const DdKnobs *knobs)
{
  gconstpointer field = G_STRUCT_MEMBER_P (knobs, knob->offset);

  switch (knob->type)
    {
    case KNOB_CHOICE:
      return g_strdup (knob->choices[*(const int *) field]);
    case KNOB_DURATION:
      return dd_duration_to_text (*(const DdUsec *) field);
    case KNOB_COUNT:
      return g_strdup_printf ("%u", *(const guint *) field);
    case KNOB_BOOLEAN:
      return g_strdup (*(const gboolean *) field ? "true" : "false");
    }
  g_assert_not_reached ();
}

static void
describe_knob (const Knob *knob, const DdKnobs *knobs, GString *out)
{
  g_autofree char *value = knob_to_text (knob, knobs);
  g_autofree char *choices
      = knob->type == KNOB_CHOICE ? g_strjoinv (" | ", (char **) knob->choices) : NULL;

  g_string_append_printf (out, "  %-26s %s", knob->name, value);
  if (choices != NULL || knob->type == KNOB_BOOLEAN)
    g_string_append_printf (out, " (%s)", choices != NULL ? choices : "true | false");
  g_string_append_c (out, '\n');
}

char *
dd_knobs_describe (const DdKnobs *knobs)
{
  GString *out = g_string_new (NULL);

  for (guint i = 0; i < G_N_ELEMENTS (table); i++)
    describe_knob (&table[i], knobs, out);
  return g_string_free (out, FALSE);
}

DdValue *
dd_knobs_to_value (const DdKnobs *knobs)
{
  g_auto (DdBuilder) value = dd_builder_object ();

  for (guint i = 0; i < G_N_ELEMENTS (table); i++)
    dd_builder_set (&value, table[i].name, dd_string_take (knob_to_text (&table[i], knobs)));
  return dd_builder_end (&value);
}
