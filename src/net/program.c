/* SPDX-License-Identifier: Apache-2.0 */
/* The output is read until its end or its limit, then the end of the program is awaited. Each of
 * the two steps is one asynchronous call of GIO, which holds the state; whoever frees the program
 * cancels it, and the state goes with the last call. */
#include "config.h"

#include "net/program.h"

#include <gio/gio.h>
#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/error.h"

#define CHUNK 4096

struct _DdProgram
{
  gatomicrefcount references; /* the caller's and the call's under way */
  char *name;
  GSubprocess *process;
  pid_t group; /* of processes, its own; 0: none, or it has ended */
  GCancellable *cancellable;
  GByteArray *output;
  gsize max_bytes;
  guint timer;
  DdProgramDone done; /* NULL: told, or nobody wants to know any more */
  gpointer data;
};

static void
kill_program (DdProgram *self)
{
  if (g_subprocess_get_identifier (self->process) == NULL)
    return;
  if (self->group > 1)
    kill (-self->group, SIGKILL);
  g_subprocess_force_exit (self->process);
}

static void
release (DdProgram *self)
{
  if (!g_atomic_ref_count_dec (&self->references))
    return;
  g_clear_object (&self->process);
  g_clear_object (&self->cancellable);
  g_clear_pointer (&self->output, g_byte_array_unref);
  g_free (self->name);
  g_free (self);
}

static void
tell (DdProgram *self, GBytes *output, const GError *error)
{
  DdProgramDone done = g_steal_pointer (&self->done);

  g_clear_handle_id (&self->timer, g_source_remove);
  if (done != NULL)
    done (output, error, self->data);
}

static void fail (DdProgram *self, DdError code, const char *format, ...) G_GNUC_PRINTF (3, 4);

static void
fail (DdProgram *self, DdError code, const char *format, ...)
{
  g_autoptr (GError) error = NULL;
  va_list arguments;

  va_start (arguments, format);
  error = g_error_new_valist (DD_ERROR, (int) code, format, arguments);
  va_end (arguments);
  g_prefix_error (&error, "%s: ", self->name);
  kill_program (self);
  tell (self, NULL, error);
}

static void
note_end (GObject *source, GAsyncResult *result, gpointer data)
{
  DdProgram *self = data;
  GSubprocess *process = G_SUBPROCESS (source);

  if (g_subprocess_wait_finish (process, result, NULL))
    {
      if (g_subprocess_get_if_exited (process) && g_subprocess_get_exit_status (process) == 0)
        {
          g_autoptr (GBytes) output = g_byte_array_free_to_bytes (g_steal_pointer (&self->output));

          tell (self, output, NULL);
        }
      else if (g_subprocess_get_if_exited (process))
        fail (self, DD_ERROR_REFUSED, "it ended with status %d",
              g_subprocess_get_exit_status (process));
      else
        fail (self, DD_ERROR_REFUSED, "it was killed by signal %d",
              g_subprocess_get_term_sig (process));
    }
  release (self);
}

static void read_on (DdProgram *self);

static void
note_output (GObject *source, GAsyncResult *result, gpointer data)
{
  DdProgram *self = data;
  g_autoptr (GBytes) bytes
      = g_input_stream_read_bytes_finish (G_INPUT_STREAM (source), result, NULL);
  gsize length = 0;
  const void *content = bytes == NULL ? NULL : g_bytes_get_data (bytes, &length);

  if (self->done == NULL || bytes == NULL)
    {
      release (self);
      return;
    }
  if (length == 0)
    {
      g_subprocess_wait_async (self->process, self->cancellable, note_end, self);
      return;
    }
  g_byte_array_append (self->output, content, (guint) length);
  if (self->output->len <= self->max_bytes)
    {
      read_on (self);
      return;
    }
  fail (self, DD_ERROR_INVALID, "it prints more than %" G_GSIZE_FORMAT " bytes", self->max_bytes);
  release (self);
}

static void
read_on (DdProgram *self)
{
  g_input_stream_read_bytes_async (g_subprocess_get_stdout_pipe (self->process), CHUNK,
                                   G_PRIORITY_DEFAULT, self->cancellable, note_output, self);
}

static gboolean
note_overdue (gpointer data)
{
  DdProgram *self = data;

  self->timer = 0;
  fail (self, DD_ERROR_TIMED_OUT, "it did not end in time");
  g_cancellable_cancel (self->cancellable);
  return G_SOURCE_REMOVE;
}

static void
lead_a_group (G_GNUC_UNUSED gpointer data)
{
  setpgid (0, 0);
}

static GSubprocess *
spawn (const DdProgramOptions *options, GError **error)
{
  GSubprocessFlags flags = G_SUBPROCESS_FLAGS_STDOUT_PIPE;
  g_autoptr (GSubprocessLauncher) launcher = NULL;

  if (options->terminal)
    flags |= G_SUBPROCESS_FLAGS_STDIN_INHERIT;
  launcher = g_subprocess_launcher_new (flags);
  if (!options->terminal)
    g_subprocess_launcher_set_child_setup (launcher, lead_a_group, NULL, NULL);
  if (options->environment != NULL)
    g_subprocess_launcher_set_environ (launcher, options->environment);
  if (options->directory != NULL)
    g_subprocess_launcher_set_cwd (launcher, options->directory);
  return g_subprocess_launcher_spawnv (launcher, options->argv, error);
}

DdProgram *
dd_program_run (const DdProgramOptions *options, DdProgramDone done, gpointer data, GError **error)
{
  g_autoptr (GError) trouble = NULL;
  GSubprocess *process = spawn (options, &trouble);
  const char *identifier;
  DdProgram *self;

  if (process == NULL)
    {
      g_set_error (error, DD_ERROR, DD_ERROR_INVALID, "cannot run %s: %s", options->argv[0],
                   trouble->message);
      return NULL;
    }
  self = g_new0 (DdProgram, 1);
  g_atomic_ref_count_init (&self->references);
  g_atomic_ref_count_inc (&self->references);
  self->name = g_path_get_basename (options->argv[0]);
  self->process = process;
  identifier = g_subprocess_get_identifier (process); /* NULL: it has ended already */
  if (identifier != NULL && !options->terminal)
    self->group = (pid_t) g_ascii_strtoll (identifier, NULL, 10);
  self->cancellable = g_cancellable_new ();
  self->output = g_byte_array_new ();
  self->max_bytes = options->max_bytes;
  self->done = done;
  self->data = data;
  self->timer = g_timeout_add ((guint) (options->patience / DD_MILLISECOND), note_overdue, self);
  read_on (self);
  return self;
}

void
dd_program_free (DdProgram *self)
{
  if (self == NULL)
    return;
  g_clear_handle_id (&self->timer, g_source_remove);
  if (self->done != NULL)
    kill_program (self);
  self->done = NULL;
  g_cancellable_cancel (self->cancellable);
  release (self);
}
