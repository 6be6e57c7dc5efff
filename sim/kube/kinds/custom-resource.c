/* SPDX-License-Identifier: Apache-2.0 */
/* sim/kube/kinds/custom-resource.c: the tables of custom resources, made of their definitions
 *
 * Each version that is served is a table of its own, and another one is what keeps the objects: it
 * stays the same whatever becomes of the versions. A definition that changes has new tables made
 * for its versions; the old ones are kept until the end, as watches and requests know them. */
#include "config.h"

#include <string.h>

#include "sim/kube/kinds/definitions.h"
#include "sim/kube/kinds/kinds.h"
#include "sim/kube/kinds/structs.h"
#include "sim/kube/verbs/rules.h"

typedef struct
{
  KubeKind kind;
  KubeStruct type;
  KubeColumn *columns;
  GPtrArray *descriptions; /* of columns that say none themselves */
  KubeScalePaths scale;
  const char **short_names, **categories; /* NULL: none */
  char *type_name;
  char *warning;       /* NULL: the version is not deprecated */
  DdValue *definition; /* whose texts all others are */
  DdValue *made_of;    /* of what keeps the objects: the spec, and whether it is ending */
} CustomKind;

static void
custom_kind_free (gpointer data)
{
  CustomKind *self = data;

  g_free (self->columns);
  g_ptr_array_unref (self->descriptions);
  g_free (self->short_names);
  g_free (self->categories);
  g_free (self->type_name);
  g_free (self->warning);
  dd_value_unref (self->definition);
  dd_value_unref (self->made_of);
  g_free (self);
}

/* ---- one version ---- */

static const KubeField fields[] = {
  KUBE_TYPE_FIELDS,
  { NULL },
};

/* NULL-terminated; the texts are those of LIST. NULL: it is empty. */
static const char **
texts_of (const DdValue *list)
{
  gsize count = dd_value_length (list);
  const char **texts = count > 0 ? g_new0 (const char *, count + 1) : NULL;

  for (gsize i = 0; i < count; i++)
    texts[i] = dd_value_string (dd_value_element (list, i));
  return texts;
}

/* "com.example.v1.Widget", as OpenAPI calls it. */
static char *
type_name_of (const char *group, const char *version, const char *kind)
{
  g_auto (GStrv) words = g_strsplit (group, ".", -1);
  GString *name = g_string_new (NULL);

  for (guint i = g_strv_length (words); i-- > 0;)
    g_string_append_printf (name, "%s.", words[i]);
  g_string_append_printf (name, "%s.%s", version, kind);
  return g_string_free (name, FALSE);
}

static const char *
describe_column (CustomKind *self, const DdValue *column, const char *json_path)
{
  const char *own = dd_value_path_string (column, "description");

  if (own != NULL)
    return own;
  g_ptr_array_add (
      self->descriptions,
      g_strdup_printf ("Custom resource definition column (in JSONPath format): %s", json_path));
  return g_ptr_array_index (self->descriptions, self->descriptions->len - 1);
}

static KubeColumn
column_of (CustomKind *self, const DdValue *column)
{
  const char *json_path = dd_value_path_string (column, "jsonPath");

  return (KubeColumn) {
    .name = dd_value_path_string (column, "name"),
    .type = dd_value_path_string (column, "type"),
    .format = dd_value_path_string (column, "format"),
    .priority = (int) dd_value_path_int (column, "priority", 0),
    .json_path = json_path,
    .description = describe_column (self, column, json_path),
  };
}

/* The name, and what the definition says; where it says nothing, the age. */
static void
make_columns (CustomKind *self, const DdValue *version)
{
  static const KubeColumn name = KUBE_NAME_COLUMN;
  static const KubeColumn age = { "Age", "date", .path = "metadata.creationTimestamp" };
  const DdValue *columns = dd_value_member (version, "additionalPrinterColumns");
  gsize count = dd_value_length (columns);

  self->descriptions = g_ptr_array_new_with_free_func (g_free);
  self->columns = g_new0 (KubeColumn, MAX (count, 1) + 2);
  self->columns[0] = name;
  if (count == 0)
    self->columns[1] = age;
  for (gsize i = 0; i < count; i++)
    self->columns[i + 1] = column_of (self, dd_value_element (columns, i));
}

