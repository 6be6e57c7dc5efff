/* SPDX-License-Identifier: Apache-2.0 */
/* The machine of an update. A state is a row: what entering it does (one request, one timer, or one
 * of the helpers that look after many nodes), what its answer means, and which states may follow.
 * The rows stand in the order in which an update passes them; the functions they name are in one
 * file per phase. What happens to a single node is another machine (node.c), and so is its drain
 * (drain.c). */
#include "config.h"

#include "engine/engine.h"

#include "base/error.h"
#include "engine/mutant.h"
#include "engine/private.h"

/* ---- the end ---- */

static DdValue *
ids_to_value (GPtrArray *ids)
{
  g_auto (DdBuilder) list = dd_builder_array ();

  for (guint i = 0; i < ids->len; i++)
    dd_builder_add (&list, dd_string (g_ptr_array_index (ids, i)));
  return dd_builder_end (&list);
}

static void
take_protected (GPtrArray *nodes, G_GNUC_UNUSED const GError *error, gpointer data)
{
  DdEngine *self = data;

  g_ptr_array_set_size (self->fresh, 0);
  for (guint i = 0; nodes != NULL && i < nodes->len; i++)
    g_ptr_array_add (self->fresh, dd_kube_node_ref (g_ptr_array_index (nodes, i)));
  dd_engine_enter (self, DD_STATE_UNPROTECT);
}

/* A protection that is still being written would come after the look that takes it back. A look
 * for late nodes changes nothing yet, and is just dropped. */
static gboolean
late_protection_is_under_way (DdEngine *self)
{
  g_clear_pointer (&self->late_lister, dd_lister_free);
  self->awaits_late = self->late_patcher != NULL && !DD_MUTANT (DROP_LATE_PROTECTION);
  return self->awaits_late;
}

static void
list_protected (DdEngine *self)
{
  if (late_protection_is_under_way (self))
    return; /* dd_engine_note_late_end () goes on */
  if (self->protected_any && !DD_MUTANT (KEEP_PROTECTION))
    dd_engine_list (self, DD_NODES_UPDATED, take_protected);
  else
    dd_engine_enter (self, dd_reference_last_state (self));
}

void
dd_engine_note_late_end (DdEngine *self)
{
  g_clear_pointer (&self->late_patcher, dd_patcher_free);
  if (self->awaits_late)
    list_protected (self);
}

/* An annotation that stays behind does not change how an update ended. */
static void
note_unprotected (G_GNUC_UNUSED const GError *error, gpointer data)
{
  DdEngine *self = data;

  dd_engine_enter (self, dd_reference_last_state (self));
}

static void
unprotect (DdEngine *self)
{
  g_clear_pointer (&self->late_lister, dd_lister_free);
  g_clear_pointer (&self->late_patcher, dd_patcher_free);
  g_clear_pointer (&self->patcher, dd_patcher_free);
  self->patcher
      = dd_patcher_new (self->caller, self->context.clock, TRUE, NULL, note_unprotected, self);
  for (guint i = 0; i < self->fresh->len; i++)
    dd_patcher_add (self->patcher, g_ptr_array_index (self->fresh, i), DD_WRITE_PROTECTION);
  dd_patcher_start (self->patcher);
}

static void
add_warnings (const DdEngine *self, DdValue **plan)
{
  g_auto (DdBuilder) list = dd_builder_array ();

  for (guint i = 0; i < self->warnings->len; i++)
    dd_builder_add (&list, dd_string (g_ptr_array_index (self->warnings, i)));
  if (self->warnings->len > 0)
    dd_value_set (plan, "warnings", dd_builder_end (&list));
}

static void
deliver_plan (gpointer data)
{
  DdEngine *self = data;
  g_autoptr (GPtrArray) to_mark = g_ptr_array_new ();
  g_autoptr (DdValue) value = NULL;
  DdPlan plan = { self->release,  self->image, self->parallelism, self->growth, self->before,
                  self->outdated, to_mark };

  self->timer = 0;
  for (guint i = 0; i < self->outdated->len; i++)
    {
      DdKubeNode *node = g_ptr_array_index (self->outdated, i);
      g_autoptr (DdValue) patch
          = dd_marks_patch (node, dd_marks_from_knobs (&self->options.knobs), FALSE);

      if (patch != NULL)
        g_ptr_array_add (to_mark, node);
    }
  value = dd_plan_to_value (&plan);
  add_warnings (self, &value);
  self->plan_done (value, NULL, self->plan_data);
}

static void
finish_planned (DdEngine *self)
{
  dd_engine_wait (self, 0, deliver_plan);
}

static void
deliver_success (gpointer data)
{
  DdEngine *self = data;

  self->timer = 0;
  self->result.succeeded = TRUE;
  self->result.release_version = g_strdup (self->release);
  self->result.replaced = self->replaced;
  dd_engine_trace (self, DD_EVENT_UPDATE_SUCCEEDED,
                   dd_object ("replaced", dd_int (self->replaced + DD_MUTANT (MISCOUNT)), NULL));
  self->done (self, &self->result, self->data);
}

static void
finish_succeeded (DdEngine *self)
{
  dd_engine_wait (self, 0, deliver_success);
}

