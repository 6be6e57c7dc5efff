/* SPDX-License-Identifier: Apache-2.0 */
/* sim/scenario/faults-table.h: the faults of a scenario */
#pragma once

#include "sim/stage/faults.h"
#include "base/yaml.h"
#include "sim/world/world.h"

G_BEGIN_DECLS

/* What the schema cannot see of LIST (may be NULL). */
gboolean sim_faults_check (const DdYaml *list, GError **error);
/* What may go wrong, a line each, for the language's reference; caller frees. */
char *sim_faults_reference (void);
/* Adds the checked rows of LIST to WORLD, whose trace has begun. */
void sim_faults_add_all (SimWorld *world, const DdYaml *list);
/* Adds a failed SimVerdict to VERDICTS for each row of LIST that never struck, unless it says that
 * it may not. LIST was the first that was added to WORLD. */
void sim_faults_conclude (const SimWorld *world, const DdYaml *list, GPtrArray *verdicts);
/* The rows of FAULTS as such a list. A new reference. */
DdValue *sim_faults_value (const SimFaults *faults);

G_END_DECLS
