/* SPDX-License-Identifier: Apache-2.0 */
/* JSON text: a strict RFC 8259 parser and a canonical writer for DdValue.
 *
 * The parser makes values as it goes: what it has read of the arrays and objects that are still
 * open lies on one stack, and closing a bracket turns the top of it into a value. It is linear in
 * the length of the text, whatever that text is, and refuses what is too long or too deep.
 */
#include "config.h"

#include <errno.h>
#include <math.h>
#include <string.h>

#include "base/error.h"
#include "base/value-private.h"

typedef struct
{
  const char *start, *at, *end;
  guint depth, max_depth;
  gboolean allow_duplicates;
  GPtrArray *stack;   /* DdKey and DdValue of what is open */
  const char *string; /* the one that was read last, where it lies: in the source, or in TEXT */
  gsize string_length;
  GString *text;         /* of a string with escapes */
  GPtrArray *path;       /* keys (const char *) of the open members, for duplicates */
  GPtrArray *duplicates; /* out, may be NULL */
  GError **error;
} Parser;

static DdValue *parse_value (Parser *parser);

static gpointer
fail (Parser *parser, const char *what)
{
  g_set_error (parser->error, DD_ERROR, DD_ERROR_INVALID, "JSON: byte %" G_GSIZE_FORMAT ": %s",
               (gsize) (parser->at - parser->start), what);
  return NULL;
}

static void
skip_space (Parser *parser)
{
  while (
      parser->at < parser->end
      && (*parser->at == ' ' || *parser->at == '\t' || *parser->at == '\n' || *parser->at == '\r'))
    parser->at++;
}

/* The next byte that is not white space, or -1 at the end. */
static int
peek (Parser *parser)
{
  skip_space (parser);
  return parser->at < parser->end ? (guchar) *parser->at : -1;
}

static gboolean
read_hex (Parser *parser, gunichar *out)
{
  gunichar code = 0;

  if (parser->end - parser->at < 4)
    return FALSE;
  for (guint i = 0; i < 4; i++)
    {
      int digit = g_ascii_xdigit_value (parser->at[i]);

      if (digit < 0)
        return FALSE;
      code = code * 16 + (guint) digit;
    }
  parser->at += 4;
  *out = code;
  return TRUE;
}

/* After "\u". A surrogate without its other half becomes U+FFFD, as Go's decoder does. */
static gboolean
read_unicode_escape (Parser *parser)
{
  gunichar code, low;

  if (!read_hex (parser, &code))
    return fail (parser, "expected four hexadecimal digits after \\u") != NULL;
  if (code == 0)
    return fail (parser, "a NUL character in a string is not accepted") != NULL;
  if (code >= 0xd800 && code < 0xdc00 && parser->end - parser->at >= 6 && parser->at[0] == '\\'
      && parser->at[1] == 'u')
    {
      const char *mark = parser->at;

      parser->at += 2;
      if (!read_hex (parser, &low))
        return fail (parser, "expected four hexadecimal digits after \\u") != NULL;
      if (low >= 0xdc00 && low < 0xe000)
        code = 0x10000 + ((code - 0xd800) << 10) + (low - 0xdc00);
      else
        parser->at = mark;
    }
  if (code >= 0xd800 && code < 0xe000)
    code = 0xfffd;
  g_string_append_unichar (parser->text, code);
  return TRUE;
}

static gboolean
read_escape (Parser *parser)
{
  static const char names[] = "\"\\/bfnrt";
  static const char meant[] = "\"\\/\b\f\n\r\t";
  const char *found;

  parser->at++;
  if (parser->at == parser->end)
    return fail (parser, "the text ends within a string") != NULL;
  if (*parser->at == 'u')
    {
      parser->at++;
      return read_unicode_escape (parser);
    }
  found = *parser->at != '\0' ? strchr (names, *parser->at) : NULL;
  if (found == NULL)
    return fail (parser, "unknown escape in a string") != NULL;
  parser->at++;
  g_string_append_c (parser->text, meant[found - names]);
  return TRUE;
}

static void
skip_plain (Parser *parser)
{
  while (parser->at < parser->end && *parser->at != '"' && *parser->at != '\\'
         && (guchar) *parser->at >= 0x20)
    parser->at++;
}

