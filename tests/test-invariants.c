/* SPDX-License-Identifier: Apache-2.0 */
/* Each promise is shown to fail on a fabricated breach, and to hold beside it. */
#include "config.h"

#include <check.h>
#include <string.h>

#include "sim/aws/ec2/cloud.h"
#include "sim/aws/eks/eks.h"
#include "sim/invariants/invariants.h"
#include "sim/kube/verbs/api.h"
#include "sim/kube/kinds/kinds.h"
#include "sim/world/world.h"
#include "whole-event.h"

#define OLD "ami-old"
#define NEW "ami-new"

static SimWorld *world;
static SimInvariants *subject;

static void
setup (void)
{
  SimWorldOptions options = { .seed = 1,
                              .start = 1000 * DD_SECOND,
                              .kube_minor = 30,
                              .region = "us-west-2",
                              .account = "123456789012",
                              .endpoint = "http://127.0.0.1:1" };

  world = sim_world_new (&options);
  sim_trace_begin (world->stage->trace);
  subject = sim_invariants_new (world, 60 * DD_SECOND);
}

static void
teardown (void)
{
  g_clear_pointer (&subject, sim_invariants_free);
  g_clear_pointer (&world, sim_world_free);
}

/* ---- fabricating ---- */

static DdValue *json (const char *format, ...) G_GNUC_PRINTF (1, 2);

static DdValue *
json (const char *format, ...)
{
  g_autofree char *text = NULL;
  DdValue *parsed;
  va_list arguments;

  va_start (arguments, format);
  text = g_strdup_vprintf (format, arguments);
  va_end (arguments);
  for (char *p = text; *p != '\0'; p++)
    *p = *p == '\'' ? '"' : *p;
  parsed = dd_value_parse (text, strlen (text), NULL, NULL);
  ck_assert_msg (parsed != NULL, "%s", text);
  return parsed;
}

static void
put_node (const char *name, const char *image, const char *zone, const char *extra_spec,
          const char *kubelet)
{
  sim_store_put (
      world->kube->store, &kube_node,
      json ("{'metadata':{'name':'%s','labels':{'eks.amazonaws.com/nodegroup':'default',"
            "'eks.amazonaws.com/nodegroup-image':'%s','topology.kubernetes.io/zone':'%s'}},"
            "'spec':{%s},'status':{'conditions':[{'type':'Ready','status':'True'}],"
            "'nodeInfo':{'kubeletVersion':'%s'}}}",
            name, image, zone, extra_spec, kubelet));
}

static void
put_plain_node (const char *name, const char *image)
{
  put_node (name, image, "us-west-2a", "", "v1.30.0");
}

static void
put_pod (const char *name, const char *node, const char *owner, gboolean ready)
{
  sim_store_put (
      world->kube->store, &kube_pod,
      json ("{'metadata':{'name':'%s','namespace':'shop','uid':'uid-%s','labels':{'app':'web'},"
            "'ownerReferences':[{'kind':'%s','name':'web','uid':'u','controller':true}]},"
            "'spec':{'nodeName':'%s','containers':[{'name':'c','image':'i'}]},"
            "'status':{'phase':'Running','conditions':[{'type':'Ready','status':'%s'}]}}",
            name, name, owner, node, ready ? "True" : "False"));
}

static void
put_budget (const char *spec)
{
  sim_store_put (world->kube->store, &kube_pod_disruption_budget,
                 json ("{'metadata':{'name':'web','namespace':'shop','uid':'b'},'spec':{%s,"
                       "'selector':{'matchLabels':{'app':'web'}}}}",
                       spec));
}

static void
put_replica_set (int replicas)
{
  sim_store_put (world->kube->store, &kube_replica_set,
                 json ("{'metadata':{'name':'web','namespace':'shop','uid':'u'},'spec':"
                       "{'replicas':%d,'selector':{'matchLabels':{'app':'web'}}}}",
                       replicas));
}

static void
emit (const char *what, const char *of, DdValue *details)
{
  tell_whole (sim_trace_interface (world->stage->trace), what, of, details);
}

static void
start_update (int parallelism)
{
  emit ("update.started", "default",
        json ("{'parallelism':%d,'image':'" NEW "','force':false,'zones':['a','b','c']}",
              parallelism));
}

static void
become (const char *status)
{
  emit ("nodegroup.status", "default", json ("{'status':'%s'}", status));
}

