/* SPDX-License-Identifier: Apache-2.0 */
/* sim/aws/protocol/rest-json.c: the AWS REST-JSON protocol (EKS)
 *
 * The operation is the row whose method and path fit; its input comes from the path, the query
 * string and the body. Imitates: AWS restJson1 protocol (Smithy). */
#include "config.h"

#include "sim/aws/protocol/protocol.h"

#define CONTENT_TYPE "application/json"

/* The target up to the query, cut at the slashes; a NULL-terminated vector. */
static char **
path_segments (const char *target)
{
  g_autofree char *path = g_strndup (target, strcspn (target, "?#"));
  gsize length = strlen (path);

  if (length > 1 && path[length - 1] == '/')
    path[length - 1] = '\0';
  return g_strsplit (*path == '/' ? path + 1 : path, "/", -1);
}

/* "{nodegroupName}" */
static gboolean
is_variable (const char *segment)
{
  return *segment == '{';
}

static gboolean
path_fits (const char *path, char **segments)
{
  g_auto (GStrv) pattern = g_strsplit (path + 1, "/", -1);

  if (g_strv_length (pattern) != g_strv_length (segments))
    return FALSE;
  for (guint i = 0; pattern[i] != NULL; i++)
    if (is_variable (pattern[i]) ? *segments[i] == '\0' : strcmp (pattern[i], segments[i]) != 0)
      return FALSE;
  return TRUE;
}

static const AwsOperation *
find_operation (const AwsService *service, const char *method, char **segments)
{
  for (guint i = 0; i < service->n_operations; i++)
    {
      const AwsOperation *operation = &service->operations[i];

      if (g_str_equal (operation->method, method) && path_fits (operation->path, segments))
        return operation;
    }
  return NULL;
}

static gboolean
read_path (AwsCall *call, DdBuilder *input, char **segments, GError **error)
{
  g_auto (GStrv) pattern = g_strsplit (call->operation->path + 1, "/", -1);

  for (guint i = 0; pattern[i] != NULL; i++)
    {
      g_autofree char *name = NULL;
      g_autofree char *text = NULL;

      if (!is_variable (pattern[i]))
        continue;
      name = g_strndup (pattern[i] + 1, strcspn (pattern[i] + 1, "+}"));
      text = g_uri_unescape_string (segments[i], NULL);
      if (text == NULL || !g_utf8_validate (text, -1, NULL))
        {
          g_set_error (error, AWS_ERROR, AWS_INVALID_REQUEST, "The path's %s cannot be read", name);
          return FALSE;
        }
      dd_builder_set (input, name, dd_string (text));
    }
  return TRUE;
}

/* ---- the query string ---- */

typedef struct
{
  AwsCall *call;
  DdValue *input; /* grows */
  GError **error;
} QueryReader;

static const AwsField *
query_field (const AwsOperation *operation, const char *name)
{
  for (const AwsField *field = operation->input; field->name != NULL; field++)
    if (field->place == AWS_IN_QUERY
        && strcmp (field->wire_name != NULL ? field->wire_name : field->name, name) == 0)
      return field;
  return NULL;
}

static gboolean
read_pair (const char *name, const char *value, gpointer data)
{
  QueryReader *reader = data;
  const AwsField *field = query_field (reader->call->operation, name);
  const DdValue *old;
  DdValue *leaf;
  DdValue *next;

  if (g_str_has_prefix (name, "X-Amz-"))
    return TRUE;
  if (field == NULL)
    {
      aws_refuse_field (reader->call, name, reader->error);
      return FALSE;
    }
  leaf = aws_scalar_from_text (reader->call, field->type == AWS_LIST ? field->element : field->type,
                               value, name, reader->error);
  if (leaf == NULL)
    return FALSE;
  old = dd_value_member (reader->input, field->name);
  if (field->type == AWS_LIST)
    leaf = dd_value_with_element (old, leaf);
  next = dd_value_with_member (reader->input, field->name, leaf);
  dd_value_unref (reader->input);
  reader->input = next;
  return TRUE;
}

static gboolean
read_query (AwsCall *call, const char *target, DdValue **input, GError **error)
{
  const char *query = strchr (target, '?');
  QueryReader reader = { call, *input, error };
  gboolean done
      = query == NULL || aws_form_parse (query + 1, strlen (query + 1), read_pair, &reader);

  *input = reader.input;
  if (!done && error != NULL && *error == NULL)
    g_set_error (error, AWS_ERROR, AWS_INVALID_REQUEST, "The query string cannot be read");
  return done;
}

/* ---- the protocol ---- */

static gboolean
read_rest_json (AwsCall *call, const SimRequest *request, GError **error)
{
  g_auto (GStrv) segments = path_segments (request->target);
  g_autoptr (DdValue) body = NULL;
  g_auto (DdBuilder) input = dd_builder_object ();

  call->operation = find_operation (call->service, request->method, segments);
  if (call->operation == NULL)
    {
      g_autofree char *path = g_strndup (request->target, strcspn (request->target, "?"));

      call->name = g_strdup_printf ("%s %s", request->method, path);
      return TRUE;
    }
  call->name = g_strdup (call->operation->name);
  body = aws_json_body (request, error);
  if (body == NULL || !read_path (call, &input, segments, error))
    return FALSE;
  for (gsize i = 0; i < dd_value_length (body); i++)
    dd_builder_set (&input, dd_value_key (body, i), dd_value_ref (dd_value_nth (body, i)));
  call->input = dd_builder_end (&input);
  return read_query (call, request->target, &call->input, error);
}

static SimResponse *
answer_rest_json (const AwsCall *call, const DdValue *output, const char *request_id)
{
  SimResponse *response = sim_response_new (200, CONTENT_TYPE, dd_value_to_bytes (output));

  (void) call;
  dd_headers_add (response->headers, "x-amzn-RequestId", request_id);
  return response;
}

static SimResponse *
refuse_rest_json (const AwsService *service, const AwsRefusal *refusal, const char *request_id)
{
  g_autoptr (DdValue) message = dd_object ("message", dd_string (refusal->message), NULL);
  DdValue *body = refusal->details != NULL ? dd_value_merge (message, refusal->details)
                                           : dd_value_ref (message);
  SimResponse *response = aws_json_refuse (refusal, request_id, CONTENT_TYPE, body);

  (void) service;
  dd_headers_add (response->headers, "x-amzn-ErrorType", refusal->code);
  return response;
}

const AwsProtocolClass aws_protocol_rest_json
    = { read_rest_json, answer_rest_json, refuse_rest_json };
