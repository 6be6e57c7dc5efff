/* SPDX-License-Identifier: Apache-2.0 */
/* An engine whose journal cannot be written any more must not change anything more either: what it
 * does next would be forgotten. It is ended as soon as the main loop comes round; until then its
 * requests end here. */
#include "config.h"

#include "commands/gate.h"

struct _DdGate
{
  DdTransport interface;
  DdTransport *inner;
  gboolean closed;
};

#define NOT_SENT G_MAXUINT64

static guint64
gate_send (DdTransport *interface, DdRequest *request, DdReplyFunc func, gpointer data)
{
  DdGate *self = (DdGate *) interface;

  if (!self->closed)
    return dd_transport_send (self->inner, request, func, data);
  dd_request_free (request);
  return NOT_SENT;
}

static void
gate_cancel (DdTransport *interface, guint64 id)
{
  if (id != NOT_SENT)
    dd_transport_cancel (((DdGate *) interface)->inner, id);
}

DdGate *
dd_gate_new (DdTransport *inner)
{
  static const DdTransportClass klass = { gate_send, gate_cancel };
  DdGate *self = g_new0 (DdGate, 1);

  self->interface.klass = &klass;
  self->inner = inner;
  return self;
}

void
dd_gate_free (DdGate *self)
{
  g_free (self);
}

DdTransport *
dd_gate_interface (DdGate *self)
{
  return &self->interface;
}

void
dd_gate_close (DdGate *self)
{
  self->closed = TRUE;
}
