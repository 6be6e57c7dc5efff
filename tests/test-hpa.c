/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "sim/kube/controllers/replica-calculator.h"
#include "sim/kube/controllers/scaling-rules.h"
#include "sim/stage/faults.h"
#include "tests/actors-world.h"

/* ---- how many pods metrics ask for ---- */

#define ALGORITHM "Kubernetes, Horizontal Pod Autoscaling, Algorithm details: "
#define CALCULATOR "kubernetes/kubernetes, replica_calculator_test.go: "

/* Each pod requests 1000; a letter stands for one: what it uses in hundreds is a digit, u unready,
 * m missing, i ignored. */
static const struct
{
  const char *source, *pods;
  gint64 percent, average;
  gint64 current, replicas; /* -1: refused */
  gint64 used;              /* percent or average that is reported */
} proposals[] = {
  { ALGORITHM "200m of 100m wanted doubles the replicas", "22", 10, 0, 2, 4, 20 },
  { ALGORITHM "50m of 100m wanted halves them", "1111", 20, 0, 4, 2, 10 },
  { ALGORITHM "the result is rounded up", "334", 50, 0, 3, 2, 33 },
  { ALGORITHM "a ratio close to 1.0, within 0.1, changes nothing", "555", 48, 0, 3, 3, 50 },
  { ALGORITHM "exactly 1.1 is within the tolerance", "55", 0, 455, 2, 2, 500 },
  { "no tolerance beyond 0.1, upwards", "56", 50, 0, 2, 2, 55 },
  { "no tolerance beyond 0.1, upwards", "66", 50, 0, 2, 3, 60 },
  { "exactly 0.9 is within the tolerance", "99", 100, 0, 2, 2, 90 },
  { "less than 0.9 is not", "898", 100, 0, 3, 3, 83 },
  { "less than 0.9 is not, where it makes a pod", "88888888", 100, 0, 8, 7, 80 },
  { ALGORITHM "pods being deleted and failed pods are disregarded", "88i", 40, 0, 3, 4, 80 },
  { ALGORITHM "a pod without metrics uses 100% when there should be fewer", "11m", 50, 0, 3, 3,
    10 },
  { ALGORITHM "a pod without metrics uses 100%: fewer, but not so few", "111111m", 50, 0, 7, 4,
    10 },
  { ALGORITHM "a pod without metrics uses 0% when there should be more", "99m", 50, 0, 3, 4, 90 },
  { ALGORITHM "and it may change nothing", "77m", 50, 0, 3, 3, 70 },
  { ALGORITHM "not yet ready pods use 0% when there should be more", "99u", 50, 0, 3, 4, 90 },
  { ALGORITHM "which dampens to nothing", "77u", 50, 0, 3, 3, 70 },
  { ALGORITHM "the direction is never reversed: no scale", "7uu", 50, 0, 3, 3, 70 },
  { ALGORITHM "not yet ready pods do not count when there should be fewer", "22uu", 50, 0, 4, 1,
    20 },
  { "they do not even count towards the limit of the direction", "111u", 50, 0, 4, 1, 10 },
  { "a pod without metrics uses the target where that is above 100%", "11m", 150, 0, 3, 2, 10 },
  { CALCULATOR "TestReplicaCalcScaleUp", "357", 30, 0, 3, 5, 50 },
  { CALCULATOR "TestReplicaCalcScaleUpUnreadyLessScale", "u57", 30, 0, 3, 4, 60 },
  { CALCULATOR "TestReplicaCalcScaleUpUnreadyNoScale", "4uu", 30, 0, 3, 3, 40 },
  { CALCULATOR "TestReplicaCalcScaleUpIgnoresFailedPods", "57ii", 30, 0, 2, 4, 60 },
  { "usage by value: average over what is wanted", "88", 0, 400, 2, 4, 800 },
  { "usage by value: missing pods use the target when there should be fewer", "11m", 0, 400, 3, 2,
    100 },
  { "usage by value: missing pods use nothing when there should be more", "88m", 0, 400, 3, 4,
    800 },
  { "a workload that does nothing needs no pod; the limits say otherwise", "000", 80, 0, 3, 0, 0 },
  { "nothing is known of any", "mm", 50, 0, 2, -1, 0 },
  { "none is ready", "uu", 50, 0, 2, -1, 0 },
};