/* The string from START on, which has something in it that must be copied otherwise. */
static gboolean
read_escaped (Parser *parser, const char *start)
{
  g_string_truncate (parser->text, 0);
  g_string_append_len (parser->text, start, parser->at - start);
  for (;;)
    {
      const char *run = parser->at;

      skip_plain (parser);
      g_string_append_len (parser->text, run, parser->at - run);
      if (parser->at == parser->end)
        return fail (parser, "the text ends within a string") != NULL;
      if (*parser->at == '"')
        break;
      if (*parser->at != '\\')
        return fail (parser, "a control character in a string must be escaped") != NULL;
      if (!read_escape (parser))
        return FALSE;
    }
  parser->string = parser->text->str;
  parser->string_length = parser->text->len;
  parser->at++;
  return TRUE;
}

/* Leaves it in parser->string. */
static gboolean
read_string (Parser *parser)
{
  const char *start = ++parser->at;

  skip_plain (parser);
  if (parser->at == parser->end || *parser->at != '"')
    return read_escaped (parser, start);
  parser->string = start;
  parser->string_length = (gsize) (parser->at++ - start);
  return TRUE;
}

static gboolean
skip_digits (Parser *parser)
{
  const char *first = parser->at;

  while (parser->at < parser->end && g_ascii_isdigit (*parser->at))
    parser->at++;
  return parser->at > first;
}

/* -? (0 | [1-9][0-9]*) (. [0-9]+)? ([eE] [+-]? [0-9]+)? */
static gboolean
skip_number (Parser *parser, gboolean *out_whole)
{
  *out_whole = TRUE;
  if (*parser->at == '-')
    parser->at++;
  if (parser->at < parser->end && *parser->at == '0')
    parser->at++;
  else if (!skip_digits (parser))
    return FALSE;
  if (parser->at < parser->end && *parser->at == '.')
    {
      *out_whole = FALSE;
      parser->at++;
      if (!skip_digits (parser))
        return FALSE;
    }
  if (parser->at < parser->end && (*parser->at == 'e' || *parser->at == 'E'))
    {
      *out_whole = FALSE;
      parser->at++;
      if (parser->at < parser->end && (*parser->at == '+' || *parser->at == '-'))
        parser->at++;
      if (!skip_digits (parser))
        return FALSE;
    }
  return TRUE;
}

static DdValue *
parse_number (Parser *parser)
{
  const char *first = parser->at;
  g_autofree char *digits = NULL;
  gboolean whole;
  gint64 integer;
  double number;

  if (!skip_number (parser, &whole))
    return fail (parser, "malformed number");
  digits = g_strndup (first, (gsize) (parser->at - first));
  if (whole && g_ascii_string_to_signed (digits, 10, G_MININT64, G_MAXINT64, &integer, NULL))
    return dd_int (integer);
  number = g_ascii_strtod (digits, NULL);
  if (!isfinite (number))
    return fail (parser, "the number is too large");
  return dd_double (number);
}

static DdValue *
parse_word (Parser *parser)
{
  static const char *const words[] = { "null", "true", "false" };

  for (guint i = 0; i < G_N_ELEMENTS (words); i++)
    {
      gsize length = strlen (words[i]);

      if ((gsize) (parser->end - parser->at) < length || memcmp (parser->at, words[i], length) != 0)
        continue;
      parser->at += length;
      return i == 0 ? dd_null () : dd_bool (i == 1);
    }
  return fail (parser, "expected a value");
}

static DdValue *
parse_array (Parser *parser)
{
  guint base = parser->stack->len;
  DdValue *array;

  parser->at++;
  if (peek (parser) == ']')
    {
      parser->at++;
      return dd_array_empty ();
    }
  for (;;)
    {
      DdValue *element = parse_value (parser);
      int next;

      if (element == NULL)
        return NULL;
      g_ptr_array_add (parser->stack, element);
      next = peek (parser);
      if (next != ',' && next != ']')
        return fail (parser, "expected ',' or ']' after an array element");
      parser->at++;
      if (next == ']')
        break;
    }
  array = dd_array_from_items (parser->stack->pdata + base, parser->stack->len - base);
  g_ptr_array_set_size (parser->stack, (gint) base);
  return array;
}

