/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "sim/kube/controllers/scheduler-private.h"

/* Recomputing a node's sums for each pod would cost nodes times pods; here each change of a pod is
 * added to the node it is on. */

/* What a pod without requests counts for when nodes are compared (kube-scheduler's
 * GetNonzeroRequests). */
#define DEFAULT_CPU_MILLIS 100
#define DEFAULT_MEMORY_BYTES ((gint64) 200 * 1024 * 1024)

/* Lists of taints that are looked out for; a list with its own time in it comes once and never
 * again. */
#define MOST_TAINTS 16

static void
node_info_free (gpointer data)
{
  SimNodeInfo *info = data;

  sim_object_unref (info->node);
  g_free (info);
}

static void
siblings_free (gpointer data)
{
  SimSiblings *siblings = data;

  g_hash_table_unref (siblings->by_zone);
  g_hash_table_unref (siblings->by_node);
  g_free (siblings);
}

SimSchedulerCache *
sim_scheduler_cache_new (SimStore *store)
{
  SimSchedulerCache *cache = g_new0 (SimSchedulerCache, 1);

  cache->store = store;
  cache->nodes = g_ptr_array_new_with_free_func (node_info_free);
  cache->by_name = g_hash_table_new (g_str_hash, g_str_equal);
  cache->siblings = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, siblings_free);
  cache->repellers = g_ptr_array_new_with_free_func ((GDestroyNotify) sim_object_unref);
  cache->nominated = g_ptr_array_new_with_free_func ((GDestroyNotify) sim_object_unref);
  cache->taints = g_ptr_array_new_with_free_func ((GDestroyNotify) dd_value_unref);
  return cache;
}

void
sim_scheduler_cache_free (SimSchedulerCache *cache)
{
  if (cache == NULL)
    return;
  g_hash_table_unref (cache->by_name);
  g_ptr_array_unref (cache->nodes);
  g_hash_table_unref (cache->siblings);
  g_ptr_array_unref (cache->repellers);
  g_ptr_array_unref (cache->nominated);
  g_ptr_array_unref (cache->taints);
  g_free (cache);
}

SimNodeInfo *
sim_scheduler_cache_find (SimSchedulerCache *cache, const char *node)
{
  return g_hash_table_lookup (cache->by_name, node);
}

/* ---- pods ---- */

static gboolean
takes_room (const SimObject *pod)
{
  return kube_pod_view (pod)->node_name != NULL && !kube_pod_view (pod)->finished;
}

static void
bump (GHashTable *counts, gconstpointer key, int by)
{
  guint count = GPOINTER_TO_UINT (g_hash_table_lookup (counts, key)) + (guint) by;

  if (count > 0)
    g_hash_table_insert (counts, (gpointer) key, GUINT_TO_POINTER (count));
  else
    g_hash_table_remove (counts, key);
}

static SimSiblings *
siblings_for (SimSchedulerCache *cache, const char *owner_uid)
{
  SimSiblings *siblings = g_hash_table_lookup (cache->siblings, owner_uid);

  if (siblings == NULL)
    {
      siblings = g_new0 (SimSiblings, 1);
      siblings->by_zone = g_hash_table_new (NULL, NULL);
      siblings->by_node = g_hash_table_new (NULL, NULL);
      g_hash_table_insert (cache->siblings, g_strdup (owner_uid), siblings);
    }
  return siblings;
}

static void
count_sibling (SimSchedulerCache *cache, const char *owner_uid, const SimNodeInfo *info, int by)
{
  SimSiblings *siblings;

  if (owner_uid == NULL)
    return;
  siblings = siblings_for (cache, owner_uid);
  bump (siblings->by_node, info, by);
  if (info->zone != NULL)
    bump (siblings->by_zone, info->zone, by);
  if (g_hash_table_size (siblings->by_node) == 0)
    g_hash_table_remove (cache->siblings, owner_uid);
}

const SimSiblings *
sim_scheduler_cache_siblings (SimSchedulerCache *cache, const char *owner_uid)
{
  return g_hash_table_lookup (cache->siblings, owner_uid);
}

void
sim_node_info_count (SimNodeInfo *info, const SimObject *pod, int by)
{
  const KubePodView *view = kube_pod_view (pod);

  info->cpu_millis += by * view->cpu_millis;
  info->memory_bytes += by * view->memory_bytes;
  info->weighed_cpu += by * (view->cpu_millis > 0 ? view->cpu_millis : DEFAULT_CPU_MILLIS);
  info->weighed_memory += by * (view->memory_bytes > 0 ? view->memory_bytes : DEFAULT_MEMORY_BYTES);
  info->pods += by;
}

/* BY is 1 or -1. */
static void
count_pod (SimSchedulerCache *cache, SimNodeInfo *info, const SimObject *pod, int by)
{
  const KubePodView *view = kube_pod_view (pod);

  sim_node_info_count (info, pod, by);
  if (!view->terminating)
    count_sibling (cache, view->owner_uid, info, by);
}

