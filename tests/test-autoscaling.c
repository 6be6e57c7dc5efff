/* SPDX-License-Identifier: Apache-2.0 */
/* What an Auto Scaling group does over time, seen through its own API and the world's trace. */
#include "config.h"

#include <check.h>
#include <string.h>

#include "aws-fixture.h"

static GString *events; /* "what subject zone" lines of the autoscaling and ec2 actors */

static void
note_event (const SimEvent *event, gpointer data)
{
  (void) data;
  g_string_append_printf (events, "%" G_GINT64_FORMAT " %s\n", event->time / DD_SECOND,
                          event->what);
}

/* A group "g" over N_ZONES zones; MORE is further input, with its comma. */
static void
make_group (guint n_zones, int min, int max, int desired, const char *more)
{
  g_autofree char *ids = subnets (n_zones);
  g_autofree char *input = g_strdup_printf (
      "{\"AutoScalingGroupName\":\"g\",\"MinSize\":%d,\"MaxSize\":%d,\"DesiredCapacity\":%d,"
      "\"LaunchTemplate\":{\"LaunchTemplateName\":\"nodes\",\"Version\":\"1\"},"
      "\"VPCZoneIdentifier\":\"%s\"%s}",
      min, max, desired, ids, more);

  run (&aws_autoscaling, "CreateAutoScalingGroup", input);
}

static AwsGroup *
group (void)
{
  return aws_cloud_group (cloud, "g");
}

static guint
in_zone (const char *letter)
{
  g_autofree char *name = g_strconcat (cloud->region, letter, NULL);
  guint n = 0;

  for (GList *l = group ()->members.head; l != NULL; l = l->next)
    {
      const AwsMember *member = l->data;

      n += member->counted && g_str_equal (member->instance->subnet->zone->name, name);
    }
  return n;
}

static void
pass (gint64 seconds)
{
  sim_world_run_for (world, seconds * DD_SECOND);
}

static AwsMember *
first_member (void)
{
  return group ()->members.head->data;
}

/* The newest activity whose description begins with PREFIX. */
static const AwsActivity *
activity (const char *prefix)
{
  for (guint i = group ()->activities->len; i > 0; i--)
    {
      const AwsActivity *found = group ()->activities->pdata[i - 1];

      if (g_str_has_prefix (found->description, prefix))
        return found;
    }
  ck_abort_msg ("no activity %s", prefix);
  return NULL;
}

static void
setup (void)
{
  aws_setup ();
  events = g_string_new (NULL);
  sim_trace_add_reader (world->stage->trace, note_event, NULL);
  sim_trace_begin (world->stage->trace);
}

static void
teardown (void)
{
  g_string_free (g_steal_pointer (&events), TRUE);
  aws_teardown ();
}

START_TEST (instances_spread_over_the_zones)
{
  make_group (3, 0, 9, 7, "");
  pass (120);

  ck_assert_uint_eq (in_zone ("a"), 3);
  ck_assert_uint_eq (in_zone ("b"), 2);
  ck_assert_uint_eq (in_zone ("c"), 2);
  ck_assert_int_eq (first_member ()->state, AWS_IN_SERVICE);
}
END_TEST

START_TEST (a_launch_says_why)
{
  const AwsActivity *launch;

  make_group (1, 0, 8, 1, "");
  pass (60);
  run (&aws_autoscaling, "UpdateAutoScalingGroup",
       "{\"AutoScalingGroupName\":\"g\",\"DesiredCapacity\":6}");
  pass (60);

  launch = activity ("Launching a new EC2 instance: i-");
  ck_assert_str_eq (launch->cause,
                    "At 2026-01-01T00:01:00Z a user request update of AutoScalingGroup constraints "
                    "to min: 0, max: 8, desired: 6 changing the desired capacity from 1 to 6.  At "
                    "2026-01-01T00:01:20Z an instance was started in response to a difference "
                    "between desired and actual capacity, increasing the capacity from 1 to 6.");
  ck_assert_str_eq (launch->status, "Successful");
}
END_TEST

