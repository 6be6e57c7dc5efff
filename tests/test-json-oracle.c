/* SPDX-License-Identifier: Apache-2.0 */
/* Every JSON document that Drydock writes or was recorded for it, read by json-glib too.
 *
 * Both readings must be the same, and so must json-glib's reading of what our writer makes of the
 * document. Then the documents are seeds: mutated at random, none may be accepted by our reader
 * alone, and what json-glib makes of a mutant we must be able to read. tests/json-oracle.h says
 * where json-glib itself is wrong. */
#include "config.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "base/random.h"
#include "json-documents.h"
#include "json-oracle.h"

static guint counts[N_SOURCES];
static GHashTable *seen; /* texts that were compared; a poll has the same answer again and again */
static GPtrArray *seeds; /* of GString: short documents; NULL: nobody wants any */
static GPtrArray *scenarios; /* of paths */

#define LONGEST_MADE_PRETTY 4000
#define LONGEST_SEED 1600
#define MOST_SEEDS_OF_A_SOURCE 40
#define MUTANTS 20000
#define DRAWN_VALUES 2000

/* ---- one document ---- */

static const DdJsonLimits roomy = { .max_bytes = 64 * 1024 * 1024 };

static void
check_same (const char *text, gsize length, const DdValue *ours, OracleManner manner,
            const char *what)
{
  g_autoptr (JsonNode) theirs = oracle_read (text, length);
  g_autoptr (GString) where = g_string_new (NULL);

  ck_assert_msg (theirs != NULL, "%s: json-glib refuses %s", what, text);
  ck_assert_msg (oracle_same (theirs, ours, manner, where), "%s: json-glib reads %s otherwise: %s",
                 what, where->str, text);
}

static void
check_written (char *written, const DdValue *ours, const char *what)
{
  gsize length = strlen (written);
  g_autoptr (DdValue) again = dd_value_parse (written, length, &roomy, NULL);

  check_same (written, length, ours, ORACLE_WRITTEN, what);
  ck_assert_msg (dd_value_equal (again, ours), "%s: we read otherwise what we wrote: %s", what,
                 written);
  g_free (written);
}

/* What is our own compact text was read already, which is most of what is long. */
static void
check_writers (const char *text, gsize length, const DdValue *ours, const char *what)
{
  g_autofree char *compact = dd_value_to_text (ours);

  if (strcmp (compact, text) != 0)
    check_written (g_steal_pointer (&compact), ours, what);
  if (length <= LONGEST_MADE_PRETTY)
    check_written (dd_value_to_pretty_text (ours), ours, what);
}

static void
compare_document (JsonSource source, const char *text, gsize length)
{
  const char *what = json_source_names[source];
  g_autoptr (GError) error = NULL;
  g_autoptr (DdValue) ours = NULL;

  counts[source]++;
  if (!g_hash_table_add (seen, g_strndup (text, length)))
    return;
  ours = dd_value_parse (text, length, &roomy, &error);
  ck_assert_msg (ours != NULL, "%s: %s: %s", what, error != NULL ? error->message : "", text);
  check_same (text, length, ours, ORACLE_READ, what);
  if (source != TRACE) /* thousands of lines that are alike */
    check_writers (text, length, ours, what);
}

/* ---- every document ---- */

START_TEST (recorded_documents_mean_the_same_to_json_glib)
{
  json_golden_documents ();
  ck_assert_uint_ge (counts[GOLDEN], 3);
  json_golden_exchanges ();
  ck_assert_uint_ge (counts[GOLDEN], 200);
}
END_TEST

START_TEST (what_a_rehearsal_writes_means_the_same_to_json_glib)
{
  guint64 events = json_rehearsal (g_ptr_array_index (scenarios, _i));

  ck_assert_uint_eq (counts[TRACE], events);
  ck_assert_uint_ge (counts[TRACE], 10);
  ck_assert_uint_eq (counts[REPORT], 1);
  ck_assert_uint_eq (counts[RECORD], 2);
  ck_assert_uint_ge (counts[KUBERNETES], 1);
  ck_assert_uint_ge (counts[AWS], 1);
}
END_TEST

