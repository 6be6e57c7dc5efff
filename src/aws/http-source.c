/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "aws/http-source.h"

#include "base/error.h"
#include "base/time.h"

/* Credentials are small; what is larger is something else. */
#define MAX_BYTES (64 * 1024)

void
dd_http_source_init (DdHttpSource *source, const DdCredentialSourceClass *klass,
                     const DdHttpOptions *options)
{
  DdHttpOptions small = *options;

  small.max_reply_bytes = MAX_BYTES;
  source->interface.klass = klass;
  source->transport = dd_http_transport_new (&small);
}

void
dd_http_source_clear (DdHttpSource *source)
{
  g_clear_pointer (&source->transport, dd_http_transport_free);
  source->call = 0;
  source->done = NULL;
}

void
dd_http_source_begin (DdHttpSource *source, DdCredentialsDone done, gpointer data)
{
  g_assert (source->done == NULL);
  source->done = done;
  source->data = data;
}

void
dd_http_source_ask (DdHttpSource *source, DdRequest *request, DdReplyFunc take)
{
  source->call
      = dd_transport_send (dd_http_transport_interface (source->transport), request, take, source);
}

void
dd_http_source_end (DdHttpSource *source, DdCredentials *credentials, const GError *error)
{
  DdCredentialsDone done = g_steal_pointer (&source->done);

  source->call = 0;
  done (credentials, error, source->data);
  dd_credentials_free (credentials);
}

static gboolean
take_expiry (DdCredentials *credentials, const char *text)
{
  return text == NULL || dd_time_from_iso8601 (text, &credentials->expires);
}

DdCredentials *
dd_credentials_from_document (const DdValue *document, const char *token_key, const char *who,
                              GError **error)
{
  const char *access_key = dd_value_string (dd_value_member (document, "AccessKeyId"));
  const char *secret_key = dd_value_string (dd_value_member (document, "SecretAccessKey"));
  const char *token = dd_value_string (dd_value_member (document, token_key));
  g_autoptr (DdCredentials) credentials = NULL;

  if (!dd_credentials_is_header_text (access_key) || secret_key == NULL || *secret_key == '\0'
      || (token != NULL && *token != '\0' && !dd_credentials_is_header_text (token)))
    {
      g_set_error (error, DD_ERROR, DD_ERROR_INVALID, "%s: the answer holds no credentials", who);
      return NULL;
    }
  credentials
      = dd_credentials_new (access_key, secret_key, token != NULL && *token != '\0' ? token : NULL);
  if (take_expiry (credentials, dd_value_string (dd_value_member (document, "Expiration"))))
    return g_steal_pointer (&credentials);
  g_set_error (error, DD_ERROR, DD_ERROR_INVALID, "%s: its Expiration is no time", who);
  return NULL;
}

gboolean
dd_http_source_check (const DdReply *reply, const char *who, GError **error)
{
  if (reply->error != NULL)
    {
      g_propagate_error (error, g_error_copy (reply->error));
      g_prefix_error (error, "%s: ", who);
      return FALSE;
    }
  if (reply->status == 200 && reply->body != NULL)
    return TRUE;
  g_set_error (error, DD_ERROR,
               reply->status >= 500 || reply->status == 429 ? DD_ERROR_UNAVAILABLE
                                                            : DD_ERROR_REFUSED,
               "%s: it answers with status %u", who, reply->status);
  return FALSE;
}
