/* SPDX-License-Identifier: Apache-2.0 */
/* net/http-transport.h: the real DdTransport: HTTP by libcurl, driven by a GMainContext */
#pragma once

#include "net/sigv4.h"
#include "net/tls.h"
#include "base/transport.h"

G_BEGIN_DECLS

typedef struct _DdHttpTransport DdHttpTransport;

/* Strings are copied; those that are NULL keep the meaning in the comment. */
typedef struct
{
  GMainContext *context;           /* the default one */
  const char *aws_endpoint;        /* https://SERVICE.REGION.amazonaws.com */
  const char *kubernetes_endpoint; /* requests to "kubernetes" fail */
  const char *region;              /* AWS_REGION, AWS_DEFAULT_REGION or "us-west-2" */
  DdCredentials *credentials;      /* requests to AWS go out unsigned */
  const char *user_agent;          /* no such header */
  const char *unix_path;           /* connect to this socket whatever the endpoint says */
  gboolean patient;                /* no timeout by the wall clock: the peer is in this process */
  gboolean direct;                 /* through no proxy, whatever the environment says */
  gsize max_reply_bytes;           /* 0: 64 MiB */
} DdHttpOptions;

DdHttpTransport *dd_http_transport_new (const DdHttpOptions *options);
/* Cancels what is under way. May be called from within a reply function. */
void dd_http_transport_free (DdHttpTransport *transport);
DdTransport *dd_http_transport_interface (DdHttpTransport *transport);

/* An endpoint of its own for one service, known to AWS or not: "http://127.0.0.1:4566". A service
 * that is no AWS service and not "kubernetes" goes out as it is. FALSE when URL is none. */
gboolean dd_http_transport_set_endpoint (DdHttpTransport *transport, const char *service,
                                         const char *url, GError **error);
/* The URL of SERVICE as it stands now; NULL: it has none. Good until it is set again. */
const DdEndpoint *dd_http_transport_get_endpoint (DdHttpTransport *transport, const char *service);
const char *dd_http_transport_get_region (const DdHttpTransport *transport);
/* How SERVICE is reached over TLS, from the next request on; "aws" is all of its services. */
gboolean dd_http_transport_set_tls (DdHttpTransport *transport, const char *service,
                                    const DdTlsOptions *options, GError **error);
/* In whose name requests to SERVICE go out from now on: "kubernetes", or "aws" for all of its
 * services. NULL: nobody's. */
void dd_http_transport_set_credentials (DdHttpTransport *transport, const char *service,
                                        DdCredentials *credentials);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (DdHttpTransport, dd_http_transport_free)

G_END_DECLS
