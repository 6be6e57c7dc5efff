/* drydock upgrade: the engine from the command line, against any endpoint. The command finds out
 * where everything is, gives the engine a transport, a clock and chance, and shows what it does. */
#include "config.h"

#include <glib-unix.h>
#include <gio/gio.h>
#include <string.h>
#include <unistd.h>

#include "aws/eks.h"
#include "aws/error.h"
#include "base/error.h"
#include "base/http-transport.h"
#include "commands/commands.h"
#include "commands/progress.h"
#include "commands/scaled-clock.h"
#include "engine/engine.h"
#include "kube/kubeconfig.h"

typedef struct
{
  char *cluster, *nodegroup, *endpoint, *kubeconfig, *region;
  char *release, *version, *profile, *trace;
  char **knobs;
  gboolean force, dry_run;
  gint64 seed;
  double time_scale; /* 0: as fast as the endpoint says it is */
} Flags;

typedef struct
{
  Flags flags;
  DdUpgradeOptions options;
  DdHttpTransport *transport;
  DdClock *wall, *clock;
  DdRandom *random;
  GFileOutputStream *record;
  DdProgress *progress;
  DdEngine *engine;
  GMainLoop *loop;
  int status;
} Session;

static void
flags_clear (Flags *flags)
{
  g_free (flags->cluster);
  g_free (flags->nodegroup);
  g_free (flags->endpoint);
  g_free (flags->kubeconfig);
  g_free (flags->region);
  g_free (flags->release);
  g_free (flags->version);
  g_free (flags->profile);
  g_free (flags->trace);
  g_strfreev (flags->knobs);
}

static void
session_clear (Session *self)
{
  dd_engine_free (self->engine);
  dd_progress_free (self->progress);
  dd_http_transport_free (self->transport);
  g_clear_pointer (&self->clock, dd_scaled_clock_free);
  g_clear_pointer (&self->wall, dd_real_clock_free);
  dd_random_free (self->random);
  g_clear_object (&self->record);
  g_clear_pointer (&self->loop, g_main_loop_unref);
  flags_clear (&self->flags);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Session, session_clear)

/* ---- one question before the engine starts ---- */

typedef struct
{
  GMainLoop *loop;
  DdReply *reply;
} Answer;

static void
keep_reply (const DdReply *reply, gpointer data)
{
  Answer *answer = data;

  if (reply->error != NULL)
    answer->reply = dd_reply_new_error (g_error_copy (reply->error));
  else
    {
      answer->reply = dd_reply_new (reply->status, NULL,
                                    reply->body == NULL ? NULL : g_bytes_ref (reply->body));
      dd_headers_unref (answer->reply->headers);
      answer->reply->headers = dd_headers_ref (reply->headers);
    }
  g_main_loop_quit (answer->loop);
}

static DdReply *
ask (Session *self, DdRequest *request)
{
  Answer answer = { self->loop, NULL };

  dd_transport_send (dd_http_transport_interface (self->transport), request, keep_reply, &answer);
  g_main_loop_run (self->loop);
  return answer.reply;
}

/* A Drydock server says how fast its time runs; nobody else knows the question. */
static double
time_scale_of_endpoint (Session *self)
{
  g_autoptr (DdReply) reply = NULL;
  g_autoptr (DdValue) body = NULL;
  const char *speed;
  double factor = 0;

  if (self->flags.endpoint == NULL
      || !dd_http_transport_set_endpoint (self->transport, "drydock", self->flags.endpoint, NULL))
    return 1;
  reply = ask (self, dd_request_new ("drydock", "GET", "/_drydock/status"));
  if (reply->status == 200 && reply->body != NULL)
    body = dd_value_parse_bytes (reply->body, NULL);
  speed = dd_value_path_string (body, "speed");
  if (speed != NULL)
    factor = g_str_equal (speed, "max") ? 60 : g_ascii_strtod (speed, NULL);
  return factor > 0 ? factor : 1;
}

