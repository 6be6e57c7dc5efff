/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include <stdio.h>

#include "base/time.h"
#include "sim/kube/controllers/conditions.h"
#include "sim/kube/controllers/kubelet-private.h"
#include "sim/kube/controllers/pod-behaviour.h"
#include "sim/kube/controllers/pod-status.h"
#include "sim/kube/controllers/sleep-command.h"
#include "sim/kube/controllers/volumes.h"
#include "sim/kube/controllers/workload.h"
#include "sim/kube/controllers/writes.h"
#include "sim/kube/owners.h"
#include "sim/stage/faults.h"
#include "sim/kube/kinds/recorder.h"

/* The life of one pod on one host. A worker is always waiting for exactly one thing, an event on
 * the clock; each step looks at the pod as it is in the store then, posts what can be seen from
 * outside, and arms the next step:
 *
 *   admit -> [volumes attached ->] [pull ->] start [-> init container ends, or postStart does], for
 * each container in turn -> running -> [probe ->] ready running -> crash -> back-off -> running ...
 *   at any time: the pod is being deleted -> [preStop ->] SIGTERM -> ended -> the final delete, or
 *   SIGKILL when the grace period is over first
 *   activeDeadlineSeconds over -> stopped in the same way -> Failed */

#define COMPONENT "kubelet"
#define CRASH_BACK_OFF_FIRST (10 * DD_SECOND)
#define CRASH_BACK_OFF_LONGEST (5 * DD_MINUTE)
#define KILLED 137                       /* 128 + SIGKILL */
#define GRACE_AFTER_HOOK (2 * DD_SECOND) /* the kubelet's minimumGracePeriodInSeconds */

struct _SimPodWorker
{
  SimHost *host;
  char *namespace_, *name, *uid;
  guint64 event;
  guint64 gate_event;     /* a look at what others may see otherwise: readiness gates */
  guint64 deadline_event; /* activeDeadlineSeconds are over */
  DdTimerFunc step;       /* what it is */
  DdUsec due;
  DdUsec beyond_grace; /* what a preStop hook that took it all leaves for SIGTERM */
  gboolean stopping;
  gboolean stopped;       /* all containers ended; the pod may still have to be deleted */
  gboolean lacks_volumes; /* waits until they are attached */
  gboolean running;       /* some container may be running */
  gboolean crash_loops;   /* it did before the world began */
  gboolean killed;        /* by SIGKILL: the grace period is over first */
  int exit_code;          /* with which the containers will end by themselves */
  int stop_code;          /* and after SIGTERM */
  guint pulls;            /* that failed */
  guint container;        /* init containers first, then the others */
  char *pod_ip;
  SimPodReport report;
};

void
sim_pod_worker_free (gpointer data)
{
  SimPodWorker *worker = data;
  SimClock *clock = worker->host->kubelets->actors->stage->clock;

  sim_clock_cancel (clock, worker->event);
  sim_clock_cancel (clock, worker->gate_event);
  sim_clock_cancel (clock, worker->deadline_event);
  g_free (worker->namespace_);
  g_free (worker->name);
  g_free (worker->uid);
  g_free (worker->pod_ip);
  g_free (worker);
}

static SimActors *
actors_of (const SimPodWorker *worker)
{
  return worker->host->kubelets->actors;
}

static DdUsec
draw (SimPodWorker *worker, SimDelay delay)
{
  return sim_latency_draw (actors_of (worker)->stage->latency, delay);
}

static void
arm (SimPodWorker *worker, DdUsec delay, DdTimerFunc step)
{
  SimStage *stage = actors_of (worker)->stage;

  sim_clock_cancel (stage->clock, worker->event);
  worker->due = sim_stage_now (stage) + delay;
  worker->step = step;
  worker->event = sim_clock_schedule (stage->clock, worker->due, step, worker);
}

/* What is armed comes when it would have, had it been armed BEFORE that; now, if that is over. */
static void
arm_sooner (SimPodWorker *worker, DdUsec before)
{
  SimStage *stage = actors_of (worker)->stage;

  sim_clock_cancel (stage->clock, worker->event);
  worker->due = MAX (worker->due - before, sim_stage_now (stage));
  worker->event = sim_clock_schedule (stage->clock, worker->due, worker->step, worker);
}

