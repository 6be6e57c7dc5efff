/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "sim/kube/controllers/placement.h"
#include "sim/kube/controllers/scheduler-private.h"

/* The filters of kube-scheduler, in its order; the first one that refuses a node gives the reason.
 * Imitates: Kubernetes, Scheduling Framework, Filter; the texts are what `kubectl describe pod`
 * shows. Asked for texts (REASONS not NULL) a filter adds one for each thing that is wrong. */

static void
add_reason (GPtrArray *reasons, const char *text)
{
  if (reasons != NULL)
    g_ptr_array_add (reasons, g_strdup (text));
}

static gboolean
is_schedulable (SimAttempt *attempt, SimNodeInfo *node, GPtrArray *reasons)
{
  g_autoptr (DdValue) taint = NULL;

  if (!node->view->unschedulable)
    return TRUE;
  taint = dd_object ("key", dd_string ("node.kubernetes.io/unschedulable"), "effect",
                     dd_string ("NoSchedule"), NULL);
  if (sim_tolerates (attempt->view->tolerations, taint))
    return TRUE;
  add_reason (reasons, "node(s) were unschedulable");
  return FALSE;
}

static gboolean
taints_are_tolerated (SimAttempt *attempt, SimNodeInfo *node, GPtrArray *reasons)
{
  const DdValue *taint, *value;
  g_autofree char *text = NULL;

  if (node->view->taints == NULL)
    return TRUE;
  taint = sim_untolerated_taint (attempt->view->tolerations, node->view->taints,
                                 SIM_NO_SCHEDULE | SIM_NO_EXECUTE);
  if (taint == NULL)
    return TRUE;
  attempt->refused = node->taints;
  if (reasons == NULL)
    return FALSE;
  value = dd_value_member (taint, "value");
  text = g_strdup_printf ("node(s) had untolerated taint {%s: %s}",
                          dd_value_path_string (taint, "key"),
                          value != NULL ? dd_value_string (value) : "");
  add_reason (reasons, text);
  return FALSE;
}

static gboolean
affinity_matches (SimAttempt *attempt, SimNodeInfo *node, GPtrArray *reasons)
{
  if (!attempt->selective
      || sim_node_affinity_matches (attempt->spec, node->node->name, node->view->labels))
    return TRUE;
  add_reason (reasons, "node(s) didn't match Pod's node affinity/selector");
  return FALSE;
}

static gboolean
is_every_address (const char *address)
{
  return address == NULL || *address == '\0' || strcmp (address, "0.0.0.0") == 0;
}

/* Imitates: kubernetes/kubernetes, pkg/scheduler/framework, HostPortInfo. */
static gboolean
same_address (const DdValue *a, const DdValue *b)
{
  const char *left = dd_value_path_string (a, "hostIP");
  const char *right = dd_value_path_string (b, "hostIP");

  return is_every_address (left) || is_every_address (right) || strcmp (left, right) == 0;
}

static gboolean
same_port (const DdValue *a, const DdValue *b)
{
  const char *left = dd_value_path_string (a, "protocol");
  const char *right = dd_value_path_string (b, "protocol");

  return dd_value_path_int (a, "hostPort", 0) > 0
         && dd_value_path_int (a, "hostPort", 0) == dd_value_path_int (b, "hostPort", 0)
         && g_strcmp0 (left != NULL ? left : "TCP", right != NULL ? right : "TCP") == 0
         && same_address (a, b);
}

/* Both arguments are pod specs. */
static gboolean
ports_clash (const DdValue *a, const DdValue *b)
{
  const DdValue *ours = dd_value_member (a, "containers");
  const DdValue *theirs = dd_value_member (b, "containers");

  for (gsize i = 0; i < dd_value_length (ours); i++)
    for (gsize j = 0; j < dd_value_length (theirs); j++)
      {
        const DdValue *left = dd_value_member (dd_value_element (ours, i), "ports");
        const DdValue *right = dd_value_member (dd_value_element (theirs, j), "ports");

        for (gsize k = 0; k < dd_value_length (left); k++)
          for (gsize l = 0; l < dd_value_length (right); l++)
            if (same_port (dd_value_element (left, k), dd_value_element (right, l)))
              return TRUE;
      }
  return FALSE;
}

