/* SPDX-License-Identifier: Apache-2.0 */
/* sim/kube/kinds/cron-job.c: the CronJob table
 *
 * Imitates: Kubernetes API Reference, CronJob v1 batch; kubernetes/kubernetes 1.32, pkg/apis/batch
 * (defaults and validation) and pkg/printers (printCronJob). Names of time zones are not looked up:
 * this world has no table of them, so that it is the same on every machine. */
#include "config.h"

#include <string.h>

#include "base/time.h"
#include "sim/kube/kinds/kinds.h"
#include "sim/kube/kinds/structs.h"
#include "sim/kube/schema/cron.h"
#include "sim/kube/verbs/age.h"

#define LONGEST_NAME 52 /* leaves room for "-" and the minutes since 1970 in a Job's name */

static const KubeField template_fields[] = {
  KUBE_OBJECT_OF ("metadata", kube_object_meta, 1, .fallback = "{}",
                  KUBE_DOC ("Labels and annotations that the Jobs are made with."), KUBE_ACTS),
  KUBE_OBJECT_OF ("spec", kube_job_spec, 2, .fallback = "{}",
                  KUBE_DOC ("What each of the Jobs is to run."), KUBE_ACTS),
  { NULL },
};

static const KubeStruct job_template = {
  "io.k8s.api.batch.v1.JobTemplateSpec",
  "The mold from which Jobs are made.",
  template_fields,
};

static const KubeField spec_fields[] = {
  { "schedule", KUBE_STRING, 1, .required = TRUE,
    KUBE_DOC ("When, as minute, hour, day, month and weekday, or as @hourly and its like."),
    KUBE_ACTS },
  { "timeZone", KUBE_STRING, 8, .pointer = TRUE,
    KUBE_DOC ("Name of the time zone in which the schedule is read; UTC if absent."),
    KUBE_NOT_MODELLED ("the schedule would be read in that zone; here it is read in UTC") },
  { "startingDeadlineSeconds", KUBE_INT, 2, .pointer = TRUE,
    KUBE_DOC ("How late a Job may still be made; ever so late if absent."), KUBE_ACTS },
  { "concurrencyPolicy", KUBE_STRING, 3, .fallback = "\"Allow\"",
    .values = KUBE_VALUES ("Allow", "Forbid", "Replace"),
    KUBE_DOC ("What happens while an earlier Job is at work: Allow another one beside it, Forbid "
              "it, or Replace the earlier one."),
    KUBE_ACTS },
  { "suspend", KUBE_BOOL, 4, .pointer = TRUE, .fallback = "false",
    KUBE_DOC ("No new Jobs for now; those that are at work stay."), KUBE_ACTS },
  KUBE_OBJECT_OF ("jobTemplate", job_template, 5, .required = TRUE,
                  KUBE_DOC ("Blueprint for the Jobs."), KUBE_ACTS),
  { "successfulJobsHistoryLimit", KUBE_INT, 6, .pointer = TRUE, .fallback = "3",
    KUBE_DOC ("Jobs that succeeded and are kept; default 3."), KUBE_ACTS },
  { "failedJobsHistoryLimit", KUBE_INT, 7, .pointer = TRUE, .fallback = "1",
    KUBE_DOC ("Jobs that failed and are kept; default 1."), KUBE_ACTS },
  { NULL },
};

static const KubeStruct spec = {
  "io.k8s.api.batch.v1.CronJobSpec",
  "Which Jobs to make, and when.",
  spec_fields,
};

static const KubeField status_fields[] = {
  KUBE_LIST_OF ("active", kube_object_reference, 1, .atomic = TRUE,
                KUBE_DOC ("Jobs that are at work.")),
  { "lastScheduleTime", KUBE_TIME, 4, .pointer = TRUE,
    KUBE_DOC ("The time of the schedule for which a Job was last made.") },
  { "lastSuccessfulTime", KUBE_TIME, 5, .pointer = TRUE,
    KUBE_DOC ("When a Job last came to its end.") },
  { NULL },
};

static const KubeStruct status = {
  "io.k8s.api.batch.v1.CronJobStatus",
  "What its controller has made and seen.",
  status_fields,
};

