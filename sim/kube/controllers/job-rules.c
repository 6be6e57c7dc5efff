/* SPDX-License-Identifier: Apache-2.0 */
/* sim/kube/controllers/job-rules.c: what becomes of a Job's pods
 *
 * Imitates: kubernetes/kubernetes 1.32, pkg/controller/job: pod_failure_policy.go,
 * backoff_utils.go, indexed_job_utils.go, and isPodFailed of job_controller.go. */
#include "config.h"

#include "sim/kube/controllers/job.h"

#include <string.h>

#include "base/time.h"
#include "sim/kube/controllers/conditions.h"
#include "sim/kube/kinds/views.h"

#define BACK_OFF_FIRST (10 * DD_SECOND)
#define BACK_OFF_LONGEST (10 * DD_MINUTE)
#define INDEX "batch.kubernetes.io/job-completion-index"

static gboolean
is (const DdValue *object, const char *path, const char *wanted)
{
  return g_strcmp0 (dd_value_path_string (object, path), wanted) == 0;
}

/* ---- the failure policy ---- */

static gboolean
exit_code_matches (const DdValue *requirement, gint64 code)
{
  const DdValue *values = dd_value_member (requirement, "values");
  gboolean among = FALSE;

  for (gsize i = 0; i < dd_value_length (values) && !among; i++)
    among = dd_value_int (dd_value_element (values, i), -1) == code;
  return is (requirement, "operator", "In") ? among : !among;
}

/* The status of a container that failed in a way that REQUIREMENT is about. */
static const DdValue *
find_container (const DdValue *statuses, const DdValue *requirement)
{
  const char *name = dd_value_path_string (requirement, "containerName");

  for (gsize i = 0; i < dd_value_length (statuses); i++)
    {
      const DdValue *status = dd_value_element (statuses, i);
      gint64 code = dd_value_path_int (status, "state.terminated.exitCode", 0);

      if ((name == NULL || is (status, "name", name)) && code != 0
          && exit_code_matches (requirement, code))
        return status;
    }
  return NULL;
}

static const DdValue *
match_exit_codes (const SimObject *pod, const DdValue *requirement)
{
  const DdValue *found
      = find_container (dd_value_path (pod->value, "status.containerStatuses"), requirement);

  return found != NULL ? found
                       : find_container (dd_value_path (pod->value, "status.initContainerStatuses"),
                                         requirement);
}

static const char *
match_conditions (const SimObject *pod, const DdValue *patterns)
{
  for (gsize i = 0; i < dd_value_length (patterns); i++)
    {
      const DdValue *pattern = dd_value_element (patterns, i);
      const char *type = dd_value_path_string (pattern, "type");
      const char *status = sim_condition_status (dd_value_member (pod->value, "status"), type);

      if (status != NULL && is (pattern, "status", status))
        return type;
    }
  return NULL;
}

/* The sentence that goes into the Job's conditions when RULE, the one at AT, fails it; NULL: it
 * does not apply. */
static char *
apply_rule (const DdValue *rule, gsize at, const SimObject *pod)
{
  const DdValue *requirement = dd_value_member (rule, "onExitCodes");
  const char *action = dd_value_path_string (rule, "action");
  const DdValue *container = NULL;
  const char *condition;

  if (requirement != NULL)
    {
      container = match_exit_codes (pod, requirement);
      return container == NULL
                 ? NULL
                 : g_strdup_printf (
                     "Container %s for pod %s/%s failed with exit code "
                     "%" G_GINT64_FORMAT " matching %s rule at index %" G_GSIZE_FORMAT,
                     dd_value_path_string (container, "name"), pod->namespace_, pod->name,
                     dd_value_path_int (container, "state.terminated.exitCode", 0), action, at);
    }
  condition = match_conditions (pod, dd_value_member (rule, "onPodConditions"));
  return condition == NULL
             ? NULL
             : g_strdup_printf (
                 "Pod %s/%s has condition %s matching %s rule at index %" G_GSIZE_FORMAT,
                 pod->namespace_, pod->name, condition, action, at);
}

