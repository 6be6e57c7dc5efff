/* SPDX-License-Identifier: Apache-2.0 */
/* The engine's way into the world.
 *
 * A request waits in line until the event that sent it has finished, then all that wait are carried
 * to the router in the order they were sent, each at the present virtual instant. The reply comes
 * back as an event, after a latency that was drawn when the request was issued. So nothing but
 * (virtual time, sequence) orders the world, whether the carrier is a function call or a socket.
 */
#include "config.h"

#include "sim/stage/faults.h"
#include "sim/world/router.h"
#include "sim/world/transport.h"

#include "base/error.h"

typedef struct
{
  SimTransport *transport;
  guint64 id;
  DdRequest *request;
  DdUsec latency;
  DdReplyFunc func;
  gpointer data;
  DdReply *reply;
  guint64 delivery; /* the event that delivers the reply */
} Exchange;

struct _SimTransport
{
  DdTransport interface;
  SimWorld *world;
  SimCarrier *carrier;
  guint64 last_id;
  GQueue waiting;        /* Exchange, first in first out */
  GHashTable *exchanges; /* id -> Exchange, owns; never iterated but to free */
};

static void
exchange_free (gpointer data)
{
  Exchange *exchange = data;

  sim_clock_cancel (exchange->transport->world->stage->clock, exchange->delivery);
  dd_request_free (exchange->request);
  dd_reply_free (exchange->reply);
  g_free (exchange);
}

static guint64
transport_send (DdTransport *self, DdRequest *request, DdReplyFunc func, gpointer data)
{
  SimTransport *transport = (SimTransport *) self;
  Exchange *exchange = g_new0 (Exchange, 1);
  gboolean kubernetes = g_str_equal (request->service, "kubernetes");

  exchange->transport = transport;
  exchange->id = ++transport->last_id;
  exchange->request = request;
  exchange->latency
      = sim_latency_draw (transport->world->stage->latency,
                          kubernetes ? SIM_DELAY_REQUEST_KUBERNETES : SIM_DELAY_REQUEST_AWS);
  exchange->func = func;
  exchange->data = data;
  g_queue_push_tail (&transport->waiting, exchange);
  g_hash_table_insert (transport->exchanges, &exchange->id, exchange);
  return exchange->id;
}

static void
transport_cancel (DdTransport *self, guint64 id)
{
  SimTransport *transport = (SimTransport *) self;
  Exchange *exchange = g_hash_table_lookup (transport->exchanges, &id);

  if (exchange == NULL)
    return;
  /* A request that is still in line was sent all the same: it reaches the world unanswered. */
  if (g_queue_find (&transport->waiting, exchange) != NULL)
    exchange->func = NULL;
  else
    g_hash_table_remove (transport->exchanges, &id);
}

static void
deliver (gpointer data)
{
  Exchange *exchange = data;
  SimTransport *transport = exchange->transport;

  exchange->delivery = 0;
  g_hash_table_steal (transport->exchanges, &exchange->id);
  exchange->func (exchange->reply, exchange->data);
  exchange_free (exchange);
}

static DdReply *
timed_out (const Exchange *exchange)
{
  return dd_reply_new_error (g_error_new (DD_ERROR, DD_ERROR_TIMED_OUT,
                                          "%s %s: no answer within %" G_GINT64_FORMAT " s",
                                          exchange->request->method, exchange->request->target,
                                          exchange->request->timeout / DD_SECOND));
}

static DdReply *
broken (const Exchange *exchange)
{
  return dd_reply_new_error (g_error_new (DD_ERROR, DD_ERROR_UNAVAILABLE,
                                          "%s %s: the connection was closed without an answer",
                                          exchange->request->method, exchange->request->target));
}

static void
replace_reply (Exchange *exchange, DdReply *reply)
{
  dd_reply_free (exchange->reply);
  exchange->reply = reply;
}

static void
carry (SimTransport *transport, Exchange *exchange)
{
  SimFaults *faults = transport->world->stage->faults;
  SimReplyEffect effect;
  DdUsec delay;

  if (!sim_faults_stop_request (faults, exchange->request))
    exchange->reply = transport->carrier->klass->carry (transport->carrier, exchange->request);
  effect = sim_faults_take_reply_effect (faults);
  if (exchange->func == NULL)
    {
      g_hash_table_remove (transport->exchanges, &exchange->id);
      return;
    }
  delay = exchange->latency + effect.delay;
  if (effect.fate == SIM_REPLY_LOST || delay > exchange->request->timeout)
    {
      replace_reply (exchange, timed_out (exchange));
      delay = exchange->request->timeout;
    }
  else if (effect.fate == SIM_REPLY_BROKEN)
    replace_reply (exchange, broken (exchange));
  exchange->delivery = sim_clock_after (transport->world->stage->clock, delay, deliver, exchange);
}

void
sim_transport_flush (SimTransport *transport)
{
  Exchange *exchange;

  while ((exchange = g_queue_pop_head (&transport->waiting)) != NULL)
    carry (transport, exchange);
}

SimTransport *
sim_transport_new (SimWorld *world, SimCarrier *carrier)
{
  static const DdTransportClass klass = { transport_send, transport_cancel };
  SimTransport *transport = g_new0 (SimTransport, 1);

  transport->interface.klass = &klass;
  transport->world = world;
  transport->carrier = carrier;
  g_queue_init (&transport->waiting);
  transport->exchanges = g_hash_table_new_full (g_int64_hash, g_int64_equal, NULL, exchange_free);
  return transport;
}

void
sim_transport_free (SimTransport *transport)
{
  if (transport == NULL)
    return;
  g_queue_clear (&transport->waiting);
  g_hash_table_unref (transport->exchanges);
  transport->carrier->klass->free (transport->carrier);
  g_free (transport);
}

DdTransport *
sim_transport_interface (SimTransport *transport)
{
  return &transport->interface;
}

void
sim_transport_set_carrier (SimTransport *transport, SimCarrier *carrier)
{
  transport->carrier->klass->free (transport->carrier);
  transport->carrier = carrier;
}

/* ---- the direct carrier ---- */

typedef struct
{
  SimCarrier carrier;
  SimWorld *world;
} DirectCarrier;

static DdReply *
direct_carry (SimCarrier *self, const DdRequest *request)
{
  SimRequest inner = { .method = request->method,
                       .target = request->target,
                       .headers = request->headers,
                       .body = request->body };
  g_autoptr (SimResponse) response = sim_router_handle (((DirectCarrier *) self)->world, &inner);
  DdReply *reply = dd_reply_new (response->status, NULL, NULL);

  dd_headers_unref (reply->headers);
  reply->headers = dd_headers_ref (response->headers);
  if (response->body != NULL)
    reply->body = g_bytes_ref (response->body);
  return reply;
}

static void
direct_free (SimCarrier *self)
{
  g_free (self);
}

SimCarrier *
sim_carrier_new_direct (SimWorld *world)
{
  static const SimCarrierClass klass = { "direct", direct_carry, direct_free };
  DirectCarrier *direct = g_new0 (DirectCarrier, 1);

  direct->carrier.klass = &klass;
  direct->world = world;
  return &direct->carrier;
}