/* Where the API server is: what the kubeconfig says, else what EKS says. */
static gboolean
find_kubernetes (Session *self, GError **error)
{
  g_autofree char *server = NULL;

  if (self->flags.kubeconfig != NULL)
    server = dd_kubeconfig_read_server (self->flags.kubeconfig, error);
  else
    {
      g_autoptr (DdReply) reply = ask (self, dd_eks_describe_cluster (self->flags.cluster));
      g_autoptr (DdCluster) cluster = NULL;

      if (dd_aws_reply_check (reply, error))
        cluster = dd_cluster_from_reply (reply, error);
      if (cluster != NULL && cluster->endpoint == NULL)
        g_set_error (error, DD_ERROR, DD_ERROR_INVALID, "cluster %s has no endpoint yet",
                     cluster->name);
      else if (cluster != NULL)
        server = g_strdup (cluster->endpoint);
    }
  return server != NULL
         && dd_http_transport_set_endpoint (self->transport, "kubernetes", server, error);
}

/* ---- how it ends ---- */

static void
print_result (const Session *self, const DdUpgradeResult *result)
{
  if (result->succeeded)
    {
      g_print (
          "\nThe update has succeeded: node group %s runs release %s, %u nodes were replaced.\n",
          self->flags.nodegroup, result->release_version, result->replaced);
      return;
    }
  g_print ("\nThe update has failed: %s: %s\n", result->error_code, result->error_message);
  for (guint i = 0; i < result->resource_ids->len; i++)
    g_print ("  %s\n", (char *) g_ptr_array_index (result->resource_ids, i));
  if (result->explanation != NULL)
    g_print ("\n%s\n", result->explanation);
}

static void
note_done (G_GNUC_UNUSED DdEngine *engine, const DdUpgradeResult *result, gpointer data)
{
  Session *self = data;

  dd_progress_hide (self->progress);
  print_result (self, result);
  self->status = result->succeeded ? DD_EXIT_OK : DD_EXIT_FAILED;
  g_main_loop_quit (self->loop);
}

static void
print_names (const char *title, const DdValue *names)
{
  g_print ("%s:\n", title);
  for (gsize i = 0; i < dd_value_length (names); i++)
    g_print ("  %s\n", dd_value_string (dd_value_element (names, i)));
}

static void
print_plan (const DdValue *plan)
{
  const DdValue *zones = dd_value_member (plan, "zones");

  g_print (
      "Plan (nothing was changed)\n  release   %s\n  image     %s\n  at once   %" G_GINT64_FORMAT
      "\n  desired   %" G_GINT64_FORMAT ", at its peak %" G_GINT64_FORMAT
      "\n  maximum   %" G_GINT64_FORMAT ", at its peak %" G_GINT64_FORMAT "\n",
      dd_value_path_string (plan, "release"), dd_value_path_string (plan, "image"),
      dd_value_path_int (plan, "parallelism", 0), dd_value_path_int (plan, "size.desired", 0),
      dd_value_path_int (plan, "size.peak_desired", 0), dd_value_path_int (plan, "size.max", 0),
      dd_value_path_int (plan, "size.peak_max", 0));
  if (dd_value_length (zones) == 0)
    g_print ("No node is outdated: nothing would be replaced.\n");
  for (gsize i = 0; i < dd_value_length (zones); i++)
    {
      const DdValue *zone = dd_value_element (zones, i);
      g_autofree char *title = g_strdup_printf ("To replace in %s, in this order",
                                                dd_value_path_string (zone, "zone"));

      print_names (title, dd_value_member (zone, "nodes"));
    }
  if (dd_value_length (dd_value_member (plan, "mark")) > 0)
    print_names ("To mark first", dd_value_member (plan, "mark"));
}

static void
note_planned (const DdValue *plan, const GError *error, gpointer data)
{
  Session *self = data;

  if (plan != NULL)
    print_plan (plan);
  else
    g_printerr ("drydock upgrade: %s\n", error->message);
  self->status = plan != NULL ? DD_EXIT_OK : DD_EXIT_FAILED;
  g_main_loop_quit (self->loop);
}

static gboolean
note_interrupt (gpointer data)
{
  Session *self = data;
  g_autofree char *summary = dd_progress_summary (self->progress);

  dd_progress_hide (self->progress);
  g_print ("\nInterrupted: %s.\nThe same command goes on from there: nodes that run the new image "
           "are kept.\n",
           summary);
  self->status = DD_EXIT_FAILED;
  g_main_loop_quit (self->loop);
  return G_SOURCE_CONTINUE;
}

/* ---- how it begins ---- */

