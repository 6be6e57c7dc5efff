/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "sim/stage/faults.h"
#include "sim/stage/machine.h"
#include "tests/actors-world.h"

static gint64
status_int (const KubeKind *kind, const char *namespace_, const char *name, const char *member)
{
  g_autofree char *path = g_strconcat ("status.", member, NULL);

  return dd_value_path_int (stored (kind, namespace_, name)->value, path, 0);
}

static guint
count_sets (void)
{
  return sim_store_count (api->store, &kube_replica_set);
}

static guint
count_pods (const char *name)
{
  g_autoptr (GPtrArray) pods = pods_of (name);

  return pods->len;
}

/* ---- deployments and replica sets ---- */

START_TEST (a_deployment_gets_its_pods_and_says_so)
{
  const SimObject *deployment;
  const DdValue *status;

  launch_ready (3);
  deploy ("web", 4);
  run_for (30 * DD_SECOND);
  ck_assert_uint_eq (count_ready ("web"), 4);
  deployment = stored (&kube_deployment, "default", "web");
  status = dd_value_member (deployment->value, "status");
  ck_assert_int_eq (dd_value_path_int (status, "availableReplicas", 0), 4);
  ck_assert_int_eq (dd_value_path_int (status, "updatedReplicas", 0), 4);
  ck_assert_ptr_null (dd_value_member (status, "unavailableReplicas"));
  ck_assert_str_eq (sim_condition_status (status, "Available"), "True");
  ck_assert_str_eq (dd_value_path_string (sim_condition_find (status, "Progressing"), "reason"),
                    "NewReplicaSetAvailable");
  ck_assert_ptr_nonnull (strstr (event_about ("web", "ScalingReplicaSet"), " from 0 to 4"));
}
END_TEST

static const DdValue *
owners_of (const SimObject *object)
{
  return dd_value_path (object->value, "metadata.managedFields");
}

/* "MANAGER/SUBRESOURCE " of each entry, in order; caller frees. */
static char *
writers_of (const SimObject *object)
{
  const DdValue *owners = owners_of (object);
  GString *text = g_string_new (NULL);

  for (gsize i = 0; i < dd_value_length (owners); i++)
    {
      const DdValue *entry = dd_value_element (owners, i);
      const char *subresource = dd_value_path_string (entry, "subresource");

      g_string_append_printf (text, "%s/%s ", dd_value_path_string (entry, "manager"),
                              subresource != NULL ? subresource : "");
    }
  return g_string_free (text, FALSE);
}

START_TEST (what_moves_by_itself_is_noted_where_that_is_asked_for)
{
  g_autoptr (GPtrArray) silent = NULL;
  g_autoptr (GPtrArray) pods = NULL;
  g_autofree char *of_pod = NULL;
  g_autofree char *fields = NULL;

  launch_ready (1);
  deploy ("old", 1);
  run_for (30 * DD_SECOND);
  api->notes_actors = TRUE;
  deploy ("web", 2);
  run_for (30 * DD_SECOND);
  silent = pods_of ("old");
  pods = pods_of ("web");
  ck_assert_ptr_null (owners_of (silent->pdata[0]));
  of_pod = writers_of (pods->pdata[0]);
  ck_assert_str_eq (of_pod, "kube-controller-manager/ kubelet/status ");
  fields = dd_value_to_text (
      dd_value_path (owners_of (pods->pdata[0]), "0.fieldsV1.f:metadata.f:ownerReferences"));
  ck_assert_ptr_nonnull (strstr (fields, "{\".\":{},\"k:{\\\"uid\\\":\\\""));
  /* What is the same for both is there once. */
  ck_assert_ptr_eq (dd_value_path (owners_of (pods->pdata[0]), "0.fieldsV1"),
                    dd_value_path (owners_of (pods->pdata[1]), "0.fieldsV1"));
}
END_TEST

START_TEST (before_1_32_the_first_scaling_has_no_from)
{
  stop_world ();
  start_world_of (30);
  launch_ready (1);
  deploy ("web", 2);
  run_for (5 * DD_SECOND);
  ck_assert_ptr_null (strstr (event_about ("web", "ScalingReplicaSet"), "from"));
  merge (&kube_deployment, "default", "web", json ("{'spec':{'replicas':5}}"));
  run_for (5 * DD_SECOND);
  ck_assert_ptr_nonnull (strstr (event_about ("web", "ScalingReplicaSet"), " to 5 from 2"));
}
END_TEST

START_TEST (scaling_down_takes_the_unready_first)
{
  launch_ready (1);
  deploy ("web", 3);
  run_for (30 * DD_SECOND);
  merge (&kube_deployment, "default", "web", json ("{'spec':{'replicas':5}}"));
  run_for (500 * DD_MILLISECOND); /* two more are on their way */
  merge (&kube_deployment, "default", "web", json ("{'spec':{'replicas':3}}"));
  run_for (1 * DD_SECOND);
  ck_assert_uint_eq (count_ready ("web"), 3);
}
END_TEST

/* ---- what the API server refuses ---- */

#define CALL_FAILED \
  "Internal error occurred: failed calling webhook \"p.example.com\": no endpoints available"

