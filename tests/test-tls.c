/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "net/http-transport.h"
#include "fake-certificates.h"
#include "fake-server.h"
#include "wire.h"

#define NAME "api.cluster.example"

static FakeAuthority *authority;
static char *certificate, *key, *client_certificate, *client_key;
static FakeServer *server;
static DdHttpTransport *subject;

static char *
say_hello (const FakeCall *call, guint *out_status, const char **out_type, gpointer data)
{
  (void) call;
  (void) out_status;
  (void) out_type;
  (void) data;
  return g_strdup ("{}");
}

static void
start (gboolean expired, const char *address)
{
  FakeServerOptions options = { .answer = say_hello };

  authority = fake_authority_new ();
  fake_authority_certify (authority, NAME, address, expired, &certificate, &key);
  fake_authority_certify (authority, "someone", NULL, FALSE, &client_certificate, &client_key);
  options.certificate = certificate;
  options.key = key;
  options.client_ca = fake_authority_pem (authority);
  server = fake_server_new (&options);
  subject = dd_http_transport_new (
      &(DdHttpOptions) { .kubernetes_endpoint = fake_server_url (server), .region = "us-west-2" });
}

static void
teardown (void)
{
  g_clear_pointer (&subject, dd_http_transport_free);
  g_clear_pointer (&server, fake_server_free);
  g_clear_pointer (&authority, fake_authority_free);
  g_clear_pointer (&certificate, g_free);
  g_clear_pointer (&key, g_free);
  g_clear_pointer (&client_certificate, g_free);
  g_clear_pointer (&client_key, g_free);
}

typedef struct
{
  gboolean answered;
  guint status;
  int code;
} Outcome;

static void
take (const DdReply *reply, gpointer data)
{
  Outcome *outcome = data;

  outcome->answered = TRUE;
  outcome->status = reply->status;
  outcome->code = reply->error != NULL ? reply->error->code : -1;
}

static Outcome
ask (const char *service)
{
  gint64 deadline = g_get_monotonic_time () + WIRE_PATIENCE;
  Outcome outcome = { FALSE };

  dd_transport_send (dd_http_transport_interface (subject), dd_request_new (service, "GET", "/x"),
                     take, &outcome);
  while (!outcome.answered)
    {
      wire_turn ();
      ck_assert_msg (g_get_monotonic_time () < deadline, "no reply");
    }
  return outcome;
}

static void
trust (const char *service, const char *server_name)
{
  DdTlsOptions options = { .ca = fake_authority_pem (authority), .server_name = server_name };

  ck_assert (dd_http_transport_set_tls (subject, service, &options, NULL));
}

START_TEST (a_server_that_the_authority_vouches_for_is_spoken_to)
{
  start (FALSE, "127.0.0.1");
  trust ("kubernetes", NULL);
  ck_assert_uint_eq (ask ("kubernetes").status, 200);
}
END_TEST

START_TEST (a_server_that_nobody_vouches_for_is_refused_for_good)
{
  Outcome outcome;

  start (FALSE, "127.0.0.1");
  outcome = ask ("kubernetes");
  ck_assert_uint_eq (outcome.status, 0);
  ck_assert_int_eq (outcome.code, DD_ERROR_REFUSED);
  ck_assert_uint_eq (fake_server_count (server), 0);
}
END_TEST

START_TEST (another_authority_does_not_do)
{
  g_autoptr (FakeAuthority) other = fake_authority_new ();
  DdTlsOptions options = { .ca = fake_authority_pem (other) };

  start (FALSE, "127.0.0.1");
  ck_assert (dd_http_transport_set_tls (subject, "kubernetes", &options, NULL));
  ck_assert_int_eq (ask ("kubernetes").code, DD_ERROR_REFUSED);
}
END_TEST

START_TEST (a_certificate_for_another_host_is_refused_unless_its_name_is_expected)
{
  start (FALSE, NULL);
  trust ("kubernetes", NULL);
  ck_assert_int_eq (ask ("kubernetes").code, DD_ERROR_REFUSED);
  trust ("kubernetes", NAME);
  ck_assert_uint_eq (ask ("kubernetes").status, 200);
  ck_assert (g_str_has_prefix (dd_headers_get (fake_server_call (server, 0)->headers, "Host"),
                               "127.0.0.1:"));
  trust ("kubernetes", "other.example");
  ck_assert_int_eq (ask ("kubernetes").code, DD_ERROR_REFUSED);
}
END_TEST

