/* SPDX-License-Identifier: Apache-2.0 */
/* sim/sinks/history.c: lives, curves and marks, gathered while the world goes on
 *
 * Nodes, pods and budgets are read from the store, where everything that the API server knows of
 * them is written; what only the engine knows (a drain, a termination) and what was refused comes
 * from the trace. */

#include "config.h"

#include "sim/sinks/history.h"

#include <string.h>

#include "sim/kube/selectors.h"
#include "sim/kube/verbs/api.h"
#include "sim/kube/kinds/kinds.h"
#include "sim/kube/kinds/views.h"

#define MARK_TAINT "eks.amazonaws.com/nodegroup"
#define IMAGE_LABEL "eks.amazonaws.com/nodegroup-image"

struct _SimHistorian
{
  SimWorld *world;
  SimHistory *history;
  /* For look-up only. */
  GHashTable *nodes, *pods; /* name -> SimLife that still lasts */
  GHashTable *members;      /* instance -> name of its Node */
  GHashTable *launching;    /* instance -> SimLife that has no Node yet */
  GHashTable *at_work;      /* node -> what the engine does with it; static texts */
  GHashTable *evicted;      /* workload -> GQueue of evicted pods without a successor */
};

static DdUsec
now (const SimHistorian *self)
{
  return sim_stage_now (self->world->stage) - sim_trace_origin (self->world->stage->trace);
}

/* ---- lives ---- */

static void
life_free (SimLife *life)
{
  g_free (life->name);
  g_free (life->zone);
  g_free (life->node);
  g_free (life->workload);
  g_free (life->image);
  g_array_unref (life->spans);
  g_free (life);
}

static SimLife *
life_of (const SimHistorian *self, GPtrArray *lives, GHashTable *by_name, const char *name)
{
  SimLife *life = g_hash_table_lookup (by_name, name);

  if (life != NULL)
    return life;
  life = g_new0 (SimLife, 1);
  life->name = g_strdup (name);
  life->zone = g_strdup ("");
  life->node = g_strdup ("");
  life->workload = g_strdup ("");
  life->image = g_strdup ("");
  life->spans = g_array_new (FALSE, FALSE, sizeof (SimSpan));
  life->since = now (self);
  g_ptr_array_add (lives, life);
  g_hash_table_insert (by_name, life->name, life);
  return life;
}

/* STATE NULL: it is gone. */
static void
set_state (const SimHistorian *self, SimLife *life, const char *state)
{
  SimSpan span = { life->since, now (self), life->state };

  if (g_strcmp0 (life->state, state) == 0)
    return;
  if (life->state != NULL && span.to > span.from)
    g_array_append_val (life->spans, span);
  life->state = state;
  life->since = span.to;
}

static void
set_text (char **holder, const char *text)
{
  if (text == NULL || strcmp (*holder, text) == 0)
    return;
  g_free (*holder);
  *holder = g_strdup (text);
}

/* ---- marks ---- */

static void
mark_free (SimMark *mark)
{
  g_free (mark->subject);
  g_free (mark->where);
  g_free (mark->text);
  g_free (mark);
}

static const char *
or_empty (const char *text)
{
  return text != NULL ? text : "";
}

/* Takes TEXT. */
static void
add_mark (const SimHistorian *self, SimMarkKind kind, const char *subject, const char *where,
          char *text)
{
  SimMark *mark = g_new0 (SimMark, 1);

  mark->kind = kind;
  mark->time = now (self);
  mark->subject = g_strdup (or_empty (subject));
  mark->where = g_strdup (or_empty (where));
  mark->text = text != NULL ? text : g_strdup ("");
  g_ptr_array_add (self->history->marks, mark);
}

/* ---- nodes ---- */

static gboolean
is_marked (const KubeNodeView *view)
{
  for (gsize i = 0; i < dd_value_length (view->taints); i++)
    {
      if (g_strcmp0 (dd_value_path_string (dd_value_element (view->taints, i), "key"), MARK_TAINT)
          == 0)
        return TRUE;
    }
  return FALSE;
}

static const char *
state_of_node (const SimHistorian *self, const SimObject *node)
{
  const KubeNodeView *view = kube_node_view (node);
  const char *work = g_hash_table_lookup (self->at_work, node->name);

  if (work != NULL)
    return work;
  if (!view->ready)
    return "not ready";
  if (view->unschedulable)
    return "cordoned";
  return is_marked (view) ? "marked" : "ready";
}

/* Borrowed from NODE; NULL when it does not say. */
static const char *
instance_of (const SimObject *node)
{
  const char *provider_id = or_empty (kube_node_view (node)->provider_id);
  const char *slash = strrchr (provider_id, '/');

  return slash != NULL ? slash + 1 : NULL;
}

