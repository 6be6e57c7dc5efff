/* SPDX-License-Identifier: Apache-2.0 */
/* sim/kube/controllers/controller.h: a work queue of keys in front of a level-triggered reconcile
 * function */
#pragma once

#include "sim/kube/store.h"
#include "sim/stage/stage.h"

G_BEGIN_DECLS

typedef struct _SimController SimController;

/* Reads what is, works out what should be, and writes the difference; running it twice changes
 * nothing more. FALSE: try again later, with back-off. A deadline it waits for is asked for again
 * in each run (sim_controller_add_after). */
typedef gboolean (*SimReconcile) (gpointer self, const char *namespace_, const char *name,
                                  GError **error);

SimController *sim_controller_new (SimStage *stage, SimReconcile reconcile, gpointer self);
void sim_controller_free (SimController *controller);

/* Runs reconcile for the key soon. A key waits at most once, for the earliest time it was asked
 * for. */
void sim_controller_add (SimController *controller, const char *namespace_, const char *name);
void sim_controller_add_object (SimController *controller, const SimObject *object);
void sim_controller_add_after (SimController *controller, const char *namespace_, const char *name,
                               DdUsec delay);

/* The same for what is due again and again without an end (sim_clock_schedule_standing). */
void sim_controller_add_standing (SimController *controller, const char *namespace_,
                                  const char *name, DdUsec delay);

/* Each change of a KIND's object adds the object's own key. */
void sim_controller_watch (SimController *controller, SimStore *store, const KubeKind *kind);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (SimController, sim_controller_free)

G_END_DECLS
