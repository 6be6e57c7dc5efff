/* SPDX-License-Identifier: Apache-2.0 */
/* sim/http/visitor.h: whether a request comes from a program, or from somebody's web page */
#pragma once

#include "base/transport.h"

G_BEGIN_DECLS

/* NULL when the sender of HEADERS may be answered, else a sentence for a 403. LOCAL_ONLY: the
 * server listens on this machine alone, so that it can only be called by a local name. SCHEME is
 * what its own pages would have: "http" or "https". */
const char *sim_visitor_fault (const DdHeaders *headers, const char *scheme, gboolean local_only);

G_END_DECLS
