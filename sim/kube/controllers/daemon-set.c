/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "sim/kube/controllers/conditions.h"
#include "sim/kube/controllers/placement.h"
#include "sim/kube/controllers/workload.h"
#include "sim/kube/kinds/recorder.h"

#include <string.h>

/* One pod on every node that fits. The work is keyed by DaemonSet and node together, so that a
 * node that joins or leaves costs the same in a large cluster as in a small one; a second queue,
 * keyed by DaemonSet, writes the status from sums that the first one keeps, and replaces pods of
 * an older template a few at a time. Imitates: Kubernetes, DaemonSet, and kubernetes/kubernetes,
 * pkg/controller/daemon/update.go. */

/* What was last seen for one node. */
typedef struct
{
  gboolean wanted;  /* a pod should be there */
  gboolean running; /* a pod is there */
} Slot;

typedef struct
{
  GHashTable *slots; /* node name -> Slot */
  guint desired, current, misscheduled;
  GPtrArray *refused;      /* nodes whose pod the API server would not have, as they came */
  char *hash;              /* of the present template */
  const SimGroup *updated; /* pods of it, joined */
} Tally;

typedef struct
{
  SimActors *actors;
  SimController *placement; /* "namespace", "daemonset/node" */
  SimController *status;
  GHashTable *tallies; /* uid -> Tally */
  GHashTable *waiting; /* "uid node" -> name of a pod meant for that node and not bound yet */
} DaemonSets;

static const SimWorkload workload = { &sim_actor_daemon_set, "daemonset-controller" };

static void
tally_free (gpointer data)
{
  Tally *tally = data;

  g_hash_table_unref (tally->slots);
  g_ptr_array_unref (tally->refused);
  g_free (tally->hash);
  g_free (tally);
}

static Tally *
tally_for (DaemonSets *self, const char *uid)
{
  Tally *tally = g_hash_table_lookup (self->tallies, uid);

  if (tally != NULL)
    return tally;
  tally = g_new0 (Tally, 1);
  tally->slots = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  tally->refused = g_ptr_array_new_with_free_func (g_free);
  g_hash_table_insert (self->tallies, g_strdup (uid), tally);
  return tally;
}

static void
add_slot (Tally *tally, const Slot *slot, int by)
{
  tally->desired += (guint) (slot->wanted ? by : 0);
  tally->current += (guint) (slot->wanted && slot->running ? by : 0);
  tally->misscheduled += (guint) (!slot->wanted && slot->running ? by : 0);
}

/* TRUE when the figures changed. */
static gboolean
note_slot (Tally *tally, const char *node, gboolean wanted, gboolean running)
{
  Slot *slot = g_hash_table_lookup (tally->slots, node);
  Slot now = { wanted, running };
  Slot before = slot != NULL ? *slot : (Slot) { FALSE, FALSE };

  if (before.wanted == wanted && before.running == running)
    return FALSE;
  add_slot (tally, &before, -1);
  add_slot (tally, &now, 1);
  if (!wanted && !running)
    g_hash_table_remove (tally->slots, node);
  else
    g_hash_table_insert (tally->slots, g_strdup (node), g_memdup2 (&now, sizeof now));
  return TRUE;
}

/* ---- the pod of one node ---- */

static void
add_placement (DaemonSets *self, const char *namespace_, const char *set, const char *node)
{
  g_autofree char *key = g_strconcat (set, "/", node, NULL);

  sim_controller_add (self->placement, namespace_, key);
}

/* Tolerations that every daemon pod is given, so that it stays where others must leave. */
static DdValue *
daemon_tolerations (const DdValue *spec)
{
  static const struct
  {
    const char *key, *effect;
    gboolean host_network_only;
  } given[] = {
    { "node.kubernetes.io/not-ready", "NoExecute", FALSE },
    { "node.kubernetes.io/unreachable", "NoExecute", FALSE },
    { "node.kubernetes.io/disk-pressure", "NoSchedule", FALSE },
    { "node.kubernetes.io/memory-pressure", "NoSchedule", FALSE },
    { "node.kubernetes.io/pid-pressure", "NoSchedule", FALSE },
    { "node.kubernetes.io/unschedulable", "NoSchedule", FALSE },
    { "node.kubernetes.io/network-unavailable", "NoSchedule", TRUE },
  };
  const DdValue *own = dd_value_member (spec, "tolerations");
  gboolean host_network = dd_value_path_bool (spec, "hostNetwork", FALSE);
  DdBuilder list = dd_builder_array ();

  for (gsize i = 0; i < dd_value_length (own); i++)
    dd_builder_add (&list, dd_value_ref (dd_value_element (own, i)));
  for (guint i = 0; i < G_N_ELEMENTS (given); i++)
    if (host_network || !given[i].host_network_only)
      dd_builder_add (&list,
                      dd_object ("key", dd_word (given[i].key), "operator", dd_word ("Exists"),
                                 "effect", dd_word (given[i].effect), NULL));
  return dd_builder_end (&list);
}

