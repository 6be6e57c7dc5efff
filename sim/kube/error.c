/* SPDX-License-Identifier: Apache-2.0 */
/* Kubernetes errors: one table of wire name and HTTP status, and the Status object made from it.
 *
 * Imitates: Kubernetes API Conventions, Response Status Kind; texts as in apimachinery's
 * pkg/api/errors. */
#include "config.h"

#include "sim/kube/error.h"
#include "sim/kube/kind.h"

#define INTERNAL_PREFIX "Internal error occurred: "

typedef struct
{
  DdValue *details;
} KubeErrorPrivate;

static void
kube_error_private_init (KubeErrorPrivate *private)
{
  private->details = NULL;
}

static void
kube_error_private_copy (const KubeErrorPrivate *source, KubeErrorPrivate *target)
{
  target->details = dd_value_ref (source->details);
}

static void
kube_error_private_clear (KubeErrorPrivate *private)
{
  g_clear_pointer (&private->details, dd_value_unref);
}

G_DEFINE_EXTENDED_ERROR (KubeError, kube_error)

static const struct
{
  const char *reason; /* NULL: the Status has none */
  guint http_status;
} codes[KUBE_N_ERRORS] = {
  [KUBE_BAD_REQUEST] = { "BadRequest", 400 },
  [KUBE_UNAUTHORIZED] = { "Unauthorized", 401 },
  [KUBE_FORBIDDEN] = { "Forbidden", 403 },
  [KUBE_NOT_FOUND] = { "NotFound", 404 },
  [KUBE_METHOD_NOT_ALLOWED] = { "MethodNotAllowed", 405 },
  [KUBE_NOT_ACCEPTABLE] = { "NotAcceptable", 406 },
  [KUBE_ALREADY_EXISTS] = { "AlreadyExists", 409 },
  [KUBE_CONFLICT] = { "Conflict", 409 },
  [KUBE_GONE] = { "Gone", 410 },
  [KUBE_EXPIRED] = { "Expired", 410 },
  [KUBE_TOO_LARGE] = { "RequestEntityTooLarge", 413 },
  [KUBE_UNSUPPORTED_MEDIA_TYPE] = { "UnsupportedMediaType", 415 },
  [KUBE_INVALID] = { "Invalid", 422 },
  [KUBE_TOO_MANY_REQUESTS] = { "TooManyRequests", 429 },
  [KUBE_INTERNAL_ERROR] = { "InternalError", 500 },
  [KUBE_SERVICE_UNAVAILABLE] = { "ServiceUnavailable", 503 },
  [KUBE_TIMEOUT] = { "Timeout", 504 },
  [KUBE_UNSPECIFIED] = { NULL, 500 },
};

static int
code_of (const GError *error)
{
  if (error->domain != KUBE_ERROR || error->code < 0 || error->code >= KUBE_N_ERRORS)
    return KUBE_INTERNAL_ERROR;
  return error->code;
}

void
kube_set_error (GError **error, KubeErrorCode code, DdValue *details, const char *format, ...)
{
  va_list args;
  GError *made;

  if (error == NULL)
    {
      dd_value_unref (details);
      return;
    }
  va_start (args, format);
  made = g_error_new_valist (KUBE_ERROR, code, format, args);
  va_end (args);
  kube_error_get_private (made)->details = details;
  g_propagate_error (error, made);
}

const DdValue *
kube_error_details (const GError *error)
{
  return error->domain == KUBE_ERROR ? kube_error_get_private (error)->details : NULL;
}

guint
kube_error_http_status (const GError *error)
{
  return codes[code_of (error)].http_status;
}

GPtrArray *
kube_reasons (void)
{
  GPtrArray *reasons = g_ptr_array_new ();

  for (guint i = 0; i < KUBE_N_ERRORS; i++)
    if (codes[i].reason != NULL)
      g_ptr_array_add (reasons, (gpointer) codes[i].reason);
  g_ptr_array_add (reasons, NULL);
  return reasons;
}

KubeErrorCode
kube_reason_code (const char *reason)
{
  for (guint i = 0; i < KUBE_N_ERRORS; i++)
    if (g_strcmp0 (codes[i].reason, reason) == 0)
      return (KubeErrorCode) i;
  return KUBE_UNSPECIFIED;
}

guint
kube_reason_http_status (const char *reason)
{
  return codes[kube_reason_code (reason)].http_status;
}

/* Imitates: apimachinery's NewInternalError, through which every error of that reason goes. */
char *
kube_reason_message (const char *reason, const char *message)
{
  if (message == NULL)
    return g_strdup (reason);
  if (kube_reason_code (reason) != KUBE_INTERNAL_ERROR
      || g_str_has_prefix (message, INTERNAL_PREFIX))
    return g_strdup (message);
  return g_strconcat (INTERNAL_PREFIX, message, NULL);
}

DdValue *
kube_error_to_status (const GError *error)
{
  int code = code_of (error);
  gboolean ours = error->domain == KUBE_ERROR;

  return dd_object (
      "kind", dd_string ("Status"), "apiVersion", dd_string ("v1"), "metadata", dd_object_empty (),
      "status", dd_string ("Failure"), "message",
      ours ? dd_string (error->message) : dd_string_printf (INTERNAL_PREFIX "%s", error->message),
      "reason", dd_string (codes[code].reason), "details",
      dd_value_ref (kube_error_details (error)), "code", dd_int (codes[code].http_status), NULL);
}

/* ---- about one object ---- */

/* {name, group, kind: the plural}, as errors other than Invalid describe their object. */
static DdValue *
details_of (const KubeKind *kind, const char *name)
{
  return dd_object ("name", name[0] != '\0' ? dd_string (name) : NULL, "group",
                    kind->group[0] != '\0' ? dd_string (kind->group) : NULL, "kind",
                    dd_string (kind->plural), NULL);
}

gboolean
kube_set_not_found (GError **error, const KubeKind *kind, const char *name)
{
  g_autofree char *resource = kube_kind_resource (kind);

  kube_set_error (error, KUBE_NOT_FOUND, details_of (kind, name), "%s \"%s\" not found", resource,
                  name);
  return FALSE;
}

gboolean
kube_set_already_exists (GError **error, const KubeKind *kind, const char *name)
{
  g_autofree char *resource = kube_kind_resource (kind);

  kube_set_error (error, KUBE_ALREADY_EXISTS, details_of (kind, name), "%s \"%s\" already exists",
                  resource, name);
  return FALSE;
}

gboolean
kube_set_conflict (GError **error, const KubeKind *kind, const char *name, const char *why_format,
                   ...)
{
  g_autofree char *resource = kube_kind_resource (kind);
  g_autofree char *why = NULL;
  va_list args;

  va_start (args, why_format);
  why = g_strdup_vprintf (why_format, args);
  va_end (args);
  kube_set_error (error, KUBE_CONFLICT, details_of (kind, name),
                  "Operation cannot be fulfilled on %s \"%s\": %s", resource, name, why);
  return FALSE;
}

gboolean
kube_set_forbidden (GError **error, const KubeKind *kind, const char *name, const char *why_format,
                    ...)
{
  g_autofree char *resource = kube_kind_resource (kind);
  g_autofree char *why = NULL;
  va_list args;

  va_start (args, why_format);
  why = g_strdup_vprintf (why_format, args);
  va_end (args);
  kube_set_error (error, KUBE_FORBIDDEN, details_of (kind, name), "%s \"%s\" is forbidden: %s",
                  resource, name, why);
  return FALSE;
}
