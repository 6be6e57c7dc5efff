/* SPDX-License-Identifier: Apache-2.0 */
/* Source: Kubernetes API Reference, LabelSelector. */
#include "config.h"

#include "kube/selector.h"

static const char *
label_of (const DdValue *labels, const char *key)
{
  return dd_value_string (dd_value_member (labels, key));
}

static gboolean
is_among (const DdValue *values, const char *value)
{
  for (gsize i = 0; value != NULL && i < dd_value_length (values); i++)
    if (g_strcmp0 (dd_value_string (dd_value_element (values, i)), value) == 0)
      return TRUE;
  return FALSE;
}

static gboolean
expression_holds (const DdValue *expression, const DdValue *labels)
{
  const char *key = dd_value_path_string (expression, "key");
  const char *operator_ = dd_value_path_string (expression, "operator");
  const DdValue *values = dd_value_member (expression, "values");
  const char *value = key == NULL ? NULL : label_of (labels, key);

  if (g_strcmp0 (operator_, "In") == 0)
    return is_among (values, value);
  if (g_strcmp0 (operator_, "NotIn") == 0)
    return !is_among (values, value);
  if (g_strcmp0 (operator_, "Exists") == 0)
    return value != NULL;
  return g_strcmp0 (operator_, "DoesNotExist") == 0 && value == NULL;
}

gboolean
dd_selector_matches (const DdValue *selector, const DdValue *labels)
{
  const DdValue *wanted = dd_value_member (selector, "matchLabels");
  const DdValue *expressions = dd_value_member (selector, "matchExpressions");

  for (gsize i = 0; i < dd_value_length (wanted); i++)
    if (g_strcmp0 (label_of (labels, dd_value_key (wanted, i)),
                   dd_value_string (dd_value_nth (wanted, i)))
        != 0)
      return FALSE;
  for (gsize i = 0; i < dd_value_length (expressions); i++)
    if (!expression_holds (dd_value_element (expressions, i), labels))
      return FALSE;
  return selector != NULL && dd_value_type (selector) == DD_OBJECT;
}
