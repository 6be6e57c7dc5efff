/* SPDX-License-Identifier: Apache-2.0 */
/* Clients that are broken, hostile, slow or many. After each of them the server must still answer,
 * and nothing of them may stay behind. */
#include "config.h"

#include "wire.h"

#include <sys/resource.h>

#include "sim/lab/lab.h"

#define HOST "Host: localhost\r\n"

static SimLab *subject;

static void
setup (void)
{
  g_autoptr (GError) error = NULL;
  const char *srcdir = g_getenv ("srcdir") != NULL ? g_getenv ("srcdir") : ".";
  g_autofree char *path = g_build_filename (srcdir, "scenarios/worlds/eks-workshop.yaml", NULL);
  SimLabOptions options
      = { .world_place = path, .address = "127.0.0.1:0", .seed = 5, .profile = "workshop" };
  struct rlimit files;

  getrlimit (RLIMIT_NOFILE, &files);
  files.rlim_cur = files.rlim_max;
  setrlimit (RLIMIT_NOFILE, &files);
  ck_assert (sim_speed_parse ("60x", &options.speed, NULL));
  subject = sim_lab_new (&options, &error);
  ck_assert_msg (subject != NULL, "%s", error != NULL ? error->message : "");
}

static void
teardown (void)
{
  g_clear_pointer (&subject, sim_lab_free);
}

static const char *
url (void)
{
  return sim_server_url (subject->server);
}

static void
server_still_serves (void)
{
  g_autofree char *version = wire_ask (url (), "GET /version HTTP/1.1\r\n" HOST "\r\n");
  g_autofree char *cluster
      = wire_ask (url (), "GET /clusters/eks-workshop HTTP/1.1\r\n" HOST "\r\n");

  ck_assert_int_eq (wire_status (version), 200);
  ck_assert_int_eq (wire_status (cluster), 200);
}

static void
nothing_is_left (void)
{
  gint64 deadline = g_get_monotonic_time () + WIRE_PATIENCE;

  while (sim_server_connections (subject->server) > 0 || sim_server_streams (subject->server) > 0)
    {
      wire_turn ();
      ck_assert_msg (g_get_monotonic_time () < deadline, "%u connections and %u streams stay",
                     sim_server_connections (subject->server),
                     sim_server_streams (subject->server));
    }
}

/* ---- bodies ---- */

static char *
repeat (const char *text, guint times)
{
  GString *out = g_string_new (NULL);

  for (guint i = 0; i < times; i++)
    g_string_append (out, text);
  return g_string_free (out, FALSE);
}

typedef struct
{
  const char *name;
  const char *prefix, *repeated;
  guint times;
  const char *suffix;
} Body;

static const Body bodies[] = {
  { "nothing", "", "", 0, "" },
  { "half an object", "{\"apiVersion\":\"v1\",\"kin", "", 0, "" },
  { "not UTF-8", "{\"metadata\":{\"name\":\"\xff\xfe\"}}", "", 0, "" },
  { "an escaped NUL", "{\"metadata\":{\"name\":\"a\\u0000b\"},\"name\":\"a\\u0000b\"}", "", 0, "" },
  { "a lone surrogate", "{\"metadata\":{\"name\":\"\\ud800\"},\"name\":\"\\ud800\"}", "", 0, "" },
  { "deep arrays", "", "[", 100000, "" },
  { "deep objects", "", "{\"a\":", 100000, "1" },
  { "a huge number", "{\"spec\":{\"replicas\":1", "0", 400, "}}" },
  { "a number beyond doubles", "{\"spec\":{\"replicas\":1e999}}", "", 0, "" },
  { "another type", "\"text\"", "", 0, "" },
  { "the wrong types everywhere", "{\"metadata\":[],\"spec\":7,\"status\":\"x\",\"kind\":{}}", "",
    0, "" },
  { "two documents", "{}{}", "", 0, "" },
  { "a long string", "{\"metadata\":{\"name\":\"", "x", 2000000, "\"}}" },
  { "many members", "{\"a\":[0", ",0", 400000, "]}" },
  { "a form of nonsense", "Action=%zz&Version=%ff%00&&&===", "", 0, "" },
  { "a form that nests",
    "Action=DescribeInstances&Version=2016-11-15&Filter.1.Value.99999999999999999999=x&"
    "Filter.0.Name=&Filter.-1=&InstanceId.4294967297=i",
    "", 0, "" },
  { "a deep form key", "Action=DescribeInstances&Version=2016-11-15&", "A.1.", 20000, "=x" },
  { "aliases of aliases", "a: &a [x]\nb: &b [*a,*a,*a,*a]\nc: &c [*b,*b,*b,*b]\nkind: *c\n", "", 0,
    "" },
  { "a tab and no end", "apiVersion: v1\n\tkind: [Pod, \"", "", 0, "" },
  { "deep YAML", "a: ", "[{b: ", 20000, "" },
  { "many documents", "", "---\nkind: Pod\n", 2000, "" },
  { "many parameters", "Action=DescribeAutoScalingGroups&Version=2011-01-01",
    "&AutoScalingGroupNames.member.1=x", 20000, "" },
};

