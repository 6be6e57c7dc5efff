/* SPDX-License-Identifier: Apache-2.0 */
/* tests/test-http-tls.c: the front door over TLS, seen by a client on its own thread */
#include "config.h"

#include "wire-door.h"

#include <glib-unix.h>
#include <gnutls/gnutls.h>

#include "sim/http/authority.h"

#define NOW (g_get_real_time () - 60 * G_USEC_PER_SEC)
#define HOST "Host: localhost\r\n"

static SimAuthority *authority;
static SimServer *subject;
static GString *unsent; /* of the one stream; NULL: there is none */
static SimStream *stream;
static guint n_requests;
static char *peer; /* of the last request: "trusted NAME GROUP..."; NULL: none */

/* ---- what is behind the door ---- */

static gssize
read_stream (SimStream *self, char *buffer, gsize max)
{
  gsize length = MIN (max, unsent->len);

  (void) self;
  memcpy (buffer, unsent->str, length);
  g_string_erase (unsent, 0, (gssize) length);
  return (gssize) length;
}

static void
free_stream (SimStream *self)
{
  g_string_free (g_steal_pointer (&unsent), TRUE);
  g_free (self);
  stream = NULL;
}

static void
say (const char *text)
{
  g_string_append (unsent, text);
  stream->wake (stream->wake_data);
}

static void
note_peer (const SimPeer *its)
{
  g_autofree char *groups = its != NULL ? g_strjoinv (" ", its->groups) : NULL;

  g_clear_pointer (&peer, g_free);
  if (its != NULL)
    peer = g_strdup_printf ("%s %s %s", its->trusted ? "trusted" : "strange", its->name, groups);
}

static SimResponse *
answer (const SimRequest *request, gpointer data)
{
  static const SimStreamClass klass = { read_stream, free_stream };
  SimResponse *response;

  (void) data;
  n_requests++;
  note_peer (request->peer);
  if (!g_str_equal (request->target, "/watch"))
    return sim_response_new (200, "text/plain", g_bytes_new_static ("hello\n", 6));
  response = sim_response_new (200, "application/json", NULL);
  stream = g_new0 (SimStream, 1);
  stream->klass = &klass;
  unsent = g_string_new (NULL);
  response->stream = stream;
  return response;
}

static DdUsec
epoch (gpointer data)
{
  (void) data;
  return 0;
}

static void
setup (void)
{
  static const char *const names[] = { "localhost", "127.0.0.1", NULL };
  g_auto (SimCredential) credential = { NULL };
  SimServerOptions options = { .address = "127.0.0.1:0", .handler = answer, .now = epoch };

  n_requests = 0;
  authority = sim_authority_new (NOW, NULL);
  ck_assert_ptr_nonnull (authority);
  ck_assert (sim_authority_certify_server (authority, names, &credential, NULL));
  options.certificate = credential.certificate;
  options.key = credential.key;
  options.client_ca = sim_authority_pem (authority);
  subject = sim_server_new (&options, NULL);
  ck_assert_ptr_nonnull (subject);
}

static void
teardown (void)
{
  g_clear_pointer (&subject, sim_server_free);
  g_clear_pointer (&authority, sim_authority_free);
  g_clear_pointer (&peer, g_free);
}

/* ---- a client ---- */

typedef struct
{
  int fd;
  gnutls_certificate_credentials_t trust;
  gnutls_session_t session;
} Client;

static Client *
client_new (const char *ca, const char *name)
{
  Client *client = g_new0 (Client, 1);
  gnutls_datum_t pem = { (guint8 *) ca, (unsigned int) strlen (ca) };

  client->fd = wire_connect (sim_server_url (subject));
  ck_assert (g_unix_set_fd_nonblocking (client->fd, TRUE, NULL));
  gnutls_certificate_allocate_credentials (&client->trust);
  gnutls_certificate_set_x509_trust_mem (client->trust, &pem, GNUTLS_X509_FMT_PEM);
  gnutls_init (&client->session,
               GNUTLS_CLIENT | GNUTLS_NONBLOCK | GNUTLS_NO_SIGNAL | GNUTLS_FORCE_CLIENT_CERT);
  gnutls_set_default_priority (client->session);
  gnutls_credentials_set (client->session, GNUTLS_CRD_CERTIFICATE, client->trust);
  gnutls_session_set_verify_cert (client->session, name, 0);
  gnutls_transport_set_int (client->session, client->fd);
  return client;
}

static void
client_free (Client *client)
{
  gnutls_deinit (client->session);
  gnutls_certificate_free_credentials (client->trust);
  close (client->fd);
  g_free (client);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Client, client_free)

