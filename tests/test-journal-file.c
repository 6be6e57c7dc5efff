/* SPDX-License-Identifier: Apache-2.0 */
/* The journal as a file: whole or not at all, one engine at a time, and whatever is found in its
 * place is left as it is. */
#include "config.h"

#include <check.h>
#include <glib/gstdio.h>
#include <grp.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/error.h"
#include "commands/gate.h"
#include "commands/journal-file.h"
#include "commands/journal-target.h"
#include "commands/lock-file.h"
#include "fake-transport.h"

#define NOW "2026-01-31T09:30:00Z"

static const char target_text[]
    = "{\"api_server\":\"https://shop.example\",\"cluster\":\"shop\",\"nodegroup\":\"blue\","
      "\"knobs\":{\"drain_budget\":\"15m\",\"wave\":\"batch\"}}";

static const char update_text[]
    = "{\"schema\":1,\"cluster\":\"shop\",\"nodegroup\":\"blue\",\"group\":\"eks-blue-1\","
      "\"release\":\"1.30.0-20240703\",\"image\":\"ami-1\",\"phase\":3,"
      "\"size\":{\"min\":1,\"max\":4,\"desired\":3},\"template_version\":\"1\",\"former_number\":1,"
      "\"pointed_back\":false,\"token\":\"t\",\"target_version\":2,\"repointed\":true,\"growth\":3,"
      "\"ready\":3,\"ready_floor\":-1,\"desired\":6,\"parallelism\":1,\"instances\":[\"i-1\"],"
      "\"nodes\":[\"n1\"],\"planned\":[\"n1\"],\"marked\":{\"n1\":1},\"protected\":false}";

static char *directory, *path;
static DdValue *target, *update;
static guint troubles;

static DdValue *
parse (const char *text)
{
  g_autoptr (GError) error = NULL;
  DdValue *value = dd_value_parse (text, strlen (text), NULL, &error);

  ck_assert_msg (value != NULL, "%s: %s", text, error != NULL ? error->message : "");
  return value;
}

static void
setup (void)
{
  directory = g_dir_make_tmp ("drydock-journal-XXXXXX", NULL);
  path = g_build_filename (directory, "blue.json", NULL);
  target = parse (target_text);
  update = parse (update_text);
  troubles = 0;
}

static void
remove_folder (const char *folder)
{
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  const char *name;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *inside = g_build_filename (folder, name, NULL);

      if (g_file_test (inside, G_FILE_TEST_IS_DIR) && !g_file_test (inside, G_FILE_TEST_IS_SYMLINK))
        remove_folder (inside);
      else
        g_unlink (inside);
    }
  g_rmdir (folder);
}

static void
teardown (void)
{
  remove_folder (directory);
  g_clear_pointer (&directory, g_free);
  g_clear_pointer (&path, g_free);
  g_clear_pointer (&target, dd_value_unref);
  g_clear_pointer (&update, dd_value_unref);
}

static DdJournalFile *
open_as (const char *place, const DdValue *asked, GError **error)
{
  DdJournalFileOptions options = { .path = place, .target = asked, .now = NOW };

  return dd_journal_file_open (&options, error);
}

static DdJournalFile *
open_well (void)
{
  g_autoptr (GError) error = NULL;
  DdJournalFile *journal = open_as (path, target, &error);

  ck_assert_msg (journal != NULL, "%s", error != NULL ? error->message : "no error");
  return journal;
}

static void
note_trouble (const GError *trouble, gpointer data)
{
  ck_assert_ptr_nonnull (strstr (trouble->message, (const char *) data));
  troubles++;
}

static void
record (DdJournalFile *journal, const DdValue *document)
{
  DdJournal *interface = dd_journal_file_interface (journal, note_trouble, "");

  interface->klass->record (interface, document);
  ck_assert_uint_eq (troubles, 0);
}

static void
leave_unfinished (void)
{
  g_autoptr (DdJournalFile) journal = open_well ();

  record (journal, update);
}