static void
refuse (const char *operation, const char *by, const char *subject, DdUsec length)
{
  SimFault row = { .service = (char *) "kubernetes",
                   .operation = (char *) operation,
                   .by = (char *) by,
                   .subject = (char *) subject,
                   .error = (char *) "InternalError",
                   .message = (char *) CALL_FAILED };

  row.until = sim_stage_now (world->stage) - sim_trace_origin (world->stage->trace) + length;
  sim_faults_add (world->stage->faults, &row);
}

static const DdValue *
failure_of (const KubeKind *kind, const char *name)
{
  return sim_condition_find (dd_value_member (stored (kind, "default", name)->value, "status"),
                             "ReplicaFailure");
}

static const SimObject *
only_set (void)
{
  g_autoptr (GPtrArray) sets = sim_store_list (api->store, &kube_replica_set, "default");

  ck_assert_uint_eq (sets->len, 1);
  return stored (&kube_replica_set, "default", ((SimObject *) sets->pdata[0])->name);
}

static guint
count_told (const char *text)
{
  guint n = 0;

  for (const char *at = strstr (traced->str, text); at != NULL; at = strstr (at + 1, text))
    n++;
  return n;
}

START_TEST (a_replica_set_that_may_not_create_says_so_and_tries_again)
{
  const char *set;
  guint tries;

  launch_ready (1);
  refuse ("create pods", NULL, NULL, DD_MINUTE);
  deploy ("web", 5);
  run_for (50 * DD_SECOND);
  ck_assert_uint_eq (count_pods ("web"), 0);
  set = only_set ()->name;
  ck_assert_str_eq (event_about (set, "FailedCreate"), "Error creating: " CALL_FAILED);
  ck_assert_str_eq (dd_value_path_string (failure_of (&kube_replica_set, set), "reason"),
                    "FailedCreate");
  ck_assert_str_eq (dd_value_path_string (failure_of (&kube_deployment, "web"), "message"),
                    CALL_FAILED);
  tries = count_told ("\"operation\":\"create pods\",\"by\":\"replicaset\"");
  ck_assert_uint_ge (tries, 13); /* 5 ms, doubled thirteen times, are 41 s */
  ck_assert_uint_le (tries, 16); /* and its own changes of status wake it */
  run_for (2 * DD_MINUTE);
  ck_assert_uint_eq (count_ready ("web"), 5);
  ck_assert_ptr_null (failure_of (&kube_replica_set, only_set ()->name));
  ck_assert_ptr_null (failure_of (&kube_deployment, "web"));
}
END_TEST

START_TEST (only_the_workload_and_the_asker_that_a_fault_names_are_refused)
{
  launch_ready (1);
  refuse ("create pods", NULL, "Deployment/web", DD_HOUR);
  refuse ("create pods", "daemonset", "other-*", DD_HOUR);
  deploy ("web", 1);
  deploy ("other", 1);
  run_for (DD_MINUTE);
  ck_assert_uint_eq (count_pods ("web"), 0);
  ck_assert_uint_eq (count_ready ("other"), 1);
}
END_TEST

START_TEST (what_happens_to_a_connection_is_no_matter_of_a_controller)
{
  SimFault row = { .service = (char *) "kubernetes", .unreachable = TRUE };

  launch_ready (1);
  sim_faults_add (world->stage->faults, &row);
  row.unreachable = FALSE;
  row.lose_reply = TRUE;
  sim_faults_add (world->stage->faults, &row);
  deploy ("web", 2);
  run_for (DD_MINUTE);
  ck_assert_uint_eq (count_ready ("web"), 2);
  ck_assert_uint_eq (sim_faults_met (world->stage->faults, 0), 0);
}
END_TEST

START_TEST (a_deployment_says_that_its_set_could_not_be_made)
{
  const SimObject *deployment;

  launch_ready (1);
  refuse ("create replicasets", NULL, NULL, DD_MINUTE);
  deploy ("web", 1);
  run_for (30 * DD_SECOND);
  deployment = stored (&kube_deployment, "default", "web");
  ck_assert_str_eq (
      dd_value_path_string (
          sim_condition_find (dd_value_member (deployment->value, "status"), "Progressing"),
          "reason"),
      "ReplicaSetCreateError");
  ck_assert_ptr_nonnull (strstr (event_about ("web", "ReplicaSetCreateError"), CALL_FAILED));
  run_for (2 * DD_MINUTE);
  ck_assert_uint_eq (count_ready ("web"), 1);
}
END_TEST

START_TEST (a_refused_binding_is_tried_again_by_itself)
{
  launch_ready (1);
  refuse ("create pods/binding", "scheduler", NULL, 20 * DD_SECOND);
  deploy ("web", 1);
  run_for (15 * DD_SECOND);
  ck_assert_str_eq (event_about (first_pod ("web")->name, "FailedScheduling"),
                    "running Bind plugin \"DefaultBinder\": " CALL_FAILED);
  run_for (30 * DD_SECOND);
  ck_assert_uint_eq (count_ready ("web"), 1);
}
END_TEST

