/* SPDX-License-Identifier: Apache-2.0 */
/* Scale up: desired and maximum grow, and the phase succeeds when every zone with an outdated node
 * has a new one, every new node is Ready and every new node carries the latest labels (Amazon EKS
 * User Guide, "Understand each phase of node updates", scale up phase). Looking is cheap: one list
 * of the nodes with the new label per poll; the whole group is read only to confirm, so that an
 * instance that has not become a node yet is not overlooked. */
#include "config.h"

#include <string.h>

#include "engine/private.h"
#include "engine/mutant.h"

/* Somebody may call off what was asked for, so the group is looked at although nodes are missing.
 */
#define CONFIRM_INTERVAL (2 * DD_MINUTE)

void
dd_scale_up_raise (DdEngine *self)
{
  const DdScalingGroup *before = self->before;

  gint64 desired = before->desired + self->growth, max = before->max + self->growth;

  dd_engine_trace (self, DD_EVENT_SCALE_UP_REQUESTED,
                   dd_object ("desired", dd_int (desired), "max", dd_int (max), "from_desired",
                              dd_int (before->desired), "from_max", dd_int (before->max), NULL));
  dd_size_ask (self, desired, max);
}

void
dd_scale_up_take_raised (DdEngine *self, G_GNUC_UNUSED const DdReply *reply)
{
  if (self->raised == 0)
    self->raised = dd_engine_now (self);
  self->confirmed = dd_engine_now (self);
  dd_engine_enter (self, DD_STATE_AWAIT_NODES);
}

static DdUsec
time_left (const DdEngine *self)
{
  return self->raised + self->options.knobs.join_timeout - dd_engine_now (self);
}

static void
look_now (gpointer data)
{
  DdEngine *self = data;

  self->timer = 0;
  dd_engine_enter (self, DD_STATE_LOOK_FOR_NODES);
}

void
dd_scale_up_await_nodes (DdEngine *self)
{
  dd_engine_wait (self, CLAMP (time_left (self), 0, self->options.knobs.poll_interval), look_now);
}

/* ---- the criteria ---- */

void
dd_scale_up_note_joined (DdEngine *self, GPtrArray *nodes)
{
  for (guint i = 0; i < nodes->len; i++)
    {
      DdKubeNode *node = g_ptr_array_index (nodes, i);

      if (g_hash_table_add (self->known_nodes, g_strdup (node->name)))
        dd_trace (self->context.trace, "engine", DD_EVENT_NODE_JOINED, node->name,
                  dd_object ("zone", dd_string (node->zone), "instance", dd_string (node->instance),
                             NULL));
    }
}

/* The new nodes among NODES: those whose instance the group did not have before. */
void
dd_scale_up_keep_fresh (DdEngine *self, GPtrArray *nodes)
{
  g_ptr_array_set_size (self->fresh, 0);
  for (guint i = 0; i < nodes->len; i++)
    {
      DdKubeNode *node = g_ptr_array_index (nodes, i);

      if (node->instance != NULL && !g_hash_table_contains (self->known_instances, node->instance))
        g_ptr_array_add (self->fresh, dd_kube_node_ref (node));
    }
}

static gboolean
all_are_ready (GPtrArray *nodes)
{
  for (guint i = 0; i < nodes->len; i++)
    if (((const DdKubeNode *) g_ptr_array_index (nodes, i))->not_ready != NULL
        && !DD_MUTANT (IGNORE_READINESS))
      return FALSE;
  return nodes->len > 0;
}

static gboolean
all_zones_are_covered (const DdEngine *self)
{
  g_autoptr (GPtrArray) needed = dd_plan_zones (self->outdated);
  g_autoptr (GPtrArray) covered = dd_plan_zones (self->fresh);

  if (DD_MUTANT (DROP_ZONE_RULE))
    return TRUE;
  for (guint i = 0; i < needed->len; i++)
    if (!g_ptr_array_find_with_equal_func (covered, g_ptr_array_index (needed, i), g_str_equal,
                                           NULL))
      return FALSE;
  return TRUE;
}

static gboolean
can_grow_further (const DdEngine *self)
{
  return self->options.knobs.scale_up == DD_SCALE_UP_INCREMENTAL && self->fresh->len >= self->growth
         && self->growth < dd_plan_growth_limit (self->before->zones->len, self->parallelism);
}

