/* SPDX-License-Identifier: Apache-2.0 */
/* AssumeRole, asked in the name of other credentials, which are fetched first; or
 * AssumeRoleWithWebIdentity, asked in nobody's name with a token out of a file, as a pod with a
 * role for its service account does.
 *
 * Source: AWS STS API Reference, AssumeRole and AssumeRoleWithWebIdentity; AWS SDKs and Tools
 * Reference Guide, "Assume role credential provider". */
#include "config.h"

#include "aws/assume-role.h"

#include <string.h>

#include "aws/error.h"
#include "aws/form.h"
#include "aws/http-source.h"
#include "aws/xml.h"
#include "base/error.h"

#define VERSION "2011-06-15"
#define MAX_TOKEN 20000

typedef struct
{
  DdHttpSource base;
  DdCredentialSource *source; /* NULL: the token file */
  char *role, *session, *external_id, *token_file;
  gint64 duration;
} Role;

/* "AssumeRoleResult" has one child more in some answers than "Credentials", never two of it. */
static DdCredentials *
credentials_from_reply (const Role *self, const DdReply *reply, GError **error)
{
  const char *path = self->token_file == NULL ? "AssumeRoleResult.Credentials"
                                              : "AssumeRoleWithWebIdentityResult.Credentials";
  g_autoptr (DdValue) body = NULL;

  if (!dd_aws_reply_check (reply, error) || (body = dd_xml_parse (reply->body, error)) == NULL)
    return NULL;
  return dd_credentials_from_document (dd_value_path (body, path), "SessionToken", "STS", error);
}

static void
take_role (const DdReply *reply, gpointer data)
{
  Role *self = data;
  g_autoptr (GError) error = NULL;
  DdCredentials *credentials = credentials_from_reply (self, reply, &error);

  if (error != NULL)
    g_prefix_error (&error, "role %s: ", self->role);
  dd_http_source_end (&self->base, credentials, error);
}

static DdForm *
form_new (const Role *self, const char *action)
{
  DdForm *form = dd_form_new ("sts", action, VERSION);
  g_autofree char *session
      = self->session != NULL
            ? g_strdup (self->session)
            : g_strdup_printf ("drydock-%" G_GINT64_FORMAT, g_get_real_time () / DD_SECOND);

  dd_form_set (form, "RoleArn", self->role);
  dd_form_set (form, "RoleSessionName", session);
  if (self->duration > 0)
    dd_form_set_int (form, "DurationSeconds", self->duration);
  return form;
}

static void
note_source (DdCredentials *credentials, const GError *error, gpointer data)
{
  Role *self = data;
  DdForm *form;

  if (error != NULL)
    {
      dd_http_source_end (&self->base, NULL, error);
      return;
    }
  dd_http_transport_set_credentials (self->base.transport, "aws", credentials);
  form = form_new (self, "AssumeRole");
  dd_form_set (form, "ExternalId", self->external_id);
  dd_http_source_ask (&self->base, dd_form_to_request (form), take_role);
}

static char *
read_token (const Role *self, GError **error)
{
  g_autofree char *token = NULL;

  if (g_file_test (self->token_file, G_FILE_TEST_IS_REGULAR)
      && g_file_get_contents (self->token_file, &token, NULL, NULL)
      && dd_credentials_is_header_text (g_strstrip (token)) && strlen (token) <= MAX_TOKEN)
    return g_steal_pointer (&token);
  g_set_error (error, DD_ERROR, DD_ERROR_INVALID, "role %s: there is no web identity token in %s",
               self->role, self->token_file);
  return NULL;
}

static void
role_fetch (DdCredentialSource *source, DdCredentialsDone done, gpointer data)
{
  Role *self = (Role *) source;
  g_autoptr (GError) error = NULL;
  g_autofree char *token = NULL;
  DdForm *form;

  dd_http_source_begin (&self->base, done, data);
  if (self->token_file == NULL)
    {
      dd_credential_source_fetch (self->source, note_source, self);
      return;
    }
  token = read_token (self, &error);
  if (token == NULL)
    {
      dd_http_source_end (&self->base, NULL, error);
      return;
    }
  form = form_new (self, "AssumeRoleWithWebIdentity");
  dd_form_set (form, "WebIdentityToken", token);
  dd_http_source_ask (&self->base, dd_form_to_request (form), take_role);
}

static void
role_free (DdCredentialSource *source)
{
  Role *self = (Role *) source;

  dd_credential_source_free (self->source);
  dd_http_source_clear (&self->base);
  g_free (self->role);
  g_free (self->session);
  g_free (self->external_id);
  g_free (self->token_file);
  g_free (self);
}

static gboolean
reach_sts (DdHttpTransport *transport, const DdRoleOptions *options, GError **error)
{
  DdTlsOptions tls = { .ca_file = options->ca_file };

  if (options->endpoint != NULL
      && !dd_http_transport_set_endpoint (transport, "sts", options->endpoint, error))
    return FALSE;
  return options->ca_file == NULL || dd_http_transport_set_tls (transport, "aws", &tls, error);
}

DdCredentialSource *
dd_assume_role_new (const DdRoleOptions *options, DdCredentialSource *source, GError **error)
{
  static const DdCredentialSourceClass klass = { role_fetch, role_free };
  DdHttpOptions http = { .region = options->region, .user_agent = "drydock/" PACKAGE_VERSION };
  Role *self = g_new0 (Role, 1);

  self->source = source;
  self->role = g_strdup (options->role);
  self->session = g_strdup (options->session);
  self->external_id = g_strdup (options->external_id);
  self->token_file = g_strdup (options->token_file);
  self->duration = options->duration;
  dd_http_source_init (&self->base, &klass, &http);
  if (reach_sts (self->base.transport, options, error))
    return &self->base.interface;
  role_free (&self->base.interface);
  return NULL;
}
