/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "sim/kube/controllers/stateful-set.h"

#include "sim/kube/controllers/conditions.h"
#include "sim/kube/controllers/workload.h"
#include "sim/kube/controllers/writes.h"
#include "sim/kube/kinds/recorder.h"

#include <string.h>

/* Keeps pods with names: NAME-0, NAME-1 ... Each run goes through them in order and stops, unless
 * spec.podManagementPolicy is Parallel, at the first that is not as it should be: a pod that is
 * missing is made, one that is on its way out or not Ready is waited for. Then pods that are one
 * too many go, the highest first, and then those of an older template. A name is taken until the
 * object that has it is gone, so a pod whose node vanished holds up its successor. Imitates:
 * Kubernetes, StatefulSets; kubernetes/kubernetes, pkg/controller/statefulset, updateStatefulSet.
 *
 * Not imitated: adoption of pods without an owner, and maxUnavailable, which is alpha. */

#define COMPONENT "statefulset-controller"

typedef struct
{
  SimActors *actors;
  SimController *queue;
} StatefulSets;

/* One run for one set. */
typedef struct
{
  StatefulSets *self;
  SimObject *set;
  SimRevisions revisions;
  GPtrArray *pods;      /* all of the set, as references */
  GPtrArray *members;   /* by ordinal, from spec.ordinals.start on; NULL where one is missing */
  GPtrArray *condemned; /* the highest ordinal first */
  const SimObject *first_unhealthy;
  gint64 start;
  gboolean ordered;
  GError *problem; /* the first refusal */
} Work;

/* ---- pods ---- */

/* -1: POD's name is not one that the set would give. */
static gint64
ordinal_of (const Work *work, const SimObject *pod)
{
  gsize prefix = strlen (work->set->name);
  guint64 ordinal;

  if (strncmp (pod->name, work->set->name, prefix) != 0 || pod->name[prefix] != '-'
      || !g_ascii_string_to_unsigned (pod->name + prefix + 1, 10, 0, G_MAXINT32, &ordinal, NULL))
    return -1;
  return (gint64) ordinal;
}

static gboolean
is_ready (const SimObject *pod)
{
  const KubePodView *view = kube_pod_view (pod);

  return view->ready && strcmp (view->phase, "Running") == 0;
}

/* When it is not yet, the set is looked at again when it will be. */
static gboolean
is_available (const Work *work, const SimObject *pod)
{
  SimActors *actors = work->self->actors;
  DdUsec now = sim_stage_now (actors->stage);
  DdUsec wait = dd_value_path_int (work->set->value, "spec.minReadySeconds", 0) * DD_SECOND;

  if (!is_ready (pod))
    return FALSE;
  if (sim_workload_pod_is_available (actors, work->set, pod))
    return TRUE;
  sim_controller_add_after (work->self->queue, work->set->namespace_, work->set->name,
                            sim_pod_ready_since (pod, now) + wait - now);
  return FALSE;
}

static gboolean
is_of_update (const Work *work, const SimObject *pod)
{
  return g_strcmp0 (sim_revision_of_pod (pod), work->revisions.update->name) == 0;
}

static const char *
update_type (const Work *work)
{
  return dd_value_path_string (work->set->value, "spec.updateStrategy.type");
}

static gint64
partition_of (const Work *work)
{
  return dd_value_path_int (work->set->value, "spec.updateStrategy.rollingUpdate.partition", 0);
}

/* Imitates: newVersionedStatefulSetPod, isCurrentRevisionNeeded. */
static const SimObject *
revision_for (const Work *work, gint64 ordinal)
{
  gboolean rolling = g_strcmp0 (update_type (work), "RollingUpdate") == 0;

  return rolling && ordinal < work->start + partition_of (work) ? work->revisions.current
                                                                : work->revisions.update;
}

