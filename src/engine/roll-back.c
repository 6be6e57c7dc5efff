/* SPDX-License-Identifier: Apache-2.0 */
/* Roll back: what an update that failed puts back. Two ways, chosen by a knob per kind of failure:
 *
 * rollback: the Auto Scaling group points to its former launch template version, every node that
 * the update made leaves again, marks are taken away. Seen by users after nodes failed to join
 * ("rolls back to its previous version", AWS re:Post, managed node group update failures).
 *
 * leave_partial: nodes that were replaced stay replaced, and only as many new nodes leave as the
 * group has grown by. Seen by users after pods could not be evicted: the group stays half old, half
 * new, and a node that could not be drained stays as it was marked, for somebody to look at.
 * Outdated nodes whose turn never came lose their marks, as pods need a place to go.
 *
 * In both the sizes return to what they were. New nodes leave by name, drained like any other: were
 * desired lowered instead, the group's termination policy would choose the oldest launch template,
 * which are just the nodes that could not be drained. */
#include "config.h"

#include "engine/mutant.h"
#include "engine/private.h"

#define RETIRE_TRIES 3

void
dd_roll_back_survey_group (DdEngine *self)
{
  dd_engine_send (self, "DescribeAutoScalingGroups",
                  dd_autoscaling_describe_group (self->before->name, TRUE));
}

void
dd_roll_back_take_group (DdEngine *self, const DdReply *reply)
{
  g_autoptr (GError) error = NULL;

  g_clear_pointer (&self->group, dd_scaling_group_free);
  self->group = dd_scaling_group_from_reply (reply, self->before->name, &error);
  if (self->group == NULL)
    dd_engine_fail_with (self, error);
  else
    dd_engine_enter (self, self->rolls_back && self->repointed ? DD_STATE_POINT_BACK
                                                               : DD_STATE_STOP_GROWTH);
}

void
dd_roll_back_point_back (DdEngine *self)
{
  dd_engine_send (self, "UpdateAutoScalingGroup",
                  dd_autoscaling_repoint (self->before, self->before->template_version));
}

void
dd_roll_back_take_pointed_back (DdEngine *self, G_GNUC_UNUSED const DdReply *reply)
{
  dd_engine_trace (self, "group.repointed",
                   dd_object ("group", dd_string (self->before->name), "version",
                              dd_string (self->before->template_version), NULL));
  dd_engine_enter (self, DD_STATE_STOP_GROWTH);
}

/* ---- no more launches ---- */

static gint64
count_instances (const DdScalingGroup *group)
{
  gint64 count = 0;

  for (guint i = 0; i < group->instances->len; i++)
    if (dd_group_instance_counts (g_ptr_array_index (group->instances, i)))
      count++;
  return count;
}

/* The group shall want what it has, and no more of what it could not launch. */
void
dd_roll_back_stop_growth (DdEngine *self)
{
  self->desired = MAX (count_instances (self->group), self->before->desired);
  self->desired = MIN (self->desired, self->group->desired);
  dd_engine_send (self, "UpdateAutoScalingGroup",
                  dd_autoscaling_resize (self->before->name, self->desired,
                                         MAX (self->desired, self->before->max)));
}

void
dd_roll_back_take_stopped (DdEngine *self, G_GNUC_UNUSED const DdReply *reply)
{
  dd_engine_enter (self, g_hash_table_size (self->marked) == 0 ? DD_STATE_LIST_NEW
                                                               : DD_STATE_LIST_MARKED);
}

/* ---- marks ---- */

static void
take_marked (GPtrArray *nodes, const GError *error, gpointer data)
{
  DdEngine *self = data;

  if (nodes == NULL)
    {
      dd_engine_fail_with (self, error);
      return;
    }
  g_ptr_array_set_size (self->outdated, 0);
  for (guint i = 0; i < nodes->len; i++)
    {
      DdKubeNode *node = g_ptr_array_index (nodes, i);

      if (g_hash_table_contains (self->marked, node->name)
          && (self->rolls_back || !g_hash_table_contains (self->stuck, node->name)))
        g_ptr_array_add (self->outdated, dd_kube_node_ref (node));
    }
  dd_engine_enter (self, DD_STATE_UNMARK);
}

void
dd_roll_back_list_marked (DdEngine *self)
{
  dd_engine_list (self, DD_NODES_OUTDATED, take_marked);
}

static void
note_unmarked (DdKubeNode *node, DdWrites writes, gpointer data)
{
  DdEngine *self = data;
  g_autofree char *mark = dd_marks_to_text (writes);

  dd_trace (self->context.trace, "engine", "node.unmarked", node->name,
            dd_object ("mark", dd_string (mark), "zone", dd_string (node->zone), NULL));
}

