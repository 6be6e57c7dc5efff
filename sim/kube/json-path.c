/* SPDX-License-Identifier: Apache-2.0 */
/* JSONPath, as far as the columns of custom resources need it.
 *
 * A path is a row of steps, and each leads from every value found so far to those of the next:
 * `.name`, `['name']`, `.*`, `[*]`, `[0]`, `[-1]`, and `[?(@.type=="Ready")]`, which keeps the
 * elements that meet a condition.
 *
 * Imitates: Kubernetes, JSONPath Support; client-go's util/jsonpath. */
#include "config.h"

#include "sim/kube/json-path.h"

#include <string.h>

/* Goes on in *AT; FALSE when what stands there is no step. */
typedef gboolean (*StepFunc) (const char **at, const GPtrArray *from, GPtrArray *to);

static gboolean walk (const char *path, GPtrArray **found);

static void
add (GPtrArray *to, const DdValue *value)
{
  if (value != NULL)
    g_ptr_array_add (to, (gpointer) value);
}

static void
step_member (const char *name, const GPtrArray *from, GPtrArray *to)
{
  for (guint i = 0; i < from->len; i++)
    add (to, dd_value_member (from->pdata[i], name));
}

static void
step_all (const GPtrArray *from, GPtrArray *to)
{
  for (guint i = 0; i < from->len; i++)
    for (gsize at = 0; at < dd_value_length (from->pdata[i]); at++)
      add (to, dd_value_type (from->pdata[i]) == DD_ARRAY ? dd_value_element (from->pdata[i], at)
                                                          : dd_value_nth (from->pdata[i], at));
}

static void
step_index (gint64 index, const GPtrArray *from, GPtrArray *to)
{
  for (guint i = 0; i < from->len; i++)
    {
      gint64 length = (gint64) dd_value_length (from->pdata[i]);
      gint64 at = index < 0 ? index + length : index;

      if (dd_value_type (from->pdata[i]) == DD_ARRAY && at >= 0 && at < length)
        add (to, dd_value_element (from->pdata[i], (gsize) at));
    }
}

/* ---- conditions ---- */

static const char *const operators[] = { "==", "!=", "<=", ">=", "<", ">" };

/* The operator that stands first in TEXT outside of quotes; NULL: none does. */
static const char *
find_operator (const char *text, const char **out_operator)
{
  char quote = '\0';

  for (; *text != '\0'; text++)
    {
      if (quote != '\0' || *text == '"' || *text == '\'')
        {
          quote = quote == '\0' ? *text : quote == *text ? '\0' : quote;
          continue;
        }
      for (guint i = 0; i < G_N_ELEMENTS (operators); i++)
        if (g_str_has_prefix (text, operators[i]))
          {
            *out_operator = operators[i];
            return text;
          }
    }
  return NULL;
}

static gboolean
holds (int order, const char *operator_)
{
  switch (operator_[0])
    {
    case '=':
      return order == 0;
    case '!':
      return order != 0;
    case '<':
      return operator_[1] == '=' ? order <= 0 : order < 0;
    default:
      return operator_[1] == '=' ? order >= 0 : order > 0;
    }
}

/* FALSE also for values that cannot be compared, whatever the operator. */
static gboolean
compares (const DdValue *value, const char *operator_, const char *literal)
{
  gsize length = strlen (literal);
  const char *text = dd_value_string (value);
  g_autofree char *wanted = NULL;
  g_autofree char *has = NULL;
  char *end = NULL;
  double number;

  if (length >= 2 && strchr ("\"'", literal[0]) != NULL && literal[length - 1] == literal[0])
    {
      wanted = g_strndup (literal + 1, length - 2);
      return text != NULL && holds (strcmp (text, wanted), operator_);
    }
  number = g_ascii_strtod (literal, &end);
  if (end != literal && *end == '\0')
    {
      double its = dd_value_double (value, 0);

      return (dd_value_type (value) == DD_INT || dd_value_type (value) == DD_DOUBLE)
             && holds (its < number ? -1 : its > number, operator_);
    }
  has = dd_value_to_text (value);
  return dd_value_type (value) == DD_BOOL && holds (strcmp (has, literal), operator_);
}

