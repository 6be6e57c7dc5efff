/* SPDX-License-Identifier: Apache-2.0 */
/* sim/scenario/schema.c: the generic reader of the language's tables */

#include "config.h"

#include "sim/scenario/schema.h"

#include <string.h>

#include "base/time.h"

/* ---- suggestions ---- */

#define LONGEST_WORD 64

static guint
step_cost (char a, char b)
{
  return g_ascii_tolower (a) == g_ascii_tolower (b) ? 0 : 1;
}

/* Damerau and Levenshtein's distance, in which two letters that changed places are one mistake;
 * given up beyond a length that no key has. */
static guint
distance (const char *a, const char *b)
{
  guint rows[3][LONGEST_WORD + 1]; /* of the last three letters of A */
  gsize n = strlen (a), m = strlen (b);

  if (n > LONGEST_WORD || m > LONGEST_WORD)
    return G_MAXUINT;
  for (gsize i = 0; i <= n; i++)
    for (gsize j = 0; j <= m; j++)
      {
        guint *row = rows[i % 3], *above = rows[(i + 2) % 3];

        row[j] = (guint) (i == 0 ? j : i);
        if (i == 0 || j == 0)
          continue;
        row[j]
            = MIN (MIN (above[j], row[j - 1]) + 1, above[j - 1] + step_cost (a[i - 1], b[j - 1]));
        if (i > 1 && j > 1 && step_cost (a[i - 1], b[j - 2]) + step_cost (a[i - 2], b[j - 1]) == 0)
          row[j] = MIN (row[j], rows[(i + 1) % 3][j - 2] + 1);
      }
  return rows[n % 3][m];
}

const char *
sim_closest_word (const char *text, const char *const *words)
{
  const char *best = NULL;
  guint best_distance = (guint) MAX (strlen (text) / 2, 1) + 1;

  for (guint i = 0; words[i] != NULL; i++)
    {
      guint candidate = distance (text, words[i]);

      if (candidate < best_distance)
        {
          best = words[i];
          best_distance = candidate;
        }
    }
  return best;
}

char *
sim_did_you_mean (const char *text, const char *const *words)
{
  const char *closest = sim_closest_word (text, words);

  return closest != NULL ? g_strdup_printf (" (did you mean %s?)", closest) : g_strdup ("");
}

/* ---- scalars ---- */

static gboolean
wrong_shape (const DdYaml *node, const SimRow *row, const char *wanted, GError **error)
{
  dd_yaml_set_error (error, node, "%s must be %s, not %s", row->key, wanted,
                     dd_type_name (dd_value_type (node->value)));
  return FALSE;
}

static gboolean
check_text (const DdYaml *node, const SimRow *row, GError **error)
{
  g_autofree char *hint = NULL;
  g_autofree char *all = NULL;

  if (node->text == NULL || dd_value_type (node->value) == DD_NULL)
    return wrong_shape (node, row, "text", error);
  if (row->values == NULL || g_strv_contains (row->values, node->text))
    return TRUE;
  hint = sim_did_you_mean (node->text, row->values);
  all = g_strjoinv (", ", (char **) row->values);
  dd_yaml_set_error (error, node, "%s cannot be \"%s\"%s; it is one of %s", row->key, node->text,
                     hint, all);
  return FALSE;
}

static gboolean
check_integer (const DdYaml *node, const SimRow *row, GError **error)
{
  gint64 number = dd_value_int (node->value, 0);

  if (dd_value_type (node->value) != DD_INT)
    return wrong_shape (node, row, "a whole number", error);
  if ((row->min == 0 && row->max == 0) || (number >= row->min && number <= row->max))
    return TRUE;
  dd_yaml_set_error (error, node, "%s must be between %" G_GINT64_FORMAT " and %" G_GINT64_FORMAT,
                     row->key, row->min, row->max);
  return FALSE;
}

static gboolean
check_number (const DdYaml *node, const SimRow *row, GError **error)
{
  DdType type = dd_value_type (node->value);

  return type == DD_INT || type == DD_DOUBLE ? TRUE : wrong_shape (node, row, "a number", error);
}

