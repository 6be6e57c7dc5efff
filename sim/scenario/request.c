/* SPDX-License-Identifier: Apache-2.0 */
/* sim/scenario/request.c: the client side of a scenario's steps
 *
 * A step goes through the same door as any client: routing, validation, faults and latency apply.
 * How an operation is spelled follows from its row and its service's protocol.
 * Imitates: AWS restJson1, awsJson1_1, awsQuery and ec2Query protocols (Smithy). */

#include "config.h"

#include "sim/scenario/request.h"

#include <string.h>

#include "base/time.h"
#include "sim/aws/ec2/cloud.h"

#define REQUEST_TIMEOUT (60 * DD_SECOND)

static const AwsService *const services[]
    = { &aws_eks, &aws_autoscaling, &aws_ec2, &aws_ssm, &aws_sts };

const AwsService *
sim_aws_service (const char *name)
{
  for (guint i = 0; i < G_N_ELEMENTS (services); i++)
    {
      if (strcmp (services[i]->name, name) == 0)
        return services[i];
    }
  return NULL;
}

GPtrArray *
sim_aws_operation_names (const AwsService *service)
{
  GPtrArray *names = g_ptr_array_new ();

  for (guint i = 0; i < service->n_operations; i++)
    g_ptr_array_add (names, (gpointer) service->operations[i].name);
  for (guint i = 0; service->tables != NULL && service->tables[i] != NULL; i++)
    for (const AwsOperation *row = service->tables[i]; row->name != NULL; row++)
      g_ptr_array_add (names, (gpointer) row->name);
  g_ptr_array_add (names, NULL);
  return names;
}

const AwsField *
sim_aws_parameter (const AwsField *fields, const char *name)
{
  for (; fields != NULL && fields->name != NULL; fields++)
    {
      if (strcmp (fields->name, name) == 0)
        return fields;
    }
  return NULL;
}

static char *
scalar_text (const DdValue *value)
{
  const char *text = dd_value_string (value);

  return text != NULL ? g_strdup (text) : dd_value_to_text (value);
}

static void
set_body (DdRequest *request, const char *content_type, GBytes *body)
{
  dd_headers_add (request->headers, "Content-Type", content_type);
  g_clear_pointer (&request->body, g_bytes_unref);
  request->body = body;
}

/* ---- REST ---- */

static void
append_query (GString *query, const AwsField *field, const DdValue *value)
{
  g_autofree char *text = scalar_text (value);

  g_string_append_c (query, query->len == 0 ? '?' : '&');
  g_string_append_uri_escaped (query, field->wire_name != NULL ? field->wire_name : field->name,
                               NULL, FALSE);
  g_string_append_c (query, '=');
  g_string_append_uri_escaped (query, text, NULL, FALSE);
}

static void
fill_path (GString *path, const AwsField *field, const DdValue *value)
{
  g_autofree char *text = scalar_text (value);
  g_autofree char *escaped = g_uri_escape_string (text, NULL, FALSE);
  g_autofree char *variable = g_strdup_printf ("{%s}", field->name);

  g_string_replace (path, variable, escaped, 1);
}

static DdRequest *
rest_request (const AwsService *service, const AwsOperation *operation, const DdValue *input)
{
  g_autoptr (GString) path = g_string_new (operation->path);
  g_autoptr (GString) query = g_string_new (NULL);
  g_autoptr (DdValue) body = NULL;
  DdBuilder builder = dd_builder_object ();
  DdRequest *request;

  for (gsize i = 0; i < dd_value_length (input); i++)
    {
      const AwsField *field = sim_aws_parameter (operation->input, dd_value_key (input, i));
      const DdValue *value = dd_value_nth (input, i);

      if (field != NULL && field->place == AWS_IN_PATH)
        fill_path (path, field, value);
      else if (field != NULL && field->place == AWS_IN_QUERY)
        append_query (query, field, value);
      else
        dd_builder_set (&builder, dd_value_key (input, i), dd_value_ref (value));
    }
  body = dd_builder_end (&builder);
  g_string_append (path, query->str);
  request = dd_request_new (service->name, operation->method, path->str);
  if (strcmp (operation->method, "GET") != 0)
    set_body (request, "application/json", dd_value_to_bytes (body));
  return request;
}

/* ---- forms ---- */

static void append_parameter (GString *form, AwsProtocol protocol, const char *name,
                              const AwsField *members, const DdValue *value);

/* Auto Scaling and STS number below ".member", EC2 right below the name. */
static void
append_list (GString *form, AwsProtocol protocol, const char *name, const AwsField *members,
             const DdValue *list)
{
  for (gsize i = 0; i < dd_value_length (list); i++)
    {
      g_autofree char *below = g_strdup_printf ("%s%s.%" G_GSIZE_FORMAT, name,
                                                protocol == AWS_EC2 ? "" : ".member", i + 1);

      append_parameter (form, protocol, below, members, dd_value_element (list, i));
    }
}

static void
append_members (GString *form, AwsProtocol protocol, const char *prefix, const AwsField *fields,
                const DdValue *object)
{
  for (gsize i = 0; i < dd_value_length (object); i++)
    {
      const char *key = dd_value_key (object, i);
      const AwsField *field = sim_aws_parameter (fields, key);
      const char *wire = field != NULL && field->wire_name != NULL ? field->wire_name : key;
      g_autofree char *name
          = *prefix != '\0' ? g_strdup_printf ("%s.%s", prefix, wire) : g_strdup (wire);

      append_parameter (form, protocol, name, field != NULL ? field->members : NULL,
                        dd_value_nth (object, i));
    }
}

