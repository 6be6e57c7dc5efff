/* SPDX-License-Identifier: Apache-2.0 */
/* sim/sinks/html.h: a rehearsal as one page that needs nothing else */
#pragma once

#include <stdio.h>

#include "sim/scenario/scenario.h"
#include "sim/sinks/history.h"

G_BEGIN_DECLS

/* For a screen and for paper: the outcome, what each node and pod went through, how many pods were
 * there, what blocked when, and every expectation. Whether everything was written, ferror () knows.
 */
void sim_html_write (const SimHistory *history, const SimOutcome *outcome, const char *about,
                     FILE *out);

G_END_DECLS
