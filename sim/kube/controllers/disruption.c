/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include <stdlib.h>

#include "base/time.h"
#include "sim/kube/controllers/actor.h"
#include "sim/kube/controllers/conditions.h"
#include "sim/kube/kinds/recorder.h"
#include "sim/kube/scale.h"

/* Keeps the status of PodDisruptionBudgets, which is all that the Eviction API looks at. Imitates:
 * Kubernetes, Specifying a Disruption Budget; the disruption controller. Each budget has a group
 * of the census, so a pod that becomes ready costs the same whether the budget covers ten pods or
 * ten thousand. */

/* How long an eviction may stay unconfirmed before its pod counts again. */
#define EVICTION_UNCONFIRMED (2 * DD_MINUTE)
#define COMPONENT "controllermanager"

/* A budget as the census knows it. */
typedef struct
{
  char *namespace_, *name;
  DdValue *selector;
  const SimGroup *group;
} Followed;

typedef struct
{
  SimActors *actors;
  SimController *queue;
  GHashTable *by_uid;   /* uid of the budget -> Followed */
  GHashTable *by_group; /* SimGroup -> GPtrArray of Followed, in the order they began */
} Disruption;

/* What the budget amounts to. */
typedef struct
{
  gint64 expected, desired, healthy, allowed;
  DdValue *evicted; /* disruptedPods that still count as gone */
  DdUsec recheck;   /* when the next of them expires; 0: never */
} Figures;

/* ---- how many pods there should be ---- */

static const DdValue *
owner_of_kind (const SimObject *object, const char *kind)
{
  const DdValue *owner = sim_controller_reference (object);

  return g_strcmp0 (dd_value_path_string (owner, "kind"), kind) == 0 ? owner : NULL;
}

/* What sizes the pods of this controller: the Deployment behind a ReplicaSet, or itself. NULL when
 * it is gone. */
static const SimObject *
scaled_object (Disruption *self, const char *uid)
{
  const SimObject *object = sim_store_get_by_uid (self->actors->store, uid);
  const DdValue *owner;

  if (object == NULL || object->kind != &kube_replica_set)
    return object;
  owner = owner_of_kind (object, "Deployment");
  if (owner == NULL)
    return object;
  return sim_store_get_by_uid (self->actors->store, dd_value_path_string (owner, "uid"));
}

static int
compare_text (gconstpointer left, gconstpointer right)
{
  return g_strcmp0 (*(const char *const *) left, *(const char *const *) right);
}

/* The first pod of BUDGET whose controller has that uid. */
static const SimObject *
pod_owned_by (Disruption *self, const SimObject *budget, const char *uid)
{
  const DdValue *selector = dd_value_path (budget->value, "spec.selector");
  g_autoptr (GPtrArray) pods = sim_store_list (self->actors->store, &kube_pod, budget->namespace_);

  for (guint i = 0; i < pods->len; i++)
    {
      const SimObject *pod = g_ptr_array_index (pods, i);

      if (g_strcmp0 (kube_pod_view (pod)->owner_uid, uid) == 0
          && kube_label_selector_matches (selector, kube_pod_view (pod)->labels))
        return sim_store_get (self->actors->store, &kube_pod, pod->namespace_, pod->name);
    }
  return NULL;
}

/* What the search for a scale ends with when the controller of POD is not in the store: its kind
 * has none, is not known at all, or that one object is gone. */
static void
set_no_scale (Disruption *self, const SimObject *pod, GError **error)
{
  const DdValue *owner = sim_controller_reference (pod);
  const char *version = dd_value_path_string (owner, "apiVersion");
  const char *kind = dd_value_path_string (owner, "kind");
  const KubeKind *known = kube_catalogue_find_by_name (self->actors->api->catalogue, version, kind);
  gboolean scaled = known != NULL && (known->subresources & KUBE_SUB_SCALE) != 0;
  g_autofree char *resource = known != NULL ? kube_kind_resource (known) : NULL;

  if (scaled || g_strcmp0 (version, "apps/v1") == 0)
    g_set_error (error, KUBE_ERROR, KUBE_INTERNAL_ERROR, "found no controllers for pod \"%s\"",
                 pod->name);
  else if (resource != NULL)
    g_set_error (error, KUBE_ERROR, KUBE_INTERNAL_ERROR,
                 "%s does not implement the scale subresource", resource);
  else
    g_set_error (error, KUBE_ERROR, KUBE_INTERNAL_ERROR,
                 "no matches for kind \"%s\" in version \"%s\"", kind, version);
}