static void
deliver_failure (gpointer data)
{
  DdEngine *self = data;
  const DdUpgradeResult *result = &self->result;

  self->timer = 0;
  self->result.replaced = self->replaced;
  if (self->plan_done != NULL)
    {
      g_autoptr (GError) error
          = result->refused
                ? g_error_new (DD_ERROR, DD_ERROR_REFUSED, "%s\n%s", result->error_message,
                               result->explanation)
                : g_error_new_literal (DD_ERROR, DD_ERROR_INVALID, result->error_message);

      self->plan_done (NULL, error, self->plan_data);
      return;
    }
  dd_engine_trace (self, DD_EVENT_UPDATE_FAILED,
                   dd_object ("code", dd_string (result->error_code), "message",
                              dd_string (result->error_message), "resources",
                              ids_to_value (result->resource_ids), "explanation",
                              dd_string (result->explanation), NULL));
  self->done (self, result, self->data);
}

static void
finish_failed (DdEngine *self)
{
  dd_engine_wait (self, 0, DD_MUTANT (LIE_ABOUT_FAILURE) ? deliver_success : deliver_failure);
}

/* ---- the table ---- */

#define TO(state) (G_GUINT64_CONSTANT (1) << DD_STATE_##state)

/* Once everything has been read: dd_setup_go_on () */
#define TO_WORK \
  (TO (PLANNED) | TO (MAKE_TEMPLATE_VERSION) | TO (REPOINT) | TO (RAISE) | TO (MARK_ALL) \
   | TO (SUCCEEDED) | TO (READ_REFERENCE) | TO (LOOK_AGAIN) | TO (READ_SIZE) | TO (SURVEY_GROUP) \
   | TO (LIST_PROTECTED))

/* dd_scale_down_go_on () */
#define TO_SMALLER \
  (TO (AWAIT_SHRINK) | TO (SHRINK) | TO (READ_HOOKS) | TO (LIST_SURPLUS) | TO (UNCORDON_SURPLUS) \
   | TO (LIST_PROTECTED))

