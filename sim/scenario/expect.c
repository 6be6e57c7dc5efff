/* SPDX-License-Identifier: Apache-2.0 */
/* sim/scenario/expect.c: the when of expectations
 *
 * Each expectation has one subject, which knows whether it is so now (the what: expect-objects.c,
 * expect-aws.c, expect-events.c), and one of five times at which that counts. Subjects count
 * incrementally and say when something they look at has changed, so that an event of the world
 * costs a flag per expectation. */

#include "config.h"

#include "sim/scenario/expect-private.h"

#include "base/time.h"
#include "sim/scenario/schema.h"

typedef enum
{
  WITHIN,
  ALWAYS,
  NEVER,
  AT,
  AT_END,
} When;

typedef struct
{
  SimExpectation base;
  When when;
  DdUsec from, until;  /* the window; WITHIN: until, AT: both */
  const DdYaml *after; /* the window begins when this first happens; NULL: at FROM */
  gboolean begun;      /* it has */
  gboolean truth;
  DdUsec since; /* the last change of TRUTH */
  gboolean decided;
  SimVerdict *verdict; /* once decided */
  SimExpectations *all;
} Watched;

struct _SimExpectations
{
  GPtrArray *list; /* of Watched */
  SimWorld *world;
  GArray *alarms; /* of guint64: clock events */
};

static const SimSubject *const subjects[] = {
  &sim_subject_match, &sim_subject_update, &sim_subject_nodegroup, &sim_subject_group,
  &sim_subject_event, &sim_subject_trace,  &sim_subject_gap,
};

void
sim_verdict_free (SimVerdict *verdict)
{
  if (verdict == NULL)
    return;
  g_free (verdict->text);
  g_free (verdict->place);
  g_free (verdict->why);
  g_free (verdict->remark);
  g_free (verdict);
}

char *
sim_moment_text (DdUsec time)
{
  gint64 tenths = time / (DD_SECOND / 10);
  gint64 seconds = tenths / 10;

  return g_strdup_printf ("%" G_GINT64_FORMAT ":%02d:%02d.%d", seconds / 3600,
                          (int) (seconds / 60 % 60), (int) (seconds % 60), (int) (tenths % 10));
}

/* ---- reading ---- */

static void
watched_free (gpointer data)
{
  Watched *watched = data;

  if (watched->base.subject != NULL && watched->base.subject->clear != NULL)
    watched->base.subject->clear (&watched->base);
  dd_value_unref (watched->base.wanted);
  sim_verdict_free (watched->verdict);
  g_free (watched);
}

static gboolean
find_subject (Watched *watched, GError **error)
{
  const DdYaml *node = watched->base.node;

  for (guint i = 0; i < G_N_ELEMENTS (subjects); i++)
    {
      const DdYaml *pattern = dd_yaml_member (node, subjects[i]->key);

      if (pattern == NULL)
        continue;
      if (watched->base.subject != NULL)
        {
          dd_yaml_set_error (error, dd_yaml_key (node, subjects[i]->key),
                             "an expectation is about one thing, not both \"%s\" and \"%s\"",
                             watched->base.subject->key, subjects[i]->key);
          return FALSE;
        }
      watched->base.subject = subjects[i];
      watched->base.pattern = pattern;
    }
  if (watched->base.subject != NULL)
    return TRUE;
  dd_yaml_set_error (error, node,
                     "an expectation needs one of match, update, nodegroup, group, event, trace, "
                     "gap");
  return FALSE;
}

static const struct
{
  const char *key;
  When when;
} times[] = {
  { "within", WITHIN }, { "always", ALWAYS }, { "never", NEVER },
  { "at", AT },         { "at end", AT_END },
};

