/* SPDX-License-Identifier: Apache-2.0 */
/* sim/kube/error.h: Kubernetes errors: a GError that carries a metav1.Status */
#pragma once

#include "base/value.h"

G_BEGIN_DECLS

/* Indexes a table of reason and HTTP status (sim/kube/error.c). */
typedef enum
{
  KUBE_BAD_REQUEST,
  KUBE_UNAUTHORIZED,
  KUBE_FORBIDDEN,
  KUBE_NOT_FOUND,
  KUBE_METHOD_NOT_ALLOWED,
  KUBE_NOT_ACCEPTABLE,
  KUBE_ALREADY_EXISTS,
  KUBE_CONFLICT,
  KUBE_GONE,
  KUBE_EXPIRED,
  KUBE_TOO_LARGE,
  KUBE_UNSUPPORTED_MEDIA_TYPE,
  KUBE_INVALID,
  KUBE_TOO_MANY_REQUESTS,
  KUBE_INTERNAL_ERROR,
  KUBE_SERVICE_UNAVAILABLE,
  KUBE_TIMEOUT,
  KUBE_UNSPECIFIED, /* 500 without a reason: an error that never was an API status */
  KUBE_N_ERRORS
} KubeErrorCode;

#define KUBE_ERROR (kube_error_quark ())
GQuark kube_error_quark (void);

/* g_set_error (error, KUBE_ERROR, KUBE_NOT_FOUND, ...) works and gives a Status without details;
 * this one adds them. DETAILS ({name, group, kind, uid, causes, retryAfterSeconds}) is taken. */
void kube_set_error (GError **error, KubeErrorCode code, DdValue *details, const char *format, ...)
    G_GNUC_PRINTF (4, 5);
/* NULL when there are none; borrowed. */
const DdValue *kube_error_details (const GError *error);
/* The whole metav1.Status object. An error of another domain becomes InternalError. */
DdValue *kube_error_to_status (const GError *error);
guint kube_error_http_status (const GError *error);
/* The HTTP status of the error whose wire name is REASON; 500 when there is none. */
guint kube_reason_http_status (const char *reason);
/* The code of the error whose wire name is REASON; KUBE_UNSPECIFIED when there is none. */
KubeErrorCode kube_reason_code (const char *reason);
/* MESSAGE (may be NULL) as the message of an error of REASON; caller frees. */
char *kube_reason_message (const char *reason, const char *message);
/* Every reason, ended by NULL: static texts in a new array. */
GPtrArray *kube_reasons (void);

/* The errors about one object of a kind, with the details and texts of apimachinery's
 * api/errors package. Each returns FALSE, so that `return kube_set_not_found (...)` reads well. */
typedef struct _KubeKind KubeKind; /* sim/kube/kind.h */
gboolean kube_set_not_found (GError **error, const KubeKind *kind, const char *name);
gboolean kube_set_already_exists (GError **error, const KubeKind *kind, const char *name);
gboolean kube_set_conflict (GError **error, const KubeKind *kind, const char *name,
                            const char *why_format, ...) G_GNUC_PRINTF (4, 5);
gboolean kube_set_forbidden (GError **error, const KubeKind *kind, const char *name,
                             const char *why_format, ...) G_GNUC_PRINTF (4, 5);

G_END_DECLS
