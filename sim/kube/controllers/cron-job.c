/* SPDX-License-Identifier: Apache-2.0 */
/* sim/kube/controllers/cron-job.c: makes Jobs when their schedules are due
 *
 * Imitates: Kubernetes, CronJob; kubernetes/kubernetes 1.32, pkg/controller/cronjob, syncCronJob,
 * nextScheduleTime and cleanupFinishedJobs. Schedules are read in UTC. */
#include "config.h"

#include <string.h>

#include "base/time.h"
#include "sim/kube/controllers/conditions.h"
#include "sim/kube/controllers/workload.h"
#include "sim/kube/controllers/writes.h"
#include "sim/kube/kinds/recorder.h"
#include "sim/kube/schema/cron.h"

#define COMPONENT "cronjob-controller"
#define TIME_ANNOTATION "batch.kubernetes.io/cronjob-scheduled-timestamp"
#define LATE \
  (DD_SECOND / 10) /* nextScheduleDelta: how long after its time a schedule is looked at */
#define MANY_MISSED 100
#define NONE ((DdUsec) -1)

typedef struct
{
  SimActors *actors;
  SimController *queue;
  GHashTable *skipped; /* uid -> the time that was last told to be skipped, as text */
} CronJobs;

/* One run for one CronJob. */
typedef struct
{
  CronJobs *self;
  SimObject *owner;
  GPtrArray *jobs; /* its Jobs, as references */
  KubeCron cron;
  DdValue *active, *last,
      *success; /* as the status is to have them; LAST and SUCCESS may be NULL */
  GError *problem;
} Sync;

static void
sync_clear (Sync *sync)
{
  g_clear_pointer (&sync->owner, sim_object_unref);
  g_clear_pointer (&sync->jobs, g_ptr_array_unref);
  g_clear_pointer (&sync->active, dd_value_unref);
  g_clear_pointer (&sync->last, dd_value_unref);
  g_clear_pointer (&sync->success, dd_value_unref);
  g_clear_error (&sync->problem);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Sync, sync_clear)

static SimActors *
actors_of (const Sync *sync)
{
  return sync->self->actors;
}

static DdUsec
now_of (const Sync *sync)
{
  return sim_stage_now (actors_of (sync)->stage);
}

#define record(sync, type, reason, ...) \
  kube_record_event (actors_of (sync)->api, (sync)->owner, COMPONENT, NULL, type, reason, \
                     __VA_ARGS__)

/* Keeps the first one. Takes PROBLEM. */
static void
note_problem (Sync *sync, GError *problem)
{
  if (sync->problem == NULL)
    sync->problem = problem;
  else
    g_clear_error (&problem);
}

static void
tell_of_job (const Sync *sync, const SimObject *job, DdEvent what, const char *reason)
{
  g_autofree char *subject = sim_object_subject (job);

  sim_stage_trace (
      actors_of (sync)->stage, sim_actor_cron_job.name, what, subject,
      dd_object ("owner", dd_string (sync->owner->name), "reason", dd_string (reason), NULL));
}

/* ---- the Jobs that are there ---- */

static gboolean
has_ended (const SimObject *job, const char *how)
{
  return g_strcmp0 (sim_condition_status (dd_value_member (job->value, "status"), how), "True")
         == 0;
}

/* "Complete", "Failed" or NULL. */
static const char *
end_of (const SimObject *job)
{
  return has_ended (job, "Complete") ? "Complete" : has_ended (job, "Failed") ? "Failed" : NULL;
}

static gboolean
is_controlled_by (const SimObject *object, const SimObject *owner)
{
  const DdValue *reference = sim_controller_reference (object);

  return g_strcmp0 (dd_value_path_string (reference, "uid"), owner->uid) == 0;
}

static void
find_jobs (Sync *sync)
{
  g_autoptr (GPtrArray) all = sim_store_dependents (actors_of (sync)->store, sync->owner->uid);

  for (guint i = 0; i < all->len; i++)
    {
      SimObject *object = g_ptr_array_index (all, i);

      if (object->kind == &kube_job && is_controlled_by (object, sync->owner))
        g_ptr_array_add (sync->jobs, sim_object_ref (object));
    }
}

static SimObject *
find_job (const Sync *sync, const char *uid)
{
  for (guint i = 0; i < sync->jobs->len; i++)
    if (g_strcmp0 (((SimObject *) sync->jobs->pdata[i])->uid, uid) == 0)
      return sync->jobs->pdata[i];
  return NULL;
}

