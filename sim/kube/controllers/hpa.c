/* SPDX-License-Identifier: Apache-2.0 */
/* sim/kube/controllers/hpa.c: gives workloads as many pods as what they use asks for
 *
 * Imitates: Kubernetes, Horizontal Pod Autoscaling; kubernetes/kubernetes,
 * pkg/controller/podautoscaler/horizontal.go. Every 15 seconds each autoscaler looks at what its
 * pods use (usage.c), works out how many there should be (replica-calculator.c), holds that back
 * by its windows and policies (scaling-rules.c) and writes the scale of its target. Metrics of
 * pods, objects and the outside have no adapter here: they are never known.
 *
 * An idle world has no periodic events: once nothing has changed for as long as anything that was
 * can matter, each look would find what the one before it found. The autoscaler rests then, until
 * its pods, its target or itself change, and looks again when it would have in any case. */
#include "config.h"

#include <string.h>

#include "base/time.h"
#include "sim/kube/controllers/conditions.h"
#include "sim/kube/controllers/replica-calculator.h"
#include "sim/kube/controllers/scaling-rules.h"
#include "sim/kube/controllers/usage.h"
#include "sim/kube/controllers/workload.h"
#include "sim/kube/controllers/writes.h"
#include "sim/kube/kinds/recorder.h"
#include "sim/kube/schema/quantity.h"
#include "sim/kube/scale.h"

#define COMPONENT "horizontal-pod-autoscaler"
/* --horizontal-pod-autoscaler-sync-period; the queue waits as long before the first time. */
#define PERIOD (15 * DD_SECOND)
/* --horizontal-pod-autoscaler-cpu-initialization-period */
#define CPU_INITIALIZATION (5 * DD_MINUTE)
/* --horizontal-pod-autoscaler-initial-readiness-delay */
#define INITIAL_READINESS (30 * DD_SECOND)
/* What one sample of metrics-server is of (--metric-resolution). */
#define SAMPLE (15 * DD_SECOND)

typedef struct
{
  SimActors *actors;
  SimController *queue;
  GHashTable *autoscalers; /* uid -> Autoscaler, for look-up only */
  GHashTable *spaces;      /* namespace -> GPtrArray of its Autoscalers, in the order they came */
} Autoscalers;

/* What one autoscaler remembers from one time to the next. */
typedef struct
{
  Autoscalers *all;
  char *namespace_, *name;
  DdUsec born, changed; /* when it came, and when anything that it looks at last changed */
  gboolean rests, woken;
  gboolean weighed; /* the last look came to a recommendation */
  gboolean refused; /* its write was: it goes on */
  SimCensus *census;
  SimScalingPast *past;
  const SimGroup *group; /* the pods of the target */
  DdValue *selector;     /* theirs */
} Autoscaler;

/* One look at one autoscaler. */
typedef struct
{
  Autoscalers *all;
  Autoscaler *own;
  SimObject *object, *target;
  DdValue *status; /* what will be written */
  GPtrArray *pods;
  guint sharers; /* of the pods, those that are Ready */
  gint64 current;
} Look;

static void
autoscaler_free (gpointer data)
{
  Autoscaler *own = data;

  if (own->group != NULL)
    sim_census_leave (own->census, own->group);
  dd_value_unref (own->selector);
  sim_scaling_past_free (own->past);
  g_free (own->namespace_);
  g_free (own->name);
  g_free (own);
}

static void
set_condition (Look *look, const char *type, gboolean holds, const char *reason,
               const char *message)
{
  DdValue *condition
      = dd_object ("type", dd_string (type), "status", dd_string (holds ? "True" : "False"),
                   "lastTransitionTime", sim_now_value (look->all->actors->stage), "reason",
                   dd_string (reason), "message", dd_string (message), NULL);
  DdValue *status = sim_status_with_condition (look->status, condition);

  dd_value_unref (look->status);
  look->status = status;
}

static void
warn (Look *look, const char *reason, const char *message)
{
  kube_record_event (look->all->actors->api, look->object, COMPONENT, NULL, "Warning", reason, "%s",
                     message);
}

/* ---- the target ---- */

