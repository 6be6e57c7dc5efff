/* SPDX-License-Identifier: Apache-2.0 */
/* The patch formats, by themselves and against what a real server made of the same patches. */
#include "config.h"

#include <string.h>

#include "kube-ask.h"
#include "sim/kube/patch/patch.h"

/* RFC 6902, Appendix A, and the corners. A NULL result: the patch fails. */
static const struct
{
  const char *document, *patch, *result;
} json_patches[] = {
  { "{\"foo\":\"bar\"}", "[{\"op\":\"add\",\"path\":\"/baz\",\"value\":\"qux\"}]",
    "{\"foo\":\"bar\",\"baz\":\"qux\"}" },
  { "{\"foo\":[\"bar\",\"baz\"]}", "[{\"op\":\"add\",\"path\":\"/foo/1\",\"value\":\"qux\"}]",
    "{\"foo\":[\"bar\",\"qux\",\"baz\"]}" },
  { "{\"foo\":[1]}", "[{\"op\":\"add\",\"path\":\"/foo/-\",\"value\":[2]}]", "{\"foo\":[1,[2]]}" },
  { "{\"foo\":[1]}", "[{\"op\":\"add\",\"path\":\"/foo/2\",\"value\":2}]", NULL },
  { "{\"foo\":[1]}", "[{\"op\":\"add\",\"path\":\"/foo/01\",\"value\":2}]", NULL },
  { "{\"foo\":1}", "[{\"op\":\"add\",\"path\":\"/a/b\",\"value\":2}]", NULL },
  { "{\"foo\":1}", "[{\"op\":\"add\",\"path\":\"\",\"value\":{\"b\":2}}]", "{\"b\":2}" },
  { "{\"foo\":1,\"baz\":2}", "[{\"op\":\"remove\",\"path\":\"/baz\"}]", "{\"foo\":1}" },
  { "{\"foo\":[1,2,3]}", "[{\"op\":\"remove\",\"path\":\"/foo/1\"}]", "{\"foo\":[1,3]}" },
  { "{\"foo\":1}", "[{\"op\":\"remove\",\"path\":\"/baz\"}]", NULL },
  { "{\"foo\":1}", "[{\"op\":\"replace\",\"path\":\"/foo\",\"value\":null}]", "{\"foo\":null}" },
  { "{\"foo\":[1,2]}", "[{\"op\":\"replace\",\"path\":\"/foo/0\",\"value\":9}]",
    "{\"foo\":[9,2]}" },
  { "{\"foo\":1}", "[{\"op\":\"replace\",\"path\":\"/baz\",\"value\":1}]", NULL },
  { "{\"foo\":{\"bar\":1},\"qux\":{}}",
    "[{\"op\":\"move\",\"from\":\"/foo/bar\",\"path\":\"/qux/thud\"}]",
    "{\"foo\":{},\"qux\":{\"thud\":1}}" },
  { "{\"foo\":[1,2,3]}", "[{\"op\":\"move\",\"from\":\"/foo/0\",\"path\":\"/foo/2\"}]",
    "{\"foo\":[2,3,1]}" },
  { "{\"foo\":1}", "[{\"op\":\"copy\",\"from\":\"/foo\",\"path\":\"/bar\"}]",
    "{\"foo\":1,\"bar\":1}" },
  { "{\"foo\":1}", "[{\"op\":\"copy\",\"from\":\"/nope\",\"path\":\"/bar\"}]", NULL },
  { "{\"a/b\":1,\"m~n\":2}",
    "[{\"op\":\"test\",\"path\":\"/a~1b\",\"value\":1},{\"op\":\"remove\",\"path\":\"/m~0n\"}]",
    "{\"a/b\":1}" },
  { "{\"foo\":1}", "[{\"op\":\"test\",\"path\":\"/foo\",\"value\":2}]", NULL },
  { "{\"foo\":1}", "[{\"op\":\"jump\",\"path\":\"/foo\"}]", NULL },
  { "{\"foo\":1}", "[{\"op\":\"add\",\"path\":\"foo\",\"value\":2}]", NULL },
  { "{\"foo\":1}", "[{\"op\":\"add\",\"path\":\"/foo\"}]", NULL },
  { "{\"foo\":1}", "[7]", NULL },
  { "{\"foo\":1}", "{}", NULL },
  { "{\"foo\":1}", "[]", "{\"foo\":1}" },
};

