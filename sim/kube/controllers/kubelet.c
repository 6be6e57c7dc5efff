/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "base/time.h"
#include "sim/kube/controllers/conditions.h"
#include "sim/kube/controllers/kubelet-private.h"
#include "sim/kube/controllers/node-watch.h"
#include "sim/kube/controllers/writes.h"
#include "sim/stage/faults.h"
#include "sim/kube/kinds/recorder.h"

/* The kubelets of all instances. An instance that runs boots for a while, then its kubelet
 * registers a Node that is not Ready, starts the pods that tolerate that, and becomes Ready when
 * the network plugin's pod runs. From then on it starts and stops pods (kubelet-pods.c) until the
 * instance goes away, which the rest of the cluster learns from its silence alone.
 *
 * Heartbeats are not events: a lease is brought up to date when somebody reads it. */

#define COMPONENT "kubelet"
#define HEARTBEAT (10 * DD_SECOND) /* nodeStatusUpdateFrequency, and a lease's renewal */
#define LEASE_SECONDS 40
#define SILENT_FOR DD_HOUR /* how long a kubelet has been, that was so when the world began */

/* DaemonSets of kube-system that bring the network. */
static const char *const network_plugins[] = { "aws-node", "calico-node", "cilium" };

/* ---- hosts ---- */

static SimMachine
machine_copy (const SimMachine *machine)
{
  return (SimMachine) {
    .instance_id = g_strdup (machine->instance_id),
    .private_dns = g_strdup (machine->private_dns),
    .private_ip = g_strdup (machine->private_ip),
    .region = g_strdup (machine->region),
    .zone = g_strdup (machine->zone),
    .instance_type = g_strdup (machine->instance_type),
    .architecture = g_strdup (machine->architecture),
    .ami_id = g_strdup (machine->ami_id),
    .ami_name = g_strdup (machine->ami_name),
    .kubelet_version = g_strdup (machine->kubelet_version),
    .user_data = g_strdup (machine->user_data),
    .cpu_millis = machine->cpu_millis,
    .memory_bytes = machine->memory_bytes,
    .max_pods = machine->max_pods,
  };
}

static void
machine_clear (SimMachine *machine)
{
  g_free ((char *) machine->instance_id);
  g_free ((char *) machine->private_dns);
  g_free ((char *) machine->private_ip);
  g_free ((char *) machine->region);
  g_free ((char *) machine->zone);
  g_free ((char *) machine->instance_type);
  g_free ((char *) machine->architecture);
  g_free ((char *) machine->ami_id);
  g_free ((char *) machine->ami_name);
  g_free ((char *) machine->kubelet_version);
  g_free ((char *) machine->user_data);
}

static void
host_cancel (SimHost *host)
{
  SimClock *clock = host->kubelets->actors->stage->clock;

  sim_clock_cancel (clock, host->event);
  sim_clock_cancel (clock, host->sync_event);
  host->event = host->sync_event = 0;
}

static void
host_free (gpointer data)
{
  SimHost *host = data;

  host_cancel (host);
  machine_clear (&host->machine);
  g_hash_table_unref (host->images);
  g_free (host);
}

static SimHost *
host_new (SimKubelets *self, const SimMachine *machine)
{
  SimHost *host = g_new0 (SimHost, 1);

  host->kubelets = self;
  host->machine = machine_copy (machine);
  host->images = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  g_hash_table_insert (self->by_instance, (gpointer) host->machine.instance_id, host);
  g_hash_table_replace (self->by_node, (gpointer) host->machine.private_dns, host);
  return host;
}

static SimObject *
node_of (const SimHost *host)
{
  return sim_store_get (host->kubelets->actors->store, &kube_node, "", host->machine.private_dns);
}

/* The instance left for good and Kubernetes knows. */
static void
drop_host (SimHost *host)
{
  SimKubelets *self = host->kubelets;

  if (g_hash_table_lookup (self->by_node, host->machine.private_dns) == host)
    g_hash_table_remove (self->by_node, host->machine.private_dns);
  g_hash_table_remove (self->by_instance, host->machine.instance_id);
}

