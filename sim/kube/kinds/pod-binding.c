/* SPDX-License-Identifier: Apache-2.0 */
/* The binding subresource: a scheduler gives a pod its node.
 *
 * Imitates: Kubernetes API Reference, Binding; the pods' registry, BindingREST. */
#include "config.h"

#include "sim/kube/kinds/kinds.h"
#include "sim/kube/kinds/pod.h"
#include "sim/kube/verbs/rules.h"
#include "sim/kube/kinds/views.h"

static gboolean refuse (const char *name, GError **error, const char *format, ...)
    G_GNUC_PRINTF (3, 4);

static gboolean
refuse (const char *name, GError **error, const char *format, ...)
{
  g_autofree char *why = NULL;
  va_list args;

  va_start (args, format);
  why = g_strdup_vprintf (format, args);
  va_end (args);
  kube_set_error (error, KUBE_CONFLICT,
                  dd_object ("name", dd_string (name), "kind", dd_string ("pods/binding"), NULL),
                  "Operation cannot be fulfilled on pods/binding \"%s\": %s", name, why);
  return FALSE;
}

static gboolean
may_be_bound (const SimObject *pod, GError **error)
{
  const KubePodView *view = kube_pod_view (pod);

  if (view->terminating)
    return refuse (pod->name, error, "pod %s is being deleted, cannot be assigned to a host",
                   pod->name);
  if (view->node_name != NULL)
    return refuse (pod->name, error, "pod %s is already assigned to node \"%s\"", pod->name,
                   view->node_name);
  if (dd_value_length (dd_value_path (pod->value, "spec.schedulingGates")) > 0)
    return refuse (pod->name, error, "pod %s has non-empty .spec.schedulingGates", pod->name);
  return TRUE;
}

gboolean
kube_bind (KubeApi *api, const char *namespace_, const char *name, const char *node, GError **error)
{
  const SimObject *pod = sim_store_get (api->store, &kube_pod, namespace_, name);
  DdValue *bound;

  if (pod == NULL)
    return kube_set_not_found (error, &kube_pod, name);
  if (!may_be_bound (pod, error))
    return FALSE;
  bound = dd_value_with (pod->value, dd_string (node), "spec", "nodeName", NULL);
  bound = kube_with_condition (bound, "PodScheduled", "True", NULL, NULL, TRUE,
                               sim_stage_now (api->stage));
  sim_store_put (api->store, &kube_pod, bound);
  return TRUE;
}

gboolean
kube_bind_to_target (KubeApi *api, const char *namespace_, const char *name, const DdValue *target,
                     GError **error)
{
  const char *node = dd_value_path_string (target, "name");
  const char *kind = dd_value_path_string (target, "kind");

  if (node != NULL && (kind == NULL || g_str_equal (kind, kube_node.kind)))
    return kube_bind (api, namespace_, name, node, error);
  kube_set_error (error, KUBE_BAD_REQUEST, NULL, "Binding.target must name a Node");
  return FALSE;
}
