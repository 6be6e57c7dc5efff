/* SPDX-License-Identifier: Apache-2.0 */
/* sim/kube/controllers/pod-behaviour.h: how the containers of a pod behave, as its spec and
 * annotations say
 */
#pragma once

#include "base/clock.h"
#include "sim/kube/store.h"

G_BEGIN_DECLS

/* Nobody runs real programs here, so a scenario shapes them by annotations of the pod:
 *
 *   drydock.dev/ready-after: 30s     the readiness probe passes that long after the start
 *   drydock.dev/never-ready: "true"  it never passes
 *   drydock.dev/stop-after: 20s      the programs need that long to end after SIGTERM
 *   drydock.dev/ignores-sigterm: "true"  they run until they are killed
 *   drydock.dev/crash-loop: "true"   they fail right after each start
 *   drydock.dev/exit-after: 5m       they end by themselves, with exit code 0
 */
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
