/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include <check.h>
#include <string.h>

#include "aws/autoscaling.h"
#include "aws/ec2.h"
#include "aws/eks.h"
#include "aws/error.h"
#include "aws/ssm.h"
#include "aws/xml.h"
#include "base/time.h"
#include "engine/release.h"
#include "engine/user-data.h"

static GBytes *
bytes (const char *text)
{
  return g_bytes_new (text, strlen (text));
}

static DdReply *
answer (guint status, const char *type, const char *text)
{
  return dd_reply_new (status, type, bytes (text));
}

static char *
body_of (const DdRequest *request)
{
  return g_strndup (g_bytes_get_data (request->body, NULL), g_bytes_get_size (request->body));
}

/* ---- XML ---- */

static const struct
{
  const char *xml, *value; /* NULL: refused */
} documents[] = {
  { "<a><b>1</b><c>x &amp; y</c></a>", "{\"b\":\"1\",\"c\":\"x & y\"}" },
  { "<a><Set><item><b>1</b></item><item><b>2</b></item></Set></a>",
    "{\"Set\":[{\"b\":\"1\"},{\"b\":\"2\"}]}" },
  { "<a><L><member>x</member></L></a>", "{\"L\":[\"x\"]}" },
  { "<a><L/></a>", "{\"L\":\"\"}" },
  { "<a>\n  <b/>\n</a>", "{\"b\":\"\"}" },
  { "<a><b>1</a>", NULL },
  { "<a>", NULL },
  { "", NULL },
  { "<!DOCTYPE a>", NULL },
  { "<!-- nothing else -->", NULL },
  { "<a/><b/>", NULL },
  { "<a><member/><b/></a>", NULL },
  { "<a>&unknown;</a>", NULL },
  { "<a>\xff</a>", NULL },
};

START_TEST (xml_becomes_a_value_or_is_refused)
{
  g_autoptr (GBytes) text = bytes (documents[_i].xml);
  g_autoptr (GError) error = NULL;
  g_autoptr (DdValue) value = dd_xml_parse (text, &error);
  g_autofree char *written = value == NULL ? NULL : dd_value_to_text (value);

  ck_assert_pstr_eq (written, documents[_i].value);
  ck_assert_int_eq (error != NULL, documents[_i].value == NULL);
}
END_TEST

START_TEST (deep_xml_is_refused)
{
  g_autoptr (GString) text = g_string_new (NULL);
  g_autoptr (GBytes) body = NULL;
  g_autoptr (GError) error = NULL;

  for (guint i = 0; i < 100000; i++)
    g_string_append (text, "<a>");
  body = bytes (text->str);
  ck_assert_ptr_null (dd_xml_parse (body, &error));
  ck_assert_ptr_nonnull (strstr (error->message, "deeper"));
}
END_TEST

/* ---- errors ---- */

static const struct
{
  guint status;
  const char *type, *header, *body;
  DdError code;
  const char *message;
} errors[] = {
  { 404, "application/json", "ResourceNotFoundException:http://x",
    "{\"message\":\"No cluster found for name: lab.\"}", DD_ERROR_NOT_FOUND,
    "ResourceNotFoundException: No cluster found for name: lab." },
  { 429, "application/json", "ThrottlingException", "{}", DD_ERROR_THROTTLED,
    "ThrottlingException" },
  { 400, "application/x-amz-json-1.1", NULL, "{\"__type\":\"com.amazon#ParameterNotFound\"}",
    DD_ERROR_NOT_FOUND, "ParameterNotFound" },
  { 400, "text/xml", NULL,
    "<ErrorResponse><Error><Type>Sender</Type><Code>Throttling</Code><Message>Rate exceeded"
    "</Message></Error></ErrorResponse>",
    DD_ERROR_THROTTLED, "Throttling: Rate exceeded" },
  { 503, "text/xml;charset=UTF-8", NULL,
    "<Response><Errors><Error><Code>RequestLimitExceeded</Code><Message>Request limit exceeded."
    "</Message></Error></Errors></Response>",
    DD_ERROR_THROTTLED, "RequestLimitExceeded: Request limit exceeded." },
  { 500, "text/xml", NULL,
    "<ErrorResponse><Error><Code>ResourceContention</Code><Message>m</Message></Error>"
    "</ErrorResponse>",
    DD_ERROR_UNAVAILABLE, "ResourceContention: m" },
  { 400, "text/xml", NULL,
    "<ErrorResponse><Error><Code>ValidationError</Code><Message>Instance Id not found - No managed "
    "instance found for instance ID: i-1</Message></Error></ErrorResponse>",
    DD_ERROR_NOT_FOUND,
    "ValidationError: Instance Id not found - No managed instance found for instance ID: i-1" },
  { 400, "text/xml", NULL,
    "<ErrorResponse><Error><Code>ValidationError</Code><Message>x</Message></Error>"
    "</ErrorResponse>",
    DD_ERROR_INVALID, "ValidationError: x" },
  { 501, "application/json", "NotImplemented", "{\"message\":\"no\"}", DD_ERROR_INVALID,
    "NotImplemented: no" },
  { 502, "text/html", NULL, "<html>Bad gateway", DD_ERROR_UNAVAILABLE, "HTTP status 502" },
  { 403, NULL, NULL, "", DD_ERROR_REFUSED, "HTTP status 403" },
};

