/* SPDX-License-Identifier: Apache-2.0 */
/* engine/private.h: what the phases of the engine share; one file per phase */
#pragma once

#include "aws/ec2.h"
#include "engine/engine.h"
#include "engine/explain.h"
#include "engine/waves.h"
#include "engine/lister.h"
#include "engine/patcher.h"
#include "engine/plan.h"
#include "engine/zones.h"

G_BEGIN_DECLS

/* The pods that would have to leave with a node. */
typedef struct
{
  gboolean have_claims; /* one of them, at least */
  guint evictable;
} DdLeaverPods;

typedef enum
{
  DD_STATE_NEW,
  /* setup */
  DD_STATE_READ_CLUSTER,
  DD_STATE_READ_NODEGROUP,
  DD_STATE_READ_SOURCE,
  DD_STATE_READ_RELEASE,
  DD_STATE_READ_GROUP,
  DD_STATE_READ_TEMPLATE,
  DD_STATE_READ_NODES,
  DD_STATE_READ_SUBNETS,
  DD_STATE_MAKE_TEMPLATE_VERSION,
  DD_STATE_REPOINT,
  /* scale up */
  DD_STATE_RAISE,
  DD_STATE_AWAIT_NODES,
  DD_STATE_LOOK_FOR_NODES,
  DD_STATE_CONFIRM_GROUP,
  DD_STATE_READ_ACTIVITIES, /* no node came: why? */
  DD_STATE_PROTECT,
  DD_STATE_MARK,
  DD_STATE_MARK_ALL, /* strategy MINIMAL: at the very start */
  /* upgrade */
  DD_STATE_PAUSE,
  DD_STATE_REPLACE,
  DD_STATE_READ_BUDGETS, /* nodes could not be drained: why? */
  DD_STATE_LIST_SHORTFALL,
  DD_STATE_FIND_SHORTFALL, /* the group does not fill up again: why? */
  DD_STATE_EXPLAIN_SHORTFALL,
  DD_STATE_LOOK_AGAIN,
  /* scale down */
  DD_STATE_READ_SIZE,
  DD_STATE_READ_MOVES,
  DD_STATE_LIST_REFILL,
  DD_STATE_CONFIRM_REFILL,
  DD_STATE_READ_SHORTFALL,
  DD_STATE_SHRINK,
  DD_STATE_AWAIT_SHRINK,
  DD_STATE_READ_HOOKS,
  DD_STATE_LIST_SURPLUS,
  DD_STATE_COUNT_PODS,
  DD_STATE_CORDON_SURPLUS,
  DD_STATE_DRAIN_SURPLUS,
  DD_STATE_UNCORDON_SURPLUS,
  /* roll back */
  DD_STATE_SURVEY_GROUP,
  DD_STATE_UNMAKE_VERSION,
  DD_STATE_POINT_BACK,
  DD_STATE_STOP_GROWTH,
  DD_STATE_LIST_MARKED,
  DD_STATE_UNMARK,
  DD_STATE_LIST_NEW,
  DD_STATE_CORDON_NEW,
  DD_STATE_RETIRE_NEW,
  DD_STATE_LIST_KEPT,
  DD_STATE_CHECK_SIZE,
  DD_STATE_RESTORE_SIZE,
  DD_STATE_AWAIT_STRANDED,
  DD_STATE_LIST_STRANDED,
  DD_STATE_OPEN_STUCK,
  /* whatever happened */
  DD_STATE_LIST_PROTECTED,
  DD_STATE_UNPROTECT,
  DD_STATE_READ_REFERENCE,
  DD_STATE_RESTORE_REFERENCE,
  DD_STATE_PLANNED,
  DD_STATE_SUCCEEDED,
  DD_STATE_FAILED,
  DD_N_STATES
} DdState;

typedef enum
{
  DD_PHASE_NONE,
  DD_PHASE_SETUP,
  DD_PHASE_SCALE_UP,
  DD_PHASE_UPGRADE,
  DD_PHASE_SCALE_DOWN,
  DD_PHASE_ROLL_BACK,
  DD_PHASE_END,
} DdPhase;

