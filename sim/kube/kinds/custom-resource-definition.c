/* SPDX-License-Identifier: Apache-2.0 */
/* sim/kube/kinds/custom-resource-definition.c: the CustomResourceDefinition table
 *
 * What a definition makes of itself, once it is written, is sim/kube/kinds/definitions.c.
 *
 * Imitates: Kubernetes API Reference, v1 apiextensions.k8s.io; its pkg/apis/apiextensions/v1,
 * SetDefaults, and apis/apiextensions/validation. */
#include "config.h"

#include <string.h>

#include "sim/kube/json-path.h"
#include "sim/kube/kinds/definitions.h"
#include "sim/kube/kinds/json-schema.h"
#include "sim/kube/kinds/kinds.h"
#include "sim/kube/kinds/structs.h"
#include "sim/kube/names.h"
#include "sim/kube/verbs/rules.h"

#define PREFIX "io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1."

static const KubeField names_fields[] = {
  { "plural", KUBE_STRING, .required = TRUE, KUBE_DOC ("The name in paths, in lower case."),
    KUBE_ACTS },
  { "singular", KUBE_STRING, KUBE_DOC ("The name of one; default: kind in lower case."),
    KUBE_ACTS },
  KUBE_LIST_OF_STRINGS ("shortNames", KUBE_DOC ("Shorter names for kubectl."), KUBE_ACTS),
  { "kind", KUBE_STRING, .required = TRUE, KUBE_DOC ("What objects call themselves."), KUBE_ACTS },
  { "listKind", KUBE_STRING, KUBE_DOC ("What lists call themselves; default: kind and List."),
    KUBE_ACTS },
  KUBE_LIST_OF_STRINGS ("categories", KUBE_DOC ("Groups of kinds for kubectl, such as all."),
                        KUBE_ACTS),
  { NULL },
};

static const KubeStruct names = {
  PREFIX "CustomResourceDefinitionNames",
  "What a kind is called.",
  names_fields,
};

static const KubeField validation_fields[] = {
  KUBE_OBJECT_OF ("openAPIV3Schema", kube_json_schema, KUBE_DOC ("What objects may hold."),
                  KUBE_ACTS),
  { NULL },
};

static const KubeStruct validation = {
  PREFIX "CustomResourceValidation",
  "What objects may hold.",
  validation_fields,
};

static const KubeField no_fields[] = { { NULL } };

static const KubeStruct status_subresource = {
  PREFIX "CustomResourceSubresourceStatus",
  "Says by being there that status is written by itself.",
  no_fields,
};

static const KubeField scale_fields[] = {
  { "specReplicasPath", KUBE_STRING, .required = TRUE,
    KUBE_DOC ("Where the number wanted is, such as .spec.replicas."), KUBE_ACTS },
  { "statusReplicasPath", KUBE_STRING, .required = TRUE,
    KUBE_DOC ("Where the number there is is, such as .status.replicas."), KUBE_ACTS },
  { "labelSelectorPath", KUBE_STRING, KUBE_DOC ("Where the selector of its pods is, as a text."),
    KUBE_ACTS },
  { NULL },
};

static const KubeStruct scale = {
  PREFIX "CustomResourceSubresourceScale",
  "Where the numbers of a scale are.",
  scale_fields,
};

static const KubeField subresources_fields[] = {
  KUBE_OBJECT_OF ("status", status_subresource, KUBE_DOC ("Status is written by itself."),
                  KUBE_ACTS),
  KUBE_OBJECT_OF ("scale", scale, KUBE_DOC ("Objects can be scaled."), KUBE_ACTS),
  { NULL },
};

static const KubeStruct subresources = {
  PREFIX "CustomResourceSubresources",
  "What of an object is reached by itself.",
  subresources_fields,
};

static const KubeField column_fields[] = {
  { "name", KUBE_STRING, .required = TRUE, KUBE_DOC ("Heading of the column."), KUBE_ACTS },
  { "type", KUBE_STRING, .required = TRUE, KUBE_DOC ("string, integer, number, boolean or date."),
    KUBE_ACTS },
  { "format", KUBE_STRING, KUBE_DOC ("How the type is written."), KUBE_ACTS },
  { "description", KUBE_STRING, KUBE_DOC ("What the column shows."), KUBE_ACTS },
  { "priority", KUBE_INT, KUBE_DOC ("Above 0: shown by -o wide alone."), KUBE_ACTS },
  { "jsonPath", KUBE_STRING, .required = TRUE, KUBE_DOC ("Where the value is."), KUBE_ACTS },
  { NULL },
};

