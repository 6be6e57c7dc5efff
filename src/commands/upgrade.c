/* SPDX-License-Identifier: Apache-2.0 */
/* drydock upgrade: the engine from the command line, against any endpoint. The command gives the
 * engine a connection, a clock and chance, and shows what it does. */
#include "config.h"

#include <glib-unix.h>
#include <gio/gio.h>
#include <string.h>
#include <unistd.h>

#include "base/error.h"
#include "base/output.h"
#include "base/time.h"
#include "commands/commands.h"
#include "commands/gate.h"
#include "commands/journal-file.h"
#include "commands/journal-target.h"
#include "commands/progress.h"
#include "commands/recorder.h"
#include "commands/upgrade-options.h"

typedef struct
{
  DdUpgradeFlags flags;
  DdUpgradeOptions options;
  DdConnection *connection;
  DdJournalFile *journal;
  DdGate *gate;
  DdRandom *random;
  char *token;
  FILE *record;
  DdProgress *progress;
  DdRecorder *recorder;
  DdEngine *engine;
  GMainLoop *loop;
  int status;
} Session;

static void
session_clear (Session *self)
{
  dd_engine_free (self->engine);
  dd_recorder_free (self->recorder);
  dd_progress_free (self->progress);
  dd_gate_free (self->gate);
  dd_journal_file_free (self->journal);
  dd_connection_free (self->connection);
  dd_random_free (self->random);
  g_free (self->token);
  g_clear_pointer (&self->record, fclose);
  g_clear_pointer (&self->loop, g_main_loop_unref);
  dd_upgrade_flags_clear (&self->flags);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Session, session_clear)

/* ---- how it ends ---- */

static void
print_result (const Session *self, const DdUpgradeResult *result)
{
  if (result->succeeded)
    {
      g_print (
          "\nThe update has succeeded: node group %s runs release %s, %u nodes were replaced.\n",
          self->options.nodegroup, result->release_version, result->replaced);
      return;
    }
  if (result->refused)
    g_print ("\nThe update was refused, and nothing was changed: %s\n", result->error_message);
  else
    g_print ("\nThe update has failed: %s: %s\n", result->error_code, result->error_message);
  for (guint i = 0; i < result->resource_ids->len; i++)
    g_print ("  %s\n", (char *) g_ptr_array_index (result->resource_ids, i));
  if (result->explanation != NULL)
    g_print ("\n%s\n", result->explanation);
}

/* An update that could not put back what it has changed is not over. */
static void
end_journal (const Session *self, const DdUpgradeResult *result)
{
  const DdValue *document = dd_journal_file_unfinished (self->journal);
  g_autoptr (GError) error = NULL;

  if (document == NULL || result->refused)
    return;
  if (!result->succeeded && !dd_journal_is_settled (document))
    g_print (
        "\nIt may not have put back all that it changed. The same command goes on with that (%s)."
        "\n",
        dd_journal_file_path (self->journal));
  else if (!dd_journal_file_finish (self->journal, &error))
    g_printerr ("drydock upgrade: the update is over, and its journal stays: %s\n", error->message);
}

static void
note_done (G_GNUC_UNUSED DdEngine *engine, const DdUpgradeResult *result, gpointer data)
{
  Session *self = data;

  dd_progress_hide (self->progress);
  print_result (self, result);
  end_journal (self, result);
  self->status = result->succeeded ? DD_EXIT_OK
                 : result->refused ? DD_EXIT_BAD_INPUT
                                   : DD_EXIT_FAILED;
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
  if (dd_value_length (dd_value_member (plan, "warnings")) > 0)
    print_names ("What would hinder it", dd_value_member (plan, "warnings"));
}

static void
note_planned (const DdValue *plan, const GError *error, gpointer data)
{
  Session *self = data;

  if (plan != NULL)
    print_plan (plan);
  else
    g_printerr ("drydock upgrade: %s\n", error->message);
  self->status = plan != NULL                                          ? DD_EXIT_OK
                 : g_error_matches (error, DD_ERROR, DD_ERROR_REFUSED) ? DD_EXIT_BAD_INPUT
                                                                       : DD_EXIT_FAILED;
  g_main_loop_quit (self->loop);
}

static void
stop (Session *self, const char *why)
{
  g_autofree char *summary = dd_progress_summary (self->progress);

  dd_progress_hide (self->progress);
  g_print ("\n%s: %s.\n", why, summary);
  if (dd_journal_file_unfinished (self->journal) != NULL)
    g_print ("The same command goes on from there (%s): nodes that run the new image are kept.\n",
             dd_journal_file_path (self->journal));
  self->status = DD_EXIT_FAILED;
  g_main_loop_quit (self->loop);
}

static gboolean
note_interrupt (gpointer data)
{
  stop (data, "Interrupted");
  return G_SOURCE_CONTINUE;
}

/* Nothing more is sent: what the journal tells is still all that was done. */
static void
note_trouble (const GError *trouble, gpointer data)
{
  Session *self = data;
  g_autofree char *why
      = g_strdup_printf ("Stopped, because the journal cannot be written (%s)", trouble->message);

  dd_gate_close (self->gate);
  stop (self, why);
}

/* ---- how it begins ---- */

/* Before anybody is asked anything: a file that cannot be written should cost no time. */
static gboolean
check_outputs (const DdUpgradeFlags *flags, GError **error)
{
  g_autoptr (GPtrArray) claimed = g_ptr_array_new_with_free_func (g_free);

  dd_output_protect (claimed, flags->journal);
  return dd_output_claim (claimed, flags->trace, error)
         && dd_output_claim (claimed, flags->report, error)
         && dd_output_claim (claimed, flags->metrics, error);
}