START_TEST (an_error_is_read_in_the_shape_of_its_service)
{
  g_autoptr (DdReply) reply = answer (errors[_i].status, errors[_i].type, errors[_i].body);
  g_autoptr (GError) error = NULL;

  if (errors[_i].header != NULL)
    dd_headers_add (reply->headers, "x-amzn-ErrorType", errors[_i].header);
  ck_assert (!dd_aws_reply_check (reply, &error));
  ck_assert_str_eq (error->message, errors[_i].message);
  ck_assert_int_eq (error->code, errors[_i].code);
}
END_TEST

/* ---- EKS and SSM ---- */

START_TEST (a_node_group_without_an_update_config_updates_one_at_a_time)
{
  g_autoptr (DdReply) reply = answer (
      200, "application/json",
      "{\"nodegroup\":{\"nodegroupName\":\"g\",\"version\":\"1.30\",\"releaseVersion\":\"r\","
      "\"amiType\":\"CUSTOM\",\"resources\":{\"autoScalingGroups\":[{\"name\":\"asg\"}]}}}");
  g_autoptr (DdNodegroup) group = dd_nodegroup_from_reply (reply, NULL);

  ck_assert_ptr_nonnull (group);
  ck_assert_int_eq (group->max_unavailable, 1);
  ck_assert_str_eq (group->strategy, "DEFAULT");
  ck_assert_str_eq (group->scaling_group, "asg");
}
END_TEST

START_TEST (a_node_group_without_a_scaling_group_is_refused)
{
  g_autoptr (DdReply) reply = answer (
      200, "application/json",
      "{\"nodegroup\":{\"nodegroupName\":\"g\",\"version\":\"1.30\",\"releaseVersion\":\"r\","
      "\"amiType\":\"CUSTOM\",\"resources\":{\"autoScalingGroups\":[]}}}");
  g_autoptr (GError) error = NULL;

  ck_assert_ptr_null (dd_nodegroup_from_reply (reply, &error));
  ck_assert_ptr_nonnull (strstr (error->message, "autoScalingGroups.0.name"));
}
END_TEST

START_TEST (parameters_are_asked_for_together)
{
  g_autoptr (DdRequest) request = dd_ssm_get_parameters ((const char *[]) { "/a", "/b", NULL });
  g_autofree char *body = body_of (request);

  ck_assert_str_eq (body, "{\"Names\":[\"/a\",\"/b\"]}");
  ck_assert_str_eq (dd_headers_get (request->headers, "x-amz-target"), "AmazonSSM.GetParameters");
}
END_TEST

/* ---- Auto Scaling ---- */

