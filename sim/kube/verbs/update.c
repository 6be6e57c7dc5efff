/* SPDX-License-Identifier: Apache-2.0 */
/* PUT, the second half of PATCH, and the short ways that actors take.
 *
 * A write that changes nothing keeps the revision and is not seen by any watch. One that takes the
 * last finalizer from an object that is being deleted removes the object.
 *
 * Imitates: apiserver's rest.BeforeUpdate and the generic registry's Update. */
#include "config.h"

#include <string.h>

#include "sim/kube/apply/managed.h"
#include "sim/kube/verbs/rules.h"
#include "sim/kube/schema/schema.h"

static const KubeWrite plain_write;

/* ---- what the request may touch ---- */

gboolean
kube_check_name (const char *name, const DdValue *object, GError **error)
{
  const char *own = dd_value_path_string (object, "metadata.name");

  if (own == NULL || own[0] == '\0')
    kube_set_error (error, KUBE_BAD_REQUEST, NULL,
                    "the name of the object (%s based on URL) was undeterminable: name must be "
                    "provided",
                    name);
  else if (strcmp (own, name) != 0)
    kube_set_error (error, KUBE_BAD_REQUEST, NULL,
                    "the name of the object (%s) does not match the name on the URL (%s)", own,
                    name);
  else
    return TRUE;
  return FALSE;
}

/* Where etcd keeps the object: error texts show it. */
static char *
storage_key (const SimObject *object)
{
  const KubeKind *kind = object->kind;

  return g_strdup_printf ("/registry/%s%s%s/%s",
                          kind->storage != NULL ? kind->storage : kind->plural,
                          kind->namespaced ? "/" : "", object->namespace_, object->name);
}

static gboolean
check_uid (const SimObject *old, const DdValue *object, GError **error)
{
  const char *uid = dd_value_path_string (object, "metadata.uid");
  g_autofree char *key = NULL;

  if (uid == NULL || strcmp (uid, old->uid) == 0)
    return TRUE;
  key = storage_key (old);
  return kube_set_conflict (error, old->kind, old->name,
                            "StorageError: invalid object, Code: 4, Key: %s, ResourceVersion: 0, "
                            "AdditionalErrorMsg: Precondition failed: UID in precondition: %s, UID "
                            "in object meta: %s",
                            key, uid, old->uid);
}

static gboolean
refuse_unconditional (const SimObject *old, GError **error)
{
  static const char *const message = "Invalid value: 0x0: must be specified for an update";
  const KubeKind *kind = old->kind;
  gboolean grouped = kind->group[0] != '\0';
  DdValue *cause
      = dd_object ("reason", dd_string ("FieldValueInvalid"), "message", dd_string (message),
                   "field", dd_string ("metadata.resourceVersion"), NULL);

  kube_set_error (error, KUBE_INVALID,
                  dd_object ("name", dd_string (old->name), "group",
                             grouped ? dd_string (kind->group) : NULL, "kind",
                             dd_string (kind->kind), "causes", dd_array (cause, NULL), NULL),
                  "%s%s%s \"%s\" is invalid: metadata.resourceVersion: %s", kind->kind,
                  grouped ? "." : "", kind->group, old->name, message);
  return FALSE;
}

static gboolean
check_revision (const SimObject *old, const DdValue *object, GError **error)
{
  const char *revision = dd_value_path_string (object, "metadata.resourceVersion");
  const char *stored = dd_value_path_string (old->value, "metadata.resourceVersion");

  if (revision == NULL)
    return (old->kind->flags & KUBE_UNCONDITIONAL_UPDATE) || refuse_unconditional (old, error);
  return strcmp (revision, stored) == 0
         || kube_set_conflict (error, old->kind, old->name,
                               "the object has been modified; please apply your changes to the "
                               "latest version and try again");
}

/* ---- what comes of it ---- */

static void
restore (DdValue **object, const SimObject *old, const char *first, const char *second)
{
  DdValue *changed = dd_value_with (
      *object, dd_value_ref (dd_value_at (old->value, first, second, NULL)), first, second, NULL);

  dd_value_unref (*object);
  *object = changed;
}

/* The main part: everything but status, and but the finalizers that only /finalize writes. */
static DdValue *
take_main (const SimObject *old, DdValue *object)
{
  if (old->kind->subresources & KUBE_SUB_STATUS)
    restore (&object, old, "status", NULL);
  if (old->kind->flags & KUBE_SPEC_FINALIZERS)
    restore (&object, old, "spec", "finalizers");
  return object;
}

/* The stored object with one part, and the metadata that is anyone's to write, from OBJECT. The
 * owners stay, as the pods' strategy has it; of custom resources all metadata does. */