struct _DdEngine
{
  DdEngineContext context;
  DdUpgradeOptions options; /* its strings are ours */
  DdEngineDone done;
  gpointer data;
  DdPlanDone plan_done; /* NULL: this is an update */
  gpointer plan_data;

  DdRandom *choice, *jitter, *names; /* streams of their own */
  DdCaller *caller;
  DdState state;
  DdPhase phase; /* never goes back */
  guint64 call, timer;
  DdUsec began; /* when this engine started */
  /* At most one of each is at work; each is replaced when the next one starts. */
  DdLister *lister;
  DdPatcher *patcher;
  DdWaves *waves;
  /* The same for new nodes that come while old ones are replaced. */
  DdLister *late_lister;
  DdPatcher *late_patcher;
  gboolean awaits_late; /* the update ends when that one has */
  guint gone_at_last_look;

  /* what setup found */
  DdCluster *cluster;
  DdNodegroup *nodegroup;
  char *minor, *release, *image;
  DdScalingGroup *before; /* the Auto Scaling group as it was */
  DdTemplateVersion *template_;
  DdTemplateVersion *source; /* the owner's, of which EKS's template is a copy; NULL: none */
  DdValue *copy;             /* what the copy is to hold; NULL without SOURCE */
  gint64 target_version;     /* of the launch template; 0: not known yet */
  gint64 former_number;      /* what the group's reference meant before */
  gboolean repointed;
  gboolean pointed_back;
  gboolean unmade;      /* the version that was made was asked to be deleted, well or not */
  char *points_back_to; /* NULL: the reference as it was */
  guint parallelism;
  gboolean minimal; /* strategy MINIMAL: the group never grows */
  gint64 growth;
  GHashTable *known_nodes;     /* names at the beginning, and of every new node seen since */
  GHashTable *known_instances; /* ids in the group at the beginning */
  GHashTable *strangers;       /* ids of those that were no nodes then, and have not joined yet */
  gint64 ready_before;         /* Ready nodes at the beginning */
  GPtrArray *outdated;         /* of DdKubeNode, in the order in which they are replaced */
  GPtrArray *warnings;         /* of char *: what will hinder the update */

  /* scale up */
  DdUsec raised;         /* when; 0: not yet */
  DdUsec confirmed;      /* when the group was looked at last */
  GPtrArray *fresh;      /* of DdKubeNode: new nodes with the latest labels, as last seen */
  DdScalingGroup *group; /* as last seen */
  GHashTable *marked;    /* names of the nodes we marked */
  gboolean protected_any;

  /* upgrade */
  gint64 ready_floor;      /* Ready nodes that must be there beside those that leave; -1: unknown */
  gint64 ready_needed;     /* with those that were to leave next */
  gint64 room;             /* Ready nodes above it, as last counted and less what has left since */
  GHashTable *ready;       /* names of those counted */
  DdLister *refill_lister; /* counts them */
  guint64 refill_timer;
  DdUsec short_since;   /* since when too few were there; 0: enough are */
  gboolean settling;    /* enough are there again, since the last look */
  gboolean shortfall;   /* it took too long */
  GError *refill_error; /* they could not be counted */
  guint gone_at_last_count;
  gboolean counted;   /* for the waves that go on */
  GPtrArray *overdue; /* of DdNodeMachine *, of the waves: those that could not be drained */
  GPtrArray *budgets; /* of DdKubeBudget *, read for their sake; NULL: not yet */
  guint replaced;
  guint rounds;
  GHashTable *missed;  /* names of nodes that went by themselves */
  GHashTable *handled; /* names of nodes that left in a wave */

