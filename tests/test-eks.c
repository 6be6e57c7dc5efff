/* SPDX-License-Identifier: Apache-2.0 */
/* The EKS API: what it shows, what it accepts, what it refuses and in which words. */
#include "config.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "sim/aws/eks/eks.h"
#include "sim/aws/protocol/error.h"
#include "sim/aws/autoscaling/group.h"
#include "sim/aws/protocol/service.h"
#include "sim/world/world.h"

#define GROUP "\"clusterName\":\"eks-workshop\",\"nodegroupName\":\"default\""

static SimWorld *world;
static AwsNodegroup *nodegroup;

static void
setup (void)
{
  SimWorldOptions options = { .seed = 7,
                              .start = 1721000000 * DD_SECOND,
                              .kube_minor = 30,
                              .region = "us-west-2",
                              .account = "123456789012",
                              .endpoint = "http://127.0.0.1:4566" };
  AwsClusterSpec cluster = { .name = "eks-workshop" };
  AwsNodegroupSpec spec = { .cluster = "eks-workshop",
                            .name = "default",
                            .version = "1.29",
                            .release_version = "1.29.3-20240531",
                            .min = 3,
                            .max = 6,
                            .desired = 3 };
  g_autoptr (GError) error = NULL;

  world = sim_world_new (&options);
  ck_assert_ptr_nonnull (aws_eks_add_cluster (world->cloud, &cluster, NULL));
  nodegroup = aws_eks_add_nodegroup (world->cloud, &spec, &error);
  ck_assert_msg (nodegroup != NULL, "%s", error != NULL ? error->message : "");
}

static void
teardown (void)
{
  g_clear_pointer (&world, sim_world_free);
}

static DdValue *
call_service (const AwsService *service, const char *operation, const char *input_text,
              GError **error)
{
  g_autoptr (DdValue) input = dd_value_parse (input_text, strlen (input_text), NULL, NULL);

  ck_assert_msg (input != NULL, "%s", input_text);
  return aws_service_call (service, aws_cloud_door (world->cloud), operation, input, error);
}

static DdValue *
call (const char *operation, const char *input_text)
{
  g_autoptr (GError) error = NULL;
  DdValue *output = call_service (&aws_eks, operation, input_text, &error);

  ck_assert_msg (output != NULL, "%s: %s", operation, error != NULL ? error->message : "");
  return output;
}

/* The message of the refusal; checks its code. */
static char *
refusal (const char *operation, const char *input, AwsErrorCode code)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (DdValue) output = call_service (&aws_eks, operation, input, &error);

  ck_assert_msg (output == NULL, "%s %s was accepted", operation, input);
  ck_assert_msg (g_error_matches (error, AWS_ERROR, (int) code), "%s %s: %s %s", operation, input,
                 aws_error_code_name (error->code), error->message);
  return g_strdup (error->message);
}

START_TEST (a_cluster_shows_its_version_endpoint_and_arn)
{
  g_autoptr (DdValue) output = call ("DescribeCluster", "{\"name\":\"eks-workshop\"}");
  const DdValue *cluster = dd_value_member (output, "cluster");

  ck_assert_str_eq (dd_value_path_string (cluster, "version"), "1.30");
  ck_assert_str_eq (dd_value_path_string (cluster, "status"), "ACTIVE");
  ck_assert_str_eq (dd_value_path_string (cluster, "endpoint"), "http://127.0.0.1:4566");
  ck_assert_str_eq (dd_value_path_string (cluster, "arn"),
                    "arn:aws:eks:us-west-2:123456789012:cluster/eks-workshop");
  ck_assert_int_eq (dd_value_path_int (cluster, "createdAt", 0), 1721000000);
}
END_TEST

START_TEST (a_node_group_shows_what_it_was_made_of)
{
  g_autoptr (DdValue) output = call ("DescribeNodegroup", "{" GROUP "}");
  const DdValue *group = dd_value_member (output, "nodegroup");
  const char *arn = dd_value_path_string (group, "nodegroupArn");
  const char *uuid = strrchr (arn, '/') + 1;
  g_autofree char *group_name = g_strconcat ("eks-default-", uuid, NULL);

  ck_assert_str_eq (dd_value_path_string (group, "status"), "ACTIVE");
  ck_assert_str_eq (dd_value_path_string (group, "version"), "1.29");
  ck_assert_str_eq (dd_value_path_string (group, "releaseVersion"), "1.29.3-20240531");
  ck_assert_str_eq (dd_value_path_string (group, "amiType"), "AL2_x86_64");
  ck_assert_str_eq (dd_value_path_string (group, "capacityType"), "ON_DEMAND");
  ck_assert_str_eq (dd_value_path_string (group, "instanceTypes.0"), "m5.large");
  ck_assert_uint_eq (dd_value_length (dd_value_member (group, "subnets")), 3);
  ck_assert_int_eq (dd_value_path_int (group, "scalingConfig.minSize", 0), 3);
  ck_assert_int_eq (dd_value_path_int (group, "scalingConfig.maxSize", 0), 6);
  ck_assert_int_eq (dd_value_path_int (group, "scalingConfig.desiredSize", 0), 3);
  ck_assert_int_eq (dd_value_path_int (group, "updateConfig.maxUnavailable", 0), 1);
  ck_assert_str_eq (dd_value_path_string (group, "resources.autoScalingGroups.0.name"), group_name);
  ck_assert_uint_eq (dd_value_length (dd_value_path (group, "health.issues")), 0);
  ck_assert_ptr_null (dd_value_member (group, "taints"));
}
END_TEST

