/* SPDX-License-Identifier: Apache-2.0 */
/* sim/kube/serve/watch.h: changes as a stream; private to the HTTP side */
#pragma once

#include "sim/kube/serve/reply.h"

G_BEGIN_DECLS

/* Takes REQUEST, which lives as long as the stream. */
SimResponse *kube_watch_handle (KubeRequest *request);

G_END_DECLS