static void
count_on_its_node (SimSchedulerCache *cache, const SimObject *pod, int by)
{
  SimNodeInfo *info;

  if (!takes_room (pod))
    return;
  info = sim_scheduler_cache_find (cache, kube_pod_view (pod)->node_name);
  if (info != NULL)
    count_pod (cache, info, pod, by);
}

static gboolean
repels (const SimObject *pod)
{
  return takes_room (pod)
         && dd_value_path (pod->value, "spec.affinity.podAntiAffinity."
                                       "requiredDuringSchedulingIgnoredDuringExecution.0")
                != NULL;
}

static void
forget (GPtrArray *pods, const char *uid)
{
  for (guint i = 0; i < pods->len; i++)
    if (g_str_equal (((SimObject *) g_ptr_array_index (pods, i))->uid, uid))
      {
        g_ptr_array_remove_index (pods, i);
        return;
      }
}

static void
follow_repeller (SimSchedulerCache *cache, const SimObject *before, SimObject *after)
{
  gboolean was = before != NULL && repels (before);
  gboolean is = after != NULL && repels (after);

  if (was && !is)
    forget (cache->repellers, before->uid);
  if (is && !was)
    g_ptr_array_add (cache->repellers, sim_object_ref (after));
}

static const char *
nomination_of (const SimObject *pod)
{
  const KubePodView *view = kube_pod_view (pod);

  return view->node_name == NULL && !view->finished && !view->terminating
             ? dd_value_path_string (pod->value, "status.nominatedNodeName")
             : NULL;
}

static void
follow_nominated (SimSchedulerCache *cache, const SimObject *before, SimObject *after)
{
  const char *was = before != NULL ? nomination_of (before) : NULL;
  const char *is = after != NULL ? nomination_of (after) : NULL;

  if (g_strcmp0 (was, is) == 0)
    return;
  if (was != NULL)
    forget (cache->nominated, before->uid);
  if (is != NULL)
    g_ptr_array_add (cache->nominated, sim_object_ref (after));
}

void
sim_scheduler_cache_pod (SimSchedulerCache *cache, const SimChange *change)
{
  const SimObject *before = change->type == SIM_ADDED ? NULL : change->previous;
  SimObject *after = change->type == SIM_DELETED ? NULL : change->object;

  if (before != NULL)
    count_on_its_node (cache, before, -1);
  if (after != NULL)
    count_on_its_node (cache, after, 1);
  follow_repeller (cache, before, after);
  follow_nominated (cache, before, after);
}

/* ---- nodes ---- */

/* Pods that are on the node already, taken into (or out of) its sums. */
static void
count_its_pods (SimSchedulerCache *cache, SimNodeInfo *info, int by)
{
  g_autoptr (GPtrArray) pods
      = sim_store_list_by (cache->store, &kube_pod, "spec.nodeName", info->node->name);

  for (guint i = 0; i < pods->len; i++)
    if (takes_room (g_ptr_array_index (pods, i)))
      count_pod (cache, info, g_ptr_array_index (pods, i), by);
}

static const DdValue *
shared_taints (SimSchedulerCache *cache, const DdValue *taints)
{
  for (guint i = 0; i < cache->taints->len; i++)
    if (dd_value_equal (g_ptr_array_index (cache->taints, i), taints))
      return g_ptr_array_index (cache->taints, i);
  if (taints != NULL && cache->taints->len < MOST_TAINTS)
    g_ptr_array_add (cache->taints, dd_value_ref (taints));
  return taints;
}

static void
set_node (SimSchedulerCache *cache, SimNodeInfo *info, SimObject *node)
{
  SimObject *old = info->node;

  info->node = sim_object_ref (node);
  info->view = kube_node_view (node);
  info->taints = shared_taints (cache, info->view->taints);
  sim_object_unref (old);
}

static const char *
zone_of (const SimObject *node)
{
  return g_intern_string (kube_node_view (node)->zone);
}

void
sim_scheduler_cache_node (SimSchedulerCache *cache, const SimChange *change)
{
  SimNodeInfo *info = sim_scheduler_cache_find (cache, change->object->name);

  if (info != NULL)
    g_hash_table_remove (cache->by_name, change->object->name);
  if (change->type == SIM_DELETED)
    {
      count_its_pods (cache, info, -1);
      g_ptr_array_remove (cache->nodes, info);
      return;
    }
  if (info == NULL)
    {
      info = g_new0 (SimNodeInfo, 1);
      info->node = sim_object_ref (change->object);
      g_ptr_array_add (cache->nodes, info);
      info->view = kube_node_view (change->object);
      info->zone = zone_of (change->object);
      count_its_pods (cache, info, 1);
    }
  else if (info->zone != zone_of (change->object))
    {
      count_its_pods (cache, info, -1);
      info->zone = zone_of (change->object);
      count_its_pods (cache, info, 1);
    }
  set_node (cache, info, change->object);
  g_hash_table_insert (cache->by_name, (gpointer) info->node->name, info);
}