static gboolean
is_absent (const SimAttempt *attempt, const SimObject *pod)
{
  return kube_pod_view (pod)->finished
         || (attempt->absent != NULL && g_hash_table_contains (attempt->absent, pod->uid));
}

static gboolean
ports_are_free (SimAttempt *attempt, SimNodeInfo *node, GPtrArray *reasons)
{
  g_autoptr (GPtrArray) pods = NULL;

  if (!attempt->has_ports)
    return TRUE;
  pods = sim_store_list_by (attempt->cache->store, &kube_pod, "spec.nodeName", node->node->name);
  for (guint i = 0; i < pods->len; i++)
    {
      const SimObject *pod = g_ptr_array_index (pods, i);

      if (is_absent (attempt, pod)
          || !ports_clash (attempt->spec, dd_value_member (pod->value, "spec")))
        continue;
      add_reason (reasons, "node(s) didn't have free ports for the requested pod ports");
      return FALSE;
    }
  return TRUE;
}

/* Resources that few pods ask for are summed when one does. */
static gboolean
other_fits (SimAttempt *attempt, SimNodeInfo *node, const char *resource, gint64 wanted)
{
  g_autoptr (GPtrArray) pods
      = sim_store_list_by (attempt->cache->store, &kube_pod, "spec.nodeName", node->node->name);
  gint64 free = kube_node_allocatable (node->node, resource);

  for (guint i = 0; i < pods->len; i++)
    if (!is_absent (attempt, g_ptr_array_index (pods, i)))
      free -= kube_pod_request (
          dd_value_member (((SimObject *) g_ptr_array_index (pods, i))->value, "spec"), resource);
  return wanted <= free;
}

/* NODE with the pods that room was made for there, unless they matter less. Imitates:
 * pkg/scheduler/framework/runtime, addNominatedPods. */
static SimNodeInfo
with_nominated (const SimAttempt *attempt, const SimNodeInfo *node)
{
  const GPtrArray *pods = attempt->cache->nominated;
  SimNodeInfo full = *node;

  for (guint i = 0; i < pods->len; i++)
    {
      const SimObject *pod = g_ptr_array_index (pods, i);

      if (kube_pod_view (pod)->priority >= attempt->view->priority
          && !g_str_equal (pod->uid, attempt->pod->uid)
          && g_strcmp0 (dd_value_path_string (pod->value, "status.nominatedNodeName"),
                        node->node->name)
                 == 0)
        sim_node_info_count (&full, pod, 1);
    }
  return full;
}

static gboolean
resources_fit (SimAttempt *attempt, SimNodeInfo *bare, GPtrArray *reasons)
{
  SimNodeInfo full = with_nominated (attempt, bare), *node = &full;
  const KubePodView *pod = attempt->view;
  gboolean room = node->pods < node->view->pods;
  gboolean cpu
      = pod->cpu_millis == 0 || node->cpu_millis + pod->cpu_millis <= node->view->cpu_millis;
  gboolean memory = pod->memory_bytes == 0
                    || node->memory_bytes + pod->memory_bytes <= node->view->memory_bytes;
  gboolean fits = room && cpu && memory;

  if (!room)
    add_reason (reasons, "Too many pods");
  if (!cpu)
    add_reason (reasons, "Insufficient cpu");
  if (!memory)
    add_reason (reasons, "Insufficient memory");
  for (gsize i = 0; i < dd_value_length (attempt->others); i++)
    {
      const char *resource = dd_value_key (attempt->others, i);
      g_autofree char *text = g_strdup_printf ("Insufficient %s", resource);

      if (other_fits (attempt, node, resource, dd_value_int (dd_value_nth (attempt->others, i), 0)))
        continue;
      add_reason (reasons, text);
      fits = FALSE;
    }
  return fits;
}

