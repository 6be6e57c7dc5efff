/* SPDX-License-Identifier: Apache-2.0 */
/* sim/explore/results.h: files of records: read, checked, put in order, joined */
#pragma once

#include <stdio.h>

#include "base/value.h"

G_BEGIN_DECLS

/* Adds the records of the file at PATH to RECORDS (of DdValue). DD_ERROR_INVALID names the file and
 * the line; a last line that was cut off is an error too, and so is a file without any that does
 * not say that there was nothing to do. */
gboolean sim_results_read (const char *path, GPtrArray *records, GError **error);
/* Puts RECORDS in order and drops repeated ones; how many, OUT_REPEATED (may be NULL) is told. Two
 * records of the same rehearsal that differ are DD_ERROR_CONFLICT: the same scenario, seed and
 * version never give two traces. */
gboolean sim_results_join (GPtrArray *records, guint *out_repeated, GError **error);
/* One line; whether it was written, ferror () knows. */
void sim_results_write (const DdValue *record, FILE *out);
/* The line of a part of an exploration that has no rehearsals. */
void sim_results_write_nothing (FILE *out);

G_END_DECLS
