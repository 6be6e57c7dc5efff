/* SPDX-License-Identifier: Apache-2.0 */
/* sim/aws/ec2/tags.c: tags of EC2 resources
 *
 * Imitates: Amazon EC2 API Reference, CreateTags, DeleteTags and DescribeTags. */
#include "config.h"

#include "sim/aws/ec2/operations.h"

#include <string.h>

static const char *const kind_names[AWS_N_RESOURCE_KINDS] = {
  [AWS_VPC] = "vpc",
  [AWS_SUBNET] = "subnet",
  [AWS_SECURITY_GROUP] = "security-group",
  [AWS_IMAGE] = "image",
  [AWS_TEMPLATE] = "launch-template",
  [AWS_INSTANCE] = "instance",
};

/* All or nothing: every resource must exist before one of them is touched. */
static GPtrArray *
find_resources (const AwsCloud *cloud, const DdValue *ids, GError **error)
{
  g_autoptr (GPtrArray) found = g_ptr_array_new ();

  for (gsize i = 0; i < dd_value_length (ids); i++)
    {
      const char *id = dd_value_string (dd_value_element (ids, i));
      AwsResource *resource = g_hash_table_lookup (cloud->resources, id);

      if (resource == NULL)
        {
          g_set_error (error, AWS_ERROR, AWS_INVALID_ID, "The ID '%s' is not valid", id);
          return NULL;
        }
      g_ptr_array_add (found, resource);
    }
  return g_steal_pointer (&found);
}

static gboolean
keys_are_free (const DdValue *tags, GError **error)
{
  for (gsize i = 0; i < dd_value_length (tags); i++)
    {
      const char *key = dd_value_path_string (dd_value_element (tags, i), "Key");

      if (key == NULL)
        {
          g_set_error (error, AWS_ERROR, AWS_MISSING_PARAMETER,
                       "The request must contain the parameter Tag.%" G_GSIZE_FORMAT ".Key", i + 1);
          return FALSE;
        }
      if (g_str_has_prefix (key, "aws:"))
        {
          g_set_error (error, AWS_ERROR, AWS_INVALID_PARAMETER_VALUE,
                       "Tag keys starting with 'aws:' are reserved for internal use");
          return FALSE;
        }
    }
  return TRUE;
}

static DdValue *
create_tags (AwsCloud *cloud, const DdValue *input, GError **error)
{
  const DdValue *tags = dd_value_member (input, "Tags");
  g_autoptr (GPtrArray) resources = NULL;

  if (!keys_are_free (tags, error))
    return NULL;
  resources = find_resources (cloud, dd_value_member (input, "Resources"), error);
  if (resources == NULL)
    return NULL;
  for (guint i = 0; i < resources->len; i++)
    for (gsize j = 0; j < dd_value_length (tags); j++)
      {
        const DdValue *tag = dd_value_element (tags, j);
        const char *value = dd_value_path_string (tag, "Value");

        aws_resource_tag (resources->pdata[i], dd_value_path_string (tag, "Key"),
                          value != NULL ? value : "");
      }
  return dd_object_empty ();
}

/* A tag goes when its value, if one is given, is the one it has. */
static void
remove_tag (AwsResource *resource, const DdValue *tag)
{
  const char *key = dd_value_path_string (tag, "Key");
  const char *wanted = dd_value_path_string (tag, "Value");
  const char *value = dd_value_string (dd_value_member (resource->tags, key));

  if (value != NULL && (wanted == NULL || g_str_equal (wanted, value)))
    aws_resource_tag (resource, key, NULL);
}

/* Without a list of tags all go that are the user's own. */
static void
remove_own_tags (AwsResource *resource)
{
  g_autoptr (DdValue) tags = dd_value_ref (resource->tags);

  for (gsize i = 0; i < dd_value_length (tags); i++)
    if (!g_str_has_prefix (dd_value_key (tags, i), "aws:"))
      aws_resource_tag (resource, dd_value_key (tags, i), NULL);
}

static DdValue *
delete_tags (AwsCloud *cloud, const DdValue *input, GError **error)
{
  const DdValue *tags = dd_value_member (input, "Tags");
  g_autoptr (GPtrArray) resources = NULL;

  if (!keys_are_free (tags, error))
    return NULL;
  resources = find_resources (cloud, dd_value_member (input, "Resources"), error);
  if (resources == NULL)
    return NULL;
  for (guint i = 0; i < resources->len; i++)
    {
      if (dd_value_length (tags) == 0)
        remove_own_tags (resources->pdata[i]);
      for (gsize j = 0; j < dd_value_length (tags); j++)
        remove_tag (resources->pdata[i], dd_value_element (tags, j));
    }
  return dd_object_empty ();
}

/* ---- describing ---- */

