/* SPDX-License-Identifier: Apache-2.0 */
/* sim/scenario/faults-world.h: what befalls machines at an instant of its own */
#pragma once

#include "sim/stage/faults.h"
#include "sim/world/world.h"

G_BEGIN_DECLS

/* Whether ROW is of that kind: {service: instance, operation: interrupt or vanish}. */
gboolean sim_blow_is_known (const SimFault *row);
/* Lets the fault ROW of WORLD befall it at its `from`, `times` machines at once (0: one), chosen by
 * chance among those that run and are known by its subject: node, instance or zone. */
void sim_blow_schedule (SimWorld *world, guint row);

G_END_DECLS