START_TEST (a_kubelet_goes_on_asking_for_its_node)
{
  refuse ("create nodes", "kubelet", NULL, 5 * DD_MINUTE);
  launch ('a');
  run_for (4 * DD_MINUTE);
  ck_assert_uint_eq (sim_store_count (api->store, &kube_node), 0);
  run_for (DD_MINUTE + 7 * DD_SECOND);
  ck_assert_uint_eq (sim_store_count (api->store, &kube_node), 1);
}
END_TEST

START_TEST (a_kubelet_goes_on_deleting_a_pod_that_ended)
{
  launch_ready (1);
  deploy ("web", 1);
  run_for (30 * DD_SECOND);
  refuse ("delete pods", "kubelet", NULL, 5 * DD_MINUTE);
  delete_with (&kube_deployment, "default", "web", "Background");
  run_for (4 * DD_MINUTE);
  ck_assert_uint_eq (count_pods ("web"), 1);
  ck_assert_uint_eq (count_told ("kubelet pod.stopped"), 1);
  run_for (DD_MINUTE + 10 * DD_SECOND);
  ck_assert_uint_eq (count_pods ("web"), 0);
}
END_TEST

START_TEST (a_namespace_goes_on_emptying_itself)
{
  apply (json ("{'apiVersion':'v1','kind':'Namespace','metadata':{'name':'app'}}"));
  run_for (DD_SECOND);
  refuse ("delete configmaps", "namespace", NULL, 30 * DD_SECOND);
  delete_with (&kube_namespace, "", "app", NULL);
  run_for (20 * DD_SECOND);
  ck_assert_ptr_nonnull (stored (&kube_namespace, "", "app"));
  run_for (30 * DD_SECOND);
  ck_assert_ptr_null (stored (&kube_namespace, "", "app"));
}
END_TEST

START_TEST (a_deleted_pod_is_replaced_before_it_is_gone)
{
  g_autofree char *name = NULL;
  g_autoptr (GPtrArray) pods = NULL;

  launch_ready (1);
  deploy_with ("web", 1, "", "'drydock.dev/stop-after':'25s'");
  run_for (30 * DD_SECOND);
  name = g_strdup (first_pod ("web")->name);
  delete_with (&kube_pod, "default", name, NULL);
  run_for (1 * DD_SECOND);
  pods = pods_of ("web");
  ck_assert_uint_eq (pods->len, 2);
  ck_assert_ptr_nonnull (stored (&kube_pod, "default", name));
}
END_TEST

START_TEST (a_rollout_never_goes_below_its_minimum)
{
  guint least = 4;

  launch_ready (3);
  deploy ("web", 4); /* 25 %: one more, one less */
  run_for (30 * DD_SECOND);
  merge (&kube_deployment, "default", "web",
         json ("{'spec':{'template':{'metadata':{'annotations':{'v':'2'}}}}}"));
  for (guint i = 0; i < 120; i++)
    {
      g_autoptr (GPtrArray) pods = NULL;
      guint active = 0;

      run_for (500 * DD_MILLISECOND);
      least = MIN (least, count_ready ("web"));
      pods = pods_of ("web");
      for (guint j = 0; j < pods->len; j++)
        active += !kube_pod_view (g_ptr_array_index (pods, j))->terminating;
      ck_assert_uint_le (active, 5);
    }
  ck_assert_uint_eq (least, 3);
  ck_assert_uint_eq (count_ready ("web"), 4);
  ck_assert_uint_eq (count_sets (), 2);
  ck_assert_str_eq (dd_value_string (dd_value_member (
                        dd_value_path (stored (&kube_deployment, "default", "web")->value,
                                       "metadata.annotations"),
                        "deployment.kubernetes.io/revision")),
                    "2");
}
END_TEST

START_TEST (recreate_waits_until_the_old_pods_are_gone)
{
  launch_ready (1);
  deploy_with ("web", 2, "", "'drydock.dev/stop-after':'10s'");
  merge (&kube_deployment, "default", "web",
         json ("{'spec':{'strategy':{'type':'Recreate','rollingUpdate':null}}}"));
  run_for (30 * DD_SECOND);
  merge (&kube_deployment, "default", "web",
         json ("{'spec':{'template':{'metadata':{'annotations':{'v':'2'}}}}}"));
  run_for (5 * DD_SECOND);
  ck_assert_uint_eq (count_sets (), 1);
  run_for (30 * DD_SECOND);
  ck_assert_uint_eq (count_sets (), 2);
  ck_assert_uint_eq (count_ready ("web"), 2);
}
END_TEST

START_TEST (a_rollout_that_stands_still_is_reported)
{
  const DdValue *condition;

  launch_ready (1);
  deploy_with ("web", 1, "", "'drydock.dev/never-ready':'true'");
  run_for (9 * DD_MINUTE);
  condition = sim_condition_find (
      dd_value_member (stored (&kube_deployment, "default", "web")->value, "status"),
      "Progressing");
  ck_assert_str_eq (dd_value_path_string (condition, "status"), "True");
  run_for (2 * DD_MINUTE);
  condition = sim_condition_find (
      dd_value_member (stored (&kube_deployment, "default", "web")->value, "status"),
      "Progressing");
  ck_assert_str_eq (dd_value_path_string (condition, "reason"), "ProgressDeadlineExceeded");
}
END_TEST