static const struct
{
  const char *name;
  DdPhase phase;
  void (*enter) (DdEngine *self);
  void (*take) (DdEngine *self, const DdReply *reply); /* a successful answer */
  guint64 successors;                                  /* and FAILED, and what a failure leads to */
} states[DD_N_STATES] = {
  [DD_STATE_NEW] = { "new", DD_PHASE_NONE, NULL, NULL, TO (READ_CLUSTER) },

  [DD_STATE_READ_CLUSTER] = { "read-cluster", DD_PHASE_SETUP, dd_setup_read_cluster,
                              dd_setup_take_cluster, TO (READ_NODEGROUP) | TO (READ_GROUP) },
  [DD_STATE_READ_NODEGROUP] = { "read-nodegroup", DD_PHASE_SETUP, dd_setup_read_nodegroup,
                                dd_setup_take_nodegroup, TO (READ_SOURCE) | TO (READ_RELEASE) },
  [DD_STATE_READ_SOURCE] = { "read-source", DD_PHASE_SETUP, dd_source_read, dd_source_take,
                             TO (READ_RELEASE) | TO (READ_GROUP) },
  [DD_STATE_READ_RELEASE] = { "read-release", DD_PHASE_SETUP, dd_setup_read_release,
                              dd_setup_take_release, TO (READ_GROUP) },
  [DD_STATE_READ_GROUP] = { "read-group", DD_PHASE_SETUP, dd_setup_read_group, dd_setup_take_group,
                            TO (READ_GROUP) | TO (READ_TEMPLATE) },
  [DD_STATE_READ_TEMPLATE] = { "read-template", DD_PHASE_SETUP, dd_setup_read_template,
                               dd_setup_take_template, TO (READ_NODES) },
  [DD_STATE_READ_NODES]
  = { "read-nodes", DD_PHASE_SETUP, dd_setup_read_nodes, NULL, TO (READ_SUBNETS) | TO_WORK },
  [DD_STATE_READ_SUBNETS]
  = { "read-subnets", DD_PHASE_SETUP, dd_obstacles_read_subnets, NULL, TO_WORK },
  [DD_STATE_MAKE_TEMPLATE_VERSION]
  = { "make-template-version", DD_PHASE_SETUP, dd_setup_make_template_version,
      dd_setup_take_template_version, TO (REPOINT) },
  [DD_STATE_REPOINT] = { "repoint", DD_PHASE_SETUP, dd_setup_repoint, dd_setup_take_repointed,
                         TO (RAISE) | TO (MARK_ALL) | TO (SUCCEEDED) | TO (READ_REFERENCE)
                             | TO (LOOK_AGAIN) | TO (READ_SIZE) | TO (LIST_PROTECTED) },

  [DD_STATE_RAISE]
  = { "raise", DD_PHASE_SCALE_UP, dd_scale_up_raise, dd_scale_up_take_raised, TO (AWAIT_NODES) },
  [DD_STATE_AWAIT_NODES]
  = { "await-nodes", DD_PHASE_SCALE_UP, dd_scale_up_await_nodes, NULL, TO (LOOK_FOR_NODES) },
  [DD_STATE_LOOK_FOR_NODES] = { "look-for-nodes", DD_PHASE_SCALE_UP, dd_scale_up_look_for_nodes,
                                NULL, TO (AWAIT_NODES) | TO (RAISE) | TO (CONFIRM_GROUP) },
  [DD_STATE_CONFIRM_GROUP]
  = { "confirm-group", DD_PHASE_SCALE_UP, dd_engine_read_group, dd_scale_up_take_group,
      TO (AWAIT_NODES) | TO (READ_ACTIVITIES) | TO (PROTECT) },
  [DD_STATE_READ_ACTIVITIES] = { "read-activities", DD_PHASE_SCALE_UP, dd_scale_up_read_activities,
                                 dd_scale_up_take_activities, 0 },
  [DD_STATE_PROTECT] = { "protect", DD_PHASE_SCALE_UP, dd_scale_up_protect, NULL, TO (MARK) },
  [DD_STATE_MARK] = { "mark", DD_PHASE_SCALE_UP, dd_scale_up_mark, NULL, TO (PAUSE) },

  [DD_STATE_MARK_ALL] = { "mark-all", DD_PHASE_UPGRADE, dd_scale_up_mark, NULL, TO (PAUSE) },
  [DD_STATE_PAUSE] = { "pause", DD_PHASE_UPGRADE, dd_upgrade_pause, NULL, TO (REPLACE) },
  [DD_STATE_REPLACE] = { "replace", DD_PHASE_UPGRADE, dd_upgrade_replace, NULL,
                         TO (LOOK_AGAIN) | TO (READ_BUDGETS) | TO (LIST_SHORTFALL) },
  [DD_STATE_READ_BUDGETS]
  = { "read-budgets", DD_PHASE_UPGRADE, dd_undrained_read_budgets, NULL, 0 },
  [DD_STATE_LIST_SHORTFALL]
  = { "list-shortfall", DD_PHASE_UPGRADE, dd_refill_list, NULL, TO (FIND_SHORTFALL) },
  [DD_STATE_FIND_SHORTFALL]
  = { "find-shortfall", DD_PHASE_UPGRADE, dd_engine_read_group, dd_refill_take_shortfall,
      TO (EXPLAIN_SHORTFALL) | TO (LOOK_AGAIN) },
  [DD_STATE_EXPLAIN_SHORTFALL] = { "explain-shortfall", DD_PHASE_UPGRADE, dd_refill_read_activities,
                                   dd_refill_take_activities, 0 },
  [DD_STATE_LOOK_AGAIN] = { "look-again", DD_PHASE_UPGRADE, dd_upgrade_look_again, NULL,
                            TO (MARK) | TO (MARK_ALL) | TO (READ_SIZE) },

  [DD_STATE_READ_SIZE]
  = { "read-size", DD_PHASE_SCALE_DOWN, dd_scale_down_read_size, dd_scale_down_take_size,
      TO (READ_MOVES) | TO (UNCORDON_SURPLUS) | TO (LIST_PROTECTED) },
  [DD_STATE_READ_MOVES] = { "read-moves", DD_PHASE_SCALE_DOWN, dd_scale_down_read_moves,
                            dd_scale_down_take_moves, TO (LIST_REFILL) | TO_SMALLER },
  [DD_STATE_LIST_REFILL]
  = { "list-refill", DD_PHASE_SCALE_DOWN, dd_refill_list, NULL, TO (CONFIRM_REFILL) },
  [DD_STATE_CONFIRM_REFILL] = { "confirm-refill", DD_PHASE_SCALE_DOWN, dd_engine_read_group,
                                dd_refill_take_group, TO (READ_SHORTFALL) | TO_SMALLER },
  [DD_STATE_READ_SHORTFALL] = { "read-shortfall", DD_PHASE_SCALE_DOWN, dd_refill_read_activities,
                                dd_refill_take_activities, 0 },
  [DD_STATE_SHRINK] = { "shrink", DD_PHASE_SCALE_DOWN, dd_scale_down_shrink,
                        dd_scale_down_take_shrunk, TO (AWAIT_SHRINK) | TO (READ_SIZE) },
  [DD_STATE_AWAIT_SHRINK]
  = { "await-shrink", DD_PHASE_SCALE_DOWN, dd_scale_down_await, NULL, TO (READ_SIZE) },
  [DD_STATE_READ_HOOKS] = { "read-hooks", DD_PHASE_SCALE_DOWN, dd_surplus_read_hooks, NULL,
                            TO (AWAIT_SHRINK) | TO (SHRINK) | TO (LIST_SURPLUS) },
  [DD_STATE_LIST_SURPLUS] = { "list-surplus", DD_PHASE_SCALE_DOWN, dd_surplus_list, NULL,
                              TO (COUNT_PODS) | TO (CORDON_SURPLUS) | TO (DRAIN_SURPLUS) },
  [DD_STATE_COUNT_PODS] = { "count-pods", DD_PHASE_SCALE_DOWN, dd_surplus_count_pods,
                            dd_surplus_take_pods, TO (COUNT_PODS) | TO (CORDON_SURPLUS) },
  [DD_STATE_CORDON_SURPLUS]
  = { "cordon-surplus", DD_PHASE_SCALE_DOWN, dd_surplus_cordon, NULL, TO (DRAIN_SURPLUS) },
  [DD_STATE_DRAIN_SURPLUS] = { "drain-surplus", DD_PHASE_SCALE_DOWN, dd_surplus_drain, NULL,
                               TO (AWAIT_SHRINK) | TO (UNCORDON_SURPLUS) },
  [DD_STATE_UNCORDON_SURPLUS] = { "uncordon-surplus", DD_PHASE_SCALE_DOWN, dd_surplus_uncordon,
                                  NULL, TO (READ_SIZE) | TO (LIST_PROTECTED) },

  [DD_STATE_SURVEY_GROUP]
  = { "survey-group", DD_PHASE_ROLL_BACK, dd_engine_read_group, dd_roll_back_take_group,
      TO (UNMAKE_VERSION) | TO (POINT_BACK) | TO (STOP_GROWTH) },
  [DD_STATE_UNMAKE_VERSION]
  = { "unmake-version", DD_PHASE_ROLL_BACK, dd_reference_unmake, NULL, TO (POINT_BACK) },
  [DD_STATE_POINT_BACK] = { "point-back", DD_PHASE_ROLL_BACK, dd_roll_back_point_back,
                            dd_roll_back_take_pointed_back, TO (STOP_GROWTH) | TO (SURVEY_GROUP) },
  [DD_STATE_STOP_GROWTH]
  = { "stop-growth", DD_PHASE_ROLL_BACK, dd_roll_back_stop_growth, dd_roll_back_take_stopped,
      TO (LIST_MARKED) | TO (LIST_NEW) | TO (SURVEY_GROUP) },
  [DD_STATE_LIST_MARKED]
  = { "list-marked", DD_PHASE_ROLL_BACK, dd_roll_back_list_marked, NULL, TO (UNMARK) },
  [DD_STATE_UNMARK]
  = { "unmark", DD_PHASE_ROLL_BACK, dd_roll_back_unmark, NULL, TO (LIST_NEW) | TO (LIST_KEPT) },
  [DD_STATE_LIST_NEW]
  = { "list-new", DD_PHASE_ROLL_BACK, dd_roll_back_list_new, NULL, TO (CORDON_NEW) },
  [DD_STATE_CORDON_NEW]
  = { "cordon-new", DD_PHASE_ROLL_BACK, dd_roll_back_cordon_new, NULL, TO (RETIRE_NEW) },
  [DD_STATE_RETIRE_NEW]
  = { "retire-new", DD_PHASE_ROLL_BACK, dd_roll_back_retire_new, NULL,
      TO (SURVEY_GROUP) | TO (CORDON_NEW) | TO (LIST_KEPT) | TO (CHECK_SIZE) },
  [DD_STATE_LIST_KEPT] = { "list-kept", DD_PHASE_ROLL_BACK, dd_roll_back_list_kept, NULL,
                           TO (CHECK_SIZE) | TO (AWAIT_STRANDED) | TO (LIST_PROTECTED) },
  [DD_STATE_CHECK_SIZE] = { "check-size", DD_PHASE_ROLL_BACK, dd_size_check, dd_size_take_check,
                            TO (RESTORE_SIZE) | TO (SURVEY_GROUP) },
  [DD_STATE_RESTORE_SIZE]
  = { "restore-size", DD_PHASE_ROLL_BACK, dd_roll_back_restore_size, dd_roll_back_take_restored,
      TO (AWAIT_STRANDED) | TO (LIST_PROTECTED) | TO (SURVEY_GROUP) },
  [DD_STATE_AWAIT_STRANDED]
  = { "await-stranded", DD_PHASE_ROLL_BACK, dd_stranded_await, NULL, TO (LIST_STRANDED) },
  [DD_STATE_LIST_STRANDED]
  = { "list-stranded", DD_PHASE_ROLL_BACK, dd_stranded_list, dd_stranded_take, TO (OPEN_STUCK) },
  [DD_STATE_OPEN_STUCK]
  = { "open-stuck", DD_PHASE_ROLL_BACK, dd_stranded_open, NULL, TO (LIST_PROTECTED) },

  [DD_STATE_LIST_PROTECTED] = { "list-protected", DD_PHASE_END, list_protected, NULL,
                                TO (UNPROTECT) | TO (READ_REFERENCE) | TO (SUCCEEDED) },
  [DD_STATE_UNPROTECT]
  = { "unprotect", DD_PHASE_END, unprotect, NULL, TO (READ_REFERENCE) | TO (SUCCEEDED) },
  [DD_STATE_READ_REFERENCE] = { "read-reference", DD_PHASE_END, dd_reference_read, NULL,
                                TO (RESTORE_REFERENCE) | TO (SUCCEEDED) },
  [DD_STATE_RESTORE_REFERENCE]
  = { "restore-reference", DD_PHASE_END, dd_reference_restore, NULL, TO (SUCCEEDED) },
  [DD_STATE_PLANNED] = { "planned", DD_PHASE_END, finish_planned, NULL, 0 },
  [DD_STATE_SUCCEEDED] = { "succeeded", DD_PHASE_END, finish_succeeded, NULL, 0 },
  [DD_STATE_FAILED] = { "failed", DD_PHASE_END, finish_failed, NULL, 0 },
};