/* SPEC's volumes, those of the claim templates in place of any of the same name. */
static DdValue *
volumes_of (const Work *work, const DdValue *spec, const char *pod)
{
  const DdValue *own = dd_value_member (spec, "volumes");
  const DdValue *claims = dd_value_path (work->set->value, "spec.volumeClaimTemplates");
  g_autoptr (GHashTable) claimed = g_hash_table_new (g_str_hash, g_str_equal);
  g_auto (DdBuilder) all = dd_builder_array ();

  for (gsize i = 0; i < dd_value_length (claims); i++)
    {
      const char *name = dd_value_path_string (dd_value_element (claims, i), "metadata.name");

      if (name == NULL)
        continue;
      g_hash_table_add (claimed, (gpointer) name);
      dd_builder_add (
          &all,
          dd_object ("name", dd_string (name), "persistentVolumeClaim",
                     dd_object ("claimName", dd_string_printf ("%s-%s", name, pod), NULL), NULL));
    }
  for (gsize i = 0; i < dd_value_length (own); i++)
    {
      const DdValue *volume = dd_value_element (own, i);
      const char *name = dd_value_path_string (volume, "name");

      if (name == NULL || !g_hash_table_contains (claimed, name))
        dd_builder_add (&all, dd_value_ref (volume));
    }
  return dd_builder_end (&all);
}

static DdValue *
spec_of (const Work *work, const DdValue *template, const char *name)
{
  const DdValue *spec = dd_value_member (template, "spec");
  const char *service = dd_value_path_string (work->set->value, "spec.serviceName");
  g_autoptr (DdValue) volumes = volumes_of (work, spec, name);
  DdValue *all = dd_value_with_member (spec, "hostname", dd_string (name));

  if (service != NULL && *service != '\0')
    dd_value_set (&all, "subdomain", dd_string (service));
  if (dd_value_length (volumes) > 0)
    dd_value_set (&all, "volumes", g_steal_pointer (&volumes));
  return all;
}

static DdValue *
pod_for (const Work *work, gint64 ordinal, const char *name)
{
  const SimObject *revision = revision_for (work, ordinal);
  const DdValue *template = sim_revision_template (revision);
  const DdValue *annotations = dd_value_path (template, "metadata.annotations");
  g_autoptr (DdValue) labels = dd_object (
      "statefulset.kubernetes.io/pod-name", dd_string (name), "controller-revision-hash",
      dd_string (revision->name), "apps.kubernetes.io/pod-index",
      work->self->actors->api->minor >= 28 ? dd_string_printf ("%" G_GINT64_FORMAT, ordinal) : NULL,
      NULL);

  return dd_object ("metadata",
                    dd_object ("name", dd_string (name), "generateName",
                               dd_string_printf ("%s-", work->set->name), "labels",
                               dd_value_merge (dd_value_path (template, "metadata.labels"), labels),
                               "annotations",
                               annotations != NULL ? dd_value_ref (annotations) : NULL,
                               "ownerReferences", sim_owner_references (work->set), NULL),
                    "spec", spec_of (work, template, name), NULL);
}

static void G_GNUC_PRINTF (4, 5)
    record (const Work *work, const char *type, const char *reason, const char *format, ...)
{
  g_autofree char *message = NULL;
  va_list arguments;

  va_start (arguments, format);
  message = g_strdup_vprintf (format, arguments);
  va_end (arguments);
  kube_record_event (work->self->actors->api, work->set, COMPONENT, NULL, type, reason, "%s",
                     message);
}

static void
tell (const Work *work, DdEvent what, const char *pod)
{
  g_autofree char *subject = g_strconcat (work->set->namespace_, "/", pod, NULL);

  sim_stage_trace (work->self->actors->stage, sim_actor_stateful_set.name, what, subject,
                   dd_object ("owner", dd_string (work->set->name), NULL));
}

/* The claim that TEMPLATE makes for the pod of that name. Imitates: getPersistentVolumeClaims. */
static DdValue *
claim_for (const Work *work, const DdValue *template, const char *name)
{
  const DdValue *own = dd_value_path (template, "metadata.labels");
  const DdValue *selected = dd_value_path (work->set->value, "spec.selector.matchLabels");
  DdValue *labels = own != NULL && selected != NULL ? dd_value_merge (own, selected)
                    : own != NULL                   ? dd_value_ref (own)
                    : selected != NULL              ? dd_value_ref (selected)
                                                    : NULL;
  DdValue *claim = dd_value_with_path (template, "metadata.name", dd_string (name));

  dd_value_set (&claim, "metadata.labels", labels);
  dd_value_set (&claim, "status", NULL);
  return claim;
}

