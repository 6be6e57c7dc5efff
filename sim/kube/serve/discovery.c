/* SPDX-License-Identifier: Apache-2.0 */
/* Discovery: groups, resources, verbs, version and health, all of it read from the kinds' tables.
 *
 * Imitates: Kubernetes API Concepts, Discovery API (aggregated and unaggregated); the version of a
 * server as Amazon EKS reports it. */
#include "config.h"

#include <string.h>

#include "sim/kube/serve/discovery.h"
#include "sim/kube/serve/verbs.h"

/* ---- what several documents share ---- */

static DdValue *
texts_to_value (const char *const *texts)
{
  g_auto (DdBuilder) list = dd_builder_array ();

  if (texts == NULL)
    return NULL;
  for (; *texts != NULL; texts++)
    dd_builder_add (&list, dd_string (*texts));
  return dd_builder_end (&list);
}

/* Imitates: apiextensions-apiserver's discovery controller, which keeps an order of its own. */
static const char *const custom_verbs[]
    = { "delete", "deletecollection", "get", "list", "patch", "create", "update", "watch", NULL };

static DdValue *
verbs_to_value (const KubeKind *kind, const char *subresource)
{
  g_autoptr (GPtrArray) verbs = kube_verbs_of (kind, subresource);

  if (kind->schema != NULL && subresource[0] == '\0')
    return texts_to_value (custom_verbs);

  g_ptr_array_add (verbs, NULL);
  return texts_to_value ((const char *const *) verbs->pdata);
}

/* Subresources that answer with something else than their kind. */
static const struct
{
  const char *subresource;
  const char *group, *version, *kind;
} responses[] = {
  { "binding", "", "", "Binding" },
  { "eviction", "policy", "v1", "Eviction" },
  { "scale", "autoscaling", "v1", "Scale" },
  { "token", "authentication.k8s.io", "v1", "TokenRequest" },
};

static guint
find_response (const char *subresource)
{
  guint i = 0;

  while (i < G_N_ELEMENTS (responses) && strcmp (responses[i].subresource, subresource) != 0)
    i++;
  return i;
}

static const KubeKind *
kind_at (const GPtrArray *kinds, guint index)
{
  return g_ptr_array_index (kinds, index);
}

static gboolean
is_first_of_group (const GPtrArray *kinds, guint index)
{
  return index == 0
         || strcmp (kind_at (kinds, index)->group, kind_at (kinds, index - 1)->group) != 0;
}

static gboolean
is_first_of_version (const GPtrArray *kinds, guint index)
{
  return is_first_of_group (kinds, index)
         || strcmp (kind_at (kinds, index)->version, kind_at (kinds, index - 1)->version) != 0;
}

static gboolean
is_in (const KubeKind *kind, const char *group, const char *version)
{
  return strcmp (kind->group, group) == 0 && strcmp (kind->version, version) == 0;
}

/* ---- aggregated: one document for all groups ---- */

static DdValue *
response_kind (const char *group, const char *version, const char *kind)
{
  return dd_object ("group", dd_string (group), "version", dd_string (version), "kind",
                    dd_string (kind), NULL);
}

/* Of a custom resource the group and version are told, where others leave them to be understood. */
static DdValue *
own_response_kind (const KubeKind *kind)
{
  return kind->schema != NULL ? response_kind (kind->group, kind->version, kind->kind)
                              : response_kind ("", "", kind->kind);
}

static DdValue *
aggregated_subresource (const KubeKind *kind, const char *name)
{
  guint i = find_response (name);

  return dd_object ("subresource", dd_string (name), "responseKind",
                    i < G_N_ELEMENTS (responses) ? response_kind (
                        responses[i].group, responses[i].version, responses[i].kind)
                                                 : own_response_kind (kind),
                    "verbs", verbs_to_value (kind, name), NULL);
}

static DdValue *
aggregated_subresources (const KubeKind *kind)
{
  g_autoptr (GPtrArray) names = kube_subresources_of (kind);
  g_auto (DdBuilder) list = dd_builder_array ();

  for (guint i = 0; i < names->len; i++)
    dd_builder_add (&list, aggregated_subresource (kind, names->pdata[i]));
  return names->len > 0 ? dd_builder_end (&list) : NULL;
}

