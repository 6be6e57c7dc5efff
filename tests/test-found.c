/* SPDX-License-Identifier: Apache-2.0 */
/* Worlds that begin with nodes and objects as they are: placed, aged and running as they were, and
 * going on from there. */
#include "config.h"

#include <check.h>
#include <string.h>

#include "base/error.h"
#include "base/yaml.h"
#include "sim/aws/autoscaling/group.h"
#include "sim/aws/eks/eks.h"
#include "sim/kube/kinds/kinds.h"
#include "sim/kube/kinds/views.h"
#include "sim/kube/verbs/api.h"
#include "sim/scenario/world.h"

#define OLD "1.30.0-20240625"
#define NEW "1.30.0-20240703"

/* A group of three, one of them of a newer release and one cordoned, and a node of nobody's. */
#define NODES \
  "start: 2025-11-03T09:00:00Z\n" \
  "nodegroups:\n" \
  "- name: blue\n" \
  "  desired: 3\n" \
  "  release: " OLD "\n" \
  "  nodes:\n" \
  "  - {name: ip-10-0-1-1.us-west-2.compute.internal, instance_id: i-0a1, zone: us-west-2a, " \
  "created: 2025-06-01T08:00:00Z}\n" \
  "  - {name: ip-10-42-97-7.us-west-2.compute.internal, instance_id: i-0a2, zone: us-west-2a, " \
  "release: " NEW ", created: 2025-11-02T21:00:00Z, labels: {team: a}}\n" \
  "  - {name: ip-10-0-3-3.us-west-2.compute.internal, instance_id: i-0a3, zone: us-west-2c, " \
  "unschedulable: true, taints: [{key: gpu, value: 'yes', effect: NoSchedule}]}\n" \
  "nodes:\n" \
  "- {name: mine, zone: us-west-2b, instance_type: m7g.large}\n"

#define POD(name, node, status) \
  "- apiVersion: v1\n" \
  "  kind: Pod\n" \
  "  metadata: {name: " name ", uid: uid-of-" name ", creationTimestamp: 2025-06-01T08:05:00Z, " \
  "labels: {app: web}}\n" \
  "  spec: {nodeName: " node ", containers: [{name: main, image: 'registry.example/web:1'}]}\n" \
  "  status: " status "\n"

#define BLUE_1 "ip-10-0-1-1.us-west-2.compute.internal"
#define BLUE_2 "ip-10-42-97-7.us-west-2.compute.internal"
#define BLUE_3 "ip-10-0-3-3.us-west-2.compute.internal"
#define RUNNING "{phase: Running, startTime: 2025-06-01T08:05:03Z, podIP: 100.64.0.9}"

static SimWorld *
furnish (const char *text, GError **error)
{
  g_autoptr (DdYamlFile) file = dd_yaml_parse ("w.yaml", text, strlen (text), error);
  g_autoptr (SimWorldFile) world = NULL;
  SimFurnish options = { .seed = 1 };

  ck_assert_msg (file != NULL, "%s", text);
  world = sim_world_file_new (g_ptr_array_index (file->documents, 0), "w.yaml", error);
  return world != NULL ? sim_world_furnish (world, &options, error) : NULL;
}

static SimWorld *
world_of (const char *text)
{
  g_autoptr (GError) error = NULL;
  SimWorld *world = furnish (text, &error);

  ck_assert_msg (world != NULL, "%s", error != NULL ? error->message : "");
  return world;
}

static const SimObject *
get (const SimWorld *world, const KubeKind *kind, const char *name)
{
  const SimObject *object
      = sim_store_get (world->kube->store, kind, kind->namespaced ? "default" : "", name);

  ck_assert_msg (object != NULL, "there is no %s %s", kind->kind, name);
  return object;
}

static const char *
text_at (const SimObject *object, const char *path)
{
  const char *text = dd_value_path_string (object->value, path);

  return text != NULL ? text : "";
}

static guint
count (const SimWorld *world, const KubeKind *kind)
{
  return sim_store_count (world->kube->store, kind);
}

/* ---- nodes ---- */

