/* SPDX-License-Identifier: Apache-2.0 */
/* libcurl to our own libmicrohttpd and back. Both live on a main context of their own that runs
 * only while a request is carried, until its answer is complete: nothing else happens meanwhile,
 * so the world sees what it would see in a function call. */
#include "config.h"

#include "sim/http/loopback.h"

#include <glib/gstdio.h>

#include "net/http-transport.h"
#include "sim/http/server.h"
#include "sim/world/router.h"

typedef struct
{
  SimCarrier carrier;
  GMainContext *context;
  char *directory; /* holds the socket */
  SimServer *server;
  DdHttpTransport *client;
} Loopback;

static DdUsec
world_now (gpointer data)
{
  return sim_stage_now (((SimWorld *) data)->stage);
}

static SimResponse *
ask_world (const SimRequest *request, gpointer data)
{
  return sim_router_handle (data, request);
}

static void
keep_reply (const DdReply *reply, gpointer data)
{
  DdReply *kept;

  if (reply->error != NULL)
    kept = dd_reply_new_error (g_error_copy (reply->error));
  else
    {
      kept = dd_reply_new (reply->status, NULL, g_bytes_ref (reply->body));
      dd_headers_unref (kept->headers);
      kept->headers = dd_headers_ref (reply->headers);
    }
  *(DdReply **) data = kept;
}

static DdRequest *
copy_request (const DdRequest *request)
{
  DdRequest *copy = dd_request_new (request->service, request->method, request->target);

  for (guint i = 0; i + 1 < request->headers->pairs->len; i += 2)
    dd_headers_add (copy->headers, request->headers->pairs->pdata[i],
                    request->headers->pairs->pdata[i + 1]);
  if (request->body != NULL)
    copy->body = g_bytes_ref (request->body);
  return copy;
}

static DdReply *
loopback_carry (SimCarrier *self, const DdRequest *request)
{
  Loopback *loopback = (Loopback *) self;
  DdReply *reply = NULL;

  dd_transport_send (dd_http_transport_interface (loopback->client), copy_request (request),
                     keep_reply, &reply);
  while (reply == NULL)
    g_main_context_iteration (loopback->context, TRUE);
  return reply;
}

static void
loopback_free (SimCarrier *self)
{
  Loopback *loopback = (Loopback *) self;

  dd_http_transport_free (loopback->client);
  sim_server_free (loopback->server);
  if (loopback->directory != NULL)
    g_rmdir (loopback->directory);
  g_free (loopback->directory);
  g_main_context_unref (loopback->context);
  g_free (loopback);
}

static gboolean
open_server (Loopback *loopback, SimWorld *world, const char *path, GError **error)
{
  const SimServerOptions options = {
    .context = loopback->context,
    .unix_path = path,
    .handler = ask_world,
    .now = world_now,
    .data = world,
  };

  loopback->server = sim_server_new (&options, error);
  return loopback->server != NULL;
}

static gboolean
open_both_ends (Loopback *loopback, SimWorld *world, GError **error)
{
  static const char *const services[] = { "eks", "autoscaling", "ec2", "ssm", "sts", "kubernetes" };
  g_autofree char *path = NULL;
  DdHttpOptions options = { .context = loopback->context, .patient = TRUE };

  loopback->directory = g_dir_make_tmp ("drydock-XXXXXX", error);
  if (loopback->directory == NULL)
    return FALSE;
  path = g_build_filename (loopback->directory, "world", NULL);
  if (!open_server (loopback, world, path, error))
    return FALSE;
  options.unix_path = path;
  loopback->client = dd_http_transport_new (&options);
  for (guint i = 0; i < G_N_ELEMENTS (services); i++)
    dd_http_transport_set_endpoint (loopback->client, services[i], "http://world", NULL);
  return TRUE;
}

SimCarrier *
sim_carrier_new_loopback (SimWorld *world, GError **error)
{
  static const SimCarrierClass klass = { "loopback", loopback_carry, loopback_free };
  Loopback *loopback = g_new0 (Loopback, 1);

  loopback->carrier.klass = &klass;
  loopback->context = g_main_context_new ();
  if (open_both_ends (loopback, world, error))
    return &loopback->carrier;
  loopback_free (&loopback->carrier);
  return NULL;
}
