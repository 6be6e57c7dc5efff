/* SPDX-License-Identifier: Apache-2.0 */
/* What is read of a body can be written, and what was written is read the same again. */
#include "config.h"

#include "fuzz.h"
#include "sim/kube/protobuf/protobuf.h"

static void
check_again (const KubeStruct *type, const DdValue *value)
{
  g_autoptr (GString) bytes = g_string_new (NULL);
  g_autoptr (GString) again = g_string_new (NULL);
  g_autoptr (GError) error = NULL;
  g_autoptr (DdValue) back = NULL;

  kube_message_encode (type, value, bytes);
  back = kube_message_decode (type, (const guint8 *) bytes->str, bytes->len, &error);
  g_assert_no_error (error);
  kube_message_encode (type, back, again);
  g_assert (g_string_equal (bytes, again));
}

int
fuzz_protobuf (const guint8 *data, gsize size)
{
  g_auto (KubeEnvelope) envelope = { 0 };
  g_autoptr (GError) error = NULL;
  g_autoptr (DdValue) value = NULL;
  const KubeStruct *type;

  if (!kube_envelope_open (data, size, &envelope, &error))
    return 0;
  type = kube_type_find (envelope.api_version, envelope.kind);
  if (type == NULL)
    return 0;
  value = kube_message_decode (type, envelope.raw, envelope.length, &error);
  g_assert ((value == NULL) == (error != NULL));
  if (value != NULL)
    check_again (type, value);
  return 0;
}
