/* SPDX-License-Identifier: Apache-2.0 */
/* What the server says about itself, against what a real one says of the same kinds. */
#include "config.h"

#include <string.h>

#include "kube-ask.h"
#include "sim/kube/kinds/kinds.h"

#define AGGREGATED "application/json;g=apidiscovery.k8s.io;v=%s;as=APIGroupDiscoveryList"

/* Subresources of real servers that this one does not have. */
static gboolean
is_left_out (const char *subresource)
{
  static const char *const names[]
      = { "attach", "ephemeralcontainers", "exec", "portforward", "proxy", "resize" };

  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    if (strcmp (subresource, names[i]) == 0)
      return TRUE;
  return FALSE;
}

static const DdValue *
find (const DdValue *list, const char *key, const char *value)
{
  for (gsize i = 0; i < dd_value_length (list); i++)
    if (g_strcmp0 (dd_value_path_string (dd_value_element (list, i), key), value) == 0)
      return dd_value_element (list, i);
  return NULL;
}

static DdValue *
without_left_out (const DdValue *resource)
{
  const DdValue *subresources = dd_value_member (resource, "subresources");
  g_auto (DdBuilder) kept = dd_builder_array ();
  g_autoptr (DdValue) list = NULL;

  for (gsize i = 0; i < dd_value_length (subresources); i++)
    {
      const DdValue *subresource = dd_value_element (subresources, i);

      if (!is_left_out (dd_value_path_string (subresource, "subresource")))
        dd_builder_add (&kept, dd_value_ref (subresource));
    }
  list = dd_builder_end (&kept);
  return dd_value_with_member (resource, "subresources",
                               dd_value_length (list) > 0 ? dd_value_ref (list) : NULL);
}

static SimResponse *
ask_aggregated (const char *target, const char *version)
{
  g_autofree char *accept = g_strdup_printf (AGGREGATED, version);

  return ask_in ((Manner) { .accept = accept }, "GET", target, NULL);
}

/* How many resources were compared. */
static guint
compare_version (const DdValue *version, const DdValue *recorded)
{
  const DdValue *resources = dd_value_member (version, "resources");
  const DdValue *its = find (recorded, "version", dd_value_path_string (version, "version"));

  for (gsize r = 0; r < dd_value_length (resources); r++)
    {
      const DdValue *resource = dd_value_element (resources, r);
      const char *name = dd_value_path_string (resource, "resource");
      g_autoptr (DdValue) golden
          = without_left_out (find (dd_value_member (its, "resources"), "resource", name));

      assert_same (resource, golden, name);
    }
  return (guint) dd_value_length (resources);
}

START_TEST (aggregated_discovery_tells_what_a_real_server_tells)
{
  static const struct
  {
    const char *file, *target;
  } documents[] = { { "discovery-aggregated-api.txt", "/api" },
                    { "discovery-aggregated-apis.txt", "/apis" } };
  guint compared = 0;

  for (guint d = 0; d < G_N_ELEMENTS (documents); d++)
    {
      g_autoptr (GPtrArray) exchanges = golden_read (documents[d].file);
      g_autoptr (DdValue) wanted = golden_body (exchanges->pdata[0], NULL, NULL);
      g_autoptr (SimResponse) response = ask_aggregated (documents[d].target, "v2");
      g_autoptr (DdValue) got = value_of (response);
      const DdValue *groups = dd_value_member (got, "items");

      ck_assert_str_eq (dd_headers_get (response->headers, "Content-Type"),
                        "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList");
      for (gsize g = 0; g < dd_value_length (groups); g++)
        {
          const DdValue *group = dd_value_element (groups, g);
          const DdValue *its = find (dd_value_member (wanted, "items"), "metadata.name",
                                     dd_value_path_string (group, "metadata.name"));
          const DdValue *versions = dd_value_member (group, "versions");

          for (gsize v = 0; v < dd_value_length (versions); v++)
            compared += compare_version (dd_value_element (versions, v),
                                         dd_value_member (its, "versions"));
        }
    }
  ck_assert_uint_eq (compared, kube_n_kinds);
}
END_TEST

START_TEST (unaggregated_discovery_tells_what_a_real_server_tells)
{
  g_autoptr (GPtrArray) exchanges = golden_read ("apiresourcelist.txt");
  guint compared = 0;

  for (guint i = 0; i < exchanges->len; i++)
    {
      const GoldenExchange *exchange = exchanges->pdata[i];
      g_autoptr (DdValue) wanted = golden_body (exchange, NULL, NULL);
      g_autoptr (SimResponse) response = ask_as_recorded (exchange);
      g_autoptr (DdValue) got = NULL;
      const DdValue *resources;

      if (response->status == 404)
        continue; /* a group that is not served */
      got = value_of (response);
      resources = dd_value_member (got, "resources");
      if (resources == NULL)
        assert_same (got, wanted, exchange->target);
      for (gsize r = 0; r < dd_value_length (resources); r++, compared++)
        {
          const DdValue *resource = dd_value_element (resources, r);
          const char *name = dd_value_path_string (resource, "name");

          assert_same (resource, find (dd_value_member (wanted, "resources"), "name", name), name);
        }
    }
  ck_assert_uint_gt (compared, kube_n_kinds);
}
END_TEST

