/* SPDX-License-Identifier: Apache-2.0 */
/* Protobuf below its messages.
 *
 * Imitates: Protocol Buffers Documentation, Encoding; the errors of gogo/protobuf's generated
 * code. */
#include "config.h"

#include <string.h>

#include "sim/kube/error.h"
#include "sim/kube/protobuf/wire.h"

gboolean
wire_refuse (GError **error, const char *format, ...)
{
  g_autofree char *message = NULL;
  va_list args;

  va_start (args, format);
  message = g_strdup_vprintf (format, args);
  va_end (args);
  kube_set_error (error, KUBE_BAD_REQUEST, NULL, "%s", message);
  return FALSE;
}

/* ---- reading ---- */

WireReader
wire_reader (const guint8 *data, gsize length)
{
  return (WireReader) { data, data + length };
}

gboolean
wire_read_varint (WireReader *reader, guint64 *out_integer, GError **error)
{
  guint64 integer = 0;

  for (guint shift = 0; shift < 64; shift += 7)
    {
      guint8 byte;

      if (reader->at == reader->end)
        return wire_refuse (error, "unexpected EOF");
      byte = *reader->at++;
      integer |= (guint64) (byte & 0x7f) << shift;
      if (byte < 0x80)
        {
          *out_integer = integer;
          return TRUE;
        }
    }
  return wire_refuse (error, "proto: integer overflow");
}

static gboolean
read_bytes (WireReader *reader, guint64 length, WireField *field, GError **error)
{
  if (length > G_MAXINT64)
    return wire_refuse (error, "proto: negative length found during unmarshaling");
  if (length > (guint64) (reader->end - reader->at))
    return wire_refuse (error, "unexpected EOF");
  field->bytes = reader->at;
  field->length = (gsize) length;
  reader->at += length;
  return TRUE;
}

/* Little-endian. */
static gboolean
read_fixed (WireReader *reader, guint bytes, WireField *field, GError **error)
{
  WireField raw = { 0 };

  if (!read_bytes (reader, bytes, &raw, error))
    return FALSE;
  field->integer = 0;
  for (guint i = 0; i < bytes; i++)
    field->integer |= (guint64) raw.bytes[i] << (8 * i);
  return TRUE;
}

static gboolean
read_value (WireReader *reader, WireField *field, GError **error)
{
  guint64 length;

  switch (field->type)
    {
    case WIRE_VARINT:
      return wire_read_varint (reader, &field->integer, error);
    case WIRE_FIXED64:
      return read_fixed (reader, 8, field, error);
    case WIRE_FIXED32:
      return read_fixed (reader, 4, field, error);
    case WIRE_BYTES:
      return wire_read_varint (reader, &length, error) && read_bytes (reader, length, field, error);
    case WIRE_START_GROUP:
    case WIRE_END_GROUP:
      return TRUE;
    }
  return wire_refuse (error, "proto: illegal wireType %u", field->type);
}

static gboolean
read_tag (WireReader *reader, const char *message, WireField *out_field, GError **error)
{
  guint64 tag;
  gint32 number;

  if (!wire_read_varint (reader, &tag, error))
    return FALSE;
  number = (gint32) (tag >> 3);
  *out_field = (WireField) { .number = (guint) number, .type = (WireType) (tag & 7) };
  return number > 0
         || wire_refuse (error, "proto: %s: illegal tag %d (wire type %" G_GUINT64_FORMAT ")",
                         message, number, tag);
}

/* Up to the end of the group that was just begun; groups in it are counted, not descended into. */
static gboolean
skip_group (WireReader *reader, const char *message, GError **error)
{
  guint depth = 1;

  while (depth > 0)
    {
      WireField field;

      if (!read_tag (reader, message, &field, error) || !read_value (reader, &field, error))
        return FALSE;
      depth += field.type == WIRE_START_GROUP;
      depth -= field.type == WIRE_END_GROUP;
    }
  return TRUE;
}

gboolean
wire_read_field (WireReader *reader, const char *message, WireField *out_field, GError **error)
{
  if (reader->at == reader->end || !read_tag (reader, message, out_field, error))
    return FALSE;
  if (out_field->type == WIRE_END_GROUP)
    return wire_refuse (error, "proto: %s: wiretype end group for non-group", message);
  if (out_field->type == WIRE_START_GROUP)
    return skip_group (reader, message, error);
  return read_value (reader, out_field, error);
}

/* ---- writing ---- */

void
wire_write_varint (GString *out, guint64 integer)
{
  for (; integer >= 0x80; integer >>= 7)
    g_string_append_c (out, (char) (integer | 0x80));
  g_string_append_c (out, (char) integer);
}

void
wire_write_tag (GString *out, guint number, WireType type)
{
  wire_write_varint (out, (guint64) number << 3 | type);
}

void
wire_write_integer (GString *out, guint number, gint64 integer)
{
  wire_write_tag (out, number, WIRE_VARINT);
  wire_write_varint (out, (guint64) integer);
}

void
wire_write_bytes (GString *out, guint number, const void *bytes, gsize length)
{
  wire_write_tag (out, number, WIRE_BYTES);
  wire_write_varint (out, length);
  g_string_append_len (out, bytes, (gssize) length);
}

void
wire_write_string (GString *out, guint number, const char *text)
{
  wire_write_bytes (out, number, text, strlen (text));
}

gsize
wire_begin_message (GString *out, guint number)
{
  wire_write_tag (out, number, WIRE_BYTES);
  return out->len;
}

/* The length stands before what it counts, and is known after it. */
void
wire_end_message (GString *out, gsize mark)
{
  guint64 length = out->len - mark;
  char bytes[10];
  gssize count = 0;

  for (; length >= 0x80; length >>= 7)
    bytes[count++] = (char) (length | 0x80);
  bytes[count++] = (char) length;
  g_string_insert_len (out, (gssize) mark, bytes, count);
}
