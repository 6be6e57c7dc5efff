/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "sim/kube/controllers/writes.h"

#include <string.h>

static const SimActorClass *const classes[] = {
  &sim_actor_namespace,
  &sim_actor_scheduler,
  &sim_actor_kubelet,
  &sim_actor_deployment,
  &sim_actor_replica_set,
  &sim_actor_daemon_set,
  &sim_actor_disruption,
  &sim_actor_node_lifecycle,
  &sim_actor_taint_eviction,
  &sim_actor_cloud_node,
  &sim_actor_pod_gc,
  &sim_actor_garbage_collector,
  &sim_actor_stateful_set,
  &sim_actor_volume_binder,
  &sim_actor_attach_detach,
  &sim_actor_volume_protection,
  &sim_actor_job,
  &sim_actor_job_ttl,
  &sim_actor_cron_job,
  &sim_actor_hpa,
  &sim_actor_operators,
};

SimActors *
sim_actors_new (KubeApi *api)
{
  SimActors *actors = g_new0 (SimActors, 1);

  actors->stage = api->stage;
  actors->api = api;
  actors->store = api->store;
  actors->census = sim_census_new (actors->store);
  actors->parts = g_new0 (gpointer, G_N_ELEMENTS (classes));
  for (guint i = 0; i < G_N_ELEMENTS (classes); i++)
    actors->parts[i] = classes[i]->start (actors);
  return actors;
}

void
sim_actors_free (SimActors *actors)
{
  if (actors == NULL)
    return;
  for (guint i = G_N_ELEMENTS (classes); i-- > 0;)
    classes[i]->stop (actors->parts[i]);
  sim_census_free (actors->census);
  g_free (actors->parts);
  g_free (actors);
}

gpointer
sim_actors_part (SimActors *actors, const SimActorClass *klass)
{
  for (guint i = 0; i < G_N_ELEMENTS (classes); i++)
    if (classes[i] == klass)
      return actors->parts[i];
  return NULL;
}

GPtrArray *
sim_writers (void)
{
  GPtrArray *names = g_ptr_array_new ();

  for (guint i = 0; i < G_N_ELEMENTS (classes); i++)
    if (classes[i]->writes != NULL)
      g_ptr_array_add (names, (gpointer) classes[i]->name);
  g_ptr_array_add (names, NULL);
  return names;
}

const char *const *
sim_writes_of (const char *writer)
{
  for (guint i = 0; i < G_N_ELEMENTS (classes); i++)
    if (strcmp (classes[i]->name, writer) == 0)
      return classes[i]->writes;
  return NULL;
}

const char *
sim_actor_manager (const SimActorClass *who)
{
  return who->manager != NULL ? who->manager : SIM_CONTROLLER_MANAGER;
}

void
sim_actors_post_status (SimActors *actors, const SimActorClass *who, SimObject *object,
                        DdValue *status)
{
  SimObject *written = kube_set_status_as (actors->api, sim_actor_manager (who), object, status);

  if (written != NULL)
    sim_object_unref (written);
}
