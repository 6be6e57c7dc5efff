/* SPDX-License-Identifier: Apache-2.0 */
/* Pods that run to their end: how many, how they are counted, and what an eviction is to them.
 * Where no other source is named it is kubernetes/kubernetes 1.32, pkg/controller/job. */
#include "config.h"

#include "sim/kube/controllers/job.h"
#include "sim/kube/selectors.h"
#include "base/time.h"
#include "tests/actors-world.h"
#include "tests/golden-exchange.h"

/* ---- decisions about one pod ---- */

/* A pod of the Job with that status and those metadata beside its name. */
static SimObject *
pod_with (const char *metadata, const char *status)
{
  return sim_object_new (&kube_pod,
                         json ("{'metadata':{'name':'p','namespace':'default','uid':'u'%s},"
                               "'spec':{'nodeName':'n'},'status':{%s}}",
                               metadata, status),
                         1);
}

#define EXIT(name, code) \
  "{'name':'" name "','state':{'terminated':{'exitCode':" #code "," \
  "'finishedAt':'2026-11-23T20:00:00Z'}}}"
#define DISRUPTED "'conditions':[{'type':'DisruptionTarget','status':'True'}]"
#define IN_1_2 "{'action':'FailJob','onExitCodes':{'operator':'In','values':[1,2]}}"