static GArray *
metrics_of (const char *pods)
{
  GArray *metrics = g_array_new (FALSE, FALSE, sizeof (SimPodMetric));

  for (const char *pod = pods; *pod != '\0'; pod++)
    {
      SimPodMetric metric = { SIM_POD_MEASURED, 0, 1000 };

      if (g_ascii_isdigit (*pod))
        metric.usage = (*pod - '0') * 100;
      else
        metric.standing = *pod == 'u'   ? SIM_POD_UNREADY
                          : *pod == 'm' ? SIM_POD_MISSING
                                        : SIM_POD_IGNORED;
      g_array_append_val (metrics, metric);
    }
  return metrics;
}

START_TEST (what_is_used_asks_for_so_many_pods)
{
  g_autoptr (GArray) metrics = metrics_of (proposals[_i].pods);
  const SimMetricTarget target = { proposals[_i].percent, proposals[_i].average };
  SimProposal proposal = { .replicas = -1 };
  g_autoptr (GError) error = NULL;
  gboolean known = sim_replicas_for (metrics, &target, proposals[_i].current, &proposal, &error);

  ck_assert_msg (known == (proposals[_i].replicas >= 0), "%s", proposals[_i].source);
  ck_assert_msg (proposal.replicas == proposals[_i].replicas, "%s: %d", proposals[_i].source,
                 (int) proposal.replicas);
  if (known)
    ck_assert_int_eq (target.percent != 0 ? proposal.percent : proposal.average,
                      proposals[_i].used);
}
END_TEST

/* ---- windows, policies and limits ---- */

#define BEHAVIOR "Kubernetes, Horizontal Pod Autoscaling, Configurable scaling behavior: "
#define RULES "'scaleUp':{'stabilizationWindowSeconds':0,'selectPolicy':'Max','policies':["