/* ".spec.replicas" is written with a dot in front; NULL stays. */
static const char *
dotted (const char *json_path)
{
  return json_path != NULL && json_path[0] == '.' ? json_path + 1 : NULL;
}

static void
make_scale (CustomKind *self, const DdValue *version)
{
  const DdValue *scale = dd_value_path (version, "subresources.scale");

  if (scale == NULL)
    return;
  self->scale = (KubeScalePaths) { dotted (dd_value_path_string (scale, "specReplicasPath")),
                                   dotted (dd_value_path_string (scale, "statusReplicasPath")),
                                   dotted (dd_value_path_string (scale, "labelSelectorPath")) };
  self->kind.subresources |= KUBE_SUB_SCALE;
  self->kind.scale = &self->scale;
}

/* The first version that may be used in place of a deprecated one; NULL: none. */
static const char *
better_version (const DdValue *spec, const char *deprecated)
{
  const DdValue *versions = dd_value_member (spec, "versions");

  for (gsize i = 0; i < dd_value_length (versions); i++)
    {
      const DdValue *its = dd_value_element (versions, i);
      const char *name = dd_value_path_string (its, "name");

      if (dd_value_path_bool (its, "served", FALSE)
          && !dd_value_path_bool (its, "deprecated", FALSE)
          && kube_version_compare (name, deprecated) < 0)
        return name;
    }
  return NULL;
}

/* Imitates: Kubernetes, CustomResourceDefinition Versioning, Version deprecation. */
static char *
warning_of (const KubeKind *kind, const DdValue *spec, const DdValue *version)
{
  const char *own = dd_value_path_string (version, "deprecationWarning");
  const char *better;

  if (!dd_value_path_bool (version, "deprecated", FALSE))
    return NULL;
  if (own != NULL)
    return g_strdup (own);
  better = better_version (spec, kind->version);
  if (better == NULL)
    return g_strdup_printf ("%s/%s %s is deprecated", kind->group, kind->version, kind->kind);
  return g_strdup_printf ("%s/%s %s is deprecated; use %s/%s %s", kind->group, kind->version,
                          kind->kind, kind->group, better, kind->kind);
}

/* The last object of a definition that is ending takes it along. */
static void
settle_object (KubeApi *api, const KubeKind *kind, const char *name G_GNUC_UNUSED)
{
  g_autofree char *definition = kube_kind_resource (kind);

  if ((kind->flags & KUBE_IS_ENDING) && sim_store_count (api->store, kind) == 0)
    kube_definition_settle (api, &kube_custom_resource_definition, definition);
}

static guint
flags_of (int minor, const DdValue *definition, const DdValue *version)
{
  gboolean is_stored = dd_value_path_bool (version, "storage", FALSE);
  const char *strategy = dd_value_path_string (definition, "spec.conversion.strategy");
  guint flags = KUBE_HAS_GENERATION | KUBE_IS_ALL_SPEC | KUBE_JSON_ONLY;

  if (minor >= 30)
    flags |= KUBE_RATCHETS;
  if (kube_is_terminating (definition))
    flags |= KUBE_IS_ENDING;
  if (!is_stored && g_strcmp0 (strategy, "Webhook") == 0)
    flags |= KUBE_IS_CONVERTED;
  return flags;
}

static CustomKind *
custom_kind_new (int minor, const DdValue *definition, const DdValue *version)
{
  CustomKind *self = g_new0 (CustomKind, 1);
  const DdValue *spec = dd_value_member (definition, "spec");
  const DdValue *names = dd_value_member (spec, "names");
  const DdValue *schema = dd_value_path (version, "schema.openAPIV3Schema");
  const char *description = dd_value_path_string (schema, "description");

  self->definition = dd_value_ref (definition);
  self->short_names = texts_of (dd_value_member (names, "shortNames"));
  self->categories = texts_of (dd_value_member (names, "categories"));
  make_columns (self, version);
  self->kind = (KubeKind) {
    .group = dd_value_path_string (spec, "group"),
    .version = dd_value_path_string (version, "name"),
    .kind = dd_value_path_string (names, "kind"),
    .plural = dd_value_path_string (names, "plural"),
    .singular = dd_value_path_string (names, "singular"),
    .list_kind = dd_value_path_string (names, "listKind"),
    .short_names = self->short_names,
    .categories = self->categories,
    .namespaced = g_strcmp0 (dd_value_path_string (spec, "scope"), "Namespaced") == 0,
    .subresources = dd_value_path (version, "subresources.status") != NULL ? KUBE_SUB_STATUS : 0,
    .flags = flags_of (minor, definition, version),
    .type = &self->type,
    .schema = schema,
    .columns = self->columns,
    .settle = settle_object,
  };
  make_scale (self, version);
  self->kind.warning = self->warning = warning_of (&self->kind, spec, version);
  self->type_name = type_name_of (self->kind.group, self->kind.version, self->kind.kind);
  self->type = (KubeStruct) { self->type_name,
                              description != NULL ? description : "A custom resource.", fields };
  return self;
}