START_TEST (a_zone_without_capacity_is_tried_again_and_again)
{
  const AwsActivity *failed;
  guint n = 0;

  make_group (1, 0, 9, 0, "");
  aws_ec2_set_capacity (cloud, "us-west-2a", NULL, 0);
  run (&aws_autoscaling, "SetDesiredCapacity",
       "{\"AutoScalingGroupName\":\"g\",\"DesiredCapacity\":2}");
  pass (20 + 60 + 120 + 240 + 480 + 600 + 1);

  failed = activity ("Launching a new EC2 instance.  Status Reason: ");
  ck_assert_str_eq (
      failed->status_message,
      "We currently do not have sufficient m5.large capacity in the Availability Zone "
      "you requested (us-west-2a). Our system will be working on provisioning "
      "additional capacity. You can currently get m5.large capacity by not specifying "
      "an Availability Zone in your request or choosing us-west-2b, us-west-2c. "
      "Launching EC2 instance failed.");
  for (guint i = 0; i < group ()->activities->len; i++)
    n += g_str_equal (((AwsActivity *) group ()->activities->pdata[i])->status, "Failed");
  ck_assert_uint_eq (n, 6); /* at 20 s, then after 60, 120, 240, 480 and 600 s */

  aws_ec2_set_capacity (cloud, "us-west-2a", NULL, -1);
  pass (601 + 60);
  ck_assert_uint_eq (in_zone ("a"), 2);
}
END_TEST

START_TEST (another_zone_takes_over)
{
  make_group (3, 0, 9, 0, "");
  aws_ec2_set_capacity (cloud, "us-west-2b", "m5.large", 1);
  run (&aws_autoscaling, "SetDesiredCapacity",
       "{\"AutoScalingGroupName\":\"g\",\"DesiredCapacity\":9}");
  pass (60);

  ck_assert_uint_eq (in_zone ("a"), 4);
  ck_assert_uint_eq (in_zone ("b"), 1);
  ck_assert_uint_eq (in_zone ("c"), 4);
}
END_TEST

START_TEST (mixed_groups_name_the_purchase_option_in_failures)
{
  const char *prefix = "Launching a new EC2 instance.  Status Reason: Could not launch On-Demand "
                       "Instances. InsufficientInstanceCapacity - We currently do not have "
                       "sufficient m5.xlarge capacity";
  g_autofree char *ids = subnets (1);
  g_autofree char *input = g_strdup_printf (
      "{\"AutoScalingGroupName\":\"g\",\"MinSize\":1,\"MaxSize\":1,\"VPCZoneIdentifier\":\"%s\","
      "\"MixedInstancesPolicy\":{\"LaunchTemplate\":{\"LaunchTemplateSpecification\":"
      "{\"LaunchTemplateName\":\"nodes\",\"Version\":\"1\"},\"Overrides\":"
      "[{\"InstanceType\":\"m5.xlarge\"},{\"InstanceType\":\"m5a.xlarge\"}]}}}",
      ids);

  aws_ec2_set_capacity (cloud, "us-west-2a", NULL, 0);
  run (&aws_autoscaling, "CreateAutoScalingGroup", input);
  pass (30);
  ck_assert (g_str_has_prefix (activity ("Launching")->description, prefix));

  aws_ec2_set_capacity (cloud, "us-west-2a", NULL, -1);
  aws_ec2_set_capacity (cloud, "us-west-2a", "m5.xlarge", 0);
  pass (120);
  ck_assert_str_eq (first_member ()->instance->type->name, "m5a.xlarge");
}
END_TEST

START_TEST (what_is_terminated_is_replaced_in_its_zone)
{
  g_autoptr (DdValue) answer = NULL;
  g_autofree char *input = NULL;
  g_autofree char *id = NULL;

  make_group (3, 3, 6, 3, "");
  pass (60);
  id = g_strdup (first_member ()->instance->resource.id);
  input = g_strdup_printf ("{\"InstanceId\":\"%s\",\"ShouldDecrementDesiredCapacity\":false}", id);
  answer = call (&aws_autoscaling, "TerminateInstanceInAutoScalingGroup", input);

  ck_assert_str_eq (dd_value_path_string (answer, "Activity.StatusCode"), "InProgress");
  ck_assert_int_eq (dd_value_path_int (answer, "Activity.Progress", -1), 0);
  ck_assert (g_str_has_suffix (dd_value_path_string (answer, "Activity.Cause"),
                               " was taken out of service in response to a user request."));
  ck_assert_uint_eq (in_zone ("a"), 0);
  pass (60);
  ck_assert_uint_eq (in_zone ("a"), 1);
  ck_assert_uint_eq (group ()->members.length, 3);
  ck_assert_int_eq (aws_cloud_instance (cloud, id)->state, AWS_INSTANCE_TERMINATED);
}
END_TEST

