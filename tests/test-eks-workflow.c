/* SPDX-License-Identifier: Apache-2.0 */
/* What EKS does behind its API: the engine's update, config updates, and the lifecycle hooks. */
#include "config.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "sim/aws/eks/workflow.h"
#include "sim/aws/eks/eks.h"
#include "sim/aws/autoscaling/group.h"
#include "sim/aws/protocol/service.h"
#include "sim/kube/verbs/api.h"
#include "sim/kube/kinds/kinds.h"
#include "sim/kube/kinds/views.h"
#include "sim/world/world.h"

#define GROUP "\"clusterName\":\"eks-workshop\",\"nodegroupName\":\"default\""
#define OLD_RELEASE "1.30.0-20240605"
#define NEW_RELEASE "1.30.0-20240703"
#define NEW_IMAGE "ami-0fcd72f3118e0dd88"

static SimWorld *world;
static AwsNodegroup *nodegroup;

static void
add_nodegroup (void)
{
  AwsClusterSpec cluster = { .name = "eks-workshop" };
  AwsNodegroupSpec spec = { .cluster = "eks-workshop",
                            .name = "default",
                            .release_version = OLD_RELEASE,
                            .min = 3,
                            .max = 6,
                            .desired = 3 };
  g_autoptr (GError) error = NULL;

  ck_assert_ptr_nonnull (aws_eks_add_cluster (world->cloud, &cluster, NULL));
  nodegroup = aws_eks_add_nodegroup (world->cloud, &spec, &error);
  ck_assert_msg (nodegroup != NULL, "%s", error != NULL ? error->message : "");
}

static void
setup (void)
{
  SimWorldOptions options = { .seed = 7,
                              .start = 1721000000 * DD_SECOND,
                              .kube_minor = 30,
                              .region = "us-west-2",
                              .account = "123456789012",
                              .endpoint = "http://127.0.0.1:4566" };

  world = sim_world_new (&options);
  add_nodegroup ();
  sim_world_run_for (world, 5 * DD_MINUTE);
  sim_trace_begin (world->stage->trace);
}

static void
teardown (void)
{
  g_clear_pointer (&world, sim_world_free);
}

static DdValue *
call (const AwsService *service, const char *operation, const char *input_text)
{
  g_autoptr (DdValue) input = dd_value_parse (input_text, strlen (input_text), NULL, NULL);
  g_autoptr (GError) error = NULL;
  DdValue *output
      = aws_service_call (service, aws_cloud_door (world->cloud), operation, input, &error);

  ck_assert_msg (output != NULL, "%s: %s", operation, error != NULL ? error->message : "");
  return output;
}

static void
create (const KubeKind *kind, const char *text)
{
  g_autoptr (DdValue) value = dd_value_parse (text, strlen (text), NULL, NULL);
  g_autoptr (GError) error = NULL;
  g_autoptr (SimObject) object = NULL;

  ck_assert_ptr_nonnull (value);
  object = kube_create (world->kube, kind, "default", value, &error);
  ck_assert_msg (object != NULL, "%s", error != NULL ? error->message : "");
}

static guint
count_nodes_with_label (const char *key, const char *value)
{
  g_autoptr (GPtrArray) nodes = sim_store_list (world->kube->store, &kube_node, NULL);
  guint n = 0;

  for (guint i = 0; i < nodes->len; i++)
    {
      const KubeNodeView *view = kube_node_view (nodes->pdata[i]);

      if (view->ready
          && g_strcmp0 (dd_value_string (dd_value_member (view->labels, key)), value) == 0)
        n++;
    }
  return n;
}

static gboolean
is_updating (void)
{
  return strcmp (aws_nodegroup_status (nodegroup), "UPDATING") == 0;
}