/* A pod is bound by the scheduler like any other; the affinity leaves it one node to choose. */
static DdValue *
pod_spec_for (const DdValue *spec, const char *node)
{
  DdValue *term = dd_object (
      "matchFields",
      dd_array (dd_object ("key", dd_string ("metadata.name"), "operator", dd_string ("In"),
                           "values", dd_array (dd_string (node), NULL), NULL),
                NULL),
      NULL);
  DdValue *result = dd_value_with_member (spec, "tolerations", daemon_tolerations (spec));

  dd_value_set (
      &result,
      "affinity.nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution.nodeSelectorTerms",
      dd_array (term, NULL));
  return result;
}

static DdValue *
pod_labels (const SimObject *set, const char *hash)
{
  const DdValue *annotations = dd_value_path (set->value, "metadata.annotations");
  const char *generation
      = dd_value_string (dd_value_member (annotations, "deprecated.daemonset.template.generation"));

  return dd_object (
      "controller-revision-hash", dd_string (hash), "pod-template-generation",
      generation != NULL
          ? dd_string (generation)
          : dd_string_printf ("%" G_GINT64_FORMAT,
                              dd_value_path_int (set->value, "metadata.generation", 1)),
      NULL);
}

static void
note_refusal (Tally *tally, const char *node)
{
  if (!g_ptr_array_find_with_equal_func (tally->refused, node, g_str_equal, NULL))
    g_ptr_array_add (tally->refused, g_strdup (node));
}

/* One pod that could be made is a reason to try the others at once: a real controller has one key
 * for the whole set, which every change of a pod brings back. */
static void
wake_refused (DaemonSets *self, const SimObject *set)
{
  g_autoptr (GPtrArray) nodes = g_steal_pointer (&tally_for (self, set->uid)->refused);

  tally_for (self, set->uid)->refused = g_ptr_array_new_with_free_func (g_free);
  for (guint i = 0; i < nodes->len; i++)
    add_placement (self, set->namespace_, set->name, g_ptr_array_index (nodes, i));
}

static gboolean
create_pod (DaemonSets *self, const SimObject *set, const char *node, GError **error)
{
  const DdValue *template = dd_value_path (set->value, "spec.template");
  g_autofree char *hash = sim_template_hash (template, 0);
  g_autoptr (DdValue) labels = pod_labels (set, hash);
  g_autoptr (DdValue) spec = pod_spec_for (dd_value_member (template, "spec"), node);

  if (!sim_workload_create_pod (self->actors, &workload, set, labels, spec, error))
    {
      note_refusal (tally_for (self, set->uid), node);
      return FALSE;
    }
  wake_refused (self, set);
  return TRUE;
}

static char *
waiting_key (const char *uid, const char *node)
{
  return g_strconcat (uid, " ", node, NULL);
}

/* SET's pods on NODE, bound or meant for it, as references. */
static GPtrArray *
pods_on_node (DaemonSets *self, const SimObject *set, const char *node)
{
  g_autofree char *key = waiting_key (set->uid, node);
  const char *name = g_hash_table_lookup (self->waiting, key);
  g_autoptr (GPtrArray) bound
      = sim_store_list_by (self->actors->store, &kube_pod, "spec.nodeName", node);
  GPtrArray *pods = g_ptr_array_new_with_free_func ((GDestroyNotify) sim_object_unref);
  SimObject *unbound
      = name != NULL ? sim_store_get (self->actors->store, &kube_pod, set->namespace_, name) : NULL;

  for (guint i = 0; i < bound->len; i++)
    {
      SimObject *pod = g_ptr_array_index (bound, i);

      if (g_strcmp0 (kube_pod_view (pod)->owner_uid, set->uid) == 0)
        g_ptr_array_add (pods, sim_object_ref (pod));
    }
  if (unbound != NULL)
    g_ptr_array_add (pods, sim_object_ref (unbound));
  return pods;
}

