/* SPDX-License-Identifier: Apache-2.0 */
/* base/events.h: the events that a trace may hold, as one table */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct
{
  const char *name;    /* "drain.started" */
  const char *actors;  /* who tells of it: "engine", "ec2 autoscaling" */
  const char *meaning; /* one sentence, for the language's reference */
} DdEventRow;

/* Ordered by name; ended by a row without one. */
extern const DdEventRow dd_events[];

/* NULL when no event is called so. */
const DdEventRow *dd_event_find (const char *name);
/* Whether ACTOR is one of those who tell of it. */
gboolean dd_event_is_told_by (const DdEventRow *event, const char *actor);

G_END_DECLS
