/* SPDX-License-Identifier: Apache-2.0 */
/* Checking custom resources against their schema.
 *
 * Imitates: kube-openapi's pkg/validation for what is checked, in which order and in which words;
 * apiextensions-apiserver's apiserver/validation for how that becomes causes, and its
 * schema/listtype for lists that are sets and maps. Rules in CEL are not modelled:
 * sim/kube/kinds/json-schema.c tells so. */
#include "config.h"

#include "sim/kube/schema/structural.h"

#include <math.h>
#include <string.h>

#include "sim/kube/schema/causes.h"
#include "sim/kube/schema/field-path.h"
#include "sim/kube/schema/schema.h"

/* Where a combination of schemas fails, as the path of nothing is printed. */
#define NOWHERE "<nil>"

static void check_value (const DdValue *schema, const DdValue *old, const DdValue *value,
                         GString *path, KubeCauses *causes);

static gboolean
says (const DdValue *schema, const char *key)
{
  return dd_value_bool (dd_value_member (schema, key), FALSE);
}

static void add_invalid (KubeCauses *causes, const char *path, const DdValue *value,
                         const char *format, ...) G_GNUC_PRINTF (4, 5);

/* `Invalid value: 0: spec.size in body should be greater than or equal to 1` */
static void
add_invalid (KubeCauses *causes, const char *path, const DdValue *value, const char *format, ...)
{
  g_autofree char *text = dd_value_to_text (value);
  g_autofree char *why = NULL;
  va_list args;

  va_start (args, format);
  why = g_strdup_vprintf (format, args);
  va_end (args);
  kube_causes_add (causes, "FieldValueInvalid", path, "Invalid value: %s: %s in body %s", text,
                   path, why);
}

static void
add_invalid_count (KubeCauses *causes, const char *path, gsize count, const char *why)
{
  g_autoptr (DdValue) value = dd_int ((gint64) count);

  add_invalid (causes, path, value, "%s", why);
}

/* ---- types ---- */

static const char *
type_of (const DdValue *value)
{
  switch (dd_value_type (value))
    {
    case DD_NULL:
      return "null";
    case DD_BOOL:
      return "boolean";
    case DD_INT:
      return "integer";
    case DD_DOUBLE:
      return "number";
    case DD_STRING:
      return "string";
    case DD_ARRAY:
      return "array";
    case DD_OBJECT:
      return "object";
    }
  g_assert_not_reached ();
}

static gboolean
is_whole (const DdValue *value)
{
  double number = dd_value_double (value, 0.5);

  return dd_value_type (value) == DD_INT
         || (dd_value_type (value) == DD_DOUBLE && floor (number) == number);
}

static gboolean
is_of_type (const char *type, const DdValue *value)
{
  if (strcmp (type, "integer") == 0)
    return is_whole (value);
  if (strcmp (type, "number") == 0)
    return dd_value_type (value) == DD_INT || dd_value_type (value) == DD_DOUBLE;
  return strcmp (type, type_of (value)) == 0;
}

static void
check_type (const DdValue *schema, const DdValue *value, const char *path, KubeCauses *causes)
{
  const char *type = dd_value_path_string (schema, "type");
  gboolean either = says (schema, "x-kubernetes-int-or-string");
  gboolean fits = either ? is_whole (value) || dd_value_type (value) == DD_STRING
                         : type == NULL || is_of_type (type, value);

  if (fits || (dd_value_type (value) == DD_NULL && says (schema, "nullable")))
    return;
  kube_causes_add (causes, "FieldValueTypeInvalid", path,
                   "Invalid value: \"%s\": %s in body must be of type %s: \"%s\"", type_of (value),
                   path, either ? "integer,string" : type, type_of (value));
}

/* ---- enumerations ---- */

static void
append_choice (GString *text, const DdValue *choice)
{
  g_autofree char *json = dd_value_to_text (choice);
  g_autoptr (DdValue) quoted = dd_string (json);
  g_autofree char *again = dd_value_to_text (quoted);

  g_string_append_printf (text, "%s%s", text->len > 0 ? ", " : "",
                          dd_value_type (choice) == DD_STRING ? json : again);
}

