/* SPDX-License-Identifier: Apache-2.0 */
/* Every document of a file is JSON that can be written, and what Kubernetes writes as YAML is read
 * back the same. */
#include "config.h"

#include <string.h>

#include "base/yaml.h"
#include "fuzz.h"
#include "sim/kube/serve/reply.h"

static void
assert_reads_back (const DdValue *value)
{
  g_autofree char *text = kube_yaml_text (value);
  g_autoptr (GError) error = NULL;
  g_autoptr (DdYamlFile) again = dd_yaml_parse ("again", text, strlen (text), &error);

  if (again == NULL && strlen (text) > DD_YAML_MAX_BYTES / 2)
    return;
  g_assert_no_error (error);
  g_assert_cmpuint (again->documents->len, ==, 1);
  g_assert (dd_value_equal (((DdYaml *) again->documents->pdata[0])->value, value));
}

int
fuzz_yaml (const guint8 *data, gsize size)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (DdYamlFile) file = dd_yaml_parse ("input", (const char *) data, size, &error);

  g_assert ((file == NULL) == (error != NULL));
  for (guint i = 0; file != NULL && i < file->documents->len; i++)
    {
      const DdYaml *node = file->documents->pdata[i];
      g_autoptr (DdValue) document = dd_yaml_document (node);

      assert_reads_back (node->value);
      assert_reads_back (document);
    }
  return 0;
}
