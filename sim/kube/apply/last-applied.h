/* SPDX-License-Identifier: Apache-2.0 */
/* sim/kube/apply/last-applied.h: what kubectl's client-side apply left behind; private to
 * server-side apply */
#pragma once

#include "sim/kube/apply/managed.h"

G_BEGIN_DECLS

/* The fields of LIVE that are still what a client-side apply made them, if it is kubectl that
 * writes: it need not be forced to take them over. NULL: none. */
DdValue *kube_last_applied_fields (const KubeWriter *writer, const DdValue *live);
/* OBJECT (taken), whose note of the last apply, where kubectl keeps one, is of CONFIG now: going
 * back to client-side apply goes well then. */
DdValue *kube_last_applied_keep (const KubeWriter *writer, const DdValue *config, DdValue *object);

G_END_DECLS
