/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include <check.h>
#include <string.h>

#include "base/error.h"
#include "base/value.h"

static DdValue *
parse (const char *text)
{
  g_autoptr (GError) error = NULL;
  DdValue *value = dd_value_parse (text, strlen (text), NULL, &error);

  ck_assert_msg (value != NULL, "%s: %s", text, error ? error->message : "");
  return value;
}

static void
assert_text (const DdValue *value, const char *expected)
{
  g_autofree char *text = dd_value_to_text (value);

  ck_assert_str_eq (text, expected);
}

START_TEST (text_survives_a_round_trip)
{
  static const char *const texts[] = {
    "null",
    "true",
    "false",
    "0",
    "-1",
    "9223372036854775807",
    "-9223372036854775808",
    "0.1",
    "-0.0",
    "1.5e+300",
    "\"\"",
    "\"a\\\"b\\\\c\\n\\t\\u0001\"",
    "\"\xc3\xa9\xf0\x9f\x9a\xa2\"",
    "[]",
    "{}",
    "[1,[2,[3]],{}]",
    "{\"b\":1,\"a\":{\"c\":[null]}}",
    "\"\\u2028<>&\"",
  };

  for (guint i = 0; i < G_N_ELEMENTS (texts); i++)
    {
      g_autoptr (DdValue) value = parse (texts[i]);

      assert_text (value, texts[i]);
    }
}
END_TEST

START_TEST (what_is_not_there_is_an_error)
{
  g_autoptr (GBytes) empty = g_bytes_new (NULL, 0);
  g_autoptr (GError) error = NULL;

  ck_assert_ptr_null (dd_value_parse_bytes (empty, &error));
  ck_assert_str_eq (error->message, "JSON: byte 0: the text ends where a value was expected");
  g_clear_error (&error);
  ck_assert_ptr_null (dd_value_parse_bytes (NULL, &error));
  ck_assert_str_eq (error->message, "JSON: byte 0: the text ends where a value was expected");
}
END_TEST

START_TEST (white_space_and_escapes_are_read)
{
  g_autoptr (DdValue) value
      = parse (" { \"a\\u0041\" :\t[ 1 ,\n2.50, \"\\ud83d\\udea2\\ud800\" ] } ");

  assert_text (value, "{\"aA\":[1,2.5,\"\xf0\x9f\x9a\xa2\xef\xbf\xbd\"]}");
}
END_TEST

START_TEST (malformed_text_is_refused_with_its_place)
{
  static const struct
  {
    const char *text;
    const char *message;
  } cases[] = {
    { "", "JSON: byte 0: the text ends where a value was expected" },
    { "{", "JSON: byte 1: expected a key in double quotes" },
    { "{\"a\"}", "JSON: byte 4: expected ':' after an object key" },
    { "{\"a\":1,}", "JSON: byte 7: expected a key in double quotes" },
    { "{\"a\":1 \"b\":2}", "JSON: byte 7: expected ',' or '}' after an object member" },
    { "{\"a\":1,\"b\":{\"a\":1,\"a\":2}}", "JSON: byte 23: duplicate key \"a\"" },
    { "[1,]", "JSON: byte 3: expected a value" },
    { "[1 2]", "JSON: byte 3: expected ',' or ']' after an array element" },
    { "01", "JSON: byte 1: text after the end of the value" },
    { "1.", "JSON: byte 2: malformed number" },
    { "-", "JSON: byte 1: malformed number" },
    { "+1", "JSON: byte 0: expected a value" },
    { "1e999", "JSON: byte 5: the number is too large" },
    { "nul", "JSON: byte 0: expected a value" },
    { "'a'", "JSON: byte 0: expected a value" },
    { "/* c */ 1", "JSON: byte 0: expected a value" },
    { "\"abc", "JSON: byte 4: the text ends within a string" },
    { "\"a\\", "JSON: byte 3: the text ends within a string" },
    { "\"a\\x\"", "JSON: byte 3: unknown escape in a string" },
    { "\"a\nb\"", "JSON: byte 2: a control character in a string must be escaped" },
    { "\"\\u12g4\"", "JSON: byte 3: expected four hexadecimal digits after \\u" },
    { "\"\\u0000\"", "JSON: byte 7: a NUL character in a string is not accepted" },
    { "\"\xff\"", "JSON: byte 1: not valid UTF-8" },
    { "[[1,{\"a\":[\"x\",", "JSON: byte 14: the text ends where a value was expected" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GError) error = NULL;
      DdValue *value = dd_value_parse (cases[i].text, strlen (cases[i].text), NULL, &error);

      ck_assert_msg (value == NULL, "%s was accepted", cases[i].text);
      ck_assert (g_error_matches (error, DD_ERROR, DD_ERROR_INVALID));
      ck_assert_str_eq (error->message, cases[i].message);
    }
}
END_TEST