START_TEST (the_group_behind_it_has_the_shape_eks_gives)
{
  AwsGroup *group = aws_cloud_group (world->cloud, aws_nodegroup_group_name (nodegroup));
  const char *uuid = strstr (group->name, "default-") + strlen ("default-");
  g_autofree char *template_name = g_strconcat ("eks-", uuid, NULL);
  AwsTemplate *template = aws_cloud_template (world->cloud, NULL, template_name);
  g_autofree char *user_data = NULL;
  gsize length;

  ck_assert_ptr_nonnull (template);
  ck_assert_ptr_eq (group->template, template);
  ck_assert_str_eq (group->template_version, "1");
  ck_assert_ptr_nonnull (group->mixed_policy);
  ck_assert_int_eq (group->grace_period, 15);
  ck_assert_int_eq (group->cooldown, 300);
  ck_assert (group->capacity_rebalance);
  ck_assert_str_eq (dd_value_path_string (group->termination_policies, "1"),
                    "OldestLaunchTemplate");
  ck_assert_int_eq (aws_group_hook (group, "Terminate-LC-Hook")->heartbeat_timeout_seconds, 1800);
  ck_assert (aws_group_hook (group, "Launch-LC-Hook")->at_launch);
  ck_assert_uint_eq (dd_value_length (group->tags), 5);
  user_data = (char *) g_base64_decode (
      dd_value_path_string (aws_template_version (template, "1")->data, "UserData"), &length);
  user_data = g_realloc (user_data, length + 1);
  user_data[length] = '\0';
  ck_assert_ptr_nonnull (strstr (user_data, "/etc/eks/bootstrap.sh eks-workshop "));
  ck_assert_ptr_nonnull (
      strstr (user_data, "--node-labels=eks.amazonaws.com/nodegroup-image=ami-"));
  ck_assert_ptr_nonnull (strstr (user_data, ",eks.amazonaws.com/capacityType=ON_DEMAND,"
                                            "eks.amazonaws.com/nodegroup=default'"));
}
END_TEST

START_TEST (what_is_not_valid_is_refused_in_the_words_of_eks)
{
  static const struct
  {
    const char *operation, *input;
    AwsErrorCode code;
    const char *message;
  } rows[] = {
    { "DescribeCluster", "{\"name\":\"none\"}", AWS_RESOURCE_NOT_FOUND,
      "No cluster found for name: none." },
    { "ListNodegroups", "{\"clusterName\":\"none\"}", AWS_RESOURCE_NOT_FOUND,
      "No cluster found for name: none." },
    { "DescribeNodegroup", "{\"clusterName\":\"eks-workshop\",\"nodegroupName\":\"none\"}",
      AWS_RESOURCE_NOT_FOUND, "No node group found for name: none." },
    { "DescribeUpdate",
      "{\"name\":\"eks-workshop\",\"nodegroupName\":\"default\","
      "\"updateId\":\"none\"}",
      AWS_RESOURCE_NOT_FOUND, "No update found for ID: none" },
    { "DescribeUpdate", "{\"name\":\"eks-workshop\",\"updateId\":\"none\"}", AWS_RESOURCE_NOT_FOUND,
      "No update found for ID: none" },
    { "ListUpdates", "{\"name\":\"eks-workshop\",\"nodegroupName\":\"none\"}",
      AWS_RESOURCE_NOT_FOUND, "No node group found for name: none." },
    { "UpdateNodegroupVersion", "{" GROUP ",\"version\":\"1.31\"}", AWS_INVALID_PARAMETER,
      "Nodegroup Kubernetes version should be equal to Cluster kubernetes version 1.30 or "
      "NodeGroup "
      "kubernetes version 1.29" },
    { "UpdateNodegroupVersion", "{" GROUP ",\"version\":\"1.9\"}", AWS_INVALID_PARAMETER,
      "unsupported Kubernetes version" },
    { "UpdateNodegroupVersion", "{" GROUP ",\"releaseVersion\":\"1.30.0-20240703\"}",
      AWS_INVALID_PARAMETER,
      "Requested release version 1.30.0-20240703 is not valid for kubernetes version 1.29." },
    { "UpdateNodegroupVersion",
      "{" GROUP ",\"version\":\"1.30\",\"releaseVersion\":\"1.29.6-20240703\"}",
      AWS_INVALID_PARAMETER,
      "Requested release version 1.29.6-20240703 is not valid for kubernetes version 1.30." },
    { "UpdateNodegroupVersion", "{" GROUP ",\"launchTemplate\":{\"name\":\"mine\"}}",
      AWS_INVALID_PARAMETER,
      "You cannot specify a launch template for a node group that was created without one" },
    { "UpdateNodegroupConfig", "{" GROUP ",\"scalingConfig\":{\"minSize\":4}}",
      AWS_INVALID_PARAMETER, "Minimum capacity 4 can't be greater than desired size 3" },
    { "UpdateNodegroupConfig", "{" GROUP ",\"scalingConfig\":{\"desiredSize\":7}}",
      AWS_INVALID_PARAMETER, "Desired size 7 can't be greater than max size 6" },
    { "UpdateNodegroupConfig",
      "{" GROUP ",\"scalingConfig\":{\"maxSize\":2000000000,\"desiredSize\":100000}}",
      AWS_INVALID_PARAMETER,
      "Desired size 100000 exceeds the limit of 5000 nodes per managed node group that is "
      "modelled" },
    { "UpdateNodegroupConfig",
      "{" GROUP ",\"updateConfig\":{\"maxUnavailable\":1,\"maxUnavailablePercentage\":20}}",
      AWS_INVALID_PARAMETER,
      "Only one of maxUnavailable and maxUnavailablePercentage can be specified." },
    { "UpdateNodegroupConfig", "{" GROUP "}", AWS_INVALID_PARAMETER,
      "At least one of labels, taints, scalingConfig and updateConfig must be specified." },
    { "ListClusters", "{\"nextToken\":\"bm9uZQ==\"}", AWS_INVALID_PARAMETER,
      "The nextToken bm9uZQ== is not valid." },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autofree char *message = refusal (rows[i].operation, rows[i].input, rows[i].code);

      ck_assert_str_eq (message, rows[i].message);
    }
  ck_assert_str_eq (aws_nodegroup_status (nodegroup), "ACTIVE");
}
END_TEST