/* ---- a definition ---- */

static const DdValue *
stored_version (const DdValue *versions)
{
  for (gsize i = 0; i < dd_value_length (versions); i++)
    if (dd_value_path_bool (dd_value_element (versions, i), "storage", FALSE))
      return dd_value_element (versions, i);
  g_assert_not_reached ();
}

/* What keeps the objects of DEFINITION, made if there is none yet; it looks like the version that
 * they are kept in. */
static CustomKind *
ensure_stored (KubeCatalogue *catalogue, int minor, const DdValue *definition)
{
  const DdValue *version = stored_version (dd_value_path (definition, "spec.versions"));
  CustomKind *made = custom_kind_new (minor, definition, version);
  KubeKind *stored = kube_catalogue_find_stored (catalogue, made->kind.group, made->kind.plural);
  CustomKind *self = (CustomKind *) stored;

  if (stored == NULL)
    {
      kube_catalogue_keep (catalogue, &made->kind, custom_kind_free);
      return made;
    }
  made->kind.stored_as = stored; /* so that it is not taken for another one that keeps them */
  self->kind = made->kind;
  self->kind.stored_as = NULL;
  kube_catalogue_keep (catalogue, &made->kind, custom_kind_free);
  return self;
}

static DdValue *
made_of (const DdValue *definition)
{
  return dd_object ("spec", dd_value_ref (dd_value_member (definition, "spec")), "ending",
                    dd_bool (kube_is_terminating (definition)), NULL);
}

static gboolean
is_made_already (const KubeCatalogue *catalogue, const DdValue *definition, const DdValue *of)
{
  const KubeKind *stored
      = kube_catalogue_find_stored (catalogue, dd_value_path_string (definition, "spec.group"),
                                    dd_value_path_string (definition, "spec.names.plural"));

  return stored != NULL && dd_value_equal (((const CustomKind *) stored)->made_of, of);
}

static void
offer (KubeCatalogue *catalogue, int minor, const DdValue *definition)
{
  const DdValue *versions = dd_value_path (definition, "spec.versions");
  g_autoptr (DdValue) of = made_of (definition);
  CustomKind *stored;

  if (is_made_already (catalogue, definition, of))
    return;
  stored = ensure_stored (catalogue, minor, definition);
  dd_value_unref (stored->made_of);
  stored->made_of = g_steal_pointer (&of);
  kube_catalogue_withdraw (catalogue, &stored->kind);
  for (gsize i = 0; i < dd_value_length (versions); i++)
    {
      const DdValue *version = dd_value_element (versions, i);
      CustomKind *served;

      if (!dd_value_path_bool (version, "served", FALSE))
        continue;
      served = custom_kind_new (minor, definition, version);
      served->kind.stored_as = &stored->kind;
      kube_catalogue_offer (catalogue, &served->kind, custom_kind_free);
    }
}

void
kube_custom_resources_offer (KubeApi *api, const DdValue *definition)
{
  if (kube_definition_is (definition, "Established"))
    offer (api->catalogue, api->minor, definition);
}

gboolean
kube_custom_resources_foretell (KubeCatalogue *catalogue, const DdValue *manifest, GError **error)
{
  g_autoptr (DdValue) definition = kube_definition_read (manifest, error);

  if (definition != NULL)
    offer (catalogue, 0, definition);
  return definition != NULL;
}
