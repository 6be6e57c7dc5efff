/* SPDX-License-Identifier: Apache-2.0 */
/* sim/aws/autoscaling/operations.c: the Auto Scaling service: its tables, and what suspends a
 * group's processes
 *
 * Imitates: Amazon EC2 Auto Scaling API Reference, Actions. */
#include "config.h"

#include "sim/aws/autoscaling/operations.h"

#include "base/time.h"
#include "sim/aws/autoscaling/scaling.h"

/* In the order of the bits of AwsProcess. */
static const char *const process_names[AWS_N_PROCESSES]
    = { "Launch",      "Terminate",       "AddToLoadBalancer", "AlarmNotification", "AZRebalance",
        "HealthCheck", "InstanceRefresh", "ReplaceUnhealthy",  "ScheduledActions" };

DdValue *
aws_as_suspended_processes (const AwsGroup *group)
{
  g_auto (DdBuilder) answer = dd_builder_array ();

  for (guint i = 0; i < AWS_N_PROCESSES; i++)
    if (group->suspended & (1u << i))
      {
        g_autofree char *when = dd_time_to_iso8601 (group->suspended_at[i]);

        dd_builder_add (&answer,
                        dd_object ("ProcessName", dd_string (process_names[i]), "SuspensionReason",
                                   dd_string_printf ("User suspended at %s", when), NULL));
      }
  return dd_builder_end (&answer);
}

/* The bits of ScalingProcesses; all of them when none is named. */
static gboolean
processes_of (const DdValue *input, guint *out_bits, GError **error)
{
  const DdValue *names = dd_value_member (input, "ScalingProcesses");
  guint bits = 0;

  for (gsize i = 0; i < dd_value_length (names); i++)
    {
      const char *name = dd_value_string (dd_value_element (names, i));
      guint bit = 0;

      while (bit < AWS_N_PROCESSES && !g_str_equal (process_names[bit], name))
        bit++;
      if (bit == AWS_N_PROCESSES)
        {
          g_set_error (error, AWS_ERROR, AWS_VALIDATION,
                       "The process %s is not a valid scaling process.", name);
          return FALSE;
        }
      bits |= 1u << bit;
    }
  *out_bits = bits != 0 ? bits : (1u << AWS_N_PROCESSES) - 1;
  return TRUE;
}

static DdValue *
suspend_processes (AwsCloud *cloud, const DdValue *input, GError **error)
{
  AwsGroup *group = aws_as_group (cloud, input, error);
  guint bits;

  if (group == NULL || !processes_of (input, &bits, error))
    return NULL;
  for (guint i = 0; i < AWS_N_PROCESSES; i++)
    if ((bits & ~group->suspended) & (1u << i))
      group->suspended_at[i] = sim_stage_now (cloud->stage);
  group->suspended |= bits;
  return dd_null ();
}

static DdValue *
resume_processes (AwsCloud *cloud, const DdValue *input, GError **error)
{
  AwsGroup *group = aws_as_group (cloud, input, error);
  guint bits;

  if (group == NULL || !processes_of (input, &bits, error))
    return NULL;
  group->suspended &= ~bits;
  aws_group_wake (group);
  return dd_null ();
}

static DdValue *
describe_termination_policies (AwsCloud *cloud, const DdValue *input, GError **error)
{
  (void) cloud;
  (void) input;
  (void) error;
  return dd_object ("TerminationPolicyTypes", aws_termination_policies (), NULL);
}

/* Imitates: Amazon EC2 Auto Scaling User Guide, Quotas. */
static DdValue *
describe_account_limits (AwsCloud *cloud, const DdValue *input, GError **error)
{
  (void) input;
  (void) error;
  return dd_object ("MaxNumberOfAutoScalingGroups", dd_int (500), "MaxNumberOfLaunchConfigurations",
                    dd_int (200), "NumberOfAutoScalingGroups", dd_int (cloud->groups->len),
                    "NumberOfLaunchConfigurations", dd_int (0), NULL);
}

static const AwsField processes_input[]
    = { AWS_AS_GROUP_NAME, AWS_AS_STRINGS ("ScalingProcesses"), { NULL } };
static const AwsField no_input[] = { { NULL } };

const AwsOperation aws_as_process_operations[] = {
  { "SuspendProcesses", .input = processes_input, .handler = suspend_processes },
  { "ResumeProcesses", .input = processes_input, .handler = resume_processes },
  { "DescribeTerminationPolicyTypes", .input = no_input, .handler = describe_termination_policies },
  { "DescribeAccountLimits", .input = no_input, .handler = describe_account_limits },
  { NULL },
};

static const AwsOperation *const tables[] = { aws_as_group_operations,
                                              aws_as_describe_operations,
                                              aws_as_instance_operations,
                                              aws_as_hook_operations,
                                              aws_as_tag_operations,
                                              aws_as_process_operations,
                                              NULL };

const AwsService aws_autoscaling = {
  .name = "autoscaling",
  .namespace_ = "http://autoscaling.amazonaws.com/doc/2011-01-01/",
  .version = "2011-01-01",
  .protocol = AWS_QUERY,
  .tables = tables,
};
