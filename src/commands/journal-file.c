/* SPDX-License-Identifier: Apache-2.0 */
/* {"drydock_journal":1,"target":{..},"update":{..}}: what was asked for, and what the engine wrote
 * down (engine/journal.h). Whatever else is found in its place is nobody's to overwrite: it may be
 * all that is known of a group that was left in the middle. */
#include "config.h"

#include "commands/journal-file.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/error.h"
#include "base/time.h"
#include "commands/journal-target.h"
#include "commands/lock-file.h"

#define FORMAT 1

struct _DdJournalFile
{
  DdJournal interface;
  char *path, *set_aside, *holder;
  DdLockFile *lock; /* NULL: it only looks */
  DdValue *target, *update;
  gboolean to_set_aside;
  DdJournalTroubleFunc trouble;
  gpointer trouble_data;
};

static gboolean
complain (const char *path, const char *what, GError **error)
{
  g_set_error (error, DD_ERROR, DD_ERROR_INVALID, "%s: %s", path, what);
  return FALSE;
}

static gboolean
complain_of_system (const char *path, GError **error)
{
  return complain (path, g_strerror (errno), error);
}

/* ---- reading ---- */

/* NULL without an error: there is none. */
static GBytes *
read_file (const char *path, GError **error)
{
  g_autofree char *text = NULL;
  struct stat status;
  gsize length;

  if (lstat (path, &status) != 0)
    {
      if (errno != ENOENT)
        complain_of_system (path, error);
      return NULL;
    }
  if (!S_ISREG (status.st_mode))
    complain (path, "it is no regular file", error);
  else if (status.st_size > DD_JSON_MAX_BYTES)
    complain (path, "it is too large for a journal", error);
  else if (g_file_get_contents (path, &text, &length, error))
    return g_bytes_new_take (g_steal_pointer (&text), length);
  return NULL;
}

static gboolean
check_format (const DdValue *journal, GError **error)
{
  gint64 format = dd_value_path_int (journal, "drydock_journal", 0);

  if (format == FORMAT)
    return TRUE;
  if (format == 0)
    g_set_error_literal (error, DD_ERROR, DD_ERROR_INVALID, "it is no journal of drydock upgrade");
  else
    g_set_error (error, DD_ERROR, DD_ERROR_INVALID,
                 "another version of Drydock wrote it (format %" G_GINT64_FORMAT
                 "; this one reads %d)",
                 format, FORMAT);
  return FALSE;
}

static DdValue *
parse_journal (GBytes *bytes, GError **error)
{
  g_autoptr (DdValue) journal = dd_value_parse_bytes (bytes, error);

  if (journal == NULL || !check_format (journal, error)
      || !dd_journal_target_check (dd_value_member (journal, "target"), error)
      || !dd_journal_check (dd_value_member (journal, "update"), error))
    return NULL;
  return g_steal_pointer (&journal);
}

/* TRUE with *OUT_JOURNAL NULL: there is none. */
static gboolean
read_journal (const char *path, DdValue **out_journal, GError **error)
{
  g_autoptr (GError) trouble = NULL;
  g_autoptr (GBytes) bytes = read_file (path, &trouble);

  *out_journal = NULL;
  if (bytes == NULL && trouble == NULL)
    return TRUE;
  if (bytes == NULL)
    {
      g_propagate_error (error, g_steal_pointer (&trouble));
      return FALSE;
    }
  *out_journal = parse_journal (bytes, &trouble);
  if (*out_journal != NULL)
    return TRUE;
  g_set_error (error, DD_ERROR, DD_ERROR_INVALID,
               "%s: %s\nIt may tell of an unfinished update, and is left as it is. With --abandon "
               "it is set aside, and what that update changed stays.",
               path, trouble->message);
  return FALSE;
}

/* ---- writing ---- */

