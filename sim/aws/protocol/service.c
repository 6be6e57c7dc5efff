/* SPDX-License-Identifier: Apache-2.0 */
/* sim/aws/protocol/service.c: one way through every AWS operation
 *
 * A protocol reads the request into an operation's row and an input object; faults may answer
 * before anything is looked at; the row's checks run; the handler answers with a plain value, which
 * the protocol writes. Nothing here knows any service, and no handler knows any protocol. */
#include "config.h"

#include "sim/aws/protocol/service.h"

#include "sim/aws/protocol/protocol.h"
#include "sim/stage/faults.h"

#include <string.h>

static const AwsProtocolClass *const protocols[] = {
  [AWS_REST_JSON] = &aws_protocol_rest_json,
  [AWS_JSON_1_1] = &aws_protocol_json,
  [AWS_QUERY] = &aws_protocol_query,
  [AWS_EC2] = &aws_protocol_ec2,
};

/* The texts that services send with errors that any operation may meet.
 * Imitates: Amazon EC2 API Reference, Error codes; AWS API Common Errors. */
static const struct
{
  const char *code, *text;
} usual_texts[] = {
  { "Throttling", "Rate exceeded" },
  { "ThrottlingException", "Rate exceeded" },
  { "RequestLimitExceeded", "Request limit exceeded." },
  { "ServiceUnavailable", "Service is unavailable. Please try again later." },
  { "ServiceUnavailableException", "Service is unavailable. Please try again later." },
  { "Unavailable", "The service is unavailable. Please try again later." },
  { "InternalError", "An internal error has occurred" },
  { "InternalServerError", "An internal server error occurred" },
  { "InternalFailure", "We encountered an internal error. Please try again." },
  { "ServerException", "Internal server error" },
};

const AwsProtocolClass *
aws_protocol_of (const AwsService *service)
{
  return protocols[service->protocol];
}

const AwsOperation *
aws_service_operation (const AwsService *service, const char *name)
{
  for (guint i = 0; i < service->n_operations; i++)
    if (g_strcmp0 (service->operations[i].name, name) == 0)
      return &service->operations[i];
  for (guint i = 0; name != NULL && service->tables != NULL && service->tables[i] != NULL; i++)
    for (const AwsOperation *row = service->tables[i]; row->name != NULL; row++)
      if (strcmp (row->name, name) == 0)
        return row;
  return NULL;
}

void
aws_call_clear (AwsCall *call)
{
  g_clear_pointer (&call->name, g_free);
  g_clear_pointer (&call->input, dd_value_unref);
}

/* The name that a request concerns most: the last part of its path, else the first name it gives.
 */
static const char *
call_subject (const AwsCall *call)
{
  const char *in_path = NULL, *in_body = NULL;

  if (call->operation == NULL)
    return NULL;
  for (const AwsField *field = call->operation->input; field->name != NULL; field++)
    {
      const DdValue *value = dd_value_member (call->input, field->name);

      if (field->place == AWS_IN_PATH)
        in_path = dd_value_string (value);
      else if (in_body == NULL && field->type == AWS_STRING)
        in_body = dd_value_string (value);
      else if (in_body == NULL && field->type == AWS_LIST)
        in_body = dd_value_string (dd_value_element (value, 0));
    }
  return in_path != NULL ? in_path : in_body;
}

static const char *
usual_text (const char *code)
{
  for (guint i = 0; i < G_N_ELEMENTS (usual_texts); i++)
    if (strcmp (usual_texts[i].code, code) == 0)
      return usual_texts[i].text;
  return "";
}

/* AWS JSON 1.1 answers every mistake of the sender with 400. */
static guint
status_for (const AwsService *service, const char *code)
{
  AwsErrorCode known;
  guint status = aws_error_code_from_name (code, &known) ? aws_error_code_status (known) : 400;

  return service->protocol == AWS_JSON_1_1 && status < 500 ? 400 : status;
}

static SimResponse *
refuse (const AwsCall *call, const GError *error, const char *request_id)
{
  AwsRefusal refusal = {
    .code = aws_error_code_name (error->code),
    .message = error->message,
    .details = aws_error_details (error),
  };

  refusal.status = status_for (call->service, refusal.code);
  return aws_protocol_of (call->service)->refuse (call->service, &refusal, request_id);
}

static SimResponse *
refuse_by_fault (const AwsCall *call, const SimFault *fault, const char *request_id)
{
  AwsRefusal refusal = {
    .code = fault->error,
    .status = fault->status != 0 ? fault->status : status_for (call->service, fault->error),
    .message = fault->message != NULL ? fault->message : usual_text (fault->error),
    .retry_after_seconds = fault->retry_after_seconds,
  };

  return aws_protocol_of (call->service)->refuse (call->service, &refusal, request_id);
}

static void
trace_not_modelled (const AwsCall *call, const AwsDoor *door, const char *why)
{
  sim_stage_trace (door->stage, call->service->name, DD_EVENT_NOT_MODELLED, NULL,
                   dd_object ("service", dd_string (call->service->name), "operation",
                              dd_string (call->name), "why", dd_string (why), NULL));
}

static void
refuse_operation (const AwsCall *call, GError **error)
{
  gboolean query = call->service->protocol == AWS_QUERY || call->service->protocol == AWS_EC2;

  g_set_error (error, AWS_ERROR, query ? AWS_INVALID_ACTION : AWS_UNKNOWN_OPERATION,
               "The operation %s of %s is not modelled by Drydock.", call->name,
               call->service->name);
}

/* Imitates: Amazon EC2 API Reference, Common Query Parameters, DryRun. */
static gboolean
is_dry_run (const AwsCall *call, GError **error)
{
  if (call->service->protocol != AWS_EC2 || !dd_value_path_bool (call->input, "DryRun", FALSE))
    return FALSE;
  g_set_error (error, AWS_ERROR, AWS_DRY_RUN,
               "Request would have succeeded, but DryRun flag is set.");
  return TRUE;
}

/* What the operation answers, once the request was read. */
static DdValue *
execute (AwsCall *call, const AwsDoor *door, GError **error)
{
  if (call->operation == NULL)
    {
      trace_not_modelled (call, door, "operation");
      refuse_operation (call, error);
      return NULL;
    }
  if (!aws_input_check (call, error) || is_dry_run (call, error))
    return NULL;
  return call->operation->handler (door->cloud, call->input, error);
}

SimResponse *
aws_service_handle (const AwsService *service, const AwsDoor *door, const SimRequest *request)
{
  const AwsProtocolClass *protocol = aws_protocol_of (service);
  g_autofree char *request_id = dd_random_uuid (door->request_ids);
  g_auto (AwsCall) call = { .service = service };
  g_autoptr (DdValue) output = NULL;
  g_autoptr (GError) error = NULL;
  gboolean was_read = protocol->read (&call, request, &error);
  const SimFault *fault
      = sim_faults_match (door->stage->faults, service->name, call.name, call_subject (&call));

  if (fault != NULL && fault->error != NULL)
    return refuse_by_fault (&call, fault, request_id);
  if (was_read)
    output = execute (&call, door, &error);
  if (call.not_modelled)
    trace_not_modelled (&call, door, error->message);
  return output != NULL ? protocol->answer (&call, output, request_id)
                        : refuse (&call, error, request_id);
}

DdValue *
aws_service_call (const AwsService *service, const AwsDoor *door, const char *operation,
                  const DdValue *input, GError **error)
{
  g_auto (AwsCall) call = { .service = service };

  call.operation = aws_service_operation (service, operation);
  call.name = g_strdup (operation);
  call.input = dd_value_ref (input);
  return execute (&call, door, error);
}