static char *
contents (const char *place)
{
  char *text = NULL;

  ck_assert (g_file_get_contents (place, &text, NULL, NULL));
  return text;
}

static void
put (const char *place, const char *text, gssize length)
{
  gsize size = length < 0 ? strlen (text) : (gsize) length;
  FILE *file = fopen (place, "w");

  ck_assert_ptr_nonnull (file);
  ck_assert_uint_eq (fwrite (text, 1, size, file), size);
  ck_assert_int_eq (fclose (file), 0);
}

static mode_t
mode_of (const char *place)
{
  struct stat status;

  ck_assert_int_eq (stat (place, &status), 0);
  return status.st_mode & 07777;
}

/* Opening fails with CODE, says each of the NULL-terminated WORDS, and leaves the file as it is. */
static void
refuses (const DdValue *asked, DdError code, const char *const *words)
{
  g_autofree char *before = contents (path);
  g_autofree char *after = NULL;
  g_autoptr (GError) error = NULL;
  DdJournalFile *journal = open_as (path, asked, &error);

  ck_assert_msg (journal == NULL, "taken: %s", before);
  ck_assert_msg (g_error_matches (error, DD_ERROR, (int) code), "%s", error->message);
  for (guint i = 0; words[i] != NULL; i++)
    ck_assert_msg (strstr (error->message, words[i]) != NULL, "%s: no \"%s\"", error->message,
                   words[i]);
  after = contents (path);
  ck_assert_str_eq (before, after);
}

#define WORDS(...) ((const char *const[]) { __VA_ARGS__, NULL })

/* ---- its life ---- */

START_TEST (what_is_recorded_is_there_for_the_next_one)
{
  g_autoptr (DdJournalFile) journal = NULL;

  leave_unfinished ();
  journal = open_well ();

  ck_assert (dd_value_equal (dd_journal_file_unfinished (journal), update));
  ck_assert (dd_value_equal (dd_journal_file_target (journal), target));
  ck_assert_int_eq (mode_of (path), 0600);
}
END_TEST

START_TEST (a_later_record_replaces_the_former)
{
  g_autoptr (DdValue) later = dd_value_with_path (update, "phase", dd_int (4));
  g_autoptr (DdJournalFile) journal = open_well ();

  record (journal, update);
  record (journal, later);
  dd_journal_file_free (g_steal_pointer (&journal));
  journal = open_well ();

  ck_assert (dd_value_equal (dd_journal_file_unfinished (journal), later));
}
END_TEST

START_TEST (nothing_stays_of_an_update_that_is_over)
{
  g_autoptr (DdJournalFile) journal = open_well ();
  g_autoptr (GError) error = NULL;

  record (journal, update);
  ck_assert (dd_journal_file_finish (journal, &error));
  ck_assert_ptr_null (dd_journal_file_unfinished (journal));
  dd_journal_file_free (g_steal_pointer (&journal));

  ck_assert_int_eq (g_rmdir (directory), 0); /* it is empty */
}
END_TEST

START_TEST (a_group_has_its_own_place_in_the_state_folder)
{
  g_autofree char *folder = g_build_filename (g_get_user_state_dir (), "drydock", NULL);
  g_autoptr (DdJournalFile) journal = open_as (NULL, target, NULL);
  g_autofree char *prefix = g_build_filename (folder, "shop-blue-", NULL);

  ck_assert_ptr_nonnull (journal);
  ck_assert_msg (g_str_has_prefix (dd_journal_file_path (journal), prefix), "%s is not %s...",
                 dd_journal_file_path (journal), prefix);
  ck_assert_int_eq (mode_of (folder), 0700);
}
END_TEST

