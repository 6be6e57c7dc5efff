/* SPDX-License-Identifier: Apache-2.0 */
/* sim/kube/verbs/events.h: the life of the event recorder; kube_record_event () is in
 * sim/kube/verbs/api.h */
#pragma once

#include "sim/kube/verbs/api.h"

G_BEGIN_DECLS

void kube_events_start (KubeApi *api);
void kube_events_stop (KubeApi *api);

G_END_DECLS
