/* SPDX-License-Identifier: Apache-2.0 */
/* sim/aws/autoscaling/scaling.c: what an Auto Scaling group does when it looks at itself
 *
 * Somebody changed the group, or one of its instances came, went or fell ill: after the usual delay
 * the group replaces what is unhealthy, then closes the gap between desired and actual capacity,
 * and when there is none evens out its zones. It looks only at what is, so looking twice does
 * nothing the second time. Nothing is due while nothing changes. Imitates: Amazon EC2 Auto Scaling
 * User Guide, Distribution and rebalancing; Health checks. */
#include "config.h"

#include "sim/aws/autoscaling/scaling.h"

#include "sim/aws/autoscaling/private.h"

#include <string.h>

#define NO_ZONE G_MAXUINT

/* ---- looking later ---- */

static void group_look (gpointer data);

static void
look_at (AwsGroup *group, DdUsec due)
{
  SimClock *clock = group->cloud->stage->clock;

  if (group->timer != 0 && group->timer_due <= due)
    return;
  sim_clock_cancel (clock, group->timer);
  group->timer_due = due;
  group->timer = sim_clock_schedule (clock, due, group_look, group);
}

void
aws_group_wake (AwsGroup *group)
{
  SimStage *stage = group->cloud->stage;

  look_at (group,
           sim_stage_now (stage) + sim_latency_draw (stage->latency, SIM_DELAY_ACTIVITY_START));
}

void
aws_group_rest (AwsGroup *group)
{
  if (group->n_counted != group->desired)
    return;
  sim_clock_cancel (group->cloud->stage->clock, group->timer);
  group->timer = 0;
  g_clear_pointer (&group->wish, g_free);
}

static gboolean
may (const AwsGroup *group, guint processes)
{
  return (group->suspended & processes) == 0;
}

/* ---- health ---- */

static void
replace_unhealthy (AwsGroup *group)
{
  g_autofree char *now = aws_group_now_text (group);
  GList *next;

  if (group->n_sick == 0
      || !may (group,
               AWS_PROCESS_HEALTH_CHECK | AWS_PROCESS_REPLACE_UNHEALTHY | AWS_PROCESS_TERMINATE))
    return;
  for (GList *l = group->members.head; l != NULL; l = next)
    {
      AwsMember *member = l->data;
      g_autofree char *cause = NULL;

      next = l->next;
      if (member->sickness == NULL || !member->counted)
        continue;
      cause = g_strdup_printf ("At %s an instance was taken out of service in response to %s", now,
                               member->sickness);
      aws_member_retire (member, cause, TRUE);
    }
}

/* ---- growing ---- */

static gboolean
is_blocked (const AwsGroup *group, const AwsGroupZone *zone)
{
  return zone->blocked_until > sim_stage_now (group->cloud->stage);
}

/* The enabled zone with the fewest instances, the first by name among equals. A balanced-only group
 * rather waits than takes another. */
static guint
emptiest_zone (const AwsGroup *group)
{
  gboolean strict = g_str_equal (group->distribution_strategy, "balanced-only");
  guint best = NO_ZONE;

  for (guint i = 0; i < group->n_enabled_zones; i++)
    {
      const AwsGroupZone *zone = group->zones->pdata[i];

      if (!strict && is_blocked (group, zone))
        continue;
      if (best == NO_ZONE || zone->counted < ((AwsGroupZone *) group->zones->pdata[best])->counted)
        best = i;
    }
  if (best != NO_ZONE && is_blocked (group, group->zones->pdata[best]))
    return NO_ZONE;
  return best;
}

static void
look_when_a_zone_opens (AwsGroup *group)
{
  for (guint i = 0; i < group->n_enabled_zones; i++)
    {
      const AwsGroupZone *zone = group->zones->pdata[i];

      if (is_blocked (group, zone))
        look_at (group, zone->blocked_until);
    }
}

static void
grow (AwsGroup *group)
{
  g_autofree char *now = aws_group_now_text (group);
  g_autofree char *sentence = g_strdup_printf (
      "At %s an instance was started in response to a difference between desired and actual "
      "capacity, increasing the capacity from %u to %" G_GINT64_FORMAT ".",
      now, group->n_counted, group->desired);
  g_autofree char *cause = aws_group_cause (group, sentence);

  if (!may (group, AWS_PROCESS_LAUNCH))
    return;
  while (group->n_counted < group->desired)
    {
      guint zone = emptiest_zone (group);

      if (zone == NO_ZONE)
        {
          look_when_a_zone_opens (group);
          return;
        }
      aws_group_launch_in (group, zone, cause, FALSE);
    }
}

/* ---- shrinking ---- */

static gint64
settled_count (const AwsGroup *group)
{
  return (gint64) group->n_counted - group->n_balancing;
}

static void
shrink (AwsGroup *group)
{
  g_autofree char *now = aws_group_now_text (group);
  gint64 before = settled_count (group);

  if (!may (group, AWS_PROCESS_TERMINATE))
    return;
  while (settled_count (group) > group->desired)
    {
      AwsMember *victim = aws_group_choose_victim (group);
      g_autofree char *sentence = NULL;
      g_autofree char *cause = NULL;

      if (victim == NULL)
        return;
      sentence = g_strdup_printf (
          "At %s an instance was taken out of service in response to a difference between desired "
          "and actual capacity, shrinking the capacity from %" G_GINT64_FORMAT
          " to %" G_GINT64_FORMAT ".  At %s instance %s was selected for termination.",
          now, before, group->desired, now, victim->instance->resource.id);
      cause = aws_group_cause (group, sentence);
      aws_member_retire (victim, cause, TRUE);
    }
}

/* ---- balancing ---- */

