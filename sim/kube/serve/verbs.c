/* SPDX-License-Identifier: Apache-2.0 */
/* The verbs over HTTP: each row of the table at the end is one method on one kind of path. */
#include "config.h"

#include <string.h>

#include "sim/kube/serve/list.h"
#include "sim/kube/serve/table.h"
#include "sim/kube/serve/verbs.h"
#include "sim/kube/serve/watch.h"

/* How much of a body is shown by who cannot read it. */
#define SUMMARY_LENGTH 30

/* ---- what a body calls itself ---- */

/* "core" for the group without a name, as error texts call it. */
static gboolean
refuse_type (GError **error, const char *its_version, const char *its_kind, const char *api_version,
             const char *kind)
{
  const char *slash = strchr (api_version, '/');
  g_autofree char *group
      = slash != NULL ? g_strndup (api_version, (gsize) (slash - api_version)) : g_strdup ("core");
  const char *bare
      = strchr (its_version, '/') != NULL ? strchr (its_version, '/') + 1 : its_version;

  if (strcmp (its_kind, kind) == 0)
    kube_set_error (error, KUBE_BAD_REQUEST, NULL,
                    "the API version in the data (%s) does not match the expected API version (%s)",
                    its_version, api_version);
  else
    kube_set_error (
        error, KUBE_BAD_REQUEST, NULL,
        "%s in version \"%s\" cannot be handled as a %s: converting (%s.%s) to (%s.%s): "
        "unknown conversion",
        its_kind, bare, kind, bare, its_kind, group, kind);
  return FALSE;
}

gboolean
kube_check_type (const DdValue *body, const char *api_version, const char *kind, GError **error)
{
  const char *its_version = dd_value_path_string (body, "apiVersion");
  const char *its_kind = dd_value_path_string (body, "kind");

  if (dd_value_type (body) != DD_OBJECT)
    {
      kube_set_error (error, KUBE_BAD_REQUEST, NULL,
                      "the object provided is unrecognized (must be of type %s): couldn't get "
                      "version/kind; json parse error: json: cannot unmarshal %s into Go value of "
                      "type struct",
                      kind, dd_type_name (dd_value_type (body)));
      return FALSE;
    }
  if (its_version == NULL || its_version[0] == '\0')
    its_version = api_version;
  if (its_kind == NULL || its_kind[0] == '\0')
    its_kind = kind;
  return (strcmp (its_version, api_version) == 0 && strcmp (its_kind, kind) == 0)
         || refuse_type (error, its_version, its_kind, api_version, kind);
}

/* What has no type must say what it is. Imitates: apimachinery's UnstructuredJSONScheme. */
static gboolean
says_its_kind (const KubeRequest *request, const DdValue *body, GError **error)
{
  const char *kind = dd_value_path_string (body, "kind");
  g_autofree char *text = NULL;
  g_autofree char *start = NULL;

  if (dd_value_type (body) != DD_OBJECT || (kind != NULL && kind[0] != '\0'))
    return TRUE;
  text = dd_value_to_text (body);
  start = g_utf8_substring (text, 0, MIN (g_utf8_strlen (text, -1), SUMMARY_LENGTH));
  g_set_error (error, KUBE_ERROR, KUBE_BAD_REQUEST,
               "the object provided is unrecognized (must be of type %s): Object 'Kind' is missing "
               "in '%s' (%s%s)",
               request->kind->kind, text, start, strlen (start) < strlen (text) ? " ..." : "");
  return FALSE;
}

/* The request's body as an object of its kind. */
static DdValue *
read_object (const KubeRequest *request, GPtrArray *duplicates, GError **error)
{
  g_autofree char *api_version = kube_kind_api_version (request->kind);
  g_autoptr (DdValue) body = kube_request_body (request, request->kind->kind, duplicates, error);

  if (body == NULL || (request->kind->schema != NULL && !says_its_kind (request, body, error))
      || !kube_check_type (body, api_version, request->kind->kind, error))
    return NULL;
  return g_steal_pointer (&body);
}

static SimResponse *
reply (KubeRequest *request, guint status, SimObject *object, GError *error)
{
  g_autoptr (SimObject) taken = object;

  return taken != NULL ? kube_reply_object (request, status, taken)
                       : kube_reply_error (request, error);
}

