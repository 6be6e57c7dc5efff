/* SPDX-License-Identifier: Apache-2.0 */
/* Updates as they are seen from outside: those of EKS, watched, and those of groups of one's own.
 */
#include "config.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "engine/report.h"
#include "engine/sight.h"
#include "engine/watcher.h"
#include "kube/budget.h"
#include "kube/selector.h"
#include "sim/aws/ec2/machines.h"
#include "sim/aws/eks/workflow.h"
#include "sim/aws/eks/eks.h"
#include "sim/aws/autoscaling/group.h"
#include "sim/kube/verbs/api.h"
#include "sim/kube/kinds/kinds.h"
#include "sim/kube/kinds/views.h"
#include "sim/world/transport.h"
#include "sim/world/world.h"

#define NEW_IMAGE "ami-0fcd72f3118e0dd88"
#define BLOCKED_POD \
  "{\"metadata\":{\"name\":\"web\"},\"spec\":{\"replicas\":2,\"selector\":{\"matchLabels\":{" \
  "\"app\":\"web\"}},\"template\":{\"metadata\":{\"labels\":{\"app\":\"web\"}},\"spec\":" \
  "{\"containers\":[{\"name\":\"web\",\"image\":\"web:1\"}]}}}}"
#define BUDGET(name) \
  "{\"metadata\":{\"name\":\"" name "\"},\"spec\":{\"minAvailable\":2,\"selector\":" \
  "{\"matchLabels\":{\"app\":\"web\"}}}}"

static SimWorld *world;
static AwsNodegroup *nodegroup;
static DdRandom *chance;
static DdReport *report;
static GString *story; /* "drain.started ip-10-..\n" */

static void
note_event (DdTrace *self, const char *actor, DdEvent what, const char *subject, DdValue *details)
{
  (void) self;
  dd_report_note (report, sim_stage_now (world->stage), actor, what, subject, details);
  g_string_append_printf (story, "%s %s\n", dd_events[what].name, subject);
}

static const DdTraceClass note_class = { note_event, .is_strict = TRUE };
static DdTrace trace = { &note_class };

static void
setup (void)
{
  SimWorldOptions options = { .seed = 7,
                              .start = 1721000000 * DD_SECOND,
                              .kube_minor = 30,
                              .region = "us-west-2",
                              .account = "123456789012",
                              .endpoint = "http://127.0.0.1:4566" };
  AwsClusterSpec cluster = { .name = "eks-workshop" };
  AwsNodegroupSpec group = { .cluster = "eks-workshop",
                             .name = "default",
                             .release_version = "1.30.0-20240605",
                             .min = 3,
                             .max = 6,
                             .desired = 3 };

  world = sim_world_new (&options);
  ck_assert_ptr_nonnull (aws_eks_add_cluster (world->cloud, &cluster, NULL));
  nodegroup = aws_eks_add_nodegroup (world->cloud, &group, NULL);
  ck_assert_ptr_nonnull (nodegroup);
  sim_world_run_for (world, 5 * DD_MINUTE);
  sim_trace_begin (world->stage->trace);
  chance = dd_random_new (3);
  report = dd_report_new ();
  story = g_string_new (NULL);
}

static void
teardown (void)
{
  g_clear_pointer (&world, sim_world_free);
  g_clear_pointer (&chance, dd_random_free);
  g_clear_pointer (&report, dd_report_free);
  g_string_free (g_steal_pointer (&story), TRUE);
}

static void
create (const KubeKind *kind, const char *text)
{
  g_autoptr (DdValue) value = dd_value_parse (text, strlen (text), NULL, NULL);
  g_autoptr (SimObject) object = kube_create (world->kube, kind, "default", value, NULL);

  ck_assert_ptr_nonnull (object);
}

/* ---- runs ---- */

typedef struct
{
  gboolean done, succeeded;
  char *code, *message, *explanation, *release;
  guint replaced, resources;
} Outcome;

static void
outcome_clear (Outcome *outcome)
{
  g_free (outcome->code);
  g_free (outcome->message);
  g_free (outcome->explanation);
  g_free (outcome->release);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Outcome, outcome_clear)