START_TEST (an_error_about_a_node_group_names_it)
{
  const char *text = "{" GROUP ",\"version\":\"1.31\"}";
  g_autoptr (GError) error = NULL;
  g_autoptr (DdValue) output = call_service (&aws_eks, "UpdateNodegroupVersion", text, &error);

  ck_assert_ptr_null (output);
  ck_assert_str_eq (dd_value_path_string (aws_error_details (error), "clusterName"),
                    "eks-workshop");
  ck_assert_str_eq (dd_value_path_string (aws_error_details (error), "nodegroupName"), "default");
}
END_TEST

START_TEST (what_is_not_modelled_is_refused_by_name)
{
  g_autofree char *message = refusal ("DeleteNodegroup", "{" GROUP "}", AWS_UNKNOWN_OPERATION);

  ck_assert_ptr_nonnull (strstr (message, "DeleteNodegroup"));
}
END_TEST

START_TEST (an_accepted_version_update_shows_the_group_updating_at_once)
{
  guint64 serial = aws_eks_nodegroup_status_serial (world->cloud, "eks-workshop", "default");
  g_autoptr (DdValue) output = call ("UpdateNodegroupVersion", "{" GROUP "}");
  g_autoptr (DdValue) group = call ("DescribeNodegroup", "{" GROUP "}");
  const DdValue *update = dd_value_member (output, "update");

  ck_assert_str_eq (dd_value_path_string (update, "status"), "InProgress");
  ck_assert_str_eq (dd_value_path_string (update, "type"), "VersionUpdate");
  ck_assert_str_eq (dd_value_path_string (update, "params.0.type"), "Version");
  ck_assert_str_eq (dd_value_path_string (update, "params.0.value"), "1.30");
  ck_assert_str_eq (dd_value_path_string (update, "params.1.type"), "ReleaseVersion");
  ck_assert_str_eq (dd_value_path_string (update, "params.1.value"), "1.30.0-20240703");
  ck_assert_uint_eq (dd_value_length (dd_value_member (update, "errors")), 0);
  ck_assert_str_eq (dd_value_path_string (group, "nodegroup.status"), "UPDATING");
  ck_assert_str_eq (dd_value_path_string (group, "nodegroup.releaseVersion"), "1.29.3-20240531");
  ck_assert_uint_gt (aws_eks_nodegroup_status_serial (world->cloud, "eks-workshop", "default"),
                     serial);
}
END_TEST

START_TEST (a_group_that_is_updating_takes_no_other_update)
{
  g_autoptr (DdValue) first = call ("UpdateNodegroupVersion", "{" GROUP "}");
  g_autofree char *second = refusal ("UpdateNodegroupVersion", "{" GROUP "}", AWS_RESOURCE_IN_USE);
  g_autofree char *third
      = refusal ("UpdateNodegroupConfig", "{" GROUP ",\"scalingConfig\":{\"maxSize\":9}}",
                 AWS_RESOURCE_IN_USE);

  ck_assert_str_eq (dd_value_path_string (first, "update.status"), "InProgress");
  ck_assert_str_eq (second, "Nodegroup cannot be updated as it is currently not in Active State");
  ck_assert_str_eq (third, second);
}
END_TEST

START_TEST (the_same_token_gives_the_same_update)
{
  const char *input = "{" GROUP ",\"clientRequestToken\":\"t1\"}";
  g_autoptr (DdValue) first = call ("UpdateNodegroupVersion", input);
  g_autoptr (DdValue) again = call ("UpdateNodegroupVersion", input);
  g_autoptr (DdValue) listed
      = call ("ListUpdates", "{\"name\":\"eks-workshop\",\"nodegroupName\":\"default\"}");
  g_autofree char *other
      = refusal ("UpdateNodegroupVersion",
                 "{" GROUP ",\"clientRequestToken\":\"t1\",\"force\":true}", AWS_INVALID_PARAMETER);

  ck_assert (dd_value_equal (first, again));
  ck_assert_uint_eq (dd_value_length (dd_value_member (listed, "updateIds")), 1);
  ck_assert_ptr_nonnull (strstr (other, "t1"));
}
END_TEST

START_TEST (an_update_is_described_only_with_its_node_group)
{
  g_autoptr (DdValue) made = call ("UpdateNodegroupVersion", "{" GROUP "}");
  const char *id = dd_value_path_string (made, "update.id");
  g_autofree char *with = g_strdup_printf (
      "{\"name\":\"eks-workshop\",\"nodegroupName\":\"default\",\"updateId\":\"%s\"}", id);
  g_autofree char *without
      = g_strdup_printf ("{\"name\":\"eks-workshop\",\"updateId\":\"%s\"}", id);
  g_autoptr (DdValue) described = call ("DescribeUpdate", with);
  g_autofree char *message = refusal ("DescribeUpdate", without, AWS_RESOURCE_NOT_FOUND);
  g_autoptr (DdValue) of_cluster = call ("ListUpdates", "{\"name\":\"eks-workshop\"}");

  ck_assert (dd_value_equal (made, described));
  ck_assert_ptr_nonnull (strstr (message, id));
  ck_assert_uint_eq (dd_value_length (dd_value_member (of_cluster, "updateIds")), 0);
}
END_TEST

START_TEST (a_release_of_the_present_minor_may_be_named_and_an_older_one_too)
{
  static const char *const inputs[] = {
    "{" GROUP ",\"releaseVersion\":\"1.29.0-20240129\"}",
    "{" GROUP ",\"version\":\"1.29\",\"releaseVersion\":\"1.29.0-20240129\"}",
  };
  g_autoptr (DdValue) output = call ("UpdateNodegroupVersion", inputs[_i]);

  ck_assert_str_eq (dd_value_path_string (output, "update.params.1.value"), "1.29.0-20240129");
}
END_TEST

