/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "sim/kube/controllers/workload.h"

#include "base/time.h"
#include "sim/kube/controllers/conditions.h"
#include "sim/kube/controllers/writes.h"
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

DdValue *
sim_pod_from_template (const SimObject *owner, const DdValue *labels, const DdValue *spec)
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
  g_autoptr (DdValue) value = sim_pod_from_template (owner, labels, spec);

  return sim_workload_create (actors, workload, owner, value, error);
}

gboolean
sim_workload_create (SimActors *actors, const SimWorkload *workload, const SimObject *owner,
                     const DdValue *value, GError **error)
{
  g_autoptr (GError) problem = NULL;
  g_autoptr (SimObject) pod
      = sim_write_create (actors, workload->actor, &kube_pod, owner->namespace_, value, &problem);
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
  sim_stage_trace (actors->stage, workload->actor->name, DD_EVENT_POD_CREATED, subject,
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
  deleted = sim_write_delete (actors, workload->actor, pod, &options, &problem);
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
  sim_stage_trace (actors->stage, workload->actor->name, DD_EVENT_POD_DELETED, subject,
                   dd_object ("owner", dd_string (owner->name), NULL));
  return TRUE;
}

/* ---- availability ---- */

DdUsec
sim_pod_ready_since (const SimObject *pod, DdUsec fallback)
{
  const DdValue *condition = sim_condition_find (dd_value_member (pod->value, "status"), "Ready");
  const char *text = dd_value_path_string (condition, "lastTransitionTime");
  DdUsec instant = fallback;

  if (text != NULL)
    dd_time_from_iso8601 (text, &instant);
  return instant;
}

static DdUsec
min_ready (const SimObject *owner)
{
  return dd_value_path_int (owner->value, "spec.minReadySeconds", 0) * DD_SECOND;
}

gboolean
sim_workload_pod_is_available (SimActors *actors, const SimObject *owner, const SimObject *pod)
{
  DdUsec now = sim_stage_now (actors->stage);

  return kube_pod_view (pod)->ready && sim_pod_ready_since (pod, now) + min_ready (owner) <= now;
}

gint64
sim_workload_count_available (SimActors *actors, SimController *queue, const SimObject *owner,
                              const SimGroup *group)
{
  DdUsec now = sim_stage_now (actors->stage);
  g_autoptr (GPtrArray) pods = NULL;
  gint64 available = 0;

  if (group == NULL || min_ready (owner) <= 0)
    return group != NULL ? group->ready : 0;
  pods = sim_store_dependents (actors->store, owner->uid);
  for (guint i = 0; i < pods->len; i++)
    {
      const SimObject *pod = g_ptr_array_index (pods, i);
      const KubePodView *view = pod->kind == &kube_pod ? kube_pod_view (pod) : NULL;

      if (view == NULL || view->terminating || view->finished || !view->ready)
        continue;
      if (sim_workload_pod_is_available (actors, owner, pod))
        available++;
      else
        sim_controller_add_after (queue, owner->namespace_, owner->name,
                                  sim_pod_ready_since (pod, now) + min_ready (owner) - now);
    }
  return available;
}