/* One tag of one resource. */
typedef struct
{
  const AwsResource *resource;
  const char *key, *value;
} Tag;

static const char *
tag_resource (gconstpointer item)
{
  return ((const Tag *) item)->resource->id;
}

static const char *
tag_resource_type (gconstpointer item)
{
  return kind_names[((const Tag *) item)->resource->kind];
}

static const char *
tag_key (gconstpointer item)
{
  return ((const Tag *) item)->key;
}

static const char *
tag_value (gconstpointer item)
{
  return ((const Tag *) item)->value;
}

static const AwsFilter tag_filters[] = {
  { "resource-id", tag_resource },
  { "resource-type", tag_resource_type },
  { "key", tag_key },
  { "value", tag_value },
  { NULL },
};

/* Everything that can carry tags, in the order it was made. */
static GPtrArray *
all_resources (AwsCloud *cloud)
{
  GPtrArray *all = g_ptr_array_new ();
  g_autoptr (GPtrArray) instances = aws_ec2_visible_instances (cloud);

  g_ptr_array_add (all, cloud->vpc);
  g_ptr_array_extend (all, cloud->subnets, NULL, NULL);
  g_ptr_array_extend (all, cloud->security_groups, NULL, NULL);
  g_ptr_array_extend (all, cloud->images, NULL, NULL);
  g_ptr_array_extend (all, cloud->templates, NULL, NULL);
  g_ptr_array_extend (all, instances, NULL, NULL);
  return all;
}

typedef struct
{
  const DdValue *filters;
  DdBuilder items;
  guint64 skip, left; /* tags before this page; tags that fit in it */
  gboolean more;
} TagPage;

static void
add_tags_of (TagPage *page, const AwsResource *resource)
{
  for (gsize i = 0; i < dd_value_length (resource->tags) && !page->more; i++)
    {
      Tag tag = { resource, dd_value_key (resource->tags, i),
                  dd_value_string (dd_value_nth (resource->tags, i)) };

      if (!aws_ec2_filters_match (page->filters, tag_filters, &tag, NULL))
        continue;
      if (page->skip > 0)
        page->skip--;
      else if (page->left == 0)
        page->more = TRUE;
      else
        {
          page->left--;
          dd_builder_add (&page->items, dd_object ("key", dd_string (tag.key), "resourceId",
                                                   dd_string (resource->id), "resourceType",
                                                   dd_string (kind_names[resource->kind]), "value",
                                                   dd_string (tag.value), NULL));
        }
    }
}

static DdValue *
describe_tags (AwsCloud *cloud, const DdValue *input, GError **error)
{
  const char *token = dd_value_path_string (input, "NextToken");
  guint64 limit = (guint64) dd_value_path_int (input, "MaxResults", 1000);
  TagPage page = { .filters = dd_value_member (input, "Filters"), .left = limit };
  g_autoptr (GPtrArray) all = NULL;
  guint64 start = 0;
  DdValue *next = NULL;

  if (!aws_ec2_filters_known (page.filters, tag_filters, error))
    return NULL;
  if (token != NULL && !g_ascii_string_to_unsigned (token, 10, 0, G_MAXUINT32, &start, NULL))
    {
      g_set_error (error, AWS_ERROR, AWS_INVALID_NEXT_TOKEN, "The token '%s' is invalid", token);
      return NULL;
    }
  page.items = dd_builder_array ();
  page.skip = start;
  all = all_resources (cloud);
  for (guint i = 0; i < all->len && !page.more; i++)
    add_tags_of (&page, all->pdata[i]);
  if (page.more)
    next = dd_string_printf ("%" G_GUINT64_FORMAT, start + limit);
  return dd_object ("tagSet", dd_builder_end (&page.items), "nextToken", next, NULL);
}

/* ---- rows ---- */

static const AwsField change_tags_input[] = {
  AWS_EC2_DRY_RUN,
  { "Resources", .type = AWS_LIST, .required = TRUE, .element = AWS_STRING,
    .wire_name = "ResourceId", .min = 1, .max = 1000 },
  { "Tags", .type = AWS_LIST, .members = aws_ec2_tag_fields, .wire_name = "Tag" },
  { NULL },
};

static const AwsField describe_tags_input[] = {
  AWS_EC2_DRY_RUN, AWS_EC2_FILTERS, AWS_EC2_NEXT_TOKEN, AWS_EC2_MAX_RESULTS (5, 1000), { NULL },
};

const AwsOperation aws_ec2_tag_operations[] = {
  { "CreateTags", .input = change_tags_input, .handler = create_tags },
  { "DeleteTags", .input = change_tags_input, .handler = delete_tags },
  { "DescribeTags", .input = describe_tags_input, .handler = describe_tags },
  { NULL },
};