START_TEST (a_config_update_lists_its_parameters_in_order)
{
  static const char *const expected[][2] = {
    { "LabelsToAdd", "{\"team\":\"shop\"}" },
    { "LabelsToRemove", "[\"old\"]" },
    { "TaintsToAdd", "[{\"effect\":\"NO_SCHEDULE\",\"value\":\"v\",\"key\":\"k\"}]" },
    { "MinSize", "2" },
    { "MaxSize", "8" },
    { "DesiredSize", "4" },
    { "MaxUnavailablePercentage", "50" },
  };
  g_autoptr (DdValue) output
      = call ("UpdateNodegroupConfig",
              "{" GROUP ",\"scalingConfig\":{\"desiredSize\":4,\"maxSize\":8,\"minSize\":2},"
              "\"updateConfig\":{\"maxUnavailablePercentage\":50},"
              "\"taints\":{\"addOrUpdateTaints\":[{\"key\":\"k\",\"value\":\"v\","
              "\"effect\":\"NO_SCHEDULE\"}]},"
              "\"labels\":{\"addOrUpdateLabels\":{\"team\":\"shop\"},\"removeLabels\":[\"old\"]}}");
  const DdValue *params = dd_value_path (output, "update.params");

  ck_assert_str_eq (dd_value_path_string (output, "update.type"), "ConfigUpdate");
  ck_assert_uint_eq (dd_value_length (params), G_N_ELEMENTS (expected));
  for (guint i = 0; i < G_N_ELEMENTS (expected); i++)
    {
      const DdValue *param = dd_value_element (params, i);

      ck_assert_str_eq (dd_value_path_string (param, "type"), expected[i][0]);
      ck_assert_str_eq (dd_value_path_string (param, "value"), expected[i][1]);
    }
}
END_TEST

START_TEST (node_groups_are_listed_in_pages)
{
  AwsNodegroupSpec spec = { .cluster = "eks-workshop", .name = "second", .max = 1 };
  g_autoptr (DdValue) first = NULL;
  g_autoptr (DdValue) last = NULL;
  g_autofree char *next = NULL;

  ck_assert_ptr_nonnull (aws_eks_add_nodegroup (world->cloud, &spec, NULL));
  first = call ("ListNodegroups", "{\"clusterName\":\"eks-workshop\",\"maxResults\":1}");
  next
      = g_strdup_printf ("{\"clusterName\":\"eks-workshop\",\"maxResults\":1,\"nextToken\":\"%s\"}",
                         dd_value_path_string (first, "nextToken"));
  last = call ("ListNodegroups", next);
  ck_assert_str_eq (dd_value_path_string (first, "nodegroups.0"), "default");
  ck_assert_str_eq (dd_value_path_string (last, "nodegroups.0"), "second");
  ck_assert_ptr_null (dd_value_member (last, "nextToken"));
}
END_TEST

START_TEST (a_group_repointed_by_hand_is_degraded_until_it_is_put_back)
{
  AwsGroup *group = aws_cloud_group (world->cloud, aws_nodegroup_group_name (nodegroup));
  const char *template_id = group->template->resource.id;
  g_autofree char *version = g_strdup_printf (
      "{\"LaunchTemplateId\":\"%s\",\"SourceVersion\":\"1\",\"LaunchTemplateData\":{}}",
      template_id);
  const char *format
      = "{\"AutoScalingGroupName\":\"%s\",\"MixedInstancesPolicy\":{\"LaunchTemplate\":"
        "{\"LaunchTemplateSpecification\":{\"LaunchTemplateId\":\"%s\","
        "\"Version\":\"%s\"}}}}";
  g_autofree char *away = g_strdup_printf (format, group->name, template_id, "2");
  g_autofree char *back = g_strdup_printf (format, group->name, template_id, "1");
  g_autoptr (DdValue) made = call_service (&aws_ec2, "CreateLaunchTemplateVersion", version, NULL);
  g_autoptr (DdValue) moved = call_service (&aws_autoscaling, "UpdateAutoScalingGroup", away, NULL);
  g_autoptr (DdValue) shown = call ("DescribeNodegroup", "{" GROUP "}");
  g_autoptr (DdValue) healed = NULL;
  g_autofree char *message = refusal ("UpdateNodegroupVersion", "{" GROUP "}", AWS_INVALID_REQUEST);

  ck_assert_ptr_nonnull (made);
  ck_assert_ptr_nonnull (moved);
  ck_assert_str_eq (dd_value_path_string (shown, "nodegroup.status"), "DEGRADED");
  ck_assert_str_eq (dd_value_path_string (shown, "nodegroup.health.issues.0.code"),
                    "Ec2LaunchTemplateVersionMismatch");
  ck_assert_ptr_nonnull (strstr (message, "Nodegroup has health issue other than [ "));
  healed = call_service (&aws_autoscaling, "UpdateAutoScalingGroup", back, NULL);
  ck_assert_ptr_nonnull (healed);
  ck_assert_str_eq (aws_nodegroup_status (nodegroup), "ACTIVE");
}
END_TEST

START_TEST (a_poll_is_recognised_while_the_group_updates)
{
  static const struct
  {
    const char *method, *target;
    gboolean polls;
  } rows[] = {
    { "GET", "/clusters/eks-workshop/node-groups/default", TRUE },
    { "GET", "/clusters/eks-workshop/updates/x?nodegroupName=default", TRUE },
    { "GET", "/clusters/eks-workshop/updates/x", FALSE },
    { "POST", "/clusters/eks-workshop/node-groups/default", FALSE },
    { "GET", "/clusters/eks-workshop", FALSE },
    { "GET", "/clusters/eks-workshop/addons/default", FALSE },
    { "GET", "", FALSE },
    { "GET", "/clusters/%zz/node-groups/default", FALSE },
  };
  SimRequest idle = { .method = "GET", .target = "/clusters/eks-workshop/node-groups/default" };
  g_autoptr (DdValue) update = NULL;

  ck_assert_uint_eq (aws_eks_polled_serial (world->cloud, &idle), 0);
  update = call ("UpdateNodegroupVersion", "{" GROUP "}");
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      SimRequest request = { .method = rows[i].method, .target = rows[i].target };

      ck_assert_msg ((aws_eks_polled_serial (world->cloud, &request) != 0) == rows[i].polls,
                     "%s %s", rows[i].method, rows[i].target);
    }
}
END_TEST