/* As Auto Scaling tells it. */
static void
take_out (const char *instance)
{
  emit ("instance.terminating", instance,
        json ("{'group':'asg','cause':'At 2025-11-03T09:05:48Z instance %s was taken "
              "out of service in response to a user request.'}",
              instance));
}

static void
terminate (const char *node)
{
  g_autofree char *instance = g_strconcat ("i-", node, NULL);

  emit ("node.registered", node, json ("{'instance':'%s'}", instance));
  become ("UPDATING");
  take_out (instance);
  become ("ACTIVE");
}

static void
enter_phase (const char *phase)
{
  emit ("phase.entered", "default", json ("{'phase':'%s'}", phase));
}

static void
assert_broken (const char *name, const char *why)
{
  const GPtrArray *breaches = sim_invariants_breaches (subject);
  const SimBreach *breach;

  ck_assert_int_eq (breaches->len, 1);
  breach = g_ptr_array_index (breaches, 0);
  ck_assert_str_eq (breach->name, name);
  ck_assert_msg (strstr (breach->why, why) != NULL, "%s", breach->why);
}

static void
assert_broken_among_others (const char *name, const char *why)
{
  const GPtrArray *breaches = sim_invariants_breaches (subject);

  for (guint i = 0; i < breaches->len; i++)
    {
      const SimBreach *breach = g_ptr_array_index (breaches, i);

      if (strcmp (breach->name, name) != 0)
        continue;
      ck_assert_msg (strstr (breach->why, why) != NULL, "%s", breach->why);
      return;
    }
  ck_abort_msg ("%s was not broken", name);
}

static void
assert_kept (void)
{
  const GPtrArray *breaches = sim_invariants_breaches (subject);

  ck_assert_msg (breaches->len == 0, "%s",
                 breaches->len > 0 ? ((SimBreach *) g_ptr_array_index (breaches, 0))->why : "");
}

/* ---- budgets ---- */

static void
evict (const char *pod)
{
  emit ("eviction.accepted", pod, json ("{'node':'n1'}"));
}

static void
put_three_pods (void)
{
  put_replica_set (3);
  put_pod ("web-1", "n1", "ReplicaSet", TRUE);
  put_pod ("web-2", "n1", "ReplicaSet", TRUE);
  put_pod ("web-3", "n1", "ReplicaSet", TRUE);
}

static const struct
{
  const char *spec;
  gboolean broken;
} budgets[] = {
  { "'minAvailable':3", TRUE },      { "'minAvailable':2", FALSE },
  { "'minAvailable':'67%'", TRUE },  { "'minAvailable':'66%'", FALSE },
  { "'maxUnavailable':0", TRUE },    { "'maxUnavailable':1", FALSE },
  { "'maxUnavailable':'0%'", TRUE }, { "'maxUnavailable':'1%'", FALSE },
};

START_TEST (an_eviction_beyond_the_budget_is_seen)
{
  put_three_pods ();
  put_budget (budgets[_i].spec);
  evict ("shop/web-1");
  if (budgets[_i].broken)
    assert_broken ("budgets-were-honoured", "the eviction of shop/web-1 was accepted");
  else
    assert_kept ();
}
END_TEST

/* It says elsewhere how many it wants. */
static void
put_ring_set (const char *spec)
{
  static const char definition[]
      = "{'metadata':{'name':'ringsets.rings.example.com'},'spec':{'group':'rings.example.com',"
        "'scope':'Namespaced','names':{'plural':'ringsets','kind':'RingSet'},'versions':[{'name':"
        "'v1','served':true,'storage':true,'subresources':{'scale':{'specReplicasPath':"
        "'.spec.size','statusReplicasPath':'.status.size'}},'schema':{'openAPIV3Schema':{'type':"
        "'object','x-kubernetes-preserve-unknown-fields':true}}}]}}";
  g_autoptr (DdValue) object = json ("%s", definition);
  g_autoptr (SimObject) made
      = kube_create (world->kube, &kube_custom_resource_definition, NULL, object, NULL);

  ck_assert_ptr_nonnull (made);
  sim_store_put (
      world->kube->store,
      kube_catalogue_find (world->kube->catalogue, "rings.example.com", "v1", "ringsets"),
      json ("{'metadata':{'name':'web','namespace':'shop','uid':'u'},'spec':{%s}}", spec));
}