START_TEST (available_waits_for_min_ready_seconds)
{
  launch_ready (1);
  apply (json ("{'apiVersion':'apps/v1','kind':'Deployment','metadata':{'name':'web','namespace':"
               "'default'},'spec':{'replicas':1,'minReadySeconds':60,'selector':{'matchLabels':{"
               "'app':'web'}},'template':{'metadata':{'labels':{'app':'web'}},'spec':{'containers':"
               "[{'name':'c','image':'i'}]}}}}"));
  run_for (30 * DD_SECOND);
  ck_assert_int_eq (status_int (&kube_deployment, "default", "web", "readyReplicas"), 1);
  ck_assert_int_eq (status_int (&kube_deployment, "default", "web", "availableReplicas"), 0);
  run_for (60 * DD_SECOND);
  ck_assert_int_eq (status_int (&kube_deployment, "default", "web", "availableReplicas"), 1);
}
END_TEST

/* ---- daemon sets ---- */

static void
daemon_set (const char *name, const char *spec)
{
  apply (json ("{'apiVersion':'apps/v1','kind':'DaemonSet','metadata':{'name':'%s','namespace':"
               "'kube-system'},'spec':{'selector':{'matchLabels':{'app':'%s'}},'template':{"
               "'metadata':{'labels':{'app':'%s'}},'spec':{%s'containers':[{'name':'c','image':"
               "'d:1'}]}}}}",
               name, name, name, spec));
}

START_TEST (a_daemon_runs_on_every_node_cordoned_ones_too)
{
  launch_ready (3);
  daemon_set ("agent", "");
  run_for (30 * DD_SECOND);
  ck_assert_uint_eq (count_ready ("agent"), 3);
  {
    AwsInstance *instance = launch ('a');

    run_for (65 * DD_SECOND);
    merge (&kube_node, "", instance->private_dns, json ("{'spec':{'unschedulable':true}}"));
    run_for (60 * DD_SECOND);
  }
  ck_assert_uint_eq (count_ready ("agent"), 4);
  ck_assert_int_eq (status_int (&kube_daemon_set, "kube-system", "agent", "desiredNumberScheduled"),
                    4);
  ck_assert_int_eq (status_int (&kube_daemon_set, "kube-system", "agent", "numberReady"), 4);
  ck_assert_int_eq (status_int (&kube_daemon_set, "kube-system", "agent", "updatedNumberScheduled"),
                    4);
}
END_TEST

START_TEST (a_daemon_keeps_to_nodes_it_selects_and_tolerates)
{
  launch ('a');
  launch_with ('b', "--node-labels=role=edge --register-with-taints=edge=yes:NoSchedule");
  run_for (3 * DD_MINUTE);
  daemon_set ("plain", "");
  daemon_set ("edge", "'nodeSelector':{'role':'edge'},'tolerations':[{'operator':'Exists'}],");
  run_for (30 * DD_SECOND);
  ck_assert_uint_eq (count_ready ("plain"), 1);
  ck_assert_uint_eq (count_ready ("edge"), 1);
  ck_assert_str_ne (kube_pod_view (first_pod ("plain"))->node_name,
                    kube_pod_view (first_pod ("edge"))->node_name);
}
END_TEST

START_TEST (a_daemon_is_updated_one_node_after_another)
{
  guint least = 3;

  launch_ready (3);
  daemon_set ("agent", "");
  run_for (30 * DD_SECOND);
  merge (&kube_daemon_set, "kube-system", "agent",
         json ("{'spec':{'template':{'metadata':{'annotations':{'v':'2'}}}}}"));
  for (guint i = 0; i < 120; i++)
    {
      run_for (500 * DD_MILLISECOND);
      least = MIN (least, count_ready ("agent"));
    }
  ck_assert_uint_eq (least, 2);
  ck_assert_uint_eq (count_ready ("agent"), 3);
  ck_assert_int_eq (status_int (&kube_daemon_set, "kube-system", "agent", "updatedNumberScheduled"),
                    3);
}
END_TEST

static guint
count_staying (const char *name)
{
  g_autoptr (GPtrArray) pods = pods_of (name);
  guint staying = 0;

  for (guint i = 0; i < pods->len; i++)
    staying += !kube_pod_view (g_ptr_array_index (pods, i))->terminating;
  return staying;
}

START_TEST (a_daemon_may_surge)
{
  guint least = 3, most = 3;

  launch_ready (3);
  daemon_set ("agent", "");
  merge (&kube_daemon_set, "kube-system", "agent",
         json ("{'spec':{'updateStrategy':{'rollingUpdate':{'maxSurge':1,'maxUnavailable':0}}}}"));
  run_for (30 * DD_SECOND);
  merge (&kube_daemon_set, "kube-system", "agent",
         json ("{'spec':{'template':{'metadata':{'annotations':{'v':'2'}}}}}"));
  for (guint i = 0; i < 240; i++)
    {
      run_for (500 * DD_MILLISECOND);
      least = MIN (least, count_ready ("agent"));
      most = MAX (most, count_staying ("agent"));
    }
  ck_assert_uint_eq (least, 3);
  ck_assert_uint_eq (most, 4);
  ck_assert_uint_eq (count_pods ("agent"), 3);
  ck_assert_int_eq (status_int (&kube_daemon_set, "kube-system", "agent", "updatedNumberScheduled"),
                    3);
}
END_TEST