static void
run_to_the_end (void)
{
  DdUsec limit = sim_stage_now (world->stage) + 2 * DD_HOUR;

  while (sim_stage_now (world->stage) < limit && sim_world_step (world))
    ;
}

START_TEST (the_control_plane_moves_one_minor_after_its_groups)
{
  static const struct
  {
    const char *version;
    AwsErrorCode code;
    const char *message;
  } rows[] = {
    { "1.99", AWS_INVALID_PARAMETER, "unsupported Kubernetes version" },
    { "x", AWS_INVALID_PARAMETER, "unsupported Kubernetes version" },
    { "1.30", AWS_INVALID_PARAMETER,
      "Unsupported Kubernetes minor version update from 1.30 to 1.30" },
    { "1.29", AWS_INVALID_PARAMETER,
      "Unsupported Kubernetes minor version update from 1.30 to 1.29" },
    { "1.32", AWS_INVALID_PARAMETER,
      "Unsupported Kubernetes minor version update from 1.30 to 1.32" },
    { "1.31", AWS_INVALID_REQUEST,
      "Nodegroups default must be updated to match cluster version 1.30 before updating cluster "
      "version" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autofree char *input
          = g_strdup_printf ("{\"name\":\"eks-workshop\",\"version\":\"%s\"}", rows[i].version);
      g_autofree char *message = refusal ("UpdateClusterVersion", input, rows[i].code);

      ck_assert_str_eq (message, rows[i].message);
    }
}
END_TEST

START_TEST (an_update_of_the_control_plane_takes_its_time_and_has_its_record)
{
  static const char input[] = "{\"name\":\"eks-workshop\",\"version\":\"1.31\","
                              "\"clientRequestToken\":\"t\"}";
  SimRequest poll = { .method = "GET", .target = "/clusters/eks-workshop" };
  g_autoptr (DdValue) groups = NULL, begun = NULL, again = NULL, during = NULL, list = NULL,
                      after = NULL;
  g_autofree char *busy = NULL;
  const char *id;

  run_to_the_end (); /* its nodes join */
  groups = call ("UpdateNodegroupVersion", "{" GROUP "}");
  run_to_the_end ();
  begun = call ("UpdateClusterVersion", input);
  again = call ("UpdateClusterVersion", input);
  busy = refusal ("UpdateClusterVersion", "{\"name\":\"eks-workshop\",\"version\":\"1.31\"}",
                  AWS_RESOURCE_IN_USE);
  during = call ("DescribeCluster", "{\"name\":\"eks-workshop\"}");
  id = dd_value_path_string (begun, "update.id");
  ck_assert_str_eq (dd_value_path_string (again, "update.id"), id);
  ck_assert_ptr_nonnull (strstr (busy, id));
  ck_assert_str_eq (dd_value_path_string (begun, "update.type"), "VersionUpdate");
  ck_assert_str_eq (dd_value_path_string (begun, "update.params.0.value"), "1.31");
  ck_assert_str_eq (dd_value_path_string (during, "cluster.status"), "UPDATING");
  ck_assert_str_eq (dd_value_path_string (during, "cluster.version"), "1.30");
  ck_assert_int_eq (world->kube->minor, 30);
  ck_assert_uint_ne (aws_eks_polled_serial (world->cloud, &poll), 0);
  run_to_the_end ();
  after = call ("DescribeCluster", "{\"name\":\"eks-workshop\"}");
  list = call ("ListUpdates", "{\"name\":\"eks-workshop\"}");
  ck_assert_str_eq (dd_value_path_string (after, "cluster.status"), "ACTIVE");
  ck_assert_str_eq (dd_value_path_string (after, "cluster.version"), "1.31");
  ck_assert_str_eq (dd_value_path_string (list, "updateIds.0"), id);
  ck_assert_int_eq (world->kube->minor, 31);
  ck_assert_uint_eq (aws_eks_polled_serial (world->cloud, &poll), 0);
}
END_TEST

/* ---- groups with a launch template of their owner's ---- */

#define OWN "\"clusterName\":\"eks-workshop\",\"nodegroupName\":\"own\""
#define VERSION(number) ",\"launchTemplate\":{\"name\":\"mine\",\"version\":\"" number "\"}"
#define OWN_IMAGE "ami-00000000000000001"

static void
call_ec2 (const char *operation, const char *input)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (DdValue) output = call_service (&aws_ec2, operation, input, &error);

  ck_assert_msg (output != NULL, "%s: %s", operation, error != NULL ? error->message : "");
}

/* The group "own", which runs version 2 of its template; IMAGE NULL: one that EKS publishes. */
static void
add_group_with_template (const char *image, gint64 desired)
{
  AwsTemplateSpec template = { .name = "mine", .version = 2, .image = image };
  g_autoptr (DdValue) of_template
      = dd_object ("name", dd_string ("mine"), "version", dd_string ("2"), NULL);
  AwsNodegroupSpec spec = { .cluster = "eks-workshop",
                            .name = "own",
                            .max = 1,
                            .desired = desired,
                            .launch_template = of_template };
  g_autoptr (GError) error = NULL;

  ck_assert (aws_eks_add_template (world->cloud, &template, NULL));
  ck_assert_msg (aws_eks_add_nodegroup (world->cloud, &spec, &error) != NULL, "%s",
                 error != NULL ? error->message : "");
}

