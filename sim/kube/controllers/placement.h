/* SPDX-License-Identifier: Apache-2.0 */
/* sim/kube/controllers/placement.h: may this pod be on this node: selectors, affinity, taints and
 * tolerations
 */
#pragma once

#include "base/value.h"

G_BEGIN_DECLS

typedef enum
{
  SIM_NO_SCHEDULE = 1 << 0,
  SIM_PREFER_NO_SCHEDULE = 1 << 1,
  SIM_NO_EXECUTE = 1 << 2,
} SimTaintEffects;

gboolean sim_tolerates (const DdValue *tolerations, const DdValue *taint);
/* The first taint with one of EFFECTS that TOLERATIONS do not tolerate; NULL when there is none. */
const DdValue *sim_untolerated_taint (const DdValue *tolerations, const DdValue *taints,
                                      SimTaintEffects effects);
guint sim_count_untolerated (const DdValue *tolerations, const DdValue *taints,
                             SimTaintEffects effects);

/* spec.nodeSelector and spec.affinity.nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution
 * of a pod against a node of that name and those labels (may be NULL). */
gboolean sim_node_affinity_matches (const DdValue *pod_spec, const char *node_name,
                                    const DdValue *node_labels);
/* The sum of the weights of the preferred terms that match. */
gint64 sim_node_preference (const DdValue *pod_spec, const char *node_name,
                            const DdValue *node_labels);
/* The one node that a DaemonSet's pod is meant for; NULL for other pods. */
const char *sim_target_node (const DdValue *pod_spec);

G_END_DECLS
