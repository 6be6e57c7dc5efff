/* SPDX-License-Identifier: Apache-2.0 */
/* A document and a patch, a line each, by all three rules. The document never changes, and merging
 * twice is merging once. */
#include "config.h"

#include <string.h>

#include "fuzz.h"
#include "sim/kube/kinds/kinds.h"
#include "sim/kube/patch/patch.h"

static DdValue *
line_value (FuzzInput *input)
{
  g_autofree char *text = fuzz_line (input);

  return dd_value_parse (text, strlen (text), NULL, NULL);
}

static void
merge (const DdValue *document, const DdValue *patch)
{
  g_autoptr (DdValue) once = dd_value_merge (document, patch);
  g_autoptr (DdValue) twice = dd_value_merge (once, patch);

  g_assert (dd_value_equal (once, twice));
}

/* A result is written, which finds what is deeper or larger than any text could be. */
static void
finish (DdValue *patched, GError *error)
{
  g_autofree char *text = NULL;

  g_assert ((patched == NULL) == (error != NULL));
  if (patched != NULL)
    text = dd_value_to_text (patched);
  dd_value_unref (patched);
  g_clear_error (&error);
}

int
fuzz_patch (const guint8 *data, gsize size)
{
  FuzzInput input = { data, size };
  g_autoptr (DdValue) document = line_value (&input);
  g_autoptr (DdValue) patch = line_value (&input);
  g_autofree char *before = document != NULL ? dd_value_to_text (document) : NULL;
  g_autofree char *after = NULL;
  GError *error = NULL;
  DdValue *patched;

  if (document == NULL || patch == NULL)
    return 0;
  merge (document, patch);
  patched = kube_json_patch (document, patch, &error);
  finish (patched, g_steal_pointer (&error));
  patched = kube_strategic_merge (kube_pod.type, document, patch, &error);
  finish (patched, g_steal_pointer (&error));
  after = dd_value_to_text (document);
  g_assert_cmpstr (before, ==, after);
  return 0;
}
