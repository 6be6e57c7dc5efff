/* SPDX-License-Identifier: Apache-2.0 */
/* Size: what others ask of the Auto Scaling group while an update runs, and what is made of it.
 *
 * The update borrows desired and maximum, and gives them back. Whoever writes one of them
 * meanwhile, such as the Cluster Autoscaler or a configuration tool, means what they wrote: that
 * is what the update ends with. A minimum above what the group is to go back to is kept likewise,
 * as Auto Scaling refuses to go below it (Amazon EC2 Auto Scaling User Guide, "Set scaling limits
 * for your Auto Scaling group"). One that was raised between a look and a step shows in a
 * refusal: then the group is looked at again, and only what no look explains, time after time, is
 * a failure. A request that got no good answer is not sent again before a look either: sizes that
 * somebody has written meanwhile would be lost. */
#include "config.h"

#include "base/error.h"
#include "engine/mutant.h"
#include "engine/private.h"

/* In a row, and no look at the group says why. */
#define MOST_REFUSALS 3

/* What was asked for last may have been refused, and an answer may be lost: then it is either that,
 * or what was asked for before. */
static gboolean
is_ours (gint64 found, gint64 asked, gint64 former)
{
  return found == asked || found == former;
}

/* While the group shrinks: fewer than we asked for, less the one place that an engine before us may
 * have let go of last. More ends the phase (scale-down.c), unless it was asked for before. */
static gboolean
somebody_shrank_further (const DdEngine *self, gint64 found)
{
  gboolean is_taken_up = self->told >= self->phase;

  if (self->moves_since == 0 && !is_taken_up)
    return TRUE;
  return found < MIN (self->desired, self->former_desired) - is_taken_up;
}

/* An engine that takes up another phase does not know which nodes took desired down with them, and
 * a group that shrinks with each termination is smaller by our doing. So it may be by a node that
 * had left the group before it was to be terminated. */
static gboolean
somebody_set_desired (const DdEngine *self)
{
  gint64 found = self->group->desired;

  if (self->options.knobs.decrement_on_terminate || DD_MUTANT (DECREMENT_ON_TERMINATE)
      || DD_MUTANT (FIGHT_OVER_SIZES) || DD_MUTANT (IGNORE_NEW_SIZE)
      || is_ours (found, self->desired, self->former_desired))
    return FALSE;
  if (self->phase == DD_PHASE_SCALE_DOWN)
    return somebody_shrank_further (self, found);
  return self->told < self->phase
         && (found < self->desired || found > self->desired + self->unsure);
}

/* More than the group had grown to: so many more are wanted than before the update. Less: whoever
 * wrote that means it as it stands, but one more where a node of ours has taken its place along
 * since. */
static void
adopt_desired (DdEngine *self, gint64 found)
{
  gint64 meant = found + self->was_less;
  gint64 wanted = found > self->desired ? self->before->desired + found - self->desired : meant;

  self->before->desired = wanted;
  self->before->max = MAX (self->before->max, wanted);
  dd_engine_trace (self, DD_EVENT_SIZE_ADOPTED,
                   dd_object ("asked", dd_int (found), "instead_of", dd_int (self->desired),
                              "desired", dd_int (wanted), "max", dd_int (self->before->max), NULL));
  self->desired = self->former_desired = found;
  self->was_less = FALSE;
}

void
dd_size_adopt_desired (DdEngine *self)
{
  adopt_desired (self, self->group->desired);
}

static gboolean
somebody_set_max (const DdEngine *self, gint64 found)
{
  return !is_ours (found, self->asked_max, self->former_max) && found != self->before->max
         && !DD_MUTANT (IGNORE_NEW_LIMITS);
}

static void
adopt_max (DdEngine *self, gint64 found)
{
  self->before->max = MAX (found, self->before->desired);
  dd_engine_trace (self, DD_EVENT_MAXIMUM_ADOPTED,
                   dd_object ("asked", dd_int (found), "instead_of", dd_int (self->asked_max),
                              "max", dd_int (self->before->max), NULL));
  self->asked_max = self->former_max = found;
}

static gboolean
somebody_raised_min (const DdEngine *self)
{
  return self->group->min > self->before->desired && !DD_MUTANT (IGNORE_NEW_LIMITS);
}

/* Auto Scaling itself raises what was asked for last to a new minimum. */
static void
adopt_min (DdEngine *self)
{
  gint64 wanted = self->group->min;

  if (self->group->desired == wanted)
    self->desired = MAX (self->desired, wanted);
  dd_engine_trace (self, DD_EVENT_MINIMUM_ADOPTED,
                   dd_object ("min", dd_int (wanted), "instead_of", dd_int (self->before->desired),
                              "desired", dd_int (wanted), "max",
                              dd_int (MAX (self->before->max, wanted)), NULL));
  self->before->desired = wanted;
  self->before->max = MAX (self->before->max, wanted);
}

/* What was asked for last, by an engine before this one too, is found to be so: nothing older can
 * be found any more. */
static void
note_found (DdEngine *self)
{
  if (self->group->desired == self->desired)
    self->former_desired = self->desired;
  if (self->group->max == self->asked_max)
    self->former_max = self->asked_max;
}

