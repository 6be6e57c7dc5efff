/* SPDX-License-Identifier: Apache-2.0 */
/* What a kind's table says about an object.
 *
 * Decoding imitates a typed API server: JSON goes in as it was sent, and comes out as the server's
 * Go structures would be written: members in the order of the table, without nulls, without the
 * unknown, with defaults. An update shares most of its branches with the stored object, which has
 * been through here before; such a branch is recognized by its address and not walked again.
 *
 * Imitates: Kubernetes API Concepts, Field validation; apimachinery's strict decoding.
 */
#include "config.h"

#include <string.h>

#include "base/time.h"
#include "sim/kube/schema/base64.h"
#include "sim/kube/schema/field-path.h"
#include "sim/kube/schema/schema.h"
#include "sim/kube/schema/structural.h"
#include "sim/kube/schema/quantity.h"

typedef struct
{
  GString *path; /* "spec.containers[0].image" */
  char *problem; /* the first type error */
} Decoder;

static DdValue *decode_field (Decoder *self, const KubeStruct *owner, const KubeField *field,
                              KubeType type, const DdValue *value, const DdValue *old);

/* Go's decoder names fields only: "spec.containers.image". */
static char *
without_brackets (const char *path)
{
  GString *text = g_string_new (NULL);
  int depth = 0;

  for (; *path != '\0'; path++)
    {
      depth += *path == '[';
      if (depth == 0)
        g_string_append_c (text, *path);
      depth -= *path == ']';
    }
  return g_string_free (text, FALSE);
}

/* ---- type errors, in the words of Go's encoding/json ---- */

