#include "config.h"

#include "engine/lister.h"

#include "base/error.h"
#include "kube/node.h"

/* A list that takes so long that its token expires begins anew, but not for ever. */
#define MAX_RESTARTS 3

struct _DdLister
{
  DdCaller *caller;
  char *selector;
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

static void
finish (DdLister *self, const GError *error)
{
  g_autoptr (GPtrArray) nodes = g_steal_pointer (&self->nodes);

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
  g_clear_pointer (&self->nodes, g_ptr_array_unref);
  g_free (self);
}