/* ---- the list of those at work ---- */

static gboolean
is_listed (const Sync *sync, const char *member, const char *text)
{
  for (gsize i = 0; i < dd_value_length (sync->active); i++)
    if (g_strcmp0 (dd_value_path_string (dd_value_element (sync->active, i), member), text) == 0)
      return TRUE;
  return FALSE;
}

static void
unlist (Sync *sync, const char *uid)
{
  DdBuilder rest = dd_builder_array ();

  for (gsize i = 0; i < dd_value_length (sync->active); i++)
    {
      const DdValue *one = dd_value_element (sync->active, i);

      if (g_strcmp0 (dd_value_path_string (one, "uid"), uid) != 0)
        dd_builder_add (&rest, dd_value_ref (one));
    }
  dd_value_unref (sync->active);
  sync->active = dd_builder_end (&rest);
}

/* Imitates: client-go's tools/reference, GetReference. */
static void
list (Sync *sync, const SimObject *job)
{
  DdValue *longer = dd_value_with_element (
      sync->active,
      dd_object ("kind", dd_word ("Job"), "namespace", dd_string (job->namespace_), "name",
                 dd_string (job->name), "uid", dd_string (job->uid), "apiVersion",
                 dd_word ("batch/v1"), "resourceVersion",
                 dd_string (dd_value_path_string (job->value, "metadata.resourceVersion")), NULL));

  dd_value_unref (sync->active);
  sync->active = longer;
}

static void
note_success (Sync *sync, const SimObject *job)
{
  const DdValue *end = dd_value_path (job->value, "status.completionTime");
  DdUsec before, after;

  if (end == NULL || !dd_time_from_iso8601 (dd_value_string (end), &after)
      || (sync->success != NULL && dd_time_from_iso8601 (dd_value_string (sync->success), &before)
          && before >= after))
    return;
  dd_value_unref (sync->success);
  sync->success = dd_value_ref (end);
}

static void
look_at_job (Sync *sync, const SimObject *job)
{
  const char *end = end_of (job);
  gboolean listed = is_listed (sync, "uid", job->uid);

  if (!listed && end == NULL)
    record (sync, "Warning", "UnexpectedJob",
            "Saw a job that the controller did not create or forgot: %s", job->name);
  if (listed && end != NULL)
    {
      record (sync, "Normal", "SawCompletedJob", "Saw completed job: %s, condition: %s", job->name,
              end);
      unlist (sync, job->uid);
    }
  if (g_strcmp0 (end, "Complete") == 0)
    note_success (sync, job);
}

static void
look_at_jobs (Sync *sync)
{
  g_autoptr (DdValue) before = NULL;

  for (guint i = 0; i < sync->jobs->len; i++)
    look_at_job (sync, sync->jobs->pdata[i]);
  before = dd_value_ref (sync->active);
  for (gsize i = 0; i < dd_value_length (before); i++)
    {
      const char *name = dd_value_path_string (dd_value_element (before, i), "name");
      const char *uid = dd_value_path_string (dd_value_element (before, i), "uid");

      if (find_job (sync, uid) != NULL
          || sim_store_get (actors_of (sync)->store, &kube_job, sync->owner->namespace_, name)
                 != NULL)
        continue;
      record (sync, "Normal", "MissingJob", "Active job went missing: %s", name);
      unlist (sync, uid);
    }
}

/* ---- deleting Jobs ---- */

static gboolean
delete_job (Sync *sync, const SimObject *job, const char *why)
{
  KubeDelete options = KUBE_DELETE_DEFAULT;
  GError *problem = NULL;
  g_autoptr (SimObject) deleted = NULL;

  options.propagation = "Background";
  deleted = sim_write_delete (actors_of (sync), &sim_actor_cron_job, job, &options, &problem);
  if (deleted == NULL)
    {
      record (sync, "Warning", "FailedDelete", "Deleted job: %s", problem->message);
      note_problem (sync, problem);
      return FALSE;
    }
  unlist (sync, job->uid);
  record (sync, "Normal", "SuccessfulDelete", "Deleted job %s", job->name);
  tell_of_job (sync, job, DD_EVENT_JOB_DELETED, why);
  return TRUE;
}

