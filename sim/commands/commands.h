/* SPDX-License-Identifier: Apache-2.0 */
/* sim/commands/commands.h: the subcommands that need the simulator */
#pragma once

#include "base/command.h"

G_BEGIN_DECLS

extern const DdCommand dd_command_run;      /* run.c */
extern const DdCommand dd_command_explore;  /* explore.c */
extern const DdCommand dd_command_forecast; /* forecast.c */
extern const DdCommand dd_command_import;   /* import.c */
extern const DdCommand dd_command_merge;    /* merge.c */
extern const DdCommand dd_command_shrink;   /* shrink.c */
extern const DdCommand dd_command_serve;    /* serve.c */
extern const DdCommand dd_command_ctl;      /* ctl.c */
extern const DdCommand dd_command_explain;  /* explain.c */

G_END_DECLS
