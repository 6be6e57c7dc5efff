/* SPDX-License-Identifier: Apache-2.0 */
/* tests/json-oracle.h: JSON read by json-glib, and held against what our own reader made of it
 *
 * json-glib is laxer than RFC 8259 (comments, single quotes, repeated keys, a second document
 * behind the first), so what it takes says nothing. What we take it must take too, and read alike,
 * but for what is wrong with json-glib itself (seen in 1.6.6 and 1.10.6); that is all there is of
 * it:
 *
 * - It wraps integers of more than 64 bits into 64 bits (1.6), or stops at the ends of 64 bits
 *   (1.10). We make doubles of them. See oracle_same_number ().
 * - Where the escape of a surrogate stands alone it refuses the text, swallows the next character,
 *   or writes the surrogate into UTF-8. We make U+FFFD of it. See oracle_can_read ().
 * - It writes 1e+20 as 1e+20.0, infinity as inf.0 and U+001F as it is, none of which is JSON. See
 *   oracle_can_write (). */
#pragma once

#include <json-glib/json-glib.h>
#include <math.h>
#include <string.h>

#ifdef __SANITIZE_ADDRESS__
#include <sanitizer/lsan_interface.h>
#endif

#include "base/value.h"

typedef enum
{
  ORACLE_READ,    /* both read the same text */
  ORACLE_WRITTEN, /* json-glib read what we wrote of the value: 2.0 is written as 2 */
} OracleManner;

/* json-glib 1.6 loses what it had built when it refuses a document in the midst of it; that is not
 * ours to be told. */
static inline gboolean
oracle_load (JsonParser *parser, const char *text, gsize length)
{
  gboolean loaded;

#ifdef __SANITIZE_ADDRESS__
  __lsan_disable ();
#endif
  loaded = json_parser_load_from_data (parser, text, (gssize) length, NULL);
#ifdef __SANITIZE_ADDRESS__
  __lsan_enable ();
#endif
  return loaded;
}

/* The root, or NULL; json-glib sets no error where there is nothing but white space. */
static inline JsonNode *
oracle_read (const char *text, gsize length)
{
  g_autoptr (JsonParser) parser = json_parser_new ();

  return oracle_load (parser, text, length) ? json_parser_steal_root (parser) : NULL;
}

/* What the escape \\uXXXX at AT means; 0: it is no such escape. */
static inline guint
oracle_escape_at (const char *at)
{
  guint code = 0;

  if (at[0] != '\\' || at[1] != 'u')
    return 0;
  for (guint i = 2; i < 6; i++)
    {
      if (!g_ascii_isxdigit (at[i]))
        return 0;
      code = code * 16 + (guint) g_ascii_xdigit_value (at[i]);
    }
  return code;
}

/* Every surrogate in TEXT is one half of a pair. */
static inline gboolean
oracle_can_read (const char *text)
{
  for (const char *at = strchr (text, '\\'); at != NULL; at = strchr (at, '\\'))
    {
      guint code = oracle_escape_at (at);
      guint next = code != 0 ? oracle_escape_at (at + 6) : 0;
      gboolean pair = code >= 0xd800 && code < 0xdc00 && next >= 0xdc00 && next < 0xe000;

      if (code >= 0xd800 && code < 0xe000 && !pair)
        return FALSE;
      at += pair ? 12 : code != 0 ? 6 : at[1] != '\0' ? 2 : 1;
    }
  return TRUE;
}

static inline gboolean
oracle_can_write (const char *written)
{
  return g_utf8_validate (written, -1, NULL) && strchr (written, 0x1f) == NULL
         && !g_regex_match_simple ("(e[+-][0-9]+|inf|nan)\\.0", written, 0, 0);
}

static inline gboolean
oracle_same_number (JsonNode *theirs, const DdValue *ours, OracleManner manner)
{
  GType type = json_node_get_value_type (theirs);
  double number = dd_value_double (ours, 0);
  double their_number = json_node_get_double (theirs);

  if (dd_value_type (ours) == DD_INT)
    return type == G_TYPE_INT64 && json_node_get_int (theirs) == dd_value_int (ours, 0);
  if (type == G_TYPE_INT64 && fabs (number) >= 0x1p63)
    return their_number != number
           || json_node_get_int (theirs) == (number < 0 ? G_MININT64 : G_MAXINT64);
  if (type == G_TYPE_INT64)
    return manner == ORACLE_WRITTEN && their_number == number;
  return type == G_TYPE_DOUBLE && memcmp (&their_number, &number, sizeof number) == 0;
}

static inline gboolean oracle_same (JsonNode *theirs, const DdValue *ours, OracleManner manner,
                                    GString *where);

static inline gboolean
oracle_same_array (JsonArray *theirs, const DdValue *ours, OracleManner manner, GString *where)
{
  gsize depth = where->len;

  if (json_array_get_length (theirs) != dd_value_length (ours))
    return FALSE;
  for (guint i = 0; i < dd_value_length (ours); i++)
    {
      g_string_append_printf (where, "[%u]", i);
      if (!oracle_same (json_array_get_element (theirs, i), dd_value_element (ours, i), manner,
                        where))
        return FALSE;
      g_string_truncate (where, depth);
    }
  return TRUE;
}

/* The same members in the same order. */
static inline gboolean
oracle_same_object (JsonObject *theirs, const DdValue *ours, OracleManner manner, GString *where)
{
  gsize depth = where->len;
  JsonObjectIter iter;
  const char *name;
  JsonNode *member;

  if (json_object_get_size (theirs) != dd_value_length (ours))
    return FALSE;
  json_object_iter_init_ordered (&iter, theirs);
  for (gsize i = 0; json_object_iter_next_ordered (&iter, &name, &member); i++)
    {
      g_string_append_printf (where, ".%s", name);
      if (strcmp (name, dd_value_key (ours, i)) != 0
          || !oracle_same (member, dd_value_nth (ours, i), manner, where))
        return FALSE;
      g_string_truncate (where, depth);
    }
  return TRUE;
}

/* On FALSE, WHERE ends with the path to what differs. */
static inline gboolean
oracle_same (JsonNode *theirs, const DdValue *ours, OracleManner manner, GString *where)
{
  gboolean scalar = JSON_NODE_HOLDS_VALUE (theirs);
  GType type = scalar ? json_node_get_value_type (theirs) : G_TYPE_INVALID;

  switch (dd_value_type (ours))
    {
    case DD_NULL:
      return JSON_NODE_HOLDS_NULL (theirs);
    case DD_BOOL:
      return type == G_TYPE_BOOLEAN
             && json_node_get_boolean (theirs) == dd_value_bool (ours, FALSE);
    case DD_INT:
    case DD_DOUBLE:
      return scalar && oracle_same_number (theirs, ours, manner);
    case DD_STRING:
      return type == G_TYPE_STRING
             && strcmp (json_node_get_string (theirs), dd_value_string (ours)) == 0;
    case DD_ARRAY:
      return JSON_NODE_HOLDS_ARRAY (theirs)
             && oracle_same_array (json_node_get_array (theirs), ours, manner, where);
    case DD_OBJECT:
      return JSON_NODE_HOLDS_OBJECT (theirs)
             && oracle_same_object (json_node_get_object (theirs), ours, manner, where);
    }
  g_assert_not_reached ();
}
