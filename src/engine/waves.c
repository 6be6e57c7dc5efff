/* SPDX-License-Identifier: Apache-2.0 */
/* Nodes start in order, as many at once as the parallelism allows, and each then goes its own way.
 * A wave is over when none of its nodes is under way; then the next one starts, unless something
 * went wrong. As long as any instance is about to leave, one request per poll asks EC2 about all of
 * them, so a poll costs what the wave costs, however large the group. */
#include "config.h"

#include "engine/waves.h"

#include <string.h>

#include "aws/ec2.h"
#include "base/error.h"

struct _DdWaves
{
  DdWavesOptions options;
  GPtrArray *machines; /* of DdNodeMachine, all of them, in order */
  guint started;       /* the first STARTED of them were */
  GPtrArray *running;  /* those under way, not owned, in the order they were started */
  guint waves;
  guint gone, kept_places;
  gint64 shrunk_from;
  GPtrArray *overdue;
  GError *error;
  DdCallerFailure *failure; /* of ERROR */
  GHashTable *asked;        /* the instances of the latest request, for look-ups only */
  guint64 call, timer;
  gboolean stopped; /* by its gate */
  guint64 settle;   /* the timer that looks at the waves after an end */
};

static void look_at_waves (gpointer data);
static void ask_ec2 (gpointer data);

/* Everything that follows from an end happens from a timer of its own, so that no machine is
 * touched, or freed, from within its own call. */
static void
settle_soon (DdWaves *self)
{
  if (self->settle == 0)
    self->settle = dd_clock_after (self->options.machine.clock, 0, look_at_waves, self);
}

/* The others go on, and may have calls that fail as well before this one is spoken of. */
static void
note_error (DdWaves *self, const GError *error)
{
  if (self->error != NULL)
    return;
  self->error = g_error_copy (error);
  self->failure = dd_caller_failure (self->options.machine.caller);
}

static void
note_end (DdNodeMachine *machine, DdNodeEnd end, const GError *error, gpointer data)
{
  DdWaves *self = data;

  g_ptr_array_remove (self->running, machine);
  switch (end)
    {
    case DD_NODE_GONE:
      self->gone++;
      self->kept_places += dd_node_machine_kept_place (machine);
      self->shrunk_from = dd_node_machine_shrunk_from (machine);
      if (self->options.progress != NULL)
        self->options.progress (self->gone, self->options.data);
      break;
    case DD_NODE_OVERDUE:
      g_ptr_array_add (self->overdue, machine);
      break;
    case DD_NODE_FAILED:
      note_error (self, error);
      break;
    }
  settle_soon (self);
}

/* ---- who has left ---- */

static void
arm_poll (DdWaves *self)
{
  if (self->timer == 0 && self->call == 0)
    self->timer = dd_clock_after (self->options.machine.clock,
                                  self->options.machine.knobs->poll_interval, ask_ec2, self);
}

/* What EC2 said about the instances that were asked about: their states, or that it has forgotten
 * some of them, which were terminated long ago. */
typedef struct
{
  GHashTable *states;
  const char *forgotten;
} Said;

static gboolean
has_left (const Said *said, const char *instance)
{
  if (said->states == NULL)
    return strstr (said->forgotten, instance) != NULL;
  return g_strcmp0 (g_hash_table_lookup (said->states, instance), "terminated") == 0;
}

/* Telling a machine changes the list of those under way, hence the second loop. */
static void
note_left (DdWaves *self, const Said *said)
{
  g_autoptr (GPtrArray) left = g_ptr_array_new ();

  for (guint i = 0; i < self->running->len; i++)
    {
      DdNodeMachine *machine = g_ptr_array_index (self->running, i);
      const char *instance = dd_node_machine_node (machine)->instance;

      if (dd_node_machine_is_leaving (machine) && g_hash_table_contains (self->asked, instance)
          && has_left (said, instance))
        g_ptr_array_add (left, machine);
    }
  for (guint i = 0; i < left->len; i++)
    dd_node_machine_note_left (g_ptr_array_index (left, i));
}

static void
take_instances (const DdReply *reply, const GError *error, gpointer data)
{
  DdWaves *self = data;
  g_autoptr (GError) problem = error == NULL ? NULL : g_error_copy (error);
  g_autoptr (GHashTable) instances
      = problem == NULL ? dd_instance_states_from_reply (reply, &problem) : NULL;

  Said said = { instances, problem == NULL ? NULL : problem->message };

  self->call = 0;
  if (problem != NULL && !g_error_matches (problem, DD_ERROR, DD_ERROR_NOT_FOUND))
    {
      note_error (self, problem);
      g_ptr_array_set_size (self->running, 0); /* nobody can say what becomes of them */
      settle_soon (self);
      return;
    }
  note_left (self, &said);
  arm_poll (self);
}

static void
ask_ec2 (gpointer data)
{
  DdWaves *self = data;
  g_autoptr (GPtrArray) ids = g_ptr_array_new ();

  self->timer = 0;
  g_hash_table_remove_all (self->asked);
  for (guint i = 0; i < self->running->len; i++)
    {
      DdNodeMachine *machine = g_ptr_array_index (self->running, i);

      if (dd_node_machine_is_leaving (machine))
        {
          g_ptr_array_add (ids, dd_node_machine_node (machine)->instance);
          g_hash_table_add (self->asked, dd_node_machine_node (machine)->instance);
        }
    }
  if (ids->len > 0)
    self->call = dd_caller_send (self->options.machine.caller, "DescribeInstances",
                                 dd_ec2_describe_instances (ids), take_instances, self);
  else
    arm_poll (self);
}