START_TEST (a_group_made_with_a_template_shows_it_and_launches_from_a_copy)
{
  const AwsTemplate *template;
  const DdValue *group, *data;
  const AwsGroup *scaling;
  g_autoptr (DdValue) output = NULL;

  add_group_with_template (OWN_IMAGE, 0);
  template = aws_cloud_template (world->cloud, NULL, "mine");
  output = call ("DescribeNodegroup", "{" OWN "}");
  group = dd_value_member (output, "nodegroup");
  ck_assert_str_eq (dd_value_path_string (group, "amiType"), "CUSTOM");
  ck_assert_str_eq (dd_value_path_string (group, "version"), "1.30");
  ck_assert_str_eq (dd_value_path_string (group, "releaseVersion"), OWN_IMAGE);
  ck_assert_str_eq (dd_value_path_string (group, "launchTemplate.id"), template->resource.id);
  ck_assert_str_eq (dd_value_path_string (group, "launchTemplate.name"), "mine");
  ck_assert_str_eq (dd_value_path_string (group, "launchTemplate.version"), "2");
  ck_assert_ptr_null (dd_value_member (group, "diskSize"));
  scaling = aws_cloud_group (world->cloud,
                             dd_value_path_string (group, "resources.autoScalingGroups.0.name"));
  ck_assert_ptr_nonnull (scaling->template);
  ck_assert (scaling->template != template);
  ck_assert (g_str_has_prefix (scaling->template->name, "eks-"));
  data = aws_template_version (scaling->template, scaling->template_version)->data;
  ck_assert_str_eq (dd_value_path_string (data, "ImageId"), OWN_IMAGE);
  ck_assert_ptr_null (dd_value_member (data, "UserData"));
  ck_assert_str_eq (dd_value_path_string (data, "TagSpecifications.0.Tags.1.Value"), "own");
}
END_TEST

/* Imitates: AWS re:Post, "How do I resolve Amazon EKS managed node group update failures?" */
static const struct
{
  const char *image; /* of the group; NULL: one that EKS publishes */
  const char *input, *message;
} template_refusals[] = {
  { OWN_IMAGE, "{" OWN ",\"version\":\"1.30\"" VERSION ("2") "}",
    "You cannot specify the field kubernetesVersion when using custom AMIs." },
  { OWN_IMAGE, "{" OWN ",\"releaseVersion\":\"1.30.0-20240703\"" VERSION ("2") "}",
    "You cannot specify the field releaseVersion when using custom AMIs." },
  { OWN_IMAGE, "{" OWN "}",
    "Launch template details can't be null for Custom ami type node group" },
  { OWN_IMAGE, "{" OWN VERSION ("4") "}",
    "You must specify an image id in the launch template of a node group with a custom AMI" },
  { OWN_IMAGE, "{" OWN ",\"launchTemplate\":{\"name\":\"other\",\"version\":\"1\"}}",
    "The launch template must be the one that the node group was created with" },
  { OWN_IMAGE, "{" OWN ",\"launchTemplate\":{\"name\":\"none\"}}",
    "The specified launch template, with template name none, does not exist." },
  { OWN_IMAGE, "{" OWN ",\"launchTemplate\":{\"version\":\"2\"}}",
    "Either the name or the id of the launch template must be specified, and not both." },
  { OWN_IMAGE, "{" OWN VERSION ("5") "}",
    "Launch template version 5 must not specify an IAM instance profile, which the node group "
    "has." },
  { NULL, "{" OWN VERSION ("3") "}",
    "You cannot specify an image id in the launch template of a node group that was created "
    "without one" },
  { NULL, "{" OWN VERSION ("6") "}",
    "Drydock does not model how EKS merges the user data of a launch template that names no image "
    "with its own." },
};

START_TEST (a_template_that_does_not_fit_the_group_is_refused)
{
  g_autofree char *message = NULL;

  add_group_with_template (template_refusals[_i].image, 0);
  call_ec2 ("CreateLaunchTemplate",
            "{\"LaunchTemplateName\":\"other\",\"LaunchTemplateData\":{\"ImageId\":\"" OWN_IMAGE
            "\"}}");
  for (guint i = 0; i < 4; i++)
    {
      static const char *const data[] = {
        "\"ImageId\":\"ami-00000000000000002\"",
        "\"InstanceType\":\"m5.large\"",
        "\"ImageId\":\"ami-00000000000000002\",\"IamInstanceProfile\":{\"Name\":\"p\"}",
        "\"UserData\":\"aGVsbG8=\"",
      };
      g_autofree char *input = g_strdup_printf (
          "{\"LaunchTemplateName\":\"mine\",\"LaunchTemplateData\":{%s}}", data[i]);

      call_ec2 ("CreateLaunchTemplateVersion", input);
    }
  message = refusal ("UpdateNodegroupVersion", template_refusals[_i].input, AWS_INVALID_PARAMETER);
  ck_assert_str_eq (message, template_refusals[_i].message);
}
END_TEST

START_TEST (an_update_to_another_template_version_says_so_in_its_params)
{
  static const char *const expected[][4] = {
    { "Version", "ReleaseVersion", "LaunchTemplateName", "LaunchTemplateVersion" },
    { "LaunchTemplateName", "LaunchTemplateVersion" },
  };
  g_autoptr (DdValue) output = NULL;
  const DdValue *params;

  add_group_with_template (_i == 0 ? NULL : OWN_IMAGE, 0);
  output = call ("UpdateNodegroupVersion", "{" OWN VERSION ("1") "}");
  params = dd_value_path (output, "update.params");
  ck_assert_uint_eq (dd_value_length (params), _i == 0 ? 4 : 2);
  for (gsize i = 0; i < dd_value_length (params); i++)
    ck_assert_str_eq (dd_value_path_string (dd_value_element (params, i), "type"), expected[_i][i]);
  ck_assert_str_eq (
      dd_value_path_string (dd_value_element (params, dd_value_length (params) - 1), "value"), "1");
}
END_TEST

START_TEST (a_group_whose_template_was_deleted_is_degraded)
{
  g_autoptr (DdValue) output = NULL;
  g_autofree char *message = NULL;

  add_group_with_template (OWN_IMAGE, 0);
  call_ec2 ("DeleteLaunchTemplate", "{\"LaunchTemplateName\":\"mine\"}");
  output = call ("DescribeNodegroup", "{" OWN "}");
  ck_assert_str_eq (dd_value_path_string (output, "nodegroup.status"), "DEGRADED");
  ck_assert_str_eq (dd_value_path_string (output, "nodegroup.health.issues.0.code"),
                    "SourceEc2LaunchTemplateNotFound");
  message = refusal ("UpdateNodegroupVersion", "{" OWN VERSION ("1") "}", AWS_INVALID_REQUEST);
  ck_assert (g_str_has_prefix (message, "Nodegroup has health issue other than"));
}
END_TEST

