/* SPDX-License-Identifier: Apache-2.0 */
/* sim/kube/kinds/job.c: the Job table
 *
 * Imitates: Kubernetes API Reference, Job v1 batch; kubernetes/kubernetes 1.32, pkg/apis/batch
 * (defaults and validation), pkg/registry/batch/job (strategy) and pkg/printers (printJob). */
#include "config.h"

#include <string.h>

#include "base/time.h"
#include "sim/kube/kinds/kinds.h"
#include "sim/kube/kinds/structs.h"
#include "sim/kube/schema/go-text.h"
#include "sim/kube/verbs/age.h"

#define UID_LABEL "batch.kubernetes.io/controller-uid"
#define NAME_LABEL "batch.kubernetes.io/job-name"

/* ---- the failure policy ---- */

static const KubeField exit_codes_fields[] = {
  { "containerName", KUBE_STRING, 1, .pointer = TRUE,
    KUBE_DOC ("The container to look at; any of them if absent."), KUBE_ACTS },
  { "operator", KUBE_STRING, 2, .required = TRUE, .values = KUBE_VALUES ("In", "NotIn"),
    KUBE_DOC ("Whether a failed container's exit code must be among the values or not."),
    KUBE_ACTS },
  { "values", KUBE_LIST, 3, .element = KUBE_INT, .set = TRUE, .required = TRUE,
    KUBE_DOC ("Exit codes, in order and without repetition."), KUBE_ACTS },
  { NULL },
};

static const KubeStruct exit_codes = {
  "io.k8s.api.batch.v1.PodFailurePolicyOnExitCodesRequirement",
  "Exit codes that a rule of the failure policy is about.",
  exit_codes_fields,
};

static const KubeField pattern_fields[] = {
  { "type", KUBE_STRING, 1, .required = TRUE,
    KUBE_DOC ("Condition of the pod, such as DisruptionTarget."), KUBE_ACTS },
  { "status", KUBE_STRING, 2, .fallback = "\"True\"",
    KUBE_DOC ("Status that it must have; True if absent."), KUBE_ACTS },
  { NULL },
};

static const KubeStruct pattern = {
  "io.k8s.api.batch.v1.PodFailurePolicyOnPodConditionsPattern",
  "A condition of a failed pod.",
  pattern_fields,
};

static const KubeField rule_fields[] = {
  { "action", KUBE_STRING, 1, .required = TRUE,
    .values = KUBE_VALUES ("Count", "FailIndex", "FailJob", "Ignore"),
    KUBE_DOC ("What the failure comes to: Count towards backoffLimit, Ignore it, or FailJob at "
              "once; FailIndex goes with backoffLimitPerIndex."),
    KUBE_ACTS },
  KUBE_OBJECT_OF ("onExitCodes", exit_codes, 2, .pointer = TRUE,
                  KUBE_DOC ("The rule applies by how containers ended."), KUBE_ACTS),
  KUBE_LIST_OF ("onPodConditions", pattern, 3,
                KUBE_DOC ("The rule applies if the pod has one of these conditions."), KUBE_ACTS),
  { NULL },
};

static const KubeStruct rule = {
  "io.k8s.api.batch.v1.PodFailurePolicyRule",
  "What the failures of one sort come to.",
  rule_fields,
};

static const KubeField policy_fields[] = {
  KUBE_LIST_OF ("rules", rule, 1, .required = TRUE,
                KUBE_DOC ("Tried in order; the first that applies decides. Without one the failure "
                          "counts."),
                KUBE_ACTS),
  { NULL },
};

static const KubeStruct policy = {
  "io.k8s.api.batch.v1.PodFailurePolicy",
  "What failures of pods come to.",
  policy_fields,
};

static const KubeField success_rule_fields[] = {
  { "succeededIndexes", KUBE_STRING, 1, .pointer = TRUE,
    KUBE_DOC ("Indexes that must have succeeded, as 1,3-5.") },
  { "succeededCount", KUBE_INT, 2, .pointer = TRUE,
    KUBE_DOC ("How many indexes must have succeeded.") },
  { NULL },
};