START_TEST (the_stable_form_of_aggregated_discovery_came_with_1_30)
{
  static const struct
  {
    int minor;
    const char *wanted;
  } rows[] = { { 27, "v2beta1" }, { 29, "v2beta1" }, { 30, "v2" }, { 33, "v2" } };
  const char *accept
      = "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList,"
        "application/json;g=apidiscovery.k8s.io;v=v2beta1;as=APIGroupDiscoveryList,application/"
        "json";

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autofree char *version = g_strconcat ("apidiscovery.k8s.io/", rows[i].wanted, NULL);
      g_autoptr (SimResponse) response = NULL;
      g_autoptr (DdValue) document = NULL;

      api->minor = rows[i].minor;
      response = ask_in ((Manner) { .accept = accept }, "GET", "/apis", NULL);
      document = value_of (response);
      ck_assert_str_eq (dd_value_path_string (document, "apiVersion"), version);
    }
}
END_TEST

START_TEST (what_a_client_has_already_is_304)
{
  g_autoptr (SimResponse) first = ask_aggregated ("/apis", "v2");
  g_autoptr (DdHeaders) headers = dd_headers_new ();
  SimRequest request = { "GET", "/apis", headers, NULL };
  g_autoptr (SimResponse) second = NULL;

  dd_headers_add (headers, "Accept",
                  "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList");
  dd_headers_add (headers, "If-None-Match", dd_headers_get (first->headers, "ETag"));
  second = kube_api_handle (api, &request);
  ck_assert_uint_eq (second->status, 304);
  ck_assert_ptr_null (second->body);
  ck_assert_str_eq (dd_headers_get (second->headers, "Vary"), "Accept");
}
END_TEST

START_TEST (the_version_is_that_of_an_eks_cluster)
{
  g_autoptr (DdValue) version = NULL;

  api->minor = 29;
  version = asked (200, "GET", "/version?timeout=32s", NULL);
  ck_assert_str_eq (dd_value_path_string (version, "minor"), "29+");
  ck_assert (g_str_has_prefix (dd_value_path_string (version, "gitVersion"), "v1.29."));
  ck_assert_ptr_nonnull (strstr (dd_value_path_string (version, "gitVersion"), "-eks-"));
}
END_TEST

