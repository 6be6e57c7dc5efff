/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "sim/kube/controllers/conditions.h"
#include "sim/kube/controllers/placement.h"
#include "sim/kube/controllers/scheduler-private.h"
#include "sim/kube/controllers/workload.h"
#include "sim/kube/controllers/writes.h"
#include "sim/kube/kinds/recorder.h"
#include "sim/kube/kinds/pod.h"

/* Binds pods to nodes. A pod that appears without a node waits in the active queue; a cycle a
 * moment later takes the queue in order of priority and arrival, and for each pod filters the
 * nodes, scores those that are left and binds the pod to the best. A pod that fits nowhere is
 * parked with the reason; a change in the cluster that may help wakes it when its back-off is
 * over. Imitates: Kubernetes, kube-scheduler, Scheduling Framework.
 *
 * Not imitated: the flush of parked pods every five minutes, which only makes up for wake-ups that
 * were missed. */

#define COMPONENT "default-scheduler"
#define BACK_OFF_FIRST (1 * DD_SECOND)
#define BACK_OFF_LONGEST (10 * DD_SECOND)
#define MOST_EXAMINED 100 /* up to so many nodes all of them are examined */

typedef struct _Scheduler Scheduler;

typedef struct
{
  Scheduler *scheduler;
  char *namespace_, *name, *uid;
  gint64 priority;
  guint64 arrival;
  guint attempts;
  DdUsec eligible; /* when the back-off is over */
  guint64 event;   /* waits for that, since something changed */
  gboolean parked;
  gboolean topology; /* other pods matter to it */
} Entry;

struct _Scheduler
{
  SimActors *actors;
  SimSchedulerCache *cache;
  SimTopologyMaker topology;
  DdRandom *random;
  GHashTable *entries; /* uid -> Entry: every pod that has no node yet */
  GPtrArray *active;   /* uids, as they came */
  GPtrArray *parked;   /* Entry, in the order they were parked */
  guint64 cycle;       /* 0: none is due */
  guint64 arrivals;
  guint next_node; /* where the next search begins */
};

/* ---- the queue ---- */

static void
entry_free (gpointer data)
{
  Entry *entry = data;

  sim_clock_cancel (entry->scheduler->actors->stage->clock, entry->event);
  g_free (entry->namespace_);
  g_free (entry->name);
  g_free (entry->uid);
  g_free (entry);
}

static void run_cycle (gpointer data);

static void
activate (Entry *entry)
{
  Scheduler *self = entry->scheduler;
  SimStage *stage = self->actors->stage;

  if (entry->parked)
    g_ptr_array_remove (self->parked, entry);
  entry->parked = FALSE;
  g_ptr_array_add (self->active, g_strdup (entry->uid));
  if (self->cycle == 0)
    self->cycle = sim_clock_after (
        stage->clock, sim_latency_draw (stage->latency, SIM_DELAY_SCHEDULE), run_cycle, self);
}

static void
back_off_is_over (gpointer data)
{
  Entry *entry = data;

  entry->event = 0;
  activate (entry);
}

static void
park (Entry *entry)
{
  DdUsec delay = BACK_OFF_FIRST;

  for (guint i = 1; i < entry->attempts && delay < BACK_OFF_LONGEST; i++)
    delay *= 2;
  entry->eligible = sim_stage_now (entry->scheduler->actors->stage) + MIN (delay, BACK_OFF_LONGEST);
  entry->parked = TRUE;
  g_ptr_array_add (entry->scheduler->parked, entry);
}

/* Something changed that may help: try again when the back-off is over. */
static void
wake (Entry *entry)
{
  SimStage *stage = entry->scheduler->actors->stage;

  if (!entry->parked || entry->event != 0)
    return;
  entry->event = sim_clock_schedule (stage->clock, MAX (entry->eligible, sim_stage_now (stage)),
                                     back_off_is_over, entry);
}

static void
wake_all (Scheduler *self, gboolean topology_only)
{
  for (guint i = 0; i < self->parked->len; i++)
    {
      Entry *entry = g_ptr_array_index (self->parked, i);

      if (!topology_only || entry->topology)
        wake (entry);
    }
}

static void
drop (Scheduler *self, const char *uid)
{
  Entry *entry = g_hash_table_lookup (self->entries, uid);

  if (entry == NULL)
    return;
  if (entry->parked)
    g_ptr_array_remove (self->parked, entry);
  g_hash_table_remove (self->entries, uid);
}

/* ---- one pod ---- */

/* kube-scheduler's numFeasibleNodesToFind: the larger the cluster, the smaller the share of it
 * that is looked for, down to 5 %. */
