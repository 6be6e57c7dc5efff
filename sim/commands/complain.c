/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "sim/commands/complain.h"

gboolean
sim_complain (const char *command, const char *format, ...)
{
  g_autofree char *text = NULL;
  va_list arguments;

  va_start (arguments, format);
  text = g_strdup_vprintf (format, arguments);
  va_end (arguments);
  g_printerr ("drydock %s: %s\n", command, text);
  return FALSE;
}
