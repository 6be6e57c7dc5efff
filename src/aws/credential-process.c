/* SPDX-License-Identifier: Apache-2.0 */
/* Source: AWS SDKs and Tools Reference Guide, "Process credential provider". */
#include "config.h"

#include "aws/credential-process.h"

#include "aws/http-source.h"
#include "base/error.h"
#include "net/program.h"

#define WHO "credential_process"
#define MAX_BYTES (64 * 1024)
#define PATIENCE (60 * DD_SECOND)

typedef struct
{
  DdCredentialSource interface;
  char **argv;
  DdProgram *program;
  DdCredentialsDone done;
  gpointer data;
} Process;

static DdCredentials *
credentials_from_output (GBytes *output, GError **error)
{
  g_autoptr (DdValue) document = dd_value_parse_bytes (output, NULL);

  if (dd_value_path_int (document, "Version", 0) == 1)
    return dd_credentials_from_document (document, "SessionToken", WHO, error);
  g_set_error (error, DD_ERROR, DD_ERROR_INVALID,
               WHO ": it prints no JSON document of \"Version\": 1");
  return NULL;
}

static void
note_output (GBytes *output, const GError *error, gpointer data)
{
  Process *self = data;
  g_autoptr (GError) trouble = NULL;
  g_autoptr (DdCredentials) credentials = NULL;

  g_clear_pointer (&self->program, dd_program_free);
  if (output == NULL)
    {
      trouble = g_error_copy (error);
      g_prefix_error (&trouble, WHO ": ");
    }
  else
    credentials = credentials_from_output (output, &trouble);
  self->done (credentials, trouble, self->data);
}

static void
process_fetch (DdCredentialSource *source, DdCredentialsDone done, gpointer data)
{
  Process *self = (Process *) source;
  DdProgramOptions options
      = { .argv = (const char *const *) self->argv, .patience = PATIENCE, .max_bytes = MAX_BYTES };
  g_autoptr (GError) error = NULL;

  self->done = done;
  self->data = data;
  g_clear_pointer (&self->program, dd_program_free);
  self->program = dd_program_run (&options, note_output, self, &error);
  if (self->program == NULL)
    done (NULL, error, data);
}

static void
process_free (DdCredentialSource *source)
{
  Process *self = (Process *) source;

  dd_program_free (self->program);
  g_strfreev (self->argv);
  g_free (self);
}

DdCredentialSource *
dd_credential_process_new (const char *command, GError **error)
{
  static const DdCredentialSourceClass klass = { process_fetch, process_free };
  g_auto (GStrv) argv = NULL;
  Process *self;

  if (!g_shell_parse_argv (command, NULL, &argv, NULL))
    {
      g_set_error (error, DD_ERROR, DD_ERROR_INVALID, WHO ": its value is no command");
      return NULL;
    }
  self = g_new0 (Process, 1);
  self->interface.klass = &klass;
  self->argv = g_steal_pointer (&argv);
  return &self->interface;
}
