/* SPDX-License-Identifier: Apache-2.0 */
/* sim/sinks/json-lines.h: the trace as JSON lines, the very bytes that are digested */
#pragma once

#include <stdio.h>

#include "sim/stage/trace.h"

G_BEGIN_DECLS

/* A SimEventReader; DATA is a FILE. Whether everything was written, ferror () knows. */
void sim_json_lines_take (const SimEvent *event, gpointer data);

G_END_DECLS