/* Adds the scale of the controller with that uid. Imitates: kubernetes/kubernetes,
 * pkg/controller/disruption, getExpectedScale and getScaleController. */
static gboolean
add_scale (Disruption *self, const SimObject *budget, const char *uid, GHashTable *counted,
           gint64 *sum, GError **error)
{
  const SimObject *object = scaled_object (self, uid);
  g_autofree char *resource = NULL;

  if (object == NULL)
    {
      const SimObject *pod = pod_owned_by (self, budget, uid);

      if (pod != NULL)
        set_no_scale (self, pod, error);
      return pod == NULL;
    }
  if (!g_hash_table_add (counted, (gpointer) object->uid))
    return TRUE;
  if ((object->kind->subresources & KUBE_SUB_SCALE) == 0)
    {
      resource = kube_kind_resource (object->kind);
      g_set_error (error, KUBE_ERROR, KUBE_INTERNAL_ERROR,
                   "%s does not implement the scale subresource", resource);
      return FALSE;
    }
  *sum += kube_scale_wanted (object, 1);
  return kube_scale_check (object, error);
}

/* The sum of the scales of all controllers that own a pod of GROUP. */
static gboolean
sum_of_scales (Disruption *self, const SimObject *budget, const SimGroup *group, gint64 *out_sum,
               GError **error)
{
  g_autoptr (GHashTable) counted = g_hash_table_new (g_str_hash, g_str_equal);
  guint n;
  g_autofree char **uids = (char **) g_hash_table_get_keys_as_array (group->by_owner, &n);
  gint64 sum = 0;

  qsort (uids, n, sizeof *uids, compare_text);
  for (guint i = 0; i < n; i++)
    if (*uids[i] == '\0')
      kube_record_event (self->actors->api, budget, COMPONENT, NULL, "Warning", "UnmanagedPods",
                         "Pods selected by this PodDisruptionBudget (selector) were found to be "
                         "unmanaged. As a result, the status of the PDB cannot be calculated "
                         "correctly, which may result in undefined behavior.");
    else if (!add_scale (self, budget, uids[i], counted, &sum, error))
      return FALSE;
  *out_sum = sum;
  return TRUE;
}

static gboolean
wanted (Disruption *self, const SimObject *budget, const SimGroup *group, Figures *figures,
        GError **error)
{
  const DdValue *most = dd_value_path (budget->value, "spec.maxUnavailable");
  const DdValue *least = dd_value_path (budget->value, "spec.minAvailable");
  gboolean counts = most == NULL && dd_value_string (least) == NULL;

  figures->expected = group->total;
  if (!counts && !sum_of_scales (self, budget, group, &figures->expected, error))
    return FALSE;
  if (most != NULL)
    figures->desired
        = MAX (figures->expected - sim_scaled_value (most, figures->expected, TRUE, 0), 0);
  else
    figures->desired = sim_scaled_value (least, figures->expected, TRUE, 0);
  return TRUE;
}

/* ---- how many there are ---- */

/* An evicted pod that has not begun to leave. Its time came and it is still there: it counts
 * again, with a warning. */
static gboolean
still_leaving (Disruption *self, const SimObject *pod, const DdValue *since, Figures *figures)
{
  DdUsec now = sim_stage_now (self->actors->stage);
  DdUsec due = now;

  if (dd_time_from_iso8601 (dd_value_string (since) != NULL ? dd_value_string (since) : "", &due))
    due += EVICTION_UNCONFIRMED;
  if (due > now)
    {
      figures->recheck = figures->recheck == 0 ? due : MIN (figures->recheck, due);
      return TRUE;
    }
  kube_record_event (self->actors->api, pod, COMPONENT, NULL, "Warning", "NotDeleted",
                     "Pod was expected by PDB %s/%s to be deleted but it wasn't", pod->namespace_,
                     pod->name);
  return FALSE;
}

static void
count_healthy (Disruption *self, const SimObject *budget, const SimGroup *group, Figures *figures)
{
  const DdValue *evicted = dd_value_path (budget->value, "status.disruptedPods");
  g_auto (DdBuilder) kept = dd_builder_object ();

  figures->healthy = group->ready;
  for (gsize i = 0; i < dd_value_length (evicted); i++)
    {
      const char *name = dd_value_key (evicted, i);
      const DdValue *since = dd_value_nth (evicted, i);
      const SimObject *pod
          = sim_store_get (self->actors->store, &kube_pod, budget->namespace_, name);

      if (pod == NULL || kube_pod_view (pod)->terminating
          || !still_leaving (self, pod, since, figures))
        continue;
      if (kube_pod_view (pod)->ready && !kube_pod_view (pod)->finished)
        figures->healthy--;
      dd_builder_set (&kept, name, dd_value_ref (since));
    }
  if (kept.items->len > 0)
    figures->evicted = dd_builder_end (&kept);
}

