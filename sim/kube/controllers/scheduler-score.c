/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include <math.h>

#include "sim/kube/controllers/placement.h"
#include "sim/kube/controllers/scheduler-private.h"

/* The scores of kube-scheduler: each plugin gives every node a figure, the figures of one plugin
 * are brought to 0..100, and the weighted sum decides. Imitates: Kubernetes, Scheduler
 * Configuration, default plugins and weights. Not imitated: ImageLocality. */

#define MOST 100

typedef gint64 (*RawScore) (SimAttempt *attempt, const SimNodeInfo *node, gconstpointer data);

/* ---- room ---- */

static gint64
free_share (gint64 used, gint64 capacity)
{
  return capacity > 0 && used <= capacity ? (capacity - used) * MOST / capacity : 0;
}

static gint64
least_allocated (SimAttempt *attempt, const SimNodeInfo *node, gconstpointer data G_GNUC_UNUSED)
{
  gint64 cpu = node->weighed_cpu + MAX (attempt->view->cpu_millis, 100);
  gint64 memory = node->weighed_memory
                  + (attempt->view->memory_bytes > 0 ? attempt->view->memory_bytes
                                                     : (gint64) 200 * 1024 * 1024);

  return (free_share (cpu, node->view->cpu_millis) + free_share (memory, node->view->memory_bytes))
         / 2;
}

/* 100 less the spread between the two shares in use. */
static gint64
balanced (SimAttempt *attempt, const SimNodeInfo *node, gconstpointer data G_GNUC_UNUSED)
{
  gint64 cpu = node->cpu_millis + attempt->view->cpu_millis;
  gint64 memory = node->memory_bytes + attempt->view->memory_bytes;
  gint64 difference
      = free_share (cpu, node->view->cpu_millis) - free_share (memory, node->view->memory_bytes);

  return MOST - ABS (difference) / 2;
}

/* ---- preferences ---- */

static gint64
unwelcome (SimAttempt *attempt, const SimNodeInfo *node, gconstpointer data G_GNUC_UNUSED)
{
  return sim_count_untolerated (attempt->view->tolerations, node->view->taints,
                                SIM_PREFER_NO_SCHEDULE);
}

static gint64
preference (SimAttempt *attempt, const SimNodeInfo *node, gconstpointer data G_GNUC_UNUSED)
{
  return sim_node_preference (attempt->spec, node->node->name, node->view->labels);
}

static gint64
company (SimAttempt *attempt, const SimNodeInfo *node, gconstpointer data G_GNUC_UNUSED)
{
  const GArray *terms = attempt->topology->preferred;
  gint64 sum = 0;

  for (guint i = 0; i < terms->len; i++)
    {
      const SimTerm *term = &g_array_index (terms, SimTerm, i);

      sum += term->weight * MAX (sim_domains_count (&term->domains, node), 0);
    }
  return sum;
}

/* ---- spread ---- */

typedef struct
{
  const SimSiblings *siblings; /* where they are; NULL: nowhere */
  double per_zone, per_host;   /* the fewer domains, the less each pod in one matters */
} Spread;

static guint
count_of (GHashTable *counts, gconstpointer key)
{
  return GPOINTER_TO_UINT (g_hash_table_lookup (counts, key));
}

/* A pod's own ScheduleAnyway constraints, or without any constraint of its own the cluster's
 * defaults: five per zone, three per host, over the pods of the same controller. */
static gint64
crowding (SimAttempt *attempt, const SimNodeInfo *node, gconstpointer data)
{
  const Spread *spread = data;
  const SimTopology *topology = attempt->topology;
  double sum = 0;

  if (topology != NULL && topology->soft_spread->len + topology->spread->len > 0)
    {
      for (guint i = 0; i < topology->soft_spread->len; i++)
        {
          const SimTerm *term = &g_array_index (topology->soft_spread, SimTerm, i);
          guint n = g_hash_table_size (term->domains.counts);

          sum += (double) MAX (sim_domains_count (&term->domains, node), 0) * log (n + 2)
                 + (double) (term->max_skew - 1);
        }
      return (gint64) (sum + 0.5);
    }
  if (spread->siblings == NULL)
    return node->zone != NULL ? 6 : 2;
  sum = count_of (spread->siblings->by_node, node) * spread->per_host + 2;
  if (node->zone != NULL)
    sum += count_of (spread->siblings->by_zone, node->zone) * spread->per_zone + 4;
  return (gint64) (sum + 0.5);
}

