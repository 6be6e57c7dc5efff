/* SPDX-License-Identifier: Apache-2.0 */
/* EC2: launch templates, instances over time, lists with ids, filters and pages. */
#include "config.h"

#include <check.h>
#include <string.h>

#include "aws-fixture.h"

#include "sim/stage/machine.h"

static AwsInstance *
launch (const char *data, GError **error)
{
  g_autoptr (DdValue) value = dd_value_parse (data, strlen (data), NULL, NULL);
  AwsLaunch options = { .subnet = aws_cloud_subnet_in_zone (cloud, "us-west-2a"),
                        .instance_type = dd_value_path_string (value, "InstanceType"),
                        .data = value };

  return aws_ec2_launch (cloud, &options, error);
}

#define DATA "{\"ImageId\":\"" IMAGE "\",\"InstanceType\":\"m5.large\"}"

static void
pass (gint64 seconds)
{
  sim_world_run_for (world, seconds * DD_SECOND);
}

/* ---- launch templates ---- */

START_TEST (versions_count_up_and_the_default_stays)
{
  g_autoptr (DdValue) version = call (
      &aws_ec2, "CreateLaunchTemplateVersion",
      "{\"LaunchTemplateName\":\"nodes\",\"LaunchTemplateData\":{\"InstanceType\":\"c5.large\"}}");
  g_autoptr (DdValue) templates = call (&aws_ec2, "DescribeLaunchTemplates", "{}");

  ck_assert_int_eq (dd_value_path_int (version, "launchTemplateVersion.versionNumber", 0), 2);
  ck_assert (!dd_value_path_bool (version, "launchTemplateVersion.defaultVersion", TRUE));
  ck_assert_int_eq (dd_value_path_int (templates, "launchTemplates.0.defaultVersionNumber", 0), 1);
  ck_assert_int_eq (dd_value_path_int (templates, "launchTemplates.0.latestVersionNumber", 0), 2);
}
END_TEST

START_TEST (a_version_lies_over_its_source)
{
  g_autoptr (DdValue) answer
      = call (&aws_ec2, "CreateLaunchTemplateVersion",
              "{\"LaunchTemplateName\":\"nodes\",\"SourceVersion\":\"1\",\"LaunchTemplateData\":"
              "{\"InstanceType\":\"c5.large\",\"UserData\":\"aGk=\"}}");

  ck_assert_str_eq (
      dd_value_path_string (answer, "launchTemplateVersion.launchTemplateData.imageId"), IMAGE);
  ck_assert_str_eq (
      dd_value_path_string (answer, "launchTemplateVersion.launchTemplateData.instanceType"),
      "c5.large");
}
END_TEST

START_TEST (a_client_token_makes_no_second_version)
{
  const char *input = "{\"LaunchTemplateName\":\"nodes\",\"ClientToken\":\"t\","
                      "\"LaunchTemplateData\":{}}";
  g_autoptr (DdValue) first = call (&aws_ec2, "CreateLaunchTemplateVersion", input);
  g_autoptr (DdValue) second = call (&aws_ec2, "CreateLaunchTemplateVersion", input);

  ck_assert (dd_value_equal (first, second));
}
END_TEST

START_TEST (versions_are_found_by_number_and_by_alias)
{
  g_autoptr (DdValue) answer = NULL;

  run (&aws_ec2, "CreateLaunchTemplateVersion",
       "{\"LaunchTemplateName\":\"nodes\",\"LaunchTemplateData\":{}}");
  run (&aws_ec2, "ModifyLaunchTemplate",
       "{\"LaunchTemplateName\":\"nodes\",\"DefaultVersion\":\"2\"}");
  run (&aws_ec2, "CreateLaunchTemplateVersion",
       "{\"LaunchTemplateName\":\"nodes\",\"LaunchTemplateData\":{}}");
  answer
      = call (&aws_ec2, "DescribeLaunchTemplateVersions",
              "{\"LaunchTemplateName\":\"nodes\",\"Versions\":[\"$Default\",\"$Latest\",\"1\"]}");
  ck_assert_int_eq (dd_value_path_int (answer, "launchTemplateVersionSet.0.versionNumber", 0), 2);
  ck_assert_int_eq (dd_value_path_int (answer, "launchTemplateVersionSet.1.versionNumber", 0), 3);
  ck_assert_int_eq (dd_value_path_int (answer, "launchTemplateVersionSet.2.versionNumber", 0), 1);
}
END_TEST

