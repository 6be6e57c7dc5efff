/* SPDX-License-Identifier: Apache-2.0 */
/* Codes first, then statuses; the first row that fits is the one. The codes are those of the
 * services' API references ("Common Errors"), and whether to ask again follows the retry rules of
 * botocore (retries/standard.py) and client-go. */
#include "config.h"

#include "net/api-error.h"

#include <string.h>

#define ALLOW "allow the role that updates the group to do this"
#define CLOCK "check the secret key, and the clock of this machine"
#define UNKNOWN_KEY \
  "AWS does not know these credentials: are they right, and is the region enabled?"
#define EXPIRED "the credentials have expired: sign in again"
#define FEWER "others ask much, too: send fewer requests with --qps, or try again later"
#define NAME "check the name, the region and the account"
#define BUSY "something else is changing it: try again when that has ended"
#define GRANT "grant it by an access entry of the cluster, or by its roles"
#define MAP "the API server does not know this identity: give it an access entry of the cluster"

static const DdApiError rows[] = {
  { "aws", "AccessDenied", 0, NULL, DD_ERROR_REFUSED, ALLOW },
  { "aws", "AccessDeniedException", 0, NULL, DD_ERROR_REFUSED, ALLOW },
  { "aws", "AuthFailure", 0, NULL, DD_ERROR_REFUSED, UNKNOWN_KEY },
  { "aws", "ExpiredToken", 0, NULL, DD_ERROR_REFUSED, EXPIRED },
  { "aws", "ExpiredTokenException", 0, NULL, DD_ERROR_REFUSED, EXPIRED },
  { "aws", "InvalidClientTokenId", 0, NULL, DD_ERROR_REFUSED, UNKNOWN_KEY },
  { "aws", "InvalidSignatureException", 0, NULL, DD_ERROR_REFUSED, CLOCK },
  { "aws", "MissingAuthenticationToken", 0, NULL, DD_ERROR_REFUSED, UNKNOWN_KEY },
  { "aws", "MissingAuthenticationTokenException", 0, NULL, DD_ERROR_REFUSED, UNKNOWN_KEY },
  { "aws", "OptInRequired", 0, NULL, DD_ERROR_REFUSED, "enable the region for the account" },
  { "aws", "RequestExpired", 0, NULL, DD_ERROR_REFUSED, CLOCK },
  { "aws", "RequestTimeTooSkewed", 0, NULL, DD_ERROR_REFUSED, CLOCK },
  { "aws", "SignatureDoesNotMatch", 0, NULL, DD_ERROR_REFUSED, CLOCK },
  { "aws", "UnauthorizedOperation", 0, NULL, DD_ERROR_REFUSED, ALLOW },
  { "aws", "UnrecognizedClientException", 0, NULL, DD_ERROR_REFUSED, UNKNOWN_KEY },

  { "aws", "EC2ThrottledException", 0, NULL, DD_ERROR_THROTTLED, FEWER },
  { "aws", "LimitExceededException", 0, NULL, DD_ERROR_THROTTLED, FEWER },
  { "aws", "PriorRequestNotComplete", 0, NULL, DD_ERROR_THROTTLED, FEWER },
  { "aws", "RequestLimitExceeded", 0, NULL, DD_ERROR_THROTTLED, FEWER },
  { "aws", "RequestThrottled", 0, NULL, DD_ERROR_THROTTLED, FEWER },
  { "aws", "RequestThrottledException", 0, NULL, DD_ERROR_THROTTLED, FEWER },
  { "aws", "SlowDown", 0, NULL, DD_ERROR_THROTTLED, FEWER },
  { "aws", "ThrottledException", 0, NULL, DD_ERROR_THROTTLED, FEWER },
  { "aws", "Throttling", 0, NULL, DD_ERROR_THROTTLED, FEWER },
  { "aws", "ThrottlingException", 0, NULL, DD_ERROR_THROTTLED, FEWER },
  { "aws", "TooManyRequestsException", 0, NULL, DD_ERROR_THROTTLED, FEWER },
  { "aws", "ScalingActivityInProgress", 0, NULL, DD_ERROR_THROTTLED, BUSY },

  { "aws", "RequestTimeout", 0, NULL, DD_ERROR_UNAVAILABLE, NULL },
  { "aws", "RequestTimeoutException", 0, NULL, DD_ERROR_UNAVAILABLE, NULL },
  { "aws", "ResourceContention", 0, NULL, DD_ERROR_UNAVAILABLE, BUSY },
  { "aws", "ResourceInUseException", 0, NULL, DD_ERROR_CONFLICT, BUSY },

  { "aws", "InvalidAMIID.NotFound", 0, NULL, DD_ERROR_NOT_FOUND, NAME },
  { "aws", "InvalidInstanceID.NotFound", 0, NULL, DD_ERROR_NOT_FOUND, NULL },
  { "aws", "InvalidLaunchTemplateId.NotFound", 0, NULL, DD_ERROR_NOT_FOUND, NAME },
  { "aws", "InvalidLaunchTemplateId.VersionNotFound", 0, NULL, DD_ERROR_NOT_FOUND, NAME },
  { "aws", "ParameterNotFound", 0, NULL, DD_ERROR_NOT_FOUND, NAME },
  { "aws", "ResourceNotFoundException", 0, NULL, DD_ERROR_NOT_FOUND, NAME },
  { "aws", "ValidationError", 0, "No managed instance found", DD_ERROR_NOT_FOUND, NULL },
  { "aws", "ValidationError", 0, "AutoScalingGroup name not found", DD_ERROR_NOT_FOUND, NAME },

  /* 501, but asking again will not implement it. */
  { "aws", "NotImplemented", 0, NULL, DD_ERROR_INVALID, NULL },

  { "aws", NULL, 401, NULL, DD_ERROR_REFUSED, ALLOW },
  { "aws", NULL, 403, NULL, DD_ERROR_REFUSED, ALLOW },
  { "aws", NULL, 404, NULL, DD_ERROR_NOT_FOUND, NULL },
  { "aws", NULL, 429, NULL, DD_ERROR_THROTTLED, FEWER },

  { "kubernetes", NULL, 401, NULL, DD_ERROR_REFUSED, MAP },
  { "kubernetes", NULL, 403, NULL, DD_ERROR_REFUSED, GRANT },
  { "kubernetes", NULL, 404, NULL, DD_ERROR_NOT_FOUND, NULL },
  { "kubernetes", NULL, 408, NULL, DD_ERROR_UNAVAILABLE, NULL },
  { "kubernetes", NULL, 409, NULL, DD_ERROR_CONFLICT, NULL },
  { "kubernetes", NULL, 410, NULL, DD_ERROR_CONFLICT, NULL }, /* a list token that expired */
  { "kubernetes", NULL, 429, NULL, DD_ERROR_THROTTLED, FEWER },
  { "kubernetes", NULL, 500, "more than one PodDisruptionBudget", DD_ERROR_REFUSED,
    "no retry will help: leave one budget for the pod" },
};

/* What no row knows: the server's fault, or ours. */
static const DdApiError server_fault = { NULL, NULL, 0, NULL, DD_ERROR_UNAVAILABLE, NULL };
static const DdApiError our_fault = { NULL, NULL, 0, NULL, DD_ERROR_INVALID, NULL };

static gboolean
fits (const DdApiError *row, const char *api, const char *code, guint status, const char *message)
{
  return strcmp (row->api, api) == 0 && (row->code == NULL || g_strcmp0 (row->code, code) == 0)
         && (row->status == 0 || row->status == status)
         && (row->message == NULL || (message != NULL && strstr (message, row->message) != NULL));
}

const DdApiError *
dd_api_error_find (const char *api, const char *code, guint status, const char *message)
{
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    if (fits (&rows[i], api, code, status, message))
      return &rows[i];
  return status >= 500 ? &server_fault : &our_fault;
}
