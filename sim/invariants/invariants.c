/* SPDX-License-Identifier: Apache-2.0 */
/* sim/invariants/invariants.c: the table of promises, and the ledger they read
 *
 * Nothing here looks at the whole world after every event. The ledger follows the trace and the
 * store's changes of nodes, and a promise is asked only about the event or the node it is about, so
 * that it may be on in every rehearsal. */

#include "config.h"

#include "sim/invariants/private.h"

#include <string.h>

#include "sim/kube/verbs/api.h"
#include "sim/kube/kinds/kinds.h"
#include "sim/kube/kinds/views.h"

static const struct
{
  const char *name;
  const char *promise;
  DdEvent event; /* asked after these events */
  SimEventPromise after_event;
  SimNodePromise after_node_change;
  SimEndPromise at_end;
} invariants[] = {
  { "budgets-were-honoured", "no eviction leaves fewer healthy pods than a budget wants",
    DD_EVENT_EVICTION_ACCEPTED, sim_promise_budgets_honoured, NULL },
  { "parallelism-was-respected", "never more nodes are being replaced than the update may",
    DD_EVENT_DRAIN_STARTED, sim_promise_parallelism, NULL },
  { "nodes-were-emptied", "no node is terminated before its pods have left",
    DD_EVENT_INSTANCE_TERMINATING, sim_promise_empty_before_terminated, NULL },
  { "nodes-had-settled", "no node is terminated before it was cordoned for long enough",
    DD_EVENT_INSTANCE_TERMINATING, sim_promise_settled_before_terminated, NULL },
  { "new-nodes-stay-unmarked", "no node with the latest labels is marked as outdated",
    DD_EVENT_NONE, NULL, sim_promise_new_nodes_unmarked },
  { "new-nodes-are-kept",
    "an update that goes well drains no node it has made, but surplus that no hook drains",
    DD_EVENT_DRAIN_STARTED, sim_promise_new_nodes_kept, NULL },
  { "zones-were-covered", "every zone that loses a node has a new one, Ready, before",
    DD_EVENT_INSTANCE_TERMINATING, sim_promise_zones_covered, NULL },
  { "no-kubelet-is-ahead", "no kubelet is newer than the API server", DD_EVENT_NONE, NULL,
    sim_promise_kubelet_not_ahead },
  { "sizes-were-restored", "desired and maximum end as they began", DD_EVENT_UPDATE_FINISHED,
    sim_promise_sizes_restored, NULL },
  { "wishes-are-kept", "what others ask of a group while it is updated is what it ends with",
    DD_EVENT_UPDATE_FINISHED, sim_promise_wishes_kept, NULL },
  { "one-update-at-a-time", "no update of a node group starts while another one goes on",
    DD_EVENT_UPDATE_STARTED, sim_promise_one_update, NULL },
  { "phases-go-forward", "an update enters each phase once, in order", DD_EVENT_PHASE_ENTERED,
    sim_promise_phases_forward, NULL },
  { "one-template-version", "an update makes one launch template version, however often it asks",
    DD_EVENT_LAUNCH_TEMPLATE_VERSION_CREATED, sim_promise_one_template, NULL },
  { "growth-is-bounded", "a group grows by twice its zones, or by the parallelism, and no more",
    DD_EVENT_SCALE_UP_REQUESTED, sim_promise_growth_bounded, NULL },
  { "marks-are-for-outdated", "only outdated nodes are marked", DD_EVENT_NODE_MARKED,
    sim_promise_marks_outdated, NULL },
  { "drains-belong-to-updates", "nothing is drained but by an update that is running",
    DD_EVENT_DRAIN_STARTED, sim_promise_drain_in_update, NULL },
  { "evictions-are-of-drains", "pods are evicted only from a node that is being drained",
    DD_EVENT_DRAIN_EVICTED, sim_promise_evicts_draining, NULL },
  { "daemons-stay", "pods of DaemonSets and mirror pods are never evicted",
    DD_EVENT_EVICTION_ACCEPTED, sim_promise_daemons_stay, NULL },
  { "drained-before-terminated", "no node that was ever Ready is terminated without a drain",
    DD_EVENT_NODE_TERMINATING, sim_promise_drained_before, NULL },
  { "nobody-dies-undrained",
    "where no hook drains, an update lets no pod end with its node that was not asked to leave",
    DD_EVENT_INSTANCE_TERMINATING, sim_promise_nobody_dies_undrained, NULL },
  { "budgets-outlast-updates",
    "no pod under a budget ends unasked with a node that Auto Scaling takes in or after an update",
    DD_EVENT_INSTANCE_SHUTTING_DOWN, sim_promise_budgets_outlast_updates, NULL },
  { "pods-were-asked", "while a group is updated no pod under a budget stops but by an eviction",
    DD_EVENT_POD_STOPPED, sim_promise_asked_before_stopped, NULL },
  { "steps-of-one", "desired goes down one at a time", DD_EVENT_GROUP_UPDATED,
    sim_promise_steps_of_one, NULL },
  { "retries-are-bounded", "no request is sent again for ever", DD_EVENT_REQUEST_RETRIED,
    sim_promise_retries_bounded, NULL },
  { "failures-are-told", "a failed update says why, and what to look at", DD_EVENT_UPDATE_FAILED,
    sim_promise_failure_told, NULL },
  { "success-is-true", "an update that succeeded leaves no outdated node",
    DD_EVENT_UPDATE_SUCCEEDED, sim_promise_success_true, NULL },
  { "groups-end-full", "an update that succeeded leaves as many Ready nodes as the group wants",
    DD_EVENT_UPDATE_FINISHED, sim_promise_group_full, NULL },
  { "capacity-is-kept", "Ready nodes never fall below desired less what may be unavailable",
    DD_EVENT_INSTANCE_TERMINATING, sim_promise_capacity_kept, NULL },
  { "nobody-is-balanced-away", "no Ready node goes to even out zones that an update left uneven",
    DD_EVENT_INSTANCE_TERMINATING, sim_promise_nobody_balanced_away, NULL },
  { "figures-are-true", "an update replaced as many nodes as it says", DD_EVENT_UPDATE_FINISHED,
    sim_promise_figures_true, NULL },
  { "time-goes-forward", "no event is earlier than the one before it", DD_EVENT_ANY,
    sim_promise_time_forward, NULL },
  { "sizes-are-lawful", "minimum <= desired <= maximum", DD_EVENT_GROUP_UPDATED,
    sim_promise_sizes_lawful, NULL },
  { "records-end-once", "an update record is finished once, after it was accepted",
    DD_EVENT_UPDATE_FINISHED, sim_promise_record_once, NULL },
  { "statuses-are-lawful", "a node group is UPDATING between ACTIVE and ACTIVE or DEGRADED",
    DD_EVENT_NODEGROUP_STATUS, sim_promise_status_lawful, NULL },
  { "one-node-each", "an instance is one node, and a node one instance", DD_EVENT_NODE_REGISTERED,
    sim_promise_one_node_each, NULL },
  { "pods-go-where-they-may", "no pod is bound to a node that is unschedulable to it",
    DD_EVENT_POD_BOUND, sim_promise_bound_to_open, NULL },
  { "nodes-have-room", "no node is given more than it can hold", DD_EVENT_POD_BOUND,
    sim_promise_room_for_pod, NULL },
  { "updates-end", "every update ends", DD_EVENT_NONE, NULL, NULL, sim_promise_updates_end },
  { "records-end", "every accepted update record is finished", DD_EVENT_NONE, NULL, NULL,
    sim_promise_records_end },
  { "marks-are-gone", "no node that stays is left marked, but one that could not be drained",
    DD_EVENT_NONE, NULL, NULL, sim_promise_marks_gone },
  { "protection-is-gone", "no node is left protected from the Cluster Autoscaler", DD_EVENT_NONE,
    NULL, NULL, sim_promise_protection_gone },
  { "pods-were-replaced", "controllers make up for every pod", DD_EVENT_NONE, NULL, NULL,
    sim_promise_pods_replaced },
  { "nobody-is-stranded", "no pod waits for a node that an update left closed", DD_EVENT_NONE, NULL,
    NULL, sim_promise_nobody_stranded },
  { "claims-keep-their-zone",
    "where an update chooses who leaves, no zone loses its last node that a claim's pod needs",
    DD_EVENT_NONE, NULL, NULL, sim_promise_zones_of_claims_kept },
  { "nodes-are-backed", "no Node object outlives its instance", DD_EVENT_NONE, NULL, NULL,
    sim_promise_nodes_backed },
  { "everything-was-modelled", "nothing was asked for that the world does not play",
    DD_EVENT_NOT_MODELLED, sim_promise_everything_modelled, NULL },
};