static gboolean
volumes_are_free (SimAttempt *attempt, SimNodeInfo *node G_GNUC_UNUSED, GPtrArray *reasons)
{
  gboolean held = sim_volumes_are_held (attempt);

  if (held)
    add_reason (reasons, "node has pod using PersistentVolumeClaim with the same name and "
                         "ReadWriteOncePod access mode");
  return !held;
}

static gboolean
volumes_are_near (SimAttempt *attempt, SimNodeInfo *node, GPtrArray *reasons)
{
  const char *conflict = attempt->volumes != NULL ? sim_volumes_conflict (attempt, node) : NULL;

  if (conflict != NULL)
    add_reason (reasons, conflict);
  return conflict == NULL;
}

static gboolean
has_spread_labels (SimAttempt *attempt, SimNodeInfo *node, GPtrArray *reasons)
{
  const GArray *terms = attempt->topology != NULL ? attempt->topology->spread : NULL;

  for (guint i = 0; terms != NULL && i < terms->len; i++)
    if (sim_domains_count (&g_array_index (terms, SimTerm, i).domains, node) < 0)
      {
        add_reason (reasons, "node(s) didn't match pod topology spread constraints (missing "
                             "required label)");
        return FALSE;
      }
  return TRUE;
}

static gboolean
spread_is_even (SimAttempt *attempt, SimNodeInfo *node, GPtrArray *reasons)
{
  const GArray *terms = attempt->topology != NULL ? attempt->topology->spread : NULL;

  for (guint i = 0; terms != NULL && i < terms->len; i++)
    {
      const SimTerm *term = &g_array_index (terms, SimTerm, i);
      gint64 skew = sim_domains_count (&term->domains, node) + (term->self ? 1 : 0)
                    - (gint64) term->domains.least;

      if (skew <= term->max_skew)
        continue;
      add_reason (reasons, "node(s) didn't match pod topology spread constraints");
      return FALSE;
    }
  return TRUE;
}

/* The first pod of a group that wants to be with its like has nowhere else to begin. */
static gboolean
company_is_there (SimAttempt *attempt, SimNodeInfo *node, GPtrArray *reasons)
{
  const SimTopology *topology = attempt->topology;

  for (guint i = 0; topology != NULL && i < topology->affinity->len; i++)
    {
      const SimTerm *term = &g_array_index (topology->affinity, SimTerm, i);
      gint64 count = sim_domains_count (&term->domains, node);

      if (count > 0 || (count == 0 && topology->first_of_its_kind))
        continue;
      add_reason (reasons, "node(s) didn't match pod affinity rules");
      return FALSE;
    }
  return TRUE;
}

static gboolean
nobody_repels (SimAttempt *attempt, SimNodeInfo *node, GPtrArray *reasons)
{
  const SimTopology *topology = attempt->topology;

  if (topology == NULL)
    return TRUE;
  for (guint i = 0; i < topology->anti_affinity->len; i++)
    if (sim_domains_count (&g_array_index (topology->anti_affinity, SimTerm, i).domains, node) > 0)
      {
        add_reason (reasons, "node(s) didn't match pod anti-affinity rules");
        return FALSE;
      }
  if (!sim_topology_is_forbidden (topology, node))
    return TRUE;
  add_reason (reasons, "node(s) didn't satisfy existing pods anti-affinity rules");
  return FALSE;
}

/* NodeName has no row: a pod that names its node never comes to the scheduler. */
static const struct
{
  gboolean (*passes) (SimAttempt *attempt, SimNodeInfo *node, GPtrArray *reasons);
  SimHope hope;
} filters[] = {
  { is_schedulable, SIM_HOPELESS },        /* NodeUnschedulable */
  { taints_are_tolerated, SIM_HOPELESS },  /* TaintToleration */
  { affinity_matches, SIM_HOPELESS },      /* NodeAffinity */
  { ports_are_free, SIM_HOPE_OF_ROOM },    /* NodePorts */
  { resources_fit, SIM_HOPE_OF_ROOM },     /* NodeResourcesFit */
  { volumes_are_free, SIM_HOPE_OF_ROOM },  /* VolumeRestrictions */
  { volumes_are_near, SIM_HOPELESS },      /* VolumeBinding */
  { has_spread_labels, SIM_HOPELESS },     /* PodTopologySpread */
  { spread_is_even, SIM_HOPE_OF_COMPANY }, /* the same */
  { company_is_there, SIM_HOPELESS },      /* InterPodAffinity */
  { nobody_repels, SIM_HOPE_OF_COMPANY },  /* the same */
};