static void
run_update (const char *operation, const char *input, DdUsec limit)
{
  g_autoptr (DdValue) output = call (&aws_eks, operation, input);
  DdUsec deadline = sim_stage_now (world->stage) + limit;

  ck_assert_str_eq (dd_value_path_string (output, "update.status"), "InProgress");
  while (is_updating () && sim_stage_now (world->stage) < deadline)
    ck_assert (sim_world_step (world));
  ck_assert_msg (!is_updating (), "%s goes on for too long", operation);
}

/* A workload whose budget allows no disruption at all. */
static void
add_blocked_workload (void)
{
  create (&kube_deployment,
          "{\"metadata\":{\"name\":\"web\"},\"spec\":{\"replicas\":2,\"selector\":{\"matchLabels\":"
          "{\"app\":\"web\"}},\"template\":{\"metadata\":{\"labels\":{\"app\":\"web\"}},\"spec\":"
          "{\"containers\":[{\"name\":\"web\",\"image\":\"web:1\"}]}}}}");
  create (&kube_pod_disruption_budget,
          "{\"metadata\":{\"name\":\"web\"},\"spec\":{\"minAvailable\":2,\"selector\":"
          "{\"matchLabels\":{\"app\":\"web\"}}}}");
  sim_world_run_for (world, 2 * DD_MINUTE);
}

START_TEST (the_furnished_group_boots_nodes_with_the_labels_of_eks)
{
  const AwsGroup *group = aws_cloud_group (world->cloud, aws_nodegroup_group_name (nodegroup));

  ck_assert_uint_eq (count_nodes_with_label ("eks.amazonaws.com/nodegroup", "default"), 3);
  ck_assert_uint_eq (count_nodes_with_label ("eks.amazonaws.com/capacityType", "ON_DEMAND"), 3);
  for (GList *link = group->members.head; link != NULL; link = link->next)
    ck_assert_int_eq (((const AwsMember *) link->data)->state, AWS_IN_SERVICE);
}
END_TEST

START_TEST (a_version_update_replaces_every_node_and_then_shows_the_release)
{
  g_autoptr (DdValue) record = NULL;
  const AwsGroup *group = aws_cloud_group (world->cloud, aws_nodegroup_group_name (nodegroup));
  g_autoptr (DdValue) described = NULL;

  run_update ("UpdateNodegroupVersion", "{" GROUP "}", 3 * DD_HOUR);
  record = aws_update_describe (aws_nodegroup_last_update (nodegroup));
  ck_assert_str_eq (dd_value_path_string (record, "status"), "Successful");
  ck_assert_uint_eq (dd_value_length (dd_value_member (record, "errors")), 0);
  described = call (&aws_eks, "DescribeNodegroup", "{" GROUP "}");
  ck_assert_str_eq (dd_value_path_string (described, "nodegroup.status"), "ACTIVE");
  ck_assert_str_eq (dd_value_path_string (described, "nodegroup.releaseVersion"), NEW_RELEASE);
  ck_assert_int_eq (group->desired, 3);
  ck_assert_int_eq (group->max, 6);
  sim_world_run_for (world, 10 * DD_MINUTE);
  ck_assert_uint_eq (count_nodes_with_label ("eks.amazonaws.com/nodegroup-image", NEW_IMAGE), 3);
  ck_assert_uint_eq (sim_store_count (world->kube->store, &kube_node), 3);
}
END_TEST

START_TEST (a_failed_update_leaves_the_group_active_with_its_old_release)
{
  g_autoptr (DdValue) record = NULL;
  g_autoptr (DdValue) described = NULL;

  add_blocked_workload ();
  run_update ("UpdateNodegroupVersion", "{" GROUP "}", 3 * DD_HOUR);
  record = aws_update_describe (aws_nodegroup_last_update (nodegroup));
  described = call (&aws_eks, "DescribeNodegroup", "{" GROUP "}");
  ck_assert_str_eq (dd_value_path_string (record, "status"), "Failed");
  ck_assert_str_eq (dd_value_path_string (record, "errors.0.errorCode"), "PodEvictionFailure");
  ck_assert_str_eq (
      dd_value_path_string (record, "errors.0.errorMessage"),
      "Reached max retries while trying to evict pods from nodes in node group default");
  ck_assert_uint_gt (dd_value_length (dd_value_path (record, "errors.0.resourceIds")), 0);
  ck_assert_ptr_nonnull (
      strstr (aws_update_explanation (aws_nodegroup_last_update (nodegroup)), "web"));
  ck_assert_str_eq (dd_value_path_string (described, "nodegroup.status"), "ACTIVE");
  ck_assert_str_eq (dd_value_path_string (described, "nodegroup.releaseVersion"), OLD_RELEASE);
}
END_TEST