/* A Node takes over the life of its instance, which began with the launch. */
static void
adopt_instance (SimHistorian *self, const SimObject *node, const char *instance)
{
  SimLife *life = g_hash_table_lookup (self->launching, instance);

  g_hash_table_replace (self->members, g_strdup (instance), g_strdup (node->name));
  if (life == NULL || g_hash_table_contains (self->nodes, node->name))
    return;
  g_hash_table_remove (self->launching, instance);
  set_text (&life->name, node->name);
  g_hash_table_insert (self->nodes, life->name, life);
}

static void
take_node (SimHistorian *self, const SimObject *node)
{
  const KubeNodeView *view = kube_node_view (node);
  const char *instance = instance_of (node);
  SimLife *life;

  if (instance != NULL)
    adopt_instance (self, node, instance);
  life = life_of (self, self->history->nodes, self->nodes, node->name);
  set_text (&life->zone, view->zone);
  set_text (&life->image, dd_value_string (dd_value_member (view->labels, IMAGE_LABEL)));
  set_state (self, life, state_of_node (self, node));
}

static void
lose_node (SimHistorian *self, const SimObject *node)
{
  SimLife *life = g_hash_table_lookup (self->nodes, node->name);

  if (life == NULL)
    return;
  set_state (self, life, NULL);
  g_hash_table_remove (self->nodes, node->name);
  g_hash_table_remove (self->at_work, node->name);
}

/* WORK NULL: nothing. */
static void
note_work (SimHistorian *self, const char *node, const char *work)
{
  SimObject *object = sim_store_get (self->world->kube->store, &kube_node, "", node);

  if (work != NULL)
    g_hash_table_replace (self->at_work, g_strdup (node), (gpointer) work);
  else
    g_hash_table_remove (self->at_work, node);
  if (object != NULL)
    take_node (self, object);
}

/* ---- pods and their workloads ---- */

static const DdValue *
controller_reference (const DdValue *object)
{
  const DdValue *owners = dd_value_path (object, "metadata.ownerReferences");

  for (gsize i = 0; i < dd_value_length (owners); i++)
    {
      if (dd_value_path_bool (dd_value_element (owners, i), "controller", FALSE))
        return dd_value_element (owners, i);
    }
  return NULL;
}

/* The controller at the top: a Deployment where a ReplicaSet stands between. "" when there is none.
 * Caller frees. */
static char *
workload_of (const SimHistorian *self, const SimObject *pod)
{
  const DdValue *owner = controller_reference (pod->value);
  const DdValue *top = owner;

  while (owner != NULL)
    {
      const char *uid = dd_value_path_string (owner, "uid");
      SimObject *object = uid != NULL ? sim_store_get_by_uid (self->world->kube->store, uid) : NULL;

      top = owner;
      owner = object != NULL ? controller_reference (object->value) : NULL;
    }
  if (top == NULL)
    return g_strdup ("");
  return g_strdup_printf ("%s %s/%s", or_empty (dd_value_path_string (top, "kind")),
                          pod->namespace_, or_empty (dd_value_path_string (top, "name")));
}

static const char *
state_of_pod (const KubePodView *view)
{
  if (view->terminating)
    return "terminating";
  if (view->finished)
    return "finished";
  if (view->node_name == NULL)
    return "pending";
  return view->ready ? "ready" : "starting";
}

static char *
full_name (const SimObject *object)
{
  return g_strconcat (object->namespace_, "/", object->name, NULL);
}

static gboolean
counts_as_ready (const SimLife *life)
{
  return g_strcmp0 (life->state, "ready") == 0;
}

static void
count_ready (SimHistorian *self, const SimLife *life, gboolean was_ready)
{
  gboolean is_ready = counts_as_ready (life);
  SimCurve *curve;
  SimPoint point;

  if (*life->workload == '\0' || is_ready == was_ready)
    return;
  curve = sim_curves_get (self->history->workloads, life->workload);
  point = sim_curve_last (curve);
  point.time = now (self);
  point.value += is_ready ? 1 : -1;
  sim_curve_add (curve, &point);
}

/* Which evicted pod this new one stands for: the first of its workload that has no successor yet.
 */
static void
note_successor (SimHistorian *self, const SimLife *life)
{
  GQueue *waiting = g_hash_table_lookup (self->evicted, life->workload);
  char *evicted = waiting != NULL ? g_queue_pop_head (waiting) : NULL;

  if (evicted != NULL)
    add_mark (self, SIM_MARK_REPLACED, life->name, NULL, evicted);
}

