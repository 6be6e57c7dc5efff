/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "sim/kube/controllers/deployment.h"

#include <string.h>

#include "sim/kube/controllers/conditions.h"
#include "sim/kube/controllers/workload.h"
#include "sim/kube/controllers/writes.h"

/* A Deployment is a row of ReplicaSets, one per pod template it ever had. One run looks at all of
 * them, makes the one that is missing, moves the sizes one step (deployment-rollout.c) and reports
 * (deployment-status.c). Changes of the ReplicaSets' status bring the next run. */

gint64
sim_replicas_wanted (const SimObject *set)
{
  return dd_value_path_int (set->value, "spec.replicas", 1);
}

gint64
sim_replicas_available (const SimObject *set)
{
  return dd_value_path_int (set->value, "status.availableReplicas", 0);
}

gint64
sim_rollout_sum (const SimRollout *rollout, const char *path)
{
  gint64 sum = rollout->newest != NULL ? dd_value_path_int (rollout->newest->value, path, 0) : 0;

  for (guint i = 0; i < rollout->old->len; i++)
    {
      const SimObject *set = g_ptr_array_index (rollout->old, i);

      sum += dd_value_path_int (set->value, path, 0);
    }
  return sum;
}

/* A Deployment that was just made takes over ReplicaSets that nobody owns and its selector
 * matches: those left behind by `kubectl delete --cascade=orphan`. */
static gboolean
adopt (SimDeployments *self, const SimObject *deployment, GError **error)
{
  const DdValue *selector = dd_value_path (deployment->value, "spec.selector");
  g_autoptr (GPtrArray) sets = NULL;

  if (dd_value_path (deployment->value, "status.observedGeneration") != NULL)
    return TRUE;
  sets = sim_store_list (self->actors->store, &kube_replica_set, deployment->namespace_);
  for (guint i = 0; i < sets->len; i++)
    {
      const SimObject *set = g_ptr_array_index (sets, i);
      g_autoptr (DdValue) patch = NULL;
      g_autoptr (SimObject) written = NULL;

      if (sim_controller_reference (set) != NULL || sim_is_terminating (set)
          || !kube_label_selector_matches (selector, dd_value_path (set->value, "metadata.labels")))
        continue;
      patch = dd_object (
          "metadata", dd_object ("ownerReferences", sim_owner_references (deployment), NULL), NULL);
      written = sim_write_merge (self->actors, &sim_actor_deployment, "patch", set, patch, error);
      if (written == NULL)
        return FALSE;
    }
  return TRUE;
}

static int
compare_age (gconstpointer left, gconstpointer right)
{
  const SimObject *a = *(SimObject *const *) left, *b = *(SimObject *const *) right;
  int order = g_strcmp0 (dd_value_path_string (a->value, "metadata.creationTimestamp"),
                         dd_value_path_string (b->value, "metadata.creationTimestamp"));

  return order != 0 ? order : g_strcmp0 (a->name, b->name);
}

/* The hash is a name, and another cluster may have computed another one: what counts is that the
 * templates are equal but for it. Imitates: k8s.io/kubernetes/pkg/controller/deployment/util,
 * EqualIgnoreHash. */
static gboolean
is_of_template (const SimObject *set, const DdValue *template, const char *hash)
{
  const DdValue *labels = dd_value_path (set->value, "metadata.labels");
  const char *its_hash = dd_value_string (dd_value_member (labels, "pod-template-hash"));
  g_autoptr (DdValue) labelled = NULL;

  if (its_hash == NULL || strcmp (its_hash, hash) == 0)
    return its_hash != NULL;
  labelled
      = dd_value_with_path (template, "metadata.labels.pod-template-hash", dd_string (its_hash));
  return dd_value_equal (labelled, dd_value_path (set->value, "spec.template"));
}

static void
find_sets (SimRollout *rollout)
{
  const DdValue *template = dd_value_path (rollout->deployment->value, "spec.template");
  g_autoptr (GPtrArray) owned
      = sim_store_dependents (rollout->self->actors->store, rollout->deployment->uid);

  for (guint i = 0; i < owned->len; i++)
    {
      SimObject *set = g_ptr_array_index (owned, i);

      if (set->kind != &kube_replica_set)
        continue;
      if (rollout->newest == NULL && is_of_template (set, template, rollout->hash))
        rollout->newest = sim_object_ref (set);
      else
        g_ptr_array_add (rollout->old, sim_object_ref (set));
    }
  g_ptr_array_sort (rollout->old, compare_age);
}