static const KubeField fields[] = {
  KUBE_TYPE_FIELDS,
  KUBE_OBJECT_OF ("spec", spec, 2, .fallback = "{}", KUBE_DOC ("Which Jobs to make, and when."),
                  KUBE_ACTS),
  KUBE_OBJECT_OF ("status", status, 3, .fallback = "{}",
                  KUBE_DOC ("What the CronJob controller has made and seen."),
                  KUBE_INERT ("The cluster writes it.")),
  { NULL },
};

static const KubeStruct type = {
  "io.k8s.api.batch.v1.CronJob",
  "Makes a Job whenever its schedule is due.",
  fields,
};

/* ---- columns ---- */

static DdValue *
suspend_cell (KubeApi *api G_GNUC_UNUSED, const SimObject *object)
{
  return dd_word (dd_value_path_bool (object->value, "spec.suspend", FALSE) ? "True" : "False");
}

static DdValue *
active_cell (KubeApi *api G_GNUC_UNUSED, const SimObject *object)
{
  return dd_int ((gint64) dd_value_length (dd_value_path (object->value, "status.active")));
}

static DdValue *
last_schedule_cell (KubeApi *api, const SimObject *object)
{
  const char *last = dd_value_path_string (object->value, "status.lastScheduleTime");
  DdUsec instant;

  if (last == NULL || !dd_time_from_iso8601 (last, &instant))
    return dd_word ("<none>");
  return dd_string_take (kube_human_duration (sim_stage_now (api->stage) - instant));
}

static const DdValue *
pod_spec_of (const SimObject *object)
{
  return dd_value_path (object->value, "spec.jobTemplate.spec.template.spec");
}

static DdValue *
containers_cell (KubeApi *api G_GNUC_UNUSED, const SimObject *object)
{
  return kube_join_of_containers (pod_spec_of (object), "name");
}

static DdValue *
images_cell (KubeApi *api G_GNUC_UNUSED, const SimObject *object)
{
  return kube_join_of_containers (pod_spec_of (object), "image");
}

static DdValue *
selector_cell (KubeApi *api G_GNUC_UNUSED, const SimObject *object)
{
  return dd_string_take (kube_label_selector_to_text (
      dd_value_path (object->value, "spec.jobTemplate.spec.selector")));
}

static const KubeColumn columns[] = {
  KUBE_NAME_COLUMN,
  { "Schedule", "string", .path = "spec.schedule" },
  { "Timezone", "string", .path = "spec.timeZone", .absent = "<none>", .since = 30 },
  { "Suspend", "boolean", .path = "spec.suspend", .cell = suspend_cell },
  { "Active", "integer", .path = "status.active", .cell = active_cell },
  { "Last Schedule", "string", .path = "status.lastScheduleTime", .cell = last_schedule_cell },
  KUBE_AGE_COLUMN,
  { "Containers", "string", .priority = 1, .cell = containers_cell,
    KUBE_DOC ("Names of the template's containers, joined by commas.") },
  { "Images", "string", .priority = 1, .cell = images_cell,
    KUBE_DOC ("Images of the template's containers, in the same order.") },
  { "Selector", "string", .priority = 1, .path = "spec.jobTemplate.spec.selector",
    .cell = selector_cell },
  { NULL },
};

/* ---- defaults ---- */

static void
set_defaults (DdValue **object)
{
  const DdValue *made = dd_value_path (*object, "spec.jobTemplate");
  g_autoptr (DdValue) complete = NULL;

  if (dd_value_type (made) != DD_OBJECT)
    return;
  complete = dd_value_ref (made);
  if (dd_value_path (complete, "metadata.creationTimestamp") == NULL)
    dd_value_set (&complete, "metadata.creationTimestamp", dd_null ());
  kube_template_set_defaults (&complete);
  dd_value_set (object, "spec.jobTemplate", g_steal_pointer (&complete));
}

/* ---- validation ---- */

