/* SPDX-License-Identifier: Apache-2.0 */
/* The world: its parts, made and freed in one place, and the loop that lets it go on. */
#include "config.h"

#include "sim/aws/autoscaling/scaling.h"
#include "sim/kube/controllers/actors.h"
#include "sim/aws/eks/eks.h"
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

  world->stage = sim_stage_new (options->seed, options->start);
  world->max_events = DEFAULT_MAX_EVENTS;
  world->observers = g_ptr_array_new_with_free_func (g_free);
  world->cloud = aws_cloud_new (world->stage, options->region, options->account);
  aws_autoscaling_start (world->cloud);
  world->kube = kube_api_new (world->stage, options->kube_minor);
  world->kube->notes_actors = options->notes_actors;
  world->transport = sim_transport_new (world, sim_carrier_new_direct (world));
  world->actors = sim_actors_new (world->kube);
  world->eks = aws_eks_new (world->cloud, world->kube, sim_transport_interface (world->transport),
                            options->endpoint);
  return world;
}

/* Clients before what they talk to; the stage last, since everything cancels its events there. */
void
sim_world_free (SimWorld *world)
{
  if (world == NULL)
    return;
  g_clear_pointer (&world->eks, aws_eks_free);
  g_clear_pointer (&world->actors, sim_actors_free);
  if (world->cloud != NULL)
    aws_autoscaling_stop (world->cloud);
  g_clear_pointer (&world->cloud, aws_cloud_free);
  g_clear_pointer (&world->transport, sim_transport_free);
  g_clear_pointer (&world->kube, kube_api_free);
  g_clear_pointer (&world->stage, sim_stage_free);
  g_clear_pointer (&world->observers, g_ptr_array_unref);
  g_free (world);
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
  return !world->stopped && sim_clock_events (world->stage->clock) < world->max_events;
}

gboolean
sim_world_step (SimWorld *world)
{
  if (!may_go_on (world))
    return FALSE;
  sim_transport_flush (world->transport);
  if (!sim_clock_step (world->stage->clock))
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
      if (!sim_clock_next_due (world->stage->clock, &due) || due > instant)
        break;
      if (!sim_world_step (world))
        return FALSE;
    }
  if (!may_go_on (world))
    return FALSE;
  sim_clock_advance_to (world->stage->clock, MAX (instant, sim_clock_now (world->stage->clock)));
  return TRUE;
}

gboolean
sim_world_run_for (SimWorld *world, DdUsec delay)
{
  return sim_world_run_until (world, sim_stage_now (world->stage) + delay);
}
