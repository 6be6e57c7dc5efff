/* SPDX-License-Identifier: Apache-2.0 */
/* sim/kube/kinds/rbac.h: roles and their bindings, and what they allow */
#pragma once

#include "sim/kube/verbs/api.h"

G_BEGIN_DECLS

#define KUBE_RBAC "rbac.authorization.k8s.io"

/* Why no field of theirs acts. */
#define KUBE_NOT_ENFORCED "Clients alone are asked for it, where RBAC is enforced."

/* From now on clients may do what roles allow, and API has those of a new server. */
void kube_rbac_enforce (KubeApi *api);
/* sim/kube/kinds/rbac-defaults.c */
void kube_rbac_create_defaults (KubeApi *api);
/* After a write of a cluster role: those that gather others' rules gather them again. */
void kube_rbac_aggregate (KubeApi *api, const KubeKind *kind, const char *name);

G_END_DECLS