static const KubeStruct success_rule = {
  "io.k8s.api.batch.v1.SuccessPolicyRule",
  "When an indexed job is done before all its indexes are.",
  success_rule_fields,
};

static const KubeField success_fields[] = {
  KUBE_LIST_OF ("rules", success_rule, 1, .required = TRUE,
                KUBE_DOC ("The job is done when one of them is met.")),
  { NULL },
};

static const KubeStruct success = {
  "io.k8s.api.batch.v1.SuccessPolicy",
  "When an indexed job counts as done.",
  success_fields,
};

/* ---- spec and status ---- */

static const KubeField spec_fields[] = {
  { "parallelism", KUBE_INT, 1, .pointer = TRUE, KUBE_DOC ("Most pods at a time; default 1."),
    KUBE_ACTS },
  { "completions", KUBE_INT, 2, .pointer = TRUE,
    KUBE_DOC ("Pods that must succeed. If absent while parallelism is set, one success ends the "
              "work: a queue."),
    KUBE_ACTS },
  { "activeDeadlineSeconds", KUBE_INT, 3, .pointer = TRUE,
    KUBE_DOC ("Seconds from its start after which the job fails."), KUBE_ACTS },
  KUBE_OBJECT_OF ("selector", kube_label_selector, 4, .pointer = TRUE,
                  KUBE_DOC ("Pods of this job, by label; the server makes one up."), KUBE_ACTS),
  { "manualSelector", KUBE_BOOL, 5, .pointer = TRUE,
    KUBE_DOC ("Selector and labels are the user's own."), KUBE_ACTS },
  KUBE_OBJECT_OF ("template", kube_pod_template_spec, 6, .required = TRUE,
                  KUBE_DOC ("Blueprint for the pods; restartPolicy is Never or OnFailure."),
                  KUBE_ACTS),
  { "backoffLimit", KUBE_INT, 7, .pointer = TRUE,
    KUBE_DOC ("Failures of pods that are borne; one more fails the job. Default 6."), KUBE_ACTS },
  { "ttlSecondsAfterFinished", KUBE_INT, 8, .pointer = TRUE,
    KUBE_DOC ("Seconds after its end when the job is deleted; kept if absent."), KUBE_ACTS },
  { "completionMode", KUBE_STRING, 9, .pointer = TRUE,
    .values = KUBE_VALUES ("Indexed", "NonIndexed"),
    KUBE_DOC ("Indexed gives each pod a number below completions, and wants one success of each."),
    KUBE_ACTS },
  { "suspend", KUBE_BOOL, 10, .pointer = TRUE,
    KUBE_DOC ("No pods for now; those that run are deleted."), KUBE_ACTS },
  KUBE_OBJECT_OF ("podFailurePolicy", policy, 11, .pointer = TRUE,
                  KUBE_DOC ("What failures of pods come to; with restartPolicy Never only."),
                  KUBE_ACTS),
  { "backoffLimitPerIndex", KUBE_INT, 12, .pointer = TRUE,
    KUBE_DOC ("Failures that are borne of each index."),
    KUBE_NOT_MODELLED ("an index that failed too often would be given up by itself") },
  { "maxFailedIndexes", KUBE_INT, 13, .pointer = TRUE, KUBE_DOC ("Failed indexes that are borne."),
    KUBE_NOT_MODELLED ("the job would fail when more indexes have") },
  { "podReplacementPolicy", KUBE_STRING, 14, .pointer = TRUE,
    .values = KUBE_VALUES ("Failed", "TerminatingOrFailed"),
    KUBE_DOC ("When a pod that is deleted is replaced: at once (TerminatingOrFailed), or when it "
              "has ended (Failed, the only choice beside a podFailurePolicy)."),
    KUBE_ACTS },
  { "managedBy", KUBE_STRING, 15, .pointer = TRUE,
    KUBE_DOC ("Who looks after the job, if not the job controller."), KUBE_ACTS },
  KUBE_OBJECT_OF ("successPolicy", success, 16, .pointer = TRUE,
                  KUBE_DOC ("When an indexed job counts as done."),
                  KUBE_NOT_MODELLED ("the job would be done as soon as a rule is met")),
  { NULL },
};