static gboolean
check_duration (const DdYaml *node, const SimRow *row, GError **error)
{
  DdUsec delay;

  if (node->text != NULL && dd_duration_from_text (node->text, &delay))
    return TRUE;
  if (node->text == NULL)
    return wrong_shape (node, row, "a duration such as 90s or 1h30m", error);
  dd_yaml_set_error (error, node, "%s: \"%s\" is no duration; write 90s, 15m or 1h30m%s", row->key,
                     node->text,
                     dd_value_type (node->value) == DD_INT ? " (the unit is missing)" : "");
  return FALSE;
}

static gboolean
check_instant (const DdYaml *node, const SimRow *row, GError **error)
{
  DdUsec instant;

  if (node->text != NULL && dd_time_from_iso8601 (node->text, &instant))
    return TRUE;
  return wrong_shape (node, row, "an instant such as 2026-01-05T09:00:00Z", error);
}

static gboolean
check_range (const DdYaml *node, const SimRow *row, GError **error)
{
  DdUsec low, high;

  if (node->children == NULL)
    return check_duration (node, row, error);
  if (node->keys != NULL || node->children->len != 2)
    return wrong_shape (node, row, "a duration or a list of two, [low, high]", error);
  if (!check_duration (dd_yaml_element (node, 0), row, error)
      || !check_duration (dd_yaml_element (node, 1), row, error))
    return FALSE;
  sim_schema_range (node, &low, &high);
  if (low <= high)
    return TRUE;
  dd_yaml_set_error (error, node, "%s: the first bound is above the second", row->key);
  return FALSE;
}

static const SimRow count_rows[] = {
  { "min", SIM_INTEGER, "the fewest", .min = 0, .max = 1000000 },
  { "max", SIM_INTEGER, "the most", .min = 0, .max = 1000000 },
  { NULL },
};

static gboolean
check_count (const DdYaml *node, const SimRow *row, GError **error)
{
  if (node->keys != NULL)
    return sim_schema_check (node, count_rows, row->key, error);
  if (dd_value_type (node->value) != DD_INT || dd_value_int (node->value, -1) < 0)
    return wrong_shape (node, row, "a count, or a mapping of min and max", error);
  return TRUE;
}

/* ---- containers ---- */

static gboolean check_shape (const DdYaml *node, const SimRow *row, SimShape shape, GError **error);

static gboolean
check_elements (const DdYaml *node, const SimRow *row, GError **error)
{
  for (guint i = 0; i < dd_yaml_length (node); i++)
    {
      if (!check_shape (dd_yaml_element (node, i), row, row->element, error))
        return FALSE;
    }
  return TRUE;
}

static gboolean
check_shape (const DdYaml *node, const SimRow *row, SimShape shape, GError **error)
{
  DdType type = dd_value_type (node->value);

  switch (shape)
    {
    case SIM_ANY:
      return TRUE;
    case SIM_FLAG:
      return type == DD_NULL || dd_value_bool (node->value, FALSE)
                 ? TRUE
                 : wrong_shape (node, row, "left empty (or true)", error);
    case SIM_TEXT:
      return check_text (node, row, error);
    case SIM_INTEGER:
      return check_integer (node, row, error);
    case SIM_NUMBER:
      return check_number (node, row, error);
    case SIM_BOOLEAN:
      return type == DD_BOOL ? TRUE : wrong_shape (node, row, "true or false", error);
    case SIM_DURATION:
      return check_duration (node, row, error);
    case SIM_INSTANT:
      return check_instant (node, row, error);
    case SIM_RANGE:
      return check_range (node, row, error);
    case SIM_COUNT:
      return check_count (node, row, error);
    case SIM_MAPPING:
      if (type != DD_OBJECT)
        return wrong_shape (node, row, "a mapping", error);
      return row->of == NULL || sim_schema_check (node, row->of, row->key, error);
    case SIM_NAMED:
      return type == DD_OBJECT ? check_elements (node, row, error)
                               : wrong_shape (node, row, "a mapping", error);
    case SIM_LIST:
      return type == DD_ARRAY ? check_elements (node, row, error)
                              : wrong_shape (node, row, "a list", error);
    case SIM_TEXT_OR_MAPPING:
      return check_shape (node, row, node->keys != NULL ? SIM_MAPPING : SIM_TEXT, error);
    }
  return TRUE;
}