/* Sizes and marks that stay behind cost money and block pods, so whatever puts them back outlasts
 * an API that is away for hours. */
#define CLEANING_PATIENCE (3 * DD_HOUR)

/* What a failure in a phase leads to. Before the group has grown there is nothing to put back, and
 * when it shrinks again every node has been replaced. */
static const struct
{
  const char *name; /* NULL: not worth telling */
  DdState on_failure;
  gboolean is_cleaning; /* it puts back what the update has changed */
} phases[] = {
  [DD_PHASE_NONE] = { NULL, DD_STATE_FAILED },
  [DD_PHASE_SETUP] = { "setup", DD_STATE_FAILED },
  [DD_PHASE_SCALE_UP] = { "scale-up", DD_STATE_SURVEY_GROUP },
  [DD_PHASE_UPGRADE] = { "upgrade", DD_STATE_SURVEY_GROUP },
  [DD_PHASE_SCALE_DOWN] = { "scale-down", DD_STATE_SURVEY_GROUP, TRUE },
  [DD_PHASE_ROLL_BACK] = { "roll-back", DD_STATE_FAILED, TRUE },
  [DD_PHASE_END] = { NULL, DD_STATE_FAILED, TRUE },
};

/* Entering one of these is worth a line in the journal: it changes something, or begins what an
 * engine that takes up the update must not begin anew. Templates are noted when their token is. */