START_TEST (a_custom_resource_wants_what_its_scale_says)
{
  static const struct
  {
    const char *spec, *budget;
    gboolean broken;
  } rows[] = {
    { "'size':3", "'maxUnavailable':0", TRUE },
    { "'size':3", "'maxUnavailable':1", FALSE },
    { "", "'maxUnavailable':0", FALSE }, /* nobody knows */
  };

  put_ring_set (rows[_i].spec);
  put_pod ("web-1", "n1", "RingSet", TRUE);
  put_pod ("web-2", "n1", "RingSet", TRUE);
  put_pod ("web-3", "n1", "RingSet", TRUE);
  put_budget (rows[_i].budget);
  evict ("shop/web-1");
  if (rows[_i].broken)
    assert_broken ("budgets-were-honoured", "wants 3 healthy pods and 2 are left");
  else
    assert_kept ();
}
END_TEST

START_TEST (an_unhealthy_pod_leaves_only_where_the_policy_lets_it)
{
  put_three_pods ();
  put_pod ("web-1", "n1", "ReplicaSet", FALSE);
  put_budget ("'minAvailable':3,'unhealthyPodEvictionPolicy':'AlwaysAllow'");
  evict ("shop/web-1");
  assert_kept ();
  put_budget ("'minAvailable':3");
  evict ("shop/web-1");
  assert_broken ("budgets-were-honoured", "wants 3 healthy pods and 2 are left");
}
END_TEST

/* ---- nodes ---- */

/* A budget's status is a moment behind a node that was lost with its pods, and not more. */
START_TEST (pods_of_a_node_that_was_just_lost_pass_for_healthy)
{
  put_budget ("'minAvailable':2");
  put_replica_set (3);
  put_pod ("a", "lost", "ReplicaSet", FALSE);
  put_pod ("b", "n2", "ReplicaSet", TRUE);
  put_pod ("c", "n3", "ReplicaSet", TRUE);
  emit ("node.not-ready", "lost", NULL);
  sim_world_run_for (world, 4 * DD_SECOND);
  emit ("eviction.accepted", "shop/c", json ("{'node':'n3'}"));
  assert_kept ();
  sim_world_run_for (world, 2 * DD_SECOND);
  emit ("eviction.accepted", "shop/c", json ("{'node':'n3'}"));
  assert_broken_among_others ("budgets-were-honoured", "wants 2 healthy pods and 1 are left");
}
END_TEST

START_TEST (more_nodes_than_allowed_are_seen)
{
  put_plain_node ("n1", OLD);
  put_plain_node ("n2", OLD);
  start_update (1);
  emit ("drain.started", "n1", NULL);
  assert_kept ();
  emit ("drain.started", "n2", NULL);
  assert_broken ("parallelism-was-respected", "2 nodes of node group default");
}
END_TEST

START_TEST (a_node_that_is_gone_makes_room_for_the_next)
{
  put_plain_node ("n1", OLD);
  put_plain_node ("n2", OLD);
  start_update (1);
  emit ("drain.started", "n1", NULL);
  sim_store_remove (world->kube->store, sim_store_get (world->kube->store, &kube_node, "", "n1"));
  emit ("node.terminated", "n1", NULL);
  emit ("drain.started", "n2", NULL);
  assert_kept ();
}
END_TEST

static void
cordon_long_ago (void)
{
  sim_invariants_free (subject);
  subject = sim_invariants_new (world, 0);
  put_node ("n1", OLD, "us-west-2a", "'unschedulable':true", "v1.30.0");
}

START_TEST (a_node_that_is_not_empty_is_seen)
{
  cordon_long_ago ();
  put_pod ("web-1", "n1", "ReplicaSet", TRUE);
  terminate ("n1");
  assert_broken ("nodes-were-emptied", "n1 is terminated while pod shop/web-1 is on it");
}
END_TEST

START_TEST (daemons_may_stay)
{
  cordon_long_ago ();
  put_pod ("daemon", "n1", "DaemonSet", TRUE);
  terminate ("n1");
  assert_kept ();
}
END_TEST

START_TEST (what_somebody_terminates_himself_is_not_blamed_on_an_update)
{
  cordon_long_ago ();
  put_pod ("web-1", "n1", "ReplicaSet", TRUE);
  sim_invariants_note_step (subject, "autoscaling", NULL);
  terminate ("n1");
  assert_kept ();
}
END_TEST

