/* SPDX-License-Identifier: Apache-2.0 */
/* A drain goes round: list the pods of the node, evict those whose time has come, wait, list again.
 * It ends when the list holds nothing that matters, or when the budget of time or of tries is
 * spent; with force, what is left then is deleted, and the going round continues until that is
 * gone. Whatever tolerates everything and comes back after that is left to go with the node: it
 * would be deleted for ever.
 *
 * The rules are those of a managed node group's update: eviction only, 20 tries within 15 minutes
 * (AWS re:Post, "How do I resolve managed node group update errors", and Amazon EKS User Guide,
 * "Understand each phase of node updates"). What the two refusals mean is Kubernetes'
 * (API-initiated eviction): 429 may pass, 500 will not, yet the service goes on trying in both
 * cases. */
#include "config.h"

#include "engine/drain.h"

#include "base/error.h"
#include "engine/mutant.h"
#include "engine/retry.h"

typedef enum
{
  DRAIN_NEW,
  DRAIN_LISTING,
  DRAIN_EVICTING,
  DRAIN_DELETING, /* force: the budget is spent */
  DRAIN_WAITING,  /* some pods are still leaving, or were refused; look again later */
  DRAIN_EMPTY,
  DRAIN_OVERDUE,
  DRAIN_FAILED,
  N_DRAIN_STATES
} DrainState;

struct _DdDrain
{
  DdMachineContext context;
  char *node, *zone;
  gboolean force;
  DrainState state;
  DdUsec began, deadline;
  gboolean listed_once;
  gboolean quiet; /* until a pod was found */
  gboolean forcing;
  gboolean brief;      /* its time is over as it begins */
  GPtrArray *arriving; /* the list being read, of DdKubePod */
  GPtrArray *pods;     /* of DdDrainPod, by namespace and name */
  GHashTable *by_uid;  /* the same, for look-ups only */
  guint next;          /* the pod whose turn it is */
  guint64 call, timer;
  DdUsec denied_since; /* since when we may evict no more; 0: we may */
  GError *error;
  DdDrainDone done;
  gpointer done_data;
};

static void drain_enter (DdDrain *self, DrainState next);

static DdUsec
now (const DdDrain *self)
{
  return dd_clock_now (self->context.clock);
}

static void
drain_pod_free (gpointer data)
{
  DdDrainPod *pod = data;

  dd_kube_pod_free (pod->pod);
  dd_eviction_free (pod->refusal);
  g_free (pod);
}

static void
trace_pod (const DdDrain *self, DdEvent what, const DdDrainPod *pod, DdValue *details)
{
  g_autofree char *subject = g_strdup_printf ("%s/%s", pod->pod->namespace_, pod->pod->name);

  dd_trace (self->context.trace, "engine", what, subject, details);
}

/* ---- listing ---- */

static void take_list (const DdReply *reply, const GError *error, gpointer data);

/* When an API that is away ends the drain: with its time, or with the time for force after that. */
static DdUsec
end_of_patience (const DdDrain *self)
{
  gboolean to_force = self->force && !self->forcing;

  return self->deadline + (to_force ? self->context.knobs->drain_budget : 0);
}

static void
ask_for_page (DdDrain *self, const char *token)
{
  self->call = dd_caller_send_until (self->context.caller, "list pods",
                                     dd_kube_list_pods_on_node (self->node, token),
                                     end_of_patience (self), take_list, self);
}

static void
list_pods (DdDrain *self)
{
  g_ptr_array_set_size (self->arriving, 0);
  ask_for_page (self, NULL);
}

static int
compare_pods (gconstpointer a, gconstpointer b)
{
  const DdKubePod *left = (*(const DdDrainPod *const *) a)->pod;
  const DdKubePod *right = (*(const DdDrainPod *const *) b)->pod;
  int order = g_strcmp0 (left->namespace_, right->namespace_);

  return order != 0 ? order : g_strcmp0 (left->name, right->name);
}

