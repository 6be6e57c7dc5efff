/* SPDX-License-Identifier: Apache-2.0 */
/* Protobuf into objects.
 *
 * A message says less than JSON and more: a field that is no pointer in Go is written even when
 * nobody set it, so its zero means nothing and is left out, as Go's JSON does. Nesting is as deep
 * as the tables are, whatever is sent.
 *
 * Imitates: the Unmarshal functions that gogo/protobuf generates. */
#include "config.h"

#include <string.h>

#include "base/time.h"
#include "sim/kube/protobuf/protobuf.h"
#include "sim/kube/protobuf/wire.h"

/* What was read of a structure, by the place of each field in its table. */
typedef struct
{
  const KubeStruct *type;
  guint n_fields;
  DdValue **values;    /* the last one sent */
  DdBuilder *builders; /* of lists and maps, once something of them was sent */
} Message;

static void
message_init (Message *self, const KubeStruct *type)
{
  *self = (Message) { .type = type };
  while (type->fields[self->n_fields].name != NULL)
    self->n_fields++;
  self->values = g_new0 (DdValue *, self->n_fields);
  self->builders = g_new0 (DdBuilder, self->n_fields);
}

static void
message_clear (Message *self)
{
  for (guint i = 0; i < self->n_fields; i++)
    {
      dd_value_unref (self->values[i]);
      dd_builder_clear (&self->builders[i]);
    }
  g_free (self->values);
  g_free (self->builders);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Message, message_clear)

/* "PodSpec" of "io.k8s.api.core.v1.PodSpec". */
static const char *
short_name (const KubeStruct *type)
{
  const char *dot = strrchr (type->name, '.');

  return dot != NULL ? dot + 1 : type->name;
}

static gboolean
check_wire_type (const KubeField *field, const WireField *wire, WireType wanted, GError **error)
{
  g_autofree char *rest = NULL;

  if (wire->type == wanted)
    return TRUE;
  rest = g_strdup (field->name + 1);
  return wire_refuse (error, "proto: wrong wireType = %u for field %c%s", wire->type,
                      g_ascii_toupper (field->name[0]), rest);
}

/* ---- scalars ---- */

/* Bytes that are no UTF-8 are what a reader of the server's JSON would see of them. */
static DdValue *
decode_string (const guint8 *bytes, gsize length)
{
  if (g_utf8_validate ((const char *) bytes, (gssize) length, NULL))
    return dd_string_len ((const char *) bytes, length);
  return dd_string_take (g_utf8_make_valid ((const char *) bytes, (gssize) length));
}

static DdValue *
decode_int_or_string (const WireField *message, GError **error)
{
  WireReader reader = wire_reader (message->bytes, message->length);
  g_autoptr (DdValue) text = NULL;
  g_autoptr (GError) problem = NULL;
  guint64 type = 0, integer = 0;
  WireField field;

  while (problem == NULL && wire_read_field (&reader, "IntOrString", &field, &problem))
    if (field.number == 1 && field.type == WIRE_VARINT)
      type = field.integer;
    else if (field.number == 2 && field.type == WIRE_VARINT)
      integer = field.integer;
    else if (field.number == 3 && field.type == WIRE_BYTES)
      {
        dd_value_unref (text);
        text = decode_string (field.bytes, field.length);
      }
    else if (field.number <= 3)
      wire_refuse (&problem, "proto: wrong wireType = %u for field %s", field.type,
                   field.number == 1   ? "Type"
                   : field.number == 2 ? "IntVal"
                                       : "StrVal");
  if (problem == NULL && type > 1)
    wire_refuse (&problem, "impossible IntOrString.Type");
  if (problem != NULL)
    {
      g_propagate_error (error, g_steal_pointer (&problem));
      return NULL;
    }
  if (type == 0)
    return dd_int ((gint32) integer);
  return text != NULL ? g_steal_pointer (&text) : dd_string ("");
}

/* The one field of a message that wraps bytes: a quantity's text, raw JSON. */
static gboolean
unwrap (const WireField *message, const char *name, WireField *out_inner, GError **error)
{
  WireReader reader = wire_reader (message->bytes, message->length);
  g_autoptr (GError) problem = NULL;
  WireField field;

  *out_inner = (WireField) { .bytes = (const guint8 *) "" };
  while (problem == NULL && wire_read_field (&reader, name, &field, &problem))
    if (field.number == 1 && field.type != WIRE_BYTES)
      wire_refuse (&problem, "proto: wrong wireType = %u for field Raw", field.type);
    else if (field.number == 1)
      *out_inner = field;
  if (problem == NULL)
    return TRUE;
  g_propagate_error (error, g_steal_pointer (&problem));
  return FALSE;
}

static DdValue *
decode_quantity (const WireField *message, GError **error)
{
  WireField inner;

  return unwrap (message, "Quantity", &inner, error) ? decode_string (inner.bytes, inner.length)
                                                     : NULL;
}

