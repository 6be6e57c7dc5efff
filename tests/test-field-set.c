/* SPDX-License-Identifier: Apache-2.0 */
/* Sets of fields, and objects taken apart by their tables. What has a recorded answer behind it was
 * written by a real server. */
#include "config.h"

#include <string.h>

#include "kube-ask.h"
#include "sim/kube/apply/typed.h"

static char *
text_of_set (const DdValue *set)
{
  g_autoptr (DdValue) written = kube_field_set_write (set);

  return dd_value_to_text (written);
}

static DdValue *
set_of (const char *text)
{
  g_autoptr (DdValue) fields = json ("%s", text);
  g_autoptr (GError) error = NULL;
  DdValue *set = NULL;

  ck_assert_msg (kube_field_set_read (fields, &set, &error), "%s: %s", text,
                 error != NULL ? error->message : "");
  return set;
}

/* ---- reading ---- */

static const struct
{
  const char *fields, *canonical;
} readings[] = {
  { "{}", "{}" },
  { "{\".\":{}}", "{}" },
  { "{\"f:b\":{},\"f:a\":{}}", "{\"f:a\":{},\"f:b\":{}}" },
  { "{\"f:a\":{\".\":{}}}", "{\"f:a\":{}}" },
  { "{\"f:a\":{\"f:b\":{},\".\":{}}}", "{\"f:a\":{\".\":{},\"f:b\":{}}}" },
  { "{\"k:{\\\"protocol\\\":\\\"TCP\\\",\\\"port\\\":80}\":{}}",
    "{\"k:{\\\"port\\\":80,\\\"protocol\\\":\\\"TCP\\\"}\":{}}" },
  { "{\"k:{\\\"port\\\":80}\":{},\"k:{\\\"port\\\":9}\":{}}",
    "{\"k:{\\\"port\\\":9}\":{},\"k:{\\\"port\\\":80}\":{}}" },
  { "{\"i:10\":{},\"i:9\":{},\"v:true\":{},\"v:\\\"b\\\"\":{},\"v:\\\"a\\\"\":{},\"v:2.5\":{},"
    "\"v:2\":{},\"k:{\\\"a\\\":1}\":{},\"f:x\":{}}",
    "{\"f:x\":{},\"k:{\\\"a\\\":1}\":{},\"v:2\":{},\"v:2.5\":{},\"v:\\\"a\\\"\":{},"
    "\"v:\\\"b\\\"\":{},\"v:true\":{},\"i:9\":{},\"i:10\":{}}" },
  { "{\"q:later\":{\"f:x\":{}},\"f:a\":{\"q:later\":{}}}", "{\"f:a\":{}}" },
};

START_TEST (what_a_client_sends_is_put_into_canonical_form)
{
  g_autoptr (DdValue) set = set_of (readings[_i].fields);
  g_autofree char *text = text_of_set (set);

  ck_assert_str_eq (text, readings[_i].canonical);
}
END_TEST

static const char *const unreadable[] = {
  "[]",
  "{\"f:a\":1}",
  "{\"a\":{}}",
  "{\"\":{}}",
  "{\"fa:\":{}}",
  "{\"k:[1]\":{}}",
  "{\"k:{\":{}}",
  "{\"v:\":{}}",
  "{\"i:x\":{}}",
  "{\"i:\\\"1\\\"\":{}}",
  "{\"f:a\":{\"f:b\":null}}",
};

START_TEST (what_is_no_set_is_refused)
{
  g_autoptr (DdValue) fields = json ("%s", unreadable[_i]);
  g_autoptr (GError) error = NULL;
  DdValue *set = NULL;

  ck_assert_msg (!kube_field_set_read (fields, &set, &error), "%s", unreadable[_i]);
  ck_assert_ptr_nonnull (error);
  ck_assert_ptr_null (set);
}
END_TEST

/* ---- the algebra ---- */

typedef DdValue *(*Combine) (const DdValue *a, const DdValue *b);

