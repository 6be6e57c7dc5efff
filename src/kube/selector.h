/* SPDX-License-Identifier: Apache-2.0 */
/* kube/selector.h: label selectors as objects carry them */
#pragma once

#include "base/value.h"

G_BEGIN_DECLS

/* Whether SELECTOR ({"matchLabels": .., "matchExpressions": [..]}) selects an object with LABELS.
 * An empty selector selects everything, none at all nothing, as in policy/v1; an operator that is
 * not known selects nothing. */
gboolean dd_selector_matches (const DdValue *selector, const DdValue *labels);

G_END_DECLS
