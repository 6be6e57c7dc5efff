/* SPDX-License-Identifier: Apache-2.0 */
/* base/error.h: the one error domain of src/ */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* A code exists only if some caller acts on it; everything else a human needs is in the message. */
typedef enum
{
  DD_ERROR_INVALID,     /* a reply, an object or an argument is malformed */
  DD_ERROR_NOT_FOUND,   /* what was named does not exist */
  DD_ERROR_CONFLICT,    /* the object moved since it was read: read again and retry */
  DD_ERROR_THROTTLED,   /* wait, then retry */
  DD_ERROR_REFUSED,     /* understood and denied: never retry */
  DD_ERROR_UNAVAILABLE, /* the service failed or cannot be reached: retry within bounds */
  DD_ERROR_TIMED_OUT,   /* no answer in time: what was asked may or may not have been done */
  DD_ERROR_CANCELLED,   /* the caller gave up */
} DdError;

#define DD_ERROR (dd_error_quark ())
GQuark dd_error_quark (void);

G_END_DECLS