typedef struct
{
  gboolean run;  /* a pod should be started here */
  gboolean stay; /* one that is here may stay */
} Verdict;

static Verdict
judge (const SimObject *set, const SimObject *node)
{
  const DdValue *spec = dd_value_path (set->value, "spec.template.spec");
  g_autoptr (DdValue) tolerations = daemon_tolerations (spec);
  const KubeNodeView *view = kube_node_view (node);
  gboolean fits = sim_node_affinity_matches (spec, node->name, view->labels);

  return (Verdict) {
    .run = fits
           && sim_untolerated_taint (tolerations, view->taints, SIM_NO_SCHEDULE | SIM_NO_EXECUTE)
                  == NULL,
    .stay = fits && sim_untolerated_taint (tolerations, view->taints, SIM_NO_EXECUTE) == NULL,
  };
}

static gboolean
is_outdated (const SimObject *pod, const char *hash)
{
  const DdValue *labels = kube_pod_view (pod)->labels;

  return g_strcmp0 (dd_value_string (dd_value_member (labels, "controller-revision-hash")), hash)
         != 0;
}

/* How many nodes may run the old and the new pod together. */
static gint64
max_surge (const SimObject *set, const Tally *tally)
{
  return sim_scaled_value (dd_value_path (set->value, "spec.updateStrategy.rollingUpdate.maxSurge"),
                           tally->desired, TRUE, 0);
}

/* Whether POD is the one of its kind that stays on its node: KEPT[0] is of the present template, or
 * of any where no surge is allowed, KEPT[1] an older one. */
static gboolean
claims_place (DaemonSets *self, const SimObject *set, const SimObject *pod, gboolean kept[2])
{
  const Tally *tally = tally_for (self, set->uid);
  guint which = max_surge (set, tally) > 0 && is_outdated (pod, tally->hash);
  gboolean first = !kept[which];

  kept[which] = TRUE;
  return first;
}

/* Removes pods that are finished, that may not stay, or that are one too many. What was bound to a
 * node that is gone is left to the pod garbage collector. */
static gboolean
tidy_node (DaemonSets *self, const SimObject *set, GPtrArray *pods, const SimObject *node,
           gboolean stay, GError **error)
{
  gboolean kept[2] = { FALSE, FALSE };

  for (guint i = 0; i < pods->len; i++)
    {
      const SimObject *pod = g_ptr_array_index (pods, i);
      const KubePodView *view = kube_pod_view (pod);

      if (view->terminating || (node == NULL && view->node_name != NULL))
        continue;
      if (stay && !view->finished && claims_place (self, set, pod, kept))
        continue;
      if (view->finished && g_strcmp0 (view->phase, "Failed") == 0)
        kube_record_event (self->actors->api, set, workload.component, NULL, "Warning",
                           "FailedDaemonPod",
                           "Found failed daemon pod %s/%s on node %s, will try to kill it",
                           pod->namespace_, pod->name, view->node_name);
      if (!sim_workload_delete_pod (self->actors, &workload, set, pod, error))
        return FALSE;
    }
  return TRUE;
}

static gboolean
place_on (DaemonSets *self, const SimObject *set, const char *node_name, GError **error)
{
  SimObject *found = sim_store_get (self->actors->store, &kube_node, "", node_name);
  g_autoptr (SimObject) node = found != NULL ? sim_object_ref (found) : NULL;
  Verdict verdict = node != NULL ? judge (set, node) : (Verdict) { FALSE, FALSE };
  g_autoptr (GPtrArray) pods = pods_on_node (self, set, node_name);
  gboolean running = pods->len > 0;

  if (note_slot (tally_for (self, set->uid), node_name, verdict.run, running && node != NULL))
    sim_controller_add_object (self->status, set);
  if (verdict.run && !running)
    return create_pod (self, set, node_name, error);
  return tidy_node (self, set, pods, node, verdict.stay, error);
}

