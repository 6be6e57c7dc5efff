/* SPDX-License-Identifier: Apache-2.0 */
/* Objects into protobuf, byte for byte as Go's generated code writes them.
 *
 * Imitates: gogo/protobuf's stable marshalling: fields in the order of their numbers, maps in that
 * of their keys, and everything that is no pointer, list, map or bytes written even when it is
 * zero. */
#include "config.h"

#include <string.h>

#include "base/time.h"
#include "sim/kube/protobuf/protobuf.h"
#include "sim/kube/protobuf/wire.h"

static guint
place_of (const KubeField *field)
{
  return field->within != 0 ? field->within : field->number;
}

static int
compare_fields (gconstpointer a, gconstpointer b)
{
  const KubeField *left = *(const KubeField *const *) a, *right = *(const KubeField *const *) b;
  guint l = place_of (left), r = place_of (right);

  if (l != r)
    return l < r ? -1 : 1;
  return left->number < right->number ? -1 : left->number > right->number;
}

/* The fields that have a number, sorted once and kept as long as their table. */
static const GPtrArray *
fields_by_number (const KubeStruct *type)
{
  static GHashTable *sorted = NULL;
  GPtrArray *fields;

  if (sorted == NULL)
    sorted = g_hash_table_new (NULL, NULL);
  fields = g_hash_table_lookup (sorted, type);
  if (fields != NULL)
    return fields;
  fields = g_ptr_array_new ();
  for (const KubeField *field = type->fields; field->name != NULL; field++)
    if (field->number != 0)
      g_ptr_array_add (fields, (gpointer) field);
  g_ptr_array_sort (fields, compare_fields);
  g_hash_table_insert (sorted, (gpointer) type, fields);
  return fields;
}

/* ---- scalars; VALUE is NULL for the zero ---- */

/* util/intstr: which of the two it is, then both. */
static void
encode_int_or_string (const DdValue *value, GString *out)
{
  const char *text = dd_value_string (value);

  wire_write_integer (out, 1, text != NULL);
  wire_write_integer (out, 2, dd_value_int (value, 0));
  wire_write_string (out, 3, text != NULL ? text : "");
}

/* Seconds since 1970, and the fraction in nanoseconds; no time at all is an empty message. */
static void
encode_time (const DdValue *value, GString *out)
{
  const char *text = dd_value_string (value);
  DdUsec instant, fraction;

  if (text == NULL || !dd_time_from_iso8601 (text, &instant))
    return;
  fraction = (instant % DD_SECOND + DD_SECOND) % DD_SECOND;
  wire_write_integer (out, 1, (instant - fraction) / DD_SECOND);
  wire_write_integer (out, 2, fraction * 1000);
}

static void
encode_raw (const DdValue *value, GString *out)
{
  g_autofree char *text = value != NULL ? dd_value_to_text (value) : NULL;

  if (text != NULL)
    wire_write_string (out, 1, text);
}

static void
encode_bytes (guint number, const DdValue *value, GString *out)
{
  const char *text = dd_value_string (value);
  gsize length = 0;
  g_autofree guchar *bytes
      = text != NULL && text[0] != '\0' ? g_base64_decode (text, &length) : NULL;

  wire_write_bytes (out, number, bytes != NULL ? bytes : (const guchar *) "", length);
}

static void
encode_double (guint number, double real, GString *out)
{
  guint64 bits;

  memcpy (&bits, &real, sizeof bits);
  bits = GUINT64_TO_LE (bits);
  wire_write_tag (out, number, WIRE_FIXED64);
  g_string_append_len (out, (const char *) &bits, sizeof bits);
}

/* The content of a message that stands for one JSON value. */
static void
encode_content (const KubeField *field, KubeType type, const DdValue *value, GString *out)
{
  const char *text = dd_value_string (value);

  if (type == KUBE_INT_OR_STRING)
    encode_int_or_string (value, out);
  else if (type == KUBE_QUANTITY)
    wire_write_string (out, 1, text != NULL ? text : "0");
  else if (type == KUBE_RAW)
    encode_raw (value, out);
  else if (type == KUBE_OBJECT)
    kube_message_encode (field->of, value, out);
  else
    encode_time (value, out);
}

static void
encode_one (const KubeField *field, guint number, KubeType type, const DdValue *value, GString *out)
{
  const char *text = dd_value_string (value);
  gsize mark;

  switch (type)
    {
    case KUBE_STRING:
      wire_write_string (out, number, text != NULL ? text : "");
      return;
    case KUBE_INT:
      wire_write_integer (out, number, dd_value_int (value, 0));
      return;
    case KUBE_BOOL:
      wire_write_integer (out, number, dd_value_bool (value, FALSE));
      return;
    case KUBE_NUMBER:
      encode_double (number, dd_value_double (value, 0), out);
      return;
    case KUBE_BYTES:
      encode_bytes (number, value, out);
      return;
    case KUBE_INT_OR_STRING:
    case KUBE_QUANTITY:
    case KUBE_TIME:
    case KUBE_MICRO_TIME:
    case KUBE_OBJECT:
    case KUBE_RAW:
      mark = wire_begin_message (out, number);
      encode_content (field, type, value, out);
      wire_end_message (out, mark);
      return;
    case KUBE_MAP:
    case KUBE_LIST:
      break; /* no table has lists of lists */
    }
  g_assert_not_reached ();
}

/* ---- structures ---- */

static int
compare_keys (gconstpointer a, gconstpointer b)
{
  return strcmp (*(const char *const *) a, *(const char *const *) b);
}

static void
encode_map (const KubeField *field, const DdValue *map, GString *out)
{
  g_autoptr (GPtrArray) keys = g_ptr_array_new ();

  for (gsize i = 0; i < dd_value_length (map); i++)
    g_ptr_array_add (keys, (gpointer) dd_value_key (map, i));
  g_ptr_array_sort (keys, compare_keys);
  for (guint i = 0; i < keys->len; i++)
    {
      gsize mark = wire_begin_message (out, field->number);

      wire_write_string (out, 1, keys->pdata[i]);
      encode_one (field, 2, field->element, dd_value_member (map, keys->pdata[i]), out);
      wire_end_message (out, mark);
    }
}

static void
encode_field (const KubeField *field, const DdValue *value, GString *out)
{
  if (value != NULL && dd_value_type (value) == DD_NULL)
    value = NULL;
  if (field->type == KUBE_MAP)
    encode_map (field, value, out);
  else if (field->type == KUBE_LIST)
    for (gsize i = 0; i < dd_value_length (value); i++)
      encode_one (field, field->number, field->element, dd_value_element (value, i), out);
  else if (value != NULL || (!field->pointer && field->type != KUBE_BYTES))
    encode_one (field, field->number, field->type, value, out);
}

void
kube_message_encode (const KubeStruct *type, const DdValue *value, GString *out)
{
  const GPtrArray *fields = fields_by_number (type);
  guint within = 0;
  gsize mark = 0;

  for (guint i = 0; i < fields->len; i++)
    {
      const KubeField *field = fields->pdata[i];

      if (within != 0 && field->within != within)
        wire_end_message (out, mark);
      if (field->within != 0 && field->within != within)
        mark = wire_begin_message (out, field->within);
      within = field->within;
      encode_field (field, dd_value_member (value, field->name), out);
    }
  if (within != 0)
    wire_end_message (out, mark);
}