static void
check_enumeration (const DdValue *schema, const DdValue *value, const char *path,
                   KubeCauses *causes)
{
  const DdValue *choices = dd_value_member (schema, "enum");
  g_autoptr (GString) known = g_string_new (NULL);
  g_autofree char *text = NULL;

  for (gsize i = 0; i < dd_value_length (choices); i++)
    {
      if (dd_value_equal (dd_value_element (choices, i), value))
        return;
      append_choice (known, dd_value_element (choices, i));
    }
  if (dd_value_length (choices) == 0)
    return;
  text = dd_value_to_text (value);
  kube_causes_add (causes, "FieldValueNotSupported", path,
                   "Unsupported value: %s: supported values: %s", text, known->str);
}

/* ---- texts ---- */

/* Formats that say something of a text; others are taken for remarks, as a real server takes them.
 */
static const struct
{
  const char *name, *pattern;
} formats[] = {
  { "byte", "^([A-Za-z0-9+/]{4})*([A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$" },
  { "date", "^\\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\\d|3[01])$" },
  { "date-time", "^\\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\\d|3[01])[Tt]([01]\\d|2[0-3]):[0-5]\\d:"
                 "([0-5]\\d|60)(\\.\\d+)?([Zz]|[+-]\\d{2}:\\d{2})$" },
  { "duration", "^-?((\\d+(\\.\\d*)?|\\.\\d+)(ns|us|µs|ms|s|m|h))+$|^0$|^\\d+ ?"
                "(ns|us|µs|ms|s|sec|m|min|h|hr|d|w|nano(second)?s?|micro(second)?s?|"
                "milli(second)?s?|(second|minute|hour|day|week)s?)$" },
  { "email", "^[^@\\s]+@[^@\\s]+$" },
  { "ipv4", "^((25[0-5]|2[0-4]\\d|1?\\d?\\d)\\.){3}(25[0-5]|2[0-4]\\d|1?\\d?\\d)$" },
  { "uuid", "^[0-9A-Fa-f]{8}-?[0-9A-Fa-f]{4}-?[0-9A-Fa-f]{4}-?[0-9A-Fa-f]{4}-?[0-9A-Fa-f]{12}$" },
};

static void
check_format (const char *format, const DdValue *value, const char *path, KubeCauses *causes)
{
  const char *text = dd_value_string (value);
  g_autofree char *quoted = NULL;

  for (guint i = 0; format != NULL && i < G_N_ELEMENTS (formats); i++)
    if (strcmp (formats[i].name, format) == 0
        && !g_regex_match_simple (formats[i].pattern, text, 0, 0))
      {
        quoted = dd_value_to_text (value);
        kube_causes_add (causes, "FieldValueTypeInvalid", path,
                         "Invalid value: %s: %s in body must be of type %s: %s", quoted, path,
                         format, quoted);
      }
}

static void
check_text (const DdValue *schema, const DdValue *value, const char *path, KubeCauses *causes)
{
  const char *text = dd_value_string (value);
  const char *pattern = dd_value_path_string (schema, "pattern");
  gint64 most = dd_value_path_int (schema, "maxLength", -1);
  gint64 least = dd_value_path_int (schema, "minLength", -1);
  gint64 length = g_utf8_strlen (text, -1);

  if (most >= 0 && length > most)
    kube_causes_add (causes, "FieldValueTooLong", path,
                     "Too long: may not be more than %" G_GINT64_FORMAT " bytes", most);
  if (least >= 0 && length < least)
    add_invalid (causes, path, value, "should be at least %" G_GINT64_FORMAT " chars long", least);
  if (pattern != NULL && pattern[0] != '\0' && !g_regex_match_simple (pattern, text, 0, 0))
    add_invalid (causes, path, value, "should match '%s'", pattern);
  check_format (dd_value_path_string (schema, "format"), value, path, causes);
}

