/* SPDX-License-Identifier: Apache-2.0 */
/* sim/kube/controllers/actors.h: what moves by itself in the world */
#pragma once

#include "sim/world/world.h"

G_BEGIN_DECLS

/* Starts the actors of Kubernetes: scheduler, kubelet, deployment, replica set, daemon set,
 * disruption, node lifecycle, pod garbage collection, owner-reference collection, namespaces. */
SimActors *sim_actors_new (SimWorld *world);
void sim_actors_free (SimActors *actors);

G_END_DECLS
