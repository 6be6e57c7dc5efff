/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include <string.h>

#include "sim/kube/controllers/placement.h"
#include "sim/kube/controllers/scheduler-private.h"

/* Constraints between pods: topology spread, affinity and anti-affinity. Each names a group of pods
 * (a selector in some namespaces) and a node label; what counts is how many pods of the group are
 * in each domain, that is on nodes with the same value of the label. The census knows the pods per
 * node. Imitates: Kubernetes, Pod Topology Spread Constraints; Inter-pod affinity and
 * anti-affinity. matchLabelKeys and mismatchLabelKeys of affinity are made requirements of the
 * selector when the pod is created. */

#define MOST_GROUPS 1000 /* then they are all forgotten and joined again as needed */

/* ---- groups and domains ---- */

void
sim_topology_maker_clear (SimTopologyMaker *maker)
{
  GHashTableIter iter;
  gpointer group;

  /* The order does not matter: all of them are left. */
  g_hash_table_iter_init (&iter, maker->groups);
  while (g_hash_table_iter_next (&iter, NULL, &group))
    sim_census_leave (maker->actors->census, group);
  g_hash_table_remove_all (maker->groups);
}

static const SimGroup *
group_for (SimTopologyMaker *maker, const char *namespace_, const DdValue *selector)
{
  g_autofree char *text = selector != NULL ? dd_value_to_text (selector) : g_strdup ("");
  g_autofree char *key = g_strconcat (namespace_, " ", text, NULL);
  const SimGroup *group = g_hash_table_lookup (maker->groups, key);

  if (group != NULL)
    return group;
  if (g_hash_table_size (maker->groups) >= MOST_GROUPS)
    sim_topology_maker_clear (maker);
  group = sim_census_join (maker->actors->census, namespace_, selector);
  g_hash_table_insert (maker->groups, g_steal_pointer (&key), (gpointer) group);
  return group;
}

static const char *
domain_of (const SimDomains *domains, const SimNodeInfo *node)
{
  return dd_value_string (dd_value_member (node->view->labels, domains->key));
}

gint64
sim_domains_count (const SimDomains *domains, const SimNodeInfo *node)
{
  const char *value = domain_of (domains, node);

  if (value == NULL)
    return -1;
  return GPOINTER_TO_UINT (g_hash_table_lookup (domains->counts, value));
}

/* Whose nodes count: the spec of a pod that must fit them by its nodeSelector and affinity, of one
 * that must tolerate their taints, or NULL. */
typedef struct
{
  const DdValue *affinity_of, *tolerations_of;
} Inclusion;

/* Imitates: kubernetes/kubernetes, plugins/podtopologyspread, matchNodeInclusionPolicies. */
static gboolean
is_included (const Inclusion *who, const SimNodeInfo *info)
{
  if (who->affinity_of != NULL
      && !sim_node_affinity_matches (who->affinity_of, info->node->name, info->view->labels))
    return FALSE;
  return who->tolerations_of == NULL
         || sim_untolerated_taint (dd_value_member (who->tolerations_of, "tolerations"),
                                   info->view->taints, SIM_NO_SCHEDULE | SIM_NO_EXECUTE)
                == NULL;
}

static void
add_group (SimDomains *domains, const SimSchedulerCache *cache, const SimGroup *group,
           gboolean leaving_too, const Inclusion *who)
{
  GHashTable *per_node = leaving_too ? group->held : group->by_node;

  for (guint i = 0; i < cache->nodes->len; i++)
    {
      const SimNodeInfo *info = g_ptr_array_index (cache->nodes, i);
      const char *value = domain_of (domains, info);
      guint pods, sum;

      if (value == NULL || !is_included (who, info))
        continue;
      pods = GPOINTER_TO_UINT (g_hash_table_lookup (per_node, info->node->name));
      sum = GPOINTER_TO_UINT (g_hash_table_lookup (domains->counts, value)) + pods;
      g_hash_table_insert (domains->counts, (gpointer) value, GUINT_TO_POINTER (sum));
      domains->total += pods;
    }
}

