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

G_END_DECLS
