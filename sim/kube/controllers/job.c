/* SPDX-License-Identifier: Apache-2.0 */
/* sim/kube/controllers/job.c: runs the pods of Jobs until enough of them have succeeded
 *
 * Each pod carries a finalizer, so that an evicted one stays until it is counted. One run counts
 * what ended, decides whether that is the end of the Job, and else makes or deletes pods. Counting
 * takes two steps, so that no pod is counted twice whatever is refused on the way: the uid goes
 * into status.uncountedTerminatedPods, the finalizer goes, and then the uid becomes a number.
 *
 * Imitates: Kubernetes, Jobs; kubernetes/kubernetes 1.32, pkg/controller/job, syncJob, manageJob
 * and trackJobStatusAndRemoveFinalizers. Not imitated: backoffLimitPerIndex, successPolicy. */
#include "config.h"

#include "sim/kube/controllers/job.h"

#include <string.h>

#include "base/time.h"
#include "sim/kube/controllers/conditions.h"
#include "sim/kube/controllers/workload.h"
#include "sim/kube/controllers/writes.h"
#include "sim/kube/kinds/recorder.h"

#define COMPONENT "job-controller"
#define INDEX "batch.kubernetes.io/job-completion-index"
#define BURST 500                    /* MaxPodCreateDeletePerSync */
#define BATCH_PERIOD (1 * DD_SECOND) /* SyncJobBatchPeriod: changes of pods are seen together */

typedef struct
{
  SimActors *actors;
  SimController *queue;
  SimController *orphans; /* pods whose Job is gone, and that its finalizer holds */
  GHashTable *failures;   /* uid of a Job -> Failures; the real controller has it in memory too */
} Jobs;

/* What the back-off goes by. */
typedef struct
{
  guint in_a_row;
  DdUsec last;
} Failures;

/* One run for one Job. */
typedef struct
{
  Jobs *self;
  SimObject *job;
  GPtrArray *pods;   /* all of the Job, as references */
  GPtrArray *active; /* those that have neither ended nor are being deleted */
  gint64 parallelism;
  gint64 completions; /* -1: any success will do */
  gboolean indexed;
  gboolean suspended;
  gint64 counted_succeeded, counted_failed; /* as the status has it */
  gint64 succeeded, failed;                 /* with those that are still to be counted */
  GByteArray *done;                         /* indexes, with those that are still to be counted */
  GPtrArray *uncounted_succeeded, *uncounted_failed; /* uids */
  gint64 n_active, n_ready, n_terminating;
  gboolean failed_anew;
  DdUsec wait; /* until the next pod is made */
  DdValue *conditions, *start_time, *completion_time;
  const char *verdict; /* the condition that is due; NULL: the Job goes on */
  char *reason, *message;
  GError *problem; /* the first refusal */
} Sync;

static const SimWorkload workload = { &sim_actor_job, COMPONENT };

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

static const DdValue *
spec_of (const Sync *sync, const char *field)
{
  return dd_value_member (dd_value_member (sync->job->value, "spec"), field);
}

static void
tell (const Sync *sync, DdEvent what, DdValue *details)
{
  g_autofree char *subject = sim_object_subject (sync->job);

  sim_stage_trace (actors_of (sync)->stage, "job", what, subject, details);
}

/* Keeps the first one. Takes PROBLEM. */
static void
note_problem (Sync *sync, GError *problem)
{
  if (sync->problem == NULL)
    sync->problem = problem;
  else
    g_clear_error (&problem);
}

/* ---- conditions ---- */

static const DdValue *
find_condition (const Sync *sync, const char *type)
{
  for (gsize i = 0; i < dd_value_length (sync->conditions); i++)
    if (g_strcmp0 (dd_value_path_string (dd_value_element (sync->conditions, i), "type"), type)
        == 0)
      return dd_value_element (sync->conditions, i);
  return NULL;
}

static gboolean
has_condition (const Sync *sync, const char *type)
{
  return g_strcmp0 (dd_value_path_string (find_condition (sync, type), "status"), "True") == 0;
}

/* Imitates: ensureJobConditionStatus. FALSE: the list says so already. */
static gboolean
set_condition (Sync *sync, const char *type, gboolean holds, const char *reason,
               const char *message)
{
  const DdValue *present = find_condition (sync, type);
  const char *status = holds ? "True" : "False";
  g_autoptr (DdValue) bare = dd_object ("conditions", dd_value_ref (sync->conditions), NULL);
  g_autoptr (DdValue) changed = NULL;

  if (present == NULL && !holds)
    return FALSE;
  if (present != NULL && g_strcmp0 (dd_value_path_string (present, "status"), status) == 0
      && g_strcmp0 (dd_value_path_string (present, "reason"), reason) == 0
      && g_strcmp0 (dd_value_path_string (present, "message"), message) == 0)
    return FALSE;
  changed = sim_status_with_condition (
      bare, dd_object ("type", dd_string (type), "status", dd_string (status), "lastProbeTime",
                       sim_now_value (actors_of (sync)->stage), "lastTransitionTime",
                       sim_now_value (actors_of (sync)->stage), "reason", dd_string (reason),
                       "message", dd_string (message), NULL));
  dd_value_unref (sync->conditions);
  sync->conditions = dd_value_ref (dd_value_member (changed, "conditions"));
  return TRUE;
}

