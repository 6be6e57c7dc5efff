/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "sim/kube/controllers/kubelet.h"
#include "tests/actors-world.h"

#define CNI \
  "{'apiVersion':'apps/v1','kind':'DaemonSet','metadata':{'name':'aws-node','namespace':" \
  "'kube-system'},'spec':{'selector':{'matchLabels':{'app':'aws-node'}},'template':{'metadata':{" \
  "'labels':{'app':'aws-node'}},'spec':{'hostNetwork':true,'tolerations':[{'operator':'Exists'}]," \
  "'containers':[{'name':'cni','image':'cni:1'}]}}}}"

static const char *
ready_status (const SimObject *object)
{
  return sim_condition_status (dd_value_member (object->value, "status"), "Ready");
}

START_TEST (an_instance_registers_and_becomes_ready)
{
  AwsInstance *instance = launch ('b');
  const SimObject *node;

  run_for (70 * DD_SECOND); /* 20 pending, 35 to 45 until it registers */
  node = node_of (instance);
  ck_assert_ptr_nonnull (node);
  ck_assert_str_eq (ready_status (node), "False");
  ck_assert_ptr_nonnull (find_taint (node, "node.kubernetes.io/not-ready", "NoSchedule"));
  run_for (20 * DD_SECOND);
  node = node_of (instance);
  ck_assert_str_eq (ready_status (node), "True");
  ck_assert_ptr_null (find_taint (node, "node.kubernetes.io/not-ready", "NoSchedule"));
  ck_assert_ptr_null (find_taint (node, "node.kubernetes.io/not-ready", "NoExecute"));
  ck_assert_ptr_nonnull (event_about (node->name, "NodeReady"));
  ck_assert_ptr_nonnull (event_about (node->name, "RegisteredNode"));
  ck_assert_uint_eq (count_traced ("kubelet node.registered"), 1);
  ck_assert_uint_eq (count_traced ("kubelet node.ready"), 1);
}
END_TEST

START_TEST (labels_and_taints_come_out_of_the_user_data)
{
  AwsInstance *instance = launch_with (
      'c', "--node-labels=eks.amazonaws.com/nodegroup=blue,eks.amazonaws.com/nodegroup-image=ami-1 "
           "--register-with-taints=dedicated=gpu:NoSchedule");
  const DdValue *labels;

  run_for (2 * DD_MINUTE);
  labels = kube_node_view (node_of (instance))->labels;
  ck_assert_str_eq (dd_value_string (dd_value_member (labels, "eks.amazonaws.com/nodegroup")),
                    "blue");
  ck_assert_str_eq (dd_value_string (dd_value_member (labels, "eks.amazonaws.com/nodegroup-image")),
                    "ami-1");
  ck_assert_str_eq (dd_value_string (dd_value_member (labels, "topology.kubernetes.io/zone")),
                    "us-west-2c");
  ck_assert_str_eq (dd_value_string (dd_value_member (labels, "kubernetes.io/arch")), "amd64");
  ck_assert_ptr_nonnull (find_taint (node_of (instance), "dedicated", "NoSchedule"));
}
END_TEST

START_TEST (allocatable_leaves_what_the_system_keeps)
{
  AwsInstance *instance = launch ('a');

  run_for (2 * DD_MINUTE);
  ck_assert_int_eq (kube_node_view (node_of (instance))->cpu_millis, 1930);
  ck_assert_int_eq (kube_node_view (node_of (instance))->pods, 29);
}
END_TEST

START_TEST (a_node_waits_for_its_network_plugin)
{
  AwsInstance *instance;
  const SimObject *pod;

  apply (json (CNI));
  sim_latency_set (world->stage->latency, SIM_DELAY_IMAGE_PULL, 2 * DD_MINUTE, 2 * DD_MINUTE);
  instance = launch ('a');
  run_for (2 * DD_MINUTE);
  ck_assert_str_eq (ready_status (node_of (instance)), "False");
  run_for (90 * DD_SECOND);
  ck_assert_str_eq (ready_status (node_of (instance)), "True");
  pod = first_pod ("aws-node");
  ck_assert_str_eq (dd_value_path_string (pod->value, "status.podIP"), instance->private_ip);
}
END_TEST