START_TEST (deep_and_long_text_is_refused)
{
  g_autofree char *deep = g_strnfill (200000, '[');
  g_autofree char *nested = g_strdup_printf ("%.*s1%.*s", 64, deep, 64,
                                             "]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]"
                                             "]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]");
  g_autoptr (GError) error = NULL;
  g_autoptr (DdValue) value = NULL;
  DdJsonLimits tight = { .max_bytes = 4 };

  ck_assert (dd_value_parse (deep, 200000, NULL, &error) == NULL);
  ck_assert_str_eq (error->message, "JSON: byte 64: nested too deeply");
  g_clear_error (&error);
  value = dd_value_parse (nested, strlen (nested), NULL, &error);
  ck_assert (value != NULL);
  ck_assert (dd_value_parse ("12345", 5, &tight, &error) == NULL);
  ck_assert_str_eq (error->message, "JSON: 5 bytes are more than the 4 allowed");
}
END_TEST

START_TEST (many_keys_are_read_and_found_in_linear_time)
{
  g_autoptr (GString) text = g_string_new ("{");
  g_autoptr (DdValue) value = NULL;
  g_autoptr (DdValue) changed = NULL;

  for (guint i = 0; i < 100000; i++)
    g_string_append_printf (text, "%s\"key%u\":%u", i > 0 ? "," : "", i, i);
  g_string_append_c (text, '}');
  value = parse (text->str);
  ck_assert_uint_eq (dd_value_length (value), 100000);
  for (guint i = 0; i < 100000; i++)
    {
      g_autofree char *key = g_strdup_printf ("key%u", i);

      ck_assert_int_eq (dd_value_int (dd_value_member (value, key), -1), i);
    }
  ck_assert (dd_value_member (value, "key100000") == NULL);
  changed = dd_value_merge (value, value);
  ck_assert (dd_value_equal (value, changed));
}
END_TEST

START_TEST (duplicates_can_be_allowed_and_are_reported)
{
  const char *text = "{\"spec\":{\"a\":1,\"a\":2},\"x\":0,\"x\":1}";
  DdJsonLimits loose = { .allow_duplicate_keys = TRUE };
  g_autoptr (GPtrArray) paths = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (DdValue) value
      = dd_value_parse_with_duplicates (text, strlen (text), &loose, paths, NULL);

  assert_text (value, "{\"spec\":{\"a\":2},\"x\":1}");
  ck_assert_uint_eq (paths->len, 2);
  ck_assert_str_eq (paths->pdata[0], "spec.a");
  ck_assert_str_eq (paths->pdata[1], "x");
}
END_TEST

START_TEST (paths_lead_to_members_and_elements)
{
  g_autoptr (DdValue) pod
      = parse ("{\"spec\":{\"nodeName\":\"n1\",\"containers\":[{\"name\":\"c\"}],"
               "\"n\":3,\"f\":2.0,\"t\":true},\"metadata\":{\"labels\":"
               "{\"a.b/c\":\"v\"}}}");

  ck_assert_str_eq (dd_value_path_string (pod, "spec.nodeName"), "n1");
  ck_assert_str_eq (dd_value_path_string (pod, "spec.containers.0.name"), "c");
  ck_assert (dd_value_path (pod, "spec.containers.1.name") == NULL);
  ck_assert (dd_value_path (pod, "spec.nodeName.x") == NULL);
  ck_assert_str_eq (dd_value_string (dd_value_at (pod, "metadata", "labels", "a.b/c", NULL)), "v");
  ck_assert_int_eq (dd_value_path_int (pod, "spec.n", 0), 3);
  ck_assert_int_eq (dd_value_path_int (pod, "spec.f", 0), 2);
  ck_assert_int_eq (dd_value_path_int (pod, "spec.nodeName", 7), 7);
  ck_assert (dd_value_path_bool (pod, "spec.t", FALSE));
  ck_assert (dd_value_path_string (NULL, "a") == NULL);
}
END_TEST

