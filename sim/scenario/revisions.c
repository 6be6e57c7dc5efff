/* SPDX-License-Identifier: Apache-2.0 */
/* sim/scenario/revisions.c: pods that are there, under the revisions that their sets have here
 *
 * Which pods are of the present template: those of the revision that the StatefulSet's status calls
 * updateRevision, and of the generation that the DaemonSet's annotation tells. Where neither is
 * told, all of them are. */
#include "config.h"

#include "sim/scenario/revisions.h"

#include <string.h>

#include "sim/kube/controllers/conditions.h"
#include "sim/kube/kinds/kinds.h"

#define HASH "controller-revision-hash"
#define GENERATION "pod-template-generation"
#define SET_GENERATION "deprecated.daemonset.template.generation"

static const SimObject *
controller_of (SimStore *store, const DdValue *pod)
{
  const DdValue *references = dd_value_path (pod, "metadata.ownerReferences");

  for (gsize i = 0; i < dd_value_length (references); i++)
    {
      const DdValue *reference = dd_value_element (references, i);
      const char *uid = dd_value_path_string (reference, "uid");

      if (uid != NULL && dd_value_path_bool (reference, "controller", FALSE))
        return sim_store_get_by_uid (store, uid);
    }
  return NULL;
}

static gboolean
is_of_present_template (const SimObject *set, const DdValue *labels)
{
  gboolean stateful = set->kind == &kube_stateful_set;
  const char *its = dd_value_string (dd_value_member (labels, stateful ? HASH : GENERATION));
  const char *present = stateful ? dd_value_path_string (set->value, "status.updateRevision")
                                 : dd_value_string (dd_value_at (
                                     set->value, "metadata", "annotations", SET_GENERATION, NULL));

  return its == NULL || present == NULL || strcmp (its, present) == 0;
}

DdValue *
sim_pod_of_revision (SimStore *store, DdValue *pod)
{
  g_autoptr (DdValue) former = pod;
  const SimObject *set = controller_of (store, pod);
  const DdValue *labels = dd_value_path (pod, "metadata.labels");
  g_autofree char *hash = NULL;

  if (set == NULL || (set->kind != &kube_stateful_set && set->kind != &kube_daemon_set)
      || !is_of_present_template (set, labels))
    return g_steal_pointer (&former);
  hash = sim_template_hash (dd_value_path (set->value, "spec.template"), 0);
  return dd_value_with (former,
                        set->kind == &kube_stateful_set
                            ? dd_string_printf ("%s-%s", set->name, hash)
                            : dd_string (hash),
                        "metadata", "labels", HASH, NULL);
}
