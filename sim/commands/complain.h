/* SPDX-License-Identifier: Apache-2.0 */
/* sim/commands/complain.h: what a command says on standard error of what it cannot do */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* "drydock COMMAND: ..."; always FALSE, for whoever returns whether it went well. */
gboolean sim_complain (const char *command, const char *format, ...) G_GNUC_PRINTF (2, 3);

G_END_DECLS
