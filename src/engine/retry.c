/* SPDX-License-Identifier: Apache-2.0 */
/* Exponential back-off with full jitter: "Exponential Backoff And Jitter", AWS Architecture Blog.
 * A row says for each code of DD_ERROR whether asking again can help. */
#include "config.h"

#include "engine/retry.h"
#include "engine/mutant.h"

#include "base/error.h"

/* Nobody is made to wait longer than this by a header. */
#define MAX_RETRY_AFTER (5 * DD_MINUTE)

/* A delay of 0 means: never again. */
static const struct
{
  DdUsec first, longest;
} rows[] = {
  [DD_ERROR_INVALID] = { 0 },
  [DD_ERROR_NOT_FOUND] = { 0 },
  [DD_ERROR_CONFLICT] = { 0 }, /* read again first, which only the caller can */
  [DD_ERROR_THROTTLED] = { 2 * DD_SECOND, 60 * DD_SECOND },
  [DD_ERROR_REFUSED] = { 0 },
  [DD_ERROR_UNAVAILABLE] = { DD_SECOND, 30 * DD_SECOND },
  [DD_ERROR_TIMED_OUT] = { DD_SECOND, 30 * DD_SECOND },
  [DD_ERROR_CANCELLED] = { 0 },
};

/* RFC 9110, 10.2.3, as a number of seconds, which is the form that AWS and Kubernetes send. */
DdUsec
dd_retry_after (const DdReply *reply)
{
  const char *text = reply->headers == NULL ? NULL : dd_headers_get (reply->headers, "Retry-After");
  guint64 seconds;

  if (text == NULL || !g_ascii_string_to_unsigned (text, 10, 0, G_MAXINT32, &seconds, NULL))
    return 0;
  return MIN ((DdUsec) seconds * DD_SECOND, MAX_RETRY_AFTER);
}

DdUsec
dd_retry_back_off (DdUsec first, DdUsec longest, guint tries)
{
  guint doublings = MIN (tries - 1, 20);

  return MIN (first << doublings, longest);
}

gboolean
dd_retry_decide (const GError *error, const DdReply *reply, guint tries, guint max_tries,
                 DdRandom *random, DdUsec *out_delay)
{
  DdUsec asked = dd_retry_after (reply);
  guint code = (guint) error->code;

  g_assert (tries > 0);
  if (DD_MUTANT (NEVER_RETRY) || error->domain != DD_ERROR || code >= G_N_ELEMENTS (rows)
      || rows[code].first == 0 || tries >= max_tries)
    return FALSE;
  *out_delay = dd_random_between (random, 0,
                                  dd_retry_back_off (rows[code].first, rows[code].longest, tries));
  *out_delay = MAX (*out_delay, asked);
  return TRUE;
}
