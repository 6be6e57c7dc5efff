/* SPDX-License-Identifier: Apache-2.0 */
/* sim/kube/protobuf/wire.h: tags, numbers and lengths of protobuf; private to the codec */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef enum
{
  WIRE_VARINT = 0,
  WIRE_FIXED64 = 1,
  WIRE_BYTES = 2,
  WIRE_START_GROUP = 3,
  WIRE_END_GROUP = 4,
  WIRE_FIXED32 = 5,
} WireType;

/* ---- reading ---- */

typedef struct
{
  const guint8 *at, *end;
} WireReader;

typedef struct
{
  guint number;
  WireType type;
  guint64 integer;     /* of VARINT and FIXED64 */
  const guint8 *bytes; /* of BYTES: in what is read */
  gsize length;
} WireField;

WireReader wire_reader (const guint8 *data, gsize length);
/* The next field with its value; what has no place in WireField (groups, 32 bits) is read over.
 * FALSE at the end, and with a KUBE_BAD_REQUEST in the words of Go's generated code, which name
 * MESSAGE. */
gboolean wire_read_field (WireReader *reader, const char *message, WireField *out_field,
                          GError **error);
gboolean wire_read_varint (WireReader *reader, guint64 *out_integer, GError **error);
gboolean wire_refuse (GError **error, const char *format, ...) G_GNUC_PRINTF (2, 3);

/* ---- writing ---- */

void wire_write_varint (GString *out, guint64 integer);
void wire_write_tag (GString *out, guint number, WireType type);
void wire_write_integer (GString *out, guint number, gint64 integer);
void wire_write_bytes (GString *out, guint number, const void *bytes, gsize length);
void wire_write_string (GString *out, guint number, const char *text);
/* Between the two, what is appended is the message that is field NUMBER. */
gsize wire_begin_message (GString *out, guint number);
void wire_end_message (GString *out, gsize mark);

G_END_DECLS
