/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "sim/kube/controllers/kubelet-private.h"
#include "sim/kube/controllers/pod-behaviour.h"
#include "sim/kube/controllers/pod-status.h"
#include "sim/kube/controllers/workload.h"
#include "sim/kube/owners.h"
#include "sim/stage/faults.h"
#include "sim/kube/kinds/recorder.h"

/* The life of one pod on one host. A worker is always waiting for exactly one thing, an event on
 * the clock; each step looks at the pod as it is in the store then, posts what can be seen from
 * outside, and arms the next step:
 *
 *   admit -> [pull ->] start, for each container in turn -> running -> [probe ->] ready
 *   running -> crash -> back-off -> running ...
 *   at any time: the pod is being deleted -> SIGTERM -> ended -> the final delete, or SIGKILL when
 *   the grace period is over first */

#define COMPONENT "kubelet"
#define CRASH_BACK_OFF_FIRST (10 * DD_SECOND)
#define CRASH_BACK_OFF_LONGEST (5 * DD_MINUTE)
#define KILLED 137 /* 128 + SIGKILL */

struct _SimPodWorker
{
  SimHost *host;
  char *namespace_, *name, *uid;
  guint64 event;
  DdUsec due;
  gboolean stopping;
  gboolean running; /* some container may be running */
  gboolean killed;  /* by SIGKILL: the grace period is over first */
  guint pulls;      /* that failed */
  guint container;  /* init containers first, then the others */
  char *pod_ip;
  SimPodReport report;
};

void
sim_pod_worker_free (gpointer data)
{
  SimPodWorker *worker = data;

  sim_clock_cancel (worker->host->kubelets->actors->stage->clock, worker->event);
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
  worker->event = sim_clock_schedule (stage->clock, worker->due, step, worker);
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
  sim_actors_post_status (actors_of (worker), pod,
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
trace (SimPodWorker *worker, const SimObject *pod, const char *what)
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
  trace (worker, pod, "pod.ready");
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
  worker->report.exit_code = 1;
  worker->report.restarts++;
  post_status (worker, pod);
  record (worker, pod, "Warning", "BackOff",
          "Back-off restarting failed container %s in pod %s_%s(%s)",
          dd_value_path_string (pod->value, "spec.containers.0.name"), pod->name, pod->namespace_,
          pod->uid);
  arm (worker, crash_back_off (worker->report.restarts), start_all);
}

/* The programs ended by themselves; with restartPolicy Always that is a crash with good manners. */
static void
end_by_itself (gpointer data)
{
  SimPodWorker *worker = data;
  g_autoptr (SimObject) pod = pod_of (worker);

  worker->event = 0;
  if (pod == NULL)
    return;
  worker->running = FALSE;
  worker->report.progress = SIM_POD_ENDED;
  worker->report.ready = FALSE;
  worker->report.exit_code = 0;
  post_status (worker, pod);
  trace (worker, pod, "pod.ended");
}

static void
arm_after_start (SimPodWorker *worker, const SimObject *pod, const SimPodBehaviour *behaviour)
{
  if (behaviour->crash_loop)
    arm (worker, draw (worker, SIM_DELAY_POD_STOP), crash);
  else if (behaviour->exit_after >= 0)
    arm (worker, behaviour->exit_after, behaviour->restarts ? crash : end_by_itself);
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
  behaviour.crash_loop |= is_struck (worker, pod, "start", NULL);
  give_address (worker, pod);
  worker->running = TRUE;
  worker->report.progress = SIM_POD_STARTED;
  worker->report.initialized = TRUE;
  worker->report.ready = is_ready_at_once (&behaviour);
  worker->report.started = sim_stage_now (actors_of (worker)->stage);
  post_status (worker, pod);
  trace (worker, pod, "pod.running");
  if (worker->report.ready)
    trace (worker, pod, "pod.ready");
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

static void
container_started (gpointer data)
{
  SimPodWorker *worker = data;
  g_autoptr (SimObject) pod = pod_of (worker);

  worker->event = 0;
  if (pod == NULL)
    return;
  record (worker, pod, "Normal", "Started", "Started container %s",
          dd_value_path_string (container_of (worker, pod), "name"));
  worker->running = TRUE;
  worker->container++;
  if (container_of (worker, pod) == NULL)
    start_all (worker);
  else
    next_container (worker, pod);
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
  next_container (worker, pod);
}

/* ---- stopping ---- */

static void
finish (gpointer data)
{
  SimPodWorker *worker = data;
  SimActors *actors = actors_of (worker);
  g_autoptr (SimObject) pod = pod_of (worker);
  g_autoptr (SimObject) deleted = NULL;
  KubeDelete options = KUBE_DELETE_DEFAULT;

  worker->event = 0;
  if (pod == NULL)
    return;
  worker->report.progress = SIM_POD_ENDED;
  worker->report.ready = FALSE;
  worker->report.exit_code = worker->killed ? KILLED : 0;
  if (worker->running)
    post_status (worker, pod);
  trace (worker, pod, "pod.stopped");
  options.grace_seconds = 0;
  options.uid = pod->uid;
  deleted = kube_delete (actors->api, &kube_pod, pod->namespace_, pod->name, &options, NULL);
}

/* What is left of the grace period, which began when the deletion was asked for. */
static DdUsec
grace_left (const SimPodWorker *worker, const SimObject *pod)
{
  DdUsec now = sim_stage_now (actors_of (worker)->stage);

  return MAX (kube_pod_view (pod)->deletion_deadline - now, 0);
}

/* SIGTERM. */
static void
terminate (gpointer data)
{
  SimPodWorker *worker = data;
  g_autoptr (SimObject) pod = pod_of (worker);
  const DdValue *containers;
  SimPodBehaviour behaviour;
  DdUsec needed, left;

  worker->event = 0;
  if (pod == NULL)
    return;
  behaviour = sim_pod_behaviour (pod);
  containers = dd_value_path (pod->value, "spec.containers");
  for (gsize i = 0; worker->running && i < dd_value_length (containers); i++)
    record (worker, pod, "Normal", "Killing", "Stopping container %s",
            dd_value_path_string (dd_value_element (containers, i), "name"));
  left = grace_left (worker, pod);
  needed = behaviour.pre_stop
           + (behaviour.stop_after >= 0 ? behaviour.stop_after : draw (worker, SIM_DELAY_POD_STOP));
  worker->killed = worker->running && (behaviour.ignores_sigterm || needed > left);
  arm (worker, !worker->running ? 0 : worker->killed ? left : needed, finish);
}

/* A second deletion with a shorter grace period brings the end nearer. */
static void
hasten (SimPodWorker *worker, const SimObject *pod)
{
  DdUsec left = grace_left (worker, pod);

  if (worker->event == 0 || worker->due <= sim_stage_now (actors_of (worker)->stage) + left)
    return;
  worker->killed = worker->running;
  arm (worker, left, finish);
}

/* ---- what wakes it ---- */

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
      if (!view->terminating)
        arm (worker, draw (worker, SIM_DELAY_CONTROLLER), admit);
    }
  if (!view->terminating)
    return;
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