START_TEST (a_step_that_touches_no_instance_excuses_nothing)
{
  cordon_long_ago ();
  put_pod ("web-1", "n1", "ReplicaSet", TRUE);
  sim_invariants_note_step (subject, "untaint", NULL);
  sim_invariants_note_step (subject, "delete", NULL);
  terminate ("n1");
  assert_broken ("nodes-were-emptied", "n1 is terminated while pod shop/web-1 is on it");
}
END_TEST

START_TEST (a_node_that_was_not_cordoned_is_seen)
{
  put_plain_node ("n1", OLD);
  terminate ("n1");
  assert_broken ("nodes-had-settled", "n1 is terminated without having been cordoned");
}
END_TEST

START_TEST (a_node_that_was_cordoned_just_now_is_seen)
{
  put_node ("n1", OLD, "us-west-2a", "'unschedulable':true", "v1.30.0");
  terminate ("n1");
  assert_broken ("nodes-had-settled", "n1 is terminated 0s after it was cordoned, not 1m");
}
END_TEST

static const char *const mark
    = "'taints':[{'key':'eks.amazonaws.com/nodegroup','value':'unschedulable',"
      "'effect':'NoSchedule'}]";

START_TEST (a_marked_new_node_is_seen)
{
  start_update (1);
  put_node ("old", OLD, "us-west-2a", mark, "v1.30.0");
  assert_kept ();
  put_node ("new", NEW, "us-west-2a", mark, "v1.30.0");
  assert_broken ("new-nodes-stay-unmarked", "new runs ami-new");
}
END_TEST

START_TEST (draining_a_new_node_is_seen)
{
  put_plain_node ("new", NEW);
  start_update (1);
  emit ("drain.started", "new", NULL);
  assert_broken ("new-nodes-are-kept", "new runs ami-new");
}
END_TEST

START_TEST (rolling_back_may_drain_new_nodes)
{
  put_plain_node ("new", NEW);
  start_update (1);
  enter_phase ("roll-back");
  emit ("drain.started", "new", NULL);
  assert_kept ();
}
END_TEST

START_TEST (a_kubelet_ahead_of_its_server_is_seen)
{
  put_node ("n1", OLD, "us-west-2a", "", "v1.29.6-eks-1");
  put_node ("n2", OLD, "us-west-2a", "", "v1.30.0-eks-1");
  assert_kept ();
  put_node ("n3", OLD, "us-west-2a", "", "v1.31.0-eks-1");
  assert_broken ("no-kubelet-is-ahead", "n3 runs 1.31 under a 1.30 control plane");
}
END_TEST

/* ---- sizes ---- */

static void
grow (void)
{
  start_update (1);
  emit ("group.repointed", "default", json ("{'group':'asg'}"));
  emit ("scale-up.requested", "default",
        json ("{'desired':9,'max':12,'from_desired':3,'from_max':6}"));
}

static void
resize (int desired, int max)
{
  emit ("group.updated", "asg", json ("{'min':1,'desired':%d,'max':%d}", desired, max));
}

static void
finish (void)
{
  emit ("update.succeeded", "default", NULL);
  emit ("update.accepted", "default", json ("{'id':'x'}"));
  emit ("update.finished", "default", json ("{'id':'x','status':'Successful'}"));
}

START_TEST (sizes_that_stay_grown_are_seen)
{
  grow ();
  resize (3, 7);
  finish ();
  assert_broken ("sizes-were-restored", "ends with desired 3 and maximum 7; it began with 3 and 6");
}
END_TEST

START_TEST (sizes_that_went_back_are_fine)
{
  grow ();
  resize (9, 12);
  resize (3, 6);
  finish ();
  assert_kept ();
}
END_TEST

START_TEST (a_scale_down_that_was_stopped_may_stay_grown)
{
  grow ();
  resize (9, 12);
  emit ("scale-down.stopped", "default", NULL);
  finish ();
  assert_kept ();
}
END_TEST

START_TEST (what_is_not_modelled_is_seen)
{
  emit ("not-modelled", NULL, json ("{'service':'ec2','operation':'RunInstances'}"));
  assert_broken ("everything-was-modelled", "ec2 RunInstances was asked for");
}
END_TEST

/* ---- how an update conducts itself ---- */