START_TEST (what_a_served_world_answers_means_the_same_to_json_glib)
{
  json_served_world ();
  ck_assert_uint_ge (counts[CONTROL], 14);
  ck_assert_uint_ge (counts[AWS], 14);
  ck_assert_uint_ge (counts[KUBERNETES], 100);
}
END_TEST

/* ---- what was drawn ---- */

static DdValue *draw_value (DdRandom *random, guint depth);

/* Any character but NUL, mostly of one byte. */
static void
draw_character (DdRandom *random, GString *text)
{
  static const guint64 bounds[] = { 0x7f, 0x7f, 0x7f, 0x7ff, 0xffff, 0x10ffff };
  static const gunichar odd[] = { 0x1f, 0x7f, 0x2028, 0x2029, 0xd7ff, 0xe000, 0xfffe, '"', '\\' };
  guint64 bound = bounds[dd_random_below (random, G_N_ELEMENTS (bounds))];
  gunichar code = (gunichar) (1 + dd_random_below (random, bound));

  if (dd_random_below (random, 8) == 0)
    code = odd[dd_random_below (random, G_N_ELEMENTS (odd))];
  g_string_append_unichar (text, code >= 0xd800 && code < 0xe000 ? '/' : code);
}

static char *
draw_text (DdRandom *random)
{
  GString *text = g_string_new (NULL);

  for (guint64 left = dd_random_below (random, 12); left > 0; left--)
    draw_character (random, text);
  return g_string_free (text, FALSE);
}

static DdValue *
draw_integer (DdRandom *random)
{
  static const gint64 ends[] = { G_MAXINT64, G_MININT64, G_MAXINT64 - 1, G_MININT64 + 1, 0, -1 };

  if (dd_random_below (random, 4) == 0)
    return dd_int (ends[dd_random_below (random, G_N_ELEMENTS (ends))]);
  return dd_int ((gint64) dd_random_next (random) >> dd_random_below (random, 64));
}

/* Any bits, if they are a number, or a decimal fraction. */
static DdValue *
draw_double (DdRandom *random)
{
  guint64 bits = dd_random_next (random);
  double number;

  memcpy (&number, &bits, sizeof number);
  if (!isfinite (number) || dd_random_below (random, 2) == 0)
    number = (double) dd_random_between (random, -1000000, 1000000) / 1000;
  return dd_double (number);
}

static DdValue *
draw_array (DdRandom *random, guint depth)
{
  DdBuilder array = dd_builder_array ();

  for (guint64 left = dd_random_below (random, 5); left > 0; left--)
    dd_builder_add (&array, draw_value (random, depth + 1));
  return dd_builder_end (&array);
}

static DdValue *
draw_object (DdRandom *random, guint depth)
{
  DdBuilder object = dd_builder_object ();

  for (guint64 left = dd_random_below (random, 5); left > 0; left--)
    {
      g_autofree char *key = draw_text (random);

      dd_builder_set (&object, key, draw_value (random, depth + 1));
    }
  return dd_builder_end (&object);
}

static DdValue *
draw_value (DdRandom *random, guint depth)
{
  switch (dd_random_below (random, depth < 6 ? 8 : 5))
    {
    case 0:
      return dd_null ();
    case 1:
      return dd_bool (dd_random_below (random, 2) == 0);
    case 2:
      return draw_integer (random);
    case 3:
      return draw_double (random);
    case 4:
      return dd_string_take (draw_text (random));
    case 5:
      return draw_array (random, depth);
    default:
      return draw_object (random, depth);
    }
}

START_TEST (whatever_we_write_means_the_same_to_json_glib)
{
  g_autoptr (DdRandom) random = dd_random_new (20260101);

  for (guint i = 0; i < DRAWN_VALUES; i++)
    {
      g_autoptr (DdValue) value = draw_value (random, 0);

      check_written (dd_value_to_text (value), value, "drawn");
      check_written (dd_value_to_pretty_text (value), value, "drawn");
    }
}
END_TEST

/* ---- mutants ---- */

