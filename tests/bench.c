/* SPDX-License-Identifier: Apache-2.0 */
/* `make bench`: how fast Drydock is. Each row says what was measured, what it is compared with (a
 * yardstick taken in the same minute on the same machine, where there is one), the aim, and whether
 * it is met. Absolute figures move with the machine and its neighbours, so of several tries the
 * best counts, and a missed aim fails nothing: it informs. Every measure has its own deadline.
 *
 * Usage: bench DRYDOCK-BINARY. */
#include "config.h"

#include <errno.h>
#include <gio/gio.h>
#include <glib/gstdio.h>
#include <microhttpd.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/value.h"
#include "sim/lab/lab.h"
#include "sim/kube/verbs/api.h"
#include "sim/kube/kinds/kinds.h"

#define PODS 1000
#define WATCHES 10000
#define STARTS 20
#define REHEARSAL_SECONDS 60
#define TURNS 4
#define TURN_SECONDS 0.4
#define ROUND_BATCHES 5

static const char *drydock;

/* ---- a row ---- */

typedef enum
{
  AT_MOST,
  AT_LEAST,
  NO_AIM,
} Direction;

typedef struct
{
  const char *unit;
  Direction direction;
  double value;
  const char *text; /* the aim as the reader sees it */
} Aim;

/* What is compared with the aim is JUDGED: the figure itself, or its ratio to the yardstick. */
static void G_GNUC_PRINTF (5, 6)
    row (const char *what, double figure, double judged, const Aim *aim, const char *format, ...)
{
  g_autofree char *reference = NULL;
  const char *verdict = "";
  va_list arguments;

  va_start (arguments, format);
  reference = g_strdup_vprintf (format, arguments);
  va_end (arguments);
  if (aim->direction == AT_MOST)
    verdict = judged <= aim->value ? "met" : "missed";
  else if (aim->direction == AT_LEAST)
    verdict = judged >= aim->value ? "met" : "missed";
  printf ("%-34s %11.1f %-11s %-36s %-22s %s\n", what, figure, aim->unit, reference, aim->text,
          verdict);
  fflush (stdout);
}

static double
seconds (void)
{
  return (double) g_get_monotonic_time () / G_USEC_PER_SEC;
}

/* ---- start and idle memory ---- */

static double
status_mib (pid_t pid, const char *field)
{
  g_autofree char *path = g_strdup_printf ("/proc/%d/status", (int) pid);
  g_autofree char *text = NULL;
  const char *at;

  if (!g_file_get_contents (path, &text, NULL, NULL) || (at = strstr (text, field)) == NULL)
    return 0;
  return (double) g_ascii_strtoll (at + strlen (field), NULL, 10) / 1024;
}

/* Whoever is left behind when the bench is interrupted ends with it. */
static void
end_with_parent (gpointer data)
{
  (void) data;
  prctl (PR_SET_PDEATHSIG, SIGKILL);
}

static pid_t
spawn (const char *const *argv, int *out)
{
  g_autoptr (GError) error = NULL;
  GPid pid;

  if (!g_spawn_async_with_pipes (NULL, (char **) argv, NULL,
                                 G_SPAWN_DO_NOT_REAP_CHILD | G_SPAWN_STDERR_TO_DEV_NULL,
                                 end_with_parent, NULL, &pid, NULL, out, NULL, &error))
    g_error ("%s: %s", argv[0], error->message);
  return pid;
}

/* Reads from FD until UNTIL comes, the end, or the deadline. */
static char *
read_until (int fd, char until, double deadline)
{
  GString *text = g_string_new (NULL);
  char block[4096];

  while (memchr (text->str, until, text->len) == NULL)
    {
      struct pollfd ready = { .fd = fd, .events = POLLIN };
      int wait = (int) ((deadline - seconds ()) * 1000);
      ssize_t n;

      if (wait <= 0 || poll (&ready, 1, wait) <= 0 || (n = read (fd, block, sizeof block)) <= 0)
        break;
      g_string_append_len (text, block, n);
    }
  return g_string_free (text, FALSE);
}

static void
end_process (pid_t pid, int out)
{
  kill (pid, SIGKILL);
  waitpid (pid, NULL, 0);
  close (out);
}

/* How long `argv` takes to its first line; its memory a moment later, where asked for. */
static double
start_once (const char *const *argv, double *out_resident, double *out_anonymous)
{
  double start = seconds (), took;
  int out;
  pid_t pid = spawn (argv, &out);
  g_autofree char *line = read_until (out, '\n', start + 5);

  took = seconds () - start;
  if (out_resident != NULL)
    {
      g_usleep (G_USEC_PER_SEC / 5);
      *out_resident = status_mib (pid, "VmRSS:");
      *out_anonymous = status_mib (pid, "RssAnon:");
    }
  end_process (pid, out);
  return *line != '\0' ? took : G_MAXDOUBLE;
}

