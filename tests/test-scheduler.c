/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "tests/actors-world.h"

/* A node that no kubelet runs: Ready for 40 seconds, which is enough to look at bindings. */
static void
node_with (const char *name, const char *labels, const char *spec, const char *allocatable)
{
  apply (json ("{'apiVersion':'v1','kind':'Node','metadata':{'name':'%s','labels':{"
               "'kubernetes.io/hostname':'%s'%s}},'spec':{%s},'status':{'capacity':{%s},"
               "'allocatable':{%s},'conditions':[{'type':'Ready','status':'True'}]}}",
               name, name, labels, spec, allocatable, allocatable));
}

static void
node (const char *name)
{
  node_with (name, "", "", "'cpu':'2','memory':'4Gi','pods':'10'");
}

static void
pod_with (const char *name, const char *spec)
{
  apply (json ("{'apiVersion':'v1','kind':'Pod','metadata':{'name':'%s','namespace':'default',"
               "'labels':{'app':'%s'}},'spec':{%s'containers':[{'name':'c','image':'img:1'}]}}",
               name, name, spec));
}

static void
pod_wanting (const char *name, const char *requests)
{
  apply (json ("{'apiVersion':'v1','kind':'Pod','metadata':{'name':'%s','namespace':'default'},"
               "'spec':{'containers':[{'name':'c','image':'img:1','resources':{'requests':{%s}}}]"
               "}}",
               name, requests));
}

static const char *
node_name (const char *pod)
{
  return kube_pod_view (stored (&kube_pod, "default", pod))->node_name;
}

static const char *
why (const char *pod)
{
  return event_about (pod, "FailedScheduling");
}

START_TEST (a_pod_is_bound_with_event_and_condition)
{
  const SimObject *pod;

  node ("n1");
  run_for (1 * DD_SECOND);
  pod_with ("p", "");
  run_for (1 * DD_SECOND);
  pod = stored (&kube_pod, "default", "p");
  ck_assert_str_eq (node_name ("p"), "n1");
  ck_assert_str_eq (sim_condition_status (dd_value_member (pod->value, "status"), "PodScheduled"),
                    "True");
  ck_assert_str_eq (event_about ("p", "Scheduled"), "Successfully assigned default/p to n1");
  ck_assert_ptr_nonnull (strstr (traced->str, "scheduler pod.bound default/p {\"node\":\"n1\"}"));
}
END_TEST

START_TEST (without_nodes_it_says_so)
{
  const SimObject *pod;

  pod_with ("p", "");
  run_for (1 * DD_SECOND);
  pod = stored (&kube_pod, "default", "p");
  ck_assert_str_eq (why ("p"), "no nodes available to schedule pods");
  ck_assert_str_eq (sim_condition_status (dd_value_member (pod->value, "status"), "PodScheduled"),
                    "False");
}
END_TEST

START_TEST (the_reasons_are_counted_and_sorted_as_text)
{
  node_with ("gpu1", "", "'taints':[{'key':'dedicated','value':'gpu','effect':'NoSchedule'}]",
             "'cpu':'2','memory':'4Gi','pods':'10'");
  node_with ("gpu2", "", "'taints':[{'key':'dedicated','value':'gpu','effect':'NoSchedule'}]",
             "'cpu':'2','memory':'4Gi','pods':'10'");
  node_with ("out", "", "'unschedulable':true", "'cpu':'2','memory':'4Gi','pods':'10'");
  node ("small");
  run_for (1 * DD_SECOND);
  pod_wanting ("big", "'cpu':'3','memory':'8Gi'");
  run_for (1 * DD_SECOND);
  ck_assert_str_eq (why ("big"),
                    "0/4 nodes are available: 1 Insufficient cpu, 1 Insufficient memory, "
                    "1 node(s) were unschedulable, 2 node(s) had untolerated taint {dedicated: "
                    "gpu}. preemption: 0/4 nodes are available: 1 No preemption victims found for "
                    "incoming pod, 3 Preemption is not helpful for scheduling.");
}
END_TEST

