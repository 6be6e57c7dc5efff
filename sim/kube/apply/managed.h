/* SPDX-License-Identifier: Apache-2.0 */
/* sim/kube/apply/managed.h: metadata.managedFields: who has set which fields, and what comes of
 * another write */
#pragma once

#include "sim/kube/kind.h"

G_BEGIN_DECLS

/* Who writes what, and when. */
typedef struct
{
  const KubeKind *kind;
  const char *manager;     /* as it calls itself; "" counts as "unknown" */
  const char *subresource; /* "" for the object itself */
  const char *time;        /* RFC 3339, whole seconds */
  const DdValue *reset;    /* a set of fields that cannot be written this way, or NULL */
} KubeWriter;

const char *kube_writer_manager (const KubeWriter *writer);

/* OBJECT (taken), which WRITER makes of OLD (NULL: it is new), with its managedFields brought up to
 * date: those that it came with, where they make sense, else OLD's. An object that nobody has been
 * noted for stays so. */
DdValue *kube_managed_update (const KubeWriter *writer, const DdValue *old, DdValue *object);

/* What comes of LIVE (NULL: there is none yet) when WRITER applies CONFIG. What WRITER applied
 * before and leaves out now goes, unless somebody else owns it. Fields of other owners that are to
 * change are a KUBE_CONFLICT without FORCE. */
DdValue *kube_managed_apply (const KubeWriter *writer, const DdValue *live, const DdValue *config,
                             gboolean force, GError **error);

/* Whether A and B, both managedFields or NULL, say the same but for the times. */
gboolean kube_managed_same (const DdValue *a, const DdValue *b);

G_END_DECLS