START_TEST (a_deleted_template_leaves_its_group_without_launches)
{
  const AwsGroup *group;
  g_autofree char *ids = subnets (1);
  g_autofree char *input = g_strdup_printf (
      "{\"AutoScalingGroupName\":\"g\",\"MinSize\":1,\"MaxSize\":1,"
      "\"LaunchTemplate\":{\"LaunchTemplateName\":\"nodes\"},\"VPCZoneIdentifier\":\"%s\"}",
      ids);

  run (&aws_autoscaling, "CreateAutoScalingGroup", input);
  run (&aws_ec2, "DeleteLaunchTemplate", "{\"LaunchTemplateName\":\"nodes\"}");
  pass (30);
  group = aws_cloud_group (cloud, "g");
  ck_assert_uint_eq (group->members.length, 0);
  ck_assert_ptr_nonnull (
      strstr (((AwsActivity *) group->activities->pdata[0])->status_message, "does not exist"));
}
END_TEST

/* ---- instances ---- */

START_TEST (an_instance_goes_through_its_states)
{
  AwsInstance *instance = launch (DATA, NULL);
  g_autofree char *id = g_strdup (instance->resource.id);

  ck_assert_int_eq (instance->state, AWS_INSTANCE_PENDING);
  pass (21);
  ck_assert_int_eq (instance->state, AWS_INSTANCE_RUNNING);
  ck_assert_int_eq (sim_machine_state (world->stage, id), SIM_MACHINE_RUNNING);
  aws_ec2_terminate (cloud, instance, "User initiated");
  ck_assert_int_eq (instance->state, AWS_INSTANCE_SHUTTING_DOWN);
  pass (41);
  ck_assert_int_eq (instance->state, AWS_INSTANCE_TERMINATED);
  ck_assert_int_eq (sim_machine_state (world->stage, id), SIM_MACHINE_GONE);
}
END_TEST

START_TEST (a_terminated_instance_is_seen_for_an_hour)
{
  AwsInstance *instance = launch (DATA, NULL);
  g_autoptr (DdValue) before = NULL;
  g_autoptr (DdValue) after = NULL;

  aws_ec2_terminate (cloud, instance, "User initiated");
  pass (50 * 60);
  before = call (&aws_ec2, "DescribeInstances", "{}");
  ck_assert_str_eq (
      dd_value_path_string (before, "reservationSet.0.instancesSet.0.instanceState.name"),
      "terminated");
  ck_assert_str_eq (dd_value_path_string (before, "reservationSet.0.instancesSet.0.reason"),
                    "User initiated (2026-01-01 00:00:00 GMT)");
  pass (15 * 60);
  after = call (&aws_ec2, "DescribeInstances", "{}");
  ck_assert_uint_eq (dd_value_length (dd_value_member (after, "reservationSet")), 0);
}
END_TEST

START_TEST (names_come_from_addresses_of_the_subnet)
{
  AwsInstance *instance = launch (DATA, NULL);
  const AwsSubnet *subnet = instance->subnet;

  ck_assert (g_str_has_prefix (instance->private_ip, "10.42."));
  ck_assert_uint_gt (instance->address, subnet->first_address + 3);
  ck_assert_uint_lt (instance->address, subnet->first_address + subnet->n_addresses - 1);
  ck_assert (g_str_has_prefix (instance->private_dns, "ip-10-42-"));
  ck_assert (g_str_has_suffix (instance->private_dns, ".us-west-2.compute.internal"));
  ck_assert_ptr_eq (aws_cloud_instance_of_node (cloud, instance->private_dns), instance);
}
END_TEST

START_TEST (a_full_subnet_refuses)
{
  AwsSubnet *subnet = aws_cloud_subnet_in_zone (cloud, "us-west-2a");
  g_autoptr (GError) error = NULL;

  while (subnet->n_free > 0)
    ck_assert_uint_ne (aws_subnet_take_address (cloud, subnet), 0);
  ck_assert_ptr_null (launch (DATA, &error));
  ck_assert_int_eq (error->code, AWS_INSUFFICIENT_ADDRESSES);
  ck_assert_ptr_nonnull (strstr (error->message, "There are not enough free addresses in subnet"));
  aws_subnet_return_address (subnet, subnet->first_address + 100);
  ck_assert_uint_eq (launch (DATA, NULL)->address, subnet->first_address + 100);
}
END_TEST

