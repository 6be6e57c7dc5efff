/* SPDX-License-Identifier: Apache-2.0 */
/* What an update that failed puts back. Two ways, chosen by a knob per kind of failure:
 *
 * rollback, told as phase "roll-back": the Auto Scaling group points to its former launch template
 * version, every node that the update made leaves again, marks are taken away. Seen by users after
 * nodes failed to join ("rolls back to its previous version", AWS re:Post, managed node group
 * update failures).
 *
 * leave_partial, told as phase "clean-up": nodes that were replaced stay replaced, and only as many
 * new nodes leave as the group has grown by. Seen by users after pods could not be evicted: the
 * group stays half old, half new, and a node that could not be drained stays as it was marked, for
 * somebody to look at. Outdated nodes whose turn never came lose their marks, as pods need a place
 * to go. Where no node was replaced the group points to its former template again, or its next
 * scale-out would bring the image of an update that failed.
 *
 * A roll-back after old nodes have gone goes through new nodes whose places are filled again, with
 * the former template. These leave first, as long as the group is still larger than it was, and
 * only as long as enough are Ready without them (refill.c): a group whose replacements do not come
 * keeps its new nodes. Then the group is looked at again, for its zones, and those too many leave.
 *
 * In both the sizes return to what they were. New nodes leave by name, drained like any other: were
 * desired lowered instead, the group's termination policy would choose the oldest launch template,
 * which are just the nodes that could not be drained.
 *
 * For the same reason the zones stay even. A termination that leaves one zone with two instances
 * fewer than another has Auto Scaling rebalance: it launches one there and lets the oldest launch
 * template of the fullest zone go, evictions refused or not (Amazon EC2 Auto Scaling User Guide,
 * "Availability Zone rebalancing"; Amazon EKS User Guide, "Managed node groups"). So each time one
 * of the fullest zone leaves, counting whatever stays, old and new; and of many at once only as
 * many as leave no zone behind whichever of them is gone first. Where that is not to be had, as
 * when new nodes cannot be emptied, the explanation says so. Nothing else is changed for it: a
 * suspended process or an instance protected from scale-in would outlive the update, and nobody
 * would be there to take it back. */
#include "config.h"

#include <string.h>

#include "engine/mutant.h"
#include "engine/private.h"

#define RETIRE_TRIES 3

static gboolean
is_new (const DdEngine *self, const DdGroupInstance *instance)
{
  return !g_hash_table_contains (self->known_instances, instance->id);
}

/* Whether the instances of before are all there still, so that no new one needs to stay. */
static gboolean
none_was_replaced (const DdEngine *self)
{
  gint64 known = 0;

  for (guint i = 0; i < self->group->instances->len; i++)
    {
      const DdGroupInstance *instance = g_ptr_array_index (self->group->instances, i);

      known += dd_group_instance_counts (instance) && !is_new (self, instance);
    }
  return known >= self->before->desired;
}

static gboolean
points_back (const DdEngine *self)
{
  return self->repointed
         && (self->rolls_back || (none_was_replaced (self) && !DD_MUTANT (KEEP_NEW_TEMPLATE)));
}

void
dd_roll_back_take_group (DdEngine *self, const DdReply *reply)
{
  if (dd_engine_take_group (self, reply) && dd_size_adopt (self))
    dd_engine_enter (self,
                     points_back (self) ? dd_reference_back_state (self) : DD_STATE_STOP_GROWTH);
}

void
dd_roll_back_point_back (DdEngine *self)
{
  dd_engine_send (self, "UpdateAutoScalingGroup",
                  dd_autoscaling_repoint (self->before, dd_reference_back (self)));
}

void
dd_roll_back_take_pointed_back (DdEngine *self, G_GNUC_UNUSED const DdReply *reply)
{
  self->pointed_back = TRUE;
  dd_engine_trace (self, DD_EVENT_GROUP_REPOINTED,
                   dd_object ("group", dd_string (self->before->name), "version",
                              dd_string (dd_reference_back (self)), NULL));
  dd_engine_enter (self, DD_STATE_STOP_GROWTH);
}

/* ---- no more launches ---- */

/* The group shall want what it has, and no more of what it could not launch. */
void
dd_roll_back_stop_growth (DdEngine *self)
{
  gint64 desired = MIN (MAX (dd_scaling_group_size (self->group), self->before->desired),
                        self->group->desired);

  dd_size_ask (self, desired, MAX (desired, self->before->max));
}

void
dd_roll_back_take_stopped (DdEngine *self, G_GNUC_UNUSED const DdReply *reply)
{
  dd_engine_enter (self, g_hash_table_size (self->marked) + g_hash_table_size (self->stuck) == 0
                             ? DD_STATE_LIST_NEW
                             : DD_STATE_LIST_MARKED);
}

