/* SPDX-License-Identifier: Apache-2.0 */
/* sim/kube/apply/shape.h: what the tables say of a value's parts: which have owners of their own */
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
} KubeShapeSort;

typedef struct
{
  KubeShapeSort sort;
  const KubeStruct *of;   /* the struct of KUBE_SHAPE_PARTS */
  const KubeField *field; /* the map's or the list's own */
  KubeType type;          /* of the value itself */
} KubeValueShape;

KubeValueShape kube_shape_of_struct (const KubeStruct *type);
KubeValueShape kube_shape_of_field (const KubeField *field);
/* Of the items of a list and the members of a map. */
KubeValueShape kube_shape_of_element (const KubeField *field);

/* The fields that tell the items of a keyed list apart, at most KUBE_MAX_KEYS, by name; returns how
 * many. */
#define KUBE_MAX_KEYS 2
guint kube_list_keys (const KubeField *field, const char *out_keys[KUBE_MAX_KEYS]);

gboolean kube_shape_is_list (KubeValueShape shape);
/* NULL counts as null. */
gboolean kube_is_null (const DdValue *value);

/* The step (sim/kube/apply/field-set.h) to ITEM of a keyed list; NULL when it lacks a key that has
 * no default, whose name is then in *OUT_MISSING (may be NULL). Caller frees. */
char *kube_keyed_step (const KubeField *list, const DdValue *item, const char **out_missing);
/* The same for an item of a keyed list or a set. */
char *kube_item_step (KubeValueShape shape, const DdValue *item);
/* What STEP leads to. A field that the table lacks has one owner. */
KubeValueShape kube_shape_at (KubeValueShape shape, const char *step);

G_END_DECLS
