/* SPDX-License-Identifier: Apache-2.0 */
/* The world: its parts, made and freed in one place, and the loop that lets it go on. */
#include "config.h"

#include "sim/kube/controllers/actors.h"
#include "sim/aws/ec2/cloud.h"
#include "sim/aws/eks/eks.h"
#include "sim/stage/faults.h"
#include "sim/kube/verbs/api.h"
#include "sim/world/transport.h"
#include "sim/world/world.h"

#define DEFAULT_MAX_EVENTS G_GUINT64_CONSTANT (50000000)

typedef struct
{
  SimObserver func;
  gpointer data;
} Observer;

SimWorld *
sim_world_new (const SimWorldOptions *options)
{
  SimWorld *world = g_new0 (SimWorld, 1);

  world->seed = options->seed;
  world->clock = sim_clock_new (options->start);
  world->random = dd_random_new (options->seed);
  world->trace = sim_trace_new (world->clock);
  world->latency = sim_latency_new (world->random);
  world->endpoint = g_strdup (options->endpoint);
  world->max_events = DEFAULT_MAX_EVENTS;
  world->observers = g_ptr_array_new_with_free_func (g_free);
  world->faults = sim_faults_new (world);
  world->cloud = aws_cloud_new (world, options->region, options->account);
  world->kube = kube_api_new (world, options->kube_minor);
  world->transport = sim_transport_new (world, sim_carrier_new_direct (world));
  world->actors = sim_actors_new (world);
  world->eks = aws_eks_new (world);
  return world;
}

/* Clients before what they talk to; the clock last, since everything cancels its events. */
void
sim_world_free (SimWorld *world)
{
  if (world == NULL)
    return;
  g_clear_pointer (&world->eks, aws_eks_free);
  g_clear_pointer (&world->actors, sim_actors_free);
  g_clear_pointer (&world->cloud, aws_cloud_free);
  g_clear_pointer (&world->transport, sim_transport_free);
  g_clear_pointer (&world->kube, kube_api_free);
  g_clear_pointer (&world->faults, sim_faults_free);
  g_clear_pointer (&world->latency, sim_latency_free);
  g_clear_pointer (&world->trace, sim_trace_free);
  g_clear_pointer (&world->random, dd_random_free);
  g_clear_pointer (&world->clock, sim_clock_free);
  g_clear_pointer (&world->observers, g_ptr_array_unref);
  g_free (world->endpoint);
  g_free (world);
}

DdUsec
sim_world_now (const SimWorld *world)
{
  return sim_clock_now (world->clock);
}

void
sim_world_trace (SimWorld *world, const char *actor, const char *what, const char *subject,
                 DdValue *details)
{
  dd_trace (sim_trace_interface (world->trace), actor, what, subject, details);
}

void
sim_world_add_observer (SimWorld *world, SimObserver func, gpointer data)
{
  Observer *observer = g_new (Observer, 1);

  observer->func = func;
  observer->data = data;
  g_ptr_array_add (world->observers, observer);
}

void
sim_world_stop (SimWorld *world)
{
  world->stopped = TRUE;
}

static gboolean
may_go_on (const SimWorld *world)
{
  return !world->stopped && sim_clock_events (world->clock) < world->max_events;
}

gboolean
sim_world_step (SimWorld *world)
{
  if (!may_go_on (world))
    return FALSE;
  sim_transport_flush (world->transport);
  if (!sim_clock_step (world->clock))
    return FALSE;
  for (guint i = 0; i < world->observers->len; i++)
    {
      Observer *observer = world->observers->pdata[i];

      observer->func (world, observer->data);
    }
  return TRUE;
}

gboolean
sim_world_run_until (SimWorld *world, DdUsec instant)
{
  for (;;)
    {
      DdUsec due;

      sim_transport_flush (world->transport);
      if (!sim_clock_next_due (world->clock, &due) || due > instant)
        break;
      if (!sim_world_step (world))
        return FALSE;
    }
  if (!may_go_on (world))
    return FALSE;
  sim_clock_advance_to (world->clock, MAX (instant, sim_clock_now (world->clock)));
  return TRUE;
}

gboolean
sim_world_run_for (SimWorld *world, DdUsec delay)
{
  return sim_world_run_until (world, sim_world_now (world) + delay);
}
