/* `make bench`: how fast Drydock is, as ratios against a yardstick of the same run.
 *
 * Absolute figures move with the machine and its neighbours; each is printed beside what it is
 * compared with and the aim. Nothing here fails: it informs. Usage: bench DRYDOCK-BINARY. */
#include "config.h"

#include <errno.h>
#include <gio/gio.h>
#include <glib/gstdio.h>
#include <microhttpd.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/value.h"
#include "sim/http/lab.h"
#include "sim/kube/api.h"
#include "sim/kube/kinds/kinds.h"

#define PODS 1000

static const char *drydock;

static void
row (const char *what, double figure, const char *unit, const char *against, double ratio,
     const char *aim)
{
  if (against != NULL)
    printf ("%-34s %12.1f %-10s %5.2f of %-22s %s\n", what, figure, unit, ratio, against, aim);
  else
    printf ("%-34s %12.1f %-10s %-31s %s\n", what, figure, unit, "", aim);
  fflush (stdout);
}

static double
seconds (void)
{
  return (double) g_get_monotonic_time () / G_USEC_PER_SEC;
}

/* ---- a server in a process of its own ---- */

static gint64
resident_kib (GPid pid)
{
  g_autofree char *path = g_strdup_printf ("/proc/%d/status", (int) pid);
  g_autofree char *text = NULL;
  const char *at;

  if (!g_file_get_contents (path, &text, NULL, NULL) || (at = strstr (text, "VmRSS:")) == NULL)
    return 0;
  return g_ascii_strtoll (at + strlen ("VmRSS:"), NULL, 10);
}

static void
bench_start (void)
{
  double best = G_MAXDOUBLE, yardstick = G_MAXDOUBLE;
  gint64 kib = 0;

  for (guint i = 0; i < 5; i++)
    {
      char *argv[] = { (char *) drydock,
                       (char *) "serve",
                       (char *) "--listen",
                       (char *) "127.0.0.1:0",
                       (char *) "--speed",
                       (char *) "paused",
                       NULL };
      char *idle[] = { (char *) drydock, (char *) "--version", NULL };
      double start = seconds ();
      char line[256];
      GPid pid;
      int out;
      FILE *stream;

      g_spawn_async_with_pipes (NULL, argv, NULL, G_SPAWN_DO_NOT_REAP_CHILD, NULL, NULL, &pid, NULL,
                                &out, NULL, NULL);
      stream = fdopen (out, "r");
      if (fgets (line, sizeof line, stream) != NULL)
        best = MIN (best, seconds () - start);
      g_usleep (200000);
      kib = resident_kib (pid);
      kill (pid, SIGTERM);
      waitpid (pid, NULL, 0);
      fclose (stream);
      start = seconds ();
      g_spawn_sync (NULL, idle, NULL, G_SPAWN_STDOUT_TO_DEV_NULL, NULL, NULL, NULL, NULL, NULL,
                    NULL);
      yardstick = MIN (yardstick, seconds () - start);
    }
  row ("serve: start to ready", best * 1000, "ms", "a start of --version", best / yardstick,
       "aim: 10 ms");
  row ("serve: idle memory", (double) kib / 1024, "MiB", NULL, 0, "aim: 10 MiB");
}

/* ---- rehearsals ---- */

static DdValue *
rehearse (const char *transport, const char *scenario)
{
  const char *argv[]
      = { drydock, "run", "--format", "json", "--transport", transport, scenario, NULL };
  g_autofree char *out = NULL;

  g_spawn_sync (NULL, (char **) argv, NULL, G_SPAWN_STDERR_TO_DEV_NULL, NULL, NULL, &out, NULL,
                NULL, NULL);
  return out != NULL ? dd_value_parse (out, strlen (out), NULL, NULL) : NULL;
}

/* The fastest of five runs, in real seconds; the result of the last one in *OUT_RESULT. */
static double
fastest (const char *transport, const char *scenario, guint runs, DdValue **out_result)
{
  double best = G_MAXDOUBLE;

  for (guint i = 0; i < runs; i++)
    {
      DdValue *result = rehearse (transport, scenario);

      if (result == NULL)
        continue;
      best = MIN (best, dd_value_double (dd_value_member (result, "real_seconds"), G_MAXDOUBLE));
      dd_value_unref (*out_result);
      *out_result = result;
    }
  return best;
}