static const char group_xml[]
    = "<DescribeAutoScalingGroupsResponse><DescribeAutoScalingGroupsResult><AutoScalingGroups>"
      "<member><AutoScalingGroupName>asg</AutoScalingGroupName><MinSize>1</MinSize><MaxSize>4"
      "</MaxSize><DesiredCapacity>3</DesiredCapacity><AvailabilityZones><member>us-west-2b</member>"
      "<member>us-west-2a</member></AvailabilityZones><Instances><member><InstanceId>i-1"
      "</InstanceId><AvailabilityZone>us-west-2a</AvailabilityZone><LifecycleState>InService"
      "</LifecycleState></member><member><InstanceId>i-2</InstanceId><LifecycleState>"
      "Terminating:Wait</LifecycleState></member></Instances><MixedInstancesPolicy>"
      "<LaunchTemplate><LaunchTemplateSpecification><LaunchTemplateId>lt-1</LaunchTemplateId>"
      "<LaunchTemplateName>eks-1</LaunchTemplateName><Version>3</Version>"
      "</LaunchTemplateSpecification><Overrides><member><InstanceType>m5.large</InstanceType>"
      "</member><member><InstanceType>m5a.large</InstanceType></member></Overrides>"
      "</LaunchTemplate><InstancesDistribution><OnDemandBaseCapacity>0</OnDemandBaseCapacity>"
      "<SpotMaxPrice/></InstancesDistribution></MixedInstancesPolicy></member></AutoScalingGroups>"
      "</DescribeAutoScalingGroupsResult></DescribeAutoScalingGroupsResponse>";

START_TEST (a_group_is_read_with_its_zones_and_instances)
{
  g_autoptr (DdReply) reply = answer (200, "text/xml", group_xml);
  g_autoptr (DdScalingGroup) group = dd_scaling_group_from_reply (reply, "asg", NULL);

  ck_assert_ptr_nonnull (group);
  ck_assert_int_eq (group->desired, 3);
  ck_assert_str_eq (g_ptr_array_index (group->zones, 0), "us-west-2a");
  ck_assert (dd_group_instance_counts (g_ptr_array_index (group->instances, 0)));
  ck_assert (!dd_group_instance_counts (g_ptr_array_index (group->instances, 1)));
  ck_assert_str_eq (group->template_version, "3");
}
END_TEST

START_TEST (repointing_keeps_the_mixed_instances_policy)
{
  g_autoptr (DdReply) reply = answer (200, "text/xml", group_xml);
  g_autoptr (DdScalingGroup) group = dd_scaling_group_from_reply (reply, "asg", NULL);
  g_autoptr (DdRequest) request = dd_autoscaling_repoint (group, "4");
  g_autofree char *body = body_of (request);

  ck_assert_str_eq (
      body, "Action=UpdateAutoScalingGroup&Version=2011-01-01&AutoScalingGroupName=asg"
            "&MixedInstancesPolicy.LaunchTemplate.LaunchTemplateSpecification.LaunchTemplateId=lt-1"
            "&MixedInstancesPolicy.LaunchTemplate.LaunchTemplateSpecification.Version=4"
            "&MixedInstancesPolicy.LaunchTemplate.Overrides.member.1.InstanceType=m5.large"
            "&MixedInstancesPolicy.LaunchTemplate.Overrides.member.2.InstanceType=m5a.large"
            "&MixedInstancesPolicy.InstancesDistribution.OnDemandBaseCapacity=0");
}
END_TEST

START_TEST (a_group_that_does_not_exist_is_not_found)
{
  g_autoptr (DdReply) reply = answer (200, "text/xml",
                                      "<R><DescribeAutoScalingGroupsResult><AutoScalingGroups/>"
                                      "</DescribeAutoScalingGroupsResult></R>");
  g_autoptr (GError) error = NULL;

  ck_assert_ptr_null (dd_scaling_group_from_reply (reply, "asg", &error));
  ck_assert (g_error_matches (error, DD_ERROR, DD_ERROR_NOT_FOUND));
}
END_TEST

START_TEST (failed_activities_are_told_once_and_not_from_before)
{
  g_autoptr (DdReply) reply
      = answer (200, "text/xml",
                "<R><DescribeScalingActivitiesResult><Activities>"
                "<member><StatusCode>Failed</StatusCode><StatusMessage>no capacity</StatusMessage>"
                "<StartTime>2026-01-31T10:00:02Z</StartTime></member>"
                "<member><StatusCode>Failed</StatusCode><StatusMessage>no capacity</StatusMessage>"
                "<StartTime>2026-01-31T10:00:01Z</StartTime></member>"
                "<member><StatusCode>Successful</StatusCode><StatusMessage>fine</StatusMessage>"
                "<StartTime>2026-01-31T10:00:01Z</StartTime></member>"
                "<member><StatusCode>Failed</StatusCode><StatusMessage>old</StatusMessage>"
                "<StartTime>2026-01-31T09:00:00Z</StartTime></member>"
                "</Activities></DescribeScalingActivitiesResult></R>");
  DdUsec since;
  g_autoptr (GPtrArray) messages = NULL;

  ck_assert (dd_time_from_iso8601 ("2026-01-31T10:00:00Z", &since));
  messages = dd_activity_failures_from_reply (reply, since, NULL);
  ck_assert_uint_eq (messages->len, 1);
  ck_assert_str_eq (g_ptr_array_index (messages, 0), "no capacity");
}
END_TEST

