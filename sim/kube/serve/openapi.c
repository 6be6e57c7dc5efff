/* SPDX-License-Identifier: Apache-2.0 */
/* OpenAPI: the kinds' tables as documents that kubectl explains, validates and patches by.
 *
 * Version 3 is one document for each group version, made when it is first asked for; the index
 * gives their hashes, so that clients keep them. Version 2 is answered with an empty document,
 * which is valid: clients that ask for it take protobuf only and leave validation to the server
 * then.
 *
 * Imitates: Kubernetes, The Kubernetes API, OpenAPI interface definition; kube-openapi's handlers
 * for content types, hashes and redirects. */
#include "config.h"

#include <string.h>

#include "sim/kube/apply/shape.h"
#include "sim/kube/serve/discovery.h"
#include "sim/kube/serve/verbs.h"

#define SCHEMAS "#/components/schemas/"
#define V2_TYPE "application/com.github.proto-openapi.spec.v2.v1.0+protobuf"

/* ---- schemas ---- */

/* Types that are schemas of their own without being structures. */
static const struct
{
  KubeType type;
  const char *name, *json_type, *format, *description;
} scalars[] = {
  { KUBE_TIME, "io.k8s.apimachinery.pkg.apis.meta.v1.Time", "string", "date-time",
    "Date and time in RFC 3339, to the second, such as 2026-11-23T20:33:00Z." },
  { KUBE_MICRO_TIME, "io.k8s.apimachinery.pkg.apis.meta.v1.MicroTime", "string", "date-time",
    "Date and time in RFC 3339, to the microsecond." },
  { KUBE_QUANTITY, "io.k8s.apimachinery.pkg.api.resource.Quantity", "string", NULL,
    "An amount with a suffix or without, such as 500m, 2 or 1Gi." },
  { KUBE_INT_OR_STRING, "io.k8s.apimachinery.pkg.util.intstr.IntOrString", "string",
    "int-or-string", "A whole number, or a text such as 25% or the name of a port." },
};

typedef struct
{
  DdBuilder schemas;
  GHashTable *names; /* what is in SCHEMAS already, or being made */
} Document;

static void add_struct (Document *self, const KubeStruct *type, const KubeKind *kind);

static DdValue *
reference (const char *name)
{
  return dd_array (dd_object ("$ref", dd_string_printf (SCHEMAS "%s", name), NULL), NULL);
}

static DdValue *
scalar_schema (Document *self, KubeType type)
{
  guint i = 0;

  while (i < G_N_ELEMENTS (scalars) && scalars[i].type != type)
    i++;
  g_assert (i < G_N_ELEMENTS (scalars));
  if (g_hash_table_add (self->names, (gpointer) scalars[i].name))
    dd_builder_set (&self->schemas, scalars[i].name,
                    dd_object ("description", dd_string (scalars[i].description), "type",
                               dd_string (scalars[i].json_type), "format",
                               dd_string (scalars[i].format), NULL));
  return dd_object ("allOf", reference (scalars[i].name), NULL);
}

static DdValue *
plain_schema (const char *type, const char *format)
{
  return dd_object ("type", dd_string (type), "format", dd_string (format), NULL);
}

static DdValue *
schema_of (Document *self, const KubeField *field, KubeType type)
{
  switch (type)
    {
    case KUBE_STRING:
      return plain_schema ("string", NULL);
    case KUBE_BYTES:
      return plain_schema ("string", "byte");
    case KUBE_INT:
      return plain_schema ("integer", "int64");
    case KUBE_BOOL:
      return plain_schema ("boolean", NULL);
    case KUBE_NUMBER:
      return plain_schema ("number", "double");
    case KUBE_RAW:
      return plain_schema ("object", NULL);
    case KUBE_OBJECT:
      add_struct (self, field->of, NULL);
      return dd_object ("allOf", reference (field->of->name), NULL);
    case KUBE_MAP:
      return dd_object ("type", dd_string ("object"), "additionalProperties",
                        schema_of (self, field, field->element), NULL);
    case KUBE_LIST:
      return dd_object ("type", dd_string ("array"), "items",
                        schema_of (self, field, field->element), NULL);
    case KUBE_TIME:
    case KUBE_MICRO_TIME:
    case KUBE_QUANTITY:
    case KUBE_INT_OR_STRING:
      return scalar_schema (self, type);
    }
  g_assert_not_reached ();
}