const SimRow *
sim_schema_find (const SimRow *rows, const char *key)
{
  for (const SimRow *row = rows; row->key != NULL; row++)
    {
      if (strcmp (row->key, key) == 0)
        return row;
    }
  return NULL;
}

void
sim_schema_refuse_key (const DdYaml *key, const SimRow *rows, const char *what, GError **error)
{
  g_autoptr (GPtrArray) names = g_ptr_array_new ();
  g_autofree char *hint = NULL;
  g_autofree char *all = NULL;

  for (const SimRow *row = rows; row->key != NULL; row++)
    g_ptr_array_add (names, (gpointer) row->key);
  g_ptr_array_add (names, NULL);
  hint = sim_did_you_mean (key->text, (const char *const *) names->pdata);
  all = g_strjoinv (", ", (char **) names->pdata);
  dd_yaml_set_error (error, key, "unknown key \"%s\" in %s%s; known are %s", key->text, what, hint,
                     all);
}

static gboolean
check_required (const DdYaml *node, const SimRow *rows, const char *what, GError **error)
{
  for (const SimRow *row = rows; row->key != NULL; row++)
    {
      if (row->required && dd_yaml_member (node, row->key) == NULL)
        {
          dd_yaml_set_error (error, node, "%s needs the key \"%s\": %s", what, row->key, row->help);
          return FALSE;
        }
    }
  return TRUE;
}

gboolean
sim_schema_check (const DdYaml *node, const SimRow *rows, const char *what, GError **error)
{
  if (node->keys == NULL)
    {
      dd_yaml_set_error (error, node, "%s must be a mapping, not %s", what,
                         dd_type_name (dd_value_type (node->value)));
      return FALSE;
    }
  for (guint i = 0; i < node->keys->len; i++)
    {
      const DdYaml *key = g_ptr_array_index (node->keys, i);
      const SimRow *row = sim_schema_find (rows, key->text);

      if (row == NULL)
        {
          sim_schema_refuse_key (key, rows, what, error);
          return FALSE;
        }
      if (!check_shape (g_ptr_array_index (node->children, i), row, row->shape, error))
        return FALSE;
    }
  return check_required (node, rows, what, error);
}

/* ---- reading what was checked ---- */

const char *
sim_schema_text (const DdYaml *node)
{
  return node != NULL ? node->text : NULL;
}

DdUsec
sim_schema_duration (const DdYaml *node, DdUsec fallback)
{
  DdUsec delay = fallback;

  if (node != NULL && node->text != NULL)
    dd_duration_from_text (node->text, &delay);
  return delay;
}

void
sim_schema_range (const DdYaml *node, DdUsec *out_low, DdUsec *out_high)
{
  gboolean fixed = node->children == NULL;

  *out_low = sim_schema_duration (fixed ? node : dd_yaml_element (node, 0), 0);
  *out_high = sim_schema_duration (fixed ? node : dd_yaml_element (node, 1), 0);
}

DdValue *
sim_schema_texts (const DdYaml *node)
{
  DdBuilder builder = dd_builder_object ();

  for (guint i = 0; i < dd_yaml_length (node); i++)
    dd_builder_set (&builder, ((const DdYaml *) g_ptr_array_index (node->keys, i))->text,
                    dd_string (dd_yaml_element (node, i)->text));
  return dd_builder_end (&builder);
}

gboolean
sim_schema_refuse_at (const DdYaml *node, GError *reason, GError **error)
{
  dd_yaml_set_error (error, node, "%s", reason->message);
  g_error_free (reason);
  return FALSE;
}
