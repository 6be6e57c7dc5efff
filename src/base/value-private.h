/* SPDX-License-Identifier: Apache-2.0 */
/* base/value-private.h: how a value lies in memory; for value.c and json-text.c alone */
#pragma once

#include "base/value.h"

G_BEGIN_DECLS

typedef struct
{
  guint refs;
  guint hash;
  guint length;
  char *text;
} DdKey;

typedef struct
{
  DdKey *key;
  DdValue *value;
} DdMember;

struct _DdValue
{
  guint refs;
  DdType type;
  guint length; /* bytes of a string, elements, members */
  union
  {
    gint64 integer;
    double number;
    guint *index; /* of a large object, made at its first look-up */
  } as;
  /* then: text, elements or members */
};

static inline const char *
dd_value_text (const DdValue *value)
{
  return (const char *) (value + 1);
}

static inline DdValue **
dd_value_elements (const DdValue *value)
{
  return (DdValue **) (value + 1);
}

static inline DdMember *
dd_value_members (const DdValue *value)
{
  return (DdMember *) (value + 1);
}

/* Returns a reference. */
DdKey *dd_key_intern (const char *text, gsize length);
void dd_key_unref (DdKey *key);

/* Both take what the array holds: DdKey, DdValue, DdKey, DdValue ...; values alone. */
DdValue *dd_object_from_pairs (gpointer *pairs, guint n_members);
DdValue *dd_array_from_items (gpointer *items, guint n_items);

G_END_DECLS
