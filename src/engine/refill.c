/* SPDX-License-Identifier: Apache-2.0 */
/* Refill: the engine never goes on emptying a group that does not fill up again.
 *
 * Before nodes leave, enough others must be Ready. A group that has grown keeps what it wanted
 * before it grew; strategy MINIMAL may be short of as many nodes as may be unavailable at once,
 * across all waves (Amazon EKS API Reference, NodegroupUpdateConfig, maxUnavailable: "the maximum
 * number of nodes unavailable at once during a version update"), but never of all that it has where
 * it has several. Nodes are counted only when what
 * was counted before does not suffice, so that a group with room to spare is hardly looked at.
 *
 * The same holds for new nodes that leave again after a failure: they are all that a group may have
 * whose old nodes are gone, by our hand or by Auto Scaling's.
 *
 * Before the group shrinks, and before the update is called a success, every instance that it has
 * must be a Ready node: Auto Scaling chooses who goes, and does not know which of them never
 * joined. */
#include "config.h"

#include "engine/mutant.h"
#include "engine/private.h"

#define COUNTS_PER_UPDATE 16

/* ---- before nodes leave ---- */

void
dd_refill_clear (DdEngine *self)
{
  g_clear_pointer (&self->refill_lister, dd_lister_free);
  dd_clock_cancel (self->context.clock, self->refill_timer);
  self->refill_timer = 0;
  self->counted = FALSE;
  self->settling = FALSE;
}

void
dd_refill_begin_anew (DdEngine *self)
{
  dd_refill_clear (self);
  g_clear_error (&self->refill_error);
  self->ready_floor = -1;
  self->short_since = 0;
  self->shortfall = FALSE;
}

static gboolean
is_held (const DdEngine *self)
{
  if (self->failed)
    return !DD_MUTANT (EMPTY_BACK);
  if (self->minimal)
    return self->options.knobs.await_replacement && !DD_MUTANT (HURRY_MINIMAL);
  return !DD_MUTANT (EMPTY_ON);
}

/* How many Ready nodes the next COUNT take away: one that is not Ready serves nobody. */
static gint64
cost_of_next (const DdEngine *self, guint count)
{
  gint64 cost = 0;

  for (guint i = 0; i < count; i++)
    cost += g_hash_table_contains (self->ready, dd_waves_next (self->waves, i)->name);
  return cost;
}

/* Whoever serves nobody may leave however few others serve: no less is available without it. */
static gboolean
has_room (const DdEngine *self, guint count)
{
  gint64 cost = cost_of_next (self, count);

  return cost == 0 || cost <= self->room;
}

/* All may leave but for the one that is kept, as more may be unavailable than there are. Where
 * instances of the group do not join none leaves: it would be one less. */
static gboolean
only_the_last_stays (const DdEngine *self, guint count)
{
  return self->minimal && !self->failed && self->ready_floor == 1
         && g_hash_table_size (self->strangers) == 0
         && self->before->desired <= (gint64) self->parallelism
         && cost_of_next (self, count) <= self->room + 1;
}

/* How many of the next COUNT may leave now. */
static guint
count_with_room (const DdEngine *self, guint count)
{
  if (!has_room (self, count) && !only_the_last_stays (self, count))
    return 0;
  while (count > 0 && !has_room (self, count))
    count--;
  return count;
}

/* Ids, borrowed, of the instances of the group, as it was last seen, that count towards its size;
 * COUNTING unset: of those that Auto Scaling takes away. */
static GHashTable *
instances_of_group (const DdEngine *self, gboolean counting)
{
  GHashTable *ids = g_hash_table_new (g_str_hash, g_str_equal);

  for (guint i = 0; self->group != NULL && i < self->group->instances->len; i++)
    {
      const DdGroupInstance *instance = g_ptr_array_index (self->group->instances, i);

      if (dd_group_instance_counts (instance) == counting)
        g_hash_table_add (ids, instance->id);
    }
  return ids;
}

static gboolean
is_of (const DdKubeNode *node, GHashTable *instances)
{
  return node->instance != NULL && g_hash_table_contains (instances, node->instance);
}

/* Old nodes that stay and are not Ready: no new one has to make up for them. */
static gint64
count_lost (const DdEngine *self, GPtrArray *nodes)
{
  g_autoptr (GHashTable) staying = instances_of_group (self, TRUE);
  gint64 count = 0;

  for (guint i = 0; i < nodes->len; i++)
    {
      const DdKubeNode *node = g_ptr_array_index (nodes, i);

      count += node->not_ready != NULL && is_of (node, staying)
               && is_of (node, self->known_instances);
    }
  return count;
}

