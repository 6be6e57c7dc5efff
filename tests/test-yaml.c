/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include <check.h>
#include <string.h>

#include "base/error.h"
#include "base/yaml.h"
#include "sim/scenario/schema.h"

static DdYamlFile *
parse (const char *text)
{
  g_autoptr (GError) error = NULL;
  DdYamlFile *file = dd_yaml_parse ("t.yaml", text, strlen (text), &error);

  ck_assert_msg (file != NULL, "%s: %s", text, error != NULL ? error->message : "no error set");
  return file;
}

static char *
complaint (const char *text, gsize length)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (DdYamlFile) file = dd_yaml_parse ("t.yaml", text, length, &error);

  ck_assert_msg (file == NULL, "accepted: %.60s", text);
  ck_assert (g_error_matches (error, DD_ERROR, DD_ERROR_INVALID));
  return g_strdup (error->message);
}

static const struct
{
  const char *yaml, *json;
  gboolean warned;
} scalars[] = {
  { "1.30", "1.3", TRUE },
  { "1.5", "1.5", FALSE },
  { "\"1.30\"", "\"1.30\"", FALSE },
  { "yes", "true", TRUE },
  { "off", "false", TRUE },
  { "'no'", "\"no\"", FALSE },
  { "true", "true", FALSE },
  { "~", "null", FALSE },
  { "0x1F", "31", TRUE },
  { "0777", "511", TRUE },
  { "0o17", "15", TRUE },
  { "0", "0", FALSE },
  { "-12", "-12", FALSE },
  { "1_000", "1000", FALSE },
  { "08", "8", FALSE },
  { "1e3", "1000", FALSE },
  { "1.2.3", "\"1.2.3\"", FALSE },
  { "1.30.0-20240703", "\"1.30.0-20240703\"", FALSE },
  { "9223372036854775807", "9223372036854775807", FALSE },
  { "2026-01-05", "\"2026-01-05\"", FALSE },
  { "!!str 12", "\"12\"", FALSE },
  { "yesterday", "\"yesterday\"", FALSE },
};

START_TEST (plain_scalars_are_typed_as_kubectl_types_them)
{
  g_autofree char *text = g_strdup_printf ("v: %s\n", scalars[_i].yaml);
  g_autoptr (DdYamlFile) file = NULL;
  g_autofree char *json = NULL;

  file = parse (text);
  json = dd_value_to_text (
      dd_value_member (((DdYaml *) g_ptr_array_index (file->documents, 0))->value, "v"));
  ck_assert_str_eq (json, scalars[_i].json);
  ck_assert_int_eq (file->warnings->len, scalars[_i].warned);
}
END_TEST

START_TEST (the_classic_version_mistake_is_warned_of)
{
  g_autoptr (DdYamlFile) file = parse ("cluster:\n  version: 1.30\n");

  ck_assert_int_eq (file->warnings->len, 1);
  ck_assert_str_eq (g_ptr_array_index (file->warnings, 0),
                    "t.yaml:2:12: 1.30: unquoted, this is a number and loses its last digits; "
                    "quote it to mean text\n"
                    "    version: 1.30\n"
                    "             ^");
}
END_TEST

START_TEST (keys_are_text_and_every_node_knows_its_place)
{
  g_autoptr (DdYamlFile) file = parse ("on: 1\n12:\n  - a\n  - {b: c}\n");
  const DdYaml *root = g_ptr_array_index (file->documents, 0);
  const DdYaml *c = dd_yaml_member (dd_yaml_element (dd_yaml_member (root, "12"), 1), "b");
  g_autofree char *json = dd_value_to_text (root->value);

  ck_assert_str_eq (json, "{\"on\":1,\"12\":[\"a\",{\"b\":\"c\"}]}");
  ck_assert_int_eq (c->line, 4);
  ck_assert_int_eq (c->column, 9);
  ck_assert_int_eq (dd_yaml_key (root, "12")->line, 2);
}
END_TEST

START_TEST (documents_that_hold_nothing_are_left_out)
{
  g_autoptr (DdYamlFile) file = parse ("---\n# nothing\n---\na: 1\n---\n---\nb: 2\n");

  ck_assert_int_eq (file->documents->len, 2);
}
END_TEST

