/* SPDX-License-Identifier: Apache-2.0 */
/* tests/test-callers.c: whom the API server takes a caller for, by what he shows */
#include "config.h"

#include <string.h>

#include "kube-ask.h"

#define SELF "/apis/authentication.k8s.io/v1/selfsubjectreviews"
#define REVIEW "/apis/authentication.k8s.io/v1/tokenreviews"
#define TOKEN "/api/v1/namespaces/app/serviceaccounts/default/token"

static void
setup (void)
{
  start_world ();
  api->door.asks = TRUE;
}

/* HEADERS are "Name: value" lines. */
static SimResponse *
ask_with (const SimPeer *peer, const char *headers, const char *method, const char *target,
          const char *body)
{
  g_auto (GStrv) lines = g_strsplit (headers, "\n", -1);
  g_autoptr (DdHeaders) all = dd_headers_new ();
  g_autoptr (GBytes) bytes = body != NULL ? g_bytes_new (body, strlen (body)) : NULL;
  SimRequest request
      = { .method = method, .target = target, .headers = all, .body = bytes, .peer = peer };

  request.outside = TRUE;
  dd_headers_add (all, "Accept", "application/json");
  if (body != NULL)
    dd_headers_add (all, "Content-Type", "application/json");
  for (guint i = 0; lines[i] != NULL && lines[i][0] != '\0'; i++)
    {
      g_auto (GStrv) parts = g_strsplit (lines[i], ": ", 2);

      dd_headers_add (all, parts[0], parts[1]);
    }
  return kube_api_handle (api, &request);
}

/* "alice uid=u (devs,system:authenticated) key=value", or the status and message of a refusal. */
static char *
who_is (const SimPeer *peer, const char *headers)
{
  g_autoptr (SimResponse) response = ask_with (peer, headers, "POST", SELF, "{}");
  g_autoptr (DdValue) value = value_of (response);
  const DdValue *info = dd_value_path (value, "status.userInfo");
  const DdValue *groups = dd_value_member (info, "groups");
  const DdValue *extra = dd_value_member (info, "extra");
  GString *text = g_string_new (NULL);

  if (response->status != 201)
    {
      g_string_printf (text, "%u %s", response->status, dd_value_path_string (value, "message"));
      return g_string_free (text, FALSE);
    }
  g_string_append (text, dd_value_path_string (info, "username"));
  if (dd_value_path_string (info, "uid") != NULL)
    g_string_append_printf (text, " uid=%s", dd_value_path_string (info, "uid"));
  for (gsize i = 0; i < dd_value_length (groups); i++)
    g_string_append_printf (text, "%s%s", i == 0 ? " (" : ",",
                            dd_value_string (dd_value_element (groups, i)));
  g_string_append (text, ")");
  for (gsize i = 0; i < dd_value_length (extra); i++)
    {
      g_autofree char *values = dd_value_to_text (dd_value_nth (extra, i));

      g_string_append_printf (text, " %s=%s", dd_value_key (extra, i), values);
    }
  return g_string_free (text, FALSE);
}

/* Sources: Kubernetes, Authenticating, "User impersonation"; recorded answers for 401 and 403. */
static const struct
{
  const char *headers, *is;
} callers[] = {
  { "",
    "403 selfsubjectreviews.authentication.k8s.io is forbidden: User \"system:anonymous\" cannot "
    "create resource \"selfsubjectreviews\" in API group \"authentication.k8s.io\" at the "
    "cluster scope" },
  { "Authorization: Bearer nope", "401 Unauthorized" },
  { "Authorization: Bearer ", "401 Unauthorized" },
  { "Authorization: Bearer k8s-aws-v1.aHR0cHM", "401 Unauthorized" },
  { "Authorization: Bearer a.b.c", "401 Unauthorized" },
  { "Authorization: Bearer ..", "401 Unauthorized" },
  { "Authorization: Bearer " ADMIN, "admin uid=admin-uid (system:masters,system:authenticated)" },
  { "Authorization: bearer " ALICE, "alice (devs,system:authenticated)" },
  { "Authorization: Bearer " ADMIN "\nImpersonate-User: bob", "bob (system:authenticated)" },
  { "Authorization: Bearer " ADMIN "\nImpersonate-User: bob\nImpersonate-Uid: 7\n"
    "Impersonate-Group: a\nImpersonate-Group: b\nImpersonate-Extra-Team%2fName: x\n"
    "impersonate-extra-team%2Fname: y",
    "bob uid=7 (a,b,system:authenticated) team/name=[\"x\",\"y\"]" },
  { "Authorization: Bearer " ADMIN "\nImpersonate-User: system:serviceaccount:app:web",
    "system:serviceaccount:app:web "
    "(system:serviceaccounts,system:serviceaccounts:app,system:authenticated)" },
  { "Authorization: Bearer " ADMIN "\nImpersonate-Group: a",
    "500 Internal error occurred: requested impersonation of groups, a uid or extra values without "
    "impersonating a user" },
  { "Authorization: Bearer nope\nImpersonate-User: bob", "401 Unauthorized" },
  { "Impersonate-User: bob",
    "403 users \"bob\" is forbidden: User \"system:anonymous\" cannot "
    "impersonate resource \"users\" in API group \"\" at the cluster scope" },
};