/* What a reader of JSON may stumble over. */
static const char *const fragments[] = {
  "{",
  "}",
  "[",
  "]",
  ",",
  ":",
  "\"",
  "\\",
  "/",
  " ",
  "\n",
  "\t",
  "-",
  "+",
  ".",
  "e",
  "E",
  "0",
  "'",
  "\\\"",
  "\\\\",
  "\\/",
  "\\b",
  "\\f",
  "\\n",
  "\\r",
  "\\t",
  "\\u0001",
  "\\u0000",
  "\\u00e9",
  "\\u2028",
  "\\uFFFF",
  "\\ud83d\\udea2",
  "\\uD83D\\uDEA2",
  "\\ud83d",
  "\\udea2",
  "\\u12",
  "\\x41",
  "\\ud83d\\u0041",
  "\xc3\xa9",
  "\xf0\x9f\x9a\xa2",
  "\xe2\x80\xa8",
  "\xef\xbb\xbf",
  "\xff",
  "\xc0\x80",
  "\xed\xa0\x80",
  "\x7f",
  "\x01",
  "\v",
  "\f",
  "null",
  "true",
  "false",
  "nul",
  "True",
  "NaN",
  "Infinity",
  "\"\":0,",
  "\"a\":{},",
  "[],",
  "{},",
  "[[]],",
  "1,",
  "//",
  "/* */",
  "#",
  ";",
  "=",
};

static const char *const numbers[] = {
  "0",
  "-0",
  "00",
  "01",
  "-",
  "1.",
  ".5",
  "1.5",
  "-1.5",
  "0.0",
  "-0.0",
  "1e5",
  "1E5",
  "1E+5",
  "1e-5",
  "0e0",
  "1e",
  "1e+",
  "1e400",
  "-1e400",
  "1e-400",
  "4.9e-324",
  "2.2250738585072011e-308",
  "1.7976931348623157e308",
  "0.1",
  "9007199254740993",
  "9223372036854775807",
  "9223372036854775808",
  "-9223372036854775808",
  "-9223372036854775809",
  "18446744073709551615",
  "18446744073709551616",
  "99999999999999999999999999",
  "0x10",
  "1_0",
  "2.0",
  "100000000000000000000.0",
};

static gsize
place_in (const GString *text, DdRandom *random)
{
  return dd_random_below (random, text->len + 1);
}

/* A short run of TEXT from its place on. */
static gsize
run_from (const GString *text, gsize place, DdRandom *random)
{
  gsize length = dd_random_below (random, 12);

  return MIN (length, text->len - place);
}

static void
flip_bit (GString *text, DdRandom *random)
{
  gsize place = place_in (text, random);

  if (place < text->len)
    text->str[place] = (char) (text->str[place] ^ (1 << dd_random_below (random, 8)));
}

static void
cut_off (GString *text, DdRandom *random)
{
  g_string_truncate (text, place_in (text, random));
}

static void
insert_fragment (GString *text, DdRandom *random)
{
  g_string_insert (text, (gssize) place_in (text, random),
                   fragments[dd_random_below (random, G_N_ELEMENTS (fragments))]);
}

/* The first digits behind a place become another number. */
static void
change_number (GString *text, DdRandom *random)
{
  gsize place = place_in (text, random);
  gsize length = 0;

  while (place < text->len && !g_ascii_isdigit (text->str[place]))
    place++;
  while (g_ascii_isdigit (text->str[place + length]))
    length++;
  g_string_erase (text, (gssize) place, (gssize) length);
  g_string_insert (text, (gssize) place, numbers[dd_random_below (random, G_N_ELEMENTS (numbers))]);
}

static void
drop_run (GString *text, DdRandom *random)
{
  gsize place = place_in (text, random);

  g_string_erase (text, (gssize) place, (gssize) run_from (text, place, random));
}

static void
copy_run (GString *text, DdRandom *random)
{
  gsize place = place_in (text, random);
  g_autofree char *run = g_strndup (text->str + place, run_from (text, place, random));

  g_string_insert (text, (gssize) place_in (text, random), run);
}

static void
swap_bytes (GString *text, DdRandom *random)
{
  gsize one = place_in (text, random);
  gsize other = place_in (text, random);
  char byte = text->str[one];

  if (one == text->len || other == text->len)
    return;
  text->str[one] = text->str[other];
  text->str[other] = byte;
}

/* A part of another document. */
static void
graft (GString *text, DdRandom *random)
{
  const GString *other = seeds->pdata[dd_random_below (random, seeds->len)];
  gsize place = place_in (other, random);
  gsize length = dd_random_below (random, other->len - place + 1);

  g_string_insert_len (text, (gssize) place_in (text, random), other->str + place, (gssize) length);
}