static void
bench_start (void)
{
  const char *serve[] = { drydock, "serve", "--listen", "127.0.0.1:0", "--speed", "paused", NULL };
  const char *version[] = { drydock, "--version", NULL };
  static const Aim ready = { "ms", AT_MOST, 10, "at most 10 ms" };
  static const Aim memory = { "MiB", AT_MOST, 10, "at most 10 MiB" };
  double best = G_MAXDOUBLE, yardstick = G_MAXDOUBLE, resident, anonymous;

  for (guint i = 0; i < STARTS; i++)
    {
      best = MIN (best, start_once (serve, NULL, NULL));
      yardstick = MIN (yardstick, start_once (version, NULL, NULL));
    }
  row ("serve: start to ready", best * 1000, best * 1000, &ready, "--version: %.1f ms",
       yardstick * 1000);
  start_once (serve, &resident, &anonymous);
  row ("serve: idle memory, resident", resident, resident, &memory,
       "of it anonymous, its own: %.1f MiB", anonymous);
}

/* ---- rehearsals ---- */

static DdValue *
rehearse (const char *transport, const char *scenario)
{
  const char *argv[]
      = { drydock, "run", "--format", "json", "--transport", transport, scenario, NULL };
  int out;
  pid_t pid = spawn (argv, &out);
  g_autofree char *text = read_until (out, '\n', seconds () + REHEARSAL_SECONDS);

  end_process (pid, out);
  return dd_value_parse (text, strlen (text), NULL, NULL);
}

static double
real_seconds (const DdValue *result)
{
  return dd_value_double (dd_value_member (result, "real_seconds"), G_MAXDOUBLE);
}

/* The fastest of several runs; NULL where none ended in time. */
static DdValue *
fastest (const char *transport, const char *scenario, guint runs)
{
  DdValue *best = NULL;

  for (guint i = 0; i < runs; i++)
    {
      DdValue *result = rehearse (transport, scenario);

      if (best == NULL || (result != NULL && real_seconds (result) < real_seconds (best)))
        {
          dd_value_unref (best);
          best = result;
        }
      else
        dd_value_unref (result);
    }
  return best;
}

static void
bench_happy_path (void)
{
  static const char *const transports[] = { "direct", "loopback" };
  static const Aim aim = { "virtual s/s", AT_LEAST, 100000, "at least 100,000" };
  g_autofree char *scenario
      = g_build_filename (g_getenv ("srcdir"), "scenarios", "ami-upgrade.yaml", NULL);

  for (guint i = 0; i < G_N_ELEMENTS (transports); i++)
    {
      g_autoptr (DdValue) result = fastest (transports[i], scenario, 10);
      double virtual = dd_value_double (dd_value_member (result, "virtual_seconds"), 0);
      double rate = virtual / real_seconds (result);
      g_autofree char *what = g_strdup_printf ("ami-upgrade, %s", transports[i]);

      row (what, rate, rate, &aim, "%.0f virtual s in %.1f ms", virtual,
           real_seconds (result) * 1000);
    }
}

static char *
growth_scenario (const char *folder, guint nodes)
{
  g_autofree char *name = g_strdup_printf ("grow-%u.yaml", nodes);
  char *path = g_build_filename (folder, name, NULL);
  g_autofree char *text = g_strdup_printf (
      "about: growth\nseed: 1\nfor: 48h\n"
      "world:\n  cluster: {name: c, version: \"1.30\"}\n  nodegroups:\n"
      "    - {name: g, desired: %u, min: %u, max: %u, release: 1.30.0-20240625,\n"
      "       update: {maxUnavailablePercentage: 33}}\n"
      "  workloads:\n    - apiVersion: apps/v1\n      kind: Deployment\n"
      "      metadata: {name: d, namespace: default}\n"
      "      spec: {replicas: %u, selector: {matchLabels: {app: d}},\n"
      "        template: {metadata: {labels: {app: d}}, spec: {containers: [{name: c, image: "
      "i}]}}}\n"
      "steps:\n  - at: 1s\n    eks: {operation: UpdateNodegroupVersion,"
      " input: {clusterName: c, nodegroupName: g}}\n"
      "expect:\n  - within: 47h\n    update: {nodegroup: g, status: Successful}\n",
      nodes, nodes, nodes, 3 * nodes);

  g_file_set_contents (path, text, -1, NULL);
  return path;
}

