/* SPDX-License-Identifier: Apache-2.0 */
/* sim/kube/verbs/rules.h: what the verbs share: namespaces, metadata, validation */
#pragma once

#include "sim/kube/verbs/api.h"

G_BEGIN_DECLS

/* sim/kube/verbs/namespace.c: an object may be created in NAMESPACE_ (it exists and is not going
 * away).
 */
gboolean kube_namespace_admits (KubeApi *api, const KubeKind *kind, const char *namespace_,
                                const char *name, GError **error);

/* sim/kube/verbs/metadata.c: *OBJECT's namespace is the one of the request, or becomes it. */
gboolean kube_metadata_settle_namespace (const KubeKind *kind, const char *namespace_,
                                         DdValue **object, GError **error);
/* OBJECT with the members of metadata that belong to the system taken from SYSTEM (they are absent
 * where SYSTEM has none), and the others its own. Takes OBJECT. */
DdValue *kube_metadata_compose (DdValue *object, const DdValue *system);
gsize kube_count_finalizers (const DdValue *object);
gboolean kube_is_terminating (const DdValue *object);

/* sim/kube/verbs/apply.c: OBJECT (taken), which comes of OLD (NULL: it is new) and of what a client
 * SENT, with its managedFields as OPTIONS have them. */
DdValue *kube_note_writer (KubeApi *api, const KubeKind *kind, KubePart part, const DdValue *old,
                           const DdValue *sent, DdValue *object, const KubeWrite *options);

/* sim/kube/verbs/update.c: OBJECT bears the NAME of the request. */
gboolean kube_check_name (const char *name, const DdValue *object, GError **error);

/* sim/kube/verbs/validate.c: everything that must hold before OBJECT is written. OLD is NULL for a
 * create. */
gboolean kube_validate (const KubeKind *kind, const DdValue *old, const DdValue *object,
                        GError **error);

/* sim/kube/verbs/delete.c: nothing holds OBJECT any more, which is being deleted: it may leave now.
 */
gboolean kube_may_leave (const KubeKind *kind, const DdValue *object);

/* sim/kube/verbs/api.c: what KIND's `settle` makes of a write of the object NAME, or nothing. */
void kube_settle (KubeApi *api, const KubeKind *kind, const char *name);

/* OBJECT with the condition TYPE set; lastTransitionTime becomes NOW when the status changed or
 * the condition is new. REASON and MESSAGE may be NULL; PROBED: pods' conditions carry a
 * lastProbeTime, always null. Takes OBJECT. */
DdValue *kube_with_condition (DdValue *object, const char *type, const char *status,
                              const char *reason, const char *message, gboolean probed, DdUsec now);

G_END_DECLS