/* One row breaks one promise: what has happened before, and the event too many. */
static const struct
{
  const char *promise, *why;
  const char *before_what, *before_details;
  const char *what, *of, *details;
} conduct[] = {
  { "one-update-at-a-time", "while one is running", NULL, NULL, "update.started", "default",
    "{'parallelism':1,'image':'" NEW "'}" },
  { "phases-go-forward", "enters scale-down again", "phase.entered", "{'phase':'scale-down'}",
    "phase.entered", "default", "{'phase':'scale-down'}" },
  { "one-template-version", "2 launch template versions", "launch-template.version-created", "{}",
    "launch-template.version-created", "default", "{}" },
  { "growth-is-bounded", "by more than 6", NULL, NULL, "scale-up.requested", "default",
    "{'desired':10,'max':12,'from_desired':3,'from_max':6}" },
  { "marks-are-for-outdated", "the image of the update", NULL, NULL, "node.marked", "new", "{}" },
  { "evictions-are-of-drains", "which is not being drained", NULL, NULL, "drain.evicted", "shop/a",
    "{'node':'old'}" },
  { "drained-before-terminated", "was never drained", NULL, NULL, "node.terminating", "settled",
    "{}" },
  { "retries-are-bounded", "sent 1001 times", NULL, NULL, "request.retried", "default",
    "{'try':1001}" },
  { "failures-are-told", "gives no explanation", NULL, NULL, "update.failed", "default",
    "{'code':'Unknown','message':'m','explanation':''}" },
  { "success-is-true", "old still runs " OLD, NULL, NULL, "update.succeeded", "default", "{}" },
  { "sizes-are-lawful", "wants 7, outside of 1 to 6", NULL, NULL, "group.updated", "asg",
    "{'min':1,'desired':7,'max':6}" },
  { "records-end-once", "was never accepted", NULL, NULL, "update.finished", "default",
    "{'id':'x','status':'Successful'}" },
  { "statuses-are-lawful", "becomes ACTIVE, which it was", "nodegroup.status",
    "{'status':'ACTIVE'}", "nodegroup.status", "default", "{'status':'ACTIVE'}" },
  { "pods-go-where-they-may", "which is no node", NULL, NULL, "pod.bound", "shop/a",
    "{'node':'nowhere'}" },
  { "pods-go-where-they-may", "which is unschedulable", NULL, NULL, "pod.bound", "shop/a",
    "{'node':'settled'}" },
  { "daemons-stay", "belongs to its node", NULL, NULL, "eviction.accepted", "shop/daemon",
    "{'node':'old'}" },
};

START_TEST (misconduct_is_seen)
{
  put_plain_node ("old", OLD);
  put_plain_node ("new", NEW);
  put_node ("settled", OLD, "us-west-2a", "'unschedulable':true", "v1.30.0");
  put_pod ("a", "old", "ReplicaSet", TRUE);
  put_pod ("daemon", "old", "DaemonSet", TRUE);
  emit ("update.started", "default",
        json ("{'parallelism':1,'image':'" NEW "','force':false,'zones':['a','b','c']}"));
  if (conduct[_i].before_what != NULL)
    emit (conduct[_i].before_what, "default", json ("%s", conduct[_i].before_details));
  ck_assert_int_eq (sim_invariants_breaches (subject)->len, 0);
  emit (conduct[_i].what, conduct[_i].of, json ("%s", conduct[_i].details));
  assert_broken_among_others (conduct[_i].promise, conduct[_i].why);
}
END_TEST

/* ---- a real group, with or without EKS's hook ---- */

/* DESIRED nodes; the name of the first. */
static const char *
make_group (gboolean hook, gint64 desired)
{
  AwsClusterSpec cluster = { .name = "lab" };
  AwsNodegroupSpec spec = {
    .cluster = "lab", .name = "default", .max = 4, .desired = desired, .no_terminate_hook = !hook
  };
  g_autoptr (GPtrArray) nodes = NULL;

  ck_assert_ptr_nonnull (aws_eks_add_cluster (world->cloud, &cluster, NULL));
  ck_assert_ptr_nonnull (aws_eks_add_nodegroup (world->cloud, &spec, NULL));
  while (sim_world_step (world))
    ;
  nodes = sim_store_list (world->kube->store, &kube_node, NULL);
  ck_assert_uint_eq (nodes->len, desired);
  return ((const SimObject *) g_ptr_array_index (nodes, 0))->name;
}

