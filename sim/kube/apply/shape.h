/* SPDX-License-Identifier: Apache-2.0 */
/* sim/kube/apply/shape.h: what tables and schemas say of a value's parts: which have owners of
 * their own, and the steps to them */
#pragma once

#include "sim/kube/kind.h"

G_BEGIN_DECLS

typedef enum
{
  KUBE_SHAPE_LEAF,  /* has one owner: a scalar, or what is atomic */
  KUBE_SHAPE_PARTS, /* the fields of a struct */
  KUBE_SHAPE_MAP,   /* members of any name */
  KUBE_SHAPE_KEYED, /* a list whose items are told apart by some of their fields */
  KUBE_SHAPE_SET,   /* a list of scalars, each once */
  KUBE_SHAPE_OPEN,  /* nothing is known: an object is a map of such, all else a leaf */
} KubeShapeSort;

typedef struct
{
  KubeShapeSort sort;
  KubeType type;          /* of the value itself */
  const KubeStruct *of;   /* the struct of KUBE_SHAPE_PARTS; NULL: SCHEMA says it */
  const KubeField *field; /* the map's or the list's own; NULL: SCHEMA says it */
  const DdValue *schema;  /* of a custom resource, or of a part of one; else NULL */
} KubeValueShape;

KubeValueShape kube_shape_of_kind (const KubeKind *kind);
KubeValueShape kube_shape_of_field (const KubeField *field);
/* Of the items of a list and the members of a map. */
KubeValueShape kube_shape_of_element (KubeValueShape shape);
/* What STEP leads to. A field that is not known is open in a schema, and elsewhere has one owner.
 */
KubeValueShape kube_shape_at (KubeValueShape shape, const char *step);
/* SHAPE as it is for A and B (each may be NULL): one that is open is taken for what they are. */
KubeValueShape kube_shape_for (KubeValueShape shape, const DdValue *a, const DdValue *b);

gboolean kube_shape_is_list (KubeValueShape shape);
/* Whether SHAPE is a struct that has a field NAME. */
gboolean kube_shape_declares (KubeValueShape shape, const char *name);
/* NULL counts as null. */
gboolean kube_is_null (const DdValue *value);

/* The fields that tell the items of a keyed list apart, at most KUBE_MAX_KEYS, by name; returns how
 * many. */
#define KUBE_MAX_KEYS 16
guint kube_shape_keys (KubeValueShape shape, const char *out_keys[KUBE_MAX_KEYS]);

/* The step (sim/kube/apply/field-set.h) to ITEM of a keyed list; NULL when it lacks a key that has
 * no default, whose name is then in *OUT_MISSING (may be NULL). Caller frees. */
char *kube_keyed_step (KubeValueShape shape, const DdValue *item, const char **out_missing);
/* The same for an item of a keyed list or a set. */
char *kube_item_step (KubeValueShape shape, const DdValue *item);

G_END_DECLS
