/* SPDX-License-Identifier: Apache-2.0 */
/* sim/kube/controllers/volumes.h: what a claim asks for, which volume may serve it and from where,
 * and whether a pod's volumes are attached */
#pragma once

#include "sim/kube/controllers/actor.h"

G_BEGIN_DECLS

/* The names of the claims that POD mounts, in the order of its volumes; borrowed from POD. */
GPtrArray *sim_pod_claims (const SimObject *pod);

/* CLAIM's StorageClass; borrowed, NULL when there is none. */
const SimObject *sim_claim_class (SimActors *actors, const SimObject *claim);
/* Its volumes are chosen or made when the first pod has a node. CLASS may be NULL. */
gboolean sim_class_waits (const SimObject *class);
/* Somebody makes its volumes. CLASS may be NULL. */
gboolean sim_class_provisions (const SimObject *class);

/* Its volumes may be made for a node with LABELS. */
gboolean sim_class_allows (const SimObject *class, const DdValue *labels);
/* The driver that makes CLASS's volumes, under the name that the volumes bear. */
const char *sim_class_driver (const SimObject *class);
/* Its volumes can be reached from the zone alone in which they were made. */
gboolean sim_driver_is_zonal (const char *driver);

/* An Available volume that serves CLAIM and can be reached from NODE (NULL: from anywhere), the
 * smallest one; borrowed, NULL when there is none. */
SimObject *sim_volume_for (SimActors *actors, const SimObject *claim, const SimObject *node);
gboolean sim_volume_reaches (const SimObject *volume, const char *node, const DdValue *labels);
/* A node must have it attached before its pods can mount it. */
gboolean sim_volume_needs_attaching (const SimObject *volume);
/* Neither a claim nor a volume knows the other better than by this. */
gboolean sim_volume_is_of (const SimObject *volume, const SimObject *claim);
/* Makes VOLUME CLAIM's, before the claim says so itself. */
gboolean sim_volume_promise (SimActors *actors, const SimActorClass *who, const SimObject *volume,
                             const SimObject *claim, GError **error);

/* attach-detach.c: every claim of POD is bound, and its volume attached to POD's node. */
gboolean sim_volumes_are_attached (SimActors *actors, const SimObject *pod);
/* kubelet-pods.c: they are now. */
void sim_kubelet_volumes_attached (SimActors *actors, const char *pod_uid);

G_END_DECLS