static void
bench_growth (void)
{
  static const guint sizes[] = { 3, 30, 300, 3000 };
  static const Aim aim = { "us a node", AT_MOST, 2, "at most 2 times that" };
  g_autofree char *folder = g_dir_make_tmp ("drydock-bench-XXXXXX", NULL);
  double first = 0;

  for (guint i = 0; i < G_N_ELEMENTS (sizes); i++)
    {
      g_autofree char *path = growth_scenario (folder, sizes[i]);
      g_autofree char *what = g_strdup_printf ("upgrade of %u nodes", sizes[i]);
      g_autoptr (DdValue) result = fastest ("direct", path, sizes[i] <= 30 ? 5 : 1);
      const char *verdict = dd_value_path_string (result, "result");
      double cost = real_seconds (result) / sizes[i] * 1e6;

      if (i == 0)
        first = cost;
      if (g_strcmp0 (verdict, "held") == 0)
        row (what, cost, cost / first, &aim, "of 3 nodes': %.2f times", cost / first);
      else
        printf ("%-34s %11s %-11s %s\n", what, "-", aim.unit,
                verdict != NULL ? verdict : "not done in 60 s");
      g_unlink (path);
    }
  g_rmdir (folder);
}

/* ---- answers a second, against a bare libmicrohttpd ---- */

static int
connect_to (guint16 port)
{
  struct sockaddr_in address = { .sin_family = AF_INET,
                                 .sin_port = htons (port),
                                 .sin_addr.s_addr = htonl (INADDR_LOOPBACK) };
  int fd = socket (AF_INET, SOCK_STREAM, 0);

  if (connect (fd, (struct sockaddr *) &address, sizeof address) != 0)
    g_error ("connect: %s", g_strerror (errno));
  return fd;
}

/* Reads one whole answer to the start of BUFFER; returns the length of its body. */
static gsize
receive_answer (int fd, GString *buffer)
{
  char block[65536];
  ssize_t n;

  for (;;)
    {
      char *end = strstr (buffer->str, "\r\n\r\n");
      char *length
          = end != NULL ? g_strstr_len (buffer->str, end - buffer->str, "Content-Length: ") : NULL;

      if (length != NULL)
        {
          gsize body = g_ascii_strtoull (length + strlen ("Content-Length: "), NULL, 10);

          if (buffer->len >= (gsize) (end + 4 - buffer->str) + body)
            return body;
        }
      n = read (fd, block, sizeof block);
      if (n <= 0)
        g_error ("the server closed the connection");
      g_string_append_len (buffer, block, n);
    }
}

/* The same, and takes it out of BUFFER. */
static gsize
read_answer (int fd, GString *buffer)
{
  gsize body = receive_answer (fd, buffer);

  g_string_erase (buffer, 0, strstr (buffer->str, "\r\n\r\n") + 4 - buffer->str + (gssize) body);
  return body;
}

/* Where requests go: over so many connections at once, on each so many at a time. */
typedef struct
{
  guint16 port;
  const char *target;
  guint connections, depth;
} Load;

static void
send_all (int fd, const GString *bytes)
{
  if (write (fd, bytes->str, bytes->len) != (ssize_t) bytes->len)
    g_error ("write: %s", g_strerror (errno));
}

/* Answers a second while the load lasts, in the best of its rounds;
 * the length of a body in *OUT_BODY. */
static double
measure (const Load *load, gsize *out_body)
{
  g_autofree char *request = g_strdup_printf (
      "GET %s HTTP/1.1\r\nHost: localhost\r\nAccept: application/json\r\n\r\n", load->target);
  g_autoptr (GString) batch = g_string_new (NULL);
  g_autoptr (GString) buffer = g_string_new (NULL);
  g_autofree int *fds = g_new (int, load->connections);
  double end = seconds () + TURN_SECONDS, best = G_MAXDOUBLE;

  for (guint i = 0; i < load->depth; i++)
    g_string_append (batch, request);
  for (guint i = 0; i < load->connections; i++)
    fds[i] = connect_to (load->port);
  while (seconds () < end)
    {
      double start = seconds ();

      for (guint repeat = 0; repeat < ROUND_BATCHES; repeat++)
        {
          for (guint i = 0; i < load->connections; i++)
            send_all (fds[i], batch);
          for (guint i = 0; i < load->connections * load->depth; i++)
            *out_body = read_answer (fds[i / load->depth], buffer);
        }
      best = MIN (best, seconds () - start);
    }
  for (guint i = 0; i < load->connections; i++)
    close (fds[i]);
  return ROUND_BATCHES * load->connections * load->depth / best;
}

