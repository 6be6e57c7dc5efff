/* SPDX-License-Identifier: Apache-2.0 */
/* engine/journal.h: what an update must remember to be taken up again by another engine
 *
 * Before each change the engine writes down what it is about to do, after it what came of it. Only
 * what no API can tell is in there: the sizes as they were, the token of the template version, who
 * was there at the beginning, what was marked, and how a failure was explained. An engine that is
 * given such a document reads everything else anew and goes on from what it finds. */
#pragma once

#include "base/value.h"

G_BEGIN_DECLS

#define DD_JOURNAL_SCHEMA 1

typedef struct _DdJournal DdJournal;

/* RECORD returns when DOCUMENT, which is borrowed, will outlive the engine. */
typedef struct
{
  void (*record) (DdJournal *self, const DdValue *document);
} DdJournalClass;

struct _DdJournal
{
  const DdJournalClass *klass;
};

/* Whether DOCUMENT, which may come from anywhere, can be gone on with: DD_ERROR_INVALID names the
 * member that is not as an engine writes it, or the version that wrote it. */
gboolean dd_journal_check (const DdValue *document, GError **error);
/* Both of a document that has been checked. Where its update stood, and what was there before it;
 * caller frees. */
char *dd_journal_describe (const DdValue *document);
/* Nothing that the update has changed waits to be put back. */
gboolean dd_journal_is_settled (const DdValue *document);

G_END_DECLS
