/* SPDX-License-Identifier: Apache-2.0 */
/* The API server over HTTP: paths, bodies, forms of answers, lists and their pages. */
#include "config.h"

#include <string.h>

#include "kube-ask.h"

static void
make_map (const char *name)
{
  sim_object_unref (
      create (kind ("v1", "ConfigMap"), "app", json ("{\"metadata\":{\"name\":\"%s\"}}", name)));
}

/* The names in a list, each followed by a space. */
static char *
names_in (const DdValue *list)
{
  const DdValue *items = dd_value_member (list, "items");
  GString *names = g_string_new (NULL);

  for (gsize i = 0; i < dd_value_length (items); i++)
    g_string_append_printf (names, "%s ",
                            dd_value_path_string (dd_value_element (items, i), "metadata.name"));
  return g_string_free (names, FALSE);
}

static void
assert_names (const DdValue *list, const char *wanted)
{
  g_autofree char *names = names_in (list);

  ck_assert_str_eq (names, wanted);
}

/* ---- recorded exchanges ---- */

/* Answers are compared with a real server's where everything they speak of exists here. */
static const struct
{
  const char *file, *method, *target;
} recorded[] = {
  { "not-found-path.txt", "GET", "/api/v1/things" },
  { "not-found-path.txt", "GET", "/api/v1/namespaces/default/things/x" },
  { "status-405-406-415.txt", "POST", "/api/v1/nodes/node-a" },
  { "status-405-406-415.txt", "PATCH", "/api/v1/nodes" },
  { "status-405-406-415.txt", "PUT", "/api/v1/nodes" },
  { "status-400.txt", "GET", "/api/v1/nodes?labelSelector=a%3D%3D%3D" },
  { "status-400.txt", "GET", "/api/v1/nodes?fieldSelector=spec.nope%3D1" },
  { "status-400.txt", "GET", "/api/v1/nodes?limit=x" },
  { "status-400.txt", "GET", "/api/v1/nodes?resourceVersion=abc" },
  { "status-400.txt", "GET", "/api/v1/nodes?resourceVersionMatch=Exact" },
  { "status-400.txt", "GET", "/api/v1/nodes?timeoutSeconds=x" },
  { "status-400.txt", "POST", "/api/v1/nodes" },
  { "status-400.txt", "POST", "/api/v1/namespaces/app/pods" },
  { "status-400.txt", "POST", "/api/v1/namespaces/app/pods?fieldValidation=Strict" },
  { "status-400.txt", "POST", "/api/v1/namespaces/app/pods?dryRun=Yes" },
  { "status-400.txt", "POST", "/api/v1/namespaces/app/configmaps" },
  { "status-404.txt", "GET", "/api/v1/namespaces/app/pods/zz" },
  { "status-404.txt", "GET", "/api/v1/nodes/zz" },
  { "status-422-invalid.txt", "POST", "/api/v1/namespaces/app/configmaps" },
  { "status-422-invalid.txt", "POST", "/apis/apps/v1/namespaces/app/deployments" },
  { "eviction-errors.txt", "POST", "/api/v1/namespaces/app/pods/zz/eviction" },
};

START_TEST (refusals_are_those_of_a_real_server)
{
  g_autoptr (GPtrArray) exchanges = golden_read (recorded[_i].file);
  guint compared = 0;

  for (guint i = 0; i < exchanges->len; i++)
    {
      const GoldenExchange *exchange = exchanges->pdata[i];
      g_autoptr (SimResponse) response = NULL;
      g_autoptr (DdValue) got = NULL;
      g_autoptr (DdValue) wanted = NULL;

      if (g_strcmp0 (exchange->method, recorded[_i].method) != 0
          || g_strcmp0 (exchange->target, recorded[_i].target) != 0)
        continue;
      response = ask_as_recorded (exchange);
      ck_assert_uint_eq (response->status, exchange->status);
      got = value_of (response);
      wanted = golden_body (exchange, NULL, NULL);
      assert_same (got, wanted, exchange->target);
      compared++;
    }
  ck_assert_uint_gt (compared, 0);
}
END_TEST