START_TEST (nodes_are_there_in_the_first_instant)
{
  g_autoptr (SimWorld) world = world_of (NODES);

  ck_assert_uint_eq (count (world, &kube_node), 4);
  ck_assert_int_eq (sim_stage_now (world->stage), sim_trace_origin (world->stage->trace));
  ck_assert_str_eq (text_at (get (world, &kube_node, BLUE_1), "metadata.creationTimestamp"),
                    "2025-06-01T08:00:00Z");
  ck_assert_str_eq (text_at (get (world, &kube_node, BLUE_1), "spec.providerID"),
                    "aws:///us-west-2a/i-0a1");
  ck_assert_str_eq (text_at (get (world, &kube_node, BLUE_2), "status.addresses.0.address"),
                    "10.42.97.7");
  ck_assert (kube_node_view (get (world, &kube_node, BLUE_2))->ready);
  ck_assert (kube_node_view (get (world, &kube_node, BLUE_3))->unschedulable);
  ck_assert_str_eq (text_at (get (world, &kube_node, BLUE_3), "spec.taints.0.key"), "gpu");
}
END_TEST

START_TEST (labels_say_what_each_node_runs)
{
  g_autoptr (SimWorld) world = world_of (NODES);
  const DdValue *old = kube_node_view (get (world, &kube_node, BLUE_1))->labels;
  const DdValue *new = kube_node_view (get (world, &kube_node, BLUE_2))->labels;
  const DdValue *mine = kube_node_view (get (world, &kube_node, "mine"))->labels;

  ck_assert_str_eq (dd_value_string (dd_value_member (old, "eks.amazonaws.com/nodegroup")), "blue");
  ck_assert_str_ne (dd_value_string (dd_value_member (old, "eks.amazonaws.com/nodegroup-image")),
                    dd_value_string (dd_value_member (new, "eks.amazonaws.com/nodegroup-image")));
  ck_assert_str_eq (dd_value_string (dd_value_member (new, "team")), "a");
  ck_assert_ptr_null (dd_value_member (mine, "eks.amazonaws.com/nodegroup"));
  ck_assert_str_eq (dd_value_string (dd_value_member (mine, "kubernetes.io/arch")), "arm64");
}
END_TEST

/* Auto Scaling lets the oldest version of a launch template go first. */
START_TEST (older_images_are_of_older_versions_of_the_template)
{
  g_autoptr (SimWorld) world = world_of (NODES);
  const AwsNodegroup *blue = aws_eks_nodegroup (world->cloud, "eks-workshop", "blue");
  const AwsGroup *group = aws_cloud_group (world->cloud, aws_nodegroup_group_name (blue));

  ck_assert_int_lt (aws_cloud_instance (world->cloud, "i-0a1")->template_version,
                    aws_cloud_instance (world->cloud, "i-0a2")->template_version);
  ck_assert_str_eq (group->template_version, "1");
  ck_assert_uint_eq (group->n_counted, 3);
  ck_assert_ptr_null (aws_cloud_instance_of_node (world->cloud, "mine")->member);
}
END_TEST

START_TEST (nothing_moves_by_itself)
{
  g_autoptr (SimWorld) world = world_of (NODES "objects:\n" POD ("a", BLUE_1, RUNNING));
  g_autofree char *before = NULL, *after = NULL;

  sim_world_run_for (world, DD_MINUTE);
  before = dd_value_to_text (get (world, &kube_pod, "a")->value);
  sim_world_run_for (world, 24 * DD_HOUR);
  after = dd_value_to_text (get (world, &kube_pod, "a")->value);
  ck_assert_str_eq (before, after);
  ck_assert_uint_eq (count (world, &kube_node), 4);
  ck_assert_uint_eq (g_queue_get_length (&world->cloud->instances), 4);
}
END_TEST

START_TEST (a_group_launches_what_it_lacks)
{
  g_autoptr (SimWorld) world
      = world_of ("nodegroups: [{name: blue, desired: 2, nodes: [{name: one, zone: us-west-2a}]}]");

  ck_assert_uint_eq (count (world, &kube_node), 1);
  sim_world_run_for (world, DD_HOUR);
  ck_assert_uint_eq (count (world, &kube_node), 2);
}
END_TEST

