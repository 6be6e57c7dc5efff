/* SPDX-License-Identifier: Apache-2.0 */
/* sim/sinks/report.h: what came of a rehearsal, for people, for TAP readers and for programs */
#pragma once

#include <stdio.h>

#include "sim/scenario/scenario.h"
#include "sim/sinks/endings.h"

G_BEGIN_DECLS

/* One outcome and what a clock on the wall said of it. */
typedef struct
{
  const SimOutcome *outcome;
  const char *place; /* the scenario's file, as it was given */
  double real_seconds;
  guint number;              /* from 1, among those reported */
  const SimEndings *endings; /* how updates failed; NULL: none, or the story has told it */
} SimReport;

void sim_report_human (const SimReport *report, gboolean colour, FILE *out);
/* What objects ask for and is not modelled (of SimUnmodelled); NULL: nothing. */
void sim_report_unmodelled (const GPtrArray *unmodelled, gboolean colour, FILE *out);
/* One test point; the plan (1..N) is the caller's. */
void sim_report_tap (const SimReport *report, FILE *out);
/* The test point of a scenario that could not be rehearsed. */
void sim_report_tap_error (guint number, const char *place, const char *message, FILE *out);
/* One object and a newline. */
void sim_report_json (const SimReport *report, FILE *out);
/* The object of a scenario that could not be rehearsed: its "result" is "error". */
void sim_report_json_error (const char *place, const char *message, FILE *out);

G_END_DECLS
