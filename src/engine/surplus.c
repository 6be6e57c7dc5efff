/* SPDX-License-Identifier: Apache-2.0 */
/* Surplus: a group that nobody drains for shrinks node by node.
 *
 * The Auto Scaling group of a managed node group has EKS's termination hook: whoever is chosen when
 * desired goes down is drained before it goes (Amazon EKS API Reference, UpdateNodegroupVersion:
 * "every Pod on that node is drained first"). A group of one's own has no such hook, and a managed
 * one may have lost it; there a lower desired size takes a node away with all that runs on it. So
 * the engine looks whether the hook is there, and where it is not it chooses who leaves, and lets
 * it leave as outdated nodes do: evictions within the budgets, the wait after the cordon, one last
 * look, terminated by name. The termination takes the desired size down with it; the maximum
 * follows at the end, in one step.
 *
 * One node leaves at a time. It is of the fullest zone, as Auto Scaling itself would choose, or the
 * zones would be uneven and Auto Scaling's rebalancing would take another node, undrained; there it
 * is the one with the fewest pods that would have to be evicted, the first by zone and name among
 * equals; but before one that is the last of its zone and has a pod with a claim another one goes,
 * as the claim's volume may be of that zone, and the pod would find no node again. It is cordoned
 * before it is drained, so that what leaves other nodes does not come here. One that is protected
 * from scale-in is left alone. An instance that is no node of the cluster at all goes before all
 * others, as there is nothing to drain: had it joined, it would have been replaced. Before anybody
 * leaves at all, the places are given up that Auto Scaling could not fill: desired goes down to
 * what is there, and takes nobody away.
 *
 * A node that could not be emptied is uncordoned again and another one is tried, from a less full
 * zone too where that leaves the zones even. After three of them, or when no other is left, the
 * update fails with PodEvictionFailure: every node runs the new image by then, so that all that is
 * left to do is what the clean-up does, which tries once more, for less long, and otherwise leaves
 * the group as large as it has to stay.
 *
 * A hook of another name is no reason to trust it: it may copy logs. Where the hooks may not be
 * read the engine drains, which is right with a hook as well. */
#include "config.h"

#include <string.h>

#include "base/error.h"
#include "engine/mutant.h"
#include "engine/private.h"
#include "kube/pod.h"

#define EKS_HOOK "Terminate-LC-Hook"
#define MOST_UNEMPTIED 3

/* ---- whether anybody else drains ---- */

/* Places of instances that were never launched: to give those up nobody has to leave. */
static gboolean
has_unfilled_places (const DdEngine *self)
{
  return dd_scaling_group_size (self->group) < self->group->desired
         && !DD_MUTANT (EMPTY_THE_UNFILLED);
}

/* Not before it is plain that they stay empty: were an instance launched while desired goes down,
 * Auto Scaling would take another one, and nobody would drain it. */
static DdState
give_up_unfilled_places (DdEngine *self)
{
  DdUsec now = dd_engine_now (self);

  if (self->unfilled_since == 0)
    self->unfilled_since = now;
  return now < self->unfilled_since + self->options.knobs.scale_down_step ? DD_STATE_AWAIT_SHRINK
                                                                          : DD_STATE_SHRINK;
}

DdState
dd_surplus_state (DdEngine *self)
{
  if (self->group->desired <= self->before->desired || DD_MUTANT (LOWER_DESIRED_UNDRAINED))
    return DD_STATE_SHRINK; /* the maximum alone is too large */
  if (!self->hooks_known)
    return DD_STATE_READ_HOOKS;
  if (self->hook_drains)
    return DD_STATE_SHRINK;
  if (has_unfilled_places (self))
    return give_up_unfilled_places (self);
  self->unfilled_since = 0;
  return DD_STATE_LIST_SURPLUS;
}

static void
go_on_knowing (DdEngine *self, gboolean hook_drains)
{
  self->hooks_known = TRUE;
  self->hook_drains = hook_drains;
  dd_engine_enter (self, dd_surplus_state (self));
}

