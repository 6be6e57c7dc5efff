/* SPDX-License-Identifier: Apache-2.0 */
/* sim/scenario/match.c: one recursive walk that both decides and explains */

#include "config.h"

#include "sim/scenario/match.h"

#include <string.h>

static char *
show (const DdValue *value)
{
  g_autofree char *text = NULL;

  if (value == NULL || dd_value_type (value) == DD_NULL)
    return g_strdup ("nothing");
  text = dd_value_to_text (value);
  if (g_utf8_strlen (text, -1) > 120)
    {
      g_autofree char *head = g_utf8_substring (text, 0, 117);

      return g_strconcat (head, "...", NULL);
    }
  return g_steal_pointer (&text);
}

static guint
differ (const char *wanted, const DdValue *actual, const char *path, GPtrArray *out)
{
  if (out != NULL)
    {
      g_autofree char *found = show (actual);

      g_ptr_array_add (out, g_strdup_printf ("%s: wanted %s, found %s", *path != '\0' ? path : "it",
                                             wanted, found));
    }
  return 1;
}

/* `*` stands for any text; every other character for itself. */
static gboolean
glob_matches (const char *pattern, const char *text)
{
  const char *star = NULL;
  const char *resume = NULL;

  while (*text != '\0')
    {
      if (*pattern == '*')
        {
          star = ++pattern;
          resume = text;
        }
      else if (*pattern == *text)
        {
          pattern++;
          text++;
        }
      else if (star != NULL)
        {
          pattern = star;
          text = ++resume;
        }
      else
        return FALSE;
    }
  return pattern[strspn (pattern, "*")] == '\0';
}

static gboolean
scalar_matches (const DdValue *pattern, const DdValue *actual)
{
  const char *glob = dd_value_string (pattern);
  const char *text = dd_value_string (actual);

  if (dd_value_type (pattern) == DD_NULL)
    return actual == NULL || dd_value_type (actual) == DD_NULL;
  if (glob != NULL && text != NULL)
    return glob_matches (glob, text);
  return actual != NULL && dd_value_equal (pattern, actual);
}

/* ---- comparisons: a mapping whose one key is a row here ---- */

static gboolean
is_number (const DdValue *value)
{
  return value != NULL && (dd_value_type (value) == DD_INT || dd_value_type (value) == DD_DOUBLE);
}

static gboolean
at_least (const DdValue *operand, const DdValue *actual)
{
  return is_number (actual) && dd_value_double (actual, 0) >= dd_value_double (operand, 0);
}

static gboolean
at_most (const DdValue *operand, const DdValue *actual)
{
  return is_number (actual) && dd_value_double (actual, 0) <= dd_value_double (operand, 0);
}

static gboolean
is_not (const DdValue *operand, const DdValue *actual)
{
  return !sim_match (operand, actual);
}

static gboolean
has_length (const DdValue *operand, const DdValue *actual)
{
  return (gint64) dd_value_length (actual) == dd_value_int (operand, -1);
}

typedef struct
{
  const char *name;
  gboolean (*holds) (const DdValue *operand, const DdValue *actual);
} Comparison;

static const Comparison comparisons[] = {
  { "at least", at_least },
  { "at most", at_most },
  { "is not", is_not },
  { "has length", has_length },
};

const char *const sim_match_comparisons[] = { "at least", "at most", "is not", "has length", NULL };

gboolean
sim_match_is_comparison (const char *word)
{
  return g_strv_contains (sim_match_comparisons, word);
}

static const Comparison *
comparison_of (const DdValue *pattern)
{
  if (dd_value_type (pattern) != DD_OBJECT || dd_value_length (pattern) != 1)
    return NULL;
  for (guint i = 0; i < G_N_ELEMENTS (comparisons); i++)
    {
      if (strcmp (dd_value_key (pattern, 0), comparisons[i].name) == 0)
        return &comparisons[i];
    }
  return NULL;
}

static guint
compare (const Comparison *comparison, const DdValue *operand, const DdValue *actual,
         const char *path, GPtrArray *out)
{
  g_autofree char *operand_text = NULL;
  g_autofree char *wanted = NULL;

  if (comparison->holds (operand, actual))
    return 0;
  if (out == NULL)
    return 1;
  operand_text = show (operand);
  wanted = g_strdup_printf ("%s %s", comparison->name, operand_text);
  return differ (wanted, actual, path, out);
}

/* ---- containers ---- */

/* Paths are only for people: nothing is spelled out while nobody asks (OUT is NULL). */
static char *
below_path (const char *path, const char *key)
{
  return *path != '\0' ? g_strdup_printf ("%s.%s", path, key) : g_strdup (key);
}

static guint
members_distance (const DdValue *pattern, const DdValue *actual, const char *path, GPtrArray *out)
{
  guint sum = 0;

  for (gsize i = 0; i < dd_value_length (pattern); i++)
    {
      const char *key = dd_value_key (pattern, i);
      g_autofree char *below = out != NULL ? below_path (path, key) : NULL;

      sum += sim_match_distance (dd_value_nth (pattern, i), dd_value_member (actual, key), below,
                                 out);
    }
  return sum;
}

/* The element that comes nearest speaks for the list. */
static guint
element_distance (const DdValue *wanted, const DdValue *actual, const char *path, GPtrArray *out)
{
  const DdValue *nearest = NULL;
  guint best = G_MAXUINT;

  for (gsize i = 0; i < dd_value_length (actual) && best > 0; i++)
    {
      const DdValue *candidate = dd_value_element (actual, i);
      guint distance = sim_match_distance (wanted, candidate, path, NULL);

      if (distance < best)
        {
          best = distance;
          nearest = candidate;
        }
    }
  return best == 0 ? 0 : sim_match_distance (wanted, nearest, path, out);
}

static guint
elements_distance (const DdValue *pattern, const DdValue *actual, const char *path, GPtrArray *out)
{
  g_autofree char *below = out != NULL ? g_strconcat (path, "[]", NULL) : NULL;
  guint sum = 0;

  if (actual == NULL || dd_value_type (actual) != DD_ARRAY)
    return differ ("a list", actual, path, out);
  for (gsize i = 0; i < dd_value_length (pattern); i++)
    sum += element_distance (dd_value_element (pattern, i), actual, below, out);
  return sum;
}

guint
sim_match_distance (const DdValue *pattern, const DdValue *actual, const char *path, GPtrArray *out)
{
  const Comparison *comparison = comparison_of (pattern);
  g_autofree char *wanted = NULL;

  if (comparison != NULL)
    return compare (comparison, dd_value_nth (pattern, 0), actual, path, out);
  if (dd_value_type (pattern) == DD_OBJECT && dd_value_length (pattern) > 0)
    return members_distance (pattern, actual, path, out);
  if (dd_value_type (pattern) == DD_OBJECT)
    return actual != NULL && dd_value_type (actual) == DD_OBJECT
               ? 0
               : differ ("a mapping", actual, path, out);
  if (dd_value_type (pattern) == DD_ARRAY)
    return elements_distance (pattern, actual, path, out);
  if (scalar_matches (pattern, actual))
    return 0;
  if (out == NULL)
    return 1;
  wanted = show (pattern);
  return differ (wanted, actual, path, out);
}

gboolean
sim_match (const DdValue *pattern, const DdValue *actual)
{
  return sim_match_distance (pattern, actual, "", NULL) == 0;
}
