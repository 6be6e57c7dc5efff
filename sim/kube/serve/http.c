/* SPDX-License-Identifier: Apache-2.0 */
/* The front of the API server: one request in, one answer out.
 *
 * A path below /api or /apis that names a resource is resolved to a kind, and method and
 * subresource choose the row of the verbs' table that answers. Everything else is discovery. */
#include "config.h"

#include <string.h>

#include "sim/kube/owners.h"
#include "sim/stage/faults.h"
#include "sim/kube/serve/discovery.h"
#include "sim/kube/serve/verbs.h"
#include "sim/kube/serve/watch.h"

static SimResponse *
reply_not_found (KubeRequest *request)
{
  GError *error = NULL;

  kube_set_error (&error, KUBE_NOT_FOUND, dd_object_empty (),
                  "the server could not find the requested resource");
  return kube_reply_error (request, error);
}

static SimResponse *
reply_not_allowed (KubeRequest *request)
{
  GError *error = NULL;

  kube_set_error (&error, KUBE_METHOD_NOT_ALLOWED, dd_object_empty (),
                  "the server does not allow this method on the requested resource");
  return kube_reply_error (request, error);
}

/* What real servers have and this one leaves out; the client learns that it is not its mistake. */
static const char *const not_modelled[]
    = { "attach", "ephemeralcontainers", "exec", "portforward", "proxy", "resize" };

static void
trace_not_modelled (const KubeRequest *request, const char *operation)
{
  sim_stage_trace (
      request->api->stage, "kube-apiserver", DD_EVENT_NOT_MODELLED, request->path,
      dd_object ("service", dd_string ("kubernetes"), "operation", dd_string (operation), NULL));
}

static SimResponse *
reply_no_subresource (KubeRequest *request)
{
  g_autofree char *operation = NULL;
  GError *error = NULL;
  gboolean known = FALSE;

  for (guint i = 0; i < G_N_ELEMENTS (not_modelled) && request->subresource != NULL; i++)
    known = known || strcmp (request->subresource, not_modelled[i]) == 0;
  if (!known)
    return reply_not_found (request);
  operation = g_strdup_printf ("%s/%s", request->kind->plural, request->subresource);
  trace_not_modelled (request, operation);
  kube_set_error (&error, KUBE_NOT_FOUND, dd_object_empty (),
                  "the server could not find the requested resource: %s is not modelled by Drydock",
                  operation);
  return kube_reply_error (request, error);
}

/* A real server tells in these words of a webhook that does not answer. */
static SimResponse *
reply_not_converted (KubeRequest *request)
{
  const KubeKind *stored = kube_kind_stored (request->kind);
  g_autofree char *version = kube_kind_api_version (stored);
  GError *error = NULL;

  trace_not_modelled (request, "conversion webhook");
  kube_set_error (&error, KUBE_INTERNAL_ERROR, NULL,
                  "conversion webhook for %s, Kind=%s failed: conversion webhooks are not modelled "
                  "by Drydock",
                  version, stored->kind);
  return kube_reply_error (request, error);
}

/* ---- faults ---- */

/* "list pods", "create pods/eviction". */
static char *
operation_of (const KubeRequest *request, const KubeRoute *route)
{
  const char *verb = request->watch && strcmp (route->verb, "list") == 0 ? "watch" : route->verb;
  gboolean sub = route->subresource[0] != '\0';

  return g_strdup_printf ("%s %s%s%s", verb, request->kind->plural, sub ? "/" : "",
                          route->subresource);
}

static SimResponse *
reply_fault (KubeRequest *request, const SimFault *fault)
{
  guint status = fault->status != 0 ? fault->status : kube_reason_http_status (fault->error);
  gint64 wait = fault->retry_after_seconds;
  g_autofree char *message = kube_reason_message (fault->error, fault->message);
  DdValue *details = wait > 0 ? dd_object ("retryAfterSeconds", dd_int (wait), NULL) : NULL;
  SimResponse *response = kube_reply_value (
      request, status,
      dd_object ("kind", dd_string ("Status"), "apiVersion", dd_string ("v1"), "metadata",
                 dd_object_empty (), "status", dd_string ("Failure"), "message",
                 dd_string (message), "reason", dd_string (fault->error), "details", details,
                 "code", dd_int (status), NULL));

  if (wait > 0)
    {
      g_autofree char *seconds = g_strdup_printf ("%" G_GINT64_FORMAT, wait);
      dd_headers_add (response->headers, "Retry-After", seconds);
    }
  return response;
}