START_TEST (an_expired_certificate_is_refused)
{
  start (TRUE, "127.0.0.1");
  trust ("kubernetes", NULL);
  ck_assert_int_eq (ask ("kubernetes").code, DD_ERROR_REFUSED);
}
END_TEST

START_TEST (a_client_certificate_is_shown_and_may_change)
{
  g_autoptr (DdCredentials) someone = NULL;
  g_autoptr (DdCredentials) other = NULL;

  start (FALSE, "127.0.0.1");
  trust ("kubernetes", NULL);
  someone = dd_credentials_new_bearer (NULL);
  someone->certificate = g_strdup (client_certificate);
  someone->key = g_strdup (client_key);
  dd_http_transport_set_credentials (subject, "kubernetes", someone);
  ck_assert_uint_eq (ask ("kubernetes").status, 200);
  ck_assert_str_eq (fake_server_call (server, 0)->client, "someone");

  other = dd_credentials_new_bearer ("token");
  fake_authority_certify (authority, "other", NULL, FALSE, &other->certificate, &other->key);
  dd_http_transport_set_credentials (subject, "kubernetes", other);
  ck_assert_uint_eq (ask ("kubernetes").status, 200);
  ck_assert_str_eq (fake_server_call (server, 1)->client, "other");
  ck_assert_str_eq (dd_headers_get (fake_server_call (server, 1)->headers, "Authorization"),
                    "Bearer token");
}
END_TEST

START_TEST (aws_is_spoken_to_over_tls_by_its_own_authority_and_signed)
{
  g_autoptr (DdCredentials) credentials = dd_credentials_new ("AK", "SK", NULL);
  const FakeCall *call;

  start (FALSE, "127.0.0.1");
  ck_assert (dd_http_transport_set_endpoint (subject, "eks", fake_server_url (server), NULL));
  trust ("kubernetes", NULL);
  ck_assert_int_eq (ask ("eks").code, DD_ERROR_REFUSED);
  trust ("aws", NULL);
  dd_http_transport_set_credentials (subject, "aws", credentials);
  ck_assert_uint_eq (ask ("eks").status, 200);
  call = fake_server_call (server, 0);
  ck_assert_ptr_nonnull (strstr (dd_headers_get (call->headers, "Authorization"), "/eks/aws4"));
}
END_TEST

START_TEST (what_is_no_certificate_is_no_authority)
{
  static const char *const texts[] = { "", "nonsense", "-----BEGIN PRIVATE KEY-----\n" };

  for (guint i = 0; i < G_N_ELEMENTS (texts); i++)
    {
      g_autoptr (GError) error = NULL;
      DdTls *tls = dd_tls_new (&(DdTlsOptions) { .ca = texts[i] }, &error);

      ck_assert_ptr_null (tls);
      ck_assert_int_eq (error->code, DD_ERROR_INVALID);
    }
}
END_TEST

START_TEST (a_damaged_certificate_refuses_and_does_no_harm)
{
  DdTlsOptions options
      = { .ca = "-----BEGIN CERTIFICATE-----\nMIIBhTCCASugAwIBAgIQ\n-----END CERTIFICATE-----\n" };

  start (FALSE, "127.0.0.1");
  ck_assert (dd_http_transport_set_tls (subject, "kubernetes", &options, NULL));
  ck_assert_uint_eq (ask ("kubernetes").status, 0);
  ck_assert_uint_eq (fake_server_count (server), 0);
}
END_TEST

int
main (void)
{
  Suite *suite = suite_create ("tls");
  TCase *tests = tcase_create ("all");
  SRunner *runner = srunner_create (suite);
  int failed;

  tcase_add_checked_fixture (tests, NULL, teardown);
  tcase_add_test (tests, a_server_that_the_authority_vouches_for_is_spoken_to);
  tcase_add_test (tests, a_server_that_nobody_vouches_for_is_refused_for_good);
  tcase_add_test (tests, another_authority_does_not_do);
  tcase_add_test (tests, a_certificate_for_another_host_is_refused_unless_its_name_is_expected);
  tcase_add_test (tests, an_expired_certificate_is_refused);
  tcase_add_test (tests, a_client_certificate_is_shown_and_may_change);
  tcase_add_test (tests, aws_is_spoken_to_over_tls_by_its_own_authority_and_signed);
  tcase_add_test (tests, what_is_no_certificate_is_no_authority);
  tcase_add_test (tests, a_damaged_certificate_refuses_and_does_no_harm);
  suite_add_tcase (suite, tests);
  srunner_run_all (runner, CK_ENV);
  failed = srunner_ntests_failed (runner);
  srunner_free (runner);
  return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
