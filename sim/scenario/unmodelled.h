/* SPDX-License-Identifier: Apache-2.0 */
/* sim/scenario/unmodelled.h: what objects ask for that a cluster would do, and this one does not */
#pragma once

#include "sim/kube/store.h"
#include "sim/scenario/manifest.h"

G_BEGIN_DECLS

/* One field, and the first object that sets it. Further ones are only counted: whoever reads of a
 * thousand claims has read of one. */
typedef struct
{
  char *file; /* NULL: it came by the API */
  guint line, column;
  char *object; /* "Deployment shop/web" */
  char *field;  /* "spec.template.spec.volumes[0].persistentVolumeClaim" */
  const char *effect;
  guint more; /* further objects that set the same field of the same kind */

  char *what; /* the kind and the field, without positions: by which objects are joined */
  char *last; /* the object that was counted last */
} SimUnmodelled;

/* Of SimUnmodelled. */
GPtrArray *sim_unmodelled_new (void);
/* What NODE, an object of KIND or a part of one, sets; OBJECT is what the telling calls it. */
void sim_unmodelled_add (GPtrArray *list, const DdYaml *node, const KubeKind *kind,
                         const char *object);
void sim_unmodelled_add_manifests (GPtrArray *list, const SimManifests *manifests);
/* What OBJECT sets and PREVIOUS, which may be NULL, did not. */
void sim_unmodelled_add_object (GPtrArray *list, const SimObject *object,
                                const SimObject *previous);

/* "scenarios/x.yaml:12", or "" when it came by the API; caller frees. */
char *sim_unmodelled_place (const SimUnmodelled *self);
/* The same with the column; caller frees. */
char *sim_unmodelled_point (const SimUnmodelled *self);
/* "Pod a/b and 12 more: spec.schedulerName is not modelled"; caller frees. */
char *sim_unmodelled_title (const SimUnmodelled *self);
/* "in a cluster, another scheduler would place the pod"; caller frees. */
char *sim_unmodelled_effect (const SimUnmodelled *self);
/* All of that in a line, led by FILE:LINE:COLUMN where there is a file; caller frees. */
char *sim_unmodelled_text (const SimUnmodelled *self);
/* All of LIST for programs. A new reference. */
DdValue *sim_unmodelled_value (const GPtrArray *list);

G_END_DECLS
