/* SPDX-License-Identifier: Apache-2.0 */
/* sim/http/loopback.h: the carrier that goes over a real socket, in the same process and thread */
#pragma once

#include "sim/world/transport.h"

G_BEGIN_DECLS

/* Opens a front door of WORLD's own on a Unix socket and a client for it. NULL with ERROR when the
 * socket cannot be made. */
SimCarrier *sim_carrier_new_loopback (SimWorld *world, GError **error);

G_END_DECLS