SimJobVerdict
sim_job_judge (const DdValue *policy, const SimObject *pod, char **out_message)
{
  const DdValue *rules = dd_value_member (policy, "rules");

  for (gsize i = 0; i < dd_value_length (rules); i++)
    {
      const DdValue *rule = dd_value_element (rules, i);
      g_autofree char *message = apply_rule (rule, i, pod);

      if (message == NULL)
        continue;
      if (is (rule, "action", "Ignore"))
        return SIM_JOB_IGNORES;
      if (!is (rule, "action", "FailJob"))
        return SIM_JOB_COUNTS;
      if (out_message != NULL)
        *out_message = g_steal_pointer (&message);
      return SIM_JOB_FAILS;
    }
  return SIM_JOB_COUNTS;
}

/* ---- back-off ---- */

DdUsec
sim_job_back_off (guint failures)
{
  DdUsec delay = BACK_OFF_FIRST;

  if (failures == 0)
    return 0;
  while (failures-- > 1 && delay < BACK_OFF_LONGEST)
    delay *= 2;
  return MIN (delay, BACK_OFF_LONGEST);
}

/* ---- one pod ---- */

gboolean
sim_job_waits_for_end (const DdValue *job)
{
  return is (job, "spec.podReplacementPolicy", "Failed")
         || dd_value_path (job, "spec.podFailurePolicy") != NULL;
}

gboolean
sim_job_pod_succeeded (const SimObject *pod)
{
  return g_strcmp0 (kube_pod_view (pod)->phase, "Succeeded") == 0;
}

gboolean
sim_job_pod_failed (const DdValue *job, const SimObject *pod)
{
  const KubePodView *view = kube_pod_view (pod);

  if (g_strcmp0 (view->phase, "Failed") == 0)
    return TRUE;
  return !sim_job_waits_for_end (job) && view->terminating && !sim_job_pod_succeeded (pod);
}

static gboolean
read_instant (const DdValue *object, const char *path, DdUsec *out_instant)
{
  const char *text = dd_value_path_string (object, path);

  return text != NULL && dd_time_from_iso8601 (text, out_instant);
}

/* FALSE: some container has not ended. */
static gboolean
last_container_end (const SimObject *pod, DdUsec *out_end)
{
  const DdValue *statuses = dd_value_path (pod->value, "status.containerStatuses");
  DdUsec latest = 0, end;

  for (gsize i = 0; i < dd_value_length (statuses); i++)
    {
      if (!read_instant (dd_value_element (statuses, i), "state.terminated.finishedAt", &end))
        return FALSE;
      latest = MAX (latest, end);
    }
  if (latest == 0)
    return FALSE;
  *out_end = latest;
  return TRUE;
}

/* Imitates: getFinishedTime. */
DdUsec
sim_job_pod_end (const SimObject *pod)
{
  const KubePodView *view = kube_pod_view (pod);
  const DdValue *ready = sim_condition_find (dd_value_member (pod->value, "status"), "Ready");
  DdUsec end = 0;

  if (last_container_end (pod, &end))
    return end;
  if (is (ready, "status", "False") && read_instant (ready, "lastTransitionTime", &end))
    return end;
  if (view->terminating)
    return view->deletion_deadline - view->grace_seconds * DD_SECOND;
  read_instant (pod->value, "metadata.creationTimestamp", &end);
  return end;
}

static gint64
restarts_in (const SimObject *pod, const char *list)
{
  const DdValue *statuses = dd_value_path (pod->value, list);
  gint64 sum = 0;

  for (gsize i = 0; i < dd_value_length (statuses); i++)
    sum += dd_value_path_int (dd_value_element (statuses, i), "restartCount", 0);
  return sum;
}

static gint64
restarts_of (const SimObject *pod)
{
  return restarts_in (pod, "status.initContainerStatuses")
         + restarts_in (pod, "status.containerStatuses");
}

/* Imitates: pastBackoffLimitOnFailure. */
gint64
sim_job_restarts (const GPtrArray *pods)
{
  gint64 sum = 0;

  for (guint i = 0; i < pods->len; i++)
    if (!kube_pod_view (g_ptr_array_index (pods, i))->finished)
      sum += restarts_of (g_ptr_array_index (pods, i));
  return sum;
}

gboolean
sim_job_holds (const SimObject *pod)
{
  const DdValue *finalizers = dd_value_path (pod->value, "metadata.finalizers");

  for (gsize i = 0; i < dd_value_length (finalizers); i++)
    if (g_strcmp0 (dd_value_string (dd_value_element (finalizers, i)), SIM_JOB_FINALIZER) == 0)
      return TRUE;
  return FALSE;
}

