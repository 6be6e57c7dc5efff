/* SPDX-License-Identifier: Apache-2.0 */
/* sim/scenario/found.h: nodes and objects that a world begins with as they are */
#pragma once

#include "sim/scenario/manifest.h"
#include "sim/world/world.h"

G_BEGIN_DECLS

/* What can be wrong with OBJECTS before there is a world. FALSE points at it. */
gboolean sim_found_check (const SimManifests *objects, GError **error);

/* Adds the nodes of LIST (checked rows; NULL: none) to NODEGROUP, or to none if that is NULL. */
gboolean sim_found_add_nodes (SimWorld *world, const char *cluster, const char *nodegroup,
                              const DdYaml *list, GError **error);
/* Puts OBJECTS there, in the instant in which their nodes were added. */
gboolean sim_found_add_objects (SimWorld *world, const SimManifests *objects, GError **error);

G_END_DECLS
