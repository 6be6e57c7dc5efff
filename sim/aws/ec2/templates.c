/* SPDX-License-Identifier: Apache-2.0 */
/* sim/aws/ec2/templates.c: launch templates and their versions
 *
 * Imitates: Amazon EC2 API Reference, the LaunchTemplate operations. Version numbers begin at 1 and
 * are never used again; the default version stays where it is until ModifyLaunchTemplate. */
#include "config.h"

#include "sim/aws/ec2/operations.h"

#include <string.h>

AwsTemplate *
aws_ec2_find_template (AwsCloud *cloud, const char *id, const char *name, GError **error)
{
  AwsTemplate *template = aws_cloud_template (cloud, id, name);

  if (template != NULL)
    return template;
  if (id != NULL && !g_str_has_prefix (id, "lt-"))
    g_set_error (error, AWS_ERROR, AWS_INVALID_TEMPLATE_ID_MALFORMED,
                 "The specified launch template ID, %s, is not valid.", id);
  else if (id != NULL)
    g_set_error (error, AWS_ERROR, AWS_INVALID_TEMPLATE_ID_NOT_FOUND,
                 "The specified launch template, with template ID %s, does not exist.", id);
  else if (name != NULL)
    g_set_error (error, AWS_ERROR, AWS_INVALID_TEMPLATE_NAME_NOT_FOUND,
                 "The specified launch template, with template name %s, does not exist.", name);
  else
    g_set_error (error, AWS_ERROR, AWS_MISSING_PARAMETER,
                 "Either a launch template ID or a launch template name must be specified in the "
                 "request.");
  return NULL;
}

AwsTemplateVersion *
aws_ec2_find_version (AwsTemplate *template, const char *version, GError **error)
{
  AwsTemplateVersion *found = aws_template_version (template, version);

  if (found == NULL)
    g_set_error (error, AWS_ERROR, AWS_INVALID_TEMPLATE_VERSION_NOT_FOUND,
                 "Could not find the specified version %s for the launch template with ID %s.",
                 version, template->resource.id);
  return found;
}

static AwsTemplate *
template_of_input (AwsCloud *cloud, const DdValue *input, GError **error)
{
  const char *id = dd_value_path_string (input, "LaunchTemplateId");
  const char *name = dd_value_path_string (input, "LaunchTemplateName");

  if (id != NULL && name != NULL)
    {
      g_set_error (error, AWS_ERROR, AWS_INVALID_PARAMETER_COMBINATION,
                   "Only one of the launch template ID or name may be specified.");
      return NULL;
    }
  return aws_ec2_find_template (cloud, id, name, error);
}

/* ---- answers ---- */

static DdValue *
describe_template (AwsCloud *cloud, gconstpointer item)
{
  const AwsTemplate *template = item;

  (void) cloud;
  return dd_object ("launchTemplateId", dd_string (template->resource.id), "launchTemplateName",
                    dd_string (template->name), "createTime", aws_ec2_time (template->created),
                    "createdBy", dd_string (template->created_by), "defaultVersionNumber",
                    dd_int (template->default_version), "latestVersionNumber",
                    dd_int (template->latest_version), "tagSet",
                    aws_ec2_describe_tags (&template->resource), NULL);
}

static DdValue *
describe_version (const AwsTemplate *template, const AwsTemplateVersion *version)
{
  return dd_object ("launchTemplateId", dd_string (template->resource.id), "launchTemplateName",
                    dd_string (template->name), "versionNumber", dd_int (version->number),
                    "versionDescription", dd_string (version->description), "createTime",
                    aws_ec2_time (version->created), "createdBy", dd_string (version->created_by),
                    "defaultVersion", dd_bool (version->number == template->default_version),
                    "launchTemplateData",
                    aws_ec2_describe_data (aws_ec2_template_data_fields, version->data), NULL);
}

/* ---- creating ---- */

/* g_base64_decode () forgives everything; EC2 does not. */
static gboolean
is_base64 (const char *text)
{
  static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  gsize body = strspn (text, alphabet);
  gsize padding = strspn (text + body, "=");

  return text[body + padding] == '\0' && padding <= 2 && (body + padding) % 4 == 0;
}

