/* SPDX-License-Identifier: Apache-2.0 */
/* sim/explore/record.h: what came of one rehearsal among thousands: one JSON object, one line
 *
 * {"scenario":"ami-upgrade","seed":7,"faults":"swarm","result":"failed","digest":"..","events":412,
 *  "struck":3,"virtual_seconds":1172.5,
 *  "idle":["line 12: fault kubernetes list pods"],
 *  "failures":[{"what":"invariant ..","at_seconds":64.0,"why":".."}]}
 *
 * "strict", where it is true, says that what objects ask for and is not modelled was a failure.
 * "idle", where there are any, are faults of the scenario that struck nothing under this seed. That
 * is no failure of the seed: a summary tells of those that no seed met.
 * "struck" counts how often faults did: the drawn ones, or with "none" the scenario's own. A record
 * says nothing about the machine or its speed, so that records of any two machines compare byte for
 * byte. */
#pragma once

#include "base/value.h"
#include "sim/scenario/scenario.h"

G_BEGIN_DECLS

/* FAULTS: "none", "swarm". With faults that its author did not think of, a scenario's expectations
 * do not bind; invariants and limits do. */
DdValue *sim_record_of_outcome (const SimOutcome *outcome, const char *faults);
/* A rehearsal that could not be made, or that took its process down; HOW says so. */
DdValue *sim_record_of_error (const char *scenario, guint64 seed, const char *faults,
                              const char *how);

/* DD_ERROR_INVALID, naming the member, unless VALUE is a record. */
gboolean sim_record_check (const DdValue *value, GError **error);
gboolean sim_record_held (const DdValue *record);
/* Which rehearsal it is of: by seed, then scenario, then faults. Equal: the same rehearsal. */
int sim_record_compare (const DdValue *a, const DdValue *b);
/* What the failures have in common: the names, sorted, with ", " between; "" when it held. Caller
 * frees. */
char *sim_record_signature (const DdValue *record);

G_END_DECLS
