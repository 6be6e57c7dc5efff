/* SPDX-License-Identifier: Apache-2.0 */
/* sim/kube/controllers/census.h: pods counted as they change, by owner and by selector, so that
 * nobody lists them */
#pragma once

#include "sim/kube/store.h"

G_BEGIN_DECLS

typedef struct _SimCensus SimCensus;
typedef struct _SimGroup SimGroup;

/* Pods that belong together: those of one controller, or those that one selector matches in one
 * namespace. The figures are those of the store at this instant. */
struct _SimGroup
{
  guint total;         /* every pod there is */
  guint active;        /* neither finished nor being deleted */
  guint ready;         /* active and Ready */
  GHashTable *by_node; /* node name -> how many active pods it has, as a guint in a pointer */
  GHashTable *held;    /* the same for all that are not finished, those on their way out included */
  GHashTable *by_owner; /* uid of the controller ("" for none) -> how many pods */
};

SimCensus *sim_census_new (SimStore *store);
void sim_census_free (SimCensus *census);

/* The pods whose controller has that uid; NULL while there are none. Borrowed until the next
 * write. */
const SimGroup *sim_census_of_owner (SimCensus *census, const char *uid);

/* The pods of NAMESPACE that SELECTOR (a metav1.LabelSelector) matches, counted from now on. One
 * group for equal questions; each call needs a leave. */
const SimGroup *sim_census_join (SimCensus *census, const char *namespace_,
                                 const DdValue *selector);
void sim_census_leave (SimCensus *census, const SimGroup *group);

/* FUNC runs at the end of a write that concerned a member of a joined group; like a store's
 * subscriber it must not write. */
typedef void (*SimGroupFunc) (const SimGroup *group, gpointer data);
void sim_census_set_listener (SimCensus *census, SimGroupFunc func, gpointer data);

/* Whether a pod's change can alter any figure of any group; most status writes cannot. */
gboolean sim_pod_change_counts (const SimChange *change);

guint sim_group_on_node (const SimGroup *group, const char *node);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (SimCensus, sim_census_free)

G_END_DECLS