static const KubeStruct column = {
  PREFIX "CustomResourceColumnDefinition",
  "A column of kubectl get.",
  column_fields,
};

static const KubeField selectable_fields[] = {
  { "jsonPath", KUBE_STRING, .required = TRUE, KUBE_DOC ("Where the value is.") },
  { NULL },
};

static const KubeStruct selectable = {
  PREFIX "SelectableField",
  "A field that selectors may name.",
  selectable_fields,
};

static const KubeField version_fields[] = {
  { "name", KUBE_STRING, .required = TRUE, KUBE_DOC ("Name of the version, such as v1beta1."),
    KUBE_ACTS },
  { "served", KUBE_BOOL, .required = TRUE, KUBE_DOC ("Whether clients reach it."), KUBE_ACTS },
  { "storage", KUBE_BOOL, .required = TRUE,
    KUBE_DOC ("Whether objects are kept in it; one version is."), KUBE_ACTS },
  { "deprecated", KUBE_BOOL, KUBE_DOC ("Whether its use brings a warning."), KUBE_ACTS },
  { "deprecationWarning", KUBE_STRING, KUBE_DOC ("What the warning says."), KUBE_ACTS },
  KUBE_OBJECT_OF ("schema", validation, KUBE_DOC ("What objects may hold."), KUBE_ACTS),
  KUBE_OBJECT_OF ("subresources", subresources, KUBE_DOC ("What is reached by itself."), KUBE_ACTS),
  KUBE_LIST_OF ("additionalPrinterColumns", column, KUBE_DOC ("Columns of kubectl get."),
                KUBE_ACTS),
  KUBE_LIST_OF ("selectableFields", selectable, KUBE_DOC ("Fields that selectors may name."),
                KUBE_NOT_MODELLED ("field selectors could name them")),
  { NULL },
};

static const KubeStruct version = {
  PREFIX "CustomResourceDefinitionVersion",
  "A version of the kind.",
  version_fields,
};

static const KubeField conversion_fields[] = {
  { "strategy", KUBE_STRING, .required = TRUE, .values = KUBE_VALUES ("None", "Webhook"),
    KUBE_DOC ("None: versions differ in their name alone. Webhook: somebody is asked."),
    KUBE_ACTS },
  { "webhook", KUBE_RAW, KUBE_DOC ("Who is asked."),
    KUBE_NOT_MODELLED ("it would be asked to convert objects between versions") },
  { NULL },
};

static const KubeStruct conversion = {
  PREFIX "CustomResourceConversion",
  "How objects go from one version to another.",
  conversion_fields,
};

static const KubeField spec_fields[] = {
  { "group", KUBE_STRING, .required = TRUE, KUBE_DOC ("Group of the kind, which is a domain."),
    KUBE_ACTS },
  KUBE_OBJECT_OF ("names", names, .required = TRUE, KUBE_DOC ("What the kind is called."),
                  KUBE_ACTS),
  { "scope", KUBE_STRING, .required = TRUE, .values = KUBE_VALUES ("Cluster", "Namespaced"),
    KUBE_DOC ("Whether objects are in namespaces."), KUBE_ACTS },
  KUBE_LIST_OF ("versions", version, .required = TRUE, KUBE_DOC ("The versions of the kind."),
                KUBE_ACTS),
  KUBE_OBJECT_OF ("conversion", conversion, .pointer = TRUE, .fallback = "{\"strategy\":\"None\"}",
                  KUBE_DOC ("How objects go from one version to another."), KUBE_ACTS),
  { "preserveUnknownFields", KUBE_BOOL, KUBE_DOC ("False, as nothing else is allowed."),
    KUBE_INERT ("Definitions that set it are refused.") },
  { NULL },
};

static const KubeStruct spec = {
  PREFIX "CustomResourceDefinitionSpec",
  "The kind that is defined.",
  spec_fields,
};

static const KubeField condition_fields[] = {
  { "type", KUBE_STRING, .required = TRUE, KUBE_DOC ("What is judged, such as Established.") },
  { "status", KUBE_STRING, .required = TRUE, KUBE_DOC ("The verdict: True, False or Unknown.") },
  { "lastTransitionTime", KUBE_TIME, KUBE_DOC ("When the verdict last changed.") },
  { "reason", KUBE_STRING, KUBE_DOC ("Why, as one CamelCase word that programs can compare.") },
  { "message", KUBE_STRING, KUBE_DOC ("Why, in a sentence for people.") },
  { NULL },
};

