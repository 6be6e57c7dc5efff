/* SPDX-License-Identifier: Apache-2.0 */
/* sim/kube/serve/discovery.h: what the server says about itself; private to the HTTP side */
#pragma once

#include "sim/kube/serve/reply.h"

G_BEGIN_DECLS

/* /, /api, /apis, /api/VERSION, /apis/GROUP[/VERSION], /version, health and /openapi; NULL when the
 * path is none of them. */
SimResponse *kube_discovery_handle (KubeRequest *request);

/* sim/kube/serve/openapi.c: /openapi/v2, /openapi/v3 and the documents below it. */
SimResponse *kube_openapi_handle (KubeRequest *request);

/* A reply that clients may keep: 304 when they have these bytes already. Takes BODY. */
SimResponse *kube_reply_cacheable (const KubeRequest *request, const char *content_type,
                                   GBytes *body);
/* SHA-512 in upper-case hex, as the server writes ETags and document hashes; caller frees. */
char *kube_content_hash (GBytes *bytes);

/* "apps/v1" of every group version served, in the kinds' order; a new array of char *. */
GPtrArray *kube_group_versions (const KubeApi *api);

G_END_DECLS