/* An expectation that names no time is about the whole run, judged at its end. */
static gboolean
find_time (Watched *watched, GError **error)
{
  const DdYaml *node = watched->base.node;
  const char *found = NULL;

  watched->when = AT_END;
  for (guint i = 0; i < G_N_ELEMENTS (times); i++)
    {
      if (dd_yaml_key (node, times[i].key) == NULL)
        continue;
      if (found != NULL)
        {
          dd_yaml_set_error (error, dd_yaml_key (node, times[i].key),
                             "an expectation has one time, not both \"%s\" and \"%s\"", found,
                             times[i].key);
          return FALSE;
        }
      found = times[i].key;
      watched->when = times[i].when;
    }
  watched->from = sim_schema_duration (dd_yaml_member (node, "from"), 0);
  watched->until = sim_schema_duration (dd_yaml_member (node, "until"), G_MAXINT64);
  watched->after = dd_yaml_member (node, "after");
  watched->begun = watched->after == NULL;
  if (watched->when == WITHIN)
    watched->until = sim_schema_duration (dd_yaml_member (node, "within"), 0);
  if (watched->when == AT)
    watched->from = watched->until = sim_schema_duration (dd_yaml_member (node, "at"), 0);
  return TRUE;
}

static gboolean
check_window (const Watched *watched, GError **error)
{
  const DdYaml *node = watched->base.node;
  const DdYaml *from = dd_yaml_key (node, "from");
  const DdYaml *after = dd_yaml_key (node, "after");
  const DdYaml *until = dd_yaml_key (node, "until");
  const DdYaml *given = from != NULL ? from : after != NULL ? after : until;

  if (given != NULL && watched->when != ALWAYS && watched->when != NEVER)
    {
      dd_yaml_set_error (error, given, "%s goes with always and never only", given->text);
      return FALSE;
    }
  if (from != NULL && after != NULL)
    {
      dd_yaml_set_error (error, after, "a window begins once: either from or after");
      return FALSE;
    }
  if (watched->from <= watched->until)
    return TRUE;
  dd_yaml_set_error (error, from, "the window ends before it begins");
  return FALSE;
}

static gboolean
read_count (Watched *watched, GError **error)
{
  const DdYaml *count = dd_yaml_member (watched->base.node, "count");
  SimExpectation *base = &watched->base;

  base->counted = count != NULL;
  base->min = 1;
  base->max = G_MAXINT64;
  if (count == NULL)
    return TRUE;
  if (count->keys == NULL)
    base->min = base->max = dd_value_int (count->value, 0);
  else
    {
      base->min = dd_value_path_int (count->value, "min", 0);
      base->max = dd_value_path_int (count->value, "max", G_MAXINT64);
    }
  if (base->min > base->max)
    {
      dd_yaml_set_error (error, count, "min is above max");
      return FALSE;
    }
  if (base->min > 0 || base->max < G_MAXINT64)
    return TRUE;
  dd_yaml_set_error (error, count, "every number is at least 0, so nothing could break this");
  return FALSE;
}

static Watched *
watched_new (const DdYaml *node, const SimManifests *workloads, GError **error)
{
  Watched *watched = g_new0 (Watched, 1);

  watched->base.node = node;
  watched->base.workloads = workloads;
  if (find_subject (watched, error) && find_time (watched, error) && check_window (watched, error)
      && read_count (watched, error))
    {
      watched->base.wanted = dd_value_ref (watched->base.pattern->value);
      if (watched->base.subject->prepare == NULL
          || watched->base.subject->prepare (&watched->base, error))
        return watched;
    }
  watched_free (watched);
  return NULL;
}

SimExpectations *
sim_expectations_new (const DdYaml *list, const SimManifests *workloads, GError **error)
{
  g_autoptr (SimExpectations) expectations = g_new0 (SimExpectations, 1);

  expectations->list = g_ptr_array_new_with_free_func (watched_free);
  expectations->alarms = g_array_new (FALSE, FALSE, sizeof (guint64));
  for (guint i = 0; i < dd_yaml_length (list); i++)
    {
      Watched *watched = watched_new (dd_yaml_element (list, i), workloads, error);

      if (watched == NULL)
        return NULL;
      watched->all = expectations;
      g_ptr_array_add (expectations->list, watched);
    }
  return g_steal_pointer (&expectations);
}

/* ---- deciding ---- */

