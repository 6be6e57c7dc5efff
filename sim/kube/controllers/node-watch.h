/* SPDX-License-Identifier: Apache-2.0 */
/* sim/kube/controllers/node-watch.h: how a kubelet's silence and an instance's end reach those who
 * watch over nodes */
#pragma once

#include "sim/kube/controllers/actor.h"

G_BEGIN_DECLS

/* The kubelet of NODE stopped or came back: the grace period has a beginning or none. */
void sim_node_lifecycle_look (SimActors *actors, const char *node);
/* The instance under NODE stopped or is gone. */
void sim_cloud_node_look (SimActors *actors, const char *node);

G_END_DECLS