START_TEST (a_pod_runs_through_its_life)
{
  const SimObject *pod;

  launch_ready (1);
  deploy ("web", 1);
  run_for (1 * DD_SECOND);
  pod = first_pod ("web");
  ck_assert_str_eq (kube_pod_view (pod)->phase, "Pending");
  ck_assert_str_eq (
      dd_value_path_string (pod->value, "status.containerStatuses.0.state.waiting.reason"),
      "ContainerCreating");
  ck_assert_str_eq (ready_status (pod), "False");
  run_for (10 * DD_SECOND);
  pod = first_pod ("web");
  ck_assert_str_eq (kube_pod_view (pod)->phase, "Running");
  ck_assert_str_eq (ready_status (pod), "True");
  ck_assert_ptr_nonnull (dd_value_path (pod->value, "status.podIP"));
  ck_assert_str_eq (event_about (pod->name, "Pulling"), "Pulling image \"img:1\"");
  ck_assert_str_eq (event_about (pod->name, "Created"), "Created container: c");
  ck_assert_str_eq (event_about (pod->name, "Started"), "Started container c");
}
END_TEST

START_TEST (a_second_pod_finds_the_image_there)
{
  launch_ready (1);
  deploy ("web", 1);
  run_for (15 * DD_SECOND);
  deploy ("next", 1);
  run_for (15 * DD_SECOND);
  ck_assert_str_eq (event_about (first_pod ("next")->name, "Pulled"),
                    "Container image \"img:1\" already present on machine");
}
END_TEST

START_TEST (annotations_shape_readiness)
{
  launch_ready (1);
  deploy_with ("slow", 1, "", "'drydock.dev/ready-after':'40s'");
  deploy_with ("never", 1, "", "'drydock.dev/never-ready':'true'");
  run_for (30 * DD_SECOND);
  ck_assert_uint_eq (count_ready ("slow"), 0);
  run_for (30 * DD_SECOND);
  ck_assert_uint_eq (count_ready ("slow"), 1);
  run_for (DD_HOUR);
  ck_assert_uint_eq (count_ready ("never"), 0);
  ck_assert_str_eq (kube_pod_view (first_pod ("never"))->phase, "Running");
}
END_TEST

START_TEST (a_crash_loop_backs_off)
{
  const SimObject *pod;
  gint64 restarts;

  launch_ready (1);
  deploy_with ("bad", 1, "", "'drydock.dev/crash-loop':'true'");
  run_for (DD_HOUR);
  pod = first_pod ("bad");
  restarts = dd_value_path_int (pod->value, "status.containerStatuses.0.restartCount", 0);
  ck_assert_int_ge (restarts, 14); /* 10 + 20 + 40 + 80 + 160 s, then one in five minutes */
  ck_assert_int_le (restarts, 20);
  ck_assert_ptr_nonnull (
      strstr (event_about (pod->name, "BackOff"), "Back-off restarting failed container c in pod"));
}
END_TEST

/* How many seconds after its deletion the pod of deployment NAME is gone, at most LIMIT. */
static guint
seconds_to_stop (const char *name, guint limit)
{
  g_autofree char *pod = g_strdup (first_pod (name)->name);
  guint seconds = 0;

  delete_with (&kube_pod, "default", pod, NULL);
  while (stored (&kube_pod, "default", pod) != NULL && seconds < limit)
    {
      run_for (1 * DD_SECOND);
      seconds++;
    }
  return seconds;
}

START_TEST (a_deleted_pod_stops_within_its_grace_period)
{
  const struct
  {
    const char *annotations, *spec;
    guint least, most;
  } rows[] = {
    { "", "", 1, 4 },
    { "'drydock.dev/stop-after':'20s'", "", 20, 21 },
    { "'drydock.dev/stop-after':'90s'", "", 29, 31 },
    { "'drydock.dev/ignores-sigterm':'true'", "", 29, 31 },
    { "'drydock.dev/ignores-sigterm':'true'", "'terminationGracePeriodSeconds':7,", 6, 8 },
  };

  launch_ready (1);
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autofree char *name = g_strdup_printf ("app-%u", i);
      guint seconds;

      deploy_with (name, 1, rows[i].spec, rows[i].annotations);
      run_for (30 * DD_SECOND);
      seconds = seconds_to_stop (name, 200);
      ck_assert_msg (seconds >= rows[i].least && seconds <= rows[i].most, "row %u: %u s", i,
                     seconds);
    }
}
END_TEST