static char *
time_text (const Watched *watched)
{
  g_autofree char *limit = NULL;

  switch (watched->when)
    {
    case WITHIN:
      limit = dd_duration_to_text (watched->until);
      return g_strdup_printf ("within %s", limit);
    case ALWAYS:
      return g_strdup ("always");
    case NEVER:
      return g_strdup ("never");
    case AT:
      limit = dd_duration_to_text (watched->from);
      return g_strdup_printf ("at %s", limit);
    case AT_END:
      return g_strdup ("at end");
    }
  return NULL;
}

static char *
expectation_text (const Watched *watched)
{
  const char *about = sim_schema_text (dd_yaml_member (watched->base.node, "about"));
  g_autofree char *time = NULL;
  g_autofree char *pattern = NULL;

  if (about != NULL)
    return g_strdup (about);
  time = time_text (watched);
  pattern = dd_value_to_text (watched->base.pattern->value);
  return g_strdup_printf ("%s: %s %s", time, watched->base.subject->key, pattern);
}

static DdUsec
moment (const SimExpectations *expectations)
{
  return sim_stage_now (expectations->world->stage)
         - sim_trace_origin (expectations->world->stage->trace);
}

static char *
reason_of (Watched *watched)
{
  g_autofree char *since = sim_moment_text (watched->since);
  GString *out = g_string_new (NULL);

  if (watched->when == NEVER)
    g_string_append (out, "it came to be: ");
  watched->base.subject->explain (&watched->base, out);
  if (watched->since > 0)
    g_string_append_printf (out, "\n  so since %s", since);
  else
    g_string_append (out, "\n  so since the beginning");
  return g_string_free (out, FALSE);
}

/* That nothing is so holds of a misspelt name as well. */
static char *
remark_on (Watched *watched)
{
  SimExpectation *base = &watched->base;
  gboolean forbids = watched->when == NEVER || (base->counted && base->max == 0);
  g_autoptr (GString) out = g_string_new (NULL);
  g_autofree char *after = NULL;

  if (!watched->begun)
    {
      after = sim_event_pattern_text (watched->after);
      return g_strdup_printf ("%s never happened, so nothing could break this", after);
    }
  if (forbids && base->subject->doubt != NULL)
    base->subject->doubt (base, out);
  if (out->len == 0 && base->subject->idle != NULL)
    base->subject->idle (base, out);
  return out->len > 0 ? g_strdup (out->str) : NULL;
}

static void
decide (Watched *watched, gboolean held)
{
  SimVerdict *verdict = g_new0 (SimVerdict, 1);
  const DdYaml *node = watched->base.node;

  verdict->text = expectation_text (watched);
  verdict->place = g_strdup_printf ("%s:%u", node->file->name, node->line);
  verdict->held = held;
  verdict->time = moment (watched->all);
  verdict->why = held ? NULL : reason_of (watched);
  verdict->remark = held ? remark_on (watched) : NULL;
  watched->verdict = verdict;
  watched->decided = TRUE;
  sim_stage_trace (watched->all->world->stage, "scenario",
                   held ? DD_EVENT_EXPECTATION_HELD : DD_EVENT_EXPECTATION_FAILED, verdict->text,
                   dd_object ("why", dd_string (verdict->why), NULL));
}

static gboolean
in_window (const Watched *watched, DdUsec now)
{
  return watched->begun && now >= watched->from && now <= watched->until;
}

/* What can be said before the end: WITHIN may come true, ALWAYS and NEVER may be broken. */
static void
judge (Watched *watched, DdUsec now)
{
  if (!in_window (watched, now))
    return;
  if (watched->when == WITHIN && watched->truth)
    decide (watched, TRUE);
  else if (watched->when == ALWAYS && !watched->truth)
    decide (watched, FALSE);
  else if (watched->when == NEVER && watched->truth)
    decide (watched, FALSE);
}

static void
look (Watched *watched)
{
  DdUsec now = moment (watched->all);
  gboolean truth = watched->base.subject->truth (&watched->base);

  watched->base.dirty = FALSE;
  if (truth != watched->truth)
    watched->since = now;
  watched->truth = truth;
  judge (watched, now);
}

