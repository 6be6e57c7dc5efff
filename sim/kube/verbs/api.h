/* SPDX-License-Identifier: Apache-2.0 */
/* sim/kube/verbs/api.h: the verbs of a Kubernetes API server as function calls, with all the rules
 * a real one applies */
#pragma once

#include "sim/kube/error.h"
#include "sim/kube/schema/schema.h"
#include "sim/kube/selectors.h"
#include "sim/stage/message.h"
#include "sim/stage/stage.h"

G_BEGIN_DECLS

/* One API server. HTTP requests and in-world actors use the same functions, so an actor cannot do
 * what a client could not. */
struct _KubeApi
{
  SimStage *stage;
  SimStore *store;
  int minor;       /* 27..33: which server version it plays */
  DdRandom *names; /* generateName's suffixes */
  DdRandom *uids;
  DdRandom *audits;   /* Audit-Id headers, a stream of their own: requests move no other one */
  GHashTable *events; /* private to the event recorder (sim/kube/verbs/events.c) */
  GQueue *event_expiry;
  guint64 event_stamp; /* of the newest one's name, and what is before it there */
  char *event_prefix;
  GHashTable *refreshes; /* KubeKind -> Refresh, for look-up only */
};

KubeApi *kube_api_new (SimStage *stage, int minor);
void kube_api_free (KubeApi *api);

/* Answers an HTTP request below /api, /apis, /openapi, /version, /healthz ...; see
 * sim/world/router.h. */
SimResponse *kube_api_handle (KubeApi *api, const SimRequest *request);

/* Brings what changes by itself up to date before it is read (a Lease's renewTime): REFRESH, or
 * NULL, is called with each object of KIND that somebody gets or lists. */
typedef void (*KubeRefreshFunc) (gpointer self, SimObject *object);
void kube_set_refresh (KubeApi *api, const KubeKind *kind, KubeRefreshFunc refresh, gpointer self);
/* Whether anything is refreshed for KIND at all; then an object of it. */
gboolean kube_is_refreshed (const KubeApi *api, const KubeKind *kind);
void kube_refresh (KubeApi *api, SimObject *object);

/* Every function returns a new reference, or NULL with a KUBE_ERROR that holds the whole Status. */

/* Which part of an object a PUT or PATCH may change. */
typedef enum
{
  KUBE_PART_MAIN,
  KUBE_PART_STATUS,
  KUBE_PART_FINALIZE, /* .spec.finalizers of kinds with KUBE_SPEC_FINALIZERS */
} KubePart;

/* Defaults, admission, validation, generateName, uid, creationTimestamp. OBJECT is borrowed. */
SimObject *kube_create (KubeApi *api, const KubeKind *kind, const char *namespace_,
                        const DdValue *object, GError **error);
SimObject *kube_create_with (KubeApi *api, const KubeKind *kind, const char *namespace_,
                             const DdValue *object, const KubeWrite *options, GError **error);
SimObject *kube_get (KubeApi *api, const KubeKind *kind, const char *namespace_, const char *name,
                     GError **error);
/* PUT: an empty resourceVersion in OBJECT overwrites where the kind allows it. */
SimObject *kube_update (KubeApi *api, const KubeKind *kind, const char *namespace_,
                        const char *name, const DdValue *object, GError **error);
SimObject *kube_update_status (KubeApi *api, const KubeKind *kind, const char *namespace_,
                               const char *name, const DdValue *object, GError **error);
/* What the two above do, for any part; also the second half of a PATCH. */
SimObject *kube_update_with (KubeApi *api, const KubeKind *kind, const char *namespace_,
                             const char *name, KubePart part, const DdValue *object,
                             const KubeWrite *options, GError **error);
/* RFC 7386 on the main resource; the short way for actors. */
SimObject *kube_merge (KubeApi *api, const KubeKind *kind, const char *namespace_, const char *name,
                       const DdValue *patch, GError **error);
/* Replaces .status as a controller would; writes nothing when it is the same. Takes STATUS. NULL
 * when the object is gone (not an error for a controller). */
SimObject *kube_set_status (KubeApi *api, SimObject *object, DdValue *status);

typedef struct
{
  gint64 grace_seconds;         /* -1: the object's own */
  const char *uid;              /* precondition, or NULL */
  const char *resource_version; /* precondition, or NULL */
  const char *propagation; /* "Background", "Foreground", "Orphan" or NULL: the kind's default */
  gboolean dry_run;
  gboolean *out_removed; /* may be NULL; FALSE: it waits for its grace period or finalizers */
} KubeDelete;

#define KUBE_DELETE_DEFAULT ((KubeDelete) { .grace_seconds = -1 })

SimObject *kube_delete (KubeApi *api, const KubeKind *kind, const char *namespace_,
                        const char *name, const KubeDelete *options, GError **error);

/* Takes the last .spec.finalizers from an object that is being deleted, as the namespace controller
 * does when nothing is left in one; it is gone then. */
SimObject *kube_finalize (KubeApi *api, const SimObject *object, GError **error);

/* The eviction subresource with the full PodDisruptionBudget decision. */
gboolean kube_evict (KubeApi *api, const char *namespace_, const char *name,
                     const KubeDelete *options, GError **error);
/* The binding subresource: the scheduler's decision. */
gboolean kube_bind (KubeApi *api, const char *namespace_, const char *name, const char *node,
                    GError **error);

/* Records a core/v1 Event about OBJECT (TYPE "Normal" or "Warning") as COMPONENT's recorder would:
 * the same text again raises count and lastTimestamp. HOST may be NULL. */
void kube_record_event (KubeApi *api, const SimObject *object, const char *component,
                        const char *host, const char *type, const char *reason,
                        const char *message_format, ...) G_GNUC_PRINTF (7, 8);

/* The budgets that select POD, ordered by name; a new array of references to SimObject. */
GPtrArray *kube_budgets_of_pod (KubeApi *api, const SimObject *pod);

G_END_DECLS