/* TRUE: the claim is there, now or already. */
static gboolean
create_claim (Work *work, const DdValue *template, const char *pod)
{
  SimActors *actors = work->self->actors;
  g_autofree char *name
      = g_strdup_printf ("%s-%s", dd_value_path_string (template, "metadata.name"), pod);
  g_autoptr (DdValue) value = NULL;
  g_autoptr (SimObject) claim = NULL;

  if (sim_store_get (actors->store, &kube_persistent_volume_claim, work->set->namespace_, name)
      != NULL)
    return TRUE;
  value = claim_for (work, template, name);
  claim = sim_write_create (actors, &sim_actor_stateful_set, &kube_persistent_volume_claim,
                            work->set->namespace_, value, &work->problem);
  if (claim == NULL)
    {
      record (work, "Warning", "FailedCreate",
              "create Claim %s for Pod %s in StatefulSet %s failed error: %s", name, pod,
              work->set->name, work->problem->message);
      return FALSE;
    }
  record (work, "Normal", "SuccessfulCreate", "create Claim %s Pod %s in StatefulSet %s success",
          name, pod, work->set->name);
  return TRUE;
}

static gboolean
create_claims (Work *work, const char *pod)
{
  const DdValue *templates = dd_value_path (work->set->value, "spec.volumeClaimTemplates");

  for (gsize i = 0; i < dd_value_length (templates); i++)
    if (!create_claim (work, dd_value_element (templates, i), pod))
      return FALSE;
  return TRUE;
}

static void
create_pod (Work *work, gint64 ordinal)
{
  g_autofree char *name = g_strdup_printf ("%s-%" G_GINT64_FORMAT, work->set->name, ordinal);
  g_autoptr (DdValue) value = pod_for (work, ordinal, name);
  g_autoptr (SimObject) pod = NULL;

  if (!create_claims (work, name))
    return;
  pod = sim_write_create (work->self->actors, &sim_actor_stateful_set, &kube_pod,
                          work->set->namespace_, value, &work->problem);
  if (pod == NULL)
    {
      record (work, "Warning", "FailedCreate", "create Pod %s in StatefulSet %s failed error: %s",
              name, work->set->name, work->problem->message);
      return;
    }
  record (work, "Normal", "SuccessfulCreate", "create Pod %s in StatefulSet %s successful", name,
          work->set->name);
  tell (work, DD_EVENT_POD_CREATED, name);
}

static void
delete_pod (Work *work, const SimObject *pod)
{
  KubeDelete options = KUBE_DELETE_DEFAULT;
  g_autoptr (SimObject) deleted = NULL;

  options.uid = pod->uid;
  deleted = sim_write_delete (work->self->actors, &sim_actor_stateful_set, pod, &options,
                              &work->problem);
  if (deleted == NULL)
    {
      record (work, "Warning", "FailedDelete", "delete Pod %s in StatefulSet %s failed error: %s",
              pod->name, work->set->name, work->problem->message);
      return;
    }
  record (work, "Normal", "SuccessfulDelete", "delete Pod %s in StatefulSet %s successful",
          pod->name, work->set->name);
  tell (work, DD_EVENT_POD_DELETED, pod->name);
}

/* ---- one run ---- */

static int
compare_condemned (gconstpointer left, gconstpointer right, gpointer data)
{
  gint64 a = ordinal_of (data, *(SimObject *const *) left);
  gint64 b = ordinal_of (data, *(SimObject *const *) right);

  return a > b ? -1 : a < b;
}

static void
find_pods (Work *work)
{
  g_autoptr (GPtrArray) all = sim_store_dependents (work->self->actors->store, work->set->uid);

  for (guint i = 0; i < all->len; i++)
    {
      SimObject *pod = g_ptr_array_index (all, i);
      gint64 ordinal = pod->kind == &kube_pod ? ordinal_of (work, pod) : -1;

      if (ordinal < 0)
        continue;
      g_ptr_array_add (work->pods, sim_object_ref (pod));
      if (ordinal >= work->start && ordinal < work->start + (gint64) work->members->len)
        g_ptr_array_index (work->members, ordinal - work->start) = pod;
      else
        g_ptr_array_add (work->condemned, pod);
    }
  g_ptr_array_sort_with_data (work->condemned, compare_condemned, work);
}

