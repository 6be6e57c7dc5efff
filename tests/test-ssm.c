/* SPDX-License-Identifier: Apache-2.0 */
/* The public parameters that name the recommended AMIs. */
#include "config.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "sim/aws/ec2/cloud.h"
#include "sim/aws/eks/eks.h"
#include "sim/aws/protocol/error.h"
#include "sim/aws/protocol/service.h"
#include "sim/world/world.h"

#define AL2_130 "/aws/service/eks/optimized-ami/1.30/amazon-linux-2/"

static SimWorld *world;

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
}

static void
teardown (void)
{
  g_clear_pointer (&world, sim_world_free);
}

static DdValue *
call (const char *operation, const char *input_text, GError **error)
{
  g_autoptr (DdValue) input = dd_value_parse (input_text, strlen (input_text), NULL, NULL);

  ck_assert_ptr_nonnull (input);
  return aws_service_call (&aws_ssm, aws_cloud_door (world->cloud), operation, input, error);
}

static DdValue *
get_parameter (const char *name)
{
  g_autofree char *input = g_strdup_printf ("{\"Name\":\"%s\"}", name);
  g_autoptr (GError) error = NULL;
  DdValue *output = call ("GetParameter", input, &error);

  ck_assert_msg (output != NULL, "%s: %s", name, error != NULL ? error->message : "");
  return output;
}

START_TEST (the_newest_image_of_1_30_is_the_one_of_the_workshop)
{
  g_autoptr (DdValue) output = get_parameter (AL2_130 "recommended/image_id");
  const char *id = dd_value_path_string (output, "Parameter.Value");
  const AwsImage *image = aws_cloud_image (world->cloud, id);

  ck_assert_str_eq (id, "ami-0fcd72f3118e0dd88");
  ck_assert_str_eq (dd_value_path_string (output, "Parameter.Type"), "String");
  ck_assert_str_eq (dd_value_path_string (output, "Parameter.DataType"), "text");
  ck_assert_str_eq (dd_value_path_string (output, "Parameter.ARN"),
                    "arn:aws:ssm:us-west-2::parameter" AL2_130 "recommended/image_id");
  ck_assert_int_eq (dd_value_path_int (output, "Parameter.Version", 0), 4);
  ck_assert_ptr_nonnull (image);
  ck_assert_str_eq (image->name, "amazon-eks-node-1.30-v20240703");
  ck_assert_str_eq (image->owner, "602401143452");
}
END_TEST

START_TEST (the_parameter_without_a_suffix_holds_all_of_it_as_json)
{
  g_autoptr (DdValue) output = get_parameter (AL2_130 "recommended");

  ck_assert_str_eq (dd_value_path_string (output, "Parameter.Value"),
                    "{\"schema_version\":\"2\",\"image_id\":\"ami-0fcd72f3118e0dd88\","
                    "\"image_name\":\"amazon-eks-node-1.30-v20240703\","
                    "\"release_version\":\"1.30.0-20240703\"}");
}
END_TEST