static guint
enough_nodes (guint n)
{
  guint percent = 50 > n / 125 ? 50 - n / 125 : 0;

  if (n < MOST_EXAMINED)
    return n;
  return MAX (n * MAX (percent, 5) / 100, MOST_EXAMINED);
}

/* Where pods were removed to make room for this one. Imitates: evaluateNominatedNode. */
static SimNodeInfo *
nominated_node (Scheduler *self, const SimAttempt *attempt)
{
  const char *name = dd_value_path_string (attempt->pod->value, "status.nominatedNodeName");

  return name != NULL ? sim_scheduler_cache_find (self->cache, name) : NULL;
}

/* Nodes that pass, beginning where the last search ended. */
static GPtrArray *
feasible_nodes (Scheduler *self, SimAttempt *attempt)
{
  const GPtrArray *nodes = self->cache->nodes;
  const char *target = attempt->selective ? sim_target_node (attempt->spec) : NULL;
  SimNodeInfo *nominated = nominated_node (self, attempt);
  guint enough = enough_nodes (nodes->len);
  GPtrArray *feasible = g_ptr_array_new ();
  guint seen = 0;

  if (nominated != NULL && sim_filters_pass (attempt, nominated))
    {
      g_ptr_array_add (feasible, nominated);
      return feasible;
    }
  if (target != NULL) /* as NodeAffinity's pre-filter narrows the search for daemon pods */
    {
      SimNodeInfo *only = sim_scheduler_cache_find (self->cache, target);

      if (only != NULL && sim_filters_pass (attempt, only))
        g_ptr_array_add (feasible, only);
      return feasible;
    }
  while (seen < nodes->len && feasible->len < enough)
    {
      SimNodeInfo *node = g_ptr_array_index (nodes, (self->next_node + seen++) % nodes->len);

      if (sim_filters_pass (attempt, node))
        g_ptr_array_add (feasible, node);
    }
  if (nodes->len > 0)
    self->next_node = (self->next_node + seen) % nodes->len;
  return feasible;
}

/* MESSAGE and NODE: why it has no node, and which one it is meant for, may be NULL. */
static void
report_failure (Scheduler *self, SimObject *pod, const char *message, const char *node)
{
  DdValue *condition = dd_object (
      "type", dd_string ("PodScheduled"), "status", dd_string ("False"), "lastProbeTime",
      dd_null (), "lastTransitionTime", sim_now_value (self->actors->stage), "reason",
      dd_string ("Unschedulable"), "message", dd_string (message), NULL);
  DdValue *status = sim_status_with_condition (dd_value_member (pod->value, "status"), condition);
  g_autofree char *subject = sim_object_subject (pod);
  gboolean news;

  if (g_strcmp0 (dd_value_path_string (status, "nominatedNodeName"), node) != 0)
    dd_value_set (&status, "nominatedNodeName", node != NULL ? dd_string (node) : NULL);
  news = !dd_value_equal (status, dd_value_member (pod->value, "status"));
  kube_record_event (self->actors->api, pod, COMPONENT, NULL, "Warning", "FailedScheduling",
                     "%.1024s", message);
  sim_actors_post_status (self->actors, &sim_actor_scheduler, pod, status);
  if (news)
    sim_stage_trace (self->actors->stage, "scheduler", DD_EVENT_POD_UNSCHEDULABLE, subject,
                     dd_object ("message", dd_string (message), NULL));
}

/* A plugin's PreFilter has spoken for all nodes. */
static void
refuse_everywhere (Scheduler *self, const SimAttempt *attempt, SimObject *pod)
{
  guint n = self->cache->nodes->len;
  g_autofree char *message
      = g_strdup_printf ("0/%u nodes are available: %s. preemption: 0/%u nodes are available: %u "
                         "Preemption is not helpful for scheduling.",
                         n, sim_volumes_refusal (attempt->volumes), n, n);

  report_failure (self, pod, message, NULL);
}

/* No node takes the pod: others may have to go for it. */
static void
give_up (Scheduler *self, SimAttempt *attempt, SimObject *pod)
{
  gboolean news
      = sim_condition_find (dd_value_member (pod->value, "status"), "PodScheduled") == NULL;
  g_autofree char *why = NULL, *preemption = NULL, *node = NULL, *message = NULL;

  if (self->cache->nodes->len == 0)
    {
      report_failure (self, pod, "no nodes available to schedule pods", NULL);
      return;
    }
  if (sim_volumes_refusal (attempt->volumes) != NULL)
    {
      refuse_everywhere (self, attempt, pod);
      return;
    }
  why = sim_filters_explain (attempt);
  preemption = sim_preempt (attempt, news, &node);
  message = preemption != NULL ? g_strconcat (why, " preemption: ", preemption, NULL)
                               : g_steal_pointer (&why);
  report_failure (self, pod, message, node);
}

