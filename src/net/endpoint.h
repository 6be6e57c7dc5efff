/* SPDX-License-Identifier: Apache-2.0 */
/* net/endpoint.h: where a service is reached: a URL taken apart once */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct
{
  char *url;       /* "https://eks.us-west-2.amazonaws.com", without a path */
  char *authority; /* the Host header: the port only when it is not the scheme's own */
  char *prefix;    /* a path in front of every target, without a slash at its end; "" */
  char *host;
  int port;
  gboolean secure; /* https */
  gboolean loopback;
} DdEndpoint;

/* NULL with DD_ERROR_INVALID when URL is no http or https URL. */
DdEndpoint *dd_endpoint_parse (const char *url, GError **error);
void dd_endpoint_free (DdEndpoint *endpoint);

/* The services of AWS that the program speaks to, ended by a row without a name. */
typedef struct
{
  const char *name;
  const char *variable; /* of the environment: an endpoint of its own */
  const char *setting;  /* in a "services" section of the shared configuration */
} DdAwsService;

extern const DdAwsService dd_aws_services[];
gboolean dd_endpoint_is_aws (const char *service);
/* "https://eks.cn-north-1.amazonaws.com.cn": where AWS has SERVICE in REGION; caller frees. */
char *dd_endpoint_of_aws (const char *service, const char *region);
/* HOST ("eks.us-west-2.amazonaws.com") is one of AWS's own, in whichever partition. */
gboolean dd_endpoint_host_is_aws (const char *host);
/* Fit to be part of a host name, as the name of every region is. */
gboolean dd_endpoint_is_region (const char *text);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (DdEndpoint, dd_endpoint_free)

G_END_DECLS