START_TEST (nodes_may_be_unready_or_silent)
{
  g_autoptr (SimWorld) world = world_of (
      "nodegroups: [{name: blue, desired: 2, nodes: [{name: one, zone: us-west-2a, ready: false}, "
      "{name: two, zone: us-west-2b, ready: unknown}]}]");

  sim_world_run_for (world, DD_HOUR);
  ck_assert (!kube_node_view (get (world, &kube_node, "one"))->ready);
  ck_assert (!kube_node_view (get (world, &kube_node, "one"))->ready_unknown);
  ck_assert (kube_node_view (get (world, &kube_node, "two"))->ready_unknown);
  ck_assert_uint_eq (count (world, &kube_node), 2);
}
END_TEST

/* ---- pods ---- */

START_TEST (pods_go_on_where_they_are)
{
  g_autoptr (SimWorld) world = world_of (NODES "objects:\n" POD ("a", BLUE_3, RUNNING)
                                             POD ("b", "mine", "{phase: Pending}"));
  const SimObject *pod;

  sim_world_run_for (world, DD_HOUR);
  pod = get (world, &kube_pod, "a");
  ck_assert_str_eq (pod->uid, "uid-of-a");
  ck_assert_str_eq (text_at (pod, "metadata.creationTimestamp"), "2025-06-01T08:05:00Z");
  ck_assert_str_eq (text_at (pod, "status.startTime"), "2025-06-01T08:05:03Z");
  ck_assert_str_eq (text_at (pod, "status.podIP"), "100.64.0.9");
  ck_assert_int_eq (dd_value_path_int (pod->value, "status.containerStatuses.0.restartCount", -1),
                    0);
  ck_assert_str_eq (text_at (pod, "status.containerStatuses.0.state.running.startedAt"),
                    "2025-06-01T08:05:03Z");
  ck_assert (kube_pod_view (pod)->ready);
  ck_assert_msg (strcmp (text_at (get (world, &kube_pod, "b"), "status.podIP"), "100.64.0.9") != 0,
                 "a pod that starts got the address of one that runs");
}
END_TEST

START_TEST (pods_stay_unready_or_crashing)
{
  g_autoptr (SimWorld) world = world_of (
      NODES "objects:\n" POD ("a", BLUE_1,
                              "{phase: Running, startTime: 2025-06-01T08:05:03Z, conditions: "
                              "[{type: Ready, status: 'False'}]}")
          POD ("b", BLUE_1,
               "{phase: Running, containerStatuses: [{name: main, ready: false, restartCount: 7, "
               "image: 'registry.example/web:1', imageID: x, "
               "state: {waiting: {reason: CrashLoopBackOff}}}]}"));

  sim_world_run_for (world, DD_HOUR);
  ck_assert (!kube_pod_view (get (world, &kube_pod, "a"))->ready);
  ck_assert_int_gt (dd_value_path_int (get (world, &kube_pod, "b")->value,
                                       "status.containerStatuses.0.restartCount", 0),
                    10);
}
END_TEST

START_TEST (a_pod_that_was_leaving_leaves)
{
  g_autoptr (SimWorld) world
      = world_of (NODES "objects:\n"
                        "- apiVersion: v1\n"
                        "  kind: Pod\n"
                        "  metadata: {name: a, uid: a, creationTimestamp: 2025-06-01T08:05:00Z, "
                        "deletionTimestamp: 2025-11-03T09:00:20Z, deletionGracePeriodSeconds: 30}\n"
                        "  spec: {nodeName: " BLUE_1 ", containers: [{name: main, image: i}]}\n"
                        "  status: {phase: Running}\n");

  ck_assert_uint_eq (count (world, &kube_pod), 1);
  sim_world_run_for (world, DD_MINUTE);
  ck_assert_uint_eq (count (world, &kube_pod), 0);
}
END_TEST