START_TEST (a_decrement_below_the_minimum_is_refused)
{
  g_autofree char *input = NULL;

  make_group (1, 1, 2, 1, "");
  pass (60);
  input = g_strdup_printf ("{\"InstanceId\":\"%s\",\"ShouldDecrementDesiredCapacity\":true}",
                           first_member ()->instance->resource.id);
  refused (&aws_autoscaling, "TerminateInstanceInAutoScalingGroup", input, AWS_VALIDATION,
           "Currently, desiredSize equals minSize (1). Terminating instance without replacement "
           "will violate group's min size constraint. Either set shouldDecrementDesiredCapacity "
           "flag to false or lower group's min size.");
}
END_TEST

START_TEST (shrinking_takes_old_templates_of_the_fullest_zone_first)
{
  const AwsMember *newest;

  make_group (2, 0, 9, 3, ",\"TerminationPolicies\":[\"OldestLaunchTemplate\",\"OldestInstance\"]");
  pass (60); /* a, b, a */
  run (&aws_ec2, "CreateLaunchTemplateVersion",
       "{\"LaunchTemplateName\":\"nodes\",\"SourceVersion\":\"1\",\"LaunchTemplateData\":{}}");
  run (&aws_autoscaling, "UpdateAutoScalingGroup",
       "{\"AutoScalingGroupName\":\"g\",\"DesiredCapacity\":5,"
       "\"LaunchTemplate\":{\"LaunchTemplateName\":\"nodes\",\"Version\":\"2\"}}");
  pass (60); /* b, a */
  run (&aws_autoscaling, "SetDesiredCapacity",
       "{\"AutoScalingGroupName\":\"g\",\"DesiredCapacity\":2}");
  pass (120);

  ck_assert_uint_eq (group ()->members.length, 2);
  for (GList *l = group ()->members.head; l != NULL; l = l->next)
    {
      newest = l->data;
      ck_assert_int_eq (newest->instance->template_version, 2);
    }
  ck_assert_uint_eq (in_zone ("a"), 1);
  ck_assert_uint_eq (in_zone ("b"), 1);
}
END_TEST

START_TEST (protected_instances_stay)
{
  make_group (1, 0, 3, 3, ",\"NewInstancesProtectedFromScaleIn\":true");
  pass (60);
  run (&aws_autoscaling, "SetDesiredCapacity",
       "{\"AutoScalingGroupName\":\"g\",\"DesiredCapacity\":0}");
  pass (300);
  ck_assert_uint_eq (group ()->members.length, 3);
}
END_TEST

START_TEST (uneven_zones_are_balanced_by_launching_first)
{
  guint peak = 0, low = G_MAXUINT;

  make_group (2, 0, 8, 0, "");
  aws_ec2_set_capacity (cloud, "us-west-2b", NULL, 0);
  run (&aws_autoscaling, "SetDesiredCapacity",
       "{\"AutoScalingGroupName\":\"g\",\"DesiredCapacity\":4}");
  pass (30);
  ck_assert_uint_eq (in_zone ("a"), 4);
  aws_ec2_set_capacity (cloud, "us-west-2b", NULL, -1);
  for (int i = 0; i < 100; i++)
    {
      pass (10);
      peak = MAX (peak, group ()->n_counted);
      low = MIN (low, group ()->n_counted);
    }

  ck_assert_uint_eq (in_zone ("a"), 2);
  ck_assert_uint_eq (in_zone ("b"), 2);
  ck_assert_uint_eq (peak, 6); /* two came before two went */
  ck_assert_uint_eq (low, 4);
  ck_assert_ptr_nonnull (strstr (activity ("Terminating")->cause,
                                 "to balance instances in zones us-west-2b with other zones "
                                 "resulting in more than desired number of instances in the "
                                 "group.  At "));
}
END_TEST