START_TEST (every_family_answers_under_its_own_path)
{
  static const struct
  {
    const char *name, *value;
  } rows[] = {
    { "/aws/service/eks/optimized-ami/1.30/amazon-linux-2-arm64/recommended/image_name",
      "amazon-eks-arm64-node-1.30-v20240703" },
    { "/aws/service/eks/optimized-ami/1.30/amazon-linux-2-gpu/recommended/image_name",
      "amazon-eks-gpu-node-1.30-v20240703" },
    { "/aws/service/eks/optimized-ami/1.30/amazon-linux-2023/x86_64/standard/recommended/"
      "image_name",
      "amazon-eks-node-al2023-x86_64-standard-1.30-v20240703" },
    { "/aws/service/eks/optimized-ami/1.29/amazon-linux-2023/x86_64/standard/"
      "amazon-eks-node-al2023-x86_64-standard-1.29-v20240531/release_version",
      "1.29.3-20240531" },
    { "/aws/service/eks/optimized-ami/1.33/amazon-linux-2023/arm64/nvidia/recommended/"
      "release_version",
      "1.33.1-20250704" },
    { "/aws/service/bottlerocket/aws-k8s-1.29/x86_64/1.20.3/image_version", "1.20.3-5d9ac849" },
    { "/aws/service/bottlerocket/aws-k8s-1.33/arm64/latest/image_version", "1.54.0-5043decc" },
    { "/aws/service/bottlerocket/aws-k8s-1.36-nvidia-fips/x86_64/latest/image_version",
      "1.64.0-7f9a1b2c" },
    { "/aws/service/eks/optimized-ami/1.36/amazon-linux-2023/x86_64/neuron/recommended/"
      "release_version",
      "1.36.0-20260923" },
    { "/aws/service/ami-windows-latest/Windows_Server-2025-English-Full-EKS_Optimized-1.36/"
      "release_version",
      "1.36-2026.09.08" },
    { "/aws/service/bottlerocket/aws-k8s-1.30-nvidia/x86_64/latest/image_version",
      "1.37.0-03aff098" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (DdValue) output = get_parameter (rows[i].name);

      ck_assert_str_eq (dd_value_path_string (output, "Parameter.Value"), rows[i].value);
    }
}
END_TEST

START_TEST (an_unknown_parameter_is_refused_without_a_message)
{
  g_autoptr (DdHeaders) headers = dd_headers_new ();
  const char *body
      = "{\"Name\":\"/aws/service/eks/optimized-ami/1.33/amazon-linux-2/recommended\"}";
  g_autoptr (GBytes) bytes = g_bytes_new_static (body, strlen (body));
  SimRequest request = { .method = "POST", .target = "/", .headers = headers, .body = bytes };
  g_autoptr (SimResponse) response = NULL;
  g_autoptr (DdValue) answer = NULL;

  dd_headers_add (headers, "X-Amz-Target", "AmazonSSM.GetParameter");
  dd_headers_add (headers, "Content-Type", "application/x-amz-json-1.1");
  response = aws_service_handle (&aws_ssm, aws_cloud_door (world->cloud), &request);
  answer = dd_value_parse_bytes (response->body, NULL);

  ck_assert_uint_eq (response->status, 400);
  ck_assert_str_eq (dd_value_path_string (answer, "__type"), "ParameterNotFound");
  ck_assert_ptr_null (dd_value_member (answer, "message"));
}
END_TEST

START_TEST (unknown_names_among_several_are_listed_as_invalid)
{
  g_autoptr (DdValue) output
      = call ("GetParameters", "{\"Names\":[\"" AL2_130 "recommended/image_id\",\"/none\"]}", NULL);

  ck_assert_uint_eq (dd_value_length (dd_value_member (output, "Parameters")), 1);
  ck_assert_str_eq (dd_value_path_string (output, "Parameters.0.Value"), "ami-0fcd72f3118e0dd88");
  ck_assert_str_eq (dd_value_path_string (output, "InvalidParameters.0"), "/none");
}
END_TEST

START_TEST (a_path_is_listed_in_pages_and_not_below_unless_asked)
{
  g_autoptr (DdValue) flat
      = call ("GetParametersByPath", "{\"Path\":\"" AL2_130 "recommended\"}", NULL);
  g_autoptr (DdValue) first
      = call ("GetParametersByPath", "{\"Path\":\"" AL2_130 "\",\"Recursive\":true}", NULL);
  g_autoptr (DdValue) second = NULL;
  g_autofree char *input = NULL;

  ck_assert_uint_eq (dd_value_length (dd_value_member (flat, "Parameters")), 3);
  ck_assert_ptr_null (dd_value_member (flat, "NextToken"));
  ck_assert_uint_eq (dd_value_length (dd_value_member (first, "Parameters")), 10);
  input = g_strdup_printf ("{\"Path\":\"" AL2_130 "\",\"Recursive\":true,\"NextToken\":\"%s\"}",
                           dd_value_path_string (first, "NextToken"));
  second = call ("GetParametersByPath", input, NULL);
  ck_assert_uint_eq (dd_value_length (dd_value_member (second, "Parameters")), 10);
  ck_assert_str_lt (dd_value_path_string (first, "Parameters.9.Name"),
                    dd_value_path_string (second, "Parameters.0.Name"));
  ck_assert_ptr_null (dd_value_member (second, "NextToken"));
}
END_TEST

START_TEST (a_path_that_holds_nothing_is_empty_and_bad_input_is_refused)
{
  g_autoptr (DdValue) empty = call ("GetParametersByPath", "{\"Path\":\"/nothing\"}", NULL);
  static const struct
  {
    const char *operation, *input;
    AwsErrorCode code;
  } rows[] = {
    { "GetParametersByPath", "{\"Path\":\"relative\"}", AWS_VALIDATION_EXCEPTION },
    { "GetParametersByPath", "{\"Path\":\"/a\",\"NextToken\":\"bm9uZQ==\"}",
      AWS_INVALID_NEXT_TOKEN },
    { "GetParametersByPath", "{\"Path\":\"/a\",\"MaxResults\":11}", AWS_VALIDATION_EXCEPTION },
    { "GetParameter", "{}", AWS_VALIDATION_EXCEPTION },
    { "GetParameters", "{\"Names\":[]}", AWS_VALIDATION_EXCEPTION },
    { "PutParameter", "{\"Name\":\"/a\"}", AWS_UNKNOWN_OPERATION },
  };

  ck_assert_uint_eq (dd_value_length (dd_value_member (empty, "Parameters")), 0);
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (DdValue) output = call (rows[i].operation, rows[i].input, &error);

      ck_assert_msg (output == NULL, "%s %s", rows[i].operation, rows[i].input);
      ck_assert_msg (g_error_matches (error, AWS_ERROR, (int) rows[i].code), "%s %s: %s",
                     rows[i].operation, rows[i].input, error->message);
    }
}
END_TEST

