/* SPDX-License-Identifier: Apache-2.0 */
/* What is read out of XML is text all the way down. */
#include "config.h"

#include "aws/xml.h"
#include "fuzz.h"

static void
assert_texts (const DdValue *value)
{
  gboolean is_object = dd_value_type (value) == DD_OBJECT;

  g_assert (is_object || dd_value_type (value) == DD_ARRAY || dd_value_type (value) == DD_STRING);
  for (gsize i = 0; i < dd_value_length (value); i++)
    assert_texts (is_object ? dd_value_nth (value, i) : dd_value_element (value, i));
}

int
fuzz_xml (const guint8 *data, gsize size)
{
  g_autoptr (GBytes) body = g_bytes_new (data, size);
  g_autoptr (GError) error = NULL;
  g_autoptr (DdValue) value = dd_xml_parse (body, &error);

  g_assert ((value == NULL) == (error != NULL));
  if (value != NULL)
    assert_texts (value);
  dd_xml_int (value, "MaxSize", 0);
  return 0;
}