START_TEST (each_filter_gives_its_reason)
{
  const struct
  {
    const char *pod_spec, *reason;
  } rows[] = {
    { "'nodeSelector':{'disk':'ssd'},", "1 node(s) didn't match Pod's node affinity/selector" },
    { "'affinity':{'nodeAffinity':{'requiredDuringSchedulingIgnoredDuringExecution':{"
      "'nodeSelectorTerms':[{'matchFields':[{'key':'metadata.name','operator':'In','values':["
      "'other']}]}]}}},",
      "1 node(s) didn't match Pod's node affinity/selector" },
    { "'topologySpreadConstraints':[{'maxSkew':1,'topologyKey':'rack','whenUnsatisfiable':"
      "'DoNotSchedule','labelSelector':{'matchLabels':{'app':'web'}}}],",
      "1 node(s) didn't match pod topology spread constraints (missing required label)" },
    { "'affinity':{'podAffinity':{'requiredDuringSchedulingIgnoredDuringExecution':[{"
      "'topologyKey':'kubernetes.io/hostname','labelSelector':{'matchLabels':{'app':'nobody'}}}]}}"
      ",",
      "1 node(s) didn't match pod affinity rules" },
  };

  node ("n1");
  run_for (1 * DD_SECOND);
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autofree char *name = g_strdup_printf ("p%u", i);
      g_autofree char *message = g_strdup_printf (
          "0/1 nodes are available: %s. preemption: 0/1 nodes are available: 1 Preemption is not "
          "helpful for scheduling.",
          rows[i].reason);

      pod_with (name, rows[i].pod_spec);
      run_for (1 * DD_SECOND);
      ck_assert_str_eq (why (name), message);
    }
}
END_TEST

START_TEST (requests_are_summed_and_given_back)
{
  node ("n1");
  run_for (1 * DD_SECOND);
  pod_wanting ("first", "'cpu':'1500m'");
  run_for (1 * DD_SECOND);
  ck_assert_str_eq (node_name ("first"), "n1");
  pod_wanting ("second", "'cpu':'1'");
  run_for (1 * DD_SECOND);
  ck_assert_ptr_null (node_name ("second"));
  ck_assert_ptr_nonnull (strstr (why ("second"), "1 Insufficient cpu"));
  {
    KubeDelete now = { .grace_seconds = 0 };
    g_autoptr (SimObject) gone = kube_delete (api, &kube_pod, "default", "first", &now, NULL);

    ck_assert_ptr_nonnull (gone);
  }
  run_for (3 * DD_SECOND); /* the back-off of one failed attempt is a second */
  ck_assert_str_eq (node_name ("second"), "n1");
}
END_TEST

START_TEST (the_number_of_pods_is_limited)
{
  node_with ("n1", "", "", "'cpu':'2','memory':'4Gi','pods':'1'");
  run_for (1 * DD_SECOND);
  pod_with ("one", "");
  pod_with ("two", "");
  run_for (1 * DD_SECOND);
  ck_assert_str_eq (node_name ("one"), "n1");
  ck_assert_ptr_nonnull (strstr (why ("two"), "1 Too many pods"));
}
END_TEST

START_TEST (extended_resources_count)
{
  node_with ("n1", "", "", "'cpu':'2','memory':'4Gi','pods':'9','nvidia.com/gpu':'1'");
  run_for (1 * DD_SECOND);
  apply (json ("{'apiVersion':'v1','kind':'Pod','metadata':{'name':'g1','namespace':'default'},"
               "'spec':{'containers':[{'name':'c','image':'i','resources':{'limits':{"
               "'nvidia.com/gpu':'1'},'requests':{'nvidia.com/gpu':'1'}}}]}}"));
  run_for (1 * DD_SECOND);
  ck_assert_str_eq (node_name ("g1"), "n1");
  apply (json ("{'apiVersion':'v1','kind':'Pod','metadata':{'name':'g2','namespace':'default'},"
               "'spec':{'containers':[{'name':'c','image':'i','resources':{'limits':{"
               "'nvidia.com/gpu':'1'},'requests':{'nvidia.com/gpu':'1'}}}]}}"));
  run_for (1 * DD_SECOND);
  ck_assert_ptr_nonnull (strstr (why ("g2"), "1 Insufficient nvidia.com/gpu"));
}
END_TEST

START_TEST (host_ports_clash)
{
  node ("n1");
  run_for (1 * DD_SECOND);
  for (guint i = 0; i < 2; i++)
    apply (json ("{'apiVersion':'v1','kind':'Pod','metadata':{'name':'p%u','namespace':'default'},"
                 "'spec':{'containers':[{'name':'c','image':'i','ports':[{'containerPort':80,"
                 "'hostPort':80}]}]}}",
                 i));
  run_for (1 * DD_SECOND);
  ck_assert_str_eq (node_name ("p0"), "n1");
  ck_assert_ptr_nonnull (
      strstr (why ("p1"), "1 node(s) didn't have free ports for the requested pod ports"));
}
END_TEST