/* ---- marks ---- */

static gboolean
is_stuck (const DdEngine *self, const DdKubeNode *node)
{
  return g_hash_table_contains (self->stuck, node->name);
}

/* The group goes back to its size, and all that it keeps could not be emptied: were these closed,
 * the pods of those that leave had nowhere to go. */
static gboolean
none_stays_open (const DdEngine *self, GPtrArray *nodes)
{
  gint64 stuck = 0;

  for (guint i = 0; i < nodes->len; i++)
    stuck += is_stuck (self, g_ptr_array_index (nodes, i));
  return stuck > 0 && stuck >= self->before->desired && !DD_MUTANT (LEAVE_STRANDED);
}

/* One that could not be emptied stays closed to new pods, unless all are opened; those that it has
 * serve on, through load balancers too. */
static DdWrites
marks_to_take (const DdEngine *self, const DdKubeNode *node)
{
  DdWrites marks = GPOINTER_TO_UINT (g_hash_table_lookup (self->marked, node->name));

  return self->closed > 0 && is_stuck (self, node) ? marks & DD_WRITE_NO_LOAD_BALANCER : marks;
}

static void
take_marked (GPtrArray *nodes, const GError *error, gpointer data)
{
  DdEngine *self = data;
  gboolean opens_all;

  if (nodes == NULL)
    {
      dd_engine_fail_with (self, error);
      return;
    }
  g_ptr_array_set_size (self->outdated, 0);
  self->closed = 0;
  opens_all = self->rolls_back || none_stays_open (self, nodes);
  for (guint i = 0; i < nodes->len; i++)
    {
      DdKubeNode *node = g_ptr_array_index (nodes, i);

      if (is_stuck (self, node))
        g_hash_table_add (self->stuck_zones, g_strdup (node->zone));
      if (!g_hash_table_contains (self->marked, node->name))
        continue;
      self->closed += !opens_all && is_stuck (self, node);
      if (marks_to_take (self, node) != 0)
        g_ptr_array_add (self->outdated, dd_kube_node_ref (node));
    }
  dd_engine_enter (self, DD_STATE_UNMARK);
}

void
dd_roll_back_list_marked (DdEngine *self)
{
  dd_engine_list (self, DD_NODES_OUTDATED, take_marked);
}

void
dd_engine_trace_unmarked (DdKubeNode *node, DdWrites writes, gpointer data)
{
  DdEngine *self = data;
  g_autofree char *mark = dd_marks_to_text (writes);

  dd_trace (self->context.trace, "engine", DD_EVENT_NODE_UNMARKED, node->name,
            dd_object ("mark", dd_string (mark), "zone", dd_string (node->zone), NULL));
}

static void
go_on_to_new_nodes (const GError *error, gpointer data)
{
  DdEngine *self = data;

  if (error != NULL)
    dd_engine_fail_with (self, error);
  else if (self->gave_up)
    dd_engine_enter (self, DD_STATE_LIST_KEPT);
  else
    dd_engine_enter (self, DD_STATE_LIST_NEW);
}

/* Only what this update wrote: a node that somebody had cordoned stays cordoned. */
void
dd_roll_back_unmark (DdEngine *self)
{
  g_clear_pointer (&self->patcher, dd_patcher_free);
  self->patcher = dd_patcher_new (self->caller, self->context.clock, TRUE, dd_engine_trace_unmarked,
                                  go_on_to_new_nodes, self);
  for (guint i = 0; i < self->outdated->len; i++)
    {
      DdKubeNode *node = g_ptr_array_index (self->outdated, i);

      dd_patcher_add (self->patcher, node, marks_to_take (self, node));
    }
  dd_patcher_start (self->patcher);
}

/* ---- which new nodes leave ---- */

DdKubeNode *
dd_engine_nameless_node (const DdGroupInstance *instance)
{
  DdKubeNode *node = g_rc_box_new0 (DdKubeNode);

  node->name = g_strdup (instance->id);
  node->instance = g_strdup (instance->id);
  node->zone = g_strdup (instance->zone == NULL ? "" : instance->zone);
  node->image = g_strdup ("");
  node->not_ready = g_strdup ("it has not joined the cluster");
  return node;
}

static GHashTable *
nodes_by_instance (GPtrArray *nodes)
{
  GHashTable *by_instance = g_hash_table_new (g_str_hash, g_str_equal);

  for (guint i = 0; i < nodes->len; i++)
    {
      DdKubeNode *node = g_ptr_array_index (nodes, i);

      if (node->instance != NULL)
        g_hash_table_insert (by_instance, node->instance, node);
    }
  return by_instance;
}

