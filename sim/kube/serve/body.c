/* SPDX-License-Identifier: Apache-2.0 */
/* The body of a request: JSON or YAML in, one value out.
 *
 * Imitates: apiserver's handlers for create and update, whose error texts quote the body. */
#include "config.h"

#include <string.h>

#include "base/yaml.h"
#include "sim/kube/serve/request.h"

#define QUOTED_BYTES 30

char *
kube_request_content_type (const KubeRequest *request)
{
  const char *header = dd_headers_get (request->wire->headers, "Content-Type");
  g_autofree char *type = NULL;

  if (header == NULL)
    return g_strdup ("");
  type = g_strndup (header, strcspn (header, ";"));
  return g_ascii_strdown (g_strstrip (type), -1);
}

/* The beginning of a body as error texts show it: as it is when it looks like JSON, else in hex. */
static char *
summary_of (const char *text, gsize length)
{
  GString *out = g_string_new (NULL);
  gsize shown = MIN (length, QUOTED_BYTES);

  if (length == 0)
    return g_string_free (g_string_append (out, "<empty>"), FALSE);
  if (text[0] == '{' && g_utf8_validate (text, (gssize) shown, NULL))
    g_string_append_len (out, text, (gssize) shown);
  else
    for (gsize i = 0; i < shown; i++)
      g_string_append_printf (out, "%02x", (guchar) text[i]);
  if (shown < length)
    g_string_append (out, " ...");
  return g_string_free (out, FALSE);
}

static void
set_unrecognized (GError **error, const char *wanted, const char *why, const char *text,
                  gsize length)
{
  g_autofree char *summary = summary_of (text, length);

  g_set_error (error, KUBE_ERROR, KUBE_BAD_REQUEST,
               "the object provided is unrecognized (must be of type %s): couldn't get "
               "version/kind; json parse error: %s (%s)",
               wanted, why, summary);
}

/* Whether TEXT merely stops too early: brackets are still open, or there is nothing. */
static gboolean
is_cut_off (const char *text, gsize length)
{
  gint64 depth = 0;
  gboolean quoted = FALSE;

  for (gsize i = 0; i < length; i++)
    if (quoted)
      {
        if (text[i] == '\\')
          i++;
        else if (text[i] == '"')
          quoted = FALSE;
      }
    else if (text[i] == '"')
      quoted = TRUE;
    else
      depth += (text[i] == '{' || text[i] == '[') - (text[i] == '}' || text[i] == ']');
  return quoted || depth > 0 || length == 0;
}

const char *
kube_json_problem (const char *text, gsize length, const GError *problem)
{
  return is_cut_off (text, length) ? "unexpected end of JSON input" : problem->message;
}

static DdValue *
parse_json (const char *wanted, const char *text, gsize length, GPtrArray *duplicates,
            GError **error)
{
  DdJsonLimits limits = { .allow_duplicate_keys = TRUE };
  g_autoptr (GError) problem = NULL;
  DdValue *value = dd_value_parse_with_duplicates (text, length, &limits, duplicates, &problem);

  if (value == NULL)
    set_unrecognized (error, wanted, kube_json_problem (text, length, problem), text, length);
  return value;
}

static DdValue *
parse_yaml (const char *wanted, const char *text, gsize length, GError **error)
{
  g_autoptr (GError) problem = NULL;
  g_autoptr (DdYamlFile) file = dd_yaml_parse ("body", text, length, &problem);

  if (file != NULL && file->documents->len == 1)
    return dd_value_ref (((DdYaml *) file->documents->pdata[0])->value);
  g_set_error (error, KUBE_ERROR, KUBE_BAD_REQUEST,
               "the object provided is unrecognized (must be of type %s): error converting YAML to "
               "JSON: %s",
               wanted, problem != NULL ? problem->message : "there must be exactly one document");
  return NULL;
}

static void
refuse_media_type (const KubeRequest *request, const char *type, GError **error)
{
  if (strcmp (type, "application/vnd.kubernetes.protobuf") != 0)
    {
      kube_set_error (error, KUBE_UNSUPPORTED_MEDIA_TYPE, NULL,
                      "the body of the request was in an unknown format - accepted media types "
                      "include: application/json, application/yaml");
      return;
    }
  sim_stage_trace (request->api->stage, "kube-apiserver", DD_EVENT_NOT_MODELLED, request->path,
                   dd_object ("service", dd_string ("kubernetes"), "operation",
                              dd_string ("protobuf request body"), NULL));
  kube_set_error (error, KUBE_UNSUPPORTED_MEDIA_TYPE, NULL,
                  "protobuf request bodies (application/vnd.kubernetes.protobuf) are not modelled "
                  "by Drydock - accepted media types include: application/json, application/yaml");
}

DdValue *
kube_request_body (const KubeRequest *request, const char *wanted, GPtrArray *duplicates,
                   GError **error)
{
  g_autofree char *type = kube_request_content_type (request);
  gsize length = 0;
  const char *text
      = request->wire->body != NULL ? g_bytes_get_data (request->wire->body, &length) : "";

  if (text == NULL)
    text = "";
  if (length > DD_JSON_MAX_BYTES)
    {
      kube_set_error (error, KUBE_TOO_LARGE, dd_object_empty (),
                      "Request entity too large: limit is %d", DD_JSON_MAX_BYTES);
      return NULL;
    }
  if (strcmp (type, "application/yaml") == 0)
    return parse_yaml (wanted, text, length, error);
  if (type[0] == '\0' || strcmp (type, "application/json") == 0)
    return parse_json (wanted, text, length, duplicates, error);
  refuse_media_type (request, type, error);
  return NULL;
}
