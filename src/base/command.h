/* SPDX-License-Identifier: Apache-2.0 */
/* base/command.h: one subcommand of the program; src/main.c holds the list */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Exit codes of every command. */
enum
{
  DD_EXIT_OK = 0,
  DD_EXIT_FAILED = 1,    /* an expectation or invariant failed, the upgrade failed */
  DD_EXIT_BAD_INPUT = 2, /* flags, files or answers that make no sense */
  DD_EXIT_INTERNAL = 3,  /* our fault */
};

typedef struct
{
  const char *name;
  const char *summary; /* one line, for `drydock --help` */
  /* ARGV[0] is the command's name. Handles --help (usage, options, examples) itself. */
  int (*run) (int argc, char **argv);
  const char *const *switches; /* options without a value, ended by NULL; NULL: none */
} DdCommand;

G_END_DECLS
