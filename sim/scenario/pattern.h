/* SPDX-License-Identifier: Apache-2.0 */
/* sim/scenario/pattern.h: whether a pattern, as it is written, could match anything of a type
 *
 * What never can makes an expectation of `never` that nothing breaks. */
#pragma once

#include "base/yaml.h"

G_BEGIN_DECLS

/* The comparison that NODE makes ({at least: 2}): its one key; NULL when it makes none. */
const char *sim_pattern_comparison (const DdYaml *node);

/* FALSE when NODE, other than by its parts, can match no value of TYPE; DD_DOUBLE: any number,
 * DD_NULL: any scalar. A mapping that compares can. */
gboolean sim_pattern_can_match (const DdYaml *node, DdType type);
/* " (did you mean at least?)" where NODE seems to compare, or ""; caller frees. */
char *sim_pattern_hint (const DdYaml *node);

G_END_DECLS
