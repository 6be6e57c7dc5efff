/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "base/time.h"
#include "sim/kube/controllers/conditions.h"
#include "sim/kube/controllers/deployment.h"
#include "sim/kube/kinds/recorder.h"

/* What a Deployment says about itself. Texts and rules as in Kubernetes, Deployments, Deployment
 * status: Available follows the number of available pods; Progressing follows the rollout, and
 * once that is done it does not move when pods come and go. */

static gint64
newest_int (const SimRollout *rollout, const char *path)
{
  return rollout->newest != NULL ? dd_value_path_int (rollout->newest->value, path, 0) : 0;
}

gboolean
sim_rollout_is_complete (const SimRollout *rollout)
{
  return rollout->newest != NULL && newest_int (rollout, "status.replicas") == rollout->wanted
         && sim_rollout_sum (rollout, "status.replicas") == rollout->wanted
         && newest_int (rollout, "status.availableReplicas") == rollout->wanted;
}

/* The condition that stands there when it says the same, unless it reports new progress. Takes
 * MESSAGE. */
static DdValue *
condition (SimRollout *rollout, const char *type, const char *status, const char *reason,
           DdValue *message)
{
  SimStage *stage = rollout->self->actors->stage;
  const DdValue *present
      = sim_condition_find (dd_value_member (rollout->deployment->value, "status"), type);

  if (g_strcmp0 (dd_value_path_string (present, "status"), status) == 0
      && g_strcmp0 (dd_value_path_string (present, "reason"), reason) == 0
      && !g_str_equal (reason, "ReplicaSetUpdated"))
    {
      dd_value_unref (message);
      return dd_value_ref (present);
    }
  return dd_object ("type", dd_string (type), "status", dd_string (status), "lastUpdateTime",
                    sim_now_value (stage), "lastTransitionTime", sim_now_value (stage), "reason",
                    dd_string (reason), "message", message, NULL);
}

static DdValue *
available_condition (SimRollout *rollout)
{
  gboolean recreates
      = g_strcmp0 (dd_value_path_string (rollout->deployment->value, "spec.strategy.type"),
                   "Recreate")
        == 0;
  gint64 least = rollout->wanted - (recreates ? 0 : rollout->unavailable);

  if (sim_rollout_sum (rollout, "status.availableReplicas") >= least)
    return condition (rollout, "Available", "True", "MinimumReplicasAvailable",
                      dd_string ("Deployment has minimum availability."));
  return condition (rollout, "Available", "False", "MinimumReplicasUnavailable",
                    dd_string ("Deployment does not have minimum availability."));
}

static gboolean
has_progressed (const DdValue *before, const DdValue *after)
{
  static const char *const counts[] = { "updatedReplicas", "readyReplicas", "availableReplicas" };
  gint64 old_before = dd_value_path_int (before, "replicas", 0)
                      - dd_value_path_int (before, "updatedReplicas", 0);
  gint64 old_after
      = dd_value_path_int (after, "replicas", 0) - dd_value_path_int (after, "updatedReplicas", 0);

  for (guint i = 0; i < G_N_ELEMENTS (counts); i++)
    if (dd_value_path_int (after, counts[i], 0) > dd_value_path_int (before, counts[i], 0))
      return TRUE;
  return old_after < old_before;
}

/* When the present progress must have gone on; G_MAXINT64: there is no deadline. */
static DdUsec
progress_deadline (SimRollout *rollout, const DdValue *present)
{
  gint64 seconds
      = dd_value_path_int (rollout->deployment->value, "spec.progressDeadlineSeconds", 600);
  DdUsec updated = sim_stage_now (rollout->self->actors->stage);
  const char *text = dd_value_path_string (present, "lastUpdateTime");

  if (seconds >= G_MAXINT32)
    return G_MAXINT64;
  if (text != NULL)
    dd_time_from_iso8601 (text, &updated);
  return updated + seconds * DD_SECOND;
}

static DdValue *
overdue_condition (SimRollout *rollout, const DdValue *present)
{
  const SimObject *deployment = rollout->deployment;
  DdUsec now = sim_stage_now (rollout->self->actors->stage);
  DdUsec due = progress_deadline (rollout, present);

  if (due == G_MAXINT64
      || g_strcmp0 (dd_value_path_string (present, "reason"), "ProgressDeadlineExceeded") == 0)
    return NULL;
  if (now < due)
    {
      sim_controller_add_after (rollout->self->queue, deployment->namespace_, deployment->name,
                                due - now);
      return NULL;
    }
  return condition (
      rollout, "Progressing", "False", "ProgressDeadlineExceeded",
      dd_string_printf ("ReplicaSet \"%s\" has timed out progressing.", rollout->newest->name));
}

