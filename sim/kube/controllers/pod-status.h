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
  gboolean ready;
  gboolean initialized; /* the init containers are done */
  guint restarts;
  int exit_code;                /* of ENDED and of the last crash */
  const char *host_ip, *pod_ip; /* pod_ip NULL: none yet */
  DdUsec started;               /* when the containers started last */
} SimPodReport;

/* POD's status as REPORT says, with what others wrote into it kept. */
DdValue *sim_pod_status (SimActors *actors, const SimObject *pod, const SimPodReport *report);

G_END_DECLS
