/* SPDX-License-Identifier: Apache-2.0 */
/* sim/scenario/creation.c: what manifests leave to the cluster they are of
 *
 * Files are written in any order, and charts leave it to others to make their namespace: it is
 * made. An ownerReference names its owner by a uid of the cluster it was read from; here the owner
 * has another one, so it is created first and referred to anew. An owner that no manifest makes, as
 * where only pods were read, is taken to be there: the garbage collector leaves what it owns.
 *
 * What is there already, with its status, is put there as it is, and keeps its uid. */
#include "config.h"

#include "sim/scenario/creation.h"

#include <string.h>

#include "sim/kube/kinds/kinds.h"
#include "sim/kube/verbs/api.h"
#include "sim/scenario/revisions.h"
#include "sim/scenario/schema.h"

/* Who made what a world begins with, as managedFields call it. */
#define FURNISHER "drydock"

#define MOST_LISTS 3

/* The manifests of a world and those of a scenario in it. */
typedef struct
{
  SimWorld *world;                       /* NULL: nothing is created */
  const SimManifests *lists[MOST_LISTS]; /* in order; NULL: none */
  GPtrArray *all;                        /* of SimManifest: theirs, in order */
  GHashTable *places; /* place_of () -> the first SimManifest there; for look-up only */
  GHashTable *done;   /* of SimManifest; for look-up only */
} Creation;

static gboolean create (Creation *self, const SimManifest *manifest, GError **error);

/* By group and kind: versions of a kind share their objects. Caller frees. */
static char *
place_of (const char *group, const char *kind, const char *namespace_, const char *name)
{
  return g_strdup_printf ("%s/%s/%s/%s", group, kind, namespace_, name);
}

static void
creation_init (Creation *self)
{
  self->all = g_ptr_array_new ();
  self->places = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  self->done = g_hash_table_new (NULL, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (self->lists); i++)
    for (guint j = 0; self->lists[i] != NULL && j < self->lists[i]->manifests->len; j++)
      {
        SimManifest *manifest = g_ptr_array_index (self->lists[i]->manifests, j);
        const KubeKind *kind = manifest->kind;
        g_autofree char *place = NULL;

        g_ptr_array_add (self->all, manifest);
        if (manifest->name == NULL)
          continue;
        place = place_of (kind->group, kind->kind, manifest->namespace_, manifest->name);
        if (!g_hash_table_contains (self->places, place))
          g_hash_table_insert (self->places, g_steal_pointer (&place), manifest);
      }
}

static void
creation_clear (Creation *self)
{
  g_ptr_array_unref (self->all);
  g_hash_table_unref (self->places);
  g_hash_table_unref (self->done);
}

static const SimManifest *
find_namespace (const Creation *self, const char *name)
{
  const KubeKind *kind = kube_kind_of_scopes ();
  g_autofree char *place = place_of (kind->group, kind->kind, "", name);

  return g_hash_table_lookup (self->places, place);
}

/* ---- owners ---- */

/* Of the owned one's namespace, or of none; NULL: nobody wrote it down. */
static const SimManifest *
manifest_of_owner (const Creation *self, const SimManifest *owned, const DdValue *reference)
{
  const char *version = dd_value_path_string (reference, "apiVersion");
  const char *kind = dd_value_path_string (reference, "kind");
  const char *name = dd_value_path_string (reference, "name");
  const char *slash = version != NULL ? strchr (version, '/') : NULL;
  g_autofree char *group = slash != NULL ? g_strndup (version, slash - version) : g_strdup ("");
  g_autofree char *near = NULL, *above = NULL;
  const SimManifest *owner;

  if (version == NULL || kind == NULL || name == NULL)
    return NULL;
  near = place_of (group, kind, owned->namespace_, name);
  above = place_of (group, kind, "", name);
  owner = g_hash_table_lookup (self->places, near);
  return owner != NULL ? owner : g_hash_table_lookup (self->places, above);
}

/* In CATALOGUE; NULL: nobody there serves it, so that nobody can look for the owner. */
static const KubeKind *
kind_of_owner (const KubeCatalogue *catalogue, const DdValue *reference)
{
  const char *version = dd_value_path_string (reference, "apiVersion");
  const char *kind = dd_value_path_string (reference, "kind");

  return version != NULL && kind != NULL ? kube_catalogue_find_by_name (catalogue, version, kind)
                                         : NULL;
}