  /* scale down */
  gint64 desired;                    /* what we last asked for */
  gint64 asked_max;                  /* and as the maximum */
  gint64 former_desired, former_max; /* what was granted last */
  gboolean was_less;     /* somebody had written less before the last node left with its place */
  guint unsure;          /* so many places may not have gone with the nodes that left them */
  guint refusals;        /* in a row */
  GError *size_refused;  /* what was asked for last; NULL: it was granted */
  DdUsec shrunk;         /* when */
  DdUsec size_seen;      /* when the group was last looked at */
  guint open_nodes;      /* updated ones that a pod may go to, as last listed */
  DdUsec moves_since;    /* since when instances may be coming or leaving; 0: not looked yet */
  DdUsec unfilled_since; /* since when places are empty that nobody needs; 0: none are */
  gboolean hooks_known;
  gboolean hook_drains;     /* somebody drains whom Auto Scaling chooses */
  GPtrArray *candidates;    /* of DdKubeNode: one of them leaves, unless nobody does */
  guint counted_candidates; /* so many of them were asked for their pods */
  gboolean last_of_zones;   /* each of them is the only one in its zone */
  guint emptiest;           /* of those that were counted, with this many: */
  DdLeaverPods fewest, pods_here;
  DdKubeNode *leaver;   /* the one in hand; NULL: none yet */
  GPtrArray *unemptied; /* of char *: those that could not be emptied */
  GString *why_unemptied;
  gboolean surplus_over; /* only what an engine before this one had in hand is to be put back */

  /* memory: what an engine before this one wrote down, and what it means here */
  const DdValue *journal; /* NULL: this is the first one; it is the options' */
  DdPhase told;           /* the phases up to this one were told by that engine */
  char *token;            /* of the template version; NULL: not made up yet */
  char *points_to;        /* the version that the group points to as it was found */
  GPtrArray *planned;     /* of char *: every outdated node so far, in its order */
  GHashTable *leaving;    /* ids of instances that were told to leave already */
  GPtrArray *retiring;    /* of char *: new nodes that were chosen to leave again, in order */

  /* failure */
  gboolean failed;
  DdKnobs retire_knobs; /* for new nodes that leave again */
  GHashTable
      *never_joined;       /* ids of instances that were no nodes when it began; NULL: not looked */
  guint closed;            /* nodes that could not be emptied and keep their marks */
  guint stranded;          /* pods without a place */
  char *first_stranded;    /* "namespace/name"; NULL: there is none */
  gboolean rolls_back;     /* else the group is left as far as it has come */
  GHashTable *stuck;       /* names of nodes that could not be drained */
  GHashTable *stuck_zones; /* the zones of the outdated ones among them */
  gboolean some_are_kept;  /* new nodes that were cordoned to leave, and stay */
  gboolean keeps_new;      /* their replacements do not come: new nodes stay */
  GHashTable *left_again;  /* names of new nodes that have left again */
  GHashTable *instances_left_again; /* and their instances, as others may get the same names */
  guint retired;                    /* so many of FRESH have left again, or could not be emptied */
  guint batch, batches;             /* so many leave now; and so often some did */
  guint batch_limit;                /* no more can be spared at once; 0: that is not known */
  gboolean batch_was_cut;           /* it did not begin, and fewer are to leave */
  gboolean gave_up;                 /* AWS refuses: no more new nodes leave */
  gboolean gave_up_sizes;           /* nor do the sizes go back */
  DdUpgradeResult result;
};

/* The only place the state changes, so every transition is checked and traced. */
void dd_engine_enter (DdEngine *self, DdState next);

/* What marks the outdated nodes, and what comes once the group points to the new template: MINIMAL
 * adds no capacity, so it has no scale-up. */
DdState dd_engine_mark_state (const DdEngine *self);
DdState dd_engine_first_state (const DdEngine *self);

/* Sends the one request of a state; its row says who takes the answer. */
void dd_engine_send (DdEngine *self, const char *operation, DdRequest *request);
/* The same; BEFORE_AGAIN as for dd_caller_send_watched (), with the engine. */
void dd_engine_send_watched (DdEngine *self, const char *operation, DdRequest *request,
                             void (*before_again) (gpointer engine));
/* Leaves a state that writes sizes, or where to go back to, for a look at what they are now. */
void dd_engine_look_at_size (DdEngine *self);
/* Asks for the Auto Scaling group with its instances; takes what it was answered: self->group.
 * FALSE: the answer was none, and the update has failed. */