START_TEST (a_toleration_opens_a_cordoned_node)
{
  node_with ("n1", "", "'unschedulable':true", "'cpu':'2','memory':'4Gi','pods':'10'");
  run_for (1 * DD_SECOND);
  pod_with ("no", "");
  pod_with ("yes", "'tolerations':[{'operator':'Exists'}],");
  run_for (1 * DD_SECOND);
  ck_assert_ptr_null (node_name ("no"));
  ck_assert_ptr_nonnull (strstr (why ("no"), "1 node(s) were unschedulable"));
  ck_assert_str_eq (node_name ("yes"), "n1");
}
END_TEST

START_TEST (an_uncordon_wakes_the_parked)
{
  node_with ("n1", "", "'unschedulable':true", "'cpu':'2','memory':'4Gi','pods':'10'");
  run_for (1 * DD_SECOND);
  pod_with ("p", "");
  run_for (5 * DD_SECOND);
  ck_assert_ptr_null (node_name ("p"));
  merge (&kube_node, "", "n1", json ("{'spec':{'unschedulable':null}}"));
  run_for (2 * DD_SECOND);
  ck_assert_str_eq (node_name ("p"), "n1");
}
END_TEST

START_TEST (a_parked_pod_is_not_tried_without_a_reason)
{
  guint64 events;

  pod_with ("p", "");
  run_for (5 * DD_SECOND);
  events = sim_clock_events (world->stage->clock);
  run_for (30 * DD_MINUTE);
  ck_assert_uint_eq (sim_clock_events (world->stage->clock), events);
}
END_TEST

START_TEST (anti_affinity_keeps_pods_apart_both_ways)
{
  static const char apart[]
      = "'affinity':{'podAntiAffinity':{'requiredDuringSchedulingIgnoredDuringExecution':[{"
        "'topologyKey':'kubernetes.io/hostname','labelSelector':{'matchLabels':{'app':'shy'}}}]}},";

  node ("n1");
  run_for (1 * DD_SECOND);
  pod_with ("shy", "");
  run_for (1 * DD_SECOND);
  pod_with ("loner", apart);
  run_for (1 * DD_SECOND);
  ck_assert_ptr_nonnull (strstr (why ("loner"), "1 node(s) didn't match pod anti-affinity rules"));
  node ("n2");
  run_for (3 * DD_SECOND);
  ck_assert_str_eq (node_name ("loner"), "n2");
  merge (&kube_node, "", "n1", json ("{'spec':{'unschedulable':true}}"));
  apply (json ("{'apiVersion':'v1','kind':'Pod','metadata':{'name':'shy2','namespace':'default',"
               "'labels':{'app':'shy'}},'spec':{'containers':[{'name':'c','image':'i'}]}}"));
  run_for (1 * DD_SECOND);
  ck_assert_ptr_nonnull (
      strstr (why ("shy2"), "1 node(s) didn't satisfy existing pods anti-affinity rules"));
}
END_TEST

START_TEST (a_hard_spread_keeps_the_skew)
{
  static const char even[]
      = "'topologySpreadConstraints':[{'maxSkew':1,'topologyKey':'topology.kubernetes.io/zone',"
        "'whenUnsatisfiable':'DoNotSchedule','labelSelector':{'matchLabels':{'app':'web'}}}],";
  guint counts[3] = { 0 };

  node_with ("a", ",'topology.kubernetes.io/zone':'za'", "",
             "'cpu':'9','memory':'9Gi','pods':'99'");
  node_with ("b", ",'topology.kubernetes.io/zone':'zb'", "",
             "'cpu':'9','memory':'9Gi','pods':'99'");
  node_with ("c", ",'topology.kubernetes.io/zone':'zc'", "'unschedulable':true",
             "'cpu':'9','memory':'9Gi','pods':'99'");
  run_for (1 * DD_SECOND);
  deploy_with ("web", 6, even, "");
  run_for (3 * DD_SECOND);
  {
    g_autoptr (GPtrArray) pods = pods_of ("web");

    for (guint i = 0; i < pods->len; i++)
      {
        const char *at = kube_pod_view (g_ptr_array_index (pods, i))->node_name;

        counts[at == NULL ? 2 : at[0] - 'a']++;
      }
  }
  /* A cordoned zone still counts as empty: one pod each elsewhere is all that fits. */
  ck_assert_uint_eq (counts[0], 1);
  ck_assert_uint_eq (counts[1], 1);
  ck_assert_uint_eq (counts[2], 4);
}
END_TEST