static void
take_result (const DdUpgradeResult *result, Outcome *outcome)
{
  outcome->done = TRUE;
  outcome->succeeded = result->succeeded;
  outcome->code = g_strdup (result->error_code);
  outcome->message = g_strdup (result->error_message);
  outcome->explanation = g_strdup (result->explanation);
  outcome->release = g_strdup (result->release_version);
  outcome->replaced = result->replaced;
  outcome->resources = result->resource_ids->len;
}

static void
note_watched (DdWatcher *watcher, const DdUpgradeResult *result, gpointer data)
{
  (void) watcher;
  take_result (result, data);
}

static void
note_upgraded (DdEngine *engine, const DdUpgradeResult *result, gpointer data)
{
  (void) engine;
  take_result (result, data);
}

static DdEngineContext
context (void)
{
  return (DdEngineContext) { sim_transport_interface (world->transport),
                             sim_clock_interface (world->stage->clock), chance, &trace };
}

static void
wait_for (const Outcome *outcome)
{
  DdUsec deadline = sim_stage_now (world->stage) + 5 * DD_HOUR;

  while (!outcome->done && sim_stage_now (world->stage) < deadline)
    ck_assert (sim_world_step (world));
  ck_assert_msg (outcome->done, "it never ended:\n%s", story->str);
}

static Outcome
watch (gboolean start)
{
  DdWatchOptions options = { .cluster = "eks-workshop", .nodegroup = "default", .start = start };
  g_autoptr (DdWatcher) watcher = NULL;
  DdEngineContext where = context ();
  Outcome outcome = { FALSE };

  dd_knobs_from_profile ("workshop", &options.knobs, NULL);
  watcher = dd_watcher_new (&where, &options, note_watched, &outcome);
  dd_watcher_start (watcher);
  wait_for (&outcome);
  return outcome;
}

static Outcome
upgrade_own_group (const char *image, gint64 at_once, DdOnFailure on_failure)
{
  DdUpgradeOptions options = { .cluster = "eks-workshop",
                               .nodegroup = "own",
                               .scaling_group = aws_nodegroup_group_name (nodegroup),
                               .image = image,
                               .max_unavailable = at_once };
  g_autoptr (DdEngine) engine = NULL;
  DdEngineContext where = context ();
  Outcome outcome = { FALSE };

  dd_knobs_from_profile ("workshop", &options.knobs, NULL);
  options.knobs.on_pod_eviction_failure = on_failure;
  engine = dd_engine_new (&where, &options, note_upgraded, &outcome);
  dd_engine_start (engine);
  wait_for (&outcome);
  return outcome;
}

static guint
count_in_story (const char *what)
{
  guint count = 0;

  for (const char *p = story->str; (p = strstr (p, what)) != NULL; p++)
    count++;
  return count;
}

/* ---- watching ---- */

START_TEST (an_update_of_eks_is_begun_and_told_as_the_engine_tells_its_own)
{
  g_auto (Outcome) outcome = watch (TRUE);
  g_autoptr (DdValue) document = dd_report_document (report);

  ck_assert_msg (outcome.succeeded, "%s: %s", outcome.code, outcome.message);
  ck_assert_uint_eq (outcome.replaced, 3);
  ck_assert_str_eq (outcome.release, "1.30.0-20240703");
  ck_assert_uint_eq (count_in_story ("update.watched default"), 1);
  ck_assert_uint_eq (count_in_story ("scale-up.requested default"), 1);
  ck_assert_uint_eq (count_in_story ("node.marked ip-"), 3);
  ck_assert_uint_ge (count_in_story ("node.joined ip-"), 6);
  ck_assert_uint_eq (count_in_story ("update.succeeded default"), 1);
  ck_assert_uint_eq (count_in_story ("refused"), 0);
  ck_assert_str_eq (dd_value_path_string (document, "updates.0.status"), "Successful");
  ck_assert_str_eq (dd_value_path_string (document, "updates.0.phases.3.phase"), "scale-down");
}
END_TEST

