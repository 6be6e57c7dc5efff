/* SPDX-License-Identifier: Apache-2.0 */
/* sim/scenario/schema.h: what may stand where in our YAML files, as tables; every mistake is
 * pointed at */
#pragma once

#include "base/clock.h"
#include "base/yaml.h"

G_BEGIN_DECLS

typedef enum
{
  SIM_ANY,  /* whatever YAML can say */
  SIM_FLAG, /* nothing, or true: the key says it all */
  SIM_TEXT, /* a number or word is taken as it was written */
  SIM_INTEGER,
  SIM_NUMBER,
  SIM_BOOLEAN,
  SIM_DURATION, /* "90s", "1h30m" */
  SIM_INSTANT,  /* "2026-01-05T09:00:00Z" */
  SIM_RANGE,    /* a duration, or a list of two */
  SIM_COUNT,    /* a whole number, or {min: .., max: ..} */
  SIM_MAPPING,  /* with the keys of `of`; with any keys when that is NULL */
  SIM_NAMED,    /* a mapping of names to values of shape `element` */
  SIM_LIST,     /* of values of shape `element` */
  SIM_TEXT_OR_MAPPING,
} SimShape;

typedef struct _SimRow SimRow;
struct _SimRow
{
  const char *key; /* NULL ends a table */
  SimShape shape;
  const char *help; /* one line for the language's reference */
  gboolean required;
  SimShape element;
  const SimRow *of;
  const char *const *values; /* of a text; NULL-terminated; NULL: any */
  gint64 min, max;           /* of an integer; both 0: unchecked */
};

/* Everything NODE says must have a row of the right shape. WHAT names it in messages ("a step"). */
gboolean sim_schema_check (const DdYaml *node, const SimRow *rows, const char *what,
                           GError **error);

/* NULL when no row has that key; and the error that says so, with what was probably meant. */
const SimRow *sim_schema_find (const SimRow *rows, const char *key);
void sim_schema_refuse_key (const DdYaml *key, const SimRow *rows, const char *what,
                            GError **error);

/* The word of the NULL-terminated WORDS that TEXT probably meant; NULL when none is near. */
const char *sim_closest_word (const char *text, const char *const *words);
/* " (did you mean X?)" or ""; caller frees. */
char *sim_did_you_mean (const char *text, const char *const *words);

/* For nodes that were checked: the value, or the fallback when NODE is NULL. */
const char *sim_schema_text (const DdYaml *node);
DdUsec sim_schema_duration (const DdYaml *node, DdUsec fallback);
void sim_schema_range (const DdYaml *node, DdUsec *out_low, DdUsec *out_high);

/* The tables of the language (sim/scenario/language.c). */
extern const SimRow sim_scenario_rows[];
extern const SimRow sim_world_rows[];
/* The whole language as text, derived from the tables. */
char *sim_language_reference (void);

/* FALSE, with REASON, which it takes, pointing at NODE. */
/* The texts of a checked mapping by their keys, whatever YAML makes of them: labels. NODE may be
 * NULL. */
DdValue *sim_schema_texts (const DdYaml *node);
gboolean sim_schema_refuse_at (const DdYaml *node, GError *reason, GError **error);

G_END_DECLS
