/* SPDX-License-Identifier: Apache-2.0 */
/* sim/aws/ec2/list.c: what every Describe operation of EC2 does alike
 *
 * Named ids are looked up and must exist; filters are compared with wildcards; pages go on after
 * the order number of the last item that was sent, so that nothing is sent twice while things come
 * and go. Imitates: Amazon EC2 User Guide, Filter the output; Amazon EC2 API Reference, pagination.
 */
#include "config.h"

#include "sim/aws/ec2/operations.h"

#include "base/time.h"

#include <string.h>

#define TOKEN_PREFIX "after:"

const AwsField aws_ec2_tag_fields[] = {
  { "Key", .type = AWS_STRING, .min = 0, .max = 127, .answer_name = "key" },
  { "Value", .type = AWS_STRING, .min = 0, .max = 256, .answer_name = "value" },
  { NULL },
};

const AwsField aws_ec2_tag_specification_fields[] = {
  { "ResourceType", .type = AWS_STRING, .answer_name = "resourceType" },
  { "Tags", .type = AWS_LIST, .members = aws_ec2_tag_fields, .wire_name = "Tag",
    .answer_name = "tagSet" },
  { NULL },
};

const AwsField aws_ec2_filter_fields[] = {
  { "Name", .type = AWS_STRING },
  { "Values", .type = AWS_LIST, .element = AWS_STRING, .wire_name = "Value", .max = 200 },
  { NULL },
};

/* ---- answers ---- */

static DdValue *
describe_value (const AwsField *field, const DdValue *value)
{
  g_auto (DdBuilder) list = dd_builder_array ();

  if (field->members == NULL)
    return dd_value_ref (value);
  if (field->type == AWS_STRUCTURE)
    return aws_ec2_describe_data (field->members, value);
  for (gsize i = 0; i < dd_value_length (value); i++)
    dd_builder_add (&list, aws_ec2_describe_data (field->members, dd_value_element (value, i)));
  return dd_builder_end (&list);
}

DdValue *
aws_ec2_describe_data (const AwsField *fields, const DdValue *data)
{
  g_auto (DdBuilder) answer = dd_builder_object ();

  for (const AwsField *field = fields; field->name != NULL; field++)
    {
      const DdValue *value = dd_value_member (data, field->name);

      if (value != NULL && field->answer_name != NULL)
        dd_builder_set (&answer, field->answer_name, describe_value (field, value));
    }
  return dd_builder_end (&answer);
}

DdValue *
aws_ec2_describe_tags (const AwsResource *resource)
{
  g_auto (DdBuilder) tags = dd_builder_array ();

  if (dd_value_length (resource->tags) == 0)
    return NULL;
  for (gsize i = 0; i < dd_value_length (resource->tags); i++)
    dd_builder_add (&tags, dd_object ("key", dd_string (dd_value_key (resource->tags, i)), "value",
                                      dd_value_ref (dd_value_nth (resource->tags, i)), NULL));
  return dd_builder_end (&tags);
}

DdValue *
aws_ec2_time (DdUsec instant)
{
  return instant != 0 ? dd_string_take (dd_time_to_iso8601_millis (instant)) : NULL;
}

void
aws_ec2_tag_as_specified (AwsResource *resource, const DdValue *specifications, const char *type)
{
  for (gsize i = 0; i < dd_value_length (specifications); i++)
    {
      const DdValue *specification = dd_value_element (specifications, i);
      const DdValue *tags = dd_value_member (specification, "Tags");

      if (g_strcmp0 (dd_value_path_string (specification, "ResourceType"), type) != 0)
        continue;
      for (gsize j = 0; j < dd_value_length (tags); j++)
        {
          const DdValue *tag = dd_value_element (tags, j);
          const char *key = dd_value_path_string (tag, "Key");
          const char *value = dd_value_path_string (tag, "Value");

          if (key != NULL)
            aws_resource_tag (resource, key, value != NULL ? value : "");
        }
    }
}