static void
judge (Sync *sync, const char *verdict, const char *reason, const char *message)
{
  sync->verdict = verdict;
  g_free (sync->reason);
  g_free (sync->message);
  sync->reason = g_strdup (reason);
  sync->message = g_strdup (message);
}

static gboolean
succeeds (const Sync *sync)
{
  return g_strcmp0 (sync->verdict, "SuccessCriteriaMet") == 0
         || g_strcmp0 (sync->verdict, "Complete") == 0;
}

/* ---- status ---- */

static DdValue *
count_or_nothing (gint64 count)
{
  return count > 0 ? dd_int (count) : NULL;
}

static DdValue *
list_of (const GPtrArray *uids)
{
  g_auto (DdBuilder) list = { 0 };

  if (uids->len == 0)
    return NULL;
  list = dd_builder_array ();
  for (guint i = 0; i < uids->len; i++)
    dd_builder_add (&list, dd_string (g_ptr_array_index (uids, i)));
  return dd_builder_end (&list);
}

static DdValue *
value_or_nothing (const DdValue *value)
{
  return value != NULL ? dd_value_ref (value) : NULL;
}

static void
post_status (Sync *sync)
{
  g_autofree char *indexes = sync->indexed ? sim_indexes_to_text (sync->done) : NULL;
  gboolean any = indexes != NULL && indexes[0] != '\0';
  DdValue *uncounted = dd_object ("succeeded", list_of (sync->uncounted_succeeded), "failed",
                                  list_of (sync->uncounted_failed), NULL);

  sim_actors_post_status (
      actors_of (sync), &sim_actor_job, sync->job,
      dd_object ("conditions",
                 dd_value_length (sync->conditions) > 0 ? dd_value_ref (sync->conditions) : NULL,
                 "startTime", value_or_nothing (sync->start_time), "completionTime",
                 value_or_nothing (sync->completion_time), "active",
                 count_or_nothing (sync->n_active), "succeeded",
                 count_or_nothing (sync->counted_succeeded), "failed",
                 count_or_nothing (sync->counted_failed), "terminating",
                 dd_int (sync->n_terminating), "completedIndexes", any ? dd_string (indexes) : NULL,
                 "uncountedTerminatedPods", uncounted, "ready", dd_int (sync->n_ready), NULL));
}

/* ---- what there is ---- */

static gboolean
has_uid (const GPtrArray *uids, const char *uid)
{
  return g_ptr_array_find_with_equal_func ((GPtrArray *) uids, uid, g_str_equal, NULL);
}

static gboolean
has_place (const Sync *sync, const SimObject *pod)
{
  gint64 index = sim_job_index (pod);

  return !sync->indexed || (index >= 0 && index < sync->completions);
}

/* POD ended or counts as ended, and no status knows of it yet. */
static gboolean
is_new (const Sync *sync, const SimObject *pod, const GPtrArray *known)
{
  return sim_job_holds (pod) && !has_uid (known, pod->uid) && has_place (sync, pod);
}

static void
take_pod (Sync *sync, SimObject *pod)
{
  const KubePodView *view = kube_pod_view (pod);

  g_ptr_array_add (sync->pods, sim_object_ref (pod));
  if (view->finished)
    return;
  if (view->terminating)
    {
      sync->n_terminating++;
      return;
    }
  g_ptr_array_add (sync->active, pod);
  sync->n_ready += view->ready;
}

static void
find_pods (Sync *sync)
{
  g_autoptr (GPtrArray) all = sim_store_dependents (actors_of (sync)->store, sync->job->uid);

  for (guint i = 0; i < all->len; i++)
    {
      SimObject *pod = g_ptr_array_index (all, i);

      if (pod->kind == &kube_pod && g_strcmp0 (kube_pod_view (pod)->owner_uid, sync->job->uid) == 0)
        take_pod (sync, pod);
    }
  sync->n_active = sync->active->len;
}

static void
take_uids (GPtrArray *uids, const DdValue *list)
{
  for (gsize i = 0; i < dd_value_length (list); i++)
    g_ptr_array_add (uids, g_strdup (dd_value_string (dd_value_element (list, i))));
}

static int
compare_ends (gconstpointer left, gconstpointer right)
{
  DdUsec a = sim_job_pod_end (*(SimObject *const *) left);
  DdUsec b = sim_job_pod_end (*(SimObject *const *) right);

  return a < b ? -1 : a > b;
}

/* Failures after the last success lengthen the wait; a success ends it. Imitates: newBackoffRecord.
 */