#define NOTED \
  (TO (REPOINT) | TO (RAISE) | TO (PROTECT) | TO (MARK) | TO (MARK_ALL) | TO (PAUSE) \
   | TO (READ_SIZE) | TO (SHRINK) | TO (CORDON_SURPLUS) | TO (DRAIN_SURPLUS) | TO (SURVEY_GROUP) \
   | TO (POINT_BACK) | TO (STOP_GROWTH) | TO (LIST_NEW) | TO (CORDON_NEW) | TO (RETIRE_NEW) \
   | TO (RESTORE_SIZE) | TO (LIST_PROTECTED))

/* They ask for sizes: dd_size_ask (). */
#define RESIZES (TO (RAISE) | TO (SHRINK) | TO (STOP_GROWTH) | TO (RESTORE_SIZE))
/* Refused, they have the group looked at again: others may have bounded it since the last look. */
#define LOOK_AGAIN_REFUSED (TO (SHRINK) | TO (POINT_BACK) | TO (STOP_GROWTH) | TO (RESTORE_SIZE))

/* dd_roll_back_give_up () */
#define TO_GIVE_UP (TO (LIST_MARKED) | TO (LIST_KEPT) | TO (AWAIT_STRANDED) | TO (LIST_PROTECTED))

static gboolean
may_follow (const DdEngine *self, DdState next)
{
  guint64 bit = G_GUINT64_CONSTANT (1) << next;

  if (states[self->state].successors & bit)
    return TRUE;
  if (!self->failed)
    return FALSE;
  return next == DD_STATE_FAILED || next == phases[self->phase].on_failure
         || (self->phase == DD_PHASE_ROLL_BACK && (TO_GIVE_UP & bit));
}

/* What a failure leads to. While things are put back, AWS that refuses something is no reason to
 * leave in the cluster what the update has written there. */
static DdState
after_failure (DdEngine *self)
{
  const char *service = dd_caller_failed_service (self->caller);

  if (self->phase == DD_PHASE_ROLL_BACK && g_strcmp0 (service, "kubernetes") != 0
      && !DD_MUTANT (ABANDON_THE_CLUSTER))
    return dd_roll_back_give_up (self);
  return phases[self->phase].on_failure;
}

/* It puts back what the update has changed. An engine that takes up an update leaves behind what
 * the one before it has changed, should it not even find its way to it. */
static gboolean
is_cleaning_in (const DdEngine *self, DdPhase phase)
{
  return phases[phase].is_cleaning || (self->told > DD_PHASE_SETUP && phase <= DD_PHASE_SETUP);
}

/* How long a call of PHASE may go without a good answer. A plan is for somebody who waits for it.
 */
static DdUsec
patience_in (const DdEngine *self, DdPhase phase)
{
  const DdKnobs *knobs = &self->options.knobs;

  if (is_cleaning_in (self, phase))
    return DD_MUTANT (CLEAN_IMPATIENTLY) ? 0 : MAX (CLEANING_PATIENCE, knobs->api_patience);
  if (self->plan_done != NULL || DD_MUTANT (BE_IMPATIENT))
    return 0;
  return phase == DD_PHASE_SCALE_UP ? knobs->join_timeout : knobs->api_patience;
}

void
dd_engine_read_group (DdEngine *self)
{
  dd_engine_send (self, "DescribeAutoScalingGroups",
                  dd_autoscaling_describe_group (self->before->name, TRUE));
}

gboolean
dd_engine_take_group (DdEngine *self, const DdReply *reply)
{
  g_autoptr (GError) error = NULL;

  g_clear_pointer (&self->group, dd_scaling_group_free);
  self->group = dd_scaling_group_from_reply (reply, self->before->name, &error);
  if (self->group == NULL)
    dd_engine_fail_with (self, error);
  return self->group != NULL;
}

static void
note_phase (DdEngine *self, DdPhase phase)
{
  const char *name = phases[phase].name;

  if (phase <= self->phase)
    return;
  self->phase = phase;
  dd_caller_set_patience (self->caller, patience_in (self, phase), is_cleaning_in (self, phase));
  if (phase == DD_PHASE_ROLL_BACK && !self->rolls_back && !DD_MUTANT (CALL_IT_ROLL_BACK))
    name = "clean-up"; /* nothing goes back to what it was but the sizes */
  if (name != NULL && phase > self->told)
    dd_engine_trace (self, DD_EVENT_PHASE_ENTERED, dd_object ("phase", dd_string (name), NULL));
}