static void
take_hooks (const DdReply *reply, const GError *error, gpointer data)
{
  DdEngine *self = data;
  g_autoptr (GError) problem = error == NULL ? NULL : g_error_copy (error);
  gboolean drains = FALSE;

  self->call = 0;
  if (g_error_matches (problem, DD_ERROR, DD_ERROR_REFUSED))
    go_on_knowing (self, FALSE);
  else if (problem == NULL && dd_termination_hook_from_reply (reply, EKS_HOOK, &drains, &problem))
    go_on_knowing (self, drains);
  else
    dd_engine_fail_with (self, problem);
}

/* Nobody but EKS answers its hook, and it does so for its own groups. */
void
dd_surplus_read_hooks (DdEngine *self)
{
  if (self->options.scaling_group != NULL)
    go_on_knowing (self, FALSE);
  else
    self->call
        = dd_caller_send (self->caller, "DescribeLifecycleHooks",
                          dd_autoscaling_describe_hooks (self->before->name), take_hooks, self);
}

/* ---- who may leave ---- */

/* By how many instances the zones differ at most when ZONE has lost one. */
static guint
spread_without (GHashTable *counts, const char *zone)
{
  guint here = dd_zones_in (counts, zone), spread;

  dd_zones_lose (counts, zone);
  spread = dd_zones_spread (counts);
  if (here > 0)
    dd_zones_gain (counts, zone);
  return spread;
}

static const DdGroupInstance *
instance_of (const DdScalingGroup *group, const DdKubeNode *node)
{
  for (guint i = 0; i < group->instances->len; i++)
    {
      const DdGroupInstance *instance = g_ptr_array_index (group->instances, i);

      if (g_strcmp0 (instance->id, node->instance) == 0)
        return instance;
    }
  return NULL;
}

static gboolean
may_leave (const DdEngine *self, GHashTable *counts, const DdKubeNode *node)
{
  const DdGroupInstance *instance = instance_of (self->group, node);
  guint spread = dd_zones_spread (counts);

  return instance != NULL && dd_group_instance_counts (instance) && !instance->protected_
         && !g_ptr_array_find_with_equal_func (self->unemptied, node->name, g_str_equal, NULL)
         && spread_without (counts, node->zone) <= MAX (spread, 1);
}

static int
compare_places (gconstpointer a, gconstpointer b)
{
  const DdKubeNode *left = *(DdKubeNode *const *) a, *right = *(DdKubeNode *const *) b;
  int order = strcmp (left->zone, right->zone);

  return order != 0 ? order : strcmp (left->name, right->name);
}

/* An instance that is none of NODES, as one; NULL: all are. */
static DdKubeNode *
find_nameless (const DdEngine *self, GPtrArray *nodes)
{
  g_autoptr (GHashTable) counts = dd_zones_count (self->group);
  g_autoptr (GHashTable) known = g_hash_table_new (g_str_hash, g_str_equal);

  for (guint i = 0; i < nodes->len; i++)
    g_hash_table_add (known, ((DdKubeNode *) g_ptr_array_index (nodes, i))->instance);
  for (guint i = 0; i < self->group->instances->len; i++)
    {
      const DdGroupInstance *instance = g_ptr_array_index (self->group->instances, i);
      g_autoptr (DdKubeNode) node = NULL;

      if (g_hash_table_contains (known, instance->id))
        continue;
      node = dd_engine_nameless_node (instance);
      if (may_leave (self, counts, node))
        return g_steal_pointer (&node);
    }
  return NULL;
}

