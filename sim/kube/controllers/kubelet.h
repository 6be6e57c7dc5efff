/* SPDX-License-Identifier: Apache-2.0 */
/* sim/kube/controllers/kubelet.h: what others may know of the kubelet that runs on a node */
#pragma once

#include "sim/kube/controllers/actor.h"

G_BEGIN_DECLS

/* When the kubelet of NODE last renewed its lease, which it does every ten seconds; -1 when no
 * kubelet ever ran under that name. Nothing is written for it: leases are renewed on read. */
DdUsec sim_kubelet_last_heartbeat (SimActors *actors, const char *node);
/* It goes on renewing. */
gboolean sim_kubelet_is_alive (SimActors *actors, const char *node);

G_END_DECLS