/* ---- numbers ---- */

static void
check_bound (const DdValue *schema, const char *bound, const char *exclusive, gboolean upper,
             const DdValue *value, const char *path, KubeCauses *causes)
{
  const DdValue *limit = dd_value_member (schema, bound);
  gboolean open = says (schema, exclusive);
  double number = dd_value_double (value, 0), end = dd_value_double (limit, 0);
  gboolean beyond = upper ? number > end : number < end;
  g_autofree char *text = NULL;

  if (limit == NULL || (!beyond && !(open && number == end)))
    return;
  text = dd_value_to_text (limit);
  add_invalid (causes, path, value, "should be %s than %s%s", upper ? "less" : "greater",
               open ? "" : "or equal to ", text);
}

static void
check_number (const DdValue *schema, const DdValue *value, const char *path, KubeCauses *causes)
{
  const DdValue *factor = dd_value_member (schema, "multipleOf");
  double unit = dd_value_double (factor, 0);
  double ratio = unit != 0 ? dd_value_double (value, 0) / unit : 0;
  g_autofree char *text = NULL;

  if (floor (ratio) != ratio)
    {
      text = dd_value_to_text (factor);
      add_invalid (causes, path, value, "should be a multiple of %s", text);
    }
  check_bound (schema, "maximum", "exclusiveMaximum", TRUE, value, path, causes);
  check_bound (schema, "minimum", "exclusiveMinimum", FALSE, value, path, causes);
}

/* ---- how many ---- */

static void
check_count (const DdValue *schema, const char *most, const char *least, const char *noun,
             const DdValue *value, const char *path, KubeCauses *causes)
{
  gint64 maximum = dd_value_path_int (schema, most, -1);
  gint64 minimum = dd_value_path_int (schema, least, -1);
  gsize count = dd_value_length (value);
  g_autofree char *why = NULL;

  if (maximum >= 0 && (gint64) count > maximum)
    kube_causes_add (causes, "FieldValueTooMany", path,
                     "Too many: %" G_GSIZE_FORMAT ": must have at most %" G_GINT64_FORMAT " items",
                     count, maximum);
  if (minimum < 0 || (gint64) count >= minimum)
    return;
  why = g_strdup_printf ("should have at least %" G_GINT64_FORMAT " %s", minimum, noun);
  add_invalid_count (causes, path, count, why);
}

/* ---- lists ---- */

/* What tells ELEMENT from others of its list: itself in a set, its keys in a map. */
static DdValue *
identity_of (const DdValue *schema, const DdValue *element)
{
  const DdValue *keys = dd_value_member (schema, "x-kubernetes-list-map-keys");
  const DdValue *properties = dd_value_path (schema, "items.properties");
  g_auto (DdBuilder) identity = { 0 };

  if (keys == NULL)
    return dd_value_ref (element);
  identity = dd_builder_object ();
  for (gsize i = 0; i < dd_value_length (keys); i++)
    {
      const char *key = dd_value_string (dd_value_element (keys, i));
      const DdValue *its = dd_value_member (element, key);

      if (its == NULL)
        its = dd_value_member (dd_value_member (properties, key), "default");
      dd_builder_set (&identity, key, dd_value_ref (its));
    }
  return dd_builder_end (&identity);
}

static char *
identity_text (const DdValue *identity)
{
  g_autofree char *json = dd_value_to_text (identity);

  if (dd_value_type (identity) != DD_OBJECT)
    return g_steal_pointer (&json);
  return g_strconcat ("map[string]interface {}", json, NULL);
}

static void
check_duplicates (const DdValue *schema, const DdValue *value, GString *path, KubeCauses *causes)
{
  const char *type = dd_value_path_string (schema, "x-kubernetes-list-type");
  g_autoptr (GHashTable) seen = NULL;

  if (g_strcmp0 (type, "set") != 0 && g_strcmp0 (type, "map") != 0)
    return;
  seen = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  for (gsize i = 0; i < dd_value_length (value); i++)
    {
      g_autoptr (DdValue) identity = identity_of (schema, dd_value_element (value, i));
      g_autoptr (DdValue) sorted = dd_value_sorted (identity);
      g_autofree char *text = identity_text (sorted);
      gsize mark;

      if (g_hash_table_add (seen, g_strdup (text)))
        continue;
      mark = kube_path_push_index (path, i);
      kube_causes_add (causes, "FieldValueDuplicate", path->str, "Duplicate value: %s", text);
      g_string_truncate (path, mark);
    }
}

