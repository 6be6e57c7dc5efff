/* SPDX-License-Identifier: Apache-2.0 */
/* sim/scenario/manifest.c: what can be said of a manifest before any API server sees it */

#include "config.h"

#include "sim/scenario/manifest.h"

#include <string.h>

#include "sim/kube/kind.h"
#include "sim/kube/kinds/definitions.h"
#include "sim/kube/kinds/kinds.h"
#include "sim/scenario/fields.h"
#include "sim/scenario/other-kinds.h"
#include "sim/scenario/schema.h"
#include "sim/scenario/source.h"

SimManifests *
sim_manifests_new (const SimManifests *before)
{
  SimManifests *manifests = g_new0 (SimManifests, 1);

  manifests->before = before;
  manifests->catalogue = kube_catalogue_new ();
  manifests->manifests = g_ptr_array_new_with_free_func (g_free);
  manifests->kept = g_ptr_array_new_with_free_func (g_free);
  manifests->files = g_ptr_array_new_with_free_func ((GDestroyNotify) dd_yaml_file_free);
  return manifests;
}

void
sim_manifests_free (SimManifests *manifests)
{
  if (manifests == NULL)
    return;
  g_ptr_array_unref (manifests->manifests);
  g_ptr_array_unref (manifests->kept);
  g_ptr_array_unref (manifests->files);
  kube_catalogue_free (manifests->catalogue);
  g_free (manifests);
}

DdValue *
sim_manifests_value (const SimManifests *manifests)
{
  DdBuilder list = dd_builder_array ();

  for (guint i = 0; i < manifests->manifests->len; i++)
    {
      const SimManifest *manifest = g_ptr_array_index (manifests->manifests, i);

      dd_builder_add (&list, dd_value_ref (manifest->node->value));
    }
  return dd_builder_end (&list);
}

static const char *const set_by_servers[]
    = { "uid",      "resourceVersion", "creationTimestamp", "generation",
        "selfLink", "managedFields",   "deletionTimestamp", "deletionGracePeriodSeconds",
        NULL };

static gboolean
has_been_on_a_server (const DdValue *metadata)
{
  for (guint i = 0; set_by_servers[i] != NULL; i++)
    if (dd_value_member (metadata, set_by_servers[i]) != NULL)
      return TRUE;
  return FALSE;
}

DdValue *
sim_manifest_to_create (const SimManifest *manifest)
{
  DdValue *value = manifest->node->value;
  const DdValue *metadata = dd_value_member (value, "metadata");
  g_auto (DdBuilder) kept = { 0 };

  if (manifest->is_there || !has_been_on_a_server (metadata))
    return dd_value_ref (value);
  kept = dd_builder_object ();
  for (gsize i = 0; i < dd_value_length (metadata); i++)
    if (!g_strv_contains (set_by_servers, dd_value_key (metadata, i)))
      dd_builder_set (&kept, dd_value_key (metadata, i), dd_value_ref (dd_value_nth (metadata, i)));
  return dd_value_with_member (value, "metadata", dd_builder_end (&kept));
}

static const KubeKind *
find_kind (const char *api_version, const char *name)
{
  if (api_version != NULL)
    return kube_kind_find_by_name (api_version, name);
  for (guint i = 0; i < kube_n_kinds; i++)
    {
      if ((kube_kinds[i]->flags & KUBE_IS_ASKED) == 0 && strcmp (kube_kinds[i]->kind, name) == 0)
        return kube_kinds[i];
    }
  return NULL;
}

/* A kind of Kubernetes, or one that a manifest here or before has defined. */
static const KubeKind *
find_served (const SimManifests *manifests, const char *api_version, const char *name)
{
  const KubeKind *kind = NULL;

  if (api_version == NULL)
    return find_kind (NULL, name);
  for (; manifests != NULL && kind == NULL; manifests = manifests->before)
    kind = kube_catalogue_find_by_name (manifests->catalogue, api_version, name);
  return kind;
}

const KubeKind *
sim_kind_served (const KubeKind *kind, const KubeCatalogue *catalogue)
{
  return kind->schema == NULL
             ? kind
             : kube_catalogue_find (catalogue, kind->group, kind->version, kind->plural);
}

const KubeKind *
sim_manifest_kind (const SimManifests *manifests, const DdYaml *node, GError **error)
{
  const DdYaml *kind_node = dd_yaml_member (node, "kind");
  const char *api_version = sim_schema_text (dd_yaml_member (node, "apiVersion"));
  g_autoptr (GPtrArray) names = g_ptr_array_new ();
  g_autofree char *hint = NULL, *served = NULL;
  const KubeKind *kind;

  if (kind_node == NULL || dd_value_string (kind_node->value) == NULL)
    {
      dd_yaml_set_error (error, node, "a Kubernetes object needs its kind");
      return NULL;
    }
  kind = find_served (manifests, api_version, kind_node->text);
  if (kind != NULL)
    return kind;
  served = sim_other_kind_version (kind_node->text);
  if (api_version != NULL && served != NULL && strcmp (served, api_version) != 0)
    {
      dd_yaml_set_error (error, kind_node, "there is no kind %s in %s; it is in %s",
                         kind_node->text, api_version, served);
      return NULL;
    }
  for (guint i = 0; i < kube_n_kinds; i++)
    if ((kube_kinds[i]->flags & KUBE_IS_ASKED) == 0)
      g_ptr_array_add (names, (gpointer) kube_kinds[i]->kind);
  g_ptr_array_add (names, NULL);
  hint = sim_did_you_mean (kind_node->text, (const char *const *) names->pdata);
  dd_yaml_set_error (error, kind_node, "kind %s%s%s is not modelled%s",
                     api_version != NULL ? api_version : "", api_version != NULL ? " " : "",
                     kind_node->text, hint);
  return NULL;
}