static gboolean
reconcile_placement (gpointer data, const char *namespace_, const char *key, GError **error)
{
  DaemonSets *self = data;
  const char *slash = strchr (key, '/');
  g_autofree char *name = g_strndup (key, (gsize) (slash - key));
  SimObject *found = sim_store_get (self->actors->store, &kube_daemon_set, namespace_, name);
  g_autoptr (SimObject) set = found != NULL ? sim_object_ref (found) : NULL;

  if (set == NULL || sim_is_terminating (set)
      || sim_namespace_is_closing (self->actors, namespace_))
    return TRUE;
  return place_on (self, set, slash + 1, error);
}

/* ---- the set as a whole ---- */

/* Follows the present template: pods that carry its hash are the updated ones. */
static void
follow_template (DaemonSets *self, const SimObject *set, Tally *tally)
{
  const DdValue *selector = dd_value_path (set->value, "spec.selector");
  g_autofree char *hash = sim_template_hash (dd_value_path (set->value, "spec.template"), 0);
  g_autoptr (DdValue) of_hash = NULL;

  if (g_strcmp0 (hash, tally->hash) == 0)
    return;
  of_hash
      = dd_value_with (selector, dd_string (hash), "matchLabels", "controller-revision-hash", NULL);
  if (tally->updated != NULL)
    sim_census_leave (self->actors->census, tally->updated);
  tally->updated = sim_census_join (self->actors->census, set->namespace_, of_hash);
  g_free (tally->hash);
  tally->hash = g_steal_pointer (&hash);
}

static void
write_status (DaemonSets *self, SimObject *set, const Tally *tally)
{
  const SimGroup *group = sim_census_of_owner (self->actors->census, set->uid);
  gint64 ready = group != NULL ? MIN (group->ready, tally->current) : 0;
  gint64 updated = MIN (g_hash_table_size (tally->updated->by_node), tally->current);
  gint64 available
      = MIN (sim_workload_count_available (self->actors, self->status, set, group), ready);
  gint64 unavailable = (gint64) tally->desired - available;
  DdValue *status
      = dd_object ("currentNumberScheduled", dd_int (tally->current), "numberMisscheduled",
                   dd_int (tally->misscheduled), "desiredNumberScheduled", dd_int (tally->desired),
                   "numberReady", dd_int (ready), "observedGeneration",
                   dd_int (dd_value_path_int (set->value, "metadata.generation", 0)),
                   "updatedNumberScheduled", updated > 0 ? dd_int (updated) : NULL,
                   "numberAvailable", available > 0 ? dd_int (available) : NULL,
                   "numberUnavailable", unavailable > 0 ? dd_int (unavailable) : NULL, NULL);
  sim_actors_post_status (self->actors, &sim_actor_daemon_set, set, status);
}

/* Takes away old pods: those that serve nobody at once, the others as maxUnavailable allows. The
 * placement queue makes their successors when they are gone. */
static gboolean
replace_outdated (DaemonSets *self, const SimObject *set, const Tally *tally, GError **error)
{
  const SimGroup *group = sim_census_of_owner (self->actors->census, set->uid);
  const DdValue *rolling = dd_value_path (set->value, "spec.updateStrategy.rollingUpdate");
  gint64 limit = MAX (
      sim_scaled_value (dd_value_member (rolling, "maxUnavailable"), tally->desired, TRUE, 1), 1);
  gint64 may_go = limit
                  - ((gint64) tally->desired
                     - sim_workload_count_available (self->actors, self->status, set, group));
  g_autoptr (GPtrArray) pods = sim_store_dependents (self->actors->store, set->uid);

  for (guint i = 0; i < pods->len; i++)
    {
      const SimObject *pod = g_ptr_array_index (pods, i);
      const KubePodView *view;

      if (pod->kind != &kube_pod || !is_outdated (pod, tally->hash))
        continue;
      view = kube_pod_view (pod);
      if (view->terminating
          || (sim_workload_pod_is_available (self->actors, set, pod) && may_go-- <= 0))
        continue;
      if (!sim_workload_delete_pod (self->actors, &workload, set, pod, error))
        return FALSE;
    }
  return TRUE;
}

/* ---- surge ---- */

/* The pods of one node while two may be there; NULL: none. */
typedef struct
{
  const char *node;
  const SimObject *old, *new;
} Pair;

