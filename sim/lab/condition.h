/* SPDX-License-Identifier: Apache-2.0 */
/* sim/lab/condition.h: what `drydock ctl until` can wait for, by name */
#pragma once

#include "sim/world/world.h"

G_BEGIN_DECLS

typedef struct _SimCondition SimCondition;

/* TEXT is a name and its words: "node-ready ip-10-42-1-7.us-west-2.compute.internal". CLUSTER and
 * NODEGROUP are meant where TEXT names none; they must outlive the condition. DD_ERROR_INVALID with
 * what can be said, when TEXT makes no sense. */
SimCondition *sim_condition_parse (SimWorld *world, const char *cluster, const char *nodegroup,
                                   const char *text, GError **error);
void sim_condition_free (SimCondition *condition);
gboolean sim_condition_holds (SimCondition *condition);

/* Each condition and what it means, a line each; caller frees. */
char *sim_condition_help (void);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (SimCondition, sim_condition_free)

G_END_DECLS