/* The mark of an outdated node, without evicting what is there. */
#define MARK "{'spec':{'taints':[{'key':'old','effect':'NoSchedule'}]}}"

static void
place_two_beside_a_marked_node (const char *name, const char *policy)
{
  g_autofree char *spread = g_strdup_printf (
      "'topologySpreadConstraints':[{'maxSkew':1,'topologyKey':'kubernetes.io/hostname',%s"
      "'whenUnsatisfiable':'DoNotSchedule','labelSelector':{'matchLabels':{'app':'%s'}}}],",
      policy, name);

  deploy_with (name, 2, spread, "");
  run_for (3 * DD_SECOND);
}

static guint
count_bound (const char *name)
{
  g_autoptr (GPtrArray) pods = pods_of (name);
  guint bound = 0;

  for (guint i = 0; i < pods->len; i++)
    bound += kube_pod_view (g_ptr_array_index (pods, i))->node_name != NULL;
  return bound;
}

START_TEST (a_spread_may_leave_tainted_nodes_out)
{
  node_with ("a", "", "", "'cpu':'9','memory':'9Gi','pods':'99'");
  node_with ("b", "", "", "'cpu':'9','memory':'9Gi','pods':'99'");
  run_for (1 * DD_SECOND);
  merge (&kube_node, "", "a", json (MARK));
  place_two_beside_a_marked_node ("plain", "");
  place_two_beside_a_marked_node ("honest", "'nodeTaintsPolicy':'Honor',");
  ck_assert_uint_eq (count_bound ("plain"), 1);
  ck_assert_uint_eq (count_bound ("honest"), 2);
}
END_TEST

START_TEST (a_spread_may_count_nodes_that_affinity_rules_out)
{
  node_with ("a", "", "", "'cpu':'9','memory':'9Gi','pods':'99'");
  node_with ("b", ",'disk':'ssd'", "", "'cpu':'9','memory':'9Gi','pods':'99'");
  run_for (1 * DD_SECOND);
  deploy_with ("honest", 2,
               "'nodeSelector':{'disk':'ssd'},'topologySpreadConstraints':[{'maxSkew':1,"
               "'topologyKey':'kubernetes.io/hostname','whenUnsatisfiable':'DoNotSchedule',"
               "'labelSelector':{'matchLabels':{'app':'honest'}}}],",
               "");
  deploy_with ("plain", 2,
               "'nodeSelector':{'disk':'ssd'},'topologySpreadConstraints':[{'maxSkew':1,"
               "'topologyKey':'kubernetes.io/hostname','whenUnsatisfiable':'DoNotSchedule',"
               "'nodeAffinityPolicy':'Ignore','labelSelector':{'matchLabels':{'app':'plain'}}}],",
               "");
  run_for (3 * DD_SECOND);
  ck_assert_uint_eq (count_bound ("honest"), 2);
  ck_assert_uint_eq (count_bound ("plain"), 1);
}
END_TEST

/* A pod of that name and labels that stays off nodes with what TERM means. */
static void
pod_apart (const char *namespace_, const char *name, const char *labels, const char *term)
{
  apply (json ("{'apiVersion':'v1','kind':'Pod','metadata':{'name':'%s','namespace':'%s','labels':{"
               "%s}},'spec':{'affinity':{'podAntiAffinity':{"
               "'requiredDuringSchedulingIgnoredDuringExecution':[{'topologyKey':"
               "'kubernetes.io/hostname',%s}]}},'containers':[{'name':'c','image':'i'}]}}",
               name, namespace_, labels, term));
}