struct _SimInvariants
{
  SimLedger ledger;
  const char *unheard; /* an actor; NULL: none */
  GPtrArray *breaches; /* of SimBreach */
  gboolean broken[G_N_ELEMENTS (invariants)];
};

guint
sim_invariants_count (void)
{
  return G_N_ELEMENTS (invariants);
}

const char *
sim_invariants_name (guint index)
{
  return invariants[index].name;
}

const char *
sim_invariants_promise (guint index)
{
  return invariants[index].promise;
}

/* ---- reading the ledger ---- */

SimLedgerUpdate *
sim_ledger_update (const SimLedger *ledger, const char *nodegroup)
{
  for (guint i = 0; nodegroup != NULL && i < ledger->updates->len; i++)
    {
      SimLedgerUpdate *update = g_ptr_array_index (ledger->updates, i);

      if (strcmp (update->nodegroup, nodegroup) == 0)
        return update;
    }
  return NULL;
}

const SimObject *
sim_ledger_node_object (const SimLedger *ledger, const char *node)
{
  return sim_store_get (ledger->world->kube->store, &kube_node, "", node);
}

static const char *
label_of (const SimObject *node, const char *label)
{
  return dd_value_string (dd_value_at (node->value, "metadata", "labels", label, NULL));
}

const char *
sim_ledger_nodegroup_of_node (const SimObject *node)
{
  return label_of (node, "eks.amazonaws.com/nodegroup");
}