/* ---- becoming Ready ---- */

static gboolean
is_of_daemon_set (const SimObject *pod, const char *name)
{
  const KubePodView *view = kube_pod_view (pod);

  return g_strcmp0 (view->owner_kind, "DaemonSet") == 0 && g_strcmp0 (view->owner_name, name) == 0
         && g_strcmp0 (view->phase, "Running") == 0;
}

/* Where no known plugin is installed as a DaemonSet, the image brings the network; that of Windows
 * does always. */
static gboolean
network_is_up (const SimHost *host)
{
  SimStore *store = host->kubelets->actors->store;
  const char *plugin = NULL;
  g_autoptr (GPtrArray) pods = NULL;

  for (guint i = 0; plugin == NULL && i < G_N_ELEMENTS (network_plugins); i++)
    if (sim_store_get (store, &kube_daemon_set, "kube-system", network_plugins[i]) != NULL)
      plugin = network_plugins[i];
  if (plugin == NULL || sim_machine_is_windows (&host->machine))
    return TRUE;
  pods = sim_store_list_by (store, &kube_pod, "spec.nodeName", host->machine.private_dns);
  for (guint i = 0; i < pods->len; i++)
    if (is_of_daemon_set (g_ptr_array_index (pods, i), plugin))
      return TRUE;
  return FALSE;
}

static void
record (SimHost *host, const SimObject *node, const char *reason, const char *message)
{
  kube_record_event (host->kubelets->actors->api, node, COMPONENT, host->machine.private_dns,
                     "Normal", reason, "%s", message);
}

static void
record_status (SimHost *host, const SimObject *node, const char *reason)
{
  g_autofree char *message
      = g_strdup_printf ("Node %s status is now: %s", host->machine.private_dns, reason);

  record (host, node, reason, message);
}

static void
post_ready (gpointer data)
{
  SimHost *host = data;
  SimActors *actors = host->kubelets->actors;
  SimObject *found = node_of (host);
  g_autoptr (SimObject) node = found != NULL ? sim_object_ref (found) : NULL;

  host->event = 0;
  if (node == NULL || kube_node_view (node)->ready || !network_is_up (host))
    return;
  sim_actors_post_status (actors, &sim_actor_kubelet, node,
                          sim_status_with_condition (dd_value_member (node->value, "status"),
                                                     sim_host_ready_condition (host, TRUE)));
  record_status (host, node, "NodeReady");
  sim_stage_trace (actors->stage, "kubelet", DD_EVENT_NODE_READY, node->name, NULL);
}

static void
settle (gpointer data)
{
  SimHost *host = data;

  host->settled = TRUE;
  post_ready (host);
}

/* ---- registering ---- */

static void
create_lease (SimHost *host, const SimObject *node)
{
  SimActors *actors = host->kubelets->actors;
  const char *name = host->machine.private_dns;
  DdValue *owner = dd_object ("apiVersion", dd_string ("v1"), "kind", dd_string ("Node"), "name",
                              dd_string (name), "uid", dd_string (node->uid), NULL);
  g_autoptr (DdValue) lease = dd_object (
      "metadata",
      dd_object ("name", dd_string (name), "ownerReferences", dd_array (owner, NULL), NULL), "spec",
      dd_object ("holderIdentity", dd_string (name), "leaseDurationSeconds", dd_int (LEASE_SECONDS),
                 "renewTime",
                 dd_string_take (dd_time_to_iso8601_micros (sim_stage_now (actors->stage))), NULL),
      NULL);
  g_autoptr (SimObject) created = NULL;

  /* A kubelet that comes back finds its old lease, and goes on with it. */
  created = kube_create_with (
      actors->api, &kube_lease, "kube-node-lease", lease,
      &(KubeWrite) { .manager = kube_actor (actors->api, sim_actor_manager (&sim_actor_kubelet)) },
      NULL);
}