static DdValue *
decode_raw (const WireField *message, GError **error)
{
  WireField inner;

  if (!unwrap (message, "RawExtension", &inner, error))
    return NULL;
  return inner.length > 0 ? dd_value_parse ((const char *) inner.bytes, inner.length, NULL, error)
                          : dd_null ();
}

/* Years 0001 to 9999, as JSON can say them. */
#define FIRST_SECOND G_GINT64_CONSTANT (-62135596800)
#define LAST_SECOND G_GINT64_CONSTANT (253402300799)

static DdValue *
decode_time (const WireField *message, KubeType type, GError **error)
{
  WireReader reader = wire_reader (message->bytes, message->length);
  g_autoptr (GError) problem = NULL;
  gint64 seconds = 0, micros = 0;
  WireField field;

  if (message->length == 0)
    return dd_null ();
  while (problem == NULL && wire_read_field (&reader, "Timestamp", &field, &problem))
    if (field.number <= 2 && field.type != WIRE_VARINT)
      wire_refuse (&problem, "proto: wrong wireType = %u for field %s", field.type,
                   field.number == 1 ? "Seconds" : "Nanos");
    else if (field.number == 1)
      seconds = (gint64) field.integer;
    else if (field.number == 2)
      micros = CLAMP ((gint32) field.integer, 0, 999999999) / 1000;
  if (problem == NULL && (seconds < FIRST_SECOND || seconds > LAST_SECOND))
    wire_refuse (&problem, "Time.MarshalJSON: year outside of range [0,9999]");
  if (problem != NULL)
    {
      g_propagate_error (error, g_steal_pointer (&problem));
      return NULL;
    }
  if (type == KUBE_TIME)
    return dd_string_take (dd_time_to_iso8601 (seconds * DD_SECOND));
  return dd_string_take (dd_time_to_iso8601_micros (seconds * DD_SECOND + micros));
}

static DdValue *
decode_double (const WireField *wire, GError **error)
{
  double real;

  memcpy (&real, &wire->integer, sizeof real);
  if (real - real == 0) /* not for what JSON cannot say: infinities and NaN */
    return dd_double (real);
  wire_refuse (error, "json: unsupported value: %s",
               real != real ? "NaN"
               : real > 0   ? "+Inf"
                            : "-Inf");
  return NULL;
}

static WireType
wire_type_of (KubeType type)
{
  return type == KUBE_INT || type == KUBE_BOOL ? WIRE_VARINT
         : type == KUBE_NUMBER                 ? WIRE_FIXED64
                                               : WIRE_BYTES;
}

static DdValue *
decode_one (const KubeField *field, KubeType type, const WireField *wire, GError **error)
{
  if (!check_wire_type (field, wire, wire_type_of (type), error))
    return NULL;
  switch (type)
    {
    case KUBE_STRING:
      return decode_string (wire->bytes, wire->length);
    case KUBE_INT:
      return dd_int ((gint64) wire->integer);
    case KUBE_BOOL:
      return dd_bool (wire->integer != 0);
    case KUBE_NUMBER:
      return decode_double (wire, error);
    case KUBE_BYTES:
      return dd_string_take (g_base64_encode (wire->bytes, wire->length));
    case KUBE_INT_OR_STRING:
      return decode_int_or_string (wire, error);
    case KUBE_QUANTITY:
      return decode_quantity (wire, error);
    case KUBE_TIME:
    case KUBE_MICRO_TIME:
      return decode_time (wire, type, error);
    case KUBE_OBJECT:
      return kube_message_decode (field->of, wire->bytes, wire->length, error);
    case KUBE_RAW:
      return decode_raw (wire, error);
    case KUBE_MAP:
    case KUBE_LIST:
      break; /* no table has lists of lists */
    }
  g_assert_not_reached ();
}

/* ---- lists and maps ---- */

/* Numbers may come many to a field. */
static gboolean
decode_packed (const KubeField *field, const WireField *wire, DdBuilder *list, GError **error)
{
  WireReader reader = wire_reader (wire->bytes, wire->length);

  while (reader.at < reader.end)
    {
      WireField one = { .number = wire->number, .type = WIRE_VARINT };

      if (!wire_read_varint (&reader, &one.integer, error))
        return FALSE;
      dd_builder_add (list, decode_one (field, field->element, &one, error));
    }
  return TRUE;
}

static gboolean
decode_element (const KubeField *field, const WireField *wire, DdBuilder *list, GError **error)
{
  DdValue *element;

  if (wire->type == WIRE_BYTES && wire_type_of (field->element) == WIRE_VARINT)
    return decode_packed (field, wire, list, error);
  element = decode_one (field, field->element, wire, error);
  dd_builder_add (list, element);
  return element != NULL;
}

/* What a map has for a key that came without a value. */
static DdValue *
zero_of (const KubeField *field, GError **error)
{
  WireField nothing = { .type = wire_type_of (field->element), .bytes = (const guint8 *) "" };

  return decode_one (field, field->element, &nothing, error);
}