START_TEST (an_idle_group_does_nothing)
{
  guint64 before;

  make_group (3, 0, 3, 3, "");
  pass (600);
  before = sim_clock_events (world->stage->clock);
  pass (24 * 3600);
  ck_assert_uint_eq (sim_clock_events (world->stage->clock), before);
}
END_TEST

static guint n_hook_events;

static void
complete_at_once (AwsCloud *in, const AwsHookEvent *event, gpointer data)
{
  (void) data;
  n_hook_events++;
  ck_assert (aws_group_complete_hook (aws_cloud_group (in, event->group), event->hook, event->token,
                                      NULL, "CONTINUE", NULL));
}

#define HOOKS \
  ",\"LifecycleHookSpecificationList\":[{\"LifecycleHookName\":\"up\",\"LifecycleTransition\":" \
  "\"autoscaling:EC2_INSTANCE_LAUNCHING\",\"HeartbeatTimeout\":60,\"DefaultResult\":\"%s\"}," \
  "{\"LifecycleHookName\":\"down\",\"LifecycleTransition\":" \
  "\"autoscaling:EC2_INSTANCE_TERMINATING\",\"HeartbeatTimeout\":300}]"

START_TEST (a_listener_lets_instances_through)
{
  g_autofree char *hooks = g_strdup_printf (HOOKS, "ABANDON");

  n_hook_events = 0;
  aws_cloud_listen_to_hooks (cloud, complete_at_once, NULL);
  make_group (1, 0, 2, 2, hooks);
  pass (41);
  ck_assert_int_eq (first_member ()->state, AWS_IN_SERVICE);
  ck_assert_uint_eq (n_hook_events, 2);
}
END_TEST

START_TEST (a_hook_without_an_answer_takes_its_default)
{
  g_autofree char *hooks = g_strdup_printf (HOOKS, "CONTINUE");
  g_autofree char *id = NULL;

  make_group (1, 0, 2, 1, hooks);
  pass (45);
  ck_assert_int_eq (first_member ()->state, AWS_PENDING_WAIT);
  pass (60);
  ck_assert_int_eq (first_member ()->state, AWS_IN_SERVICE);
  id = g_strdup (first_member ()->instance->resource.id);
  run (&aws_autoscaling, "SetDesiredCapacity",
       "{\"AutoScalingGroupName\":\"g\",\"DesiredCapacity\":0}");
  pass (30);
  ck_assert_int_eq (first_member ()->state, AWS_TERMINATING_WAIT);
  ck_assert_int_eq (aws_cloud_instance (cloud, id)->state, AWS_INSTANCE_RUNNING);
  pass (300 + 41);
  ck_assert_uint_eq (group ()->members.length, 0);
}
END_TEST

START_TEST (an_abandoned_launch_is_cancelled_and_tried_anew)
{
  g_autofree char *hooks = g_strdup_printf (HOOKS, "ABANDON");

  make_group (1, 0, 2, 1, hooks);
  pass (45 + 60);
  ck_assert_str_eq (activity ("Launching")->status, "Cancelled");
  ck_assert_ptr_nonnull (strstr (activity ("Launching")->status_message, "was abandoned"));
  pass (45);
  ck_assert_uint_eq (in_zone ("a"), 1);
}
END_TEST

START_TEST (heartbeats_put_the_end_off)
{
  g_autofree char *hooks = g_strdup_printf (HOOKS, "CONTINUE");
  g_autofree char *input = NULL;

  make_group (1, 0, 2, 1, hooks);
  pass (90);
  input = g_strdup_printf ("{\"AutoScalingGroupName\":\"g\",\"LifecycleHookName\":\"up\","
                           "\"InstanceId\":\"%s\"}",
                           first_member ()->instance->resource.id);
  run (&aws_autoscaling, "RecordLifecycleActionHeartbeat", input);
  pass (50);
  ck_assert_int_eq (first_member ()->state, AWS_PENDING_WAIT);
  pass (20);
  ck_assert_int_eq (first_member ()->state, AWS_IN_SERVICE);
}
END_TEST