START_TEST (a_daemon_is_available_after_its_min_ready_seconds)
{
  launch_ready (1);
  daemon_set ("agent", "");
  merge (&kube_daemon_set, "kube-system", "agent", json ("{'spec':{'minReadySeconds':60}}"));
  run_for (30 * DD_SECOND);
  ck_assert_int_eq (status_int (&kube_daemon_set, "kube-system", "agent", "numberReady"), 1);
  ck_assert_int_eq (status_int (&kube_daemon_set, "kube-system", "agent", "numberUnavailable"), 1);
  run_for (60 * DD_SECOND);
  ck_assert_int_eq (status_int (&kube_daemon_set, "kube-system", "agent", "numberAvailable"), 1);
}
END_TEST

/* ---- nodes that go ---- */

START_TEST (a_terminated_instance_takes_its_node_lease_and_pods_along)
{
  AwsInstance *instance = launch ('a');
  g_autofree char *name = NULL;

  run_for (3 * DD_MINUTE);
  daemon_set ("agent", "");
  run_for (30 * DD_SECOND);
  name = g_strdup (instance->private_dns);
  ck_assert_ptr_nonnull (stored (&kube_lease, "kube-node-lease", name));
  aws_ec2_terminate (world->cloud, instance, "User initiated");
  run_for (45 * DD_SECOND);
  ck_assert_ptr_nonnull (stored (&kube_node, "", name)); /* grace is 50 s since 1.31 */
  run_for (25 * DD_SECOND);
  ck_assert_ptr_null (stored (&kube_node, "", name));
  ck_assert_ptr_null (stored (&kube_lease, "kube-node-lease", name));
  ck_assert_uint_eq (count_traced ("node-lifecycle node.deleted"), 1);
  ck_assert_ptr_nonnull (event_about (name, "DeletingNode"));
  ck_assert_ptr_nonnull (event_about (name, "RemovingNode"));
  ck_assert_uint_eq (count_pods ("agent"), 1); /* quarantine */
  run_for (70 * DD_SECOND);
  ck_assert_uint_eq (count_pods ("agent"), 0);
}
END_TEST

START_TEST (a_silent_node_is_unknown_tainted_and_emptied)
{
  AwsInstance *instance = launch ('a');
  const SimObject *node;
  g_autofree char *name = NULL;

  launch ('b');
  launch ('c');
  run_for (3 * DD_MINUTE);
  deploy ("web", 3);
  run_for (30 * DD_SECOND);
  name = g_strdup (instance->private_dns);
  sim_machine_stopped (world->stage,
                       instance->resource.id); /* the kubelet dies, the instance lives */
  run_for (35 * DD_SECOND);
  ck_assert (kube_node_view (stored (&kube_node, "", name))->ready);
  run_for (25 * DD_SECOND);
  node = stored (&kube_node, "", name);
  ck_assert_str_eq (sim_condition_status (dd_value_member (node->value, "status"), "Ready"),
                    "Unknown");
  ck_assert_ptr_nonnull (event_about (name, "NodeNotReady"));
  ck_assert_ptr_nonnull (find_taint (node, "node.kubernetes.io/unreachable", "NoSchedule"));
  ck_assert_ptr_nonnull (find_taint (node, "node.kubernetes.io/unreachable", "NoExecute"));
  ck_assert_uint_eq (count_ready ("web"), 2);
  run_for (310 * DD_SECOND); /* the default toleration is 300 s */
  ck_assert_uint_eq (count_ready ("web"), 3);
  ck_assert_uint_eq (count_traced ("taint-eviction pod.evicted"), 1);
  run_for (DD_HOUR);
  ck_assert_uint_eq (count_pods ("web"), 4); /* nobody is there to end the old one */
}
END_TEST

START_TEST (the_grace_period_is_forty_seconds_up_to_1_30)
{
  AwsInstance *instance;

  stop_world ();
  start_world_of (30);
  instance = launch ('a');
  launch ('b');
  run_for (3 * DD_MINUTE);
  sim_machine_stopped (world->stage, instance->resource.id);
  run_for (46 * DD_SECOND);
  ck_assert (kube_node_view (node_of (instance))->ready_unknown);
}
END_TEST

