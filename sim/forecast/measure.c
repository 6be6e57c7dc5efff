/* SPDX-License-Identifier: Apache-2.0 */
/* sim/forecast/measure.c: readers of one rehearsal, and what they have seen at its end */
#include "config.h"

#include "sim/forecast/measure.h"

#include <string.h>

#include "base/error.h"
#include "sim/aws/ec2/cloud.h"
#include "sim/forecast/blockers.h"
#include "sim/kube/kinds/kinds.h"
#include "sim/kube/kinds/views.h"
#include "sim/kube/verbs/api.h"
#include "sim/sinks/history.h"
#include "sim/sinks/updates.h"

/* How long after the last update people's pods are still looked at: long enough for every pod that
 * has a place to be ready in it, or for somebody to notice. */
#define AFTERMATH (15 * DD_MINUTE)

/* In the order of an update. */
static const char *const phases[]
    = { "setup", "scale-up", "upgrade", "scale-down", "roll-back", "clean-up" };

typedef struct
{
  SimWorld *world;
  SimHistorian *historian;
  SimUpdates *updates;
  SimBlockers *blockers;
  DdUsec spent[G_N_ELEMENTS (phases)];
  int phase; /* -1: none */
  DdUsec phase_begun;
  gint64 nodes, vcpus, first_nodes, first_vcpus, peak_nodes, peak_vcpus;
  GPtrArray *deleted; /* of char *: pods that were deleted by force */
  DdValue *measures;  /* the part that needs the world */
} Probe;

/* ---- how large ---- */

static void
count_instance (Probe *self, const AwsInstance *instance, gint64 more)
{
  self->nodes += more;
  self->vcpus += more * instance->type->cpus;
  self->peak_nodes = MAX (self->peak_nodes, self->nodes);
  self->peak_vcpus = MAX (self->peak_vcpus, self->vcpus);
}

/* What counts against a quota, and costs: pending and running ones. */
static void
count_present (Probe *self)
{
  for (const GList *at = self->world->cloud->instances.head; at != NULL; at = at->next)
    {
      const AwsInstance *instance = at->data;

      if (instance->state <= AWS_INSTANCE_RUNNING)
        count_instance (self, instance, 1);
    }
  self->first_nodes = self->nodes;
  self->first_vcpus = self->vcpus;
}

static void
note_instance (Probe *self, const SimEvent *event)
{
  const AwsInstance *instance = aws_cloud_instance (self->world->cloud, event->subject);

  if (instance != NULL)
    count_instance (self, instance, event->id == DD_EVENT_INSTANCE_PENDING ? 1 : -1);
}

/* ---- how long ---- */

/* LAST is when the world ended, for one that did not. */
static DdUsec
end_of (const SimUpdate *update, DdUsec last)
{
  return *update->status != '\0' ? update->ended : last;
}

static DdUsec
first_asked (const SimUpdates *updates)
{
  return updates->list->len > 0 ? ((const SimUpdate *) g_ptr_array_index (updates->list, 0))->asked
                                : 0;
}

static DdUsec
last_ended (const SimUpdates *updates, DdUsec last)
{
  DdUsec end = 0;

  for (guint i = 0; i < updates->list->len; i++)
    end = MAX (end, end_of (g_ptr_array_index (updates->list, i), last));
  return end;
}

/* PHASE -1: none. */
static void
enter_phase (Probe *self, int phase, DdUsec now)
{
  if (self->phase >= 0)
    self->spent[self->phase] += now - self->phase_begun;
  self->phase = phase;
  self->phase_begun = now;
}

static void
note_phase (Probe *self, const SimEvent *event)
{
  const char *name = sim_event_text (event, DD_DETAIL_PHASE);

  for (guint i = 0; i < G_N_ELEMENTS (phases); i++)
    if (g_strcmp0 (name, phases[i]) == 0)
      enter_phase (self, (int) i, event->time);
}

static void
note_finished (Probe *self, const SimEvent *event)
{
  enter_phase (self, -1, event->time);
}

static void
note_deleted (Probe *self, const SimEvent *event)
{
  g_ptr_array_add (self->deleted, g_strdup (event->subject));
}