/* ---- waves ---- */

static void
start_machines (DdWaves *self, guint count)
{
  guint end = MIN (self->started + count, self->machines->len);

  while (self->started < end)
    {
      DdNodeMachine *machine = g_ptr_array_index (self->machines, self->started++);

      g_ptr_array_add (self->running, machine);
      dd_node_machine_start (machine);
    }
}

static void
trace_wave (DdWaves *self, guint count)
{
  guint end = self->started + count;
  g_auto (DdBuilder) names = dd_builder_array ();
  g_autofree char *subject = g_strdup_printf ("wave %u", ++self->waves);

  for (guint i = self->started; i < end; i++)
    dd_builder_add (&names,
                    dd_string (dd_node_machine_node (g_ptr_array_index (self->machines, i))->name));
  dd_trace (self->options.machine.trace, "engine", DD_EVENT_WAVE_STARTED, subject,
            dd_object ("wave", dd_int (self->waves), "nodes", dd_builder_end (&names), NULL));
}

static gboolean
goes_on (const DdWaves *self)
{
  return !self->stopped && self->started < self->machines->len && self->error == NULL
         && (self->overdue->len == 0 || self->options.press_on);
}

static void
finish (DdWaves *self)
{
  DdWavesResult result
      = { self->gone, self->kept_places, self->shrunk_from, self->overdue, self->error };

  dd_clock_cancel (self->options.machine.clock, self->timer);
  self->timer = 0;
  if (self->failure != NULL)
    dd_caller_recall (self->options.machine.caller, g_steal_pointer (&self->failure));
  self->options.done (&result, self->options.data);
}

/* How many could start now: a wave when none is under way, or what fills up a sliding one. */
guint
dd_waves_count_startable (const DdWaves *self)
{
  guint busy = self->running->len;

  if (!goes_on (self) || (busy > 0 && !(self->options.sliding && self->waves > 0)))
    return 0;
  return MIN (self->options.parallelism - busy, self->machines->len - self->started);
}

static guint
ask_gate (DdWaves *self, guint count)
{
  return count == 0 || self->options.gate == NULL
             ? count
             : self->options.gate (self, count, self->options.data);
}

static void
look_at_waves (gpointer data)
{
  DdWaves *self = data;
  guint count = dd_waves_count_startable (self);
  guint starting = ask_gate (self, count);

  self->settle = 0;
  if (starting > 0)
    {
      if (!self->options.sliding || self->waves == 0)
        trace_wave (self, starting);
      start_machines (self, starting);
    }
  else if (self->running->len == 0)
    {
      if (count == 0)
        finish (self);
      return;
    }
  arm_poll (self);
}

const DdKubeNode *
dd_waves_next (const DdWaves *self, guint i)
{
  return dd_node_machine_node (g_ptr_array_index (self->machines, self->started + i));
}

gboolean
dd_waves_has_started_with (const DdWaves *self, const DdKubeNode *node)
{
  for (guint i = 0; i < self->started; i++)
    {
      const DdKubeNode *each = dd_node_machine_node (g_ptr_array_index (self->machines, i));

      if (g_str_equal (each->name, node->name) && g_strcmp0 (each->instance, node->instance) == 0)
        return TRUE;
    }
  return FALSE;
}

gboolean
dd_waves_has_started (const DdWaves *self, const char *name)
{
  for (guint i = 0; i < self->started; i++)
    if (g_str_equal (dd_node_machine_node (g_ptr_array_index (self->machines, i))->name, name))
      return TRUE;
  return FALSE;
}

void
dd_waves_resume (DdWaves *self)
{
  settle_soon (self);
}

void
dd_waves_stop (DdWaves *self)
{
  self->stopped = TRUE;
  settle_soon (self);
}

DdWaves *
dd_waves_new (const DdWavesOptions *options)
{
  DdWaves *self = g_new0 (DdWaves, 1);

  g_assert (options->parallelism > 0);
  self->options = *options;
  self->waves = options->waves_before;
  self->shrunk_from = -1;
  self->machines = g_ptr_array_new_with_free_func ((GDestroyNotify) dd_node_machine_free);
  self->running = g_ptr_array_new ();
  self->overdue = g_ptr_array_new ();
  self->asked = g_hash_table_new (g_str_hash, g_str_equal);
  return self;
}

void
dd_waves_add (DdWaves *self, DdKubeNode *node, const DdNodeWay *way)
{
  g_ptr_array_add (self->machines,
                   dd_node_machine_new (&self->options.machine, node, way, note_end, self));
}

void
dd_waves_start (DdWaves *self)
{
  settle_soon (self);
}

void
dd_waves_free (DdWaves *self)
{
  if (self == NULL)
    return;
  dd_caller_cancel (self->options.machine.caller, self->call);
  dd_clock_cancel (self->options.machine.clock, self->timer);
  dd_clock_cancel (self->options.machine.clock, self->settle);
  g_hash_table_unref (self->asked);
  g_ptr_array_unref (self->running);
  g_ptr_array_unref (self->overdue);
  g_ptr_array_unref (self->machines);
  g_clear_error (&self->error);
  dd_caller_failure_free (self->failure);
  g_free (self);
}
