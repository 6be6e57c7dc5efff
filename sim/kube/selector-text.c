/* SPDX-License-Identifier: Apache-2.0 */
/* Selectors and labels as one line of text. */
#include "config.h"

#include <string.h>

#include "sim/kube/selectors.h"

static int
compare_texts (gconstpointer a, gconstpointer b)
{
  return strcmp (*(const char *const *) a, *(const char *const *) b);
}

static void
add_pairs (GPtrArray *texts, const DdValue *map)
{
  for (gsize i = 0; i < dd_value_length (map); i++)
    {
      const char *value = dd_value_string (dd_value_nth (map, i));

      g_ptr_array_add (
          texts, g_strdup_printf ("%s=%s", dd_value_key (map, i), value != NULL ? value : ""));
    }
}

/* "tier in (a,b)", "canary", "!canary": values in order, as a labels.Selector prints them. A key
 * that is not there is the empty one, as in Go. */
static char *
requirement_text (const DdValue *requirement)
{
  const char *given = dd_value_path_string (requirement, "key");
  const char *key = given != NULL ? given : "";
  const char *operator_ = dd_value_path_string (requirement, "operator");
  const DdValue *values = dd_value_member (requirement, "values");
  g_autoptr (GPtrArray) sorted = g_ptr_array_new ();
  g_autofree char *list = NULL;

  for (gsize i = 0; i < dd_value_length (values); i++)
    if (dd_value_string (dd_value_element (values, i)) != NULL)
      g_ptr_array_add (sorted, (gpointer) dd_value_string (dd_value_element (values, i)));
  g_ptr_array_sort (sorted, compare_texts);
  g_ptr_array_add (sorted, NULL);
  list = g_strjoinv (",", (char **) sorted->pdata);
  if (g_strcmp0 (operator_, "Exists") == 0)
    return g_strdup (key);
  if (g_strcmp0 (operator_, "DoesNotExist") == 0)
    return g_strconcat ("!", key, NULL);
  return g_strdup_printf ("%s %s (%s)", key, g_strcmp0 (operator_, "In") == 0 ? "in" : "notin",
                          list);
}

static char *
join_sorted (GPtrArray *texts)
{
  if (texts->len == 0)
    return g_strdup ("<none>");
  g_ptr_array_sort (texts, compare_texts);
  g_ptr_array_add (texts, NULL);
  return g_strjoinv (",", (char **) texts->pdata);
}

char *
kube_labels_to_text (const DdValue *labels)
{
  g_autoptr (GPtrArray) texts = g_ptr_array_new_with_free_func (g_free);

  add_pairs (texts, labels);
  return join_sorted (texts);
}

char *
kube_label_selector_to_text (const DdValue *selector)
{
  const DdValue *expressions = dd_value_member (selector, "matchExpressions");
  g_autoptr (GPtrArray) texts = g_ptr_array_new_with_free_func (g_free);

  add_pairs (texts, dd_value_member (selector, "matchLabels"));
  for (gsize i = 0; i < dd_value_length (expressions); i++)
    g_ptr_array_add (texts, requirement_text (dd_value_element (expressions, i)));
  return join_sorted (texts);
}
