/* SPDX-License-Identifier: Apache-2.0 */
/* net/credentials.h: what proves who is asking, until when, and where it comes from */
#pragma once

#include "base/clock.h"

G_BEGIN_DECLS

/* Counted, and never changed once others see it. Whoever makes one fills in what the service wants:
 * AWS a key pair, Kubernetes a bearer token or a client certificate. */
typedef struct
{
  char *access_key;
  char *secret_key;
  char *session_token; /* NULL: long-term credentials */
  char *bearer;
  char *certificate, *key; /* PEM */
  DdUsec expires;          /* 0: never */
} DdCredentials;

DdCredentials *dd_credentials_new (const char *access_key, const char *secret_key,
                                   const char *session_token);
DdCredentials *dd_credentials_new_bearer (const char *token);
DdCredentials *dd_credentials_ref (DdCredentials *credentials);
/* Drops a reference; the last one wipes the secrets from memory. */
void dd_credentials_free (DdCredentials *credentials);
/* Fit to be sent in a header: not empty, and nothing but printable ASCII. */
gboolean dd_credentials_is_header_text (const char *text);

/* From AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and AWS_SESSION_TOKEN of ENVIRONMENT (in the form
 * of g_get_environ ()); DD_ERROR_NOT_FOUND when the first two are not set. */
DdCredentials *dd_credentials_from_environment (char **environment, GError **error);

/* CREDENTIALS, or ERROR: both are borrowed, and one is NULL. */
typedef void (*DdCredentialsDone) (DdCredentials *credentials, const GError *error, gpointer data);

/* Where credentials are fetched from. Embed it as the first member. */
typedef struct _DdCredentialSource DdCredentialSource;

typedef struct
{
  void (*fetch) (DdCredentialSource *self, DdCredentialsDone done, gpointer data);
  void (*free) (DdCredentialSource *self);
} DdCredentialSourceClass;

struct _DdCredentialSource
{
  const DdCredentialSourceClass *klass;
};

/* One fetch at a time. DONE runs once, perhaps from within, unless the source is freed first; it
 * may free the source. */
void dd_credential_source_fetch (DdCredentialSource *source, DdCredentialsDone done, gpointer data);
void dd_credential_source_free (DdCredentialSource *source);
/* The same credentials each time. */
DdCredentialSource *dd_credential_source_new_fixed (DdCredentials *credentials);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (DdCredentials, dd_credentials_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (DdCredentialSource, dd_credential_source_free)

G_END_DECLS
