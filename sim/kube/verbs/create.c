/* SPDX-License-Identifier: Apache-2.0 */
/* POST: decoding, admission, naming, validation, writing.
 *
 * Imitates: apiserver's rest.BeforeCreate and the generic registry's Create. */
#include "config.h"

#include <string.h>

#include "base/time.h"
#include "sim/kube/names.h"
#include "sim/kube/verbs/rules.h"
#include "sim/kube/schema/schema.h"

/* "Everything that can grow has a limit"; a real etcd reaches its quota with this text. */
#define MAX_OBJECTS_PER_KIND 200000

#define MAX_GENERATED_BASE 58
#define NAME_TRIES 8

static const KubeWrite plain_write;

/* What error texts call an object whose name may still have to be made. */
static const char *
name_or_base (const DdValue *object)
{
  const char *name = dd_value_path_string (object, "metadata.name");

  if (name == NULL)
    name = dd_value_path_string (object, "metadata.generateName");
  return name != NULL ? name : "";
}

/* Sets *OUT_NAME to a free name; FALSE when every try was taken. */
static gboolean
generate_name (KubeApi *api, const KubeKind *kind, const char *namespace_, const char *base,
               char **out_name)
{
  for (guint i = 0; i < NAME_TRIES; i++)
    {
      g_autofree char *suffix = dd_random_text (api->names, KUBE_NAME_ALPHABET, KUBE_NAME_SUFFIX);

      g_free (*out_name);
      *out_name = g_strdup_printf ("%.*s%s", MAX_GENERATED_BASE, base, suffix);
      if (sim_store_get (api->store, kind, namespace_, *out_name) == NULL)
        return TRUE;
    }
  return FALSE;
}

static gboolean
refuse_generated (const KubeKind *kind, const char *name, GError **error)
{
  g_autofree char *resource = kube_kind_resource (kind);

  kube_set_error (error, KUBE_ALREADY_EXISTS,
                  dd_object ("name", dd_string (name), "group",
                             kind->group[0] != '\0' ? dd_string (kind->group) : NULL, "kind",
                             dd_string (kind->plural), "retryAfterSeconds", dd_int (1), NULL),
                  "%s \"%s\" already exists, the server was not able to generate a unique name for "
                  "the object",
                  resource, name);
  return FALSE;
}

/* One that no object has that came from elsewhere. */
static char *
new_uid (KubeApi *api)
{
  char *uid = dd_random_uuid (api->uids);

  while (sim_store_get_by_uid (api->store, uid) != NULL)
    {
      g_free (uid);
      uid = dd_random_uuid (api->uids);
    }
  return uid;
}

/* What BeforeCreate puts into the metadata; the name may still be missing. */
static DdValue *
system_metadata (KubeApi *api, const KubeKind *kind, const char *namespace_, const DdValue *object,
                 const char *name)
{
  const DdValue *metadata = dd_value_member (object, "metadata");

  return dd_object ("name", dd_string (name), "generateName",
                    dd_value_ref (dd_value_member (metadata, "generateName")), "namespace",
                    kind->namespaced ? dd_string (namespace_) : NULL, "uid",
                    dd_string_take (new_uid (api)), "resourceVersion", dd_string (""), "generation",
                    (kind->flags & KUBE_HAS_GENERATION) ? dd_int (1) : NULL, "creationTimestamp",
                    dd_string_take (dd_time_to_iso8601 (sim_stage_now (api->stage))), NULL);
}

/* Imitates: apiextensions-apiserver's handler for custom resources. */
static gboolean
is_offered (const KubeKind *kind, GError **error)
{
  if ((kind->flags & KUBE_IS_ENDING) == 0)
    return TRUE;
  kube_set_error (
      error, KUBE_METHOD_NOT_ALLOWED,
      dd_object ("group", dd_string (kind->group), "kind", dd_string (kind->plural), NULL),
      "create not allowed while custom resource definition is terminating");
  return FALSE;
}

