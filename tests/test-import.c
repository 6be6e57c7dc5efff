/* SPDX-License-Identifier: Apache-2.0 */
/* Dumps of clusters with known answers: each is imported, and an upgrade rehearsed over the world
 * it makes. What is no dump is refused, and nothing that programs are given is written. */
#include "config.h"

#include <check.h>
#include <string.h>

#include "base/error.h"
#include "base/yaml.h"
#include "sim/import/import.h"
#include "sim/kube/kinds/kinds.h"
#include "sim/kube/kinds/views.h"
#include "sim/kube/verbs/api.h"
#include "sim/scenario/scenario.h"
#include "sim/scenario/world.h"

/* The caller frees. */
static char *
path_of (const char *name)
{
  const char *top = g_getenv ("srcdir");

  return g_strdup_printf ("%s/tests/dumps/%s.json", top != NULL ? top : ".", name);
}

static gboolean
read_dump (SimImport *import, const char *name, GError **error)
{
  g_autofree char *path = path_of (name);
  g_autofree char *text = NULL;
  gsize length;

  ck_assert_msg (g_file_get_contents (path, &text, &length, NULL), "%s", path);
  return sim_import_read (import, name, text, length, error);
}

/* NAMES ends with NULL. */
static char *
world_of (SimImport *import, const char *const *names)
{
  g_autoptr (GError) error = NULL;
  char *text = NULL;

  for (guint i = 0; names[i] != NULL; i++)
    ck_assert_msg (read_dump (import, names[i], &error), "%s", error->message);
  text = sim_import_world (import, &error);
  ck_assert_msg (text != NULL, "%s", error != NULL ? error->message : "");
  return text;
}

static gboolean
is_told (const SimImport *import, SimImportTopic topic, const char *what)
{
  const GPtrArray *told = sim_import_told (import, topic);

  for (guint i = 0; i < told->len; i++)
    if (strstr (g_ptr_array_index (told, i), what) != NULL)
      return TRUE;
  return FALSE;
}

/* WORLD below the key of a scenario that updates its group. */
static char *
scenario_of (const char *world, const char *cluster, const char *expect)
{
  g_auto (GStrv) lines = g_strsplit (world, "\n", -1);
  GString *text = g_string_new ("about: an update of what was imported\nfor: 3h\nworld:\n");

  for (guint i = 0; lines[i] != NULL; i++)
    g_string_append_printf (text, "  %s\n", lines[i]);
  g_string_append_printf (text,
                          "steps:\n- at: 1m\n  eks: {operation: UpdateNodegroupVersion, input: "
                          "{clusterName: %s, nodegroupName: blue}}\nexpect:\n%s",
                          cluster, expect);
  return g_string_free (text, FALSE);
}

static void
rehearse (const char *world, const char *cluster, const char *expect)
{
  g_autofree char *text = scenario_of (world, cluster, expect);
  SimRehearsal rehearsal = { 0 };
  g_autoptr (GError) error = NULL;
  g_autoptr (SimScenario) scenario = sim_scenario_parse ("s.yaml", text, strlen (text), &error);
  g_autoptr (SimOutcome) outcome = NULL;

  ck_assert_msg (scenario != NULL, "%s", error != NULL ? error->message : "");
  outcome = sim_scenario_rehearse (scenario, &rehearsal, &error);
  ck_assert_msg (outcome != NULL, "%s", error != NULL ? error->message : "");
  for (guint i = 0; i < outcome->verdicts->len; i++)
    {
      const SimVerdict *verdict = g_ptr_array_index (outcome->verdicts, i);

      ck_assert_msg (verdict->held, "%s: %s", verdict->text, verdict->why);
    }
  ck_assert (outcome->held);
}

#define ENDS(status) "- within: 2h\n  update: {nodegroup: blue, status: " status "}\n"
#define DRAINS(n) "- event: {event: drain.started}\n  count: " n "\n"

