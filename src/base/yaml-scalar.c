/* SPDX-License-Identifier: Apache-2.0 */
/* src/base/yaml-scalar.c: what a plain YAML scalar means
 *
 * kubectl reads manifests through sigs.k8s.io/yaml, that is go-yaml version 2, which follows YAML
 * 1.1 for booleans (yes, no, on, off, y, n) and Go's own syntax for integers (0x1f, 0o17, 017,
 * 1_000). A file must not be read otherwise here than the same file given to kubectl, so these
 * rules are followed to the letter, with a warning wherever they are known to surprise. */

#include "config.h"

#include "base/yaml.h"

#include <errno.h>
#include <math.h>
#include <string.h>

static gboolean
is_one_of (const char *text, const char *const *words)
{
  return g_strv_contains (words, text);
}

static const char *const nulls[] = { "", "~", "null", "Null", "NULL", NULL };
static const char *const plain_true[] = { "true", "True", "TRUE", NULL };
static const char *const plain_false[] = { "false", "False", "FALSE", NULL };
static const char *const odd_true[] = { "y", "Y", "yes", "Yes", "YES", "on", "On", "ON", NULL };
static const char *const odd_false[] = { "n", "N", "no", "No", "NO", "off", "Off", "OFF", NULL };

static DdValue *
read_word (const char *text, const char **out_warning)
{
  if (is_one_of (text, nulls))
    return dd_null ();
  if (is_one_of (text, plain_true))
    return dd_bool (TRUE);
  if (is_one_of (text, plain_false))
    return dd_bool (FALSE);
  if (!is_one_of (text, odd_true) && !is_one_of (text, odd_false))
    return NULL;
  *out_warning = "YAML 1.1, and so kubectl, reads this word as a boolean; quote it to mean text";
  return dd_bool (is_one_of (text, odd_true));
}

/* Go's strconv.ParseInt with base 0, after go-yaml has dropped every underscore. */
static DdValue *
read_integer (const char *text, const char **out_warning)
{
  gboolean negative = text[0] == '-';
  const char *digits = text + (text[0] == '-' || text[0] == '+');
  guint base = 10;
  char *end = NULL;
  guint64 magnitude;

  if (digits[0] == '0' && digits[1] != '\0')
    {
      char mark = g_ascii_tolower (digits[1]);

      base = mark == 'x' ? 16 : mark == 'b' ? 2 : 8;
      digits += mark == 'x' || mark == 'b' || mark == 'o' ? 2 : 1;
    }
  if (!g_ascii_isxdigit (digits[0]))
    return NULL;
  errno = 0;
  magnitude = g_ascii_strtoull (digits, &end, base);
  if (*end != '\0' || errno != 0 || magnitude > (guint64) G_MAXINT64)
    return NULL;
  if (base != 10)
    *out_warning = "YAML 1.1, and so kubectl, reads this as an octal, binary or hexadecimal number";
  return dd_int (negative ? -(gint64) magnitude : (gint64) magnitude);
}

/* go-yaml's own pattern: [-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)? */
static gboolean
looks_like_float (const char *p)
{
  gsize whole, fraction = 0, exponent;

  p += *p == '-' || *p == '+';
  whole = strspn (p, "0123456789");
  p += whole;
  if (*p == '.')
    {
      fraction = strspn (p + 1, "0123456789");
      p += 1 + fraction;
    }
  if (whole + fraction == 0)
    return FALSE;
  if (*p == 'e' || *p == 'E')
    {
      p += 1;
      p += *p == '-' || *p == '+';
      exponent = strspn (p, "0123456789");
      if (exponent == 0)
        return FALSE;
      p += exponent;
    }
  return *p == '\0';
}

static DdValue *
read_float (const char *text, const char **out_warning)
{
  double number;
  g_autoptr (DdValue) value = NULL;
  g_autofree char *again = NULL;

  if (!looks_like_float (text))
    return NULL;
  number = g_ascii_strtod (text, NULL);
  if (!isfinite (number))
    return NULL;
  value = dd_double (number);
  again = dd_value_to_text (value);
  if (strchr (text, '.') != NULL && strpbrk (text, "eE") == NULL && strcmp (text, again) != 0)
    *out_warning = "unquoted, this is a number and loses its last digits; quote it to mean text";
  return g_steal_pointer (&value);
}

DdValue *
dd_yaml_scalar (const char *text, const char **out_warning)
{
  g_autoptr (GString) plain = NULL;
  DdValue *value = read_word (text, out_warning);

  if (value != NULL)
    return value;
  if (strchr ("+-.0123456789", text[0]) == NULL)
    return dd_string (text);

  plain = g_string_new (text);
  g_string_replace (plain, "_", "", 0);
  value = read_integer (plain->str, out_warning);
  if (value == NULL)
    value = read_float (plain->str, out_warning);
  return value != NULL ? value : dd_string (text);
}
