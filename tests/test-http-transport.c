/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "wire.h"

#include "base/error.h"
#include "net/http-transport.h"
#include "sim/http/server.h"

/* The server that is asked, and what it saw last. */
static SimServer *server;
static char *seen_target;
static DdHeaders *seen_headers;
static char *seen_body;

static DdHttpTransport *subject;

static void
forget_seen (void)
{
  g_clear_pointer (&seen_target, g_free);
  g_clear_pointer (&seen_body, g_free);
  g_clear_pointer (&seen_headers, dd_headers_unref);
}

static gssize
read_nothing (SimStream *self, char *buffer, gsize max)
{
  (void) self;
  (void) buffer;
  (void) max;
  return 0;
}

static void
free_stream (SimStream *self)
{
  g_free (self);
}

static SimResponse *
answer (const SimRequest *request, gpointer data)
{
  static const SimStreamClass silence = { read_nothing, free_stream };
  SimResponse *response;
  gsize length = 0;
  const char *body = request->body != NULL ? g_bytes_get_data (request->body, &length) : "";

  (void) data;
  forget_seen ();
  seen_target = g_strdup (request->target);
  seen_body = g_strndup (body, length);
  seen_headers = dd_headers_new ();
  for (guint i = 0; i + 1 < request->headers->pairs->len; i += 2)
    dd_headers_add (seen_headers, request->headers->pairs->pdata[i],
                    request->headers->pairs->pdata[i + 1]);
  response = sim_response_new (418, "text/plain", g_bytes_new_static ("teapot", 6));
  dd_headers_add (response->headers, "Retry-After", "7");
  if (g_str_has_suffix (request->target, "/silence"))
    {
      response->stream = g_new0 (SimStream, 1);
      response->stream->klass = &silence;
    }
  return response;
}

static DdUsec
long_ago (gpointer data)
{
  (void) data;
  return 0;
}

static void
setup (void)
{
  const SimServerOptions options = { .address = "127.0.0.1:0", .handler = answer, .now = long_ago };
  g_autoptr (DdCredentials) credentials = dd_credentials_new ("AK", "secret", "token");
  g_autoptr (DdCredentials) bearer = dd_credentials_new_bearer ("k8s");
  DdHttpOptions transport
      = { .region = "us-west-2", .credentials = credentials, .user_agent = "drydock/test" };

  server = sim_server_new (&options, NULL);
  transport.aws_endpoint = transport.kubernetes_endpoint = sim_server_url (server);
  subject = dd_http_transport_new (&transport);
  dd_http_transport_set_credentials (subject, "kubernetes", bearer);
}

static void
teardown (void)
{
  g_clear_pointer (&subject, dd_http_transport_free);
  g_clear_pointer (&server, sim_server_free);
  forget_seen ();
}

typedef struct
{
  guint count, status;
  char *body, *retry_after, *message;
  int code;
  gboolean frees_the_transport;
} Outcome;

static void
outcome_clear (Outcome *outcome)
{
  g_free (outcome->body);
  g_free (outcome->retry_after);
  g_free (outcome->message);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Outcome, outcome_clear)

static void
take (const DdReply *reply, gpointer data)
{
  Outcome *outcome = data;

  outcome->count++;
  outcome->status = reply->status;
  outcome->retry_after = g_strdup (dd_headers_get (reply->headers, "retry-after"));
  if (reply->error != NULL)
    {
      outcome->code = reply->error->code;
      outcome->message = g_strdup (reply->error->message);
    }
  if (reply->body != NULL)
    outcome->body
        = g_strndup (g_bytes_get_data (reply->body, NULL), g_bytes_get_size (reply->body));
  if (outcome->frees_the_transport)
    g_clear_pointer (&subject, dd_http_transport_free);
}

static void
wait_for (Outcome *outcome)
{
  gint64 deadline = g_get_monotonic_time () + WIRE_PATIENCE;

  ck_assert_uint_eq (outcome->count, 0);
  while (outcome->count == 0)
    {
      wire_turn ();
      ck_assert_msg (g_get_monotonic_time () < deadline, "no reply");
    }
}

