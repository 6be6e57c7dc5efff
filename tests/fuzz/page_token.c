/* SPDX-License-Identifier: Apache-2.0 */
/* Page tokens of both worlds: any text may be one, and what was made is read back. */
#include "config.h"

#include "fuzz.h"
#include "sim/aws/protocol/page.h"
#include "sim/kube/serve/page-token.h"

static void
assert_kube_reads_back (gint64 revision, const char *key)
{
  g_autofree char *text = kube_page_token_write (revision, key);
  g_autoptr (GError) error = NULL;
  g_auto (KubePageToken) token = { 0 };

  g_assert (kube_page_token_parse (text, &token, &error));
  g_assert_cmpint (token.revision, ==, revision);
  g_assert_cmpstr (token.start, ==, key);
}

static void
walk_aws_pages (const char *list, const char *token, guint limit, guint total)
{
  g_auto (AwsPage) page = { 0 };

  if (!aws_page_cut (list, token, limit, total, &page))
    {
      g_assert (token != NULL);
      return;
    }
  g_assert_cmpuint (page.first, <=, page.end);
  g_assert_cmpuint (page.end, <=, total);
  if (page.next_token != NULL)
    {
      g_auto (AwsPage) next = { 0 };

      g_assert (aws_page_cut (list, page.next_token, limit, total, &next));
      g_assert_cmpuint (next.first, ==, page.end);
    }
}

int
fuzz_page_token (const guint8 *data, gsize size)
{
  FuzzInput input = { data, size };
  g_autofree char *text = fuzz_text (&input);
  g_autoptr (GError) error = NULL;
  g_auto (KubePageToken) token = { 0 };
  gboolean read = kube_page_token_parse (text, &token, &error);

  g_assert (read == (error == NULL));
  if (read && token.start[0] != '\0' && token.start[0] != '/')
    assert_kube_reads_back (token.revision, token.start);
  walk_aws_pages (text, NULL, 1 + (guint) (size % 7), (guint) (size % 50));
  walk_aws_pages ("clusters", text, 1 + (guint) (size % 7), (guint) (size % 50));
  return 0;
}
