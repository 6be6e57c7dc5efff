/* SPDX-License-Identifier: Apache-2.0 */
/* sim/kube/kinds/rbac.h: what roles and their bindings have in common */
#pragma once

#define KUBE_RBAC "rbac.authorization.k8s.io"

/* Why no field of theirs acts. */
#define KUBE_NOT_ENFORCED "It is kept, not enforced: everybody may do everything here."