static const struct
{
  const char *yaml, *start;
} mistakes[] = {
  { "a: 1\nb: 2\na: 3\n", "t.yaml:3:1: duplicate key \"a\", first given in line 1\n  a: 3\n  ^" },
  { "a: &x 1\nb: *x\n", "t.yaml:2:4: aliases (*x) are not supported" },
  { "a:\n  <<: {b: 1}\n", "t.yaml:2:3: merge keys (<<) are not supported" },
  { "a: !!binary aGk=\n", "t.yaml:1:4: tag tag:yaml.org,2002:binary is not supported" },
  { "a: !!map {}\n", "t.yaml:1:4: tag tag:yaml.org,2002:map is not supported" },
  { "? [a]\n: 1\n", "t.yaml:1:3: a key must be a word" },
  { "a: [1\nb: 2\n", "t.yaml:2:2: did not find expected ',' or ']'" },
  { "a: 'x\n", "t.yaml:2:1: " },
  { "a: b: c\n", "t.yaml:1:5: mapping values are not allowed in this context" },
  { "a:\n\tb: 1\n", "t.yaml:2:1: found character that cannot start any token" },
};

START_TEST (mistakes_are_pointed_at)
{
  g_autofree char *message = complaint (mistakes[_i].yaml, strlen (mistakes[_i].yaml));

  ck_assert_msg (g_str_has_prefix (message, mistakes[_i].start), "wanted: %s\nfound: %s",
                 mistakes[_i].start, message);
}
END_TEST

static const char *const secrets[] = {
  "a: SECRET\na: SECRET\n", "a: *SECRET\n", "a: !SECRET b\n",
  "a: !SECRET {}\n",        "a: 'SECRET\n", "a: SECRET: b\n",
};

START_TEST (of_a_secret_text_only_places_and_keys_are_said)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (DdYamlFile) file
      = dd_yaml_parse_secret ("t.yaml", secrets[_i], strlen (secrets[_i]), &error);

  ck_assert_ptr_null (file);
  ck_assert_msg (g_regex_match_simple ("^t\\.yaml:[0-9]+:[0-9]+: ", error->message, 0, 0), "%s",
                 error->message);
  ck_assert_msg (strstr (error->message, "SECRET") == NULL, "%s", error->message);
}
END_TEST

START_TEST (a_secret_text_is_warned_of_without_it)
{
  g_autoptr (DdYamlFile) file = dd_yaml_parse_secret ("t.yaml", "pin: 1.30\n", 10, NULL);

  ck_assert_str_eq (g_ptr_array_index (file->warnings, 0),
                    "t.yaml:1:6: unquoted, this is a number and loses its last digits; "
                    "quote it to mean text");
}
END_TEST

START_TEST (what_is_no_text_is_refused)
{
  g_autofree char *not_utf8 = complaint ("a: \xff\xfe\n", 6);
  g_autofree char *nul = complaint ("a: b\0c\n", 7);
  g_autofree char *escaped_nul = complaint ("a: \"b\\0c\"\n", 10);

  ck_assert_str_eq (not_utf8, "t.yaml: not UTF-8 text (byte 3)");
  ck_assert_ptr_nonnull (strstr (nul, "not UTF-8 text"));
  ck_assert_ptr_nonnull (strstr (escaped_nul, "U+0000"));
}
END_TEST

START_TEST (depth_size_and_keys_have_limits)
{
  g_autofree char *deep = g_strnfill (100000, '[');
  g_autofree char *huge = g_strnfill (DD_YAML_MAX_BYTES + 1, 'a');
  g_autoptr (GString) wide = g_string_new (NULL);
  g_autofree char *deep_message = complaint (deep, strlen (deep));
  g_autofree char *huge_message = complaint (huge, strlen (huge));
  g_autofree char *wide_message = NULL;

  for (guint i = 0; i <= DD_YAML_MAX_KEYS; i++)
    g_string_append_printf (wide, "k%u: 1\n", i);
  wide_message = complaint (wide->str, wide->len);
  ck_assert_ptr_nonnull (strstr (deep_message, "nested deeper than 64 levels"));
  ck_assert_ptr_nonnull (strstr (huge_message, "bytes are more than"));
  ck_assert_ptr_nonnull (strstr (wide_message, "more than 4096 keys in one mapping"));
}
END_TEST

START_TEST (every_truncation_of_a_file_is_answered)
{
  const char *text = "a: [1, {b: 'c', d: \"e\"}]\nf: |\n  g\n---\nh: >-\n  i\n? j\n: k\n";

  for (gsize length = 0; length <= strlen (text); length++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (DdYamlFile) file = dd_yaml_parse ("t", text, length, &error);

      ck_assert_int_eq (file == NULL, error != NULL);
    }
}
END_TEST

/* ---- the schema ---- */

static const SimRow inner_rows[] = {
  { "size", SIM_INTEGER, "how big", .min = 1, .max = 9 },
  { NULL },
};

static const char *const colours[] = { "red", "green", NULL };