static guint64
send_to (const char *service, const char *method, const char *target, Outcome *outcome)
{
  return dd_transport_send (dd_http_transport_interface (subject),
                            dd_request_new (service, method, target), take, outcome);
}

START_TEST (the_answer_comes_back_whole_and_later)
{
  g_auto (Outcome) outcome = { 0 };

  send_to ("kubernetes", "GET", "/api/v1/nodes?limit=500", &outcome);
  wait_for (&outcome);
  ck_assert_uint_eq (outcome.status, 418);
  ck_assert_str_eq (outcome.body, "teapot");
  ck_assert_str_eq (outcome.retry_after, "7");
  ck_assert_uint_eq (outcome.count, 1);
}
END_TEST

START_TEST (the_target_goes_out_as_written_and_signed)
{
  g_auto (Outcome) outcome = { 0 };
  const char *authorization;

  send_to ("eks", "GET", "/tags/arn%3Aaws%2Fx/../y?b=%20&a", &outcome);
  wait_for (&outcome);
  ck_assert_str_eq (seen_target, "/tags/arn%3Aaws%2Fx/../y?b=%20&a");
  authorization = dd_headers_get (seen_headers, "Authorization");
  ck_assert (g_str_has_prefix (authorization, "AWS4-HMAC-SHA256 Credential=AK/"));
  ck_assert_ptr_nonnull (strstr (authorization, "/us-west-2/eks/aws4_request, "
                                                "SignedHeaders=host;x-amz-date;"
                                                "x-amz-security-token, "));
  ck_assert_str_eq (dd_headers_get (seen_headers, "X-Amz-Security-Token"), "token");
  ck_assert_str_eq (dd_headers_get (seen_headers, "Host"),
                    sim_server_url (server) + strlen ("http://"));
}
END_TEST

START_TEST (kubernetes_gets_a_bearer_token_and_no_header_of_libcurls_own)
{
  g_auto (Outcome) outcome = { 0 };

  send_to ("kubernetes", "GET", "/version", &outcome);
  wait_for (&outcome);
  ck_assert_str_eq (dd_headers_get (seen_headers, "Authorization"), "Bearer k8s");
  ck_assert_str_eq (dd_headers_get (seen_headers, "User-Agent"), "drydock/test");
  ck_assert_ptr_null (dd_headers_get (seen_headers, "Accept"));
  ck_assert_ptr_null (dd_headers_get (seen_headers, "X-Amz-Date"));
}
END_TEST

START_TEST (a_body_is_sent_and_so_is_an_empty_one)
{
  g_auto (Outcome) first = { 0 }, second = { 0 };
  DdRequest *request = dd_request_new ("kubernetes", "PATCH", "/api/v1/nodes/n");

  request->body = g_bytes_new_static ("{}", 2);
  dd_headers_add (request->headers, "Content-Type", "application/merge-patch+json");
  dd_transport_send (dd_http_transport_interface (subject), request, take, &first);
  wait_for (&first);
  ck_assert_str_eq (seen_body, "{}");
  ck_assert_str_eq (dd_headers_get (seen_headers, "Content-Type"), "application/merge-patch+json");

  send_to ("kubernetes", "POST", "/x", &second);
  wait_for (&second);
  ck_assert_str_eq (dd_headers_get (seen_headers, "Content-Length"), "0");
  ck_assert_ptr_null (dd_headers_get (seen_headers, "Content-Type"));
}
END_TEST

START_TEST (many_requests_at_once_are_all_answered)
{
  Outcome outcomes[100] = { { 0 } };

  for (guint i = 0; i < G_N_ELEMENTS (outcomes); i++)
    send_to ("kubernetes", "GET", "/many", &outcomes[i]);
  for (guint i = 0; i < G_N_ELEMENTS (outcomes); i++)
    {
      while (outcomes[i].count == 0)
        wire_turn ();
      ck_assert_uint_eq (outcomes[i].status, 418);
      outcome_clear (&outcomes[i]);
    }
}
END_TEST