static DdValue *
take_status (const SimObject *old, DdValue *object)
{
  DdValue *taken = dd_value_with_member (old->value, "status",
                                         dd_value_ref (dd_value_member (object, "status")));
  gboolean custom = old->kind->schema != NULL;
  const DdValue *metadata = dd_value_member (custom ? old->value : object, "metadata");
  DdValue *changed = dd_value_with_member (taken, "metadata", dd_value_ref (metadata));

  dd_value_unref (taken);
  dd_value_unref (object);
  restore (&changed, old, "metadata", "ownerReferences");
  return changed;
}

static DdValue *
take_finalizers (const SimObject *old, DdValue *object)
{
  DdValue *changed
      = dd_value_with (old->value, dd_value_ref (dd_value_path (object, "spec.finalizers")), "spec",
                       "finalizers", NULL);

  dd_value_unref (object);
  return changed;
}

static DdValue *
take_part (const SimObject *old, KubePart part, DdValue *object)
{
  switch (part)
    {
    case KUBE_PART_MAIN:
      return take_main (old, object);
    case KUBE_PART_STATUS:
      return take_status (old, object);
    case KUBE_PART_FINALIZE:
      return take_finalizers (old, object);
    }
  g_assert_not_reached ();
}

static gboolean
has_same_spec (const SimObject *old, const DdValue *object)
{
  g_autoptr (DdValue) before = NULL;
  g_autoptr (DdValue) after = NULL;

  if (!(old->kind->flags & KUBE_IS_ALL_SPEC))
    return dd_value_equal (dd_value_member (old->value, "spec"), dd_value_member (object, "spec"));
  before = dd_value_with_member (old->value, "metadata", NULL);
  after = dd_value_with_member (object, "metadata", NULL);
  return dd_value_equal (before, after);
}

/* A change of spec is a new generation. */
static void
count_generation (const SimObject *old, DdValue **object)
{
  gint64 generation = dd_value_path_int (old->value, "metadata.generation", 0);

  if ((old->kind->flags & KUBE_HAS_GENERATION) && !has_same_spec (old, *object))
    dd_value_set (object, "metadata.generation", dd_int (generation + 1));
}

/* A write that says nothing but when it was made says nothing.
 *
 * Imitates: apiserver's IgnoreManagedFieldsTimestampsTransformer. */
static gboolean
changes_nothing (const SimObject *old, const DdValue *object)
{
  const DdValue *before = dd_value_at (old->value, "metadata", "managedFields", NULL);
  const DdValue *after = dd_value_at (object, "metadata", "managedFields", NULL);
  g_autoptr (DdValue) timeless = NULL;

  if (dd_value_equal (before, after) || !kube_managed_same (before, after))
    return dd_value_equal (old->value, object);
  timeless = dd_value_with (object, dd_value_ref (before), "metadata", "managedFields", NULL);
  return dd_value_equal (old->value, timeless);
}

static SimObject *
keep (KubeApi *api, SimObject *old, DdValue *object, gboolean dry_run)
{
  gboolean leaves = kube_is_terminating (object) && kube_may_leave (old->kind, object);
  SimObject *written;

  if (!leaves && changes_nothing (old, object))
    {
      dd_value_unref (object);
      return sim_object_ref (old);
    }
  if (dry_run)
    return sim_object_new (old->kind, object, old->revision);
  if (leaves)
    {
      sim_store_remove (api->store, old);
      written = sim_object_new (old->kind, object, old->revision);
    }
  else
    written = sim_object_ref (sim_store_put (api->store, old->kind, object));
  kube_settle (api, old->kind, old->name);
  return written;
}

static SimObject *write_part (KubeApi *api, const KubeKind *kind, SimObject *old, KubePart part,
                              const DdValue *object, const KubeWrite *options, GError **error);

/* In another shape than it is stored in: what comes after the decoding is the stored version's. */
static SimObject *
write_converted (KubeApi *api, const KubeKind *kind, SimObject *old, KubePart part,
                 const DdValue *object, const KubeWrite *options, GError **error)
{
  g_autoptr (DdValue) decoded = kube_schema_decode (kind, object, NULL, options, error);
  g_autoptr (DdValue) converted = decoded != NULL ? kind->to_stored (decoded) : NULL;

  return converted != NULL
             ? write_part (api, kube_kind_stored (kind), old, part, converted, options, error)
             : NULL;
}

