/* SPDX-License-Identifier: Apache-2.0 */
/* sim/aws/ssm.c: the public parameters that name the recommended AMIs
 *
 * Imitates: AWS Systems Manager API Reference, GetParameter, GetParameters, GetParametersByPath. An
 * unknown parameter is refused without a message, as the service does. */
#include "config.h"

#include <string.h>

#include "sim/aws/ec2/cloud.h"
#include "sim/aws/eks/eks.h"
#include "sim/aws/protocol/error.h"
#include "sim/aws/protocol/page.h"
#include "sim/aws/protocol/service.h"

#define MAX_BY_PATH 10

static DdValue *
parameter_to_value (AwsCloud *cloud, const AwsParameter *parameter)
{
  return dd_object (
      "Name", dd_string (parameter->name), "Type", dd_string ("String"), "Value",
      dd_string (parameter->value), "Version", dd_int (parameter->version), "LastModifiedDate",
      dd_int (parameter->modified / DD_SECOND), "ARN",
      dd_string_printf ("arn:aws:ssm:%s::parameter%s", cloud->region, parameter->name), "DataType",
      dd_string ("text"), NULL);
}

static const AwsParameter *
find_parameter (AwsCloud *cloud, const char *name)
{
  return aws_ami_catalog_parameter (aws_eks_catalog (cloud), name);
}

static DdValue *
get_parameter (AwsCloud *cloud, const DdValue *input, GError **error)
{
  const AwsParameter *parameter = find_parameter (cloud, dd_value_path_string (input, "Name"));

  if (parameter == NULL)
    {
      aws_set_error (error, AWS_PARAMETER_NOT_FOUND, NULL, "%s", "");
      return NULL;
    }
  return dd_object ("Parameter", parameter_to_value (cloud, parameter), NULL);
}

static DdValue *
get_parameters (AwsCloud *cloud, const DdValue *input, GError **error G_GNUC_UNUSED)
{
  const DdValue *names = dd_value_member (input, "Names");
  g_auto (DdBuilder) found = dd_builder_array ();
  g_auto (DdBuilder) invalid = dd_builder_array ();

  for (gsize i = 0; i < dd_value_length (names); i++)
    {
      const char *name = dd_value_string (dd_value_element (names, i));
      const AwsParameter *parameter = find_parameter (cloud, name);

      if (parameter != NULL)
        dd_builder_add (&found, parameter_to_value (cloud, parameter));
      else
        dd_builder_add (&invalid, dd_string (name));
    }
  return dd_object ("Parameters", dd_builder_end (&found), "InvalidParameters",
                    dd_builder_end (&invalid), NULL);
}

/* "/a/b" holds "/a/b/c", and with RECURSIVE "/a/b/c/d" too; never itself. */
static gboolean
path_holds (const char *path, const char *name, gboolean recursive)
{
  gsize length = strlen (path);

  while (length > 0 && path[length - 1] == '/')
    length--;
  return strncmp (path, name, length) == 0 && name[length] == '/'
         && (recursive || strchr (name + length + 1, '/') == NULL);
}

static GPtrArray *
list_parameters (AwsCloud *cloud, const char *path, gboolean recursive)
{
  GPtrArray *all = aws_ami_catalog_parameters (aws_eks_catalog (cloud));
  GPtrArray *found = g_ptr_array_new ();

  for (guint i = 0; i < all->len; i++)
    {
      AwsParameter *parameter = all->pdata[i];

      if (path_holds (path, parameter->name, recursive))
        g_ptr_array_add (found, parameter);
    }
  return found;
}

static DdValue *
get_parameters_by_path (AwsCloud *cloud, const DdValue *input, GError **error)
{
  const char *path = dd_value_path_string (input, "Path");
  g_autoptr (GPtrArray) found = NULL;
  g_auto (DdBuilder) list = dd_builder_array ();
  g_auto (AwsPage) page = { 0 };

  if (path[0] != '/')
    {
      aws_set_error (error, AWS_VALIDATION_EXCEPTION, NULL,
                     "The parameter doesn't meet the parameter name requirements. The parameter "
                     "name must begin with a forward slash \"/\".");
      return NULL;
    }
  found = list_parameters (cloud, path, dd_value_path_bool (input, "Recursive", FALSE));
  if (!aws_page_cut (path, dd_value_path_string (input, "NextToken"),
                     (guint) dd_value_path_int (input, "MaxResults", MAX_BY_PATH), found->len,
                     &page))
    {
      aws_set_error (error, AWS_INVALID_NEXT_TOKEN, NULL, "The specified token isn't valid.");
      return NULL;
    }
  for (guint i = page.first; i < page.end; i++)
    dd_builder_add (&list, parameter_to_value (cloud, found->pdata[i]));
  return dd_object ("Parameters", dd_builder_end (&list), "NextToken", dd_string (page.next_token),
                    NULL);
}

static const AwsField get_parameter_input[] = {
  { "Name", AWS_IN_BODY, AWS_STRING, .required = TRUE, .min = 1, .max = 2048 },
  { "WithDecryption", AWS_IN_BODY, AWS_BOOLEAN },
  { NULL },
};

static const AwsField get_parameters_input[] = {
  { "Names", AWS_IN_BODY, AWS_LIST, .required = TRUE, .element = AWS_STRING, .min = 1, .max = 10 },
  { "WithDecryption", AWS_IN_BODY, AWS_BOOLEAN },
  { NULL },
};

static const AwsField get_parameters_by_path_input[] = {
  { "Path", AWS_IN_BODY, AWS_STRING, .required = TRUE, .min = 1, .max = 2048 },
  { "Recursive", AWS_IN_BODY, AWS_BOOLEAN },
  { "WithDecryption", AWS_IN_BODY, AWS_BOOLEAN },
  { "MaxResults", AWS_IN_BODY, AWS_INTEGER, .min = 1, .max = MAX_BY_PATH },
  { "NextToken", AWS_IN_BODY, AWS_STRING },
  { NULL },
};

static const AwsOperation operations[] = {
  { "GetParameter", NULL, NULL, get_parameter_input, get_parameter },
  { "GetParameters", NULL, NULL, get_parameters_input, get_parameters },
  { "GetParametersByPath", NULL, NULL, get_parameters_by_path_input, get_parameters_by_path },
};

const AwsService aws_ssm
    = { "ssm", NULL, "2014-11-06", AWS_JSON_1_1, operations, G_N_ELEMENTS (operations) };