START_TEST (templates_and_groups_tag_their_instances)
{
  g_autofree char *ids = subnets (1);
  g_autofree char *input
      = g_strdup_printf ("{\"AutoScalingGroupName\":\"g\",\"MinSize\":1,\"MaxSize\":1,"
                         "\"LaunchTemplate\":{\"LaunchTemplateName\":\"nodes\",\"Version\":\"2\"},"
                         "\"VPCZoneIdentifier\":\"%s\",\"Tags\":[{\"Key\":\"up\",\"Value\":\"1\","
                         "\"PropagateAtLaunch\":true},{\"Key\":\"stay\",\"Value\":\"2\"}]}",
                         ids);
  const DdValue *tags;

  run (&aws_ec2, "CreateLaunchTemplateVersion",
       "{\"LaunchTemplateName\":\"nodes\",\"SourceVersion\":\"1\",\"LaunchTemplateData\":"
       "{\"TagSpecifications\":[{\"ResourceType\":\"instance\",\"Tags\":[{\"Key\":\"Name\","
       "\"Value\":\"node\"}]}]}}");
  run (&aws_autoscaling, "CreateAutoScalingGroup", input);
  pass (30);
  tags = ((AwsInstance *) cloud->instances.head->data)->resource.tags;
  ck_assert_str_eq (dd_value_string (dd_value_member (tags, "Name")), "node");
  ck_assert_str_eq (dd_value_string (dd_value_member (tags, "up")), "1");
  ck_assert_ptr_null (dd_value_member (tags, "stay"));
  ck_assert_str_eq (dd_value_string (dd_value_member (tags, "aws:autoscaling:groupName")), "g");
  ck_assert_str_eq (dd_value_string (dd_value_member (tags, "aws:ec2launchtemplate:version")), "2");
}
END_TEST

START_TEST (status_checks_take_some_minutes)
{
  g_autoptr (DdValue) pending = NULL;
  g_autoptr (DdValue) early = NULL;
  g_autoptr (DdValue) late = NULL;

  launch (DATA, NULL);
  pending = call (&aws_ec2, "DescribeInstanceStatus", "{}");
  ck_assert_uint_eq (dd_value_length (dd_value_member (pending, "instanceStatusSet")), 0);
  pass (30);
  early = call (&aws_ec2, "DescribeInstanceStatus", "{}");
  ck_assert_str_eq (dd_value_path_string (early, "instanceStatusSet.0.instanceStatus.status"),
                    "initializing");
  pass (200);
  late = call (&aws_ec2, "DescribeInstanceStatus", "{}");
  ck_assert_str_eq (dd_value_path_string (late, "instanceStatusSet.0.instanceStatus.status"), "ok");
}
END_TEST

/* ---- lists ---- */

static guint
count_with_filter (const char *name, const char *value)
{
  g_autofree char *input
      = g_strdup_printf ("{\"Filters\":[{\"Name\":\"%s\",\"Values\":[\"%s\"]}]}", name, value);
  g_autoptr (DdValue) answer = call (&aws_ec2, "DescribeInstances", input);

  return (guint) dd_value_length (dd_value_member (answer, "reservationSet"));
}

START_TEST (filters_choose_with_wildcards)
{
  AwsInstance *instance = launch (DATA, NULL);

  aws_resource_tag (&instance->resource, "Name", "blue-1");
  launch (DATA, NULL);
  pass (30);
  ck_assert_uint_eq (count_with_filter ("instance-state-name", "running"), 2);
  ck_assert_uint_eq (count_with_filter ("instance-state-code", "0"), 0);
  ck_assert_uint_eq (count_with_filter ("instance-type", "m5.*"), 2);
  ck_assert_uint_eq (count_with_filter ("instance-type", "m?.larg"), 0);
  ck_assert_uint_eq (count_with_filter ("tag:Name", "*e-?"), 1);
  ck_assert_uint_eq (count_with_filter ("tag-key", "Name"), 1);
  ck_assert_uint_eq (count_with_filter ("private-dns-name", instance->private_dns), 1);
}
END_TEST

