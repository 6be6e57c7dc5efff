/* SPDX-License-Identifier: Apache-2.0 */
/* The order is that of botocore's credential resolver (credentials.py, create_credential_resolver):
 * environment, role of the profile, web identity, static keys of the profile, its process,
 * container, instance metadata. A profile that was named on the command line comes before the
 * environment. What a person must do by hand is left out and said so: single sign-on (its cache is
 * the AWS CLI's own), and roles that ask for a code from a device.
 *
 * A role may be assumed with the credentials of another profile, which may be a role again; each
 * profile is visited once. */
#include "config.h"

#include "aws/credential-chain.h"

#include "aws/assume-role.h"
#include "aws/container-credentials.h"
#include "aws/credential-process.h"
#include "aws/instance-metadata.h"
#include "base/error.h"

#define MAX_CHAIN 10

typedef struct
{
  const DdAwsSettings *settings;
  const char *region;
  GPtrArray *visited; /* of const char *: profiles on the way here */
} Chooser;

static DdCredentialSource *source_of_profile (Chooser *self, const char *profile, GError **error);

static DdCredentialSource *
fixed (DdCredentials *credentials)
{
  g_autoptr (DdCredentials) owned = credentials;

  return dd_credential_source_new_fixed (owned);
}

static DdCredentialSource *
source_of_environment (const DdAwsSettings *settings, GError **error)
{
  DdCredentials *credentials
      = dd_credentials_from_environment (dd_aws_settings_environment (settings), error);

  return credentials == NULL ? NULL : fixed (credentials);
}

static DdCredentialSource *refuse (GError **error, const char *format, ...) G_GNUC_PRINTF (2, 3);

static DdCredentialSource *
refuse (GError **error, const char *format, ...)
{
  va_list arguments;

  va_start (arguments, format);
  g_propagate_error (error, g_error_new_valist (DD_ERROR, DD_ERROR_INVALID, format, arguments));
  va_end (arguments);
  return NULL;
}

/* ---- what a profile may hold ---- */

static DdCredentials *
static_keys (const Chooser *self, const char *profile)
{
  const char *access_key = dd_aws_settings_value (self->settings, profile, "aws_access_key_id");
  const char *secret_key = dd_aws_settings_value (self->settings, profile, "aws_secret_access_key");

  if (access_key == NULL || secret_key == NULL)
    return NULL;
  return dd_credentials_new (access_key, secret_key,
                             dd_aws_settings_value (self->settings, profile, "aws_session_token"));
}

static gboolean
uses_single_sign_on (const Chooser *self, const char *profile)
{
  return dd_aws_settings_value (self->settings, profile, "sso_session") != NULL
         || dd_aws_settings_value (self->settings, profile, "sso_start_url") != NULL
         || dd_aws_settings_value (self->settings, profile, "login_session") != NULL;
}

static DdCredentialSource *
source_by_name (const Chooser *self, const char *name, GError **error)
{
  if (g_str_equal (name, "Environment"))
    return source_of_environment (self->settings, error);
  if (g_str_equal (name, "Ec2InstanceMetadata"))
    return dd_instance_metadata_new (self->settings, error);
  if (g_str_equal (name, "EcsContainer") && dd_container_credentials_are_there (self->settings))
    return dd_container_credentials_new (self->settings, error);
  return refuse (error, "credential_source = %s: %s", name,
                 g_str_equal (name, "EcsContainer") ? "the environment names no container endpoint"
                                                    : "there is no source of this name");
}

/* A profile may name itself: then its own keys assume its role. */
static DdCredentialSource *
source_for_role (Chooser *self, const char *profile, GError **error)
{
  const char *other = dd_aws_settings_value (self->settings, profile, "source_profile");
  const char *name = dd_aws_settings_value (self->settings, profile, "credential_source");

  if ((other == NULL) == (name == NULL))
    return refuse (error, "a role needs one of source_profile and credential_source");
  if (name != NULL)
    return source_by_name (self, name, error);
  if (g_str_equal (other, profile))
    {
      DdCredentials *own = static_keys (self, profile);

      return own != NULL ? fixed (own)
                         : refuse (error, "it is its own source_profile and has no keys");
    }
  return source_of_profile (self, other, error);
}

static DdRoleOptions
role_options (const Chooser *self, const char *profile)
{
  const DdAwsSettings *settings = self->settings;
  const char *duration = dd_aws_settings_value (settings, profile, "duration_seconds");

  return (DdRoleOptions) {
    .role = dd_aws_settings_value (settings, profile, "role_arn"),
    .session = dd_aws_settings_value (settings, profile, "role_session_name"),
    .external_id = dd_aws_settings_value (settings, profile, "external_id"),
    .duration = duration == NULL ? 0 : g_ascii_strtoll (duration, NULL, 10),
    .region = self->region,
    .endpoint = dd_aws_settings_endpoint (settings, "sts"),
    .ca_file = dd_aws_settings_ca_bundle (settings),
    .token_file = dd_aws_settings_value (settings, profile, "web_identity_token_file"),
  };
}

