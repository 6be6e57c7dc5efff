/* SPDX-License-Identifier: Apache-2.0 */
/* sim/invariants/private.h: what the promises read: the store, and a ledger of what the trace said
 */
#pragma once

#include "sim/aws/autoscaling/group.h"
#include "sim/aws/eks/eks.h"
#include "sim/invariants/invariants.h"
#include "sim/kube/store.h"

G_BEGIN_DECLS

/* The termination hook that EKS answers, draining the node first. */
#define SIM_EKS_HOOK "Terminate-LC-Hook"
/* What an update marks outdated nodes with. */
#define SIM_NODEGROUP_TAINT "eks.amazonaws.com/nodegroup"

/* One node group with an update that was started in this run; kept after it ended. */
typedef struct
{
  char *nodegroup;
  char *image; /* what the update replaces with */
  char *group; /* its Auto Scaling group; NULL until it was repointed */
  char *phase; /* the engine's last */
  gboolean running;
  gint64 parallelism;
  gboolean resized; /* the sizes before are known */
  gint64 from_desired, from_max;
  gboolean may_stay_grown; /* somebody else raised it, or a new node could not be emptied */
  gboolean force;
  guint serial;            /* grows with each update of the group */
  guint zones;             /* of its Auto Scaling group */
  guint template_versions; /* that it has made */
  guint phases_passed;     /* bits: which it has entered */
  guint busy;              /* nodes that are being replaced */
} SimLedgerUpdate;

typedef struct
{
  SimLedgerUpdate *replaced_by; /* the update that is at it; NULL: none */
  guint serial;                 /* of that update */
  gboolean was_ready;           /* at any time */
  gboolean was_drained;         /* a drain of it was started */
  gboolean was_too_long;        /* a drain of it was given up */
  gboolean cordoned;            /* spec.unschedulable, now */
  DdUsec cordoned_since;
  gboolean cordoned_by_step, uncordoned_by_step; /* of the scenario */
  gboolean was_lost;                             /* found NotReady */
  DdUsec lost_since;                             /* the last time */
} SimLedgerNode;

typedef struct
{
  gint64 desired, min, max;
  gboolean by_step; /* a step of the scenario asked for this desired size */
} SimLedgerGroup;

/* What EKS said of one update record. */
typedef struct
{
  gboolean finished, of_configuration;
} SimLedgerRecord;

/* What the scenario's steps made of a group's sizes meanwhile. */
typedef struct _SimLedgerWish SimLedgerWish;

/* What a node group had when its latest version update was accepted, as the world shows it. */
typedef struct
{
  char *id;            /* of the update */
  DdUsec begun, ended; /* 0: it has not */
  gint64 desired, ready;
  gboolean was_uneven; /* its zones were */
  gboolean force;      /* what a budget does not let go is deleted */
  gboolean minimal;    /* nodes leave before others come */
  /* Its instances that were nodes then, and that became nodes since, -> their image; to be counted
   * only. */
  GHashTable *instances, *newcomers;
  GHashTable *zones;    /* those that its nodes were in then; for look-up only */
  GArray *losses;       /* of DdUsec: when instances were found ill or gone, in their order */
  SimLedgerWish *wish;  /* NULL: none was asked for */
  gint64 told_replaced; /* by the engine; -1: it told nothing */
} SimLedgerCapacity;

typedef struct
{
  SimWorld *world;
  DdUsec post_drain_wait;
  DdUsec now;             /* since the beginning */
  GPtrArray *updates;     /* of SimLedgerUpdate */
  GHashTable *nodes;      /* name -> SimLedgerNode; for look-up only */
  GHashTable *groups;     /* name -> SimLedgerGroup; for look-up only */
  GHashTable *records;    /* id of an update -> SimLedgerRecord; for look-up only */
  GHashTable *capacities; /* node group -> SimLedgerCapacity; for look-up only */
  GHashTable *statuses;   /* node group -> its status; for look-up only */
  GHashTable *instances;  /* instance -> its node; for look-up only */
  GHashTable *called_off; /* instances; for look-up only */
  GHashTable *taken_back; /* pods that their controllers deleted -> when; for look-up only */
  GHashTable *asked; /* "namespace/name" of pods that were asked to leave, or by their owners */
  /* When the scenario itself changed the cloud, changed an object, and deleted one; -1: not yet. */
  DdUsec last_cloud_step, last_object_step, last_deletion;
  gboolean step_resizes; /* the last of the cloud's, not answered yet */
  DdUsec last_time;      /* of the event before */
  guint64 last_sequence;
} SimLedger;

