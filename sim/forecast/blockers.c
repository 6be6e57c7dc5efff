/* SPDX-License-Identifier: Apache-2.0 */
/* sim/forecast/blockers.c: refusals from the first to the last word */
#include "config.h"

#include "sim/forecast/blockers.h"

#include <string.h>

#include "sim/kube/kinds/kinds.h"
#include "sim/kube/verbs/api.h"

typedef struct
{
  char *pod, *budget; /* the budget with its namespace; "" for several */
  DdValue *details;   /* of the last refusal */
  DdUsec since;
} Refusal;

typedef struct
{
  char *budget;
  DdUsec longest;
} Delay;

struct _SimBlockers
{
  GPtrArray *refusals; /* of Refusal: pods that must go and may not, in the order of the first no */
  GPtrArray *delays;   /* of Delay, in the order they were met */
  GPtrArray *blocked;  /* of DdValue: what was refused when an update failed */
  DdUsec asked;        /* when the update was asked for that goes on */
};

static void
refusal_free (Refusal *refusal)
{
  g_free (refusal->pod);
  g_free (refusal->budget);
  dd_value_unref (refusal->details);
  g_free (refusal);
}

static void
delay_free (Delay *delay)
{
  g_free (delay->budget);
  g_free (delay);
}

SimBlockers *
sim_blockers_new (void)
{
  SimBlockers *self = g_new0 (SimBlockers, 1);

  self->refusals = g_ptr_array_new_with_free_func ((GDestroyNotify) refusal_free);
  self->delays = g_ptr_array_new_with_free_func ((GDestroyNotify) delay_free);
  self->blocked = g_ptr_array_new_with_free_func ((GDestroyNotify) dd_value_unref);
  return self;
}

void
sim_blockers_free (SimBlockers *self)
{
  if (self == NULL)
    return;
  g_ptr_array_unref (self->refusals);
  g_ptr_array_unref (self->delays);
  g_ptr_array_unref (self->blocked);
  g_free (self);
}

/* ---- what happens ---- */

static Refusal *
find_refusal (const SimBlockers *self, const char *pod)
{
  for (guint i = 0; i < self->refusals->len; i++)
    {
      Refusal *refusal = g_ptr_array_index (self->refusals, i);

      if (strcmp (refusal->pod, pod) == 0)
        return refusal;
    }
  return NULL;
}

/* The budget NAME beside POD, which is "namespace/pod". Caller frees. */
static char *
budget_of (const char *pod, const char *name)
{
  const char *slash = strchr (pod, '/');

  if (name == NULL || slash == NULL)
    return g_strdup ("");
  return g_strdup_printf ("%.*s/%s", (int) (slash - pod), pod, name);
}

static Refusal *
refusal_new (const SimEvent *event)
{
  Refusal *refusal = g_new0 (Refusal, 1);
  const char *budget = event->id == DD_EVENT_DRAIN_REFUSED_BY_BUDGET
                           ? sim_event_text (event, DD_DETAIL_BUDGET)
                           : NULL;

  refusal->pod = g_strdup (event->subject);
  refusal->budget = budget_of (event->subject, budget);
  refusal->since = event->time;
  return refusal;
}

static void
note_refused (SimBlockers *self, const SimEvent *event)
{
  Refusal *refusal = find_refusal (self, event->subject);

  if (refusal == NULL)
    {
      refusal = refusal_new (event);
      g_ptr_array_add (self->refusals, refusal);
    }
  dd_value_unref (refusal->details);
  refusal->details = dd_value_ref (event->details);
}

static void
note_delay (SimBlockers *self, const char *budget, DdUsec span)
{
  Delay *delay = NULL;

  for (guint i = 0; i < self->delays->len && delay == NULL; i++)
    {
      Delay *one = g_ptr_array_index (self->delays, i);

      if (strcmp (one->budget, budget) == 0)
        delay = one;
    }
  if (delay == NULL)
    {
      delay = g_new0 (Delay, 1);
      delay->budget = g_strdup (budget);
      g_ptr_array_add (self->delays, delay);
    }
  delay->longest = MAX (delay->longest, span);
}

static void
note_evicted (SimBlockers *self, const SimEvent *event)
{
  Refusal *refusal = find_refusal (self, event->subject);

  if (refusal == NULL)
    return;
  note_delay (self, refusal->budget, event->time - refusal->since);
  g_ptr_array_remove (self->refusals, refusal);
}

/* It went another way: nothing granted it, and nothing holds it any more. */
static void
note_gone (SimBlockers *self, const SimEvent *event)
{
  Refusal *refusal = find_refusal (self, event->subject);

  if (refusal != NULL)
    g_ptr_array_remove (self->refusals, refusal);
}

static void
note_asked (SimBlockers *self, const SimEvent *event)
{
  self->asked = event->time;
  g_ptr_array_set_size (self->refusals, 0);
}

static DdValue *
blocked_value (const SimBlockers *self, const Refusal *refusal)
{
  double since = (double) (refusal->since - self->asked) / DD_SECOND;
  const DdValue *needs = dd_value_member (refusal->details, "needs");
  const DdValue *has = dd_value_member (refusal->details, "has");

  return dd_object (
      "pod", dd_string (refusal->pod), "node",
      dd_string (dd_value_path_string (refusal->details, "node")), "budget",
      dd_string (refusal->budget), "needs", needs != NULL ? dd_value_ref (needs) : NULL, "has",
      has != NULL ? dd_value_ref (has) : NULL, "since_seconds", dd_double (since), NULL);
}