START_TEST (the_first_rule_that_applies_decides)
{
  static const struct
  {
    const char *rules, *status;
    SimJobVerdict verdict;
    const char *message;
  } rows[] = {
    /* no rule applies: the failure counts (TestMatchPodFailurePolicy, "default") */
    { "", "'containerStatuses':[" EXIT ("a", 1) "]", SIM_JOB_COUNTS, NULL },
    { IN_1_2, "'containerStatuses':[" EXIT ("a", 3) "]", SIM_JOB_COUNTS, NULL },
    { IN_1_2, "'containerStatuses':[" EXIT ("a", 2) "]", SIM_JOB_FAILS,
      "Container a for pod default/p failed with exit code 2 matching FailJob rule at index 0" },
    { IN_1_2, "'initContainerStatuses':[" EXIT ("i", 1) "]", SIM_JOB_FAILS,
      "Container i for pod default/p failed with exit code 1 matching FailJob rule at index 0" },
    /* one that ended well is no failure, whatever the operator */
    { "{'action':'FailJob','onExitCodes':{'operator':'NotIn','values':[5]}}",
      "'containerStatuses':[" EXIT ("a", 0) "]", SIM_JOB_COUNTS, NULL },
    { "{'action':'Ignore','onExitCodes':{'operator':'NotIn','values':[5]}}",
      "'containerStatuses':[" EXIT ("a", 0) "," EXIT ("b", 7) "]", SIM_JOB_IGNORES, NULL },
    { "{'action':'Ignore','onExitCodes':{'containerName':'a','operator':'In','values':[7]}}",
      "'containerStatuses':[" EXIT ("a", 0) "," EXIT ("b", 7) "]", SIM_JOB_COUNTS, NULL },
    /* one that still runs has no exit code */
    { IN_1_2, "'containerStatuses':[{'name':'a','state':{'running':{}}}]", SIM_JOB_COUNTS, NULL },
    { "{'action':'Ignore','onPodConditions':[{'type':'DisruptionTarget','status':'True'}]}",
      DISRUPTED, SIM_JOB_IGNORES, NULL },
    { "{'action':'Ignore','onPodConditions':[{'type':'DisruptionTarget','status':'False'}]}",
      DISRUPTED, SIM_JOB_COUNTS, NULL },
    { "{'action':'FailJob','onPodConditions':[{'type':'X','status':'True'},"
      "{'type':'DisruptionTarget','status':'True'}]}",
      DISRUPTED, SIM_JOB_FAILS,
      "Pod default/p has condition DisruptionTarget matching FailJob rule at index 0" },
    { "{'action':'Count','onPodConditions':[{'type':'DisruptionTarget','status':'True'}]}," IN_1_2,
      DISRUPTED ",'containerStatuses':[" EXIT ("a", 1) "]", SIM_JOB_COUNTS, NULL },
    { "{'action':'Ignore','onExitCodes':{'operator':'In','values':[3]}}," IN_1_2,
      "'containerStatuses':[" EXIT ("a", 1) "]", SIM_JOB_FAILS,
      "Container a for pod default/p failed with exit code 1 matching FailJob rule at index 1" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (DdValue) policy = json ("{'rules':[%s]}", rows[i].rules);
      g_autoptr (SimObject) pod = pod_with ("", rows[i].status);
      g_autofree char *message = NULL;

      ck_assert_msg (sim_job_judge (policy, pod, &message) == rows[i].verdict, "row %u", i);
      ck_assert_pstr_eq (message, rows[i].message);
    }
}
END_TEST

#define GOING ",'deletionTimestamp':'2026-11-23T20:33:34Z','deletionGracePeriodSeconds':30"

/* Source: isPodFailed; Kubernetes, Jobs, Pod replacement policy. */
START_TEST (what_is_being_deleted_has_failed_unless_its_end_is_waited_for)
{
  static const struct
  {
    const char *spec, *metadata, *phase;
    gboolean failed;
  } rows[] = {
    { "'podReplacementPolicy':'TerminatingOrFailed'", "", "Running", FALSE },
    { "'podReplacementPolicy':'TerminatingOrFailed'", GOING, "Running", TRUE },
    { "'podReplacementPolicy':'TerminatingOrFailed'", GOING, "Pending", TRUE },
    { "'podReplacementPolicy':'TerminatingOrFailed'", GOING, "Succeeded", FALSE },
    { "'podReplacementPolicy':'TerminatingOrFailed'", "", "Failed", TRUE },
    { "'podReplacementPolicy':'Failed'", GOING, "Running", FALSE },
    { "'podReplacementPolicy':'Failed'", GOING, "Failed", TRUE },
    { "'podFailurePolicy':{'rules':[]}", GOING, "Running", FALSE },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (DdValue) job = json ("{'spec':{%s}}", rows[i].spec);
      g_autofree char *status = g_strdup_printf ("'phase':'%s'", rows[i].phase);
      g_autoptr (SimObject) pod = pod_with (rows[i].metadata, status);

      ck_assert_msg (sim_job_pod_failed (job, pod) == rows[i].failed, "row %u", i);
    }
}
END_TEST

/* Source: backoff_utils.go, getFinishedTime. */
START_TEST (the_back_off_begins_when_a_pod_ended)
{
  static const struct
  {
    const char *metadata, *status, *end;
  } rows[] = {
    { "", "'containerStatuses':[" EXIT ("a", 1) "]", "2026-11-23T20:00:00Z" },
    { GOING, "'containerStatuses':[{'name':'a','state':{'running':{}}}]", "2026-11-23T20:33:04Z" },
    { "",
      "'conditions':[{'type':'Ready','status':'False','lastTransitionTime':"
      "'2026-11-23T20:10:00Z'}]",
      "2026-11-23T20:10:00Z" },
    { ",'creationTimestamp':'2026-11-23T19:00:00Z'", "", "2026-11-23T19:00:00Z" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (SimObject) pod = pod_with (rows[i].metadata, rows[i].status);
      g_autofree char *end = dd_time_to_iso8601 (sim_job_pod_end (pod));

      ck_assert_str_eq (end, rows[i].end);
    }
}
END_TEST

/* Source: Kubernetes, Jobs: "an exponential back-off delay (10s, 20s, 40s ...) capped at ten
 * minutes". */
START_TEST (failures_in_a_row_double_the_wait)
{
  static const int seconds[] = { 0, 10, 20, 40, 80, 160, 320, 600, 600 };

  for (guint i = 0; i < G_N_ELEMENTS (seconds); i++)
    ck_assert_int_eq (sim_job_back_off (i), seconds[i] * DD_SECOND);
  ck_assert_int_eq (sim_job_back_off (G_MAXUINT), 600 * DD_SECOND);
}
END_TEST

/* Source: batch/v1, JobStatus.completedIndexes; indexed_job_utils.go, orderedIntervals.String. */
START_TEST (three_neighbours_are_written_as_a_range)
{
  static const struct
  {
    const char *read, *written;
  } rows[] = {
    { "", "" },       { NULL, "" },         { "1,3-5,7", "1,3-5,7" }, { "0,1", "0,1" },
    { "0-1", "0,1" }, { "7,6,5", "5-7" },   { "0-9", "0-9" },         { "8-20", "8,9" },
    { "12,3", "3" },  { "2,2-3,3", "2,3" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (GByteArray) set = g_byte_array_new ();
      g_autofree char *text = NULL;

      g_byte_array_set_size (set, 10);
      memset (set->data, 0, set->len);
      sim_indexes_add_text (set, rows[i].read);
      text = sim_indexes_to_text (set);
      ck_assert_str_eq (text, rows[i].written);
    }
}
END_TEST

static SimObject *
candidate (const char *name, const char *node, const char *phase, const char *index)
{
  return sim_object_new (
      &kube_pod,
      json ("{'metadata':{'name':'%s','annotations':{'batch.kubernetes.io/job-completion-index':"
            "'%s'}},'spec':{'nodeName':'%s'},'status':{'phase':'%s'}}",
            name, index, node, phase),
      1);
}

/* Source: activePodsForRemoval, pkg/controller ActivePods. */
START_TEST (the_least_advanced_and_the_repeated_go_first)
{
  static const struct
  {
    gint64 n, completions;
    const char *names;
  } rows[] = {
    { 0, -1, "" },
    { 1, -1, "pending " },
    { 2, -1, "pending first " },
    { 9, -1, "pending first second third " },
    { 0, 5, "first " }, /* second has its index and is as far, and a later name */
    { 0, 2, "third first " },
    { 2, 5, "first pending " },
  };
  g_autoptr (GPtrArray) pods = g_ptr_array_new_with_free_func ((GDestroyNotify) sim_object_unref);

  g_ptr_array_add (pods, candidate ("second", "n", "Running", "1"));
  g_ptr_array_add (pods, candidate ("third", "n", "Running", "3"));
  g_ptr_array_add (pods, candidate ("pending", "n", "Pending", "0"));
  g_ptr_array_add (pods, candidate ("first", "n", "Running", "1"));
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (GPtrArray) surplus = sim_job_surplus (pods, rows[i].n, rows[i].completions);
      g_autoptr (GString) names = g_string_new (NULL);

      for (guint j = 0; j < surplus->len; j++)
        g_string_append_printf (names, "%s ", ((SimObject *) g_ptr_array_index (surplus, j))->name);
      ck_assert_str_eq (names->str, rows[i].names);
    }
}
END_TEST

/* ---- whole Jobs ---- */

#define ENDS "'drydock.dev/exit-after':'20s'"
#define FAILS "'drydock.dev/exit-after':'5s','drydock.dev/exit-code':'3'"

static DdValue *
job_value (const char *name, const char *spec, const char *annotations, const char *pod)
{
  return json ("{'apiVersion':'batch/v1','kind':'Job','metadata':{'name':'%s','namespace':"
               "'default'},'spec':{%s'template':{'metadata':{'labels':{'app':'%s'},'annotations':{"
               "%s}},'spec':{%s'containers':[{'name':'c','image':'img:1'}]}}}}",
               name, spec, name, annotations, pod);
}

static void
job (const char *spec, const char *annotations)
{
  apply (job_value ("j", spec, annotations, "'restartPolicy':'Never',"));
}

static const DdValue *
status (void)
{
  return dd_value_member (stored (&kube_job, "default", "j")->value, "status");
}

static gint64
count (const char *field)
{
  return dd_value_path_int (status (), field, 0);
}

/* The reason of the condition that is True; NULL: it is not. */
static const char *
reason_of (const char *type)
{
  const DdValue *condition = sim_condition_find (status (), type);

  return g_strcmp0 (dd_value_path_string (condition, "status"), "True") == 0
             ? dd_value_path_string (condition, "reason")
             : NULL;
}

#define IGNORE_3 \
  "'podFailurePolicy':{'rules':[{'action':'Ignore','onExitCodes':{'operator':'In','values':[3]}}]" \
  "},"
#define FAIL_3 \
  "'podFailurePolicy':{'rules':[{'action':'FailJob','onExitCodes':{'operator':'In','values':[3]}}" \
  "]},"

START_TEST (a_job_ends_as_its_pods_do)
{
  static const struct
  {
    const char *spec, *annotations, *policy;
    int minutes, succeeded, failed;
    const char *verdict, *reason; /* NULL: it goes on */
    guint made;
  } rows[] = {
    { "", ENDS, "Never", 1, 1, 0, "Complete", "CompletionsReached", 1 },
    { "'completions':3,'parallelism':2,", ENDS, "Never", 2, 3, 0, "Complete", "CompletionsReached",
      3 },
    { "'completions':2,'parallelism':9,", ENDS, "Never", 1, 2, 0, "Complete", "CompletionsReached",
      2 },
    /* A work queue: after the first success nobody new is made, and the others are waited for. */
    { "'parallelism':2,", ENDS, "Never", 1, 2, 0, "Complete", "CompletionsReached", 2 },
    { "'parallelism':0,", ENDS, "Never", 1, 0, 0, NULL, NULL, 0 },
    { "'completions':0,", ENDS, "Never", 1, 0, 0, "Complete", "CompletionsReached", 0 },
    { "'completions':4,'parallelism':4,'completionMode':'Indexed',", ENDS, "Never", 1, 4, 0,
      "Complete", "CompletionsReached", 4 },
    /* One more than backoffLimit. */
    { "'backoffLimit':0,", FAILS, "Never", 1, 0, 1, "Failed", "BackoffLimitExceeded", 1 },
    { "'backoffLimit':2,", FAILS, "Never", 3, 0, 3, "Failed", "BackoffLimitExceeded", 3 },
    { "'backoffLimit':6,", FAILS, "Never", 1, 0, 3, NULL, NULL, 3 },
    /* The kubelet starts the containers again, and as many restarts as backoffLimit are too many.
     */
    { "'backoffLimit':2,", FAILS, "OnFailure", 3, 0, 1, "Failed", "BackoffLimitExceeded", 1 },
    { "'backoffLimit':6,", FAILS, "OnFailure", 2, 0, 0, NULL, NULL, 1 },
    { "'backoffLimit':0," IGNORE_3, FAILS, "Never", 1, 0, 0, NULL, NULL, 3 },
    { "'backoffLimit':6," FAIL_3, FAILS, "Never", 1, 0, 1, "Failed", "PodFailurePolicy", 1 },
    { "'activeDeadlineSeconds':30,", "", "Never", 1, 0, 1, "Failed", "DeadlineExceeded", 1 },
    { "'activeDeadlineSeconds':90,", ENDS, "Never", 3, 1, 0, "Complete", "CompletionsReached", 1 },
    /* Nobody says how long it takes. */
    { "", "", "Never", 60, 0, 0, NULL, NULL, 1 },
    { "'managedBy':'example.com/other',", ENDS, "Never", 1, 0, 0, NULL, NULL, 0 },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autofree char *pod = g_strdup_printf ("'restartPolicy':'%s',", rows[i].policy);

      stop_world ();
      start_world ();
      launch_ready (1);
      apply (job_value ("j", rows[i].spec, rows[i].annotations, pod));
      run_for (rows[i].minutes * DD_MINUTE);
      ck_assert_msg (count ("succeeded") == rows[i].succeeded, "row %u: %d succeeded", i,
                     (int) count ("succeeded"));
      ck_assert_msg (count ("failed") == rows[i].failed, "row %u: %d failed", i,
                     (int) count ("failed"));
      ck_assert_msg (count_traced ("job pod.created") == rows[i].made, "row %u: %u made", i,
                     count_traced ("job pod.created"));
      ck_assert_pstr_eq (reason_of ("Complete"),
                         g_strcmp0 (rows[i].verdict, "Complete") == 0 ? rows[i].reason : NULL);
      ck_assert_pstr_eq (reason_of ("Failed"),
                         g_strcmp0 (rows[i].verdict, "Failed") == 0 ? rows[i].reason : NULL);
      ck_assert_pstr_eq (reason_of ("FailureTarget"), reason_of ("Failed"));
      ck_assert_pstr_eq (reason_of ("SuccessCriteriaMet"), reason_of ("Complete"));
      ck_assert_uint_eq (dd_value_length (dd_value_member (status (), "uncountedTerminatedPods")),
                         0);
      ck_assert_int_eq (dd_value_member (status (), "completionTime") != NULL,
                        g_strcmp0 (rows[i].verdict, "Complete") == 0);
    }
}
END_TEST

/* The conditions in the order in which they came, "TYPE:REASON ". Source: 1.31,
 * delayTerminalCondition and KEP-3998 (Job success/completion policy). */
START_TEST (the_way_to_the_end_is_told_from_1_31_on)
{
  static const struct
  {
    int minor;
    const char *spec, *annotations, *conditions;
  } rows[] = {
    { 30, "", ENDS, "Complete:- " },
    { 31, "", ENDS, "SuccessCriteriaMet:CompletionsReached Complete:CompletionsReached " },
    { 30, "'backoffLimit':0,", FAILS, "Failed:BackoffLimitExceeded " },
    { 31, "'backoffLimit':0,", FAILS,
      "FailureTarget:BackoffLimitExceeded Failed:BackoffLimitExceeded " },
    { 30, FAIL_3, FAILS, "FailureTarget:PodFailurePolicy Failed:PodFailurePolicy " },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (GString) conditions = g_string_new (NULL);
      const DdValue *list;

      stop_world ();
      start_world_of (rows[i].minor);
      launch_ready (1);
      job (rows[i].spec, rows[i].annotations);
      run_for (1 * DD_MINUTE);
      list = dd_value_member (status (), "conditions");
      for (gsize j = 0; j < dd_value_length (list); j++)
        {
          const char *reason = dd_value_path_string (dd_value_element (list, j), "reason");

          g_string_append_printf (conditions, "%s:%s ",
                                  dd_value_path_string (dd_value_element (list, j), "type"),
                                  reason != NULL ? reason : "-");
        }
      ck_assert_str_eq (conditions->str, rows[i].conditions);
    }
}
END_TEST

/* A command tells how long it takes and how it ends, as far as its text does. Source: GNU
 * Coreutils, sleep invocation; Kubernetes, Pod Lifecycle, Container restart policy. */
START_TEST (a_command_that_sleeps_ends_when_it_has_slept)
{
  static const struct
  {
    const char *command, *policy, *phase;
  } rows[] = {
    { "['sleep','20']", "Never", "Succeeded" },
    { "['sh','-c','sleep 20; exit 3']", "Never", "Failed" },
    { "['sh','-c','sleep 20; exit 3']", "OnFailure", "Running" },
    { "['sleep','20']", "Always", "Running" },
    { "['sleep','10m']", "Never", "Running" },
    { "['sleep','infinity']", "Never", "Running" },
    { "['sh','-c','while true; do sleep 20; done']", "Never", "Running" },
    { "['work','20']", "Never", "Running" },
  };

  launch_ready (1);
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    apply (json ("{'apiVersion':'v1','kind':'Pod','metadata':{'name':'p%u','namespace':'default'},"
                 "'spec':{'restartPolicy':'%s','containers':[{'name':'c','image':'img:1',"
                 "'command':%s}]}}",
                 i, rows[i].policy, rows[i].command));
  run_for (1 * DD_MINUTE);
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autofree char *name = g_strdup_printf ("p%u", i);

      ck_assert_msg (
          strcmp (kube_pod_view (stored (&kube_pod, "default", name))->phase, rows[i].phase) == 0,
          "row %u: %s", i, kube_pod_view (stored (&kube_pod, "default", name))->phase);
    }
}
END_TEST

/* ---- evictions ---- */

static void
evict_first (void)
{
  const SimObject *pod = first_pod ("j");
  KubeDelete options = KUBE_DELETE_DEFAULT;
  g_autoptr (GError) error = NULL;

  ck_assert_msg (kube_pod.evict (api, "default", pod->name, &options, &error), "%s",
                 error != NULL ? error->message : "");
}

#define IGNORE_DISRUPTIONS \
  "'podFailurePolicy':{'rules':[{'action':'Ignore','onPodConditions':[{'type':'DisruptionTarget'" \
  "}]}]},"

/* Source: Kubernetes, Jobs, Pod replacement policy and Pod failure policy; TestSyncJob. */
START_TEST (an_evicted_pod_comes_back_as_the_policies_say)
{
  static const struct
  {
    const char *spec, *annotations;
    int failed, terminating; /* five seconds after the eviction */
    int finally_failed;
    const char *traced;
    guint made; /* after 15 seconds more, and so behind the back-off */
  } rows[] = {
    /* At once, while it still stops. */
    { "", "'drydock.dev/stop-after':'10s'", 1, 1, 1, "job job.pod-failed", 2 },
    /* When it has ended. */
    { "'podReplacementPolicy':'Failed',", "'drydock.dev/stop-after':'10s'", 0, 1, 1,
      "job job.pod-failed", 1 },
    { IGNORE_DISRUPTIONS, "'drydock.dev/stop-after':'10s'", 0, 1, 0, "job job.pod-ignored", 1 },
    { IGNORE_DISRUPTIONS, "'drydock.dev/stop-after':'1s'", 0, 0, 0, "job job.pod-ignored", 2 },
    /* Programs that end well when they are asked to have done their work. */
    { IGNORE_DISRUPTIONS, "'drydock.dev/stop-after':'1s','drydock.dev/stop-code':'0'", 0, 0, 0,
      "job job.completed", 1 },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      stop_world ();
      start_world ();
      launch_ready (1);
      job (rows[i].spec, rows[i].annotations);
      run_for (1 * DD_MINUTE);
      evict_first ();
      run_for (5 * DD_SECOND);
      ck_assert_msg (count ("failed") == rows[i].failed, "row %u: %d failed", i,
                     (int) count ("failed"));
      ck_assert_msg (count ("terminating") == rows[i].terminating, "row %u: %d terminating", i,
                     (int) count ("terminating"));
      run_for (10 * DD_SECOND);
      ck_assert_msg (count_traced ("job pod.created") == rows[i].made, "row %u: %u made", i,
                     count_traced ("job pod.created"));
      run_for (1 * DD_MINUTE);
      ck_assert_msg (count ("failed") == rows[i].finally_failed, "row %u: %d failed", i,
                     (int) count ("failed"));
      ck_assert_msg (count_traced (rows[i].traced) == 1, "row %u: %s", i, rows[i].traced);
    }
}
END_TEST

/* The finalizer keeps the object, ended and deleted, until the Job has counted it. */
START_TEST (an_evicted_pod_stays_until_it_is_counted)
{
  const SimObject *pod;
  g_autofree char *name = NULL;

  launch_ready (1);
  job (IGNORE_DISRUPTIONS, "'drydock.dev/stop-after':'10s'");
  run_for (1 * DD_MINUTE);
  pod = first_pod ("j");
  name = g_strdup (pod->name);
  ck_assert (sim_job_holds (pod));
  evict_first ();
  run_for (9 * DD_SECOND);
  ck_assert (kube_pod_view (stored (&kube_pod, "default", name))->terminating);
  while (stored (&kube_pod, "default", name) != NULL
         && !kube_pod_view (stored (&kube_pod, "default", name))->finished)
    run_for (DD_SECOND / 10);
  ck_assert_ptr_nonnull (stored (&kube_pod, "default", name));
  ck_assert_str_eq (kube_pod_view (stored (&kube_pod, "default", name))->phase, "Failed");
  run_for (2 * DD_SECOND);
  ck_assert_ptr_null (stored (&kube_pod, "default", name));
}
END_TEST

/* Nobody runs there who could say that it has ended. Source: pkg/controller/podgc,
 * gcUnscheduledTerminating. */
START_TEST (a_pod_without_a_node_is_failed_by_the_garbage_collection)
{
  g_autofree char *name = NULL;

  apply (job_value ("j", IGNORE_DISRUPTIONS, "", "'restartPolicy':'Never',"));
  run_for (1 * DD_MINUTE);
  name = g_strdup (first_pod ("j")->name);
  delete_with (&kube_pod, "default", name, NULL);
  run_for (10 * DD_SECOND);
  ck_assert_ptr_nonnull (stored (&kube_pod, "default", name));
  run_for (20 * DD_SECOND);
  ck_assert_ptr_null (stored (&kube_pod, "default", name));
  run_for (20 * DD_SECOND);
  ck_assert_uint_eq (count_traced ("job pod.created"), 2);
}
END_TEST

/* Source: newBackoffRecord. */
START_TEST (a_success_ends_the_back_off)
{
  launch_ready (1);
  job ("'completions':3,", ENDS);
  run_for (5 * DD_SECOND);
  evict_first ();
  run_for (45 * DD_SECOND);
  ck_assert_uint_eq (count_traced ("job job.waiting default/j {\"seconds\":9}"), 1);
  ck_assert_int_gt (count ("succeeded"), 0);
  evict_first ();
  run_for (2 * DD_MINUTE);
  ck_assert_str_eq (reason_of ("Complete"), "CompletionsReached");
  ck_assert_int_eq (count ("failed"), count_traced ("job job.pod-failed"));
  ck_assert_uint_eq (count_traced ("job job.waiting default/j {\"seconds\":9}"), 2);
}
END_TEST

/* ---- the spec changes ---- */

START_TEST (suspending_stops_the_pods_and_counts_none)
{
  launch_ready (1);
  job ("'parallelism':2,'completions':2,", "");
  run_for (30 * DD_SECOND);
  ck_assert_int_eq (count ("active"), 2);
  ck_assert_int_eq (count ("ready"), 2);
  merge (&kube_job, "default", "j", json ("{'spec':{'suspend':true}}"));
  run_for (30 * DD_SECOND);
  ck_assert_int_eq (count ("active"), 0);
  ck_assert_int_eq (count ("failed"), 0);
  ck_assert_str_eq (reason_of ("Suspended"), "JobSuspended");
  ck_assert_str_eq (event_about ("j", "Suspended"), "Job suspended");
  merge (&kube_job, "default", "j", json ("{'spec':{'suspend':false}}"));
  run_for (30 * DD_SECOND);
  ck_assert_int_eq (count ("active"), 2);
  ck_assert_ptr_null (reason_of ("Suspended"));
  merge (&kube_job, "default", "j", json ("{'spec':{'parallelism':1}}"));
  run_for (30 * DD_SECOND);
  ck_assert_int_eq (count ("active"), 1);
  ck_assert_int_eq (count ("failed"), 0);
}
END_TEST

START_TEST (a_finished_job_is_deleted_with_its_pods_when_its_time_is_over)
{
  launch_ready (1);
  job ("'ttlSecondsAfterFinished':60,", ENDS);
  run_for (1 * DD_MINUTE);
  ck_assert_str_eq (reason_of ("Complete"), "CompletionsReached");
  ck_assert_str_eq (event_about ("j", "Completed"), "Job completed");
  ck_assert_uint_eq (sim_store_count (api->store, &kube_pod), 1);
  run_for (1 * DD_MINUTE);
  ck_assert_ptr_null (stored (&kube_job, "default", "j"));
  ck_assert_uint_eq (sim_store_count (api->store, &kube_pod), 0);
}
END_TEST

/* Source: syncOrphanPod; Kubernetes, Garbage Collection, Cascading deletion. */
START_TEST (a_deleted_job_holds_no_pod)
{
  static const struct
  {
    const char *propagation;
    guint left;
  } rows[] = { { "Background", 0 }, { "Foreground", 0 }, { "Orphan", 1 }, { NULL, 1 } };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      stop_world ();
      start_world ();
      launch_ready (1);
      job ("", "");
      run_for (1 * DD_MINUTE);
      delete_with (&kube_job, "default", "j", rows[i].propagation);
      run_for (1 * DD_MINUTE);
      ck_assert_ptr_null (stored (&kube_job, "default", "j"));
      ck_assert_uint_eq (sim_store_count (api->store, &kube_pod), rows[i].left);
      if (rows[i].left > 0)
        ck_assert (!sim_job_holds (first_pod ("j")));
    }
}
END_TEST

