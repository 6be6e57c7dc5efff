/* SPDX-License-Identifier: Apache-2.0 */
/* sim/kube/controllers/scheduler-private.h: the parts of the scheduler: what it knows of nodes,
 * filters, scores */
#pragma once

#include "sim/kube/controllers/actor.h"

G_BEGIN_DECLS

/* ---- scheduler-cache.c: nodes with the sums over their pods, kept from the store's changes ----
 */

typedef struct
{
  SimObject *node;
  const KubeNodeView *view; /* of NODE */
  const DdValue *taints; /* of NODE, or equal ones: most lists are one value for all their nodes */
  const char *zone;      /* interned; NULL when unknown */
  gint64 cpu_millis, memory_bytes, pods; /* requested */
  gint64 weighed_cpu, weighed_memory; /* the same for scoring: a pod without requests weighs too */
} SimNodeInfo;

/* Where the pods of one controller are; the counts are guints in pointers. */
typedef struct
{
  GHashTable *by_zone; /* interned zone -> how many */
  GHashTable *by_node; /* SimNodeInfo -> how many */
} SimSiblings;

typedef struct
{
  SimStore *store;
  GPtrArray *nodes;     /* SimNodeInfo, in the order the nodes came */
  GHashTable *by_name;  /* borrowed name -> SimNodeInfo */
  GHashTable *siblings; /* uid of a controller -> SimSiblings */
  GPtrArray *repellers; /* bound pods with required anti-affinity, as references */
  GPtrArray *nominated; /* pods that others made room for, not bound yet, as references */
  GPtrArray *taints;    /* lists of taints, each once; as references */
} SimSchedulerCache;

SimSchedulerCache *sim_scheduler_cache_new (SimStore *store);
void sim_scheduler_cache_free (SimSchedulerCache *cache);
void sim_scheduler_cache_node (SimSchedulerCache *cache, const SimChange *change);
void sim_scheduler_cache_pod (SimSchedulerCache *cache, const SimChange *change);
SimNodeInfo *sim_scheduler_cache_find (SimSchedulerCache *cache, const char *node);
/* Adds POD to the sums of INFO, or (BY -1) takes it out of them. */
void sim_node_info_count (SimNodeInfo *info, const SimObject *pod, int by);
/* NULL: that controller has no pod anywhere. */
const SimSiblings *sim_scheduler_cache_siblings (SimSchedulerCache *cache, const char *owner_uid);

/* ---- scheduler-topology.c: groups of pods spread over domains of nodes ---- */

/* How many pods of a group are in each domain, such as a zone. */
typedef struct
{
  const char *key;    /* the node label that names the domain */
  GHashTable *counts; /* value -> count, as a guint in a pointer */
  guint total, least; /* over the eligible domains */
} SimDomains;

/* One constraint, affinity or anti-affinity term of the pod at hand. */
typedef struct
{
  SimDomains domains;
  gint64 max_skew, weight; /* of a constraint; of a preferred term, negative for anti-affinity */
  gboolean self;           /* the pod belongs to the group itself */
} SimTerm;

typedef struct _SimTopology SimTopology;
struct _SimTopology
{
  GArray *spread;      /* SimTerm: DoNotSchedule */
  GArray *soft_spread; /* SimTerm: ScheduleAnyway */
  GArray *affinity, *anti_affinity, *preferred;
  GHashTable *forbidden;      /* "key=value" that pods already there will not share */
  gboolean first_of_its_kind; /* it matches its own affinity, and no other pod does */
};

typedef struct
{
  SimActors *actors;
  SimSchedulerCache *cache;
  GHashTable *groups; /* "namespace selector" -> SimGroup, joined */
} SimTopologyMaker;

/* NULL when neither POD nor any pod already placed asks for anything of the kind. */
SimTopology *sim_topology_new (SimTopologyMaker *maker, const SimObject *pod);
void sim_topology_free (SimTopology *topology);
void sim_topology_maker_clear (SimTopologyMaker *maker);
/* In the domain of that node; -1: the node has no such label. */
gint64 sim_domains_count (const SimDomains *domains, const SimNodeInfo *node);
gboolean sim_topology_is_forbidden (const SimTopology *topology, const SimNodeInfo *node);
/* The pod's placement depends on where other pods are. */
gboolean sim_pod_has_topology (const SimObject *pod);

/* ---- scheduler-volumes.c: where a pod's volumes can be reached ---- */

typedef struct _SimVolumes SimVolumes;

/* ---- one attempt to place one pod ---- */

typedef struct
{
  SimActors *actors;
  SimSchedulerCache *cache;
  const SimObject *pod;
  const KubePodView *view; /* of POD */
  const DdValue *spec;
  gboolean selective; /* has a nodeSelector or node affinity */
  gboolean has_ports;
  DdValue *others;        /* requests beside cpu and memory: name -> units; NULL: none */
  SimTopology *topology;  /* may be NULL */
  SimVolumes *volumes;    /* NULL: the pod has no claims */
  const DdValue *refused; /* SimNodeInfo.taints that were found too much; NULL: none yet */
  GHashTable *absent;     /* uids of pods that are thought away; NULL: none */
} SimAttempt;

void sim_attempt_init (SimAttempt *attempt, SimTopologyMaker *maker, const SimObject *pod);
void sim_attempt_clear (SimAttempt *attempt);

/* NULL when POD has no claims. */
SimVolumes *sim_volumes_new (SimActors *actors, const SimObject *pod);
void sim_volumes_free (SimVolumes *volumes);
/* Why no node at all will do; NULL: some may. VOLUMES may be NULL. */
const char *sim_volumes_refusal (const SimVolumes *volumes);
/* A pod that is somewhere has a volume that is for one pod alone. */
gboolean sim_volumes_are_held (const SimAttempt *attempt);
/* Why NODE will not do; NULL: it does. */
const char *sim_volumes_conflict (const SimAttempt *attempt, const SimNodeInfo *node);
/* Finds volumes for the claims that waited for NODE, or has them made. */
gboolean sim_volumes_bind (const SimAttempt *attempt, const SimObject *node, GError **error);

/* scheduler-filters.c */
gboolean sim_filters_pass (SimAttempt *attempt, SimNodeInfo *node);

/* What taking pods off a node might do for the pod. */
typedef enum
{
  SIM_HOPELESS,
  SIM_HOPE_OF_ROOM,    /* it lacks what pods of lower priority hold */
  SIM_HOPE_OF_COMPANY, /* pods that are there forbid it by what they are */
} SimHope;

/* Adds the texts of why NODE does not pass to REASONS. */
SimHope sim_filters_reasons (SimAttempt *attempt, SimNodeInfo *node, GPtrArray *reasons);
/* "2 Insufficient cpu, 1 Too many pods", sorted as text; caller frees. */
char *sim_reasons_to_text (GPtrArray *reasons);
/* Why no node passes, as the FailedScheduling event says it; caller frees. */
char *sim_filters_explain (SimAttempt *attempt);

/* scheduler-preemption.c: removes pods of lower priority from a node that the pod would fit then,
 * whose name is put into *OUT_NODE; NULL there: the pod is meant for no node. What it returns,
 * which the caller frees, is why nothing was removed, in kube-scheduler's words; NULL: something
 * was. NEWS: this is the first attempt that ends so. */
char *sim_preempt (SimAttempt *attempt, gboolean news, char **out_node);

/* scheduler-score.c: the best of NODES (SimNodeInfo, at least one); ties are drawn. */
SimNodeInfo *sim_scores_best (SimAttempt *attempt, GPtrArray *nodes, DdRandom *random);

G_END_DECLS