/* Whether the update failed for that node. Another one may just have begun to drain, and a budget
 * that refuses there may let go in a moment. */
static gboolean
is_blamed (const SimEvent *failure, const Refusal *refusal)
{
  const DdValue *resources = sim_event_list (failure, DD_DETAIL_RESOURCES);
  const char *node = dd_value_path_string (refusal->details, "node");

  for (gsize i = 0; i < dd_value_length (resources); i++)
    if (g_strcmp0 (dd_value_string (dd_value_element (resources, i)), node) == 0)
      return TRUE;
  return FALSE;
}

static void
note_failed (SimBlockers *self, const SimEvent *event)
{
  for (guint i = 0; i < self->refusals->len; i++)
    if (is_blamed (event, g_ptr_array_index (self->refusals, i)))
      g_ptr_array_add (self->blocked, blocked_value (self, g_ptr_array_index (self->refusals, i)));
  g_ptr_array_set_size (self->refusals, 0);
}

static const struct
{
  DdEvent event;
  void (*take) (SimBlockers *self, const SimEvent *event);
} rows[] = {
  { DD_EVENT_UPDATE_ACCEPTED, note_asked },
  { DD_EVENT_DRAIN_REFUSED_BY_BUDGET, note_refused },
  { DD_EVENT_DRAIN_REFUSED_BY_TWO_BUDGETS, note_refused },
  { DD_EVENT_DRAIN_EVICTED, note_evicted },
  { DD_EVENT_DRAIN_FORCED, note_gone },
  { DD_EVENT_POD_STOPPED, note_gone },
  { DD_EVENT_UPDATE_FAILED, note_failed },
};

void
sim_blockers_take (const SimEvent *event, gpointer data)
{
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    if (rows[i].event == event->id)
      rows[i].take (data, event);
}

/* ---- what they are ---- */

static const SimObject *
find_budget (const SimWorld *world, const char *budget)
{
  const char *slash = strchr (budget, '/');
  g_autofree char *namespace_ = slash != NULL ? g_strndup (budget, slash - budget) : NULL;

  return slash == NULL ? NULL
                       : sim_store_get (world->kube->store, &kube_pod_disruption_budget, namespace_,
                                        slash + 1);
}

/* "minAvailable 50%", as its owner wrote it; NULL when it says neither. */
static DdValue *
rule_value (const SimObject *budget)
{
  static const char *const rules[] = { "minAvailable", "maxUnavailable" };

  for (guint i = 0; budget != NULL && i < G_N_ELEMENTS (rules); i++)
    {
      const DdValue *value = dd_value_at (budget->value, "spec", rules[i], NULL);

      if (dd_value_string (value) != NULL)
        return dd_string_printf ("%s %s", rules[i], dd_value_string (value));
      if (value != NULL)
        return dd_string_printf ("%s %" G_GINT64_FORMAT, rules[i], dd_value_int (value, 0));
    }
  return NULL;
}

/* How many pods OWNER, "Deployment shop/web", is to have; NULL where nobody can say more. */
static DdValue *
replicas_value (const SimWorld *world, const char *owner)
{
  static const KubeKind *const kinds[]
      = { &kube_deployment, &kube_stateful_set, &kube_replica_set };
  g_auto (GStrv) parts = g_strsplit_set (owner, " /", 3);
  const DdValue *replicas;
  const SimObject *object = NULL;

  for (guint i = 0; g_strv_length (parts) == 3 && i < G_N_ELEMENTS (kinds); i++)
    if (strcmp (kinds[i]->kind, parts[0]) == 0)
      object = sim_store_get (world->kube->store, kinds[i], parts[1], parts[2]);
  replicas = object != NULL ? dd_value_at (object->value, "spec", "replicas", NULL) : NULL;
  return replicas != NULL ? dd_value_ref (replicas) : NULL;
}

/* BLOCKED with what only the whole world knows: whose pod it is, and how the budget is worked out.
 */
static DdValue *
whole_value (const DdValue *blocked, const SimWorld *world, GHashTable *lives)
{
  const char *pod = dd_value_path_string (blocked, "pod");
  const SimLife *life = g_hash_table_lookup (lives, pod);
  const SimObject *budget = find_budget (world, dd_value_path_string (blocked, "budget"));
  DdValue *value = dd_value_ref (blocked);

  dd_value_set (&value, "owner", dd_string (life != NULL ? life->workload : ""));
  dd_value_set (&value, "replicas", replicas_value (world, life != NULL ? life->workload : ""));
  dd_value_set (&value, "rule", rule_value (budget));
  if (budget != NULL)
    dd_value_set (&value, "expected",
                  dd_int (dd_value_path_int (budget->value, "status.expectedPods", 0)));
  return value;
}

DdValue *
sim_blockers_value (const SimBlockers *self, const SimWorld *world, GHashTable *lives)
{
  DdBuilder list = dd_builder_array ();

  for (guint i = 0; i < self->blocked->len; i++)
    dd_builder_add (&list, whole_value (g_ptr_array_index (self->blocked, i), world, lives));
  return dd_builder_end (&list);
}

DdValue *
sim_blockers_held_up (const SimBlockers *self)
{
  DdBuilder list = dd_builder_array ();

  for (guint i = 0; i < self->delays->len; i++)
    {
      const Delay *delay = g_ptr_array_index (self->delays, i);

      dd_builder_add (&list, dd_object ("budget", dd_string (delay->budget), "seconds",
                                        dd_double ((double) delay->longest / DD_SECOND), NULL));
    }
  return dd_builder_end (&list);
}