START_TEST (a_change_shares_what_it_does_not_touch)
{
  g_autoptr (DdValue) before = parse ("{\"a\":{\"b\":1},\"c\":{\"d\":[1,2]}}");
  g_autoptr (DdValue) after = dd_value_with_path (before, "a.b", dd_int (2));
  g_autoptr (DdValue) removed = dd_value_with (after, NULL, "a", "b", NULL);
  g_autoptr (DdValue) made = dd_value_with (removed, dd_string ("x"), "e", "f", "g.h", NULL);
  g_autoptr (DdValue) nothing = dd_value_with_path (before, "x.y", NULL);

  assert_text (before, "{\"a\":{\"b\":1},\"c\":{\"d\":[1,2]}}");
  assert_text (after, "{\"a\":{\"b\":2},\"c\":{\"d\":[1,2]}}");
  assert_text (removed, "{\"a\":{},\"c\":{\"d\":[1,2]}}");
  assert_text (made, "{\"a\":{},\"c\":{\"d\":[1,2]},\"e\":{\"f\":{\"g.h\":\"x\"}}}");
  ck_assert (dd_value_member (before, "c") == dd_value_member (made, "c"));
  ck_assert (dd_value_equal (before, nothing));
}
END_TEST

/* RFC 7386, appendix A. */
START_TEST (merge_patch_follows_the_rfc)
{
  static const char *const cases[][3] = {
    { "{\"a\":\"b\"}", "{\"a\":\"c\"}", "{\"a\":\"c\"}" },
    { "{\"a\":\"b\"}", "{\"b\":\"c\"}", "{\"a\":\"b\",\"b\":\"c\"}" },
    { "{\"a\":\"b\"}", "{\"a\":null}", "{}" },
    { "{\"a\":\"b\",\"b\":\"c\"}", "{\"a\":null}", "{\"b\":\"c\"}" },
    { "{\"a\":[\"b\"]}", "{\"a\":\"c\"}", "{\"a\":\"c\"}" },
    { "{\"a\":\"c\"}", "{\"a\":[\"b\"]}", "{\"a\":[\"b\"]}" },
    { "{\"a\":{\"b\":\"c\"}}", "{\"a\":{\"b\":\"d\",\"c\":null}}", "{\"a\":{\"b\":\"d\"}}" },
    { "{\"a\":[{\"b\":\"c\"}]}", "{\"a\":[1]}", "{\"a\":[1]}" },
    { "[\"a\",\"b\"]", "[\"c\",\"d\"]", "[\"c\",\"d\"]" },
    { "{\"a\":\"b\"}", "[\"c\"]", "[\"c\"]" },
    { "{\"a\":\"foo\"}", "null", "null" },
    { "{\"a\":\"foo\"}", "\"bar\"", "\"bar\"" },
    { "{\"e\":null}", "{\"a\":1}", "{\"e\":null,\"a\":1}" },
    { "[1,2]", "{\"a\":\"b\",\"c\":null}", "{\"a\":\"b\"}" },
    { "{}", "{\"a\":{\"bb\":{\"ccc\":null}}}", "{\"a\":{\"bb\":{}}}" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (DdValue) target = parse (cases[i][0]);
      g_autoptr (DdValue) patch = parse (cases[i][1]);
      g_autoptr (DdValue) result = dd_value_merge (target, patch);

      assert_text (result, cases[i][2]);
    }
}
END_TEST

START_TEST (equality_is_by_value)
{
  g_autoptr (DdValue) a = parse ("{\"a\":1,\"b\":[1.0,\"x\"]}");
  g_autoptr (DdValue) b = parse ("{\"b\":[1,\"x\"],\"a\":1}");
  g_autoptr (DdValue) c = parse ("{\"b\":[1,\"y\"],\"a\":1}");

  ck_assert (dd_value_equal (a, b));
  ck_assert (!dd_value_equal (a, c));
  ck_assert (!dd_value_equal (a, NULL));
  ck_assert (dd_value_equal (NULL, NULL));
}
END_TEST

START_TEST (objects_and_arrays_leave_out_nothing_values)
{
  g_autoptr (DdValue) value = dd_object ("a", dd_int (1), "b", dd_string (NULL), "c",
                                         dd_array (dd_bool (TRUE), dd_null (), NULL), NULL);
  g_autofree char *pretty = dd_value_to_pretty_text (value);

  assert_text (value, "{\"a\":1,\"c\":[true,null]}");
  ck_assert_str_eq (pretty, "{\n  \"a\": 1,\n  \"c\": [\n    true,\n    null\n  ]\n}");
}
END_TEST

START_TEST (a_builder_replaces_a_key_in_place)
{
  g_auto (DdBuilder) builder = dd_builder_object ();
  g_autoptr (DdValue) value = NULL;

  for (int i = 0; i < 100; i++)
    {
      g_autofree char *key = g_strdup_printf ("k%d", i % 50);

      dd_builder_set (&builder, key, dd_int (i));
    }
  value = dd_builder_end (&builder);
  ck_assert_uint_eq (dd_value_length (value), 50);
  ck_assert_str_eq (dd_value_key (value, 7), "k7");
  ck_assert_int_eq (dd_value_int (dd_value_nth (value, 7), 0), 57);
}
END_TEST

/* Keys and words are looked up by where they lie first; memory may be used again. */
START_TEST (other_text_at_a_known_address_is_other_text)
{
  static const char *const texts[] = { "one", "two", "", "one" };
  char buffer[8];

  for (guint i = 0; i < G_N_ELEMENTS (texts); i++)
    {
      g_autoptr (DdValue) object = NULL;
      g_autofree char *expected = g_strdup_printf ("{\"%s\":\"%s\"}", texts[i], texts[i]);

      strcpy (buffer, texts[i]);
      object = dd_object (buffer, dd_word (buffer), NULL);
      assert_text (object, expected);
    }
  ck_assert_ptr_null (dd_word (NULL));
}
END_TEST

START_TEST (a_word_is_one_value_wherever_it_is_said)
{
  const char *literal = "True";
  g_autoptr (DdValue) first = dd_word (literal);
  g_autoptr (DdValue) second = dd_word (literal);

  ck_assert_ptr_eq (first, second);
}
END_TEST

static DdValue *
rebuilt (const DdValue *object, DdValue *first)
{
  g_auto (DdBuilder) builder = dd_builder_object ();

  dd_builder_set (&builder, "a", first);
  dd_builder_set (&builder, "b", dd_value_ref (dd_value_member (object, "b")));
  return dd_builder_end_like (&builder, object);
}

START_TEST (what_is_built_of_the_same_values_is_the_same_value)
{
  g_autoptr (DdValue) object = parse ("{\"a\":[1],\"b\":{\"c\":2}}");
  g_autoptr (DdValue) same = rebuilt (object, dd_value_ref (dd_value_member (object, "a")));
  g_autoptr (DdValue) other = rebuilt (object, dd_array (dd_int (1), NULL));
  g_autoptr (DdValue) shorter = rebuilt (object, NULL);

  ck_assert_ptr_eq (same, object);
  ck_assert_ptr_ne (other, object);
  assert_text (other, "{\"a\":[1],\"b\":{\"c\":2}}");
  assert_text (shorter, "{\"b\":{\"c\":2}}");
}
END_TEST

int
main (void)
{
  Suite *suite = suite_create ("value");
  TCase *tests = tcase_create ("value");
  SRunner *runner = srunner_create (suite);
  int failed;

  suite_add_tcase (suite, tests);
  tcase_add_test (tests, text_survives_a_round_trip);
  tcase_add_test (tests, what_is_not_there_is_an_error);
  tcase_add_test (tests, white_space_and_escapes_are_read);
  tcase_add_test (tests, malformed_text_is_refused_with_its_place);
  tcase_add_test (tests, deep_and_long_text_is_refused);
  tcase_add_test (tests, many_keys_are_read_and_found_in_linear_time);
  tcase_add_test (tests, duplicates_can_be_allowed_and_are_reported);
  tcase_add_test (tests, paths_lead_to_members_and_elements);
  tcase_add_test (tests, a_change_shares_what_it_does_not_touch);
  tcase_add_test (tests, merge_patch_follows_the_rfc);
  tcase_add_test (tests, equality_is_by_value);
  tcase_add_test (tests, objects_and_arrays_leave_out_nothing_values);
  tcase_add_test (tests, a_builder_replaces_a_key_in_place);
  tcase_add_test (tests, other_text_at_a_known_address_is_other_text);
  tcase_add_test (tests, a_word_is_one_value_wherever_it_is_said);
  tcase_add_test (tests, what_is_built_of_the_same_values_is_the_same_value);
  srunner_run_all (runner, CK_NORMAL);
  failed = srunner_ntests_failed (runner);
  srunner_free (runner);
  return failed > 0;
}
