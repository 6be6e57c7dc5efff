/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "sim/kube/controllers/zones.h"

/* Imitates: Kubernetes, Nodes, Rate limits on eviction. One node in ten seconds for each zone; when
 * a zone is partly down (at least three nodes and 55 % of it) one in a hundred seconds if it is
 * large, none if it is small; when every zone is down, the fault is likely the controller's own and
 * nothing is evicted at all. */

#define NORMAL_INTERVAL (10 * DD_SECOND)
#define SLOW_INTERVAL (100 * DD_SECOND)
#define LARGE_ZONE 50
#define UNHEALTHY_PERCENT 55
#define UNHEALTHY_LEAST 3

typedef struct
{
  guint nodes, not_ready;
  DdUsec step; /* between two turns; 0: nobody has one */
  DdUsec next_turn;
} Zone;

struct _SimZones
{
  SimStage *stage;
  GHashTable *zones;  /* name -> Zone */
  guint populated;    /* zones that have nodes */
  guint down;         /* zones without a single Ready node */
  GPtrArray *waiting; /* names of nodes whose zone had no turn to give */
};

SimZones *
sim_zones_new (SimStage *stage)
{
  SimZones *zones = g_new0 (SimZones, 1);

  zones->stage = stage;
  zones->zones = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  zones->waiting = g_ptr_array_new_with_free_func (g_free);
  return zones;
}

void
sim_zones_free (SimZones *zones)
{
  if (zones == NULL)
    return;
  g_hash_table_unref (zones->zones);
  g_ptr_array_unref (zones->waiting);
  g_free (zones);
}

static Zone *
zone_of (SimZones *zones, const SimObject *node)
{
  const char *name = kube_node_view (node)->zone != NULL ? kube_node_view (node)->zone : "";
  Zone *zone = g_hash_table_lookup (zones->zones, name);

  if (zone == NULL)
    {
      zone = g_new0 (Zone, 1);
      g_hash_table_insert (zones->zones, g_strdup (name), zone);
    }
  return zone;
}

static gboolean
is_down (const Zone *zone)
{
  return zone->nodes > 0 && zone->not_ready == zone->nodes;
}

static void
count (SimZones *zones, const SimObject *node, int by)
{
  Zone *zone = zone_of (zones, node);

  zones->down -= is_down (zone);
  zones->populated -= zone->nodes > 0;
  zone->nodes += (guint) by;
  if (!kube_node_view (node)->ready)
    zone->not_ready += (guint) by;
  zones->down += is_down (zone);
  zones->populated += zone->nodes > 0;
}

static DdUsec
step_of (const SimZones *zones, const Zone *zone)
{
  gboolean partly = zone->not_ready >= UNHEALTHY_LEAST
                    && zone->not_ready * 100 >= zone->nodes * UNHEALTHY_PERCENT;

  if (is_down (zone))
    return zones->down == zones->populated ? 0 : NORMAL_INTERVAL;
  if (!partly)
    return NORMAL_INTERVAL;
  return zone->nodes > LARGE_ZONE ? SLOW_INTERVAL : 0;
}

/* TRUE when a zone that had no turns to give has some now. The order of zones does not matter. */
static gboolean
set_steps (SimZones *zones)
{
  GHashTableIter iter;
  gpointer value;
  gboolean opened = FALSE;

  g_hash_table_iter_init (&iter, zones->zones);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    {
      Zone *zone = value;
      DdUsec step = step_of (zones, zone);

      opened |= zone->step == 0 && step != 0;
      zone->step = step;
    }
  return opened;
}

void
sim_zones_follow (SimZones *zones, const SimChange *change,
                  void (*wake) (const char *node, gpointer data), gpointer data)
{
  g_autoptr (GPtrArray) waiting = NULL;

  if (change->type == SIM_MODIFIED
      && kube_node_view (change->previous)->ready == kube_node_view (change->object)->ready
      && g_strcmp0 (kube_node_view (change->previous)->zone, kube_node_view (change->object)->zone)
             == 0)
    return;
  if (change->type != SIM_ADDED)
    count (zones, change->previous, -1);
  if (change->type != SIM_DELETED)
    count (zones, change->object, 1);
  if (!set_steps (zones))
    return;
  waiting = g_steal_pointer (&zones->waiting);
  zones->waiting = g_ptr_array_new_with_free_func (g_free);
  for (guint i = 0; i < waiting->len; i++)
    wake (g_ptr_array_index (waiting, i), data);
}

gboolean
sim_zones_take_turn (SimZones *zones, const SimObject *node, DdUsec *out_wait)
{
  Zone *zone = zone_of (zones, node);
  DdUsec now = sim_stage_now (zones->stage);

  if (zone->step == 0)
    {
      *out_wait = 0;
      if (!g_ptr_array_find_with_equal_func (zones->waiting, node->name, g_str_equal, NULL))
        g_ptr_array_add (zones->waiting, g_strdup (node->name));
      return FALSE;
    }
  if (now < zone->next_turn)
    {
      *out_wait = zone->next_turn - now;
      return FALSE;
    }
  zone->next_turn = now + zone->step;
  return TRUE;
}
