/* SPDX-License-Identifier: Apache-2.0 */
/* sim/kube/kinds/priority-class.h: what PriorityClasses mean for new pods */
#pragma once

#include "sim/kube/verbs/api.h"

G_BEGIN_DECLS

/* Gives a new *POD the priority of the class it names, or of the default one. Imitates: Kubernetes,
 * plugin/pkg/admission/priority. */
gboolean kube_priority_admit (KubeApi *api, DdValue **pod, GError **error);

G_END_DECLS