static void
take_pod (SimHistorian *self, const SimObject *pod)
{
  g_autofree char *name = full_name (pod);
  gboolean is_new = !g_hash_table_contains (self->pods, name);
  SimLife *life = life_of (self, self->history->pods, self->pods, name);
  const KubePodView *view = kube_pod_view (pod);
  gboolean was_ready = counts_as_ready (life);

  if (is_new)
    {
      g_free (life->workload);
      life->workload = workload_of (self, pod);
      note_successor (self, life);
    }
  set_text (&life->node, view->node_name);
  set_state (self, life, state_of_pod (view));
  count_ready (self, life, was_ready);
}

static void
lose_pod (SimHistorian *self, const SimObject *pod)
{
  g_autofree char *name = full_name (pod);
  SimLife *life = g_hash_table_lookup (self->pods, name);
  gboolean was_ready;

  if (life == NULL)
    return;
  was_ready = counts_as_ready (life);
  set_state (self, life, NULL);
  count_ready (self, life, was_ready);
  g_hash_table_remove (self->pods, name);
}

/* ---- budgets ---- */

/* The only workload whose pods BUDGET selects now; "" for none or several. Borrowed. */
static const char *
covered_by (const SimHistorian *self, const SimObject *budget)
{
  const DdValue *selector = dd_value_path (budget->value, "spec.selector");
  g_autoptr (GPtrArray) pods
      = sim_store_list (self->world->kube->store, &kube_pod, budget->namespace_);
  const char *covered = "";

  for (guint i = 0; i < pods->len; i++)
    {
      const SimObject *pod = g_ptr_array_index (pods, i);
      g_autofree char *name = full_name (pod);
      const SimLife *life = g_hash_table_lookup (self->pods, name);

      if (life == NULL || !kube_label_selector_matches (selector, kube_pod_view (pod)->labels))
        continue;
      if (*covered != '\0' && strcmp (covered, life->workload) != 0)
        return "";
      covered = life->workload;
    }
  return covered;
}

static void
take_budget (SimHistorian *self, const SimObject *budget)
{
  g_autofree char *name
      = g_strdup_printf ("PodDisruptionBudget %s/%s", budget->namespace_, budget->name);
  SimCurve *curve = sim_curves_get (self->history->budgets, name);
  SimPoint point = {
    .time = now (self),
    .value = dd_value_path_int (budget->value, "status.currentHealthy", 0),
    .wanted = dd_value_path_int (budget->value, "status.expectedPods", 0),
    .floor = dd_value_path_int (budget->value, "status.desiredHealthy", 0),
  };

  /* Who is covered changes with the number of pods, or with what no chart has to follow. */
  if (sim_curve_last (curve).wanted != point.wanted)
    set_text (&curve->workload, covered_by (self, budget));
  sim_curve_add (curve, &point);
}

/* ---- how many pods there should be ---- */

static const struct
{
  const KubeKind *kind;
  const char *wanted;
} sizes[] = {
  { &kube_deployment, "spec.replicas" },
  { &kube_daemon_set, "status.desiredNumberScheduled" },
  { &kube_replica_set, "spec.replicas" },
  { &kube_stateful_set, "spec.replicas" },
};

/* Of a ReplicaSet behind a Deployment the Deployment says how many. */
static void
take_size (SimHistorian *self, const SimObject *object, const char *path, gboolean gone)
{
  g_autofree char *name
      = g_strdup_printf ("%s %s/%s", object->kind->kind, object->namespace_, object->name);
  SimCurve *curve;
  SimPoint point;

  if (controller_reference (object->value) != NULL)
    return;
  curve = sim_curves_get (self->history->workloads, name);
  point = sim_curve_last (curve);
  point.time = now (self);
  point.wanted = gone ? 0 : dd_value_path_int (object->value, path, 0);
  sim_curve_add (curve, &point);
}

/* ---- readers ---- */

static void
take_change (SimStore *store, const SimChange *change, gpointer data)
{
  SimHistorian *self = data;
  const SimObject *object = change->object;
  gboolean gone = change->type == SIM_DELETED;

  if (object->kind == &kube_node)
    gone ? lose_node (self, object) : take_node (self, object);
  else if (object->kind == &kube_pod)
    gone ? lose_pod (self, object) : take_pod (self, object);
  else if (object->kind == &kube_pod_disruption_budget && !gone)
    take_budget (self, object);
  for (guint i = 0; i < G_N_ELEMENTS (sizes); i++)
    {
      if (object->kind == sizes[i].kind)
        take_size (self, object, sizes[i].wanted, gone);
    }
}

