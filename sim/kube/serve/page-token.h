/* SPDX-License-Identifier: Apache-2.0 */
/* sim/kube/serve/page-token.h: where a page of a list goes on; private to the HTTP side */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct
{
  gint64 revision; /* whose state the list shows; -1: go on in the present */
  char *start;     /* the key after which the page begins: "[NAMESPACE/]NAME"; NULL: no token */
} KubePageToken;

void kube_page_token_clear (KubePageToken *token);
/* The text of a token; caller frees. */
char *kube_page_token_write (gint64 revision, const char *key);
/* FALSE and a KUBE_BAD_REQUEST when TEXT is no token of ours. */
gboolean kube_page_token_parse (const char *text, KubePageToken *out_token, GError **error);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (KubePageToken, kube_page_token_clear)

G_END_DECLS
