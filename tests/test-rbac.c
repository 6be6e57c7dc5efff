/* SPDX-License-Identifier: Apache-2.0 */
/* tests/test-rbac.c: who may do what by roles and bindings, and how it is asked and refused */
#include "config.h"

#include <string.h>

#include "kube-ask.h"
#include "sim/kube/kinds/rbac.h"

#define RBAC "/apis/rbac.authorization.k8s.io/v1/"
#define REVIEWS "/apis/authorization.k8s.io/v1/"

static void
setup (void)
{
  start_world ();
  api->door.asks = TRUE;
  kube_rbac_enforce (api);
}

static SimResponse *
ask_by (const char *token, const char *method, const char *target, const char *body)
{
  g_autoptr (DdHeaders) headers = dd_headers_new ();
  g_autoptr (GBytes) bytes = body != NULL ? g_bytes_new (body, strlen (body)) : NULL;
  g_autofree char *proof = g_strconcat ("Bearer ", token, NULL);
  SimRequest request = { .method = method, .target = target, .headers = headers, .body = bytes };

  request.outside = TRUE;
  dd_headers_add (headers, "Accept", "application/json");
  dd_headers_add (headers, "Content-Type", "application/json");
  dd_headers_add (headers, "Authorization", proof);
  return kube_api_handle (api, &request);
}

static void
make (const char *target, const char *text)
{
  g_autofree char *body = g_strdelimit (g_strdup (text), "'", '"');
  g_autoptr (SimResponse) response = ask_by (ADMIN, "POST", target, body);
  g_autofree char *got = text_of (response);

  ck_assert_msg (response->status == 201, "%s %s: %s", target, text, got);
}

/* A role of RULES in the namespace app, and alice bound to it. */
static void
grant (const char *rules)
{
  g_autofree char *role = g_strdup_printf ("{'metadata':{'name':'r'},'rules':[%s]}", rules);

  make (RBAC "namespaces/app/roles", role);
  make (RBAC "namespaces/app/rolebindings",
        "{'metadata':{'name':'b'},'roleRef':{'apiGroup':'rbac.authorization.k8s.io',"
        "'kind':'Role','name':'r'},'subjects':[{'kind':'User','name':'alice'}]}");
}

static void
grant_everywhere (const char *rules, const char *subject)
{
  g_autofree char *role = g_strdup_printf ("{'metadata':{'name':'r'},'rules':[%s]}", rules);
  g_autofree char *binding = g_strdup_printf (
      "{'metadata':{'name':'b'},'roleRef':{'apiGroup':'rbac.authorization.k8s.io',"
      "'kind':'ClusterRole','name':'r'},'subjects':[%s]}",
      subject);

  make (RBAC "clusterroles", role);
  make (RBAC "clusterrolebindings", binding);
}

static guint
status_of (const char *method, const char *target)
{
  g_autoptr (SimResponse) response = ask_by (ALICE, method, target, NULL);

  return response->status;
}

/* Whether alice may; 404 and the like say that she may, as others would not learn it. */
static gboolean
may (const char *method, const char *target)
{
  return status_of (method, target) != 403;
}

/* ---- refusals ---- */

START_TEST (refusals_read_as_recorded)
{
  g_autoptr (GPtrArray) exchanges = golden_read ("status-401-403.txt");
  const GoldenExchange *exchange = exchanges->pdata[_i];
  g_autoptr (GBytes) body
      = exchange->text != NULL ? g_bytes_new (exchange->text, strlen (exchange->text)) : NULL;
  SimRequest request = { .method = exchange->method,
                         .target = exchange->target,
                         .headers = exchange->headers,
                         .body = body,
                         .outside = TRUE };
  g_autoptr (SimResponse) response = kube_api_handle (api, &request);
  g_autoptr (DdValue) got = value_of (response);
  g_autoptr (DdValue) wanted = golden_body (exchange, NULL, NULL);

  ck_assert_uint_eq (exchanges->len, 7);
  assert_same (got, wanted, exchange->target);
  ck_assert_int_eq (response->status, dd_value_path_int (wanted, "code", 0));
}
END_TEST

START_TEST (what_is_not_there_is_refused_like_what_is)
{
  ck_assert (!may ("GET", "/apis/nowhere.example.com/v1/things"));
  ck_assert (!may ("GET", "/api/v1/namespaces/app/pods/x/nothing"));
  ck_assert (!may ("GET", "/nowhere"));
}
END_TEST

/* ---- rules; sources: Kubernetes, Using RBAC Authorization ---- */

#define POD "/api/v1/namespaces/app/pods/x"
#define PODS "/api/v1/namespaces/app/pods"