/* ---- as a real server has it ---- */

/* OBJECT without what is another in every cluster, and with UID for its Job's uid. */
static DdValue *
comparable (const DdValue *object, const char *uid)
{
  static const char *const own[] = { "kind",
                                     "apiVersion",
                                     "metadata.uid",
                                     "metadata.resourceVersion",
                                     "metadata.creationTimestamp",
                                     "metadata.managedFields",
                                     "status.startTime" };
  g_autofree char *text = dd_value_to_text (object);
  g_autoptr (GString) changed = g_string_new (text);
  DdValue *value;

  g_string_replace (changed, uid, "UID", 0);
  value = dd_value_parse (changed->str, changed->len, NULL, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (own); i++)
    dd_value_set (&value, own[i], NULL);
  return value;
}

#define RECORDED "b4ce4139-6c90-4b69-8cb5-4e2ec16eca26"

START_TEST (a_new_job_is_as_a_real_server_has_it)
{
  g_autoptr (GPtrArray) exchanges = golden_read ("object-job.txt");
  g_autoptr (DdValue) body = golden_body (exchanges->pdata[0], "\"app\"", "\"default\"");
  g_autoptr (DdValue) wanted = comparable (body, RECORDED);
  g_autoptr (DdValue) got = NULL;
  g_autofree char *left = NULL, *right = NULL;
  SimObject *made;

  apply (json ("{'apiVersion':'batch/v1','kind':'Job','metadata':{'name':'j','namespace':'default'"
               "},'spec':{'template':{'spec':{'restartPolicy':'Never','containers':[{'name':'c',"
               "'image':'img:1'}]}}}}"));
  run_for (5 * DD_SECOND);
  made = stored (&kube_job, "default", "j");
  got = comparable (made->value, made->uid);
  left = dd_value_to_pretty_text (got);
  right = dd_value_to_pretty_text (wanted);
  ck_assert_msg (dd_value_equal (got, wanted), "%s\nis not\n%s", left, right);
  ck_assert_str_eq (dd_value_path_string (status (), "startTime"), "2026-11-23T20:33:05Z");
}
END_TEST