static void
go_on_to_new_nodes (const GError *error, gpointer data)
{
  DdEngine *self = data;

  if (error != NULL)
    dd_engine_fail_with (self, error);
  else
    dd_engine_enter (self, DD_STATE_LIST_NEW);
}

/* Only what this update wrote: a node that somebody had cordoned stays cordoned. */
void
dd_roll_back_unmark (DdEngine *self)
{
  g_clear_pointer (&self->patcher, dd_patcher_free);
  self->patcher = dd_patcher_new (self->caller, self->context.clock, TRUE, note_unmarked,
                                  go_on_to_new_nodes, self);
  for (guint i = 0; i < self->outdated->len; i++)
    {
      DdKubeNode *node = g_ptr_array_index (self->outdated, i);

      dd_patcher_add (self->patcher, node,
                      GPOINTER_TO_UINT (g_hash_table_lookup (self->marked, node->name)));
    }
  dd_patcher_start (self->patcher);
}

/* ---- which new nodes leave ---- */

/* An instance that is no node yet, as one. */
static DdKubeNode *
nameless_node (const DdGroupInstance *instance)
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

static gboolean
is_nameless (const DdKubeNode *node)
{
  return g_strcmp0 (node->name, node->instance) == 0;
}

/* The new instances of the group, as nodes, in the order of the group; NODES are the new nodes.
 * Those that are no nodes yet leave first. Whatever is none after that came in the place of one
 * that left, and stays. */
static GPtrArray *
candidates (const DdEngine *self, GPtrArray *nodes)
{
  g_autoptr (GHashTable) by_instance = nodes_by_instance (nodes);
  GPtrArray *found = g_ptr_array_new_with_free_func ((GDestroyNotify) dd_kube_node_unref);

  for (guint i = 0; i < self->group->instances->len; i++)
    {
      const DdGroupInstance *instance = g_ptr_array_index (self->group->instances, i);
      DdKubeNode *node = g_hash_table_lookup (by_instance, instance->id);

      if (dd_group_instance_counts (instance)
          && !g_hash_table_contains (self->known_instances, instance->id)
          && (node != NULL || !self->nameless_retired))
        g_ptr_array_add (found, node == NULL ? nameless_node (instance) : dd_kube_node_ref (node));
    }
  return found;
}

/* Splits NODES into one array per zone, and a first one for those that are not Ready. */
static GPtrArray *
queues_of (GPtrArray *nodes)
{
  g_autoptr (GPtrArray) zones = dd_plan_zones (nodes);
  GPtrArray *queues = g_ptr_array_new_with_free_func ((GDestroyNotify) g_ptr_array_unref);

  for (guint i = 0; i <= zones->len; i++)
    g_ptr_array_add (queues, g_ptr_array_new ());
  for (guint i = 0; i < nodes->len; i++)
    {
      DdKubeNode *node = g_ptr_array_index (nodes, i);
      guint zone = 0;

      g_ptr_array_find_with_equal_func (zones, node->zone, g_str_equal, &zone);
      g_ptr_array_add (g_ptr_array_index (queues, node->not_ready != NULL ? 0 : zone + 1), node);
    }
  return queues;
}

/* Takes the next to leave: one that is not Ready; else one of the zone that has most. */
static DdKubeNode *
take_next (GPtrArray *queues)
{
  GPtrArray *best = g_ptr_array_index (queues, 0);

  for (guint i = 1; i < queues->len && ((GPtrArray *) queues->pdata[0])->len == 0; i++)
    if (((GPtrArray *) queues->pdata[i])->len > best->len)
      best = g_ptr_array_index (queues, i);
  return g_ptr_array_steal_index (best, best->len - 1);
}

/* Takes the node called NAME; NULL when there is none. */
static DdKubeNode *
take_named (GPtrArray *queues, const char *name)
{
  for (guint i = 0; i < queues->len; i++)
    {
      GPtrArray *queue = g_ptr_array_index (queues, i);

      for (guint j = 0; j < queue->len; j++)
        if (g_str_equal (((DdKubeNode *) g_ptr_array_index (queue, j))->name, name))
          return g_ptr_array_steal_index (queue, j);
    }
  return NULL;
}

/* Those that an engine before this one had chosen, and cordoned, before all others. */
static void
take_chosen (DdEngine *self, GPtrArray *queues)
{
  for (guint i = 0; i < self->retiring->len; i++)
    {
      DdKubeNode *node = take_named (queues, g_ptr_array_index (self->retiring, i));

      if (node != NULL)
        g_ptr_array_add (self->fresh, dd_kube_node_ref (node));
    }
}

