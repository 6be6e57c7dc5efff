/* SPDX-License-Identifier: Apache-2.0 */
/* sim/kube/kinds/json-schema.c: the table of JSON schemas, which contain one another, and what
 * makes a schema structural
 *
 * Imitates: Kubernetes API Reference, JSONSchemaProps v1 apiextensions.k8s.io;
 * apiextensions-apiserver's apiserver/schema, ValidateStructural, and
 * apis/apiextensions/validation, ValidateCustomResourceDefinitionOpenAPISchema. */
#include "config.h"

#include "sim/kube/kinds/json-schema.h"

#include <string.h>

#include "sim/kube/kinds/structs.h"
#include "sim/kube/schema/structural.h"

#define FOR_READERS KUBE_INERT ("It is for readers.")
#define REFUSED KUBE_INERT ("Definitions that use it are refused.")

static const KubeField rule_fields[] = {
  { "rule", KUBE_STRING, .required = TRUE, KUBE_DOC ("What must hold, in CEL.") },
  { "message", KUBE_STRING, KUBE_DOC ("What is said when it does not.") },
  { "messageExpression", KUBE_STRING, KUBE_DOC ("The same, in CEL.") },
  { "reason", KUBE_STRING, KUBE_DOC ("The reason that the cause gives.") },
  { "fieldPath", KUBE_STRING, KUBE_DOC ("The field that the cause names.") },
  { "optionalOldSelf", KUBE_BOOL, KUBE_DOC ("Whether the rule holds for what is new, too.") },
  { NULL },
};

static const KubeStruct rule = {
  "io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.ValidationRule",
  "A rule in CEL.",
  rule_fields,
};

