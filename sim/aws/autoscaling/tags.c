/* SPDX-License-Identifier: Apache-2.0 */
/* sim/aws/autoscaling/tags.c: tags of groups, which say of themselves whether instances get them
 *
 * Imitates: Amazon EC2 Auto Scaling API Reference, CreateOrUpdateTags, DeleteTags, DescribeTags. */
#include "config.h"

#include "sim/aws/autoscaling/operations.h"

#include <string.h>

DdValue *
aws_as_describe_tag (const AwsGroup *group, const DdValue *tag)
{
  return dd_object ("ResourceId", dd_string (group->name), "ResourceType",
                    dd_string ("auto-scaling-group"), "Key",
                    dd_value_ref (dd_value_member (tag, "Key")), "Value",
                    dd_value_ref (dd_value_member (tag, "Value")), "PropagateAtLaunch",
                    dd_value_ref (dd_value_member (tag, "PropagateAtLaunch")), NULL);
}

/* A copy of the group's tags without KEY. */
static DdBuilder
tags_without (const AwsGroup *group, const char *key)
{
  DdBuilder tags = dd_builder_array ();

  for (gsize i = 0; i < dd_value_length (group->tags); i++)
    {
      const DdValue *tag = dd_value_element (group->tags, i);

      if (g_strcmp0 (dd_value_path_string (tag, "Key"), key) != 0)
        dd_builder_add (&tags, dd_value_ref (tag));
    }
  return tags;
}

static void
replace_tags (AwsGroup *group, DdBuilder *tags)
{
  dd_value_unref (group->tags);
  group->tags = dd_builder_end (tags);
}

void
aws_as_set_tag (AwsGroup *group, const DdValue *tag)
{
  const char *key = dd_value_path_string (tag, "Key");
  const char *value = dd_value_path_string (tag, "Value");
  g_auto (DdBuilder) tags = tags_without (group, key);

  dd_builder_add (&tags,
                  dd_object ("Key", dd_string (key), "Value",
                             dd_string (value != NULL ? value : ""), "PropagateAtLaunch",
                             dd_bool (dd_value_path_bool (tag, "PropagateAtLaunch", FALSE)), NULL));
  replace_tags (group, &tags);
}

/* Each tag names its group; all must be there before one is touched. */
static AwsGroup *
group_of_tag (const AwsCloud *cloud, const DdValue *tag, GError **error)
{
  const char *name = dd_value_path_string (tag, "ResourceId");
  AwsGroup *group = aws_cloud_group (cloud, name);

  if (group == NULL)
    g_set_error (error, AWS_ERROR, AWS_VALIDATION,
                 "AutoScalingGroup name not found - AutoScalingGroup: %s not found",
                 name != NULL ? name : "null");
  return group;
}

static gboolean
groups_exist (const AwsCloud *cloud, const DdValue *tags, GError **error)
{
  for (gsize i = 0; i < dd_value_length (tags); i++)
    if (group_of_tag (cloud, dd_value_element (tags, i), error) == NULL)
      return FALSE;
  return TRUE;
}

static DdValue *
create_tags (AwsCloud *cloud, const DdValue *input, GError **error)
{
  const DdValue *tags = dd_value_member (input, "Tags");

  if (!groups_exist (cloud, tags, error))
    return NULL;
  for (gsize i = 0; i < dd_value_length (tags); i++)
    {
      const DdValue *tag = dd_value_element (tags, i);

      aws_as_set_tag (group_of_tag (cloud, tag, NULL), tag);
    }
  return dd_null ();
}

static DdValue *
delete_tags (AwsCloud *cloud, const DdValue *input, GError **error)
{
  const DdValue *tags = dd_value_member (input, "Tags");

  if (!groups_exist (cloud, tags, error))
    return NULL;
  for (gsize i = 0; i < dd_value_length (tags); i++)
    {
      const DdValue *tag = dd_value_element (tags, i);
      AwsGroup *group = group_of_tag (cloud, tag, NULL);
      g_auto (DdBuilder) rest = tags_without (group, dd_value_path_string (tag, "Key"));

      replace_tags (group, &rest);
    }
  return dd_null ();
}

/* ---- DescribeTags ---- */

static const struct
{
  const char *filter, *member;
} filter_members[] = {
  { "auto-scaling-group", "ResourceId" },
  { "key", "Key" },
  { "value", "Value" },
  { "propagate-at-launch", "PropagateAtLaunch" },
};

