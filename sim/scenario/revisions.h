/* SPDX-License-Identifier: Apache-2.0 */
/* sim/scenario/revisions.h: pods that are there, under the revisions that their sets have here */
#pragma once

#include "sim/kube/store.h"

G_BEGIN_DECLS

/* POD (taken), whose owners are in STORE. Another server numbers the templates of DaemonSets and
 * StatefulSets by hashes of its own: a pod of the present one is labelled with the hash that it has
 * here, or its set would replace it. */
DdValue *sim_pod_of_revision (SimStore *store, DdValue *pod);

G_END_DECLS
