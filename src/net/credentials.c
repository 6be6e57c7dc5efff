/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "net/credentials.h"

#include <string.h>

#include "base/error.h"

DdCredentials *
dd_credentials_new (const char *access_key, const char *secret_key, const char *session_token)
{
  DdCredentials *credentials = g_rc_box_new0 (DdCredentials);

  credentials->access_key = g_strdup (access_key);
  credentials->secret_key = g_strdup (secret_key);
  credentials->session_token = g_strdup (session_token);
  return credentials;
}

DdCredentials *
dd_credentials_new_bearer (const char *token)
{
  DdCredentials *credentials = g_rc_box_new0 (DdCredentials);

  credentials->bearer = g_strdup (token);
  return credentials;
}

DdCredentials *
dd_credentials_ref (DdCredentials *credentials)
{
  return g_rc_box_acquire (credentials);
}

static void
free_secret (char *text)
{
  if (text != NULL)
    explicit_bzero (text, strlen (text));
  g_free (text);
}

static void
credentials_clear (gpointer data)
{
  DdCredentials *credentials = data;

  g_free (credentials->access_key);
  free_secret (credentials->secret_key);
  free_secret (credentials->session_token);
  free_secret (credentials->bearer);
  g_free (credentials->certificate);
  free_secret (credentials->key);
}

void
dd_credentials_free (DdCredentials *credentials)
{
  if (credentials != NULL)
    g_rc_box_release_full (credentials, credentials_clear);
}

gboolean
dd_credentials_is_header_text (const char *text)
{
  if (text == NULL || *text == '\0')
    return FALSE;
  for (const char *p = text; *p != '\0'; p++)
    if (!g_ascii_isgraph (*p))
      return FALSE;
  return TRUE;
}

static const char *
variable (char **environment, const char *name)
{
  const char *value = g_environ_getenv (environment, name);

  return value != NULL && *value != '\0' ? value : NULL;
}

DdCredentials *
dd_credentials_from_environment (char **environment, GError **error)
{
  const char *access_key = variable (environment, "AWS_ACCESS_KEY_ID");
  const char *secret_key = variable (environment, "AWS_SECRET_ACCESS_KEY");

  if (access_key != NULL && secret_key != NULL)
    return dd_credentials_new (access_key, secret_key, variable (environment, "AWS_SESSION_TOKEN"));
  g_set_error (error, DD_ERROR, DD_ERROR_NOT_FOUND,
               "no AWS credentials: set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY");
  return NULL;
}

/* ---- sources ---- */

void
dd_credential_source_fetch (DdCredentialSource *source, DdCredentialsDone done, gpointer data)
{
  source->klass->fetch (source, done, data);
}

void
dd_credential_source_free (DdCredentialSource *source)
{
  if (source != NULL)
    source->klass->free (source);
}

typedef struct
{
  DdCredentialSource interface;
  DdCredentials *credentials;
} FixedSource;

static void
fixed_fetch (DdCredentialSource *self, DdCredentialsDone done, gpointer data)
{
  g_autoptr (DdCredentials) credentials = dd_credentials_ref (((FixedSource *) self)->credentials);

  done (credentials, NULL, data);
}

static void
fixed_free (DdCredentialSource *self)
{
  dd_credentials_free (((FixedSource *) self)->credentials);
  g_free (self);
}

DdCredentialSource *
dd_credential_source_new_fixed (DdCredentials *credentials)
{
  static const DdCredentialSourceClass klass = { fixed_fetch, fixed_free };
  FixedSource *self = g_new0 (FixedSource, 1);

  self->interface.klass = &klass;
  self->credentials = dd_credentials_ref (credentials);
  return &self->interface;
}
