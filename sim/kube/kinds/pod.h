/* SPDX-License-Identifier: Apache-2.0 */
/* sim/kube/kinds/pod.h: the parts of the Pod table that have a file of their own */
#pragma once

#include "sim/kube/verbs/api.h"

G_BEGIN_DECLS

/* sim/kube/kinds/pod-columns.c */
extern const KubeColumn kube_pod_columns[];
DdValue *kube_pod_row_conditions (const SimObject *object);

/* sim/kube/kinds/pod-admission.c: what the admission plugins of an API server add to a new pod. */
gboolean kube_pod_admit (KubeApi *api, DdValue **pod, GError **error);

/* sim/kube/kinds/pod-validate.c */
void kube_pod_validate (const DdValue *old, const DdValue *pod, KubeCauses *causes);

/* sim/kube/kinds/pod-eviction.c, pod-binding.c */
/* The eviction subresource with the full PodDisruptionBudget decision. */
gboolean kube_evict (KubeApi *api, const char *namespace_, const char *name,
                     const KubeDelete *options, GError **error);
/* The binding subresource: the scheduler's decision. */
gboolean kube_bind (KubeApi *api, const char *namespace_, const char *name, const char *node,
                    GError **error);

/* The same for a Binding's .target. */
gboolean kube_bind_to_target (KubeApi *api, const char *namespace_, const char *name,
                              const DdValue *target, GError **error);

/* The budgets that select POD, ordered by name; a new array of references to SimObject. */
GPtrArray *kube_budgets_of_pod (KubeApi *api, const SimObject *pod);

G_END_DECLS
