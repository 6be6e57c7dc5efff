/* SPDX-License-Identifier: Apache-2.0 */
/* sim/world/transport.h: a DdTransport into the world: one request at a time, replies as events */
#pragma once

#include "base/transport.h"
#include "sim/world/world.h"

G_BEGIN_DECLS

/* How one request is carried to the router and its answer back, all at the same virtual instant.
 * direct: a function call. loopback: libcurl to our libmicrohttpd over a Unix socket, waiting for
 * the answer on a main context of its own. */
typedef struct _SimCarrier SimCarrier;
typedef struct
{
  const char *name;
  DdReply *(*carry) (SimCarrier *self, const DdRequest *request);
  void (*free) (SimCarrier *self);
} SimCarrierClass;
struct _SimCarrier
{
  const SimCarrierClass *klass;
};

SimCarrier *sim_carrier_new_direct (SimWorld *world);
/* sim/http/loopback.h makes the other one. */

/* Takes CARRIER. */
SimTransport *sim_transport_new (SimWorld *world, SimCarrier *carrier);
void sim_transport_free (SimTransport *transport);
DdTransport *sim_transport_interface (SimTransport *transport);
void sim_transport_set_carrier (SimTransport *transport, SimCarrier *carrier);

/* Carries every waiting request, in order; replies become events at the issue time + a latency
 * drawn when the request was issued. sim_world_step () calls it. */
void sim_transport_flush (SimTransport *transport);

G_END_DECLS
