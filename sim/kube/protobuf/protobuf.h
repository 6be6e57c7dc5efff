/* SPDX-License-Identifier: Apache-2.0 */
/* sim/kube/protobuf/protobuf.h: objects in protobuf, by the numbers in their tables */
#pragma once

#include "sim/kube/kind.h"

G_BEGIN_DECLS

#define KUBE_PROTOBUF "application/vnd.kubernetes.protobuf"

/* What an object travels in: runtime.Unknown. */
typedef struct
{
  char *api_version, *kind; /* "" when the sender left them out */
  const guint8 *raw;        /* the message, in the bytes that were opened */
  gsize length;
} KubeEnvelope;

/* FALSE with a KUBE_BAD_REQUEST in the words of the real decoder, without what it was about. */
gboolean kube_envelope_open (const guint8 *data, gsize length, KubeEnvelope *out_envelope,
                             GError **error);
void kube_envelope_clear (KubeEnvelope *envelope);

/* A message as the JSON that a Go client would have sent in its place: members in the order of the
 * table, zeros that JSON would leave out gone, unknown fields skipped. NULL as above. */
DdValue *kube_message_decode (const KubeStruct *type, const guint8 *data, gsize length,
                              GError **error);
/* Appends VALUE as Go writes it: fields by number, maps by key, and a zero for each field that is
 * absent and no pointer. VALUE must have been decoded by its table. */
void kube_message_encode (const KubeStruct *type, const DdValue *value, GString *out);

/* An object, a list or a Status with its kind and apiVersion, in its envelope; NULL when it has no
 * table, or does not say what it is. */
GBytes *kube_envelope_write (const DdValue *value);
/* One event of a watch, OBJECT in its envelope, behind its length. */
void kube_envelope_write_event (const char *type, const DdValue *object, GString *out);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (KubeEnvelope, kube_envelope_clear)

G_END_DECLS
