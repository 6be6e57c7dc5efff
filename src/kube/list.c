/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "kube/list.h"

/* A node of a busy cluster is 10 to 20 KB, most of it names of images. */
#define PAGE_SIZE 250
#define MAX_PAGE_BYTES (32 * 1024 * 1024)

DdValue *
dd_kube_list_from_reply (const DdReply *reply, char **out_token, GError **error)
{
  const DdJsonLimits limits = { .max_bytes = MAX_PAGE_BYTES };
  gsize size = 0;
  const char *text = reply->body == NULL ? NULL : g_bytes_get_data (reply->body, &size);
  DdValue *list = dd_value_parse (text == NULL ? "" : text, size, &limits, error);
  const char *token = dd_value_path_string (list, "metadata.continue");

  if (list != NULL)
    *out_token = token == NULL || *token == '\0' ? NULL : g_strdup (token);
  return list;
}

DdRequest *
dd_kube_list_request (const char *path, const char *selector_parameter, const char *selector,
                      const char *token)
{
  g_autoptr (GString) target = g_string_new (path);

  g_string_append_printf (target, "?limit=%d", PAGE_SIZE);
  if (selector != NULL)
    {
      g_string_append_printf (target, "&%s=", selector_parameter);
      g_string_append_uri_escaped (target, selector, NULL, FALSE);
    }
  if (token != NULL)
    {
      g_string_append (target, "&continue=");
      g_string_append_uri_escaped (target, token, NULL, FALSE);
    }
  return dd_request_new ("kubernetes", "GET", target->str);
}
