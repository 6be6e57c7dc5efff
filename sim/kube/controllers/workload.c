/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "sim/kube/controllers/workload.h"

#include "sim/kube/controllers/conditions.h"
#include "sim/kube/kinds/recorder.h"

char *
sim_object_subject (const SimObject *object)
{
  return g_strconcat (object->namespace_, "/", object->name, NULL);
}

gboolean
sim_namespace_is_closing (SimActors *actors, const char *namespace_)
{
  const SimObject *space = sim_store_get (actors->store, &kube_namespace, "", namespace_);

  return space == NULL || sim_is_terminating (space);
}

static DdValue *
pod_from_template (const SimObject *owner, const DdValue *labels, const DdValue *spec)
{
  const DdValue *template = dd_value_path (owner->value, "spec.template");
  const DdValue *annotations = dd_value_path (template, "metadata.annotations");
  const DdValue *own = dd_value_path (template, "metadata.labels");
  DdValue *all = labels != NULL ? dd_value_merge (own, labels)
                 : own != NULL  ? dd_value_ref (own)
                                : NULL;

  if (spec == NULL)
    spec = dd_value_member (template, "spec");
  return dd_object ("metadata",
                    dd_object ("generateName", dd_string_printf ("%s-", owner->name), "labels", all,
                               "annotations",
                               annotations != NULL ? dd_value_ref (annotations) : NULL,
                               "ownerReferences", sim_owner_references (owner), NULL),
                    "spec", dd_value_ref (spec), NULL);
}

gboolean
sim_workload_create_pod (SimActors *actors, const SimWorkload *workload, const SimObject *owner,
                         const DdValue *labels, const DdValue *spec, GError **error)
{
  g_autoptr (DdValue) value = pod_from_template (owner, labels, spec);
  g_autoptr (GError) problem = NULL;
  g_autoptr (SimObject) pod
      = kube_create (actors->api, &kube_pod, owner->namespace_, value, &problem);
  g_autofree char *subject = NULL;

  if (pod == NULL)
    {
      kube_record_event (actors->api, owner, workload->component, NULL, "Warning", "FailedCreate",
                         "Error creating: %s", problem->message);
      g_propagate_error (error, g_steal_pointer (&problem));
      return FALSE;
    }
  kube_record_event (actors->api, owner, workload->component, NULL, "Normal", "SuccessfulCreate",
                     "Created pod: %s", pod->name);
  subject = sim_object_subject (pod);
  sim_stage_trace (actors->stage, workload->actor, "pod.created", subject,
                   dd_object ("owner", dd_string (owner->name), NULL));
  return TRUE;
}

gboolean
sim_workload_delete_pod (SimActors *actors, const SimWorkload *workload, const SimObject *owner,
                         const SimObject *pod, GError **error)
{
  KubeDelete options = KUBE_DELETE_DEFAULT;
  g_autofree char *subject = sim_object_subject (pod);
  g_autoptr (GError) problem = NULL;
  g_autoptr (SimObject) deleted = NULL;

  options.uid = pod->uid;
  deleted = kube_delete (actors->api, &kube_pod, pod->namespace_, pod->name, &options, &problem);
  if (deleted == NULL && g_error_matches (problem, KUBE_ERROR, KUBE_NOT_FOUND))
    return TRUE;
  if (deleted == NULL)
    {
      kube_record_event (actors->api, owner, workload->component, NULL, "Warning", "FailedDelete",
                         "Error deleting: %s", problem->message);
      g_propagate_error (error, g_steal_pointer (&problem));
      return FALSE;
    }
  kube_record_event (actors->api, owner, workload->component, NULL, "Normal", "SuccessfulDelete",
                     "Deleted pod: %s", deleted->name);
  sim_stage_trace (actors->stage, workload->actor, "pod.deleted", subject,
                   dd_object ("owner", dd_string (owner->name), NULL));
  return TRUE;
}