static DdValue *
aggregated_resource (const KubeKind *kind)
{
  return dd_object ("resource", dd_string (kind->plural), "responseKind", own_response_kind (kind),
                    "scope", dd_string (kind->namespaced ? "Namespaced" : "Cluster"),
                    "singularResource", dd_string (kind->singular), "verbs",
                    verbs_to_value (kind, ""), "shortNames", texts_to_value (kind->short_names),
                    "categories", texts_to_value (kind->categories), "subresources",
                    aggregated_subresources (kind), NULL);
}

static DdValue *
aggregated_version (const GPtrArray *kinds, const char *group, const char *version)
{
  g_auto (DdBuilder) resources = dd_builder_array ();

  for (guint i = 0; i < kinds->len; i++)
    if (is_in (kind_at (kinds, i), group, version))
      dd_builder_add (&resources, aggregated_resource (kind_at (kinds, i)));
  return dd_object ("version", dd_string (version), "resources", dd_builder_end (&resources),
                    "freshness", dd_string ("Current"), NULL);
}

static DdValue *
aggregated_group (const GPtrArray *kinds, const char *group)
{
  g_auto (DdBuilder) versions = dd_builder_array ();

  for (guint i = 0; i < kinds->len; i++)
    if (strcmp (kind_at (kinds, i)->group, group) == 0 && is_first_of_version (kinds, i))
      dd_builder_add (&versions, aggregated_version (kinds, group, kind_at (kinds, i)->version));
  return dd_object ("metadata",
                    dd_object ("name", group[0] != '\0' ? dd_string (group) : NULL,
                               "creationTimestamp", dd_null (), NULL),
                    "versions", dd_builder_end (&versions), NULL);
}

/* /api holds the core group alone, /apis all the others. */
static DdValue *
aggregated (const GPtrArray *kinds, gboolean core, const char *version)
{
  g_auto (DdBuilder) groups = dd_builder_array ();

  for (guint i = 0; i < kinds->len; i++)
    if (is_first_of_group (kinds, i) && core == (kind_at (kinds, i)->group[0] == '\0'))
      dd_builder_add (&groups, aggregated_group (kinds, kind_at (kinds, i)->group));
  return dd_object ("kind", dd_string ("APIGroupDiscoveryList"), "apiVersion",
                    dd_string_printf ("apidiscovery.k8s.io/%s", version), "metadata",
                    dd_object_empty (), "items", dd_builder_end (&groups), NULL);
}

/* ---- unaggregated: one document for each group version ---- */

static DdValue *
version_entry (const KubeKind *kind)
{
  return dd_object ("groupVersion", dd_string_take (kube_kind_api_version (kind)), "version",
                    dd_string (kind->version), NULL);
}

/* The first version listed is the preferred one. KIND_NAME: "APIGroup", or NULL in a list. */
static DdValue *
group_document (const GPtrArray *kinds, const char *group, const char *kind_name)
{
  g_auto (DdBuilder) versions = dd_builder_array ();
  const KubeKind *first = NULL;

  for (guint i = 0; i < kinds->len; i++)
    if (strcmp (kind_at (kinds, i)->group, group) == 0 && is_first_of_version (kinds, i))
      {
        first = first != NULL ? first : kind_at (kinds, i);
        dd_builder_add (&versions, version_entry (kind_at (kinds, i)));
      }
  if (first == NULL)
    return NULL;
  return dd_object ("kind", dd_string (kind_name), "apiVersion",
                    kind_name != NULL ? dd_string ("v1") : NULL, "name", dd_string (group),
                    "versions", dd_builder_end (&versions), "preferredVersion",
                    version_entry (first), NULL);
}

static DdValue *
group_list (const GPtrArray *kinds)
{
  g_auto (DdBuilder) groups = dd_builder_array ();

  for (guint i = 0; i < kinds->len; i++)
    if (is_first_of_group (kinds, i) && kind_at (kinds, i)->group[0] != '\0')
      dd_builder_add (&groups, group_document (kinds, kind_at (kinds, i)->group, NULL));
  return dd_object ("kind", dd_string ("APIGroupList"), "apiVersion", dd_string ("v1"), "groups",
                    dd_builder_end (&groups), NULL);
}