gboolean
dd_size_adopt (DdEngine *self)
{
  g_autoptr (GError) refused = g_steal_pointer (&self->size_refused);
  gboolean desired_was_set = somebody_set_desired (self);
  gboolean max_was_set, min_was_raised;

  note_found (self);
  if (desired_was_set)
    dd_size_adopt_desired (self);
  max_was_set = somebody_set_max (self, self->group->max);
  if (max_was_set)
    adopt_max (self, self->group->max);
  min_was_raised = somebody_raised_min (self);
  if (min_was_raised)
    adopt_min (self);
  if (desired_was_set || max_was_set || min_was_raised)
    dd_journal_note (self);
  if (refused == NULL || min_was_raised || ++self->refusals < MOST_REFUSALS)
    return TRUE;
  dd_engine_fail_with (self, refused);
  return FALSE;
}

void
dd_size_adopt_found (DdEngine *self, gint64 desired, gint64 max)
{
  if (DD_MUTANT (IGNORE_NEW_SIZE))
    return;
  if (!is_ours (desired, self->desired, self->former_desired))
    adopt_desired (self, desired);
  if (somebody_set_max (self, max))
    adopt_max (self, max);
}

static gboolean
are_ours (const DdEngine *self, const DdScalingGroup *now)
{
  return is_ours (now->desired, self->desired, self->former_desired)
         && !somebody_set_max (self, now->max);
}

/* What others have written stands. A group that was to grow is found not to do so where it is
 * waited for. */
static void
leave_sizes_alone (DdEngine *self)
{
  if (self->state == DD_STATE_RAISE)
    {
      dd_size_note_granted (self);
      dd_scale_up_take_raised (self, NULL);
      return;
    }
  g_clear_error (&self->size_refused);
  self->size_refused = g_error_new (DD_ERROR, DD_ERROR_INVALID,
                                    "the sizes of Auto Scaling group %s change while they are "
                                    "written",
                                    self->before->name);
  dd_engine_look_at_size (self);
}

/* Where the group cannot be seen the request goes on as any other does. */
static void
take_look (const DdReply *reply, const GError *error, gpointer data)
{
  DdEngine *self = data;
  g_autoptr (DdScalingGroup) now
      = error == NULL ? dd_scaling_group_from_reply (reply, self->before->name, NULL) : NULL;

  if (now == NULL || are_ours (self, now))
    {
      dd_caller_go_on (self->caller, self->call);
      return;
    }
  dd_caller_cancel (self->caller, self->call);
  self->call = 0;
  leave_sizes_alone (self);
}

static void
look_before_again (gpointer data)
{
  DdEngine *self = data;

  if (DD_MUTANT (WRITE_SIZES_BLINDLY))
    dd_caller_go_on (self->caller, self->call);
  else
    dd_caller_send_once (self->caller, "DescribeAutoScalingGroups",
                         dd_autoscaling_describe_group (self->before->name, FALSE), take_look,
                         self);
}

void
dd_size_ask (DdEngine *self, gint64 desired, gint64 max)
{
  self->was_less = FALSE;
  self->desired = desired;
  self->asked_max = max;
  dd_journal_note (self);
  dd_engine_send_watched (self, "UpdateAutoScalingGroup",
                          dd_autoscaling_resize (self->before->name, desired, max),
                          look_before_again);
}

void
dd_size_note_granted (DdEngine *self)
{
  self->former_desired = self->desired;
  self->former_max = self->asked_max;
  self->refusals = 0;
}

/* Before sizes are written for good: the group may be another than it was when the clean-up began.
 */
void
dd_size_check (DdEngine *self)
{
  dd_engine_send (self, "DescribeAutoScalingGroups",
                  dd_autoscaling_describe_group (self->before->name, FALSE));
}

/* Nodes had left before they were told to, and their places have not gone with them: whoever is in
 * those now leaves by name as well, as a lower desired size would take somebody undrained. */
static gboolean
has_places_left (const DdEngine *self)
{
  return self->unsure > 0 && self->group->desired > self->desired && !DD_MUTANT (CUT_PLACES_OFF);
}

void
dd_size_take_check (DdEngine *self, const DdReply *reply)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (DdScalingGroup) now = dd_scaling_group_from_reply (reply, self->before->name, &error);

  if (now == NULL)
    {
      dd_engine_fail_with (self, error);
      return;
    }
  self->group->desired = now->desired;
  self->group->min = now->min;
  self->group->max = now->max;
  if (!dd_size_adopt (self))
    return;
  if (has_places_left (self))
    {
      self->desired = self->former_desired = self->group->desired;
      self->unsure = 0;
      g_ptr_array_set_size (self->retiring, 0);
      dd_engine_enter (self, DD_STATE_SURVEY_GROUP);
      return;
    }
  self->desired = MAX (self->desired, self->before->desired);
  dd_engine_enter (self, DD_STATE_RESTORE_SIZE);
}

gboolean
dd_size_may_have_changed (DdEngine *self, const GError *error)
{
  if (!g_error_matches (error, DD_ERROR, DD_ERROR_INVALID)
      || g_strcmp0 (dd_caller_failed_service (self->caller), "kubernetes") == 0
      || DD_MUTANT (IGNORE_NEW_LIMITS))
    return FALSE;
  g_clear_error (&self->size_refused);
  self->size_refused = g_error_copy (error);
  return TRUE;
}
