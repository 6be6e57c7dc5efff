/* SPDX-License-Identifier: Apache-2.0 */
/* sim/scenario/match.h: partial objects: what a scenario says of an object, and how far one is from
 * it */
#pragma once

#include "base/value.h"

G_BEGIN_DECLS

/* TRUE when ACTUAL (NULL: absent) is as PATTERN says:
 *  - a mapping: every member that PATTERN names is as it says; others do not matter;
 *  - a list: every element of PATTERN is met by some element of ACTUAL, in any order;
 *  - null: absent or null; text with `*`: a glob; every other scalar: equal;
 *  - {at least: N}, {at most: N}, {is not: PATTERN}, {has length: N}. */
gboolean sim_match (const DdValue *pattern, const DdValue *actual);

/* How many scalars of PATTERN are not met; adds "path: wanted X, found Y" for each to OUT (of
 * char *; may be NULL). 0 exactly when sim_match (). */
guint sim_match_distance (const DdValue *pattern, const DdValue *actual, const char *path,
                          GPtrArray *out);

/* The words that compare, ended by NULL, and whether WORD is one. */
extern const char *const sim_match_comparisons[];
gboolean sim_match_is_comparison (const char *word);

G_END_DECLS
