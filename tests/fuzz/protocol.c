/* SPDX-License-Identifier: Apache-2.0 */
/* The readers of the simulated AWS: a service's name, a method, a target and X-Amz-Target, a
 * line each, and a body, as the front door lets them in. What is read and checked is written as an
 * answer, and what is not, as a refusal. */
#include "config.h"

#include "fuzz.h"
#include "sim/aws/protocol/protocol.h"
#include "sim/http/request-check.h"

static const AwsService *const services[]
    = { &aws_eks, &aws_autoscaling, &aws_ec2, &aws_ssm, &aws_sts };

static void
read_call (const AwsService *service, const SimRequest *request)
{
  const AwsProtocolClass *protocol = aws_protocol_of (service);
  g_auto (AwsCall) call = { .service = service };
  g_autoptr (GError) error = NULL;
  g_autoptr (SimResponse) response = NULL;
  gboolean fine = protocol->read (&call, request, &error)
                  && (call.operation == NULL || aws_input_check (&call, &error));

  g_assert (fine == (error == NULL));
  if (fine && call.operation != NULL)
    response = protocol->answer (&call, call.input, "id");
  else if (!fine)
    {
      AwsRefusal refusal = { .code = aws_error_code_name (error->code),
                             .status = aws_error_code_status (error->code),
                             .message = error->message,
                             .details = aws_error_details (error) };

      response = protocol->refuse (service, &refusal, "id");
    }
  if (response != NULL)
    g_assert (g_utf8_validate_len (g_bytes_get_data (response->body, NULL),
                                   g_bytes_get_size (response->body), NULL));
}

int
fuzz_protocol (const guint8 *data, gsize size)
{
  FuzzInput input = { data, size };
  g_autofree char *name = fuzz_line (&input);
  g_autofree char *method = fuzz_line (&input);
  g_autofree char *target = fuzz_line (&input);
  g_autofree char *operation = fuzz_line (&input);
  g_autoptr (GBytes) body = g_bytes_new (input.data, input.size);
  g_autoptr (DdHeaders) headers = dd_headers_new ();
  SimRequest request = { method, target, headers, body };
  guint status;

  dd_headers_add (headers, "X-Amz-Target", operation);
  if (sim_request_fault ("HTTP/1.0", method, target, headers, &status) != NULL)
    return 0;
  for (guint i = 0; i < G_N_ELEMENTS (services); i++)
    if (g_str_equal (services[i]->name, name))
      read_call (services[i], &request);
  return 0;
}
