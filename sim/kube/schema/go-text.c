/* SPDX-License-Identifier: Apache-2.0 */
/* sim/kube/schema/go-text.c: how Go prints the values that error texts quote
 *
 * Imitates: fmt's %#v as apimachinery's field.Error uses it. Maps are printed in key order. */
#include "config.h"

#include <string.h>

#include "sim/kube/schema/go-text.h"

static int
compare_keys (gconstpointer a, gconstpointer b)
{
  return strcmp (*(const char *const *) a, *(const char *const *) b);
}

static void
append_quoted (GString *out, const DdValue *value)
{
  g_autofree char *text = dd_value_to_text (value);

  g_string_append (out, text);
}

static GPtrArray *
sorted_keys (const DdValue *map)
{
  GPtrArray *keys = g_ptr_array_new ();

  for (gsize i = 0; i < dd_value_length (map); i++)
    g_ptr_array_add (keys, (gpointer) dd_value_key (map, i));
  g_ptr_array_sort (keys, compare_keys);
  return keys;
}

char *
kube_go_string_map (const DdValue *map)
{
  g_autoptr (GPtrArray) keys = sorted_keys (map);
  GString *out = g_string_new ("map[string]string");

  if (map == NULL)
    return g_string_free (g_string_append (out, "(nil)"), FALSE);
  g_string_append_c (out, '{');
  for (guint i = 0; i < keys->len; i++)
    {
      g_string_append_printf (out, "%s\"%s\":", i > 0 ? ", " : "", (const char *) keys->pdata[i]);
      append_quoted (out, dd_value_member (map, keys->pdata[i]));
    }
  return g_string_free (g_string_append_c (out, '}'), FALSE);
}

static void
append_requirement (GString *out, const DdValue *requirement)
{
  const DdValue *values = dd_value_member (requirement, "values");
  const char *key = dd_value_path_string (requirement, "key");
  const char *operator_ = dd_value_path_string (requirement, "operator");

  g_string_append_printf (
      out, "v1.LabelSelectorRequirement{Key:\"%s\", Operator:\"%s\", Values:[]string",
      key != NULL ? key : "", operator_ != NULL ? operator_ : "");
  if (values == NULL)
    {
      g_string_append (out, "(nil)}");
      return;
    }
  g_string_append_c (out, '{');
  for (gsize i = 0; i < dd_value_length (values); i++)
    {
      g_string_append (out, i > 0 ? ", " : "");
      append_quoted (out, dd_value_element (values, i));
    }
  g_string_append (out, "}}");
}

char *
kube_go_label_selector (const DdValue *selector)
{
  const DdValue *expressions = dd_value_member (selector, "matchExpressions");
  g_autofree char *labels = kube_go_string_map (dd_value_member (selector, "matchLabels"));
  GString *out = g_string_new (NULL);

  g_string_append_printf (
      out, "v1.LabelSelector{MatchLabels:%s, MatchExpressions:[]v1.LabelSelectorRequirement",
      labels);
  if (expressions == NULL)
    return g_string_free (g_string_append (out, "(nil)}"), FALSE);
  g_string_append_c (out, '{');
  for (gsize i = 0; i < dd_value_length (expressions); i++)
    {
      g_string_append (out, i > 0 ? ", " : "");
      append_requirement (out, dd_value_element (expressions, i));
    }
  return g_string_free (g_string_append (out, "}}"), FALSE);
}

static void
append_value (GString *out, const DdValue *value)
{
  g_autoptr (GPtrArray) keys = NULL;

  switch (dd_value_type (value))
    {
    case DD_OBJECT:
      keys = sorted_keys (value);
      g_string_append (out, "map[");
      for (guint i = 0; i < keys->len; i++)
        {
          g_string_append_printf (out, "%s%s:", i > 0 ? " " : "", (const char *) keys->pdata[i]);
          append_value (out, dd_value_member (value, keys->pdata[i]));
        }
      g_string_append_c (out, ']');
      return;
    case DD_ARRAY:
      g_string_append_c (out, '[');
      for (gsize i = 0; i < dd_value_length (value); i++)
        {
          g_string_append (out, i > 0 ? " " : "");
          append_value (out, dd_value_element (value, i));
        }
      g_string_append_c (out, ']');
      return;
    case DD_STRING:
      g_string_append (out, dd_value_string (value));
      return;
    case DD_NULL:
      g_string_append (out, "<nil>");
      return;
    case DD_BOOL:
    case DD_INT:
    case DD_DOUBLE:
      append_quoted (out, value);
      return;
    }
}

char *
kube_go_value (const DdValue *value)
{
  GString *out = g_string_new (NULL);

  append_value (out, value);
  return g_string_free (out, FALSE);
}
