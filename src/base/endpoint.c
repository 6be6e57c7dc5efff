#include "config.h"

#include "base/endpoint.h"

#include <gio/gio.h>
#include <string.h>

#include "base/error.h"

static gboolean
is_loopback (const char *host)
{
  g_autoptr (GInetAddress) address = g_inet_address_new_from_string (host);

  if (address == NULL)
    return g_ascii_strcasecmp (host, "localhost") == 0;
  return g_inet_address_get_is_loopback (address);
}

static char *
authority_of (const char *scheme, const char *host, int port)
{
  int usual = strcmp (scheme, "https") == 0 ? 443 : 80;
  GString *out = g_string_new (NULL);

  if (strchr (host, ':') != NULL)
    g_string_append_printf (out, "[%s]", host);
  else
    g_string_append (out, host);
  if (port > 0 && port != usual)
    g_string_append_printf (out, ":%d", port);
  return g_string_free (out, FALSE);
}

static char *
without_last_slashes (const char *path)
{
  gsize length = strlen (path);

  while (length > 0 && path[length - 1] == '/')
    length--;
  return g_strndup (path, length);
}

DdEndpoint *
dd_endpoint_parse (const char *url, GError **error)
{
  g_autoptr (GUri) uri = g_uri_parse (url, G_URI_FLAGS_ENCODED_PATH, NULL);
  const char *scheme = uri != NULL ? g_uri_get_scheme (uri) : "";
  const char *host = uri != NULL ? g_uri_get_host (uri) : NULL;
  DdEndpoint *endpoint;

  if (host == NULL || *host == '\0'
      || (strcmp (scheme, "http") != 0 && strcmp (scheme, "https") != 0))
    {
      g_set_error (error, DD_ERROR, DD_ERROR_INVALID,
                   "'%s' is no endpoint; one looks like http://127.0.0.1:4566", url);
      return NULL;
    }
  endpoint = g_new0 (DdEndpoint, 1);
  endpoint->authority = authority_of (scheme, host, g_uri_get_port (uri));
  endpoint->url = g_strdup_printf ("%s://%s", scheme, endpoint->authority);
  endpoint->prefix = without_last_slashes (g_uri_get_path (uri));
  endpoint->loopback = is_loopback (host);
  return endpoint;
}

void
dd_endpoint_free (DdEndpoint *endpoint)
{
  if (endpoint == NULL)
    return;
  g_free (endpoint->url);
  g_free (endpoint->authority);
  g_free (endpoint->prefix);
  g_free (endpoint);
}