START_TEST (a_pod_of_a_job_is_as_a_real_server_has_it)
{
  g_autoptr (GPtrArray) exchanges = golden_read ("object-pods-of-job.txt");
  g_autoptr (DdValue) body = golden_body (exchanges->pdata[0], RECORDED, "UID");
  const DdValue *wanted = dd_value_path (body, "items.0.metadata");
  g_autoptr (GPtrArray) pods = NULL;
  g_autoptr (DdValue) got = NULL;
  static const char *const same[] = { "labels", "ownerReferences", "finalizers", "generateName" };

  apply (json ("{'apiVersion':'batch/v1','kind':'Job','metadata':{'name':'j','namespace':'default'"
               "},'spec':{'template':{'spec':{'restartPolicy':'Never','containers':[{'name':'c',"
               "'image':'img:1'}]}}}}"));
  run_for (5 * DD_SECOND);
  pods = sim_store_list (api->store, &kube_pod, NULL);
  ck_assert_uint_eq (pods->len, 1);
  got = comparable (((SimObject *) pods->pdata[0])->value, stored (&kube_job, "default", "j")->uid);
  for (guint i = 0; i < G_N_ELEMENTS (same); i++)
    ck_assert_msg (dd_value_equal (dd_value_member (dd_value_member (got, "metadata"), same[i]),
                                   dd_value_member (wanted, same[i])),
                   "%s", same[i]);
  ck_assert_ptr_nonnull (event_about ("j", "SuccessfulCreate"));
}
END_TEST