gboolean
dd_engine_is_nameless (const DdKubeNode *node)
{
  return g_strcmp0 (node->name, node->instance) == 0;
}

/* Where new nodes stay, those that serve nobody do not. One that could not be emptied stays. */
static gboolean
may_leave (const DdEngine *self, const DdKubeNode *node)
{
  if (node == NULL)
    return TRUE;
  return !is_stuck (self, node) && (!self->keeps_new || node->not_ready != NULL);
}

static gboolean
runs_new_image (const DdEngine *self, const DdGroupInstance *instance)
{
  g_autofree char *target = g_strdup_printf ("%" G_GINT64_FORMAT, self->target_version);

  return g_strcmp0 (instance->template_version, target) == 0;
}

/* The new instances of the group, as nodes, in the order of the group; NODES are its nodes. UPDATED
 * unset: those that came from the former template, in the place of one that left. Whatever is no
 * node and was none when this began never joined; any other has just been launched, and stays. */
static GPtrArray *
candidates (const DdEngine *self, GPtrArray *nodes, gboolean updated)
{
  g_autoptr (GHashTable) by_instance = nodes_by_instance (nodes);
  GPtrArray *found = g_ptr_array_new_with_free_func ((GDestroyNotify) dd_kube_node_unref);

  for (guint i = 0; i < self->group->instances->len; i++)
    {
      const DdGroupInstance *instance = g_ptr_array_index (self->group->instances, i);
      DdKubeNode *node = g_hash_table_lookup (by_instance, instance->id);

      if (dd_group_instance_counts (instance) && is_new (self, instance)
          && runs_new_image (self, instance) == updated && may_leave (self, node)
          && (node != NULL || g_hash_table_contains (self->never_joined, instance->id)))
        g_ptr_array_add (found, node == NULL ? dd_engine_nameless_node (instance)
                                             : dd_kube_node_ref (node));
    }
  return found;
}

/* ---- zones ---- */

/* All of the group, old and new, but those of FRESH that have left since it was read. */
static GHashTable *
count_zones (const DdEngine *self)
{
  GHashTable *counts = dd_zones_count (self->group);

  for (guint i = 0; DD_MUTANT (COUNT_NEW_ALONE) && i < self->group->instances->len; i++)
    {
      const DdGroupInstance *instance = g_ptr_array_index (self->group->instances, i);

      if (instance->zone != NULL && !is_new (self, instance))
        dd_zones_lose (counts, instance->zone);
    }
  for (guint i = 0; i < self->retired; i++)
    {
      const DdKubeNode *node = g_ptr_array_index (self->fresh, i);

      if (!is_stuck (self, node))
        dd_zones_lose (counts, node->zone);
    }
  return counts;
}

/* ---- which of them ---- */

/* How many of the new nodes, the last of them, leave for good. */
static guint
count_surplus (const DdEngine *self)
{
  return (guint) MAX (self->desired - self->before->desired, 0);
}

typedef struct
{
  GHashTable *counts;       /* by zone */
  GHashTable *zones_before; /* where nodes were: there may be volumes that pods need */
  GHashTable
      *zones_of_stuck; /* where no instance too many shall be: a scale-in would begin there */
} Choice;

static gint64
rank (const Choice *choice, const DdKubeNode *node)
{
  gint64 fullness = dd_zones_in (choice->counts, node->zone);
  gint64 is_by_stuck
      = g_hash_table_contains (choice->zones_of_stuck, node->zone) && !DD_MUTANT (CROWD_THE_STUCK);

  gint64 is_elsewhere = !g_hash_table_contains (choice->zones_before, node->zone)
                        && !DD_MUTANT (LEAVE_CLAIMS_BEHIND);

  return (fullness << 3) + (is_by_stuck << 2) + (is_elsewhere << 1) + (node->not_ready != NULL);
}

/* The zones of the instances that were there when the update began, as far as it has seen them;
 * borrowed from the group. */
static GHashTable *
find_zones_before (const DdEngine *self)
{
  GHashTable *zones = g_hash_table_new (g_str_hash, g_str_equal);

  for (guint i = 0; i < self->before->instances->len; i++)
    {
      const DdGroupInstance *instance = g_ptr_array_index (self->before->instances, i);

      if (instance->zone != NULL && !is_new (self, instance))
        g_hash_table_add (zones, instance->zone);
    }
  return zones;
}