START_TEST (no_answer_in_time_is_timed_out)
{
  g_auto (Outcome) outcome = { 0 };
  DdRequest *request = dd_request_new ("kubernetes", "GET", "/silence");

  request->timeout = 50 * DD_MILLISECOND;
  dd_transport_send (dd_http_transport_interface (subject), request, take, &outcome);
  wait_for (&outcome);
  ck_assert_uint_eq (outcome.status, 0);
  ck_assert_int_eq (outcome.code, DD_ERROR_TIMED_OUT);
}
END_TEST

START_TEST (nobody_listening_is_unavailable)
{
  g_auto (Outcome) outcome = { 0 };

  g_clear_pointer (&server, sim_server_free);
  send_to ("eks", "GET", "/clusters", &outcome);
  wait_for (&outcome);
  ck_assert_int_eq (outcome.code, DD_ERROR_UNAVAILABLE);
  ck_assert_ptr_nonnull (strstr (outcome.message, "eks: GET /clusters: "));
}
END_TEST

START_TEST (a_service_without_an_endpoint_is_invalid)
{
  g_auto (Outcome) outcome = { 0 };
  g_autoptr (GError) error = NULL;

  ck_assert (!dd_http_transport_set_endpoint (subject, "lab", "ftp://x", &error));
  send_to ("lab", "GET", "/", &outcome);
  wait_for (&outcome);
  ck_assert_int_eq (outcome.code, DD_ERROR_INVALID);
}
END_TEST

START_TEST (a_cancelled_request_is_never_answered)
{
  g_auto (Outcome) cancelled = { 0 }, other = { 0 };
  guint64 id = send_to ("kubernetes", "GET", "/silence", &cancelled);

  for (guint i = 0; i < 20; i++)
    wire_turn ();
  dd_transport_cancel (dd_http_transport_interface (subject), id);
  dd_transport_cancel (dd_http_transport_interface (subject), id);
  send_to ("kubernetes", "GET", "/other", &other);
  wait_for (&other);
  ck_assert_uint_eq (cancelled.count, 0);
}
END_TEST

START_TEST (a_reply_may_free_the_transport)
{
  g_auto (Outcome) outcome = { .frees_the_transport = TRUE };
  g_auto (Outcome) never = { 0 };

  send_to ("kubernetes", "GET", "/", &outcome);
  send_to ("kubernetes", "GET", "/silence", &never);
  wait_for (&outcome);
  for (guint i = 0; i < 20; i++)
    wire_turn ();
  ck_assert_ptr_null (subject);
  ck_assert_uint_eq (never.count, 0);
}
END_TEST

static Suite *
make_suite (void)
{
  Suite *suite = suite_create ("http-transport");
  TCase *tcase = tcase_create ("all");

  tcase_set_timeout (tcase, 60);
  tcase_add_checked_fixture (tcase, setup, teardown);
  tcase_add_test (tcase, the_answer_comes_back_whole_and_later);
  tcase_add_test (tcase, the_target_goes_out_as_written_and_signed);
  tcase_add_test (tcase, kubernetes_gets_a_bearer_token_and_no_header_of_libcurls_own);
  tcase_add_test (tcase, a_body_is_sent_and_so_is_an_empty_one);
  tcase_add_test (tcase, many_requests_at_once_are_all_answered);
  tcase_add_test (tcase, no_answer_in_time_is_timed_out);
  tcase_add_test (tcase, nobody_listening_is_unavailable);
  tcase_add_test (tcase, a_service_without_an_endpoint_is_invalid);
  tcase_add_test (tcase, a_cancelled_request_is_never_answered);
  tcase_add_test (tcase, a_reply_may_free_the_transport);
  suite_add_tcase (suite, tcase);
  return suite;
}

int
main (void)
{
  SRunner *runner = srunner_create (make_suite ());
  int failed;

  srunner_run_all (runner, CK_ENV);
  failed = srunner_ntests_failed (runner);
  srunner_free (runner);
  return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