/* The same version of an image may stand in several versions of an owner's launch template, and
 * their nodes are not the same. */
const char *
sim_ledger_make (const char *image, const char *source_version)
{
  g_autofree char *text = NULL;

  if (image == NULL || source_version == NULL)
    return image;
  text = g_strdup_printf ("%s by version %s of the launch template", image, source_version);
  return g_intern_string (text);
}

const char *
sim_ledger_image_of (const SimObject *node)
{
  return sim_ledger_make (label_of (node, "eks.amazonaws.com/nodegroup-image"),
                          label_of (node, "eks.amazonaws.com/sourceLaunchTemplateVersion"));
}

const char *
sim_ledger_make_of_instance (const SimLedger *ledger, const AwsGroup *group,
                             const AwsInstance *instance)
{
  g_autofree char *version = g_strdup_printf ("%" G_GINT64_FORMAT, instance->template_version);

  return sim_ledger_make (instance->image->resource.id,
                          aws_eks_source_version (ledger->world->cloud, group->name, version));
}

SimLedgerUpdate *
sim_ledger_update_of_node (const SimLedger *ledger, const char *node)
{
  const SimObject *object = sim_ledger_node_object (ledger, node);

  return object != NULL ? sim_ledger_update (ledger, sim_ledger_nodegroup_of_node (object)) : NULL;
}

const SimLedgerNode *
sim_ledger_node (const SimLedger *ledger, const char *node)
{
  return g_hash_table_lookup (ledger->nodes, node);
}

const SimLedgerGroup *
sim_ledger_group (const SimLedger *ledger, const char *group)
{
  return group != NULL ? g_hash_table_lookup (ledger->groups, group) : NULL;
}

/* ---- keeping the ledger ---- */

static void
update_free (gpointer data)
{
  SimLedgerUpdate *update = data;

  g_free (update->nodegroup);
  g_free (update->image);
  g_free (update->group);
  g_free (update->phase);
  g_free (update);
}

static SimLedgerNode *
own_node (SimLedger *ledger, const char *name)
{
  SimLedgerNode *node = g_hash_table_lookup (ledger->nodes, name);

  if (node == NULL)
    {
      node = g_new0 (SimLedgerNode, 1);
      g_hash_table_insert (ledger->nodes, g_strdup (name), node);
    }
  return node;
}

static void
note_update_started (SimLedger *ledger, const SimEvent *event)
{
  SimLedgerUpdate *update = sim_ledger_update (ledger, event->subject);

  if (update == NULL)
    {
      update = g_new0 (SimLedgerUpdate, 1);
      update->nodegroup = g_strdup (event->subject);
      g_ptr_array_add (ledger->updates, update);
    }
  update->running = TRUE;
  update->template_versions = 0;
  update->phases_passed = 0;
  update->zones = (guint) dd_value_length (sim_event_list (event, DD_DETAIL_ZONES));
  update->resized = FALSE;
  update->may_stay_grown = FALSE;
  update->force = sim_event_bool (event, DD_DETAIL_FORCE);
  update->serial++;
  update->busy = 0;
  update->parallelism = sim_event_int (event, DD_DETAIL_PARALLELISM, 1);
  g_free (update->image);
  update->image = g_strdup (sim_ledger_make (sim_event_text (event, DD_DETAIL_IMAGE),
                                             sim_event_text (event, DD_DETAIL_SOURCE_VERSION)));
}