static const char *
json_word (const DdValue *value)
{
  switch (dd_value_type (value))
    {
    case DD_NULL:
      return "null";
    case DD_BOOL:
      return "bool";
    case DD_INT:
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

/* "PodSpec" of "io.k8s.api.core.v1.PodSpec". */
static const char *
short_name (const KubeStruct *type)
{
  const char *dot = strrchr (type->name, '.');

  return dot != NULL ? dot + 1 : type->name;
}

/* "v1.PodSpec" */
static const char *
package_name (const KubeStruct *type)
{
  const char *name = short_name (type);

  for (guint dots = 0; name > type->name; name--)
    if (name[-1] == '.' && ++dots == 2)
      break;
  return name;
}

static char *
go_type (const KubeField *field, KubeType type)
{
  g_autofree char *element = NULL;

  switch (type)
    {
    case KUBE_INT:
      return g_strdup ("int32");
    case KUBE_BOOL:
      return g_strdup ("bool");
    case KUBE_NUMBER:
      return g_strdup ("float64");
    case KUBE_OBJECT:
      return g_strdup (package_name (field->of));
    case KUBE_MAP:
      element = go_type (field, field->element);
      return g_strconcat ("map[string]", element, NULL);
    case KUBE_LIST:
      element = go_type (field, field->element);
      return g_strconcat ("[]", element, NULL);
    case KUBE_BYTES:
      return g_strdup ("[]uint8");
    case KUBE_STRING:
    case KUBE_INT_OR_STRING:
    case KUBE_QUANTITY:
    case KUBE_TIME:
    case KUBE_MICRO_TIME:
    case KUBE_RAW:
      return g_strdup ("string");
    }
  g_assert_not_reached ();
}

static DdValue *
wrong_type (Decoder *self, const KubeStruct *owner, const KubeField *field, KubeType type,
            const DdValue *value)
{
  g_autofree char *wanted = go_type (field, type);
  g_autofree char *path = without_brackets (self->path->str);
  g_autofree char *number = NULL;

  if (type == KUBE_INT && dd_value_type (value) == DD_DOUBLE)
    number = dd_value_to_text (value);
  if (self->problem == NULL)
    self->problem = g_strdup_printf (
        "json: cannot unmarshal %s%s%s into Go struct field %s.%s of type %s", json_word (value),
        number != NULL ? " " : "", number != NULL ? number : "", short_name (owner), path, wanted);
  return NULL;
}

static DdValue *bad_value (Decoder *self, const char *format, ...) G_GNUC_PRINTF (2, 3);

static DdValue *
bad_value (Decoder *self, const char *format, ...)
{
  va_list args;

  va_start (args, format);
  if (self->problem == NULL)
    self->problem = g_strdup_vprintf (format, args);
  va_end (args);
  return NULL;
}

/* ---- scalars ---- */

static DdValue *
decode_quantity (Decoder *self, const DdValue *value)
{
  gint64 milli;

  if (!kube_quantity_to_milli (value, &milli))
    return bad_value (self, "quantities must match the regular expression "
                            "'^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'");
  return dd_value_type (value) == DD_STRING ? dd_value_ref (value)
                                            : dd_string_take (dd_value_to_text (value));
}

static DdValue *
decode_time (Decoder *self, const DdValue *value)
{
  const char *text = dd_value_string (value);
  DdUsec instant;

  if (text == NULL || !dd_time_from_iso8601 (text, &instant))
    return bad_value (self,
                      "parsing time \"%s\" as \"2006-01-02T15:04:05Z07:00\": cannot parse \"%s\" "
                      "as \"2006\"",
                      text, text);
  return dd_value_ref (value);
}

/* Line ends are left out, as whoever decodes and encodes leaves them out. */
static DdValue *
decode_bytes (Decoder *self, const DdValue *value)
{
  const char *text = dd_value_string (value);
  g_autofree guchar *bytes = NULL;
  gsize at, length;

  if (!kube_base64_check (text, &at))
    return bad_value (self, "illegal base64 data at input byte %" G_GSIZE_FORMAT, at);
  if (strpbrk (text, "\r\n") == NULL)
    return dd_value_ref (value);
  bytes = g_base64_decode (text, &length);
  return dd_string_take (g_base64_encode (bytes, length));
}

static gboolean
has_json_type (KubeType type, DdType json)
{
  switch (type)
    {
    case KUBE_STRING:
    case KUBE_BYTES:
    case KUBE_TIME:
    case KUBE_MICRO_TIME:
      return json == DD_STRING;
    case KUBE_INT:
      return json == DD_INT;
    case KUBE_BOOL:
      return json == DD_BOOL;
    case KUBE_NUMBER:
      return json == DD_INT || json == DD_DOUBLE;
    case KUBE_INT_OR_STRING:
      return json == DD_INT || json == DD_STRING;
    case KUBE_QUANTITY:
      return json == DD_STRING || json == DD_INT || json == DD_DOUBLE;
    case KUBE_OBJECT:
    case KUBE_MAP:
      return json == DD_OBJECT;
    case KUBE_LIST:
      return json == DD_ARRAY;
    case KUBE_RAW:
      return TRUE;
    }
  g_assert_not_reached ();
}

/* ---- structures ---- */

/* What decoding leaves as it was is shared with what was decoded: a thousand pods of one template
 * hold most of it once. */

/* A default is parsed once and lives as long as the table it stands in. */
static DdValue *
fallback_value (const char *text)
{
  static GHashTable *parsed = NULL;
  DdValue *value;

  if (parsed == NULL)
    parsed = g_hash_table_new (NULL, NULL);
  value = g_hash_table_lookup (parsed, text);
  if (value == NULL)
    {
      value = dd_value_parse (text, strlen (text), NULL, NULL);
      g_assert (value != NULL);
      g_hash_table_insert (parsed, (gpointer) text, value);
    }
  return value;
}

/* What Go's `omitempty` leaves out. */
static gboolean
is_omitted (const KubeField *field, const DdValue *value)
{
  const char *text = dd_value_string (value);

  if (field->required)
    return FALSE;
  if (field->type == KUBE_LIST || field->type == KUBE_MAP)
    return dd_value_length (value) == 0;
  return field->type == KUBE_STRING && text != NULL && text[0] == '\0';
}

/* The member as it is kept, NULL when it is left out or wrong. */
static DdValue *
decode_member (Decoder *self, const KubeStruct *type, const KubeField *field, const DdValue *value,
               const DdValue *old)
{
  gsize mark;
  DdValue *decoded;

  if (value != NULL && (dd_value_type (value) == DD_NULL || is_omitted (field, value)))
    value = NULL;
  if (value == NULL && field->fallback != NULL)
    value = fallback_value (field->fallback);
  if (value == NULL || dd_value_type (value) == DD_NULL)
    return dd_value_ref (value);
  mark = kube_path_push_name (self->path, field->name);
  decoded = decode_field (self, type, field, field->type, value, old);
  g_string_truncate (self->path, mark);
  return decoded;
}

gboolean
kube_schema_is_type_meta (const char *name)
{
  return strcmp (name, "kind") == 0 || strcmp (name, "apiVersion") == 0;
}

static DdValue *
decode_struct (Decoder *self, const KubeStruct *type, const DdValue *value, const DdValue *old)
{
  g_auto (DdBuilder) members = dd_builder_object ();

  for (const KubeField *field = type->fields; field->name != NULL && self->problem == NULL; field++)
    {
      if (self->path->len == 0 && kube_schema_is_type_meta (field->name))
        continue;
      dd_builder_set (&members, field->name,
                      decode_member (self, type, field, dd_value_member (value, field->name),
                                     dd_value_member (old, field->name)));
    }
  return dd_builder_end_like (&members, value);
}

static DdValue *
decode_map (Decoder *self, const KubeStruct *owner, const KubeField *field, const DdValue *value,
            const DdValue *old)
{
  g_auto (DdBuilder) members = dd_builder_object ();

  for (gsize i = 0; i < dd_value_length (value) && self->problem == NULL; i++)
    {
      const char *key = dd_value_key (value, i);
      const DdValue *member = dd_value_nth (value, i);
      gsize mark = kube_path_push_key (self->path, key);

      if (dd_value_type (member) == DD_NULL && field->element == KUBE_STRING)
        dd_builder_set (&members, key, dd_string (""));
      else
        dd_builder_set (
            &members, key,
            decode_field (self, owner, field, field->element, member, dd_value_member (old, key)));
      g_string_truncate (self->path, mark);
    }
  return dd_builder_end_like (&members, value);
}

static DdValue *
decode_list (Decoder *self, const KubeStruct *owner, const KubeField *field, const DdValue *value,
             const DdValue *old)
{
  g_auto (DdBuilder) elements = dd_builder_array ();

  for (gsize i = 0; i < dd_value_length (value) && self->problem == NULL; i++)
    {
      gsize mark = kube_path_push_index (self->path, i);

      dd_builder_add (&elements,
                      decode_field (self, owner, field, field->element, dd_value_element (value, i),
                                    dd_value_element (old, i)));
      g_string_truncate (self->path, mark);
    }
  return dd_builder_end_like (&elements, value);
}

static DdValue *
decode_field (Decoder *self, const KubeStruct *owner, const KubeField *field, KubeType type,
              const DdValue *value, const DdValue *old)
{
  if (value == old || (field->or_bool && dd_value_type (value) == DD_BOOL))
    return dd_value_ref (value);
  if (!has_json_type (type, dd_value_type (value)))
    return wrong_type (self, owner, field, type, value);
  switch (type)
    {
    case KUBE_OBJECT:
      return decode_struct (self, field->of, value, old);
    case KUBE_MAP:
      return decode_map (self, owner, field, value, old);
    case KUBE_LIST:
      return decode_list (self, owner, field, value, old);
    case KUBE_QUANTITY:
      return decode_quantity (self, value);
    case KUBE_TIME:
    case KUBE_MICRO_TIME:
      return decode_time (self, value);
    case KUBE_BYTES:
      return decode_bytes (self, value);
    case KUBE_STRING:
    case KUBE_INT:
    case KUBE_BOOL:
    case KUBE_NUMBER:
    case KUBE_INT_OR_STRING:
    case KUBE_RAW:
      return dd_value_ref (value);
    }
  g_assert_not_reached ();
}

/* ---- unknown fields ---- */

static void find_unknown (const KubeStruct *type, const DdValue *value, GString *path,
                          GPtrArray *problems);

static void
find_unknown_in_field (const KubeField *field, const DdValue *value, GString *path,
                       GPtrArray *problems)
{
  gsize mark = path->len;

  if (field->type == KUBE_OBJECT)
    find_unknown (field->of, value, path, problems);
  else if (field->of != NULL && field->type == KUBE_LIST)
    for (gsize i = 0; i < dd_value_length (value); i++)
      {
        kube_path_push_index (path, i);
        find_unknown (field->of, dd_value_element (value, i), path, problems);
        g_string_truncate (path, mark);
      }
  else if (field->of != NULL && field->type == KUBE_MAP)
    for (gsize i = 0; i < dd_value_length (value); i++)
      {
        kube_path_push_name (path, dd_value_key (value, i));
        find_unknown (field->of, dd_value_nth (value, i), path, problems);
        g_string_truncate (path, mark);
      }
}

/* In the order of the document, as a decoder meets them. */
static void
find_unknown (const KubeStruct *type, const DdValue *value, GString *path, GPtrArray *problems)
{
  if (dd_value_type (value) != DD_OBJECT)
    return;
  for (gsize i = 0; i < dd_value_length (value); i++)
    {
      const char *name = dd_value_key (value, i);
      const KubeField *field = kube_field_find (type, name);
      gsize mark;

      if (field == NULL && path->len == 0 && kube_schema_is_type_meta (name))
        continue;
      mark = kube_path_push_name (path, name);
      if (field != NULL)
        find_unknown_in_field (field, dd_value_nth (value, i), path, problems);
      else
        g_ptr_array_add (problems, g_strdup_printf ("unknown field \"%s\"", path->str));
      g_string_truncate (path, mark);
    }
}

static GPtrArray *
strict_problems (const KubeKind *kind, const DdValue *value, const GPtrArray *duplicates)
{
  GPtrArray *problems = g_ptr_array_new_with_free_func (g_free);
  GString *path = g_string_new (NULL);

  for (guint i = 0; duplicates != NULL && i < duplicates->len; i++)
    g_ptr_array_add (
        problems, g_strdup_printf ("duplicate field \"%s\"", (const char *) duplicates->pdata[i]));
  if (kind->schema == NULL)
    find_unknown (kind->type, value, path, problems);
  else if (dd_value_member (value, "metadata") != NULL)
    {
      g_string_assign (path, "metadata");
      find_unknown (&kube_object_meta, dd_value_member (value, "metadata"), path, problems);
    }
  if (kind->schema != NULL)
    kube_structural_find_unknown (kind->schema, value, problems);
  g_string_free (path, TRUE);
  return problems;
}

static gboolean
refuse (const KubeKind *kind, GError **error, const char *why)
{
  kube_set_error (error, KUBE_BAD_REQUEST, NULL,
                  "%s in version \"%s\" cannot be handled as a %s: %s", kind->kind, kind->version,
                  kind->kind, why);
  return FALSE;
}

static gboolean
check_fields (const KubeKind *kind, const DdValue *value, const KubeWrite *options, GError **error)
{
  g_autoptr (GPtrArray) problems = strict_problems (kind, value, options->duplicates);

  if (options->fields == KUBE_FIELDS_STRICT && problems->len > 0)
    {
      g_autofree char *list = NULL;
      g_autofree char *why = NULL;

      g_ptr_array_add (problems, NULL);
      list = g_strjoinv (", ", (char **) problems->pdata);
      why = g_strconcat ("strict decoding error: ", list, NULL);
      return refuse (kind, error, why);
    }
  for (guint i = 0; options->out_warnings != NULL && i < problems->len; i++)
    g_ptr_array_add (options->out_warnings, g_strdup (problems->pdata[i]));
  return TRUE;
}

/* The table of a custom resource knows metadata alone; its schema knows the rest. */
static void
add_structural (const KubeKind *kind, const DdValue *value, DdValue **decoded)
{
  g_autoptr (DdValue) kept = kube_structural_decode (kind->schema, value);

  for (gsize i = 0; i < dd_value_length (kept); i++)
    {
      const char *name = dd_value_key (kept, i);
      DdValue *with;

      if (kube_schema_is_type_meta (name) || strcmp (name, "metadata") == 0)
        continue;
      with = dd_value_with_member (*decoded, name, dd_value_ref (dd_value_nth (kept, i)));
      dd_value_unref (*decoded);
      *decoded = with;
    }
}

DdValue *
kube_schema_decode (const KubeKind *kind, const DdValue *value, const DdValue *old,
                    const KubeWrite *options, GError **error)
{
  Decoder decoder = { NULL, NULL };
  g_autoptr (DdValue) decoded = NULL;
  g_autofree char *problem = NULL;

  if (dd_value_type (value) != DD_OBJECT)
    {
      problem = g_strdup_printf ("json: cannot unmarshal %s into Go value of type %s",
                                 json_word (value), package_name (kind->type));
      refuse (kind, error, problem);
      return NULL;
    }
  decoder.path = g_string_new (NULL);
  decoded = decode_struct (&decoder, kind->type, value, old);
  if (kind->schema != NULL)
    add_structural (kind, value, &decoded);
  g_string_free (decoder.path, TRUE);
  problem = decoder.problem;
  if (problem != NULL)
    {
      refuse (kind, error, problem);
      return NULL;
    }
  if (options != NULL && options->fields != KUBE_FIELDS_IGNORE
      && !check_fields (kind, value, options, error))
    return NULL;
  return g_steal_pointer (&decoded);
}
