/* engine/lister.h: all nodes that a label selector chooses, page after page */
#pragma once

#include "engine/caller.h"

G_BEGIN_DECLS

typedef struct _DdLister DdLister;

/* NODES (of DdKubeNode *, sorted by name, borrowed) is NULL when ERROR is set. The lister may be
 * freed from within. */
typedef void (*DdListerDone) (GPtrArray *nodes, const GError *error, gpointer data);

/* Starts at once; DONE runs once. CALLER is borrowed. */
DdLister *dd_lister_new (DdCaller *caller, const char *selector, DdListerDone done, gpointer data);
void dd_lister_free (DdLister *lister);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (DdLister, dd_lister_free)

G_END_DECLS