START_TEST (warnings_are_headers)
{
  g_autoptr (GPtrArray) exchanges = golden_read ("warnings-299.txt");
  g_autoptr (SimResponse) response = ask_as_recorded (exchanges->pdata[0]);
  g_autoptr (GString) warnings = g_string_new (NULL);

  for (guint i = 0; i + 1 < response->headers->pairs->len; i += 2)
    if (strcmp (response->headers->pairs->pdata[i], "Warning") == 0)
      g_string_append_printf (warnings, "%s\n", (char *) response->headers->pairs->pdata[i + 1]);
  ck_assert_uint_eq (response->status, 201);
  ck_assert_str_eq (warnings->str, "299 - \"duplicate field \\\"metadata.name\\\"\"\n"
                                   "299 - \"unknown field \\\"spec.containers[0].nope\\\"\"\n");
}
END_TEST

/* ---- forms of answers ---- */

START_TEST (accept_and_user_agent_choose_the_form)
{
  static const struct
  {
    const char *accept, *agent, *target, *type, *beginning;
  } rows[] = {
    { "application/json", "kubectl/v1.30", "", "application/json", "{\"kind\":\"Namespace\"" },
    { "*/*", NULL, "", "application/json", "{\"kind\":\"Namespace\"" },
    { "application/json,application/vnd.kubernetes.protobuf", NULL, "", "application/json",
      "{\"kind\":\"Namespace\"" },
    { "application/yaml", NULL, "", "application/yaml", "apiVersion: v1\nkind: Namespace\n" },
    { "application/json;q=0.1,application/yaml", NULL, "", "application/yaml", "apiVersion: v1" },
    { "application/json", "curl/7.88.1", "", "application/json", "{\n  \"kind\": \"Namespace\"" },
    { "application/json", NULL, "?pretty=true", "application/json", "{\n  \"kind\"" },
    { "application/json", "curl/7.88.1", "?pretty=false", "application/json", "{\"kind\"" },
    { "application/json;as=PartialObjectMetadata;v=v1;g=meta.k8s.io", NULL, "", "application/json",
      "{\"kind\":\"PartialObjectMetadata\",\"apiVersion\":\"meta.k8s.io/v1\"" },
    { "application/json;as=Unheard;v=v1;g=meta.k8s.io,application/json", NULL, "",
      "application/json", "{\"kind\":\"Namespace\"" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autofree char *target = g_strconcat ("/api/v1/namespaces/app", rows[i].target, NULL);
      g_autoptr (SimResponse) response = ask_in (
          (Manner) { .accept = rows[i].accept, .agent = rows[i].agent }, "GET", target, NULL);
      g_autofree char *text = text_of (response);

      ck_assert_uint_eq (response->status, 200);
      ck_assert_str_eq (dd_headers_get (response->headers, "Content-Type"), rows[i].type);
      ck_assert_msg (g_str_has_prefix (text, rows[i].beginning), "%s: %s", rows[i].accept, text);
    }
}
END_TEST

START_TEST (an_accept_header_that_cannot_be_met_is_406)
{
  static const char *const accepts[] = {
    "text/html",
    "application/vnd.kubernetes.protobuf;as=Table;v=v1;g=meta.k8s.io",
    "application/json;as=Table;v=v9;g=meta.k8s.io",
  };

  for (guint i = 0; i < G_N_ELEMENTS (accepts); i++)
    {
      g_autoptr (SimResponse) response
          = ask_in ((Manner) { .accept = accepts[i] }, "GET", "/api/v1/nodes", NULL);

      ck_assert_uint_eq (response->status, 406);
    }
}
END_TEST

START_TEST (yaml_is_written_as_people_read_it)
{
  g_autoptr (SimResponse) response = NULL;
  g_autofree char *text = NULL;

  sim_store_put (
      api->store, kind ("v1", "ConfigMap"),
      json ("{\"metadata\":{\"name\":\"y\",\"namespace\":\"app\",\"finalizers\":[\"a/b\"]},"
            "\"data\":{\"num\":\"1\",\"yes\":\"no\",\"e\":\"\",\"t\":\"a: b\",\"l\":\"x\\ny\","
            "\"u\":\"\\u0085\\ufeff\\u00e9\"},"
            "\"binaryData\":{}}"));
  response = ask_in ((Manner) { .accept = "application/yaml" }, "GET",
                     "/api/v1/namespaces/app/configmaps/y", NULL);
  text = text_of (response);
  ck_assert_ptr_nonnull (strstr (text, "apiVersion: v1\nbinaryData: {}\ndata:\n  e: \"\"\n"
                                       "  l: \"x\\ny\"\n  num: \"1\"\n  t: \"a: b\"\n"
                                       "  u: \"\\u0085\\ufeff\u00e9\"\n"
                                       "  \"yes\": \"no\"\nkind: ConfigMap\nmetadata:\n"
                                       "  finalizers:\n  - a/b\n  name: \"y\"\n"));
}
END_TEST

START_TEST (every_answer_has_an_audit_id_and_a_chosen_one_comes_back)
{
  g_autoptr (SimResponse) first = ask ("GET", "/livez", NULL);
  g_autoptr (SimResponse) second = ask ("GET", "/livez", NULL);
  g_autoptr (DdHeaders) headers = dd_headers_new ();
  SimRequest request = { "GET", "/livez", headers, NULL };
  g_autoptr (SimResponse) own = NULL;

  dd_headers_add (headers, "Audit-Id", "my-own-id");
  own = kube_api_handle (api, &request);
  ck_assert_str_ne (dd_headers_get (first->headers, "Audit-Id"),
                    dd_headers_get (second->headers, "Audit-Id"));
  ck_assert_str_eq (dd_headers_get (own->headers, "Audit-Id"), "my-own-id");
  ck_assert_str_eq (dd_headers_get (own->headers, "Cache-Control"), "no-cache, private");
}
END_TEST

/* ---- bodies ---- */

START_TEST (a_body_may_be_yaml)
{
  g_autoptr (SimResponse) response = ask_in (
      (Manner) { .type = "application/yaml" }, "POST", "/api/v1/namespaces/app/configmaps",
      "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: fromyaml\ndata: {a: \"1\"}\n");
  g_autoptr (DdValue) object = value_of (response);

  ck_assert_uint_eq (response->status, 201);
  ck_assert_str_eq (dd_value_path_string (object, "data.a"), "1");
}
END_TEST

START_TEST (bodies_that_make_no_sense_are_clear_answers)
{
  static const struct
  {
    const char *method, *target, *body;
    guint status;
  } rows[] = {
    { "POST", "/api/v1/namespaces", "", 400 },
    { "POST", "/api/v1/namespaces", "[]", 400 },
    { "POST", "/api/v1/namespaces", "\"x\"", 400 },
    { "POST", "/api/v1/namespaces", "{\"a\":\xff}", 400 },
    { "POST", "/api/v1/namespaces", "{\"metadata\":7}", 400 },
    { "POST", "/api/v1/namespaces", "{\"apiVersion\":7,\"kind\":[],\"metadata\":{}}", 422 },
    { "PUT", "/api/v1/namespaces/app", "{}", 400 },
    { "PATCH", "/api/v1/namespaces/app", "{}", 415 },
    { "DELETE", "/api/v1/namespaces/app", "[]", 400 },
    { "DELETE", "/api/v1/namespaces/app", "{\"kind\":\"Pod\"}", 400 },
    { "DELETE", "/api/v1/namespaces/app?gracePeriodSeconds=soon", NULL, 400 },
    { "DELETE", "/api/v1/namespaces/app?propagationPolicy=Nope", NULL, 422 },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (DdValue) status
          = asked (rows[i].status, rows[i].method, rows[i].target, rows[i].body);

      ck_assert_str_eq (dd_value_path_string (status, "kind"), "Status");
      ck_assert_int_eq (dd_value_path_int (status, "code", 0), rows[i].status);
    }
}
END_TEST

START_TEST (paths_that_make_no_sense_are_not_found)
{
  static const char *const targets[] = {
    "/api//v1/nodes",
    "/api/v1/nodes/a/status/more",
    "/api/v1/namespaces/app/nodes",
    "/api/v1/namespaces//pods",
    "/api/v1/pods/x",
    "/api/v1/nodes/%00",
    "/api/v1/nodes/%ff",
    "/api/v1/nodes/%zz",
    "/api/v2/nodes",
    "/apis/apps/v1beta1/deployments",
    "/api/v1/nodes/zz/nope",
  };

  for (guint i = 0; i < G_N_ELEMENTS (targets); i++)
    dd_value_unref (asked (404, "GET", targets[i], NULL));
}
END_TEST

START_TEST (what_real_servers_have_besides_is_refused_by_name)
{
  g_autoptr (DdValue) status = asked (404, "POST", "/api/v1/namespaces/app/pods/p/exec", "{}");

  ck_assert_ptr_nonnull (
      strstr (dd_value_path_string (status, "message"), "pods/exec is not modelled"));
  ck_assert_ptr_nonnull (strstr (traced->str, "pods/exec"));
}
END_TEST

/* ---- lists ---- */

START_TEST (pages_show_the_state_of_the_first_one)
{
  g_autoptr (DdValue) first = NULL;
  g_autoptr (DdValue) second = NULL;
  g_autoptr (DdValue) third = NULL;
  g_autofree char *next = NULL;
  g_autofree char *last = NULL;
  const char *names[] = { "a", "b", "c", "d", "e" };

  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    make_map (names[i]);
  first = asked (200, "GET", "/api/v1/namespaces/app/configmaps?limit=2", NULL);
  assert_names (first, "a b ");
  ck_assert_int_eq (dd_value_path_int (first, "metadata.remainingItemCount", 0), 3);
  dd_value_unref (asked (200, "DELETE", "/api/v1/namespaces/app/configmaps/c", NULL));
  make_map ("bb");
  next = g_strdup_printf ("/api/v1/namespaces/app/configmaps?limit=2&continue=%s",
                          dd_value_path_string (first, "metadata.continue"));
  second = asked (200, "GET", next, NULL);
  assert_names (second, "c d ");
  ck_assert_str_eq (dd_value_path_string (second, "metadata.resourceVersion"),
                    dd_value_path_string (first, "metadata.resourceVersion"));
  last = g_strdup_printf ("/api/v1/namespaces/app/configmaps?limit=2&continue=%s",
                          dd_value_path_string (second, "metadata.continue"));
  third = asked (200, "GET", last, NULL);
  assert_names (third, "e ");
  ck_assert_ptr_null (dd_value_path (third, "metadata.continue"));
}
END_TEST

START_TEST (pages_over_all_namespaces_go_on_in_the_next_one)
{
  g_autoptr (DdValue) first = NULL;
  g_autoptr (DdValue) second = NULL;
  g_autofree char *next = NULL;

  make_map ("z");
  sim_object_unref (
      create (kind ("v1", "ConfigMap"), "default", json ("{\"metadata\":{\"name\":\"a\"}}")));
  first = asked (200, "GET", "/api/v1/configmaps?limit=1", NULL);
  next = g_strdup_printf ("/api/v1/configmaps?limit=1&continue=%s",
                          dd_value_path_string (first, "metadata.continue"));
  second = asked (200, "GET", next, NULL);
  assert_names (first, "z ");
  assert_names (second, "a ");
}
END_TEST

static char *
first_page_token (void)
{
  g_autoptr (DdValue) page = NULL;

  make_map ("a");
  make_map ("b");
  page = asked (200, "GET", "/api/v1/namespaces/app/configmaps?limit=1", NULL);
  return g_strdup (dd_value_path_string (page, "metadata.continue"));
}

START_TEST (a_page_that_expired_tells_how_to_go_on)
{
  g_autofree char *token = first_page_token ();
  g_autofree char *target
      = g_strdup_printf ("/api/v1/namespaces/app/configmaps?limit=1&continue=%s", token);
  g_autofree char *again = NULL;
  g_autoptr (DdValue) status = NULL;
  g_autoptr (DdValue) rest = NULL;
  guint64 start = sim_store_revision (api->store), cursor, oldest;

  while (sim_store_log_seek (api->store, kind ("v1", "ConfigMap"), start, &cursor, &oldest))
    {
      const SimObject *b = stored (kind ("v1", "ConfigMap"), "app", "b");

      sim_store_put (api->store, b->kind, dd_value_ref (b->value));
    }
  status = asked (410, "GET", target, NULL);
  ck_assert_str_eq (dd_value_path_string (status, "reason"), "Expired");
  again = g_strdup_printf ("/api/v1/namespaces/app/configmaps?limit=1&continue=%s",
                           dd_value_path_string (status, "metadata.continue"));
  rest = asked (200, "GET", again, NULL);
  assert_names (rest, "b ");
}
END_TEST

START_TEST (tokens_that_are_none_are_refused)
{
  g_autofree char *token = first_page_token ();
  g_autofree char *both = g_strdup_printf (
      "/api/v1/namespaces/app/configmaps?limit=1&resourceVersion=5&continue=%s", token);
  g_autoptr (DdValue) garbage = asked (400, "GET", "/api/v1/nodes?limit=1&continue=zzz", NULL);
  g_autoptr (DdValue) empty = asked (400, "GET", "/api/v1/nodes?limit=1&continue=e30", NULL);
  g_autoptr (DdValue) version = asked (400, "GET", both, NULL);

  ck_assert (g_str_has_prefix (dd_value_path_string (garbage, "message"),
                               "invalid continue token: continue key is not valid: "));
  ck_assert (
      g_str_has_prefix (dd_value_path_string (empty, "message"), "invalid continue token: "));
  ck_assert_str_eq (dd_value_path_string (version, "message"),
                    "specifying resource version is not allowed when using continue");
}
END_TEST

START_TEST (a_list_may_be_asked_for_at_an_exact_version)
{
  g_autofree char *target = NULL;
  g_autoptr (DdValue) list = NULL;

  make_map ("a");
  target = g_strdup_printf ("/api/v1/configmaps?resourceVersion=%" G_GUINT64_FORMAT
                            "&resourceVersionMatch=Exact",
                            sim_store_revision (api->store));
  make_map ("b");
  list = asked (200, "GET", target, NULL);
  assert_names (list, "a ");
}
END_TEST

START_TEST (a_version_of_the_future_times_out)
{
  static const char *const targets[] = { "/api/v1/nodes?resourceVersion=999999999",
                                         "/api/v1/namespaces/app?resourceVersion=999999999" };

  for (guint i = 0; i < G_N_ELEMENTS (targets); i++)
    {
      g_autoptr (SimResponse) response = ask ("GET", targets[i], NULL);

      ck_assert_uint_eq (response->status, 504);
      ck_assert_str_eq (dd_headers_get (response->headers, "Retry-After"), "1");
    }
}
END_TEST

START_TEST (items_of_a_list_leave_out_what_the_list_says)
{
  g_autoptr (DdValue) list = asked (200, "GET", "/api/v1/namespaces", NULL);
  const DdValue *first = dd_value_path (list, "items.0");

  ck_assert_str_eq (dd_value_path_string (list, "kind"), "NamespaceList");
  ck_assert_ptr_null (dd_value_member (first, "kind"));
  ck_assert_str_eq (dd_value_path_string (first, "metadata.name"), "app");
}
END_TEST

/* ---- deleting ---- */

START_TEST (deleting_answers_as_the_kind_says)
{
  g_autoptr (DdValue) map = NULL;
  g_autoptr (DdValue) account = NULL;
  g_autoptr (DdValue) going = NULL;

  make_map ("a");
  sim_object_unref (create_pod ("p", "p", "node-a"));
  map = asked (200, "DELETE", "/api/v1/namespaces/app/configmaps/a", NULL);
  account = asked (200, "DELETE", "/api/v1/namespaces/app/serviceaccounts/default", NULL);
  going = asked (200, "DELETE", "/api/v1/namespaces/app/pods/p",
                 "{\"kind\":\"DeleteOptions\",\"apiVersion\":\"v1\",\"gracePeriodSeconds\":7}");
  ck_assert_str_eq (dd_value_path_string (map, "status"), "Success");
  ck_assert_str_eq (dd_value_path_string (map, "details.kind"), "configmaps");
  ck_assert_str_eq (dd_value_path_string (account, "kind"), "ServiceAccount");
  ck_assert_int_eq (dd_value_path_int (going, "metadata.deletionGracePeriodSeconds", 0), 7);
}
END_TEST

START_TEST (a_collection_is_deleted_by_selector)
{
  g_autoptr (DdValue) gone = NULL;
  g_autoptr (DdValue) left = NULL;

  make_map ("a");
  sim_object_unref (create (kind ("v1", "ConfigMap"), "app",
                            json ("{\"metadata\":{\"name\":\"b\",\"labels\":{\"x\":\"y\"}}}")));
  gone = asked (200, "DELETE", "/api/v1/namespaces/app/configmaps?labelSelector=x%3Dy", NULL);
  left = asked (200, "GET", "/api/v1/namespaces/app/configmaps", NULL);
  assert_names (gone, "b ");
  assert_names (left, "a ");
  dd_value_unref (asked (405, "DELETE", "/api/v1/namespaces", NULL));
  dd_value_unref (asked (405, "DELETE", "/api/v1/configmaps", NULL));
}
END_TEST

/* ---- subresources ---- */

START_TEST (a_workload_is_scaled_through_its_scale)
{
  g_autoptr (GPtrArray) exchanges = golden_read ("object-scale.txt");
  g_autoptr (DdValue) body = NULL;
  g_autoptr (DdValue) golden = golden_body (exchanges->pdata[0], NULL, NULL);
  g_autoptr (SimResponse) response = NULL;
  g_autoptr (SimResponse) patched = NULL;
  g_autoptr (DdValue) scaled = NULL;
  const char *target = "/apis/apps/v1/namespaces/app/deployments/web/scale";

  put_recorded ("object-deployment.txt", 0, "apps/v1", "Deployment");
  response = ask_as_recorded (exchanges->pdata[0]);
  body = value_of (response);
  dd_value_set (&body, "metadata.resourceVersion", NULL);
  dd_value_set (&golden, "metadata.resourceVersion", NULL);
  assert_same (body, golden, "GET");
  patched = ask_in ((Manner) { .type = "application/merge-patch+json" }, "PATCH", target,
                    "{\"spec\":{\"replicas\":5}}");
  scaled = value_of (patched);
  ck_assert_int_eq (dd_value_path_int (scaled, "spec.replicas", 0), 5);
  dd_value_unref (asked (422, "PUT", target,
                         "{\"kind\":\"Scale\",\"apiVersion\":\"autoscaling/v1\","
                         "\"spec\":{\"replicas\":-1}}"));
  dd_value_unref (asked (409, "PUT", target,
                         "{\"metadata\":{\"resourceVersion\":\"1\"},\"spec\":{\"replicas\":1}}"));
}
END_TEST

START_TEST (binding_and_eviction_answer_201)
{
  g_autoptr (SimObject) pod = create_pod ("p", "p", NULL);
  g_autoptr (DdValue) bound
      = asked (201, "POST", "/api/v1/namespaces/app/pods/p/binding",
               "{\"apiVersion\":\"v1\",\"kind\":\"Binding\",\"metadata\":{\"name\":\"p\"},"
               "\"target\":{\"kind\":\"Node\",\"name\":\"n\"}}");
  g_autoptr (DdValue) evicted = asked (201, "POST", "/api/v1/namespaces/app/pods/p/eviction",
                                       "{\"apiVersion\":\"policy/v1\",\"kind\":\"Eviction\","
                                       "\"metadata\":{\"name\":\"p\",\"namespace\":\"app\"}}");

  ck_assert_ptr_null (dd_value_path (pod->value, "spec.nodeName"));
  ck_assert_str_eq (dd_value_path_string (bound, "status"), "Success");
  ck_assert_int_eq (dd_value_path_int (evicted, "code", 0), 201);
  ck_assert_ptr_nonnull (
      dd_value_path (stored (kind ("v1", "Pod"), "app", "p")->value, "metadata.deletionTimestamp"));
}
END_TEST

START_TEST (logs_are_refused_as_when_no_kubelet_answers)
{
  g_autoptr (DdValue) status = NULL;

  sim_object_unref (create_pod ("p", "p", "node-a"));
  sim_object_unref (create_pod ("q", "q", NULL));
  status = asked (500, "GET", "/api/v1/namespaces/app/pods/p/log", NULL);
  ck_assert (g_str_has_prefix (dd_value_path_string (status, "message"),
                               "Get \"https://node-a:10250/containerLogs/app/p/c\""));
  dd_value_unref (asked (400, "GET", "/api/v1/namespaces/app/pods/q/log", NULL));
  dd_value_unref (asked (404, "GET", "/api/v1/namespaces/app/pods/zz/log", NULL));
}
END_TEST

START_TEST (a_dry_run_writes_nothing)
{
  guint64 before = sim_store_revision (api->store);

  dd_value_unref (asked (201, "POST", "/api/v1/namespaces/app/configmaps?dryRun=All",
                         "{\"metadata\":{\"name\":\"dry\"}}"));
  dd_value_unref (asked (200, "DELETE", "/api/v1/namespaces/app?dryRun=All", NULL));
  ck_assert_uint_eq (sim_store_revision (api->store), before);
}
END_TEST

static void
add_lists (TCase *tcase)
{
  tcase_add_test (tcase, pages_show_the_state_of_the_first_one);
  tcase_add_test (tcase, pages_over_all_namespaces_go_on_in_the_next_one);
  tcase_add_test (tcase, a_page_that_expired_tells_how_to_go_on);
  tcase_add_test (tcase, tokens_that_are_none_are_refused);
  tcase_add_test (tcase, a_list_may_be_asked_for_at_an_exact_version);
  tcase_add_test (tcase, a_version_of_the_future_times_out);
  tcase_add_test (tcase, items_of_a_list_leave_out_what_the_list_says);
}

static void
add_objects (TCase *tcase)
{
  tcase_add_test (tcase, deleting_answers_as_the_kind_says);
  tcase_add_test (tcase, a_collection_is_deleted_by_selector);
  tcase_add_test (tcase, a_workload_is_scaled_through_its_scale);
  tcase_add_test (tcase, binding_and_eviction_answer_201);
  tcase_add_test (tcase, logs_are_refused_as_when_no_kubelet_answers);
  tcase_add_test (tcase, a_dry_run_writes_nothing);
}

int
main (void)
{
  Suite *suite = suite_create ("kube-http");
  TCase *tcase = tcase_create ("kube-http");
  SRunner *runner = srunner_create (suite);
  int failed;

  tcase_add_checked_fixture (tcase, start_world, stop_world);
  tcase_set_timeout (tcase, 60);
  tcase_add_loop_test (tcase, refusals_are_those_of_a_real_server, 0, G_N_ELEMENTS (recorded));
  tcase_add_test (tcase, warnings_are_headers);
  tcase_add_test (tcase, accept_and_user_agent_choose_the_form);
  tcase_add_test (tcase, an_accept_header_that_cannot_be_met_is_406);
  tcase_add_test (tcase, yaml_is_written_as_people_read_it);
  tcase_add_test (tcase, every_answer_has_an_audit_id_and_a_chosen_one_comes_back);
  tcase_add_test (tcase, a_body_may_be_yaml);
  tcase_add_test (tcase, bodies_that_make_no_sense_are_clear_answers);
  tcase_add_test (tcase, paths_that_make_no_sense_are_not_found);
  tcase_add_test (tcase, what_real_servers_have_besides_is_refused_by_name);
  add_lists (tcase);
  add_objects (tcase);
  suite_add_tcase (suite, tcase);
  srunner_run_all (runner, CK_ENV);
  failed = srunner_ntests_failed (runner);
  srunner_free (runner);
  return failed == 0 ? 0 : 1;
}
