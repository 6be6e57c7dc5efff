/* sim/scenario/faults-table.h: the faults of a scenario */
#pragma once

#include "sim/faults.h"
#include "sim/yaml.h"

G_BEGIN_DECLS

/* What the schema cannot see of LIST (may be NULL). */
gboolean sim_faults_check (const SimYaml *list, GError **error);
/* FAULTS as such a list. A new reference. */
DdValue *sim_faults_value (const SimFaults *faults);
/* Adds the checked rows of LIST. */
void sim_faults_add_all (SimFaults *faults, const SimYaml *list);

G_END_DECLS