static const KubeKind *
kind_of_target (const KubeCatalogue *catalogue, const DdValue *reference)
{
  const char *version = dd_value_path_string (reference, "apiVersion");
  const char *kind = dd_value_path_string (reference, "kind");
  const char *slash = version != NULL ? strchr (version, '/') : NULL;
  gsize length = slash != NULL ? (gsize) (slash - version) : 0;

  for (guint i = 0; i < catalogue->kinds->len; i++)
    {
      const KubeKind *its = g_ptr_array_index (catalogue->kinds, i);

      if (g_strcmp0 (its->kind, kind) == 0 && strlen (its->group) == length
          && (length == 0 || strncmp (its->group, version, length) == 0))
        return its;
    }
  return NULL;
}

/* NULL with what is wrong with it in *OUT_PROBLEM. */
static SimObject *
find_target (Look *look, char **out_problem)
{
  const DdValue *reference = dd_value_path (look->object->value, "spec.scaleTargetRef");
  const char *name = dd_value_path_string (reference, "name");
  const char *version = dd_value_path_string (reference, "apiVersion");
  const KubeKind *kind = kind_of_target (look->all->actors->api->catalogue, reference);
  SimObject *target = NULL;
  g_autoptr (GError) reason = NULL;

  if (kind == NULL)
    {
      g_auto (GStrv) parts = g_strsplit (version != NULL ? version : "", "/", 2);

      *out_problem = g_strdup_printf ("no matches for kind \"%s\" in group \"%s\"",
                                      dd_value_path_string (reference, "kind"),
                                      g_strv_length (parts) == 2 ? parts[0] : "");
    }
  else if ((kind->subresources & KUBE_SUB_SCALE) == 0)
    *out_problem = g_strdup ("the server could not find the requested resource");
  else
    {
      target = sim_store_get (look->all->actors->store, kind, look->object->namespace_, name);
      if (target == NULL)
        *out_problem
            = g_strdup_printf ("%s/scale.%s \"%s\" not found", kind->plural, kind->group, name);
      else if (!kube_scale_check (target, &reason))
        {
          *out_problem = g_strdup (reason->message);
          target = NULL;
        }
    }
  return target;
}

static void
refuse_target (Look *look, const char *problem)
{
  g_autofree char *message = g_strconcat (
      "the HPA controller was unable to get the target's current scale: ", problem, NULL);

  warn (look, "FailedGetScale", problem);
  set_condition (look, "AbleToScale", FALSE, "FailedGetScale", message);
}

/* ---- its pods ---- */

static void
follow_selector (Look *look)
{
  Autoscaler *own = look->own;
  g_autoptr (DdValue) selector = kube_scale_selector (look->target);

  if (own->group != NULL && dd_value_equal (own->selector, selector))
    return;
  if (own->group != NULL)
    sim_census_leave (own->census, own->group);
  dd_value_unref (own->selector);
  own->selector = dd_value_ref (selector);
  own->group = sim_census_join (own->census, look->object->namespace_, selector);
}

static void
take_pods (Look *look, GPtrArray *from, const char *owner)
{
  for (guint i = 0; i < from->len; i++)
    {
      SimObject *pod = g_ptr_array_index (from, i);

      if (pod->kind == &kube_pod && g_strcmp0 (kube_pod_view (pod)->owner_uid, owner) == 0
          && kube_label_selector_matches (look->own->selector, kube_pod_view (pod)->labels))
        g_ptr_array_add (look->pods, sim_object_ref (pod));
    }
}

static int
compare_names (gconstpointer a, gconstpointer b)
{
  const SimObject *left = *(SimObject *const *) a, *right = *(SimObject *const *) b;

  return strcmp (left->name, right->name);
}

static void
take_pods_of (Look *look, const char *owner)
{
  SimStore *store = look->all->actors->store;
  gboolean orphans = *owner == '\0';
  g_autoptr (GPtrArray) some = orphans ? sim_store_list (store, &kube_pod, look->object->namespace_)
                                       : sim_store_dependents (store, owner);

  take_pods (look, some, orphans ? NULL : owner);
}

/* By their controllers, whom the census knows, so that nobody looks through a whole namespace but
 * for pods that have none. */
