/* SPDX-License-Identifier: Apache-2.0 */
/* sim/commands/interrupt.h: the first Ctrl-C is a wish to end, not the end */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* From here on SIGINT ends nothing by itself. */
void sim_catch_interrupts (void);
gboolean sim_was_interrupted (void);

G_END_DECLS