/* How strategic merge treats the field; NULL: it is replaced. */
static const char *
patch_strategy (const KubeField *field)
{
  gboolean merges = field->merge_key != NULL || field->merge;

  if (field->retain_keys)
    return merges ? "merge,retainKeys" : "retainKeys";
  return merges ? "merge" : NULL;
}

/* How server-side apply tells a list's items apart: x-kubernetes-list-type and its keys. */
static void
set_list_type (DdBuilder *builder, const KubeField *field)
{
  KubeValueShape shape = kube_shape_of_field (field);
  g_auto (DdBuilder) list = dd_builder_array ();
  const char *keys[KUBE_MAX_KEYS];
  guint n;

  if (shape.sort == KUBE_SHAPE_KEYED)
    {
      n = kube_shape_keys (shape, keys);
      for (guint i = 0; i < n; i++)
        dd_builder_add (&list, dd_string (keys[i]));
      dd_builder_set (builder, "x-kubernetes-list-map-keys", dd_builder_end (&list));
    }
  dd_builder_set (builder, "x-kubernetes-list-type",
                  dd_string (shape.sort == KUBE_SHAPE_KEYED ? "map"
                             : shape.sort == KUBE_SHAPE_SET ? "set"
                                                            : "atomic"));
}

static DdValue *
enum_values (const KubeField *field)
{
  g_auto (DdBuilder) values = dd_builder_array ();

  if (field->values == NULL)
    return NULL;
  for (guint i = 0; field->values[i] != NULL; i++)
    dd_builder_add (&values, dd_string (field->values[i]));
  return dd_builder_end (&values);
}

static DdValue *
property (Document *self, const KubeField *field)
{
  g_autoptr (DdValue) schema = schema_of (self, field, field->type);
  g_auto (DdBuilder) builder = dd_builder_object ();

  dd_builder_set (&builder, "description",
                  dd_string (field->description != NULL ? field->description : ""));
  for (gsize i = 0; i < dd_value_length (schema); i++)
    dd_builder_set (&builder, dd_value_key (schema, i), dd_value_ref (dd_value_nth (schema, i)));
  dd_builder_set (&builder, "enum", enum_values (field));
  if (field->type == KUBE_LIST)
    set_list_type (&builder, field);
  if (field->type == KUBE_MAP && field->atomic)
    dd_builder_set (&builder, "x-kubernetes-map-type", dd_string ("atomic"));
  dd_builder_set (&builder, "x-kubernetes-patch-merge-key", dd_string (field->merge_key));
  dd_builder_set (&builder, "x-kubernetes-patch-strategy", dd_string (patch_strategy (field)));
  return dd_builder_end (&builder);
}

static DdValue *
kind_reference (const KubeKind *kind)
{
  return dd_object ("group", dd_string (kind->group), "version", dd_string (kind->version), "kind",
                    dd_string (kind->kind), NULL);
}

/* The members that SCHEMA adds to those that every object has. */
static void
add_properties_of (const DdValue *schema, DdBuilder *properties)
{
  const DdValue *own = dd_value_member (schema, "properties");

  for (gsize i = 0; i < dd_value_length (own); i++)
    if (strcmp (dd_value_key (own, i), "metadata") != 0
        && !kube_schema_is_type_meta (dd_value_key (own, i)))
      dd_builder_set (properties, dd_value_key (own, i), dd_value_ref (dd_value_nth (own, i)));
}