static gboolean
take_knobs (Session *self, GError **error)
{
  const char *profile = self->flags.profile == NULL ? "workshop" : self->flags.profile;

  if (!dd_knobs_from_profile (profile, &self->options.knobs, error))
    return FALSE;
  for (guint i = 0; self->flags.knobs != NULL && self->flags.knobs[i] != NULL; i++)
    {
      g_auto (GStrv) parts = g_strsplit (self->flags.knobs[i], "=", 2);

      if (g_strv_length (parts) != 2)
        {
          g_set_error (error, DD_ERROR, DD_ERROR_INVALID, "--knob %s: write it as NAME=VALUE",
                       self->flags.knobs[i]);
          return FALSE;
        }
      if (!dd_knobs_set (&self->options.knobs, parts[0], parts[1], error))
        return FALSE;
    }
  return TRUE;
}

static gboolean
take_flags (Session *self, GError **error)
{
  Flags *flags = &self->flags;

  if (flags->cluster == NULL || flags->nodegroup == NULL)
    {
      g_set_error (error, DD_ERROR, DD_ERROR_INVALID, "%s is missing; see drydock upgrade --help",
                   flags->cluster == NULL ? "--cluster" : "--nodegroup");
      return FALSE;
    }
  if (flags->time_scale < 0)
    {
      g_set_error (error, DD_ERROR, DD_ERROR_INVALID, "--time-scale must be more than 0");
      return FALSE;
    }
  self->options.cluster = flags->cluster;
  self->options.nodegroup = flags->nodegroup;
  self->options.version = flags->version;
  self->options.release_version = flags->release;
  self->options.force = flags->force;
  return take_knobs (self, error);
}

/* Rehearsals accept any credentials, so a local endpoint needs none to be set. */
static gboolean
make_transport (Session *self, GError **error)
{
  g_autoptr (DdCredentials) credentials = dd_credentials_from_environment (NULL);
  DdHttpOptions options = {
    .aws_endpoint = self->flags.endpoint,
    .region = self->flags.region,
    .user_agent = "drydock/" PACKAGE_VERSION,
  };

  if (credentials == NULL && self->flags.endpoint == NULL)
    {
      g_set_error (error, DD_ERROR, DD_ERROR_INVALID,
                   "set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or name an endpoint with "
                   "--endpoint-url");
      return FALSE;
    }
  if (credentials == NULL)
    credentials = dd_credentials_new ("drydock", "drydock", NULL);
  options.credentials = credentials;
  self->transport = dd_http_transport_new (&options);
  if (self->flags.endpoint == NULL)
    return dd_http_transport_use_environment (self->transport, error);
  return dd_http_transport_set_endpoint (self->transport, "eks", self->flags.endpoint, error);
}

static gboolean
open_record (Session *self, GError **error)
{
  g_autoptr (GFile) file = NULL;

  if (self->flags.trace == NULL)
    return TRUE;
  file = g_file_new_for_commandline_arg (self->flags.trace);
  self->record = g_file_replace (file, NULL, FALSE, G_FILE_CREATE_NONE, NULL, error);
  return self->record != NULL;
}

static gboolean
prepare (Session *self, GError **error)
{
  double scale;

  self->loop = g_main_loop_new (NULL, FALSE);
  if (!take_flags (self, error) || !make_transport (self, error) || !open_record (self, error))
    return FALSE;
  scale = self->flags.time_scale > 0 ? self->flags.time_scale : time_scale_of_endpoint (self);
  self->wall = dd_real_clock_new ();
  self->clock = dd_scaled_clock_new (self->wall, scale);
  self->random = dd_random_new ((guint64) self->flags.seed);
  return find_kubernetes (self, error);
}

static void
make_progress (Session *self)
{
  gboolean terminal = isatty (STDOUT_FILENO);
  const char *no_colour = g_getenv ("NO_COLOR");
  DdProgressOptions options = {
    .clock = self->clock,
    .live = terminal,
    .quiet = self->flags.dry_run,
    .colour = terminal && (no_colour == NULL || *no_colour == '\0'),
    .record = self->record == NULL ? NULL : G_OUTPUT_STREAM (self->record),
  };

  self->progress = dd_progress_new (&options);
}

static void
run (Session *self)
{
  DdEngineContext context
      = { dd_http_transport_interface (self->transport), self->clock, self->random, NULL };
  guint interrupt = g_unix_signal_add (SIGINT, note_interrupt, self);
  guint terminate = g_unix_signal_add (SIGTERM, note_interrupt, self);

  make_progress (self);
  context.trace = dd_progress_trace (self->progress);
  self->engine = dd_engine_new (&context, &self->options, note_done, self);
  if (self->flags.dry_run)
    dd_engine_plan (self->engine, note_planned, self);
  else
    dd_engine_start (self->engine);
  g_main_loop_run (self->loop);
  g_source_remove (interrupt);
  g_source_remove (terminate);
}