/* Takes POD from the list: a new one, or one that is known and may have begun to leave. */
static void
note_listed (DdDrain *self, DdKubePod *pod)
{
  DdDrainPod *known = g_hash_table_lookup (self->by_uid, pod->uid);

  if (known == NULL)
    {
      known = g_new0 (DdDrainPod, 1);
      known->next_try = now (self);
      known->arrived_late = self->listed_once;
      known->is_spared = self->forcing && !DD_MUTANT (DELETE_FOR_EVER);
      g_ptr_array_add (self->pods, known);
    }
  g_hash_table_replace (self->by_uid, pod->uid, known);
  dd_kube_pod_free (known->pod);
  known->pod = pod;
  known->leaving = pod->leaving;
  known->listed = TRUE;
}

static void
forget_unlisted (DdDrain *self)
{
  for (guint i = self->pods->len; i > 0; i--)
    {
      DdDrainPod *pod = g_ptr_array_index (self->pods, i - 1);

      if (!pod->listed)
        {
          g_hash_table_remove (self->by_uid, pod->pod->uid);
          g_ptr_array_remove_index (self->pods, i - 1);
        }
    }
}

/* Makes the drain's pods those of the list that a drain does not leave alone. */
static void
adopt_list (DdDrain *self)
{
  for (guint i = 0; i < self->pods->len; i++)
    ((DdDrainPod *) g_ptr_array_index (self->pods, i))->listed = FALSE;

  for (guint i = 0; i < self->arriving->len; i++)
    {
      DdKubePod *pod = g_ptr_array_index (self->arriving, i);

      if (pod->stays && !DD_MUTANT (EVICT_DAEMON_PODS))
        dd_kube_pod_free (pod);
      else
        note_listed (self, pod);
      self->arriving->pdata[i] = NULL;
    }
  g_ptr_array_set_size (self->arriving, 0);
  forget_unlisted (self);
  g_ptr_array_sort (self->pods, compare_pods);
}

/* As with kubectl drain, whatever was told to leave is waited for until it is gone, also when
 * nothing of it runs any more and a finalizer keeps it. A pod that has ended is told once; when
 * that is refused it goes with the node, which harms nobody. */
gboolean
dd_drain_pod_holds (const DdDrainPod *pod)
{
  if (pod->is_spared)
    return FALSE;
  if (pod->leaving)
    return !pod->pod->ended || !DD_MUTANT (IGNORE_FINALIZERS);
  return !pod->pod->ended || (pod->tries == 0 && !DD_MUTANT (KEEP_ENDED_PODS));
}

static guint
count_holding (const DdDrain *self)
{
  guint count = 0;

  for (guint i = 0; i < self->pods->len; i++)
    count += dd_drain_pod_holds (g_ptr_array_index (self->pods, i));
  return count;
}

/* No try is left for a pod whose turn it is, or no time for any. */
static gboolean
budget_is_spent (const DdDrain *self)
{
  if (now (self) >= self->deadline)
    return TRUE;
  for (guint i = 0; i < self->pods->len; i++)
    {
      const DdDrainPod *pod = g_ptr_array_index (self->pods, i);

      if (!DD_MUTANT (NEVER_GIVE_UP) && !pod->leaving && dd_drain_pod_holds (pod)
          && pod->tries >= (DD_MUTANT (GIVE_UP_AT_ONCE) ? 1 : self->context.knobs->evict_max_tries)
          && pod->next_try <= now (self))
        return TRUE;
    }
  return FALSE;
}

static void
trace_overdue (const DdDrain *self)
{
  g_auto (DdBuilder) pods = dd_builder_array ();

  for (guint i = 0; i < self->pods->len; i++)
    {
      const DdDrainPod *pod = g_ptr_array_index (self->pods, i);

      if (dd_drain_pod_holds (pod))
        dd_builder_add (&pods, dd_string_printf ("%s/%s", pod->pod->namespace_, pod->pod->name));
    }
  dd_trace (self->context.trace, "engine", DD_EVENT_DRAIN_OVERDUE, self->node,
            dd_object ("pods", dd_builder_end (&pods), NULL));
}

static DrainState
after_budget (DdDrain *self)
{
  if ((!self->force && !DD_MUTANT (FORCE_ALWAYS)) || DD_MUTANT (FORCE_NEVER))
    return DRAIN_OVERDUE;
  if (!self->forcing)
    {
      trace_overdue (self);
      self->forcing = TRUE;
      self->deadline = now (self) + self->context.knobs->drain_budget;
      return DRAIN_DELETING;
    }
  /* Deleted pods that still do not go, such as those with a finalizer, leave with the node. */
  return now (self) >= self->deadline ? DRAIN_EMPTY : DRAIN_DELETING;
}