/* Places where a body is read, and the type under which it is sent there. */
static const struct
{
  const char *method, *target, *headers;
} places[] = {
  { "POST", "/api/v1/namespaces/default/pods", "Content-Type: application/json\r\n" },
  { "POST", "/api/v1/namespaces/default/pods", "Content-Type: application/yaml\r\n" },
  { "POST", "/api/v1/namespaces/default/pods",
    "Content-Type: application/vnd.kubernetes.protobuf\r\n" },
  { "PUT", "/apis/apps/v1/namespaces/default/deployments/x", "Content-Type: application/json\r\n" },
  { "PATCH", "/api/v1/namespaces/default", "Content-Type: application/merge-patch+json\r\n" },
  { "PATCH", "/api/v1/namespaces/default", "Content-Type: application/json-patch+json\r\n" },
  { "PATCH", "/api/v1/namespaces/default",
    "Content-Type: application/strategic-merge-patch+json\r\n" },
  { "PATCH", "/api/v1/namespaces/default?fieldManager=x",
    "Content-Type: application/apply-patch+yaml\r\n" },
  { "DELETE", "/api/v1/namespaces/default/pods/x", "Content-Type: application/json\r\n" },
  { "POST", "/api/v1/namespaces/default/pods/x/eviction", "Content-Type: application/json\r\n" },
  { "POST", "/clusters/eks-workshop/node-groups/default/update-version",
    "Content-Type: application/json\r\n" },
  { "POST", "/clusters/eks-workshop/node-groups/default/update-config",
    "Content-Type: application/json\r\n" },
  { "POST", "/",
    "Content-Type: application/x-amz-json-1.1\r\nX-Amz-Target: AmazonSSM.GetParameter\r\n" },
  { "POST", "/", "Content-Type: application/x-www-form-urlencoded\r\n" },
  { "POST", "/_drydock/until", "Content-Type: application/json\r\nX-Drydock-Control: 1\r\n" },
};

/* One accepted combination: an update may well be started with no body at all. */
START_TEST (a_strange_body_gets_an_answer_wherever_it_is_sent)
{
  const Body *body = &bodies[_i];
  g_autofree char *repeated = repeat (body->repeated, body->times);
  g_autofree char *text = g_strconcat (body->prefix, repeated, body->suffix, NULL);

  for (guint i = 0; i < G_N_ELEMENTS (places); i++)
    {
      g_autofree char *request = g_strdup_printf (
          "%s %s HTTP/1.1\r\n" HOST "%sContent-Length: %u\r\n\r\n%s", places[i].method,
          places[i].target, places[i].headers, (guint) strlen (text), text);
      g_autofree char *answer = wire_ask (url (), request);
      int status = wire_status (answer);

      ck_assert_msg (status >= 200 && status < 600 && status != 500, "%s to %s %s (%s): %.300s",
                     body->name, places[i].method, places[i].target, places[i].headers, answer);
      ck_assert_msg (status < 400 || *wire_body (answer) != '\0',
                     "%s to %s %s is refused in silence", body->name, places[i].method,
                     places[i].target);
    }
  server_still_serves ();
  nothing_is_left ();
}
END_TEST

/* ---- targets and headers ---- */