const KubeStruct kube_job_spec = {
  "io.k8s.api.batch.v1.JobSpec",
  "Pods that shall run to their end, and how often.",
  spec_fields,
};

static const KubeField condition_fields[] = {
  { "type", KUBE_STRING, 1, .required = TRUE,
    KUBE_DOC ("Complete, Failed, Suspended, or on the way there SuccessCriteriaMet and "
              "FailureTarget.") },
  { "status", KUBE_STRING, 2, .required = TRUE, .words = KUBE_VALUES ("True", "False", "Unknown"),
    KUBE_DOC ("True, False or Unknown.") },
  { "lastProbeTime", KUBE_TIME, 3, KUBE_DOC ("When it was last looked at.") },
  { "lastTransitionTime", KUBE_TIME, 4, KUBE_DOC ("When the status last changed.") },
  { "reason", KUBE_STRING, 5, KUBE_DOC ("Why, as one word.") },
  { "message", KUBE_STRING, 6, KUBE_DOC ("Why, in a sentence.") },
  { NULL },
};

static const KubeStruct condition = {
  "io.k8s.api.batch.v1.JobCondition",
  "The controller's verdict on the whole job.",
  condition_fields,
};

static const KubeField uncounted_fields[] = {
  KUBE_LIST_OF_STRINGS ("succeeded", 1, .set = TRUE, KUBE_DOC ("Uids of pods that succeeded.")),
  KUBE_LIST_OF_STRINGS ("failed", 2, .set = TRUE, KUBE_DOC ("Uids of pods that failed.")),
  { NULL },
};

static const KubeStruct uncounted = {
  "io.k8s.api.batch.v1.UncountedTerminatedPods",
  "Pods that ended and still carry the finalizer, so that none is counted twice.",
  uncounted_fields,
};

static const KubeField status_fields[] = {
  KUBE_LIST_OF ("conditions", condition, 1, .merge_key = "type", .atomic = TRUE,
                KUBE_DOC ("Verdicts by type; Complete or Failed is the last.")),
  { "startTime", KUBE_TIME, 2, KUBE_DOC ("When the controller took the job up, or resumed it.") },
  { "completionTime", KUBE_TIME, 3, KUBE_DOC ("When the job was done; a failed one has none.") },
  { "active", KUBE_INT, 4, KUBE_DOC ("Pods that are pending or running and not being deleted.") },
  { "succeeded", KUBE_INT, 5, KUBE_DOC ("Pods that have succeeded, or indexes of which one has.") },
  { "failed", KUBE_INT, 6, KUBE_DOC ("Failures that count.") },
  { "completedIndexes", KUBE_STRING, 7, KUBE_DOC ("Indexes that have succeeded, as 1,3-5.") },
  KUBE_OBJECT_OF ("uncountedTerminatedPods", uncounted, 8, .pointer = TRUE,
                  KUBE_DOC ("Pods that are being counted.")),
  { "ready", KUBE_INT, 9, .pointer = TRUE, KUBE_DOC ("Active pods that are Ready.") },
  { "failedIndexes", KUBE_STRING, 10, .pointer = TRUE, KUBE_DOC ("Indexes that were given up.") },
  { "terminating", KUBE_INT, 11, .pointer = TRUE,
    KUBE_DOC ("Pods that are being deleted and have not ended.") },
  { NULL },
};

static const KubeStruct status = {
  "io.k8s.api.batch.v1.JobStatus",
  "How far the job has come, as its controller counts.",
  status_fields,
};