static const SimRow rows[] = {
  { "name", SIM_TEXT, "what it is called", .required = TRUE },
  { "colour", SIM_TEXT, "its colour", .values = colours },
  { "wait", SIM_DURATION, "how long" },
  { "parts", SIM_LIST, "of what", .element = SIM_MAPPING, .of = inner_rows },
  { "span", SIM_RANGE, "from and to" },
  { "count", SIM_COUNT, "how many" },
  { "always", SIM_FLAG, "whether" },
  { NULL },
};

static const struct
{
  const char *yaml, *message; /* NULL: accepted */
} checks[] = {
  { "name: a", NULL },
  { "name: 1.30", NULL },
  { "name: a\nwait: 1h30m\nspan: [1s, 2s]\ncount: {min: 1}\nalways:\nparts: [{size: 3}]", NULL },
  { "[a]", "t.yaml:1:1: a thing must be a mapping, not array\n  [a]\n  ^" },
  { "colour: red", "t.yaml:1:1: a thing needs the key \"name\": what it is called" },
  { "name: a\nwiat: 1s",
    "t.yaml:2:1: unknown key \"wiat\" in a thing (did you mean wait?); known are name, colour, "
    "wait, parts, span, count, always\n  wiat: 1s\n  ^" },
  { "name: a\ncolour: gren",
    "t.yaml:2:9: colour cannot be \"gren\" (did you mean green?); it is one of red, green" },
  { "name: a\nwait: 5", "t.yaml:2:7: wait: \"5\" is no duration; write 90s, 15m or 1h30m (the unit "
                        "is missing)" },
  { "name: [a]", "t.yaml:1:7: name must be text, not array" },
  { "name:", "t.yaml:1:6: name must be text, not null" },
  { "name: a\nparts: [{size: 10}]", "t.yaml:2:16: size must be between 1 and 9" },
  { "name: a\nparts: [{sise: 1}]",
    "t.yaml:2:10: unknown key \"sise\" in parts (did you mean size?)" },
  { "name: a\nspan: [2s, 1s]", "t.yaml:2:7: span: the first bound is above the second" },
  { "name: a\ncount: -1", "t.yaml:2:8: count must be a count, or a mapping of min and max" },
  { "name: a\nalways: never", "t.yaml:2:9: always must be left empty (or true)" },
};

START_TEST (the_schema_points_at_what_does_not_fit)
{
  g_autoptr (DdYamlFile) file = parse (checks[_i].yaml);
  g_autoptr (GError) error = NULL;
  gboolean fits
      = sim_schema_check (g_ptr_array_index (file->documents, 0), rows, "a thing", &error);

  if (checks[_i].message == NULL)
    ck_assert_msg (fits, "%s", error != NULL ? error->message : "");
  else
    ck_assert_msg (!fits && g_str_has_prefix (error->message, checks[_i].message),
                   "wanted: %s\nfound: %s", checks[_i].message,
                   error != NULL ? error->message : "it was accepted");
}
END_TEST

START_TEST (a_suggestion_is_near_or_is_not_made)
{
  const char *const words[] = { "expect", "steps", "world", NULL };

  ck_assert_str_eq (sim_closest_word ("expcet", words), "expect");
  ck_assert_str_eq (sim_closest_word ("step", words), "steps");
  ck_assert_ptr_null (sim_closest_word ("banana", words));
}
END_TEST

int
main (void)
{
  Suite *suite = suite_create ("yaml");
  TCase *tcase = tcase_create ("yaml");
  SRunner *runner = srunner_create (suite);
  int failed;

  tcase_add_loop_test (tcase, plain_scalars_are_typed_as_kubectl_types_them, 0,
                       G_N_ELEMENTS (scalars));
  tcase_add_test (tcase, the_classic_version_mistake_is_warned_of);
  tcase_add_test (tcase, keys_are_text_and_every_node_knows_its_place);
  tcase_add_test (tcase, documents_that_hold_nothing_are_left_out);
  tcase_add_loop_test (tcase, mistakes_are_pointed_at, 0, G_N_ELEMENTS (mistakes));
  tcase_add_loop_test (tcase, of_a_secret_text_only_places_and_keys_are_said, 0,
                       G_N_ELEMENTS (secrets));
  tcase_add_test (tcase, a_secret_text_is_warned_of_without_it);
  tcase_add_test (tcase, what_is_no_text_is_refused);
  tcase_add_test (tcase, depth_size_and_keys_have_limits);
  tcase_add_test (tcase, every_truncation_of_a_file_is_answered);
  tcase_add_loop_test (tcase, the_schema_points_at_what_does_not_fit, 0, G_N_ELEMENTS (checks));
  tcase_add_test (tcase, a_suggestion_is_near_or_is_not_made);
  suite_add_tcase (suite, tcase);
  srunner_run_all (runner, CK_NORMAL);
  failed = srunner_ntests_failed (runner);
  srunner_free (runner);
  return failed == 0 ? 0 : 1;
}