static const struct
{
  Combine combine;
  const char *a, *b, *result;
} combinations[] = {
  { kube_field_set_union, "{\"f:b\":{}}", "{\"f:a\":{}}", "{\"f:a\":{},\"f:b\":{}}" },
  { kube_field_set_union, "{\"f:a\":{}}", "{\"f:a\":{\"f:b\":{}}}",
    "{\"f:a\":{\".\":{},\"f:b\":{}}}" },
  { kube_field_set_union, "{}", "{\"f:a\":{}}", "{\"f:a\":{}}" },
  { kube_field_set_intersection, "{\"f:a\":{\".\":{},\"f:b\":{}}}", "{\"f:a\":{\"f:b\":{}}}",
    "{\"f:a\":{\"f:b\":{}}}" },
  { kube_field_set_intersection, "{\"f:a\":{\"f:b\":{}}}", "{\"f:a\":{}}", "{}" },
  { kube_field_set_difference, "{\"f:a\":{\".\":{},\"f:b\":{}}}", "{\"f:a\":{}}",
    "{\"f:a\":{\"f:b\":{}}}" },
  { kube_field_set_difference, "{\"f:a\":{\".\":{},\"f:b\":{}}}", "{\"f:a\":{\"f:b\":{}}}",
    "{\"f:a\":{}}" },
  { kube_field_set_difference, "{\"f:a\":{}}", "{\"f:a\":{}}", "{}" },
  { kube_field_set_without, "{\"f:a\":{\".\":{},\"f:b\":{}},\"f:c\":{}}", "{\"f:a\":{}}",
    "{\"f:c\":{}}" },
  { kube_field_set_without, "{\"f:a\":{\"f:b\":{},\"f:c\":{}}}", "{\"f:a\":{\"f:b\":{}}}",
    "{\"f:a\":{\"f:c\":{}}}" },
};

START_TEST (sets_are_combined_member_by_member)
{
  g_autoptr (DdValue) a = set_of (combinations[_i].a);
  g_autoptr (DdValue) b = set_of (combinations[_i].b);
  g_autoptr (DdValue) result = combinations[_i].combine (a, b);
  g_autofree char *text = text_of_set (result);

  ck_assert_str_eq (text, combinations[_i].result);
}
END_TEST

START_TEST (a_path_is_a_set_of_one)
{
  g_autoptr (DdValue) set = kube_field_set_path ("metadata", "labels", NULL);
  g_autofree char *text = text_of_set (set);

  ck_assert_str_eq (text, "{\"f:metadata\":{\"f:labels\":{}}}");
}
END_TEST

START_TEST (members_are_told_as_paths_with_the_shallow_ones_first)
{
  g_autoptr (DdValue) set
      = set_of ("{\"f:spec\":{\"f:a\":{\"k:{\\\"name\\\":\\\"c\\\",\\\"port\\\":80}\":{\".\":{},"
                "\"f:image\":{}}},\"f:z\":{}},\"f:l\":{\"v:\\\"x\\\"\":{},\"i:3\":{}}}");
  g_autoptr (GPtrArray) paths = kube_field_set_paths (set);
  g_autofree char *text = NULL;

  g_ptr_array_add (paths, NULL);
  text = g_strjoinv (" ", (char **) paths->pdata);
  ck_assert_str_eq (text, ".l[=\"x\"] .l[3] .spec.z .spec.a[name=\"c\",port=80] "
                          ".spec.a[name=\"c\",port=80].image");
}
END_TEST

/* ---- objects ---- */

static const KubeKind *
kind_named (const char *name)
{
  return kind (strcmp (name, "Pod") == 0 || strcmp (name, "Service") == 0 ? "v1" : "apps/v1", name);
}

