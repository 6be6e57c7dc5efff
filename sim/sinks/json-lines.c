/* SPDX-License-Identifier: Apache-2.0 */
/* sim/sinks/json-lines.c: one line per event */

#include "config.h"

#include "sim/sinks/json-lines.h"

void
sim_json_lines_take (const SimEvent *event, gpointer data)
{
  g_autoptr (GString) line = g_string_new (NULL);

  sim_event_write (event, line);
  fwrite (line->str, 1, line->len, data);
}