/* The members in the order of the Go type. */
static const KubeField fields[] = {
  { "id", KUBE_STRING, KUBE_DOC ("Name of the schema."), REFUSED },
  { "$schema", KUBE_STRING, KUBE_DOC ("What the schema itself obeys."), FOR_READERS },
  { "$ref", KUBE_STRING, KUBE_DOC ("Another schema, by address."), REFUSED },
  { "description", KUBE_STRING, KUBE_DOC ("What the value means."), FOR_READERS },
  { "type", KUBE_STRING, KUBE_DOC ("object, array, string, integer, number or boolean."),
    KUBE_ACTS },
  { "format", KUBE_STRING, KUBE_DOC ("How a text is written, such as date-time."), KUBE_ACTS },
  { "title", KUBE_STRING, KUBE_DOC ("Heading for the value."), FOR_READERS },
  { "default", KUBE_RAW, KUBE_DOC ("Value of a member that is absent."), KUBE_ACTS },
  { "maximum", KUBE_NUMBER, KUBE_DOC ("Largest number."), KUBE_ACTS },
  { "exclusiveMaximum", KUBE_BOOL, KUBE_DOC ("Whether maximum itself is too large."), KUBE_ACTS },
  { "minimum", KUBE_NUMBER, KUBE_DOC ("Smallest number."), KUBE_ACTS },
  { "exclusiveMinimum", KUBE_BOOL, KUBE_DOC ("Whether minimum itself is too small."), KUBE_ACTS },
  { "maxLength", KUBE_INT, KUBE_DOC ("Most characters of a text."), KUBE_ACTS },
  { "minLength", KUBE_INT, KUBE_DOC ("Fewest characters of a text."), KUBE_ACTS },
  { "pattern", KUBE_STRING, KUBE_DOC ("Regular expression that a text matches."), KUBE_ACTS },
  { "maxItems", KUBE_INT, KUBE_DOC ("Most elements of an array."), KUBE_ACTS },
  { "minItems", KUBE_INT, KUBE_DOC ("Fewest elements of an array."), KUBE_ACTS },
  { "uniqueItems", KUBE_BOOL, KUBE_DOC ("Whether no two elements are the same."), REFUSED },
  { "multipleOf", KUBE_NUMBER, KUBE_DOC ("What divides a number."), KUBE_ACTS },
  { "enum", KUBE_LIST, .element = KUBE_RAW, KUBE_DOC ("All values there are."), KUBE_ACTS },
  { "maxProperties", KUBE_INT, KUBE_DOC ("Most members of an object."), KUBE_ACTS },
  { "minProperties", KUBE_INT, KUBE_DOC ("Fewest members of an object."), KUBE_ACTS },
  KUBE_LIST_OF_STRINGS ("required", KUBE_DOC ("Members that an object must have."), KUBE_ACTS),
  KUBE_OBJECT_OF ("items", kube_json_schema, KUBE_DOC ("Schema of an array's elements."),
                  KUBE_ACTS),
  KUBE_LIST_OF ("allOf", kube_json_schema, KUBE_DOC ("All of these hold, too."), KUBE_ACTS),
  KUBE_LIST_OF ("oneOf", kube_json_schema, KUBE_DOC ("Exactly one of these holds."), KUBE_ACTS),
  KUBE_LIST_OF ("anyOf", kube_json_schema, KUBE_DOC ("At least one of these holds."), KUBE_ACTS),
  KUBE_OBJECT_OF ("not", kube_json_schema, KUBE_DOC ("This does not hold."), KUBE_ACTS),
  { "properties", KUBE_MAP, .element = KUBE_OBJECT, .of = &kube_json_schema,
    KUBE_DOC ("Schemas of an object's members, by name."), KUBE_ACTS },
  KUBE_OBJECT_OF ("additionalProperties", kube_json_schema, .or_bool = TRUE,
                  KUBE_DOC ("Schema of the members of a map; true: they may be anything."),
                  KUBE_ACTS),
  { "patternProperties", KUBE_RAW, KUBE_DOC ("Schemas of members, by pattern."), REFUSED },
  { "dependencies", KUBE_RAW, KUBE_DOC ("What members ask for beside them."), REFUSED },
  { "additionalItems", KUBE_RAW, KUBE_DOC ("Schema of further elements."), REFUSED },
  { "definitions", KUBE_RAW, KUBE_DOC ("Schemas for others to name."), REFUSED },
  { "externalDocs", KUBE_RAW, KUBE_DOC ("Where more is written."), FOR_READERS },
  { "example", KUBE_RAW, KUBE_DOC ("A value as it might be."), FOR_READERS },
  { "nullable", KUBE_BOOL, KUBE_DOC ("Whether null is a value; otherwise it is pruned."),
    KUBE_ACTS },
  { "x-kubernetes-preserve-unknown-fields", KUBE_BOOL,
    KUBE_DOC ("Whether members without a schema stay; otherwise they are pruned."), KUBE_ACTS },
  { "x-kubernetes-embedded-resource", KUBE_BOOL,
    KUBE_DOC ("Whether the value is an object with apiVersion, kind and metadata."), KUBE_ACTS },
  { "x-kubernetes-int-or-string", KUBE_BOOL,
    KUBE_DOC ("Whether the value is a whole number or a text."), KUBE_ACTS },
  KUBE_LIST_OF_STRINGS ("x-kubernetes-list-map-keys",
                        KUBE_DOC ("Members that tell elements of a map apart."), KUBE_ACTS),
  { "x-kubernetes-list-type", KUBE_STRING,
    KUBE_DOC ("atomic, or set or map, of which no element stands there twice."), KUBE_ACTS },
  { "x-kubernetes-map-type", KUBE_STRING, KUBE_DOC ("granular or atomic."),
    KUBE_INERT ("It is for server-side apply.") },
  KUBE_LIST_OF ("x-kubernetes-validations", rule, KUBE_DOC ("Rules in CEL."),
                KUBE_NOT_MODELLED ("what breaks its rules, which are in CEL, would be refused")),
  { NULL },
};

const KubeStruct kube_json_schema = {
  "io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.JSONSchemaProps",
  "A JSON schema.",
  fields,
};

/* ---- what a schema may be ---- */

/* Where a schema stands decides what its lack of a type is called, and what it may say: those
 * within allOf, anyOf, oneOf and not add conditions to what stands outside of them. */
typedef enum
{
  ROOT,
  ITEM,
  FIELD,
  CONDITION,
} Place;

static void validate_schema (const DdValue *schema, Place place, const char *field,
                             KubeCauses *causes);

static void
add_cause (KubeCauses *causes, const char *reason, const char *field, const char *member,
           const char *message)
{
  g_autofree char *path = g_strconcat (field, ".", member, NULL);

  kube_causes_add (causes, reason, path, "%s", message);
}