static void
announce_start (SimHost *host, const SimObject *node)
{
  record (host, node, "Starting", "Starting kubelet.");
  record_status (host, node, "NodeHasSufficientMemory");
  record_status (host, node, "NodeHasNoDiskPressure");
  record_status (host, node, "NodeHasSufficientPID");
  record (host, node, "NodeAllocatableEnforced", "Updated Node Allocatable limit across pods");
}

/* Pods may have been bound while the kubelet was away. */
static void
adopt_pods (SimHost *host)
{
  g_autoptr (GPtrArray) pods = sim_store_list_by (host->kubelets->actors->store, &kube_pod,
                                                  "spec.nodeName", host->machine.private_dns);

  for (guint i = 0; i < pods->len; i++)
    sim_host_follow_pod (host, g_ptr_array_index (pods, i));
}

/* Imitates: the kubelet's registerWithAPIServer. */
#define REGISTER_AGAIN_FIRST (100 * DD_MILLISECOND)
#define REGISTER_AGAIN_LONGEST (7 * DD_SECOND)

static void register_node (gpointer data);

static void
register_later (SimHost *host)
{
  host->register_again
      = MIN (MAX (2 * host->register_again, REGISTER_AGAIN_FIRST), REGISTER_AGAIN_LONGEST);
  host->event = sim_clock_after (host->kubelets->actors->stage->clock, host->register_again,
                                 register_node, host);
}

static void
register_node (gpointer data)
{
  SimHost *host = data;
  SimActors *actors = host->kubelets->actors;
  SimLatency *latency = actors->stage->latency;
  g_autoptr (DdValue) value = sim_host_node_value (host);
  g_autoptr (GError) problem = NULL;
  g_autoptr (SimObject) node
      = sim_write_create (actors, &sim_actor_kubelet, &kube_node, NULL, value, &problem);

  if (g_error_matches (problem, KUBE_ERROR, KUBE_ALREADY_EXISTS)) /* of an earlier start */
    node = kube_set_status_as (actors->api, sim_actor_manager (&sim_actor_kubelet), node_of (host),
                               dd_value_ref (dd_value_member (value, "status")));
  if (node == NULL)
    {
      register_later (host);
      return;
    }
  host->state = SIM_HOST_RUNNING;
  host->register_again = 0;
  host->registered = sim_stage_now (actors->stage);
  host->cordon_announced = kube_node_view (node)->unschedulable;
  create_lease (host, node);
  announce_start (host, node);
  sim_stage_trace (actors->stage, "kubelet", DD_EVENT_NODE_REGISTERED, node->name,
                   dd_object ("zone", dd_string (host->machine.zone), "image",
                              dd_string (host->machine.ami_id), "instance",
                              dd_string (host->machine.instance_id), NULL));
  host->event = sim_clock_after (actors->stage->clock,
                                 sim_latency_draw (latency, SIM_DELAY_NODE_READY), settle, host);
  adopt_pods (host);
}

/* A boot that goes wrong leaves an instance that runs and never becomes a node. */
static void
boot (gpointer data)
{
  SimHost *host = data;
  const char *const concerned[]
      = { host->machine.instance_id, host->machine.zone, host->machine.ami_id, NULL };

  host->event = 0;
  if (sim_faults_strike (host->kubelets->actors->stage->faults, "instance", "join", concerned)
      == NULL)
    register_node (host);
}

/* ---- what EC2 says ---- */

static void
machine_started (gpointer data, const SimMachine *machine)
{
  SimKubelets *self = data;
  SimStage *stage = self->actors->stage;
  SimHost *host = g_hash_table_lookup (self->by_instance, machine->instance_id);

  if (host == NULL)
    host = host_new (self, machine);
  host_cancel (host);
  host->state = SIM_HOST_BOOTING;
  host->settled = FALSE;
  host->event = sim_clock_after (
      stage->clock, sim_latency_draw (stage->latency, SIM_DELAY_NODE_REGISTER), boot, host);
}

/* The kubelet registered long ago, and goes on with the pods that are bound to it now; or has been
 * silent for long. */