START_TEST (a_json_patch_does_what_rfc_6902_says)
{
  g_autoptr (DdValue) document = json ("%s", json_patches[_i].document);
  g_autoptr (DdValue) patch = json ("%s", json_patches[_i].patch);
  g_autoptr (DdValue) before = json ("%s", json_patches[_i].document);
  g_autoptr (DdValue) wanted
      = json_patches[_i].result != NULL ? json ("%s", json_patches[_i].result) : NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (DdValue) got = kube_json_patch (document, patch, &error);

  assert_same (got, wanted, json_patches[_i].patch);
  ck_assert_int_eq (error != NULL, wanted == NULL);
  assert_same (document, before, "the document itself never changes");
}
END_TEST

START_TEST (copies_of_copies_end_before_memory_does)
{
  g_autoptr (GString) text = g_string_new ("[");
  g_autoptr (DdValue) document = json ("{\"a\":\"b\"}");
  g_autoptr (DdValue) patch = NULL;
  g_autoptr (GError) error = NULL;

  for (guint i = 0; i < 64; i++)
    g_string_append_printf (text, "%s{\"op\":\"copy\",\"from\":\"\",\"path\":\"/c%u\"}",
                            i > 0 ? "," : "", i);
  g_string_append_c (text, ']');
  patch = json ("%s", text->str);
  ck_assert_ptr_null (kube_json_patch (document, patch, &error));
  ck_assert_uint_eq (kube_error_http_status (error), 422);
}
END_TEST

/* Over a pod's spec: containers and env are merged by name, tolerations are replaced. */
static const struct
{
  const char *what, *document, *patch, *result;
} strategic[] = {
  { "elements are found by their key",
    "{\"containers\":[{\"name\":\"a\",\"image\":\"1\"},{\"name\":\"b\"}]}",
    "{\"containers\":[{\"name\":\"a\",\"image\":\"2\"},{\"name\":\"c\"}]}",
    "{\"containers\":[{\"name\":\"a\",\"image\":\"2\"},{\"name\":\"c\"},{\"name\":\"b\"}]}" },
  { "an element is deleted by directive", "{\"containers\":[{\"name\":\"a\"},{\"name\":\"b\"}]}",
    "{\"containers\":[{\"name\":\"a\",\"$patch\":\"delete\"}]}",
    "{\"containers\":[{\"name\":\"b\"}]}" },
  { "a list is replaced by directive", "{\"containers\":[{\"name\":\"a\"},{\"name\":\"b\"}]}",
    "{\"containers\":[{\"name\":\"c\"},{\"$patch\":\"replace\"}]}",
    "{\"containers\":[{\"name\":\"c\"}]}" },
  { "an object is replaced by directive", "{\"nodeSelector\":{\"a\":\"1\",\"b\":\"2\"}}",
    "{\"nodeSelector\":{\"$patch\":\"replace\",\"c\":\"3\"}}", "{\"nodeSelector\":{\"c\":\"3\"}}" },
  { "a list without a key is replaced whole", "{\"tolerations\":[{\"key\":\"a\"},{\"key\":\"b\"}]}",
    "{\"tolerations\":[{\"key\":\"c\"}]}", "{\"tolerations\":[{\"key\":\"c\"}]}" },
  { "null takes a member away", "{\"nodeName\":\"n\",\"hostname\":\"h\"}", "{\"nodeName\":null}",
    "{\"hostname\":\"h\"}" },
  { "the order is what the patch says",
    "{\"containers\":[{\"name\":\"a\"},{\"name\":\"b\"},{\"name\":\"c\"}]}",
    "{\"$setElementOrder/containers\":[{\"name\":\"c\"},{\"name\":\"a\"}],"
    "\"containers\":[{\"name\":\"c\",\"image\":\"i\"}]}",
    "{\"containers\":[{\"name\":\"b\"},{\"name\":\"c\",\"image\":\"i\"},{\"name\":\"a\"}]}" },
  { "an order alone sorts what is there", "{\"containers\":[{\"name\":\"a\"},{\"name\":\"b\"}]}",
    "{\"$setElementOrder/containers\":[{\"name\":\"b\"},{\"name\":\"a\"}]}",
    "{\"containers\":[{\"name\":\"b\"},{\"name\":\"a\"}]}" },
  { "only retained keys of a volume stay", "{\"volumes\":[{\"name\":\"v\",\"emptyDir\":{}}]}",
    "{\"volumes\":[{\"name\":\"v\",\"$retainKeys\":[\"name\",\"hostPath\"],"
    "\"hostPath\":{\"path\":\"/x\"}}]}",
    "{\"volumes\":[{\"name\":\"v\",\"hostPath\":{\"path\":\"/x\"}}]}" },
  { "directives never reach the object, even a new one", "{}",
    "{\"containers\":[{\"name\":\"a\",\"$setElementOrder/env\":[{\"name\":\"E\"}],"
    "\"env\":[{\"name\":\"E\",\"value\":\"1\"}]}],\"affinity\":{\"$patch\":\"merge\"}}",
    "{\"containers\":[{\"name\":\"a\",\"env\":[{\"name\":\"E\",\"value\":\"1\"}]}],"
    "\"affinity\":{}}" },
  { "an element without its key is refused", "{\"containers\":[{\"name\":\"a\"}]}",
    "{\"containers\":[{\"image\":\"x\"}]}", NULL },
  { "an unknown directive is refused", "{}", "{\"$patch\":\"explode\"}", NULL },
  { "a patch is an object", "{}", "[]", NULL },
};