/* TRUE when the pod is bound. Imitates: kube-scheduler's handleBindingCycleError, which gives the
 * pod back to the queue with the plugin's words. */
static gboolean
bind (Scheduler *self, const SimAttempt *attempt, const SimNodeInfo *info)
{
  const SimObject *pod = attempt->pod;
  g_autoptr (SimObject) node = sim_object_ref (info->node);
  g_autofree char *name = g_strdup (node->name);
  g_autofree char *subject = sim_object_subject (pod);
  g_autoptr (GError) problem = NULL;

  if (!sim_volumes_bind (attempt, node, &problem))
    {
      kube_record_event (self->actors->api, pod, COMPONENT, NULL, "Warning", "FailedScheduling",
                         "running PreBind plugin \"VolumeBinding\": %s", problem->message);
      return FALSE;
    }
  if (!sim_write_bind (self->actors, &sim_actor_scheduler, pod, name, &problem))
    {
      kube_record_event (self->actors->api, pod, COMPONENT, NULL, "Warning", "FailedScheduling",
                         "running Bind plugin \"DefaultBinder\": %s", problem->message);
      return FALSE;
    }
  kube_record_event (self->actors->api, pod, COMPONENT, NULL, "Normal", "Scheduled",
                     "Successfully assigned %s to %s", subject, name);
  sim_stage_trace (self->actors->stage, "scheduler", DD_EVENT_POD_BOUND, subject,
                   dd_object ("node", dd_string (name), NULL));
  return TRUE;
}

/* TRUE when the pod is bound; *OUT_FITS: some node would have taken it. */
static gboolean
place (Scheduler *self, SimObject *pod, gboolean *out_fits)
{
  SimAttempt attempt;
  g_autoptr (GPtrArray) nodes = NULL;
  gboolean bound = FALSE;

  sim_attempt_init (&attempt, &self->topology, pod);
  nodes = sim_volumes_refusal (attempt.volumes) == NULL ? feasible_nodes (self, &attempt)
                                                        : g_ptr_array_new ();
  *out_fits = nodes->len > 0;
  if (*out_fits)
    bound = bind (self, &attempt, sim_scores_best (&attempt, nodes, self->random));
  else
    give_up (self, &attempt, pod);
  sim_attempt_clear (&attempt);
  return bound;
}

/* ---- a cycle ---- */

static int
compare_entries (gconstpointer left, gconstpointer right)
{
  const Entry *a = *(Entry *const *) left, *b = *(Entry *const *) right;

  if (a->priority != b->priority)
    return a->priority > b->priority ? -1 : 1;
  return a->arrival < b->arrival ? -1 : a->arrival > b->arrival;
}

static GPtrArray *
take_active (Scheduler *self)
{
  g_autoptr (GPtrArray) uids = g_steal_pointer (&self->active);
  GPtrArray *entries = g_ptr_array_new ();

  self->active = g_ptr_array_new_with_free_func (g_free);
  for (guint i = 0; i < uids->len; i++)
    {
      Entry *entry = g_hash_table_lookup (self->entries, g_ptr_array_index (uids, i));

      if (entry != NULL && !entry->parked)
        g_ptr_array_add (entries, entry);
    }
  g_ptr_array_sort (entries, compare_entries);
  return entries;
}

static void
try_entry (Scheduler *self, Entry *entry)
{
  SimObject *found = sim_store_get (self->actors->store, &kube_pod, entry->namespace_, entry->name);
  g_autoptr (SimObject) pod = found != NULL ? sim_object_ref (found) : NULL;
  gboolean fits;

  if (pod == NULL || !g_str_equal (pod->uid, entry->uid))
    return;
  entry->attempts++;
  if (place (self, pod, &fits))
    return; /* a bound pod's entry is gone by now */
  park (entry);
  if (fits)
    wake (entry); /* nothing need change in the cluster for it */
}

static void
run_cycle (gpointer data)
{
  Scheduler *self = data;
  g_autoptr (GPtrArray) entries = take_active (self);

  self->cycle = 0;
  for (guint i = 0; i < entries->len; i++)
    try_entry (self, g_ptr_array_index (entries, i));
}

/* ---- what wakes it ---- */

static gboolean
is_ours (const SimObject *pod)
{
  const KubePodView *view = kube_pod_view (pod);
  const DdValue *spec = dd_value_member (pod->value, "spec");
  const char *scheduler = dd_value_path_string (spec, "schedulerName");

  return view->node_name == NULL && !view->terminating && !view->finished
         && (scheduler == NULL || g_str_equal (scheduler, COMPONENT))
         && dd_value_length (dd_value_member (spec, "schedulingGates")) == 0;
}