static const struct
{
  DdEvent event;
  void (*note) (Probe *self, const SimEvent *event);
} rows[] = {
  { DD_EVENT_INSTANCE_PENDING, note_instance }, { DD_EVENT_INSTANCE_SHUTTING_DOWN, note_instance },
  { DD_EVENT_PHASE_ENTERED, note_phase },       { DD_EVENT_UPDATE_FINISHED, note_finished },
  { DD_EVENT_DRAIN_FORCED, note_deleted },
};

static void
take_event (const SimEvent *event, gpointer data)
{
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    if (rows[i].event == event->id)
      rows[i].note (data, event);
}

static DdValue *
seconds_value (DdUsec span)
{
  return dd_double ((double) span / DD_SECOND);
}

static DdValue *
phases_value (const Probe *self)
{
  DdBuilder list = dd_builder_object ();

  for (guint i = 0; i < G_N_ELEMENTS (phases); i++)
    if (self->spent[i] > 0)
      dd_builder_set (&list, phases[i], seconds_value (self->spent[i]));
  return dd_builder_end (&list);
}

static DdValue *
size_value (const Probe *self)
{
  return dd_object ("nodes", dd_int (self->first_nodes), "peak_nodes", dd_int (self->peak_nodes),
                    "vcpus", dd_int (self->first_vcpus), "peak_vcpus", dd_int (self->peak_vcpus),
                    NULL);
}

/* ---- people's pods ---- */

typedef struct
{
  const char *name; /* borrowed from the history */
  gint64 evictions, again, deleted;
  gint64 wanted, least_ready;
  DdUsec down;
  gboolean was_down; /* before the update was asked for */
  gboolean ends_down;
} Workload;

/* What is not there for its pods' sake alone: it comes and goes with nodes, or ends by itself. */
static gboolean
is_served (const char *name)
{
  return *name != '\0' && !g_str_has_prefix (name, "DaemonSet ") && !g_str_has_prefix (name, "Job ")
         && !g_str_has_prefix (name, "CronJob ") && !g_str_has_prefix (name, "Node ");
}

/* Every workload of HISTORY and of its pods; of Workload, in the order they were met. */
static GPtrArray *
list_workloads (const SimHistory *history, GHashTable *by_name)
{
  GPtrArray *list = g_ptr_array_new_with_free_func (g_free);

  for (guint i = 0; i < history->pods->len + history->workloads->len; i++)
    {
      const SimLife *life = i < history->pods->len ? g_ptr_array_index (history->pods, i) : NULL;
      const SimCurve *curve
          = life == NULL ? g_ptr_array_index (history->workloads, i - history->pods->len) : NULL;
      const char *name = life != NULL ? life->workload : curve->name;
      Workload *workload;

      if (!is_served (name) || g_hash_table_contains (by_name, name))
        continue;
      workload = g_new0 (Workload, 1);
      workload->name = name;
      g_hash_table_insert (by_name, (gpointer) name, workload);
      g_ptr_array_add (list, workload);
    }
  return list;
}

static Workload *
workload_of_pod (const char *pod, GHashTable *lives, GHashTable *by_name)
{
  const SimLife *life = g_hash_table_lookup (lives, pod);

  return life != NULL ? g_hash_table_lookup (by_name, life->workload) : NULL;
}

/* A pod that stands for an evicted one, and is evicted itself, moves twice. */
static void
count_evictions (const SimHistory *history, GHashTable *lives, GHashTable *by_name)
{
  g_autoptr (GHashTable) successors = g_hash_table_new (g_str_hash, g_str_equal);

  for (guint i = 0; i < history->marks->len; i++)
    {
      const SimMark *mark = g_ptr_array_index (history->marks, i);
      Workload *workload;

      if (mark->kind == SIM_MARK_REPLACED)
        g_hash_table_add (successors, mark->subject);
      if (mark->kind != SIM_MARK_EVICTED)
        continue;
      workload = workload_of_pod (mark->subject, lives, by_name);
      if (workload == NULL)
        continue;
      workload->evictions++;
      workload->again += g_hash_table_contains (successors, mark->subject);
    }
}