static const char *
detail (const SimEvent *event, DdDetail key)
{
  return or_empty (sim_event_text (event, key));
}

static void
note_phase (SimHistorian *self, const SimEvent *event)
{
  add_mark (self, SIM_MARK_PHASE, event->subject, NULL, g_strdup (detail (event, DD_DETAIL_PHASE)));
}

static void
note_drain (SimHistorian *self, const SimEvent *event)
{
  note_work (self, event->subject, "draining");
}

/* Done or given up: what the API server says of the node is all there is to say. */
static void
note_drain_end (SimHistorian *self, const SimEvent *event)
{
  note_work (self, event->subject, NULL);
}

static void
note_termination (SimHistorian *self, const SimEvent *event)
{
  note_work (self, event->subject, "terminating");
}

/* Drained and cordoned, it is left alone until load balancers have forgotten it. */
static void
note_settling (SimHistorian *self, const SimEvent *event)
{
  note_work (self, event->subject, "settling");
}

static void
note_launch (SimHistorian *self, const SimEvent *event)
{
  SimLife *life = life_of (self, self->history->nodes, self->launching, event->subject);

  set_text (&life->zone, detail (event, DD_DETAIL_ZONE));
  set_state (self, life, "launching");
}

/* Whoever asked for it: the engine, Auto Scaling by itself, or the spot market. */
static void
note_shut_down (SimHistorian *self, const SimEvent *event)
{
  const char *node = g_hash_table_lookup (self->members, event->subject);

  if (node != NULL && g_hash_table_contains (self->nodes, node))
    note_work (self, node, "terminating");
}

static void
note_instance_end (SimHistorian *self, const SimEvent *event)
{
  SimLife *life = g_hash_table_lookup (self->launching, event->subject);

  if (life == NULL)
    return;
  set_state (self, life, NULL);
  g_hash_table_remove (self->launching, event->subject);
}

static void
note_eviction (SimHistorian *self, const SimEvent *event)
{
  SimLife *life = g_hash_table_lookup (self->pods, event->subject);

  add_mark (self, SIM_MARK_EVICTED, event->subject, detail (event, DD_DETAIL_NODE), NULL);
  if (life == NULL || *life->workload == '\0')
    return;
  if (!g_hash_table_contains (self->evicted, life->workload))
    g_hash_table_insert (self->evicted, g_strdup (life->workload), g_queue_new ());
  g_queue_push_tail (g_hash_table_lookup (self->evicted, life->workload),
                     g_strdup (event->subject));
}

static void
note_refusal (SimHistorian *self, const SimEvent *event)
{
  const char *budget = detail (event, DD_DETAIL_BUDGET);
  gint64 status = sim_event_int (event, DD_DETAIL_HTTP_STATUS, 0);
  char *why = *budget != '\0' ? g_strdup_printf ("budget %s needs %" G_GINT64_FORMAT
                                                 " healthy pods and has %" G_GINT64_FORMAT,
                                                 budget, sim_event_int (event, DD_DETAIL_NEEDS, 0),
                                                 sim_event_int (event, DD_DETAIL_HAS, 0))
                              : g_strdup_printf ("answered %" G_GINT64_FORMAT, status);

  add_mark (self, SIM_MARK_REFUSED, event->subject, detail (event, DD_DETAIL_NODE), why);
}

static void
note_fault (SimHistorian *self, const SimEvent *event)
{
  g_autofree char *details = event->details != NULL ? dd_value_to_text (event->details) : NULL;

  add_mark (self, SIM_MARK_FAULT, event->subject, NULL, g_strdup (or_empty (details)));
}

static void
note_failure (SimHistorian *self, const SimEvent *event)
{
  add_mark (self, SIM_MARK_FAILURE, event->subject, NULL,
            g_strdup_printf ("%s: %s\n%s", detail (event, DD_DETAIL_CODE),
                             detail (event, DD_DETAIL_MESSAGE),
                             detail (event, DD_DETAIL_EXPLANATION)));
}

static void
note_step (SimHistorian *self, const SimEvent *event)
{
  add_mark (self, SIM_MARK_STEP, NULL, NULL, g_strdup (detail (event, DD_DETAIL_STEP)));
}

static void
note_updated (SimHistorian *self, const SimEvent *event)
{
  add_mark (self, SIM_MARK_UPDATED, event->subject, NULL,
            g_strdup (detail (event, DD_DETAIL_STATUS)));
}

