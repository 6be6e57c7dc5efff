/* SPDX-License-Identifier: Apache-2.0 */
/* The body of a request: JSON, YAML or protobuf in, one value out.
 *
 * Imitates: apiserver's handlers for create and update, whose error texts quote the body. */
#include "config.h"

#include <string.h>

#include "base/yaml.h"
#include "sim/kube/protobuf/protobuf.h"
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

static void set_unrecognized (GError **error, const char *wanted, const char *text, gsize length,
                              const char *why_format, ...) G_GNUC_PRINTF (5, 6);

static void
set_unrecognized (GError **error, const char *wanted, const char *text, gsize length,
                  const char *why_format, ...)
{
  g_autofree char *summary = summary_of (text, length);
  g_autofree char *why = NULL;
  va_list args;

  va_start (args, why_format);
  why = g_strdup_vprintf (why_format, args);
  va_end (args);
  g_set_error (error, KUBE_ERROR, KUBE_BAD_REQUEST,
               "the object provided is unrecognized (must be of type %s): %s (%s)", wanted, why,
               summary);
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
    set_unrecognized (error, wanted, text, length,
                      "couldn't get version/kind; json parse error: %s",
                      kube_json_problem (text, length, problem));
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

/* "v1" of "apps/v1". */
static const char *
bare_version (const char *api_version)
{
  const char *slash = strchr (api_version, '/');

  return slash != NULL ? slash + 1 : api_version;
}

/* What leaves out its type is of the type that is wanted. */
static void
fill_type (const KubeRequest *request, const char *wanted, KubeEnvelope *envelope)
{
  if (envelope->kind[0] == '\0')
    {
      g_free (envelope->kind);
      envelope->kind = g_strdup (wanted);
    }
  if (envelope->api_version[0] == '\0')
    {
      g_free (envelope->api_version);
      envelope->api_version = kube_kind_api_version (request->kind);
    }
}

/* A type without a table comes back as its name alone, and is refused for it. */
static DdValue *
parse_protobuf (const KubeRequest *request, const char *wanted, const char *text, gsize length,
                GError **error)
{
  g_auto (KubeEnvelope) envelope = { 0 };
  g_auto (DdBuilder) whole = dd_builder_object ();
  g_autoptr (GError) problem = NULL;
  g_autoptr (DdValue) value = NULL;
  const KubeStruct *type;

  if (!kube_envelope_open ((const guint8 *) text, length, &envelope, &problem))
    {
      set_unrecognized (error, wanted, text, length, "%s", problem->message);
      return NULL;
    }
  fill_type (request, wanted, &envelope);
  type = kube_type_find (envelope.api_version, envelope.kind);
  value = type != NULL ? kube_message_decode (type, envelope.raw, envelope.length, &problem)
                       : dd_object_empty ();
  if (value == NULL)
    {
      g_set_error (error, KUBE_ERROR, KUBE_BAD_REQUEST,
                   "%s in version \"%s\" cannot be handled as a %s: %s", envelope.kind,
                   bare_version (envelope.api_version), wanted, problem->message);
      return NULL;
    }
  dd_builder_set (&whole, "kind", dd_string (envelope.kind));
  dd_builder_set (&whole, "apiVersion", dd_string (envelope.api_version));
  for (gsize i = 0; i < dd_value_length (value); i++)
    dd_builder_set (&whole, dd_value_key (value, i), dd_value_ref (dd_value_nth (value, i)));
  return dd_builder_end (&whole);
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
  if (strcmp (type, KUBE_PROTOBUF) == 0)
    return parse_protobuf (request, wanted, text, length, error);
  kube_set_error (error, KUBE_UNSUPPORTED_MEDIA_TYPE, NULL,
                  "the body of the request was in an unknown format - accepted media types "
                  "include: application/json, application/yaml, " KUBE_PROTOBUF);
  return NULL;
}