static Spread
spread_over (SimAttempt *attempt, const GPtrArray *nodes)
{
  const char *owner = attempt->view->owner_uid;
  g_autoptr (GHashTable) zones = g_hash_table_new (NULL, NULL);
  Spread spread = { 0 };

  if (owner == NULL)
    return spread;
  for (guint i = 0; i < nodes->len; i++)
    g_hash_table_add (zones, (gpointer) ((SimNodeInfo *) g_ptr_array_index (nodes, i))->zone);
  spread.siblings = sim_scheduler_cache_siblings (attempt->cache, owner);
  spread.per_zone = log (g_hash_table_size (zones) + 2);
  spread.per_host = log (nodes->len + 2);
  return spread;
}

/* ---- from raw figures to 0..100 ---- */

typedef enum
{
  AS_IT_IS,
  MORE_IS_BETTER, /* share of the largest */
  LESS_IS_BETTER, /* the rest of that */
  EVEN_IS_BETTER, /* (largest + smallest - figure) of the largest */
  BETWEEN,        /* share of the way from the smallest to the largest */
} Scale;

static gint64
scaled (Scale scale, gint64 raw, gint64 low, gint64 high)
{
  switch (scale)
    {
    case AS_IT_IS:
      return raw;
    case MORE_IS_BETTER:
      return high > 0 ? MOST * raw / high : 0;
    case LESS_IS_BETTER:
      return high > 0 ? MOST - MOST * raw / high : MOST;
    case EVEN_IS_BETTER:
      return high > 0 ? MOST * (high + low - raw) / high : MOST;
    case BETWEEN:
      return high > low ? MOST * (raw - low) / (high - low) : 0;
    }
  g_assert_not_reached ();
}

static gboolean
has_topology (const SimAttempt *attempt)
{
  return attempt->topology != NULL;
}

static gboolean
is_selective (const SimAttempt *attempt)
{
  return attempt->selective;
}

static gboolean
has_company (const SimAttempt *attempt)
{
  return has_topology (attempt) || attempt->view->owner_uid != NULL;
}

static const struct
{
  RawScore raw;
  Scale scale;
  gint64 weight;
  gboolean (*applies) (const SimAttempt *attempt); /* NULL: to every pod */
} plugins[] = {
  { unwelcome, LESS_IS_BETTER, 3 },                /* TaintToleration */
  { preference, MORE_IS_BETTER, 2, is_selective }, /* NodeAffinity */
  { crowding, EVEN_IS_BETTER, 2, has_company },    /* PodTopologySpread */
  { company, BETWEEN, 2, has_topology },           /* InterPodAffinity */
  { least_allocated, AS_IT_IS, 1 },                /* NodeResourcesFit */
  { balanced, AS_IT_IS, 1 },                       /* NodeResourcesBalancedAllocation */
};

static void
add_scores (SimAttempt *attempt, const GPtrArray *nodes, guint plugin, const Spread *spread,
            gint64 *raw, gint64 *sums)
{
  gint64 low = G_MAXINT64, high = G_MININT64;

  for (guint i = 0; i < nodes->len; i++)
    {
      raw[i] = plugins[plugin].raw (attempt, g_ptr_array_index (nodes, i), spread);
      low = MIN (low, raw[i]);
      high = MAX (high, raw[i]);
    }
  for (guint i = 0; i < nodes->len; i++)
    sums[i] += plugins[plugin].weight * scaled (plugins[plugin].scale, raw[i], low, high);
}

SimNodeInfo *
sim_scores_best (SimAttempt *attempt, GPtrArray *nodes, DdRandom *random)
{
  g_autofree gint64 *raw = g_new (gint64, nodes->len);
  g_autofree gint64 *sums = g_new0 (gint64, nodes->len);
  Spread spread;
  guint best = 0, ties = 1;

  if (nodes->len == 1)
    return g_ptr_array_index (nodes, 0);
  spread = spread_over (attempt, nodes);
  for (guint i = 0; i < G_N_ELEMENTS (plugins); i++)
    if (plugins[i].applies == NULL || plugins[i].applies (attempt))
      add_scores (attempt, nodes, i, &spread, raw, sums);
  for (guint i = 1; i < nodes->len; i++)
    {
      if (sums[i] > sums[best])
        {
          best = i;
          ties = 1;
        }
      else if (sums[i] == sums[best] && dd_random_below (random, ++ties) == 0)
        best = i;
    }
  return g_ptr_array_index (nodes, best);
}