/* What the unfinished update has decided. */
static void
take_target (Session *self)
{
  const DdValue *target = dd_journal_file_target (self->journal);
  DdUpgradeOptions *options = &self->options;

  options->release_version = dd_value_path_string (target, "release");
  options->version = dd_value_path_string (target, "version");
  options->template_version = dd_value_path_string (target, "launch_template_version");
  options->image = dd_value_path_string (target, "image");
  options->max_unavailable = dd_value_path_int (target, "max_unavailable", 1);
  options->resume = dd_journal_file_unfinished (self->journal);
}

static void
tell_unfinished (const Session *self)
{
  const char *holder = dd_journal_file_holder (self->journal);
  const char *aside = dd_journal_file_set_aside (self->journal);
  g_autofree char *group = dd_journal_target_describe (dd_journal_file_target (self->journal));
  g_autofree char *written = dd_journal_file_last_written (self->journal);
  g_autofree char *stood = NULL;

  if (holder != NULL)
    g_print ("Another drydock upgrade is at work on this group: %s\n", holder);
  if (aside != NULL)
    g_print ("The journal that is there goes to %s when the update begins; what its update changed "
             "stays.\n",
             aside);
  if (self->options.resume == NULL)
    return;
  stood = dd_journal_describe (self->options.resume);
  g_print ("%s an unfinished update of %s.\n  It stood at: %s\n  last written %s, %s\n",
           self->flags.dry_run ? "There is" : "Going on with", group, stood, written,
           dd_journal_file_path (self->journal));
}

/* Before anything is written, here or there: what a second engine writes, a first one may read. */
static gboolean
open_journal (Session *self, GError **error)
{
  g_autoptr (DdValue) target = dd_upgrade_flags_to_target (&self->flags, &self->options);
  g_autofree char *now = dd_time_to_iso8601 (g_get_real_time ());
  DdJournalFileOptions options
      = { self->flags.journal, target, now, self->flags.dry_run, self->flags.abandon };

  self->journal = dd_journal_file_open (&options, error);
  if (self->journal == NULL)
    return FALSE;
  take_target (self);
  if (self->flags.resume && self->options.resume == NULL)
    {
      g_set_error (error, DD_ERROR, DD_ERROR_INVALID,
                   "--resume: there is no unfinished update (%s)",
                   dd_journal_file_path (self->journal));
      return FALSE;
    }
  tell_unfinished (self);
  return TRUE;
}

static gboolean
open_record (Session *self, GError **error)
{
  if (self->flags.trace == NULL)
    return TRUE;
  self->record = dd_output_open (self->flags.trace, error);
  return self->record != NULL;
}

static void
make_progress (Session *self)
{
  gboolean terminal = isatty (STDOUT_FILENO);
  const char *no_colour = g_getenv ("NO_COLOR");
  DdProgressOptions options = {
    .clock = dd_connection_clock (self->connection),
    .live = terminal,
    .quiet = self->flags.dry_run,
    .colour = terminal && (no_colour == NULL || *no_colour == '\0'),
    .record = self->record,
  };

  self->progress = dd_progress_new (&options);
}

static gboolean
prepare (Session *self, GError **error)
{
  self->loop = g_main_loop_new (NULL, FALSE);
  if (!dd_upgrade_flags_to_options (&self->flags, &self->options, error)
      || !check_outputs (&self->flags, error))
    return FALSE;
  self->random = dd_random_new ((guint64) self->flags.seed);
  self->token = g_uuid_string_random (); /* two updates with one seed are two */
  self->options.token = self->token;
  self->connection = dd_connection_new (&self->flags.connection, self->flags.cluster, error);
  if (self->connection == NULL)
    return FALSE;
  self->options.api_server = dd_connection_api_server (self->connection);
  if (!open_journal (self, error) || !open_record (self, error))
    return FALSE;
  self->gate = dd_gate_new (dd_connection_transport (self->connection));
  make_progress (self);
  self->recorder
      = dd_recorder_new (dd_progress_trace (self->progress), dd_connection_clock (self->connection),
                         self->flags.report, self->flags.metrics, error);
  return self->recorder != NULL;
}

static void
run (Session *self)
{
  DdEngineContext context = {
    .transport = dd_gate_interface (self->gate),
    .clock = dd_connection_clock (self->connection),
    .random = self->random,
    .trace = dd_recorder_trace (self->recorder),
    .journal = dd_journal_file_interface (self->journal, note_trouble, self),
  };
  guint interrupt = g_unix_signal_add (SIGINT, note_interrupt, self);
  guint terminate = g_unix_signal_add (SIGTERM, note_interrupt, self);

  self->engine = dd_engine_new (&context, &self->options, note_done, self);
  if (self->flags.dry_run)
    dd_engine_plan (self->engine, note_planned, self);
  else
    dd_engine_start (self->engine);
  g_main_loop_run (self->loop);
  g_source_remove (interrupt);
  g_source_remove (terminate);
}

static int
upgrade (int argc, char **argv)
{
  g_auto (Session) self
      = { .flags = { .seed = 1, .max_unavailable = -1 }, .status = DD_EXIT_INTERNAL };
  g_autoptr (GOptionContext) context = dd_upgrade_flags_context (&self.flags);
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
  .switches
  = (const char *const[]) { "abandon", "dry-run", "force", "resume", "take-over-managed", NULL },
};