/* Those of NODES that may leave, of the fullest of their zones: self->candidates. */
static void
find_candidates (DdEngine *self, GPtrArray *nodes)
{
  g_autoptr (GHashTable) counts = dd_zones_count (self->group);
  guint most = 0;

  g_ptr_array_set_size (self->candidates, 0);
  for (guint i = 0; i < nodes->len; i++)
    {
      DdKubeNode *node = g_ptr_array_index (nodes, i);
      guint here = dd_zones_in (counts, node->zone);

      if (here < most || !may_leave (self, counts, node))
        continue;
      if (here > most)
        g_ptr_array_set_size (self->candidates, 0);
      most = here;
      g_ptr_array_add (self->candidates, dd_kube_node_ref (node));
    }
  g_ptr_array_sort (self->candidates, compare_places);
  self->last_of_zones = most <= 1 && !DD_MUTANT (LEAVE_CLAIMS_BEHIND);
}

/* ---- nobody ---- */

static GPtrArray *
copy_names (const GPtrArray *names)
{
  GPtrArray *copy = g_ptr_array_new_with_free_func (g_free);

  for (guint i = 0; i < names->len; i++)
    g_ptr_array_add (copy, g_strdup (g_ptr_array_index (names, i)));
  return copy;
}

static void
fail_unemptied (DdEngine *self)
{
  g_autofree char *message
      = g_strdup_printf ("Reached max retries while trying to evict pods from nodes in node group "
                         "%s",
                         self->options.nodegroup);

  dd_engine_fail (self, "PodEvictionFailure", message, copy_names (self->unemptied),
                  g_strdup_printf ("every node runs the new image, but the group could not shrink "
                                   "again: no node could be emptied to leave\n%s",
                                   self->why_unemptied->str));
}

static void
fail_without_candidate (DdEngine *self)
{
  g_autofree char *message
      = g_strdup_printf ("Auto Scaling group %s has %" G_GINT64_FORMAT
                         " instances instead of %" G_GINT64_FORMAT ", and none that may leave",
                         self->group->name, self->group->desired, self->before->desired);

  dd_engine_fail (self, "ConfigurationConflict", message, NULL,
                  g_strdup_printf ("%s: they are protected from scale-in, or their zone would be "
                                   "left with too few\nlet those go that are not needed: aws "
                                   "autoscaling set-instance-protection --auto-scaling-group-name "
                                   "%s --instance-ids ID --no-protected-from-scale-in",
                                   message, self->group->name));
}

/* ---- the emptiest ---- */

static gboolean
is_in_hand (const DdEngine *self, const DdKubeNode *node)
{
  return node->unschedulable && g_hash_table_contains (self->marked, node->name);
}

/* The one that an engine before this one had begun with. */
static const DdKubeNode *
find_in_hand (const DdEngine *self)
{
  for (guint i = 0; i < self->candidates->len; i++)
    if (is_in_hand (self, g_ptr_array_index (self->candidates, i)))
      return g_ptr_array_index (self->candidates, i);
  return NULL;
}

/* Whatever becomes of the request, the cordon is ours from here on; and should the update fail
 * meanwhile, the clean-up goes on with this node. */
static void
expect (DdEngine *self)
{
  const DdKubeNode *node = self->leaver;

  g_ptr_array_set_size (self->retiring, 0);
  g_ptr_array_add (self->retiring, g_strdup (node->name));
  if (!node->unschedulable)
    g_hash_table_replace (self->marked, g_strdup (node->name), GUINT_TO_POINTER (DD_WRITE_CORDON));
}

static void
choose (DdEngine *self, const DdKubeNode *node)
{
  g_clear_pointer (&self->leaver, dd_kube_node_unref);
  self->leaver = dd_kube_node_ref ((DdKubeNode *) node);
  dd_engine_trace (
      self, DD_EVENT_SCALE_DOWN_CHOSEN,
      dd_object ("node", dd_string (node->name), "zone", dd_string (node->zone), NULL));
  if (dd_engine_is_nameless (node))
    {
      dd_engine_enter (self, DD_STATE_DRAIN_SURPLUS);
      return;
    }
  expect (self);
  dd_engine_enter (self, DD_STATE_CORDON_SURPLUS);
}