/* Another server has other hashes; a pod of a former template is replaced all the same. */
START_TEST (daemons_of_the_present_template_stay)
{
  static const char set[]
      = "- apiVersion: apps/v1\n"
        "  kind: DaemonSet\n"
        "  metadata: {name: d, namespace: default, uid: d, creationTimestamp: "
        "2025-06-01T08:05:00Z, annotations: {deprecated.daemonset.template.generation: '2'}}\n"
        "  spec: {selector: {matchLabels: {app: d}}, template: {metadata: {labels: {app: d}}, "
        "spec: {nodeSelector: {team: a}, containers: [{name: main, image: i}]}}}\n";
  static const char pod[]
      = "- apiVersion: v1\n"
        "  kind: Pod\n"
        "  metadata: {name: d-x, uid: x, creationTimestamp: 2025-06-01T08:05:00Z, labels: {app: d, "
        "controller-revision-hash: 5bb9d8f6c, pod-template-generation: '%d'}, ownerReferences: "
        "[{apiVersion: apps/v1, kind: DaemonSet, name: d, uid: d, controller: true}]}\n"
        "  spec: {nodeName: " BLUE_2 ", containers: [{name: main, image: i}]}\n"
        "  status: {phase: Running}\n";

  for (int generation = 1; generation <= 2; generation++)
    {
      g_autofree char *its = g_strdup_printf (pod, generation);
      g_autofree char *text = g_strconcat (NODES "objects:\n", set, its, NULL);
      g_autoptr (SimWorld) world = world_of (text);

      sim_world_run_for (world, DD_HOUR);
      ck_assert_uint_eq (count (world, &kube_pod), 1);
      ck_assert_int_eq (sim_store_get_by_uid (world->kube->store, "x") != NULL, generation == 2);
    }
}
END_TEST

static gboolean
is_told_of_pods (const SimWorld *world)
{
  g_autoptr (GPtrArray) events = sim_store_list (world->kube->store, &kube_event, NULL);

  for (guint i = 0; i < events->len; i++)
    if (strcmp (text_at (g_ptr_array_index (events, i), "involvedObject.kind"), "Pod") == 0)
      return TRUE;
  return FALSE;
}

/* The volume of a pod that runs is attached where the pod is. */
START_TEST (a_claim_goes_on_being_bound)
{
  g_autoptr (SimWorld) world = world_of (
      NODES "objects:\n"
            "- apiVersion: v1\n"
            "  kind: PersistentVolume\n"
            "  metadata: {name: v, uid: v, creationTimestamp: 2025-06-01T08:05:00Z}\n"
            "  spec: {capacity: {storage: 1Gi}, accessModes: [ReadWriteOnce], storageClassName: '',"
            " csi: {driver: ebs.csi.aws.com, volumeHandle: vol-1}, claimRef: {namespace: default, "
            "name: c, uid: c, kind: PersistentVolumeClaim, apiVersion: v1}}\n"
            "  status: {phase: Bound}\n"
            "- apiVersion: v1\n"
            "  kind: PersistentVolumeClaim\n"
            "  metadata: {name: c, namespace: default, uid: c, creationTimestamp: "
            "2025-06-01T08:05:00Z}\n"
            "  spec: {accessModes: [ReadWriteOnce], storageClassName: '', volumeName: v, "
            "resources: {requests: {storage: 1Gi}}}\n"
            "  status: {phase: Bound}\n"
            "- apiVersion: v1\n"
            "  kind: Pod\n"
            "  metadata: {name: a, uid: a, creationTimestamp: 2025-06-01T08:05:00Z}\n"
            "  spec: {nodeName: " BLUE_1 ", containers: [{name: main, image: i}], volumes: [{name: "
            "d, persistentVolumeClaim: {claimName: c}}]}\n"
            "  status: {phase: Running}\n");

  sim_world_run_for (world, DD_MINUTE);
  ck_assert_msg (!is_told_of_pods (world), "something was done to it");
  ck_assert_str_eq (text_at (get (world, &kube_persistent_volume, "v"), "status.phase"), "Bound");
  ck_assert_str_eq (text_at (get (world, &kube_persistent_volume_claim, "c"), "status.phase"),
                    "Bound");
  ck_assert (kube_pod_view (get (world, &kube_pod, "a"))->ready);
}
END_TEST

/* ---- what cannot be ---- */

