/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "aws/error.h"
#include "base/error.h"
#include "net/identity.h"
#include "net/limiter.h"
#include "fake-server.h"
#include "kube/credentials.h"
#include "sim/stage/clock.h"
#include "wire.h"

/* ---- a source that counts, and a clock that stands still ---- */

typedef struct
{
  DdCredentialSource interface;
  guint count;
  DdUsec life; /* 0: for ever */
  gboolean fails;
  gboolean waits; /* says nothing until it is told to */
  DdClock *clock;
  DdCredentialsDone done;
  gpointer data;
} Source;

static Source source;
static SimClock *virtual;

static void
source_answer (void)
{
  g_autofree char *token = g_strdup_printf ("t%u", source.count);
  g_autoptr (DdCredentials) credentials = NULL;
  g_autoptr (GError) error = NULL;

  if (source.fails)
    g_set_error (&error, DD_ERROR, DD_ERROR_UNAVAILABLE, "out of order");
  else
    {
      credentials = dd_credentials_new_bearer (token);
      if (source.life > 0)
        credentials->expires = dd_clock_now (source.clock) + source.life;
    }
  source.done (credentials, error, source.data);
}

static void
source_fetch (DdCredentialSource *self, DdCredentialsDone done, gpointer data)
{
  (void) self;
  source.count++;
  source.done = done;
  source.data = data;
  if (!source.waits)
    source_answer ();
}

static void
source_free (DdCredentialSource *self)
{
  (void) self;
}

static DdKeeper *
keeper_new (DdUsec life)
{
  static const DdCredentialSourceClass klass = { source_fetch, source_free };

  virtual = sim_clock_new (G_GINT64_CONSTANT (1700000000) * DD_SECOND);
  source = (Source) { { &klass }, .life = life, .clock = sim_clock_interface (virtual) };
  return dd_keeper_new (&source.interface, source.clock);
}

static void
nothing (gpointer data)
{
  (void) data;
}

static void
pass_time (DdUsec delay)
{
  dd_clock_after (sim_clock_interface (virtual), delay, nothing, NULL);
  while (sim_clock_step (virtual))
    ;
}

static void
keep_token (DdCredentials *credentials, const GError *error, gpointer data)
{
  char **token = data;

  g_free (*token);
  *token = g_strdup (credentials != NULL ? credentials->bearer : error->message);
}

static void
expect_token (DdKeeper *keeper, const char *expected)
{
  g_autofree char *token = NULL;
  guint64 id;

  dd_keeper_get (keeper, &id, keep_token, &token);
  ck_assert_pstr_eq (token, expected);
}

START_TEST (credentials_are_renewed_before_they_expire)
{
  g_autoptr (DdKeeper) keeper = keeper_new (10 * DD_MINUTE);

  expect_token (keeper, "t1");
  pass_time (8 * DD_MINUTE);
  expect_token (keeper, "t1");
  pass_time (61 * DD_SECOND);
  expect_token (keeper, "t2");
  ck_assert_uint_eq (source.count, 2);
  sim_clock_free (virtual);
}
END_TEST

START_TEST (a_renewal_that_fails_costs_nothing_while_the_old_ones_are_good)
{
  g_autoptr (DdKeeper) keeper = keeper_new (10 * DD_MINUTE);

  expect_token (keeper, "t1");
  pass_time (9 * DD_MINUTE + DD_SECOND);
  source.fails = TRUE;
  expect_token (keeper, "t1");
  expect_token (keeper, "t1");
  ck_assert_uint_eq (source.count, 2);
  pass_time (DD_MINUTE);
  expect_token (keeper, "out of order");
  source.fails = FALSE;
  expect_token (keeper, "t4");
  sim_clock_free (virtual);
}
END_TEST

