/* SPDX-License-Identifier: Apache-2.0 */
/* sim/kube/controllers/actors.h: what moves by itself in the world */
#pragma once

#include "sim/kube/verbs/api.h"

G_BEGIN_DECLS

/* Starts the actors of Kubernetes: scheduler, kubelet, deployment, replica set, daemon set,
 * stateful set, jobs, horizontal pod autoscaler, volumes, disruption, node lifecycle, pod garbage
 * collection, owner-reference collection, namespaces. */
typedef struct _SimActors SimActors;

SimActors *sim_actors_new (KubeApi *api);
void sim_actors_free (SimActors *actors);

G_END_DECLS
