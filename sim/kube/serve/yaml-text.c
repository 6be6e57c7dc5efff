/* SPDX-License-Identifier: Apache-2.0 */
/* Values as YAML: block style, keys in order, two spaces a level; lists do not indent. */
#include "config.h"

#include <string.h>

#include "sim/kube/serve/reply.h"

static void write_node (GString *out, const DdValue *value, guint depth, gboolean in_list);

/* Words that YAML 1.1 reads as something other than a string. */
static gboolean
is_reserved (const char *text)
{
  static const char *const words[]
      = { "", "~", "null", "true", "false", "yes", "no", "on", "off", "y", "n", "<<", "=" };

  for (guint i = 0; i < G_N_ELEMENTS (words); i++)
    if (g_ascii_strcasecmp (text, words[i]) == 0)
      return TRUE;
  return FALSE;
}

/* A plain scalar begins with a letter, '/' or '_' and holds nothing that YAML could take for
 * syntax; digits at the beginning might be a number or a date, and are quoted. */
static gboolean
is_plain (const char *text)
{
  gsize length = strlen (text);

  if (is_reserved (text) || !(g_ascii_isalpha (text[0]) || strchr ("/_", text[0]) != NULL))
    return FALSE;
  if (text[length - 1] == ' ' || text[length - 1] == ':')
    return FALSE;
  for (gsize i = 0; i < length; i++)
    if ((guchar) text[i] < 0x20 || (guchar) text[i] >= 0x7f
        || strchr ("\"#{}[],&*!|>'%@`\\", text[i]) != NULL
        || (text[i] == ':' && text[i + 1] == ' '))
      return FALSE;
  return TRUE;
}

/* As JSON, but that YAML breaks lines at some characters and allows others only escaped. */
static void
write_quoted (GString *out, const char *text)
{
  g_autoptr (GString) json = g_string_new (NULL);

  dd_append_string (json, text);
  for (const char *at = json->str; *at != '\0'; at = g_utf8_next_char (at))
    {
      gunichar character = g_utf8_get_char (at);

      if ((character >= 0x7f && character < 0xa0) || character == 0xfeff
          || (character & 0xfffe) == 0xfffe)
        g_string_append_printf (out, character > 0xffff ? "\\U%08x" : "\\u%04x", character);
      else
        g_string_append_unichar (out, character);
    }
}

static void
write_key (GString *out, const char *key)
{
  if (is_plain (key) || strcmp (key, ".") == 0)
    g_string_append (out, key);
  else
    write_quoted (out, key);
}

static void
write_scalar (GString *out, const DdValue *value)
{
  const char *text = dd_value_string (value);

  if (text != NULL && is_plain (text))
    g_string_append (out, text);
  else if (text != NULL)
    write_quoted (out, text);
  else
    dd_value_write (value, out); /* a JSON scalar is a YAML scalar */
}

static void
indent (GString *out, guint depth)
{
  for (guint i = 0; i < depth; i++)
    g_string_append (out, "  ");
}

static int
compare_keys (gconstpointer a, gconstpointer b)
{
  return strcmp (*(const char *const *) a, *(const char *const *) b);
}

/* The first member of an object in a list stands behind the dash. */
static void
write_object (GString *out, const DdValue *value, guint depth, gboolean in_list)
{
  g_autoptr (GPtrArray) keys = g_ptr_array_new ();

  for (gsize i = 0; i < dd_value_length (value); i++)
    g_ptr_array_add (keys, (gpointer) dd_value_key (value, i));
  g_ptr_array_sort (keys, compare_keys);
  for (guint i = 0; i < keys->len; i++)
    {
      if (i > 0 || !in_list)
        indent (out, depth);
      write_key (out, keys->pdata[i]);
      g_string_append_c (out, ':');
      write_node (out, dd_value_member (value, keys->pdata[i]), depth, FALSE);
    }
}

static void
write_array (GString *out, const DdValue *value, guint depth)
{
  for (gsize i = 0; i < dd_value_length (value); i++)
    {
      indent (out, depth);
      g_string_append_c (out, '-');
      write_node (out, dd_value_element (value, i), depth, TRUE);
    }
}

/* What follows "key:" or "-": on the same line when it is a scalar or empty. */
static void
write_node (GString *out, const DdValue *value, guint depth, gboolean in_list)
{
  DdType type = dd_value_type (value);

  if ((type == DD_OBJECT || type == DD_ARRAY) && dd_value_length (value) > 0)
    {
      g_string_append_c (out, in_list ? ' ' : '\n');
      if (type == DD_OBJECT)
        write_object (out, value, depth + 1, in_list);
      else if (in_list)
        {
          g_string_truncate (out, out->len - 1);
          g_string_append_c (out, '\n');
          write_array (out, value, depth + 1);
        }
      else
        write_array (out, value, depth);
      return;
    }
  g_string_append_c (out, ' ');
  if (type == DD_OBJECT || type == DD_ARRAY)
    g_string_append (out, type == DD_OBJECT ? "{}" : "[]");
  else
    write_scalar (out, value);
  g_string_append_c (out, '\n');
}

char *
kube_yaml_text (const DdValue *value)
{
  GString *out = g_string_new (NULL);

  if (dd_value_type (value) == DD_OBJECT && dd_value_length (value) > 0)
    write_object (out, value, 0, FALSE);
  else if (dd_value_type (value) == DD_ARRAY && dd_value_length (value) > 0)
    write_array (out, value, 0);
  else
    {
      write_scalar (out, value);
      g_string_append_c (out, '\n');
    }
  return g_string_free (out, FALSE);
}
