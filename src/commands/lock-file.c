/* SPDX-License-Identifier: Apache-2.0 */
/* The lock is that of the system (fcntl(2), open file description locks), which ends with whoever
 * has it; what stands in the file is for people. The file goes away with the lock, so whoever gets
 * the lock makes sure that it is still the file of that name. */
#include "config.h"

#include "commands/lock-file.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/error.h"
#include "base/value.h"

#define MOST_BYTES 4096

struct _DdLockFile
{
  char *path;
  int file;
};

static void
complain (const char *path, GError **error)
{
  g_set_error (error, DD_ERROR, DD_ERROR_INVALID, "%s: %s", path, g_strerror (errno));
}

static gboolean
ask_for_lock (int file, int command, struct flock *lock)
{
  *lock = (struct flock) { .l_type = F_WRLCK, .l_whence = SEEK_SET };
  return fcntl (file, command, lock) == 0;
}

/* What whoever has the lock wrote; it may not have come to that yet. */
static char *
read_holder (int file)
{
  char text[MOST_BYTES];
  gssize length = pread (file, text, sizeof text, 0);
  g_autoptr (DdValue) value = length > 0 ? dd_value_parse (text, (gsize) length, NULL, NULL) : NULL;
  const char *host = dd_value_path_string (value, "host");
  const char *since = dd_value_path_string (value, "since");
  g_autofree char *plain_host = g_strescape (host != NULL ? host : "?", NULL);
  g_autofree char *plain_since = g_strescape (since != NULL ? since : "?", NULL);

  if (value == NULL)
    return g_strdup ("another process");
  return g_strdup_printf ("process %" G_GINT64_FORMAT " on host %s, since %s",
                          dd_value_path_int (value, "pid", 0), plain_host, plain_since);
}

static gboolean
write_holder (int file, const char *now)
{
  g_autoptr (DdValue) value = dd_object (
      "pid", dd_int (getpid ()), "host",
      dd_string_take (g_utf8_make_valid (g_get_host_name (), -1)), "since", dd_string (now), NULL);
  g_autofree char *line = dd_value_to_text (value);
  g_autofree char *text = g_strconcat (line, "\n", NULL);
  gssize length = (gssize) strlen (text);

  return ftruncate (file, 0) == 0 && pwrite (file, text, (gsize) length, 0) == length;
}

static gboolean
is_still_there (const char *path, int file)
{
  struct stat named, held;

  return stat (path, &named) == 0 && fstat (file, &held) == 0 && named.st_dev == held.st_dev
         && named.st_ino == held.st_ino;
}

/* A lock on a file that its former holder has taken away meanwhile keeps nobody out: AGAIN. */
static int
try_to_take (const char *path, gboolean *out_again, GError **error)
{
  int file = open (path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK, 0600);
  struct flock lock;

  *out_again = FALSE;
  if (file < 0)
    {
      complain (path, error);
      return -1;
    }
  if (ask_for_lock (file, F_OFD_SETLK, &lock))
    {
      if (is_still_there (path, file))
        return file;
      *out_again = TRUE;
    }
  else if (errno == EAGAIN || errno == EACCES)
    {
      g_autofree char *holder = read_holder (file);

      g_set_error_literal (error, DD_ERROR, DD_ERROR_REFUSED, holder);
    }
  else
    complain (path, error);
  close (file);
  return -1;
}

DdLockFile *
dd_lock_file_take (const char *path, const char *now, GError **error)
{
  g_autoptr (DdLockFile) self = g_new0 (DdLockFile, 1);
  gboolean again;

  do
    self->file = try_to_take (path, &again, error);
  while (again);
  if (self->file < 0)
    return NULL;
  self->path = g_strdup (path);
  if (write_holder (self->file, now))
    return g_steal_pointer (&self);
  complain (path, error);
  return NULL;
}

void
dd_lock_file_free (DdLockFile *self)
{
  if (self == NULL)
    return;
  if (self->path != NULL && is_still_there (self->path, self->file))
    unlink (self->path);
  if (self->file >= 0)
    close (self->file);
  g_free (self->path);
  g_free (self);
}

char *
dd_lock_file_holder (const char *path)
{
  int file = open (path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
  struct flock lock;
  char *holder = NULL;

  if (file < 0)
    return NULL;
  if (ask_for_lock (file, F_OFD_GETLK, &lock) && lock.l_type != F_UNLCK)
    holder = read_holder (file);
  close (file);
  return holder;
}
