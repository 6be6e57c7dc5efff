/* SPDX-License-Identifier: Apache-2.0 */
/* sim/world/router.h: which service answers a request */
#pragma once

#include "sim/stage/message.h"
#include "sim/world/world.h"

G_BEGIN_DECLS

/* Executes the request at the world's present instant. Never fails: every mistake is an answer in
 * the service's own shape. Services are told apart by credential scope, X-Amz-Target,
 * form Version, path. */
SimResponse *sim_router_handle (SimWorld *world, const SimRequest *request);

G_END_DECLS