static const KubeField fields[] = {
  KUBE_TYPE_FIELDS,
  KUBE_OBJECT_OF ("spec", kube_job_spec, 2, .fallback = "{}",
                  KUBE_DOC ("Pods that shall run to their end."), KUBE_ACTS),
  KUBE_OBJECT_OF ("status", status, 3, .fallback = "{}",
                  KUBE_DOC ("Pods that ended, counted by the job controller."),
                  KUBE_INERT ("The cluster writes it.")),
  { NULL },
};

static const KubeStruct type = {
  "io.k8s.api.batch.v1.Job",
  "Runs pods until enough of them have succeeded.",
  fields,
};

/* ---- columns ---- */

static gboolean
has_condition (const SimObject *job, const char *name)
{
  const DdValue *conditions = dd_value_path (job->value, "status.conditions");

  for (gsize i = 0; i < dd_value_length (conditions); i++)
    {
      const DdValue *one = dd_value_element (conditions, i);

      if (g_strcmp0 (dd_value_path_string (one, "type"), name) == 0
          && g_strcmp0 (dd_value_path_string (one, "status"), "True") == 0)
        return TRUE;
    }
  return FALSE;
}

static DdValue *
status_cell (KubeApi *api G_GNUC_UNUSED, const SimObject *job)
{
  static const char *const later[] = { "Suspended", "FailureTarget", "SuccessCriteriaMet" };

  if (has_condition (job, "Complete"))
    return dd_word ("Complete");
  if (has_condition (job, "Failed"))
    return dd_word ("Failed");
  if (dd_value_path_string (job->value, "metadata.deletionTimestamp") != NULL)
    return dd_word ("Terminating");
  for (guint i = 0; i < G_N_ELEMENTS (later); i++)
    if (has_condition (job, later[i]))
      return dd_word (later[i]);
  return dd_word ("Running");
}

static DdValue *
completions_cell (KubeApi *api G_GNUC_UNUSED, const SimObject *job)
{
  gint64 succeeded = dd_value_path_int (job->value, "status.succeeded", 0);
  gint64 parallelism = dd_value_path_int (job->value, "spec.parallelism", 0);
  const DdValue *completions = dd_value_path (job->value, "spec.completions");

  if (completions != NULL)
    return dd_string_printf ("%" G_GINT64_FORMAT "/%" G_GINT64_FORMAT, succeeded,
                             dd_value_int (completions, 0));
  if (parallelism > 1)
    return dd_string_printf ("%" G_GINT64_FORMAT "/1 of %" G_GINT64_FORMAT, succeeded, parallelism);
  return dd_string_printf ("%" G_GINT64_FORMAT "/1", succeeded);
}

static DdValue *
duration_cell (KubeApi *api, const SimObject *job)
{
  const char *start = dd_value_path_string (job->value, "status.startTime");
  const char *end = dd_value_path_string (job->value, "status.completionTime");
  DdUsec from, to = sim_stage_now (api->stage);

  if (start == NULL || !dd_time_from_iso8601 (start, &from))
    return dd_string ("");
  if (end != NULL)
    dd_time_from_iso8601 (end, &to);
  return dd_string_take (kube_human_duration (to - from));
}

static const KubeColumn columns[] = {
  KUBE_NAME_COLUMN,
  { "Status", "string", .cell = status_cell, .since = 30,
    KUBE_DOC ("Running, Suspended, Complete, Failed, or what it is on its way to.") },
  { "Completions", "string", .path = "status.succeeded", .cell = completions_cell },
  { "Duration", "string", .cell = duration_cell,
    KUBE_DOC ("Time from the start to the end, or until now.") },
  KUBE_AGE_COLUMN,
  KUBE_WORKLOAD_COLUMNS,
  { NULL },
};

/* ---- defaults ---- */

static void
set_where_absent (DdValue **job, const char *path, DdValue *value)
{
  if (dd_value_path (*job, path) == NULL)
    dd_value_set (job, path, value);
  else
    dd_value_unref (value);
}