START_TEST (a_namespace_selector_looks_elsewhere)
{
  static const struct
  {
    const char *scope;
    gboolean refused;
  } rows[] = {
    { "", FALSE },
    { ",'namespaceSelector':{}", TRUE },
    { ",'namespaceSelector':{'matchLabels':{'team':'red'}}", TRUE },
    { ",'namespaceSelector':{'matchLabels':{'team':'blue'}}", FALSE },
    { ",'namespaceSelector':{'matchLabels':{'team':'blue'}},'namespaces':['other']", TRUE },
  };
  g_autofree char *term
      = g_strconcat ("'labelSelector':{'matchLabels':{'app':'gw'}}", rows[_i].scope, NULL);

  node ("n1");
  apply (json ("{'apiVersion':'v1','kind':'Namespace','metadata':{'name':'other','labels':{'team':"
               "'red'}}}"));
  run_for (1 * DD_SECOND);
  apply (json ("{'apiVersion':'v1','kind':'Pod','metadata':{'name':'gw','namespace':'other',"
               "'labels':{'app':'gw'}},'spec':{'containers':[{'name':'c','image':'i'}]}}"));
  run_for (1 * DD_SECOND);
  pod_apart ("default", "gw", "'app':'gw'", term);
  run_for (1 * DD_SECOND);
  ck_assert_int_eq (node_name ("gw") == NULL, rows[_i].refused);
}
END_TEST

START_TEST (label_keys_narrow_an_affinity_term)
{
  static const struct
  {
    const char *keys, *version;
    gboolean refused;
  } rows[] = {
    { "'matchLabelKeys':['v']", "1", TRUE },      { "'matchLabelKeys':['v']", "2", FALSE },
    { "'mismatchLabelKeys':['v']", "1", FALSE },  { "'mismatchLabelKeys':['v']", "2", TRUE },
    { "'matchLabelKeys':['absent']", "2", TRUE },
  };
  g_autofree char *term
      = g_strdup_printf ("'labelSelector':{'matchLabels':{'app':'gw'}},%s", rows[_i].keys);
  g_autofree char *labels = g_strdup_printf ("'app':'gw','v':'%s'", rows[_i].version);

  node ("n1");
  apply (json ("{'apiVersion':'v1','kind':'Pod','metadata':{'name':'first','namespace':'default',"
               "'labels':{'app':'gw','v':'1'}},'spec':{'containers':[{'name':'c','image':'i'}]}}"));
  run_for (2 * DD_SECOND);
  pod_apart ("default", "second", labels, term);
  run_for (1 * DD_SECOND);
  ck_assert_int_eq (node_name ("second") == NULL, rows[_i].refused);
}
END_TEST

START_TEST (init_containers_count_for_every_resource)
{
  node_with ("n1", "", "", "'cpu':'9','memory':'9Gi','pods':'99','example.com/gpu':'2'");
  run_for (1 * DD_SECOND);
  pod_with ("one", "'initContainers':[{'name':'i','image':'i','resources':{'limits':{"
                   "'example.com/gpu':'1'}}},{'name':'side','image':'i','restartPolicy':'Always',"
                   "'resources':{'limits':{'example.com/gpu':'1'}}}],");
  run_for (1 * DD_SECOND);
  pod_with ("two", "'initContainers':[{'name':'i','image':'i','resources':{'limits':{"
                   "'example.com/gpu':'2'}}}],");
  run_for (1 * DD_SECOND);
  ck_assert_str_eq (node_name ("one"), "n1");
  ck_assert_ptr_nonnull (strstr (why ("two"), "1 Insufficient example.com/gpu"));
}
END_TEST

START_TEST (ephemeral_storage_counts)
{
  node_with ("n1", "", "", "'cpu':'9','memory':'9Gi','pods':'99','ephemeral-storage':'10Gi'");
  run_for (1 * DD_SECOND);
  pod_wanting ("one", "'ephemeral-storage':'6Gi'");
  run_for (1 * DD_SECOND);
  pod_wanting ("two", "'ephemeral-storage':'6Gi'");
  run_for (1 * DD_SECOND);
  ck_assert_str_eq (node_name ("one"), "n1");
  ck_assert_ptr_nonnull (strstr (why ("two"), "1 Insufficient ephemeral-storage"));
}
END_TEST

