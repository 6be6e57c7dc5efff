/* SPDX-License-Identifier: Apache-2.0 */
/* The subresources that do something: eviction, binding, token, log. */
#include "config.h"

#include <string.h>

#include "sim/kube/serve/verbs.h"

static SimResponse *
reply_created (KubeRequest *request)
{
  return kube_reply_value (request, 201,
                           dd_object ("kind", dd_string ("Status"), "apiVersion", dd_string ("v1"),
                                      "metadata", dd_object_empty (), "status",
                                      dd_string ("Success"), "code", dd_int (201), NULL));
}

static gboolean
bad_request (GError **error, const char *message)
{
  kube_set_error (error, KUBE_BAD_REQUEST, NULL, "%s", message);
  return FALSE;
}

/* ---- eviction: Kubernetes, API-initiated Eviction ---- */

static gboolean
check_eviction (const KubeRequest *request, const DdValue *body, GError **error)
{
  const char *version = dd_value_path_string (body, "apiVersion");
  const char *name = dd_value_path_string (body, "metadata.name");
  const char *namespace_ = dd_value_path_string (body, "metadata.namespace");
  const char *accepted
      = g_strcmp0 (version, "policy/v1beta1") == 0 ? "policy/v1beta1" : "policy/v1";

  if (!kube_check_type (body, accepted, "Eviction", error))
    return FALSE;
  if (name != NULL && strcmp (name, request->name) != 0)
    return bad_request (error, "name in URL does not match name in Eviction object");
  if (namespace_ != NULL && strcmp (namespace_, request->namespace_) != 0)
    return bad_request (error, "the namespace of the provided object does not match the namespace "
                               "sent on the request");
  return TRUE;
}

static gboolean
evict (KubeRequest *request, GError **error)
{
  g_autoptr (DdValue) body = kube_request_body (request, "Eviction", NULL, error);
  KubeDelete options;

  return body != NULL && check_eviction (request, body, error)
         && kube_delete_options (request, dd_value_member (body, "deleteOptions"), &options, error)
         && request->kind->evict (request->api, request->namespace_, request->name, &options,
                                  error);
}

SimResponse *
kube_eviction_handle (KubeRequest *request)
{
  GError *error = NULL;

  return evict (request, &error) ? reply_created (request) : kube_reply_error (request, error);
}

/* ---- binding ---- */

static gboolean
bind_pod (KubeRequest *request, GError **error)
{
  g_autoptr (DdValue) body = kube_request_body (request, "Binding", NULL, error);
  gboolean dry_run = FALSE;

  if (body == NULL || !kube_check_type (body, "v1", "Binding", error)
      || !kube_dry_run (request, NULL, "CreateOptions", &dry_run, error))
    return FALSE;
  if (!dry_run)
    return request->kind->bind (request->api, request->namespace_, request->name,
                                dd_value_member (body, "target"), error);
  return bad_request (error, "dryRun of a Binding is not modelled by Drydock");
}

SimResponse *
kube_binding_handle (KubeRequest *request)
{
  GError *error = NULL;

  return bind_pod (request, &error) ? reply_created (request) : kube_reply_error (request, error);
}

/* ---- token ---- */

/* A dry run issues one all the same: there is nothing to keep. */
static DdValue *
issue_token (KubeRequest *request, GError **error)
{
  g_autoptr (DdValue) body = kube_request_body (request, "TokenRequest", NULL, error);
  g_autoptr (SimObject) object = NULL;

  if (body == NULL || !kube_check_type (body, "authentication.k8s.io/v1", "TokenRequest", error))
    return NULL;
  object = kube_get (request->api, request->kind, request->namespace_, request->name, error);
  return object != NULL ? request->kind->issue_token (request->api, object, body, error) : NULL;
}

SimResponse *
kube_token_handle (KubeRequest *request)
{
  GError *error = NULL;
  DdValue *answer = issue_token (request, &error);

  return answer != NULL ? kube_reply_value (request, 201, answer)
                        : kube_reply_error (request, error);
}

/* ---- log: no kubelet of this world keeps any, so it is as if none could be reached ---- */

static const char *
container_asked_for (const KubeRequest *request, const SimObject *pod, GError **error)
{
  const DdValue *containers = dd_value_path (pod->value, "spec.containers");
  const char *asked = kube_request_query (request, "container");
  GString *names;

  if (asked != NULL && asked[0] != '\0')
    return asked;
  if (dd_value_length (containers) == 1)
    return dd_value_path_string (dd_value_element (containers, 0), "name");
  names = g_string_new (NULL);
  for (gsize i = 0; i < dd_value_length (containers); i++)
    g_string_append_printf (names, "%s%s", i > 0 ? " " : "",
                            dd_value_path_string (dd_value_element (containers, i), "name"));
  kube_set_error (error, KUBE_BAD_REQUEST, NULL,
                  "a container name must be specified for pod %s, choose one of: [%s]", pod->name,
                  names->str);
  g_string_free (names, TRUE);
  return NULL;
}

static void
refuse_log (KubeRequest *request, GError **error)
{
  g_autoptr (SimObject) pod
      = kube_get (request->api, request->kind, request->namespace_, request->name, error);
  const char *container = pod != NULL ? container_asked_for (request, pod, error) : NULL;
  const char *node = pod != NULL ? dd_value_path_string (pod->value, "spec.nodeName") : NULL;

  if (container == NULL)
    return;
  if (node == NULL)
    {
      kube_set_error (error, KUBE_BAD_REQUEST, NULL, "pod %s does not have a host assigned",
                      pod->name);
      return;
    }
  sim_stage_trace (request->api->stage, "kube-apiserver", DD_EVENT_NOT_MODELLED, request->path,
                   dd_object ("service", dd_string ("kubernetes"), "operation",
                              dd_string_printf ("get %s/log", request->kind->plural), NULL));
  kube_set_error (error, KUBE_UNSPECIFIED, NULL,
                  "Get \"https://%s:10250/containerLogs/%s/%s/%s\": container logs are not "
                  "modelled by Drydock",
                  node, pod->namespace_, pod->name, container);
}

SimResponse *
kube_log_handle (KubeRequest *request)
{
  GError *error = NULL;

  refuse_log (request, &error);
  return kube_reply_error (request, error);
}