static void
list_pods (Look *look)
{
  GHashTableIter owners;
  gpointer uid;

  follow_selector (look);
  look->pods = g_ptr_array_new_with_free_func ((GDestroyNotify) sim_object_unref);
  g_hash_table_iter_init (&owners, look->own->group->by_owner);
  while (g_hash_table_iter_next (&owners, &uid, NULL))
    take_pods_of (look, uid);
  g_ptr_array_sort (look->pods, compare_names);
  for (guint i = 0; i < look->pods->len; i++)
    look->sharers += kube_pod_view (g_ptr_array_index (look->pods, i))->ready
                     && !kube_pod_view (g_ptr_array_index (look->pods, i))->terminating;
}

/* ---- what they use ---- */

static DdUsec
instant_at (const DdValue *object, const char *path, DdUsec fallback)
{
  const char *text = dd_value_path_string (object, path);
  DdUsec instant = fallback;

  if (text != NULL)
    dd_time_from_iso8601 (text, &instant);
  return instant;
}

/* Whether what POD uses of its CPU says nothing yet, or nothing at all. */
static gboolean
is_new (const SimObject *pod, DdUsec now)
{
  const DdValue *condition = sim_condition_find (dd_value_member (pod->value, "status"), "Ready");
  DdUsec start = instant_at (pod->value, "status.startTime", -1);
  DdUsec since = instant_at (condition, "lastTransitionTime", 0);
  gboolean ready = kube_pod_view (pod)->ready;

  if (condition == NULL || start < 0)
    return TRUE;
  if (start + CPU_INITIALIZATION > now)
    return !ready || now < since + SAMPLE;
  return !ready && start + INITIAL_READINESS > since;
}

/* Imitates: replica_calculator.go, groupPods. */
static SimPodStanding
standing_of (const Look *look, const SimObject *pod, const char *resource, gint64 *out_usage)
{
  const KubePodView *view = kube_pod_view (pod);
  DdUsec now = sim_stage_now (look->all->actors->stage);

  if (view->terminating || g_strcmp0 (view->phase, "Failed") == 0)
    return SIM_POD_IGNORED;
  if (g_strcmp0 (view->phase, "Pending") == 0)
    return SIM_POD_UNREADY;
  if (!sim_pod_usage (pod, look->target, resource, look->sharers, out_usage))
    return SIM_POD_MISSING;
  return strcmp (resource, "cpu") == 0 && is_new (pod, now) ? SIM_POD_UNREADY : SIM_POD_MEASURED;
}

static gboolean
add_requests (const SimObject *pod, const DdValue *containers, gboolean init, const char *resource,
              gint64 *sum, GError **error)
{
  for (gsize i = 0; i < dd_value_length (containers); i++)
    {
      const DdValue *container = dd_value_element (containers, i);
      const DdValue *requests = dd_value_path (container, "resources.requests");
      gint64 milli;

      if (init && g_strcmp0 (dd_value_path_string (container, "restartPolicy"), "Always") != 0)
        continue;
      if (!kube_quantity_to_milli (dd_value_member (requests, resource), &milli))
        {
          g_set_error (error, KUBE_ERROR, KUBE_INTERNAL_ERROR,
                       "missing request for %s in container %s of Pod %s", resource,
                       dd_value_path_string (container, "name"), pod->name);
          return FALSE;
        }
      *sum += milli;
    }
  return TRUE;
}

static gboolean
request_of (const SimObject *pod, const char *resource, gint64 *out_sum, GError **error)
{
  *out_sum = 0;
  return add_requests (pod, dd_value_path (pod->value, "spec.containers"), FALSE, resource, out_sum,
                       error)
         && add_requests (pod, dd_value_path (pod->value, "spec.initContainers"), TRUE, resource,
                          out_sum, error);
}

/* How each pod stands, and whether anything is known of any. */
static GArray *
measure (const Look *look, const char *resource, gboolean *out_known)
{
  GArray *metrics = g_array_sized_new (FALSE, FALSE, sizeof (SimPodMetric), look->pods->len);

  *out_known = FALSE;
  for (guint i = 0; i < look->pods->len; i++)
    {
      const SimObject *pod = g_ptr_array_index (look->pods, i);
      SimPodMetric metric = { 0 };
      gint64 usage;

      metric.standing = standing_of (look, pod, resource, &metric.usage);
      *out_known |= sim_pod_usage (pod, look->target, resource, look->sharers, &usage);
      g_array_append_val (metrics, metric);
    }
  return metrics;
}