static const KubeStruct condition = {
  PREFIX "CustomResourceDefinitionCondition",
  "One question about a definition.",
  condition_fields,
};

static const KubeField status_fields[] = {
  KUBE_LIST_OF ("conditions", condition, .merge_key = "type",
                KUBE_DOC ("Whether the names are free, and the kind is served.")),
  KUBE_OBJECT_OF ("acceptedNames", names, KUBE_DOC ("The names under which it is served.")),
  KUBE_LIST_OF_STRINGS ("storedVersions", KUBE_DOC ("Versions that objects were kept in.")),
  { NULL },
};

static const KubeStruct status = {
  PREFIX "CustomResourceDefinitionStatus",
  "Whether the kind is served.",
  status_fields,
};

static const KubeField fields[] = {
  KUBE_TYPE_FIELDS,
  KUBE_OBJECT_OF ("spec", spec, .required = TRUE, KUBE_DOC ("The kind that is defined."),
                  KUBE_ACTS),
  KUBE_OBJECT_OF ("status", status, KUBE_DOC ("Whether the kind is served."),
                  KUBE_INERT ("The cluster writes it.")),
  { NULL },
};

static const KubeStruct type = {
  PREFIX "CustomResourceDefinition",
  "A kind that the cluster serves besides its own.",
  fields,
};

/* Imitates: kubectl get customresourcedefinitions. */
static const KubeColumn columns[] = {
  KUBE_NAME_COLUMN,
  KUBE_CREATED_COLUMN,
  { NULL },
};

/* ---- defaults ---- */

static void
set_names (DdValue **object)
{
  const DdValue *given = dd_value_path (*object, "spec.names");
  const char *kind = dd_value_path_string (given, "kind");
  DdValue *singular = dd_value_ref (dd_value_member (given, "singular"));
  DdValue *list_kind = dd_value_ref (dd_value_member (given, "listKind"));

  if (singular == NULL && kind != NULL)
    singular = dd_string_take (g_ascii_strdown (kind, -1));
  if (list_kind == NULL && kind != NULL)
    list_kind = dd_string_printf ("%sList", kind);
  dd_value_set (
      object, "spec.names",
      dd_object ("plural", dd_value_ref (dd_value_member (given, "plural")), "singular", singular,
                 "shortNames", dd_value_ref (dd_value_member (given, "shortNames")), "kind",
                 dd_value_ref (dd_value_member (given, "kind")), "listKind", list_kind,
                 "categories", dd_value_ref (dd_value_member (given, "categories")), NULL));
}

static const char *
storage_version (const DdValue *object)
{
  const DdValue *versions = dd_value_path (object, "spec.versions");

  for (gsize i = 0; i < dd_value_length (versions); i++)
    if (dd_value_path_bool (dd_value_element (versions, i), "storage", FALSE))
      return dd_value_path_string (dd_value_element (versions, i), "name");
  return NULL;
}

static gboolean
holds (const DdValue *texts, const char *text)
{
  for (gsize i = 0; i < dd_value_length (texts); i++)
    if (g_strcmp0 (dd_value_string (dd_value_element (texts, i)), text) == 0)
      return TRUE;
  return FALSE;
}

static void
set_defaults (DdValue **object)
{
  if (dd_value_path (*object, "spec.names") != NULL)
    set_names (object);
  if (!dd_value_path_bool (*object, "spec.preserveUnknownFields", FALSE))
    dd_value_set (object, "spec.preserveUnknownFields", NULL);
}

/* A real server begins with a status that says nothing, and with null for a list. */
static gboolean
prepare_create (KubeApi *api, DdValue **object, GError **error G_GNUC_UNUSED)
{
  const char *stored = storage_version (*object);
  DdValue *nameless = dd_object ("plural", dd_string (""), "kind", dd_string (""), NULL);

  dd_value_set (object, "status",
                dd_object ("conditions", dd_null (), "acceptedNames", nameless, "storedVersions",
                           dd_array (dd_string (stored), NULL), NULL));
  kube_definition_tell (api, *object);
  return TRUE;
}