static const struct
{
  const char *activities;
  gboolean under_way;
} activities[] = {
  { "", FALSE },
  { "<member><StatusCode>Successful</StatusCode></member>", FALSE },
  { "<member><StatusCode>Cancelled</StatusCode></member>", FALSE },
  { "<member><StatusCode>Failed</StatusCode></member>", FALSE },
  { "<member><StatusCode>InProgress</StatusCode></member>", TRUE },
  { "<member><StatusCode>MidLifecycleAction</StatusCode></member>", TRUE },
};

START_TEST (the_latest_activity_tells_whether_an_instance_comes_or_leaves)
{
  g_autofree char *xml = g_strdup_printf ("<R><DescribeScalingActivitiesResult><Activities>%s"
                                          "</Activities></DescribeScalingActivitiesResult></R>",
                                          activities[_i].activities);
  g_autoptr (DdReply) reply = answer (200, "text/xml", xml);
  gboolean under_way = !activities[_i].under_way;

  ck_assert (dd_activity_under_way_from_reply (reply, &under_way, NULL));
  ck_assert_int_eq (under_way, activities[_i].under_way);
}
END_TEST

/* ---- EC2 ---- */

START_TEST (a_new_template_version_is_asked_for_with_a_token)
{
  DdTemplateVersion source = { .template_id = (char *) "lt-1", .number = 3 };
  g_autoptr (DdRequest) request
      = dd_ec2_create_template_version (&source, "ami-2", "YQ==", "1.30", "token");
  g_autofree char *body = body_of (request);

  ck_assert_str_eq (body, "Action=CreateLaunchTemplateVersion&Version=2016-11-15"
                          "&LaunchTemplateId=lt-1&SourceVersion=3&VersionDescription=1.30"
                          "&ClientToken=token&LaunchTemplateData.ImageId=ami-2"
                          "&LaunchTemplateData.UserData=YQ%3D%3D");
}
END_TEST

START_TEST (a_template_version_is_written_as_it_was_read)
{
  static const char text[]
      = "<R><launchTemplateVersionSet><item><launchTemplateId>lt-1</launchTemplateId>"
        "<versionNumber>2</versionNumber><launchTemplateData><imageId>ami-1</imageId>"
        "<blockDeviceMappingSet><item><deviceName>/dev/xvda</deviceName><ebs>"
        "<volumeSize>20</volumeSize></ebs></item></blockDeviceMappingSet>"
        "<networkInterfaceSet><item><deviceIndex>0</deviceIndex><groupSet><groupId>sg-1"
        "</groupId><groupId>sg-2</groupId></groupSet></item></networkInterfaceSet>"
        "<tagSpecificationSet><item><resourceType>instance</resourceType><tagSet><item>"
        "<key>a</key><value>b</value></item></tagSet></item></tagSpecificationSet>"
        "<securityGroupIdSet/></launchTemplateData></item></launchTemplateVersionSet></R>";
  g_autoptr (DdReply) reply = dd_reply_new (200, "text/xml", bytes (text));
  g_autoptr (DdTemplateVersion) version = dd_template_version_from_reply (reply, NULL);
  g_autoptr (DdRequest) request = NULL;
  g_autofree char *body = NULL;

  ck_assert_ptr_nonnull (version);
  request = dd_ec2_create_template_version_of ("lt-2", version->data, "ami-1", "token");
  body = body_of (request);
  ck_assert_str_eq (body, "Action=CreateLaunchTemplateVersion&Version=2016-11-15"
                          "&LaunchTemplateId=lt-2&VersionDescription=ami-1&ClientToken=token"
                          "&LaunchTemplateData.ImageId=ami-1"
                          "&LaunchTemplateData.BlockDeviceMapping.1.DeviceName=%2Fdev%2Fxvda"
                          "&LaunchTemplateData.BlockDeviceMapping.1.Ebs.VolumeSize=20"
                          "&LaunchTemplateData.NetworkInterface.1.DeviceIndex=0"
                          "&LaunchTemplateData.NetworkInterface.1.SecurityGroupId.1=sg-1"
                          "&LaunchTemplateData.NetworkInterface.1.SecurityGroupId.2=sg-2"
                          "&LaunchTemplateData.TagSpecification.1.ResourceType=instance"
                          "&LaunchTemplateData.TagSpecification.1.Tag.1.Key=a"
                          "&LaunchTemplateData.TagSpecification.1.Tag.1.Value=b");
}
END_TEST

