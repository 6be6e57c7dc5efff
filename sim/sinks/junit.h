/* SPDX-License-Identifier: Apache-2.0 */
/* sim/sinks/junit.h: outcomes for CI: JUnit XML, and annotations of GitHub Actions */
#pragma once

#include "sim/sinks/report.h"

G_BEGIN_DECLS

/* A whole document: sim_junit_begin (), one suite per outcome, sim_junit_end (). A suite is a
 * scenario, a case one expectation; time is real seconds, and virtual ones are a property. */
void sim_junit_begin (FILE *out);
void sim_junit_suite (const SimReport *report, FILE *out);
/* The suite of a scenario that could not be rehearsed. */
void sim_junit_error (const char *place, const char *message, FILE *out);
void sim_junit_end (FILE *out);

/* One workflow command per broken expectation, at its line of the scenario ("Workflow commands for
 * GitHub Actions"); nothing for those that held. Where any is broken, first how updates failed.
 * What is asked for and not modelled is a warning. */
void sim_github_report (const SimReport *report, FILE *out);
void sim_github_error (const char *place, const char *message, FILE *out);

G_END_DECLS