static void
set_desired (gint64 desired)
{
  const AwsNodegroup *nodegroup = aws_eks_nodegroup (world->cloud, "lab", "default");
  g_autoptr (DdValue) input
      = json ("{'AutoScalingGroupName':'%s','DesiredCapacity':%" G_GINT64_FORMAT ",'MaxSize':4}",
              aws_nodegroup_group_name (nodegroup), desired);
  g_autoptr (DdValue) output = aws_service_call (&aws_autoscaling, aws_cloud_door (world->cloud),
                                                 "UpdateAutoScalingGroup", input, NULL);

  ck_assert_ptr_nonnull (output);
}

static void
scale_in (void)
{
  set_desired (0);
  while (sim_world_step (world))
    ;
}

static void
accept_update (const char *more)
{
  emit ("update.accepted", "default", json ("{'id':'x','type':'VersionUpdate'%s}", more));
  become ("UPDATING");
}

static const char *
instance_of (const char *node)
{
  const SimObject *object = sim_store_get (world->kube->store, &kube_node, "", node);

  return strrchr (dd_value_path_string (object->value, "spec.providerID"), '/') + 1;
}

/* NODE runs another image than its group launches, and has been unschedulable for long. */
static void
age (const char *node)
{
  const SimObject *object = sim_store_get (world->kube->store, &kube_node, "", node);
  g_autoptr (DdValue) labelled
      = dd_value_with (object->value, dd_string (OLD), "metadata", "labels",
                       "eks.amazonaws.com/nodegroup-image", NULL);

  sim_store_put (world->kube->store, &kube_node,
                 dd_value_with_path (labelled, "spec.unschedulable", dd_bool (TRUE)));
  sim_world_run_for (world, DD_HOUR);
}

START_TEST (a_zone_without_a_new_node_is_seen)
{
  const char *node = make_group (TRUE, 2);

  age (node);
  accept_update ("");
  take_out (instance_of (node));
  assert_broken ("zones-were-covered", "which has no Ready node with");
}
END_TEST

START_TEST (minimal_covers_no_zone)
{
  const char *node = make_group (TRUE, 2);

  age (node);
  accept_update (",'strategy':'MINIMAL'");
  take_out (instance_of (node));
  assert_kept ();
}
END_TEST

START_TEST (forced_nodes_need_not_be_empty)
{
  const char *node = make_group (TRUE, 1);

  age (node);
  put_pod ("web-1", node, "ReplicaSet", TRUE);
  accept_update (",'force':true,'strategy':'MINIMAL'");
  take_out (instance_of (node));
  assert_kept ();
}
END_TEST

START_TEST (more_than_one_too_many_is_seen)
{
  make_group (TRUE, 3);
  become ("UPDATING");
  set_desired (3);
  set_desired (2);
  assert_kept ();
  set_desired (0);
  assert_broken ("steps-of-one", "goes from 2 to 0 at once");
}
END_TEST

START_TEST (a_budget_that_outlasts_the_hook_is_seen)
{
  const char *node = make_group (TRUE, 1);

  put_pod ("web-1", node, "ReplicaSet", TRUE);
  put_budget ("'minAvailable':1");
  accept_update ("");
  scale_in ();
  assert_broken ("budgets-outlast-updates", "with pod shop/web-1 on it, whose budget web");
}
END_TEST

static void
stop (const char *pod, const char *node)
{
  emit ("pod.stopped", pod, json ("{'node':'%s'}", node));
}

START_TEST (a_pod_under_a_budget_that_is_deleted_is_seen)
{
  const char *node = make_group (TRUE, 1);

  put_three_pods ();
  put_budget ("'minAvailable':1");
  accept_update ("");
  emit ("eviction.accepted", "shop/web-1", json ("{'node':'%s'}", node));
  stop ("shop/web-1", node);
  assert_kept ();
  stop ("shop/web-2", node);
  assert_broken ("pods-were-asked", "shop/web-2 was stopped on");
}
END_TEST

START_TEST (a_pod_that_dies_with_its_node_is_seen_where_no_hook_drains)
{
  put_pod ("a", make_group (FALSE, 1), "ReplicaSet", TRUE);
  start_update (1);
  scale_in ();
  assert_broken ("nobody-dies-undrained", "with pod shop/a on it, which nobody asked to leave");
}
END_TEST

START_TEST (a_pod_of_a_daemon_set_may_die_with_its_node)
{
  put_pod ("a", make_group (FALSE, 1), "DaemonSet", TRUE);
  start_update (1);
  scale_in ();
  assert_kept ();
}
END_TEST

START_TEST (a_hook_may_be_relied_on)
{
  put_pod ("a", make_group (TRUE, 1), "ReplicaSet", TRUE);
  start_update (1);
  scale_in ();
  assert_kept ();
}
END_TEST

