/* SPDX-License-Identifier: Apache-2.0 */
/* kube/yaml-paths.h: a YAML document as a table of its scalars, "clusters.0.cluster.server" */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Path to text, both strings. DD_ERROR_INVALID with the line when TEXT is malformed, nested beyond
 * reason or uses aliases. */
GHashTable *dd_yaml_paths_read (const char *text, gsize length, GError **error);

G_END_DECLS