static gint64
choose_floor_of_roll_back (const DdEngine *self, GPtrArray *nodes)
{
  gint64 needed = MIN (self->before->desired - count_lost (self, nodes), self->ready_before);

  return MAX (needed - (self->minimal ? self->parallelism : 0), 0);
}

/* Whatever may be unavailable at once, the last of several Ready nodes does not leave before
 * another one has come: nothing says that any will. A single one leaves, unless instances of the
 * group do not join. */
static gint64
choose_floor_of_minimal (const DdEngine *self)
{
  gboolean some_do_not_join = g_hash_table_size (self->strangers) > 0;
  gboolean keeps_one = some_do_not_join || g_hash_table_size (self->ready) > 1;

  return MAX (self->before->desired - self->parallelism,
              keeps_one && !DD_MUTANT (SPEND_THE_LAST) ? 1 : 0);
}

/* Nodes that were not Ready when it began are no reason not to begin: they may be what the update
 * is to mend. */
static gint64
choose_floor (const DdEngine *self, GPtrArray *nodes)
{
  gint64 wanted = self->before->desired;
  gint64 ready = g_hash_table_size (self->ready);

  if (self->failed)
    return choose_floor_of_roll_back (self, nodes);
  if (self->minimal)
    return choose_floor_of_minimal (self);
  return MAX (MIN (wanted, ready - self->parallelism), 0);
}

/* Where the last of them has joined, none needs to be made up for. */
static void
forget_joined_strangers (DdEngine *self, GPtrArray *nodes)
{
  guint before = g_hash_table_size (self->strangers);

  for (guint i = 0; i < nodes->len; i++)
    {
      const DdKubeNode *node = g_ptr_array_index (nodes, i);

      if (node->instance != NULL)
        g_hash_table_remove (self->strangers, node->instance);
    }
  if (before > 0 && g_hash_table_size (self->strangers) == 0 && self->minimal && !self->failed)
    self->ready_floor = -1;
}

/* A node that Auto Scaling takes away is Ready until its pods have gone. */
static void
count_ready (DdEngine *self, GPtrArray *nodes)
{
  g_autoptr (GHashTable) leaving = instances_of_group (self, FALSE);

  forget_joined_strangers (self, nodes);
  g_hash_table_remove_all (self->ready);
  for (guint i = 0; i < nodes->len; i++)
    {
      const DdKubeNode *node = g_ptr_array_index (nodes, i);

      if (node->not_ready == NULL && !dd_waves_has_started_with (self->waves, node)
          && !is_of (node, self->instances_left_again) && !is_of (node, leaving))
        g_hash_table_add (self->ready, g_strdup (node->name));
    }
  if (self->ready_floor < 0)
    self->ready_floor = choose_floor (self, nodes);
  self->room = (gint64) g_hash_table_size (self->ready) - self->ready_floor;
  self->gone_at_last_count = self->replaced;
  self->counted = TRUE;
}

static void count_again (gpointer data);

static void
look_later (DdEngine *self)
{
  self->refill_timer
      = dd_clock_after (self->context.clock, self->options.knobs.poll_interval, count_again, self);
}

/* Fewer new nodes may leave at once than were to: that is no reason to wait. */
static gboolean
lets_fewer_leave (DdEngine *self)
{
  if (!self->failed || self->room <= 0 || self->batch <= self->room || DD_MUTANT (ALL_OR_NONE))
    return FALSE;
  self->batch_limit = (guint) self->room;
  self->batch_was_cut = TRUE;
  dd_waves_stop (self->waves);
  return TRUE;
}

static void
wait_for_more (DdEngine *self)
{
  DdUsec now = dd_engine_now (self);

  if (self->short_since == 0)
    {
      self->short_since = now;
      dd_engine_trace (self, DD_EVENT_REFILL_AWAITED,
                       dd_object ("ready", dd_int (g_hash_table_size (self->ready)), "needed",
                                  dd_int (self->ready_floor), NULL));
    }
  self->ready_needed
      = self->ready_floor + cost_of_next (self, dd_waves_count_startable (self->waves));
  self->shortfall = now >= self->short_since + self->options.knobs.join_timeout;
  if (self->shortfall)
    dd_waves_stop (self->waves);
  else
    look_later (self);
}

/* A node that was waited for is counted once more: pods that waited for it too have begun by then.
 */
