/* SPDX-License-Identifier: Apache-2.0 */
/* Pods with names: their order, their revisions, and what they wait for. */
#include "config.h"

#include "tests/actors-world.h"
#include "tests/golden-exchange.h"

static void
stateful (const char *name, int replicas, const char *spec, const char *image)
{
  apply (json ("{'apiVersion':'apps/v1','kind':'StatefulSet','metadata':{'name':'%s','namespace':"
               "'default'},'spec':{%s'serviceName':'%s','replicas':%d,'selector':{'matchLabels':{"
               "'app':'%s'}},'template':{'metadata':{'labels':{'app':'%s'}},'spec':{'containers':[{"
               "'name':'c','image':'%s','readinessProbe':{'httpGet':{'path':'/','port':80}}}]}}}}",
               name, spec, name, replicas, name, name, image));
}

static void
patch (const char *text)
{
  merge (&kube_stateful_set, "default", "ring", json ("%s", text));
}

static const SimObject *
pod (const char *name)
{
  return stored (&kube_pod, "default", name);
}

static const char *
image_of (const char *name)
{
  return dd_value_path_string (pod (name)->value, "spec.containers.0.image");
}

static const DdValue *
status_of (const char *name)
{
  return dd_value_member (stored (&kube_stateful_set, "default", name)->value, "status");
}

/* "ring-2 ring-1 ": the pods of which the trace tells that WHAT happened, in its order. */
static char *
told (const char *what)
{
  GString *names = g_string_new (NULL);
  g_autofree char *mark = g_strdup_printf ("statefulset %s default/", what);

  for (const char *at = strstr (traced->str, mark); at != NULL; at = strstr (at + 1, mark))
    {
      const char *name = at + strlen (mark);

      g_string_append_len (names, name, (gssize) strcspn (name, " ") + 1);
    }
  return g_string_free (names, FALSE);
}

#define ASSERT_TOLD(what, names) \
  do \
    { \
      g_autofree char *told_ = told (what); \
      ck_assert_str_eq (told_, names); \
    } \
  while (0)

/* ---- order ---- */

START_TEST (pods_are_made_in_order_each_when_the_one_before_is_ready)
{
  launch_ready (3);
  stateful ("ring", 3, "", "img:1");
  run_for (1 * DD_SECOND);
  ASSERT_TOLD ("pod.created", "ring-0 ");
  run_for (1 * DD_MINUTE);
  ASSERT_TOLD ("pod.created", "ring-0 ring-1 ring-2 ");
  ck_assert_uint_eq (count_ready ("ring"), 3);
  ck_assert (strstr (traced->str, "pod.ready default/ring-0")
             < strstr (traced->str, "pod.created default/ring-1"));
  ck_assert_str_eq (event_about ("ring", "SuccessfulCreate"),
                    "create Pod ring-2 in StatefulSet ring successful");
}
END_TEST

START_TEST (parallel_ones_are_made_at_once)
{
  launch_ready (3);
  stateful ("ring", 3, "'podManagementPolicy':'Parallel',", "img:1");
  run_for (1 * DD_SECOND);
  ASSERT_TOLD ("pod.created", "ring-0 ring-1 ring-2 ");
}
END_TEST

START_TEST (numbers_begin_where_the_set_says)
{
  launch_ready (1);
  stateful ("ring", 2, "'ordinals':{'start':5},", "img:1");
  run_for (1 * DD_MINUTE);
  ASSERT_TOLD ("pod.created", "ring-5 ring-6 ");
}
END_TEST

START_TEST (too_many_go_from_the_highest_down)
{
  launch_ready (3);
  stateful ("ring", 3, "", "img:1");
  run_for (1 * DD_MINUTE);
  patch ("{'spec':{'replicas':1}}");
  run_for (1 * DD_MINUTE);
  ASSERT_TOLD ("pod.deleted", "ring-2 ring-1 ");
  ck_assert_str_eq (event_about ("ring", "SuccessfulDelete"),
                    "delete Pod ring-1 in StatefulSet ring successful");
  ck_assert_int_eq (dd_value_path_int (status_of ("ring"), "replicas", 0), 1);
}
END_TEST

START_TEST (the_next_waits_for_min_ready_seconds)
{
  launch_ready (1);
  stateful ("ring", 2, "'minReadySeconds':60,", "img:1");
  run_for (50 * DD_SECOND);
  ck_assert_uint_eq (count_ready ("ring"), 1);
  ASSERT_TOLD ("pod.created", "ring-0 ");
  ck_assert_int_eq (dd_value_path_int (status_of ("ring"), "availableReplicas", -1), 0);
  run_for (1 * DD_MINUTE);
  ASSERT_TOLD ("pod.created", "ring-0 ring-1 ");
}
END_TEST