static gboolean
decode_entry (const KubeField *field, const WireField *wire, DdBuilder *map, GError **error)
{
  WireReader reader;
  g_autoptr (GError) problem = NULL;
  g_autoptr (DdValue) key = NULL;
  g_autoptr (DdValue) value = NULL;
  WireField part;

  if (!check_wire_type (field, wire, WIRE_BYTES, error))
    return FALSE;
  reader = wire_reader (wire->bytes, wire->length);
  while (problem == NULL && wire_read_field (&reader, field->name, &part, &problem))
    if (part.number == 1 && check_wire_type (field, &part, WIRE_BYTES, &problem))
      {
        dd_value_unref (key);
        key = decode_string (part.bytes, part.length);
      }
    else if (part.number == 2)
      {
        dd_value_unref (value);
        value = decode_one (field, field->element, &part, &problem);
      }
  if (problem == NULL && value == NULL)
    value = zero_of (field, &problem);
  if (problem != NULL)
    {
      g_propagate_error (error, g_steal_pointer (&problem));
      return FALSE;
    }
  dd_builder_set (map, key != NULL ? dd_value_string (key) : "", g_steal_pointer (&value));
  return TRUE;
}

/* ---- structures ---- */

static gboolean read_fields (Message *self, guint within, const guint8 *data, gsize length,
                             GError **error);

static gboolean
take_field (Message *self, guint at, const WireField *wire, GError **error)
{
  const KubeField *field = &self->type->fields[at];
  DdBuilder *builder = &self->builders[at];
  gboolean fresh = builder->items == NULL;

  if (field->type == KUBE_LIST)
    {
      if (fresh)
        *builder = dd_builder_array ();
      return decode_element (field, wire, builder, error);
    }
  if (field->type == KUBE_MAP)
    {
      if (fresh)
        *builder = dd_builder_object ();
      return decode_entry (field, wire, builder, error);
    }
  dd_value_unref (self->values[at]);
  self->values[at] = decode_one (field, field->type, wire, error);
  return self->values[at] != NULL;
}

/* A field of SELF, a message within it, or neither. */
static gboolean
read_field (Message *self, guint within, const WireField *wire, GError **error)
{
  for (guint i = 0; i < self->n_fields; i++)
    {
      const KubeField *field = &self->type->fields[i];

      if (field->number != 0 && field->number == wire->number && field->within == within)
        return take_field (self, i, wire, error);
      if (within == 0 && field->within == wire->number && field->within != 0)
        return check_wire_type (field, wire, WIRE_BYTES, error)
               && read_fields (self, field->within, wire->bytes, wire->length, error);
    }
  return TRUE;
}

static gboolean
read_fields (Message *self, guint within, const guint8 *data, gsize length, GError **error)
{
  WireReader reader = wire_reader (data, length);
  const char *name = short_name (self->type);
  g_autoptr (GError) problem = NULL;
  WireField wire;

  while (problem == NULL && wire_read_field (&reader, name, &wire, &problem))
    read_field (self, within, &wire, &problem);
  if (problem == NULL)
    return TRUE;
  g_propagate_error (error, g_steal_pointer (&problem));
  return FALSE;
}

/* What Go would leave out of JSON, or write as null. */
static gboolean
says_nothing (const KubeField *field, const DdValue *value)
{
  const char *text = dd_value_string (value);

  if (dd_value_type (value) == DD_NULL)
    return TRUE;
  if (field->pointer || field->required)
    return FALSE;
  switch (field->type)
    {
    case KUBE_STRING:
      return text[0] == '\0';
    case KUBE_INT:
    case KUBE_NUMBER:
    case KUBE_INT_OR_STRING:
      return text != NULL ? text[0] == '\0' : dd_value_double (value, 0) == 0;
    case KUBE_BOOL:
      return !dd_value_bool (value, FALSE);
    case KUBE_OBJECT:
      return dd_value_length (value) == 0;
    case KUBE_BYTES:
    case KUBE_QUANTITY:
    case KUBE_TIME:
    case KUBE_MICRO_TIME:
    case KUBE_MAP:
    case KUBE_LIST:
    case KUBE_RAW:
      return FALSE;
    }
  g_assert_not_reached ();
}

DdValue *
kube_message_decode (const KubeStruct *type, const guint8 *data, gsize length, GError **error)
{
  g_auto (DdBuilder) members = dd_builder_object ();
  g_auto (Message) message;

  message_init (&message, type);
  if (!read_fields (&message, 0, data, length, error))
    return NULL;
  for (guint i = 0; i < message.n_fields; i++)
    {
      const KubeField *field = &type->fields[i];

      if (message.builders[i].items != NULL)
        dd_builder_set (&members, field->name, dd_builder_end (&message.builders[i]));
      else if (message.values[i] != NULL && !says_nothing (field, message.values[i]))
        dd_builder_set (&members, field->name, g_steal_pointer (&message.values[i]));
    }
  return dd_builder_end (&members);
}