static gboolean
preserves_unknown (const KubeKind *kind)
{
  return kind != NULL
         && dd_value_path_bool (kind->schema, "x-kubernetes-preserve-unknown-fields", FALSE);
}

/* Adds TYPE and everything it is made of, once. KIND: the kind whose whole object it is, or NULL.
 */
static void
add_struct (Document *self, const KubeStruct *type, const KubeKind *kind)
{
  g_auto (DdBuilder) properties = dd_builder_object ();
  g_auto (DdBuilder) required = dd_builder_array ();
  gboolean any_required = FALSE;

  if (!g_hash_table_add (self->names, (gpointer) type->name))
    return;
  for (const KubeField *field = type->fields; field->name != NULL; field++)
    {
      dd_builder_set (&properties, field->name, property (self, field));
      if (field->required)
        dd_builder_add (&required, dd_string (field->name));
      any_required = any_required || field->required;
    }
  if (kind != NULL && kind->schema != NULL)
    add_properties_of (kind->schema, &properties);
  dd_builder_set (
      &self->schemas, type->name,
      dd_object (
          "description", dd_string (type->description), "type", dd_string ("object"), "properties",
          dd_builder_end (&properties), "required",
          any_required ? dd_builder_end (&required) : NULL, "x-kubernetes-preserve-unknown-fields",
          preserves_unknown (kind) ? dd_bool (TRUE) : NULL, "x-kubernetes-group-version-kind",
          kind != NULL ? dd_array (kind_reference (kind), NULL) : NULL, "x-kubernetes-map-type",
          type->atomic ? dd_string ("atomic") : NULL, NULL));
}

/* ---- paths ---- */

static DdValue *
parameter (const char *name, const char *place, const char *description)
{
  return dd_object ("name", dd_string (name), "in", dd_string (place), "description",
                    dd_string (description), "required",
                    strcmp (place, "path") == 0 ? dd_bool (TRUE) : NULL, "schema",
                    plain_schema ("string", NULL), NULL);
}

static DdValue *
write_parameters (void)
{
  return dd_array (
      parameter ("dryRun", "query",
                 "All checks the request and answers as ever, but stores nothing."),
      parameter ("fieldManager", "query", "Who makes the change, for metadata.managedFields."),
      parameter ("fieldValidation", "query",
                 "What unknown or repeated fields lead to: nothing (Ignore), a warning (Warn, the "
                 "default) or an error (Strict)."),
      NULL);
}

static DdValue *
content_of (const KubeKind *kind, const char *const *media_types)
{
  g_auto (DdBuilder) content = dd_builder_object ();

  for (; *media_types != NULL; media_types++)
    dd_builder_set (
        &content, *media_types,
        dd_object ("schema",
                   dd_object ("$ref", dd_string_printf (SCHEMAS "%s", kind->type->name), NULL),
                   NULL));
  return dd_object ("content", dd_builder_end (&content), NULL);
}

static const char *const json_types[] = { "application/json", "application/yaml", NULL };
static const char *const patch_types[]
    = { "application/json-patch+json", "application/merge-patch+json",
        "application/strategic-merge-patch+json", NULL };

/* What an operation on a path is called, and what goes in. */
static const struct
{
  const char *method;
  gboolean named;
  const char *action;
  const char *verb; /* the kind must have it */
  const char *const *body;
} operations[] = {
  { "get", FALSE, "list", "list", NULL },
  { "post", FALSE, "post", "create", json_types },
  { "delete", FALSE, "deletecollection", "deletecollection", NULL },
  { "get", TRUE, "get", "get", NULL },
  { "put", TRUE, "put", "update", json_types },
  { "patch", TRUE, "patch", "patch", patch_types },
  { "delete", TRUE, "delete", "delete", NULL },
};