void
dd_engine_enter (DdEngine *self, DdState next)
{
  g_assert (may_follow (self, next));
  g_assert (self->call == 0);
  g_assert (self->timer == 0);

  note_phase (self, states[next].phase);
  dd_engine_trace (self, DD_EVENT_MACHINE_ENTERED,
                   dd_object ("machine", dd_string ("update"), "from",
                              dd_string (states[self->state].name), "to",
                              dd_string (states[next].name), NULL));
  self->state = next;
  if (NOTED & (G_GUINT64_CONSTANT (1) << next))
    dd_journal_note (self);
  states[next].enter (self);
}

/* ---- what states use ---- */

DdState
dd_engine_mark_state (const DdEngine *self)
{
  return self->minimal ? DD_STATE_MARK_ALL : DD_STATE_MARK;
}

DdState
dd_engine_first_state (const DdEngine *self)
{
  return self->minimal ? DD_STATE_MARK_ALL : DD_STATE_RAISE;
}

void
dd_engine_look_at_size (DdEngine *self)
{
  dd_engine_enter (self,
                   self->phase == DD_PHASE_SCALE_DOWN ? DD_STATE_READ_SIZE : DD_STATE_SURVEY_GROUP);
}

static void
take_reply (const DdReply *reply, const GError *error, gpointer data)
{
  DdEngine *self = data;
  guint64 here = G_GUINT64_CONSTANT (1) << self->state;

  self->call = 0;
  if (error == NULL && (RESIZES & here))
    dd_size_note_granted (self);
  if (error == NULL)
    states[self->state].take (self, reply);
  else if ((LOOK_AGAIN_REFUSED & here) && dd_size_may_have_changed (self, error))
    dd_engine_look_at_size (self);
  else
    dd_engine_fail_with (self, error);
}

void
dd_engine_send (DdEngine *self, const char *operation, DdRequest *request)
{
  self->call = dd_caller_send (self->caller, operation, request, take_reply, self);
}

void
dd_engine_send_watched (DdEngine *self, const char *operation, DdRequest *request,
                        void (*before_again) (gpointer engine))
{
  self->call
      = dd_caller_send_watched (self->caller, operation, request, before_again, take_reply, self);
}

void
dd_engine_wait (DdEngine *self, DdUsec delay, DdTimerFunc func)
{
  self->timer = dd_clock_after (self->context.clock, delay, func, self);
}

static char *
selector_for (const DdEngine *self, DdNodesWanted wanted)
{
  static const char *const relations[] = {
    [DD_NODES_UPDATED] = "=",
    [DD_NODES_OUTDATED] = "!=",
  };

  if (wanted == DD_NODES_ALL)
    return g_strdup_printf (DD_LABEL_NODEGROUP "=%s", self->options.nodegroup);
  return g_strdup_printf (DD_LABEL_NODEGROUP "=%s," DD_LABEL_IMAGE "%s%s", self->options.nodegroup,
                          relations[wanted], self->image);
}

/* The labels that EKS gives to nodes say which image they run. Nobody gives them to nodes of a
 * group of one's own, and the same image may stand in several versions of an owner's template:
 * there the instances themselves say which version they were launched from. NULL: labels do. */
static const char *
group_that_tells (const DdEngine *self)
{
  return self->source != NULL ? self->nodegroup->scaling_group : self->options.scaling_group;
}

DdLister *
dd_engine_lister (DdEngine *self, DdNodesWanted wanted, DdListerDone done)
{
  g_autofree char *selector = selector_for (self, wanted);
  g_autofree char *version = g_strdup_printf ("%" G_GINT64_FORMAT, self->target_version);
  DdMembership membership = { .group = group_that_tells (self),
                              .version = version,
                              .image = self->image,
                              .updated = wanted != DD_NODES_OUTDATED,
                              .outdated = wanted != DD_NODES_UPDATED };

  if (membership.group != NULL)
    return dd_lister_new_of_group (self->caller, &membership, done, self);
  return dd_lister_new (self->caller, selector, done, self);
}

void
dd_engine_list (DdEngine *self, DdNodesWanted wanted, DdListerDone done)
{
  g_clear_pointer (&self->lister, dd_lister_free);
  self->lister = dd_engine_lister (self, wanted, done);
}

DdUsec
dd_engine_now (const DdEngine *self)
{
  return dd_clock_now (self->context.clock);
}

void
dd_engine_trace (const DdEngine *self, DdEvent what, DdValue *details)
{
  dd_trace (self->context.trace, "engine", what, self->options.nodegroup, details);
}

DdMachineContext
dd_engine_machine_context (const DdEngine *self)
{
  return (DdMachineContext) { self->caller, self->context.clock, self->context.trace,
                              &self->options.knobs };
}

gboolean
dd_engine_leaves_already (const DdEngine *self, const DdKubeNode *node)
{
  return node->instance != NULL && g_hash_table_contains (self->leaving, node->instance);
}

/* ---- failure ---- */

void
dd_engine_explain_more (DdEngine *self, char *text)
{
  char *before = self->result.explanation;

  self->result.explanation
      = before == NULL ? g_strdup (text) : g_strdup_printf ("%s\n%s", before, text);
  g_free (before);
  g_free (text);
}