static gboolean
says (const DdValue *schema, const char *key)
{
  return dd_value_bool (dd_value_member (schema, key), FALSE);
}

static void
validate_unsupported (const DdValue *schema, const char *field, KubeCauses *causes)
{
  static const char *const members[]
      = { "$ref", "additionalItems", "definitions", "dependencies", "id", "patternProperties" };

  for (guint i = 0; i < G_N_ELEMENTS (members); i++)
    if (dd_value_member (schema, members[i]) != NULL)
      {
        g_autofree char *why = g_strdup_printf ("Forbidden: %s is not supported", members[i]);

        add_cause (causes, "FieldValueForbidden", field, members[i], why);
      }
  if (says (schema, "uniqueItems"))
    add_cause (causes, "FieldValueForbidden", field, "uniqueItems",
               "Forbidden: uniqueItems cannot be set to true since the runtime complexity becomes "
               "quadratic");
  if (dd_value_length (dd_value_member (schema, "properties")) > 0
      && dd_value_member (schema, "additionalProperties") != NULL
      && !says (schema, "additionalProperties"))
    add_cause (causes, "FieldValueForbidden", field, "additionalProperties",
               "Forbidden: additionalProperties and properties are mutual exclusive");
}

static void
validate_pattern (const DdValue *schema, const char *field, KubeCauses *causes)
{
  const char *pattern = dd_value_path_string (schema, "pattern");
  g_autoptr (GError) problem = NULL;
  GRegex *regex = pattern != NULL ? g_regex_new (pattern, 0, 0, &problem) : NULL;
  g_autofree char *path = g_strconcat (field, ".pattern", NULL);
  g_autofree char *text = NULL;

  g_clear_pointer (&regex, g_regex_unref);
  if (problem == NULL)
    return;
  text = dd_value_to_text (dd_value_member (schema, "pattern"));
  kube_causes_add (causes, "FieldValueInvalid", path,
                   "Invalid value: %s: must be a valid regular expression, but isn't: %s", text,
                   problem->message);
}

