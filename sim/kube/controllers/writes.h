/* SPDX-License-Identifier: Apache-2.0 */
/* sim/kube/controllers/writes.h: the door through which what moves by itself writes: a fault may
 * stand in it, as it stands before a client */
#pragma once

#include "sim/kube/controllers/actor.h"

G_BEGIN_DECLS

/* Each is the verb of sim/kube/verbs/api.h that it is called after, asked for by WHO, whose table
 * of writes must have it. Statuses, events and leases do not come through here: a world in which
 * nobody could say what it sees would tell nothing. */
SimObject *sim_write_create (SimActors *actors, const SimActorClass *who, const KubeKind *kind,
                             const char *namespace_, const DdValue *value, GError **error);
/* VERB: "patch", or "update" where the real one sends the whole object. */
SimObject *sim_write_merge (SimActors *actors, const SimActorClass *who, const char *verb,
                            const SimObject *object, const DdValue *patch, GError **error);
/* The scale of OBJECT; FALSE when it is refused. */
gboolean sim_write_scale (SimActors *actors, const SimActorClass *who, const SimObject *object,
                          gint64 replicas, GError **error);
SimObject *sim_write_delete (SimActors *actors, const SimActorClass *who, const SimObject *object,
                             const KubeDelete *options, GError **error);
SimObject *sim_write_finalize (SimActors *actors, const SimActorClass *who, const SimObject *space,
                               GError **error);
gboolean sim_write_bind (SimActors *actors, const SimActorClass *who, const SimObject *pod,
                         const char *node, GError **error);

/* The names of those who write, ended by NULL: static texts in a new array. */
GPtrArray *sim_writers (void);
/* What WRITER asks for, as SimActorClass.writes; NULL when nobody is called so. */
const char *const *sim_writes_of (const char *writer);

G_END_DECLS