/* `kubectl wait` asks for one by its name. */
START_TEST (jobs_are_found_by_their_fields)
{
  static const struct
  {
    const char *query;
    gboolean matches;
  } rows[] = {
    { "metadata.name=j", TRUE },
    { "metadata.name=k", FALSE },
    { "status.successful=0", TRUE },
    { "status.successful=1", FALSE },
    { "metadata.namespace=default", TRUE },
  };

  job ("", "");
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (KubeSelector) selector = kube_field_query_parse (&kube_job, rows[i].query, NULL);

      ck_assert_ptr_nonnull (selector);
      ck_assert_msg (kube_field_query_matches (selector, stored (&kube_job, "default", "j"))
                         == rows[i].matches,
                     "%s", rows[i].query);
    }
}
END_TEST

/* Source: Kubernetes, Jobs, Completion mode; addCompletionIndexEnvVariables. */
START_TEST (an_indexed_pod_knows_its_index)
{
  static const char index[] = "batch.kubernetes.io/job-completion-index";
  const SimObject *pod;

  launch_ready (1);
  job ("'completions':3,'parallelism':1,'completionMode':'Indexed',", ENDS);
  run_for (5 * DD_SECOND);
  pod = first_pod ("j");
  ck_assert (g_str_has_prefix (pod->name, "j-0-"));
  ck_assert_str_eq (dd_value_path_string (pod->value, "spec.hostname"), "j-0");
  ck_assert_str_eq (dd_value_string (dd_value_at (pod->value, "metadata", "labels", index, NULL)),
                    "0");
  ck_assert_int_eq (sim_job_index (pod), 0);
  ck_assert_str_eq (
      dd_value_path_string (pod->value, "spec.containers.0.env.0.valueFrom.fieldRef.fieldPath"),
      "metadata.labels['batch.kubernetes.io/job-completion-index']");
  run_for (30 * DD_SECOND);
  ck_assert_str_eq (dd_value_path_string (status (), "completedIndexes"), "0");
  run_for (2 * DD_MINUTE);
  ck_assert_str_eq (dd_value_path_string (status (), "completedIndexes"), "0-2");
}
END_TEST

