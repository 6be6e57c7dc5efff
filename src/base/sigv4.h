/* base/sigv4.h: AWS Signature Version 4: proves who is asking, without sending the secret */
#pragma once

#include "base/transport.h"

G_BEGIN_DECLS

typedef struct
{
  char *access_key;
  char *secret_key;
  char *session_token; /* NULL: long-term credentials */
} DdCredentials;

/* From AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and AWS_SESSION_TOKEN; DD_ERROR_NOT_FOUND when the
 * first two are not set. */
DdCredentials *dd_credentials_from_environment (GError **error);
DdCredentials *dd_credentials_new (const char *access_key, const char *secret_key,
                                   const char *session_token);
void dd_credentials_free (DdCredentials *credentials);

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
/* "20260131T093000Z" */
char *dd_sigv4_date (DdUsec instant);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (DdCredentials, dd_credentials_free)

G_END_DECLS