/* `@.type=="Ready"`, or `@.type`, which is to be there. FALSE when it is not written so. */
static gboolean
meets (const DdValue *element, const char *condition, gboolean *out_met)
{
  const char *operator_ = NULL;
  const char *at = find_operator (condition, &operator_);
  g_autofree char *left
      = g_strndup (condition, at != NULL ? (gsize) (at - condition) : strlen (condition));
  g_autofree char *right = at != NULL ? g_strdup (at + strlen (operator_)) : NULL;
  g_autoptr (GPtrArray) found = g_ptr_array_new ();

  g_strstrip (left);
  if (left[0] != '@')
    return FALSE;
  g_ptr_array_add (found, (gpointer) element);
  if (!walk (left + 1, &found))
    return FALSE;
  *out_met = found->len > 0
             && (right == NULL || compares (found->pdata[0], operator_, g_strstrip (right)));
  return TRUE;
}

static gboolean
step_filter (const char *condition, const GPtrArray *from, GPtrArray *to)
{
  g_autoptr (GPtrArray) elements = g_ptr_array_new ();
  g_autoptr (DdValue) nothing = dd_object_empty ();
  gboolean met;

  if (!meets (nothing, condition, &met)) /* so that it is read where nothing is to be met */
    return FALSE;
  step_all (from, elements);
  for (guint i = 0; i < elements->len; i++)
    if (meets (elements->pdata[i], condition, &met) && met)
      add (to, elements->pdata[i]);
  return TRUE;
}

/* ---- steps ---- */

/* The text up to END, behind which *AT goes on; NULL when END does not come. */
static char *
take_until (const char **at, const char *end)
{
  const char *stop = strstr (*at, end);
  char *text;

  if (stop == NULL)
    return NULL;
  text = g_strndup (*at, (gsize) (stop - *at));
  *at = stop + strlen (end);
  return text;
}

static gboolean
step_bracket (const char **at, const GPtrArray *from, GPtrArray *to)
{
  g_autofree char *text = NULL;
  char *end = NULL;
  gint64 index;

  if (g_str_has_prefix (*at, "?("))
    {
      *at += strlen ("?(");
      text = take_until (at, ")]");
      return text != NULL && step_filter (text, from, to);
    }
  if (**at == '\'' || **at == '"')
    {
      const char quote[] = { *(*at)++, ']', '\0' };

      text = take_until (at, quote);
      if (text != NULL)
        step_member (text, from, to);
      return text != NULL;
    }
  text = take_until (at, "]");
  if (text == NULL || text[0] == '\0')
    return FALSE;
  if (strcmp (text, "*") == 0)
    {
      step_all (from, to);
      return TRUE;
    }
  index = g_ascii_strtoll (text, &end, 10);
  step_index (index, from, to);
  return *end == '\0';
}

/* A name goes on to the next dot or bracket that no backslash stands before. */
static gboolean
step_name (const char **at, const GPtrArray *from, GPtrArray *to)
{
  g_autoptr (GString) name = g_string_new (NULL);

  for (; **at != '\0' && **at != '.' && **at != '['; (*at)++)
    {
      if (**at == '\\' && (*at)[1] != '\0')
        (*at)++;
      g_string_append_c (name, **at);
    }
  if (strcmp (name->str, "*") == 0)
    step_all (from, to);
  else
    step_member (name->str, from, to);
  return name->len > 0;
}

/* Replaces *FOUND by what PATH leads to from there. */
static gboolean
walk (const char *path, GPtrArray **found)
{
  gboolean understood = TRUE;

  if (strcmp (path, ".") == 0)
    return TRUE;
  while (*path != '\0' && understood)
    {
      GPtrArray *next = g_ptr_array_new ();
      StepFunc step = *path == '[' || g_str_has_prefix (path, ".[") ? step_bracket : step_name;

      understood = *path == '.' || *path == '[';
      path += step == step_bracket ? strcspn (path, "[") + 1 : 1;
      understood = understood && step (&path, *found, next);
      g_ptr_array_unref (*found);
      *found = next;
    }
  return understood;
}

GPtrArray *
kube_json_path_find (const DdValue *value, const char *path)
{
  g_autoptr (GPtrArray) found = g_ptr_array_new ();

  g_ptr_array_add (found, (gpointer) value);
  return walk (path, &found) ? g_steal_pointer (&found) : NULL;
}

gboolean
kube_json_path_is_understood (const char *path)
{
  g_autoptr (DdValue) nothing = dd_object_empty ();
  g_autoptr (GPtrArray) found = kube_json_path_find (nothing, path);

  return path[0] == '.' && found != NULL;
}