/* Takes the next to leave: of the fullest zone, and there one that is not Ready. */
static DdKubeNode *
take_next (GPtrArray *nodes, const Choice *choice)
{
  guint best = 0;

  for (guint i = 1; i < nodes->len; i++)
    {
      const DdKubeNode *node = g_ptr_array_index (nodes, i), *other = nodes->pdata[best];
      gint64 difference = rank (choice, node) - rank (choice, other);

      if (difference > 0 || (difference == 0 && strcmp (node->zone, other->zone) <= 0))
        best = i;
    }
  return g_ptr_array_steal_index (nodes, best);
}

static void
let_leave (DdEngine *self, DdKubeNode *node, const Choice *choice)
{
  dd_zones_lose (choice->counts, node->zone);
  g_ptr_array_add (self->fresh, node);
}

/* Those that an engine before this one had chosen, or this one before instances that were no nodes
 * left, and cordoned, before all others. */
static void
take_chosen (DdEngine *self, GPtrArray *nodes, const Choice *choice)
{
  for (guint i = 0; i < self->retiring->len; i++)
    for (guint j = 0; j < nodes->len; j++)
      {
        DdKubeNode *node = g_ptr_array_index (nodes, j);

        if (g_str_equal (node->name, g_ptr_array_index (self->retiring, i)))
          {
            let_leave (self, g_ptr_array_steal_index (nodes, j), choice);
            break;
          }
      }
}

static void
keep_choice (DdEngine *self)
{
  g_ptr_array_set_size (self->retiring, 0);
  for (guint i = 0; i < self->fresh->len; i++)
    g_ptr_array_add (self->retiring,
                     g_strdup (((DdKubeNode *) g_ptr_array_index (self->fresh, i))->name));
}

static void
note_never_joined (DdEngine *self, GPtrArray *nodes)
{
  g_autoptr (GHashTable) by_instance = nodes_by_instance (nodes);

  if (self->never_joined != NULL)
    return;
  self->never_joined = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  for (guint i = 0; i < self->group->instances->len; i++)
    {
      const DdGroupInstance *instance = g_ptr_array_index (self->group->instances, i);

      if (is_new (self, instance) && !g_hash_table_contains (by_instance, instance->id))
        g_hash_table_add (self->never_joined, g_strdup (instance->id));
    }
}

/* Once some stay that were to leave, others stay with them rather than that their zones fall
 * behind: to even that out Auto Scaling would take a node. */
static gboolean
must_stay (const DdEngine *self, const DdKubeNode *node, const Choice *choice)
{
  const char *fullest = dd_zones_fullest (choice->counts, NULL);

  return self->some_are_kept && fullest != NULL && !DD_MUTANT (CROWD_ZONES)
         && dd_zones_in (choice->counts, fullest) > dd_zones_in (choice->counts, node->zone);
}

/* Takes the next of NODES, until SURPLUS have been chosen, or none can be: those stay. */
static gboolean
let_next_leave (DdEngine *self, GPtrArray *nodes, guint surplus, const Choice *choice)
{
  DdKubeNode *node;

  if (nodes->len == 0 || self->fresh->len >= surplus)
    return FALSE;
  node = take_next (nodes, choice);
  if (!must_stay (self, node, choice))
    {
      let_leave (self, node, choice);
      return TRUE;
    }
  g_ptr_array_add (nodes, node);
  return FALSE;
}

/* Those of NODES that were cordoned to leave and now stay. */
static void
keep_unchosen (DdEngine *self, GPtrArray *nodes)
{
  for (guint i = 0; i < nodes->len; i++)
    {
      const DdKubeNode *node = g_ptr_array_index (nodes, i);

      if (!g_hash_table_contains (self->marked, node->name))
        continue;
      g_hash_table_add (self->stuck, g_strdup (node->name));
      self->some_are_kept = TRUE;
    }
}

static gboolean
has_nameless (GPtrArray *nodes)
{
  for (guint i = 0; i < nodes->len; i++)
    if (dd_engine_is_nameless (g_ptr_array_index (nodes, i)))
      return TRUE;
  return FALSE;
}

/* Zone -> instances that stay when those of LEAVING have gone; as dd_zones_count (). */
static GHashTable *
count_without (const DdEngine *self, GPtrArray *leaving)
{
  GHashTable *counts = count_zones (self);

  for (guint i = 0; i < leaving->len; i++)
    dd_zones_lose (counts, ((DdKubeNode *) g_ptr_array_index (leaving, i))->zone);
  return counts;
}

