/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "sim/stage/machine.h"

struct _SimMachines
{
  const SimMachineListener *listener;
  gpointer listener_self;
  SimMachineStateFunc state;
  gpointer cloud;
};

SimMachines *
sim_machines_new (void)
{
  return g_new0 (SimMachines, 1);
}

void
sim_machines_free (SimMachines *machines)
{
  g_free (machines);
}

void
sim_machines_set_listener (SimStage *stage, const SimMachineListener *listener, gpointer self)
{
  stage->machines->listener = listener;
  stage->machines->listener_self = self;
}

void
sim_machines_set_cloud (SimStage *stage, SimMachineStateFunc state, gpointer self)
{
  stage->machines->state = state;
  stage->machines->cloud = self;
}

gboolean
sim_machine_found (SimStage *stage, const SimMachine *machine, const SimNodeState *node,
                   GError **error)
{
  const SimMachines *machines = stage->machines;

  return machines->listener == NULL
         || machines->listener->found (machines->listener_self, machine, node, error);
}

void
sim_machine_started (SimStage *stage, const SimMachine *machine)
{
  const SimMachines *machines = stage->machines;

  if (machines->listener != NULL)
    machines->listener->started (machines->listener_self, machine);
}

void
sim_machine_stopped (SimStage *stage, const char *instance_id)
{
  const SimMachines *machines = stage->machines;

  if (machines->listener != NULL)
    machines->listener->stopped (machines->listener_self, instance_id);
}

void
sim_machine_returned (SimStage *stage, const char *instance_id)
{
  const SimMachines *machines = stage->machines;

  if (machines->listener != NULL)
    machines->listener->returned (machines->listener_self, instance_id);
}

void
sim_machine_terminated (SimStage *stage, const char *instance_id)
{
  const SimMachines *machines = stage->machines;

  if (machines->listener != NULL)
    machines->listener->terminated (machines->listener_self, instance_id);
}

SimMachineState
sim_machine_state (SimStage *stage, const char *instance_id)
{
  const SimMachines *machines = stage->machines;

  return machines->state != NULL ? machines->state (machines->cloud, instance_id)
                                 : SIM_MACHINE_GONE;
}