static DdValue *
operation (const KubeKind *kind, guint index)
{
  const char *const *body = operations[index].body;
  DdValue *answer = content_of (kind, json_types);
  DdValue *described = dd_value_with_member (answer, "description", dd_string ("OK"));

  dd_value_unref (answer);
  return dd_object ("operationId",
                    dd_string_printf ("%s%s%s%s", operations[index].verb,
                                      kind->group[0] != '\0' ? kind->group : "core", kind->version,
                                      kind->kind),
                    "parameters", body != NULL ? write_parameters () : NULL, "requestBody",
                    body != NULL ? content_of (kind, body) : NULL, "responses",
                    dd_object ("200", described, NULL), "x-kubernetes-action",
                    dd_string (operations[index].action), "x-kubernetes-group-version-kind",
                    kind_reference (kind), NULL);
}

static DdValue *
path_item (const KubeKind *kind, gboolean named, gboolean namespaced)
{
  g_autoptr (GPtrArray) verbs = kube_verbs_of (kind, "");
  g_auto (DdBuilder) item = dd_builder_object ();
  g_auto (DdBuilder) parameters = dd_builder_array ();

  for (guint i = 0; i < G_N_ELEMENTS (operations); i++)
    if (operations[i].named == named
        && g_ptr_array_find_with_equal_func (verbs, operations[i].verb, g_str_equal, NULL))
      dd_builder_set (&item, operations[i].method, operation (kind, i));
  if (named)
    dd_builder_add (&parameters, parameter ("name", "path", "Which object to act on."));
  if (namespaced)
    dd_builder_add (&parameters, parameter ("namespace", "path", "Namespace to act in."));
  if (named || namespaced)
    dd_builder_set (&item, "parameters", dd_builder_end (&parameters));
  return dd_builder_end (&item);
}

static void
add_paths (DdBuilder *paths, const KubeKind *kind)
{
  g_autofree char *version = kube_kind_api_version (kind);
  g_autofree char *collection
      = g_strdup_printf ("/%s/%s%s/%s", kind->group[0] != '\0' ? "apis" : "api", version,
                         kind->namespaced ? "/namespaces/{namespace}" : "", kind->plural);
  g_autofree char *named = g_strconcat (collection, "/{name}", NULL);

  dd_builder_set (paths, collection, path_item (kind, FALSE, kind->namespaced));
  dd_builder_set (paths, named, path_item (kind, TRUE, kind->namespaced));
}

/* ---- documents ---- */

static GBytes *
make_document (const GPtrArray *kinds, const char *group_version)
{
  Document self = { dd_builder_object (), g_hash_table_new (g_str_hash, g_str_equal) };
  g_auto (DdBuilder) paths = dd_builder_object ();
  g_autoptr (DdValue) document = NULL;

  for (guint i = 0; i < kinds->len; i++)
    {
      const KubeKind *kind = g_ptr_array_index (kinds, i);
      g_autofree char *its = kube_kind_api_version (kind);

      if (strcmp (its, group_version) != 0)
        continue;
      add_struct (&self, kind->type, kind);
      add_paths (&paths, kind);
    }
  g_hash_table_unref (self.names);
  document = dd_object (
      "openapi", dd_string ("3.0.0"), "info",
      dd_object ("title", dd_string ("Kubernetes"), "version", dd_string ("unversioned"), NULL),
      "paths", dd_builder_end (&paths), "components",
      dd_object ("schemas", dd_builder_end (&self.schemas), NULL), NULL);
  return dd_value_to_bytes (document);
}

static gboolean
is_of_tables (const char *group_version)
{
  for (guint i = 0; i < kube_n_kinds; i++)
    {
      g_autofree char *its = kube_kind_api_version (kube_kinds[i]);

      if (strcmp (its, group_version) == 0)
        return TRUE;
    }
  return FALSE;
}

/* The tables never change, so their documents are made once for the whole process; what was defined
 * at run time may be defined anew. A new reference. */