START_TEST (several_wait_for_one_fetch_and_one_may_leave)
{
  g_autoptr (DdKeeper) keeper = keeper_new (0);
  g_autofree char *one = NULL;
  g_autofree char *two = NULL;
  g_autofree char *three = NULL;
  guint64 id, others;

  source.waits = TRUE;
  dd_keeper_get (keeper, &others, keep_token, &one);
  dd_keeper_get (keeper, &id, keep_token, &two);
  dd_keeper_get (keeper, &others, keep_token, &three);
  ck_assert_ptr_null (one);
  dd_keeper_forget (keeper, id);
  source_answer ();
  ck_assert_pstr_eq (one, "t1");
  ck_assert_ptr_null (two);
  ck_assert_pstr_eq (three, "t1");
  ck_assert_uint_eq (source.count, 1);
  sim_clock_free (virtual);
}
END_TEST

/* Somebody who lets go of everything as soon as there is an answer. */
typedef struct
{
  guint64 waiting;
  DdCredentialSource *view;
  guint *told;
} Hasty;

static void
leave (DdCredentials *credentials, const GError *error, gpointer data)
{
  Hasty *hasty = data;

  (void) error;
  ck_assert_ptr_nonnull (credentials);
  ++*hasty->told;
  if (hasty->view != NULL)
    dd_credential_source_free (hasty->view);
  g_free (hasty);
}

/* Under AddressSanitizer and Valgrind a write after DONE is an error of its own. */
START_TEST (whoever_is_told_from_within_may_be_gone_at_once)
{
  g_autoptr (DdKeeper) keeper = keeper_new (DD_HOUR);
  guint told = 0;

  for (guint i = 0; i < 2; i++)
    {
      Hasty *asks = g_new0 (Hasty, 1);
      Hasty *looks = g_new0 (Hasty, 1);

      asks->told = looks->told = &told;
      looks->view = dd_keeper_as_source (keeper);
      if (i == 0)
        dd_keeper_get (keeper, &asks->waiting, leave, asks);
      dd_credential_source_fetch (looks->view, leave, looks);
      if (i != 0)
        dd_keeper_get (keeper, &asks->waiting, leave, asks);
      pass_time (2 * DD_HOUR);
    }
  ck_assert_uint_eq (told, 4);
  ck_assert_uint_eq (source.count, 2);
  sim_clock_free (virtual);
}
END_TEST

START_TEST (an_id_is_known_before_the_answer_comes_from_within)
{
  g_autoptr (DdKeeper) keeper = keeper_new (0);
  g_autofree char *token = NULL;
  guint64 id = 0;

  dd_keeper_get (keeper, &id, keep_token, &token);
  ck_assert_uint_ne (id, 0);
  dd_keeper_forget (keeper, id);
  dd_keeper_get (keeper, &id, keep_token, &token);
  ck_assert_uint_eq (id, 0);
  dd_keeper_forget (keeper, id);
  ck_assert_pstr_eq (token, "t1");
  sim_clock_free (virtual);
}
END_TEST

/* ---- the transport ---- */

static FakeServer *server;
static DdHttpTransport *http;
static DdKeeper *keeper;
static DdIdentity *subject;

/* Takes "t2" and nothing before it. */
static char *
want_second_token (const FakeCall *call, guint *out_status, const char **out_type, gpointer data)
{
  const char *proof = dd_headers_get (call->headers, "Authorization");

  (void) out_type;
  (void) data;
  if (g_strcmp0 (proof, "Bearer t2") != 0)
    *out_status = 401;
  return g_strdup ("{}");
}

static void
setup (void)
{
  keeper = keeper_new (0);
  server = fake_server_new (&(FakeServerOptions) { .answer = want_second_token });
  http = dd_http_transport_new (
      &(DdHttpOptions) { .kubernetes_endpoint = fake_server_url (server), .region = "us-west-2" });
  subject = dd_identity_new (http, NULL);
  dd_identity_prove (subject, "kubernetes", keeper, dd_kube_reply_says_expired);
}

static void
teardown (void)
{
  g_clear_pointer (&subject, dd_identity_free);
  g_clear_pointer (&http, dd_http_transport_free);
  g_clear_pointer (&keeper, dd_keeper_free);
  g_clear_pointer (&server, fake_server_free);
  g_clear_pointer (&virtual, sim_clock_free);
}