START_TEST (host_ports_of_different_addresses_do_not_clash)
{
#define PORT(address) \
  "'containers':[{'name':'p','image':'i','ports':[{'containerPort':80,'hostPort':80," address \
  "'protocol':'TCP'}]}],"
  static const char *const specs[] = { PORT ("'hostIP':'10.0.0.1',"), PORT ("'hostIP':'10.0.0.2',"),
                                       PORT ("'hostIP':'10.0.0.1',"), PORT ("") };
  static const gboolean bound[] = { TRUE, TRUE, FALSE, FALSE };

  node ("n1");
  run_for (1 * DD_SECOND);
  for (guint i = 0; i < G_N_ELEMENTS (specs); i++)
    {
      g_autofree char *name = g_strdup_printf ("p%u", i);

      apply (json ("{'apiVersion':'v1','kind':'Pod','metadata':{'name':'%s','namespace':'default'},"
                   "'spec':{%s'nodeSelector':{}}}",
                   name, specs[i]));
      run_for (1 * DD_SECOND);
      ck_assert_int_eq (node_name (name) != NULL, bound[i]);
    }
}
END_TEST

START_TEST (pods_of_one_owner_are_spread_over_zones_and_nodes)
{
  guint per_zone[3] = { 0 };

  for (guint i = 0; i < 6; i++)
    {
      g_autofree char *name = g_strdup_printf ("n%u", i);
      g_autofree char *zone = g_strdup_printf (",'topology.kubernetes.io/zone':'z%u'", i % 3);

      node_with (name, zone, "", "'cpu':'4','memory':'16Gi','pods':'99'");
    }
  run_for (1 * DD_SECOND);
  deploy ("web", 6);
  run_for (2 * DD_SECOND);
  {
    g_autoptr (GPtrArray) pods = pods_of ("web");

    ck_assert_uint_eq (pods->len, 6);
    for (guint i = 0; i < pods->len; i++)
      per_zone[(kube_pod_view (g_ptr_array_index (pods, i))->node_name[1] - '0') % 3]++;
  }
  for (guint i = 0; i < 3; i++)
    ck_assert_uint_eq (per_zone[i], 2);
}
END_TEST

START_TEST (priority_goes_first)
{
  node_with ("n1", "", "", "'cpu':'2','memory':'4Gi','pods':'1'");
  run_for (1 * DD_SECOND);
  pod_with ("low", "");
  pod_with ("high", "'priorityClassName':'system-node-critical',");
  run_for (1 * DD_SECOND);
  ck_assert_str_eq (node_name ("high"), "n1");
  ck_assert_ptr_null (node_name ("low"));
}
END_TEST

/* ---- preemption ---- */

static void
priority_class (const char *name, int value, const char *policy)
{
  apply (json ("{'apiVersion':'scheduling.k8s.io/v1','kind':'PriorityClass','metadata':{'name':'%s'"
               "},'value':%d,'preemptionPolicy':'%s'}",
               name, value, policy));
}

static const char *
nominated_node (const char *pod)
{
  return dd_value_path_string (stored (&kube_pod, "default", pod)->value,
                               "status.nominatedNodeName");
}

static gboolean
is_leaving (const char *pod)
{
  const SimObject *found = stored (&kube_pod, "default", pod);

  return found == NULL || kube_pod_view (found)->terminating;
}

/* Nobody runs these nodes, so that a victim stays terminating. */
START_TEST (a_higher_class_takes_the_place_of_a_lower_one)
{
  const SimObject *victim, *winner;
  g_autofree char *message = NULL;
  const DdValue *condition;

  priority_class ("high", 1000, "PreemptLowerPriority");
  node_with ("n1", "", "", "'cpu':'2','memory':'4Gi','pods':'1'");
  run_for (1 * DD_SECOND);
  pod_with ("low", "");
  run_for (1 * DD_SECOND);
  pod_with ("high", "'priorityClassName':'high',");
  run_for (500 * DD_MILLISECOND);
  winner = stored (&kube_pod, "default", "high");
  victim = stored (&kube_pod, "default", "low");
  condition = sim_condition_find (dd_value_member (victim->value, "status"), "DisruptionTarget");
  message = g_strdup_printf ("Preempted by pod %s on node n1", winner->uid);
  ck_assert_str_eq (nominated_node ("high"), "n1");
  ck_assert_str_eq (why ("high"), "0/1 nodes are available: 1 Too many pods.");
  ck_assert (kube_pod_view (victim)->terminating);
  ck_assert_str_eq (dd_value_path_string (condition, "reason"), "PreemptionByScheduler");
  ck_assert_str_eq (dd_value_path_string (condition, "message"),
                    "default-scheduler: preempting to accommodate a higher priority pod");
  ck_assert_str_eq (event_about ("low", "Preempted"), message);
  ck_assert_uint_eq (count_traced ("scheduler pod.preempted default/low"), 1);
  ck_assert_uint_eq (count_traced ("not-modelled"), 0);
}
END_TEST