/* Whether NODE is of a kind that a cluster may know and this world does not: it is taken then. */
static gboolean
keep_aside (SimManifests *manifests, const DdYaml *node)
{
  const char *api_version = sim_schema_text (dd_yaml_member (node, "apiVersion"));
  const char *kind = sim_schema_text (dd_yaml_member (node, "kind"));
  const char *namespace_ = dd_value_path_string (node->value, "metadata.namespace");
  const char *name = dd_value_path_string (node->value, "metadata.name");
  const char *effect;
  SimKept *kept;

  if (api_version == NULL || kind == NULL || find_served (manifests, api_version, kind) != NULL)
    return FALSE;
  effect = sim_other_kind_effect (api_version, kind);
  if (effect == NULL)
    return FALSE;
  kept = g_new0 (SimKept, 1);
  kept->node = node;
  kept->kind = kind;
  kept->namespace_ = namespace_ != NULL ? namespace_ : "";
  kept->name = name != NULL ? name : "?";
  kept->effect = effect;
  g_ptr_array_add (manifests->kept, kept);
  return TRUE;
}

/* What follows may be of the kind that NODE defines. */
static gboolean
note_definition (SimManifests *manifests, const DdYaml *node, GError **error)
{
  g_autoptr (GError) reason = NULL;

  if (kube_custom_resources_foretell (manifests->catalogue, node->value, &reason))
    return TRUE;
  dd_yaml_set_error (error, node, "%s", reason->message);
  return FALSE;
}

static gboolean
add_object (SimManifests *manifests, const DdYaml *node, GError **error)
{
  const KubeKind *kind = sim_manifest_kind (manifests, node, error);
  const DdYaml *metadata = dd_yaml_member (node, "metadata");
  const char *namespace_ = dd_value_path_string (node->value, "metadata.namespace");
  const char *name = dd_value_path_string (node->value, "metadata.name");
  g_autoptr (GPtrArray) mistakes = g_ptr_array_new_with_free_func (g_free);
  SimManifest *manifest;

  if (kind == NULL)
    return FALSE;
  sim_fields_check (node, kind, mistakes);
  if (!sim_fields_conclude (mistakes, error))
    return FALSE;
  if (dd_yaml_member (node, "apiVersion") == NULL)
    {
      dd_yaml_set_error (error, node, "a manifest needs its apiVersion");
      return FALSE;
    }
  if (name == NULL && dd_value_path_string (node->value, "metadata.generateName") == NULL)
    {
      dd_yaml_set_error (error, metadata != NULL ? metadata : node,
                         "a manifest needs metadata.name (a text)");
      return FALSE;
    }
  if (kind == &kube_custom_resource_definition && !note_definition (manifests, node, error))
    return FALSE;
  manifest = g_new0 (SimManifest, 1);
  manifest->node = node;
  manifest->kind = kind;
  manifest->name = name;
  manifest->is_there = manifests->are_there;
  manifest->namespace_ = !kind->namespaced ? "" : namespace_ != NULL ? namespace_ : "default";
  g_ptr_array_add (manifests->manifests, manifest);
  return TRUE;
}

static void add_or_note (SimManifests *manifests, const DdYaml *node, GPtrArray *mistakes);

static gboolean
add_node (SimManifests *manifests, const DdYaml *node, GError **error)
{
  const DdYaml *items = dd_yaml_member (node, "items");
  g_autoptr (GPtrArray) mistakes = g_ptr_array_new_with_free_func (g_free);

  if (node->keys == NULL)
    {
      dd_yaml_set_error (error, node, "a manifest must be a mapping, not %s",
                         dd_type_name (dd_value_type (node->value)));
      return FALSE;
    }
  if (keep_aside (manifests, node))
    return TRUE;
  if (g_strcmp0 (dd_value_path_string (node->value, "kind"), "List") != 0)
    return add_object (manifests, node, error);
  for (guint i = 0; i < dd_yaml_length (items); i++)
    add_or_note (manifests, dd_yaml_element (items, i), mistakes);
  return sim_fields_conclude (mistakes, error);
}

/* Whoever mends a file wants to hear of all that is wrong with it. */
static void
add_or_note (SimManifests *manifests, const DdYaml *node, GPtrArray *mistakes)
{
  g_autoptr (GError) reason = NULL;

  if (!add_node (manifests, node, &reason))
    g_ptr_array_add (mistakes, g_strdup (reason->message));
}

static gboolean
add_file (SimManifests *manifests, const DdYaml *name, const char *base, GError **error)
{
  g_autofree char *place = sim_source_resolve (name->text, base);
  g_autoptr (GError) reason = NULL;
  g_autoptr (GPtrArray) mistakes = g_ptr_array_new_with_free_func (g_free);
  DdYamlFile *file = sim_source_read (place, &reason);

  if (file == NULL)
    {
      dd_yaml_set_error (error, name, "%s", reason->message);
      return FALSE;
    }
  g_ptr_array_add (manifests->files, file);
  for (guint i = 0; i < file->documents->len; i++)
    add_or_note (manifests, g_ptr_array_index (file->documents, i), mistakes);
  return sim_fields_conclude (mistakes, error);
}

gboolean
sim_manifests_add (SimManifests *manifests, const DdYaml *node, const char *base, GError **error)
{
  return node->keys != NULL ? add_node (manifests, node, error)
                            : add_file (manifests, node, base, error);
}