typedef struct
{
  guint count, status;
  char *message;
} Outcome;

static void
take (const DdReply *reply, gpointer data)
{
  Outcome *outcome = data;

  outcome->count++;
  outcome->status = reply->status;
  if (reply->error != NULL)
    outcome->message = g_strdup (reply->error->message);
}

static guint64
send_to (const char *service, Outcome *outcome)
{
  DdRequest *request = dd_request_new (service, "POST", "/x");

  dd_headers_add (request->headers, "X-Own", "1");
  return dd_transport_send (dd_identity_interface (subject), request, take, outcome);
}

static void
wait_for (const Outcome *outcome)
{
  gint64 deadline = g_get_monotonic_time () + WIRE_PATIENCE;

  ck_assert_uint_eq (outcome->count, 0);
  while (outcome->count == 0)
    {
      wire_turn ();
      ck_assert_msg (g_get_monotonic_time () < deadline, "no reply");
    }
}

static guint
count_headers (const DdHeaders *headers, const char *name)
{
  guint count = 0;

  for (guint i = 0; i + 1 < headers->pairs->len; i += 2)
    count += g_ascii_strcasecmp (headers->pairs->pdata[i], name) == 0;
  return count;
}

START_TEST (an_expired_proof_is_renewed_and_the_request_asked_once_more)
{
  Outcome outcome = { 0 };
  const FakeCall *second;

  send_to ("kubernetes", &outcome);
  wait_for (&outcome);
  ck_assert_uint_eq (outcome.status, 200);
  ck_assert_uint_eq (fake_server_count (server), 2);
  second = fake_server_call (server, 1);
  ck_assert_uint_eq (count_headers (second->headers, "Authorization"), 1);
  ck_assert_uint_eq (count_headers (second->headers, "Host"), 1);
  ck_assert_uint_eq (count_headers (second->headers, "X-Own"), 1);
}
END_TEST

START_TEST (a_second_refusal_is_the_answer)
{
  Outcome outcome = { 0 };

  source.count = 5;
  send_to ("kubernetes", &outcome);
  wait_for (&outcome);
  ck_assert_uint_eq (outcome.status, 401);
  ck_assert_uint_eq (fake_server_count (server), 2);
}
END_TEST

START_TEST (a_proof_that_cannot_be_had_is_the_answer_and_not_from_within)
{
  Outcome outcome = { 0 };

  source.fails = TRUE;
  send_to ("kubernetes", &outcome);
  wait_for (&outcome);
  ck_assert_str_eq (outcome.message, "out of order");
  ck_assert_uint_eq (fake_server_count (server), 0);
  g_free (outcome.message);
}
END_TEST

START_TEST (a_cancelled_request_is_forgotten_wherever_it_is)
{
  Outcome waiting = { 0 };
  Outcome failing = { 0 };
  Outcome on_wire = { 0 };
  guint64 id;

  source.waits = TRUE;
  id = send_to ("kubernetes", &waiting);
  dd_transport_cancel (dd_identity_interface (subject), id);
  source.fails = TRUE;
  source_answer ();
  source.waits = FALSE;
  id = send_to ("kubernetes", &failing);
  dd_transport_cancel (dd_identity_interface (subject), id);
  source.fails = FALSE;
  id = send_to ("kubernetes", &on_wire);
  dd_transport_cancel (dd_identity_interface (subject), id);
  for (guint i = 0; i < 50; i++)
    wire_turn ();
  ck_assert_uint_eq (waiting.count + failing.count + on_wire.count, 0);
}
END_TEST

static const struct
{
  guint status;
  const char *type, *body;
  gboolean expired;
} answers[] = {
  { 403, "text/xml", "<ErrorResponse><Error><Code>ExpiredToken</Code></Error></ErrorResponse>",
    TRUE },
  { 403, "text/xml", "<ErrorResponse><Error><Code>AccessDenied</Code></Error></ErrorResponse>",
    FALSE },
  { 400, "application/x-amz-json-1.1", "{\"__type\":\"ExpiredTokenException\"}", TRUE },
  { 200, "application/json", "{\"__type\":\"ExpiredTokenException\"}", FALSE },
  { 400, "application/json", "", FALSE },
};