/* Imitates: byJobStartTime. */
static int
compare_starts (gconstpointer left, gconstpointer right)
{
  const SimObject *a = *(SimObject *const *) left, *b = *(SimObject *const *) right;
  const char *start = dd_value_path_string (a->value, "status.startTime");
  const char *other = dd_value_path_string (b->value, "status.startTime");
  int order
      = start == NULL || other == NULL ? (start == NULL) - (other == NULL) : strcmp (start, other);

  return order != 0 ? order : strcmp (a->name, b->name);
}

static void
keep_newest (Sync *sync, const char *how, const char *limit)
{
  const DdValue *most = dd_value_at (sync->owner->value, "spec", limit, NULL);
  g_autoptr (GPtrArray) ended = g_ptr_array_new ();

  if (most == NULL)
    return;
  for (guint i = 0; i < sync->jobs->len; i++)
    if (g_strcmp0 (end_of (sync->jobs->pdata[i]), how) == 0
        && !sim_is_terminating (sync->jobs->pdata[i]))
      g_ptr_array_add (ended, sync->jobs->pdata[i]);
  g_ptr_array_sort (ended, compare_starts);
  for (gint64 i = 0; i < (gint64) ended->len - dd_value_int (most, 0); i++)
    delete_job (sync, ended->pdata[i], "History");
}

/* ---- when ---- */

typedef struct
{
  DdUsec earliest; /* where the search began */
  DdUsec due;      /* the last time that has come since then, or NONE */
  gint64 missed;   /* about how many have come */
} Times;

static DdUsec
instant_of (const DdValue *text, DdUsec fallback)
{
  DdUsec instant = fallback;

  if (text != NULL)
    dd_time_from_iso8601 (dd_value_string (text), &instant);
  return instant;
}

/* FALSE: the schedule is never due, or never again. WITHIN_DEADLINE: what is too late has not come,
 * so that nothing that has can be (syncCronJob asks all the same). Imitates:
 * mostRecentScheduleTime, which counts by the first interval, even where later ones are longer. */
static gboolean
find_times (const Sync *sync, gboolean within_deadline, Times *out)
{
  const DdValue *deadline = dd_value_path (sync->owner->value, "spec.startingDeadlineSeconds");
  DdUsec now = now_of (sync), first, second, at;

  *out = (Times) { .due = NONE };
  out->earliest = instant_of (
      sync->last != NULL ? sync->last
                         : dd_value_path (sync->owner->value, "metadata.creationTimestamp"),
      now);
  if (within_deadline && deadline != NULL)
    out->earliest
        = MAX (out->earliest, now - MIN (dd_value_int (deadline, 0), now / DD_SECOND) * DD_SECOND);
  if (!kube_cron_next (&sync->cron, out->earliest, &first))
    return FALSE;
  if (now < first)
    return TRUE;
  if (!kube_cron_next (&sync->cron, first, &second))
    return FALSE;
  if (now < second)
    {
      out->due = first;
      return TRUE;
    }
  out->missed = (now - first) / (second - first) + 1;
  for (at = first + (out->missed - 2) * (second - first);
       kube_cron_next (&sync->cron, at, &at) && at <= now;)
    out->due = at;
  return TRUE;
}

/* Imitates: nextScheduleTimeDuration. */
static void
wait_for_next (const Sync *sync)
{
  DdUsec now = now_of (sync), next;
  Times times;
  gboolean ever = find_times (sync, FALSE, &times);
  DdUsec from = ever && times.due != NONE   ? times.due
                : ever && times.missed == 0 ? times.earliest
                                            : now;

  if (kube_cron_next (&sync->cron, from, &next))
    sim_controller_add_standing (sync->self->queue, sync->owner->namespace_, sync->owner->name,
                                 next + LATE - now);
}

/* ---- making Jobs ---- */

/* Told once for each time, however often it is looked at. */
static void
skip (const Sync *sync, const char *reason, DdUsec due)
{
  char *time = dd_time_to_iso8601 (due);
  const char *before = g_hash_table_lookup (sync->self->skipped, sync->owner->uid);
  g_autofree char *subject = sim_object_subject (sync->owner);

  if (g_strcmp0 (before, time) == 0)
    {
      g_free (time);
      return;
    }
  g_hash_table_insert (sync->self->skipped, g_strdup (sync->owner->uid), time);
  sim_stage_trace (actors_of (sync)->stage, sim_actor_cron_job.name, DD_EVENT_JOB_SKIPPED, subject,
                   dd_object ("reason", dd_string (reason), NULL));
}

/* Labels and annotations of the template, the time, and the owner. Imitates: getJobFromTemplate2.
 */