/* The update of the node group that NODE belongs to; NULL when none was started. */
SimLedgerUpdate *sim_ledger_update_of_node (const SimLedger *ledger, const char *node);
SimLedgerUpdate *sim_ledger_update (const SimLedger *ledger, const char *nodegroup);
/* NULL when it was never heard of. */
const SimLedgerNode *sim_ledger_node (const SimLedger *ledger, const char *node);
const SimLedgerGroup *sim_ledger_group (const SimLedger *ledger, const char *group);
/* What the scenario did at STEP may have its effect now. */
gboolean sim_ledger_may_come_of (const SimLedger *ledger, DdUsec step);
/* INSTANCE is taken out of its group because a step of the scenario made the group smaller. */
gboolean sim_ledger_was_called_off (const SimLedger *ledger, const char *instance);
const SimObject *sim_ledger_node_object (const SimLedger *ledger, const char *node);
/* The managed node group that NODE is labelled with; NULL: none. */
const char *sim_ledger_nodegroup_of_node (const SimObject *node);
/* What a node is made of, in words; neither needs to be freed. Interned where SOURCE_VERSION is not
 * NULL, else it is IMAGE, which may be NULL. */
const char *sim_ledger_make (const char *image, const char *source_version);
/* The same of NODE, after its labels, and of an instance of GROUP. */
const char *sim_ledger_image_of (const SimObject *node);
const char *sim_ledger_make_of_instance (const SimLedger *ledger, const AwsGroup *group,
                                         const AwsInstance *instance);
/* The id in its spec.providerID; NULL: it has none. */
const char *sim_ledger_instance_of (const SimObject *node);
/* Whether there is a machine behind NODE, or was none to begin with. */
gboolean sim_ledger_node_has_machine (const SimLedger *ledger, const SimObject *node);
/* One bit for each phase, growing in their order; 0 for what is none. */
guint sim_ledger_phase_bit (const char *phase);
/* It failed, and puts back what it has changed, all of it or what it need not leave. */
gboolean sim_ledger_puts_back (const SimLedgerUpdate *update);
/* It shrinks a group whose nodes nobody else drains, so that nodes of its own leave by its hand. */
gboolean sim_ledger_drains_surplus (const SimLedger *ledger, const SimLedgerUpdate *update);

/* A promise sees an event of the trace, or a change of a node, after the ledger has been brought up
 * to date; it answers whether it still holds, and if not, WHY. */
typedef gboolean (*SimEventPromise) (const SimLedger *ledger, const SimEvent *event, GString *why);
typedef gboolean (*SimNodePromise) (const SimLedger *ledger, const SimObject *node, GString *why);

/* A promise about a world in which nothing is left to happen. */
typedef gboolean (*SimEndPromise) (const SimLedger *ledger, GString *why);

/* sim/invariants/capacity.c */
const char *sim_ledger_nodegroup_of (const AwsGroup *group);
void sim_ledger_capacity_free (gpointer capacity);
/* What its Auto Scaling group launches now; NULL: it cannot be told. */
const char *sim_ledger_image_of_nodegroup (const SimLedger *ledger, const char *nodegroup);
void sim_ledger_note_capacity (SimLedger *ledger, const SimEvent *event);
gboolean sim_promise_group_full (const SimLedger *ledger, const SimEvent *event, GString *why);
gboolean sim_ledger_keeps_zones_even (const SimLedger *ledger, const char *nodegroup,
                                      gint64 wanted);
gboolean sim_promise_capacity_kept (const SimLedger *ledger, const SimEvent *event, GString *why);

/* sim/invariants/outcome.c */
/* The Auto Scaling group of a node group; NULL: there is none. */
AwsGroup *sim_ledger_group_of (const SimLedger *ledger, const char *nodegroup);
/* Whether a request of a step names sizes of a group. */
gboolean sim_ledger_resizes (const DdValue *request);
/* Before the ledger takes the new sizes. */
void sim_ledger_note_wish (SimLedger *ledger, const SimEvent *event);
void sim_ledger_note_loss (SimLedger *ledger, const SimEvent *event);
void sim_ledger_note_newcomer (SimLedger *ledger, const SimEvent *event);
void sim_ledger_note_told_replaced (SimLedger *ledger, const SimEvent *event);
/* CAUSE of INSTANCE's end is to even out zones, and that they are uneven is not the update's doing.
 */
gboolean sim_ledger_balances_bad_luck (const SimLedger *ledger, const AwsInstance *instance,
                                       const char *cause);
gboolean sim_promise_nobody_balanced_away (const SimLedger *ledger, const SimEvent *event,
                                           GString *why);
gboolean sim_promise_figures_true (const SimLedger *ledger, const SimEvent *event, GString *why);

/* sim/invariants/leaving.c */
gboolean sim_promise_empty_before_terminated (const SimLedger *ledger, const SimEvent *event,
                                              GString *why);