/* The pod as it is now; NULL when it is gone, or another one has its name. */
static SimObject *
pod_of (const SimPodWorker *worker)
{
  SimObject *pod
      = sim_store_get (actors_of (worker)->store, &kube_pod, worker->namespace_, worker->name);

  return pod != NULL && g_str_equal (pod->uid, worker->uid) ? sim_object_ref (pod) : NULL;
}

static void
post_status (SimPodWorker *worker, SimObject *pod)
{
  sim_actors_post_status (actors_of (worker), &sim_actor_kubelet, pod,
                          sim_pod_status (actors_of (worker), pod, &worker->report));
}

static void G_GNUC_PRINTF (5, 6)
    record (SimPodWorker *worker, const SimObject *pod, const char *type, const char *reason,
            const char *format, ...)
{
  g_autofree char *message = NULL;
  va_list arguments;

  va_start (arguments, format);
  message = g_strdup_vprintf (format, arguments);
  va_end (arguments);
  kube_record_event (actors_of (worker)->api, pod, COMPONENT, worker->host->machine.private_dns,
                     type, reason, "%s", message);
}

static void
trace (SimPodWorker *worker, const SimObject *pod, DdEvent what)
{
  g_autofree char *subject = sim_object_subject (pod);

  sim_stage_trace (actors_of (worker)->stage, "kubelet", what, subject,
                   dd_object ("node", dd_string (worker->host->machine.private_dns), NULL));
}

/* What a scenario lets go wrong: for a pod, the workloads it belongs to, its node or the node's
 * image, or for WHAT. The pod comes first, as it is the one that is traced. */
static gboolean
is_struck (SimPodWorker *worker, const SimObject *pod, const char *operation, const char *what)
{
  const SimMachine *machine = &worker->host->machine;
  SimFaults *faults = actors_of (worker)->stage->faults;
  g_autoptr (GPtrArray) concerned = g_ptr_array_new_with_free_func (g_free);

  g_ptr_array_add (concerned, sim_object_subject (pod));
  g_ptr_array_add (concerned, g_strdup (machine->private_dns));
  g_ptr_array_add (concerned, g_strdup (machine->ami_id));
  g_ptr_array_add (concerned, g_strdup (machine->zone));
  if (what != NULL)
    g_ptr_array_add (concerned, g_strdup (what));
  if (sim_faults_ask_for_names (faults))
    kube_add_names (actors_of (worker)->api->store, pod->kind, pod->namespace_, pod->name,
                    concerned);
  g_ptr_array_add (concerned, NULL);
  return sim_faults_strike (faults, "pod", operation, (const char *const *) concerned->pdata)
         != NULL;
}

/* ---- ready, crash, end ---- */

static void start_all (gpointer data);

/* After the status is posted: the pod is Ready unless a readiness gate is closed. */
static void
announce_ready (SimPodWorker *worker, const SimObject *pod)
{
  if (worker->report.ready && sim_pod_gates_hold (pod))
    trace (worker, pod, DD_EVENT_POD_READY);
}

static void
look_at_gates (gpointer data)
{
  SimPodWorker *worker = data;
  g_autoptr (SimObject) pod = pod_of (worker);

  worker->gate_event = 0;
  if (pod == NULL || worker->stopping)
    return;
  post_status (worker, pod);
  announce_ready (worker, pod);
}

/* Somebody else may have opened or closed a gate; the kubelet sees it at its next look. */
static void
notice_gates (SimPodWorker *worker, const SimObject *pod)
{
  SimStage *stage = actors_of (worker)->stage;

  if (worker->gate_event != 0 || dd_value_path (pod->value, "spec.readinessGates.0") == NULL
      || (worker->report.ready && sim_pod_gates_hold (pod)) == kube_pod_view (pod)->ready)
    return;
  worker->gate_event
      = sim_clock_after (stage->clock, draw (worker, SIM_DELAY_CONTROLLER), look_at_gates, worker);
}

