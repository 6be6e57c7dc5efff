/* SPDX-License-Identifier: Apache-2.0 */
/* The `continue` parameter of a list: where a page goes on, and in which state.
 *
 * Imitates: apiserver's storage/continue.go: base64url without padding of
 * {"v":"meta.k8s.io/v1","rv":N,"start":"KEY\0"}. */
#include "config.h"

#include <string.h>

#include "sim/kube/error.h"
#include "sim/kube/serve/page-token.h"

void
kube_page_token_clear (KubePageToken *token)
{
  g_clear_pointer (&token->start, g_free);
}

char *
kube_page_token_write (gint64 revision, const char *key)
{
  g_autoptr (DdValue) start = dd_string (key);
  g_autofree char *quoted = dd_value_to_text (start);
  g_autofree char *json = NULL;
  char *text;

  quoted[strlen (quoted) - 1] = '\0';
  json = g_strdup_printf ("{\"v\":\"meta.k8s.io/v1\",\"rv\":%" G_GINT64_FORMAT
                          ",\"start\":%s\\u0000\"}",
                          revision, quoted);
  text = g_base64_encode ((const guchar *) json, strlen (json));
  g_strdelimit (text, "+", '-');
  g_strdelimit (text, "/", '_');
  text[strcspn (text, "=")] = '\0';
  return text;
}

static gboolean
refuse_token (GError **error, const char *why)
{
  g_set_error (error, KUBE_ERROR, KUBE_BAD_REQUEST,
               "invalid continue token: continue key is not valid: %s", why);
  return FALSE;
}

gboolean
kube_page_token_parse (const char *text, KubePageToken *out_token, GError **error)
{
  g_autoptr (GString) padded = g_string_new (text);
  g_autoptr (DdValue) value = NULL;
  g_autoptr (GError) problem = NULL;
  g_autofree guchar *decoded = NULL;
  g_autoptr (GString) json = NULL;
  gsize length = 0;
  const char *start;

  g_strdelimit (padded->str, "-", '+');
  g_strdelimit (padded->str, "_", '/');
  while (padded->len % 4 != 0)
    g_string_append_c (padded, '=');
  decoded = g_base64_decode (padded->str, &length);
  json = g_string_new_len ((const char *) decoded, (gssize) length);
  g_string_replace (json, "\\u0000", "", 0); /* the key's end, which no text of ours may hold */
  value = dd_value_parse (json->str, json->len, NULL, &problem);
  if (value == NULL)
    return refuse_token (error, problem->message);
  if (g_strcmp0 (dd_value_path_string (value, "v"), "meta.k8s.io/v1") != 0)
    return refuse_token (error, "server does not recognize this encoded version");
  start = dd_value_path_string (value, "start");
  if (start == NULL || start[0] == '\0' || dd_value_path_int (value, "rv", 0) == 0)
    return refuse_token (error, "incorrect encoded start resourceVersion");
  out_token->revision = dd_value_path_int (value, "rv", 0);
  out_token->start = g_strdup (start[0] == '/' ? start + 1 : start);
  return TRUE;
}
