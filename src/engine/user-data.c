/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "engine/user-data.h"

#include <string.h>

#include "base/error.h"

/* A copy of USER_DATA in which every node label LABEL has the value VALUE. */
static char *
relabel (const char *user_data, const char *label, const char *value, GError **error)
{
  g_autofree char *escaped = g_regex_escape_string (label, -1);
  g_autofree char *pattern = g_strdup_printf ("(%s\"?\\s*=\\s*\"?)[A-Za-z0-9._-]+", escaped);
  g_autoptr (GRegex) regex = g_regex_new (pattern, G_REGEX_RAW, 0, NULL);
  g_autofree char *replacement = g_strdup_printf ("\\g<1>%s", value);
  g_autofree guchar *decoded = NULL;
  g_autofree char *text = NULL;
  gsize size = 0;

  if (user_data != NULL)
    decoded = g_base64_decode (user_data, &size);
  if (decoded == NULL
      || !g_regex_match_full (regex, (const char *) decoded, (gssize) size, 0, 0, NULL, NULL))
    {
      g_set_error (error, DD_ERROR, DD_ERROR_INVALID,
                   "the user data of its launch template gives nodes no label %s", label);
      return NULL;
    }
  text = g_regex_replace (regex, (const char *) decoded, (gssize) size, 0, replacement, 0, error);
  return text == NULL ? NULL : g_base64_encode ((const guchar *) text, strlen (text));
}

char *
dd_user_data_retarget (const char *user_data, const char *image, GError **error)
{
  return relabel (user_data, "eks.amazonaws.com/nodegroup-image", image, error);
}

char *
dd_user_data_set_source_version (const char *user_data, const char *version, GError **error)
{
  return relabel (user_data, "eks.amazonaws.com/sourceLaunchTemplateVersion", version, error);
}