static const char description[]
    = "Knobs (--knob NAME=VALUE), as the profile workshop sets them:\n%s\n"
      "Examples:\n"
      "  drydock upgrade --cluster eks-workshop --nodegroup default \\\n"
      "                  --endpoint-url http://127.0.0.1:4566 --dry-run\n"
      "  drydock upgrade --cluster eks-workshop --nodegroup default \\\n"
      "                  --endpoint-url http://127.0.0.1:4566 --knob drain_budget=5m --force\n"
      "\n"
      "Exit status: 0 updated (or planned), 1 the update failed or was interrupted,\n"
      "2 bad input, 3 a fault of drydock's own.\n";

static GOptionContext *
make_context (Flags *flags)
{
  const GOptionEntry entries[] = {
    { "cluster", 0, 0, G_OPTION_ARG_STRING, &flags->cluster, "The EKS cluster", "NAME" },
    { "nodegroup", 0, 0, G_OPTION_ARG_STRING, &flags->nodegroup, "The managed node group", "NAME" },
    { "endpoint-url", 0, 0, G_OPTION_ARG_STRING, &flags->endpoint,
      "Where all AWS APIs are (AWS_ENDPOINT_URL, else AWS)", "URL" },
    { "kubeconfig", 0, 0, G_OPTION_ARG_FILENAME, &flags->kubeconfig,
      "Where the API server is (what EKS says)", "FILE" },
    { "region", 0, 0, G_OPTION_ARG_STRING, &flags->region, "The region (AWS_REGION)", "NAME" },
    { "force", 0, 0, G_OPTION_ARG_NONE, &flags->force,
      "Delete pods that could not be evicted in time", NULL },
    { "dry-run", 0, 0, G_OPTION_ARG_NONE, &flags->dry_run, "Print the plan and change nothing",
      NULL },
    { "release-version", 0, 0, G_OPTION_ARG_STRING, &flags->release,
      "The AMI release (the newest of the Kubernetes version)", "R" },
    { "kubernetes-version", 0, 0, G_OPTION_ARG_STRING, &flags->version,
      "The Kubernetes version (the cluster's)", "V" },
    { "profile", 0, 0, G_OPTION_ARG_STRING, &flags->profile,
      "Whose behaviour: workshop or documented (workshop)", "P" },
    { "knob", 0, 0, G_OPTION_ARG_STRING_ARRAY, &flags->knobs, "Change one detail of the profile",
      "NAME=VALUE" },
    { "seed", 0, 0, G_OPTION_ARG_INT64, &flags->seed, "The seed of every random choice (1)", "N" },
    { "time-scale", 0, 0, G_OPTION_ARG_DOUBLE, &flags->time_scale,
      "Wait N times shorter (what a Drydock server says, else 1)", "N" },
    { "trace", 0, 0, G_OPTION_ARG_FILENAME, &flags->trace, "Write every event as a line of JSON",
      "FILE" },
    { NULL },
  };
  GOptionContext *context = g_option_context_new ("- update a managed node group");
  g_autofree char *knobs = NULL;
  g_autofree char *text = NULL;
  DdKnobs workshop;

  dd_knobs_from_profile ("workshop", &workshop, NULL);
  knobs = dd_knobs_describe (&workshop);
  text = g_strdup_printf (description, knobs);
  g_option_context_add_main_entries (context, entries, NULL);
  g_option_context_set_description (context, text);
  return context;
}

static int
upgrade (int argc, char **argv)
{
  g_auto (Session) self = { .flags.seed = 1, .status = DD_EXIT_INTERNAL };
  g_autoptr (GOptionContext) context = make_context (&self.flags);
  g_autoptr (GError) error = NULL;

  if (g_option_context_parse (context, &argc, &argv, &error) && argc > 1)
    g_set_error (&error, DD_ERROR, DD_ERROR_INVALID, "unexpected argument '%s'", argv[1]);
  if (error != NULL || !prepare (&self, &error))
    {
      g_printerr ("drydock upgrade: %s\n", error->message);
      return DD_EXIT_BAD_INPUT;
    }
  run (&self);
  return self.status;
}

const DdCommand dd_command_upgrade = {
  .name = "upgrade",
  .summary = "update a managed node group, here or on any endpoint",
  .run = upgrade,
};