static gboolean
prepare (KubeApi *api, const KubeKind *kind, const char *namespace_, const DdValue *sent,
         DdValue **object, const KubeWrite *options, GError **error)
{
  if (!kube_metadata_settle_namespace (kind, namespace_, object, error)
      || !kube_namespace_admits (api, kind, namespace_, name_or_base (*object), error))
    return FALSE;
  if ((kind->subresources & KUBE_SUB_STATUS) && !(kind->flags & KUBE_KEEPS_STATUS_ON_CREATE))
    dd_value_set (object, "status", NULL);
  if (kind->set_defaults != NULL)
    kind->set_defaults (object);
  *object = kube_note_writer (api, kind, KUBE_PART_MAIN, NULL, sent, *object, options);
  return kind->prepare_create == NULL || kind->prepare_create (api, object, error);
}

/* Names *OBJECT; *OUT_TAKEN says that no free name was found. */
static void
complete_metadata (KubeApi *api, const KubeKind *kind, const char *namespace_, DdValue **object,
                   gboolean *out_taken)
{
  const char *base = dd_value_path_string (*object, "metadata.generateName");
  g_autofree char *name = g_strdup (dd_value_path_string (*object, "metadata.name"));
  g_autoptr (DdValue) system = NULL;

  *out_taken = FALSE;
  if (name == NULL && base != NULL)
    *out_taken = !generate_name (api, kind, namespace_, base, &name);
  system = system_metadata (api, kind, namespace_, *object, name);
  *object = kube_metadata_compose (*object, system);
  if (kind->complete_create != NULL)
    kind->complete_create (object);
}

/* A limit of a kind's own is refused as a ResourceQuota's is, so that controllers and people know
 * what to do about it. */
static gboolean
has_room (KubeApi *api, const KubeKind *kind, const char *name, GError **error)
{
  guint count = sim_store_count (api->store, kind);

  if (kind->max_objects > 0 && count >= kind->max_objects)
    return kube_set_forbidden (
        error, kind, name,
        "exceeded quota: what this cluster models, requested: %s=1, used: %s=%u, limited: %s=%u",
        kind->plural, kind->plural, count, kind->plural, kind->max_objects);
  if (count < MAX_OBJECTS_PER_KIND)
    return TRUE;
  kube_set_error (error, KUBE_UNSPECIFIED, NULL, "etcdserver: mvcc: database space exceeded");
  return FALSE;
}

static SimObject *
keep (KubeApi *api, const KubeKind *kind, DdValue *object, gboolean dry_run)
{
  DdValue *unrevised;
  SimObject *kept;

  if (!dry_run)
    {
      kept = sim_object_ref (sim_store_put (api->store, kind, object));
      kube_settle (api, kind, kept->name);
      return kept;
    }
  unrevised = dd_value_with (object, NULL, "metadata", "resourceVersion", NULL);
  dd_value_unref (object);
  return sim_object_new (kind, unrevised, 0);
}

/* In another shape than it is stored in: what comes after the decoding is the stored version's. */
static SimObject *
create_converted (KubeApi *api, const KubeKind *kind, const char *namespace_, const DdValue *object,
                  const KubeWrite *options, GError **error)
{
  g_autoptr (DdValue) decoded = kube_schema_decode (kind, object, NULL, options, error);
  g_autoptr (DdValue) converted = decoded != NULL ? kind->to_stored (decoded) : NULL;

  return converted != NULL ? kube_create_with (api, kube_kind_stored (kind), namespace_, converted,
                                               options, error)
                           : NULL;
}

/* ---- what another server has ---- */

/* The metadata that a create would make up, as far as OBJECT says otherwise. */
static DdValue *
metadata_of_another_server (KubeApi *api, const KubeKind *kind, const char *namespace_,
                            const DdValue *object)
{
  static const char *const kept[] = { "uid", "generation", "creationTimestamp", "deletionTimestamp",
                                      "deletionGracePeriodSeconds" };
  const DdValue *metadata = dd_value_member (object, "metadata");
  DdValue *system = system_metadata (api, kind, namespace_, object,
                                     dd_value_path_string (object, "metadata.name"));

  for (guint i = 0; i < G_N_ELEMENTS (kept); i++)
    if (dd_value_member (metadata, kept[i]) != NULL)
      dd_value_set (&system, kept[i], dd_value_ref (dd_value_member (metadata, kept[i])));
  return system;
}

