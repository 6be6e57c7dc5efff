/* SPDX-License-Identifier: Apache-2.0 */
/* sim/scenario/creation.h: manifests become the objects that a world begins with */
#pragma once

#include "sim/scenario/manifest.h"
#include "sim/world/world.h"

G_BEGIN_DECLS

/* Creates what OF_WORLD and then OF_SCENARIO (may be NULL) write down, as their clusters would have
 * it: a namespace that none of them makes, and an owner before what it owns. FALSE points at the
 * first that is refused. */
gboolean sim_creation_run (SimWorld *world, const SimManifests *of_world,
                           const SimManifests *of_scenario, GError **error);
/* Adds to WARNINGS (of char *) what is taken to be there although no manifest makes it. */
void sim_creation_add_warnings (const SimManifests *of_world, const SimManifests *there,
                                const SimManifests *of_scenario, GPtrArray *warnings);

G_END_DECLS
