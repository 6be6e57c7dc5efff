/* SPDX-License-Identifier: Apache-2.0 */
/* sim/scenario/fields.h: the fields that a manifest, a patch or a pattern names, against the kind's
 * own */
#pragma once

#include "base/yaml.h"
#include "sim/kube/kind.h"

G_BEGIN_DECLS

/* Adds to MISTAKES (of char *, pointed at) what NODE, an object of KIND or a part of one, says that
 * the kind has no field for, as kubectl's strict validation does. */
void sim_fields_check (const DdYaml *node, const KubeKind *kind, GPtrArray *mistakes);
/* The same for a pattern of such an object, which may compare. */
gboolean sim_fields_check_pattern (const DdYaml *node, const KubeKind *kind, GError **error);
/* FALSE with all MISTAKES in one error, when there are any. */
gboolean sim_fields_conclude (const GPtrArray *mistakes, GError **error);

G_END_DECLS
