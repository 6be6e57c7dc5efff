/* SPDX-License-Identifier: Apache-2.0 */
/* sim/kube/verbs/age.h: how long ago things were, as kubectl prints it */
#pragma once

#include "sim/kube/verbs/api.h"

G_BEGIN_DECLS

/* How long DELAY is, as kubectl prints ages: "5s", "3m20s", "2d4h", "1y30d"; caller frees. */
char *kube_human_duration (DdUsec delay);

/* How long ago INSTANT (an RFC 3339 text, or NULL) was by the world's clock: "3m20s", "<unknown>";
 * caller frees. */
char *kube_age_text (KubeApi *api, const DdValue *instant);

G_END_DECLS
