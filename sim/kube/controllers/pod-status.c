/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "sim/kube/controllers/pod-status.h"

#include "base/time.h"
#include "sim/kube/controllers/conditions.h"

/* Imitates: Kubernetes, Pod Lifecycle: phase, conditions and container statuses. */

static DdValue *
time_value (DdUsec instant)
{
  return dd_string_take (dd_time_to_iso8601 (instant));
}

/* ---- containers ---- */

static DdValue *
container_id (const SimObject *pod, const char *name, guint restarts)
{
  g_autofree char *key = g_strdup_printf ("%s/%s/%u", pod->uid, name, restarts);
  g_autofree char *digest = g_compute_checksum_for_string (G_CHECKSUM_SHA256, key, -1);

  return dd_string_printf ("containerd://%s", digest);
}

static DdValue *
terminated (SimActors *actors, const SimObject *pod, const char *name, guint restarts,
            const SimPodReport *report)
{
  return dd_object ("terminated",
                    dd_object ("exitCode", dd_int (report->exit_code), "reason",
                               dd_word (report->exit_code == 0 ? "Completed" : "Error"),
                               "startedAt", time_value (report->started), "finishedAt",
                               sim_now_value (actors->stage), "containerID",
                               container_id (pod, name, restarts), NULL),
                    NULL);
}

static DdValue *
waiting (const char *reason, DdValue *message)
{
  return dd_object ("waiting", dd_object ("reason", dd_word (reason), "message", message, NULL),
                    NULL);
}

static DdValue *
state_of (SimActors *actors, const SimObject *pod, const char *name, const SimPodReport *report)
{
  gboolean has_init = dd_value_path (pod->value, "spec.initContainers.0") != NULL;

  switch (report->progress)
    {
    case SIM_POD_CREATING:
      return waiting (has_init ? "PodInitializing" : "ContainerCreating", NULL);
    case SIM_POD_STARTED:
      return dd_object ("running", dd_object ("startedAt", time_value (report->started), NULL),
                        NULL);
    case SIM_POD_CRASHED:
      return waiting ("CrashLoopBackOff",
                      dd_string_printf ("back-off restarting failed container=%s pod=%s_%s(%s)",
                                        name, pod->name, pod->namespace_, pod->uid));
    case SIM_POD_ENDED:
      return terminated (actors, pod, name, report->restarts, report);
    }
  g_assert_not_reached ();
}

static DdValue *
container_status (SimActors *actors, const SimObject *pod, const DdValue *container,
                  const SimPodReport *report)
{
  const char *name = dd_value_path_string (container, "name");
  const char *image = dd_value_path_string (container, "image");
  gboolean created = report->progress != SIM_POD_CREATING;
  g_autofree char *digest
      = created ? g_compute_checksum_for_string (G_CHECKSUM_SHA256, image, -1) : NULL;

  return dd_object ("name", dd_value_ref (dd_value_member (container, "name")), "state",
                    state_of (actors, pod, name, report), "lastState",
                    report->progress == SIM_POD_CRASHED
                        ? terminated (actors, pod, name, report->restarts - 1, report)
                        : dd_object_empty (),
                    "ready", dd_bool (report->ready), "restartCount", dd_int (report->restarts),
                    "image", dd_value_ref (dd_value_member (container, "image")), "imageID",
                    created ? dd_string_printf ("%s@sha256:%s", image, digest) : dd_string (""),
                    "containerID", created ? container_id (pod, name, report->restarts) : NULL,
                    "started", dd_bool (report->progress == SIM_POD_STARTED), NULL);
}

static DdValue *
container_statuses (SimActors *actors, const SimObject *pod, const SimPodReport *report)
{
  const DdValue *containers = dd_value_path (pod->value, "spec.containers");
  DdBuilder list = dd_builder_array ();

  for (gsize i = 0; i < dd_value_length (containers); i++)
    dd_builder_add (&list,
                    container_status (actors, pod, dd_value_element (containers, i), report));
  return dd_builder_end (&list);
}

