/* SPDX-License-Identifier: Apache-2.0 */
/* Nobody says what a managed update is doing; it shows in what changes. Sizes of the Auto Scaling
 * group, nodes that come, get a mark and leave, pods that were on a marked node and no longer are:
 * each difference between two looks is told in the words that the engine has for doing the same, so
 * whoever reads its trace can read this one.
 *
 * Why it waits shows too: a budget that allows nothing for a pod that has to go, two budgets on one
 * pod, a pod that takes long to end, an instance that is no node yet, a launch that failed. A
 * budget is at zero for a moment after every eviction, so reasons are told once they have lasted.
 */
#include "config.h"

#include "engine/sight.h"

#include "engine/marks.h"
#include "engine/reasons.h"
#include "kube/budget.h"

#define BUDGET_PATIENCE (DD_MINUTE)
#define LEAVING_PATIENCE (2 * DD_MINUTE)
#define READY_PATIENCE (DD_MINUTE)
#define JOIN_PATIENCE (3 * DD_MINUTE)

typedef enum
{
  PHASE_SETUP,
  PHASE_SCALE_UP,
  PHASE_UPGRADE,
  PHASE_SCALE_DOWN,
} Phase;

typedef struct
{
  DdKubeNode *node;
  guint look; /* the last one it was there in */
  gboolean marked, drained, terminating;
  DdUsec drain_since; /* 0: no pod has left it yet */
  GHashTable *pods;   /* names of those that have to go; for look-up and counting only */
} Seen;

struct _DdSight
{
  DdClock *clock;
  DdTrace *trace;
  char *nodegroup;
  guint look;
  int phase;            /* -1: none yet */
  gint64 desired, max;  /* -1: not seen yet */
  GPtrArray *nodes;     /* of Seen, in the order they were first seen */
  GPtrArray *instances; /* of char *: in the group, not leaving, at the last look */
  GPtrArray *budgets;   /* borrowed during a look */
  guint gone;
  GPtrArray *failures; /* of char *: why launches failed, each once */
  DdReasons *reasons;
};

static void
seen_free (gpointer data)
{
  Seen *seen = data;

  dd_kube_node_unref (seen->node);
  g_hash_table_unref (seen->pods);
  g_free (seen);
}

DdSight *
dd_sight_new (DdClock *clock, DdTrace *trace, const char *nodegroup)
{
  DdSight *self = g_new0 (DdSight, 1);

  self->clock = clock;
  self->trace = trace;
  self->nodegroup = g_strdup (nodegroup);
  self->look = 1;
  self->phase = -1;
  self->desired = -1;
  self->nodes = g_ptr_array_new_with_free_func (seen_free);
  self->instances = g_ptr_array_new_with_free_func (g_free);
  self->failures = g_ptr_array_new_with_free_func (g_free);
  self->reasons = dd_reasons_new ();
  return self;
}

void
dd_sight_free (DdSight *self)
{
  if (self == NULL)
    return;
  g_ptr_array_unref (self->nodes);
  g_ptr_array_unref (self->instances);
  g_ptr_array_unref (self->failures);
  dd_reasons_free (self->reasons);
  g_free (self->nodegroup);
  g_free (self);
}

static void
tell (const DdSight *self, DdEvent what, const char *subject, DdValue *details)
{
  dd_trace (self->trace, "engine", what, subject, details);
}

static void
enter_phase (DdSight *self, Phase phase)
{
  static const char *const names[] = { "setup", "scale-up", "upgrade", "scale-down" };

  if ((int) phase <= self->phase)
    return;
  self->phase = (int) phase;
  tell (self, DD_EVENT_PHASE_ENTERED, self->nodegroup,
        dd_object ("phase", dd_string (names[phase]), NULL));
}

static void
note_wait (DdSight *self, const char *key, DdUsec patience, char *reason)
{
  dd_reasons_note (self->reasons, dd_clock_now (self->clock), key, patience, DD_EVENT_UPDATE_WAITS,
                   self->nodegroup, dd_object ("reason", dd_string (reason), NULL), reason);
}

/* ---- the Auto Scaling group ---- */