START_TEST (a_strategic_merge_knows_the_lists_of_the_table)
{
  const KubeField *spec = NULL;
  g_autoptr (DdValue) document = json ("%s", strategic[_i].document);
  g_autoptr (DdValue) patch = json ("%s", strategic[_i].patch);
  g_autoptr (DdValue) wanted
      = strategic[_i].result != NULL ? json ("%s", strategic[_i].result) : NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (DdValue) got = NULL;

  for (spec = kind ("v1", "Pod")->type->fields; strcmp (spec->name, "spec") != 0;)
    spec++;
  got = kube_strategic_merge (spec->of, document, patch, &error);
  assert_same (got, wanted, strategic[_i].what);
  ck_assert_int_eq (error != NULL, wanted == NULL);
}
END_TEST

START_TEST (sets_of_scalars_are_merged_and_thinned)
{
  g_autoptr (DdValue) document = json ("{\"metadata\":{\"finalizers\":[\"a\",\"b\"]}}");
  g_autoptr (DdValue) patch = json ("{\"metadata\":{\"finalizers\":[\"c\",\"a\"],"
                                    "\"$deleteFromPrimitiveList/finalizers\":[\"b\"]}}");
  g_autoptr (DdValue) thinning
      = json ("{\"metadata\":{\"$deleteFromPrimitiveList/finalizers\":[\"a\"]}}");
  g_autoptr (DdValue) wanted = json ("{\"metadata\":{\"finalizers\":[\"c\",\"a\"]}}");
  g_autoptr (DdValue) left = json ("{\"metadata\":{\"finalizers\":[\"c\"]}}");
  const KubeStruct *type = kind ("v1", "ConfigMap")->type;
  g_autoptr (DdValue) got = kube_strategic_merge (type, document, patch, NULL);
  g_autoptr (DdValue) thinner = kube_strategic_merge (type, got, thinning, NULL);

  assert_same (got, wanted, "merged");
  assert_same (thinner, left, "thinned");
}
END_TEST

/* ---- recorded patches ---- */