/* The Deployment's was recorded. */
static const struct
{
  const char *kind, *object, *fields;
} owners[] = {
  { "Deployment",
    "{\"spec\":{\"replicas\":1,\"selector\":{\"matchLabels\":{\"a\":\"b\"}},\"template\":{"
    "\"metadata\":{\"labels\":{\"a\":\"b\"}},\"spec\":{\"containers\":[{\"name\":\"c\",\"image\":"
    "\"i\",\"ports\":[{\"containerPort\":80}],\"env\":[{\"name\":\"E\",\"value\":\"1\"}]}]}}}}",
    "{\"f:spec\":{\"f:replicas\":{},\"f:selector\":{},\"f:template\":{\"f:metadata\":{\"f:labels\":"
    "{\"f:a\":{}}},\"f:spec\":{\"f:containers\":{\"k:{\\\"name\\\":\\\"c\\\"}\":{\".\":{},"
    "\"f:env\":{\"k:{\\\"name\\\":\\\"E\\\"}\":{\".\":{},\"f:name\":{},\"f:value\":{}}},"
    "\"f:image\":{},\"f:name\":{},\"f:ports\":{\"k:{\\\"containerPort\\\":80,\\\"protocol\\\":"
    "\\\"TCP\\\"}\":{\".\":{},\"f:containerPort\":{}}}}}}}}}" },
  { "Pod",
    "{\"metadata\":{\"finalizers\":[\"b\",\"a\"],\"ownerReferences\":[{\"uid\":\"u\",\"name\":"
    "\"n\"}]},\"spec\":{\"tolerations\":[{\"key\":\"k\"}],\"nodeSelector\":{\"a\":\"b\"},"
    "\"volumes\":[{\"name\":\"v\",\"emptyDir\":{}}],\"securityContext\":{}}}",
    "{\"f:metadata\":{\"f:finalizers\":{\"v:\\\"a\\\"\":{},\"v:\\\"b\\\"\":{}},"
    "\"f:ownerReferences\":{\"k:{\\\"uid\\\":\\\"u\\\"}\":{}}},\"f:spec\":{\"f:nodeSelector\":{},"
    "\"f:securityContext\":{},\"f:tolerations\":{},\"f:volumes\":{\"k:{\\\"name\\\":\\\"v\\\"}\":{"
    "\".\":{},\"f:emptyDir\":{},\"f:name\":{}}}}}" },
  { "Service",
    "{\"spec\":{\"selector\":{\"a\":\"b\"},\"ports\":[{\"port\":80},{\"port\":80,\"protocol\":"
    "\"UDP\"}]}}",
    "{\"f:spec\":{\"f:ports\":{\"k:{\\\"port\\\":80,\\\"protocol\\\":\\\"TCP\\\"}\":{\".\":{},"
    "\"f:port\":{}},\"k:{\\\"port\\\":80,\\\"protocol\\\":\\\"UDP\\\"}\":{\".\":{},\"f:port\":{},"
    "\"f:protocol\":{}}},\"f:selector\":{}}}" },
};

START_TEST (the_fields_of_a_manifest_follow_from_its_table)
{
  g_autoptr (DdValue) object = json ("%s", owners[_i].object);
  g_autoptr (DdValue) fields = kube_typed_fields (kind_named (owners[_i].kind), object);
  g_autofree char *text = text_of_set (fields);

  ck_assert (kube_typed_check (kind_named (owners[_i].kind), object, NULL));
  ck_assert_str_eq (text, owners[_i].fields);
}
END_TEST