START_TEST (a_config_update_reaches_nodes_template_and_sizes)
{
  const AwsGroup *group = aws_cloud_group (world->cloud, aws_nodegroup_group_name (nodegroup));
  g_autoptr (DdValue) described = NULL;

  run_update ("UpdateNodegroupConfig",
              "{" GROUP ",\"scalingConfig\":{\"maxSize\":8,\"desiredSize\":4},"
              "\"updateConfig\":{\"maxUnavailablePercentage\":50},"
              "\"labels\":{\"addOrUpdateLabels\":{\"team\":\"shop\"}},"
              "\"taints\":{\"addOrUpdateTaints\":[{\"key\":\"k\",\"value\":\"v\","
              "\"effect\":\"PREFER_NO_SCHEDULE\"}]}}",
              DD_HOUR);
  ck_assert_str_eq (aws_update_status (aws_nodegroup_last_update (nodegroup)), "Successful");
  ck_assert_int_eq (group->desired, 4);
  ck_assert_int_eq (group->max, 8);
  ck_assert_uint_eq (count_nodes_with_label ("team", "shop"), 3);
  sim_world_run_for (world, 5 * DD_MINUTE);
  ck_assert_uint_eq (count_nodes_with_label ("team", "shop"), 4);
  described = call (&aws_eks, "DescribeNodegroup", "{" GROUP "}");
  ck_assert_str_eq (dd_value_path_string (described, "nodegroup.status"), "ACTIVE");
  ck_assert_str_eq (dd_value_path_string (described, "nodegroup.labels.team"), "shop");
  ck_assert_str_eq (dd_value_path_string (described, "nodegroup.taints.0.effect"),
                    "PREFER_NO_SCHEDULE");
  ck_assert_int_eq (
      dd_value_path_int (described, "nodegroup.updateConfig.maxUnavailablePercentage", 0), 50);
  ck_assert_ptr_null (dd_value_path (described, "nodegroup.updateConfig.maxUnavailable"));
}
END_TEST

START_TEST (removed_labels_and_taints_leave_the_nodes)
{
  g_autoptr (GPtrArray) nodes = NULL;

  run_update ("UpdateNodegroupConfig",
              "{" GROUP ",\"labels\":{\"addOrUpdateLabels\":{\"team\":\"shop\"}},"
              "\"taints\":{\"addOrUpdateTaints\":[{\"key\":\"k\",\"effect\":\"NO_SCHEDULE\"}]}}",
              DD_HOUR);
  run_update ("UpdateNodegroupConfig",
              "{" GROUP ",\"labels\":{\"removeLabels\":[\"team\"]},"
              "\"taints\":{\"removeTaints\":[{\"key\":\"k\",\"effect\":\"NO_SCHEDULE\"}]}}",
              DD_HOUR);
  nodes = sim_store_list (world->kube->store, &kube_node, NULL);
  ck_assert_uint_eq (nodes->len, 3);
  for (guint i = 0; i < nodes->len; i++)
    {
      const KubeNodeView *view = kube_node_view (nodes->pdata[i]);

      ck_assert_ptr_null (dd_value_member (view->labels, "team"));
      ck_assert_uint_eq (dd_value_length (view->taints), 0);
    }
}
END_TEST

