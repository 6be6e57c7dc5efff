/* SPDX-License-Identifier: Apache-2.0 */
/* sim/kube/controllers/job-ttl.c: deletes Jobs some time after their end
 *
 * Imitates: Kubernetes, Automatic Cleanup for Finished Jobs; kubernetes/kubernetes,
 * pkg/controller/ttlafterfinished. */
#include "config.h"

#include "base/time.h"
#include "sim/kube/controllers/conditions.h"
#include "sim/kube/controllers/workload.h"
#include "sim/kube/controllers/writes.h"

typedef struct
{
  SimActors *actors;
  SimController *queue;
} Ttl;

/* FALSE: it is not over. */
static gboolean
find_end (const SimObject *job, DdUsec *out_end)
{
  static const char *const types[] = { "Complete", "Failed" };
  const DdValue *status = dd_value_member (job->value, "status");

  for (guint i = 0; i < G_N_ELEMENTS (types); i++)
    if (g_strcmp0 (sim_condition_status (status, types[i]), "True") == 0)
      return dd_time_from_iso8601 (
          dd_value_path_string (sim_condition_find (status, types[i]), "lastTransitionTime"),
          out_end);
  return FALSE;
}

/* With what it owns, which goes first. */
static gboolean
delete_job (Ttl *self, const SimObject *job, GError **error)
{
  KubeDelete options = KUBE_DELETE_DEFAULT;
  g_autofree char *subject = sim_object_subject (job);
  g_autoptr (SimObject) deleted = NULL;

  options.uid = job->uid;
  options.propagation = "Foreground";
  deleted = sim_write_delete (self->actors, &sim_actor_job_ttl, job, &options, error);
  if (deleted == NULL)
    return FALSE;
  sim_stage_trace (self->actors->stage, sim_actor_job_ttl.name, DD_EVENT_JOB_EXPIRED, subject,
                   NULL);
  return TRUE;
}

static gboolean
reconcile (gpointer data, const char *namespace_, const char *name, GError **error)
{
  Ttl *self = data;
  SimObject *found = sim_store_get (self->actors->store, &kube_job, namespace_, name);
  g_autoptr (SimObject) job = found != NULL ? sim_object_ref (found) : NULL;
  const DdValue *ttl
      = job != NULL ? dd_value_path (job->value, "spec.ttlSecondsAfterFinished") : NULL;
  DdUsec end, left;

  if (ttl == NULL || sim_is_terminating (job) || !find_end (job, &end))
    return TRUE;
  left = end + dd_value_int (ttl, 0) * DD_SECOND - sim_stage_now (self->actors->stage);
  if (left <= 0)
    return delete_job (self, job, error);
  sim_controller_add_after (self->queue, namespace_, name, left);
  return TRUE;
}

static gpointer
start (SimActors *actors)
{
  Ttl *self = g_new0 (Ttl, 1);

  self->actors = actors;
  self->queue = sim_controller_new (actors->stage, reconcile, self);
  sim_controller_watch (self->queue, actors->store, &kube_job);
  return self;
}

static void
stop (gpointer data)
{
  Ttl *self = data;

  sim_controller_free (self->queue);
  g_free (self);
}

static const char *const writes[] = { "delete jobs", NULL };

const SimActorClass sim_actor_job_ttl = { "ttl-after-finished", start, stop, writes };