START_TEST (groups_that_differ_in_anything_have_different_files)
{
  static const char *const others[][2] = {
    { "api_server", "https://other.example" },
    { "cluster", "shop2" },
    { "nodegroup", "blu/e" },
    { "nodegroup", "../../../etc/blue" },
    { "cluster", "shop\nblue" },
  };
  g_autofree char *mine = dd_journal_target_file_name (target);
  g_autoptr (DdValue) own
      = parse ("{\"api_server\":\"https://shop.example\",\"cluster\":\"shop\",\"asg\":\"blue\"}");
  g_autofree char *of_own = dd_journal_target_file_name (own);

  ck_assert_str_ne (mine, of_own);
  for (guint i = 0; i < G_N_ELEMENTS (others); i++)
    {
      g_autoptr (DdValue) other
          = dd_value_with_path (target, others[i][0], dd_string (others[i][1]));
      g_autofree char *name = dd_journal_target_file_name (other);

      ck_assert_str_ne (mine, name);
      ck_assert_ptr_null (strchr (name, '/'));
      ck_assert_ptr_null (strchr (name, '\n'));
    }
}
END_TEST

/* ---- one at a time ---- */

START_TEST (another_process_is_told_who_is_at_work)
{
  g_autofree char *mine
      = g_strdup_printf ("process %d on host %s, since " NOW, (int) getpid (), g_get_host_name ());
  g_autoptr (DdJournalFile) journal = open_well ();
  pid_t child;
  int status;

  record (journal, update);
  child = fork ();
  if (child == 0)
    {
      refuses (target, DD_ERROR_REFUSED, WORDS (mine, "Nothing was changed"));
      _exit (0);
    }
  ck_assert_int_eq (waitpid (child, &status, 0), child);
  ck_assert_int_eq (status, 0);
}
END_TEST

START_TEST (a_process_that_is_killed_holds_nothing)
{
  g_autoptr (DdJournalFile) journal = NULL;
  g_autoptr (GError) error = NULL;
  int ready[2], status;
  pid_t child;
  char byte;

  ck_assert_int_eq (pipe (ready), 0);
  child = fork ();
  if (child == 0)
    {
      record (open_well (), update);
      _exit (write (ready[1], "1", 1) == 1 && pause () == 0);
    }
  ck_assert_int_eq (read (ready[0], &byte, 1), 1);
  ck_assert_ptr_null (open_as (path, target, &error));
  ck_assert (g_error_matches (error, DD_ERROR, DD_ERROR_REFUSED));
  kill (child, SIGKILL);
  waitpid (child, &status, 0);
  journal = open_well ();

  ck_assert (dd_value_equal (dd_journal_file_unfinished (journal), update));
}
END_TEST

START_TEST (a_lock_whose_file_was_taken_away_is_not_taken_from_another)
{
  g_autofree char *name = g_strconcat (path, ".lock", NULL);
  g_autoptr (DdLockFile) first = dd_lock_file_take (name, NOW, NULL);
  g_autoptr (DdLockFile) second = NULL;

  ck_assert_ptr_nonnull (first);
  g_unlink (name);
  second = dd_lock_file_take (name, NOW, NULL);
  ck_assert_ptr_nonnull (second);
  dd_lock_file_free (g_steal_pointer (&first));

  ck_assert (g_file_test (name, G_FILE_TEST_EXISTS));
  ck_assert_ptr_null (dd_lock_file_take (name, NOW, NULL));
}
END_TEST

START_TEST (looking_makes_nothing_and_keeps_nobody_out)
{
  g_autofree char *folder = g_build_filename (directory, "none", NULL);
  g_autofree char *place = g_build_filename (folder, "blue.json", NULL);
  DdJournalFileOptions options = { .path = place, .target = target, .look_only = TRUE };
  g_autoptr (DdJournalFile) looked = dd_journal_file_open (&options, NULL);
  g_autoptr (DdJournalFile) at_work = NULL;
  g_autoptr (DdJournalFile) again = NULL;

  ck_assert_ptr_nonnull (looked);
  ck_assert_ptr_null (dd_journal_file_unfinished (looked));
  ck_assert (!g_file_test (folder, G_FILE_TEST_EXISTS));
  at_work = open_well ();
  options.path = path;
  again = dd_journal_file_open (&options, NULL);
  ck_assert_ptr_nonnull (again);
  ck_assert_ptr_nonnull (strstr (dd_journal_file_holder (again), "since " NOW));
}
END_TEST

