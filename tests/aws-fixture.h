/* SPDX-License-Identifier: Apache-2.0 */
/* tests/aws-fixture.h: a small AWS account for the tests of sim/aws: one image, one template */
#pragma once

#include "sim/aws/autoscaling/scaling.h"
#include "sim/aws/ec2/machines.h"
#include "sim/aws/protocol/error.h"
#include "sim/aws/protocol/service.h"
#include "sim/world/world.h"

#define START ((DdUsec) 1767225600 * DD_SECOND) /* 2026-01-01T00:00:00Z */
#define IMAGE "ami-0123456789abcdef0"

static SimWorld *world;
static AwsCloud *cloud;

/* Runs OPERATION with INPUT in JSON; fails the test when it fails. */
static inline DdValue *
call (const AwsService *service, const char *operation, const char *input)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (DdValue) value = dd_value_parse (input, strlen (input), NULL, &error);
  DdValue *output;

  ck_assert_msg (value != NULL, "%s: %s", input, error ? error->message : "");
  output = aws_service_call (service, aws_cloud_door (world->cloud), operation, value, &error);
  ck_assert_msg (output != NULL, "%s: %s", operation, error ? error->message : "no error set");
  return output;
}

/* The same where only success matters. */
static inline void
run (const AwsService *service, const char *operation, const char *input)
{
  dd_value_unref (call (service, operation, input));
}

/* The operation must fail with CODE and MESSAGE. */
static inline void
refused (const AwsService *service, const char *operation, const char *input, AwsErrorCode code,
         const char *message)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (DdValue) value = dd_value_parse (input, strlen (input), NULL, NULL);
  g_autoptr (DdValue) output
      = aws_service_call (service, aws_cloud_door (world->cloud), operation, value, &error);

  ck_assert_msg (output == NULL, "%s succeeded", operation);
  ck_assert_str_eq (error->message, message);
  ck_assert_str_eq (aws_error_code_name (error->code), aws_error_code_name (code));
}

/* Puts the subnets of the first N zones where the test wants them: "subnet-..,subnet-..". */
static inline char *
subnets (guint n)
{
  GString *text = g_string_new (NULL);

  for (guint i = 0; i < n; i++)
    g_string_append_printf (text, "%s%s", i > 0 ? "," : "",
                            ((AwsSubnet *) cloud->subnets->pdata[i])->resource.id);
  return g_string_free (text, FALSE);
}

static inline void
aws_setup (void)
{
  SimWorldOptions options = { .seed = 7,
                              .start = START,
                              .kube_minor = 30,
                              .region = "us-west-2",
                              .account = "123456789012",
                              .endpoint = "http://127.0.0.1:4566" };
  AwsImageOptions image = { .id = IMAGE,
                            .name = "amazon-eks-node-1.30-v20240703",
                            .kubelet_version = "v1.30.0-eks-036c24b",
                            .owner = "602401143452",
                            .created = START };

  world = sim_world_new (&options);
  cloud = world->cloud;
  aws_cloud_add_image (cloud, &image);
  run (&aws_ec2, "CreateLaunchTemplate",
       "{\"LaunchTemplateName\":\"nodes\",\"LaunchTemplateData\":{\"ImageId\":\"" IMAGE
       "\",\"InstanceType\":\"m5.large\"}}");
}

static inline void
aws_teardown (void)
{
  g_clear_pointer (&world, sim_world_free);
}
