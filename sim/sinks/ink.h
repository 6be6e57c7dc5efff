/* SPDX-License-Identifier: Apache-2.0 */
/* sim/sinks/ink.h: colour for terminals, and none for anything else */
#pragma once

#include <glib.h>
#include <stdio.h>

G_BEGIN_DECLS

typedef enum
{
  SIM_INK_PLAIN,
  SIM_INK_HEADING,
  SIM_INK_GOOD,
  SIM_INK_BAD,
  SIM_INK_CAUTION,
  SIM_INK_FAINT,
} SimInk;

/* OUT is a terminal and the environment does not say NO_COLOR (see no-color.org). */
gboolean sim_ink_is_wanted (FILE *out);
/* What turns INK on; "" when COLOUR is FALSE. sim_ink_off () ends it. */
const char *sim_ink_on (gboolean colour, SimInk ink);
const char *sim_ink_off (gboolean colour);

G_END_DECLS
