/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "json-schema.h"

#include <string.h>

typedef struct
{
  const DdValue *root, *schema; /* of the whole, and of what is checked now */
} Place;

static char *check (const DdValue *root, const DdValue *schema, const DdValue *value);

/* Each says what is wrong with VALUE by KEYWORD, whose value is WANTED; or NULL. */

static char *
check_type (G_GNUC_UNUSED Place at, const DdValue *wanted, const DdValue *value)
{
  static const char *const names[] = {
    [DD_NULL] = "null",     [DD_BOOL] = "boolean", [DD_INT] = "integer",   [DD_DOUBLE] = "number",
    [DD_STRING] = "string", [DD_ARRAY] = "array",  [DD_OBJECT] = "object",
  };
  const char *name = names[dd_value_type (value)];

  return g_strcmp0 (dd_value_string (wanted), name) == 0
             ? NULL
             : g_strdup_printf ("it is of type %s", name);
}

static char *
check_const (G_GNUC_UNUSED Place at, const DdValue *wanted, const DdValue *value)
{
  return dd_value_equal (wanted, value) ? NULL : g_strdup ("it is another value");
}

static char *
check_enum (G_GNUC_UNUSED Place at, const DdValue *wanted, const DdValue *value)
{
  for (gsize i = 0; i < dd_value_length (wanted); i++)
    if (dd_value_equal (dd_value_element (wanted, i), value))
      return NULL;
  return g_strdup ("it is none of the values");
}

static char *
check_minimum (G_GNUC_UNUSED Place at, const DdValue *wanted, const DdValue *value)
{
  return dd_value_double (value, 0) >= dd_value_double (wanted, 0) ? NULL
                                                                   : g_strdup ("it is too small");
}

static char *
check_required (G_GNUC_UNUSED Place at, const DdValue *wanted, const DdValue *value)
{
  for (gsize i = 0; i < dd_value_length (wanted); i++)
    {
      const char *name = dd_value_string (dd_value_element (wanted, i));

      if (dd_value_member (value, name) == NULL)
        return g_strdup_printf ("there is no %s", name);
    }
  return NULL;
}

static char *
check_properties (Place at, const DdValue *wanted, const DdValue *value)
{
  for (gsize i = 0; i < dd_value_length (wanted); i++)
    {
      const char *name = dd_value_key (wanted, i);
      const DdValue *member = dd_value_member (value, name);
      g_autofree char *wrong
          = member != NULL ? check (at.root, dd_value_nth (wanted, i), member) : NULL;

      if (wrong != NULL)
        return g_strdup_printf ("%s: %s", name, wrong);
    }
  return NULL;
}

static char *
check_no_others (Place at, const DdValue *wanted, const DdValue *value)
{
  const DdValue *properties = dd_value_member (at.schema, "properties");

  g_assert (!dd_value_bool (wanted, TRUE));
  for (gsize i = 0; i < dd_value_length (value); i++)
    if (dd_value_member (properties, dd_value_key (value, i)) == NULL)
      return g_strdup_printf ("there is a %s", dd_value_key (value, i));
  return NULL;
}

static char *
check_items (Place at, const DdValue *wanted, const DdValue *value)
{
  for (gsize i = 0; i < dd_value_length (value); i++)
    {
      char *wrong = check (at.root, wanted, dd_value_element (value, i));

      if (wrong != NULL)
        return wrong;
    }
  return NULL;
}

static char *
check_one_of (Place at, const DdValue *wanted, const DdValue *value)
{
  g_autoptr (GString) wrongs = g_string_new (NULL);
  guint good = 0;

  for (gsize i = 0; i < dd_value_length (wanted); i++)
    {
      const DdValue *schema = dd_value_element (wanted, i);
      g_autofree char *wrong = check (at.root, schema, value);

      good += wrong == NULL;
      if (wrong != NULL && strcmp (wrong, "event: it is another value") != 0)
        g_string_append_printf (wrongs, "%s: %s; ", dd_value_path_string (schema, "title"), wrong);
    }
  return good == 1 ? NULL : g_strdup_printf ("it is as %u of them say: %s", good, wrongs->str);
}

static char *
check_reference (Place at, const DdValue *wanted, const DdValue *value)
{
  const char *text = dd_value_string (wanted);

  g_assert (g_str_has_prefix (text, "#/$defs/"));
  return check (at.root, dd_value_at (at.root, "$defs", text + strlen ("#/$defs/"), NULL), value);
}

static char *
check_nothing (G_GNUC_UNUSED Place at, G_GNUC_UNUSED const DdValue *wanted,
               G_GNUC_UNUSED const DdValue *value)
{
  return NULL;
}

static const struct
{
  const char *name;
  char *(*check) (Place at, const DdValue *wanted, const DdValue *value);
} keywords[] = {
  { "$schema", check_nothing },       { "$defs", check_nothing },
  { "$ref", check_reference },        { "title", check_nothing },
  { "description", check_nothing },   { "type", check_type },
  { "const", check_const },           { "enum", check_enum },
  { "minimum", check_minimum },       { "required", check_required },
  { "properties", check_properties }, { "additionalProperties", check_no_others },
  { "items", check_items },           { "oneOf", check_one_of },
};

static char *
check_keyword (Place at, const char *name, const DdValue *wanted, const DdValue *value)
{
  for (guint i = 0; i < G_N_ELEMENTS (keywords); i++)
    if (strcmp (keywords[i].name, name) == 0)
      return keywords[i].check (at, wanted, value);
  return g_strdup_printf ("the keyword %s is not known here", name);
}

static char *
check (const DdValue *root, const DdValue *schema, const DdValue *value)
{
  const Place at = { root, schema };

  for (gsize i = 0; i < dd_value_length (schema); i++)
    {
      char *wrong = check_keyword (at, dd_value_key (schema, i), dd_value_nth (schema, i), value);

      if (wrong != NULL)
        return wrong;
    }
  return NULL;
}

char *
json_schema_check (const DdValue *schema, const DdValue *value)
{
  return check (schema, schema, value);
}