gint64
sim_job_index (const SimObject *pod)
{
  const char *text
      = dd_value_string (dd_value_at (pod->value, "metadata", "annotations", INDEX, NULL));
  guint64 index;

  return text != NULL && g_ascii_string_to_unsigned (text, 10, 0, G_MAXINT32, &index, NULL)
             ? (gint64) index
             : -1;
}

/* ---- sets of indexes ---- */

guint
sim_indexes_count (const GByteArray *set)
{
  guint count = 0;

  for (guint i = 0; i < set->len; i++)
    count += set->data[i];
  return count;
}

static guint
run_end (const GByteArray *set, guint from)
{
  guint to = from;

  while (to + 1 < set->len && set->data[to + 1])
    to++;
  return to;
}

/* Two neighbours are two numbers, three are a range. */
char *
sim_indexes_to_text (const GByteArray *set)
{
  GString *text = g_string_new (NULL);

  for (guint i = 0; i < set->len; i++)
    {
      guint last;

      if (!set->data[i])
        continue;
      last = run_end (set, i);
      g_string_append_printf (text, "%s%u", text->len > 0 ? "," : "", i);
      if (last > i)
        g_string_append_printf (text, "%c%u", last > i + 1 ? '-' : ',', last);
      i = last;
    }
  return g_string_free (text, FALSE);
}

void
sim_indexes_add_text (GByteArray *set, const char *text)
{
  g_auto (GStrv) parts = g_strsplit (text != NULL ? text : "", ",", -1);

  for (char **part = parts; *part != NULL; part++)
    {
      guint64 first = g_ascii_strtoull (*part, NULL, 10);
      const char *dash = strchr (*part, '-');
      guint64 last = dash != NULL ? g_ascii_strtoull (dash + 1, NULL, 10) : first;

      for (guint64 i = first; (*part)[0] != '\0' && i <= last && i < set->len; i++)
        set->data[i] = 1;
    }
}

/* ---- too many ---- */

/* Imitates: pkg/controller, ActivePods: unbound before bound, pending before running, not ready
 * before ready, more restarts first, the youngest first. */
typedef struct
{
  SimObject *pod;
  gint64 keys[5]; /* smallest first */
} Candidate;

static Candidate
candidate_for (SimObject *pod)
{
  const KubePodView *view = kube_pod_view (pod);
  DdUsec created = 0;

  read_instant (pod->value, "metadata.creationTimestamp", &created);
  return (Candidate) { pod,
                       { view->node_name != NULL, g_strcmp0 (view->phase, "Running") == 0,
                         view->ready, -restarts_of (pod), -created } };
}

static int
compare_candidates (gconstpointer left, gconstpointer right)
{
  const Candidate *a = left, *b = right;

  for (guint i = 0; i < G_N_ELEMENTS (a->keys); i++)
    if (a->keys[i] != b->keys[i])
      return a->keys[i] < b->keys[i] ? -1 : 1;
  return g_strcmp0 (a->pod->name, b->pod->name);
}

/* In CANDIDATES from the end, which are those that would go last: whoever comes first has the
 * index. */
static void
take_repeated (GArray *candidates, gint64 completions, GPtrArray *surplus)
{
  g_autoptr (GHashTable) taken = g_hash_table_new (g_direct_hash, g_direct_equal);

  for (guint i = candidates->len; i-- > 0;)
    {
      SimObject *pod = g_array_index (candidates, Candidate, i).pod;
      gint64 index = sim_job_index (pod);

      if (index >= 0 && index < completions
          && g_hash_table_add (taken, GINT_TO_POINTER ((int) index + 1)))
        continue;
      g_ptr_array_add (surplus, pod);
      g_array_remove_index (candidates, i);
    }
}

GPtrArray *
sim_job_surplus (const GPtrArray *pods, gint64 n, gint64 completions)
{
  g_autoptr (GArray) candidates = g_array_new (FALSE, FALSE, sizeof (Candidate));
  GPtrArray *surplus = g_ptr_array_new ();

  for (guint i = 0; i < pods->len; i++)
    {
      Candidate candidate = candidate_for (g_ptr_array_index (pods, i));

      g_array_append_val (candidates, candidate);
    }
  g_array_sort (candidates, compare_candidates);
  if (completions >= 0)
    take_repeated (candidates, completions, surplus);
  for (guint i = 0; i < candidates->len && (gint64) surplus->len < n; i++)
    g_ptr_array_add (surplus, g_array_index (candidates, Candidate, i).pod);
  return surplus;
}
