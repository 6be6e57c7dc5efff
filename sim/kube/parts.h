/* SPDX-License-Identifier: Apache-2.0 */
/* sim/kube/parts.h: what of an object a cluster would act on, and this one does not */
#pragma once

#include "sim/kube/kind.h"

G_BEGIN_DECLS

/* PATH is the field's, as error texts write it: "spec.volumes[0].persistentVolumeClaim". */
typedef void (*KubeUnmodelledFunc) (const KubeField *field, const char *path, gpointer data);

/* Calls FUNC for every field of OBJECT that is not modelled and set to something that has a
 * meaning: neither its default nor empty. What stands beneath such a field is told with it. */
void kube_unmodelled_each (const KubeKind *kind, const DdValue *object, KubeUnmodelledFunc func,
                           gpointer data);

G_END_DECLS
