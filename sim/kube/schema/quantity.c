/* SPDX-License-Identifier: Apache-2.0 */
/* Kubernetes quantities as integers, exactly: "0.1" is a hundred thousandths and not a float.
 *
 * Imitates: Kubernetes API Reference, Quantity: a decimal number, then a binary SI suffix, a
 * decimal SI suffix or an exponent; what does not come out even is rounded up. */
#include "config.h"

#include <string.h>

#include "sim/kube/schema/quantity.h"

typedef unsigned __int128 Wide;

#define MAX_DIGITS 19 /* all that G_MAXINT64 has */

/* magnitude * binary * 10 ^ exponent, and a little more when it is inexact */
typedef struct
{
  gboolean negative, inexact;
  guint64 magnitude;
  guint64 binary;
  int exponent;
} Quantity;

static const struct
{
  const char *suffix;
  guint64 binary;
  int exponent;
} suffixes[] = {
  { "", 1, 0 },
  { "n", 1, -9 },
  { "u", 1, -6 },
  { "m", 1, -3 },
  { "k", 1, 3 },
  { "M", 1, 6 },
  { "G", 1, 9 },
  { "T", 1, 12 },
  { "P", 1, 15 },
  { "E", 1, 18 },
  { "Ki", 1ull << 10, 0 },
  { "Mi", 1ull << 20, 0 },
  { "Gi", 1ull << 30, 0 },
  { "Ti", 1ull << 40, 0 },
  { "Pi", 1ull << 50, 0 },
  { "Ei", 1ull << 60, 0 },
};

static gboolean
read_exponent (const char *text, Quantity *quantity)
{
  const char *digits = text + (text[0] == '+' || text[0] == '-');

  if (!g_ascii_isdigit (digits[0]) || strspn (digits, "0123456789") != strlen (digits)
      || strlen (digits) > 3)
    return FALSE;
  quantity->exponent += (int) g_ascii_strtoll (text, NULL, 10);
  return TRUE;
}

static gboolean
read_suffix (const char *text, Quantity *quantity)
{
  quantity->binary = 1;
  for (guint i = 0; i < G_N_ELEMENTS (suffixes); i++)
    if (strcmp (text, suffixes[i].suffix) == 0)
      {
        quantity->binary = suffixes[i].binary;
        quantity->exponent += suffixes[i].exponent;
        return TRUE;
      }
  return (text[0] == 'e' || text[0] == 'E') && read_exponent (text + 1, quantity);
}

/* Digits beyond what matters only say that there is more; FALSE when there is no digit at all. */
static gboolean
read_number (const char **text, Quantity *quantity)
{
  gboolean any = FALSE, fraction = FALSE;
  guint digits = 0;

  for (; g_ascii_isdigit (**text) || (**text == '.' && !fraction); (*text)++)
    {
      if (**text == '.')
        {
          fraction = TRUE;
          continue;
        }
      any = TRUE;
      if (digits == MAX_DIGITS)
        {
          quantity->exponent += !fraction;
          quantity->inexact = quantity->inexact || **text != '0';
          continue;
        }
      quantity->magnitude = quantity->magnitude * 10 + (guint64) (**text - '0');
      quantity->exponent -= fraction;
      digits += quantity->magnitude > 0;
    }
  return any;
}

static gboolean
read_quantity (const char *text, Quantity *quantity)
{
  *quantity = (Quantity) { .negative = text[0] == '-' };
  text += text[0] == '+' || text[0] == '-';
  return read_number (&text, quantity) && read_suffix (text, quantity);
}

/* In units of 10 ^ UNIT, kept within the range. */
static gint64
round_up (const Quantity *quantity, int unit)
{
  Wide number = (Wide) quantity->magnitude * quantity->binary;
  int exponent = quantity->exponent - unit;
  gboolean inexact = quantity->inexact;

  for (; exponent > 0 && number > 0 && number <= G_MAXINT64; exponent--)
    number *= 10;
  for (; exponent < 0 && number > 0; exponent++)
    {
      inexact = inexact || number % 10 != 0;
      number /= 10;
    }
  number += inexact;
  if (number > G_MAXINT64)
    number = G_MAXINT64;
  return quantity->negative ? -(gint64) number : (gint64) number;
}

static gboolean
read_value (const DdValue *value, Quantity *quantity)
{
  g_autofree char *number = NULL;

  if (value == NULL)
    return FALSE;
  if (dd_value_type (value) == DD_STRING)
    return read_quantity (dd_value_string (value), quantity);
  if (dd_value_type (value) != DD_INT && dd_value_type (value) != DD_DOUBLE)
    return FALSE;
  number = dd_value_to_text (value);
  return read_quantity (number, quantity);
}

gboolean
kube_quantity_to_milli (const DdValue *quantity, gint64 *out_milli)
{
  Quantity number;

  if (!read_value (quantity, &number))
    return FALSE;
  *out_milli = round_up (&number, -3);
  return TRUE;
}

gboolean
kube_quantity_to_units (const DdValue *quantity, gint64 *out_units)
{
  Quantity number;

  if (!read_value (quantity, &number))
    return FALSE;
  *out_units = round_up (&number, 0);
  return TRUE;
}