static void
take_candidates (GPtrArray *nodes, const GError *error, gpointer data)
{
  DdEngine *self = data;
  g_autoptr (DdKubeNode) nameless = NULL;

  if (nodes == NULL)
    {
      dd_engine_fail_with (self, error);
      return;
    }
  nameless = find_nameless (self, nodes);
  find_candidates (self, nodes);
  self->counted_candidates = 0;
  self->fewest = (DdLeaverPods) { TRUE, G_MAXUINT };
  if (nameless != NULL)
    choose (self, nameless);
  else if (self->unemptied->len > 0
           && (self->candidates->len == 0 || self->unemptied->len >= MOST_UNEMPTIED))
    fail_unemptied (self);
  else if (self->candidates->len == 0)
    fail_without_candidate (self);
  else if (find_in_hand (self) != NULL)
    choose (self, find_in_hand (self));
  else
    dd_engine_enter (self, DD_STATE_COUNT_PODS);
}

/* By instance, not by label: pods may be on a node that lost its label. */
void
dd_surplus_list (DdEngine *self)
{
  g_autofree char *version = g_strdup_printf ("%" G_GINT64_FORMAT, self->target_version);
  DdMembership membership = { .group = self->before->name,
                              .version = version,
                              .image = self->image,
                              .updated = TRUE,
                              .outdated = TRUE };

  g_clear_pointer (&self->lister, dd_lister_free);
  self->lister = dd_lister_new_of_group (self->caller, &membership, take_candidates, self);
}

/* One that has run to its end leaves without being missed. */
static void
count_evictable (DdLeaverPods *count, const GPtrArray *pods)
{
  for (guint i = 0; i < pods->len; i++)
    {
      const DdKubePod *pod = g_ptr_array_index (pods, i);

      if (pod->stays || pod->ended)
        continue;
      count->evictable++;
      count->have_claims |= pod->has_claims;
    }
}

static gboolean
is_less (const DdEngine *self, const DdLeaverPods *pods, const DdLeaverPods *than)
{
  if (self->last_of_zones && pods->have_claims != than->have_claims)
    return than->have_claims;
  return pods->evictable < than->evictable;
}

static void
ask_for_pods (DdEngine *self, const char *token)
{
  const DdKubeNode *node = g_ptr_array_index (self->candidates, self->counted_candidates);

  dd_engine_send (self, "list pods", dd_kube_list_pods_on_node (node->name, token));
}

/* One after the other; none can have fewer than none. */
static void
note_count (DdEngine *self)
{
  if (is_less (self, &self->pods_here, &self->fewest))
    {
      self->fewest = self->pods_here;
      self->emptiest = self->counted_candidates;
    }
  self->counted_candidates++;
  if (self->fewest.evictable == 0 || self->counted_candidates == self->candidates->len)
    choose (self, g_ptr_array_index (self->candidates, self->emptiest));
  else
    dd_engine_enter (self, DD_STATE_COUNT_PODS);
}

void
dd_surplus_count_pods (DdEngine *self)
{
  self->pods_here = (DdLeaverPods) { FALSE, 0 };
  ask_for_pods (self, NULL);
}

void
dd_surplus_take_pods (DdEngine *self, const DdReply *reply)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) pods = g_ptr_array_new_with_free_func ((GDestroyNotify) dd_kube_pod_free);
  g_autofree char *token = NULL;

  if (!dd_kube_pods_from_reply (reply, pods, &token, &error))
    {
      dd_engine_fail_with (self, error);
      return;
    }
  count_evictable (&self->pods_here, pods);
  if (token != NULL)
    ask_for_pods (self, token);
  else
    note_count (self);
}

/* ---- it leaves ---- */

static void
note_cordoned (const GError *error, gpointer data)
{
  DdEngine *self = data;

  if (error != NULL)
    dd_engine_fail_with (self, error);
  else
    dd_engine_enter (self, DD_STATE_DRAIN_SURPLUS);
}