static const struct
{
  const char *object, *problem;
} misfits[] = {
  { "{\"nope\":1}", ".nope: field not declared in schema" },
  { "{\"spec\":{\"nodeName\":1}}",
    ".spec.nodeName: expected string, got &value.valueUnstructured{Value:1}" },
  { "{\"spec\":{\"priority\":\"x\"}}",
    ".spec.priority: expected numeric (int or float), got string" },
  { "{\"spec\":{\"hostNetwork\":\"x\"}}", ".spec.hostNetwork: expected boolean, got &{x}" },
  { "{\"spec\":{\"containers\":\"x\"}}", ".spec.containers: expected list, got &{x}" },
  { "{\"spec\":{\"affinity\":3}}", ".spec.affinity: expected map, got &{3}" },
  { "{\"spec\":{\"containers\":[{\"image\":\"i\"}]}}",
    ".spec.containers[0]: associative list with keys has an element that omits key field \"name\" "
    "(and doesn't have default value)" },
  { "{\"spec\":{\"containers\":[{\"name\":\"c\"},{\"name\":\"c\"}]}}",
    ".spec.containers: duplicate entries for key [name=\"c\"]" },
  { "{\"spec\":{\"tolerations\":[{\"key\":\"k\",\"nope\":1}]}}",
    ".spec.tolerations[0].nope: field not declared in schema" },
  { "{\"a\":1,\"spec\":{\"containers\":[{\"name\":\"c\",\"b\":2}]}}",
    "errors:\n  .a: field not declared in schema\n  .spec.containers[name=\"c\"].b: field not "
    "declared in schema" },
};

START_TEST (what_does_not_fit_the_table_is_refused_in_the_servers_words)
{
  g_autoptr (DdValue) object = json ("%s", misfits[_i].object);
  g_autoptr (GError) error = NULL;

  ck_assert (!kube_typed_check (kind_named ("Pod"), object, &error));
  ck_assert_str_eq (error->message, misfits[_i].problem);
}
END_TEST

static const struct
{
  const char *before, *after, *added, *modified, *removed;
} changes[] = {
  { "{}", "{\"metadata\":{\"labels\":{\"a\":\"b\"}}}",
    "{\"f:metadata\":{\".\":{},\"f:labels\":{\".\":{},\"f:a\":{}}}}", "{}", "{}" },
  { "{\"metadata\":{}}", "{\"metadata\":{\"labels\":{}}}", "{\"f:metadata\":{\"f:labels\":{}}}",
    "{}", "{}" },
  { "{\"spec\":{\"containers\":[{\"name\":\"a\",\"image\":\"1\"},{\"name\":\"b\"}]}}",
    "{\"spec\":{\"containers\":[{\"name\":\"c\"},{\"name\":\"a\",\"image\":\"2\"}]}}",
    "{\"f:spec\":{\"f:containers\":{\"k:{\\\"name\\\":\\\"c\\\"}\":{\".\":{},\"f:name\":{}}}}}",
    "{\"f:spec\":{\"f:containers\":{\"k:{\\\"name\\\":\\\"a\\\"}\":{\"f:image\":{}}}}}",
    "{\"f:spec\":{\"f:containers\":{\"k:{\\\"name\\\":\\\"b\\\"}\":{\".\":{},\"f:name\":{}}}}}" },
  { "{\"spec\":{\"nodeSelector\":{\"a\":\"1\"}}}", "{\"spec\":{\"nodeSelector\":{\"b\":\"1\"}}}",
    "{}", "{\"f:spec\":{\"f:nodeSelector\":{}}}", "{}" },
  { "{\"status\":{\"hostIPs\":[{\"ip\":\"1\"}],\"podIPs\":[{\"ip\":\"1\"}]}}",
    "{\"status\":{\"hostIPs\":[{\"ip\":\"2\"}],\"podIPs\":[{\"ip\":\"1\"}]}}", "{}",
    "{\"f:status\":{\"f:hostIPs\":{}}}", "{}" },
  { "{\"spec\":{\"priority\":1}}", "{\"spec\":{\"priority\":1}}", "{}", "{}", "{}" },
};