START_TEST (a_cordon_is_told_at_the_next_sync)
{
  AwsInstance *instance = launch ('a');

  run_for (3 * DD_MINUTE);
  merge (&kube_node, "", instance->private_dns, json ("{'spec':{'unschedulable':true}}"));
  run_for (1 * DD_SECOND);
  ck_assert_ptr_nonnull (
      find_taint (node_of (instance), "node.kubernetes.io/unschedulable", "NoSchedule"));
  run_for (10 * DD_SECOND);
  ck_assert_ptr_nonnull (event_about (instance->private_dns, "NodeNotSchedulable"));
  merge (&kube_node, "", instance->private_dns, json ("{'spec':{'unschedulable':null}}"));
  run_for (11 * DD_SECOND);
  ck_assert_ptr_null (
      find_taint (node_of (instance), "node.kubernetes.io/unschedulable", "NoSchedule"));
  ck_assert_ptr_nonnull (event_about (instance->private_dns, "NodeSchedulable"));
}
END_TEST

START_TEST (heartbeats_come_every_ten_seconds_and_end_with_the_instance)
{
  AwsInstance *instance = launch ('a');
  DdUsec beat;

  run_for (3 * DD_MINUTE);
  beat = sim_kubelet_last_heartbeat (world->actors, instance->private_dns);
  ck_assert_int_le (sim_stage_now (world->stage) - beat, 10 * DD_SECOND);
  run_for (60 * DD_SECOND);
  ck_assert_int_eq (sim_kubelet_last_heartbeat (world->actors, instance->private_dns),
                    beat + 60 * DD_SECOND);
  aws_ec2_terminate (world->cloud, instance, "User initiated");
  beat = sim_kubelet_last_heartbeat (world->actors, instance->private_dns);
  run_for (30 * DD_SECOND);
  ck_assert_int_eq (sim_kubelet_last_heartbeat (world->actors, instance->private_dns), beat);
  ck_assert_int_eq (sim_kubelet_last_heartbeat (world->actors, "nobody"), -1);
}
END_TEST

START_TEST (a_settled_world_has_nothing_left_to_do)
{
  guint64 events;

  launch_ready (3);
  deploy ("web", 6);
  budget ("web", "'maxUnavailable':1");
  run_for (5 * DD_MINUTE);
  events = sim_clock_events (world->stage->clock);
  run_for (30 * DD_MINUTE);
  ck_assert_uint_eq (sim_clock_events (world->stage->clock) - events, 0);
}
END_TEST

int
main (void)
{
  TCase *cases = tcase_create ("kubelet");

  tcase_add_checked_fixture (cases, start_world, stop_world);
  tcase_add_test (cases, an_instance_registers_and_becomes_ready);
  tcase_add_test (cases, labels_and_taints_come_out_of_the_user_data);
  tcase_add_test (cases, allocatable_leaves_what_the_system_keeps);
  tcase_add_test (cases, a_node_waits_for_its_network_plugin);
  tcase_add_test (cases, a_pod_runs_through_its_life);
  tcase_add_test (cases, a_second_pod_finds_the_image_there);
  tcase_add_test (cases, annotations_shape_readiness);
  tcase_add_test (cases, a_crash_loop_backs_off);
  tcase_add_test (cases, a_deleted_pod_stops_within_its_grace_period);
  tcase_add_test (cases, a_cordon_is_told_at_the_next_sync);
  tcase_add_test (cases, heartbeats_come_every_ten_seconds_and_end_with_the_instance);
  tcase_add_test (cases, a_settled_world_has_nothing_left_to_do);
  return run_cases (cases, "kubelet");
}