static void
note_sizes (DdSight *self, const DdScalingGroup *group)
{
  if (self->desired >= 0 && group->desired > self->desired)
    {
      enter_phase (self, PHASE_SCALE_UP);
      tell (self, DD_EVENT_SCALE_UP_REQUESTED, self->nodegroup,
            dd_object ("desired", dd_int (group->desired), "max", dd_int (group->max),
                       "from_desired", dd_int (self->desired), "from_max", dd_int (self->max),
                       NULL));
    }
  else if (self->desired > group->desired)
    {
      enter_phase (self, PHASE_SCALE_DOWN);
      tell (self, DD_EVENT_SCALE_DOWN_STEP, self->nodegroup,
            dd_object ("desired", dd_int (group->desired), "max", dd_int (group->max), NULL));
    }
  self->desired = group->desired;
  self->max = group->max;
}

static Seen *
find_by_instance (const DdSight *self, const char *instance)
{
  for (guint i = 0; i < self->nodes->len; i++)
    {
      Seen *seen = g_ptr_array_index (self->nodes, i);

      if (g_strcmp0 (seen->node->instance, instance) == 0)
        return seen;
    }
  return NULL;
}

static void
note_instance (DdSight *self, const DdGroupInstance *instance)
{
  Seen *seen = find_by_instance (self, instance->id);

  if (dd_group_instance_counts (instance))
    g_ptr_array_add (self->instances, g_strdup (instance->id));
  else if (seen != NULL && !seen->terminating)
    {
      seen->terminating = TRUE;
      tell (self, DD_EVENT_NODE_TERMINATING, seen->node->name,
            dd_object ("instance", dd_string (instance->id), NULL));
    }
}

void
dd_sight_take_group (DdSight *self, const DdScalingGroup *group)
{
  enter_phase (self, PHASE_SETUP);
  note_sizes (self, group);
  g_ptr_array_set_size (self->instances, 0);
  for (guint i = 0; i < group->instances->len; i++)
    note_instance (self, g_ptr_array_index (group->instances, i));
}

/* They stand to the end: it is they that lead to it, and what comes after hides them. */
void
dd_sight_take_failures (DdSight *self, GPtrArray *messages)
{
  for (guint i = 0; i < messages->len; i++)
    {
      const char *message = g_ptr_array_index (messages, i);

      if (!g_ptr_array_find_with_equal_func (self->failures, message, g_str_equal, NULL))
        g_ptr_array_add (self->failures, g_strdup (message));
    }
  for (guint i = 0; i < self->failures->len; i++)
    {
      const char *message = g_ptr_array_index (self->failures, i);

      note_wait (self, message, 0, g_strdup_printf ("Auto Scaling says: %s", message));
    }
}

/* ---- nodes ---- */

static Seen *
find_node (const DdSight *self, const char *name)
{
  for (guint i = 0; i < self->nodes->len; i++)
    {
      Seen *seen = g_ptr_array_index (self->nodes, i);

      if (g_str_equal (seen->node->name, name))
        return seen;
    }
  return NULL;
}

static Seen *
see_node (DdSight *self, DdKubeNode *node)
{
  Seen *seen = find_node (self, node->name);

  if (seen != NULL)
    {
      dd_kube_node_unref (seen->node);
      seen->node = dd_kube_node_ref (node);
      return seen;
    }
  seen = g_new0 (Seen, 1);
  seen->node = dd_kube_node_ref (node);
  seen->pods = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  g_ptr_array_add (self->nodes, seen);
  if (self->look > 1)
    tell (self, DD_EVENT_NODE_JOINED, node->name,
          dd_object ("zone", dd_string (node->zone), "instance", dd_string (node->instance), NULL));
  return seen;
}

static void
note_mark (DdSight *self, Seen *seen)
{
  DdWrites marks = dd_marks_on_node (seen->node) & (DD_WRITE_TAINT | DD_WRITE_CORDON);
  gboolean marked = marks != 0;
  g_autofree char *text = dd_marks_to_text (marks);

  /* What is terminated is cordoned on the way out, which is no mark. */
  if (marked == seen->marked || (marked && seen->terminating))
    return;
  seen->marked = marked;
  if (marked)
    enter_phase (self, PHASE_UPGRADE);
  tell (self, marked ? DD_EVENT_NODE_MARKED : DD_EVENT_NODE_UNMARKED, seen->node->name,
        dd_object ("mark", dd_string (marked ? text : "none"), "zone", dd_string (seen->node->zone),
                   NULL));
}