/* A condition cannot say what belongs to the structure. */
static void
validate_condition (const DdValue *schema, const char *field, KubeCauses *causes)
{
  static const struct
  {
    const char *member, *must;
  } rows[] = {
    { "additionalProperties", "undefined" },
    { "default", "undefined" },
    { "description", "empty" },
    { "nullable", "false" },
    { "title", "empty" },
    { "type", "empty" },
    { "x-kubernetes-embedded-resource", "false" },
    { "x-kubernetes-int-or-string", "false" },
    { "x-kubernetes-list-map-keys", "empty" },
    { "x-kubernetes-list-type", "undefined" },
    { "x-kubernetes-map-type", "undefined" },
    { "x-kubernetes-preserve-unknown-fields", "false" },
    { "x-kubernetes-validations", "empty" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      const DdValue *member = dd_value_member (schema, rows[i].member);
      gboolean is_false = !dd_value_bool (member, TRUE);
      g_autofree char *why
          = g_strdup_printf ("Forbidden: must be %s to be structural", rows[i].must);

      if (member != NULL && (!is_false || strcmp (rows[i].must, "undefined") == 0))
        add_cause (causes, "FieldValueForbidden", field, rows[i].member, why);
    }
}

static void
validate_type (const DdValue *schema, Place place, const char *field, KubeCauses *causes)
{
  static const char *const lacks[] = {
    [ROOT] = "Required value: must not be empty at the root",
    [ITEM] = "Required value: must not be empty for specified array items",
    [FIELD] = "Required value: must not be empty for specified object fields",
  };
  const char *type = dd_value_path_string (schema, "type");
  g_autofree char *why = NULL;

  if (type == NULL && !says (schema, "x-kubernetes-int-or-string")
      && !says (schema, "x-kubernetes-preserve-unknown-fields"))
    add_cause (causes, "FieldValueRequired", field, "type", lacks[place]);
  if (place == ROOT && type != NULL && strcmp (type, "object") != 0)
    {
      why = g_strdup_printf ("Invalid value: \"%s\": must be object at the root", type);
      add_cause (causes, "FieldValueInvalid", field, "type", why);
    }
  if (g_strcmp0 (type, "array") == 0 && dd_value_member (schema, "items") == NULL)
    add_cause (causes, "FieldValueRequired", field, "items", "Required value: must be specified");
  if (place == ROOT && dd_value_member (schema, "additionalProperties") != NULL)
    add_cause (causes, "FieldValueForbidden", field, "additionalProperties",
               "Forbidden: must not be used at the root");
}

/* What x-kubernetes-int-or-string means may be said again in anyOf. */
static gboolean
says_int_or_string (const DdValue *any)
{
  static const char text[] = "[{\"type\":\"integer\"},{\"type\":\"string\"}]";
  g_autoptr (DdValue) pattern = dd_value_parse (text, strlen (text), NULL, NULL);

  return dd_value_equal (any, pattern);
}

static void
validate_conditions (const DdValue *schema, const char *field, KubeCauses *causes)
{
  static const char *const lists[] = { "allOf", "anyOf", "oneOf" };
  const DdValue *not = dd_value_member (schema, "not");
  g_autofree char *below_not = g_strconcat (field, ".not", NULL);

  for (guint i = 0; i < G_N_ELEMENTS (lists); i++)
    {
      const DdValue *list = dd_value_member (schema, lists[i]);

      if (strcmp (lists[i], "anyOf") == 0 && says_int_or_string (list))
        continue;
      for (gsize at = 0; at < dd_value_length (list); at++)
        {
          g_autofree char *below
              = g_strdup_printf ("%s.%s[%" G_GSIZE_FORMAT "]", field, lists[i], at);

          validate_schema (dd_value_element (list, at), CONDITION, below, causes);
        }
    }
  if (not != NULL)
    validate_schema (not, CONDITION, below_not, causes);
}

static void
validate_members (const DdValue *schema, Place place, const char *field, KubeCauses *causes)
{
  const DdValue *properties = dd_value_member (schema, "properties");
  const DdValue *items = dd_value_member (schema, "items");
  const DdValue *others = dd_value_member (schema, "additionalProperties");
  g_autofree char *below_items = g_strconcat (field, ".items", NULL);
  g_autofree char *below_others = g_strconcat (field, ".additionalProperties", NULL);

  for (gsize i = 0; i < dd_value_length (properties); i++)
    {
      g_autofree char *below
          = g_strdup_printf ("%s.properties[%s]", field, dd_value_key (properties, i));

      validate_schema (dd_value_nth (properties, i), place == CONDITION ? CONDITION : FIELD, below,
                       causes);
    }
  if (items != NULL)
    validate_schema (items, place == CONDITION ? CONDITION : ITEM, below_items, causes);
  if (others != NULL && dd_value_type (others) == DD_OBJECT)
    validate_schema (others, place == CONDITION ? CONDITION : FIELD, below_others, causes);
}

static void
validate_default (const DdValue *schema, const char *field, KubeCauses *causes)
{
  const DdValue *fallback = dd_value_member (schema, "default");
  g_autofree char *below = g_strconcat (field, ".default", NULL);
  g_autoptr (DdValue) filled = NULL;

  if (fallback == NULL)
    return;
  filled = kube_structural_decode (schema, fallback); /* as it may leave some to others */
  kube_structural_validate_default (schema, filled, below, causes);
}

static void
validate_schema (const DdValue *schema, Place place, const char *field, KubeCauses *causes)
{
  validate_unsupported (schema, field, causes);
  validate_pattern (schema, field, causes);
  if (place == CONDITION)
    validate_condition (schema, field, causes);
  else
    {
      validate_type (schema, place, field, causes);
      validate_default (schema, field, causes);
    }
  validate_conditions (schema, field, causes);
  validate_members (schema, place, field, causes);
}

void
kube_json_schema_validate (const DdValue *schema, const char *field, KubeCauses *causes)
{
  validate_schema (schema, ROOT, field, causes);
}

gboolean
kube_json_schema_has_rules (const DdValue *schema)
{
  if (dd_value_member (schema, "x-kubernetes-validations") != NULL)
    return TRUE;
  for (gsize i = 0; i < dd_value_length (schema); i++)
    {
      const DdValue *within = dd_value_type (schema) == DD_ARRAY ? dd_value_element (schema, i)
                                                                 : dd_value_nth (schema, i);

      if ((dd_value_type (within) == DD_OBJECT || dd_value_type (within) == DD_ARRAY)
          && kube_json_schema_has_rules (within))
        return TRUE;
    }
  return FALSE;
}
