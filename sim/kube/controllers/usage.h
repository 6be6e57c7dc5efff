/* SPDX-License-Identifier: Apache-2.0 */
/* sim/kube/controllers/usage.h: the CPU and memory that pods use, as annotations say */
#pragma once

#include "sim/kube/store.h"

G_BEGIN_DECLS

/* What POD uses of RESOURCE, "cpu" or "memory", in thousandths; FALSE: it is not known. What
 * WORKLOAD (may be NULL), which the pod belongs to, says in its own annotations goes before what
 * the pod says in its: it can be changed without a rollout. SHARERS: how many Ready pods a load is
 * shared by. */
gboolean sim_pod_usage (const SimObject *pod, const SimObject *workload, const char *resource,
                        guint sharers, gint64 *out_milli);

G_END_DECLS