/* None of it stands in the table: the template of a CronJob is a Job's spec without them.
 * Imitates: pkg/apis/batch/v1, SetDefaults_Job. */
static void
set_defaults (DdValue **job)
{
  gboolean queue = dd_value_path (*job, "spec.parallelism") != NULL;

  set_where_absent (job, "spec.manualSelector", dd_bool (FALSE));
  set_where_absent (job, "spec.completionMode", dd_word ("NonIndexed"));
  set_where_absent (job, "spec.suspend", dd_bool (FALSE));
  if (!queue && dd_value_path (*job, "spec.completions") == NULL)
    dd_value_set (job, "spec.completions", dd_int (1));
  if (!queue)
    dd_value_set (job, "spec.parallelism", dd_int (1));
  set_where_absent (
      job, "spec.backoffLimit",
      dd_int (dd_value_path (*job, "spec.backoffLimitPerIndex") != NULL ? G_MAXINT32 : 6));
  set_where_absent (job, "spec.podReplacementPolicy",
                    dd_word (dd_value_path (*job, "spec.podFailurePolicy") != NULL
                                 ? "Failed"
                                 : "TerminatingOrFailed"));
  kube_template_set_defaults (job);
}

static void
set_label (DdValue **labels, const char *key, const char *text)
{
  DdValue *changed = dd_value_with_member (*labels, key, dd_string (text));

  dd_value_unref (*labels);
  *labels = changed;
}

/* Labels that no other job's pods have, by name and uid, and a selector for them. A job without
 * labels of its own has those of its template. Imitates: the jobs' strategy, generateSelector. */
static void
complete_create (DdValue **job)
{
  static const char *const uid_labels[] = { UID_LABEL, "controller-uid" };
  static const char *const name_labels[] = { NAME_LABEL, "job-name" };
  const char *uid = dd_value_path_string (*job, "metadata.uid");
  const char *name = dd_value_path_string (*job, "metadata.name");
  g_autoptr (DdValue) labels = NULL;

  if (!dd_value_path_bool (*job, "spec.manualSelector", FALSE) && name != NULL)
    {
      const DdValue *own = dd_value_path (*job, "spec.template.metadata.labels");

      labels = own != NULL ? dd_value_ref (own) : dd_object_empty ();
      for (guint i = 0; i < G_N_ELEMENTS (uid_labels); i++)
        {
          set_label (&labels, uid_labels[i], uid);
          set_label (&labels, name_labels[i], name);
        }
      if (dd_value_path (*job, "spec.selector") == NULL)
        dd_value_set (
            job, "spec.selector",
            dd_object ("matchLabels", dd_object (UID_LABEL, dd_string (uid), NULL), NULL));
      dd_value_set (job, "spec.template.metadata.labels", dd_value_ref (labels));
    }
  if (dd_value_length (dd_value_path (*job, "metadata.labels")) == 0)
    {
      const DdValue *own = dd_value_path (*job, "spec.template.metadata.labels");

      if (own != NULL)
        dd_value_set (job, "metadata.labels", dd_value_ref (own));
    }
}

/* ---- validation ---- */

static void
validate_numbers (const DdValue *job, KubeCauses *causes)
{
  static const char *const numbers[]
      = { "spec.parallelism", "spec.completions", "spec.activeDeadlineSeconds", "spec.backoffLimit",
          "spec.ttlSecondsAfterFinished" };

  for (guint i = 0; i < G_N_ELEMENTS (numbers); i++)
    {
      gint64 value = dd_value_path_int (job, numbers[i], 0);

      if (value < 0)
        kube_causes_add (causes, "FieldValueInvalid", numbers[i],
                         "Invalid value: %" G_GINT64_FORMAT ": must be greater than or equal to 0",
                         value);
    }
  if (dd_value_path_int (job, "spec.parallelism", 0) > KUBE_MAX_PODS)
    kube_causes_add (causes, "FieldValueInvalid", "spec.parallelism",
                     "Invalid value: %" G_GINT64_FORMAT
                     ": must be less than or equal to %d, the most pods that this cluster models",
                     dd_value_path_int (job, "spec.parallelism", 0), KUBE_MAX_PODS);
}