static void
become_ready (gpointer data)
{
  SimPodWorker *worker = data;
  g_autoptr (SimObject) pod = pod_of (worker);

  worker->event = 0;
  if (pod == NULL)
    return;
  worker->report.ready = TRUE;
  post_status (worker, pod);
  announce_ready (worker, pod);
}

static DdUsec
crash_back_off (guint crashes)
{
  DdUsec delay = CRASH_BACK_OFF_FIRST;

  while (crashes-- > 1 && delay < CRASH_BACK_OFF_LONGEST)
    delay *= 2;
  return MIN (delay, CRASH_BACK_OFF_LONGEST);
}

static void
crash (gpointer data)
{
  SimPodWorker *worker = data;
  g_autoptr (SimObject) pod = pod_of (worker);

  worker->event = 0;
  if (pod == NULL)
    return;
  worker->report.progress = SIM_POD_CRASHED;
  worker->report.ready = FALSE;
  worker->report.exit_code = worker->exit_code;
  worker->report.restarts++;
  post_status (worker, pod);
  record (worker, pod, "Warning", "BackOff",
          "Back-off restarting failed container %s in pod %s_%s(%s)",
          dd_value_path_string (pod->value, "spec.containers.0.name"), pod->name, pod->namespace_,
          pod->uid);
  arm (worker, crash_back_off (worker->report.restarts), start_all);
}

static void
end_with (SimPodWorker *worker, int exit_code)
{
  g_autoptr (SimObject) pod = pod_of (worker);

  worker->event = 0;
  if (pod == NULL)
    return;
  worker->running = FALSE;
  worker->report.progress = SIM_POD_ENDED;
  worker->report.ready = FALSE;
  worker->report.exit_code = exit_code;
  post_status (worker, pod);
  trace (worker, pod, DD_EVENT_POD_ENDED);
}

static void
end_by_itself (gpointer data)
{
  SimPodWorker *worker = data;

  end_with (worker, worker->exit_code);
}

/* Programs that ended by themselves are started again as the restart policy says: with Always that
 * is a crash with good manners. Imitates: Kubernetes, Pod Lifecycle, Container restart policy. */
static DdTimerFunc
step_after_end (const SimPodBehaviour *behaviour)
{
  if (behaviour->fails)
    return end_by_itself;
  return behaviour->restarts || behaviour->exit_code != 0 ? crash : end_by_itself;
}

static void
arm_after_start (SimPodWorker *worker, const SimObject *pod, const SimPodBehaviour *behaviour)
{
  if (behaviour->crash_loop)
    arm (worker, draw (worker, SIM_DELAY_POD_STOP), step_after_end (behaviour));
  else if (behaviour->exit_after >= 0)
    arm (worker, behaviour->exit_after, step_after_end (behaviour));
  else if (behaviour->never_ready)
    record (worker, pod, "Warning", "Unhealthy",
            "Readiness probe failed: HTTP probe failed with statuscode: 503");
  else if (behaviour->ready_after >= 0)
    arm (worker, behaviour->ready_after, become_ready);
  else if (behaviour->probed)
    arm (worker, behaviour->probe_delay + draw (worker, SIM_DELAY_POD_READY), become_ready);
}

/* Without a probe a container that runs is ready. */
static gboolean
is_ready_at_once (const SimPodBehaviour *behaviour)
{
  return !behaviour->probed && !behaviour->never_ready && !behaviour->crash_loop
         && behaviour->ready_after < 0;
}

/* Pods get addresses of the shared range that EKS custom networking uses, those of the host
 * network the host's. */
static void
give_address (SimPodWorker *worker, const SimObject *pod)
{
  guint n;

  if (worker->pod_ip != NULL)
    return;
  if (dd_value_path_bool (pod->value, "spec.hostNetwork", FALSE))
    worker->pod_ip = g_strdup (worker->host->machine.private_ip);
  else
    {
      n = ++worker->host->kubelets->addresses;
      worker->pod_ip
          = g_strdup_printf ("100.%u.%u.%u", 64 + ((n >> 16) & 63), (n >> 8) & 255, n & 255);
    }
  worker->report.pod_ip = worker->pod_ip;
}