/* ---- reading ---- */

/* GET answers with the newest state; a resourceVersion only says how new it must at least be. */
static SimResponse *
handle_get (KubeRequest *request)
{
  const char *text = kube_request_query (request, "resourceVersion");
  guint64 revision = text != NULL ? g_ascii_strtoull (text, NULL, 10) : 0;
  SimObject *object = NULL;
  GError *error = NULL;

  if (kube_check_revision (request->api, revision, &error) && kube_table_check (request, &error))
    object = kube_get (request->api, request->kind, request->namespace_, request->name, &error);
  return reply (request, 200, object, error);
}

/* ---- writing ---- */

static SimResponse *
handle_create (KubeRequest *request)
{
  g_autoptr (GPtrArray) duplicates = g_ptr_array_new_with_free_func (g_free);
  GError *error = NULL;
  g_autoptr (DdValue) body = NULL;
  SimObject *object = NULL;
  KubeWrite write;

  if (kube_write_options (request, "CreateOptions", duplicates, &write, &error))
    body = read_object (request, duplicates, &error);
  if (body != NULL)
    object
        = kube_create_with (request->api, request->kind, request->namespace_, body, &write, &error);
  return reply (request, 201, object, error);
}

/* What is asked and never kept. */
static DdValue *
answer_question (KubeRequest *request, GError **error)
{
  const KubeKind *kind = request->kind;
  g_autoptr (GPtrArray) duplicates = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (DdValue) body = NULL;
  g_autoptr (DdValue) question = NULL;
  g_autoptr (SimObject) answer = NULL;
  DdValue *value = NULL;
  KubeWrite write;

  if (kube_write_options (request, "CreateOptions", duplicates, &write, error))
    body = read_object (request, duplicates, error);
  if (body != NULL)
    question = kube_schema_decode (kind, body, NULL, &write, error);
  if (question != NULL)
    value = kind->answer (request->api, request->user, request->namespace_, question, error);
  if (value == NULL)
    return NULL;
  answer = sim_object_new (kind, value, 0);
  return kube_object_to_value (answer);
}

static SimResponse *
handle_question (KubeRequest *request)
{
  GError *error = NULL;
  DdValue *answer = answer_question (request, &error);

  return answer != NULL ? kube_reply_value (request, 201, answer)
                        : kube_reply_error (request, error);
}

static SimResponse *
update_part (KubeRequest *request, KubePart part)
{
  g_autoptr (GPtrArray) duplicates = g_ptr_array_new_with_free_func (g_free);
  GError *error = NULL;
  g_autoptr (DdValue) body = NULL;
  SimObject *object = NULL;
  KubeWrite write;

  if (kube_write_options (request, "UpdateOptions", duplicates, &write, &error))
    body = read_object (request, duplicates, &error);
  if (body != NULL)
    object = kube_update_with (request->api, request->kind, request->namespace_, request->name,
                               part, body, &write, &error);
  return reply (request, 200, object, error);
}

static SimResponse *
handle_update (KubeRequest *request)
{
  return update_part (request, KUBE_PART_MAIN);
}

static SimResponse *
handle_update_status (KubeRequest *request)
{
  return update_part (request, KUBE_PART_STATUS);
}

static SimResponse *
handle_finalize (KubeRequest *request)
{
  return update_part (request, KUBE_PART_FINALIZE);
}

/* ---- deleting ---- */

/* *OUT_BODY is NULL when there is none; FALSE when there is one that is no DeleteOptions. */
static gboolean
read_delete_options (const KubeRequest *request, DdValue **out_body, GError **error)
{
  const char *version;

  if (request->wire->body == NULL || g_bytes_get_size (request->wire->body) == 0)
    return TRUE;
  *out_body = kube_request_body (request, "DeleteOptions", NULL, error);
  if (*out_body == NULL)
    return FALSE;
  version = dd_value_path_string (*out_body, "apiVersion");
  return kube_check_type (*out_body, version != NULL && version[0] != '\0' ? version : "v1",
                          "DeleteOptions", error);
}