static Pair *
pair_for (GHashTable *by_node, GPtrArray *pairs, const char *node)
{
  Pair *pair = g_hash_table_lookup (by_node, node);

  if (pair != NULL)
    return pair;
  pair = g_new0 (Pair, 1);
  pair->node = node;
  g_hash_table_insert (by_node, (gpointer) node, pair);
  g_ptr_array_add (pairs, pair);
  return pair;
}

/* Of PODS, which must outlive them, in the order the nodes come. */
static GPtrArray *
pairs_of (const GPtrArray *pods, const char *hash)
{
  g_autoptr (GHashTable) by_node = g_hash_table_new (g_str_hash, g_str_equal);
  GPtrArray *pairs = g_ptr_array_new_with_free_func (g_free);

  for (guint i = 0; i < pods->len; i++)
    {
      const SimObject *pod = g_ptr_array_index (pods, i);
      const char *node;
      Pair *pair;

      if (pod->kind != &kube_pod || kube_pod_view (pod)->terminating
          || kube_pod_view (pod)->finished)
        continue;
      node = kube_pod_view (pod)->node_name;
      if (node == NULL)
        node = sim_target_node (dd_value_member (pod->value, "spec"));
      if (node == NULL)
        continue;
      pair = pair_for (by_node, pairs, node);
      if (is_outdated (pod, hash))
        pair->old = pod;
      else
        pair->new = pod;
    }
  return pairs;
}

static gboolean
is_available (DaemonSets *self, const SimObject *set, const SimObject *pod)
{
  return sim_workload_pod_is_available (self->actors, set, pod);
}

/* One node's step: a new pod beside the old one while *LEFT allows it, or the old one gone when the
 * new one serves. An old pod that serves nobody is no reason to wait. */
static gboolean
surge_on (DaemonSets *self, const SimObject *set, const Pair *pair, gint64 *left, GError **error)
{
  const SimObject *node = sim_store_get (self->actors->store, &kube_node, "", pair->node);

  if (pair->old == NULL || node == NULL)
    return TRUE;
  if (pair->new != NULL)
    return !is_available (self, set, pair->new)
           || sim_workload_delete_pod (self->actors, &workload, set, pair->old, error);
  if (!judge (set, node).run || (is_available (self, set, pair->old) && (*left)-- <= 0))
    return TRUE;
  return create_pod (self, set, pair->node, error);
}

static gboolean
surge (DaemonSets *self, const SimObject *set, const Tally *tally, GError **error)
{
  g_autoptr (GPtrArray) pods = sim_store_dependents (self->actors->store, set->uid);
  g_autoptr (GPtrArray) pairs = pairs_of (pods, tally->hash);
  gint64 left = max_surge (set, tally);

  for (guint i = 0; i < pairs->len; i++)
    {
      const Pair *pair = g_ptr_array_index (pairs, i);

      if (pair->old != NULL && pair->new != NULL && !is_available (self, set, pair->new))
        left--;
    }
  for (guint i = 0; i < pairs->len; i++)
    if (!surge_on (self, set, g_ptr_array_index (pairs, i), &left, error))
      return FALSE;
  return TRUE;
}

static gboolean
reconcile_status (gpointer data, const char *namespace_, const char *name, GError **error)
{
  DaemonSets *self = data;
  SimObject *found = sim_store_get (self->actors->store, &kube_daemon_set, namespace_, name);
  g_autoptr (SimObject) set = found != NULL ? sim_object_ref (found) : NULL;
  const char *strategy;
  const SimGroup *group;
  Tally *tally;

  if (set == NULL)
    return TRUE;
  tally = tally_for (self, set->uid);
  follow_template (self, set, tally);
  write_status (self, set, tally);
  group = sim_census_of_owner (self->actors->census, set->uid);
  strategy = dd_value_path_string (set->value, "spec.updateStrategy.type");
  if (group == NULL || group->active == tally->updated->active || sim_is_terminating (set)
      || g_strcmp0 (strategy, "OnDelete") == 0)
    return TRUE;
  if (max_surge (set, tally) > 0)
    return surge (self, set, tally, error);
  return replace_outdated (self, set, tally, error);
}

/* ---- what wakes it ---- */

