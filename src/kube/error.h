/* SPDX-License-Identifier: Apache-2.0 */
/* kube/error.h: what an answer of a Kubernetes API server says went wrong, as a DD_ERROR */
#pragma once

#include "base/error.h"
#include "base/transport.h"

G_BEGIN_DECLS

/* FALSE, with ERROR set, unless REPLY is an answer with a 2xx status and a body. The message is the
 * Status' own. A refusal by a disruption budget is DD_ERROR_REFUSED, not DD_ERROR_THROTTLED: asking
 * again at once is pointless, and when to ask again is for the drain to say. */
gboolean dd_kube_reply_check (const DdReply *reply, GError **error);

/* What a person can do about an answer that is wrong; NULL: no idea. */
const char *dd_kube_reply_hint (const DdReply *reply);

/* What the Eviction API says about one pod (Kubernetes, API-initiated eviction). */
typedef enum
{
  DD_EVICTION_ACCEPTED,
  DD_EVICTION_GONE,
  DD_EVICTION_REFUSED,   /* 429: a budget said no and may later say yes */
  DD_EVICTION_AMBIGUOUS, /* 500: two budgets select the pod, and no retry will help */
  DD_EVICTION_DENIED,    /* 401 or 403: we may not evict at all */
  DD_EVICTION_FAILED,    /* anything else: the server could not, or would not for another reason */
} DdEvictionVerdict;

typedef struct
{
  DdEvictionVerdict verdict;
  char *budget;      /* NULL: not said */
  gint64 needs, has; /* healthy pods; -1: not said */
  char *message;     /* what the server wrote; NULL when it accepted */
} DdEviction;

/* ERROR is what dd_kube_reply_check () found, or NULL. */
DdEviction *dd_eviction_from_reply (const DdReply *reply, const GError *error);
void dd_eviction_free (DdEviction *eviction);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (DdEviction, dd_eviction_free)

G_END_DECLS
