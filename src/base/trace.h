/* SPDX-License-Identifier: Apache-2.0 */
/* base/trace.h: the ordered record of everything that happens; the product of a rehearsal */
#pragma once

#include "base/events.h"

G_BEGIN_DECLS

typedef struct _DdTrace DdTrace;

typedef struct
{
  void (*emit) (DdTrace *self, const char *actor, DdEvent what, const char *subject,
                DdValue *details);
  gboolean is_strict; /* what the dictionary does not allow ends the program */
} DdTraceClass;

struct _DdTrace
{
  const DdTraceClass *klass;
};

/* Records that ACTOR ("engine", "scheduler", "kubelet", "autoscaling" ...) did or saw WHAT
 * concerning SUBJECT (a node, "namespace/pod", a group; may be NULL). DETAILS is an object or NULL,
 * and taken (emit () only borrows it). The implementation adds time and sequence.
 * What the dictionary does not allow is a bug of the teller. It ends a rehearsal; an update of a
 * real cluster goes on with a warning. Details hold no addresses, no wall time and no hash-table
 * order. */
void dd_trace (DdTrace *trace, const char *actor, DdEvent what, const char *subject,
               DdValue *details);

G_END_DECLS