static const char *const strange_heads[] = {
  "GET /api/v1/nodes?limit=-1 HTTP/1.1\r\n" HOST "\r\n",
  "GET /api/v1/nodes?limit=99999999999999999999 HTTP/1.1\r\n" HOST "\r\n",
  "GET /api/v1/nodes?continue=%7B%7D HTTP/1.1\r\n" HOST "\r\n",
  "GET /api/v1/nodes?resourceVersion=x HTTP/1.1\r\n" HOST "\r\n",
  "GET /api/v1/nodes?watch=true&resourceVersion=99999999 HTTP/1.1\r\n" HOST "\r\n",
  "GET /api/v1/nodes?labelSelector=((( HTTP/1.1\r\n" HOST "\r\n",
  "GET /api/v1/nodes?fieldSelector=a=b,c!=d,== HTTP/1.1\r\n" HOST "\r\n",
  "GET /api/v1/namespaces/%2e%2e/pods/..%2f..%2f HTTP/1.1\r\n" HOST "\r\n",
  "GET /api/v1////// HTTP/1.1\r\n" HOST "\r\n",
  "GET /apis/apps/v1/namespaces//deployments/ HTTP/1.1\r\n" HOST "\r\n",
  "GET /clusters/%25%25/node-groups/%2F HTTP/1.1\r\n" HOST "\r\n",
  "GET /clusters/eks-workshop/updates?maxResults=0&nextToken=%F0%9F%9A%A2 HTTP/1.1\r\n" HOST "\r\n",
  "POST / HTTP/1.1\r\n" HOST "X-Amz-Target: AmazonSSM.\r\nContent-Length: 2\r\n\r\n{}",
  "POST / HTTP/1.1\r\n" HOST "Authorization: AWS4-HMAC-SHA256 Credential=////\r\n"
  "Content-Length: 0\r\n\r\n",
  "POST / HTTP/1.1\r\n" HOST "Authorization: AWS4-HMAC-SHA256 Credential=a/b/c/no-such/e\r\n"
  "Content-Length: 0\r\n\r\n",
  "GET /api/v1/nodes HTTP/1.1\r\n" HOST "Accept: ,;=;,application/json;as=;g=,*\r\n\r\n",
  "BREW /api/v1/nodes HTTP/1.1\r\n" HOST "\r\n",
  "GET /api/v1/nodes HTTP/1.0\r\n\r\n",
  "\r\n\r\nGET /version HTTP/1.1\r\n" HOST "\r\n",
  "GET\r\n\r\n",
  "GET /\r\n\r\n",
  "GET / HTTP/9.9\r\n" HOST "\r\n",
  "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
  "GET / HTTP/1.1\r\nno colon\r\n" HOST "\r\n",
  "GET / HTTP/1.1\r\n" HOST " folded: yes\r\n\r\n",
  "POST / HTTP/1.1\r\n" HOST "Transfer-Encoding: chunked\r\n\r\nzz\r\nabc\r\n0\r\n\r\n",
  "POST / HTTP/1.1\r\n" HOST "Transfer-Encoding: chunked\r\n\r\nffffffffffffffffff\r\n",
};

/* What never becomes a request is closed without an answer, or swept away. A kube-apiserver answers
 * one of these with a 500 of its own (a resourceVersion that is no number), and so do we. */
START_TEST (a_strange_head_harms_nobody)
{
  g_autoptr (GString) seen = g_string_new (NULL);
  int fd = wire_connect (url ());

  wire_send (fd, strange_heads[_i], strlen (strange_heads[_i]));
  for (guint i = 0; i < 50; i++)
    wire_receive (fd, seen);
  ck_assert_msg (strstr (seen->str, "HTTP/1.1 500") == NULL
                     || strstr (seen->str, "strconv.ParseUint") != NULL,
                 "%s: %s", strange_heads[_i], seen->str);
  close (fd);
  server_still_serves ();
  nothing_is_left ();
}
END_TEST

START_TEST (a_head_that_is_too_long_is_refused)
{
  g_autofree char *filler = repeat ("x", 100000);
  g_autofree char *long_target = g_strdup_printf ("GET /%s HTTP/1.1\r\n" HOST "\r\n", filler);
  g_autofree char *long_header
      = g_strdup_printf ("GET / HTTP/1.1\r\n" HOST "X-Long: %s\r\n\r\n", filler);
  g_autofree char *first = wire_ask (url (), long_target);
  g_autofree char *second = wire_ask (url (), long_header);

  ck_assert_int_eq (wire_status (first), 414);
  ck_assert_int_eq (wire_status (second), 431);
  server_still_serves ();
  nothing_is_left ();
}
END_TEST

