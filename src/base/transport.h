/* SPDX-License-Identifier: Apache-2.0 */
/* base/transport.h: the one way to reach the network; real, loopback or a call into the world */
#pragma once

#include "base/clock.h"

G_BEGIN_DECLS

/* HTTP headers in the order they are sent: name, value, name, value ... */
typedef struct
{
  GPtrArray *pairs;
} DdHeaders;

DdHeaders *dd_headers_new (void);
DdHeaders *dd_headers_copy (const DdHeaders *headers);
DdHeaders *dd_headers_ref (DdHeaders *headers);
void dd_headers_unref (DdHeaders *headers);
void dd_headers_add (DdHeaders *headers, const char *name, const char *value);
/* The first value of NAME, compared without case; NULL when absent. */
const char *dd_headers_get (const DdHeaders *headers, const char *name);

typedef struct
{
  char *service; /* "eks", "autoscaling", "ec2", "ssm", "sts" or "kubernetes": chooses the endpoint
                  * and how the transport proves who is asking */
  char *method;
  char *target; /* path and query, percent-encoded as they go on the wire */
  DdHeaders *headers;
  GBytes *body;   /* NULL: none */
  DdUsec timeout; /* > 0; when it passes the reply is an error, DD_ERROR_TIMED_OUT */
} DdRequest;

DdRequest *dd_request_new (const char *service, const char *method, const char *target);
/* Shares headers and body with REQUEST. */
DdRequest *dd_request_copy (const DdRequest *request);
void dd_request_free (DdRequest *request);

typedef struct
{
  guint status; /* 0 when ERROR is set */
  DdHeaders *headers;
  GBytes *body;
  GError *error; /* no HTTP answer: DD_ERROR_TIMED_OUT or DD_ERROR_UNAVAILABLE */
} DdReply;

DdReply *dd_reply_new (guint status, const char *content_type, GBytes *body); /* takes BODY */
DdReply *dd_reply_new_error (GError *error);                                  /* takes ERROR */
void dd_reply_free (DdReply *reply);

typedef struct _DdTransport DdTransport;
/* Runs exactly once for each send, never from within dd_transport_send (), unless cancelled. REPLY
 * is borrowed. */
typedef void (*DdReplyFunc) (const DdReply *reply, gpointer data);

typedef struct
{
  guint64 (*send) (DdTransport *self, DdRequest *request, DdReplyFunc func, gpointer data);
  void (*cancel) (DdTransport *self, guint64 id);
} DdTransportClass;

struct _DdTransport
{
  const DdTransportClass *klass;
};

/* Takes REQUEST; returns an id, never 0. */
guint64 dd_transport_send (DdTransport *transport, DdRequest *request, DdReplyFunc func,
                           gpointer data);
/* FUNC will not run. What was asked may still have been done. Id 0 does nothing. */
void dd_transport_cancel (DdTransport *transport, guint64 id);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (DdHeaders, dd_headers_unref)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (DdRequest, dd_request_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (DdReply, dd_reply_free)

G_END_DECLS