/* The smallest count; with fewer domains than MIN_DOMAINS the missing ones count as empty. */
static void
find_least (SimDomains *domains, gint64 min_domains)
{
  GHashTableIter iter;
  gpointer count;

  domains->least = (gint64) g_hash_table_size (domains->counts) < min_domains ? 0 : G_MAXUINT;
  g_hash_table_iter_init (&iter, domains->counts);
  while (g_hash_table_iter_next (&iter, NULL, &count))
    domains->least = MIN (domains->least, GPOINTER_TO_UINT (count));
}

static void
term_clear (gpointer data)
{
  g_hash_table_unref (((SimTerm *) data)->domains.counts);
}

static SimTerm
term_new (const DdValue *source)
{
  const char *key = dd_value_path_string (source, "topologyKey");

  return (SimTerm) {
    .domains
    = { .key = key != NULL ? key : "", .counts = g_hash_table_new (g_str_hash, g_str_equal) },
  };
}

/* ---- spread ---- */

/* labelSelector, and the pod's own values of matchLabelKeys. */
static DdValue *
spread_selector (const SimObject *pod, const DdValue *constraint)
{
  const DdValue *selector = dd_value_member (constraint, "labelSelector");
  const DdValue *keys = dd_value_member (constraint, "matchLabelKeys");
  DdValue *result = selector != NULL ? dd_value_ref (selector) : NULL;

  for (gsize i = 0; result != NULL && i < dd_value_length (keys); i++)
    {
      const char *key = dd_value_string (dd_value_element (keys, i));
      const DdValue *value = dd_value_member (kube_pod_view (pod)->labels, key);
      g_autoptr (DdValue) plain = result;

      result = value != NULL ? dd_value_with (plain, dd_value_ref (value), "matchLabels", key, NULL)
                             : dd_value_ref (plain);
    }
  return result;
}

static Inclusion
inclusion_of (const SimObject *pod, const DdValue *constraint)
{
  const DdValue *spec = dd_value_member (pod->value, "spec");
  const char *affinity = dd_value_path_string (constraint, "nodeAffinityPolicy");
  const char *taints = dd_value_path_string (constraint, "nodeTaintsPolicy");

  return (Inclusion) {
    .affinity_of = g_strcmp0 (affinity, "Ignore") == 0 ? NULL : spec,
    .tolerations_of = g_strcmp0 (taints, "Honor") == 0 ? spec : NULL,
  };
}

static void
add_constraint (SimTopologyMaker *maker, SimTopology *topology, const SimObject *pod,
                const DdValue *constraint)
{
  gboolean hard
      = g_strcmp0 (dd_value_path_string (constraint, "whenUnsatisfiable"), "ScheduleAnyway") != 0;
  g_autoptr (DdValue) selector = spread_selector (pod, constraint);
  const SimGroup *group = group_for (maker, pod->namespace_, selector);
  Inclusion who = inclusion_of (pod, constraint);
  SimTerm term = term_new (constraint);

  term.max_skew = dd_value_path_int (constraint, "maxSkew", 1);
  term.self = kube_label_selector_matches (selector, kube_pod_view (pod)->labels);
  add_group (&term.domains, maker->cache, group, FALSE, &who);
  find_least (&term.domains, dd_value_path_int (constraint, "minDomains", 1));
  g_array_append_val (hard ? topology->spread : topology->soft_spread, term);
}

/* ---- affinity ---- */

/* Whether TERM, of a pod in NAMESPACE, looks for pods in SPACE. Imitates: Kubernetes, Assigning
 * Pods to Nodes, Namespace selector: the named ones and the selected ones; the pod's own where it
 * says neither. */