/* PAST: "seconds ago:recommendation ..."; DONE: "seconds ago:change ...". */
static const struct
{
  const char *source, *behavior, *past, *done;
  gint64 current, desired, min, max, replicas;
  const char *able, *limited;
} steps[] = {
  { "defaults: doubled at once", NULL, "", "", 6, 20, 1, 30, 12, "ReadyForNewScale",
    "ScaleUpLimit" },
  { "defaults: four where there are fewer", NULL, "", "", 1, 20, 1, 30, 4, "ReadyForNewScale",
    "ScaleUpLimit" },
  { "no more than maxReplicas", NULL, "", "", 6, 20, 1, 8, 8, "ReadyForNewScale",
    "TooManyReplicas" },
  { "no fewer than minReplicas", NULL, "", "", 6, 0, 2, 8, 2, "ReadyForNewScale",
    "TooFewReplicas" },
  { "within the limits", NULL, "", "", 6, 5, 2, 8, 5, "ReadyForNewScale", "DesiredWithinRange" },
  { BEHAVIOR "the highest of the last 300 seconds counts", NULL, "290:5 100:4", "", 6, 2, 1, 8, 5,
    "ScaleDownStabilized", "DesiredWithinRange" },
  { BEHAVIOR "what is older than 300 seconds does not", NULL, "310:5 100:4", "", 6, 2, 1, 8, 4,
    "ScaleDownStabilized", "DesiredWithinRange" },
  { BEHAVIOR "a window of 60 seconds", "'scaleDown':{'stabilizationWindowSeconds':60}",
    "100:5 30:4", "", 6, 2, 1, 8, 4, "ScaleDownStabilized", "DesiredWithinRange" },
  { BEHAVIOR "a window of 0 seconds", "'scaleDown':{'stabilizationWindowSeconds':0}", "100:5 30:4",
    "", 6, 2, 1, 8, 2, "ReadyForNewScale", "DesiredWithinRange" },
  { BEHAVIOR "the default of 300 seconds where only scaleUp is said", "'scaleUp':{}", "290:5", "",
    6, 2, 1, 8, 5, "ScaleDownStabilized", "DesiredWithinRange" },
  { BEHAVIOR "upwards the lowest of the window counts",
    "'scaleUp':{'stabilizationWindowSeconds':120}", "100:4 30:7", "", 3, 6, 1, 20, 4,
    "ScaleUpStabilized", "DesiredWithinRange" },
  { BEHAVIOR "100% in 15 seconds where they are more than 4 pods", "'scaleUp':{}", "", "", 6, 30, 1,
    40, 12, "ReadyForNewScale", "ScaleUpLimit" },
  { BEHAVIOR "4 pods in 15 seconds where they are more than 100%", "'scaleUp':{}", "", "", 2, 30, 1,
    40, 6, "ReadyForNewScale", "ScaleUpLimit" },
  { BEHAVIOR "at most 10% per minute, rounded up",
    RULES "{'type':'Percent','value':10,'periodSeconds':60}]}", "", "", 11, 30, 1, 40, 13,
    "ReadyForNewScale", "ScaleUpLimit" },
  { BEHAVIOR "what was added within the period counts towards it",
    RULES "{'type':'Pods','value':4,'periodSeconds':60}]}", "", "30:3", 6, 30, 1, 40, 7,
    "ReadyForNewScale", "ScaleUpLimit" },
  { BEHAVIOR "and what was added before it does not",
    RULES "{'type':'Pods','value':4,'periodSeconds':60}]}", "", "61:3", 6, 30, 1, 40, 10,
    "ReadyForNewScale", "ScaleUpLimit" },
  { BEHAVIOR "downwards 4 pods a minute or 10%, whichever is more",
    "'scaleDown':{'stabilizationWindowSeconds':0,'policies':[{'type':'Pods','value':4,"
    "'periodSeconds':60},{'type':'Percent','value':10,'periodSeconds':60}]}",
    "", "", 80, 10, 1, 90, 72, "ReadyForNewScale", "ScaleDownLimit" },
  { BEHAVIOR "and selectPolicy Min takes whichever is less",
    "'scaleDown':{'stabilizationWindowSeconds':0,'selectPolicy':'Min','policies':[{'type':'Pods',"
    "'value':4,'periodSeconds':60},{'type':'Percent','value':10,'periodSeconds':60}]}",
    "", "", 80, 10, 1, 90, 76, "ReadyForNewScale", "ScaleDownLimit" },
  { BEHAVIOR "what was removed within the period counts towards it",
    "'scaleDown':{'stabilizationWindowSeconds':0,'policies':[{'type':'Pods','value':5,"
    "'periodSeconds':60}]}",
    "", "30:-3", 7, 1, 1, 90, 5, "ReadyForNewScale", "ScaleDownLimit" },
  { BEHAVIOR "disabled, nothing is taken away",
    "'scaleDown':{'stabilizationWindowSeconds':0,'selectPolicy':'Disabled'}", "", "", 7, 1, 1, 90,
    7, "ReadyForNewScale", "ScaleDownLimit" },
  { BEHAVIOR "disabled, nothing is added", "'scaleUp':{'selectPolicy':'Disabled'}", "", "", 7, 20,
    1, 90, 7, "ReadyForNewScale", "ScaleUpLimit" },
};

#define NOW (10000 * DD_SECOND)

/* Calls TAKE with each "seconds ago:number" of TEXT. */
static void
each_moment (const char *text, void (*take) (SimScalingPast *past, DdUsec at, gint64 number),
             SimScalingPast *past)
{
  g_auto (GStrv) words = g_strsplit (text, " ", -1);

  for (guint i = 0; words[i] != NULL; i++)
    {
      const char *colon = strchr (words[i], ':');

      if (colon != NULL)
        take (past, NOW - g_ascii_strtoll (words[i], NULL, 10) * DD_SECOND,
              g_ascii_strtoll (colon + 1, NULL, 10));
    }
}

static void
recommend (SimScalingPast *past, DdUsec at, gint64 number)
{
  const SimScalingCase scaling = { .current = number, .desired = number, .now = at };
  SimScalingWhy why;

  sim_scaling_stabilize (past, &scaling, &why);
}

static void
change (SimScalingPast *past, DdUsec at, gint64 number)
{
  g_autoptr (DdValue) some = dd_object_empty ();
  const SimScalingCase scaling = { .current = 100, .behavior = some, .now = at };

  sim_scaling_note (past, &scaling, 100 + number);
}

