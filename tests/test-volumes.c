/* SPDX-License-Identifier: Apache-2.0 */
/* Claims and volumes: who is bound to what, where pods may run for it, and what they wait for. */
#include "config.h"

#include "tests/actors-world.h"

static void class(const char *name, const char *provisioner, const char *mode)
{
  apply (json ("{'apiVersion':'storage.k8s.io/v1','kind':'StorageClass','metadata':{'name':'%s'},"
               "'provisioner':'%s','volumeBindingMode':'%s'}",
               name, provisioner, mode));
}

static void
claim (const char *name, const char *more)
{
  apply (json ("{'apiVersion':'v1','kind':'PersistentVolumeClaim','metadata':{'name':'%s',"
               "'namespace':'default'},'spec':{%s'accessModes':['ReadWriteOnce'],'resources':{"
               "'requests':{'storage':'10Gi'}}}}",
               name, more));
}

static void
volume (const char *name, const char *class_name, char zone, const char *size)
{
  apply (json ("{'apiVersion':'v1','kind':'PersistentVolume','metadata':{'name':'%s'},'spec':{"
               "'storageClassName':'%s','capacity':{'storage':'%s'},'accessModes':['ReadWriteOnce']"
               ",'csi':{'driver':'ebs.csi.aws.com','volumeHandle':'vol-1'},'nodeAffinity':{"
               "'required':{'nodeSelectorTerms':[{'matchExpressions':[{'key':"
               "'topology.kubernetes.io/zone','operator':'In','values':['us-west-2%c']}]}]}}}}",
               name, class_name, size, zone));
}

static void
pod_with (const char *name, const char *claim_name, const char *more)
{
  apply (json ("{'apiVersion':'v1','kind':'Pod','metadata':{'name':'%s','namespace':'default'},"
               "'spec':{%s'containers':[{'name':'c','image':'img:1'}],'volumes':[{'name':'data',"
               "'persistentVolumeClaim':{'claimName':'%s'}}]}}",
               name, more, claim_name));
}

static const char *
phase (const KubeKind *of, const char *space, const char *name)
{
  return dd_value_path_string (stored (of, space, name)->value, "status.phase");
}

static const SimObject *
volume_of (const char *claim_name)
{
  const SimObject *found = stored (&kube_persistent_volume_claim, "default", claim_name);

  return sim_store_get (api->store, &kube_persistent_volume, "",
                        dd_value_path_string (found->value, "spec.volumeName"));
}

static const char *
zone_of_volume (const char *claim_name)
{
  return dd_value_path_string (
      volume_of (claim_name)->value,
      "spec.nodeAffinity.required.nodeSelectorTerms.0.matchExpressions.0.values.0");
}

static const char *
zone_of_pod (const char *name)
{
  const char *node = kube_pod_view (stored (&kube_pod, "default", name))->node_name;

  return kube_node_view (stored (&kube_node, "", node))->zone;
}

static gboolean
is_ready (const char *pod)
{
  return kube_pod_view (stored (&kube_pod, "default", pod))->ready;
}

static void
remove_pod (const char *name)
{
  KubeDelete options = KUBE_DELETE_DEFAULT;
  g_autoptr (SimObject) deleted = kube_delete (api, &kube_pod, "default", name, &options, NULL);

  ck_assert_ptr_nonnull (deleted);
}

/* ---- binding ---- */

START_TEST (a_claim_of_the_default_class_waits_for_its_first_pod)
{
  launch_ready (3);
  claim ("data", "");
  run_for (1 * DD_MINUTE);
  ck_assert_str_eq (phase (&kube_persistent_volume_claim, "default", "data"), "Pending");
  ck_assert_str_eq (event_about ("data", "WaitForFirstConsumer"),
                    "waiting for first consumer to be created before binding");
  pod_with ("p", "data", "");
  run_for (1 * DD_MINUTE);
  ck_assert_str_eq (phase (&kube_persistent_volume_claim, "default", "data"), "Bound");
  ck_assert_str_eq (phase (&kube_persistent_volume, "", volume_of ("data")->name), "Bound");
  ck_assert_str_eq (zone_of_volume ("data"), zone_of_pod ("p"));
  ck_assert (is_ready ("p"));
}
END_TEST