/* ---- names ---- */

START_TEST (a_pod_is_labelled_as_a_real_servers_is)
{
  g_autoptr (GPtrArray) exchanges = golden_read ("object-pods-of-statefulset.txt");
  g_autoptr (DdValue) recorded = golden_body (exchanges->pdata[0], "7c895c6bd6", "HASH");
  const DdValue *golden = dd_value_path (recorded, "items.0");
  g_autoptr (DdValue) labels = NULL;
  const char *revision;

  golden = golden != NULL ? golden : recorded;
  launch_ready (1);
  stateful ("ss", 1, "", "img:1");
  run_for (30 * DD_SECOND);
  labels = dd_value_ref (dd_value_path (pod ("ss-0")->value, "metadata.labels"));
  revision = dd_value_path_string (labels, "controller-revision-hash");
  ck_assert (g_str_has_prefix (revision, "ss-"));
  ck_assert_ptr_nonnull (stored (&kube_controller_revision, "default", revision));
  ck_assert_str_eq (dd_value_path_string (status_of ("ss"), "currentRevision"), revision);
  dd_value_set (&labels, "controller-revision-hash", dd_string ("ss-HASH"));
  ck_assert (dd_value_equal (labels, dd_value_path (golden, "metadata.labels")));
  for (guint i = 0; i < 3; i++)
    {
      const char *const same[] = { "metadata.generateName", "spec.hostname", "spec.subdomain" };

      ck_assert_pstr_eq (dd_value_path_string (pod ("ss-0")->value, same[i]),
                         dd_value_path_string (golden, same[i]));
    }
}
END_TEST

/* The kubelet is gone, so that nobody confirms that the pod is. Source: Kubernetes, Force Delete
 * StatefulSet Pods. */
START_TEST (a_name_is_taken_until_its_pod_is_gone)
{
  g_autofree char *old = NULL;
  AwsInstance *instance, *lost;

  launch_ready (1);
  stateful ("ring", 1, "", "img:1");
  run_for (30 * DD_SECOND);
  old = g_strdup (pod ("ring-0")->uid);
  lost = aws_cloud_instance_of_node (world->cloud, kube_pod_view (pod ("ring-0"))->node_name);
  instance = launch ('b');
  aws_ec2_terminate (world->cloud, lost, "User initiated");
  run_for (45 * DD_SECOND);
  ck_assert_str_eq (pod ("ring-0")->uid, old);
  run_for (5 * DD_MINUTE);
  ck_assert_ptr_nonnull (pod ("ring-0"));
  ck_assert_str_ne (pod ("ring-0")->uid, old);
  ck_assert_str_eq (kube_pod_view (pod ("ring-0"))->node_name, instance->private_dns);
}
END_TEST

/* ---- another template ---- */

#define OTHER_IMAGE \
  "'template':{'spec':{'containers':[{'name':'c','image':'img:2','readinessProbe':{'httpGet':{" \
  "'path':'/','port':80}}}]}}"

START_TEST (a_template_is_rolled_out_as_the_strategy_says)
{
  static const struct
  {
    const char *strategy, *deleted;
    int updated;
    gboolean through; /* currentRevision follows */
  } rows[] = {
    { "'type':'RollingUpdate'", "ring-2 ring-1 ring-0 ", 3, TRUE },
    { "'type':'RollingUpdate','rollingUpdate':{'partition':2}", "ring-2 ", 1, FALSE },
    { "'type':'RollingUpdate','rollingUpdate':{'partition':9}", "", 0, FALSE },
    { "'type':'OnDelete'", "", 0, FALSE },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autofree char *spec = g_strdup_printf ("'updateStrategy':{%s},", rows[i].strategy);
      const char *current, *update;

      stop_world ();
      start_world ();
      launch_ready (3);
      stateful ("ring", 3, spec, "img:1");
      run_for (1 * DD_MINUTE);
      patch ("{'spec':{" OTHER_IMAGE "}}");
      run_for (2 * DD_MINUTE);
      ASSERT_TOLD ("pod.deleted", rows[i].deleted);
      ck_assert_str_eq (image_of ("ring-2"), rows[i].updated > 0 ? "img:2" : "img:1");
      ck_assert_int_eq (dd_value_path_int (status_of ("ring"), "updatedReplicas", 0),
                        rows[i].updated);
      current = dd_value_path_string (status_of ("ring"), "currentRevision");
      update = dd_value_path_string (status_of ("ring"), "updateRevision");
      ck_assert_int_eq (g_str_equal (current, update), rows[i].through);
    }
}
END_TEST

