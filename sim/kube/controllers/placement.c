/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "sim/kube/controllers/placement.h"

/* Imitates: Kubernetes, Taints and Tolerations; Assigning Pods to Nodes. */

static const char *
text_of (const DdValue *object, const char *key)
{
  return dd_value_string (dd_value_member (object, key));
}

static SimTaintEffects
effect_of (const DdValue *taint)
{
  const char *effect = text_of (taint, "effect");

  if (g_strcmp0 (effect, "NoSchedule") == 0)
    return SIM_NO_SCHEDULE;
  if (g_strcmp0 (effect, "NoExecute") == 0)
    return SIM_NO_EXECUTE;
  return SIM_PREFER_NO_SCHEDULE;
}

static gboolean
is_empty (const char *text)
{
  return text == NULL || *text == '\0';
}

/* Absent and "" are the same everywhere in tolerations. */
static gboolean
same_text (const char *a, const char *b)
{
  return g_strcmp0 (a != NULL ? a : "", b != NULL ? b : "") == 0;
}

static gboolean
toleration_covers (const DdValue *toleration, const DdValue *taint)
{
  const char *effect = text_of (toleration, "effect");
  const char *key = text_of (toleration, "key");
  const char *operator= text_of (toleration, "operator");

  if (!is_empty (effect) && !same_text (effect, text_of (taint, "effect")))
    return FALSE;
  if (!is_empty (key) && !same_text (key, text_of (taint, "key")))
    return FALSE;
  if (g_strcmp0 (operator, "Exists") == 0)
    return TRUE;
  return !is_empty (key) && same_text (text_of (toleration, "value"), text_of (taint, "value"));
}

gboolean
sim_tolerates (const DdValue *tolerations, const DdValue *taint)
{
  for (gsize i = 0; i < dd_value_length (tolerations); i++)
    if (toleration_covers (dd_value_element (tolerations, i), taint))
      return TRUE;
  return FALSE;
}

const DdValue *
sim_untolerated_taint (const DdValue *tolerations, const DdValue *taints, SimTaintEffects effects)
{
  for (gsize i = 0; i < dd_value_length (taints); i++)
    {
      const DdValue *taint = dd_value_element (taints, i);

      if ((effect_of (taint) & effects) != 0 && !sim_tolerates (tolerations, taint))
        return taint;
    }
  return NULL;
}

guint
sim_count_untolerated (const DdValue *tolerations, const DdValue *taints, SimTaintEffects effects)
{
  guint count = 0;

  for (gsize i = 0; i < dd_value_length (taints); i++)
    {
      const DdValue *taint = dd_value_element (taints, i);

      count += (effect_of (taint) & effects) != 0 && !sim_tolerates (tolerations, taint);
    }
  return count;
}

static gboolean
holds (const DdValue *values, const char *text)
{
  for (gsize i = 0; i < dd_value_length (values); i++)
    if (g_strcmp0 (dd_value_string (dd_value_element (values, i)), text) == 0)
      return TRUE;
  return FALSE;
}

/* Gt and Lt: both sides must be whole numbers. */
static gboolean
compares (const char *have, const DdValue *values, gboolean greater)
{
  const char *want = dd_value_string (dd_value_element (values, 0));
  gint64 left, right;

  if (have == NULL || want == NULL
      || !g_ascii_string_to_signed (have, 10, G_MININT64, G_MAXINT64, &left, NULL)
      || !g_ascii_string_to_signed (want, 10, G_MININT64, G_MAXINT64, &right, NULL))
    return FALSE;
  return greater ? left > right : left < right;
}

/* HAVE is NULL when the node has no such label. */
static gboolean
expression_matches (const DdValue *expression, const char *have)
{
  const char *operator= text_of (expression, "operator");
  const DdValue *values = dd_value_member (expression, "values");

  if (g_strcmp0 (operator, "In") == 0)
    return have != NULL && holds (values, have);
  if (g_strcmp0 (operator, "NotIn") == 0)
    return have == NULL || !holds (values, have);
  if (g_strcmp0 (operator, "Exists") == 0)
    return have != NULL;
  if (g_strcmp0 (operator, "DoesNotExist") == 0)
    return have == NULL;
  if (g_strcmp0 (operator, "Gt") == 0)
    return compares (have, values, TRUE);
  return g_strcmp0 (operator, "Lt") == 0 && compares (have, values, FALSE);
}

/* An empty term matches nothing. */
static gboolean
term_matches (const DdValue *term, const char *node_name, const DdValue *labels)
{
  const DdValue *expressions = dd_value_member (term, "matchExpressions");
  const DdValue *fields = dd_value_member (term, "matchFields");

  if (dd_value_length (expressions) + dd_value_length (fields) == 0)
    return FALSE;
  for (gsize i = 0; i < dd_value_length (expressions); i++)
    {
      const DdValue *expression = dd_value_element (expressions, i);
      const char *key = text_of (expression, "key");

      if (key == NULL
          || !expression_matches (expression, dd_value_string (dd_value_member (labels, key))))
        return FALSE;
    }
  for (gsize i = 0; i < dd_value_length (fields); i++)
    if (!expression_matches (dd_value_element (fields, i), node_name))
      return FALSE; /* metadata.name is the only field there is */
  return TRUE;
}

static const DdValue *
required_terms (const DdValue *pod_spec)
{
  return dd_value_path (
      pod_spec,
      "affinity.nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution.nodeSelectorTerms");
}

gboolean
sim_node_affinity_matches (const DdValue *pod_spec, const char *node_name,
                           const DdValue *node_labels)
{
  const DdValue *selector = dd_value_member (pod_spec, "nodeSelector");
  const DdValue *terms = required_terms (pod_spec);

  for (gsize i = 0; i < dd_value_length (selector); i++)
    {
      const DdValue *have = dd_value_member (node_labels, dd_value_key (selector, i));

      if (have == NULL || !dd_value_equal (have, dd_value_nth (selector, i)))
        return FALSE;
    }
  if (terms == NULL)
    return TRUE;
  for (gsize i = 0; i < dd_value_length (terms); i++)
    if (term_matches (dd_value_element (terms, i), node_name, node_labels))
      return TRUE;
  return FALSE;
}

gint64
sim_node_preference (const DdValue *pod_spec, const char *node_name, const DdValue *node_labels)
{
  const DdValue *terms = dd_value_path (
      pod_spec, "affinity.nodeAffinity.preferredDuringSchedulingIgnoredDuringExecution");
  gint64 sum = 0;

  for (gsize i = 0; i < dd_value_length (terms); i++)
    {
      const DdValue *term = dd_value_element (terms, i);

      if (term_matches (dd_value_member (term, "preference"), node_name, node_labels))
        sum += dd_value_path_int (term, "weight", 0);
    }
  return sum;
}

const char *
sim_target_node (const DdValue *pod_spec)
{
  const DdValue *terms = required_terms (pod_spec);

  if (dd_value_length (terms) != 1)
    return NULL;
  return dd_value_path_string (terms, "0.matchFields.0.values.0");
}
