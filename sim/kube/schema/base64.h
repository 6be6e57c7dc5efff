/* SPDX-License-Identifier: Apache-2.0 */
/* sim/kube/schema/base64.h: bytes in JSON, read as Go reads them */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Whether TEXT is RFC 4648 base64 with padding; line ends in it count for nothing. Where it is not,
 * *OUT_AT is the byte that Go complains of. */
gboolean kube_base64_check (const char *text, gsize *out_at);

G_END_DECLS
