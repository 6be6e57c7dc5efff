/* SPDX-License-Identifier: Apache-2.0 */
/* sim/forecast/what-if.h: the same update with other settings, side by side */
#pragma once

#include "sim/forecast/runner.h"

G_BEGIN_DECLS

typedef struct _SimWhatIf SimWhatIf;

/* WORDS, such as "maxUnavailable=1,3,10%", "strategy=DEFAULT,MINIMAL" and "force", ended by NULL;
 * NULL: none. DD_ERROR_INVALID names the word that makes no sense, or says that there are too many
 * combinations. */
SimWhatIf *sim_what_if_new (char **words, GError **error);
void sim_what_if_free (SimWhatIf *self);

/* Every combination, in the order of the words: {"if":"maxUnavailable 3, MINIMAL", "rehearsals",
 * "failed", "time", "size", "pods"}; errors as sim_forecast_run (). A new array. */
DdValue *sim_what_if_value (const SimWhatIf *self, const SimForecastRunner *runner,
                            const SimForecastWish *wish, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (SimWhatIf, sim_what_if_free)

G_END_DECLS
