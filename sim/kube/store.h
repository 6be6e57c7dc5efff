/* SPDX-License-Identifier: Apache-2.0 */
/* sim/kube/store.h: the objects of one Kubernetes cluster: immutable, revisioned, indexed, with a
 * watch log per kind */
#pragma once

#include "base/value.h"

G_BEGIN_DECLS

typedef struct _KubeKind KubeKind; /* sim/kube/kind.h */
typedef struct _SimStore SimStore;

/* One revision of one object; never changes. Read the fields, hold a reference to keep it. */
typedef struct
{
  guint refs;
  const KubeKind *kind;
  const char *namespace_; /* "" for cluster-scoped kinds */
  const char *name;
  const char *uid;
  guint64 revision;
  DdValue
      *value; /* metadata (with resourceVersion), spec, status ...; without kind and apiVersion */
  gpointer view; /* the kind's typed view (KubeKind.view_new), NULL when it has none */
  GBytes *bytes; /* private: rendered once, see sim_object_bytes () */
} SimObject;

SimObject *sim_object_ref (SimObject *object);
void sim_object_unref (SimObject *object);
/* Makes an object that is not in any store, for what a dry run answers. Takes VALUE. */
SimObject *sim_object_new (const KubeKind *kind, DdValue *value, guint64 revision);
/* OBJECT as another version of its kind shows it, a new reference; other versions differ in their
 * name alone. */
SimObject *sim_object_as (SimObject *object, const KubeKind *kind);
/* Canonical JSON with kind and apiVersion in front; borrowed, rendered at first use. */
GBytes *sim_object_bytes (SimObject *object);
/* Appends the same without kind and apiVersion, as the items of a typed list are sent. */
void sim_object_write_item (SimObject *object, GString *out);

typedef enum
{
  SIM_ADDED,
  SIM_MODIFIED,
  SIM_DELETED
} SimChangeType;

typedef struct
{
  SimChangeType type;
  guint64 revision;
  SimObject *object;   /* DELETED: the last state, with the deletion's revision */
  SimObject *previous; /* NULL for ADDED */
} SimChange;

SimStore *sim_store_new (void);
void sim_store_free (SimStore *store);

/* The revision of the latest write; lists carry it. */
guint64 sim_store_revision (const SimStore *store);

/* Borrowed until the next write; NULL when there is none. NAMESPACE "" for cluster-scoped kinds. */
SimObject *sim_store_get (SimStore *store, const KubeKind *kind, const char *namespace_,
                          const char *name);
SimObject *sim_store_get_by_uid (SimStore *store, const char *uid);

/* Writes VALUE (taken; metadata.name and .namespace name the object; resourceVersion is set here)
 * as a new revision: added when absent, else replaced. Appends to the watch log and tells the
 * subscribers. No rules are applied here: sim/kube/verbs/api.h does that. Returns it borrowed. */
SimObject *sim_store_put (SimStore *store, const KubeKind *kind, DdValue *value);
/* Returns the last state with the revision of the deletion, borrowed until the next write; NULL
 * when it was gone already. */
SimObject *sim_store_remove (SimStore *store, SimObject *object);

/* All objects of KIND in NAMESPACE (NULL: all namespaces), ordered by namespace and name; a new
 * array of references. */
GPtrArray *sim_store_list (SimStore *store, const KubeKind *kind, const char *namespace_);
/* Those whose indexed field (KubeKind.indexes, such as "spec.nodeName") equals VALUE; same order.
 */
GPtrArray *sim_store_list_by (SimStore *store, const KubeKind *kind, const char *field,
                              const char *value);
/* Objects of any kind with an ownerReference to UID; ordered by kind, namespace, name. */
GPtrArray *sim_store_dependents (SimStore *store, const char *uid);
guint sim_store_count (SimStore *store, const KubeKind *kind);

/* FUNC runs at the end of each write, in the order of subscription. It must not write: it notes
 * what to look at and schedules an event. KIND NULL: every kind. */
typedef void (*SimStoreFunc) (SimStore *store, const SimChange *change, gpointer data);
void sim_store_subscribe (SimStore *store, const KubeKind *kind, SimStoreFunc func, gpointer data);
void sim_store_unsubscribe (SimStore *store, SimStoreFunc func, gpointer data);

/* The watch log of KIND, read with a cursor that the caller keeps. Starts it after REVISION; FALSE
 * when changes after REVISION were already forgotten, and then *out_oldest_revision is the oldest
 * one from which a watch may still start. */
gboolean sim_store_log_seek (SimStore *store, const KubeKind *kind, guint64 revision,
                             guint64 *out_cursor, guint64 *out_oldest_revision);
/* The change at the cursor, which moves on; borrowed until the next write. NULL: nothing new, or
 * *out_expired: the cursor fell out of the log (a watcher too slow). */
const SimChange *sim_store_log_next (SimStore *store, const KubeKind *kind, guint64 *cursor,
                                     gboolean *out_expired);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (SimObject, sim_object_unref)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (SimStore, sim_store_free)

G_END_DECLS
