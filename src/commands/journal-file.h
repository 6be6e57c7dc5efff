/* SPDX-License-Identifier: Apache-2.0 */
/* commands/journal-file.h: the journal of one node group's update, as a file that outlives us
 *
 * The file is there as long as an update is unfinished, and while an engine is at work a lock of
 * the same name with ".lock" keeps every other one out. It is replaced whole, and is on the disk
 * before the engine goes on. */
#pragma once

#include "engine/journal.h"

G_BEGIN_DECLS

typedef struct _DdJournalFile DdJournalFile;

typedef struct
{
  const char *path;      /* NULL: in the user's state folder, by the group of TARGET */
  const DdValue *target; /* {"api_server":..,"cluster":..,"nodegroup" or "asg":..,"knobs":{..}};
                          * "release", "version", "launch_template_version", "image" and
                          * "max_unavailable" where they were asked for: an unfinished update
                          * decides what was not */
  const char *now;       /* for those whom the lock keeps out */
  gboolean look_only;    /* changes nothing, and takes no lock */
  gboolean abandon;      /* what is there, whatever it is, is set aside when a new update begins */
} DdJournalFileOptions;

/* DD_ERROR_REFUSED when another engine is at work, or when an unfinished update has another
 * target; DD_ERROR_INVALID when the file is no journal of this group, or cannot be kept. */
DdJournalFile *dd_journal_file_open (const DdJournalFileOptions *options, GError **error);
/* Lets others in; the file stays. */
void dd_journal_file_free (DdJournalFile *journal);

/* All belong to the journal. */
const char *dd_journal_file_path (DdJournalFile *journal);
/* What was written down last, by an engine before this one or by this one; NULL: nothing. */
const DdValue *dd_journal_file_unfinished (DdJournalFile *journal);
/* What was asked for, and where it was not, what the unfinished update does. */
const DdValue *dd_journal_file_target (DdJournalFile *journal);
/* Where the former journal goes, or went; NULL: nothing is set aside. */
const char *dd_journal_file_set_aside (DdJournalFile *journal);
/* With look_only: who is at work; NULL: nobody. */
const char *dd_journal_file_holder (DdJournalFile *journal);
/* When the unfinished update was written down last. Caller frees. */
char *dd_journal_file_last_written (DdJournalFile *journal);

/* For the engine. FUNC runs once, from within the engine, when something cannot be written: the
 * file is as it was, and the engine must not change anything any more. */
typedef void (*DdJournalTroubleFunc) (const GError *trouble, gpointer data);
DdJournal *dd_journal_file_interface (DdJournalFile *journal, DdJournalTroubleFunc func,
                                      gpointer data);

/* The update is over: the file goes. */
gboolean dd_journal_file_finish (DdJournalFile *journal, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (DdJournalFile, dd_journal_file_free)

G_END_DECLS
