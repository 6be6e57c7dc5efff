/* SPDX-License-Identifier: Apache-2.0 */
/* Every service has its own way of saying no: EKS puts the code into a header, SSM into "__type",
 * Auto Scaling and EC2 into XML. What the code means is one table for all of them. */
#include "config.h"

#include "aws/error.h"

#include <string.h>

#include "aws/xml.h"
#include "net/api-error.h"
#include "base/value.h"

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

static void
read_error (const DdReply *reply, char **out_code, char **out_message)
{
  const char *type = dd_headers_get (reply->headers, "Content-Type");

  if (reply->body != NULL && type != NULL && strstr (type, "xml") != NULL)
    read_xml_error (reply, out_code, out_message);
  else if (reply->body != NULL)
    read_json_error (reply, out_code, out_message);
}

gboolean
dd_aws_reply_says_expired (const DdReply *reply)
{
  static const char *const codes[]
      = { "ExpiredToken", "ExpiredTokenException", "RequestExpired", NULL };
  g_autofree char *code = NULL;
  g_autofree char *message = NULL;

  if (reply->status < 400 || reply->status > 403)
    return FALSE;
  read_error (reply, &code, &message);
  return code != NULL && g_strv_contains (codes, code);
}

gboolean
dd_aws_reply_check (const DdReply *reply, GError **error)
{
  g_autofree char *code = NULL;
  g_autofree char *message = NULL;
  const DdApiError *row;

  if (reply->error != NULL)
    {
      g_propagate_error (error, g_error_copy (reply->error));
      return FALSE;
    }
  if (reply->status >= 200 && reply->status < 300 && reply->body != NULL)
    return TRUE;

  read_error (reply, &code, &message);
  if (code == NULL)
    code = g_strdup_printf ("HTTP status %u", reply->status);
  row = dd_api_error_find ("aws", code, reply->status, message);
  g_set_error (error, DD_ERROR, (int) row->error, "%s%s%s", code,
               message == NULL || *message == '\0' ? "" : ": ", message == NULL ? "" : message);
  return FALSE;
}

const char *
dd_aws_reply_hint (const DdReply *reply)
{
  g_autofree char *code = NULL;
  g_autofree char *message = NULL;

  if (reply->error != NULL)
    return NULL;
  read_error (reply, &code, &message);
  return dd_api_error_find ("aws", code, reply->status, message)->hint;
}