static void
count_deletions (const Probe *self, GHashTable *lives, GHashTable *by_name)
{
  for (guint i = 0; i < self->deleted->len; i++)
    {
      Workload *workload = workload_of_pod (g_ptr_array_index (self->deleted, i), lives, by_name);

      if (workload != NULL)
        workload->deleted++;
    }
}

typedef struct
{
  DdUsec begin, end;
} Window;

/* POINT holds during SPAN. */
static void
measure_point (Workload *workload, const SimPoint *point, const Window *span)
{
  gboolean is_down = point->value == 0 && point->wanted > 0;

  workload->was_down = point->time <= span->begin ? is_down : workload->was_down && is_down;
  workload->ends_down = is_down && !workload->was_down;
  if (point->wanted - point->value > workload->wanted - workload->least_ready)
    {
      workload->wanted = point->wanted;
      workload->least_ready = point->value;
    }
  if (workload->ends_down)
    workload->down += span->end - MAX (point->time, span->begin);
}

/* What counts is within WINDOW. The last point holds for ever, and the worst moment is the one that
 * lacks most. Where nobody says how many pods there should be, as many as there were at first. */
static void
measure_curve (Workload *workload, const SimCurve *curve, const Window *window)
{
  gboolean is_first = TRUE;
  gint64 usual = 0;

  for (guint i = 0; i < curve->points->len; i++)
    {
      SimPoint point = g_array_index (curve->points, SimPoint, i);
      DdUsec until = i + 1 < curve->points->len
                         ? MIN (g_array_index (curve->points, SimPoint, i + 1).time, window->end)
                         : window->end;
      Window span = { window->begin, until };

      if (until <= MAX (point.time, window->begin))
        continue;
      usual = is_first ? point.value : usual;
      if (point.wanted < 0)
        point.wanted = usual;
      if (is_first)
        {
          workload->wanted = point.wanted;
          workload->least_ready = point.value;
        }
      is_first = FALSE;
      measure_point (workload, &point, &span);
    }
}

static DdValue *
workload_value (const Workload *workload)
{
  return dd_object ("name", dd_string (workload->name), "evictions", dd_int (workload->evictions),
                    "again", dd_int (workload->again), "deleted", dd_int (workload->deleted),
                    "wanted", dd_int (workload->wanted), "least_ready",
                    dd_int (workload->least_ready), "down_seconds", seconds_value (workload->down),
                    "was_down", workload->was_down ? dd_bool (TRUE) : NULL, "ends_down",
                    workload->ends_down ? dd_bool (TRUE) : NULL, NULL);
}

/* From the first request to some time after the last answer, however long the world then rests. */
static Window
window_of (const SimUpdates *updates, DdUsec last)
{
  return (Window) { first_asked (updates), last_ended (updates, last) + AFTERMATH };
}

/* Of all workloads together. */
static DdValue *
sums_value (const DdValue *workloads)
{
  static const char *const summed[] = { "evictions", "again", "deleted", "down_seconds" };
  DdBuilder sums = dd_builder_object ();

  for (guint i = 0; i < G_N_ELEMENTS (summed); i++)
    {
      double sum = 0;

      for (gsize j = 0; j < dd_value_length (workloads); j++)
        sum += dd_value_double (dd_value_member (dd_value_element (workloads, j), summed[i]), 0);
      dd_builder_set (&sums, summed[i], dd_double (sum));
    }
  return dd_builder_end (&sums);
}

/* Those that notice anything. */
static DdValue *
workloads_value (const Probe *self, const SimHistory *history, GHashTable *lives)
{
  g_autoptr (GHashTable) by_name = g_hash_table_new (g_str_hash, g_str_equal);
  g_autoptr (GPtrArray) list = list_workloads (history, by_name);
  Window window = window_of (self->updates, history->end);
  DdBuilder value = dd_builder_array ();

  count_evictions (history, lives, by_name);
  count_deletions (self, lives, by_name);
  for (guint i = 0; i < history->workloads->len; i++)
    {
      const SimCurve *curve = g_ptr_array_index (history->workloads, i);
      Workload *workload = g_hash_table_lookup (by_name, curve->name);

      if (workload != NULL)
        measure_curve (workload, curve, &window);
    }
  for (guint i = 0; i < list->len; i++)
    {
      const Workload *workload = g_ptr_array_index (list, i);

      if (workload->evictions + workload->deleted > 0 || workload->least_ready < workload->wanted)
        dd_builder_add (&value, workload_value (workload));
    }
  return dd_builder_end (&value);
}

