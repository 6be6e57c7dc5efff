/* SPDX-License-Identifier: Apache-2.0 */
/* Scale down: maximum and desired go back one by one, each step when the instance of the one
 * before has left. When somebody else has raised desired meanwhile, such as the Cluster
 * Autoscaler, the phase stops at once and leaves the sizes alone; the update has succeeded all the
 * same (Amazon EKS User Guide, "Understand each phase of node updates", scale down phase). What
 * somebody asked for before the phase is where it goes to (size.c); what the update itself has
 * added leaves. A look costs the same however large the group: its sizes without its instances,
 * and its latest activity. Where nobody drains whom Auto Scaling chooses, surplus.c lets nodes
 * leave by name instead. */
#include "config.h"

#include "engine/private.h"
#include "engine/mutant.h"

/* A termination hook holds an instance for half an hour at most; nobody waits longer for one. */
#define MAX_LEAVING (30 * DD_MINUTE)
#define OLDEST_LOOK (15 * DD_SECOND)

void
dd_scale_down_read_size (DdEngine *self)
{
  dd_engine_send (self, "DescribeAutoScalingGroups",
                  dd_autoscaling_describe_group (self->before->name, FALSE));
}

gboolean
dd_scale_down_is_over (const DdEngine *self)
{
  return DD_MUTANT (FORGET_SIZES)
         || (self->group->desired == self->before->desired
             && self->group->max == self->before->max);
}

/* An engine before this one may have cordoned a node that now stays. */
static void
finish (DdEngine *self)
{
  self->surplus_over = TRUE;
  dd_engine_enter (self,
                   self->journal != NULL ? DD_STATE_UNCORDON_SURPLUS : DD_STATE_LIST_PROTECTED);
}

static void
stop (DdEngine *self)
{
  g_autofree char *reason
      = g_strdup_printf ("desired is %" G_GINT64_FORMAT ", not the %" G_GINT64_FORMAT
                         " that was asked for: somebody else raised it",
                         self->group->desired, self->desired);

  dd_engine_trace (self, DD_EVENT_SCALE_DOWN_STOPPED,
                   dd_object ("reason", dd_string (reason), NULL));
  finish (self);
}

void
dd_scale_down_take_size (DdEngine *self, const DdReply *reply)
{
  if (!dd_engine_take_group (self, reply) || !dd_size_adopt (self))
    return;
  self->size_seen = dd_engine_now (self);
  self->was_less = FALSE;
  if (self->group->desired > MAX (self->desired, self->former_desired)
      && !DD_MUTANT (FIGHT_OVER_SIZES))
    stop (self);
  else
    dd_engine_enter (self, DD_STATE_READ_MOVES);
}

/* Whether an instance still comes or leaves. */
void
dd_scale_down_read_moves (DdEngine *self)
{
  if (self->moves_since == 0)
    self->moves_since = dd_engine_now (self);
  dd_engine_send (self, "DescribeScalingActivities",
                  dd_autoscaling_describe_activities (self->before->name, 1));
}

void
dd_scale_down_take_moves (DdEngine *self, const DdReply *reply)
{
  g_autoptr (GError) error = NULL;
  gboolean under_way;

  if (!dd_activity_under_way_from_reply (reply, &under_way, &error))
    dd_engine_fail_with (self, error);
  else if (under_way && dd_engine_now (self) < self->moves_since + MAX_LEAVING)
    dd_engine_enter (self, DD_STATE_AWAIT_SHRINK);
  else if (DD_MUTANT (SHRINK_UNREADY))
    dd_scale_down_go_on (self);
  else
    dd_engine_enter (self, DD_STATE_LIST_REFILL);
}

void
dd_scale_down_go_on (DdEngine *self)
{
  if (dd_scale_down_is_over (self))
    finish (self);
  else
    dd_engine_enter (self, dd_surplus_state (self));
}

static void
ask_for_less (DdEngine *self)
{
  const DdScalingGroup *before = self->before;
  gint64 step = DD_MUTANT (SCALE_DOWN_AT_ONCE) ? self->group->desired : 1;
  gint64 desired = MAX (self->group->desired - step, before->desired);
  gint64 max = desired == before->desired ? before->max : MAX (self->group->max - 1, before->max);

  dd_engine_trace (self, DD_EVENT_SCALE_DOWN_STEP,
                   dd_object ("desired", dd_int (desired), "max", dd_int (max), NULL));
  dd_size_ask (self, desired, max);
}

/* What lies between the look and the step may have taken minutes, as where the cluster was away:
 * somebody may have written other sizes since. */
static gboolean
look_is_old (const DdEngine *self)
{
  return dd_engine_now (self) > self->size_seen + OLDEST_LOOK && !DD_MUTANT (WRITE_SIZES_BLINDLY);
}

void
dd_scale_down_shrink (DdEngine *self)
{
  if (look_is_old (self))
    dd_engine_look_at_size (self);
  else
    ask_for_less (self);
}

void
dd_scale_down_take_shrunk (DdEngine *self, G_GNUC_UNUSED const DdReply *reply)
{
  self->shrunk = dd_engine_now (self);
  self->moves_since = self->shrunk;
  dd_engine_enter (self, DD_STATE_AWAIT_SHRINK);
}

static void
look_now (gpointer data)
{
  DdEngine *self = data;

  self->timer = 0;
  dd_engine_enter (self, DD_STATE_READ_SIZE);
}

void
dd_scale_down_await (DdEngine *self)
{
  DdUsec next_step = self->shrunk + self->options.knobs.scale_down_step - dd_engine_now (self);

  dd_engine_wait (self, MAX (next_step, self->options.knobs.poll_interval), look_now);
}