/* What is to be created has its name in its body, or the beginning of one; NULL: it has none. */
static char *
name_to_be (const KubeRequest *request)
{
  g_autoptr (DdValue) body = NULL;
  const char *name;

  if (strcmp (request->wire->method, "POST") != 0)
    return NULL;
  body = kube_request_body (request, request->kind->kind, NULL, NULL);
  name = dd_value_path_string (body, "metadata.name");
  return g_strdup (name != NULL ? name : dd_value_path_string (body, "metadata.generateName"));
}

/* The name comes first, as it is the one that is traced. */
static const SimFault *
find_fault (const KubeRequest *request, const KubeRoute *route)
{
  SimFaults *faults = request->api->stage->faults;
  g_autofree char *operation = NULL, *name = NULL;
  g_autoptr (GPtrArray) names = NULL;

  if (faults == NULL)
    return NULL;
  operation = operation_of (request, route);
  if (!sim_faults_ask_for_names (faults))
    return sim_faults_match (faults, "kubernetes", operation, request->name);
  name = request->name != NULL ? g_strdup (request->name) : name_to_be (request);
  if (name == NULL)
    return sim_faults_match (faults, "kubernetes", operation, NULL);
  names = g_ptr_array_new_with_free_func (g_free);
  kube_add_names (request->api->store, request->kind, request->namespace_, name, names);
  g_ptr_array_add (names, NULL);
  return sim_faults_match_any (faults, "kubernetes", operation, (const char *const *) names->pdata);
}

/* ---- resources ---- */

static gboolean
is_watch (const KubeRequest *request)
{
  return request->watch && strcmp (request->wire->method, "GET") == 0
         && request->subresource == NULL;
}

/* Takes *REQUEST when the answer outlives the call. */
static SimResponse *
handle_resource (KubeRequest **request)
{
  gboolean known;
  const KubeRoute *route = kube_route_find (*request, &known);
  const SimFault *fault;
  GError *error = NULL;

  if (!kube_request_negotiate (*request, &error))
    return kube_reply_error (*request, error);
  if (route == NULL)
    return known ? reply_not_allowed (*request) : reply_no_subresource (*request);
  if ((*request)->kind->flags & KUBE_IS_CONVERTED)
    return reply_not_converted (*request);
  if ((*request)->kind->warning != NULL)
    g_ptr_array_add ((*request)->warnings, g_strdup ((*request)->kind->warning));
  fault = find_fault (*request, route);
  if (fault != NULL && fault->error != NULL)
    return reply_fault (*request, fault);
  return is_watch (*request) ? kube_watch_handle (g_steal_pointer (request))
                             : route->handle (*request);
}

static gboolean
is_below_api (const KubeRequest *request)
{
  const char *first = request->segments->len > 0 ? request->segments->pdata[0] : "";

  return strcmp (first, "api") == 0 || strcmp (first, "apis") == 0;
}

/* ---- who is let in ---- */

static gboolean
let_in (KubeRequest *request, GError **error)
{
  request->user = kube_caller_find (request->api, request->wire, error);
  return request->user != NULL
         && kube_check_access (request->api, request->user, &request->access, error);
}

/* As the filters in front of a real server answer, which know of nothing but JSON. */
static SimResponse *
reply_shut_out (KubeRequest *request, GError *error)
{
  gboolean forbidden = g_error_matches (error, KUBE_ERROR, KUBE_FORBIDDEN);
  SimResponse *response = kube_reply_error (request, error);

  if (forbidden)
    dd_headers_add (response->headers, "X-Content-Type-Options", "nosniff");
  return response;
}

SimResponse *
kube_api_handle (KubeApi *api, const SimRequest *wire)
{
  g_autoptr (KubeRequest) request = kube_request_new (api, wire);
  SimResponse *response;
  GError *error = NULL;
  gboolean unknown_group;

  if (!let_in (request, &error))
    return reply_shut_out (request, error);
  response = kube_discovery_handle (request);
  if (response != NULL)
    return response;
  if (!is_below_api (request))
    return kube_reply_text (request, 404, "404 page not found\n");
  if (kube_request_resolve (request, &unknown_group))
    return handle_resource (&request);
  if (!unknown_group)
    return reply_not_found (request);
  trace_not_modelled (request, request->path);
  return kube_reply_text (request, 404, "404 page not found\n");
}