/* BEHAVIOR as the API server keeps it, with its defaults. */
static DdValue *
kept_behavior (const char *behavior)
{
  const SimObject *kept;

  if (behavior == NULL)
    return NULL;
  apply (json ("{'apiVersion':'autoscaling/v2','kind':'HorizontalPodAutoscaler','metadata':{'name':"
               "'any','namespace':'default'},'spec':{'maxReplicas':3,'scaleTargetRef':{'kind':"
               "'Deployment','name':'none','apiVersion':'apps/v1'},'behavior':{%s}}}",
               behavior));
  kept = stored (&kube_horizontal_pod_autoscaler, "default", "any");
  return dd_value_ref (dd_value_path (kept->value, "spec.behavior"));
}

START_TEST (so_much_of_it_is_done_at_once)
{
  g_autoptr (DdValue) behavior = kept_behavior (steps[_i].behavior);
  g_autoptr (SimScalingPast) past = sim_scaling_past_new ();
  SimScalingCase scaling = { .current = steps[_i].current,
                             .desired = steps[_i].desired,
                             .min = steps[_i].min,
                             .max = steps[_i].max,
                             .behavior = behavior,
                             .now = NOW };
  SimScalingWhy able, limited;

  each_moment (steps[_i].past, recommend, past);
  each_moment (steps[_i].done, change, past);
  scaling.desired = sim_scaling_stabilize (past, &scaling, &able);
  ck_assert_msg (sim_scaling_limit (past, &scaling, &limited) == steps[_i].replicas, "%s: %d",
                 steps[_i].source, (int) sim_scaling_limit (past, &scaling, &limited));
  ck_assert_str_eq (able.reason, steps[_i].able);
  ck_assert_str_eq (limited.reason, steps[_i].limited);
}
END_TEST

/* ---- in a cluster ---- */

static void
autoscale (const char *target, int least, int most, const char *metrics, const char *extra)
{
  apply (json ("{'apiVersion':'autoscaling/v2','kind':'HorizontalPodAutoscaler','metadata':{'name':"
               "'web','namespace':'default'},'spec':{'minReplicas':%d,'maxReplicas':%d,"
               "'scaleTargetRef':%s,'metrics':[%s]%s}}",
               least, most, target, metrics, extra));
}

#define WEB "{'apiVersion':'apps/v1','kind':'Deployment','name':'web'}"
#define CPU(target) "{'type':'Resource','resource':{'name':'cpu','target':{" target "}}}"
#define HALF CPU ("'type':'Utilization','averageUtilization':50")

static const DdValue *
status (void)
{
  return dd_value_member (stored (&kube_horizontal_pod_autoscaler, "default", "web")->value,
                          "status");
}

static const char *
reason_of (const char *type)
{
  return dd_value_path_string (sim_condition_find (status (), type), "reason");
}

static const char *
message_of (const char *type)
{
  return dd_value_path_string (sim_condition_find (status (), type), "message");
}

static gint64
replicas_of (const KubeKind *kind)
{
  return dd_value_path_int (stored (kind, "default", "web")->value, "spec.replicas", -1);
}

START_TEST (it_looks_every_fifteen_seconds_and_first_after_as_many)
{
  launch_ready (1);
  deploy_with ("web", 2, "", "'drydock.dev/cpu-usage':'50m'");
  run_for (DD_MINUTE);
  autoscale (WEB, 1, 6, HALF, "");
  run_for (14 * DD_SECOND);
  ck_assert_uint_eq (dd_value_length (dd_value_member (status (), "conditions")), 0);
  run_for (2 * DD_SECOND);
  ck_assert_str_eq (reason_of ("AbleToScale"), "ReadyForNewScale");
  ck_assert_str_eq (reason_of ("ScalingActive"), "ValidMetricFound");
  ck_assert_str_eq (message_of ("ScalingActive"),
                    "the HPA was able to successfully calculate a replica count from cpu resource "
                    "utilization (percentage of request)");
  ck_assert_str_eq (reason_of ("ScalingLimited"), "DesiredWithinRange");
  ck_assert_int_eq (dd_value_path_int (status (), "currentReplicas", -1), 2);
  ck_assert_int_eq (dd_value_path_int (status (), "desiredReplicas", -1), 2);
  ck_assert_int_eq (
      dd_value_path_int (dd_value_element (dd_value_member (status (), "currentMetrics"), 0),
                         "resource.current.averageUtilization", -1),
      50);
}
END_TEST