static const struct
{
  DdEvent what;
  void (*note) (SimHistorian *self, const SimEvent *event);
} notes[] = {
  { DD_EVENT_PHASE_ENTERED, note_phase },
  { DD_EVENT_DRAIN_STARTED, note_drain },
  { DD_EVENT_DRAIN_FINISHED, note_drain_end },
  { DD_EVENT_DRAIN_OVERDUE, note_drain_end },
  { DD_EVENT_NODE_CORDONED, note_settling },
  { DD_EVENT_INSTANCE_LAUNCHING, note_launch },
  { DD_EVENT_INSTANCE_SHUTTING_DOWN, note_shut_down },
  { DD_EVENT_INSTANCE_TERMINATED, note_instance_end },
  { DD_EVENT_NODE_TERMINATING, note_termination },
  { DD_EVENT_EVICTION_ACCEPTED, note_eviction },
  { DD_EVENT_EVICTION_REFUSED, note_refusal },
  { DD_EVENT_FAULT_INJECTED, note_fault },
  { DD_EVENT_UPDATE_FINISHED, note_updated },
  { DD_EVENT_UPDATE_FAILED, note_failure },
  { DD_EVENT_STEP_STARTED, note_step },
};

static void
take_event (const SimEvent *event, gpointer data)
{
  for (guint i = 0; i < G_N_ELEMENTS (notes); i++)
    {
      if (notes[i].what == event->id)
        notes[i].note (data, event);
    }
}

/* ---- the beginning and the end ---- */

static void
queue_free (gpointer queue)
{
  g_queue_free_full (queue, g_free);
}

static void
take_present (SimHistorian *self, const KubeKind *kind)
{
  g_autoptr (GPtrArray) objects = sim_store_list (self->world->kube->store, kind, NULL);

  for (guint i = 0; i < objects->len; i++)
    {
      SimChange change = { .type = SIM_ADDED, .object = g_ptr_array_index (objects, i) };

      take_change (self->world->kube->store, &change, self);
    }
}

static SimHistory *
history_new (void)
{
  SimHistory *history = g_new0 (SimHistory, 1);

  history->nodes = g_ptr_array_new_with_free_func ((GDestroyNotify) life_free);
  history->pods = g_ptr_array_new_with_free_func ((GDestroyNotify) life_free);
  history->workloads = sim_curves_new ();
  history->budgets = sim_curves_new ();
  history->marks = g_ptr_array_new_with_free_func ((GDestroyNotify) mark_free);
  return history;
}

static const KubeKind *const watched[]
    = { &kube_node,       &kube_pod,         &kube_pod_disruption_budget, &kube_deployment,
        &kube_daemon_set, &kube_replica_set, &kube_stateful_set };

SimHistorian *
sim_historian_new (SimWorld *world)
{
  SimHistorian *self = g_new0 (SimHistorian, 1);

  self->world = world;
  self->history = history_new ();
  self->nodes = g_hash_table_new (g_str_hash, g_str_equal);
  self->pods = g_hash_table_new (g_str_hash, g_str_equal);
  self->members = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  self->launching = g_hash_table_new (g_str_hash, g_str_equal);
  self->at_work = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  self->evicted = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, queue_free);
  for (guint i = 0; i < G_N_ELEMENTS (watched); i++)
    {
      take_present (self, watched[i]);
      sim_store_subscribe (world->kube->store, watched[i], take_change, self);
    }
  sim_trace_add_reader (world->stage->trace, take_event, self);
  return self;
}

SimHistory *
sim_historian_conclude (SimHistorian *self)
{
  SimHistory *history = self->history;

  sim_trace_remove_reader (self->world->stage->trace, take_event, self);
  sim_store_unsubscribe (self->world->kube->store, take_change, self);
  history->origin = sim_trace_origin (self->world->stage->trace);
  history->end = now (self);
  for (guint i = 0; i < history->nodes->len; i++)
    set_state (self, g_ptr_array_index (history->nodes, i), NULL);
  for (guint i = 0; i < history->pods->len; i++)
    set_state (self, g_ptr_array_index (history->pods, i), NULL);
  g_hash_table_unref (self->nodes);
  g_hash_table_unref (self->pods);
  g_hash_table_unref (self->members);
  g_hash_table_unref (self->launching);
  g_hash_table_unref (self->at_work);
  g_hash_table_unref (self->evicted);
  g_free (self);
  return history;
}

void
sim_history_free (SimHistory *history)
{
  if (history == NULL)
    return;
  g_ptr_array_unref (history->nodes);
  g_ptr_array_unref (history->pods);
  g_ptr_array_unref (history->workloads);
  g_ptr_array_unref (history->budgets);
  g_ptr_array_unref (history->marks);
  g_free (history);
}
