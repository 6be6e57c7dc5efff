/* SPDX-License-Identifier: Apache-2.0 */
/* Vanished: nodes that leave the group during an update, and not by it.
 *
 * Auto Scaling takes them, to even out its zones or because an instance is ill, or somebody does;
 * whoever watches the update would look for the reason in vain. They are looked for in lists that
 * are made anyway, before nodes leave and after each round of waves, so that one is told a little
 * late. While the group shrinks Auto Scaling chooses who leaves, and that is as it was asked to.
 * Imitates: Amazon EC2 Auto Scaling User Guide, Availability Zone rebalancing and Health checks. */
#include "config.h"

#include <string.h>

#include "engine/private.h"

/* A node of the wave that has not begun yet was told nothing. */
static gboolean
waits_for_its_turn (const DdEngine *self, const char *name)
{
  if (self->waves == NULL || self->failed || dd_waves_has_started (self->waves, name))
    return FALSE;
  for (guint i = 0; i < self->outdated->len; i++)
    if (g_str_equal (((DdKubeNode *) g_ptr_array_index (self->outdated, i))->name, name))
      return TRUE;
  return FALSE;
}

static gboolean
was_told_to_leave (const DdEngine *self, const char *name)
{
  if (g_hash_table_contains (self->handled, name))
    return !waits_for_its_turn (self, name);
  return g_hash_table_contains (self->left_again, name)
         || (self->waves != NULL && dd_waves_has_started (self->waves, name));
}

static gint
compare_names (gconstpointer a, gconstpointer b)
{
  return strcmp (a, b);
}

/* Those of the known nodes that are not in NODES and were not missed before, by name; of char *,
 * borrowed. */
static GList *
find_missing (DdEngine *self, const GPtrArray *nodes)
{
  g_autoptr (GHashTable) there = g_hash_table_new (g_str_hash, g_str_equal);
  GList *missing = NULL;
  GHashTableIter iter;
  gpointer name;

  for (guint i = 0; i < nodes->len; i++)
    g_hash_table_add (there, ((DdKubeNode *) g_ptr_array_index (nodes, i))->name);
  g_hash_table_iter_init (&iter, self->known_nodes);
  while (g_hash_table_iter_next (&iter, &name, NULL))
    if (!g_hash_table_contains (there, name) && !g_hash_table_contains (self->missed, name))
      missing = g_list_prepend (missing, name);
  return g_list_sort (missing, compare_names);
}

void
dd_vanished_note (DdEngine *self, const GPtrArray *nodes)
{
  g_autoptr (GList) missing = find_missing (self, nodes);

  for (GList *link = missing; link != NULL; link = link->next)
    {
      if (was_told_to_leave (self, link->data))
        continue;
      g_hash_table_add (self->missed, g_strdup (link->data));
      dd_trace (self->context.trace, "engine", DD_EVENT_NODE_VANISHED, link->data,
                dd_object ("group", dd_string (self->before->name), NULL));
    }
}

void
dd_vanished_forget (DdEngine *self, const GPtrArray *nodes)
{
  g_autoptr (GList) missing = find_missing (self, nodes);

  for (GList *link = missing; link != NULL; link = link->next)
    g_hash_table_add (self->missed, g_strdup (link->data));
}