/* Whether the client trusts the server. */
static gboolean
shake_hands (Client *client)
{
  gint64 deadline = g_get_monotonic_time () + WIRE_PATIENCE;
  int code;

  do
    {
      wire_turn ();
      ck_assert_msg (g_get_monotonic_time () < deadline, "the handshake does not end");
      code = gnutls_handshake (client->session);
    }
  while (code == GNUTLS_E_AGAIN || code == GNUTLS_E_INTERRUPTED);
  return code == GNUTLS_E_SUCCESS;
}

static void
client_send (Client *client, const char *text)
{
  gint64 deadline = g_get_monotonic_time () + WIRE_PATIENCE;
  gsize length = strlen (text);

  while (length > 0)
    {
      ssize_t sent = gnutls_record_send (client->session, text, MIN (length, 16000));

      wire_turn ();
      ck_assert_msg (g_get_monotonic_time () < deadline, "the server reads no more");
      if (sent < 0 && sent != GNUTLS_E_AGAIN)
        return;
      if (sent > 0)
        {
          text += sent;
          length -= (gsize) sent;
        }
    }
}

/* Everything up to and with TEXT; NULL: up to the end. */
static void
client_wait_for (Client *client, GString *seen, const char *text)
{
  gint64 deadline = g_get_monotonic_time () + WIRE_PATIENCE;
  char buffer[4096];

  while (text == NULL || strstr (seen->str, text) == NULL)
    {
      ssize_t got;

      wire_turn ();
      got = gnutls_record_recv (client->session, buffer, sizeof buffer);
      if (got > 0)
        g_string_append_len (seen, buffer, got);
      else if (got != GNUTLS_E_AGAIN && got != GNUTLS_E_INTERRUPTED)
        break;
      ck_assert_msg (g_get_monotonic_time () < deadline, "no '%s' in '%s'", text, seen->str);
    }
  ck_assert_msg (text == NULL || strstr (seen->str, text) != NULL, "'%s' ends", seen->str);
}

static void
is_answered (Client *client)
{
  g_autoptr (GString) seen = g_string_new (NULL);

  client_send (client, "GET /x HTTP/1.1\r\n" HOST "\r\n");
  client_wait_for (client, seen, "hello\n");
  ck_assert (g_str_has_prefix (seen->str, "HTTP/1.1 200 "));
}

static Client *
connect_trusting (void)
{
  g_autoptr (Client) client = client_new (sim_authority_pem (authority), "localhost");

  ck_assert (shake_hands (client));
  return g_steal_pointer (&client);
}

/* ---- the tests ---- */

START_TEST (who_trusts_the_authority_is_answered_again_and_again)
{
  g_autoptr (Client) client = connect_trusting ();

  ck_assert (g_str_has_prefix (sim_server_url (subject), "https://127.0.0.1:"));
  for (guint i = 0; i < 3; i++)
    is_answered (client);
  ck_assert_uint_eq (n_requests, 3);
}
END_TEST

START_TEST (the_certificate_is_good_for_its_names_alone)
{
  static const struct
  {
    const char *name;
    gboolean good;
  } rows[] = { { "localhost", TRUE }, { "127.0.0.1", TRUE }, { "example.com", FALSE } };
  g_autoptr (Client) client = client_new (sim_authority_pem (authority), rows[_i].name);

  ck_assert_int_eq (shake_hands (client), rows[_i].good);
}
END_TEST

START_TEST (another_authority_is_not_the_servers)
{
  g_autoptr (SimAuthority) other = sim_authority_new (NOW, NULL);
  g_autoptr (Client) client = client_new (sim_authority_pem (other), "localhost");

  ck_assert (!shake_hands (client));
  ck_assert_uint_eq (n_requests, 0);
}
END_TEST

/* What the handler is told of who shows a client's certificate by ISSUER. */
static void
show_certificate (const SimAuthority *issuer)
{
  static const char *const groups[] = { "devs", "ops", NULL };
  g_auto (SimCredential) credential = { NULL };
  g_autoptr (Client) client = client_new (sim_authority_pem (authority), "localhost");
  gnutls_datum_t certificate, key;

  ck_assert (sim_authority_certify_client (issuer, "alice", groups, &credential, NULL));
  certificate = (gnutls_datum_t) { (guint8 *) credential.certificate,
                                   (unsigned int) strlen (credential.certificate) };
  key = (gnutls_datum_t) { (guint8 *) credential.key, (unsigned int) strlen (credential.key) };
  ck_assert_int_eq (
      gnutls_certificate_set_x509_key_mem (client->trust, &certificate, &key, GNUTLS_X509_FMT_PEM),
      GNUTLS_E_SUCCESS);
  ck_assert (shake_hands (client));
  is_answered (client);
}

START_TEST (a_certificate_of_the_authority_tells_who_comes)
{
  show_certificate (authority);
  ck_assert_str_eq (peer, "trusted alice devs ops");
}
END_TEST

START_TEST (a_certificate_of_somebody_elses_is_seen_to_be_that)
{
  g_autoptr (SimAuthority) other = sim_authority_new (NOW, NULL);

  show_certificate (other);
  ck_assert_str_eq (peer, "strange alice devs ops");
}
END_TEST