static void
note_phase (SimLedger *ledger, const SimEvent *event)
{
  SimLedgerUpdate *update = sim_ledger_update (ledger, event->subject);

  if (update == NULL)
    return;
  g_free (update->phase);
  update->phase = g_strdup (sim_event_text (event, DD_DETAIL_PHASE));
  if (!sim_ledger_puts_back (update))
    return;
  /* It puts down whatever the upgrade had in hand. */
  update->serial++;
  update->busy = 0;
}

static void
note_template_version (SimLedger *ledger, const SimEvent *event)
{
  SimLedgerUpdate *update = sim_ledger_update (ledger, event->subject);

  if (update != NULL)
    update->template_versions++;
}

static void
note_repointed (SimLedger *ledger, const SimEvent *event)
{
  SimLedgerUpdate *update = sim_ledger_update (ledger, event->subject);

  if (update == NULL)
    return;
  g_free (update->group);
  update->group = g_strdup (sim_event_text (event, DD_DETAIL_GROUP));
}

static void
note_scale_up (SimLedger *ledger, const SimEvent *event)
{
  SimLedgerUpdate *update = sim_ledger_update (ledger, event->subject);

  /* An incremental scale-up asks several times; the sizes before are those of the first. */
  if (update == NULL || update->resized)
    return;
  update->resized = TRUE;
  update->from_desired = sim_event_int (event, DD_DETAIL_FROM_DESIRED, 0);
  update->from_max = sim_event_int (event, DD_DETAIL_FROM_MAX, 0);
}

/* Whether a step of the scenario has asked for other sizes; the engine's word is not enough. */
static gboolean
somebody_asked (const SimLedger *ledger, const char *nodegroup)
{
  const SimLedgerCapacity *capacity = g_hash_table_lookup (ledger->capacities, nodegroup);

  return capacity == NULL || capacity->wish != NULL;
}

/* Somebody else asked for another size before the group shrank. */
static void
note_size_adopted (SimLedger *ledger, const SimEvent *event)
{
  SimLedgerUpdate *update = sim_ledger_update (ledger, event->subject);

  if (update == NULL || !somebody_asked (ledger, event->subject))
    return;
  update->from_desired = sim_event_int (event, DD_DETAIL_DESIRED, 0);
  update->from_max = sim_event_int (event, DD_DETAIL_MAX, 0);
}

static void
note_max_adopted (SimLedger *ledger, const SimEvent *event)
{
  SimLedgerUpdate *update = sim_ledger_update (ledger, event->subject);

  if (update != NULL && somebody_asked (ledger, event->subject))
    update->from_max = sim_event_int (event, DD_DETAIL_MAX, 0);
}

static void
note_scale_down_stopped (SimLedger *ledger, const SimEvent *event)
{
  SimLedgerUpdate *update = sim_ledger_update (ledger, event->subject);

  if (update != NULL && somebody_asked (ledger, event->subject))
    update->may_stay_grown = TRUE;
}

static void
note_update_ended (SimLedger *ledger, const SimEvent *event)
{
  SimLedgerUpdate *update = sim_ledger_update (ledger, event->subject);

  if (update != NULL)
    update->running = FALSE;
}

static void
note_drain_started (SimLedger *ledger, const SimEvent *event)
{
  SimLedgerNode *node = own_node (ledger, event->subject);
  SimLedgerUpdate *update = sim_ledger_update_of_node (ledger, event->subject);

  node->was_drained = TRUE;
  if (update == NULL || (node->replaced_by == update && node->serial == update->serial))
    return;
  node->replaced_by = update;
  node->serial = update->serial;
  update->busy++;
}

/* By now the node may be gone from the store. */
static void
note_given_up_or_gone (SimLedger *ledger, const SimEvent *event)
{
  SimLedgerNode *node = own_node (ledger, event->subject);
  SimLedgerUpdate *update = node->replaced_by;

  node->replaced_by = NULL;
  if (update != NULL && node->serial == update->serial && update->busy > 0)
    update->busy--;
}