START_TEST (scaling_in_drains_the_node_for_a_quarter_of_an_hour_at_most)
{
  const AwsGroup *group = aws_cloud_group (world->cloud, aws_nodegroup_group_name (nodegroup));
  DdUsec began;

  add_blocked_workload ();
  run_update ("UpdateNodegroupConfig",
              "{" GROUP ",\"scalingConfig\":{\"minSize\":0,\"desiredSize\":0}}", DD_HOUR);
  began = sim_stage_now (world->stage);
  sim_world_run_for (world, 10 * DD_MINUTE);
  ck_assert_uint_gt (group->members.length, 0);
  while (group->members.length > 0 && sim_stage_now (world->stage) < began + DD_HOUR)
    ck_assert (sim_world_step (world));
  ck_assert_uint_eq (group->members.length, 0);
  ck_assert_int_ge (sim_stage_now (world->stage) - began, 15 * DD_MINUTE);
  ck_assert_int_lt (sim_stage_now (world->stage) - began, 18 * DD_MINUTE);
}
END_TEST

START_TEST (an_unknown_profile_or_knob_is_refused)
{
  SimEksWorkflow *workflow = aws_eks_workflow (world->cloud);
  g_autoptr (GError) profile = NULL;
  g_autoptr (GError) knob = NULL;

  ck_assert (sim_eks_workflow_set_profile (workflow, "documented", NULL));
  ck_assert (sim_eks_workflow_set_knob (workflow, "mark_outdated", "both", NULL));
  ck_assert (!sim_eks_workflow_set_profile (workflow, "none", &profile));
  ck_assert (!sim_eks_workflow_set_knob (workflow, "none", "1", &knob));
  ck_assert_ptr_nonnull (profile);
  ck_assert_ptr_nonnull (knob);
}
END_TEST

START_TEST (a_world_may_be_freed_in_the_middle_of_an_update)
{
  g_autoptr (DdValue) output = call (&aws_eks, "UpdateNodegroupVersion", "{" GROUP "}");

  ck_assert_str_eq (dd_value_path_string (output, "update.status"), "InProgress");
  for (guint i = 0; i < (guint) _i * 500; i++)
    sim_world_step (world);
}
END_TEST

static char *
digest_of_one_update (void)
{
  char *digest;

  setup ();
  run_update ("UpdateNodegroupVersion", "{" GROUP "}", 3 * DD_HOUR);
  digest = sim_trace_digest (world->stage->trace);
  teardown ();
  return digest;
}

START_TEST (the_same_seed_gives_the_same_trace)
{
  g_autofree char *first = digest_of_one_update ();
  g_autofree char *second = digest_of_one_update ();

  ck_assert_str_eq (first, second);
}
END_TEST

int
main (void)
{
  Suite *suite = suite_create ("eks-workflow");
  TCase *tests = tcase_create ("world");
  TCase *replay = tcase_create ("replay");
  SRunner *runner = srunner_create (suite);
  int failed;

  tcase_set_timeout (tests, 60);
  tcase_add_checked_fixture (tests, setup, teardown);
  tcase_add_test (tests, the_furnished_group_boots_nodes_with_the_labels_of_eks);
  tcase_add_test (tests, a_version_update_replaces_every_node_and_then_shows_the_release);
  tcase_add_test (tests, a_failed_update_leaves_the_group_active_with_its_old_release);
  tcase_add_test (tests, a_config_update_reaches_nodes_template_and_sizes);
  tcase_add_test (tests, removed_labels_and_taints_leave_the_nodes);
  tcase_add_test (tests, scaling_in_drains_the_node_for_a_quarter_of_an_hour_at_most);
  tcase_add_test (tests, an_unknown_profile_or_knob_is_refused);
  tcase_add_loop_test (tests, a_world_may_be_freed_in_the_middle_of_an_update, 0, 6);
  tcase_add_test (replay, the_same_seed_gives_the_same_trace);
  tcase_set_timeout (replay, 60);
  suite_add_tcase (suite, tests);
  suite_add_tcase (suite, replay);
  srunner_run_all (runner, CK_NORMAL);
  failed = srunner_ntests_failed (runner);
  srunner_free (runner);
  return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