/* An API that was away until now has taken nothing of the pods' time. */
static void
begin (DdDrain *self)
{
  self->listed_once = TRUE;
  self->deadline += now (self) - self->began;
  self->quiet = self->quiet && self->pods->len == 0;
  if (self->quiet)
    return;
  dd_trace (
      self->context.trace, "engine", DD_EVENT_DRAIN_STARTED, self->node,
      dd_object ("zone", dd_string (self->zone), "pod_count", dd_int (self->pods->len), NULL));
}

static gboolean
all_are_leaving (const DdDrain *self)
{
  for (guint i = 0; i < self->pods->len; i++)
    {
      if (!((const DdDrainPod *) g_ptr_array_index (self->pods, i))->leaving)
        return FALSE;
    }
  return TRUE;
}

static void
take_list (const DdReply *reply, const GError *error, gpointer data)
{
  DdDrain *self = data;
  g_autofree char *token = NULL;

  self->call = 0;
  if (error != NULL)
    self->error = g_error_copy (error);
  else if (dd_kube_pods_from_reply (reply, self->arriving, &token, &self->error) && token != NULL)
    {
      ask_for_page (self, token);
      return;
    }
  if (self->error != NULL)
    {
      drain_enter (self, DRAIN_FAILED);
      return;
    }

  adopt_list (self);
  if (!self->listed_once)
    begin (self);
  if (count_holding (self) == 0 || (DD_MUTANT (TERMINATE_BEFORE_EMPTY) && all_are_leaving (self)))
    drain_enter (self, DRAIN_EMPTY);
  else if (self->forcing || budget_is_spent (self))
    drain_enter (self, after_budget (self));
  else
    drain_enter (self, DRAIN_EVICTING);
}

/* ---- evicting, or deleting when it is forced ---- */

static gboolean
is_due (const DdDrain *self, const DdDrainPod *pod)
{
  return !pod->leaving && dd_drain_pod_holds (pod) && pod->next_try <= now (self);
}

/* Sends one request for the next pod whose turn it is; FALSE when there is none. */
static gboolean
send_next (DdDrain *self, const char *operation, DdRequest *(*make) (const DdKubePod *pod),
           DdCallFunc func)
{
  while (self->next < self->pods->len && !is_due (self, g_ptr_array_index (self->pods, self->next)))
    self->next++;
  if (self->next == self->pods->len)
    return FALSE;

  self->call = dd_caller_send_once (
      self->context.caller, operation,
      make (((DdDrainPod *) g_ptr_array_index (self->pods, self->next))->pod), func, self);
  return TRUE;
}

static void
note_refusal (DdDrain *self, DdDrainPod *pod, DdEviction *eviction, const DdReply *reply)
{
  DdUsec asked = dd_retry_after (reply);

  if (pod->refused_since == 0)
    pod->refused_since = now (self);
  pod->next_try = now (self) + MAX (asked, self->context.knobs->evict_interval);
  dd_eviction_free (pod->refusal);
  pod->refusal = eviction;
}

static void
trace_refusal (const DdDrain *self, const DdDrainPod *pod)
{
  const DdEviction *refusal = pod->refusal;

  if (refusal->verdict == DD_EVICTION_REFUSED)
    trace_pod (self, DD_EVENT_DRAIN_REFUSED_BY_BUDGET, pod,
               dd_object ("node", dd_string (self->node), "budget", dd_string (refusal->budget),
                          "needs", refusal->needs < 0 ? NULL : dd_int (refusal->needs), "has",
                          refusal->has < 0 ? NULL : dd_int (refusal->has), "try",
                          dd_int (pod->tries), NULL));
  else if (refusal->verdict == DD_EVICTION_AMBIGUOUS)
    trace_pod (self, DD_EVENT_DRAIN_REFUSED_BY_TWO_BUDGETS, pod,
               dd_object ("node", dd_string (self->node), "try", dd_int (pod->tries), NULL));
  else
    trace_pod (self, DD_EVENT_DRAIN_EVICTION_FAILED, pod,
               dd_object ("node", dd_string (self->node), "message", dd_string (refusal->message),
                          "try", dd_int (pod->tries), NULL));
}

#define EVICT "create pods/eviction"

