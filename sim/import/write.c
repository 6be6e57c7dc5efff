/* SPDX-License-Identifier: Apache-2.0 */
/* sim/import/write.c: values as YAML that a person can read and compare
 *
 * What fits into a line stands in one, so that a node is a line, and a change of it too; whatever
 * is longer is a block. A scalar that YAML could read otherwise is quoted as JSON quotes it. */
#include "config.h"

#include <string.h>

#include "base/yaml.h"
#include "sim/import/private.h"

#define WIDTH 140

static gboolean
is_plain_char (char c)
{
  return g_ascii_isalnum (c) || strchr ("-._/@", c) != NULL;
}

static gboolean
is_plain (const char *text)
{
  g_autoptr (DdValue) read = NULL;
  const char *warning = NULL;

  if (!g_ascii_isalnum (*text) && *text != '/')
    return FALSE;
  for (const char *p = text; *p != '\0'; p++)
    if (!is_plain_char (*p) && !(*p == ':' && g_ascii_isdigit (p[1])))
      return FALSE;
  read = dd_yaml_scalar (text, &warning);
  return warning == NULL && dd_value_type (read) == DD_STRING;
}

static void
write_text (const char *text, GString *out)
{
  g_autoptr (DdValue) value = NULL;

  if (is_plain (text))
    {
      g_string_append (out, text);
      return;
    }
  value = dd_string (text);
  dd_value_write (value, out);
}

static void write_flow (const DdValue *value, GString *out);

static void
write_flow_items (const DdValue *value, gboolean keyed, GString *out)
{
  for (gsize i = 0; i < dd_value_length (value); i++)
    {
      if (i > 0)
        g_string_append (out, ", ");
      if (keyed)
        {
          write_text (dd_value_key (value, i), out);
          g_string_append (out, ": ");
        }
      write_flow (keyed ? dd_value_nth (value, i) : dd_value_element (value, i), out);
    }
}

static void
write_flow (const DdValue *value, GString *out)
{
  DdType type = dd_value_type (value);

  if (type == DD_STRING)
    write_text (dd_value_string (value), out);
  else if (type != DD_OBJECT && type != DD_ARRAY)
    dd_value_write (value, out);
  else
    {
      g_string_append_c (out, type == DD_OBJECT ? '{' : '[');
      write_flow_items (value, type == DD_OBJECT, out);
      g_string_append_c (out, type == DD_OBJECT ? '}' : ']');
    }
}

static gboolean
is_container (const DdValue *value)
{
  DdType type = dd_value_type (value);

  return (type == DD_OBJECT || type == DD_ARRAY) && dd_value_length (value) > 0;
}

static void write_block (const DdValue *value, guint indent, GString *out);

/* What follows "key:" or "-", in the line as far as it fits. OUTER: the world's own members are
 * blocks, whatever fits. */
static void
write_rest (const DdValue *value, guint indent, gboolean keyed, gboolean outer, GString *out)
{
  g_autoptr (GString) flow = g_string_new (NULL);

  write_flow (value, flow);
  if (!is_container (value) || (!outer && flow->len + indent <= WIDTH))
    {
      g_string_append_printf (out, " %s\n", flow->str);
      return;
    }
  if (keyed)
    g_string_append_c (out, '\n');
  else
    g_string_append_c (out, ' ');
  write_block (value, keyed ? indent : indent + 2, out);
}

/* A block in a list begins in the line of its dash, so that its first line has no indent. */
static void
write_block (const DdValue *value, guint indent, GString *out)
{
  gboolean keyed = dd_value_type (value) == DD_OBJECT;
  gboolean dashed = out->len > 0 && out->str[out->len - 1] == ' ';

  for (gsize i = 0; i < dd_value_length (value); i++)
    {
      if (i > 0 || !dashed)
        g_string_append_printf (out, "%*s", (int) indent, "");
      if (keyed)
        {
          write_text (dd_value_key (value, i), out);
          g_string_append_c (out, ':');
          write_rest (dd_value_nth (value, i),
                      dd_value_type (dd_value_nth (value, i)) == DD_ARRAY ? indent : indent + 2,
                      TRUE, FALSE, out);
        }
      else
        {
          g_string_append_c (out, '-');
          write_rest (dd_value_element (value, i), indent, FALSE, FALSE, out);
        }
    }
}

char *
sim_import_yaml (const DdValue *value)
{
  GString *out = g_string_new (NULL);

  for (gsize i = 0; i < dd_value_length (value); i++)
    {
      const DdValue *member = dd_value_nth (value, i);

      g_string_append_printf (out, "%s:", dd_value_key (value, i));
      write_rest (member, dd_value_type (member) == DD_ARRAY ? 0 : 2, TRUE,
                  dd_value_type (member) == DD_ARRAY, out);
    }
  return g_string_free (out, FALSE);
}