static gboolean
add_all_requests (const Look *look, GArray *metrics, const char *resource, GError **error)
{
  for (guint i = 0; i < look->pods->len; i++)
    if (!request_of (g_ptr_array_index (look->pods, i), resource,
                     &g_array_index (metrics, SimPodMetric, i).request, error))
      return FALSE;
  return TRUE;
}

static gboolean
propose_for_resource (const Look *look, const char *resource, const SimMetricTarget *target,
                      SimProposal *out, GError **error)
{
  gboolean known;
  g_autoptr (GArray) metrics = measure (look, resource, &known);

  if (!known)
    {
      g_set_error (error, KUBE_ERROR, KUBE_INTERNAL_ERROR,
                   "unable to get metrics for resource %s: no metrics returned from resource "
                   "metrics API",
                   resource);
      return FALSE;
    }
  return (target->percent == 0 || add_all_requests (look, metrics, resource, error))
         && sim_replicas_for (metrics, target, look->current, out, error);
}

/* ---- metrics ---- */

/* What one metric of the spec comes to. */
typedef struct
{
  SimProposal proposal;
  char *name;      /* as the reason of a change names it */
  DdValue *status; /* what the autoscaler's status says of it */
} Finding;

static void
finding_clear (Finding *finding)
{
  g_clear_pointer (&finding->name, g_free);
  g_clear_pointer (&finding->status, dd_value_unref);
}

/* 1500 is "1500m", 2000 is "2". */
static DdValue *
milli_quantity (gint64 milli)
{
  return milli % 1000 == 0 ? dd_string_printf ("%" G_GINT64_FORMAT, milli / 1000)
                           : dd_string_printf ("%" G_GINT64_FORMAT "m", milli);
}

static gboolean
find_resource (const Look *look, const DdValue *metric, Finding *out, GError **error)
{
  const char *resource = dd_value_path_string (metric, "resource.name");
  const DdValue *average = dd_value_path (metric, "resource.target.averageValue");
  SimMetricTarget target = { 0 };
  DdValue *current;

  if (!kube_quantity_to_milli (average, &target.average))
    target.percent = dd_value_path_int (metric, "resource.target.averageUtilization", 0);
  if (!propose_for_resource (look, resource, &target, &out->proposal, error))
    {
      g_prefix_error (error, "failed to get %s %s: ", resource,
                      average != NULL ? "usage" : "utilization");
      return FALSE;
    }
  out->name = average != NULL
                  ? g_strdup_printf ("%s resource", resource)
                  : g_strdup_printf ("%s resource utilization (percentage of request)", resource);
  current = dd_object ("averageValue", milli_quantity (out->proposal.average), "averageUtilization",
                       average == NULL ? dd_int (out->proposal.percent) : NULL, NULL);
  out->status
      = dd_object ("type", dd_string ("Resource"), "resource",
                   dd_object ("name", dd_string (resource), "current", current, NULL), NULL);
  return TRUE;
}

/* What no metrics API here tells: in the words of a cluster that has no adapter for it. */
static const struct
{
  const char *type, *what, *problem;
} unknown_types[] = {
  { "ContainerResource", "container",
    "unable to get metrics of a container: no metrics returned from resource metrics API" },
  { "Pods", "pods",
    "unable to get metric: unable to fetch metrics from custom metrics API: no custom metrics API "
    "(custom.metrics.k8s.io) registered" },
  { "Object", "object",
    "unable to get metric: unable to fetch metrics from custom metrics API: no custom metrics API "
    "(custom.metrics.k8s.io) registered" },
  { "External", "external",
    "unable to get external metric: unable to fetch metrics from external metrics API: no external "
    "metrics API (external.metrics.k8s.io) registered" },
};

static gboolean
find_metric (const Look *look, const DdValue *metric, Finding *out, GError **error)
{
  const char *type = dd_value_path_string (metric, "type");

  for (guint i = 0; i < G_N_ELEMENTS (unknown_types); i++)
    if (g_strcmp0 (type, unknown_types[i].type) == 0)
      {
        g_set_error_literal (error, KUBE_ERROR, KUBE_INTERNAL_ERROR, unknown_types[i].problem);
        return FALSE;
      }
  return find_resource (look, metric, out, error);
}

/* What the metrics of the spec come to together. */
typedef struct
{
  gint64 replicas; /* that of the one that asks for most */
  char *name;
  guint invalid;
  char *problem;        /* the first, as events tell it */
  char *reason, *cause; /* of the first, as the condition has it */
} Verdict;

