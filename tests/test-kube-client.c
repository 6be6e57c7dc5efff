/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include <check.h>
#include <string.h>

#include "engine/marks.h"
#include "kube/error.h"
#include "kube/node.h"
#include "kube/pod.h"

static DdReply *
answer (guint status, const char *text)
{
  return dd_reply_new (status, "application/json", g_bytes_new (text, strlen (text)));
}

/* The first answer recorded in tests/golden/kube/FILE: its status and its body. */
static DdReply *
recorded (const char *file)
{
  const char *srcdir = g_getenv ("srcdir");
  g_autofree char *path
      = g_build_filename (srcdir == NULL ? "." : srcdir, "tests", "golden", "kube", file, NULL);
  g_autofree char *text = NULL;
  const char *status, *body;

  ck_assert_msg (g_file_get_contents (path, &text, NULL, NULL), "%s", path);
  status = strstr (text, "< HTTP/1.1 ") + strlen ("< HTTP/1.1 ");
  body = strstr (status, "\n\n") + 2;
  return dd_reply_new ((guint) atoi (status), "application/json",
                       g_bytes_new (body, strcspn (body, "\n")));
}

/* ---- evictions, as a real API server answered them ---- */

static const struct
{
  const char *file;
  DdEvictionVerdict verdict;
  const char *budget;
  int needs, has;
  int code; /* -1: no error */
} evictions[] = {
  { "eviction-201.txt", DD_EVICTION_ACCEPTED, NULL, -1, -1, -1 },
  { "eviction-errors.txt", DD_EVICTION_GONE, NULL, -1, -1, DD_ERROR_NOT_FOUND },
  { "eviction-429-pdb-zero.txt", DD_EVICTION_REFUSED, "web", 3, 3, DD_ERROR_REFUSED },
  { "eviction-429-pdb-not-observed.txt", DD_EVICTION_REFUSED, "p", -1, -1, DD_ERROR_REFUSED },
  { "eviction-500-two-pdbs.txt", DD_EVICTION_AMBIGUOUS, NULL, -1, -1, DD_ERROR_REFUSED },
};

START_TEST (answers_of_the_eviction_api_are_told_apart)
{
  g_autoptr (DdReply) reply = recorded (evictions[_i].file);
  g_autoptr (GError) error = NULL;
  g_autoptr (DdEviction) eviction = NULL;

  dd_kube_reply_check (reply, &error);
  eviction = dd_eviction_from_reply (reply, error);
  ck_assert_int_eq (error == NULL ? -1 : error->code, evictions[_i].code);
  ck_assert_int_eq (eviction->verdict, evictions[_i].verdict);
  ck_assert_pstr_eq (eviction->budget, evictions[_i].budget);
  ck_assert_int_eq (eviction->needs, evictions[_i].needs);
  ck_assert_int_eq (eviction->has, evictions[_i].has);
}
END_TEST

static const struct
{
  guint status;
  const char *body;
  DdEvictionVerdict verdict;
  DdError code;
} failures[] = {
  { 429, "{\"message\":\"too many requests, please try again later\"}", DD_EVICTION_FAILED,
    DD_ERROR_THROTTLED },
  { 500, "{\"message\":\"etcdserver: request timed out\"}", DD_EVICTION_FAILED,
    DD_ERROR_UNAVAILABLE },
  { 403, "{\"message\":\"pods \\\"p\\\" is forbidden: User \\\"u\\\" cannot create resource\"}",
    DD_EVICTION_DENIED, DD_ERROR_REFUSED },
  { 403, "{\"message\":\"pdb disruptions allowed is negative\"}", DD_EVICTION_FAILED,
    DD_ERROR_REFUSED },
  { 401, "{}", DD_EVICTION_DENIED, DD_ERROR_REFUSED },
  { 409, "{}", DD_EVICTION_FAILED, DD_ERROR_CONFLICT },
  { 422, "{}", DD_EVICTION_FAILED, DD_ERROR_INVALID },
  { 429, "no json", DD_EVICTION_FAILED, DD_ERROR_THROTTLED },
};

START_TEST (look_alikes_are_not_taken_for_budgets)
{
  g_autoptr (DdReply) reply = answer (failures[_i].status, failures[_i].body);
  g_autoptr (GError) error = NULL;
  g_autoptr (DdEviction) eviction = NULL;

  ck_assert (!dd_kube_reply_check (reply, &error));
  eviction = dd_eviction_from_reply (reply, error);
  ck_assert_int_eq (eviction->verdict, failures[_i].verdict);
  ck_assert_int_eq (error->code, failures[_i].code);
}
END_TEST

/* ---- nodes ---- */

static const char node_json[]
    = "{\"metadata\":{\"name\":\"n1\",\"resourceVersion\":\"42\",\"creationTimestamp\":"
      "\"2026-01-31T09:30:00Z\",\"labels\":{\"topology.kubernetes.io/zone\":\"us-west-2a\","
      "\"eks.amazonaws.com/nodegroup-image\":\"ami-1\"}},\"spec\":{\"providerID\":"
      "\"aws:///us-west-2a/i-1\",\"taints\":[{\"key\":\"dedicated\",\"value\":\"x\",\"effect\":"
      "\"NoSchedule\"}]},\"status\":{\"conditions\":[{\"type\":\"Ready\",\"status\":\"True\"}]}}";

