/* SPDX-License-Identifier: Apache-2.0 */
/* libmicrohttpd in external-loop mode: one GSource waits on its epoll descriptor and on ours, and
 * runs it when there is something to do. No thread, no timer, no wall clock but libmicrohttpd's own
 * idle timeout, which is off unless asked for. */
#include "config.h"

#include "sim/http/server.h"

#include <glib/gstdio.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include "sim/http/exchange.h"
#include "sim/http/listen.h"

/* A 14,000-byte header still fits: session tokens are long. */
#define CONNECTION_MEMORY_BYTES ((size_t) 16 * 1024)
/* Of libmicrohttpd's own reading of requests. Since 1.0 the default sends clients that put blanks
 * into their target elsewhere (301), which nobody here has moved to; 1 refuses them as we do. What
 * came before is as strict as we want it by default, and hangs up without a word at 1. */
#define STRICTNESS (MHD_VERSION >= 0x01000000 ? 1 : 0)
/* Descriptors kept for files, pipes and clients of ours. */
#define RESERVED_DESCRIPTORS 64
#define SWEEPS_TO_SEND_A_REQUEST 2
/* Of libmicrohttpd in one turn of the main loop: an answer takes two, and clocks and signals want
 * their turn as well. */
#define MAX_ROUNDS 64

typedef struct
{
  GSource source;
  struct MHD_Daemon *daemon;
  gpointer daemon_tag, hangup_tag;
  int hangup_fd;
  gboolean running;
} DoorSource;

typedef struct
{
  int fd;
  gboolean receiving; /* in the middle of a request, or before the first one */
  guint sweeps;       /* seen receiving the same one */
  GList link;
} Connection;

struct _SimServer
{
  SimFrontDoor door;
  struct MHD_Daemon *daemon;
  GQueue connections;
  char *url;
  char *unix_path;
};

/* ---- the main loop's side ---- */

static gboolean
daemon_is_due (DoorSource *self, gint *out_wait)
{
  MHD_UNSIGNED_LONG_LONG milliseconds;

  *out_wait = -1;
  if (MHD_get_timeout (self->daemon, &milliseconds) != MHD_YES)
    return FALSE;
  *out_wait = (gint) MIN (milliseconds, (MHD_UNSIGNED_LONG_LONG) G_MAXINT);
  return milliseconds == 0;
}

static gboolean
door_prepare (GSource *source, gint *out_wait)
{
  DoorSource *self = (DoorSource *) source;

  *out_wait = -1;
  return !self->running && daemon_is_due (self, out_wait);
}

static gboolean
door_check (GSource *source)
{
  DoorSource *self = (DoorSource *) source;
  gint wait;

  if (self->running)
    return FALSE;
  return g_source_query_unix_fd (source, self->daemon_tag) != 0
         || g_source_query_unix_fd (source, self->hangup_tag) != 0 || daemon_is_due (self, &wait);
}

static void
note_hang_ups (int hangup_fd)
{
  struct epoll_event events[64];
  int count = epoll_wait (hangup_fd, events, G_N_ELEMENTS (events), 0);

  for (int i = 0; i < count; i++)
    sim_exchange_hang_up (events[i].data.ptr);
}

static void
run_daemon (DoorSource *self)
{
  gint wait;

  self->running = TRUE;
  for (guint round = 0; round < MAX_ROUNDS; round++)
    {
      MHD_run (self->daemon);
      if (!daemon_is_due (self, &wait))
        break;
    }
  self->running = FALSE;
}

static gboolean
door_dispatch (GSource *source, GSourceFunc func, gpointer data)
{
  DoorSource *self = (DoorSource *) source;

  (void) func;
  (void) data;
  g_source_set_ready_time (source, -1);
  if (g_source_query_unix_fd (source, self->hangup_tag) != 0)
    note_hang_ups (self->hangup_fd);
  run_daemon (self);
  return G_SOURCE_CONTINUE;
}