/* The uid that the owner has in this world; NULL: it is not there. */
static const char *
uid_of_owner (const Creation *self, const SimManifest *owned, const DdValue *reference)
{
  const KubeApi *api = self->world->kube;
  const KubeKind *kind = kind_of_owner (api->catalogue, reference);
  const char *name = dd_value_path_string (reference, "name");
  const SimObject *owner
      = kind != NULL && name != NULL
            ? sim_store_get (api->store, kind, kind->namespaced ? owned->namespace_ : "", name)
            : NULL;

  return owner != NULL ? owner->uid : NULL;
}

static DdValue *
refer_anew (const Creation *self, const SimManifest *owned, const DdValue *reference)
{
  const char *uid = uid_of_owner (self, owned, reference);
  const char *stranger = dd_value_path_string (reference, "uid");

  if (uid != NULL)
    return dd_value_with_member (reference, "uid", dd_string (uid));
  if (stranger != NULL)
    kube_presume_owner (self->world->kube, stranger);
  return dd_value_ref (reference);
}

/* Its owners are there by now. Takes OBJECT. */
static DdValue *
with_owners (const Creation *self, const SimManifest *manifest, DdValue *object)
{
  g_autoptr (DdValue) former = object;
  const DdValue *references = dd_value_path (object, "metadata.ownerReferences");
  g_auto (DdBuilder) anew = dd_builder_array ();

  if (dd_value_length (references) == 0)
    return g_steal_pointer (&former);
  for (gsize i = 0; i < dd_value_length (references); i++)
    dd_builder_add (&anew, refer_anew (self, manifest, dd_value_element (references, i)));
  return dd_value_with (former, dd_builder_end (&anew), "metadata", "ownerReferences", NULL);
}

static gboolean
create_owners (Creation *self, const SimManifest *manifest, GError **error)
{
  const DdValue *references = dd_value_path (manifest->node->value, "metadata.ownerReferences");

  for (gsize i = 0; i < dd_value_length (references); i++)
    {
      const SimManifest *owner
          = manifest_of_owner (self, manifest, dd_value_element (references, i));

      if (owner != NULL && !create (self, owner, error))
        return FALSE;
    }
  return TRUE;
}

/* ---- namespaces ---- */

static gboolean
make_namespace (Creation *self, const SimManifest *user, GError **error)
{
  const KubeKind *kind = kube_kind_of_scopes ();
  g_autoptr (SimObject) made = NULL;
  g_autoptr (DdValue) object = NULL;
  const SimManifest *manifest;
  GError *reason = NULL;

  if (*user->namespace_ == '\0'
      || sim_store_get (self->world->kube->store, kind, "", user->namespace_) != NULL)
    return TRUE;
  manifest = find_namespace (self, user->namespace_);
  if (manifest != NULL)
    return create (self, manifest, error);
  object = dd_object ("apiVersion", dd_string ("v1"), "kind", dd_string (kind->kind), "metadata",
                      dd_object ("name", dd_string (user->namespace_), NULL), NULL);
  made = kube_create (self->world->kube, kind, "", object, &reason);
  return made != NULL || sim_schema_refuse_at (user->node, reason, error);
}

/* ---- in order ---- */

/* A manifest before this one has its place. */
static gboolean
is_written_twice (const Creation *self, const SimManifest *manifest, GError **error)
{
  const KubeKind *kind = manifest->kind;
  g_autofree char *place = place_of (kind->group, kind->kind, manifest->namespace_, manifest->name);
  const SimManifest *first = g_hash_table_lookup (self->places, place);

  if (first == manifest)
    return FALSE;
  dd_yaml_set_error (error, manifest->node, "%s %s is there twice; the first one is in line %u",
                     kind->kind, manifest->name, first->node->line);
  return TRUE;
}

/* What every cluster has, such as the namespace kube-system, is there before anybody says so. Takes
 * OBJECT. */
static gboolean
put_there (const Creation *self, const SimManifest *manifest, const KubeKind *kind, DdValue *object,
           GError **error)
{
  KubeApi *api = self->world->kube;
  g_autoptr (DdValue) value = kind == &kube_pod ? sim_pod_of_revision (api->store, object) : object;
  g_autoptr (SimObject) made = NULL;
  GError *reason = NULL;

  if (is_written_twice (self, manifest, error))
    return FALSE;
  if (sim_store_get (api->store, kind, manifest->namespace_, manifest->name) != NULL)
    return TRUE;
  made = kube_restore (api, kind, manifest->namespace_, value, &reason);
  return made != NULL || sim_schema_refuse_at (manifest->node, reason, error);
}

