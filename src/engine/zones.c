/* SPDX-License-Identifier: Apache-2.0 */
/* engine/zones.c: see zones.h */
#include "config.h"

#include <string.h>

#include "engine/zones.h"

guint
dd_zones_in (GHashTable *counts, const char *zone)
{
  return GPOINTER_TO_UINT (g_hash_table_lookup (counts, zone));
}

static void
set (GHashTable *counts, const char *zone, guint count)
{
  g_hash_table_insert (counts, (char *) zone, GUINT_TO_POINTER (count));
}

void
dd_zones_gain (GHashTable *counts, const char *zone)
{
  set (counts, zone, dd_zones_in (counts, zone) + 1);
}

void
dd_zones_lose (GHashTable *counts, const char *zone)
{
  if (dd_zones_in (counts, zone) > 0)
    set (counts, zone, dd_zones_in (counts, zone) - 1);
}

GHashTable *
dd_zones_count (const DdScalingGroup *group)
{
  GHashTable *counts = g_hash_table_new (g_str_hash, g_str_equal);

  for (guint i = 0; i < group->zones->len; i++)
    set (counts, g_ptr_array_index (group->zones, i), 0);
  for (guint i = 0; i < group->instances->len; i++)
    {
      const DdGroupInstance *instance = g_ptr_array_index (group->instances, i);

      if (instance->zone != NULL && dd_group_instance_counts (instance))
        dd_zones_gain (counts, instance->zone);
    }
  return counts;
}

/* Whatever the order of the table: among equals the first by name. */
static const char *
extreme (GHashTable *counts, gboolean fullest, const char *except)
{
  const char *best = NULL;
  GHashTableIter iter;
  gpointer key;

  g_hash_table_iter_init (&iter, counts);
  while (g_hash_table_iter_next (&iter, &key, NULL))
    {
      guint here = dd_zones_in (counts, key), there = best == NULL ? 0 : dd_zones_in (counts, best);

      if (g_strcmp0 (key, except) != 0
          && (best == NULL || (fullest ? here > there : here < there)
              || (here == there && strcmp (key, best) < 0)))
        best = key;
    }
  return best;
}

const char *
dd_zones_fullest (GHashTable *counts, const char *except)
{
  return extreme (counts, TRUE, except);
}

const char *
dd_zones_emptiest (GHashTable *counts)
{
  return extreme (counts, FALSE, NULL);
}

guint
dd_zones_spread (GHashTable *counts)
{
  const char *fullest = dd_zones_fullest (counts, NULL);

  return fullest == NULL
             ? 0
             : dd_zones_in (counts, fullest) - dd_zones_in (counts, dd_zones_emptiest (counts));
}