START_TEST (a_budget_that_never_opens_is_told_as_what_the_update_waits_for)
{
  g_auto (Outcome) outcome = { FALSE };

  create (&kube_deployment, BLOCKED_POD);
  create (&kube_pod_disruption_budget, BUDGET ("web"));
  sim_world_run_for (world, 2 * DD_MINUTE);
  outcome = watch (TRUE);
  ck_assert (!outcome.succeeded);
  ck_assert_str_eq (outcome.code, "PodEvictionFailure");
  ck_assert_uint_eq (outcome.resources, 1);
  ck_assert_ptr_nonnull (strstr (outcome.explanation, "budget web needs 2 healthy pods and has 2"));
  ck_assert_ptr_nonnull (strstr (outcome.explanation, "pod default/web-"));
  ck_assert_uint_ge (count_in_story ("drain.refused-by-budget default/web-"), 2);
}
END_TEST

START_TEST (a_launch_that_fails_is_told_in_the_words_of_auto_scaling)
{
  g_auto (Outcome) outcome = { FALSE };

  aws_ec2_set_capacity (world->cloud, "us-west-2c", NULL, 0);
  outcome = watch (TRUE);
  ck_assert (!outcome.succeeded);
  ck_assert_str_eq (outcome.code, "NodeCreationFailure");
  ck_assert_uint_ge (count_in_story ("update.waits default"), 1);
  ck_assert_ptr_nonnull (strstr (outcome.explanation, "do not have sufficient"));
}
END_TEST

START_TEST (two_budgets_on_one_pod_are_told_apart)
{
  g_auto (Outcome) outcome = { FALSE };

  create (&kube_deployment, BLOCKED_POD);
  create (&kube_pod_disruption_budget, BUDGET ("web"));
  create (&kube_pod_disruption_budget, BUDGET ("web-too"));
  sim_world_run_for (world, 2 * DD_MINUTE);
  outcome = watch (TRUE);
  ck_assert (!outcome.succeeded);
  ck_assert_ptr_nonnull (strstr (outcome.explanation, "more than one budget"));
}
END_TEST

START_TEST (without_an_update_there_is_nothing_to_watch)
{
  g_auto (Outcome) outcome = watch (FALSE);

  ck_assert (!outcome.succeeded);
  ck_assert_str_eq (outcome.code, "Unwatched");
  ck_assert_ptr_nonnull (strstr (outcome.message, "--start"));
}
END_TEST

static void
stop_half_way (gpointer data)
{
  g_clear_pointer ((DdWatcher **) data, dd_watcher_free);
}

START_TEST (an_update_under_way_is_found_and_a_watcher_may_leave)
{
  DdWatchOptions options = { .cluster = "eks-workshop", .nodegroup = "default", .start = TRUE };
  DdEngineContext where = context ();
  Outcome left = { FALSE };
  g_auto (Outcome) outcome = { FALSE };
  DdWatcher *first;

  dd_knobs_from_profile ("workshop", &options.knobs, NULL);
  first = dd_watcher_new (&where, &options, note_watched, &left);
  dd_watcher_start (first);
  sim_clock_after (world->stage->clock, 3 * DD_MINUTE, stop_half_way, &first);
  sim_world_run_for (world, 4 * DD_MINUTE);
  ck_assert_ptr_null (first);
  ck_assert (!left.done);
  outcome = watch (TRUE); /* EKS says 409 to the second one */
  ck_assert_msg (outcome.succeeded, "%s: %s", outcome.code, outcome.message);
  ck_assert_uint_eq (count_in_story ("update.watched default"), 2);
}
END_TEST

/* ---- a group of one's own ---- */

static guint
count_nodes (void)
{
  return sim_store_count (world->kube->store, &kube_node);
}

START_TEST (a_group_is_upgraded_by_its_name_without_labels_of_eks)
{
  const AwsGroup *group = aws_cloud_group (world->cloud, aws_nodegroup_group_name (nodegroup));
  g_auto (Outcome) outcome = upgrade_own_group (NEW_IMAGE, 2, DD_ON_FAILURE_LEAVE_PARTIAL);
  g_auto (Outcome) again = { FALSE };
  g_auto (Outcome) latest = { FALSE };

  ck_assert_msg (outcome.succeeded, "%s: %s", outcome.code, outcome.message);
  ck_assert_uint_eq (outcome.replaced, 3);
  ck_assert_str_eq (outcome.release, NEW_IMAGE);
  ck_assert_int_eq (group->desired, 3);
  ck_assert_int_eq (group->max, 6);
  sim_world_run_for (world, 10 * DD_MINUTE);
  ck_assert_uint_eq (count_nodes (), 3);
  /* Two of old nodes, and one for each of the six that are too many. */
  ck_assert_uint_eq (count_in_story ("wave.started"), 2 + 6);

  again = upgrade_own_group (NEW_IMAGE, 1, DD_ON_FAILURE_LEAVE_PARTIAL);
  ck_assert (again.succeeded);
  ck_assert_uint_eq (again.replaced, 0);
  latest = upgrade_own_group (NULL, 1, DD_ON_FAILURE_LEAVE_PARTIAL);
  ck_assert (latest.succeeded);
  ck_assert_uint_eq (latest.replaced, 0);
  ck_assert_str_eq (latest.release, NEW_IMAGE);
}
END_TEST