static gboolean
is_healthy (const SimObject *pod)
{
  return pod != NULL && is_ready (pod) && !kube_pod_view (pod)->terminating;
}

/* The lowest ordinal, or else the highest of those that are one too many. */
static void
find_first_unhealthy (Work *work)
{
  for (guint i = 0; i < work->members->len; i++)
    if (!is_healthy (g_ptr_array_index (work->members, i)))
      {
        work->first_unhealthy = g_ptr_array_index (work->members, i);
        return;
      }
  for (guint i = 0; i < work->condemned->len && work->first_unhealthy == NULL; i++)
    if (!is_healthy (g_ptr_array_index (work->condemned, i)))
      work->first_unhealthy = g_ptr_array_index (work->condemned, i);
}

/* TRUE: those behind it must wait. Imitates: processReplica. */
static gboolean
settle_member (Work *work, guint at)
{
  const SimObject *pod = g_ptr_array_index (work->members, at);
  const KubePodView *view = pod != NULL ? kube_pod_view (pod) : NULL;

  if (pod == NULL)
    {
      create_pod (work, work->start + at);
      return work->ordered;
    }
  if (view->finished)
    {
      gboolean failed = strcmp (view->phase, "Failed") == 0;

      if (view->terminating)
        return TRUE;
      record (work, failed ? "Warning" : "Normal",
              failed ? "RecreatingFailedPod" : "RecreatingTerminatedPod",
              "StatefulSet %s/%s is recreating %s Pod %s", work->set->namespace_, work->set->name,
              failed ? "failed" : "terminated", pod->name);
      delete_pod (work, pod);
      return TRUE;
    }
  return work->ordered && (view->terminating || !is_available (work, pod));
}

/* TRUE: those below must wait. Imitates: processCondemned. */
static gboolean
settle_condemned (Work *work, const SimObject *pod)
{
  if (kube_pod_view (pod)->terminating)
    return work->ordered;
  if (work->ordered && pod != work->first_unhealthy && !is_available (work, pod))
    return TRUE;
  delete_pod (work, pod);
  return work->ordered;
}

/* One pod of another template after the other goes, the highest first, when all above it are
 * well. */
static void
roll_on (Work *work)
{
  for (gint64 at = (gint64) work->members->len - 1; at >= partition_of (work); at--)
    {
      const SimObject *pod = g_ptr_array_index (work->members, at);

      if (pod != NULL && !is_of_update (work, pod) && !kube_pod_view (pod)->terminating)
        {
          delete_pod (work, pod);
          return;
        }
      if (!is_healthy (pod) || !is_available (work, pod))
        return;
    }
}

static void
settle (Work *work)
{
  if (sim_is_terminating (work->set)
      || sim_namespace_is_closing (work->self->actors, work->set->namespace_))
    return;
  for (guint i = 0; i < work->members->len && work->problem == NULL; i++)
    if (settle_member (work, i))
      return;
  for (guint i = 0; i < work->condemned->len && work->problem == NULL; i++)
    if (settle_condemned (work, g_ptr_array_index (work->condemned, i)))
      return;
  if (work->problem == NULL && g_strcmp0 (update_type (work), "OnDelete") != 0)
    roll_on (work);
}

/* ---- status ---- */

typedef struct
{
  gint64 all, ready, available, current, updated;
} Counts;

static Counts
count_pods (const Work *work)
{
  Counts counts = { 0 };

  for (guint i = 0; i < work->pods->len; i++)
    {
      const SimObject *pod = g_ptr_array_index (work->pods, i);
      const char *revision = sim_revision_of_pod (pod);

      counts.all++;
      counts.ready += is_ready (pod);
      counts.available += is_available (work, pod);
      if (kube_pod_view (pod)->terminating)
        continue;
      counts.current += g_strcmp0 (revision, work->revisions.current->name) == 0;
      counts.updated += g_strcmp0 (revision, work->revisions.update->name) == 0;
    }
  return counts;
}

static DdValue *
count_or_nothing (gint64 count)
{
  return count > 0 ? dd_int (count) : NULL;
}

/* Imitates: completeRollingUpdate. */
static gboolean
is_through (const Work *work, const Counts *counts)
{
  return g_strcmp0 (update_type (work), "RollingUpdate") == 0 && counts->updated == counts->all
         && counts->ready == counts->all;
}