/* We may not evict; but if we could before, it is soon enough to ask as after any refusal. */
static DdEvictionVerdict
second_thought (DdDrain *self, DdEvictionVerdict verdict, const DdReply *reply)
{
  if (verdict != DD_EVICTION_DENIED)
    {
      self->denied_since = 0;
      return verdict;
    }
  if (self->denied_since == 0)
    self->denied_since = now (self);
  return dd_caller_may_be_let_in_again (self->context.caller, "kubernetes", EVICT, reply,
                                        self->denied_since)
             ? DD_EVICTION_FAILED
             : verdict;
}

static void
note_eviction (const DdReply *reply, const GError *error, gpointer data)
{
  DdDrain *self = data;
  DdDrainPod *pod = g_ptr_array_index (self->pods, self->next++);
  DdEviction *eviction = dd_eviction_from_reply (reply, error);

  self->call = 0;
  pod->tries++;
  if (DD_MUTANT (COUNT_REFUSAL_AS_SUCCESS) && eviction->verdict == DD_EVICTION_REFUSED)
    eviction->verdict = DD_EVICTION_GONE;
  eviction->verdict = second_thought (self, eviction->verdict, reply);
  switch (eviction->verdict)
    {
    case DD_EVICTION_ACCEPTED:
    case DD_EVICTION_GONE:
      pod->leaving = TRUE;
      dd_eviction_free (eviction);
      trace_pod (self, DD_EVENT_DRAIN_EVICTED, pod,
                 dd_object ("node", dd_string (self->node), "try", dd_int (pod->tries), NULL));
      break;
    case DD_EVICTION_REFUSED:
    case DD_EVICTION_AMBIGUOUS:
    case DD_EVICTION_FAILED:
      note_refusal (self, pod, eviction, reply);
      trace_refusal (self, pod);
      break;
    case DD_EVICTION_DENIED:
      dd_eviction_free (eviction);
      self->error = g_error_copy (error);
      break;
    }
  drain_enter (self, self->error == NULL ? DRAIN_EVICTING : DRAIN_FAILED);
}

static void
evict_next (DdDrain *self)
{
  if (!send_next (self, EVICT, DD_MUTANT (IGNORE_BUDGETS) ? dd_kube_delete_pod : dd_kube_evict_pod,
                  note_eviction))
    drain_enter (self, DRAIN_WAITING);
}

static void
note_deletion (G_GNUC_UNUSED const DdReply *reply, const GError *error, gpointer data)
{
  DdDrain *self = data;
  DdDrainPod *pod = g_ptr_array_index (self->pods, self->next++);

  self->call = 0;
  pod->next_try = now (self) + self->context.knobs->evict_interval;
  if (error == NULL || g_error_matches (error, DD_ERROR, DD_ERROR_NOT_FOUND))
    {
      pod->leaving = TRUE;
      trace_pod (self, DD_EVENT_DRAIN_FORCED, pod,
                 dd_object ("node", dd_string (self->node), NULL));
    }
  drain_enter (self, DRAIN_DELETING);
}

static void
delete_next (DdDrain *self)
{
  if (!send_next (self, "delete pods", dd_kube_delete_pod, note_deletion))
    drain_enter (self, DRAIN_WAITING);
}

/* ---- waiting ---- */

static void
look_again (gpointer data)
{
  DdDrain *self = data;

  self->timer = 0;
  drain_enter (self, DRAIN_LISTING);
}

/* Pods that leave are looked for often; those that were refused, when their turn comes. */
static void
arm_timer (DdDrain *self)
{
  DdUsec due = count_holding (self) > 0 ? self->deadline : now (self);
  DdUsec poll = now (self) + self->context.knobs->drain_poll_interval;

  for (guint i = 0; i < self->pods->len; i++)
    {
      const DdDrainPod *pod = g_ptr_array_index (self->pods, i);

      if (dd_drain_pod_holds (pod))
        due = MIN (due, pod->leaving ? poll : pod->next_try);
    }
  self->next = 0;
  self->timer = dd_clock_after (self->context.clock, MAX (due - now (self), 0), look_again, self);
}

/* ---- the machine ---- */

static void
start_round (DdDrain *self)
{
  self->next = 0;
  list_pods (self);
}

static void
finish (DdDrain *self, DdDrainEnd end)
{
  self->done (self, end, self->error, self->done_data);
}