START_TEST (a_node_is_read_with_what_the_engine_needs)
{
  g_autoptr (DdReply) reply = answer (200, node_json);
  g_autoptr (DdKubeNode) node = dd_kube_node_from_reply (reply, NULL);

  ck_assert_ptr_nonnull (node);
  ck_assert_str_eq (node->instance, "i-1");
  ck_assert_str_eq (node->zone, "us-west-2a");
  ck_assert_str_eq (node->image, "ami-1");
  ck_assert_ptr_null (node->not_ready);
  ck_assert (!node->unschedulable);
}
END_TEST

START_TEST (a_node_that_says_nothing_is_not_ready)
{
  g_autoptr (DdReply) reply = answer (200, "{\"metadata\":{\"name\":\"n1\"}}");
  g_autoptr (DdKubeNode) node = dd_kube_node_from_reply (reply, NULL);

  ck_assert_ptr_nonnull (node->not_ready);
  ck_assert_ptr_null (node->instance);
  ck_assert_str_eq (node->zone, "");
}
END_TEST

START_TEST (a_taint_is_added_beside_the_others_and_guarded_by_the_version)
{
  g_autoptr (DdReply) reply = answer (200, node_json);
  g_autoptr (DdKubeNode) node = dd_kube_node_from_reply (reply, NULL);
  g_autoptr (DdValue) patch = dd_marks_patch (node, DD_WRITE_TAINT, FALSE);
  g_autofree char *text = dd_value_to_text (patch);

  ck_assert_str_eq (text,
                    "{\"metadata\":{\"resourceVersion\":\"42\"},\"spec\":{\"taints\":[{\"key\":"
                    "\"dedicated\",\"value\":\"x\",\"effect\":\"NoSchedule\"},{\"key\":"
                    "\"eks.amazonaws.com/nodegroup\",\"value\":\"unschedulable\",\"effect\":"
                    "\"NoSchedule\"}]}}");
}
END_TEST

START_TEST (cordon_and_label_need_no_version)
{
  g_autoptr (DdReply) reply = answer (200, node_json);
  g_autoptr (DdKubeNode) node = dd_kube_node_from_reply (reply, NULL);
  g_autoptr (DdValue) patch
      = dd_marks_patch (node, DD_WRITE_CORDON | DD_WRITE_NO_LOAD_BALANCER, FALSE);
  g_autofree char *text = dd_value_to_text (patch);

  ck_assert_str_eq (text, "{\"metadata\":{\"labels\":{\"node.kubernetes.io/"
                          "exclude-from-external-load-balancers\":\"true\"}},\"spec\":{"
                          "\"unschedulable\":true}}");
}
END_TEST

START_TEST (what_is_there_is_not_written_again_and_what_is_not_there_not_removed)
{
  g_autoptr (DdReply) reply = answer (200, node_json);
  g_autoptr (DdKubeNode) node = dd_kube_node_from_reply (reply, NULL);

  ck_assert_ptr_null (dd_marks_patch (node, DD_WRITE_TAINT | DD_WRITE_CORDON, TRUE));
  node->unschedulable = TRUE;
  ck_assert_ptr_null (dd_marks_patch (node, DD_WRITE_CORDON, FALSE));
}
END_TEST

START_TEST (a_list_comes_in_pages)
{
  g_autoptr (DdReply) reply = answer (200, "{\"metadata\":{\"continue\":\"a/b\"},\"items\":[{"
                                           "\"metadata\":{\"name\":\"n1\"}}]}");
  g_autoptr (GPtrArray) nodes
      = g_ptr_array_new_with_free_func ((GDestroyNotify) dd_kube_node_unref);
  g_autofree char *token = NULL;
  g_autoptr (DdRequest) next = NULL;

  ck_assert (dd_kube_nodes_from_reply (reply, nodes, &token, NULL));
  ck_assert_uint_eq (nodes->len, 1);
  next = dd_kube_list_nodes ("a=b,c!=d", token);
  ck_assert_str_eq (next->target,
                    "/api/v1/nodes?limit=250&labelSelector=a%3Db%2Cc%21%3Dd&continue=a%2Fb");
}
END_TEST

/* ---- pods ---- */

