/* SPDX-License-Identifier: Apache-2.0 */
/* sim/kube/kinds/json-schema.h: the schemas that definitions of custom resources hold */
#pragma once

#include "sim/kube/kind.h"

G_BEGIN_DECLS

extern const KubeStruct kube_json_schema;

/* What must hold of SCHEMA, found at FIELD, for it to be a structural one. */
void kube_json_schema_validate (const DdValue *schema, const char *field, KubeCauses *causes);

/* Whether SCHEMA, or one within it, has rules in CEL, which are not modelled. */
gboolean kube_json_schema_has_rules (const DdValue *schema);

G_END_DECLS