static void
verdict_clear (Verdict *verdict)
{
  g_free (verdict->name);
  g_free (verdict->problem);
  g_free (verdict->reason);
  g_free (verdict->cause);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Verdict, verdict_clear)

static const char *
words_for (const DdValue *metric)
{
  const char *type = dd_value_path_string (metric, "type");

  for (guint i = 0; i < G_N_ELEMENTS (unknown_types); i++)
    if (g_strcmp0 (type, unknown_types[i].type) == 0)
      return unknown_types[i].what;
  return NULL;
}

static void
note_problem (Look *look, const DdValue *metric, const GError *problem, Verdict *verdict)
{
  g_autofree char *reason
      = g_strdup_printf ("FailedGet%sMetric", dd_value_path_string (metric, "type"));
  const char *words = words_for (metric);

  warn (look, reason, problem->message);
  if (verdict->invalid++ > 0)
    return;
  verdict->cause
      = g_strdup_printf ("the HPA was unable to compute the replica count: %s", problem->message);
  verdict->problem
      = words != NULL
            ? g_strdup_printf ("failed to get %s metric value: %s", words, problem->message)
            : g_strdup_printf ("failed to get %s resource metric value: %s",
                               dd_value_path_string (metric, "resource.name"), problem->message);
  verdict->reason = g_steal_pointer (&reason);
}

/* The metric's part of the status; an empty type where nothing is known. */
static DdValue *
weigh_metric (Look *look, const DdValue *metric, Verdict *verdict)
{
  Finding finding = { 0 };
  g_autoptr (GError) problem = NULL;
  DdValue *status;

  if (!find_metric (look, metric, &finding, &problem))
    {
      note_problem (look, metric, problem, verdict);
      return dd_object ("type", dd_string (""), NULL);
    }
  if (verdict->replicas == 0 || finding.proposal.replicas > verdict->replicas)
    {
      verdict->replicas = finding.proposal.replicas;
      g_free (verdict->name);
      verdict->name = g_steal_pointer (&finding.name);
    }
  status = g_steal_pointer (&finding.status);
  finding_clear (&finding);
  return status;
}

/* Another autoscaler of the same target would pull the other way. Imitates: horizontal.go,
 * validateAndParseSelector, which finds any that share a pod. */
static gboolean
is_ambiguous (Look *look, char **out_problem)
{
  const DdValue *target = dd_value_path (look->object->value, "spec.scaleTargetRef");
  g_autoptr (GPtrArray) all = sim_store_list (
      look->all->actors->store, &kube_horizontal_pod_autoscaler, look->object->namespace_);
  g_autoptr (GString) names = g_string_new (NULL);
  g_autofree char *selector = NULL;
  guint found = 0;

  for (guint i = 0; i < all->len && look->pods->len > 0; i++)
    {
      const SimObject *other = g_ptr_array_index (all, i);

      if (!dd_value_equal (dd_value_path (other->value, "spec.scaleTargetRef"), target))
        continue;
      g_string_append_printf (names, "%s%s/%s", found++ > 0 ? " " : "", other->namespace_,
                              other->name);
    }
  if (found < 2)
    return FALSE;
  selector = kube_label_selector_to_text (look->own->selector);
  *out_problem = g_strdup_printf ("pods by selector %s are controlled by multiple HPAs: [%s]",
                                  selector, names->str);
  return TRUE;
}

/* FALSE: there is no telling; the status says why and *OUT_PROBLEM does for people. */
static gboolean
weigh (Look *look, Verdict *verdict, char **out_problem)
{
  const DdValue *metrics = dd_value_path (look->object->value, "spec.metrics");
  DdBuilder statuses = dd_builder_array ();
  gsize n = dd_value_length (metrics);
  g_autofree char *found = NULL;

  if (is_ambiguous (look, out_problem))
    {
      dd_builder_clear (&statuses);
      warn (look, "AmbiguousSelector", *out_problem);
      set_condition (look, "ScalingActive", FALSE, "AmbiguousSelector", *out_problem);
      return FALSE;
    }
  for (gsize i = 0; i < n; i++)
    dd_builder_add (&statuses, weigh_metric (look, dd_value_element (metrics, i), verdict));
  dd_value_set (&look->status, "currentMetrics", dd_builder_end (&statuses));
  if (verdict->invalid > 0)
    *out_problem = g_strdup_printf ("invalid metrics (%u invalid out of %" G_GSIZE_FORMAT
                                    "), first error is: %s",
                                    verdict->invalid, n, verdict->problem);
  if (verdict->invalid >= n || (verdict->invalid > 0 && verdict->replicas < look->current))
    {
      set_condition (look, "ScalingActive", FALSE, verdict->reason, verdict->cause);
      return FALSE;
    }
  found = g_strdup_printf ("the HPA was able to successfully calculate a replica count from %s",
                           verdict->name);
  set_condition (look, "ScalingActive", TRUE, "ValidMetricFound", found);
  return TRUE;
}