static void
start_all (gpointer data)
{
  SimPodWorker *worker = data;
  g_autoptr (SimObject) pod = pod_of (worker);
  SimPodBehaviour behaviour;

  worker->event = 0;
  if (pod == NULL)
    return;
  behaviour = sim_pod_behaviour (pod);
  behaviour.never_ready |= is_struck (worker, pod, "ready", NULL);
  behaviour.crash_loop |= is_struck (worker, pod, "start", NULL) || worker->crash_loops;
  if (behaviour.crash_loop)
    behaviour.exit_code = MAX (behaviour.exit_code, 1);
  worker->exit_code = behaviour.exit_code;
  give_address (worker, pod);
  worker->running = TRUE;
  worker->report.progress = SIM_POD_STARTED;
  worker->report.initialized = TRUE;
  worker->report.ready = is_ready_at_once (&behaviour);
  worker->report.started = sim_stage_now (actors_of (worker)->stage);
  post_status (worker, pod);
  trace (worker, pod, DD_EVENT_POD_RUNNING);
  announce_ready (worker, pod);
  arm_after_start (worker, pod, &behaviour);
}

/* ---- images and containers, one after another ---- */

/* Init containers come first. NULL: there are no more. */
static const DdValue *
container_of (const SimPodWorker *worker, const SimObject *pod)
{
  const DdValue *init = dd_value_path (pod->value, "spec.initContainers");
  gsize n = dd_value_length (init);

  if (worker->container < n)
    return dd_value_element (init, worker->container);
  return dd_value_element (dd_value_path (pod->value, "spec.containers"), worker->container - n);
}

static void next_container (SimPodWorker *worker, const SimObject *pod);

static gboolean
is_init (const SimPodWorker *worker, const SimObject *pod)
{
  return worker->container < dd_value_length (dd_value_path (pod->value, "spec.initContainers"));
}

/* An init container ended, or a postStart hook did. */
static void
container_passed (gpointer data)
{
  SimPodWorker *worker = data;
  g_autoptr (SimObject) pod = pod_of (worker);

  worker->event = 0;
  if (pod == NULL)
    return;
  worker->report.init_runs = FALSE;
  worker->report.init_done += is_init (worker, pod);
  worker->container++;
  if (container_of (worker, pod) == NULL)
    start_all (worker);
  else
    next_container (worker, pod);
}

static void
container_started (gpointer data)
{
  SimPodWorker *worker = data;
  g_autoptr (SimObject) pod = pod_of (worker);
  const DdValue *container;
  DdUsec holds;

  worker->event = 0;
  if (pod == NULL)
    return;
  container = container_of (worker, pod);
  record (worker, pod, "Normal", "Started", "Started container %s",
          dd_value_path_string (container, "name"));
  worker->running = TRUE;
  worker->report.init_runs = is_init (worker, pod);
  holds = sim_container_holds (pod, container, worker->report.init_runs);
  if (holds == 0)
    {
      container_passed (worker);
      return;
    }
  worker->report.started = sim_stage_now (actors_of (worker)->stage);
  post_status (worker, pod);
  if (holds < SIM_FOREVER)
    arm (worker, holds, container_passed);
}

static void
create_container (SimPodWorker *worker, const SimObject *pod)
{
  record (worker, pod, "Normal", "Created",
          actors_of (worker)->api->minor >= 29 ? "Created container: %s" : "Created container %s",
          dd_value_path_string (container_of (worker, pod), "name"));
  arm (worker, draw (worker, SIM_DELAY_CONTAINER_START), container_started);
}

static void image_pulled (gpointer data);

/* Imitates: Kubernetes, Images: ImagePullBackOff, five minutes at the longest. */
static void
back_off_pull (SimPodWorker *worker, const SimObject *pod, const char *image)
{
  record (worker, pod, "Warning", "Failed", "Failed to pull image \"%s\": not found", image);
  record (worker, pod, "Normal", "BackOff", "Back-off pulling image \"%s\"", image);
  arm (worker, crash_back_off (++worker->pulls), image_pulled);
}