/* Nobody told of the nodes that left while no engine was there. What is counted does not depend on
 * the order of the table. */
static void
note_engine_resumed (SimLedger *ledger, const SimEvent *event)
{
  SimLedgerUpdate *update = sim_ledger_update (ledger, event->subject);
  GHashTableIter iter;
  gpointer name, item;

  g_hash_table_iter_init (&iter, ledger->nodes);
  while (update != NULL && g_hash_table_iter_next (&iter, &name, &item))
    {
      SimLedgerNode *node = item;

      if (node->replaced_by != update || sim_ledger_node_object (ledger, name) != NULL)
        continue;
      node->replaced_by = NULL;
      if (node->serial == update->serial && update->busy > 0)
        update->busy--;
    }
}

/* Forced, a drain that took too long goes on by other means; else it ends here. */
static void
note_overdue (SimLedger *ledger, const SimEvent *event)
{
  SimLedgerNode *node = own_node (ledger, event->subject);
  SimLedgerUpdate *update = node->replaced_by;

  gboolean puts_back;

  node->was_too_long = TRUE;
  if (update == NULL)
    return;
  puts_back = sim_ledger_puts_back (update); /* which forces nothing */
  if (puts_back)
    update->may_stay_grown = TRUE;
  if (puts_back || !update->force)
    note_given_up_or_gone (ledger, event);
}

/* Whoever may not terminate cannot make a group smaller again. */
static void
note_denial (SimLedger *ledger, const SimEvent *event)
{
  if (g_strcmp0 (sim_event_text (event, DD_DETAIL_OPERATION), "TerminateInstanceInAutoScalingGroup")
          != 0
      || g_strcmp0 (sim_event_text (event, DD_DETAIL_ERROR), "AccessDenied") != 0)
    return;
  for (guint i = 0; i < ledger->updates->len; i++)
    {
      SimLedgerUpdate *update = g_ptr_array_index (ledger->updates, i);

      update->may_stay_grown = update->may_stay_grown || sim_ledger_puts_back (update);
    }
}

/* How long a request may be under way. */
#define STEP_LAG (2 * DD_SECOND)

gboolean
sim_ledger_may_come_of (const SimLedger *ledger, DdUsec step)
{
  return step >= 0 && ledger->now - step <= STEP_LAG;
}

gboolean
sim_ledger_was_called_off (const SimLedger *ledger, const char *instance)
{
  return g_hash_table_contains (ledger->called_off, instance);
}

static void
note_sizes (SimLedger *ledger, const SimEvent *event)
{
  SimLedgerGroup *group = g_new0 (SimLedgerGroup, 1);
  const SimLedgerGroup *before = sim_ledger_group (ledger, event->subject);

  group->desired = sim_event_int (event, DD_DETAIL_DESIRED, 0);
  group->min = sim_event_int (event, DD_DETAIL_MIN, 0);
  group->max = sim_event_int (event, DD_DETAIL_MAX, 0);
  if (before != NULL && before->desired == group->desired)
    group->by_step = before->by_step;
  else
    group->by_step = sim_ledger_may_come_of (ledger, ledger->last_cloud_step);
  g_hash_table_replace (ledger->groups, g_strdup (event->subject), group);
}

static void
note_accepted (SimLedger *ledger, const SimEvent *event)
{
  const char *id = sim_event_text (event, DD_DETAIL_ID);

  SimLedgerRecord *record;

  sim_ledger_note_capacity (ledger, event);
  if (id == NULL)
    return;
  record = g_new0 (SimLedgerRecord, 1);
  record->of_configuration
      = g_strcmp0 (sim_event_text (event, DD_DETAIL_TYPE), "ConfigUpdate") == 0;
  g_hash_table_replace (ledger->records, g_strdup (id), record);
}

static void
note_not_ready (SimLedger *ledger, const SimEvent *event)
{
  SimLedgerNode *node = own_node (ledger, event->subject);

  node->was_lost = TRUE;
  node->lost_since = ledger->now;
}

/* Not one of those that were named. */
#define SHRINKING "and actual capacity, shrinking the capacity"