static void
check_array (const DdValue *schema, const DdValue *old, const DdValue *value, GString *path,
             KubeCauses *causes)
{
  const DdValue *items = dd_value_member (schema, "items");

  for (gsize i = 0; i < dd_value_length (value); i++)
    {
      gsize mark = kube_path_push_index (path, i);

      check_value (items, dd_value_element (old, i), dd_value_element (value, i), path, causes);
      g_string_truncate (path, mark);
    }
  check_count (schema, "maxItems", "minItems", "items", value, path->str, causes);
  check_duplicates (schema, value, path, causes);
}

/* ---- objects ---- */

static const DdValue *
schema_of_member (const DdValue *schema, const char *name)
{
  const DdValue *property = dd_value_member (dd_value_member (schema, "properties"), name);
  const DdValue *others = dd_value_member (schema, "additionalProperties");

  if (property != NULL)
    return property;
  return others != NULL && dd_value_type (others) == DD_OBJECT ? others : NULL;
}

static void
check_required (const DdValue *schema, const DdValue *value, GString *path, KubeCauses *causes)
{
  const DdValue *required = dd_value_member (schema, "required");

  for (gsize i = 0; i < dd_value_length (required); i++)
    {
      const char *name = dd_value_string (dd_value_element (required, i));
      gsize mark;

      /* What it calls itself is known from where it is. */
      if (name == NULL || dd_value_member (value, name) != NULL
          || (path->len == 0 && kube_schema_is_type_meta (name)))
        continue;
      mark = kube_path_push_name (path, name);
      kube_causes_add (causes, "FieldValueRequired", path->str, "Required value");
      g_string_truncate (path, mark);
    }
}

/* Members in the order of their names. */
static void
check_object (const DdValue *schema, const DdValue *old, const DdValue *value, GString *path,
              KubeCauses *causes)
{
  g_autoptr (DdValue) sorted = dd_value_sorted (value);

  check_count (schema, "maxProperties", "minProperties", "properties", value, path->str, causes);
  check_required (schema, value, path, causes);
  for (gsize i = 0; i < dd_value_length (sorted); i++)
    {
      const char *name = dd_value_key (sorted, i);
      const DdValue *its = schema_of_member (schema, name);
      gsize mark;

      if (its == NULL)
        continue;
      mark = kube_path_push_name (path, name);
      check_value (its, dd_value_member (old, name), dd_value_member (value, name), path, causes);
      g_string_truncate (path, mark);
    }
}

/* ---- combinations ---- */

/* The causes of the one of SCHEMAS that VALUE comes closest to, and how many it fits. */
static guint
count_fits (const DdValue *schemas, const DdValue *value, GString *path, KubeCauses **out_closest)
{
  guint fits = 0;

  *out_closest = NULL;
  for (gsize i = 0; i < dd_value_length (schemas); i++)
    {
      KubeCauses *causes = kube_causes_new ();

      check_value (dd_value_element (schemas, i), NULL, value, path, causes);
      fits += kube_causes_count (causes) == 0;
      if (*out_closest != NULL && kube_causes_count (*out_closest) <= kube_causes_count (causes))
        {
          kube_causes_free (causes);
          continue;
        }
      kube_causes_free (*out_closest);
      *out_closest = causes;
    }
  return fits;
}

static void
add_combination (KubeCauses *causes, const char *path, const char *why, const KubeCauses *closest)
{
  g_autoptr (KubeCauses) none = kube_causes_new ();

  kube_causes_add (causes, "FieldValueInvalid", NOWHERE, "Invalid value: \"\": \"%s\" %s", path,
                   why);
  if (closest != NULL)
    kube_causes_merge (causes, NULL, closest, none);
}