START_TEST (health_and_unknown_paths_are_plain_text)
{
  static const struct
  {
    const char *target;
    guint status;
    const char *text;
  } rows[] = {
    { "/healthz", 200, "ok" },
    { "/livez", 200, "ok" },
    { "/readyz", 200, "ok" },
    { "/readyz?verbose", 200, "[+]ping ok\n[+]log ok\n[+]etcd ok\nreadyz check passed\n" },
    { "/nosuch", 404, "404 page not found\n" },
    { "/apis/nosuch.example/v1/things", 404, "404 page not found\n" },
    { "/openapi/v4", 404, "404 page not found\n" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (SimResponse) response = ask ("GET", rows[i].target, NULL);
      g_autofree char *text = text_of (response);

      ck_assert_uint_eq (response->status, rows[i].status);
      ck_assert_str_eq (text, rows[i].text);
      ck_assert_str_eq (dd_headers_get (response->headers, "Content-Type"),
                        "text/plain; charset=utf-8");
    }
}
END_TEST

/* ---- OpenAPI ---- */

START_TEST (openapi_v2_is_the_empty_protobuf_document)
{
  g_autoptr (SimResponse) response
      = ask_in ((Manner) { .accept = "application/com.github.proto-openapi.spec.v2@v1.0+protobuf" },
                "GET", "/openapi/v2?timeout=32s", NULL);

  ck_assert_uint_eq (response->status, 200);
  ck_assert_uint_eq (g_bytes_get_size (response->body), 0);
  ck_assert_str_eq (dd_headers_get (response->headers, "Content-Type"),
                    "application/com.github.proto-openapi.spec.v2.v1.0+protobuf");
}
END_TEST

static DdValue *
document_of (const char *path)
{
  g_autoptr (DdValue) index = asked (200, "GET", "/openapi/v3", NULL);
  const char *url = dd_value_string (dd_value_at (index, "paths", path, "serverRelativeURL", NULL));

  ck_assert_ptr_nonnull (url);
  return asked (200, "GET", url, NULL);
}

/* Of versions of groups; the kinds stand in their order. */
static guint
count_groups (void)
{
  guint count = 0;

  for (guint i = 0; i < kube_n_kinds; i++)
    if (i == 0 || strcmp (kube_kinds[i - 1]->group, kube_kinds[i]->group) != 0
        || strcmp (kube_kinds[i - 1]->version, kube_kinds[i]->version) != 0)
      count++;
  return count;
}

START_TEST (every_reference_in_a_document_leads_somewhere)
{
  g_autoptr (DdValue) index = asked (200, "GET", "/openapi/v3", NULL);
  const DdValue *paths = dd_value_member (index, "paths");

  for (gsize i = 0; i < dd_value_length (paths); i++)
    {
      g_autoptr (DdValue) document = document_of (dd_value_key (paths, i));
      g_autofree char *text = dd_value_to_text (document);
      const DdValue *schemas = dd_value_path (document, "components.schemas");
      static const char mark[] = "\"$ref\":\"#/components/schemas/";

      for (const char *at = strstr (text, mark); at != NULL; at = strstr (at + 1, mark))
        {
          const char *name = at + strlen (mark);
          g_autofree char *wanted = g_strndup (name, strcspn (name, "\""));

          ck_assert_msg (dd_value_member (schemas, wanted) != NULL, "no schema %s", wanted);
        }
    }
  ck_assert_uint_eq (dd_value_length (paths), count_groups ());
}
END_TEST

/* What kubectl looks for before it lets a server validate and patch. */
START_TEST (patch_operations_carry_what_kubectl_looks_for)
{
  g_autoptr (DdValue) document = document_of ("apis/apps/v1");
  const DdValue *patch = dd_value_at (
      document, "paths", "/apis/apps/v1/namespaces/{namespace}/deployments/{name}", "patch", NULL);
  const DdValue *parameters = dd_value_member (patch, "parameters");
  const DdValue *content = dd_value_at (patch, "requestBody", "content", NULL);
  const DdValue *schema
      = dd_value_at (document, "components", "schemas", "io.k8s.api.core.v1.PodSpec", "properties",
                     "containers", NULL);

  ck_assert_str_eq (
      dd_value_string (dd_value_at (patch, "x-kubernetes-group-version-kind", "kind", NULL)),
      "Deployment");
  ck_assert_ptr_nonnull (find (parameters, "name", "fieldValidation"));
  ck_assert_ptr_nonnull (dd_value_member (content, "application/strategic-merge-patch+json"));
  ck_assert_str_eq (dd_value_string (dd_value_member (schema, "x-kubernetes-patch-merge-key")),
                    "name");
  ck_assert_str_eq (dd_value_string (dd_value_member (schema, "x-kubernetes-patch-strategy")),
                    "merge");
}
END_TEST

START_TEST (an_outdated_hash_leads_to_the_present_document)
{
  g_autoptr (SimResponse) response = ask ("GET", "/openapi/v3/apis/policy/v1?hash=0", NULL);
  g_autoptr (DdValue) index = asked (200, "GET", "/openapi/v3", NULL);

  ck_assert_uint_eq (response->status, 301);
  ck_assert_str_eq (
      dd_headers_get (response->headers, "Location"),
      dd_value_string (dd_value_at (index, "paths", "apis/policy/v1", "serverRelativeURL", NULL)));
}
END_TEST

START_TEST (discovery_is_read_only)
{
  static const char *const targets[]
      = { "/", "/api", "/apis", "/apis/apps/v1", "/version", "/openapi/v3" };

  for (guint i = 0; i < G_N_ELEMENTS (targets); i++)
    dd_value_unref (asked (405, "POST", targets[i], "{}"));
}
END_TEST

int
main (void)
{
  Suite *suite = suite_create ("discovery");
  TCase *tcase = tcase_create ("discovery");
  SRunner *runner = srunner_create (suite);
  int failed;

  tcase_add_checked_fixture (tcase, start_world, stop_world);
  tcase_add_test (tcase, aggregated_discovery_tells_what_a_real_server_tells);
  tcase_add_test (tcase, unaggregated_discovery_tells_what_a_real_server_tells);
  tcase_add_test (tcase, the_stable_form_of_aggregated_discovery_came_with_1_30);
  tcase_add_test (tcase, what_a_client_has_already_is_304);
  tcase_add_test (tcase, the_version_is_that_of_an_eks_cluster);
  tcase_add_test (tcase, health_and_unknown_paths_are_plain_text);
  tcase_add_test (tcase, openapi_v2_is_the_empty_protobuf_document);
  tcase_add_test (tcase, every_reference_in_a_document_leads_somewhere);
  tcase_add_test (tcase, patch_operations_carry_what_kubectl_looks_for);
  tcase_add_test (tcase, an_outdated_hash_leads_to_the_present_document);
  tcase_add_test (tcase, discovery_is_read_only);
  suite_add_tcase (suite, tcase);
  srunner_run_all (runner, CK_ENV);
  failed = srunner_ntests_failed (runner);
  srunner_free (runner);
  return failed == 0 ? 0 : 1;
}