/* Whoever is terminated by name may take the desired size down with it. */
static void
note_shrunk (SimLedger *ledger, const SimEvent *event)
{
  const char *cause = sim_event_text (event, DD_DETAIL_CAUSE);
  const char *name = sim_event_text (event, DD_DETAIL_GROUP);
  const AwsGroup *group = name != NULL ? aws_cloud_group (ledger->world->cloud, name) : NULL;
  SimLedgerGroup *known = group != NULL ? g_hash_table_lookup (ledger->groups, name) : NULL;

  if (known == NULL)
    return;
  known->desired = group->desired;
  if (known->by_step && cause != NULL && strstr (cause, SHRINKING) != NULL)
    g_hash_table_add (ledger->called_off, g_strdup (event->subject));
}

/* By an eviction, or by who owns the pod and takes it back. */
static void
note_asked (SimLedger *ledger, const SimEvent *event)
{
  g_hash_table_add (ledger->asked, g_strdup (event->subject));
}

static void
note_taken_back (SimLedger *ledger, const SimEvent *event)
{
  g_hash_table_replace (ledger->taken_back, g_strdup (event->subject),
                        g_memdup2 (&ledger->now, sizeof ledger->now));
}

/* A name may come again. */
static void
note_pod_made (SimLedger *ledger, const SimEvent *event)
{
  g_hash_table_remove (ledger->asked, event->subject);
}

/* What is written down before a promise is asked about the same event; what only the next event
 * may know is written down after it (afterthoughts). */
static const struct
{
  DdEvent event;
  void (*note) (SimLedger *ledger, const SimEvent *event);
} entries[] = {
  { DD_EVENT_PHASE_ENTERED, note_phase },
  { DD_EVENT_GROUP_REPOINTED, note_repointed },
  { DD_EVENT_SCALE_UP_REQUESTED, note_scale_up },
  { DD_EVENT_SCALE_DOWN_STOPPED, note_scale_down_stopped },
  { DD_EVENT_SIZE_ADOPTED, note_size_adopted },
  { DD_EVENT_MAXIMUM_ADOPTED, note_max_adopted },
  { DD_EVENT_MINIMUM_ADOPTED, note_size_adopted },
  { DD_EVENT_DRAIN_STARTED, note_drain_started },
  { DD_EVENT_DRAIN_OVERDUE, note_overdue },
  { DD_EVENT_NODE_TERMINATED, note_given_up_or_gone },
  { DD_EVENT_ENGINE_RESUMED, note_engine_resumed },
  { DD_EVENT_NODE_NOT_READY, note_not_ready },
  { DD_EVENT_UPDATE_SUCCEEDED, sim_ledger_note_told_replaced },
  { DD_EVENT_UPDATE_SUCCEEDED, note_update_ended },
  { DD_EVENT_UPDATE_FAILED, note_update_ended },
  { DD_EVENT_LAUNCH_TEMPLATE_VERSION_CREATED, note_template_version },
  { DD_EVENT_UPDATE_ACCEPTED, note_accepted },
  { DD_EVENT_FAULT_INJECTED, note_denial },
  { DD_EVENT_INSTANCE_TERMINATING, note_shrunk },
  { DD_EVENT_EVICTION_ACCEPTED, note_asked },
  { DD_EVENT_POD_DELETED, note_asked },
  { DD_EVENT_POD_DELETED, note_taken_back },
  { DD_EVENT_POD_EVICTED, note_asked },
  { DD_EVENT_POD_COLLECTED, note_asked },
  { DD_EVENT_POD_CREATED, note_pod_made },
};

static void
note_status (SimLedger *ledger, const SimEvent *event)
{
  g_hash_table_replace (ledger->statuses, g_strdup (event->subject),
                        g_strdup (sim_event_text (event, DD_DETAIL_STATUS)));
}

static void
note_finished (SimLedger *ledger, const SimEvent *event)
{
  const char *id = sim_event_text (event, DD_DETAIL_ID);
  SimLedgerRecord *record = id != NULL ? g_hash_table_lookup (ledger->records, id) : NULL;

  SimLedgerCapacity *capacity = g_hash_table_lookup (ledger->capacities, event->subject);

  if (record != NULL)
    record->finished = TRUE;
  if (capacity != NULL && g_strcmp0 (capacity->id, id) == 0)
    capacity->ended = sim_stage_now (ledger->world->stage);
}

