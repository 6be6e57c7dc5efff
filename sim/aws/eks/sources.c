/* SPDX-License-Identifier: Apache-2.0 */
/* sim/aws/eks/sources.c: the launch template that a node group was made with
 *
 * Instances are never launched from it: EKS keeps a template of its own for each group and copies
 * versions of the owner's into it, with what a node of the group needs besides. Where the owner's
 * template names an image, the group is of AMI type CUSTOM and has that image for its release; EKS
 * adds nothing to its user data then. Imitates: Amazon EKS User Guide, Customize managed nodes with
 * launch templates, and its section on specifying an AMI; Amazon EKS API Reference,
 * LaunchTemplateSpecification. */
#include "config.h"

#include <string.h>

#include "sim/aws/ec2/operations.h"
#include "sim/aws/eks/private.h"

void
aws_source_clear (AwsSource *source)
{
  g_clear_pointer (&source->id, g_free);
  g_clear_pointer (&source->name, g_free);
  g_clear_pointer (&source->version, g_free);
}

gboolean
aws_ami_type_is_custom (const char *ami_type)
{
  return g_strcmp0 (ami_type, AWS_AMI_CUSTOM) == 0;
}

DdValue *
aws_source_describe (const AwsSource *source)
{
  if (source->id == NULL)
    return NULL;
  return dd_object ("name", dd_string (source->name), "version", dd_string (source->version), "id",
                    dd_string (source->id), NULL);
}

/* ---- looking up ---- */

/* A template is named by its id or by its name. */
static gboolean
names_one (const DdValue *spec, DdValue *details, GError **error)
{
  g_autoptr (DdValue) taken = details;

  if ((dd_value_member (spec, "id") == NULL) != (dd_value_member (spec, "name") == NULL))
    return TRUE;
  aws_set_error (error, AWS_INVALID_PARAMETER, g_steal_pointer (&taken),
                 "Either the name or the id of the launch template must be specified, and not "
                 "both.");
  return FALSE;
}

const AwsTemplateVersion *
aws_source_find (AwsCloud *cloud, const DdValue *spec, DdValue *details, AwsSource *out_source,
                 GError **error)
{
  g_autoptr (DdValue) taken = details;
  g_autoptr (GError) reason = NULL;
  const AwsTemplateVersion *version = NULL;
  AwsTemplate *template;

  if (!names_one (spec, dd_value_ref (taken), error))
    return NULL;
  template = aws_ec2_find_template (cloud, dd_value_path_string (spec, "id"),
                                    dd_value_path_string (spec, "name"), &reason);
  if (template != NULL)
    version = aws_ec2_find_version (template, dd_value_path_string (spec, "version"), &reason);
  if (version == NULL)
    {
      aws_set_error (error, AWS_INVALID_PARAMETER, g_steal_pointer (&taken), "%s", reason->message);
      return NULL;
    }
  out_source->id = g_strdup (template->resource.id);
  out_source->name = g_strdup (template->name);
  out_source->version = g_strdup_printf ("%" G_GINT64_FORMAT, version->number);
  return version;
}

const AwsTemplateVersion *
aws_source_version (const AwsCloud *cloud, const AwsSource *source)
{
  const AwsTemplate *template
      = source->id != NULL ? aws_cloud_template (cloud, source->id, NULL) : NULL;

  return template != NULL ? aws_template_version (template, source->version) : NULL;
}

/* ---- what may be in it ---- */

/* Imitates: Amazon EKS User Guide, the table of settings that a launch template must not have. */
static const struct
{
  const char *path, *setting;
} prohibited[] = {
  { "IamInstanceProfile", "an IAM instance profile" },
  { "NetworkInterfaces.0.SubnetId", "a subnet" },
  { "InstanceInitiatedShutdownBehavior", "a shutdown behavior" },
};

gboolean
aws_source_is_usable (const AwsTemplateVersion *version, DdValue *details, GError **error)
{
  g_autoptr (DdValue) taken = details;

  for (guint i = 0; i < G_N_ELEMENTS (prohibited); i++)
    if (dd_value_path (version->data, prohibited[i].path) != NULL)
      {
        aws_set_error (error, AWS_INVALID_PARAMETER, g_steal_pointer (&taken),
                       "Launch template version %" G_GINT64_FORMAT
                       " must not specify %s, which the node group has.",
                       version->number, prohibited[i].setting);
        return FALSE;
      }
  if (dd_value_member (version->data, "ImageId") != NULL
      || dd_value_member (version->data, "UserData") == NULL)
    return TRUE;
  aws_set_error (error, AWS_INVALID_PARAMETER, g_steal_pointer (&taken),
                 "Drydock does not model how EKS merges the user data of a launch template that "
                 "names no image with its own.");
  return FALSE;
}

/* ---- the copy ---- */

static gboolean
has_security_group (const DdValue *data)
{
  return dd_value_length (dd_value_member (data, "SecurityGroupIds")) > 0
         || dd_value_length (dd_value_path (data, "NetworkInterfaces.0.Groups")) > 0;
}