/* Source: Kubernetes, Persistent Volumes, Binding: the smallest one that serves. */
START_TEST (an_immediate_claim_takes_the_smallest_that_serves)
{
  launch_ready (3);
  class("by-hand", "kubernetes.io/no-provisioner", "Immediate");
  volume ("small", "by-hand", 'a', "5Gi");
  volume ("large", "by-hand", 'a', "50Gi");
  volume ("fitting", "by-hand", 'b', "20Gi");
  volume ("other", "gp2", 'b', "10Gi");
  claim ("data", "'storageClassName':'by-hand',");
  run_for (1 * DD_SECOND);
  ck_assert_str_eq (volume_of ("data")->name, "fitting");
  ck_assert_str_eq (phase (&kube_persistent_volume, "", "large"), "Available");
  pod_with ("p", "data", "");
  run_for (1 * DD_MINUTE);
  ck_assert_str_eq (zone_of_pod ("p"), "us-west-2b");
}
END_TEST

START_TEST (claims_of_one_set_are_made_in_turn_in_all_zones)
{
  launch_ready (3);
  class("now", "ebs.csi.aws.com", "Immediate");
  claim ("data-ring-0", "'storageClassName':'now',");
  claim ("data-ring-1", "'storageClassName':'now',");
  claim ("data-ring-2", "'storageClassName':'now',");
  run_for (1 * DD_MINUTE);
  ck_assert_str_ne (zone_of_volume ("data-ring-0"), zone_of_volume ("data-ring-1"));
  ck_assert_str_ne (zone_of_volume ("data-ring-1"), zone_of_volume ("data-ring-2"));
  ck_assert_str_ne (zone_of_volume ("data-ring-2"), zone_of_volume ("data-ring-0"));
}
END_TEST

START_TEST (a_volume_goes_with_its_claim_as_the_class_says)
{
  KubeDelete options = KUBE_DELETE_DEFAULT;
  g_autoptr (SimObject) deleted = NULL;

  launch_ready (1);
  class("now", "ebs.csi.aws.com", "Immediate");
  claim ("data", "'storageClassName':'now',");
  run_for (1 * DD_MINUTE);
  ck_assert_uint_eq (sim_store_count (api->store, &kube_persistent_volume), 1);
  deleted = kube_delete (api, &kube_persistent_volume_claim, "default", "data", &options, NULL);
  ck_assert_ptr_nonnull (deleted);
  run_for (1 * DD_MINUTE);
  ck_assert_uint_eq (sim_store_count (api->store, &kube_persistent_volume), 0);
}
END_TEST

static void
remove_object (const KubeKind *of, const char *space, const char *name)
{
  KubeDelete options = KUBE_DELETE_DEFAULT;
  g_autoptr (SimObject) deleted = kube_delete (api, of, space, name, &options, NULL);

  ck_assert_ptr_nonnull (deleted);
}

/* Source: Kubernetes, Persistent Volumes, Storage Object in Use Protection. */
START_TEST (what_is_in_use_is_not_removed)
{
  const KubeKind *claims = &kube_persistent_volume_claim;
  g_autofree char *name = NULL;

  launch_ready (1);
  claim ("data", "");
  pod_with ("p", "data", "");
  run_for (1 * DD_MINUTE);
  name = g_strdup (volume_of ("data")->name);
  remove_object (claims, "default", "data");
  remove_object (&kube_persistent_volume, "", name);
  run_for (1 * DD_MINUTE);
  ck_assert (sim_is_terminating (stored (claims, "default", "data")));
  ck_assert (sim_is_terminating (stored (&kube_persistent_volume, "", name)));
  pod_with ("late", "data", "");
  run_for (1 * DD_MINUTE);
  ck_assert_ptr_nonnull (strstr (event_about ("late", "FailedScheduling"),
                                 "persistentvolumeclaim \"data\" is being deleted"));
  remove_object (&kube_pod, "default", "p");
  run_for (1 * DD_MINUTE);
  ck_assert_ptr_null (sim_store_get (api->store, claims, "default", "data"));
  ck_assert_uint_eq (sim_store_count (api->store, &kube_persistent_volume), 0);
}
END_TEST