START_TEST (nodes_of_one_zone_are_emptied_ten_seconds_apart)
{
  AwsInstance *instances[8];
  guint tainted = 0;

  for (guint i = 0; i < G_N_ELEMENTS (instances); i++)
    instances[i] = launch ('a');
  run_for (3 * DD_MINUTE);
  for (guint i = 0; i < 3; i++)
    sim_machine_stopped (world->stage, instances[i]->resource.id);
  run_for (56 * DD_SECOND);
  for (guint i = 0; i < 3; i++)
    tainted += find_taint (node_of (instances[i]), "node.kubernetes.io/unreachable", "NoExecute")
               != NULL;
  ck_assert_uint_ge (tainted, 1);
  ck_assert_uint_lt (tainted, 3);
  run_for (30 * DD_SECOND);
  tainted = 0;
  for (guint i = 0; i < 3; i++)
    tainted += find_taint (node_of (instances[i]), "node.kubernetes.io/unreachable", "NoExecute")
               != NULL;
  ck_assert_uint_eq (tainted, 3);
}
END_TEST

START_TEST (when_all_zones_are_down_nobody_is_evicted)
{
  AwsInstance *instances[3];

  for (guint i = 0; i < 3; i++)
    instances[i] = launch ((char) ('a' + i));
  run_for (3 * DD_MINUTE);
  for (guint i = 0; i < 3; i++)
    sim_machine_stopped (world->stage, instances[i]->resource.id);
  run_for (10 * DD_MINUTE);
  for (guint i = 0; i < 3; i++)
    {
      ck_assert (kube_node_view (node_of (instances[i]))->ready_unknown);
      if (i == 2)
        ck_assert_ptr_null (
            find_taint (node_of (instances[i]), "node.kubernetes.io/unreachable", "NoExecute"));
    }
}
END_TEST

/* ---- owners and namespaces ---- */

START_TEST (owners_take_their_dependents_along)
{
  launch_ready (1);
  deploy ("web", 2);
  run_for (30 * DD_SECOND);
  delete_with (&kube_deployment, "default", "web", "Background");
  run_for (30 * DD_SECOND);
  ck_assert_uint_eq (count_sets (), 0);
  ck_assert_uint_eq (count_pods ("web"), 0);
}
END_TEST

START_TEST (foreground_deletion_ends_with_the_owner)
{
  launch_ready (1);
  deploy_with ("web", 2, "", "'drydock.dev/stop-after':'10s'");
  run_for (30 * DD_SECOND);
  delete_with (&kube_deployment, "default", "web", "Foreground");
  run_for (5 * DD_SECOND);
  ck_assert_ptr_nonnull (stored (&kube_deployment, "default", "web"));
  run_for (15 * DD_SECOND);
  ck_assert_ptr_null (stored (&kube_deployment, "default", "web"));
  ck_assert_uint_eq (count_sets (), 0);
  ck_assert_uint_eq (count_pods ("web"), 0);
}
END_TEST

START_TEST (orphans_stay_and_a_new_deployment_adopts_them)
{
  g_autofree char *pod = NULL;

  launch_ready (1);
  deploy ("web", 2);
  run_for (30 * DD_SECOND);
  pod = g_strdup (first_pod ("web")->name);
  delete_with (&kube_deployment, "default", "web", "Orphan");
  run_for (30 * DD_SECOND);
  ck_assert_ptr_null (stored (&kube_deployment, "default", "web"));
  ck_assert_uint_eq (count_sets (), 1);
  ck_assert_uint_eq (count_ready ("web"), 2);
  deploy ("web", 2);
  run_for (30 * DD_SECOND);
  ck_assert_uint_eq (count_sets (), 1);
  ck_assert_ptr_nonnull (stored (&kube_pod, "default", pod));
  ck_assert_int_eq (status_int (&kube_deployment, "default", "web", "availableReplicas"), 2);
}
END_TEST

START_TEST (a_dependent_of_nobody_is_collected)
{
  apply (json ("{'apiVersion':'v1','kind':'ConfigMap','metadata':{'name':'lost','namespace':"
               "'default','ownerReferences':[{'apiVersion':'apps/v1','kind':'Deployment','name':"
               "'gone','uid':'no-such-uid'}]}}"));
  run_for (1 * DD_SECOND);
  ck_assert_ptr_null (stored (&kube_config_map, "default", "lost"));
}
END_TEST

/* ---- controllers that nobody models ---- */

static void
put_member (const char *name, const char *more)
{
  apply (json ("{'apiVersion':'v1','kind':'Pod','metadata':{'name':'%s','namespace':'default',"
               "'labels':{'app':'ring'},'ownerReferences':[{'apiVersion':'rings.example.com/v1',"
               "'kind':'Ring','name':'main','uid':'ring-1','controller':true}]},'spec':{%s"
               "'containers':[{'name':'c','image':'i'}]}}",
               name, more));
}

START_TEST (an_operator_brings_its_pods_back)
{
  const char *uid;

  launch_ready (1);
  put_member ("main-0", "");
  run_for (20 * DD_SECOND);
  uid = g_intern_string (stored (&kube_pod, "default", "main-0")->uid);
  delete_with (&kube_pod, "default", "main-0", NULL);
  run_for (1 * DD_MINUTE);
  ck_assert_str_ne (stored (&kube_pod, "default", "main-0")->uid, uid);
  ck_assert_uint_eq (count_ready ("ring"), 1);
  ck_assert_uint_eq (count_pods ("ring"), 1);
}
END_TEST

