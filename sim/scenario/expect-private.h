/* SPDX-License-Identifier: Apache-2.0 */
/* sim/scenario/expect-private.h: between the when (expect.c) and the what (expect-*.c) of
 * expectations */
#pragma once

#include "sim/scenario/expect.h"
#include "sim/kube/store.h"

G_BEGIN_DECLS

typedef struct _SimExpectation SimExpectation;

/* One kind of thing that can be expected. `prepare` checks and reads the row; `watch` begins;
 * `take` sees every event of the trace; `truth` says whether it is so now; `explain` says how far
 * from it the world is; `doubt` adds why nothing could ever have been so (nothing added: something
 * could), and `idle` which part of it said nothing of anything. */
typedef struct
{
  const char *key;
  gboolean (*prepare) (SimExpectation *self, GError **error);
  void (*watch) (SimExpectation *self);
  void (*take) (SimExpectation *self, const SimEvent *event);
  gboolean (*truth) (SimExpectation *self);
  void (*explain) (SimExpectation *self, GString *out);
  void (*doubt) (SimExpectation *self, GString *out);
  void (*idle) (SimExpectation *self, GString *out);
  void (*clear) (SimExpectation *self);
} SimSubject;

struct _SimExpectation
{
  const DdYaml *node;    /* the whole row */
  const DdYaml *pattern; /* what stands under the subject's key */
  const SimSubject *subject;
  const SimManifests *workloads; /* which may define kinds; NULL: none */
  DdValue *wanted;               /* PATTERN's value, less what only chooses (kind, nodegroup) */
  gboolean counted;              /* the row says how many */
  gint64 min, max;
  SimWorld *world;
  const char *cluster;
  gpointer state;  /* the subject's own */
  gboolean counts; /* what `take` is shown is in the window; else it is for `doubt` alone */
  gboolean dirty;  /* something it looks at has changed */
};

/* What the event pattern NODE ({event, actor, subject, details}, or the event's name) says of
 * EVENT. */
gboolean sim_event_matches (const DdYaml *node, const SimEvent *event);
/* "node.cordoned of ip-10-*", for messages; caller frees. */
char *sim_event_pattern_text (const DdYaml *node);
/* "1h02m03.5s" as people read a moment of the trace; caller frees. */
char *sim_moment_text (DdUsec time);

extern const SimSubject sim_subject_match;  /* expect-objects.c */
extern const SimSubject sim_subject_update; /* expect-aws.c */
extern const SimSubject sim_subject_nodegroup;
extern const SimSubject sim_subject_group;
extern const SimSubject sim_subject_event; /* expect-events.c */
extern const SimSubject sim_subject_trace;
extern const SimSubject sim_subject_gap;

G_END_DECLS