/* ---- making groups ---- */

/* The input of CreateNodegroup: a group "new" in the first subnet, and MORE members. */
static char *
new_group (const char *more)
{
  const AwsSubnet *subnet = world->cloud->subnets->pdata[0];

  return g_strdup_printf (
      "{\"clusterName\":\"eks-workshop\",\"nodegroupName\":\"new\","
      "\"nodeRole\":\"arn:aws:iam::123456789012:role/n\",\"subnets\":[\"%s\"]%s}",
      subnet->resource.id, more);
}

#define MINE ",\"launchTemplate\":{\"name\":\"mine\"}"

static const struct
{
  const char *more;
  AwsErrorCode code;
  const char *message;
} creation_refusals[] = {
  { MINE ",\"diskSize\":50", AWS_INVALID_PARAMETER,
    "Disk size must be specified within the launch template." },
  { MINE ",\"remoteAccess\":{\"ec2SshKey\":\"k\"}", AWS_INVALID_PARAMETER,
    "Remote access configuration cannot be specified with a launch template." },
  { MINE ",\"instanceTypes\":[\"m5.large\"]", AWS_INVALID_REQUEST,
    "Cannot specify instance types in launch template and API Request" },
  { MINE ",\"amiType\":\"AL2_x86_64\"", AWS_INVALID_PARAMETER,
    "You cannot specify the field amiType when using custom AMIs." },
  { MINE ",\"version\":\"1.30\"", AWS_INVALID_PARAMETER,
    "You cannot specify the field kubernetesVersion when using custom AMIs." },
  { MINE ",\"releaseVersion\":\"1.30.0-20240703\"", AWS_INVALID_PARAMETER,
    "You cannot specify the field releaseVersion when using custom AMIs." },
  { ",\"amiType\":\"CUSTOM\"", AWS_INVALID_PARAMETER,
    "Launch template details can't be null for Custom ami type node group" },
  { ",\"instanceTypes\":[\"m7g.large\"]", AWS_INVALID_PARAMETER,
    "[m7g.large] is not a valid instance type for requested amiType AL2023_x86_64_STANDARD" },
  { ",\"instanceTypes\":[\"m5.enormous\"]", AWS_INVALID_PARAMETER,
    "[m5.enormous] is not a valid instance type for requested amiType AL2023_x86_64_STANDARD" },
  { ",\"version\":\"1.29\"", AWS_INVALID_PARAMETER,
    "Nodegroup Kubernetes version should be equal to Cluster kubernetes version 1.30" },
  { ",\"releaseVersion\":\"1.29.3-20240531\"", AWS_INVALID_PARAMETER,
    "Requested release version 1.29.3-20240531 is not valid for kubernetes version 1.30." },
  { ",\"labels\":{\"kubernetes.io/role\":\"a\"}", AWS_INVALID_PARAMETER,
    "Label cannot contain reserved prefixes [kubernetes.io/, k8s.io/, eks.amazonaws.com/]" },
  { ",\"scalingConfig\":{\"minSize\":3,\"maxSize\":4,\"desiredSize\":2}", AWS_INVALID_PARAMETER,
    "Minimum capacity 3 can't be greater than desired size 2" },
};

START_TEST (a_group_that_does_not_fit_together_is_not_made)
{
  AwsTemplateSpec template
      = { .name = "mine", .version = 1, .image = OWN_IMAGE, .instance_type = "m5.large" };
  g_autofree char *input = new_group (creation_refusals[_i].more);
  g_autofree char *message = NULL;

  ck_assert (aws_eks_add_template (world->cloud, &template, NULL));
  message = refusal ("CreateNodegroup", input, creation_refusals[_i].code);
  ck_assert_str_eq (message, creation_refusals[_i].message);
}
END_TEST

START_TEST (a_group_of_any_system_is_made_and_becomes_active)
{
  static const struct
  {
    const char *ami_type, *instance_type;
    gint64 disk_gib;
  } rows[] = {
    { "AL2_x86_64", "t3.small", 20 },
    { "AL2_ARM_64", "t4g.small", 20 },
    { "AL2023_ARM_64_STANDARD", "c7g.large", 20 },
    { "AL2023_x86_64_NEURON", "inf2.xlarge", 20 },
    { "BOTTLEROCKET_x86_64", "r6i.large", 20 },
    { "BOTTLEROCKET_ARM_64_FIPS", "m6g.large", 20 },
    { "WINDOWS_FULL_2022_x86_64", "m5.xlarge", 50 },
  };
  g_autofree char *more = g_strdup_printf (
      ",\"amiType\":\"%s\",\"instanceTypes\":[\"%s\"],\"clientRequestToken\":\"t\"",
      rows[_i].ami_type, rows[_i].instance_type);
  g_autofree char *input = new_group (more);
  g_autoptr (DdValue) made = call ("CreateNodegroup", input);
  g_autoptr (DdValue) again = call ("CreateNodegroup", input);
  g_autoptr (DdValue) later = NULL;

  ck_assert_str_eq (dd_value_path_string (made, "nodegroup.status"), "CREATING");
  ck_assert (dd_value_equal (made, again));
  sim_world_run_for (world, 5 * DD_MINUTE);
  later
      = call ("DescribeNodegroup", "{\"clusterName\":\"eks-workshop\",\"nodegroupName\":\"new\"}");
  ck_assert_str_eq (dd_value_path_string (later, "nodegroup.status"), "ACTIVE");
  ck_assert_str_eq (dd_value_path_string (later, "nodegroup.amiType"), rows[_i].ami_type);
  ck_assert_int_eq (dd_value_path_int (later, "nodegroup.diskSize", 0), rows[_i].disk_gib);
}
END_TEST

