/* SPDX-License-Identifier: Apache-2.0 */
/* sim/scenario/source.h: where worlds, workloads and scenarios come from: files and built-in
 * resources */
#pragma once

#include "base/yaml.h"

G_BEGIN_DECLS

/* Where the built-in files live, with their names below scenarios/. */
#define SIM_BUILT_IN "resource:///dev/drydock/"

/* The place that NAME means when the file BASE (a path or resource URI; NULL: the working
 * directory) mentions it: beside BASE, else built in. Caller frees. */
char *sim_source_resolve (const char *name, const char *base);

/* Reads and parses PLACE, a path or a resource URI. DD_ERROR_NOT_FOUND when it cannot be read. */
DdYamlFile *sim_source_read (const char *place, GError **error);

G_END_DECLS
