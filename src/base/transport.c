/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "base/transport.h"

DdHeaders *
dd_headers_new (void)
{
  DdHeaders *headers = g_rc_box_new0 (DdHeaders);

  headers->pairs = g_ptr_array_new_with_free_func (g_free);
  return headers;
}

DdHeaders *
dd_headers_copy (const DdHeaders *headers)
{
  DdHeaders *copy = dd_headers_new ();

  for (guint i = 0; i + 1 < headers->pairs->len; i += 2)
    dd_headers_add (copy, headers->pairs->pdata[i], headers->pairs->pdata[i + 1]);
  return copy;
}

DdHeaders *
dd_headers_ref (DdHeaders *headers)
{
  return g_rc_box_acquire (headers);
}

static void
headers_clear (gpointer data)
{
  g_clear_pointer (&((DdHeaders *) data)->pairs, g_ptr_array_unref);
}

void
dd_headers_unref (DdHeaders *headers)
{
  if (headers != NULL)
    g_rc_box_release_full (headers, headers_clear);
}

void
dd_headers_add (DdHeaders *headers, const char *name, const char *value)
{
  g_ptr_array_add (headers->pairs, g_strdup (name));
  g_ptr_array_add (headers->pairs, g_strdup (value));
}

const char *
dd_headers_get (const DdHeaders *headers, const char *name)
{
  for (guint i = 0; headers != NULL && i + 1 < headers->pairs->len; i += 2)
    if (g_ascii_strcasecmp (headers->pairs->pdata[i], name) == 0)
      return headers->pairs->pdata[i + 1];
  return NULL;
}

DdRequest *
dd_request_new (const char *service, const char *method, const char *target)
{
  DdRequest *request = g_new0 (DdRequest, 1);

  request->service = g_strdup (service);
  request->method = g_strdup (method);
  request->target = g_strdup (target);
  request->headers = dd_headers_new ();
  request->timeout = 30 * DD_SECOND;
  return request;
}

DdRequest *
dd_request_copy (const DdRequest *request)
{
  DdRequest *copy = dd_request_new (request->service, request->method, request->target);

  dd_headers_unref (copy->headers);
  copy->headers = dd_headers_ref (request->headers);
  copy->body = request->body == NULL ? NULL : g_bytes_ref (request->body);
  copy->timeout = request->timeout;
  return copy;
}

void
dd_request_free (DdRequest *request)
{
  if (request == NULL)
    return;
  g_free (request->service);
  g_free (request->method);
  g_free (request->target);
  dd_headers_unref (request->headers);
  g_clear_pointer (&request->body, g_bytes_unref);
  g_free (request);
}

DdReply *
dd_reply_new (guint status, const char *content_type, GBytes *body)
{
  DdReply *reply = g_new0 (DdReply, 1);

  reply->status = status;
  reply->headers = dd_headers_new ();
  reply->body = body;
  if (content_type != NULL)
    dd_headers_add (reply->headers, "Content-Type", content_type);
  return reply;
}

DdReply *
dd_reply_new_error (GError *error)
{
  DdReply *reply = g_new0 (DdReply, 1);

  reply->headers = dd_headers_new ();
  reply->error = error;
  return reply;
}

void
dd_reply_free (DdReply *reply)
{
  if (reply == NULL)
    return;
  dd_headers_unref (reply->headers);
  g_clear_pointer (&reply->body, g_bytes_unref);
  g_clear_error (&reply->error);
  g_free (reply);
}

guint64
dd_transport_send (DdTransport *transport, DdRequest *request, DdReplyFunc func, gpointer data)
{
  return transport->klass->send (transport, request, func, data);
}

void
dd_transport_cancel (DdTransport *transport, guint64 id)
{
  if (id != 0)
    transport->klass->cancel (transport, id);
}