static void
image_pulled (gpointer data)
{
  SimPodWorker *worker = data;
  g_autoptr (SimObject) pod = pod_of (worker);
  const char *image;

  worker->event = 0;
  if (pod == NULL)
    return;
  image = dd_value_path_string (container_of (worker, pod), "image");
  if (is_struck (worker, pod, "pull", image))
    {
      back_off_pull (worker, pod, image);
      return;
    }
  g_hash_table_add (worker->host->images, g_strdup (image));
  record (worker, pod, "Normal", "Pulled", "Successfully pulled image \"%s\"", image);
  create_container (worker, pod);
}

static void
next_container (SimPodWorker *worker, const SimObject *pod)
{
  const DdValue *container = container_of (worker, pod);
  const char *image = dd_value_path_string (container, "image");
  const char *policy = dd_value_path_string (container, "imagePullPolicy");

  if (g_strcmp0 (policy, "Always") != 0 && g_hash_table_contains (worker->host->images, image))
    {
      record (worker, pod, "Normal", "Pulled", "Container image \"%s\" already present on machine",
              image);
      create_container (worker, pod);
      return;
    }
  record (worker, pod, "Normal", "Pulling", "Pulling image \"%s\"", image);
  arm (worker, draw (worker, SIM_DELAY_IMAGE_PULL), image_pulled);
}

/* ---- stopping ---- */

/* The kubelet's status manager deletes what has ended, and looks again every ten seconds
 * (kubernetes/kubernetes, pkg/kubelet/status, syncPeriod). */
#define REMOVE_AGAIN (10 * DD_SECOND)

static void
remove_pod (gpointer data)
{
  SimPodWorker *worker = data;
  g_autoptr (SimObject) pod = pod_of (worker);
  g_autoptr (SimObject) deleted = NULL;
  g_autoptr (GError) problem = NULL;
  KubeDelete options = KUBE_DELETE_DEFAULT;

  worker->event = 0;
  if (pod == NULL)
    return;
  options.grace_seconds = 0;
  options.uid = pod->uid;
  deleted = sim_write_delete (actors_of (worker), &sim_actor_kubelet, pod, &options, &problem);
  if (deleted == NULL && !g_error_matches (problem, KUBE_ERROR, KUBE_NOT_FOUND))
    arm (worker, REMOVE_AGAIN, remove_pod);
}

/* What never ran has failed, which nobody sees unless a finalizer holds the pod. Imitates: the
 * kubelet's getPhase for a pod that is terminal. */
static void
note_stop (SimPodWorker *worker, const SimObject *pod)
{
  gboolean kept = dd_value_path (pod->value, "metadata.finalizers.0") != NULL;

  if (worker->report.progress == SIM_POD_ENDED)
    return;
  if (worker->report.progress != SIM_POD_CRASHED || worker->stop_code == 0)
    worker->report.exit_code = worker->killed ? KILLED : worker->stop_code;
  if (!worker->running)
    {
      worker->report.exit_code = KILLED;
      worker->report.started = sim_stage_now (actors_of (worker)->stage);
    }
  worker->report.progress = SIM_POD_ENDED;
  worker->report.ready = FALSE;
  if (worker->running || kept)
    post_status (worker, (SimObject *) pod);
}

static void
finish (gpointer data)
{
  SimPodWorker *worker = data;
  g_autoptr (SimObject) pod = pod_of (worker);

  worker->event = 0;
  if (pod == NULL)
    return;
  note_stop (worker, pod);
  trace (worker, pod, DD_EVENT_POD_STOPPED);
  worker->stopped = TRUE;
  remove_pod (worker);
}

/* What is left of the grace period, which began when the deletion was asked for. */
static DdUsec
grace_left (const SimPodWorker *worker, const SimObject *pod)
{
  DdUsec now = sim_stage_now (actors_of (worker)->stage);

  return MAX (kube_pod_view (pod)->deletion_deadline - now, 0);
}

