/* SPDX-License-Identifier: Apache-2.0 */
/* sim/stage/machine.h: what a kubelet knows of its EC2 instance; the border of EC2 and Kubernetes */
#pragma once

#include "sim/world/world.h"

G_BEGIN_DECLS

typedef struct
{
  const char *instance_id;
  const char *private_dns; /* becomes the Node's name */
  const char *private_ip;
  const char *region, *zone;
  const char *instance_type;
  const char *ami_id, *ami_name;
  const char *kubelet_version; /* "v1.30.0-eks-036c24b", from the AMI */
  const char *user_data;       /* decoded; the kubelet reads --node-labels= and
                                * --register-with-taints= out of it, as EKS's bootstrap does */
  gint64 cpu_millis, memory_bytes;
  int max_pods;
} SimMachine;

/* EC2 calls these; the kubelet actor implements them (sim/kube/controllers/kubelet.c). MACHINE is copied. */
void sim_machine_started (SimWorld *world, const SimMachine *machine); /* the instance is running */
void sim_machine_stopped (SimWorld *world, const char *instance_id);   /* shutting down, or killed */

/* After it was only unreachable; its kubelet goes on with what is bound to it. */
void sim_machine_returned (SimWorld *world, const char *instance_id);

typedef enum
{
  SIM_MACHINE_GONE, /* terminated or never heard of */
  SIM_MACHINE_STOPPED,
  SIM_MACHINE_RUNNING,
} SimMachineState;

/* Kubernetes' cloud node lifecycle controller asks this; EC2 implements it (sim/aws/ec2/operations.c). */
SimMachineState sim_machine_state (SimWorld *world, const char *instance_id);
/* Tells Kubernetes that an instance left for good, so that it may delete the Node. */
void sim_machine_terminated (SimWorld *world, const char *instance_id);

G_END_DECLS
