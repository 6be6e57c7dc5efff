/* SPDX-License-Identifier: Apache-2.0 */
/* One request on its way in, one answer on its way out.
 *
 * libmicrohttpd calls the access handler when the headers are complete, for each piece of the body
 * and once more at the end. What the front door refuses is answered at the first of these calls; a
 * body without an announced length is counted and refused at the last, or cut off where that does
 * not come.
 *
 * An answer with a body hands its bytes to libmicrohttpd without a copy. An answer with a stream is
 * read on demand: when it has nothing to say the connection is suspended, and the stream's wake
 * resumes it. A suspended connection is out of libmicrohttpd's sight, so its descriptor waits in an
 * epoll of ours that reports a client who hangs up. */
#include "config.h"

#include "sim/http/exchange.h"

#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>

#include "base/time.h"
#include "sim/http/peer.h"
#include "sim/http/request-check.h"

#define STREAM_BLOCK_BYTES 4096
/* Beyond the limit: thrown away, so that a client who ends there can read why. */
#define PATIENCE_BYTES (1024 * 1024)
#define TOO_LARGE "request body too large: limit is 3145728 bytes"

struct _SimExchange
{
  SimFrontDoor *door;
  struct MHD_Connection *connection;
  char *target;
  DdHeaders *headers; /* NULL until they have been read */
  GByteArray *body;
  gsize received; /* bytes of the body, also those that are thrown away */
  gboolean answered;

  /* Of an answer that is a stream. */
  gboolean streaming, asleep, gone;
  SimStream *stream; /* NULL: ended from our side */
  GList link;        /* in the door's list */
};

SimExchange *
sim_exchange_new (SimFrontDoor *door, const char *target, struct MHD_Connection *connection)
{
  SimExchange *exchange = g_new0 (SimExchange, 1);

  exchange->door = door;
  exchange->connection = connection;
  exchange->target = g_strdup (target);
  exchange->link.data = exchange;
  return exchange;
}

/* ---- streams ---- */

static int
socket_of (SimExchange *exchange)
{
  return MHD_get_connection_info (exchange->connection, MHD_CONNECTION_INFO_CONNECTION_FD)
      ->connect_fd;
}

static void
resume (SimExchange *exchange)
{
  if (!exchange->asleep)
    return;
  exchange->asleep = FALSE;
  MHD_resume_connection (exchange->connection);
  g_source_set_ready_time (exchange->door->source, 0);
}

static void
stream_has_news (gpointer data)
{
  resume (data);
}

void
sim_exchange_hang_up (SimExchange *exchange)
{
  exchange->gone = TRUE;
  resume (exchange);
}

void
sim_exchange_end_stream (SimExchange *exchange)
{
  if (exchange->stream != NULL)
    exchange->stream->klass->free (exchange->stream);
  exchange->stream = NULL;
  resume (exchange);
}

static ssize_t
read_stream (void *data, uint64_t position, char *buffer, size_t max)
{
  SimExchange *exchange = data;
  gssize length;

  (void) position;
  if (exchange->gone)
    return MHD_CONTENT_READER_END_WITH_ERROR;
  if (exchange->stream == NULL)
    return MHD_CONTENT_READER_END_OF_STREAM;
  length = exchange->stream->klass->read (exchange->stream, buffer, max);
  if (length < 0)
    return MHD_CONTENT_READER_END_OF_STREAM;
  if (length == 0)
    {
      exchange->asleep = TRUE;
      MHD_suspend_connection (exchange->connection);
    }
  return length;
}

static void
begin_stream (SimExchange *exchange, SimStream *stream)
{
  struct epoll_event event = { .events = EPOLLRDHUP | EPOLLONESHOT, .data.ptr = exchange };

  exchange->stream = stream;
  exchange->streaming = TRUE;
  stream->wake = stream_has_news;
  stream->wake_data = exchange;
  g_queue_push_tail_link (&exchange->door->streams, &exchange->link);
  epoll_ctl (exchange->door->hangup_fd, EPOLL_CTL_ADD, socket_of (exchange), &event);
}

void
sim_exchange_free (SimExchange *exchange)
{
  if (exchange == NULL)
    return;
  if (exchange->streaming)
    {
      epoll_ctl (exchange->door->hangup_fd, EPOLL_CTL_DEL, socket_of (exchange), NULL);
      g_queue_unlink (&exchange->door->streams, &exchange->link);
      if (exchange->stream != NULL)
        exchange->stream->klass->free (exchange->stream);
    }
  g_clear_pointer (&exchange->headers, dd_headers_unref);
  g_clear_pointer (&exchange->body, g_byte_array_unref);
  g_free (exchange->target);
  g_free (exchange);
}

/* ---- the answer ---- */

static const char *
date_now (SimFrontDoor *door)
{
  DdUsec second = door->now (door->data) / DD_SECOND;

  if (door->date == NULL || door->date_of != second)
    {
      g_free (door->date);
      door->date = dd_time_to_http_date (second * DD_SECOND);
      door->date_of = second;
    }
  return door->date;
}

static void
release_bytes (void *bytes)
{
  g_bytes_unref (bytes);
}

static struct MHD_Response *
response_of (SimExchange *exchange, SimResponse *answer)
{
  gsize size = 0;
  gconstpointer data = "";

  if (answer->stream != NULL)
    {
      begin_stream (exchange, g_steal_pointer (&answer->stream));
      return MHD_create_response_from_callback (MHD_SIZE_UNKNOWN, STREAM_BLOCK_BYTES, read_stream,
                                                exchange, NULL);
    }
  if (answer->body == NULL)
    return MHD_create_response_from_buffer (0, (void *) data, MHD_RESPMEM_PERSISTENT);
  data = g_bytes_get_data (answer->body, &size);
  return MHD_create_response_from_buffer_with_free_callback_cls (size, (void *) data, release_bytes,
                                                                 g_steal_pointer (&answer->body));
}

