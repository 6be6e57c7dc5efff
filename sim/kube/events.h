/* sim/kube/events.h: the life of the event recorder; kube_record_event () is in sim/kube/api.h */
#pragma once

#include "sim/kube/api.h"

G_BEGIN_DECLS

void kube_events_start (KubeApi *api);
void kube_events_stop (KubeApi *api);

G_END_DECLS
