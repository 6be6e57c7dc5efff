/* SPDX-License-Identifier: Apache-2.0 */
/* commands/commands.h: the subcommands that work against any endpoint */
#pragma once

#include "base/command.h"

G_BEGIN_DECLS

extern const DdCommand dd_command_upgrade; /* upgrade.c */
extern const DdCommand dd_command_watch;   /* watch.c */

G_END_DECLS