/* ---- what is done ---- */

static gint64
limit_of (const Look *look, const char *path, gint64 fallback)
{
  return dd_value_path_int (look->object->value, path, fallback);
}

static SimScalingCase
case_of (const Look *look, gint64 desired)
{
  return (SimScalingCase) {
    .current = look->current,
    .desired = desired,
    .min = limit_of (look, "spec.minReplicas", 1),
    .max = limit_of (look, "spec.maxReplicas", 1),
    .behavior = dd_value_path (look->object->value, "spec.behavior"),
    .now = sim_stage_now (look->all->actors->stage),
  };
}

static gint64
normalize (Look *look, gint64 desired)
{
  SimScalingCase scaling = case_of (look, desired);
  SimScalingWhy why;
  gint64 replicas = sim_scaling_stabilize (look->own->past, &scaling, &why);
  gint64 limited;

  look->own->weighed = TRUE;
  set_condition (look, "AbleToScale", TRUE, why.reason, why.message);
  scaling.desired = replicas;
  limited = sim_scaling_limit (look->own->past, &scaling, &why);
  set_condition (look, "ScalingLimited", limited != replicas, why.reason, why.message);
  return limited;
}

/* How many pods there should be, and why; FALSE: there is no telling. */
static gboolean
decide (Look *look, gint64 *out_replicas, char **out_why)
{
  gint64 least = limit_of (look, "spec.minReplicas", 1);
  gint64 most = limit_of (look, "spec.maxReplicas", 1);
  g_autofree char *problem = NULL;
  g_auto (Verdict) verdict = { 0 };

  if (look->current == 0 && least != 0)
    {
      *out_replicas = 0;
      set_condition (look, "ScalingActive", FALSE, "ScalingDisabled",
                     "scaling is disabled since the replica count of the target is zero");
      return TRUE;
    }
  if (look->current > most || look->current < least)
    {
      gboolean above = look->current > most;

      *out_replicas = above ? most : least;
      *out_why = g_strdup_printf ("Current number of replicas %s",
                                  above ? "above Spec.MaxReplicas" : "below Spec.MinReplicas");
      return TRUE;
    }
  list_pods (look);
  if (!weigh (look, &verdict, &problem))
    {
      warn (look, "FailedComputeMetricsReplicas", problem);
      return FALSE;
    }
  *out_why = verdict.replicas > look->current ? g_strconcat (verdict.name, " above target", NULL)
                                              : g_strdup ("All metrics below target");
  *out_replicas = normalize (look, verdict.replicas);
  return TRUE;
}

/* FALSE: the write was refused, which the status says. */
static gboolean
rescale (Look *look, gint64 replicas, const char *why)
{
  SimActors *actors = look->all->actors;
  SimScalingCase scaling = case_of (look, replicas);
  g_autoptr (GError) problem = NULL;
  g_autofree char *subject = sim_object_subject (look->object);
  g_autofree char *message = NULL;

  if (!sim_write_scale (actors, &sim_actor_hpa, look->target, replicas, &problem))
    {
      message = g_strdup_printf ("the HPA controller was unable to update the target scale: %s",
                                 problem->message);
      kube_record_event (actors->api, look->object, COMPONENT, NULL, "Warning", "FailedRescale",
                         "New size: %" G_GINT64_FORMAT "; reason: %s; error: %s", replicas, why,
                         problem->message);
      set_condition (look, "AbleToScale", FALSE, "FailedUpdateScale", message);
      look->own->refused = TRUE;
      return FALSE;
    }
  message = g_strdup_printf (
      "the HPA controller was able to update the target scale to %" G_GINT64_FORMAT, replicas);
  set_condition (look, "AbleToScale", TRUE, "SucceededRescale", message);
  kube_record_event (actors->api, look->object, COMPONENT, NULL, "Normal", "SuccessfulRescale",
                     "New size: %" G_GINT64_FORMAT "; reason: %s", replicas, why);
  sim_scaling_note (look->own->past, &scaling, replicas);
  sim_stage_trace (actors->stage, "hpa", DD_EVENT_AUTOSCALER_SCALED, subject,
                   dd_object ("from_replicas", dd_int (look->current), "replicas",
                              dd_int (replicas), "reason", dd_string (why), NULL));
  return TRUE;
}

