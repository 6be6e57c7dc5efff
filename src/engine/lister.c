/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "engine/lister.h"

#include "aws/autoscaling.h"
#include "base/error.h"
#include "kube/node.h"

/* A list that takes so long that its token expires begins anew, but not for ever. */
#define MAX_RESTARTS 3

struct _DdLister
{
  DdCaller *caller;
  char *selector; /* NULL: every node */
  /* of a group */
  char *group, *version, *image; /* NULL: labels say who is in it */
  gboolean updated, outdated;
  GHashTable *members; /* instance to version of its launch template */
  GPtrArray *nodes;
  guint restarts;
  guint64 call;
  DdListerDone done;
  gpointer data;
};

static void ask (DdLister *self, const char *token);

static GPtrArray *
nodes_new (void)
{
  return g_ptr_array_new_with_free_func ((GDestroyNotify) dd_kube_node_unref);
}

static int
compare_names (gconstpointer a, gconstpointer b)
{
  const DdKubeNode *const *left = a;
  const DdKubeNode *const *right = b;

  return g_strcmp0 ((*left)->name, (*right)->name);
}

/* Keeps what is wanted of the group, with its image as a label would say it. */
static void
keep_members (const DdLister *self, GPtrArray *nodes)
{
  for (guint i = nodes->len; i > 0; i--)
    {
      DdKubeNode *node = g_ptr_array_index (nodes, i - 1);
      const char *version
          = node->instance == NULL ? NULL : g_hash_table_lookup (self->members, node->instance);
      gboolean updated = g_strcmp0 (version, self->version) == 0;

      if (version == NULL || !(updated ? self->updated : self->outdated))
        {
          g_ptr_array_remove_index (nodes, i - 1);
          continue;
        }
      g_free (node->image);
      node->image = g_strdup (updated ? self->image : "");
    }
}

static void
finish (DdLister *self, const GError *error)
{
  g_autoptr (GPtrArray) nodes = g_steal_pointer (&self->nodes);

  if (error == NULL && self->members != NULL)
    keep_members (self, nodes);
  g_ptr_array_sort (nodes, compare_names);
  self->done (error == NULL ? nodes : NULL, error, self->data);
}

static void
take_page (const DdReply *reply, const GError *error, gpointer data)
{
  DdLister *self = data;
  g_autoptr (GError) problem = error == NULL ? NULL : g_error_copy (error);
  g_autofree char *token = NULL;

  self->call = 0;
  if (g_error_matches (error, DD_ERROR, DD_ERROR_CONFLICT) && self->restarts++ < MAX_RESTARTS)
    {
      g_ptr_array_set_size (self->nodes, 0);
      ask (self, NULL);
      return;
    }
  if (problem == NULL && dd_kube_nodes_from_reply (reply, self->nodes, &token, &problem)
      && token != NULL)
    {
      ask (self, token);
      return;
    }
  finish (self, problem);
}

static void
ask (DdLister *self, const char *token)
{
  self->call = dd_caller_send (self->caller, "list nodes",
                               dd_kube_list_nodes (self->selector, token), take_page, self);
}

/* Every instance has a version here; one that was made without a template has "". */
static void
take_group (const DdReply *reply, const GError *error, gpointer data)
{
  DdLister *self = data;
  g_autoptr (GError) problem = error == NULL ? NULL : g_error_copy (error);
  g_autoptr (DdScalingGroup) group = NULL;

  self->call = 0;
  if (problem == NULL)
    group = dd_scaling_group_from_reply (reply, self->group, &problem);
  if (problem != NULL)
    {
      finish (self, problem);
      return;
    }
  self->members = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  for (guint i = 0; i < group->instances->len; i++)
    {
      const DdGroupInstance *each = g_ptr_array_index (group->instances, i);
      const char *version = each->template_version;

      if (each->id != NULL)
        g_hash_table_insert (self->members, g_strdup (each->id),
                             g_strdup (version == NULL ? "" : version));
    }
  ask (self, NULL);
}

DdLister *
dd_lister_new_of_group (DdCaller *caller, const DdMembership *membership, DdListerDone done,
                        gpointer data)
{
  DdLister *self = g_new0 (DdLister, 1);

  self->caller = caller;
  self->group = g_strdup (membership->group);
  self->version = g_strdup (membership->version);
  self->image = g_strdup (membership->image);
  self->updated = membership->updated;
  self->outdated = membership->outdated;
  self->nodes = nodes_new ();
  self->done = done;
  self->data = data;
  self->call = dd_caller_send (caller, "DescribeAutoScalingGroups",
                               dd_autoscaling_describe_group (self->group, TRUE), take_group, self);
  return self;
}

DdLister *
dd_lister_new (DdCaller *caller, const char *selector, DdListerDone done, gpointer data)
{
  DdLister *self = g_new0 (DdLister, 1);

  self->caller = caller;
  self->selector = g_strdup (selector);
  self->nodes = nodes_new ();
  self->done = done;
  self->data = data;
  ask (self, NULL);
  return self;
}

void
dd_lister_free (DdLister *self)
{
  if (self == NULL)
    return;
  dd_caller_cancel (self->caller, self->call);
  g_free (self->selector);
  g_free (self->group);
  g_free (self->version);
  g_free (self->image);
  g_clear_pointer (&self->members, g_hash_table_unref);
  g_clear_pointer (&self->nodes, g_ptr_array_unref);
  g_free (self);
}