static void
rollout_init (SimRollout *rollout, SimDeployments *self, SimObject *deployment)
{
  const DdValue *spec = dd_value_member (deployment->value, "spec");
  const DdValue *rolling = dd_value_path (spec, "strategy.rollingUpdate");

  rollout->self = self;
  rollout->deployment = deployment;
  rollout->newest = NULL;
  rollout->refused = FALSE;
  rollout->old = g_ptr_array_new_with_free_func ((GDestroyNotify) sim_object_unref);
  rollout->hash
      = sim_template_hash (dd_value_member (spec, "template"),
                           dd_value_path_int (deployment->value, "status.collisionCount", 0));
  rollout->wanted = dd_value_path_int (spec, "replicas", 1);
  rollout->surge
      = sim_scaled_value (dd_value_member (rolling, "maxSurge"), rollout->wanted, TRUE, 0);
  rollout->unavailable
      = sim_scaled_value (dd_value_member (rolling, "maxUnavailable"), rollout->wanted, FALSE, 0);
  if (rollout->surge == 0 && rollout->unavailable == 0)
    rollout->unavailable = 1; /* or it could never move */
  find_sets (rollout);
}

static void
rollout_clear (SimRollout *rollout)
{
  g_clear_pointer (&rollout->newest, sim_object_unref);
  g_clear_pointer (&rollout->old, g_ptr_array_unref);
  g_clear_pointer (&rollout->hash, g_free);
}

/* Two templates with one hash: the next try mixes the count in. */
static void
count_collision (SimRollout *rollout)
{
  const SimObject *deployment = rollout->deployment;
  gint64 count = dd_value_path_int (deployment->value, "status.collisionCount", 0);
  sim_actors_post_status (rollout->self->actors, &sim_actor_deployment, rollout->deployment,
                          dd_value_with_member (dd_value_member (deployment->value, "status"),
                                                "collisionCount", dd_int (count + 1)));
}

static gboolean
sync_rollout (SimRollout *rollout, GError **error)
{
  gboolean had_newest = rollout->newest != NULL;
  gboolean changed = FALSE;
  g_autoptr (GError) problem = NULL;

  if (!sim_is_terminating (rollout->deployment)
      && !sim_namespace_is_closing (rollout->self->actors, rollout->deployment->namespace_)
      && !sim_rollout_step (rollout, &changed, &problem))
    {
      if (!had_newest && g_error_matches (problem, KUBE_ERROR, KUBE_ALREADY_EXISTS))
        count_collision (rollout);
      else if (rollout->refused)
        sim_rollout_report_refusal (rollout, problem);
      g_propagate_error (error, g_steal_pointer (&problem));
      return FALSE;
    }
  sim_rollout_write_status (rollout, !had_newest && rollout->newest != NULL);
  return TRUE;
}

static gboolean
reconcile (gpointer data, const char *namespace_, const char *name, GError **error)
{
  SimDeployments *self = data;
  SimObject *found = sim_store_get (self->actors->store, &kube_deployment, namespace_, name);
  g_autoptr (SimObject) deployment = found != NULL ? sim_object_ref (found) : NULL;
  SimRollout rollout;
  gboolean synced;

  if (deployment == NULL)
    return TRUE;
  if (!adopt (self, deployment, error))
    return FALSE;
  rollout_init (&rollout, self, deployment);
  synced = sync_rollout (&rollout, error);
  rollout_clear (&rollout);
  return synced;
}

static void
add_owner (SimDeployments *self, const SimObject *set)
{
  const DdValue *owner = sim_controller_reference (set);

  if (g_strcmp0 (dd_value_path_string (owner, "kind"), "Deployment") == 0)
    sim_controller_add (self->queue, set->namespace_, dd_value_path_string (owner, "name"));
}

static void
set_changed (SimStore *store G_GNUC_UNUSED, const SimChange *change, gpointer data)
{
  add_owner (data, change->object);
}

/* The strategy Recreate waits until the last old pod is gone. */
static void
pod_changed (SimStore *store, const SimChange *change, gpointer data)
{
  const KubePodView *view = kube_pod_view (change->object);
  const SimObject *set;

  if (change->type != SIM_DELETED || g_strcmp0 (view->owner_kind, "ReplicaSet") != 0)
    return;
  set = sim_store_get (store, &kube_replica_set, change->object->namespace_, view->owner_name);
  if (set != NULL)
    add_owner (data, set);
}

static gpointer
start (SimActors *actors)
{
  SimDeployments *self = g_new0 (SimDeployments, 1);

  self->actors = actors;
  self->queue = sim_controller_new (actors->stage, reconcile, self);
  sim_controller_watch (self->queue, actors->store, &kube_deployment);
  sim_store_subscribe (actors->store, &kube_replica_set, set_changed, self);
  sim_store_subscribe (actors->store, &kube_pod, pod_changed, self);
  return self;
}

static void
stop (gpointer data)
{
  SimDeployments *self = data;

  sim_store_unsubscribe (self->actors->store, set_changed, self);
  sim_store_unsubscribe (self->actors->store, pod_changed, self);
  sim_controller_free (self->queue);
  g_free (self);
}

static const char *const writes[]
    = { "create replicasets", "update replicasets", "patch replicasets",
        "delete replicasets", "update deployments", NULL };

const SimActorClass sim_actor_deployment = { "deployment", start, stop, writes };
