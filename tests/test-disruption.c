/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "tests/actors-world.h"
#include "sim/kube/kinds/pod.h"

static const DdValue *
status_of (const char *name)
{
  return dd_value_member (stored (&kube_pod_disruption_budget, "default", name)->value, "status");
}

#define ck_assert_budget(name, expected, desired, healthy, allowed) \
  G_STMT_START \
  { \
    const DdValue *its_ = status_of (name); \
    ck_assert_int_eq (dd_value_path_int (its_, "expectedPods", -1), expected); \
    ck_assert_int_eq (dd_value_path_int (its_, "desiredHealthy", -1), desired); \
    ck_assert_int_eq (dd_value_path_int (its_, "currentHealthy", -1), healthy); \
    ck_assert_int_eq (dd_value_path_int (its_, "disruptionsAllowed", -1), allowed); \
  } \
  G_STMT_END

START_TEST (each_rule_gives_its_figures)
{
  const struct
  {
    const char *rule;
    int desired, allowed;
  } rows[] = {
    { "'minAvailable':2", 2, 5 },       { "'minAvailable':7", 7, 0 },
    { "'minAvailable':'50%'", 4, 3 }, /* rounded up */
    { "'maxUnavailable':1", 6, 1 },     { "'maxUnavailable':0", 7, 0 },
    { "'maxUnavailable':'30%'", 4, 3 }, /* rounded up as well */
  };

  launch_ready (3);
  deploy ("web", 7);
  run_for (30 * DD_SECOND);
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      budget ("web", rows[i].rule);
      run_for (1 * DD_SECOND);
      ck_assert_budget ("web", 7, rows[i].desired, 7, rows[i].allowed);
      ck_assert_str_eq (sim_condition_status (status_of ("web"), "DisruptionAllowed"),
                        rows[i].allowed > 0 ? "True" : "False");
      delete_with (&kube_pod_disruption_budget, "default", "web", NULL);
      run_for (1 * DD_SECOND);
    }
}
END_TEST

START_TEST (an_eviction_is_counted_at_once_and_given_back_when_replaced)
{
  KubeDelete options = KUBE_DELETE_DEFAULT;
  g_autofree char *name = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) pods = NULL;

  launch_ready (3);
  deploy ("web", 3);
  budget ("web", "'minAvailable':2");
  run_for (30 * DD_SECOND);
  ck_assert_budget ("web", 3, 2, 3, 1);
  pods = pods_of ("web");
  name = g_strdup (((SimObject *) g_ptr_array_index (pods, 0))->name);
  ck_assert (kube_evict (api, "default", name, &options, &error));
  ck_assert_int_eq (dd_value_path_int (status_of ("web"), "disruptionsAllowed", -1), 0);
  ck_assert (!kube_evict (api, "default", ((SimObject *) g_ptr_array_index (pods, 1))->name,
                          &options, &error));
  ck_assert (g_error_matches (error, KUBE_ERROR, KUBE_TOO_MANY_REQUESTS));
  run_for (500 * DD_MILLISECOND);
  ck_assert_int_eq (dd_value_path_int (status_of ("web"), "currentHealthy", -1), 2);
  ck_assert_ptr_null (dd_value_path (status_of ("web"), "disruptedPods"));
  run_for (30 * DD_SECOND);
  ck_assert_budget ("web", 3, 2, 3, 1);
}
END_TEST

START_TEST (an_eviction_that_never_happens_is_forgotten_after_two_minutes)
{
  g_autofree char *name = NULL;

  launch_ready (1);
  deploy ("web", 2);
  budget ("web", "'minAvailable':1");
  run_for (30 * DD_SECOND);
  name = g_strdup (first_pod ("web")->name);
  {
    SimObject *held = stored (&kube_pod_disruption_budget, "default", "web");
    g_autoptr (DdValue) evicted = dd_object (name, sim_now_value (world->stage), NULL);
    DdValue *status = dd_value_with_member (dd_value_member (held->value, "status"),
                                            "disruptedPods", dd_value_ref (evicted));
    g_autoptr (SimObject) written = NULL;

    written = kube_set_status (api, held, status);
  }
  run_for (1 * DD_SECOND);
  ck_assert_budget ("web", 2, 1, 1, 0);
  run_for (2 * DD_MINUTE);
  ck_assert_budget ("web", 2, 1, 2, 1);
  ck_assert_ptr_nonnull (event_about (name, "NotDeleted"));
}
END_TEST