static void
take_nodes (GPtrArray *nodes, const GError *error, gpointer data)
{
  DdEngine *self = data;

  if (nodes == NULL)
    {
      dd_engine_fail_with (self, error);
      return;
    }
  dd_scale_up_keep_fresh (self, nodes);
  dd_scale_up_note_joined (self, self->fresh);

  if (time_left (self) <= 0 || (all_are_ready (self->fresh) && all_zones_are_covered (self))
      || dd_engine_now (self) >= self->confirmed + CONFIRM_INTERVAL)
    dd_engine_enter (self, DD_STATE_CONFIRM_GROUP);
  else if (all_are_ready (self->fresh) && can_grow_further (self))
    {
      self->growth++;
      dd_engine_enter (self, DD_STATE_RAISE);
    }
  else
    dd_engine_enter (self, DD_STATE_AWAIT_NODES);
}

void
dd_scale_up_look_for_nodes (DdEngine *self)
{
  dd_engine_list (self, DD_NODES_UPDATED, take_nodes);
}

/* ---- confirmation by the group ---- */

static gboolean
is_ready_node (const DdEngine *self, const char *instance)
{
  for (guint i = 0; i < self->fresh->len; i++)
    {
      const DdKubeNode *node = g_ptr_array_index (self->fresh, i);

      if ((node->not_ready == NULL || DD_MUTANT (IGNORE_READINESS))
          && g_str_equal (node->instance, instance))
        return TRUE;
    }
  return FALSE;
}

GPtrArray *
dd_scale_up_absent_instances (const DdEngine *self)
{
  GPtrArray *absent = g_ptr_array_new ();

  for (guint i = 0; i < self->group->instances->len; i++)
    {
      const DdGroupInstance *instance = g_ptr_array_index (self->group->instances, i);

      if (dd_group_instance_counts (instance)
          && !g_hash_table_contains (self->known_instances, instance->id)
          && !is_ready_node (self, instance->id))
        g_ptr_array_add (absent, instance->id);
    }
  return absent;
}

/* Whoever lowered desired means it; nobody waits for what cannot come any more. */
static void
fail_called_off (DdEngine *self)
{
  gint64 asked = self->desired, ready = self->fresh->len;
  g_autofree char *message = g_strdup_printf ("Auto Scaling group %s wants %" G_GINT64_FORMAT
                                              " instances, not the %" G_GINT64_FORMAT
                                              " that the update had asked for: somebody lowered it",
                                              self->group->name, self->group->desired, asked);
  char *why = g_strdup_printf ("%s\nno node was replaced, and %" G_GINT64_FORMAT
                               " new ones had joined; start the update again, and see that nobody "
                               "lowers the desired size meanwhile, such as a Cluster Autoscaler or "
                               "a configuration tool",
                               message, ready);

  dd_size_adopt_desired (self);
  dd_engine_fail (self, "ConfigurationConflict", message, NULL, why);
}

void
dd_scale_up_take_group (DdEngine *self, const DdReply *reply)
{
  g_autoptr (GPtrArray) absent = NULL;

  if (!dd_engine_take_group (self, reply))
    return;
  self->confirmed = dd_engine_now (self);
  absent = dd_scale_up_absent_instances (self);
  if ((absent->len == 0 || DD_MUTANT (DROP_ZONE_RULE)) && all_are_ready (self->fresh)
      && all_zones_are_covered (self))
    {
      dd_engine_trace (self, DD_EVENT_SCALE_UP_SATISFIED,
                       dd_object ("node_count", dd_int (self->fresh->len), NULL));
      dd_engine_enter (self, DD_STATE_PROTECT);
    }
  else if (self->group->desired < self->desired && !DD_MUTANT (WAIT_FOR_NOBODY))
    fail_called_off (self);
  else if (time_left (self) <= 0)
    dd_engine_enter (self, DD_STATE_READ_ACTIVITIES);
  else
    dd_engine_enter (self, DD_STATE_AWAIT_NODES);
}

/* ---- no node came ---- */

void
dd_scale_up_read_activities (DdEngine *self)
{
  dd_engine_send (self, "DescribeScalingActivities",
                  dd_autoscaling_describe_activities (self->before->name, 50));
}

/* What to blame: the new instances that are no node, or that are one and not Ready; one that was
 * never launched has the name that the service gives to such a thing. */