static const struct
{
  const char *files[4], *cluster;
  SimImportTopic topic;
  const char *told, *expect;
} dumps[] = {
  { { "passing" },
    "imported",
    SIM_IMPORT_LEFT_OUT,
    "Secret: secrets are not read",
    ENDS ("Successful") DRAINS ("3") "- always:\n  match: {kind: Deployment, metadata: {name: web},"
                                     " status: {availableReplicas: {at least: 1}}}\n"
                                     "- at end:\n  count: {min: 1}\n  match: {kind: Job, metadata: "
                                     "{name: report-*}}\n" },
  { { "blocked" },
    "imported",
    SIM_IMPORT_ODD,
    "budget shop/single allows no eviction now",
    ENDS ("Failed") "- at end:\n  update: {nodegroup: blue, errors: [{errorCode: "
                    "PodEvictionFailure}]}\n- never:\n  event: {event: eviction.accepted}\n" },
  { { "half-upgraded" },
    "imported",
    SIM_IMPORT_ODD,
    "node group blue runs 2 releases at once",
    ENDS ("Successful") DRAINS ("2") },
  { { "karpenter" },
    "imported",
    SIM_IMPORT_TOOK,
    "nodes of no managed group: 1",
    ENDS ("Successful") DRAINS ("3") "- always:\n  count: 2\n  match: {kind: Pod, spec: {nodeName: "
                                     "ip-10-0-4-40.us-west-2.compute.internal}}\n" },
  { { "pending" },
    "imported",
    SIM_IMPORT_ODD,
    "pod shop/gpu-7d9c6b8f5-aaaaa is Pending",
    ENDS ("Successful") "- always:\n  match: {kind: Pod, metadata: {namespace: shop}, status: "
                        "{phase: Pending}}\n" },
  { { "contradictory" },
    "imported",
    SIM_IMPORT_LEFT_OUT,
    "its node ip-10-0-9-9.us-west-2.compute.internal is not there",
    ENDS ("Successful") },
  { { "passing", "blue-nodegroup", "subnets" },
    "prod",
    SIM_IMPORT_ODD,
    "node group blue is DEGRADED",
    ENDS ("Successful") "- at: 0s\n  nodegroup: {nodegroupName: blue, releaseVersion: "
                        "1.30.0-20240625, scalingConfig: {minSize: 2, maxSize: 8, desiredSize: 4},"
                        " updateConfig: {maxUnavailablePercentage: 50}}\n" },
};

START_TEST (an_imported_cluster_is_upgraded)
{
  g_autoptr (SimImport) import = sim_import_new ();
  g_autofree char *world = world_of (import, dumps[_i].files);

  ck_assert_msg (is_told (import, dumps[_i].topic, dumps[_i].told), "nobody tells: %s",
                 dumps[_i].told);
  rehearse (world, dumps[_i].cluster, dumps[_i].expect);
}
END_TEST

START_TEST (what_programs_are_given_is_not_written)
{
  static const char *const secrets[] = { "hunter2", "s3cr3t", "TOKEN", "aHVudGVyMg" };
  const char *const names[] = { "passing", NULL };
  g_autoptr (SimImport) import = sim_import_new ();
  g_autofree char *world = world_of (import, names);

  for (guint i = 0; i < G_N_ELEMENTS (secrets); i++)
    ck_assert_msg (strstr (world, secrets[i]) == NULL, "%s is in the world", secrets[i]);
}
END_TEST

START_TEST (the_same_files_make_the_same_world)
{
  const char *const names[] = { "half-upgraded", NULL };
  g_autoptr (SimImport) one = sim_import_new ();
  g_autoptr (SimImport) two = sim_import_new ();
  g_autofree char *first = world_of (one, names);
  g_autofree char *second = world_of (two, names);

  ck_assert_str_eq (first, second);
}
END_TEST

/* ---- there and back ---- */

