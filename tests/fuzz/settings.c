/* SPDX-License-Identifier: Apache-2.0 */
/* AWS's shared configuration, the same text as ~/.aws/config and as ~/.aws/credentials. */
#include "config.h"

#include <sys/mman.h>
#include <unistd.h>

#include "aws/settings.h"
#include "fuzz.h"

static void
load (char **environment, const char *profile)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (DdAwsSettings) settings = dd_aws_settings_load (environment, profile, &error);

  g_assert ((settings == NULL) == (error != NULL));
  if (settings == NULL)
    return;
  g_assert_cmpstr (dd_aws_settings_profile (settings), ==, profile != NULL ? profile : "default");
  dd_aws_settings_region (settings);
  dd_aws_settings_endpoint (settings, "eks");
  dd_aws_settings_value (settings, dd_aws_settings_profile (settings), "sso_session");
}

int
fuzz_settings (const guint8 *data, gsize size)
{
  int fd = memfd_create ("settings", MFD_CLOEXEC); /* a file without a place */
  g_autofree char *config = g_strdup_printf ("AWS_CONFIG_FILE=/proc/self/fd/%d", fd);
  g_autofree char *credentials
      = g_strdup_printf ("AWS_SHARED_CREDENTIALS_FILE=/proc/self/fd/%d", fd);
  char *as_config[] = { config, "AWS_SHARED_CREDENTIALS_FILE=/nowhere", NULL };
  char *as_both[] = { config, credentials, NULL };

  g_assert_cmpint (write (fd, data, size), ==, (gssize) size);
  load (as_config, NULL);
  load (as_both, NULL);
  load (as_both, "work");
  close (fd);
  return 0;
}