static void
note_readiness (DdSight *self, const Seen *seen)
{
  g_autofree char *key = g_strconcat ("ready\n", seen->node->name, NULL);

  if (seen->node->not_ready != NULL && !seen->terminating && !seen->marked)
    note_wait (
        self, key, READY_PATIENCE,
        g_strdup_printf ("node %s is not Ready: %s", seen->node->name, seen->node->not_ready));
}

static void
note_gone (DdSight *self, guint index)
{
  const Seen *seen = g_ptr_array_index (self->nodes, index);

  self->gone += seen->marked;
  tell (self, DD_EVENT_NODE_TERMINATED, seen->node->name,
        dd_object ("instance", dd_string (seen->node->instance), NULL));
  g_ptr_array_remove_index (self->nodes, index);
}

static void
note_absent_instances (DdSight *self)
{
  for (guint i = 0; i < self->instances->len; i++)
    {
      const char *instance = g_ptr_array_index (self->instances, i);
      g_autofree char *key = g_strconcat ("join\n", instance, NULL);

      if (find_by_instance (self, instance) == NULL)
        note_wait (self, key, JOIN_PATIENCE,
                   g_strdup_printf ("instance %s is no node yet", instance));
    }
}

void
dd_sight_take_nodes (DdSight *self, GPtrArray *nodes)
{
  for (guint i = 0; i < nodes->len; i++)
    {
      Seen *seen = see_node (self, g_ptr_array_index (nodes, i));

      seen->look = self->look;
      note_mark (self, seen);
      note_readiness (self, seen);
    }
  for (guint i = self->nodes->len; i > 0; i--)
    if (((Seen *) g_ptr_array_index (self->nodes, i - 1))->look != self->look)
      note_gone (self, i - 1);
  note_absent_instances (self);
}

GPtrArray *
dd_sight_marked_nodes (const DdSight *self)
{
  GPtrArray *names = g_ptr_array_new_with_free_func (g_free);

  for (guint i = 0; i < self->nodes->len; i++)
    {
      const Seen *seen = g_ptr_array_index (self->nodes, i);

      if (seen->marked && !seen->terminating)
        g_ptr_array_add (names, g_strdup (seen->node->name));
    }
  return names;
}

/* ---- pods ---- */

void
dd_sight_take_budgets (DdSight *self, GPtrArray *budgets)
{
  self->budgets = budgets;
}

static void
note_budget (DdSight *self, const char *node, const char *pod, const DdKubeBudget *budget)
{
  g_autofree char *key = g_strdup_printf ("budget\n%s\n%s", pod, budget->name);

  dd_reasons_note (self->reasons, dd_clock_now (self->clock), key, BUDGET_PATIENCE,
                   DD_EVENT_DRAIN_REFUSED_BY_BUDGET, pod,
                   dd_object ("node", dd_string (node), "budget", dd_string (budget->name), "needs",
                              dd_int (budget->needs), "has", dd_int (budget->has), NULL),
                   g_strdup_printf ("pod %s on node %s: budget %s needs %" G_GINT64_FORMAT
                                    " healthy pods and has %" G_GINT64_FORMAT,
                                    pod, node, budget->name, budget->needs, budget->has));
}

static void
note_two_budgets (DdSight *self, const char *node, const char *pod)
{
  g_autofree char *key = g_strdup_printf ("budgets\n%s", pod);

  dd_reasons_note (self->reasons, dd_clock_now (self->clock), key, BUDGET_PATIENCE,
                   DD_EVENT_DRAIN_REFUSED_BY_TWO_BUDGETS, pod,
                   dd_object ("node", dd_string (node), NULL),
                   g_strdup_printf ("pod %s on node %s is selected by more than one budget, so no "
                                    "eviction can succeed",
                                    pod, node));
}