static void
scale (Look *look)
{
  gint64 desired = limit_of (look, "status.desiredReplicas", 0);
  gint64 replicas = look->current;
  g_autofree char *why = NULL;

  set_condition (look, "AbleToScale", TRUE, "SucceededGetScale",
                 "the HPA controller was able to get the target's current scale");
  dd_value_set (&look->status, "currentMetrics", NULL);
  if (decide (look, &replicas, &why)
      && (replicas == look->current || rescale (look, replicas, why)))
    {
      desired = replicas;
      if (replicas != look->current)
        dd_value_set (&look->status, "lastScaleTime", sim_now_value (look->all->actors->stage));
    }
  dd_value_set (&look->status, "currentReplicas", dd_int (look->current));
  dd_value_set (&look->status, "desiredReplicas", dd_int (desired));
}

/* ---- the controller ---- */

/* An autoscaler that has rested has found the same all the while. */
static void
begin_look (Autoscaler *own, DdUsec now)
{
  if (own->woken && own->weighed)
    sim_scaling_bridge (own->past, now - PERIOD);
  own->woken = own->weighed = own->refused = FALSE;
}

static void
look_at (Autoscalers *self, Autoscaler *own, SimObject *object)
{
  const DdValue *status = dd_value_member (object->value, "status");
  Look look = { .all = self,
                .own = own,
                .object = object,
                .status = status != NULL ? dd_value_ref (status) : dd_object_empty () };
  g_autofree char *problem = NULL;

  begin_look (own, sim_stage_now (self->actors->stage));
  look.target = find_target (&look, &problem);
  if (look.target == NULL)
    refuse_target (&look, problem);
  else
    {
      look.target = sim_object_ref (look.target);
      look.current = kube_scale_wanted (look.target, 1);
      sim_scaling_begin (look.own->past, look.current, sim_stage_now (self->actors->stage));
      scale (&look);
      sim_object_unref (look.target);
    }
  sim_actors_post_status (self->actors, &sim_actor_hpa, object, look.status);
  g_clear_pointer (&look.pods, g_ptr_array_unref);
}

static gboolean
may_rest (const Autoscaler *own, const SimObject *object, DdUsec now)
{
  DdUsec matters = sim_scaling_memory (dd_value_path (object->value, "spec.behavior"));

  return !own->refused && now - own->changed > MAX (matters, CPU_INITIALIZATION) + PERIOD;
}

/* Fails never: whatever goes wrong is looked at again as soon as what goes well. */
static gboolean
reconcile (gpointer data, const char *namespace_, const char *name, GError **error G_GNUC_UNUSED)
{
  Autoscalers *self = data;
  SimObject *found
      = sim_store_get (self->actors->store, &kube_horizontal_pod_autoscaler, namespace_, name);
  g_autoptr (SimObject) object = found != NULL ? sim_object_ref (found) : NULL;
  Autoscaler *own = object != NULL ? g_hash_table_lookup (self->autoscalers, object->uid) : NULL;

  if (own == NULL)
    return TRUE;
  look_at (self, own, object);
  own->rests = may_rest (own, object, sim_stage_now (self->actors->stage));
  if (!own->rests)
    sim_controller_add_after (self->queue, namespace_, name, PERIOD);
  return TRUE;
}

/* ---- what wakes it ---- */

/* It looks when it would have if it had not rested: every 15 seconds since it came. */
static void
note_change (Autoscaler *own)
{
  DdUsec now = sim_stage_now (own->all->actors->stage);

  own->changed = now;
  if (!own->rests)
    return;
  own->rests = FALSE;
  own->woken = TRUE;
  sim_controller_add_after (own->all->queue, own->namespace_, own->name,
                            PERIOD - (now - own->born) % PERIOD);
}

