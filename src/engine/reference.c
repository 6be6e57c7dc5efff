/* SPDX-License-Identifier: Apache-2.0 */
/* How the group refers to its launch template. Of one's own it may be "$Latest" or "$Default" and
 * no number; whoever wrote that wants to find it again.
 *
 * "$Latest" is the highest version there is: the one that the update makes is launched from as soon
 * as it exists, by every group that refers so, and "$Latest" written again would bring it back. So
 * a roll-back deletes that version first, which leaves the former one the highest; where it cannot
 * be deleted the group gets the former number instead, and the explanation says so. "$Default" does
 * not move by itself: after a roll-back it means what it meant, and after an update the group keeps
 * its number, for a default version may serve others (Amazon EC2 Auto Scaling User Guide, "Auto
 * Scaling launch templates"; Amazon EC2 API Reference, DeleteLaunchTemplateVersions).
 *
 * While an update is under way the group refers to a number: nobody else's version slips in. */
#include "config.h"

#include "engine/private.h"

#include "engine/mutant.h"

static gboolean
is_symbolic (const DdEngine *self)
{
  return self->before->template_version[0] == '$' && !DD_MUTANT (FORGET_THE_REFERENCE);
}

static gboolean
is_latest (const DdEngine *self)
{
  return is_symbolic (self) && g_str_equal (self->before->template_version, "$Latest");
}

gboolean
dd_reference_moves_at_once (const DdEngine *self)
{
  return is_latest (self) && self->target_version == 0;
}

/* ---- the end of an update ---- */

static DdState
end_state (const DdEngine *self)
{
  return self->failed ? DD_STATE_FAILED : DD_STATE_SUCCEEDED;
}

DdState
dd_reference_last_state (const DdEngine *self)
{
  return is_symbolic (self) && self->repointed && !self->pointed_back ? DD_STATE_READ_REFERENCE
                                                                      : end_state (self);
}

static void
tell_number (const DdEngine *self, gint64 meant)
{
  const DdScalingGroup *group = self->before;
  g_autofree char *reason = g_strdup_printf (
      "Auto Scaling group %s referred to version %s of launch template %s, which is "
      "%" G_GINT64_FORMAT ", and now refers to %" G_GINT64_FORMAT
      "; when that is the version it shall follow: aws ec2 "
      "modify-launch-template --launch-template-id %s --default-version %" G_GINT64_FORMAT,
      group->name, group->template_version, group->template_id, meant, self->target_version,
      group->template_id, self->target_version);

  dd_engine_trace (self, DD_EVENT_UPDATE_WARNED, dd_object ("reason", dd_string (reason), NULL));
}

/* How an update ended does not depend on what is found here. */
static void
take_meaning (const DdReply *reply, const GError *error, gpointer data)
{
  DdEngine *self = data;
  g_autoptr (DdTemplateVersion) version
      = error == NULL ? dd_template_version_from_reply (reply, NULL) : NULL;

  self->call = 0;
  if (version != NULL && version->number == self->target_version)
    {
      dd_engine_enter (self, DD_STATE_RESTORE_REFERENCE);
      return;
    }
  if (version != NULL)
    tell_number (self, version->number);
  dd_engine_enter (self, end_state (self));
}

void
dd_reference_read (DdEngine *self)
{
  const DdScalingGroup *group = self->before;

  self->call = dd_caller_send (
      self->caller, "DescribeLaunchTemplateVersions",
      dd_ec2_describe_template_version (group->template_id, group->template_version), take_meaning,
      self);
}

static void
take_restored (G_GNUC_UNUSED const DdReply *reply, const GError *error, gpointer data)
{
  DdEngine *self = data;

  self->call = 0;
  if (error == NULL)
    dd_engine_trace (self, DD_EVENT_GROUP_REPOINTED,
                     dd_object ("group", dd_string (self->before->name), "version",
                                dd_string (self->before->template_version), NULL));
  dd_engine_enter (self, end_state (self));
}

void
dd_reference_restore (DdEngine *self)
{
  self->call = dd_caller_send (
      self->caller, "UpdateAutoScalingGroup",
      dd_autoscaling_repoint (self->before, self->before->template_version), take_restored, self);
}

/* ---- roll-back ---- */

/* A token was made up only for a version of our own. */
DdState
dd_reference_back_state (const DdEngine *self)
{
  return is_latest (self) && self->token != NULL && self->target_version > 0 && !self->unmade
             ? DD_STATE_UNMAKE_VERSION
             : DD_STATE_POINT_BACK;
}

static void
keep_number (DdEngine *self)
{
  const DdScalingGroup *group = self->before;

  g_free (self->points_back_to);
  self->points_back_to = g_strdup_printf ("%" G_GINT64_FORMAT, self->former_number);
  dd_engine_explain_more (
      self, g_strdup_printf (
                "Auto Scaling group %s referred to $Latest, which is now version "
                "%" G_GINT64_FORMAT " of launch template %s and could not be deleted; it "
                "refers to version %s instead: delete the other, then point it to $Latest",
                group->name, self->target_version, group->template_id, self->points_back_to));
}

static void
take_unmade (const DdReply *reply, const GError *error, gpointer data)
{
  DdEngine *self = data;

  self->call = 0;
  self->unmade = TRUE;
  if (error != NULL || !dd_template_version_is_deleted (reply))
    keep_number (self);
  else
    dd_engine_trace (self, DD_EVENT_LAUNCH_TEMPLATE_VERSION_DELETED,
                     dd_object ("template", dd_string (self->before->template_id), "version",
                                dd_string_printf ("%" G_GINT64_FORMAT, self->target_version),
                                NULL));
  dd_engine_enter (self, DD_STATE_POINT_BACK);
}

void
dd_reference_unmake (DdEngine *self)
{
  self->call = dd_caller_send (
      self->caller, "DeleteLaunchTemplateVersions",
      dd_ec2_delete_template_version (self->before->template_id, self->target_version), take_unmade,
      self);
}

const char *
dd_reference_back (const DdEngine *self)
{
  return self->points_back_to != NULL ? self->points_back_to : self->before->template_version;
}