/* ---- the status ---- */

static DdValue *
allowed_condition (Disruption *self, const SimObject *budget, gboolean allowed,
                   const GError *problem)
{
  const char *reason = problem != NULL ? "SyncFailed"
                       : allowed       ? "SufficientPods"
                                       : "InsufficientPods";

  return dd_object (
      "type", dd_string ("DisruptionAllowed"), "status", dd_string (allowed ? "True" : "False"),
      "observedGeneration", dd_int (dd_value_path_int (budget->value, "metadata.generation", 0)),
      "lastTransitionTime", sim_now_value (self->actors->stage), "reason", dd_string (reason),
      "message", dd_string (problem != NULL ? problem->message : ""), NULL);
}

static void
write_status (Disruption *self, SimObject *budget, Figures *figures)
{
  const DdValue *conditions = dd_value_path (budget->value, "status.conditions");
  g_autoptr (DdValue) counts = dd_object (
      "observedGeneration", dd_int (dd_value_path_int (budget->value, "metadata.generation", 0)),
      "disruptedPods", g_steal_pointer (&figures->evicted), "disruptionsAllowed",
      dd_int (figures->allowed), "currentHealthy", dd_int (figures->healthy), "desiredHealthy",
      dd_int (figures->desired), "expectedPods", dd_int (figures->expected), "conditions",
      conditions != NULL ? dd_value_ref (conditions) : NULL, NULL);
  sim_actors_post_status (
      self->actors, &sim_actor_disruption, budget,
      sim_status_with_condition (counts,
                                 allowed_condition (self, budget, figures->allowed > 0, NULL)));
}

/* Nothing may be evicted under a budget that cannot be worked out. */
static void
fail_safe (Disruption *self, SimObject *budget, const GError *problem)
{
  g_autoptr (DdValue) closed = dd_value_with_member (dd_value_member (budget->value, "status"),
                                                     "disruptionsAllowed", dd_int (0));

  kube_record_event (self->actors->api, budget, COMPONENT, NULL, "Warning",
                     "CalculateExpectedPodCountFailed",
                     "Failed to calculate the number of expected pods: %s", problem->message);
  sim_actors_post_status (
      self->actors, &sim_actor_disruption, budget,
      sim_status_with_condition (closed, allowed_condition (self, budget, FALSE, problem)));
}

static void
note_no_pods (Disruption *self, const SimObject *budget)
{
  kube_record_event (self->actors->api, budget, COMPONENT, NULL, "Normal", "NoPods",
                     "No matching pods found");
}

static gboolean
reconcile (gpointer data, const char *namespace_, const char *name, GError **error G_GNUC_UNUSED)
{
  Disruption *self = data;
  SimObject *found
      = sim_store_get (self->actors->store, &kube_pod_disruption_budget, namespace_, name);
  g_autoptr (SimObject) budget = found != NULL ? sim_object_ref (found) : NULL;
  const Followed *followed;
  g_autoptr (GError) problem = NULL;
  Figures figures = { 0 };

  if (budget == NULL)
    return TRUE;
  followed = g_hash_table_lookup (self->by_uid, budget->uid);
  if (followed->group->total == 0)
    note_no_pods (self, budget);
  if (!wanted (self, budget, followed->group, &figures, &problem))
    {
      fail_safe (self, budget, problem);
      return TRUE; /* only a change can help, and each change comes by here */
    }
  count_healthy (self, budget, followed->group, &figures);
  if (figures.expected > 0)
    figures.allowed = MAX (figures.healthy - figures.desired, 0);
  write_status (self, budget, &figures);
  if (figures.recheck > 0)
    sim_controller_add_after (self->queue, namespace_, name,
                              figures.recheck - sim_stage_now (self->actors->stage));
  return TRUE;
}

/* ---- what wakes it ---- */

static void
followed_free (gpointer data)
{
  Followed *followed = data;

  g_free (followed->namespace_);
  g_free (followed->name);
  dd_value_unref (followed->selector);
  g_free (followed);
}

