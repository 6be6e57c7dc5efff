/* SPDX-License-Identifier: Apache-2.0 */
/* engine/advice.h: what would let a pod go that a disruption budget holds back */
#pragma once

#include "kube/budget.h"
#include "kube/error.h"

G_BEGIN_DECLS

/* What a person can do so that POD, whose eviction met REFUSAL, may leave; it helps in the world as
 * it is. BUDGET is the one that refused, NULL: it is not known more closely. Caller frees. */
char *dd_advice_against_budget (const DdKubePod *pod, const DdEviction *refusal,
                                const DdKubeBudget *budget);

G_END_DECLS