void dd_engine_read_group (DdEngine *self);
gboolean dd_engine_take_group (DdEngine *self, const DdReply *reply);
/* Arms the one timer of a state. */
void dd_engine_wait (DdEngine *self, DdUsec delay, DdTimerFunc func);
/* Its instance was told to leave by the engine before this one, or by somebody else. */
gboolean dd_engine_leaves_already (const DdEngine *self, const DdKubeNode *node);
/* Lists nodes of the group for a state: with the target image, without it, or all. */
typedef enum
{
  DD_NODES_ALL,
  DD_NODES_UPDATED,
  DD_NODES_OUTDATED,
} DdNodesWanted;
void dd_engine_list (DdEngine *self, DdNodesWanted wanted, DdListerDone done);
/* The same for a lister of the caller's own. */
DdLister *dd_engine_lister (DdEngine *self, DdNodesWanted wanted, DdListerDone done);

/* An instance that is no node, as one: its name is the instance's. */
DdKubeNode *dd_engine_nameless_node (const DdGroupInstance *instance);
gboolean dd_engine_is_nameless (const DdKubeNode *node);

DdUsec dd_engine_now (const DdEngine *self);
/* As dd_trace (), by the engine, on its node group. */
void dd_engine_trace (const DdEngine *self, DdEvent what, DdValue *details);
DdMachineContext dd_engine_machine_context (const DdEngine *self);

/* Ends the update with a failure. The first failure is the one that is told; what is taken: IDS
 * (of char *, NULL: none) and EXPLANATION. Then the engine puts back what the phase has changed. */
void dd_engine_fail (DdEngine *self, const char *code, const char *message, GPtrArray *ids,
                     char *explanation);
/* The same for an API that could not be used; ERROR stays the caller's. */
void dd_engine_fail_with (DdEngine *self, const GError *error);
/* Adds a sentence to the explanation of a failure. Takes TEXT. */
void dd_engine_explain_more (DdEngine *self, char *text);

/* No protection of a new node that came late is under way any more. */
void dd_engine_note_late_end (DdEngine *self);

/* ---- journal.c ---- */
/* Writes down where the update stands. */
void dd_journal_note (DdEngine *self);
/* Takes from the journal what no API tells, once the group has been read. */
void dd_journal_recall (DdEngine *self);
void dd_journal_keep_order (DdEngine *self);
void dd_journal_count_replaced (DdEngine *self, const GPtrArray *nodes);
/* Adds the outdated nodes to the plan. */
void dd_journal_plan (DdEngine *self);
/* Where an engine goes on that takes up an update. */
DdState dd_journal_state (const DdEngine *self);

/* ---- source.c ---- */
/* Whether the group was made with a launch template of its owner's. */
gboolean dd_source_is_there (const DdEngine *self);
/* The number of the version that the update goes to, as text; NULL without such a template. */
DdValue *dd_source_version (const DdEngine *self);
/* Whether that template, and nobody else, names the image. */
gboolean dd_source_names_image (const DdEngine *self);
void dd_source_read (DdEngine *self);
void dd_source_take (DdEngine *self, const DdReply *reply);
/* Works out self->copy, once the template of EKS has been read. */
gboolean dd_source_copy (DdEngine *self, GError **error);

/* ---- setup.c ---- */
void dd_setup_read_cluster (DdEngine *self);
void dd_setup_take_cluster (DdEngine *self, const DdReply *reply);
void dd_setup_read_nodegroup (DdEngine *self);
void dd_setup_take_nodegroup (DdEngine *self, const DdReply *reply);
void dd_setup_read_release (DdEngine *self);
void dd_setup_take_release (DdEngine *self, const DdReply *reply);
void dd_setup_read_group (DdEngine *self);
void dd_setup_take_group (DdEngine *self, const DdReply *reply);
void dd_setup_read_template (DdEngine *self);
void dd_setup_take_template (DdEngine *self, const DdReply *reply);
void dd_setup_read_nodes (DdEngine *self);
/* Everything has been read. */
void dd_setup_go_on (DdEngine *self);
void dd_setup_make_template_version (DdEngine *self);
void dd_setup_take_template_version (DdEngine *self, const DdReply *reply);
void dd_setup_repoint (DdEngine *self);
void dd_setup_take_repointed (DdEngine *self, const DdReply *reply);

