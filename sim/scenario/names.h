/* SPDX-License-Identifier: Apache-2.0 */
/* sim/scenario/names.h: the names that a scenario uses, against those that there are */
#pragma once

#include "base/yaml.h"
#include "sim/scenario/world.h"

G_BEGIN_DECLS

/* A scenario that ends by itself does so before this. */
#define SIM_LONGEST_RUN (24 * DD_HOUR)

/* What only a reader of the whole scenario can see of ROOT, which was checked against the schema:
 * knobs, events and who tells of them, node groups of WORLD, statuses, error codes, moments that
 * never come. Points at the first that there is not, with the one that was probably meant. */
gboolean sim_names_check (const DdYaml *root, const SimWorldFile *world, GError **error);
/* FALSE with an error when no event is called NAME, or ACTOR (may be NULL) never tells of it. */
gboolean sim_names_check_event (const char *name, const char *actor, GError **error);

G_END_DECLS