/* The one in the emptiest zone, and there one that is not Ready, the first by zone among equals. */
static guint
find_in_emptiest (GPtrArray *nodes, GHashTable *counts)
{
  guint best = 0;

  for (guint i = 1; i < nodes->len; i++)
    {
      const DdKubeNode *node = g_ptr_array_index (nodes, i), *other = nodes->pdata[best];
      guint here = dd_zones_in (counts, node->zone), there = dd_zones_in (counts, other->zone);
      gboolean is_unready = node->not_ready != NULL, was_unready = other->not_ready != NULL;
      int order = strcmp (node->zone, other->zone);

      if (here < there
          || (here == there && (order < 0 || (order == 0 && is_unready && !was_unready))))
        best = i;
    }
  return best;
}

/* In a roll-back those whose places are filled again, before all others: of the zones that would
 * have the fewest instances in the end, as their replacements come into the same ones. */
static void
let_replaced_leave (DdEngine *self, GPtrArray *nodes, guint surplus)
{
  g_autoptr (GHashTable) counts = count_without (self, nodes);

  while (nodes->len > surplus)
    {
      DdKubeNode *node = g_ptr_array_steal_index (nodes, find_in_emptiest (nodes, counts));

      dd_zones_gain (counts, node->zone);
      g_ptr_array_add (self->fresh, node);
    }
}

/* In a roll-back all that run the new image, else as many as are too many. Where that is not
 * enough, as one of them had gone by itself, those that came in their place as well. */
static void
choose_leaving (DdEngine *self, GPtrArray *nodes)
{
  g_autoptr (GPtrArray) updated = NULL, others = NULL;
  g_autoptr (GHashTable) counts = NULL, zones_before = find_zones_before (self);
  guint surplus = count_surplus (self);
  gboolean all = self->rolls_back && !self->keeps_new;
  Choice choice = { .zones_of_stuck = self->stuck_zones, .zones_before = zones_before };

  note_never_joined (self, nodes);
  updated = candidates (self, nodes, TRUE);
  others = candidates (self, nodes, FALSE);
  self->retired = 0;
  g_ptr_array_set_size (self->fresh, 0);
  counts = choice.counts = count_zones (self);
  take_chosen (self, updated, &choice);
  take_chosen (self, others, &choice);
  if (all && self->fresh->len == 0 && !has_nameless (updated) && !DD_MUTANT (REFILL_ANYWHERE))
    let_replaced_leave (self, updated, surplus);
  while (let_next_leave (self, updated, all ? G_MAXUINT : surplus, &choice))
    ;
  while (let_next_leave (self, others, surplus, &choice))
    ;
  keep_unchosen (self, updated);
  keep_unchosen (self, others);
  keep_choice (self);
}

static void
take_new (GPtrArray *nodes, const GError *error, gpointer data)
{
  DdEngine *self = data;

  if (nodes == NULL)
    {
      dd_engine_fail_with (self, error);
      return;
    }
  choose_leaving (self, nodes);
  dd_engine_enter (self, DD_STATE_CORDON_NEW);
}

void
dd_roll_back_list_new (DdEngine *self)
{
  dd_engine_list (self, DD_NODES_ALL, take_new);
}

/* ---- they leave ---- */

static void
go_on_to_retire (const GError *error, gpointer data)
{
  DdEngine *self = data;

  if (error != NULL)
    dd_engine_fail_with (self, error);
  else
    dd_engine_enter (self, DD_STATE_RETIRE_NEW);
}

/* Whether the place of the Ith new node goes with it, and is not filled again. */
static gboolean
takes_its_place_along (const DdEngine *self, guint i)
{
  return self->fresh->len - i <= count_surplus (self);
}

/* Which of two nodes in a wave is empty first nobody knows. So only as many leave at once as make
 * no zone fall behind by two, whichever of them are gone already; those whose places are filled
 * again leave no gap. */
static guint
batch_size (const DdEngine *self)
{
  g_autoptr (GHashTable) counts = count_zones (self);
  g_autoptr (GHashTable) lowest = count_zones (self);
  guint allowed = MAX (dd_zones_spread (counts), 1);
  guint left = self->fresh->len - self->retired;
  gboolean nameless
      = left > 0 && dd_engine_is_nameless (g_ptr_array_index (self->fresh, self->retired));
  guint most = nameless ? left : MIN (self->parallelism, left);
  gboolean for_good = takes_its_place_along (self, self->retired);
  guint size;

  if (!nameless && self->batch_limit > 0)
    most = MIN (most, self->batch_limit);
  for (size = 0; size < most && !DD_MUTANT (RETIRE_AT_ONCE); size++)
    {
      const char *zone
          = ((DdKubeNode *) g_ptr_array_index (self->fresh, self->retired + size))->zone;
      const char *other = dd_zones_fullest (counts, zone);

      if (takes_its_place_along (self, self->retired + size) != for_good
          || dd_engine_is_nameless (g_ptr_array_index (self->fresh, self->retired + size))
                 != nameless)
        break;
      if (!for_good && !nameless)
        continue;
      if (size > 0 && other != NULL
          && dd_zones_in (counts, other) + 1 > dd_zones_in (lowest, zone) + allowed)
        break;
      dd_zones_lose (lowest, zone);
    }
  return DD_MUTANT (RETIRE_AT_ONCE) ? most : size;
}

