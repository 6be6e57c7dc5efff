/* SPDX-License-Identifier: Apache-2.0 */
/* sim/kube/apply/typed.h: objects taken apart by their tables: whose fields they have, how two
 * differ, and what comes of one laid over another */
#pragma once

#include "sim/kube/apply/field-set.h"
#include "sim/kube/kind.h"

G_BEGIN_DECLS

/* VALUE fits KIND: no unknown fields, no wrong types, no two items of the same keys. FALSE with the
 * words of structured-merge-diff, as DD_ERROR_INVALID. What follows expects values that fit. */
gboolean kube_typed_check (const KubeKind *kind, const DdValue *value, GError **error);

/* The fields that VALUE sets: what somebody who applies it wants to own. */
DdValue *kube_typed_fields (const KubeKind *kind, const DdValue *value);

/* Sets of fields, NULL where there are none. */
typedef struct
{
  DdValue *added, *modified, *removed;
} KubeComparison;

void kube_typed_compare (const KubeKind *kind, const DdValue *before, const DdValue *after,
                         KubeComparison *out_comparison);
void kube_comparison_clear (KubeComparison *comparison);

/* LIVE with what APPLIED sets laid over it. Items of keyed lists and sets stand as APPLIED has
 * them, and those that only LIVE has where they were among them. */
DdValue *kube_typed_merge (const KubeKind *kind, const DdValue *live, const DdValue *applied);
/* VALUE without the members of SET, and without structures that nothing is left in. */
DdValue *kube_typed_remove (const KubeKind *kind, const DdValue *value, const DdValue *set);

/* SET with each struct's field on the way to a member as a member too: removing those removes the
 * empty shells that would be left. */
DdValue *kube_typed_with_parents (const KubeKind *kind, const DdValue *set);

/* A new object as Go makes it: structures that are no pointers are there and empty, fields that are
 * never left out have their zero. Kept for ever, borrowed. */
const DdValue *kube_typed_empty (const KubeKind *kind);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (KubeComparison, kube_comparison_clear)

G_END_DECLS