/* The pods as they were before this run; what it changed brings the next one. */
static void
write_status (Work *work)
{
  Counts counts = count_pods (work);
  gboolean through = is_through (work, &counts);
  const SimObject *current = through ? work->revisions.update : work->revisions.current;

  sim_actors_post_status (
      work->self->actors, &sim_actor_stateful_set, work->set,
      dd_object ("observedGeneration",
                 dd_int (dd_value_path_int (work->set->value, "metadata.generation", 0)),
                 "replicas", dd_int (counts.all), "readyReplicas", count_or_nothing (counts.ready),
                 "currentReplicas", count_or_nothing (through ? counts.updated : counts.current),
                 "updatedReplicas", count_or_nothing (counts.updated), "currentRevision",
                 dd_string (current->name), "updateRevision",
                 dd_string (work->revisions.update->name), "collisionCount", dd_int (0),
                 "availableReplicas", dd_int (counts.available), NULL));
}

/* ---- the queue ---- */

static void
work_clear (Work *work)
{
  g_ptr_array_unref (work->pods);
  g_ptr_array_unref (work->members);
  g_ptr_array_unref (work->condemned);
  sim_revisions_clear (&work->revisions);
  g_clear_error (&work->problem);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Work, work_clear)

static void
work_init (Work *work, StatefulSets *self, SimObject *set)
{
  const char *policy = dd_value_path_string (set->value, "spec.podManagementPolicy");

  *work = (Work) {
    .self = self,
    .set = set,
    .start = dd_value_path_int (set->value, "spec.ordinals.start", 0),
    .ordered = g_strcmp0 (policy, "Parallel") != 0,
    .pods = g_ptr_array_new_with_free_func ((GDestroyNotify) sim_object_unref),
    .members = g_ptr_array_new (),
    .condemned = g_ptr_array_new (),
  };
  g_ptr_array_set_size (work->members, (int) dd_value_path_int (set->value, "spec.replicas", 1));
}

static gboolean
reconcile (gpointer data, const char *namespace_, const char *name, GError **error)
{
  StatefulSets *self = data;
  SimObject *found = sim_store_get (self->actors->store, &kube_stateful_set, namespace_, name);
  g_autoptr (SimObject) set = found != NULL ? sim_object_ref (found) : NULL;
  g_auto (Work) work = { 0 };

  if (set == NULL)
    return TRUE;
  work_init (&work, self, set);
  if (!sim_revisions_find (self->actors, set, &work.revisions, error))
    return FALSE;
  find_pods (&work);
  find_first_unhealthy (&work);
  settle (&work);
  write_status (&work);
  if (work.problem == NULL)
    return sim_revisions_trim (self->actors, set, &work.revisions, work.pods, error);
  g_propagate_error (error, g_steal_pointer (&work.problem));
  return FALSE;
}

static void
pod_changed (SimStore *store G_GNUC_UNUSED, const SimChange *change, gpointer data)
{
  StatefulSets *self = data;
  const KubePodView *view = kube_pod_view (change->object);

  if (g_strcmp0 (view->owner_kind, "StatefulSet") == 0 && sim_pod_change_counts (change))
    sim_controller_add (self->queue, change->object->namespace_, view->owner_name);
}

static gpointer
start (SimActors *actors)
{
  StatefulSets *self = g_new0 (StatefulSets, 1);

  self->actors = actors;
  self->queue = sim_controller_new (actors->stage, reconcile, self);
  sim_controller_watch (self->queue, actors->store, &kube_stateful_set);
  sim_store_subscribe (actors->store, &kube_pod, pod_changed, self);
  return self;
}

static void
stop (gpointer data)
{
  StatefulSets *self = data;

  sim_store_unsubscribe (self->actors->store, pod_changed, self);
  sim_controller_free (self->queue);
  g_free (self);
}

static const char *const writes[] = { "create controllerrevisions",
                                      "update controllerrevisions",
                                      "delete controllerrevisions",
                                      "create persistentvolumeclaims",
                                      "create pods",
                                      "delete pods",
                                      NULL };

const SimActorClass sim_actor_stateful_set = { "statefulset", start, stop, writes };