static DdValue *
make_job (const Sync *sync, const char *name, DdUsec due)
{
  const DdValue *template = dd_value_path (sync->owner->value, "spec.jobTemplate");
  const DdValue *labels = dd_value_path (template, "metadata.labels");
  const DdValue *own = dd_value_path (template, "metadata.annotations");
  g_autofree char *time = dd_time_to_iso8601 (due);
  DdValue *annotations = own != NULL ? dd_value_ref (own) : NULL;

  if (actors_of (sync)->api->minor >= 28)
    {
      g_autoptr (DdValue) plain = annotations != NULL ? annotations : dd_object_empty ();

      annotations = dd_value_with_member (plain, TIME_ANNOTATION, dd_string (time));
    }
  return dd_object ("metadata",
                    dd_object ("name", dd_string (name), "labels",
                               labels != NULL ? dd_value_ref (labels) : NULL, "annotations",
                               annotations, "ownerReferences", sim_owner_references (sync->owner),
                               NULL),
                    "spec", dd_value_ref (dd_value_member (template, "spec")), NULL);
}

/* FALSE: one could not be deleted. */
static gboolean
make_room (Sync *sync)
{
  g_autoptr (DdValue) before = dd_value_ref (sync->active);
  gboolean all = TRUE;

  for (gsize i = 0; i < dd_value_length (before) && all; i++)
    {
      const SimObject *job
          = find_job (sync, dd_value_path_string (dd_value_element (before, i), "uid"));

      all = job == NULL || delete_job (sync, job, "Replace");
    }
  return all;
}

/* A reference to the Job for that time, be it new or of an earlier run; NULL: there is none. */
static SimObject *
create_job (Sync *sync, const char *name, DdUsec due)
{
  g_autoptr (DdValue) value = make_job (sync, name, due);
  SimActors *actors = actors_of (sync);
  g_autoptr (GError) problem = NULL;
  g_autoptr (SimObject) made = sim_write_create (actors, &sim_actor_cron_job, &kube_job,
                                                 sync->owner->namespace_, value, &problem);
  SimObject *found;

  if (made != NULL)
    {
      record (sync, "Normal", "SuccessfulCreate", "Created job %s", made->name);
      tell_of_job (sync, made, DD_EVENT_JOB_CREATED, NULL);
      return g_steal_pointer (&made);
    }
  found = sim_store_get (actors->store, &kube_job, sync->owner->namespace_, name);
  if (g_error_matches (problem, KUBE_ERROR, KUBE_ALREADY_EXISTS) && found != NULL
      && is_controlled_by (found, sync->owner))
    return sim_object_ref (found);
  if (sim_namespace_is_closing (actors, sync->owner->namespace_))
    return NULL;
  record (sync, "Warning", "FailedCreate", "Error creating job: %s", problem->message);
  note_problem (sync, g_steal_pointer (&problem));
  return NULL;
}

static void
start_job (Sync *sync, DdUsec due)
{
  const char *policy = dd_value_path_string (sync->owner->value, "spec.concurrencyPolicy");
  g_autofree char *name
      = g_strdup_printf ("%s-%" G_GINT64_FORMAT, sync->owner->name, due / DD_MINUTE);
  g_autofree char *time = dd_time_to_iso8601 (due);
  g_autoptr (SimObject) job = NULL;

  if (is_listed (sync, "name", name) || instant_of (sync->last, NONE) == due)
    return;
  if (g_strcmp0 (policy, "Forbid") == 0 && dd_value_length (sync->active) > 0)
    {
      record (sync, "Normal", "JobAlreadyActive",
              "Not starting job because prior execution is running and concurrency policy is "
              "Forbid");
      skip (sync, "JobAlreadyActive", due);
      return;
    }
  if (g_strcmp0 (policy, "Replace") == 0 && !make_room (sync))
    return;
  job = create_job (sync, name, due);
  if (job == NULL)
    return;
  list (sync, job);
  dd_value_unref (sync->last);
  sync->last = dd_string (time);
}

static void
keep_schedule (Sync *sync)
{
  const char *schedule = dd_value_path_string (sync->owner->value, "spec.schedule");
  Times times;

  if (!find_times (sync, TRUE, &times))
    {
      record (sync, "Warning", "InvalidSchedule", "invalid schedule: %s : %s", schedule,
              "time difference between two schedules is less than 1 second");
      return;
    }
  if (times.missed > MANY_MISSED)
    record (sync, "Warning", "TooManyMissedTimes",
            "too many missed start times. Set or decrease .spec.startingDeadlineSeconds or check "
            "clock skew");
  if (times.due != NONE)
    start_job (sync, times.due);
  if (sync->problem == NULL)
    wait_for_next (sync);
}

