/* SPDX-License-Identifier: Apache-2.0 */
/* sim/kube/serve/table.h: objects as meta.k8s.io Tables and PartialObjectMetadata; private to the
 * HTTP side */
#pragma once

#include "sim/kube/serve/request.h"

G_BEGIN_DECLS

/* A Table of OBJECTS (SimObject *) with METADATA (taken). WITH_COLUMNS: a watch names its columns
 * in the first event only. */
DdValue *kube_table_new (const KubeRequest *request, const GPtrArray *objects, DdValue *metadata,
                         gboolean with_columns);
DdValue *kube_table_of_object (const KubeRequest *request, SimObject *object);
/* FALSE and a KUBE_BAD_REQUEST when includeObject is none of Metadata, Object and None. */
gboolean kube_table_check (const KubeRequest *request, GError **error);

/* PartialObjectMetadata of meta.k8s.io/VERSION. */
DdValue *kube_partial_metadata (const SimObject *object, const char *version);

/* The field at the dotted PATH of TYPE, NULL when there is none. */
const KubeField *kube_struct_field (const KubeStruct *type, const char *path);

G_END_DECLS