static gboolean
check_data (const DdValue *data, GError **error)
{
  const char *user_data = dd_value_path_string (data, "UserData");

  if (user_data == NULL || is_base64 (user_data))
    return TRUE;
  g_set_error (error, AWS_ERROR, AWS_INVALID_USER_DATA, "Invalid BASE64 encoding of user data.");
  return FALSE;
}

static const AwsTemplateVersion *
version_with_token (const AwsTemplate *template, const char *token)
{
  for (guint i = template->versions->len; token != NULL && i > 0; i--)
    {
      const AwsTemplateVersion *version = template->versions->pdata[i - 1];

      if (g_strcmp0 (version->client_token, token) == 0)
        return version;
    }
  return NULL;
}

static DdValue *
answer_template (AwsCloud *cloud, const AwsTemplate *template)
{
  return dd_object ("launchTemplate", describe_template (cloud, template), NULL);
}

static DdValue *
create_template (AwsCloud *cloud, const DdValue *input, GError **error)
{
  const char *name = dd_value_path_string (input, "LaunchTemplateName");
  const char *token = dd_value_path_string (input, "ClientToken");
  const DdValue *data = dd_value_member (input, "LaunchTemplateData");
  AwsTemplate *template = aws_cloud_template (cloud, NULL, name);
  AwsTemplateVersion *version;

  if (template != NULL && version_with_token (template, token) != NULL)
    return answer_template (cloud, template);
  if (template != NULL)
    {
      g_set_error (error, AWS_ERROR, AWS_TEMPLATE_NAME_EXISTS,
                   "Launch template name already in use.");
      return NULL;
    }
  if (!check_data (data, error))
    return NULL;
  template = aws_template_new (cloud, NULL, name);
  version = aws_template_add_version (cloud, template, dd_value_ref (data),
                                      dd_value_path_string (input, "VersionDescription"));
  version->client_token = g_strdup (token);
  aws_ec2_tag_as_specified (&template->resource, dd_value_member (input, "TagSpecifications"),
                            "launch-template");
  return answer_template (cloud, template);
}

/* What the request gives lies over what the source version has, member by member. */
static DdValue *
overlay (const DdValue *source, const DdValue *data)
{
  g_auto (DdBuilder) merged = dd_builder_object ();

  for (gsize i = 0; i < dd_value_length (source); i++)
    dd_builder_set (&merged, dd_value_key (source, i), dd_value_ref (dd_value_nth (source, i)));
  for (gsize i = 0; i < dd_value_length (data); i++)
    dd_builder_set (&merged, dd_value_key (data, i), dd_value_ref (dd_value_nth (data, i)));
  return dd_builder_end (&merged);
}

static DdValue *
answer_version (const AwsTemplate *template, const AwsTemplateVersion *version)
{
  return dd_object ("launchTemplateVersion", describe_version (template, version), NULL);
}

static DdValue *
create_version (AwsCloud *cloud, const DdValue *input, GError **error)
{
  AwsTemplate *template = template_of_input (cloud, input, error);
  const DdValue *data = dd_value_member (input, "LaunchTemplateData");
  const char *source_version = dd_value_path_string (input, "SourceVersion");
  const char *token = dd_value_path_string (input, "ClientToken");
  const AwsTemplateVersion *source = NULL;
  AwsTemplateVersion *version;

  if (template == NULL || !check_data (data, error))
    return NULL;
  if (version_with_token (template, token) != NULL)
    return answer_version (template, version_with_token (template, token));
  if (source_version != NULL)
    {
      source = aws_ec2_find_version (template, source_version, error);
      if (source == NULL)
        return NULL;
    }
  version = aws_template_add_version (cloud, template,
                                      overlay (source != NULL ? source->data : NULL, data),
                                      dd_value_path_string (input, "VersionDescription"));
  version->client_token = g_strdup (token);
  return answer_version (template, version);
}

/* ---- describing ---- */

static const char *
template_name_value (gconstpointer item)
{
  return ((const AwsTemplate *) item)->name;
}

static const AwsFilter template_filters[] = {
  { "launch-template-name", template_name_value },
  { NULL },
};