/* Takes ANSWER. */
static enum MHD_Result
answer_with (SimExchange *exchange, SimResponse *answer)
{
  const GPtrArray *pairs = answer->headers->pairs;
  struct MHD_Response *response = response_of (exchange, answer);
  enum MHD_Result queued;

  for (guint i = 0; i + 1 < pairs->len; i += 2)
    MHD_add_response_header (response, pairs->pdata[i], pairs->pdata[i + 1]);
  MHD_add_response_header (response, MHD_HTTP_HEADER_DATE, date_now (exchange->door));
  queued = MHD_queue_response (exchange->connection, answer->status, response);
  MHD_destroy_response (response);
  sim_response_free (answer);
  exchange->answered = TRUE;
  return queued;
}

/* In plain words, as Go's net/http says what it refuses before any handler runs. What follows on
 * the connection cannot be trusted, so it ends here. */
static enum MHD_Result
refuse (SimExchange *exchange, guint status, const char *sentence)
{
  g_autofree char *text
      = g_strdup_printf ("%u %s: %s\n", status, MHD_get_reason_phrase_for (status), sentence);
  SimResponse *answer
      = sim_response_new (status, "text/plain; charset=utf-8", g_bytes_new (text, strlen (text)));

  dd_headers_add (answer->headers, "Connection", "close");
  return answer_with (exchange, answer);
}

static SimPeer *
peer_of (SimExchange *exchange)
{
  const union MHD_ConnectionInfo *info
      = exchange->door->encrypted
            ? MHD_get_connection_info (exchange->connection, MHD_CONNECTION_INFO_GNUTLS_SESSION)
            : NULL;

  return info != NULL ? sim_peer_of_session (info->tls_session) : NULL;
}

/* HEAD is GET without the body, which libmicrohttpd leaves out. */
static enum MHD_Result
answer_request (SimExchange *exchange, const char *method)
{
  g_autoptr (GBytes) body = NULL;
  g_autoptr (SimPeer) peer = peer_of (exchange);
  SimRequest request = {
    .method = strcmp (method, "HEAD") == 0 ? "GET" : method,
    .target = exchange->target,
    .headers = exchange->headers,
    .peer = peer,
    .outside = TRUE,
  };

  if (exchange->body != NULL)
    body = g_byte_array_free_to_bytes (g_steal_pointer (&exchange->body));
  request.body = body;
  return answer_with (exchange, exchange->door->handler (&request, exchange->door->data));
}

/* ---- the request ---- */

static enum MHD_Result
take_header (void *data, enum MHD_ValueKind kind, const char *name, const char *value)
{
  (void) kind;
  dd_headers_add (data, name, value != NULL ? value : "");
  return MHD_YES;
}

static enum MHD_Result
begin (SimExchange *exchange, const char *method, const char *version, gboolean *out_complete)
{
  const char *fault;
  guint status;

  exchange->headers = dd_headers_new ();
  MHD_get_connection_values (exchange->connection, MHD_HEADER_KIND, take_header, exchange->headers);
  fault = sim_request_fault (version, method, exchange->target, exchange->headers, &status);
  if (fault == NULL)
    return MHD_YES;
  *out_complete = TRUE;
  return refuse (exchange, status, fault);
}

/* libmicrohttpd answers at the end of a body alone. Where none is in sight the refusal is put onto
 * the socket, as far as it will take it, and the connection ends; over TLS it ends without a word.
 */
static enum MHD_Result
cut_off (SimExchange *exchange)
{
  static const char answer[] = "HTTP/1.1 413 Content Too Large\r\nConnection: close\r\n"
                               "Content-Type: text/plain; charset=utf-8\r\n"
                               "\r\n413 Content Too Large: " TOO_LARGE "\n";

  if (!exchange->door->encrypted)
    send (socket_of (exchange), answer, sizeof answer - 1, MSG_DONTWAIT | MSG_NOSIGNAL);
  return MHD_NO;
}

static enum MHD_Result
take_piece (SimExchange *exchange, const char *data, gsize length)
{
  exchange->received += length;
  if (exchange->received > SIM_MAX_BODY_BYTES)
    {
      g_clear_pointer (&exchange->body, g_byte_array_unref);
      return exchange->received > SIM_MAX_BODY_BYTES + PATIENCE_BYTES ? cut_off (exchange)
                                                                      : MHD_YES;
    }
  if (exchange->body == NULL)
    exchange->body = g_byte_array_sized_new ((guint) length);
  g_byte_array_append (exchange->body, (const guint8 *) data, (guint) length);
  return MHD_YES;
}

enum MHD_Result
sim_exchange_receive (SimExchange *exchange, const char *method, const char *version,
                      const char *data, size_t *length, gboolean *out_complete)
{
  if (exchange->headers == NULL)
    return begin (exchange, method, version, out_complete);
  if (*length > 0)
    {
      gsize taken = *length;

      *length = 0;
      return take_piece (exchange, data, taken);
    }
  *out_complete = TRUE;
  if (exchange->answered)
    return MHD_YES;
  if (exchange->received > SIM_MAX_BODY_BYTES)
    return refuse (exchange, 413, TOO_LARGE);
  return answer_request (exchange, method);
}
