/* SPDX-License-Identifier: Apache-2.0 */
/* sim/http/exchange.h: one request and its answer on a libmicrohttpd connection; private to
 * sim/http */
#pragma once

#include <microhttpd.h>

#include "sim/http/server.h"

G_BEGIN_DECLS

typedef struct _SimExchange SimExchange;

/* What the exchanges of one server share. */
typedef struct
{
  SimHandler handler;
  DdUsec (*now) (gpointer data);
  gpointer data;
  gboolean encrypted; /* clients speak TLS */
  GSource *source;    /* runs the daemon; its ready time wakes it after a resume */
  int hangup_fd;      /* epoll of ours: clients of suspended streams that hang up */
  GQueue streams;     /* of SimExchange */
  DdUsec date_of;     /* the second that DATE is the text of */
  char *date;
} SimFrontDoor;

/* TARGET is the raw target; libmicrohttpd passes it once the request line is read. */
SimExchange *sim_exchange_new (SimFrontDoor *door, const char *target,
                               struct MHD_Connection *connection);
/* Closes the stream, if there is one. */
void sim_exchange_free (SimExchange *exchange);

/* libmicrohttpd's access handler: called with the headers, with each piece of the body, and at the
 * end. *out_complete: nothing more is wanted from the client. */
enum MHD_Result sim_exchange_receive (SimExchange *exchange, const char *method,
                                      const char *version, const char *data, size_t *length,
                                      gboolean *out_complete);

/* The client of EXCHANGE, a stream, has hung up. */
void sim_exchange_hang_up (SimExchange *exchange);
/* The stream ends as if its reader had said so; its object is freed at once. */
void sim_exchange_end_stream (SimExchange *exchange);

G_END_DECLS
