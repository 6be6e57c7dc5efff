/* SPDX-License-Identifier: Apache-2.0 */
/* sim/kube/controllers/pod-status.h: the status that a kubelet posts for a pod */
#pragma once

#include "sim/kube/controllers/actor.h"

G_BEGIN_DECLS

typedef enum
{
  SIM_POD_CREATING, /* images, init containers, first start */
  SIM_POD_STARTED,  /* all containers run */
  SIM_POD_CRASHED,  /* they failed and will be started again */
  SIM_POD_ENDED,    /* they ended and will not */
} SimPodProgress;

typedef struct
{
  SimPodProgress progress;
  gboolean ready;       /* the containers are; what waits for readiness gates is not in here */
  gboolean initialized; /* the init containers are done */
  gboolean init_runs;   /* the one at init_done, while they are not */
  guint init_done;      /* init containers that ended, or as sidecars started */
  guint restarts;
  int exit_code;                /* of ENDED and of the last crash */
  const char *host_ip, *pod_ip; /* pod_ip NULL: none yet */
  const char *reason, *message; /* of a failure of the pod as a whole; NULL: none */
  DdUsec started;               /* when the containers started last */
} SimPodReport;

/* Every condition that spec.readinessGates names is True; a missing one is not. Imitates:
 * Kubernetes, Pod Lifecycle, Pod readiness. */
gboolean sim_pod_gates_hold (const SimObject *pod);

/* POD's status as REPORT says, with what others wrote into it kept. */
DdValue *sim_pod_status (SimActors *actors, const SimObject *pod, const SimPodReport *report);

G_END_DECLS
