/* SPDX-License-Identifier: Apache-2.0 */
/* sim/kube/kinds/pod-columns.c: what `kubectl get pods` prints
 *
 * Imitates: printPod of Kubernetes' pkg/printers/internalversion. The order of the rules matters:
 * phase, status reason, scheduling gates, the first init container that is not done, the containers
 * from last to first (so that the first one's reason wins), and deletion above all. */
#include "config.h"

#include <string.h>

#include "base/time.h"
#include "sim/kube/kinds/pod.h"
#include "sim/kube/kinds/structs.h"
#include "sim/kube/verbs/age.h"

typedef struct
{
  char *reason; /* the STATUS column */
  gint64 total, ready, restarts;
  const DdValue *last_restart; /* when a container last terminated, or NULL */
  gint64 sidecar_restarts;
  const DdValue *last_sidecar_restart;
} PodSummary;

static void
pod_summary_clear (PodSummary *summary)
{
  g_clear_pointer (&summary->reason, g_free);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (PodSummary, pod_summary_clear)

static void
summary_take_reason (PodSummary *summary, char *reason)
{
  g_free (summary->reason);
  summary->reason = reason;
}

static const DdValue *
later_of (const DdValue *a, const DdValue *b)
{
  const char *left = dd_value_string (a), *right = dd_value_string (b);

  if (left == NULL || (right != NULL && strcmp (right, left) > 0))
    return right != NULL ? b : a;
  return a;
}

static const DdValue *
finished_at (const DdValue *container)
{
  return dd_value_path (container, "lastState.terminated.finishedAt");
}

/* An init container with restartPolicy Always keeps running beside the containers. */
static gboolean
is_sidecar (const DdValue *pod, const char *name)
{
  const DdValue *containers = dd_value_path (pod, "spec.initContainers");

  for (gsize i = 0; i < dd_value_length (containers); i++)
    {
      const DdValue *container = dd_value_element (containers, i);

      if (g_strcmp0 (dd_value_path_string (container, "name"), name) == 0)
        return g_strcmp0 (dd_value_path_string (container, "restartPolicy"), "Always") == 0;
    }
  return FALSE;
}

static gboolean
condition_is_true (const DdValue *pod, const char *type)
{
  const DdValue *conditions = dd_value_path (pod, "status.conditions");

  for (gsize i = 0; i < dd_value_length (conditions); i++)
    {
      const DdValue *condition = dd_value_element (conditions, i);

      if (g_strcmp0 (dd_value_path_string (condition, "type"), type) == 0)
        return g_strcmp0 (dd_value_path_string (condition, "status"), "True") == 0;
    }
  return FALSE;
}

static gboolean
is_gated (const DdValue *pod)
{
  const DdValue *conditions = dd_value_path (pod, "status.conditions");

  for (gsize i = 0; i < dd_value_length (conditions); i++)
    {
      const DdValue *condition = dd_value_element (conditions, i);

      if (g_strcmp0 (dd_value_path_string (condition, "type"), "PodScheduled") == 0
          && g_strcmp0 (dd_value_path_string (condition, "reason"), "SchedulingGated") == 0)
        return TRUE;
    }
  return FALSE;
}

/* "OOMKilled", "Signal:9", "ExitCode:1". */
static char *
terminated_text (const DdValue *terminated)
{
  const char *reason = dd_value_path_string (terminated, "reason");
  gint64 signal = dd_value_path_int (terminated, "signal", 0);

  if (reason != NULL && reason[0] != '\0')
    return g_strdup (reason);
  if (signal != 0)
    return g_strdup_printf ("Signal:%" G_GINT64_FORMAT, signal);
  return g_strdup_printf ("ExitCode:%" G_GINT64_FORMAT,
                          dd_value_path_int (terminated, "exitCode", 0));
}

/* What an init container that is not done makes the pod's status; NULL when it is done. */
static char *
init_reason (const DdValue *pod, const DdValue *container, gsize index)
{
  const DdValue *terminated = dd_value_path (container, "state.terminated");
  const char *waiting = dd_value_path_string (container, "state.waiting.reason");

  if (terminated != NULL && dd_value_path_int (terminated, "exitCode", 0) == 0)
    return NULL;
  if (is_sidecar (pod, dd_value_path_string (container, "name"))
      && dd_value_path_bool (container, "started", FALSE))
    return NULL;
  if (terminated != NULL)
    {
      g_autofree char *text = terminated_text (terminated);
      return g_strconcat ("Init:", text, NULL);
    }
  if (waiting != NULL && waiting[0] != '\0' && strcmp (waiting, "PodInitializing") != 0)
    return g_strconcat ("Init:", waiting, NULL);
  return g_strdup_printf ("Init:%" G_GSIZE_FORMAT "/%" G_GSIZE_FORMAT, index,
                          dd_value_length (dd_value_path (pod, "spec.initContainers")));
}

/* TRUE while some init container is not done. */
static gboolean
summarize_init_containers (PodSummary *summary, const DdValue *pod)
{
  const DdValue *statuses = dd_value_path (pod, "status.initContainerStatuses");

  for (gsize i = 0; i < dd_value_length (statuses); i++)
    {
      const DdValue *container = dd_value_element (statuses, i);
      gboolean sidecar = is_sidecar (pod, dd_value_path_string (container, "name"));
      gint64 restarts = dd_value_path_int (container, "restartCount", 0);
      char *reason = init_reason (pod, container, i);

      summary->restarts += restarts;
      summary->last_restart = later_of (summary->last_restart, finished_at (container));
      if (sidecar)
        {
          summary->sidecar_restarts += restarts;
          summary->last_sidecar_restart
              = later_of (summary->last_sidecar_restart, finished_at (container));
        }
      if (reason != NULL)
        {
          summary_take_reason (summary, reason);
          return TRUE;
        }
      if (sidecar && dd_value_path_bool (container, "ready", FALSE))
        summary->ready++;
    }
  return FALSE;
}

/* TRUE when at least one container runs and is ready. */
static gboolean
summarize_containers (PodSummary *summary, const DdValue *pod)
{
  const DdValue *statuses = dd_value_path (pod, "status.containerStatuses");
  gboolean running = FALSE;

  summary->restarts = summary->sidecar_restarts;
  summary->last_restart = summary->last_sidecar_restart;
  for (gsize i = dd_value_length (statuses); i-- > 0;)
    {
      const DdValue *container = dd_value_element (statuses, i);
      const char *waiting = dd_value_path_string (container, "state.waiting.reason");
      const DdValue *terminated = dd_value_path (container, "state.terminated");

      summary->restarts += dd_value_path_int (container, "restartCount", 0);
      summary->last_restart = later_of (summary->last_restart, finished_at (container));
      if (waiting != NULL && waiting[0] != '\0')
        summary_take_reason (summary, g_strdup (waiting));
      else if (terminated != NULL)
        summary_take_reason (summary, terminated_text (terminated));
      else if (dd_value_path_bool (container, "ready", FALSE)
               && dd_value_path (container, "state.running") != NULL)
        {
          running = TRUE;
          summary->ready++;
        }
    }
  return running;
}

static gint64
count_containers (const DdValue *pod, int minor)
{
  const DdValue *init = dd_value_path (pod, "spec.initContainers");
  gint64 total = (gint64) dd_value_length (dd_value_path (pod, "spec.containers"));

  if (minor < 29)
    return total;
  for (gsize i = 0; i < dd_value_length (init); i++)
    if (g_strcmp0 (dd_value_path_string (dd_value_element (init, i), "restartPolicy"), "Always")
        == 0)
      total++;
  return total;
}

static void
summarize_deletion (PodSummary *summary, const DdValue *pod, int minor)
{
  const char *phase = dd_value_path_string (pod, "status.phase");
  gboolean finished = g_strcmp0 (phase, "Succeeded") == 0 || g_strcmp0 (phase, "Failed") == 0;

  if (dd_value_path (pod, "metadata.deletionTimestamp") == NULL)
    return;
  if (g_strcmp0 (dd_value_path_string (pod, "status.reason"), "NodeLost") == 0)
    summary_take_reason (summary, g_strdup ("Unknown"));
  else if (!finished || minor < 31)
    summary_take_reason (summary, g_strdup ("Terminating"));
}

static void
pod_summarize (const DdValue *pod, int minor, PodSummary *summary)
{
  const char *phase = dd_value_path_string (pod, "status.phase");
  const char *reason = dd_value_path_string (pod, "status.reason");

  *summary = (PodSummary) { .total = count_containers (pod, minor) };
  summary->reason = g_strdup (reason != NULL && reason[0] != '\0' ? reason
                              : phase != NULL                     ? phase
                                                                  : "");
  if (is_gated (pod))
    summary_take_reason (summary, g_strdup ("SchedulingGated"));
  if (!summarize_init_containers (summary, pod) || condition_is_true (pod, "Initialized"))
    {
      gboolean running = summarize_containers (summary, pod);

      if (running && strcmp (summary->reason, "Completed") == 0)
        summary_take_reason (summary,
                             g_strdup (condition_is_true (pod, "Ready") ? "Running" : "NotReady"));
    }
  summarize_deletion (summary, pod, minor);
}

static DdValue *
ready_cell (KubeApi *api, const SimObject *object)
{
  g_auto (PodSummary) summary = { 0 };

  pod_summarize (object->value, api->minor, &summary);
  return dd_string_printf ("%" G_GINT64_FORMAT "/%" G_GINT64_FORMAT, summary.ready, summary.total);
}

static DdValue *
status_cell (KubeApi *api, const SimObject *object)
{
  g_auto (PodSummary) summary = { 0 };

  pod_summarize (object->value, api->minor, &summary);
  return dd_string_take (g_steal_pointer (&summary.reason));
}

static DdValue *
restarts_cell (KubeApi *api, const SimObject *object)
{
  g_auto (PodSummary) summary = { 0 };
  g_autofree char *age = NULL;

  pod_summarize (object->value, api->minor, &summary);
  if (summary.restarts == 0 || summary.last_restart == NULL)
    return dd_string_printf ("%" G_GINT64_FORMAT, summary.restarts);
  age = kube_age_text (api, summary.last_restart);
  return dd_string_printf ("%" G_GINT64_FORMAT " (%s ago)", summary.restarts, age);
}

static DdValue *
ip_cell (KubeApi *api G_GNUC_UNUSED, const SimObject *object)
{
  const char *ip = dd_value_path_string (object->value, "status.podIPs.0.ip");

  return dd_string (ip != NULL ? ip : "<none>");
}

static DdValue *
readiness_gates_cell (KubeApi *api G_GNUC_UNUSED, const SimObject *object)
{
  const DdValue *gates = dd_value_path (object->value, "spec.readinessGates");
  gsize held = 0;

  if (dd_value_length (gates) == 0)
    return dd_string ("<none>");
  for (gsize i = 0; i < dd_value_length (gates); i++)
    {
      const char *type = dd_value_path_string (dd_value_element (gates, i), "conditionType");

      if (type != NULL && condition_is_true (object->value, type))
        held++;
    }
  return dd_string_printf ("%" G_GSIZE_FORMAT "/%" G_GSIZE_FORMAT, held, dd_value_length (gates));
}

DdValue *
kube_pod_row_conditions (const SimObject *object)
{
  const char *phase = dd_value_path_string (object->value, "status.phase");

  if (g_strcmp0 (phase, "Succeeded") == 0)
    return dd_array (dd_object ("type", dd_string ("Completed"), "status", dd_string ("True"),
                                "reason", dd_string ("Succeeded"), "message",
                                dd_string ("The pod has completed successfully."), NULL),
                     NULL);
  if (g_strcmp0 (phase, "Failed") == 0)
    return dd_array (dd_object ("type", dd_string ("Completed"), "status", dd_string ("True"),
                                "reason", dd_string ("Failed"), "message",
                                dd_string ("The pod failed."), NULL),
                     NULL);
  return NULL;
}

const KubeColumn kube_pod_columns[] = {
  KUBE_NAME_COLUMN,
  { "Ready", "string", .cell = ready_cell,
    KUBE_DOC ("Containers that are ready, out of all that should keep running.") },
  { "Status", "string", .cell = status_cell,
    KUBE_DOC (
        "The phase or, where there is one, a more telling reason such as CrashLoopBackOff.") },
  { "Restarts", "string", .cell = restarts_cell,
    KUBE_DOC ("How often containers were restarted, and how long ago that last happened.") },
  KUBE_AGE_COLUMN,
  { "IP", "string", .priority = 1, .path = "status.podIP", .cell = ip_cell },
  { "Node", "string", .priority = 1, .path = "spec.nodeName", .absent = "<none>" },
  { "Nominated Node", "string", .priority = 1, .path = "status.nominatedNodeName",
    .absent = "<none>" },
  { "Readiness Gates", "string", .priority = 1, .path = "spec.readinessGates",
    .cell = readiness_gates_cell },
  { NULL },
};
