/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "sim/kube/controllers/kubelet.h"
#include "sim/kube/controllers/sleep-command.h"
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

/* Takes the place of the container that the template has. */
#define CONTAINER(members) "'containers':[{'name':'c','image':'img:1'," members "}],"
#define HOOK(handler) CONTAINER ("'lifecycle':{'preStop':{" handler "}}")

/* A bare pod labelled app=NAME. */
static void
pod_of_spec (const char *name, const char *annotations, const char *spec)
{
  apply (json ("{'apiVersion':'v1','kind':'Pod','metadata':{'name':'%s','namespace':'default',"
               "'labels':{'app':'%s'},'annotations':{%s}},'spec':{%s'nodeSelector':{}}}",
               name, name, annotations, spec[0] == '\0' ? CONTAINER ("'env':[]") : spec));
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
    { "", HOOK ("'exec':{'command':['/bin/sh','-c','touch /tmp/leave; sleep 12 && true']}"), 12,
      16 },
    { "", HOOK ("'exec':{'command':['sleep','12s']}"), 12, 16 },
    { "", HOOK ("'sleep':{'seconds':12}"), 12, 16 },
    { "", HOOK ("'httpGet':{'path':'/leave','port':80}"), 1, 4 },
    { "'drydock.dev/pre-stop':'12s'", HOOK ("'httpGet':{'path':'/leave','port':80}"), 12, 16 },
    { "'drydock.dev/pre-stop':'12s'", "", 1, 4 },
    /* The hook is cut at the end of the grace period, and two seconds more are left. */
    { "'drydock.dev/stop-after':'0.5s'", HOOK ("'exec':{'command':['sleep','90']}"), 30, 32 },
    { "'drydock.dev/stop-after':'20s'", HOOK ("'exec':{'command':['sleep','90']}"), 31, 33 },
    { "'drydock.dev/stop-after':'20s'", HOOK ("'exec':{'command':['sleep','25']}"), 29, 31 },
  };

  launch_ready (1);
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autofree char *name = g_strdup_printf ("app-%u", i);
      guint seconds;

      if (strstr (rows[i].spec, "'containers'") != NULL)
        pod_of_spec (name, rows[i].annotations, rows[i].spec);
      else
        deploy_with (name, 1, rows[i].spec, rows[i].annotations);
      run_for (30 * DD_SECOND);
      seconds = seconds_to_stop (name, 200);
      ck_assert_msg (seconds >= rows[i].least && seconds <= rows[i].most, "row %u: %u s", i,
                     seconds);
    }
}
END_TEST

static const char *
phase_of (const char *pod)
{
  return kube_pod_view (stored (&kube_pod, "default", pod))->phase;
}

START_TEST (init_containers_take_their_time)
{
  const SimObject *pod;

  launch_ready (1);
  pod_of_spec ("web", "",
               "'initContainers':[{'name':'side','image':'i:1','restartPolicy':'Always'},{'name':"
               "'warm','image':'i:1','command':['sh','-c'],'args':['sleep 30']}],"
               "'containers':[{'name':'c','image':'i:1'}],");
  run_for (20 * DD_SECOND);
  pod = first_pod ("web");
  ck_assert_str_eq (kube_pod_view (pod)->phase, "Pending");
  ck_assert_ptr_nonnull (
      dd_value_path (pod->value, "status.initContainerStatuses.0.state.running"));
  ck_assert_ptr_nonnull (
      dd_value_path (pod->value, "status.initContainerStatuses.1.state.running"));
  ck_assert_str_eq (
      dd_value_path_string (
          sim_condition_find (dd_value_member (pod->value, "status"), "Initialized"), "message"),
      "containers with incomplete status: [warm]");
  run_for (30 * DD_SECOND);
  pod = first_pod ("web");
  ck_assert_str_eq (ready_status (pod), "True");
  ck_assert_ptr_nonnull (
      dd_value_path (pod->value, "status.initContainerStatuses.0.state.running"));
  ck_assert_ptr_nonnull (
      dd_value_path (pod->value, "status.initContainerStatuses.1.state.terminated"));
}
END_TEST

START_TEST (a_post_start_hook_delays_readiness)
{
  launch_ready (1);
  pod_of_spec ("web", "",
               CONTAINER ("'lifecycle':{'postStart':{'exec':{'command':['sleep','30']}}}"));
  run_for (28 * DD_SECOND);
  ck_assert_str_eq (ready_status (first_pod ("web")), "False");
  run_for (15 * DD_SECOND);
  ck_assert_str_eq (ready_status (first_pod ("web")), "True");
}
END_TEST

START_TEST (the_later_probe_decides)
{
  launch_ready (1);
  pod_of_spec ("web", "",
               CONTAINER ("'startupProbe':{'initialDelaySeconds':40,'tcpSocket':{'port':80}},"
                          "'readinessProbe':{'initialDelaySeconds':5,'tcpSocket':{'port':80}}"));
  run_for (40 * DD_SECOND);
  ck_assert_str_eq (ready_status (first_pod ("web")), "False");
  run_for (30 * DD_SECOND);
  ck_assert_str_eq (ready_status (first_pod ("web")), "True");
}
END_TEST