static gboolean
concerns_instances (const DdValue *specification)
{
  return g_strcmp0 (dd_value_path_string (specification, "ResourceType"), "instance") == 0;
}

static const DdValue *
tags_of_instances (const DdValue *specifications)
{
  for (gsize i = 0; i < dd_value_length (specifications); i++)
    if (concerns_instances (dd_value_element (specifications, i)))
      return dd_value_member (dd_value_element (specifications, i), "Tags");
  return NULL;
}

static DdValue *
instance_tags (const AwsNodegroup *nodegroup, const DdValue *owners)
{
  const char *const own[][2] = { { "eks:cluster-name", nodegroup->cluster->name },
                                 { "eks:nodegroup-name", nodegroup->name } };
  g_auto (DdBuilder) tags = dd_builder_array ();

  for (gsize i = 0; i < dd_value_length (owners); i++)
    dd_builder_add (&tags, dd_value_ref (dd_value_element (owners, i)));
  for (guint i = 0; i < G_N_ELEMENTS (own); i++)
    dd_builder_add (&tags,
                    dd_object ("Key", dd_string (own[i][0]), "Value", dd_string (own[i][1]), NULL));
  return dd_builder_end (&tags);
}

DdValue *
aws_nodegroup_tag_specifications (const AwsNodegroup *nodegroup, const DdValue *owners)
{
  g_auto (DdBuilder) list = dd_builder_array ();

  dd_builder_add (&list, dd_object ("ResourceType", dd_string ("instance"), "Tags",
                                    instance_tags (nodegroup, tags_of_instances (owners)), NULL));
  for (gsize i = 0; i < dd_value_length (owners); i++)
    if (!concerns_instances (dd_value_element (owners, i)))
      dd_builder_add (&list, dd_value_ref (dd_value_element (owners, i)));
  return dd_builder_end (&list);
}

DdValue *
aws_nodegroup_copy_of_source (const AwsNodegroup *nodegroup, const DdValue *owners,
                              const char *image_id)
{
  g_autofree char *user_data = aws_nodegroup_user_data (nodegroup, image_id);
  DdValue *data = dd_value_ref (owners);

  dd_value_set (&data, "IamInstanceProfile",
                dd_object ("Name", dd_string_printf ("eks-%s", nodegroup->uuid), NULL));
  dd_value_set (&data, "ImageId", dd_string (image_id));
  if (!has_security_group (owners))
    dd_value_set (&data, "SecurityGroupIds",
                  dd_array (dd_string (nodegroup->cluster->security_group_id), NULL));
  dd_value_set (
      &data, "TagSpecifications",
      aws_nodegroup_tag_specifications (nodegroup, dd_value_member (owners, "TagSpecifications")));
  if (user_data != NULL)
    dd_value_set (&data, "UserData", dd_string (user_data));
  return data;
}

/* ---- which version of it an instance was made from ---- */

const char *
aws_nodegroup_source_of (const AwsNodegroup *nodegroup, const char *copy)
{
  const char *known = g_hash_table_lookup (nodegroup->copies, copy);
  const AwsUpdate *update = nodegroup->running;

  if (known != NULL)
    return known;
  return update != NULL && update->source_version != NULL ? update->source_version
                                                          : nodegroup->source.version;
}

void
aws_nodegroup_note_copy (AwsNodegroup *nodegroup, const char *copy, const char *source_version)
{
  if (copy != NULL && source_version != NULL && !g_hash_table_contains (nodegroup->copies, copy))
    g_hash_table_insert (nodegroup->copies, g_strdup (copy), g_strdup (source_version));
}

const char *
aws_eks_source_version (AwsCloud *cloud, const char *group, const char *version)
{
  const AwsNodegroup *nodegroup = aws_eks_nodegroup_of_group (cloud, group);

  return nodegroup != NULL && nodegroup->source.id != NULL
             ? aws_nodegroup_source_of (nodegroup, version)
             : NULL;
}

/* ---- furnishing ---- */

/* A template whose owner has come to VERSION of it: those before it are like it. */
gboolean
aws_eks_add_template (AwsCloud *cloud, const AwsTemplateSpec *spec, GError **error)
{
  AwsTemplate *template
      = aws_cloud_template (cloud, spec->id, spec->id == NULL ? spec->name : NULL);

  if (spec->id != NULL && !g_str_has_prefix (spec->id, "lt-"))
    {
      aws_set_error (error, AWS_INVALID_PARAMETER, NULL,
                     "%s is no id of a launch template, such as lt-0123456789abcdef0", spec->id);
      return FALSE;
    }
  if (template == NULL)
    template = aws_template_new (cloud, spec->id, spec->name != NULL ? spec->name : spec->id);
  while (template->latest_version < spec->version)
    aws_template_add_version (cloud, template,
                              dd_object ("ImageId", dd_string (spec->image), "InstanceType",
                                         dd_string (spec->instance_type), NULL),
                              NULL);
  return TRUE;
}