static void
append_parameter (GString *form, AwsProtocol protocol, const char *name, const AwsField *members,
                  const DdValue *value)
{
  g_autofree char *text = NULL;

  if (dd_value_type (value) == DD_ARRAY)
    {
      append_list (form, protocol, name, members, value);
      return;
    }
  if (dd_value_type (value) == DD_OBJECT)
    {
      append_members (form, protocol, name, members, value);
      return;
    }
  text = scalar_text (value);
  g_string_append_c (form, '&');
  g_string_append_uri_escaped (form, name, NULL, FALSE);
  g_string_append_c (form, '=');
  g_string_append_uri_escaped (form, text, NULL, FALSE);
}

static DdRequest *
form_request (const AwsService *service, const AwsOperation *operation, const DdValue *input)
{
  DdRequest *request = dd_request_new (service->name, "POST", "/");
  GString *form = g_string_new (NULL);

  g_string_printf (form, "Action=%s&Version=%s", operation->name, service->version);
  append_members (form, service->protocol, "", operation->input, input);
  set_body (request, "application/x-www-form-urlencoded; charset=utf-8",
            g_string_free_to_bytes (form));
  return request;
}

static DdRequest *
json_request (const AwsService *service, const AwsOperation *operation, const DdValue *input)
{
  DdRequest *request = dd_request_new (service->name, "POST", "/");
  g_autofree char *target = g_strdup_printf ("AmazonSSM.%s", operation->name);

  dd_headers_add (request->headers, "X-Amz-Target", target);
  set_body (request, "application/x-amz-json-1.1", dd_value_to_bytes (input));
  return request;
}

/* The scope says which service is meant; nobody shares a secret with the world, so there is nothing
 * to sign with. */
static void
add_scope (SimWorld *world, DdRequest *request)
{
  g_autofree char *now = dd_time_to_iso8601 (sim_stage_now (world->stage));
  g_autofree char *scope
      = g_strdup_printf ("AWS4-HMAC-SHA256 Credential=AKIADRYDOCKSCENARIO0/%.4s%.2s%.2s/%s/%s/"
                         "aws4_request, SignedHeaders=host, Signature=%064d",
                         now, now + 5, now + 8, world->cloud->region, request->service, 0);

  dd_headers_add (request->headers, "Authorization", scope);
}

DdRequest *
sim_aws_request (SimWorld *world, const AwsService *service, const AwsOperation *operation,
                 const DdValue *input)
{
  DdRequest *request = NULL;

  switch (service->protocol)
    {
    case AWS_REST_JSON:
      request = rest_request (service, operation, input);
      break;
    case AWS_JSON_1_1:
      request = json_request (service, operation, input);
      break;
    case AWS_QUERY:
    case AWS_EC2:
      request = form_request (service, operation, input);
      break;
    }
  add_scope (world, request);
  request->timeout = REQUEST_TIMEOUT;
  return request;
}

/* ---- Kubernetes ---- */

DdRequest *
sim_kube_request (const KubeKind *kind, const char *namespace_, const char *name,
                  const char *method, const char *content_type, const DdValue *body)
{
  g_autoptr (GString) target = g_string_new (NULL);
  DdRequest *request;

  if (*kind->group == '\0')
    g_string_printf (target, "/api/%s", kind->version);
  else
    g_string_printf (target, "/apis/%s/%s", kind->group, kind->version);
  if (kind->namespaced)
    g_string_append_printf (target, "/namespaces/%s", namespace_);
  g_string_append_printf (target, "/%s", kind->plural);
  if (name != NULL)
    {
      g_string_append_c (target, '/');
      g_string_append_uri_escaped (target, name, NULL, FALSE);
    }
  request = dd_request_new ("kubernetes", method, target->str);
  dd_headers_add (request->headers, "Accept", "application/json");
  if (body != NULL)
    set_body (request, content_type, dd_value_to_bytes (body));
  request->timeout = REQUEST_TIMEOUT;
  return request;
}

/* ---- errors ---- */

static char *
xml_text (const char *xml, const char *tag)
{
  g_autofree char *open = g_strdup_printf ("<%s>", tag);
  const char *start = strstr (xml, open);

  if (start == NULL)
    return NULL;
  start += strlen (open);
  return g_strndup (start, strcspn (start, "<"));
}

static char *
json_error (const DdReply *reply, const DdValue *body, char **out_message)
{
  const char *type = dd_headers_get (reply->headers, "x-amzn-ErrorType");
  const char *message = dd_value_path_string (body, "message");

  if (type == NULL)
    type = dd_value_path_string (body, "__type");
  if (type == NULL)
    type = dd_value_path_string (body, "reason");
  *out_message = g_strdup (message != NULL ? message : "no message");
  return type != NULL ? g_strndup (type, strcspn (type, ":"))
                      : g_strdup_printf ("HTTP %u", reply->status);
}

char *
sim_reply_error (const DdReply *reply, char **out_message)
{
  g_autoptr (DdValue) body = NULL;
  g_autofree char *text = NULL;
  char *code;

  if (reply->error != NULL)
    {
      *out_message = g_strdup (reply->error->message);
      return g_strdup ("no answer");
    }
  if (reply->status < 400)
    return NULL;
  body = reply->body != NULL ? dd_value_parse_bytes (reply->body, NULL) : NULL;
  if (body != NULL || reply->body == NULL)
    return json_error (reply, body, out_message);
  text = g_strndup (g_bytes_get_data (reply->body, NULL), g_bytes_get_size (reply->body));
  code = xml_text (text, "Code");
  *out_message = xml_text (text, "Message");
  if (*out_message == NULL)
    *out_message = g_strdup ("no message");
  return code != NULL ? code : g_strdup_printf ("HTTP %u", reply->status);
}