static void
note_what_holds (DdSight *self, const char *node, const char *name, const DdKubePod *pod)
{
  const DdKubeBudget *one = NULL;
  guint count = 0;

  for (guint i = 0; self->budgets != NULL && i < self->budgets->len; i++)
    if (dd_kube_budget_covers (g_ptr_array_index (self->budgets, i), pod))
      {
        one = g_ptr_array_index (self->budgets, i);
        count++;
      }
  if (count > 1)
    note_two_budgets (self, node, name);
  else if (count == 1 && one->allowed <= 0)
    note_budget (self, node, name, one);
}

static void
note_leaving (DdSight *self, const char *node, const char *name)
{
  g_autofree char *key = g_strconcat ("leaving\n", name, NULL);

  note_wait (self, key, LEAVING_PATIENCE,
             g_strdup_printf ("pod %s on node %s was told to end and has not (its grace period, a "
                              "finalizer, or a kubelet that does not answer)",
                              name, node));
}

static void
begin_drain (DdSight *self, Seen *seen)
{
  if (seen->drain_since != 0)
    return;
  seen->drain_since = dd_clock_now (self->clock);
  tell (self, DD_EVENT_DRAIN_STARTED, seen->node->name,
        dd_object ("zone", dd_string (seen->node->zone), "pod_count",
                   dd_int (g_hash_table_size (seen->pods)), NULL));
}

static gint
compare_text (gconstpointer a, gconstpointer b)
{
  return g_strcmp0 (a, b);
}

/* Those that had to go and are no longer among STAYING, by name. */
static void
note_evictions (DdSight *self, Seen *seen, GHashTable *staying)
{
  GList *names = g_list_sort (g_hash_table_get_keys (seen->pods), compare_text);

  for (GList *each = names; each != NULL; each = each->next)
    if (!g_hash_table_contains (staying, each->data))
      {
        begin_drain (self, seen);
        tell (self, DD_EVENT_DRAIN_EVICTED, each->data,
              dd_object ("node", dd_string (seen->node->name), "try", dd_int (1), NULL));
      }
  g_list_free (names);
}

static void
end_drain (DdSight *self, Seen *seen)
{
  if (seen->drain_since == 0 || seen->drained)
    return;
  seen->drained = TRUE;
  tell (self, DD_EVENT_DRAIN_FINISHED, seen->node->name,
        dd_object ("seconds", dd_int ((dd_clock_now (self->clock) - seen->drain_since) / DD_SECOND),
                   NULL));
}

void
dd_sight_take_pods (DdSight *self, const char *node, GPtrArray *pods)
{
  Seen *seen = find_node (self, node);
  g_autoptr (GHashTable) staying = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  guint leaving = 0;

  if (seen == NULL)
    return;
  for (guint i = 0; i < pods->len; i++)
    {
      const DdKubePod *pod = g_ptr_array_index (pods, i);
      g_autofree char *name = g_strdup_printf ("%s/%s", pod->namespace_, pod->name);

      if (pod->stays || (pod->ended && !pod->leaving))
        continue;
      leaving += pod->leaving;
      if (pod->leaving)
        note_leaving (self, node, name);
      else
        {
          note_what_holds (self, node, name, pod);
          g_hash_table_add (staying, g_steal_pointer (&name));
        }
    }
  note_evictions (self, seen, staying);
  if (leaving == 0 && g_hash_table_size (staying) == 0)
    end_drain (self, seen);
  g_hash_table_unref (seen->pods);
  seen->pods = g_steal_pointer (&staying);
}

/* ---- the end of a look ---- */

void
dd_sight_note_trouble (DdSight *self, const char *message)
{
  note_wait (self, message, 0, g_strdup_printf ("not everything can be seen: %s", message));
}

static void
tell_reason (DdEvent what, const char *subject, const DdValue *details, guint count, gpointer data)
{
  tell (data, what, subject, dd_value_with_member (details, "try", dd_int (count)));
}

void
dd_sight_settle (DdSight *self)
{
  dd_reasons_settle (self->reasons, dd_clock_now (self->clock), tell_reason, self);
  self->budgets = NULL;
  self->look++;
}

guint
dd_sight_count_gone (const DdSight *self)
{
  return self->gone;
}

char *
dd_sight_explain (const DdSight *self)
{
  return dd_reasons_explain (self->reasons, dd_clock_now (self->clock));
}
