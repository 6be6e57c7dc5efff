/* SPDX-License-Identifier: Apache-2.0 */
/* sim/commands/merge.c: `drydock merge`: the results of many machines made into one */

#include "config.h"

#include <errno.h>
#include <string.h>

#include "base/error.h"
#include "base/output.h"
#include "sim/commands/commands.h"
#include "sim/explore/results.h"
#include "sim/explore/summary.h"
#include "sim/sinks/ink.h"

typedef struct
{
  char *output;
  char **paths;
} Merge;

static int
complain (const char *message)
{
  g_printerr ("drydock merge: %s\n", message);
  return DD_EXIT_BAD_INPUT;
}

static GOptionContext *
make_options (Merge *self)
{
  const GOptionEntry entries[] = {
    { "output", 'o', 0, G_OPTION_ARG_FILENAME, &self->output, "Write the joined records", "FILE" },
    { G_OPTION_REMAINING, 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &self->paths, NULL, NULL },
    { NULL },
  };
  GOptionContext *context = g_option_context_new ("RESULTS...");

  g_option_context_set_summary (context,
                                "Joins result files of drydock explore: in one order, each "
                                "rehearsal once, and a summary.");
  g_option_context_set_description (
      context, "Examples:\n"
               "  drydock explore --seeds 1..9 --shard 1/2 --results part-1.jsonl "
               "scenarios/throttled.yaml\n"
               "  drydock explore --seeds 1..9 --shard 2/2 --results part-2.jsonl "
               "scenarios/throttled.yaml\n"
               "  drydock merge part-1.jsonl part-2.jsonl -o all.jsonl\n"
               "\n"
               "Exit status: 0 all held, 1 something failed, 2 bad input, 3 two records of the "
               "same rehearsal\ndiffer.\n");
  g_option_context_add_main_entries (context, entries, NULL);
  return context;
}

static gboolean
read_all (const Merge *self, GPtrArray *records, GError **error)
{
  for (guint i = 0; self->paths[i] != NULL; i++)
    {
      if (!sim_results_read (self->paths[i], records, error))
        return FALSE;
    }
  return TRUE;
}

/* On standard error, since what is told elsewhere is the same with and without. */
static gboolean
join_all (GPtrArray *records, GError **error)
{
  guint repeated;

  if (!sim_results_join (records, &repeated, error))
    return FALSE;
  if (repeated > 0)
    g_printerr ("drydock merge: %u record%s repeated, and counted once\n", repeated,
                repeated == 1 ? " is" : "s are");
  return TRUE;
}

/* Over an existing file only when everything was written. */
static gboolean
write_all (const Merge *self, const GPtrArray *records, GError **error)
{
  g_autoptr (GString) text = g_string_new (NULL);

  if (self->output == NULL)
    return TRUE;
  for (guint i = 0; i < records->len; i++)
    {
      dd_value_write (g_ptr_array_index (records, i), text);
      g_string_append_c (text, '\n');
    }
  return dd_output_write (self->output, text->str, text->len, error);
}

static int
print_summary (const GPtrArray *records)
{
  g_autoptr (SimSummary) summary = sim_summary_new ();

  for (guint i = 0; i < records->len; i++)
    sim_summary_add (summary, g_ptr_array_index (records, i));
  sim_summary_print (summary, NULL, NULL, sim_ink_is_wanted (stdout), stdout);
  return sim_summary_failed (summary) == 0 ? DD_EXIT_OK : DD_EXIT_FAILED;
}

static int
merge (const Merge *self)
{
  g_autoptr (GPtrArray) records = g_ptr_array_new_with_free_func ((GDestroyNotify) dd_value_unref);
  g_autoptr (GError) error = NULL;

  if (dd_output_check (self->output, &error) && read_all (self, records, &error)
      && join_all (records, &error) && write_all (self, records, &error))
    return print_summary (records);
  complain (error->message);
  return g_error_matches (error, DD_ERROR, DD_ERROR_CONFLICT) ? DD_EXIT_INTERNAL
                                                              : DD_EXIT_BAD_INPUT;
}

static int
merge_command (int argc, char **argv)
{
  Merge self = { 0 };
  g_autoptr (GOptionContext) context = make_options (&self);
  g_autoptr (GError) error = NULL;
  int status;

  if (!g_option_context_parse (context, &argc, &argv, &error))
    status = complain (error->message);
  else if (self.paths == NULL)
    status = complain ("name at least one result file; see drydock merge --help");
  else
    status = merge (&self);
  g_free (self.output);
  g_strfreev (self.paths);
  return status;
}

const DdCommand dd_command_merge = {
  .name = "merge",
  .summary = "join the results of explorations",
  .run = merge_command,
};
