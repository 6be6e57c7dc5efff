/* SPDX-License-Identifier: Apache-2.0 */
/* base/output.c: see output.h */

#include "config.h"

#include "base/output.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/command.h"
#include "base/error.h"

#define MOST_LINKS 40

static gboolean
complain (const char *path, DdError code, int number, GError **error)
{
  g_set_error (error, DD_ERROR, (gint) code, "%s: %s", path, g_strerror (number));
  return FALSE;
}

/* Where PATH leads, also when nothing is there yet; links in its folders are the system's to
 * follow. */
static char *
follow_links (const char *path)
{
  char *place = g_strdup (path);

  for (guint i = 0; i < MOST_LINKS; i++)
    {
      g_autofree char *target = g_file_read_link (place, NULL);
      g_autofree char *folder = g_path_get_dirname (place);

      if (target == NULL)
        break;
      g_free (place);
      place = g_path_is_absolute (target) ? g_strdup (target)
                                          : g_build_filename (folder, target, NULL);
    }
  return place;
}

/* /dev/stdout may lead to a regular file, which somebody has open and writes to. */
static gboolean
is_open_already (const char *path)
{
  return g_str_has_prefix (path, "/dev/") || g_str_has_prefix (path, "/proc/");
}

gboolean
dd_output_is_regular (const char *path)
{
  struct stat status;

  return !is_open_already (path) && (stat (path, &status) != 0 || S_ISREG (status.st_mode));
}

/* What is not there yet needs a folder that takes it. */
static int
folder_trouble (const char *path)
{
  g_autofree char *place = follow_links (path);
  g_autofree char *folder = g_path_get_dirname (place);
  struct stat status;

  if (stat (folder, &status) != 0)
    return errno;
  if (!S_ISDIR (status.st_mode))
    return ENOTDIR;
  return access (folder, W_OK | X_OK) == 0 ? 0 : errno;
}

gboolean
dd_output_check (const char *path, GError **error)
{
  struct stat status;
  int trouble = 0;

  if (path == NULL)
    return TRUE;
  if (stat (path, &status) != 0)
    trouble = errno == ENOENT && !g_str_has_suffix (path, "/") && *path != '\0'
                  ? folder_trouble (path)
                  : errno;
  else if (S_ISDIR (status.st_mode))
    trouble = EISDIR;
  else if (access (path, W_OK) != 0)
    trouble = errno;
  return trouble == 0 || complain (path, DD_ERROR_INVALID, trouble, error);
}

/* Two paths to one file have one name here, whether it is there yet or not. */
static char *
claim_of (const char *path)
{
  g_autofree char *place = follow_links (path);
  g_autofree char *folder = g_path_get_dirname (place);
  g_autofree char *base = g_path_get_basename (place);
  struct stat status;

  if (stat (path, &status) == 0)
    return g_strdup_printf ("%" G_GUINT64_FORMAT ":%" G_GUINT64_FORMAT, (guint64) status.st_dev,
                            (guint64) status.st_ino);
  if (stat (folder, &status) == 0)
    return g_strdup_printf ("%" G_GUINT64_FORMAT ":%" G_GUINT64_FORMAT "/%s",
                            (guint64) status.st_dev, (guint64) status.st_ino, base);
  return place[0] == '/' ? g_steal_pointer (&place) : g_canonicalize_filename (place, NULL);
}

gboolean
dd_output_claim (GPtrArray *claimed, const char *path, GError **error)
{
  g_autofree char *claim = NULL;

  if (path == NULL)
    return TRUE;
  if (!dd_output_check (path, error))
    return FALSE;
  if (!dd_output_is_regular (path))
    return TRUE;
  claim = claim_of (path);
  if (g_ptr_array_find_with_equal_func (claimed, claim, g_str_equal, NULL))
    {
      g_set_error (error, DD_ERROR, DD_ERROR_INVALID,
                   "%s: it would be overwritten, as the same command reads or writes it as well",
                   path);
      return FALSE;
    }
  g_ptr_array_add (claimed, g_steal_pointer (&claim));
  return TRUE;
}

void
dd_output_protect (GPtrArray *claimed, const char *path)
{
  if (path != NULL && dd_output_is_regular (path))
    g_ptr_array_add (claimed, claim_of (path));
}

FILE *
dd_output_open (const char *path, GError **error)
{
  FILE *out = fopen (path, dd_output_is_regular (path) ? "we" : "ae");

  if (out == NULL)
    complain (path, DD_ERROR_UNAVAILABLE, errno, error);
  return out;
}

static gboolean
write_in_place (const char *path, const char *text, gsize length, GError **error)
{
  FILE *out = dd_output_open (path, error);
  gboolean good;
  int number;

  if (out == NULL)
    return FALSE;
  good = fwrite (text, 1, length, out) == length && fflush (out) == 0;
  number = errno;
  fclose (out);
  return good || complain (path, DD_ERROR_UNAVAILABLE, number, error);
}

/* A folder that takes no new file may still hold one that can be written. */
static gboolean
write_as (const char *path, const char *text, gsize length, int mode, GError **error)
{
  g_autofree char *place = follow_links (path);
  g_autoptr (GError) reason = NULL;

  if (!dd_output_is_regular (path) || folder_trouble (place) != 0)
    return write_in_place (path, text, length, error);
  if (g_file_set_contents_full (place, text, (gssize) length, G_FILE_SET_CONTENTS_CONSISTENT, mode,
                                &reason))
    return TRUE;
  g_set_error (error, DD_ERROR, DD_ERROR_UNAVAILABLE, "%s: %s", path, reason->message);
  return FALSE;
}

gboolean
dd_output_write (const char *path, const char *text, gsize length, GError **error)
{
  return write_as (path, text, length, 0666, error);
}

gboolean
dd_output_write_secret (const char *path, const char *text, gsize length, GError **error)
{
  return write_as (path, text, length, 0600, error);
}

/* ---- standard output ---- */

static gboolean
reader_is_gone (void)
{
  struct pollfd out = { .fd = STDOUT_FILENO, .events = POLLOUT };

  return poll (&out, 1, 0) == 1 && (out.revents & POLLERR) != 0;
}

static void
close_stdout (void)
{
  gboolean bad = ferror (stdout) != 0;

  errno = 0;
  bad = fflush (stdout) != 0 || bad;
  if (!bad || reader_is_gone ())
    return;
  g_printerr ("drydock: standard output: %s\n",
              errno != 0 ? g_strerror (errno) : "not everything could be written");
  _exit (DD_EXIT_INTERNAL);
}

void
dd_output_watch_stdout (void)
{
  atexit (close_stdout);
}