static void
note_failures (Sync *sync, GPtrArray *succeeded, GPtrArray *failed)
{
  Failures *failures = g_hash_table_lookup (sync->self->failures, sync->job->uid);
  DdUsec success = -1;

  if (succeeded->len == 0 && failed->len == 0)
    return;
  if (failures == NULL)
    {
      failures = g_new0 (Failures, 1);
      g_hash_table_insert (sync->self->failures, g_strdup (sync->job->uid), failures);
    }
  g_ptr_array_sort (succeeded, compare_ends);
  g_ptr_array_sort (failed, compare_ends);
  if (succeeded->len > 0)
    {
      success = sim_job_pod_end (g_ptr_array_index (succeeded, succeeded->len - 1));
      failures->in_a_row = 0;
    }
  for (guint i = 0; i < failed->len; i++)
    if (sim_job_pod_end (g_ptr_array_index (failed, i)) > success)
      {
        failures->in_a_row++;
        failures->last = sim_job_pod_end (g_ptr_array_index (failed, i));
        sync->failed_anew = TRUE;
      }
}

static void
count_pods (Sync *sync)
{
  const DdValue *policy = spec_of (sync, "podFailurePolicy");
  g_autoptr (GPtrArray) succeeded = g_ptr_array_new (), failed = g_ptr_array_new ();

  sync->succeeded = sync->counted_succeeded + sync->uncounted_succeeded->len;
  sync->failed = sync->counted_failed + sync->uncounted_failed->len;
  for (guint i = 0; i < sync->pods->len; i++)
    {
      SimObject *pod = g_ptr_array_index (sync->pods, i);

      if (sim_job_pod_succeeded (pod) && is_new (sync, pod, sync->uncounted_succeeded))
        {
          g_ptr_array_add (succeeded, pod);
          sync->succeeded++;
          if (sync->indexed)
            sync->done->data[sim_job_index (pod)] = 1;
        }
      if (sim_job_pod_failed (sync->job->value, pod) && is_new (sync, pod, sync->uncounted_failed))
        {
          g_ptr_array_add (failed, pod);
          sync->failed += sim_job_judge (policy, pod, NULL) != SIM_JOB_IGNORES;
        }
    }
  if (sync->indexed)
    sync->succeeded = sim_indexes_count (sync->done);
  note_failures (sync, succeeded, failed);
}

/* ---- is it over? ---- */

static DdUsec
start_of (const Sync *sync)
{
  DdUsec start = now_of (sync);

  if (sync->start_time != NULL)
    dd_time_from_iso8601 (dd_value_string (sync->start_time), &start);
  return start;
}

/* FALSE: no pod failed in a way that fails the Job. */
static gboolean
find_fatal_failure (Sync *sync)
{
  for (guint i = 0; i < sync->pods->len; i++)
    {
      const SimObject *pod = g_ptr_array_index (sync->pods, i);
      g_autofree char *message = NULL;

      if (!sim_job_pod_failed (sync->job->value, pod)
          || sim_job_judge (spec_of (sync, "podFailurePolicy"), pod, &message) != SIM_JOB_FAILS)
        continue;
      judge (sync, "FailureTarget", "PodFailurePolicy", message);
      return TRUE;
    }
  return FALSE;
}

/* With restartPolicy OnFailure the kubelet tries again, and its restarts count instead. */
static gboolean
is_past_limit (const Sync *sync)
{
  gint64 limit = dd_value_int (spec_of (sync, "backoffLimit"), 6);
  const char *policy = dd_value_path_string (sync->job->value, "spec.template.spec.restartPolicy");
  gint64 restarts;

  if (sync->failed > limit)
    return TRUE;
  if (g_strcmp0 (policy, "OnFailure") != 0)
    return FALSE;
  restarts = sim_job_restarts (sync->pods);
  return limit == 0 ? restarts > 0 : restarts >= limit;
}

/* When the deadline is still to come, the Job is looked at again then. */
static gboolean
is_past_deadline (const Sync *sync)
{
  const DdValue *seconds = spec_of (sync, "activeDeadlineSeconds");
  DdUsec left;

  if (seconds == NULL || sync->suspended)
    return FALSE;
  left = start_of (sync) + dd_value_int (seconds, 0) * DD_SECOND - now_of (sync);
  if (left > 0)
    sim_controller_add_after (sync->self->queue, sync->job->namespace_, sync->job->name, left);
  return left <= 0;
}

/* What an earlier run decided stands. */
static void
find_verdict (Sync *sync)
{
  const DdValue *success = find_condition (sync, "SuccessCriteriaMet");
  const DdValue *failure = find_condition (sync, "FailureTarget");

  if (has_condition (sync, "SuccessCriteriaMet"))
    judge (sync, "SuccessCriteriaMet", dd_value_path_string (success, "reason"),
           dd_value_path_string (success, "message"));
  else if (has_condition (sync, "FailureTarget"))
    judge (sync, "Failed", dd_value_path_string (failure, "reason"),
           dd_value_path_string (failure, "message"));
  else if (find_fatal_failure (sync))
    return;
  else if (is_past_limit (sync))
    judge (sync, "FailureTarget", "BackoffLimitExceeded",
           "Job has reached the specified backoff limit");
  else if (is_past_deadline (sync))
    judge (sync, "FailureTarget", "DeadlineExceeded",
           "Job was active longer than specified deadline");
}

