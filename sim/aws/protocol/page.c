/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "sim/aws/protocol/page.h"

#include <string.h>

/* A token is opaque to clients: base64 of the list's name and where the page begins. */
static gboolean
first_from_token (const char *list, const char *token, guint total, guint *out_first)
{
  gsize length;
  g_autofree guchar *raw = g_base64_decode (token, &length);
  g_autofree char *text = g_strndup ((const char *) raw, length);
  g_autofree char *prefix = g_strconcat (list, " ", NULL);
  guint64 first;

  if (!g_str_has_prefix (text, prefix)
      || !g_ascii_string_to_unsigned (text + strlen (prefix), 10, 1, MAX (total, 1), &first, NULL))
    return FALSE;
  *out_first = (guint) first;
  return TRUE;
}

static char *
token_from_first (const char *list, guint first)
{
  g_autofree char *text = g_strdup_printf ("%s %u", list, first);

  return g_base64_encode ((const guchar *) text, strlen (text));
}

gboolean
aws_page_cut (const char *list, const char *token, guint limit, guint total, AwsPage *page)
{
  guint first = 0;

  if (token != NULL && !first_from_token (list, token, total, &first))
    return FALSE;
  page->first = MIN (first, total);
  page->end = total - page->first > limit ? page->first + limit : total;
  page->next_token = page->end < total ? token_from_first (list, page->end) : NULL;
  return TRUE;
}

void
aws_page_clear (AwsPage *page)
{
  g_clear_pointer (&page->next_token, g_free);
}