/* Keys are interned, so a repeated one is the same pointer. */
static guint
find_on_stack (Parser *parser, guint base, GHashTable **seen, DdKey *key)
{
  guint length = parser->stack->len - base;

  if (*seen == NULL && length > 32)
    {
      *seen = g_hash_table_new (NULL, NULL);
      for (guint i = base; i < parser->stack->len; i += 2)
        g_hash_table_insert (*seen, parser->stack->pdata[i], GUINT_TO_POINTER (i + 1));
    }
  if (*seen != NULL)
    return GPOINTER_TO_UINT (g_hash_table_lookup (*seen, key));
  for (guint i = base; i < parser->stack->len; i += 2)
    if (parser->stack->pdata[i] == key)
      return i + 1;
  return 0;
}

static void
note_duplicate (Parser *parser, DdKey *key)
{
  GString *dotted;

  if (parser->duplicates == NULL)
    return;
  dotted = g_string_new (NULL);
  for (guint i = 0; i < parser->path->len; i++)
    g_string_append_printf (dotted, "%s.", ((DdKey *) parser->path->pdata[i])->text);
  g_string_append (dotted, key->text);
  g_ptr_array_add (parser->duplicates, g_string_free (dotted, FALSE));
}

/* Takes KEY and VALUE. */
static gboolean
push_member (Parser *parser, guint base, GHashTable **seen, DdKey *key, DdValue *value)
{
  guint place = find_on_stack (parser, base, seen, key);

  if (place == 0)
    {
      if (*seen != NULL)
        g_hash_table_insert (*seen, key, GUINT_TO_POINTER (parser->stack->len + 1));
      g_ptr_array_add (parser->stack, key);
      g_ptr_array_add (parser->stack, value);
      return TRUE;
    }
  if (parser->allow_duplicates)
    {
      note_duplicate (parser, key);
      dd_value_unref (parser->stack->pdata[place]);
      parser->stack->pdata[place] = value;
    }
  else
    {
      g_set_error (parser->error, DD_ERROR, DD_ERROR_INVALID,
                   "JSON: byte %" G_GSIZE_FORMAT ": duplicate key \"%s\"",
                   (gsize) (parser->at - parser->start), key->text);
      dd_value_unref (value);
    }
  dd_key_unref (key);
  return parser->allow_duplicates;
}

static gboolean
parse_member (Parser *parser, guint base, GHashTable **seen)
{
  DdKey *key;
  DdValue *value;

  if (peek (parser) != '"')
    return fail (parser, "expected a key in double quotes") != NULL;
  if (!read_string (parser))
    return FALSE;
  if (peek (parser) != ':')
    return fail (parser, "expected ':' after an object key") != NULL;
  parser->at++;
  key = dd_key_intern (parser->string, parser->string_length);
  g_ptr_array_add (parser->path, key);
  value = parse_value (parser);
  g_ptr_array_set_size (parser->path, (gint) parser->path->len - 1);
  if (value == NULL)
    {
      dd_key_unref (key);
      return FALSE;
    }
  return push_member (parser, base, seen, key, value);
}

/* What an unfinished object leaves on the stack is keys and values by turns; the caller of the
 * whole parse cannot tell them from an array's, so it is cleared here. */
static void
drop_members (Parser *parser, guint base)
{
  for (guint i = base; i < parser->stack->len; i++)
    if ((i - base) % 2 == 0)
      dd_key_unref (parser->stack->pdata[i]);
    else
      dd_value_unref (parser->stack->pdata[i]);
  g_ptr_array_set_size (parser->stack, (gint) base);
}

static void
drop_elements (Parser *parser, guint base)
{
  for (guint i = base; i < parser->stack->len; i++)
    dd_value_unref (parser->stack->pdata[i]);
  g_ptr_array_set_size (parser->stack, (gint) base);
}

static DdValue *
parse_object (Parser *parser)
{
  guint base = parser->stack->len;
  g_autoptr (GHashTable) seen = NULL;
  DdValue *object;

  parser->at++;
  if (peek (parser) == '}')
    {
      parser->at++;
      return dd_object_empty ();
    }
  for (;;)
    {
      int next;

      if (!parse_member (parser, base, &seen))
        return NULL;
      next = peek (parser);
      if (next != ',' && next != '}')
        return fail (parser, "expected ',' or '}' after an object member");
      parser->at++;
      if (next == '}')
        break;
    }
  object = dd_object_from_pairs (parser->stack->pdata + base, (parser->stack->len - base) / 2);
  g_ptr_array_set_size (parser->stack, (gint) base);
  return object;
}