/* ---- pods that are too many ---- */

static gboolean
remove_finalizer (SimActors *actors, const SimObject *pod, GError **error)
{
  const DdValue *finalizers = dd_value_path (pod->value, "metadata.finalizers");
  DdBuilder rest = dd_builder_array ();
  g_autoptr (DdValue) patch = NULL;
  g_autoptr (GError) problem = NULL;
  g_autoptr (SimObject) written = NULL;

  for (gsize i = 0; i < dd_value_length (finalizers); i++)
    if (g_strcmp0 (dd_value_string (dd_value_element (finalizers, i)), SIM_JOB_FINALIZER) != 0)
      dd_builder_add (&rest, dd_value_ref (dd_value_element (finalizers, i)));
  patch = dd_object ("metadata", dd_object ("finalizers", dd_builder_end (&rest), NULL), NULL);
  written = sim_write_merge (actors, &sim_actor_job, "patch", pod, patch, &problem);
  if (written != NULL || g_error_matches (problem, KUBE_ERROR, KUBE_NOT_FOUND))
    return TRUE;
  g_propagate_error (error, g_steal_pointer (&problem));
  return FALSE;
}

static gboolean
delete_pod (Sync *sync, SimObject *pod)
{
  GError *problem = NULL;

  if (!sim_workload_delete_pod (actors_of (sync), &workload, sync->job, pod, &problem))
    {
      note_problem (sync, problem);
      return FALSE;
    }
  sync->n_active--;
  sync->n_terminating++;
  sync->n_ready -= kube_pod_view (pod)->ready;
  return TRUE;
}

/* Their finalizers stay: they are counted. FALSE: some could not be deleted. */
static gboolean
stop_active (Sync *sync)
{
  gboolean all = TRUE;

  for (guint i = 0; i < sync->active->len; i++)
    all &= delete_pod (sync, g_ptr_array_index (sync->active, i));
  return all;
}

/* Those that are too many count for nothing. FALSE: there were none. */
static gboolean
remove_surplus (Sync *sync, gint64 n)
{
  g_autoptr (GPtrArray) surplus = NULL;

  if (n <= 0 && !sync->indexed)
    return FALSE;
  surplus = sim_job_surplus (sync->active, n, sync->indexed ? sync->completions : -1);
  for (guint i = 0; i < surplus->len && i < BURST; i++)
    {
      SimObject *pod = g_ptr_array_index (surplus, i);
      GError *problem = NULL;

      if (sim_job_holds (pod) && !remove_finalizer (actors_of (sync), pod, &problem))
        note_problem (sync, problem);
      else
        delete_pod (sync, pod);
    }
  return surplus->len > 0;
}

/* ---- pods that are missing ---- */

/* Imitates: addCompletionIndexEnvVariables. */
static DdValue *
with_index_variable (const DdValue *containers)
{
  DdBuilder list = dd_builder_array ();

  for (gsize i = 0; i < dd_value_length (containers); i++)
    {
      const DdValue *container = dd_value_element (containers, i);
      DdValue *variable = dd_object (
          "name", dd_word ("JOB_COMPLETION_INDEX"), "valueFrom",
          dd_object ("fieldRef",
                     dd_object ("fieldPath", dd_word ("metadata.labels['" INDEX "']"), NULL), NULL),
          NULL);

      dd_builder_add (&list,
                      dd_value_with_member (
                          container, "env",
                          dd_value_with_element (dd_value_member (container, "env"), variable)));
    }
  return dd_builder_end (&list);
}

static void
put (DdValue **pod, const char *part, const char *member, const char *key, DdValue *value)
{
  DdValue *changed = dd_value_with (*pod, value, part, member, key, NULL);

  dd_value_unref (*pod);
  *pod = changed;
}

static void
give_index (const Sync *sync, DdValue **pod, gint64 index)
{
  static const char *const lists[] = { "initContainers", "containers" };
  const char *name = sync->job->name;
  g_autofree char *number = g_strdup_printf ("%" G_GINT64_FORMAT, index);
  const DdValue *spec;

  put (pod, "metadata", "annotations", INDEX, dd_string (number));
  put (pod, "metadata", "labels", INDEX, dd_string (number));
  dd_value_set (pod, "metadata.generateName", dd_string_printf ("%s-%s-", name, number));
  dd_value_set (pod, "spec.hostname", dd_string_printf ("%s-%s", name, number));
  for (guint i = 0; i < G_N_ELEMENTS (lists); i++)
    {
      spec = dd_value_member (*pod, "spec");
      if (dd_value_length (dd_value_member (spec, lists[i])) > 0)
        put (pod, "spec", lists[i], NULL, with_index_variable (dd_value_member (spec, lists[i])));
    }
}

