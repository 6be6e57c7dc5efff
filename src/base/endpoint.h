/* base/endpoint.h: where a service is reached: a URL taken apart once */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct
{
  char *url;       /* "https://eks.us-west-2.amazonaws.com", without a path */
  char *authority; /* the Host header: the port only when it is not the scheme's own */
  char *prefix;    /* a path in front of every target, without a slash at its end; "" */
  gboolean loopback;
} DdEndpoint;

/* NULL with DD_ERROR_INVALID when URL is no http or https URL. */
DdEndpoint *dd_endpoint_parse (const char *url, GError **error);
void dd_endpoint_free (DdEndpoint *endpoint);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (DdEndpoint, dd_endpoint_free)

G_END_DECLS
