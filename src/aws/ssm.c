/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "aws/ssm.h"

#include "base/value.h"

DdRequest *
dd_ssm_get_parameters (const char *const *names)
{
  DdRequest *request = dd_request_new ("ssm", "POST", "/");
  g_auto (DdBuilder) list = dd_builder_array ();
  g_autoptr (DdValue) body = NULL;

  for (guint i = 0; names[i] != NULL; i++)
    dd_builder_add (&list, dd_string (names[i]));
  body = dd_object ("Names", dd_builder_end (&list), NULL);

  dd_headers_add (request->headers, "Content-Type", "application/x-amz-json-1.1");
  dd_headers_add (request->headers, "X-Amz-Target", "AmazonSSM.GetParameters");
  request->body = dd_value_to_bytes (body);
  return request;
}

GHashTable *
dd_parameters_from_reply (const DdReply *reply, GError **error)
{
  g_autoptr (DdValue) body = dd_value_parse_bytes (reply->body, error);
  g_autoptr (GHashTable) values = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  const DdValue *list = dd_value_member (body, "Parameters");

  if (body == NULL)
    {
      g_prefix_error (error, "parameters: ");
      return NULL;
    }
  for (gsize i = 0; i < dd_value_length (list); i++)
    {
      const DdValue *parameter = dd_value_element (list, i);
      const char *name = dd_value_path_string (parameter, "Name");
      const char *value = dd_value_path_string (parameter, "Value");

      if (name != NULL && value != NULL)
        g_hash_table_replace (values, g_strdup (name), g_strdup (value));
    }
  return g_steal_pointer (&values);
}