/* INDEX -1: none. */
static void
create_pod (Sync *sync, gint64 index)
{
  g_autoptr (DdValue) pod = sim_pod_from_template (sync->job, NULL, NULL);
  const DdValue *finalizers = dd_value_path (sync->job->value, "spec.template.metadata.finalizers");
  GError *problem = NULL;

  dd_value_set (&pod, "metadata.finalizers",
                dd_value_with_element (finalizers, dd_string (SIM_JOB_FINALIZER)));
  if (index >= 0)
    give_index (sync, &pod, index);
  if (sim_workload_create (actors_of (sync), &workload, sync->job, pod, &problem))
    sync->n_active++;
  else
    note_problem (sync, problem);
}

/* Imitates: firstPendingIndexes. */
static GArray *
pending_indexes (const Sync *sync, gint64 n)
{
  g_autoptr (GByteArray) taken = g_byte_array_new ();
  GArray *pending = g_array_new (FALSE, FALSE, sizeof (gint64));

  g_byte_array_append (taken, sync->done->data, sync->done->len);
  for (guint i = 0; i < sync->pods->len; i++)
    {
      const SimObject *pod = g_ptr_array_index (sync->pods, i);
      const KubePodView *view = kube_pod_view (pod);

      if (has_place (sync, pod) && !view->finished
          && (!view->terminating || sim_job_waits_for_end (sync->job->value)))
        taken->data[sim_job_index (pod)] = 1;
    }
  for (gint64 i = 0; i < sync->completions && (gint64) pending->len < n; i++)
    if (!taken->data[i])
      g_array_append_val (pending, i);
  return pending;
}

/* In batches of 1, 2, 4 ... pods; those after a refusal wait for the next run. */
static void
create_pods (Sync *sync, gint64 n)
{
  g_autoptr (GArray) indexes = sync->indexed ? pending_indexes (sync, n) : NULL;
  gint64 made = 0;

  n = indexes != NULL ? (gint64) indexes->len : n;
  for (gint64 size = 1; made < n && sync->problem == NULL; size *= 2)
    for (gint64 end = MIN (made + size, n); made < end; made++)
      create_pod (sync, indexes != NULL ? g_array_index (indexes, gint64, made) : -1);
}

static DdUsec
back_off_left (const Sync *sync)
{
  const Failures *failures = g_hash_table_lookup (sync->self->failures, sync->job->uid);

  return failures != NULL ? failures->last + sim_job_back_off (failures->in_a_row) - now_of (sync)
                          : 0;
}

static void
wait (Sync *sync, DdUsec delay)
{
  sim_controller_add_after (sync->self->queue, sync->job->namespace_, sync->job->name, delay);
  sync->wait = delay;
  /* The real one says so too, however many there are (manageJob returns 0). */
  sync->n_active = 0;
}

static gint64
wanted_pods (const Sync *sync)
{
  if (sync->completions < 0)
    return sync->succeeded > 0 ? sync->n_active : sync->parallelism;
  return CLAMP (sync->completions - sync->succeeded, 0, sync->parallelism);
}

static void
balance (Sync *sync)
{
  gint64 wanted = sync->suspended ? 0 : wanted_pods (sync);
  gint64 missing;
  DdUsec left;

  if (remove_surplus (sync, sync->n_active - wanted) || sync->suspended)
    return;
  missing = wanted - sync->n_active;
  if (sim_job_waits_for_end (sync->job->value))
    missing -= sync->n_terminating;
  if (missing <= 0 || sim_namespace_is_closing (actors_of (sync), sync->job->namespace_))
    return;
  left = back_off_left (sync);
  if (left > 0)
    wait (sync, left);
  else
    create_pods (sync, MIN (missing, BURST));
}

static gboolean
is_complete (const Sync *sync)
{
  return sync->n_active == 0
         && (sync->completions < 0 ? sync->succeeded > 0 : sync->succeeded >= sync->completions);
}

static void
note_suspension (Sync *sync)
{
  SimActors *actors = actors_of (sync);

  if (sync->suspended)
    {
      if (set_condition (sync, "Suspended", TRUE, "JobSuspended", "Job suspended"))
        kube_record_event (actors->api, sync->job, COMPONENT, NULL, "Normal", "Suspended",
                           "Job suspended");
    }
  else if (set_condition (sync, "Suspended", FALSE, "JobResumed", "Job resumed"))
    {
      kube_record_event (actors->api, sync->job, COMPONENT, NULL, "Normal", "Resumed",
                         "Job resumed");
      dd_value_unref (sync->start_time);
      sync->start_time = sim_now_value (actors->stage);
    }
}