static gboolean
machine_found (gpointer data, const SimMachine *machine, const SimNodeState *node, GError **error)
{
  SimKubelets *self = data;
  SimActors *actors = self->actors;
  SimHost *host = host_new (self, machine);
  g_autoptr (DdValue) value = NULL;
  g_autoptr (SimObject) made = NULL;

  host->found = sim_stage_now (actors->stage);
  host->registered = node->created;
  host->last_heartbeat = MAX (host->found - SILENT_FOR, node->created);
  host->state = node->health == SIM_NODE_SILENT ? SIM_HOST_DEAD : SIM_HOST_RUNNING;
  host->settled = node->health == SIM_NODE_READY;
  host->cordon_announced = node->unschedulable;
  value = sim_host_found_value (host, node);
  made = kube_restore (actors->api, &kube_node, NULL, value, error);
  if (made != NULL)
    create_lease (host, made);
  else
    drop_host (host);
  return made != NULL;
}

static DdUsec
heartbeat_of (const SimHost *host)
{
  DdUsec now = sim_stage_now (host->kubelets->actors->stage);

  if (host->state != SIM_HOST_RUNNING)
    return host->last_heartbeat;
  return host->registered + (now - host->registered) / HEARTBEAT * HEARTBEAT;
}

static void
machine_stopped (gpointer data, const char *instance_id)
{
  SimKubelets *self = data;
  SimHost *host = g_hash_table_lookup (self->by_instance, instance_id);

  if (host == NULL || host->state == SIM_HOST_DEAD)
    return;
  host->last_heartbeat = heartbeat_of (host);
  host->state = SIM_HOST_DEAD;
  host_cancel (host);
  sim_host_abandon_pods (host);
  sim_node_lifecycle_look (self->actors, host->machine.private_dns);
  sim_cloud_node_look (self->actors, host->machine.private_dns);
}

static void
machine_returned (gpointer data, const char *instance_id)
{
  SimKubelets *self = data;
  SimHost *host = g_hash_table_lookup (self->by_instance, instance_id);

  if (host != NULL && host->state == SIM_HOST_DEAD && !host->gone)
    machine_started (self, &host->machine);
}

static void
machine_terminated (gpointer data, const char *instance_id)
{
  SimKubelets *self = data;
  SimHost *host = g_hash_table_lookup (self->by_instance, instance_id);

  if (host == NULL)
    return;
  machine_stopped (self, instance_id);
  host->gone = TRUE;
  sim_cloud_node_look (self->actors, host->machine.private_dns);
  if (node_of (host) == NULL)
    drop_host (host);
}

static const SimMachineListener listener
    = { machine_found, machine_started, machine_stopped, machine_returned, machine_terminated };

/* ---- what others ask ---- */

static const SimHost *
host_of_node (SimActors *actors, const char *node)
{
  const SimKubelets *self = sim_actors_part (actors, &sim_actor_kubelet);

  return self != NULL ? g_hash_table_lookup (self->by_node, node) : NULL;
}

DdUsec
sim_kubelet_last_heartbeat (SimActors *actors, const char *node)
{
  const SimHost *host = host_of_node (actors, node);

  return host != NULL && host->registered > 0 ? heartbeat_of (host) : -1;
}

gboolean
sim_kubelet_is_alive (SimActors *actors, const char *node)
{
  const SimHost *host = host_of_node (actors, node);

  return host != NULL && host->state == SIM_HOST_RUNNING;
}

/* ---- what the cluster tells it ---- */

static void
announce_cordon (gpointer data)
{
  SimHost *host = data;
  SimObject *node = node_of (host);
  gboolean cordoned = node != NULL && kube_node_view (node)->unschedulable;

  host->sync_event = 0;
  if (node == NULL || cordoned == host->cordon_announced)
    return;
  host->cordon_announced = cordoned;
  record_status (host, node, cordoned ? "NodeNotSchedulable" : "NodeSchedulable");
}

/* A cordon is told at the kubelet's next status sync. */
static void
notice_cordon (SimHost *host, const SimObject *node)
{
  SimStage *stage = host->kubelets->actors->stage;

  if (host->state != SIM_HOST_RUNNING || host->sync_event != 0
      || kube_node_view (node)->unschedulable == host->cordon_announced)
    return;
  host->sync_event
      = sim_clock_schedule (stage->clock, heartbeat_of (host) + HEARTBEAT, announce_cordon, host);
}

