/* SPDX-License-Identifier: Apache-2.0 */
/* sim/aws/protocol/json.c: the AWS JSON 1.1 protocol (SSM), and what it shares with REST-JSON
 *
 * Imitates: AWS JSON 1.1 protocol (Smithy): the operation is named by X-Amz-Target, errors by
 * __type in the body. */
#include "config.h"

#include "sim/aws/protocol/protocol.h"

#define CONTENT_TYPE "application/x-amz-json-1.1"

/* A null member counts as absent. Most bodies have none and are shared as they are. */
static DdValue *
without_nulls (const DdValue *value)
{
  DdValue *clean;

  if (dd_value_type (value) != DD_OBJECT)
    return dd_value_ref (value);
  clean = dd_value_ref (value);
  for (gsize i = 0; i < dd_value_length (value); i++)
    {
      const char *key = dd_value_key (value, i);
      const DdValue *member = dd_value_nth (value, i);
      g_autoptr (DdValue) changed = NULL;
      DdValue *next;

      if (dd_value_type (member) != DD_NULL && dd_value_type (member) != DD_OBJECT)
        continue;
      if (dd_value_type (member) == DD_OBJECT)
        changed = without_nulls (member);
      if (changed == member)
        continue;
      next = dd_value_with_member (clean, key, g_steal_pointer (&changed));
      dd_value_unref (clean);
      clean = next;
    }
  return clean;
}

DdValue *
aws_json_body (const SimRequest *request, GError **error)
{
  g_autoptr (DdValue) value = NULL;
  g_autoptr (GError) reason = NULL;

  if (request->body == NULL || g_bytes_get_size (request->body) == 0)
    return dd_object_empty ();
  value = dd_value_parse_bytes (request->body, &reason);
  if (value == NULL)
    {
      g_set_error (error, AWS_ERROR, AWS_SERIALIZATION, "The body is not JSON: %s",
                   reason->message);
      return NULL;
    }
  if (dd_value_type (value) != DD_OBJECT)
    {
      g_set_error (error, AWS_ERROR, AWS_SERIALIZATION, "The body is %s, not an object",
                   dd_type_name (dd_value_type (value)));
      return NULL;
    }
  return without_nulls (value);
}

static gboolean
read_json (AwsCall *call, const SimRequest *request, GError **error)
{
  const char *target = dd_headers_get (request->headers, "X-Amz-Target");
  const char *dot = target != NULL ? strrchr (target, '.') : NULL;

  if (dot == NULL)
    {
      call->name = g_strdup (target != NULL ? target : "without X-Amz-Target");
      return TRUE;
    }
  call->name = g_strdup (dot + 1);
  call->operation = aws_service_operation (call->service, call->name);
  call->input = aws_json_body (request, error);
  return call->input != NULL;
}

static SimResponse *
answer_json (const AwsCall *call, const DdValue *output, const char *request_id)
{
  SimResponse *response = sim_response_new (200, CONTENT_TYPE, dd_value_to_bytes (output));

  (void) call;
  dd_headers_add (response->headers, "x-amzn-RequestId", request_id);
  return response;
}

SimResponse *
aws_json_refuse (const AwsRefusal *refusal, const char *request_id, const char *content_type,
                 DdValue *body)
{
  g_autoptr (DdValue) taken = body;
  SimResponse *response
      = sim_response_new (refusal->status, content_type, dd_value_to_bytes (taken));

  dd_headers_add (response->headers, "x-amzn-RequestId", request_id);
  if (refusal->retry_after_seconds > 0)
    {
      g_autofree char *seconds
          = g_strdup_printf ("%" G_GINT64_FORMAT, refusal->retry_after_seconds);

      dd_headers_add (response->headers, "Retry-After", seconds);
    }
  return response;
}

/* SSM sends ParameterNotFound without a message; the AWS CLI then shows an empty one. */
static SimResponse *
refuse_json (const AwsService *service, const AwsRefusal *refusal, const char *request_id)
{
  const char *message = *refusal->message != '\0' ? refusal->message : NULL;

  (void) service;
  return aws_json_refuse (
      refusal, request_id, CONTENT_TYPE,
      dd_object ("__type", dd_string (refusal->code), "message", dd_string (message), NULL));
}

const AwsProtocolClass aws_protocol_json = { read_json, answer_json, refuse_json };