/* Owners in a circle begin with whoever is written first. */
static gboolean
create (Creation *self, const SimManifest *manifest, GError **error)
{
  const KubeKind *kind;
  KubeWrite how = { .manager = kube_actor (self->world->kube, FURNISHER) };
  g_autoptr (DdValue) object = NULL;
  g_autoptr (SimObject) made = NULL;
  GError *reason = NULL;

  if (!g_hash_table_add (self->done, (gpointer) manifest))
    return TRUE;
  if (!make_namespace (self, manifest, error) || !create_owners (self, manifest, error))
    return FALSE;
  kind = sim_kind_served (manifest->kind, self->world->kube->catalogue);
  if (kind == NULL)
    {
      dd_yaml_set_error (error, manifest->node,
                         "the server serves no %s: its definition was not established",
                         manifest->kind->kind);
      return FALSE;
    }
  object = with_owners (self, manifest, sim_manifest_to_create (manifest));
  if (manifest->is_there)
    return put_there (self, manifest, kind, g_steal_pointer (&object), error);
  made = kube_create_with (self->world->kube, kind, manifest->namespace_, object, &how, &reason);
  return made != NULL || sim_schema_refuse_at (manifest->node, reason, error);
}

gboolean
sim_creation_run (SimWorld *world, const SimManifests *of_world, const SimManifests *of_scenario,
                  GError **error)
{
  Creation self = { .world = world, .lists = { of_world, of_scenario } };
  gboolean fine = TRUE;

  creation_init (&self);
  for (guint i = 0; fine && i < self.all->len; i++)
    fine = create (&self, g_ptr_array_index (self.all, i), error);
  creation_clear (&self);
  return fine;
}

/* ---- what is taken to be there ---- */

static void
warn_at (const SimManifest *manifest, const char *text, GPtrArray *warnings)
{
  const DdYaml *node = manifest->node;

  g_ptr_array_add (warnings, dd_yaml_point (node->file, node->line, node->column, text));
}

/* Of each namespace once: TOLD takes what was told. */
static void
warn_of_namespace (const Creation *self, GHashTable *told, const SimManifest *manifest,
                   GPtrArray *warnings)
{
  g_autofree char *text = NULL;

  if (*manifest->namespace_ == '\0' || !g_hash_table_add (told, (gpointer) manifest->namespace_)
      || find_namespace (self, manifest->namespace_) != NULL)
    return;
  text = g_strdup_printf ("namespace %s is made, as no manifest makes it; kubectl would be refused "
                          "here",
                          manifest->namespace_);
  warn_at (manifest, text, warnings);
}

/* By Kubernetes itself, or by a definition among the manifests. */
static gboolean
is_served (const Creation *self, const DdValue *reference)
{
  for (guint i = 0; i < G_N_ELEMENTS (self->lists); i++)
    if (self->lists[i] != NULL && kind_of_owner (self->lists[i]->catalogue, reference) != NULL)
      return TRUE;
  return FALSE;
}

static void
warn_of_owners (const Creation *self, const SimManifest *manifest, GPtrArray *warnings)
{
  const DdValue *references = dd_value_path (manifest->node->value, "metadata.ownerReferences");

  for (gsize i = 0; i < dd_value_length (references); i++)
    {
      const DdValue *reference = dd_value_element (references, i);
      g_autofree char *text = NULL;

      if (!is_served (self, reference) || manifest_of_owner (self, manifest, reference) != NULL)
        continue;
      text = g_strdup_printf (
          "%s %s is taken to be there, as it owns %s %s and no manifest makes it",
          dd_value_path_string (reference, "kind"), dd_value_path_string (reference, "name"),
          manifest->kind->kind, manifest->name != NULL ? manifest->name : "");
      warn_at (manifest, text, warnings);
    }
}

void
sim_creation_add_warnings (const SimManifests *of_world, const SimManifests *there,
                           const SimManifests *of_scenario, GPtrArray *warnings)
{
  static const char *const of_every_cluster[]
      = { "default", "kube-system", "kube-public", "kube-node-lease" };
  g_autoptr (GHashTable) told = g_hash_table_new (g_str_hash, g_str_equal);
  Creation self = { .lists = { of_world, there, of_scenario } };

  for (guint i = 0; i < G_N_ELEMENTS (of_every_cluster); i++)
    g_hash_table_add (told, (gpointer) of_every_cluster[i]);
  creation_init (&self);
  for (guint i = 0; i < self.all->len; i++)
    {
      const SimManifest *manifest = g_ptr_array_index (self.all, i);

      warn_of_namespace (&self, told, manifest, warnings);
      warn_of_owners (&self, manifest, warnings);
    }
  creation_clear (&self);
}