static void
refuse (const KubeKind *of, const char *space, const char *name, const char *patch, const char *why)
{
  g_autoptr (DdValue) value = json ("%s", patch);
  g_autoptr (GError) error = NULL;
  g_autoptr (SimObject) merged = kube_merge (api, of, space, name, value, &error);

  ck_assert_msg (merged == NULL, "%s is taken", patch);
  ck_assert_msg (strstr (error->message, why) != NULL, "%s: %s", patch, error->message);
}

/* Sources: pkg/apis/core/validation and pkg/apis/storage/validation, the Update functions. */
START_TEST (what_is_bound_keeps_what_it_is)
{
  const KubeKind *claims = &kube_persistent_volume_claim;

  launch_ready (1);
  class("now", "ebs.csi.aws.com", "Immediate");
  claim ("data", "'storageClassName':'now',");
  run_for (1 * DD_MINUTE);
  refuse (claims, "default", "data", "{'spec':{'storageClassName':'gp2'}}",
          "spec: Forbidden: spec is immutable after creation except resources.requests");
  refuse (claims, "default", "data", "{'spec':{'resources':{'requests':{'storage':'9Gi'}}}}",
          "Forbidden: field can not be less than status.capacity");
  refuse (&kube_persistent_volume, "", volume_of ("data")->name,
          "{'spec':{'csi':{'volumeHandle':'vol-2'}}}",
          "spec.persistentvolumesource is immutable after creation");
  refuse (&kube_persistent_volume, "", volume_of ("data")->name, "{'spec':{'nodeAffinity':null}}",
          "spec.nodeAffinity: Invalid value: field is immutable");
  refuse (&kube_storage_class, "", "now", "{'provisioner':'efs.csi.aws.com'}",
          "provisioner: Forbidden: updates to provisioner are forbidden.");
  refuse (&kube_storage_class, "", "now", "{'volumeBindingMode':'WaitForFirstConsumer'}",
          "volumeBindingMode: Invalid value: \"WaitForFirstConsumer\": field is immutable");
}
END_TEST

START_TEST (a_volume_has_a_size_modes_and_a_source)
{
  g_autoptr (DdValue) bare = json ("{'metadata':{'name':'bare'},'spec':{}}");
  g_autoptr (GError) error = NULL;

  ck_assert_ptr_null (kube_create (api, &kube_persistent_volume, NULL, bare, &error));
  ck_assert_str_eq (error->message,
                    "PersistentVolume \"bare\" is invalid: [spec.accessModes: Required value, "
                    "spec.capacity: Required value, spec: Required value: must specify a volume "
                    "type]");
}
END_TEST

/* Source: plugin/pkg/admission/storage/persistentvolume/resize. */
START_TEST (a_claim_grows_if_its_class_lets_it)
{
  const char *more = "{'spec':{'resources':{'requests':{'storage':'20Gi'}}}}";
  const KubeKind *claims = &kube_persistent_volume_claim;

  launch_ready (1);
  class("now", "ebs.csi.aws.com", "Immediate");
  claim ("data", "'storageClassName':'now',");
  claim ("later", "");
  run_for (1 * DD_MINUTE);
  refuse (claims, "default", "later", more, "Only bound persistent volume claims can be expanded");
  refuse (claims, "default", "data", more, "the storageclass that provisions the pvc must support");
  merge (&kube_storage_class, "", "now", json ("{'allowVolumeExpansion':true}"));
  merge (claims, "default", "data", json ("%s", more));
  run_for (1 * DD_MINUTE);
  ck_assert_str_eq (dd_value_path_string (volume_of ("data")->value, "spec.capacity.storage"),
                    "20Gi");
  ck_assert_str_eq (
      dd_value_path_string (stored (claims, "default", "data")->value, "status.capacity.storage"),
      "20Gi");
}
END_TEST

/* ---- where a pod may run ---- */