static void
finish_empty (DdDrain *self)
{
  if (!self->quiet)
    dd_trace (self->context.trace, "engine", DD_EVENT_DRAIN_FINISHED, self->node,
              dd_object ("seconds", dd_int ((now (self) - self->began) / DD_SECOND), NULL));
  finish (self, DD_DRAIN_EMPTY);
}

static void
finish_overdue (DdDrain *self)
{
  trace_overdue (self);
  finish (self, DD_DRAIN_OVERDUE);
}

static void
finish_failed (DdDrain *self)
{
  finish (self, DD_DRAIN_FAILED);
}

#define TO(state) (1u << (state))

static const struct
{
  const char *name;
  void (*enter) (DdDrain *self);
  guint successors;
} states[N_DRAIN_STATES] = {
  [DRAIN_NEW] = { "new", NULL, TO (DRAIN_LISTING) },
  [DRAIN_LISTING] = { "listing", start_round,
                      TO (DRAIN_EVICTING) | TO (DRAIN_DELETING) | TO (DRAIN_EMPTY)
                          | TO (DRAIN_OVERDUE) | TO (DRAIN_FAILED) },
  [DRAIN_EVICTING]
  = { "evicting", evict_next, TO (DRAIN_EVICTING) | TO (DRAIN_WAITING) | TO (DRAIN_FAILED) },
  [DRAIN_DELETING] = { "deleting", delete_next, TO (DRAIN_DELETING) | TO (DRAIN_WAITING) },
  [DRAIN_WAITING] = { "waiting", arm_timer, TO (DRAIN_LISTING) },
  [DRAIN_EMPTY] = { "empty", finish_empty, 0 },
  [DRAIN_OVERDUE] = { "overdue", finish_overdue, 0 },
  [DRAIN_FAILED] = { "failed", finish_failed, 0 },
};

/* The only place the state changes, so every transition is checked and traced; going on with the
 * next pod is no transition worth a line. */
static void
drain_enter (DdDrain *self, DrainState next)
{
  g_assert (states[self->state].successors & TO (next));

  if (next != self->state)
    dd_trace (self->context.trace, "engine", DD_EVENT_MACHINE_ENTERED, self->node,
              dd_object ("machine", dd_string ("drain"), "from",
                         dd_string (states[self->state].name), "to", dd_string (states[next].name),
                         NULL));
  self->state = next;
  states[next].enter (self);
}

DdDrain *
dd_drain_new (const DdMachineContext *context, const char *node, const char *zone, gboolean force,
              DdDrainDone done, gpointer data)
{
  DdDrain *self = g_new0 (DdDrain, 1);

  self->context = *context;
  self->node = g_strdup (node);
  self->zone = g_strdup (zone);
  self->force = force;
  self->arriving = g_ptr_array_new_with_free_func ((GDestroyNotify) dd_kube_pod_free);
  self->pods = g_ptr_array_new_with_free_func (drain_pod_free);
  self->by_uid = g_hash_table_new (g_str_hash, g_str_equal);
  self->done = done;
  self->done_data = data;
  return self;
}

void
dd_drain_be_quiet_when_empty (DdDrain *self)
{
  self->quiet = TRUE;
}

gboolean
dd_drain_was_forced (const DdDrain *self)
{
  return self->forcing;
}

void
dd_drain_be_brief (DdDrain *self)
{
  self->brief = TRUE;
}

void
dd_drain_start (DdDrain *self)
{
  self->began = now (self);
  self->deadline = self->began
                   + (self->brief                 ? 0
                      : DD_MUTANT (NEVER_GIVE_UP) ? 100 * DD_HOUR
                                                  : self->context.knobs->drain_budget);
  drain_enter (self, DRAIN_LISTING);
}

void
dd_drain_free (DdDrain *self)
{
  if (self == NULL)
    return;
  dd_caller_cancel (self->context.caller, self->call);
  dd_clock_cancel (self->context.clock, self->timer);
  g_hash_table_unref (self->by_uid);
  g_ptr_array_unref (self->pods);
  g_ptr_array_unref (self->arriving);
  g_clear_error (&self->error);
  g_free (self->node);
  g_free (self->zone);
  g_free (self);
}

GPtrArray *
dd_drain_pods (const DdDrain *self)
{
  return self->pods;
}
