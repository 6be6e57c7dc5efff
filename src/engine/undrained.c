/* SPDX-License-Identifier: Apache-2.0 */
/* Undrained: nodes could not be emptied in time, and the update fails. Before it says so it asks
 * for what makes the advice good: the budgets, and, where nodes have left already, whether their
 * replacements have joined. To force an update is no advice while none do: it would take the nodes
 * that are left. What cannot be read makes the advice less to the point, and nothing worse. */
#include "config.h"

#include "engine/private.h"

static void
note_undrained (DdEngine *self, GPtrArray *ids)
{
  for (guint i = 0; i < self->overdue->len; i++)
    {
      const char *name = dd_node_machine_node (g_ptr_array_index (self->overdue, i))->name;

      g_ptr_array_add (ids, g_strdup (name));
      g_hash_table_add (self->stuck, g_strdup (name));
    }
}

static char *
explain (const DdEngine *self, const GPtrArray *absent)
{
  g_autofree char *why
      = dd_explain_drains_under (self->overdue, self->budgets, dd_engine_now (self));
  g_autofree char *replacements = NULL;

  if (absent == NULL || absent->len == 0)
    return g_strdup_printf ("%s\nThen start the update again. Or force it, and what is left after "
                            "the drain's time is deleted.",
                            why);
  replacements = dd_explain_instances (self->group, absent);
  return g_strdup_printf ("%s\nreplacements of nodes that have left do not join either:%s\n"
                          "Mend both, then start the update again. Do not force it before: each "
                          "node that it takes would be one less.",
                          why, replacements);
}

static void
fail (DdEngine *self, const GPtrArray *absent)
{
  GPtrArray *ids = g_ptr_array_new_with_free_func (g_free);
  g_autofree char *message
      = g_strdup_printf ("Reached max retries while trying to evict pods from nodes in node group "
                         "%s",
                         self->options.nodegroup);

  note_undrained (self, ids);
  dd_engine_fail (self, "PodEvictionFailure", message, ids, explain (self, absent));
}

/* ---- the replacements ---- */

static void
take_group (const DdReply *reply, const GError *error, gpointer data)
{
  DdEngine *self = data;
  g_autoptr (GPtrArray) absent = NULL;
  DdScalingGroup *group = NULL;

  self->call = 0;
  if (error == NULL)
    group = dd_scaling_group_from_reply (reply, self->before->name, NULL);
  if (group != NULL)
    {
      g_clear_pointer (&self->group, dd_scaling_group_free);
      self->group = group;
      absent = dd_scale_up_absent_instances (self);
    }
  fail (self, absent);
}

static void
take_updated (GPtrArray *nodes, G_GNUC_UNUSED const GError *error, gpointer data)
{
  DdEngine *self = data;

  if (nodes == NULL)
    {
      fail (self, NULL);
      return;
    }
  dd_scale_up_keep_fresh (self, nodes);
  dd_scale_up_note_joined (self, self->fresh);
  self->call = dd_caller_send_once (self->caller, "DescribeAutoScalingGroups",
                                    dd_autoscaling_describe_group (self->before->name, TRUE),
                                    take_group, self);
}

/* Where no node has left, none is replaced: scale-up has seen all the others. */
static void
look_for_replacements (DdEngine *self)
{
  if (self->replaced > 0)
    dd_engine_list (self, DD_NODES_UPDATED, take_updated);
  else
    fail (self, NULL);
}

/* ---- the budgets ---- */

static void
free_budget (gpointer budget)
{
  dd_kube_budget_free (budget);
}

static void
take_budgets (const DdReply *reply, const GError *error, gpointer data)
{
  DdEngine *self = data;
  g_autofree char *token = NULL;

  self->call = 0;
  if (error == NULL && dd_kube_budgets_from_reply (reply, self->budgets, &token, NULL)
      && token != NULL)
    self->call = dd_caller_send_once (self->caller, "list budgets", dd_kube_list_budgets (token),
                                      take_budgets, self);
  else
    look_for_replacements (self);
}

void
dd_undrained_read_budgets (DdEngine *self)
{
  g_clear_pointer (&self->budgets, g_ptr_array_unref);
  self->budgets = g_ptr_array_new_with_free_func (free_budget);
  self->call = dd_caller_send_once (self->caller, "list budgets", dd_kube_list_budgets (NULL),
                                    take_budgets, self);
}
