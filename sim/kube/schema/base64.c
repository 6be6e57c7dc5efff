/* SPDX-License-Identifier: Apache-2.0 */
/* Base64 as Go reads it, down to the byte that its errors name.
 *
 * Imitates: Go's encoding/base64, StdEncoding's decodeQuantum. */
#include "config.h"

#include "sim/kube/schema/base64.h"

#define QUANTUM 4

static gboolean
is_digit (char c)
{
  return g_ascii_isalnum (c) || c == '+' || c == '/';
}

static gsize
skip_line_ends (const char *text, gsize at)
{
  while (text[at] == '\n' || text[at] == '\r')
    at++;
  return at;
}

/* TEXT[AT] is not a digit, after N_DIGITS of a quantum: it must be padding, and the last. */
static gboolean
check_end (const char *text, gsize at, guint n_digits, gsize *out_at)
{
  gsize next;

  *out_at = at;
  if (text[at] != '=' || n_digits < 2)
    return FALSE;
  next = skip_line_ends (text, at + 1);
  if (n_digits == 2)
    {
      if (text[next] != '=')
        {
          *out_at = text[next] == '\0' ? next : next - 1;
          return FALSE;
        }
      next = skip_line_ends (text, next + 1);
    }
  *out_at = next;
  return text[next] == '\0';
}

gboolean
kube_base64_check (const char *text, gsize *out_at)
{
  guint n_digits = 0;

  for (gsize at = 0;; at++)
    {
      at = skip_line_ends (text, at);
      if (text[at] == '\0')
        {
          *out_at = at - n_digits;
          return n_digits == 0;
        }
      if (!is_digit (text[at]))
        return check_end (text, at, n_digits, out_at);
      n_digits = (n_digits + 1) % QUANTUM;
    }
}
