/* SPDX-License-Identifier: Apache-2.0 */
/* sim/scenario/pattern.c: see pattern.h; what the comparisons do is in match.c */

#include "config.h"

#include "sim/scenario/pattern.h"

#include <string.h>

#include "sim/scenario/match.h"
#include "sim/scenario/schema.h"

static const DdYaml *
only_key (const DdYaml *node)
{
  return node->keys != NULL && node->keys->len == 1 ? g_ptr_array_index (node->keys, 0) : NULL;
}

const char *
sim_pattern_comparison (const DdYaml *node)
{
  const DdYaml *key = only_key (node);

  return key != NULL && sim_match_is_comparison (key->text) ? key->text : NULL;
}

static gboolean
is_number (DdType type)
{
  return type == DD_INT || type == DD_DOUBLE;
}

/* What is compared with must be of the right type too. */
static gboolean
can_compare (const char *comparison, const DdYaml *operand, DdType type)
{
  DdType other = dd_value_type (operand->value);

  if (strcmp (comparison, "is not") == 0)
    return sim_pattern_can_match (operand, type);
  if (strcmp (comparison, "has length") == 0)
    return (type == DD_ARRAY || type == DD_OBJECT) && other == DD_INT;
  return (is_number (type) || type == DD_NULL) && is_number (other);
}

gboolean
sim_pattern_can_match (const DdYaml *node, DdType type)
{
  const char *comparison = sim_pattern_comparison (node);
  DdType own = dd_value_type (node->value);

  if (comparison != NULL)
    return can_compare (comparison, dd_yaml_element (node, 0), type);
  if (own == DD_NULL)
    return TRUE;
  if (type == DD_NULL)
    return own != DD_OBJECT && own != DD_ARRAY;
  return own == type || (type == DD_DOUBLE && own == DD_INT);
}

char *
sim_pattern_hint (const DdYaml *node)
{
  const DdYaml *key = only_key (node);

  return key != NULL ? sim_did_you_mean (key->text, sim_match_comparisons) : g_strdup ("");
}