static gboolean
looks_into (const SimTopologyMaker *maker, const DdValue *term, const char *namespace_,
            const char *space)
{
  const DdValue *namespaces = dd_value_member (term, "namespaces");
  const DdValue *selector = dd_value_member (term, "namespaceSelector");
  const SimObject *object;

  for (gsize i = 0; i < dd_value_length (namespaces); i++)
    if (g_strcmp0 (dd_value_string (dd_value_element (namespaces, i)), space) == 0)
      return TRUE;
  if (selector == NULL)
    return dd_value_length (namespaces) == 0 && g_str_equal (namespace_, space);
  object = sim_store_get (maker->actors->store, &kube_namespace, "", space);
  return object != NULL
         && kube_label_selector_matches (selector,
                                         dd_value_path (object->value, "metadata.labels"));
}

static void
add_space (SimTopologyMaker *maker, SimTerm *term, const DdValue *source, const char *space)
{
  static const Inclusion everybody = { NULL, NULL };

  add_group (&term->domains, maker->cache,
             group_for (maker, space, dd_value_member (source, "labelSelector")), TRUE, &everybody);
}

/* Whether one affinity or anti-affinity term of a pod in NAMESPACE means POD. */
static gboolean
term_means (const SimTopologyMaker *maker, const DdValue *term, const char *namespace_,
            const SimObject *pod)
{
  return kube_label_selector_matches (dd_value_member (term, "labelSelector"),
                                      kube_pod_view (pod)->labels)
         && looks_into (maker, term, namespace_, pod->namespace_);
}

static SimTerm
affinity_term (SimTopologyMaker *maker, const SimObject *pod, const DdValue *source)
{
  SimTerm term = term_new (source);
  g_autoptr (GPtrArray) spaces = NULL;

  term.self = term_means (maker, source, pod->namespace_, pod);
  if (dd_value_member (source, "namespaces") == NULL
      && dd_value_member (source, "namespaceSelector") == NULL)
    {
      add_space (maker, &term, source, pod->namespace_);
      return term;
    }
  spaces = sim_store_list (maker->actors->store, &kube_namespace, NULL);
  for (guint i = 0; i < spaces->len; i++)
    {
      const SimObject *space = g_ptr_array_index (spaces, i);

      if (looks_into (maker, source, pod->namespace_, space->name))
        add_space (maker, &term, source, space->name);
    }
  return term;
}

static void
add_required (SimTopologyMaker *maker, GArray *terms, const SimObject *pod, const char *kind)
{
  g_autofree char *path
      = g_strdup_printf ("spec.affinity.%s.requiredDuringSchedulingIgnoredDuringExecution", kind);
  const DdValue *sources = dd_value_path (pod->value, path);

  for (gsize i = 0; i < dd_value_length (sources); i++)
    {
      SimTerm term = affinity_term (maker, pod, dd_value_element (sources, i));

      g_array_append_val (terms, term);
    }
}

static void
add_preferred (SimTopologyMaker *maker, GArray *terms, const SimObject *pod, const char *kind,
               int sign)
{
  g_autofree char *path
      = g_strdup_printf ("spec.affinity.%s.preferredDuringSchedulingIgnoredDuringExecution", kind);
  const DdValue *sources = dd_value_path (pod->value, path);

  for (gsize i = 0; i < dd_value_length (sources); i++)
    {
      const DdValue *source = dd_value_element (sources, i);
      SimTerm term = affinity_term (maker, pod, dd_value_member (source, "podAffinityTerm"));

      term.weight = sign * dd_value_path_int (source, "weight", 0);
      g_array_append_val (terms, term);
    }
}