static SimWorld *
furnish (const SimWorldFile *file)
{
  SimFurnish options = { .seed = 1 };
  g_autoptr (GError) error = NULL;
  SimWorld *world = sim_world_furnish (file, &options, &error);

  ck_assert_msg (world != NULL, "%s", error != NULL ? error->message : "");
  return world;
}

/* All that WORLD has of KIND, as kubectl lists it. */
static void
show (const SimWorld *world, const KubeKind *kind, SimImport *import)
{
  g_autoptr (GPtrArray) objects = sim_store_list (world->kube->store, kind, NULL);
  g_autofree char *version = kube_kind_api_version (kind);
  DdBuilder items = dd_builder_array ();
  g_autoptr (DdValue) list = NULL;
  g_autofree char *text = NULL;
  g_autoptr (GError) error = NULL;

  for (guint i = 0; i < objects->len; i++)
    {
      const SimObject *object = g_ptr_array_index (objects, i);
      g_autoptr (DdValue) named
          = dd_value_with_member (object->value, "kind", dd_string (kind->kind));

      dd_builder_add (&items, dd_value_with_member (named, "apiVersion", dd_string (version)));
    }
  list = dd_object ("apiVersion", dd_string ("v1"), "kind", dd_string ("List"), "items",
                    dd_builder_end (&items), NULL);
  text = dd_value_to_text (list);
  ck_assert_msg (sim_import_read (import, kind->plural, text, strlen (text), &error), "%s",
                 error != NULL ? error->message : "");
}

/* "namespace/name on node, phase, Ready or not" of all pods and nodes. */
static char *
census (const SimWorld *world)
{
  g_autoptr (GPtrArray) nodes = sim_store_list (world->kube->store, &kube_node, NULL);
  g_autoptr (GPtrArray) pods = sim_store_list (world->kube->store, &kube_pod, NULL);
  GString *text = g_string_new (NULL);

  for (guint i = 0; i < nodes->len; i++)
    {
      const KubeNodeView *view = kube_node_view (g_ptr_array_index (nodes, i));

      g_string_append_printf (text, "%s %d %d\n",
                              ((SimObject *) g_ptr_array_index (nodes, i))->name, view->ready,
                              view->unschedulable);
    }
  for (guint i = 0; i < pods->len; i++)
    {
      const SimObject *pod = g_ptr_array_index (pods, i);
      const KubePodView *view = kube_pod_view (pod);

      g_string_append_printf (text, "%s/%s %s on %s, %s %d\n", pod->namespace_, pod->name, pod->uid,
                              view->node_name, view->phase, view->ready);
    }
  return g_string_free (text, FALSE);
}

/* An hour later, too: nothing was restarted, moved or made anew. */
START_TEST (a_world_that_is_shown_and_imported_is_the_same)
{
  g_autoptr (SimWorldFile) file = sim_world_file_load (SIM_DEFAULT_WORLD, NULL);
  g_autoptr (SimWorld) world = furnish (file);
  g_autofree char *before = census (world);
  g_autoptr (SimImport) import = sim_import_new ();
  g_autofree char *text = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (DdYamlFile) yaml = NULL;
  g_autoptr (SimWorldFile) read = NULL;
  g_autoptr (SimWorld) again = NULL;
  g_autofree char *after = NULL;

  for (guint i = 0; i < kube_n_kinds; i++)
    show (world, kube_kinds[i], import);
  text = sim_import_world (import, &error);
  ck_assert_msg (text != NULL, "%s", error != NULL ? error->message : "");
  yaml = dd_yaml_parse ("again", text, strlen (text), NULL);
  read = sim_world_file_new (g_ptr_array_index (yaml->documents, 0), "again", NULL);
  again = furnish (read);
  sim_world_run_for (again, DD_HOUR);
  after = census (again);
  ck_assert_str_eq (before, after);
}
END_TEST

