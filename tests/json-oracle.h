/* SPDX-License-Identifier: Apache-2.0 */
/* tests/json-oracle.h: JSON read by json-glib, and held against what our own reader made of it
 *
 * json-glib is laxer than RFC 8259 (comments, single quotes, repeated keys, a second document
 * behind the first), so what it takes says nothing. What we take it must take too, and read alike,
 * but for what is wrong with json-glib itself (seen in 1.6.6); that is all there is of it:
 *
 * - It keeps integers of more than 64 bits in 64 bits. We make doubles of them. See
 *   oracle_same_number ().
 * - It refuses the escape of a high surrogate that stands alone, and writes other lonely surrogates
 *   into UTF-8 as if they were characters. We make U+FFFD of them. See oracle_may_refuse () and
 *   oracle_same_string ().
 * - It writes 1e+20 as 1e+20.0 and infinity as inf.0, which is not JSON. See oracle_can_write ().
 */
#pragma once

#include <json-glib/json-glib.h>
#include <math.h>
#include <string.h>

#include "base/value.h"

typedef enum
{
  ORACLE_READ,    /* both read the same text */
  ORACLE_WRITTEN, /* json-glib read what we wrote of the value: 2.0 is written as 2 */
} OracleManner;

/* The root, or NULL; json-glib sets no error where there is nothing but white space. */
static inline JsonNode *
oracle_read (const char *text, gsize length)
{
  g_autoptr (JsonParser) parser = json_parser_new ();

  if (!json_parser_load_from_data (parser, text, (gssize) length, NULL))
    return NULL;
  return json_parser_steal_root (parser);
}

static inline gboolean
oracle_may_refuse (const char *text)
{
  return g_regex_match_simple ("\\\\u[dD][89abAB][0-9a-fA-F]{2}(?!\\\\u[dD][c-fC-F])", text, 0, 0);
}

static inline gboolean
oracle_can_write (const char *written)
{
  return g_utf8_validate (written, -1, NULL)
         && !g_regex_match_simple ("(e[+-][0-9]+|inf|nan)\\.0", written, 0, 0);
}

/* A surrogate in UTF-8 is ED, A0 to BF, and one byte more. */
static inline gboolean
oracle_same_string (const char *theirs, const char *ours)
{
  g_autoptr (GString) repaired = g_string_new (theirs);

  for (gsize i = 0; i + 2 < repaired->len; i++)
    if ((guchar) repaired->str[i] == 0xed && (guchar) repaired->str[i + 1] >= 0xa0)
      memcpy (repaired->str + i, "\xef\xbf\xbd", 3);
  return strcmp (repaired->str, ours) == 0;
}

static inline gboolean
oracle_same_number (JsonNode *theirs, const DdValue *ours, OracleManner manner)
{
  GType type = json_node_get_value_type (theirs);
  double number = dd_value_double (ours, 0);
  double their_number = json_node_get_double (theirs);

  if (dd_value_type (ours) == DD_INT)
    return type == G_TYPE_INT64 && json_node_get_int (theirs) == dd_value_int (ours, 0);
  if (type == G_TYPE_INT64)
    return fabs (number) >= 0x1p63 || (manner == ORACLE_WRITTEN && their_number == number);
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
      if (!oracle_same_string (name, dd_value_key (ours, i))
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
             && oracle_same_string (json_node_get_string (theirs), dd_value_string (ours));
    case DD_ARRAY:
      return JSON_NODE_HOLDS_ARRAY (theirs)
             && oracle_same_array (json_node_get_array (theirs), ours, manner, where);
    case DD_OBJECT:
      return JSON_NODE_HOLDS_OBJECT (theirs)
             && oracle_same_object (json_node_get_object (theirs), ours, manner, where);
    }
  g_assert_not_reached ();
}