static enum MHD_Result
bare_answer (void *cls, struct MHD_Connection *connection, const char *url, const char *method,
             const char *version, const char *data, size_t *size, void **state)
{
  struct MHD_Response *response = cls;

  if (*state == NULL) /* answered now, the connection would end with it */
    {
      *state = response;
      return MHD_YES;
    }
  return MHD_queue_response (connection, MHD_HTTP_OK, response);
}

/* Runs DAEMON for ever, in the least that a loop of one's own takes. (With a thread of its own
 * libmicrohttpd now and then goes to sleep over a thousand connections that have sent something.)
 */
static void
run_bare (struct MHD_Daemon *daemon)
{
  struct pollfd ready = { .events = POLLIN };

  ready.fd = MHD_get_daemon_info (daemon, MHD_DAEMON_INFO_EPOLL_FD)->epoll_fd;
  for (;;)
    {
      MHD_UNSIGNED_LONG_LONG wait;

      poll (&ready, 1, MHD_get_timeout (daemon, &wait) == MHD_YES ? (int) wait : -1);
      MHD_run (daemon);
    }
}

/* A bare server that gives BODY bytes; writes its port to OUT. */
static void
serve_bare (gsize body, int out)
{
  char *bytes = g_strnfill (body, 'x');
  struct MHD_Response *response
      = MHD_create_response_from_buffer (body, bytes, MHD_RESPMEM_PERSISTENT);
  struct MHD_Daemon *daemon;
  guint16 port;

  MHD_add_response_header (response, "Content-Type", "application/json");
  daemon = MHD_start_daemon (MHD_USE_EPOLL, 0, NULL, NULL, bare_answer, response,
                             MHD_OPTION_CONNECTION_LIMIT, 2000u, MHD_OPTION_LISTEN_BACKLOG_SIZE,
                             1000u, MHD_OPTION_END);
  port = MHD_get_daemon_info (daemon, MHD_DAEMON_INFO_BIND_PORT)->port;
  if (write (out, &port, sizeof port) == sizeof port)
    run_bare (daemon);
  _exit (0);
}

static void
add_pods (KubeApi *api)
{
  for (guint i = 0; i < PODS; i++)
    {
      g_autoptr (DdValue) pod = dd_object (
          "metadata", dd_object ("generateName", dd_string ("bench-"), NULL), "spec",
          dd_object (
              "containers",
              dd_array (dd_object ("name", dd_string ("c"), "image", dd_string ("i:1"), NULL),
                        NULL),
              "nodeSelector", dd_object ("no", dd_string ("where"), NULL), NULL),
          NULL);
      g_autoptr (GError) error = NULL;
      g_autoptr (SimObject) made = kube_create (api, &kube_pod, "default", pod, &error);

      if (made == NULL)
        g_error ("%s", error->message);
    }
}

static void
serve_world (int out)
{
  SimLabOptions options = {
    .world_place = SIM_DEFAULT_WORLD, .address = "127.0.0.1:0", .seed = 1, .profile = "workshop"
  };
  g_autoptr (GError) error = NULL;
  SimLab *lab;
  GMainLoop *loop = g_main_loop_new (NULL, FALSE);
  guint16 port;

  g_assert (sim_speed_parse ("paused", &options.speed, NULL));
  lab = sim_lab_new (&options, &error);
  if (lab == NULL)
    g_error ("%s", error->message);
  add_pods (lab->world->kube);
  port = (guint16) g_ascii_strtoull (strrchr (sim_server_url (lab->server), ':') + 1, NULL, 10);
  if (write (out, &port, sizeof port) == sizeof port)
    g_main_loop_run (loop);
  _exit (0);
}

static guint16
fork_server (gsize body, pid_t *out_pid)
{
  guint16 port = 0;
  int ends[2];

  if (pipe (ends) != 0)
    g_error ("pipe: %s", g_strerror (errno));
  *out_pid = fork ();
  if (*out_pid == 0)
    {
      end_with_parent (NULL);
      if (body > 0)
        serve_bare (body, ends[1]);
      else
        serve_world (ends[1]);
    }
  close (ends[1]);
  if (read (ends[0], &port, sizeof port) != sizeof port)
    g_error ("the server did not start");
  close (ends[0]);
  return port;
}

/* ---- one question, apart from any measure ---- */