START_TEST (a_session_token_of_14000_bytes_passes)
{
  g_autofree char *token = repeat ("x", 14000);
  g_autofree char *request = g_strdup_printf (
      "GET /version HTTP/1.1\r\n" HOST "X-Amz-Security-Token: %s\r\n\r\n", token);
  g_autofree char *answer = wire_ask (url (), request);

  ck_assert_int_eq (wire_status (answer), 200);
}
END_TEST

/* ---- truncated ---- */

static const char *const truncated[] = {
  "PO",
  "POST /api/v1/namespaces/default/pods HTTP/1.1\r\n" HOST "Content-Le",
  "POST /api/v1/namespaces/default/pods HTTP/1.1\r\n" HOST "Content-Length: 100\r\n\r\n",
  "POST /api/v1/namespaces/default/pods HTTP/1.1\r\n" HOST "Content-Length: 100\r\n\r\n{\"kind\":",
  "POST / HTTP/1.1\r\n" HOST "Transfer-Encoding: chunked\r\n\r\n5\r\nab",
  "POST / HTTP/1.1\r\n" HOST "Transfer-Encoding: chunked\r\n\r\n2\r\nab\r\n",
};

static gboolean
a_pod_was_made (void)
{
  g_autofree char *pods
      = wire_ask (url (), "GET /api/v1/namespaces/default/pods HTTP/1.1\r\n" HOST "\r\n");

  return strstr (wire_body (pods), "\"items\":[]") == NULL;
}

/* What a client has not said to the end is not carried out, whether it stays silent, ends its half
 * of the connection, or is gone. */
START_TEST (a_request_that_stops_short_is_never_carried_out)
{
  const char *request = truncated[_i];
  int silent = wire_connect (url ()), half = wire_connect (url ()), gone = wire_connect (url ());

  wire_send (silent, request, strlen (request));
  wire_send (half, request, strlen (request));
  wire_send (gone, request, strlen (request));
  shutdown (half, SHUT_WR);
  close (gone);
  for (guint i = 0; i < 100; i++)
    wire_turn ();
  server_still_serves ();
  ck_assert (!a_pod_was_made ());
  for (guint i = 0; i < 3; i++)
    sim_server_sweep (subject->server);
  nothing_is_left ();
  close (silent);
  close (half);
}
END_TEST

/* ---- slow and many ---- */

START_TEST (clients_that_never_read_hold_up_nobody)
{
  enum
  {
    CLIENTS = 20,
    REQUESTS = 100
  };
  g_autofree char *batch = repeat ("GET /openapi/v2 HTTP/1.1\r\n" HOST "\r\n", REQUESTS);
  int fds[CLIENTS];

  for (guint i = 0; i < CLIENTS; i++)
    {
      fds[i] = wire_connect (url ());
      wire_send (fds[i], batch, strlen (batch));
    }
  for (guint i = 0; i < 500; i++)
    wire_turn ();
  ck_assert_uint_eq (sim_server_connections (subject->server), CLIENTS);
  server_still_serves ();
  for (guint i = 0; i < CLIENTS; i++)
    close (fds[i]);
  nothing_is_left ();
  server_still_serves ();
}
END_TEST

START_TEST (a_request_byte_by_byte_is_answered)
{
  static const char request[] = "GET /version HTTP/1.1\r\n" HOST "\r\n";
  g_autoptr (GString) seen = g_string_new (NULL);
  int fd = wire_connect (url ());

  for (const char *p = request; *p != '\0'; p++)
    {
      wire_send (fd, p, 1);
      wire_turn ();
    }
  ck_assert (wire_wait_for (fd, seen, "gitVersion"));
  close (fd);
  nothing_is_left ();
}
END_TEST