/* All that leave for good first, so that a pod is not evicted from one to the next. Those whose
 * places are filled again are no sooner cordoned than they leave: nobody else may be there. */
static guint
count_to_cordon (const DdEngine *self)
{
  guint left = self->fresh->len - self->retired;

  return left == 0 || takes_its_place_along (self, self->retired) ? left : batch_size (self);
}

void
dd_roll_back_cordon_new (DdEngine *self)
{
  guint end = self->retired + count_to_cordon (self);

  g_clear_pointer (&self->patcher, dd_patcher_free);
  self->patcher
      = dd_patcher_new (self->caller, self->context.clock, FALSE, NULL, go_on_to_retire, self);
  for (guint i = self->retired; i < end; i++)
    {
      DdKubeNode *node = g_ptr_array_index (self->fresh, i);

      if (dd_engine_is_nameless (node))
        continue;
      if (!node->unschedulable)
        g_hash_table_replace (self->marked, g_strdup (node->name),
                              GUINT_TO_POINTER (DD_WRITE_CORDON));
      dd_patcher_add (self->patcher, node, DD_WRITE_CORDON);
    }
  dd_patcher_start (self->patcher);
}

static void
retire_next (gpointer data)
{
  DdEngine *self = data;

  self->timer = 0;
  dd_engine_enter (self, DD_STATE_CORDON_NEW);
}

/* Whether the Ith of the batch leaves for good, of SURPLUS too many: what is no node does as long
 * as any are, as nobody needs another one in its place. */
static gboolean
leaves_for_good (const DdEngine *self, guint i, guint surplus)
{
  const DdKubeNode *node = g_ptr_array_index (self->fresh, self->retired + i);

  return dd_engine_is_nameless (node) ? i < surplus
                                      : self->fresh->len - (self->retired + i) <= surplus;
}

static void
note_batch (DdEngine *self, GPtrArray *overdue)
{
  guint surplus = count_surplus (self);

  for (guint i = 0; i < overdue->len; i++)
    g_hash_table_add (self->stuck, g_strdup (dd_node_machine_node (overdue->pdata[i])->name));
  self->some_are_kept = self->some_are_kept || overdue->len > 0;
  for (guint i = 0; i < self->batch; i++)
    {
      const DdKubeNode *node = g_ptr_array_index (self->fresh, self->retired + i);

      if (is_stuck (self, node))
        continue;
      g_hash_table_add (self->left_again, g_strdup (node->name));
      if (node->instance != NULL)
        g_hash_table_add (self->instances_left_again, g_strdup (node->instance));
      self->desired -= leaves_for_good (self, i, surplus);
    }
  self->retired += self->batch;
  dd_size_note_granted (self);
}

static void
explain_overdue (DdEngine *self, GPtrArray *overdue)
{
  g_autofree char *why = dd_explain_drains_under (overdue, self->budgets, dd_engine_now (self));

  dd_engine_explain_more (
      self,
      g_strdup_printf ("%u new node%s could not be emptied either and stay%s:\n%s", overdue->len,
                       overdue->len == 1 ? "" : "s", overdue->len == 1 ? "s" : "", why));
}

/* The group does not fill up again: whatever has not left yet stays. What never joined leaves in
 * its place, as far as the group is too large. */
static void
keep_the_rest (DdEngine *self)
{
  guint left = self->fresh->len - self->retired;

  dd_engine_explain_more (
      self,
      g_strdup_printf ("%u new node%s not taken away again: %u nodes are Ready, no more have "
                       "come, and the group needs %" G_GINT64_FORMAT " beside those that leave",
                       left, left == 1 ? " is" : "s are", g_hash_table_size (self->ready),
                       self->ready_floor));
  while (self->retired < self->fresh->len)
    {
      const DdKubeNode *node = g_ptr_array_index (self->fresh, self->retired++);

      g_hash_table_add (self->stuck, g_strdup (node->name));
    }
  self->keeps_new = TRUE;
  self->some_are_kept = TRUE;
  g_clear_pointer (&self->never_joined, g_hash_table_unref);
  self->batches--; /* it never began */
  g_ptr_array_set_size (self->retiring, 0);
}

