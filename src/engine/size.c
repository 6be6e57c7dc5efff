/* SPDX-License-Identifier: Apache-2.0 */
/* Size: what others ask of the Auto Scaling group while an update runs, and what is made of it.
 *
 * The update borrows desired and maximum, and gives them back. Whoever writes one of them
 * meanwhile, such as the Cluster Autoscaler or a configuration tool, means what they wrote: that
 * is what the update ends with. A minimum above what the group is to go back to is kept likewise,
 * as Auto Scaling refuses to go below it (Amazon EC2 Auto Scaling User Guide, "Set scaling limits
 * for your Auto Scaling group"). One that was raised between a look and a step shows in a
 * refusal: then the group is looked at again, and only what a second look does not explain is a
 * failure. */
#include "config.h"

#include "base/error.h"
#include "engine/mutant.h"
#include "engine/private.h"

/* An engine that takes up this phase has asked for a step that it knows nothing of. */
static gboolean
knows_what_it_asked_for (const DdEngine *self)
{
  return self->told < self->phase;
}

/* A group that shrinks with each termination is smaller by our doing. */
static gboolean
somebody_set_desired (const DdEngine *self)
{
  return self->moves_since == 0 && knows_what_it_asked_for (self)
         && self->group->desired != self->desired && !self->options.knobs.decrement_on_terminate
         && !DD_MUTANT (DECREMENT_ON_TERMINATE) && !DD_MUTANT (FIGHT_OVER_SIZES)
         && !DD_MUTANT (IGNORE_NEW_SIZE);
}

/* More than the group had grown to: so many more are wanted than before the update. Less: whoever
 * wrote that means it as it stands. */
void
dd_size_adopt_desired (DdEngine *self)
{
  gint64 asked = self->group->desired;
  gint64 wanted = asked > self->desired ? self->before->desired + asked - self->desired : asked;

  self->before->desired = wanted;
  self->before->max = MAX (self->before->max, wanted);
  dd_engine_trace (self, DD_EVENT_SIZE_ADOPTED,
                   dd_object ("asked", dd_int (asked), "instead_of", dd_int (self->desired),
                              "desired", dd_int (wanted), "max", dd_int (self->before->max), NULL));
  self->desired = asked;
}

static gboolean
somebody_set_max (const DdEngine *self)
{
  return knows_what_it_asked_for (self) && self->group->max != self->asked_max
         && self->group->max != self->before->max && !DD_MUTANT (IGNORE_NEW_LIMITS);
}

static void
adopt_max (DdEngine *self)
{
  self->before->max = MAX (self->group->max, self->before->desired);
  dd_engine_trace (self, DD_EVENT_MAXIMUM_ADOPTED,
                   dd_object ("asked", dd_int (self->group->max), "instead_of",
                              dd_int (self->asked_max), "max", dd_int (self->before->max), NULL));
  self->asked_max = self->group->max;
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

gboolean
dd_size_adopt (DdEngine *self)
{
  g_autoptr (GError) refused = g_steal_pointer (&self->size_refused);
  gboolean desired_was_set = self->phase == DD_PHASE_SCALE_DOWN && somebody_set_desired (self);
  gboolean max_was_set, min_was_raised;

  if (desired_was_set)
    dd_size_adopt_desired (self);
  max_was_set = somebody_set_max (self);
  if (max_was_set)
    adopt_max (self);
  min_was_raised = somebody_raised_min (self);
  if (min_was_raised)
    adopt_min (self);
  if (desired_was_set || max_was_set || min_was_raised)
    dd_journal_note (self);
  if (refused == NULL || min_was_raised)
    return TRUE;
  dd_engine_fail_with (self, refused);
  return FALSE;
}

void
dd_size_ask (DdEngine *self, gint64 desired, gint64 max)
{
  self->desired = desired;
  self->asked_max = max;
  dd_engine_send (self, "UpdateAutoScalingGroup",
                  dd_autoscaling_resize (self->before->name, desired, max));
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