void
dd_surplus_cordon (DdEngine *self)
{
  g_clear_pointer (&self->patcher, dd_patcher_free);
  self->patcher
      = dd_patcher_new (self->caller, self->context.clock, FALSE, NULL, note_cordoned, self);
  dd_patcher_add (self->patcher, self->leaver, DD_WRITE_CORDON);
  dd_patcher_start (self->patcher);
}

static void
note_unemptied (DdEngine *self, GPtrArray *overdue)
{
  g_autofree char *why = dd_explain_drains (overdue, dd_engine_now (self));

  g_ptr_array_add (self->unemptied, g_strdup (self->leaver->name));
  g_string_append_printf (self->why_unemptied, "%s%s", self->why_unemptied->len > 0 ? "\n" : "",
                          why);
  dd_engine_enter (self, DD_STATE_UNCORDON_SURPLUS);
}

/* Whether a node that the group no longer had took the desired size down nobody knows: it may have
 * been us, in a request whose answer was lost. */
static void
note_left (const DdWavesResult *result, gpointer data)
{
  DdEngine *self = data;

  if (result->error != NULL && dd_size_may_have_changed (self, result->error))
    {
      dd_engine_enter (self, DD_STATE_UNCORDON_SURPLUS);
      return;
    }
  if (result->error != NULL)
    {
      dd_engine_fail_with (self, result->error);
      return;
    }
  if (result->overdue->len > 0)
    {
      note_unemptied (self, result->overdue);
      return;
    }
  self->desired = self->group->desired - 1;
  dd_size_note_granted (self);
  self->was_less = result->shrunk_from >= 0 && result->shrunk_from < self->group->desired;
  if (result->kept_places > 0)
    self->former_desired = self->group->desired;
  g_hash_table_remove (self->marked, self->leaver->name);
  g_hash_table_add (self->handled, g_strdup (self->leaver->name));
  g_ptr_array_set_size (self->retiring, 0);
  self->moves_since = dd_engine_now (self);
  dd_engine_enter (self, DD_STATE_AWAIT_SHRINK);
}

void
dd_surplus_drain (DdEngine *self)
{
  DdWavesOptions options = {
    .machine = dd_engine_machine_context (self),
    .parallelism = 1,
    .waves_before = self->batches++,
    .done = note_left,
    .data = self,
  };
  DdNodeWay way = { .drain = !dd_engine_is_nameless (self->leaver),
                    .force = self->options.force,
                    .decrement = TRUE };

  g_clear_pointer (&self->waves, dd_waves_free);
  self->waves = dd_waves_new (&options);
  dd_waves_add (self->waves, self->leaver, &way);
  dd_waves_start (self->waves);
}

/* ---- it stays ---- */

static void
note_uncordoned (const GError *error, gpointer data)
{
  DdEngine *self = data;

  if (error != NULL)
    {
      dd_engine_fail_with (self, error);
      return;
    }
  g_ptr_array_set_size (self->retiring, 0);
  dd_engine_enter (self, self->surplus_over ? DD_STATE_LIST_PROTECTED : DD_STATE_READ_SIZE);
}

/* What somebody else had cordoned stays so. */
static void
take_in_hand (GPtrArray *nodes, const GError *error, gpointer data)
{
  DdEngine *self = data;

  if (nodes == NULL)
    {
      dd_engine_fail_with (self, error);
      return;
    }
  g_clear_pointer (&self->patcher, dd_patcher_free);
  self->patcher = dd_patcher_new (self->caller, self->context.clock, TRUE, dd_engine_trace_unmarked,
                                  note_uncordoned, self);
  for (guint i = 0; i < nodes->len; i++)
    {
      DdKubeNode *node = g_ptr_array_index (nodes, i);

      if (!is_in_hand (self, node))
        continue;
      dd_patcher_add (self->patcher, node, dd_marks_of_leaving (&self->options.knobs));
      g_hash_table_remove (self->marked, node->name);
    }
  dd_patcher_start (self->patcher);
}

void
dd_surplus_uncordon (DdEngine *self)
{
  dd_engine_list (self, DD_NODES_UPDATED, take_in_hand);
}
