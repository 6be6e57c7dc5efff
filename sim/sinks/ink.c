/* SPDX-License-Identifier: Apache-2.0 */
/* sim/sinks/ink.c: the few escape sequences that every terminal understands */

#include "config.h"

#include "sim/sinks/ink.h"

#include <unistd.h>

static const char *const sequences[] = {
  [SIM_INK_PLAIN] = "",       [SIM_INK_HEADING] = "\033[1m",  [SIM_INK_GOOD] = "\033[32m",
  [SIM_INK_BAD] = "\033[31m", [SIM_INK_CAUTION] = "\033[33m", [SIM_INK_FAINT] = "\033[2m",
};

gboolean
sim_ink_is_wanted (FILE *out)
{
  const char *refused = g_getenv ("NO_COLOR");
  const char *terminal = g_getenv ("TERM");

  return isatty (fileno (out)) && (refused == NULL || *refused == '\0')
         && g_strcmp0 (terminal, "dumb") != 0;
}

const char *
sim_ink_on (gboolean colour, SimInk ink)
{
  return colour ? sequences[ink] : "";
}

const char *
sim_ink_off (gboolean colour)
{
  return colour ? "\033[0m" : "";
}