/* How long the containers take to end. The preStop hook comes first, and what it takes is taken
 * from the grace period; only two seconds are left in any case. Imitates: Kubernetes, Container
 * Lifecycle Hooks, Hook handler execution; the kubelet's killContainer. */
static DdUsec
stopping_time (SimPodWorker *worker, const SimPodBehaviour *behaviour, DdUsec left)
{
  DdUsec needed
      = behaviour->stop_after >= 0 ? behaviour->stop_after : draw (worker, SIM_DELAY_POD_STOP);
  gboolean started = worker->report.progress == SIM_POD_STARTED;
  DdUsec hook = started ? MIN (behaviour->pre_stop, left) : 0;
  DdUsec rest = left - hook;

  if (!worker->running)
    return 0;
  if (hook > 0 && rest < GRACE_AFTER_HOOK)
    {
      worker->beyond_grace = GRACE_AFTER_HOOK - rest;
      rest = GRACE_AFTER_HOOK;
    }
  worker->killed = behaviour->ignores_sigterm || needed > rest;
  return hook + (worker->killed ? rest : needed);
}

static void
announce_stop (SimPodWorker *worker, const SimObject *pod)
{
  const DdValue *containers = dd_value_path (pod->value, "spec.containers");

  for (gsize i = 0; worker->running && i < dd_value_length (containers); i++)
    record (worker, pod, "Normal", "Killing", "Stopping container %s",
            dd_value_path_string (dd_value_element (containers, i), "name"));
}

static void
terminate (gpointer data)
{
  SimPodWorker *worker = data;
  g_autoptr (SimObject) pod = pod_of (worker);
  SimPodBehaviour behaviour;

  worker->event = 0;
  if (pod == NULL)
    return;
  behaviour = sim_pod_behaviour (pod);
  worker->stop_code = behaviour.stop_code;
  announce_stop (worker, pod);
  arm (worker, stopping_time (worker, &behaviour, grace_left (worker, pod)), finish);
}

/* ---- the pod's own deadline ---- */

static void
end_past_deadline (gpointer data)
{
  end_with (data, KILLED);
}

/* Imitates: the kubelet's activeDeadlineHandler. */
static void
pass_deadline (gpointer data)
{
  SimPodWorker *worker = data;
  g_autoptr (SimObject) pod = pod_of (worker);
  SimPodBehaviour behaviour;
  DdUsec grace;

  worker->deadline_event = 0;
  if (pod == NULL || worker->stopping || worker->report.progress == SIM_POD_ENDED)
    return;
  worker->report.reason = "DeadlineExceeded";
  worker->report.message = "Pod was active on the node longer than the specified deadline";
  record (worker, pod, "Normal", worker->report.reason, "%s", worker->report.message);
  announce_stop (worker, pod);
  behaviour = sim_pod_behaviour (pod);
  grace = dd_value_path_int (pod->value, "spec.terminationGracePeriodSeconds", 30) * DD_SECOND;
  arm (worker, stopping_time (worker, &behaviour, grace), end_past_deadline);
}

/* The pod was admitted SINCE then. */
static void
arm_deadline (SimPodWorker *worker, const SimObject *pod, DdUsec since)
{
  SimStage *stage = actors_of (worker)->stage;
  gint64 seconds = dd_value_path_int (pod->value, "spec.activeDeadlineSeconds", 0);

  if (seconds > 0)
    worker->deadline_event = sim_clock_schedule (
        stage->clock, MAX (since + seconds * DD_SECOND, sim_stage_now (stage)), pass_deadline,
        worker);
}

/* A second deletion with a shorter grace period brings the end nearer. */
static void
hasten (SimPodWorker *worker, const SimObject *pod)
{
  DdUsec left = grace_left (worker, pod) + worker->beyond_grace;

  if (worker->event == 0 || worker->stopped
      || worker->due <= sim_stage_now (actors_of (worker)->stage) + left)
    return;
  worker->killed = worker->running;
  arm (worker, left, finish);
}

/* ---- what wakes it ---- */