/* ---- filters ---- */

/* '*' and '?', as EC2's filters have them. Going back to the last star only keeps it from taking
 * exponential time. */
static gboolean
glob_matches (const char *pattern, const char *text)
{
  const char *star = NULL, *retry = NULL;

  while (*text != '\0')
    if (*pattern == '*')
      {
        star = pattern++;
        retry = text;
      }
    else if (*pattern == '?' || *pattern == *text)
      {
        pattern++;
        text++;
      }
    else if (star != NULL)
      {
        pattern = star + 1;
        text = ++retry;
      }
    else
      return FALSE;
  while (*pattern == '*')
    pattern++;
  return *pattern == '\0';
}

static gboolean
any_pattern_matches (const DdValue *patterns, const char *text)
{
  for (gsize i = 0; text != NULL && i < dd_value_length (patterns); i++)
    if (glob_matches (dd_value_string (dd_value_element (patterns, i)), text))
      return TRUE;
  return FALSE;
}

static gboolean
tag_key_matches (const AwsResource *tagged, const DdValue *patterns)
{
  for (gsize i = 0; i < dd_value_length (tagged->tags); i++)
    if (any_pattern_matches (patterns, dd_value_key (tagged->tags, i)))
      return TRUE;
  return FALSE;
}

static gboolean
filter_matches (const AwsFilter *filter, const DdValue *patterns, gconstpointer item)
{
  const DdValue *values;

  if (filter->value != NULL)
    return any_pattern_matches (patterns, filter->value (item));
  values = filter->values (item);
  for (gsize i = 0; i < dd_value_length (values); i++)
    if (any_pattern_matches (patterns, dd_value_string (dd_value_element (values, i))))
      return TRUE;
  return FALSE;
}

static const AwsFilter *
filter_named (const AwsFilter *table, const char *name)
{
  for (; table->name != NULL; table++)
    if (g_strcmp0 (table->name, name) == 0)
      return table;
  return NULL;
}

static gboolean
one_filter_matches (const DdValue *filter, const AwsFilter *table, gconstpointer item,
                    const AwsResource *tagged)
{
  const char *name = dd_value_path_string (filter, "Name");
  const DdValue *patterns = dd_value_member (filter, "Values");

  if (tagged != NULL && g_str_has_prefix (name, "tag:"))
    return any_pattern_matches (patterns,
                                dd_value_string (dd_value_member (tagged->tags, name + 4)));
  if (tagged != NULL && g_str_equal (name, "tag-key"))
    return tag_key_matches (tagged, patterns);
  return filter_matches (filter_named (table, name), patterns, item);
}

static gboolean
filters_known (const DdValue *filters, const AwsFilter *table, gboolean taggable, GError **error)
{
  for (gsize i = 0; i < dd_value_length (filters); i++)
    {
      const char *name = dd_value_path_string (dd_value_element (filters, i), "Name");

      if (name == NULL)
        {
          g_set_error (error, AWS_ERROR, AWS_MISSING_PARAMETER,
                       "The request must contain the parameter Filter.%" G_GSIZE_FORMAT ".Name",
                       i + 1);
          return FALSE;
        }
      if (filter_named (table, name) == NULL
          && !(taggable && (g_str_has_prefix (name, "tag:") || g_str_equal (name, "tag-key"))))
        {
          g_set_error (error, AWS_ERROR, AWS_INVALID_PARAMETER_VALUE, "The filter '%s' is invalid",
                       name);
          return FALSE;
        }
    }
  return TRUE;
}

gboolean
aws_ec2_filters_known (const DdValue *filters, const AwsFilter *table, GError **error)
{
  return filters_known (filters, table, FALSE, error);
}

gboolean
aws_ec2_filters_match (const DdValue *filters, const AwsFilter *table, gconstpointer item,
                       const AwsResource *tagged)
{
  for (gsize i = 0; i < dd_value_length (filters); i++)
    if (!one_filter_matches (dd_value_element (filters, i), table, item, tagged))
      return FALSE;
  return TRUE;
}