START_TEST (the_deployment_not_its_pods_says_how_many_there_should_be)
{
  launch_ready (1);
  deploy ("web", 2);
  budget ("web", "'maxUnavailable':1");
  run_for (30 * DD_SECOND);
  merge (&kube_deployment, "default", "web", json ("{'spec':{'replicas':60}}"));
  run_for (60 * DD_SECOND); /* 29 pods fit on the node */
  ck_assert_int_eq (dd_value_path_int (status_of ("web"), "expectedPods", -1), 60);
  ck_assert_int_eq (dd_value_path_int (status_of ("web"), "disruptionsAllowed", -1), 0);
}
END_TEST

START_TEST (without_pods_nothing_is_expected)
{
  budget ("nobody", "'minAvailable':1");
  run_for (1 * DD_SECOND);
  ck_assert_budget ("nobody", 0, 1, 0, 0);
  ck_assert_str_eq (event_about ("nobody", "NoPods"), "No matching pods found");
}
END_TEST

START_TEST (a_controller_without_scale_closes_the_budget)
{
  launch_ready (1);
  apply (json ("{'apiVersion':'apps/v1','kind':'DaemonSet','metadata':{'name':'agent','namespace':"
               "'default'},'spec':{'selector':{'matchLabels':{'app':'agent'}},'template':{"
               "'metadata':{'labels':{'app':'agent'}},'spec':{'containers':[{'name':'c','image':"
               "'d:1'}]}}}}"));
  budget ("agent", "'maxUnavailable':1");
  run_for (30 * DD_SECOND);
  ck_assert_int_eq (dd_value_path_int (status_of ("agent"), "disruptionsAllowed", -1), 0);
  ck_assert_str_eq (dd_value_path_string (
                        sim_condition_find (status_of ("agent"), "DisruptionAllowed"), "message"),
                    "daemonsets.apps does not implement the scale subresource");
}
END_TEST

/* A running pod labelled app=job whose controller is the object o with that uid. */
static void
add_owned_pod (const char *api_version, const char *kind, const char *uid)
{
  apply (json ("{'apiVersion':'v1','kind':'Pod','metadata':{'name':'one','namespace':'default',"
               "'labels':{'app':'job'},'ownerReferences':[{'apiVersion':'%s','kind':'%s','name':"
               "'o','uid':'%s','controller':true}]},'spec':{"
               "'containers':[{'name':'c','image':'d:1'}]}}",
               api_version, kind, uid));
}

/* The uid of nobody that is here. */
#define NOBODY "11111111-2222-4333-8444-555555555555"

#define RING_SET \
  "'apiVersion':'rings.example.com/" \
  "v1','kind':'RingSet','metadata':{'name':'o','namespace':'default'}"

/* Imitates: kubernetes/kubernetes, pkg/controller/disruption, getScaleController. */
START_TEST (a_custom_resource_with_a_scale_says_how_many_there_should_be)
{
  const KubeKind *sets;

  launch_ready (1);
  sets = define_ring_sets ("'scale':{'specReplicasPath':'.spec.size','statusReplicasPath':"
                           "'.status.size'}");
  apply (json ("{" RING_SET ",'spec':{'size':3}}"));
  add_owned_pod ("rings.example.com/v1", "RingSet", stored (sets, "default", "o")->uid);
  budget ("job", "'maxUnavailable':1");
  run_for (30 * DD_SECOND);
  ck_assert_budget ("job", 3, 2, 1, 0);
  merge (sets, "default", "o", json ("{'spec':{'size':1}}"));
  merge (&kube_pod_disruption_budget, "default", "job", json ("{'spec':{'maxUnavailable':2}}"));
  run_for (30 * DD_SECOND);
  ck_assert_budget ("job", 1, 0, 1, 1);
}
END_TEST

/* A controller of a kind that is defined, and has no scale, or does not say how many it wants. */
START_TEST (a_custom_resource_that_tells_no_scale_closes_the_budget)
{
  static const struct
  {
    const char *subresources, *message;
  } rows[] = {
    { "", "ringsets.rings.example.com does not implement the scale subresource" },
    { "'scale':{'specReplicasPath':'.spec.size','statusReplicasPath':'.status.size'}",
      "Internal error occurred: the spec replicas field \".spec.size\" does not exist" },
  };
  const KubeKind *sets;

  launch_ready (1);
  sets = define_ring_sets (rows[_i].subresources);
  apply (json ("{" RING_SET "}"));
  add_owned_pod ("rings.example.com/v1", "RingSet", stored (sets, "default", "o")->uid);
  budget ("job", "'maxUnavailable':1");
  run_for (30 * DD_SECOND);
  ck_assert_int_eq (dd_value_path_int (status_of ("job"), "disruptionsAllowed", -1), 0);
  ck_assert_str_eq (
      dd_value_path_string (sim_condition_find (status_of ("job"), "DisruptionAllowed"), "message"),
      rows[_i].message);
}
END_TEST

