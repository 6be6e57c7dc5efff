/* SPDX-License-Identifier: Apache-2.0 */
/* net/sigv4.h: AWS Signature Version 4: proves who is asking, without sending the secret */
#pragma once

#include "net/credentials.h"
#include "base/transport.h"

G_BEGIN_DECLS

/* What a signature covers. TARGET is the raw path and query as they go on the wire. */
typedef struct
{
  const char *service, *region;
  const char *method, *target;
  const DdHeaders *headers; /* Host, Content-Type, Content-MD5 and every X-Amz-* are signed */
  GBytes *body;             /* NULL: none */
} DdSigned;

/* The text that is hashed; caller frees. */
char *dd_sigv4_canonical_request (const DdSigned *what);
/* The value of the Authorization header. HEADERS must hold X-Amz-Date (dd_sigv4_date ()). */
char *dd_sigv4_authorization (const DdSigned *what, const DdCredentials *credentials);
/* WHAT's target with a signature in its query, good for LIFETIME (whole seconds) from INSTANT: who
 * has the URL may ask this once in the name of CREDENTIALS. HEADERS are those that the asker will
 * send too; caller frees. */
char *dd_sigv4_presign (const DdSigned *what, const DdCredentials *credentials, DdUsec instant,
                        DdUsec lifetime);
/* "20260131T093000Z" */
char *dd_sigv4_date (DdUsec instant);

G_END_DECLS