/* Init containers run to their end one after another; sidecars among them stay. */
static SimPodReport
init_report (const DdValue *container, guint i, const SimPodReport *report)
{
  gboolean sidecar = g_strcmp0 (dd_value_path_string (container, "restartPolicy"), "Always") == 0;
  gboolean done = report->initialized || i < report->init_done;
  gboolean runs = !done && i == report->init_done && report->init_runs;
  SimPodReport own = *report;

  own.restarts = 0;
  own.ready = done && !(sidecar && report->progress == SIM_POD_ENDED);
  if (runs)
    {
      own.progress = report->progress == SIM_POD_ENDED ? SIM_POD_ENDED : SIM_POD_STARTED;
      return own;
    }
  own.exit_code = 0;
  own.progress = !done                                          ? SIM_POD_CREATING
                 : sidecar && report->progress != SIM_POD_ENDED ? SIM_POD_STARTED
                                                                : SIM_POD_ENDED;
  return own;
}

static DdValue *
init_statuses (SimActors *actors, const SimObject *pod, const SimPodReport *report)
{
  const DdValue *containers = dd_value_path (pod->value, "spec.initContainers");
  DdBuilder list = dd_builder_array ();

  for (gsize i = 0; i < dd_value_length (containers); i++)
    {
      const DdValue *container = dd_value_element (containers, i);
      SimPodReport own = init_report (container, (guint) i, report);

      dd_builder_add (&list, container_status (actors, pod, container, &own));
    }
  return dd_builder_end (&list);
}

/* ---- conditions ---- */

/* "[a b]", without the first SKIPPED. */
static char *
names_of (const DdValue *containers, guint skipped)
{
  g_autoptr (GString) names = g_string_new ("[");

  for (gsize i = skipped; i < dd_value_length (containers); i++)
    g_string_append_printf (names, "%s%s", i > skipped ? " " : "",
                            dd_value_path_string (dd_value_element (containers, i), "name"));
  g_string_append_c (names, ']');
  return g_string_free (g_steal_pointer (&names), FALSE);
}

static void
add_condition (SimActors *actors, DdBuilder *list, const DdValue *before, const char *type,
               gboolean holds, const char *reason, DdValue *message)
{
  DdValue *condition
      = dd_object ("type", dd_word (type), "status", dd_word (holds ? "True" : "False"),
                   "lastProbeTime", dd_null (), "lastTransitionTime", sim_now_value (actors->stage),
                   "reason", dd_word (reason), "message", message, NULL);

  dd_builder_add (list, sim_condition_successor (before, condition));
}

static gboolean
is_own_condition (const char *type)
{
  static const char *const own[]
      = { "PodReadyToStartContainers", "Initialized", "Ready", "ContainersReady" };

  for (guint i = 0; i < G_N_ELEMENTS (own); i++)
    if (g_strcmp0 (type, own[i]) == 0)
      return TRUE;
  return FALSE;
}

static void
add_readiness (SimActors *actors, DdBuilder *list, const SimObject *pod, const char *type,
               const SimPodReport *report)
{
  const DdValue *before = dd_value_member (pod->value, "status");
  g_autofree char *names = names_of (dd_value_path (pod->value, "spec.containers"), 0);
  const char *reason = report->progress != SIM_POD_ENDED ? "ContainersNotReady"
                       : report->exit_code == 0          ? "PodCompleted"
                                                         : "PodFailed";

  if (report->ready)
    add_condition (actors, list, before, type, TRUE, NULL, NULL);
  else
    add_condition (actors, list, before, type, FALSE, reason,
                   report->progress != SIM_POD_ENDED
                       ? dd_string_printf ("containers with unready status: %s", names)
                       : NULL);
}

static void
add_gate_message (GString *message, const SimObject *pod, const char *type)
{
  const char *status = sim_condition_status (dd_value_member (pod->value, "status"), type);

  if (g_strcmp0 (status, "True") == 0)
    return;
  if (message->len > 0)
    g_string_append (message, ", ");
  if (status == NULL)
    g_string_append_printf (
        message, "corresponding condition of pod readiness gate \"%s\" does not exist.", type);
  else
    g_string_append_printf (
        message, "the status of pod readiness gate \"%s\" is not \"True\", but %s", type, status);
}

/* NULL when all of them hold. */
static char *
closed_gates (const SimObject *pod)
{
  const DdValue *gates = dd_value_path (pod->value, "spec.readinessGates");
  g_autoptr (GString) message = g_string_new (NULL);

  for (gsize i = 0; i < dd_value_length (gates); i++)
    add_gate_message (message, pod,
                      dd_value_path_string (dd_value_element (gates, i), "conditionType"));
  return message->len > 0 ? g_string_free (g_steal_pointer (&message), FALSE) : NULL;
}

