/* SPDX-License-Identifier: Apache-2.0 */
/* sim/scenario/answers.h: what EKS and Auto Scaling answer of node groups, as patterns may name it
 */
#pragma once

#include "sim/scenario/schema.h"

G_BEGIN_DECLS

extern const SimRow sim_answer_update[];
extern const SimRow sim_answer_nodegroup[];
extern const SimRow sim_answer_group[];

/* Every name of PATTERN (NULL: fine) must have a row, and what stands there must be able to match.
 * WHAT says whose rows they are: "an update". */
gboolean sim_answers_check (const DdYaml *pattern, const SimRow *rows, const char *what,
                            GError **error);

G_END_DECLS
