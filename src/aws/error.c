/* Every service has its own way of saying no: EKS puts the code into a header, SSM into "__type",
 * Auto Scaling and EC2 into XML. What the code means for the caller is one table for all of them:
 * the codes are those of the services' API references ("Common Errors") and of the retry rules of
 * botocore (retries/standard.py). */
#include "config.h"

#include "aws/error.h"

#include <string.h>

#include "aws/xml.h"
#include "base/value.h"

typedef struct
{
  const char *code;    /* as on the wire */
  const char *message; /* part of the message, where a service uses one code for everything */
  DdError error;
} ErrorRow;

static const ErrorRow rows[] = {
  { "AccessDenied", NULL, DD_ERROR_REFUSED },
  { "AccessDeniedException", NULL, DD_ERROR_REFUSED },
  { "AuthFailure", NULL, DD_ERROR_REFUSED },
  { "ExpiredToken", NULL, DD_ERROR_REFUSED },
  { "ExpiredTokenException", NULL, DD_ERROR_REFUSED },
  { "InvalidClientTokenId", NULL, DD_ERROR_REFUSED },
  { "MissingAuthenticationToken", NULL, DD_ERROR_REFUSED },
  { "MissingAuthenticationTokenException", NULL, DD_ERROR_REFUSED },
  { "OptInRequired", NULL, DD_ERROR_REFUSED },
  { "SignatureDoesNotMatch", NULL, DD_ERROR_REFUSED },
  { "UnauthorizedOperation", NULL, DD_ERROR_REFUSED },
  { "UnrecognizedClientException", NULL, DD_ERROR_REFUSED },

  { "EC2ThrottledException", NULL, DD_ERROR_THROTTLED },
  { "LimitExceededException", NULL, DD_ERROR_THROTTLED },
  { "PriorRequestNotComplete", NULL, DD_ERROR_THROTTLED },
  { "RequestLimitExceeded", NULL, DD_ERROR_THROTTLED },
  { "RequestThrottled", NULL, DD_ERROR_THROTTLED },
  { "RequestThrottledException", NULL, DD_ERROR_THROTTLED },
  { "SlowDown", NULL, DD_ERROR_THROTTLED },
  { "ThrottledException", NULL, DD_ERROR_THROTTLED },
  { "Throttling", NULL, DD_ERROR_THROTTLED },
  { "ThrottlingException", NULL, DD_ERROR_THROTTLED },
  { "TooManyRequestsException", NULL, DD_ERROR_THROTTLED },
  { "ScalingActivityInProgress", NULL, DD_ERROR_THROTTLED },

  { "RequestTimeout", NULL, DD_ERROR_UNAVAILABLE },
  { "RequestTimeoutException", NULL, DD_ERROR_UNAVAILABLE },
  { "ResourceContention", NULL, DD_ERROR_UNAVAILABLE },

  { "ResourceInUseException", NULL, DD_ERROR_CONFLICT },

  { "InvalidAMIID.NotFound", NULL, DD_ERROR_NOT_FOUND },
  { "InvalidInstanceID.NotFound", NULL, DD_ERROR_NOT_FOUND },
  { "InvalidLaunchTemplateId.NotFound", NULL, DD_ERROR_NOT_FOUND },
  { "InvalidLaunchTemplateId.VersionNotFound", NULL, DD_ERROR_NOT_FOUND },
  { "ParameterNotFound", NULL, DD_ERROR_NOT_FOUND },
  { "ResourceNotFoundException", NULL, DD_ERROR_NOT_FOUND },
  { "ValidationError", "No managed instance found", DD_ERROR_NOT_FOUND },
  { "ValidationError", "AutoScalingGroup name not found", DD_ERROR_NOT_FOUND },

  { "NotImplemented", NULL, DD_ERROR_INVALID }, /* 501, but asking again will not implement it */
};

static DdError
error_from_status (guint status)
{
  switch (status)
    {
    case 401:
    case 403:
      return DD_ERROR_REFUSED;
    case 404:
      return DD_ERROR_NOT_FOUND;
    case 429:
      return DD_ERROR_THROTTLED;
    default:
      return status >= 500 ? DD_ERROR_UNAVAILABLE : DD_ERROR_INVALID;
    }
}

static DdError
error_from_code (const char *code, const char *message, guint status)
{
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    if (g_strcmp0 (rows[i].code, code) == 0
        && (rows[i].message == NULL
            || (message != NULL && strstr (message, rows[i].message) != NULL)))
      return rows[i].error;
  return error_from_status (status);
}

/* "Shape:http://..." and "namespace#Shape" both name Shape. */
static char *
shape_name (const char *text)
{
  const char *hash = text == NULL ? NULL : strrchr (text, '#');
  const char *start = hash == NULL ? text : hash + 1;

  return start == NULL ? NULL : g_strndup (start, strcspn (start, ":"));
}

static void
read_json_error (const DdReply *reply, char **out_code, char **out_message)
{
  g_autoptr (DdValue) body = dd_value_parse_bytes (reply->body, NULL);
  const char *code = dd_headers_get (reply->headers, "x-amzn-ErrorType");
  const char *message = dd_value_string (dd_value_member (body, "message"));

  if (code == NULL)
    code = dd_value_string (dd_value_member (body, "__type"));
  if (code == NULL)
    code = dd_value_string (dd_value_member (body, "code"));
  if (message == NULL)
    message = dd_value_string (dd_value_member (body, "Message"));

  *out_code = shape_name (code);
  *out_message = g_strdup (message);
}

/* Auto Scaling: ErrorResponse/Error; EC2: Response/Errors/Error. The reader drops the root. */
static void
read_xml_error (const DdReply *reply, char **out_code, char **out_message)
{
  g_autoptr (DdValue) body = dd_xml_parse (reply->body, NULL);
  const DdValue *inner = dd_value_member (body, "Error");

  if (inner == NULL)
    inner = dd_value_at (body, "Errors", "Error", NULL);
  *out_code = g_strdup (dd_value_string (dd_value_member (inner, "Code")));
  *out_message = g_strdup (dd_value_string (dd_value_member (inner, "Message")));
}

gboolean
dd_aws_reply_check (const DdReply *reply, GError **error)
{
  g_autofree char *code = NULL;
  g_autofree char *message = NULL;
  const char *type;

  if (reply->error != NULL)
    {
      g_propagate_error (error, g_error_copy (reply->error));
      return FALSE;
    }
  if (reply->status >= 200 && reply->status < 300 && reply->body != NULL)
    return TRUE;

  type = dd_headers_get (reply->headers, "Content-Type");
  if (reply->body != NULL && type != NULL && strstr (type, "xml") != NULL)
    read_xml_error (reply, &code, &message);
  else if (reply->body != NULL)
    read_json_error (reply, &code, &message);

  if (code == NULL)
    code = g_strdup_printf ("HTTP status %u", reply->status);
  g_set_error (error, DD_ERROR, (int) error_from_code (code, message, reply->status), "%s%s%s",
               code, message == NULL || *message == '\0' ? "" : ": ",
               message == NULL ? "" : message);
  return FALSE;
}