static const struct
{
  const char *rule;
  const char *method, *target;
  gboolean allowed;
} rules[] = {
  { "{'verbs':['get'],'apiGroups':[''],'resources':['pods']}", "GET", POD, TRUE },
  { "{'verbs':['get'],'apiGroups':[''],'resources':['pods']}", "GET", PODS, FALSE },
  { "{'verbs':['list'],'apiGroups':[''],'resources':['pods']}", "GET", PODS, TRUE },
  { "{'verbs':['list'],'apiGroups':[''],'resources':['pods']}", "GET", PODS "?watch=1", FALSE },
  { "{'verbs':['list'],'apiGroups':[''],'resources':['pods']}", "GET", "/api/v1/pods", FALSE },
  { "{'verbs':['list'],'apiGroups':[''],'resources':['pods']}", "GET",
    "/api/v1/namespaces/default/pods", FALSE },
  { "{'verbs':['*'],'apiGroups':['*'],'resources':['*']}", "DELETE", PODS, TRUE },
  { "{'verbs':['delete'],'apiGroups':[''],'resources':['pods']}", "DELETE", PODS, FALSE },
  { "{'verbs':['deletecollection'],'apiGroups':[''],'resources':['pods']}", "DELETE", PODS, TRUE },
  { "{'verbs':['get'],'apiGroups':['apps'],'resources':['pods']}", "GET", POD, FALSE },
  { "{'verbs':['get'],'apiGroups':[''],'resources':['pods']}", "GET", POD "/log", FALSE },
  { "{'verbs':['get'],'apiGroups':[''],'resources':['pods/log']}", "GET", POD "/log", TRUE },
  { "{'verbs':['get'],'apiGroups':[''],'resources':['pods/log']}", "GET", POD, FALSE },
  { "{'verbs':['get'],'apiGroups':[''],'resources':['*/log']}", "GET", POD "/log", TRUE },
  { "{'verbs':['get'],'apiGroups':[''],'resources':['*/log']}", "GET", POD, FALSE },
  { "{'verbs':['get'],'apiGroups':[''],'resources':['pods'],'resourceNames':['x']}", "GET", POD,
    TRUE },
  { "{'verbs':['get'],'apiGroups':[''],'resources':['pods'],'resourceNames':['y']}", "GET", POD,
    FALSE },
  { "{'verbs':['list'],'apiGroups':[''],'resources':['pods'],'resourceNames':['x']}", "GET", PODS,
    FALSE },
  { "{'verbs':['list'],'apiGroups':[''],'resources':['pods'],'resourceNames':['x']}", "GET",
    PODS "?fieldSelector=metadata.name%3Dx", TRUE },
  { "{'verbs':['get'],'apiGroups':[''],'resources':['namespaces']}", "GET",
    "/api/v1/namespaces/app", TRUE },
  { "{'verbs':['update'],'apiGroups':[''],'resources':['namespaces/finalize']}", "PUT",
    "/api/v1/namespaces/app/finalize", TRUE },
};

START_TEST (a_rule_allows_what_it_says)
{
  grant (rules[_i].rule);
  ck_assert_msg (may (rules[_i].method, rules[_i].target) == rules[_i].allowed, "%s: %s %s",
                 rules[_i].rule, rules[_i].method, rules[_i].target);
}
END_TEST

static const struct
{
  const char *urls, *target;
  gboolean allowed;
} paths[] = {
  { "'/metrics'", "/metrics", TRUE },
  { "'/metrics'", "/metrics/x", FALSE },
  { "'/metrics/*'", "/metrics/x", TRUE },
  { "'/metrics*'", "/metrics", TRUE },
  { "'*'", "/metrics", TRUE },
  { "'*'", "/api/v1/nodes", FALSE },
};

START_TEST (a_rule_allows_paths)
{
  g_autofree char *rule
      = g_strdup_printf ("{'verbs':['get'],'nonResourceURLs':[%s]}", paths[_i].urls);

  grant_everywhere (rule, "{'kind':'User','name':'alice'}");
  ck_assert_int_eq (may ("GET", paths[_i].target), paths[_i].allowed);
}
END_TEST

START_TEST (a_subject_is_a_user_a_group_or_an_account)
{
  static const struct
  {
    const char *subject;
    gboolean allowed;
  } rows[] = {
    { "{'kind':'User','name':'alice'}", TRUE },
    { "{'kind':'User','name':'devs'}", FALSE },
    { "{'kind':'Group','name':'devs'}", TRUE },
    { "{'kind':'Group','name':'system:authenticated'}", TRUE },
    { "{'kind':'Group','name':'ops'}", FALSE },
    { "{'kind':'ServiceAccount','name':'alice','namespace':'app'}", FALSE },
  };

  grant_everywhere ("{'verbs':['list'],'apiGroups':[''],'resources':['nodes']}", rows[_i].subject);
  ck_assert_int_eq (may ("GET", "/api/v1/nodes"), rows[_i].allowed);
}
END_TEST

