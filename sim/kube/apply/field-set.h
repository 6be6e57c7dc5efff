/* SPDX-License-Identifier: Apache-2.0 */
/* sim/kube/apply/field-set.h: sets of an object's fields, as managedFields remembers them
 *
 * A set is the very value that stands under fieldsV1: a tree whose keys are the steps from an
 * object to its parts, in canonical order. `{}` is a member, and "." beside what lies beneath says
 * that the whole is a member too. NULL is the empty set. Being values, sets are never changed,
 * share their branches, and cost a reference to keep. */
#pragma once

#include "base/value.h"

G_BEGIN_DECLS

/* The steps: `f:NAME`, `k:{"name":"c"}` for an item found by its keys, `v:VALUE` for one of a set,
 * `i:INDEX`. Each returns a text that the caller frees. */
char *kube_step_name (const char *name);
/* KEYS is an object whose members are in the order of their names. */
char *kube_step_keys (const DdValue *keys);
char *kube_step_value (const DdValue *value);
/* The NAME of `f:NAME`, borrowed; NULL for other steps. */
const char *kube_step_to_name (const char *step);

/* Appends what error texts call the step: `.spec`, `[name="c"]`, `[="x"]`, `[0]`. */
void kube_step_append (GString *path, const char *step);

/* A set out of what lies beneath it, in any order; takes CHILDREN's content. MEMBER: what the set
 * is of belongs to it as a whole. NULL when there is nothing. */
DdValue *kube_field_set_node (gboolean member, DdBuilder *children);
/* The set of one field: kube_field_set_path ("metadata", "labels", NULL). */
DdValue *kube_field_set_path (const char *first_name, ...) G_GNUC_NULL_TERMINATED;

/* What a client sent as fieldsV1, put into canonical form. Steps of an unknown sort are dropped, as
 * structured-merge-diff drops them; *OUT_SET is NULL for the empty set. FALSE with a text for what
 * is no set. */
gboolean kube_field_set_read (const DdValue *fields, DdValue **out_set, GError **error);
/* The set as fieldsV1: `{}` for the empty one. */
DdValue *kube_field_set_write (const DdValue *set);

/* Whether SET, found beneath a step, holds what the step leads to as a whole. */
gboolean kube_field_set_is_member (const DdValue *set);

DdValue *kube_field_set_union (const DdValue *a, const DdValue *b);
DdValue *kube_field_set_intersection (const DdValue *a, const DdValue *b);
/* The members of A that are not members of B; what lies beneath those stays. */
DdValue *kube_field_set_difference (const DdValue *a, const DdValue *b);
/* The same without what lies beneath members of B. */
DdValue *kube_field_set_without (const DdValue *a, const DdValue *b);

/* Every member as error texts name it, `.spec.containers[name="c"].image`: what lies deeper comes
 * after its siblings. Texts in a new array. */
GPtrArray *kube_field_set_paths (const DdValue *set);

/* VALUE with the members of every object in the order of their names, as Go writes maps. */
DdValue *kube_sorted (const DdValue *value);

G_END_DECLS
