/* SPDX-License-Identifier: Apache-2.0 */
/* Schedules, and the Jobs that are made by them. Where no other source is named it is
 * kubernetes/kubernetes 1.32, pkg/controller/cronjob, and robfig/cron v3. */
#include "config.h"

#include "base/time.h"
#include "sim/kube/schema/cron.h"
#include "tests/actors-world.h"
#include "tests/golden-exchange.h"

/* ---- schedules ---- */

/* Source: robfig/cron v3, spec_test.go, TestNext and parser_test.go. The world begins on a Monday,
 * 2026-11-23. */
START_TEST (a_schedule_is_due_next)
{
  static const struct
  {
    const char *schedule, *after, *next; /* next NULL: never */
  } rows[] = {
    { "0/15 * * * *", "2026-11-23T14:45:00Z", "2026-11-23T15:00:00Z" },
    { "0/15 * * * *", "2026-11-23T14:59:59Z", "2026-11-23T15:00:00Z" },
    { "20-35/15 * * * *", "2026-11-23T15:45:00Z", "2026-11-23T16:20:00Z" },
    { "*/5 8-18 * * *", "2026-11-23T18:56:00Z", "2026-11-24T08:00:00Z" },
    { "0 0 */2 * *", "2026-11-23T00:00:00Z", "2026-11-25T00:00:00Z" },
    { "0 0 1 JAN ?", "2026-11-23T00:00:00Z", "2027-01-01T00:00:00Z" },
    { "0 0 29 feb *", "2026-11-23T00:00:00Z", "2028-02-29T00:00:00Z" },
    { "0 0 30 2 *", "2026-11-23T00:00:00Z", NULL },
    { "0 0 31 4,6 *", "2026-11-23T00:00:00Z", NULL },
    /* the days of the month and of the week: either, unless one is * */
    { "0 0 1,15 * sun", "2026-11-23T00:00:00Z", "2026-11-29T00:00:00Z" },
    { "0 0 * * sat", "2026-11-23T00:00:00Z", "2026-11-28T00:00:00Z" },
    { "0 0 1 * *", "2026-11-23T00:00:00Z", "2026-12-01T00:00:00Z" },
    { "0 0 13 * */2", "2026-11-23T00:00:00Z", "2026-11-24T00:00:00Z" },
    { "30 6-16/4 * * 1-5", "2026-11-20T14:30:00Z", "2026-11-23T06:30:00Z" },
    { "5,10,,15 * * * *", "2026-11-23T00:11:00Z", "2026-11-23T00:15:00Z" },
    { "@hourly", "2026-11-23T20:33:04Z", "2026-11-23T21:00:00Z" },
    { "@midnight", "2026-11-23T20:33:04Z", "2026-11-24T00:00:00Z" },
    { "@weekly", "2026-11-23T20:33:04Z", "2026-11-29T00:00:00Z" },
    { "@yearly", "2026-11-23T20:33:04Z", "2027-01-01T00:00:00Z" },
    { "@every 1h30m", "2026-11-23T20:33:04Z", "2026-11-23T22:03:04Z" },
    { "@every 10ms", "2026-11-23T20:33:04Z", "2026-11-23T20:33:05Z" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autofree char *problem = NULL, *text = NULL;
      DdUsec after, next = 0;
      KubeCron cron;
      gboolean ever;

      ck_assert_msg (kube_cron_parse (rows[i].schedule, &cron, &problem), "%s: %s",
                     rows[i].schedule, problem);
      ck_assert (dd_time_from_iso8601 (rows[i].after, &after));
      ever = kube_cron_next (&cron, after, &next);
      text = ever ? dd_time_to_iso8601 (next) : NULL;
      ck_assert_msg (g_strcmp0 (text, rows[i].next) == 0, "%s: %s", rows[i].schedule, text);
    }
}
END_TEST

#define CRON_JOB(fields) \
  "{'apiVersion':'batch/" \
  "v1','kind':'CronJob','metadata':{'name':'c','namespace':'default'},'spec':" \
  "{" fields "}}"
#define TEMPLATE(pod) \
  "'jobTemplate':{'spec':{'template':{'spec':{" pod \
  "'restartPolicy':'Never','containers':[{'name'" \
  ":'c','image':'img:1'}]}}}}"

START_TEST (what_is_no_schedule_is_refused)
{
  static const struct
  {
    const char *schedule, *problem;
  } rows[] = {
    { "* * * *", "expected exactly 5 fields, found 4: [* * * *]" },
    { "* * * * * *", "expected exactly 5 fields, found 6: [* * * * * *]" },
    { "60 * * * *", "end of range (60) above maximum (59): 60" },
    { "* * 0 * *", "beginning of range (0) below minimum (1): 0" },
    { "* * * * 7", "end of range (7) above maximum (6): 7" },
    { "5-1 * * * *", "beginning of range (5) beyond end of range (1): 5-1" },
    { "1-2-3 * * * *", "too many hyphens: 1-2-3" },
    { "*/2/3 * * * *", "too many slashes: */2/3" },
    { "*/0 * * * *", "step of range should be a positive number: */0" },
    { "x * * * *", "failed to parse int from x: strconv.Atoi: parsing \"x\": invalid syntax" },
    { "* * * foo *",
      "failed to parse int from foo: strconv.Atoi: parsing \"foo\": invalid syntax" },
    { "*/-3 * * * *", "negative number (-3) not allowed: -3" },
    { "99999999999999999999 * * * *",
      "failed to parse int from 99999999999999999999: strconv.Atoi: parsing "
      "\"99999999999999999999\": value out of range" },
    { "@often", "unrecognized descriptor: @often" },
    { "@every soon", "failed to parse duration @every soon: time: invalid duration \"soon\"" },
    { "TZ=UTC 0 0 * * *", "cannot use TZ or CRON_TZ in schedule, use timeZone field instead" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (DdValue) object
          = json (CRON_JOB ("'schedule':'%s'," TEMPLATE ("")), rows[i].schedule);
      g_autoptr (GError) error = NULL;
      g_autoptr (SimObject) made = kube_create (api, &kube_cron_job, "default", object, &error);
      g_autofree char *wanted = g_strdup_printf (
          "CronJob.batch \"c\" is invalid: spec.schedule: Invalid value: \"%s\": %s",
          rows[i].schedule, rows[i].problem);

      ck_assert_ptr_null (made);
      ck_assert_str_eq (error->message, wanted);
    }
}
END_TEST

/* Source: pkg/apis/batch/validation, TestValidateCronJob. */
START_TEST (what_is_no_cron_job_is_refused)
{
  static const struct
  {
    const char *fields, *problem;
  } rows[] = {
    { "'schedule':''," TEMPLATE (""), "spec.schedule: Required value" },
    { "'schedule':'@hourly','startingDeadlineSeconds':-1," TEMPLATE (""),
      "spec.startingDeadlineSeconds: Invalid value: -1: must be greater than or equal to 0" },
    { "'schedule':'@hourly','timeZone':'Local'," TEMPLATE (""),
      "spec.timeZone: Invalid value: \"Local\": timeZone must be an explicit time zone as defined "
      "in https://www.iana.org/time-zones" },
    { "'schedule':'@hourly','timeZone':'../etc/passwd'," TEMPLATE (""),
      "spec.timeZone: Invalid value: \"../etc/passwd\": time: invalid location name" },
    { "'schedule':'TZ=UTC @hourly','timeZone':'UTC'," TEMPLATE (""),
      "spec.schedule: Invalid value: \"TZ=UTC @hourly\": cannot use both timeZone field and TZ or "
      "CRON_TZ in schedule" },
    { "'schedule':'@hourly','concurrencyPolicy':'Never'," TEMPLATE (""),
      "spec.concurrencyPolicy: Unsupported value: \"Never\": supported values: \"Allow\", "
      "\"Forbid\", \"Replace\"" },
    { "'schedule':'@hourly','failedJobsHistoryLimit':-2," TEMPLATE (""),
      "spec.failedJobsHistoryLimit: Invalid value: -2: must be greater than or equal to 0" },
    { "'schedule':'@hourly','jobTemplate':{'spec':{'parallelism':-1,'template':{'spec':{"
      "'restartPolicy':'Always','containers':[{'name':'c','image':'img:1'}]}}}}",
      "[spec.jobTemplate.spec.parallelism: Invalid value: -1: must be greater than or equal to 0, "
      "spec.jobTemplate.spec.template.spec.restartPolicy: Required value: valid values: "
      "\"OnFailure\", \"Never\"]" },
    { "'schedule':'@hourly','jobTemplate':{'spec':{'manualSelector':true,'template':{'spec':{"
      "'restartPolicy':'Never','containers':[{'name':'c','image':'img:1'}]}}}}",
      "spec.jobTemplate.spec.manualSelector: Unsupported value: true: supported values: \"nil\", "
      "\"false\"" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (DdValue) object = json ("{'metadata':{'name':'c'},'spec':{%s}}", rows[i].fields);
      g_autoptr (GError) error = NULL;
      g_autoptr (SimObject) made = kube_create (api, &kube_cron_job, "default", object, &error);
      g_autofree char *wanted
          = g_strconcat ("CronJob.batch \"c\" is invalid: ", rows[i].problem, NULL);

      ck_assert_msg (made == NULL, "%s", rows[i].fields);
      ck_assert_str_eq (error->message, wanted);
    }
}
END_TEST

START_TEST (a_long_name_leaves_no_room_for_the_time)
{
  g_autoptr (DdValue) object
      = json ("{'metadata':{'name':'%s'},'spec':{'schedule':'@hourly',%s}}",
              "a2345678901234567890123456789012345678901234567890123", TEMPLATE (""));
  g_autoptr (GError) error = NULL;
  g_autoptr (SimObject) made = kube_create (api, &kube_cron_job, "default", object, &error);

  ck_assert_ptr_null (made);
  ck_assert (g_str_has_suffix (error->message, ": must be no more than 52 characters"));
}
END_TEST

/* ---- Jobs ---- */

static SimObject *
cron_job (void)
{
  return stored (&kube_cron_job, "default", "c");
}

static const DdValue *
status (const char *member)
{
  return dd_value_at (cron_job ()->value, "status", member, NULL);
}

static guint
count_jobs (void)
{
  return sim_store_count (api->store, &kube_job);
}

static void
schedule (const char *fields)
{
  apply (json (CRON_JOB ("%s," TEMPLATE ("")), fields));
}

static void
schedule_work (const char *fields, const char *policy)
{
  apply (json (CRON_JOB ("%s,'jobTemplate':{'metadata':{'labels':{'a':'b'}},'spec':{'backoffLimit':"
                         "0,'template':{'spec':{'restartPolicy':'%s','containers':[{'name':'c',"
                         "'image':'img:1','command':['sleep','90']}]}}}}"),
               fields, policy));
}

START_TEST (a_cron_job_is_as_a_real_server_has_it)
{
  g_autoptr (GPtrArray) exchanges = golden_read ("object-cronjob.txt");
  g_autoptr (DdValue) wanted = golden_body (exchanges->pdata[0], NULL, NULL);
  g_autofree char *spec = NULL, *recorded = NULL;

  schedule ("'schedule':'0 0 * * *'");
  run_for (5 * DD_SECOND);
  spec = dd_value_to_text (dd_value_member (cron_job ()->value, "spec"));
  recorded = dd_value_to_text (dd_value_member (wanted, "spec"));
  ck_assert_str_eq (spec, recorded);
  ck_assert (dd_value_equal (dd_value_member (cron_job ()->value, "status"),
                             dd_value_member (wanted, "status")));
  ck_assert_int_eq (dd_value_path_int (cron_job ()->value, "metadata.generation", 0), 1);
}
END_TEST

/* Named by the minutes since 1970. Source: getJobName, getJobFromTemplate2. */
START_TEST (a_job_is_made_at_its_minute)
{
  const SimObject *job;

  launch_ready (1); /* until 20:36:05 */
  schedule_work ("'schedule':'*/5 * * * *'", "Never");
  run_for (3 * DD_MINUTE + 50 * DD_SECOND);
  ck_assert_uint_eq (count_jobs (), 0);
  run_for (10 * DD_SECOND); /* 20:40:05 */
  job = stored (&kube_job, "default", "c-29924440");
  ck_assert_ptr_nonnull (job);
  ck_assert_str_eq (dd_value_path_string (job->value, "metadata.labels.a"), "b");
  ck_assert_str_eq (
      dd_value_string (dd_value_at (job->value, "metadata", "annotations",
                                    "batch.kubernetes.io/cronjob-scheduled-timestamp", NULL)),
      "2026-11-23T20:40:00Z");
  ck_assert_str_eq (dd_value_path_string (job->value, "metadata.ownerReferences.0.kind"),
                    "CronJob");
  ck_assert_str_eq (dd_value_string (status ("lastScheduleTime")), "2026-11-23T20:40:00Z");
  ck_assert_str_eq (dd_value_path_string (status ("active"), "0.name"), "c-29924440");
  ck_assert_str_eq (dd_value_path_string (status ("active"), "0.uid"), job->uid);
  ck_assert_str_eq (event_about ("c", "SuccessfulCreate"), "Created job c-29924440");
  run_for (2 * DD_MINUTE);
  ck_assert_ptr_null (status ("active"));
  ck_assert_str_eq (event_about ("c", "SawCompletedJob"),
                    "Saw completed job: c-29924440, condition: Complete");
  ck_assert_ptr_nonnull (status ("lastSuccessfulTime"));
  ck_assert (dd_value_equal (
      status ("lastSuccessfulTime"),
      dd_value_path (stored (&kube_job, "default", "c-29924440")->value, "status.completionTime")));
}
END_TEST

/* A pod runs for 90 seconds, and there is a Job each minute. */
START_TEST (what_runs_beside_what_is_up_to_the_policy)
{
  static const struct
  {
    const char *policy;
    guint made, skipped, deleted; /* within five minutes */
  } rows[] = {
    { "Allow", 5, 0, 0 },
    { "Forbid", 3, 4, 0 }, /* each was due in vain at first; two are made late */
    { "Replace", 5, 0, 4 },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autofree char *fields
          = g_strdup_printf ("'schedule':'* * * * *','concurrencyPolicy':'%s'", rows[i].policy);

      stop_world ();
      start_world ();
      launch_ready (1);
      schedule_work (fields, "Never");
      run_for (5 * DD_MINUTE);
      ck_assert_msg (count_traced ("cronjob job.created") == rows[i].made, "%s: %u made",
                     rows[i].policy, count_traced ("cronjob job.created"));
      ck_assert_msg (count_traced ("JobAlreadyActive") == rows[i].skipped, "%s: %u skipped",
                     rows[i].policy, count_traced ("JobAlreadyActive"));
      ck_assert_msg (count_traced ("cronjob job.deleted") == rows[i].deleted, "%s: %u deleted",
                     rows[i].policy, count_traced ("cronjob job.deleted"));
    }
}
END_TEST

START_TEST (the_oldest_of_the_history_go)
{
  launch_ready (2);
  schedule_work ("'schedule':'*/2 * * * *','successfulJobsHistoryLimit':2", "Never");
  run_for (12 * DD_MINUTE);
  ck_assert_uint_eq (count_traced ("cronjob job.created"), 6);
  ck_assert_uint_eq (count_traced ("\"reason\":\"History\""), 3);
  ck_assert_uint_eq (count_jobs (), 3);
  ck_assert_ptr_null (stored (&kube_job, "default", "c-29924438"));
  ck_assert_ptr_nonnull (stored (&kube_job, "default", "c-29924444"));
}
END_TEST

START_TEST (a_suspended_one_makes_none_and_then_the_last_that_it_missed)
{
  schedule ("'schedule':'*/5 * * * *','suspend':true");
  run_for (23 * DD_MINUTE);
  ck_assert_uint_eq (count_jobs (), 0);
  merge (&kube_cron_job, "default", "c", json ("{'spec':{'suspend':false}}"));
  run_for (5 * DD_SECOND);
  ck_assert_uint_eq (count_jobs (), 1);
  ck_assert_str_eq (dd_value_string (status ("lastScheduleTime")), "2026-11-23T20:55:00Z");
}
END_TEST

START_TEST (what_is_later_than_its_deadline_is_not_made)
{
  schedule ("'schedule':'*/5 * * * *','suspend':true,'startingDeadlineSeconds':30");
  run_for (23 * DD_MINUTE); /* 20:56:05 */
  merge (&kube_cron_job, "default", "c", json ("{'spec':{'suspend':false}}"));
  run_for (5 * DD_SECOND);
  ck_assert_uint_eq (count_jobs (), 0);
  run_for (4 * DD_MINUTE);
  ck_assert_uint_eq (count_jobs (), 1);
}
END_TEST

START_TEST (a_schedule_that_is_never_due_says_so)
{
  schedule ("'schedule':'0 0 30 2 *'");
  run_for (DD_MINUTE);
  ck_assert_str_eq (event_about ("c", "InvalidSchedule"),
                    "invalid schedule: 0 0 30 2 * : time difference between two schedules is less "
                    "than 1 second");
}
END_TEST

START_TEST (more_than_a_hundred_missed_are_told)
{
  schedule ("'schedule':'* * * * *','suspend':true");
  run_for (3 * DD_HOUR);
  merge (&kube_cron_job, "default", "c", json ("{'spec':{'suspend':false}}"));
  run_for (5 * DD_SECOND);
  ck_assert_ptr_nonnull (event_about ("c", "TooManyMissedTimes"));
  ck_assert_uint_eq (count_jobs (), 1);
}
END_TEST

/* Source: kubectl create job --from=cronjob/c. */
START_TEST (a_job_of_somebody_else_is_seen_and_left_alone)
{
  schedule ("'schedule':'0 0 1 1 *'");
  apply (json ("{'apiVersion':'batch/v1','kind':'Job','metadata':{'name':'mine','namespace':"
               "'default','annotations':{'cronjob.kubernetes.io/instantiate':'manual'},"
               "'ownerReferences':[{'apiVersion':'batch/v1','kind':'CronJob','name':'c','uid':'%s',"
               "'controller':true}]},'spec':{'template':{'spec':{'restartPolicy':'Never',"
               "'containers':[{'name':'c','image':'img:1'}]}}}}",
               cron_job ()->uid));
  run_for (5 * DD_SECOND);
  ck_assert_str_eq (event_about ("c", "UnexpectedJob"),
                    "Saw a job that the controller did not create or forgot: mine");
  ck_assert_ptr_null (status ("active"));
  delete_with (&kube_cron_job, "default", "c", "Background");
  run_for (5 * DD_SECOND);
  ck_assert_uint_eq (count_jobs (), 0);
}
END_TEST

START_TEST (a_job_that_is_gone_is_taken_off_the_list)
{
  schedule ("'schedule':'@hourly'");
  run_for (28 * DD_MINUTE);
  ck_assert_uint_eq (dd_value_length (status ("active")), 1);
  delete_with (&kube_job, "default", "c-29924460", "Background");
  run_for (5 * DD_SECOND);
  ck_assert_ptr_null (status ("active"));
  ck_assert_str_eq (event_about ("c", "MissingJob"), "Active job went missing: c-29924460");
}
END_TEST

int
main (void)
{
  TCase *cases = tcase_create ("cron jobs");

  tcase_add_checked_fixture (cases, start_world, stop_world);
  tcase_add_test (cases, a_schedule_is_due_next);
  tcase_add_test (cases, what_is_no_schedule_is_refused);
  tcase_add_test (cases, what_is_no_cron_job_is_refused);
  tcase_add_test (cases, a_long_name_leaves_no_room_for_the_time);
  tcase_add_test (cases, a_cron_job_is_as_a_real_server_has_it);
  tcase_add_test (cases, a_job_is_made_at_its_minute);
  tcase_add_test (cases, what_runs_beside_what_is_up_to_the_policy);
  tcase_add_test (cases, the_oldest_of_the_history_go);
  tcase_add_test (cases, a_suspended_one_makes_none_and_then_the_last_that_it_missed);
  tcase_add_test (cases, what_is_later_than_its_deadline_is_not_made);
  tcase_add_test (cases, a_schedule_that_is_never_due_says_so);
  tcase_add_test (cases, more_than_a_hundred_missed_are_told);
  tcase_add_test (cases, a_job_of_somebody_else_is_seen_and_left_alone);
  tcase_add_test (cases, a_job_that_is_gone_is_taken_off_the_list);
  return run_cases (cases, "cron-job");
}