static void
note_registered (SimLedger *ledger, const SimEvent *event)
{
  const char *instance = sim_event_text (event, DD_DETAIL_INSTANCE);

  if (instance != NULL)
    g_hash_table_replace (ledger->instances, g_strdup (instance), g_strdup (event->subject));
}

static void
note_phase_passed (SimLedger *ledger, const SimEvent *event)
{
  SimLedgerUpdate *update = sim_ledger_update (ledger, event->subject);

  if (update != NULL)
    update->phases_passed |= sim_ledger_phase_bit (sim_event_text (event, DD_DETAIL_PHASE));
}

static const struct
{
  DdEvent event;
  void (*note) (SimLedger *ledger, const SimEvent *event);
} afterthoughts[] = {
  { DD_EVENT_NODEGROUP_STATUS, note_status },
  { DD_EVENT_UPDATE_FINISHED, note_finished },
  { DD_EVENT_NODE_REGISTERED, note_registered },
  { DD_EVENT_GROUP_UPDATED, sim_ledger_note_wish },
  { DD_EVENT_GROUP_UPDATED, note_sizes },
  { DD_EVENT_NODE_REGISTERED, sim_ledger_note_newcomer },
  { DD_EVENT_INSTANCE_TERMINATING, sim_ledger_note_loss },
  { DD_EVENT_PHASE_ENTERED, note_phase_passed },
  { DD_EVENT_UPDATE_STARTED, note_update_started },
};

/* The first Node of an instance has it: a second one is for one-node-each to see. */
static void
note_instance (SimLedger *ledger, const SimObject *node)
{
  const char *id = sim_ledger_instance_of (node);

  if (id != NULL && !g_hash_table_contains (ledger->instances, id))
    g_hash_table_insert (ledger->instances, g_strdup (id), g_strdup (node->name));
}

static void
note_node (SimLedger *ledger, const SimObject *object)
{
  const KubeNodeView *view = kube_node_view (object);
  SimLedgerNode *node = own_node (ledger, object->name);

  note_instance (ledger, object);
  node->was_ready = node->was_ready || view->ready;
  if (view->unschedulable && !node->cordoned)
    {
      node->cordoned_since = ledger->now;
      node->cordoned_by_step = sim_ledger_may_come_of (ledger, ledger->last_object_step);
    }
  if (node->cordoned != view->unschedulable)
    node->uncordoned_by_step
        = !view->unschedulable && sim_ledger_may_come_of (ledger, ledger->last_object_step);
  node->cordoned = view->unschedulable;
}

/* ---- asking ---- */

static void
breach_free (gpointer data)
{
  SimBreach *breach = data;

  g_free (breach->why);
  g_free (breach);
}

/* The first breach of a promise says it all; the trace holds the rest. */
static void
note_breach (SimInvariants *self, guint index, const char *why)
{
  SimBreach *breach = g_new0 (SimBreach, 1);

  breach->name = invariants[index].name;
  breach->time = self->ledger.now;
  breach->why = g_strdup (why);
  self->broken[index] = TRUE;
  g_ptr_array_add (self->breaches, breach);
}

static gboolean
is_asked_about (guint index, const SimEvent *event)
{
  DdEvent wanted = invariants[index].event;

  return wanted == event->id || wanted == DD_EVENT_ANY;
}

static void
ask_about_event (SimInvariants *self, const SimEvent *event)
{
  for (guint i = 0; i < G_N_ELEMENTS (invariants); i++)
    {
      g_autoptr (GString) why = NULL;

      if (self->broken[i] || !is_asked_about (i, event))
        continue;
      why = g_string_new (NULL);
      if (!invariants[i].after_event (&self->ledger, event, why))
        note_breach (self, i, why->str);
    }
}

static void
take_event (const SimEvent *event, gpointer data)
{
  SimInvariants *self = data;

  self->ledger.now = event->time;
  if (self->unheard != NULL && strcmp (event->actor, self->unheard) == 0)
    return;
  for (guint i = 0; i < G_N_ELEMENTS (entries); i++)
    {
      if (entries[i].event == event->id)
        entries[i].note (&self->ledger, event);
    }
  ask_about_event (self, event);
  for (guint i = 0; i < G_N_ELEMENTS (afterthoughts); i++)
    {
      if (afterthoughts[i].event == event->id)
        afterthoughts[i].note (&self->ledger, event);
    }
  self->ledger.last_time = event->time;
  self->ledger.last_sequence = event->sequence;
}