static GPtrArray *
autoscalers_in (Autoscalers *self, const char *namespace_)
{
  GPtrArray *space = g_hash_table_lookup (self->spaces, namespace_);

  if (space == NULL)
    {
      space = g_ptr_array_new ();
      g_hash_table_insert (self->spaces, g_strdup (namespace_), space);
    }
  return space;
}

static void
add_autoscaler (Autoscalers *self, const SimObject *object)
{
  Autoscaler *own = g_new0 (Autoscaler, 1);

  own->all = self;
  own->namespace_ = g_strdup (object->namespace_);
  own->name = g_strdup (object->name);
  own->born = own->changed = sim_stage_now (self->actors->stage);
  own->census = self->actors->census;
  own->past = sim_scaling_past_new ();
  g_hash_table_insert (self->autoscalers, g_strdup (object->uid), own);
  g_ptr_array_add (autoscalers_in (self, object->namespace_), own);
  sim_controller_add_after (self->queue, own->namespace_, own->name, PERIOD);
}

static void
autoscaler_changed (SimStore *store G_GNUC_UNUSED, const SimChange *change, gpointer data)
{
  Autoscalers *self = data;
  const SimObject *object = change->object;
  GPtrArray *space = autoscalers_in (self, object->namespace_);

  if (change->type == SIM_ADDED)
    add_autoscaler (self, object);
  else if (change->type == SIM_DELETED)
    {
      g_ptr_array_remove (space, g_hash_table_lookup (self->autoscalers, object->uid));
      g_hash_table_remove (self->autoscalers, object->uid);
    }
  else if (dd_value_equal (dd_value_member (change->previous->value, "spec"),
                           dd_value_member (object->value, "spec")))
    return; /* its own status */
  for (guint i = 0; i < space->len; i++)
    note_change (g_ptr_array_index (space, i));
}

static gboolean
is_target (const Autoscaler *own, const SimObject *object)
{
  const SimObject *autoscaler = sim_store_get (
      own->all->actors->store, &kube_horizontal_pod_autoscaler, own->namespace_, own->name);
  const DdValue *reference
      = autoscaler != NULL ? dd_value_path (autoscaler->value, "spec.scaleTargetRef") : NULL;

  return g_strcmp0 (dd_value_path_string (reference, "name"), object->name) == 0
         && g_strcmp0 (dd_value_path_string (reference, "kind"), object->kind->kind) == 0;
}

static void
something_changed (SimStore *store G_GNUC_UNUSED, const SimChange *change, gpointer data)
{
  Autoscalers *self = data;
  const SimObject *object = change->object;
  gboolean pod = object->kind == &kube_pod;
  GPtrArray *space = pod || (object->kind->subresources & KUBE_SUB_SCALE) != 0
                         ? g_hash_table_lookup (self->spaces, object->namespace_)
                         : NULL;

  for (guint i = 0; space != NULL && i < space->len; i++)
    {
      Autoscaler *own = g_ptr_array_index (space, i);

      if (pod ? kube_label_selector_matches (own->selector, kube_pod_view (object)->labels)
              : is_target (own, object))
        note_change (own);
    }
}

static gpointer
start (SimActors *actors)
{
  Autoscalers *self = g_new0 (Autoscalers, 1);

  self->actors = actors;
  self->queue = sim_controller_new (actors->stage, reconcile, self);
  self->autoscalers = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, autoscaler_free);
  self->spaces
      = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, (GDestroyNotify) g_ptr_array_unref);
  sim_store_subscribe (actors->store, &kube_horizontal_pod_autoscaler, autoscaler_changed, self);
  sim_store_subscribe (actors->store, NULL, something_changed, self);
  return self;
}

static void
stop (gpointer data)
{
  Autoscalers *self = data;

  sim_store_unsubscribe (self->actors->store, something_changed, self);
  sim_store_unsubscribe (self->actors->store, autoscaler_changed, self);
  sim_controller_free (self->queue);
  g_hash_table_unref (self->autoscalers);
  g_hash_table_unref (self->spaces);
  g_free (self);
}

static const char *const writes[] = { "update */scale", NULL };

const SimActorClass sim_actor_hpa = { "hpa", start, stop, writes };
