/* SPDX-License-Identifier: Apache-2.0 */
/* sim/http/request-check.h: what the front door refuses before any service sees it */
#pragma once

#include "base/transport.h"

G_BEGIN_DECLS

#define SIM_MAX_BODY_BYTES (3 * 1024 * 1024)

/* NULL when a service may see the request; else a sentence, and the HTTP status in *out_status.
 * VERSION is "HTTP/1.1" or "HTTP/1.0". */
const char *sim_request_fault (const char *version, const char *method, const char *target,
                               const DdHeaders *headers, guint *out_status);

G_END_DECLS
