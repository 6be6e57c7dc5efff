/* SPDX-License-Identifier: Apache-2.0 */
/* Each node is patched on its own: patch, and if somebody else changed it meanwhile, read it again
 * and patch what is there now. The caller below bounds how many are on the wire. */
#include "config.h"

#include "engine/patcher.h"

#include "base/error.h"
#include "engine/mutant.h"

#define MAX_REREADS 5

typedef struct
{
  DdPatcher *patcher;
  DdKubeNode *node; /* as last read */
  guint tries;
  DdUsec began; /* its first try */
  guint64 call, timer;
  DdWrites writes;  /* what it is to carry, or to lose */
  DdWrites written; /* what of that the patch under way changes */
} Item;

struct _DdPatcher
{
  DdCaller *caller;
  DdClock *clock;
  GPtrArray *items; /* of Item */
  guint open;
  guint64 timer;
  gboolean remove;
  GError *error;
  DdPatcherAsking asking;
  DdPatcherWrote wrote;
  DdPatcherDone done;
  gpointer data;
};

static void patch (Item *item);

static void
close_one (DdPatcher *self)
{
  g_autoptr (GError) error = NULL;

  if (--self->open > 0)
    return;
  error = g_steal_pointer (&self->error);
  self->done (error, self->data);
}

/* A node that needs nothing after it was tried has it from a try whose answer was lost: that was
 * us, and whoever marked it must take the mark away again. */
static void
close_written (Item *item)
{
  DdPatcher *self = item->patcher;

  if (item->tries > 0 && self->wrote != NULL)
    self->wrote (item->node, item->written, self->data);
  close_one (self);
}

static void
fail_item (Item *item, const GError *error)
{
  DdPatcher *self = item->patcher;

  if (self->error == NULL && !g_error_matches (error, DD_ERROR, DD_ERROR_NOT_FOUND))
    {
      self->error = g_error_copy (error);
      g_prefix_error (&self->error, "node %s: ", item->node->name);
    }
  close_one (self);
}

static void
take_node (const DdReply *reply, const GError *error, gpointer data)
{
  Item *item = data;
  g_autoptr (GError) problem = error == NULL ? NULL : g_error_copy (error);
  DdKubeNode *node = problem == NULL ? dd_kube_node_from_reply (reply, &problem) : NULL;

  item->call = 0;
  if (node == NULL)
    {
      fail_item (item, problem);
      return;
    }
  dd_kube_node_unref (item->node);
  item->node = node;
  patch (item);
}

static void
read_again (gpointer data)
{
  Item *item = data;

  item->timer = 0;
  item->call = dd_caller_send (item->patcher->caller, "get node",
                               dd_kube_get_node (item->node->name), take_node, item);
}

static void
take_patched (G_GNUC_UNUSED const DdReply *reply, const GError *error, gpointer data)
{
  Item *item = data;
  DdPatcher *self = item->patcher;
  DdUsec delay;

  item->call = 0;
  if (g_error_matches (error, DD_ERROR, DD_ERROR_CONFLICT)
      && dd_caller_may_repeat (self->caller, item->tries, item->began, &delay))
    {
      item->timer = dd_clock_after (self->clock, delay, read_again, item);
      return;
    }
  if (error != NULL)
    {
      fail_item (item, error);
      return;
    }
  close_written (item);
}

static void
patch (Item *item)
{
  DdPatcher *self = item->patcher;
  DdWrites there = dd_marks_on_node (item->node);
  g_autoptr (DdValue) body = dd_marks_patch (item->node, item->writes, self->remove);

  if (body == NULL)
    {
      if (DD_MUTANT (FORGET_LOST_MARKS))
        item->tries = 0;
      close_written (item);
      return;
    }
  if (item->tries++ == 0)
    item->began = dd_clock_now (self->clock);
  item->written = self->remove ? (item->writes & there) : (item->writes & ~there);
  if (self->asking != NULL && !DD_MUTANT (FORGET_LOST_MARKS)
      && !DD_MUTANT (FORGET_UNANSWERED_MARKS))
    self->asking (item->node, item->written, self->data);
  item->call = dd_caller_send (self->caller, "patch node",
                               dd_kube_patch_node (item->node->name, body), take_patched, item);
}

static void
item_free (gpointer data)
{
  Item *item = data;

  dd_caller_cancel (item->patcher->caller, item->call);
  dd_clock_cancel (item->patcher->clock, item->timer);
  dd_kube_node_unref (item->node);
  g_free (item);
}

DdPatcher *
dd_patcher_new (DdCaller *caller, DdClock *clock, gboolean remove, DdPatcherWrote wrote,
                DdPatcherDone done, gpointer data)
{
  DdPatcher *self = g_new0 (DdPatcher, 1);

  self->caller = caller;
  self->clock = clock;
  self->remove = remove;
  self->wrote = wrote;
  self->done = done;
  self->data = data;
  self->items = g_ptr_array_new_with_free_func (item_free);
  return self;
}

void
dd_patcher_tell_asking (DdPatcher *self, DdPatcherAsking asking)
{
  self->asking = asking;
}

void
dd_patcher_add (DdPatcher *self, DdKubeNode *node, DdWrites writes)
{
  Item *item = g_new0 (Item, 1);

  item->patcher = self;
  item->node = dd_kube_node_ref (node);
  item->writes = writes;
  g_ptr_array_add (self->items, item);
}

/* The start itself counts as open, so that the end cannot come before it is over. */
static void
end_start (gpointer data)
{
  DdPatcher *self = data;

  self->timer = 0;
  close_one (self);
}

void
dd_patcher_start (DdPatcher *self)
{
  self->open = self->items->len + 1;
  self->timer = dd_clock_after (self->clock, 0, end_start, self);
  for (guint i = 0; i < self->items->len; i++)
    patch (g_ptr_array_index (self->items, i));
}

void
dd_patcher_free (DdPatcher *self)
{
  if (self == NULL)
    return;
  dd_clock_cancel (self->clock, self->timer);
  g_ptr_array_unref (self->items);
  g_clear_error (&self->error);
  g_free (self);
}
