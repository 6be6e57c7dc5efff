/* SPDX-License-Identifier: Apache-2.0 */
/* sim/kube/controllers/deployment.h: one look at a Deployment and its ReplicaSets, shared by
 * rollout and status */
#pragma once

#include "sim/kube/controllers/actor.h"

G_BEGIN_DECLS

typedef struct
{
  SimActors *actors;
  SimController *queue;
} SimDeployments;

/* What one run of the controller works on. */
typedef struct
{
  SimDeployments *self;
  SimObject *deployment;
  SimObject *newest;         /* the ReplicaSet of the present template; NULL: not made yet */
  GPtrArray *old;            /* the others, oldest first */
  gboolean refused;          /* the newest could not be made */
  char *hash;                /* of the present template */
  gint64 wanted;             /* spec.replicas */
  gint64 surge, unavailable; /* of the rolling update, in pods */
} SimRollout;

gint64 sim_replicas_wanted (const SimObject *set);
gint64 sim_replicas_available (const SimObject *set);
gint64 sim_rollout_sum (const SimRollout *rollout, const char *path);

/* Brings ReplicaSets nearer to what the Deployment asks for; *out_changed: something was written,
 * and the next run follows from that. Implemented in deployment-rollout.c. */
gboolean sim_rollout_step (SimRollout *rollout, gboolean *out_changed, GError **error);

/* Writes .status; CREATED: this run made the newest ReplicaSet. Implemented in
 * deployment-status.c. */
void sim_rollout_write_status (SimRollout *rollout, gboolean created);
/* Tells that the newest ReplicaSet could not be made. */
void sim_rollout_report_refusal (SimRollout *rollout, const GError *problem);
/* Updated, available and observed: nothing left to do. */
gboolean sim_rollout_is_complete (const SimRollout *rollout);

G_END_DECLS
