/* SPDX-License-Identifier: Apache-2.0 */
/* The typed views of pods and nodes, read out of the JSON once per revision. */
#include "config.h"

#include <string.h>

#include "base/time.h"
#include "sim/kube/kinds/views.h"
#include "sim/kube/schema/quantity.h"

/* The "status" of the condition TYPE, or NULL. */
static const char *
condition_status (const DdValue *status, const char *type)
{
  const DdValue *conditions = dd_value_member (status, "conditions");

  for (gsize i = 0; i < dd_value_length (conditions); i++)
    {
      const DdValue *condition = dd_value_element (conditions, i);

      if (g_strcmp0 (dd_value_string (dd_value_member (condition, "type")), type) == 0)
        return dd_value_string (dd_value_member (condition, "status"));
    }
  return NULL;
}

/* ---- resources ---- */

/* "cpu" in millicores, everything else in whole units. */
static gint64
amount (const DdValue *map, const char *resource)
{
  gint64 amount = 0;

  if (strcmp (resource, "cpu") == 0)
    kube_quantity_to_milli (dd_value_member (map, resource), &amount);
  else
    kube_quantity_to_units (dd_value_member (map, resource), &amount);
  return amount;
}

static gint64
requested (const DdValue *container, const char *resource)
{
  return amount (dd_value_at (container, "resources", "requests", NULL), resource);
}

gint64
kube_pod_request (const DdValue *spec, const char *resource)
{
  const DdValue *containers = dd_value_member (spec, "containers");
  const DdValue *inits = dd_value_member (spec, "initContainers");
  gint64 sidecars = 0, peak = 0, running;

  for (gsize i = 0; i < dd_value_length (inits); i++)
    {
      const DdValue *init = dd_value_element (inits, i);
      const char *policy = dd_value_string (dd_value_member (init, "restartPolicy"));
      gint64 moment = sidecars + requested (init, resource);

      peak = MAX (peak, moment);
      if (g_strcmp0 (policy, "Always") == 0)
        sidecars = moment;
    }
  running = sidecars;
  for (gsize i = 0; i < dd_value_length (containers); i++)
    running += requested (dd_value_element (containers, i), resource);
  return MAX (running, peak) + amount (dd_value_member (spec, "overhead"), resource);
}

static void
add_other_names (DdBuilder *others, const DdValue *spec, const DdValue *map)
{
  for (gsize i = 0; i < dd_value_length (map); i++)
    {
      const char *name = dd_value_key (map, i);

      if (strcmp (name, "cpu") != 0 && strcmp (name, "memory") != 0)
        dd_builder_set (others, name, dd_int (kube_pod_request (spec, name)));
    }
}

DdValue *
kube_pod_other_requests (const DdValue *spec)
{
  static const char *const lists[] = { "initContainers", "containers" };
  g_auto (DdBuilder) others = dd_builder_object ();

  for (guint i = 0; i < G_N_ELEMENTS (lists); i++)
    {
      const DdValue *containers = dd_value_member (spec, lists[i]);

      for (gsize j = 0; j < dd_value_length (containers); j++)
        add_other_names (
            &others, spec,
            dd_value_at (dd_value_element (containers, j), "resources", "requests", NULL));
    }
  add_other_names (&others, spec, dd_value_member (spec, "overhead"));
  return others.items->len > 0 ? dd_builder_end (&others) : NULL;
}

/* ---- pods ---- */

static void
read_controller (KubePodView *view, const DdValue *owners)
{
  for (gsize i = 0; i < dd_value_length (owners); i++)
    {
      const DdValue *owner = dd_value_element (owners, i);

      if (!dd_value_bool (dd_value_member (owner, "controller"), FALSE))
        continue;
      view->owner_kind = dd_value_string (dd_value_member (owner, "kind"));
      view->owner_name = dd_value_string (dd_value_member (owner, "name"));
      view->owner_uid = dd_value_string (dd_value_member (owner, "uid"));
      return;
    }
}

static void
read_deletion (KubePodView *view, const DdValue *metadata)
{
  const char *deadline = dd_value_string (dd_value_member (metadata, "deletionTimestamp"));

  view->grace_seconds = dd_value_int (dd_value_member (metadata, "deletionGracePeriodSeconds"), 0);
  view->terminating = deadline != NULL && dd_time_from_iso8601 (deadline, &view->deletion_deadline);
}

static const char *
or_null (const char *text)
{
  return text != NULL && text[0] != '\0' ? text : NULL;
}

gpointer
kube_pod_view_new (const DdValue *pod)
{
  KubePodView *view = g_new0 (KubePodView, 1);
  const DdValue *metadata = dd_value_member (pod, "metadata");
  const DdValue *spec = dd_value_member (pod, "spec");
  const DdValue *status = dd_value_member (pod, "status");
  const char *phase = dd_value_string (dd_value_member (status, "phase"));

  view->node_name = or_null (dd_value_string (dd_value_member (spec, "nodeName")));
  view->phase = phase != NULL ? phase : "Pending";
  view->finished = strcmp (view->phase, "Succeeded") == 0 || strcmp (view->phase, "Failed") == 0;
  view->ready = g_strcmp0 (condition_status (status, "Ready"), "True") == 0;
  view->labels = dd_value_member (metadata, "labels");
  view->mirror = dd_value_at (metadata, "annotations", "kubernetes.io/config.mirror", NULL) != NULL;
  view->tolerations = dd_value_member (spec, "tolerations");
  view->priority = dd_value_int (dd_value_member (spec, "priority"), 0);
  view->cpu_millis = kube_pod_request (spec, "cpu");
  view->memory_bytes = kube_pod_request (spec, "memory");
  read_controller (view, dd_value_member (metadata, "ownerReferences"));
  read_deletion (view, metadata);
  return view;
}

void
kube_pod_view_free (gpointer view)
{
  g_free (view);
}

/* ---- nodes ---- */

gpointer
kube_node_view_new (const DdValue *node)
{
  KubeNodeView *view = g_new0 (KubeNodeView, 1);
  const DdValue *spec = dd_value_member (node, "spec");
  const DdValue *status = dd_value_member (node, "status");
  const DdValue *allocatable = dd_value_member (status, "allocatable");
  const char *ready = condition_status (status, "Ready");

  view->unschedulable = dd_value_bool (dd_value_member (spec, "unschedulable"), FALSE);
  view->ready = g_strcmp0 (ready, "True") == 0;
  view->ready_unknown = g_strcmp0 (ready, "Unknown") == 0;
  view->cpu_millis = amount (allocatable, "cpu");
  view->memory_bytes = amount (allocatable, "memory");
  kube_quantity_to_units (dd_value_member (allocatable, "pods"), &view->pods);
  view->taints = dd_value_member (spec, "taints");
  view->labels = dd_value_at (node, "metadata", "labels", NULL);
  view->zone = dd_value_string (dd_value_member (view->labels, "topology.kubernetes.io/zone"));
  view->provider_id = dd_value_string (dd_value_member (spec, "providerID"));
  return view;
}

gint64
kube_node_allocatable (const SimObject *node, const char *resource)
{
  return amount (dd_value_at (node->value, "status", "allocatable", NULL), resource);
}

void
kube_node_view_free (gpointer view)
{
  g_free (view);
}