/* Sources: plugins/volumebinding, PreFilter and Filter. */
START_TEST (what_keeps_a_pod_from_running_is_said)
{
  static const struct
  {
    const char *claim, *why;
  } rows[] = {
    { "absent", "0/1 nodes are available: persistentvolumeclaim \"absent\" not found. preemption: "
                "0/1 nodes are available: 1 Preemption is not helpful for scheduling." },
    { "unbound", "0/1 nodes are available: pod has unbound immediate PersistentVolumeClaims. "
                 "preemption: 0/1 nodes are available: 1 Preemption is not helpful for "
                 "scheduling." },
    { "nowhere", "0/1 nodes are available: 1 node(s) didn't find available persistent volumes to "
                 "bind. preemption: 0/1 nodes are available: 1 Preemption is not helpful for "
                 "scheduling." },
    { "elsewhere", "0/1 nodes are available: 1 node(s) had volume node affinity conflict. "
                   "preemption: 0/1 nodes are available: 1 Preemption is not helpful for "
                   "scheduling." },
  };

  stop_world ();
  start_world_of (32);
  launch_ready (1);
  class("by-hand", "kubernetes.io/no-provisioner", "Immediate");
  class("later", "kubernetes.io/no-provisioner", "WaitForFirstConsumer");
  class("other-zone", "kubernetes.io/no-provisioner", "Immediate");
  volume ("far", "other-zone", 'c', "10Gi");
  claim ("unbound", "'storageClassName':'by-hand',");
  claim ("nowhere", "'storageClassName':'later',");
  claim ("elsewhere", "'storageClassName':'other-zone',");
  run_for (1 * DD_SECOND);
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      pod_with (rows[i].claim, rows[i].claim, "");
      run_for (2 * DD_SECOND);
      ck_assert_str_eq (event_about (rows[i].claim, "FailedScheduling"), rows[i].why);
    }
}
END_TEST

/* Source: plugins/volumebinding, checkVolumeProvisions; external-provisioner, topology.go. */
START_TEST (a_class_may_be_of_some_zones_alone)
{
  const char *rest = "'provisioner':'ebs.csi.aws.com','allowedTopologies':[{"
                     "'matchLabelExpressions':[{'key':'topology.ebs.csi.aws.com/zone','values':["
                     "'us-west-2b','us-west-2c']}]}]}";

  launch_ready (1);
  apply (json ("{'apiVersion':'storage.k8s.io/v1','kind':'StorageClass','metadata':{'name':'later'}"
               ",'volumeBindingMode':'WaitForFirstConsumer',%s",
               rest));
  apply (json ("{'apiVersion':'storage.k8s.io/v1','kind':'StorageClass','metadata':{'name':'now'},"
               "%s",
               rest));
  claim ("data", "'storageClassName':'later',");
  claim ("early", "'storageClassName':'now',");
  pod_with ("p", "data", "");
  run_for (1 * DD_MINUTE);
  ck_assert_ptr_nonnull (strstr (event_about ("p", "FailedScheduling"),
                                 "1 node(s) didn't find available persistent volumes to bind"));
  ck_assert_str_eq (phase (&kube_persistent_volume_claim, "default", "early"), "Pending");
  launch ('b');
  run_for (4 * DD_MINUTE);
  ck_assert_str_eq (zone_of_pod ("p"), "us-west-2b");
  ck_assert_str_eq (zone_of_volume ("data"), "us-west-2b");
  ck_assert_str_eq (zone_of_volume ("early"), "us-west-2b");
}
END_TEST

START_TEST (a_claim_that_comes_wakes_the_pod)
{
  launch_ready (1);
  pod_with ("p", "data", "");
  run_for (1 * DD_MINUTE);
  ck_assert_ptr_null (kube_pod_view (stored (&kube_pod, "default", "p"))->node_name);
  claim ("data", "");
  run_for (1 * DD_MINUTE);
  ck_assert (is_ready ("p"));
}
END_TEST

/* Source: plugins/volumerestrictions, ErrReasonReadWriteOncePodConflict. */
START_TEST (a_claim_for_one_pod_has_one_pod_at_a_time)
{
  launch_ready (1);
  apply (json ("{'apiVersion':'v1','kind':'PersistentVolumeClaim','metadata':{'name':'data',"
               "'namespace':'default'},'spec':{'accessModes':['ReadWriteOncePod'],'resources':{"
               "'requests':{'storage':'10Gi'}}}}"));
  pod_with ("first", "data", "");
  run_for (1 * DD_MINUTE);
  pod_with ("second", "data", "");
  run_for (1 * DD_MINUTE);
  ck_assert (is_ready ("first"));
  ck_assert_str_eq (event_about ("second", "FailedScheduling"),
                    "0/1 nodes are available: 1 node has pod using PersistentVolumeClaim with the "
                    "same name and ReadWriteOncePod access mode. preemption: 0/1 nodes are "
                    "available: 1 No preemption victims found for incoming pod.");
  remove_pod ("first");
  run_for (2 * DD_MINUTE);
  ck_assert (is_ready ("second"));
}
END_TEST