/* ---- who has no place at the end ---- */

static const char *
why_unscheduled (const SimObject *pod)
{
  const DdValue *conditions = dd_value_path (pod->value, "status.conditions");

  for (gsize i = 0; i < dd_value_length (conditions); i++)
    {
      const DdValue *condition = dd_value_element (conditions, i);

      if (g_strcmp0 (dd_value_path_string (condition, "type"), "PodScheduled") == 0)
        return dd_value_path_string (condition, "message");
    }
  return NULL;
}

static DdValue *
pending_value (const Probe *self, GHashTable *lives)
{
  g_autoptr (GPtrArray) pods = sim_store_list (self->world->kube->store, &kube_pod, NULL);
  DdBuilder list = dd_builder_array ();

  for (guint i = 0; i < pods->len; i++)
    {
      const SimObject *pod = g_ptr_array_index (pods, i);
      const KubePodView *view = kube_pod_view (pod);
      g_autofree char *name = g_strconcat (pod->namespace_, "/", pod->name, NULL);
      const SimLife *life = g_hash_table_lookup (lives, name);
      const char *why = why_unscheduled (pod);

      if (view->node_name == NULL && !view->finished && !view->terminating)
        dd_builder_add (&list, dd_object ("owner", dd_string (life != NULL ? life->workload : ""),
                                          "pod", dd_string (name), "why",
                                          dd_string (why != NULL ? why : "nobody says why"), NULL));
    }
  return dd_builder_end (&list);
}

/* ---- attending ---- */

static void
attend (SimWorld *world, gpointer data)
{
  Probe *self = data;
  SimTrace *trace = world->stage->trace;

  self->world = world;
  self->phase = -1;
  self->deleted = g_ptr_array_new_with_free_func (g_free);
  self->updates = sim_updates_new ();
  self->blockers = sim_blockers_new ();
  self->historian = sim_historian_new (world);
  sim_trace_add_reader (trace, sim_updates_take, self->updates);
  sim_trace_add_reader (trace, sim_blockers_take, self->blockers);
  sim_trace_add_reader (trace, take_event, self);
  count_present (self);
}

/* The last life of each name; borrowed. */
static GHashTable *
lives_of (const SimHistory *history)
{
  GHashTable *lives = g_hash_table_new (g_str_hash, g_str_equal);

  for (guint i = 0; i < history->pods->len; i++)
    {
      SimLife *life = g_ptr_array_index (history->pods, i);

      g_hash_table_replace (lives, life->name, life);
    }
  return lives;
}

static void
dismiss (SimWorld *world, gpointer data)
{
  Probe *self = data;
  g_autoptr (SimHistory) history = sim_historian_conclude (self->historian);
  g_autoptr (GHashTable) lives = lives_of (history);
  DdValue *workloads = workloads_value (self, history, lives);

  self->measures = dd_object (
      "phases", phases_value (self), "blockers", sim_blockers_value (self->blockers, world, lives),
      "held_up", sim_blockers_held_up (self->blockers), "size", size_value (self), "workloads",
      workloads, "pods", sums_value (workloads), "pending", pending_value (self, lives), NULL);
}

static void
probe_clear (Probe *self)
{
  g_clear_pointer (&self->updates, sim_updates_free);
  g_clear_pointer (&self->blockers, sim_blockers_free);
  g_clear_pointer (&self->deleted, g_ptr_array_unref);
  g_clear_pointer (&self->measures, dd_value_unref);
}

/* ---- the record ---- */

static DdValue *
seed_value (guint64 seed)
{
  return dd_int ((gint64) seed);
}

