/* SPDX-License-Identifier: Apache-2.0 */
/* aws/settings.h: what the environment and AWS's shared configuration files say */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct _DdAwsSettings DdAwsSettings;

/* ENVIRONMENT in the form of g_get_environ (). PROFILE was named on the command line, or is NULL:
 * then AWS_PROFILE, else "default". Files that do not exist count as empty; DD_ERROR_INVALID for
 * one that is malformed or beyond reason, or when the profile is named and is in no file. */
DdAwsSettings *dd_aws_settings_load (char **environment, const char *profile, GError **error);
void dd_aws_settings_free (DdAwsSettings *settings);

char **dd_aws_settings_environment (const DdAwsSettings *settings);
const char *dd_aws_settings_profile (const DdAwsSettings *settings);
/* The profile was chosen on the command line, so that credentials out of the environment do not
 * count. */
gboolean dd_aws_settings_insists (const DdAwsSettings *settings);
gboolean dd_aws_settings_has_profile (const DdAwsSettings *settings, const char *profile);

/* All three: NULL when it is not set, or empty. */
const char *dd_aws_settings_variable (const DdAwsSettings *settings, const char *name);
const char *dd_aws_settings_value (const DdAwsSettings *settings, const char *profile,
                                   const char *key);
/* AWS_ENDPOINT_URL_EKS ..., AWS_ENDPOINT_URL, and the same out of the profile, in this order. */
const char *dd_aws_settings_endpoint (const DdAwsSettings *settings, const char *service);
/* AWS_CA_BUNDLE, or the profile's: a file of authorities; NULL: the system's. */
const char *dd_aws_settings_ca_bundle (const DdAwsSettings *settings);
/* AWS_REGION, AWS_DEFAULT_REGION, or the profile's; NULL: none of them says. */
const char *dd_aws_settings_region (const DdAwsSettings *settings);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (DdAwsSettings, dd_aws_settings_free)

G_END_DECLS