static gboolean
prepare_update (KubeApi *api, const SimObject *old, DdValue **object, GError **error G_GNUC_UNUSED)
{
  const DdValue *versions = dd_value_path (*object, "status.storedVersions");
  const char *stored = storage_version (*object);

  if (stored != NULL && !holds (versions, stored))
    dd_value_set (object, "status.storedVersions",
                  dd_value_with_element (versions, dd_string (stored)));
  if (!dd_value_equal (dd_value_member (old->value, "spec"), dd_value_member (*object, "spec")))
    kube_definition_tell (api, *object);
  return TRUE;
}

/* ---- what a table cannot say ---- */

static void add_invalid (KubeCauses *causes, const char *field, const char *text, const char *why);

static void
add_invalid (KubeCauses *causes, const char *field, const char *text, const char *why)
{
  kube_causes_add (causes, "FieldValueInvalid", field, "Invalid value: \"%s\": %s", text, why);
}

static void
validate_label (const char *text, const char *field, KubeCauses *causes)
{
  const char *problem
      = text != NULL && text[0] != '\0' ? kube_name_check (KUBE_NAME_LABEL_1035, text) : NULL;

  if (problem != NULL)
    add_invalid (causes, field, text, problem);
}

static void
validate_mixed (const char *text, const char *field, KubeCauses *causes)
{
  g_autofree char *lower = text != NULL ? g_ascii_strdown (text, -1) : NULL;
  const char *problem = lower != NULL ? kube_name_check (KUBE_NAME_LABEL_1035, lower) : NULL;
  g_autofree char *why
      = g_strdup_printf ("may have mixed case, but should otherwise match: %s", problem);

  if (problem != NULL)
    add_invalid (causes, field, text, why);
}

static void
validate_labels (const DdValue *texts, const char *field, KubeCauses *causes)
{
  for (gsize i = 0; i < dd_value_length (texts); i++)
    {
      g_autofree char *its = g_strdup_printf ("%s[%" G_GSIZE_FORMAT "]", field, i);

      validate_label (dd_value_string (dd_value_element (texts, i)), its, causes);
    }
}

static void
validate_names (const DdValue *its, KubeCauses *causes)
{
  const char *kind = dd_value_path_string (its, "kind");
  const char *list_kind = dd_value_path_string (its, "listKind");

  validate_label (dd_value_path_string (its, "plural"), "spec.names.plural", causes);
  validate_label (dd_value_path_string (its, "singular"), "spec.names.singular", causes);
  validate_labels (dd_value_member (its, "shortNames"), "spec.names.shortNames", causes);
  validate_mixed (kind, "spec.names.kind", causes);
  validate_mixed (list_kind, "spec.names.listKind", causes);
  if (kind != NULL && g_strcmp0 (kind, list_kind) == 0)
    add_invalid (causes, "spec.names.listKind", list_kind, "kind and listKind may not be the same");
  validate_labels (dd_value_member (its, "categories"), "spec.names.categories", causes);
}

/* A group of the server's own would have kinds of two makes; a real one serves its own alone. */
static gboolean
is_of_the_server (const char *group)
{
  for (guint i = 0; i < kube_n_kinds; i++)
    if (strcmp (kube_kinds[i]->group, group) == 0)
      return TRUE;
  return FALSE;
}

static gboolean
is_protected (const char *group)
{
  return g_str_has_suffix (group, ".k8s.io") || g_str_has_suffix (group, ".kubernetes.io")
         || strcmp (group, "k8s.io") == 0 || strcmp (group, "kubernetes.io") == 0;
}

static void
validate_group (const DdValue *object, const char *group, KubeCauses *causes)
{
  const DdValue *annotations = dd_value_path (object, "metadata.annotations");
  const char *problem = kube_name_check (KUBE_NAME_SUBDOMAIN, group);

  if (problem == NULL && strchr (group, '.') == NULL)
    problem = "should be a domain with at least one dot";
  if (problem == NULL && is_of_the_server (group))
    problem = "a definition in a group that the server has itself is not modelled by Drydock";
  if (problem != NULL)
    add_invalid (causes, "spec.group", group, problem);
  else if (is_protected (group) && dd_value_member (annotations, KUBE_APPROVED_ANNOTATION) == NULL)
    kube_causes_add (causes, "FieldValueRequired",
                     "metadata.annotations[" KUBE_APPROVED_ANNOTATION "]",
                     "Required value: protected groups must have approval annotation "
                     "\"" KUBE_APPROVED_ANNOTATION
                     "\", see https://github.com/kubernetes/enhancements/pull/1111");
}