START_TEST (two_objects_differ_in_fields)
{
  g_autoptr (DdValue) before = json ("%s", changes[_i].before);
  g_autoptr (DdValue) after = json ("%s", changes[_i].after);
  g_auto (KubeComparison) difference = { 0 };
  g_autofree char *added = NULL;
  g_autofree char *modified = NULL;
  g_autofree char *removed = NULL;

  kube_typed_compare (kind_named ("Pod"), before, after, &difference);
  added = text_of_set (difference.added);
  modified = text_of_set (difference.modified);
  removed = text_of_set (difference.removed);
  ck_assert_str_eq (added, changes[_i].added);
  ck_assert_str_eq (modified, changes[_i].modified);
  ck_assert_str_eq (removed, changes[_i].removed);
}
END_TEST

/* ---- laying over ---- */

/* Containers by name: what is live, what is applied, what comes of it. */
static const struct
{
  const char *live, *applied, *merged;
} orders[] = {
  { "a b c", "b", "a b c" },
  { "a b c", "c a", "b c a" },
  { "a b c x", "c a", "b c x a" },
  { "a b c", "n c a", "b n c a" },
  { "", "a b", "a b" },
  { "a b", "c", "a b c" },
  { "a x b y c z", "a b c", "a x b y c z" },
  { "a", "c a d", "c a d" },
  { "a b", "b a", "b a" },
};

static DdValue *
pod_of (const char *names)
{
  g_auto (GStrv) words = g_strsplit (names, " ", -1);
  g_auto (DdBuilder) containers = dd_builder_array ();

  for (guint i = 0; words[i] != NULL && words[i][0] != '\0'; i++)
    dd_builder_add (&containers, dd_object ("name", dd_string (words[i]), NULL));
  return dd_object ("spec", dd_object ("containers", dd_builder_end (&containers), NULL), NULL);
}

START_TEST (items_stand_as_they_are_applied_and_the_others_among_them)
{
  g_autoptr (DdValue) live = pod_of (orders[_i].live);
  g_autoptr (DdValue) applied = pod_of (orders[_i].applied);
  g_autoptr (DdValue) wanted = pod_of (orders[_i].merged);
  g_autoptr (DdValue) merged = kube_typed_merge (kind_named ("Pod"), live, applied);
  g_autofree char *text = dd_value_to_text (merged);

  ck_assert_msg (dd_value_equal (merged, wanted), "%s", text);
}
END_TEST

START_TEST (what_is_applied_is_laid_over_field_by_field_and_atomic_parts_whole)
{
  g_autoptr (DdValue) live
      = json ("{\"spec\":{\"containers\":[{\"name\":\"c\",\"image\":\"1\",\"env\":[{\"name\":\"A\","
              "\"value\":\"1\"}]}],\"nodeSelector\":{\"a\":\"1\"},\"priority\":3}}");
  g_autoptr (DdValue) applied
      = json ("{\"spec\":{\"containers\":[{\"name\":\"c\",\"env\":[{\"name\":\"B\",\"value\":\"2\"}"
              "]}],\"nodeSelector\":{\"b\":\"2\"}}}");
  g_autoptr (DdValue) wanted
      = json ("{\"spec\":{\"containers\":[{\"name\":\"c\",\"image\":\"1\",\"env\":[{\"name\":\"A\","
              "\"value\":\"1\"},{\"name\":\"B\",\"value\":\"2\"}]}],\"nodeSelector\":{\"b\":\"2\"},"
              "\"priority\":3}}");
  g_autoptr (DdValue) merged = kube_typed_merge (kind_named ("Pod"), live, applied);
  g_autofree char *text = dd_value_to_text (merged);

  ck_assert_msg (dd_value_equal (merged, wanted), "%s", text);
}
END_TEST

