/* SPDX-License-Identifier: Apache-2.0 */
/* aws/http-source.h: what sources of credentials share that have to ask somebody over HTTP */
#pragma once

#include "net/http-transport.h"
#include "base/value.h"

G_BEGIN_DECLS

/* Embed it as the first member. */
typedef struct
{
  DdCredentialSource interface;
  DdHttpTransport *transport; /* its own: it speaks in another name than the program does */
  guint64 call;
  DdCredentialsDone done; /* NULL: nobody waits */
  gpointer data;
} DdHttpSource;

void dd_http_source_init (DdHttpSource *source, const DdCredentialSourceClass *klass,
                          const DdHttpOptions *options);
void dd_http_source_clear (DdHttpSource *source);

/* Notes who waits; the class's fetch () calls it first. */
void dd_http_source_begin (DdHttpSource *source, DdCredentialsDone done, gpointer data);
/* Takes REQUEST; TAKE gets the source. */
void dd_http_source_ask (DdHttpSource *source, DdRequest *request, DdReplyFunc take);
/* Ends the fetch with CREDENTIALS, which are taken, or else with ERROR, which is not. The source
 * may be gone afterwards. */
void dd_http_source_end (DdHttpSource *source, DdCredentials *credentials, const GError *error);

/* The document in which containers, instances and processes hand out credentials:
 * {"AccessKeyId", "SecretAccessKey", TOKEN_KEY, "Expiration"}. WHO begins the message of an error,
 * which never quotes the document. */
DdCredentials *dd_credentials_from_document (const DdValue *document, const char *token_key,
                                             const char *who, GError **error);
/* TRUE when REPLY is a 200 with a body. */
gboolean dd_http_source_check (const DdReply *reply, const char *who, GError **error);

G_END_DECLS