static GBytes *
document_for (const KubeApi *api, const char *group_version)
{
  static GHashTable *documents = NULL;
  GBytes *bytes;

  if (!is_of_tables (group_version))
    return make_document (api->catalogue->kinds, group_version);
  if (documents == NULL)
    documents
        = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, (GDestroyNotify) g_bytes_unref);
  bytes = g_hash_table_lookup (documents, group_version);
  if (bytes == NULL)
    {
      bytes = make_document (api->catalogue->kinds, group_version);
      g_hash_table_insert (documents, g_strdup (group_version), bytes);
    }
  return g_bytes_ref (bytes);
}

static const char *
prefix_of (const char *group_version)
{
  return strchr (group_version, '/') != NULL ? "apis" : "api";
}

/* "/openapi/v3/apis/apps/v1?hash=..."; caller frees. */
static char *
document_url (const KubeApi *api, const char *group_version)
{
  g_autoptr (GBytes) document = document_for (api, group_version);
  g_autofree char *hash = kube_content_hash (document);

  return g_strdup_printf ("/openapi/v3/%s/%s?hash=%s", prefix_of (group_version), group_version,
                          hash);
}

static SimResponse *
reply_index (KubeRequest *request)
{
  g_autoptr (GPtrArray) versions = kube_group_versions (request->api);
  g_auto (DdBuilder) paths = dd_builder_object ();

  for (guint i = 0; i < versions->len; i++)
    {
      const char *name = versions->pdata[i];
      g_autofree char *path = g_strdup_printf ("%s/%s", prefix_of (name), name);

      dd_builder_set (&paths, path,
                      dd_object ("serverRelativeURL",
                                 dd_string_take (document_url (request->api, name)), NULL));
    }
  return kube_reply_value (request, 200, dd_object ("paths", dd_builder_end (&paths), NULL));
}

static SimResponse *
reply_redirect (const KubeRequest *request, const char *url)
{
  SimResponse *response = kube_reply_start (request, 301, NULL, NULL);

  dd_headers_add (response->headers, "Location", url);
  return response;
}

/* A document asked for by its hash may be kept for ever; another hash leads to the right one. */
static SimResponse *
reply_named_document (KubeRequest *request, const char *group_version)
{
  const char *asked = kube_request_query (request, "hash");
  g_autoptr (GBytes) bytes = document_for (request->api, group_version);
  g_autofree char *hash = kube_content_hash (bytes);
  g_autofree char *url = document_url (request->api, group_version);
  SimResponse *response;

  if (asked != NULL && strcmp (asked, hash) != 0)
    return reply_redirect (request, url);
  response = kube_reply_cacheable (request, "application/json", g_bytes_ref (bytes));
  if (asked != NULL)
    dd_headers_add (response->headers, "Expires", "Fri, 31 Dec 9999 23:59:59 GMT");
  return response;
}

static SimResponse *
reply_v3 (KubeRequest *request)
{
  static const char prefix[] = "/openapi/v3/";
  g_autoptr (GPtrArray) versions = kube_group_versions (request->api);
  const char *rest;

  if (request->segments->len == 2)
    return reply_index (request);
  rest = g_str_has_prefix (request->path, prefix) ? request->path + strlen (prefix) : "";
  for (guint i = 0; i < versions->len; i++)
    {
      const char *name = versions->pdata[i];
      g_autofree char *path = g_strdup_printf ("%s/%s", prefix_of (name), name);

      if (strcmp (rest, path) == 0)
        return reply_named_document (request, name);
    }
  return kube_reply_text (request, 404, "404 page not found\n");
}

SimResponse *
kube_openapi_handle (KubeRequest *request)
{
  const char *version = request->segments->len > 1 ? request->segments->pdata[1] : "";

  if (strcmp (version, "v3") == 0)
    return reply_v3 (request);
  if (strcmp (version, "v2") == 0 && request->segments->len == 2)
    return kube_reply_start (request, 200, V2_TYPE, g_bytes_new_static ("", 0));
  return kube_reply_text (request, 404, "404 page not found\n");
}