/* A Job with one. */
static void
add_job (void)
{
  apply (json ("{'apiVersion':'batch/v1','kind':'Job','metadata':{'name':'o','namespace':'default'"
               "},'spec':{'template':{'metadata':{'labels':{'app':'job'}},'spec':{'restartPolicy':"
               "'Never','containers':[{'name':'c','image':'d:1'}]}}}}"));
}

START_TEST (a_controller_without_a_scale_closes_the_budget)
{
  static const struct
  {
    const char *api_version, *kind, *message;
  } rows[] = {
    { NULL, NULL, "jobs.batch does not implement the scale subresource" },
    { "rings.example.com/v1", "RingSet",
      "no matches for kind \"RingSet\" in version \"rings.example.com/v1\"" },
  };
  const DdValue *condition;

  launch_ready (1);
  if (rows[_i].kind == NULL)
    add_job ();
  else
    add_owned_pod (rows[_i].api_version, rows[_i].kind, NOBODY);
  budget ("job", "'maxUnavailable':1");
  run_for (10 * DD_SECOND);
  condition = sim_condition_find (status_of ("job"), "DisruptionAllowed");
  ck_assert_int_eq (dd_value_path_int (status_of ("job"), "disruptionsAllowed", -1), 0);
  ck_assert_str_eq (dd_value_path_string (condition, "reason"), "SyncFailed");
  ck_assert_str_eq (dd_value_path_string (condition, "message"), rows[_i].message);
}
END_TEST

START_TEST (a_number_of_pods_needs_no_scale)
{
  launch_ready (1);
  add_job ();
  budget ("job", "'minAvailable':0");
  run_for (30 * DD_SECOND);
  ck_assert_budget ("job", 1, 0, 1, 1);
}
END_TEST

START_TEST (a_changed_selector_and_rule_are_followed)
{
  launch_ready (1);
  deploy ("web", 2);
  deploy ("next", 3);
  budget ("web", "'minAvailable':1");
  run_for (30 * DD_SECOND);
  ck_assert_budget ("web", 2, 1, 2, 1);
  merge (&kube_pod_disruption_budget, "default", "web",
         json ("{'spec':{'minAvailable':3,'selector':{'matchLabels':{'app':'next'}}}}"));
  run_for (1 * DD_SECOND);
  ck_assert_budget ("web", 3, 3, 3, 0);
  ck_assert_int_eq (dd_value_path_int (status_of ("web"), "observedGeneration", 0), 2);
}
END_TEST

START_TEST (pods_that_are_not_ready_do_not_count)
{
  launch_ready (1);
  deploy_with ("web", 2, "", "'drydock.dev/never-ready':'true'");
  budget ("web", "'minAvailable':0");
  run_for (30 * DD_SECOND);
  ck_assert_budget ("web", 2, 0, 0, 0);
}
END_TEST

int
main (void)
{
  TCase *cases = tcase_create ("disruption");

  tcase_add_checked_fixture (cases, start_world, stop_world);
  tcase_add_test (cases, each_rule_gives_its_figures);
  tcase_add_test (cases, an_eviction_is_counted_at_once_and_given_back_when_replaced);
  tcase_add_test (cases, an_eviction_that_never_happens_is_forgotten_after_two_minutes);
  tcase_add_test (cases, the_deployment_not_its_pods_says_how_many_there_should_be);
  tcase_add_test (cases, without_pods_nothing_is_expected);
  tcase_add_test (cases, a_controller_without_scale_closes_the_budget);
  tcase_add_loop_test (cases, a_controller_without_a_scale_closes_the_budget, 0, 2);
  tcase_add_test (cases, a_custom_resource_with_a_scale_says_how_many_there_should_be);
  tcase_add_loop_test (cases, a_custom_resource_that_tells_no_scale_closes_the_budget, 0, 2);
  tcase_add_test (cases, a_number_of_pods_needs_no_scale);
  tcase_add_test (cases, a_changed_selector_and_rule_are_followed);
  tcase_add_test (cases, pods_that_are_not_ready_do_not_count);
  return run_cases (cases, "disruption");
}