START_TEST (many_stars_take_no_longer)
{
  g_autoptr (GString) pattern = g_string_new (NULL);
  AwsInstance *instance = launch (DATA, NULL);
  g_autofree char *name = g_strnfill (250, 'a');

  aws_resource_tag (&instance->resource, "Name", name);
  for (int i = 0; i < 60; i++)
    g_string_append (pattern, "*a");
  g_string_append (pattern, "*b");
  ck_assert_uint_eq (count_with_filter ("tag:Name", pattern->str), 0);
}
END_TEST

START_TEST (pages_go_on_while_instances_come_and_go)
{
  g_autoptr (DdValue) first = NULL;
  g_autoptr (DdValue) second = NULL;
  g_autofree char *input = NULL;

  for (int i = 0; i < 8; i++)
    launch (DATA, NULL);
  first = call (&aws_ec2, "DescribeInstances", "{\"MaxResults\":5}");
  ck_assert_uint_eq (dd_value_length (dd_value_member (first, "reservationSet")), 5);
  aws_instance_free (cloud, cloud->instances.head->data);
  input = g_strdup_printf ("{\"MaxResults\":5,\"NextToken\":\"%s\"}",
                           dd_value_path_string (first, "nextToken"));
  second = call (&aws_ec2, "DescribeInstances", input);
  ck_assert_uint_eq (dd_value_length (dd_value_member (second, "reservationSet")), 3);
  ck_assert_ptr_null (dd_value_member (second, "nextToken"));
}
END_TEST

static const struct
{
  const char *operation, *input;
  AwsErrorCode code;
  const char *message;
} refusals[] = {
  { "DescribeInstances", "{\"InstanceIds\":[\"i-0123456789abcdef0\"]}",
    AWS_INVALID_INSTANCE_ID_NOT_FOUND, "The instance ID 'i-0123456789abcdef0' does not exist" },
  { "DescribeInstances", "{\"InstanceIds\":[\"i-0123456789abcdef0\",\"i-0123456789abcdef1\"]}",
    AWS_INVALID_INSTANCE_ID_NOT_FOUND,
    "The instance IDs 'i-0123456789abcdef0, i-0123456789abcdef1' do not exist" },
  { "DescribeInstances", "{\"InstanceIds\":[\"nonsense\"]}", AWS_INVALID_INSTANCE_ID_MALFORMED,
    "Invalid id: \"nonsense\"" },
  { "DescribeInstances", "{\"Filters\":[{\"Name\":\"colour\",\"Values\":[\"blue\"]}]}",
    AWS_INVALID_PARAMETER_VALUE, "The filter 'colour' is invalid" },
  { "DescribeInstances", "{\"DryRun\":true}", AWS_DRY_RUN,
    "Request would have succeeded, but DryRun flag is set." },
  { "DescribeImages", "{\"ImageIds\":[\"ami-1\"]}", AWS_INVALID_AMI_ID_NOT_FOUND,
    "The image id '[ami-1]' does not exist" },
  { "DescribeSubnets", "{\"SubnetIds\":[\"subnet-1\"]}", AWS_INVALID_SUBNET_ID_NOT_FOUND,
    "The subnet ID 'subnet-1' does not exist" },
  { "DescribeLaunchTemplates", "{\"LaunchTemplateNames\":[\"none\"]}",
    AWS_INVALID_TEMPLATE_NAME_NOT_FOUND,
    "The specified launch template, with template name none, does not exist." },
  { "CreateLaunchTemplate", "{\"LaunchTemplateName\":\"nodes\",\"LaunchTemplateData\":{}}",
    AWS_TEMPLATE_NAME_EXISTS, "Launch template name already in use." },
  { "CreateLaunchTemplate",
    "{\"LaunchTemplateName\":\"more\",\"LaunchTemplateData\":{\"UserData\":\"?\"}}",
    AWS_INVALID_USER_DATA, "Invalid BASE64 encoding of user data." },
  { "CreateLaunchTemplate", "{\"LaunchTemplateName\":\"more\"}", AWS_MISSING_PARAMETER,
    "The request must contain the parameter LaunchTemplateData" },
  { "CreateLaunchTemplateVersion",
    "{\"LaunchTemplateName\":\"nodes\",\"SourceVersion\":\"9\",\"LaunchTemplateData\":{}}",
    AWS_INVALID_TEMPLATE_VERSION_NOT_FOUND, NULL },
  { "CreateTags", "{\"Resources\":[\"vol-1\"],\"Tags\":[{\"Key\":\"a\"}]}", AWS_INVALID_ID,
    "The ID 'vol-1' is not valid" },
  { "DescribeInstanceTypes", "{\"InstanceTypes\":[\"z9.huge\"]}", AWS_INVALID_INSTANCE_TYPE,
    "The following supplied instance types do not exist: [z9.huge]" },
};