static const AwsListing template_listing = {
  .kind = AWS_TEMPLATE,
  .ids = "LaunchTemplateIds",
  .not_found = AWS_INVALID_TEMPLATE_ID_NOT_FOUND,
  .before_id = "The specified launch template, with template ID ",
  .after_id = ", does not exist.",
  .filters = template_filters,
  .answer = "launchTemplates",
  .describe = describe_template,
};

/* Names are turned into the templates they name, so that the list goes on as with ids. */
static DdValue *
describe_templates (AwsCloud *cloud, const DdValue *input, GError **error)
{
  const DdValue *names = dd_value_member (input, "LaunchTemplateNames");
  g_autoptr (GPtrArray) named = g_ptr_array_new ();

  if (dd_value_length (names) == 0)
    return aws_ec2_list (cloud, &template_listing, cloud->templates, input, error);
  for (gsize i = 0; i < dd_value_length (names); i++)
    {
      const char *name = dd_value_string (dd_value_element (names, i));
      AwsTemplate *template = aws_ec2_find_template (cloud, NULL, name, error);

      if (template == NULL)
        return NULL;
      g_ptr_array_add (named, template);
    }
  return aws_ec2_list (cloud, &template_listing, named, input, error);
}

/* What the filters of DescribeLaunchTemplateVersions look at. */
static const char *
version_image (gconstpointer item)
{
  return dd_value_path_string (((const AwsTemplateVersion *) item)->data, "ImageId");
}

static const char *
version_instance_type (gconstpointer item)
{
  return dd_value_path_string (((const AwsTemplateVersion *) item)->data, "InstanceType");
}

static const AwsFilter version_filters[] = {
  { "image-id", version_image },
  { "instance-type", version_instance_type },
  { NULL },
};

/* Pages of versions go on below the number in the token: they are listed newest first. */
static DdValue *
list_versions (const AwsTemplate *template, const DdValue *input)
{
  const DdValue *filters = dd_value_member (input, "Filters");
  gint64 limit = dd_value_path_int (input, "MaxResults", 200);
  gint64 low = 1, high = G_MAXINT64, before = G_MAXINT64;
  const char *min = dd_value_path_string (input, "MinVersion");
  const char *max = dd_value_path_string (input, "MaxVersion");
  const char *token = dd_value_path_string (input, "NextToken");
  g_autoptr (DdValue) next = NULL;
  g_auto (DdBuilder) items = dd_builder_array ();
  gint64 n = 0, last = 0;

  if (min != NULL)
    low = g_ascii_strtoll (min, NULL, 10);
  if (max != NULL)
    high = g_ascii_strtoll (max, NULL, 10);
  if (token != NULL)
    before = g_ascii_strtoll (token, NULL, 10);
  for (guint i = template->versions->len; i > 0; i--)
    {
      const AwsTemplateVersion *version = template->versions->pdata[i - 1];

      if (version->number < low || version->number > high || version->number >= before
          || !aws_ec2_filters_match (filters, version_filters, version, NULL))
        continue;
      if (n++ == limit)
        {
          next = dd_string_printf ("%" G_GINT64_FORMAT, last);
          break;
        }
      last = version->number;
      dd_builder_add (&items, describe_version (template, version));
    }
  return dd_object ("launchTemplateVersionSet", dd_builder_end (&items), "nextToken",
                    g_steal_pointer (&next), NULL);
}

/* Without a template, $Latest or $Default of every one. */
static DdValue *
versions_of_all (AwsCloud *cloud, const DdValue *names, const DdValue *filters, GError **error)
{
  g_auto (DdBuilder) items = dd_builder_array ();

  for (guint i = 0; i < cloud->templates->len; i++)
    for (gsize j = 0; j < dd_value_length (names); j++)
      {
        AwsTemplate *template = cloud->templates->pdata[i];
        const char *name = dd_value_string (dd_value_element (names, j));
        const AwsTemplateVersion *version;

        if (*name != '$')
          {
            g_set_error (error, AWS_ERROR, AWS_INVALID_PARAMETER_VALUE,
                         "Only $Latest and $Default can be described without a launch template.");
            return NULL;
          }
        version = aws_ec2_find_version (template, name, error);
        if (version == NULL)
          return NULL;
        if (aws_ec2_filters_match (filters, version_filters, version, NULL))
          dd_builder_add (&items, describe_version (template, version));
      }
  return dd_object ("launchTemplateVersionSet", dd_builder_end (&items), NULL);
}