/* Around our limit of 64; json-glib survives 10,000 and dies of 100,000. */
static void
nest (GString *text, DdRandom *random)
{
  gboolean arrays = dd_random_below (random, 2) == 0;
  guint64 levels = dd_random_below (random, dd_random_below (random, 4) == 0 ? 1000 : 70);
  guint64 closed = dd_random_below (random, 4) == 0 ? levels / 2 : levels;

  for (guint64 i = 0; i < levels; i++)
    g_string_prepend (text, arrays ? "[" : "{\"a\":");
  for (guint64 i = 0; i < closed; i++)
    g_string_append_c (text, arrays ? ']' : '}');
}

static void (*const mutations[]) (GString *text, DdRandom *random)
    = { flip_bit, cut_off,  insert_fragment, insert_fragment, change_number, change_number,
        drop_run, copy_run, swap_bytes,      graft,           nest };

static GString *
mutant_new (DdRandom *random)
{
  const GString *seed = seeds->pdata[dd_random_below (random, seeds->len)];
  GString *text = g_string_new_len (seed->str, (gssize) seed->len);

  for (guint64 left = 1 + dd_random_below (random, 2); left > 0; left--)
    mutations[dd_random_below (random, G_N_ELEMENTS (mutations))](text, random);
  return text;
}

static void
free_seed (gpointer seed)
{
  g_string_free (seed, TRUE);
}

static void
keep_seed (JsonSource source, const char *text, gsize length)
{
  if (length <= LONGEST_SEED && counts[source]++ < MOST_SEEDS_OF_A_SOURCE)
    g_ptr_array_add (seeds, g_string_new_len (text, (gssize) length));
}

static void
gather_seeds (void)
{
  memset (counts, 0, sizeof counts);
  seeds = g_ptr_array_new_with_free_func (free_seed);
  json_documents_go_to (keep_seed);
  json_golden_exchanges ();
  for (guint i = 0; i < scenarios->len; i++)
    if (g_str_has_suffix (scenarios->pdata[i], "/nothing-to-do.yaml")
        || g_str_has_suffix (scenarios->pdata[i], "/minimal-one-node.yaml"))
      json_rehearsal (scenarios->pdata[i]);
  json_served_world ();
}

static void
drop_seeds (void)
{
  g_clear_pointer (&seeds, g_ptr_array_unref);
}

/* TRUE when we take the mutant; then json-glib takes it too and reads the same. */
static gboolean
check_acceptance (const GString *mutant)
{
  g_autoptr (DdValue) ours = dd_value_parse (mutant->str, mutant->len, NULL, NULL);

  if (ours != NULL && oracle_can_read (mutant->str))
    check_same (mutant->str, mutant->len, ours, ORACLE_READ, "mutant");
  return ours != NULL;
}

START_TEST (no_mutant_is_accepted_by_our_reader_alone)
{
  g_autoptr (DdRandom) random = dd_random_new (1);
  guint accepted = 0;

  for (guint i = 0; i < N_SOURCES; i++)
    ck_assert_msg (counts[i] > 0, "no seed is from %s", json_source_names[i]);
  for (guint i = 0; i < MUTANTS; i++)
    {
      GString *mutant = mutant_new (random);

      accepted += check_acceptance (mutant);
      g_string_free (mutant, TRUE);
    }
  ck_assert_uint_ge (accepted, MUTANTS / 10);
  ck_assert_uint_le (accepted, MUTANTS - MUTANTS / 10);
}
END_TEST

/* TRUE when json-glib takes the mutant and can write it; then we can read what it wrote. */
static gboolean
check_rewriting (const GString *mutant)
{
  g_autoptr (JsonNode) theirs = oracle_read (mutant->str, mutant->len);
  g_autofree char *written = theirs != NULL ? json_to_string (theirs, FALSE) : NULL;
  const DdJsonLimits deep = { .max_depth = 4096 };
  g_autoptr (GError) error = NULL;
  g_autoptr (DdValue) ours = NULL;
  g_autoptr (GString) where = g_string_new (NULL);

  if (written == NULL || !oracle_can_write (written))
    return FALSE;
  ours = dd_value_parse (written, strlen (written), &deep, &error);
  ck_assert_msg (ours != NULL, "%s: %s", error != NULL ? error->message : "", written);
  ck_assert_msg (oracle_same (theirs, ours, ORACLE_READ, where),
                 "we read %s otherwise than json-glib wrote it: %s", where->str, written);
  return TRUE;
}