/* NULL: what stands there stays. */
static DdValue *
progressing_condition (SimRollout *rollout, const DdValue *status, gboolean created)
{
  const DdValue *before = dd_value_member (rollout->deployment->value, "status");
  const DdValue *present = sim_condition_find (before, "Progressing");
  const char *name = rollout->newest != NULL ? rollout->newest->name : NULL;
  gboolean settled
      = g_strcmp0 (dd_value_path_string (present, "reason"), "NewReplicaSetAvailable") == 0;

  if (dd_value_path_bool (rollout->deployment->value, "spec.paused", FALSE))
    return condition (rollout, "Progressing", "Unknown", "DeploymentPaused",
                      dd_string ("Deployment is paused"));
  if (created)
    return condition (rollout, "Progressing", "True", "NewReplicaSetCreated",
                      dd_string_printf ("Created new replica set \"%s\"", name));
  if (name == NULL
      || (settled
          && dd_value_path_int (status, "replicas", 0)
                 == dd_value_path_int (status, "updatedReplicas", 0)))
    return NULL;
  if (sim_rollout_is_complete (rollout))
    return condition (rollout, "Progressing", "True", "NewReplicaSetAvailable",
                      dd_string_printf ("ReplicaSet \"%s\" has successfully progressed.", name));
  if (has_progressed (before, status))
    return condition (rollout, "Progressing", "True", "ReplicaSetUpdated",
                      dd_string_printf ("ReplicaSet \"%s\" is progressing.", name));
  return overdue_condition (rollout, present);
}

static const DdValue *
failure_of (const SimObject *set)
{
  return sim_condition_find (dd_value_member (set->value, "status"), "ReplicaFailure");
}

/* What a ReplicaSet says it cannot do, the newest before the others; NULL: nothing. Imitates:
 * kubernetes/kubernetes, pkg/controller/deployment, getReplicaFailures, and
 * ReplicaSetToDeploymentCondition. */
static DdValue *
replica_failure_condition (const SimRollout *rollout)
{
  const DdValue *failure = rollout->newest != NULL ? failure_of (rollout->newest) : NULL;
  const DdValue *since;

  for (guint i = 0; failure == NULL && i < rollout->old->len; i++)
    failure = failure_of (g_ptr_array_index (rollout->old, i));
  if (failure == NULL)
    return NULL;
  since = dd_value_member (failure, "lastTransitionTime");
  return dd_value_with_member (failure, "lastUpdateTime", dd_value_ref (since));
}

static DdValue *
count_or_nothing (gint64 count)
{
  return count > 0 ? dd_int (count) : NULL;
}

static DdValue *
status_counts (SimRollout *rollout)
{
  const DdValue *value = rollout->deployment->value;
  const DdValue *conditions = dd_value_path (value, "status.conditions");
  const DdValue *collisions = dd_value_path (value, "status.collisionCount");
  gint64 available = sim_rollout_sum (rollout, "status.availableReplicas");

  return dd_object (
      "observedGeneration", dd_int (dd_value_path_int (value, "metadata.generation", 0)),
      "replicas", count_or_nothing (sim_rollout_sum (rollout, "status.replicas")),
      "updatedReplicas", count_or_nothing (newest_int (rollout, "status.replicas")),
      "readyReplicas", count_or_nothing (sim_rollout_sum (rollout, "status.readyReplicas")),
      "availableReplicas", count_or_nothing (available), "unavailableReplicas",
      count_or_nothing (sim_rollout_sum (rollout, "spec.replicas") - available), "collisionCount",
      collisions != NULL ? dd_value_ref (collisions) : NULL, "conditions",
      conditions != NULL ? dd_value_ref (conditions) : NULL, NULL);
}

/* CONDITION is taken; NULL adds nothing. */
static void
add_condition (DdValue **status, DdValue *condition)
{
  g_autoptr (DdValue) plain = NULL;

  if (condition == NULL)
    return;
  plain = *status;
  *status = sim_status_with_condition (plain, condition);
}

/* What is known of failures is the ReplicaSets' present word alone. */
static void
remove_failure (DdValue **status)
{
  const DdValue *conditions = dd_value_member (*status, "conditions");
  const DdValue *failure = sim_condition_find (*status, "ReplicaFailure");
  DdBuilder rest = dd_builder_array ();

  for (gsize i = 0; i < dd_value_length (conditions); i++)
    if (dd_value_element (conditions, i) != failure)
      dd_builder_add (&rest, dd_value_ref (dd_value_element (conditions, i)));
  dd_value_set (status, "conditions", dd_builder_end (&rest));
}

/* Imitates: kubernetes/kubernetes, pkg/controller/deployment, getNewReplicaSet and
 * FailedRSCreateReason. */
void
sim_rollout_report_refusal (SimRollout *rollout, const GError *problem)
{
  static const char reason[] = "ReplicaSetCreateError";
  const SimObject *deployment = rollout->deployment;
  SimActors *actors = rollout->self->actors;
  g_autofree char *message = g_strdup_printf ("Failed to create new replica set \"%s-%s\": %s",
                                              deployment->name, rollout->hash, problem->message);
  DdValue *refusal = condition (rollout, "Progressing", "False", reason, dd_string (message));

  sim_actors_post_status (
      actors, &sim_actor_deployment, rollout->deployment,
      sim_status_with_condition (dd_value_member (deployment->value, "status"), refusal));
  kube_record_event (actors->api, deployment, "deployment-controller", NULL, "Warning", reason,
                     "%s", message);
}

void
sim_rollout_write_status (SimRollout *rollout, gboolean created)
{
  g_autoptr (DdValue) counts = status_counts (rollout);
  DdValue *status = sim_status_with_condition (counts, available_condition (rollout));

  add_condition (&status, progressing_condition (rollout, counts, created));
  remove_failure (&status);
  add_condition (&status, replica_failure_condition (rollout));
  sim_actors_post_status (rollout->self->actors, &sim_actor_deployment, rollout->deployment,
                          status);
}