/* The group is looked at again before and after instances leave that are no nodes: one may have
 * become a node meanwhile. So it is before those leave that are not replaced: they are chosen by
 * their zones, which those that have just come have changed; and after one could not be emptied,
 * which is still in its zone. */
static gboolean
looks_again (const DdEngine *self, guint before, gboolean were_replaced, guint overdue)
{
  if (self->retired >= self->fresh->len)
    return FALSE;
  return overdue > 0 || dd_engine_is_nameless (g_ptr_array_index (self->fresh, before))
         || dd_engine_is_nameless (g_ptr_array_index (self->fresh, self->retired))
         || (were_replaced && takes_its_place_along (self, self->retired));
}

static void
go_on_retiring (DdEngine *self, gboolean looks)
{
  if (looks || (self->shortfall && count_surplus (self) > 0))
    {
      g_ptr_array_set_size (self->retiring, 0);
      dd_engine_enter (self, DD_STATE_SURVEY_GROUP);
    }
  else if (self->retired < self->fresh->len)
    dd_engine_wait (self, 0, retire_next);
  else
    dd_engine_enter (self, self->some_are_kept && !DD_MUTANT (KEEP_CORDONS) ? DD_STATE_LIST_KEPT
                                                                            : DD_STATE_CHECK_SIZE);
}

static void
note_retired (const DdWavesResult *result, gpointer data)
{
  DdEngine *self = data;
  guint before = self->retired;
  gboolean were_replaced = before < self->fresh->len && !takes_its_place_along (self, before);

  dd_refill_clear (self);
  if (result->error != NULL && dd_size_may_have_changed (self, result->error))
    {
      g_ptr_array_set_size (self->retiring, 0);
      dd_engine_enter (self, DD_STATE_SURVEY_GROUP);
      return;
    }
  if (result->error != NULL || self->refill_error != NULL)
    {
      dd_engine_fail_with (self, result->error != NULL ? result->error : self->refill_error);
      return;
    }
  if (self->batch_was_cut)
    {
      self->batch_was_cut = FALSE;
      self->batches--; /* it never began */
      dd_engine_wait (self, 0, retire_next);
      return;
    }
  self->batch_limit = 0;
  self->unsure += result->kept_places;
  if (self->shortfall)
    keep_the_rest (self);
  else
    note_batch (self, result->overdue);
  if (result->overdue->len > 0)
    explain_overdue (self, result->overdue);
  go_on_retiring (self, looks_again (self, before, were_replaced, result->overdue->len));
}

/* A new node that cannot be emptied may stay, so it is not worth the drain's whole budget. */
static const DdKnobs *
make_retire_knobs (DdEngine *self)
{
  DdKnobs *knobs = &self->retire_knobs;

  *knobs = self->options.knobs;
  knobs->evict_max_tries = MIN (knobs->evict_max_tries, RETIRE_TRIES);
  knobs->drain_budget = MIN (knobs->drain_budget, RETIRE_TRIES * knobs->evict_interval);
  return knobs;
}

/* What is no node has nothing to drain. A node that is not Ready may become so before its turn
 * comes: it is drained like any other. */
static void
add_batch (DdEngine *self)
{
  for (guint i = 0; i < self->batch; i++)
    {
      DdKubeNode *node = g_ptr_array_index (self->fresh, self->retired + i);
      gboolean nameless = dd_engine_is_nameless (node);
      DdNodeWay way = { .drain = !nameless && !DD_MUTANT (RETIRE_UNDRAINED),
                        .decrement = leaves_for_good (self, i, count_surplus (self)) };

      dd_waves_add (self->waves, node, &way);
    }
}

void
dd_roll_back_retire_new (DdEngine *self)
{
  gboolean nameless = self->retired < self->fresh->len
                      && dd_engine_is_nameless (g_ptr_array_index (self->fresh, self->retired));
  DdWavesOptions options = {
    .machine = dd_engine_machine_context (self),
    .gate = nameless ? NULL : dd_refill_gate,
    .waves_before = self->batches,
    .press_on = TRUE,
    .done = note_retired,
    .data = self,
  };

  options.machine.knobs = make_retire_knobs (self);
  dd_refill_begin_anew (self);
  self->batch = batch_size (self);
  options.parallelism = MAX (self->batch, 1);
  self->batches += self->batch > 0;
  g_clear_pointer (&self->waves, dd_waves_free);
  self->waves = dd_waves_new (&options);
  add_batch (self);
  dd_waves_start (self->waves);
}

/* ---- those that could not be emptied ---- */

static void
go_on_to_sizes (const GError *error, gpointer data)
{
  DdEngine *self = data;

  if (error != NULL)
    dd_engine_fail_with (self, error);
  else
    dd_engine_enter (self, self->gave_up_sizes ? dd_stranded_state (self) : DD_STATE_CHECK_SIZE);
}

