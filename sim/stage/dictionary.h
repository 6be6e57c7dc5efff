/* SPDX-License-Identifier: Apache-2.0 */
/* sim/stage/dictionary.h: the dictionary of the trace, for people and for programs */
#pragma once

#include "base/events.h"

G_BEGIN_DECLS

/* Every event and every detail, in lines. Caller frees. */
char *sim_dictionary_text (void);

/* A JSON Schema (2020-12) of the lines that sim_event_write () writes. */
DdValue *sim_dictionary_schema (void);

/* "text", "list of texts": what people call the type of a detail. */
const char *sim_dictionary_type_name (DdType type);

G_END_DECLS
