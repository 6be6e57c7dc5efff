/* SPDX-License-Identifier: Apache-2.0 */
/* net/tls.h: whom to believe, and what to show, when a service is reached over TLS */
#pragma once

#include "net/credentials.h"
#include "net/curl-library.h"
#include "net/endpoint.h"

G_BEGIN_DECLS

/* Strings are copied; those that are NULL keep the meaning in the comment. */
typedef struct
{
  const char *ca;          /* PEM: believe these authorities and no others */
  const char *ca_file;     /* the same, from a file; without either: the system's */
  const char *server_name; /* the certificate is made out to the host of the endpoint */
  const char *proxy;       /* what HTTPS_PROXY and NO_PROXY say */
} DdTlsOptions;

typedef struct _DdTls DdTls;

/* DD_ERROR_INVALID when the authorities are no PEM certificates. */
DdTls *dd_tls_new (const DdTlsOptions *options, GError **error);
void dd_tls_free (DdTls *tls);

/* Prepares a transfer to ENDPOINT, whose URL is set already, in the name of CREDENTIALS (NULL:
 * nobody), whose certificate is shown where it has one. What EASY is told stays good as long as
 * TLS lives. FALSE when the certificate cannot be handed over. */
gboolean dd_tls_apply (DdTls *tls, CURL *easy, const DdEndpoint *endpoint,
                       DdCredentials *credentials);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (DdTls, dd_tls_free)

G_END_DECLS