/* ---- one run ---- */

static void
post_status (const Sync *sync)
{
  gboolean any = dd_value_length (sync->active) > 0;

  sim_actors_post_status (
      actors_of (sync), &sim_actor_cron_job, sync->owner,
      dd_object ("active", any ? dd_value_ref (sync->active) : NULL, "lastScheduleTime",
                 sync->last != NULL ? dd_value_ref (sync->last) : NULL, "lastSuccessfulTime",
                 sync->success != NULL ? dd_value_ref (sync->success) : NULL, NULL));
}

static DdValue *
status_member (const SimObject *owner, const char *member)
{
  const DdValue *value = dd_value_at (owner->value, "status", member, NULL);

  return value != NULL ? dd_value_ref (value) : NULL;
}

/* Takes OWNER. */
static void
sync_init (Sync *sync, CronJobs *self, SimObject *owner)
{
  *sync = (Sync) {
    .self = self,
    .owner = owner,
    .jobs = g_ptr_array_new_with_free_func ((GDestroyNotify) sim_object_unref),
    .active = status_member (owner, "active"),
    .last = status_member (owner, "lastScheduleTime"),
    .success = status_member (owner, "lastSuccessfulTime"),
  };
  if (sync->active == NULL)
    sync->active = dd_array_empty ();
}

static gboolean
reconcile (gpointer data, const char *namespace_, const char *name, GError **error)
{
  CronJobs *self = data;
  SimObject *owner = sim_store_get (self->actors->store, &kube_cron_job, namespace_, name);
  g_autofree char *problem = NULL;
  g_auto (Sync) sync = { 0 };

  if (owner == NULL)
    return TRUE;
  sync_init (&sync, self, sim_object_ref (owner));
  find_jobs (&sync);
  look_at_jobs (&sync);
  if (!sim_is_terminating (owner) && !dd_value_path_bool (owner->value, "spec.suspend", FALSE))
    {
      gboolean read = kube_cron_parse (dd_value_path_string (owner->value, "spec.schedule"),
                                       &sync.cron, &problem);

      g_assert (read); /* what is stored was validated */
      keep_schedule (&sync);
    }
  keep_newest (&sync, "Complete", "successfulJobsHistoryLimit");
  keep_newest (&sync, "Failed", "failedJobsHistoryLimit");
  post_status (&sync);
  if (sync.problem == NULL)
    return TRUE;
  g_propagate_error (error, g_steal_pointer (&sync.problem));
  return FALSE;
}

/* ---- the queue ---- */

static void
cron_job_changed (SimStore *store G_GNUC_UNUSED, const SimChange *change, gpointer data)
{
  CronJobs *self = data;

  if (change->type == SIM_DELETED)
    g_hash_table_remove (self->skipped, change->object->uid);
  else
    sim_controller_add_object (self->queue, change->object);
}

static void
job_changed (SimStore *store, const SimChange *change, gpointer data)
{
  CronJobs *self = data;
  const DdValue *reference = sim_controller_reference (change->object);
  const char *name = dd_value_path_string (reference, "name");
  const SimObject *owner
      = g_strcmp0 (dd_value_path_string (reference, "kind"), "CronJob") == 0
            ? sim_store_get (store, &kube_cron_job, change->object->namespace_, name)
            : NULL;

  if (owner != NULL && is_controlled_by (change->object, owner))
    sim_controller_add_object (self->queue, owner);
}

static gpointer
start (SimActors *actors)
{
  CronJobs *self = g_new0 (CronJobs, 1);

  self->actors = actors;
  self->skipped = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  self->queue = sim_controller_new (actors->stage, reconcile, self);
  sim_store_subscribe (actors->store, &kube_cron_job, cron_job_changed, self);
  sim_store_subscribe (actors->store, &kube_job, job_changed, self);
  return self;
}

static void
stop (gpointer data)
{
  CronJobs *self = data;

  sim_store_unsubscribe (self->actors->store, cron_job_changed, self);
  sim_store_unsubscribe (self->actors->store, job_changed, self);
  sim_controller_free (self->queue);
  g_hash_table_unref (self->skipped);
  g_free (self);
}

static const char *const writes[] = { "create jobs", "delete jobs", NULL };

const SimActorClass sim_actor_cron_job = { "cronjob", start, stop, writes };
