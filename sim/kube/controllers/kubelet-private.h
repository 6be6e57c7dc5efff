/* SPDX-License-Identifier: Apache-2.0 */
/* sim/kube/controllers/kubelet-private.h: the parts of the kubelet actor: hosts, their Node
 * objects, their pods */
#pragma once

#include "sim/kube/controllers/kubelet.h"
#include "sim/stage/machine.h"

G_BEGIN_DECLS

typedef struct
{
  SimActors *actors;
  GHashTable *by_instance; /* instance id -> SimHost */
  GHashTable *by_node;     /* node name -> SimHost, the latest of that name */
  GHashTable *workers;     /* pod uid -> SimPodWorker */
  guint addresses;         /* pod addresses given out so far */
} SimKubelets;

typedef enum
{
  SIM_HOST_BOOTING, /* the instance runs, its kubelet does not yet */
  SIM_HOST_RUNNING,
  SIM_HOST_DEAD,
} SimHostState;

/* One instance with a kubelet on it. */
typedef struct
{
  SimKubelets *kubelets;
  SimMachine machine; /* strings are ours */
  SimHostState state;
  guint64 event;         /* the next step of booting */
  guint64 sync_event;    /* the next status sync that has something to say */
  DdUsec register_again; /* the last wait between two tries to register; 0: none */
  DdUsec found;          /* when the world began with it; 0: it came later */
  DdUsec registered;     /* when the kubelet began to renew its lease */
  DdUsec last_heartbeat; /* of a dead one */
  gboolean settled;      /* all that Ready waits for, but the network */
  gboolean gone;         /* the instance is terminated */
  gboolean cordon_announced;
  GHashTable *images; /* set of names that were pulled */
} SimHost;

typedef struct _SimPodWorker SimPodWorker;

/* kubelet-node.c: the Node object of a host at its registration: labels, taints, capacity. */
DdValue *sim_host_node_value (const SimHost *host);
/* The same for one that was there before the world began, in the state NODE. */
DdValue *sim_host_found_value (const SimHost *host, const SimNodeState *node);
gboolean sim_machine_is_windows (const SimMachine *machine);
/* Its Ready condition. */
DdValue *sim_host_ready_condition (const SimHost *host, gboolean ready);

/* kubelet-pods.c: what a host does for a pod that is bound to it. */
void sim_host_follow_pod (SimHost *host, const SimObject *pod);
void sim_kubelets_forget_pod (SimKubelets *self, const char *uid);
/* Everything on a dead host stops where it is. */
void sim_host_abandon_pods (SimHost *host);
void sim_pod_worker_free (gpointer worker);

G_END_DECLS
