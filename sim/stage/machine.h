/* SPDX-License-Identifier: Apache-2.0 */
/* sim/stage/machine.h: the border of EC2 and Kubernetes: what a kubelet knows of its instance, and
 * what the cloud's node controller may ask */
#pragma once

#include "base/value.h"
#include "sim/stage/stage.h"

G_BEGIN_DECLS

typedef struct
{
  const char *instance_id;
  const char *private_dns; /* becomes the Node's name */
  const char *private_ip;
  const char *region, *zone;
  const char *instance_type, *architecture; /* "m5.large", "x86_64" */
  const char *ami_id, *ami_name;
  const char *kubelet_version; /* "v1.30.0-eks-036c24b", from the AMI */
  const char *user_data;       /* decoded; the kubelet reads --node-labels= and
                                * --register-with-taints= out of it, as EKS's bootstrap does */
  gint64 cpu_millis, memory_bytes;
  int max_pods;
} SimMachine;

/* How the node of a machine is that was there before the world began. */
typedef enum
{
  SIM_NODE_READY,
  SIM_NODE_NOT_READY, /* its kubelet says so */
  SIM_NODE_SILENT,    /* its kubelet has not been heard of for long */
} SimNodeHealth;

typedef struct
{
  SimNodeHealth health;
  DdUsec created;
  gboolean unschedulable;
  const DdValue *labels; /* beside those of its registration, and instead of them; NULL: none */
  const DdValue *taints; /* as a Node has them, instead of its registration's; NULL: those */
} SimNodeState;

typedef enum
{
  SIM_MACHINE_GONE, /* terminated or never heard of */
  SIM_MACHINE_STOPPED,
  SIM_MACHINE_RUNNING,
} SimMachineState;

/* What the machines' own software hears of EC2; sim/kube/controllers/kubelet.c implements it. */
typedef struct
{
  gboolean (*found) (gpointer self, const SimMachine *machine, const SimNodeState *node,
                     GError **error);
  void (*started) (gpointer self, const SimMachine *machine);
  void (*stopped) (gpointer self, const char *instance_id);
  void (*returned) (gpointer self, const char *instance_id);
  void (*terminated) (gpointer self, const char *instance_id);
} SimMachineListener;

/* What EC2 says of an instance; sim/aws/ec2/machines.c implements it. */
typedef SimMachineState (*SimMachineStateFunc) (gpointer self, const char *instance_id);

/* The two sides make themselves known here; until then nobody listens and every instance is gone.
 * NULL takes a side away. */
void sim_machines_set_listener (SimStage *stage, const SimMachineListener *listener, gpointer self);
void sim_machines_set_cloud (SimStage *stage, SimMachineStateFunc state, gpointer self);

/* EC2 calls these; MACHINE and NODE are copied. */
/* The instance has been running for long, and its kubelet registered long ago. FALSE with the API
 * server's error where its Node could not be; nobody knows of the machine then. */
gboolean sim_machine_found (SimStage *stage, const SimMachine *machine, const SimNodeState *node,
                            GError **error);
void sim_machine_started (SimStage *stage, const SimMachine *machine); /* the instance is running */
void sim_machine_stopped (SimStage *stage, const char *instance_id); /* shutting down, or killed */
/* After it was only unreachable; its kubelet goes on with what is bound to it. */
void sim_machine_returned (SimStage *stage, const char *instance_id);
/* Tells Kubernetes that an instance left for good, so that it may delete the Node. */
void sim_machine_terminated (SimStage *stage, const char *instance_id);

/* Kubernetes' cloud node lifecycle controller asks this. */
SimMachineState sim_machine_state (SimStage *stage, const char *instance_id);

/* ---- for the stage ---- */

SimMachines *sim_machines_new (void);
void sim_machines_free (SimMachines *machines);

G_END_DECLS