/* ---- aggregation ---- */

START_TEST (roles_gather_the_rules_of_others)
{
  grant_everywhere ("", "{'kind':'User','name':'alice'}");
  ck_assert (!may ("GET", "/api/v1/nodes"));
  make (RBAC "clusterroles", "{'metadata':{'name':'sum'},'aggregationRule':{'clusterRoleSelectors':"
                             "[{'matchLabels':{'into':'sum'}}]}}");
  make (RBAC "clusterrolebindings",
        "{'metadata':{'name':'sum'},'roleRef':{'apiGroup':'rbac.authorization.k8s.io',"
        "'kind':'ClusterRole','name':'sum'},'subjects':[{'kind':'User','name':'alice'}]}");
  make (RBAC "clusterroles", "{'metadata':{'name':'part','labels':{'into':'sum'}},'rules':[{"
                             "'verbs':['list'],'apiGroups':[''],'resources':['nodes']}]}");
  ck_assert (may ("GET", "/api/v1/nodes"));
  {
    g_autoptr (SimResponse) gone = ask_by (ADMIN, "DELETE", RBAC "clusterroles/part", NULL);

    ck_assert_uint_eq (gone->status, 200);
  }
  ck_assert (!may ("GET", "/api/v1/nodes"));
}
END_TEST

START_TEST (view_edit_and_admin_stand_on_each_other)
{
  make (RBAC "namespaces/app/rolebindings",
        "{'metadata':{'name':'b'},'roleRef':{'apiGroup':'rbac.authorization.k8s.io',"
        "'kind':'ClusterRole','name':'admin'},'subjects':[{'kind':'User','name':'alice'}]}");
  ck_assert (may ("GET", PODS));
  ck_assert (may ("DELETE", POD));
  ck_assert (may ("GET", RBAC "namespaces/app/roles"));
  ck_assert (!may ("GET", "/api/v1/nodes"));
  ck_assert (!may ("GET", "/api/v1/namespaces/default/pods"));
}
END_TEST

/* ---- questions ---- */

static void
answers (const char *token, const char *what, const char *body, guint status, const char *wanted)
{
  g_autofree char *target = g_strconcat (REVIEWS, what, NULL);
  g_autofree char *sent = g_strdelimit (g_strdup (body), "'", '"');
  g_autofree char *said = g_strdelimit (g_strdup (wanted), "'", '"');
  g_autoptr (SimResponse) response = ask_by (token, "POST", target, sent);
  g_autofree char *text = text_of (response);

  ck_assert_msg (response->status == status && strstr (text, said) != NULL, "%s %s: %u %s", what,
                 body, response->status, text);
}

START_TEST (a_question_is_answered_with_the_reason)
{
  grant ("{'verbs':['get'],'apiGroups':[''],'resources':['pods']}");
  answers (ALICE, "selfsubjectaccessreviews",
           "{'spec':{'resourceAttributes':{'namespace':'app','verb':'get','resource':'pods'}}}",
           201,
           "'allowed':true,'reason':'RBAC: allowed by RoleBinding \\'b/app\\' of Role \\'r\\' to "
           "User \\'alice\\''");
  answers (ALICE, "selfsubjectaccessreviews",
           "{'spec':{'resourceAttributes':{'verb':'get','resource':'pods'}}}", 201,
           "'status':{'allowed':false}");
  answers (ALICE, "selfsubjectaccessreviews",
           "{'spec':{'nonResourceAttributes':{'verb':'get','path':'/version'}}}", 201,
           "'allowed':true");
  answers (ALICE, "subjectaccessreviews", "{'spec':{'user':'bob'}}", 403,
           "cannot create resource \\'subjectaccessreviews\\' in API group");
  answers (ADMIN, "subjectaccessreviews",
           "{'spec':{'user':'alice','resourceAttributes':{'namespace':'app','verb':'get',"
           "'resource':'pods'}}}",
           201, "'allowed':true");
  answers (ADMIN, "namespaces/app/localsubjectaccessreviews",
           "{'metadata':{'namespace':'app'},'spec':{'user':'bob','resourceAttributes':{"
           "'namespace':'app','verb':'get','resource':'pods'}}}",
           201, "'allowed':false");
}
END_TEST