static void
validate_scale (const DdValue *its, const char *field, KubeCauses *causes)
{
  static const struct
  {
    const char *member, *start, *why;
  } rows[] = {
    { "specReplicasPath", ".spec.", "should be a json path under .spec" },
    { "statusReplicasPath", ".status.", "should be a json path under .status" },
    { "labelSelectorPath", ".status.", "should be a json path under .status" },
  };

  for (guint i = 0; its != NULL && i < G_N_ELEMENTS (rows); i++)
    {
      const char *path = dd_value_path_string (its, rows[i].member);
      g_autofree char *place = g_strdup_printf ("%s.subresources.scale.%s", field, rows[i].member);
      gboolean is_selector = strcmp (rows[i].member, "labelSelectorPath") == 0;

      if (path == NULL || path[0] == '\0' || g_str_has_prefix (path, rows[i].start)
          || (is_selector && g_str_has_prefix (path, ".spec.")))
        continue;
      add_invalid (causes, place, path,
                   path[0] != '.' ? "must be a simple json path starting with ." : rows[i].why);
    }
}

static void
validate_json_path (const char *path, const char *field, KubeCauses *causes)
{
  if (path == NULL || path[0] == '\0' || kube_json_path_is_understood (path))
    return;
  add_invalid (causes, field, path,
               path[0] == '.' || path[0] == '[' ? "is a JSONPath that is not modelled by Drydock"
                                                : "must be a simple json path starting with .");
}

static void
validate_columns (const DdValue *list, const char *field, KubeCauses *causes)
{
  static const char *const types[] = { "boolean", "date", "integer", "number", "string", NULL };

  for (gsize i = 0; i < dd_value_length (list); i++)
    {
      const DdValue *its = dd_value_element (list, i);
      const char *its_type = dd_value_path_string (its, "type");
      g_autofree char *place
          = g_strdup_printf ("%s.additionalPrinterColumns[%" G_GSIZE_FORMAT "].type", field, i);
      g_autofree char *path_place
          = g_strdup_printf ("%s.additionalPrinterColumns[%" G_GSIZE_FORMAT "].jsonPath", field, i);

      if (its_type != NULL && !g_strv_contains (types, its_type))
        add_invalid (causes, place, its_type, "must be one of boolean,date,integer,number,string");
      validate_json_path (dd_value_path_string (its, "jsonPath"), path_place, causes);
    }
}

static void
validate_version (const DdValue *its, gsize at, KubeCauses *causes)
{
  g_autofree char *field = g_strdup_printf ("spec.versions[%" G_GSIZE_FORMAT "]", at);
  g_autofree char *name_field = g_strconcat (field, ".name", NULL);
  g_autofree char *schema_field = g_strconcat (field, ".schema.openAPIV3Schema", NULL);
  const DdValue *schema = dd_value_path (its, "schema.openAPIV3Schema");

  validate_label (dd_value_path_string (its, "name"), name_field, causes);
  if (schema == NULL)
    kube_causes_add (causes, "FieldValueRequired", schema_field,
                     "Required value: schemas are required");
  else
    kube_json_schema_validate (schema, schema_field, causes);
  validate_scale (dd_value_path (its, "subresources.scale"), field, causes);
  validate_columns (dd_value_member (its, "additionalPrinterColumns"), field, causes);
}

static void
validate_versions (const DdValue *versions, KubeCauses *causes)
{
  g_autoptr (GHashTable) seen = g_hash_table_new (g_str_hash, g_str_equal);
  g_autofree char *text = versions != NULL ? dd_value_to_text (versions) : NULL;
  guint stored = 0;
  gboolean twice = FALSE;

  for (gsize i = 0; i < dd_value_length (versions); i++)
    {
      const DdValue *its = dd_value_element (versions, i);
      const char *name = dd_value_path_string (its, "name");

      validate_version (its, i, causes);
      stored += dd_value_path_bool (its, "storage", FALSE);
      twice = twice || (name != NULL && !g_hash_table_add (seen, (gpointer) name));
    }
  if (twice)
    kube_causes_add (causes, "FieldValueInvalid", "spec.versions",
                     "Invalid value: %s: must contain unique version names", text);
  if (stored != 1 && versions != NULL)
    kube_causes_add (causes, "FieldValueInvalid", "spec.versions",
                     "Invalid value: %s: must have exactly one version marked as storage version",
                     text);
}