DdValue *
sim_forecast_measure_of_error (guint64 seed, const char *how, gboolean bad_input)
{
  return dd_object ("seed", seed_value (seed), "result", dd_string ("error"), "code",
                    dd_string ("the rehearsal ends"), "why", dd_string (how), "bad_input",
                    bad_input ? dd_bool (TRUE) : NULL, NULL);
}

/* The invariants that did not hold. A world that never rests (somebody tries again and again)
 * breaks nothing. */
static DdValue *
broken_value (const SimOutcome *outcome)
{
  DdBuilder list = dd_builder_array ();

  for (guint i = 0; i < outcome->verdicts->len; i++)
    {
      const SimVerdict *verdict = g_ptr_array_index (outcome->verdicts, i);

      if (!verdict->held && g_str_has_prefix (verdict->text, "invariant "))
        dd_builder_add (&list, dd_object ("what", dd_string (verdict->text), "why",
                                          dd_string (verdict->why), NULL));
    }
  return dd_builder_end (&list);
}

/* The first request that EKS refused; NULL: none. */
static const SimVerdict *
refused_step (const SimOutcome *outcome)
{
  for (guint i = 0; i < outcome->verdicts->len; i++)
    {
      const SimVerdict *verdict = g_ptr_array_index (outcome->verdicts, i);

      if (!verdict->held && *verdict->place != '\0')
        return verdict;
    }
  return NULL;
}

static const char *
result_of (const SimUpdates *updates, const SimVerdict *refused, const char **out_code,
           const char **out_why)
{
  *out_code = *out_why = NULL;
  for (guint i = 0; i < updates->list->len; i++)
    {
      const SimUpdate *update = g_ptr_array_index (updates->list, i);
      const SimEnding *ending
          = update->ending >= 0 ? sim_endings_nth (updates->endings, (guint) update->ending) : NULL;

      if (strcmp (update->status, "Successful") == 0)
        continue;
      *out_code = ending != NULL ? ending->code : "it does not come to an end";
      *out_why = ending == NULL                 ? NULL
                 : *ending->explanation != '\0' ? ending->explanation
                                                : ending->message;
      return "failed";
    }
  if (refused == NULL)
    return "passed";
  *out_code = "EKS refuses to begin";
  *out_why = refused->why;
  return "refused";
}

static DdUsec
longest (const SimUpdates *updates, DdUsec last)
{
  DdUsec span = 0;

  for (guint i = 0; i < updates->list->len; i++)
    {
      const SimUpdate *update = g_ptr_array_index (updates->list, i);

      span = MAX (span, end_of (update, last) - update->asked);
    }
  return span;
}

static DdValue *
record_of (const SimOutcome *outcome, const Probe *probe)
{
  const char *code, *why;
  const char *result = result_of (probe->updates, refused_step (outcome), &code, &why);
  DdValue *record;
  DdUsec last = outcome->virtual_time;
  DdUsec all = last_ended (probe->updates, last) - first_asked (probe->updates);

  record = dd_object ("seed", seed_value (outcome->seed), "result", dd_string (result), "code",
                      dd_string (code), "why", dd_string (why), "seconds", seconds_value (all),
                      "longest_seconds", seconds_value (longest (probe->updates, last)), "broken",
                      broken_value (outcome), NULL);
  for (gsize i = 0; i < dd_value_length (probe->measures); i++)
    dd_value_set (&record, dd_value_key (probe->measures, i),
                  dd_value_ref (dd_value_nth (probe->measures, i)));
  return record;
}

DdValue *
sim_forecast_measure (const SimScenario *scenario, guint64 seed)
{
  Probe probe = { 0 };
  SimRehearsal rehearsal
      = { .seed = &seed, .attend = attend, .dismiss = dismiss, .attend_data = &probe };
  g_autoptr (GError) error = NULL;
  g_autoptr (SimOutcome) outcome = sim_scenario_rehearse (scenario, &rehearsal, &error);
  DdValue *record;

  if (outcome == NULL)
    record = sim_forecast_measure_of_error (seed, error->message,
                                            g_error_matches (error, DD_ERROR, DD_ERROR_INVALID));
  else
    record = record_of (outcome, &probe);
  probe_clear (&probe);
  return record;
}