#define NODE(rest) \
  "{\"apiVersion\":\"v1\",\"kind\":\"Node\",\"metadata\":{\"name\":\"n\"," \
  "\"creationTimestamp\":\"2024-07-01T08:00:00Z\"" rest

static const struct
{
  const char *text, *why;
} refusals[] = {
  { "", "nothing is in it" },
  { "{\"items\": [", "dump: " },
  { "[1, 2", "dump:2:1: did not find" },
  { "{\"a\": 1}", "neither objects as kubectl shows them nor an answer of the aws CLI" },
  { "just a text", "neither objects" },
  { "{\"kind\": \"List\", \"items\": [{\"kind\": \"Pod\"}]}", "without apiVersion, kind or" },
  { "{\"kind\": \"List\", \"apiVersion\": \"v1\", \"items\": []}",
    "no node is among what was read" },
  { NODE ("}}"), "no node has a kubelet of Kubernetes 1.27 to 1.36" },
  { NODE ("},\"status\":{\"nodeInfo\":{\"kubeletVersion\":\"v1.30.0\"}}}"),
    "it has no label topology.kubernetes.io/zone" },
  { NODE (",\"labels\":{\"topology.kubernetes.io/zone\":\"\"}},\"status\":{\"nodeInfo\":"
          "{\"kubeletVersion\":\"v1.30.0\"}}}"),
    "what was read makes no world" },
  { NODE (",\"labels\":{\"topology.kubernetes.io/zone\":\"us-west-2a\"}},\"status\":"
          "{\"nodeInfo\":{\"kubeletVersion\":\"v1.30\"}}}"),
    "node n: no release of AL2023_x86_64_STANDARD with the kubelet v1.30 is known" },
};

START_TEST (what_is_no_cluster_is_refused)
{
  const char *text = refusals[_i].text;
  g_autoptr (SimImport) import = sim_import_new ();
  g_autoptr (GError) error = NULL;
  g_autofree char *world = sim_import_read (import, "dump", text, strlen (text), &error)
                               ? sim_import_world (import, &error)
                               : NULL;

  ck_assert_msg (world == NULL, "accepted: %s", text);
  ck_assert_int_eq (error->domain, DD_ERROR);
  ck_assert_msg (strstr (error->message, refusals[_i].why) != NULL, "wanted: %s\nfound:  %s",
                 refusals[_i].why, error->message);
}
END_TEST

/* Wherever a file breaks off, it is an error or a smaller cluster, never more. */
START_TEST (a_truncated_file_is_refused)
{
  g_autofree char *path = path_of ("passing");
  g_autofree char *text = NULL;
  gsize length;

  ck_assert (g_file_get_contents (path, &text, &length, NULL));
  for (gsize n = 0; n + 2 < length; n += 997)
    {
      g_autoptr (SimImport) import = sim_import_new ();

      ck_assert (!sim_import_read (import, "dump", text, n, NULL));
    }
}
END_TEST

int
main (void)
{
  Suite *suite = suite_create ("import");
  TCase *tcase = tcase_create ("import");
  SRunner *runner = srunner_create (suite);
  int failed;

  tcase_set_timeout (tcase, 60);
  tcase_add_loop_test (tcase, an_imported_cluster_is_upgraded, 0, G_N_ELEMENTS (dumps));
  tcase_add_loop_test (tcase, what_is_no_cluster_is_refused, 0, G_N_ELEMENTS (refusals));
  tcase_add_test (tcase, what_programs_are_given_is_not_written);
  tcase_add_test (tcase, the_same_files_make_the_same_world);
  tcase_add_test (tcase, a_world_that_is_shown_and_imported_is_the_same);
  tcase_add_test (tcase, a_truncated_file_is_refused);
  suite_add_tcase (suite, tcase);
  srunner_run_all (runner, CK_NORMAL);
  failed = srunner_ntests_failed (runner);
  srunner_free (runner);
  return failed == 0 ? 0 : 1;
}
