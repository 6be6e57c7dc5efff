/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "aws/ec2.h"

#include <string.h>

#include "aws/form.h"
#include "aws/xml.h"
#include "base/error.h"

#define VERSION "2016-11-15"

static DdForm *
form_new (const char *action)
{
  return dd_form_new ("ec2", action, VERSION);
}

DdRequest *
dd_ec2_describe_template_version (const char *template_id, const char *version)
{
  DdForm *form = form_new ("DescribeLaunchTemplateVersions");

  dd_form_set (form, "LaunchTemplateId", template_id);
  dd_form_set (form, "LaunchTemplateVersion.1", version);
  return dd_form_to_request (form);
}

DdTemplateVersion *
dd_template_version_from_reply (const DdReply *reply, GError **error)
{
  g_autoptr (DdValue) body = dd_xml_parse (reply->body, error);
  g_autoptr (DdTemplateVersion) version = g_new0 (DdTemplateVersion, 1);
  const DdValue *item = dd_value_path (body, "launchTemplateVersionSet.0");

  if (body == NULL)
    return NULL;
  version->number = dd_xml_int (item, "versionNumber", 0);
  if (version->number <= 0)
    {
      g_set_error (error, DD_ERROR, DD_ERROR_NOT_FOUND, "no such launch template version");
      return NULL;
    }
  version->template_id = g_strdup (dd_value_path_string (item, "launchTemplateId"));
  version->image = g_strdup (dd_value_path_string (item, "launchTemplateData.imageId"));
  version->user_data = g_strdup (dd_value_path_string (item, "launchTemplateData.userData"));
  if (dd_value_type (dd_value_member (item, "launchTemplateData")) == DD_OBJECT)
    version->data = dd_value_ref (dd_value_member (item, "launchTemplateData"));
  return g_steal_pointer (&version);
}

void
dd_template_version_free (DdTemplateVersion *version)
{
  if (version == NULL)
    return;
  g_free (version->template_id);
  g_free (version->image);
  g_free (version->user_data);
  g_clear_pointer (&version->data, dd_value_unref);
  g_free (version);
}

DdRequest *
dd_ec2_create_template_version (const DdTemplateVersion *source, const char *image,
                                const char *user_data, const char *description, const char *token)
{
  DdForm *form = form_new ("CreateLaunchTemplateVersion");

  dd_form_set (form, "LaunchTemplateId", source->template_id);
  dd_form_set_int (form, "SourceVersion", source->number);
  dd_form_set (form, "VersionDescription", description);
  dd_form_set (form, "ClientToken", token);
  dd_form_set (form, "LaunchTemplateData.ImageId", image);
  dd_form_set (form, "LaunchTemplateData.UserData", user_data);
  return dd_form_to_request (form);
}

/* "blockDeviceMappingSet" is "BlockDeviceMapping" in a request, "imageId" is "ImageId": an answer's
 * names have a small letter, and its lists a suffix. One list has another name. Imitates: Amazon
 * EC2 API Reference, RequestLaunchTemplateData and ResponseLaunchTemplateData. */
static char *
request_name (const char *answered)
{
  gsize length = strlen (answered) - (g_str_has_suffix (answered, "Set") ? strlen ("Set") : 0);
  char *name;

  if (g_str_equal (answered, "groupSet"))
    return g_strdup ("SecurityGroupId");
  name = g_strndup (answered, length);
  name[0] = g_ascii_toupper (name[0]);
  return name;
}

/* The opposite of reading an answer: PREFIX is the name of VALUE in the request. An empty text is
 * how XML spells an absent value. */
static void
set_data (DdForm *form, const char *prefix, const DdValue *value)
{
  const char *text = dd_value_string (value);
  gboolean is_list = dd_value_type (value) == DD_ARRAY;

  if (text != NULL && *text != '\0')
    dd_form_set (form, prefix, text);
  for (gsize i = 0; text == NULL && i < dd_value_length (value); i++)
    {
      g_autofree char *name = is_list ? g_strdup_printf ("%" G_GSIZE_FORMAT, i + 1)
                                      : request_name (dd_value_key (value, i));
      g_autofree char *inner = g_strdup_printf ("%s.%s", prefix, name);

      set_data (form, inner, is_list ? dd_value_element (value, i) : dd_value_nth (value, i));
    }
}

DdRequest *
dd_ec2_create_template_version_of (const char *template_id, const DdValue *data,
                                   const char *description, const char *token)
{
  DdForm *form = form_new ("CreateLaunchTemplateVersion");

  dd_form_set (form, "LaunchTemplateId", template_id);
  dd_form_set (form, "VersionDescription", description);
  dd_form_set (form, "ClientToken", token);
  set_data (form, "LaunchTemplateData", data);
  return dd_form_to_request (form);
}