START_TEST (an_instance_terminated_behind_its_back_is_replaced)
{
  make_group (1, 1, 1, 1, "");
  pass (60);
  aws_ec2_terminate (cloud, first_member ()->instance, "User initiated");
  pass (120);
  ck_assert_int_eq (first_member ()->state, AWS_IN_SERVICE);
  ck_assert_uint_eq (group ()->members.length, 1);
  ck_assert_ptr_nonnull (strstr (activity ("Terminating")->cause,
                                 "in response to an EC2 health check indicating it has been "
                                 "terminated or stopped."));
}
END_TEST

START_TEST (suspended_processes_do_nothing)
{
  make_group (1, 0, 2, 0, "");
  run (&aws_autoscaling, "SuspendProcesses",
       "{\"AutoScalingGroupName\":\"g\",\"ScalingProcesses\":[\"Launch\"]}");
  run (&aws_autoscaling, "SetDesiredCapacity",
       "{\"AutoScalingGroupName\":\"g\",\"DesiredCapacity\":2}");
  pass (600);
  ck_assert_uint_eq (group ()->members.length, 0);
  run (&aws_autoscaling, "ResumeProcesses", "{\"AutoScalingGroupName\":\"g\"}");
  pass (60);
  ck_assert_uint_eq (group ()->members.length, 2);
}
END_TEST

START_TEST (a_group_with_instances_is_deleted_by_force_only)
{
  make_group (1, 0, 2, 2, "");
  pass (60);
  refused (&aws_autoscaling, "DeleteAutoScalingGroup", "{\"AutoScalingGroupName\":\"g\"}",
           AWS_RESOURCE_IN_USE_FAULT,
           "You cannot delete an AutoScalingGroup while there are instances or pending Spot "
           "instance request(s) still in the group.");
  run (&aws_autoscaling, "DeleteAutoScalingGroup",
       "{\"AutoScalingGroupName\":\"g\",\"ForceDelete\":true}");
  pass (30);
  refused (&aws_autoscaling, "SetDesiredCapacity",
           "{\"AutoScalingGroupName\":\"g\",\"DesiredCapacity\":1}",
           AWS_SCALING_ACTIVITY_IN_PROGRESS, "The AutoScalingGroup g is pending delete.");
  pass (30);
  ck_assert_ptr_null (group ());
}
END_TEST

START_TEST (leaving_a_zone_moves_its_instances)
{
  g_autofree char *ids = NULL;
  g_autofree char *input = NULL;

  make_group (3, 0, 9, 3, "");
  pass (60);
  ids = subnets (2);
  input = g_strdup_printf ("{\"AutoScalingGroupName\":\"g\",\"VPCZoneIdentifier\":\"%s\"}", ids);
  run (&aws_autoscaling, "UpdateAutoScalingGroup", input);
  pass (600);
  ck_assert_uint_eq (in_zone ("c"), 0);
  ck_assert_uint_eq (group ()->n_counted, 3);
}
END_TEST

#define TOO_LARGE(size) \
  "You have already reached a limit for your Amazon EC2 Auto Scaling resources - desired " \
  "capacity " size " exceeds the limit of 6000 instances in a group that is modelled"