/* Source: pkg/apis/batch/validation. */
START_TEST (what_is_no_job_is_refused)
{
  static const struct
  {
    const char *spec, *pod, *message;
  } rows[] = {
    { "", "",
      "spec.template.spec.restartPolicy: Required value: valid values: \"OnFailure\", "
      "\"Never\"" },
    { "", "'restartPolicy':'Always',", "Required value: valid values" },
    { IGNORE_DISRUPTIONS, "'restartPolicy':'OnFailure',",
      "only \"Never\" is supported when podFailurePolicy is specified" },
    { IGNORE_DISRUPTIONS "'podReplacementPolicy':'TerminatingOrFailed',",
      "'restartPolicy':'Never',",
      "spec.podReplacementPolicy: Unsupported value: \"TerminatingOrFailed\": supported values: "
      "\"Failed\"" },
    { "'backoffLimit':-1,", "'restartPolicy':'Never',",
      "spec.backoffLimit: Invalid value: -1: must be greater than or equal to 0" },
    { "'completionMode':'Indexed','parallelism':1,", "'restartPolicy':'Never',",
      "spec.completions: Required value: when completion mode is Indexed" },
    { "'selector':{'matchLabels':{'app':'j'}},", "'restartPolicy':'Never',",
      "`selector` not auto-generated" },
    { "'podFailurePolicy':{'rules':[{'action':'FailIndex','onPodConditions':[{'type':'X'}]}]},",
      "'restartPolicy':'Never',", "requires the backoffLimitPerIndex to be set" },
    { "'podFailurePolicy':{'rules':[{'action':'Ignore'}]},", "'restartPolicy':'Never',",
      "specifying one of OnExitCodes and OnPodConditions is required" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (DdValue) value = job_value ("j", rows[i].spec, "", rows[i].pod);
      g_autoptr (GError) error = NULL;
      g_autoptr (SimObject) made = kube_create (api, &kube_job, "default", value, &error);

      ck_assert_msg (made == NULL, "row %u", i);
      ck_assert_msg (strstr (error->message, rows[i].message) != NULL, "row %u: %s", i,
                     error->message);
    }
}
END_TEST

/* Source: pkg/apis/batch/validation, ValidateJobSpecUpdate. */
START_TEST (what_may_not_change_does_not)
{
  static const struct
  {
    const char *patch, *field; /* NULL: it may */
  } rows[] = {
    { "'completions':2", "spec.completions" },
    { "'completionMode':'Indexed'", "spec.completionMode" },
    { "'template':{'metadata':{'labels':{'a':'b'}}}", "spec.template" },
    { "'podFailurePolicy':{'rules':[]}", "spec.podFailurePolicy" },
    { "'parallelism':3", NULL },
    { "'backoffLimit':3", NULL },
    { "'suspend':true", NULL },
  };

  job ("", "");
  run_for (5 * DD_SECOND);
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (DdValue) patch = json ("{'spec':{%s}}", rows[i].patch);
      g_autoptr (GError) error = NULL;
      g_autoptr (SimObject) changed = kube_merge (api, &kube_job, "default", "j", patch, &error);

      ck_assert_msg ((changed == NULL) == (rows[i].field != NULL), "row %u", i);
      if (rows[i].field != NULL)
        ck_assert_msg (strstr (error->message, rows[i].field) != NULL
                           && strstr (error->message, "field is immutable") != NULL,
                       "row %u: %s", i, error->message);
    }
}
END_TEST

