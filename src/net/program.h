/* SPDX-License-Identifier: Apache-2.0 */
/* net/program.h: another program, run for what it prints, within a time and a size */
#pragma once

#include "base/clock.h"

G_BEGIN_DECLS

typedef struct
{
  const char *const *argv; /* the program by name (searched for in PATH) or by path */
  char **environment;      /* NULL: ours */
  const char *directory;   /* NULL: ours */
  DdUsec patience;         /* by the wall clock; then it is killed with all it has started */
  gsize max_bytes;         /* of its output */
  gboolean terminal;       /* it may ask at our terminal, and is not killed with its children */
} DdProgramOptions;

/* OUTPUT is what it printed before it ended with status 0; else ERROR. Both borrowed; what it
 * writes to its standard error goes to ours. */
typedef void (*DdProgramDone) (GBytes *output, const GError *error, gpointer data);

typedef struct _DdProgram DdProgram;

/* DONE runs once, never from within, on the default main context. Free it in any case, also from
 * within DONE. NULL with ERROR when it cannot be started. */
DdProgram *dd_program_run (const DdProgramOptions *options, DdProgramDone done, gpointer data,
                           GError **error);
/* Kills it when it still runs. */
void dd_program_free (DdProgram *program);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (DdProgram, dd_program_free)

G_END_DECLS