/* Imitates: ValidateJobSpec, validateJobSpec; the most completions of an Indexed job. */
static void
validate_indexes (const DdValue *job, KubeCauses *causes)
{
  const DdValue *completions = dd_value_path (job, "spec.completions");

  if (g_strcmp0 (dd_value_path_string (job, "spec.completionMode"), "Indexed") != 0)
    return;
  if (completions == NULL)
    kube_causes_add (causes, "FieldValueRequired", "spec.completions",
                     "Required value: when completion mode is Indexed");
  else if (dd_value_int (completions, 0) > 100000)
    kube_causes_add (causes, "FieldValueInvalid", "spec.completions",
                     "Invalid value: %" G_GINT64_FORMAT
                     ": must be less than or equal to 100000, the most indexes that this cluster "
                     "models",
                     dd_value_int (completions, 0));
}

static void
validate_restart_policy (const DdValue *job, KubeCauses *causes)
{
  static const char field[] = "spec.template.spec.restartPolicy";
  const char *restart = dd_value_path_string (job, field);

  if (restart == NULL || strcmp (restart, "Always") == 0)
    kube_causes_add (causes, "FieldValueRequired", field,
                     "Required value: valid values: \"OnFailure\", \"Never\"");
  else if (strcmp (restart, "Never") != 0 && dd_value_path (job, "spec.podFailurePolicy") != NULL)
    kube_causes_add (causes, "FieldValueInvalid", field,
                     "Invalid value: \"%s\": only \"Never\" is supported when podFailurePolicy is "
                     "specified",
                     restart);
}

static void
validate_rules (const DdValue *job, KubeCauses *causes)
{
  const DdValue *rules = dd_value_path (job, "spec.podFailurePolicy.rules");

  for (gsize i = 0; i < dd_value_length (rules); i++)
    {
      const DdValue *one = dd_value_element (rules, i);
      g_autofree char *place
          = g_strdup_printf ("spec.podFailurePolicy.rules[%" G_GSIZE_FORMAT "]", i);
      g_autofree char *action = g_strconcat (place, ".action", NULL);

      if (dd_value_path (one, "onExitCodes") == NULL
          && dd_value_length (dd_value_path (one, "onPodConditions")) == 0)
        kube_causes_add (causes, "FieldValueInvalid", place,
                         "Invalid value: \"\": specifying one of OnExitCodes and OnPodConditions "
                         "is required");
      if (g_strcmp0 (dd_value_path_string (one, "action"), "FailIndex") == 0
          && dd_value_path (job, "spec.backoffLimitPerIndex") == NULL)
        kube_causes_add (causes, "FieldValueInvalid", action,
                         "Invalid value: \"FailIndex\": requires the backoffLimitPerIndex to be "
                         "set");
    }
}

static void
validate_policies (const DdValue *job, KubeCauses *causes)
{
  const char *replacement = dd_value_path_string (job, "spec.podReplacementPolicy");

  if (dd_value_path (job, "spec.podFailurePolicy") != NULL && replacement != NULL
      && strcmp (replacement, "Failed") != 0)
    kube_causes_add (causes, "FieldValueNotSupported", "spec.podReplacementPolicy",
                     "Unsupported value: \"%s\": supported values: \"Failed\"", replacement);
  validate_rules (job, causes);
}