void
sim_invariants_conclude (SimInvariants *self, gboolean at_rest)
{
  self->ledger.now = sim_stage_now (self->ledger.world->stage)
                     - sim_trace_origin (self->ledger.world->stage->trace);
  for (guint i = 0; at_rest && i < G_N_ELEMENTS (invariants); i++)
    {
      g_autoptr (GString) why = NULL;

      if (self->broken[i] || invariants[i].at_end == NULL)
        continue;
      why = g_string_new (NULL);
      if (!invariants[i].at_end (&self->ledger, why))
        note_breach (self, i, why->str);
    }
}

static void
take_node_change (SimStore *store, const SimChange *change, gpointer data)
{
  SimInvariants *self = data;

  (void) store;
  if (change->type == SIM_DELETED)
    return;
  self->ledger.now = sim_stage_now (self->ledger.world->stage)
                     - sim_trace_origin (self->ledger.world->stage->trace);
  note_node (&self->ledger, change->object);
  for (guint i = 0; i < G_N_ELEMENTS (invariants); i++)
    {
      g_autoptr (GString) why = NULL;

      if (self->broken[i] || invariants[i].after_node_change == NULL)
        continue;
      why = g_string_new (NULL);
      if (!invariants[i].after_node_change (&self->ledger, change->object, why))
        note_breach (self, i, why->str);
    }
}

SimInvariants *
sim_invariants_new (SimWorld *world, DdUsec post_drain_wait)
{
  SimInvariants *self = g_new0 (SimInvariants, 1);
  SimStore *store = world->kube->store;
  g_autoptr (GPtrArray) nodes = sim_store_list (store, &kube_node, NULL);

  self->ledger.world = world;
  self->ledger.post_drain_wait = post_drain_wait;
  self->ledger.updates = g_ptr_array_new_with_free_func (update_free);
  self->ledger.nodes = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  self->ledger.groups = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  self->ledger.records = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  self->ledger.capacities
      = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, sim_ledger_capacity_free);
  self->ledger.statuses = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  self->ledger.instances = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  self->ledger.asked = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  self->ledger.taken_back = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  self->ledger.called_off = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  self->ledger.last_cloud_step = self->ledger.last_object_step = self->ledger.last_deletion = -1;
  self->breaches = g_ptr_array_new_with_free_func (breach_free);
  for (guint i = 0; i < nodes->len; i++)
    note_node (&self->ledger, g_ptr_array_index (nodes, i));
  sim_store_subscribe (store, &kube_node, take_node_change, self);
  sim_trace_add_reader (world->stage->trace, take_event, self);
  return self;
}

void
sim_invariants_free (SimInvariants *self)
{
  if (self == NULL)
    return;
  sim_trace_remove_reader (self->ledger.world->stage->trace, take_event, self);
  sim_store_unsubscribe (self->ledger.world->kube->store, take_node_change, self);
  g_ptr_array_unref (self->ledger.updates);
  g_hash_table_unref (self->ledger.nodes);
  g_hash_table_unref (self->ledger.groups);
  g_hash_table_unref (self->ledger.records);
  g_hash_table_unref (self->ledger.capacities);
  g_hash_table_unref (self->ledger.statuses);
  g_hash_table_unref (self->ledger.instances);
  g_hash_table_unref (self->ledger.asked);
  g_hash_table_unref (self->ledger.called_off);
  g_hash_table_unref (self->ledger.taken_back);
  g_ptr_array_unref (self->breaches);
  g_free (self);
}

void
sim_invariants_note_step (SimInvariants *self, const char *action, const DdValue *what)
{
  static const char *const of_the_cloud[] = { "autoscaling", "ec2", "eks", NULL };
  const SimStage *stage = self->ledger.world->stage;
  DdUsec now = sim_stage_now (stage) - sim_trace_origin (stage->trace);

  if (g_strv_contains (of_the_cloud, action))
    {
      self->ledger.last_cloud_step = now;
      self->ledger.step_resizes = sim_ledger_resizes (what);
    }
  else if (strcmp (action, "delete") == 0)
    self->ledger.last_deletion = now;
  else
    self->ledger.last_object_step = now;
}

void
sim_invariants_be_deaf_to (SimInvariants *self, const char *actor)
{
  self->unheard = actor;
}

const GPtrArray *
sim_invariants_breaches (const SimInvariants *self)
{
  return self->breaches;
}