static const char *
filter_member (const char *name)
{
  for (guint i = 0; i < G_N_ELEMENTS (filter_members); i++)
    if (g_strcmp0 (filter_members[i].filter, name) == 0)
      return filter_members[i].member;
  return NULL;
}

static gboolean
filters_valid (const DdValue *filters, GError **error)
{
  for (gsize i = 0; i < dd_value_length (filters); i++)
    {
      const char *name = dd_value_path_string (dd_value_element (filters, i), "Name");

      if (filter_member (name) == NULL)
        {
          g_set_error (error, AWS_ERROR, AWS_VALIDATION,
                       "Filter type %s is not correct. Allowed Filter types are: "
                       "auto-scaling-group key value propagate-at-launch",
                       name != NULL ? name : "");
          return FALSE;
        }
    }
  return TRUE;
}

static gboolean
filter_matches (const DdValue *filter, const DdValue *described)
{
  const DdValue *actual
      = dd_value_member (described, filter_member (dd_value_path_string (filter, "Name")));
  const DdValue *values = dd_value_member (filter, "Values");
  const char *text = dd_value_string (actual);

  if (text == NULL)
    text = dd_value_bool (actual, FALSE) ? "true" : "false";
  for (gsize i = 0; i < dd_value_length (values); i++)
    if (g_str_equal (dd_value_string (dd_value_element (values, i)), text))
      return TRUE;
  return FALSE;
}

static void
collect_tags (const AwsGroup *group, const DdValue *filters, GPtrArray *tags)
{
  for (gsize i = 0; i < dd_value_length (group->tags); i++)
    {
      g_autoptr (DdValue) described
          = aws_as_describe_tag (group, dd_value_element (group->tags, i));
      gboolean fits = TRUE;

      for (gsize j = 0; j < dd_value_length (filters); j++)
        fits = fits && filter_matches (dd_value_element (filters, j), described);
      if (fits)
        g_ptr_array_add (tags, g_steal_pointer (&described));
    }
}

static DdValue *
describe_tags (AwsCloud *cloud, const DdValue *input, GError **error)
{
  const DdValue *filters = dd_value_member (input, "Filters");
  g_autoptr (GPtrArray) tags = g_ptr_array_new_with_free_func ((GDestroyNotify) dd_value_unref);
  g_auto (AwsPage) page = { 0 };
  g_auto (DdBuilder) answer = dd_builder_array ();

  if (!filters_valid (filters, error))
    return NULL;
  for (guint i = 0; i < cloud->groups->len; i++)
    collect_tags (cloud->groups->pdata[i], filters, tags);
  if (!aws_as_page (input, "tags", 50, tags->len, &page, error))
    return NULL;
  for (guint i = page.first; i < page.end; i++)
    dd_builder_add (&answer, dd_value_ref (tags->pdata[i]));
  return dd_object ("Tags", dd_builder_end (&answer), "NextToken", dd_string (page.next_token),
                    NULL);
}

/* ---- rows ---- */

static const char *const resource_types[] = { "auto-scaling-group", NULL };

const AwsField aws_as_tag_fields[] = {
  { "ResourceId", .type = AWS_STRING },
  { "ResourceType", .type = AWS_STRING, .values = resource_types },
  { "Key", .type = AWS_STRING, .required = TRUE, .min = 1, .max = 128 },
  { "Value", .type = AWS_STRING, .min = 0, .max = 256 },
  { "PropagateAtLaunch", .type = AWS_BOOLEAN },
  { NULL },
};

static const AwsField change_input[] = {
  { "Tags", .type = AWS_LIST, .required = TRUE, .members = aws_as_tag_fields },
  { NULL },
};

static const AwsField filter_fields[] = {
  { "Name", .type = AWS_STRING },
  { "Values", .type = AWS_LIST, .element = AWS_STRING },
  { NULL },
};

static const AwsField describe_input[] = {
  { "Filters", .type = AWS_LIST, .members = filter_fields },
  AWS_AS_PAGE (100),
  { NULL },
};

const AwsOperation aws_as_tag_operations[] = {
  { "CreateOrUpdateTags", .input = change_input, .handler = create_tags },
  { "DeleteTags", .input = change_input, .handler = delete_tags },
  { "DescribeTags", .input = describe_input, .handler = describe_tags },
  { NULL },
};