static GSource *
door_source_new (struct MHD_Daemon *daemon, int hangup_fd)
{
  static GSourceFuncs funcs = { door_prepare, door_check, door_dispatch, NULL, NULL, NULL };
  GSource *source = g_source_new (&funcs, sizeof (DoorSource));
  DoorSource *self = (DoorSource *) source;
  int daemon_fd = MHD_get_daemon_info (daemon, MHD_DAEMON_INFO_EPOLL_FD)->epoll_fd;

  self->daemon = daemon;
  self->hangup_fd = hangup_fd;
  self->daemon_tag = g_source_add_unix_fd (source, daemon_fd, G_IO_IN);
  self->hangup_tag = g_source_add_unix_fd (source, hangup_fd, G_IO_IN);
  g_source_set_static_name (source, "front door");
  /* Or GLib takes both descriptors out of its list and back, waking itself four times, each turn;
   * `running` sees to it that the door is never entered twice. */
  g_source_set_can_recurse (source, TRUE);
  return source;
}

/* ---- libmicrohttpd's side ---- */

static Connection *
connection_of (struct MHD_Connection *connection)
{
  return MHD_get_connection_info (connection, MHD_CONNECTION_INFO_SOCKET_CONTEXT)->socket_context;
}

static void
connection_changed (void *data, struct MHD_Connection *mhd, void **context,
                    enum MHD_ConnectionNotificationCode code)
{
  SimServer *server = data;
  Connection *connection = *context;

  if (code == MHD_CONNECTION_NOTIFY_STARTED)
    {
      connection = g_new0 (Connection, 1);
      connection->fd = MHD_get_connection_info (mhd, MHD_CONNECTION_INFO_CONNECTION_FD)->connect_fd;
      connection->receiving = TRUE;
      connection->link.data = connection;
      g_queue_push_tail_link (&server->connections, &connection->link);
      *context = connection;
      return;
    }
  if (connection == NULL)
    return;
  g_queue_unlink (&server->connections, &connection->link);
  g_free (connection);
  *context = NULL;
}

/* The only place that sees the target as it was sent: later it is decoded, '%2F' and all. */
static void *
request_line_read (void *data, const char *target, struct MHD_Connection *mhd)
{
  SimServer *server = data;
  Connection *connection = connection_of (mhd);

  connection->receiving = TRUE;
  return sim_exchange_new (&server->door, target, mhd);
}

static enum MHD_Result
request_part_read (void *data, struct MHD_Connection *mhd, const char *url, const char *method,
                   const char *version, const char *upload, size_t *upload_size, void **context)
{
  gboolean complete = FALSE;
  enum MHD_Result result;

  (void) data;
  (void) url;
  result = sim_exchange_receive (*context, method, version, upload, upload_size, &complete);
  if (complete)
    {
      Connection *connection = connection_of (mhd);

      connection->receiving = FALSE;
      connection->sweeps = 0;
    }
  return result;
}

/* A client that sends a request and its end in one go raises one edge, which libmicrohttpd takes
 * for the request alone: it would wait for ever for the next one. Shutting down what is shut down
 * already raises another edge. */
static void
notice_half_close (struct MHD_Connection *mhd)
{
  int fd = MHD_get_connection_info (mhd, MHD_CONNECTION_INFO_CONNECTION_FD)->connect_fd;
  char byte;

  if (recv (fd, &byte, 1, MSG_PEEK | MSG_DONTWAIT) == 0)
    shutdown (fd, SHUT_RD);
}

static void
request_completed (void *data, struct MHD_Connection *mhd, void **context,
                   enum MHD_RequestTerminationCode code)
{
  (void) data;
  sim_exchange_free (*context); /* NULL for a request line that was garbage */
  *context = NULL;
  if (code == MHD_REQUEST_TERMINATED_COMPLETED_OK)
    notice_half_close (mhd);
}

/* Over its limit libmicrohttpd lets clients wait in the backlog instead of failing to accept. */
static guint
connection_limit (void)
{
  struct rlimit files = { .rlim_cur = 1024 };

  getrlimit (RLIMIT_NOFILE, &files);
  return (guint) CLAMP (files.rlim_cur, 2 * RESERVED_DESCRIPTORS, G_MAXINT) - RESERVED_DESCRIPTORS;
}