static void
bench_happy_path (void)
{
  static const char *const transports[] = { "direct", "loopback" };
  g_autofree char *scenario
      = g_build_filename (g_getenv ("srcdir"), "scenarios", "ami-upgrade.yaml", NULL);
  double direct = 0;

  for (guint i = 0; i < G_N_ELEMENTS (transports); i++)
    {
      g_autoptr (DdValue) result = NULL;
      double real = fastest (transports[i], scenario, 5, &result);
      double rate = dd_value_double (dd_value_member (result, "virtual_seconds"), 0) / real;
      g_autofree char *what = g_strdup_printf ("ami-upgrade, %s", transports[i]);

      if (i == 0)
        direct = rate;
      row (what, rate, "virtual s/s", "direct", rate / direct, "aim: 100,000 a second");
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
  g_autofree char *folder = g_dir_make_tmp ("drydock-bench-XXXXXX", NULL);
  double first = 0;

  for (guint i = 0; i < G_N_ELEMENTS (sizes); i++)
    {
      g_autofree char *path = growth_scenario (folder, sizes[i]);
      g_autofree char *what = g_strdup_printf ("upgrade of %u nodes, a node", sizes[i]);
      g_autoptr (DdValue) result = NULL;
      double cost = fastest ("direct", path, sizes[i] < 1000 ? 3 : 1, &result) / sizes[i];
      const char *verdict = dd_value_path_string (result, "result");
      g_autofree char *aim
          = g_strdup_printf ("aim: within 2 (%s)", verdict != NULL ? verdict : "no result");

      if (i == 0)
        first = cost;
      row (what, cost * 1e6, "us", "3 nodes'", cost / first, aim);
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

/* Reads one whole answer; returns the length of its body. */
static gsize
read_answer (int fd, GString *buffer)
{
  for (;;)
    {
      char *end = strstr (buffer->str, "\r\n\r\n");
      char *length
          = end != NULL ? g_strstr_len (buffer->str, end - buffer->str, "Content-Length: ") : NULL;
      char block[65536];
      ssize_t n;

      if (length != NULL)
        {
          gsize body = g_ascii_strtoull (length + strlen ("Content-Length: "), NULL, 10);
          gsize whole = (gsize) (end + 4 - buffer->str) + body;

          if (buffer->len >= whole)
            {
              g_string_erase (buffer, 0, (gssize) whole);
              return body;
            }
        }
      n = read (fd, block, sizeof block);
      if (n <= 0)
        g_error ("the server closed the connection");
      g_string_append_len (buffer, block, n);
    }
}

/* Answers a second over one connection with `depth` requests under way. */
static double
measure (guint16 port, const char *target, guint requests, guint depth, gsize *out_body)
{
  g_autofree char *request
      = g_strdup_printf ("GET %s HTTP/1.1\r\nHost: b\r\nAccept: application/json\r\n\r\n", target);
  g_autoptr (GString) batch = g_string_new (NULL);
  g_autoptr (GString) buffer = g_string_new (NULL);
  double start, best = G_MAXDOUBLE;
  int fd = connect_to (port);

  for (guint i = 0; i < depth; i++)
    g_string_append (batch, request);
  for (guint round = 0; round < 3; round++)
    {
      start = seconds ();
      for (guint i = 0; i < requests / depth; i++)
        {
          if (write (fd, batch->str, batch->len) != (ssize_t) batch->len)
            g_error ("write: %s", g_strerror (errno));
          for (guint j = 0; j < depth; j++)
            *out_body = read_answer (fd, buffer);
        }
      best = MIN (best, seconds () - start);
    }
  close (fd);
  return requests / depth * depth / best;
}

static enum MHD_Result
bare_answer (void *cls, struct MHD_Connection *connection, const char *url, const char *method,
             const char *version, const char *data, size_t *size, void **state)
{
  struct MHD_Response *response = cls;

  return MHD_queue_response (connection, MHD_HTTP_OK, response);
}

/* A bare server that gives BODY bytes, in a child; writes its port to OUT. */
static void
serve_bare (gsize body, int out)
{
  char *bytes = g_strnfill (body, 'x');
  struct MHD_Response *response
      = MHD_create_response_from_buffer (body, bytes, MHD_RESPMEM_PERSISTENT);
  struct MHD_Daemon *daemon;
  guint16 port;

  MHD_add_response_header (response, "Content-Type", "application/json");
  daemon = MHD_start_daemon (MHD_USE_EPOLL_INTERNAL_THREAD, 0, NULL, NULL, bare_answer, response,
                             MHD_OPTION_END);
  port = MHD_get_daemon_info (daemon, MHD_DAEMON_INFO_BIND_PORT)->port;
  if (write (out, &port, sizeof port) == sizeof port)
    pause ();
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
  SimLabOptions options = { .world_place = SIM_DEFAULT_WORLD, .address = "127.0.0.1:0", .seed = 1,
                            .profile = "workshop" };
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

static char *
first_node (guint16 port)
{
  int fd = connect_to (port);
  g_autoptr (GString) text = g_string_new (NULL);
  char block[65536];
  const char *names;
  ssize_t n;

  n = write (fd, "GET /api/v1/nodes?limit=1 HTTP/1.0\r\nHost: b\r\n\r\n", 48);
  while ((n = read (fd, block, sizeof block)) > 0)
    g_string_append_len (text, block, n);
  close (fd);
  names = strstr (text->str, "\"name\":\"");
  return names != NULL ? g_strndup (names + 8, strcspn (names + 8, "\"")) : g_strdup ("none");
}

static void
bench_answers (void)
{
  pid_t world, bare;
  guint16 port = fork_server (0, &world);
  g_autofree char *node = first_node (port);
  g_autofree char *target = g_strconcat ("/api/v1/nodes/", node, NULL);
  const struct
  {
    const char *what;
    const char *target;
    guint requests, depth;
  } cases[] = {
    { "GET node", target, 20000, 16 },
    { "LIST 1,000 pods", "/api/v1/namespaces/default/pods", 200, 4 },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      gsize body;
      double ours = measure (port, cases[i].target, cases[i].requests, cases[i].depth, &body);
      guint16 bare_port = fork_server (body, &bare);
      double theirs = measure (bare_port, "/", cases[i].requests, cases[i].depth, &body);
      g_autofree char *what
          = g_strdup_printf ("%s (%" G_GSIZE_FORMAT " bytes)", cases[i].what, body);

      row (what, ours, "answers/s", "bare libmicrohttpd", ours / theirs, "aim: at least 0.5");
      kill (bare, SIGKILL);
      waitpid (bare, NULL, 0);
    }
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
  bench_answers ();
  bench_growth ();
  return 0;
}