/* ---- obstacles.c ---- */
/* Whether nothing stands in the way of an update of what was read; NODES are those of the group.
 * All end the update when something does, and nothing has been written then. What only hinders it
 * is noted: self->warnings. */
gboolean dd_obstacles_pass_nodegroup (DdEngine *self);
gboolean dd_obstacles_pass_group (DdEngine *self);
gboolean dd_obstacles_pass (DdEngine *self, GPtrArray *nodes);
/* Whether subnets are worth a look, and the look; dd_setup_go_on () follows. */
gboolean dd_obstacles_want_subnets (const DdEngine *self);
void dd_obstacles_read_subnets (DdEngine *self);
/* A trace of each warning. */
void dd_obstacles_tell (DdEngine *self);

/* ---- reference.c ---- */
/* The version that setup makes is launched from before the group is pointed to it. */
gboolean dd_reference_moves_at_once (const DdEngine *self);
/* What ends the update once everything else is as it should be. */
DdState dd_reference_last_state (const DdEngine *self);
void dd_reference_read (DdEngine *self);
void dd_reference_restore (DdEngine *self);
/* Where a roll-back of the template begins, and what the group then refers to. */
DdState dd_reference_back_state (const DdEngine *self);
void dd_reference_unmake (DdEngine *self);
const char *dd_reference_back (const DdEngine *self);

/* ---- scale-up.c ---- */
void dd_scale_up_raise (DdEngine *self);
void dd_scale_up_take_raised (DdEngine *self, const DdReply *reply);
void dd_scale_up_await_nodes (DdEngine *self);
void dd_scale_up_look_for_nodes (DdEngine *self);
void dd_scale_up_take_group (DdEngine *self, const DdReply *reply);
void dd_scale_up_read_activities (DdEngine *self);
void dd_scale_up_take_activities (DdEngine *self, const DdReply *reply);
void dd_scale_up_protect (DdEngine *self);
void dd_scale_up_mark (DdEngine *self);
/* Notes NODES that were not known before, with a trace of each. */
void dd_scale_up_note_joined (DdEngine *self, GPtrArray *nodes);

/* Keeps those of NODES whose instance the group did not have before: self->fresh. */
void dd_scale_up_keep_fresh (DdEngine *self, GPtrArray *nodes);
/* New instances of the group that are no Ready node with the latest labels; of char *, borrowed. */
GPtrArray *dd_scale_up_absent_instances (const DdEngine *self);
/* The resources to blame for nodes that did not come. */
GPtrArray *dd_scale_up_to_blame (DdEngine *self, GPtrArray *absent);

/* ---- refill.c ---- */
/* A DdWavesGate over the engine, while old nodes leave and while new ones leave again. */
guint dd_refill_gate (DdWaves *waves, guint count, gpointer engine);
void dd_refill_clear (DdEngine *self);
/* Other nodes leave now, which another number must be left without. */
void dd_refill_begin_anew (DdEngine *self);
void dd_refill_take_shortfall (DdEngine *self, const DdReply *reply);
void dd_refill_read_activities (DdEngine *self);
void dd_refill_take_activities (DdEngine *self, const DdReply *reply);
void dd_refill_list (DdEngine *self);
void dd_refill_take_group (DdEngine *self, const DdReply *reply);

/* ---- vanished.c ---- */
/* Tells of known nodes that are not in NODES, all of the group, and that nobody here told to leave;
 * of each once. */
void dd_vanished_note (DdEngine *self, const GPtrArray *nodes);
/* Those that are not in NODES went while no engine was there: nobody knows how. */
void dd_vanished_forget (DdEngine *self, const GPtrArray *nodes);

