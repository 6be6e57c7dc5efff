/* SPDX-License-Identifier: Apache-2.0 */
/* main.c: the composition root: the one file of src/ that may see the simulator */
#include "config.h"

#include <locale.h>
#include <string.h>

#include "base/output.h"
#include "commands/commands.h"
#include "sim/commands/commands.h"
#include "sim/scenario/schema.h"

static const DdCommand *const commands[] = {
  &dd_command_import, &dd_command_forecast, &dd_command_run,     &dd_command_explore,
  &dd_command_merge,  &dd_command_shrink,   &dd_command_explain, &dd_command_serve,
  &dd_command_ctl,    &dd_command_upgrade,  &dd_command_watch,
};

static void
print_help (void)
{
  g_print ("Usage: drydock COMMAND [ARGUMENT...]\n"
           "\n"
           "Rehearses Amazon EKS node group upgrades offline, then runs the same engine for real.\n"
           "\n"
           "Commands:\n");
  for (guint i = 0; i < G_N_ELEMENTS (commands); i++)
    g_print ("  %-10s %s\n", commands[i]->name, commands[i]->summary);
  g_print ("\n"
           "`drydock COMMAND --help` explains one, with examples. `drydock --version` says which\n"
           "drydock this is.\n"
           "\n"
           "Exit status: 0 done and held, 1 an expectation or an upgrade failed, 2 bad input,\n"
           "3 a fault of drydock's own.\n");
}

static const DdCommand *
find_command (const char *name)
{
  for (guint i = 0; i < G_N_ELEMENTS (commands); i++)
    if (strcmp (commands[i]->name, name) == 0)
      return commands[i];
  return NULL;
}

static int
refuse_command (const char *name)
{
  const char *names[G_N_ELEMENTS (commands) + 1] = { NULL };
  g_autofree char *hint = NULL;

  for (guint i = 0; i < G_N_ELEMENTS (commands); i++)
    names[i] = commands[i]->name;
  hint = sim_did_you_mean (name, names);
  g_printerr ("drydock: '%s' is no command%s; see drydock --help\n", name, hint);
  return DD_EXIT_BAD_INPUT;
}

/* A switch is given or left out: GLib takes --force=false for --force. */
static gboolean
switches_are_bare (const DdCommand *command, int argc, char **argv)
{
  for (int i = 1; i < argc; i++)
    for (guint j = 0; command->switches != NULL && command->switches[j] != NULL; j++)
      {
        g_autofree char *with_value = g_strdup_printf ("--%s=", command->switches[j]);

        if (!g_str_has_prefix (argv[i], with_value))
          continue;
        g_printerr ("drydock %s: --%s takes no value; leave it out where it is not meant\n",
                    command->name, command->switches[j]);
        return FALSE;
      }
  return TRUE;
}

int
main (int argc, char **argv)
{
  const char *name = argc > 1 ? argv[1] : NULL;
  g_autofree char *full_name = NULL;
  const DdCommand *command;

  setlocale (LC_CTYPE, "");
  dd_output_watch_stdout ();
  if (name == NULL)
    {
      print_help ();
      return DD_EXIT_BAD_INPUT;
    }
  if (strcmp (name, "--help") == 0 || strcmp (name, "-h") == 0 || strcmp (name, "help") == 0)
    {
      print_help ();
      return DD_EXIT_OK;
    }
  if (strcmp (name, "--version") == 0)
    {
      g_print ("drydock %s\n", PACKAGE_VERSION);
      return DD_EXIT_OK;
    }
  command = find_command (name);
  if (command == NULL)
    return refuse_command (name);
  full_name = g_strconcat ("drydock ", name, NULL);
  g_set_prgname (full_name); /* what GOption's usage line begins with */
  if (!switches_are_bare (command, argc - 1, argv + 1))
    return DD_EXIT_BAD_INPUT;
  return command->run (argc - 1, argv + 1);
}