/* What is left says how the object went: a Status, or the object where its kind says so or where it
 * is still there. */
static SimResponse *
reply_deleted (KubeRequest *request, SimObject *object, gboolean removed)
{
  const KubeKind *kind = request->kind;

  if (!removed || (kind->flags & KUBE_RETURNS_DELETED))
    return kube_reply_object (request, 200, object);
  return kube_reply_value (
      request, 200,
      dd_object ("kind", dd_string ("Status"), "apiVersion", dd_string ("v1"), "metadata",
                 dd_object_empty (), "status", dd_string ("Success"), "details",
                 dd_object ("name", dd_string (object->name), "group",
                            kind->group[0] != '\0' ? dd_string (kind->group) : NULL, "kind",
                            dd_string (kind->plural), "uid", dd_string (object->uid), NULL),
                 NULL));
}

static SimResponse *
handle_delete (KubeRequest *request)
{
  g_autoptr (DdValue) body = NULL;
  g_autoptr (SimObject) object = NULL;
  gboolean removed = TRUE;
  GError *error = NULL;
  KubeDelete options;

  if (read_delete_options (request, &body, &error)
      && kube_delete_options (request, body, &options, &error))
    {
      options.out_removed = &removed;
      object = kube_delete (request->api, request->kind, request->namespace_, request->name,
                            &options, &error);
    }
  return object != NULL ? reply_deleted (request, object, removed)
                        : kube_reply_error (request, error);
}

/* Deletes OBJECTS one by one; each is replaced by what is left of it. */
static gboolean
delete_all (KubeRequest *request, GPtrArray *objects, const KubeDelete *options, GError **error)
{
  for (guint i = 0; i < objects->len; i++)
    {
      SimObject *object = objects->pdata[i];
      g_autoptr (GError) problem = NULL;
      SimObject *deleted = kube_delete (request->api, object->kind, object->namespace_,
                                        object->name, options, &problem);

      if (deleted != NULL)
        {
          objects->pdata[i] = deleted;
          sim_object_unref (object);
        }
      else if (!g_error_matches (problem, KUBE_ERROR, KUBE_NOT_FOUND))
        {
          g_propagate_error (error, g_steal_pointer (&problem));
          return FALSE;
        }
    }
  return TRUE;
}

static SimResponse *
handle_delete_collection (KubeRequest *request)
{
  g_auto (KubeListOptions) selection = { 0 };
  g_autoptr (DdValue) body = NULL;
  g_autoptr (GPtrArray) objects = NULL;
  GError *error = NULL;
  KubeDelete options;
  DdValue *metadata;

  if (!read_delete_options (request, &body, &error)
      || !kube_delete_options (request, body, &options, &error)
      || !kube_list_options_parse (request, &selection, &error))
    return kube_reply_error (request, error);
  metadata = dd_object (
      "resourceVersion",
      dd_string_printf ("%" G_GUINT64_FORMAT, sim_store_revision (request->api->store)), NULL);
  objects = kube_select_objects (request, &selection);
  if (delete_all (request, objects, &options, &error))
    return kube_reply_list (request, objects, metadata);
  dd_value_unref (metadata);
  return kube_reply_error (request, error);
}

/* ---- the table ---- */

/* Imitates: Kubernetes API Concepts, Kubernetes API verbs. The watch row is found by its flag in
 * the request, not by a method of its own. */