static void
make_what_was_patched (void)
{
  g_autoptr (GPtrArray) exchanges = golden_read ("patch-strategic.txt");

  put_recorded ("patch-strategic.txt", 0, "apps/v1", "Deployment");
  sim_store_put (api->store, kind ("v1", "ConfigMap"),
                 json ("{\"metadata\":{\"name\":\"page-0\",\"namespace\":\"app\","
                       "\"labels\":{\"page\":\"y\"}}}"));
  for (guint i = 0; i < exchanges->len; i++)
    {
      const GoldenExchange *exchange = exchanges->pdata[i];
      g_autoptr (DdValue) node = NULL;

      if (!g_str_has_prefix (exchange->target, "/api/v1/nodes/node-b?dryRun=All&field")
          || sim_store_get (api->store, kind ("v1", "Node"), "", "node-b") != NULL)
        continue;
      node = golden_body (exchange, NULL, NULL);
      dd_value_set (&node, "metadata.managedFields", NULL);
      dd_value_set (&node, "spec", dd_object_empty ());
      dd_value_set (&node, "kind", NULL);
      dd_value_set (&node, "apiVersion", NULL);
      sim_store_put (api->store, kind ("v1", "Node"), g_steal_pointer (&node));
    }
}

START_TEST (recorded_patches_have_the_recorded_outcome)
{
  static const char *const files[] = { "patch-strategic.txt", "patch-merge-and-json.txt" };

  make_what_was_patched ();
  for (guint f = 0; f < G_N_ELEMENTS (files); f++)
    {
      g_autoptr (GPtrArray) exchanges = golden_read (files[f]);

      for (guint i = f == 0 ? 1 : 0; i < exchanges->len; i++)
        {
          const GoldenExchange *exchange = exchanges->pdata[i];
          g_autoptr (SimResponse) response = ask_as_recorded (exchange);
          g_autoptr (DdValue) body = value_of (response);
          g_autoptr (DdValue) golden = golden_body (exchange, NULL, NULL);
          g_autoptr (DdValue) got = comparable (body);
          g_autoptr (DdValue) wanted = comparable (golden);

          ck_assert_uint_eq (response->status, exchange->status);
          /* A real server validates annotations three times, and says so three times. */
          dd_value_set (&got, "details.causes", NULL);
          dd_value_set (&wanted, "details.causes", NULL);
          assert_same (got, wanted, exchange->text);
        }
    }
}
END_TEST

START_TEST (server_side_apply_of_a_scale_is_refused_by_name)
{
  g_autoptr (SimResponse) response = NULL;
  g_autoptr (DdValue) status = NULL;

  put_recorded ("patch-strategic.txt", 0, "apps/v1", "Deployment");
  response = ask_in ((Manner) { .type = "application/apply-patch+yaml" }, "PATCH",
                     "/apis/apps/v1/namespaces/app/deployments/web/scale?fieldManager=me", "{}");
  status = value_of (response);
  ck_assert_uint_eq (response->status, 415);
  ck_assert_ptr_nonnull (strstr (dd_value_path_string (status, "message"), "server-side apply"));
  ck_assert_ptr_nonnull (strstr (traced->str, "not-modelled"));
}
END_TEST

int
main (void)
{
  Suite *suite = suite_create ("patch");
  TCase *tcase = tcase_create ("patch");
  SRunner *runner = srunner_create (suite);
  int failed;

  tcase_add_checked_fixture (tcase, start_world, stop_world);
  tcase_add_loop_test (tcase, a_json_patch_does_what_rfc_6902_says, 0, G_N_ELEMENTS (json_patches));
  tcase_add_test (tcase, copies_of_copies_end_before_memory_does);
  tcase_add_loop_test (tcase, a_strategic_merge_knows_the_lists_of_the_table, 0,
                       G_N_ELEMENTS (strategic));
  tcase_add_test (tcase, sets_of_scalars_are_merged_and_thinned);
  tcase_add_test (tcase, recorded_patches_have_the_recorded_outcome);
  tcase_add_test (tcase, server_side_apply_of_a_scale_is_refused_by_name);
  suite_add_tcase (suite, tcase);
  srunner_run_all (runner, CK_ENV);
  failed = srunner_ntests_failed (runner);
  srunner_free (runner);
  return failed == 0 ? 0 : 1;
}