/* They stay, and pods may go there again, unless somebody else had cordoned them. */
static void
take_kept (GPtrArray *nodes, const GError *error, gpointer data)
{
  DdEngine *self = data;

  if (nodes == NULL)
    {
      dd_engine_fail_with (self, error);
      return;
    }
  g_clear_pointer (&self->patcher, dd_patcher_free);
  self->patcher = dd_patcher_new (self->caller, self->context.clock, TRUE, dd_engine_trace_unmarked,
                                  go_on_to_sizes, self);
  for (guint i = 0; i < nodes->len; i++)
    {
      DdKubeNode *node = g_ptr_array_index (nodes, i);

      if ((is_stuck (self, node) || self->gave_up)
          && g_hash_table_contains (self->marked, node->name))
        dd_patcher_add (self->patcher, node, dd_marks_of_leaving (&self->options.knobs));
    }
  dd_patcher_start (self->patcher);
}

void
dd_roll_back_list_kept (DdEngine *self)
{
  dd_engine_list (self, DD_NODES_UPDATED, take_kept);
}

/* ---- AWS refuses ---- */

DdState
dd_roll_back_give_up (DdEngine *self)
{
  gboolean sizes_were_asked = self->state == DD_STATE_RETIRE_NEW;

  if (self->gave_up || self->state >= DD_STATE_CHECK_SIZE)
    return dd_stranded_state (self);
  self->gave_up = TRUE;
  self->gave_up_sizes = !sizes_were_asked;
  return sizes_were_asked ? DD_STATE_LIST_KEPT : DD_STATE_LIST_MARKED;
}

/* ---- what is left ---- */

void
dd_roll_back_restore_size (DdEngine *self)
{
  dd_size_ask (self, self->desired, MAX (self->desired, self->before->max));
}

static gboolean
is_no_node (const DdEngine *self, const DdGroupInstance *instance)
{
  return g_hash_table_contains (self->strangers, instance->id)
         || (self->never_joined != NULL
             && g_hash_table_contains (self->never_joined, instance->id));
}

/* The nodes that run the new image and stay, whether this update made them or one before it. */
static guint
count_kept (const DdEngine *self)
{
  guint kept = 0, gone = 0;

  for (guint i = 0; i < self->group->instances->len; i++)
    {
      const DdGroupInstance *instance = g_ptr_array_index (self->group->instances, i);

      kept += dd_group_instance_counts (instance) && !is_no_node (self, instance)
              && (is_new (self, instance) || runs_new_image (self, instance));
    }
  for (guint i = 0; i < self->fresh->len; i++)
    gone += !is_stuck (self, g_ptr_array_index (self->fresh, i))
            && !dd_engine_is_nameless (g_ptr_array_index (self->fresh, i));
  return kept - MIN (gone, kept);
}

static void
explain_what_is_left (DdEngine *self)
{
  guint kept = count_kept (self);

  if (self->desired > self->before->desired)
    dd_engine_explain_more (self,
                            g_strdup_printf ("the Auto Scaling group stays at %" G_GINT64_FORMAT
                                             " instances instead of %" G_GINT64_FORMAT,
                                             self->desired, self->before->desired));
  if (points_back (self))
    dd_engine_explain_more (self, g_strdup ("the Auto Scaling group points to its former launch "
                                            "template version again"));
  if (kept > 0 && !self->rolls_back)
    dd_engine_explain_more (self,
                            g_strdup_printf ("nodes that run the new image are kept: %u", kept));
}

/* Instances that Auto Scaling may take away after us, and what can be done about it. */
static void
warn_of_rebalancing (DdEngine *self)
{
  g_autoptr (GHashTable) counts = count_zones (self);
  const char *fullest = dd_zones_fullest (counts, NULL);
  const char *emptiest = dd_zones_emptiest (counts);

  if (dd_zones_spread (counts) < 2)
    return;
  dd_engine_explain_more (
      self, g_strdup_printf ("zone %s is left with %u instances and zone %s with %u: Auto Scaling "
                             "may terminate nodes in %s to even that out, unless its process "
                             "AZRebalance is suspended",
                             fullest, dd_zones_in (counts, fullest), emptiest,
                             dd_zones_in (counts, emptiest), fullest));
}

void
dd_roll_back_take_restored (DdEngine *self, G_GNUC_UNUSED const DdReply *reply)
{
  explain_what_is_left (self);
  warn_of_rebalancing (self);
  dd_engine_enter (self, dd_stranded_state (self));
}