static DdValue *
parse_container (Parser *parser, gboolean object)
{
  guint base = parser->stack->len;
  DdValue *value;

  if (parser->depth == parser->max_depth)
    return fail (parser, "nested too deeply");
  parser->depth++;
  value = object ? parse_object (parser) : parse_array (parser);
  parser->depth--;
  if (value == NULL && object)
    drop_members (parser, base);
  if (value == NULL && !object)
    drop_elements (parser, base);
  return value;
}

static DdValue *
parse_value (Parser *parser)
{
  int next = peek (parser);

  if (next == -1)
    return fail (parser, "the text ends where a value was expected");
  if (next == '{' || next == '[')
    return parse_container (parser, next == '{');
  if (next == '"')
    return read_string (parser) ? dd_string_len (parser->string, parser->string_length) : NULL;
  if (next == '-' || g_ascii_isdigit (next))
    return parse_number (parser);
  return parse_word (parser);
}

static DdValue *
parse_document (Parser *parser)
{
  g_autoptr (DdValue) value = parse_value (parser);

  if (value != NULL && peek (parser) != -1)
    return fail (parser, "text after the end of the value");
  return g_steal_pointer (&value);
}

DdValue *
dd_value_parse_with_duplicates (const char *text, gsize length, const DdJsonLimits *limits,
                                GPtrArray *out_duplicates, GError **error)
{
  static const DdJsonLimits usual = { 0 };
  const DdJsonLimits *bounds = limits != NULL ? limits : &usual;
  gsize max_bytes = bounds->max_bytes != 0 ? bounds->max_bytes : DD_JSON_MAX_BYTES;
  const char *bad;
  Parser parser = { .start = text, .at = text, .end = text + length, .error = error };
  DdValue *value;

  if (length > max_bytes)
    {
      g_set_error (error, DD_ERROR, DD_ERROR_INVALID,
                   "JSON: %" G_GSIZE_FORMAT " bytes are more than the %" G_GSIZE_FORMAT " allowed",
                   length, max_bytes);
      return NULL;
    }
  if (!g_utf8_validate_len (text, length, &bad))
    {
      parser.at = bad;
      return fail (&parser, "not valid UTF-8");
    }
  parser.max_depth = bounds->max_depth != 0 ? bounds->max_depth : DD_JSON_MAX_DEPTH;
  parser.allow_duplicates = bounds->allow_duplicate_keys;
  parser.duplicates = out_duplicates;
  parser.stack = g_ptr_array_new ();
  parser.path = g_ptr_array_new ();
  parser.text = g_string_new (NULL);
  value = parse_document (&parser);
  g_ptr_array_unref (parser.stack);
  g_ptr_array_unref (parser.path);
  g_string_free (parser.text, TRUE);
  return value;
}

DdValue *
dd_value_parse (const char *text, gsize length, const DdJsonLimits *limits, GError **error)
{
  return dd_value_parse_with_duplicates (text, length, limits, NULL, error);
}

DdValue *
dd_value_parse_bytes (GBytes *bytes, GError **error)
{
  gsize length = 0;
  const char *text = bytes != NULL ? g_bytes_get_data (bytes, &length) : NULL;

  return dd_value_parse (text != NULL ? text : "", length, NULL, error);
}

/* ---- writing ---- */

static void
write_escape (guchar byte, GString *out)
{
  static const char *const short_forms[0x20] = { ['\n'] = "\\n", ['\r'] = "\\r", ['\t'] = "\\t" };

  if (byte == '"' || byte == '\\')
    {
      g_string_append_c (out, '\\');
      g_string_append_c (out, (char) byte);
    }
  else if (short_forms[byte] != NULL)
    g_string_append (out, short_forms[byte]);
  else
    g_string_append_printf (out, "\\u%04x", byte);
}

/* U+2028 and U+2029 end a line in JavaScript; Go's encoder escapes them too. */
static gboolean
is_line_separator (const char *text, gsize left)
{
  return left >= 3 && (guchar) text[0] == 0xe2 && (guchar) text[1] == 0x80
         && ((guchar) text[2] == 0xa8 || (guchar) text[2] == 0xa9);
}