START_TEST (a_drain_without_an_update_is_seen)
{
  put_plain_node ("old", OLD);
  emit ("drain.started", "old", NULL);
  assert_broken ("drains-belong-to-updates", "no update of its node group is running");
}
END_TEST

START_TEST (a_record_that_is_finished_twice_is_seen)
{
  emit ("update.accepted", "default", json ("{'id':'x'}"));
  emit ("update.finished", "default", json ("{'id':'x','status':'Failed'}"));
  ck_assert_int_eq (sim_invariants_breaches (subject)->len, 0);
  emit ("update.finished", "default", json ("{'id':'x','status':'Failed'}"));
  assert_broken ("records-end-once", "finished twice");
}
END_TEST

START_TEST (an_instance_that_is_two_nodes_is_seen)
{
  emit ("node.registered", "one", json ("{'instance':'i-1'}"));
  ck_assert_int_eq (sim_invariants_breaches (subject)->len, 0);
  emit ("node.registered", "two", json ("{'instance':'i-1'}"));
  assert_broken ("one-node-each", "which is one");
}
END_TEST

START_TEST (a_node_that_holds_too_much_is_seen)
{
  sim_store_put (world->kube->store, &kube_node,
                 json ("{'metadata':{'name':'small','labels':{}},'spec':{},'status':"
                       "{'allocatable':{'cpu':'1','memory':'1Gi','pods':'1'}}}"));
  put_pod ("a", "small", "ReplicaSet", TRUE);
  emit ("pod.bound", "shop/a", json ("{'node':'small'}"));
  ck_assert_int_eq (sim_invariants_breaches (subject)->len, 0);
  put_pod ("b", "small", "ReplicaSet", TRUE);
  emit ("pod.bound", "shop/b", json ("{'node':'small'}"));
  assert_broken ("nodes-have-room", "now holds 2 pods");
}
END_TEST

START_TEST (time_that_stands_still_is_fine_and_its_promise_is_asked_of_every_event)
{
  emit ("node.ready", "", NULL);
  emit ("node.settled", "", NULL);
  ck_assert_int_eq (sim_invariants_breaches (subject)->len, 0);
}
END_TEST

/* ---- the end ---- */

static void
end_like_this (const char *promise, const char *why)
{
  sim_invariants_conclude (subject, FALSE); /* a world that was cut short may be in the middle */
  ck_assert_int_eq (sim_invariants_breaches (subject)->len, 0);
  sim_invariants_conclude (subject, TRUE);
  assert_broken (promise, why);
}

START_TEST (an_update_that_never_ends_is_seen)
{
  start_update (1);
  enter_phase ("upgrade");
  end_like_this ("updates-end", "it is in phase upgrade");
}
END_TEST

START_TEST (a_record_that_is_never_finished_is_seen)
{
  emit ("update.accepted", "default", json ("{'id':'x'}"));
  end_like_this ("records-end", "update x was accepted and never finished");
}
END_TEST

static void
end_update (void)
{
  emit ("update.failed", "default", json ("{'code':'c','message':'m','explanation':'e'}"));
}

START_TEST (a_mark_that_stays_is_seen)
{
  start_update (1);
  put_node ("old", OLD, "us-west-2a",
            "'taints':[{'key':'eks.amazonaws.com/nodegroup','value':'unschedulable',"
            "'effect':'NoSchedule'}]",
            "v1.30.0");
  end_update ();
  end_like_this ("marks-are-gone", "old is left marked");
}
END_TEST

START_TEST (a_node_that_could_not_be_drained_may_stay_marked)
{
  start_update (1);
  put_node ("old", OLD, "us-west-2a",
            "'taints':[{'key':'eks.amazonaws.com/nodegroup','value':'unschedulable',"
            "'effect':'NoSchedule'}]",
            "v1.30.0");
  emit ("drain.started", "old", NULL);
  emit ("drain.overdue", "old", NULL);
  end_update ();
  sim_invariants_conclude (subject, TRUE);
  ck_assert_int_eq (sim_invariants_breaches (subject)->len, 0);
}
END_TEST

START_TEST (protection_that_stays_is_seen)
{
  start_update (1);
  sim_store_put (
      world->kube->store, &kube_node,
      json ("{'metadata':{'name':'n','labels':{'eks.amazonaws.com/nodegroup':'default'},"
            "'annotations':{'cluster-autoscaler.kubernetes.io/scale-down-disabled':'true'}},"
            "'spec':{},'status':{}}"));
  end_update ();
  end_like_this ("protection-is-gone", "n is left protected");
}
END_TEST