/* KIND may be another version than the one that OLD is kept in. */
static SimObject *
write_part (KubeApi *api, const KubeKind *kind, SimObject *old, KubePart part,
            const DdValue *object, const KubeWrite *options, GError **error)
{
  g_autoptr (DdValue) made = NULL;

  if (kind->to_stored != NULL)
    return write_converted (api, kind, old, part, object, options, error);
  made = kube_schema_decode (kind, object, old->value, options, error);
  if (made == NULL || !kube_check_name (old->name, made, error)
      || !kube_metadata_settle_namespace (kind, old->namespace_, &made, error)
      || !check_revision (old, made, error) || !check_uid (old, made, error))
    return NULL;
  made = kube_metadata_compose (g_steal_pointer (&made), dd_value_member (old->value, "metadata"));
  made = take_part (old, part, g_steal_pointer (&made));
  if (part == KUBE_PART_MAIN && kind->set_defaults != NULL)
    kind->set_defaults (&made);
  made = kube_note_writer (api, kind, part, old->value, object, g_steal_pointer (&made), options);
  if (part == KUBE_PART_MAIN)
    {
      if (kind->prepare_update != NULL && !kind->prepare_update (api, old, &made, error))
        return NULL;
      count_generation (old, &made);
    }
  if ((part != KUBE_PART_STATUS || kind->schema != NULL)
      && !kube_validate (kind, old->value, made, error))
    return NULL;
  return keep (api, old, g_steal_pointer (&made), options->dry_run);
}

SimObject *
kube_update_with (KubeApi *api, const KubeKind *kind, const char *namespace_, const char *name,
                  KubePart part, const DdValue *object, const KubeWrite *options, GError **error)
{
  const char *scope = kind->namespaced && namespace_ != NULL ? namespace_ : "";
  g_autoptr (SimObject) old = sim_store_get (api->store, kind, scope, name);

  if (old == NULL)
    {
      kube_set_not_found (error, kind, name);
      return NULL;
    }
  sim_object_ref (old);
  return write_part (api, kind, old, part, object, options != NULL ? options : &plain_write, error);
}

SimObject *
kube_update (KubeApi *api, const KubeKind *kind, const char *namespace_, const char *name,
             const DdValue *object, GError **error)
{
  return kube_update_with (api, kind, namespace_, name, KUBE_PART_MAIN, object, &plain_write,
                           error);
}

SimObject *
kube_update_status (KubeApi *api, const KubeKind *kind, const char *namespace_, const char *name,
                    const DdValue *object, GError **error)
{
  return kube_update_with (api, kind, namespace_, name, KUBE_PART_STATUS, object, &plain_write,
                           error);
}

SimObject *
kube_finalize (KubeApi *api, const SimObject *object, GError **error)
{
  g_autoptr (DdValue) finished = dd_value_with (object->value, NULL, "spec", "finalizers", NULL);

  return kube_update_with (api, object->kind, object->namespace_, object->name, KUBE_PART_FINALIZE,
                           finished, &plain_write, error);
}

SimObject *
kube_merge (KubeApi *api, const KubeKind *kind, const char *namespace_, const char *name,
            const DdValue *patch, GError **error)
{
  g_autoptr (SimObject) old = kube_get (api, kind, namespace_, name, error);

  return old != NULL ? kube_merge_with (api, old, patch, &plain_write, error) : NULL;
}

SimObject *
kube_merge_with (KubeApi *api, const SimObject *object, const DdValue *patch,
                 const KubeWrite *options, GError **error)
{
  g_autoptr (SimObject) old = kube_get (api, object->kind, object->namespace_, object->name, error);
  g_autoptr (DdValue) merged = NULL;

  if (old == NULL)
    return NULL;
  merged = dd_value_merge (old->value, patch);
  return write_part (api, object->kind, old, KUBE_PART_MAIN, merged, options, error);
}

const char *
kube_actor (const KubeApi *api, const char *name)
{
  return api->notes_actors ? name : NULL;
}

SimObject *
kube_set_status (KubeApi *api, SimObject *object, DdValue *status)
{
  return kube_set_status_as (api, NULL, object, status);
}

SimObject *
kube_set_status_as (KubeApi *api, const char *manager, SimObject *object, DdValue *status)
{
  const KubeWrite how = { .manager = kube_actor (api, manager), .subresource = "status" };
  SimObject *stored = sim_store_get (api->store, object->kind, object->namespace_, object->name);
  DdValue *value;

  if (stored == NULL || strcmp (stored->uid, object->uid) != 0)
    {
      dd_value_unref (status);
      return NULL;
    }
  if (dd_value_equal (dd_value_member (stored->value, "status"), status))
    {
      dd_value_unref (status);
      return sim_object_ref (stored);
    }
  value = dd_value_with_member (stored->value, "status", status);
  return sim_object_ref (sim_store_put (
      api->store, stored->kind,
      kube_note_writer (api, stored->kind, KUBE_PART_STATUS, stored->value, NULL, value, &how)));
}