static void
write_text (const char *text, gsize length, GString *out)
{
  gsize run = 0;

  g_string_append_c (out, '"');
  for (gsize i = 0; i < length; i++)
    {
      guchar byte = (guchar) text[i];
      gboolean separator = byte == 0xe2 && is_line_separator (text + i, length - i);

      if (byte >= 0x20 && byte != '"' && byte != '\\' && !separator)
        continue;
      g_string_append_len (out, text + run, (gssize) (i - run));
      if (separator)
        g_string_append (out, (guchar) text[i + 2] == 0xa8 ? "\\u2028" : "\\u2029");
      else
        write_escape (byte, out);
      i += separator ? 2 : 0;
      run = i + 1;
    }
  g_string_append_len (out, text + run, (gssize) (length - run));
  g_string_append_c (out, '"');
}

void
dd_append_string (GString *out, const char *text)
{
  write_text (text, strlen (text), out);
}

void
dd_append_int (GString *out, gint64 value)
{
  char digits[24], *at = digits + sizeof digits;
  guint64 rest = value < 0 ? -(guint64) value : (guint64) value;

  do
    *--at = (char) ('0' + rest % 10);
  while ((rest /= 10) > 0);
  if (value < 0)
    *--at = '-';
  g_string_append_len (out, at, digits + sizeof digits - at);
}

/* The shortest form that reads back as the same number. */
static void
write_double (double value, GString *out)
{
  static const char *const formats[] = { "%.15g", "%.16g", "%.17g" };
  char text[G_ASCII_DTOSTR_BUF_SIZE];

  if (value == 0 && signbit (value))
    {
      g_string_append (out, "-0.0"); /* "-0" would be read as a whole number, which has no sign */
      return;
    }
  for (guint i = 0; i < G_N_ELEMENTS (formats); i++)
    {
      g_ascii_formatd (text, sizeof text, formats[i], value);
      if (g_ascii_strtod (text, NULL) == value)
        break;
    }
  g_string_append (out, text);
}

/* INDENT is -1 for compact text, else the depth. */
static void
write_break (int indent, GString *out)
{
  if (indent < 0)
    return;
  g_string_append_c (out, '\n');
  for (int i = 0; i < indent; i++)
    g_string_append (out, "  ");
}

static void
write_value (const DdValue *value, int indent, GString *out)
{
  gboolean object = value->type == DD_OBJECT;
  int inner = indent < 0 ? -1 : indent + 1;

  switch (value->type)
    {
    case DD_NULL:
      g_string_append (out, "null");
      return;
    case DD_BOOL:
      g_string_append (out, value->as.integer ? "true" : "false");
      return;
    case DD_INT:
      dd_append_int (out, value->as.integer);
      return;
    case DD_DOUBLE:
      write_double (value->as.number, out);
      return;
    case DD_STRING:
      write_text (dd_value_text (value), value->length, out);
      return;
    case DD_ARRAY:
    case DD_OBJECT:
      break;
    }
  g_string_append_c (out, object ? '{' : '[');
  for (guint i = 0; i < value->length; i++)
    {
      if (i > 0)
        g_string_append_c (out, ',');
      write_break (inner, out);
      if (object)
        {
          const DdKey *key = dd_value_members (value)[i].key;

          write_text (key->text, key->length, out);
          g_string_append (out, indent < 0 ? ":" : ": ");
        }
      write_value (object ? dd_value_members (value)[i].value : dd_value_elements (value)[i], inner,
                   out);
    }
  if (value->length > 0)
    write_break (indent, out);
  g_string_append_c (out, object ? '}' : ']');
}

void
dd_value_write (const DdValue *value, GString *out)
{
  write_value (value, -1, out);
}

char *
dd_value_to_text (const DdValue *value)
{
  GString *out = g_string_new (NULL);

  write_value (value, -1, out);
  return g_string_free (out, FALSE);
}

GBytes *
dd_value_to_bytes (const DdValue *value)
{
  GString *out = g_string_new (NULL);

  write_value (value, -1, out);
  return g_string_free_to_bytes (out);
}

char *
dd_value_to_pretty_text (const DdValue *value)
{
  GString *out = g_string_new (NULL);

  write_value (value, 0, out);
  return g_string_free (out, FALSE);
}