START_TEST (more_usage_brings_more_pods_and_less_takes_them_after_five_minutes)
{
  launch_ready (1);
  deploy_with ("web", 2, "", "'drydock.dev/cpu-load':'100m'");
  run_for (DD_MINUTE);
  autoscale (WEB, 1, 6, HALF, "");
  run_for (20 * DD_SECOND);
  ck_assert_int_eq (replicas_of (&kube_deployment), 2);
  /* Two pods of 100m share 200m: 100% each, and 4 share them at 50%. */
  merge (&kube_deployment, "default", "web",
         json ("{'metadata':{'annotations':{'drydock.dev/cpu-load':'200m'}}}"));
  run_for (15 * DD_SECOND);
  ck_assert_int_eq (replicas_of (&kube_deployment), 4);
  ck_assert_str_eq (event_about ("web", "SuccessfulRescale"),
                    "New size: 4; reason: cpu resource utilization (percentage of request) above "
                    "target");
  ck_assert_uint_eq (count_traced ("hpa autoscaler.scaled default/web {\"from_replicas\":2,"), 1);
  run_for (2 * DD_MINUTE);
  ck_assert_int_eq (replicas_of (&kube_deployment), 4);
  merge (&kube_deployment, "default", "web",
         json ("{'metadata':{'annotations':{'drydock.dev/cpu-load':'50m'}}}"));
  run_for (4 * DD_MINUTE);
  ck_assert_int_eq (replicas_of (&kube_deployment), 4);
  ck_assert_str_eq (reason_of ("AbleToScale"), "ScaleDownStabilized");
  run_for (2 * DD_MINUTE);
  ck_assert_int_eq (replicas_of (&kube_deployment), 1);
  ck_assert_str_eq (event_about ("web", "SuccessfulRescale"),
                    "New size: 1; reason: All metrics below target");
}
END_TEST

START_TEST (it_rests_when_nothing_changes_and_remembers_what_it_found)
{
  launch_ready (1);
  deploy_with ("web", 4, "", "'drydock.dev/cpu-load':'200m'");
  run_for (DD_MINUTE);
  autoscale (WEB, 1, 6, HALF, "");
  run_for (30 * DD_MINUTE);
  ck_assert_int_eq (replicas_of (&kube_deployment), 4);
  merge (&kube_deployment, "default", "web",
         json ("{'metadata':{'annotations':{'drydock.dev/cpu-load':'50m'}}}"));
  run_for (4 * DD_MINUTE + 30 * DD_SECOND);
  ck_assert_int_eq (replicas_of (&kube_deployment), 4);
  run_for (DD_MINUTE);
  ck_assert_int_eq (replicas_of (&kube_deployment), 1);
}
END_TEST

START_TEST (pods_that_say_nothing_use_nothing)
{
  launch_ready (1);
  deploy ("web", 3);
  run_for (DD_MINUTE);
  autoscale (WEB, 2, 6, HALF, "");
  run_for (4 * DD_MINUTE);
  ck_assert_int_eq (replicas_of (&kube_deployment), 3);
  run_for (2 * DD_MINUTE);
  ck_assert_int_eq (replicas_of (&kube_deployment), 2);
  ck_assert_str_eq (reason_of ("ScalingLimited"), "TooFewReplicas");
}
END_TEST

START_TEST (what_nobody_knows_changes_nothing)
{
  launch_ready (1);
  deploy_with ("web", 3, "", "'drydock.dev/cpu-usage':'unknown'");
  run_for (DD_MINUTE);
  autoscale (WEB, 1, 6, HALF, "");
  run_for (10 * DD_MINUTE);
  ck_assert_int_eq (replicas_of (&kube_deployment), 3);
  ck_assert_str_eq (sim_condition_status (status (), "ScalingActive"), "False");
  ck_assert_str_eq (reason_of ("ScalingActive"), "FailedGetResourceMetric");
  ck_assert_str_eq (message_of ("ScalingActive"),
                    "the HPA was unable to compute the replica count: failed to get cpu "
                    "utilization: unable to get metrics for resource cpu: no metrics returned from "
                    "resource metrics API");
  ck_assert_str_eq (event_about ("web", "FailedComputeMetricsReplicas"),
                    "invalid metrics (1 invalid out of 1), first error is: failed to get cpu "
                    "resource metric value: failed to get cpu utilization: unable to get metrics "
                    "for resource cpu: no metrics returned from resource metrics API");
}
END_TEST