static void
go_on (Sync *sync)
{
  gboolean leaving = sim_is_terminating (sync->job);

  if (!leaving)
    balance (sync);
  if (is_complete (sync))
    judge (sync, "SuccessCriteriaMet", "CompletionsReached",
           "Reached expected number of succeeded pods");
  else if (!leaving)
    note_suspension (sync);
}

/* ---- counting ---- */

static void
tell_of_failure (const Sync *sync, const SimObject *pod, SimJobVerdict verdict)
{
  g_autofree char *subject = sim_object_subject (pod);

  sim_stage_trace (actors_of (sync)->stage, "job",
                   verdict == SIM_JOB_IGNORES ? DD_EVENT_JOB_POD_IGNORED : DD_EVENT_JOB_POD_FAILED,
                   subject, dd_object ("owner", dd_string (sync->job->name), NULL));
}

static void
count_failure (Sync *sync, const SimObject *pod)
{
  SimJobVerdict verdict;

  if (!is_new (sync, pod, sync->uncounted_failed))
    return;
  verdict = sim_job_judge (spec_of (sync, "podFailurePolicy"), pod, NULL);
  tell_of_failure (sync, pod, verdict);
  if (verdict != SIM_JOB_IGNORES)
    g_ptr_array_add (sync->uncounted_failed, g_strdup (pod->uid));
}

/* When the Job has failed, whatever still runs has failed with it. Imitates: canRemoveFinalizer. */
static void
count_pod (Sync *sync, SimObject *pod, GPtrArray *released)
{
  gboolean failed = sim_job_pod_failed (sync->job->value, pod);
  gboolean succeeded = sim_job_pod_succeeded (pod);

  if (!sim_job_holds (pod)
      || !(succeeded || failed || sync->verdict != NULL || sim_is_terminating (sync->job)))
    return;
  g_ptr_array_add (released, pod);
  if (succeeded && !has_uid (sync->uncounted_failed, pod->uid))
    {
      if (!sync->indexed && !has_uid (sync->uncounted_succeeded, pod->uid))
        g_ptr_array_add (sync->uncounted_succeeded, g_strdup (pod->uid));
    }
  else if (failed || (sync->verdict != NULL && !succeeds (sync)))
    count_failure (sync, pod);
}

/* UIDS that no pod with the finalizer has are numbers from now on. */
static gint64
settle (GPtrArray *uids, GHashTable *held)
{
  gint64 settled = 0;

  for (guint i = 0; i < uids->len;)
    if (g_hash_table_contains (held, g_ptr_array_index (uids, i)))
      i++;
    else
      {
        g_ptr_array_remove_index (uids, i);
        settled++;
      }
  return settled;
}

static void
settle_uncounted (Sync *sync, GHashTable *held)
{
  sync->counted_succeeded += settle (sync->uncounted_succeeded, held);
  sync->counted_failed += settle (sync->uncounted_failed, held);
  if (sync->indexed)
    sync->counted_succeeded = sim_indexes_count (sync->done);
}

/* Until 1.30 only a failure policy said beforehand that the Job fails, and a Job was over while its
 * pods still stopped. Imitates: delayTerminalCondition, which came with 1.31. */
static gboolean
is_over_at_last (const Sync *sync)
{
  return actors_of (sync)->api->minor >= 31;
}

/* The way to Complete and Failed is told before the last finalizer goes, and itself only when
 * nothing runs any more. */
static void
announce_verdict (Sync *sync)
{
  if (g_strcmp0 (sync->verdict, "FailureTarget") == 0)
    {
      if (is_over_at_last (sync) || strcmp (sync->reason, "PodFailurePolicy") == 0)
        set_condition (sync, "FailureTarget", TRUE, sync->reason, sync->message);
      sync->verdict = "Failed";
    }
  if (g_strcmp0 (sync->verdict, "SuccessCriteriaMet") == 0)
    {
      if (is_over_at_last (sync))
        set_condition (sync, "SuccessCriteriaMet", TRUE, sync->reason, sync->message);
      else
        judge (sync, sync->verdict, NULL, NULL);
      sync->verdict = "Complete";
    }
}

/* FALSE: not yet. */
static gboolean
finish (Sync *sync)
{
  if (sync->verdict == NULL || sync->uncounted_succeeded->len + sync->uncounted_failed->len > 0
      || (sync->n_terminating > 0 && is_over_at_last (sync)))
    return FALSE;
  set_condition (sync, sync->verdict, TRUE, sync->reason, sync->message);
  if (succeeds (sync))
    sync->completion_time = sim_now_value (actors_of (sync)->stage);
  return TRUE;
}

static void
tell_of_end (const Sync *sync)
{
  KubeApi *api = actors_of (sync)->api;

  if (!succeeds (sync))
    {
      kube_record_event (api, sync->job, COMPONENT, NULL, "Warning", sync->reason, "%s",
                         sync->message);
      tell (sync, DD_EVENT_JOB_FAILED,
            dd_object ("reason", dd_string (sync->reason), "message", dd_string (sync->message),
                       NULL));
      return;
    }
  if (sync->completions >= 0 && sync->counted_succeeded > sync->completions)
    kube_record_event (api, sync->job, COMPONENT, NULL, "Warning", "TooManySucceededPods",
                       "Too many succeeded pods running after completion count reached");
  kube_record_event (api, sync->job, COMPONENT, NULL, "Normal", "Completed", "Job completed");
  tell (sync, DD_EVENT_JOB_COMPLETED, NULL);
}