START_TEST (what_is_shown_tells_who_it_is)
{
  g_autofree char *is = who_is (NULL, callers[_i].headers);

  ck_assert_str_eq (is, callers[_i].is);
}
END_TEST

START_TEST (who_shows_nothing_in_an_open_lab_is_its_user)
{
  g_autofree char *is = NULL;

  api->door.asks = FALSE;
  is = who_is (NULL, "");
  ck_assert_str_eq (is, "kubernetes-admin (system:masters,system:authenticated)");
  g_free (is);
  is = who_is (NULL, "Authorization: Bearer nope");
  ck_assert_str_eq (is, "401 Unauthorized");
}
END_TEST

START_TEST (a_certificate_comes_before_a_token_and_is_no_good_without_a_voucher)
{
  char *groups[] = { (char *) "ops", NULL };
  SimPeer peer = { TRUE, (char *) "carol", groups };
  g_autofree char *trusted = who_is (&peer, "Authorization: Bearer " ALICE);
  g_autofree char *not_trusted = NULL, *nameless = NULL;

  ck_assert_str_eq (trusted, "carol (ops,system:authenticated)");
  peer.trusted = FALSE;
  not_trusted = who_is (&peer, "");
  ck_assert_str_eq (not_trusted, "401 Unauthorized");
  peer = (SimPeer) { TRUE, (char *) "", groups };
  nameless = who_is (&peer, "");
  ck_assert_str_eq (nameless, "401 Unauthorized");
}
END_TEST

START_TEST (strangers_see_what_is_public)
{
  static const struct
  {
    const char *method, *target;
    guint status;
  } rows[]
      = { { "GET", "/version", 200 },    { "GET", "/livez", 200 },    { "GET", "/api", 403 },
          { "GET", "/metrics", 403 },    { "POST", "/version", 403 }, { "GET", "/version/x", 403 },
          { "GET", "/api/v1/pods", 403 } };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (SimResponse) response = ask_with (NULL, "", rows[i].method, rows[i].target, NULL);

      ck_assert_msg (response->status == rows[i].status, "%s %s: %u", rows[i].method,
                     rows[i].target, response->status);
    }
}
END_TEST

START_TEST (bad_tokens_and_strangers_are_refused_as_recorded)
{
  g_autoptr (GPtrArray) exchanges = golden_read ("status-401-403.txt");

  for (guint i = 0; i < 2; i++)
    {
      const GoldenExchange *exchange = exchanges->pdata[i];
      SimRequest request = { .method = exchange->method,
                             .target = exchange->target,
                             .headers = exchange->headers,
                             .outside = TRUE };
      g_autoptr (SimResponse) response = kube_api_handle (api, &request);
      g_autoptr (DdValue) got = value_of (response);
      g_autoptr (DdValue) wanted = golden_body (exchange, NULL, NULL);

      assert_same (got, wanted, exchange->target);
      ck_assert_int_eq (response->status, dd_value_path_int (wanted, "code", 0));
    }
}
END_TEST

/* ---- tokens of service accounts ---- */

static char *
issue (const char *spec)
{
  g_autofree char *body = g_strdup_printf (
      "{\"apiVersion\":\"authentication.k8s.io/v1\",\"kind\":\"TokenRequest\",\"spec\":{%s}}",
      spec);
  g_autoptr (SimResponse) response
      = ask_with (NULL, "Authorization: Bearer " ADMIN, "POST", TOKEN, body);
  g_autoptr (DdValue) value = value_of (response);

  return g_strdup (response->status == 201 ? dd_value_path_string (value, "status.token")
                                           : dd_value_path_string (value, "message"));
}

static char *
bearer (const char *token)
{
  g_autofree char *header = g_strconcat ("Authorization: Bearer ", token, NULL);
  char *is = who_is (NULL, header);

  is[strcspn (is, " ")] = '\0';
  return is;
}

#define ACCOUNT "system:serviceaccount:app:default"

START_TEST (a_token_stands_for_its_account_until_its_time_is_over)
{
  g_autofree char *token = issue ("\"expirationSeconds\":600");
  g_autofree char *first = bearer (token);
  g_autofree char *later = NULL, *late = NULL;

  ck_assert_str_eq (first, ACCOUNT);
  pass (599 * DD_SECOND);
  later = bearer (token);
  ck_assert_str_eq (later, ACCOUNT);
  pass (DD_SECOND);
  late = bearer (token);
  ck_assert_str_eq (late, "401");
}
END_TEST

START_TEST (a_token_goes_with_its_account)
{
  g_autofree char *token = issue ("");
  g_autofree char *is = NULL;
  g_autoptr (SimObject) gone = kube_delete (api, kind ("v1", "ServiceAccount"), "app", "default",
                                            &KUBE_DELETE_DEFAULT, NULL);

  ck_assert_ptr_nonnull (gone);
  sim_object_unref (create (kind ("v1", "ServiceAccount"), "app",
                            json ("{\"metadata\":{\"name\":\"default\"}}")));
  is = bearer (token);
  ck_assert_str_eq (is, "401");
}
END_TEST

