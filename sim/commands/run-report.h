/* SPDX-License-Identifier: Apache-2.0 */
/* sim/commands/run-report.h: the engine's own report of a rehearsed run, as of a real one */
#pragma once

#include "sim/world/world.h"

G_BEGIN_DECLS

typedef struct _SimRunReport SimRunReport;

SimRunReport *sim_run_report_new (void);
void sim_run_report_free (SimRunReport *report);
void sim_run_report_attend (SimRunReport *report, SimWorld *world);

/* Whether that can be written; PATH may be NULL. */
gboolean sim_run_report_check (const char *path, const char *name, GPtrArray *claimed,
                               GError **error);
/* Writes PATH, or, of one of many, PATH with the scenario's NAME behind it (NULL: it is alone). */
gboolean sim_run_report_write (const SimRunReport *report, const char *path, const char *name,
                               GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (SimRunReport, sim_run_report_free)

G_END_DECLS
