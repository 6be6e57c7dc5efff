/* SPDX-License-Identifier: Apache-2.0 */
/* commands/journal-target.h: which group an update is of, what it is to become, and how */
#pragma once

#include "base/value.h"

G_BEGIN_DECLS

/* Whether TARGET, which may come from anywhere, is one. */
gboolean dd_journal_target_check (const DdValue *target, GError **error);
/* A readable name for the group of TARGET, and no other group's. Caller frees. */
char *dd_journal_target_file_name (const DdValue *target);
/* "node group blue of cluster shop"; caller frees. */
char *dd_journal_target_describe (const DdValue *target);

/* What an update that is taken up is asked for: FORMER, and what ASKED says more exactly. NULL,
 * with DD_ERROR_INVALID, when they are of different groups; with DD_ERROR_REFUSED when ASKED wants
 * something else than the unfinished UPDATE does. */
DdValue *dd_journal_target_merge (const DdValue *former, const DdValue *update,
                                  const DdValue *asked, GError **error);

G_END_DECLS