START_TEST (a_group_of_ones_own_that_cannot_be_drained_is_put_back)
{
  const AwsGroup *group = aws_cloud_group (world->cloud, aws_nodegroup_group_name (nodegroup));
  g_autofree char *version = g_strdup (group->template_version);
  g_autoptr (GPtrArray) nodes = NULL;
  g_auto (Outcome) outcome = { FALSE };

  create (&kube_deployment, BLOCKED_POD);
  create (&kube_pod_disruption_budget, BUDGET ("web"));
  sim_world_run_for (world, 2 * DD_MINUTE);
  outcome = upgrade_own_group (NEW_IMAGE, 1, DD_ON_FAILURE_ROLLBACK);
  ck_assert (!outcome.succeeded);
  ck_assert_ptr_nonnull (strstr (outcome.explanation, "budget web"));
  ck_assert_int_eq (group->desired, 3);
  ck_assert_int_eq (group->max, 6);
  ck_assert_str_eq (group->template_version, version);
  sim_world_run_for (world, 10 * DD_MINUTE);
  nodes = sim_store_list (world->kube->store, &kube_node, NULL);
  ck_assert_uint_eq (nodes->len, 3);
}
END_TEST

START_TEST (a_group_that_is_not_there_fails_with_its_name)
{
  DdUpgradeOptions options = {
    .cluster = "eks-workshop", .nodegroup = "gone", .scaling_group = "gone", .max_unavailable = 1
  };
  g_autoptr (DdEngine) engine = NULL;
  DdEngineContext where = context ();
  g_auto (Outcome) outcome = { FALSE };

  dd_knobs_from_profile ("workshop", &options.knobs, NULL);
  engine = dd_engine_new (&where, &options, note_upgraded, &outcome);
  dd_engine_start (engine);
  wait_for (&outcome);
  ck_assert (!outcome.succeeded);
  ck_assert_ptr_nonnull (strstr (outcome.message, "Auto Scaling group gone does not exist"));
}
END_TEST

/* ---- budgets and selectors ---- */

static const struct
{
  const char *selector;
  gboolean matches;
} selectors[] = {
  { "{}", TRUE },
  { "null", FALSE },
  { "{\"matchLabels\":{\"app\":\"web\"}}", TRUE },
  { "{\"matchLabels\":{\"app\":\"web\",\"tier\":\"b\"}}", FALSE },
  { "{\"matchExpressions\":[{\"key\":\"app\",\"operator\":\"In\",\"values\":[\"a\",\"web\"]}]}",
    TRUE },
  { "{\"matchExpressions\":[{\"key\":\"app\",\"operator\":\"NotIn\",\"values\":[\"web\"]}]}",
    FALSE },
  { "{\"matchExpressions\":[{\"key\":\"x\",\"operator\":\"NotIn\",\"values\":[\"web\"]}]}", TRUE },
  { "{\"matchExpressions\":[{\"key\":\"x\",\"operator\":\"Exists\"}]}", FALSE },
  { "{\"matchExpressions\":[{\"key\":\"x\",\"operator\":\"DoesNotExist\"}]}", TRUE },
  { "{\"matchExpressions\":[{\"key\":\"app\",\"operator\":\"Like\"}]}", FALSE },
  { "{\"matchExpressions\":[{}]}", FALSE },
};

