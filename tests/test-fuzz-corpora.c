/* SPDX-License-Identifier: Apache-2.0 */
/* The inputs of tests/fuzz/corpus, and what becomes of each when it is cut short or a byte of it
 * is another, given to their targets. The same every time, with any compiler. */
#include "config.h"

#include <check.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "fuzz/fuzz.h"

/* Of each kind of change, at most so many per file, spread over its length. */
#define MOST_CHANGES 24

/* ---- whom to blame ---- */

static char blamed[256];

static void
blame (int number)
{
  gssize written = write (STDERR_FILENO, blamed, strlen (blamed));

  (void) written;
  signal (number, SIG_DFL);
  raise (number);
}

/* ---- inputs ---- */

/* A copy that ends where its memory does, so that Valgrind and ASan see who reads on. As from
 * libFuzzer, it is there even when it is empty. */
static void
feed (const FuzzTarget *target, const char *file, const char *change, gsize at, const guint8 *data,
      gsize size)
{
  g_autofree guint8 *copy = g_malloc (MAX (size, 1));

  memcpy (copy, data, size);
  g_snprintf (blamed, sizeof blamed, "# corpus/%s/%s, %s %" G_GSIZE_FORMAT "\n", target->name, file,
              change, at);
  ck_assert_int_eq (target->func (copy, size), 0);
}

static void
feed_changed (const FuzzTarget *target, const char *file, guint8 *data, gsize size)
{
  gsize step = MAX (size / MOST_CHANGES, 1);

  feed (target, file, "as it is, bytes:", size, data, size);
  for (gsize i = 0; i < size; i += step)
    {
      guint8 kept = data[i];

      feed (target, file, "cut at byte", i, data, i);
      data[i] ^= (guint8) (1u << i / step % 8);
      feed (target, file, "a bit flipped in byte", i, data, size);
      data[i] = kept;
    }
}

static guint
feed_folder (const FuzzTarget *target)
{
  const char *srcdir = g_getenv ("srcdir") != NULL ? g_getenv ("srcdir") : ".";
  g_autofree char *folder
      = g_build_filename (srcdir, "tests", "fuzz", "corpus", target->name, NULL);
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  const char *file;
  guint n_files = 0;

  while (dir != NULL && (file = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *path = g_build_filename (folder, file, NULL);
      g_autofree char *text = NULL;
      gsize size;

      ck_assert_msg (g_file_get_contents (path, &text, &size, NULL), "%s cannot be read", path);
      feed_changed (target, file, (guint8 *) text, size);
      n_files++;
    }
  return n_files;
}

START_TEST (a_target_survives_its_corpus)
{
  const FuzzTarget *target = &fuzz_targets[_i];

  signal (SIGABRT, blame);
  signal (SIGSEGV, blame);
  ck_assert_msg (feed_folder (target) > 0, "the target %s has no corpus", target->name);
}
END_TEST

/* A folder that no target reads is a target that was forgotten. */
START_TEST (every_corpus_has_its_target)
{
  const char *srcdir = g_getenv ("srcdir") != NULL ? g_getenv ("srcdir") : ".";
  g_autofree char *corpora = g_build_filename (srcdir, "tests", "fuzz", "corpus", NULL);
  g_autoptr (GDir) dir = g_dir_open (corpora, 0, NULL);
  const char *name;

  ck_assert_ptr_nonnull (dir);
  while ((name = g_dir_read_name (dir)) != NULL)
    {
      gboolean known = FALSE;

      for (guint i = 0; i < fuzz_n_targets; i++)
        known = known || strcmp (fuzz_targets[i].name, name) == 0;
      ck_assert_msg (known, "nothing reads tests/fuzz/corpus/%s", name);
    }
}
END_TEST

int
main (void)
{
  Suite *suite = suite_create ("fuzz-corpora");
  TCase *cases = tcase_create ("all");
  SRunner *runner = srunner_create (suite);
  int failed;

  tcase_set_timeout (cases, 120);
  tcase_add_loop_test (cases, a_target_survives_its_corpus, 0, (int) fuzz_n_targets);
  tcase_add_test (cases, every_corpus_has_its_target);
  suite_add_tcase (suite, cases);
  srunner_run_all (runner, CK_ENV);
  failed = srunner_ntests_failed (runner);
  srunner_free (runner);
  return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
