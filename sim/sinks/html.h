/* SPDX-License-Identifier: Apache-2.0 */
/* sim/sinks/html.h: a rehearsal as one page that needs nothing else */
#pragma once

#include <stdio.h>

#include "sim/scenario/scenario.h"
#include "sim/sinks/history.h"
#include "sim/sinks/updates.h"

G_BEGIN_DECLS

typedef struct
{
  const SimHistory *history;
  const SimUpdates *updates;
  const SimOutcome *outcome;
  const char *about;
  const char *story;  /* as the timeline tells it */
  const char *replay; /* the command that gives this rehearsal again; NULL: not known */
} SimPage;

/* For a screen and for paper: how it ended and why, what each node, workload and pod went through,
 * what blocked when, the story, and every expectation. Whether everything was written, ferror ()
 * knows. */
void sim_html_write (const SimPage *page, FILE *out);
/* The page of what could not be rehearsed: an old one must not be taken for its. */
void sim_html_write_error (const char *scenario, const char *message, FILE *out);

G_END_DECLS
