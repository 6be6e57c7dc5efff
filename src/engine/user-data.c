/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "engine/user-data.h"

#include <string.h>

#include "base/error.h"

#define LABEL "eks\\.amazonaws\\.com/nodegroup-image"

char *
dd_user_data_retarget (const char *user_data, const char *image, GError **error)
{
  g_autoptr (GRegex) regex
      = g_regex_new ("(" LABEL "\"?\\s*=\\s*\"?)[A-Za-z0-9._-]+", G_REGEX_RAW, 0, NULL);
  g_autofree char *replacement = g_strdup_printf ("\\g<1>%s", image);
  g_autofree guchar *decoded = NULL;
  g_autofree char *text = NULL;
  gsize size = 0;

  if (user_data != NULL)
    decoded = g_base64_decode (user_data, &size);
  if (decoded == NULL
      || !g_regex_match_full (regex, (const char *) decoded, (gssize) size, 0, 0, NULL, NULL))
    {
      g_set_error (error, DD_ERROR, DD_ERROR_INVALID,
                   "the user data of its launch template gives nodes no label "
                   "eks.amazonaws.com/nodegroup-image");
      return NULL;
    }
  text = g_regex_replace (regex, (const char *) decoded, (gssize) size, 0, replacement, 0, error);
  return text == NULL ? NULL : g_base64_encode ((const guchar *) text, strlen (text));
}