static struct MHD_Daemon *
start_daemon (SimServer *server, int listen_fd, const SimServerOptions *wanted)
{
  struct MHD_OptionItem options[] = {
    { MHD_OPTION_LISTEN_SOCKET, listen_fd, NULL },
    { MHD_OPTION_CONNECTION_LIMIT, connection_limit (), NULL },
    { MHD_OPTION_CONNECTION_TIMEOUT, wanted->idle_seconds, NULL },
    { MHD_OPTION_CONNECTION_MEMORY_LIMIT, CONNECTION_MEMORY_BYTES, NULL },
    { MHD_OPTION_STRICT_FOR_CLIENT, STRICTNESS, NULL },
    { MHD_OPTION_URI_LOG_CALLBACK, (intptr_t) request_line_read, server },
    { MHD_OPTION_NOTIFY_COMPLETED, (intptr_t) request_completed, server },
    { MHD_OPTION_NOTIFY_CONNECTION, (intptr_t) connection_changed, server },
    { MHD_OPTION_END, 0, NULL },
  };
  struct MHD_OptionItem tls[] = {
    { MHD_OPTION_HTTPS_MEM_CERT, 0, (void *) wanted->certificate },
    { MHD_OPTION_HTTPS_MEM_KEY, 0, (void *) wanted->key },
    { wanted->client_ca != NULL ? MHD_OPTION_HTTPS_MEM_TRUST : MHD_OPTION_END, 0,
      (void *) wanted->client_ca },
    { MHD_OPTION_END, 0, NULL },
  };
  gboolean plain = wanted->certificate == NULL;

  return MHD_start_daemon (MHD_USE_EPOLL | MHD_ALLOW_SUSPEND_RESUME | MHD_USE_SUPPRESS_DATE_NO_CLOCK
                               | (plain ? 0U : (unsigned int) MHD_USE_TLS),
                           0, NULL, NULL, request_part_read, server, MHD_OPTION_ARRAY, options,
                           MHD_OPTION_ARRAY, plain ? tls + G_N_ELEMENTS (tls) - 1 : tls,
                           MHD_OPTION_END);
}

/* ---- the server ---- */

static gboolean
open_door (SimServer *server, int listen_fd, const SimServerOptions *options, GError **error)
{
  server->door.hangup_fd = epoll_create1 (EPOLL_CLOEXEC);
  server->daemon = start_daemon (server, listen_fd, options);
  if (server->daemon == NULL)
    {
      close (listen_fd);
      g_set_error (error, G_IO_ERROR, G_IO_ERROR_FAILED, "cannot start the HTTP server");
      return FALSE;
    }
  server->door.source = door_source_new (server->daemon, server->door.hangup_fd);
  g_source_attach (server->door.source, options->context);
  return TRUE;
}

SimServer *
sim_server_new (const SimServerOptions *options, GError **error)
{
  g_autoptr (SimServer) server = g_new0 (SimServer, 1);
  int fd;

  server->door.handler = options->handler;
  server->door.now = options->now;
  server->door.data = options->data;
  server->door.encrypted = options->certificate != NULL;
  server->door.hangup_fd = -1;
  if (options->unix_path != NULL)
    fd = sim_listen_unix (options->unix_path, error);
  else
    fd = sim_listen_tcp (options->address, options->certificate != NULL ? "https" : "http",
                         &server->url, error);
  if (fd < 0)
    return NULL;
  server->unix_path = g_strdup (options->unix_path);
  return open_door (server, fd, options, error) ? g_steal_pointer (&server) : NULL;
}

/* A suspended connection would make libmicrohttpd panic, so all are resumed first. */
void
sim_server_free (SimServer *server)
{
  if (server == NULL)
    return;
  sim_server_end_streams (server);
  if (server->daemon != NULL)
    MHD_stop_daemon (server->daemon);
  if (server->door.source != NULL)
    {
      g_source_destroy (server->door.source);
      g_source_unref (server->door.source);
    }
  if (server->door.hangup_fd >= 0)
    close (server->door.hangup_fd);
  if (server->unix_path != NULL)
    g_unlink (server->unix_path);
  g_free (server->door.date);
  g_free (server->unix_path);
  g_free (server->url);
  g_free (server);
}

const char *
sim_server_url (const SimServer *server)
{
  return server->url;
}

guint
sim_server_connections (const SimServer *server)
{
  return server->connections.length;
}

guint
sim_server_streams (const SimServer *server)
{
  return server->door.streams.length;
}

void
sim_server_end_streams (SimServer *server)
{
  for (GList *link = server->door.streams.head; link != NULL; link = link->next)
    sim_exchange_end_stream (link->data);
}

void
sim_server_sweep (SimServer *server)
{
  for (GList *link = server->connections.head; link != NULL; link = link->next)
    {
      Connection *connection = link->data;

      if (connection->receiving && ++connection->sweeps >= SWEEPS_TO_SEND_A_REQUEST)
        shutdown (connection->fd, SHUT_RDWR);
    }
}
