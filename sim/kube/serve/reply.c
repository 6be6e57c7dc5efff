/* SPDX-License-Identifier: Apache-2.0 */
/* Answers of the API server, in the form that the client accepts. */
#include "config.h"

#include <string.h>

#include "sim/kube/protobuf/protobuf.h"
#include "sim/kube/serve/reply.h"
#include "sim/kube/serve/table.h"

static void
add_audit_id (const KubeRequest *request, SimResponse *response)
{
  const char *own = dd_headers_get (request->wire->headers, "Audit-Id");
  g_autofree char *made = NULL;

  if (own == NULL || own[0] == '\0')
    own = made = dd_random_uuid (request->api->audits);
  dd_headers_add (response->headers, "Audit-Id", own);
}

/* RFC 7234, Warning; 299 is "miscellaneous persistent warning". */
static void
add_warnings (const KubeRequest *request, SimResponse *response)
{
  for (guint i = 0; i < request->warnings->len; i++)
    {
      g_autofree char *quoted = g_strescape (request->warnings->pdata[i], NULL);
      g_autofree char *text = g_strdup_printf ("299 - \"%s\"", quoted);

      dd_headers_add (response->headers, "Warning", text);
    }
}

SimResponse *
kube_reply_start (const KubeRequest *request, guint status, const char *content_type, GBytes *body)
{
  SimResponse *response = sim_response_new (status, content_type, body);

  add_audit_id (request, response);
  dd_headers_add (response->headers, "Cache-Control", "no-cache, private");
  add_warnings (request, response);
  return response;
}

gboolean
kube_reply_is_plain (const KubeRequest *request)
{
  return !request->yaml && !request->pretty && !request->protobuf;
}

SimResponse *
kube_reply_json (const KubeRequest *request, guint status, GBytes *bytes)
{
  return kube_reply_start (request, status, "application/json", bytes);
}

static GBytes *
text_to_bytes (char *text)
{
  return g_bytes_new_take (text, strlen (text));
}

SimResponse *
kube_reply_value (const KubeRequest *request, guint status, DdValue *value)
{
  g_autoptr (DdValue) taken = value;
  GBytes *message = request->protobuf ? kube_envelope_write (taken) : NULL;

  if (message != NULL)
    return kube_reply_start (request, status, KUBE_PROTOBUF, message);
  if (request->yaml)
    return kube_reply_start (request, status, "application/yaml",
                             text_to_bytes (kube_yaml_text (taken)));
  if (request->pretty)
    return kube_reply_json (request, status, text_to_bytes (dd_value_to_pretty_text (taken)));
  return kube_reply_json (request, status, dd_value_to_bytes (taken));
}

SimResponse *
kube_reply_text (const KubeRequest *request, guint status, const char *text)
{
  SimResponse *response = kube_reply_start (request, status, "text/plain; charset=utf-8",
                                            g_bytes_new (text, strlen (text)));

  dd_headers_add (response->headers, "X-Content-Type-Options", "nosniff");
  return response;
}

SimResponse *
kube_reply_error (const KubeRequest *request, GError *error)
{
  g_autoptr (GError) taken = error;
  gint64 wait = dd_value_path_int (kube_error_details (taken), "retryAfterSeconds", 0);
  SimResponse *response
      = kube_reply_value (request, kube_error_http_status (taken), kube_error_to_status (taken));

  if (wait > 0)
    {
      g_autofree char *seconds = g_strdup_printf ("%" G_GINT64_FORMAT, wait);
      dd_headers_add (response->headers, "Retry-After", seconds);
    }
  return response;
}

DdValue *
kube_object_to_value (const SimObject *object)
{
  g_auto (DdBuilder) builder = dd_builder_object ();

  dd_builder_set (&builder, "kind", dd_string (object->kind->kind));
  dd_builder_set (&builder, "apiVersion", dd_string_take (kube_kind_api_version (object->kind)));
  for (gsize i = 0; i < dd_value_length (object->value); i++)
    dd_builder_set (&builder, dd_value_key (object->value, i),
                    dd_value_ref (dd_value_nth (object->value, i)));
  return dd_builder_end (&builder);
}

static SimResponse *
reply_shown (const KubeRequest *request, guint status, SimObject *object)
{
  switch (request->shape)
    {
    case KUBE_SHAPE_TABLE:
      return kube_reply_value (request, status, kube_table_of_object (request, object));
    case KUBE_SHAPE_METADATA:
      return kube_reply_value (request, status,
                               kube_partial_metadata (object, request->shape_version));
    case KUBE_SHAPE_OBJECT:
      break;
    }
  if (kube_reply_is_plain (request))
    return kube_reply_json (request, status, g_bytes_ref (sim_object_bytes (object)));
  return kube_reply_value (request, status, kube_object_to_value (object));
}

SimResponse *
kube_reply_object (const KubeRequest *request, guint status, SimObject *object)
{
  g_autoptr (SimObject) shown = sim_object_as (object, request->kind);

  return reply_shown (request, status, shown);
}
