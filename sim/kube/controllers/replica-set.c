/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "base/time.h"
#include "sim/kube/controllers/conditions.h"
#include "sim/kube/controllers/workload.h"

/* Keeps as many pods as a ReplicaSet asks for. A pod counts until it is finished or being deleted,
 * so the replacement of an evicted pod is made as soon as the eviction is accepted, not when the
 * pod is gone (Kubernetes, ReplicaSet; IsPodActive). How many there are the census knows; the pods
 * are listed only to choose victims, and for spec.minReadySeconds. */

typedef struct
{
  SimActors *actors;
  SimController *queue;
} ReplicaSets;

static const SimWorkload workload = { &sim_actor_replica_set, "replicaset-controller" };

/* As many pods are made or removed in one run; the changes bring the next one. */
#define BURST 500

/* What decides which pod goes first, smallest first. Imitates: Kubernetes, ReplicaSet, Scaling a
 * ReplicaSet, and ActivePodsWithRanks. */
typedef struct
{
  SimObject *pod;
  int assigned, phase, ready;
  gint64 deletion_cost;
  int fewer_neighbours;
  int ready_bucket, restarts, age_bucket; /* negated where more means sooner */
} Candidate;

/* Ages are compared by order of magnitude, so that no single oldest pod is spared for ever. */
static int
age_bucket (DdUsec age)
{
  int bucket = 0;

  for (DdUsec seconds = age / DD_SECOND; seconds > 0; seconds /= 2)
    bucket++;
  return bucket;
}

static DdUsec
instant_of (const DdValue *object, const char *path, DdUsec fallback)
{
  const char *text = dd_value_path_string (object, path);
  DdUsec instant = fallback;

  if (text != NULL)
    dd_time_from_iso8601 (text, &instant);
  return instant;
}

static int
phase_rank (const char *phase)
{
  if (g_strcmp0 (phase, "Pending") == 0)
    return 0;
  return g_strcmp0 (phase, "Running") == 0 ? 2 : 1;
}

static int
restarts_of (const SimObject *pod)
{
  const DdValue *containers = dd_value_path (pod->value, "status.containerStatuses");
  gint64 most = 0;

  for (gsize i = 0; i < dd_value_length (containers); i++)
    most = MAX (most, dd_value_path_int (dd_value_element (containers, i), "restartCount", 0));
  return (int) most;
}

static Candidate
candidate_for (const SimGroup *group, SimObject *pod, DdUsec now)
{
  const KubePodView *view = kube_pod_view (pod);
  const DdValue *annotations = dd_value_path (pod->value, "metadata.annotations");
  const char *cost = dd_value_string (
      dd_value_member (annotations, "controller.kubernetes.io/pod-deletion-cost"));
  guint neighbours = view->node_name != NULL ? sim_group_on_node (group, view->node_name) : 0;

  return (Candidate) {
    .pod = pod,
    .assigned = view->node_name != NULL,
    .phase = phase_rank (view->phase),
    .ready = view->ready,
    .deletion_cost = cost != NULL ? g_ascii_strtoll (cost, NULL, 10) : 0,
    .fewer_neighbours = -(int) neighbours,
    .ready_bucket = view->ready ? age_bucket (now - sim_pod_ready_since (pod, now)) : 0,
    .restarts = -restarts_of (pod),
    .age_bucket = age_bucket (now - instant_of (pod->value, "metadata.creationTimestamp", now)),
  };
}

#define BY(member) \
  if (a->member != b->member) \
  return a->member < b->member ? -1 : 1

static int
compare_candidates (gconstpointer left, gconstpointer right)
{
  const Candidate *a = left, *b = right;

  BY (assigned);
  BY (phase);
  BY (ready);
  BY (deletion_cost);
  BY (fewer_neighbours);
  BY (ready_bucket);
  BY (restarts);
  BY (age_bucket);
  return g_strcmp0 (a->pod->uid, b->pod->uid);
}

#undef BY

static gboolean
is_active_pod (const SimObject *object)
{
  return object->kind == &kube_pod && !kube_pod_view (object)->finished
         && !kube_pod_view (object)->terminating;
}

static gboolean
remove_pods (ReplicaSets *self, const SimObject *set, const SimGroup *group, gint64 excess,
             GError **error)
{
  g_autoptr (GPtrArray) pods = sim_store_dependents (self->actors->store, set->uid);
  g_autoptr (GArray) candidates = g_array_new (FALSE, FALSE, sizeof (Candidate));
  DdUsec now = sim_stage_now (self->actors->stage);

  for (guint i = 0; i < pods->len; i++)
    if (is_active_pod (g_ptr_array_index (pods, i)))
      {
        Candidate candidate = candidate_for (group, g_ptr_array_index (pods, i), now);

        g_array_append_val (candidates, candidate);
      }
  g_array_sort (candidates, compare_candidates);
  for (guint i = 0; i < candidates->len && (gint64) i < excess; i++)
    if (!sim_workload_delete_pod (self->actors, &workload, set,
                                  g_array_index (candidates, Candidate, i).pod, error))
      return FALSE;
  return TRUE;
}

/* One batch; *PROBLEM is its first refusal. */
static void
add_batch (ReplicaSets *self, const SimObject *set, gint64 size, GError **problem)
{
  for (gint64 i = 0; i < size; i++)
    sim_workload_create_pod (self->actors, &workload, set, NULL, NULL,
                             *problem == NULL ? problem : NULL);
}