#define NOT_DELETED(code) \
  "<R><unsuccessfullyDeletedLaunchTemplateVersionSet><item><versionNumber>4</versionNumber>" \
  "<responseError><code>" code "</code></responseError></item>" \
  "</unsuccessfullyDeletedLaunchTemplateVersionSet></R>"

static const struct
{
  const char *answer;
  gboolean deleted;
} deletions[] = {
  { "<R><successfullyDeletedLaunchTemplateVersionSet><item><versionNumber>4</versionNumber></item>"
    "</successfullyDeletedLaunchTemplateVersionSet></R>",
    TRUE },
  { NOT_DELETED ("launchTemplateVersionDoesNotExist"), TRUE },
  { NOT_DELETED ("unexpectedError"), FALSE },
  { "no XML", FALSE },
};

START_TEST (a_template_version_is_deleted_or_not_whatever_the_status_is)
{
  g_autoptr (DdReply) reply = answer (200, "text/xml", deletions[_i].answer);

  ck_assert (dd_template_version_is_deleted (reply) == deletions[_i].deleted);
}
END_TEST

START_TEST (states_of_instances_are_found_in_every_reservation)
{
  g_autoptr (DdReply) reply = answer (
      200, "text/xml",
      "<R><reservationSet><item><instancesSet><item><instanceId>i-1</instanceId><instanceState>"
      "<code>48</code><name>terminated</name></instanceState></item></instancesSet></item><item>"
      "<instancesSet><item><instanceId>i-2</instanceId><instanceState><name>running</name>"
      "</instanceState></item></instancesSet></item></reservationSet></R>");
  g_autoptr (GHashTable) states = dd_instance_states_from_reply (reply, NULL);

  ck_assert_str_eq (g_hash_table_lookup (states, "i-1"), "terminated");
  ck_assert_str_eq (g_hash_table_lookup (states, "i-2"), "running");
}
END_TEST

/* ---- releases ---- */

static const struct
{
  const char *ami_type, *pinned, *image_parameter; /* NULL: refused */
} releases[] = {
  { "AL2_x86_64", NULL, "/aws/service/eks/optimized-ami/1.30/amazon-linux-2/recommended/image_id" },
  { "AL2023_ARM_64_STANDARD", NULL,
    "/aws/service/eks/optimized-ami/1.30/amazon-linux-2023/arm64/standard/recommended/image_id" },
  { "AL2023_x86_64_STANDARD", "1.30.0-20240703",
    "/aws/service/eks/optimized-ami/1.30/amazon-linux-2023/x86_64/standard/"
    "amazon-eks-node-al2023-x86_64-standard-1.30-v20240703/image_id" },
  { "BOTTLEROCKET_x86_64", NULL, "/aws/service/bottlerocket/aws-k8s-1.30/x86_64/latest/image_id" },
  { "BOTTLEROCKET_ARM_64_NVIDIA", "1.20.3-5d9ac849",
    "/aws/service/bottlerocket/aws-k8s-1.30-nvidia/arm64/1.20.3/image_id" },
  { "WINDOWS_CORE_2022_x86_64", NULL,
    "/aws/service/ami-windows-latest/Windows_Server-2022-English-Core-EKS_Optimized-1.30/"
    "image_id" },
  { "WINDOWS_CORE_2022_x86_64", "1.30-2024.07.09",
    "/aws/service/ami-windows-latest/Windows_Server-2022-English-Core-EKS_Optimized-1.30/"
    "image_id" },
  { "WINDOWS_CORE_2022_x86_64", "1.29-2024.07.09", NULL },
  { "AL2_x86_64", "1.29.0-20240703", NULL },
  { "AL2_x86_64", "1.30.0-2024", NULL },
  { "AL2_x86_64", "1.300.0-20240703", NULL },
  { "CUSTOM", NULL, NULL },
};