START_TEST (clients_that_never_finish_are_swept_away_by_the_hundred)
{
  int fds[300];

  for (guint i = 0; i < G_N_ELEMENTS (fds); i++)
    {
      fds[i] = wire_connect (url ());
      if (i % 3 != 0)
        wire_send (fds[i], "POST / HTTP/1.1\r\nHos", i % 3 == 1 ? 5 : 20);
      if (i % 7 == 0)
        shutdown (fds[i], SHUT_WR);
    }
  for (guint i = 0; i < 200; i++)
    wire_turn ();
  server_still_serves ();
  for (guint i = 0; i < 3; i++)
    {
      sim_server_sweep (subject->server);
      wire_turn ();
    }
  nothing_is_left ();
  server_still_serves ();
  for (guint i = 0; i < G_N_ELEMENTS (fds); i++)
    close (fds[i]);
}
END_TEST

START_TEST (a_thousand_connections_are_served_at_once)
{
  enum
  {
    MANY = 1000
  };
  static const char request[] = "GET /version HTTP/1.1\r\n" HOST "\r\n";
  g_autofree int *fds = g_new (int, MANY);

  for (guint i = 0; i < MANY; i++)
    {
      fds[i] = wire_connect (url ());
      wire_send (fds[i], request, strlen (request));
    }
  for (guint i = 0; i < MANY; i++)
    {
      g_autoptr (GString) seen = g_string_new (NULL);

      ck_assert_msg (wire_wait_for (fds[i], seen, "gitVersion"), "connection %u: %s", i, seen->str);
    }
  ck_assert_uint_eq (sim_server_connections (subject->server), MANY);
  for (guint i = 0; i < MANY; i++)
    close (fds[i]);
  nothing_is_left ();
  server_still_serves ();
}
END_TEST

START_TEST (watches_of_clients_that_vanish_are_all_freed)
{
  enum
  {
    MANY = 200
  };
  static const char request[] = "GET /api/v1/nodes?watch=true HTTP/1.1\r\n" HOST "\r\n";
  int fds[MANY];

  for (guint i = 0; i < MANY; i++)
    {
      fds[i] = wire_connect (url ());
      wire_send (fds[i], request, strlen (request));
    }
  for (guint i = 0; i < MANY; i++)
    {
      g_autoptr (GString) seen = g_string_new (NULL);

      ck_assert (wire_wait_for (fds[i], seen, "ADDED"));
    }
  ck_assert_uint_eq (sim_server_streams (subject->server), MANY);
  for (guint i = 0; i < MANY; i++)
    close (fds[i]);
  nothing_is_left ();
  server_still_serves ();
}
END_TEST

START_TEST (clients_that_leave_before_the_answer_harm_nobody)
{
  static const char request[] = "GET /api/v1/pods HTTP/1.1\r\n" HOST "\r\n";

  for (guint i = 0; i < 200; i++)
    {
      struct linger reset = { .l_onoff = 1 };
      int fd = wire_connect (url ());

      wire_send (fd, request, strlen (request));
      setsockopt (fd, SOL_SOCKET, SO_LINGER, &reset, sizeof reset);
      close (fd);
    }
  nothing_is_left ();
  server_still_serves ();
}
END_TEST

static Suite *
make_suite (void)
{
  Suite *suite = suite_create ("robustness");
  TCase *tcase = tcase_create ("all");

  tcase_set_timeout (tcase, 120);
  tcase_add_checked_fixture (tcase, setup, teardown);
  tcase_add_loop_test (tcase, a_strange_body_gets_an_answer_wherever_it_is_sent, 0,
                       G_N_ELEMENTS (bodies));
  tcase_add_loop_test (tcase, a_strange_head_harms_nobody, 0, G_N_ELEMENTS (strange_heads));
  tcase_add_test (tcase, a_head_that_is_too_long_is_refused);
  tcase_add_test (tcase, a_session_token_of_14000_bytes_passes);
  tcase_add_loop_test (tcase, a_request_that_stops_short_is_never_carried_out, 0,
                       G_N_ELEMENTS (truncated));
  tcase_add_test (tcase, clients_that_never_read_hold_up_nobody);
  tcase_add_test (tcase, a_request_byte_by_byte_is_answered);
  tcase_add_test (tcase, clients_that_never_finish_are_swept_away_by_the_hundred);
  tcase_add_test (tcase, a_thousand_connections_are_served_at_once);
  tcase_add_test (tcase, watches_of_clients_that_vanish_are_all_freed);
  tcase_add_test (tcase, clients_that_leave_before_the_answer_harm_nobody);
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