/* What was created passed admission then; for anything else the status alone is kept through it. */
static gboolean
admit_restored (KubeApi *api, const KubeKind *kind, DdValue **object, GError **error)
{
  g_autoptr (DdValue) status = dd_value_ref (dd_value_member (*object, "status"));

  if (kind->set_defaults != NULL)
    kind->set_defaults (object);
  if (dd_value_path (*object, "metadata.creationTimestamp") != NULL || kind->prepare_create == NULL)
    return TRUE;
  if (!kind->prepare_create (api, object, error))
    return FALSE;
  if (status != NULL)
    dd_value_set (object, "status", dd_value_merge (dd_value_member (*object, "status"), status));
  return TRUE;
}

static gboolean
is_new (KubeApi *api, const KubeKind *kind, const char *scope, const DdValue *object,
        GError **error)
{
  const char *name = dd_value_path_string (object, "metadata.name");
  const SimObject *namesake
      = sim_store_get_by_uid (api->store, dd_value_path_string (object, "metadata.uid"));

  if (sim_store_get (api->store, kind, scope, name) != NULL)
    {
      kube_set_already_exists (error, kind, name);
      return FALSE;
    }
  if (namesake == NULL)
    return TRUE;
  kube_set_error (error, KUBE_CONFLICT, NULL, "the uid of %s \"%s\" is that of %s \"%s\"",
                  kind->plural, name, namesake->kind->plural, namesake->name);
  return FALSE;
}

SimObject *
kube_restore (KubeApi *api, const KubeKind *kind, const char *namespace_, const DdValue *object,
              GError **error)
{
  const char *scope = kind->namespaced && namespace_ != NULL ? namespace_ : "";
  g_autoptr (DdValue) made = kube_schema_decode (kind, object, NULL, &plain_write, error);
  g_autoptr (DdValue) system = NULL;

  if (made == NULL || !is_offered (kind, error)
      || !kube_metadata_settle_namespace (kind, scope, &made, error)
      || !kube_namespace_admits (api, kind, scope, name_or_base (made), error))
    return NULL;
  dd_value_set (&made, "metadata.managedFields", NULL);
  system = metadata_of_another_server (api, kind, scope, made);
  if (!admit_restored (api, kind, &made, error))
    return NULL;
  made = kube_metadata_compose (made, system);
  if (kind->complete_create != NULL)
    kind->complete_create (&made);
  if (!kube_validate (kind, NULL, made, error) || !is_new (api, kind, scope, made, error)
      || !has_room (api, kind, dd_value_path_string (made, "metadata.name"), error))
    return NULL;
  return keep (api, kind, g_steal_pointer (&made), FALSE);
}

/* ---- POST ---- */

SimObject *
kube_create_with (KubeApi *api, const KubeKind *kind, const char *namespace_, const DdValue *object,
                  const KubeWrite *options, GError **error)
{
  const char *scope = kind->namespaced && namespace_ != NULL ? namespace_ : "";
  const KubeWrite *how = options != NULL ? options : &plain_write;
  g_autoptr (DdValue) made = NULL;
  gboolean has_revision, taken;
  const char *name;

  if (kind->to_stored != NULL)
    return create_converted (api, kind, namespace_, object, how, error);
  made = kube_schema_decode (kind, object, NULL, how, error);
  if (made == NULL || !is_offered (kind, error)
      || !prepare (api, kind, scope, object, &made, how, error))
    return NULL;
  has_revision = dd_value_path_string (made, "metadata.resourceVersion") != NULL;
  complete_metadata (api, kind, scope, &made, &taken);
  name = dd_value_path_string (made, "metadata.name");
  if (!kube_validate (kind, NULL, made, error) || !has_room (api, kind, name, error))
    return NULL;
  if (has_revision)
    {
      kube_set_error (error, KUBE_UNSPECIFIED, NULL,
                      "resourceVersion should not be set on objects to be created");
      return NULL;
    }
  if (taken)
    {
      refuse_generated (kind, name, error);
      return NULL;
    }
  if (sim_store_get (api->store, kind, scope, name) != NULL)
    {
      kube_set_already_exists (error, kind, name);
      return NULL;
    }
  return keep (api, kind, g_steal_pointer (&made), how->dry_run);
}

SimObject *
kube_create (KubeApi *api, const KubeKind *kind, const char *namespace_, const DdValue *object,
             GError **error)
{
  return kube_create_with (api, kind, namespace_, object, &plain_write, error);
}
