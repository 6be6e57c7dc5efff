/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "sim/stage/message.h"

SimResponse *
sim_response_new (guint status, const char *content_type, GBytes *body)
{
  SimResponse *response = g_new0 (SimResponse, 1);

  response->status = status;
  response->headers = dd_headers_new ();
  response->body = body;
  if (content_type != NULL)
    dd_headers_add (response->headers, "Content-Type", content_type);
  return response;
}

void
sim_response_free (SimResponse *response)
{
  if (response == NULL)
    return;
  g_clear_pointer (&response->headers, dd_headers_unref);
  g_clear_pointer (&response->body, g_bytes_unref);
  if (response->stream != NULL)
    response->stream->klass->free (response->stream);
  g_free (response);
}