/* A name is on the disk when its folder is. */
static gboolean
sync_folder (const char *path)
{
  g_autofree char *folder = g_path_get_dirname (path);
  int file = open (folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  gboolean good = file >= 0 && fsync (file) == 0;

  if (file >= 0)
    close (file);
  return good;
}

static gboolean
write_all (int file, const char *text, gsize length)
{
  while (length > 0)
    {
      gssize written = write (file, text, length);

      if (written < 0 && errno == EINTR)
        continue;
      if (written < 0)
        return FALSE;
      text += written;
      length -= (gsize) written;
    }
  return fsync (file) == 0;
}

/* Whoever has the lock is alone with this name, so a former one that was killed is no trouble. */
static gboolean
write_beside (const char *path, const char *text, gsize length)
{
  int file = open (path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600);
  gboolean good = file >= 0 && write_all (file, text, length);
  int number = errno;

  if (file >= 0 && close (file) != 0 && good)
    return FALSE;
  if (!good && file >= 0)
    unlink (path);
  errno = number;
  return good;
}

static gboolean
replace (const char *path, const char *text, gsize length, GError **error)
{
  g_autofree char *beside = g_strconcat (path, ".new", NULL);

  if (length > DD_JSON_MAX_BYTES)
    return complain (path, "the group is too large for a journal", error);
  if (write_beside (beside, text, length) && g_rename (beside, path) == 0 && sync_folder (path))
    return TRUE;
  return complain_of_system (path, error);
}

static gboolean
set_aside (DdJournalFile *self, GError **error)
{
  if (!self->to_set_aside)
    return TRUE;
  if (g_rename (self->path, self->set_aside) != 0)
    return complain_of_system (self->path, error);
  self->to_set_aside = FALSE;
  return TRUE;
}

static gboolean
write_journal (DdJournalFile *self, GError **error)
{
  g_autoptr (DdValue) journal
      = dd_object ("drydock_journal", dd_int (FORMAT), "target", dd_value_ref (self->target),
                   "update", dd_value_ref (self->update), NULL);
  g_autofree char *pretty = dd_value_to_pretty_text (journal);
  g_autofree char *text = g_strconcat (pretty, "\n", NULL);

  return set_aside (self, error) && replace (self->path, text, strlen (text), error);
}

static void
record (DdJournal *interface, const DdValue *document)
{
  DdJournalFile *self = (DdJournalFile *) interface;
  DdJournalTroubleFunc func = self->trouble;
  g_autoptr (DdValue) former = self->update;
  g_autoptr (GError) error = NULL;

  if (func == NULL)
    {
      g_steal_pointer (&former);
      return;
    }
  self->update = dd_value_ref (document);
  if (write_journal (self, &error))
    return;
  dd_value_unref (self->update);
  self->update = g_steal_pointer (&former);
  self->trouble = NULL;
  func (error, self->trouble_data);
}

/* ---- opening ---- */

static char *
find_place (const DdJournalFileOptions *options)
{
  g_autofree char *name = NULL;

  if (options->path != NULL)
    return g_strdup (options->path);
  name = dd_journal_target_file_name (options->target);
  return g_build_filename (g_get_user_state_dir (), "drydock", name, NULL);
}

static gboolean
make_folder (const DdJournalFileOptions *options, const char *path, GError **error)
{
  g_autofree char *folder = g_path_get_dirname (path);

  if (options->path != NULL || g_mkdir_with_parents (folder, 0700) == 0)
    return TRUE;
  g_set_error (error, DD_ERROR, DD_ERROR_INVALID,
               "%s: %s: the journal has no place there; XDG_STATE_HOME or --journal names another",
               folder, g_strerror (errno));
  return FALSE;
}

static gboolean
lock (DdJournalFile *self, const DdJournalFileOptions *options, GError **error)
{
  g_autofree char *path = g_strconcat (self->path, ".lock", NULL);
  g_autoptr (GError) trouble = NULL;

  if (options->look_only)
    {
      self->holder = dd_lock_file_holder (path);
      return TRUE;
    }
  if (!make_folder (options, self->path, error))
    return FALSE;
  self->lock = dd_lock_file_take (path, options->now, &trouble);
  if (self->lock != NULL)
    return TRUE;
  if (!g_error_matches (trouble, DD_ERROR, DD_ERROR_REFUSED))
    {
      g_propagate_prefixed_error (error, g_steal_pointer (&trouble), "the journal: ");
      return FALSE;
    }
  g_set_error (error, DD_ERROR, DD_ERROR_REFUSED,
               "another drydock upgrade is at work on this group: %s (%s)\nNothing was changed. "
               "Wait until it has ended, or end it, and the same command goes on with its update.",
               trouble->message, path);
  return FALSE;
}

static char *
free_name (const char *path)
{
  char *name = g_strconcat (path, ".abandoned", NULL);

  for (guint i = 2; g_file_test (name, G_FILE_TEST_EXISTS); i++)
    {
      g_free (name);
      name = g_strdup_printf ("%s.abandoned-%u", path, i);
    }
  return name;
}

static gboolean
abandon (DdJournalFile *self, GError **error)
{
  struct stat status;

  if (lstat (self->path, &status) != 0)
    return errno == ENOENT || complain_of_system (self->path, error);
  if (!S_ISREG (status.st_mode))
    return complain (self->path, "it is no regular file", error);
  self->to_set_aside = TRUE;
  self->set_aside = free_name (self->path);
  return TRUE;
}

static gboolean
take_up (DdJournalFile *self, GError **error)
{
  g_autoptr (DdValue) journal = NULL;
  g_autoptr (DdValue) target = NULL;

  if (!read_journal (self->path, &journal, error))
    return FALSE;
  if (journal == NULL)
    return TRUE;
  self->update = dd_value_ref (dd_value_member (journal, "update"));
  target = dd_journal_target_merge (dd_value_member (journal, "target"), self->update, self->target,
                                    error);
  if (target == NULL)
    {
      g_prefix_error (error, "%s: ", self->path);
      return FALSE;
    }
  dd_value_unref (self->target);
  self->target = g_steal_pointer (&target);
  return TRUE;
}

DdJournalFile *
dd_journal_file_open (const DdJournalFileOptions *options, GError **error)
{
  static const DdJournalClass klass = { record };
  g_autoptr (DdJournalFile) self = g_new0 (DdJournalFile, 1);

  self->interface.klass = &klass;
  self->path = find_place (options);
  self->target = dd_value_ref (options->target);
  if (!lock (self, options, error)
      || !(options->abandon ? abandon (self, error) : take_up (self, error)))
    return NULL;
  return g_steal_pointer (&self);
}

void
dd_journal_file_free (DdJournalFile *self)
{
  if (self == NULL)
    return;
  dd_lock_file_free (self->lock);
  dd_value_unref (self->target);
  dd_value_unref (self->update);
  g_free (self->path);
  g_free (self->set_aside);
  g_free (self->holder);
  g_free (self);
}

/* ---- at work ---- */

const char *
dd_journal_file_path (DdJournalFile *self)
{
  return self->path;
}

const DdValue *
dd_journal_file_unfinished (DdJournalFile *self)
{
  return self->update;
}

const DdValue *
dd_journal_file_target (DdJournalFile *self)
{
  return self->target;
}

const char *
dd_journal_file_set_aside (DdJournalFile *self)
{
  return self->set_aside;
}

const char *
dd_journal_file_holder (DdJournalFile *self)
{
  return self->holder;
}

char *
dd_journal_file_last_written (DdJournalFile *self)
{
  struct stat status;

  if (stat (self->path, &status) != 0)
    return g_strdup ("?");
  return dd_time_to_iso8601 ((DdUsec) status.st_mtime * DD_SECOND);
}

DdJournal *
dd_journal_file_interface (DdJournalFile *self, DdJournalTroubleFunc func, gpointer data)
{
  self->trouble = func;
  self->trouble_data = data;
  return &self->interface;
}

gboolean
dd_journal_file_finish (DdJournalFile *self, GError **error)
{
  g_clear_pointer (&self->update, dd_value_unref);
  if ((g_unlink (self->path) == 0 && sync_folder (self->path)) || errno == ENOENT)
    return TRUE;
  return complain_of_system (self->path, error);
}
