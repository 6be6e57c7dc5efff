/* SPDX-License-Identifier: Apache-2.0 */
/* sim/kube/kinds/pod.c: the Pod table */
#include "config.h"

#include <string.h>

#include "sim/kube/kinds/kinds.h"
#include "sim/kube/kinds/pod.h"
#include "sim/kube/kinds/structs.h"
#include "sim/kube/kinds/views.h"

static void
set_defaults (DdValue **pod)
{
  const DdValue *spec = dd_value_member (*pod, "spec");
  g_autoptr (DdValue) complete = dd_value_ref (spec);

  if (spec == NULL)
    return;
  kube_pod_spec_set_defaults (&complete);
  if (complete != spec)
    dd_value_set (pod, "spec", g_steal_pointer (&complete));
}

/* "spec.host" is what spec.nodeName was once called; status.podIPs is selected by its first one. */
static char *
field_value (const SimObject *object, const char *field)
{
  const char *path = strcmp (field, "spec.host") == 0       ? "spec.nodeName"
                     : strcmp (field, "status.podIPs") == 0 ? "status.podIPs.0.ip"
                                                            : field;
  const char *text;

  if (strcmp (field, "spec.hostNetwork") == 0)
    return g_strdup (dd_value_path_bool (object->value, path, FALSE) ? "true" : "false");
  text = dd_value_path_string (object->value, path);
  return g_strdup (text != NULL ? text : "");
}

static const KubeField fields[] = {
  KUBE_TYPE_FIELDS,
  KUBE_OBJECT_OF ("spec", kube_pod_spec, 2, .fallback = "{}",
                  KUBE_DOC ("What is to run; mostly fixed once the pod exists."), KUBE_ACTS),
  KUBE_OBJECT_OF (
      "status", kube_pod_status, 3, .fallback = "{}",
      KUBE_DOC ("What has been observed; written by the kubelet and controllers, not by users."),
      KUBE_INERT ("The cluster writes it.")),
  { NULL },
};

static const KubeStruct type = {
  "io.k8s.api.core.v1.Pod",
  "Containers that are placed on a node together and share network and storage.",
  fields,
};

const KubeKind kube_pod = {
  .group = "",
  .version = "v1",
  .kind = "Pod",
  .plural = "pods",
  .singular = "pod",
  .short_names = KUBE_VALUES ("po"),
  .categories = KUBE_VALUES ("all"),
  .namespaced = TRUE,
  .subresources = KUBE_SUB_STATUS | KUBE_SUB_EVICTION | KUBE_SUB_BINDING | KUBE_SUB_LOG,
  .flags = KUBE_UNCONDITIONAL_UPDATE | KUBE_GRACEFUL_DELETE | KUBE_RETURNS_DELETED,
  .type = &type,
  .columns = kube_pod_columns,
  .selectable_fields
  = KUBE_VALUES ("spec.nodeName", "spec.host", "spec.restartPolicy", "spec.schedulerName",
                 "spec.serviceAccountName", "spec.hostNetwork", "status.phase", "status.podIP",
                 "status.podIPs", "status.nominatedNodeName"),
  .indexes = KUBE_VALUES ("spec.nodeName"),
  .max_objects = KUBE_MAX_PODS,
  .set_defaults = set_defaults,
  .prepare_create = kube_pod_admit,
  .validate = kube_pod_validate,
  .field_value = field_value,
  .row_conditions = kube_pod_row_conditions,
  .evict = kube_evict,
  .bind = kube_bind_to_target,
  .view_new = kube_pod_view_new,
  .view_free = kube_pod_view_free,
};