START_TEST (fields_are_removed_with_the_shells_around_them)
{
  g_autoptr (DdValue) object = json (
      "{\"metadata\":{\"labels\":{\"a\":\"1\"},\"name\":\"n\"},\"spec\":{\"containers\":[{"
      "\"name\":\"c\",\"image\":\"1\"},{\"name\":\"d\"}],\"securityContext\":{\"runAsUser\":"
      "1}}}");
  g_autoptr (DdValue) set
      = set_of ("{\"f:metadata\":{\"f:labels\":{\"f:a\":{}}},\"f:spec\":{\"f:containers\":{\"k:{"
                "\\\"name\\\":\\\"c\\\"}\":{\"f:image\":{}},\"k:{\\\"name\\\":\\\"d\\\"}\":{}},"
                "\"f:securityContext\":{\"f:runAsUser\":{}}}}");
  g_autoptr (DdValue) wanted
      = json ("{\"metadata\":{\"name\":\"n\"},\"spec\":{\"containers\":[{\"name\":\"c\"}]}}");
  g_autoptr (DdValue) left = kube_typed_remove (kind_named ("Pod"), object, set);
  g_autoptr (DdValue) parents = kube_typed_with_parents (kind_named ("Pod"), set);
  g_autofree char *text = dd_value_to_text (left);
  g_autofree char *named = text_of_set (parents);

  ck_assert_msg (dd_value_equal (left, wanted), "%s", text);
  ck_assert_str_eq (
      named, "{\"f:metadata\":{\".\":{},\"f:labels\":{\".\":{},\"f:a\":{}}},\"f:spec\":{\".\":{},"
             "\"f:containers\":{\".\":{},\"k:{\\\"name\\\":\\\"c\\\"}\":{\"f:image\":{}},\"k:{"
             "\\\"name\\\":\\\"d\\\"}\":{}},\"f:securityContext\":{\".\":{},\"f:runAsUser\":{}}}}");
}
END_TEST

/* As the recorded fields of a Deployment that somebody created have no "." for them. */
START_TEST (a_new_object_has_its_structures_and_zeros)
{
  const DdValue *empty = kube_typed_empty (kind_named ("Deployment"));

  ck_assert_ptr_nonnull (dd_value_at (empty, "spec", "template", "spec", "containers", NULL));
  ck_assert_ptr_nonnull (dd_value_at (empty, "spec", "strategy", NULL));
  ck_assert_ptr_null (dd_value_at (empty, "spec", "strategy", "rollingUpdate", NULL));
  ck_assert_ptr_null (dd_value_at (empty, "metadata", "labels", NULL));
}
END_TEST

int
main (void)
{
  Suite *suite = suite_create ("field sets");
  TCase *cases = tcase_create ("field sets");
  SRunner *runner;
  int failed;

  tcase_add_loop_test (cases, what_a_client_sends_is_put_into_canonical_form, 0,
                       G_N_ELEMENTS (readings));
  tcase_add_loop_test (cases, what_is_no_set_is_refused, 0, G_N_ELEMENTS (unreadable));
  tcase_add_loop_test (cases, sets_are_combined_member_by_member, 0, G_N_ELEMENTS (combinations));
  tcase_add_test (cases, a_path_is_a_set_of_one);
  tcase_add_test (cases, members_are_told_as_paths_with_the_shallow_ones_first);
  tcase_add_loop_test (cases, the_fields_of_a_manifest_follow_from_its_table, 0,
                       G_N_ELEMENTS (owners));
  tcase_add_loop_test (cases, what_does_not_fit_the_table_is_refused_in_the_servers_words, 0,
                       G_N_ELEMENTS (misfits));
  tcase_add_loop_test (cases, two_objects_differ_in_fields, 0, G_N_ELEMENTS (changes));
  tcase_add_loop_test (cases, items_stand_as_they_are_applied_and_the_others_among_them, 0,
                       G_N_ELEMENTS (orders));
  tcase_add_test (cases, what_is_applied_is_laid_over_field_by_field_and_atomic_parts_whole);
  tcase_add_test (cases, fields_are_removed_with_the_shells_around_them);
  tcase_add_test (cases, a_new_object_has_its_structures_and_zeros);
  suite_add_tcase (suite, cases);
  runner = srunner_create (suite);
  srunner_run_all (runner, CK_ENV);
  failed = srunner_ntests_failed (runner);
  srunner_free (runner);
  return failed == 0 ? 0 : 1;
}
