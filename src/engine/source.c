/* SPDX-License-Identifier: Apache-2.0 */
/* A group that was made with a launch template of its owner's. EKS never lets instances be launched
 * from that one: it keeps a template of its own, and each update makes a version of it that is a
 * copy of a version of the owner's, with what a node of the group needs besides. Where the owner's
 * names an image the group is of AMI type CUSTOM: that image is what its nodes run, its id is the
 * group's release, and its user data is left as it is, since nobody but the owner knows how such an
 * image joins a cluster (Amazon EKS User Guide, "Customize managed nodes with launch templates").
 */
#include "config.h"

#include "engine/private.h"

#include "base/error.h"
#include "engine/user-data.h"

#define CUSTOM "CUSTOM"

gboolean
dd_source_is_there (const DdEngine *self)
{
  return self->nodegroup->source_id != NULL;
}

gboolean
dd_source_names_image (const DdEngine *self)
{
  return self->source != NULL && g_str_equal (self->nodegroup->ami_type, CUSTOM);
}

DdValue *
dd_source_version (const DdEngine *self)
{
  return self->source == NULL ? NULL : dd_string_printf ("%" G_GINT64_FORMAT, self->source->number);
}

/* A default version that was moved meanwhile does not divert an update that is taken up again. */
static const char *
wanted_version (const DdEngine *self)
{
  const char *decided = dd_value_path_string (self->journal, "source_version");
  const char *asked = decided != NULL ? decided : self->options.template_version;

  return asked != NULL ? asked : self->nodegroup->source_version;
}

void
dd_source_read (DdEngine *self)
{
  dd_engine_send (
      self, "DescribeLaunchTemplateVersions",
      dd_ec2_describe_template_version (self->nodegroup->source_id, wanted_version (self)));
}

/* A group cannot change between an image of its owner's and one of EKS's. */
static gboolean
check_image (const DdEngine *self, GError **error)
{
  gboolean named = self->source->image != NULL;

  if (named == dd_source_names_image (self))
    return TRUE;
  g_set_error (error, DD_ERROR, DD_ERROR_INVALID,
               "version %s of launch template %s names %s, and the group is of AMI type %s",
               wanted_version (self), self->nodegroup->source_id,
               named ? self->source->image : "no image", self->nodegroup->ami_type);
  return FALSE;
}

void
dd_source_take (DdEngine *self, const DdReply *reply)
{
  g_autoptr (GError) error = NULL;

  self->source = dd_template_version_from_reply (reply, &error);
  if (self->source == NULL || !check_image (self, &error))
    {
      dd_engine_fail_with (self, error);
      return;
    }
  if (!dd_source_names_image (self))
    {
      dd_engine_enter (self, DD_STATE_READ_RELEASE);
      return;
    }
  self->image = g_strdup (self->source->image);
  self->release = g_strdup (self->source->image);
  dd_engine_enter (self, DD_STATE_READ_GROUP);
}

/* ---- the copy ---- */

/* What nodes of the group are told besides by the template of EKS; NULL: nothing. */
static char *
user_data (const DdEngine *self, GError **error)
{
  g_autofree char *number = g_strdup_printf ("%" G_GINT64_FORMAT, self->source->number);
  g_autofree char *retargeted = NULL;

  if (dd_source_names_image (self))
    return g_strdup (self->source->user_data);
  if (self->source->user_data != NULL)
    {
      g_set_error (error, DD_ERROR, DD_ERROR_INVALID,
                   "version %s of launch template %s has user data, which is not merged with that "
                   "of EKS yet",
                   number, self->nodegroup->source_id);
      return NULL;
    }
  retargeted = dd_user_data_retarget (self->template_->user_data, self->image, error);
  return retargeted != NULL ? dd_user_data_set_source_version (retargeted, number, error) : NULL;
}

static gboolean
has_security_group (const DdValue *data)
{
  return dd_value_length (dd_value_member (data, "securityGroupIdSet")) > 0
         || dd_value_length (dd_value_path (data, "networkInterfaceSet.0.groupSet")) > 0;
}

static gboolean
concerns_instances (const DdValue *specification)
{
  return g_strcmp0 (dd_value_path_string (specification, "resourceType"), "instance") == 0;
}

/* The tags of EKS's own template that say whose instances they are, behind those of the owner. */
static DdValue *
instance_tags (const DdValue *owners, const DdValue *former)
{
  g_auto (DdBuilder) tags = dd_builder_array ();

  for (gsize i = 0; i < dd_value_length (owners); i++)
    dd_builder_add (&tags, dd_value_ref (dd_value_element (owners, i)));
  for (gsize i = 0; i < dd_value_length (former); i++)
    if (g_str_has_prefix (dd_value_path_string (dd_value_element (former, i), "key"), "eks:"))
      dd_builder_add (&tags, dd_value_ref (dd_value_element (former, i)));
  return dd_builder_end (&tags);
}

static const DdValue *
tags_of_instances (const DdValue *specifications)
{
  for (gsize i = 0; i < dd_value_length (specifications); i++)
    if (concerns_instances (dd_value_element (specifications, i)))
      return dd_value_member (dd_value_element (specifications, i), "tagSet");
  return NULL;
}

static DdValue *
tag_specifications (const DdValue *owners, const DdValue *former)
{
  g_auto (DdBuilder) list = dd_builder_array ();

  dd_builder_add (&list,
                  dd_object ("resourceType", dd_string ("instance"), "tagSet",
                             instance_tags (tags_of_instances (owners), tags_of_instances (former)),
                             NULL));
  for (gsize i = 0; i < dd_value_length (owners); i++)
    if (!concerns_instances (dd_value_element (owners, i)))
      dd_builder_add (&list, dd_value_ref (dd_value_element (owners, i)));
  return dd_builder_end (&list);
}

gboolean
dd_source_copy (DdEngine *self, GError **error)
{
  const DdValue *owners = self->source->data, *former = self->template_->data;
  const DdValue *profile = dd_value_member (former, "iamInstanceProfile");
  g_autofree char *text = NULL;
  g_autoptr (DdValue) data = owners != NULL ? dd_value_ref (owners) : dd_object_empty ();
  g_autoptr (GError) problem = NULL;

  text = user_data (self, &problem);
  if (problem != NULL)
    {
      g_propagate_error (error, g_steal_pointer (&problem));
      return FALSE;
    }
  dd_value_set (&data, "imageId", dd_string (self->image));
  dd_value_set (&data, "userData", dd_string (text));
  dd_value_set (&data, "tagSpecificationSet",
                tag_specifications (dd_value_member (owners, "tagSpecificationSet"),
                                    dd_value_member (former, "tagSpecificationSet")));
  if (profile != NULL)
    dd_value_set (&data, "iamInstanceProfile", dd_value_ref (profile));
  if (!has_security_group (owners) && self->cluster->security_group != NULL)
    dd_value_set (&data, "securityGroupIdSet",
                  dd_array (dd_string (self->cluster->security_group), NULL));
  self->copy = g_steal_pointer (&data);
  return TRUE;
}
