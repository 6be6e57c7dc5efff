/* SPDX-License-Identifier: Apache-2.0 */
/* sim/kube/controllers/workload.h: what ReplicaSets, DaemonSets and Jobs have in common: making and
 * removing their pods */
#pragma once

#include "sim/kube/controllers/actor.h"

G_BEGIN_DECLS

/* Who acts: how events and the trace name the controller. */
typedef struct
{
  const SimActorClass *actor;
  const char *component; /* "replicaset-controller" */
} SimWorkload;

/* Makes a pod from OWNER's spec.template with LABELS (an object, may be NULL) added and SPEC (may
 * be NULL: the template's own) as its spec. Events as Kubernetes records them. */
gboolean sim_workload_create_pod (SimActors *actors, const SimWorkload *workload,
                                  const SimObject *owner, const DdValue *labels,
                                  const DdValue *spec, GError **error);
/* The pod that it makes, and the making of one that differs in more. */
DdValue *sim_pod_from_template (const SimObject *owner, const DdValue *labels, const DdValue *spec);
gboolean sim_workload_create (SimActors *actors, const SimWorkload *workload,
                              const SimObject *owner, const DdValue *pod, GError **error);
gboolean sim_workload_delete_pod (SimActors *actors, const SimWorkload *workload,
                                  const SimObject *owner, const SimObject *pod, GError **error);

/* Since when POD is Ready; FALLBACK when it does not say. */
DdUsec sim_pod_ready_since (const SimObject *pod, DdUsec fallback);
/* POD has been Ready for OWNER's spec.minReadySeconds. Imitates: kubernetes/kubernetes,
 * pkg/api/v1/pod, IsPodAvailable. */
gboolean sim_workload_pod_is_available (SimActors *actors, const SimObject *owner,
                                        const SimObject *pod);
/* How many of OWNER's pods (GROUP, may be NULL) are; QUEUE runs OWNER again when the next one will
 * be. */
gint64 sim_workload_count_available (SimActors *actors, SimController *queue,
                                     const SimObject *owner, const SimGroup *group);

/* Content can no longer be made in a namespace that is being deleted: no reason to try again. */
gboolean sim_namespace_is_closing (SimActors *actors, const char *namespace_);

/* "namespace/name", as the trace names namespaced things; caller frees. */
char *sim_object_subject (const SimObject *object);

G_END_DECLS
