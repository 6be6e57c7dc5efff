/* SPDX-License-Identifier: Apache-2.0 */
/* drydock watch: what AWS does when EKS itself updates a node group, live, and why it waits */
#include "config.h"

#include <glib-unix.h>
#include <gio/gio.h>
#include <unistd.h>

#include "base/error.h"
#include "base/output.h"
#include "base/time.h"
#include "commands/commands.h"
#include "commands/connection.h"
#include "commands/progress.h"
#include "commands/recorder.h"
#include "engine/watcher.h"

typedef struct
{
  DdConnectionFlags where;
  char *cluster, *nodegroup, *version, *release, *interval;
  char *trace, *report, *metrics; /* files */
  gboolean start, force;

  DdWatchOptions options;
  DdConnection *connection;
  DdRandom *random;
  FILE *record;
  DdProgress *progress;
  DdRecorder *recorder;
  DdWatcher *watcher;
  GMainLoop *loop;
  int status;
} Watch;

static void
watch_clear (Watch *self)
{
  dd_watcher_free (self->watcher);
  dd_recorder_free (self->recorder);
  dd_progress_free (self->progress);
  dd_connection_free (self->connection);
  dd_random_free (self->random);
  g_clear_pointer (&self->record, fclose);
  g_clear_pointer (&self->loop, g_main_loop_unref);
  dd_connection_flags_clear (&self->where);
  g_free (self->cluster);
  g_free (self->nodegroup);
  g_free (self->version);
  g_free (self->release);
  g_free (self->interval);
  g_free (self->trace);
  g_free (self->report);
  g_free (self->metrics);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Watch, watch_clear)

/* ---- how it ends ---- */

static void
print_result (const Watch *self, const DdUpgradeResult *result)
{
  if (result->succeeded)
    {
      g_print ("\nEKS has updated node group %s; %u nodes have left while it was watched.\n",
               self->nodegroup, result->replaced);
      return;
    }
  g_print ("\nThe update has not succeeded: %s: %s\n", result->error_code, result->error_message);
  for (guint i = 0; i < result->resource_ids->len; i++)
    g_print ("  %s\n", (char *) g_ptr_array_index (result->resource_ids, i));
  if (result->explanation != NULL)
    g_print ("\n%s\n", result->explanation);
}

static void
note_done (G_GNUC_UNUSED DdWatcher *watcher, const DdUpgradeResult *result, gpointer data)
{
  Watch *self = data;

  dd_progress_hide (self->progress);
  print_result (self, result);
  self->status = result->succeeded ? DD_EXIT_OK : DD_EXIT_FAILED;
  g_main_loop_quit (self->loop);
}

static gboolean
note_interrupt (gpointer data)
{
  Watch *self = data;

  dd_progress_hide (self->progress);
  g_print ("\nNo longer watched. The update goes on: EKS carries it out.\n");
  self->status = DD_EXIT_FAILED;
  g_main_loop_quit (self->loop);
  return G_SOURCE_CONTINUE;
}

/* ---- how it begins ---- */

static GOptionContext *
make_context (Watch *self)
{
  const GOptionEntry entries[] = {
    { "cluster", 0, 0, G_OPTION_ARG_STRING, &self->cluster, "The EKS cluster", "NAME" },
    { "nodegroup", 0, 0, G_OPTION_ARG_STRING, &self->nodegroup, "The managed node group", "NAME" },
    { "start", 0, 0, G_OPTION_ARG_NONE, &self->start,
      "Begin an update, unless one is under way (only watch)", NULL },
    { "force", 0, 0, G_OPTION_ARG_NONE, &self->force,
      "With --start: EKS deletes pods that could not be evicted in time", NULL },
    { "release-version", 0, 0, G_OPTION_ARG_STRING, &self->release,
      "With --start: the AMI release (the newest)", "R" },
    { "kubernetes-version", 0, 0, G_OPTION_ARG_STRING, &self->version,
      "With --start: the Kubernetes version (the cluster's)", "V" },
    { "interval", 0, 0, G_OPTION_ARG_STRING, &self->interval, "How often to look (15s)",
      "DURATION" },
    { "trace", 0, 0, G_OPTION_ARG_FILENAME, &self->trace, "Write every event as a line of JSON",
      "FILE" },
    { "report", 0, 0, G_OPTION_ARG_FILENAME, &self->report, "Write what was seen, as JSON",
      "FILE" },
    { "metrics-file", 0, 0, G_OPTION_ARG_FILENAME, &self->metrics,
      "Keep OpenMetrics text here while it goes on", "FILE" },
    { NULL },
  };
  GOptionContext *context = g_option_context_new ("- follow an update that EKS carries out");

  g_option_context_add_main_entries (context, entries, NULL);
  dd_connection_flags_add (context, &self->where);
  g_option_context_set_description (
      context, "Examples:\n"
               "  drydock watch --cluster shop --nodegroup blue --aws-profile shop\n"
               "  drydock watch --cluster eks-workshop --nodegroup default --start \\\n"
               "                --endpoint-url http://127.0.0.1:4566 --report default.json\n"
               "\n"
               "Exit status: 0 updated, 1 the update failed or is no longer watched, 2 bad input,\n"
               "3 a fault of drydock's own.\n");
  return context;
}