static gboolean
phase_rolls_back (const DdEngine *self)
{
  const DdKnobs *knobs = &self->options.knobs;

  /* Once old nodes are gone the new ones are all that the group has. */
  if (self->phase == DD_PHASE_SCALE_DOWN || (self->shortfall && self->replaced > 0))
    return FALSE;
  if (self->phase == DD_PHASE_SCALE_UP || self->shortfall)
    return knobs->on_node_creation_failure == DD_ON_FAILURE_ROLLBACK;
  return knobs->on_pod_eviction_failure == DD_ON_FAILURE_ROLLBACK;
}

/* A failure while another one is being cleaned up is told as part of it. */
static void
note_second_failure (DdEngine *self, const char *message)
{
  dd_engine_explain_more (self, g_strdup_printf ("then, while things were put back: %s", message));
  if (self->before != NULL)
    dd_engine_explain_more (
        self,
        g_strdup_printf ("look at Auto Scaling group %s: before the update its "
                         "desired size was %" G_GINT64_FORMAT " and its maximum %" G_GINT64_FORMAT,
                         self->before->name, self->before->desired, self->before->max));
}

void
dd_engine_fail (DdEngine *self, const char *code, const char *message, GPtrArray *ids,
                char *explanation)
{
  if (self->failed)
    {
      note_second_failure (self, message);
      g_clear_pointer (&ids, g_ptr_array_unref);
      g_free (explanation);
    }
  else
    {
      self->failed = TRUE;
      self->rolls_back = phase_rolls_back (self);
      self->result.error_code = g_strdup (code);
      self->result.error_message = g_strdup (message);
      if (ids != NULL)
        {
          g_ptr_array_unref (self->result.resource_ids);
          self->result.resource_ids = ids;
        }
      self->result.explanation = explanation;
      /* From here on these are the ones that leave again, and nobody has chosen any. */
      g_ptr_array_set_size (self->fresh, 0);
    }
  dd_engine_enter (self, DD_MUTANT (NO_ROLL_BACK) ? DD_STATE_FAILED : after_failure (self));
}

#define UNREACHABLE "look at the API server, its endpoint and what is between it and here"

/* EKS API Reference, ErrorDetail: what its codes are for, by who failed and how. */
static const struct
{
  const char *service; /* NULL: any */
  DdError error;
  const char *code;
  const char *advice;
} codes[] = {
  { NULL, DD_ERROR_REFUSED, "AccessDenied", NULL },
  { "kubernetes", DD_ERROR_UNAVAILABLE, "ClusterUnreachable", UNREACHABLE },
  { "kubernetes", DD_ERROR_TIMED_OUT, "ClusterUnreachable", UNREACHABLE },
  { "kubernetes", DD_ERROR_THROTTLED, "ClusterUnreachable", UNREACHABLE },
  { "kubernetes", DD_ERROR_NOT_FOUND, "K8sResourceNotFound",
    "somebody deleted it meanwhile; start the update again" },
};

/* Nothing was written yet, and what was asked for is not there or fits not: no time mends that. */
static gboolean
was_asked_amiss (const DdEngine *self, const GError *error)
{
  return self->phase == DD_PHASE_SETUP && self->journal == NULL && self->token == NULL
         && (g_error_matches (error, DD_ERROR, DD_ERROR_NOT_FOUND)
             || g_error_matches (error, DD_ERROR, DD_ERROR_INVALID));
}

void
dd_engine_fail_with (DdEngine *self, const GError *error)
{
  const char *service = dd_caller_failed_service (self->caller);
  const char *code = "Unknown";
  const char *advice = dd_caller_failed_hint (self->caller);
  const char *story = dd_caller_failed_story (self->caller);

  for (guint i = 0; i < G_N_ELEMENTS (codes); i++)
    if (g_error_matches (error, DD_ERROR, (int) codes[i].error)
        && (codes[i].service == NULL || g_strcmp0 (codes[i].service, service) == 0))
      {
        code = codes[i].code;
        advice = codes[i].advice != NULL ? codes[i].advice : advice;
      }
  if (was_asked_amiss (self, error))
    {
      self->result.refused = TRUE;
      advice = advice != NULL ? advice : "ask for one that exists";
    }
  if (advice == NULL)
    advice
        = self->phase == DD_PHASE_SCALE_DOWN
              ? "start the update again when it has passed; nodes that run the new image are kept"
              : "start the update again when it has passed";
  dd_engine_fail (self, code, error->message, NULL,
                  self->result.refused
                      ? g_strdup (advice)
                      : g_strdup_printf ("%s: %s%s%s", error->message, advice,
                                         story != NULL ? "\n" : "", story != NULL ? story : ""));
}

/* ---- life ---- */

static GHashTable *
names_new (void)
{
  return g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
}

static GPtrArray *
nodes_new (void)
{
  return g_ptr_array_new_with_free_func ((GDestroyNotify) dd_kube_node_unref);
}

static void
copy_options (DdUpgradeOptions *copy, const DdUpgradeOptions *options)
{
  *copy = *options;
  copy->cluster = g_strdup (options->cluster);
  copy->nodegroup = g_strdup (options->nodegroup);
  copy->version = g_strdup (options->version);
  copy->release_version = g_strdup (options->release_version);
  copy->scaling_group = g_strdup (options->scaling_group);
  copy->image = g_strdup (options->image);
  copy->template_version = g_strdup (options->template_version);
  copy->api_server = g_strdup (options->api_server);
  copy->token = g_strdup (options->token);
  copy->resume = options->resume == NULL ? NULL : dd_value_ref (options->resume);
}