/* ---- upgrade.c ---- */
void dd_upgrade_pause (DdEngine *self);
void dd_upgrade_replace (DdEngine *self);
void dd_upgrade_look_again (DdEngine *self);

/* ---- undrained.c ---- */
void dd_undrained_read_budgets (DdEngine *self);

/* ---- scale-down.c ---- */
void dd_scale_down_read_size (DdEngine *self);
void dd_scale_down_take_size (DdEngine *self, const DdReply *reply);
void dd_scale_down_read_moves (DdEngine *self);
void dd_scale_down_take_moves (DdEngine *self, const DdReply *reply);
/* Desired and maximum are what they were before. */
gboolean dd_scale_down_is_over (const DdEngine *self);
/* The group is as full as it should be. */
void dd_scale_down_go_on (DdEngine *self);
void dd_scale_down_shrink (DdEngine *self);
void dd_scale_down_take_shrunk (DdEngine *self, const DdReply *reply);
void dd_scale_down_await (DdEngine *self);

/* ---- size.c ---- */
/* Asks for sizes: the one request of a state. */
void dd_size_ask (DdEngine *self, gint64 desired, gint64 max);
void dd_size_adopt_desired (DdEngine *self);
/* The same of sizes that an engine finds that takes up an update before nodes left. */
void dd_size_adopt_found (DdEngine *self, gint64 desired, gint64 max);
/* What was asked for was granted. */
void dd_size_note_granted (DdEngine *self);
void dd_size_check (DdEngine *self);
void dd_size_take_check (DdEngine *self, const DdReply *reply);
/* Makes what others have asked for since, as self->group tells, what the group is to go back to.
 * FALSE: nothing of it explains why a request was refused, and the update has failed. */
gboolean dd_size_adopt (DdEngine *self);
/* Whether ERROR, of a request that makes the group smaller, may come of a minimum that was raised
 * since the last look: the group is to be looked at again, for dd_size_adopt (). */
gboolean dd_size_may_have_changed (DdEngine *self, const GError *error);

/* ---- surplus.c ---- */
/* How the group becomes smaller, from where it stands: AWAIT_SHRINK, not yet. */
DdState dd_surplus_state (DdEngine *self);
void dd_surplus_read_hooks (DdEngine *self);
void dd_surplus_list (DdEngine *self);
void dd_surplus_count_pods (DdEngine *self);
void dd_surplus_take_pods (DdEngine *self, const DdReply *reply);
void dd_surplus_cordon (DdEngine *self);
void dd_surplus_drain (DdEngine *self);
void dd_surplus_uncordon (DdEngine *self);

/* ---- roll-back.c ---- */
void dd_roll_back_take_group (DdEngine *self, const DdReply *reply);
void dd_roll_back_point_back (DdEngine *self);
void dd_roll_back_take_pointed_back (DdEngine *self, const DdReply *reply);
void dd_roll_back_stop_growth (DdEngine *self);
void dd_roll_back_take_stopped (DdEngine *self, const DdReply *reply);
void dd_roll_back_list_marked (DdEngine *self);
void dd_roll_back_unmark (DdEngine *self);
void dd_roll_back_list_new (DdEngine *self);
void dd_roll_back_cordon_new (DdEngine *self);
void dd_roll_back_retire_new (DdEngine *self);
void dd_roll_back_list_kept (DdEngine *self);
/* For a patcher that takes marks away. */
void dd_engine_trace_unmarked (DdKubeNode *node, DdWrites writes, gpointer engine);
/* What is left to do in the cluster once AWS refuses something; as much is noted. */
DdState dd_roll_back_give_up (DdEngine *self);
void dd_roll_back_restore_size (DdEngine *self);
void dd_roll_back_take_restored (DdEngine *self, const DdReply *reply);

/* ---- stranded.c ---- */
/* Where a clean-up goes on once the sizes are right. */
DdState dd_stranded_state (const DdEngine *self);
void dd_stranded_await (DdEngine *self);
void dd_stranded_list (DdEngine *self);
void dd_stranded_take (DdEngine *self, const DdReply *reply);
void dd_stranded_open (DdEngine *self);

G_END_DECLS