/* A pod of more worth takes it from one of less. */
START_TEST (a_claim_for_one_pod_goes_to_who_may_preempt)
{
  launch_ready (1);
  apply (json ("{'apiVersion':'scheduling.k8s.io/v1','kind':'PriorityClass','metadata':{'name':"
               "'high'},'value':1000}"));
  apply (json ("{'apiVersion':'v1','kind':'PersistentVolumeClaim','metadata':{'name':'data',"
               "'namespace':'default'},'spec':{'accessModes':['ReadWriteOncePod'],'resources':{"
               "'requests':{'storage':'10Gi'}}}}"));
  pod_with ("low", "data", "");
  run_for (1 * DD_MINUTE);
  pod_with ("high", "data", "'priorityClassName':'high',");
  run_for (3 * DD_MINUTE);
  ck_assert_ptr_null (sim_store_get (api->store, &kube_pod, "default", "low"));
  ck_assert (is_ready ("high"));
}
END_TEST

/* ---- one node at a time ---- */

static char *
other_node (const char *pod, AwsInstance *one, AwsInstance *two)
{
  const char *node = kube_pod_view (stored (&kube_pod, "default", pod))->node_name;

  return g_strdup_printf ("'nodeSelector':{'kubernetes.io/hostname':'%s'},",
                          g_str_equal (node, one->private_dns) ? two->private_dns
                                                               : one->private_dns);
}

START_TEST (another_node_waits_until_the_volume_is_let_go)
{
  AwsInstance *one = launch ('a'), *two = launch ('a');
  g_autofree char *elsewhere = NULL;

  run_for (3 * DD_MINUTE);
  claim ("data", "");
  pod_with ("first", "data", "");
  run_for (1 * DD_MINUTE);
  elsewhere = other_node ("first", one, two);
  pod_with ("second", "data", elsewhere);
  run_for (1 * DD_MINUTE);
  ck_assert (!is_ready ("second"));
  ck_assert_ptr_nonnull (strstr (event_about ("second", "FailedAttachVolume"),
                                 "Volume is already used by pod(s) first"));
  ck_assert_str_eq (dd_value_path_string (stored (&kube_pod, "default", "second")->value,
                                          "status.containerStatuses.0.state.waiting.reason"),
                    "ContainerCreating");
  remove_pod ("first");
  run_for (1 * DD_MINUTE);
  ck_assert (is_ready ("second"));
}
END_TEST

/* Source: Amazon EKS User Guide, Store an elastic file system with Amazon EFS: no zone, and no
 * attaching. */
START_TEST (a_file_system_is_mounted_from_everywhere)
{
  AwsInstance *one = launch ('a'), *two = launch ('b');
  g_autofree char *elsewhere = NULL;

  run_for (3 * DD_MINUTE);
  class("files", "efs.csi.aws.com", "Immediate");
  claim ("data", "'storageClassName':'files',");
  pod_with ("first", "data", "");
  run_for (1 * DD_MINUTE);
  ck_assert_ptr_null (dd_value_path (volume_of ("data")->value, "spec.nodeAffinity"));
  ck_assert (is_ready ("first"));
  elsewhere = other_node ("first", one, two);
  pod_with ("second", "data", elsewhere);
  run_for (1 * DD_MINUTE);
  ck_assert (is_ready ("second"));
}
END_TEST

/* Source: attachdetach, maxWaitForUnmountDuration; aws-ebs-csi-driver, FAQ, 6-Minute Delays in
 * Attaching Volumes. */
