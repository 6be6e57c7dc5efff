/* SPDX-License-Identifier: Apache-2.0 */
/* sim/kube/controllers/zones.h: how fast nodes of a zone may be emptied: the eviction rate of the
 * node controller */
#pragma once

#include "sim/kube/kinds/views.h"
#include "sim/stage/stage.h"

G_BEGIN_DECLS

typedef struct _SimZones SimZones;

SimZones *sim_zones_new (SimStage *stage);
void sim_zones_free (SimZones *zones);

/* Counts NODE's change. Nodes that waited for their zone and may now have a turn are handed to
 * WAKE, in the order they began to wait. */
void sim_zones_follow (SimZones *zones, const SimChange *change,
                       void (*wake) (const char *node, gpointer data), gpointer data);

/* Whether NODE, which is not Ready, may be given its NoExecute taint now. FALSE: *out_wait says how
 * long until it may ask again, 0: until the state of the zones changes. */
gboolean sim_zones_take_turn (SimZones *zones, const SimObject *node, DdUsec *out_wait);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (SimZones, sim_zones_free)

G_END_DECLS