START_TEST (limits_hold_whatever_is_measured)
{
  static const struct
  {
    int replicas, least, most, expected;
    const char *why;
  } rows[] = {
    { 1, 3, 6, 3, "New size: 3; reason: Current number of replicas below Spec.MinReplicas" },
    { 5, 1, 2, 2, "New size: 2; reason: Current number of replicas above Spec.MaxReplicas" },
    { 0, 1, 6, 0, NULL },
  };

  launch_ready (1);
  deploy_with ("web", rows[_i].replicas, "", "'drydock.dev/cpu-usage':'unknown'");
  run_for (DD_MINUTE);
  autoscale (WEB, rows[_i].least, rows[_i].most, HALF, "");
  run_for (20 * DD_SECOND);
  ck_assert_int_eq (replicas_of (&kube_deployment), rows[_i].expected);
  if (rows[_i].why != NULL)
    ck_assert_str_eq (event_about ("web", "SuccessfulRescale"), rows[_i].why);
  else
    ck_assert_str_eq (reason_of ("ScalingActive"), "ScalingDisabled");
}
END_TEST

START_TEST (what_cannot_be_scaled_is_told)
{
  static const struct
  {
    const char *target, *message;
  } rows[] = {
    { "{'apiVersion':'apps/v1','kind':'Deployment','name':'gone'}",
      "deployments/scale.apps \"gone\" not found" },
    { "{'apiVersion':'apps/v1','kind':'DaemonSet','name':'web'}",
      "the server could not find the requested resource" },
    { "{'apiVersion':'rings.example.com/v1','kind':'Ring','name':'web'}",
      "no matches for kind \"Ring\" in group \"rings.example.com\"" },
  };

  autoscale (rows[_i].target, 1, 3, HALF, "");
  run_for (20 * DD_SECOND);
  ck_assert_str_eq (sim_condition_status (status (), "AbleToScale"), "False");
  ck_assert_str_eq (reason_of ("AbleToScale"), "FailedGetScale");
  ck_assert_str_eq (event_about ("web", "FailedGetScale"), rows[_i].message);
  ck_assert (g_str_has_suffix (message_of ("AbleToScale"), rows[_i].message));
}
END_TEST

START_TEST (pods_without_a_request_have_no_utilization)
{
  launch_ready (1);
  apply (json ("{'apiVersion':'apps/v1','kind':'Deployment','metadata':{'name':'web','namespace':"
               "'default'},'spec':{'replicas':1,'selector':{'matchLabels':{'app':'web'}},"
               "'template':{'metadata':{'labels':{'app':'web'}},'spec':{'containers':[{'name':"
               "'c','image':'i:1'}]}}}}"));
  run_for (DD_MINUTE);
  autoscale (WEB, 1, 3, HALF, "");
  run_for (20 * DD_SECOND);
  ck_assert_ptr_nonnull (
      strstr (message_of ("ScalingActive"), "missing request for cpu in container c of Pod web-"));
}
END_TEST

START_TEST (it_scales_whatever_has_a_scale)
{
  launch_ready (1);
  apply (json ("{'apiVersion':'apps/v1','kind':'StatefulSet','metadata':{'name':'web','namespace':"
               "'default'},'spec':{'replicas':1,'serviceName':'web','selector':{'matchLabels':{"
               "'app':'web'}},'template':{'metadata':{'labels':{'app':'web'},'annotations':{"
               "'drydock.dev/memory-usage':'300Mi'}},'spec':{'containers':[{'name':'c','image':"
               "'i:1'}]}}}}"));
  run_for (DD_MINUTE);
  autoscale ("{'apiVersion':'apps/v1','kind':'StatefulSet','name':'web'}", 1, 3,
             "{'type':'Resource','resource':{'name':'memory','target':{'type':'AverageValue',"
             "'averageValue':'100Mi'}}}",
             "");
  run_for (20 * DD_SECOND);
  ck_assert_int_eq (replicas_of (&kube_stateful_set), 3);
  ck_assert_str_eq (event_about ("web", "SuccessfulRescale"),
                    "New size: 3; reason: memory resource above target");
}
END_TEST

