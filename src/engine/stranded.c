/* SPDX-License-Identifier: Apache-2.0 */
/* Stranded: pods that a failed update put out, and that find no place without the nodes that it
 * leaves closed.
 *
 * A node that could not be emptied keeps its mark, for somebody to look at, as on Amazon EKS. That
 * must cost nobody a place to run: a pod may be tied to the node's zone by its volume, or the node
 * may be all the room there is. So before the clean-up ends it looks for pods that came since the
 * update began and that the scheduler found no node for; where there are any, the nodes are opened
 * again. Otherwise the explanation says which nodes stay closed, and how to open them. */
#include "config.h"

#include "engine/mutant.h"
#include "engine/private.h"
#include "kube/pod.h"

DdState
dd_stranded_state (const DdEngine *self)
{
  return self->closed > 0 && !DD_MUTANT (LEAVE_STRANDED) ? DD_STATE_AWAIT_STRANDED
                                                         : DD_STATE_LIST_PROTECTED;
}

static void
begin_list (gpointer data)
{
  DdEngine *self = data;

  self->timer = 0;
  dd_engine_enter (self, DD_STATE_LIST_STRANDED);
}

/* Pods that left the last new nodes are still on their way. */
void
dd_stranded_await (DdEngine *self)
{
  dd_engine_wait (self, self->options.knobs.poll_interval, begin_list);
}

/* ---- who is stranded ---- */

static void
ask (DdEngine *self, const char *token)
{
  dd_engine_send (self, "list pods", dd_kube_list_pending_pods (token));
}

void
dd_stranded_list (DdEngine *self)
{
  self->stranded = 0;
  g_clear_pointer (&self->first_stranded, g_free);
  ask (self, NULL);
}

/* Timestamps of objects are whole seconds. */
static void
count (DdEngine *self, const GPtrArray *pods)
{
  for (guint i = 0; i < pods->len; i++)
    {
      const DdKubePod *pod = g_ptr_array_index (pods, i);

      if (!pod->homeless || pod->leaving || pod->stays || pod->created <= self->began - DD_SECOND)
        continue;
      if (self->stranded++ == 0)
        self->first_stranded = g_strdup_printf ("%s/%s", pod->namespace_, pod->name);
    }
}

void
dd_stranded_take (DdEngine *self, const DdReply *reply)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) pods = g_ptr_array_new_with_free_func ((GDestroyNotify) dd_kube_pod_free);
  g_autofree char *token = NULL;

  if (!dd_kube_pods_from_reply (reply, pods, &token, &error))
    {
      dd_engine_fail_with (self, error);
      return;
    }
  count (self, pods);
  if (token != NULL)
    ask (self, token);
  else
    dd_engine_enter (self, DD_STATE_OPEN_STUCK);
}

/* ---- the nodes that could not be emptied ---- */

static void
go_on (const GError *error, gpointer data)
{
  DdEngine *self = data;

  if (error != NULL)
    dd_engine_fail_with (self, error);
  else
    dd_engine_enter (self, DD_STATE_LIST_PROTECTED);
}

static gboolean
is_closed (const DdEngine *self, const DdKubeNode *node)
{
  return g_hash_table_contains (self->stuck, node->name)
         && (dd_marks_on_node (node)
             & GPOINTER_TO_UINT (g_hash_table_lookup (self->marked, node->name)));
}

/* The nodes of CLOSED, and what takes WRITE from them; nothing where none has it. */
static void
add_remedy (GString *text, const GPtrArray *closed, DdWrites write, const char *before,
            const char *after)
{
  gboolean any = FALSE;

  for (guint i = 0; i < closed->len; i++)
    {
      const DdKubeNode *node = g_ptr_array_index (closed, i);

      if (!(dd_marks_on_node (node) & write))
        continue;
      g_string_append_printf (text, "%s %s", any ? "" : before, node->name);
      any = TRUE;
    }
  if (any)
    g_string_append (text, after);
}

static void
explain_closed (DdEngine *self, const GPtrArray *closed)
{
  GString *text = g_string_new (NULL);

  g_string_printf (text, "%u node%s that could not be emptied take%s no new pods until you say so:",
                   closed->len, closed->len == 1 ? "" : "s", closed->len == 1 ? "s" : "");
  add_remedy (text, closed, DD_WRITE_CORDON, "\nkubectl uncordon", "");
  add_remedy (text, closed, DD_WRITE_TAINT, "\nkubectl taint nodes",
              " " DD_TAINT_KEY ":" DD_TAINT_EFFECT "-");
  dd_engine_explain_more (self, g_string_free (text, FALSE));
}

static void
explain_opened (DdEngine *self, const GPtrArray *closed)
{
  g_autofree char *others
      = self->stranded > 1 ? g_strdup_printf (" and %u more", self->stranded - 1) : g_strdup ("");

  dd_engine_explain_more (
      self, g_strdup_printf ("no other place is left for %s%s: %u node%s that could not be emptied "
                             "take%s pods again",
                             self->first_stranded, others, closed->len, closed->len == 1 ? "" : "s",
                             closed->len == 1 ? "s" : ""));
}

static void
open_all (DdEngine *self, const GPtrArray *closed)
{
  g_clear_pointer (&self->patcher, dd_patcher_free);
  self->patcher = dd_patcher_new (self->caller, self->context.clock, TRUE, dd_engine_trace_unmarked,
                                  go_on, self);
  for (guint i = 0; i < closed->len; i++)
    {
      DdKubeNode *node = g_ptr_array_index (closed, i);

      dd_patcher_add (self->patcher, node,
                      GPOINTER_TO_UINT (g_hash_table_lookup (self->marked, node->name)));
    }
  dd_patcher_start (self->patcher);
}

static void
take_outdated (GPtrArray *nodes, const GError *error, gpointer data)
{
  DdEngine *self = data;
  g_autoptr (GPtrArray) closed = g_ptr_array_new ();

  if (nodes == NULL)
    {
      dd_engine_fail_with (self, error);
      return;
    }
  for (guint i = 0; i < nodes->len; i++)
    if (is_closed (self, g_ptr_array_index (nodes, i)))
      g_ptr_array_add (closed, g_ptr_array_index (nodes, i));
  if (closed->len > 0 && self->stranded > 0)
    {
      explain_opened (self, closed);
      open_all (self, closed);
      return;
    }
  if (closed->len > 0)
    explain_closed (self, closed);
  dd_engine_enter (self, DD_STATE_LIST_PROTECTED);
}

void
dd_stranded_open (DdEngine *self)
{
  dd_engine_list (self, DD_NODES_OUTDATED, take_outdated);
}