/* ---- what is found ---- */

START_TEST (half_a_journal_is_none_and_stays)
{
  g_autofree char *whole = NULL;
  gsize length;

  leave_unfinished ();
  whole = contents (path);
  length = strlen (whole);
  ck_assert_int_eq (whole[length - 1], '\n');
  for (gsize cut = 0; cut < length - 1; cut++)
    {
      put (path, whole, (gssize) cut);
      refuses (target, DD_ERROR_INVALID, WORDS (path, "--abandon"));
    }
}
END_TEST

START_TEST (what_no_engine_writes_is_named)
{
  static const struct
  {
    const char *member, *value, *word;
  } bad[] = {
    { "drydock_journal", "2", "another version" },
    { "drydock_journal", "\"1\"", "no journal" },
    { "target", "[]", "target" },
    { "target.cluster", "7", "no cluster" },
    { "target.asg", "\"blue\"", "no group" },
    { "target.knobs", "null", "knobs" },
    { "update", "null", "update" },
    { "update.schema", "2", "another version" },
    { "update.schema", "\"1\"", "schema" },
    { "update.phase", "99", "phase" },
    { "update.phase", "-1", "phase" },
    { "update.phase", "3.5", "phase" },
    { "update.size", "3", "size" },
    { "update.size.desired", "-3", "desired" },
    { "update.size.max", "9223372036854775807", "max" },
    { "update.release", "null", "release" },
    { "update.instances", "{}", "instances" },
    { "update.nodes", "[7]", "nodes" },
    { "update.planned", "[null]", "planned" },
    { "update.marked", "[]", "marked" },
    { "update.marked", "{\"n1\":\"all\"}", "marked" },
    { "update.marked", "{\"n1\":4096}", "marked" },
    { "update.parallelism", "0", "parallelism" },
    { "update.protected", "1", "protected" },
    { "update.target_version", "4294967296", "target_version" },
    { "update.failure", "\"yes\"", "failure" },
    { "update.failure", "{}", "code" },
  };
  g_autoptr (DdValue) good = NULL;
  g_autofree char *whole = NULL;

  leave_unfinished ();
  whole = contents (path);
  good = parse (whole);
  for (guint i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      g_autoptr (DdValue) broken = dd_value_with_path (good, bad[i].member, parse (bad[i].value));
      g_autofree char *text = dd_value_to_text (broken);

      put (path, text, -1);
      refuses (target, DD_ERROR_INVALID, WORDS (path, bad[i].word));
    }
}
END_TEST

START_TEST (each_member_that_an_engine_needs_is_missed)
{
  for (gsize i = 0; i < dd_value_length (update); i++)
    {
      const char *name = dd_value_key (update, i);
      g_autoptr (DdValue) without = dd_value_with_member (update, name, NULL);
      g_autoptr (GError) error = NULL;

      if (g_str_equal (name, "token"))
        ck_assert (dd_journal_check (without, NULL)); /* until a template version is made */
      else
        ck_assert_msg (!dd_journal_check (without, &error), "%s is not missed", name);
    }
}
END_TEST

START_TEST (an_update_is_settled_when_nothing_waits_to_be_put_back)
{
  static const struct
  {
    gint64 phase; /* DdPhase: setup, scale-up, upgrade, scale-down, roll-back, end */
    gboolean repointed, settled;
  } cases[] = {
    { 1, FALSE, TRUE }, { 1, TRUE, FALSE }, { 2, TRUE, FALSE }, { 3, TRUE, FALSE },
    { 4, TRUE, FALSE }, { 5, TRUE, FALSE }, { 6, TRUE, TRUE },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (DdValue) phase = dd_value_with_path (update, "phase", dd_int (cases[i].phase));
      g_autoptr (DdValue) document
          = dd_value_with_path (phase, "repointed", dd_bool (cases[i].repointed));

      ck_assert_msg (dd_journal_is_settled (document) == cases[i].settled, "case %u", i);
    }
}
END_TEST