/* As the controller of a load balancer does. */
static void
set_gate (const char *pod, const char *status)
{
  SimObject *held = stored (&kube_pod, "default", pod);
  DdValue *condition = json ("{'type':'lb/healthy','status':'%s'}", status);
  g_autoptr (SimObject) written G_GNUC_UNUSED = kube_set_status (
      api, held, sim_status_with_condition (dd_value_member (held->value, "status"), condition));
}

START_TEST (a_readiness_gate_holds_ready_back)
{
  const DdValue *ready;

  launch_ready (1);
  pod_of_spec ("web", "",
               CONTAINER ("'env':[]") "'readinessGates':[{'conditionType':'lb/healthy'}],");
  run_for (30 * DD_SECOND);
  ready = sim_condition_find (
      dd_value_member (stored (&kube_pod, "default", "web")->value, "status"), "Ready");
  ck_assert_str_eq (dd_value_path_string (ready, "status"), "False");
  ck_assert_str_eq (dd_value_path_string (ready, "reason"), "ReadinessGatesNotReady");
  ck_assert_str_eq (dd_value_path_string (ready, "message"),
                    "corresponding condition of pod readiness gate \"lb/healthy\" does not exist.");
  ck_assert_uint_eq (count_traced ("kubelet pod.ready default/web"), 0);
  set_gate ("web", "True");
  run_for (1 * DD_SECOND);
  ck_assert_str_eq (ready_status (stored (&kube_pod, "default", "web")), "True");
  ck_assert_uint_eq (count_traced ("kubelet pod.ready default/web"), 1);
  set_gate ("web", "False");
  run_for (1 * DD_SECOND);
  ck_assert_str_eq (ready_status (stored (&kube_pod, "default", "web")), "False");
}
END_TEST

START_TEST (a_pod_ends_at_its_own_deadline)
{
  const SimObject *pod;

  launch_ready (1);
  pod_of_spec ("job", "", CONTAINER ("'env':[]") "'activeDeadlineSeconds':60,");
  run_for (50 * DD_SECOND);
  ck_assert_str_eq (phase_of ("job"), "Running");
  run_for (20 * DD_SECOND);
  pod = stored (&kube_pod, "default", "job");
  ck_assert_str_eq (phase_of ("job"), "Failed");
  ck_assert_str_eq (dd_value_path_string (pod->value, "status.reason"), "DeadlineExceeded");
}
END_TEST

START_TEST (the_restart_policy_says_what_a_crash_is)
{
  launch_ready (1);
  pod_of_spec ("never", "'drydock.dev/crash-loop':'true'",
               CONTAINER ("'env':[]") "'restartPolicy':'Never',");
  pod_of_spec ("again", "'drydock.dev/crash-loop':'true'",
               CONTAINER ("'env':[]") "'restartPolicy':'OnFailure',");
  pod_of_spec ("done", "'drydock.dev/exit-after':'5s'",
               CONTAINER ("'env':[]") "'restartPolicy':'OnFailure',");
  run_for (DD_MINUTE);
  ck_assert_str_eq (phase_of ("never"), "Failed");
  ck_assert_str_eq (phase_of ("again"), "Running");
  ck_assert_str_eq (phase_of ("done"), "Succeeded");
}
END_TEST

START_TEST (a_command_tells_how_long_it_sleeps)
{
  static const struct
  {
    const char *command;
    double seconds;
  } rows[] = {
    { "['sleep','5']", 5 },
    { "['/bin/sleep','1m','2.5']", 62.5 },
    { "['sh','-c','sleep 20']", 20 },
    { "['/bin/bash','-ec','drain || true\\nsleep 3; nginx -s quit && exec sleep 4']", 7 },
    { "['sh','-c','while ! curl x; do sleep 2; done']", 2 },
    { "['sh','-c','echo sleep 9']", 0 },
    { "['sleepy','9']", 0 },
    { "['sh','script.sh']", 0 },
    { "[]", 0 },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (DdValue) command = json ("%s", rows[i].command);

      ck_assert_msg (sim_command_sleeps (command, NULL) == (DdUsec) (rows[i].seconds * DD_SECOND),
                     "%s", rows[i].command);
    }
  {
    g_autoptr (DdValue) forever = json ("['sleep','infinity']");

    ck_assert_int_eq (sim_command_sleeps (forever, NULL), SIM_FOREVER);
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
  tcase_add_test (cases, init_containers_take_their_time);
  tcase_add_test (cases, a_post_start_hook_delays_readiness);
  tcase_add_test (cases, the_later_probe_decides);
  tcase_add_test (cases, a_readiness_gate_holds_ready_back);
  tcase_add_test (cases, a_pod_ends_at_its_own_deadline);
  tcase_add_test (cases, the_restart_policy_says_what_a_crash_is);
  tcase_add_test (cases, a_command_tells_how_long_it_sleeps);
  tcase_add_test (cases, a_cordon_is_told_at_the_next_sync);
  tcase_add_test (cases, heartbeats_come_every_ten_seconds_and_end_with_the_instance);
  tcase_add_test (cases, a_settled_world_has_nothing_left_to_do);
  return run_cases (cases, "kubelet");
}