static void
admit (gpointer data)
{
  SimPodWorker *worker = data;
  g_autoptr (SimObject) pod = pod_of (worker);

  worker->event = 0;
  if (pod == NULL)
    return;
  worker->report.initialized = dd_value_path (pod->value, "spec.initContainers.0") == NULL;
  post_status (worker, pod);
  arm_deadline (worker, pod, sim_stage_now (actors_of (worker)->stage));
  worker->lacks_volumes = !sim_volumes_are_attached (actors_of (worker), pod);
  if (!worker->lacks_volumes)
    next_container (worker, pod);
}

void
sim_kubelet_volumes_attached (SimActors *actors, const char *pod_uid)
{
  const SimKubelets *self = sim_actors_part (actors, &sim_actor_kubelet);
  SimPodWorker *worker = g_hash_table_lookup (self->workers, pod_uid);
  g_autoptr (SimObject) pod = worker != NULL ? pod_of (worker) : NULL;

  if (pod == NULL || worker->stopping || !worker->lacks_volumes)
    return;
  worker->lacks_volumes = FALSE;
  next_container (worker, pod);
}

/* ---- pods that ran before the world began ---- */

/* What has not become Ready by then, in a world that begins, never will. */
#define STILL_STARTING (10 * DD_MINUTE)

static DdUsec
instant_of (const DdValue *object, const char *path, DdUsec fallback)
{
  const char *text = dd_value_path_string (object, path);
  DdUsec instant;

  return text != NULL && dd_time_from_iso8601 (text, &instant) ? instant : fallback;
}

static gboolean
waits_to_be_started_again (const DdValue *container)
{
  return g_strcmp0 (dd_value_path_string (container, "state.waiting.reason"), "CrashLoopBackOff")
         == 0;
}

/* What the containers' statuses tell; a pod without them is as its condition Ready says, which is
 * True where there is none either. */
static void
learn_from_status (SimPodWorker *worker, const DdValue *status)
{
  const DdValue *containers = dd_value_member (status, "containerStatuses");
  SimPodReport *report = &worker->report;

  report->ready = dd_value_length (containers) > 0
                  || g_strcmp0 (sim_condition_status (status, "Ready"), "False") != 0;
  for (gsize i = 0; i < dd_value_length (containers); i++)
    {
      const DdValue *container = dd_value_element (containers, i);

      report->ready &= dd_value_path_bool (container, "ready", FALSE);
      report->restarts
          = MAX (report->restarts, (guint) dd_value_path_int (container, "restartCount", 0));
      report->started = MAX (report->started, instant_of (container, "state.running.startedAt", 0));
      worker->crash_loops |= waits_to_be_started_again (container);
    }
}

/* No other pod may get the address. */
static void
keep_address (SimPodWorker *worker, const SimObject *pod)
{
  guint *given = &worker->host->kubelets->addresses;
  const char *address = dd_value_path_string (pod->value, "status.podIP");
  guint a, b, c;

  if (address == NULL)
    {
      give_address (worker, pod);
      return;
    }
  worker->pod_ip = g_strdup (address);
  worker->report.pod_ip = worker->pod_ip;
  if (sscanf (address, "100.%3u.%3u.%3u", &a, &b, &c) == 3 && a >= 64 && a < 128 && b < 256
      && c < 256)
    *given = MAX (*given, (a - 64) << 16 | b << 8 | c);
}

static void
keep_images (SimPodWorker *worker, const SimObject *pod)
{
  const DdValue *containers = dd_value_path (pod->value, "spec.containers");

  for (gsize i = 0; i < dd_value_length (containers); i++)
    {
      const char *image = dd_value_path_string (dd_value_element (containers, i), "image");

      if (image != NULL)
        g_hash_table_add (worker->host->images, g_strdup (image));
    }
}