static void
release (Sync *sync, const GPtrArray *released, GHashTable *held)
{
  for (guint i = 0; i < released->len; i++)
    {
      const SimObject *pod = g_ptr_array_index (released, i);
      GError *problem = NULL;

      if (remove_finalizer (actors_of (sync), pod, &problem))
        g_hash_table_remove (held, pod->uid);
      else
        note_problem (sync, problem);
    }
}

static void
track (Sync *sync)
{
  g_autoptr (GHashTable) held = g_hash_table_new (g_str_hash, g_str_equal);
  g_autoptr (GPtrArray) released = g_ptr_array_new ();

  for (guint i = 0; i < sync->pods->len; i++)
    if (sim_job_holds (g_ptr_array_index (sync->pods, i)))
      g_hash_table_add (held, (gpointer) ((SimObject *) g_ptr_array_index (sync->pods, i))->uid);
  settle_uncounted (sync, held);
  for (guint i = 0; i < sync->pods->len; i++)
    count_pod (sync, g_ptr_array_index (sync->pods, i), released);
  if (sync->wait > 0 && sync->failed_anew)
    tell (sync, DD_EVENT_JOB_WAITING,
          dd_object ("seconds", dd_int ((sync->wait + DD_SECOND - 1) / DD_SECOND), NULL));
  announce_verdict (sync);
  post_status (sync);
  release (sync, released, held);
  settle_uncounted (sync, held);
  if (finish (sync))
    tell_of_end (sync);
  post_status (sync);
}

/* ---- one run ---- */

static void
sync_clear (Sync *sync)
{
  g_clear_pointer (&sync->job, sim_object_unref);
  g_clear_pointer (&sync->pods, g_ptr_array_unref);
  g_clear_pointer (&sync->active, g_ptr_array_unref);
  g_clear_pointer (&sync->done, g_byte_array_unref);
  g_clear_pointer (&sync->uncounted_succeeded, g_ptr_array_unref);
  g_clear_pointer (&sync->uncounted_failed, g_ptr_array_unref);
  g_clear_pointer (&sync->conditions, dd_value_unref);
  g_clear_pointer (&sync->start_time, dd_value_unref);
  g_clear_pointer (&sync->completion_time, dd_value_unref);
  g_free (sync->reason);
  g_free (sync->message);
  g_clear_error (&sync->problem);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Sync, sync_clear)

static void
read_status (Sync *sync)
{
  const DdValue *status = dd_value_member (sync->job->value, "status");
  const DdValue *conditions = dd_value_member (status, "conditions");

  sync->conditions = conditions != NULL ? dd_value_ref (conditions) : dd_array_empty ();
  sync->start_time = value_or_nothing (dd_value_member (status, "startTime"));
  sync->completion_time = value_or_nothing (dd_value_member (status, "completionTime"));
  sync->counted_succeeded = dd_value_path_int (status, "succeeded", 0);
  sync->counted_failed = dd_value_path_int (status, "failed", 0);
  take_uids (sync->uncounted_succeeded,
             dd_value_path (status, "uncountedTerminatedPods.succeeded"));
  take_uids (sync->uncounted_failed, dd_value_path (status, "uncountedTerminatedPods.failed"));
  if (sync->start_time == NULL && !sync->suspended)
    sync->start_time = sim_now_value (actors_of (sync)->stage);
  if (sync->indexed)
    sim_indexes_add_text (sync->done, dd_value_path_string (status, "completedIndexes"));
}

/* Takes JOB. */
static void
sync_init (Sync *sync, Jobs *self, SimObject *job)
{
  const DdValue *spec = dd_value_member (job->value, "spec");

  *sync = (Sync) {
    .self = self,
    .job = job,
    .pods = g_ptr_array_new_with_free_func ((GDestroyNotify) sim_object_unref),
    .active = g_ptr_array_new (),
    .parallelism = dd_value_path_int (spec, "parallelism", 1),
    .completions = dd_value_path_int (spec, "completions", -1),
    .indexed = g_strcmp0 (dd_value_path_string (spec, "completionMode"), "Indexed") == 0,
    .suspended = dd_value_path_bool (spec, "suspend", FALSE),
    .done = g_byte_array_new (),
    .uncounted_succeeded = g_ptr_array_new_with_free_func (g_free),
    .uncounted_failed = g_ptr_array_new_with_free_func (g_free),
  };
  if (sync->indexed)
    {
      g_byte_array_set_size (sync->done, (guint) sync->completions);
      memset (sync->done->data, 0, sync->done->len);
    }
  read_status (sync);
}