gboolean
sim_pod_gates_hold (const SimObject *pod)
{
  g_autofree char *closed = closed_gates (pod);

  return closed == NULL;
}

/* Ready takes the containers and the gates (the kubelet's GenerateReadyCondition). */
static void
add_ready (SimActors *actors, DdBuilder *list, const SimObject *pod, const SimPodReport *report)
{
  g_autofree char *closed = report->ready ? closed_gates (pod) : NULL;

  if (closed == NULL)
    add_readiness (actors, list, pod, "Ready", report);
  else
    add_condition (actors, list, dd_value_member (pod->value, "status"), "Ready", FALSE,
                   "ReadinessGatesNotReady", dd_string (closed));
}

static DdValue *
conditions (SimActors *actors, const SimObject *pod, const SimPodReport *report)
{
  const DdValue *before = dd_value_member (pod->value, "status");
  const DdValue *present = dd_value_member (before, "conditions");
  g_autofree char *names
      = names_of (dd_value_path (pod->value, "spec.initContainers"), report->init_done);
  DdBuilder list = dd_builder_array ();

  if (actors->api->minor >= 29)
    add_condition (actors, &list, before, "PodReadyToStartContainers",
                   report->pod_ip != NULL && report->progress != SIM_POD_ENDED, NULL, NULL);
  if (report->initialized)
    add_condition (actors, &list, before, "Initialized", TRUE, NULL, NULL);
  else
    add_condition (actors, &list, before, "Initialized", FALSE, "ContainersNotInitialized",
                   dd_string_printf ("containers with incomplete status: %s", names));
  add_ready (actors, &list, pod, report);
  add_readiness (actors, &list, pod, "ContainersReady", report);
  for (gsize i = 0; i < dd_value_length (present); i++)
    {
      const DdValue *condition = dd_value_element (present, i);

      if (!is_own_condition (dd_value_path_string (condition, "type")))
        dd_builder_add (&list, dd_value_ref (condition));
    }
  return dd_builder_end (&list);
}

static const char *
phase_of (const SimPodReport *report)
{
  switch (report->progress)
    {
    case SIM_POD_CREATING:
      return "Pending";
    case SIM_POD_STARTED:
    case SIM_POD_CRASHED:
      return "Running";
    case SIM_POD_ENDED:
      return report->exit_code == 0 ? "Succeeded" : "Failed";
    }
  g_assert_not_reached ();
}

static void
set_addresses (DdBuilder *status, const SimPodReport *report)
{
  dd_builder_set (status, "hostIP", dd_string (report->host_ip));
  dd_builder_set (status, "hostIPs",
                  dd_array (dd_object ("ip", dd_string (report->host_ip), NULL), NULL));
  if (report->pod_ip == NULL)
    return;
  dd_builder_set (status, "podIP", dd_string (report->pod_ip));
  dd_builder_set (status, "podIPs",
                  dd_array (dd_object ("ip", dd_string (report->pod_ip), NULL), NULL));
}

DdValue *
sim_pod_status (SimActors *actors, const SimObject *pod, const SimPodReport *report)
{
  const DdValue *before = dd_value_member (pod->value, "status");
  const DdValue *since = dd_value_member (before, "startTime");
  const DdValue *qos = dd_value_member (before, "qosClass");
  DdBuilder status = dd_builder_object ();

  dd_builder_set (&status, "phase", dd_word (phase_of (report)));
  if (report->reason != NULL)
    {
      dd_builder_set (&status, "reason", dd_word (report->reason));
      dd_builder_set (&status, "message", dd_string (report->message));
    }
  dd_builder_set (&status, "conditions", conditions (actors, pod, report));
  set_addresses (&status, report);
  dd_builder_set (&status, "startTime",
                  since != NULL ? dd_value_ref (since) : sim_now_value (actors->stage));
  if (dd_value_path (pod->value, "spec.initContainers.0") != NULL)
    dd_builder_set (&status, "initContainerStatuses", init_statuses (actors, pod, report));
  dd_builder_set (&status, "containerStatuses", container_statuses (actors, pod, report));
  dd_builder_set (&status, "qosClass", qos != NULL ? dd_value_ref (qos) : NULL);
  return dd_builder_end (&status);
}