static void
forbid_around (SimTopologyMaker *maker, SimTopology *topology, const SimObject *repeller,
               const SimObject *pod)
{
  const SimNodeInfo *info
      = sim_scheduler_cache_find (maker->cache, kube_pod_view (repeller)->node_name);
  const DdValue *terms
      = dd_value_path (repeller->value, "spec.affinity.podAntiAffinity."
                                        "requiredDuringSchedulingIgnoredDuringExecution");

  for (gsize i = 0; info != NULL && i < dd_value_length (terms); i++)
    {
      const DdValue *term = dd_value_element (terms, i);
      const char *key = dd_value_path_string (term, "topologyKey");
      const char *value = dd_value_string (dd_value_member (info->view->labels, key));

      if (value != NULL && term_means (maker, term, repeller->namespace_, pod))
        g_hash_table_add (topology->forbidden, g_strconcat (key, "=", value, NULL));
    }
}

gboolean
sim_topology_is_forbidden (const SimTopology *topology, const SimNodeInfo *node)
{
  GHashTableIter iter;
  gpointer entry;

  /* The order does not matter: any one entry forbids. */
  g_hash_table_iter_init (&iter, topology->forbidden);
  while (g_hash_table_iter_next (&iter, &entry, NULL))
    {
      const char *equals = strchr (entry, '=');
      g_autofree char *key = g_strndup (entry, (gsize) (equals - (char *) entry));

      if (g_strcmp0 (dd_value_string (dd_value_member (node->view->labels, key)), equals + 1) == 0)
        return TRUE;
    }
  return FALSE;
}

/* ---- all of it ---- */

gboolean
sim_pod_has_topology (const SimObject *pod)
{
  const DdValue *spec = dd_value_member (pod->value, "spec");

  return dd_value_path (spec, "topologySpreadConstraints.0") != NULL
         || dd_value_path (spec, "affinity.podAffinity") != NULL
         || dd_value_path (spec, "affinity.podAntiAffinity") != NULL;
}

static GArray *
terms_new (void)
{
  GArray *terms = g_array_new (FALSE, FALSE, sizeof (SimTerm));

  g_array_set_clear_func (terms, term_clear);
  return terms;
}

static void
find_out_if_first (SimTopology *topology)
{
  topology->first_of_its_kind = TRUE;
  for (guint i = 0; i < topology->affinity->len; i++)
    {
      const SimTerm *term = &g_array_index (topology->affinity, SimTerm, i);

      topology->first_of_its_kind &= term->self && term->domains.total == 0;
    }
}

SimTopology *
sim_topology_new (SimTopologyMaker *maker, const SimObject *pod)
{
  const DdValue *constraints = dd_value_path (pod->value, "spec.topologySpreadConstraints");
  SimTopology *topology;

  if (!sim_pod_has_topology (pod) && maker->cache->repellers->len == 0)
    return NULL;
  topology = g_new0 (SimTopology, 1);
  topology->spread = terms_new ();
  topology->soft_spread = terms_new ();
  topology->affinity = terms_new ();
  topology->anti_affinity = terms_new ();
  topology->preferred = terms_new ();
  topology->forbidden = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  for (gsize i = 0; i < dd_value_length (constraints); i++)
    add_constraint (maker, topology, pod, dd_value_element (constraints, i));
  add_required (maker, topology->affinity, pod, "podAffinity");
  add_required (maker, topology->anti_affinity, pod, "podAntiAffinity");
  add_preferred (maker, topology->preferred, pod, "podAffinity", 1);
  add_preferred (maker, topology->preferred, pod, "podAntiAffinity", -1);
  for (guint i = 0; i < maker->cache->repellers->len; i++)
    forbid_around (maker, topology, g_ptr_array_index (maker->cache->repellers, i), pod);
  find_out_if_first (topology);
  return topology;
}

void
sim_topology_free (SimTopology *topology)
{
  if (topology == NULL)
    return;
  g_array_unref (topology->spread);
  g_array_unref (topology->soft_spread);
  g_array_unref (topology->affinity);
  g_array_unref (topology->anti_affinity);
  g_array_unref (topology->preferred);
  g_hash_table_unref (topology->forbidden);
  g_free (topology);
}