gboolean
sim_filters_pass (SimAttempt *attempt, SimNodeInfo *node)
{
  /* In an upgrade nearly all nodes are outdated ones with the same mark: of 5,000 nodes and 100,000
   * pods that is half a billion questions. */
  if (node->taints != NULL && node->taints == attempt->refused)
    return FALSE;
  for (guint i = 0; i < G_N_ELEMENTS (filters); i++)
    if (!filters[i].passes (attempt, node, NULL))
      return FALSE;
  return TRUE;
}

/* ---- the message ---- */

static int
compare_text (gconstpointer left, gconstpointer right)
{
  return g_strcmp0 (*(const char *const *) left, *(const char *const *) right);
}

/* "10 ..." comes before "2 ...". */
char *
sim_reasons_to_text (GPtrArray *reasons)
{
  g_autoptr (GPtrArray) parts = g_ptr_array_new_with_free_func (g_free);

  g_ptr_array_sort (reasons, compare_text);
  for (guint i = 0; i < reasons->len;)
    {
      const char *reason = g_ptr_array_index (reasons, i);
      guint count = 0;

      while (i + count < reasons->len
             && g_str_equal (g_ptr_array_index (reasons, i + count), reason))
        count++;
      g_ptr_array_add (parts, g_strdup_printf ("%u %s", count, reason));
      i += count;
    }
  g_ptr_array_sort (parts, compare_text);
  g_ptr_array_add (parts, NULL);
  return g_strjoinv (", ", (char **) parts->pdata);
}

SimHope
sim_filters_reasons (SimAttempt *attempt, SimNodeInfo *node, GPtrArray *reasons)
{
  for (guint i = 0; i < G_N_ELEMENTS (filters); i++)
    if (!filters[i].passes (attempt, node, reasons))
      return filters[i].hope;
  return SIM_HOPELESS;
}

char *
sim_filters_explain (SimAttempt *attempt)
{
  const GPtrArray *nodes = attempt->cache->nodes;
  g_autoptr (GPtrArray) reasons = g_ptr_array_new_with_free_func (g_free);
  g_autofree char *why = NULL;

  for (guint i = 0; i < nodes->len; i++)
    sim_filters_reasons (attempt, g_ptr_array_index (nodes, i), reasons);
  why = sim_reasons_to_text (reasons);
  return g_strdup_printf ("0/%u nodes are available: %s.", nodes->len, why);
}

/* ---- an attempt ---- */

void
sim_attempt_init (SimAttempt *attempt, SimTopologyMaker *maker, const SimObject *pod)
{
  const DdValue *spec = dd_value_member (pod->value, "spec");

  *attempt = (SimAttempt) {
    .actors = maker->actors,
    .cache = maker->cache,
    .pod = pod,
    .view = kube_pod_view (pod),
    .spec = spec,
    .selective = dd_value_member (spec, "nodeSelector") != NULL
                 || dd_value_path (spec, "affinity.nodeAffinity") != NULL,
    .has_ports = ports_clash (spec, spec),
    .others = kube_pod_other_requests (spec),
    .topology = sim_topology_new (maker, pod),
    .volumes = sim_volumes_new (maker->actors, pod),
  };
}

void
sim_attempt_clear (SimAttempt *attempt)
{
  g_clear_pointer (&attempt->others, dd_value_unref);
  g_clear_pointer (&attempt->topology, sim_topology_free);
  g_clear_pointer (&attempt->volumes, sim_volumes_free);
}