/* A selector is the server's unless the job says otherwise; the labels must fit in any case. */
static void
validate_selector (const DdValue *job, KubeCauses *causes)
{
  const DdValue *selector = dd_value_path (job, "spec.selector");
  const DdValue *labels = dd_value_path (job, "spec.template.metadata.labels");
  const char *uid = dd_value_path_string (job, "metadata.uid");
  g_autofree char *text = NULL;

  if (selector == NULL)
    {
      kube_causes_add (causes, "FieldValueRequired", "spec.selector", "Required value");
      return;
    }
  if (!dd_value_path_bool (job, "spec.manualSelector", FALSE)
      && g_strcmp0 (dd_value_string (dd_value_at (selector, "matchLabels", UID_LABEL, NULL)), uid)
             != 0)
    {
      text = kube_go_label_selector (selector);
      kube_causes_add (causes, "FieldValueInvalid", "spec.selector",
                       "Invalid value: %s: `selector` not auto-generated", text);
      return;
    }
  if (kube_label_selector_matches (selector, labels))
    return;
  text = kube_go_string_map (labels);
  kube_causes_add (causes, "FieldValueInvalid", "spec.template.metadata.labels",
                   "Invalid value: %s: `selector` does not match template `labels`", text);
}

/* The number of pods may follow that of indexes; a job that was never started may still change its
 * template. Imitates: ValidateJobSpecUpdate. */
static gboolean
may_change (const DdValue *old, const DdValue *job, const char *field)
{
  if (strcmp (field, "spec.completions") == 0)
    return g_strcmp0 (dd_value_path_string (job, "spec.completionMode"), "Indexed") == 0
           && dd_value_equal (dd_value_path (job, "spec.completions"),
                              dd_value_path (job, "spec.parallelism"));
  return strcmp (field, "spec.template") == 0 && dd_value_path_bool (old, "spec.suspend", FALSE)
         && dd_value_path (old, "status.startTime") == NULL;
}

static void
validate_kept (const DdValue *old, const DdValue *job, KubeCauses *causes)
{
  static const char *const kept[]
      = { "spec.completions",    "spec.selector",         "spec.template",
          "spec.completionMode", "spec.podFailurePolicy", "spec.backoffLimitPerIndex",
          "spec.managedBy",      "spec.successPolicy" };

  for (guint i = 0; i < G_N_ELEMENTS (kept); i++)
    {
      const DdValue *after = dd_value_path (job, kept[i]);
      g_autofree char *text = NULL;

      if (dd_value_equal (dd_value_path (old, kept[i]), after) || may_change (old, job, kept[i]))
        continue;
      text = after != NULL ? dd_value_to_text (after) : g_strdup ("null");
      kube_causes_add (causes, "FieldValueInvalid", kept[i],
                       "Invalid value: %s: field is immutable", text);
    }
}

void
kube_job_template_validate (const DdValue *job, KubeCauses *causes)
{
  validate_numbers (job, causes);
  kube_pod_spec_validate (dd_value_path (job, "spec.template.spec"), "spec.template.spec", causes);
  validate_indexes (job, causes);
  validate_restart_policy (job, causes);
  validate_policies (job, causes);
}

static void
validate (const DdValue *old, const DdValue *job, KubeCauses *causes)
{
  validate_selector (job, causes);
  kube_job_template_validate (job, causes);
  if (old != NULL)
    validate_kept (old, job, causes);
}

/* Only status.successful is none of the object's paths. */
static char *
field_value (const SimObject *job, const char *field)
{
  return strcmp (field, "status.successful") != 0
             ? NULL
             : g_strdup_printf ("%" G_GINT64_FORMAT,
                                dd_value_path_int (job->value, "status.succeeded", 0));
}

const KubeKind kube_job = {
  .group = "batch",
  .version = "v1",
  .kind = "Job",
  .plural = "jobs",
  .singular = "job",
  .categories = KUBE_VALUES ("all"),
  .namespaced = TRUE,
  .subresources = KUBE_SUB_STATUS,
  .flags = KUBE_UNCONDITIONAL_UPDATE | KUBE_HAS_GENERATION | KUBE_ORPHANS_BY_DEFAULT,
  .type = &type,
  .columns = columns,
  .selectable_fields = KUBE_VALUES ("status.successful"),
  .set_defaults = set_defaults,
  .complete_create = complete_create,
  .validate = validate,
  .field_value = field_value,
};