START_TEST (selectors_select_as_kubernetes_does)
{
  const char *text = selectors[_i].selector;
  g_autoptr (DdValue) selector = dd_value_parse (text, strlen (text), NULL, NULL);
  g_autoptr (DdValue) labels = dd_object ("app", dd_string ("web"), NULL);

  ck_assert_int_eq (dd_selector_matches (selector, labels), selectors[_i].matches);
}
END_TEST

static DdKubeNode *
node_of (const char *text)
{
  g_autoptr (DdReply) reply = dd_reply_new (200, NULL, g_bytes_new (text, strlen (text)));
  DdKubeNode *node = dd_kube_node_from_reply (reply, NULL);

  ck_assert_ptr_nonnull (node);
  return node;
}

static void
look_once (DdSight *sight, gint64 allowed)
{
  g_autoptr (DdKubeNode) node
      = node_of ("{\"metadata\":{\"name\":\"n1\",\"resourceVersion\":\"1\",\"creationTimestamp\":"
                 "\"2026-01-01T00:00:00Z\",\"labels\":{}},\"spec\":{\"unschedulable\":true}}");
  DdKubePod pod = { .namespace_ = (char *) "default", .name = (char *) "web-1" };
  DdKubeBudget budget = { (char *) "default", (char *) "web", NULL, 1, 1, allowed };
  g_autoptr (GPtrArray) nodes = g_ptr_array_new ();
  g_autoptr (GPtrArray) pods = g_ptr_array_new ();
  g_autoptr (GPtrArray) budgets = g_ptr_array_new ();
  g_autoptr (DdValue) everything = dd_object_empty ();

  budget.selector = everything;
  g_ptr_array_add (nodes, node);
  g_ptr_array_add (pods, &pod);
  g_ptr_array_add (budgets, &budget);
  dd_sight_take_nodes (sight, nodes);
  dd_sight_take_budgets (sight, budgets);
  dd_sight_take_pods (sight, "n1", pods);
  dd_sight_settle (sight);
  sim_world_run_for (world, 20 * DD_SECOND);
}

START_TEST (a_budget_that_is_at_zero_for_a_moment_is_not_told)
{
  g_autoptr (DdSight) sight
      = dd_sight_new (sim_clock_interface (world->stage->clock), &trace, "default");
  g_autofree char *why = NULL;

  for (guint i = 0; i < 30; i++)
    look_once (sight, i % 3 == 0); /* never at zero for a minute */
  ck_assert_uint_eq (count_in_story ("refused"), 0);
  for (guint i = 0; i < 4; i++)
    look_once (sight, 0);
  ck_assert_uint_eq (count_in_story ("drain.refused-by-budget default/web-1"), 1);
  why = dd_sight_explain (sight);
  ck_assert_ptr_nonnull (strstr (why, "budget web needs 1 healthy pods and has 1"));
}
END_TEST

int
main (void)
{
  Suite *suite = suite_create ("watcher");
  TCase *tests = tcase_create ("all");
  SRunner *runner = srunner_create (suite);
  int failed;

  tcase_add_checked_fixture (tests, setup, teardown);
  tcase_add_test (tests, an_update_of_eks_is_begun_and_told_as_the_engine_tells_its_own);
  tcase_add_test (tests, a_budget_that_never_opens_is_told_as_what_the_update_waits_for);
  tcase_add_test (tests, a_launch_that_fails_is_told_in_the_words_of_auto_scaling);
  tcase_add_test (tests, two_budgets_on_one_pod_are_told_apart);
  tcase_add_test (tests, without_an_update_there_is_nothing_to_watch);
  tcase_add_test (tests, an_update_under_way_is_found_and_a_watcher_may_leave);
  tcase_add_test (tests, a_group_is_upgraded_by_its_name_without_labels_of_eks);
  tcase_add_test (tests, a_group_of_ones_own_that_cannot_be_drained_is_put_back);
  tcase_add_test (tests, a_group_that_is_not_there_fails_with_its_name);
  tcase_add_loop_test (tests, selectors_select_as_kubernetes_does, 0, G_N_ELEMENTS (selectors));
  tcase_add_test (tests, a_budget_that_is_at_zero_for_a_moment_is_not_told);
  suite_add_tcase (suite, tests);
  srunner_run_all (runner, CK_ENV);
  failed = srunner_ntests_failed (runner);
  srunner_free (runner);
  return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