static void
set_changed (SimStore *store, const SimChange *change, gpointer data)
{
  DaemonSets *self = data;
  const SimObject *set = change->object;
  g_autoptr (GPtrArray) nodes = NULL;
  Tally *tally;

  sim_controller_add_object (self->status, set);
  if (change->type == SIM_DELETED)
    {
      tally = g_hash_table_lookup (self->tallies, set->uid);
      if (tally != NULL && tally->updated != NULL)
        sim_census_leave (self->actors->census, tally->updated);
      g_hash_table_remove (self->tallies, set->uid);
      return;
    }
  if (change->type == SIM_MODIFIED
      && dd_value_equal (dd_value_member (change->previous->value, "spec"),
                         dd_value_member (set->value, "spec")))
    return;
  nodes = sim_store_list (store, &kube_node, NULL);
  for (guint i = 0; i < nodes->len; i++)
    add_placement (self, set->namespace_, set->name,
                   ((SimObject *) g_ptr_array_index (nodes, i))->name);
}

static void
node_changed (SimStore *store, const SimChange *change, gpointer data)
{
  g_autoptr (GPtrArray) sets = NULL;

  if (change->type == SIM_MODIFIED)
    {
      const KubeNodeView *before = kube_node_view (change->previous);
      const KubeNodeView *after = kube_node_view (change->object);

      if (dd_value_equal (before->labels, after->labels)
          && dd_value_equal (before->taints, after->taints))
        return;
    }
  sets = sim_store_list (store, &kube_daemon_set, NULL);
  for (guint i = 0; i < sets->len; i++)
    {
      const SimObject *set = g_ptr_array_index (sets, i);

      add_placement (data, set->namespace_, set->name, change->object->name);
    }
}

static void
note_waiting (DaemonSets *self, const SimObject *pod, const char *node, gboolean gone)
{
  const KubePodView *view = kube_pod_view (pod);
  g_autofree char *key = waiting_key (view->owner_uid, node);

  if (view->node_name == NULL && !gone)
    g_hash_table_insert (self->waiting, g_steal_pointer (&key), g_strdup (pod->name));
  else if (g_strcmp0 (g_hash_table_lookup (self->waiting, key), pod->name) == 0)
    g_hash_table_remove (self->waiting, key);
}

static void
pod_changed (SimStore *store G_GNUC_UNUSED, const SimChange *change, gpointer data)
{
  DaemonSets *self = data;
  const SimObject *pod = change->object;
  const KubePodView *view = kube_pod_view (pod);
  const char *node;

  if (g_strcmp0 (view->owner_kind, "DaemonSet") != 0 || !sim_pod_change_counts (change))
    return;
  node = sim_target_node (dd_value_member (pod->value, "spec"));
  if (node != NULL)
    note_waiting (self, pod, node, change->type == SIM_DELETED);
  node = view->node_name != NULL ? view->node_name : node;
  if (node != NULL)
    add_placement (self, pod->namespace_, view->owner_name, node);
  sim_controller_add (self->status, pod->namespace_, view->owner_name);
}

static gpointer
start (SimActors *actors)
{
  DaemonSets *self = g_new0 (DaemonSets, 1);

  self->actors = actors;
  self->placement = sim_controller_new (actors->stage, reconcile_placement, self);
  self->status = sim_controller_new (actors->stage, reconcile_status, self);
  self->tallies = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, tally_free);
  self->waiting = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  sim_store_subscribe (actors->store, &kube_daemon_set, set_changed, self);
  sim_store_subscribe (actors->store, &kube_node, node_changed, self);
  sim_store_subscribe (actors->store, &kube_pod, pod_changed, self);
  return self;
}

static void
stop (gpointer data)
{
  DaemonSets *self = data;

  sim_store_unsubscribe (self->actors->store, set_changed, self);
  sim_store_unsubscribe (self->actors->store, node_changed, self);
  sim_store_unsubscribe (self->actors->store, pod_changed, self);
  sim_controller_free (self->placement);
  sim_controller_free (self->status);
  g_hash_table_unref (self->waiting);
  g_hash_table_unref (self->tallies);
  g_free (self);
}

static const char *const writes[] = { "create pods", "delete pods", NULL };

const SimActorClass sim_actor_daemon_set = { "daemonset", start, stop, writes };