static void
choose_leaving (DdEngine *self, GPtrArray *nodes)
{
  g_autoptr (GPtrArray) found = candidates (self, nodes);
  g_autoptr (GPtrArray) queues = queues_of (found);
  gint64 surplus = MAX (self->desired - self->before->desired, 0);
  gint64 count = self->rolls_back ? found->len : MIN (surplus, found->len);

  g_ptr_array_set_size (self->fresh, 0);
  take_chosen (self, queues);
  while (self->fresh->len < count)
    g_ptr_array_add (self->fresh, dd_kube_node_ref (take_next (queues)));
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
  dd_engine_list (self, DD_NODES_UPDATED, take_new);
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

/* All of them first, so that a pod is not evicted from one to the next. */
void
dd_roll_back_cordon_new (DdEngine *self)
{
  g_clear_pointer (&self->patcher, dd_patcher_free);
  self->patcher
      = dd_patcher_new (self->caller, self->context.clock, FALSE, NULL, go_on_to_retire, self);
  for (guint i = 0; i < self->fresh->len; i++)
    {
      DdKubeNode *node = g_ptr_array_index (self->fresh, i);

      if (!is_nameless (node))
        dd_patcher_add (self->patcher, node, DD_WRITE_CORDON);
    }
  dd_patcher_start (self->patcher);
}

static void
note_nameless_retired (const DdWavesResult *result, gpointer data)
{
  DdEngine *self = data;

  self->nameless_retired = TRUE;
  if (result->error != NULL)
    dd_engine_fail_with (self, result->error);
  else
    dd_engine_enter (self, DD_STATE_SURVEY_GROUP);
}

static void
note_retired (const DdWavesResult *result, gpointer data)
{
  DdEngine *self = data;

  if (result->error != NULL)
    {
      dd_engine_fail_with (self, result->error);
      return;
    }
  self->desired -= MIN (result->gone, self->desired - self->before->desired);
  if (result->overdue->len > 0)
    {
      g_autofree char *why = dd_explain_drains (result->overdue, dd_engine_now (self));

      dd_engine_explain_more (
          self, g_strdup_printf ("%u new nodes could not be emptied either and stay:\n%s",
                                 result->overdue->len, why));
    }
  dd_engine_enter (self, DD_STATE_RESTORE_SIZE);
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

static guint
count_nameless (const DdEngine *self)
{
  guint count = 0;

  for (guint i = 0; i < self->fresh->len; i++)
    count += is_nameless (g_ptr_array_index (self->fresh, i));
  return count;
}

/* Instances that are no nodes yet have nothing to drain as long as they are none, so they all leave
 * at once; then the group is looked at again, as one may have become a node meanwhile. A node that
 * is not Ready may become so before its turn comes: it is drained like any other. */
void
dd_roll_back_retire_new (DdEngine *self)
{
  guint nameless = count_nameless (self);
  DdWavesOptions options = {
    .machine = dd_engine_machine_context (self),
    .parallelism = nameless > 0 ? nameless : self->parallelism,
    .press_on = TRUE,
    .done = nameless > 0 ? note_nameless_retired : note_retired,
    .data = self,
  };
  gint64 surplus = self->desired - self->before->desired;

  options.machine.knobs = make_retire_knobs (self);
  g_clear_pointer (&self->waves, dd_waves_free);
  self->waves = dd_waves_new (&options);
  for (guint i = 0; i < self->fresh->len; i++)
    {
      DdKubeNode *node = g_ptr_array_index (self->fresh, i);
      DdNodeWay way = { .drain = !is_nameless (node) && !DD_MUTANT (RETIRE_UNDRAINED),
                        .decrement = i < surplus };

      if (nameless == 0 || is_nameless (node))
        dd_waves_add (self->waves, node, &way);
    }
  dd_waves_start (self->waves);
}

void
dd_roll_back_restore_size (DdEngine *self)
{
  dd_engine_send (self, "UpdateAutoScalingGroup",
                  dd_autoscaling_resize (self->before->name, self->desired,
                                         MAX (self->desired, self->before->max)));
}

void
dd_roll_back_take_restored (DdEngine *self, G_GNUC_UNUSED const DdReply *reply)
{
  if (self->desired > self->before->desired)
    dd_engine_explain_more (self,
                            g_strdup_printf ("the Auto Scaling group stays at %" G_GINT64_FORMAT
                                             " instances instead of %" G_GINT64_FORMAT,
                                             self->desired, self->before->desired));
  dd_engine_enter (self, DD_STATE_LIST_PROTECTED);
}
