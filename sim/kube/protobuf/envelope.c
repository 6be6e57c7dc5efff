/* SPDX-License-Identifier: Apache-2.0 */
/* What objects travel in: a prefix, and a runtime.Unknown that says what its bytes are.
 *
 * Imitates: apimachinery's runtime/serializer/protobuf, whose errors these are. */
#include "config.h"

#include <string.h>

#include "sim/kube/protobuf/protobuf.h"
#include "sim/kube/protobuf/wire.h"

static const char prefix[4] = { 'k', '8', 's', '\0' };

/* runtime.Unknown and runtime.TypeMeta */
enum
{
  UNKNOWN_TYPE_META = 1,
  UNKNOWN_RAW = 2,
  UNKNOWN_CONTENT_ENCODING = 3,
  UNKNOWN_CONTENT_TYPE = 4,
  TYPE_META_API_VERSION = 1,
  TYPE_META_KIND = 2,
};

void
kube_envelope_clear (KubeEnvelope *envelope)
{
  g_clear_pointer (&envelope->api_version, g_free);
  g_clear_pointer (&envelope->kind, g_free);
}

/* ---- reading ---- */

static gboolean
take_text (char **holder, const char *name, const WireField *field, GError **error)
{
  if (field->type != WIRE_BYTES)
    return wire_refuse (error, "proto: wrong wireType = %u for field %s", field->type, name);
  g_free (*holder);
  *holder = g_utf8_make_valid ((const char *) field->bytes, (gssize) field->length);
  return TRUE;
}

static gboolean
read_type_meta (KubeEnvelope *self, const WireField *message, GError **error)
{
  WireReader reader = wire_reader (message->bytes, message->length);
  g_autoptr (GError) problem = NULL;
  WireField field;

  while (problem == NULL && wire_read_field (&reader, "TypeMeta", &field, &problem))
    if (field.number == TYPE_META_API_VERSION)
      take_text (&self->api_version, "APIVersion", &field, &problem);
    else if (field.number == TYPE_META_KIND)
      take_text (&self->kind, "Kind", &field, &problem);
  if (problem == NULL)
    return TRUE;
  g_propagate_error (error, g_steal_pointer (&problem));
  return FALSE;
}

static gboolean
read_unknown (KubeEnvelope *self, const guint8 *data, gsize length, GError **error)
{
  WireReader reader = wire_reader (data, length);
  g_autoptr (GError) problem = NULL;
  WireField field;

  while (problem == NULL && wire_read_field (&reader, "Unknown", &field, &problem))
    if (field.number > UNKNOWN_RAW)
      continue;
    else if (field.type != WIRE_BYTES)
      wire_refuse (&problem, "proto: wrong wireType = %u for field %s", field.type,
                   field.number == UNKNOWN_RAW ? "Raw" : "TypeMeta");
    else if (field.number == UNKNOWN_TYPE_META)
      read_type_meta (self, &field, &problem);
    else
      {
        self->raw = field.bytes;
        self->length = field.length;
      }
  if (problem == NULL)
    return TRUE;
  g_propagate_error (error, g_steal_pointer (&problem));
  return FALSE;
}

gboolean
kube_envelope_open (const guint8 *data, gsize length, KubeEnvelope *out_envelope, GError **error)
{
  g_auto (KubeEnvelope) envelope = { 0 };

  if (length == 0)
    return wire_refuse (error, "empty data");
  if (length < sizeof prefix || memcmp (data, prefix, sizeof prefix) != 0)
    return wire_refuse (error, "provided data does not appear to be a protobuf message, expected "
                               "prefix [107 56 115 0]");
  if (length == sizeof prefix)
    return wire_refuse (error, "empty body");
  envelope = (KubeEnvelope) { g_strdup (""), g_strdup (""), (const guint8 *) "", 0 };
  if (!read_unknown (&envelope, data + sizeof prefix, length - sizeof prefix, error))
    return FALSE;
  *out_envelope = envelope;
  envelope = (KubeEnvelope) { 0 };
  return TRUE;
}

/* ---- writing ---- */

/* Every list is its metadata and then its items. */
static void
encode_list (const KubeStruct *type, const DdValue *value, GString *out)
{
  const DdValue *items = dd_value_member (value, "items");
  gsize mark = wire_begin_message (out, 1);

  kube_message_encode (&kube_list_meta, dd_value_member (value, "metadata"), out);
  wire_end_message (out, mark);
  for (gsize i = 0; i < dd_value_length (items); i++)
    {
      mark = wire_begin_message (out, 2);
      kube_message_encode (type, dd_value_element (items, i), out);
      wire_end_message (out, mark);
    }
}

/* FALSE when VALUE has no table. */
static gboolean
encode_object (const char *api_version, const char *kind, const DdValue *value, GString *out)
{
  const KubeStruct *type = kube_type_find (api_version, kind);
  g_autofree char *element = NULL;

  if (type != NULL)
    {
      kube_message_encode (type, value, out);
      return TRUE;
    }
  if (!g_str_has_suffix (kind, "List"))
    return FALSE;
  element = g_strndup (kind, strlen (kind) - strlen ("List"));
  type = kube_type_find (api_version, element);
  if (type != NULL)
    encode_list (type, value, out);
  return type != NULL;
}

/* FALSE when VALUE has no table, or is no object at all, as what /version answers. */
static gboolean
write_envelope (const DdValue *value, GString *out)
{
  const char *api_version = dd_value_path_string (value, "apiVersion");
  const char *kind = dd_value_path_string (value, "kind");
  gsize mark;

  if (api_version == NULL || kind == NULL)
    return FALSE;
  g_string_append_len (out, prefix, sizeof prefix);
  mark = wire_begin_message (out, UNKNOWN_TYPE_META);
  wire_write_string (out, TYPE_META_API_VERSION, api_version);
  wire_write_string (out, TYPE_META_KIND, kind);
  wire_end_message (out, mark);
  mark = wire_begin_message (out, UNKNOWN_RAW);
  if (!encode_object (api_version, kind, value, out))
    return FALSE;
  wire_end_message (out, mark);
  wire_write_string (out, UNKNOWN_CONTENT_ENCODING, "");
  wire_write_string (out, UNKNOWN_CONTENT_TYPE, "");
  return TRUE;
}

GBytes *
kube_envelope_write (const DdValue *value)
{
  GString *out = g_string_new (NULL);

  if (write_envelope (value, out))
    return g_string_free_to_bytes (out);
  g_string_free (out, TRUE);
  return NULL;
}

/* metav1.WatchEvent, whose object is a RawExtension; it has no envelope itself. */
void
kube_envelope_write_event (const char *type, const DdValue *object, GString *out)
{
  g_autoptr (GString) event = g_string_new (NULL);
  gsize extension, raw;
  guint32 length;

  wire_write_string (event, 1, type);
  extension = wire_begin_message (event, 2);
  raw = wire_begin_message (event, 1);
  if (!write_envelope (object, event))
    g_assert_not_reached ();
  wire_end_message (event, raw);
  wire_end_message (event, extension);
  length = GUINT32_TO_BE ((guint32) event->len);
  g_string_append_len (out, (const char *) &length, sizeof length);
  g_string_append_len (out, event->str, (gssize) event->len);
}
