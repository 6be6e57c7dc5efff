/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "kube/budget.h"

#include "kube/list.h"
#include "kube/selector.h"

void
dd_kube_budget_free (DdKubeBudget *budget)
{
  if (budget == NULL)
    return;
  g_free (budget->namespace_);
  g_free (budget->name);
  dd_value_unref (budget->selector);
  g_free (budget);
}

DdRequest *
dd_kube_list_budgets (const char *token)
{
  return dd_kube_list_request ("/apis/policy/v1/poddisruptionbudgets", NULL, NULL, token);
}

/* TRUE when VALUE is the number 0 or the share TEXT. */
static gboolean
is_zero_or (const DdValue *value, const char *text)
{
  return dd_value_int (value, -1) == 0 || g_strcmp0 (dd_value_string (value), text) == 0;
}

static gboolean
allows_none (const DdValue *spec)
{
  return is_zero_or (dd_value_member (spec, "maxUnavailable"), "0%")
         || g_strcmp0 (dd_value_path_string (spec, "minAvailable"), "100%") == 0;
}

/* DisruptionAllowed is False for the reason that the disruption controller gives when it fails. */
static gboolean
has_failed (const DdValue *conditions)
{
  for (gsize i = 0; i < dd_value_length (conditions); i++)
    if (g_strcmp0 (dd_value_path_string (dd_value_element (conditions, i), "reason"), "SyncFailed")
        == 0)
      return TRUE;
  return FALSE;
}

static DdKubeBudget *
budget_from_value (const DdValue *value)
{
  DdKubeBudget *budget = g_new0 (DdKubeBudget, 1);
  const DdValue *selector = dd_value_path (value, "spec.selector");

  budget->namespace_ = g_strdup (dd_value_path_string (value, "metadata.namespace"));
  budget->name = g_strdup (dd_value_path_string (value, "metadata.name"));
  budget->selector = selector == NULL ? NULL : dd_value_ref (selector);
  budget->needs = dd_value_path_int (value, "status.desiredHealthy", 0);
  budget->has = dd_value_path_int (value, "status.currentHealthy", 0);
  budget->expected = dd_value_path_int (value, "status.expectedPods", 0);
  budget->unknown = has_failed (dd_value_path (value, "status.conditions"));
  budget->never = allows_none (dd_value_member (value, "spec"));
  budget->allowed = dd_value_path_int (value, "status.disruptionsAllowed", 0);
  return budget;
}

gboolean
dd_kube_budgets_from_reply (const DdReply *reply, GPtrArray *budgets, char **out_token,
                            GError **error)
{
  g_autoptr (DdValue) list = dd_kube_list_from_reply (reply, out_token, error);
  const DdValue *items = dd_value_member (list, "items");

  for (gsize i = 0; i < dd_value_length (items); i++)
    g_ptr_array_add (budgets, budget_from_value (dd_value_element (items, i)));
  return list != NULL;
}

gboolean
dd_kube_budget_covers (const DdKubeBudget *budget, const DdKubePod *pod)
{
  return g_strcmp0 (budget->namespace_, pod->namespace_) == 0
         && dd_selector_matches (budget->selector, pod->labels);
}
