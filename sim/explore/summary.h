/* SPDX-License-Identifier: Apache-2.0 */
/* sim/explore/summary.h: many records made into a few lines: what failed, how often, how to see it
 */
#pragma once

#include <stdio.h>

#include "base/value.h"

G_BEGIN_DECLS

typedef struct _SimSummary SimSummary;

SimSummary *sim_summary_new (void);
void sim_summary_free (SimSummary *summary);
void sim_summary_add (SimSummary *summary, const DdValue *record);

guint64 sim_summary_count (const SimSummary *summary);
guint64 sim_summary_failed (const SimSummary *summary);
/* Failures that have the same broken promises in common are one way to fail. */
guint sim_summary_ways (const SimSummary *summary);

/* Each way to fail, the most frequent first, with its first record and the command that replays it;
 * then the count. PLACE_OF tells the file of a scenario, or NULL to name it as the record does. */
typedef const char *(*SimPlaceOf) (const char *scenario, gpointer data);
void sim_summary_print (const SimSummary *summary, SimPlaceOf place_of, gpointer data,
                        gboolean colour, FILE *out);

/* The same as one object: counts, "ways" with their first record and "replay", and faults that
 * struck under no seed as "idle". A new reference. */
DdValue *sim_summary_value (const SimSummary *summary, SimPlaceOf place_of, gpointer data);

/* TEXT as one word of a shell: quoted only where it must be. Caller frees. */
char *sim_shell_word (const char *text);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (SimSummary, sim_summary_free)

G_END_DECLS