START_TEST (what_is_no_regular_file_is_left_alone)
{
  g_autofree char *elsewhere = g_build_filename (directory, "elsewhere", NULL);
  g_autoptr (GError) error = NULL;

  leave_unfinished ();
  ck_assert_int_eq (g_rename (path, elsewhere), 0);
  ck_assert_int_eq (symlink (elsewhere, path), 0);
  refuses (target, DD_ERROR_INVALID, WORDS (path, "no regular file"));
  g_unlink (path);
  ck_assert_int_eq (mkfifo (path, 0600), 0);
  ck_assert_ptr_null (open_as (path, target, &error));
  ck_assert_ptr_nonnull (strstr (error->message, "no regular file"));
}
END_TEST

START_TEST (the_journal_of_another_group_is_not_gone_on_with)
{
  g_autoptr (DdValue) other = dd_value_with_path (target, "cluster", dd_string ("other"));

  leave_unfinished ();
  refuses (other, DD_ERROR_INVALID, WORDS ("node group blue of cluster shop at https://shop"));
}
END_TEST

START_TEST (an_unfinished_update_keeps_its_target)
{
  static const struct
  {
    const char *member, *value; /* what is asked for */
    const char *word;           /* of the refusal; NULL: it is the same */
  } asked[] = {
    { "release", "\"1.30.0-20240703\"", NULL },
    { "release", "\"1.29.0-20240315\"", "--release-version 1.30.0-20240703, and 1.29.0-2024" },
    { "version", "\"1.30\"", NULL },
    { "version", "\"1.3\"", "--kubernetes-version 1.30, and 1.3 was" },
    { "launch_template_version", "\"2\"", "--launch-template-version none, and 2 was" },
    { "image", "\"ami-2\"", "--image-id ami-1, and ami-2 was" },
    { "max_unavailable", "1", NULL },
    { "max_unavailable", "2", "--max-unavailable 1, and 2 was" },
    { "knobs.drain_budget", "\"5m\"", "--knob drain_budget 15m, and 5m was" },
    { "knobs.novel", "\"yes\"", "--knob novel unknown, and yes was" },
  };

  leave_unfinished ();
  for (guint i = 0; i < G_N_ELEMENTS (asked); i++)
    {
      g_autoptr (DdValue) wish
          = dd_value_with_path (target, asked[i].member, parse (asked[i].value));
      g_autoptr (DdJournalFile) journal = NULL;

      if (asked[i].word != NULL)
        refuses (wish, DD_ERROR_REFUSED, WORDS (path, asked[i].word, "--abandon"));
      else
        ck_assert_ptr_nonnull (journal = open_as (path, wish, NULL));
    }
}
END_TEST

START_TEST (what_is_not_said_the_unfinished_update_has_decided)
{
  g_autoptr (DdValue) wish = dd_value_with_path (target, "release", dd_string ("1.30.0-20240703"));
  g_autoptr (DdJournalFile) journal = open_as (path, wish, NULL);

  record (journal, update);
  dd_journal_file_free (g_steal_pointer (&journal));
  journal = open_well ();

  ck_assert (dd_value_equal (dd_journal_file_target (journal), wish));
}
END_TEST

/* ---- giving up ---- */

static char *
begin_anew (void)
{
  DdJournalFileOptions options = { .path = path, .target = target, .now = NOW, .abandon = TRUE };
  g_autoptr (DdJournalFile) journal = dd_journal_file_open (&options, NULL);

  ck_assert_ptr_nonnull (journal);
  ck_assert_ptr_null (dd_journal_file_unfinished (journal));
  record (journal, update);
  return g_strdup (dd_journal_file_set_aside (journal));
}