START_TEST (while_its_victims_leave_it_takes_no_more)
{
  priority_class ("high", 1000, "PreemptLowerPriority");
  node_with ("n1", "", "", "'cpu':'2','memory':'4Gi','pods':'1'");
  node_with ("n2", "", "", "'cpu':'2','memory':'4Gi','pods':'1'");
  run_for (1 * DD_SECOND);
  pod_with ("low1", "");
  pod_with ("low2", "");
  run_for (1 * DD_SECOND);
  pod_with ("high", "'priorityClassName':'high',");
  run_for (1 * DD_SECOND);
  apply (json ("{'apiVersion':'v1','kind':'Node','metadata':{'name':'n3','labels':{}},"
               "'spec':{'unschedulable':true}}"));
  run_for (2 * DD_SECOND);
  ck_assert_str_eq (why ("high"),
                    "0/3 nodes are available: 1 node(s) were unschedulable, 2 Too many pods. "
                    "preemption: not eligible due to a terminating pod on the nominated node.");
  ck_assert_uint_eq (count_traced ("scheduler pod.preempted"), 1);
  ck_assert_ptr_nonnull (nominated_node ("high"));
}
END_TEST

/* Rows: what makes one node the smaller loss. Source: pickOneNodeForPreemption's order of
 * questions; each row is decided by the one that it names. */
START_TEST (the_smallest_loss_is_chosen)
{
  static const struct
  {
    const char *question;
    const char *on_first, *on_second; /* priority classes of the pods there */
    gboolean first_has_budget;
    const char *leaves; /* "first" or "second" */
  } rows[] = {
    { "budgets", "none", "low", TRUE, "second" },
    { "the highest victim", "low", "none", FALSE, "second" },
    { "the highest victim", "none", "low", FALSE, "first" },
  };

  priority_class ("low", 10, "PreemptLowerPriority");
  priority_class ("none", 1, "PreemptLowerPriority");
  priority_class ("high", 1000, "PreemptLowerPriority");
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      const char *names[] = { "first", "second" };
      const char *classes[] = { rows[i].on_first, rows[i].on_second };

      stop_world ();
      start_world ();
      priority_class ("low", 10, "PreemptLowerPriority");
      priority_class ("none", 1, "PreemptLowerPriority");
      priority_class ("high", 1000, "PreemptLowerPriority");
      if (rows[i].first_has_budget)
        budget ("first", "'maxUnavailable':0");
      for (guint j = 0; j < 2; j++)
        {
          g_autofree char *spec = g_strdup_printf ("'priorityClassName':'%s','nodeSelector':{"
                                                   "'kubernetes.io/hostname':'%s'},",
                                                   classes[j], names[j]);

          node_with (names[j], "", "", "'cpu':'2','memory':'4Gi','pods':'1'");
          pod_with (names[j], spec);
        }
      run_for (1 * DD_SECOND);
      pod_with ("high", "'priorityClassName':'high',");
      run_for (500 * DD_MILLISECOND);
      ck_assert_msg (is_leaving (rows[i].leaves), "row %u: %s", i, rows[i].question);
      ck_assert_uint_eq (count_traced ("scheduler pod.preempted"), 1);
    }
}
END_TEST

START_TEST (only_as_many_as_must_go_do)
{
  priority_class ("low", 10, "PreemptLowerPriority");
  priority_class ("high", 1000, "PreemptLowerPriority");
  node_with ("n1", "", "", "'cpu':'2','memory':'4Gi','pods':'3'");
  run_for (1 * DD_SECOND);
  pod_with ("a", "'priorityClassName':'low',");
  pod_with ("b", "");
  pod_with ("c", "'priorityClassName':'low',");
  run_for (1 * DD_SECOND);
  pod_with ("high", "'priorityClassName':'high',");
  run_for (500 * DD_MILLISECOND);
  ck_assert (is_leaving ("b"));
  ck_assert (!is_leaving ("a"));
  ck_assert (!is_leaving ("c"));
}
END_TEST

START_TEST (a_class_that_never_preempts_waits)
{
  priority_class ("patient", 1000, "Never");
  node_with ("n1", "", "", "'cpu':'2','memory':'4Gi','pods':'1'");
  run_for (1 * DD_SECOND);
  pod_with ("low", "");
  run_for (1 * DD_SECOND);
  pod_with ("high", "'priorityClassName':'patient',");
  run_for (1 * DD_SECOND);
  ck_assert (!is_leaving ("low"));
  ck_assert_str_eq (why ("high"), "0/1 nodes are available: 1 Too many pods. preemption: not "
                                  "eligible due to preemptionPolicy=Never.");
}
END_TEST

