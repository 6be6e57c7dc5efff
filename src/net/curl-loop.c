/* SPDX-License-Identifier: Apache-2.0 */
/* libcurl says which descriptors it waits for and when it wants to be called at the latest; one
 * GSource keeps both and calls it. libcurl must not be entered from its own callbacks, so these
 * only take notes. */
#include "config.h"

#include "net/curl-loop.h"

typedef struct
{
  curl_socket_t fd;
  gpointer tag;
} Socket;

/* The loop is its own source, so that it outlives a dispatch in which it is freed. */
struct _DdCurlLoop
{
  GSource source;
  CURLM *multi;
  GArray *sockets; /* of Socket; a handful */
  DdCurlDone done;
  gpointer data;
};

static GIOCondition
condition_of (int what)
{
  switch (what)
    {
    case CURL_POLL_IN:
      return G_IO_IN | G_IO_HUP | G_IO_ERR;
    case CURL_POLL_OUT:
      return G_IO_OUT | G_IO_HUP | G_IO_ERR;
    default:
      return G_IO_IN | G_IO_OUT | G_IO_HUP | G_IO_ERR;
    }
}

static Socket *
find_socket (DdCurlLoop *loop, curl_socket_t fd, guint *out_index)
{
  for (guint i = 0; i < loop->sockets->len; i++)
    if (g_array_index (loop->sockets, Socket, i).fd == fd)
      {
        *out_index = i;
        return &g_array_index (loop->sockets, Socket, i);
      }
  return NULL;
}

static int
socket_wanted (CURL *easy, curl_socket_t fd, int what, void *data, void *socket_data)
{
  DdCurlLoop *loop = data;
  guint index = 0;
  Socket *known = find_socket (loop, fd, &index);

  (void) easy;
  (void) socket_data;
  if (what == CURL_POLL_REMOVE)
    {
      if (known == NULL)
        return 0;
      g_source_remove_unix_fd (&loop->source, known->tag);
      g_array_remove_index_fast (loop->sockets, index);
    }
  else if (known != NULL)
    g_source_modify_unix_fd (&loop->source, known->tag, condition_of (what));
  else
    {
      Socket fresh = { fd, g_source_add_unix_fd (&loop->source, fd, condition_of (what)) };

      g_array_append_val (loop->sockets, fresh);
    }
  return 0;
}

static int
timer_wanted (CURLM *multi, long milliseconds, void *data)
{
  DdCurlLoop *loop = data;

  (void) multi;
  if (milliseconds < 0)
    g_source_set_ready_time (&loop->source, -1);
  else if (milliseconds == 0)
    g_source_set_ready_time (&loop->source, 0);
  else
    g_source_set_ready_time (&loop->source, g_get_monotonic_time () + milliseconds * 1000);
  return 0;
}

static int
action_of (GIOCondition condition)
{
  return ((condition & (G_IO_IN | G_IO_HUP)) != 0 ? CURL_CSELECT_IN : 0)
         | ((condition & G_IO_OUT) != 0 ? CURL_CSELECT_OUT : 0)
         | ((condition & G_IO_ERR) != 0 ? CURL_CSELECT_ERR : 0);
}

/* Serving one may change the list, so the ready ones are written down first. */
static void
serve_ready_sockets (DdCurlLoop *loop)
{
  g_autoptr (GArray) ready = g_array_new (FALSE, FALSE, sizeof (GPollFD));
  int running;

  for (guint i = 0; i < loop->sockets->len; i++)
    {
      const Socket *each = &g_array_index (loop->sockets, Socket, i);
      GPollFD poll = { .fd = each->fd };

      poll.revents = g_source_query_unix_fd (&loop->source, each->tag);
      if (poll.revents != 0)
        g_array_append_val (ready, poll);
    }
  for (guint i = 0; i < ready->len; i++)
    {
      const GPollFD *poll = &g_array_index (ready, GPollFD, i);

      dd_curl ()->multi_socket_action (loop->multi, poll->fd, action_of (poll->revents), &running);
    }
}

static void
hand_over_finished (DdCurlLoop *loop)
{
  const CURLMsg *message;
  int left;

  while (!g_source_is_destroyed (&loop->source)
         && (message = dd_curl ()->multi_info_read (loop->multi, &left)) != NULL)
    {
      CURL *easy = message->easy_handle;
      CURLcode result = message->data.result;

      dd_curl ()->multi_remove_handle (loop->multi, easy);
      loop->done (easy, result, loop->data);
    }
}

static gboolean
loop_dispatch (GSource *source, GSourceFunc func, gpointer data)
{
  DdCurlLoop *loop = (DdCurlLoop *) source;
  gint64 due = g_source_get_ready_time (source);
  int running;

  (void) func;
  (void) data;
  serve_ready_sockets (loop);
  if (due >= 0 && due <= g_get_monotonic_time ())
    {
      if (g_source_get_ready_time (source) == due)
        g_source_set_ready_time (source, -1);
      dd_curl ()->multi_socket_action (loop->multi, CURL_SOCKET_TIMEOUT, 0, &running);
    }
  hand_over_finished (loop);
  return G_SOURCE_CONTINUE;
}

static void
loop_finalize (GSource *source)
{
  DdCurlLoop *loop = (DdCurlLoop *) source;

  dd_curl ()->multi_setopt (loop->multi, CURLMOPT_SOCKETFUNCTION, NULL);
  dd_curl ()->multi_setopt (loop->multi, CURLMOPT_TIMERFUNCTION, NULL);
  dd_curl ()->multi_cleanup (loop->multi);
  g_array_unref (loop->sockets);
}

DdCurlLoop *
dd_curl_loop_new (GMainContext *context, DdCurlDone done, gpointer data)
{
  static GSourceFuncs funcs = { NULL, NULL, loop_dispatch, loop_finalize, NULL, NULL };
  GSource *source = g_source_new (&funcs, sizeof (DdCurlLoop));
  DdCurlLoop *loop = (DdCurlLoop *) source;

  loop->multi = dd_curl ()->multi_init ();
  loop->sockets = g_array_new (FALSE, FALSE, sizeof (Socket));
  loop->done = done;
  loop->data = data;
  dd_curl ()->multi_setopt (loop->multi, CURLMOPT_SOCKETFUNCTION, socket_wanted);
  dd_curl ()->multi_setopt (loop->multi, CURLMOPT_SOCKETDATA, loop);
  dd_curl ()->multi_setopt (loop->multi, CURLMOPT_TIMERFUNCTION, timer_wanted);
  dd_curl ()->multi_setopt (loop->multi, CURLMOPT_TIMERDATA, loop);
  g_source_set_static_name (source, "libcurl");
  /* Or GLib takes every descriptor out of its list and back at each dispatch, waking itself.
   * libcurl is not on the stack when a reply is handed over, and nothing else here could enter
   * again. */
  g_source_set_can_recurse (source, TRUE);
  g_source_attach (source, context);
  return loop;
}

void
dd_curl_loop_free (DdCurlLoop *loop)
{
  if (loop == NULL)
    return;
  g_source_destroy (&loop->source);
  g_source_unref (&loop->source);
}

void
dd_curl_loop_add (DdCurlLoop *loop, CURL *easy)
{
  dd_curl ()->multi_add_handle (loop->multi, easy);
}

void
dd_curl_loop_remove (DdCurlLoop *loop, CURL *easy)
{
  dd_curl ()->multi_remove_handle (loop->multi, easy);
}
