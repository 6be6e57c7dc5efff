/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "sim/kube/controllers/controller.h"

/* The queue of a Kubernetes controller, on the virtual clock. A change in the store adds the key
 * of what it concerns; a little later reconcile runs for that key, however many changes there were
 * in between. A run that fails is repeated after 5 ms, 10 ms, 20 ms ... as client-go's default
 * rate limiter does, so that nothing is ever given up and nothing spins. */

#define BACK_OFF_FIRST (5 * DD_MILLISECOND)
#define BACK_OFF_LONGEST (1000 * DD_SECOND)

typedef struct
{
  SimController *controller;
  char *id; /* "namespace/name" */
  char *namespace_, *name;
  guint64 event; /* 0: not waiting */
  DdUsec due;
  gboolean soon; /* a change added it: it needs no second delay */
  guint failures;
} Entry;

struct _SimController
{
  SimStage *stage;
  SimReconcile reconcile;
  gpointer self;
  GHashTable *entries; /* id -> Entry; never iterated in a way that can be observed */
  SimStore *watched;
};

static void
entry_free (gpointer data)
{
  Entry *entry = data;

  sim_clock_cancel (entry->controller->stage->clock, entry->event);
  g_free (entry->id);
  g_free (entry->namespace_);
  g_free (entry->name);
  g_free (entry);
}

SimController *
sim_controller_new (SimStage *stage, SimReconcile reconcile, gpointer self)
{
  SimController *controller = g_new0 (SimController, 1);

  controller->stage = stage;
  controller->reconcile = reconcile;
  controller->self = self;
  controller->entries = g_hash_table_new_full (g_str_hash, g_str_equal, NULL, entry_free);
  return controller;
}

static Entry *
entry_for (SimController *controller, const char *namespace_, const char *name)
{
  g_autofree char *id = g_strconcat (namespace_, "/", name, NULL);
  Entry *entry = g_hash_table_lookup (controller->entries, id);

  if (entry != NULL)
    return entry;
  entry = g_new0 (Entry, 1);
  entry->controller = controller;
  entry->id = g_steal_pointer (&id);
  entry->namespace_ = g_strdup (namespace_);
  entry->name = g_strdup (name);
  g_hash_table_insert (controller->entries, entry->id, entry);
  return entry;
}

static DdUsec
back_off (guint failures)
{
  DdUsec delay = BACK_OFF_FIRST;

  while (failures-- > 1 && delay < BACK_OFF_LONGEST)
    delay *= 2;
  return MIN (delay, BACK_OFF_LONGEST);
}

static void run (gpointer data);

typedef guint64 (*Schedule) (SimClock *clock, DdUsec due, DdTimerFunc func, gpointer data);

static void
wait_by (Entry *entry, DdUsec due, Schedule schedule)
{
  SimClock *clock = entry->controller->stage->clock;

  if (entry->event != 0 && entry->due <= due)
    return;
  sim_clock_cancel (clock, entry->event);
  entry->due = due;
  entry->event = schedule (clock, due, run, entry);
}

static void
wait_until (Entry *entry, DdUsec due)
{
  wait_by (entry, due, sim_clock_schedule);
}

static void
run (gpointer data)
{
  Entry *entry = data;
  SimController *controller = entry->controller;
  g_autoptr (GError) error = NULL;

  entry->event = 0;
  entry->soon = FALSE;
  if (controller->reconcile (controller->self, entry->namespace_, entry->name, &error))
    entry->failures = 0;
  else
    {
      entry->failures++;
      wait_until (entry, sim_stage_now (controller->stage) + back_off (entry->failures));
    }
  if (entry->event == 0)
    g_hash_table_remove (controller->entries, entry->id);
}

void
sim_controller_add (SimController *controller, const char *namespace_, const char *name)
{
  Entry *entry = entry_for (controller, namespace_, name);
  DdUsec delay;

  if (entry->soon)
    return;
  delay = sim_latency_draw (controller->stage->latency, SIM_DELAY_CONTROLLER);
  entry->soon = TRUE;
  wait_until (entry, sim_stage_now (controller->stage) + delay);
}

void
sim_controller_add_object (SimController *controller, const SimObject *object)
{
  sim_controller_add (controller, object->namespace_, object->name);
}

void
sim_controller_add_after (SimController *controller, const char *namespace_, const char *name,
                          DdUsec delay)
{
  wait_until (entry_for (controller, namespace_, name),
              sim_stage_now (controller->stage) + MAX (delay, 0));
}

void
sim_controller_add_standing (SimController *controller, const char *namespace_, const char *name,
                             DdUsec delay)
{
  wait_by (entry_for (controller, namespace_, name),
           sim_stage_now (controller->stage) + MAX (delay, 0), sim_clock_schedule_standing);
}

static void
add_changed (SimStore *store G_GNUC_UNUSED, const SimChange *change, gpointer data)
{
  sim_controller_add_object (data, change->object);
}

void
sim_controller_watch (SimController *controller, SimStore *store, const KubeKind *kind)
{
  controller->watched = store;
  sim_store_subscribe (store, kind, add_changed, controller);
}

void
sim_controller_free (SimController *controller)
{
  if (controller == NULL)
    return;
  if (controller->watched != NULL)
    sim_store_unsubscribe (controller->watched, add_changed, controller);
  g_hash_table_unref (controller->entries);
  g_free (controller);
}