static DdValue *
api_versions (const KubeRequest *request)
{
  const char *host = dd_headers_get (request->wire->headers, "Host");
  DdValue *address = dd_object ("clientCIDR", dd_string ("0.0.0.0/0"), "serverAddress",
                                dd_string (host != NULL ? host : "127.0.0.1"), NULL);

  return dd_object ("kind", dd_string ("APIVersions"), "versions",
                    dd_array (dd_string ("v1"), NULL), "serverAddressByClientCIDRs",
                    dd_array (address, NULL), NULL);
}

/* The first eight bytes of a SHA-256 over "GROUP/VERSION/KIND", in base64. */
static DdValue *
storage_version_hash (const KubeKind *kind)
{
  const KubeKind *stored = kube_kind_stored (kind);
  const char *version = stored->storage_version != NULL ? stored->storage_version : stored->version;
  g_autofree char *name = g_strdup_printf ("%s/%s/%s", kind->group, version, kind->kind);
  g_autoptr (GChecksum) checksum = g_checksum_new (G_CHECKSUM_SHA256);
  guint8 digest[32];
  gsize length = sizeof digest;

  g_checksum_update (checksum, (const guchar *) name, -1);
  g_checksum_get_digest (checksum, digest, &length);
  return dd_string_take (g_base64_encode (digest, 8));
}

static DdValue *
listed_resource (const KubeKind *kind)
{
  return dd_object ("name", dd_string (kind->plural), "singularName", dd_string (kind->singular),
                    "namespaced", dd_bool (kind->namespaced), "kind", dd_string (kind->kind),
                    "verbs", verbs_to_value (kind, ""), "shortNames",
                    texts_to_value (kind->short_names), "categories",
                    texts_to_value (kind->categories), "storageVersionHash",
                    kind->flags & KUBE_IS_ASKED ? NULL : storage_version_hash (kind), NULL);
}

static DdValue *
listed_subresource (const KubeKind *kind, const char *name)
{
  guint i = find_response (name);
  gboolean other = i < G_N_ELEMENTS (responses);
  gboolean grouped = other && responses[i].group[0] != '\0';

  return dd_object ("name", dd_string_printf ("%s/%s", kind->plural, name), "singularName",
                    dd_string (""), "namespaced", dd_bool (kind->namespaced), "group",
                    grouped ? dd_string (responses[i].group) : NULL, "version",
                    grouped ? dd_string (responses[i].version) : NULL, "kind",
                    dd_string (other ? responses[i].kind : kind->kind), "verbs",
                    verbs_to_value (kind, name), NULL);
}

/* NULL when nothing is served there. */
static DdValue *
resource_list (const GPtrArray *kinds, const char *group, const char *version)
{
  g_auto (DdBuilder) resources = dd_builder_array ();
  const KubeKind *any = NULL;

  for (guint i = 0; i < kinds->len; i++)
    if (is_in (kind_at (kinds, i), group, version))
      {
        g_autoptr (GPtrArray) names = kube_subresources_of (kind_at (kinds, i));

        any = kind_at (kinds, i);
        dd_builder_add (&resources, listed_resource (any));
        for (guint s = 0; s < names->len; s++)
          dd_builder_add (&resources, listed_subresource (any, names->pdata[s]));
      }
  if (any == NULL)
    return NULL;
  return dd_object ("kind", dd_string ("APIResourceList"), "apiVersion",
                    group[0] != '\0' ? dd_string ("v1") : NULL, "groupVersion",
                    dd_string_take (kube_kind_api_version (any)), "resources",
                    dd_builder_end (&resources), NULL);
}

/* ---- what clients may keep ---- */

char *
kube_content_hash (GBytes *bytes)
{
  g_autofree char *lower = g_compute_checksum_for_bytes (G_CHECKSUM_SHA512, bytes);

  return g_ascii_strup (lower, -1);
}

SimResponse *
kube_reply_cacheable (const KubeRequest *request, const char *content_type, GBytes *body)
{
  const char *known = dd_headers_get (request->wire->headers, "If-None-Match");
  g_autofree char *hash = kube_content_hash (body);
  g_autofree char *tag = g_strdup_printf ("\"%s\"", hash);
  SimResponse *response;

  if (g_strcmp0 (known, tag) == 0)
    {
      g_bytes_unref (body);
      response = kube_reply_start (request, 304, NULL, NULL);
    }
  else
    response = kube_reply_start (request, 200, content_type, body);
  dd_headers_add (response->headers, "ETag", tag);
  dd_headers_add (response->headers, "Vary", "Accept");
  return response;
}

