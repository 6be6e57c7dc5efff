/* SPDX-License-Identifier: Apache-2.0 */
/* sim/kube/schema/field-path.h: "spec.containers[0].image": how reports about an object name a
 * field */
#pragma once

#include "sim/kube/kind.h"

G_BEGIN_DECLS

/* Each appends one step and returns the length before, to truncate PATH to. */
gsize kube_path_push_name (GString *path, const char *name);
gsize kube_path_push_index (GString *path, gsize index);
gsize kube_path_push_key (GString *path, const char *key);

/* Orders paths as the table orders fields: negative when A comes before B. */
int kube_path_compare (const KubeStruct *type, const char *a, const char *b);

G_END_DECLS