static void
validate_schedule (const DdValue *object, KubeCauses *causes)
{
  static const char field[] = "spec.schedule";
  const char *schedule = dd_value_path_string (object, field);
  KubeCron cron;
  g_autofree char *problem = NULL;

  if (schedule == NULL)
    return; /* a required field: the table has said so */
  if (schedule[0] == '\0')
    kube_causes_add (causes, "FieldValueRequired", field, "Required value");
  else if (strstr (schedule, "TZ") != NULL)
    kube_causes_add (causes, "FieldValueInvalid", field, "Invalid value: \"%s\": cannot use %s",
                     schedule,
                     dd_value_path (object, "spec.timeZone") != NULL
                         ? "both timeZone field and TZ or CRON_TZ in schedule"
                         : "TZ or CRON_TZ in schedule, use timeZone field instead");
  else if (!kube_cron_parse (schedule, &cron, &problem))
    kube_causes_add (causes, "FieldValueInvalid", field, "Invalid value: \"%s\": %s", schedule,
                     problem);
}

/* An empty one is none here, and refused by a real server. Imitates: validateTimeZone, and Go's
 * LoadLocation of what cannot be a name. */
static void
validate_time_zone (const DdValue *object, KubeCauses *causes)
{
  static const char field[] = "spec.timeZone";
  const char *zone = dd_value_path_string (object, field);
  const char *problem = NULL;

  if (zone == NULL)
    return;
  if (g_ascii_strcasecmp (zone, "Local") == 0)
    problem = "timeZone must be an explicit time zone as defined in "
              "https://www.iana.org/time-zones";
  else if (strstr (zone, "..") != NULL || zone[0] == '/' || strchr (zone, '\\') != NULL)
    problem = "time: invalid location name";
  if (problem != NULL)
    kube_causes_add (causes, "FieldValueInvalid", field, "Invalid value: \"%s\": %s", zone,
                     problem);
}

static void
validate_number (const DdValue *object, const char *field, KubeCauses *causes)
{
  gint64 value = dd_value_path_int (object, field, 0);

  if (value < 0)
    kube_causes_add (causes, "FieldValueInvalid", field,
                     "Invalid value: %" G_GINT64_FORMAT ": must be greater than or equal to 0",
                     value);
}

/* The selector of a Job is the server's. Imitates: ValidateJobTemplateSpec. */
static void
validate_template (const DdValue *object, KubeCauses *causes)
{
  const DdValue *made = dd_value_path (object, "spec.jobTemplate");
  const DdValue *selector = dd_value_path (made, "spec.selector");

  kube_causes_enter (causes, "spec.jobTemplate");
  kube_job_template_validate (made, causes);
  if (selector != NULL)
    {
      g_autofree char *text = dd_value_to_text (selector);

      kube_causes_add (causes, "FieldValueInvalid", "spec.selector",
                       "Invalid value: %s: `selector` will be auto-generated", text);
    }
  if (dd_value_path_bool (made, "spec.manualSelector", FALSE))
    kube_causes_add (causes, "FieldValueNotSupported", "spec.manualSelector",
                     "Unsupported value: true: supported values: \"nil\", \"false\"");
  kube_causes_enter (causes, NULL);
}

/* Imitates: validateCronJobSpec. */
static void
validate (const DdValue *old, const DdValue *object, KubeCauses *causes)
{
  const char *name = dd_value_path_string (object, "metadata.name");

  validate_schedule (object, causes);
  validate_number (object, "spec.startingDeadlineSeconds", causes);
  validate_time_zone (object, causes);
  validate_template (object, causes);
  validate_number (object, "spec.successfulJobsHistoryLimit", causes);
  validate_number (object, "spec.failedJobsHistoryLimit", causes);
  if (old == NULL && name != NULL && strlen (name) > LONGEST_NAME)
    kube_causes_add (causes, "FieldValueInvalid", "metadata.name",
                     "Invalid value: \"%s\": must be no more than %d characters", name,
                     LONGEST_NAME);
}

const KubeKind kube_cron_job = {
  .group = "batch",
  .version = "v1",
  .kind = "CronJob",
  .plural = "cronjobs",
  .singular = "cronjob",
  .short_names = KUBE_VALUES ("cj"),
  .categories = KUBE_VALUES ("all"),
  .namespaced = TRUE,
  .subresources = KUBE_SUB_STATUS,
  .flags = KUBE_UNCONDITIONAL_UPDATE | KUBE_HAS_GENERATION,
  .type = &type,
  .columns = columns,
  .set_defaults = set_defaults,
  .validate = validate,
};
