/* SPDX-License-Identifier: Apache-2.0 */
/* engine/lister.h: all nodes that a label selector chooses, page after page */
#pragma once

#include "engine/caller.h"

G_BEGIN_DECLS

typedef struct _DdLister DdLister;

/* NODES (of DdKubeNode *, sorted by name, borrowed) is NULL when ERROR is set. The lister may be
 * freed from within. */
typedef void (*DdListerDone) (GPtrArray *nodes, const GError *error, gpointer data);

/* Nodes that no label names: those of the instances of an Auto Scaling group. One whose instance
 * was made from VERSION of the launch template counts as updated and is said to run IMAGE. */
typedef struct
{
  const char *group, *version, *image;
  gboolean updated, outdated; /* which of them are wanted */
} DdMembership;

/* Both start at once; DONE runs once. CALLER is borrowed. */
DdLister *dd_lister_new (DdCaller *caller, const char *selector, DdListerDone done, gpointer data);
DdLister *dd_lister_new_of_group (DdCaller *caller, const DdMembership *membership,
                                  DdListerDone done, gpointer data);
void dd_lister_free (DdLister *lister);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (DdLister, dd_lister_free)

G_END_DECLS
