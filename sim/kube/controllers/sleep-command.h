/* SPDX-License-Identifier: Apache-2.0 */
/* sim/kube/controllers/sleep-command.h: how long a command takes, as far as its text tells */
#pragma once

#include "base/clock.h"
#include "base/value.h"

G_BEGIN_DECLS

/* Longer than any rehearsal: `sleep infinity`. */
#define SIM_FOREVER (G_MAXINT64 / 4)

/* Nobody runs programs here, but people write their waits down: the seconds of `sleep 5` and of
 * every sleep in `sh -c "drain; sleep 1m"`, loops taken once. Lists of strings; both may be NULL.
 * Imitates: GNU Coreutils, sleep invocation. */
DdUsec sim_command_sleeps (const DdValue *command, const DdValue *args);

/* How long a program runs until it ends by itself, and with which exit code; -1: its text does not
 * tell. What loops is not known to end. */
DdUsec sim_command_runs (const DdValue *command, const DdValue *args, int *out_code);

G_END_DECLS
