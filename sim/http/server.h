/* SPDX-License-Identifier: Apache-2.0 */
/* sim/http/server.h: the front door: HTTP/1.1 on a socket, over TLS or not, turned into calls of
 * one function */
#pragma once

#include "sim/world/router.h"

G_BEGIN_DECLS

typedef struct _SimServer SimServer;

/* Answers a request. Runs on the thread of the server's main context, never twice at once. */
typedef SimResponse *(*SimHandler) (const SimRequest *request, gpointer data);

typedef struct
{
  GMainContext *context; /* NULL: the default one */
  const char *address;   /* "127.0.0.1:4566", "[::1]:0", "localhost:8080"; port 0 picks one */
  const char *unix_path; /* instead of ADDRESS: a socket file that does not exist yet */
  const char *certificate, *key; /* PEM: clients speak TLS to it; NULL: plain HTTP */
  const char *client_ca;         /* PEM: who may vouch for clients; NULL: they are not asked */
  guint idle_seconds; /* wall time without a byte after which a connection ends; 0: never */
  SimHandler handler;
  DdUsec (*now) (gpointer data); /* the world's time, for the Date header */
  gpointer data;                 /* for both */
} SimServerOptions;

/* NULL with a G_IO_ERROR: the address makes no sense, is in use, is not ours. Requests are answered
 * while the main context runs, not before. */
SimServer *sim_server_new (const SimServerOptions *options, GError **error);
/* Ends every connection; a watch under way is cut. */
void sim_server_free (SimServer *server);

/* "http://127.0.0.1:4566", or https, where this machine reaches it; NULL for a Unix socket. */
const char *sim_server_url (const SimServer *server);
guint sim_server_connections (const SimServer *server);
guint sim_server_streams (const SimServer *server);

/* Ends every stream as if its reader had said so and frees it at once: the world behind it goes. */
void sim_server_end_streams (SimServer *server);
/* Ends the connections that have been in the middle of sending one request since the call before
 * last. Called every few seconds it keeps slow and half-open clients from piling up. */
void sim_server_sweep (SimServer *server);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (SimServer, sim_server_free)

G_END_DECLS