static SimResponse *
reply_aggregated (const KubeRequest *request, gboolean core, const char *version)
{
  g_autoptr (DdValue) document = aggregated (request->api->catalogue->kinds, core, version);
  g_autofree char *type = g_strdup_printf (
      "application/json;g=apidiscovery.k8s.io;v=%s;as=APIGroupDiscoveryList", version);

  return kube_reply_cacheable (request, type, dd_value_to_bytes (document));
}

/* ---- version, health, paths ---- */

/* A late patch of each minor as EKS ran it in 2025 and 2026. */
static const struct
{
  int minor, patch;
  const char *go;
} releases[] = {
  { 27, 16, "go1.22.5" }, { 28, 15, "go1.22.12" }, { 29, 13, "go1.22.12" }, { 30, 9, "go1.22.12" },
  { 31, 5, "go1.22.12" }, { 32, 1, "go1.23.6" },   { 33, 1, "go1.24.2" },   { 34, 3, "go1.24.11" },
  { 35, 0, "go1.25.5" },  { 36, 0, "go1.26.2" },
};

static DdValue *
version_document (const KubeApi *api)
{
  guint i = 0;

  while (i + 1 < G_N_ELEMENTS (releases) && releases[i].minor < api->minor)
    i++;
  return dd_object (
      "major", dd_string ("1"), "minor", dd_string_printf ("%d+", api->minor), "gitVersion",
      dd_string_printf ("v1.%d.%d-eks-8cce635", api->minor, releases[i].patch), "gitCommit",
      dd_string ("8cce6353e0f5e4b9b1d1bd1e3a0d2e6a4f0d3a57"), "gitTreeState", dd_string ("clean"),
      "buildDate", dd_string ("2025-02-20T00:00:00Z"), "goVersion", dd_string (releases[i].go),
      "compiler", dd_string ("gc"), "platform", dd_string ("linux/amd64"), NULL);
}

static SimResponse *
reply_version (KubeRequest *request)
{
  request->pretty = TRUE; /* as the server always writes it */
  return kube_reply_value (request, 200, version_document (request->api));
}

static const char *const health_checks[] = { "ping", "log", "etcd" };

static SimResponse *
reply_health (const KubeRequest *request)
{
  const char *name = request->segments->pdata[0];
  g_autoptr (GString) text = g_string_new (NULL);

  if (kube_request_query (request, "verbose") == NULL)
    return kube_reply_text (request, 200, "ok");
  for (guint i = 0; i < G_N_ELEMENTS (health_checks); i++)
    g_string_append_printf (text, "[+]%s ok\n", health_checks[i]);
  g_string_append_printf (text, "%s check passed\n", name);
  return kube_reply_text (request, 200, text->str);
}

GPtrArray *
kube_group_versions (const KubeApi *api)
{
  const GPtrArray *kinds = api->catalogue->kinds;
  GPtrArray *names = g_ptr_array_new_with_free_func (g_free);

  for (guint i = 0; i < kinds->len; i++)
    if (is_first_of_version (kinds, i))
      g_ptr_array_add (names, kube_kind_api_version (kind_at (kinds, i)));
  return names;
}

static void add_path (DdBuilder *paths, const char *format, const char *name) G_GNUC_PRINTF (2, 0);

static void
add_path (DdBuilder *paths, const char *format, const char *name)
{
  g_autofree char *path = g_strdup_printf (format, name);

  dd_builder_add (paths, dd_string (path));
}