START_TEST (an_operator_gives_another_name_where_the_suffix_was_made_up)
{
  launch_ready (1);
  put_member ("main-x2v9k", "");
  run_for (20 * DD_SECOND);
  delete_with (&kube_pod, "default", "main-x2v9k", NULL);
  run_for (1 * DD_MINUTE);
  ck_assert_ptr_null (stored (&kube_pod, "default", "main-x2v9k"));
  ck_assert_uint_eq (count_ready ("ring"), 1);
}
END_TEST

START_TEST (what_has_run_to_its_end_stays_away)
{
  launch_ready (1);
  apply (
      json ("{'apiVersion':'v1','kind':'Pod','metadata':{'name':'main-0','namespace':'default',"
            "'labels':{'app':'ring'},'annotations':{'drydock.dev/exit-after':'10s'},"
            "'ownerReferences':[{'apiVersion':'rings.example.com/v1','kind':'Ring','name':'main',"
            "'uid':'ring-1','controller':true}]},'spec':{'restartPolicy':'Never','containers':"
            "[{'name':'c','image':'i'}]}}"));
  run_for (1 * DD_MINUTE);
  ck_assert_str_eq (
      dd_value_path_string (stored (&kube_pod, "default", "main-0")->value, "status.phase"),
      "Succeeded");
  delete_with (&kube_pod, "default", "main-0", NULL);
  run_for (1 * DD_MINUTE);
  ck_assert_uint_eq (count_pods ("ring"), 0);
}
END_TEST

START_TEST (nobody_brings_back_what_nobody_owns)
{
  launch_ready (1);
  apply (json ("{'apiVersion':'v1','kind':'Namespace','metadata':{'name':'app'}}"));
  apply (json ("{'apiVersion':'v1','kind':'Pod','metadata':{'name':'main-0','namespace':'app',"
               "'labels':{'app':'ring'},'ownerReferences':[{'apiVersion':'rings.example.com/v1',"
               "'kind':'Ring','name':'main','uid':'ring-1','controller':true}]},'spec':{"
               "'containers':[{'name':'c','image':'i'}]}}"));
  apply (json ("{'apiVersion':'v1','kind':'Pod','metadata':{'name':'bare','namespace':'default',"
               "'labels':{'app':'bare'}},'spec':{'containers':[{'name':'c','image':'i'}]}}"));
  run_for (20 * DD_SECOND);
  delete_with (&kube_pod, "default", "bare", NULL);
  delete_with (&kube_namespace, NULL, "app", NULL);
  run_for (2 * DD_MINUTE);
  ck_assert_uint_eq (count_pods ("bare"), 0);
  ck_assert_uint_eq (sim_store_count (api->store, &kube_pod), 0);
  ck_assert_ptr_null (stored (&kube_namespace, "", "app"));
}
END_TEST

START_TEST (custom_resources_have_owners_and_own)
{
  const KubeKind *sets = define_ring_sets ("");
  const char *uid;

  apply (json ("{'apiVersion':'rings.example.com/v1','kind':'RingSet','metadata':{'name':'o',"
               "'namespace':'default'}}"));
  uid = stored (sets, "default", "o")->uid;
  apply (json ("{'apiVersion':'v1','kind':'ConfigMap','metadata':{'name':'its','namespace':"
               "'default','ownerReferences':[{'apiVersion':'rings.example.com/v1','kind':'RingSet',"
               "'name':'o','uid':'%s'}]}}",
               uid));
  apply (json ("{'apiVersion':'rings.example.com/v1','kind':'RingSet','metadata':{'name':'lost',"
               "'namespace':'default','ownerReferences':[{'apiVersion':'rings.example.com/v1',"
               "'kind':'RingSet','name':'gone','uid':'11111111-2222-4333-8444-555555555555'}]}}"));
  run_for (DD_SECOND);
  ck_assert_ptr_nonnull (stored (&kube_config_map, "default", "its"));
  ck_assert_ptr_null (stored (sets, "default", "lost"));
  delete_with (sets, "default", "o", "Foreground");
  run_for (DD_SECOND);
  ck_assert_ptr_null (stored (&kube_config_map, "default", "its"));
  ck_assert_ptr_null (stored (sets, "default", "o"));
}
END_TEST

START_TEST (a_namespace_goes_with_its_custom_resources)
{
  const KubeKind *sets = define_ring_sets ("");
  SimObject *space;

  apply (json ("{'apiVersion':'v1','kind':'Namespace','metadata':{'name':'app'}}"));
  apply (json ("{'apiVersion':'rings.example.com/v1','kind':'RingSet','metadata':{'name':'o',"
               "'namespace':'app','finalizers':['example.com/wait']}}"));
  run_for (DD_SECOND);
  delete_with (&kube_namespace, NULL, "app", NULL);
  run_for (DD_SECOND);
  space = stored (&kube_namespace, "", "app");
  ck_assert_ptr_nonnull (space);
  ck_assert_str_eq (
      dd_value_path_string (sim_condition_find (dd_value_member (space->value, "status"),
                                                "NamespaceContentRemaining"),
                            "message"),
      "Some resources are remaining: ringsets.rings.example.com has 1 resource "
      "instances");
  merge (sets, "app", "o", json ("{'metadata':{'finalizers':null}}"));
  run_for (DD_SECOND);
  ck_assert_ptr_null (stored (&kube_namespace, "", "app"));
}
END_TEST