static DdValue *
named_versions (AwsTemplate *template, const DdValue *names, const DdValue *filters, GError **error)
{
  g_auto (DdBuilder) items = dd_builder_array ();

  for (gsize i = 0; i < dd_value_length (names); i++)
    {
      const AwsTemplateVersion *version
          = aws_ec2_find_version (template, dd_value_string (dd_value_element (names, i)), error);

      if (version == NULL)
        return NULL;
      if (aws_ec2_filters_match (filters, version_filters, version, NULL))
        dd_builder_add (&items, describe_version (template, version));
    }
  return dd_object ("launchTemplateVersionSet", dd_builder_end (&items), NULL);
}

static DdValue *
describe_versions (AwsCloud *cloud, const DdValue *input, GError **error)
{
  const DdValue *names = dd_value_member (input, "Versions");
  const DdValue *filters = dd_value_member (input, "Filters");
  gboolean names_one = dd_value_member (input, "LaunchTemplateId") != NULL
                       || dd_value_member (input, "LaunchTemplateName") != NULL;
  AwsTemplate *template;

  if (!aws_ec2_filters_known (filters, version_filters, error))
    return NULL;
  if (!names_one && dd_value_length (names) > 0)
    return versions_of_all (cloud, names, filters, error);
  template = template_of_input (cloud, input, error);
  if (template == NULL)
    return NULL;
  return dd_value_length (names) > 0 ? named_versions (template, names, filters, error)
                                     : list_versions (template, input);
}

/* ---- changing and deleting ---- */

static DdValue *
modify_template (AwsCloud *cloud, const DdValue *input, GError **error)
{
  AwsTemplate *template = template_of_input (cloud, input, error);
  const char *version = dd_value_path_string (input, "DefaultVersion");
  const AwsTemplateVersion *found;

  if (template == NULL)
    return NULL;
  if (version != NULL)
    {
      found = aws_ec2_find_version (template, version, error);
      if (found == NULL)
        return NULL;
      template->default_version = found->number;
    }
  return answer_template (cloud, template);
}

static DdValue *
delete_template (AwsCloud *cloud, const DdValue *input, GError **error)
{
  AwsTemplate *template = template_of_input (cloud, input, error);
  DdValue *answer;

  if (template == NULL)
    return NULL;
  answer = answer_template (cloud, template);
  if (cloud->listener != NULL)
    cloud->listener->template_deleted (cloud, template);
  aws_template_delete (cloud, template);
  return answer;
}

static DdValue *
deleted_version (const AwsTemplate *template, const char *version, const char *code,
                 const char *message)
{
  return dd_object ("launchTemplateId", dd_string (template->resource.id), "launchTemplateName",
                    dd_string (template->name), "versionNumber",
                    dd_int (g_ascii_strtoll (version, NULL, 10)), "responseError",
                    code != NULL
                        ? dd_object ("code", dd_string (code), "message", dd_string (message), NULL)
                        : NULL,
                    NULL);
}

/* Each version is deleted or not, on its own; the default one never is. */
static DdValue *
delete_versions (AwsCloud *cloud, const DdValue *input, GError **error)
{
  AwsTemplate *template = template_of_input (cloud, input, error);
  const DdValue *names = dd_value_member (input, "Versions");
  g_auto (DdBuilder) done = dd_builder_array ();
  g_auto (DdBuilder) not_done = dd_builder_array ();

  if (template == NULL)
    return NULL;
  for (gsize i = 0; i < dd_value_length (names); i++)
    {
      const char *name = dd_value_string (dd_value_element (names, i));
      AwsTemplateVersion *version = aws_template_version (template, name);

      if (version == NULL)
        dd_builder_add (&not_done,
                        deleted_version (template, name, "launchTemplateVersionDoesNotExist",
                                         "The launch template version does not exist"));
      else if (version->number == template->default_version)
        dd_builder_add (&not_done,
                        deleted_version (template, name, "unexpectedError",
                                         "The default version of a launch template cannot be "
                                         "deleted"));
      else
        {
          dd_builder_add (&done, deleted_version (template, name, NULL, NULL));
          g_ptr_array_remove (template->versions, version);
        }
    }
  return dd_object ("successfullyDeletedLaunchTemplateVersionSet", dd_builder_end (&done),
                    "unsuccessfullyDeletedLaunchTemplateVersionSet", dd_builder_end (&not_done),
                    NULL);
}