static void
node_changed (SimStore *store G_GNUC_UNUSED, const SimChange *change, gpointer data)
{
  SimKubelets *self = data;
  SimHost *host = g_hash_table_lookup (self->by_node, change->object->name);

  if (host == NULL)
    return;
  if (change->type != SIM_DELETED)
    notice_cordon (host, change->object);
  else if (host->gone)
    drop_host (host);
}

/* A network plugin's pod that runs may be what Ready waits for. */
static void
notice_network (SimHost *host, const SimObject *pod)
{
  SimStage *stage = host->kubelets->actors->stage;

  if (!host->settled || host->event != 0)
    return;
  for (guint i = 0; i < G_N_ELEMENTS (network_plugins); i++)
    if (is_of_daemon_set (pod, network_plugins[i]))
      {
        host->event = sim_clock_after (stage->clock,
                                       sim_latency_draw (stage->latency, SIM_DELAY_CONTROLLER),
                                       post_ready, host);
        return;
      }
}

static void
pod_changed (SimStore *store G_GNUC_UNUSED, const SimChange *change, gpointer data)
{
  SimKubelets *self = data;
  const SimObject *pod = change->object;
  const char *node = kube_pod_view (pod)->node_name;
  SimHost *host;

  if (change->type == SIM_DELETED)
    sim_kubelets_forget_pod (self, pod->uid);
  if (change->type == SIM_DELETED || node == NULL)
    return;
  host = g_hash_table_lookup (self->by_node, node);
  if (host == NULL || host->state != SIM_HOST_RUNNING)
    return;
  sim_host_follow_pod (host, pod);
  notice_network (host, pod);
}

/* A kubelet renews its lease every ten seconds; in a world without periodic events the renewal is
 * written down when somebody looks. */
static void
refresh_lease (gpointer data, SimObject *lease)
{
  SimActors *actors = data;
  DdUsec renewed;
  g_autofree char *text = NULL;

  if (strcmp (lease->namespace_, "kube-node-lease") != 0)
    return;
  renewed = sim_kubelet_last_heartbeat (actors, lease->name);
  if (renewed < 0)
    return;
  text = dd_time_to_iso8601_micros (renewed);
  if (g_strcmp0 (dd_value_path_string (lease->value, "spec.renewTime"), text) == 0)
    return;
  sim_store_put (actors->store, lease->kind,
                 dd_value_with (lease->value, dd_string (text), "spec", "renewTime", NULL));
}

static gpointer
start (SimActors *actors)
{
  SimKubelets *self = g_new0 (SimKubelets, 1);

  self->actors = actors;
  self->by_instance = g_hash_table_new_full (g_str_hash, g_str_equal, NULL, host_free);
  self->by_node = g_hash_table_new (g_str_hash, g_str_equal);
  self->workers = g_hash_table_new_full (g_str_hash, g_str_equal, NULL, sim_pod_worker_free);
  sim_store_subscribe (actors->store, &kube_node, node_changed, self);
  sim_store_subscribe (actors->store, &kube_pod, pod_changed, self);
  sim_machines_set_listener (actors->stage, &listener, self);
  kube_set_refresh (actors->api, &kube_lease, refresh_lease, actors);
  return self;
}

static void
stop (gpointer data)
{
  SimKubelets *self = data;

  kube_set_refresh (self->actors->api, &kube_lease, NULL, NULL);
  sim_machines_set_listener (self->actors->stage, NULL, NULL);
  sim_store_unsubscribe (self->actors->store, node_changed, self);
  sim_store_unsubscribe (self->actors->store, pod_changed, self);
  g_hash_table_unref (self->workers);
  g_hash_table_unref (self->by_node);
  g_hash_table_unref (self->by_instance);
  g_free (self);
}

static const char *const writes[] = { "create nodes", "delete pods", NULL };

const SimActorClass sim_actor_kubelet = { "kubelet", start, stop, writes, .manager = "kubelet" };
