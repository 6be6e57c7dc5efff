/* SPDX-License-Identifier: Apache-2.0 */
/* sim/kube/controllers/pod-behaviour.h: how the containers of a pod behave, as its spec and
 * annotations say
 */
#pragma once

#include "base/clock.h"
#include "sim/kube/store.h"

G_BEGIN_DECLS

/* The annotations of sim/kube/kinds/annotations.h, and what the spec says. */
typedef struct
{
  DdUsec ready_after; /* -1: as usual */
  DdUsec stop_after;  /* -1: as usual */
  DdUsec exit_after;  /* -1: never */
  gboolean never_ready, ignores_sigterm, crash_loop;
  gboolean probed;    /* some container has a readinessProbe */
  DdUsec probe_delay; /* the longest initialDelaySeconds of them */
  DdUsec pre_stop;    /* the longest preStop sleep */
  gboolean restarts;  /* restartPolicy Always */
} SimPodBehaviour;

SimPodBehaviour sim_pod_behaviour (const SimObject *pod);

G_END_DECLS