static SimResponse *
reply_paths (KubeRequest *request)
{
  static const char *const last[]
      = { "/healthz", "/livez", "/openapi/v2", "/openapi/v3", "/readyz", "/version" };
  const GPtrArray *kinds = request->api->catalogue->kinds;
  g_auto (DdBuilder) paths = dd_builder_array ();

  dd_builder_add (&paths, dd_string ("/api"));
  for (guint i = 0; i < kinds->len; i++)
    {
      const KubeKind *kind = kind_at (kinds, i);
      g_autofree char *version = kube_kind_api_version (kind);

      if (i > 0 && is_first_of_group (kinds, i) && kind_at (kinds, i - 1)->group[0] == '\0')
        dd_builder_add (&paths, dd_string ("/apis"));
      if (is_first_of_group (kinds, i) && kind->group[0] != '\0')
        add_path (&paths, "/apis/%s", kind->group);
      if (is_first_of_version (kinds, i))
        add_path (&paths, kind->group[0] != '\0' ? "/apis/%s" : "/api/%s", version);
    }
  for (guint i = 0; i < G_N_ELEMENTS (last); i++)
    dd_builder_add (&paths, dd_string (last[i]));
  request->pretty = TRUE;
  return kube_reply_value (request, 200, dd_object ("paths", dd_builder_end (&paths), NULL));
}

/* ---- which document a path means ---- */

static SimResponse *
reply_document (KubeRequest *request, DdValue *document)
{
  GError *error = NULL;

  if (document == NULL)
    return kube_reply_text (request, 404, "404 page not found\n");
  if (!kube_request_negotiate (request, &error))
    {
      dd_value_unref (document);
      return kube_reply_error (request, error);
    }
  return kube_reply_value (request, 200, document);
}

static SimResponse *
reply_root (KubeRequest *request, gboolean core)
{
  static const char *const versions[] = { "v2", "v2beta1", NULL };
  const char *version
      = kube_request_accepts_as (request, "apidiscovery.k8s.io", "APIGroupDiscoveryList", versions);

  /* The stable form came with 1.30. */
  if (g_strcmp0 (version, "v2") == 0 && request->api->minor < 30)
    version = kube_request_accepts_as (request, "apidiscovery.k8s.io", "APIGroupDiscoveryList",
                                       versions + 1);
  if (version != NULL)
    return reply_aggregated (request, core, version);
  return reply_document (request, core ? api_versions (request)
                                       : group_list (request->api->catalogue->kinds));
}

static SimResponse *
reply_below_api (KubeRequest *request)
{
  const GPtrArray *kinds = request->api->catalogue->kinds;
  char **parts = (char **) request->segments->pdata;
  guint count = request->segments->len;
  gboolean core = strcmp (parts[0], "api") == 0;

  if (count == 1)
    return reply_root (request, core);
  if (core)
    return count == 2 && parts[1][0] != '\0'
               ? reply_document (request, resource_list (kinds, "", parts[1]))
               : NULL;
  if (count == 2)
    return reply_document (request, group_document (kinds, parts[1], "APIGroup"));
  return count == 3 && parts[2][0] != '\0'
             ? reply_document (request, resource_list (kinds, parts[1], parts[2]))
             : NULL;
}

static const struct
{
  const char *first; /* segment of the path */
  guint max_segments;
  SimResponse *(*handle) (KubeRequest *request);
} pages[] = {
  { "api", 2, reply_below_api },
  { "apis", 3, reply_below_api },
  { "openapi", G_MAXUINT, kube_openapi_handle },
  { "version", 1, reply_version },
};

static gboolean
is_health (const KubeRequest *request)
{
  const char *first = request->segments->pdata[0];

  return request->segments->len == 1
         && (strcmp (first, "healthz") == 0 || strcmp (first, "livez") == 0
             || strcmp (first, "readyz") == 0);
}

static SimResponse *
reply_page (KubeRequest *request)
{
  if (request->segments->len == 0)
    return reply_paths (request);
  if (is_health (request))
    return reply_health (request);
  for (guint i = 0; i < G_N_ELEMENTS (pages); i++)
    if (strcmp (request->segments->pdata[0], pages[i].first) == 0
        && request->segments->len <= pages[i].max_segments)
      return pages[i].handle (request);
  return NULL;
}

SimResponse *
kube_discovery_handle (KubeRequest *request)
{
  SimResponse *response = reply_page (request);
  GError *error = NULL;

  if (response == NULL || strcmp (request->wire->method, "GET") == 0)
    return response;
  sim_response_free (response);
  kube_set_error (&error, KUBE_METHOD_NOT_ALLOWED, dd_object_empty (),
                  "the server does not allow this method on the requested resource");
  return kube_reply_error (request, error);
}