START_TEST (an_image_of_the_owners_is_assumed_only_where_none_is_listed)
{
  AwsCustomImageSpec listed = { .id = "ami-00000000000000009", .version = "1.29" };
  AwsCustomImageSpec malformed = { .id = "image", .version = "1.29" };
  const AwsImage *image;

  if (_i == 1)
    {
      ck_assert (!aws_eks_add_custom_image (world->cloud, &malformed, NULL));
      ck_assert (aws_eks_add_custom_image (world->cloud, &listed, NULL));
      ck_assert (!aws_eks_add_custom_image (world->cloud, &listed, NULL));
      image = aws_cloud_image (world->cloud, listed.id);
      ck_assert (g_str_has_prefix (image->kubelet_version, "v1.29."));
    }
  add_group_with_template (OWN_IMAGE, 1);
  ck_assert_ptr_null (aws_cloud_image (world->cloud, OWN_IMAGE));
  sim_world_run_for (world, 2 * DD_MINUTE);
  image = aws_cloud_image (world->cloud, OWN_IMAGE);
  ck_assert_int_eq (image != NULL, _i == 0);
  if (image != NULL)
    ck_assert (g_str_has_prefix (image->kubelet_version, "v1.30."));
}
END_TEST

START_TEST (a_world_is_not_furnished_with_what_eks_would_refuse)
{
  static const char *const arm[] = { "m6g.large", NULL };
  static const char *const nowhere[] = { "us-west-2x", NULL };
  const AwsNodegroupSpec specs[] = {
    { .cluster = "none", .name = "a", .max = 1 },
    { .cluster = "eks-workshop", .name = "-a", .max = 1 },
    { .cluster = "eks-workshop", .name = "default", .max = 1 },
    { .cluster = "eks-workshop", .name = "a", .min = 2, .desired = 1, .max = 3 },
    { .cluster = "eks-workshop", .name = "a", .max = 1, .version = "1.31" },
    { .cluster = "eks-workshop", .name = "a", .max = 1, .release_version = "1.30.0-20990101" },
    { .cluster = "eks-workshop", .name = "a", .max = 1, .ami_type = "WINDOWS_CORE_2016_x86_64" },
    { .cluster = "eks-workshop", .name = "a", .max = 1, .instance_types = arm },
    { .cluster = "eks-workshop", .name = "a", .max = 1, .zones = nowhere },
    { .cluster = "eks-workshop",
      .name = "a",
      .max = 1,
      .max_unavailable = 1,
      .max_unavailable_percentage = 5 },
  };
  AwsClusterSpec second = { .name = "second" };
  g_autoptr (GError) taken = NULL;

  for (guint i = 0; i < G_N_ELEMENTS (specs); i++)
    {
      g_autoptr (GError) error = NULL;

      ck_assert_msg (aws_eks_add_nodegroup (world->cloud, &specs[i], &error) == NULL, "row %u", i);
      ck_assert_msg (error != NULL && error->domain == AWS_ERROR, "row %u", i);
    }
  ck_assert_ptr_null (aws_eks_add_cluster (world->cloud, &second, &taken));
  ck_assert (g_error_matches (taken, AWS_ERROR, AWS_RESOURCE_IN_USE));
}
END_TEST

int
main (void)
{
  Suite *suite = suite_create ("eks");
  TCase *tests = tcase_create ("api");
  SRunner *runner = srunner_create (suite);
  int failed;

  tcase_add_checked_fixture (tests, setup, teardown);
  tcase_add_test (tests, a_cluster_shows_its_version_endpoint_and_arn);
  tcase_add_test (tests, a_node_group_shows_what_it_was_made_of);
  tcase_add_test (tests, the_group_behind_it_has_the_shape_eks_gives);
  tcase_add_test (tests, what_is_not_valid_is_refused_in_the_words_of_eks);
  tcase_add_test (tests, an_error_about_a_node_group_names_it);
  tcase_add_test (tests, what_is_not_modelled_is_refused_by_name);
  tcase_add_test (tests, an_accepted_version_update_shows_the_group_updating_at_once);
  tcase_add_test (tests, a_group_that_is_updating_takes_no_other_update);
  tcase_add_test (tests, the_same_token_gives_the_same_update);
  tcase_add_test (tests, an_update_is_described_only_with_its_node_group);
  tcase_add_loop_test (tests, a_release_of_the_present_minor_may_be_named_and_an_older_one_too, 0,
                       2);
  tcase_add_test (tests, a_config_update_lists_its_parameters_in_order);
  tcase_add_test (tests, node_groups_are_listed_in_pages);
  tcase_add_test (tests, a_group_repointed_by_hand_is_degraded_until_it_is_put_back);
  tcase_add_test (tests, a_poll_is_recognised_while_the_group_updates);
  tcase_add_test (tests, the_control_plane_moves_one_minor_after_its_groups);
  tcase_add_test (tests, an_update_of_the_control_plane_takes_its_time_and_has_its_record);
  tcase_add_test (tests, a_group_made_with_a_template_shows_it_and_launches_from_a_copy);
  tcase_add_loop_test (tests, a_template_that_does_not_fit_the_group_is_refused, 0,
                       G_N_ELEMENTS (template_refusals));
  tcase_add_loop_test (tests, an_update_to_another_template_version_says_so_in_its_params, 0, 2);
  tcase_add_test (tests, a_group_whose_template_was_deleted_is_degraded);
  tcase_add_loop_test (tests, a_group_that_does_not_fit_together_is_not_made, 0,
                       G_N_ELEMENTS (creation_refusals));
  tcase_add_loop_test (tests, a_group_of_any_system_is_made_and_becomes_active, 0, 7);
  tcase_add_loop_test (tests, an_image_of_the_owners_is_assumed_only_where_none_is_listed, 0, 2);
  tcase_add_test (tests, a_world_is_not_furnished_with_what_eks_would_refuse);
  suite_add_tcase (suite, tests);
  srunner_run_all (runner, CK_NORMAL);
  failed = srunner_ntests_failed (runner);
  srunner_free (runner);
  return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