START_TEST (who_shows_no_certificate_is_nobody)
{
  g_autoptr (Client) client = connect_trusting ();

  is_answered (client);
  ck_assert_ptr_null (peer);
}
END_TEST

START_TEST (plain_http_gets_nothing_and_harms_nobody)
{
  g_autofree char *got = wire_ask (sim_server_url (subject), "GET / HTTP/1.1\r\n" HOST "\r\n");
  g_autoptr (Client) client = connect_trusting ();

  ck_assert_ptr_null (strstr (got, "HTTP/1.1 200"));
  ck_assert_uint_eq (n_requests, 0);
  is_answered (client);
}
END_TEST

START_TEST (a_handshake_that_stops_halfway_keeps_nobody_waiting_and_ends)
{
  static const char hello[] = "\x16\x03\x01\x02";
  g_autoptr (GString) seen = g_string_new (NULL);
  int silent = wire_connect (sim_server_url (subject));
  int halfway = wire_connect (sim_server_url (subject));

  wire_send (halfway, hello, sizeof hello - 1);
  {
    g_autoptr (Client) client = connect_trusting ();

    is_answered (client);
  }
  for (guint i = 0; i < 3; i++)
    sim_server_sweep (subject);
  wire_wait_for_end (silent, seen);
  wire_wait_for_end (halfway, seen);
  close (silent);
  close (halfway);
  wire_wait_until_gone (subject);
}
END_TEST

START_TEST (a_stream_is_heard_as_it_goes_on_and_ends_with_its_reader)
{
  g_autoptr (GString) seen = g_string_new (NULL);

  {
    g_autoptr (Client) client = connect_trusting ();

    client_send (client, "GET /watch HTTP/1.1\r\n" HOST "\r\n");
    client_wait_for (client, seen, "\r\n\r\n");
    say ("one\n");
    client_wait_for (client, seen, "one\n");
    say ("two\n");
    client_wait_for (client, seen, "two\n");
    ck_assert_uint_eq (sim_server_streams (subject), 1);
  }
  wire_wait_until_gone (subject);
}
END_TEST

START_TEST (who_says_goodbye_with_the_request_is_answered_and_gone)
{
  g_autoptr (GString) seen = g_string_new (NULL);
  g_autoptr (Client) client = connect_trusting ();

  client_send (client, "GET / HTTP/1.1\r\n" HOST "\r\n");
  gnutls_bye (client->session, GNUTLS_SHUT_WR);
  shutdown (client->fd, SHUT_WR);
  client_wait_for (client, seen, "hello\n");
  wire_wait_until_gone (subject);
}
END_TEST

START_TEST (a_body_without_end_is_cut_off)
{
  g_autofree char *piece = g_strnfill (65536, 'x');
  g_autoptr (Client) client = connect_trusting ();
  g_autoptr (GString) seen = g_string_new (NULL);

  client_send (client, "POST / HTTP/1.1\r\n" HOST "Transfer-Encoding: chunked\r\n\r\n");
  for (guint i = 0; i < 70; i++)
    {
      client_send (client, "10000\r\n");
      client_send (client, piece);
      client_send (client, "\r\n");
    }
  client_wait_for (client, seen, NULL);
  ck_assert_uint_eq (n_requests, 0);
  wire_wait_until_gone (subject);
}
END_TEST

int
main (void)
{
  Suite *suite = suite_create ("http-tls");
  TCase *tcase = tcase_create ("all");
  SRunner *runner = srunner_create (suite);
  int failed;

  tcase_add_checked_fixture (tcase, setup, teardown);
  tcase_add_test (tcase, who_trusts_the_authority_is_answered_again_and_again);
  tcase_add_loop_test (tcase, the_certificate_is_good_for_its_names_alone, 0, 3);
  tcase_add_test (tcase, another_authority_is_not_the_servers);
  tcase_add_test (tcase, a_certificate_of_the_authority_tells_who_comes);
  tcase_add_test (tcase, a_certificate_of_somebody_elses_is_seen_to_be_that);
  tcase_add_test (tcase, who_shows_no_certificate_is_nobody);
  tcase_add_test (tcase, plain_http_gets_nothing_and_harms_nobody);
  tcase_add_test (tcase, a_handshake_that_stops_halfway_keeps_nobody_waiting_and_ends);
  tcase_add_test (tcase, a_stream_is_heard_as_it_goes_on_and_ends_with_its_reader);
  tcase_add_test (tcase, who_says_goodbye_with_the_request_is_answered_and_gone);
  tcase_add_test (tcase, a_body_without_end_is_cut_off);
  suite_add_tcase (suite, tcase);
  srunner_run_all (runner, CK_ENV);
  failed = srunner_ntests_failed (runner);
  srunner_free (runner);
  return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
