/* SPDX-License-Identifier: Apache-2.0 */
/* sim/kube/verbs/api.h: the verbs of a Kubernetes API server as function calls, with all the rules
 * a real one applies */
#pragma once

#include "sim/kube/catalogue.h"
#include "sim/kube/error.h"
#include "sim/kube/schema/schema.h"
#include "sim/kube/selectors.h"
#include "sim/stage/message.h"
#include "sim/stage/stage.h"
#include "sim/kube/verbs/access.h"

G_BEGIN_DECLS

typedef struct _KubeRecorder KubeRecorder;

/* One API server. HTTP requests and in-world actors use the same functions, so an actor cannot do
 * what a client could not. */
struct _KubeApi
{
  SimStage *stage;
  SimStore *store;
  KubeCatalogue *catalogue; /* the kinds that it serves */
  int minor;                /* 27..36: which server version it plays */
  DdRandom *names;          /* generateName's suffixes */
  DdRandom *uids;
  DdRandom *audits;       /* Audit-Id headers, a stream of their own: requests move no other one */
  KubeRecorder *recorder; /* sim/kube/kinds/recorder.h; NULL until the first event */
  GDestroyNotify recorder_free;
  DdRandom *tokens; /* of service accounts: a key and numbers, a stream of their own */
  char *token_key;  /* NULL until the first of them */
  KubeDoor door;
  const KubeAuthorizer *authorizer; /* NULL: who is not anonymous may do everything */
  gboolean notes_actors; /* managedFields tell of what moves by itself, and not of clients alone */
  GHashTable *refreshes; /* KubeKind -> Refresh, for look-up only */
  GHashTable *presumed;  /* uids of owners that nobody has seen, for look-up only */
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

/* From here on uids are none that another world of the same seed draws, as objects from there may
 * be restored here. */
void kube_draw_other_uids (KubeApi *api);

/* UID is of an owner that was there before this world began, and that nobody has written down: what
 * it owns is no garbage. */
void kube_presume_owner (KubeApi *api, const char *uid);
gboolean kube_owner_is_presumed (const KubeApi *api, const char *uid);

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
/* OBJECT as another server has it, with its uid, its age, its status and whatever else only servers
 * set, resourceVersion and managedFields aside; what is missing is as in a create. What has a
 * creationTimestamp passed admission there. */
SimObject *kube_restore (KubeApi *api, const KubeKind *kind, const char *namespace_,
                         const DdValue *object, GError **error);
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
/* Server-side apply of CONFIG by OPTIONS->manager, which creates what is not there. */
SimObject *kube_apply (KubeApi *api, const KubeKind *kind, const char *namespace_, const char *name,
                       KubePart part, const DdValue *config, const KubeWrite *options,
                       gboolean *out_created, GError **error);
/* RFC 7386 on the main resource; the short way for actors. */
SimObject *kube_merge (KubeApi *api, const KubeKind *kind, const char *namespace_, const char *name,
                       const DdValue *patch, GError **error);
/* The same for OBJECT as it is now, noted as OPTIONS have it. */
SimObject *kube_merge_with (KubeApi *api, const SimObject *object, const DdValue *patch,
                            const KubeWrite *options, GError **error);
/* NAME for KubeWrite.manager where actors are noted, else NULL. */
const char *kube_actor (const KubeApi *api, const char *name);
/* Replaces .status as a controller would; writes nothing when it is the same. Takes STATUS. NULL
 * when the object is gone (not an error for a controller). */
SimObject *kube_set_status (KubeApi *api, SimObject *object, DdValue *status);
/* The same by MANAGER, where actors are noted. */
SimObject *kube_set_status_as (KubeApi *api, const char *manager, SimObject *object,
                               DdValue *status);

SimObject *kube_delete (KubeApi *api, const KubeKind *kind, const char *namespace_,
                        const char *name, const KubeDelete *options, GError **error);

/* Takes the last .spec.finalizers from an object that is being deleted, as the namespace controller
 * does when nothing is left in one; it is gone then. */
SimObject *kube_finalize (KubeApi *api, const SimObject *object, GError **error);

G_END_DECLS