static DdValue *
ask (guint16 port, const char *method, const char *target, const char *body)
{
  g_autofree char *text
      = g_strdup_printf ("%s %s HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
                         "Content-Length: %u\r\n\r\n%s",
                         method, target, (guint) strlen (body), body);
  g_autoptr (GString) request = g_string_new (text);
  g_autoptr (GString) buffer = g_string_new (NULL);
  g_autofree char *answer = NULL;
  int fd = connect_to (port);
  gsize length;

  send_all (fd, request);
  length = receive_answer (fd, buffer);
  close (fd);
  answer = g_strndup (strstr (buffer->str, "\r\n\r\n") + 4, length);
  return dd_value_parse (answer, length, NULL, NULL);
}

static char *
first_node (guint16 port)
{
  g_autoptr (DdValue) nodes = ask (port, "GET", "/api/v1/nodes?limit=1", "");

  return g_strdup (dd_value_path_string (nodes, "items.0.metadata.name"));
}

static void
bench_answers (guint16 world)
{
  static const Aim aim = { "answers/s", AT_LEAST, 0.5, "at least 0.5 of that" };
  g_autofree char *node = first_node (world);
  g_autofree char *target = g_strconcat ("/api/v1/nodes/", node, NULL);
  const struct
  {
    const char *what;
    Load load;
  } cases[] = {
    { "GET node", { world, target, 1, 16 } },
    { "GET node, 1,000 connections", { world, target, 1000, 1 } },
    { "LIST 1,000 pods", { world, "/api/v1/namespaces/default/pods", 1, 4 } },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      gsize body;
      double ours = measure (&cases[i].load, &body), theirs = 0;
      Load bare = cases[i].load;
      pid_t child;

      bare.port = fork_server (body, &child);
      bare.target = "/";
      for (guint turn = 0; turn < TURNS; turn++)
        {
          theirs = MAX (theirs, measure (&bare, &body));
          ours = MAX (ours, measure (&cases[i].load, &body));
        }
      row (cases[i].what, ours, ours / theirs, &aim,
           "bare libmicrohttpd, %" G_GSIZE_FORMAT " bytes: %.2f", body, ours / theirs);
      kill (child, SIGKILL);
      waitpid (child, NULL, 0);
    }
}

/* ---- idle watches ---- */

static void
read_past (int fd, const char *word)
{
  g_autoptr (GString) seen = g_string_new (NULL);
  char block[4096];
  ssize_t n;

  while (strstr (seen->str, word) == NULL)
    {
      if ((n = read (fd, block, sizeof block)) <= 0)
        g_error ("a watch was closed");
      g_string_append_len (seen, block, n);
    }
}

static void
bench_watches (guint16 world, pid_t pid, guint count)
{
  static const Aim memory = { "KiB each", NO_AIM, 0, "" };
  static const Aim fan_out = { "us each", NO_AIM, 0, "" };
  g_autoptr (GString) request
      = g_string_new ("GET /api/v1/namespaces/default/configmaps?watch=true HTTP/1.1\r\n"
                      "Host: localhost\r\n\r\n");
  g_autofree int *fds = g_new (int, count);
  double before = status_mib (pid, "VmRSS:"), start = seconds (), opened;
  g_autoptr (DdValue) made = NULL;

  for (guint i = 0; i < count; i++)
    {
      fds[i] = connect_to (world);
      send_all (fds[i], request);
      read_past (fds[i], "\r\n\r\n");
    }
  opened = seconds () - start;
  row ("idle watches, memory", (status_mib (pid, "VmRSS:") - before) * 1024 / count, 0, &memory,
       "%u of them, opened in %.2f s", count, opened);
  start = seconds ();
  made = ask (world, "POST", "/api/v1/namespaces/default/configmaps",
              "{\"metadata\":{\"name\":\"news-for-all\"}}");
  for (guint i = 0; i < count; i++)
    read_past (fds[i], "news-for-all");
  row ("idle watches, one change to all", (seconds () - start) * 1e6 / count, 0, &fan_out,
       "%u of them", count);
  for (guint i = 0; i < count; i++)
    close (fds[i]);
}

static void
bench_server (void)
{
  struct rlimit files;
  pid_t world;
  guint16 port;

  getrlimit (RLIMIT_NOFILE, &files);
  files.rlim_cur = files.rlim_max;
  setrlimit (RLIMIT_NOFILE, &files);
  port = fork_server (0, &world);
  bench_answers (port);
  bench_watches (port, world, (guint) MIN (WATCHES, files.rlim_cur - 200));
  kill (world, SIGKILL);
  waitpid (world, NULL, 0);
}

int
main (int argc, char **argv)
{
  if (argc != 2)
    {
      fprintf (stderr, "usage: bench DRYDOCK\n");
      return 2;
    }
  drydock = argv[1];
  bench_start ();
  bench_happy_path ();
  bench_server ();
  bench_growth ();
  return 0;
}