typedef struct
{
  guint low, high; /* indexes of zones */
  guint low_count, high_count;
} Spread;

/* COUNTS has one entry for each of the group's zones. Zones that the group left are always too
 * full while anything is in them. */
static Spread
measure (const AwsGroup *group, const guint *counts)
{
  Spread spread = { NO_ZONE, NO_ZONE, G_MAXUINT, 0 };

  for (guint i = 0; i < group->n_enabled_zones; i++)
    {
      if (counts[i] < spread.low_count && !is_blocked (group, group->zones->pdata[i]))
        {
          spread.low = i;
          spread.low_count = counts[i];
        }
      if (spread.high == NO_ZONE || counts[i] > spread.high_count)
        {
          spread.high = i;
          spread.high_count = counts[i];
        }
    }
  for (guint i = group->n_enabled_zones; i < group->zones->len; i++)
    if (counts[i] > 0)
      {
        spread.high = i;
        spread.high_count = G_MAXUINT;
      }
  return spread;
}

static gboolean
is_uneven (const Spread *spread)
{
  return spread->low != NO_ZONE && spread->high != NO_ZONE
         && spread->high_count - spread->low_count >= 2 && spread->low != spread->high;
}

static guint *
zone_counts (const AwsGroup *group)
{
  guint *counts = g_new (guint, group->zones->len);

  for (guint i = 0; i < group->zones->len; i++)
    counts[i] = ((AwsGroupZone *) group->zones->pdata[i])->counted;
  return counts;
}

/* "us-west-2b us-west-2c": the zones that get instances. */
static void
name_zone (GString *names, const char *name)
{
  if (strstr (names->str, name) == NULL)
    g_string_append_printf (names, "%s%s", names->len > 0 ? " " : "", name);
}

/* Which zones get how many; NAMES lists them. At most a tenth above the maximum, or one. */
static GArray *
plan_moves (const AwsGroup *group, GString *names)
{
  GArray *moves = g_array_new (FALSE, FALSE, sizeof (guint));
  g_autofree guint *counts = zone_counts (group);
  gint64 room = group->max + MAX (1, group->max / 10) - group->n_counted;
  Spread spread = measure (group, counts);

  while (is_uneven (&spread) && (gint64) moves->len < room)
    {
      g_array_append_val (moves, spread.low);
      name_zone (names, ((AwsGroupZone *) group->zones->pdata[spread.low])->zone->name);
      counts[spread.low]++;
      counts[spread.high]--;
      spread = measure (group, counts);
    }
  return moves;
}

/* Launches first; what is then too much goes when the new ones are in service. */
static void
balance_now (AwsGroup *group)
{
  g_autoptr (GString) names = g_string_new (NULL);
  g_autoptr (GArray) moves = plan_moves (group, names);
  g_autofree char *now = aws_group_now_text (group);

  if (moves->len == 0)
    return;
  g_free (group->wish);
  group->wish = g_strdup_printf ("At %s instances were launched to balance instances in zones %s "
                                 "with other zones resulting in more than desired number of "
                                 "instances in the group.",
                                 now, names->str);
  for (guint i = 0; i < moves->len; i++)
    {
      guint zone = g_array_index (moves, guint, i);

      if (!is_blocked (group, group->zones->pdata[zone]))
        aws_group_launch_in (group, zone, group->wish, TRUE);
    }
  if (group->n_balancing == 0)
    g_clear_pointer (&group->wish, g_free);
}

/* Imitates: Auto Scaling's Availability Zone rebalancing: not at once, and not while other changes
 * are under way. */
static void
balance (AwsGroup *group)
{
  SimStage *stage = group->cloud->stage;
  DdUsec now = sim_stage_now (stage);
  g_autofree guint *counts = zone_counts (group);
  Spread spread = measure (group, counts);

  if (group->n_balancing > 0
      || !may (group, AWS_PROCESS_AZ_REBALANCE | AWS_PROCESS_LAUNCH | AWS_PROCESS_TERMINATE))
    return;
  if (!is_uneven (&spread))
    group->balance_due = 0;
  else if (group->balance_due == 0)
    group->balance_due = now + sim_latency_draw (stage->latency, SIM_DELAY_REBALANCE);
  else if (group->balance_due <= now)
    {
      balance_now (group);
      group->balance_due = 0;
    }
  if (group->balance_due > now)
    look_at (group, group->balance_due);
  else if (group->n_balancing == 0)
    look_when_a_zone_opens (group);
}

/* ---- one look ---- */

static void
group_look (gpointer data)
{
  AwsGroup *group = data;

  group->timer = 0;
  if (group->deleting)
    return;
  replace_unhealthy (group);
  if (group->n_counted < group->desired)
    grow (group);
  else if (settled_count (group) > group->desired)
    shrink (group);
  if (group->n_counted == group->desired)
    {
      g_clear_pointer (&group->wish, g_free);
      balance (group);
    }
}

/* ---- the end ---- */

void
aws_group_retire_all (AwsGroup *group)
{
  g_autofree char *now = aws_group_now_text (group);
  g_autofree char *cause
      = g_strdup_printf ("At %s a user request force deleted AutoScalingGroup.", now);
  GList *next;

  for (GList *l = group->members.head; l != NULL; l = next)
    {
      AwsMember *member = l->data;

      next = l->next;
      if (member->state >= AWS_TERMINATING)
        aws_member_hurry (member);
      else
        aws_member_retire (member, cause, FALSE);
    }
  group->deleting = TRUE;
  aws_group_end_if_empty (group);
}

void
aws_group_end_if_empty (AwsGroup *group)
{
  if (!group->deleting || group->members.length > 0)
    return;
  g_hash_table_remove (group->cloud->group_names, group->name);
  g_ptr_array_remove (group->cloud->groups, group);
}