START_TEST (what_json_glib_writes_of_a_mutant_means_the_same_to_us)
{
  g_autoptr (DdRandom) random = dd_random_new (2);
  guint rewritten = 0;

  for (guint i = 0; i < MUTANTS / 2; i++)
    {
      GString *mutant = mutant_new (random);

      rewritten += check_rewriting (mutant);
      g_string_free (mutant, TRUE);
    }
  ck_assert_uint_ge (rewritten, MUTANTS / 20);
}
END_TEST

/* What is left out of the comparison is no more than what json-glib gets wrong. */
START_TEST (only_lonely_surrogates_are_not_asked_of_json_glib)
{
  static const struct
  {
    const char *text;
    gboolean asked;
  } rows[] = {
    { "\"\\ud83d\\udea2\"", TRUE },    { "\"\\u00e9\\uffff\"", TRUE },
    { "\"\\\\ud83d\"", TRUE },         { "\"\\\\\\ud83d\"", FALSE },
    { "\"\\ud83d\"", FALSE },          { "\"\\uDEA2\\ud83d\"", FALSE },
    { "\"\\ud83d\\u0041\"", FALSE },   { "\"\\\\ud83d\\udea2\"", FALSE },
    { "\"\\ud83d\\\\udea2\"", FALSE },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (DdValue) ours = dd_value_parse (rows[i].text, strlen (rows[i].text), NULL, NULL);

      ck_assert_msg (oracle_can_read (rows[i].text) == rows[i].asked, "%s", rows[i].text);
      ck_assert_ptr_nonnull (ours);
    }
}
END_TEST

START_TEST (integers_that_json_glib_cannot_hold_are_doubles)
{
  g_autoptr (GString) text
      = g_string_new ("[9223372036854775808,-9223372036854775809,18446744073709551616]");
  g_autoptr (DdValue) ours = dd_value_parse (text->str, text->len, NULL, NULL);
  g_autofree char *written = dd_value_to_text (ours);

  ck_assert_str_eq (written,
                    "[9.223372036854776e+18,-9.223372036854776e+18,1.8446744073709552e+19]");
  ck_assert (check_acceptance (text));
}
END_TEST

static void
compare_documents (void)
{
  memset (counts, 0, sizeof counts);
  seen = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  json_documents_go_to (compare_document);
}

static void
forget_documents (void)
{
  g_clear_pointer (&seen, g_hash_table_unref);
}

static Suite *
make_suite (void)
{
  Suite *suite = suite_create ("json-oracle");
  TCase *documents = tcase_create ("documents");
  TCase *mutants = tcase_create ("mutants");

  tcase_set_timeout (documents, 120);
  tcase_add_checked_fixture (documents, compare_documents, forget_documents);
  tcase_add_test (documents, recorded_documents_mean_the_same_to_json_glib);
  tcase_add_loop_test (documents, what_a_rehearsal_writes_means_the_same_to_json_glib, 0,
                       (int) scenarios->len);
  tcase_add_test (documents, what_a_served_world_answers_means_the_same_to_json_glib);
  tcase_add_test (documents, whatever_we_write_means_the_same_to_json_glib);
  tcase_add_test (documents, only_lonely_surrogates_are_not_asked_of_json_glib);
  tcase_add_test (documents, integers_that_json_glib_cannot_hold_are_doubles);
  suite_add_tcase (suite, documents);
  tcase_set_timeout (mutants, 120);
  tcase_add_checked_fixture (mutants, gather_seeds, drop_seeds);
  tcase_add_test (mutants, no_mutant_is_accepted_by_our_reader_alone);
  tcase_add_test (mutants, what_json_glib_writes_of_a_mutant_means_the_same_to_us);
  suite_add_tcase (suite, mutants);
  return suite;
}

int
main (void)
{
  SRunner *runner;
  int failed;

  scenarios = json_scenarios ();
  runner = srunner_create (make_suite ());
  srunner_run_all (runner, CK_ENV);
  failed = srunner_ntests_failed (runner);
  srunner_free (runner);
  g_ptr_array_unref (scenarios);
  return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