static const char *
complaint_about_flags (Watch *self)
{
  if (self->cluster == NULL || self->nodegroup == NULL)
    return "--cluster and --nodegroup are needed; see drydock watch --help";
  if (!self->start && (self->force || self->release != NULL || self->version != NULL))
    return "--force, --release-version and --kubernetes-version go with --start";
  if (self->interval != NULL
      && (!dd_duration_from_text (self->interval, &self->options.knobs.poll_interval)
          || self->options.knobs.poll_interval < DD_SECOND))
    return "--interval takes a duration from 1s";
  return NULL;
}

static gboolean
take_flags (Watch *self, GError **error)
{
  const char *complaint;

  dd_knobs_from_profile ("workshop", &self->options.knobs, NULL);
  complaint = complaint_about_flags (self);
  if (complaint != NULL)
    {
      g_set_error_literal (error, DD_ERROR, DD_ERROR_INVALID, complaint);
      return FALSE;
    }
  self->options.cluster = self->cluster;
  self->options.nodegroup = self->nodegroup;
  self->options.version = self->version;
  self->options.release_version = self->release;
  self->options.start = self->start;
  self->options.force = self->force;
  return TRUE;
}

/* Before anybody is asked anything: a file that cannot be written should cost no time. */
static gboolean
open_record (Watch *self, GError **error)
{
  g_autoptr (GPtrArray) claimed = g_ptr_array_new_with_free_func (g_free);

  if (!dd_output_claim (claimed, self->trace, error)
      || !dd_output_claim (claimed, self->report, error)
      || !dd_output_claim (claimed, self->metrics, error))
    return FALSE;
  if (self->trace == NULL)
    return TRUE;
  self->record = dd_output_open (self->trace, error);
  return self->record != NULL;
}

static void
make_progress (Watch *self)
{
  gboolean terminal = isatty (STDOUT_FILENO);
  const char *no_colour = g_getenv ("NO_COLOR");
  DdProgressOptions options = {
    .clock = dd_connection_clock (self->connection),
    .live = terminal,
    .colour = terminal && (no_colour == NULL || *no_colour == '\0'),
    .record = self->record,
  };

  self->progress = dd_progress_new (&options);
}

/* Chance only names the request and spreads its repetitions, and must differ from run to run. */
static gboolean
prepare (Watch *self, GError **error)
{
  guint64 seed = (guint64) g_get_real_time () ^ ((guint64) g_random_int () << 32);

  self->loop = g_main_loop_new (NULL, FALSE);
  self->random = dd_random_new (seed);
  if (!take_flags (self, error) || !open_record (self, error))
    return FALSE;
  self->connection = dd_connection_new (&self->where, self->cluster, error);
  if (self->connection == NULL)
    return FALSE;
  make_progress (self);
  self->recorder
      = dd_recorder_new (dd_progress_trace (self->progress), dd_connection_clock (self->connection),
                         self->report, self->metrics, error);
  return self->recorder != NULL;
}

static void
run (Watch *self)
{
  DdEngineContext context
      = { dd_connection_transport (self->connection), dd_connection_clock (self->connection),
          self->random, dd_recorder_trace (self->recorder) };
  guint interrupt = g_unix_signal_add (SIGINT, note_interrupt, self);
  guint terminate = g_unix_signal_add (SIGTERM, note_interrupt, self);

  self->watcher = dd_watcher_new (&context, &self->options, note_done, self);
  dd_watcher_start (self->watcher);
  g_main_loop_run (self->loop);
  g_source_remove (interrupt);
  g_source_remove (terminate);
}

static int
watch (int argc, char **argv)
{
  g_auto (Watch) self = { .status = DD_EXIT_INTERNAL };
  g_autoptr (GOptionContext) context = make_context (&self);
  g_autoptr (GError) error = NULL;

  if (g_option_context_parse (context, &argc, &argv, &error) && argc > 1)
    g_set_error (&error, DD_ERROR, DD_ERROR_INVALID, "unexpected argument '%s'", argv[1]);
  if (error != NULL || !prepare (&self, &error))
    {
      g_printerr ("drydock watch: %s\n", error->message);
      return DD_EXIT_BAD_INPUT;
    }
  run (&self);
  return self.status;
}

const DdCommand dd_command_watch = {
  .name = "watch",
  .summary = "follow an update that EKS carries out, and say why it waits",
  .run = watch,
  .switches = (const char *const[]) { "force", "start", NULL },
};