static void
take_count (GPtrArray *nodes, const GError *error, gpointer data)
{
  DdEngine *self = data;
  guint startable = dd_waves_count_startable (self->waves);

  g_clear_pointer (&self->refill_lister, dd_lister_free);
  if (nodes == NULL)
    {
      self->refill_error = g_error_copy (error);
      dd_waves_stop (self->waves);
      return;
    }
  dd_vanished_note (self, nodes);
  count_ready (self, nodes);
  if (startable > 0 && count_with_room (self, startable) == 0)
    {
      self->settling = FALSE;
      if (!lets_fewer_leave (self))
        wait_for_more (self);
      return;
    }
  if (self->short_since != 0 && !self->settling)
    {
      self->settling = TRUE;
      look_later (self);
      return;
    }
  self->settling = FALSE;
  self->short_since = 0;
  dd_waves_resume (self->waves);
}

static void
count_again (gpointer data)
{
  DdEngine *self = data;

  self->refill_timer = 0;
  self->refill_lister = dd_engine_lister (self, DD_NODES_ALL, take_count);
}

/* The last count holds until a sixteenth of the nodes has left, or what it found to spare. */
static gboolean
count_is_good (const DdEngine *self)
{
  return self->counted
         && self->replaced - self->gone_at_last_count <= self->outdated->len / COUNTS_PER_UPDATE;
}

guint
dd_refill_gate (G_GNUC_UNUSED DdWaves *waves, guint count, gpointer engine)
{
  DdEngine *self = engine;
  guint leaving;

  if (!is_held (self))
    return count;
  if (self->refill_lister != NULL || self->refill_timer != 0)
    return 0;
  leaving = count_with_room (self, count);
  if (!count_is_good (self) || leaving == 0)
    {
      count_again (self);
      return 0;
    }
  self->room -= cost_of_next (self, leaving);
  return leaving;
}

/* ---- why it does not fill up ---- */

/* Those that a pod may go to. */
static guint
count_open (GPtrArray *nodes)
{
  guint count = 0;

  for (guint i = 0; i < nodes->len; i++)
    {
      const DdKubeNode *node = g_ptr_array_index (nodes, i);

      count += node->not_ready == NULL && !node->unschedulable;
    }
  return count;
}

static void
take_updated (GPtrArray *nodes, const GError *error, gpointer data)
{
  DdEngine *self = data;

  if (nodes == NULL)
    {
      dd_engine_fail_with (self, error);
      return;
    }
  dd_scale_up_keep_fresh (self, nodes);
  dd_scale_up_note_joined (self, self->fresh);
  self->open_nodes = count_open (nodes);
  dd_engine_enter (self, self->shortfall ? DD_STATE_FIND_SHORTFALL : DD_STATE_CONFIRM_REFILL);
}

void
dd_refill_list (DdEngine *self)
{
  dd_engine_list (self, DD_NODES_UPDATED, take_updated);
}

/* Nothing is missing where somebody wants fewer instances than were asked for, and has them. */
static gboolean
was_made_smaller (const DdEngine *self)
{
  g_autoptr (GPtrArray) absent = dd_scale_up_absent_instances (self);

  return absent->len == 0 && self->group->desired < self->desired
         && dd_scaling_group_size (self->group) >= self->group->desired;
}

void
dd_refill_take_shortfall (DdEngine *self, const DdReply *reply)
{
  if (!dd_engine_take_group (self, reply))
    return;
  if (!was_made_smaller (self))
    {
      dd_engine_enter (self, DD_STATE_EXPLAIN_SHORTFALL);
      return;
    }
  self->ready_floor = MAX ((gint64) g_hash_table_size (self->ready) - self->parallelism, 0);
  self->short_since = 0;
  self->shortfall = FALSE;
  dd_engine_enter (self, DD_STATE_LOOK_AGAIN);
}

/* Those that were no nodes when the update began are to blame as well. */
static GPtrArray *
absent_and_strangers (const DdEngine *self)
{
  GPtrArray *absent = dd_scale_up_absent_instances (self);

  for (guint i = 0; self->minimal && i < self->group->instances->len; i++)
    {
      const DdGroupInstance *instance = g_ptr_array_index (self->group->instances, i);

      if (dd_group_instance_counts (instance)
          && g_hash_table_contains (self->strangers, instance->id)
          && g_hash_table_contains (self->known_instances, instance->id))
        g_ptr_array_add (absent, instance->id);
    }
  return absent;
}

void
dd_refill_read_activities (DdEngine *self)
{
  dd_engine_send (self, "DescribeScalingActivities",
                  dd_autoscaling_describe_activities (self->before->name, 50));
}