/* Operation, input, code, message. */
static const struct
{
  const char *operation, *input;
  AwsErrorCode code;
  const char *message;
} refusals[] = {
  { "SetDesiredCapacity", "{\"AutoScalingGroupName\":\"x\",\"DesiredCapacity\":1}", AWS_VALIDATION,
    "AutoScalingGroup name not found - AutoScalingGroup: x not found" },
  { "SetDesiredCapacity", "{\"AutoScalingGroupName\":\"g\",\"DesiredCapacity\":9}", AWS_VALIDATION,
    "New SetDesiredCapacity value 9 is above max value 3 for the AutoScalingGroup." },
  { "SetDesiredCapacity", "{\"AutoScalingGroupName\":\"g\",\"DesiredCapacity\":0}", AWS_VALIDATION,
    "New SetDesiredCapacity value 0 is below min value 1 for the AutoScalingGroup." },
  { "UpdateAutoScalingGroup", "{\"AutoScalingGroupName\":\"g\",\"DesiredCapacity\":4}",
    AWS_VALIDATION, "Desired capacity:4 must be between the specified min size:1 and max size:3" },
  { "UpdateAutoScalingGroup", "{\"AutoScalingGroupName\":\"g\",\"MinSize\":4}", AWS_VALIDATION,
    "Max bound, 3, must be greater than or equal to min bound, 4" },
  { "UpdateAutoScalingGroup",
    "{\"AutoScalingGroupName\":\"g\",\"MaxSize\":2000000000,\"DesiredCapacity\":2000000000}",
    AWS_LIMIT_EXCEEDED, TOO_LARGE ("2000000000") },
  { "UpdateAutoScalingGroup",
    "{\"AutoScalingGroupName\":\"g\",\"MaxSize\":100000,\"MinSize\":6001}", AWS_LIMIT_EXCEEDED,
    TOO_LARGE ("6001") },
  { "UpdateAutoScalingGroup",
    "{\"AutoScalingGroupName\":\"g\",\"LaunchTemplate\":{\"LaunchTemplateName\":\"none\"}}",
    AWS_VALIDATION,
    "You must use a valid fully-formed launch template. The specified launch template, with "
    "template name none, does not exist." },
  { "UpdateAutoScalingGroup", "{\"AutoScalingGroupName\":\"g\",\"VPCZoneIdentifier\":\"subnet-1\"}",
    AWS_VALIDATION, "The subnet ID 'subnet-1' does not exist" },
  { "UpdateAutoScalingGroup", "{\"AutoScalingGroupName\":\"g\",\"TerminationPolicies\":[\"Luck\"]}",
    AWS_VALIDATION,
    "Invalid termination policy: Luck is not a supported termination policy type." },
  { "SetDesiredCapacity", "{\"AutoScalingGroupName\":\"g\"}", AWS_VALIDATION,
    "1 validation error detected: Value null at 'desiredCapacity' failed to satisfy constraint: "
    "Member must not be null" },
  { "TerminateInstanceInAutoScalingGroup",
    "{\"InstanceId\":\"i-1\",\"ShouldDecrementDesiredCapacity\":false}", AWS_VALIDATION,
    "Instance Id not found - No managed instance found for instance ID: i-1" },
  { "CompleteLifecycleAction",
    "{\"AutoScalingGroupName\":\"g\",\"LifecycleHookName\":\"h\",\"InstanceId\":\"i-1\","
    "\"LifecycleActionResult\":\"CONTINUE\"}",
    AWS_VALIDATION, "No active Lifecycle Action found with instance ID i-1" },
  { "DescribeAutoScalingGroups", "{\"NextToken\":\"nonsense\"}", AWS_INVALID_NEXT_TOKEN,
    "The token 'nonsense' is invalid" },
};

START_TEST (mistakes_are_answered_in_the_words_of_the_service)
{
  make_group (1, 1, 3, 1, "");
  refused (&aws_autoscaling, refusals[_i].operation, refusals[_i].input, refusals[_i].code,
           refusals[_i].message);
}
END_TEST

START_TEST (a_group_with_room_grows_to_what_is_modelled_only)
{
  make_group (1, 1, 1000000, 1, "");
  refused (&aws_autoscaling, "SetDesiredCapacity",
           "{\"AutoScalingGroupName\":\"g\",\"DesiredCapacity\":6001}", AWS_LIMIT_EXCEEDED,
           TOO_LARGE ("6001"));
  ck_assert_int_eq (group ()->desired, 1);
}
END_TEST

START_TEST (bounds_take_the_desired_capacity_with_them)
{
  make_group (1, 0, 9, 6, "");
  run (&aws_autoscaling, "UpdateAutoScalingGroup",
       "{\"AutoScalingGroupName\":\"g\",\"MaxSize\":4}");
  ck_assert_int_eq (group ()->desired, 4);
  run (&aws_autoscaling, "UpdateAutoScalingGroup",
       "{\"AutoScalingGroupName\":\"g\",\"MaxSize\":9,\"MinSize\":7}");
  ck_assert_int_eq (group ()->desired, 7);
}
END_TEST