int
main (void)
{
  TCase *cases = tcase_create ("jobs");

  tcase_add_checked_fixture (cases, start_world, stop_world);
  tcase_add_test (cases, the_first_rule_that_applies_decides);
  tcase_add_test (cases, what_is_being_deleted_has_failed_unless_its_end_is_waited_for);
  tcase_add_test (cases, the_back_off_begins_when_a_pod_ended);
  tcase_add_test (cases, failures_in_a_row_double_the_wait);
  tcase_add_test (cases, three_neighbours_are_written_as_a_range);
  tcase_add_test (cases, the_least_advanced_and_the_repeated_go_first);
  tcase_add_test (cases, a_job_ends_as_its_pods_do);
  tcase_add_test (cases, the_way_to_the_end_is_told_from_1_31_on);
  tcase_add_test (cases, a_command_that_sleeps_ends_when_it_has_slept);
  tcase_add_test (cases, an_evicted_pod_comes_back_as_the_policies_say);
  tcase_add_test (cases, an_evicted_pod_stays_until_it_is_counted);
  tcase_add_test (cases, a_pod_without_a_node_is_failed_by_the_garbage_collection);
  tcase_add_test (cases, a_success_ends_the_back_off);
  tcase_add_test (cases, suspending_stops_the_pods_and_counts_none);
  tcase_add_test (cases, a_finished_job_is_deleted_with_its_pods_when_its_time_is_over);
  tcase_add_test (cases, a_deleted_job_holds_no_pod);
  tcase_add_test (cases, a_new_job_is_as_a_real_server_has_it);
  tcase_add_test (cases, a_pod_of_a_job_is_as_a_real_server_has_it);
  tcase_add_test (cases, jobs_are_found_by_their_fields);
  tcase_add_test (cases, an_indexed_pod_knows_its_index);
  tcase_add_test (cases, what_is_no_job_is_refused);
  tcase_add_test (cases, what_may_not_change_does_not);
  return run_cases (cases, "job");
}