/* In batches of 1, 2, 4 ... pods, so that what is refused once is not asked for hundreds of times;
 * those after a refusal wait for the next run. Imitates: kubernetes/kubernetes,
 * pkg/controller/replicaset, slowStartBatch with SlowStartInitialBatchSize. */
static gboolean
add_pods (ReplicaSets *self, const SimObject *set, gint64 missing, GError **error)
{
  g_autoptr (GError) problem = NULL;

  for (gint64 size = 1; missing > 0 && problem == NULL; missing -= size, size *= 2)
    add_batch (self, set, MIN (size, missing), &problem);
  if (problem == NULL)
    return TRUE;
  g_propagate_error (error, g_steal_pointer (&problem));
  return FALSE;
}

/* Makes the number of active pods right. */
static gboolean
balance (ReplicaSets *self, const SimObject *set, GError **error)
{
  const SimGroup *group = sim_census_of_owner (self->actors->census, set->uid);
  gint64 wanted = dd_value_path_int (set->value, "spec.replicas", 1);
  gint64 active = group != NULL ? group->active : 0;

  if (sim_is_terminating (set) || sim_namespace_is_closing (self->actors, set->namespace_))
    return TRUE;
  if (active < wanted)
    return add_pods (self, set, MIN (wanted - active, BURST), error);
  if (active > wanted)
    return remove_pods (self, set, group, MIN (active - wanted, BURST), error);
  return TRUE;
}

/* It stands as it was first written until nothing fails any more. Imitates: kubernetes/kubernetes,
 * pkg/controller/replicaset, calculateStatus. */
static DdValue *
failure_condition (ReplicaSets *self, const SimObject *set, gint64 active, const GError *problem)
{
  const DdValue *present
      = sim_condition_find (dd_value_member (set->value, "status"), "ReplicaFailure");
  gboolean lacks = active < dd_value_path_int (set->value, "spec.replicas", 1);

  if (present != NULL)
    return dd_value_ref (present);
  return dd_object ("type", dd_string ("ReplicaFailure"), "status", dd_string ("True"),
                    "lastTransitionTime", sim_now_value (self->actors->stage), "reason",
                    dd_string (lacks ? "FailedCreate" : "FailedDelete"), "message",
                    dd_string (problem->message), NULL);
}

static DdValue *
count_or_nothing (gint64 count)
{
  return count > 0 ? dd_int (count) : NULL;
}

/* Pods are made with the template's labels and so all of them are fully labeled. */
static void
write_status (ReplicaSets *self, SimObject *set, const GError *problem)
{
  const SimGroup *group = sim_census_of_owner (self->actors->census, set->uid);
  gint64 active = group != NULL ? group->active : 0;
  DdValue *status = dd_object (
      "replicas", dd_int (active), "fullyLabeledReplicas", count_or_nothing (active),
      "readyReplicas", count_or_nothing (group != NULL ? group->ready : 0), "availableReplicas",
      count_or_nothing (sim_workload_count_available (self->actors, self->queue, set, group)),
      "observedGeneration", dd_int (dd_value_path_int (set->value, "metadata.generation", 0)),
      NULL);

  if (problem != NULL)
    {
      DdValue *plain = status;

      status = sim_status_with_condition (plain, failure_condition (self, set, active, problem));
      dd_value_unref (plain);
    }
  sim_actors_post_status (self->actors, &sim_actor_replica_set, set, status);
}

static gboolean
reconcile (gpointer data, const char *namespace_, const char *name, GError **error)
{
  ReplicaSets *self = data;
  SimObject *found = sim_store_get (self->actors->store, &kube_replica_set, namespace_, name);
  g_autoptr (SimObject) set = found != NULL ? sim_object_ref (found) : NULL;
  g_autoptr (GError) problem = NULL;

  if (set == NULL)
    return TRUE;
  balance (self, set, &problem);
  write_status (self, set, problem);
  if (problem == NULL)
    return TRUE;
  g_propagate_error (error, g_steal_pointer (&problem));
  return FALSE;
}

static void
add_owner (ReplicaSets *self, const SimObject *pod)
{
  const KubePodView *view = kube_pod_view (pod);

  if (g_strcmp0 (view->owner_kind, "ReplicaSet") == 0)
    sim_controller_add (self->queue, pod->namespace_, view->owner_name);
}

static void
pod_changed (SimStore *store G_GNUC_UNUSED, const SimChange *change, gpointer data)
{
  if (!sim_pod_change_counts (change))
    return;
  add_owner (data, change->object);
  if (change->type == SIM_MODIFIED
      && g_strcmp0 (kube_pod_view (change->previous)->owner_uid,
                    kube_pod_view (change->object)->owner_uid)
             != 0)
    add_owner (data, change->previous);
}

static gpointer
start (SimActors *actors)
{
  ReplicaSets *self = g_new0 (ReplicaSets, 1);

  self->actors = actors;
  self->queue = sim_controller_new (actors->stage, reconcile, self);
  sim_controller_watch (self->queue, actors->store, &kube_replica_set);
  sim_store_subscribe (actors->store, &kube_pod, pod_changed, self);
  return self;
}

static void
stop (gpointer data)
{
  ReplicaSets *self = data;

  sim_store_unsubscribe (self->actors->store, pod_changed, self);
  sim_controller_free (self->queue);
  g_free (self);
}

static const char *const writes[] = { "create pods", "delete pods", NULL };

const SimActorClass sim_actor_replica_set = { "replicaset", start, stop, writes };
