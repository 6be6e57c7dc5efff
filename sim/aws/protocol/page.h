/* SPDX-License-Identifier: Apache-2.0 */
/* sim/aws/protocol/page.h: lists cut into pages, for the JSON services */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct
{
  guint first, end; /* the items [first, end) */
  char *next_token; /* NULL: the last page */
} AwsPage;

/* Cuts a list of TOTAL items into pages of LIMIT (> 0). FALSE when TOKEN (NULL: the first page) is
 * none that this gave for LIST, the name of what is being listed. */
gboolean aws_page_cut (const char *list, const char *token, guint limit, guint total,
                       AwsPage *page);
void aws_page_clear (AwsPage *page);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (AwsPage, aws_page_clear)

G_END_DECLS