START_TEST (mistakes_are_answered_in_the_words_of_the_service)
{
  g_autofree char *not_found
      = g_strdup_printf ("Could not find the specified version 9 for the launch template with ID "
                         "%s.",
                         aws_cloud_template (cloud, NULL, "nodes")->resource.id);

  refused (&aws_ec2, refusals[_i].operation, refusals[_i].input, refusals[_i].code,
           refusals[_i].message != NULL ? refusals[_i].message : not_found);
}
END_TEST

START_TEST (tags_are_set_listed_and_removed)
{
  AwsInstance *instance = launch (DATA, NULL);
  g_autofree char *set = g_strdup_printf (
      "{\"Resources\":[\"%s\"],\"Tags\":[{\"Key\":\"a\",\"Value\":\"1\"}]}", instance->resource.id);
  g_autofree char *other = g_strdup_printf (
      "{\"Resources\":[\"%s\"],\"Tags\":[{\"Key\":\"a\",\"Value\":\"2\"}]}", instance->resource.id);
  g_autoptr (DdValue) listed = NULL;

  run (&aws_ec2, "CreateTags", set);
  run (&aws_ec2, "DeleteTags", other); /* another value: it stays */
  listed = call (&aws_ec2, "DescribeTags", "{\"Filters\":[{\"Name\":\"key\",\"Values\":[\"a\"]}]}");
  ck_assert_str_eq (dd_value_path_string (listed, "tagSet.0.resourceType"), "instance");
  ck_assert_str_eq (dd_value_path_string (listed, "tagSet.0.value"), "1");
  run (&aws_ec2, "DeleteTags", set);
  ck_assert_uint_eq (dd_value_length (instance->resource.tags), 0);
}
END_TEST

/* ---- instance types ---- */

/* Imitates: misc/eni-max-pods.txt of aws/amazon-vpc-cni-k8s. */
static const struct
{
  const char *name;
  int max_pods;
  const char *architecture;
} known_types[] = {
  { "t2.micro", 4, "x86_64" },        { "t3.medium", 17, "x86_64" },
  { "t4g.small", 11, "arm64" },       { "m5.large", 29, "x86_64" },
  { "m6i.4xlarge", 234, "x86_64" },   { "m7g.16xlarge", 737, "arm64" },
  { "m8g.xlarge", 58, "arm64" },      { "c7i-flex.large", 29, "x86_64" },
  { "r5.24xlarge", 737, "x86_64" },   { "g4dn.xlarge", 29, "x86_64" },
  { "g5.xlarge", 58, "x86_64" },      { "g5g.xlarge", 58, "arm64" },
  { "p4d.24xlarge", 737, "x86_64" },  { "p5.48xlarge", 100, "x86_64" },
  { "c6in.32xlarge", 394, "x86_64" }, { "i4g.large", 29, "arm64" },
  { "x2iedn.xlarge", 58, "x86_64" },  { "i3en.metal", 737, "x86_64" },
  { "g5.48xlarge", 345, "x86_64" },   { "i4i.24xlarge", 437, "x86_64" },
  { "p5en.48xlarge", 198, "x86_64" }, { "inf1.24xlarge", 321, "x86_64" },
  { "m4.large", 20, "x86_64" },       { "im4gn.4xlarge", 234, "arm64" },
  { "g6e.24xlarge", 492, "x86_64" },  { "c6g.medium", 8, "arm64" },
};

START_TEST (an_instance_type_has_room_for_as_many_pods_as_the_cni_has_addresses)
{
  const AwsInstanceType *type = aws_cloud_instance_type (cloud, known_types[_i].name);

  ck_assert_msg (type != NULL, "%s", known_types[_i].name);
  ck_assert_int_eq (aws_instance_type_max_pods (type), known_types[_i].max_pods);
  ck_assert_str_eq (type->architecture, known_types[_i].architecture);
}
END_TEST

