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

G_END_DECLS