/* ---- pages ---- */

static char *
token_after (guint64 order)
{
  g_autofree char *text = g_strdup_printf (TOKEN_PREFIX "%" G_GUINT64_FORMAT, order);

  return g_base64_encode ((const guchar *) text, strlen (text));
}

static gboolean
token_order (const char *token, guint64 *out_order, GError **error)
{
  g_autofree guchar *bytes = NULL;
  g_autofree char *text = NULL;
  gsize length;

  *out_order = 0;
  if (token == NULL)
    return TRUE;
  bytes = g_base64_decode (token, &length);
  text = g_strndup ((const char *) bytes, length);
  if (g_str_has_prefix (text, TOKEN_PREFIX)
      && g_ascii_string_to_unsigned (text + strlen (TOKEN_PREFIX), 10, 0, G_MAXUINT64, out_order,
                                     NULL))
    return TRUE;
  g_set_error (error, AWS_ERROR, AWS_INVALID_NEXT_TOKEN, "The token '%s' is invalid", token);
  return FALSE;
}

/* ---- ids ---- */

static GPtrArray *
resources_by_id (AwsCloud *cloud, const AwsListing *listing, const DdValue *ids, GError **error)
{
  g_autoptr (GPtrArray) found = g_ptr_array_new ();

  for (gsize i = 0; i < dd_value_length (ids); i++)
    {
      const char *id = dd_value_string (dd_value_element (ids, i));
      AwsResource *resource = aws_cloud_resource (cloud, listing->kind, id);

      if (resource == NULL)
        {
          g_set_error (error, AWS_ERROR, (int) listing->not_found, "%s%s%s", listing->before_id, id,
                       listing->after_id);
          return NULL;
        }
      g_ptr_array_add (found, resource);
    }
  return g_steal_pointer (&found);
}

GPtrArray *
aws_ec2_select (AwsCloud *cloud, const AwsListing *listing, GPtrArray *all, const DdValue *input,
                char **out_token, GError **error)
{
  const DdValue *ids = dd_value_member (input, listing->ids);
  const DdValue *filters = dd_value_member (input, "Filters");
  gint64 limit = dd_value_path_int (input, "MaxResults", G_MAXINT64);
  g_autoptr (GPtrArray) chosen = g_ptr_array_new ();
  g_autoptr (GPtrArray) candidates = NULL;
  guint64 after;

  if (!filters_known (filters, listing->filters, TRUE, error)
      || !token_order (dd_value_path_string (input, "NextToken"), &after, error))
    return NULL;
  candidates = dd_value_length (ids) > 0 ? resources_by_id (cloud, listing, ids, error)
                                         : g_ptr_array_ref (all);
  for (guint i = 0; candidates != NULL && i < candidates->len; i++)
    {
      AwsResource *item = candidates->pdata[i];

      if (item->order <= after || !aws_ec2_filters_match (filters, listing->filters, item, item))
        continue;
      if (chosen->len == limit)
        {
          *out_token = token_after (((AwsResource *) chosen->pdata[chosen->len - 1])->order);
          break;
        }
      g_ptr_array_add (chosen, item);
    }
  return candidates != NULL ? g_steal_pointer (&chosen) : NULL;
}

DdValue *
aws_ec2_list (AwsCloud *cloud, const AwsListing *listing, GPtrArray *all, const DdValue *input,
              GError **error)
{
  g_autofree char *token = NULL;
  g_autoptr (GPtrArray) chosen = aws_ec2_select (cloud, listing, all, input, &token, error);
  g_auto (DdBuilder) items = dd_builder_array ();

  if (chosen == NULL)
    return NULL;
  for (guint i = 0; i < chosen->len; i++)
    dd_builder_add (&items, listing->describe (cloud, chosen->pdata[i]));
  return dd_object (listing->answer, dd_builder_end (&items), "nextToken", dd_string (token), NULL);
}