START_TEST (victims_of_an_anti_affinity_are_named_as_not_modelled)
{
  priority_class ("high", 1000, "PreemptLowerPriority");
  node ("n1");
  run_for (1 * DD_SECOND);
  pod_with ("low", "'affinity':{'podAntiAffinity':{'requiredDuringSchedulingIgnoredDuringExecution'"
                   ":[{'topologyKey':'kubernetes.io/hostname','labelSelector':{'matchLabels':{"
                   "'app':'high'}}}]}},");
  run_for (1 * DD_SECOND);
  pod_with ("high", "'priorityClassName':'high',");
  run_for (10 * DD_SECOND);
  ck_assert_uint_eq (count_traced ("scheduler not-modelled default/high"), 1);
}
END_TEST

START_TEST (the_largest_cluster_examines_a_share_of_its_nodes)
{
  for (guint i = 0; i < 400; i++)
    {
      g_autofree char *name = g_strdup_printf ("n%03u", i);

      node (name);
    }
  run_for (1 * DD_SECOND);
  deploy ("web", 400);
  run_for (5 * DD_SECOND);
  {
    g_autoptr (GPtrArray) pods = pods_of ("web");
    g_autoptr (GHashTable) used = g_hash_table_new (g_str_hash, g_str_equal);

    for (guint i = 0; i < pods->len; i++)
      g_hash_table_add (used, (gpointer) kube_pod_view (g_ptr_array_index (pods, i))->node_name);
    /* The search goes round, so no part of the cluster is forgotten. */
    ck_assert_uint_ge (g_hash_table_size (used), 350);
  }
}
END_TEST

int
main (void)
{
  TCase *cases = tcase_create ("scheduler");

  tcase_add_checked_fixture (cases, start_world, stop_world);
  tcase_add_test (cases, a_pod_is_bound_with_event_and_condition);
  tcase_add_test (cases, without_nodes_it_says_so);
  tcase_add_test (cases, the_reasons_are_counted_and_sorted_as_text);
  tcase_add_test (cases, each_filter_gives_its_reason);
  tcase_add_test (cases, requests_are_summed_and_given_back);
  tcase_add_test (cases, the_number_of_pods_is_limited);
  tcase_add_test (cases, extended_resources_count);
  tcase_add_test (cases, host_ports_clash);
  tcase_add_test (cases, a_toleration_opens_a_cordoned_node);
  tcase_add_test (cases, an_uncordon_wakes_the_parked);
  tcase_add_test (cases, a_parked_pod_is_not_tried_without_a_reason);
  tcase_add_test (cases, anti_affinity_keeps_pods_apart_both_ways);
  tcase_add_test (cases, a_hard_spread_keeps_the_skew);
  tcase_add_test (cases, a_spread_may_leave_tainted_nodes_out);
  tcase_add_test (cases, a_spread_may_count_nodes_that_affinity_rules_out);
  tcase_add_loop_test (cases, a_namespace_selector_looks_elsewhere, 0, 5);
  tcase_add_loop_test (cases, label_keys_narrow_an_affinity_term, 0, 5);
  tcase_add_test (cases, init_containers_count_for_every_resource);
  tcase_add_test (cases, ephemeral_storage_counts);
  tcase_add_test (cases, host_ports_of_different_addresses_do_not_clash);
  tcase_add_test (cases, pods_of_one_owner_are_spread_over_zones_and_nodes);
  tcase_add_test (cases, priority_goes_first);
  tcase_add_test (cases, a_higher_class_takes_the_place_of_a_lower_one);
  tcase_add_test (cases, while_its_victims_leave_it_takes_no_more);
  tcase_add_test (cases, the_smallest_loss_is_chosen);
  tcase_add_test (cases, only_as_many_as_must_go_do);
  tcase_add_test (cases, a_class_that_never_preempts_waits);
  tcase_add_test (cases, victims_of_an_anti_affinity_are_named_as_not_modelled);
  tcase_add_test (cases, the_largest_cluster_examines_a_share_of_its_nodes);
  return run_cases (cases, "scheduler");
}