/* Its pods are those that its status selects. */
START_TEST (it_scales_a_custom_resource_where_its_definition_says)
{
  const KubeKind *sets;

  launch_ready (1);
  sets = define_ring_sets ("'scale':{'specReplicasPath':'.spec.size','statusReplicasPath':"
                           "'.status.size','labelSelectorPath':'.status.pods'}");
  apply (json ("{'apiVersion':'rings.example.com/v1','kind':'RingSet','metadata':{'name':'web',"
               "'namespace':'default'},'spec':{'size':1},'status':{'pods':'app in (web)'}}"));
  apply (json ("{'apiVersion':'v1','kind':'Pod','metadata':{'name':'web','namespace':'default',"
               "'labels':{'app':'web'},'annotations':{'drydock.dev/memory-usage':'300Mi'}},'spec':{"
               "'containers':[{'name':'c','image':'i:1'}]}}"));
  run_for (DD_MINUTE);
  autoscale ("{'apiVersion':'rings.example.com/v1','kind':'RingSet','name':'web'}", 1, 3,
             "{'type':'Resource','resource':{'name':'memory','target':{'type':'AverageValue',"
             "'averageValue':'100Mi'}}}",
             "");
  run_for (20 * DD_SECOND);
  ck_assert_int_eq (dd_value_path_int (stored (sets, "default", "web")->value, "spec.size", 0), 3);
  ck_assert_str_eq (event_about ("web", "SuccessfulRescale"),
                    "New size: 3; reason: memory resource above target");
}
END_TEST

START_TEST (the_metric_that_asks_for_most_counts_and_unknown_ones_forbid_fewer)
{
  launch_ready (1);
  deploy_with ("web", 2, "", "'drydock.dev/cpu-usage':'10m','drydock.dev/memory-usage':'96Mi'");
  run_for (DD_MINUTE);
  autoscale (WEB, 1, 6,
             HALF ",{'type':'Resource','resource':{'name':'memory','target':{'type':'Utilization',"
                  "'averageUtilization':75}}}",
             "");
  run_for (20 * DD_SECOND);
  ck_assert_int_eq (replicas_of (&kube_deployment), 4);
  merge (&kube_horizontal_pod_autoscaler, "default", "web",
         json ("{'spec':{'metrics':[" HALF ",{'type':'External','external':{'metric':{'name':"
               "'queue'},'target':{'type':'Value','value':'30'}}}]}}"));
  run_for (20 * DD_MINUTE);
  ck_assert_int_eq (replicas_of (&kube_deployment), 4);
  ck_assert_str_eq (reason_of ("ScalingActive"), "FailedGetExternalMetric");
}
END_TEST

START_TEST (two_autoscalers_of_one_target_do_nothing)
{
  launch_ready (1);
  deploy ("web", 3);
  run_for (DD_MINUTE);
  autoscale (WEB, 1, 6, HALF, "");
  apply (json ("{'apiVersion':'autoscaling/v2','kind':'HorizontalPodAutoscaler','metadata':{'name':"
               "'again','namespace':'default'},'spec':{'maxReplicas':3,'scaleTargetRef':" WEB
               "}}"));
  run_for (10 * DD_MINUTE);
  ck_assert_int_eq (replicas_of (&kube_deployment), 3);
  ck_assert_str_eq (message_of ("ScalingActive"), "pods by selector app=web are controlled by "
                                                  "multiple HPAs: [default/again default/web]");
  delete_with (&kube_horizontal_pod_autoscaler, "default", "again", NULL);
  run_for (6 * DD_MINUTE);
  ck_assert_int_eq (replicas_of (&kube_deployment), 1);
}
END_TEST

START_TEST (a_write_that_is_refused_is_told_and_made_again)
{
  const SimFault refusal = { .service = (char *) "kubernetes",
                             .operation = (char *) "update deployments/scale",
                             .by = (char *) "hpa",
                             .error = (char *) "Forbidden",
                             .times = 2 };
  gint64 before;

  sim_faults_add (world->stage->faults, &refusal);
  launch_ready (1);
  deploy ("web", 1);
  run_for (DD_MINUTE);
  before = replicas_of (&kube_deployment);
  autoscale (WEB, 2, 6, HALF, "");
  run_for (20 * DD_SECOND);
  ck_assert_int_eq (replicas_of (&kube_deployment), before);
  ck_assert_str_eq (reason_of ("AbleToScale"), "FailedUpdateScale");
  ck_assert_ptr_nonnull (event_about ("web", "FailedRescale"));
  run_for (30 * DD_SECOND);
  ck_assert_int_eq (replicas_of (&kube_deployment), 2);
}
END_TEST