START_TEST (a_release_is_looked_up_by_the_family_of_its_ami)
{
  g_auto (DdReleaseNames) names = { NULL };
  g_autoptr (GError) error = NULL;
  gboolean found
      = dd_release_names (releases[_i].ami_type, "1.30", releases[_i].pinned, &names, &error);

  ck_assert_pstr_eq (names.image_parameter, releases[_i].image_parameter);
  ck_assert_int_eq (found, releases[_i].image_parameter != NULL);
  ck_assert_int_eq (error == NULL, found);
}
END_TEST

/* ---- user data ---- */

static const struct
{
  const char *before, *after; /* NULL: refused */
} user_data[] = {
  { "bootstrap.sh --kubelet-extra-args '--node-labels=eks.amazonaws.com/nodegroup-image=ami-1,"
    "eks.amazonaws.com/nodegroup=default'",
    "bootstrap.sh --kubelet-extra-args '--node-labels=eks.amazonaws.com/nodegroup-image=ami-2,"
    "eks.amazonaws.com/nodegroup=default'" },
  { "\"eks.amazonaws.com/nodegroup-image\" = \"ami-1\"\n",
    "\"eks.amazonaws.com/nodegroup-image\" = \"ami-2\"\n" },
  { "eks.amazonaws.com/nodegroup-image=ami-1 eks.amazonaws.com/nodegroup-image=ami-1",
    "eks.amazonaws.com/nodegroup-image=ami-2 eks.amazonaws.com/nodegroup-image=ami-2" },
  { "eks.amazonaws.com/nodegroup=default", NULL },
  { "", NULL },
};

START_TEST (user_data_announces_the_new_image)
{
  const char *before = user_data[_i].before;
  g_autofree char *encoded = g_base64_encode ((const guchar *) before, strlen (before));
  g_autoptr (GError) error = NULL;
  g_autofree char *result = dd_user_data_retarget (encoded, "ami-2", &error);
  gsize size = 0;
  g_autofree guchar *decoded = result == NULL ? NULL : g_base64_decode (result, &size);
  g_autofree char *text = result == NULL ? NULL : g_strndup ((const char *) decoded, size);

  ck_assert_pstr_eq (text, user_data[_i].after);
  ck_assert_int_eq (error != NULL, user_data[_i].after == NULL);
}
END_TEST

int
main (void)
{
  Suite *suite = suite_create ("aws-client");
  TCase *tests = tcase_create ("all");
  SRunner *runner = srunner_create (suite);
  int failed;

  tcase_add_loop_test (tests, xml_becomes_a_value_or_is_refused, 0, G_N_ELEMENTS (documents));
  tcase_add_test (tests, deep_xml_is_refused);
  tcase_add_loop_test (tests, an_error_is_read_in_the_shape_of_its_service, 0,
                       G_N_ELEMENTS (errors));
  tcase_add_test (tests, a_node_group_without_an_update_config_updates_one_at_a_time);
  tcase_add_test (tests, a_node_group_without_a_scaling_group_is_refused);
  tcase_add_test (tests, parameters_are_asked_for_together);
  tcase_add_test (tests, a_group_is_read_with_its_zones_and_instances);
  tcase_add_test (tests, repointing_keeps_the_mixed_instances_policy);
  tcase_add_test (tests, a_group_that_does_not_exist_is_not_found);
  tcase_add_test (tests, failed_activities_are_told_once_and_not_from_before);
  tcase_add_loop_test (tests, the_latest_activity_tells_whether_an_instance_comes_or_leaves, 0,
                       G_N_ELEMENTS (activities));
  tcase_add_test (tests, a_new_template_version_is_asked_for_with_a_token);
  tcase_add_test (tests, a_template_version_is_written_as_it_was_read);
  tcase_add_loop_test (tests, a_template_version_is_deleted_or_not_whatever_the_status_is, 0,
                       G_N_ELEMENTS (deletions));
  tcase_add_test (tests, states_of_instances_are_found_in_every_reservation);
  tcase_add_loop_test (tests, a_release_is_looked_up_by_the_family_of_its_ami, 0,
                       G_N_ELEMENTS (releases));
  tcase_add_loop_test (tests, user_data_announces_the_new_image, 0, G_N_ELEMENTS (user_data));
  suite_add_tcase (suite, tests);
  srunner_run_all (runner, CK_ENV);
  failed = srunner_ntests_failed (runner);
  srunner_free (runner);
  return failed == 0 ? 0 : 1;
}