static DdCredentialSource *
source_of_role (Chooser *self, const char *profile, GError **error)
{
  DdRoleOptions options = role_options (self, profile);
  DdCredentialSource *source;

  if (dd_aws_settings_value (self->settings, profile, "mfa_serial") != NULL)
    return refuse (error, "its role asks for a code from a device (mfa_serial), which is left out; "
                          "`aws sts get-session-token` makes credentials for the environment");
  if (options.token_file != NULL)
    return dd_assume_role_new (&options, NULL, error);
  source = source_for_role (self, profile, error);
  return source == NULL ? NULL : dd_assume_role_new (&options, source, error);
}

/* NULL without ERROR: the profile holds no credentials. */
static DdCredentialSource *
look_into_profile (Chooser *self, const char *profile, GError **error)
{
  const char *process = dd_aws_settings_value (self->settings, profile, "credential_process");
  DdCredentials *keys;

  if (dd_aws_settings_value (self->settings, profile, "role_arn") != NULL)
    return source_of_role (self, profile, error);
  if ((keys = static_keys (self, profile)) != NULL)
    return fixed (keys);
  if (process != NULL)
    return dd_credential_process_new (process, error);
  if (uses_single_sign_on (self, profile))
    return refuse (error,
                   "it signs in through a browser, and the cache of that is not read; try: "
                   "eval \"$(aws configure export-credentials --profile %s --format env)\"",
                   profile);
  return NULL;
}

static DdCredentialSource *
source_of_profile (Chooser *self, const char *profile, GError **error)
{
  g_autoptr (GError) trouble = NULL;
  DdCredentialSource *source;

  if (g_ptr_array_find_with_equal_func (self->visited, profile, g_str_equal, NULL))
    return refuse (error, "profile %s: its source_profile leads back to itself", profile);
  if (self->visited->len == MAX_CHAIN)
    return refuse (error, "profile %s: more than %d roles in a row", profile, MAX_CHAIN);
  if (!dd_aws_settings_has_profile (self->settings, profile))
    return refuse (error, "there is no profile '%s'", profile);
  g_ptr_array_add (self->visited, (gpointer) profile);
  source = look_into_profile (self, profile, &trouble);
  if (source == NULL && trouble == NULL)
    return refuse (error, "profile %s: it holds no credentials", profile);
  if (trouble != NULL)
    g_propagate_prefixed_error (error, g_steal_pointer (&trouble), "profile %s: ", profile);
  return source;
}

/* ---- the chain ---- */

/* What the webhook of EKS puts into a pod whose service account has a role. */
static DdCredentialSource *
source_of_web_identity (const DdAwsSettings *settings, const char *region, GError **error)
{
  DdRoleOptions options = {
    .role = dd_aws_settings_variable (settings, "AWS_ROLE_ARN"),
    .session = dd_aws_settings_variable (settings, "AWS_ROLE_SESSION_NAME"),
    .token_file = dd_aws_settings_variable (settings, "AWS_WEB_IDENTITY_TOKEN_FILE"),
    .region = region,
    .endpoint = dd_aws_settings_endpoint (settings, "sts"),
    .ca_file = dd_aws_settings_ca_bundle (settings),
  };

  if (options.role == NULL)
    return refuse (error, "AWS_WEB_IDENTITY_TOKEN_FILE is set and AWS_ROLE_ARN is not");
  return dd_assume_role_new (&options, NULL, error);
}

static gboolean
profile_has_role (const DdAwsSettings *settings, const char *profile)
{
  return dd_aws_settings_value (settings, profile, "role_arn") != NULL
         && dd_aws_settings_value (settings, profile, "web_identity_token_file") == NULL;
}

static DdCredentialSource *
choose_from_profile (Chooser *self, const char *profile, GError **error)
{
  const char *process = dd_aws_settings_value (self->settings, profile, "credential_process");
  g_autoptr (DdCredentials) keys = static_keys (self, profile);

  if (keys != NULL || process != NULL || uses_single_sign_on (self, profile)
      || dd_aws_settings_value (self->settings, profile, "role_arn") != NULL
      || dd_aws_settings_insists (self->settings))
    return source_of_profile (self, profile, error);
  return NULL;
}

DdCredentialSource *
dd_credential_chain_choose (const DdAwsSettings *settings, const char *region, GError **error)
{
  g_autoptr (GPtrArray) visited = g_ptr_array_new ();
  Chooser chooser = { settings, region, visited };
  const char *profile = dd_aws_settings_profile (settings);
  gboolean insists = dd_aws_settings_insists (settings);
  g_autoptr (GError) trouble = NULL;
  DdCredentialSource *source;

  if (!insists && (source = source_of_environment (settings, NULL)) != NULL)
    return source;
  if (!insists && !profile_has_role (settings, profile)
      && dd_aws_settings_variable (settings, "AWS_WEB_IDENTITY_TOKEN_FILE") != NULL)
    return source_of_web_identity (settings, region, error);
  source = choose_from_profile (&chooser, profile, &trouble);
  if (trouble != NULL)
    g_propagate_error (error, g_steal_pointer (&trouble));
  else if (source == NULL && dd_container_credentials_are_there (settings))
    source = dd_container_credentials_new (settings, error);
  else if (source == NULL)
    source = dd_instance_metadata_new (settings, error);
  return source;
}