static const KubeRoute routes[] = {
  { "POST", "", FALSE, "create", .flag = KUBE_IS_ASKED, .handle = handle_question },
  { "GET", "", FALSE, "list", .without = KUBE_IS_ASKED, .handle = kube_list_handle },
  { "POST", "", FALSE, "create", .without = KUBE_IS_ASKED, .handle = handle_create },
  { "DELETE", "", FALSE, "deletecollection", .without = KUBE_NO_DELETE_COLLECTION | KUBE_IS_ASKED,
    .handle = handle_delete_collection },
  { "GET", "", TRUE, "get", .without = KUBE_IS_ASKED, .handle = handle_get },
  { "PUT", "", TRUE, "update", .without = KUBE_IS_ASKED, .handle = handle_update },
  { "PATCH", "", TRUE, "patch", .without = KUBE_IS_ASKED, .handle = kube_patch_handle },
  { "DELETE", "", TRUE, "delete", .without = KUBE_IS_ASKED, .handle = handle_delete },
  { "GET", "status", TRUE, "get", KUBE_SUB_STATUS, .handle = handle_get },
  { "PUT", "status", TRUE, "update", KUBE_SUB_STATUS, .handle = handle_update_status },
  { "PATCH", "status", TRUE, "patch", KUBE_SUB_STATUS, .handle = kube_patch_status_handle },
  { "GET", "scale", TRUE, "get", KUBE_SUB_SCALE, .handle = kube_scale_get_handle },
  { "PUT", "scale", TRUE, "update", KUBE_SUB_SCALE, .handle = kube_scale_put_handle },
  { "PATCH", "scale", TRUE, "patch", KUBE_SUB_SCALE, .handle = kube_scale_patch_handle },
  { "POST", "eviction", TRUE, "create", KUBE_SUB_EVICTION, .handle = kube_eviction_handle },
  { "POST", "binding", TRUE, "create", KUBE_SUB_BINDING, .handle = kube_binding_handle },
  { "POST", "token", TRUE, "create", KUBE_SUB_TOKEN, .handle = kube_token_handle },
  { "GET", "log", TRUE, "get", KUBE_SUB_LOG, .handle = kube_log_handle },
  { "PUT", "finalize", TRUE, "update", .flag = KUBE_SPEC_FINALIZERS, .handle = handle_finalize },
};

static gboolean
kind_has (const KubeKind *kind, const KubeRoute *route)
{
  return (kind->subresources & route->needs) == route->needs
         && (kind->flags & route->flag) == route->flag && (kind->flags & route->without) == 0;
}

static int
compare_texts (gconstpointer a, gconstpointer b)
{
  return strcmp (*(const char *const *) a, *(const char *const *) b);
}

static void
add_once (GPtrArray *texts, const char *text)
{
  if (!g_ptr_array_find_with_equal_func (texts, text, g_str_equal, NULL))
    g_ptr_array_add (texts, (gpointer) text);
}

/* What can be listed can be watched. */
GPtrArray *
kube_verbs_of (const KubeKind *kind, const char *subresource)
{
  GPtrArray *verbs = g_ptr_array_new ();

  for (guint i = 0; i < G_N_ELEMENTS (routes); i++)
    if (strcmp (routes[i].subresource, subresource) == 0 && kind_has (kind, &routes[i]))
      {
        add_once (verbs, routes[i].verb);
        if (strcmp (routes[i].verb, "list") == 0)
          add_once (verbs, "watch");
      }
  g_ptr_array_sort (verbs, compare_texts);
  return verbs;
}

GPtrArray *
kube_subresources_of (const KubeKind *kind)
{
  GPtrArray *names = g_ptr_array_new ();

  for (guint i = 0; i < G_N_ELEMENTS (routes); i++)
    if (routes[i].subresource[0] != '\0' && kind_has (kind, &routes[i]))
      add_once (names, routes[i].subresource);
  g_ptr_array_sort (names, compare_texts);
  return names;
}

static gboolean
has_place (const KubeRequest *request, const KubeRoute *route)
{
  const char *subresource = request->subresource != NULL ? request->subresource : "";

  return route->named == (request->name != NULL) && strcmp (route->subresource, subresource) == 0
         && kind_has (request->kind, route);
}

/* A namespaced object is made in a namespace, and goes with one. */
static gboolean
has_scope (const KubeRequest *request, const KubeRoute *route)
{
  return !request->kind->namespaced || request->namespace_ != NULL
         || strcmp (route->method, "GET") == 0;
}

const KubeRoute *
kube_route_find (const KubeRequest *request, gboolean *out_known)
{
  *out_known = FALSE;
  for (guint i = 0; i < G_N_ELEMENTS (routes); i++)
    {
      if (!has_place (request, &routes[i]))
        continue;
      *out_known = TRUE;
      if (strcmp (routes[i].method, request->wire->method) == 0 && has_scope (request, &routes[i]))
        return &routes[i];
    }
  return NULL;
}