START_TEST (what_is_abandoned_is_set_aside_as_it_is)
{
  g_autofree char *first = NULL;
  g_autofree char *second = NULL;
  g_autofree char *kept = NULL;

  put (path, "half a jour", -1);
  first = begin_anew ();
  second = begin_anew ();
  kept = contents (first);

  ck_assert_str_eq (kept, "half a jour");
  ck_assert_str_ne (first, second);
  ck_assert (g_file_test (second, G_FILE_TEST_EXISTS));
}
END_TEST

START_TEST (nothing_is_set_aside_before_a_new_update_begins)
{
  DdJournalFileOptions options = { .path = path, .target = target, .now = NOW, .abandon = TRUE };
  g_autoptr (DdJournalFile) journal = NULL;
  g_autofree char *kept = NULL;

  put (path, "half a jour", -1);
  journal = dd_journal_file_open (&options, NULL);
  kept = contents (path);

  ck_assert_str_eq (kept, "half a jour");
}
END_TEST

/* ---- no room ---- */

/* BODY in a process of its own, which must end well. */
static void
apart (void (*body) (void))
{
  int status;
  pid_t child = fork ();

  if (child == 0)
    {
      body ();
      _exit (0);
    }
  ck_assert_int_eq (waitpid (child, &status, 0), child);
  ck_assert_int_eq (status, 0);
}

static void
fill_up (void)
{
  const struct rlimit small = { 512, 512 };
  g_autoptr (DdValue) later = dd_value_with_path (update, "phase", dd_int (4));
  g_autoptr (DdJournalFile) journal = open_well ();
  DdJournal *interface = dd_journal_file_interface (journal, note_trouble,
                                                    (gpointer) g_strerror (EFBIG));

  interface->klass->record (interface, update);
  ck_assert_uint_eq (troubles, 0);
  signal (SIGXFSZ, SIG_IGN);
  ck_assert_int_eq (setrlimit (RLIMIT_FSIZE, &small), 0);
  interface->klass->record (interface, later);
  interface->klass->record (interface, later);
  ck_assert_uint_eq (troubles, 1);
  ck_assert (dd_value_equal (dd_journal_file_unfinished (journal), update));
}

START_TEST (a_full_disk_is_told_once_and_loses_nothing)
{
  g_autofree char *beside = g_strconcat (path, ".new", NULL);
  g_autoptr (DdJournalFile) journal = NULL;

  apart (fill_up);
  journal = open_well ();

  ck_assert (dd_value_equal (dd_journal_file_unfinished (journal), update));
  ck_assert (!g_file_test (beside, G_FILE_TEST_EXISTS));
}
END_TEST

static void
try_as_nobody (void)
{
  g_autoptr (GError) error = NULL;

  if (geteuid () == 0)
    ck_assert (setgroups (0, NULL) == 0 && setgid (65534) == 0 && setuid (65534) == 0);
  ck_assert_ptr_null (open_as (path, target, &error));
  ck_assert_msg (g_error_matches (error, DD_ERROR, DD_ERROR_INVALID), "%s", error->message);
  ck_assert_ptr_nonnull (strstr (error->message, path));
  ck_assert_ptr_nonnull (strstr (error->message, g_strerror (EACCES)));
}

START_TEST (a_folder_that_takes_no_files_is_named)
{
  ck_assert_int_eq (chmod (directory, 0555), 0);
  apart (try_as_nobody);
  ck_assert_int_eq (chmod (directory, 0700), 0);
}
END_TEST

START_TEST (a_state_folder_that_cannot_be_made_is_named)
{
  g_autofree char *taken = g_build_filename (g_get_user_state_dir (), "drydock", NULL);
  g_autoptr (GError) error = NULL;

  remove_folder (taken);
  g_mkdir_with_parents (g_get_user_state_dir (), 0700);
  put (taken, "a file", -1);
  ck_assert_ptr_null (open_as (NULL, target, &error));
  ck_assert_ptr_nonnull (strstr (error->message, taken));
  ck_assert_ptr_nonnull (strstr (error->message, "--journal"));
  g_unlink (taken);
}
END_TEST

/* ---- the gate ---- */

