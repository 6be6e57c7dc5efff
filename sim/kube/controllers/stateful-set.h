/* SPDX-License-Identifier: Apache-2.0 */
/* sim/kube/controllers/stateful-set.h: the revisions of a StatefulSet's template */
#pragma once

#include "sim/kube/controllers/actor.h"

G_BEGIN_DECLS

/* Where an update starts from and where it leads to; the same one when none is going on. */
typedef struct
{
  SimObject *current, *update;
} SimRevisions;

/* Finds the ControllerRevisions of SET, and makes the one of its present template where there is
 * none. *REVISIONS needs a clear when TRUE is returned. */
gboolean sim_revisions_find (SimActors *actors, const SimObject *set, SimRevisions *revisions,
                             GError **error);
void sim_revisions_clear (SimRevisions *revisions);
/* Removes the oldest ones that no pod of PODS has, down to spec.revisionHistoryLimit. */
gboolean sim_revisions_trim (SimActors *actors, const SimObject *set, const SimRevisions *revisions,
                             const GPtrArray *pods, GError **error);

/* The pod template that REVISION remembers; borrowed. */
const DdValue *sim_revision_template (const SimObject *revision);
/* The name of POD's, by its label; NULL when it has none. */
const char *sim_revision_of_pod (const SimObject *pod);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (SimRevisions, sim_revisions_clear)

G_END_DECLS
