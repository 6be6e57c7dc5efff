/* SPDX-License-Identifier: Apache-2.0 */
/* sim/kube/schema/quantity.h: amounts of cpu and memory as Kubernetes writes them */
#pragma once

#include "base/value.h"

G_BEGIN_DECLS

/* Kubernetes quantities: "500m", "2", "1Gi", "1e3" -> thousandths (milli) or whole units; numbers
 * are accepted too. FALSE for anything else. */
gboolean kube_quantity_to_milli (const DdValue *quantity, gint64 *out_milli);
gboolean kube_quantity_to_units (const DdValue *quantity, gint64 *out_units);

G_END_DECLS