gboolean sim_promise_settled_before_terminated (const SimLedger *ledger, const SimEvent *event,
                                                GString *why);
gboolean sim_promise_zones_covered (const SimLedger *ledger, const SimEvent *event, GString *why);
gboolean sim_promise_steps_of_one (const SimLedger *ledger, const SimEvent *event, GString *why);
gboolean sim_promise_asked_before_stopped (const SimLedger *ledger, const SimEvent *event,
                                           GString *why);
/* sim/invariants/budgets.c */
gboolean sim_promise_budgets_honoured (const SimLedger *ledger, const SimEvent *event,
                                       GString *why);
/* sim/invariants/undrained.c */
gboolean sim_promise_nobody_dies_undrained (const SimLedger *ledger, const SimEvent *event,
                                            GString *why);
gboolean sim_promise_budgets_outlast_updates (const SimLedger *ledger, const SimEvent *event,
                                              GString *why);
/* sim/invariants/nodes.c */
gboolean sim_promise_parallelism (const SimLedger *ledger, const SimEvent *event, GString *why);
gboolean sim_promise_new_nodes_unmarked (const SimLedger *ledger, const SimObject *node,
                                         GString *why);
gboolean sim_promise_new_nodes_kept (const SimLedger *ledger, const SimEvent *event, GString *why);
gboolean sim_promise_kubelet_not_ahead (const SimLedger *ledger, const SimObject *node,
                                        GString *why);
gboolean sim_promise_sizes_restored (const SimLedger *ledger, const SimEvent *event, GString *why);
gboolean sim_promise_everything_modelled (const SimLedger *ledger, const SimEvent *event,
                                          GString *why);
/* sim/invariants/updates.c */
gboolean sim_promise_one_update (const SimLedger *ledger, const SimEvent *event, GString *why);
gboolean sim_promise_phases_forward (const SimLedger *ledger, const SimEvent *event, GString *why);
gboolean sim_promise_one_template (const SimLedger *ledger, const SimEvent *event, GString *why);
gboolean sim_promise_growth_bounded (const SimLedger *ledger, const SimEvent *event, GString *why);
gboolean sim_promise_marks_outdated (const SimLedger *ledger, const SimEvent *event, GString *why);
gboolean sim_promise_drain_in_update (const SimLedger *ledger, const SimEvent *event, GString *why);
gboolean sim_promise_evicts_draining (const SimLedger *ledger, const SimEvent *event, GString *why);
gboolean sim_promise_daemons_stay (const SimLedger *ledger, const SimEvent *event, GString *why);
gboolean sim_promise_drained_before (const SimLedger *ledger, const SimEvent *event, GString *why);
gboolean sim_promise_retries_bounded (const SimLedger *ledger, const SimEvent *event, GString *why);
gboolean sim_promise_failure_told (const SimLedger *ledger, const SimEvent *event, GString *why);
gboolean sim_promise_success_true (const SimLedger *ledger, const SimEvent *event, GString *why);
/* sim/invariants/world.c */
gboolean sim_promise_time_forward (const SimLedger *ledger, const SimEvent *event, GString *why);
gboolean sim_promise_sizes_lawful (const SimLedger *ledger, const SimEvent *event, GString *why);
gboolean sim_promise_record_once (const SimLedger *ledger, const SimEvent *event, GString *why);
gboolean sim_promise_status_lawful (const SimLedger *ledger, const SimEvent *event, GString *why);
gboolean sim_promise_one_node_each (const SimLedger *ledger, const SimEvent *event, GString *why);
gboolean sim_promise_bound_to_open (const SimLedger *ledger, const SimEvent *event, GString *why);
gboolean sim_promise_room_for_pod (const SimLedger *ledger, const SimEvent *event, GString *why);
/* sim/invariants/ends.c */
gboolean sim_promise_updates_end (const SimLedger *ledger, GString *why);
gboolean sim_promise_records_end (const SimLedger *ledger, GString *why);
gboolean sim_promise_marks_gone (const SimLedger *ledger, GString *why);
gboolean sim_promise_protection_gone (const SimLedger *ledger, GString *why);
gboolean sim_promise_pods_replaced (const SimLedger *ledger, GString *why);
gboolean sim_promise_nodes_backed (const SimLedger *ledger, GString *why);
/* wishes.c */
gboolean sim_promise_wishes_kept (const SimLedger *ledger, const SimEvent *event, GString *why);
/* claims.c */
gboolean sim_promise_zones_of_claims_kept (const SimLedger *ledger, GString *why);
/* stranded.c */
gboolean sim_promise_nobody_stranded (const SimLedger *ledger, GString *why);

G_END_DECLS