static void
validate_unchanged (const DdValue *old, const DdValue *object, const char *field,
                    KubeCauses *causes)
{
  const DdValue *after = dd_value_path (object, field);
  g_autofree char *text = after != NULL ? dd_value_to_text (after) : g_strdup ("\"\"");

  if (!dd_value_equal (dd_value_path (old, field), after))
    kube_causes_add (causes, "FieldValueInvalid", field, "Invalid value: %s: field is immutable",
                     text);
}

static void
validate_stored_versions (const DdValue *object, KubeCauses *causes)
{
  const DdValue *stored = dd_value_path (object, "status.storedVersions");
  const DdValue *versions = dd_value_path (object, "spec.versions");

  for (gsize i = 0; i < dd_value_length (stored); i++)
    {
      const char *name = dd_value_string (dd_value_element (stored, i));
      g_autofree char *field = g_strdup_printf ("status.storedVersions[%" G_GSIZE_FORMAT "]", i);
      gboolean found = FALSE;

      for (gsize at = 0; at < dd_value_length (versions); at++)
        found = found
                || g_strcmp0 (dd_value_path_string (dd_value_element (versions, at), "name"), name)
                       == 0;
      if (!found)
        add_invalid (causes, field, name, "must appear in spec.versions");
    }
}

static void
validate_update (const DdValue *old, const DdValue *object, KubeCauses *causes)
{
  validate_unchanged (old, object, "spec.group", causes);
  validate_unchanged (old, object, "spec.names.plural", causes);
  if (kube_definition_is (old, "Established"))
    {
      validate_unchanged (old, object, "spec.names.kind", causes);
      validate_unchanged (old, object, "spec.scope", causes);
    }
  validate_stored_versions (object, causes);
}

static void
validate (const DdValue *old, const DdValue *object, KubeCauses *causes)
{
  const DdValue *its = dd_value_member (object, "spec");
  const char *name = dd_value_path_string (object, "metadata.name");
  const char *group = dd_value_path_string (its, "group");
  const char *plural = dd_value_path_string (its, "names.plural");
  g_autofree char *wanted
      = g_strdup_printf ("%s.%s", plural != NULL ? plural : "", group != NULL ? group : "");

  if (old == NULL && g_strcmp0 (name, wanted) != 0)
    add_invalid (causes, "metadata.name", name, "must be spec.names.plural+\".\"+spec.group");
  if (group != NULL && group[0] != '\0')
    validate_group (object, group, causes);
  validate_names (dd_value_member (its, "names"), causes);
  validate_versions (dd_value_member (its, "versions"), causes);
  if (dd_value_path_bool (its, "preserveUnknownFields", FALSE))
    kube_causes_add (causes, "FieldValueInvalid", "spec.preserveUnknownFields",
                     "Invalid value: true: cannot set to true, set "
                     "x-kubernetes-preserve-unknown-fields to true in spec.versions[*].schema "
                     "instead");
  if (old != NULL)
    validate_update (old, object, causes);
}

const KubeKind kube_custom_resource_definition = {
  .group = "apiextensions.k8s.io",
  .version = "v1",
  .kind = "CustomResourceDefinition",
  .plural = "customresourcedefinitions",
  .singular = "customresourcedefinition",
  .short_names = KUBE_VALUES ("crd", "crds"),
  .categories = KUBE_VALUES ("api-extensions"),
  .storage_version = "v1beta1",
  .subresources = KUBE_SUB_STATUS,
  .flags = KUBE_HAS_GENERATION | KUBE_JSON_ONLY,
  .type = &type,
  .columns = columns,
  .deletion_finalizer = KUBE_DEFINITION_FINALIZER,
  .set_defaults = set_defaults,
  .prepare_create = prepare_create,
  .prepare_update = prepare_update,
  .validate = validate,
  .settle = kube_definition_settle,
};

DdValue *
kube_definition_read (const DdValue *manifest, GError **error)
{
  const KubeKind *kind = &kube_custom_resource_definition;
  g_autoptr (DdValue) definition = kube_schema_decode (kind, manifest, NULL, NULL, error);

  if (definition == NULL)
    return NULL;
  set_defaults (&definition);
  return kube_validate (kind, NULL, definition, error) ? g_steal_pointer (&definition) : NULL;
}
