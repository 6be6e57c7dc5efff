/* SPDX-License-Identifier: Apache-2.0 */
/* sim/kube/schema/structural.h: the JSON schemas by which custom resources are pruned, filled and
 * checked */
#pragma once

#include "sim/kube/kind.h"

G_BEGIN_DECLS

/* A custom resource as its server keeps it: without fields that SCHEMA does not know, without nulls
 * that it does not allow, with its defaults. Metadata and what the object calls itself are left as
 * they are, here and in objects that SCHEMA says are embedded. A new reference. */
DdValue *kube_structural_decode (const DdValue *schema, const DdValue *value);

/* Adds `unknown field "spec.extra"` to PROBLEMS, which frees its elements, for each that would be
 * pruned, in the order of their paths. */
void kube_structural_find_unknown (const DdValue *schema, const DdValue *value,
                                   GPtrArray *problems);

/* Adds a cause for each value that breaks SCHEMA. What OLD (may be NULL) holds in the same place is
 * not looked at. */
void kube_structural_validate (const DdValue *schema, const DdValue *old, const DdValue *value,
                               KubeCauses *causes);

/* The same for a default, which stands at FIELD of a definition. */
void kube_structural_validate_default (const DdValue *schema, const DdValue *value,
                                       const char *field, KubeCauses *causes);

G_END_DECLS
