/* SPDX-License-Identifier: Apache-2.0 */
/* sim/stage/latency.h: how long things take in the world: one table of named delays, each with its
 * own stream */
#pragma once

#include "base/clock.h"
#include "base/random.h"

G_BEGIN_DECLS

/* A delay is uniform in [low, high]; equal bounds mean fixed. How long EBS takes to make, attach
 * and detach a volume is assumed; volume.force-detach is what kube-controller-manager waits for a
 * node that does not unmount (attachdetach, maxWaitForUnmountDuration). */
#define SIM_DELAYS(X) \
  X (SIM_DELAY_UPDATE_START, "eks.update-start", 60, 60) \
  X (SIM_DELAY_CLUSTER_UPDATE, "eks.cluster-update", 600, 600) \
  X (SIM_DELAY_CONFIG_UPDATE, "eks.config-update", 30, 30) \
  X (SIM_DELAY_CREATION_LOOK, "eks.creation-look", 15, 15) \
  X (SIM_DELAY_NODE_LABELS, "eks.node-labels", 2, 5) \
  X (SIM_DELAY_HOOK_DRAIN, "eks.terminate-hook", 30, 30) \
  X (SIM_DELAY_ACTIVITY_START, "autoscaling.activity-start", 20, 20) \
  X (SIM_DELAY_REBALANCE, "autoscaling.rebalance", 60, 60) \
  X (SIM_DELAY_INSTANCE_START, "ec2.pending", 20, 20) \
  X (SIM_DELAY_INSTANCE_STOP, "ec2.shutting-down", 40, 40) \
  X (SIM_DELAY_STATUS_CHECK, "ec2.status-check", 120, 180) \
  X (SIM_DELAY_NODE_REGISTER, "node.register", 35, 45) \
  X (SIM_DELAY_NODE_READY, "node.ready", 10, 20) \
  X (SIM_DELAY_NODE_DELETED, "node.deleted", 5, 10) \
  X (SIM_DELAY_NODE_MONITOR, "node.monitor", 0, 5) \
  X (SIM_DELAY_POD_GC, "pod.garbage-collection", 40, 60) \
  X (SIM_DELAY_SCHEDULE, "pod.schedule", 0.01, 0.05) \
  X (SIM_DELAY_IMAGE_PULL, "pod.image-pull", 2, 6) \
  X (SIM_DELAY_CONTAINER_START, "pod.container-start", 1, 2) \
  X (SIM_DELAY_POD_READY, "pod.ready", 2, 5) \
  X (SIM_DELAY_POD_STOP, "pod.stop", 1, 3) \
  X (SIM_DELAY_VOLUME_PROVISION, "volume.provision", 2, 4) \
  X (SIM_DELAY_VOLUME_ATTACH, "volume.attach", 2, 8) \
  X (SIM_DELAY_VOLUME_DETACH, "volume.detach", 2, 12) \
  X (SIM_DELAY_VOLUME_FORCE_DETACH, "volume.force-detach", 360, 360) \
  X (SIM_DELAY_CONTROLLER, "controller.sync", 0.005, 0.02) \
  X (SIM_DELAY_REQUEST_KUBERNETES, "request.kubernetes", 0.004, 0.012) \
  X (SIM_DELAY_REQUEST_AWS, "request.aws", 0.05, 0.2)

typedef enum
{
#define X(id, name, low, high) id,
  SIM_DELAYS (X)
#undef X
      SIM_N_DELAYS
} SimDelay;

typedef struct _SimLatency SimLatency;

/* Each row draws from its own fork of RANDOM. */
SimLatency *sim_latency_new (const DdRandom *random);
void sim_latency_free (SimLatency *latency);
DdUsec sim_latency_draw (SimLatency *latency, SimDelay delay);
void sim_latency_set (SimLatency *latency, SimDelay delay, DdUsec low, DdUsec high);
/* FALSE for an unknown name. */
gboolean sim_delay_from_name (const char *name, SimDelay *out_delay);
const char *sim_delay_name (SimDelay delay);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (SimLatency, sim_latency_free)

G_END_DECLS
