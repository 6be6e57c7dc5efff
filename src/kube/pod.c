/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "kube/pod.h"

#include "base/error.h"
#include "base/time.h"
#include "base/value.h"
#include "kube/list.h"

void
dd_kube_pod_free (DdKubePod *pod)
{
  if (pod == NULL)
    return;
  g_free (pod->namespace_);
  g_free (pod->name);
  g_free (pod->uid);
  g_free (pod->owner);
  g_free (pod->finalizer);
  dd_value_unref (pod->labels);
  g_free (pod);
}

DdRequest *
dd_kube_list_pods_on_node (const char *node, const char *token)
{
  g_autofree char *selector = g_strdup_printf ("spec.nodeName=%s", node);

  return dd_kube_list_request ("/api/v1/pods", "fieldSelector", selector, token);
}

DdRequest *
dd_kube_list_pending_pods (const char *token)
{
  return dd_kube_list_request ("/api/v1/pods", "fieldSelector",
                               "status.phase=Pending,spec.nodeName=", token);
}

static const DdValue *
controller_of (const DdValue *pod)
{
  const DdValue *owners = dd_value_path (pod, "metadata.ownerReferences");

  for (gsize i = 0; i < dd_value_length (owners); i++)
    if (dd_value_path_bool (dd_value_element (owners, i), "controller", FALSE))
      return dd_value_element (owners, i);
  return NULL;
}

static gboolean
pod_has_ended (const DdValue *pod)
{
  const char *phase = dd_value_path_string (pod, "status.phase");

  return g_strcmp0 (phase, "Succeeded") == 0 || g_strcmp0 (phase, "Failed") == 0;
}

/* The filters of kubectl drain (k8s.io/kubectl/pkg/drain/filters.go), without the guards for which
 * a person would be asked: a managed node group's update evicts bare pods and pods with local
 * storage like any other. A pod of a DaemonSet that is gone is the garbage collector's. */
static gboolean
pod_stays (const DdValue *pod, const DdValue *controller)
{
  return dd_value_at (pod, "metadata", "annotations", "kubernetes.io/config.mirror", NULL) != NULL
         || (g_strcmp0 (dd_value_path_string (controller, "kind"), "DaemonSet") == 0
             && !pod_has_ended (pod));
}

/* Whether POD has the condition TYPE, and it does not hold. */
static gboolean
pod_lacks (const DdValue *pod, const char *type)
{
  const DdValue *conditions = dd_value_path (pod, "status.conditions");

  for (gsize i = 0; i < dd_value_length (conditions); i++)
    {
      const DdValue *each = dd_value_element (conditions, i);

      if (g_strcmp0 (dd_value_path_string (each, "type"), type) == 0)
        return g_strcmp0 (dd_value_path_string (each, "status"), "True") != 0;
    }
  return FALSE;
}

static gboolean
pod_is_exclusive (const DdValue *pod)
{
  return dd_value_length (dd_value_at (pod, "spec", "affinity", "podAntiAffinity",
                                       "requiredDuringSchedulingIgnoredDuringExecution", NULL))
         > 0;
}

/* A generic ephemeral volume has a claim of its own as well, but one that ends with the pod. */
static gboolean
pod_has_claims (const DdValue *pod)
{
  const DdValue *volumes = dd_value_path (pod, "spec.volumes");

  for (gsize i = 0; i < dd_value_length (volumes); i++)
    if (dd_value_member (dd_value_element (volumes, i), "persistentVolumeClaim") != NULL)
      return TRUE;
  return FALSE;
}

static DdKubePod *
pod_from_value (const DdValue *value, GError **error)
{
  const DdValue *controller = controller_of (value);
  const DdValue *labels = dd_value_path (value, "metadata.labels");
  const char *created = dd_value_path_string (value, "metadata.creationTimestamp");
  g_autoptr (DdKubePod) pod = g_new0 (DdKubePod, 1);

  pod->namespace_ = g_strdup (dd_value_path_string (value, "metadata.namespace"));
  pod->name = g_strdup (dd_value_path_string (value, "metadata.name"));
  pod->uid = g_strdup (dd_value_path_string (value, "metadata.uid"));
  if (pod->namespace_ == NULL || pod->name == NULL || pod->uid == NULL)
    {
      g_set_error (error, DD_ERROR, DD_ERROR_INVALID, "a pod without namespace, name or uid");
      return NULL;
    }
  if (controller != NULL)
    pod->owner = g_strdup_printf ("%s/%s", dd_value_path_string (controller, "kind"),
                                  dd_value_path_string (controller, "name"));
  pod->labels = labels == NULL ? NULL : dd_value_ref (labels);
  pod->leaving = dd_value_path_string (value, "metadata.deletionTimestamp") != NULL;
  pod->finalizer = g_strdup (
      dd_value_string (dd_value_element (dd_value_path (value, "metadata.finalizers"), 0)));
  pod->ended = pod_has_ended (value);
  pod->unready = pod_lacks (value, "Ready");
  pod->homeless = pod_lacks (value, "PodScheduled");
  if (created != NULL && !dd_time_from_iso8601 (created, &pod->created))
    pod->created = 0;
  pod->exclusive = pod_is_exclusive (value);
  pod->has_claims = pod_has_claims (value);
  pod->stays = pod_stays (value, controller);
  return g_steal_pointer (&pod);
}

gboolean
dd_kube_pods_from_reply (const DdReply *reply, GPtrArray *pods, char **out_token, GError **error)
{
  g_autofree char *token = NULL;
  g_autoptr (DdValue) list = dd_kube_list_from_reply (reply, &token, error);
  const DdValue *items = dd_value_member (list, "items");

  if (list == NULL)
    return FALSE;
  for (gsize i = 0; i < dd_value_length (items); i++)
    {
      DdKubePod *pod = pod_from_value (dd_value_element (items, i), error);

      if (pod == NULL)
        return FALSE;
      g_ptr_array_add (pods, pod);
    }
  *out_token = g_steal_pointer (&token);
  return TRUE;
}

static char *
pod_target (const DdKubePod *pod, const char *subresource)
{
  g_autofree char *namespace_ = g_uri_escape_string (pod->namespace_, NULL, FALSE);
  g_autofree char *name = g_uri_escape_string (pod->name, NULL, FALSE);

  return g_strdup_printf ("/api/v1/namespaces/%s/pods/%s%s", namespace_, name, subresource);
}

static DdRequest *
json_request (const char *method, const char *target, DdValue *body)
{
  DdRequest *request = dd_request_new ("kubernetes", method, target);

  dd_headers_add (request->headers, "Content-Type", "application/json");
  request->body = dd_value_to_bytes (body);
  dd_value_unref (body);
  return request;
}

DdRequest *
dd_kube_evict_pod (const DdKubePod *pod)
{
  g_autofree char *target = pod_target (pod, "/eviction");

  return json_request ("POST", target,
                       dd_object ("apiVersion", dd_string ("policy/v1"), "kind",
                                  dd_string ("Eviction"), "metadata",
                                  dd_object ("name", dd_string (pod->name), "namespace",
                                             dd_string (pod->namespace_), NULL),
                                  NULL));
}

DdRequest *
dd_kube_delete_pod (const DdKubePod *pod)
{
  g_autofree char *target = pod_target (pod, "");

  return json_request ("DELETE", target,
                       dd_object ("apiVersion", dd_string ("v1"), "kind",
                                  dd_string ("DeleteOptions"), "preconditions",
                                  dd_object ("uid", dd_string (pod->uid), NULL), NULL));
}