START_TEST (a_token_for_others_or_that_somebody_touched_is_nobodys)
{
  g_autofree char *foreign = issue ("\"audiences\":[\"vault\"]");
  g_autofree char *touched = issue ("");
  g_autofree char *is_foreign = bearer (foreign);
  g_autofree char *is_touched = NULL;
  char *payload = strchr (touched, '.') + 5;

  ck_assert_str_eq (is_foreign, "401");
  *payload = *payload == 'A' ? 'B' : 'A';
  is_touched = bearer (touched);
  ck_assert_str_eq (is_touched, "401");
}
END_TEST

/* Source: pkg/apis/authentication/validation/validation.go. */
START_TEST (what_cannot_be_issued_is_refused)
{
  static const struct
  {
    const char *spec, *message;
  } rows[] = {
    { "\"expirationSeconds\":599",
      "TokenRequest.authentication.k8s.io \"\" is invalid: spec.expirationSeconds: Invalid value: "
      "599: may not specify a duration less than 10 minutes" },
    { "\"expirationSeconds\":4294967297",
      "TokenRequest.authentication.k8s.io \"\" is invalid: spec.expirationSeconds: Invalid value: "
      "4294967297: may not specify a duration larger than 2^32 seconds" },
    { "\"boundObjectRef\":{\"kind\":\"Pod\",\"name\":\"a\"}",
      "spec.boundObjectRef of a TokenRequest is not modelled by Drydock" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autofree char *message = issue (rows[i].spec);

      ck_assert_str_eq (message, rows[i].message);
    }
}
END_TEST

START_TEST (a_review_tells_whose_a_token_is)
{
  g_autofree char *known = g_strdup ("{\"spec\":{\"token\":\"" ALICE "\"}}");
  g_autoptr (SimResponse) yes
      = ask_with (NULL, "Authorization: Bearer " ADMIN, "POST", REVIEW, known);
  g_autoptr (SimResponse) no = ask_with (NULL, "Authorization: Bearer " ADMIN, "POST", REVIEW,
                                         "{\"spec\":{\"token\":\"x\"}}");
  g_autoptr (SimResponse) what
      = ask_with (NULL, "Authorization: Bearer " ADMIN, "POST", REVIEW, "{\"spec\":{}}");
  g_autoptr (DdValue) yes_value = value_of (yes);
  g_autoptr (DdValue) no_value = value_of (no);

  ck_assert_str_eq (dd_value_path_string (yes_value, "status.user.username"), "alice");
  ck_assert (dd_value_path_bool (yes_value, "status.authenticated", FALSE));
  ck_assert (!dd_value_path_bool (no_value, "status.authenticated", FALSE));
  ck_assert_ptr_nonnull (dd_value_path_string (no_value, "status.error"));
  ck_assert_uint_eq (what->status, 400);
}
END_TEST

START_TEST (questions_are_answered_and_never_kept)
{
  static const char *const methods[] = { "GET", "PUT", "PATCH", "DELETE" };

  for (guint i = 0; i < G_N_ELEMENTS (methods); i++)
    {
      g_autoptr (SimResponse) response
          = ask_with (NULL, "Authorization: Bearer " ADMIN, methods[i], SELF, NULL);

      ck_assert_msg (response->status == 405, "%s: %u", methods[i], response->status);
    }
}
END_TEST

int
main (void)
{
  Suite *suite = suite_create ("callers");
  TCase *tests = tcase_create ("callers");
  SRunner *runner = srunner_create (suite);
  int failed;

  tcase_add_checked_fixture (tests, setup, stop_world);
  tcase_add_loop_test (tests, what_is_shown_tells_who_it_is, 0, G_N_ELEMENTS (callers));
  tcase_add_test (tests, who_shows_nothing_in_an_open_lab_is_its_user);
  tcase_add_test (tests, a_certificate_comes_before_a_token_and_is_no_good_without_a_voucher);
  tcase_add_test (tests, strangers_see_what_is_public);
  tcase_add_test (tests, bad_tokens_and_strangers_are_refused_as_recorded);
  tcase_add_test (tests, a_token_stands_for_its_account_until_its_time_is_over);
  tcase_add_test (tests, a_token_goes_with_its_account);
  tcase_add_test (tests, a_token_for_others_or_that_somebody_touched_is_nobodys);
  tcase_add_test (tests, what_cannot_be_issued_is_refused);
  tcase_add_test (tests, a_review_tells_whose_a_token_is);
  tcase_add_test (tests, questions_are_answered_and_never_kept);
  suite_add_tcase (suite, tests);
  srunner_run_all (runner, CK_ENV);
  failed = srunner_ntests_failed (runner);
  srunner_free (runner);
  return failed == 0 ? 0 : 1;
}