/* ---- rows ---- */

#define TEMPLATE_ID \
  { \
    "LaunchTemplateId", .type = AWS_STRING \
  }
#define TEMPLATE_NAME(is_required) \
  { \
    "LaunchTemplateName", .type = AWS_STRING, .required = is_required, .min = 3, .max = 128 \
  }
#define CLIENT_TOKEN \
  { \
    "ClientToken", .type = AWS_STRING \
  }
#define DATA \
  { \
    "LaunchTemplateData", .type = AWS_STRUCTURE, .required = TRUE, \
                          .members = aws_ec2_template_data_fields \
  }
#define DESCRIPTION \
  { \
    "VersionDescription", .type = AWS_STRING, .min = 0, .max = 255 \
  }

static const AwsField create_template_input[] = {
  AWS_EC2_DRY_RUN,
  CLIENT_TOKEN,
  TEMPLATE_NAME (TRUE),
  DESCRIPTION,
  DATA,
  { "TagSpecifications", .type = AWS_LIST, .members = aws_ec2_tag_specification_fields,
    .wire_name = "TagSpecification" },
  { NULL },
};

static const AwsField create_version_input[] = {
  AWS_EC2_DRY_RUN,
  CLIENT_TOKEN,
  TEMPLATE_ID,
  TEMPLATE_NAME (FALSE),
  { "SourceVersion", .type = AWS_STRING },
  DESCRIPTION,
  DATA,
  { NULL },
};

static const AwsField describe_templates_input[] = {
  AWS_EC2_DRY_RUN,
  AWS_EC2_STRINGS ("LaunchTemplateIds", "LaunchTemplateId"),
  AWS_EC2_STRINGS ("LaunchTemplateNames", "LaunchTemplateName"),
  AWS_EC2_FILTERS,
  AWS_EC2_NEXT_TOKEN,
  AWS_EC2_MAX_RESULTS (1, 200),
  { NULL },
};

static const AwsField describe_versions_input[] = {
  AWS_EC2_DRY_RUN,
  TEMPLATE_ID,
  TEMPLATE_NAME (FALSE),
  AWS_EC2_STRINGS ("Versions", "LaunchTemplateVersion"),
  { "MinVersion", .type = AWS_STRING },
  { "MaxVersion", .type = AWS_STRING },
  AWS_EC2_FILTERS,
  AWS_EC2_NEXT_TOKEN,
  AWS_EC2_MAX_RESULTS (1, 200),
  { NULL },
};

static const AwsField modify_template_input[] = {
  AWS_EC2_DRY_RUN,
  CLIENT_TOKEN,
  TEMPLATE_ID,
  TEMPLATE_NAME (FALSE),
  { "DefaultVersion", .type = AWS_STRING, .wire_name = "SetDefaultVersion" },
  { NULL },
};

static const AwsField delete_template_input[]
    = { AWS_EC2_DRY_RUN, TEMPLATE_ID, TEMPLATE_NAME (FALSE), { NULL } };

static const AwsField delete_versions_input[] = {
  AWS_EC2_DRY_RUN,
  TEMPLATE_ID,
  TEMPLATE_NAME (FALSE),
  { "Versions", .type = AWS_LIST, .required = TRUE, .element = AWS_STRING,
    .wire_name = "LaunchTemplateVersion" },
  { NULL },
};

const AwsOperation aws_ec2_template_operations[] = {
  { "CreateLaunchTemplate", .input = create_template_input, .handler = create_template },
  { "CreateLaunchTemplateVersion", .input = create_version_input, .handler = create_version },
  { "DescribeLaunchTemplates", .input = describe_templates_input, .handler = describe_templates },
  { "DescribeLaunchTemplateVersions", .input = describe_versions_input,
    .handler = describe_versions },
  { "ModifyLaunchTemplate", .input = modify_template_input, .handler = modify_template },
  { "DeleteLaunchTemplate", .input = delete_template_input, .handler = delete_template },
  { "DeleteLaunchTemplateVersions", .input = delete_versions_input, .handler = delete_versions },
  { NULL },
};
