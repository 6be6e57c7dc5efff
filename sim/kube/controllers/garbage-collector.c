/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "sim/kube/controllers/conditions.h"
#include "sim/kube/controllers/writes.h"

/* Follows owner references: deletes what lost its last owner, and carries out the Foreground and
 * Orphan deletions that wait behind a finalizer. Imitates: Kubernetes, Garbage Collection. Keys are
 * uids; an owner of the same name but another uid is absent. */

#define FOREGROUND "foregroundDeletion"
#define ORPHAN "orphan"

typedef struct
{
  SimActors *actors;
  SimController *queue;
} Collector;

static const DdValue *
owners_of (const SimObject *object)
{
  return dd_value_path (object->value, "metadata.ownerReferences");
}

/* Owners of kinds that this server does not serve cannot be looked for, and so count as there; so
 * do those that were there before the world began. */
static gboolean
owner_is_absent (Collector *self, const DdValue *reference)
{
  const char *version = dd_value_path_string (reference, "apiVersion");
  const char *kind = dd_value_path_string (reference, "kind");
  const char *uid = dd_value_path_string (reference, "uid");

  return version != NULL && kind != NULL && uid != NULL
         && kube_catalogue_find_by_name (self->actors->api->catalogue, version, kind) != NULL
         && sim_store_get_by_uid (self->actors->store, uid) == NULL
         && !kube_owner_is_presumed (self->actors->api, uid);
}

/* An owner in foreground deletion waits for its dependents; it holds none of them. */
static gboolean
owner_is_waiting (Collector *self, const DdValue *reference)
{
  const char *uid = dd_value_path_string (reference, "uid");
  const SimObject *owner = uid != NULL ? sim_store_get_by_uid (self->actors->store, uid) : NULL;

  return owner != NULL && sim_is_terminating (owner) && sim_has_finalizer (owner, FOREGROUND);
}

static gboolean
write_metadata (Collector *self, const SimObject *object, const char *member, DdValue *list,
                GError **error)
{
  g_autoptr (DdValue) patch = dd_object ("metadata", dd_object (member, list, NULL), NULL);
  g_autoptr (SimObject) written
      = sim_write_merge (self->actors, &sim_actor_garbage_collector, "patch", object, patch, error);

  return written != NULL;
}

static gboolean
remove_finalizer (Collector *self, const SimObject *object, const char *name, GError **error)
{
  return write_metadata (self, object, "finalizers", sim_finalizers_without (object, name), error);
}

/* Leaves the references that DROP does not want. */
static gboolean
filter_owners (Collector *self, const SimObject *object,
               gboolean (*drop) (Collector *self, const DdValue *reference, const char *uid),
               const char *uid, GError **error)
{
  const DdValue *references = owners_of (object);
  DdBuilder rest = dd_builder_array ();

  for (gsize i = 0; i < dd_value_length (references); i++)
    if (!drop (self, dd_value_element (references, i), uid))
      dd_builder_add (&rest, dd_value_ref (dd_value_element (references, i)));
  return write_metadata (self, object, "ownerReferences", dd_builder_end (&rest), error);
}

static gboolean
is_reference_to (Collector *self G_GNUC_UNUSED, const DdValue *reference, const char *uid)
{
  return g_strcmp0 (dd_value_path_string (reference, "uid"), uid) == 0;
}

static gboolean
is_dangling (Collector *self, const DdValue *reference, const char *uid G_GNUC_UNUSED)
{
  return owner_is_absent (self, reference) || owner_is_waiting (self, reference);
}

static gboolean
orphan_dependents (Collector *self, const SimObject *owner, GError **error)
{
  g_autoptr (GPtrArray) dependents = sim_store_dependents (self->actors->store, owner->uid);

  for (guint i = 0; i < dependents->len; i++)
    if (!filter_owners (self, g_ptr_array_index (dependents, i), is_reference_to, owner->uid,
                        error))
      return FALSE;
  return remove_finalizer (self, owner, ORPHAN, error);
}

static gboolean
blocks (const SimObject *dependent, const char *owner_uid)
{
  const DdValue *references = owners_of (dependent);

  for (gsize i = 0; i < dd_value_length (references); i++)
    {
      const DdValue *reference = dd_value_element (references, i);

      if (is_reference_to (NULL, reference, owner_uid)
          && dd_value_path_bool (reference, "blockOwnerDeletion", FALSE))
        return TRUE;
    }
  return FALSE;
}

static gboolean
delete_object (Collector *self, const SimObject *object, const char *propagation, GError **error)
{
  KubeDelete options = KUBE_DELETE_DEFAULT;
  g_autoptr (GError) problem = NULL;
  g_autoptr (SimObject) deleted = NULL;

  options.uid = object->uid;
  options.propagation = propagation;
  deleted
      = sim_write_delete (self->actors, &sim_actor_garbage_collector, object, &options, &problem);
  if (deleted != NULL || g_error_matches (problem, KUBE_ERROR, KUBE_NOT_FOUND))
    return TRUE;
  g_propagate_error (error, g_steal_pointer (&problem));
  return FALSE;
}