/* Its own, and not over. */
static gboolean
is_at_work (const SimObject *job)
{
  const char *manager = dd_value_path_string (job->value, "spec.managedBy");
  const DdValue *status = dd_value_member (job->value, "status");

  return (manager == NULL || strcmp (manager, "kubernetes.io/job-controller") == 0)
         && g_strcmp0 (sim_condition_status (status, "Complete"), "True") != 0
         && g_strcmp0 (sim_condition_status (status, "Failed"), "True") != 0;
}

static gboolean
reconcile (gpointer data, const char *namespace_, const char *name, GError **error)
{
  Jobs *self = data;
  SimObject *job = sim_store_get (self->actors->store, &kube_job, namespace_, name);
  g_auto (Sync) sync = { 0 };

  if (job == NULL)
    return TRUE;
  if (!is_at_work (job))
    {
      g_hash_table_remove (self->failures, job->uid);
      return TRUE;
    }
  sync_init (&sync, self, sim_object_ref (job));
  find_pods (&sync);
  count_pods (&sync);
  find_verdict (&sync);
  if (sync.verdict == NULL)
    go_on (&sync);
  else if (!stop_active (&sync))
    sync.verdict = NULL;
  track (&sync);
  if (sync.problem == NULL)
    return TRUE;
  g_propagate_error (error, g_steal_pointer (&sync.problem));
  return FALSE;
}

/* ---- pods without a Job ---- */

static const SimObject *
job_of (SimStore *store, const SimObject *pod)
{
  const KubePodView *view = kube_pod_view (pod);
  const SimObject *job = g_strcmp0 (view->owner_kind, "Job") == 0
                             ? sim_store_get (store, &kube_job, pod->namespace_, view->owner_name)
                             : NULL;

  return job != NULL && g_strcmp0 (job->uid, view->owner_uid) == 0 ? job : NULL;
}

/* Imitates: syncOrphanPod. */
static gboolean
reconcile_orphan (gpointer data, const char *namespace_, const char *name, GError **error)
{
  Jobs *self = data;
  SimObject *found = sim_store_get (self->actors->store, &kube_pod, namespace_, name);
  g_autoptr (SimObject) pod = found != NULL ? sim_object_ref (found) : NULL;

  if (pod == NULL || !sim_job_holds (pod) || job_of (self->actors->store, pod) != NULL)
    return TRUE;
  return remove_finalizer (self->actors, pod, error);
}

/* ---- the queue ---- */

static void
pod_changed (SimStore *store, const SimChange *change, gpointer data)
{
  Jobs *self = data;
  const SimObject *pod = change->object;
  const SimObject *job = job_of (store, pod);

  if (job != NULL)
    sim_controller_add_after (self->queue, job->namespace_, job->name, BATCH_PERIOD);
  else if (change->type != SIM_DELETED && sim_job_holds (pod))
    sim_controller_add_object (self->orphans, pod);
}

static gint64
generation_of (const SimObject *job)
{
  return dd_value_path_int (job->value, "metadata.generation", 0);
}

static void
job_changed (SimStore *store, const SimChange *change, gpointer data)
{
  Jobs *self = data;
  const SimObject *job = change->object;
  g_autoptr (GPtrArray) pods = NULL;

  if (change->type == SIM_MODIFIED
      && generation_of (change->previous) == generation_of (change->object))
    sim_controller_add_after (self->queue, job->namespace_, job->name, BATCH_PERIOD);
  else if (change->type != SIM_DELETED)
    sim_controller_add_object (self->queue, job);
  if (change->type != SIM_DELETED)
    return;
  g_hash_table_remove (self->failures, job->uid);
  pods = sim_store_dependents (store, job->uid);
  for (guint i = 0; i < pods->len; i++)
    if (((SimObject *) g_ptr_array_index (pods, i))->kind == &kube_pod)
      sim_controller_add_object (self->orphans, g_ptr_array_index (pods, i));
}

static gpointer
start (SimActors *actors)
{
  Jobs *self = g_new0 (Jobs, 1);

  self->actors = actors;
  self->failures = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  self->queue = sim_controller_new (actors->stage, reconcile, self);
  self->orphans = sim_controller_new (actors->stage, reconcile_orphan, self);
  sim_store_subscribe (actors->store, &kube_job, job_changed, self);
  sim_store_subscribe (actors->store, &kube_pod, pod_changed, self);
  return self;
}

static void
stop (gpointer data)
{
  Jobs *self = data;

  sim_store_unsubscribe (self->actors->store, job_changed, self);
  sim_store_unsubscribe (self->actors->store, pod_changed, self);
  sim_controller_free (self->queue);
  sim_controller_free (self->orphans);
  g_hash_table_unref (self->failures);
  g_free (self);
}

static const char *const writes[] = { "create pods", "delete pods", "patch pods", NULL };

const SimActorClass sim_actor_job = { "job", start, stop, writes };
