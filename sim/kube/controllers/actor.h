/* SPDX-License-Identifier: Apache-2.0 */
/* sim/kube/controllers/actor.h: one thing that moves by itself; sim/kube/controllers/actors.c holds
 * the list */
#pragma once

#include "sim/kube/controllers/actors.h"
#include "sim/kube/controllers/census.h"
#include "sim/kube/controllers/controller.h"
#include "sim/kube/verbs/api.h"
#include "sim/kube/kinds/kinds.h"
#include "sim/kube/kinds/views.h"

G_BEGIN_DECLS

/* An actor watches the store, acts through the verbs of the API server like any other client, and
 * shares nothing with its fellows but what the store holds. */
typedef struct
{
  const char *name;
  gpointer (*start) (SimActors *actors);
  void (*stop) (gpointer self); /* cancels its events, ends its subscriptions, frees it */
  /* What it asks the API server for (sim/kube/controllers/writes.h), as faults name it; * stands
   * for any kind. Ended by NULL; NULL: it writes statuses and events alone. */
  const char *const *writes;
  /* The program that it is part of, as managedFields call it; NULL: SIM_CONTROLLER_MANAGER. */
  const char *manager;
} SimActorClass;

#define SIM_CONTROLLER_MANAGER "kube-controller-manager"

struct _SimActors
{
  SimStage *stage;
  KubeApi *api;
  SimStore *store;
  SimCensus *census;
  gpointer *parts; /* one for each class, in the order of the list */
};

/* What KLASS's start () returned; NULL while it has not run yet. */
gpointer sim_actors_part (SimActors *actors, const SimActorClass *klass);

/* kube_set_status () by WHO, for those who need no answer. Takes STATUS. */
void sim_actors_post_status (SimActors *actors, const SimActorClass *who, SimObject *object,
                             DdValue *status);
/* What managedFields call WHO. */
const char *sim_actor_manager (const SimActorClass *who);

extern const SimActorClass sim_actor_attach_detach;
extern const SimActorClass sim_actor_cloud_node;
extern const SimActorClass sim_actor_cron_job;
extern const SimActorClass sim_actor_daemon_set;
extern const SimActorClass sim_actor_deployment;
extern const SimActorClass sim_actor_disruption;
extern const SimActorClass sim_actor_garbage_collector;
extern const SimActorClass sim_actor_job;
extern const SimActorClass sim_actor_job_ttl;
extern const SimActorClass sim_actor_hpa;
extern const SimActorClass sim_actor_kubelet;
extern const SimActorClass sim_actor_namespace;
extern const SimActorClass sim_actor_operators;
extern const SimActorClass sim_actor_node_lifecycle;
extern const SimActorClass sim_actor_pod_gc;
extern const SimActorClass sim_actor_replica_set;
extern const SimActorClass sim_actor_scheduler;
extern const SimActorClass sim_actor_stateful_set;
extern const SimActorClass sim_actor_taint_eviction;
extern const SimActorClass sim_actor_volume_binder;
extern const SimActorClass sim_actor_volume_protection;

G_END_DECLS