static gboolean
has_dependents (Collector *self, const SimObject *object)
{
  g_autoptr (GPtrArray) dependents = sim_store_dependents (self->actors->store, object->uid);

  return dependents->len > 0;
}

/* Dependents that have dependents themselves go the same way, so that the whole tree is gone
 * before its root. */
static gboolean
delete_dependents (Collector *self, const SimObject *owner, GError **error)
{
  g_autoptr (GPtrArray) dependents = sim_store_dependents (self->actors->store, owner->uid);
  gboolean blocked = FALSE;

  for (guint i = 0; i < dependents->len; i++)
    {
      const SimObject *dependent = g_ptr_array_index (dependents, i);

      blocked |= blocks (dependent, owner->uid);
      if (!sim_is_terminating (dependent)
          && !delete_object (self, dependent,
                             has_dependents (self, dependent) ? "Foreground" : "Background", error))
        return FALSE;
    }
  return blocked || remove_finalizer (self, owner, FOREGROUND, error);
}

/* Deletes OBJECT when no owner is left; when some are, forgets the others. */
static gboolean
check_owners (Collector *self, const SimObject *object, GError **error)
{
  const DdValue *references = owners_of (object);
  gsize solid = 0, n = dd_value_length (references);

  for (gsize i = 0; i < n; i++)
    solid += !is_dangling (self, dd_value_element (references, i), NULL);
  if (n == 0 || solid == n)
    return TRUE;
  if (solid > 0)
    return filter_owners (self, object, is_dangling, NULL, error);
  return delete_object (self, object,
                        sim_has_finalizer (object, ORPHAN)       ? "Orphan"
                        : sim_has_finalizer (object, FOREGROUND) ? "Foreground"
                                                                 : "Background",
                        error);
}

static gboolean
reconcile (gpointer data, const char *namespace_ G_GNUC_UNUSED, const char *uid, GError **error)
{
  Collector *self = data;
  SimObject *found = sim_store_get_by_uid (self->actors->store, uid);
  g_autoptr (SimObject) object = found != NULL ? sim_object_ref (found) : NULL;

  if (object == NULL)
    return TRUE;
  if (!sim_is_terminating (object))
    return check_owners (self, object, error);
  if (sim_has_finalizer (object, ORPHAN))
    return orphan_dependents (self, object, error);
  return !sim_has_finalizer (object, FOREGROUND) || delete_dependents (self, object, error);
}

/* A dependent that appears without an owner, or disappears from under one that waits for it. */
static void
look_at_owners (Collector *self, const SimObject *object, gboolean gone)
{
  const DdValue *references = owners_of (object);

  for (gsize i = 0; i < dd_value_length (references); i++)
    {
      const DdValue *reference = dd_value_element (references, i);

      if (gone && owner_is_waiting (self, reference))
        sim_controller_add (self->queue, "", dd_value_path_string (reference, "uid"));
      if (!gone && owner_is_absent (self, reference))
        sim_controller_add (self->queue, "", object->uid);
    }
}

static void
object_changed (SimStore *store, const SimChange *change, gpointer data)
{
  Collector *self = data;
  const SimObject *object = change->object;
  g_autoptr (GPtrArray) dependents = NULL;

  if (change->type == SIM_MODIFIED)
    {
      if (sim_is_terminating (object)
          && (sim_has_finalizer (object, FOREGROUND) || sim_has_finalizer (object, ORPHAN)))
        sim_controller_add (self->queue, "", object->uid);
      if (owners_of (change->previous) != owners_of (object))
        look_at_owners (self, object, FALSE);
      return;
    }
  look_at_owners (self, object, change->type == SIM_DELETED);
  if (change->type != SIM_DELETED)
    return;
  dependents = sim_store_dependents (store, object->uid);
  for (guint i = 0; i < dependents->len; i++)
    sim_controller_add (self->queue, "", ((SimObject *) g_ptr_array_index (dependents, i))->uid);
}

static gpointer
start (SimActors *actors)
{
  Collector *self = g_new0 (Collector, 1);

  self->actors = actors;
  self->queue = sim_controller_new (actors->stage, reconcile, self);
  sim_store_subscribe (actors->store, NULL, object_changed, self);
  return self;
}

static void
stop (gpointer data)
{
  Collector *self = data;

  sim_store_unsubscribe (self->actors->store, object_changed, self);
  sim_controller_free (self->queue);
  g_free (self);
}

static const char *const writes[] = { "patch *", "delete *", NULL };

const SimActorClass sim_actor_garbage_collector = { "garbage-collector", start, stop, writes };