START_TEST (every_instance_type_is_found_by_its_name)
{
  guint n = aws_cloud_n_instance_types (cloud);

  ck_assert_uint_gt (n, 1000);
  for (guint i = 0; i < n; i++)
    {
      const AwsInstanceType *type = aws_cloud_nth_instance_type (cloud, i);

      ck_assert_msg (aws_cloud_instance_type (cloud, type->name) == type, "%s", type->name);
      ck_assert_int_eq (type->cpus % type->threads, 0);
      ck_assert_int_gt (type->memory_mib, 0);
      ck_assert_int_gt (aws_instance_type_max_pods (type), 3);
    }
}
END_TEST

START_TEST (a_world_may_know_further_instance_types)
{
  AwsInstanceType type = { .name = "m9.huge",
                           .architecture = "arm64",
                           .cpus = 4,
                           .threads = 1,
                           .memory_mib = 4096,
                           .interfaces = 2,
                           .addresses = 5 };
  g_autoptr (DdValue) answer = NULL;

  ck_assert_ptr_null (aws_cloud_instance_type (cloud, "m9.huge"));
  ck_assert (aws_cloud_add_instance_type (cloud, &type, NULL));
  ck_assert (!aws_cloud_add_instance_type (cloud, &type, NULL));
  answer = call (&aws_ec2, "DescribeInstanceTypes", "{\"InstanceTypes\":[\"m9.huge\"]}");
  ck_assert_int_eq (dd_value_path_int (answer, "instanceTypeSet.0.vCpuInfo.defaultVCpus", 0), 4);
  ck_assert_str_eq (
      dd_value_path_string (answer, "instanceTypeSet.0.processorInfo.supportedArchitectures.0"),
      "arm64");
}
END_TEST

START_TEST (regions_name_their_zones)
{
  g_autoptr (DdValue) zones = call (&aws_ec2, "DescribeAvailabilityZones", "{}");

  ck_assert_str_eq (dd_value_path_string (zones, "availabilityZoneInfo.0.zoneName"), "us-west-2a");
  ck_assert_str_eq (dd_value_path_string (zones, "availabilityZoneInfo.0.zoneId"), "usw2-az1");
  ck_assert_str_eq (aws_cloud_add_zone (cloud, "us-west-2d")->id, "usw2-az4");
}
END_TEST

int
main (void)
{
  Suite *suite = suite_create ("ec2");
  TCase *tc = tcase_create ("ec2");
  SRunner *runner;
  int failed;

  tcase_add_checked_fixture (tc, aws_setup, aws_teardown);
  tcase_add_test (tc, versions_count_up_and_the_default_stays);
  tcase_add_test (tc, a_version_lies_over_its_source);
  tcase_add_test (tc, a_client_token_makes_no_second_version);
  tcase_add_test (tc, versions_are_found_by_number_and_by_alias);
  tcase_add_test (tc, a_deleted_template_leaves_its_group_without_launches);
  tcase_add_test (tc, an_instance_goes_through_its_states);
  tcase_add_test (tc, a_terminated_instance_is_seen_for_an_hour);
  tcase_add_test (tc, names_come_from_addresses_of_the_subnet);
  tcase_add_test (tc, a_full_subnet_refuses);
  tcase_add_test (tc, templates_and_groups_tag_their_instances);
  tcase_add_test (tc, status_checks_take_some_minutes);
  tcase_add_test (tc, filters_choose_with_wildcards);
  tcase_add_test (tc, many_stars_take_no_longer);
  tcase_add_test (tc, pages_go_on_while_instances_come_and_go);
  tcase_add_loop_test (tc, mistakes_are_answered_in_the_words_of_the_service, 0,
                       G_N_ELEMENTS (refusals));
  tcase_add_test (tc, tags_are_set_listed_and_removed);
  tcase_add_loop_test (tc, an_instance_type_has_room_for_as_many_pods_as_the_cni_has_addresses, 0,
                       G_N_ELEMENTS (known_types));
  tcase_add_test (tc, every_instance_type_is_found_by_its_name);
  tcase_add_test (tc, a_world_may_know_further_instance_types);
  tcase_add_test (tc, regions_name_their_zones);
  suite_add_tcase (suite, tc);
  runner = srunner_create (suite);
  srunner_run_all (runner, CK_NORMAL);
  failed = srunner_ntests_failed (runner);
  srunner_free (runner);
  return failed == 0 ? 0 : 1;
}
