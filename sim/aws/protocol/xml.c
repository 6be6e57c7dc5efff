/* SPDX-License-Identifier: Apache-2.0 */
/* sim/aws/protocol/xml.c: writes the XML of the AWS query protocol and of its EC2 dialect
 *
 * A handler's answer is a plain value whose members are named as on the wire, so writing needs no
 * table: an object's members become elements, an array's elements become <member> or <item>. */
#include "config.h"

#include "sim/aws/protocol/protocol.h"

/* XML 1.0 has no way to write most control characters. */
static const char *
escaped (char c)
{
  switch (c)
    {
    case '&':
      return "&amp;";
    case '<':
      return "&lt;";
    case '>':
      return "&gt;";
    case '\r':
      return "&#xD;";
    default:
      return (guchar) c < 0x20 && c != '\n' && c != '\t' ? "\xef\xbf\xbd" : NULL;
    }
}

/* Most text needs nothing; it is copied in runs. */
static void
append_text (GString *out, const char *text)
{
  const char *run = text;
  const char *c;

  for (c = text; *c != '\0'; c++)
    {
      const char *replacement = escaped (*c);

      if (replacement == NULL)
        continue;
      g_string_append_len (out, run, c - run);
      g_string_append (out, replacement);
      run = c + 1;
    }
  g_string_append_len (out, run, c - run);
}

static void
append_tag (GString *out, const char *begin, const char *name)
{
  g_string_append (out, begin);
  g_string_append (out, name);
  g_string_append_c (out, '>');
}

static void append_members (GString *out, const DdValue *object, const char *item);

static void
append_content (GString *out, const DdValue *value, const char *item)
{
  switch (dd_value_type (value))
    {
    case DD_STRING:
      append_text (out, dd_value_string (value));
      break;
    case DD_NULL:
      break;
    case DD_BOOL:
    case DD_INT:
    case DD_DOUBLE:
      dd_value_write (value, out);
      break;
    case DD_ARRAY:
      for (gsize i = 0; i < dd_value_length (value); i++)
        {
          append_tag (out, "<", item);
          append_content (out, dd_value_element (value, i), item);
          append_tag (out, "</", item);
        }
      break;
    case DD_OBJECT:
      append_members (out, value, item);
      break;
    }
}

/* Imitates: Amazon EC2 API Reference, LaunchTemplateInstanceNetworkInterfaceSpecification: its list
 * of security groups is of <groupId>, not of <item>. */
static const char *
item_of (const char *list, const DdValue *value, const char *item)
{
  gboolean of_ids = g_str_equal (list, "groupSet") && dd_value_type (value) == DD_ARRAY
                    && dd_value_length (value) > 0
                    && dd_value_type (dd_value_element (value, 0)) == DD_STRING;

  return of_ids ? "groupId" : item;
}

static void
append_members (GString *out, const DdValue *object, const char *item)
{
  for (gsize i = 0; i < dd_value_length (object); i++)
    {
      const char *name = dd_value_key (object, i);

      append_tag (out, "<", name);
      append_content (out, dd_value_nth (object, i),
                      item_of (name, dd_value_nth (object, i), item));
      append_tag (out, "</", name);
    }
}

static SimResponse *
xml_response (guint status, const char *content_type, GString *text, const char *request_id)
{
  SimResponse *response = sim_response_new (status, content_type, g_string_free_to_bytes (text));

  dd_headers_add (response->headers, "x-amzn-RequestId", request_id);
  return response;
}

static void
add_retry_after (SimResponse *response, const AwsRefusal *refusal)
{
  g_autofree char *seconds = g_strdup_printf ("%" G_GINT64_FORMAT, refusal->retry_after_seconds);

  if (refusal->retry_after_seconds > 0)
    dd_headers_add (response->headers, "Retry-After", seconds);
}

/* ---- query ---- */

/* An operation without output answers null and has no Result element. */
static SimResponse *
answer_query (const AwsCall *call, const DdValue *output, const char *request_id)
{
  GString *text = g_string_new (NULL);

  g_string_append_printf (text, "<%sResponse xmlns=\"%s\">", call->name, call->service->namespace_);
  if (dd_value_type (output) == DD_OBJECT)
    {
      g_string_append_printf (text, "<%sResult>", call->name);
      append_members (text, output, "member");
      g_string_append_printf (text, "</%sResult>", call->name);
    }
  g_string_append_printf (text,
                          "<ResponseMetadata><RequestId>%s</RequestId></ResponseMetadata>"
                          "</%sResponse>",
                          request_id, call->name);
  return xml_response (200, "text/xml", text, request_id);
}

/* ResourceContention is the one error that is a 500 and still the sender's. */
static gboolean
is_senders (const AwsRefusal *refusal)
{
  return refusal->status < 500
         || g_str_equal (refusal->code, aws_error_code_name (AWS_RESOURCE_CONTENTION));
}

static SimResponse *
refuse_query (const AwsService *service, const AwsRefusal *refusal, const char *request_id)
{
  GString *text = g_string_new (NULL);
  SimResponse *response;

  g_string_append_printf (text,
                          "<ErrorResponse xmlns=\"%s\"><Error><Type>%s</Type><Code>%s</Code>"
                          "<Message>",
                          service->namespace_, is_senders (refusal) ? "Sender" : "Receiver",
                          refusal->code);
  append_text (text, refusal->message);
  g_string_append_printf (text, "</Message></Error><RequestId>%s</RequestId></ErrorResponse>",
                          request_id);
  response = xml_response (refusal->status, "text/xml", text, request_id);
  add_retry_after (response, refusal);
  return response;
}

/* ---- EC2 ---- */

static SimResponse *
answer_ec2 (const AwsCall *call, const DdValue *output, const char *request_id)
{
  GString *text = g_string_new ("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");

  g_string_append_printf (text, "<%sResponse xmlns=\"%s\"><requestId>%s</requestId>", call->name,
                          call->service->namespace_, request_id);
  append_members (text, output, "item");
  g_string_append_printf (text, "</%sResponse>", call->name);
  return xml_response (200, "text/xml;charset=UTF-8", text, request_id);
}

static SimResponse *
refuse_ec2 (const AwsService *service, const AwsRefusal *refusal, const char *request_id)
{
  GString *text = g_string_new ("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
  SimResponse *response;

  (void) service;
  g_string_append_printf (text, "<Response><Errors><Error><Code>%s</Code><Message>", refusal->code);
  append_text (text, refusal->message);
  g_string_append_printf (text, "</Message></Error></Errors><RequestID>%s</RequestID></Response>",
                          request_id);
  response = xml_response (refusal->status, "text/xml;charset=UTF-8", text, request_id);
  add_retry_after (response, refusal);
  return response;
}

const AwsProtocolClass aws_protocol_query = { aws_query_read, answer_query, refuse_query };
const AwsProtocolClass aws_protocol_ec2 = { aws_query_read, answer_ec2, refuse_ec2 };
