/* SPDX-License-Identifier: Apache-2.0 */
/* Upgrade: outdated nodes leave wave by wave; the Auto Scaling group launches a
 * replacement for each. While that goes on nothing reads the whole group: new nodes are looked for
 * only after a sixteenth of the group has been replaced, so the cost of an update grows with the
 * number of its nodes and not with its square. */
#include "config.h"

#include "engine/private.h"
#include "engine/mutant.h"

/* How often outdated nodes may turn up again before somebody else must be at work on the group. */
#define MAX_ROUNDS 10
#define LOOKS_PER_UPDATE 16

static void
go_on (gpointer data)
{
  DdEngine *self = data;

  self->timer = 0;
  dd_engine_enter (self, DD_STATE_REPLACE);
}

void
dd_upgrade_pause (DdEngine *self)
{
  dd_engine_wait (self, self->rounds == 0 ? self->options.knobs.pre_drain_delay : 0, go_on);
}

/* ---- new nodes that come meanwhile ---- */

/* A new node that could not be protected is no reason to fail. */
static void
ignore_patched (G_GNUC_UNUSED const GError *error, gpointer data)
{
  DdEngine *self = data;

  dd_engine_note_late_end (self);
}

static void
take_late_nodes (GPtrArray *nodes, G_GNUC_UNUSED const GError *error, gpointer data)
{
  DdEngine *self = data;
  gboolean protected_before = self->protected_any;

  g_clear_pointer (&self->late_lister, dd_lister_free);
  if (nodes == NULL)
    return;
  dd_scale_up_note_joined (self, nodes);
  self->late_patcher
      = dd_patcher_new (self->caller, self->context.clock, FALSE, NULL, ignore_patched, self);
  for (guint i = 0; i < nodes->len; i++)
    {
      DdKubeNode *node = g_ptr_array_index (nodes, i);

      if (node->instance == NULL || g_hash_table_contains (self->known_instances, node->instance))
        continue;
      dd_patcher_add (self->late_patcher, node, DD_WRITE_PROTECTION);
      self->protected_any = TRUE;
    }
  if (self->protected_any != protected_before)
    dd_journal_note (self); /* MINIMAL has no scale-up that wrote it down */
  dd_patcher_start (self->late_patcher);
}

static void
look_for_late_nodes (DdEngine *self)
{
  if (self->late_lister == NULL && self->late_patcher == NULL)
    self->late_lister = dd_engine_lister (self, DD_NODES_UPDATED, take_late_nodes);
}

/* ---- the waves ---- */

static void
note_progress (guint gone, gpointer data)
{
  DdEngine *self = data;

  self->replaced++;
  if (gone - self->gone_at_last_look > self->outdated->len / LOOKS_PER_UPDATE)
    {
      self->gone_at_last_look = gone;
      look_for_late_nodes (self);
    }
}

/* Whatever becomes of the request: should the update fail before the node leaves, the cordon is
 * ours to take back. */
static void
note_cordons (const DdKubeNode *node, gpointer data)
{
  DdEngine *self = data;
  DdWrites marks = GPOINTER_TO_UINT (g_hash_table_lookup (self->marked, node->name));

  if (DD_MUTANT (FORGET_OWN_CORDONS))
    return;
  marks |= dd_marks_of_leaving (&self->options.knobs);
  g_hash_table_replace (self->marked, g_strdup (node->name), GUINT_TO_POINTER (marks));
  dd_journal_note (self);
}

/* Nodes whose turn never came are looked for again. */
static void
forget_waiting (DdEngine *self)
{
  dd_refill_clear (self);
  for (guint i = 0; i < self->outdated->len; i++)
    {
      const DdKubeNode *node = g_ptr_array_index (self->outdated, i);

      if (!dd_waves_has_started (self->waves, node->name))
        g_hash_table_remove (self->handled, node->name);
    }
}

static void
note_waves_done (const DdWavesResult *result, gpointer data)
{
  DdEngine *self = data;

  forget_waiting (self);
  if (result->error != NULL)
    dd_engine_fail_with (self, result->error);
  else if (result->overdue->len > 0)
    {
      self->overdue = result->overdue;
      dd_engine_enter (self, DD_STATE_READ_BUDGETS);
    }
  else if (self->refill_error != NULL)
    dd_engine_fail_with (self, self->refill_error);
  else if (self->shortfall)
    dd_engine_enter (self, DD_STATE_LIST_SHORTFALL);
  else
    dd_engine_enter (self, DD_STATE_LOOK_AGAIN);
}

void
dd_upgrade_replace (DdEngine *self)
{
  const DdKnobs *knobs = &self->options.knobs;
  DdWavesOptions options = {
    .machine = dd_engine_machine_context (self),
    .gate = dd_refill_gate,
    .parallelism = self->parallelism + (DD_MUTANT (IGNORE_PARALLELISM) ? 1 : 0),
    .sliding = knobs->wave == DD_WAVE_SLIDING,
    .progress = note_progress,
    .done = note_waves_done,
    .data = self,
  };
  DdNodeWay way = { .cordons = note_cordons,
                    .cordons_data = self,
                    .drain = TRUE,
                    .force = self->options.force,
                    .decrement = knobs->decrement_on_terminate };

  self->rounds++;
  self->gone_at_last_look = 0;
  g_clear_pointer (&self->waves, dd_waves_free);
  self->waves = dd_waves_new (&options);
  for (guint i = 0; i < self->outdated->len; i++)
    {
      DdKubeNode *node = g_ptr_array_index (self->outdated, i);

      g_hash_table_add (self->handled, g_strdup (node->name));
      way.leaves_already = dd_engine_leaves_already (self, node);
      dd_waves_add (self->waves, node, &way);
    }
  dd_waves_start (self->waves);
}

/* ---- until no node is outdated ---- */

static void
take_outdated (GPtrArray *nodes, const GError *error, gpointer data)
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

      if (!g_hash_table_contains (self->handled, node->name))
        g_ptr_array_add (self->outdated, dd_kube_node_ref (node));
    }
  dd_plan_order (self->outdated, self->options.knobs.node_choice, self->choice);
  dd_journal_keep_order (self);
  dd_journal_plan (self);

  if (self->outdated->len == 0)
    dd_engine_enter (self, DD_STATE_READ_SIZE);
  else if (self->rounds == MAX_ROUNDS)
    dd_engine_fail (self, "ConfigurationConflict",
                    "outdated nodes keep joining the node group during the update", NULL,
                    g_strdup ("somebody else points its Auto Scaling group to another launch "
                              "template version"));
  else
    dd_engine_enter (self, dd_engine_mark_state (self));
}

void
dd_upgrade_look_again (DdEngine *self)
{
  dd_engine_list (self, DD_NODES_OUTDATED, take_outdated);
}