/* What it would do next, had it been started here. */
static void
go_on (SimPodWorker *worker, const SimObject *pod)
{
  SimPodBehaviour behaviour = sim_pod_behaviour (pod);
  DdUsec age = sim_stage_now (actors_of (worker)->stage) - worker->report.started;

  worker->exit_code = behaviour.exit_code;
  if (worker->crash_loops)
    {
      worker->report.progress = SIM_POD_CRASHED;
      worker->report.exit_code = MAX (behaviour.exit_code, 1);
      arm (worker, crash_back_off (worker->report.restarts), start_all);
    }
  else if (behaviour.crash_loop || behaviour.exit_after >= 0
           || (!worker->report.ready && age < STILL_STARTING))
    arm_after_start (worker, pod, &behaviour);
  if (worker->event != 0 && !worker->crash_loops)
    arm_sooner (worker, age);
}

/* Whoever wrote the pod down left to the kubelet what is told of containers that run. */
static void
tell_of_containers (gpointer data)
{
  SimPodWorker *worker = data;
  g_autoptr (SimObject) pod = pod_of (worker);

  worker->gate_event = 0;
  if (pod != NULL)
    post_status (worker, pod);
}

/* The pod has been running here since before the world began, and is not started again. */
static void
take_up (SimPodWorker *worker, const SimObject *pod)
{
  const DdValue *status = dd_value_member (pod->value, "status");
  DdUsec created = instant_of (pod->value, "metadata.creationTimestamp", worker->host->found);

  worker->running = TRUE;
  worker->report.progress = SIM_POD_STARTED;
  worker->report.initialized = TRUE;
  learn_from_status (worker, status);
  if (worker->report.started == 0)
    worker->report.started = instant_of (status, "startTime", created);
  keep_address (worker, pod);
  keep_images (worker, pod);
  arm_deadline (worker, pod, instant_of (status, "startTime", created));
  go_on (worker, pod);
  if (dd_value_path (status, "containerStatuses.0") == NULL)
    worker->gate_event
        = sim_clock_after (actors_of (worker)->stage->clock, 0, tell_of_containers, worker);
}

/* Nothing else runs on a host in the instant in which the world begins with it. */
static gboolean
ran_before (const SimHost *host, const SimObject *pod)
{
  return host->found != 0 && host->found == sim_stage_now (host->kubelets->actors->stage)
         && g_strcmp0 (kube_pod_view (pod)->phase, "Running") == 0;
}

static SimPodWorker *
worker_new (SimHost *host, const SimObject *pod)
{
  SimPodWorker *worker = g_new0 (SimPodWorker, 1);

  worker->host = host;
  worker->namespace_ = g_strdup (pod->namespace_);
  worker->name = g_strdup (pod->name);
  worker->uid = g_strdup (pod->uid);
  worker->report.host_ip = host->machine.private_ip;
  g_hash_table_insert (host->kubelets->workers, worker->uid, worker);
  return worker;
}

void
sim_host_follow_pod (SimHost *host, const SimObject *pod)
{
  const KubePodView *view = kube_pod_view (pod);
  SimPodWorker *worker = g_hash_table_lookup (host->kubelets->workers, pod->uid);

  if (worker == NULL)
    {
      if (view->mirror || (view->finished && !view->terminating))
        return;
      worker = worker_new (host, pod);
      if (ran_before (host, pod))
        take_up (worker, pod);
      else if (!view->terminating)
        arm (worker, draw (worker, SIM_DELAY_CONTROLLER), admit);
    }
  if (!view->terminating)
    {
      notice_gates (worker, pod);
      return;
    }
  if (worker->stopping)
    {
      hasten (worker, pod);
      return;
    }
  worker->stopping = TRUE;
  arm (worker, draw (worker, SIM_DELAY_CONTROLLER), terminate);
}

void
sim_kubelets_forget_pod (SimKubelets *self, const char *uid)
{
  g_hash_table_remove (self->workers, uid);
}

void
sim_host_abandon_pods (SimHost *host)
{
  g_autoptr (GPtrArray) pods = sim_store_list_by (host->kubelets->actors->store, &kube_pod,
                                                  "spec.nodeName", host->machine.private_dns);

  for (guint i = 0; i < pods->len; i++)
    sim_kubelets_forget_pod (host->kubelets, ((SimObject *) g_ptr_array_index (pods, i))->uid);
}