GPtrArray *
dd_scale_up_to_blame (DdEngine *self, GPtrArray *absent)
{
  GPtrArray *ids = g_ptr_array_new_with_free_func (g_free);

  for (guint i = 0; i < absent->len; i++)
    g_ptr_array_add (ids, g_strdup (g_ptr_array_index (absent, i)));
  if (ids->len == 0)
    {
      g_autofree char *uuid = dd_random_uuid (self->names);

      g_ptr_array_add (ids, g_strconcat ("DUMMY_", uuid, NULL));
    }
  return ids;
}

static const char *
message_about_addresses (GPtrArray *messages)
{
  for (guint i = 0; i < messages->len; i++)
    if (strstr (g_ptr_array_index (messages, i), "enough free addresses") != NULL)
      return g_ptr_array_index (messages, i);
  return NULL;
}

void
dd_scale_up_take_activities (DdEngine *self, const DdReply *reply)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) absent = dd_scale_up_absent_instances (self);
  g_autoptr (GPtrArray) messages
      = dd_activity_failures_from_reply (reply, self->raised - DD_SECOND, &error);
  g_autofree char *message
      = g_strdup_printf ("Couldn't proceed with upgrade process as new nodes are not joining node "
                         "group %s",
                         self->options.nodegroup);
  DdAbsence absence = { .before = self->before,
                        .now = self->group,
                        .outdated = self->outdated,
                        .fresh = self->fresh,
                        .absent = absent,
                        .messages = messages,
                        .raised = self->raised,
                        .at = dd_engine_now (self) };

  if (messages == NULL)
    dd_engine_fail_with (self, error);
  else if (message_about_addresses (messages) != NULL)
    dd_engine_fail (self, "InsufficientFreeAddresses", message_about_addresses (messages),
                    dd_scale_up_to_blame (self, absent), dd_explain_absence (&absence));
  else
    dd_engine_fail (self, "NodeCreationFailure", message, dd_scale_up_to_blame (self, absent),
                    dd_explain_absence (&absence));
}

/* ---- what is written on nodes ---- */

/* A mark is ours to take back from the moment we ask for it: no answer to any try is no proof that
 * it was not written. */
static void
note_asking (DdKubeNode *node, DdWrites writes, gpointer data)
{
  DdEngine *self = data;
  guint ours = GPOINTER_TO_UINT (g_hash_table_lookup (self->marked, node->name));

  g_hash_table_replace (self->marked, g_strdup (node->name), GUINT_TO_POINTER (ours | writes));
}

static void
note_marked (DdKubeNode *node, DdWrites writes, gpointer data)
{
  DdEngine *self = data;
  g_autofree char *mark = dd_marks_to_text (writes);

  note_asking (node, writes, self);
  dd_trace (self->context.trace, "engine", DD_EVENT_NODE_MARKED, node->name,
            dd_object ("mark", dd_string (mark), "zone", dd_string (node->zone), NULL));
}

static void
go_on_to_mark (const GError *error, gpointer data)
{
  DdEngine *self = data;

  if (error != NULL)
    dd_engine_fail_with (self, error);
  else
    dd_engine_enter (self, DD_STATE_MARK);
}

static void
go_on_to_upgrade (const GError *error, gpointer data)
{
  DdEngine *self = data;

  if (error != NULL)
    dd_engine_fail_with (self, error);
  else
    dd_engine_enter (self, DD_STATE_PAUSE);
}

static void
write_on_all (DdEngine *self, GPtrArray *nodes, DdWrites writes, DdPatcherWrote wrote,
              DdPatcherDone done)
{
  g_clear_pointer (&self->patcher, dd_patcher_free);
  self->patcher = dd_patcher_new (self->caller, self->context.clock, FALSE, wrote, done, self);
  if (wrote != NULL)
    dd_patcher_tell_asking (self->patcher, note_asking);
  for (guint i = 0; i < nodes->len; i++)
    dd_patcher_add (self->patcher, g_ptr_array_index (nodes, i), writes);
  dd_patcher_start (self->patcher);
}

/* The Cluster Autoscaler must not take the new, still empty nodes away. */
void
dd_scale_up_protect (DdEngine *self)
{
  self->protected_any = TRUE;
  write_on_all (self, self->fresh, DD_WRITE_PROTECTION, NULL, go_on_to_mark);
}

void
dd_scale_up_mark (DdEngine *self)
{
  if (DD_MUTANT (SKIP_MARK))
    go_on_to_upgrade (NULL, self);
  else
    write_on_all (self, DD_MUTANT (MARK_UPDATED) ? self->fresh : self->outdated,
                  dd_marks_from_knobs (&self->options.knobs), note_marked, go_on_to_upgrade);
}