/* Source: pkg/apis/authorization/validation/validation.go. */
START_TEST (a_question_must_be_one)
{
  answers (ADMIN, "selfsubjectaccessreviews", "{'spec':{}}", 422,
           "exactly one of nonResourceAttributes or resourceAttributes must be specified");
  answers (ADMIN, "selfsubjectaccessreviews",
           "{'spec':{'resourceAttributes':{},'nonResourceAttributes':{}}}", 422,
           "cannot be specified in combination with resourceAttributes");
  answers (ADMIN, "subjectaccessreviews", "{'spec':{'resourceAttributes':{}}}", 422,
           "at least one of user or group must be specified");
  answers (ADMIN, "namespaces/app/localsubjectaccessreviews",
           "{'spec':{'user':'a','resourceAttributes':{'namespace':'x'}}}", 422,
           "must match metadata.namespace");
  answers (ADMIN, "selfsubjectrulesreviews", "{'spec':{}}", 400, "no namespace on request");
}
END_TEST

/* The last of the recorded rules is of a binding that the recorded server had beyond its own. */
START_TEST (all_that_somebody_may_do_is_told_as_recorded)
{
  g_autoptr (GPtrArray) exchanges = golden_read ("reviews.txt");
  const GoldenExchange *exchange = exchanges->pdata[2];
  g_autoptr (DdValue) wanted = golden_body (exchange, NULL, NULL);
  g_autoptr (SimResponse) response = ask_by (ALICE, "POST", exchange->target, exchange->text);
  g_autoptr (DdValue) got = value_of (response);

  assert_same (dd_value_path (got, "spec"), dd_value_path (wanted, "spec"), "spec");
  assert_same (dd_value_path (got, "status.resourceRules"),
               dd_value_path (wanted, "status.resourceRules"), "resources");
  for (guint i = 0; i < 2; i++)
    {
      g_autofree char *path = g_strdup_printf ("status.nonResourceRules.%u", i);

      assert_same (dd_value_path (got, path), dd_value_path (wanted, path), path);
    }
}
END_TEST

START_TEST (where_nothing_is_enforced_everybody_may_do_everything)
{
  api->authorizer = NULL;
  answers (ALICE, "selfsubjectrulesreviews", "{'spec':{'namespace':'app'}}", 201,
           "'resourceRules':[{'verbs':['*'],'apiGroups':['*'],'resources':['*']}]");
  ck_assert (may ("GET", "/api/v1/nodes"));
}
END_TEST

START_TEST (nobody_becomes_somebody_else_without_being_allowed_to)
{
  g_autoptr (DdHeaders) headers = dd_headers_new ();
  SimRequest request
      = { .method = "GET", .target = "/api/v1/nodes", .headers = headers, .outside = TRUE };

  dd_headers_add (headers, "Authorization", "Bearer " ALICE);
  dd_headers_add (headers, "Impersonate-User", "root");
  dd_headers_add (headers, "Impersonate-Group", "system:masters");
  grant_everywhere ("{'verbs':['impersonate'],'apiGroups':[''],'resources':['users']}",
                    "{'kind':'User','name':'alice'}");
  {
    g_autoptr (SimResponse) response = kube_api_handle (api, &request);
    g_autofree char *text = text_of (response);

    ck_assert_uint_eq (response->status, 403);
    ck_assert_ptr_nonnull (strstr (text, "groups \\\"system:masters\\\" is forbidden: User "
                                         "\\\"alice\\\" cannot impersonate resource"));
  }
}
END_TEST

int
main (void)
{
  Suite *suite = suite_create ("rbac");
  TCase *tests = tcase_create ("rbac");
  SRunner *runner = srunner_create (suite);
  int failed;

  tcase_add_checked_fixture (tests, setup, stop_world);
  tcase_add_loop_test (tests, refusals_read_as_recorded, 0, 7);
  tcase_add_test (tests, what_is_not_there_is_refused_like_what_is);
  tcase_add_loop_test (tests, a_rule_allows_what_it_says, 0, G_N_ELEMENTS (rules));
  tcase_add_loop_test (tests, a_rule_allows_paths, 0, G_N_ELEMENTS (paths));
  tcase_add_loop_test (tests, a_subject_is_a_user_a_group_or_an_account, 0, 6);
  tcase_add_test (tests, roles_gather_the_rules_of_others);
  tcase_add_test (tests, view_edit_and_admin_stand_on_each_other);
  tcase_add_test (tests, a_question_is_answered_with_the_reason);
  tcase_add_test (tests, a_question_must_be_one);
  tcase_add_test (tests, all_that_somebody_may_do_is_told_as_recorded);
  tcase_add_test (tests, where_nothing_is_enforced_everybody_may_do_everything);
  tcase_add_test (tests, nobody_becomes_somebody_else_without_being_allowed_to);
  suite_add_tcase (suite, tests);
  srunner_run_all (runner, CK_ENV);
  failed = srunner_ntests_failed (runner);
  srunner_free (runner);
  return failed == 0 ? 0 : 1;
}