START_TEST (groups_come_in_pages)
{
  g_autoptr (DdValue) first = NULL;
  g_autoptr (DdValue) second = NULL;
  g_autofree char *ids = subnets (1);
  g_autofree char *next = NULL;

  for (int i = 0; i < 3; i++)
    {
      g_autofree char *input = g_strdup_printf (
          "{\"AutoScalingGroupName\":\"g%d\",\"MinSize\":0,\"MaxSize\":0,"
          "\"LaunchTemplate\":{\"LaunchTemplateName\":\"nodes\"},\"VPCZoneIdentifier\":\"%s\"}",
          i, ids);

      run (&aws_autoscaling, "CreateAutoScalingGroup", input);
    }
  first = call (&aws_autoscaling, "DescribeAutoScalingGroups", "{\"MaxRecords\":2}");
  ck_assert_uint_eq (dd_value_length (dd_value_member (first, "AutoScalingGroups")), 2);
  next = g_strdup_printf ("{\"MaxRecords\":2,\"NextToken\":\"%s\"}",
                          dd_value_path_string (first, "NextToken"));
  second = call (&aws_autoscaling, "DescribeAutoScalingGroups", next);
  ck_assert_str_eq (dd_value_path_string (second, "AutoScalingGroups.0.AutoScalingGroupName"),
                    "g2");
  ck_assert_ptr_null (dd_value_member (second, "NextToken"));
}
END_TEST

START_TEST (the_trace_tells_an_instances_life)
{
  make_group (1, 0, 1, 1, "");
  pass (60);
  run (&aws_autoscaling, "SetDesiredCapacity",
       "{\"AutoScalingGroupName\":\"g\",\"DesiredCapacity\":0}");
  pass (120);
  ck_assert_str_eq (events->str, "0 group.updated\n"
                                 "20 instance.pending\n20 instance.launching\n"
                                 "40 instance.running\n40 instance.in-service\n"
                                 "60 group.updated\n"
                                 "80 instance.terminating\n80 instance.shutting-down\n"
                                 "120 instance.terminated\n120 instance.terminated\n");
}
END_TEST

int
main (void)
{
  Suite *suite = suite_create ("autoscaling");
  TCase *tc = tcase_create ("group");
  SRunner *runner;
  int failed;

  tcase_add_checked_fixture (tc, setup, teardown);
  tcase_add_test (tc, instances_spread_over_the_zones);
  tcase_add_test (tc, a_launch_says_why);
  tcase_add_test (tc, a_zone_without_capacity_is_tried_again_and_again);
  tcase_add_test (tc, another_zone_takes_over);
  tcase_add_test (tc, mixed_groups_name_the_purchase_option_in_failures);
  tcase_add_test (tc, what_is_terminated_is_replaced_in_its_zone);
  tcase_add_test (tc, a_decrement_below_the_minimum_is_refused);
  tcase_add_test (tc, shrinking_takes_old_templates_of_the_fullest_zone_first);
  tcase_add_test (tc, protected_instances_stay);
  tcase_add_test (tc, uneven_zones_are_balanced_by_launching_first);
  tcase_add_test (tc, an_idle_group_does_nothing);
  tcase_add_test (tc, a_listener_lets_instances_through);
  tcase_add_test (tc, a_hook_without_an_answer_takes_its_default);
  tcase_add_test (tc, an_abandoned_launch_is_cancelled_and_tried_anew);
  tcase_add_test (tc, heartbeats_put_the_end_off);
  tcase_add_test (tc, an_instance_terminated_behind_its_back_is_replaced);
  tcase_add_test (tc, suspended_processes_do_nothing);
  tcase_add_test (tc, a_group_with_instances_is_deleted_by_force_only);
  tcase_add_test (tc, leaving_a_zone_moves_its_instances);
  tcase_add_loop_test (tc, mistakes_are_answered_in_the_words_of_the_service, 0,
                       G_N_ELEMENTS (refusals));
  tcase_add_test (tc, a_group_with_room_grows_to_what_is_modelled_only);
  tcase_add_test (tc, bounds_take_the_desired_capacity_with_them);
  tcase_add_test (tc, groups_come_in_pages);
  tcase_add_test (tc, the_trace_tells_an_instances_life);
  suite_add_tcase (suite, tc);
  runner = srunner_create (suite);
  srunner_run_all (runner, CK_NORMAL);
  failed = srunner_ntests_failed (runner);
  srunner_free (runner);
  return failed == 0 ? 0 : 1;
}