START_TEST (a_node_that_died_keeps_it_for_six_minutes)
{
  AwsInstance *one = launch ('a'), *two = launch ('a');
  const char *node;
  g_autofree char *elsewhere = NULL;

  run_for (3 * DD_MINUTE);
  claim ("data", "");
  pod_with ("first", "data", "");
  run_for (1 * DD_MINUTE);
  elsewhere = other_node ("first", one, two);
  node = kube_pod_view (stored (&kube_pod, "default", "first"))->node_name;
  aws_ec2_terminate (world->cloud, aws_cloud_instance_of_node (world->cloud, node),
                     "User initiated");
  run_for (3 * DD_MINUTE);
  ck_assert_ptr_null (sim_store_get (api->store, &kube_pod, "default", "first"));
  pod_with ("second", "data", elsewhere);
  run_for (2 * DD_MINUTE);
  ck_assert (!is_ready ("second"));
  ck_assert_ptr_nonnull (
      strstr (event_about ("second", "FailedAttachVolume"), "already exclusively attached"));
  run_for (6 * DD_MINUTE);
  ck_assert (is_ready ("second"));
}
END_TEST

/* ---- stateful sets ---- */

START_TEST (each_member_has_a_claim_that_stays)
{
  launch_ready (3);
  apply (json ("{'apiVersion':'apps/v1','kind':'StatefulSet','metadata':{'name':'ring','namespace':"
               "'default'},'spec':{'serviceName':'ring','replicas':2,'selector':{'matchLabels':{"
               "'app':'ring'}},'template':{'metadata':{'labels':{'app':'ring'}},'spec':{"
               "'containers':[{'name':'c','image':'img:1','volumeMounts':[{'name':'data',"
               "'mountPath':'/data'}]}]}},'volumeClaimTemplates':[{'metadata':{'name':'data'},"
               "'spec':{'accessModes':['ReadWriteOnce'],'resources':{'requests':{'storage':'1Gi'"
               "}}}}]}}"));
  run_for (2 * DD_MINUTE);
  ck_assert_str_eq (dd_value_path_string (stored (&kube_stateful_set, "default", "ring")->value,
                                          "spec.volumeClaimTemplates.0.kind"),
                    "PersistentVolumeClaim");
  ck_assert (is_ready ("ring-1"));
  ck_assert_str_eq (zone_of_volume ("data-ring-1"), zone_of_pod ("ring-1"));
  ck_assert_str_eq (
      dd_value_path_string (stored (&kube_persistent_volume_claim, "default", "data-ring-1")->value,
                            "metadata.labels.app"),
      "ring");
  merge (&kube_stateful_set, "default", "ring", json ("{'spec':{'replicas':0}}"));
  run_for (2 * DD_MINUTE);
  ck_assert_uint_eq (sim_store_count (api->store, &kube_persistent_volume_claim), 2);
  merge (&kube_stateful_set, "default", "ring", json ("{'spec':{'replicas':2}}"));
  run_for (2 * DD_MINUTE);
  ck_assert_uint_eq (sim_store_count (api->store, &kube_persistent_volume), 2);
  ck_assert_str_eq (zone_of_volume ("data-ring-1"), zone_of_pod ("ring-1"));
}
END_TEST

int
main (void)
{
  TCase *cases = tcase_create ("volumes");

  tcase_add_checked_fixture (cases, start_world, stop_world);
  tcase_add_test (cases, a_claim_of_the_default_class_waits_for_its_first_pod);
  tcase_add_test (cases, an_immediate_claim_takes_the_smallest_that_serves);
  tcase_add_test (cases, claims_of_one_set_are_made_in_turn_in_all_zones);
  tcase_add_test (cases, a_volume_goes_with_its_claim_as_the_class_says);
  tcase_add_test (cases, what_is_in_use_is_not_removed);
  tcase_add_test (cases, what_is_bound_keeps_what_it_is);
  tcase_add_test (cases, a_volume_has_a_size_modes_and_a_source);
  tcase_add_test (cases, a_claim_grows_if_its_class_lets_it);
  tcase_add_test (cases, what_keeps_a_pod_from_running_is_said);
  tcase_add_test (cases, a_claim_for_one_pod_has_one_pod_at_a_time);
  tcase_add_test (cases, a_claim_for_one_pod_goes_to_who_may_preempt);
  tcase_add_test (cases, a_class_may_be_of_some_zones_alone);
  tcase_add_test (cases, a_claim_that_comes_wakes_the_pod);
  tcase_add_test (cases, another_node_waits_until_the_volume_is_let_go);
  tcase_add_test (cases, a_file_system_is_mounted_from_everywhere);
  tcase_add_test (cases, a_node_that_died_keeps_it_for_six_minutes);
  tcase_add_test (cases, each_member_has_a_claim_that_stays);
  return run_cases (cases, "volumes");
}
