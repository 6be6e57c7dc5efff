/* SPDX-License-Identifier: Apache-2.0 */
/* sim/kube/kinds/entries.h: what config maps and secrets may hold */
#pragma once

#include "sim/kube/kind.h"

G_BEGIN_DECLS

/* All entries of an object together. */
#define KUBE_MAX_ENTRIES_BYTES (1024 * 1024)

/* Adds what is wrong with the keys of MAP, found at FIELD; returns the bytes of its values. */
gsize kube_entries_validate (const DdValue *map, const char *field, gboolean base64,
                             KubeCauses *causes);

/* An object that calls itself immutable stays so, and so do its MEMBERS, which end with NULL. */
void kube_entries_validate_immutable (const DdValue *old, const DdValue *object,
                                      const char *const *members, KubeCauses *causes);

G_END_DECLS