void
dd_refill_take_activities (DdEngine *self, const DdReply *reply)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) absent = absent_and_strangers (self);
  g_autoptr (GPtrArray) messages
      = dd_activity_failures_from_reply (reply, self->began - DD_SECOND, &error);
  g_autofree char *message
      = g_strdup_printf ("Couldn't proceed with upgrade process as new nodes are not joining node "
                         "group %s",
                         self->options.nodegroup);
  gint64 ready = self->phase == DD_PHASE_UPGRADE
                     ? (gint64) g_hash_table_size (self->ready)
                     : dd_scaling_group_size (self->group) - (gint64) absent->len;
  gint64 needed = self->phase == DD_PHASE_UPGRADE ? self->ready_needed : self->before->desired;
  DdAbsence absence = { .before = self->before,
                        .now = self->group,
                        .outdated = self->outdated,
                        .fresh = self->fresh,
                        .absent = absent,
                        .messages = messages,
                        .raised = self->short_since,
                        .at = dd_engine_now (self) };

  if (messages == NULL)
    dd_engine_fail_with (self, error);
  else
    dd_engine_fail (self, "NodeCreationFailure", message, dd_scale_up_to_blame (self, absent),
                    dd_explain_shortfall (&absence, ready, needed));
}

/* ---- before the group shrinks ---- */

/* Every instance is a Ready node, and there are as many as the group wanted before it grew; fewer
 * only where somebody wants fewer. */
static gboolean
is_full (const DdEngine *self)
{
  g_autoptr (GPtrArray) absent = dd_scale_up_absent_instances (self);

  return absent->len == 0
         && dd_scaling_group_size (self->group)
                >= MIN (self->before->desired, self->group->desired);
}

/* The next instance that leaves is to be emptied, and somebody has cordoned every node: its pods
 * have nowhere to go. Nor have they in a clean-up. */
static gboolean
is_closed (const DdEngine *self)
{
  return self->open_nodes == 0 && self->group->desired > self->before->desired
         && !DD_MUTANT (SHRINK_CLOSED);
}

static void
fail_closed (DdEngine *self)
{
  g_autofree char *message
      = g_strdup_printf ("Auto Scaling group %s cannot shrink: every node of group %s is cordoned",
                         self->group->name, self->options.nodegroup);

  self->keeps_new = self->some_are_kept = TRUE; /* nor have they in a clean-up */
  dd_engine_fail (
      self, "ConfigurationConflict", message, NULL,
      g_strdup ("the pods of a node that leaves would have nowhere to go; let pods go to "
                "some again: kubectl uncordon NODE"));
}

/* The sizes are what they were, and instances that should have gone are still there. */
static gboolean
is_overfull (const DdEngine *self)
{
  return dd_scale_down_is_over (self) && !DD_MUTANT (IGNORE_STAYERS)
         && dd_scaling_group_size (self->group) > self->group->desired;
}

static void
fail_overfull (DdEngine *self)
{
  GPtrArray *ids = g_ptr_array_new_with_free_func (g_free);
  g_autofree char *message = g_strdup_printf (
      "Auto Scaling group %s keeps %" G_GINT64_FORMAT
      " instances although it wants %" G_GINT64_FORMAT,
      self->group->name, dd_scaling_group_size (self->group), self->group->desired);

  for (guint i = 0; i < self->group->instances->len; i++)
    {
      const DdGroupInstance *instance = g_ptr_array_index (self->group->instances, i);

      if (instance->protected_)
        g_ptr_array_add (ids, g_strdup (instance->id));
    }
  dd_engine_fail (self, "ConfigurationConflict", message, ids, dd_explain_staying (self->group));
}

/* What stands in the way is given as long as a node is to join. */
static gboolean
waited_long_enough (DdEngine *self)
{
  DdUsec now = dd_engine_now (self);

  if (self->short_since == 0)
    self->short_since = now;
  return now >= self->short_since + self->options.knobs.join_timeout;
}

void
dd_refill_take_group (DdEngine *self, const DdReply *reply)
{
  gboolean full;

  if (!dd_engine_take_group (self, reply))
    return;
  full = is_full (self);
  if (full && !is_overfull (self) && !is_closed (self))
    {
      self->short_since = 0;
      dd_scale_down_go_on (self);
      return;
    }
  if (!waited_long_enough (self))
    {
      dd_engine_enter (self, DD_STATE_AWAIT_SHRINK);
      return;
    }
  if (full && is_closed (self))
    {
      fail_closed (self);
      return;
    }
  if (full)
    {
      fail_overfull (self);
      return;
    }
  self->shortfall = TRUE;
  dd_engine_enter (self, DD_STATE_READ_SHORTFALL);
}