static void
group_changed (const SimGroup *group, gpointer data)
{
  Disruption *self = data;
  const GPtrArray *budgets = g_hash_table_lookup (self->by_group, group);

  for (guint i = 0; budgets != NULL && i < budgets->len; i++)
    {
      const Followed *followed = g_ptr_array_index (budgets, i);

      sim_controller_add (self->queue, followed->namespace_, followed->name);
    }
}

static void
unfollow (Disruption *self, const char *uid)
{
  Followed *followed = g_hash_table_lookup (self->by_uid, uid);
  GPtrArray *budgets;

  if (followed == NULL)
    return;
  budgets = g_hash_table_lookup (self->by_group, followed->group);
  g_ptr_array_remove (budgets, followed);
  if (budgets->len == 0)
    g_hash_table_remove (self->by_group, followed->group);
  sim_census_leave (self->actors->census, followed->group);
  g_hash_table_remove (self->by_uid, uid);
}

static void
follow (Disruption *self, const SimObject *budget, const DdValue *selector)
{
  Followed *followed = g_new0 (Followed, 1);
  GPtrArray *budgets;

  followed->namespace_ = g_strdup (budget->namespace_);
  followed->name = g_strdup (budget->name);
  followed->selector = selector != NULL ? dd_value_ref (selector) : NULL;
  followed->group = sim_census_join (self->actors->census, budget->namespace_, selector);
  budgets = g_hash_table_lookup (self->by_group, followed->group);
  if (budgets == NULL)
    {
      budgets = g_ptr_array_new ();
      g_hash_table_insert (self->by_group, (gpointer) followed->group, budgets);
    }
  g_ptr_array_add (budgets, followed);
  g_hash_table_insert (self->by_uid, g_strdup (budget->uid), followed);
}

static void
budget_changed (SimStore *store G_GNUC_UNUSED, const SimChange *change, gpointer data)
{
  Disruption *self = data;
  const SimObject *budget = change->object;
  const DdValue *selector = dd_value_path (budget->value, "spec.selector");
  const Followed *followed = g_hash_table_lookup (self->by_uid, budget->uid);

  if (change->type == SIM_DELETED)
    {
      unfollow (self, budget->uid);
      return;
    }
  if (followed == NULL || !dd_value_equal (followed->selector, selector))
    {
      unfollow (self, budget->uid);
      follow (self, budget, selector);
    }
  sim_controller_add_object (self->queue, budget);
}

/* A new size changes what every budget over its pods expects. The pods come and go as well, but a
 * Deployment that cannot make its pods changes no pod at all. */
static void
size_changed (SimStore *store, const SimChange *change, gpointer data)
{
  Disruption *self = data;
  g_autoptr (GPtrArray) budgets = NULL;

  if (change->type == SIM_MODIFIED
      && kube_scale_wanted (change->previous, 1) == kube_scale_wanted (change->object, 1))
    return;
  budgets = sim_store_list (store, &kube_pod_disruption_budget, change->object->namespace_);
  for (guint i = 0; i < budgets->len; i++)
    {
      const SimObject *budget = g_ptr_array_index (budgets, i);

      if (kube_label_selector_matches (
              dd_value_path (budget->value, "spec.selector"),
              dd_value_path (change->object->value, "spec.template.metadata.labels")))
        sim_controller_add_object (self->queue, budget);
    }
}

static gpointer
start (SimActors *actors)
{
  Disruption *self = g_new0 (Disruption, 1);

  self->actors = actors;
  self->queue = sim_controller_new (actors->stage, reconcile, self);
  self->by_uid = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, followed_free);
  self->by_group = g_hash_table_new_full (NULL, NULL, NULL, (GDestroyNotify) g_ptr_array_unref);
  sim_store_subscribe (actors->store, &kube_pod_disruption_budget, budget_changed, self);
  sim_store_subscribe (actors->store, &kube_deployment, size_changed, self);
  sim_store_subscribe (actors->store, &kube_replica_set, size_changed, self);
  sim_store_subscribe (actors->store, &kube_stateful_set, size_changed, self);
  sim_census_set_listener (actors->census, group_changed, self);
  return self;
}

static void
stop (gpointer data)
{
  Disruption *self = data;

  sim_census_set_listener (self->actors->census, NULL, NULL);
  sim_store_unsubscribe (self->actors->store, budget_changed, self);
  sim_store_unsubscribe (self->actors->store, size_changed, self);
  sim_controller_free (self->queue);
  g_hash_table_unref (self->by_group);
  g_hash_table_unref (self->by_uid);
  g_free (self);
}

const SimActorClass sim_actor_disruption = { "disruption", start, stop };
