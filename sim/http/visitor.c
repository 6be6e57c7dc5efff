/* SPDX-License-Identifier: Apache-2.0 */
/* A lab has no passwords, so any web page that its user looks at could drive it: by a form or a
 * script, which a browser sends with the page's Origin, or under a name of the page's own that
 * suddenly means 127.0.0.1 (DNS rebinding), which the Host tells. Programs send neither a foreign
 * Origin nor, to a server on this machine alone, the name of another one.
 *
 * Source: RFC 6454, section 7. */
#include "config.h"

#include "sim/http/visitor.h"

#include <gio/gio.h>
#include <string.h>

/* The name in "NAME:PORT", without the brackets of an IPv6 address. */
static char *
name_in_host (const char *host)
{
  const char *start = host[0] == '[' ? host + 1 : host;

  return g_strndup (start, strcspn (start, host[0] == '[' ? "]" : ":"));
}

static gboolean
host_is_local (const char *host)
{
  g_autofree char *name = name_in_host (host);
  g_autoptr (GInetAddress) address = NULL;

  if (g_ascii_strcasecmp (name, "localhost") == 0)
    return TRUE;
  address = g_inet_address_new_from_string (name);
  return address != NULL && g_inet_address_get_is_loopback (address);
}

/* Only a page that came from the very place that is asked. */
static gboolean
origin_is_foreign (const char *origin, const char *scheme, const char *host)
{
  g_autofree char *own = g_strconcat (scheme, "://", host, NULL);

  return host == NULL || g_ascii_strcasecmp (origin, own) != 0;
}

const char *
sim_visitor_fault (const DdHeaders *headers, const char *scheme, gboolean local_only)
{
  const char *host = dd_headers_get (headers, "Host");
  const char *origin = dd_headers_get (headers, "Origin");

  if (local_only && host != NULL && !host_is_local (host))
    return "this server listens on this machine alone and answers to localhost, 127.0.0.1 and "
           "[::1]; --listen gives it another address";
  if (origin != NULL && origin_is_foreign (origin, scheme, host))
    return "web pages of another origin are not answered";
  return NULL;
}
