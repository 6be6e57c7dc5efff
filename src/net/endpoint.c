/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "net/endpoint.h"

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
  endpoint->secure = strcmp (scheme, "https") == 0;
  endpoint->host = g_strdup (host);
  endpoint->port = g_uri_get_port (uri);
  if (endpoint->port <= 0)
    endpoint->port = endpoint->secure ? 443 : 80;
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
  g_free (endpoint->host);
  g_free (endpoint);
}

/* ---- AWS ---- */

/* Source: AWS SDKs and Tools Reference Guide, "Service-specific endpoints". */
const DdAwsService dd_aws_services[] = {
  { "eks", "AWS_ENDPOINT_URL_EKS", "eks" },
  { "autoscaling", "AWS_ENDPOINT_URL_AUTO_SCALING", "auto_scaling" },
  { "ec2", "AWS_ENDPOINT_URL_EC2", "ec2" },
  { "ssm", "AWS_ENDPOINT_URL_SSM", "ssm" },
  { "sts", "AWS_ENDPOINT_URL_STS", "sts" },
  { NULL },
};

gboolean
dd_endpoint_is_aws (const char *service)
{
  for (const DdAwsService *each = dd_aws_services; each->name != NULL; each++)
    if (strcmp (each->name, service) == 0)
      return TRUE;
  return FALSE;
}

gboolean
dd_endpoint_is_region (const char *text)
{
  gsize length = strlen (text);

  return length > 0 && length <= 63 && text[0] != '-'
         && strspn (text, "abcdefghijklmnopqrstuvwxyz0123456789-") == length;
}

/* Source: the endpoint rules that AWS publishes for its SDKs (partitions.json). */
static const struct
{
  const char *prefix; /* of the region */
  const char *domain;
} partitions[] = {
  { "cn-", "amazonaws.com.cn" },    { "us-iso-", "c2s.ic.gov" },
  { "us-isob-", "sc2s.sgov.gov" },  { "eu-isoe-", "cloud.adc-e.uk" },
  { "us-isof-", "csp.hci.ic.gov" }, { "eusc-", "amazonaws.eu" },
  { "", "amazonaws.com" },
};

char *
dd_endpoint_of_aws (const char *service, const char *region)
{
  guint i = 0;

  while (!g_str_has_prefix (region, partitions[i].prefix))
    i++;
  return g_strdup_printf ("https://%s.%s.%s", service, region, partitions[i].domain);
}

static gboolean
is_within (const char *host, const char *domain)
{
  g_autofree char *suffix = g_strconcat (".", domain, NULL);
  g_autofree char *folded = g_ascii_strdown (host, -1);

  return g_str_has_suffix (folded, suffix);
}

/* "api.aws" is where AWS has its dual-stack endpoints. */
gboolean
dd_endpoint_host_is_aws (const char *host)
{
  for (guint i = 0; i < G_N_ELEMENTS (partitions); i++)
    if (is_within (host, partitions[i].domain))
      return TRUE;
  return is_within (host, "api.aws");
}