static void
clear_options (DdUpgradeOptions *copy)
{
  g_free ((char *) copy->cluster);
  g_free ((char *) copy->nodegroup);
  g_free ((char *) copy->version);
  g_free ((char *) copy->release_version);
  g_free ((char *) copy->scaling_group);
  g_free ((char *) copy->image);
  g_free ((char *) copy->template_version);
  g_free ((char *) copy->api_server);
  g_free ((char *) copy->token);
  dd_value_unref ((DdValue *) copy->resume);
}

DdEngine *
dd_engine_new (const DdEngineContext *context, const DdUpgradeOptions *options, DdEngineDone done,
               gpointer data)
{
  DdEngine *self = g_new0 (DdEngine, 1);

  self->context = *context;
  copy_options (&self->options, options);
  self->journal = self->options.resume;
  self->told = (DdPhase) dd_value_path_int (self->journal, "phase", DD_PHASE_NONE);
  self->done = done;
  self->data = data;
  self->choice = dd_random_fork (context->random, "node-choice");
  self->jitter = dd_random_fork (context->random, "back-off");
  self->names = dd_random_fork (context->random, "names");
  self->caller = dd_caller_new (context->transport, context->clock, context->trace, self->jitter,
                                &self->options.knobs, self->options.nodegroup);
  self->known_nodes = names_new ();
  self->known_instances = names_new ();
  self->marked = names_new ();
  self->handled = names_new ();
  self->missed = names_new ();
  self->left_again = names_new ();
  self->instances_left_again = names_new ();
  self->ready = names_new ();
  self->ready_floor = -1;
  self->stuck = names_new ();
  self->stuck_zones = names_new ();
  self->leaving = names_new ();
  self->strangers = names_new ();
  self->retiring = g_ptr_array_new_with_free_func (g_free);
  self->candidates = nodes_new ();
  self->unemptied = g_ptr_array_new_with_free_func (g_free);
  self->why_unemptied = g_string_new (NULL);
  self->planned = g_ptr_array_new_with_free_func (g_free);
  self->warnings = g_ptr_array_new_with_free_func (g_free);
  self->outdated = nodes_new ();
  self->fresh = nodes_new ();
  self->result.resource_ids = g_ptr_array_new_with_free_func (g_free);
  return self;
}

void
dd_engine_start (DdEngine *self)
{
  self->began = dd_engine_now (self);
  dd_engine_enter (self, DD_STATE_READ_CLUSTER);
}

void
dd_engine_plan (DdEngine *self, DdPlanDone done, gpointer data)
{
  self->plan_done = done;
  self->plan_data = data;
  dd_engine_enter (self, DD_STATE_READ_CLUSTER);
}

static void
result_clear (DdUpgradeResult *result)
{
  g_free (result->error_code);
  g_free (result->error_message);
  g_clear_pointer (&result->resource_ids, g_ptr_array_unref);
  g_free (result->explanation);
  g_free (result->release_version);
}

/* What is at work first, then what it works with. */
void
dd_engine_free (DdEngine *self)
{
  if (self == NULL)
    return;
  dd_clock_cancel (self->context.clock, self->timer);
  dd_refill_clear (self);
  dd_waves_free (self->waves);
  dd_patcher_free (self->patcher);
  dd_patcher_free (self->late_patcher);
  dd_lister_free (self->lister);
  dd_lister_free (self->late_lister);
  dd_caller_free (self->caller);
  dd_random_free (self->choice);
  dd_random_free (self->jitter);
  dd_random_free (self->names);
  dd_cluster_free (self->cluster);
  dd_nodegroup_free (self->nodegroup);
  dd_scaling_group_free (self->before);
  dd_scaling_group_free (self->group);
  dd_template_version_free (self->template_);
  dd_template_version_free (self->source);
  g_clear_pointer (&self->copy, dd_value_unref);
  g_free (self->minor);
  g_free (self->release);
  g_free (self->image);
  g_hash_table_unref (self->known_nodes);
  g_hash_table_unref (self->known_instances);
  g_hash_table_unref (self->marked);
  g_hash_table_unref (self->handled);
  g_hash_table_unref (self->missed);
  g_hash_table_unref (self->left_again);
  g_hash_table_unref (self->instances_left_again);
  g_hash_table_unref (self->ready);
  g_clear_error (&self->refill_error);
  g_clear_error (&self->size_refused);
  g_clear_pointer (&self->budgets, g_ptr_array_unref);
  g_clear_pointer (&self->never_joined, g_hash_table_unref);
  g_hash_table_unref (self->stuck);
  g_hash_table_unref (self->stuck_zones);
  g_hash_table_unref (self->leaving);
  g_hash_table_unref (self->strangers);
  g_ptr_array_unref (self->retiring);
  g_ptr_array_unref (self->candidates);
  g_clear_pointer (&self->leaver, dd_kube_node_unref);
  g_ptr_array_unref (self->unemptied);
  g_string_free (self->why_unemptied, TRUE);
  g_free (self->first_stranded);
  g_ptr_array_unref (self->planned);
  g_ptr_array_unref (self->warnings);
  g_free (self->token);
  g_free (self->points_to);
  g_free (self->points_back_to);
  g_ptr_array_unref (self->outdated);
  g_ptr_array_unref (self->fresh);
  result_clear (&self->result);
  clear_options (&self->options);
  g_free (self);
}
