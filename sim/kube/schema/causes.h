/* SPDX-License-Identifier: Apache-2.0 */
/* sim/kube/schema/causes.h: the problems a validation found, and the 422 they become */
#pragma once

#include "sim/kube/kind.h"

G_BEGIN_DECLS

/* kube_causes_add () is in sim/kube/kind.h, for the kinds' own validation. */
KubeCauses *kube_causes_new (void);
void kube_causes_free (KubeCauses *causes);
guint kube_causes_count (const KubeCauses *causes);
/* Adds those of A and B to CAUSES: each list keeps its order, and of two heads the one whose field
 * comes first in TYPE goes first. */
void kube_causes_merge (KubeCauses *causes, const KubeStruct *type, const KubeCauses *a,
                        const KubeCauses *b);

/* TRUE when there are none; else FALSE and a KUBE_INVALID about GROUP (may be ""), KIND and NAME,
 * such as `Deployment.apps "web" is invalid: spec.replicas: Invalid value: ...`. */
gboolean kube_causes_check (const KubeCauses *causes, const char *group, const char *kind,
                            const char *name, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (KubeCauses, kube_causes_free)

G_END_DECLS