static DdReply *
answer (const DdRequest *request, gpointer data)
{
  (void) request;
  (void) data;
  return dd_reply_new (200, NULL, NULL);
}

static void
count_reply (const DdReply *reply, gpointer data)
{
  ck_assert_uint_eq (reply->status, 200);
  ++*(guint *) data;
}

START_TEST (a_closed_gate_lets_nothing_out_and_what_is_out_come_back)
{
  FakeClock *clock = fake_clock_new ();
  FakeTransport *wire = fake_transport_new (clock, answer, NULL);
  DdGate *gate = dd_gate_new (fake_transport_interface (wire));
  DdTransport *way = dd_gate_interface (gate);
  guint replies = 0;
  guint64 late;

  dd_transport_send (way, dd_request_new ("eks", "GET", "/"), count_reply, &replies);
  dd_gate_close (gate);
  late = dd_transport_send (way, dd_request_new ("eks", "GET", "/"), count_reply, &replies);
  while (fake_clock_step (clock))
    ;
  dd_transport_cancel (way, late);

  ck_assert_uint_ne (late, 0);
  ck_assert_uint_eq (fake_transport_sent (wire), 1);
  ck_assert_uint_eq (replies, 1);
  dd_gate_free (gate);
  fake_transport_free (wire);
  fake_clock_free (clock);
}
END_TEST

static Suite *
suite_journal_file (void)
{
  Suite *suite = suite_create ("journal-file");
  TCase *tests = tcase_create ("a file");

  tcase_set_timeout (tests, 60); /* each write waits for the disk */
  tcase_add_checked_fixture (tests, setup, teardown);
  tcase_add_test (tests, what_is_recorded_is_there_for_the_next_one);
  tcase_add_test (tests, a_later_record_replaces_the_former);
  tcase_add_test (tests, nothing_stays_of_an_update_that_is_over);
  tcase_add_test (tests, a_group_has_its_own_place_in_the_state_folder);
  tcase_add_test (tests, groups_that_differ_in_anything_have_different_files);
  tcase_add_test (tests, another_process_is_told_who_is_at_work);
  tcase_add_test (tests, a_process_that_is_killed_holds_nothing);
  tcase_add_test (tests, a_lock_whose_file_was_taken_away_is_not_taken_from_another);
  tcase_add_test (tests, looking_makes_nothing_and_keeps_nobody_out);
  tcase_add_test (tests, half_a_journal_is_none_and_stays);
  tcase_add_test (tests, what_no_engine_writes_is_named);
  tcase_add_test (tests, each_member_that_an_engine_needs_is_missed);
  tcase_add_test (tests, an_update_is_settled_when_nothing_waits_to_be_put_back);
  tcase_add_test (tests, what_is_no_regular_file_is_left_alone);
  tcase_add_test (tests, the_journal_of_another_group_is_not_gone_on_with);
  tcase_add_test (tests, an_unfinished_update_keeps_its_target);
  tcase_add_test (tests, what_is_not_said_the_unfinished_update_has_decided);
  tcase_add_test (tests, what_is_abandoned_is_set_aside_as_it_is);
  tcase_add_test (tests, nothing_is_set_aside_before_a_new_update_begins);
  tcase_add_test (tests, a_full_disk_is_told_once_and_loses_nothing);
  tcase_add_test (tests, a_folder_that_takes_no_files_is_named);
  tcase_add_test (tests, a_state_folder_that_cannot_be_made_is_named);
  tcase_add_test (tests, a_closed_gate_lets_nothing_out_and_what_is_out_come_back);
  suite_add_tcase (suite, tests);
  return suite;
}

int
main (void)
{
  g_autofree char *state = g_dir_make_tmp ("drydock-state-XXXXXX", NULL);
  SRunner *runner;
  int failed;

  g_setenv ("XDG_STATE_HOME", state, TRUE);
  runner = srunner_create (suite_journal_file ());
  srunner_run_all (runner, CK_ENV);
  failed = srunner_ntests_failed (runner);
  srunner_free (runner);
  remove_folder (state);
  return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
