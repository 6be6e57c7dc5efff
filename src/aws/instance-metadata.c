/* SPDX-License-Identifier: Apache-2.0 */
/* The instance metadata service, version 2 only: a token first, then every question with it. Three
 * questions in a row: the token, the name of the role (or the region), the credentials.
 *
 * Source: Amazon EC2 User Guide, "Use the Instance Metadata Service to access instance metadata",
 * "Retrieve security credentials from instance metadata"; AWS SDKs and Tools Reference Guide, "IMDS
 * client". Version 1 answers whoever can make the instance fetch a URL; it is not asked. */
#include "config.h"

#include "aws/instance-metadata.h"

#include <string.h>

#include "aws/http-source.h"
#include "base/error.h"

#define WHO "instance metadata"
#define ROLES "/latest/meta-data/iam/security-credentials/"
#define REGION "/latest/meta-data/placement/region"
#define PATIENCE (2 * DD_SECOND)
#define MAX_NAME 64

typedef struct
{
  DdHttpSource base;
  char *token;
  DdRegionDone region_done; /* NULL: credentials are asked for */
  gpointer region_data;
} Metadata;

static void
end_with (Metadata *self, const char *region, DdCredentials *credentials, const GError *error)
{
  DdRegionDone region_done = g_steal_pointer (&self->region_done);

  g_clear_pointer (&self->token, g_free);
  if (region_done != NULL)
    region_done (region, error, self->region_data);
  else
    dd_http_source_end (&self->base, credentials, error);
}

/* A line of plain characters, as the names of roles and regions are. */
static char *
name_from_reply (const DdReply *reply, GError **error)
{
  gsize length = 0;
  const char *text;

  if (!dd_http_source_check (reply, WHO, error))
    return NULL;
  text = g_bytes_get_data (reply->body, &length);
  while (length > 0 && g_ascii_isspace (text[length - 1]))
    length--;
  for (gsize i = 0; i < length; i++)
    if (!g_ascii_isalnum (text[i]) && strchr ("_+=,.@-", text[i]) == NULL)
      length = 0;
  if (length > 0 && length <= MAX_NAME)
    return g_strndup (text, length);
  g_set_error (error, DD_ERROR, DD_ERROR_INVALID, WHO ": it answers with no name");
  return NULL;
}

static void
ask_with_token (Metadata *self, const char *path, DdReplyFunc take)
{
  DdRequest *request = dd_request_new ("imds", "GET", path);

  request->timeout = PATIENCE;
  dd_headers_add (request->headers, "X-aws-ec2-metadata-token", self->token);
  dd_http_source_ask (&self->base, request, take);
}

static void
take_credentials (const DdReply *reply, gpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (DdValue) document = NULL;
  DdCredentials *credentials = NULL;

  if (dd_http_source_check (reply, WHO, &error))
    {
      document = dd_value_parse_bytes (reply->body, NULL);
      credentials = dd_credentials_from_document (document, "Token", WHO, &error);
    }
  end_with (data, NULL, credentials, error);
}

static void
take_role (const DdReply *reply, gpointer data)
{
  Metadata *self = data;
  g_autoptr (GError) error = NULL;
  g_autofree char *role = NULL;
  g_autofree char *path = NULL;

  if (reply->status == 404)
    g_set_error (&error, DD_ERROR, DD_ERROR_REFUSED, WHO ": the instance has no role");
  else
    role = name_from_reply (reply, &error);
  if (role == NULL)
    {
      end_with (self, NULL, NULL, error);
      return;
    }
  path = g_strconcat (ROLES, role, NULL);
  ask_with_token (self, path, take_credentials);
}

static void
take_region (const DdReply *reply, gpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *region = name_from_reply (reply, &error);

  end_with (data, region, NULL, error);
}

static void
take_token (const DdReply *reply, gpointer data)
{
  Metadata *self = data;
  g_autoptr (GError) error = NULL;
  gsize length = 0;
  const char *text;

  if (dd_http_source_check (reply, WHO, &error))
    {
      text = g_bytes_get_data (reply->body, &length);
      self->token = g_strndup (text, length);
      if (!dd_credentials_is_header_text (self->token))
        g_set_error (&error, DD_ERROR, DD_ERROR_INVALID, WHO ": it answers with no token");
    }
  if (error != NULL)
    {
      g_prefix_error (&error, "no AWS credentials are configured, and this seems to be no EC2 "
                              "instance (or its hop limit keeps containers away): ");
      end_with (self, NULL, NULL, error);
    }
  else if (self->region_done != NULL)
    ask_with_token (self, REGION, take_region);
  else
    ask_with_token (self, ROLES, take_role);
}

static void
ask_for_token (Metadata *self)
{
  DdRequest *request = dd_request_new ("imds", "PUT", "/latest/api/token");

  request->timeout = PATIENCE;
  dd_headers_add (request->headers, "X-aws-ec2-metadata-token-ttl-seconds", "21600");
  dd_http_source_ask (&self->base, request, take_token);
}

static void
metadata_fetch (DdCredentialSource *source, DdCredentialsDone done, gpointer data)
{
  Metadata *self = (Metadata *) source;

  dd_http_source_begin (&self->base, done, data);
  ask_for_token (self);
}

void
dd_instance_metadata_ask_region (DdCredentialSource *metadata, DdRegionDone done, gpointer data)
{
  Metadata *self = (Metadata *) metadata;

  self->region_done = done;
  self->region_data = data;
  ask_for_token (self);
}

static void
metadata_free (DdCredentialSource *source)
{
  Metadata *self = (Metadata *) source;

  dd_http_source_clear (&self->base);
  g_free (self->token);
  g_free (self);
}

static const char *
endpoint_of (const DdAwsSettings *settings)
{
  const char *own = dd_aws_settings_variable (settings, "AWS_EC2_METADATA_SERVICE_ENDPOINT");
  const char *mode = dd_aws_settings_variable (settings, "AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE");

  if (own != NULL)
    return own;
  return mode != NULL && g_ascii_strcasecmp (mode, "IPv6") == 0 ? "http://[fd00:ec2::254]"
                                                                : "http://169.254.169.254";
}

DdCredentialSource *
dd_instance_metadata_new (const DdAwsSettings *settings, GError **error)
{
  static const DdCredentialSourceClass klass = { metadata_fetch, metadata_free };
  const char *disabled = dd_aws_settings_variable (settings, "AWS_EC2_METADATA_DISABLED");
  Metadata *self;

  if (disabled != NULL && g_ascii_strcasecmp (disabled, "true") == 0)
    {
      g_set_error (error, DD_ERROR, DD_ERROR_NOT_FOUND,
                   "no AWS credentials: neither the environment nor a profile nor a container has "
                   "any, and instance metadata is disabled");
      return NULL;
    }
  self = g_new0 (Metadata, 1);
  dd_http_source_init (&self->base, &klass, &(DdHttpOptions) { .direct = TRUE });
  if (dd_http_transport_set_endpoint (self->base.transport, "imds", endpoint_of (settings), error))
    return &self->base.interface;
  metadata_free (&self->base.interface);
  return NULL;
}