static const struct
{
  const char *text, *start;
} refusals[] = {
  { NODES "objects:\n" POD ("a", "nowhere", RUNNING),
    "w.yaml:16:20: pod a is on node nowhere, which is not there" },
  { NODES "objects:\n" POD ("a", BLUE_1, RUNNING) POD ("a", BLUE_2, RUNNING),
    "w.yaml:18:3: Pod a is there twice; the first one is in line 13" },
  { NODES "objects: [{apiVersion: v1, kind: Node, metadata: {name: one}}]",
    "w.yaml:12:11: a node that is there is a row of `nodes`" },
  { NODES "objects: [{apiVersion: v1, kind: Pod, metadata: {generateName: one-}}]",
    "w.yaml:12:11: what is there has a name" },
  { "nodes: [{name: a, zone: us-west-2a}, {name: a, zone: us-west-2b}]",
    "w.yaml:1:38: there is a node a already" },
  { "nodes: [{name: a, zone: us-west-2a, instance_id: i-1}, {name: b, zone: us-west-2b, "
    "instance_id: i-1}]",
    "w.yaml:1:56: there is an instance i-1 already" },
  { "nodes: [{name: a, zone: us-west-2a, instance_id: vol-1}]",
    "w.yaml:1:9: vol-1 is no id of an instance" },
  { "nodes: [{name: a, zone: us-west-2x}]", "w.yaml:1:25: the world has no zone us-west-2x" },
  { "nodes: [{name: a, zone: us-west-2a, instance_type: m5.lrage}]",
    "w.yaml:1:52: no instance type is known as \"m5.lrage\" (did you mean m5.large?)" },
  { "nodes: [{name: A_B, zone: us-west-2a}]", "w.yaml:1:9: Node \"A_B\" is invalid" },
  { "nodes: [{name: a, zone: us-west-2a, labels: {'-': x}}]", "w.yaml:1:9: Node \"a\" is invalid" },
  { "nodes: [{name: a, zone: us-west-2a, created: 2125-01-01T00:00:00Z}]",
    "w.yaml:1:46: created must not be later than the start of the world" },
  { "nodes: [{name: a, zone: us-west-2a, ready: flase}]",
    "w.yaml:1:44: ready cannot be \"flase\" (did you mean false?)" },
  { "nodes: [{name: a, zone: us-west-2a, release: 1.30.0-19990101}]",
    "w.yaml:1:9: there is no release 1.30.0-19990101 of AL2023_x86_64_STANDARD" },
  { "nodegroups: [{name: a, desired: 1, zones: [us-west-2a], nodes: [{name: a, zone: "
    "us-west-2b}]}]",
    "w.yaml:1:65: the group has no subnet in zone us-west-2b" },
  { "nodegroups: [{name: a, desired: 1, nodes: [{name: a, zone: us-west-2a, release: "
    "1.30.0-19990101}]}]",
    "w.yaml:1:44: there is no release 1.30.0-19990101 of AL2_x86_64" },
  { "nodegroups: [{name: a, desired: 1, nodes: [{name: a, zone: us-west-2a, "
    "launch_template_version: 2}]}]",
    "w.yaml:1:44: the group has no launch template with a version 2" },
  { "nodegroups: [{name: a, desired: 1, nodes: [{name: a, zoen: us-west-2a}]}]",
    "w.yaml:1:54: unknown key \"zoen\" in nodes (did you mean zone?)" },
};

START_TEST (what_cannot_be_is_pointed_at)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (SimWorld) world = furnish (refusals[_i].text, &error);

  ck_assert_msg (world == NULL, "accepted: %s", refusals[_i].text);
  ck_assert_msg (g_str_has_prefix (error->message, refusals[_i].start), "wanted: %s\nfound:  %s",
                 refusals[_i].start, error->message);
}
END_TEST

int
main (void)
{
  const TTest *const tests[] = {
    nodes_are_there_in_the_first_instant,
    labels_say_what_each_node_runs,
    older_images_are_of_older_versions_of_the_template,
    nothing_moves_by_itself,
    a_group_launches_what_it_lacks,
    nodes_may_be_unready_or_silent,
    pods_go_on_where_they_are,
    pods_stay_unready_or_crashing,
    a_pod_that_was_leaving_leaves,
    a_claim_goes_on_being_bound,
    daemons_of_the_present_template_stay,
  };
  Suite *suite = suite_create ("found");
  TCase *tcase = tcase_create ("found");
  SRunner *runner = srunner_create (suite);
  int failed;

  tcase_add_loop_test (tcase, what_cannot_be_is_pointed_at, 0, G_N_ELEMENTS (refusals));
  for (guint i = 0; i < G_N_ELEMENTS (tests); i++)
    tcase_add_test (tcase, tests[i]);
  suite_add_tcase (suite, tcase);
  srunner_run_all (runner, CK_NORMAL);
  failed = srunner_ntests_failed (runner);
  srunner_free (runner);
  return failed == 0 ? 0 : 1;
}
