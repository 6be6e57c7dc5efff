/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "sim/aws/ec2/cloud.h"

#include <stdlib.h>

AwsTemplate *
aws_cloud_template (const AwsCloud *cloud, const char *id, const char *name)
{
  if (id != NULL)
    return (AwsTemplate *) aws_cloud_resource (cloud, AWS_TEMPLATE, id);
  return name != NULL ? g_hash_table_lookup (cloud->template_names, name) : NULL;
}

static int
compare_versions (gconstpointer key, gconstpointer element)
{
  gint64 wanted = *(const gint64 *) key;
  gint64 number = (*(AwsTemplateVersion *const *) element)->number;

  return (wanted > number) - (wanted < number);
}

AwsTemplateVersion *
aws_template_version (const AwsTemplate *template, const char *version)
{
  gint64 number;
  AwsTemplateVersion **found;

  if (version == NULL || g_str_equal (version, "$Default"))
    number = template->default_version;
  else if (g_str_equal (version, "$Latest"))
    number
        = ((AwsTemplateVersion *) template->versions->pdata[template->versions->len - 1])->number;
  else if (!g_ascii_string_to_signed (version, 10, 1, G_MAXINT64, &number, NULL))
    return NULL;
  found = bsearch (&number, template->versions->pdata, template->versions->len, sizeof (gpointer),
                   compare_versions);
  return found != NULL ? *found : NULL;
}

static void
version_free (gpointer data)
{
  AwsTemplateVersion *version = data;

  g_free (version->description);
  g_free (version->created_by);
  g_free (version->client_token);
  g_clear_pointer (&version->data, dd_value_unref);
  g_free (version);
}

AwsTemplate *
aws_template_new (AwsCloud *cloud, const char *id, const char *name)
{
  AwsTemplate *template = g_new0 (AwsTemplate, 1);

  aws_cloud_enter_resource (cloud, &template->resource, AWS_TEMPLATE, g_strdup (id));
  template->name = g_strdup (name);
  template->created = sim_stage_now (cloud->stage);
  template->created_by = g_strdup_printf ("arn:aws:iam::%s:root", cloud->account);
  template->default_version = 1;
  template->versions = g_ptr_array_new_with_free_func (version_free);
  g_ptr_array_add (cloud->templates, template);
  g_hash_table_insert (cloud->template_names, template->name, template);
  return template;
}

AwsTemplateVersion *
aws_template_add_version (AwsCloud *cloud, AwsTemplate *template, DdValue *data,
                          const char *description)
{
  AwsTemplateVersion *version = g_new0 (AwsTemplateVersion, 1);

  version->number = ++template->latest_version;
  version->description = g_strdup (description);
  version->created = sim_stage_now (cloud->stage);
  version->created_by = g_strdup (template->created_by);
  version->data = data;
  g_ptr_array_add (template->versions, version);
  return version;
}

void
aws_template_free (AwsTemplate *template)
{
  aws_resource_clear (&template->resource);
  g_free (template->name);
  g_free (template->created_by);
  g_clear_pointer (&template->versions, g_ptr_array_unref);
  g_free (template);
}

void
aws_template_delete (AwsCloud *cloud, AwsTemplate *template)
{
  aws_cloud_remove_resource (cloud, &template->resource);
  g_hash_table_remove (cloud->template_names, template->name);
  g_ptr_array_remove (cloud->templates, template);
}