static void
add_entry (Scheduler *self, const SimObject *pod)
{
  Entry *entry = g_new0 (Entry, 1);

  entry->scheduler = self;
  entry->namespace_ = g_strdup (pod->namespace_);
  entry->name = g_strdup (pod->name);
  entry->uid = g_strdup (pod->uid);
  entry->priority = kube_pod_view (pod)->priority;
  entry->arrival = self->arrivals++;
  entry->topology = sim_pod_has_topology (pod);
  g_hash_table_insert (self->entries, entry->uid, entry);
  activate (entry);
}

/* A pod on a node that leaves makes room; any pod that comes, goes or changes its labels may matter
 * to those that look at other pods. */
static void
wake_for_pod (Scheduler *self, const SimChange *change)
{
  const KubePodView *after = kube_pod_view (change->object);
  gboolean left = change->type == SIM_DELETED || after->finished;

  if (self->parked->len == 0 || !sim_pod_change_counts (change))
    return;
  if (after->node_name != NULL)
    wake_all (self, !left);
}

static void
pod_changed (SimStore *store G_GNUC_UNUSED, const SimChange *change, gpointer data)
{
  Scheduler *self = data;
  const SimObject *pod = change->object;
  Entry *entry = g_hash_table_lookup (self->entries, pod->uid);

  sim_scheduler_cache_pod (self->cache, change);
  if (change->type == SIM_DELETED || !is_ours (pod))
    drop (self, pod->uid);
  else if (entry == NULL)
    add_entry (self, pod);
  else if (change->type == SIM_MODIFIED
           && !dd_value_equal (dd_value_member (change->previous->value, "spec"),
                               dd_value_member (pod->value, "spec")))
    wake (entry);
  wake_for_pod (self, change);
}

static gboolean
node_may_help (const SimChange *change)
{
  const KubeNodeView *before, *after;

  if (change->type == SIM_ADDED)
    return TRUE;
  if (change->type == SIM_DELETED)
    return FALSE;
  before = kube_node_view (change->previous);
  after = kube_node_view (change->object);
  return before->unschedulable != after->unschedulable || before->cpu_millis != after->cpu_millis
         || before->memory_bytes != after->memory_bytes || before->pods != after->pods
         || !dd_value_equal (before->taints, after->taints)
         || !dd_value_equal (before->labels, after->labels);
}

static void
node_changed (SimStore *store G_GNUC_UNUSED, const SimChange *change, gpointer data)
{
  Scheduler *self = data;

  sim_scheduler_cache_node (self->cache, change);
  if (node_may_help (change))
    wake_all (self, FALSE);
}

/* A claim or a volume that came or changed may be what a pod waits for. */
static void
storage_changed (SimStore *store G_GNUC_UNUSED, const SimChange *change, gpointer data)
{
  if (change->type != SIM_DELETED)
    wake_all (data, FALSE);
}

static gpointer
start (SimActors *actors)
{
  Scheduler *self = g_new0 (Scheduler, 1);

  self->actors = actors;
  self->cache = sim_scheduler_cache_new (actors->store);
  self->topology.actors = actors;
  self->topology.cache = self->cache;
  self->topology.groups = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  self->random = dd_random_fork (actors->stage->random, "scheduler");
  self->entries = g_hash_table_new_full (g_str_hash, g_str_equal, NULL, entry_free);
  self->active = g_ptr_array_new_with_free_func (g_free);
  self->parked = g_ptr_array_new ();
  sim_store_subscribe (actors->store, &kube_pod, pod_changed, self);
  sim_store_subscribe (actors->store, &kube_node, node_changed, self);
  sim_store_subscribe (actors->store, &kube_persistent_volume_claim, storage_changed, self);
  sim_store_subscribe (actors->store, &kube_persistent_volume, storage_changed, self);
  return self;
}

static void
stop (gpointer data)
{
  Scheduler *self = data;

  sim_store_unsubscribe (self->actors->store, pod_changed, self);
  sim_store_unsubscribe (self->actors->store, node_changed, self);
  sim_store_unsubscribe (self->actors->store, storage_changed, self);
  sim_clock_cancel (self->actors->stage->clock, self->cycle);
  sim_topology_maker_clear (&self->topology);
  g_hash_table_unref (self->topology.groups);
  g_hash_table_unref (self->entries);
  g_ptr_array_unref (self->active);
  g_ptr_array_unref (self->parked);
  sim_scheduler_cache_free (self->cache);
  dd_random_free (self->random);
  g_free (self);
}

static const char *const writes[]
    = { "create pods/binding", "delete pods", "update persistentvolumeclaims",
        "update persistentvolumes", NULL };

const SimActorClass sim_actor_scheduler
    = { "scheduler", start, stop, writes, .manager = "kube-scheduler" };