START_TEST (aws_says_in_three_ways_that_credentials_have_expired)
{
  g_autoptr (DdReply) reply
      = dd_reply_new (answers[_i].status, answers[_i].type,
                      g_bytes_new (answers[_i].body, strlen (answers[_i].body)));

  ck_assert_int_eq (dd_aws_reply_says_expired (reply), answers[_i].expired);
}
END_TEST

/* ---- the limit ---- */

typedef struct
{
  DdTransport interface;
  guint64 last_id;
  GArray *sent; /* of DdUsec */
} Sink;

static guint64
sink_send (DdTransport *self, DdRequest *request, DdReplyFunc func, gpointer data)
{
  Sink *sink = (Sink *) self;
  DdUsec now = dd_clock_now (sim_clock_interface (virtual)) - G_GINT64_CONSTANT (1700000000000000);

  (void) func;
  (void) data;
  dd_request_free (request);
  g_array_append_val (sink->sent, now);
  return ++sink->last_id;
}

static void
sink_cancel (DdTransport *self, guint64 id)
{
  (void) self;
  (void) id;
}

START_TEST (requests_go_out_at_their_rate_in_their_order)
{
  static const DdTransportClass klass = { sink_send, sink_cancel };
  Sink sink = { { &klass }, 0, g_array_new (FALSE, FALSE, sizeof (DdUsec)) };
  g_autoptr (DdLimiter) limiter
      = dd_limiter_new (&sink.interface, sim_clock_interface (virtual), 2);
  Outcome outcome = { 0 };
  guint64 ids[6];

  for (guint i = 0; i < 6; i++)
    ids[i] = dd_transport_send (dd_limiter_interface (limiter), dd_request_new ("eks", "GET", "/"),
                                take, &outcome);
  ck_assert_uint_eq (sink.sent->len, 2);
  dd_transport_cancel (dd_limiter_interface (limiter), ids[3]);
  while (sim_clock_step (virtual))
    ;
  ck_assert_uint_eq (sink.sent->len, 5);
  ck_assert_int_eq (g_array_index (sink.sent, DdUsec, 2), 500 * DD_MILLISECOND);
  ck_assert_int_eq (g_array_index (sink.sent, DdUsec, 4), 1500 * DD_MILLISECOND);
  g_array_unref (sink.sent);
}
END_TEST

int
main (void)
{
  Suite *suite = suite_create ("identity");
  TCase *alone = tcase_create ("keeper");
  TCase *tests = tcase_create ("transport");
  SRunner *runner = srunner_create (suite);
  int failed;

  tcase_add_test (alone, credentials_are_renewed_before_they_expire);
  tcase_add_test (alone, a_renewal_that_fails_costs_nothing_while_the_old_ones_are_good);
  tcase_add_test (alone, several_wait_for_one_fetch_and_one_may_leave);
  tcase_add_test (alone, whoever_is_told_from_within_may_be_gone_at_once);
  tcase_add_test (alone, an_id_is_known_before_the_answer_comes_from_within);
  tcase_add_loop_test (alone, aws_says_in_three_ways_that_credentials_have_expired, 0,
                       G_N_ELEMENTS (answers));
  suite_add_tcase (suite, alone);
  tcase_add_checked_fixture (tests, setup, teardown);
  tcase_add_test (tests, an_expired_proof_is_renewed_and_the_request_asked_once_more);
  tcase_add_test (tests, a_second_refusal_is_the_answer);
  tcase_add_test (tests, a_proof_that_cannot_be_had_is_the_answer_and_not_from_within);
  tcase_add_test (tests, a_cancelled_request_is_forgotten_wherever_it_is);
  tcase_add_test (tests, requests_go_out_at_their_rate_in_their_order);
  suite_add_tcase (suite, tests);
  srunner_run_all (runner, CK_ENV);
  failed = srunner_ntests_failed (runner);
  srunner_free (runner);
  return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
