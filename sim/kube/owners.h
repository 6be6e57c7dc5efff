/* SPDX-License-Identifier: Apache-2.0 */
/* sim/kube/owners.h: the workloads that an object belongs to, and the names it is known by */
#pragma once

#include "sim/kube/kind.h"

G_BEGIN_DECLS

/* The controller of OBJECT by its owner references; borrowed until the next write, NULL when there
 * is none or it is gone. */
SimObject *kube_owner_of (SimStore *store, const SimObject *object);

/* What somebody may call the object NAME of KIND, which need not be there: web-7d4b9-x2x4z,
 * shop/web-7d4b9-x2x4z, Pod/web-7d4b9-x2x4z, and then the same three of each workload above it
 * (web, shop/web, Deployment/web). Added to NAMES, as texts that it must free. */
void kube_add_names (SimStore *store, const KubeKind *kind, const char *namespace_,
                     const char *name, GPtrArray *names);
/* The same of what is about to be made from VALUE: by its name, or by what its name will begin
 * with, and by the workloads that it will belong to. */
void kube_add_names_of_new (SimStore *store, const KubeKind *kind, const char *namespace_,
                            const DdValue *value, GPtrArray *names);

G_END_DECLS
