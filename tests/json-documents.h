/* SPDX-License-Identifier: Apache-2.0 */
/* tests/json-documents.h: every kind of JSON that Drydock writes, or that was recorded for it */
#pragma once

#include <glib.h>

typedef enum
{
  GOLDEN,
  TRACE,
  REPORT,
  RECORD,
  CONTROL,
  AWS,
  KUBERNETES,
  N_SOURCES
} JsonSource;

extern const char *const json_source_names[N_SOURCES];

/* TEXT ends at LENGTH, and there with a NUL. */
typedef void (*JsonTake) (JsonSource source, const char *text, gsize length);

/* Where documents go from now on. What goes wrong on the way fails the test. */
void json_documents_go_to (JsonTake take);

void json_golden_documents (void);
void json_golden_exchanges (void); /* of tests/golden/kube */
/* Rehearses the scenario at PATH over function calls: its trace, report and record, and what the
 * world answered the engine. Returns the number of events of the trace. */
guint64 json_rehearsal (const char *path);
/* Asks a served world everything that it answers in JSON. */
void json_served_world (void);

/* The paths of all scenarios, sorted. */
GPtrArray *json_scenarios (void);