START_TEST (a_pod_that_nobody_made_again_is_seen)
{
  put_replica_set (2);
  put_pod ("a", "n", "ReplicaSet", TRUE);
  end_like_this ("pods-were-replaced", "wants 2 pods and has 1");
}
END_TEST

START_TEST (a_node_without_an_instance_is_seen)
{
  sim_store_put (world->kube->store, &kube_node,
                 json ("{'metadata':{'name':'ghost','labels':{}},'spec':"
                       "{'providerID':'aws:///us-west-2a/i-0123456789abcdef0'},'status':{}}"));
  end_like_this ("nodes-are-backed", "ghost is still there");
}
END_TEST

START_TEST (every_promise_has_a_name_and_a_sentence)
{
  ck_assert_int_ge (sim_invariants_count (), 36);
  for (guint i = 0; i < sim_invariants_count (); i++)
    {
      ck_assert_str_ne (sim_invariants_name (i), "");
      ck_assert_str_ne (sim_invariants_promise (i), "");
    }
}
END_TEST

int
main (void)
{
  const TTest *const tests[] = {
    an_unhealthy_pod_leaves_only_where_the_policy_lets_it,
    pods_of_a_node_that_was_just_lost_pass_for_healthy,
    more_nodes_than_allowed_are_seen,
    a_node_that_is_gone_makes_room_for_the_next,
    a_node_that_is_not_empty_is_seen,
    daemons_may_stay,
    what_somebody_terminates_himself_is_not_blamed_on_an_update,
    a_step_that_touches_no_instance_excuses_nothing,
    minimal_covers_no_zone,
    forced_nodes_need_not_be_empty,
    more_than_one_too_many_is_seen,
    a_budget_that_outlasts_the_hook_is_seen,
    a_pod_under_a_budget_that_is_deleted_is_seen,
    a_node_that_was_not_cordoned_is_seen,
    a_node_that_was_cordoned_just_now_is_seen,
    a_marked_new_node_is_seen,
    draining_a_new_node_is_seen,
    rolling_back_may_drain_new_nodes,
    a_zone_without_a_new_node_is_seen,
    a_kubelet_ahead_of_its_server_is_seen,
    sizes_that_stay_grown_are_seen,
    sizes_that_went_back_are_fine,
    a_scale_down_that_was_stopped_may_stay_grown,
    what_is_not_modelled_is_seen,
    a_pod_that_dies_with_its_node_is_seen_where_no_hook_drains,
    a_pod_of_a_daemon_set_may_die_with_its_node,
    a_hook_may_be_relied_on,
    a_drain_without_an_update_is_seen,
    a_record_that_is_finished_twice_is_seen,
    an_instance_that_is_two_nodes_is_seen,
    a_node_that_holds_too_much_is_seen,
    time_that_stands_still_is_fine_and_its_promise_is_asked_of_every_event,
    an_update_that_never_ends_is_seen,
    a_record_that_is_never_finished_is_seen,
    a_mark_that_stays_is_seen,
    a_node_that_could_not_be_drained_may_stay_marked,
    protection_that_stays_is_seen,
    a_pod_that_nobody_made_again_is_seen,
    a_node_without_an_instance_is_seen,
    every_promise_has_a_name_and_a_sentence,
  };
  Suite *suite = suite_create ("invariants");
  TCase *tcase = tcase_create ("promises");
  SRunner *runner = srunner_create (suite);
  int failed;

  tcase_add_checked_fixture (tcase, setup, teardown);
  tcase_add_loop_test (tcase, an_eviction_beyond_the_budget_is_seen, 0, G_N_ELEMENTS (budgets));
  tcase_add_loop_test (tcase, a_custom_resource_wants_what_its_scale_says, 0, 3);
  tcase_add_loop_test (tcase, misconduct_is_seen, 0, G_N_ELEMENTS (conduct));
  for (guint i = 0; i < G_N_ELEMENTS (tests); i++)
    tcase_add_test (tcase, tests[i]);
  suite_add_tcase (suite, tcase);
  srunner_run_all (runner, CK_NORMAL);
  failed = srunner_ntests_failed (runner);
  srunner_free (runner);
  return failed == 0 ? 0 : 1;
}