gboolean
dd_template_version_number_from_reply (const DdReply *reply, gint64 *out_number, GError **error)
{
  g_autoptr (DdValue) body = dd_xml_parse (reply->body, error);
  gint64 number = dd_xml_int (dd_value_member (body, "launchTemplateVersion"), "versionNumber", 0);

  if (body == NULL)
    return FALSE;
  if (number <= 0)
    {
      g_set_error (error, DD_ERROR, DD_ERROR_INVALID, "the answer has no versionNumber");
      return FALSE;
    }
  *out_number = number;
  return TRUE;
}

DdRequest *
dd_ec2_delete_template_version (const char *template_id, gint64 number)
{
  DdForm *form = form_new ("DeleteLaunchTemplateVersions");

  dd_form_set (form, "LaunchTemplateId", template_id);
  dd_form_set_int (form, "LaunchTemplateVersion.1", number);
  return dd_form_to_request (form);
}

gboolean
dd_template_version_is_deleted (const DdReply *reply)
{
  g_autoptr (DdValue) body = dd_xml_parse (reply->body, NULL);
  const DdValue *trouble
      = dd_value_path (body, "unsuccessfullyDeletedLaunchTemplateVersionSet.0.responseError");

  return body != NULL
         && (trouble == NULL
             || g_strcmp0 (dd_value_path_string (trouble, "code"),
                           "launchTemplateVersionDoesNotExist")
                    == 0);
}

DdRequest *
dd_ec2_describe_instances (GPtrArray *ids)
{
  DdForm *form = form_new ("DescribeInstances");

  for (guint i = 0; i < ids->len; i++)
    {
      g_autofree char *name = g_strdup_printf ("InstanceId.%u", i + 1);

      dd_form_set (form, name, g_ptr_array_index (ids, i));
    }
  return dd_form_to_request (form);
}

static void
take_states (const DdValue *reservation, GHashTable *states)
{
  const DdValue *list = dd_value_member (reservation, "instancesSet");

  for (gsize i = 0; i < dd_value_length (list); i++)
    {
      const DdValue *instance = dd_value_element (list, i);
      const char *id = dd_value_path_string (instance, "instanceId");
      const char *state = dd_value_path_string (instance, "instanceState.name");

      if (id != NULL && state != NULL)
        g_hash_table_replace (states, g_strdup (id), g_strdup (state));
    }
}

GHashTable *
dd_instance_states_from_reply (const DdReply *reply, GError **error)
{
  g_autoptr (DdValue) body = dd_xml_parse (reply->body, error);
  g_autoptr (GHashTable) states = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  const DdValue *list = dd_value_member (body, "reservationSet");

  if (body == NULL)
    return NULL;
  for (gsize i = 0; i < dd_value_length (list); i++)
    take_states (dd_value_element (list, i), states);
  return g_steal_pointer (&states);
}

DdRequest *
dd_ec2_describe_subnets (GPtrArray *ids)
{
  DdForm *form = form_new ("DescribeSubnets");

  for (guint i = 0; i < ids->len; i++)
    {
      g_autofree char *name = g_strdup_printf ("SubnetId.%u", i + 1);

      dd_form_set (form, name, g_ptr_array_index (ids, i));
    }
  return dd_form_to_request (form);
}

static void
subnet_free (gpointer data)
{
  DdSubnet *subnet = data;

  g_free (subnet->id);
  g_free (subnet->zone);
  g_free (subnet);
}

static char *
text_of (const DdValue *item, const char *key)
{
  const char *text = dd_value_path_string (item, key);

  return g_strdup (text == NULL ? "" : text);
}

GPtrArray *
dd_subnets_from_reply (const DdReply *reply, GError **error)
{
  g_autoptr (DdValue) body = dd_xml_parse (reply->body, error);
  const DdValue *list = dd_value_member (body, "subnetSet");
  GPtrArray *subnets;

  if (body == NULL)
    return NULL;
  subnets = g_ptr_array_new_with_free_func (subnet_free);
  for (gsize i = 0; i < dd_value_length (list); i++)
    {
      const DdValue *item = dd_value_element (list, i);
      DdSubnet *subnet = g_new0 (DdSubnet, 1);

      subnet->id = text_of (item, "subnetId");
      subnet->zone = text_of (item, "availabilityZone");
      subnet->free_addresses = dd_xml_int (item, "availableIpAddressCount", 0);
      g_ptr_array_add (subnets, subnet);
    }
  return subnets;
}