static const struct
{
  const char *pod;
  gboolean stays, leaving, ended;
  const char *finalizer;
} pods[] = {
  { "{\"metadata\":{\"namespace\":\"s\",\"name\":\"bare\",\"uid\":\"1\"}}", FALSE, FALSE },
  { "{\"metadata\":{\"namespace\":\"s\",\"name\":\"ds\",\"uid\":\"1\",\"ownerReferences\":[{"
    "\"kind\":\"DaemonSet\",\"name\":\"d\",\"controller\":true}]}}",
    TRUE, FALSE },
  { "{\"metadata\":{\"namespace\":\"s\",\"name\":\"ds\",\"uid\":\"1\",\"ownerReferences\":[{"
    "\"kind\":\"DaemonSet\",\"name\":\"d\"}]}}",
    FALSE, FALSE },
  { "{\"metadata\":{\"namespace\":\"s\",\"name\":\"m\",\"uid\":\"1\",\"annotations\":{"
    "\"kubernetes.io/config.mirror\":\"x\"}}}",
    TRUE, FALSE },
  { "{\"metadata\":{\"namespace\":\"s\",\"name\":\"j\",\"uid\":\"1\"},\"status\":{\"phase\":"
    "\"Succeeded\"}}",
    FALSE, FALSE, TRUE },
  { "{\"metadata\":{\"namespace\":\"s\",\"name\":\"ds\",\"uid\":\"1\",\"ownerReferences\":[{"
    "\"kind\":\"DaemonSet\",\"name\":\"d\",\"controller\":true}]},\"status\":{\"phase\":"
    "\"Failed\"}}",
    FALSE, FALSE, TRUE },
  { "{\"metadata\":{\"namespace\":\"s\",\"name\":\"f\",\"uid\":\"1\",\"deletionTimestamp\":"
    "\"2026-01-31T09:30:00Z\",\"finalizers\":[\"a/b\",\"c/d\"]},\"status\":{\"phase\":"
    "\"Failed\"}}",
    FALSE, TRUE, TRUE, "a/b" },
  { "{\"metadata\":{\"namespace\":\"s\",\"name\":\"t\",\"uid\":\"1\",\"deletionTimestamp\":"
    "\"2026-01-31T09:30:00Z\"}}",
    FALSE, TRUE },
};

START_TEST (a_drain_leaves_daemons_and_mirrors_alone)
{
  g_autofree char *list = g_strdup_printf ("{\"metadata\":{},\"items\":[%s]}", pods[_i].pod);
  g_autoptr (DdReply) reply = answer (200, list);
  g_autoptr (GPtrArray) read = g_ptr_array_new_with_free_func ((GDestroyNotify) dd_kube_pod_free);
  g_autofree char *token = NULL;
  const DdKubePod *pod;

  ck_assert (dd_kube_pods_from_reply (reply, read, &token, NULL));
  pod = g_ptr_array_index (read, 0);
  ck_assert_int_eq (pod->stays, pods[_i].stays);
  ck_assert_int_eq (pod->leaving, pods[_i].leaving);
  ck_assert_int_eq (pod->ended, pods[_i].ended);
  ck_assert_pstr_eq (pod->finalizer, pods[_i].finalizer);
  ck_assert_ptr_null (token);
}
END_TEST

START_TEST (an_eviction_and_a_deletion_name_their_pod)
{
  DdKubePod pod
      = { .namespace_ = (char *) "shop", .name = (char *) "web-1", .uid = (char *) "u-1" };
  g_autoptr (DdRequest) eviction = dd_kube_evict_pod (&pod);
  g_autoptr (DdRequest) deletion = dd_kube_delete_pod (&pod);

  ck_assert_str_eq (eviction->target, "/api/v1/namespaces/shop/pods/web-1/eviction");
  ck_assert_str_eq (deletion->method, "DELETE");
  ck_assert_str_eq (deletion->target, "/api/v1/namespaces/shop/pods/web-1");
  ck_assert_ptr_nonnull (
      strstr (g_bytes_get_data (deletion->body, NULL), "\"preconditions\":{\"uid\":\"u-1\"}"));
}
END_TEST

int
main (void)
{
  Suite *suite = suite_create ("kube-client");
  TCase *tests = tcase_create ("all");
  SRunner *runner = srunner_create (suite);
  int failed;

  tcase_add_loop_test (tests, answers_of_the_eviction_api_are_told_apart, 0,
                       G_N_ELEMENTS (evictions));
  tcase_add_loop_test (tests, look_alikes_are_not_taken_for_budgets, 0, G_N_ELEMENTS (failures));
  tcase_add_test (tests, a_node_is_read_with_what_the_engine_needs);
  tcase_add_test (tests, a_node_that_says_nothing_is_not_ready);
  tcase_add_test (tests, a_taint_is_added_beside_the_others_and_guarded_by_the_version);
  tcase_add_test (tests, cordon_and_label_need_no_version);
  tcase_add_test (tests, what_is_there_is_not_written_again_and_what_is_not_there_not_removed);
  tcase_add_test (tests, a_list_comes_in_pages);
  tcase_add_loop_test (tests, a_drain_leaves_daemons_and_mirrors_alone, 0, G_N_ELEMENTS (pods));
  tcase_add_test (tests, an_eviction_and_a_deletion_name_their_pod);
  suite_add_tcase (suite, tests);
  srunner_run_all (runner, CK_ENV);
  failed = srunner_ntests_failed (runner);
  srunner_free (runner);
  return failed == 0 ? 0 : 1;
}
