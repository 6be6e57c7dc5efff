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
  int exit_code;      /* of programs that end by themselves; crash_loop: not 0 */
  int stop_code;      /* after SIGTERM */
  gboolean never_ready, ignores_sigterm, crash_loop;
  gboolean probed;    /* some container has a readinessProbe or a startupProbe */
  DdUsec probe_delay; /* the longest initialDelaySeconds of them */
  DdUsec pre_stop;    /* what the longest preStop hook takes */
  gboolean restarts;  /* restartPolicy Always */
  gboolean fails;     /* restartPolicy Never: a crash is the end */
} SimPodBehaviour;

SimPodBehaviour sim_pod_behaviour (const SimObject *pod);

/* How long after its start CONTAINER of POD holds up the next one: an init container until it ends,
 * any other until its postStart hook does. Imitates: Kubernetes, Init Containers; the kubelet's
 * startContainer, which waits for the hook. */
DdUsec sim_container_holds (const SimObject *pod, const DdValue *container, gboolean init);

G_END_DECLS
