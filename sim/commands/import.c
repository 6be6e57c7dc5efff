/* SPDX-License-Identifier: Apache-2.0 */
/* sim/commands/import.c: `drydock import`: a cluster as kubectl and the aws CLI show it, made into
 * a world file */
#include "config.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/error.h"
#include "base/output.h"
#include "sim/commands/commands.h"
#include "sim/import/import.h"

typedef struct
{
  char *output;
  char **paths;
} Import;

static int
complain (const char *message)
{
  g_printerr ("drydock import: %s\n", message);
  return DD_EXIT_BAD_INPUT;
}

static GOptionContext *
make_options (Import *self)
{
  const GOptionEntry entries[] = {
    { "output", 'o', 0, G_OPTION_ARG_FILENAME, &self->output,
      "Write the world file there (standard output)", "FILE" },
    { G_OPTION_REMAINING, 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &self->paths, NULL, NULL },
    { NULL },
  };
  GOptionContext *context = g_option_context_new ("FILE...");

  g_option_context_set_summary (context,
                                "Makes a world file of a cluster as kubectl and the aws CLI show "
                                "it: its nodes and\npods are there as they are, and upgrades of "
                                "it can be rehearsed.");
  g_option_context_set_description (
      context,
      "Examples:\n"
      "  kubectl get nodes,pods,deploy,rs,sts,ds,jobs,cronjobs,hpa,pdb,pv,pvc,sc,pc,ns -A -o yaml "
      ">objects.yaml\n"
      "  drydock import objects.yaml -o prod.yaml\n"
      "  aws eks describe-nodegroup --cluster-name prod --nodegroup-name blue >blue.json\n"
      "  drydock import objects.yaml blue.json -o prod.yaml\n"
      "\n"
      "FILEs are told apart by what they hold: objects and lists of kubectl in YAML or JSON, and "
      "the\nanswers of aws eks describe-nodegroup, autoscaling describe-auto-scaling-groups, ec2\n"
      "describe-instances and ec2 describe-subnets. - is standard input. Where AWS's answers are\n"
      "missing, groups are told by the labels of their nodes, and what is assumed is said.\n"
      "\n"
      "Secrets, configuration, environments, commands and arguments are never written.\n"
      "\n"
      "Exit status: 0 written, 2 bad input, 3 a fault of drydock's own.\n");
  g_option_context_add_main_entries (context, entries, NULL);
  return context;
}

/* Standard input or a file, up to what fits into memory well. */
#define MOST_BYTES (256 * 1024 * 1024)

static GByteArray *
read_stream (FILE *stream, GError **error)
{
  g_autoptr (GByteArray) bytes = g_byte_array_new ();
  guint8 part[65536];
  gsize n;

  while ((n = fread (part, 1, sizeof part, stream)) > 0 && bytes->len <= MOST_BYTES)
    g_byte_array_append (bytes, part, (guint) n);
  if (ferror (stream))
    g_set_error (error, DD_ERROR, DD_ERROR_INVALID, "%s", g_strerror (errno));
  else if (bytes->len > MOST_BYTES)
    g_set_error (error, DD_ERROR, DD_ERROR_INVALID, "more than %d MiB", MOST_BYTES >> 20);
  else
    return g_steal_pointer (&bytes);
  return NULL;
}

static GByteArray *
read_path (const char *path, GError **error)
{
  FILE *stream = strcmp (path, "-") == 0 ? stdin : fopen (path, "rb");
  GByteArray *bytes;

  if (stream == NULL)
    {
      g_set_error (error, DD_ERROR, DD_ERROR_INVALID, "%s", g_strerror (errno));
      return NULL;
    }
  bytes = read_stream (stream, error);
  if (stream != stdin)
    fclose (stream);
  return bytes;
}

static gboolean
read_file (SimImport *import, const char *path, GError **error)
{
  g_autoptr (GError) reason = NULL;
  g_autoptr (GByteArray) bytes = read_path (path, &reason);
  const char *name = strcmp (path, "-") == 0 ? "standard input" : path;

  if (bytes != NULL)
    return sim_import_read (import, name, (const char *) bytes->data, bytes->len, error);
  g_set_error (error, DD_ERROR, DD_ERROR_INVALID, "%s: %s", name, reason->message);
  return FALSE;
}

static gboolean
read_files (SimImport *import, char **paths, GError **error)
{
  for (guint i = 0; paths[i] != NULL; i++)
    if (!read_file (import, paths[i], error))
      return FALSE;
  return TRUE;
}

/* On standard error, as the world may go to standard output. */
static void
tell (const SimImport *import)
{
  static const char *const headings[SIM_IMPORT_N_TOPICS] = {
    [SIM_IMPORT_TOOK] = "Taken",
    [SIM_IMPORT_LEFT_OUT] = "Left out",
    [SIM_IMPORT_ASSUMED] = "Assumed",
    [SIM_IMPORT_ODD] = "Odd already",
  };

  for (guint i = 0; i < SIM_IMPORT_N_TOPICS; i++)
    {
      const GPtrArray *told = sim_import_told (import, (SimImportTopic) i);

      if (told->len > 0)
        g_printerr ("%s:\n", headings[i]);
      for (guint j = 0; j < told->len; j++)
        g_printerr ("  %s\n", (const char *) g_ptr_array_index (told, j));
    }
}

static gboolean
write_world (const char *path, const char *text, GError **error)
{
  if (path != NULL)
    return dd_output_write (path, text, strlen (text), error);
  g_print ("%s", text);
  return TRUE;
}

static gboolean
claim (const Import *self, GError **error)
{
  g_autoptr (GPtrArray) claimed = g_ptr_array_new_with_free_func (g_free);

  for (guint i = 0; self->paths[i] != NULL; i++)
    dd_output_protect (claimed, self->paths[i]);
  return self->output == NULL || dd_output_claim (claimed, self->output, error);
}

static int
import_all (const Import *self)
{
  g_autoptr (SimImport) import = sim_import_new ();
  g_autofree char *text = NULL;
  g_autoptr (GError) error = NULL;

  if (claim (self, &error) && read_files (import, self->paths, &error))
    text = sim_import_world (import, &error);
  if (text == NULL || !write_world (self->output, text, &error))
    return complain (error->message);
  tell (import);
  return DD_EXIT_OK;
}

static int
import_command (int argc, char **argv)
{
  Import self = { 0 };
  g_autoptr (GOptionContext) context = make_options (&self);
  g_autoptr (GError) error = NULL;
  int status;

  if (!g_option_context_parse (context, &argc, &argv, &error))
    status = complain (error->message);
  else if (self.paths == NULL)
    status = complain ("name at least one file; see drydock import --help");
  else
    status = import_all (&self);
  g_free (self.output);
  g_strfreev (self.paths);
  return status;
}

const DdCommand dd_command_import = {
  .name = "import",
  .summary = "make a world of a cluster as kubectl and aws show it",
  .run = import_command,
};