START_TEST (a_published_release_becomes_the_recommended_one)
{
  g_autoptr (GError) error = NULL;
  const AwsAmiRelease *release
      = aws_ami_catalog_publish (aws_eks_catalog (world->cloud), "AL2_x86_64", "1.30.2-20240807",
                                 "ami-0123456789abcdef0", &error);
  g_autoptr (DdValue) output = NULL;

  ck_assert_ptr_nonnull (release);
  output = get_parameter (AL2_130 "recommended/image_id");
  ck_assert_str_eq (dd_value_path_string (output, "Parameter.Value"), "ami-0123456789abcdef0");
  ck_assert_int_eq (dd_value_path_int (output, "Parameter.Version", 0), 5);
  ck_assert_ptr_null (aws_ami_catalog_publish (aws_eks_catalog (world->cloud), "AL2_x86_64",
                                               "1.30.2-20240807", NULL, &error));
  ck_assert (g_error_matches (error, AWS_ERROR, AWS_RESOURCE_IN_USE));
}
END_TEST

START_TEST (a_malformed_release_is_not_published)
{
  static const char *const releases[]
      = { "", "1.30", "1.30.0-2024070", "1.30.0-20249999", "2.30.0-20240703", "1.99.0-20240703" };

  for (guint i = 0; i < G_N_ELEMENTS (releases); i++)
    {
      g_autoptr (GError) error = NULL;

      ck_assert_ptr_null (aws_ami_catalog_publish (aws_eks_catalog (world->cloud), "AL2_x86_64",
                                                   releases[i], NULL, &error));
      ck_assert_msg (g_error_matches (error, AWS_ERROR, AWS_INVALID_PARAMETER), "%s", releases[i]);
    }
}
END_TEST

int
main (void)
{
  Suite *suite = suite_create ("ssm");
  TCase *tests = tcase_create ("parameters");
  SRunner *runner = srunner_create (suite);
  int failed;

  tcase_add_checked_fixture (tests, setup, teardown);
  tcase_add_test (tests, the_newest_image_of_1_30_is_the_one_of_the_workshop);
  tcase_add_test (tests, the_parameter_without_a_suffix_holds_all_of_it_as_json);
  tcase_add_test (tests, every_family_answers_under_its_own_path);
  tcase_add_test (tests, an_unknown_parameter_is_refused_without_a_message);
  tcase_add_test (tests, unknown_names_among_several_are_listed_as_invalid);
  tcase_add_test (tests, a_path_is_listed_in_pages_and_not_below_unless_asked);
  tcase_add_test (tests, a_path_that_holds_nothing_is_empty_and_bad_input_is_refused);
  tcase_add_test (tests, a_published_release_becomes_the_recommended_one);
  tcase_add_test (tests, a_malformed_release_is_not_published);
  suite_add_tcase (suite, tests);
  srunner_run_all (runner, CK_NORMAL);
  failed = srunner_ntests_failed (runner);
  srunner_free (runner);
  return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