/* A pod below the partition comes back as it was. */
START_TEST (below_the_partition_the_former_template_stays)
{
  launch_ready (3);
  stateful ("ring", 2, "'updateStrategy':{'type':'RollingUpdate','rollingUpdate':{'partition':1}},",
            "img:1");
  run_for (1 * DD_MINUTE);
  patch ("{'spec':{" OTHER_IMAGE "}}");
  run_for (1 * DD_MINUTE);
  {
    KubeDelete options = KUBE_DELETE_DEFAULT;
    g_autoptr (SimObject) deleted
        = kube_delete (api, &kube_pod, "default", "ring-0", &options, NULL);

    ck_assert_ptr_nonnull (deleted);
  }
  run_for (1 * DD_MINUTE);
  ck_assert_str_eq (image_of ("ring-0"), "img:1");
  ck_assert_str_eq (image_of ("ring-1"), "img:2");
}
END_TEST

START_TEST (a_template_that_comes_back_gets_its_revision_back)
{
  g_autofree char *first = NULL;

  launch_ready (1);
  stateful ("ring", 1, "'revisionHistoryLimit':1,", "img:1");
  run_for (1 * DD_MINUTE);
  first = g_strdup (dd_value_path_string (status_of ("ring"), "currentRevision"));
  for (guint i = 2; i <= 4; i++)
    {
      g_autofree char *text = g_strdup_printf (
          "{'spec':{'template':{'spec':{'containers':[{'name':'c','image':'img:%u'}]}}}}", i);

      patch (text);
      run_for (1 * DD_MINUTE);
    }
  ck_assert_uint_eq (sim_store_count (api->store, &kube_controller_revision), 2);
  patch ("{'spec':{'template':{'spec':{'containers':[{'name':'c','image':'img:3'}]}}}}");
  run_for (1 * DD_MINUTE);
  ck_assert_uint_eq (sim_store_count (api->store, &kube_controller_revision), 2);
  ck_assert_int_eq (
      dd_value_path_int (stored (&kube_controller_revision, "default",
                                 dd_value_path_string (status_of ("ring"), "currentRevision"))
                             ->value,
                         "revision", 0),
      5);
  ck_assert_ptr_null (stored (&kube_controller_revision, "default", first));
}
END_TEST

START_TEST (what_may_not_change_does_not)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (DdValue) other = json ("{'spec':{'serviceName':'other'}}");
  g_autoptr (SimObject) changed = NULL;

  stateful ("ring", 1, "", "img:1");
  changed = kube_merge (api, &kube_stateful_set, "default", "ring", other, &error);
  ck_assert_ptr_null (changed);
  ck_assert_ptr_nonnull (strstr (error->message, "updates to statefulset spec for fields other "
                                                 "than 'replicas'"));
}
END_TEST

/* ---- budgets ---- */

START_TEST (a_budget_counts_by_the_sets_scale)
{
  launch_ready (3);
  budget ("ring", "'maxUnavailable':1");
  stateful ("ring", 3, "", "img:1");
  run_for (5 * DD_SECOND);
  {
    const DdValue *status = dd_value_member (
        stored (&kube_pod_disruption_budget, "default", "ring")->value, "status");

    ck_assert_int_eq (dd_value_path_int (status, "expectedPods", 0), 3);
    ck_assert_int_eq (dd_value_path_int (status, "desiredHealthy", 0), 2);
  }
}
END_TEST

int
main (void)
{
  TCase *cases = tcase_create ("stateful sets");

  tcase_add_checked_fixture (cases, start_world, stop_world);
  tcase_add_test (cases, pods_are_made_in_order_each_when_the_one_before_is_ready);
  tcase_add_test (cases, parallel_ones_are_made_at_once);
  tcase_add_test (cases, numbers_begin_where_the_set_says);
  tcase_add_test (cases, too_many_go_from_the_highest_down);
  tcase_add_test (cases, the_next_waits_for_min_ready_seconds);
  tcase_add_test (cases, a_pod_is_labelled_as_a_real_servers_is);
  tcase_add_test (cases, a_name_is_taken_until_its_pod_is_gone);
  tcase_add_test (cases, a_template_is_rolled_out_as_the_strategy_says);
  tcase_add_test (cases, below_the_partition_the_former_template_stays);
  tcase_add_test (cases, a_template_that_comes_back_gets_its_revision_back);
  tcase_add_test (cases, what_may_not_change_does_not);
  tcase_add_test (cases, a_budget_counts_by_the_sets_scale);
  return run_cases (cases, "stateful-set");
}
