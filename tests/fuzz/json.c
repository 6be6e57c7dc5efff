/* SPDX-License-Identifier: Apache-2.0 */
/* What is read as JSON is written and read back the same, compact and pretty. */
#include "config.h"

#include <string.h>

#include "base/value.h"
#include "fuzz.h"

static void
assert_reads_back (const DdValue *value, char *text)
{
  DdJsonLimits limits = { .max_bytes = G_MAXINT };
  g_autoptr (DdValue) again = dd_value_parse (text, strlen (text), &limits, NULL);

  g_assert (again != NULL);
  g_assert (dd_value_equal (value, again));
  g_free (text);
}

int
fuzz_json (const guint8 *data, gsize size)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (DdValue) value = dd_value_parse ((const char *) data, size, NULL, &error);

  g_assert ((value == NULL) == (error != NULL));
  if (value == NULL)
    return 0;
  assert_reads_back (value, dd_value_to_text (value));
  assert_reads_back (value, dd_value_to_pretty_text (value));
  return 0;
}