START_TEST (a_namespace_is_furnished_and_emptied)
{
  const SimObject *space;

  launch_ready (1);
  apply (json ("{'apiVersion':'v1','kind':'Namespace','metadata':{'name':'app'}}"));
  run_for (1 * DD_SECOND);
  ck_assert_ptr_nonnull (stored (&kube_service_account, "app", "default"));
  ck_assert_ptr_nonnull (stored (&kube_config_map, "app", "kube-root-ca.crt"));
  apply (json ("{'apiVersion':'v1','kind':'Pod','metadata':{'name':'p','namespace':'app',"
               "'labels':{'app':'p'},'annotations':{'drydock.dev/stop-after':'20s'}},'spec':{"
               "'containers':[{'name':'c','image':'i'}]}}"));
  run_for (30 * DD_SECOND);
  delete_with (&kube_namespace, NULL, "app", NULL);
  run_for (5 * DD_SECOND);
  space = stored (&kube_namespace, "", "app");
  ck_assert_ptr_nonnull (space);
  ck_assert_str_eq (
      dd_value_path_string (sim_condition_find (dd_value_member (space->value, "status"),
                                                "NamespaceContentRemaining"),
                            "message"),
      "Some resources are remaining: pods. has 1 resource instances");
  run_for (30 * DD_SECOND);
  ck_assert_ptr_null (stored (&kube_namespace, "", "app"));
  ck_assert_ptr_null (stored (&kube_service_account, "app", "default"));
}
END_TEST

int
main (void)
{
  TCase *cases = tcase_create ("controllers");

  tcase_add_checked_fixture (cases, start_world, stop_world);
  tcase_add_test (cases, a_deployment_gets_its_pods_and_says_so);
  tcase_add_test (cases, what_moves_by_itself_is_noted_where_that_is_asked_for);
  tcase_add_test (cases, before_1_32_the_first_scaling_has_no_from);
  tcase_add_test (cases, scaling_down_takes_the_unready_first);
  tcase_add_test (cases, a_replica_set_that_may_not_create_says_so_and_tries_again);
  tcase_add_test (cases, only_the_workload_and_the_asker_that_a_fault_names_are_refused);
  tcase_add_test (cases, what_happens_to_a_connection_is_no_matter_of_a_controller);
  tcase_add_test (cases, a_deployment_says_that_its_set_could_not_be_made);
  tcase_add_test (cases, a_refused_binding_is_tried_again_by_itself);
  tcase_add_test (cases, a_kubelet_goes_on_asking_for_its_node);
  tcase_add_test (cases, a_kubelet_goes_on_deleting_a_pod_that_ended);
  tcase_add_test (cases, a_namespace_goes_on_emptying_itself);
  tcase_add_test (cases, a_deleted_pod_is_replaced_before_it_is_gone);
  tcase_add_test (cases, a_rollout_never_goes_below_its_minimum);
  tcase_add_test (cases, recreate_waits_until_the_old_pods_are_gone);
  tcase_add_test (cases, a_rollout_that_stands_still_is_reported);
  tcase_add_test (cases, available_waits_for_min_ready_seconds);
  tcase_add_test (cases, a_daemon_runs_on_every_node_cordoned_ones_too);
  tcase_add_test (cases, a_daemon_keeps_to_nodes_it_selects_and_tolerates);
  tcase_add_test (cases, a_daemon_is_updated_one_node_after_another);
  tcase_add_test (cases, a_daemon_may_surge);
  tcase_add_test (cases, a_daemon_is_available_after_its_min_ready_seconds);
  tcase_add_test (cases, a_terminated_instance_takes_its_node_lease_and_pods_along);
  tcase_add_test (cases, a_silent_node_is_unknown_tainted_and_emptied);
  tcase_add_test (cases, the_grace_period_is_forty_seconds_up_to_1_30);
  tcase_add_test (cases, nodes_of_one_zone_are_emptied_ten_seconds_apart);
  tcase_add_test (cases, when_all_zones_are_down_nobody_is_evicted);
  tcase_add_test (cases, owners_take_their_dependents_along);
  tcase_add_test (cases, foreground_deletion_ends_with_the_owner);
  tcase_add_test (cases, orphans_stay_and_a_new_deployment_adopts_them);
  tcase_add_test (cases, a_dependent_of_nobody_is_collected);
  tcase_add_test (cases, an_operator_brings_its_pods_back);
  tcase_add_test (cases, an_operator_gives_another_name_where_the_suffix_was_made_up);
  tcase_add_test (cases, what_has_run_to_its_end_stays_away);
  tcase_add_test (cases, nobody_brings_back_what_nobody_owns);
  tcase_add_test (cases, a_namespace_is_furnished_and_emptied);
  tcase_add_test (cases, custom_resources_have_owners_and_own);
  tcase_add_test (cases, a_namespace_goes_with_its_custom_resources);
  return run_cases (cases, "controllers");
}