static void
check_any (const DdValue *schema, const DdValue *value, GString *path, KubeCauses *causes)
{
  const DdValue *any = dd_value_member (schema, "anyOf");
  g_autoptr (KubeCauses) closest = NULL;

  if (dd_value_length (any) > 0 && count_fits (any, value, path, &closest) == 0)
    add_combination (causes, path->str, "must validate at least one schema (anyOf)", closest);
}

static void
check_one (const DdValue *schema, const DdValue *value, GString *path, KubeCauses *causes)
{
  const DdValue *one = dd_value_member (schema, "oneOf");
  g_autoptr (KubeCauses) closest = NULL;
  g_autofree char *why = NULL;
  guint fits;

  if (dd_value_length (one) == 0)
    return;
  fits = count_fits (one, value, path, &closest);
  if (fits == 1)
    return;
  why = fits == 0
            ? g_strdup ("must validate one and only one schema (oneOf). Found none valid")
            : g_strdup_printf (
                "must validate one and only one schema (oneOf). Found %u valid alternatives", fits);
  add_combination (causes, path->str, why, fits == 0 ? closest : NULL);
}

static void
check_all (const DdValue *schema, const DdValue *value, GString *path, KubeCauses *causes)
{
  const DdValue *all = dd_value_member (schema, "allOf");
  g_autoptr (KubeCauses) broken = kube_causes_new ();
  gsize fits = 0;

  for (gsize i = 0; i < dd_value_length (all); i++)
    {
      guint before = kube_causes_count (broken);

      check_value (dd_value_element (all, i), NULL, value, path, broken);
      fits += kube_causes_count (broken) == before;
    }
  if (fits < dd_value_length (all))
    add_combination (causes, path->str,
                     fits == 0 ? "must validate all the schemas (allOf). None validated"
                               : "must validate all the schemas (allOf)",
                     broken);
}

static void
check_not (const DdValue *schema, const DdValue *value, GString *path, KubeCauses *causes)
{
  const DdValue *not = dd_value_member (schema, "not");
  g_autoptr (KubeCauses) broken = kube_causes_new ();

  if (not == NULL)
    return;
  check_value (not, NULL, value, path, broken);
  if (kube_causes_count (broken) == 0)
    add_combination (causes, path->str, "must not validate the schema (not)", NULL);
}

/* ---- values ---- */

static void
check_value (const DdValue *schema, const DdValue *old, const DdValue *value, GString *path,
             KubeCauses *causes)
{
  if (schema == NULL || (old != NULL && dd_value_equal (old, value)))
    return;
  check_type (schema, value, path->str, causes);
  if (dd_value_type (value) == DD_NULL)
    return;
  check_any (schema, value, path, causes);
  check_one (schema, value, path, causes);
  check_all (schema, value, path, causes);
  check_not (schema, value, path, causes);
  switch (dd_value_type (value))
    {
    case DD_STRING:
      check_text (schema, value, path->str, causes);
      break;
    case DD_INT:
    case DD_DOUBLE:
      check_number (schema, value, path->str, causes);
      break;
    case DD_ARRAY:
      check_array (schema, old, value, path, causes);
      break;
    case DD_OBJECT:
      check_object (schema, old, value, path, causes);
      break;
    case DD_NULL:
    case DD_BOOL:
      break;
    }
  check_enumeration (schema, value, path->str, causes);
}

void
kube_structural_validate (const DdValue *schema, const DdValue *old, const DdValue *value,
                          KubeCauses *causes)
{
  g_autoptr (GString) path = g_string_new (NULL);

  check_value (schema, old, value, path, causes);
}

void
kube_structural_validate_default (const DdValue *schema, const DdValue *value, const char *field,
                                  KubeCauses *causes)
{
  g_autoptr (GString) path = g_string_new (field);

  check_value (schema, NULL, value, path, causes);
}