static void
look_at_what_changed (SimWorld *world, gpointer data)
{
  SimExpectations *expectations = data;

  (void) world;
  for (guint i = 0; i < expectations->list->len; i++)
    {
      Watched *watched = g_ptr_array_index (expectations->list, i);

      if (watched->base.dirty && !watched->decided)
        look (watched);
    }
}

/* What begins the window is not in it. */
static void
begin_window (Watched *watched, const SimEvent *event)
{
  watched->begun = TRUE;
  watched->from = event->time;
  watched->base.dirty = TRUE;
}

/* That something has happened stays so. What must never happen from some moment on may have
 * happened before. */
static gboolean
counts (const Watched *watched, const SimEvent *event)
{
  return watched->when != NEVER || (watched->begun && event->time >= watched->from);
}

static void
show_event (const SimEvent *event, gpointer data)
{
  SimExpectations *expectations = data;

  for (guint i = 0; i < expectations->list->len; i++)
    {
      Watched *watched = g_ptr_array_index (expectations->list, i);

      if (watched->decided)
        continue;
      watched->base.counts = counts (watched, event);
      if (watched->base.subject->take != NULL)
        watched->base.subject->take (&watched->base, event);
      if (!watched->begun && sim_event_matches (watched->after, event))
        begin_window (watched, event);
    }
}

/* The moment of an AT, or the beginning of a window. */
static void
alarm_rang (gpointer data)
{
  Watched *watched = data;

  if (watched->decided)
    return;
  look (watched);
  if (watched->when == AT && !watched->decided)
    decide (watched, watched->truth);
}

void
sim_expectations_watch (SimExpectations *expectations, SimWorld *world, const char *cluster)
{
  expectations->world = world;
  for (guint i = 0; i < expectations->list->len; i++)
    {
      Watched *watched = g_ptr_array_index (expectations->list, i);
      DdUsec due = sim_trace_origin (world->stage->trace) + watched->from;
      guint64 alarm;

      watched->base.world = world;
      watched->base.cluster = cluster;
      if (watched->base.subject->watch != NULL)
        watched->base.subject->watch (&watched->base);
      watched->truth = watched->base.subject->truth (&watched->base);
      judge (watched, 0);
      if (watched->from == 0 && watched->when != AT)
        continue;
      alarm = sim_clock_schedule (world->stage->clock, due, alarm_rang, watched);
      g_array_append_val (expectations->alarms, alarm);
    }
  sim_trace_add_reader (world->stage->trace, show_event, expectations);
  sim_world_add_observer (world, look_at_what_changed, expectations);
}

/* At the end, what has not been broken is kept, and what has not come is missing. */
GPtrArray *
sim_expectations_conclude (SimExpectations *expectations)
{
  GPtrArray *verdicts = g_ptr_array_new_with_free_func ((GDestroyNotify) sim_verdict_free);

  look_at_what_changed (expectations->world, expectations);
  for (guint i = 0; i < expectations->list->len; i++)
    {
      Watched *watched = g_ptr_array_index (expectations->list, i);

      if (!watched->decided && watched->when == AT_END)
        {
          look (watched);
          decide (watched, watched->truth);
        }
      else if (!watched->decided)
        decide (watched, watched->when == ALWAYS || watched->when == NEVER);
      g_ptr_array_add (verdicts, g_steal_pointer (&watched->verdict));
    }
  return verdicts;
}

void
sim_expectations_free (SimExpectations *expectations)
{
  if (expectations == NULL)
    return;
  for (guint i = 0; expectations->world != NULL && i < expectations->alarms->len; i++)
    sim_clock_cancel (expectations->world->stage->clock,
                      g_array_index (expectations->alarms, guint64, i));
  if (expectations->world != NULL)
    sim_trace_remove_reader (expectations->world->stage->trace, show_event, expectations);
  g_ptr_array_unref (expectations->list);
  g_array_unref (expectations->alarms);
  g_free (expectations);
}