/* ---- what is refused ---- */

START_TEST (what_makes_no_sense_is_refused)
{
  static const struct
  {
    const char *spec, *message;
  } rows[] = {
    { "'minReplicas':0,'maxReplicas':3",
      "spec.minReplicas: Invalid value: 0: must be greater than or equal to 1" },
    { "'maxReplicas':0", "spec.maxReplicas: Invalid value: 0: must be greater than 0" },
    { "'minReplicas':4,'maxReplicas':3",
      "spec.maxReplicas: Invalid value: 3: must be greater than or equal to `minReplicas`" },
    { "'maxReplicas':3,'metrics':[{'type':'Resource'}]",
      "must populate information for the given metric source" },
    { "'maxReplicas':3,'metrics':[" CPU ("'type':'Utilization'") "]",
      "must set either a target raw value or a target utilization" },
    { "'maxReplicas':3,'metrics':[" CPU ("'type':'Utilization','averageUtilization':0") "]",
      "Invalid value: 0: must be greater than 0" },
    { "'maxReplicas':3,'metrics':[" CPU ("'type':'AverageValue','averageValue':'0'") "]",
      "must be positive" },
    { "'maxReplicas':3,'behavior':{'scaleDown':{'stabilizationWindowSeconds':3601}}",
      "Invalid value: 3601: must be less than or equal to 3600" },
    { "'maxReplicas':3,'behavior':{'scaleUp':{'policies':[{'type':'Pods','value':1,"
      "'periodSeconds':1801}]}}",
      "Invalid value: 1801: must be less than or equal to 1800" },
    { "'maxReplicas':3,'behavior':{'scaleUp':{'policies':[{'type':'Some','value':1,"
      "'periodSeconds':60}]}}",
      "supported values: \"Percent\", \"Pods\"" },
  };
  g_autoptr (DdValue) object
      = json ("{'apiVersion':'autoscaling/v2','kind':'HorizontalPodAutoscaler','metadata':{'name':"
              "'web','namespace':'default'},'spec':{'scaleTargetRef':" WEB ",%s}}",
              rows[_i].spec);
  g_autoptr (GError) error = NULL;

  ck_assert_ptr_null (
      kube_create (api, &kube_horizontal_pod_autoscaler, "default", object, &error));
  ck_assert_msg (strstr (error->message, rows[_i].message) != NULL, "%s", error->message);
}
END_TEST

int
main (void)
{
  TCase *cases = tcase_create ("hpa");

  tcase_add_checked_fixture (cases, start_world, stop_world);
  tcase_add_loop_test (cases, what_is_used_asks_for_so_many_pods, 0, G_N_ELEMENTS (proposals));
  tcase_add_loop_test (cases, so_much_of_it_is_done_at_once, 0, G_N_ELEMENTS (steps));
  tcase_add_test (cases, it_looks_every_fifteen_seconds_and_first_after_as_many);
  tcase_add_test (cases, more_usage_brings_more_pods_and_less_takes_them_after_five_minutes);
  tcase_add_test (cases, it_rests_when_nothing_changes_and_remembers_what_it_found);
  tcase_add_test (cases, pods_that_say_nothing_use_nothing);
  tcase_add_test (cases, what_nobody_knows_changes_nothing);
  tcase_add_loop_test (cases, limits_hold_whatever_is_measured, 0, 3);
  tcase_add_loop_test (cases, what_cannot_be_scaled_is_told, 0, 3);
  tcase_add_test (cases, pods_without_a_request_have_no_utilization);
  tcase_add_test (cases, it_scales_whatever_has_a_scale);
  tcase_add_test (cases, it_scales_a_custom_resource_where_its_definition_says);
  tcase_add_test (cases, the_metric_that_asks_for_most_counts_and_unknown_ones_forbid_fewer);
  tcase_add_test (cases, two_autoscalers_of_one_target_do_nothing);
  tcase_add_test (cases, a_write_that_is_refused_is_told_and_made_again);
  tcase_add_loop_test (cases, what_makes_no_sense_is_refused, 0, 10);
  return run_cases (cases, "hpa");
}
