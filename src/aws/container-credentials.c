/* SPDX-License-Identifier: Apache-2.0 */
/* One question to a small server next to the container. Where it is comes out of the environment,
 * and so does the token that has to be shown; plain HTTP only goes to the addresses that cannot be
 * anywhere else.
 *
 * Source: AWS SDKs and Tools Reference Guide, "Container credential provider"; Amazon EKS User
 * Guide, "EKS Pod Identity". */
#include "config.h"

#include "aws/container-credentials.h"

#include <string.h>

#include "aws/http-source.h"
#include "base/error.h"

#define WHO "container credentials"
#define RELATIVE "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI"
#define FULL "AWS_CONTAINER_CREDENTIALS_FULL_URI"
#define TOKEN "AWS_CONTAINER_AUTHORIZATION_TOKEN"
#define TOKEN_FILE "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE"
#define ECS_ADDRESS "http://169.254.170.2"
#define PATIENCE (5 * DD_SECOND)

typedef struct
{
  DdHttpSource base;
  char *target;
  char *token, *token_file; /* NULL: not set */
} Container;

static void
take_credentials (const DdReply *reply, gpointer data)
{
  Container *self = data;
  g_autoptr (GError) error = NULL;
  g_autoptr (DdValue) document = NULL;
  DdCredentials *credentials = NULL;

  if (dd_http_source_check (reply, WHO, &error))
    {
      document = dd_value_parse_bytes (reply->body, NULL);
      credentials = dd_credentials_from_document (document, "Token", WHO, &error);
    }
  dd_http_source_end (&self->base, credentials, error);
}

/* The file is read each time: Kubernetes puts a new token there before the old one expires. */
static gboolean
add_token (Container *self, DdRequest *request, GError **error)
{
  g_autofree char *read = NULL;
  const char *token = self->token;

  if (self->token_file != NULL)
    {
      if (!g_file_get_contents (self->token_file, &read, NULL, NULL))
        {
          g_set_error (error, DD_ERROR, DD_ERROR_INVALID, TOKEN_FILE ": cannot read %s",
                       self->token_file);
          return FALSE;
        }
      token = g_strstrip (read);
    }
  if (token == NULL)
    return TRUE;
  if (strpbrk (token, "\r\n") != NULL || *token == '\0')
    {
      g_set_error (error, DD_ERROR, DD_ERROR_INVALID, TOKEN ": it is no token");
      return FALSE;
    }
  dd_headers_add (request->headers, "Authorization", token);
  return TRUE;
}

static void
container_fetch (DdCredentialSource *source, DdCredentialsDone done, gpointer data)
{
  Container *self = (Container *) source;
  g_autoptr (GError) error = NULL;
  g_autoptr (DdRequest) request = dd_request_new ("container", "GET", self->target);

  dd_http_source_begin (&self->base, done, data);
  request->timeout = PATIENCE;
  dd_headers_add (request->headers, "Accept", "application/json");
  if (add_token (self, request, &error))
    dd_http_source_ask (&self->base, g_steal_pointer (&request), take_credentials);
  else
    dd_http_source_end (&self->base, NULL, error);
}

static void
container_free (DdCredentialSource *source)
{
  Container *self = (Container *) source;

  dd_http_source_clear (&self->base);
  g_free (self->target);
  g_free (self->token);
  g_free (self->token_file);
  g_free (self);
}

gboolean
dd_container_credentials_are_there (const DdAwsSettings *settings)
{
  return dd_aws_settings_variable (settings, RELATIVE) != NULL
         || dd_aws_settings_variable (settings, FULL) != NULL;
}

static gboolean
may_be_asked (const DdEndpoint *endpoint)
{
  static const char *const addresses[]
      = { "169.254.170.2", "169.254.170.23", "fd00:ec2::23", NULL };

  return endpoint->secure || endpoint->loopback || g_strv_contains (addresses, endpoint->host);
}

static char *
url_of (const DdAwsSettings *settings)
{
  const char *relative = dd_aws_settings_variable (settings, RELATIVE);

  return relative != NULL ? g_strconcat (ECS_ADDRESS, relative, NULL)
                          : g_strdup (dd_aws_settings_variable (settings, FULL));
}

/* "http://host:port" and "/path?query" */
static gboolean
take_url (Container *self, const char *url, GError **error)
{
  const char *host = strstr (url, "://");
  const char *path = host == NULL ? NULL : strpbrk (host + 3, "/?");
  g_autofree char *server = path == NULL ? g_strdup (url) : g_strndup (url, path - url);
  const DdEndpoint *endpoint;

  self->target = g_strconcat (path == NULL || *path == '?' ? "/" : "", path, NULL);
  if (!dd_http_transport_set_endpoint (self->base.transport, "container", server, error))
    return FALSE;
  endpoint = dd_http_transport_get_endpoint (self->base.transport, "container");
  if (may_be_asked (endpoint) && strpbrk (self->target, " \t\r\n") == NULL)
    return TRUE;
  g_set_error (error, DD_ERROR, DD_ERROR_INVALID,
               "%s is not asked for credentials: it is neither https nor an address of this "
               "machine, ECS or EKS",
               endpoint->url);
  return FALSE;
}

DdCredentialSource *
dd_container_credentials_new (const DdAwsSettings *settings, GError **error)
{
  static const DdCredentialSourceClass klass = { container_fetch, container_free };
  Container *self = g_new0 (Container, 1);
  g_autofree char *url = url_of (settings);

  dd_http_source_init (&self->base, &klass, &(DdHttpOptions) { .direct = TRUE });
  self->token = g_strdup (dd_aws_settings_variable (settings, TOKEN));
  self->token_file = g_strdup (dd_aws_settings_variable (settings, TOKEN_FILE));
  if (take_url (self, url, error))
    return &self->base.interface;
  container_free (&self->base.interface);
  g_prefix_error (error, FULL ": ");
  return NULL;
}
